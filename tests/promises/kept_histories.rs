//! Histories that earlier versions wrote stay readable: `tests/histories/<version>/<tenant>/`.
//!
//! Each folder holds the history as the program of that version left it, and CSV files that it wrote of the
//! newest run. A fixture is never written again: a change of what is stored adds a folder beside it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::support::{Audit, binary, unguarded};

/// The version that wrote the history, its tenant, and the ids of its runs, the newest first.
const HISTORIES: &[(&str, &str, [&str; 2])] = &[
    // Layout 5.
    ("0.1.0-dev", "demo", ["2026-11-21T07-00-00Z", "2026-11-14T07-00-00Z"]),
    // Layout 6: a run says when it was resumed.
    ("0.1.0-layout-6", "demo", ["2026-11-21T07-00-00Z", "2026-11-14T07-00-00Z"]),
    // Layout 7: the latest sign-in of a user that any run read.
    ("0.1.0-layout-7", "demo", ["2026-11-21T07-00-00Z", "2026-11-14T07-00-00Z"]),
    // Layout 8: events and which run reported them.
    ("0.1.0-layout-8", "demo", ["2026-11-21T07-00-00Z", "2026-11-14T07-00-00Z"]),
    // Layout 9: a finding for each access path, and reports that are overwritten.
    ("0.1.0-layout-9", "demo", ["2026-11-21T07-00-00Z", "2026-11-14T07-00-00Z"]),
    // Layout 10: the reports of a run have rows.
    ("0.1.0-layout-10", "demo", ["2026-11-21T07-00-00Z", "2026-11-14T07-00-00Z"]),
    // Layout 11: bindings are findings, and addresses of accounts have times.
    ("0.1.0-layout-11", "demo", ["2026-11-21T07-00-00Z", "2026-11-14T07-00-00Z"]),
    // Layout 12: mailboxes are whole, and stored types have no version.
    ("0.1.0-layout-12", "demo", ["2026-11-21T07-00-00Z", "2026-11-14T07-00-00Z"]),
    // Layout 13: parts of mailboxes are rows.
    ("0.1.0-layout-13", "demo", ["2026-11-21T07-00-00Z", "2026-11-14T07-00-00Z"]),
    // Layout 14: clients are findings, and stored types have versions.
    ("0.1.0-layout-14", "demo", ["2026-11-21T07-00-00Z", "2026-11-14T07-00-00Z"]),
    // Layout 15: what lists showed of a grant is one row, whatever lists lacked between.
    ("0.1.0-layout-15", "demo", ["2026-11-27T07-17-17Z", "2026-11-27T07-17-03Z"]),
    // Layout 16: a grant that a list lacked for a time has a row for each stretch.
    ("0.1.0-layout-16", "demo", ["2026-11-21T07-00-00Z", "2026-11-14T07-00-00Z"]),
    // The older of the two was stopped and resumed.
    ("0.1.0-dev", "neglected", ["2026-11-26T11-48-56Z", "2026-11-26T11-48-52Z"]),
];

/// A copy of a history that may be written to, with the configuration of its tenant.
struct Kept {
    folder: TempDir,
    written: PathBuf,
}

impl Kept {
    fn copy(version: &str, tenant: &str) -> Self {
        let written =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/histories").join(version).join(tenant);
        let folder = tempfile::tempdir().unwrap();
        std::fs::copy(written.join("history.sqlite"), folder.path().join("history.sqlite")).unwrap();
        let config = "[tenant]\nadmin = \"auditor@example.com\"\n[auth]\nkey_file = \"none.json\"\n\
                      [history]\npath = \"history.sqlite\"\n[reports]\ndirectory = \"reports\"\n";
        std::fs::write(folder.path().join("config.toml"), config).unwrap();
        Self { folder, written }
    }

    fn say(&self, arguments: &[&str]) -> Audit {
        let config = self.folder.path().join("config.toml").display().to_string();
        let output = binary(&[arguments, &["--config", &config]].concat(), &[]);
        Audit::of(&output, self.folder.path().join("reports"))
    }
}

fn rows(text: &str) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_reader(text.as_bytes()).deserialize().map(Result::unwrap).collect()
}

/// The first layout of which a history was kept.
const FIRST_LAYOUT: u32 = 5;

