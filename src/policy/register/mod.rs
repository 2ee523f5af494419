//! The operator's own list of clients that may hold a delegation: who owns each, why, and until when that holds.

mod written;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::authority::{TakeoverPath, TakeoverPrincipal};
use crate::delegation::scope_spelling;
use crate::tenant::{bare_client, is_service_account_address};

/// The register: `register.toml`, ordered by client id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Register(pub(crate) Vec<RegisteredClient>);

/// One client: `[[client]]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RegisteredClient {
    /// The OAuth client id, as written.
    pub(crate) client_id: String,
    /// What people call it; empty if nobody said.
    pub(crate) name: String,
    /// Who answers for it; empty if nobody does yet.
    pub(crate) owner: String,
    /// What it is for; empty if nobody said.
    pub(crate) purpose: String,
    /// The scopes that it may hold, as written.
    pub(crate) scopes: Vec<String>,
    /// The day until which somebody looks at it again.
    pub(crate) review_by: Option<NaiveDate>,
    /// Whether it belongs to a vendor, so that it is no service account of this organization.
    pub(crate) vendor: bool,
    /// Principals that may make keys of it or sign as it, as IAM writes them.
    pub(crate) custodians: Vec<String>,
    /// Changes of its delegation that were agreed on.
    pub(crate) tickets: Vec<Ticket>,
    /// The line of the file that it starts on, from 1.
    pub(crate) line: usize,
}

/// An agreed change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ticket {
    /// Where it was agreed.
    pub(crate) id: String,
    /// The day of the change.
    pub(crate) date: NaiveDate,
}

impl Register {
    /// The entry of a client, whether or not its id is written with Google's suffix.
    #[must_use]
    pub(crate) fn client(&self, client_id: &str) -> Option<&RegisteredClient> {
        let bare = bare_client(client_id);
        let place = self.0.binary_search_by(|client| bare_client(&client.client_id).cmp(bare)).ok()?;
        self.0.get(place)
    }
}

impl RegisteredClient {
    /// What is left to fill in: the keys that are empty.
    pub(crate) fn blanks(&self) -> impl Iterator<Item = &'static str> {
        let blanks = [
            ("owner", self.owner.is_empty()),
            ("purpose", self.purpose.is_empty()),
            ("review_by", self.review_by.is_none()),
        ];
        blanks.into_iter().filter(|(_, is_blank)| *is_blank).map(|(key, _)| key)
    }

    /// Whether it may hold a scope, as the ledger spells it: one that it names, and no other.
    #[must_use]
    pub(crate) fn approves(&self, scope: &str) -> bool {
        self.scopes.iter().any(|approved| scope_spelling(approved) == scope)
    }

    /// The custodian that is exactly this principal: an address, or an identifier as IAM writes it.
    #[must_use]
    pub(crate) fn custodian(&self, principal: &str) -> Option<&str> {
        let is_principal = |custodian: &&String| is_principal(custodian, principal);
        self.custodians.iter().find(is_principal).map(String::as_str)
    }

    /// The custodian that an access path starts from: its principal, or a group of which that is a member. Whoever has
    /// to become a service account first is none, though the account may be; an outsider only by its own name.
    #[must_use]
    pub(crate) fn custodian_of(&self, path: &TakeoverPath) -> Option<&str> {
        let is_account = |step: &&String| step.to_ascii_lowercase().ends_with("gserviceaccount.com");
        let of_group = || {
            let groups = path.via.iter().take_while(|step| !is_account(step));
            groups.into_iter().find_map(|group| self.custodian_group(group)).filter(|_| !path.is_exposed())
        };
        // Everybody at once is nobody's custodian.
        let by_name = self.custodian(&path.principal).filter(|_| path.kind != TakeoverPrincipal::Open);
        by_name.or_else(of_group)
    }

    #[must_use]
    pub(crate) fn custodian_group(&self, group: &str) -> Option<&str> {
        self.custodian(group).filter(|custodian| custodian.to_ascii_lowercase().starts_with("group:"))
    }

    /// The ticket of a change on this day, or the day before or after: people write down the day of their own
    /// clock, the log that of UTC.
    #[must_use]
    pub(crate) fn ticket_of(&self, day: NaiveDate) -> Option<&Ticket> {
        let distance = |ticket: &&Ticket| (ticket.date - day).num_days().abs();
        self.tickets.iter().filter(|ticket| distance(ticket) <= 1).min_by_key(distance)
    }
}

