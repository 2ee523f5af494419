//! What every tenant starts from, and the words to people it.

use std::collections::HashMap;

use chrono::{DateTime, Datelike, Duration, TimeZone, Utc};

use super::crowd::Crowd;
use super::mailbox::mail_clients;
use super::people::People;
use super::person::{Person, Standing};
use super::project::{Key, KeyOrigin, Project, ServiceAccount};
use super::role::{Role, RoleAssignment};
use super::{
    Activity, Application, Domain, DomainAlias, Exception, Folder, ForeignAccount, Grant, Group, GroupMember,
    Log, Mailbox, OrgPolicy, OrgUnit, Organization, Policy, SettingPolicy, Tenant, log,
    names::{self, PRIMARY_DOMAIN},
};
use crate::dice::Dice;

pub(super) const AUDIT_PROJECT: &str = "audit-project";
const AUDIT_ACCOUNT: &str = "workspace-audit";

/// The scopes that the audit's own delegation holds unless a start says otherwise.
const AUDIT_SCOPES: [&str; 6] = [
    "https://www.googleapis.com/auth/admin.directory.user.readonly",
    "https://www.googleapis.com/auth/admin.directory.domain.readonly",
    "https://www.googleapis.com/auth/admin.directory.rolemanagement.readonly",
    "https://www.googleapis.com/auth/admin.directory.group.readonly",
    "https://www.googleapis.com/auth/admin.reports.audit.readonly",
    "https://www.googleapis.com/auth/gmail.settings.basic",
];

/// A role that one administrator holds besides another.
pub(super) const LOG_READER: &str = "Log reader";

const READ_ONLY_DIRECTORY: [&str; 2] = ["USERS_RETRIEVE", "ORGANIZATION_UNITS_RETRIEVE"];

/// A tenant in the making.
pub(super) struct Foundation {
    pub(super) seed: u64,
    pub(super) now: DateTime<Utc>,
    pub(super) people: Vec<Person>,
    pub(super) crowd: Option<Crowd>,
    pub(super) deleted: Vec<Person>,
    pub(super) domains: Vec<Domain>,
    pub(super) domain_aliases: Vec<DomainAlias>,
    pub(super) projects: Vec<Project>,
    pub(super) groups: Vec<Group>,
    pub(super) cloud: Organization,
    pub(super) folders: Vec<Folder>,
    pub(super) org_policies: Vec<OrgPolicy>,
    pub(super) setting_policies: Vec<SettingPolicy>,
    pub(super) foreign_accounts: Vec<ForeignAccount>,
    pub(super) entries: Vec<(Application, Activity)>,
    pub(super) log_crowd: log::Crowd,
    /// Administrators by address, people and service accounts, with the role that they hold besides.
    pub(super) further_admins: Vec<(String, &'static str)>,
    pub(super) grants: Vec<Grant>,
    pub(super) exceptions: Vec<Exception>,
    pub(super) org_units: Vec<OrgUnit>,
    roles: Vec<Role>,
    organization: &'static str,
}

impl Foundation {
    pub(super) fn new(seed: u64, now: DateTime<Utc>, organization: &'static str) -> Self {
        let mut foundation = Self {
            seed,
            now,
            people: Vec::new(),
            crowd: None,
            deleted: Vec::new(),
            domains: Vec::new(),
            domain_aliases: Vec::new(),
            projects: Vec::new(),
            groups: Vec::new(),
            cloud: Organization {
                id: format!("8{}", Dice::new(seed, "organization", 0).digits(11)),
                ..Organization::default()
            },
            folders: Vec::new(),
            org_policies: Vec::new(),
            setting_policies: Vec::new(),
            foreign_accounts: Vec::new(),
            entries: Vec::new(),
            log_crowd: log::Crowd { seed, now, ..log::Crowd::default() },
            further_admins: Vec::new(),
            grants: Vec::new(),
            exceptions: Vec::new(),
            org_units: Vec::new(),
            roles: Vec::new(),
            organization,
        };
        foundation.domain(PRIMARY_DOMAIN, true, true);
        foundation.org_unit("/Leadership", "Board and executives");
        for department in names::DEPARTMENTS {
            foundation.org_unit(department, "");
        }
        foundation.roles = roles(seed);
        foundation.folder("Applications");
        foundation.project(AUDIT_PROJECT);
        foundation.audit_account();
        foundation
    }

