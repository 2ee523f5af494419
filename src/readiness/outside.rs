//! The steps before the first read: files, credentials, network, clock.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use chrono::{DateTime, Utc};
use futures::future::join_all;
use miette::Diagnostic;

use crate::audit;
use crate::causes;
use crate::collect::{Access, Identity, Plan};
use crate::config::{Config, read_exceptions, read_register};
use crate::google::{Api, Client, ConnectError, Credentials, GoogleError, OwnAccount, Reached};
use crate::tenant::Part;

use super::step::{Problem, Step, StepId};

/// GAM's limit (`MAX_LOCAL_GOOGLE_TIME_OFFSET` in GAM7's `gam/constants.py`).
const MAX_CLOCK_OFFSET: i64 = 30;
/// Google names no number ("a reasonable timeframe"). Assumed: beyond this, assertions are refused.
const BAD_CLOCK_OFFSET: i64 = 300;

impl Problem {
    /// From an error with a help text.
    pub(crate) fn of_diagnostic(error: &dyn Diagnostic) -> Self {
        let fix = error.help().map(|help| help.to_string()).unwrap_or_default();
        Self { cause: error.to_string(), fix, ..Self::default() }
    }

    /// From what came instead of an answer.
    pub(super) fn of_google(error: &GoogleError) -> Self {
        Self {
            cause: format!("{}: {error}", error.cause.id),
            fix: error.cause.fix.to_owned(),
            place: error.cause.place.to_owned(),
            command: String::new(),
        }
    }
}

/// The files that the configuration names, as a run reads them before anything else.
pub(super) fn config(config: &Config) -> Step {
    let what = config.file.name.clone();
    if let Err(error) = read_exceptions(config, &audit::known_checks()) {
        return Step::failed(StepId::Config, what, Problem::of_diagnostic(&error));
    }
    if let Err(error) = read_register(config) {
        return Step::failed(StepId::Config, what, Problem::of_diagnostic(&error));
    }
    if let Some(path) = [&config.reports].into_iter().find(|path| path.exists() && !path.is_dir()) {
        let cause = format!("{} is not a folder", path.display());
        let fix = "Set `[reports] directory` to a folder.".to_owned();
        return Step::failed(StepId::Config, what, Problem { cause, fix, ..Problem::default() });
    }
    Step::ok(StepId::Config, what)
}

/// Who signs, for whom, by what.
pub(super) fn credentials(config: &Config, account: &OwnAccount) -> Step {
    let client = account.client_id.as_ref().map(|id| format!(", client ID {id}")).unwrap_or_default();
    match &config.credentials {
        Credentials::ServiceAccount(email) => {
            Step::ok(StepId::Credentials, format!("{email}, signed for by this machine's identity"))
        }
        Credentials::KeyFile(path) => {
            let what = format!("key file {} of {}{client}", path.display(), account.email);
            match others_can_read(path) {
                false => Step::ok(StepId::Credentials, what),
                true => Step::warning(
                    StepId::Credentials,
                    what,
                    Problem {
                        cause: "Other users of this machine can read the key file".to_owned(),
                        fix: "Make the file readable for its owner only.".to_owned(),
                        place: "this machine".to_owned(),
                        command: format!("chmod 600 {}", shell(&path.display().to_string())),
                    },
                ),
            }
        }
    }
}

fn others_can_read(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o077 != 0)
}

