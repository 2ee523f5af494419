//! The delegation ledger over runs, and the register.

use std::collections::{BTreeMap, BTreeSet};

use workspace_audit_emulator::{Options, TenantName};

use crate::support::{Audit, Tenant, binary};

fn grants(audit: &Audit) -> BTreeSet<(String, String)> {
    let rows = audit.rows("delegated_scopes.csv").into_iter();
    rows.map(|row| (row["client_id"].clone(), row["scope"].clone())).collect()
}

#[test]
fn a_list_that_is_not_configured_any_more_ends_no_grant() {
    let tenant = Tenant::named(TenantName::Typical);
    let first = tenant.audit();
    assert!(grants(&first).len() > 3);
    tenant.edit_config(|text| text.replace("console_grants", "# console_grants"));
    let second = tenant.audit();
    assert_eq!(grants(&first), grants(&second));
    let report = second.json("report.json");
    let items = report["grants"]["items"].as_array().unwrap();
    assert!(items.iter().any(|grant| grant["rechecked"] == false), "{items:?}");
    assert!(report["fixed"].as_array().unwrap().is_empty(), "{}", report["fixed"]);
}

#[test]
fn a_register_is_drafted_of_what_was_seen_and_read_again() {
    let tenant = Tenant::named(TenantName::Typical);
    let clients: BTreeSet<_> = grants(&tenant.audit()).into_iter().map(|(client, _)| client).collect();
    let register = tenant.folder.path().join("register.toml");
    let config = tenant.files.config.display().to_string();
    let draft = || binary(&["register", "--init", "--config", &config, register.to_str().unwrap()], &[]);
    let drafted = draft();
    assert_eq!(drafted.status.code(), Some(0), "{}", String::from_utf8_lossy(&drafted.stderr));
    let text = std::fs::read_to_string(&register).unwrap();
    assert_eq!(text.matches("[[client]]").count(), clients.len());
    assert!(clients.iter().all(|client| text.contains(client)));
    assert_eq!(draft().status.code(), Some(2), "nothing is overwritten");

    let file = format!("checks.register={}", register.display());
    tenant.audit_with(&["--set", &file], &[]).assert_code(0);
    std::fs::write(&register, text.replacen("review_by = \"\"", "review_by = \"soon\"", 1)).unwrap();
    let refused = tenant.audit_with(&["--set", &file], &[]);
    refused.assert_code(2);
    assert!(refused.stderr.contains("`review_by` is not a date"), "{}", refused.stderr);
    assert!(refused.stderr.contains("register.toml:"), "{}", refused.stderr);
}

#[test]
fn nothing_that_the_ledger_knows_is_invisible_in_the_report() {
    let tenant = Tenant::named(TenantName::Neglected);
    let audit = tenant.audit();
    let html = audit.file("report.html");
    let report = audit.json("report.json");
    let ledger = &report["grants"];
    let of = |list: &str| ledger[list].as_array().unwrap().clone();
    assert!(
        !of("items").is_empty() && !of("ended").is_empty(),
        "the tenant has grants and grants that ended"
    );
    for client in of("items").iter().chain(&of("unscoped")) {
        let client = client["client_id"].as_str().unwrap().trim_end_matches(".apps.googleusercontent.com");
        let client: String = client.chars().filter(char::is_ascii_alphanumeric).collect();
        assert!(html.contains(&format!("id=\"client-{client}\"")), "{client} has no page");
        assert!(html.contains(&format!("href=\"#client-{client}\"")), "nothing leads to {client}");
    }
    let shown = |text: &str| html.contains(&text.replace('\'', "&#39;").replace('"', "&quot;"));
    for grant in of("items") {
        assert!(shown(grant["scope"].as_str().unwrap()), "{grant}");
        for doubt in grant["disagreements"].as_array().unwrap() {
            assert!(shown(doubt["message"].as_str().unwrap()), "{doubt}");
        }
    }
    let (_, gone) = html.split_once("Removed grants").unwrap();
    for grant in of("ended") {
        assert!(gone.contains(grant["scope"].as_str().unwrap()), "{grant}");
        let proof = match grant["ending"].as_str().unwrap() {
            "removed" => format!("by {}", grant["ended_by"].as_str().unwrap()),
            "not_in_list" => "list of".to_owned(),
            "token_refused" => "refused by the token endpoint".to_owned(),
            other => panic!("{other}"),
        };
        let scope = grant["scope"].as_str().unwrap();
        let rows = gone.split("<tr>").filter(|row| row.contains(scope));
        assert!(rows.into_iter().any(|row| row.contains(&proof)), "{proof}: {grant}");
    }
    assert!(shown(ledger["sight"]["message"].as_str().unwrap()));
    let cuts = report["takeover_cuts"].as_array().unwrap();
    assert!(!cuts.is_empty());
    for cut in cuts {
        assert!(shown(cut["role"].as_str().unwrap()) && shown(cut["member"].as_str().unwrap()), "{cut}");
    }
}

