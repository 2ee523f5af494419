//! Runs in memory, for tests: a plausible one, a hostile one, a large one.

use std::collections::BTreeMap;
use std::io;

use chrono::{DateTime, Duration, Utc};

use crate::authority::{AccessBinding, Takeover, TakeoverCut, TakeoverEdge, TakeoverPath, TakeoverPrincipal};
use crate::delegation::{
    AddressBook, DelegationEvent, GrantUse, Grants, Ledger, LedgerSource, SeenGrant, SourceWindow, UseKey,
};
use crate::findings::{
    Added, Change, ChangeCounts, CheckSummary, Completeness, CountedGap, Coverage, CoverageRow, Evidence,
    Finding, FixedFinding, MailboxCounts, Population, RunSummary, Severity, Subject, SubjectKind, Verdict,
    VerdictCounts,
};
use crate::formats::Source;
use crate::requests::Requests;
use crate::snapshot::{IdentityIndex, Snapshot, UserFacts};
use crate::tenant::policies::{OrgUnits, TenantPolicies};
use crate::tenant::{
    AdminRoles, ClientCertificates, Domain, DomainKind, Domains, ForeignAccount, Gap, GapClass, GmailState,
    Guardrails, IamCondition, IamFacts, IamResource, Inputs, LastLogin, Mailbox, MailboxFact, Part, People,
    PublicKey, Reading, SendAs, SendAsKind, ServiceAccount, ServiceAccountKey, ServiceAccountUse,
    ServiceAccounts, SmtpMsa, User,
};

/// A run in memory. Users are made one at a time, so that a test can have many.
pub(super) struct Sample {
    pub(super) summary: RunSummary,
    pub(super) tenant: Snapshot,
    pub(super) users: usize,
    pub(super) findings: Vec<Finding>,
    pub(super) user: fn(usize) -> UserFacts,
}

impl Source for Sample {
    fn summary(&self) -> &RunSummary {
        &self.summary
    }

    fn tenant(&self) -> &Snapshot {
        &self.tenant
    }

    fn users(&self) -> io::Result<Box<dyn Iterator<Item = io::Result<UserFacts>> + '_>> {
        Ok(Box::new((0..self.users).map(|index| Ok((self.user)(index)))))
    }

    fn findings(&self) -> io::Result<Box<dyn Iterator<Item = io::Result<Finding>> + '_>> {
        Ok(Box::new(self.findings.iter().cloned().map(Ok)))
    }

    fn worst_findings(&self, limit: usize) -> io::Result<Vec<Finding>> {
        let mut worst = self.findings.clone();
        worst.sort_by_key(|finding| {
            (finding.verdict, std::cmp::Reverse(finding.severity), finding.change != Change::New)
        });
        worst.truncate(limit);
        Ok(worst)
    }
}

pub(super) fn run_at() -> DateTime<Utc> {
    "2026-11-21T07:00:00Z".parse().unwrap()
}

/// One check: id, slug, title, severity, why, fix, place, controls.
struct Rule(
    &'static str,
    &'static str,
    &'static str,
    Severity,
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static [Part],
);

