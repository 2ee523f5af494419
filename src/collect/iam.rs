//! Who may do what with service accounts: policies up the hierarchy, the roles in them, the groups in them.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt, stream};

use crate::causes;
use crate::google::iam_policy::{AuditConfig, Policy};
use crate::google::{
    GoogleError, Session, admin1_directory as directory, cloudresourcemanager3 as resource_manager, iam1,
};
use crate::store::{Run, StoreError, part_key};
use crate::tenant::{
    AuditLog, Gap, Group, GroupMember, GroupMemberKind, Groups, IamBinding, IamCondition, IamPolicies,
    IamPolicy, IamResource, IamRole, IamRoleState, IamRoles, Part, Reading, ResourcePolicy, ServiceAccounts,
    SigningLogs, one_word,
};

use super::{earlier, gaps, reading};

/// Policies, roles and groups that are read at once.
const AT_ONCE: usize = 32;

/// The most folders above one another: Google allows ten.
const DEEPEST: usize = 12;

/// Policies of the accounts, of their projects, and of everything above those.
pub(super) async fn policies(
    session: &Session<'_>,
    projects: &[String],
    accounts: &ServiceAccounts,
) -> Reading<IamPolicies> {
    let mut found: Vec<ResourcePolicy> =
        stream::iter(projects).map(|project| of_project(session, project)).buffered(AT_ONCE).collect().await;
    let mut above: BTreeSet<IamResource> = found.iter().filter_map(parent).collect();
    for _ in 0..DEEPEST {
        let next: Vec<IamResource> = above.iter().cloned().collect();
        let read: Vec<ResourcePolicy> = stream::iter(next)
            .map(|resource| of_ancestor(session, resource))
            .buffered(AT_ONCE)
            .collect()
            .await;
        above = read.iter().filter_map(parent).collect();
        found.extend(read);
        above.retain(|resource| !found.iter().any(|known| known.resource == *resource));
        if above.is_empty() {
            break;
        }
    }
    let of_accounts: Vec<ResourcePolicy> = stream::iter(&accounts.0)
        .map(|account| async {
            let policy = iam1::get_service_account_policy(session, &account.project, &account.email).await;
            ResourcePolicy {
                resource: IamResource::ServiceAccount(account.email.clone()),
                number: None,
                customer: None,
                parent: Reading::Complete(Some(IamResource::Project(account.project.clone()))),
                policy: policy_reading(policy),
            }
        })
        .buffered(AT_ONCE)
        .collect()
        .await;
    found.extend(of_accounts);
    let any = found.iter().any(|resource| resource.policy.known().is_some());
    let gaps: Vec<Gap> = found
        .iter()
        .flat_map(|resource| resource.policy.gap().into_iter().chain(resource.parent.gap()))
        .cloned()
        .collect();
    reading(IamPolicies(found), any, gaps)
}

fn parent(resource: &ResourcePolicy) -> Option<IamResource> {
    resource.parent.known().cloned().flatten()
}

async fn of_project(session: &Session<'_>, project: &str) -> ResourcePolicy {
    let name = format!("projects/{project}");
    let (about, policy) = futures::join!(
        resource_manager::get_project(session, project),
        resource_manager::get_iam_policy(session, &name),
    );
    let number =
        about.as_ref().ok().and_then(|about| about.name.strip_prefix("projects/")).map(str::to_owned);
    ResourcePolicy {
        resource: IamResource::Project(project.to_owned()),
        number,
        customer: None,
        parent: parent_reading(about.map(|about| about.parent)),
        policy: policy_reading(policy),
    }
}

async fn of_ancestor(session: &Session<'_>, resource: IamResource) -> ResourcePolicy {
    let number = resource.id().to_owned();
    let is_folder = matches!(resource, IamResource::Folder(_));
    let name = format!("{}/{number}", if is_folder { "folders" } else { "organizations" });
    let about = async {
        if is_folder {
            let folder = resource_manager::get_folder(session, &number).await;
            return (parent_reading(folder.map(|about| about.parent)), None);
        }
        // Whose it is only sorts what is found: not to be told is no gap.
        let organization = resource_manager::get_organization(session, &number).await.ok();
        let customer = organization.map(|about| about.directory_customer_id).filter(|id| !id.is_empty());
        (Reading::Complete(None), customer)
    };
    let ((parent, customer), policy) =
        futures::join!(about, resource_manager::get_iam_policy(session, &name));
    ResourcePolicy { resource, number: None, customer, parent, policy: policy_reading(policy) }
}

