//! The pipeline: configuration → enabled checks → parts → scopes → collect → judge → report.

mod assemble;
mod error;
mod ledger;
mod outcome;
mod takeovers;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::checks::{self, Check};
use crate::collect::{self, ConsoleList, Identity, Plan, Progress, access};
use crate::config::{Config, ConfigError, Credentials};
use crate::findings::{Completeness, Exceptions, Requests, RunSummary};
use crate::formats::FormatOptions;
use crate::google::{Auth, Client, ClientOptions, KeyFile, Machine, Roots, Traffic};
use crate::input_file;
use crate::judge::{self, Bench, Judged};
use crate::report::{self, Folder, Latest};
use crate::store::{KnownRun, Run, RunState, Store, StoreError};
use crate::tenant::{self, DomainKind, InputFile, Inputs, Part, Policy, Register, ScopeRiskTable, Tenant};

use assemble::Facts;
pub use error::AuditError;
pub use outcome::{Beginning, Exit, Outcome};

/// What a run is told beside its configuration.
#[derive(Clone, Debug)]
pub struct Circumstances {
    /// The run's "now": its id, and what ages are measured against. A run that is continued keeps its own.
    pub at: DateTime<Utc>,
    /// Whether the tenant is the synthetic one.
    pub is_demo: bool,
    /// Whether an unfinished run is to be continued.
    pub resume: Resume,
}

/// Which unfinished run is to be continued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resume {
    /// One that began within `[history] resume_hours`; otherwise a new run begins.
    IfYoung,
    /// The same, but an older one is not passed over in silence.
    Asked,
    /// This one, however old it is.
    Named(String),
}

/// One audit: read, judge, report. When `stop` comes true, what is not read yet stays unread, and the report
/// says so.
///
/// # Errors
/// When nothing can be read at all, or no report can be written. A part that cannot be read is no error: it
/// is a gap in the report.
pub async fn run(
    config: &Config,
    circumstances: Circumstances,
    progress: &dyn Progress,
    stop: impl Future<Output = ()>,
) -> Result<Outcome, AuditError> {
    let checks = checks::ALL;
    let (exceptions, exceptions_file) = read_exceptions(config)?;
    let (register, register_file) = read_register(config)?;
    refuse_a_list_of_the_future(config, circumstances.at)?;
    let plan = plan(config, checks);
    let (client, account) = connect(config).await?;
    let folder = Folder::prepare(&config.reports)?;
    let store = Store::open(&config.history)?;
    let (run, beginning) = begin(&store, &folder, config, &circumstances)?;
    let earlier = run.requests()?;

    let ending = tokio::select! {
        collected = collect::collect(&client, &plan, &run, progress) => {
            collected?;
            // What an API that is down had to tell can be asked for later.
            if client.has_given_up() { RunState::Interrupted } else { RunState::Finished }
        }
        () = stop => RunState::Interrupted,
        failure = tell_traffic(&store, &client, &run, &earlier, progress) => return Err(failure.into()),
    };
    let own = assemble::OwnClient {
        email: &account.email,
        client_id: account.client_id.as_deref(),
        key_id: client.key_id(),
    };
    let facts = assemble::facts(&run, own, register.as_ref(), config.event_days)?;
    if client.tokens_issued() == 0
        && (ending == RunState::Finished || client.has_given_up())
        && let Some(gap) = facts.without_any_token(&plan.parts)
    {
        let gap = Box::new(gap.clone());
        // What an attempt before read stays.
        if beginning != Beginning::Resumed {
            folder.release(run.id());
            run.abandon()?;
        }
        return Err(AuditError::NoToken(gap));
    }
    if let Err(refusal) = refuse_another_tenant(&run, &facts) {
        folder.release(run.id());
        run.abandon()?;
        return Err(refusal);
    }
    facts.shown.remember(&run)?;

    let policy = policy(config, &facts, register);
    let judged = judge(&run, &facts, checks, &policy, &exceptions, &plan.parts)?;
    let summary = RunSummary {
        requests: requests(&client, &earlier),
        inputs: Inputs {
            config: Some(config.file.clone()),
            exceptions: exceptions_file,
            register: register_file,
            console_grants: run.console_list()?,
        },
        ..summary(config, &circumstances, &plan, &run, &facts, judged)
    };
    let name = folder.free_name(run.id(), run.report_count()? + 1);
    let writes = Writes::Judgment(ending);
    let outcome = write_reports(config, &run, &facts.tenant, summary, &folder, &name, writes)?;
    let latest = folder.point_latest(&name);
    Ok(Outcome { beginning, latest, ..outcome })
}

