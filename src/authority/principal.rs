//! Who can hold a role, and whether it is the tenant's own.

use std::collections::HashSet;

use serde::Serialize;

use crate::tenant::{Address, Domains, IamResource, Reading, ResourcePolicy};

/// What kind of principal it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PrincipalKind {
    /// A user.
    User,
    /// A group: each of its members.
    Group,
    /// A service account.
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
pub enum Side {
    /// The tenant's.
    Inside,
    /// Somebody else's: no verified domain of the tenant, no project that was read.
    Outside,
    /// Nobody knows: the domains or the projects were not read completely.
    Unknown,
}

/// A principal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Principal {
    /// What it is.
    pub kind: PrincipalKind,
    /// Its address or domain in comparable form; else the identifier as the policy has it.
    pub id: String,
    /// Whose it is.
    pub side: Side,
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
            folders_and_organizations: HashSet::new(),
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

    /// `a@p.iam…`, `p@appspot…`, `1-compute@developer…`, `service-1@…`, `1@cloudservices…`.
    fn of_account(&self, address: &str) -> Side {
        let (local, domain) = address.split_once('@').unwrap_or((address, ""));
        let number: String = local
            .strip_prefix("service-")
            .unwrap_or(local)
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        match domain.strip_suffix(".iam.gserviceaccount.com") {
            Some(project) if !is_service_agent(address) => self.of_project(project),
            _ if domain == "appspot.gserviceaccount.com" => self.of_project(local),
            _ => self.of_project(&number),
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

/// Whether the account is Google's own, made for a service in a project: nobody else can be it.
pub(super) fn is_service_agent(address: &str) -> bool {
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    address.split_once('@').is_some_and(|(local, domain)| {
        local.strip_prefix("service-").is_some_and(number)
            || domain.starts_with("gcp-sa-")
            || domain == "cloudservices.gserviceaccount.com"
    })
}

/// A project's part of its service accounts' addresses: `example.com:p` writes `p.example.com`.
fn mail_domain(project: &str) -> String {
    project.split_once(':').map_or_else(|| project.to_owned(), |(domain, id)| format!("{id}.{domain}"))
}

fn domain_of(name: &str) -> Option<String> {
    Address::new(&format!("x@{name}")).domain().map(str::to_owned)
}
