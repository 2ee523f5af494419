//! Which of Google's hosts answers which path.
//!
//! Under one of Google's own names, which a client reaches by a proxy or a `Host` header, only that host's
//! paths are answered. Any other name, such as loopback, is the one root of everything.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::Response;
use axum::middleware::Next;

use crate::api_error::ApiError;
use crate::discovery::{Api, METHODS};
use crate::respond::{asked_host, respond};
use crate::world::World;

/// The metadata server's name inside a machine: google-auth, `compute_engine/_metadata.py`.
pub(crate) const METADATA: &str = "metadata.google.internal";
/// The host of Google's older addresses of the Admin SDK and Gmail: googleworkspace/python-samples issue 21,
/// google-api-python-client issue 804. *Assumed*: that they still answer there.
const OLDER: &str = "www.googleapis.com";

/// Refuses what the asked host does not have.
pub(crate) async fn at_its_host(
    State(world): State<Arc<World>>,
    request: Request,
    next: Next,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    if answers(&plain(asked_host(&parts)), parts.uri.path()) {
        return next.run(Request::from_parts(parts, body)).await;
    }
    let error = ApiError::unknown_path(parts.uri.path());
    respond(&world, &parts, Err(error)).await
}

/// A host in its usual spelling: Google answers certificates of clients (mTLS) under a name of their own.
fn plain(host: &str) -> String {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    match host.strip_suffix(".mtls.googleapis.com") {
        Some(service) => format!("{service}.googleapis.com"),
        None => host,
    }
}

/// Whether a name is one of Google's own.
pub(crate) fn is_google(host: &str) -> bool {
    ["googleapis.com", "google.com", METADATA]
        .iter()
        .any(|own| host.strip_suffix(own).is_some_and(|before| before.is_empty() || before.ends_with('.')))
}

/// Whether a host has a path.
fn answers(host: &str, path: &str) -> bool {
    if !is_google(host) {
        return true;
    }
    match path {
        "/token" => host == "oauth2.googleapis.com",
        "/o/oauth2/token" => host == "accounts.google.com",
        "/v1/token" => host == "sts.googleapis.com",
        "/" => host == METADATA,
        _ if path.starts_with("/computeMetadata/") => host == METADATA,
        _ if path.starts_with("/service_accounts/") => host == OLDER,
        _ if path.starts_with("/discovery/") => host == OLDER || host == "discovery.googleapis.com",
        "/$discovery/rest" => has_api(host),
        _ if path == "/batch" || path.starts_with("/batch/") => host == OLDER || has_api(host),
        _ => METHODS.iter().any(|method| method.template.fits(path) && is_of(host, method.api)),
    }
}

fn has_api(host: &str) -> bool {
    METHODS.iter().any(|method| is_of(host, method.api))
}

/// Whether an API is served at a host: its own, or for those that were there before it the older one.
fn is_of(host: &str, api: Api) -> bool {
    host == api.service() || host == OLDER && (api.is_admin() || api == Api::Gmail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_google_host_has_its_own_paths_only() {
        let users = "/admin/directory/v1/users";
        let mailbox = "/gmail/v1/users/me/profile";
        for (host, path, has) in [
            ("admin.googleapis.com", users, true),
            ("www.googleapis.com", users, true),
            ("gmail.googleapis.com", users, false),
            ("gmail.googleapis.com", mailbox, true),
            ("gmail.mtls.googleapis.com", mailbox, true),
            ("admin.googleapis.com", mailbox, false),
            ("iam.googleapis.com", "/v3/projects/p", false),
            ("cloudresourcemanager.googleapis.com", "/v3/projects/p", true),
            ("oauth2.googleapis.com", "/token", true),
            ("www.googleapis.com", "/token", false),
            ("metadata.google.internal", "/computeMetadata/v1/", true),
            ("oauth2.googleapis.com", "/computeMetadata/v1/", false),
            ("evil-googleapis.com", users, true),
            ("127.0.0.1", users, true),
            ("localhost", mailbox, true),
        ] {
            assert_eq!(answers(&plain(host), path), has, "{host}{path}");
        }
    }
}
