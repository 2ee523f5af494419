//! A run that leaves nothing behind: the same reads by the same code, but short listings and a store in memory.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::checks;
use crate::collect::{self, Plan, Silent};
use crate::config::{Config, read_register};
use crate::evaluate::Judged;
use crate::evaluate::assemble::{self, Approvals};
use crate::findings::Settings;
use crate::google::{self, Client, ClientOptions, ConnectError, OwnAccount};
use crate::policy::Exceptions;
use crate::snapshot::Snapshot;
use crate::store::Store;
use crate::tenant::Part;

use super::{AuditError, Rules, client_options, judge, plan, policy};

/// The longest outage that is waited for: somebody looks on.
const MAX_PATIENCE: Duration = Duration::from_secs(10);
/// The longest wait for a connection, or for the next bytes of an answer.
const MAX_SILENCE: Duration = Duration::from_secs(8);
/// The longest that reading one part may take.
const MAX_PART_TIME: Duration = Duration::from_secs(300);

/// What a run would come to.
#[derive(Debug)]
pub(crate) struct Rehearsal {
    pub(crate) tenant: Snapshot,
    pub(crate) judged: Judged,
    pub(crate) own_client_id: String,
}

/// The parts that a run reads, and as whom.
#[must_use]
pub(crate) fn rehearsal_plan(config: &Config) -> Plan {
    let plan = plan(config, checks::ALL);
    Plan { part_deadline: plan.part_deadline.min(MAX_PART_TIME), ..plan }
}

/// A client like that of a run, for [`rehearse`].
///
/// # Errors
/// Those of [`google::connect`].
pub(crate) async fn connect_to_rehearse(config: &Config) -> Result<(Client, OwnAccount), ConnectError> {
    let options = client_options(config);
    let options = ClientOptions {
        outage_patience: options.outage_patience.min(MAX_PATIENCE),
        connect_timeout: MAX_SILENCE,
        idle_timeout: MAX_SILENCE,
        answer_timeout: 2 * MAX_SILENCE,
        short_listings: true,
        ..options
    };
    google::connect(&config.credentials, &config.base_url, options).await
}

/// Reads the beginning of every part of the plan, and judges it.
///
/// # Errors
/// When a file of the operator's cannot be read. What Google refuses is a gap.
pub(crate) async fn rehearse(
    config: &Config,
    plan: &Plan,
    client: &Client,
    account: &OwnAccount,
    at: DateTime<Utc>,
) -> Result<Rehearsal, AuditError> {
    let (register, _) = read_register(config)?;
    let store = Store::in_memory()?;
    let run = store.begin(at, "", |_| Ok::<_, AuditError>(true))?;
    collect::collect(client, plan, &run, &Silent).await?;
    let own = assemble::OwnClient {
        email: &account.email,
        client_id: account.client_id.as_deref(),
        key_id: client.key_id(),
    };
    let approvals = Approvals::Register(register.as_ref());
    let facts = assemble::facts(&run, own, &approvals, collect::log_look_back(config.event_days))?;
    let policy = policy(config, &facts, register);
    let parts: &BTreeSet<Part> = &plan.parts;
    let (settings, exceptions) = (Settings::default(), Exceptions::default());
    let rules = Rules { checks: checks::ALL, policy: &policy, settings: &settings, exceptions: &exceptions };
    let judged = judge(&run, &facts, rules, parts)?;
    Ok(Rehearsal { own_client_id: facts.own_client_id, tenant: facts.tenant, judged })
}
