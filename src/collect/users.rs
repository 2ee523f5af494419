//! Users of the Directory.

use chrono::{DateTime, Datelike, Utc};

use crate::google::{BrokenRows, Session, admin1_directory as directory};
use crate::store::{Run, StoreError};
use crate::tenant::{LastLogin, Part, Reading, User};

use super::{Plan, Progress, UserListing, gaps};

/// Reads every user into the run, page by page.
pub(super) async fn collect(
    admin: &Session<'_>,
    plan: &Plan,
    run: &Run<'_>,
    progress: &dyn Progress,
) -> Result<Reading<UserListing>, StoreError> {
    if let Some(gap) = plan.not_asked(Part::Users) {
        return Ok(Reading::Missing(gap));
    }
    progress.started(Part::Users, None);
    let mut pages = directory::list_users(admin, &plan.customer);
    let (mut listing, mut broken, mut any) = (UserListing::default(), BrokenRows::default(), false);
    let mut users = 0;
    let reading = loop {
        match pages.next().await {
            Ok(Some(page)) => {
                any = true;
                listing.customer_id = listing
                    .customer_id
                    .or_else(|| page.rows.iter().find_map(|user| user.customer_id.clone()));
                progress.advanced(Part::Users, page.rows.len() as u64);
                broken.extend(page.broken);
                let (named, nameless): (Vec<_>, Vec<_>) = page.rows.into_iter().map(user).partition(is_named);
                nameless.iter().for_each(|user| broken.add("no id or no address", &format!("{user:?}")));
                users += named.len();
                run.put_users(&named)?;
            }
            Ok(None) => {
                listing.unreadable = broken.count;
                break match gaps::broken_rows(Part::Users, &broken) {
                    Some(gap) => Reading::Partial(listing, gap),
                    None if users == 0 => Reading::Missing(gaps::empty(Part::Users)),
                    None => Reading::Complete(listing),
                };
            }
            Err(error) if any => {
                listing.interrupted = true;
                break Reading::Partial(listing, gaps::interrupted(Part::Users, &error));
            }
            Err(error) => break Reading::Missing(gaps::refused(Part::Users, &error)),
        }
    };
    progress.finished(Part::Users);
    Ok(reading)
}

/// Without an id nothing can be kept of a user, without an address nothing can be read.
fn is_named(user: &User) -> bool {
    !user.id.is_empty() && !user.primary_email.is_empty()
}

fn user(wire: directory::User) -> User {
    User {
        id: wire.id,
        primary_email: wire.primary_email,
        full_name: wire.name.and_then(|name| name.full_name),
        org_unit: wire.org_unit_path,
        suspended: wire.suspended,
        suspension_reason: wire.suspension_reason,
        suspended_at: time(wire.suspension_time.as_deref()),
        archived: wire.archived,
        is_mailbox_setup: wire.is_mailbox_setup,
        is_admin: wire.is_admin,
        is_delegated_admin: wire.is_delegated_admin,
        two_step_enrolled: wire.is_enrolled_in_2sv,
        two_step_enforced: wire.is_enforced_in_2sv,
        created_at: time(wire.creation_time.as_deref()),
        last_login: last_login(wire.last_login_time.as_deref()),
        aliases: wire.aliases.unwrap_or_default(),
        non_editable_aliases: wire.non_editable_aliases.unwrap_or_default(),
    }
}

fn time(text: Option<&str>) -> Option<DateTime<Utc>> {
    text?.parse().ok()
}

/// Directory answers 1970 for an account that never signed in.
fn last_login(text: Option<&str>) -> LastLogin {
    match time(text) {
        Some(at) if at.year() <= 1970 => LastLogin::Never,
        Some(at) => LastLogin::At(at),
        None => LastLogin::Unknown,
    }
}
