//! Whether an account can sign in, whether it is an admin's, whether it is tier 0.

use super::gaps::left_out;
use crate::policy::Policy;
use crate::snapshot::Snapshot;
use crate::tenant::{Address, Gap, HeldRoles, Part, User};

/// Whether an account can sign in.
pub(super) enum Standing {
    Active,
    /// It cannot, for this reason.
    Closed(&'static str),
    /// Directory did not say.
    Unknown(Gap),
}

/// Why a rule for the tenant's own people does not apply, if the user is none of them.
pub(super) const GUEST: &str = "The user is a guest from outside the organization";

/// Whether the account can sign in.
pub(super) fn standing(user: &User) -> Standing {
    match (user.suspended, user.archived) {
        (Some(true), _) => Standing::Closed("The user is suspended"),
        (_, Some(true)) => Standing::Closed("The user is archived"),
        (None, _) => Standing::Unknown(left_out(Part::Users, "Directory", "suspended")),
        (_, None) => Standing::Unknown(left_out(Part::Users, "Directory", "archived")),
        (Some(false), Some(false)) => Standing::Active,
    }
}

/// Whether the user is an admin.
pub(super) enum AdminStanding {
    /// By Directory's flags, or by an assignment of its own.
    Admin,
    Ordinary,
    /// Holder of a role that is not listed, so that nobody knows what it allows; the id of the role.
    UnlistedRole(String),
    /// Not known, because of this gap.
    Unknown(Gap),
}

/// Whether the user holds any admin role, by Directory's flags or by an assignment of its own.
pub(super) fn admin_standing(user: &User, tenant: &Snapshot) -> AdminStanding {
    let held = tenant.admin_roles.known().map_or(HeldRoles::None, |roles| roles.held_by(&user.id));
    if user.is_admin == Some(true) || user.is_delegated_admin == Some(true) || held == HeldRoles::Listed {
        return AdminStanding::Admin;
    }
    match (tenant.admin_roles.gap(), held, user.is_admin, user.is_delegated_admin) {
        (Some(gap), ..) => AdminStanding::Unknown(gap.clone()),
        (_, HeldRoles::Unlisted(role), ..) => AdminStanding::UnlistedRole(role.to_owned()),
        (_, _, None, _) => AdminStanding::Unknown(left_out(Part::Users, "Directory", "isAdmin")),
        (_, _, _, None) => AdminStanding::Unknown(left_out(Part::Users, "Directory", "isDelegatedAdmin")),
        _ => AdminStanding::Ordinary,
    }
}

/// The parts that tell whether a user whose row was read is tier 0.
pub(super) const TIER_ZERO: [Part; 1] = [Part::AdminRoles];

/// Why this person's findings weigh more, if they do: a super admin, or an address of the policy's
/// tier 0. `None` where it is not known.
pub(super) fn tier_zero(
    id: &str,
    primary_email: &str,
    is_super_admin: Option<bool>,
    tenant: &Snapshot,
    policy: &Policy,
) -> Option<&'static str> {
    let by_role = || {
        let roles = tenant.admin_roles.known()?;
        roles.super_admin_assignments().find(|assignment| assignment.assigned_to == id)
    };
    if is_super_admin == Some(true) || by_role().is_some() {
        return Some("super admin");
    }
    let people = tenant.people.known();
    let is_theirs = |address: &String| {
        Address::new(address) == Address::new(primary_email)
            || people.and_then(|people| people.owner_of(address)).is_some_and(|owner| *owner.id == *id)
    };
    policy.tier_zero.iter().any(is_theirs).then_some("on the tier 0 list")
}

/// [`tier_zero`] of a user.
pub(super) fn user_tier_zero(user: &User, tenant: &Snapshot, policy: &Policy) -> Option<&'static str> {
    tier_zero(&user.id, &user.primary_email, user.is_admin, tenant, policy)
}
