//! Domain-wide delegation: which client may ask for which scope, as any user.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Where the knowledge of a grant comes from. Google lists delegations in no API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provenance {
    /// The list of the Admin console, exported or typed: full, as of its date.
    Console,
    /// The token endpoint's answer to one scope at a time: exact for the client that asked.
    Probe,
}

impl Provenance {
    /// The word in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Console => "console",
            Self::Probe => "probe",
        }
    }
}

/// One source's word on one grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting {
    /// Who says so.
    pub provenance: Provenance,
    /// As of when.
    pub seen_at: DateTime<Utc>,
}

/// A client × scope, by domain-wide delegation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// The OAuth client id.
    pub client_id: String,
    /// The scope, exactly as granted: a trailing slash counts.
    pub scope: String,
    /// Who says so, ordered by provenance. Never empty.
    pub sightings: Vec<Sighting>,
    /// The first run or list that showed it, over the whole history.
    pub first_seen_at: Option<DateTime<Utc>>,
    /// The newest.
    pub last_seen_at: Option<DateTime<Utc>>,
}

/// Whether two client ids are one client: the number of a service account may be written with Google's
/// suffix of OAuth clients.
#[must_use]
pub fn is_same_client(one: &str, other: &str) -> bool {
    let bare = |id: &str| id.strip_suffix(".apps.googleusercontent.com").unwrap_or(id).to_owned();
    one == other || bare(one) == bare(other)
}

/// Every grant that any source shows, ordered by client and scope.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grants(Vec<Grant>);

impl Grants {
    /// Merges what the sources say: one grant a client × scope.
    pub fn merge(sightings: impl IntoIterator<Item = (String, String, Sighting)>) -> Self {
        let mut merged: BTreeMap<(String, String), Vec<Sighting>> = BTreeMap::new();
        for (client_id, scope, sighting) in sightings {
            let known = merged.entry((client_id, scope)).or_default();
            if !known.iter().any(|other| other.provenance == sighting.provenance) {
                known.push(sighting);
            }
        }
        Self(
            merged
                .into_iter()
                .map(|((client_id, scope), mut sightings)| {
                    sightings.sort_by_key(|sighting| sighting.provenance);
                    let times = || sightings.iter().map(|sighting| sighting.seen_at);
                    Grant {
                        first_seen_at: times().min(),
                        last_seen_at: times().max(),
                        client_id,
                        scope,
                        sightings,
                    }
                })
                .collect(),
        )
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Grant> {
        self.0.iter()
    }

    /// Those of one client.
    pub fn of<'a>(&'a self, client_id: &'a str) -> impl Iterator<Item = &'a Grant> {
        self.0.iter().filter(move |grant| is_same_client(&grant.client_id, client_id))
    }

    /// Every client that holds a grant, once, in order.
    #[must_use]
    pub fn clients(&self) -> Vec<&str> {
        let mut clients: Vec<&str> = self.0.iter().map(|grant| grant.client_id.as_str()).collect();
        clients.dedup();
        clients
    }

    /// For changing the first-seen times from the history.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Grant> {
        self.0.iter_mut()
    }
}
