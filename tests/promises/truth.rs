//! What the audit says of delegations and of paths to them, held against everything that the tenant holds.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use workspace_audit_emulator::{Options, TenantName};

use crate::support::{Audit, Tenant};

const NOW: &str = "2026-11-21T07:00:00Z";

fn tenant(name: TenantName, seed: u64) -> Tenant {
    Tenant::with(Options { tenant: name, seed, at: Some(NOW.parse().unwrap()), ..Options::default() })
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().map(|text| text.as_str().unwrap()).collect()
}

/// One scope has one spelling in the ledger.
fn spelt(scope: &str) -> String {
    if scope == "https://mail.google.com" { format!("{scope}/") } else { scope.to_owned() }
}

/// Client and scope → who must show it, by the tenant's own account.
fn expected(truth: &Value) -> BTreeMap<(String, String), BTreeSet<&'static str>> {
    let mut grants: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for entry in truth["ledger"].as_array().unwrap() {
        let client = entry["clientId"].as_str().unwrap();
        // The log is written newest first.
        let standing = entry["inAdminLog"].as_array().unwrap().iter();
        let standing = standing.take_while(|event| event["event"] != "REMOVE_API_CLIENT_ACCESS");
        let logged: BTreeSet<String> =
            standing.flat_map(|event| texts(&event["scopes"])).map(spelt).collect();
        for scope in texts(&entry["scopes"]) {
            let shown = grants.entry((client.to_owned(), spelt(scope))).or_default();
            if entry["inConsoleList"] == true {
                shown.insert("console");
            }
            if logged.contains(&spelt(scope)) {
                shown.insert("audit_log");
            }
        }
    }
    grants
}

fn sources(row: &BTreeMap<String, String>) -> BTreeSet<String> {
    serde_json::from_str(&row["provenance"]).unwrap()
}

fn assert_ledger_is_true(tenant: &Tenant, audit: &Audit) {
    let truth = tenant.truth();
    let expected = expected(&truth);
    let rows = audit.rows("delegated_scopes.csv");
    let found: BTreeMap<(String, String), _> =
        rows.iter().map(|row| ((row["client_id"].clone(), row["scope"].clone()), sources(row))).collect();
    assert_eq!(rows.len(), found.len(), "a grant has one row");
    assert_eq!(found.keys().collect::<BTreeSet<_>>(), expected.keys().collect::<BTreeSet<_>>());
    for (grant, sources) in &expected {
        let named: BTreeSet<&str> = found[grant]
            .iter()
            .map(String::as_str)
            .filter(|name| ["console", "audit_log"].contains(name))
            .collect();
        assert_eq!(&named, sources, "{grant:?}");
    }
    for entry in truth["ledger"].as_array().unwrap().iter().filter(|entry| entry["active"] == true) {
        let client = entry["clientId"].as_str().unwrap();
        let of_client = || rows.iter().filter(|row| row["client_id"] == client);
        let is_used = !entry["inUseLog"].as_array().unwrap().is_empty();
        assert_eq!(of_client().any(|row| !row["last_used_at"].is_empty()), is_used, "{client}");
        if entry["kind"] == "own" {
            assert!(of_client().all(|row| row["service_account"] == entry["email"].as_str().unwrap()));
        }
    }
}

#[test]
fn every_grant_of_every_source_is_in_the_ledger_with_who_shows_it_and_none_that_ended_is() {
    for (name, seed) in [(TenantName::Typical, 7), (TenantName::Typical, 23), (TenantName::Neglected, 7)] {
        let tenant = tenant(name, seed);
        let audit = tenant.audit();
        assert_ledger_is_true(&tenant, &audit);
    }
}

#[test]
fn one_grant_in_two_spellings_is_one_and_says_so() {
    let tenant = tenant(TenantName::Typical, 7);
    let audit = tenant.audit();
    let rows = audit.rows("delegated_scopes.csv");
    let newsletter: Vec<_> = rows
        .iter()
        .filter(|row| {
            row["service_account"].starts_with("newsletter@") && row["scope"].contains("mail.google.com")
        })
        .collect();
    let [row] = newsletter.as_slice() else { panic!("{newsletter:?}") };
    assert_eq!(row["scope"], "https://mail.google.com/");
    assert!(row["disagreement"].contains("“https://mail.google.com”"), "{}", row["disagreement"]);
    assert!(row["disagreement"].contains("console"), "younger than the list: {}", row["disagreement"]);
}

#[test]
fn a_grant_that_the_log_has_forgotten_is_held_by_what_an_earlier_run_saw() {
    let mut tenant = tenant(TenantName::Typical, 7);
    tenant.edit_config(|text| text.replace("console_grants", "# console_grants"));
    let first = tenant.audit();
    let logged = |audit: &Audit| -> BTreeMap<(String, String), String> {
        let rows = audit.rows("delegated_scopes.csv").into_iter();
        let rows = rows.filter(|row| sources(row).contains("audit_log"));
        let own = audit.json("manifest.json")["client_id"].as_str().unwrap_or_default().to_owned();
        let rows = rows.filter(|row| row["client_id"] != own);
        rows.map(|row| ((row["client_id"].clone(), row["scope"].clone()), row["first_seen_at"].clone()))
            .collect()
    };
    let before = logged(&first);
    assert!(before.len() > 5, "{before:?}");
    // Half a year and more later, in a tenant whose log tells nothing of them.
    tenant.becomes(Options {
        tenant: TenantName::Healthy,
        at: Some("2027-06-21T07:00:00Z".parse().unwrap()),
        ..Options::default()
    });
    // Its exceptions are of the tenant's own day.
    tenant.edit_config(|text| {
        text.replace("console_grants", "# console_grants").replace("exceptions =", "# exceptions =")
    });
    let second = tenant.audit();
    let after = logged(&second);
    for (grant, first_seen_at) in &before {
        assert_eq!(after.get(grant), Some(first_seen_at), "{grant:?}");
    }
}

