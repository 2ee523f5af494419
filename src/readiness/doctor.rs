//! Step by step through the set-up, in the order in which a newcomer meets it.
//!
//! From the first read on, the steps are those of a run: `audit::rehearse` reads as a run does, and each gap that the
//! run would have is told at the step where it is fixed. So a set-up without a failed step makes a complete run.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::audit::{self, AuditError, Exit, Rehearsal};
use crate::causes;
use crate::checks;
use crate::collect::{Access, Identity, Plan, access};
use crate::config::{Config, refuse_a_list_of_the_future};
use crate::findings::Verdict;
use crate::google::{
    Client, GoogleError, OwnAccount, Session, admin1_directory as directory, iam1, server_clock,
};
use crate::tenant::{GapClass, Part};

use super::gaps::{self, Unread, step_of, titles};
use super::outside::{self, SET_CLOCK, shell};
use super::step::{Problem, Step, StepId, StepState};

/// The page on which scopes are delegated (<https://support.google.com/a/answer/162106>).
const DELEGATION_PAGE: &str = "https://admin.google.com/ac/owl/domainwidedelegation";

/// What is known so far.
#[derive(Debug)]
struct Examination {
    steps: Vec<Step>,
    /// Whether to go on after a failed step.
    all: bool,
}

impl Examination {
    fn add(&mut self, step: Step) {
        self.steps.push(step);
    }

    fn has_failed(&self, id: StepId) -> bool {
        self.steps.iter().any(|step| step.id == id && step.state == StepState::Failed)
    }

    /// Whether what follows is not asked.
    fn is_over(&self) -> bool {
        !self.all && self.steps.iter().any(|step| step.state == StepState::Failed)
    }

    /// Every step once, in order. What is known beyond the first blocker is not told, unless it was asked for.
    fn ended(self, why: &str) -> Vec<Step> {
        let mut steps: Vec<Step> = Vec::new();
        let mut is_over = false;
        for id in StepId::ALL {
            let step = self.steps.iter().find(|step| step.id == id).filter(|_| !is_over);
            let step = step.cloned().unwrap_or_else(|| Step::skipped(id, why));
            is_over |= step.state == StepState::Failed && !self.all;
            steps.push(step);
        }
        steps
    }
}

/// Takes every step, or those up to the first that fails. The exit code is 2 where a run's is, for the first step.
pub(crate) async fn examine(config: &Config, at: DateTime<Utc>, all: bool) -> (Vec<Step>, Exit) {
    let (step, exit) = outside::config(config);
    // On the heap: the state of all steps is large.
    let steps = Box::pin(take_steps(config, step, at, all)).await;
    let exit = match steps.iter().find(|step| step.state == StepState::Failed).map(|step| step.id) {
        None => Exit::Complete,
        // What only connecting shows of the configuration, a run refuses as such, too.
        Some(StepId::Config) if exit == Exit::Complete => Exit::Usage,
        Some(StepId::Config) => exit,
        Some(_) => Exit::RunFailed,
    };
    (steps, exit)
}

async fn take_steps(config: &Config, first: Step, at: DateTime<Utc>, all: bool) -> Vec<Step> {
    let mut found = Examination { steps: vec![first], all };
    if found.is_over() {
        return found.ended(NOT_CHECKED);
    }
    let (client, account) = match audit::connect_to_rehearse(config).await {
        Ok(connected) => connected,
        Err(error) => {
            let step = outside::unconnected(config, &error);
            found.steps.retain(|known| known.id != step.id);
            if step.id == StepId::Network {
                found.add(Step::ok(StepId::Credentials, "readable"));
            }
            found.add(step);
            return found.ended(NOT_CHECKED);
        }
    };
    let plan = audit::rehearsal_plan(config);
    found.add(outside::credentials(config, &account));
    let reached = outside::reach(&client, &plan, config).await;
    found.add(outside::network(&reached));
    if found.has_failed(StepId::Network) {
        return found.ended(NOT_CHECKED);
    }
    found.add(outside::clock(config, &client, at));
    if found.is_over() {
        return found.ended(NOT_CHECKED);
    }
    if let Some(step) = first_token(&client, &plan, &account).await {
        // Google's answer is the better witness.
        found.steps.retain(|known| known.id != step.id);
        found.add(step);
        if !found.steps.iter().any(|step| step.id == StepId::Token) {
            found.add(Step::skipped(StepId::Token, NOT_CHECKED));
        }
        return found.ended(NOT_CHECKED);
    }
    found.add(Step::ok(StepId::Token, format!("Google issues tokens to {}", account.email)));
    if found.is_over() {
        return found.ended(NOT_CHECKED);
    }
    let scopes = Scopes::ask(config, &client, &plan).await;
    found.add(scopes.step(config, &plan, &account, None));
    if found.is_over() {
        return found.ended(NOT_CHECKED);
    }
    Box::pin(inside(&mut found, config, &client, &plan, &account, &scopes, at)).await;
    found.ended(NOT_CHECKED)
}

