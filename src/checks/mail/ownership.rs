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
    let Some(domain) = address.domain().filter(|_| is_single(&address)) else {
        let message = "A send-as entry names what is not one mail address";
        return Ownership::Unknown(unreadable(Part::SendAs, message));
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

/// Whether the text is one address: of several in a row, the last one's domain would speak for all.
fn is_single(address: &Address) -> bool {
    let separates =
        |sign: char| sign.is_whitespace() || sign.is_control() || matches!(sign, '@' | ',' | ';' | '<' | '>');
    address.as_str().rsplit_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && !domain.is_empty() && !local.contains(separates) && !domain.contains(separates)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_facts::*;

    #[test]
    fn a_stranger_cannot_hide_before_an_address_of_the_tenant() {
        let ann = ann();
        let tenant = tenant([&ann]);
        for text in
            ["thief@other.example, a@example.com", "<thief@other.example> a@example.com", "@example.com"]
        {
            assert!(matches!(ownership(text, &ann, &tenant), Ownership::Unknown(_)), "{text}");
        }
        assert!(matches!(ownership(" A@Example.COM ", &ann, &tenant), Ownership::Ours));
    }

    #[test]
    fn a_test_address_of_google_is_outside_only_if_all_users_are_known() {
        let ann = ann();
        let address = "bob@example.com.test-google-a.com";
        assert!(matches!(ownership(address, &ann, &tenant([&ann])), Ownership::Outside));
        let tenant = without(Part::Users, tenant([&ann]));
        assert!(matches!(ownership(address, &ann, &tenant), Ownership::Unknown(_)));
    }
}
