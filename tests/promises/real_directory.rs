//! Answers of Directory and Gmail as tools and users reported them: guests, empty listings, odd rows, addresses
//! in other spellings, and answers that contradict earlier ones.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use workspace_audit_emulator::{Fault, Options, TenantName};

use crate::support::{Audit, Tenant};

type Row = BTreeMap<String, String>;

const USERS: &str = "GET /admin/directory/v1/users";
const ROLES: &str = "GET /admin/directory/v1/customer/*/roles";
const ASSIGNMENTS: &str = "GET /admin/directory/v1/customer/*/roleassignments";
const DOMAINS: &str = "GET /admin/directory/v1/customer/*/domains";
const SEND_AS: &str = "GET /gmail/v1/users/*/settings/sendAs";

const NORA: &str = "nora.lindqvist@example.com";
const OMAR: &str = "omar.nasser@example.com";
const LUCA: &str = "luca.ferrari@example.com";

fn fault(text: &str, body: &Value) -> Fault {
    text.parse::<Fault>().unwrap().with_text(&body.to_string()).unwrap()
}

fn options(faults: Vec<Fault>) -> Options {
    Options { tenant: TenantName::Healthy, faults, ..Options::default() }
}

/// The tenant keeps the files that the audit wrote.
fn audit_with(faults: Vec<Fault>) -> (Tenant, Audit) {
    let tenant = Tenant::with(options(faults));
    let audit = tenant.audit();
    (tenant, audit)
}

/// The healthy tenant's listing of users with changes.
fn users(edit: impl FnOnce(&mut Vec<Value>)) -> Fault {
    let truth = Tenant::with(options(Vec::new())).truth();
    let mut users = truth["users"].as_array().unwrap().clone();
    edit(&mut users);
    fault(&format!("{USERS} body"), &json!({ "kind": "admin#directory#users", "users": users }))
}

fn user<'u>(users: &'u mut [Value], address: &str) -> &'u mut Value {
    users.iter_mut().find(|user| user["primaryEmail"] == address).unwrap()
}

/// The send-as list of one mailbox with one entry more.
fn sends_as(address: &str, entry: &Value) -> Fault {
    let patch = json!([{ "op": "add", "path": "/sendAs/-", "value": entry }]);
    fault(&format!("{SEND_AS} patch subject={address}"), &patch)
}

fn assigned(role: &Value, to: &Value, kind: &str) -> Fault {
    let value = json!({
        "roleAssignmentId": "4242", "roleId": role, "assignedTo": to, "assigneeType": kind, "scopeType": "CUSTOMER",
    });
    fault(&format!("{ASSIGNMENTS} patch"), &json!([{ "op": "add", "path": "/items/-", "value": value }]))
}

fn findings(audit: &Audit, check: &str) -> Vec<Row> {
    audit.rows("findings.csv").into_iter().filter(|row| row["check_id"] == check).collect()
}

fn found(audit: &Audit, check: &str, subject: &str) -> Row {
    let all = findings(audit, check);
    let one = all.iter().find(|row| row["subject_id"] == subject);
    one.unwrap_or_else(|| panic!("{check} {subject}: {all:?}")).clone()
}