/// Whether a custodian is this principal. Addresses are the same in capitals; an identity of a pool is not, and no word
/// before an address makes a person of an account.
fn is_principal(custodian: &str, principal: &str) -> bool {
    let named = without_kind(custodian);
    if !principal.contains('@') || principal.contains("://") {
        return named == principal
            || (named.len() < custodian.len() && named.eq_ignore_ascii_case(principal));
    }
    let is_account = is_service_account_address(&principal.to_ascii_lowercase());
    let kind = custodian.strip_suffix(named).unwrap_or_default().to_ascii_lowercase();
    let is_kind = match kind.as_str() {
        "serviceaccount:" => is_account,
        "user:" | "group:" => !is_account,
        "domain:" => false,
        _ => true,
    };
    is_kind && named.eq_ignore_ascii_case(principal)
}

/// A member of an IAM policy without the word before its address: `user:`, `group:` and the like.
fn without_kind(member: &str) -> &str {
    match member.split_once(':') {
        Some((kind, address)) if KINDS.iter().any(|known| kind.eq_ignore_ascii_case(known)) => address,
        _ => member,
    }
}

const KINDS: [&str; 4] = ["user", "group", "serviceAccount", "domain"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authority::TakeoverEdge;
    use crate::checks::test_facts::{CLIENT, path, registered_client};

    fn approves(custodian: &str, path: &TakeoverPath) -> bool {
        let custodians = vec![custodian.to_owned()];
        RegisteredClient { custodians, ..registered_client(CLIENT) }.custodian_of(path).is_some()
    }

    fn through(principal: &str, via: &[&str]) -> TakeoverPath {
        let via = via.iter().map(|step| (*step).to_owned()).collect();
        TakeoverPath { principal: principal.to_owned(), via, ..path(TakeoverEdge::Key) }
    }

    #[test]
    fn a_custodians_path_is_accepted_in_its_own_right_and_anybody_elses_is_not() {
        let team = || through("ann@example.com", &["team@example.com"]);
        let robot = "robot@project.iam.gserviceaccount.com";
        for (custodian, path, approved) in [
            ("user:Ann@example.com", team(), true),
            ("ann@example.com", team(), true),
            ("group:team@example.com", team(), true),
            ("user:team@example.com", team(), false),
            ("user:bob@example.com", team(), false),
            (
                "group:outer@example.com",
                through("ann@example.com", &["team@example.com", "outer@example.com"]),
                true,
            ),
            // Whoever becomes a custodian is none.
            (
                "serviceAccount:robot@project.iam.gserviceaccount.com",
                through("ann@example.com", &[robot]),
                false,
            ),
            ("group:team@example.com", through("ann@example.com", &[robot, "team@example.com"]), false),
        ] {
            assert_eq!(approves(custodian, &path), approved, "{custodian} {:?}", path.via);
        }
    }

    #[test]
    fn everybody_at_once_is_nobodys_custodian_and_an_outsider_only_by_its_own_name() {
        let eve = |via| TakeoverPath { is_outside: Some(true), ..through("eve@elsewhere.example", via) };
        assert!(approves("user:eve@elsewhere.example", &eve(&[])));
        assert!(!approves("group:team@example.com", &eve(&["team@example.com"])));
        let anyone = TakeoverPath { kind: TakeoverPrincipal::Open, ..through("allUsers", &[]) };
        assert!(!approves("allUsers", &anyone));
    }
}
