//! Each user's mailbox: what becomes of it, from the user's state or from Gmail's answer.

use futures::{StreamExt, TryStreamExt, stream};
use tokio::time::Instant;

use crate::causes::{self, Class};
use crate::google::{Client, Session};
use crate::store::{Run, StoreError, UserKey};
use crate::tenant::{MailboxPart, MailboxSetting, Part, User, without_request};

use super::mailbox_settings::read;
use super::{Identity, Plan, Progress, access, archived_mailboxes, gaps};

/// Mailboxes that are written at once.
pub(super) const BATCH: usize = 200;
/// How far apart users are asked for who stand side by side: some trouble strikes neighbors, and an API that fails
/// for all who are asked first looks like one that is down.
const STRIDE: usize = 50;

/// Reads every setting of a mailbox that was asked for and is not read yet. Users stream from the store, and the
/// settings of their mailboxes back to it.
pub(super) async fn collect(
    client: &Client,
    plan: &Plan,
    run: &Run<'_>,
    progress: &dyn Progress,
) -> Result<(), StoreError> {
    let is_asked = |setting: &MailboxSetting| plan.parts.contains(&Part::Mailbox(*setting));
    let settings: Vec<_> = MailboxSetting::ALL.into_iter().filter(is_asked).collect();
    for setting in &settings {
        progress.started(Part::Mailbox(*setting), Some(run.user_count()?));
        progress.resumed(Part::Mailbox(*setting), run.mailbox_count(*setting)?);
    }
    let scopes = access::scopes(Identity::Mailbox, &plan.parts);
    let reader = Reader { client, plan, run, progress, scopes: &scopes, settings: &settings };
    let deadline = plan.deadline();
    let known = archived_mailboxes::known(plan, run, &settings)?;
    let users = run.users_to_read(settings.len());
    let users =
        users.filter(|row| !row.as_ref().is_ok_and(|(_, user, _)| archived_mailboxes::concerns(user)));
    reader.read_all(spread(users), deadline).await?;
    // Only archived users are left.
    archived_mailboxes::collect(&reader, spread(run.users_to_read(settings.len())), known, deadline).await?;
    if client.are_delegated(&scopes) {
        mark_refused_users(run)?;
    }
    settings.iter().for_each(|setting| progress.finished(Part::Mailbox(*setting)));
    Ok(())
}

/// A user whose mailbox is to be read, and the settings of it that are kept already.
pub(super) type Row = Result<(UserKey, User, Vec<MailboxSetting>), StoreError>;

/// Reads mailboxes, and keeps what was read.
pub(super) struct Reader<'a> {
    client: &'a Client,
    plan: &'a Plan,
    pub(super) run: &'a Run<'a>,
    progress: &'a dyn Progress,
    scopes: &'a [&'static str],
    settings: &'a [MailboxSetting],
}

impl Reader<'_> {
    /// Reads the mailboxes of these users, several at once.
    pub(super) async fn read_all(
        &self,
        users: impl Iterator<Item = Row>,
        deadline: Instant,
    ) -> Result<(), StoreError> {
        let mut batches = stream::iter(users)
            .map(|user| self.read(user, deadline))
            .buffer_unordered(self.plan.concurrency.max(1))
            .try_ready_chunks(BATCH);
        loop {
            match batches.try_next().await {
                Ok(Some(batch)) => self.run.put_mailboxes(&batch)?,
                Ok(None) => return Ok(()),
                Err(error) => {
                    // What was read before the store failed is kept if the store still takes it.
                    self.run.put_mailboxes(&error.0)?;
                    return Err(error.1);
                }
            }
        }
    }

    /// Reads what is missing of a user's mailbox.
    pub(super) async fn read(
        &self,
        user: Row,
        deadline: Instant,
    ) -> Result<(UserKey, Vec<MailboxPart>), StoreError> {
        let (key, user, kept) = user?;
        let session = Session::as_subject(self.client, &user.primary_email, self.scopes).until(deadline);
        let parts = mailbox(&session, self.missing(&kept), &user).await;
        self.advanced(&parts);
        Ok((key, parts))
    }

    /// Notes of a user's mailbox that there is nothing to read.
    pub(super) fn without_request(
        &self,
        user: Row,
        why: &str,
    ) -> Result<(UserKey, Vec<MailboxPart>), StoreError> {
        let (key, _, kept) = user?;
        let parts: Vec<_> =
            self.missing(&kept).map(|setting| MailboxPart::not_applicable(setting, why)).collect();
        self.advanced(&parts);
        Ok((key, parts))
    }

    fn missing(&self, kept: &[MailboxSetting]) -> impl Iterator<Item = MailboxSetting> {
        self.settings.iter().copied().filter(|setting| !kept.contains(setting))
    }

    fn advanced(&self, parts: &[MailboxPart]) {
        parts.iter().for_each(|part| self.progress.advanced(Part::Mailbox(part.setting()), 1));
    }
}

