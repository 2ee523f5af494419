//! Who a client of a delegation is, by everything that was read.

use super::{ForeignAccount, ServiceAccount, Tenant, is_same_client};

/// Who a client is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ClientIdentity<'a> {
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
    /// The account's address, where it has one.
    #[must_use]
    pub fn email(self) -> Option<&'a str> {
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
    pub fn project(self) -> Option<&'a str> {
        let project = match self {
            Self::Listed(account) => account.project.as_str(),
            Self::Foreign(account) => account.project.as_str(),
            Self::Deleted(_) | Self::NoAccount | Self::Unknown => return None,
        };
        Some(project).filter(|project| !project.is_empty())
    }
}

impl Tenant {
    /// Who this client is.
    #[must_use]
    pub fn identity_of(&self, client_id: &str) -> ClientIdentity<'_> {
        let listed = self.service_accounts.known().and_then(|accounts| accounts.by_client(client_id));
        if let Some(account) = listed {
            return ClientIdentity::Listed(account);
        }
        let clients = self.client_certificates.known().into_iter().flatten();
        let asked = clients
            .filter(|client| is_same_client(&client.client_id, client_id))
            .find_map(|client| client.account.known());
        match asked {
            Some(Some(account)) => ClientIdentity::Foreign(account),
            Some(None) => self.deleted_account(client_id).unwrap_or(ClientIdentity::NoAccount),
            None => self.deleted_account(client_id).unwrap_or(ClientIdentity::Unknown),
        }
    }

    /// IAM keeps a deleted member as `deleted:serviceAccount:<address>?uid=<number>`.
    fn deleted_account(&self, client_id: &str) -> Option<ClientIdentity<'_>> {
        let mut deleted = self.iam.policies.known()?.deleted_service_accounts();
        let (email, _) = deleted.find(|(_, number)| is_same_client(number, client_id))?;
        Some(ClientIdentity::Deleted(email))
    }
}
