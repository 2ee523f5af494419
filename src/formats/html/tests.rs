use std::collections::HashSet;
use std::time::Instant;

use super::markup::{Page, Tag};
use super::sample::{self, Sample};
use super::*;
use crate::findings::{Requests, Severity, Verdict};
use crate::tenant::{Grants, Part, People, Provenance, Reading, Sighting};

/// What an attacker would call himself.
const PAYLOAD: &str = "<script>alert(1)</script>\"><img src=x onerror=alert(2)>' onmouseover='alert(3)\
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
        finding.evidence = vec![text(), format!("{PAYLOAD}: {PAYLOAD}")];
        finding.controls = vec![text()];
        finding.exception_id = finding.exception_id.as_ref().map(|_| text());
    }
    sample.findings[0].check_id = text();
    let summary = &mut sample.summary;
    (summary.run_id, summary.tool_version, summary.customer) = (text(), text(), text());
    (summary.primary_domain, summary.compared_with) = (Some(text()), Some(text()));
    (summary.admin, summary.service_account, summary.client_id) = (text(), text(), text());
    (summary.profile, summary.scope_table) = (text(), text());
    summary.scopes_asked.insert(text(), vec![text()]);
    summary.requests.insert(text(), Requests::default());
    for check in &mut summary.checks {
        (check.slug, check.title, check.why) = (text(), text(), text());
        check.needs.push(text());
    }
    for row in &mut summary.coverage.0 {
        (row.reason, row.needed, row.fix) = (text(), text(), text());
    }
    for fixed in &mut summary.fixed {
        (fixed.check_id, fixed.subject.name, fixed.message) = (text(), text(), text());
    }
    if let Reading::Complete(accounts) = &mut sample.tenant.service_accounts {
        for account in &mut accounts.0 {
            (account.email, account.project, account.display_name) = (text(), text(), text());
        }
    }
    let seen = Sighting { provenance: Provenance::Console, seen_at: sample::run_at() };
    sample.tenant.grants = Grants::merge([(text(), text(), seen)]);
    sample.user = hostile_user;
    sample
}

fn hostile_user(index: usize) -> UserFacts {
    let mut facts = sample::user(index);
    facts.user.primary_email = PAYLOAD.to_owned();
    facts.user.full_name = Some(PAYLOAD.to_owned());
    facts.user.org_unit = Some(PAYLOAD.to_owned());
    facts.user.suspension_reason = Some(PAYLOAD.to_owned());
    if let Some(gap) = &mut facts.mailbox.gap {
        (gap.reason, gap.message, gap.fix) = (PAYLOAD.to_owned(), PAYLOAD.to_owned(), PAYLOAD.to_owned());
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

use crate::tenant::{MailboxFact, UserFacts};

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
        "datetime",
        "focusable",
        "height",
        "hidden",
        "href",
        "http-equiv",
        "id",
        "lang",
        "name",
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
    for (name, value) in page.tags.iter().flat_map(|tag| &tag.attributes) {
        assert!(known.contains(name.as_str()), "{name}");
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
        let policy = page
            .named("meta")
            .find(|tag| tag.attribute("http-equiv") == Some("Content-Security-Policy"))
            .and_then(|tag| tag.attribute("content"))
            .unwrap();
        let sources = |directive: &str| -> Vec<&str> {
            let found = policy.split("; ").find_map(|part| part.strip_prefix(directive)).unwrap();
            found.split_whitespace().collect()
        };
        let hashes = |name: &str| -> Vec<String> {
            page.named(name).map(|tag| format!("'sha256-{}'", security::hash(&tag.raw_text))).collect()
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
fn a_partial_run_says_so_before_anything_else() {
    let html = render(&sample::plausible());
    let body = &html[html.find("<body>").unwrap()..];
    let says = body.find(&format!("Partial: 2 of {} parts incomplete", Part::ALL.len())).unwrap();
    let reason = body.find("7 × scope_not_delegated").unwrap();
    assert!(says < reason && reason < body.find("At a glance</h2>").unwrap());
    assert!(!body.contains("Complete: everything"));

    let html = render(&sample::complete());
    assert!(html.contains("Complete: everything that was asked for was read"));
    assert!(!html.contains("What this report does not know"));
}

#[test]
fn the_page_has_a_sound_structure() {
    for sample in [sample::plausible(), sample::complete(), hostile(), large(300, 50)] {
        let html = render(&sample);
        let page = Page::parse(&html);
        page.assert_balanced();
        assert_eq!(page.count("h1"), 1);
        assert_eq!(page.count("main"), 1);
        assert_eq!(page.named("html").next().and_then(|tag| tag.attribute("lang")), Some("en"));
        for (index, tag) in page.tags.iter().enumerate() {
            if tag.name == "table" && !tag.is_end {
                assert_eq!(page.tags[index + 1].name, "caption");
            }
        }
        assert!(page.named("th").all(|tag| tag.attribute("scope").is_some()));
        let ids: Vec<&str> = page.tags.iter().filter_map(|tag| tag.attribute("id")).collect();
        let distinct: HashSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), distinct.len(), "an id stands twice");
        for link in page.tags.iter().filter_map(|tag| tag.attribute("href")) {
            let target = link.strip_prefix('#').unwrap_or_else(|| panic!("{link} leaves the page"));
            assert!(distinct.contains(target), "{link} leads nowhere");
        }
    }
}

#[test]
fn every_finding_has_its_action_its_fix_and_its_row() {
    let html = render(&sample::plausible());
    assert!(html.contains("Clears 7 findings"));
    for text in [
        "Why it matters",
        "smtp_host",
        "CIS-GWS 3.1.3.5.3",
        "First 3 Nov 2026, 18 days ago",
        "this audit",
        "no account known",
        "does not add up",
    ] {
        assert_eq!(html.contains(text), text != "does not add up", "{text}");
    }
    assert!(html.contains("<span class=\"sev unknown\">Unknown</span>"));
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
            .map(|fact| format!("{fact}: value{index}.example.org"))
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
    let rows = page.named("li").filter(|tag| tag.attribute("data-v").is_some());
    let of = |verdict: &str| rows.clone().filter(|tag| tag.attribute("data-v") == Some(verdict)).count();
    assert!(of("fail") > 2_000 && of("fail") + of("review") <= 5_000, "{} {}", of("fail"), of("review"));
    assert!(of("review") > 500 && of("unknown") == 2 && of("excepted") == 2);
    assert!(html.contains("more in send_as.csv") && html.contains("more in users.csv"));
}

#[test]
fn no_text_makes_the_page_grow_without_bound() {
    let mut sample = large(2_000, 3_000);
    let long = "\"<\u{202E}".repeat(1_000);
    for finding in &mut sample.findings {
        (finding.message, finding.subject.name, finding.fix) = (long.clone(), long.clone(), long.clone());
        finding.evidence = vec![long.clone(); 3];
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
    Page::parse(&html).assert_balanced();
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
    Page::parse(&html).assert_balanced();
    assert!(html.contains("Nothing is open") && html.contains("This is the first run"));
}

#[test]
fn tags_are_read_as_a_browser_reads_them() {
    let page = Page::parse("<p class='a' hidden>x &lt;b&gt;<br><style>p<b{}</style></p>");
    let names: Vec<&str> = page.tags.iter().map(|tag: &Tag| tag.name.as_str()).collect();
    assert_eq!(names, ["p", "br", "style", "p"]);
    assert_eq!(page.tags[0].attribute("hidden"), Some(""));
    assert_eq!(page.tags[2].raw_text, "p<b{}");
    page.assert_balanced();
}
