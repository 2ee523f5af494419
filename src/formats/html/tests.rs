use std::collections::HashSet;
use std::time::Instant;

use chrono::Duration;

use super::markup::Page;
use super::sample::{self, Sample};
use super::*;
use crate::findings::{Acceptance, Added, Change, Evidence, NotConfigured, Severity, SubjectKind, Verdict};

use crate::authority::{AccessBinding, BroadBinding, TakeoverPath};
use crate::delegation::{
    AddressBook, DelegationEvent, GrantUse, Grants, Ledger, LedgerSource, ScopeRiskTable, SeenGrant,
    SourceWindow, UseKey,
};
use crate::requests::Requests;
use crate::tenant::{
    AdminRole, AdminRoles, AssigneeType, ClientCertificates, ForeignAccount, Gap, GapClass, IamCondition,
    IamResource, Part, People, PublicKey, Reading, RoleAssignment, ServiceAccount, ServiceAccounts,
};

/// What an attacker would call himself.
const PAYLOAD: &str = "<script>alert(1)</script>\"><img src=x onerror=alert(2)>' `<b>` onmouseover='alert(3)\
                       </style></title></textarea>--><svg onload=alert(4)>javascript:alert(5)\u{202E}\u{200B}\
                       {{7*7}}{% include %}@b\u{fc}cher.example";

fn render(sample: &Sample) -> String {
    let mut page = Vec::new();
    write_page(sample, &mut page).unwrap();
    String::from_utf8(page).unwrap()
}

fn hostile() -> Sample {
    let mut sample = sample::plausible();
    let text = || PAYLOAD.to_owned();
    for finding in &mut sample.findings {
        (finding.subject.name, finding.subject.id) = (text(), text());
        (finding.message, finding.fix, finding.place) = (text(), text(), text());
        finding.evidence = vec![Evidence::new("", text()), Evidence::new(PAYLOAD, PAYLOAD)];
        finding.controls = vec![text()];
        (finding.command, finding.may_break) = (text(), text());
        finding.added = vec![Added::Scope { scope: text(), severity: Severity::Low }];
        finding.accepted = vec![Acceptance {
            id: text(),
            owner: text(),
            reason: text(),
            approver: Some(text()),
            ticket: Some(text()),
            created: None,
            expires: None,
            parts: vec![text()],
        }];
        finding.exception_id = finding.exception_id.as_ref().map(|_| text());
    }
    sample.findings[0].check_id = text();
    let summary = &mut sample.summary;
    (summary.run_id, summary.tool_version, summary.customer) = (text(), text(), text());
    (summary.primary_domain, summary.compared_with) = (Some(text()), Some(text()));
    (summary.admin, summary.service_account, summary.client_id) = (text(), text(), text());
    (summary.profile, summary.scope_table) = (text(), text());
    summary.scopes_asked.insert(text(), [text()].into());
    summary.requests.insert(text(), Requests::default());
    for check in &mut summary.checks {
        (check.slug, check.title, check.why) = (text(), text(), text());
        check.needs.push(text());
    }
    for row in &mut summary.coverage.0 {
        for gap in row.gaps.iter_mut().map(|counted| &mut counted.gap) {
            (gap.reason, gap.message, gap.needed) = (text().into(), text(), text());
            (gap.fix, gap.places) = (text(), [text()].into());
        }
    }
    for fixed in &mut summary.fixed {
        (fixed.check_id, fixed.subject.name, fixed.message) = (text(), text(), text());
    }
    if let Reading::Complete(accounts) = &mut sample.tenant.service_accounts {
        for account in &mut accounts.0 {
            (account.email, account.project, account.display_name) = (text(), text(), text());
        }
    }
    hostile_ledger(&mut sample);
    sample.user = hostile_user;
    sample
}

