//! Identity and Access Management: the read-only methods that the audit needs, with the wire types of
//! `google-iam1`. `etag` is masked out: one that is no base64 would fail the row.

pub use google_iam1::api::{ServiceAccount, ServiceAccountKey};

use super::{Api, Pages, Request, Session};

/// The only scope that IAM accepts; what the account may really do, its IAM roles decide.
pub const CLOUD_SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";

/// `projects.serviceAccounts.list`: 100 a page.
#[must_use]
pub fn list_service_accounts<'a>(session: &'a Session<'a>, project: &str) -> Pages<'a, ServiceAccount> {
    let request = Request::new(Api::Iam, format!("v1/projects/{}/serviceAccounts", segment(project)))
        .query("pageSize", "100")
        .query(
            "fields",
            "nextPageToken,accounts(name,projectId,uniqueId,email,displayName,oauth2ClientId,disabled)",
        );
    Pages::new(session, CLOUD_SCOPE, request, "accounts")
}

/// `projects.serviceAccounts.keys.list`, user-managed keys only: not paged.
#[must_use]
pub fn list_user_managed_keys<'a>(
    session: &'a Session<'a>,
    project: &str,
    account: &str,
) -> Pages<'a, ServiceAccountKey> {
    let path = format!("v1/projects/{}/serviceAccounts/{}/keys", segment(project), segment(account));
    let request = Request::new(Api::Iam, path).query("keyTypes", "USER_MANAGED").query(
        "fields",
        "keys(name,keyType,keyOrigin,validAfterTime,validBeforeTime,disabled,disableReason)",
    );
    Pages::new(session, CLOUD_SCOPE, request, "keys")
}

fn segment(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
