//! What the sources say of one client × scope, weighed against each other.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, NaiveTime, Utc};

use super::replay::{Authorization, ClientLog};
use super::source_coverage::Windows;
use super::{Ledger, source_coverage, spelling};
use crate::delegation::{Disagreement, EndedGrant, Ending, Grant, Granted, LastUse, LedgerSource, Sighting};

/// From when to when a source showed something.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    pub(super) first_at: DateTime<Utc>,
    pub(super) last_at: DateTime<Utc>,
    /// Whether it was in this run.
    pub(super) is_now: bool,
}

impl Seen {
    pub(super) fn join(&mut self, other: Self) {
        self.first_at = self.first_at.min(other.first_at);
        self.last_at = self.last_at.max(other.last_at);
        self.is_now |= other.is_now;
    }
}

/// What sources beside the admin log show of one client × scope.
#[derive(Clone, Debug, Default)]
pub(super) struct Evidence {
    sources: BTreeMap<LedgerSource, Seen>,
    /// Lists of the console that name it, in stretches.
    listed: Vec<Seen>,
    /// Uses that something else than a delegation allowed.
    elsewhere: BTreeMap<(String, LedgerSource), Seen>,
    spellings: BTreeSet<String>,
}

impl Evidence {
    pub(super) fn see(&mut self, source: LedgerSource, seen: Seen) {
        if source == LedgerSource::Console {
            self.listed.push(seen);
        }
        self.sources.entry(source).and_modify(|known| known.join(seen)).or_insert(seen);
    }

    pub(super) fn allowed_by(&mut self, permission: &str, log: LedgerSource, seen: Seen) {
        let key = (permission.to_owned(), log);
        self.elsewhere.entry(key).and_modify(|known| known.join(seen)).or_insert(seen);
    }

    pub(super) fn spelt(&mut self, scope: &str, written: &str) {
        if scope != written && !self.spellings.contains(written) {
            self.spellings.insert(written.to_owned());
        }
    }
}

/// A source's word that the grant is there, which nothing overrules.
#[derive(Clone, Copy, Debug)]
struct Witness {
    source: LedgerSource,
    at: DateTime<Utc>,
    is_now: bool,
}

/// What speaks against a grant.
#[derive(Clone, Copy, Debug)]
struct Against<'a> {
    removal: Option<&'a Granted>,
    /// The newest list, which does not name it.
    absent_at: Option<DateTime<Utc>>,
    /// The newest probe, which was refused it.
    refused_at: Option<DateTime<Utc>>,
    windows: &'a Windows,
}

impl Against<'_> {
    /// The first proof that what a source showed is over; `None`: it stands.
    fn overruled(&self, source: LedgerSource, at: DateTime<Utc>) -> Option<Ending> {
        let after = |end: Option<DateTime<Utc>>| end.filter(|end| at < *end);
        let removed = self
            .removal
            .filter(|removal| end_of(source, at) < removal.at)
            .map(|removal| Ending::Removed { at: removal.at, by: removal.by.clone() });
        // A list is no proof against a logged authorization: Google's log would show the removal.
        let absent = after(self.absent_at)
            .filter(|listed_at| {
                source != LedgerSource::AuditLog && !self.is_unexplained(source, at, *listed_at)
            })
            .map(|at| Ending::NotInList { at });
        // A refusal has many causes: it ends only what the same question had shown.
        let refused = after(self.refused_at)
            .filter(|_| source == LedgerSource::Probe)
            .map(|at| Ending::TokenRefused { at });
        [removed, absent, refused].into_iter().flatten().min_by_key(Ending::at)
    }

    /// Whether it worked before the list that lacks it, while the log, unbroken between, saw no removal.
    fn is_unexplained(&self, source: LedgerSource, at: DateTime<Utc>, listed_at: DateTime<Utc>) -> bool {
        let worked = is_use(source) || source == LedgerSource::Probe;
        let is_removed = self.removal.is_some_and(|removal| (at..=listed_at).contains(&removal.at));
        worked && !is_removed && self.windows.log_covers(at, listed_at)
    }
}