const RULES: &[Rule] = &[
    Rule(
        "DWD-04",
        "send-as-anyone",
        "Clients that can send as anyone",
        Severity::Critical,
        "Whoever gets one key of this client can send mail as every person in the tenant, without a trace in the mailbox owner's sign-in log.",
        "Narrow the client to the scopes it uses, or remove the delegation.",
        "Admin console > Security > Access and data control > API controls > Manage domain-wide delegation",
        &["NIST 800-53 AC-6", "ISO 27001 A.8.2", "SOC 2 CC6.3"],
        &[Part::ConsoleGrants, Part::ProbeGrants],
    ),
    Rule(
        "IDM-01",
        "super-admin-count",
        "Number of super admins",
        Severity::High,
        "Every super admin can add a delegation and so send as anyone; with a single one, a lost account locks the tenant.",
        "Take the super admin role from people who do not need it daily, or appoint a second person.",
        "Admin console > Account > Admin roles > Super Admin",
        &["CIS-GWS 1.1.1", "SCuBA CC.6.2", "NIST 800-53 AC-6(5)"],
        &[Part::Users, Part::AdminRoles],
    ),
    Rule(
        "KEY-01",
        "key-too-old",
        "Keys older than the profile allows",
        Severity::Medium,
        "A key is a password that never asks for a second factor. The longer it lives, the more copies there are.",
        "Make a new key, move the program to it, then delete the old one; better, go keyless.",
        "Cloud console > IAM & Admin > Service accounts > Keys",
        &["CIS-GCP 1.7", "ISO 27001 A.8.24"],
        &[Part::ServiceAccounts, Part::SaKeys],
    ),
    Rule(
        "MAIL-08",
        "sendas-external",
        "Send-as addresses outside the tenant",
        Severity::Medium,
        "Mail sent through a server of the user's choice leaves the tenant's journal, retention and leak rules behind.",
        "Delete the address, and switch per-user outbound gateways off.",
        "Admin console > Apps > Google Workspace > Gmail > End User Access > Allow per-user outbound gateways",
        &["SCuBA GMAIL.12.1", "CIS-GWS 3.1.3.5.3", "NIST 800-53 AC-4"],
        &[Part::Users, Part::Domains, Part::SEND_AS],
    ),
    Rule(
        "MAIL-10",
        "identity-diversion",
        "Addresses and replies that divert to somebody else",
        Severity::High,
        "An address or a Reply-To that belongs to another person is how invoices get paid to the wrong account; nobody looks at Reply-To.",
        "Delete the address, clear the Reply-To, and ask the mailbox owner who set it.",
        "The user's Gmail > Settings > Accounts > Send mail as",
        &["NIST 800-53 SI-4", "ISO 27001 A.5.14"],
        &[Part::Users, Part::SEND_AS],
    ),
    Rule(
        "TEN-01",
        "unverified-domain",
        "Domains whose ownership was not proved",
        Severity::Medium,
        "Mail of an unverified domain can be claimed by whoever verifies it first.",
        "Verify the domain or remove it.",
        "Admin console > Account > Domains > Manage domains",
        &["ISO 27001 A.5.9"],
        &[Part::Domains],
    ),
];

/// A finding of a rule.
pub(super) fn finding(
    rule: usize,
    verdict: Verdict,
    severity: Severity,
    name: &str,
    message: &str,
) -> Finding {
    let Rule(id, _, _, _, _, fix, place, controls, _) = RULES[rule];
    let subject = Subject::new(SubjectKind::User, format!("1{:020}", name.len() * 7919), name);
    Finding {
        message: message.to_owned(),
        fix: fix.to_owned(),
        place: place.to_owned(),
        controls: controls.iter().map(|&control| control.to_owned()).collect(),
        ..Finding::new(id, verdict, severity, subject, run_at())
    }
}

impl Finding {
    fn seen(mut self, days: i64, change: Change) -> Self {
        self.first_seen_at = run_at() - Duration::days(days);
        self.change = change;
        self
    }

    fn grown(mut self, added: Added) -> Self {
        self.added.push(added);
        self
    }

    fn fact(mut self, name: &str, value: &str) -> Self {
        self.evidence.push(Evidence::new(name, value));
        self
    }
}

/// A plausible tenant on a Monday: partial, with news.
pub(super) fn plausible() -> Sample {
    let findings = plausible_findings();
    let users = 412;
    let Ok(people) =
        People::index((0..users).map(|index| Ok::<_, std::convert::Infallible>(user(index).user)));
    Sample { summary: summary(&findings, users), tenant: tenant(people), users, findings, user }
}

/// The same, with everything read.
pub(super) fn complete() -> Sample {
    let mut sample = plausible();
    sample.summary.completeness = Completeness::Complete;
    sample.summary.changes.not_assessed = 0;
    for row in &mut sample.summary.coverage.0 {
        row.read += row.denied + row.failed;
        (row.denied, row.failed) = (0, 0);
        row.gaps.clear();
    }
    sample.findings.retain(|finding| finding.verdict != Verdict::NotAssessed);
    sample
}

