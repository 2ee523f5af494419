//! Each user's mailbox: what becomes of it, from the user's state or from Gmail's answer.

use futures::{StreamExt, TryStreamExt, stream};

use crate::causes::{self, Class};
use crate::google::{Client, Session};
use crate::store::{Run, StoreError};
use crate::tenant::{MailboxPart, MailboxSetting, Part, User, without_request};

use super::mailbox_settings::read;
use super::{Identity, Plan, Progress, access, gaps};

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
    let deadline = plan.deadline();
    let users = run.users_to_read(settings.len());
    let mut batches = stream::iter(spread(users))
        .map(|user| {
            let (scopes, settings) = (&scopes, &settings);
            async move {
                let (key, user, kept) = user?;
                let session = Session::as_subject(client, &user.primary_email, scopes).until(deadline);
                let settings = settings.iter().copied().filter(|setting| !kept.contains(setting));
                let parts = mailbox(&session, settings, &user).await;
                parts.iter().for_each(|part| progress.advanced(Part::Mailbox(part.setting()), 1));
                Ok::<_, StoreError>((key, parts))
            }
        })
        .buffer_unordered(plan.concurrency.max(1))
        .try_ready_chunks(BATCH);
    loop {
        match batches.try_next().await {
            Ok(Some(batch)) => run.put_mailboxes(&batch)?,
            Ok(None) => break,
            Err(error) => {
                // What was read before the store failed is kept if the store still takes it.
                run.put_mailboxes(&error.0)?;
                return Err(error.1);
            }
        }
    }
    if client.are_delegated(&scopes) {
        mark_refused_users(run)?;
    }
    settings.iter().for_each(|setting| progress.finished(Part::Mailbox(*setting)));
    Ok(())
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
