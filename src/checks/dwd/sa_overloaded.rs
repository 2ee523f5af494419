//! DWD-08: delegated accounts that hold more than their delegation.

use super::scope::own_client;
use crate::checks::gaps::unreadable;
use crate::checks::words::listed;
use crate::checks::{Check, Condition, Evaluator, subjects};
use crate::findings::{CheckResult, Item, ItemKind, Severity};
use crate::policy::Policy;
use crate::snapshot::Snapshot;
use crate::tenant::{AdminRole, Gap, IamPolicies, IamResource, Part, Reading, ServiceAccount, quoted_name};

pub(crate) const CHECK: Check = Check {
    id: "DWD-08",
    slug: "sa-overloaded",
    title: "Delegated service accounts with other privileges",
    severity: Severity::High,
    conditions: &[
        Condition::fail(
            Severity::Critical,
            "A service account with a delegation also has a super admin role.",
        ),
        Condition::fail(Severity::High, "The account has another Google Workspace admin role."),
        Condition::fail(
            Severity::High,
            "The account itself is Owner or Editor of its project, or of a folder or organization above it.",
        ),
        Condition::fail(
            Severity::High,
            "The account is a default service account of Compute Engine or App \
                                         Engine.",
        ),
        Condition::review(Severity::Medium, "The account has an admin role that Directory does not list."),
        Condition::review(
            Severity::Low,
            "The account has an admin role whose name suggests read-only access. The privileges of the role \
             are not read.",
        ),
        Condition::note(
            "Roles that the account gets through a group are not evaluated. The resources that it is \
             attached to are not evaluated either.",
        ),
    ],
    why: "Whoever takes over the account gets all its privileges at once. A default service account is \
          attached to new workloads of its project.",
    fix: "Move the delegation to a dedicated service account in a dedicated project. Remove the other roles \
          from this account. Instead of Owner or Editor, grant the predefined roles that its workloads need.",
    command: None,
    may_break: Some(
        "Programs that use the account lose the delegation or the permissions of the removed \
                     roles.",
    ),
    place: "Admin console > Account > Admin roles; Cloud console > IAM & Admin > IAM",
    controls: &[
        "CIS-GCP 1.5",
        "NIST 800-53 AC-6",
        "ISO 27001 A.5.15",
        "ISO 27001 A.8.2",
        "SOC 2 CC6.3",
        "ATT&CK T1078.004",
        "ATT&CK T1098.003",
    ],
    needs: &[
        Part::ConsoleGrants,
        Part::ProbeGrants,
        Part::ServiceAccounts,
        Part::AdminRoles,
        Part::IamPolicies,
    ],
    judge: Evaluator::Client(judge),
};

fn judge(client_id: &str, tenant: &Snapshot, policy: &Policy) -> Vec<CheckResult> {
    let result = match (subjects::account_of(client_id, tenant), tenant.service_accounts.gap()) {
        (Some(account), _) => own_client(judge_account(account, tenant), client_id, policy),
        (None, Some(gap)) => CheckResult::not_assessed(gap),
        (None, None) => CheckResult::not_applicable(
            "The client is not a service account in the audited projects. DWD-06 covers it",
        ),
    };
    vec![result.about(subjects::client(client_id, tenant))]
}

/// Something that the account holds besides its delegation.
struct Load {
    severity: Severity,
    /// As it stands after the account's address.
    what: String,
    /// Whether it is known to be too much.
    is_certain: bool,
    kind: ItemKind,
    /// What is the same in two runs.
    id: String,
    /// What it is called, after its kind.
    name: String,
}

impl Load {
    fn item(&self) -> Item {
        Item::new(self.kind, &self.id).named(&self.name).weighing(self.severity)
    }
}

const KINDS: [ItemKind; 3] = [ItemKind::AdminRole, ItemKind::BasicRole, ItemKind::DefaultAccount];

