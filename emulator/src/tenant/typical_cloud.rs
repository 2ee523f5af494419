//! The cloud of a company whose delegations grew over the years: where each is known, and who gets at it.

use super::foundation::{AUDIT_PROJECT, FORMER_POOL, Foundation, LOG_READER, pool, pool_named};
use super::project::KeyOrigin;
use super::{CustomRole, ForeignAccount, OrgPolicy, Rule};

const APPS: &str = "apps-project";
const DATA: &str = "data-project";
const CREATOR: &str = "roles/iam.serviceAccountTokenCreator";
const USER: &str = "roles/iam.serviceAccountUser";

/// Everything that hangs on the service accounts and grants that were made before.
pub(super) fn furnish(tenant: &mut Foundation) {
    groups(tenant);
    data_project(tenant);
    others(tenant);
    policies(tenant);
    org_policies(tenant);
    history(tenant);
    consents(tenant);
}

/// Groups in groups, with somebody from outside three levels down.
fn groups(tenant: &mut Foundation) {
    tenant.group("platform", "Platform team", &["maja.zielinska", "sre"]);
    tenant.group("sre", "Reliability", &["bruno.costa", "night-shift", "linnea.berg"]);
    tenant.group("night-shift", "Night shift", &["lars.thomsen", "oncall@contractor.example"]);
    tenant.group("engineering", "Engineering", &["linnea.berg", "jan.dvorak", "monika.graf"]);
    tenant.group("everybody", "Everybody", &["auditor", "platform", "engineering"]);
    tenant.group("empty", "Nobody is in it", &[]);
}

/// A second project in the same folder, and what it has of its own.
fn data_project(tenant: &mut Foundation) {
    tenant.project(DATA);
    tenant.account("newsletter", "Newsletter");
    let key = tenant.key(KeyOrigin::UserManaged, 300);
    key.disabled = true;
    key.disabled_by_google = Some("EXPOSED");
    // Younger than the list from the console; the second scope is the first, mistyped.
    tenant.delegate(&["https://mail.google.com/", "https://mail.google.com", "gmail.send"]);
    if let Some(grant) = tenant.grants.last_mut() {
        grant.listed = false;
    }
    tenant.account("runner", "Build runner");
    tenant.account("deployer", "Deployment");
    tenant.account("reports-loader", "Reports loader");
    tenant.key(KeyOrigin::UserManaged, 500);
}

/// Clients that are no account of the tenant's projects: a vendor's, a deleted one's. A third is nobody's.
fn others(tenant: &mut Foundation) {
    let vendor = tenant.foreign_client_id(1);
    outside(tenant, "signatures@vendor-signatures.iam.gserviceaccount.com", vendor, false);
    let deleted = tenant.foreign_client_id(4);
    outside(tenant, &format!("old-migration@{APPS}.iam.gserviceaccount.com"), deleted.clone(), true);
    tenant.grant("Mail migration 2021", &deleted, &["https://mail.google.com/"]);
}

/// Made as an account of the newest project, and taken out of it.
fn outside(tenant: &mut Foundation, email: &str, client_id: String, deleted: bool) {
    tenant.account("outside", "").client_id = client_id;
    tenant.key(KeyOrigin::UserManaged, 200);
    let accounts = tenant.projects.last_mut().map(|project| &mut project.accounts);
    if let Some(mut account) = accounts.and_then(Vec::pop) {
        account.email = email.to_owned();
        tenant.foreign_accounts.push(ForeignAccount { account, deleted });
    }
}