/// Every text that the section of clients shows.
fn hostile_ledger(sample: &mut Sample) {
    let text = || PAYLOAD.to_owned();
    let gap = |part| Gap {
        message: text(),
        fix: text(),
        places: [text()].into(),
        ..sample::gap(part, GapClass::Failed, "failed", "")
    };
    let tenant = &mut sample.tenant;
    let at = sample::run_at();
    let mut ledger = Ledger::new(at, AddressBook::default());
    ledger.see_window(SourceWindow::at(LedgerSource::Console, None, at));
    let other = |name: &str| format!("{name}{PAYLOAD}");
    // Only what has the shape of a scope is one, and it has no spaces.
    let scope = |name: &str| format!("https://{name}.example/{}", PAYLOAD.replace([' ', ',', ';'], ""));
    let event = |id: &str, days, name: &str, client: String| DelegationEvent {
        id: id.to_owned(),
        at: at - Duration::days(days),
        name: name.to_owned(),
        client,
        scopes: vec![scope("ended"), scope("seen")],
        actor: Some(text()),
        ip: Some(text()),
    };
    // A grant that ended, one in doubt, one that a foreign account holds, a client without known scopes.
    for event in [
        event("1", 9, "AUTHORIZE_API_CLIENT_ACCESS", text()),
        event("2", 8, "REMOVE_API_CLIENT_ACCESS", text()),
        event("3", 7, "AUTHORIZE_API_CLIENT_ACCESS", other("gone")),
        event("4", 6, "REMOVE_API_CLIENT_ACCESS", other("gone")),
        event("5", 5, PAYLOAD, text()),
    ] {
        ledger.add_event(&event);
    }
    for client in [text(), other("foreign"), sample::NEWSLETTER.to_owned()] {
        let seen = SeenGrant {
            client,
            scope: scope("seen"),
            source: LedgerSource::Console,
            first_at: at,
            last_at: at,
        };
        ledger.see(&seen);
    }
    for (client, scope, permission) in
        [(text(), Some(scope("elsewhere")), Some(text())), (other("nameless"), None, None)]
    {
        let log = if scope.is_some() { LedgerSource::AccessEvaluation } else { LedgerSource::TokenLog };
        let of = UseKey {
            client,
            holder: None,
            scope,
            log,
            configuration_source: permission,
            impersonation: Some(true),
        };
        ledger.add_use(&GrantUse { of, first_at: at, last_at: at, count: 1 });
    }
    tenant.grants = ledger.grants();
    assert!(!tenant.grants.ended().is_empty() && !tenant.grants.unscoped().is_empty());
    assert!(tenant.grants.iter().any(|grant| !grant.disagreements.is_empty()));

    if let Reading::Complete(accounts) = &mut tenant.service_accounts {
        for account in &mut accounts.0 {
            let Reading::Complete(keys) = &mut account.keys else { continue };
            for key in keys.iter_mut() {
                (key.key_id, key.origin, key.key_type) = (text(), text(), text());
                key.disabled_reason = text();
            }
            account.keys = Reading::Partial(std::mem::take(keys), gap(Part::SaKeys));
        }
    }
    tenant.service_accounts =
        match std::mem::replace(&mut tenant.service_accounts, Reading::Missing(gap(Part::ServiceAccounts))) {
            Reading::Complete(accounts) => Reading::Partial(accounts, gap(Part::ServiceAccounts)),
            other => other,
        };
    let role = AdminRole { id: text(), name: text(), is_super_admin: Some(true), is_system: None };
    let assignments = [sample::NEWSLETTER, PAYLOAD].map(|assigned_to| RoleAssignment {
        id: text(),
        role_id: if assigned_to == PAYLOAD { other("unlisted") } else { text() },
        assigned_to: assigned_to.to_owned(),
        assignee_type: AssigneeType::User,
        scope_type: text(),
    });
    let roles = AdminRoles { roles: vec![role], assignments: assignments.into() };
    tenant.admin_roles = Reading::Partial(roles, gap(Part::AdminRoles));
    let foreign = ForeignAccount {
        claimed: Vec::new(),
        email: text(),
        project: text(),
        keys: vec![PublicKey { key_id: text(), valid_after: None, valid_before: None }],
    };
    tenant.client_certificates = Reading::Complete(vec![
        ClientCertificates { client_id: other("foreign"), account: Reading::Complete(Some(foreign)) },
        ClientCertificates {
            client_id: other("nameless"),
            account: Reading::Missing(gap(Part::ClientCertificates)),
        },
    ]);
    let binding = || AccessBinding {
        resource: IamResource::Project(text()),
        role: text(),
        member: text(),
        condition: Some(IamCondition { title: text(), expression: text() }),
    };
    let mut takeover = sample::takeover(sample::NEWSLETTER, PAYLOAD);
    for path in &mut takeover.paths {
        (path.principal, path.permission) = (text(), text());
        (path.sentence, path.binding, path.via) = (text(), Some(binding()), vec![text()]);
        path.principal.push('2');
    }
    takeover.paths.push(TakeoverPath { principal: text(), ..takeover.paths[0].clone() });
    takeover.broad = vec![BroadBinding { binding: binding(), is_service_agent: false }];
    takeover.gaps = vec![gap(Part::IamPolicies)];
    tenant.takeovers = vec![takeover];
    for cut in &mut tenant.takeover_cuts {
        (cut.binding, cut.some_clients) = (binding(), vec![text(), other("unlisted")]);
    }
    tenant.service_account_use = Reading::Missing(gap(Part::ServiceAccountUse));
    tenant.console_grants = Reading::Missing(gap(Part::ConsoleGrants));
    tenant.probe_grants = Reading::Partial((), gap(Part::ProbeGrants));
    tenant.admin_log = Reading::Partial((), gap(Part::AdminLog));
    tenant.token_log = Reading::Missing(gap(Part::TokenLog));
    tenant.access_evaluation_log = Reading::Missing(gap(Part::AccessEvaluationLog));
}

