//! Addresses that mailboxes send as, besides their own.

use std::collections::HashSet;

use askama::Template;

use super::budget::{keep_fitting, size};
use super::text::{address, clip, count, counted, words};
use super::top_list::TopList;
use crate::snapshot::{Snapshot, UserFacts};
use crate::tenant::{Address, MailboxFact, SendAs};

const MAX_ROWS: usize = 2_000;
const MAX_BYTES: usize = 900_000;

/// What is notable about an address, most notable first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flag {
    OutsideServer,
    Unencrypted,
    OtherUser,
    OutsideDomain,
    ReplyElsewhere,
    Pending,
}

impl Flag {
    const ALL: [Self; 6] = [
        Self::OutsideServer,
        Self::Unencrypted,
        Self::OtherUser,
        Self::OutsideDomain,
        Self::ReplyElsewhere,
        Self::Pending,
    ];

    const fn title(self) -> &'static str {
        match self {
            Self::OutsideServer => "Outside server",
            Self::Unencrypted => "No encryption",
            Self::OtherUser => "Another user's address",
            Self::OutsideDomain => "Outside domain",
            Self::ReplyElsewhere => "Replies go outside",
            Self::Pending => "Not verified yet",
        }
    }

    const fn meaning(self) -> &'static str {
        match self {
            Self::OutsideServer => "mail is sent through a server that the user chose, not through your own",
            Self::Unencrypted => "the password for the outside server is sent without encryption",
            Self::OtherUser => "the address belongs to another user of this tenant",
            Self::OutsideDomain => "the domain is not a verified domain of this tenant",
            Self::ReplyElsewhere => "replies go to an address outside this tenant",
            Self::Pending => "the owner of the address has not confirmed it",
        }
    }

    const fn weight(self) -> u32 {
        match self {
            Self::OutsideServer => 32,
            Self::Unencrypted => 16,
            Self::OtherUser => 24,
            Self::OutsideDomain => 8,
            Self::ReplyElsewhere => 4,
            Self::Pending => 1,
        }
    }
}

/// Counts and the most notable addresses, gathered while users stream by.
pub(super) struct SendAsList<'a> {
    own_domains: Option<HashSet<String>>,
    tenant: &'a Snapshot,
    read: u64,
    missing: u64,
    mailboxes: u64,
    by_flag: [u64; Flag::ALL.len()],
    flagged: u64,
    rows: TopList<Row>,
}

impl<'a> SendAsList<'a> {
    pub(super) fn new(tenant: &'a Snapshot) -> Self {
        // "Outside" needs the whole list of domains: with a part of it, own domains would look foreign.
        let own_domains = tenant.domains.complete().ok().map(|domains| {
            let verified = domains.0.iter().filter(|domain| domain.verified == Some(true));
            verified.filter_map(|domain| domain_of(&format!("@{}", domain.name))).collect()
        });
        Self {
            own_domains,
            tenant,
            read: 0,
            missing: 0,
            mailboxes: 0,
            by_flag: [0; Flag::ALL.len()],
            flagged: 0,
            rows: TopList::new(MAX_ROWS),
        }
    }

    pub(super) fn add(&mut self, facts: &UserFacts) {
        let addresses = match &facts.mailbox.send_as {
            MailboxFact::Read(addresses) => addresses,
            MailboxFact::Partial(addresses, _) => {
                self.missing += 1;
                addresses
            }
            MailboxFact::Missing(_) => {
                self.missing += 1;
                return;
            }
            MailboxFact::NotApplicable(_) | MailboxFact::NotAsked => return,
        };
        self.read += u64::from(facts.mailbox.send_as.gap().is_none());
        let mut others = addresses.iter().filter(|entry| !entry.is_primary).peekable();
        self.mailboxes += u64::from(others.peek().is_some());
        for entry in others {
            let flags = self.flags(facts, entry);
            for flag in &flags {
                self.by_flag[*flag as usize] += 1;
            }
            self.flagged += u64::from(!flags.is_empty());
            let score = flags.iter().map(|flag| flag.weight()).sum();
            let owner = if flags.contains(&Flag::OtherUser) { self.owner(entry) } else { None };
            self.rows.offer(score, || Row::new(facts, entry, &flags, owner));
        }
    }

