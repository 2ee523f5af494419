//! A mid-size company with the findings one would expect. Every source is readable.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::foundation::Foundation;
use super::mailbox::{
    AutoForwarding, Delegate, Filter, ForwardingAddress, MailService, SendAs, SmtpMsa, filter_id,
};
use super::person::Standing;
use super::project::KeyOrigin;
use super::setting_policy::HAS_LICENSE;
use super::typical_cloud;

const CHIEF: &str = "helena.strand@example.com";

pub(super) fn found(seed: u64, now: DateTime<Utc>) -> (Foundation, &'static str) {
    let mut tenant = Foundation::new(seed, now, "Example Instruments");
    tenant.domain("example.org", false, true);
    tenant.domain("xn--bcher-kva.example", false, true);
    tenant.domain_alias("example.net", true);
    tenant.domain_alias("old-brand.example", false);
    administrators(&mut tenant);
    senders(&mut tenant);
    states(&mut tenant);
    tenant.hire_many(30);
    tenant.set_up_mail_clients();
    clients(&mut tenant);
    typical_cloud::furnish(&mut tenant);
    policies(&mut tenant);
    (tenant, "auditor@example.com")
}

/// Forwarding is off for everybody, and on again for an organizational unit and for a group.
pub(super) fn policies(tenant: &mut Foundation) {
    tenant.org_unit("/Engineering/Platform", "");
    tenant.org_unit("/Engineering/Platform/On call", "");
    tenant.common_policies();
    let forwarding = |on: bool| json!({ "enableAutoForwarding": on });
    tenant.set("/", "gmail.auto_forwarding", forwarding(false)).sort_order = 201.000_86;
    tenant.set("/Sales", "gmail.auto_forwarding", forwarding(true)).sort_order = 202.000_02;
    tenant.set("/Finance", "gmail.auto_forwarding", forwarding(false));
    // Only who has the license is let forward: for the others, the root decides.
    tenant.set("/Support", "gmail.auto_forwarding", forwarding(true)).license = Some(HAS_LICENSE);
    tenant.set_for_group("platform", "gmail.auto_forwarding", forwarding(true));
    // A group within one organizational unit, which a unit below it beats.
    let within = tenant.set("/Engineering", "gmail.auto_forwarding", forwarding(true));
    within.sort_order = 202.000_01;
    let (unit, number) = (within.org_unit.clone(), within.sort_order);
    let policy = tenant.set_for_group("engineering", "gmail.auto_forwarding", forwarding(false));
    policy.org_unit = unit;
    policy.sort_order = number + 0.000_01;
    tenant.set("/Engineering/Platform/On call", "gmail.auto_forwarding", forwarding(false));
    // Nobody set it for the whole tenant.
    tenant.set("/Leadership", "gmail.mail_delegation", mail_delegation(true));
    let gateway = |on: bool| json!({ "allowUsersToUseExternalSmtpServers": on });
    tenant.set("/", "gmail.per_user_outbound_gateway", gateway(true));
    tenant.set("/Finance", "gmail.per_user_outbound_gateway", gateway(false));
    let imap = json!({ "enableImapAccess": true, "imapAccessRestriction": { "allowAllMailClients": true } });
    tenant.set("/", "gmail.imap_access", imap);
    tenant.set("/Finance", "gmail.imap_access", json!({ "enableImapAccess": false }));
    tenant.set("/People", "gmail.pop_access", json!({ "enablePopAccess": true }));
}

/// The switches below the first stay on while it is off.
pub(super) fn mail_delegation(on: bool) -> Value {
    json!({
        "enableMailDelegation": on,
        "allowCustomDelegateAttribution": true,
        "enableDelegateAttribution": true,
        "enableMailboxGroupDelegation": true,
    })
}

/// Five super administrators, one more than the stricter baseline allows, and delegated ones.
pub(super) fn administrators(tenant: &mut Foundation) {
    let auditor = tenant.hire_as("auditor", "Audit", "Account");
    auditor.super_admin = true;
    auditor.org_unit = "/".to_owned();
    let chief = tenant.hire("Helena", "Strand");
    chief.super_admin = true;
    chief.org_unit = "/Leadership".to_owned();
    chief.mailbox.delegates =
        vec![Delegate { email: "bruno.costa@example.com".to_owned(), status: "accepted" }];
    for (given, family) in [("Viktor", "Balogh"), ("Signe", "Dahl")] {
        tenant.hire(given, family).super_admin = true;
    }
    let forgotten = tenant.hire("Rafael", "Ortiz");
    forgotten.super_admin = true;
    forgotten.enforced_in_two_step = false;

    tenant.hire("Bruno", "Costa").delegated_admin = true;
    tenant.hire("Maja", "Zielinska").delegated_admin = true;
    let unguarded = tenant.hire("Theo", "Laurent");
    unguarded.delegated_admin = true;
    unguarded.enrolled_in_two_step = false;
    unguarded.enforced_in_two_step = false;
}