fn hostile_user(index: usize) -> UserFacts {
    let mut facts = sample::user(index);
    facts.user.primary_email = PAYLOAD.to_owned();
    facts.user.full_name = Some(PAYLOAD.to_owned());
    facts.user.org_unit = Some(PAYLOAD.to_owned());
    facts.user.suspension_reason = Some(PAYLOAD.to_owned());
    if let MailboxFact::Missing(gap) = &mut facts.mailbox.send_as {
        (gap.reason, gap.message, gap.fix) = (PAYLOAD.into(), PAYLOAD.to_owned(), PAYLOAD.to_owned());
    }
    if let MailboxFact::Read(addresses) = &mut facts.mailbox.send_as {
        for entry in addresses {
            (entry.send_as_email, entry.display_name) = (PAYLOAD.to_owned(), PAYLOAD.to_owned());
            entry.reply_to = PAYLOAD.to_owned();
            if let Some(server) = &mut entry.smtp {
                (server.host, server.security_mode) = (PAYLOAD.to_owned(), PAYLOAD.to_owned());
            }
        }
    }
    facts
}

use crate::snapshot::UserFacts;
use crate::tenant::MailboxFact;

/// To look at the pages: `WORKSPACE_AUDIT_SAMPLE=folder cargo test --lib formats::html`.
#[test]
fn the_file_is_private_and_whole() {
    let scratch = tempfile::tempdir().unwrap();
    let folder =
        std::env::var_os("WORKSPACE_AUDIT_SAMPLE").map_or_else(|| scratch.path().to_owned(), Into::into);
    for (name, sample) in [
        ("partial", sample::plausible()),
        ("complete", sample::complete()),
        ("hostile", hostile()),
        ("large", large(20_000, 2_000)),
        ("crowded", crowded(large(20_000, 2_000))),
    ] {
        let folder = folder.join(name);
        std::fs::create_dir_all(&folder).unwrap();
        FORMAT.write(&sample, FormatOptions::default(), &folder).unwrap();
        let file = folder.join(FILE);
        #[cfg(unix)]
        assert_eq!(
            std::os::unix::fs::PermissionsExt::mode(&file.metadata().unwrap().permissions()) & 0o777,
            0o600
        );
        assert!(std::fs::read_to_string(file).unwrap().ends_with("</script></body></html>"));
    }
}

#[test]
fn hostile_text_is_only_text() {
    let html = render(&hostile());
    let page = Page::parse(&html);
    assert_eq!(page.count("script"), 1);
    assert_eq!(page.count("style"), 2);
    assert_eq!(page.count("img"), 0);
    assert_eq!(page.count("svg"), 1);
    let known: HashSet<&str> = [
        "aria-hidden",
        "aria-label",
        "aria-labelledby",
        "aria-live",
        "autocomplete",
        "charset",
        "class",
        "colspan",
        "content",
        "data-a",
        "data-c",
        "data-d",
        "data-s",
        "data-total",
        "data-v",
        "data-verdicts",
        "datetime",
        "focusable",
        "height",
        "hidden",
        "href",
        "http-equiv",
        "id",
        "lang",
        "name",
        "open",
        "preserveAspectRatio",
        "role",
        "rowspan",
        "scope",
        "spellcheck",
        "tabindex",
        "type",
        "value",
        "viewBox",
        "width",
        "x",
    ]
    .into();
    for (name, value) in page.select("*").iter().flat_map(|element| element.value().attrs()) {
        assert!(known.contains(name), "{name}");
        assert!(!value.contains("alert("), "{name}={value}");
    }
    assert!(!html.contains(['\u{202E}', '\u{200B}']));
    assert!(html.contains("<mark>⟦U+202E⟧</mark>"));
    assert!(html.matches("&lt;script&gt;alert(1)&lt;/script&gt;").count() > 300);
    assert!(html.contains("(&lt;script&gt;") || html.contains("xn--bcher-kva.example"));
}

