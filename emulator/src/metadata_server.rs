//! The metadata server of a machine in Google's cloud, which runs as the audit's own service account.
//!
//! Paths, the header and the answers to a request without it are as Google's guide to the metadata server
//! has them. *Unverified*: that a scope nobody knows is refused.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, Response};
use axum::routing::get;
use serde_json::{Value, json};

use crate::bearer_tokens::{Client, LIFETIME_SECONDS};
use crate::connection::Line;
use crate::fault::{Answer, Asked, Endpoint};
use crate::reply::Reply;
use crate::respond::log_entry;
use crate::tenant::ServiceAccount;
use crate::token_endpoint::{Refusal, known_scopes};
use crate::token_server::{granted, reply};
use crate::world::World;

const ROOT: &str = "/computeMetadata/v1";
const FLAVOR: HeaderName = HeaderName::from_static("metadata-flavor");
const CLOUD: &str = "https://www.googleapis.com/auth/cloud-platform";
const TEXT: &str = "application/text";

pub(crate) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/", get(presence))
        .route(ROOT, get(answer))
        .route(&format!("{ROOT}/"), get(answer))
        .route(&format!("{ROOT}/{{*path}}"), get(answer))
}

/// By the header of this answer, clients find out whether they run in Google's cloud: google-auth's `ping`. On
/// Compute Engine no header of the request is needed: google-api-dotnet-client issue 1409.
async fn presence(State(world): State<Arc<World>>, request: Request) -> Response<Body> {
    let (parts, _) = request.into_parts();
    let asked = Asked {
        method: parts.method.as_str(),
        path: parts.uri.path(),
        subject: None,
        endpoint: Endpoint::Other,
    };
    let struck = world.faults.strike(&asked);
    world.hold_back(struck.wait).await;
    let entry = log_entry(&world, &parts);
    let reply = match struck.answer() {
        Some(Answer::Status(status)) => reply(Err(Refusal::of_status(status))),
        _ => Reply::text(200, TEXT, "computeMetadata/\n").with(FLAVOR, "Google"),
    };
    reply.send(&world, entry, &struck, parts.extensions.get::<Line>()).await
}

async fn answer(State(world): State<Arc<World>>, request: Request) -> Response<Body> {
    let (parts, _) = request.into_parts();
    let mut entry = log_entry(&world, &parts);
    entry.client = Some(world.tenant.audit_account.clone());
    let path = parts.uri.path().strip_prefix(ROOT).unwrap_or_default();
    let of_account = account_path(&world, path);
    let endpoint = if of_account == Some("token") { Endpoint::Token } else { Endpoint::Other };
    let asked = Asked { method: parts.method.as_str(), path: parts.uri.path(), subject: None, endpoint };
    let struck = world.faults.strike(&asked);
    world.hold_back(struck.wait).await;
    let (project, account) = world.tenant.audit_account();
    let text = |text: &str| Reply::text(200, TEXT, text);
    let reply = if parts.headers.get(FLAVOR).is_none_or(|flavor| flavor != "Google") {
        Reply::text(403, "text/html; charset=UTF-8", "Missing Metadata-Flavor:Google header.")
    } else if let Some(Answer::Status(status)) = struck.answer() {
        reply(Err(Refusal::of_status(status)))
    } else {
        match (of_account, path) {
            (Some("token"), _) => {
                let scopes = scopes(&parts);
                entry.scopes = scopes.split_whitespace().map(str::to_owned).collect();
                reply(granted(&world, &struck, || token(&world, &scopes)))
            }
            (Some("email"), _) => text(&account.email),
            (Some("scopes"), _) => text(&format!("{CLOUD}\n")),
            (Some(""), _) if is_recursive(&parts) => Reply::json(200, &about(account), false),
            (Some(""), _) => text("aliases\nemail\nscopes\ntoken\n"),
            (Some("aliases"), _) => text("default\n"),
            (None, "" | "/") => text("instance/\nproject/\nuniverse/\n"),
            (None, "/instance" | "/instance/") => text("service-accounts/\n"),
            (None, "/project" | "/project/") => text("numeric-project-id\nproject-id\n"),
            (None, "/instance/service-accounts" | "/instance/service-accounts/") => {
                if is_recursive(&parts) {
                    let about = about(account);
                    let accounts = json!({ "default": about, account.email.as_str(): about });
                    Reply::json(200, &accounts, false)
                } else {
                    text(&format!("default/\n{}/\n", account.email))
                }
            }
            // google-auth: `get_universe_domain` and the default; *assumed*: the second spelling.
            (None, "/universe/universe-domain" | "/universe/universe_domain") => text("googleapis.com"),
            (None, "/project/project-id") => text(&project.id),
            (None, "/project/numeric-project-id") => text(&project.number),
            _ => Reply::text(404, "text/html; charset=UTF-8", "The requested URL was not found."),
        }
    };
    let reply = reply.with(FLAVOR, "Google");
    reply.send(&world, entry, &struck, parts.extensions.get::<Line>()).await
}

/// What is asked about the one account, which goes by its address too.
fn account_path<'p>(world: &World, path: &'p str) -> Option<&'p str> {
    let (account, rest) = path.strip_prefix("/instance/service-accounts/")?.split_once('/')?;
    (account == "default" || account == world.tenant.audit_account).then_some(rest)
}

fn about(account: &ServiceAccount) -> Value {
    json!({ "aliases": ["default"], "email": account.email, "scopes": [CLOUD] })
}

/// Whether a directory is asked for with all that it holds, which is answered in JSON.
fn is_recursive(parts: &Parts) -> bool {
    form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes())
        .any(|(name, value)| name == "recursive" && value.eq_ignore_ascii_case("true"))
}

/// The scopes asked for, separated by commas; those of the machine if there are none.
fn scopes(parts: &Parts) -> String {
    form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes())
        .find_map(|(name, value)| (name == "scopes" && !value.is_empty()).then(|| value.replace(',', " ")))
        .unwrap_or_else(|| CLOUD.to_owned())
}

fn token(world: &World, scopes: &str) -> Result<Value, Refusal> {
    let scopes = known_scopes(scopes)?;
    let token = world
        .tenant
        .place_of_account(&world.tenant.audit_account)
        .and_then(|place| world.bearer_tokens.issue(Client::Account(place), None, scopes, world.clock.now()))
        .ok_or_else(|| Refusal::of_status(500))?;
    Ok(json!({ "access_token": token, "expires_in": LIFETIME_SECONDS, "token_type": "Bearer" }))
}
