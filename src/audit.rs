//! The pipeline: configuration → enabled checks → parts → scopes → collect → judge → report.

mod begin;
mod error;
mod outcome;
mod places;
mod rehearsal;
mod rights;
mod summary;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::causes;
use crate::checks::{self, Check};
use crate::collect::{self, Access, ConsoleList, FirstRefusal, Identity, Plan, Progress, Sampled};
use crate::config::{Config, nearest, read_exceptions, read_register, refuse_a_list_of_the_future};
use crate::evaluate::assemble::{self, Approvals, ApprovedPaths, Facts};
use crate::evaluate::{self, EvaluationInput, Judged};
use crate::findings::{RunSummary, Settings};
use crate::formats::{self, FormatOptions};
use crate::google::{self, Client, ClientOptions, server_clock};
use crate::policy::Exceptions;
use crate::policy::{Policy, Register};
use crate::report::{self, Folder, Latest};
use crate::requests::Requests;
use crate::snapshot::Snapshot;
use crate::store::{KnownRun, Run, RunState, Store, StoreError};
use crate::tenant::{Gap, GapClass, Inputs, Part, PartGrain, Sample};

use begin::{begin, refuse_another_tenant};
pub(crate) use error::AuditError;
pub(crate) use outcome::{Beginning, Exit, Outcome};
pub(crate) use places::{LowSpace, check_places, refuse_history_of_another_tenant};
pub(crate) use rehearsal::{Rehearsal, connect_to_rehearse, rehearsal_plan, rehearse};
pub(crate) use rights::{MailQuestion, MailReply, mail_rights};
use summary::{profile_name, requests, scope_table, settings, summary, with_verdicts};

/// The options of a run outside its configuration.
#[derive(Clone, Debug)]
pub(crate) struct RunOptions {
    /// The run's "now": its id, and what ages are measured against. A run that is continued keeps its own.
    pub(crate) at: DateTime<Utc>,
    /// Whether the tenant is the synthetic one.
    pub(crate) is_demo: bool,
    /// Whether an unfinished run is to be continued.
    pub(crate) resume: Resume,
    /// A trial on some of the mailboxes: it has no history.
    pub(crate) sample: Option<Sample>,
}

/// Which unfinished run is to be continued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Resume {
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
pub(crate) async fn run(
    config: &Config,
    options: RunOptions,
    progress: &dyn Progress,
    stop: impl Future<Output = ()>,
) -> Result<Outcome, AuditError> {
    let outcome = Box::pin(try_to_run(config, options, progress, stop)).await;
    outcome.map_err(|error| places::of_full_disk(error, config))
}