/// Tells and keeps for ever what goes to Google; ends only where it cannot be kept.
async fn tell_traffic(
    store: &Store,
    client: &Client,
    run: &Run<'_>,
    earlier: &BTreeMap<String, Requests>,
    progress: &dyn Progress,
) -> StoreError {
    let mut every_second = tokio::time::interval(Duration::from_secs(1));
    loop {
        every_second.tick().await;
        progress.traffic(client.traffic().into_values().sum());
        if let Err(error) = run.keep_requests(&requests(client, earlier)).and_then(|()| store.refuse_moved())
        {
            return error;
        }
    }
}

/// Continues the run that was not finished, if it asked for the same facts and is young enough, or begins one.
fn begin<'s>(
    store: &'s Store,
    folder: &Folder,
    config: &Config,
    circumstances: &Circumstances,
) -> Result<(Run<'s>, Beginning), AuditError> {
    let terms = format!("{} {}", env!("CARGO_PKG_VERSION"), config.facts_digest);
    // A clock that went back makes no run young.
    let is_young = |run: &Run<'_>| {
        (circumstances.at - run.started_at()).to_std().is_ok_and(|age| age < config.resume_within)
    };
    let resume = &circumstances.resume;
    let unfinished = store.unfinished(&terms)?;
    if let Resume::Named(id) = resume
        && unfinished.as_ref().is_none_or(|(run, _)| run.id() != id)
    {
        let is_known = store.run(id)?.is_some();
        let id = id.clone();
        return Err(if is_known { AuditError::NotUnfinished(id) } else { AuditError::NoSuchRun(id) });
    }
    match (unfinished, resume) {
        (Some((run, true)), resume) if matches!(resume, Resume::Named(_)) || is_young(&run) => {
            tracing::info!(run = run.id(), "continuing");
            return Ok((run.resume(circumstances.at)?, Beginning::Resumed));
        }
        (Some((run, true)), Resume::Asked) => {
            return Err(AuditError::NotYoung { id: run.id().to_owned(), began_at: run.started_at() });
        }
        (Some((run, false)), Resume::Asked | Resume::Named(_)) => {
            return Err(AuditError::OtherTerms(run.id().to_owned()));
        }
        (Some((run, _)), _) => {
            tracing::warn!("the run {} was not finished, and is not continued", run.id());
        }
        (None, _) => {}
    }
    let beginning = if *resume == Resume::IfYoung { Beginning::Fresh } else { Beginning::NothingToResume };
    let run = store.begin(circumstances.at, &terms, |id| folder.claim(id).map_err(AuditError::from))?;
    Ok((run, beginning))
}

/// Judges the kept facts of a run again, and writes a report beside those that it has. Asks nobody anything.
///
/// # Errors
/// When the history has no such run, or no report can be written.
pub fn judge_again(config: &Config, run_id: &str, reason: Option<&str>) -> Result<Outcome, AuditError> {
    let (exceptions, exceptions_file) = read_exceptions(config)?;
    let (register, register_file) = read_register(config)?;
    let store = Store::open(&config.history)?;
    let (run, state, before, facts) = reported_run(&store, run_id, register.as_ref(), config.event_days)?;
    let parts = before.coverage.0.iter().map(|row| row.part).collect();
    let policy = policy(config, &facts, register);
    let judged = judge(&run, &facts, checks::ALL, &policy, &exceptions, &parts)?;
    let inputs = Inputs {
        config: Some(config.file.clone()),
        exceptions: exceptions_file,
        register: register_file,
        console_grants: before.inputs.console_grants.clone(),
    };
    let judged_by = RunSummary {
        profile: profile_name(config),
        scope_table: scope_table(),
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        read_by: Some(before.read_by.unwrap_or(before.tool_version)),
        judged_at: Some(Utc::now()),
        reason: reason.map(str::to_owned),
        inputs,
        ..before
    };
    let summary = with_verdicts(judged_by, &judged);
    write_again(config, &store, &run, &facts.tenant, summary, Writes::Judgment(state))
}