fn fixed(audit: &Audit) -> Vec<(String, String)> {
    let report = audit.json("report.json");
    let fixed = report["fixed"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    fixed.map(|finding| (text(&finding["check_id"]), text(&finding["subject"]["id"]))).collect()
}

fn id_of(audit: &Audit, address: &str) -> String {
    user_row(audit, address)["user_id"].clone()
}

fn user_row(audit: &Audit, address: &str) -> Row {
    audit.rows("users.csv").into_iter().find(|row| row["primary_email"] == address).unwrap()
}

fn days_ago(days: i64) -> String {
    (chrono::Utc::now() - chrono::Duration::days(days)).to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

fn guest(id: &str, address: &str, outside: &str) -> Value {
    json!({
        "id": id, "primaryEmail": address, "name": { "fullName": "Con Tractor" }, "suspended": false,
        "archived": false, "isAdmin": false, "isDelegatedAdmin": false, "isEnrolledIn2Sv": false,
        "isEnforcedIn2Sv": false, "isMailboxSetup": true, "orgUnitPath": "/Workspace Guests",
        "creationTime": days_ago(90), "lastLoginTime": "1970-01-01T00:00:00.000Z", "isGuestUser": true,
        "guestAccountInfo": { "primaryGuestEmail": outside },
    })
}

#[test]
fn a_guest_is_outside_and_no_staff_whatever_its_primary_address_is() {
    let listing = users(|users| {
        users.push(guest("901", "contractor@partner.example", "contractor@partner.example"));
        users.push(guest("902", "helper.agency.example@example.com.guest.google", "helper@agency.example"));
    });
    let faults = vec![
        listing,
        sends_as(
            NORA,
            &json!({ "sendAsEmail": "contractor@partner.example", "verificationStatus": "accepted" }),
        ),
        sends_as(OMAR, &json!({ "sendAsEmail": "helper@agency.example", "verificationStatus": "accepted" })),
        sends_as(
            LUCA,
            &json!({ "sendAsEmail": "desk@example.com", "replyToAddress": "helper@agency.example" }),
        ),
    ];
    let (_tenant, audit) = audit_with(faults);
    assert_eq!(audit.coverage("send_as")["failed"], "0");
    for (id, row) in audit.rows("users.csv").into_iter().map(|row| (row["user_id"].clone(), row)) {
        let is_guest = ["901", "902"].contains(&id.as_str());
        assert_eq!(row["is_guest"], is_guest.to_string(), "{row:?}");
        assert!(!is_guest || row["mailbox_read"] == "not_applicable", "{row:?}");
    }
    for check in ["IDM-02", "IDM-03"] {
        assert!(
            findings(&audit, check).iter().all(|row| !["901", "902"].contains(&row["subject_id"].as_str()))
        );
        assert_eq!(audit.verdicts(check)["not_assessed"], 0, "{check}");
    }
    let (nora, omar, luca) = (id_of(&audit, NORA), id_of(&audit, OMAR), id_of(&audit, LUCA));
    for subject in [format!("{nora}/contractor@partner.example"), format!("{omar}/helper@agency.example")] {
        assert_eq!(found(&audit, "MAIL-08", &subject)["verdict"], "fail");
        assert_eq!(found(&audit, "MAIL-10", &subject)["verdict"], "fail");
    }
    assert_eq!(found(&audit, "MAIL-10", &format!("{luca}/desk@example.com"))["verdict"], "fail");
}

#[test]
fn a_guest_who_is_a_super_admin_is_for_review_and_no_second_person() {
    let listing = users(|users| {
        for row in users.iter_mut().filter(|row| row["primaryEmail"] != "auditor@example.com") {
            row["isAdmin"] = json!(false);
        }
        let mut admin = guest("901", "contractor@partner.example", "contractor@partner.example");
        admin["isAdmin"] = json!(true);
        users.push(admin);
    });
    let assignments = fault(
        &format!("{ASSIGNMENTS} body"),
        &json!({ "items": [{ "roleAssignmentId": "1", "roleId": "ROLE", "assignedTo": "901", "assigneeType": "user" }] }),
    );
    let roles = json!({ "items": [{ "roleId": "ROLE", "isSuperAdminRole": true, "isSystemRole": true }] });
    let (_tenant, audit) = audit_with(vec![listing, assignments, fault(&format!("{ROLES} body"), &roles)]);
    assert_eq!(audit.verdicts("IDM-01")["pass"], 0);
    assert_eq!(found(&audit, "IDM-01", "tenant")["verdict"], "fail");
    assert_eq!(found(&audit, "IDM-01", "guest:contractor@partner.example")["verdict"], "review");
}

#[test]
fn the_tenant_with_guests_is_told_as_it_is() {
    let tenant = Tenant::named(TenantName::Neglected);
    let (audit, truth) = (tenant.audit(), tenant.truth());
    let guests: Vec<&Value> =
        truth["users"].as_array().unwrap().iter().filter(|user| user["isGuestUser"] == true).collect();
    assert_eq!(guests.len(), 2);
    for guest in guests {
        let row = user_row(&audit, guest["primaryEmail"].as_str().unwrap());
        assert_eq!((row["is_guest"].as_str(), row["mailbox_read"].as_str()), ("true", "not_applicable"));
    }
}

#[test]
fn a_listing_that_is_empty_in_no_tenant_is_a_gap_and_passes_nothing() {
    let cases: [(&str, &[&str], &[&str]); 6] = [
        ("users", &[USERS], &["IDM-01", "IDM-02", "IDM-03", "MAIL-10"]),
        ("domains", &[DOMAINS], &["TEN-01", "MAIL-08", "MAIL-10"]),
        ("admin_roles", &[ROLES], &["IDM-01"]),
        ("admin_roles", &[ASSIGNMENTS], &["IDM-01"]),
        ("admin_roles", &[ROLES, ASSIGNMENTS], &["IDM-01", "IDM-02"]),
        ("send_as", &[SEND_AS], &["MAIL-08", "MAIL-09", "MAIL-10"]),
    ];
    for (part, routes, checks) in cases {
        for body in [json!({}), json!({ "kind": "admin#directory#anything" })] {
            let faults = routes.iter().map(|route| fault(&format!("{route} body"), &body)).collect();
            let (_tenant, audit) = audit_with(faults);
            audit.assert_code(4);
            let row = audit.coverage(part);
            assert!(row["reason"].contains("empty_listing"), "{routes:?}: {row:?}");
            assert_ne!(row["failed"], "0", "{routes:?}: {row:?}");
            for check in checks {
                assert_eq!(audit.verdicts(check)["pass"], 0, "{routes:?}: {check}");
            }
        }
    }
}

#[test]
fn roles_without_a_super_admin_are_not_all_roles() {
    let custom = json!({ "items": [{ "roleId": "9", "roleName": "Desk", "isSystemRole": false }] });
    let (_tenant, audit) = audit_with(vec![fault(&format!("{ROLES} body"), &custom)]);
    audit.assert_code(4);
    assert!(audit.coverage("admin_roles")["reason"].contains("empty_listing"));
    assert_eq!(audit.verdicts("IDM-01")["pass"], 0);
}

#[test]
fn an_empty_answer_fixes_nothing() {
    let typical = |faults| Options { tenant: TenantName::Typical, faults, ..Options::default() };
    let mut tenant = Tenant::with(typical(Vec::new()));
    let before = tenant.audit().rows("findings.csv").len();
    for routes in [[ASSIGNMENTS, SEND_AS], [ROLES, DOMAINS], [USERS, SEND_AS]] {
        let faults = routes.map(|route| fault(&format!("{route} body"), &json!({})));
        tenant.becomes(typical(faults.into()));
        let audit = tenant.audit();
        audit.assert_code(4);
        assert_eq!(fixed(&audit), [], "{routes:?}");
        assert!(audit.rows("findings.csv").len() >= before, "{routes:?}");
    }
}

#[test]
fn a_sign_in_that_an_earlier_run_read_is_not_forgotten() {
    let with_last_login = |time: Option<&str>| {
        users(|users| {
            let row = user(users, NORA);
            match time {
                Some(time) => row["lastLoginTime"] = json!(time),
                None => drop(row.as_object_mut().unwrap().remove("lastLoginTime")),
            }
        })
    };
    let known = days_ago(200);
    let mut tenant = Tenant::with(options(vec![with_last_login(Some(&known))]));
    let nora = id_of(&tenant.audit(), NORA);
    // 1970, nothing at all, 1970 again, an older sign-in: in none of them Nora signed in less than before.
    let (never, older) = ("1970-01-01T00:00:00.000Z", days_ago(300));
    for time in [Some(never), None, Some(never), Some(older.as_str())] {
        tenant.becomes(options(vec![with_last_login(time)]));
        let audit = tenant.audit();
        assert_eq!(fixed(&audit), [], "{time:?}");
        let finding = found(&audit, "IDM-03", &nora);
        assert_eq!(
            (finding["verdict"].as_str(), finding["change"].as_str()),
            ("fail", "not_rechecked"),
            "{time:?}"
        );
        let gaps: Vec<Row> =
            findings(&audit, "IDM-03").into_iter().filter(|row| row["verdict"] == "not_assessed").collect();
        assert_eq!(gaps.len(), 1, "{time:?}: {gaps:?}");
        assert!(gaps[0]["message"].contains(&known[..19]), "{time:?}: {gaps:?}");
    }
    tenant.becomes(options(vec![with_last_login(Some(&days_ago(1)))]));
    assert_eq!(fixed(&tenant.audit()), [("IDM-03".to_owned(), nora)]);
}

#[test]
fn times_that_cannot_be_are_no_verdict() {
    for (login, created) in [
        ("1970-01-01T00:00:00.000Z".to_owned(), days_ago(-30)),
        (days_ago(-30), days_ago(400)),
        (days_ago(200), days_ago(10)),
    ] {
        let (_tenant, audit) = audit_with(vec![users(|users| {
            let row = user(users, NORA);
            row["lastLoginTime"] = json!(login);
            row["creationTime"] = json!(created);
        })]);
        let verdicts = audit.verdicts("IDM-03");
        assert_eq!((verdicts["fail"], verdicts["not_assessed"]), (0, 1), "{login} {created}");
    }
}

#[test]
fn a_row_that_cannot_be_read_costs_only_what_needs_all_rows() {
    let first = users(|users| {
        for address in [NORA, OMAR, LUCA] {
            user(users, address)["lastLoginTime"] = json!(days_ago(200));
        }
    });
    let mut tenant = Tenant::with(options(vec![first]));
    let before = tenant.audit();
    let ids = [NORA, OMAR, LUCA].map(|address| id_of(&before, address));
    let second = users(|users| {
        user(users, NORA)["aliases"] = json!(["nora@example.com", null]);
        user(users, OMAR)["suspended"] = json!("no");
    });
    tenant.becomes(options(vec![second]));
    let audit = tenant.audit();
    audit.assert_code(4);
    let row = audit.coverage("users");
    for name in [NORA, OMAR, &ids[0], &ids[1]] {
        assert!(row["reason"].contains(name), "{name}: {row:?}");
    }
    // Nora's row was read but for an alias, Luca's wholly, Omar's not.
    let mut fixed = fixed(&audit);
    fixed.sort();
    let mut expected = [("IDM-03".to_owned(), ids[0].clone()), ("IDM-03".to_owned(), ids[2].clone())];
    expected.sort();
    assert_eq!(fixed, expected);
    assert_eq!(found(&audit, "IDM-03", &ids[1])["change"], "not_rechecked");
    assert_eq!(user_row(&audit, NORA)["aliases"], r#"["nora@example.com"]"#);
    for check in ["IDM-02", "IDM-03", "MAIL-08", "MAIL-09", "MAIL-10"] {
        assert!(audit.verdicts(check)["pass"] > 0, "{check}");
        assert!(audit.verdicts(check)["not_assessed"] > 0, "{check}");
    }
    assert_eq!(audit.verdicts("IDM-01")["pass"], 0);
}

#[test]
fn an_odd_row_of_domains_or_roles_leaves_the_other_rows_as_they_are() {
    let domain = json!([{ "op": "add", "path": "/domains/-", "value": { "domainName": "odd.example", "verified": 7 } }]);
    let (_tenant, audit) = audit_with(vec![fault(&format!("{DOMAINS} patch"), &domain)]);
    audit.assert_code(4);
    assert!(audit.coverage("domains")["reason"].contains("odd.example"));
    for check in ["TEN-01", "MAIL-08", "MAIL-10"] {
        assert!(audit.verdicts(check)["pass"] > 0, "{check}");
    }
    let row = json!({ "roleAssignmentId": "4242", "roleId": 12, "assignedTo": "77" });
    let patch = json!([{ "op": "add", "path": "/items/-", "value": row }]);
    let (_tenant, audit) = audit_with(vec![fault(&format!("{ASSIGNMENTS} patch"), &patch)]);
    audit.assert_code(4);
    assert!(audit.coverage("admin_roles")["reason"].contains("4242"));
    assert_eq!(audit.verdicts("IDM-01")["pass"], 0);
    assert!(audit.verdicts("IDM-02")["pass"] > 0);
}

#[test]
fn single_rows_do_not_hide_a_listing_that_was_refused() {
    let refused: Fault = format!("{DOMAINS} forbidden").parse().unwrap();
    let patch = json!([{ "op": "add", "path": "/domainAliases/-", "value": { "domainAliasName": 7 } }]);
    let odd = fault("GET /admin/directory/v1/customer/*/domainaliases patch", &patch);
    let (_tenant, audit) = audit_with(vec![refused, odd]);
    audit.assert_code(4);
    for check in ["TEN-01", "MAIL-08", "MAIL-10"] {
        assert_eq!(audit.verdicts(check)["pass"], 0, "{check}");
    }
}

#[test]
fn a_mailbox_without_its_own_address_was_not_read() {
    let (_tenant, whole) = audit_with(Vec::new());
    let read: u64 = whole.coverage("send_as")["read"].parse().unwrap();
    let stray = json!({ "sendAs": [{ "sendAsEmail": "nora@example.com", "treatAsAlias": true }] });
    for body in [json!({}), json!({ "sendAs": [] }), stray] {
        let (_tenant, audit) = audit_with(vec![fault(&format!("{SEND_AS} body subject={NORA}"), &body)]);
        audit.assert_code(4);
        let row = audit.coverage("send_as");
        assert_eq!(
            (row["read"].as_str(), row["failed"].as_str()),
            ((read - 1).to_string().as_str(), "1"),
            "{body}"
        );
        let user = user_row(&audit, NORA);
        assert_eq!(user["mailbox_read"], "partial", "{body}");
        assert!(user["mailbox_gap"].starts_with("empty_listing: "), "{user:?}");
    }
}

#[test]
fn an_address_belongs_to_its_owner_in_every_spelling() {
    let is_omars = |address: &str| {
        let (_tenant, audit) = audit_with(vec![sends_as(NORA, &json!({ "sendAsEmail": address }))]);
        let subject = format!("{}/{}", id_of(&audit, NORA), address.to_lowercase());
        let owner =
            audit.rows("send_as.csv").into_iter().find(|row| row["send_as_email"] == address).unwrap();
        let fails = findings(&audit, "MAIL-10").iter().any(|row| row["subject_id"] == subject);
        assert_eq!(fails, owner["address_owner"] == OMAR, "{address}");
        fails
    };
    for address in [
        "omar.nasser+invoices@example.com",
        "Omar.Nasser+a+b@EXAMPLE.com",
        "omar.nasser@example.net",
        "omar.nasser+x@example.net",
        "omar.nasser@example.com.test-google-a.com",
    ] {
        assert!(is_omars(address), "{address}");
    }
    for address in ["omarnasser@example.com", "nora.lindqvist+x@example.com"] {
        assert!(!is_omars(address), "{address}");
    }
}

#[test]
fn an_assignment_of_a_deleted_user_is_named_and_keeps_no_pass_back() {
    let truth = Tenant::with(options(Vec::new())).truth();
    let is_super = |role: &&Value| role["isSuperAdminRole"] == true;
    let role = truth["roles"].as_array().unwrap().iter().find(is_super).unwrap()["roleId"].clone();
    let (_tenant, audit) = audit_with(vec![assigned(&role, &json!("199999999999999999999"), "user")]);
    let verdicts = audit.verdicts("IDM-01");
    assert_eq!((verdicts["pass"], verdicts["review"], verdicts["not_assessed"]), (1, 1, 0));
    let row = found(&audit, "IDM-01", "principal:199999999999999999999");
    assert!(row["evidence"].contains("199999999999999999999") && row["fix"].contains("4242"), "{row:?}");
    assert!(!row["fix"].contains("second person"), "{row:?}");
}

#[test]
fn a_role_that_is_not_listed_is_for_review_and_makes_no_admin() {
    let mut nora = Value::Null;
    let listing = users(|users| {
        let row = user(users, NORA);
        row["isEnrolledIn2Sv"] = json!(false);
        row["isEnforcedIn2Sv"] = json!(false);
        row["lastLoginTime"] = json!(days_ago(200));
        nora = row["id"].clone();
    });
    let (_tenant, audit) = audit_with(vec![listing, assigned(&json!("777000777"), &nora, "user")]);
    let row = found(&audit, "IDM-02", nora.as_str().unwrap());
    assert_eq!((row["verdict"].as_str(), row["severity"].as_str()), ("review", "medium"));
    assert!(row["evidence"].contains("777000777"), "{row:?}");
    let row = found(&audit, "IDM-03", nora.as_str().unwrap());
    assert_eq!((row["verdict"].as_str(), row["severity"].as_str()), ("fail", "medium"));
    assert!(row["evidence"].contains("777000777"), "{row:?}");
}