/// Without the kind: as `sa_paths.csv` names whom it names by address.
fn bare(member: &str) -> &str {
    let kinds = ["user:", "serviceAccount:", "group:", "domain:"];
    kinds.into_iter().find_map(|kind| member.strip_prefix(kind)).unwrap_or(member)
}

/// Principal and account of each path of the tenant, and whether one of them goes through.
fn true_paths(truth: &Value) -> BTreeMap<(String, String), bool> {
    let mut paths = BTreeMap::new();
    for path in truth["paths"].as_array().unwrap() {
        let account = path["account"].as_str().unwrap().to_owned();
        let principal = path["principal"].as_str().unwrap();
        for principal in [bare(principal)].into_iter().chain(texts(&path["people"])) {
            *paths.entry((principal.to_owned(), account.clone())).or_default() |= path["completes"] == true;
        }
    }
    paths
}

#[test]
fn every_way_to_a_delegated_account_is_told_and_what_does_not_go_through_is_not_told_as_sure() {
    for (name, seed) in [(TenantName::Typical, 7), (TenantName::Typical, 23), (TenantName::Neglected, 7)] {
        let tenant = tenant(name, seed);
        let audit = tenant.audit();
        let rows = audit.rows("sa_paths.csv");
        let told: BTreeMap<(String, String), bool> = rows.iter().fold(BTreeMap::new(), |mut told, row| {
            let key = (row["principal"].clone(), row["service_account"].clone());
            *told.entry(key).or_default() |= row["conditional"] == "false";
            told
        });
        let truth = tenant.truth();
        let deleted = |principal: &str| principal.starts_with("deleted:");
        let accounts = truth["projects"].as_array().unwrap().iter();
        let accounts = accounts.flat_map(|project| project["serviceAccounts"].as_array().unwrap());
        let disabled: BTreeSet<&str> = accounts
            .filter(|account| account["disabled"] == true)
            .map(|account| account["email"].as_str().unwrap())
            .collect();
        let paths = true_paths(&truth);
        assert!(name == TenantName::Neglected || paths.len() > 40, "{}", paths.len());
        for ((principal, account), goes_through) in &paths {
            let known = told.get(&(principal.clone(), account.clone()));
            if *goes_through && !deleted(principal) {
                assert!(known.is_some(), "{name}: {principal} → {account} is not told");
            }
            // Keys may be uploaded where only making them is forbidden, which the tenant does not count.
            let uploads = || {
                let of_pair = rows
                    .iter()
                    .filter(|row| row["principal"] == *principal && row["service_account"] == *account);
                of_pair.into_iter().any(|row| row["path"].contains("can create keys for"))
            };
            // The paths of a disabled account are told for the day on which it is enabled.
            if !goes_through && known == Some(&true) && !disabled.contains(account.as_str()) {
                assert!(uploads(), "{name}: {principal} → {account} is told as sure");
            }
        }
        let groups: BTreeSet<&str> = truth["groups"]
            .as_array()
            .unwrap()
            .iter()
            .map(|group| group["email"].as_str().unwrap())
            .collect();
        for pair in told.keys().filter(|(principal, _)| !groups.contains(principal.as_str())) {
            assert!(paths.contains_key(pair), "{name}: {pair:?} is no way that the tenant has");
        }
    }
}

#[test]
fn who_a_client_is_and_what_keys_it_has_is_what_the_tenant_holds() {
    for name in [TenantName::Typical, TenantName::Neglected] {
        let tenant = tenant(name, 7);
        let audit = tenant.audit();
        let truth = tenant.truth();
        let findings = audit.rows("findings.csv");
        let verdict_on = |client: &str| {
            let rows = findings.iter();
            rows.filter(|row| row["check_id"] == "DWD-06" && row["subject_id"] == client)
                .map(|row| &row["message"])
                .next()
        };
        for entry in truth["ledger"].as_array().unwrap().iter().filter(|entry| entry["active"] == true) {
            let client = entry["clientId"].as_str().unwrap();
            let is_own = entry["kind"] == "own";
            assert!(is_own || verdict_on(client).is_some(), "{name}: {client} is nobody's own: {entry}");
            // A policy still names the one that was deleted.
            if entry["kind"] == "foreign" || entry["kind"] == "deleted" {
                let message = verdict_on(client).unwrap();
                assert!(message.contains(entry["email"].as_str().unwrap()), "{name}: {message}");
            }
        }
        let rows = audit.rows("sa_keys.csv");
        let told: BTreeMap<(&str, &str), (&str, &str)> = rows
            .iter()
            .map(|row| {
                let key = (row["service_account"].as_str(), row["key_id"].as_str());
                (key, (row["origin"].as_str(), row["disabled"].as_str()))
            })
            .collect();
        let mut kept = BTreeMap::new();
        for account in truth["projects"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|project| project["serviceAccounts"].as_array().unwrap())
        {
            for key in
                account["keys"].as_array().unwrap().iter().filter(|key| key["keyType"] == "USER_MANAGED")
            {
                let id = key["name"].as_str().unwrap().rsplit('/').next().unwrap();
                let disabled = if key["disabled"] == true { "true" } else { "false" };
                kept.insert(
                    (account["email"].as_str().unwrap(), id),
                    (key["keyOrigin"].as_str().unwrap(), disabled),
                );
            }
        }
        assert_eq!(told, kept, "{name}");
        assert!(name == TenantName::Typical || kept.values().any(|(origin, _)| *origin == "USER_PROVIDED"));
    }
}