#[test]
fn the_bindings_to_cut_close_paths_that_the_report_tells() {
    let tenant = Tenant::named(TenantName::Typical);
    let audit = tenant.audit();
    let paths = audit.rows("sa_paths.csv").len() as u64;
    let report = audit.json("report.json");
    let cuts = report["takeover_cuts"].as_array().unwrap();
    let number = |cut: &serde_json::Value, name: &str| cut[name].as_u64().unwrap();
    let closed: Vec<u64> = cuts.iter().map(|cut| number(cut, "paths")).collect();
    let ranks: Vec<_> = cuts
        .iter()
        .map(|cut| (number(cut, "open_to_many") > 0, number(cut, "outside") > 0, number(cut, "paths")))
        .collect();
    assert!(ranks.is_sorted_by(|a, b| a >= b), "{ranks:?}");
    assert!(closed.iter().sum::<u64>() <= paths, "{closed:?} of {paths}");
    let first = &cuts[0];
    assert_eq!(first["member"], "allAuthenticatedUsers", "what everybody has comes first");
    let binding = format!("{} on {}", first["role"].as_str().unwrap(), first["resource"].as_str().unwrap());
    let member = first["member"].as_str().unwrap();
    let member = member.split_once(':').map_or(member, |(_, address)| address);
    let passes = |row: &BTreeMap<String, String>| {
        row["path"].contains(&binding) && (row["principal"] == member || row["via"].contains(member))
    };
    let resting = audit.rows("sa_paths.csv").iter().filter(|row| passes(row)).count() as u64;
    assert!(resting >= closed[0], "{resting} of {closed:?} rest on {binding}");
}

#[test]
fn a_client_that_only_logs_show_is_known_by_its_public_certificates() {
    let tenant = Tenant::named(TenantName::Typical);
    let truth = tenant.truth();
    let ledger = truth["ledger"].as_array().unwrap();
    let vendor =
        ledger.iter().find(|client| client["kind"] == "foreign" && client["active"] == true).unwrap();
    let vendor_id = vendor["clientId"].as_str().unwrap();
    tenant.edit_config(|text| text.replace("console_grants", "# console_grants"));
    let audit = tenant.audit();
    audit.assert_code(0);
    let clients: BTreeSet<String> = grants(&audit).into_iter().map(|(client, _)| client).collect();
    assert!(clients.contains(vendor_id));
    let address = "signatures@vendor-signatures.iam.gserviceaccount.com";
    assert!(!clients.contains(address), "the log's address is the same client");
    let rows = audit.rows("findings.csv");
    let found =
        rows.iter().find(|row| row["check_id"] == "DWD-06" && row["subject_id"] == vendor_id).unwrap();
    assert!(found["message"].contains(address), "{found:?}");

    // Who was given access for a while, and nobody else, is asked about too.
    let asked: BTreeSet<String> = tenant
        .requests()
        .iter()
        .filter_map(|request| request.path.strip_prefix("/service_accounts/v1/metadata/x509/"))
        .map(str::to_owned)
        .collect();
    let own = audit.rows("service_accounts.csv");
    assert!(own.iter().all(|account| !asked.contains(&account["client_id"])), "{asked:?}");
    let is_logged = |client: &&serde_json::Value| {
        !client["inAdminLog"].as_array().unwrap().is_empty() && client["kind"] != "own"
    };
    let logged: Vec<_> = ledger.iter().filter(is_logged).collect();
    assert!(logged.iter().any(|client| client["active"] == false), "{logged:?}");
    for client in logged {
        assert!(asked.contains(client["clientId"].as_str().unwrap()), "{client}");
    }
}

#[test]
fn a_list_that_is_dated_ahead_is_refused_and_one_of_this_moment_is_not_newer_than_the_run() {
    let tenant = Tenant::named(TenantName::Typical);
    tenant.edit_config(|text| {
        let dated = |line: &str| line.starts_with("console_grants_date");
        text.lines().filter(|line| !dated(line)).map(|line| format!("{line}\n")).collect()
    });
    let list = tenant.folder.path().join("dwd.csv");
    let text = std::fs::read_to_string(&list).unwrap();
    let own = "workspace-audit@audit-project.iam.gserviceaccount.com";
    let of_audit = |audit: &Audit| {
        let rows = audit.rows("delegated_scopes.csv").into_iter();
        rows.filter(|row| row["service_account"] == own).count()
    };
    // The audit's own grants are left out of a list that is written the moment before.
    let others: String = text
        .lines()
        .filter(|line| !line.contains("gmail.readonly"))
        .map(|line| format!("{line}\n"))
        .collect();
    std::fs::write(&list, others).unwrap();
    let audit = tenant.audit();
    audit.assert_code(0);
    assert!(of_audit(&audit) > 5, "the probe of this run shows them");

    let ahead = std::time::SystemTime::now() + std::time::Duration::from_secs(20 * 86_400);
    std::fs::File::options().write(true).open(&list).unwrap().set_modified(ahead).unwrap();
    let refused = tenant.audit();
    refused.assert_code(2);
    assert!(
        refused.stderr.contains("dwd.csv") && refused.stderr.contains("console_grants_date"),
        "{}",
        refused.stderr
    );
}

