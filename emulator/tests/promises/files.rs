//! The files written for clients.

use workspace_audit_emulator::{Options, TenantName, start};

use crate::client::{Client, SETTINGS, USERS, options};

#[tokio::test]
async fn the_files_are_private_and_name_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let emulator = start(Options { tls: true, ..options(TenantName::Typical) }).await.unwrap();
    let files = emulator.write_client_files(folder.path()).unwrap();
    let authority = files.ca_certificate.as_ref().unwrap();
    let truth = files.truth.as_ref().unwrap();
    let (signed_in, workload) = (&files.application_default, &files.external_account);
    let written =
        [&files.config, &files.key_file, &files.console_grants, &files.exceptions, truth, authority];
    for path in written.into_iter().chain([signed_in, workload]) {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{}", path.display());
        }
        assert!(path.starts_with(folder.path()));
    }
    let config: toml::Table = std::fs::read_to_string(&files.config).unwrap().parse().unwrap();
    assert_eq!(config["tenant"]["customer"].as_str(), Some("my_customer"));
    assert_eq!(config["tenant"]["admin"].as_str(), Some("auditor@example.com"));
    assert_eq!(config["auth"]["key_file"].as_str(), Some("service-account.json"));
    assert_eq!(config["cloud"]["console_grants"].as_str(), Some("dwd.csv"));
    assert_eq!(config["cloud"]["console_grants_date"].to_string(), "2026-11-21");
    assert_eq!(config["cloud"]["projects"].as_array().unwrap().len(), 3);
    assert_eq!(config["checks"]["exceptions"].as_str(), Some("exceptions.toml"));
    assert_eq!(config["reports"]["directory"].as_str(), Some("reports"));
    assert_eq!(config["history"]["path"].as_str(), Some("reports/history.sqlite"));
    assert_eq!(config["google"]["base_url"].as_str(), Some(emulator.base_url()));
    let key: serde_json::Value = serde_json::from_slice(&std::fs::read(&files.key_file).unwrap()).unwrap();
    assert_eq!(key["type"], "service_account");
    assert_eq!(key["token_uri"], format!("{}/token", emulator.base_url()));
    assert_eq!(key["client_email"], "workspace-audit@audit-project.iam.gserviceaccount.com");
    assert_eq!(key["client_id"].as_str().unwrap().len(), 21);
}

#[tokio::test]
async fn the_console_list_holds_every_delegation() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { revoked_scopes: vec![SETTINGS.to_owned()], ..options(TenantName::Neglected) };
    let emulator = start(options).await.unwrap();
    let files = emulator.write_client_files(folder.path()).unwrap();
    let mut rows = csv::Reader::from_path(&files.console_grants).unwrap();
    let rows: Vec<csv::StringRecord> = rows.records().map(Result::unwrap).collect();
    let truth = emulator.truth();
    let grants = truth["grants"].as_array().unwrap();
    assert_eq!(rows.len(), grants.len());
    for (row, grant) in rows.iter().zip(grants) {
        assert_eq!(row[0], *grant["name"].as_str().unwrap());
        assert_eq!(row[1], *grant["clientId"].as_str().unwrap());
        let scopes: Vec<&str> = row[2].split(',').collect();
        assert_eq!(serde_json::json!(scopes), grant["scopes"]);
    }
    assert!(rows[0][2].contains(USERS) && !rows[0][2].contains(SETTINGS));
}

#[tokio::test]
async fn the_healthy_tenant_accepts_its_own_audit() {
    let folder = tempfile::tempdir().unwrap();
    let emulator = start(options(TenantName::Healthy)).await.unwrap();
    let files = emulator.write_client_files(folder.path()).unwrap();
    let exceptions: toml::Table = std::fs::read_to_string(&files.exceptions).unwrap().parse().unwrap();
    let exceptions = exceptions["exception"].as_array().unwrap();
    let checks: Vec<&str> = exceptions.iter().map(|entry| entry["check"].as_str().unwrap()).collect();
    assert_eq!(checks, ["DWD-03", "KEY-01", "KEY-05", "KEY-05"]);
    for entry in exceptions {
        assert!(
            entry["expires"].as_datetime().is_some() && entry["owner"].is_str() && entry["reason"].is_str()
        );
    }
}

#[tokio::test]
async fn every_request_is_a_line_of_the_log_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("requests.jsonl");
    let client = Client::with(Options {
        request_log: Some(path.clone()),
        log_bodies: true,
        ..options(TenantName::Healthy)
    })
    .await;
    client.read_as("auditor@example.com", USERS, "/admin/directory/v1/users/auditor@example.com").await;
    let text = std::fs::read_to_string(path).unwrap();
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["form"]["grant_type"], "urn:ietf:params:oauth:grant-type:jwt-bearer");
    assert_eq!(lines[0]["response"]["access_token"], "REDACTED");
    assert_eq!(lines[1]["response"]["primaryEmail"], "auditor@example.com");
    assert!(!text.contains("ya29."));
}
