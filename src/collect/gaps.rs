//! What came instead of the facts → the gap that reports show.

use crate::causes::{self, Cause, Class};
use crate::google::{BrokenRows, GoogleError, Listing};
use crate::tenant::{Gap, GapClass, GapReason, Part, PartGrain};

use super::{Access, access};

/// Nothing was read.
pub(super) fn refused(part: Part, error: &GoogleError) -> Gap {
    let class = match error.cause.class {
        Class::Failed => GapClass::Failed,
        Class::Denied | Class::MailOff => GapClass::Denied,
    };
    Gap {
        part,
        class,
        reason: error.cause.reason(),
        message: error.to_string(),
        needed: needed(part, error),
        fix: fix(part, error),
        places: places(error.cause),
    }
}

/// The cause's, and where a role is missing, which.
fn fix(part: Part, error: &GoogleError) -> String {
    let roles: Vec<&str> = access::roles_in(&needed(part, error)).collect();
    if error.cause != causes::IAM_PERMISSION_MISSING || roles.is_empty() {
        return error.cause.fix.to_owned();
    }
    let roles = roles.join(" and ");
    format!(
        "Grant {roles} to the audit's service account on the resource of the message. A change can take some minutes."
    )
}

/// A listing broke off: what was read is kept, and nobody knows how much is missing.
pub(super) fn interrupted(part: Part, error: &GoogleError) -> Gap {
    Gap {
        class: GapClass::Failed,
        message: format!("The listing was interrupted: {error}"),
        ..refused(part, error)
    }
}

/// What is missing of a listing; `None` if it is whole.
pub(super) fn of_listing<T>(part: Part, listing: &Listing<T>) -> Option<Gap> {
    match &listing.stopped {
        Some(error) if listing.began => Some(interrupted(part, error)),
        Some(error) => Some(refused(part, error)),
        None => broken_rows(part, &listing.broken),
    }
}

/// Whether a listing was read to its end, and nothing is in it.
pub(super) fn is_empty<T>(listing: &Listing<T>) -> bool {
    listing.stopped.is_none() && listing.began && listing.rows.is_empty() && listing.broken.count == 0
}

/// A listing lacks something that exists.
pub(super) fn contradicted(part: Part, message: String) -> Gap {
    Gap { message, ..empty(part, "row") }
}

/// Where many may be gone, so many are asked for: a page that is lost holds more.
pub(super) const MAX_ASKED: usize = 20;

/// What a whole listing does not name is gone, or the listing was cut: the first that exists tells. Nothing is missing
/// if all are gone.
pub(super) async fn unlisted<'n, T, F>(
    part: Part,
    listing: &Listing<T>,
    unlisted: impl IntoIterator<Item = &'n str>,
    exists: impl Fn(&'n str) -> F,
    said: impl Fn(&str) -> String,
) -> Option<Gap>
where
    F: Future<Output = Result<bool, GoogleError>>,
{
    // What is known to be missing needs no other proof.
    if of_listing(part, listing).is_some() {
        return None;
    }
    for name in unlisted {
        match exists(name).await {
            Ok(false) => {}
            Ok(true) => return Some(contradicted(part, said(name))),
            Err(error) => return Some(refused(part, &error)),
        }
    }
    None
}

/// A listing lacks what it always has.
pub(super) fn empty(part: Part, what: &str) -> Gap {
    let cause = causes::EMPTY_LISTING;
    let holder = if part.grain() == PartGrain::User { "mailbox" } else { "tenant" };
    Gap {
        part,
        class: GapClass::Failed,
        reason: cause.reason(),
        message: format!("{}: Google returned no {what}, but every {holder} has at least one", part.title()),
        needed: String::new(),
        fix: cause.fix.to_owned(),
        places: places(cause),
    }
}

/// Rows that could not be read; `None` if there are none.
pub(super) fn broken_rows(part: Part, broken: &BrokenRows) -> Option<Gap> {
    if broken.count == 0 {
        return None;
    }
    let cause = causes::UNDECODABLE_ROW;
    Some(Gap {
        part,
        class: GapClass::Failed,
        reason: cause.reason(),
        message: unreadable(broken),
        needed: String::new(),
        fix: cause.fix.to_owned(),
        places: Box::default(),
    })
}

