//! The cloud and the logs, taken away permission by permission, API by API, scope by scope: what is missing is named
//! with what it takes, and nothing that needs it passes or counts as fixed.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;

use serde_json::Value;
use workspace_audit_emulator::{Options, TenantName};

use crate::support::{Audit, Tenant};

/// What is taken away.
#[derive(Clone, Copy, Debug)]
enum Without {
    Permission(&'static str),
    Service(&'static str),
    Scope(&'static str),
}
use Without::{Permission, Scope, Service};

/// What is taken away, the parts that lack it, and what the report asks for.
const SOURCES: [(Without, &[&str], &str); 19] = [
    (Permission("iam.serviceAccounts.list"), &["service_accounts"], "iam.serviceAccounts.list"),
    (Permission("iam.serviceAccountKeys.list"), &["sa_keys"], "iam.serviceAccountKeys.list"),
    (Permission("iam.serviceAccounts.getIamPolicy"), &["iam_policies"], "iam.serviceAccounts.getIamPolicy"),
    (
        Permission("resourcemanager.projects.get"),
        &["iam_policies"],
        "resourcemanager.projects.get (in roles/browser)",
    ),
    (Permission("resourcemanager.projects.getIamPolicy"), &["iam_policies"], "projects.getIamPolicy"),
    (
        Permission("resourcemanager.folders.get"),
        &["iam_policies"],
        "resourcemanager.folders.get (in roles/browser)",
    ),
    (Permission("resourcemanager.folders.getIamPolicy"), &["iam_policies"], "folders.getIamPolicy"),
    (
        Permission("resourcemanager.organizations.getIamPolicy"),
        &["iam_policies"],
        "organizations.getIamPolicy",
    ),
    (Permission("iam.roles.get"), &["iam_roles"], "iam.roles.get"),
    (
        Permission("iam.workloadIdentityPools.list"),
        &["workload_identity_pools"],
        "iam.workloadIdentityPools.list",
    ),
    (
        Permission("iam.workloadIdentityPoolProviders.list"),
        &["workload_identity_pools"],
        "iam.workloadIdentityPoolProviders.list",
    ),
    (Permission("policyanalyzer.*"), &["service_account_use"], "roles/policyanalyzer.activityAnalysisViewer"),
    (Permission("orgpolicy.policy.get"), &["guardrails"], "orgpolicy.policy.get"),
    (Service("iam.googleapis.com"), &["service_accounts"], "iam.googleapis.com"),
    (
        Service("cloudresourcemanager.googleapis.com"),
        &["iam_policies"],
        "cloudresourcemanager.googleapis.com",
    ),
    (Service("policyanalyzer.googleapis.com"), &["service_account_use"], "policyanalyzer.googleapis.com"),
    (Service("orgpolicy.googleapis.com"), &["guardrails"], "orgpolicy.googleapis.com"),
    (
        Scope("admin.reports.audit.readonly"),
        &["admin_log", "access_evaluation_log", "token_log"],
        "admin.reports.audit.readonly",
    ),
    (Scope("admin.directory.group.readonly"), &["groups"], "admin.directory.group.readonly"),
];

/// Checks that may pass without a part: of whom the part says nothing, it is not missing.
const OF_OTHERS: [(&str, &str, &str); 3] = [
    (
        "DWD-04",
        "sa_keys",
        "scopes that send no mail, of clients that are no listed account and so have no keys to read",
    ),
    ("KEY-06", "groups", "accounts to which no group leads that was not read"),
    ("KEY-07", "groups", "the same"),
];

fn options(without: Without) -> Options {
    let options = Options { tenant: TenantName::Typical, ..Options::default() };
    match without {
        Permission(name) => Options { revoked_permissions: vec![name.to_owned()], ..options },
        Service(name) => Options { disabled_services: vec![name.to_owned()], ..options },
        Scope(name) => {
            Options { revoked_scopes: vec![format!("https://www.googleapis.com/auth/{name}")], ..options }
        }
    }
}

/// A week later, of a tenant of which everything was read before.
fn audit_after(history: &Path, without: Without) -> (Tenant, Audit) {
    let tenant = Tenant::with(options(without));
    let reports = tenant.folder.path().join("reports");
    std::fs::create_dir_all(&reports).unwrap();
    std::fs::copy(history, reports.join("history.sqlite")).unwrap();
    let audit = tenant.audit();
    (tenant, audit)
}

fn strings(value: &Value) -> BTreeSet<&str> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

fn assert_named_and_not_passed(without: Without, parts: &[&str], needed: &str, audit: &Audit, whole: &Audit) {
    audit.assert_code(4);
    for part in parts {
        let row = audit.coverage(part);
        assert!(row["denied"].parse::<u64>().unwrap() > 0, "{without:?}: {row:?}");
        assert!(row["needed"].contains(needed), "{without:?}: {row:?}");
    }
    let report = audit.json("report.json");
    for check in report["checks"].as_array().unwrap() {
        let lacks: Vec<&str> =
            strings(&check["needs"]).into_iter().filter(|need| parts.contains(need)).collect();
        if lacks.is_empty() {
            continue;
        }
        let (id, passes) = (check["id"].as_str().unwrap(), check["counts"]["pass"].as_u64().unwrap());
        // What is known to be wrong stays so; of the rest nothing is said.
        let counts = audit.verdicts(id);
        let said = ["not_assessed", "fail", "review"].map(|verdict| counts[verdict]);
        assert!(said.iter().sum::<u64>() > 0, "{without:?}: {id}: {counts:?}");
        if OF_OTHERS.iter().any(|(other, part, _)| *other == id && lacks.contains(part)) {
            assert!(passes <= whole.verdicts(id)["pass"], "{without:?}: {id} passes {passes}");
        } else {
            assert_eq!(passes, 0, "{without:?}: {id} without {lacks:?}");
        }
    }
    let fixed = report["fixed"].as_array().unwrap();
    assert!(fixed.is_empty(), "{without:?}: {fixed:?}");
}

#[test]
fn each_source_of_the_cloud_and_the_logs_is_missed_by_name_and_never_passes() {
    let whole = Tenant::named(TenantName::Typical);
    let undisturbed = whole.audit();
    undisturbed.assert_code(0);
    let history = whole.folder.path().join("reports/history.sqlite");
    let failures = Mutex::new(Vec::new());
    let left = Mutex::new(SOURCES.iter());
    let next = || left.lock().unwrap().next();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some((without, parts, needed)) = next() {
                    let (_tenant, audit) = audit_after(&history, *without);
                    let held = std::panic::AssertUnwindSafe(|| {
                        assert_named_and_not_passed(*without, parts, needed, &audit, &undisturbed);
                    });
                    if std::panic::catch_unwind(held).is_err() {
                        failures.lock().unwrap().push(*without);
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{failures:?}");
}

#[test]
fn a_pool_that_is_closed_leads_nowhere_and_one_that_is_not_read_is_open() {
    let leads = |audit: &Audit, pool: &str| {
        let rows = audit.rows("sa_paths.csv");
        rows.iter().any(|row| row["principal"].contains(&format!("/workloadIdentityPools/{pool}/")))
    };
    let tenant = Tenant::named(TenantName::Typical);
    let audit = tenant.audit();
    assert_eq!(audit.coverage("workload_identity_pools")["read"], "1");
    assert!(leads(&audit, "emulated") && !leads(&audit, "former"));
    let lacking = Tenant::with(options(Permission("iam.workloadIdentityPools.list")));
    let audit = lacking.audit();
    audit.assert_code(4);
    assert!(leads(&audit, "emulated") && leads(&audit, "former"));
}
