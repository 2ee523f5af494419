//! Users that cannot send, or whose mailbox could not be read.

use std::collections::BTreeMap;

use askama::Template;

use super::budget::{keep_fitting, size};
use super::text::{self, address, clip, count, counted, day};
use crate::snapshot::UserFacts;
use crate::tenant::{GmailState, MailboxRead};

const MAX_ROWS: usize = 200;
const MAX_BYTES: usize = 800_000;
const MAX_CAUSES: usize = 40;

/// Why a user stands in the list. The order is that of the page: what an admin can repair first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Reason {
    Failed,
    Denied,
    Partial,
    GmailOff,
    NoMailbox,
    Suspended,
    Archived,
    Guest,
    Unknown,
}

impl Reason {
    const fn title(self) -> &'static str {
        match self {
            Self::Failed => "Reading broke",
            Self::Denied => "Reading was denied",
            Self::Partial => "Read in part",
            Self::GmailOff => "Gmail is off",
            Self::NoMailbox => "No mailbox",
            Self::Suspended => "Suspended",
            Self::Archived => "Archived",
            Self::Guest => "Guest",
            Self::Unknown => "Not known",
        }
    }

    const fn meaning(self) -> &'static str {
        match self {
            Self::Failed => "The request failed, and its retries failed too. The user may be able to send.",
            Self::Denied => "Google refused the request. The user may be able to send.",
            Self::Partial => "Some settings of the mailbox were not read.",
            Self::GmailOff => "The mail service is switched off: the user cannot send.",
            Self::NoMailbox => "Google never created a mailbox: the user cannot send.",
            Self::Suspended => {
                "The user cannot sign in or send. Settings are readable again when the \
                                account is active."
            }
            Self::Archived => {
                "The user cannot sign in or send. If Gmail refuses the settings of one archived user, the \
                               others are not requested."
            }
            Self::Guest => "The user is outside the organization. Mail goes to the guest's own provider.",
            Self::Unknown => "It is not known whether Gmail is on.",
        }
    }

    const fn is_gap(self) -> bool {
        matches!(self, Self::Failed | Self::Denied | Self::Partial | Self::Unknown)
    }

    fn of(facts: &UserFacts) -> Option<Self> {
        if facts.user.is_guest() {
            return Some(Self::Guest);
        }
        match (facts.user.archived, facts.user.suspended, facts.mailbox.read(), facts.mailbox.gmail) {
            (Some(true), ..) => Some(Self::Archived),
            (_, Some(true), ..) => Some(Self::Suspended),
            (_, _, MailboxRead::Failed, _) => Some(Self::Failed),
            (_, _, MailboxRead::Denied, _) => Some(Self::Denied),
            (_, _, MailboxRead::Partial, _) => Some(Self::Partial),
            (_, _, _, GmailState::Off) => Some(Self::GmailOff),
            (_, _, _, GmailState::NoMailbox) => Some(Self::NoMailbox),
            (_, _, _, GmailState::Unknown) => Some(Self::Unknown),
            (_, _, _, GmailState::On) => None,
        }
    }
}

/// Counts and examples, gathered while users stream by.
#[derive(Default)]
pub(super) struct Unreachable {
    by_reason: BTreeMap<Reason, Listed>,
    users: u64,
}

#[derive(Default)]
struct Listed {
    count: u64,
    causes: BTreeMap<String, u64>,
    rows: Vec<Row>,
}

struct Row {
    email: String,
    name: String,
    org_unit: String,
    why: String,
    fix: String,
}

impl Unreachable {
    pub(super) fn add(&mut self, facts: &UserFacts) {
        self.users += 1;
        let Some(reason) = Reason::of(facts) else { return };
        let listed = self.by_reason.entry(reason).or_default();
        listed.count += 1;
        if let Some(gap) = facts.mailbox.gap().filter(|_| reason.is_gap())
            && (listed.causes.len() < MAX_CAUSES || listed.causes.contains_key(&*gap.reason))
        {
            *listed.causes.entry(gap.reason.to_string()).or_default() += 1;
        }
        if listed.rows.len() < MAX_ROWS {
            listed.rows.push(Row::new(facts, reason));
        }
    }
}

impl Row {
    fn new(facts: &UserFacts, reason: Reason) -> Self {
        let (user, gap) = (&facts.user, facts.mailbox.gap());
        let why = match (reason, gap) {
            (Reason::Suspended, _) => {
                let since = user.suspended_at.map(|at| format!("since {}", day(at)));
                let google =
                    user.suspension_reason.as_deref().map(|word| format!("Google says {}", clip(word)));
                [since, google].into_iter().flatten().collect::<Vec<_>>().join("; ")
            }
            (Reason::Guest, _) => match &user.guest_email {
                Some(outside) => format!("own address: {}", address(outside)),
                None => "guest".to_owned(),
            },
            (_, Some(gap)) if reason.is_gap() || reason == Reason::Archived => clip(&gap.message),
            (Reason::Archived, None) if facts.mailbox.read() == MailboxRead::Complete => {
                "settings read".to_owned()
            }
            _ => facts.mailbox.gmail_evidence.replace('_', " "),
        };
        Self {
            email: address(&user.primary_email),
            name: user.full_name.as_deref().map(clip).unwrap_or_default(),
            org_unit: user.org_unit.as_deref().map(clip).unwrap_or_default(),
            why,
            fix: gap.filter(|_| reason.is_gap()).map(|gap| clip(&gap.fix)).unwrap_or_default(),
        }
    }
}

#[derive(Template)]
#[template(path = "mailbox_row.html")]
struct MailboxRow<'a> {
    row: &'a Row,
    is_gap: bool,
}

/// The section.
#[derive(Template)]
#[template(path = "mailboxes.html")]
pub(super) struct Mailboxes {
    users: String,
    unreachable: String,
    reasons: Vec<ReasonRow>,
}

struct ReasonRow {
    title: &'static str,
    meaning: &'static str,
    is_gap: bool,
    count: String,
    causes: String,
    more: String,
    rows: Vec<Row>,
}

impl Mailboxes {
    pub(super) fn new(unreachable: Unreachable) -> Self {
        let mut bytes = MAX_BYTES;
        let total = unreachable.by_reason.values().map(|listed| listed.count).sum();
        Self {
            users: counted(unreachable.users, "user", "users"),
            unreachable: count(total),
            reasons: unreachable
                .by_reason
                .into_iter()
                .map(|(reason, listed)| ReasonRow::new(reason, listed, &mut bytes))
                .collect(),
        }
    }
}

impl ReasonRow {
    fn new(reason: Reason, mut listed: Listed, bytes: &mut usize) -> Self {
        let is_gap = reason.is_gap();
        keep_fitting(&mut listed.rows, bytes, |row| size(&MailboxRow { row, is_gap }));
        let mut causes: Vec<(String, u64)> = listed.causes.into_iter().collect();
        causes.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let more = listed.count - listed.rows.len() as u64;
        Self {
            title: reason.title(),
            meaning: reason.meaning(),
            is_gap,
            count: count(listed.count),
            causes: causes
                .iter()
                .map(|(cause, number)| format!("{} × {}", count(*number), clip(&cause.replace('_', " "))))
                .collect::<Vec<_>>()
                .join(", "),
            more: if more > 0 { counted(more, "more", "more") } else { String::new() },
            rows: listed.rows,
        }
    }
}