const NOT_CHECKED: &str = "not checked";

/// Why there is no first token: the step that it is about, failed. What is about a scope or the admin comes later.
async fn first_token(client: &Client, plan: &Plan, account: &OwnAccount) -> Option<Step> {
    let asks_as_itself = plan.parts.iter().any(|part| Access::of(*part).identity == Identity::Account);
    let own_scopes = access::scopes(Identity::Admin, &plan.parts);
    let answer = match (&plan.admin, own_scopes.first()) {
        _ if asks_as_itself => Session::as_account(client, &[iam1::CLOUD_SCOPE]).can(iam1::CLOUD_SCOPE).await,
        (Some(admin), Some(scope)) => Session::as_subject(client, admin, &[*scope]).can(scope).await,
        _ => return None,
    };
    let error = answer.err()?;
    let step = step_of(error.cause).unwrap_or(StepId::Token);
    if [StepId::Scopes, StepId::Admin].contains(&step) && !asks_as_itself {
        return None;
    }
    let problem = Problem::of_google(&error);
    let key = client.key_id().map(|id| format!(", key {id}")).unwrap_or_default();
    let what = format!("{}{key}", account.email);
    Some(match step {
        StepId::Apis => Step::failed(StepId::Apis, what, disabled(client, account, problem)),
        StepId::Clock => {
            let what = client.clock_ahead().map_or(what, server_clock::told);
            Step::failed(StepId::Clock, what, Problem { command: SET_CLOCK.to_owned(), ..problem })
        }
        StepId::Scopes | StepId::Admin => Step::failed(StepId::Token, what, problem),
        step => Step::failed(step, what, problem),
    })
}

/// What came of requesting each scope separately.
struct Scopes {
    /// As whom; `None`: there is no admin to ask as.
    subject: Option<String>,
    answers: Vec<(&'static str, Result<(), GoogleError>)>,
}

impl Scopes {
    /// Asks as the admin, whose token for a mailbox's scope shows as much as any user's.
    async fn ask(config: &Config, client: &Client, plan: &Plan) -> Self {
        let Some(admin) = &config.admin else { return Self { subject: None, answers: Vec::new() } };
        let mut answers = Vec::new();
        for scope in needed(config, plan) {
            answers.push((scope, Session::as_subject(client, admin, &[scope]).can(scope).await));
        }
        Self { subject: Some(admin.clone()), answers }
    }

    fn has(&self, scope: &str) -> bool {
        self.answers.iter().any(|(asked, answer)| *asked == scope && answer.is_ok())
    }

    /// Why the subject gets no token at all, if it is about the subject.
    fn subject_error(&self) -> Option<&GoogleError> {
        let errors = self.answers.iter().filter_map(|(_, answer)| answer.as_ref().err());
        errors.into_iter().find(|error| step_of(error.cause) == Some(StepId::Admin))
    }

