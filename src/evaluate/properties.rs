//! What holds for every check, whatever the facts: a missing part makes no pass, and no fail but by the two rules; the
//! order of facts changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::cases::Case;
use super::missing_parts::settled;
use super::{EvaluationInput, UserTotals, judge};
use crate::authority::{
    AccessBinding, BroadBinding, Takeover, TakeoverEdge, TakeoverPath, TakeoverPrincipal,
};
use crate::checks::ALL;
use crate::checks::properties::{flag, mailboxes};
use crate::checks::test_facts::*;
use crate::delegation::{DelegationEvent, Grants, Provenance, Sighting};
use crate::findings::{
    Change, ChangeCounts, CheckResult, Finding, RunSummary, Settings, Severity, Subject, Verdict,
};
use crate::policy::{Exceptions, Policy};
use crate::snapshot::{Snapshot, UserFacts};
use crate::store::{RunState, Store, StoreError};
use crate::tenant::policies::{
    AUTO_FORWARDING, IMAP_ACCESS, MAIL_DELEGATION, OUTBOUND_GATEWAY, TenantPolicy,
};
use crate::tenant::{
    AdminRoles, App, AssigneeType, Domains, Gap, GapClass, GmailSettingChange, GmailState, Guardrails,
    IamResource, LastLogin, MailboxPart, Part, ProjectGuardrails, ProjectUse, Reading, ServiceAccountUse,
    SigningLogs, User,
};

const MAIL: &str = "https://mail.google.com/";
const DIRECTORY: &str = "https://www.googleapis.com/auth/admin.directory.user";

/// Facts, and by which policy they are judged.
#[derive(Clone, Debug)]
struct World {
    tenant: Snapshot,
    users: Vec<UserFacts>,
    policy: Policy,
}

/// How a part is missing.
#[derive(Clone, Copy, Debug)]
struct Loss {
    class: GapClass,
    kept: Kept,
}

/// What there is of a part nevertheless.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kept {
    Nothing,
    /// An answer that broke off before its first row.
    NoRow,
    /// All rows, and what runs before read of it.
    EveryRow,
}

fn losses() -> impl Iterator<Item = Loss> {
    [GapClass::Denied, GapClass::Failed, GapClass::NotConfigured].into_iter().flat_map(|class| {
        [Kept::Nothing, Kept::NoRow, Kept::EveryRow].into_iter().map(move |kept| Loss { class, kept })
    })
}

impl Loss {
    fn gap(self, part: Part) -> Gap {
        Gap { class: self.class, ..gap(part) }
    }

    fn keeps_facts(self) -> bool {
        self.kept == Kept::EveryRow
    }

    fn of<T: Default>(self, reading: &mut Reading<T>, part: Part) {
        let before = std::mem::replace(reading, Reading::Missing(self.gap(part)));
        match (before, self.kept) {
            (Reading::Complete(facts), Kept::EveryRow) => *reading = Reading::Partial(facts, self.gap(part)),
            (Reading::Complete(_), Kept::NoRow) => *reading = Reading::Partial(T::default(), self.gap(part)),
            _ => {}
        }
    }
}

