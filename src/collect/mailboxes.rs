//! Each user's mailbox: what becomes of it, from the user's state or from Gmail's answer.

use futures::{StreamExt, TryStreamExt, stream};

use crate::causes::{self, Class};
use crate::google::{Client, GoogleError, Listing, Session, gmail1};
use crate::store::{Run, StoreError};
use crate::tenant::{
    Address, Gap, GapClass, GmailState, Mailbox, MailboxFact, MailboxRead, Part, SendAs, SendAsKind, SmtpMsa,
    User,
};

use super::{Identity, Plan, Progress, access, gaps};

/// Mailboxes that are written at once.
const BATCH: usize = 200;
/// How far apart users are asked for who stand side by side: some trouble strikes neighbours, and an API that fails
/// for all who are asked first looks like one that is down.
const STRIDE: usize = 50;

/// Reads every mailbox that is not read yet. Users stream from the store and their mailboxes back to it.
pub(super) async fn collect(
    client: &Client,
    plan: &Plan,
    run: &Run<'_>,
    progress: &dyn Progress,
) -> Result<(), StoreError> {
    progress.started(Part::SendAs, Some(run.user_count()?));
    progress.resumed(Part::SendAs, run.mailbox_count()?);
    let scopes = access::scopes(Identity::Mailbox, &plan.parts);
    let deadline = plan.deadline();
    let mut batches = stream::iter(spread(run.users_without_mailbox()))
        .map(|user| {
            let scopes = &scopes;
            async move {
                let (key, user) = user?;
                let session = Session::as_subject(client, &user.primary_email, scopes).until(deadline);
                let mailbox = mailbox(&session, plan, &user).await;
                progress.advanced(Part::SendAs, 1);
                Ok::<_, StoreError>((key, mailbox))
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
    progress.finished(Part::SendAs);
    Ok(())
}

/// Users who were asked before anybody got a token, and refused in words that fit a missing delegation: others did
/// get one, so it is about the user.
fn tell_refused_users(run: &Run<'_>) -> Result<(), StoreError> {
    let mut batch = Vec::new();
    for row in run.mailboxes_with(&[causes::SCOPE_NOT_DELEGATED.id, causes::CLIENT_NOT_AUTHORIZED.id]) {
        let (key, mailbox) = row?;
        let Some(gap) = mailbox.gap.as_ref().and_then(gaps::of_refused_user) else { continue };
        let gmail_evidence = gap.reason.to_string();
        let send_as = MailboxFact::Missing(gap.clone());
        batch.push((key, Mailbox { gmail_evidence, send_as, gap: Some(gap), ..mailbox }));
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

async fn mailbox(session: &Session<'_>, plan: &Plan, user: &User) -> Mailbox {
    if let Some(mailbox) = without_request(user) {
        return mailbox;
    }
    if !plan.parts.contains(&Part::SendAs) {
        return Mailbox {
            gmail: GmailState::Unknown,
            gmail_evidence: "not_asked".to_owned(),
            read: MailboxRead::NotApplicable,
            gap: None,
            send_as: MailboxFact::NotAsked,
        };
    }
    let listing = gmail1::list_send_as(session).all().await;
    match &listing.stopped {
        Some(error) => from_error(error),
        None => from_answer(user, listing),
    }
}

/// The mailbox of a user whom Google lets nobody act as, or who has none.
fn without_request(user: &User) -> Option<Mailbox> {
    let no_mailbox = user.is_mailbox_setup == Some(false);
    let evidence = match (user.suspended, user.archived) {
        // A guest is made of an external address (Directory reference: users.createGuest). Assumed: mail goes there.
        _ if user.is_guest() => "guest",
        (Some(true), _) => "suspended",
        (_, Some(true)) => "archived",
        _ if no_mailbox => "is_mailbox_setup_false",
        _ => return None,
    };
    let gmail = if no_mailbox { GmailState::NoMailbox } else { GmailState::Unknown };
    Some(not_applicable(gmail, evidence))
}

fn not_applicable(gmail: GmailState, evidence: &str) -> Mailbox {
    Mailbox {
        gmail,
        gmail_evidence: evidence.to_owned(),
        read: MailboxRead::NotApplicable,
        gap: None,
        send_as: MailboxFact::NotApplicable(evidence.to_owned()),
    }
}

fn from_error(error: &GoogleError) -> Mailbox {
    if error.cause.class == Class::MailOff {
        return not_applicable(GmailState::Off, error.cause.id);
    }
    missing(gaps::refused(Part::SendAs, error))
}

fn missing(gap: Gap) -> Mailbox {
    Mailbox {
        gmail: GmailState::Unknown,
        gmail_evidence: gap.reason.to_string(),
        read: if gap.class == GapClass::Failed { MailboxRead::Failed } else { MailboxRead::Denied },
        gap: Some(gap.clone()),
        send_as: MailboxFact::Missing(gap),
    }
}

fn from_answer(user: &User, listing: Listing<gmail1::SendAs>) -> Mailbox {
    // "Every Gmail account has exactly one primary address" (Gmail's discovery document: SendAs.isPrimary).
    if gaps::is_empty(&listing) {
        return missing(gaps::empty(Part::SendAs, "address"));
    }
    let send_as: Vec<SendAs> = listing.rows.into_iter().map(|wire| send_as(user, wire)).collect();
    let gap = gaps::broken_rows(Part::SendAs, &listing.broken).or_else(|| {
        let has_own = send_as.iter().any(|entry| entry.is_primary);
        (!has_own).then(|| gaps::empty(Part::SendAs, "primary address"))
    });
    Mailbox {
        gmail: GmailState::On,
        gmail_evidence: "send_as_list_answered".to_owned(),
        read: if gap.is_some() { MailboxRead::Partial } else { MailboxRead::Complete },
        send_as: match &gap {
            Some(gap) => MailboxFact::Partial(send_as, gap.clone()),
            None => MailboxFact::Read(send_as),
        },
        gap,
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

    #[test]
    fn neighbours_are_asked_for_far_apart_and_nobody_is_left_out() {
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