async fn try_to_run(
    config: &Config,
    options: RunOptions,
    progress: &dyn Progress,
    stop: impl Future<Output = ()>,
) -> Result<Outcome, AuditError> {
    let checks = checks::ALL;
    let (exceptions, exceptions_file) = read_exceptions(config, &known_checks())?;
    let (register, register_file) = read_register(config)?;
    let plan = Plan { sample: options.sample.clone(), ..plan(config, checks) };
    let (client, account) =
        google::connect(&config.credentials, &config.base_url, client_options(config)).await?;
    let is_trial = options.sample.is_some();
    places::refuse_unwritable(config, Some(&*config.history).filter(|_| !is_trial))?;
    let folder = Folder::prepare(&config.reports)?;
    // What a trial read is not compared with anything, today or later.
    let trial =
        options.sample.as_ref().map(|_| tempfile::tempdir()).transpose().map_err(StoreError::folder)?;
    let history =
        trial.as_ref().map_or(config.history.clone(), |folder| folder.path().join("history.sqlite"));
    // A history that cannot be used is refused before Google is asked; a new one begins once Google has answered.
    let kept = Store::open_existing(&history)?;
    let customer = begin_or_refuse(config, &client, &plan, options.at).await?;
    refuse_another_tenant(
        kept.as_ref().map(Store::newest_finished).transpose()?.flatten(),
        customer.as_deref(),
    )?;
    let store = match kept {
        Some(store) => store,
        None => Store::open(&history)?,
    };
    let (run, beginning) = begin(&store, &folder, config, &options)?;
    progress.begun(run.id(), beginning == Beginning::Resumed, &plan.parts);
    let earlier = run.requests()?;
    if let Some(sample) = &options.sample
        && let Err(refusal) = prepare_trial(&client, &plan, sample, &run, progress).await
    {
        folder.release(run.id());
        return Err(refusal);
    }

    let ending = tokio::select! {
        collected = collect::collect(&client, &plan, &run, progress) => {
            collected?;
            // What an API that is down had to tell can be asked for later.
            if client.has_given_up() { RunState::Interrupted } else { RunState::Finished }
        }
        () = stop => RunState::Interrupted,
        failure = report_requests(&store, &client, &run, &earlier, progress) => return Err(failure.into()),
    };
    let own = assemble::OwnClient {
        email: &account.email,
        client_id: account.client_id.as_deref(),
        key_id: client.key_id(),
    };
    let facts = assemble::facts(
        &run,
        own,
        &Approvals::Register(register.as_ref()),
        collect::log_look_back(config.event_days),
    )?;
    if client.tokens_issued() == 0
        && (ending == RunState::Finished || client.has_given_up())
        && let Some(gap) = without_any_token(&facts, &plan.parts)
    {
        let gap = Box::new(gap.clone());
        // What an attempt before read stays.
        if beginning != Beginning::Resumed {
            folder.release(run.id());
            run.abandon()?;
        }
        return Err(AuditError::NoToken(gap));
    }
    if ending == RunState::Finished
        && let Some(gap) = without_any_admin(&facts, &plan.parts)
    {
        let refusal = refused_admin(config, &facts.own_email, gap.clone());
        if beginning != Beginning::Resumed {
            folder.release(run.id());
            run.abandon()?;
        }
        return Err(refusal);
    }
    if let Err(refusal) = refuse_another_tenant(run.previous()?, facts.tenant.customer_id.as_deref()) {
        folder.release(run.id());
        run.abandon()?;
        return Err(refusal);
    }
    facts.shown.remember(&run)?;

    let policy = policy(config, &facts, register);
    let inputs = Inputs {
        config: Some(config.file.clone()),
        exceptions: exceptions_file,
        register: register_file,
        console_grants: run.console_list()?,
    };
    let settings = settings(config, &policy, &inputs);
    let rules = Rules { checks, policy: &policy, settings: &settings, exceptions: &exceptions };
    let judged = judge(&run, &facts, rules, &plan.parts)?;
    let summary = RunSummary {
        requests: requests(&client, &earlier),
        inputs,
        settings: Some(settings),
        ..summary(config, &options, &plan, &run, &facts, judged)
    };
    let name = match trial {
        Some(_) => folder.free_name(&format!("{}.sample", run.id()), 1),
        None => folder.free_name(run.id(), run.report_count()? + 1),
    };
    let writes = Writes::Judgment(ending);
    let outcome = write_reports(config, &run, &facts.tenant, summary, &folder, &name, writes)?;
    let latest = if trial.is_some() { Latest::Kept } else { folder.point_latest(&name) };
    Ok(Outcome { beginning, latest, ..outcome })
}

/// Reads the users and leaves out those that are not in the sample. A sample without a mailbox is a mistake in the
/// command.
async fn prepare_trial(
    client: &Client,
    plan: &Plan,
    sample: &Sample,
    run: &Run<'_>,
    progress: &dyn Progress,
) -> Result<(), AuditError> {
    let Sampled { mailboxes, is_whole, org_units } =
        collect::take_sample(client, plan, sample, run, progress).await?;
    if mailboxes > 0 || !is_whole {
        return Ok(());
    }
    let help = match &sample.org_unit {
        Some(unit) if !org_units.iter().any(|own| sample.is_in_unit(own)) => {
            let units = || org_units.iter().map(String::as_str);
            match nearest(unit, units()) {
                Some(nearest) => format!("No user is in {unit}. Did you mean `{nearest}`?"),
                None => {
                    let some: Vec<&str> = units().take(MAX_UNITS_NAMED).collect();
                    format!("No user is in {unit}. Organizational units with users: {}.", some.join(", "))
                }
            }
        }
        _ if sample.users.is_some() => {
            "`--users` is compared with the primary address of each user. `*` stands for any text, as in \
             `--users '*@example.com'`. Users who are suspended, archived, guests or without a mailbox do not count."
                .to_owned()
        }
        _ => "Every user who fits is suspended, a guest or without a mailbox.".to_owned(),
    };
    Err(AuditError::EmptySample { sample: sample.to_string(), help })
}

