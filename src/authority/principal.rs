//! Who can hold a role, and whether it is the tenant's own.

use std::collections::HashSet;

use serde::Serialize;

use crate::tenant::{Address, Domains, IamResource, Reading, ResourcePolicy};

/// What kind of principal it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PrincipalKind {
    User,
    /// A group: each of its members.
    Group,
    ServiceAccount,
    /// All service accounts of a project, folder or organization.
    ServiceAccountSet,
    /// All users of a domain.
    Domain,
    /// All users of the tenant, as members of a group.
    Tenant,
    /// Whoever holds Owner, Editor or Viewer of a project.
    BasicRole,
    /// One identity of an identity pool.
    FederatedSubject,
    /// The identities of a pool with a group or an attribute in common.
    FederatedSet,
    /// All identities of a pool.
    WholePool,
    /// Anyone on the internet.
    Anyone,
    /// Anyone with a Google account, or a service account of anyone's.
    AnyoneSignedIn,
    /// A principal identifier that is not known here.
    Other,
}

/// Whose principal it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Side {
    /// The tenant's.
    Inside,
    /// Somebody else's: no verified domain of the tenant, no project that was read.
    Outside,
    /// Nobody knows: the domains or the projects were not read completely.
    Unknown,
}

/// A principal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub(crate) struct Principal {
    /// What it is.
    pub(crate) kind: PrincipalKind,
    /// Its address or domain in comparable form; else the identifier as the policy has it.
    pub(crate) id: String,
    /// Whose it is.
    pub(crate) side: Side,
}

impl Principal {
    /// Whether it is an account of Google's own, and not known to be of somebody else's project.
    #[must_use]
    pub(crate) fn is_service_agent(&self) -> bool {
        self.kind == PrincipalKind::ServiceAccount
            && self.side != Side::Outside
            && ServiceAgent::of(&self.id).is_some()
    }
}

/// What is the tenant's own.
#[derive(Debug)]
pub(super) struct Own {
    domains: HashSet<String>,
    domains_are_complete: bool,
    /// Ids, numbers and mail domains of projects, by whether they stand under the tenant's organization.
    projects: HashSet<String>,
    foreign_projects: HashSet<String>,
    folders_and_organizations: HashSet<String>,
    /// Whether the number of the tenant's organization is known.
    knows_organization: bool,
    projects_are_complete: bool,
}