fn plausible_findings() -> Vec<Finding> {
    use Severity::{Critical, High, Info, Low, Medium};
    use Verdict::{Error, Excepted, Fail, NotAssessed, Review};
    let mut findings = vec![
        finding(
            0,
            Fail,
            Critical,
            "newsletter@mailing-prod.iam.gserviceaccount.com",
            "A client other than this audit can send mail as every user: https://mail.google.com/",
        )
        .fact("client_id", "104823517746620019283")
        .fact("scope", "https://mail.google.com/")
        .fact("provenance", "console, 2026-11-20")
        .fact("user_managed_keys", "2"),
        finding(
            0,
            Review,
            High,
            "118820044917733610555",
            "No service account of the configured projects has this client id",
        )
        .fact("client_id", "118820044917733610555")
        .seen(21, Change::Open),
        finding(1, Fail, Medium, "example.com", "6 active super admins, more than 4")
            .fact("super_admin", "root@example.com")
            .fact("super_admin", "maria.keller@example.com")
            .fact("super_admin", "it.helpdesk@example.com")
            .seen(140, Change::Open),
        finding(
            2,
            Fail,
            High,
            "crm-sync@crm-2021.iam.gserviceaccount.com / 9f31c0",
            "The key is 1,204 days old, more than 365",
        )
        .fact("created_at", "2023-08-05T09:12:44Z")
        .seen(210, Change::Open),
        finding(
            4,
            Fail,
            High,
            "tom.becker@example.com",
            "Sends as finance@example.com, an address of another user",
        )
        .fact("send_as_email", "finance@example.com")
        .fact("address_owner", "ingrid.sauer@example.com")
        .fact("verification_status", "accepted"),
        finding(4, Fail, Medium, "lea.hoffmann@example.com", "Replies go to an address outside the tenant")
            .fact("reply_to_address", "lea@bücher.example")
            .seen(7, Change::Worsened)
            .grown(Added::Severity { from: Low, to: Medium }),
        finding(5, Error, Low, "example.net", "The check could not judge this domain").seen(7, Change::Open),
    ];
    for (index, name) in
        ["a.schmidt", "b.novak", "c.rossi", "d.meyer", "e.dubois", "f.lindgren", "g.costa"].iter().enumerate()
    {
        let change = if index < 2 { Change::New } else { Change::Open };
        findings.push(
            finding(
                3,
                Fail,
                if index < 3 { High } else { Medium },
                &format!("{name}@example.com"),
                &format!("Sends as {name}@example.org through smtp.example.org, a server outside the tenant"),
            )
            .fact("send_as_email", &format!("{name}@example.org"))
            .fact("smtp_host", "smtp.example.org")
            .fact("smtp_security", "starttls")
            .seen(index as i64 * 9, change),
        );
    }
    for name in ["press", "jobs"] {
        let mut excepted = finding(
            3,
            Excepted,
            Medium,
            &format!("{name}@example.com"),
            &format!("Sends as {name}@example.net, outside the tenant"),
        )
        .seen(90, Change::Open);
        excepted.exception_id = Some("MAIL-08/*@example.net".to_owned());
        findings.push(excepted);
    }
    let mut lapsed = finding(
        2,
        Fail,
        Medium,
        "backup@ops.iam.gserviceaccount.com / 77ab02",
        "The key is 118 days old, more than 90. Its exception expired on 2026-11-15",
    )
    .seen(28, Change::Worsened);
    lapsed.exception_id = Some("KEY-01/backup@*".to_owned());
    findings.push(lapsed);
    let mut unused =
        finding(2, Review, Low, "KEY-01/old-import@*", "The exception matched nothing: remove it")
            .seen(7, Change::Open);
    unused.check_id = "EXC-02".to_owned();
    unused.subject.kind = SubjectKind::Exception;
    unused.fix = "Delete the entry from the exceptions file.".to_owned();
    unused.place = "exceptions.toml, line 14".to_owned();
    findings.push(unused);
    for (rule, count) in [(3, 9), (4, 9)] {
        let mut gap = finding(
            rule,
            NotAssessed,
            Info,
            "Send-as addresses",
            "9 mailboxes were not read: Google answered 403, delegation denied for the user",
        );
        gap.subject.kind = SubjectKind::Part;
        gap.count = count;
        gap.fix = "Add the scope gmail.settings.basic to the audit's client id.".to_owned();
        findings.push(gap);
    }
    let holder = findings[0].subject.name.clone();
    findings[0].subject = Subject::new(SubjectKind::Client, NEWSLETTER, holder);
    findings.sort_by(|a, b| a.check_id.cmp(&b.check_id));
    findings
}

