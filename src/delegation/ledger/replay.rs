//! The admin log's delegation events, one after the other.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::spelling;
use crate::delegation::{DelegationChange, DelegationEvent, Granted};

/// What the log says of one client.
#[derive(Clone, Debug, Default)]
pub(super) struct ClientLog {
    /// The newest removal.
    pub(super) removal: Option<Granted>,
    /// The newest authorization, whatever it names.
    pub(super) authorized_at: Option<DateTime<Utc>>,
    /// The newest event whose meaning is not known.
    pub(super) unknown: Option<(DateTime<Utc>, String)>,
    /// The newest event since the removal that names no scope.
    pub(super) unscoped_at: Option<DateTime<Utc>>,
    /// Every scope that an event ever named.
    pub(super) scopes: BTreeMap<String, Authorization>,
}

/// What the log says of one scope of a client.
#[derive(Clone, Debug)]
pub(super) struct Authorization {
    /// The first event ever that named it.
    pub(super) first_at: DateTime<Utc>,
    /// The newest event that named it.
    pub(super) named_at: DateTime<Utc>,
    /// The first since the last removal; `None`: it was removed.
    pub(super) granted: Option<Granted>,
}

impl ClientLog {
    /// Takes the next event, in the order of [`DelegationEvent::place`]. `spelt` hears how scopes are written.
    pub(super) fn add(&mut self, event: &DelegationEvent, mut spelt: impl FnMut(&str, &str)) {
        let by = Granted { at: event.at, by: event.actor.clone().filter(|actor| !actor.is_empty()) };
        match event.change() {
            DelegationChange::Remove => {
                self.scopes.values_mut().for_each(|scope| scope.granted = None);
                self.unscoped_at = None;
                self.removal = Some(by);
                return;
            }
            DelegationChange::Authorize => self.authorized_at = Some(event.at),
            DelegationChange::Unknown => self.unknown = Some((event.at, event.name.clone())),
        }
        let mut names_any = false;
        for written in event.scopes.iter().flat_map(|scopes| spelling::scopes(scopes)) {
            names_any = true;
            let scope = spelling::scope(written);
            spelt(scope, written);
            match self.scopes.get_mut(scope) {
                Some(known) => {
                    known.named_at = event.at;
                    known.granted.get_or_insert_with(|| by.clone());
                }
                None => {
                    let granted = Some(by.clone());
                    let new = Authorization { first_at: event.at, named_at: event.at, granted };
                    self.scopes.insert(scope.to_owned(), new);
                }
            }
        }
        if !names_any {
            self.unscoped_at = Some(event.at);
        }
    }

    /// The scope's authorization that was not taken away.
    pub(super) fn open(&self, scope: &str) -> Option<(&Authorization, &Granted)> {
        let authorization = self.scopes.get(scope)?;
        Some((authorization, authorization.granted.as_ref()?))
    }
}