impl World {
    /// The same, of which this part was not read.
    fn without(mut self, part: Part, loss: Loss) -> Self {
        let tenant = &mut self.tenant;
        match part {
            Part::Users => {
                loss.of(&mut tenant.people, part);
                self.users.retain(|_| loss.keeps_facts());
            }
            Part::Domains => {
                loss.of(&mut tenant.domains, part);
                if !loss.keeps_facts() {
                    tenant.change_paths(|path| path.is_outside = None);
                }
            }
            Part::AdminRoles => {
                let assignments = tenant.admin_roles.known().map(|roles| roles.assignments.clone());
                loss.of(&mut tenant.admin_roles, part);
                // Roles and who holds them are two lists: one may break off alone.
                if let Reading::Partial(roles, _) = &mut tenant.admin_roles {
                    roles.assignments = assignments.unwrap_or_default();
                }
            }
            Part::Mailbox(setting) => {
                for mailbox in self.users.iter_mut().map(|facts| &mut facts.mailbox) {
                    mailbox.put(MailboxPart::missing(setting, loss.gap(part)));
                    if !mailbox.statuses().any(|(_, status)| status.is_answered()) {
                        mailbox.gmail = GmailState::Unknown;
                    }
                }
            }
            Part::ServiceAccounts => {
                loss.of(&mut tenant.service_accounts, part);
                tenant.takeovers.retain(|_| loss.keeps_facts());
            }
            Part::SaKeys => {
                if let Reading::Complete(accounts) = &mut tenant.service_accounts {
                    accounts.0.iter_mut().for_each(|account| loss.of(&mut account.keys, part));
                }
            }
            Part::ConsoleGrants => {
                loss.of(&mut tenant.console_grants, part);
                tenant.unsee(Provenance::Console, loss);
            }
            Part::ProbeGrants => {
                loss.of(&mut tenant.probe_grants, part);
                tenant.unsee(Provenance::Probe, loss);
            }
            Part::OtherProbes => loss.of(&mut tenant.other_probes, part),
            Part::OrgUnits => loss.of(&mut tenant.org_units, part),
            Part::Policies => loss.of(&mut tenant.policies, part),
            Part::IamPolicies | Part::IamRoles | Part::Groups | Part::WorkloadIdentityPools => {
                match part {
                    Part::IamPolicies => loss.of(&mut tenant.iam.policies, part),
                    Part::IamRoles => loss.of(&mut tenant.iam.roles, part),
                    Part::Groups => loss.of(&mut tenant.iam.groups, part),
                    _ => loss.of(&mut tenant.iam.pools, part),
                }
                for takeover in &mut tenant.takeovers {
                    takeover.gaps = vec![loss.gap(part)];
                    takeover.paths.retain(|_| loss.keeps_facts());
                    takeover.broad.retain(|_| loss.keeps_facts());
                }
                // What would close a path was not read.
                tenant.change_paths(|path| {
                    if std::mem::take(&mut path.is_closed) {
                        path.may_be_closed_by = vec![loss.gap(part)];
                    }
                });
            }
            Part::ServiceAccountUse => loss.of(&mut tenant.service_account_use, part),
            Part::Guardrails => {
                loss.of(&mut tenant.guardrails, part);
                if let Reading::Partial(guardrails, _) = &mut tenant.guardrails {
                    for project in &mut guardrails.0 {
                        project.signing_logs = Reading::Missing(loss.gap(part));
                        project.forbids_key_upload = Reading::Missing(loss.gap(part));
                    }
                }
            }
            Part::ClientCertificates => loss.of(&mut tenant.client_certificates, part),
            Part::AdminLog => {
                loss.of(&mut tenant.admin_log, part);
                tenant.gmail_changes.retain(|_| loss.keeps_facts());
                tenant.delegation_changes.retain(|_| loss.keeps_facts());
                tenant.unsee(Provenance::AuditLog, loss);
            }
            Part::AccessEvaluationLog => {
                loss.of(&mut tenant.access_evaluation_log, part);
                tenant.unsee(Provenance::UseLog, loss);
            }
            Part::TokenLog => {
                loss.of(&mut tenant.token_log, part);
                tenant.apps.retain(|_| loss.keeps_facts());
                tenant.new_apps.retain(|_| loss.keeps_facts());
            }
        }
        self
    }

    /// What the report may say of each subject of each check.
    fn results(&self) -> BTreeMap<(&'static str, String), Vec<CheckResult>> {
        let mut all: BTreeMap<_, Vec<CheckResult>> = BTreeMap::new();
        for check in ALL {
            let of_users = self.users.iter();
            let of_users =
                of_users.filter_map(|facts| Case::of_user(check, facts, &self.tenant, &self.policy));
            for case in Case::of_tenant(check, &self.tenant, &self.policy).chain(of_users) {
                for result in settled(check, case.share, &self.tenant, case.results) {
                    let subject = result.subject.as_ref().unwrap_or(&case.subject).id.clone();
                    all.entry((check.id, subject)).or_default().push(result);
                }
            }
        }
        all
    }
}