fn unreadable(broken: &BrokenRows) -> String {
    let rows = if broken.count == 1 { "1 row".to_owned() } else { format!("{} rows", broken.count) };
    let more = match broken.count.saturating_sub(broken.named.len() as u64) {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    format!("{rows} cannot be read: {}{more}", broken.named.join("; "))
}

/// No enabled check needs it, or the operator left it out.
pub(super) fn not_asked(part: Part) -> Gap {
    not_configured(part, "not asked for", "Enable the part in `[collect] parts`.")
}

/// The operator configured no source for it.
pub(super) fn not_configured(part: Part, message: &str, fix: &str) -> Gap {
    Gap {
        part,
        class: GapClass::NotConfigured,
        reason: GapReason::NOT_CONFIGURED,
        message: format!("{}: {message}", part.title()),
        needed: String::new(),
        fix: fix.to_owned(),
        places: Box::default(),
    }
}

/// No role and no scope would help.
const NO_RIGHT: &[causes::Cause] =
    &[causes::OWN_TOKEN_REFUSED, causes::USER_REFUSED, causes::API_ACCESS_OFF, causes::CREDENTIALS_MISSING];

/// The gap of a user who was asked before anybody got a token: the scope is delegated, as others showed later.
pub(super) fn of_refused_user(gap: &Gap) -> Option<Gap> {
    let was = causes::all().find(|cause| gap.reason == cause.id && cause.may_be_the_users())?;
    let cause = causes::USER_REFUSED;
    Some(Gap {
        reason: cause.reason(),
        message: gap.message.replacen(was.title, cause.title, 1),
        needed: String::new(),
        fix: cause.fix.to_owned(),
        places: places(cause),
        ..gap.clone()
    })
}

/// Where a cause is mended.
fn places(cause: Cause) -> Box<[String]> {
    if cause.place.is_empty() { Box::default() } else { [cause.place.to_owned()].into() }
}

/// What would fill the gap: the scope where the scope is the matter, else the role.
fn needed(part: Part, error: &GoogleError) -> String {
    let access = Access::of(part);
    let scope = access.scope.unwrap_or_default();
    let about_scope = [
        causes::SCOPE_NOT_DELEGATED,
        causes::CLIENT_NOT_AUTHORIZED,
        causes::SCOPE_INSUFFICIENT,
        causes::SCOPE_UNKNOWN_TO_GOOGLE,
    ];
    if about_scope.contains(&error.cause) {
        scope.to_owned()
    } else if NO_RIGHT.contains(&error.cause) {
        String::new()
    } else if error.cause == causes::REPORTS_RIGHT_MISSING {
        access.role.as_str().to_owned()
    } else if error.cause == causes::API_DISABLED {
        format!("{}, enabled in the project of the audit's service account", error.api.service())
    } else if error.cause == causes::IAM_PERMISSION_MISSING
        && let Some(permission) = error.permission.as_deref().and_then(Access::with_permission)
    {
        [scope, &permission].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("; ")
    } else if error.cause.class == Class::Denied {
        let role = Access::role_at(part, error.api).needed().unwrap_or_default();
        [scope, role].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("; ")
    } else {
        String::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_of_single_rows_is_known_as_such_and_names_each() {
        let mut broken = BrokenRows::default();
        broken.add("odd", r#"{"id": "7", "primaryEmail": "ann@example.com"}"#);
        broken.add("odd", r#"{"roleAssignmentId": 42}"#);
        let gap = broken_rows(Part::Users, &broken).unwrap();
        assert!(gap.is_of_rows());
        for name in ["id 7", "ann@example.com", "roleAssignmentId 42"] {
            assert!(gap.message.contains(name), "{}", gap.message);
        }
        assert!(!empty(Part::Users, "user").is_of_rows());
    }
}