#[test]
fn the_policy_names_exactly_the_inline_blocks() {
    for sample in [sample::plausible(), hostile()] {
        let html = render(&sample);
        let page = Page::parse(&html);
        let policies = page.select("meta[http-equiv=Content-Security-Policy]");
        let [policy] = policies.as_slice() else { panic!("{policies:?}") };
        let policy = policy.attr("content").unwrap();
        let sources = |directive: &str| -> Vec<&str> {
            let found = policy.split("; ").find_map(|part| part.strip_prefix(directive)).unwrap();
            found.split_whitespace().collect()
        };
        let hashes = |name: &str| -> Vec<String> {
            let blocks = page.select(name);
            blocks
                .iter()
                .map(|block| format!("'sha256-{}'", security::hash(&block.text().collect::<String>())))
                .collect()
        };
        assert_eq!(sources("style-src"), hashes("style"));
        assert_eq!(sources("script-src"), hashes("script"));
        for (directive, value) in [
            ("default-src", "'none'"),
            ("img-src", "data:"),
            ("base-uri", "'none'"),
            ("form-action", "'none'"),
        ] {
            assert_eq!(sources(directive), [value]);
        }
    }
}

#[test]
fn what_is_not_configured_is_said_before_anything_else_with_what_it_hides_and_its_setting() {
    let mut sample = sample::complete();
    let check = sample.summary.checks[0].id.clone();
    for part in [Part::ConsoleGrants, Part::Groups] {
        sample.summary.not_configured.push(NotConfigured {
            part,
            checks: vec![check.clone()],
            verdicts: 3,
            reason: "no file".to_owned(),
            setting: "set `[cloud] console_grants` to <i>it</i>".to_owned(),
        });
    }
    let html = render(&sample);
    let top = &html[html.find("<body>").unwrap()..html.find("At a glance</h2>").unwrap()];
    assert!(top.contains("class=\"state limited\"") && !top.contains("state whole"), "{top}");
    assert!(top.contains("console_grants</span>, ") && top.contains(&check), "{top}");
    assert_eq!(
        top.matches("<b>Configure</b> set <code>[cloud] console_grants</code> to &").count(),
        1,
        "{top}"
    );
}

#[test]
fn a_resumed_run_has_both_times_wherever_its_date_stands() {
    let mut sample = sample::complete();
    sample.summary.resumed_at = Some("2027-09-17T06:00:00Z".parse().unwrap());
    let html = render(&sample);
    let top = &html[html.find("<body>").unwrap()..html.find("At a glance</h2>").unwrap()];
    assert!(top.contains("class=\"state limited\""), "{top}");
    assert!(top.contains("21 Nov 2026, 07:00 UTC") && top.contains("17 Sep 2027, 06:00 UTC"), "{top}");
    // The title, the top, the sign-off, the footer, and the foot of each printed page.
    let ids = html.matches("2026-11-21T07-00-00Z").count();
    assert!(ids >= 5);
    assert_eq!(html.matches("2026-11-21T07-00-00Z, resumed 2027-09-17T06-00-00Z").count(), ids);
}

#[test]
fn a_partial_run_says_so_before_anything_else() {
    let html = render(&sample::plausible());
    let body = &html[html.find("<body>").unwrap()..];
    let says = body.find(&format!("Partial: 2 of {} parts incomplete", Part::all().count())).unwrap();
    let reason = body.find("scope_not_delegated (7)").unwrap();
    assert!(says < reason && reason < body.find("At a glance</h2>").unwrap());
    assert!(!body.contains("Complete: everything"));

    let html = render(&sample::complete());
    assert!(html.contains("Complete: everything that was asked for was read"));
    assert!(!html.contains("What this report does not know"));
}

#[test]
fn the_page_has_a_sound_structure() {
    for sample in [sample::plausible(), sample::complete(), hostile(), large(300, 50), crowded(large(30, 5))]
    {
        let html = render(&sample);
        let page = Page::parse(&html);
        page.assert_valid();
        assert_eq!(page.count("h1"), 1);
        assert_eq!(page.count("main"), 1);
        assert_eq!(page.count("html[lang=en]"), 1);
        assert_eq!(page.count("table"), page.count("table > caption:first-child"));
        assert_eq!(page.count("th"), page.count("th[scope]"));
        let ids: Vec<&str> = page.select("[id]").iter().filter_map(|element| element.attr("id")).collect();
        let distinct: HashSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), distinct.len(), "an id stands twice");
        for link in page.select("[href]").iter().filter_map(|element| element.attr("href")) {
            let target = link.strip_prefix('#').unwrap_or_else(|| panic!("{link} leaves the page"));
            assert!(distinct.contains(target), "{link} leads nowhere");
        }
    }
}