/// The last moment for which a witness may speak: a list with a date and no time is of any hour of its day.
fn end_of(source: LedgerSource, at: DateTime<Utc>) -> DateTime<Utc> {
    let is_whole_day = source == LedgerSource::Console && at.time() == NaiveTime::MIN;
    if is_whole_day { at + Duration::days(1) } else { at }
}

/// What the evidence comes to.
pub(super) enum Weighed {
    /// Something stands.
    Held(Box<Grant>),
    /// Nothing does, by proof.
    Ended(EndedGrant),
    /// Nothing ever showed it.
    Never,
}

impl Ledger {
    /// The grant, or the proof that it is gone.
    pub(super) fn weigh(&self, client_id: &str, scope: &str, evidence: &Evidence) -> Weighed {
        let nothing = ClientLog::default();
        let log = self.clients.get(client_id).unwrap_or(&nothing);
        let against = self.against(client_id, scope, evidence, log);
        let witnesses = self.witnesses(scope, evidence, log, against);
        let Some(newest) = witnesses.iter().max_by_key(|witness| witness.at).copied() else {
            return ended(client_id, scope, evidence, log, against);
        };
        let times = evidence.sources.values().chain(evidence.elsewhere.values());
        let authorized = log.scopes.get(scope);
        let shown = times.map(|seen| seen.first_at).chain(authorized.map(|known| known.first_at)).min();
        let granted = log.open(scope).map(|(_, granted)| granted.clone());
        let removed_at = log.removal.as_ref().map(|removal| removal.at).filter(|at| shown < Some(*at));
        // What was seen again after the removal, and by no log when it was given, was given after the removal.
        let given_again = removed_at.map(|at| granted.as_ref().map_or(at, |granted| granted.at));
        let listed_again = self.listed_again(client_id, evidence, log.scopes.get(scope), granted.as_ref());
        Weighed::Held(Box::new(Grant {
            client_id: client_id.to_owned(),
            scope: scope.to_owned(),
            sightings: sightings(&witnesses),
            first_seen_at: shown,
            held_since: given_again.max(listed_again).or(shown),
            last_seen_at: Some(newest.at),
            last_used: self.last_use(client_id, evidence),
            granted,
            disagreements: self.disagreements(scope, evidence, log, against, &witnesses, newest),
            is_rechecked: witnesses.iter().any(|witness| self.is_rechecked(*witness)),
        }))
    }

    /// When it was seen again after a whole list that did not name it. Where the log, read without a hole, saw no
    /// removal between, the list was wrong.
    fn listed_again(
        &self,
        client_id: &str,
        evidence: &Evidence,
        authorized: Option<&Authorization>,
        granted: Option<&Granted>,
    ) -> Option<DateTime<Utc>> {
        if client_id.contains('@') && !self.addresses.knows(client_id) {
            return None;
        }
        let mut listed = evidence.listed.clone();
        listed.sort_by_key(|seen| seen.first_at);
        let mut again = None;
        let mut last: Option<DateTime<Utc>> = None;
        for seen in listed {
            let absent = last.and_then(|last| Some((last, self.windows.list_between(last, seen.first_at)?)));
            if let Some((last, absent_at)) = absent {
                let was_given = granted.is_some_and(|granted| granted.at <= last)
                    && authorized.is_some()
                    && self.windows.log_covers(last, seen.first_at);
                let others = evidence.sources.values().map(|seen| seen.first_at);
                let shown = others.chain(granted.map(|granted| granted.at)).filter(|at| *at > absent_at);
                again = if was_given { again } else { shown.chain([seen.first_at]).min() };
            }
            last = last.max(Some(seen.last_at));
        }
        again
    }