/// The layout of a history: `user_version`, in the header of each SQLite file
/// (<https://www.sqlite.org/fileformat2.html#user_version_number>).
fn layout(history: &Path) -> u32 {
    let file = std::fs::read(history).unwrap();
    u32::from_be_bytes(file[60..64].try_into().unwrap())
}

#[test]
fn a_history_of_every_former_layout_is_kept() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let names = std::fs::read_dir(root.join("src/store/schema")).unwrap();
    let layouts = names.filter_map(|file| file.unwrap().path().file_stem()?.to_str()?.parse::<u32>().ok());
    let newest = layouts.max().unwrap();
    let kept: BTreeSet<u32> = HISTORIES
        .iter()
        .map(|(version, tenant, _)| {
            layout(&root.join("tests/histories").join(version).join(tenant).join("history.sqlite"))
        })
        .collect();
    let missing: Vec<u32> = (FIRST_LAYOUT..newest).filter(|layout| !kept.contains(layout)).collect();
    assert!(missing.is_empty(), "no history of layouts {missing:?}: see CONTRIBUTING.md");
}

#[test]
fn every_run_of_a_kept_history_is_listed_judged_and_reported() {
    for (version, tenant, runs) in HISTORIES {
        let kept = Kept::copy(version, tenant);
        let listed = kept.say(&["runs"]);
        let ids: Vec<_> = listed.stdout.lines().skip(1).filter_map(|line| line.split(' ').next()).collect();
        assert_eq!(ids, runs, "{version} {tenant}: {}", listed.stderr);
        // A mailbox is denied to the audit in one tenant and in the other not.
        let code = if *tenant == "neglected" { 4 } else { 0 };
        for run in runs {
            for command in ["report", "judge", "report"] {
                let audit = kept.say(&[command, run]);
                audit.assert_code(code);
                assert!(!audit.rows("findings.csv").is_empty(), "{version} {tenant} {run} {command}");
            }
        }
    }
}

#[test]
fn the_facts_of_a_kept_history_are_told_as_they_were_when_it_was_written() {
    for (version, tenant, [newest, _]) in HISTORIES {
        let kept = Kept::copy(version, tenant);
        let audit = kept.say(&["report", newest]);
        for file in ["users.csv", "send_as.csv", "service_accounts.csv", "sa_keys.csv"] {
            let then = rows(&std::fs::read_to_string(kept.written.join(file)).unwrap());
            let now = audit.rows(file);
            assert!(!then.is_empty(), "{version} {tenant} {file}");
            assert_eq!(then.len(), now.len(), "{version} {tenant} {file}");
            for (then, now) in then.iter().zip(&now) {
                // Columns are added at the end only; what stood in a column still does.
                // The guard against formulas does not stand in text, and may become stricter.
                for (column, then) in then {
                    let now = &now[column];
                    assert_eq!(unguarded(then), unguarded(now), "{version} {tenant} {file} {column}");
                }
            }
        }
    }
}

#[test]
fn a_kept_history_is_the_past_of_a_run_of_today() {
    for (version, tenant, [newest, _]) in HISTORIES {
        let kept = Kept::copy(version, tenant);
        let judged = kept.say(&["judge", newest]);
        let report = judged.json("report.json");
        assert!(report["run"]["compared_with"].is_string(), "{version} {tenant}: {}", report["run"]);
        let first_seen: Vec<_> =
            judged.rows("findings.csv").into_iter().map(|row| row["first_seen_at"].clone()).collect();
        assert!(first_seen.iter().all(|time| !time.is_empty()), "{version} {tenant}");
    }
}

/// Earlier versions kept nothing of what a finding lists, and so no later run says that it has grown.
#[test]
fn what_a_finding_of_a_kept_history_lists_is_no_news() {
    let kept = Kept::copy("0.1.0-layout-16", "demo");
    let report = kept.say(&["judge", "2026-11-21T07-00-00Z"]).json("report.json");
    let findings = report["findings"].as_array().unwrap();
    let with_items = findings.iter().filter(|finding| !finding["items"].as_array().unwrap().is_empty());
    let changes: BTreeSet<&str> = with_items.map(|finding| finding["change"].as_str().unwrap()).collect();
    assert_eq!(changes, BTreeSet::from(["open"]));
}