/// What can be found in send-as lists, one thing a person.
pub(super) fn senders(tenant: &mut Foundation) {
    let own = tenant.hire("Linnea", "Berg");
    own.aliases = vec!["linnea@example.com".to_owned(), "linnea.berg@example.org".to_owned()];
    own.non_editable_aliases = vec!["linnea.berg@example.net".to_owned()];
    own.mailbox.send_as = vec![
        SendAs::native("linnea@example.com"),
        SendAs {
            display_name: "Linnea Berg".to_owned(),
            default: true,
            ..SendAs::native("linnea.berg@example.org")
        },
    ];

    let bookshop = tenant.hire("Jürgen", "Bücher");
    bookshop.primary_email = "juergen.buecher@xn--bcher-kva.example".to_owned();
    bookshop.mailbox.display_name = "Jürgen Bücher".to_owned();

    tenant.hire("Dana", "Petrova").mailbox.send_as = vec![SendAs {
        email: "dana@partner.example".to_owned(),
        display_name: "Dana Petrova".to_owned(),
        ..SendAs::default()
    }];
    tenant.hire("Erik", "Sandberg").mailbox.send_as = vec![SendAs {
        email: "erik@freelance.example".to_owned(),
        display_name: "Erik Sandberg".to_owned(),
        smtp_msa: Some(relay("smtp.freelance.example", 587, "starttls")),
        ..SendAs::default()
    }];
    let farid = tenant.hire("Farid", "Rahimi");
    farid.mailbox.send_as =
        vec![SendAs { email: "farid@agency.example".to_owned(), pending: true, ..SendAs::default() }];
    // An address of the tenant's own, one that nobody confirmed, and one that is out of use.
    let address = |email: &str, status| ForwardingAddress { email: email.to_owned(), status };
    farid.mailbox.forwarding_addresses = vec![
        address("gwen.abbott@example.com", "accepted"),
        address("farid@agency.example", "pending"),
        address("holiday-cover@services.example", "accepted"),
    ];
    farid.mailbox.delegates =
        vec![Delegate { email: "gwen.abbott@example.com".to_owned(), status: "pending" }];
    tenant.hire("Gwen", "Abbott").mailbox.send_as = vec![SendAs {
        email: "newsletter@mailings.example".to_owned(),
        display_name: "Newsletter".to_owned(),
        smtp_msa: Some(relay("relay.mailings.example", 25, "none")),
        ..SendAs::default()
    }];
    tenant.hire("Henrik", "Lund").mailbox.send_as =
        vec![SendAs { email: CHIEF.to_owned(), treat_as_alias: true, ..SendAs::default() }];
    tenant.hire("Ida", "Moen").mailbox.send_as = vec![SendAs {
        email: "h.strand@private-mail.example".to_owned(),
        display_name: "Helena Strand".to_owned(),
        ..SendAs::default()
    }];
    tenant.hire("Jan", "Dvorak").mailbox.reply_to = "jan.dvorak@private-mail.example".to_owned();
    let assistant = tenant.hire("Karin", "Falk");
    assistant.aliases = vec!["office@example.com".to_owned()];
    assistant.mailbox.send_as = vec![SendAs {
        display_name: "Front office".to_owned(),
        reply_to: "front-desk@services.example".to_owned(),
        ..SendAs::native("office@example.com")
    }];

    let forwarder = tenant.hire("Lars", "Thomsen");
    forwarder.mailbox.forwarding_addresses =
        vec![ForwardingAddress { email: "lars@private-mail.example".to_owned(), status: "accepted" }];
    forwarder.mailbox.auto_forwarding =
        Some(AutoForwarding { email: "lars@private-mail.example".to_owned(), disposition: "leaveInInbox" });
    let filtering = tenant.hire("Monika", "Graf");
    filtering.mailbox.imap.enabled = true;
    filtering.mailbox.filters = vec![Filter::new(
        "invoices",
        json!({ "subject": "invoice" }),
        json!({ "addLabelIds": ["TRASH"], "removeLabelIds": ["INBOX"] }),
    )];
    filtering.mailbox.filters.extend(sorting());
}

/// Filters that only sort, as most do.
fn sorting() -> Vec<Filter> {
    let mut filters = vec![
        Filter::new(
            "lists",
            json!({ "query": "list:(developers.example.org)", "excludeChats": true }),
            json!({ "addLabelIds": ["Label_12", "STARRED"], "removeLabelIds": ["INBOX", "SPAM"] }),
        ),
        Filter::new(
            "large",
            json!({ "from": "scanner@example.com", "size": 10_485_760, "sizeComparison": "larger", "hasAttachment": true }),
            json!({ "addLabelIds": ["TRASH"] }),
        ),
        Filter::new(
            "boss",
            json!({ "from": CHIEF, "to": "monika.graf@example.com", "negatedQuery": "newsletter" }),
            json!({ "addLabelIds": ["IMPORTANT"], "removeLabelIds": ["UNREAD"] }),
        ),
        // Its criteria, and of the next one its label, are gone.
        Filter::new("no criteria", Value::Null, json!({ "addLabelIds": ["Label_3"] })),
        Filter::new("no action", json!({ "query": "list:(old.example.org)" }), Value::Null),
    ];
    filters.extend((0..24).map(|number| Filter {
        id: filter_id(&format!("supplier {number}"), 74),
        criteria: json!({ "from": format!("orders@supplier-{number}.example") }),
        action: json!({ "addLabelIds": [format!("Label_{}", 20 + number)], "removeLabelIds": ["INBOX"] }),
    }));
    filters
}