/// Writes a report beside those that a run has, with the findings it has.
///
/// # Errors
/// When the history has no such run, or no report can be written.
pub fn report_again(config: &Config, run_id: &str, reason: Option<&str>) -> Result<Outcome, AuditError> {
    let (register, register_file) = read_register(config)?;
    let store = Store::open(&config.history)?;
    let (run, state, before, facts) = reported_run(&store, run_id, register.as_ref(), config.event_days)?;
    // What was judged, was judged with the exceptions of then.
    let inputs =
        Inputs { config: Some(config.file.clone()), register: register_file, ..before.inputs.clone() };
    let summary = RunSummary { inputs, reason: reason.map(str::to_owned), ..before };
    write_again(config, &store, &run, &facts.tenant, summary, Writes::Rendering(state))
}

/// The text of a register that names every client that the ledger of a run holds.
///
/// # Errors
/// When the history has no such run.
pub fn draft_register(config: &Config, run_id: &str) -> Result<String, AuditError> {
    let store = Store::open(&config.history)?;
    let (_, _, _, facts) = reported_run(&store, run_id, None, config.event_days)?;
    Ok(tenant::draft_register(&facts.tenant))
}

/// The parts that may be read: what enabled checks need, within what the operator allows.
#[must_use]
pub fn needed_parts(checks: &[&Check], allowed: Option<&BTreeSet<Part>>) -> BTreeSet<Part> {
    let needed = checks.iter().flat_map(|check| check.needs.iter().chain(check.judge.subjects())).copied();
    // Pools close paths that policies open: without them no verdict is missing, only milder.
    let needed = needed.flat_map(|part| {
        [Some(part), (part == Part::IamPolicies).then_some(Part::WorkloadIdentityPools)].into_iter().flatten()
    });
    needed.filter(|part| allowed.is_none_or(|allowed| allowed.contains(part))).collect()
}

/// The parts that a run reads: what enabled checks need, and what the operator asks for besides.
#[must_use]
pub fn planned_parts(config: &Config, checks: &[&Check]) -> BTreeSet<Part> {
    let mut parts = needed_parts(checks, config.parts.as_ref());
    parts.extend(config.probe_others.then_some(Part::OtherProbes));
    parts
}

fn plan(config: &Config, checks: &[&Check]) -> Plan {
    Plan {
        parts: planned_parts(config, checks),
        customer: config.customer.clone(),
        admin: config.admin.clone(),
        admin_role: config.admin_role,
        projects: config.projects.clone(),
        organization: config.organization.clone(),
        probe_others: config.probe_others,
        console: config
            .console_grants
            .clone()
            .map(|path| ConsoleList { path, date: config.console_grants_date }),
        concurrency: config.concurrency,
        part_deadline: config.part_deadline,
    }
}

/// The audit's own service account, as far as the credentials say.
struct OwnAccount {
    email: String,
    client_id: Option<String>,
}

async fn connect(config: &Config) -> Result<(Client, OwnAccount), AuditError> {
    let (auth, roots, account) = match &config.credentials {
        Credentials::KeyFile(path) => {
            let key_file = KeyFile::read(path).await?;
            let roots = Roots::new(&config.base_url, key_file.token_uri())?;
            let email = key_file.client_email().to_owned();
            let client_id = key_file.client_id().map(str::to_owned);
            (Auth::with_key(&key_file)?, roots, OwnAccount { email, client_id })
        }
        Credentials::ServiceAccount(email) => {
            let machine = Machine::find(|name| std::env::var(name).ok()).await?;
            let roots = Roots::keyless(&config.base_url, &machine.issuers())?;
            let auth = Auth::keyless(email, machine, &roots)?;
            (auth, roots, OwnAccount { email: email.clone(), client_id: None })
        }
    };
    let options = ClientOptions {
        concurrency: config.concurrency,
        retry_budget: config.retry_budget,
        outage_patience: config.outage_patience,
        ..ClientOptions::default()
    };
    Ok((Client::new(auth, roots, options)?, account))
}

