//! Whole files.

use std::path::Path;

use super::*;
use crate::formats::test_source::{TestSource, read_file, shown};

fn write(source: &TestSource, options: FormatOptions) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    Csv.write(source, options, folder.path()).unwrap();
    folder
}

/// The file with its line ends checked and its hidden characters shown.
fn table(folder: &Path, name: &str) -> String {
    let file = read_file(folder, name);
    assert!(file.ends_with("\r\n"), "{name}");
    let lines = file.replace("\r\n", "\n");
    assert!(!lines.contains('\r'), "{name}");
    shown(&lines)
}

#[test]
fn the_columns_are_the_documented_ones() {
    let expected = [
        (
            "users.csv",
            "user_id,primary_email,full_name,org_unit,gmail,gmail_evidence,suspended,suspension_reason,\
             suspended_at,archived,is_admin,is_delegated_admin,two_step_enrolled,two_step_enforced,\
             created_at,last_login_at,aliases,mailbox_read,mailbox_gap,is_guest",
        ),
        (
            "send_as.csv",
            "user_id,primary_email,send_as_email,display_name,reply_to,kind,is_primary,is_default,\
             treat_as_alias,verification_status,smtp_host,smtp_port,smtp_security,domain_owned,\
             address_owner",
        ),
        (
            "delegates.csv",
            "user_id,primary_email,delegate_email,verification_status,delegate_user_id,delegate_is_active,\
             delegate_two_step_enrolled",
        ),
        (
            "forwarding.csv",
            "user_id,primary_email,forwarding_email,verification_status,automatic,disposition,domain_owned,\
             address_owner",
        ),
        (
            "filters.csv",
            "user_id,primary_email,filter_id,from,to,subject,query,negated_query,has_attachment,\
             size_comparison,size,forward,forward_domain_owned,forward_owner,trashes,archives,marks_read",
        ),
        (
            "mail_clients.csv",
            "user_id,primary_email,imap_enabled,imap_auto_expunge,imap_expunge_behavior,imap_max_folder_size,\
             pop_access_window,pop_disposition",
        ),
        (
            "service_accounts.csv",
            "project,email,unique_id,client_id,display_name,disabled,user_managed_keys,\
             oldest_key_created_at,delegated_scopes",
        ),
        (
            "sa_keys.csv",
            "service_account,key_id,created_at,expires_at,origin,disabled,last_used_at,disabled_reason",
        ),
        (
            "sa_paths.csv",
            "principal,service_account,edge,via,hops,severity,client_id,permission,outside,conditional,path,cut,approved_by",
        ),
        (
            "delegated_scopes.csv",
            "client_id,service_account,project,scope,risk_class,severity,provenance,first_seen_at,\
             last_seen_at,granted_by,last_used_at,granted_at,disagreement",
        ),
        (
            "policies.csv",
            "setting,org_unit,group,org_unit_path,group_address,field,value,source,policy,unknown_because",
        ),
        (
            "send_authority.csv",
            "user_id,primary_email,address,holder_kind,holder_id,holder,by,sends,reads,standing,setting,since,\
             last_used_at,path,how_to_end",
        ),
        (
            "findings.csv",
            "check_id,verdict,severity,subject_kind,subject_id,subject_name,message,evidence,fix,place,\
             controls,fingerprint,first_seen_at,change,exception_id,assumptions,unread,also_checks,added,accepted,command,may_break",
        ),
        ("coverage.csv", "part,total,read,not_applicable,denied,failed,reason,needed"),
    ];
    let headers: Vec<_> = TABLES.iter().map(|table| (table.file, (table.header)().join(","))).collect();
    assert_eq!(headers, expected.map(|(file, columns)| (file, columns.to_owned())));
}

#[test]
fn the_whole_files() {
    let folder = write(&TestSource::hostile(), FormatOptions::default());
    for file in TABLES.iter().map(|table| table.file) {
        insta::assert_snapshot!(file, table(folder.path(), file));
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), TABLES.len());
}

#[test]
fn a_byte_order_mark_changes_nothing_else() {
    let plain = write(&TestSource::hostile(), FormatOptions::default());
    let marked = write(&TestSource::hostile(), FormatOptions { csv_bom: true });
    for table in TABLES {
        let expected = format!("\u{FEFF}{}", read_file(plain.path(), table.file));
        assert_eq!(read_file(marked.path(), table.file), expected);
    }
}

#[test]
fn rows_are_in_order_and_of_full_width() {
    let folder = write(&TestSource::hostile(), FormatOptions::default());
    for table in TABLES.iter().filter(|table| table.file != "findings.csv") {
        let mut reader = csv::Reader::from_path(folder.path().join(table.file)).unwrap();
        let width = reader.headers().unwrap().len();
        let rows: Vec<Vec<String>> =
            reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
        assert!(rows.is_sorted(), "{}", table.file);
        assert!(rows.iter().all(|row| row.len() == width), "{}", table.file);
        assert!(!rows.is_empty(), "{}", table.file);
    }
}

#[test]
fn a_source_that_breaks_is_an_error_about_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let error = Csv.write(&TestSource::broken(), FormatOptions::default(), folder.path()).unwrap_err();
    assert_eq!(error.to_string(), "cannot write findings.csv: the store is gone");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let file = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut table = TableFile::over("users.csv", file);
    let error = table.write(&[("id", |row: &String| super::super::csv_cell::text(row))], &"1".to_owned());
    let error = error.and_then(|()| table.finish()).unwrap_err();
    assert!(error.to_string().starts_with("cannot write users.csv: No space left"), "{error}");
}