pub(super) fn summary(findings: &[Finding], users: usize) -> RunSummary {
    let open = || {
        findings
            .iter()
            .filter(|finding| matches!(finding.verdict, Verdict::Fail | Verdict::Review | Verdict::Error))
    };
    let mut open_by_severity = BTreeMap::new();
    for finding in open() {
        *open_by_severity.entry(finding.severity).or_default() += 1;
    }
    let changed = |change: Change| open().filter(|finding| finding.change == change).count() as u64;
    let fixed_subject = Subject::new(SubjectKind::User, "7", "paul.weiss@example.com");
    RunSummary {
        run_id: "2026-11-21T07-00-00Z".to_owned(),
        started_at: run_at(),
        resumed_at: None,
        finished_at: run_at() + Duration::seconds(48),
        compared_with: Some("2026-11-14T07-00-00Z".to_owned()),
        tool_version: "0.1.0".to_owned(),
        read_by: None,
        judged_at: None,
        reason: None,
        supersedes: None,
        customer: "C03az79cb".to_owned(),
        primary_domain: Some("example.com".to_owned()),
        admin: "auditor@example.com".to_owned(),
        service_account: "auditor@audit-prod.iam.gserviceaccount.com".to_owned(),
        client_id: "100000000000000000001".to_owned(),
        key_id: None,
        settings: None,
        settings_changed: Vec::new(),
        profile: "default".to_owned(),
        scope_table: "version 1, reviewed 2026-11-21".to_owned(),
        is_demo: false,
        sample: None,
        completeness: Completeness::Partial,
        not_configured: Vec::new(),
        users: users as u64,
        mailboxes: MailboxCounts::default(),
        changes: ChangeCounts {
            new: changed(Change::New),
            worsened: changed(Change::Worsened),
            fixed: 3,
            open: open().count() as u64,
            not_assessed: findings
                .iter()
                .filter(|one| one.verdict == Verdict::NotAssessed)
                .map(|one| one.count)
                .sum(),
            excepted_worsened: 0,
            excepted: findings.iter().filter(|one| one.verdict == Verdict::Excepted).count() as u64,
        },
        open_by_severity,
        checks: RULES.iter().map(|rule| check_summary(rule, findings, users as u64)).collect(),
        coverage: coverage(users as u64),
        fixed: vec![FixedFinding {
            check_id: "MAIL-08".to_owned(),
            severity: Severity::Medium,
            subject: fixed_subject,
            message: "Sent as paul@example.org, outside the tenant".to_owned(),
            first_seen_at: run_at() - Duration::days(35),
        }],
        scopes_asked: BTreeMap::from([
            (
                "admin".to_owned(),
                ["user", "domain", "rolemanagement"]
                    .map(|name| format!("https://www.googleapis.com/auth/admin.directory.{name}.readonly"))
                    .to_vec(),
            ),
            ("mailbox".to_owned(), vec!["https://www.googleapis.com/auth/gmail.settings.basic".to_owned()]),
        ]),
        requests: BTreeMap::from([
            ("directory".to_owned(), requests(9)),
            ("gmail".to_owned(), requests(1284)),
            ("iam".to_owned(), requests(31)),
        ]),
        inputs: Inputs::default(),
        projects: Vec::new(),
        organization: None,
    }
}

fn check_summary(rule: &Rule, findings: &[Finding], users: u64) -> CheckSummary {
    let mut counts = VerdictCounts::default();
    let mut given = 0;
    for finding in findings.iter().filter(|finding| finding.check_id == rule.0) {
        for _ in 0..finding.count {
            counts.add(finding.verdict);
        }
        given += finding.count;
    }
    let not_assessed = counts.of(Verdict::NotAssessed);
    let passes = users.saturating_sub(given);
    for _ in 0..passes {
        counts.add(Verdict::Pass);
    }
    CheckSummary {
        id: rule.0.to_owned(),
        slug: rule.1.to_owned(),
        title: rule.2.to_owned(),
        why: rule.4.to_owned(),
        severity: rule.3,
        needs: rule.8.iter().map(|part| part.id().to_owned()).collect(),
        counts,
        population: Population {
            listed: given + passes,
            assessed: given + passes - not_assessed,
            not_assessed,
            not_applicable: 0,
        },
    }
}

