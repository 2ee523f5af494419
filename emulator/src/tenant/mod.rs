//! The synthetic tenants: who works there, what their mailboxes hold, who may act for them.

mod access;
mod activity;
mod crowd;
mod foundation;
mod group;
mod healthy;
mod hierarchy;
mod history;
mod huge;
mod ledger;
mod log;
mod mailbox;
mod names;
mod neglected;
mod org_policy;
mod paths;
mod people;
mod person;
mod policy;
mod predefined_roles;
mod project;
mod role;
mod setting_policy;
mod truth;
mod typical;
mod typical_cloud;

use std::collections::HashMap;

use chrono::{DateTime, Utc};

pub(crate) use self::activity::{Activity, Actor, Parameter};
pub(crate) use self::foundation::{FORMER_POOL, pool, pool_named, root_org_unit_id, workload};
pub(crate) use self::group::{Group, GroupMember};
pub(crate) use self::hierarchy::{CustomRole, Folder, Organization, Resource};
pub(crate) use self::log::{Application, KEPT_DAYS, Log};
pub(crate) use self::mailbox::{MailService, Mailbox};
pub(crate) use self::org_policy::{KNOWN_CONSTRAINTS, OrgPolicy, Rule};
pub(crate) use self::people::{Order, People};
pub(crate) use self::person::{Person, Standing, milliseconds};
pub(crate) use self::policy::{Binding, Policy, etag as policy_etag};
pub(crate) use self::predefined_roles::{PREDEFINED, predefined};
pub(crate) use self::project::{Key, KeyOrigin, Project, ServiceAccount, seconds};
pub(crate) use self::role::{DIRECTORY_SERVICE, Role, RoleAssignment};
pub(crate) use self::setting_policy::SettingPolicy;
pub(crate) use self::truth::truth;
use crate::dice::Dice;
use crate::options::{Options, TenantName};

/// One Workspace customer with its cloud projects.
#[derive(Debug)]
pub(crate) struct Tenant {
    pub(crate) seed: u64,
    pub(crate) customer_id: String,
    pub(crate) organization: String,
    pub(crate) primary_domain: String,
    pub(crate) founded_at: DateTime<Utc>,
    pub(crate) domains: Vec<Domain>,
    pub(crate) domain_aliases: Vec<DomainAlias>,
    pub(crate) org_units: Vec<OrgUnit>,
    pub(crate) roles: Vec<Role>,
    pub(crate) role_assignments: Vec<RoleAssignment>,
    pub(crate) people: People,
    pub(crate) deleted: Vec<Person>,
    pub(crate) groups: Vec<Group>,
    pub(crate) cloud: Organization,
    pub(crate) folders: Vec<Folder>,
    pub(crate) projects: Vec<Project>,
    pub(crate) org_policies: Vec<OrgPolicy>,
    /// What the Admin console sets, in no order.
    pub(crate) setting_policies: Vec<SettingPolicy>,
    /// Service accounts of projects that are not the tenant's.
    pub(crate) foreign_accounts: Vec<ForeignAccount>,
    pub(crate) log: Log,
    /// Whether Gmail answers for the mailboxes of archived users.
    pub(crate) archived_mailboxes: bool,
    /// Permissions taken away from the audit's own account.
    pub(crate) revoked_permissions: Vec<String>,
    pub(crate) grants: Vec<Grant>,
    /// The findings the tenant has accepted, as its exceptions file lists them.
    pub(crate) exceptions: Vec<Exception>,
    /// The administrator that the audit acts as.
    pub(crate) admin: String,
    /// The audit's own service account.
    pub(crate) audit_account: String,
    accounts_by_name: HashMap<String, (usize, usize)>,
}

/// A domain of the tenant.
#[derive(Debug, Clone)]
pub(crate) struct Domain {
    pub(crate) name: String,
    pub(crate) primary: bool,
    pub(crate) verified: bool,
    pub(crate) created_at: DateTime<Utc>,
}

/// Another name for one of the tenant's domains.
#[derive(Debug, Clone)]
pub(crate) struct DomainAlias {
    pub(crate) name: String,
    pub(crate) parent: String,
    pub(crate) verified: bool,
    pub(crate) created_at: DateTime<Utc>,
}

/// An organizational unit below the root.
#[derive(Debug, Clone)]
pub(crate) struct OrgUnit {
    pub(crate) id: String,
    pub(crate) path: String,
    pub(crate) description: String,
}

/// A client's domain-wide delegation, as the Admin console lists it.
#[derive(Debug, Clone)]
pub(crate) struct Grant {
    pub(crate) name: String,
    pub(crate) client_id: String,
    pub(crate) scopes: Vec<String>,
    /// Whether the list that was written down from the console has it: it was made before a younger grant.
    pub(crate) listed: bool,
}

/// A service account of somebody else's project, or one that was deleted.
#[derive(Debug, Clone)]
pub(crate) struct ForeignAccount {
    pub(crate) account: ServiceAccount,
    pub(crate) deleted: bool,
}

