//! What Google throttles, drops or holds back for a while costs time; what it withholds for good ends.

use std::collections::BTreeMap;

use workspace_audit_emulator::{Fault, Options, TenantName};

use crate::support::{Audit, Tenant};

const MONDAY: &str = "2026-11-16T07:00:00Z";

fn tenant(faults: &[&str]) -> Tenant {
    let faults = faults.iter().map(|fault| fault.parse().unwrap()).collect();
    Tenant::with(Options { tenant: TenantName::Healthy, faults, ..Options::default() })
}

#[test]
fn throttles_resets_cuts_and_errors_that_pass_cost_no_fact() {
    let calm = tenant(&[]);
    let undisturbed = calm.audit();
    let tenant = tenant(&[
        "GET /gmail/v1/* userRateLimitExceeded every=4 times=8",
        "GET /gmail/v1/* reset every=5 times=3",
        "GET /admin/directory/v1/users 503 times=2",
        "GET /admin/directory/v1/customer/*/domains html=502 times=1",
        "GET /v1/projects/* plain-text times=1 retry-after=1",
        "POST /token temporarily_unavailable every=10 times=5",
        "POST /token cut times=1",
    ]);
    let audit = tenant.audit();
    audit.assert_code(0);
    for file in ["users.csv", "send_as.csv", "service_accounts.csv", "sa_keys.csv"] {
        let lines = |text: String| text.lines().count();
        assert_eq!(lines(audit.file(file)), lines(undisturbed.file(file)), "{file}");
    }
    let requests = &audit.json("manifest.json")["requests"];
    assert_eq!(requests["gmail"]["throttles"], 8);
    assert!(requests["gmail"]["retries"].as_u64().unwrap() >= 11, "{requests}");
    assert!(requests["token"]["retries"].as_u64().unwrap() >= 6, "{requests}");
    assert!(requests["iam"]["waited_seconds"].as_u64().unwrap() >= 1, "Retry-After was obeyed: {requests}");
}

#[test]
fn a_retry_comes_no_sooner_than_google_asks() {
    let tenant = tenant(&["GET /admin/directory/v1/customer/*/domains 503 times=1 retry-after=2"]);
    tenant.audit().assert_code(0);
    let asked = tenant.requests();
    let mut asked = asked.iter().filter(|request| request.path.ends_with("/domains"));
    let (refused, again) = (asked.next().unwrap(), asked.next().unwrap());
    assert!(refused.fault && !again.fault);
    assert!(again.at - refused.at >= chrono::Duration::seconds(2), "{:?}", again.at - refused.at);
}

#[test]
fn a_token_that_dies_early_is_replaced() {
    let tenant = tenant(&["POST /token token-dies=60"]);
    tenant.audit().assert_code(0);
}

#[test]
fn an_outage_for_good_ends_soon_and_loses_no_user() {
    let faults = vec!["GET /gmail/v1/* userRateLimitExceeded".parse().unwrap()];
    let tenant = Tenant::with(Options { tenant: TenantName::Huge(1500), faults, ..Options::default() });
    let audit = tenant.audit_with(&["--set", "collect.outage_patience=1"], &[]);
    audit.assert_code(4);
    let row = audit.coverage("send_as");
    let count = |name: &str| row[name].parse::<u64>().unwrap();
    assert_eq!(count("total"), count("not_applicable") + count("failed"), "{row:?}");
    assert!(row["reason"].contains("given_up") || row["reason"].contains("throttled"), "{row:?}");
    let tokens = &audit.json("manifest.json")["requests"]["token"];
    assert!(tokens["calls"].as_u64().unwrap() < 1000, "no token for what is not asked: {tokens}");
    let requests = &audit.json("manifest.json")["requests"]["gmail"];
    assert!(
        requests["calls"].as_u64().unwrap() < count("failed"),
        "most were not asked any more: {requests}"
    );
    let named = audit.rows("users.csv").into_iter().filter(|user| user["mailbox_read"] == "failed").count();
    assert_eq!(named as u64, count("failed"));
}