fn judge_account(account: &ServiceAccount, tenant: &Snapshot) -> CheckResult {
    let mut loads: Vec<Load> = admin_roles(account, tenant);
    loads.extend(basic_roles(account, tenant));
    loads.extend(default_account(account));
    let Some(severity) = loads.iter().map(|load| load.severity).max() else {
        return match missing(account, tenant) {
            Some(gap) => CheckResult::not_assessed(&gap),
            None => {
                CheckResult::pass(format!("{} has no privileges other than its delegation", account.email))
            }
        };
    };
    let texts: Vec<&str> = loads.iter().map(|load| load.what.as_str()).collect();
    let held: Vec<&str> = std::iter::once("holds a delegation").chain(texts.iter().copied()).collect();
    let message = format!("{} {}", account.email, listed(&held, "and"));
    let result = if loads.iter().any(|load| load.is_certain) {
        CheckResult::fail(severity, message)
    } else {
        CheckResult::review(severity, message)
    };
    let result = result.evidence("client_id", &account.client_id).evidence("project", &account.project);
    let result = texts.iter().fold(result, |result, text| result.evidence("besides", text));
    let result = result.listing(&KINDS, loads.iter().map(Load::item));
    match missing_policies(account, tenant) {
        Some(_) => result.undecided(ItemKind::BasicRole),
        None => result,
    }
}

/// Admin roles of Workspace that are assigned to the account itself.
fn admin_roles(account: &ServiceAccount, tenant: &Snapshot) -> Vec<Load> {
    let Some(roles) = tenant.admin_roles.known().filter(|_| !account.unique_id.is_empty()) else {
        return Vec::new();
    };
    let load = |role_id: &str| {
        let role = roles.role(role_id);
        let name = role.map(|role| quoted_name(&role.title()));
        let (severity, is_certain, what) = match (role, &name) {
            (Some(role), Some(name)) if role.is_super_admin == Some(true) => {
                (Severity::Critical, true, format!("is a super admin ({name})"))
            }
            (Some(role), Some(name)) if says_read_only(role) => (
                Severity::Low,
                false,
                format!("has the admin role {name}, whose name suggests read-only access"),
            ),
            (_, Some(name)) => (Severity::High, true, format!("has the admin role {name}")),
            // What it allows is not known.
            (_, None) => (
                Severity::Medium,
                false,
                format!("has an admin role that Directory does not list (ID {role_id})"),
            ),
        };
        let name = name.map_or_else(|| format!("with ID {role_id}"), |name| name.to_string());
        let kind = ItemKind::AdminRole;
        Load { severity, what, is_certain, kind, id: role_id.to_owned(), name }
    };
    roles.of(&account.unique_id).map(|assignment| load(&assignment.role_id)).collect()
}

/// Such as `_GROUPS_READER_ROLE` or `Audit (read-only)`.
fn says_read_only(role: &AdminRole) -> bool {
    let name: String = role.name.chars().filter(|char| char.is_alphanumeric()).collect();
    let name = name.to_lowercase();
    role.is_super_admin == Some(false)
        && ["readonly", "reader", "viewer"].iter().any(|word| name.contains(word))
}

/// Owner and Editor, bound to the account itself on its project and above.
fn basic_roles(account: &ServiceAccount, tenant: &Snapshot) -> Vec<Load> {
    let project = IamResource::Project(account.project.clone());
    let is_account = |member: &String| {
        let address = member.strip_prefix("serviceAccount:");
        address.is_some_and(|address| address.eq_ignore_ascii_case(&account.email))
    };
    let mut loads = Vec::new();
    for entry in tenant.iam.policies.known().into_iter().flat_map(|policies| policies.upwards_from(&project))
    {
        let bindings = entry.policy.known().into_iter().flat_map(|policy| &policy.bindings);
        for binding in bindings.filter(|binding| binding.members.iter().any(is_account)) {
            let role = match binding.role.as_str() {
                "roles/owner" => "Owner",
                "roles/editor" => "Editor",
                _ => continue,
            };
            let condition = if binding.condition.is_some() { " under a condition" } else { "" };
            let name = format!("{role} of {}{condition}", entry.resource.title());
            let what = format!("is {name}");
            let (severity, kind) = (Severity::High, ItemKind::BasicRole);
            loads.push(Load { severity, what, is_certain: true, kind, id: name.clone(), name });
        }
    }
    loads
}