impl Snapshot {
    fn change_paths(&mut self, change: impl Fn(&mut TakeoverPath)) {
        self.takeovers.iter_mut().flat_map(|takeover| &mut takeover.paths).for_each(change);
    }

    /// A source no longer shows what it showed; the ledger may remember that it did, a week ago.
    fn unsee(&mut self, source: Provenance, loss: Loss) {
        let sightings = self.grants.iter().flat_map(|grant| {
            grant.sightings.iter().map(|sighting| (grant.client_id.clone(), grant.scope.clone(), *sighting))
        });
        let sightings = sightings.filter_map(|(client_id, scope, sighting)| {
            let is_lost = sighting.provenance == source;
            let seen_at = if is_lost { sighting.seen_at.min(days_ago(7)) } else { sighting.seen_at };
            (loss.keeps_facts() || !is_lost).then_some((client_id, scope, Sighting { seen_at, ..sighting }))
        });
        self.grants = Grants::merge(sightings.collect::<Vec<_>>());
    }
}

fn paths() -> impl Strategy<Value = TakeoverPath> {
    let edges = [TakeoverEdge::Key, TakeoverEdge::Sign, TakeoverEdge::Indirect, TakeoverEdge::Admin];
    let kinds = [TakeoverPrincipal::Human, TakeoverPrincipal::Workload, TakeoverPrincipal::Open];
    let principals = ["ann@example.com", "eve@outside.example", "allUsers"];
    (
        proptest::sample::select(edges.to_vec()),
        proptest::sample::select(kinds.to_vec()),
        proptest::sample::select(principals.to_vec()),
        flag(),
        any::<[bool; 2]>(),
    )
        .prop_map(|(edge, kind, principal, is_outside, [is_conditional, is_closed])| TakeoverPath {
            principal: principal.into(),
            kind,
            is_outside,
            is_conditional,
            is_closed,
            ..path(edge)
        })
}

fn guardrails() -> impl Strategy<Value = Guardrails> {
    (any::<[bool; 3]>(), any::<bool>()).prop_map(|([creation, upload, exposed], logs)| {
        let levels = logs.then(std::collections::BTreeSet::new);
        Guardrails(vec![ProjectGuardrails {
            project: "project".into(),
            forbids_key_creation: Reading::Complete(creation),
            forbids_key_upload: Reading::Complete(upload),
            disables_exposed_keys: Reading::Complete(exposed),
            signing_logs: Reading::Complete(SigningLogs { admin_read: levels.clone(), data_read: levels }),
        }])
    })
}

/// Ann, Bob who is a super admin, and one who was never seen again.
fn people(ann: UserFacts, is_idle: bool) -> Vec<UserFacts> {
    let last_login = if is_idle { LastLogin::At(days_ago(300)) } else { LastLogin::Never };
    let carl = User { last_login, ..user("300", "carl@example.com") };
    let through_relay = through("smtp.example.net", 25, "none", custom("carl@unproved.example"));
    vec![ann, mailbox(super_admin("200", "bob@example.com"), []), mailbox(carl, [through_relay])]
}

fn app(scope: &str) -> App {
    App {
        client_id: "77.apps.googleusercontent.com".into(),
        name: "Mail merge".into(),
        scopes: [scope.to_owned()].into(),
        users: 1,
        some_users: vec!["ann@example.com".into()],
        first_authorized_at: days_ago(1),
        last_authorized_at: days_ago(1),
        consents: Vec::new(),
        remembered: Vec::new(),
    }
}