    fn against<'a>(
        &'a self,
        client_id: &str,
        scope: &str,
        evidence: &Evidence,
        log: &'a ClientLog,
    ) -> Against<'a> {
        let last = |source| evidence.sources.get(&source).map(|seen| seen.last_at);
        let lacks = |source, date: &DateTime<Utc>| last(source).is_none_or(|last| last < *date);
        Against {
            removal: log.removal.as_ref(),
            // A list of numbers says nothing of a client that is known by its address alone. Where those who had the
            // address are known, the list lacks them all: what one of them holds is dropped.
            absent_at: self
                .windows
                .newest_list()
                .filter(|_| !client_id.contains('@') || self.addresses.knows(client_id))
                .filter(|date| lacks(LedgerSource::Console, date)),
            refused_at: self
                .windows
                .newest_probe(client_id)
                .filter(|date| spelling::is_known(scope) && lacks(LedgerSource::Probe, date)),
            windows: &self.windows,
        }
    }

    fn witnesses(
        &self,
        scope: &str,
        evidence: &Evidence,
        log: &ClientLog,
        against: Against<'_>,
    ) -> Vec<Witness> {
        let authorized = log.open(scope).map(|(authorization, _)| Witness {
            source: LedgerSource::AuditLog,
            at: authorization.named_at,
            is_now: false,
        });
        let stands = |(source, seen): (&LedgerSource, &Seen)| {
            let witness = Witness { source: *source, at: seen.last_at, is_now: seen.is_now };
            against.overruled(witness.source, witness.at).is_none().then_some(witness)
        };
        // What does not rest on a delegation does not end with it.
        let elsewhere = evidence.elsewhere.iter().map(|((_, log), seen)| Witness {
            source: *log,
            at: seen.last_at,
            is_now: seen.is_now,
        });
        authorized.into_iter().chain(evidence.sources.iter().filter_map(stands)).chain(elsewhere).collect()
    }

    fn last_use(&self, client_id: &str, evidence: &Evidence) -> Option<LastUse> {
        let uses =
            evidence.sources.iter().chain(evidence.elsewhere.iter().map(|((_, log), seen)| (log, seen)));
        let of_scope = uses
            .filter(|(source, _)| is_use(**source))
            .map(|(log, seen)| LastUse { at: seen.last_at, log: *log })
            .max_by_key(|used| used.at);
        of_scope.or_else(|| {
            let (used, log) = self.client_uses.get(client_id)?;
            Some(LastUse { at: used.last_at, log: *log })
        })
    }

    fn is_rechecked(&self, witness: Witness) -> bool {
        match witness.source {
            // An older list than one that was read before shows nothing of today.
            LedgerSource::Console => witness.is_now && self.list_now == self.windows.newest_list(),
            LedgerSource::Probe => witness.is_now,
            log => self.read_now.contains(&log) && self.windows.is_in_newest(log, witness.at),
        }
    }

    fn disagreements(
        &self,
        scope: &str,
        evidence: &Evidence,
        log: &ClientLog,
        against: Against<'_>,
        witnesses: &[Witness],
        newest: Witness,
    ) -> Vec<Disagreement> {
        let mut found = BTreeSet::new();
        let open = log.open(scope).map(|(authorization, _)| authorization);
        let delegated = || {
            witnesses.iter().filter(|witness| {
                witness.source != LedgerSource::AuditLog && evidence.sources.contains_key(&witness.source)
            })
        };
        if let (None, Some(removal)) = (open, against.removal) {
            found.extend(delegated().map(|witness| Disagreement::SeenAfterRemoval {
                source: witness.source,
                seen_at: witness.at,
                removed_at: removal.at,
            }));
        }
        if let Some(listed_at) = against.absent_at {
            // An authorization after the list explains what was seen after it.
            let unexplained = || delegated().filter(|_| open.is_none_or(|open| open.named_at < listed_at));
            let before = unexplained().filter(|witness| witness.at < listed_at);
            found.extend(before.map(|witness| Disagreement::AbsenceNotLogged {
                source: witness.source,
                seen_at: witness.at,
                listed_at,
            }));
            let after = unexplained().filter(|witness| witness.at >= listed_at);
            found.extend(after.map(|witness| Disagreement::SeenAfterAbsence {
                source: witness.source,
                seen_at: witness.at,
                listed_at,
            }));
            found.extend(open.filter(|open| open.named_at < listed_at).map(|open| Disagreement::NotInList {
                authorized_at: open.named_at,
                listed_at,
                log_is_unbroken: self.windows.log_covers(open.named_at, listed_at),
            }));
        }
        found.extend(against.refused_at.map(|at| Disagreement::TokenRefused { at }));
        found.extend(self.unlogged_authorization(scope, evidence, log, witnesses));
        let later = |at: DateTime<Utc>| at > newest.at;
        found.extend(log.authorized_at.filter(|at| later(*at)).map(|at| Disagreement::NotNamedAgain { at }));
        // An event of unknown meaning is also in doubt as the only one that names the scope.
        found.extend(
            log.unknown
                .iter()
                .filter(|(at, _)| *at >= newest.at)
                .map(|(at, name)| Disagreement::UnknownChange { name: name.clone(), at: *at }),
        );
        if delegated().next().is_none() && open.is_none() {
            found.extend(evidence.elsewhere.keys().map(|(permission, _)| Disagreement::OtherPermission {
                configuration_source: permission.clone(),
            }));
        }
        if let Some(listed) = evidence.sources.get(&LedgerSource::Console)
            && self.list_now == Some(listed.last_at)
            && !listed.is_now
        {
            found.insert(Disagreement::ListsOfOneDate { listed_at: listed.last_at });
        }
        found.extend(
            evidence.spellings.iter().map(|written| Disagreement::OtherSpelling { written: written.clone() }),
        );
        if newest.source == LedgerSource::Console && self.run_at - newest.at > source_coverage::FRESH_FOR {
            found.insert(Disagreement::StaleList { listed_at: newest.at });
        }
        found.into_iter().collect()
    }

    /// A list names what the list before did not, and the log saw nothing in between.
    fn unlogged_authorization(
        &self,
        scope: &str,
        evidence: &Evidence,
        log: &ClientLog,
        witnesses: &[Witness],
    ) -> Option<Disagreement> {
        witnesses.iter().find(|witness| witness.source == LedgerSource::Console)?;
        let listed_at = evidence.sources.get(&LedgerSource::Console)?.first_at;
        let absent_at = self.windows.list_before(listed_at)?;
        let until = end_of(LedgerSource::Console, listed_at);
        let is_logged = log.scopes.get(scope).is_some_and(|known| known.first_at <= until);
        let is_seen = self.windows.log_covers(absent_at, listed_at);
        (is_seen && !is_logged).then_some(Disagreement::AuthorizationNotLogged { absent_at, listed_at })
    }
}