    pub(super) fn days_ago(&self, days: i64) -> DateTime<Utc> {
        self.now - Duration::days(days)
    }

    pub(super) fn in_days(&self, days: i64) -> DateTime<Utc> {
        self.now + Duration::days(days)
    }

    /// New Year's Day of the next decade, two years ahead at least: what names it stays the same from one start to the
    /// next, as a condition in a policy does.
    pub(super) fn next_decade(&self) -> DateTime<Utc> {
        let year = ((self.now.year() + 2) / 10 + 1) * 10;
        Utc.with_ymd_and_hms(year, 1, 1, 0, 0, 0).single().unwrap_or(self.now)
    }

    pub(super) fn domain(&mut self, name: &str, primary: bool, verified: bool) {
        let created_at = self.days_ago(if verified { 2400 } else { 12 });
        self.domains.push(Domain { name: name.to_owned(), primary, verified, created_at });
    }

    pub(super) fn domain_alias(&mut self, name: &str, verified: bool) {
        let created_at = self.days_ago(if verified { 1600 } else { 40 });
        self.domain_aliases.push(DomainAlias {
            name: name.to_owned(),
            parent: PRIMARY_DOMAIN.to_owned(),
            verified,
            created_at,
        });
    }

    pub(super) fn org_unit(&mut self, path: &str, description: &str) {
        let id = format!(
            "id:{}",
            Dice::new(self.seed, "orgUnit", self.org_units.len() as u64).letters_and_digits(14)
        );
        self.org_units.push(OrgUnit { id, path: path.to_owned(), description: description.to_owned() });
    }

    /// An active user with nothing to find: enrolled, enforced, recently signed in, Gmail on.
    pub(super) fn hire(&mut self, given_name: &str, family_name: &str) -> &mut Person {
        let login = format!("{given_name}.{family_name}").to_lowercase();
        self.hire_as(&login, given_name, family_name)
    }

    pub(super) fn hire_as(&mut self, login: &str, given_name: &str, family_name: &str) -> &mut Person {
        let place = self.people.len() + self.deleted.len();
        let mut dice = Dice::new(self.seed, "user", place as u64);
        let person = Person {
            id: format!("1{}", dice.digits(20)),
            given_name: given_name.to_owned(),
            family_name: family_name.to_owned(),
            primary_email: format!("{login}@{PRIMARY_DOMAIN}"),
            aliases: Vec::new(),
            non_editable_aliases: Vec::new(),
            org_unit: dice.pick(&names::DEPARTMENTS).to_owned(),
            standing: Standing::Active,
            super_admin: false,
            delegated_admin: false,
            enrolled_in_two_step: true,
            enforced_in_two_step: true,
            created_at: self.now - Duration::days(200) - hours(dice.below(24 * 1800)),
            last_login_at: Some(self.now - hours(1 + dice.below(24 * 20))),
            deleted_at: None,
            mailbox_set_up: true,
            guest_email: None,
            mailbox: Mailbox::default(),
            left_out: &[],
        };
        self.people.push(person);
        self.people.last_mut().expect("a person was just hired")
    }