fn routing_change() -> GmailSettingChange {
    GmailSettingChange {
        id: "1/1/0".into(),
        at: days_ago(1),
        event: "CHANGE_EMAIL_SETTING".into(),
        setting: "EMAIL_ROUTE".into(),
        actor: "root@example.com".into(),
        details: Vec::new(),
    }
}

fn delegation_change() -> DelegationEvent {
    DelegationEvent {
        id: "1/2/0".into(),
        at: days_ago(1),
        name: "AUTHORIZE_API_CLIENT_ACCESS".into(),
        client: CLIENT.into(),
        scopes: vec![GMAIL_SEND.into()],
        actor: Some("root@example.com".into()),
        ip: None,
    }
}

fn with_broad(takeover: Takeover, is_broad: bool) -> Takeover {
    let binding = BroadBinding {
        binding: AccessBinding {
            resource: IamResource::Project("project".into()),
            role: "roles/iam.serviceAccountTokenCreator".into(),
            member: "user:ann@example.com".into(),
            condition: None,
        },
        is_service_agent: false,
    };
    Takeover { broad: is_broad.then_some(binding).into_iter().collect(), ..takeover }
}

/// Policies of the root, a unit and a group, some of them for those with a license.
fn policies() -> impl Strategy<Value = Vec<TenantPolicy>> {
    let switches =
        [&MAIL_DELEGATION, &AUTO_FORWARDING, &OUTBOUND_GATEWAY, &IMAP_ACCESS].map(|switch| *switch).to_vec();
    let one = (
        proptest::sample::select(switches),
        proptest::sample::select(vec!["root", "sales"]),
        prop_oneof![Just(201.0), Just(202.0), Just(399.0)],
        any::<[bool; 3]>(),
    );
    let one = one.prop_map(|(switch, unit, sort_order, [is_on, is_licensed, is_of_group])| {
        let policy = set(switch.setting, switch.field, is_on, unit, sort_order);
        let policy = if is_licensed { licensed(policy) } else { policy };
        if is_of_group { for_group("groups/g", policy) } else { policy }
    });
    proptest::collection::vec(one, 0..4)
}

fn worlds() -> impl Strategy<Value = World> {
    let scopes = vec![GMAIL_SEND, UNHEARD_OF, MAIL, DIRECTORY];
    let sources = vec![Provenance::Console, Provenance::AuditLog, Provenance::Probe, Provenance::UseLog];
    let grants = (
        proptest::sample::subsequence(scopes, 0..=4),
        proptest::sample::subsequence(sources, 1..=4),
        prop_oneof![Just(0), Just(2), Just(60)],
    );
    let keys = proptest::collection::vec(1..400_i64, 0..3);
    let paths = proptest::collection::vec(paths(), 0..3);
    (mailboxes(), grants, keys, paths, guardrails(), policies(), any::<[bool; 12]>()).prop_map(
        |(ann, (scopes, sources, days), keys, paths, guardrails, policies, flags)| {
            let [
                idle,
                admin,
                gone_client,
                deleted,
                registered,
                vendor,
                used,
                events,
                ordered,
                by_group,
                one,
                few,
            ] = flags;
            let keys = keys.iter().enumerate().map(|(index, &days)| {
                let mut key = key();
                key.key_id = format!("key{index}");
                key.created_at = Some(days_ago(days));
                key
            });
            let account_tenant = if gone_client {
                gone(&[], deleted)
            } else {
                Snapshot {
                    takeovers: vec![with_broad(takeover(paths), one)],
                    ..delegating(&[], Reading::Complete(keys.collect()))
                }
            };
            let users = people(ann, idle);
            let whole = tenant(users.iter().map(|facts| &facts.user));
            let sightings = scopes.iter().flat_map(|&scope| {
                sources.iter().map(move |&provenance| {
                    let sighting = Sighting { provenance, seen_at: days_ago(days) };
                    (CLIENT.to_owned(), scope.to_owned(), sighting)
                })
            });
            let console = with_policies(policies);
            let used_at = used.then(|| (ACCOUNT.to_owned(), days_ago(1)));
            let project_use = ProjectUse { accounts: used_at.into_iter().collect(), ..ProjectUse::default() };
            let project_use = [("project".to_owned(), Reading::Complete(project_use))].into();
            let mut tenant = Snapshot {
                people: whole.people,
                org_units: console.org_units,
                policies: console.policies,
                grants: Grants::merge(sightings.collect::<Vec<_>>()),
                guardrails: Reading::Complete(guardrails),
                service_account_use: Reading::Complete(ServiceAccountUse(project_use)),
                ..account_tenant
            };
            if admin {
                let kind = if by_group { AssigneeType::Group } else { AssigneeType::User };
                tenant = with_role(if one { "1" } else { "2" }, "100", kind, tenant);
                tenant = with_role(if idle { "1" } else { "2" }, CLIENT, AssigneeType::User, tenant);
            }
            if few {
                tenant.domains = Reading::Complete(Domains(vec![domain("example.com", Some(true))]));
                tenant.admin_roles =
                    Reading::Complete(AdminRoles { assignments: Vec::new(), roles: Vec::new() });
            }
            if events {
                tenant.apps = vec![app(if one { MAIL } else { "openid" })];
                tenant.new_apps = tenant.apps.clone();
                tenant.gmail_changes = vec![routing_change()];
                tenant.delegation_changes = vec![delegation_change()];
            }
            let client = crate::policy::RegisteredClient {
                vendor,
                tickets: Vec::new(),
                ..registered_client(if ordered { CLIENT } else { "999" })
            };
            let policy = if registered { policy_of(client) } else { policy() };
            World { tenant, users, policy }
        },
    )
}