#[test]
fn every_finding_has_its_action_its_fix_and_its_row() {
    let html = render(&sample::plausible());
    assert!(html.contains("Closes 7 findings"));
    for text in [
        "Why it matters",
        "SMTP host",
        "CIS-GWS 3.1.3.5.3",
        "First 3 Nov 2026, 18 days ago",
        "this audit",
        "outside the audited projects",
        "Changes before 25 May 2026 are not visible.",
        "1 that no enabled check needs",
        "removed on 22 Oct 2026 by root@example.com",
        "no source names its scopes",
        "sources disagree",
        "Closes <b>7 access paths</b> to 2 clients",
        "does not add up",
    ] {
        assert_eq!(html.contains(text), text != "does not add up", "{text}");
    }
    assert!(html.contains("<span class=\"sev unknown\">Not assessed</span>"));
    assert!(html.contains("MAIL-08/*@example.net"));
}

/// A tenant in which everything is wrong.
fn large(findings: usize, users: usize) -> Sample {
    let mut sample = sample::plausible();
    for index in 0..findings {
        let severity = Severity::WORST_FIRST[index % 5];
        let (rule, verdict) = if index % 10 == 9 { (4, Verdict::Review) } else { (3, Verdict::Fail) };
        let name = format!("user{index}@example.com");
        let mut finding = sample::finding(
            rule,
            verdict,
            severity,
            &name,
            &format!("Sends as {name} through smtp{index}.example.org, a server outside the tenant"),
        );
        finding.evidence = ["send_as_email", "smtp_host", "smtp_security", "verification_status"]
            .map(|fact| Evidence::new(fact, format_args!("value{index}.example.org")))
            .to_vec();
        sample.findings.push(finding);
    }
    sample.users = users;
    sample.tenant.people = Reading::Complete(People::default());
    sample.summary = sample::summary(&sample.findings, users);
    sample
}

#[test]
fn a_large_tenant_makes_a_small_page() {
    let sample = large(20_000, 100_000);
    let before = Instant::now();
    let html = render(&sample);
    println!("{} bytes in {:?}", html.len(), before.elapsed());
    assert!(html.len() < 10_000_000, "{}", html.len());
    assert!(html.contains("more in findings.csv"));
    let page = Page::parse(&html);
    let of = |verdict: &str| page.count(&format!("li[data-v~={verdict}]"));
    assert!(of("fail") > 2_000 && of("fail") + of("review") <= 5_000, "{} {}", of("fail"), of("review"));
    assert!(of("review") > 500 && of("unknown") == 2 && of("excepted") == 2);
    assert!(html.contains("more in send_as.csv") && html.contains("more in users.csv"));
}

/// 5,000 service accounts, each a client with scopes, keys, ways in and a past.
fn crowded(mut sample: Sample) -> Sample {
    let at = sample::run_at();
    let mut ledger = Ledger::new(at, AddressBook::default());
    let scopes = &ScopeRiskTable::shipped().scopes;
    let (mut accounts, mut takeovers) = (Vec::new(), Vec::new());
    for number in 0..5_000_usize {
        let client = format!("1{number:020}");
        for scope in scopes.iter().cycle().skip(number).take(6) {
            ledger.see(&SeenGrant {
                client: client.clone(),
                scope: scope.scope.clone(),
                source: LedgerSource::Console,
                first_at: at,
                last_at: at,
            });
        }
        for (name, days) in [("AUTHORIZE_API_CLIENT_ACCESS", 9), ("REMOVE_API_CLIENT_ACCESS", 8)] {
            ledger.add_event(&DelegationEvent {
                id: format!("{number}{days}"),
                at: at - Duration::days(days),
                name: name.to_owned(),
                client: format!("{client}0"),
                scopes: vec!["https://mail.google.com/".to_owned()],
                actor: Some("root@example.com".to_owned()),
                ip: None,
            });
        }
        let email = format!("account-{number}@project-{}.iam.gserviceaccount.com", number % 50);
        let mut takeover = sample::takeover(&client, &email);
        takeover.paths[0].sentence = format!("{} → {email}", "group@example.com → is a member of ".repeat(9));
        takeover.paths = vec![takeover.paths[0].clone(); 20];
        takeovers.push(takeover);
        accounts.push(ServiceAccount {
            project: format!("project-{}", number % 50),
            email,
            unique_id: client.clone(),
            client_id: client,
            display_name: "An account".to_owned(),
            disabled: false,
            keys: Reading::Complete(Vec::new()),
        });
    }
    sample.tenant.grants = ledger.grants();
    sample.tenant.service_accounts = Reading::Complete(ServiceAccounts::new(accounts));
    sample.tenant.takeovers = takeovers;
    sample
}

#[test]
fn thousands_of_clients_fit_with_everything_else() {
    let sample = crowded(large(20_000, 100_000));
    let before = Instant::now();
    let html = render(&sample);
    let took = before.elapsed();
    println!("{} bytes in {took:?}", html.len());
    assert!(html.len() < 10_000_000, "{}", html.len());
    // Unoptimized, on a busy machine; a search through all clients for each takes minutes.
    assert!(took < std::time::Duration::from_secs(60), "{took:?}");
    let page = Page::parse(&html);
    let pages = page.count("[id^=client-]");
    assert!((50..=300).contains(&pages), "{pages}");
    assert!(html.contains("more clients in <span class=\"code\">delegated_scopes.csv</span>"));
    assert!(html.contains("4,800 more in report.json"), "grants that ended");
}