    /// Somebody outside, whom somebody inside invited: with neither a second step nor a sign-in.
    ///
    /// *Assumed*: that the primary address is one at `<domain>.guest.google`, how it is made of the guest's own, and
    /// the organizational unit.
    pub(super) fn invite(&mut self, outside: &str, given_name: &str, family_name: &str) -> &mut Person {
        let guest = self.hire_as("guest", given_name, family_name);
        guest.primary_email = format!("{}@{PRIMARY_DOMAIN}.guest.google", outside.replace('@', "."));
        guest.org_unit = "/Workspace Guests".to_owned();
        guest.guest_email = Some(outside.to_owned());
        guest.enrolled_in_two_step = false;
        guest.enforced_in_two_step = false;
        guest.last_login_at = None;
        guest.mailbox_set_up = false;
        guest
    }

    /// The next `count` unremarkable users, with names no one before them has.
    pub(super) fn hire_many(&mut self, count: usize) {
        let mut dice = Dice::new(self.seed, "names", 0);
        let mut hired = 0;
        while hired < count {
            let (given, family) = (dice.pick(&names::GIVEN), dice.pick(&names::FAMILY));
            let address = format!("{given}.{family}@{PRIMARY_DOMAIN}").to_lowercase();
            if self.people.iter().all(|person| person.primary_email != address) {
                self.hire(given, family);
                hired += 1;
            }
        }
    }

    /// Gives everybody settings for mail programs.
    pub(super) fn set_up_mail_clients(&mut self) {
        for person in &mut self.people {
            let mut dice = Dice::new(self.seed, &person.id, 1);
            (person.mailbox.imap, person.mailbox.pop) = mail_clients(&mut dice);
        }
    }

    /// Someone whose account was deleted `days` ago and can still be restored.
    pub(super) fn delete(&mut self, given_name: &str, family_name: &str, days: i64) {
        self.hire(given_name, family_name);
        if let Some(mut person) = self.people.pop() {
            person.deleted_at = Some(self.days_ago(days));
            self.deleted.push(person);
        }
    }

    pub(super) fn project(&mut self, id: &str) {
        let number = format!("7{}", Dice::new(self.seed, "project", self.projects.len() as u64).digits(11));
        let created_at = self.days_ago(2000);
        self.projects.push(Project {
            id: id.to_owned(),
            number,
            accounts: Vec::new(),
            folder: self.folders.last().map(|folder| folder.id.clone()),
            policy: Policy::default(),
            roles: Vec::new(),
            disabled_services: Vec::new(),
            created_at,
        });
    }

    /// A folder right below the organization; projects made from now on are in it.
    pub(super) fn folder(&mut self, name: &str) {
        let id = format!("6{}", Dice::new(self.seed, "folder", self.folders.len() as u64).digits(11));
        self.folders.push(Folder { id, display_name: name.to_owned(), policy: Policy::default() });
    }

    pub(super) fn group(&mut self, login: &str, name: &str, members: &[&str]) {
        let ordinal = self.groups.len() as u64;
        let in_domain = |address: &str| match address.contains('@') {
            true => address.to_owned(),
            false => format!("{address}@{PRIMARY_DOMAIN}"),
        };
        // The first member is the owner.
        let members = members.iter().enumerate().map(|(place, member)| GroupMember {
            email: in_domain(member),
            role: if place == 0 { "OWNER" } else { "MEMBER" },
        });
        self.groups.push(Group {
            id: format!("0{}", Dice::new(self.seed, "group", ordinal).letters_and_digits(14)),
            email: in_domain(login),
            name: name.to_owned(),
            description: String::new(),
            members: members.collect(),
        });
    }

    /// A service account of any project, by the part of its address before the `@`.
    pub(super) fn account_named(&mut self, name: &str) -> &mut ServiceAccount {
        let accounts = self.projects.iter_mut().flat_map(|project| &mut project.accounts);
        let mut of_name =
            accounts.filter(|account| account.email.split('@').next().is_some_and(|own| own.ends_with(name)));
        of_name.next().expect("the account was opened before")
    }

    pub(super) fn project_named(&mut self, id: &str) -> &mut Project {
        let mut projects = self.projects.iter_mut();
        projects.find(|project| project.id == id).expect("the project was made before")
    }