/// What went to each API, in earlier attempts at the run too.
fn requests(client: &Client, earlier: &BTreeMap<String, Requests>) -> BTreeMap<String, Requests> {
    let traffic = client.traffic().into_iter().map(|(api, traffic)| {
        let Traffic { calls, retries, throttles, waited } = traffic;
        let requests = Requests { calls, retries, throttles, waited_seconds: waited.as_secs() };
        (api.id().to_owned(), requests + earlier.get(api.id()).copied().unwrap_or_default())
    });
    traffic.collect()
}

fn read_exceptions(config: &Config) -> Result<(Exceptions, Option<InputFile>), ConfigError> {
    let Some(path) = &config.exceptions else { return Ok((Exceptions::default(), None)) };
    let (text, file) = input_file::read_known_text(path).map_err(|error| {
        let message = format!("cannot read the exceptions file {}: {error}", path.display());
        ConfigError::new(message)
            .with_help("Correct `[checks] exceptions`, or remove the key if there are none.")
    })?;
    let known: Vec<&str> = checks::ALL.iter().map(|check| check.id).collect();
    let exceptions = Exceptions::parse(&text, &known).map_err(|error| {
        ConfigError::in_file(path, &text, error.span.unwrap_or_default(), &error.message).with_help(
            "An exception has check, subject, reason, owner and expires (a date); approver, ticket and created if you like.",
        )
    })?;
    Ok((exceptions, Some(file)))
}

/// The operator's register of clients, if there is one.
fn read_register(config: &Config) -> Result<(Option<Register>, Option<InputFile>), ConfigError> {
    let Some(path) = &config.register else { return Ok((None, None)) };
    let (text, file) = input_file::read_known_text(path).map_err(|error| {
        ConfigError::new(format!("cannot read the register {}: {error}", path.display()))
            .with_help("Correct `[checks] register`, or draft one with `workspace-audit register --init`.")
    })?;
    let register = Register::parse(&text).map_err(|error| {
        ConfigError::in_file(path, &text, error.span.unwrap_or_default(), &error.message).with_help(
            "A client has client_id, name, owner, purpose, scopes and review_by (a date); vendor, custodians and \
             tickets if you like.",
        )
    })?;
    Ok((Some(register), Some(file)))
}

/// A list that is dated ahead would look fresh for as long.
fn refuse_a_list_of_the_future(config: &Config, at: DateTime<Utc>) -> Result<(), ConfigError> {
    let help = "Write the day on which the list was taken into `[cloud] console_grants_date`.";
    let refuse = |message: String| Err(ConfigError::new(message).with_help(help));
    match (config.console_grants_date, &config.console_grants) {
        (Some(date), _) if date > at.date_naive() => {
            refuse(format!("`[cloud] console_grants_date` is {date}, after the run itself"))
        }
        (None, Some(path)) => {
            let modified = std::fs::metadata(path).and_then(|metadata| metadata.modified());
            let taken_at = modified.map_or(at, DateTime::<Utc>::from);
            if taken_at <= at + CLOCK_SKEW {
                return Ok(());
            }
            refuse(format!("{} was written on {taken_at:.0}, after the run itself", path.display()))
        }
        _ => Ok(()),
    }
}

/// How far the clock of a file server may be ahead.
const CLOCK_SKEW: chrono::Duration = chrono::Duration::minutes(10);

/// Compared with another tenant's run, everything would look new and everything fixed.
fn refuse_another_tenant(run: &Run<'_>, facts: &Facts) -> Result<(), AuditError> {
    let Some(previous) = run.previous()? else { return Ok(()) };
    let before = previous.known()?.summary.map(|summary| summary.customer).filter(|id| id.starts_with('C'));
    match (before, &facts.tenant.customer_id) {
        (Some(before), Some(now)) if before != *now => {
            Err(AuditError::OtherTenant { before, now: now.clone() })
        }
        _ => Ok(()),
    }
}