#[test]
fn every_client_has_a_row_and_a_page_with_what_is_known_of_it() {
    let html = render(&sample::plausible());
    let page = Page::parse(&html);
    for client in sample::plausible().tenant.grants.clients() {
        let anchor = format!("client-{client}");
        let is = |name: &str, value: &str| page.count(&format!("[{name}=\"{value}\"]")) > 0;
        assert!(is("id", &anchor) && is("href", &format!("#{anchor}")), "{client}");
    }
    let start = html.find(&format!("id=\"client-{}\"", sample::NEWSLETTER)).unwrap();
    let client = &html[start..start + html[start..].find("</details>").unwrap()];
    for text in [
        "Service account newsletter@mailing-prod",
        "Narrow the client to the scopes it uses",
        "https://mail.google.com/",
        "22 Sep 2026 by root@example.com",
        "Sources disagree:",
        "can create keys for newsletter@mailing-prod",
        "roles/editor for group:marketing@example.com on project mailing-prod",
        "9f31c0",
        "under a condition",
    ] {
        assert!(client.contains(text), "{text}\n{client}");
    }
}

#[test]
fn a_client_whose_certificates_name_nobody_is_an_account_without_an_address() {
    let mut sample = sample::plausible();
    let Reading::Complete(certificates) = &mut sample.tenant.client_certificates else { unreachable!() };
    let client_id = certificates[0].client_id.clone();
    let Reading::Complete(Some(foreign)) = &mut certificates[0].account else { unreachable!() };
    (foreign.email, foreign.project) = (String::new(), String::new());
    foreign.claimed = vec!["<b>@vendor.iam.gserviceaccount.com".to_owned()];
    let html = render(&sample);
    let start = html.find(&format!("id=\"client-{client_id}\"")).unwrap();
    let client = &html[start..start + html[start..].find("</details>").unwrap()];
    let claim = "do not contain its address; they name &lt;b&gt;@vendor.iam.gserviceaccount.com, but nothing confirms this";
    for text in ["an existing service account", claim, "0a1b"] {
        assert!(client.contains(text), "{text}\n{client}");
    }
    assert!(!client.contains("service account ,"), "{client}");
}

#[test]
fn a_disabled_key_says_why() {
    let mut sample = sample::plausible();
    let Reading::Complete(accounts) = &mut sample.tenant.service_accounts else { unreachable!() };
    let newsletter = accounts.0.iter_mut().find(|account| account.client_id == sample::NEWSLETTER).unwrap();
    let Reading::Complete(keys) = &mut newsletter.keys else { unreachable!() };
    keys[0].disabled = true;
    keys[0].disabled_reason = "SERVICE_ACCOUNT_KEY_DISABLE_REASON_EXPOSED".to_owned();
    assert!(render(&sample).contains("<td>by Google, which found the key in public</td>"));
}

#[test]
fn what_is_not_known_of_the_ledger_is_said() {
    let mut sample = sample::plausible();
    let missing = |part| Reading::Missing(sample::gap(part, GapClass::Denied, "denied", "It was refused"));
    sample.tenant.console_grants = missing(Part::ConsoleGrants);
    sample.tenant.admin_log = missing(Part::AdminLog);
    sample.tenant.takeovers[0].gaps = missing(Part::IamPolicies).gap().cloned().into_iter().collect();
    sample.tenant.takeovers[0].paths.clear();
    sample.tenant.takeover_cuts.clear();
    sample.tenant.grants = Grants::default();
    let html = render(&sample);
    assert!(html.contains("Changes are not visible."));
    assert!(html.contains("No access path was found, but not everything was searched."));
    assert!(html.contains("It was refused"));
    sample.tenant.grants = sample::plausible().tenant.grants;
    let html = render(&sample);
    assert!(html.contains("No access path was found, but the search was not complete."));
    assert!(html.contains("<strong>There may be more.</strong> It was refused."));
    assert!(!html.contains("No access path. Every policy"));
}

#[test]
fn a_client_of_which_only_uses_are_known_has_a_page_that_says_so() {
    let html = render(&sample::plausible());
    let start = html.find("id=\"client-1999\"").unwrap();
    let client = &html[start..start + html[start..].find("</details>").unwrap()];
    for text in [
        "no source names its scopes",
        "acted as a user, last 17 Nov 2026, 4 days ago (token log)",
        "unknown, because no source shows a grant",
    ] {
        assert!(client.contains(text), "{text}\n{client}");
    }
    assert!(html.contains("class=\"cell high\"><b>?</b> not named"));
}