    /// A service account of the newest project, with the key Google keeps for it.
    pub(super) fn account(&mut self, name: &str, display_name: &str) -> &mut ServiceAccount {
        let ordinal = self.projects.iter().map(|project| project.accounts.len()).sum::<usize>() as u64;
        let mut dice = Dice::new(self.seed, "account", ordinal);
        let now = self.now;
        let project = self.projects.last_mut().expect("a tenant has a project before it has accounts");
        let email = match name {
            "compute" => format!("{}-compute@developer.gserviceaccount.com", project.number),
            name => format!("{name}@{}.iam.gserviceaccount.com", project.id),
        };
        project.accounts.push(ServiceAccount {
            email,
            client_id: format!("1{}", dice.digits(20)),
            display_name: display_name.to_owned(),
            description: String::new(),
            disabled: false,
            keys: vec![Key {
                id: dice.hexadecimal(40),
                origin: KeyOrigin::SystemManaged,
                valid_after: now - Duration::days(3),
                valid_before: Some(now + Duration::days(13)),
                disabled: false,
                disabled_by_google: None,
                last_used_at: None,
                public_key: None,
            }],
            policy: Policy::default(),
            last_used_at: None,
        });
        project.accounts.last_mut().expect("an account was just opened")
    }

    /// A key of the newest account, made `days` ago and valid without end.
    pub(super) fn key(&mut self, origin: KeyOrigin, days: i64) -> &mut Key {
        let valid_after = self.days_ago(days);
        let seed = self.seed;
        let account = self
            .projects
            .last_mut()
            .and_then(|project| project.accounts.last_mut())
            .expect("a tenant has an account before it has keys");
        let ordinal = account.keys.len() as u64;
        account.keys.push(Key {
            id: Dice::new(seed, &account.client_id, ordinal).hexadecimal(40),
            origin,
            valid_after,
            valid_before: None,
            disabled: false,
            disabled_by_google: None,
            last_used_at: None,
            public_key: None,
        });
        account.keys.last_mut().expect("a key was just made")
    }

    /// Delegates scopes to the newest account.
    pub(super) fn delegate(&mut self, scopes: &[&str]) {
        let account = self
            .projects
            .last()
            .and_then(|project| project.accounts.last())
            .map(|account| (account.display_name.clone(), account.client_id.clone()));
        if let Some((name, client_id)) = account {
            self.grant(&name, &client_id, scopes);
        }
    }

    /// Delegates scopes to a client, whoever it is. Names without a scheme are Google's.
    pub(super) fn grant(&mut self, name: &str, client_id: &str, scopes: &[&str]) {
        let scopes = whole_scopes(scopes);
        self.grants.push(Grant {
            name: name.to_owned(),
            client_id: client_id.to_owned(),
            scopes,
            listed: true,
        });
    }

    /// A client id that belongs to none of the tenant's projects.
    pub(super) fn foreign_client_id(&self, ordinal: u64) -> String {
        format!("1{}", Dice::new(self.seed, "foreign client", ordinal).digits(20))
    }

    pub(super) fn accept(&mut self, check: &'static str, subject: &str, reason: &'static str) {
        self.exceptions.push(Exception {
            check,
            subject: subject.to_owned(),
            reason,
            owner: format!("security@{PRIMARY_DOMAIN}"),
            expires_at: self.in_days(120),
        });
    }

    /// The client id, address and delegated scopes of the audit's own account.
    pub(super) fn audit_client(&self) -> (String, String) {
        let account = &self.projects[0].accounts[0];
        (account.client_id.clone(), account.email.clone())
    }

    pub(super) fn audit_key(&mut self) -> &mut Key {
        let keys = &mut self.projects[0].accounts[0].keys;
        keys.last_mut().expect("the audit's account has a key file")
    }

    fn audit_account(&mut self) {
        self.account(AUDIT_ACCOUNT, "Workspace audit").description =
            "Reads the tenant once a week".to_owned();
        let end = self.in_days(40);
        self.key(KeyOrigin::UserManaged, 20).valid_before = Some(end);
        self.delegate(&AUDIT_SCOPES);
    }

