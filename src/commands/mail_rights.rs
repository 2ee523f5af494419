//! What `who-can-send-as` and `reach` share: the answer, as text or JSON.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use serde_json::json;

use crate::audit::{self, Exit, MailQuestion, MailReply};
use crate::authority::mail::{BLIND_SPOTS, Covered, MailRight, Standing};
use crate::cli::{ReportFormat, StoredRun};
use crate::config::Config;
use crate::tenant::one_word;

use super::again;
use super::failure::Failure;
use super::run::environment;
use super::terminal::printable;

pub(super) fn answer(question: MailQuestion<'_>, of: &StoredRun) -> Result<Exit, Failure> {
    let config = Config::load(&of.config, environment(), &of.settings)?;
    let run_id = again::named(&config, &of.run)?;
    let reply = audit::mail_rights(&config, &run_id, question)?;
    let text = match of.format {
        ReportFormat::Text => text(question, &reply),
        ReportFormat::Json => document(question, &reply)?,
    };
    io::stdout().lock().write_all(text.as_bytes())?;
    Ok(if reply.answer.is_known { Exit::Complete } else { Exit::NotRecognized })
}

fn document(question: MailQuestion<'_>, reply: &MailReply) -> Result<String, Failure> {
    let (name, subject) = match question {
        MailQuestion::WhoCanSendAs(address) => ("address", address),
        MailQuestion::Reach(principal) => ("principal", principal),
    };
    let rights: Vec<_> = reply
        .answer
        .rights
        .iter()
        .map(|right| {
            let (covers, user_id, mailbox, address) = match &right.covers {
                Covered::EveryMailbox => ("every_mailbox", None, None, None),
                Covered::Address { user_id, mailbox, address } => {
                    ("address", Some(user_id), Some(mailbox), Some(address))
                }
            };
            json!({
                "holder": right.holder,
                "by": right.by,
                "covers": covers,
                "user_id": user_id,
                "mailbox": mailbox,
                "address": address,
                "sends": right.sends,
                "reads": right.reads,
                "can_send": right.can_send(),
                "standing": right.standing,
                "setting": right.setting,
                "path": right.path,
                "since": right.since,
                "last_used": right.last_used,
                "end": right.end,
            })
        })
        .collect();
    let document = json!({
        name: subject,
        "run": reply.run_id,
        "read_at": reply.read_at,
        "is_known": reply.answer.is_known,
        "active_mailboxes": reply.active_mailboxes,
        "rights": rights,
        "gaps": reply.answer.gaps,
        "blind_spots": BLIND_SPOTS,
    });
    let text = serde_json::to_string_pretty(&document).map_err(io::Error::other)?;
    Ok(format!("{text}\n"))
}

