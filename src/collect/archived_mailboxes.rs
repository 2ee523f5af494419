//! Mailboxes of archived users: Gmail's first clear answer for one of them decides whether the others are read.
//!
//! Google does not document whether Gmail answers for archived users. Some tools read their mail
//! (<https://support.cloudm.io/hc/en-us/articles/11942880262428>), another says that they must be reactivated first
//! (<https://help.vaultme.com/imap/google/selecting-user-accounts-for-migration>).

use tokio::time::Instant;

use crate::causes;
use crate::store::{Run, StoreError};
use crate::tenant::{ARCHIVED, MailboxPart, MailboxSetting, PartStatus, User, without_request};

use super::Plan;
use super::gaps::MAX_ASKED;
use super::mailboxes::{BATCH, Reader, Row};

/// What Gmail says of the mailboxes of archived users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Settings,
    Refusal,
}

/// Whether the user's mailbox may answer, and is one of an archived user.
pub(super) fn concerns(user: &User) -> bool {
    user.archived == Some(true) && without_request(user).is_none()
}

/// What an earlier attempt of the same run found out; `None` if nothing.
pub(super) fn known(
    plan: &Plan,
    run: &Run<'_>,
    settings: &[MailboxSetting],
) -> Result<Option<Answer>, StoreError> {
    let mut is_begun = false;
    for setting in settings {
        is_begun |= run.mailbox_count(*setting)? > 0;
    }
    if !is_begun {
        return Ok(None);
    }
    for facts in run.user_facts(&plan.parts) {
        let facts = facts?;
        if !concerns(&facts.user) {
            continue;
        }
        let answer = facts.mailbox.statuses().find_map(|(_, status)| match status {
            status if status.is_answered() => Some(Answer::Settings),
            PartStatus::NotApplicable(ARCHIVED) => Some(Answer::Refusal),
            _ => None,
        });
        if answer.is_some() {
            return Ok(answer);
        }
    }
    Ok(None)
}

/// Reads the mailboxes of archived users: one after the other until an answer is clear, then all others or none of them.
pub(super) async fn collect(
    reader: &Reader<'_>,
    mut users: impl Iterator<Item = Row>,
    known: Option<Answer>,
    deadline: Instant,
) -> Result<(), StoreError> {
    let mut answer = known;
    let mut asked = Vec::new();
    // Trouble that strikes so many is not about archived users: the others are asked as everybody is.
    while answer.is_none() && asked.len() < MAX_ASKED {
        let Some(user) = users.next() else { break };
        let (key, parts) = reader.read(user, deadline).await?;
        answer = answer_in(&parts);
        asked.push((key, parts));
    }
    if answer == Some(Answer::Refusal) {
        for (_, parts) in &mut asked {
            parts.iter_mut().for_each(|part| *part = MailboxPart::not_applicable(part.setting(), ARCHIVED));
        }
    }
    reader.run.put_mailboxes(&asked)?;
    if answer != Some(Answer::Refusal) {
        return reader.read_all(users, deadline).await;
    }
    let mut batch = Vec::new();
    for user in users {
        batch.push(reader.without_request(user, ARCHIVED)?);
        if batch.len() == BATCH {
            reader.run.put_mailboxes(&std::mem::take(&mut batch))?;
        }
    }
    reader.run.put_mailboxes(&batch)
}

/// What the settings of one archived user's mailbox say of all; `None` if nothing. A rate limit, a timeout or a fault of
/// Google's says nothing.
fn answer_in(parts: &[MailboxPart]) -> Option<Answer> {
    const REFUSALS: [&str; 3] =
        [causes::FORBIDDEN.id(), causes::PRECONDITION_FAILED.id(), causes::USER_REFUSED.id()];
    let is_refused = |status: PartStatus<'_>| match status {
        PartStatus::NotApplicable(_) => true,
        PartStatus::Missing(gap) => REFUSALS.iter().any(|reason| **reason == *gap.reason),
        PartStatus::Read | PartStatus::Partial(_) | PartStatus::NotAsked => false,
    };
    if parts.iter().any(|part| part.status().is_answered()) {
        Some(Answer::Settings)
    } else {
        let is_refusal = !parts.is_empty() && parts.iter().all(|part| is_refused(part.status()));
        is_refusal.then_some(Answer::Refusal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tenant::{Gap, GapClass, MailboxFact, Part};

    fn missing(setting: MailboxSetting, reason: causes::Cause) -> MailboxPart {
        let gap = Gap {
            class: GapClass::Denied,
            reason: reason.reason(),
            ..Gap::not_reached(Part::Mailbox(setting))
        };
        MailboxPart::missing(setting, gap)
    }

    #[test]
    fn only_settings_or_a_refusal_of_all_of_them_is_clear() {
        use MailboxSetting::{Delegates, SendAs};
        let read = || MailboxPart::Delegates(MailboxFact::Read(Vec::new()));
        let off = |setting| MailboxPart::not_applicable(setting, causes::MAIL_SERVICE_NOT_ENABLED.id());
        for (parts, answer) in [
            (vec![read()], Some(Answer::Settings)),
            (vec![missing(SendAs, causes::FORBIDDEN), read()], Some(Answer::Settings)),
            (vec![off(SendAs), off(Delegates)], Some(Answer::Refusal)),
            (
                vec![missing(SendAs, causes::FORBIDDEN), missing(Delegates, causes::FORBIDDEN)],
                Some(Answer::Refusal),
            ),
            (vec![missing(SendAs, causes::PRECONDITION_FAILED)], Some(Answer::Refusal)),
            (vec![missing(SendAs, causes::FORBIDDEN), missing(Delegates, causes::THROTTLED)], None),
            (vec![missing(SendAs, causes::SCOPE_NOT_DELEGATED)], None),
            (vec![], None),
        ] {
            assert_eq!(answer_in(&parts), answer, "{parts:?}");
        }
    }
}