/// An exception for one of the findings.
#[derive(Clone, Debug)]
struct Accepting {
    finding: proptest::sample::Index,
    /// Days from the first run to the day on which it was written.
    created: Option<i64>,
    is_expired: bool,
    /// Whether it names what the subject is a part of, if it is a part.
    is_wide: bool,
}

fn accepting() -> impl Strategy<Value = Accepting> {
    let created = proptest::option::of(-30..3_i64);
    (any::<proptest::sample::Index>(), created, proptest::bool::weighted(0.2), any::<bool>()).prop_map(
        |(finding, created, is_expired, is_wide)| Accepting { finding, created, is_expired, is_wide },
    )
}

fn exceptions(world: &World, accepting: &[Accepting]) -> Exceptions {
    let open: Vec<(&str, Subject)> = world.open_subjects();
    let mut text = String::new();
    for one in accepting.iter().filter(|_| !open.is_empty()) {
        let (check, subject) = &open[one.finding.index(open.len())];
        let subject = subject.part_of.first().filter(|_| one.is_wide).unwrap_or(&subject.id);
        // JSON writes this sign as it is; TOML does not allow that.
        let subject = serde_json::to_string(subject).unwrap().replace('\u{7f}', "\\u007f");
        let day = |days: i64| (world.tenant.run_at + chrono::Duration::days(days)).date_naive();
        // No exception is written after it ends.
        let last = if one.is_expired { -1 } else { 90 };
        let created =
            one.created.map(|days| format!("created = {}\n", day(days.min(last)))).unwrap_or_default();
        let expires = day(last);
        text.push_str(&format!(
            "[[exception]]\ncheck = \"{check}\"\nsubject = {subject}\nreason = \"r\"\nowner = \"o\"\n{created}expires = {expires}\n"
        ));
    }
    let ids: Vec<&str> = ALL.iter().map(|check| check.id).collect();
    Exceptions::parse(&text, &ids).unwrap()
}

/// A run, as the history keeps it.
struct JudgedRun {
    findings: BTreeMap<String, Finding>,
    changes: ChangeCounts,
}