/// The organizational units that a message names.
const MAX_UNITS_NAMED: usize = 10;

/// Refuses to begin where a run could come to nothing. Answers the customer that the admin belongs to, if Google says it.
async fn begin_or_refuse(
    config: &Config,
    client: &Client,
    plan: &Plan,
    at: DateTime<Utc>,
) -> Result<Option<String>, AuditError> {
    let customer = match collect::first_contact(client, plan, at).await {
        Ok(customer) => customer,
        Err(FirstRefusal::NoToken(gap)) => return Err(AuditError::NoToken(Box::new(gap))),
        Err(FirstRefusal::NoApi(gap)) => return Err(AuditError::NoApi(Box::new(gap))),
        Err(FirstRefusal::Admin(gap)) => return Err(refused_admin(config, client.account(), gap)),
        Err(FirstRefusal::Customer { of_admin }) => {
            let admin = config.admin.clone().unwrap_or_default();
            return Err(AuditError::WrongCustomer { customer: config.customer.clone(), admin, of_admin });
        }
    };
    refuse_the_future(config, client, at)?;
    if let Some(ahead) = client.clock_ahead().filter(|ahead| server_clock::is_off(*ahead)) {
        let fix = causes::CLOCK_SKEW.fix;
        tracing::warn!(id = causes::CLOCK_SKEW.id, fix, "{}", server_clock::told(ahead));
    }
    Ok(customer)
}

/// Refuses a delegation list that is newer than the run. If it is not by Google's time, the clock is at fault.
pub(crate) fn refuse_the_future(
    config: &Config,
    client: &Client,
    at: DateTime<Utc>,
) -> Result<(), AuditError> {
    let Err(refusal) = refuse_a_list_of_the_future(config, at) else { return Ok(()) };
    match client.clock_ahead() {
        Some(ahead) if refuse_a_list_of_the_future(config, at - ahead).is_ok() => {
            Err(AuditError::WrongClock { ahead })
        }
        _ => Err(refusal.into()),
    }
}

fn refused_admin(config: &Config, account: &str, gap: Gap) -> AuditError {
    match &config.admin {
        Some(admin) if !config.admin_role => AuditError::Admin { admin: admin.clone(), gap: Box::new(gap) },
        _ => AuditError::AdminRole { account: account.to_owned(), gap: Box::new(gap) },
    }
}

/// Reports and keeps what is sent to Google, every second; ends only if it cannot be kept.
async fn report_requests(
    store: &Store,
    client: &Client,
    run: &Run<'_>,
    earlier: &BTreeMap<String, Requests>,
    progress: &dyn Progress,
) -> StoreError {
    let mut every_second = tokio::time::interval(Duration::from_secs(1));
    loop {
        every_second.tick().await;
        progress.requests(client.requests().into_values().sum());
        if let Err(error) = run.keep_requests(&requests(client, earlier)).and_then(|()| store.refuse_moved())
        {
            return error;
        }
    }
}

pub(crate) fn known_checks() -> Vec<&'static str> {
    checks::ALL.iter().map(|check| check.id).collect()
}

fn client_options(config: &Config) -> ClientOptions {
    ClientOptions {
        concurrency: config.concurrency,
        retry_budget: config.retry_budget,
        outage_patience: config.outage_patience,
        ..ClientOptions::default()
    }
}

