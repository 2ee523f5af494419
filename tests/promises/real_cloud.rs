//! Odd rows in the cloud's answers, and listings without an end: each costs what needs it, and nothing else.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use workspace_audit_emulator::{Fault, Options, TenantName};

use crate::support::{Audit, Tenant};

const KEY_CHECKS: [&str; 3] = ["KEY-01", "KEY-02", "KEY-03"];

fn fault(line: &str, patch: &Value) -> Fault {
    line.parse::<Fault>().unwrap().with_text(&patch.to_string()).unwrap()
}

fn options(tenant: TenantName, faults: Vec<Fault>) -> Options {
    Options { tenant, at: Some("2026-11-21T07:00:00Z".parse().unwrap()), faults, ..Options::default() }
}

fn audited(tenant: TenantName, faults: Vec<Fault>) -> (Tenant, Audit) {
    let tenant = Tenant::with(options(tenant, faults));
    let audit = tenant.audit();
    (tenant, audit)
}

/// Open findings of a check, by subject.
fn open(audit: &Audit, check: &str) -> BTreeSet<String> {
    let rows = audit.rows("findings.csv").into_iter();
    let rows =
        rows.filter(|row| row["check_id"] == check && ["fail", "review"].contains(&row["verdict"].as_str()));
    rows.map(|row| row["subject_id"].clone()).collect()
}

fn fixed(audit: &Audit) -> BTreeSet<(String, String)> {
    let report = audit.json("report.json");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let fixed = report["fixed"].as_array().unwrap().iter();
    fixed.map(|finding| (text(&finding["check_id"]), text(&finding["subject"]["id"]))).collect()
}

fn keys_of(account: &str) -> String {
    format!("GET /v1/projects/*/serviceAccounts/{}*/keys", account.split('@').next().unwrap())
}

/// Addresses of accounts that have keys.
fn with_keys(audit: &Audit) -> Vec<String> {
    let rows = audit.rows("sa_keys.csv");
    let all: BTreeSet<String> = rows.iter().map(|row| row["service_account"].clone()).collect();
    all.into_iter().collect()
}

#[test]
fn an_odd_account_row_costs_no_other_account_its_verdicts() {
    let (_tenant, undisturbed) = audited(TenantName::Typical, Vec::new());
    for odd in [json!("odd"), json!({ "email": null, "uniqueId": "42" }), json!({ "email": "odd@example" })] {
        let patch = json!([{ "op": "add", "path": "/accounts/-", "value": odd }]);
        let (_tenant, audit) =
            audited(TenantName::Typical, vec![fault("GET /v1/projects/*/serviceAccounts patch", &patch)]);
        assert!(audit.coverage("service_accounts")["reason"].starts_with("undecodable_row"), "{odd}");
        for check in KEY_CHECKS {
            assert_eq!(audit.verdicts(check)["pass"], undisturbed.verdicts(check)["pass"], "{check} {odd}");
            assert!(audit.verdicts(check)["not_assessed"] > undisturbed.verdicts(check)["not_assessed"]);
            assert_eq!(open(&audit, check), open(&undisturbed, check), "{check} {odd}");
        }
    }
}

#[test]
fn an_odd_key_row_keeps_only_its_own_accounts_findings_open() {
    let mut tenant = Tenant::with(options(TenantName::Neglected, Vec::new()));
    let first = tenant.audit();
    let accounts = with_keys(&first);
    let (odd, mended) = (&accounts[0], &accounts[1]);
    let ids = |account: &str| -> BTreeSet<(String, String)> {
        let rows = first.rows("findings.csv").into_iter();
        let of_account = rows.filter(|row| {
            KEY_CHECKS.contains(&row["check_id"].as_str())
                && row["subject_name"].starts_with(&format!("{account} key"))
                && ["fail", "review"].contains(&row["verdict"].as_str())
        });
        of_account.map(|row| (row["check_id"].clone(), row["subject_id"].clone())).collect()
    };
    assert!(!ids(odd).is_empty() && !ids(mended).is_empty(), "{accounts:?}");
    let odd_row = json!([{ "op": "replace", "path": "/keys/0", "value": { "name": null } }]);
    let no_key = json!([{ "op": "replace", "path": "/keys", "value": [] }]);
    let faults = vec![
        fault(&format!("{} patch", keys_of(odd)), &odd_row),
        fault(&format!("{} patch", keys_of(mended)), &no_key),
        format!("{}/* notFound", keys_of(mended)).parse().unwrap(),
    ];
    tenant.becomes(options(TenantName::Neglected, faults));
    let second = tenant.audit();
    let row = second.coverage("sa_keys");
    assert!(row["reason"].contains("undecodable_row"), "{row:?} {odd} {mended}");
    let fixed = fixed(&second);
    assert!(ids(mended).is_subset(&fixed), "{fixed:?}");
    assert!(ids(odd).is_disjoint(&fixed), "{fixed:?}");
    for (check, subject) in ids(odd) {
        assert!(open(&second, &check).contains(&subject), "{check} {subject}");
    }
}