impl World {
    fn open_subjects(&self) -> Vec<(&'static str, Subject)> {
        let mut all = Vec::new();
        for check in ALL {
            let of_users = self.users.iter();
            let of_users =
                of_users.filter_map(|facts| Case::of_user(check, facts, &self.tenant, &self.policy));
            for case in Case::of_tenant(check, &self.tenant, &self.policy).chain(of_users) {
                for result in case.results.iter().filter(|result| result.verdict.is_open()) {
                    let subject = result.subject.as_ref().unwrap_or(&case.subject);
                    // A scope is a part of its client's finding.
                    all.push((check.id, subject.clone()));
                }
            }
        }
        all
    }

    /// Judges it as the next run of a history.
    fn judged(&self, store: &Store, exceptions: &Exceptions, days: i64) -> JudgedRun {
        let at = self.tenant.run_at + chrono::Duration::days(days);
        let run = store.begin(at, "", |_| Ok::<_, StoreError>(true)).unwrap();
        let users: Vec<User> = self.users.iter().map(|facts| facts.user.clone()).collect();
        run.put_users(&users, 0, &()).unwrap();
        let mut mailboxes = Vec::new();
        for row in run.users_to_read(usize::MAX) {
            let (key, user, _) = row.unwrap();
            let facts = self.users.iter().find(|facts| facts.user.id == user.id).unwrap();
            mailboxes.push((key, facts.mailbox.parts()));
        }
        run.put_mailboxes(&mailboxes).unwrap();
        let settings = Settings::default();
        let parts: BTreeSet<Part> = Part::all().collect();
        let judged = judge(
            &run,
            EvaluationInput {
                checks: ALL,
                tenant: &self.tenant,
                users: UserTotals { unreadable: 0, is_unknown: self.tenant.people.complete().is_err() },
                policy: &self.policy,
                settings: &settings,
                exceptions,
                parts: &parts,
            },
        )
        .unwrap();
        let summary = RunSummary {
            coverage: judged.coverage,
            changes: judged.changes,
            fixed: judged.fixed,
            ..RunSummary::blank(run.id(), at)
        };
        run.end(RunState::Finished, &summary).unwrap();
        let findings = run.findings().unwrap().map(Result::unwrap);
        let told = findings.filter(|finding| finding.verdict != Verdict::NotAssessed);
        JudgedRun {
            findings: told.map(|finding| (finding.fingerprint.as_str().to_owned(), finding)).collect(),
            changes: judged.changes,
        }
    }
}

fn verdicts(run: &JudgedRun) -> BTreeMap<&str, (&str, Verdict, Severity, &str)> {
    let verdict = |finding: &'_ Finding| (finding.verdict, finding.severity);
    run.findings
        .iter()
        .map(|(id, finding)| {
            let (verdict, severity) = verdict(finding);
            (id.as_str(), (finding.check_id.as_str(), verdict, severity, finding.subject.id.as_str()))
        })
        .collect()
}