fn policies(tenant: &mut Foundation) {
    let runner = format!("serviceAccount:runner@{DATA}.iam.gserviceaccount.com");
    let crm = format!("serviceAccount:crm-sync@{APPS}.iam.gserviceaccount.com");
    let compute = format!("serviceAccount:{}", tenant.account_named("compute").email);
    let deployer = format!("serviceAccount:deployer@{DATA}.iam.gserviceaccount.com");
    let pool = format!("principalSet://iam.googleapis.com/{}/*", pool(&tenant.projects[0].number));
    let former_pool = pool_named(&tenant.projects[0].number, FORMER_POOL);
    let former_pool = format!("principalSet://iam.googleapis.com/{former_pool}/*");
    let audit = format!("serviceAccount:{}", tenant.audit_client().1);
    let deleted = format!(
        "deleted:serviceAccount:old-migration@{APPS}.iam.gserviceaccount.com?uid={}",
        tenant.foreign_client_id(4)
    );
    let (ended_at, ends_at) = (tenant.days_ago(20), tenant.next_decade());

    let root = &mut tenant.cloud.policy;
    root.bind("roles/iam.securityAdmin", &["user:viktor.balogh@example.com"]);
    root.bind("roles/browser", &["domain:example.com"]);
    tenant.cloud.roles = vec![CustomRole {
        id: "keyKeeper",
        title: "Key keeper",
        permissions: &["iam.serviceAccountKeys.create", "iam.serviceAccountKeys.list"],
        deleted: false,
    }];
    let key_keeper = format!("organizations/{}/roles/keyKeeper", tenant.cloud.id);
    if let Some(folder) = tenant.folders.last_mut() {
        folder.policy.bind("roles/viewer", &["group:engineering@example.com"]);
        folder.policy.bind(&key_keeper, &["user:monika.graf@example.com"]);
    }
    tenant.project_named(AUDIT_PROJECT).policy.audit_configs =
        vec![("iam.googleapis.com", vec!["ADMIN_READ", "DATA_READ"])];

    let apps = tenant.project_named(APPS);
    apps.roles = vec![
        CustomRole {
            id: "jwtSigner",
            title: "Signs for service accounts",
            permissions: &["iam.serviceAccounts.signJwt"],
            deleted: false,
        },
        CustomRole {
            id: "formerSigner",
            title: "Signed for service accounts",
            permissions: &["iam.serviceAccounts.signBlob", "iam.serviceAccounts.signJwt"],
            deleted: true,
        },
    ];
    apps.disabled_services = vec!["policyanalyzer.googleapis.com".to_owned()];
    apps.policy.bind("roles/owner", &["user:signe.dahl@example.com"]);
    apps.policy.bind("roles/editor", &[&compute]);
    apps.policy.bind("roles/browser", &[&deleted]);
    // Every account of the project, those made later too.
    apps.policy.bind(CREATOR, &[&runner]);
    apps.policy.bind("projects/apps-project/roles/formerSigner", &["user:olaf.brekke@example.com"]);

    // Through one group into another, and one more.
    let ticket_mailer = &mut tenant.account_named("ticket-mailer").policy;
    ticket_mailer.bind("projects/apps-project/roles/jwtSigner", &["group:platform@example.com"]);
    // May run as it, but it cannot sign as itself: no way to a user.
    ticket_mailer.bind(USER, &["user:farid.rahimi@example.com"]);
    ticket_mailer.bind("roles/iam.serviceAccountKeyAdmin", &["user:karin.falk@example.com"]);
    // May run as it, and it can sign as itself.
    let crm_sync = &mut tenant.account_named("crm-sync").policy;
    crm_sync.bind(CREATOR, &[&crm]);
    crm_sync.bind(USER, &["user:erik.sandberg@example.com"]);
    // One pool is open, the other disabled.
    tenant.account_named("people-sync").policy.bind(CREATOR, &[&pool]);
    tenant.account_named("ticket-mailer").policy.bind(CREATOR, &[&former_pool]);
    tenant.account_named("archive-export").policy.bind(CREATOR, &["allAuthenticatedUsers"]);
    let displays = &mut tenant.account_named("room-displays").policy;
    displays.bind(CREATOR, &["user:ida.moen@example.com"]).ends_at = Some(ended_at);
    displays.bind(CREATOR, &["user:jan.dvorak@example.com"]).ends_at = Some(ends_at);
    displays.bind(CREATOR, &["deleted:user:gone@example.com?uid=123456789012345678901"]);
    // The audit may ask in its name which scopes it has.
    tenant.account_named("newsletter").policy.bind(CREATOR, &[&audit]);
    // Two steps: the runner signs for all of the other project.
    tenant.account_named("runner").policy.bind("roles/iam.workloadIdentityUser", &[&deployer]);
    let people_sync = tenant.account_named("people-sync").email.clone();
    tenant.further_admins.push((people_sync, "_USER_MANAGEMENT_ADMIN_ROLE"));
    tenant.further_admins.push(("maja.zielinska@example.com".to_owned(), LOG_READER));
}

/// On at the root, and taken back where it was in the way.
fn org_policies(tenant: &mut Foundation) {
    let root = format!("organizations/{}", tenant.cloud.id);
    let apps = format!("projects/{}", tenant.project_named(APPS).number);
    let data = format!("projects/{}", tenant.project_named(DATA).number);
    let mut set = |resource: &str, constraint, rule| {
        tenant.org_policies.push(OrgPolicy { resource: resource.to_owned(), constraint, rule });
    };
    set(&root, "iam.disableServiceAccountKeyCreation", Rule::Enforced(true));
    set(&apps, "iam.disableServiceAccountKeyCreation", Rule::Enforced(false));
    set(&data, "iam.managed.disableServiceAccountKeyUpload", Rule::Enforced(true));
    set(&apps, "iam.serviceAccountKeyExposureResponse", Rule::Allows("WAIT_FOR_ABUSE"));
}