fn policy(config: &Config, facts: &Facts, register: Option<Register>) -> Policy {
    Policy {
        tier_zero: config.admin.iter().cloned().collect(),
        own_client_id: Some(facts.own_client_id.clone()),
        own_key_id: facts.own_key_id.clone(),
        register,
        event_days: config.event_days,
        ..Policy::of(config.profile)
    }
}

fn judge(
    run: &Run<'_>,
    facts: &Facts,
    checks: &[&'static Check],
    policy: &Policy,
    exceptions: &Exceptions,
    parts: &BTreeSet<Part>,
) -> Result<Judged, AuditError> {
    let bench = Bench { checks, tenant: &facts.tenant, users: facts.users, policy, exceptions, parts };
    Ok(judge::judge(run, bench)?)
}

fn summary(
    config: &Config,
    circumstances: &Circumstances,
    plan: &Plan,
    run: &Run<'_>,
    facts: &Facts,
    judged: Judged,
) -> RunSummary {
    let tenant = &facts.tenant;
    let primary = tenant.domains.known().and_then(|domains| {
        domains.0.iter().find(|domain| domain.kind == DomainKind::Primary).map(|domain| domain.name.clone())
    });
    let scopes_asked = [Identity::Admin, Identity::Mailbox, Identity::Account]
        .map(|identity| (identity.as_str().to_owned(), own_scopes(identity, plan)));
    let blank = RunSummary {
        run_id: run.id().to_owned(),
        started_at: run.started_at(),
        resumed_at: run.resumed_at(),
        finished_at: if circumstances.is_demo { run.started_at() } else { Utc::now() },
        compared_with: run.previous().ok().flatten().map(|previous| previous.id().to_owned()),
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        read_by: Some(env!("CARGO_PKG_VERSION").to_owned()),
        judged_at: Some(if circumstances.is_demo { run.started_at() } else { Utc::now() }),
        reason: None,
        supersedes: None,
        customer: tenant.customer_id.clone().unwrap_or_else(|| config.customer.clone()),
        primary_domain: primary,
        admin: match &config.admin {
            Some(admin) if !config.admin_role => admin.clone(),
            _ => facts.own_email.clone(),
        },
        service_account: facts.own_email.clone(),
        client_id: facts.own_client_id.clone(),
        key_id: facts.own_key_id.clone(),
        profile: profile_name(config),
        scope_table: scope_table(),
        is_demo: circumstances.is_demo,
        completeness: Completeness::Complete,
        not_configured: Vec::new(),
        users: 0,
        mailboxes: judged.mailboxes.clone(),
        changes: judged.changes,
        open_by_severity: BTreeMap::new(),
        checks: Vec::new(),
        coverage: judged.coverage.clone(),
        fixed: Vec::new(),
        scopes_asked: scopes_asked.into_iter().collect(),
        requests: BTreeMap::new(),
        inputs: Inputs::default(),
        projects: config.projects.clone(),
        organization: config.organization.clone(),
    };
    with_verdicts(blank, &judged)
}

fn with_verdicts(summary: RunSummary, judged: &Judged) -> RunSummary {
    let partial = judged.coverage.is_partial();
    RunSummary {
        completeness: if partial { Completeness::Partial } else { Completeness::Complete },
        not_configured: judged.not_configured.clone(),
        users: judged.users,
        mailboxes: judged.mailboxes.clone(),
        changes: judged.changes,
        open_by_severity: judged.open_by_severity.clone(),
        checks: judged.checks.clone(),
        coverage: judged.coverage.clone(),
        fixed: judged.fixed.clone(),
        ..summary
    }
}

fn own_scopes(identity: Identity, plan: &Plan) -> Vec<String> {
    access::scopes(identity, &plan.parts).into_iter().map(str::to_owned).collect()
}

/// The scope-risk table that judges.
fn scope_table() -> String {
    let table = ScopeRiskTable::shipped();
    format!("version {}, reviewed {}", table.version, table.reviewed)
}

fn profile_name(config: &Config) -> String {
    format!("{:?}", config.profile).to_lowercase()
}

/// A run that has a report, also one that was told to stop.
fn reported_run<'s>(
    store: &'s Store,
    run_id: &str,
    register: Option<&Register>,
    event_days: i64,
) -> Result<(Run<'s>, RunState, RunSummary, Facts), AuditError> {
    let run = store.run(run_id)?.ok_or_else(|| AuditError::NoSuchRun(run_id.to_owned()))?;
    let KnownRun { state, summary, .. } = run.known()?;
    let summary = summary.ok_or_else(|| AuditError::NoReportYet(run_id.to_owned()))?;
    let own = assemble::OwnClient {
        email: &summary.service_account,
        client_id: Some(&summary.client_id),
        key_id: summary.key_id.as_deref(),
    };
    let facts = assemble::facts(&run, own, register, event_days)?;
    Ok((run, state, summary, facts))
}