    fn flags(&self, facts: &UserFacts, entry: &SendAs) -> Vec<Flag> {
        let is_outside = |text: &str| match (&self.own_domains, domain_of(text)) {
            (Some(own), Some(domain)) => !own.contains(&domain),
            _ => false,
        };
        Flag::ALL
            .into_iter()
            .filter(|flag| match flag {
                Flag::OutsideServer => entry.smtp.is_some(),
                Flag::Unencrypted => entry
                    .smtp
                    .as_ref()
                    .is_some_and(|server| server.security_mode.eq_ignore_ascii_case("none")),
                Flag::OtherUser => {
                    let owner = self.tenant.owner_of(&entry.send_as_email);
                    owner.is_some_and(|owner| *owner.id != *facts.user.id)
                }
                Flag::OutsideDomain => is_outside(&entry.send_as_email),
                Flag::ReplyElsewhere => is_outside(&entry.reply_to),
                Flag::Pending => entry.verification_status.eq_ignore_ascii_case("pending"),
            })
            .collect()
    }

    fn owner(&self, entry: &SendAs) -> Option<&'a str> {
        self.tenant.owner_of(&entry.send_as_email).map(|owner| owner.primary_email)
    }
}

fn domain_of(address: &str) -> Option<String> {
    if !address.contains('@') {
        return None;
    }
    Address::new(address).domain().map(str::to_owned)
}

pub(super) struct Row {
    mailbox: String,
    address: String,
    name: String,
    kind: String,
    is_default: bool,
    server: String,
    reply_to: String,
    owner: String,
    flags: Vec<&'static str>,
}

impl Row {
    fn new(facts: &UserFacts, entry: &SendAs, flags: &[Flag], owner: Option<&str>) -> Self {
        Self {
            mailbox: address(&facts.user.primary_email),
            address: address(&entry.send_as_email),
            name: clip(&entry.display_name),
            kind: words(entry.kind.as_str()),
            is_default: entry.is_default,
            server: entry.smtp.as_ref().map(server).unwrap_or_default(),
            reply_to: address(&entry.reply_to),
            owner: owner.map(address).unwrap_or_default(),
            flags: flags.iter().map(|flag| flag.title()).collect(),
        }
    }
}

fn server(smtp: &crate::tenant::SmtpMsa) -> String {
    let port = smtp.port.map(|port| format!(":{port}")).unwrap_or_default();
    let security = if smtp.security_mode.is_empty() { "encryption unknown" } else { &smtp.security_mode };
    format!("{}{port}, {}", clip(&smtp.host), clip(security))
}

#[derive(Template)]
#[template(path = "send_as_row.html")]
struct SendAsRow<'a> {
    row: &'a Row,
}

/// The section.
#[derive(Template)]
#[template(path = "send_as.html")]
pub(super) struct SendAsSection {
    total: String,
    mailboxes: String,
    read: String,
    missing: u64,
    missing_text: String,
    domains_known: bool,
    flags: Vec<FlagCount>,
    flagged: String,
    plain: String,
    rows: Vec<Row>,
    shown: String,
    more: String,
}

struct FlagCount {
    title: &'static str,
    meaning: &'static str,
    count: String,
}

impl SendAsSection {
    pub(super) fn new(list: SendAsList<'_>) -> Self {
        let total = list.rows.seen();
        let mut rows = list.rows.into_best_first();
        let mut bytes = MAX_BYTES;
        keep_fitting(&mut rows, &mut bytes, |row| size(&SendAsRow { row }));
        let more = total - rows.len() as u64;
        Self {
            total: counted(total, "address", "addresses"),
            mailboxes: counted(list.mailboxes, "mailbox", "mailboxes"),
            read: counted(list.read, "mailbox", "mailboxes"),
            missing: list.missing,
            missing_text: counted(list.missing, "mailbox", "mailboxes"),
            domains_known: list.own_domains.is_some(),
            flags: Flag::ALL
                .into_iter()
                .map(|flag| FlagCount {
                    title: flag.title(),
                    meaning: flag.meaning(),
                    count: count(list.by_flag[flag as usize]),
                })
                .collect(),
            flagged: count(list.flagged),
            plain: count(total - list.flagged),
            shown: count(rows.len() as u64),
            more: if more > 0 { counted(more, "address", "addresses") } else { String::new() },
            rows,
        }
    }
}
