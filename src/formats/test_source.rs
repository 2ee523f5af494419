//! A small run in memory whose every text is written by an attacker.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use chrono::{DateTime, Utc};

use super::Source;
use crate::authority::{AccessBinding, Takeover, TakeoverCut, TakeoverEdge, TakeoverPath, TakeoverPrincipal};
use crate::delegation::{Grants, Provenance, Sighting};
use crate::findings::{
    Change, ChangeCounts, CheckSummary, Completeness, CountedGap, Coverage, CoverageRow, Evidence, Finding,
    FixedFinding, KeptReport, MailboxCounts, NotConfigured, Population, RunSummary, Severity, Subject,
    SubjectKind, Verdict, VerdictCounts,
};
use crate::requests::Requests;
use crate::snapshot::{Snapshot, UserFacts};
use crate::tenant::gmail::{
    AutoForwarding, Delegate, Filter, FilterAction, FilterCriteria, Filters, ForwardingAddress, Imap,
};
use crate::tenant::is_invisible;
use crate::tenant::policies::{OrgUnit, OrgUnits, PolicyOrigin, TenantPolicies, TenantPolicy};
use crate::tenant::{
    AdminRoles, Domain, DomainKind, Domains, Gap, GapClass, GmailState, Guardrails, IamCondition, IamFacts,
    IamResource, InputFile, Inputs, LastLogin, Mailbox, MailboxFact, Part, People, Reading, SendAs,
    SendAsKind, ServiceAccount, ServiceAccountKey, ServiceAccountUse, ServiceAccounts, SmtpMsa, User,
};

/// One judged run.
pub(super) struct TestSource {
    pub(super) summary: RunSummary,
    pub(super) tenant: Snapshot,
    pub(super) users: Vec<UserFacts>,
    pub(super) findings: Vec<Finding>,
    is_broken: bool,
}

impl Source for TestSource {
    fn summary(&self) -> &RunSummary {
        &self.summary
    }

    fn tenant(&self) -> &Snapshot {
        &self.tenant
    }

    fn users(&self) -> io::Result<Box<dyn Iterator<Item = io::Result<UserFacts>> + '_>> {
        Ok(Box::new(self.users.iter().cloned().map(Ok).chain(self.breaks())))
    }

    fn findings(&self) -> io::Result<Box<dyn Iterator<Item = io::Result<Finding>> + '_>> {
        Ok(Box::new(self.findings.iter().cloned().map(Ok).chain(self.breaks())))
    }

    fn worst_findings(&self, limit: usize) -> io::Result<Vec<Finding>> {
        Ok(self.findings.iter().take(limit).cloned().collect())
    }
}

impl TestSource {
    pub(super) fn hostile() -> Self {
        let users = users();
        let mut tenant = tenant();
        let listed = users.iter().map(|facts| Ok::<_, std::convert::Infallible>(facts.user.clone()));
        let Ok(people) = People::index(listed);
        tenant.people = Reading::Complete(people);
        Self { summary: summary(), tenant, users, findings: findings(), is_broken: false }
    }

    /// Breaks off after its last user and finding.
    pub(super) fn broken() -> Self {
        Self { is_broken: true, ..Self::hostile() }
    }

    fn breaks<T>(&self) -> Option<io::Result<T>> {
        self.is_broken.then(|| Err(io::Error::other("the store is gone")))
    }
}

/// The text of a file.
pub(super) fn read_file(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap()
}

/// Text with what nobody would see in a snapshot made visible.
pub(super) fn shown(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' => "\n".to_owned(),
            c if c.is_control() || is_invisible(c) => format!("<U+{:04X}>", c as u32),
            c => c.to_string(),
        })
        .collect()
}