#[test]
fn an_old_list_passes_nothing_unless_the_log_was_read_since() {
    let delegation = ["DWD-02", "DWD-03", "DWD-06", "KEY-01", "KEY-05"];
    let scope = "https://www.googleapis.com/auth/admin.reports.audit.readonly";
    for (revoked, may_pass) in [(vec![], true), (vec![scope.to_owned()], false)] {
        let tenant = Tenant::with(Options {
            tenant: TenantName::Typical,
            at: Some("2026-11-21T07:00:00Z".parse().unwrap()),
            revoked_scopes: revoked,
            ..Options::default()
        });
        tenant.edit_config(|text| {
            text.replace("console_grants_date = 2026-11-21", "console_grants_date = 2026-11-01")
        });
        let audit = tenant.audit();
        let passes: u64 = delegation.iter().map(|check| audit.verdicts(check)["pass"]).sum();
        assert_eq!(passes > 0, may_pass, "{passes}");
        if !may_pass {
            audit.assert_code(4);
            let rows = audit.rows("findings.csv");
            let gap = rows
                .iter()
                .find(|row| row["check_id"] == "DWD-02" && row["verdict"] == "not_assessed")
                .unwrap();
            assert!(gap["message"].contains("2026-11-01") && gap["evidence"].contains(scope), "{gap:?}");
        }
    }
}

/// The worst exposure stands first wherever the report ranks something.
#[test]
fn what_everybody_can_use_is_the_first_thing_that_the_report_says() {
    let tenant = Tenant::named(TenantName::Typical);
    let audit = tenant.audit();
    let html = std::fs::read_to_string(audit.folder.as_ref().unwrap().join("report.html")).unwrap();
    let first_of = |section: &str, row: &str| {
        let (_, rest) = html.split_once(section).unwrap_or_else(|| panic!("no {section}"));
        let (_, rest) = rest.split_once(row).unwrap();
        rest.split(row).next().unwrap().to_owned()
    };
    // Only what has just happened comes before it.
    let (_, actions) = html.split_once("<h2 id=\"first-h\"").unwrap();
    let is_event = |action: &&str| ["DWD-07", "TEN-06", "APP-03"].iter().any(|check| action.contains(check));
    let first = actions.split("<li>").skip(1).find(|action| !is_event(action)).unwrap();
    assert!(first.contains("allAuthenticatedUsers") && first.contains(">public<"), "{first}");
    // A whole identity pool is everybody, too.
    let rows: Vec<&str> = html.split("<li id=\"f-").skip(1).take(4).collect();
    assert!(rows.iter().any(|row| row.contains("allAuthenticatedUsers")), "{rows:?}");
    assert!(rows[0].contains("(public)"), "{}", rows[0]);
    let cut = first_of("<h3 id=\"ways-in\"", "<li>");
    assert!(cut.contains("allAuthenticatedUsers"), "{cut}");
    let pages: Vec<&str> = html.split("<details class=\"panel page\">").skip(1).take(2).collect();
    assert!(pages.iter().any(|page| page.contains("archive-export@")), "{pages:?}");
}

/// Findings and paths are judged in one place.
#[test]
fn a_path_has_the_severity_of_its_finding() {
    for name in [TenantName::Typical, TenantName::Neglected] {
        let tenant = Tenant::named(name);
        let audit = tenant.audit();
        let rank = |word: &str| ["info", "low", "medium", "high", "critical"].iter().position(|w| *w == word);
        let mut by_path = BTreeMap::new();
        for row in audit.rows("sa_paths.csv") {
            let path = [&row["client_id"], &row["principal"], &row["edge"]].map(String::clone);
            let severity = by_path.entry(path).or_insert(rank(&row["severity"]));
            *severity = (*severity).max(rank(&row["severity"]));
        }
        let report = audit.json("report.json");
        let mut judged = 0;
        for finding in report["findings"].as_array().unwrap() {
            let reach = finding["reach"].as_array().unwrap();
            for reached in reach.iter().filter(|reached| reached["by"]["path"].is_object()) {
                let (client, by) = (&reached["client_id"], &reached["by"]["path"]);
                let path = [client, &by["principal"], &by["edge"]].map(|id| id.as_str().unwrap().to_owned());
                let severity = rank(reached["severity"].as_str().unwrap());
                assert_eq!(by_path.get(&path), Some(&severity), "{path:?}");
                assert!(severity <= rank(finding["severity"].as_str().unwrap()), "{path:?}");
                judged += 1;
            }
        }
        assert!(judged > 0);
    }
}