fn coverage(users: u64) -> Coverage {
    let row = |part: Part, total: u64, read: u64, not_applicable: u64| CoverageRow {
        part,
        total: Some(total),
        read,
        not_applicable,
        denied: 0,
        failed: 0,
        gaps: Vec::new(),
    };
    let missing = |part, class, reason: &str, needed: &str, units| CountedGap {
        gap: Gap { needed: needed.to_owned(), ..gap(part, class, reason, "refused") },
        units,
    };
    let mut rows: Vec<CoverageRow> = Part::all().map(|part| row(part, 1, 1, 0)).collect();
    rows[3] = CoverageRow {
        denied: 7,
        failed: 2,
        gaps: vec![
            missing(Part::SEND_AS, GapClass::Failed, "retries_exhausted", "", 2),
            missing(
                Part::SEND_AS,
                GapClass::Denied,
                "scope_not_delegated",
                "https://www.googleapis.com/auth/gmail.settings.basic",
                7,
            ),
        ],
        ..row(Part::SEND_AS, users, users.saturating_sub(40), 31)
    };
    rows[5] = CoverageRow {
        denied: 2,
        gaps: vec![missing(
            Part::SaKeys,
            GapClass::Denied,
            "permission_denied",
            "roles/iam.serviceAccountViewer on project crm-2021",
            2,
        )],
        ..row(Part::SaKeys, 14, 12, 0)
    };
    Coverage(rows)
}

pub(super) fn gap(part: Part, class: GapClass, reason: &str, message: &str) -> Gap {
    Gap {
        part,
        class,
        reason: reason.into(),
        message: message.to_owned(),
        needed: String::new(),
        fix: "Give the audit what it lacks, then run it again.".to_owned(),
        places: Box::default(),
    }
}

pub(super) fn tenant(people: People) -> Snapshot {
    let domain =
        |name: &str, kind| Domain { name: name.to_owned(), kind, verified: Some(true), parent: None };
    let account = |project: &str, name: &str, client_id: &str, keys: i64| ServiceAccount {
        project: project.to_owned(),
        email: format!("{name}@{project}.iam.gserviceaccount.com"),
        unique_id: client_id.to_owned(),
        client_id: client_id.to_owned(),
        display_name: String::new(),
        disabled: false,
        keys: Reading::Complete((0..keys).map(key).collect()),
    };
    Snapshot {
        run_at: run_at(),
        customer_id: Some("C03az79cb".to_owned()),
        people: Reading::Complete(people),
        domains: Reading::Complete(Domains(vec![domain("example.com", DomainKind::Primary)])),
        admin_roles: Reading::Complete(AdminRoles::default()),
        service_accounts: Reading::Complete(ServiceAccounts::new(vec![
            account("audit-prod", "auditor", "100000000000000000001", 0),
            account("mailing-prod", "newsletter", "104823517746620019283", 2),
            account("crm-2021", "crm-sync", "104823517746620011111", 1),
            account("ops", "backup", "104823517746620022222", 1),
        ])),
        console_grants: Reading::Complete(()),
        probe_grants: Reading::Complete(()),
        other_probes: Reading::Complete(()),
        org_units: Reading::Complete(OrgUnits::default()),
        policies: Reading::Complete(TenantPolicies::default()),
        iam: IamFacts::default(),
        takeovers: vec![takeover(NEWSLETTER, "newsletter@mailing-prod.iam.gserviceaccount.com")],
        takeover_cuts: vec![TakeoverCut {
            binding: editor(),
            paths: 7,
            open_to_many: 0,
            outside: 0,
            clients: 2,
            some_clients: vec![NEWSLETTER.to_owned(), "1999".to_owned()],
        }],
        service_account_use: Reading::Complete(ServiceAccountUse::default()),
        guardrails: Reading::Complete(Guardrails::default()),
        client_certificates: Reading::Complete(vec![ClientCertificates {
            client_id: "118820044917733610555".to_owned(),
            account: Reading::Complete(Some(ForeignAccount {
                claimed: Vec::new(),
                email: "sync@vendor.iam.gserviceaccount.com".to_owned(),
                project: "vendor".to_owned(),
                keys: vec![PublicKey {
                    key_id: "0a1b".to_owned(),
                    valid_after: Some(run_at() - Duration::days(9)),
                    valid_before: Some(run_at() + Duration::days(9)),
                }],
            })),
        }]),
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
        identities: IdentityIndex::default(),
        grants: grants(),
    }
}

pub(super) const OWN: &str = "100000000000000000001";
pub(super) const NEWSLETTER: &str = "104823517746620019283";

