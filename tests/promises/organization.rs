//! Service accounts of a whole organization, found by Cloud Asset.

use std::collections::BTreeSet;

use workspace_audit_emulator::{Options, TenantName};

use crate::support::{Audit, Tenant, binary};

fn searched(options: Options) -> Tenant {
    let at = Some("2026-11-21T07:00:00Z".parse().unwrap());
    let tenant = Tenant::with(Options { tenant: TenantName::Typical, at, ..options });
    let organization = tenant.truth()["organization"]["name"].as_str().unwrap().to_owned();
    assert!(organization.starts_with("organizations/"));
    tenant.edit_config(|text| {
        let lines = text.lines().map(|line| match line.starts_with("projects = ") {
            true => format!("organization = \"{organization}\""),
            false => line.to_owned(),
        });
        lines.collect::<Vec<_>>().join("\n")
    });
    tenant
}

fn emails(audit: &Audit, project: &str) -> BTreeSet<String> {
    let rows = audit.rows("service_accounts.csv").into_iter();
    rows.filter(|row| row["project"] == project).map(|row| row["email"].clone()).collect()
}

/// Without the times of the run.
fn findings(audit: &Audit) -> Vec<(String, String, String)> {
    let rows = audit.rows("findings.csv").into_iter();
    rows.map(|row| (row["fingerprint"].clone(), row["verdict"].clone(), row["message"].clone())).collect()
}

#[test]
fn an_organization_gives_what_its_projects_give() {
    let at = Some("2026-11-21T07:00:00Z".parse().unwrap());
    let listing = Tenant::with(Options { tenant: TenantName::Typical, at, ..Options::default() });
    let listed = listing.audit();
    let tenant = searched(Options::default());
    let audit = tenant.audit();
    assert_eq!(audit.code, listed.code, "{}", audit.stderr);
    for file in ["service_accounts.csv", "sa_keys.csv", "sa_paths.csv", "coverage.csv"] {
        assert_eq!(audit.file(file), listed.file(file), "{file}");
    }
    assert_eq!(findings(&audit), findings(&listed));
    let requests = tenant.requests();
    let searches = requests.iter().filter(|request| request.path.ends_with(":searchAllResources"));
    assert!(searches.count() > 0);

    // And one that is listed besides is read once.
    let both = tenant.audit_with(&["--set", "cloud.projects=apps-project"], &[]);
    assert_eq!(both.file("service_accounts.csv"), listed.file("service_accounts.csv"));
}

#[test]
fn a_project_that_may_not_be_read_keeps_what_the_search_tells_of_it() {
    let fault = "GET /v1/projects/apps-project/serviceAccounts* IAM_PERMISSION_DENIED".parse().unwrap();
    let tenant = searched(Options { faults: vec![fault], ..Options::default() });
    let audit = tenant.audit();
    audit.assert_code(4);
    let undisturbed = searched(Options::default());
    let whole = undisturbed.audit();
    assert!(emails(&whole, "apps-project").len() > 3);
    for project in ["apps-project", "data-project"] {
        assert_eq!(emails(&audit, project), emails(&whole, project), "{project}");
    }
    let ids = |audit: &Audit| -> BTreeSet<(String, String)> {
        let rows = audit.rows("service_accounts.csv").into_iter();
        rows.map(|row| (row["client_id"].clone(), row["disabled"].clone())).collect()
    };
    assert_eq!(ids(&audit), ids(&whole));
    let coverage = audit.coverage("service_accounts");
    assert_eq!(coverage["denied"], "1", "{coverage:?}");
    assert!(coverage["reason"].contains("Project apps-project"), "{coverage:?}");
    assert!(coverage["needed"].contains("iam.serviceAccounts.list"), "{coverage:?}");
    let of_apps = |row: &&std::collections::BTreeMap<String, String>| row["project"] == "apps-project";
    let rows = audit.rows("service_accounts.csv");
    assert!(rows.iter().filter(of_apps).all(|row| row["user_managed_keys"].is_empty()), "keys are unknown");
    assert!(audit.coverage("sa_keys")["denied"].parse::<u64>().unwrap() > 3);
    assert_eq!(audit.verdicts("KEY-01")["pass"], 0);
}

#[test]
fn a_search_that_is_refused_is_named_with_what_it_takes_and_the_listed_projects_are_read() {
    for (permissions, services, needed) in [
        (vec!["cloudasset.*".to_owned()], Vec::new(), "cloudasset.assets.searchAllResources"),
        (Vec::new(), vec!["cloudasset.googleapis.com".to_owned()], "cloudasset.googleapis.com, enabled"),
    ] {
        let tenant = searched(Options {
            revoked_permissions: permissions,
            disabled_services: services,
            ..Options::default()
        });
        let audit = tenant.audit();
        audit.assert_code(4);
        let coverage = audit.coverage("service_accounts");
        assert_eq!(coverage["denied"], "1", "{coverage:?}");
        assert!(coverage["needed"].contains(needed), "{coverage:?}");
        assert!(audit.rows("service_accounts.csv").is_empty());
        for check in ["KEY-01", "KEY-02", "KEY-04", "KEY-05", "DWD-04"] {
            assert_eq!(audit.verdicts(check)["pass"], 0, "{check}");
        }
        let listed = tenant.audit_with(&["--set", "cloud.projects=data-project"], &[]);
        listed.assert_code(4);
        assert!(!emails(&listed, "data-project").is_empty());
        assert!(listed.coverage("service_accounts")["needed"].contains(needed));
        assert!(listed.json("report.json")["fixed"].as_array().unwrap().is_empty());
    }
}

#[test]
fn a_search_that_breaks_off_leaves_what_rests_on_its_projects_partial() {
    let fault = "GET /v1/organizations/*:searchAllResources forbidden after=1".parse().unwrap();
    let tenant = searched(Options { faults: vec![fault], page_cap: Some(2), ..Options::default() });
    let audit = tenant.audit();
    audit.assert_code(4);
    let found = audit.rows("service_accounts.csv").len();
    assert!(found > 0, "the first page was read");
    for part in
        ["service_accounts", "service_account_use", "iam_policies", "iam_roles", "groups", "guardrails"]
    {
        let coverage = audit.coverage(part);
        assert!(coverage["reason"].contains("The search of organization"), "{part}: {coverage:?}");
    }
    let coverage = audit.coverage("workload_identity_pools");
    assert!(coverage["reason"].contains("The search of organization"), "{coverage:?}");
    let undisturbed = searched(Options::default());
    let whole = undisturbed.audit();
    assert_eq!(whole.verdicts("KEY-08").get("not_assessed").copied().unwrap_or_default(), 0);
    assert!(audit.verdicts("KEY-08")["not_assessed"] > 0, "there may be other projects");
}

#[test]
fn the_permission_to_search_is_printed_where_an_organization_is_configured() {
    let tenant = searched(Options::default());
    let config = tenant.files.config.display().to_string();
    let says = |arguments: &[&str]| String::from_utf8(binary(arguments, &[]).stdout).unwrap();
    assert!(says(&["scopes", "--config", &config]).contains("cloudasset.assets.searchAllResources"));
    assert!(!says(&["scopes"]).contains("cloudasset"));
}
