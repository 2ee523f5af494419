//! Commands to copy that clear a finding.
//!
//! The syntax is that of the references of gcloud (`gcloud projects|organizations|resource-manager folders|iam
//! service-accounts remove-iam-policy-binding`, `gcloud iam service-accounts keys disable`, `gcloud
//! resource-manager org-policies enable-enforce`, cloud.google.com/sdk/gcloud/reference) and of GAM's wiki: "Users - Gmail - Send
//! As/Signature/Vacation", "Users - Gmail - Delegates", "Users - Gmail - Filters", "Users - Gmail - Forwarding", "Users - Tokens", "Managing Admins" and "Users" (`gam update user X suspended on`).

use crate::authority::AccessBinding;
use crate::tenant::{IamResource, ServiceAccount, ServiceAccountKey};

/// Removes a binding. `--condition=None` is the binding without a condition, and no question about those that have one
/// (gcloud's reference of `--condition`). `None` for one with a condition: gcloud wants its description too, which is not read.
pub(super) fn remove_binding(binding: &AccessBinding) -> Option<String> {
    if binding.condition.is_some() {
        return None;
    }
    let group = match binding.resource {
        IamResource::Organization(_) => "organizations",
        IamResource::Folder(_) => "resource-manager folders",
        IamResource::Project(_) => "projects",
        IamResource::ServiceAccount(_) => "iam service-accounts",
    };
    Some(format!(
        "gcloud {group} remove-iam-policy-binding {} --member={} --role={} --condition=None",
        word(binding.resource.id())?,
        word(&binding.member)?,
        word(&binding.role)?
    ))
}

/// Disables a key, which can be undone.
pub(super) fn disable_key(key: &ServiceAccountKey, account: &ServiceAccount) -> Option<String> {
    Some(format!(
        "gcloud iam service-accounts keys disable {} --iam-account={}",
        word(&key.key_id)?,
        word(&account.email)?
    ))
}

/// Deletes a send-as address of a mailbox.
pub(super) fn delete_send_as(user: &str, address: &str) -> Option<String> {
    Some(format!("gam user {} delete sendas {}", word(user)?, word(address)?))
}

/// Turns the automatic forwarding of a mailbox off.
pub(super) fn forward_off(user: &str) -> Option<String> {
    Some(format!("gam user {} forward off", word(user)?))
}

/// Deletes an address that a mailbox may forward to.
pub(super) fn delete_forwarding_address(user: &str, address: &str) -> Option<String> {
    Some(format!("gam user {} delete forwardingaddress {}", word(user)?, word(address)?))
}

/// Deletes a filter of a mailbox.
pub(super) fn delete_filter(user: &str, id: &str) -> Option<String> {
    Some(format!("gam user {} delete filter {}", word(user)?, word(id)?))
}

/// Removes a delegate of a mailbox.
pub(super) fn delete_delegate(user: &str, address: &str) -> Option<String> {
    Some(format!("gam user {} delete delegate {}", word(user)?, word(address)?))
}

/// Suspends a user, which can be undone.
pub(super) fn suspend_user(user: &str) -> Option<String> {
    Some(format!("gam update user {} suspended on", word(user)?))
}

/// Removes an assignment of an admin role.
pub(super) fn delete_role_assignment(id: &str) -> Option<String> {
    Some(format!("gam delete admin {}", word(id)?))
}

/// Revokes what one user gave an app.
pub(super) fn delete_token(user: &str, client_id: &str) -> Option<String> {
    Some(format!("gam user {} delete token clientid {}", word(user)?, word(client_id)?))
}

/// Enforces a boolean constraint of organization policy on a project.
pub(super) fn enforce(constraint: &str, project: &str) -> Option<String> {
    Some(format!(
        "gcloud resource-manager org-policies enable-enforce {} --project={}",
        word(constraint)?,
        word(project)?
    ))
}

