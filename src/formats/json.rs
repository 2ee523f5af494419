//! JSON: `report.json`, everything a script wants to know of a run.
//!
//! What is written has types of its own, so that a change inside changes no file by accident. A
//! change that breaks a reader raises [`SCHEMA_VERSION`]; a new field does not.

mod cloud;
mod finding;
mod run;

use std::path::Path;

use serde::ser::{Error, SerializeSeq};
use serde::{Serialize, Serializer};

use self::cloud::{Domain, Grants, Read, ServiceAccount, TakeoverCut};
use self::finding::{Finding, FixedFinding};
use self::run::{Check, Run};
pub(super) use self::run::{Counts, Coverage, completeness};
use super::json_file;
use super::{Format, FormatError, FormatOptions, Source};

/// The version of `report.json`, `manifest.json` and `status.json`.
pub(super) const SCHEMA_VERSION: u32 = 1;

/// The JSON file.
#[derive(Debug)]
pub(super) struct Json;

impl Format for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn write(&self, source: &dyn Source, _: FormatOptions, folder: &Path) -> Result<(), FormatError> {
        json_file::write(folder, "report.json", &Report::of(source))
    }
}

#[derive(Serialize)]
struct Report<'a> {
    schema_version: u32,
    run: Run<'a>,
    checks: Vec<Check<'a>>,
    coverage: Vec<Coverage>,
    #[serde(serialize_with = "stream_findings")]
    findings: &'a dyn Source,
    fixed: Vec<FixedFinding<'a>>,
    domains: Read<'a, Domain<'a>>,
    service_accounts: Read<'a, ServiceAccount<'a>>,
    grants: Grants<'a>,
    takeover_cuts: Vec<TakeoverCut<'a>>,
}

impl<'a> Report<'a> {
    fn of(source: &'a dyn Source) -> Self {
        let (summary, tenant) = (source.summary(), source.tenant());
        Self {
            schema_version: SCHEMA_VERSION,
            run: Run::of(summary),
            checks: summary.checks.iter().map(Check::of).collect(),
            coverage: summary.coverage.0.iter().map(Coverage::of).collect(),
            findings: source,
            fixed: summary.fixed.iter().map(FixedFinding::of).collect(),
            domains: Read::of(&tenant.domains, |domains| domains.0.iter().map(Domain::of).collect()),
            service_accounts: Read::of(&tenant.service_accounts, |accounts| {
                accounts.0.iter().map(ServiceAccount::of).collect()
            }),
            grants: Grants::of(tenant),
            takeover_cuts: tenant.takeover_cuts.iter().map(TakeoverCut::of).collect(),
        }
    }
}

/// Findings may be a million: each is written as it is read.
fn stream_findings<S: Serializer>(source: &&dyn Source, serializer: S) -> Result<S::Ok, S::Error> {
    let mut list = serializer.serialize_seq(None)?;
    for finding in source.findings().map_err(Error::custom)? {
        list.serialize_element(&Finding::of(&finding.map_err(Error::custom)?))?;
    }
    list.end()
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::*;
    use crate::delegation::{AddressBook, DelegationEvent, Ledger, LedgerSource, SourceWindow};
    use crate::formats::test_source::{TestSource, read_file, shown};

    #[test]
    fn the_whole_file() {
        let folder = tempfile::tempdir().unwrap();
        Json.write(&TestSource::hostile(), FormatOptions::default(), folder.path()).unwrap();
        insta::assert_snapshot!(shown(&read_file(folder.path(), "report.json")));
    }

    #[test]
    fn text_survives_whole() {
        let folder = tempfile::tempdir().unwrap();
        let source = TestSource::hostile();
        Json.write(&source, FormatOptions::default(), folder.path()).unwrap();
        let file = read_file(folder.path(), "report.json");
        let report: serde_json::Value = serde_json::from_str(&file).unwrap();
        for (written, finding) in report["findings"].as_array().unwrap().iter().zip(&source.findings) {
            assert_eq!(written["subject"]["name"], finding.subject.name);
            assert_eq!(written["message"], finding.message);
        }
        assert!(!file.contains("</script>"));
    }

    #[test]
    fn what_ended_what_nobody_names_and_how_far_the_ledger_sees_are_told() {
        let at: DateTime<Utc> = "2026-11-20T00:00:00Z".parse().unwrap();
        let mut source = TestSource::hostile();
        let mut ledger = Ledger::new(source.tenant.run_at, AddressBook::default());
        ledger.see_window(SourceWindow::at(LedgerSource::Console, None, at));
        for (id, name, client) in [
            ("1", "AUTHORIZE_API_CLIENT_ACCESS", "1"),
            ("2", "REMOVE_API_CLIENT_ACCESS", "1"),
            ("3", "AUTHORIZE_API_CLIENT_ACCESS", "2"),
        ] {
            let scopes = if client == "1" { vec!["https://x.example/".to_owned()] } else { Vec::new() };
            ledger.add_event(&DelegationEvent {
                id: id.to_owned(),
                at: at + chrono::Duration::hours(id.parse().unwrap()),
                name: name.to_owned(),
                client: client.to_owned(),
                scopes,
                actor: Some("root@example.com".to_owned()),
                ip: None,
            });
        }
        source.tenant.grants = ledger.grants();
        let folder = tempfile::tempdir().unwrap();
        Json.write(&source, FormatOptions::default(), folder.path()).unwrap();
        let report: serde_json::Value =
            serde_json::from_str(&read_file(folder.path(), "report.json")).unwrap();
        let grants = &report["grants"];
        assert_eq!(grants["sight"]["blind_before"], "2026-11-20T00:00:00Z");
        assert_eq!(grants["ended"][0]["ending"], "removed");
        assert_eq!(grants["ended"][0]["ended_by"], "root@example.com");
        assert_eq!(grants["unscoped"][0]["client_id"], "2");
        assert_eq!(grants["sources"]["audit_log"]["state"], "complete");
        assert_eq!(report["takeover_cuts"][0]["paths"], 3);
    }

    #[test]
    fn a_source_that_breaks_is_an_error_about_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let error = Json.write(&TestSource::broken(), FormatOptions::default(), folder.path()).unwrap_err();
        assert_eq!(error.to_string(), "cannot write report.json: the store is gone");
    }
}