/// Why the first part that needs a token is missing, if no part that needs one was read.
fn without_any_token<'f>(facts: &'f Facts, parts: &BTreeSet<Part>) -> Option<&'f Gap> {
    let asked = parts.iter().filter(|part| Access::of(**part).scope.is_some());
    let whole = asked.filter(|part| part.grain() == PartGrain::Tenant);
    let gaps: Option<Vec<&Gap>> = whole.map(|part| facts.tenant.gap(*part)).collect();
    gaps?.into_iter().find(|gap| gap.class != GapClass::NotConfigured)
}

/// Why nothing that the admin reads was read, if it is the admin who cannot be used.
fn without_any_admin<'f>(facts: &'f Facts, parts: &BTreeSet<Part>) -> Option<&'f Gap> {
    // Groups are asked for only once policies are known.
    let reads = |part: &&Part| {
        let access = Access::of(**part);
        access.identity == Identity::Admin && access.scope.is_some() && **part != Part::Groups
    };
    let gaps: Option<Vec<&Gap>> = parts.iter().filter(reads).map(|part| facts.tenant.gap(*part)).collect();
    let gaps = gaps?;
    if !gaps.iter().all(|gap| collect::can_be_of_admin(gap)) {
        return None;
    }
    gaps.first().copied()
}

/// Judges the kept facts of a run again, and writes a report beside those that it has. Asks nobody anything.
///
/// # Errors
/// When the history has no such run, or no report can be written.
pub(crate) fn judge_again(
    config: &Config,
    run_id: &str,
    reason: Option<&str>,
) -> Result<Outcome, AuditError> {
    let (exceptions, exceptions_file) = read_exceptions(config, &known_checks())?;
    let (register, register_file) = read_register(config)?;
    let store = Store::open(&config.history)?;
    let judged_with = |_: &Run<'_>| Ok(Approvals::Register(register.as_ref()));
    let (run, state, before, facts) = reported_run(&store, run_id, judged_with, config.event_days)?;
    let parts = before.coverage.0.iter().map(|row| row.part).collect();
    let policy = policy(config, &facts, register);
    let inputs = Inputs {
        config: Some(config.file.clone()),
        exceptions: exceptions_file,
        register: register_file,
        console_grants: before.inputs.console_grants.clone(),
    };
    // What was read was read from the projects of then.
    let projects = before.projects.iter().cloned().collect();
    let settings = Settings { projects, ..settings(config, &policy, &inputs) };
    let rules = Rules { checks: checks::ALL, policy: &policy, settings: &settings, exceptions: &exceptions };
    let judged = judge(&run, &facts, rules, &parts)?;
    let judged_by = RunSummary {
        profile: profile_name(config),
        scope_table: scope_table(),
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        read_by: Some(before.read_by.unwrap_or(before.tool_version)),
        judged_at: Some(Utc::now()),
        reason: reason.map(str::to_owned),
        inputs,
        settings: Some(settings),
        ..before
    };
    let summary = with_verdicts(judged_by, &judged);
    write_again(config, &store, &run, &facts.tenant, summary, Writes::Judgment(state))
}

/// Writes a report beside those that a run has, with the findings it has.
///
/// # Errors
/// When the history has no such run, or no report can be written.
pub(crate) fn report_again(
    config: &Config,
    run_id: &str,
    reason: Option<&str>,
) -> Result<Outcome, AuditError> {
    let store = Store::open(&config.history)?;
    // What was judged, was judged with the exceptions and the register of then.
    let (run, state, before, facts) = reported_run(&store, run_id, approved_paths, config.event_days)?;
    let inputs = Inputs { config: Some(config.file.clone()), ..before.inputs.clone() };
    let summary = RunSummary { inputs, reason: reason.map(str::to_owned), ..before };
    write_again(config, &store, &run, &facts.tenant, summary, Writes::Rendering(state))
}

