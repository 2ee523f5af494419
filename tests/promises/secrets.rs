//! No secret leaves, and nothing but reads leaves the program.

use std::collections::BTreeSet;

use workspace_audit_emulator::TenantName;

use crate::support::{Tenant, binary, files_below};

#[test]
fn no_token_assertion_or_key_is_in_a_log_a_report_or_the_history() {
    let tenant = Tenant::named(TenantName::Neglected);
    let key: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&tenant.files.key_file).unwrap()).unwrap();
    let pem = key["private_key"].as_str().unwrap();
    let secret_line = pem.lines().nth(2).unwrap();
    for format in ["text", "json"] {
        let audit = tenant.audit_with(&["-vvv", "--log-format", format], &[("RUST_LOG", "trace")]);
        audit.assert_code(4);
        let mut texts: Vec<(String, Vec<u8>)> = vec![
            ("stdout".into(), audit.stdout.clone().into()),
            ("stderr".into(), audit.stderr.clone().into()),
        ];
        texts.extend(
            files_below(&audit.reports).into_iter().map(|(path, text)| (path.display().to_string(), text)),
        );
        for (name, text) in texts {
            let text = String::from_utf8_lossy(&text);
            assert!(!text.contains(secret_line), "{name} holds the key");
            assert!(!text.contains("BEGIN PRIVATE KEY"), "{name} holds the key");
            // Every assertion begins with the same encoded header, every token of the emulator with this.
            assert!(!text.contains("eyJhbGci"), "{name} holds an assertion");
            assert!(!text.contains("ya29."), "{name} holds a token");
            assert!(!text.to_lowercase().contains("bearer "), "{name} holds a header");
        }
    }
}

#[test]
fn only_reads_leave_the_program_besides_token_calls_and_no_token_stands_in_a_url() {
    let tenant = Tenant::named(TenantName::Typical);
    tenant.audit().assert_code(0);
    let requests = tenant.requests();
    assert!(requests.len() > 100);
    for request in &requests {
        let is_read = request.method == "GET" || request.path.ends_with(":getIamPolicy");
        let allowed = is_read || (request.method == "POST" && request.path == "/token");
        assert!(allowed, "{} {}", request.method, request.path);
        let query = format!("{:?}", request.query);
        assert!(!query.contains("ya29.") && !query.contains("access_token"), "{query}");
    }
}

#[test]
fn each_identity_asks_for_just_its_scopes() {
    let tenant = Tenant::named(TenantName::Typical);
    tenant.audit().assert_code(0);
    let truth = tenant.truth();
    let admin = truth["admin"].as_str().unwrap();
    let (mut as_admin, mut as_users, mut as_account, mut probed) =
        (BTreeSet::new(), BTreeSet::new(), BTreeSet::new(), 0);
    for request in tenant.requests() {
        if request.path == "/token" {
            let claims = serde_json::to_value(&request.claims).unwrap();
            let scopes: Vec<&str> = claims["scope"].as_str().unwrap().split(' ').collect();
            if claims["sub"] == admin && scopes.len() == 1 {
                probed += 1;
            }
            continue;
        }
        // What a token could do when it was used.
        match request.subject.as_deref() {
            None => as_account.extend(request.scopes),
            Some(_) if request.path.starts_with("/gmail/") => as_users.extend(request.scopes),
            Some(subject) => {
                assert_eq!(subject, admin);
                as_admin.extend(request.scopes);
            }
        }
    }
    let scopes = |names: &[&str]| -> BTreeSet<String> {
        names.iter().map(|name| format!("https://www.googleapis.com/auth/{name}")).collect()
    };
    assert_eq!(
        as_admin,
        scopes(&[
            "admin.directory.user.readonly",
            "admin.directory.domain.readonly",
            "admin.directory.rolemanagement.readonly",
            "admin.directory.group.readonly",
            "admin.reports.audit.readonly"
        ])
    );
    assert_eq!(as_users, scopes(&["gmail.settings.basic"]));
    assert_eq!(as_account, scopes(&["cloud-platform"]));
    assert!(probed > 100, "the probe asks for one scope at a time: {probed}");
}

#[test]
fn a_key_file_in_the_place_of_another_file_is_refused_without_a_line_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("key.json");
    let text =
        r#"{"type": "service_account", "private_key": "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\n"}"#;
    std::fs::write(&key, text).unwrap();
    let key = key.display().to_string();
    let config = folder.path().join("config.toml").display().to_string();
    std::fs::write(&config, "[tenant]\nadmin = \"admin@example.com\"\n[auth]\nkey_file = \"other.json\"\n")
        .unwrap();
    for arguments in [
        vec!["run", "--config", &key],
        vec!["judge", "--config", &key],
        vec!["doctor", "--config", &key],
        vec!["run", "--config", &config, "--exceptions", &key],
        vec!["run", "--config", &config, "--set", &format!("checks.register={key}")],
    ] {
        let output = binary(&arguments, &[]);
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(!output.status.success(), "{arguments:?}");
        assert!(said.contains("key.json"), "{arguments:?}: {said}");
        assert!(!said.contains("MIIEvQ"), "{arguments:?}: {said}");
    }
}
