//! The first token, before anything is begun: what no retry and no later run can mend ends the run here.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::timeout;

use crate::causes;
use crate::google::iam1::CLOUD_SCOPE;
use crate::google::{Client, GoogleError, Session, admin1_directory as directory, reports1};
use crate::tenant::{Gap, Part};

use super::{Identity, Plan, access, gaps};

/// Two tries of a connection. What takes longer is left to the run, which is patient.
const FIRST_CONTACT_TIMEOUT: Duration = Duration::from_secs(25);

/// Why a run cannot begin.
#[derive(Debug)]
pub(crate) enum FirstRefusal {
    /// Nobody gets a token.
    NoToken(Gap),
    /// The configured server is not Google's, nor like it.
    NoApi(Gap),
    /// Nobody can act as the admin.
    Admin(Gap),
    /// The admin is of another tenant.
    Customer {
        /// The one that the admin belongs to.
        of_admin: String,
    },
}

/// Asks for the first token, and reads one thing as the admin. Answers the customer that the admin belongs to, if Google
/// says it.
///
/// # Errors
/// What is wrong for good. Anything else shows while the run reads.
pub(crate) async fn first_contact(
    client: &Client,
    plan: &Plan,
    at: DateTime<Utc>,
) -> Result<Option<String>, FirstRefusal> {
    timeout(FIRST_CONTACT_TIMEOUT, contact(client, plan, at)).await.unwrap_or(Ok(None))
}

async fn contact(client: &Client, plan: &Plan, at: DateTime<Utc>) -> Result<Option<String>, FirstRefusal> {
    let scopes = access::scopes(Identity::Admin, &plan.parts);
    let session = if scopes.is_empty() {
        Session::as_account(client, &[CLOUD_SCOPE])
    } else {
        plan.admin_session(client)
    };
    let acts_as_admin = !scopes.is_empty() && !plan.admin_role && plan.admin.is_some();
    match session.can_all().await {
        Err(error) if error.cause == causes::NO_API_AT_ADDRESS => {
            return Err(FirstRefusal::NoApi(gaps::refused(Part::Users, &error)));
        }
        Err(error) if error.cause.is_of_network() || error.cause.is_of_account() => {
            return Err(FirstRefusal::NoToken(gaps::refused(Part::Users, &error)));
        }
        Err(error) if acts_as_admin && error.cause.is_of_subject() => {
            return Err(FirstRefusal::Admin(gaps::refused(Part::Users, &error)));
        }
        _ => {}
    }
    let customer = read_as_admin(&session, plan, at).await?;
    match &customer {
        Some(of_admin) if plan.customer != "my_customer" && *of_admin != plan.customer => {
            Err(FirstRefusal::Customer { of_admin: of_admin.clone() })
        }
        _ => Ok(customer),
    }
}

/// Reads the least of each part that the admin reads, until one is answered. Refused is an admin whom Google refuses
/// everything: who is suspended, no admin, or never signed in.
async fn read_as_admin(
    session: &Session<'_>,
    plan: &Plan,
    at: DateTime<Utc>,
) -> Result<Option<String>, FirstRefusal> {
    let mut refused = None;
    // Google says of users first whose tenant it is.
    let parts = [Part::Users, Part::Domains, Part::AdminRoles];
    for part in parts.into_iter().chain([Part::AdminLog, Part::AccessEvaluationLog, Part::TokenLog]) {
        if !plan.parts.contains(&part) {
            continue;
        }
        match least_of(part, session, plan, at).await {
            Ok(customer) => return Ok(customer),
            Err(error) if OF_ADMIN.contains(&error.cause) => {
                refused.get_or_insert(gaps::refused(part, &error));
            }
            Err(error) if error.cause == causes::NO_API_AT_ADDRESS => {
                return Err(FirstRefusal::NoApi(gaps::refused(part, &error)));
            }
            // Not about the admin: the run shows it.
            Err(_) => return Ok(None),
        }
    }
    match refused {
        Some(gap) => Err(FirstRefusal::Admin(gap)),
        None => Ok(None),
    }
}

/// The customer of the admin, if the part says it.
async fn least_of(
    part: Part,
    session: &Session<'_>,
    plan: &Plan,
    at: DateTime<Utc>,
) -> Result<Option<String>, GoogleError> {
    match (part, &plan.admin) {
        (Part::Users, Some(admin)) if !plan.admin_role => {
            Ok(directory::get_user(session, admin).await?.customer_id)
        }
        (Part::Users, _) => {
            let page = directory::list_users(session, &plan.customer).next().await?;
            Ok(page.and_then(|page| page.rows.into_iter().find_map(|user| user.customer_id)))
        }
        (Part::Domains, _) => directory::list_domains(session, &plan.customer).next().await.map(|_| None),
        (Part::AdminRoles, _) => directory::list_roles(session, &plan.customer).next().await.map(|_| None),
        _ => {
            let since = at - TimeDelta::hours(1);
            let log = match part {
                Part::TokenLog => "token",
                Part::AccessEvaluationLog => "access_evaluation",
                _ => "admin",
            };
            reports1::list_activities(session, log, None, since, at).next().await.map(|_| None)
        }
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