#[test]
fn only_scopes_asked_for_by_delegation_keep_the_audits_own_from_being_surplus() {
    let mut sample = sample::plausible();
    assert!(render(&sample).contains("<strong>1 that no enabled check needs</strong>"));
    sample.summary.admin = sample.summary.service_account.clone();
    assert!(
        render(&sample).contains("<strong>2 that no enabled check needs</strong>"),
        "with an admin role of its own it reads the Directory as itself"
    );
    let all = sample.tenant.grants.of(sample::OWN).map(|grant| grant.scope.clone()).collect();
    sample.summary.scopes_asked.insert("mailbox".to_owned(), all);
    assert!(render(&sample).contains("what the enabled checks need, and no more"));
}

#[test]
fn findings_stand_on_the_page_of_their_client_whatever_they_are_about() {
    let mut sample = sample::plausible();
    for (index, (kind, id)) in [
        (SubjectKind::Client, sample::NEWSLETTER.to_owned()),
        (SubjectKind::Grant, format!("{}/https://mail.google.com/", sample::NEWSLETTER)),
        (SubjectKind::Key, format!("{}/9f31c0", sample::NEWSLETTER)),
        (SubjectKind::ServiceAccount, sample::NEWSLETTER.to_owned()),
        (SubjectKind::Path, format!("{}/ann@example.com/key", sample::NEWSLETTER)),
        (SubjectKind::User, sample::NEWSLETTER.to_owned()),
    ]
    .into_iter()
    .enumerate()
    {
        let finding = &mut sample.findings[index];
        (finding.subject.kind, finding.subject.id) = (kind, id);
        (finding.verdict, finding.severity) = (Verdict::Fail, Severity::Critical);
        finding.message = format!("message {index}");
    }
    let html = render(&sample);
    let start = html.find(&format!("id=\"client-{}\"", sample::NEWSLETTER)).unwrap();
    let client = &html[start..start + html[start..].find("</details>").unwrap()];
    let told: Vec<bool> = (0..6).map(|index| client.contains(&format!("message {index}"))).collect();
    assert_eq!(told, [true, true, true, true, false, false]);
    assert!(client.contains("1 finding is about access paths"));
}

#[test]
fn no_text_makes_the_page_grow_without_bound() {
    let mut sample = large(2_000, 3_000);
    let long = "\"<\u{202E}".repeat(1_000);
    for finding in &mut sample.findings {
        (finding.message, finding.subject.name, finding.fix) = (long.clone(), long.clone(), long.clone());
        finding.evidence = vec![Evidence::new("", &long); 3];
    }
    sample.user = |index| {
        let mut facts = hostile_user(index);
        let long = "\"<\u{202E}".repeat(1_000);
        facts.user.full_name = Some(long.clone());
        facts.user.org_unit = Some(long.clone());
        facts.user.primary_email = long;
        facts
    };
    let html = render(&sample);
    assert!(html.len() < 10_000_000, "{}", html.len());
    Page::parse(&html).assert_valid();
}

#[test]
fn an_empty_tenant_still_makes_a_page() {
    let mut sample = sample::complete();
    sample.findings.clear();
    sample.users = 0;
    sample.summary = crate::findings::RunSummary {
        checks: Vec::new(),
        fixed: Vec::new(),
        compared_with: None,
        ..sample::summary(&[], 0)
    };
    sample.tenant.grants = Grants::default();
    let html = render(&sample);
    Page::parse(&html).assert_valid();
    assert!(html.contains("Nothing is open") && html.contains("This is the first run"));
}

/// The number that stands in an element.
fn number_in(element: &scraper::ElementRef<'_>) -> u64 {
    let text: String = element.text().collect();
    let first =
        text.split(|letter: char| !letter.is_ascii_digit() && letter != ',').find(|part| !part.is_empty());
    first.unwrap().replace(',', "").parse().unwrap()
}

/// How many findings the script shows under a link: each row has every word that the filter asks for.
fn rows_under(page: &Page, filter: &str) -> u64 {
    let wanted: Vec<(&str, &str)> = filter.split('&').filter_map(|part| part.split_once('=')).collect();
    let selector = |(key, word): &(&str, &str)| format!("[data-{key}~={word}]");
    let selector: String = wanted.iter().map(selector).collect();
    page.count(&format!("#rows li{selector}")) as u64
}