/// A heading, and which rights are below it.
type Group = (&'static str, fn(&MailRight) -> bool);

/// The groups of rights, in the order in which they are shown.
const GROUPS: [Group; 5] = [
    ("can send now", |right| right.sends && right.standing == Standing::Now),
    ("can obtain the right to send", |right| right.sends && right.standing == Standing::Obtainable),
    ("can read mail, but not send", |right| !right.sends && is_usable(right)),
    ("cannot send or read now", |right| {
        matches!(right.standing, Standing::Unknown | Standing::Pending | Standing::Blocked)
    }),
    ("indirect, and not counted: Gmail does not pass a delegation on", |right| {
        right.standing == Standing::Indirect
    }),
];

fn is_usable(right: &MailRight) -> bool {
    matches!(right.standing, Standing::Now | Standing::Obtainable)
}

fn text(question: MailQuestion<'_>, reply: &MailReply) -> String {
    let mut text = String::new();
    let read = reply.read_at.format("%Y-%m-%d %H:%M UTC");
    let rights = &reply.answer.rights;
    let subject = match question {
        MailQuestion::WhoCanSendAs(subject) | MailQuestion::Reach(subject) => one_word(subject.trim()),
    };
    let mut line = |line: &str| {
        text.push_str(&printable(line));
        text.push('\n');
    };
    if !reply.answer.is_known {
        let what = match question {
            MailQuestion::WhoCanSendAs(_) => {
                "no user, alias, known group or send-as address with this address"
            }
            MailQuestion::Reach(_) => "no user, known group, service account, client or app with this name",
        };
        line(&format!("{subject} is unknown: the run of {read} has {what}."));
    } else if rights.is_empty() {
        line(&format!("No right on mail is known for {subject} (run of {read})."));
    } else {
        line(&format!("{subject}: {} (run of {read})", counted(question, rights)));
    }
    for (title, is_in) in GROUPS {
        let mut of_group: Vec<&MailRight> = rights.iter().filter(|right| is_in(right)).collect();
        of_group.sort_by_key(|right| (right.by, &right.holder.name, &right.covers, &right.setting));
        if of_group.is_empty() {
            continue;
        }
        line(&format!("\n{}{}", title[..1].to_uppercase(), &title[1..]));
        of_group.into_iter().for_each(|right| line(&entry(question, right, reply)));
    }
    if !reply.answer.gaps.is_empty() {
        line("\nNot read, so there can be more");
        for gap in &reply.answer.gaps {
            line(&format!("  {}: {}.", gap.part, gap.message.trim_end_matches('.')));
            if !gap.fix.is_empty() {
                line(&format!("    Fix: {}", gap.advice()));
            }
        }
    }
    line("\nNever covered");
    BLIND_SPOTS.iter().for_each(|spot| line(&format!("  {spot}")));
    text
}

/// How many principals, or addresses, the answer is about.
fn counted(question: MailQuestion<'_>, rights: &[MailRight]) -> String {
    let can_send: Vec<&MailRight> = rights.iter().filter(|right| right.can_send()).collect();
    match question {
        MailQuestion::WhoCanSendAs(_) => {
            let holders: std::collections::BTreeSet<_> = can_send.iter().map(|right| &right.holder).collect();
            match holders.len() {
                1 => "1 principal can send as it".to_owned(),
                count => format!("{count} principals can send as it"),
            }
        }
        MailQuestion::Reach(_) if can_send.iter().any(|right| right.covers == Covered::EveryMailbox) => {
            "can send as every mailbox".to_owned()
        }
        MailQuestion::Reach(_) => {
            let addresses: std::collections::BTreeSet<_> =
                can_send.iter().map(|right| &right.covers).collect();
            match addresses.len() {
                1 => "can send as 1 address".to_owned(),
                count => format!("can send as {count} addresses"),
            }
        }
    }
}

fn entry(question: MailQuestion<'_>, right: &MailRight, reply: &MailReply) -> String {
    let holder = format!("{} {}", right.holder.kind.as_str().replace('_', " "), one_word(&right.holder.name));
    let covered = match &right.covers {
        Covered::EveryMailbox => format!("every mailbox ({} active)", reply.active_mailboxes),
        Covered::Address { address, mailbox, .. } if address == mailbox => one_word(address).into_owned(),
        Covered::Address { address, mailbox, .. } => {
            format!("{} through the mailbox of {}", one_word(address), one_word(mailbox))
        }
    };
    let subject = match question {
        MailQuestion::WhoCanSendAs(_) => format!("{holder} ({covered})"),
        MailQuestion::Reach(_) => format!("{covered} ({holder})"),
    };
    let rights = match (right.sends, right.reads) {
        (true, true) => "send and read",
        (true, false) => "send",
        _ => "read",
    };
    let mut text = format!("  {subject}: {rights}, by {}", right.by.as_str().replace('_', " "));
    // Writing to a string cannot fail.
    if matches!(right.standing, Standing::Unknown | Standing::Pending | Standing::Blocked) {
        let _ = write!(text, ", {}", right.standing.as_str());
    }
    for step in &right.path {
        let _ = write!(text, "\n    {step}");
    }
    let dates = [("since", right.since), ("last used", right.last_used)];
    for (name, at) in dates.into_iter().filter_map(|(name, at)| Some((name, at?))) {
        let _ = write!(text, "\n    {name} {}", at.date_naive());
    }
    let _ = write!(text, "\n    To end it: {}", right.end);
    text
}