/// A tenant whose Gmail fails for good for some of its users, and the addresses of these users.
fn huge_with_bad_users(is_bad: impl Fn(usize) -> bool, answer: &str) -> (Tenant, Vec<String>) {
    let options = || Options { tenant: TenantName::Huge(1500), ..Options::default() };
    let mut tenant = Tenant::with(options());
    let truth = tenant.truth();
    let mut users: Vec<(&str, &str)> = truth["users"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|user| user["suspended"] != true && user["archived"] != true && user["gmail"] == "on")
        .map(|user| (user["id"].as_str().unwrap(), user["primaryEmail"].as_str().unwrap()))
        .collect();
    users.sort_unstable();
    let bad = users.iter().enumerate().filter(|(place, _)| is_bad(*place));
    let bad: Vec<String> = bad.map(|(_, (_, address))| (*address).to_owned()).collect();
    let fault = |address: &String| format!("GET /gmail/v1/* {answer} subject={address}").parse().unwrap();
    tenant.becomes(Options { faults: bad.iter().map(fault).collect(), ..options() });
    (tenant, bad)
}

/// Exactly the bad ones are gaps, each by its own cause.
fn assert_only_these_fail(audit: &Audit, bad: &[String]) {
    audit.assert_code(4);
    let mut failed: Vec<String> = Vec::new();
    for user in audit.rows("users.csv").into_iter().filter(|user| user["mailbox_read"] == "failed") {
        assert!(user["mailbox_gap"].contains("backend_error"), "{user:?}");
        failed.push(user["primary_email"].clone());
    }
    let mut bad = bad.to_vec();
    failed.sort_unstable();
    bad.sort_unstable();
    let wrong = failed.iter().filter(|address| !bad.contains(address)).count();
    assert!(failed == bad, "{} failed, {wrong} of them are healthy; {} are bad", failed.len(), bad.len());
    assert_eq!(audit.json("status.json")["state"], "finished");
}

#[test]
fn a_block_of_users_that_always_fail_stops_no_other() {
    for (begin, concurrency) in [(0, "collect.concurrency=48"), (250, "collect.concurrency=256")] {
        let (tenant, bad) = huge_with_bad_users(|place| (begin..begin + 100).contains(&place), "500");
        let audit = tenant.audit_with(&["--set", concurrency], &[]);
        assert_only_these_fail(&audit, &bad);
        let calls = audit.json("manifest.json")["requests"]["gmail"]["calls"].as_u64().unwrap();
        let settings = 5;
        assert!(calls < settings * (1500 + 100 * 8), "each bad one has its few tries: {calls}");
    }
}

#[test]
fn users_that_always_fail_here_and_there_cost_the_others_neither_answers_nor_retries() {
    let (mut tenant, bad) = huge_with_bad_users(|place| place % 10 < 3, "503");
    let faults = bad.iter().map(|address| format!("GET /gmail/v1/* 503 subject={address}"));
    let faults = faults.chain(["GET /gmail/v1/* 500 every=10".to_owned()]);
    let faults = faults.map(|fault| fault.parse().unwrap()).collect();
    tenant.becomes(Options { tenant: TenantName::Huge(1500), faults, ..Options::default() });
    let audit = tenant.audit_with(&["--set", "collect.retry_budget=400"], &[]);
    assert_only_these_fail(&audit, &bad);
}

#[test]
fn a_project_that_always_fails_stops_no_other() {
    let faults = vec!["GET /v1/projects/crowd-project-0000/serviceAccounts/* 503".parse().unwrap()];
    let tenant = Tenant::with(Options {
        tenant: TenantName::Typical,
        service_accounts: 600,
        faults,
        ..Options::default()
    });
    let audit = tenant.audit();
    audit.assert_code(4);
    let row = audit.coverage("sa_keys");
    assert!(row["failed"] == "100" && !row["reason"].contains("given_up"), "{row:?}");
    let accounts = audit.rows("service_accounts.csv").into_iter();
    let unread = accounts.filter(|account| account["user_managed_keys"].is_empty());
    assert!(unread.into_iter().all(|account| account["project"] == "crowd-project-0000"));
}