/// What lists, logs and a probe say: with grants that ended, a client without known scopes, and doubts.
fn grants() -> Grants {
    let google = |name: &str| format!("https://www.googleapis.com/auth/{name}");
    let mut ledger = Ledger::new(run_at(), AddressBook::default());
    ledger.see_window(SourceWindow::at(LedgerSource::Console, None, run_at()));
    ledger.see_window(SourceWindow::at(LedgerSource::Probe, Some(OWN.to_owned()), run_at()));
    ledger.see_window(SourceWindow {
        source: LedgerSource::AuditLog,
        client: None,
        from: run_at() - Duration::days(180),
        until: run_at(),
    });
    for (client, scope, source) in [
        (NEWSLETTER, "https://mail.google.com/".to_owned(), LedgerSource::Console),
        (NEWSLETTER, google("calendar.readonly"), LedgerSource::Console),
        ("118820044917733610555", google("drive"), LedgerSource::Console),
        (OWN, google("gmail.settings.basic"), LedgerSource::Console),
        (OWN, google("gmail.settings.basic"), LedgerSource::Probe),
        (OWN, google("admin.directory.user.readonly"), LedgerSource::Probe),
        (OWN, google("gmail.readonly"), LedgerSource::Probe),
    ] {
        let client = client.to_owned();
        ledger.see(&SeenGrant { client, scope, source, first_at: run_at(), last_at: run_at() });
    }
    for (id, days, name, client, scope) in [
        ("1", 90, "AUTHORIZE_API_CLIENT_ACCESS", "1777", google("drive")),
        ("2", 30, "REMOVE_API_CLIENT_ACCESS", "1777", String::new()),
        ("3", 60, "AUTHORIZE_API_CLIENT_ACCESS", NEWSLETTER, google("gmail.send")),
    ] {
        ledger.add_event(&DelegationEvent {
            id: id.to_owned(),
            at: run_at() - Duration::days(days),
            name: name.to_owned(),
            client: client.to_owned(),
            scopes: vec![scope],
            actor: Some("root@example.com".to_owned()),
            ip: None,
        });
    }
    ledger.add_use(&GrantUse {
        of: UseKey {
            client: "1999".to_owned(),
            holder: None,
            scope: None,
            log: LedgerSource::TokenLog,
            configuration_source: None,
            impersonation: Some(true),
        },
        first_at: run_at() - Duration::days(5),
        last_at: run_at() - Duration::days(4),
        count: 3,
    });
    ledger.grants()
}

fn editor() -> AccessBinding {
    AccessBinding {
        resource: IamResource::Project("mailing-prod".to_owned()),
        role: "roles/editor".to_owned(),
        member: "group:marketing@example.com".to_owned(),
        condition: Some(IamCondition { title: "weekdays".to_owned(), expression: String::new() }),
    }
}

/// One way in to a client.
pub(super) fn takeover(client_id: &str, account: &str) -> Takeover {
    Takeover {
        client_id: client_id.to_owned(),
        account: account.to_owned(),
        paths: vec![TakeoverPath {
            principal: "marketing@example.com".to_owned(),
            kind: TakeoverPrincipal::Human,
            is_outside: None,
            edge: TakeoverEdge::Key,
            permission: "iam.serviceAccountKeys.create".to_owned(),
            via: Vec::new(),
            hops: 1,
            is_conditional: true,
            is_closed: false,
            sentence: format!(
                "marketing@example.com can create keys for {account} through roles/editor on project p."
            ),
            obstacles: Vec::new(),
            chain: format!("marketing@example.com → can create keys for (roles/editor) → {account}"),
            binding: Some(AccessBinding { condition: None, ..editor() }),
            approved_by: None,
            may_be_closed_by: Vec::new(),
        }],
        broad: Vec::new(),
        is_disabled: false,
        gaps: Vec::new(),
    }
}

fn key(index: i64) -> ServiceAccountKey {
    ServiceAccountKey {
        key_id: format!("9f31c{index}"),
        created_at: Some(run_at() - Duration::days(400 * (index + 1))),
        expires_at: None,
        origin: "GOOGLE_PROVIDED".to_owned(),
        key_type: "USER_MANAGED".to_owned(),
        disabled: false,
        disabled_reason: String::new(),
    }
}

