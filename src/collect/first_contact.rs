//! The first token, before anything is begun: what no retry and no later run can mend ends the run here.

use std::time::Duration;

use tokio::time::timeout;

use crate::causes;
use crate::google::iam1::CLOUD_SCOPE;
use crate::google::{Client, Session, admin1_directory as directory};
use crate::tenant::{Gap, Part};

use super::{Identity, Plan, access, gaps};

/// Two tries of a connection. What takes longer is left to the run, which is patient.
const FIRST_CONTACT_TIMEOUT: Duration = Duration::from_secs(25);

/// Why a run cannot begin.
#[derive(Debug)]
pub(crate) enum FirstRefusal {
    /// Nobody gets a token.
    NoToken(Gap),
    /// Nobody can act as the admin.
    Admin(Gap),
    /// The admin is of another tenant.
    Customer {
        /// The one that the admin belongs to.
        of_admin: String,
    },
}

/// Asks for the first token, and whose tenant the admin is in where one is configured.
///
/// # Errors
/// What is wrong for good. Anything else shows while the run reads.
pub(crate) async fn first_contact(client: &Client, plan: &Plan) -> Result<(), FirstRefusal> {
    timeout(FIRST_CONTACT_TIMEOUT, contact(client, plan)).await.unwrap_or(Ok(()))
}

async fn contact(client: &Client, plan: &Plan) -> Result<(), FirstRefusal> {
    let scopes = access::scopes(Identity::Admin, &plan.parts);
    let session = if scopes.is_empty() {
        Session::as_account(client, &[CLOUD_SCOPE])
    } else {
        plan.admin_session(client)
    };
    let acts_as_admin = !scopes.is_empty() && !plan.admin_role && plan.admin.is_some();
    match session.can_all().await {
        Err(error) if error.cause.is_of_network() || error.cause.is_of_account() => {
            return Err(FirstRefusal::NoToken(gaps::refused(Part::Users, &error)));
        }
        Err(error) if acts_as_admin && error.cause.is_of_subject() => {
            return Err(FirstRefusal::Admin(gaps::refused(Part::Users, &error)));
        }
        _ => {}
    }
    match &plan.admin {
        Some(admin)
            if acts_as_admin && plan.customer != "my_customer" && plan.parts.contains(&Part::Users) =>
        {
            match directory::get_user(&session, admin).await {
                Ok(user) => match user.customer_id {
                    Some(of_admin) if of_admin != plan.customer => Err(FirstRefusal::Customer { of_admin }),
                    _ => Ok(()),
                },
                Err(_) => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

/// Causes of a part that is missing because of the admin, not of the part.
const OF_ADMIN: &[causes::Cause] = &[
    causes::ADMIN_RIGHT_MISSING,
    causes::REPORTS_RIGHT_MISSING,
    causes::CLIENT_NOT_AUTHORIZED,
    causes::USER_REFUSED,
    causes::ACCOUNT_RESTRICTED,
    causes::SUBJECT_UNKNOWN,
    causes::SUBJECT_DELETED,
    causes::SUBJECT_MALFORMED,
];

/// Whether a gap can be because the admin cannot be used at all.
#[must_use]
pub(crate) fn can_be_of_admin(gap: &Gap) -> bool {
    OF_ADMIN.iter().any(|cause| gap.reason == cause.id)
}