    /// `mailbox`: what a run would not read of mailboxes for want of the scope.
    fn step(&self, config: &Config, plan: &Plan, account: &OwnAccount, mailbox: Option<Problem>) -> Step {
        let needed = needed(config, plan);
        let what = |granted: usize| format!("{granted} of {} scopes are delegated", needed.len());
        let Some(subject) = &self.subject else {
            return match mailbox {
                Some(problem) => {
                    Step::failed(StepId::Scopes, what(0), delegate(&needed, account, problem.cause))
                }
                None => Step::ok(StepId::Scopes, "asked as each user, with the mailboxes"),
            };
        };
        if self.subject_error().is_some() {
            return Step::skipped(StepId::Scopes, format!("not checked: {subject} gets no token, see admin"));
        }
        let missing: Vec<_> = self
            .answers
            .iter()
            .filter_map(|(scope, answer)| Some((*scope, answer.as_ref().err()?)))
            .collect();
        let what = what(needed.len() - missing.len());
        let Some((_, error)) = missing.first() else { return Step::ok(StepId::Scopes, what) };
        if step_of(error.cause).is_some_and(|step| step != StepId::Scopes) {
            return Step::failed(StepId::Scopes, what, Problem::of_google(error));
        }
        let names: Vec<&str> = missing.iter().map(|(scope, _)| *scope).collect();
        let cause = format!("{}: {error}. Not delegated: {}", error.cause.id, names.join(", "));
        let problem = match error.cause {
            causes::APP_BLOCKED => Problem { cause, ..Problem::of_google(error) },
            _ => delegate(&needed, account, cause),
        };
        // Groups are asked for only once a policy names one: the reads tell.
        if names == [directory::GROUP_SCOPE] {
            return Step::warning(StepId::Scopes, what, problem);
        }
        Step::failed(StepId::Scopes, what, problem)
    }
}

/// How to delegate what a run needs. To save an entry replaces its scopes, so the line has all of them.
fn delegate(needed: &[&str], account: &OwnAccount, cause: String) -> Problem {
    let line = needed.join(",");
    let entry = match &account.client_id {
        Some(id) => format!("the entry of client ID {id}"),
        None => format!("the entry of the numeric client ID of {}", account.email),
    };
    let command = match &account.client_id {
        Some(_) => String::new(),
        None => {
            let email = shell(&account.email);
            format!("gcloud iam service-accounts describe {email} --format='value(oauth2ClientId)'")
        }
    };
    Problem {
        cause,
        fix: format!(
            "Edit {entry}, or add it, with this line as its scopes: {line} (keep other scopes that the entry needs). A \
             change can take up to 24 hours."
        ),
        place: format!("{}: {DELEGATION_PAGE}", causes::SCOPE_NOT_DELEGATED.place),
        command,
    }
}

/// The scopes that a run asks for by delegation.
fn needed(config: &Config, plan: &Plan) -> Vec<&'static str> {
    let admin = (!config.admin_role).then(|| access::scopes(Identity::Admin, &plan.parts));
    let mut scopes: Vec<_> = admin.into_iter().flatten().collect();
    scopes.extend(access::scopes(Identity::SuperAdmin, &plan.parts));
    scopes.extend(access::scopes(Identity::Mailbox, &plan.parts));
    scopes.sort_unstable();
    scopes.dedup();
    scopes
}