/// A finding the tenant has accepted.
#[derive(Debug, Clone)]
pub(crate) struct Exception {
    pub(crate) check: &'static str,
    pub(crate) subject: String,
    pub(crate) reason: &'static str,
    pub(crate) owner: String,
    pub(crate) expires_at: DateTime<Utc>,
}

impl Tenant {
    /// The named tenant, as it is at `now`.
    pub(crate) fn found(options: &Options, now: DateTime<Utc>) -> Self {
        let (mut foundation, admin) = match options.tenant {
            TenantName::Healthy => healthy::found(options.seed, now),
            TenantName::Typical => typical::found(options.seed, now),
            TenantName::Neglected => neglected::found(options.seed, now),
            TenantName::Huge(users) => huge::found(options.seed, now, users),
        };
        foundation.open_accounts(options.service_accounts);
        foundation.log_crowd(options.events);
        options.log_entries.iter().for_each(|entry| foundation.log_entry(entry));
        let mut tenant = foundation.finish(admin);
        let audit_client = tenant.audit_account().1.client_id.clone();
        if let Some(grant) = tenant.grants.iter_mut().find(|grant| grant.client_id == audit_client) {
            grant.scopes.retain(|scope| !options.revoked_scopes.contains(scope));
            for scope in &options.extra_scopes {
                if !grant.scopes.contains(scope) {
                    grant.scopes.push(scope.clone());
                }
            }
        }
        tenant.archived_mailboxes = options.archived_mailboxes;
        tenant.revoked_permissions.clone_from(&options.revoked_permissions);
        let audit_project = tenant.audit_account().0.id.clone();
        if let Some(project) = tenant.projects.iter_mut().find(|project| project.id == audit_project) {
            project.disabled_services.clone_from(&options.disabled_services);
        }
        if options.admin_role {
            tenant.assign_audit_role(audit_client);
        }
        tenant
    }

    /// Makes the audit's own account an administrator, by a role of its own.
    fn assign_audit_role(&mut self, audit_client: String) {
        let mut dice = Dice::new(self.seed, "audit role", 0);
        let role = Role { id: format!("1{}", dice.digits(16)), ..Role::of_the_audit() };
        self.role_assignments.push(RoleAssignment {
            id: format!("1{}", dice.digits(16)),
            role_id: role.id.clone(),
            assigned_to: audit_client,
            org_unit_id: None,
        });
        self.roles.push(role);
    }

    /// A service account by address or unique id, with its project.
    pub(crate) fn account(&self, email: &str) -> Option<(&Project, &ServiceAccount)> {
        let &(project, account) = self.accounts_by_name.get(&email.to_ascii_lowercase())?;
        let project = self.projects.get(project)?;
        Some((project, project.accounts.get(account)?))
    }

    /// Every service account, in a stable order: the place in it stands for the account.
    pub(crate) fn accounts(&self) -> impl Iterator<Item = (&Project, &ServiceAccount)> {
        self.projects
            .iter()
            .flat_map(|project| project.accounts.iter().map(move |account| (project, account)))
    }

    pub(crate) fn account_at(&self, place: u32) -> Option<(&Project, &ServiceAccount)> {
        let mut place = usize::try_from(place).ok()?;
        for project in &self.projects {
            match project.accounts.get(place) {
                Some(account) => return Some((project, account)),
                None => place -= project.accounts.len(),
            }
        }
        None
    }

    pub(crate) fn place_of_account(&self, email: &str) -> Option<u32> {
        let &(project, account) = self.accounts_by_name.get(&email.to_ascii_lowercase())?;
        let before: usize = self.projects.iter().take(project).map(|project| project.accounts.len()).sum();
        u32::try_from(before + account).ok()
    }

    pub(crate) fn audit_account(&self) -> (&Project, &ServiceAccount) {
        self.account(&self.audit_account).expect("every tenant has the audit's own account")
    }

    /// Makes the newest key of the audit's own account the one whose private half its key file holds.
    pub(crate) fn publish_audit_key(&mut self, public_key: &[u8]) {
        let email = self.audit_account.clone();
        let accounts = self.projects.iter_mut().flat_map(|project| &mut project.accounts);
        for account in accounts.filter(|account| account.email == email) {
            if let Some(key) = account.keys.last_mut() {
                key.public_key = Some(public_key.to_vec());
            }
        }
    }

    pub(crate) fn grant_of(&self, client_id: &str) -> Option<&Grant> {
        self.grants.iter().find(|grant| grant.client_id == client_id)
    }

    /// Whether a domain name is the tenant's own, as a domain or as another name of one.
    pub(crate) fn owns_domain(&self, name: &str) -> bool {
        self.domains.iter().any(|domain| domain.name.eq_ignore_ascii_case(name))
            || self.domain_aliases.iter().any(|alias| alias.name.eq_ignore_ascii_case(name))
    }

    /// Whether one who holds roles under this id has a privilege, by any of them.
    pub(crate) fn has_privilege(&self, assignee_id: &str, privilege: Option<&str>) -> bool {
        self.role_assignments
            .iter()
            .filter(|assignment| assignment.assigned_to == assignee_id)
            .filter_map(|assignment| self.roles.iter().find(|role| role.id == assignment.role_id))
            .any(|role| role.allows(privilege))
    }
}