#[test]
fn an_odd_binding_keeps_the_paths_that_were_found_and_passes_no_account_below_it() {
    let (_tenant, undisturbed) = audited(TenantName::Typical, Vec::new());
    assert!(undisturbed.verdicts("KEY-06")["pass"] > 0 && !open(&undisturbed, "KEY-05").is_empty());
    let odd = [
        json!({ "role": "roles/owner", "members": [null] }),
        json!({ "members": ["user:ann@example.com"] }),
        json!({ "role": null, "members": ["user:ann@example.com"] }),
        json!({ "role": "roles/owner", "members": ["user:ann@example.com"], "condition": "odd" }),
        json!("odd"),
    ];
    for odd in odd {
        let patch = json!([{ "op": "add", "path": "/bindings/-", "value": odd }]);
        let (_tenant, audit) = audited(
            TenantName::Typical,
            vec![fault("POST /v3/projects/apps-project:getIamPolicy patch", &patch)],
        );
        assert!(audit.coverage("iam_policies")["reason"].starts_with("undecodable_row"), "{odd}");
        for check in ["KEY-05", "KEY-06"] {
            assert!(audit.verdicts(check)["not_assessed"] > undisturbed.verdicts(check)["not_assessed"]);
            assert!(open(&undisturbed, check).is_subset(&open(&audit, check)), "{check} {odd}");
        }
        // Accounts of the other project keep theirs.
        let passes = audit.verdicts("KEY-06")["pass"];
        assert!(0 < passes && passes < undisturbed.verdicts("KEY-06")["pass"], "{passes} {odd}");
    }
}

/// Between the audit and the emulator: answers what one path asks with a page and ever another token.
fn endless(upstream: SocketAddr, path: &'static str, rows: &'static str) -> (SocketAddr, Arc<AtomicU64>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, asked) = (listener.local_addr().unwrap(), Arc::new(AtomicU64::new(0)));
    let count = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let count = Arc::clone(&count);
            std::thread::spawn(move || between(stream, upstream, path, rows, &count));
        }
    });
    (address, asked)
}

