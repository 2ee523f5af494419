//! The steps before the first read: files, credentials, network, clock.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use chrono::{DateTime, Utc};
use futures::future::join_all;
use miette::Diagnostic;

use crate::audit::{self, AuditError, Exit, LowSpace};
use crate::causes;
use crate::collect::{Access, Identity, Plan};
use crate::config::{Config, read_exceptions, read_register};
use crate::google::{Api, Client, ConnectError, Credentials, GoogleError, OwnAccount, Reached, server_clock};
use crate::tenant::Part;

use super::step::{Problem, Step, StepId};

impl Problem {
    /// From an error with a help text.
    pub(crate) fn of_diagnostic(error: &dyn Diagnostic) -> Self {
        let fix = error.help().map(|help| help.to_string()).unwrap_or_default();
        Self { cause: error.to_string(), fix, ..Self::default() }
    }

    /// From an error that would end a run, with the name that the run's log has.
    pub(super) fn of_audit(error: &AuditError) -> Self {
        let problem = Self::of_diagnostic(error);
        match error.id() {
            Some(id) => Self { cause: format!("{id}: {error}"), ..problem },
            None => problem,
        }
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

/// The files that the configuration names and where a run writes, as a run looks at them before anything else. The exit
/// code is that of a run.
pub(super) fn config(config: &Config) -> (Step, Exit) {
    let what = config.file.name.clone();
    let checked = read_exceptions(config, &audit::known_checks()).map_err(AuditError::from);
    let checked = checked.and_then(|_| Ok(read_register(config)?)).and_then(|_| audit::check_places(config));
    match checked {
        Err(error) => (Step::failed(StepId::Config, what, Problem::of_audit(&error)), error.exit()),
        Ok(Some(LowSpace { folder, free })) => {
            let cause = format!("Only {free} MiB are free on the disk of {}", folder.display());
            let fix =
                "Free space: the history and the report need about 1 MiB for each 1,000 users.".to_owned();
            (
                Step::warning(StepId::Config, what, Problem { cause, fix, ..Problem::default() }),
                Exit::Complete,
            )
        }
        Ok(None) => (Step::ok(StepId::Config, what), Exit::Complete),
    }
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
        _ => problem,
    };
    let problem = Problem { cause: format!("{}: {error}", error.id()), ..problem };
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
        Part::Users | Part::Domains | Part::AdminRoles | Part::OrgUnits | Part::Groups => &[Api::Directory],
        Part::Policies => &[Api::CloudIdentity],
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
    let failed = reached.iter().find_map(|reached| reached.answered.as_ref().err());
    let Some(error) = failed else {
        return Step::ok(StepId::Network, format!("reached {}", hosts(&mut reached.iter())));
    };
    let alike = |reached: &&Reached| reached.answered.as_ref().is_err_and(|other| other.cause == error.cause);
    let unreached = hosts(&mut reached.iter().filter(alike));
    Step::failed(StepId::Network, format!("cannot reach {unreached}"), Problem::of_google(error))
}

pub(super) const SET_CLOCK: &str = "timedatectl set-ntp true";

/// This machine's clock. Which offset Google refuses, its answer to the first assertion shows, so an offset alone is a
/// warning.
pub(super) fn clock(config: &Config, client: &Client, at: DateTime<Utc>) -> Step {
    let Some(ahead) = client.clock_ahead() else {
        return Step::ok(StepId::Clock, "no server told its time");
    };
    let what = server_clock::told(ahead);
    let problem = |cause: String| Problem {
        cause: format!("{}: {cause}", causes::CLOCK_SKEW.id),
        fix: causes::CLOCK_SKEW.fix.to_owned(),
        place: causes::CLOCK_SKEW.place.to_owned(),
        command: SET_CLOCK.to_owned(),
    };
    if let Err(error @ AuditError::WrongClock { .. }) = audit::refuse_the_future(config, client, at) {
        return Step::failed(StepId::Clock, what, problem(error.to_string()));
    }
    if server_clock::is_off(ahead) {
        let cause = format!("{what}. Google has not refused it");
        return Step::warning(StepId::Clock, &what, problem(cause));
    }
    Step::ok(StepId::Clock, what)
}

/// The age of a file or of a date, in days.
pub(super) fn days(taken_at: DateTime<Utc>, now: DateTime<Utc>) -> i64 {
    (now - taken_at).num_days().max(0)
}