/// Of all answers one in ten is no answer, in six ways; all come late.
fn storm() -> Vec<Fault> {
    let routes = ["GET /admin/*", "GET /gmail/*", "GET /v1/projects/*", "POST /token"];
    let answers = ["429", "500", "503", "reset", "cut", "userRateLimitExceeded", "latency=0ms..50ms"];
    let faults = routes.iter().flat_map(|route| {
        answers.iter().filter_map(move |answer| match (*answer, *route) {
            // The token endpoint and IAM have no such reason.
            ("userRateLimitExceeded", "POST /token" | "GET /v1/projects/*") => None,
            ("latency=0ms..50ms", _) => Some(format!("{route} {answer}")),
            _ => Some(format!("{route} {answer} chance=0.017")),
        })
    });
    faults.map(|fault| fault.parse().unwrap()).collect()
}

#[test]
fn in_a_storm_of_faults_every_user_ends_with_a_value_or_a_named_gap() {
    let options =
        || Options { tenant: TenantName::Huge(300), at: Some(MONDAY.parse().unwrap()), ..Options::default() };
    let undisturbed = Tenant::with(options());
    let calm = undisturbed.audit();
    let tenant = Tenant::with(Options { faults: storm(), ..options() });
    let audit = tenant.audit();
    let struck = tenant.requests().iter().filter(|request| request.fault).count();
    assert!(struck > 50, "{struck}");
    let (stormy, expected) = (audit.rows("users.csv"), calm.rows("users.csv"));
    assert_eq!(stormy.len(), expected.len(), "nobody is lost or doubled");
    for (user, expected) in stormy.iter().zip(&expected) {
        assert_eq!(user["user_id"], expected["user_id"]);
        assert!(user == expected || !user["mailbox_gap"].is_empty(), "{user:?} is not {expected:?}");
    }
    let read = |rows: &[BTreeMap<String, String>]| {
        rows.iter().filter(|row| row["mailbox_read"] == "complete").count()
    };
    assert!(read(&stormy) * 100 >= read(&expected) * 99, "{} of {}", read(&stormy), read(&expected));
}

#[test]
fn two_runs_with_the_same_facts_differ_in_times_and_ids_alone() {
    let tenant = Tenant::with(Options { at: Some(MONDAY.parse().unwrap()), ..Options::default() });
    let with_own_history = |name: &str| {
        let folder = tenant.folder.path().join(name).display().to_string();
        let history = format!("history.path={folder}/history.sqlite");
        tenant.audit_with(&["--output-dir", &folder, "--set", &history], &[])
    };
    let (first, second) = (with_own_history("first"), with_own_history("second"));
    for file in ["users.csv", "send_as.csv", "service_accounts.csv", "sa_keys.csv", "coverage.csv"] {
        assert_eq!(first.file(file), second.file(file), "{file}");
    }
    for file in ["findings.csv", "delegated_scopes.csv", "report.json", "report.html"] {
        let said = |audit: &Audit| without_times(&without_traffic(&audit.file(file)));
        let (first, second) = (said(&first), said(&second));
        let differing = first.lines().zip(second.lines()).find(|(first, second)| first != second);
        assert!(first == second, "{file}: {differing:?}");
    }
}

/// A report without what was sent for it: how often a server closes an idle connection is nobody's fact.
fn without_traffic(text: &str) -> String {
    let mut text = text.to_owned();
    for (begin, end) in [("<h3>Requests sent</h3>", "</dl>"), ("\"requests\": {", "\n  }")] {
        if let Some((before, rest)) = text.split_once(begin)
            && let Some((_, after)) = rest.split_once(end)
        {
            text = format!("{before}{after}");
        }
    }
    text
}

/// A text with every date, time and digest of the content struck out.
fn without_times(text: &str) -> String {
    // What a page shows as a time may change its minute or its day between two runs.
    let mut elements = text.split("<time ");
    let mut shown = elements.next().unwrap_or_default().to_owned();
    for element in elements {
        shown.push_str(element.split_once("</time>").map_or(element, |(_, rest)| rest));
    }
    let words =
        shown.split_inclusive(|sign: char| !(sign.is_ascii_alphanumeric() || "-:+/=.".contains(sign)));
    let tells_time =
        |word: &str| word.contains("2026-") || word.contains("sha256-") || word.matches(':').count() == 2;
    words.map(|word| if tells_time(word) { "…" } else { word }).collect()
}