fn between(mut client: TcpStream, upstream: SocketAddr, path: &str, rows: &str, count: &AtomicU64) {
    let mut head = Vec::new();
    let mut buffer = [0; 4096];
    let end = loop {
        let Ok(read @ 1..) = client.read(&mut buffer) else { return };
        head.extend_from_slice(&buffer[..read]);
        if let Some(end) = head.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
    };
    let text = String::from_utf8_lossy(&head[..end]).into_owned();
    if text.lines().next().is_some_and(|line| line.contains(path)) {
        let token = count.fetch_add(1, Ordering::Relaxed);
        let body = format!(r#"{{"kind": "k", {rows}, "nextPageToken": "t{token}"}}"#);
        let length = body.len();
        let answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
             Connection: close\r\n\r\n{body}"
        );
        let _ = client.write_all(answer.as_bytes());
        return;
    }
    // One request a connection, so that each is looked at.
    let mut server = TcpStream::connect(upstream).unwrap();
    server.write_all(text.as_bytes()).unwrap();
    server.write_all(b"\r\nConnection: close").unwrap();
    server.write_all(&head[end..]).unwrap();
    let (mut from, mut to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    std::thread::spawn(move || std::io::copy(&mut from, &mut to));
    let _ = std::io::copy(&mut server, &mut client);
    let _ = client.shutdown(Shutdown::Both);
}

#[test]
fn a_listing_without_an_end_is_ended_and_costs_no_other_part() {
    let (_tenant, undisturbed) = audited(TenantName::Healthy, Vec::new());
    for rows in [r#""domains": []"#, r#""domains": [{"domainName": "example.com", "isPrimary": true}]"#] {
        let tenant = Tenant::with(options(TenantName::Healthy, Vec::new()));
        let (address, asked) = endless(tenant.address(), "/domains", rows);
        tenant.edit_config(|text| text.replace(&tenant.base_url(), &format!("http://{address}")));
        let began = Instant::now();
        let audit = tenant.audit();
        assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
        audit.assert_code(4);
        assert!(audit.coverage("domains")["reason"].starts_with("listing_too_long"), "{rows}");
        let asked = asked.load(Ordering::Relaxed);
        assert!((100..=201).contains(&asked), "{asked} pages");
        assert_eq!(audit.verdicts("TEN-01")["pass"], 0);
        for part in ["users", "admin_roles", "send_as", "service_accounts"] {
            assert_eq!(audit.coverage(part)["reason"], undisturbed.coverage(part)["reason"], "{part}");
        }
    }
}

/// Where nothing is answered with rows, one object that was there tells an empty tenant from an empty answer.
#[test]
fn an_empty_answer_about_what_still_exists_fixes_nothing_however_often_it_comes() {
    // Those of one set do not rest on each other.
    let sets: [&[(&str, &str)]; 3] = [
        &[("service_accounts", "GET /v1/projects/*/serviceAccounts body=200")],
        &[
            ("sa_keys", "GET /v1/projects/*/serviceAccounts/*/keys body=200"),
            (
                "workload_identity_pools",
                "GET /v1/projects/*/locations/global/workloadIdentityPools/*/providers body=200",
            ),
        ],
        &[
            ("groups", "GET /admin/directory/v1/groups/*/members body=200"),
            ("domains", "GET /admin/directory/v1/customer/*/domainaliases body=200"),
            ("workload_identity_pools", "GET /v1/projects/*/locations/global/workloadIdentityPools body=200"),
            (
                "service_account_use",
                "GET /v1/projects/*/locations/global/activityTypes/*/activities:query body=200",
            ),
            ("token_log", "GET /admin/reports/v1/activity/users/all/applications/token body=200"),
            ("admin_log", "GET /admin/reports/v1/activity/users/all/applications/admin body=200"),
            (
                "access_evaluation_log",
                "GET /admin/reports/v1/activity/users/all/applications/access_evaluation body=200",
            ),
        ],
    ];
    for set in sets {
        let mut tenant = Tenant::with(options(TenantName::Typical, Vec::new()));
        let first = tenant.audit();
        first.assert_code(0);
        let empty = |pattern: &str| pattern.parse::<Fault>().unwrap().with_text("{}").unwrap();
        let faults = set.iter().map(|(_, pattern)| empty(pattern)).collect();
        tenant.becomes(options(TenantName::Typical, faults));
        for _ in 0..2 {
            let audit = tenant.audit();
            audit.assert_code(4);
            for (part, _) in set {
                let reason = audit.coverage(part)["reason"].clone();
                assert!(reason.contains("empty_listing"), "{part}: {reason}");
            }
            assert_eq!(fixed(&audit), BTreeSet::new(), "{set:?}");
            // A binding of a group whose members are unknown is told by another check: it is no other finding.
            let rows = audit.rows("findings.csv").into_iter();
            let new: Vec<String> = rows
                .filter(|row| row["change"] == "new" && ["fail", "review"].contains(&row["verdict"].as_str()))
                .map(|row| format!("{} {}", row["check_id"], row["subject_id"]))
                .collect();
            assert!(new.is_empty(), "{set:?}: {new:?}");
        }
        tenant.becomes(options(TenantName::Typical, Vec::new()));
        let last = tenant.audit();
        last.assert_code(0);
        assert_eq!(fixed(&last), BTreeSet::new(), "{set:?}");
    }
}

/// What is gone is gone: the object that was there is not found any more.
#[test]
fn accounts_that_were_all_deleted_are_an_empty_listing_and_no_gap() {
    let mut tenant = Tenant::with(options(TenantName::Typical, Vec::new()));
    tenant.audit().assert_code(0);
    let empty = "GET /v1/projects/apps-project/serviceAccounts body=200";
    let faults = vec![
        empty.parse::<Fault>().unwrap().with_text("{}").unwrap(),
        "GET /v1/projects/apps-project/serviceAccounts/* notFound".parse().unwrap(),
    ];
    tenant.becomes(options(TenantName::Typical, faults));
    let second = tenant.audit();
    assert!(!second.coverage("service_accounts")["reason"].contains("empty_listing"));
    assert!(!fixed(&second).is_empty());
}

/// What was deleted is gone, as Google says of each: nothing is missing, and what rested on it is fixed.
/// A page that was lost looks like the end of the listing: what was there and is not named is asked for.
#[test]
fn a_listing_that_was_cut_fixes_nothing_and_what_was_deleted_is_fixed() {
    let cut = |path: &str| json!([{ "op": "remove", "path": path }]);
    for (part, pattern, rows) in [
        ("service_accounts", "GET /v1/projects/apps-project/serviceAccounts", "/accounts/0"),
        ("sa_keys", "GET /v1/projects/*/serviceAccounts/people-sync*/keys", "/keys/0"),
        ("groups", "GET /admin/directory/v1/groups/*/members", "/members/0"),
    ] {
        let mut tenant = Tenant::with(options(TenantName::Typical, Vec::new()));
        tenant.audit().assert_code(0);
        let faults = || vec![fault(&format!("{pattern} patch"), &cut(rows))];
        tenant.becomes(options(TenantName::Typical, faults()));
        for _ in 0..2 {
            let audit = tenant.audit();
            let row = audit.coverage(part);
            assert!(row["reason"].contains("empty_listing"), "{row:?}");
            assert_eq!(fixed(&audit), BTreeSet::new(), "{part}");
        }
        let gone = format!("{pattern}/* notFound").parse().unwrap();
        tenant.becomes(options(TenantName::Typical, faults().into_iter().chain([gone]).collect()));
        let audit = tenant.audit();
        assert!(!audit.coverage(part)["reason"].contains("empty_listing"), "{part}");
        // A binding of a group is one finding, whoever is in the group.
        assert_eq!(fixed(&audit).is_empty(), part == "groups", "{part}");
    }
}

/// The credentials prove that the account and its key exist.
#[test]
fn an_answer_without_the_audits_own_account_or_key_is_a_gap_in_the_first_run() {
    let tenant = Tenant::named(TenantName::Typical);
    let key: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&tenant.files.key_file).unwrap()).unwrap();
    let (email, project) = (key["client_email"].as_str().unwrap(), key["project_id"].as_str().unwrap());
    for (part, pattern) in [
        ("service_accounts", format!("GET /v1/projects/{project}/serviceAccounts body=200")),
        ("sa_keys", format!("{} body=200", keys_of(email))),
    ] {
        let empty = pattern.parse::<Fault>().unwrap().with_text("{}").unwrap();
        let (_tenant, audit) = audited(TenantName::Typical, vec![empty]);
        audit.assert_code(4);
        assert!(audit.coverage(part)["reason"].contains("empty_listing"), "{part}");
    }
}

