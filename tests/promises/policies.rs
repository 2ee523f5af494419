//! What the Admin console sets for organizational units and groups: read only where it is named, and never a pass or a
//! fail where it was not read.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use workspace_audit_emulator::{Fault, Options, TenantName};

use crate::doctor::asked as asked_doctor;
use crate::support::{Audit, OPTIONAL_SCOPES, Tenant, WITH_OPTIONAL};

const CHECKS: [&str; 3] = ["TEN-03", "TEN-04", "TEN-05"];
const POLICY_SCOPE: &str = OPTIONAL_SCOPES[1];

fn tenant(name: TenantName, faults: &[&str]) -> Tenant {
    let faults = faults.iter().map(|fault| fault.parse().unwrap()).collect();
    Tenant::with(Options {
        tenant: name,
        faults,
        extra_scopes: OPTIONAL_SCOPES.map(str::to_owned).to_vec(),
        // So that the policies come in several pages, one of them blank.
        page_cap: Some(10),
        ..Options::default()
    })
}

fn audit(tenant: &Tenant) -> Audit {
    tenant.audit_with(&["--set", WITH_OPTIONAL], &[])
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}

/// The ids of organizational units by path, and of groups by address, as findings have them.
fn ids(tenant: &Tenant) -> BTreeMap<String, String> {
    let truth = tenant.truth();
    let bare = |unit: &Value| text(unit, "orgUnitId").trim_start_matches("id:").to_owned();
    let units = truth["orgUnits"].as_array().unwrap().iter().chain([&truth["rootOrgUnit"]]);
    let units = units.map(|unit| (text(unit, "orgUnitPath").to_owned(), format!("orgUnits/{}", bare(unit))));
    let groups = truth["groups"].as_array().unwrap().iter();
    let groups =
        groups.map(|group| (text(group, "email").to_owned(), format!("groups/{}", text(group, "id"))));
    units.chain(groups).collect()
}

/// Subjects of a check with this verdict.
fn subjects(audit: &Audit, check: &str, verdict: &str) -> BTreeSet<(String, String)> {
    let rows = audit.rows("findings.csv").into_iter();
    rows.filter(|row| row["check_id"] == check && row["verdict"] == verdict)
        .map(|row| (row["subject_kind"].clone(), row["subject_id"].clone()))
        .collect()
}

fn asked(tenant: &Tenant, path: &str) -> usize {
    tenant.requests().iter().filter(|request| request.path.ends_with(path)).count()
}

fn assert_not_assessed(audit: &Audit) {
    for check in CHECKS {
        let verdicts = audit.verdicts(check);
        assert_eq!((verdicts["pass"], verdicts["fail"]), (0, 0), "{check}: {verdicts:?}");
        assert!(verdicts["not_assessed"] > 0, "{check}: {verdicts:?}");
    }
}

#[test]
fn a_unit_and_a_group_that_turn_forwarding_back_on_are_found_and_who_inherits_is_not() {
    let tenant = tenant(TenantName::Typical, &[]);
    let ids = ids(&tenant);
    let audit = audit(&tenant);
    audit.assert_code(0);
    let of = |kind: &str, place: &str| (kind.to_owned(), format!("{}/gmail.auto_forwarding", ids[place]));
    assert_eq!(
        subjects(&audit, "TEN-04", "fail"),
        BTreeSet::from([
            of("org_unit", "/Sales"),
            of("org_unit", "/Engineering"),
            of("group", "platform@example.com"),
        ])
    );
    // For some in the unit, a license decides.
    assert_eq!(
        subjects(&audit, "TEN-04", "not_assessed"),
        BTreeSet::from([("part".to_owned(), "policies/policies_undecided".to_owned())])
    );
    // The root, /Finance, a unit at depth 3, and a group within a unit are off. A deleted unit says nothing.
    let verdicts = audit.verdicts("TEN-04");
    assert_eq!((verdicts["pass"], verdicts["fail"], verdicts["not_assessed"]), (4, 3, 1), "{verdicts:?}");
    let sales = audit
        .rows("findings.csv")
        .into_iter()
        .find(|row| row["check_id"] == "TEN-04" && row["subject_id"] == of("org_unit", "/Sales").1);
    let sales = sales.unwrap();
    assert!(sales["subject_name"].starts_with("/Sales"), "{sales:?}");
    for fact in ["gmail.auto_forwarding.enableAutoForwarding", "ADMIN policy", "/Sales"] {
        assert!(sales["evidence"].contains(fact), "{fact}: {}", sales["evidence"]);
    }
    let group = audit.rows("findings.csv").into_iter().find(|row| row["subject_kind"] == "group").unwrap();
    assert!(group["subject_name"].contains("platform@example.com"), "{group:?}");
}

