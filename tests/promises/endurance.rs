//! What Google throttles, drops or holds back for a while costs time; what it withholds for good ends.

use workspace_audit_emulator::{Options, TenantName};

use crate::support::Tenant;

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
fn a_token_that_dies_early_is_replaced() {
    let tenant = tenant(&["POST /token token-dies=6"]);
    tenant.audit().assert_code(0);
}

#[test]
fn an_outage_for_good_ends_soon_and_loses_no_user() {
    let faults = vec!["GET /gmail/v1/* userRateLimitExceeded".parse().unwrap()];
    let tenant = Tenant::with(Options { tenant: TenantName::Huge(1500), faults, ..Options::default() });
    let audit = tenant.audit_with(&["--set", "collect.retry_budget=20"], &[]);
    audit.assert_code(4);
    let row = audit.coverage("send_as");
    let count = |name: &str| row[name].parse::<u64>().unwrap();
    assert_eq!(count("total"), count("not_applicable") + count("failed"), "{row:?}");
    assert!(row["reason"].contains("given_up") || row["reason"].contains("throttled"), "{row:?}");
    let tokens = &audit.json("manifest.json")["requests"]["token"];
    assert!(tokens["calls"].as_u64().unwrap() < 1000, "no token for what is not asked: {tokens}");
    let requests = &audit.json("manifest.json")["requests"]["gmail"];
    assert_eq!(requests["retries"], 20);
    assert!(
        requests["calls"].as_u64().unwrap() < count("failed"),
        "most were not asked any more: {requests}"
    );
    let named = audit.rows("users.csv").into_iter().filter(|user| user["mailbox_read"] == "failed").count();
    assert_eq!(named as u64, count("failed"));
}
