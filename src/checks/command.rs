//! Commands to copy that clear a finding.
//!
//! The syntax is that of the references of gcloud (`gcloud projects|organizations|resource-manager folders|iam
//! service-accounts remove-iam-policy-binding`, `gcloud iam service-accounts keys disable`, `gcloud
//! resource-manager org-policies enable-enforce`, cloud.google.com/sdk/gcloud/reference) and of GAM's wiki: "Users - Gmail - Send
//! As/Signature/Vacation", "Users - Tokens", "Managing Admins" and "Users" (`gam update user X suspended on`).

use crate::authority::AccessBinding;
use crate::tenant::{IamResource, ServiceAccount, ServiceAccountKey};

/// Removes a binding. `None` for one with a condition: gcloud wants its description too, which is not read.
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
        "gcloud {group} remove-iam-policy-binding {} --member={} --role={}",
        positional(binding.resource.id())?,
        quoted(&binding.member)?,
        quoted(&binding.role)?
    ))
}

/// Disables a key, which can be undone.
pub(super) fn disable_key(key: &ServiceAccountKey, account: &ServiceAccount) -> Option<String> {
    Some(format!(
        "gcloud iam service-accounts keys disable {} --iam-account={}",
        positional(&key.key_id)?,
        quoted(&account.email)?
    ))
}

/// Deletes a send-as address of a mailbox.
pub(super) fn delete_send_as(user: &str, address: &str) -> Option<String> {
    Some(format!("gam user {} delete sendas {}", positional(user)?, positional(address)?))
}

/// Suspends a user, which can be undone.
pub(super) fn suspend_user(user: &str) -> Option<String> {
    Some(format!("gam update user {} suspended on", positional(user)?))
}

/// Removes an assignment of an admin role.
pub(super) fn delete_role_assignment(id: &str) -> Option<String> {
    Some(format!("gam delete admin {}", positional(id)?))
}

/// Revokes what one user gave an app.
pub(super) fn delete_token(user: &str, client_id: &str) -> Option<String> {
    Some(format!("gam user {} delete token clientid {}", positional(user)?, positional(client_id)?))
}

/// Enforces a boolean constraint of organization policy on a project.
pub(super) fn enforce(constraint: &str, project: &str) -> Option<String> {
    Some(format!(
        "gcloud resource-manager org-policies enable-enforce {} --project={}",
        positional(constraint)?,
        quoted(project)?
    ))
}

/// An argument that no program takes for an option.
fn positional(text: &str) -> Option<String> {
    if text.starts_with('-') { None } else { quoted(text) }
}

/// One word of a POSIX shell. `None` if the text is empty, or has anything but printable ASCII: a person could not
/// tell what it does.
fn quoted(text: &str) -> Option<String> {
    let is_safe = !text.is_empty() && text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    is_safe.then(|| format!("'{}'", text.replace('\'', r"'\''")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn binding(resource: IamResource, member: &str) -> AccessBinding {
        AccessBinding { resource, role: "roles/owner".into(), member: member.into(), condition: None }
    }

    #[test]
    fn each_kind_of_resource_has_its_command() {
        for (resource, begins) in [
            (IamResource::Organization("1".into()), "gcloud organizations remove-iam-policy-binding '1' "),
            (
                IamResource::Folder("2".into()),
                "gcloud resource-manager folders remove-iam-policy-binding '2' ",
            ),
            (IamResource::Project("p".into()), "gcloud projects remove-iam-policy-binding 'p' "),
            (
                IamResource::ServiceAccount("a@p".into()),
                "gcloud iam service-accounts remove-iam-policy-binding 'a@p' ",
            ),
        ] {
            let command = remove_binding(&binding(resource, "user:ann@example.com")).unwrap();
            assert!(command.starts_with(begins), "{command}");
            assert!(command.ends_with(" --member='user:ann@example.com' --role='roles/owner'"), "{command}");
        }
    }

    #[test]
    fn commands_about_users_and_projects_quote_what_they_name() {
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
    fn hostile_text_stays_one_word_or_there_is_no_command() {
        let command = |member: &str| remove_binding(&binding(IamResource::Project("p".into()), member));
        let quoted = r"--member='user:a'\''; rm -rf ~ #$(x)`y`'";
        assert!(command("user:a'; rm -rf ~ #$(x)`y`").unwrap().contains(quoted));
        for hostile in ["", "user:a\nrm", "user:a\u{202e}", "user:\u{e9}", "user:\u{7f}"] {
            assert_eq!(command(hostile), None, "{hostile:?}");
        }
        assert_eq!(delete_send_as("ann@example.com", "--all"), None);
        assert_eq!(remove_binding(&binding(IamResource::Project("-p".into()), "user:a")), None);
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
