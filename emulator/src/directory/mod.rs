//! The Directory API: who works in the tenant, in which domains, with which rights.

mod customer;
mod domains;
mod groups;
mod org_units;
mod roles;
mod users;

pub(crate) use self::{customer::get as customer, org_units::list as org_units};
pub(crate) use self::{domains::*, groups::*, roles::*, users::*};

use crate::api_error::ApiError;
use crate::call::Call;

/// The privilege that a delegated administrator needs for a method; `None` means the right to read roles,
/// which has no name.
///
/// `USERS_RETRIEVE`, `ORGANIZATION_UNITS_RETRIEVE` and `GROUPS_RETRIEVE` are from Google's guide to roles;
/// `DOMAIN_MANAGEMENT` and the customer's are from another client's documentation. That reading roles
/// takes a super administrator is *unverified*: no page names a lesser privilege.
fn needed_privilege(method_id: &str) -> Option<&'static str> {
    let resource = method_id.strip_prefix("directory.").unwrap_or(method_id);
    match resource.split('.').next() {
        Some("groups" | "members") => Some("GROUPS_RETRIEVE"),
        Some("users") => Some("USERS_RETRIEVE"),
        Some("orgunits") => Some("ORGANIZATION_UNITS_RETRIEVE"),
        Some("domains" | "domainAliases") => Some("DOMAIN_MANAGEMENT"),
        Some("customers") => Some("API_APPS_ENTERPRISE_CUSTOMER_READ"),
        _ => None,
    }
}

/// Refuses callers who are no administrators with the right for the method.
///
/// A service account without a subject counts by the roles it holds itself, and then has to name the
/// customer: `my_customer` is nobody's.
fn authorize(call: &Call<'_>, customer: Option<&str>) -> Result<(), ApiError> {
    authorize_for(call, customer, needed_privilege(call.method.id))
}

/// The same for a privilege that the caller names.
pub(crate) fn authorize_for(
    call: &Call<'_>,
    customer: Option<&str>,
    privilege: Option<&str>,
) -> Result<(), ApiError> {
    let tenant = call.tenant();
    let allowed = match (call.subject(), call.client()) {
        (Some(subject), _) => {
            subject.is_active() && (subject.super_admin || tenant.has_privilege(&subject.id, privilege))
        }
        (None, Some(_)) if customer == Some("my_customer") => {
            return Err(ApiError::no_administrator_named());
        }
        (None, Some(client)) => tenant.has_privilege(&client.client_id, privilege),
        (None, None) => false,
    };
    let own_customer = customer.is_none_or(|id| id == "my_customer" || id == tenant.customer_id);
    if allowed && own_customer { Ok(()) } else { Err(ApiError::not_an_administrator()) }
}
