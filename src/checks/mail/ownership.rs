//! Whether an address is the tenant's own.

use crate::checks::gaps::{left_out, unreadable};
use crate::snapshot::Snapshot;
use crate::tenant::{Address, Gap, Part, TEST_DOMAIN_SUFFIX, User};

/// Whether an address is the tenant's own.
pub(super) enum Ownership {
    /// A user's own address, or one in a verified domain.
    Ours,
    Outside,
    /// Not known, because of this gap.
    Unknown(Gap),
}

/// Whether a send-as address of `holder`'s mailbox is the tenant's own.
pub(super) fn ownership(text: &str, holder: &User, tenant: &Snapshot) -> Ownership {
    ownership_in(Part::SEND_AS, text, holder, tenant)
}

/// Whether an address that stands in this part of `holder`'s mailbox is the tenant's own.
pub(super) fn ownership_in(part: Part, text: &str, holder: &User, tenant: &Snapshot) -> Ownership {
    let address = Address::new(text);
    let is_holders = || !holder.is_guest() && holder.has_address(text);
    // A guest's address is where it is: an invitation makes it nobody's inside.
    let is_users =
        || tenant.people.known().and_then(|people| people.owner_of(text)).is_some_and(|user| !user.is_guest);
    if is_holders() || is_users() {
        return Ownership::Ours;
    }
    let Some(domain) = address.domain().filter(|_| address.is_single()) else {
        // One of several that is outside is outside.
        let mut single = text.split([',', ';', '<', '>', ' ']).filter(|one| Address::new(one).is_single());
        if single.any(|one| matches!(ownership_in(part, one, holder, tenant), Ownership::Outside)) {
            return Ownership::Outside;
        }
        let message = "An entry of the mailbox does not contain exactly one email address";
        return Ownership::Unknown(unreadable(part, message));
    };
    let gap = tenant.domains.gap();
    let domains = match (tenant.domains.known(), gap) {
        (Some(domains), None) => domains,
        // What is listed is listed; what is not may be in a row that cannot be read.
        (Some(domains), Some(gap)) if gap.is_of_rows() && domains.find(domain).is_some() => domains,
        (_, Some(gap)) => return Ownership::Unknown(gap.clone()),
        (None, None) => return Ownership::Outside,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_facts::*;

    #[test]
    fn a_stranger_cannot_hide_before_an_address_of_the_tenant() {
        let ann = ann();
        let tenant = tenant([&ann]);
        for text in ["thief@other.example, a@example.com", "<thief@other.example> a@example.com"] {
            assert!(matches!(ownership(text, &ann, &tenant), Ownership::Outside), "{text}");
        }
        for text in ["@example.com", "thief@other.example@example.com", "a@example.com, b@example.com"] {
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
