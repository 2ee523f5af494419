//! A tenant where every check passes, or is covered by an exception.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::foundation::Foundation;
use super::mailbox::{MailService, SendAs};
use super::person::Standing;
use super::typical::mail_delegation;
use super::typical_cloud::used;
use super::{KNOWN_CONSTRAINTS, OrgPolicy, Rule};

pub(super) fn found(seed: u64, now: DateTime<Utc>) -> (Foundation, &'static str) {
    let mut tenant = Foundation::new(seed, now, "Example Cooperative");
    tenant.domain("example.org", false, true);
    tenant.domain_alias("example.net", true);
    people(&mut tenant);
    clients(&mut tenant);
    cloud(&mut tenant);
    policies(&mut tenant);
    (tenant, "auditor@example.com")
}

fn people(tenant: &mut Foundation) {
    let auditor = tenant.hire_as("auditor", "Audit", "Account");
    auditor.super_admin = true;
    auditor.org_unit = "/".to_owned();
    for (given, family) in [("Greta", "Holm"), ("Omar", "Nasser")] {
        let admin = tenant.hire(given, family);
        admin.super_admin = true;
        admin.org_unit = "/Leadership".to_owned();
    }
    tenant.hire("Iris", "Brandt").delegated_admin = true;
    tenant.hire("Luca", "Ferrari").delegated_admin = true;

    // Addresses of one's own, within the tenant's domains.
    let person = tenant.hire("Nora", "Lindqvist");
    person.aliases = vec!["nora@example.com".to_owned(), "nora.lindqvist@example.org".to_owned()];
    person.non_editable_aliases = vec!["nora.lindqvist@example.net".to_owned()];
    person.mailbox.send_as = vec![
        SendAs::native("nora@example.com"),
        SendAs {
            display_name: "Nora Lindqvist".to_owned(),
            reply_to: "nora@example.com".to_owned(),
            default: true,
            ..SendAs::native("nora.lindqvist@example.org")
        },
    ];

    let left = Standing::Suspended { reason: "ADMIN", since: tenant.days_ago(9) };
    tenant.hire("Yusuf", "Demir").standing = left;
    let retired = Standing::Archived { since: tenant.days_ago(60) };
    tenant.hire("Agnes", "Sorensen").standing = retired;
    tenant.hire("Kiosk", "Lobby").mailbox.service = MailService::Off;
    tenant.hire("Scanner", "Warehouse").mailbox_set_up = false;

    let joined_at = tenant.days_ago(4);
    let newcomer = tenant.hire("Elif", "Aydin");
    newcomer.created_at = joined_at;
    newcomer.last_login_at = None;

    tenant.hire_many(21);
    tenant.delete("Former", "Colleague", 6);
}

/// Keys are switched off, signing is logged, and the logs know every grant.
fn cloud(tenant: &mut Foundation) {
    tenant.group("all-staff", "All staff", &["auditor", "greta.holm", "omar.nasser"]);
    let root = format!("organizations/{}", tenant.cloud.id);
    for (constraint, _) in KNOWN_CONSTRAINTS {
        let rule = match constraint {
            "iam.serviceAccountKeyExposureResponse" => Rule::Allows("DISABLE_KEY"),
            _ => Rule::Enforced(true),
        };
        tenant.org_policies.push(OrgPolicy { resource: root.clone(), constraint, rule });
    }
    tenant.cloud.policy.audit_configs = vec![("iam.googleapis.com", vec!["ADMIN_READ", "DATA_READ"])];
    for name in ["workspace-audit", "room-displays"] {
        let client_id = tenant.account_named(name).client_id.clone();
        let grant = tenant.grants.iter().find(|grant| grant.client_id == client_id);
        let scopes = grant.map(|grant| grant.scopes.clone()).unwrap_or_default();
        let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
        tenant.log_authorized(100, &client_id, &scopes);
        used(tenant, name, &[1, 8], &scopes);
    }
}

/// What lets mail out is off, for everybody and once more for some.
fn policies(tenant: &mut Foundation) {
    tenant.common_policies();
    tenant.set("/", "gmail.mail_delegation", mail_delegation(false)).sort_order = 201.000_34;
    tenant.set("/", "gmail.auto_forwarding", json!({ "enableAutoForwarding": false }));
    tenant.set("/Sales", "gmail.auto_forwarding", json!({ "enableAutoForwarding": false }));
    tenant.set_for_group("all-staff", "gmail.auto_forwarding", json!({ "enableAutoForwarding": false }));
    let gateway = json!({ "allowUsersToUseExternalSmtpServers": false });
    tenant.set("/", "gmail.per_user_outbound_gateway", gateway);
    tenant.set("/", "gmail.imap_access", json!({ "enableImapAccess": false }));
    tenant.set("/", "gmail.pop_access", json!({ "enablePopAccess": false }));
}

fn clients(tenant: &mut Foundation) {
    let (client_id, email) = tenant.audit_client();
    tenant.account("decommissioned", "Retired importer").disabled = true;
    tenant.project("apps-project");
    tenant.account("compute", "Compute Engine default service account").disabled = true;
    tenant.account("room-displays", "Room displays");
    tenant.delegate(&["calendar.readonly"]);

    tenant.accept(
        "DWD-03",
        &client_id,
        "The audit reads send-as settings; it signs in weekly and never writes",
    );
    tenant.accept("KEY-01", &email, "The audit's machine has no identity of its own yet; keyless is planned");
    tenant.accept("KEY-05", "auditor@example.com", "The administrator sets the keyless audit up");
    tenant.accept(
        "KEY-05",
        "principal://iam.googleapis.com/*/workloadIdentityPools/emulated/subject/emulated",
        "The workload that the keyless audit runs in",
    );
}