#[test]
fn delegation_gateways_and_clients_are_found_by_default_and_by_policy() {
    let tenant = tenant(TenantName::Typical, &[]);
    let ids = ids(&tenant);
    let audit = audit(&tenant);
    let of = |place: &str, setting: &str| ("org_unit".to_owned(), format!("{}/{setting}", ids[place]));
    assert_eq!(
        subjects(&audit, "TEN-03", "fail"),
        BTreeSet::from([of("/Leadership", "gmail.mail_delegation")])
    );
    // Nobody set it for the whole tenant: Google's default is off.
    assert_eq!(audit.verdicts("TEN-03")["pass"], 1);
    assert_eq!(
        subjects(&audit, "TEN-05", "fail"),
        BTreeSet::from([
            of("/", "gmail.per_user_outbound_gateway"),
            of("/", "gmail.imap_access"),
            of("/People", "gmail.pop_access"),
        ])
    );
    // Google documents no default of POP.
    assert_eq!(
        subjects(&audit, "TEN-05", "not_assessed"),
        BTreeSet::from([("part".to_owned(), "policies/no_documented_default".to_owned())])
    );
    assert_eq!(audit.verdicts("TEN-05")["pass"], 2);
}

#[test]
fn a_healthy_tenant_passes_in_every_place() {
    let tenant = tenant(TenantName::Healthy, &[]);
    let audit = audit(&tenant);
    audit.assert_code(0);
    let passes: Vec<u64> = CHECKS.map(|check| audit.verdicts(check)["pass"]).to_vec();
    assert_eq!(passes, [1, 3, 3]);
    for check in CHECKS {
        let verdicts = audit.verdicts(check);
        let others: u64 = verdicts.iter().filter(|(name, _)| *name != "pass").map(|(_, count)| count).sum();
        assert_eq!(others, 0, "{check}: {verdicts:?}");
    }
    assert_eq!(audit.json("status.json")["not_configured"], serde_json::json!([]));
}

#[test]
fn without_being_named_they_are_not_read_not_passed_and_not_delegated() {
    let tenant = tenant(TenantName::Healthy, &[]);
    let audit = tenant.audit();
    audit.assert_code(0);
    assert_not_assessed(&audit);
    assert_eq!((asked(&tenant, "/v1/policies"), asked(&tenant, "/orgunits")), (0, 0));
    let status = audit.json("status.json");
    for part in ["org_units", "policies"] {
        assert!(status["not_configured"].as_array().unwrap().contains(&part.into()), "{status}");
        assert!(audit.rows("coverage.csv").iter().all(|row| row["part"] != part));
    }
    assert!(audit.stdout.contains("[\"default\", \"org_units\", \"policies\"]"), "{}", audit.stdout);
}

#[test]
fn a_scope_that_is_not_delegated_costs_the_policies_alone() {
    let extra_scopes = vec![OPTIONAL_SCOPES[0].to_owned()];
    let tenant = Tenant::with(Options { tenant: TenantName::Healthy, extra_scopes, ..Options::default() });
    let audit = audit(&tenant);
    audit.assert_code(4);
    assert_not_assessed(&audit);
    let policies = audit.coverage("policies");
    assert_eq!((policies["denied"].as_str(), policies["needed"].as_str()), ("1", POLICY_SCOPE));
    for part in ["users", "domains", "admin_roles", "org_units", "admin_log"] {
        assert_eq!(audit.coverage(part)["denied"], "0", "{part}");
    }
}

#[test]
fn what_is_refused_or_broken_off_is_neither_a_pass_nor_a_fail() {
    for (fault, class, reason) in [
        ("GET /v1/policies forbidden", "denied", "forbidden"),
        ("GET /v1/policies disabled", "denied", "api_disabled"),
        // GAM's issue 1796: refused in the middle of the listing.
        ("GET /v1/policies 403 after=1", "failed", "interrupted"),
        ("GET /admin/directory/v1/customer/*/orgunits 403", "denied", "forbidden"),
    ] {
        let tenant = tenant(TenantName::Typical, &[fault]);
        let audit = audit(&tenant);
        audit.assert_code(4);
        assert_not_assessed(&audit);
        let part = if fault.contains("orgunits") { "org_units" } else { "policies" };
        let coverage = audit.coverage(part);
        assert_eq!(coverage[class], "1", "{fault}: {coverage:?}");
        assert!(coverage["reason"].contains(reason), "{fault}: {coverage:?}");
        assert_eq!(audit.coverage("users")["read"], "1", "{fault}");
    }
}

#[test]
fn an_admin_who_is_no_super_admin_reads_no_policies() {
    let tenant = tenant(TenantName::Healthy, &[]);
    let truth = tenant.truth();
    let users = truth["users"].as_array().unwrap();
    let delegated = users.iter().find(|user| user["isDelegatedAdmin"] == true).unwrap();
    let admin = text(delegated, "primaryEmail");
    let audit = tenant.audit_with(&["--admin", admin, "--set", WITH_OPTIONAL], &[]);
    audit.assert_code(4);
    assert_not_assessed(&audit);
    assert_eq!(audit.coverage("policies")["denied"], "1");
    assert!(audit.coverage("policies")["needed"].contains("Super Admin"), "{:?}", audit.coverage("policies"));
}