/// Earlier versions joined the reasons of a part, and a fix with its place.
#[test]
fn gaps_of_a_kept_history_read_as_they_did_and_lead_to_their_places() {
    let kept = Kept::copy("0.1.0-dev", "neglected");
    for command in ["report", "judge"] {
        let report = kept.say(&[command, "2026-11-26T11-48-56Z"]).json("report.json");
        let rows = report["coverage"].as_array().unwrap();
        let row = rows.iter().find(|row| row["part"] == "send_as").unwrap();
        assert!(row["reason"].as_str().unwrap().starts_with("forbidden (2): "), "{command}: {row}");
        let place = "Admin console > Directory > Users, or Account > Admin roles";
        assert!(row["fix"].as_str().unwrap().ends_with(&format!(" Where: {place}.")), "{command}: {row}");
        let findings = report["findings"].as_array().unwrap();
        let of_gap: Vec<_> =
            findings.iter().filter(|finding| finding["subject"]["id"] == "send_as/forbidden").collect();
        assert!(!of_gap.is_empty(), "{command}");
        assert!(of_gap.iter().all(|finding| finding["place"] == place), "{command}: {of_gap:?}");
    }
}

/// Earlier versions had a finding for each access path.
#[test]
fn findings_of_single_paths_are_in_those_of_bindings_and_neither_new_nor_fixed() {
    for (version, tenant, [newest, oldest]) in HISTORIES {
        let kept = Kept::copy(version, tenant);
        let judged = kept.say(&["judge", newest]);
        let report = judged.json("report.json");
        let findings = report["findings"].as_array().unwrap();
        let of_bindings: Vec<_> =
            findings.iter().filter(|finding| finding["subject"]["kind"] == "binding").collect();
        assert!(!of_bindings.is_empty(), "{version} {tenant}");
        let first_run = kept.say(&["report", oldest]).json("report.json")["run"]["started_at"].clone();
        for finding in of_bindings {
            // The demo of layout 11 moved the end of a condition with its clock: that is another binding.
            let is_conditional = finding["subject"]["id"].as_str().unwrap().contains('#');
            if *version == "0.1.0-layout-11" && is_conditional {
                assert_eq!(finding["change"], "new", "{version} {tenant} {}", finding["subject"]);
                continue;
            }
            assert_eq!(finding["change"], "open", "{version} {tenant} {}", finding["subject"]);
            assert_eq!(finding["first_seen_at"], first_run, "{version} {tenant} {}", finding["subject"]);
        }
        let gone = findings.iter().chain(report["fixed"].as_array().unwrap());
        assert!(gone.clone().all(|finding| finding["subject"]["kind"] != "path"), "{version} {tenant}");
    }
}

/// Earlier versions had a finding for each scope of a client.
#[test]
fn findings_of_single_scopes_are_in_those_of_clients_and_neither_new_nor_fixed() {
    for (version, tenant, [newest, oldest]) in HISTORIES {
        let kept = Kept::copy(version, tenant);
        let first_run = kept.say(&["report", oldest]).json("report.json")["run"]["started_at"].clone();
        let report = kept.say(&["judge", newest]).json("report.json");
        let findings = report["findings"].as_array().unwrap();
        let of_clients: Vec<_> = findings
            .iter()
            .filter(|finding| ["DWD-02", "DWD-03", "DWD-04"].iter().any(|id| finding["check_id"] == *id))
            .filter(|finding| finding["verdict"] != "not_assessed")
            .collect();
        assert!(!of_clients.is_empty(), "{version} {tenant}");
        let is_old = |finding: &&&serde_json::Value| finding["first_seen_at"] == first_run;
        assert!(of_clients.iter().filter(is_old).count() > 0, "{version} {tenant}");
        for finding in &of_clients {
            assert_eq!(finding["subject"]["kind"], "client", "{version} {tenant} {}", finding["subject"]);
            let is_known = finding["change"] == "open" && is_old(&finding);
            let has_grown =
                finding["change"] == "worsened" && !finding["added"].as_array().unwrap().is_empty();
            let is_new = finding["change"] == "new" && !is_old(&finding);
            assert!(is_known || has_grown || is_new, "{version} {tenant} {}", finding["subject"]);
        }
        let mut fixed = report["fixed"].as_array().unwrap().iter();
        assert!(fixed.all(|finding| finding["subject"]["kind"] != "grant"), "{version} {tenant}");
    }
}