/// The steps that read the tenant.
async fn inside(
    found: &mut Examination,
    config: &Config,
    client: &Client,
    plan: &Plan,
    account: &OwnAccount,
    scopes: &Scopes,
    at: DateTime<Utc>,
) {
    let user = match &config.admin {
        Some(admin) if !config.admin_role && scopes.has(directory::USER_SCOPE) => {
            let session = Session::as_subject(client, admin, &[directory::USER_SCOPE]);
            Some(directory::get_user(&session, admin).await)
        }
        _ => None,
    };
    if let Some(Err(error)) = &user
        && error.cause == causes::NO_API_AT_ADDRESS
    {
        found.steps.retain(|step| step.id != StepId::Network);
        let what = format!("no Google API below {}", config.base_url);
        found.add(Step::failed(StepId::Network, what, Problem::of_google(error)));
        return;
    }
    let rehearsal = match Box::pin(audit::rehearse(config, plan, client, account, at)).await {
        Ok(rehearsal) => rehearsal,
        Err(error) => {
            found.add(Step::failed(StepId::Coverage, "", Problem::of_audit(&error)));
            return;
        }
    };
    let account = &OwnAccount {
        client_id: Some(rehearsal.own_client_id.clone()).filter(|id| !id.contains('@')),
        ..account.clone()
    };
    let unread = gaps::unread(&rehearsal.judged.coverage);
    let of = |step| unread.iter().filter(|unread| unread.step == step).collect::<Vec<_>>();
    if scopes.subject.is_none() {
        let mailbox = of(StepId::Scopes).first().map(|unread| unread.problem());
        found.steps.retain(|step| step.id != StepId::Scopes);
        found.add(scopes.step(config, plan, account, mailbox));
    }
    if !of(StepId::Scopes).is_empty() {
        let is_only_warned = |step: &&mut Step| step.id == StepId::Scopes && step.state == StepState::Warning;
        found.steps.iter_mut().filter(is_only_warned).for_each(|step| step.state = StepState::Failed);
    }
    let tenant = Tenant { config, account, rehearsal: &rehearsal, user: user.as_ref() };
    let is_scope_missing = found.has_failed(StepId::Scopes);
    found.add(tenant.admin(&of(StepId::Admin), scopes, is_scope_missing));
    found.add(tenant.customer(&of(StepId::Customer)));
    found.add(tenant.apis(client, &of(StepId::Apis)));
    found.add(tenant.cloud(&of(StepId::Cloud)));
    found.add(tenant.console_list(&of(StepId::ConsoleList), at));
    found.add(tenant.coverage(&unread, found));
}

/// What the reads say.
struct Tenant<'a> {
    config: &'a Config,
    account: &'a OwnAccount,
    rehearsal: &'a Rehearsal,
    /// The admin, as the Directory has it.
    user: Option<&'a Result<directory::User, GoogleError>>,
}