/// One word, which is the same in POSIX shells, PowerShell and cmd.exe. `None` if it is empty, begins like an option, or
/// has anything else than letters, digits and signs that none of them looks at between double quotes.
fn word(text: &str) -> Option<String> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"@._:/+=#*-".contains(&byte);
    let is_safe = !text.is_empty() && !text.starts_with('-') && text.bytes().all(is_plain);
    is_safe.then(|| format!("\"{text}\""))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ROLE: &str = " --role=\"roles/owner\" --condition=None";
    const END: &str = " --member=\"user:ann@example.com\" --role=\"roles/owner\" --condition=None";

    fn binding(resource: IamResource, member: &str) -> AccessBinding {
        AccessBinding { resource, role: "roles/owner".into(), member: member.into(), condition: None }
    }

    #[test]
    fn each_kind_of_resource_has_its_command() {
        for (resource, begins) in [
            (IamResource::Organization("1".into()), "gcloud organizations remove-iam-policy-binding \"1\" "),
            (
                IamResource::Folder("2".into()),
                "gcloud resource-manager folders remove-iam-policy-binding \"2\" ",
            ),
            (IamResource::Project("p".into()), "gcloud projects remove-iam-policy-binding \"p\" "),
            (
                IamResource::ServiceAccount("a@p".into()),
                "gcloud iam service-accounts remove-iam-policy-binding \"a@p\" ",
            ),
        ] {
            let command = remove_binding(&binding(resource, "user:ann@example.com")).unwrap();
            assert!(command.starts_with(begins), "{command}");
            assert!(command.ends_with(END), "{command}");
        }
    }

    #[test]
    fn commands_about_users_and_projects_name_them_in_quotes() {
        let commands = [
            suspend_user("ann@example.com"),
            delete_role_assignment("12"),
            delete_token("ann@example.com", "1.apps.googleusercontent.com"),
            enforce("iam.disableServiceAccountKeyCreation", "p"),
        ];
        insta::assert_snapshot!(commands.map(Option::unwrap).join("\n"));
        assert_eq!(suspend_user("-rf"), None, "an option");
        assert_eq!(delete_token("ann@example.com", "a\nb"), None, "two lines");
    }

    #[test]
    fn there_is_no_command_with_text_that_a_shell_could_take_for_something_else() {
        let command = |member: &str| remove_binding(&binding(IamResource::Project("p".into()), member));
        for hostile in [
            "",
            "user:a\nrm",
            "user:a\u{202e}",
            "user:\u{e9}",
            "user:\u{7f}",
            "user:a b",
            "user:a'|calc|'b@gmail.com",
            "user:a\"&calc&\"b",
            "user:$(x)",
            "user:`x`",
            "user:%PATH%",
            "user:a!b",
            "user:a;b",
            "user:a\\",
            "user:a^b",
            "user:{a,b}",
            "user:~a?",
        ] {
            assert_eq!(command(hostile), None, "{hostile:?}");
        }
        assert_eq!(delete_send_as("ann@example.com", "--all"), None);
        assert_eq!(delete_send_as("ann@example.com", "a'|calc|'b@gmail.com"), None);
        assert_eq!(remove_binding(&binding(IamResource::Project("-p".into()), "user:a")), None);
    }

    proptest! {
        /// In each of the shells such a text between double quotes is itself.
        #[test]
        fn whatever_the_names_a_command_has_them_as_they_are_or_there_is_none(
            user in prop_oneof![any::<String>(), "[ -~]{1,8}", "[a-z@._:/+=#*-]{1,8}"],
            other in prop_oneof![any::<String>(), "[ -~]{1,8}", "[a-z@._:/+=#*-]{1,8}"],
        ) {
            let is_safe = |text: &str| {
                let is_plain = |char: char| char.is_ascii_alphanumeric() || "@._:/+=#*-".contains(char);
                !text.is_empty() && !text.starts_with('-') && text.chars().all(is_plain)
            };
            let commands = [
                (delete_send_as(&user, &other), format!("gam user \"{user}\" delete sendas \"{other}\"")),
                (
                    remove_binding(&binding(IamResource::Project(user.clone()), &other)),
                    format!("gcloud projects remove-iam-policy-binding \"{user}\" --member=\"{other}\"{ROLE}"),
                ),
            ];
            for (command, plain) in commands {
                prop_assert_eq!(command, (is_safe(&user) && is_safe(&other)).then_some(plain));
            }
        }
    }

    #[test]
    fn a_binding_under_a_condition_has_no_command() {
        let condition = crate::tenant::IamCondition { title: "t".into(), expression: "e".into() };
        let binding = AccessBinding {
            condition: Some(condition),
            ..binding(IamResource::Project("p".into()), "user:ann@example.com")
        };
        assert_eq!(remove_binding(&binding), None);
    }
}
