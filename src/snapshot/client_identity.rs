//! Who a client of a delegation is, by everything that was read.

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::snapshot::Snapshot;
use crate::tenant::{ForeignAccount, Reading, ServiceAccount, bare_client};

/// Who a client is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum ClientIdentity<'a> {
    /// An account of the projects that were read.
    Listed(&'a ServiceAccount),
    /// A service account of another project, by its public certificates.
    Foreign(&'a ForeignAccount),
    /// A service account that was deleted: a policy still names it, by this address and its number.
    Deleted(&'a str),
    /// No service account that exists: it was deleted, or is an OAuth client of another kind.
    NoAccount,
    /// Nobody could be asked.
    Unknown,
}

impl<'a> ClientIdentity<'a> {
    /// Whether it is not an existing service account: nobody can act as it.
    #[must_use]
    pub(crate) const fn is_gone(self) -> bool {
        matches!(self, Self::Deleted(_) | Self::NoAccount)
    }

    /// The account's address, where it has one.
    #[must_use]
    pub(crate) fn email(self) -> Option<&'a str> {
        let email = match self {
            Self::Listed(account) => account.email.as_str(),
            Self::Foreign(account) => account.email.as_str(),
            Self::Deleted(email) => email,
            Self::NoAccount | Self::Unknown => return None,
        };
        Some(email).filter(|email| !email.is_empty())
    }

    /// The account's project, where it is known.
    #[must_use]
    pub(crate) fn project(self) -> Option<&'a str> {
        let project = match self {
            Self::Listed(account) => account.project.as_str(),
            Self::Foreign(account) => account.project.as_str(),
            Self::Deleted(_) | Self::NoAccount | Self::Unknown => return None,
        };
        Some(project).filter(|project| !project.is_empty())
    }
}

/// What certificates and policies tell of clients, by bare client id; made when somebody first asks.
#[derive(Debug, Default)]
pub(crate) struct IdentityIndex(OnceLock<HashMap<String, ClientRecord>>);

/// A copy may be changed before it is asked.
impl Clone for IdentityIndex {
    fn clone(&self) -> Self {
        Self::default()
    }
}

/// What is known about one client.
#[derive(Debug, Default)]
struct ClientRecord {
    /// The place among the certificates of an answer.
    certificates: Option<usize>,
    /// The address under which a policy names it as deleted.
    deleted: Option<String>,
}

impl IdentityIndex {
    fn of<'a>(&'a self, client_id: &str, tenant: &Snapshot) -> Option<&'a ClientRecord> {
        self.0.get_or_init(|| index(tenant)).get(bare_client(client_id))
    }
}

fn index(tenant: &Snapshot) -> HashMap<String, ClientRecord> {
    let mut records: HashMap<String, ClientRecord> = HashMap::new();
    for (place, client) in tenant.client_certificates.known().into_iter().flatten().enumerate() {
        if client.account.known().is_some() {
            let client = records.entry(bare_client(&client.client_id).to_owned()).or_default();
            client.certificates.get_or_insert(place);
        }
    }
    let policies = tenant.iam.policies.known().into_iter().flat_map(|policies| &policies.0);
    let bindings = policies.filter_map(|entry| entry.policy.known()).flat_map(|policy| &policy.bindings);
    for (email, number) in bindings.flat_map(|binding| &binding.members).filter_map(|member| deleted(member))
    {
        records.entry(number.to_owned()).or_default().deleted.get_or_insert_with(|| email.to_owned());
    }
    records
}

/// IAM keeps a deleted member as `deleted:serviceAccount:<address>?uid=<number>`.
fn deleted(member: &str) -> Option<(&str, &str)> {
    member.strip_prefix("deleted:serviceAccount:")?.split_once("?uid=")
}

impl Snapshot {
    /// Who this client is.
    #[must_use]
    pub(crate) fn identity_of(&self, client_id: &str) -> ClientIdentity<'_> {
        let accounts = self.service_accounts.known().filter(|_| !client_id.is_empty());
        if let Some(account) = accounts.and_then(|accounts| accounts.by_client(client_id)) {
            return ClientIdentity::Listed(account);
        }
        let record = self.identities.of(client_id, self);
        let certificates = self.client_certificates.known();
        let asked =
            record.and_then(|record| certificates?.get(record.certificates?)).map(|client| &client.account);
        let deleted = record.and_then(|record| record.deleted.as_deref()).map(ClientIdentity::Deleted);
        match asked.and_then(Reading::known) {
            Some(Some(account)) => ClientIdentity::Foreign(account),
            Some(None) => deleted.unwrap_or(ClientIdentity::NoAccount),
            None => deleted.unwrap_or(ClientIdentity::Unknown),
        }
    }

    /// The client id of the service account outside the listed projects that has this address.
    #[must_use]
    pub(crate) fn foreign_client(&self, email: &str) -> Option<&str> {
        let mut clients = self.client_certificates.known().into_iter().flatten();
        let has_address = |account: &ForeignAccount| account.email.eq_ignore_ascii_case(email);
        let client = clients
            .find(|client| matches!(client.account.known(), Some(Some(account)) if has_address(account)))?;
        Some(&client.client_id)
    }

    /// The best name of a client: the address of its account, or else its id.
    #[must_use]
    pub(crate) fn client_name<'a>(&'a self, client_id: &'a str) -> &'a str {
        self.identity_of(client_id).email().unwrap_or(client_id)
    }
}