impl Tenant<'_> {
    fn admin(&self, unread: &[&Unread<'_>], scopes: &Scopes, is_scope_missing: bool) -> Step {
        let id = StepId::Admin;
        let name = match &self.config.admin {
            Some(admin) if !self.config.admin_role => admin.as_str(),
            _ => self.account.email.as_str(),
        };
        if let Some(error) = scopes.subject_error() {
            let problem = Problem::of_google(error);
            let cause =
                format!("{} ({name}: unknown, an alias, a group or a user of another tenant)", problem.cause);
            let fix = format!(
                "Set `[tenant] admin` to the primary address of an active admin of this tenant, instead of {name}."
            );
            let cause = if error.cause == causes::SUBJECT_UNKNOWN {
                cause
            } else {
                format!("{} ({name})", problem.cause)
            };
            let fix = if error.cause == causes::SUBJECT_UNKNOWN { fix } else { problem.fix.clone() };
            return Step::failed(id, name, Problem { cause, fix, ..problem });
        }
        if let Some(Ok(user)) = self.user
            && let Some(problem) = unusable(name, user)
        {
            return Step::failed(id, name, problem);
        }
        if self.wrong_customer().is_some() {
            return Step::ok(
                id,
                format!("{name} exists and is active; its privileges show once `customer` is right"),
            );
        }
        if let Some(first) = unread.first() {
            let mut roles: Vec<&str> =
                unread.iter().filter_map(|unread| Access::of(unread.part).role.needed()).collect();
            roles.dedup();
            let problem = first.problem();
            let mut cause = format!("{} ({name}, for {})", problem.cause, titles(unread));
            let mut fix = format!("Assign to {name} a role with: {}.", roles.join("; "));
            if let Some(Err(error)) = self.user
                && error.cause == causes::ADMIN_RIGHT_MISSING
            {
                // Google says no more of any of these.
                cause.push_str(&format!(
                    ". {name} has no admin right at all: the account is not an admin, or it is suspended, archived \
                     or never signed in"
                ));
                fix = format!(
                    "Set `[tenant] admin` to an active admin who has signed in once. Or make {name} such an admin, \
                     with: {}.",
                    roles.join("; ")
                );
            }
            let problem = Problem { cause, fix, ..problem };
            return Step::failed(id, name, problem);
        }
        match self.user {
            Some(Err(error)) if step_of(error.cause) == Some(StepId::Apis) => {
                Step::skipped(id, format!("{name}: not checked, see apis"))
            }
            Some(Err(error)) if error.cause == causes::NOT_FOUND => {
                Step::failed(id, name, Problem::of_google(error))
            }
            // The reads met the same, and coverage tells it.
            Some(Err(_)) => Step::skipped(id, format!("{name}: not checked, see coverage")),
            Some(Ok(user)) if never_signed_in(user) => Step::warning(
                id,
                format!("{name} has every privilege that is needed"),
                Problem {
                    cause: format!("{name} never signed in, so it has not accepted the terms of service"),
                    fix: format!("Sign in once as {name}."),
                    place: "https://admin.google.com".to_owned(),
                    command: String::new(),
                },
            ),
            Some(Ok(_)) => Step::ok(id, format!("{name} is active and has every privilege that is needed")),
            None if is_scope_missing => Step::skipped(id, format!("{name}: not checked, see scopes")),
            None => Step::ok(id, format!("{name} has every privilege that is needed, by its own admin role")),
        }
    }

    /// The tenant that the admin is in, if it is another than the configured one.
    fn wrong_customer(&self) -> Option<&str> {
        let own = self.user?.as_ref().ok()?.customer_id.as_deref()?;
        let configured = self.config.customer.as_str();
        (configured != "my_customer" && configured != own).then_some(own)
    }

    fn customer(&self, unread: &[&Unread<'_>]) -> Step {
        let id = StepId::Customer;
        let configured = &self.config.customer;
        if let Some(own) = self.wrong_customer() {
            let admin = self.config.admin.as_deref().unwrap_or_default();
            let problem = Problem {
                cause: format!(
                    "wrong_customer: `[tenant] customer` is {configured}, but {admin} belongs to {own}"
                ),
                fix: format!("Set `[tenant] customer` to \"{own}\" or \"my_customer\"."),
                place: "config.toml".to_owned(),
                command: String::new(),
            };
            return Step::failed(id, configured, problem);
        }
        if let Some(first) = unread.first() {
            let problem = first.problem();
            let cause = format!("{} (customer {configured})", problem.cause);
            let fix = format!(
                "Correct `[tenant] customer`: {configured} is not a customer that this admin can read."
            );
            return Step::failed(
                id,
                configured,
                Problem { cause, fix, place: "config.toml".to_owned(), ..problem },
            );
        }
        let now = self.rehearsal.tenant.customer_id.as_deref();
        if let Err(error) = audit::refuse_history_of_another_tenant(self.config, now) {
            let problem = Problem { place: "config.toml".to_owned(), ..Problem::of_audit(&error) };
            return Step::failed(id, configured, problem);
        }
        match now {
            Some(customer) => Step::ok(id, customer),
            None => Step::skipped(id, format!("{configured}: not checked, since no user was read")),
        }
    }

    fn apis(&self, client: &Client, unread: &[&Unread<'_>]) -> Step {
        match unread.first() {
            None => Step::ok(StepId::Apis, "every API that is asked is enabled"),
            Some(first) => {
                let what = format!("not readable: {}", titles(unread));
                Step::failed(StepId::Apis, what, disabled(client, self.account, first.problem()))
            }
        }
    }

    fn cloud(&self, unread: &[&Unread<'_>]) -> Step {
        let id = StepId::Cloud;
        let Config { projects, organization, .. } = self.config;
        let mut places: Vec<String> = projects.iter().map(|project| format!("project {project}")).collect();
        places.extend(organization.iter().map(|number| format!("organization {number}")));
        let what = places.join(", ");
        if let Some(first) = unread.first() {
            let message = &first.counted.gap.message;
            // One project that is named: its id may be wrong, and only it lacks the role.
            let alone = projects.iter().find(|project| message.starts_with(&format!("Project {project}: ")));
            let problem = first.problem();
            let needed = &first.counted.gap.needed;
            let refused =
                unread.iter().filter(|unread| unread.cause() == Some(causes::IAM_PERMISSION_MISSING));
            let roles: BTreeSet<&str> =
                refused.flat_map(|unread| access::roles_in(&unread.counted.gap.needed)).collect();
            let granted = roles.iter().map(|role| self.grant(role, alone)).collect::<Vec<_>>().join(" && ");
            let fix = match (roles.is_empty(), needed.is_empty()) {
                (true, true) => problem.fix.clone(),
                (true, false) => format!("{} Needed: {needed}.", problem.fix),
                (false, _) => {
                    let roles = roles.into_iter().collect::<Vec<_>>().join(", ");
                    let email = &self.account.email;
                    match alone {
                        Some(project) => format!(
                            "Check that {project} in `[cloud] projects` is the id of a project, then grant {roles} to {email} on it."
                        ),
                        None if message.starts_with("The search of organization ") => format!(
                            "Check that {what} in `[cloud] organization` is the number of yours (`gcloud organizations list`), then grant {roles} to {email} on it."
                        ),
                        None => format!("Grant {roles} to {email} on {what}."),
                    }
                }
            };
            let cause = format!("{} ({}, for {})", problem.cause, self.account.email, titles(unread));
            return Step::failed(id, what, Problem { cause, fix, command: granted, ..problem });
        }
        let gap = self.rehearsal.tenant.gap(Part::ServiceAccounts);
        match gap.filter(|gap| gap.class == GapClass::NotConfigured) {
            Some(gap) => Step::warning(
                id,
                "no project and no organization",
                Problem { cause: gap.message.clone(), fix: gap.fix.clone(), ..Problem::default() },
            ),
            None => Step::ok(id, what),
        }
    }

    /// The command that grants a role where the configuration looks.
    fn grant(&self, role: &str, alone: Option<&String>) -> String {
        let member = shell(&format!("serviceAccount:{}", self.account.email));
        let grant = |of: &str, id: &str| {
            format!(
                "gcloud {of} add-iam-policy-binding {} --member={member} --role={role} --condition=None",
                shell(id)
            )
        };
        match (alone, &self.config.organization) {
            (Some(project), _) => grant("projects", project),
            (None, Some(number)) => grant("organizations", number),
            (None, None) => {
                self.config.projects.iter().map(|id| grant("projects", id)).collect::<Vec<_>>().join(" && ")
            }
        }
    }

    fn console_list(&self, unread: &[&Unread<'_>], at: DateTime<Utc>) -> Step {
        let id = StepId::ConsoleList;
        let what = self.config.console_grants.as_ref().map_or_else(
            || "no list".to_owned(),
            |path| match self.rehearsal.tenant.grants.source_coverage().console_at {
                Some(taken_at) => format!("{}, {} days old", path.display(), outside::days(taken_at, at)),
                None => path.display().to_string(),
            },
        );
        if let Err(error) = refuse_a_list_of_the_future(self.config, at) {
            return Step::failed(id, what, Problem::of_audit(&AuditError::from(error)));
        }
        if let Some(first) = unread.first() {
            return Step::failed(id, what, first.problem());
        }
        let taken_at = self.rehearsal.tenant.grants.source_coverage().console_at;
        let age = taken_at.map(|taken_at| outside::days(taken_at, at));
        let problem = match (self.rehearsal.tenant.gap(Part::ConsoleGrants), age) {
            (Some(gap), _) => Problem {
                cause: format!("{}: {}", gap.reason, gap.message),
                fix: gap.fix.clone(),
                place: DELEGATION_PAGE.to_owned(),
                command: String::new(),
            },
            (None, Some(age)) if age > checks::LIST_FRESH_DAYS => Problem {
                cause: format!("The list is {age} days old, and counts for {} days", checks::LIST_FRESH_DAYS),
                fix: "Copy the list from the Admin console again.".to_owned(),
                place: DELEGATION_PAGE.to_owned(),
                command: String::new(),
            },
            _ => return Step::ok(id, what),
        };
        Step::warning(id, what, problem)
    }

    fn coverage(&self, unread: &[Unread<'_>], found: &Examination) -> Step {
        let judged = &self.rehearsal.judged;
        let parts = &judged.coverage.0;
        let not_configured = &judged.not_configured;
        let open: Vec<&str> = judged
            .checks
            .iter()
            .filter(|check| check.counts.of(Verdict::NotAssessed) > 0)
            .map(|check| check.id.as_str())
            .collect();
        let is_configured = |part: Part| !not_configured.iter().any(|missing| missing.part == part);
        let readable = parts.iter().filter(|row| !row.is_partial() && is_configured(row.part)).count();
        let mut what = format!(
            "{readable} of {} parts can be read, {} not configured; {} of {} checks can be assessed in full",
            parts.len(),
            not_configured.len(),
            judged.checks.len() - open.len(),
            judged.checks.len()
        );
        if !open.is_empty() {
            what.push_str(&format!("; in part or not at all: {}", open.join(", ")));
        }
        // What an earlier step tells is not told again.
        let untold = unread.iter().find(|unread| {
            unread.step == StepId::Coverage
                || !found.steps.iter().any(|step| step.id == unread.step && step.state != StepState::Ok)
        });
        if let Some(untold) = untold {
            let problem = untold.problem();
            let cause = match untold.counted.units {
                1 => problem.cause,
                units => format!("{} ({units} of {})", problem.cause, untold.part.title()),
            };
            return Step::failed(StepId::Coverage, what, Problem { cause, ..problem });
        }
        let is_told = |fix: &str| found.steps.iter().any(|step| step.fix == fix);
        match not_configured.iter().find(|missing| !is_told(&missing.setting)) {
            Some(missing) => {
                let problem = Problem {
                    cause: missing.reason.clone(),
                    fix: missing.setting.clone(),
                    place: "config.toml".to_owned(),
                    command: String::new(),
                };
                Step::warning(StepId::Coverage, what, problem)
            }
            None => Step::ok(StepId::Coverage, what),
        }
    }
}

/// What keeps a user from being the admin.
fn unusable(name: &str, user: &directory::User) -> Option<Problem> {
    let primary = &user.primary_email;
    let (cause, fix) = if !primary.eq_ignore_ascii_case(name) {
        (format!("{name} is an alias of {primary}"), format!("Set `[tenant] admin` to \"{primary}\"."))
    } else if user.suspended == Some(true) {
        (
            format!("{name} is suspended"),
            format!("Reactivate {name}, or set `[tenant] admin` to another admin."),
        )
    } else if user.archived == Some(true) {
        (
            format!("{name} is archived"),
            format!("Unarchive {name}, or set `[tenant] admin` to another admin."),
        )
    } else if (user.is_admin, user.is_delegated_admin) == (Some(false), Some(false)) {
        let fix =
            format!("Assign the role in docs/setup.md to {name}, or set `[tenant] admin` to another admin.");
        (format!("{name} is not an admin"), fix)
    } else {
        return None;
    };
    Some(Problem {
        cause: format!("admin_unusable: {cause}"),
        fix,
        place: "Admin console > Directory > Users".to_owned(),
        command: String::new(),
    })
}

/// Directory answers 1970 for a user who never signed in.
fn never_signed_in(user: &directory::User) -> bool {
    user.last_login_time.as_deref().is_some_and(|time| time.starts_with("1970-"))
}

/// Which APIs are off, and how to enable them.
fn disabled(client: &Client, account: &OwnAccount, problem: Problem) -> Problem {
    let services: BTreeSet<&str> =
        client.disabled_apis().into_iter().map(crate::google::Api::service).collect();
    let services: Vec<&str> = services.into_iter().collect();
    // PROJECT.iam.gserviceaccount.com (Google's reference of service account identities).
    let project =
        account.email.split_once('@').and_then(|(_, host)| host.strip_suffix(".iam.gserviceaccount.com"));
    let Some(project) = project else {
        let fix = format!("Enable {} in the project of {}.", services.join(", "), account.email);
        return Problem { fix, command: format!("gcloud services enable {}", services.join(" ")), ..problem };
    };
    let links: Vec<String> = services
        .iter()
        .map(|service| format!("https://console.cloud.google.com/apis/library/{service}?project={project}"))
        .collect();
    Problem {
        cause: problem.cause,
        fix: format!(
            "Enable {} in the project {project}. A change can take some minutes.",
            services.join(", ")
        ),
        place: links.join(" "),
        command: format!("gcloud services enable {} --project {}", services.join(" "), shell(project)),
    }
}
