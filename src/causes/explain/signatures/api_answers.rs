//! Errors of Google APIs, by what their status and reason mean: what an answer means whose words are in no other row.

use super::{Signature, row};
use crate::causes::CauseRow;
use crate::causes::explain::Speaker::GoogleApi;
use crate::causes::table::{directory::*, gmail::*, google_api::*, iam::*, token::*};

/// The family of answers.
const ANSWER: &str = "answer";

macro_rules! answers {
    ($([$($known:ident),*] = $id:literal, $means:literal, [$($cause:ident),*];)*) => {
        pub(super) const ROWS: &[Signature] = &[$(
            row($id, GoogleApi, ANSWER, &[]).general().means($means, &[$($cause),*]),
        )*];

        /// What an answer with this cause means; `None` for those that say nothing.
        pub(in crate::causes::explain) fn of_cause(cause: &CauseRow) -> Option<&'static Signature> {
            let known: &[&[&CauseRow]] = &[$(&[$($known),*]),*];
            let at = known.iter().position(|causes| causes.contains(&cause))?;
            ROWS.get(at)
        }
    };
}

answers! {
    [THROTTLED] = "answer-throttled", "A Google API limits the rate of requests.", [THROTTLED];
    [DAILY_LIMIT] = "answer-daily-limit", "The daily quota of the project is used up.", [DAILY_LIMIT];
    [SCOPE_INSUFFICIENT] = "answer-scope", "The access token lacks a scope.", [SCOPE_INSUFFICIENT];
    [API_DISABLED] = "answer-disabled", "The API is disabled in the calling project.", [API_DISABLED];
    [SIGNING_DENIED] = "answer-signing", "IAM refuses to sign, or to make a token.", [SIGNING_DENIED, IMPERSONATION_TARGET_UNKNOWN];
    [SERVICE_ACCOUNT_DELETED] = "answer-account-unknown", "IAM does not find the service account.",
        [IMPERSONATION_TARGET_UNKNOWN, SERVICE_ACCOUNT_DELETED];
    [SERVICE_ACCOUNT_DISABLED] = "answer-account-disabled", "The service account is disabled.", [SERVICE_ACCOUNT_DISABLED];
    [PROJECT_SUSPENDED] = "answer-project", "The calling project cannot be used.", [PROJECT_SUSPENDED];
    [ACCOUNT_RESTRICTED] = "answer-account-state", "The account of the caller cannot be used.", [ACCOUNT_RESTRICTED, ACCOUNT_NOT_ACTIVE];
    [CLOUD_POLICY] = "answer-policy", "A policy of the organization forbids the request.", [CLOUD_POLICY];
    [IAM_PERMISSION_MISSING] = "answer-iam", "The caller has no IAM role that allows the request.", [IAM_PERMISSION_MISSING];
    [DOMAIN_POLICY, API_ACCESS_OFF] = "answer-domain-policy", "The tenant does not allow this API.", [DOMAIN_POLICY];
    [DELEGATION_DENIED] = "answer-delegation", "The mailbox is another user's than the token's.", [DELEGATION_DENIED];
    [ADMIN_RIGHT_MISSING] = "answer-admin", "The user has no admin role that allows this.", [ADMIN_RIGHT_MISSING];
    [REPORTS_RIGHT_MISSING] = "answer-reports", "The user has no right to the audit logs.", [REPORTS_RIGHT_MISSING];
    [API_KEY_REFUSED] = "answer-api-key", "Google refuses the API key.", [API_KEY_REFUSED, API_KEY_USED];
    [BACKEND_ERROR, SYSTEM_ERROR, DIRECTORY_UNAVAILABLE] = "answer-backend", "A server of Google's fails.", [BACKEND_ERROR];
    [MAIL_SERVICE_NOT_ENABLED] = "answer-gmail-off", "The user has no Gmail.", [MAIL_SERVICE_NOT_ENABLED];
    [PRECONDITION_FAILED] = "answer-gmail-precondition", "Gmail cannot work for this subject, or refuses the request in this state.",
        [SERVICE_ACCOUNT_WITHOUT_SUBJECT, MAIL_SERVICE_NOT_ENABLED, PASSING_FAULT];
    [API_PRECONDITION, DIRECTORY_PRECONDITION] = "answer-precondition",
        "A Google API, not Gmail's, refuses the request in the current state of the resource.", [API_PRECONDITION];
    [CREDENTIALS_MISSING] = "answer-no-credentials", "The request had no credentials that Google accepts.",
        [TOKEN_MISSING, TOKEN_NOT_ACCEPTED, API_KEY_USED];
    [TOKEN_NOT_ACCEPTED] = "answer-401", "Google does not accept the access token.", [TOKEN_NOT_ACCEPTED, TOKEN_MISSING];
    [NOT_FOUND] = "answer-404", "Google does not find what the request names, or the caller cannot see it.", [NOT_FOUND];
    [FORBIDDEN] = "answer-403", "A Google API refuses the request; the text does not show why.",
        [IAM_PERMISSION_MISSING, SCOPE_INSUFFICIENT, ADMIN_RIGHT_MISSING];
    [BAD_REQUEST] = "answer-400", "A Google API does not take the request as valid.", [REQUEST_SHAPE, CUSTOMER_WRONG];
}
