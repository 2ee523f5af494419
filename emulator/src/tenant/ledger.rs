//! Every client that ever had a delegation, and what each source knows of it.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

use super::{Activity, Application, KEPT_DAYS, Parameter, Tenant};

/// One entry a client, in the order of their ids.
pub(super) fn ledger(tenant: &Tenant, now: DateTime<Utc>) -> Vec<Value> {
    let logged = tenant.log.written(Application::Admin).iter().filter_map(client_of);
    let granted = tenant.grants.iter().map(|grant| grant.client_id.as_str());
    let clients: BTreeSet<&str> = granted.chain(logged).collect();
    clients.into_iter().map(|client| entry(tenant, client, now)).collect()
}

fn entry(tenant: &Tenant, client: &str, now: DateTime<Utc>) -> Value {
    let grant = tenant.grant_of(client);
    let kept_from = now - Duration::days(KEPT_DAYS);
    let changes =
        tenant.log.written(Application::Admin).iter().filter(|entry| client_of(entry) == Some(client));
    let (in_log, before): (Vec<&Activity>, Vec<&Activity>) = changes.partition(|entry| entry.at >= kept_from);
    let used = tenant.log.written(Application::AccessEvaluation).iter().filter(|entry| {
        entry.at >= kept_from && entry.actor.application.as_ref().is_some_and(|(own, ..)| own == client)
    });
    let change = |entry: &&Activity| {
        let scopes = match entry.parameter("API_SCOPES") {
            Some(Parameter::Texts(scopes)) => json!(scopes),
            _ => Value::Null,
        };
        json!({ "time": entry.at, "event": entry.name, "scopes": scopes })
    };
    let own = tenant.account(client).map(|(_, account)| account);
    let foreign = tenant.foreign_accounts.iter().find(|other| other.account.client_id == client);
    let kind = match (own, foreign) {
        (Some(_), _) => "own",
        (None, Some(other)) if other.deleted => "deleted",
        (None, Some(_)) => "foreign",
        (None, None) => "unknown",
    };
    json!({
        "clientId": client,
        "kind": kind,
        "email": own.or(foreign.map(|other| &other.account)).map(|account| &account.email),
        "active": grant.is_some(),
        "scopes": grant.map(|grant| &grant.scopes),
        "inConsoleList": grant.is_some_and(|grant| grant.listed),
        "inAdminLog": in_log.iter().map(change).collect::<Vec<_>>(),
        "beforeAdminLog": before.iter().map(change).collect::<Vec<_>>(),
        "inUseLog": used.map(|entry| json!(entry.at)).collect::<Vec<_>>(),
        "lastAuthenticatedTime": own.and_then(|account| account.last_used_at),
        "certificatesKnown": kind == "own" || kind == "foreign",
    })
}

/// The client that an administrator gave scopes to, or took them from.
fn client_of(entry: &Activity) -> Option<&str> {
    match entry.parameter("API_CLIENT_NAME") {
        Some(Parameter::Text(client)) => Some(client),
        _ => None,
    }
}