impl Own {
    /// `organization_of` a resource: the number of the organization at the top, if it was read.
    pub(super) fn new<'a>(
        domains: &Reading<Domains>,
        organization: Option<&str>,
        resources: impl Iterator<Item = (&'a ResourcePolicy, Option<&'a str>)>,
        projects_are_complete: bool,
    ) -> Self {
        let verified = domains.known().into_iter().flat_map(|domains| &domains.0);
        let mut own = Self {
            domains: verified
                .filter(|domain| domain.verified == Some(true))
                .filter_map(|domain| domain_of(&domain.name))
                .collect(),
            domains_are_complete: domains.complete().is_ok(),
            projects: HashSet::new(),
            foreign_projects: HashSet::new(),
            folders_and_organizations: organization.map(str::to_owned).into_iter().collect(),
            knows_organization: organization.is_some(),
            projects_are_complete,
        };
        for (entry, top) in resources {
            let is_foreign = organization.zip(top).is_some_and(|(own, top)| own != top);
            match &entry.resource {
                IamResource::Project(id) => {
                    let set = if is_foreign { &mut own.foreign_projects } else { &mut own.projects };
                    set.extend([id.clone(), mail_domain(id)]);
                    set.extend(entry.number.clone());
                }
                IamResource::Folder(id) | IamResource::Organization(id) if !is_foreign => {
                    own.folders_and_organizations.insert(id.clone());
                }
                _ => {}
            }
        }
        own
    }

    /// Whose principal it is.
    pub(super) fn side(&self, kind: PrincipalKind, id: &str) -> Side {
        match kind {
            PrincipalKind::User | PrincipalKind::Group => {
                id.rsplit_once('@').map_or(Side::Unknown, |(_, domain)| self.of_domain(domain))
            }
            PrincipalKind::Domain => self.of_domain(id),
            PrincipalKind::ServiceAccount => self.of_account(id),
            PrincipalKind::Tenant => Side::Inside,
            PrincipalKind::Anyone | PrincipalKind::AnyoneSignedIn => Side::Outside,
            PrincipalKind::BasicRole => {
                self.of_project(id.split_once(':').map_or(id, |(_, project)| project))
            }
            PrincipalKind::FederatedSubject
            | PrincipalKind::FederatedSet
            | PrincipalKind::WholePool
            | PrincipalKind::ServiceAccountSet => self.of_identifier(id),
            PrincipalKind::Other => Side::Unknown,
        }
    }

    fn of_domain(&self, domain: &str) -> Side {
        match (self.domains.contains(domain), self.domains_are_complete) {
            (true, _) => Side::Inside,
            (false, true) => Side::Outside,
            (false, false) => Side::Unknown,
        }
    }

    fn of_project(&self, project: &str) -> Side {
        if self.projects.contains(project) {
            Side::Inside
        } else if self.foreign_projects.contains(project) || self.projects_are_complete {
            Side::Outside
        } else {
            Side::Unknown
        }
    }

    fn of_folder_or_organization(&self, number: &str) -> Side {
        if self.folders_and_organizations.contains(number) {
            Side::Inside
        } else if self.knows_organization && self.projects_are_complete {
            Side::Outside
        } else {
            Side::Unknown
        }
    }

    /// `a@p.iam…`, `p@appspot…`, `1-compute@developer…`, and Google's service agents.
    fn of_account(&self, address: &str) -> Side {
        if let Some(agent) = ServiceAgent::of(address) {
            return match agent {
                ServiceAgent::Project(number) => self.of_project(number),
                ServiceAgent::FolderOrOrganization(number) => self.of_folder_or_organization(number),
                ServiceAgent::Unnamed => Side::Unknown,
            };
        }
        let (local, domain) = address.split_once('@').unwrap_or((address, ""));
        if domain == "appspot.gserviceaccount.com" {
            return self.of_project(local);
        }
        let Some(project) = domain.strip_suffix(".iam.gserviceaccount.com") else {
            return self.of_project(local.split('-').next().unwrap_or_default());
        };
        let side = self.of_project(project);
        // Anyone may call an account `service-1`, and Google may have more hosts than are known here.
        let looks_own = || local.strip_prefix("service-").is_some_and(|rest| self.names_own(rest));
        if side == Side::Outside && looks_own() { Side::Unknown } else { side }
    }

    /// `1`, `org-1` or `folder-1`, with a number of the tenant's own.
    fn names_own(&self, rest: &str) -> bool {
        let above = rest.strip_prefix("org-").or_else(|| rest.strip_prefix("folder-"));
        match above {
            Some(number) => self.folders_and_organizations.contains(number),
            None => is_number(rest) && self.projects.contains(rest),
        }
    }

    /// `…/projects/1/…`, `…/folders/1/…`, `p.svc.id.goog[…]`; a workforce pool does not say whose it is.
    fn of_identifier(&self, id: &str) -> Side {
        if let Some((project, _)) = id.split_once(".svc.id.goog[") {
            return self.of_project(project);
        }
        let after = |word| id.split_once(word).and_then(|(_, rest)| rest.split('/').next());
        match (after("/projects/"), after("/folders/").or_else(|| after("/organizations/"))) {
            (Some(project), _) => self.of_project(project),
            (None, Some(above)) if self.folders_and_organizations.contains(above) => Side::Inside,
            _ => Side::Unknown,
        }
    }
}

