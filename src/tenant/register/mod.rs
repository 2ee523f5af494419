//! The operator's own list of clients that may hold a delegation: who owns each, why, and until when that holds.

mod draft;
mod written;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::grant::bare_client;
use super::ledger::scope_spelling;
pub use draft::draft;
pub use written::RegisterError;

/// The register: `register.toml`, ordered by client id.
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
        let bare = bare_client(client_id);
        let place = self.0.binary_search_by(|client| bare_client(&client.client_id).cmp(bare)).ok()?;
        self.0.get(place)
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

    /// Whether it may hold a scope, as the ledger spells it: one that it names, and no other.
    #[must_use]
    pub fn approves(&self, scope: &str) -> bool {
        self.scopes.iter().any(|approved| scope_spelling(approved) == scope)
    }

    /// The custodian that is exactly this principal: an address, or an identifier as IAM writes it.
    #[must_use]
    pub fn custodian(&self, principal: &str) -> Option<&str> {
        let is_principal = |custodian: &&String| without_kind(custodian).eq_ignore_ascii_case(principal);
        self.custodians.iter().find(is_principal).map(String::as_str)
    }

    /// The custodian that is this group.
    #[must_use]
    pub fn custodian_group(&self, group: &str) -> Option<&str> {
        self.custodian(group).filter(|custodian| custodian.to_ascii_lowercase().starts_with("group:"))
    }

    /// The ticket of a change on this day, or the day before or after: people write down the day of their own
    /// clock, the log that of UTC.
    #[must_use]
    pub fn ticket_of(&self, day: NaiveDate) -> Option<&Ticket> {
        let distance = |ticket: &&Ticket| (ticket.date - day).num_days().abs();
        self.tickets.iter().filter(|ticket| distance(ticket) <= 1).min_by_key(distance)
    }
}

/// A member of an IAM policy without the word before its address: `user:`, `group:` and the like.
fn without_kind(member: &str) -> &str {
    match member.split_once(':') {
        Some((kind, address)) if KINDS.iter().any(|known| kind.eq_ignore_ascii_case(known)) => address,
        _ => member,
    }
}

const KINDS: [&str; 4] = ["user", "group", "serviceAccount", "domain"];
