//! How each setting of a mailbox is read: the request, and wire type → fact.

use crate::google::{GoogleError, Listing, Pages, Session, gmail1};
use crate::tenant::gmail::{
    AutoForwarding, Delegate, Filter, FilterAction, FilterCriteria, Filters, ForwardingAddress, Imap, Pop,
};
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
        MailboxSetting::Delegates => delegates(session).await.map(MailboxPart::Delegates),
        MailboxSetting::ForwardingAddresses => {
            forwarding_addresses(session).await.map(MailboxPart::ForwardingAddresses)
        }
        MailboxSetting::AutoForwarding => auto_forwarding(session).await.map(MailboxPart::AutoForwarding),
        MailboxSetting::Filters => filters(session).await.map(MailboxPart::Filters),
        MailboxSetting::Imap => imap(session).await.map(MailboxPart::Imap),
        MailboxSetting::Pop => pop(session).await.map(MailboxPart::Pop),
    }
}

/// Every row of a listing that may be empty.
async fn rows<W, T>(
    setting: MailboxSetting,
    pages: Pages<'_, W>,
    fact: impl Fn(W) -> T,
) -> Result<MailboxFact<Vec<T>>, GoogleError>
where
    W: serde::de::DeserializeOwned,
{
    let listing = pages.all().await;
    if let Some(error) = listing.stopped {
        return Err(error);
    }
    let rows = listing.rows.into_iter().map(fact).collect();
    Ok(match gaps::broken_rows(Part::Mailbox(setting), &listing.broken) {
        Some(gap) => MailboxFact::Partial(rows, gap),
        None => MailboxFact::Read(rows),
    })
}

async fn delegates(session: &Session<'_>) -> Result<MailboxFact<Vec<Delegate>>, GoogleError> {
    rows(MailboxSetting::Delegates, gmail1::list_delegates(session), |wire| Delegate {
        email: wire.delegate_email,
        verification_status: wire.verification_status.unwrap_or_default(),
    })
    .await
}

async fn forwarding_addresses(
    session: &Session<'_>,
) -> Result<MailboxFact<Vec<ForwardingAddress>>, GoogleError> {
    let pages = gmail1::list_forwarding_addresses(session);
    rows(MailboxSetting::ForwardingAddresses, pages, |wire| ForwardingAddress {
        email: wire.forwarding_email,
        verification_status: wire.verification_status.unwrap_or_default(),
    })
    .await
}

async fn auto_forwarding(session: &Session<'_>) -> Result<MailboxFact<AutoForwarding>, GoogleError> {
    let wire = gmail1::get_auto_forwarding(session).await?;
    let part = Part::Mailbox(MailboxSetting::AutoForwarding);
    // Of a mailbox that never forwarded, the whole answer is `{"enabled": false}`
    // (<https://github.com/bingran-you/smolclaw>, tests/fixtures/real_gmail). Without `enabled`, nobody knows: assumed.
    Ok(match wire.enabled {
        None => MailboxFact::Missing(gaps::empty(part, "setting")),
        Some(enabled) => MailboxFact::Read(AutoForwarding {
            enabled,
            email: wire.email_address.unwrap_or_default(),
            disposition: wire.disposition.unwrap_or_default(),
        }),
    })
}

async fn filters(session: &Session<'_>) -> Result<MailboxFact<Filters>, GoogleError> {
    let all = rows(MailboxSetting::Filters, gmail1::list_filters(session), filter).await?;
    let kept = |rows: Vec<Option<Filter>>| Filters {
        total: rows.len() as u64,
        kept: rows.into_iter().flatten().collect(),
    };
    Ok(match all {
        MailboxFact::Read(rows) => MailboxFact::Read(kept(rows)),
        MailboxFact::Partial(rows, gap) => MailboxFact::Partial(kept(rows), gap),
        MailboxFact::NotApplicable(why) => MailboxFact::NotApplicable(why),
        MailboxFact::Missing(gap) => MailboxFact::Missing(gap),
        MailboxFact::NotAsked => MailboxFact::NotAsked,
    })
}

/// A filter, if a verdict depends on it. One whose label was deleted has no action, and decides nothing
/// (<https://github.com/GAM-team/GAM/issues/294>, <https://github.com/mbrt/gmailctl/issues/49>).
fn filter(wire: gmail1::Filter) -> Option<Filter> {
    let action = wire.action.unwrap_or_default();
    let has = |labels: &[String], label: &str| labels.iter().any(|id| id == label);
    let filter = Filter {
        id: wire.id,
        criteria: criteria(wire.criteria.unwrap_or_default()),
        action: FilterAction {
            trashes: has(&action.add_label_ids, "TRASH"),
            archives: has(&action.remove_label_ids, "INBOX"),
            marks_read: has(&action.remove_label_ids, "UNREAD"),
            forward: action.forward.unwrap_or_default(),
        },
    };
    filter.decides().then_some(filter)
}

fn criteria(wire: gmail1::FilterCriteria) -> FilterCriteria {
    FilterCriteria {
        from: wire.from.unwrap_or_default(),
        to: wire.to.unwrap_or_default(),
        subject: wire.subject.unwrap_or_default(),
        query: wire.query.unwrap_or_default(),
        negated_query: wire.negated_query.unwrap_or_default(),
        has_attachment: wire.has_attachment.unwrap_or(false),
        exclude_chats: wire.exclude_chats.unwrap_or(false),
        size: wire.size.unwrap_or(0),
        size_comparison: wire.size_comparison.unwrap_or_default(),
    }
}

async fn pop(session: &Session<'_>) -> Result<MailboxFact<Pop>, GoogleError> {
    let wire = gmail1::get_pop(session).await?;
    Ok(match wire.access_window {
        None => MailboxFact::Missing(gaps::empty(Part::Mailbox(MailboxSetting::Pop), "setting")),
        Some(access_window) => {
            MailboxFact::Read(Pop { access_window, disposition: wire.disposition.unwrap_or_default() })
        }
    })
}

async fn imap(session: &Session<'_>) -> Result<MailboxFact<Imap>, GoogleError> {
    let wire = gmail1::get_imap(session).await?;
    // Gmail writes false, too (<https://github.com/bingran-you/smolclaw>, tests/fixtures/real_gmail). An absent `enabled`
    // beside another field is false: assumed.
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