#[test]
fn blank_pages_and_a_quota_lose_no_policy() {
    let healed = tenant(TenantName::Typical, &[]);
    let whole = audit(&healed);
    let faults = ["GET /v1/policies rateLimitExceeded=429 times=1", "GET /v1/policies empty-page"];
    for fault in faults {
        let tenant = tenant(TenantName::Typical, &[fault]);
        let audit = audit(&tenant);
        audit.assert_code(0);
        for check in CHECKS {
            assert_eq!(audit.verdicts(check), whole.verdicts(check), "{check} with {fault}");
        }
    }
}

#[test]
fn an_exception_accepts_a_unit_or_a_group_by_name() {
    let tenant = tenant(TenantName::Typical, &[]);
    let exceptions: String = ["/Sales", "platform@example.com"]
        .map(|subject| {
            format!(
                "[[exception]]\ncheck = \"TEN-04\"\nsubject = \"{subject}\"\nreason = \"r\"\nowner = \"o\"\n\
                 expires = 2099-01-01\n"
            )
        })
        .concat();
    std::fs::write(&tenant.files.exceptions, exceptions).unwrap();
    let audit = audit(&tenant);
    let verdicts = audit.verdicts("TEN-04");
    assert_eq!((verdicts["excepted"], verdicts["fail"]), (2, 1), "{verdicts:?}");
}

#[test]
fn a_policy_that_is_unset_again_is_fixed_and_one_that_is_unread_is_not() {
    let options = |fault: Option<Fault>| Options {
        tenant: TenantName::Typical,
        faults: fault.into_iter().collect(),
        extra_scopes: OPTIONAL_SCOPES.map(str::to_owned).to_vec(),
        ..Options::default()
    };
    let mut tenant = Tenant::with(options(None));
    let sales = format!("{}/gmail.auto_forwarding", ids(&tenant)["/Sales"]);
    let unit = sales.split('/').nth(1).unwrap().to_owned();
    let truth = tenant.truth();
    let policies = truth["policies"].as_array().unwrap();
    let is_of_sales = |policy: &Value| {
        text(&policy["setting"], "type") == "settings/gmail.auto_forwarding"
            && text(&policy["policyQuery"], "orgUnit") == format!("orgUnits/{unit}")
    };
    let place = policies.iter().position(is_of_sales).unwrap();
    audit(&tenant).assert_code(0);
    let open = |audit: &Audit| -> BTreeMap<String, String> {
        let rows = audit.rows("findings.csv").into_iter();
        rows.filter(|row| row["check_id"] == "TEN-04" && row["verdict"] == "fail")
            .map(|row| (row["subject_id"].clone(), row["change"].clone()))
            .collect()
    };
    let fixed = |audit: &Audit| -> Vec<String> {
        let report = audit.json("report.json");
        let fixed = report["fixed"].as_array().unwrap().iter();
        fixed.map(|finding| text(&finding["subject"], "id").to_owned()).collect()
    };
    tenant.becomes(options(Some("GET /v1/policies 403".parse().unwrap())));
    let unread = audit(&tenant);
    assert_eq!(open(&unread).len(), 3);
    assert!(open(&unread).values().all(|change| change == "not_rechecked"), "{:?}", open(&unread));
    assert_eq!(fixed(&unread), Vec::<String>::new());
    // The unit inherits again, although another unit's setting is not known.
    let unset: Fault = "GET /v1/policies patch".parse().unwrap();
    let patch = format!(r#"[{{"op": "remove", "path": "/policies/{place}"}}]"#);
    tenant.becomes(options(Some(unset.with_text(&patch).unwrap())));
    let less = audit(&tenant);
    assert_eq!(fixed(&less), [sales]);
    assert_eq!(open(&less).len(), 2);
    assert!(open(&less).values().all(|change| change == "open"), "{:?}", open(&less));
}

#[test]
fn doctor_checks_the_scope_the_api_and_the_super_admin() {
    let set = ["--set", WITH_OPTIONAL];
    asked_doctor(&tenant(TenantName::Healthy, &[]), &set, &[]).assert_ready();
    let undelegated = Tenant::with(Options { tenant: TenantName::Healthy, ..Options::default() });
    let found = asked_doctor(&undelegated, &set, &[]);
    assert_eq!(found.failed(), ["scopes"], "{}", found.text);
    for scope in OPTIONAL_SCOPES {
        assert!(found.step("scopes").to_string().contains(scope), "{}", found.text);
    }
    let off = Tenant::with(Options {
        tenant: TenantName::Healthy,
        extra_scopes: OPTIONAL_SCOPES.map(str::to_owned).to_vec(),
        disabled_services: vec!["cloudidentity.googleapis.com".to_owned()],
        ..Options::default()
    });
    let found = asked_doctor(&off, &set, &[]);
    assert_eq!(found.failed(), ["apis"], "{}", found.text);
    assert!(found.step("apis").to_string().contains("cloudidentity.googleapis.com"), "{}", found.text);
    // Without being named, nothing of it is needed.
    asked_doctor(&undelegated, &[], &[]).assert_ready();
}
