//! The delegation ledger: which client holds which scope, since when, and who says so.
//!
//! Google has no API that lists domain-wide delegations. Each source sees a part; `docs/ledger.md` says how
//! they are weighed. Nothing is dropped but on proof, and what is dropped is listed as ended.

mod addresses;
mod replay;
mod source_coverage;
mod spelling;
#[cfg(test)]
mod tests;
mod uses;
mod weigh;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::{
    DelegationChange, DelegationEvent, Grant, GrantUse, Grants, LedgerSource, SeenGrant, SourceWindow,
    UnscopedClient,
};
pub(crate) use addresses::{AddressBook, AddressHolder, AddressHolding};
use replay::ClientLog;
pub(crate) use source_coverage::SourceCoverage;
use source_coverage::Windows;
pub(crate) use uses::UseTally;
use weigh::{Evidence, Seen, Weighed};

/// What sources say, as it arrives. Only delegation events need an order; [`DelegationEvent::place`] gives it.
#[derive(Clone, Debug)]
pub(crate) struct Ledger {
    run_at: DateTime<Utc>,
    /// Logs may name a service account by its client id or by its address.
    addresses: AddressBook,
    clients: BTreeMap<String, ClientLog>,
    seen: BTreeMap<(String, String), Evidence>,
    /// The last use of a client by a log that names no scope.
    client_uses: BTreeMap<String, (Seen, LedgerSource)>,
    /// What logs name in place of scopes, such as a product, by client.
    words: BTreeMap<String, BTreeSet<String>>,
    windows: Windows,
    read_now: BTreeSet<LedgerSource>,
    /// The date of the list that was read this time.
    list_now: Option<DateTime<Utc>>,
}

/// How many texts are kept of a client whose scopes no log names, and how many characters of each.
const WORDS_KEPT: usize = 10;
const WORDS_LENGTH: usize = 100;

/// What has no width, or turns the direction of a text.
const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Stands for the client of a use whose log entry names none.
pub(crate) const UNKNOWN_CLIENT: &str = "unknown client";

/// A scope as the ledger spells it, however it is written.
pub(super) fn scope_spelling(written: &str) -> &str {
    spelling::scope(written)
}

impl Ledger {
    /// An empty ledger.
    pub(crate) fn new(run_at: DateTime<Utc>, addresses: AddressBook) -> Self {
        Self {
            run_at,
            addresses,
            clients: BTreeMap::new(),
            seen: BTreeMap::new(),
            client_uses: BTreeMap::new(),
            words: BTreeMap::new(),
            windows: Windows::default(),
            read_now: BTreeSet::new(),
            list_now: None,
        }
    }

    /// Takes the next event of the admin log.
    pub(crate) fn add_event(&mut self, event: &DelegationEvent) {
        let client_id = self.client_id(&event.client, event.at);
        if event.change() == DelegationChange::Remove {
            self.words.remove(&client_id);
        }
        event.scopes.iter().for_each(|text| self.add_words(&client_id, text));
        let seen = &mut self.seen;
        let log = self.clients.entry(client_id.clone()).or_default();
        log.add(event, |scope, written| {
            seen.entry((client_id.clone(), scope.to_owned())).or_default().spelt(scope, written);
        });
    }

    /// Keeps some of what is no scope.
    fn add_words(&mut self, client_id: &str, text: &str) {
        if spelling::scopes(text).next().is_some() {
            return;
        }
        let plain = text.split(|c: char| c.is_whitespace() || c.is_control() || is_invisible(c));
        let words: Vec<&str> = plain.filter(|word| !word.is_empty()).collect();
        let words: String = words.join(" ").chars().take(WORDS_LENGTH).collect();
        let known = self.words.entry(client_id.to_owned()).or_default();
        if !words.is_empty() && known.len() < WORDS_KEPT {
            known.insert(words);
        }
    }

    /// Takes uses. Those that are no impersonation say nothing of delegation.
    pub(crate) fn add_use(&mut self, used: &GrantUse) {
        if !used.of.is_impersonation() {
            return;
        }
        match &used.of.holder {
            Some(holder) => self.add_use_of(spelling::client_id(holder), used, used.first_at, used.last_at),
            None => {
                for (client_id, first_at, last_at) in
                    self.shares(&used.of.client, used.first_at, used.last_at)
                {
                    self.add_use_of(client_id, used, first_at, last_at);
                }
            }
        }
    }

    fn add_use_of(
        &mut self,
        client_id: String,
        used: &GrantUse,
        first_at: DateTime<Utc>,
        last_at: DateTime<Utc>,
    ) {
        let seen = Seen { first_at, last_at, is_now: false };
        let written = used.of.scope.as_deref().unwrap_or_default();
        // Whoever it was, a scope of nobody is no grant.
        let is_named = client_id != UNKNOWN_CLIENT;
        if !is_named || spelling::scopes(written).next().is_none() {
            // What something else allowed shows no delegation.
            if used.of.other_permission().is_none() {
                self.add_words(&client_id, written);
                let log = used.of.log;
                let known = self.client_uses.entry(client_id).or_insert((seen, log));
                if seen.last_at > known.0.last_at {
                    known.1 = log;
                }
                known.0.join(seen);
            }
            return;
        }
        for written in spelling::scopes(written) {
            let evidence = self.evidence(&client_id, written);
            match used.of.other_permission() {
                Some(permission) => evidence.allowed_by(permission, used.of.log, seen),
                None => evidence.see(used.of.log, seen),
            }
        }
    }