/// An empty parent is that of a project without an organization; Google also leaves it out where it may not be seen.
fn parent_reading(parent: Result<String, GoogleError>) -> Reading<Option<IamResource>> {
    match parent {
        Ok(parent) => Reading::Complete(match parent.split_once('/') {
            Some(("folders", number)) => Some(IamResource::Folder(number.to_owned())),
            Some(("organizations", number)) => Some(IamResource::Organization(number.to_owned())),
            _ => None,
        }),
        Err(error) => Reading::Missing(gaps::refused(Part::IamPolicies, &error)),
    }
}

fn policy_reading(policy: Result<Policy, GoogleError>) -> Reading<IamPolicy> {
    let policy = match policy {
        Ok(policy) => policy,
        Err(error) => return Reading::Missing(gaps::refused(Part::IamPolicies, &error)),
    };
    let gap = gaps::broken_rows(Part::IamPolicies, &policy.broken);
    let audit_logs = audit_logs(policy.audit_configs);
    let bindings = policy.bindings.into_iter().map(|binding| IamBinding {
        role: binding.role,
        members: binding.members,
        condition: binding
            .condition
            .map(|condition| IamCondition { title: condition.title, expression: condition.expression }),
    });
    reading(IamPolicy { bindings: bindings.collect(), audit_logs }, true, gap)
}

fn audit_logs(configs: Vec<AuditConfig>) -> Vec<AuditLog> {
    let of_service = |config: AuditConfig| {
        let AuditConfig { service, audit_log_configs } = config;
        audit_log_configs.into_iter().map(move |log| AuditLog {
            service: service.clone(),
            log_type: log.log_type,
            exempted_members: log.exempted_members,
        })
    };
    configs.into_iter().flat_map(of_service).collect()
}

/// The roles that policies name.
pub(super) async fn roles(session: &Session<'_>, policies: &IamPolicies) -> Reading<IamRoles> {
    let names: BTreeSet<&str> = bindings(policies).map(|binding| binding.role.as_str()).collect();
    let found: Vec<IamRole> =
        stream::iter(names).map(|name| role(session, name)).buffered(AT_ONCE).collect().await;
    let any = found.is_empty() || found.iter().any(|role| role.permissions.known().is_some());
    let gaps: Vec<Gap> = found.iter().filter_map(|role| role.permissions.gap()).cloned().collect();
    reading(IamRoles(found), any, gaps)
}

async fn role(session: &Session<'_>, name: &str) -> IamRole {
    let (state, permissions) = match iam1::get_role(session, name).await {
        Ok(role) => {
            let state = match (role.deleted, role.stage.as_str()) {
                (true, _) => IamRoleState::Deleted,
                (false, "DISABLED") => IamRoleState::Disabled,
                _ => IamRoleState::Active,
            };
            (state, Reading::Complete(role.included_permissions.into_iter().collect()))
        }
        Err(error) => (IamRoleState::Active, Reading::Missing(gaps::refused(Part::IamRoles, &error))),
    };
    IamRole { name: name.to_owned(), state, permissions }
}

fn bindings(policies: &IamPolicies) -> impl Iterator<Item = &IamBinding> {
    policies.0.iter().filter_map(|resource| resource.policy.known()).flat_map(|policy| &policy.bindings)
}