/// The text of a register that names every client that the ledger of a run holds.
///
/// # Errors
/// When the history has no such run.
pub(crate) fn draft_register(config: &Config, run_id: &str) -> Result<String, AuditError> {
    let store = Store::open(&config.history)?;
    let (_, _, _, facts) =
        reported_run(&store, run_id, |_| Ok(Approvals::Register(None)), config.event_days)?;
    Ok(formats::draft_register(&facts.tenant))
}

/// The parts that may be read: what enabled checks need, within what the operator allows. What is optional has to be
/// named.
#[must_use]
pub(crate) fn needed_parts(checks: &[&Check], allowed: Option<&BTreeSet<Part>>) -> BTreeSet<Part> {
    let needed = checks.iter().flat_map(|check| check.reads());
    let is_allowed = |part: &Part| allowed.map_or(!part.is_optional(), |allowed| allowed.contains(part));
    needed.filter(is_allowed).collect()
}

/// The parts that a run reads: what enabled checks need, and what the operator asks for besides.
#[must_use]
pub(crate) fn planned_parts(config: &Config, checks: &[&Check]) -> BTreeSet<Part> {
    let mut parts = needed_parts(checks, config.parts.as_ref());
    parts.extend(needed_parts(checks, Some(&config.more_parts)));
    parts.extend(config.probe_others.then_some(Part::OtherProbes));
    // Parts of mailboxes that no check needs are read where they are named.
    let named = config
        .parts
        .iter()
        .flatten()
        .chain(&config.more_parts)
        .filter(|part| part.grain() == PartGrain::User);
    let is_needed = |part: &Part| needed_parts(checks::ALL, None).contains(part);
    parts.extend(named.filter(|part| !is_needed(part)));
    parts
}

fn plan(config: &Config, checks: &[&Check]) -> Plan {
    Plan {
        parts: planned_parts(config, checks),
        customer: config.customer.clone(),
        admin: config.admin.clone(),
        admin_role: config.admin_role,
        sample: None,
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

fn policy(config: &Config, facts: &Facts, register: Option<Register>) -> Policy {
    Policy {
        tier_zero: config.admin.iter().cloned().collect(),
        own_email: Some(facts.own_email.clone()),
        own_client_id: Some(facts.own_client_id.clone()),
        own_key_id: facts.own_key_id.clone(),
        register,
        event_days: config.event_days,
        exception_max_findings: config.exception_max_findings,
        exception_max_days: config.exception_max_days,
        ..Policy::of(config.profile)
    }
}

/// What verdicts are made by.
#[derive(Clone, Copy)]
struct Rules<'r> {
    checks: &'r [&'static Check],
    policy: &'r Policy,
    settings: &'r Settings,
    exceptions: &'r Exceptions,
}

fn judge(
    run: &Run<'_>,
    facts: &Facts,
    rules: Rules<'_>,
    parts: &BTreeSet<Part>,
) -> Result<Judged, AuditError> {
    let Rules { checks, policy, settings, exceptions } = rules;
    let (tenant, users) = (&facts.tenant, facts.users);
    let input = EvaluationInput { checks, tenant, users, policy, settings, exceptions, parts };
    Ok(evaluate::judge(run, input)?)
}

/// A run that has a report, also one that was stopped.
fn reported_run<'s, 'r>(
    store: &'s Store,
    run_id: &str,
    approvals: impl FnOnce(&Run<'_>) -> Result<Approvals<'r>, StoreError>,
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
    let approvals = approvals(&run)?;
    let facts = assemble::facts(&run, own, &approvals, collect::log_look_back(event_days))?;
    Ok((run, state, summary, facts))
}

/// What the judgment in force says was approved.
fn approved_paths(run: &Run<'_>) -> Result<Approvals<'static>, StoreError> {
    let mut approved = ApprovedPaths::default();
    for finding in run.findings()? {
        approved.add(&finding?);
    }
    Ok(Approvals::Findings(approved))
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
    tenant: &Snapshot,
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
    tenant: &Snapshot,
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
        tracing::warn!(%error, "old runs could not be deleted from the history; the next run tries again");
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