/// A group of the tenant always tells its address.
#[test]
fn a_group_that_is_not_told_is_a_gap() {
    for answer in ["GET /admin/directory/v1/groups/* body=200", "GET /admin/directory/v1/groups/* body=403"] {
        let answer = answer.parse::<Fault>().unwrap().with_text("{}").unwrap();
        let (_tenant, audit) = audited(TenantName::Typical, vec![answer]);
        audit.assert_code(4);
        assert_ne!(audit.coverage("groups")["reason"], "");
    }
}

/// Projects that the search named before are asked, whatever it names now.
#[test]
fn a_project_that_the_search_lost_is_still_read() {
    let mut tenant = Tenant::with(options(TenantName::Typical, Vec::new()));
    let organization = tenant.truth()["organization"]["name"].as_str().unwrap().to_owned();
    let set = format!("cloud.organization={organization}");
    let searched = |tenant: &Tenant| tenant.audit_with(&["--set", &set, "--set", "cloud.projects=[]"], &[]);
    let first = searched(&tenant);
    first.assert_code(0);
    let cut = json!([{ "op": "remove", "path": "/results/0" }]);
    tenant.becomes(options(
        TenantName::Typical,
        vec![fault("GET /v1/organizations/*:searchAllResources patch", &cut)],
    ));
    let second = searched(&tenant);
    assert_eq!(fixed(&second), BTreeSet::new());
    assert_eq!(second.rows("service_accounts.csv"), first.rows("service_accounts.csv"));
}

#[test]
fn what_is_not_found_any_more_makes_an_empty_listing_true() {
    for (part, listing, object) in [
        (
            "domains",
            "GET /admin/directory/v1/customer/*/domainaliases body=200",
            "GET /admin/directory/v1/customer/*/domainaliases/* notFound",
        ),
        (
            "workload_identity_pools",
            "GET /v1/projects/*/locations/global/workloadIdentityPools body=200",
            "GET /v1/projects/*/locations/global/workloadIdentityPools/* notFound",
        ),
        (
            "workload_identity_pools",
            "GET /v1/projects/*/locations/global/workloadIdentityPools/*/providers body=200",
            "GET /v1/projects/*/locations/global/workloadIdentityPools/*/providers/* notFound",
        ),
    ] {
        let mut tenant = Tenant::with(options(TenantName::Typical, Vec::new()));
        let first = tenant.audit();
        first.assert_code(0);
        let empty = listing.parse::<Fault>().unwrap().with_text("{}").unwrap();
        tenant.becomes(options(TenantName::Typical, vec![empty, object.parse().unwrap()]));
        let second = tenant.audit();
        second.assert_code(0);
        assert_eq!(second.coverage(part)["reason"], first.coverage(part)["reason"], "{listing}");
    }
}

#[test]
fn an_account_without_any_certificate_is_not_told_to_have_none() {
    let mut tenant = Tenant::with(options(TenantName::Neglected, Vec::new()));
    tenant.audit();
    let empty = "GET /service_accounts/v1/metadata/x509/* body=200";
    let empty = empty.parse::<Fault>().unwrap().with_text("{}").unwrap();
    tenant.becomes(options(TenantName::Neglected, vec![empty]));
    let second = tenant.audit();
    second.assert_code(4);
    assert!(second.coverage("client_certificates")["reason"].contains("empty_listing"));
    assert_eq!(fixed(&second), BTreeSet::new());
}
