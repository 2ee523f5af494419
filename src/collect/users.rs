//! Users of the Directory.

use chrono::{DateTime, Datelike, Utc};

use crate::causes;
use crate::google::{Page, Session, admin1_directory as directory};
use crate::store::{Run, StoreError, part_key};
use crate::tenant::{LastLogin, Part, Reading, User};

use super::{Plan, Progress, UserCursor, gaps};
use crate::tenant::UserListing;

/// Reads every user into the run, page by page. Goes on where an attempt before was stopped.
pub(super) async fn collect(
    admin: &Session<'_>,
    plan: &Plan,
    run: &Run<'_>,
    progress: &dyn Progress,
) -> Result<(), StoreError> {
    if let Some(Reading::Complete(_)) = run.part(part_key::USERS)? {
        return Ok(());
    }
    let reading = match plan.not_asked(Part::Users) {
        Some(gap) => Reading::Missing(gap),
        None => {
            progress.started(Part::Users, None);
            let reading = list(admin, plan, run, progress).await?;
            progress.finished(Part::Users);
            reading
        }
    };
    run.put_part(part_key::USERS, &reading)
}

async fn list(
    admin: &Session<'_>,
    plan: &Plan,
    run: &Run<'_>,
    progress: &dyn Progress,
) -> Result<Reading<UserListing>, StoreError> {
    let stopped: UserCursor = run.cursor(Part::Users)?.unwrap_or_default();
    let mut resumed = stopped.page_token.is_some();
    let mut cursor = if resumed { stopped } else { stopped.anew() };
    progress.resumed(Part::Users, cursor.kept);
    let mut pages = directory::list_users(admin, &plan.customer).starting_at(cursor.page_token.take());
    loop {
        match pages.next().await {
            Ok(Some(page)) if resumed && cursor.is_of_another_tenant(&page) => {
                cursor = cursor.anew();
                pages = directory::list_users(admin, &plan.customer);
            }
            Ok(Some(page)) => {
                progress.advanced(Part::Users, page.rows.len() as u64);
                cursor.page_token = pages.next_token().map(str::to_owned);
                let users = cursor.add(page);
                run.put_users(&users, cursor.attempt, &cursor)?;
            }
            Ok(None) => {
                run.forget_unlisted(cursor.attempt)?;
                return Ok(whole(cursor));
            }
            Err(error) if resumed && error.cause == causes::BAD_REQUEST => {
                // Page tokens are good for days, not for ever.
                tracing::info!(%error, "the users' listing begins again");
                cursor = cursor.anew();
                pages = directory::list_users(admin, &plan.customer);
            }
            Err(error) if cursor.kept > 0 => {
                let listing = UserListing { interrupted: true, ..cursor.listing };
                return Ok(Reading::Partial(listing, gaps::interrupted(Part::Users, &error)));
            }
            Err(error) => return Ok(Reading::Missing(gaps::refused(Part::Users, &error))),
        }
        resumed = false;
    }
}

impl UserCursor {
    /// From the beginning: users that do not come again are gone.
    fn anew(&self) -> Self {
        Self { attempt: self.attempt + 1, ..Self::default() }
    }

    fn is_of_another_tenant(&self, page: &Page<directory::User>) -> bool {
        let now = page.rows.iter().find_map(|user| user.customer_id.as_ref());
        self.listing.customer_id.as_ref().zip(now).is_some_and(|(before, now)| before != now)
    }

    /// Counts a page, and picks the users of it that can be kept.
    fn add(&mut self, page: Page<directory::User>) -> Vec<User> {
        let customer_id = page.rows.iter().find_map(|user| user.customer_id.clone());
        self.listing.customer_id = self.listing.customer_id.take().or(customer_id);
        let mut broken = page.broken;
        let (named, nameless): (Vec<_>, Vec<_>) = page.rows.into_iter().partition(is_named);
        nameless.iter().for_each(|user| broken.add("no id or no address", &name(user)));
        self.listing.unreadable += broken.count;
        let partly =
            named.iter().filter(|user| user.aliases.unreadable + user.non_editable_aliases.unreadable > 0);
        partly.for_each(|user| broken.add("an alias cannot be read", &name(user)));
        self.broken.extend(broken);
        self.kept += named.len() as u64;
        named.into_iter().map(user).collect()
    }
}

fn whole(cursor: UserCursor) -> Reading<UserListing> {
    match gaps::broken_rows(Part::Users, &cursor.broken) {
        Some(gap) => Reading::Partial(cursor.listing, gap),
        None if cursor.kept == 0 => Reading::Missing(gaps::empty(Part::Users, "user")),
        None => Reading::Complete(cursor.listing),
    }
}

/// Without an id nothing can be kept of a user, without an address nothing can be read.
fn is_named(user: &directory::User) -> bool {
    !user.id.is_empty() && !user.primary_email.is_empty()
}

fn name(user: &directory::User) -> String {
    serde_json::json!({ "id": user.id, "primaryEmail": user.primary_email }).to_string()
}

fn user(wire: directory::User) -> User {
    let guest_email = wire.guest_account_info.and_then(|info| info.primary_guest_email);
    let guest_email = guest_email.filter(|address| !address.trim().is_empty());
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
        aliases: wire.aliases.known,
        non_editable_aliases: wire.non_editable_aliases.known,
        // Google leaves it out for users who are no guests.
        is_guest: Some(wire.is_guest_user.unwrap_or(guest_email.is_some())),
        guest_email,
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