    /// Takes what a list or a probe of this run shows.
    pub(crate) fn see(&mut self, seen: &SeenGrant) {
        self.add_seen(seen, true);
    }

    /// Takes what a list or a probe of an earlier run showed.
    pub(crate) fn remember(&mut self, seen: &SeenGrant) {
        self.add_seen(seen, false);
    }

    fn add_seen(&mut self, seen: &SeenGrant, is_now: bool) {
        for (client_id, first_at, last_at) in self.shares(&seen.client, seen.first_at, seen.last_at) {
            // What was seen in this run was seen last.
            let times = Seen { first_at, last_at, is_now: is_now && last_at == seen.last_at };
            for written in spelling::scopes(&seen.scope) {
                self.evidence(&client_id, written).see(seen.source, times);
            }
        }
    }

    /// Takes what a source covered in an earlier run.
    pub(crate) fn remember_window(&mut self, window: SourceWindow) {
        let client = window.client.as_deref().map(|client| self.client_id(client, window.until));
        self.windows.add(SourceWindow { client, ..window });
    }

    /// Takes what a source covered in this run. A list that was not read whole has no window: what it lacks
    /// proves nothing.
    pub(crate) fn see_window(&mut self, window: SourceWindow) {
        self.read_now.insert(window.source);
        if window.source == LedgerSource::Console {
            self.list_now = self.list_now.max(Some(window.until));
        }
        self.remember_window(window);
    }

    /// The grants that all of this makes.
    #[must_use]
    pub(crate) fn grants(self) -> Grants {
        let (mut held, mut ended) = (Vec::new(), Vec::new());
        for ((client_id, scope), evidence) in &self.seen {
            match self.weigh(client_id, scope, evidence) {
                Weighed::Held(grant) => held.push(*grant),
                Weighed::Ended(end) => ended.push(end),
                Weighed::Never => {}
            }
        }
        self.drop_unclear(&mut held);
        let holders: BTreeSet<&str> = held.iter().map(|grant| grant.client_id.as_str()).collect();
        let mut unscoped = self.unscoped(&holders);
        unscoped.retain(|client| !self.addresses.clients(&client.client_id).any(|id| holders.contains(id)));
        let source_coverage = self.windows.source_coverage(self.run_at);
        Grants { held, ended, unscoped, source_coverage, addresses: self.addresses }
    }

    /// What nobody can say whose it is proves nothing where one of those who had the address holds it anyway.
    fn drop_unclear(&self, held: &mut Vec<Grant>) {
        let grants: BTreeSet<(String, String)> =
            held.iter().map(|grant| (grant.client_id.clone(), grant.scope.clone())).collect();
        held.retain(|grant| {
            let mut owners = self.addresses.clients(&grant.client_id);
            !owners.any(|id| grants.contains(&(id.to_owned(), grant.scope.clone())))
        });
    }

    /// Clients that hold something, of which nobody knows what.
    fn unscoped(&self, holders: &BTreeSet<&str>) -> Vec<UnscopedClient> {
        let of_log = self
            .clients
            .iter()
            .filter_map(|(client_id, log)| Some((client_id, LedgerSource::AuditLog, log.unscoped_at?)));
        let of_uses = self.client_uses.iter().filter_map(|(client_id, used)| {
            let removed_at = self.clients.get(client_id).and_then(|log| Some(log.removal.as_ref()?.at));
            let (used, log) = used;
            let is_after = removed_at.is_none_or(|removed_at| removed_at <= used.last_at);
            is_after.then_some((client_id, *log, used.last_at))
        });
        let mut found = BTreeMap::new();
        for (client_id, source, seen_at) in of_log.chain(of_uses) {
            if !holders.contains(client_id.as_str()) {
                let newest = found.entry(client_id).or_insert((seen_at, source));
                *newest = (*newest).max((seen_at, source));
            }
        }
        found
            .into_iter()
            .map(|(client_id, (seen_at, source))| UnscopedClient {
                client_id: client_id.clone(),
                source,
                seen_at,
                asked_for: self.words.get(client_id).into_iter().flatten().cloned().collect(),
            })
            .collect()
    }

    fn evidence(&mut self, client_id: &str, written: &str) -> &mut Evidence {
        let scope = spelling::scope(written);
        let evidence = self.seen.entry((client_id.to_owned(), scope.to_owned())).or_default();
        evidence.spelt(scope, written);
        evidence
    }

    /// The client that a source named at a time. An address that was this or that account's stands for itself.
    fn client_id(&self, written: &str, at: DateTime<Utc>) -> String {
        let client_id = spelling::client_id(written);
        match self.addresses.holder(&client_id, at) {
            AddressHolder::Client(holder) => holder.to_owned(),
            AddressHolder::Unclear | AddressHolder::Unknown => client_id,
        }
    }

    /// Whose it was that a source showed from one time to another: of two accounts with one address, each has the
    /// moment that is its own.
    fn shares(
        &self,
        written: &str,
        first_at: DateTime<Utc>,
        last_at: DateTime<Utc>,
    ) -> Vec<(String, DateTime<Utc>, DateTime<Utc>)> {
        let (first, last) = (self.client_id(written, first_at), self.client_id(written, last_at));
        if first == last {
            return vec![(first, first_at, last_at)];
        }
        vec![(first, first_at, first_at), (last, last_at, last_at)]
    }
}