/// What a report brings the history, with the state of its run.
#[derive(Clone, Copy, Debug)]
enum Writes {
    /// A judgment that comes into force with it.
    Judgment(RunState),
    /// Nothing: it shows the judgment in force.
    Rendering(RunState),
}

/// Writes a report of a run of the history, beside those that it has. `latest` moves to it only from an older run or
/// report of the same history, or if it leads nowhere.
fn write_again(
    config: &Config,
    store: &Store,
    run: &Run<'_>,
    tenant: &Tenant,
    summary: RunSummary,
    writes: Writes,
) -> Result<Outcome, AuditError> {
    let folder = Folder::prepare(&config.reports)?;
    let is_known = |name: &str| store.knows_report(name);
    let is_latest = run.has_newest_report()? && folder.latest().as_deref().map_or(Ok(true), is_known)?;
    // The run's own name is for the report that the run writes, also where it is not here.
    let name = folder.free_name(run.id(), run.report_count()?.max(1) + 1);
    let outcome = write_reports(config, run, tenant, summary, &folder, &name, writes)?;
    let latest = if is_latest { folder.point_latest(&name) } else { Latest::Kept };
    Ok(Outcome { latest, ..outcome })
}

fn write_reports(
    config: &Config,
    run: &Run<'_>,
    tenant: &Tenant,
    summary: RunSummary,
    folder: &Folder,
    name: &str,
    writes: Writes,
) -> Result<Outcome, AuditError> {
    let (Writes::Judgment(ending) | Writes::Rendering(ending)) = writes;
    let supersedes = run.newest_report()?.or_else(|| folder.find(run.id()));
    let summary = RunSummary { supersedes, ..summary };
    let at_or_above = config.fail_on.map_or(0, |threshold| {
        summary.open_by_severity.range(threshold..).map(|(_, findings)| findings).sum()
    });
    let exit = if ending == RunState::Interrupted { Exit::Partial } else { Exit::of(&summary, at_or_above) };
    let log_windows = run.log_windows()?;
    let previous = run.previous()?.map(|previous| previous.newest_report()).transpose()?.flatten();
    let contents = report::Contents {
        run,
        tenant,
        summary: &summary,
        formats: &config.formats,
        options: FormatOptions { csv_bom: config.csv_bom },
        config_digest: &config.digest,
        fail_on: config.fail_on,
        at_or_above,
        exit_code: exit.code(),
        was_interrupted: ending == RunState::Interrupted,
        log_windows: &log_windows,
        name,
        previous: previous.as_ref(),
    };
    let published = folder.write(&contents)?;
    // Only what somebody can read is what the next run compares with, and only what the history has is reported.
    let kept: Result<(), StoreError> = run.atomically(|| {
        if let Writes::Judgment(state) = writes {
            run.end(state, &summary)?;
        }
        run.put_report(published.kept())
    });
    if let Err(error) = kept {
        published.withdraw();
        return Err(error.into());
    }
    if ending == RunState::Finished
        && let Err(error) = run.forget_all_but(config.keep_runs)
    {
        tracing::warn!(%error, "old runs are still in the history: the next run tries again");
    }
    Ok(Outcome {
        summary,
        folder: published.keep(),
        latest: Latest::Kept,
        exit,
        at_or_above,
        beginning: Beginning::Fresh,
        was_interrupted: ending == RunState::Interrupted,
    })
}