/// Users who were asked before anybody got a token, and refused in words that fit a missing delegation: others did
/// get one, so it is about the user.
fn mark_refused_users(run: &Run<'_>) -> Result<(), StoreError> {
    let mut batch = Vec::new();
    for row in
        run.mailbox_parts_missing_for(&[causes::SCOPE_NOT_DELEGATED.id, causes::CLIENT_NOT_AUTHORIZED.id])
    {
        let (key, fact) = row?;
        let gap = fact.status().gap().and_then(gaps::of_refused_user);
        let Some(gap) = gap else { continue };
        batch.push((key, vec![MailboxPart::missing(fact.setting(), gap)]));
        if batch.len() == BATCH {
            run.put_mailboxes(&std::mem::take(&mut batch))?;
        }
    }
    run.put_mailboxes(&batch)
}

/// The same in another order: of each hundred strides the first of all, then the second of all, and so on.
fn spread<T>(mut rows: impl Iterator<Item = T>) -> impl Iterator<Item = T> {
    let mut columns = Vec::new().into_iter();
    std::iter::from_fn(move || {
        if columns.len() == 0 {
            let mut next: Vec<Vec<T>> = (0..STRIDE).map(|_| Vec::new()).collect();
            for (place, row) in rows.by_ref().take(STRIDE * 100).enumerate() {
                next[place % STRIDE].push(row);
            }
            columns = next.into_iter().flatten().collect::<Vec<_>>().into_iter();
        }
        columns.next()
    })
}

/// These settings of a user's mailbox, one after the other: they share a token. Where one shows that there is nothing to
/// read, the others are not asked for.
async fn mailbox(
    session: &Session<'_>,
    settings: impl Iterator<Item = MailboxSetting>,
    user: &User,
) -> Vec<MailboxPart> {
    let mut closed = without_request(user);
    let mut parts: Vec<MailboxPart> = Vec::with_capacity(1);
    for setting in settings {
        let fact = match closed {
            Some(why) => MailboxPart::not_applicable(setting, why),
            None => match read(setting, session, user).await {
                Ok(fact) => fact,
                Err(error) if error.cause.class == Class::MailOff => {
                    closed = Some(error.cause.id);
                    // What was refused before is not there either.
                    for part in parts.iter_mut().filter(|part| part.status().gap().is_some()) {
                        *part = MailboxPart::not_applicable(part.setting(), error.cause.id);
                    }
                    MailboxPart::not_applicable(setting, error.cause.id)
                }
                Err(error) => MailboxPart::missing(setting, gaps::refused(Part::Mailbox(setting), &error)),
            },
        };
        parts.push(fact);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbors_are_asked_for_far_apart_and_nobody_is_left_out() {
        for count in [0, 1, 49, 60, 5_000, 12_345] {
            let asked: Vec<usize> = spread(0..count).collect();
            let far = |pair: &[usize]| pair[1] == pair[0] + STRIDE;
            assert!(count < 50 * STRIDE || asked[..50].windows(2).all(far));
            let mut all = asked;
            all.sort_unstable();
            assert_eq!(all, (0..count).collect::<Vec<_>>());
        }
    }
}