    /// What the audit reads the cloud with, and who may sign for it: itself, as where it is attached to a job
    /// that grants it the right on itself; the administrator who signed in to the cloud; the workload.
    fn grant_audit_roles(&mut self, admin: &str) {
        let audit = format!("serviceAccount:{}", self.projects[0].accounts[0].email);
        for role in [
            "roles/iam.securityReviewer",
            "roles/browser",
            "roles/iam.serviceAccountViewer",
            "roles/iam.workloadIdentityPoolViewer",
            "roles/cloudasset.viewer",
            "roles/policyanalyzer.activityAnalysisViewer",
            "roles/orgpolicy.policyViewer",
            "roles/serviceusage.serviceUsageViewer",
        ] {
            self.cloud.policy.bind(role, &[&audit]);
        }
        let (admin, workload) = (format!("user:{admin}"), workload(&self.projects[0].number));
        self.projects[0].accounts[0]
            .policy
            .bind("roles/iam.serviceAccountTokenCreator", &[&audit, &admin, &workload]);
    }

    /// The tenant, with `admin` as the administrator the audit acts as.
    pub(super) fn finish(mut self, admin: &str) -> Tenant {
        self.grant_audit_roles(admin);
        let role_assignments = self.assign_roles();
        let mut dice = Dice::new(self.seed, "customer", 0);
        let mut accounts_by_name = HashMap::new();
        for (project_place, project) in self.projects.iter().enumerate() {
            for (place, account) in project.accounts.iter().enumerate() {
                for name in [account.email.to_ascii_lowercase(), account.client_id.clone()] {
                    accounts_by_name.insert(name, (project_place, place));
                }
            }
        }
        Tenant {
            seed: self.seed,
            customer_id: format!("C0{}", dice.letters_and_digits(7)),
            organization: self.organization.to_owned(),
            primary_domain: PRIMARY_DOMAIN.to_owned(),
            founded_at: self.days_ago(2400),
            domains: self.domains,
            domain_aliases: self.domain_aliases,
            org_units: self.org_units,
            roles: self.roles,
            role_assignments,
            people: People::new(std::mem::take(&mut self.people), self.crowd.take()),
            deleted: self.deleted,
            audit_account: self.projects[0].accounts[0].email.clone(),
            groups: self.groups,
            cloud: self.cloud,
            folders: self.folders,
            projects: self.projects,
            org_policies: self.org_policies,
            setting_policies: self.setting_policies,
            foreign_accounts: self.foreign_accounts,
            log: Log::new(self.entries, self.log_crowd),
            archived_mailboxes: false,
            revoked_permissions: Vec::new(),
            grants: self.grants,
            exceptions: self.exceptions,
            admin: admin.to_owned(),
            accounts_by_name,
        }
    }