pub(super) fn gap(part: Part) -> Gap {
    Gap {
        part,
        class: GapClass::Denied,
        reason: "scope_not_delegated".into(),
        message: "Google said: unauthorized_client <b>\"no\"</b>\n=1".into(),
        needed: "https://www.googleapis.com/auth/gmail.settings.basic".into(),
        fix: "Delegate the scope: Admin console > Security".into(),
        places: Box::default(),
    }
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn user(id: &str, primary_email: &str) -> User {
    User {
        id: id.into(),
        primary_email: primary_email.into(),
        full_name: None,
        org_unit: None,
        suspended: None,
        suspension_reason: None,
        suspended_at: None,
        archived: None,
        is_mailbox_setup: None,
        is_admin: None,
        is_delegated_admin: None,
        two_step_enrolled: None,
        two_step_enforced: None,
        created_at: None,
        last_login: LastLogin::Unknown,
        aliases: Vec::new(),
        non_editable_aliases: Vec::new(),
        is_guest: Some(false),
        guest_email: None,
    }
}

/// A mailbox whose settings hold what attackers write.
fn hostile_settings() -> Mailbox {
    let delegate =
        |email: &str, status: &str| Delegate { email: email.into(), verification_status: status.into() };
    let address = |email: &str, status: &str| ForwardingAddress {
        email: email.into(),
        verification_status: status.into(),
    };
    let filter = |id: &str, subject: &str, forward: &str| Filter {
        id: id.into(),
        criteria: FilterCriteria {
            subject: subject.into(),
            size: 1,
            size_comparison: "larger".into(),
            ..FilterCriteria::default()
        },
        action: FilterAction { forward: forward.into(), trashes: true, ..FilterAction::default() },
    };
    Mailbox {
        delegates: MailboxFact::Read(vec![
            delegate("bob@example.com", "accepted"),
            delegate("=HYPERLINK(\"https://evil.example\")", "\u{202E}detpecca"),
        ]),
        forwarding_addresses: MailboxFact::Read(vec![address("bob@example.com", "pending")]),
        auto_forwarding: MailboxFact::Read(AutoForwarding {
            enabled: true,
            email: "+ceo@evil.example".into(),
            disposition: "trash".into(),
        }),
        filters: MailboxFact::Partial(
            Filters {
                total: 3,
                kept: vec![
                    filter("ANe1Bm1", "=cmd|' /C calc'!A0", "ceo@evil.example"),
                    filter("ANe1Bm2", "invoice\r\n@SUM(1)", ""),
                ],
            },
            gap(Part::FILTERS),
        ),
        imap: MailboxFact::Read(Imap {
            enabled: true,
            auto_expunge: true,
            expunge_behavior: "archive".into(),
            max_folder_size: 0,
        }),
        ..Mailbox::not_asked()
    }
}

fn send_as(send_as_email: &str, display_name: &str) -> SendAs {
    SendAs {
        send_as_email: send_as_email.into(),
        display_name: display_name.into(),
        reply_to: String::new(),
        kind: SendAsKind::Custom,
        is_primary: false,
        is_default: false,
        treat_as_alias: false,
        verification_status: "accepted".into(),
        smtp: None,
    }
}

fn users() -> Vec<UserFacts> {
    let ann = User {
        full_name: Some("=HYPERLINK(\"https://evil.example\",\"Ann\")".into()),
        org_unit: Some("/Sales, \"EMEA\"".into()),
        suspended: Some(false),
        archived: Some(false),
        is_mailbox_setup: Some(true),
        is_admin: Some(true),
        is_delegated_admin: Some(false),
        two_step_enrolled: Some(true),
        two_step_enforced: Some(false),
        created_at: Some(at("2019-01-02T03:04:05.678Z")),
        last_login: LastLogin::At(at("2026-11-20T23:59:59Z")),
        aliases: vec!["sales@example.com".into(), "=ann@example.com".into()],
        ..user("101", "ann@example.com")
    };
    let ann_send_as = vec![
        SendAs {
            reply_to: "-reply@evil.example".into(),
            smtp: Some(SmtpMsa {
                host: "smtp.evil.example".into(),
                port: Some(587),
                security_mode: "starttls".into(),
            }),
            ..send_as("ceo@evil.example", "<script>alert(1)</script>\r\nBcc: x@evil.example")
        },
        SendAs {
            kind: SendAsKind::Primary,
            is_primary: true,
            is_default: true,
            verification_status: String::new(),
            ..send_as("ann@example.com", "")
        },
        SendAs {
            kind: SendAsKind::Alias,
            treat_as_alias: true,
            ..send_as("sales@example.com", "\u{202E}moc.elpmaxe@oec\u{202C} 👩‍💻")
        },
        SendAs {
            verification_status: "pending".into(),
            smtp: Some(SmtpMsa {
                host: "+smtp".into(),
                port: Some(-1),
                security_mode: "securityModeUnspecified".into(),
            }),
            ..send_as("Bob@EXAMPLE.com", "\u{FEFF}@SUM(A1)")
        },
    ];
    let bob = User {
        full_name: Some("Bob\0\u{1b}[2J\u{9b}31m\u{2028}O'Neil".into()),
        suspended: Some(true),
        suspension_reason: Some("ADMIN".into()),
        suspended_at: Some(at("2026-10-01T00:00:00Z")),
        last_login: LastLogin::Never,
        ..user("102", "bob@example.com")
    };
    let cid = User {
        full_name: Some("\tCid".into()),
        is_mailbox_setup: Some(true),
        ..user("103", "cid@example.com")
    };
    vec![
        UserFacts {
            user: ann,
            known_sign_in: None,
            mailbox: Mailbox {
                gmail: GmailState::On,
                gmail_evidence: "send_as_list_answered".into(),
                send_as: MailboxFact::Read(ann_send_as),
                ..hostile_settings()
            },
        },
        UserFacts {
            user: bob,
            known_sign_in: None,
            mailbox: Mailbox {
                gmail: GmailState::Unknown,
                gmail_evidence: "suspended".into(),
                send_as: MailboxFact::NotApplicable("suspended".into()),
                ..Mailbox::not_asked()
            },
        },
        UserFacts {
            user: cid,
            known_sign_in: None,
            mailbox: Mailbox {
                gmail: GmailState::Unknown,
                gmail_evidence: "scope_not_delegated".into(),
                send_as: MailboxFact::Missing(gap(Part::SEND_AS)),
                ..Mailbox::not_asked()
            },
        },
    ]
}

fn key(key_id: &str, created_at: &str) -> ServiceAccountKey {
    ServiceAccountKey {
        key_id: key_id.into(),
        created_at: Some(at(created_at)),
        expires_at: Some(at("9999-12-31T23:59:59Z")),
        origin: "GOOGLE_PROVIDED".into(),
        key_type: "USER_MANAGED".into(),
        disabled: false,
        disabled_reason: String::new(),
    }
}

fn account(project: &str, name: &str, id: &str, keys: Reading<Vec<ServiceAccountKey>>) -> ServiceAccount {
    ServiceAccount {
        project: project.into(),
        email: format!("{name}@{project}.iam.gserviceaccount.com"),
        unique_id: id.into(),
        client_id: id.into(),
        display_name: format!("+{name} <img src=x onerror=alert(1)>"),
        disabled: false,
        keys,
    }
}

/// Tenant-wide facts; nobody is in its index.
fn org_units() -> OrgUnits {
    let unit = |id: &str, path: &str, parent: &str| OrgUnit {
        id: id.into(),
        path: path.into(),
        parent: parent.into(),
    };
    OrgUnits(vec![unit("root", "/", ""), unit("sales", "/=Sales, <b>\u{202e}", "root")])
}

/// A unit and a group that forward, and a license that decides.
fn policies() -> TenantPolicies {
    let policy = |number: u32, unit: &str, group: &str, is_on: bool| TenantPolicy {
        name: format!("policies/{number}"),
        origin: PolicyOrigin::Admin,
        query: String::new(),
        org_unit: unit.into(),
        group: group.into(),
        sort_order: Some(f64::from(200 + number)),
        setting: "gmail.auto_forwarding".into(),
        value: serde_json::json!({ "enableAutoForwarding": is_on }),
    };
    let unit = "entity.org_units.exists(org_unit, org_unit.org_unit_id == orgUnitId('sales'))";
    let license = "entity.licenses.exists(license, license in ['/product/Google-Apps/sku/1010020020'])";
    let licensed = TenantPolicy {
        query: format!("{unit} && {license}"),
        setting: "gmail.mail_delegation".into(),
        value: serde_json::json!({ "enableMailDelegation": true }),
        ..policy(4, "sales", "", true)
    };
    TenantPolicies {
        policies: vec![
            policy(1, "root", "", false),
            policy(2, "sales", "", true),
            policy(3, "root", "groups/g", true),
            licensed,
        ],
        group_addresses: [("groups/g".to_owned(), "@sum@example.com".to_owned())].into(),
    }
}

pub(super) fn tenant() -> Snapshot {
    let domain = |name: &str, kind, verified| Domain { name: name.into(), kind, verified, parent: None };
    let sighting = |provenance| Sighting { provenance, seen_at: at("2026-11-20T00:00:00Z") };
    let grant = |client: &str, scope: &str, provenance| (client.into(), scope.into(), sighting(provenance));
    Snapshot {
        run_at: at("2026-11-21T07:00:00Z"),
        customer_id: Some("C0test".into()),
        people: Reading::Complete(People::default()),
        domains: Reading::Complete(Domains(vec![
            domain("example.com", DomainKind::Primary, Some(true)),
            domain("evil\"<b>.example", DomainKind::Alias, None),
        ])),
        admin_roles: Reading::Complete(AdminRoles::default()),
        service_accounts: Reading::Complete(ServiceAccounts::new(vec![
            account(
                "mail",
                "sender",
                "117000000000000000001",
                Reading::Complete(vec![
                    ServiceAccountKey {
                        disabled: true,
                        disabled_reason: "SERVICE_ACCOUNT_KEY_DISABLE_REASON_EXPOSED".into(),
                        ..key("b2", "2026-01-01T00:00:00Z")
                    },
                    key("a1", "2020-06-01T12:00:00Z"),
                ]),
            ),
            account("mail", "idle", "117000000000000000002", Reading::Complete(Vec::new())),
            account("app", "hidden", "117000000000000000003", Reading::Missing(gap(Part::SaKeys))),
        ])),
        console_grants: Reading::Complete(()),
        probe_grants: Reading::Partial((), gap(Part::ProbeGrants)),
        other_probes: Reading::Complete(()),
        org_units: Reading::Complete(org_units()),
        policies: Reading::Complete(policies()),
        iam: IamFacts::default(),
        takeovers: vec![Takeover {
            client_id: "1001".to_owned(),
            account: "=mailer@example.iam.gserviceaccount.com".to_owned(),
            paths: vec![TakeoverPath {
                principal: "group:devs@example.com".to_owned(),
                kind: TakeoverPrincipal::Human,
                is_outside: None,
                edge: TakeoverEdge::Key,
                permission: "iam.serviceAccountKeys.create".to_owned(),
                via: vec!["<b>@example.com".to_owned()],
                hops: 2,
                is_conditional: true,
                is_closed: false,
                sentence: "devs can create keys for =mailer.".to_owned(),
                obstacles: Vec::new(),
                chain: "devs → can create keys for → =mailer".to_owned(),
                binding: Some(AccessBinding {
                    resource: IamResource::Project("=mail".to_owned()),
                    role: "roles/iam.serviceAccountKeyAdmin".to_owned(),
                    member: "group:devs@example.com".to_owned(),
                    condition: None,
                }),
                approved_by: None,
                may_be_closed_by: Vec::new(),
            }],
            broad: Vec::new(),
            is_disabled: false,
            gaps: Vec::new(),
        }],
        takeover_cuts: vec![TakeoverCut {
            binding: AccessBinding {
                resource: IamResource::Project("=mail".to_owned()),
                role: "roles/iam.serviceAccountKeyAdmin".to_owned(),
                member: "group:<b>devs</b>@example.com".to_owned(),
                condition: Some(IamCondition { title: "</script>".to_owned(), expression: String::new() }),
            },
            paths: 3,
            open_to_many: 0,
            outside: 0,
            clients: 2,
            some_clients: vec!["1001".to_owned()],
        }],
        service_account_use: Reading::Complete(ServiceAccountUse::default()),
        guardrails: Reading::Complete(Guardrails::default()),
        client_certificates: Reading::Complete(Vec::new()),
        admin_log: Reading::Complete(()),
        access_evaluation_log: Reading::Complete(()),
        token_log: Reading::Complete(()),
        apps: Vec::new(),
        gmail_changes: Vec::new(),
        delegation_changes: Vec::new(),
        new_apps: Vec::new(),
        admin_log_unread: None,
        gmail_changes_unread: None,
        token_log_unread: None,
        identities: crate::snapshot::IdentityIndex::default(),
        grants: Grants::merge([
            grant("117000000000000000001", "https://mail.google.com/", Provenance::Console),
            grant("117000000000000000001", "https://mail.google.com/", Provenance::Probe),
            grant("117000000000000000001", "=unheard.of", Provenance::Console),
            grant("000000000000000000009", "https://www.googleapis.com/auth/unheard.of", Provenance::Console),
        ]),
    }
}

fn finding(check_id: &str, verdict: Verdict, severity: Severity, subject: Subject) -> Finding {
    Finding {
        message: "=1+1 is what \"<b>Ann</b>\" says".into(),
        evidence: vec![Evidence::new("display_name", "</script><script>"), Evidence::new("", "-line\nbreak")],
        fix: "Remove the address".into(),
        place: "Gmail > Settings > Accounts".into(),
        controls: vec!["CIS-GWS 1.1.1".into()],
        change: Change::Open,
        judged_id: "101".into(),
        ..Finding::new(check_id, verdict, severity, subject, at("2026-11-14T07:00:00Z"))
    }
}

fn findings() -> Vec<Finding> {
    let ann =
        Subject::new(SubjectKind::SendAs, "101/ceo@evil.example", "ann@example.com → <ceo@evil.example>");
    let part = Subject::new(SubjectKind::Part, "send_as", "Send-as addresses");
    let old_key = Subject::new(SubjectKind::Key, "117000000000000000001/a1", "@sender 🔑\u{2029}");
    vec![
        Finding {
            exception_id: Some("KEY-01/*".into()),
            ..finding("KEY-01", Verdict::Excepted, Severity::High, old_key)
        },
        Finding { change: Change::New, ..finding("MAIL-08", Verdict::Fail, Severity::Critical, ann) },
        Finding {
            count: 812,
            message: "812 mailboxes were not read".into(),
            evidence: Vec::new(),
            controls: Vec::new(),
            ..finding("MAIL-08", Verdict::NotAssessed, Severity::High, part)
        },
    ]
}

fn coverage_row(part: Part, total: Option<u64>, read: u64) -> CoverageRow {
    CoverageRow { part, total, read, not_applicable: 0, denied: 0, failed: 0, gaps: Vec::new() }
}

fn counts(counts: &[(&str, u64)]) -> BTreeMap<String, u64> {
    counts.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
}

fn summary() -> RunSummary {
    let mut verdicts = VerdictCounts::default();
    verdicts.add(Verdict::Fail);
    verdicts.add(Verdict::NotAssessed);
    verdicts.add(Verdict::NotApplicable);
    RunSummary {
        run_id: "2026-11-21T07-00-00Z".into(),
        started_at: at("2026-11-21T07:00:00Z"),
        resumed_at: Some(at("2026-11-22T06:00:00Z")),
        finished_at: at("2026-11-21T07:00:06Z"),
        compared_with: Some("2026-11-14T07-00-00Z".into()),
        tool_version: "0.1.0".into(),
        read_by: Some("0.0.9".into()),
        judged_at: Some(at("2026-11-22T08:00:00Z")),
        reason: Some("=1 <b>the table</b> changed".into()),
        supersedes: Some(KeptReport {
            folder: "2026-11-21T07-00-00Z".into(),
            manifest_sha256: "23".repeat(32),
        }),
        customer: "C0test".into(),
        primary_domain: Some("example.com".into()),
        admin: "auditor@example.com".into(),
        service_account: "audit@audit.iam.gserviceaccount.com".into(),
        client_id: "117000000000000000000".into(),
        key_id: None,
        settings: None,
        settings_changed: Vec::new(),
        profile: "default".into(),
        scope_table: "1, reviewed 2026-11-01".into(),
        is_demo: false,
        sample: None,
        completeness: Completeness::Partial,
        not_configured: vec![NotConfigured {
            part: Part::ConsoleGrants,
            checks: vec!["MAIL-08".into()],
            verdicts: 1,
            reason: "no file <b>is</b> configured".into(),
            setting: "name it in `[cloud] console_grants` =1".into(),
        }],
        users: 3,
        mailboxes: MailboxCounts {
            gmail: counts(&[("on", 1), ("unknown", 2)]),
            mailbox_read: counts(&[("complete", 1), ("denied", 1), ("not_applicable", 1)]),
        },
        changes: ChangeCounts {
            new: 1,
            worsened: 0,
            fixed: 1,
            open: 1,
            not_assessed: 1,
            excepted: 1,
            excepted_worsened: 0,
        },
        open_by_severity: BTreeMap::from([(Severity::Critical, 1)]),
        checks: vec![CheckSummary {
            id: "MAIL-08".into(),
            slug: "sendas-external".into(),
            title: "Send-as address outside the tenant".into(),
            why: "Mail & replies leave the tenant".into(),
            severity: Severity::High,
            needs: vec!["send_as".into(), "domains".into()],
            counts: verdicts,
            population: Population { listed: 3, assessed: 1, not_assessed: 1, not_applicable: 1 },
        }],
        coverage: Coverage(vec![
            coverage_row(Part::Users, Some(1), 1),
            CoverageRow { failed: 1, ..coverage_row(Part::ServiceAccounts, None, 0) },
            CoverageRow {
                not_applicable: 1,
                denied: 1,
                gaps: vec![CountedGap { gap: gap(Part::SEND_AS), units: 1 }],
                ..coverage_row(Part::SEND_AS, Some(3), 1)
            },
        ]),
        fixed: vec![FixedFinding {
            check_id: "IDM-02".into(),
            severity: Severity::Medium,
            subject: Subject::new(SubjectKind::User, "102", "bob@example.com"),
            message: "No second factor".into(),
            first_seen_at: at("2026-11-07T07:00:00Z"),
        }],
        scopes_asked: BTreeMap::from([(
            "mailbox".into(),
            vec!["https://www.googleapis.com/auth/gmail.settings.basic".into()],
        )]),
        requests: BTreeMap::from([
            ("gmail".into(), Requests { calls: 2, ..Requests::default() }),
            (
                "token".into(),
                Requests { calls: 3, retries: 1, throttles: 1, waited: std::time::Duration::from_secs(4) },
            ),
        ]),
        inputs: Inputs {
            config: Some(InputFile {
                name: "config.toml".into(),
                sha256: "cd".repeat(32),
                modified_at: Some(at("2026-11-20T06:00:00Z")),
            }),
            console_grants: Some(InputFile {
                name: "<b>\u{202e}list</b>.csv".into(),
                sha256: "ef".repeat(32),
                modified_at: None,
            }),
            ..Inputs::default()
        },
        projects: vec!["<b>project</b>".into()],
        organization: None,
    }
}
