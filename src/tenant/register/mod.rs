//! The operator's own list of clients that may hold a delegation: who owns each, why, and until when that holds.

mod draft;
mod written;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::is_same_client;
pub use draft::draft;
pub use written::RegisterError;

/// The register: `register.toml`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Register(pub Vec<RegisteredClient>);

/// One client: `[[client]]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisteredClient {
    /// The OAuth client id, as written.
    pub client_id: String,
    /// What people call it; empty if nobody said.
    pub name: String,
    /// Who answers for it; empty if nobody does yet.
    pub owner: String,
    /// What it is for; empty if nobody said.
    pub purpose: String,
    /// The scopes that it may hold, as written.
    pub scopes: Vec<String>,
    /// The day until which somebody looks at it again.
    pub review_by: Option<NaiveDate>,
    /// Whether it belongs to a vendor, so that it is no service account of this organization.
    pub vendor: bool,
    /// Principals that may make keys of it or sign as it, as IAM writes them.
    pub custodians: Vec<String>,
    /// Changes of its delegation that were agreed on.
    pub tickets: Vec<Ticket>,
    /// The line of the file that it starts on, from 1.
    pub line: usize,
}

/// An agreed change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// Where it was agreed.
    pub id: String,
    /// The day of the change.
    pub date: NaiveDate,
}

impl Register {
    /// The entry of a client, whether or not its id is written with Google's suffix.
    #[must_use]
    pub fn client(&self, client_id: &str) -> Option<&RegisteredClient> {
        self.0.iter().find(|client| is_same_client(&client.client_id, client_id))
    }
}

impl RegisteredClient {
    /// What is left to fill in: the keys that are empty.
    pub fn blanks(&self) -> impl Iterator<Item = &'static str> {
        let blanks = [
            ("owner", self.owner.is_empty()),
            ("purpose", self.purpose.is_empty()),
            ("review_by", self.review_by.is_none()),
        ];
        blanks.into_iter().filter(|(_, is_blank)| *is_blank).map(|(key, _)| key)
    }

    /// Whether it may hold a scope: exactly one that it names.
    #[must_use]
    pub fn approves(&self, scope: &str) -> bool {
        self.scopes.iter().any(|approved| approved == scope)
    }
}
