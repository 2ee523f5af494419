//! How each setting of a mailbox is read: the request, and wire type → fact.

use crate::google::{GoogleError, Listing, Session, gmail1};
use crate::tenant::gmail::Imap;
use crate::tenant::{
    Address, MailboxFact, MailboxPart, MailboxSetting, Part, SendAs, SendAsKind, SmtpMsa, User,
};

use super::gaps;

/// Asks Gmail for one setting.
pub(super) async fn read(
    setting: MailboxSetting,
    session: &Session<'_>,
    user: &User,
) -> Result<MailboxPart, GoogleError> {
    match setting {
        MailboxSetting::SendAs => send_as(session, user).await.map(MailboxPart::SendAs),
        MailboxSetting::Imap => imap(session).await.map(MailboxPart::Imap),
    }
}

async fn imap(session: &Session<'_>) -> Result<MailboxFact<Imap>, GoogleError> {
    let wire = gmail1::get_imap(session).await?;
    // Assumed: Gmail names the behavior for every mailbox, and leaves out `enabled` only where it is false.
    Ok(match (wire.enabled, wire.expunge_behavior) {
        (None, None) => MailboxFact::Missing(gaps::empty(Part::Mailbox(MailboxSetting::Imap), "setting")),
        (enabled, behavior) => MailboxFact::Read(Imap {
            enabled: enabled.unwrap_or(false),
            auto_expunge: wire.auto_expunge.unwrap_or(false),
            expunge_behavior: behavior.unwrap_or_default(),
            max_folder_size: wire.max_folder_size.unwrap_or(0),
        }),
    })
}

async fn send_as(session: &Session<'_>, user: &User) -> Result<MailboxFact<Vec<SendAs>>, GoogleError> {
    let listing = gmail1::list_send_as(session).all().await;
    match listing.stopped {
        Some(error) => Err(error),
        None => Ok(send_as_of(user, listing)),
    }
}

fn send_as_of(user: &User, listing: Listing<gmail1::SendAs>) -> MailboxFact<Vec<SendAs>> {
    // "Every Gmail account has exactly one primary address" (Gmail's discovery document: SendAs.isPrimary).
    if gaps::is_empty(&listing) {
        return MailboxFact::Missing(gaps::empty(Part::SEND_AS, "address"));
    }
    let send_as: Vec<SendAs> = listing.rows.into_iter().map(|wire| send_as_entry(user, wire)).collect();
    let gap = gaps::broken_rows(Part::SEND_AS, &listing.broken).or_else(|| {
        let has_own = send_as.iter().any(|entry| entry.is_primary);
        (!has_own).then(|| gaps::empty(Part::SEND_AS, "primary address"))
    });
    match gap {
        Some(gap) => MailboxFact::Partial(send_as, gap),
        None => MailboxFact::Read(send_as),
    }
}

fn send_as_entry(user: &User, wire: gmail1::SendAs) -> SendAs {
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