    /// Super administrators hold the role of that name; delegated ones take turns at the others.
    fn assign_roles(&self) -> Vec<RoleAssignment> {
        let delegated: Vec<&Role> = self.roles.iter().filter(|role| !role.super_admin).collect();
        let mut turn = delegated.iter().cycle();
        let mut assignments = Vec::new();
        for person in &self.people {
            let super_admin =
                person.super_admin.then(|| self.roles.iter().find(|role| role.super_admin)).flatten();
            let lesser = person.delegated_admin.then(|| turn.next().copied()).flatten();
            for role in super_admin.into_iter().chain(lesser) {
                let mut dice = Dice::new(self.seed, "roleAssignment", assignments.len() as u64);
                assignments.push(RoleAssignment {
                    id: format!("1{}", dice.digits(16)),
                    role_id: role.id.clone(),
                    assigned_to: person.id.clone(),
                    org_unit_id: None,
                });
            }
        }
        for (email, role) in &self.further_admins {
            let accounts = self.projects.iter().flat_map(|project| &project.accounts);
            let account =
                accounts.filter(|account| account.email == *email).map(|account| &account.client_id);
            let people = self.people.iter().filter(|person| person.primary_email == *email);
            let assignee = account.chain(people.map(|person| &person.id)).next();
            let role = self.roles.iter().find(|own| own.name == *role);
            if let (Some(assignee), Some(role)) = (assignee, role) {
                let mut dice = Dice::new(self.seed, "roleAssignment", assignments.len() as u64);
                assignments.push(RoleAssignment {
                    id: format!("1{}", dice.digits(16)),
                    role_id: role.id.clone(),
                    assigned_to: assignee.clone(),
                    org_unit_id: None,
                });
            }
        }
        assignments
    }
}

/// The one workload that the audit's identity pool knows, as IAM names it in a policy.
pub(crate) fn workload(project_number: &str) -> String {
    format!("principal://iam.googleapis.com/{}/subject/emulated", pool(project_number))
}

/// The identity pool of the audit's project.
pub(crate) fn pool(project_number: &str) -> String {
    pool_named(project_number, "emulated")
}

/// A pool of the same project that is disabled.
pub(crate) const FORMER_POOL: &str = "former";

/// An identity pool of a project, by its own name.
pub(crate) fn pool_named(project_number: &str, name: &str) -> String {
    format!("projects/{project_number}/locations/global/workloadIdentityPools/{name}")
}

/// Scopes in full: names without a scheme are Google's.
pub(super) fn whole_scopes(scopes: &[&str]) -> Vec<String> {
    let whole = |scope: &&str| match scope.starts_with("https://") {
        true => (*scope).to_owned(),
        false => format!("https://www.googleapis.com/auth/{scope}"),
    };
    scopes.iter().map(whole).collect()
}

impl Tenant {
    /// The id of the organizational unit above all others.
    pub(crate) fn root_org_unit_id(&self) -> String {
        root_org_unit_id(self.seed)
    }
}

/// The id of the organizational unit above all others, by the seed of the tenant.
pub(crate) fn root_org_unit_id(seed: u64) -> String {
    format!("id:{}", Dice::new(seed, "rootOrgUnit", 0).letters_and_digits(14))
}

fn hours(count: u64) -> Duration {
    Duration::hours(i64::try_from(count).unwrap_or(0))
}

/// Google's own roles, under the names it gives them, and one made by the tenant.
fn roles(seed: u64) -> Vec<Role> {
    let described: [(&str, &str, bool, bool, &[&str]); 7] = [
        ("_SEED_ADMIN_ROLE", "Google Workspace Administrator Seed Role", true, true, &["SUPER_ADMIN"]),
        (
            "_USER_MANAGEMENT_ADMIN_ROLE",
            "User Management Administrator",
            true,
            false,
            &["USERS_ALL", "ORGANIZATION_UNITS_RETRIEVE"],
        ),
        ("_GROUPS_ADMIN_ROLE", "Groups Administrator", true, false, &["GROUPS_ALL", "USERS_RETRIEVE"]),
        (
            "_HELP_DESK_ADMIN_ROLE",
            "Help Desk Administrator",
            true,
            false,
            &["USERS_RETRIEVE", "USERS_RESET_PASSWORD", "ORGANIZATION_UNITS_RETRIEVE"],
        ),
        ("Directory reader", "Reads users and organizational units", false, false, &READ_ONLY_DIRECTORY),
        ("Domain manager", "Manages domains", false, false, &["DOMAIN_MANAGEMENT"]),
        (LOG_READER, "Reads the audit logs", false, false, &["REPORTS_ACCESS"]),
    ];
    described
        .into_iter()
        .enumerate()
        .map(|(ordinal, (name, description, system, super_admin, privileges))| Role {
            id: format!("1{}", Dice::new(seed, "role", ordinal as u64).digits(16)),
            name,
            description,
            system,
            super_admin,
            privileges,
            reads_roles: super_admin,
        })
        .collect()
}