fn default_account(account: &ServiceAccount) -> Option<Load> {
    let service = account.default_of()?;
    Some(Load {
        severity: Severity::High,
        what: format!("is the default service account of {service}"),
        is_certain: true,
        kind: ItemKind::DefaultAccount,
        id: service.to_owned(),
        name: service.to_owned(),
    })
}

/// What keeps "it holds nothing else" from being said.
fn missing(account: &ServiceAccount, tenant: &Snapshot) -> Option<Gap> {
    let roles = tenant.admin_roles.gap().cloned();
    roles.or_else(|| missing_policies(account, tenant))
}

fn missing_policies(account: &ServiceAccount, tenant: &Snapshot) -> Option<Gap> {
    match tenant.iam.policies.known() {
        Some(policies) => policy_gap(policies, &account.project, tenant),
        None => tenant.iam.policies.gap().cloned(),
    }
}

/// Why the policies of a project and of what is above it are not known up to the top.
fn policy_gap(policies: &IamPolicies, project: &str, tenant: &Snapshot) -> Option<Gap> {
    let resource = IamResource::Project(project.to_owned());
    let chain = || policies.upwards_from(&resource);
    if let Some(gap) = chain().find_map(|entry| entry.policy.gap().or_else(|| entry.parent.gap())) {
        return Some(gap.clone());
    }
    if chain().last().is_some_and(|top| top.parent == Reading::Complete(None)) {
        return None;
    }
    let message = || format!("Not all IAM policies above project {project} are known");
    let gap = tenant.iam.policies.gap().cloned();
    Some(gap.unwrap_or_else(|| unreadable(Part::IamPolicies, message())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_facts::*;
    use crate::findings::Verdict;
    use crate::tenant::{
        AdminRoles, AssigneeType, IamBinding, IamCondition, IamPolicy, ResourcePolicy, ServiceAccounts,
    };

    fn known() -> Snapshot {
        delegating(&[GMAIL_SEND], Reading::Complete(Vec::new()))
    }

    fn of(tenant: &Snapshot) -> CheckResult {
        only(judge_client(&CHECK, tenant))
    }

    /// A project below an organization, with this binding on one of them.
    fn bound(role: &str, on_project: bool, condition: Option<IamCondition>) -> Snapshot {
        let binding =
            IamBinding { role: role.into(), members: vec![format!("serviceAccount:{ACCOUNT}")], condition };
        let policy = |is_here: bool| {
            let bindings = is_here.then(|| binding.clone()).into_iter().collect();
            Reading::Complete(IamPolicy { bindings, audit_logs: Vec::new() })
        };
        let organization = IamResource::Organization("1".into());
        let mut tenant = known();
        tenant.iam.policies = Reading::Complete(IamPolicies(vec![
            ResourcePolicy {
                resource: IamResource::Project("project".into()),
                number: None,
                customer: None,
                parent: Reading::Complete(Some(organization.clone())),
                policy: policy(on_project),
            },
            ResourcePolicy {
                resource: organization,
                number: None,
                customer: None,
                parent: Reading::Complete(None),
                policy: policy(!on_project),
            },
        ]));
        tenant
    }

    #[test]
    fn an_account_that_holds_nothing_else_passes() {
        assert_eq!(of(&bound("roles/viewer", true, None)).verdict, Verdict::Pass);
    }

    #[test]
    fn a_super_admin_is_critical_and_another_admin_high() {
        for (role, severity) in [("1", Severity::Critical), ("2", Severity::High)] {
            let result = of(&with_role(role, CLIENT, AssigneeType::User, known()));
            assert_eq!((result.verdict, result.severity), (Verdict::Fail, severity), "{role}");
        }
    }

    #[test]
    fn a_role_that_is_not_listed_is_for_review_and_named_by_its_id() {
        let result = of(&with_role("987", CLIENT, AssigneeType::User, known()));
        assert_eq!((result.verdict, result.severity), (Verdict::Review, Severity::Medium));
        assert!(result.evidence.iter().any(|fact| fact.value.contains("987")), "{:?}", result.evidence);
    }

    #[test]
    fn a_role_that_only_its_name_calls_harmless_is_for_review_and_low() {
        let named = |name: &str, is_super_admin| {
            let mut tenant = known();
            let role =
                AdminRole { id: "3".into(), name: name.into(), is_super_admin, is_system: Some(false) };
            tenant.admin_roles = Reading::Complete(AdminRoles { roles: vec![role], assignments: Vec::new() });
            of(&with_role("3", CLIENT, AssigneeType::User, tenant))
        };
        for name in ["_GROUPS_READER_ROLE", "Audit (read-only)", "Audit Read Only"] {
            let result = named(name, Some(false));
            assert_eq!((result.verdict, result.severity), (Verdict::Review, Severity::Low), "{name}");
            assert_eq!(named(name, Some(true)).severity, Severity::Critical, "{name}");
            assert_eq!(named(name, None).severity, Severity::High, "{name}");
        }
    }

    #[test]
    fn owner_and_editor_are_high_on_the_project_and_above_it() {
        for (role, on_project, what) in [
            ("roles/owner", true, "is Owner of project project"),
            ("roles/editor", false, "is Editor of organization 1"),
        ] {
            let result = of(&bound(role, on_project, None));
            assert_eq!((result.verdict, result.severity), (Verdict::Fail, Severity::High), "{role}");
            assert!(result.message.contains(what), "{}", result.message);
        }
        let condition = IamCondition { title: "weekdays".into(), expression: String::new() };
        assert!(of(&bound("roles/owner", true, Some(condition))).message.ends_with("under a condition"));
    }

    #[test]
    fn a_default_account_is_high() {
        for email in ["123-compute@developer.gserviceaccount.com", "project@appspot.gserviceaccount.com"] {
            let mut tenant = known();
            if let Reading::Complete(accounts) = &mut tenant.service_accounts {
                accounts.0[0].email = email.into();
            }
            let result = of(&tenant);
            assert_eq!((result.verdict, result.severity), (Verdict::Fail, Severity::High), "{email}");
        }
    }

    #[test]
    fn the_worst_decides_and_all_are_named() {
        let result = of(&with_role("1", CLIENT, AssigneeType::User, bound("roles/owner", true, None)));
        assert_eq!(result.severity, Severity::Critical);
        assert_eq!(result.evidence.iter().filter(|fact| fact.name == "besides").count(), 2);
    }

    #[test]
    fn what_was_not_read_is_not_assessed_unless_the_account_fails_anyway() {
        for part in [Part::AdminRoles, Part::IamPolicies] {
            let result = of(&without(part, known()));
            assert_eq!((result.verdict, result.gap.unwrap().part), (Verdict::NotAssessed, part));
        }
        let owner = without(Part::AdminRoles, bound("roles/owner", true, None));
        assert_eq!(of(&owner).verdict, Verdict::Fail);
        let mut tenant = bound("roles/viewer", true, None);
        if let Reading::Complete(IamPolicies(policies)) = &mut tenant.iam.policies {
            policies[1].policy = Reading::Missing(gap(Part::IamPolicies));
        }
        assert_eq!(of(&tenant).verdict, Verdict::NotAssessed);
        if let Reading::Complete(IamPolicies(policies)) = &mut tenant.iam.policies {
            policies.pop();
        }
        assert_eq!(of(&tenant).verdict, Verdict::NotAssessed, "the organization is not among the policies");
    }

    #[test]
    fn a_client_that_is_no_listed_account_is_not_applicable_only_if_all_accounts_are_listed() {
        let tenant = Snapshot { service_accounts: Reading::Complete(ServiceAccounts::default()), ..known() };
        assert_eq!(of(&tenant).verdict, Verdict::NotApplicable);
        assert_eq!(of(&without(Part::ServiceAccounts, tenant)).verdict, Verdict::NotAssessed);
    }

    #[test]
    fn roles_of_an_account_without_a_known_id_are_nobodys() {
        let mut tenant = with_role("1", "", AssigneeType::User, known());
        if let Reading::Complete(accounts) = &mut tenant.service_accounts {
            accounts.0[0].unique_id = String::new();
        }
        assert_ne!(of(&tenant).verdict, Verdict::Fail);
    }
}