/// An argument of a command.
pub(super) fn shell(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@=,".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// Why no client can be made: of the credentials, or of the network.
pub(super) fn unconnected(config: &Config, error: &ConnectError) -> Step {
    let id = match error {
        ConnectError::Client(_) => StepId::Network,
        ConnectError::Roots(_) => StepId::Config,
        ConnectError::KeyFile(_) | ConnectError::Machine(_) | ConnectError::Auth(_) => StepId::Credentials,
    };
    let problem = Problem::of_diagnostic(error);
    let problem = match error {
        ConnectError::Auth(_) => Problem {
            fix: "Create a new key for the service account, and download its JSON file again.".to_owned(),
            ..problem
        },
        ConnectError::KeyFile(error) => Problem { cause: format!("{}: {error}", error.id()), ..problem },
        _ => problem,
    };
    let what = match (&config.credentials, id) {
        (_, StepId::Config) => config.file.name.clone(),
        (_, StepId::Network) => "no request was sent".to_owned(),
        (Credentials::KeyFile(path), _) => format!("key file {}", path.display()),
        (Credentials::ServiceAccount(email), _) => format!("{email}, signed for by this machine's identity"),
    };
    Step::failed(id, what, problem)
}

/// The APIs that a plan asks.
fn apis(plan: &Plan, config: &Config) -> BTreeSet<Api> {
    let mut apis = BTreeSet::from([Api::Token]);
    if let Credentials::ServiceAccount(_) = config.credentials {
        apis.insert(Api::IamCredentials);
    }
    let has_cloud = !plan.projects.is_empty() || plan.organization.is_some();
    apis.extend(plan.organization.as_ref().map(|_| Api::CloudAsset));
    for part in plan.parts.iter().filter(|part| has_cloud || Access::of(**part).identity != Identity::Account)
    {
        apis.extend(apis_of(*part));
    }
    apis
}

const fn apis_of(part: Part) -> &'static [Api] {
    match part {
        Part::Users | Part::Domains | Part::AdminRoles | Part::Groups => &[Api::Directory],
        Part::AdminLog | Part::AccessEvaluationLog | Part::TokenLog => &[Api::Reports],
        Part::Mailbox(_) => &[Api::Gmail],
        Part::ServiceAccounts | Part::SaKeys | Part::IamRoles | Part::WorkloadIdentityPools => &[Api::Iam],
        Part::IamPolicies => &[Api::Iam, Api::ResourceManager],
        Part::ServiceAccountUse => &[Api::PolicyAnalyzer],
        Part::Guardrails => &[Api::OrgPolicy, Api::ResourceManager],
        Part::ClientCertificates => &[Api::ServiceAccountMetadata],
        Part::OtherProbes => &[Api::Iam, Api::IamCredentials],
        Part::ConsoleGrants | Part::ProbeGrants => &[],
    }
}

/// Asks each host once.
pub(super) async fn reach(client: &Client, plan: &Plan, config: &Config) -> Vec<Reached> {
    let asked = join_all(apis(plan, config).into_iter().map(|api| client.reach(api))).await;
    let mut hosts = BTreeSet::new();
    asked.into_iter().filter(|reached| hosts.insert(reached.host.clone())).collect()
}

/// Whether each host answered.
pub(super) fn network(reached: &[Reached]) -> Step {
    let hosts = |some: &mut dyn Iterator<Item = &Reached>| {
        some.map(|reached| reached.host.as_str()).collect::<Vec<_>>().join(", ")
    };
    let failed = reached.iter().find_map(|reached| reached.clocks.as_ref().err());
    let Some(error) = failed else {
        return Step::ok(StepId::Network, format!("reached {}", hosts(&mut reached.iter())));
    };
    let alike = |reached: &&Reached| reached.clocks.as_ref().is_err_and(|other| other.cause == error.cause);
    let unreached = hosts(&mut reached.iter().filter(alike));
    Step::failed(StepId::Network, format!("cannot reach {unreached}"), Problem::of_google(error))
}

/// The clock, by the host whose time is nearest.
pub(super) fn clock(reached: &[Reached]) -> Step {
    let clocks = reached.iter().filter_map(|reached| {
        let clocks = (*reached.clocks.as_ref().ok()?)?;
        Some((reached, (clocks.here - clocks.there).num_seconds()))
    });
    let Some((reached, offset)) = clocks.min_by_key(|(_, offset)| offset.abs()) else {
        return Step::ok(StepId::Clock, "no server told its time");
    };
    let off = match offset {
        0 => "differs by less than a second".to_owned(),
        1.. => format!("is {offset} seconds fast"),
        _ => format!("is {} seconds slow", offset.unsigned_abs()),
    };
    let what = format!("this machine's clock {off}, compared with {}", reached.host);
    let problem = || Problem {
        cause: format!("{}: {}: it {off}", causes::CLOCK_SKEW.id, causes::CLOCK_SKEW.title),
        fix: causes::CLOCK_SKEW.fix.to_owned(),
        place: causes::CLOCK_SKEW.place.to_owned(),
        command: "timedatectl set-ntp true".to_owned(),
    };
    match offset.abs() {
        0..=MAX_CLOCK_OFFSET => Step::ok(StepId::Clock, what),
        ..=BAD_CLOCK_OFFSET => Step::warning(StepId::Clock, what, problem()),
        _ => Step::failed(StepId::Clock, what, problem()),
    }
}

/// The age of a file or of a date, in days.
pub(super) fn days(taken_at: DateTime<Utc>, now: DateTime<Utc>) -> i64 {
    (now - taken_at).num_days().max(0)
}
