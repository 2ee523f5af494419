//! Questions about the rights on mail, answered from a stored run.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::authority::mail::{Answer, MailRights};
use crate::config::Config;
use crate::store::Store;
use crate::tenant::Part;

use super::{AuditError, approved_paths, reported_run};

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub(crate) enum MailQuestion<'a> {
    /// Who can send as this address.
    WhoCanSendAs(&'a str),
    /// What this principal reaches.
    Reach(&'a str),
}

/// The answer, and of when it is.
#[derive(Clone, Debug)]
pub(crate) struct MailReply {
    pub(crate) run_id: String,
    pub(crate) read_at: DateTime<Utc>,
    pub(crate) answer: Answer,
    /// How many mailboxes "every mailbox" is.
    pub(crate) active_mailboxes: usize,
}

/// Answers a question from a run of the history. Nothing is written, and nobody is asked.
///
/// # Errors
/// When the history has no such run.
pub(crate) fn mail_rights(
    config: &Config,
    run_id: &str,
    question: MailQuestion<'_>,
) -> Result<MailReply, AuditError> {
    let store = Store::look(&config.history)?;
    let (run, _, summary, facts) = reported_run(&store, run_id, approved_paths, config.event_days)?;
    let asked: BTreeSet<Part> = summary.coverage.0.iter().map(|row| row.part).collect();
    let mut rights = MailRights::new(facts.tenant.mail_facts());
    for part in [Part::SEND_AS, Part::DELEGATES] {
        if !asked.contains(&part) {
            rights.not_asked(part);
        }
    }
    for user in run.user_facts_beside_owners(&asked) {
        let user = user?;
        rights.add(&user.user, &user.mailbox);
    }
    let answer = match question {
        MailQuestion::WhoCanSendAs(address) => rights.who_can_send_as(address),
        MailQuestion::Reach(principal) => rights.reach(principal),
    };
    let active_mailboxes = rights.active_mailboxes();
    Ok(MailReply { run_id: run.id().to_owned(), read_at: run.started_at(), answer, active_mailboxes })
}