/// Accounts in every state.
pub(super) fn states(tenant: &mut Foundation) {
    for (given, family) in [("Olaf", "Brekke"), ("Pia", "Koch"), ("Quentin", "Roy"), ("Renata", "Wolf")] {
        tenant.hire(given, family).enforced_in_two_step = false;
    }
    let both = tenant.hire("Stefan", "Haas");
    both.enrolled_in_two_step = false;
    both.enforced_in_two_step = false;

    for (given, family, days) in [("Tilda", "Nyberg", 97), ("Umar", "Aziz", 210), ("Valentina", "Greco", 430)]
    {
        let signed_in_at = tenant.days_ago(days);
        tenant.hire(given, family).last_login_at = Some(signed_in_at);
    }
    for (given, family, days) in [("Walter", "Prinz", 75), ("Xenia", "Markou", 190), ("Yara", "Haddad", 5)] {
        let created_at = tenant.days_ago(days);
        let person = tenant.hire(given, family);
        person.created_at = created_at;
        person.last_login_at = None;
    }
    let suspensions = [
        ("Zoe", "Martin", "ADMIN", 14),
        ("Adam", "Kral", "ADMIN", 80),
        ("Beata", "Nowak", "ABUSE", 3),
        ("Cyril", "Blanc", "WEB_LOGIN_REQUIRED", 30),
    ];
    for (given, family, reason, days) in suspensions {
        let since = tenant.days_ago(days);
        tenant.hire(given, family).standing = Standing::Suspended { reason, since };
    }
    for (given, family, days) in [("Doris", "Ebner", 40), ("Edgar", "Simon", 300)] {
        let since = tenant.days_ago(days);
        let person = tenant.hire(given, family);
        person.standing = Standing::Archived { since };
        person.last_login_at = Some(since);
        // Shown only where Gmail answers for archived users.
        let email = format!("{}@private-mail.example", given.to_lowercase());
        person.mailbox.send_as = vec![SendAs { email, ..SendAs::default() }];
    }
    tenant.hire_as("lobby-display", "Lobby", "Display").mailbox_set_up = false;
    tenant.hire_as("contractor-07", "Contractor", "Seven").mailbox_set_up = false;
    tenant.hire_as("door-panel", "Door", "Panel").mailbox.service = MailService::Off;
    tenant.hire_as("meeting-room", "Meeting", "Room").mailbox.service = MailService::Off;
    tenant.hire("Flora", "Winter").left_out = &["isEnforcedIn2Sv", "isEnrolledIn2Sv"];
    tenant.hire("Gustav", "Frank").left_out = &["archived", "isMailboxSetup"];
    tenant.delete("Former", "Colleague", 6);
}

/// Service accounts in two projects, and what has been delegated over the years.
pub(super) fn clients(tenant: &mut Foundation) {
    // A scope nobody took back after a trial: the probe finds it.
    if let Some(grant) = tenant.grants.first_mut() {
        grant.scopes.push("https://www.googleapis.com/auth/gmail.readonly".to_owned());
    }
    tenant.account("old-importer", "Retired importer").disabled = true;

    tenant.project("apps-project");
    tenant.account("compute", "Compute Engine default service account");
    tenant.delegate(&["cloud-platform"]);
    tenant.account("crm-sync", "CRM synchronisation");
    tenant.key(KeyOrigin::UserManaged, 910);
    tenant.delegate(&["https://mail.google.com/", "contacts.readonly"]);
    tenant.account("ticket-mailer", "Ticket mailer");
    let end = tenant.in_days(25);
    tenant.key(KeyOrigin::UserManaged, 65).valid_before = Some(end);
    tenant.delegate(&["gmail.send"]);
    tenant.account("people-sync", "People directory synchronisation");
    tenant.key(KeyOrigin::UserManaged, 130);
    tenant.key(KeyOrigin::UserManaged, 1200).disabled = true;
    tenant.delegate(&["admin.directory.user", "admin.directory.group"]);
    tenant.account("archive-export", "Archive export");
    tenant.key(KeyOrigin::Uploaded, 48);
    tenant.delegate(&["gmail.readonly", "drive.readonly"]);
    tenant.account("room-displays", "Room displays");
    tenant.delegate(&["calendar.readonly"]);

    let vendor = tenant.foreign_client_id(1);
    tenant.grant("Signature vendor", &vendor, &["gmail.settings.basic", "gmail.settings.sharing"]);
    let forgotten = tenant.foreign_client_id(2);
    tenant.grant(
        "",
        &forgotten,
        &["https://www.google.com/m8/feeds", "https://www.googleapis.com/auth/example.unlisted"],
    );
}

fn relay(host: &str, port: u16, security: &'static str) -> SmtpMsa {
    SmtpMsa { host: host.to_owned(), port, security }
}