/// What the logs tell of each grant: younger ones how they came to be, used ones that they were.
fn history(tenant: &mut Foundation) {
    let (audit, _) = tenant.audit_client();
    let audit_scopes = tenant.grants.first().map(|grant| grant.scopes.clone()).unwrap_or_default();
    let audit_scopes: Vec<&str> = audit_scopes.iter().map(String::as_str).collect();
    tenant.log_authorized(150, &audit, audit_scopes.get(..4).unwrap_or(&audit_scopes));
    tenant.log_authorized(100, &audit, &audit_scopes);
    used(tenant, "workspace-audit", &[1, 8, 15], &audit_scopes);

    let compute = tenant.account_named("compute").client_id.clone();
    tenant.log_authorized(30, &compute, &["cloud-platform"]);
    // Older than the logs go back: only the console knows how it came to be.
    let crm_sync = tenant.account_named("crm-sync").client_id.clone();
    tenant.log_authorized(400, &crm_sync, &["https://mail.google.com/", "contacts.readonly"]);
    used(tenant, "crm-sync", &[2, 3, 30], &["https://mail.google.com/"]);
    let ticket_mailer = tenant.account_named("ticket-mailer").client_id.clone();
    tenant.log_authorized(65, &ticket_mailer, &["gmail.send"]);
    used(tenant, "ticket-mailer", &[1, 5], &["gmail.send"]);
    let people_sync = tenant.account_named("people-sync").client_id.clone();
    tenant.log_authorized(130, &people_sync, &["admin.directory.user", "admin.directory.group"]);
    used(tenant, "people-sync", &[120], &["admin.directory.user"]);
    let archive_export = tenant.account_named("archive-export").client_id.clone();
    tenant.log_authorized(48, &archive_export, &["gmail.readonly", "drive.readonly"]);
    // Taken away and given again, with less.
    let displays = tenant.account_named("room-displays").client_id.clone();
    tenant.log_authorized(90, &displays, &["calendar"]);
    tenant.log_removed(60, &displays);
    tenant.log_authorized(59, &displays, &["calendar.readonly"]);
    used(tenant, "room-displays", &[3], &["calendar.readonly"]);
    let newsletter = tenant.account_named("newsletter").client_id.clone();
    tenant.log_authorized(
        4,
        &newsletter,
        &["https://mail.google.com/", "https://mail.google.com", "gmail.send"],
    );
    let vendor = tenant.foreign_client_id(1);
    tenant.log_authorized(170, &vendor, &["gmail.settings.basic", "gmail.settings.sharing"]);
    tenant.log_used(
        10,
        &vendor,
        "signatures@vendor-signatures.iam.gserviceaccount.com",
        &["gmail.settings.sharing"],
    );
    // A trial that ended: it is nowhere but in the log.
    let trial = tenant.foreign_client_id(5);
    tenant.log_authorized(120, &trial, &["drive"]);
    tenant.log_removed(110, &trial);

    tenant.log_gmail_setting(12, "CREATE_GMAIL_SETTING", "UNIFIED_MAIL_ROUTING", "Copy to archive");
    tenant.log_gmail_setting(6, "CHANGE_GMAIL_SETTING", "EMAIL_ROUTE", "Partner relay");
    tenant.log_gmail_setting(40, "CHANGE_GMAIL_SETTING", "SPAM_CONTROL", "Newsletter senders");
}

/// An account used its grant on some days, with its newest usable key where it has one.
pub(super) fn used(tenant: &mut Foundation, name: &str, days: &[i64], scopes: &[&str]) {
    let last = days.iter().min().map(|days| tenant.days_ago(*days));
    let account = tenant.account_named(name);
    account.last_used_at = last;
    let own = account.keys.iter_mut().rev();
    if let Some(key) = own.into_iter().find(|key| key.origin != KeyOrigin::SystemManaged && !key.disabled) {
        key.last_used_at = last;
    }
    let (client_id, email) = (account.client_id.clone(), account.email.clone());
    for days in days {
        tenant.log_used(*days, &client_id, &email, scopes);
    }
}

/// Programs that users let in themselves: no delegation.
fn consents(tenant: &mut Foundation) {
    tenant.log_consent(20, "authorize", "Mail Merge", &["https://mail.google.com/"]);
    tenant.log_called(18, "Mail Merge", "https://mail.google.com/");
    tenant.log_consent(9, "revoke", "Mail Merge", &["https://mail.google.com/"]);
    tenant.log_consent(7, "authorize", "Calendar Widget", &["calendar.readonly"]);
}