/// A service agent: an account of Google's own, made for a service in a project, a folder or an organization. Nobody
/// else can be it. Its address names the number of its owner: <https://cloud.google.com/iam/docs/service-agents>.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ServiceAgent<'a> {
    /// Of the project with this number.
    Project(&'a str),
    /// Of the folder or organization with this number.
    FolderOrOrganization(&'a str),
    /// Of an owner that its address does not name.
    Unnamed,
}

/// Projects of Google's, besides `gcp-sa-…`, in which service agents live (the page above; that nobody else can have a
/// project whose name begins with `gcp-sa-` is assumed).
const AGENT_HOSTS: [&str; 34] = [
    "bigquery-data-connectors",
    "bigquery-encryption",
    "cloud-cdn-fill",
    "cloud-filer",
    "cloud-memcache-sa",
    "cloud-ml.google.com",
    "cloud-redis",
    "cloud-tpu",
    "cloudcomposer-accounts",
    "compute-system",
    "container-analysis",
    "container-engine-robot",
    "containerregistry",
    "dataflow-service-producer-prod",
    "dataproc-accounts",
    "dlp-api",
    "endpoints-portal",
    "firebase-rules",
    "gae-api-prod.google.com",
    "gcf-admin-robot",
    "gcp-gae-service",
    "genomics-api.google.com",
    "gs-project-accounts",
    "healthcare",
    "krmapihosting",
    "monitoring-notification",
    "remotebuildexecution",
    "security-center-api",
    "serverless-robot-prod",
    "service-consumer-management",
    "service-networking",
    "sourcerepo-service-accounts",
    "storage-transfer-service",
    "tpu.google.com",
];

impl<'a> ServiceAgent<'a> {
    /// The agent with this address, in comparable form; `None` for any other account, such as the default ones of
    /// Compute Engine and App Engine, as which the tenant's own programs run.
    pub(super) fn of(address: &'a str) -> Option<Self> {
        let (local, domain) = address.split_once('@')?;
        let place = domain.strip_suffix(".gserviceaccount.com")?;
        let is_agents = match place.strip_suffix(".iam") {
            Some(host) => host.starts_with("gcp-sa-") || AGENT_HOSTS.contains(&host),
            None => matches!(place, "cloudservices" | "cloudbuild" | "project" | "system"),
        };
        if !is_agents {
            return None;
        }
        // `service-1`, `service-org-1`, `service-folder-1`, `project-1`, `bq-1`, `vault-1-id`, `1`, `p1-id`, `o1-id`, `f1-id`.
        let mut parts = local.split('-');
        let number = |part: &'a str| is_number(part).then_some(part);
        let first = parts.next().unwrap_or_default();
        let second = parts.next().unwrap_or_default();
        let above = ["org", "folder"].contains(&second).then(|| parts.next()).flatten().and_then(number);
        let found = above.or_else(|| {
            ["organization", "organizations", "folder"].contains(&first).then_some(second).and_then(number)
        });
        let found = found.or_else(|| first.strip_prefix(['o', 'f']).and_then(number));
        if let Some(number) = found {
            return Some(Self::FolderOrOrganization(number));
        }
        let of_project =
            number(first).or_else(|| number(second)).or_else(|| first.strip_prefix('p').and_then(number));
        Some(of_project.map_or(Self::Unnamed, Self::Project))
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A project's part of its service accounts' addresses: `example.com:p` writes `p.example.com`.
fn mail_domain(project: &str) -> String {
    project.split_once(':').map_or_else(|| project.to_owned(), |(domain, id)| format!("{id}.{domain}"))
}

fn domain_of(name: &str) -> Option<String> {
    Address::new(&format!("x@{name}")).domain().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_agents_address_names_its_owner() {
        use ServiceAgent::{FolderOrOrganization as Above, Project, Unnamed};
        for (address, agent) in [
            ("service-org-9001@gcp-sa-pam.iam", Some(Above("9001"))),
            ("service-org-9001@security-center-api.iam", Some(Above("9001"))),
            ("service-folder-77@gcp-sa-assuredworkloads.iam", Some(Above("77"))),
            ("o9001-123@gcp-sa-logging.iam", Some(Above("9001"))),
            ("service-111@gcp-sa-pubsub.iam", Some(Project("111"))),
            ("service-111@compute-system.iam", Some(Project("111"))),
            ("project-111@storage-transfer-service.iam", Some(Project("111"))),
            ("bq-111@bigquery-encryption.iam", Some(Project("111"))),
            ("vault-111-a1@gcp-sa-backupdr-pr.iam", Some(Project("111"))),
            ("p111-a1b2@gcp-sa-cloud-sql.iam", Some(Project("111"))),
            ("111@cloudservices", Some(Project("111"))),
            ("111@cloudbuild", Some(Project("111"))),
            ("cloud-logs@system", Some(Unnamed)),
            ("service-111@evil.iam", None),
            ("service-org-9001@evil.iam", None),
            ("111-compute@developer", None),
            ("apps@appspot", None),
            ("mailer@apps.iam", None),
        ] {
            assert_eq!(ServiceAgent::of(&format!("{address}.gserviceaccount.com")), agent, "{address}");
        }
    }
}