/// The groups that hold a role which can lead to an account, with the groups in them.
pub(super) async fn groups(
    admin: &Session<'_>,
    policies: &IamPolicies,
    roles: Option<&IamRoles>,
    known: &KnownMembers,
) -> Reading<Groups> {
    let members = leading_members(policies, roles);
    let mut asked = BTreeMap::new();
    let mut wanted: BTreeSet<String> =
        members.filter_map(|member| member.strip_prefix("group:")).filter_map(address).collect();
    while !wanted.is_empty() {
        let found: Vec<Group> = stream::iter(&wanted)
            .map(|group| read_group(admin, group, known))
            .buffered(AT_ONCE)
            .collect()
            .await;
        let nested = found.iter().filter_map(|group| group.members.known()).flatten();
        let nested = nested.filter(|member| member.kind == GroupMemberKind::Group);
        let next: BTreeSet<String> = nested.filter_map(|member| address(&member.email)).collect();
        asked.extend(std::mem::take(&mut wanted).into_iter().zip(found));
        wanted = next.into_iter().filter(|group| !asked.contains_key(group)).collect();
    }
    let groups: Vec<Group> = asked.into_values().collect();
    let any = groups.is_empty() || groups.iter().any(|group| group.members.known().is_some());
    let gaps: Vec<Gap> = groups.iter().filter_map(|group| group.members.gap()).cloned().collect();
    reading(Groups(groups), any, gaps)
}

/// A group's address as it compares; `None` if there is none to ask for.
fn address(written: &str) -> Option<String> {
    let address = written.trim().to_lowercase();
    (!address.is_empty()).then_some(address)
}

/// The members of bindings whose role can lead to an account, as far as roles are known.
pub(super) fn leading_members<'a>(
    policies: &'a IamPolicies,
    roles: Option<&IamRoles>,
) -> impl Iterator<Item = &'a str> {
    let known = roles.into_iter().flat_map(|roles| &roles.0);
    let harmless: BTreeSet<&str> = known
        .filter(|role| role.permissions.known().is_some_and(|permissions| !permissions.iter().any(leads_on)))
        .map(|role| role.name.as_str())
        .collect();
    let leading: Vec<&IamBinding> =
        bindings(policies).filter(|binding| !harmless.contains(binding.role.as_str())).collect();
    leading.into_iter().flat_map(|binding| &binding.members).map(String::as_str)
}

/// Whether a permission is a step on the way to a service account.
fn leads_on(permission: &String) -> bool {
    permission.starts_with("iam.serviceAccount")
        || permission.ends_with(".setIamPolicy")
        || permission == "iam.roles.update"
}

/// Members of groups as earlier runs knew them last, by the group's address in lower case.
pub(super) type KnownMembers = BTreeMap<String, BTreeSet<String>>;

/// The members that the newest earlier run knew of each group, back to the newest that read all groups.
pub(super) fn members_before(run: &Run<'_>) -> Result<KnownMembers, StoreError> {
    let (mut known, mut whole) = (KnownMembers::new(), BTreeSet::new());
    earlier::readings(run, part_key::GROUPS, |reading| {
        for group in reading.known().into_iter().flat_map(|groups| &groups.0) {
            let Some(email) = address(&group.email).filter(|email| !whole.contains(email)) else { continue };
            let members = group.members.known().into_iter().flatten();
            let members = members.filter_map(|member| address(&member.email));
            known.entry(email.clone()).or_default().extend(members);
            // A group that a run did not read whole may have had more members.
            if group.members.gap().is_none() {
                whole.insert(email);
            }
        }
        reading.gap().is_none()
    })?;
    Ok(known)
}