#[test]
fn each_number_at_the_top_leads_to_what_it_counts() {
    let mut first = sample::complete();
    first.summary.compared_with = None;
    (first.summary.changes.worsened, first.summary.changes.fixed) = (0, 0);
    for finding in &mut first.findings {
        finding.change = Change::New;
    }
    first.summary.changes.new = first.findings.iter().filter(|finding| finding.is_open()).count() as u64;
    for sample in [sample::plausible(), sample::complete(), first, hostile()] {
        let html = render(&sample);
        let page = Page::parse(&html);
        let links = page.select(".numbers strong a, .legend a");
        assert!(links.len() > 5 && page.count(".numbers strong") == page.count(".numbers strong a"));
        for link in links {
            let target = link.attr("href").and_then(|target| target.strip_prefix('#')).unwrap();
            let counted = match target.split_once('?') {
                Some((_, "v=unknown")) => number_in(&page.select(".group.unknown h3 .tally")[0]),
                Some((_, filter)) => rows_under(&page, filter),
                None if target.starts_with("since-") => {
                    number_in(&page.select(&format!("#{target} .tally"))[0])
                }
                None => 0,
            };
            assert_eq!(number_in(&link), counted, "{target}");
        }
    }
}

#[test]
fn what_is_new_stands_above_what_to_do_and_each_change_leads_to_its_row() {
    let html = render(&sample::plausible());
    assert!(html.find("id=\"since\"").unwrap() < html.find("id=\"first\"").unwrap());
    let page = Page::parse(&html);
    for (list, word) in [("#since-new + ul", "new"), ("#since-worsened + ul", "worsened")] {
        let rows = page.select(&format!("{list} > li > a"));
        assert_eq!(rows.len() as u64, rows_under(&page, &format!("c={word}")), "{word}");
        for row in rows {
            let target = row.attr("href").unwrap();
            assert_eq!(page.count(&format!("{target}[data-c~={word}]")), 1, "{target}");
        }
    }
    assert_eq!(page.count("#since-worsened + ul .added li"), 1, "what was added");
    assert_eq!(page.count("#since-fixed ~ details tbody tr"), sample::plausible().summary.fixed.len());
    let mut first = sample::plausible();
    first.summary.compared_with = None;
    let html = render(&first);
    assert!(html.contains("there is nothing to compare with"));
    assert_eq!(Page::parse(&html).count("#since li"), 0);
}

#[test]
fn what_was_not_assessed_has_no_badge_of_a_change() {
    let mut sample = sample::plausible();
    for finding in &mut sample.findings {
        finding.change = Change::New;
    }
    let html = render(&sample);
    let page = Page::parse(&html);
    assert_eq!(page.count("#rows li[data-v~=unknown]"), 2);
    assert_eq!(page.count("#rows li[data-v~=unknown] .tag, #rows li[data-v~=unknown][data-c]"), 0);
    assert!(page.count("#rows li[data-v~=fail] .tag.news") > 0);
}

#[test]
fn a_command_is_text_that_can_be_copied() {
    let command = r"gam user 'o'\''brien&<b>@example.com' delete sendas 'a@example.org'";
    let mut sample = sample::plausible();
    for finding in sample.findings.iter_mut().filter(|finding| finding.check_id == "MAIL-08") {
        finding.command = command.to_owned();
        finding.may_break = "What sends with it.".to_owned();
    }
    let html = render(&sample);
    let page = Page::parse(&html);
    for place in ["#first pre > code", "#rows pre > code"] {
        let shown: Vec<String> = page.select(place).iter().map(|code| code.text().collect()).collect();
        assert!(shown.contains(&command.to_owned()), "{place} {shown:?}");
    }
    assert_eq!(page.count("#first .breaks"), 1);
}

#[test]
fn an_acceptance_is_told_once_with_who_why_and_until_when() {
    let mut sample = sample::plausible();
    let accepted = sample.findings.iter_mut().find(|finding| finding.verdict == Verdict::Excepted).unwrap();
    accepted.evidence = vec![Evidence::new("exception_owner", "kept by an earlier version")];
    accepted.accepted = vec![Acceptance {
        id: "MAIL-08/*@example.net".to_owned(),
        owner: "mail@example.com".to_owned(),
        reason: "agreed".to_owned(),
        approver: Some("ciso@example.com".to_owned()),
        ticket: Some("SEC-7".to_owned()),
        created: None,
        expires: "2027-06-30".parse().ok(),
        parts: Vec::new(),
    }];
    let html = render(&sample);
    let row = html.find("By <bdi class=\"code\">MAIL-08/*@example.net</bdi> until 2027-06-30").unwrap();
    let row = &html[row..row + html[row..].find("</dd>").unwrap()];
    for text in ["mail@example.com", "agreed", "ciso@example.com", "SEC-7"] {
        assert!(row.contains(text), "{text}");
    }
    assert!(!html.contains("kept by an earlier version"));
}
