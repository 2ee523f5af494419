//! Missing data is neither a pass nor a fail: each part taken away, whole and in part, from a tenant that was read whole
//! before and is read whole after. What was in order is not accused, but by the two rules, which the finding names;
//! nothing counts as fixed; and the whole run after finds nothing new.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde_json::Value;
use workspace_audit_emulator::{Options, TenantName};

use crate::support::{Audit, Tenant};

/// What is taken away: faults of the emulator, or lines of the configuration.
#[derive(Debug)]
enum Without {
    Answers(&'static [&'static str]),
    Setting(&'static str),
    Permission(&'static str),
}
use Without::{Answers, Permission, Setting};

const TAKEN: [Without; 15] = [
    Answers(&["GET /admin/directory/v1/users 403"]),
    Answers(&["GET /admin/directory/v1/users 500 after=1"]),
    Answers(&["GET /admin/directory/v1/customer/*/domains 403"]),
    Answers(&["GET /admin/directory/v1/customer/*/roleassignments 403"]),
    Answers(&["GET /gmail/v1/users/*/settings/sendAs 403 times=3"]),
    Answers(&["GET /v1/projects/*/serviceAccounts 403"]),
    Answers(&[
        "GET /v1/projects/*/serviceAccounts 403 times=1",
        "GET /v1/projects/*/serviceAccounts/*/keys 403 times=1",
    ]),
    Answers(&["GET /v1/projects/*/serviceAccounts/*/keys 403"]),
    Answers(&["GET /admin/reports/v1/activity/users/all/applications/admin 403"]),
    Answers(&["GET /admin/reports/* 403"]),
    Answers(&["GET /service_accounts/v1/metadata/* 403", "GET /admin/directory/v1/groups* 403"]),
    Permission("resourcemanager.projects.getIamPolicy"),
    Permission("policyanalyzer.*"),
    Permission("orgpolicy.policy.get"),
    Setting("console_grants"),
];

type Row = BTreeMap<String, String>;

fn options(without: Option<&Without>, name: TenantName) -> Options {
    let options = Options { tenant: name, ..Options::default() };
    match without {
        Some(Answers(faults)) => {
            Options { faults: faults.iter().map(|fault| fault.parse().unwrap()).collect(), ..options }
        }
        Some(Permission(name)) => Options { revoked_permissions: vec![(*name).to_owned()], ..options },
        Some(Setting(_)) | None => options,
    }
}

/// A run of the tenant as a history leaves it.
fn audit_after(history: &Path, without: Option<&Without>, name: TenantName) -> (Tenant, Audit) {
    let tenant = Tenant::with(options(without, name));
    let reports = tenant.folder.path().join("reports");
    std::fs::create_dir_all(&reports).unwrap();
    std::fs::copy(history, reports.join("history.sqlite")).unwrap();
    if let Some(Setting(key)) = without {
        tenant.edit_config(|text| {
            let is_kept = |line: &&str| !line.starts_with(key);
            text.lines().filter(is_kept).map(|line| format!("{line}\n")).collect()
        });
    }
    let audit = tenant.audit();
    (tenant, audit)
}

fn history(tenant: &Tenant) -> PathBuf {
    tenant.folder.path().join("reports/history.sqlite")
}

/// What a person should see, by fingerprint. What happened is news once.
fn open(audit: &Audit) -> BTreeMap<String, Row> {
    let rows = audit.rows("findings.csv").into_iter();
    rows.filter(|row| ["fail", "review"].contains(&row["verdict"].as_str()) && row["subject_kind"] != "event")
        .map(|row| (row["fingerprint"].clone(), row))
        .collect()
}

fn named(row: &Row) -> String {
    format!(
        "{} {} {} {} [{}] {}",
        row["check_id"], row["verdict"], row["severity"], row["subject_id"], row["change"], row["message"]
    )
}

fn fixed(audit: &Audit) -> Vec<String> {
    let report = audit.json("report.json");
    let fixed = report["fixed"].as_array().unwrap().iter();
    fixed
        .map(|finding: &Value| format!("fixed: {} {}", finding["check_id"], finding["subject"]["id"]))
        .collect()
}

fn passes(audit: &Audit) -> BTreeMap<String, u64> {
    let report = audit.json("report.json");
    let checks = report["checks"].as_array().unwrap().iter();
    checks
        .map(|check| (check["id"].as_str().unwrap().to_owned(), check["counts"]["pass"].as_u64().unwrap()))
        .collect()
}

/// What a run that lacks something must not say.
fn said_without(audit: &Audit, whole: &Audit) -> Vec<String> {
    let (before, after) = (open(whole), open(audit));
    let accused = after
        .iter()
        .filter(|(fingerprint, row)| !before.contains_key(*fingerprint) && row["assumptions"] == "[]")
        .map(|(_, row)| format!("accuses: {}", named(row)));
    let lost = before
        .iter()
        .filter(|(fingerprint, _)| !after.contains_key(*fingerprint))
        .map(|(_, row)| format!("lost: {}", named(row)));
    let worse = after.values().filter(|row| ["worsened", "reopened"].contains(&row["change"].as_str()));
    let acquitted = passes(audit).into_iter().filter_map(|(check, passes_now)| {
        let passed = passes(whole)[&check];
        (passes_now > passed).then(|| format!("acquits: {check} {passes_now} > {passed}"))
    });
    accused
        .chain(lost)
        .chain(worse.map(|row| format!("worse: {}", named(row))))
        .chain(acquitted)
        .chain(fixed(audit))
        .collect()
}

/// What the whole run after it must not say.
fn said_after(audit: &Audit) -> Vec<String> {
    let rows = open(audit).into_values().filter(|row| !["open"].contains(&row["change"].as_str()));
    rows.map(|row| format!("after: {}", named(&row)))
        .chain(fixed(audit).into_iter().map(|text| format!("after: {text}")))
        .collect()
}

/// What went wrong without each.
fn without_each(name: TenantName) -> Vec<String> {
    let first = Tenant::named(name);
    first.audit().assert_code(0);
    // The second whole run: what the first has as news is not news any more.
    let whole = first.audit();
    let kept = history(&first);
    let (failures, left) = (Mutex::new(Vec::new()), Mutex::new(TAKEN.iter()));
    let next = || left.lock().unwrap().next();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(without) = next() {
                    let (lacking, audit) = audit_after(&kept, Some(without), name);
                    let mut said = said_without(&audit, &whole);
                    let expected = if matches!(without, Setting(_)) { 0 } else { 4 };
                    if audit.code != expected {
                        said.push(format!("nothing is missing: code {}", audit.code));
                    }
                    let (_again, after) = audit_after(&history(&lacking), None, name);
                    said.extend(said_after(&after));
                    let said = said.into_iter().map(|text| format!("{without:?}: {text}"));
                    failures.lock().unwrap().extend(said);
                }
            });
        }
    });
    failures.into_inner().unwrap()
}

#[test]
fn taking_a_part_away_accuses_nobody_acquits_nobody_and_mends_nothing() {
    let failures = without_each(TenantName::Typical);
    assert!(failures.is_empty(), "{}\n{}", failures.len(), failures.join("\n"));
}