async fn read_group(admin: &Session<'_>, email: &str, known: &KnownMembers) -> Group {
    let shown = one_word(email);
    let (about, members) =
        futures::join!(directory::get_group(admin, email), directory::list_members(admin, email).all());
    let (about, about_gap) = match about {
        Ok(about) if about.email.is_empty() => {
            let message = format!("Google returned no data for the group {shown}, not even its address");
            (about, Some(gaps::contradicted(Part::Groups, message)))
        }
        Ok(about) => (about, None),
        // A group of somebody else: its members are not told either.
        Err(error) if error.cause == causes::NOT_FOUND => (directory::Group::default(), None),
        Err(error) => (directory::Group::default(), Some(gaps::refused(Part::Groups, &error))),
    };
    let counted = about.direct_members_count.as_deref().and_then(|count| count.parse::<u64>().ok());
    let contradicted = (gaps::is_empty(&members) && counted.is_some_and(|count| count > 0)).then(|| {
        gaps::contradicted(
            Part::Groups,
            format!(
                "Google listed no member of {shown}, but its member count \
                                                  is not zero"
            ),
        )
    });
    let listed: BTreeSet<String> = members.rows.iter().filter_map(|member| address(&member.email)).collect();
    let known = known.get(&email.to_lowercase()).into_iter().flatten();
    let unlisted = known.map(String::as_str).filter(|member| !listed.contains(*member)).take(gaps::MAX_ASKED);
    let exists = |member| directory::has_member(admin, email, member);
    let said = |member: &str| {
        let member = one_word(member);
        format!(
            "Google did not list {member} among the members of {shown}, but it is a \
                                member"
        )
    };
    let unlisted = gaps::unlisted(Part::Groups, &members, unlisted, exists, said).await;
    let is_known =
        members.began && !((contradicted.is_some() || unlisted.is_some()) && members.rows.is_empty());
    let gaps = gaps::of_listing(Part::Groups, &members)
        .into_iter()
        .chain(contradicted)
        .chain(unlisted)
        .chain(about_gap);
    let gaps: Vec<Gap> = gaps.collect();
    let rows = members.rows.into_iter().map(|member| GroupMember {
        kind: match member.kind.as_str() {
            "USER" | "EXTERNAL" => GroupMemberKind::User,
            "GROUP" => GroupMemberKind::Group,
            "CUSTOMER" => GroupMemberKind::Customer,
            other => GroupMemberKind::Other(other.to_owned()),
        },
        email: member.email,
    });
    Group {
        email: if about.email.is_empty() { email.to_owned() } else { about.email },
        aliases: about.aliases.into_iter().chain(about.non_editable_aliases).collect(),
        members: reading(rows.collect(), is_known, gaps),
    }
}

/// Services whose Data Access logs hold signatures. Those of `iamcredentials.googleapis.com` cannot be switched on by
/// themselves: <https://cloud.google.com/iam/docs/audit-logging/audit-logging-iamcreds>.
const SIGNING_SERVICES: [&str; 2] = ["iam.googleapis.com", "allServices"];

/// What the policies of a project and of everything above it log of signatures. Entries of both services add up, and
/// so do their exemptions, kind by kind (IAM's discovery document: AuditConfig, "the union"). Assumed: so do all
/// levels'.
pub(super) fn signing_logs(policies: &Reading<IamPolicies>, project: &str) -> Reading<SigningLogs> {
    let known = match policies {
        Reading::Complete(known) | Reading::Partial(known, _) => known,
        Reading::Missing(gap) => return Reading::Missing(gap.clone()),
    };
    let project = IamResource::Project(project.to_owned());
    let (mut logs, mut any, mut missing) = (SigningLogs::default(), false, None);
    for level in known.upwards_from(&project) {
        missing = missing.or_else(|| level.policy.gap().or(level.parent.gap()).cloned());
        if let Some(above) = parent(level).filter(|above| known.of(above).is_none()) {
            missing = missing.or_else(|| Some(not_read(&above)));
        }
        let Some(entries) = level.policy.known().map(|policy| &policy.audit_logs) else { continue };
        any = true;
        for entry in entries.iter().filter(|entry| SIGNING_SERVICES.contains(&entry.service.as_str())) {
            let kind = match entry.log_type.as_str() {
                "ADMIN_READ" => &mut logs.admin_read,
                "DATA_READ" => &mut logs.data_read,
                _ => continue,
            };
            kind.get_or_insert_default().extend(entry.exempted_members.iter().cloned());
        }
    }
    if known.of(&project).is_none() {
        missing = missing.or_else(|| Some(not_read(&project)));
    }
    match missing {
        None => Reading::Complete(logs),
        Some(gap) if any => Reading::Partial(logs, gap),
        Some(gap) => Reading::Missing(gap),
    }
}

fn not_read(resource: &IamResource) -> Gap {
    Gap {
        message: format!("The policy of {} was not read", resource.title()),
        ..Gap::not_reached(Part::IamPolicies)
    }
}