fn any_of(results: Option<&Vec<CheckResult>>, is: impl Fn(Verdict) -> bool) -> bool {
    results.is_some_and(|results| results.iter().any(|result| is(result.verdict)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_missing_part_makes_no_pass_and_no_fail_but_by_the_two_rules(world in worlds()) {
        let whole = world.results();
        for part in Part::all() {
            for loss in losses() {
                for ((check, subject), results) in world.clone().without(part, loss).results() {
                    let before = whole.get(&(check, subject.clone()));
                    for result in results {
                        let stands = match result.verdict {
                            Verdict::Pass => any_of(before, |verdict| verdict == Verdict::Pass),
                            Verdict::Fail => any_of(before, |verdict| verdict == Verdict::Fail),
                            Verdict::Review | Verdict::Error => any_of(before, Verdict::is_open),
                            _ => true,
                        };
                        prop_assert!(
                            stands || (result.verdict.is_open() && !result.assumptions.is_empty()),
                            "{check} of {subject} without {part} ({loss:?}): {result:#?}, before: {before:#?}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn the_order_in_which_facts_come_changes_no_verdict(world in worlds()) {
        let mut turned = world.clone();
        turned.users.reverse();
        let tenant = &mut turned.tenant;
        tenant.takeovers.reverse();
        tenant.apps.reverse();
        tenant.gmail_changes.reverse();
        tenant.delegation_changes.reverse();
        if let Reading::Complete(policies) = &mut tenant.policies {
            policies.policies.reverse();
        }
        if let Reading::Complete(domains) = &mut tenant.domains {
            domains.0.reverse();
        }
        if let Reading::Complete(accounts) = &mut tenant.service_accounts {
            for account in &mut accounts.0 {
                if let Reading::Complete(keys) = &mut account.keys {
                    keys.reverse();
                }
            }
        }
        let outcome = |world: &World| -> BTreeMap<_, Vec<_>> {
            let outcome = |results: Vec<CheckResult>| {
                let mut all: Vec<_> = results.iter().map(|result| (result.verdict, result.severity)).collect();
                all.sort();
                all
            };
            world.results().into_iter().map(|(subject, results)| (subject, outcome(results))).collect()
        };
        prop_assert_eq!(outcome(&world), outcome(&turned));
    }

    #[test]
    fn what_is_open_says_what_is_wrong_in_words_that_can_be_printed(world in worlds()) {
        for ((check, subject), results) in world.results() {
            for result in results.iter().filter(|result| result.verdict.is_open()) {
                prop_assert!(!subject.is_empty(), "{check}: {result:#?}");
                prop_assert!(result.message.trim().len() > 10, "{check} of {subject}: {result:#?}");
                let placeholder = ["{}", "None", "Some(", "\"\""];
                prop_assert!(
                    placeholder.iter().all(|word| !result.message.contains(word)),
                    "{check} of {subject}: {}", result.message
                );
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn a_run_that_reads_less_fixes_accepts_hides_and_adds_nothing_and_the_next_says_what_the_first_said(
        world in worlds(),
        accepted in proptest::collection::vec(accepting(), 0..4),
        lost in proptest::collection::vec(
            (proptest::sample::select(Part::all().collect::<Vec<_>>()), proptest::sample::select(losses().collect::<Vec<_>>())),
            1..6,
        ),
    ) {
        let exceptions = exceptions(&world, &accepted);
        let store = Store::in_memory().unwrap();
        let first = world.judged(&store, &exceptions, 0);
        let mut less = lost.iter().fold(world.clone(), |world, (part, loss)| world.without(*part, *loss));
        // The ledger keeps what earlier runs saw of a grant, whatever this run could not read.
        less.tenant.grants = world.tenant.grants.clone();
        let second = less.judged(&store, &exceptions, 7);
        let third = world.judged(&store, &exceptions, 14);
        let why = || format!("{lost:?}\n{exceptions:#?}");

        for (id, before) in &first.findings {
            let after = second.findings.get(id);
            prop_assert!(after.is_some(), "hidden: {before:#?}\n{}", why());
            let is_same = after.is_some_and(|after| {
                after.verdict.is_open() == before.verdict.is_open()
                    && (after.verdict == Verdict::Excepted) == (before.verdict == Verdict::Excepted)
            });
            prop_assert!(is_same, "{before:#?}\n{after:#?}\n{}", why());
        }
        prop_assert_eq!(second.changes.fixed, 0, "{}", why());
        for finding in second.findings.values().filter(|finding| finding.change != Change::Open) {
            // What only an assumption keeps open says so.
            let is_kept = finding.change == Change::NotRechecked || !finding.assumptions.is_empty();
            prop_assert!(is_kept, "{finding:#?}\n{}", why());
        }
        prop_assert_eq!(verdicts(&third), verdicts(&first), "{}", why());
        prop_assert_eq!((third.changes.fixed, third.changes.worsened), (0, 0), "{}", why());
    }
}