/// The user with this number: most are well, some of each kind are not.
pub(super) fn user(index: usize) -> UserFacts {
    const NAMES: [&str; 8] = [
        "Anna Schmidt",
        "Ben Novak",
        "Carla Rossi",
        "David Meyer",
        "Elise Dubois",
        "Femi Okafor",
        "Grace Lin",
        "Hugo Costa",
    ];
    let full_name = NAMES[index % NAMES.len()];
    let email = format!("{}{index}@example.com", full_name.to_lowercase().replace(' ', "."));
    let mut user = User {
        id: format!("1{index:020}"),
        primary_email: email.clone(),
        full_name: Some(full_name.to_owned()),
        org_unit: Some(["/Sales", "/Engineering/Platform", "/Finance"][index % 3].to_owned()),
        suspended: Some(false),
        suspension_reason: None,
        suspended_at: None,
        archived: Some(false),
        is_mailbox_setup: Some(true),
        is_admin: Some(false),
        is_delegated_admin: Some(false),
        two_step_enrolled: Some(true),
        two_step_enforced: Some(true),
        created_at: Some(run_at() - Duration::days(900)),
        last_login: LastLogin::At(run_at() - Duration::days(2)),
        aliases: Vec::new(),
        non_editable_aliases: Vec::new(),
        is_guest: Some(false),
        guest_email: None,
    };
    let mut mailbox = Mailbox {
        gmail: GmailState::On,
        gmail_evidence: "send_as_list_answered".to_owned(),
        send_as: MailboxFact::Read(send_as(index, &email)),
        ..Mailbox::not_asked()
    };
    let missing = |mailbox: &mut Mailbox, class, reason: &str, message: &str| {
        let gap = gap(Part::SEND_AS, class, reason, message);
        *mailbox = Mailbox {
            gmail: GmailState::Unknown,
            gmail_evidence: reason.to_owned(),
            send_as: MailboxFact::Missing(gap),
            ..Mailbox::not_asked()
        };
    };
    match index % 40 {
        3 => {
            user.suspended = Some(true);
            user.suspension_reason = Some("ADMIN".to_owned());
            user.suspended_at = Some(run_at() - Duration::days(index as i64 % 90));
            nothing(&mut mailbox, GmailState::Unknown, "suspended");
        }
        11 => {
            user.archived = Some(true);
            nothing(&mut mailbox, GmailState::Unknown, "archived");
        }
        19 => nothing(&mut mailbox, GmailState::Off, "mail_service_not_enabled"),
        27 => nothing(&mut mailbox, GmailState::NoMailbox, "is_mailbox_setup_false"),
        35 if index < 300 => missing(
            &mut mailbox,
            GapClass::Denied,
            "scope_not_delegated",
            "Google answered 403: Delegation denied for the user",
        ),
        35 => missing(
            &mut mailbox,
            GapClass::Failed,
            "retries_exhausted",
            "Gave up after 8 tries: 503 Service unavailable",
        ),
        _ => {}
    }
    UserFacts { user, mailbox, known_sign_in: None }
}

fn nothing(mailbox: &mut Mailbox, gmail: GmailState, evidence: &str) {
    *mailbox = Mailbox {
        gmail,
        gmail_evidence: evidence.to_owned(),
        send_as: MailboxFact::NotApplicable(evidence.to_owned()),
        ..Mailbox::not_asked()
    };
}

fn send_as(index: usize, email: &str) -> Vec<SendAs> {
    let mut addresses = vec![address(email, SendAsKind::Primary)];
    addresses[0].is_primary = true;
    match index % 12 {
        0 => addresses.push(SendAs {
            smtp: Some(SmtpMsa {
                host: "smtp.example.org".to_owned(),
                port: Some(587),
                security_mode: if index.is_multiple_of(36) { "none" } else { "starttls" }.to_owned(),
            }),
            ..address(&format!("person{index}@example.org"), SendAsKind::Custom)
        }),
        5 => addresses.push(address(&format!("team{index}@example.com"), SendAsKind::Alias)),
        7 => addresses.push(SendAs {
            verification_status: "pending".to_owned(),
            reply_to: "answers@example.net".to_owned(),
            ..address("ben.novak1@example.com", SendAsKind::Custom)
        }),
        _ => {}
    }
    addresses
}

fn address(email: &str, kind: SendAsKind) -> SendAs {
    SendAs {
        send_as_email: email.to_owned(),
        display_name: String::new(),
        reply_to: String::new(),
        kind,
        is_primary: false,
        is_default: false,
        treat_as_alias: true,
        verification_status: "accepted".to_owned(),
        smtp: None,
    }
}

fn requests(calls: u64) -> Requests {
    Requests { calls, ..Requests::default() }
}
