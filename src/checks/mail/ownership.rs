//! Whether an address is the tenant's own.

use crate::checks::gaps::{left_out, unreadable};
use crate::tenant::{Address, Gap, Part, Tenant, User};

/// Whether an address is the tenant's own.
pub(super) enum Ownership {
    /// A user's own address, or one in a verified domain.
    Ours,
    /// Anything else.
    Outside,
    /// Not to be told.
    Unknown(Gap),
}

/// The domain in which Google gives each user an address for set-up and tests; no tenant lists it.
const TEST_DOMAIN_SUFFIX: &str = ".test-google-a.com";

/// Whether an address that stands in `holder`'s mailbox is the tenant's own.
pub(super) fn ownership(text: &str, holder: &User, tenant: &Tenant) -> Ownership {
    let address = Address::new(text);
    let is_holders = || holder.addresses().any(|own| Address::new(own) == address);
    if is_holders() || tenant.people.known().is_some_and(|people| people.owner_of(text).is_some()) {
        return Ownership::Ours;
    }
    let Some(domain) = address.domain().filter(|domain| !domain.is_empty()) else {
        return Ownership::Unknown(unreadable(Part::SendAs, "An address in a send-as entry has no domain"));
    };
    let domains = match tenant.domains.complete() {
        Ok(domains) => domains,
        Err(gap) => return Ownership::Unknown(gap.clone()),
    };
    let listed = domains.find(domain);
    match listed.map(|domain| domain.verified) {
        Some(Some(true)) => Ownership::Ours,
        Some(None) => Ownership::Unknown(left_out(Part::Domains, "Directory", "verified")),
        // Users can have addresses there, and not all users are known.
        Some(Some(false)) => tenant.people.gap().cloned().map_or(Ownership::Outside, Ownership::Unknown),
        None if domain.ends_with(TEST_DOMAIN_SUFFIX) => {
            tenant.people.gap().cloned().map_or(Ownership::Outside, Ownership::Unknown)
        }
        None => Ownership::Outside,
    }
}