/// Over, by what overruled the last that was shown.
fn ended(
    client_id: &str,
    scope: &str,
    evidence: &Evidence,
    log: &ClientLog,
    against: Against<'_>,
) -> Weighed {
    let overruled = evidence
        .sources
        .iter()
        .filter_map(|(source, seen)| Some((seen.last_at, against.overruled(*source, seen.last_at)?)));
    let removed = log.scopes.get(scope).zip(log.removal.as_ref()).map(|(authorization, removal)| {
        (authorization.named_at, Ending::Removed { at: removal.at, by: removal.by.clone() })
    });
    let last = overruled.chain(removed).max_by_key(|(last_seen_at, ending)| (*last_seen_at, ending.at()));
    match last {
        Some((last_seen_at, ending)) => Weighed::Ended(EndedGrant {
            client_id: client_id.to_owned(),
            scope: scope.to_owned(),
            last_seen_at: Some(last_seen_at),
            ending,
        }),
        None => Weighed::Never,
    }
}

const fn is_use(source: LedgerSource) -> bool {
    matches!(source, LedgerSource::AccessEvaluation | LedgerSource::TokenLog)
}

/// One a provenance, the newest, in the order of provenances.
fn sightings(witnesses: &[Witness]) -> Vec<Sighting> {
    let mut newest = BTreeMap::new();
    for witness in witnesses {
        let seen_at = newest.entry(witness.source.provenance()).or_insert(witness.at);
        *seen_at = witness.at.max(*seen_at);
    }
    newest.into_iter().map(|(provenance, seen_at)| Sighting { provenance, seen_at }).collect()
}
