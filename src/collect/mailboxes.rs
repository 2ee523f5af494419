//! Each user's mailbox: what becomes of it, from the user's state or from Gmail's answer.

use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt, TryStreamExt, stream};

use crate::causes::{self, Class};
use crate::google::{Client, GoogleError, Listing, Session, gmail1};
use crate::store::{Run, StoreError};
use crate::tenant::{
    Address, Imap, MailboxFact, MailboxPart, Part, Sample, SendAs, SendAsKind, SmtpMsa, User, without_request,
};

use super::{Identity, Plan, Progress, access, gaps};

/// Mailboxes that are written at once.
const BATCH: usize = 200;
/// How far apart users are asked for who stand side by side: some trouble strikes neighbors, and an API that fails
/// for all who are asked first looks like one that is down.
const STRIDE: usize = 50;

/// Asks Gmail for one part of a mailbox.
type Read = for<'s> fn(&'s Session<'s>, &'s User) -> BoxFuture<'s, Result<MailboxPart, GoogleError>>;

/// How each part of [`MAILBOX_PARTS`] is read.
const READERS: &[(Part, Read)] = &[
    (Part::SendAs, |session, user| read_send_as(session, user).boxed()),
    (Part::Imap, |session, _| read_imap(session).boxed()),
];

/// Reads every part of a mailbox that was asked for and is not read yet. Users stream from the store and the parts of
/// their mailboxes back to it.
pub(super) async fn collect(
    client: &Client,
    plan: &Plan,
    run: &Run<'_>,
    progress: &dyn Progress,
) -> Result<(), StoreError> {
    let readers: Vec<_> = READERS.iter().filter(|(part, _)| plan.parts.contains(part)).collect();
    for (part, _) in &readers {
        progress.started(*part, Some(run.user_count()?));
        progress.resumed(*part, run.mailbox_count(*part)?);
    }
    if let Some(sample) = &plan.sample {
        leave_out(sample, &readers, run)?;
    }
    let scopes = access::scopes(Identity::Mailbox, &plan.parts);
    let deadline = plan.deadline();
    let users = run.users_to_read(readers.len());
    let mut batches = stream::iter(spread(users))
        .map(|user| {
            let (scopes, readers) = (&scopes, &readers);
            async move {
                let (key, user, kept) = user?;
                let session = Session::as_subject(client, &user.primary_email, scopes).until(deadline);
                let readers = readers.iter().filter(|(part, _)| !kept.contains(part));
                let parts = mailbox(&session, readers.copied(), &user).await;
                parts.iter().for_each(|part| progress.advanced(part.part(), 1));
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
        tell_refused_users(run)?;
    }
    readers.iter().for_each(|(part, _)| progress.finished(*part));
    Ok(())
}

/// Notes every mailbox that is not in the sample, so that nobody asks for it.
fn leave_out(sample: &Sample, readers: &[&(Part, Read)], run: &Run<'_>) -> Result<(), StoreError> {
    let (mut batch, mut taken) = (Vec::new(), 0);
    let most = sample.most.unwrap_or(usize::MAX);
    for row in run.users_to_read(readers.len()) {
        let (key, user, _) = row?;
        if taken < most && sample.fits(&user) && without_request(&user).is_none() {
            taken += 1;
            continue;
        }
        let gap = |part| {
            let fix = "Run the audit without `--org-unit`, `--users` and `--sample`.";
            gaps::not_configured(part, "not in the sample", fix)
        };
        let parts = readers.iter().filter_map(|(part, _)| MailboxPart::missing(*part, gap(*part)));
        batch.push((key, parts.collect()));
        if batch.len() == BATCH {
            run.put_mailboxes(&std::mem::take(&mut batch))?;
        }
    }
    if taken == 0 {
        tracing::warn!("no mailbox is in the sample: {sample}");
    }
    run.put_mailboxes(&batch)
}

/// Users who were asked before anybody got a token, and refused in words that fit a missing delegation: others did
/// get one, so it is about the user.
fn tell_refused_users(run: &Run<'_>) -> Result<(), StoreError> {
    let mut batch = Vec::new();
    for row in
        run.mailbox_parts_missing_for(&[causes::SCOPE_NOT_DELEGATED.id, causes::CLIENT_NOT_AUTHORIZED.id])
    {
        let (key, fact) = row?;
        let gap = fact.status().gap().and_then(gaps::of_refused_user);
        let Some(fact) = gap.and_then(|gap| MailboxPart::missing(fact.part(), gap)) else { continue };
        batch.push((key, vec![fact]));
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

/// These parts of a user's mailbox, one after the other: they share a token. Where one shows that there is nothing to
/// read, the others are not asked for.
async fn mailbox<'r>(
    session: &Session<'_>,
    readers: impl Iterator<Item = &'r (Part, Read)>,
    user: &User,
) -> Vec<MailboxPart> {
    let mut closed = without_request(user);
    let mut parts = Vec::with_capacity(1);
    for (part, read) in readers {
        let fact = match closed {
            Some(why) => MailboxPart::not_applicable(*part, why),
            None => match read(session, user).await {
                Ok(fact) => Some(fact),
                Err(error) if error.cause.class == Class::MailOff => {
                    closed = Some(error.cause.id);
                    // What was refused before is not there either.
                    for part in
                        parts.iter_mut().filter(|part: &&mut MailboxPart| part.status().gap().is_some())
                    {
                        MailboxPart::not_applicable(part.part(), error.cause.id)
                            .into_iter()
                            .for_each(|fact| *part = fact);
                    }
                    MailboxPart::not_applicable(*part, error.cause.id)
                }
                Err(error) => MailboxPart::missing(*part, gaps::refused(*part, &error)),
            },
        };
        parts.extend(fact);
    }
    parts
}

async fn read_imap(session: &Session<'_>) -> Result<MailboxPart, GoogleError> {
    let wire = gmail1::get_imap(session).await?;
    // Assumed: Gmail names the behavior for every mailbox, and leaves out `enabled` only where it is false.
    Ok(MailboxPart::Imap(match (wire.enabled, wire.expunge_behavior) {
        (None, None) => MailboxFact::Missing(gaps::empty(Part::Imap, "setting")),
        (enabled, behavior) => MailboxFact::Read(Imap {
            enabled: enabled.unwrap_or(false),
            auto_expunge: wire.auto_expunge.unwrap_or(false),
            expunge_behavior: behavior.unwrap_or_default(),
            max_folder_size: wire.max_folder_size.unwrap_or(0),
        }),
    }))
}

async fn read_send_as(session: &Session<'_>, user: &User) -> Result<MailboxPart, GoogleError> {
    let listing = gmail1::list_send_as(session).all().await;
    match listing.stopped {
        Some(error) => Err(error),
        None => Ok(MailboxPart::SendAs(from_answer(user, listing))),
    }
}

fn from_answer(user: &User, listing: Listing<gmail1::SendAs>) -> MailboxFact<Vec<SendAs>> {
    // "Every Gmail account has exactly one primary address" (Gmail's discovery document: SendAs.isPrimary).
    if gaps::is_empty(&listing) {
        return MailboxFact::Missing(gaps::empty(Part::SendAs, "address"));
    }
    let send_as: Vec<SendAs> = listing.rows.into_iter().map(|wire| send_as(user, wire)).collect();
    let gap = gaps::broken_rows(Part::SendAs, &listing.broken).or_else(|| {
        let has_own = send_as.iter().any(|entry| entry.is_primary);
        (!has_own).then(|| gaps::empty(Part::SendAs, "primary address"))
    });
    match gap {
        Some(gap) => MailboxFact::Partial(send_as, gap),
        None => MailboxFact::Read(send_as),
    }
}

fn send_as(user: &User, wire: gmail1::SendAs) -> SendAs {
    let is_primary = wire.is_primary.unwrap_or(false);
    let address = Address::new(&wire.send_as_email);
    let kind = if is_primary {
        SendAsKind::Primary
    } else if user.addresses().any(|own| Address::new(own) == address) {
        SendAsKind::Alias
    } else {
        SendAsKind::Custom
    };
    SendAs {
        kind,
        is_primary,
        display_name: wire.display_name.unwrap_or_default(),
        reply_to: wire.reply_to_address.unwrap_or_default(),
        is_default: wire.is_default.unwrap_or(false),
        treat_as_alias: wire.treat_as_alias.unwrap_or(false),
        verification_status: wire.verification_status.unwrap_or_default(),
        smtp: wire.smtp_msa.and_then(smtp),
        send_as_email: wire.send_as_email,
    }
}

/// Gmail answers an empty object where its own servers send.
fn smtp(wire: gmail1::SmtpMsa) -> Option<SmtpMsa> {
    let host = wire.host.unwrap_or_default();
    let security_mode = wire.security_mode.unwrap_or_default();
    (!host.is_empty() || wire.port.is_some()).then_some(SmtpMsa { host, port: wire.port, security_mode })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tenant::PartGrain;
    use crate::tenant::gmail::parts::MAILBOX_PARTS;

    #[test]
    fn every_part_of_a_mailbox_has_a_reader() {
        let read: Vec<Part> = READERS.iter().map(|(part, _)| *part).collect();
        assert_eq!(read, MAILBOX_PARTS);
        assert!(MAILBOX_PARTS.iter().all(|part| part.grain() == PartGrain::User));
        let of_users = Part::ALL.into_iter().filter(|part| part.grain() == PartGrain::User);
        assert_eq!(of_users.collect::<Vec<_>>(), MAILBOX_PARTS);
    }

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
