//! Domains, service accounts and grants as JSON has them, each with how far it was read.

use serde::Serialize;

use crate::delegation::ScopeRiskTable;
use crate::findings::Severity;
use crate::formats::utc;
use crate::snapshot::Snapshot;
use crate::tenant::{self, DomainKind, GapClass, Reading};

/// A list, how far it was read, and why not further: an empty list alone would say "there is none".
#[derive(Serialize)]
pub(super) struct Read<'a, Item> {
    state: ReadState,
    gap: Option<Gap<'a>>,
    items: Vec<Item>,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum ReadState {
    Complete,
    Partial,
    Missing,
}

impl<'a, Item> Read<'a, Item> {
    pub(super) fn of<T>(reading: &'a Reading<T>, items: impl FnOnce(&'a T) -> Vec<Item>) -> Self {
        Self {
            state: ReadState::of(reading),
            gap: reading.gap().map(Gap::of),
            items: reading.known().map(items).unwrap_or_default(),
        }
    }
}

impl ReadState {
    const fn of<T>(reading: &Reading<T>) -> Self {
        match reading {
            Reading::Complete(_) => Self::Complete,
            Reading::Partial(..) => Self::Partial,
            Reading::Missing(_) => Self::Missing,
        }
    }
}

#[derive(Serialize)]
struct Gap<'a> {
    part: &'static str,
    class: &'static str,
    reason: &'a str,
    message: &'a str,
    needed: &'a str,
    fix: String,
}

impl<'a> Gap<'a> {
    fn of(gap: &'a tenant::Gap) -> Self {
        Self {
            part: gap.part.id(),
            class: match gap.class {
                GapClass::NotConfigured => "not_configured",
                GapClass::Denied => "denied",
                GapClass::Failed => "failed",
            },
            reason: &gap.reason,
            message: &gap.message,
            needed: &gap.needed,
            fix: gap.advice(),
        }
    }
}

#[derive(Serialize)]
pub(super) struct Domain<'a> {
    name: &'a str,
    kind: &'static str,
    verified: Option<bool>,
}

impl<'a> Domain<'a> {
    pub(super) fn of(domain: &'a tenant::Domain) -> Self {
        let kind = match domain.kind {
            DomainKind::Primary => "primary",
            DomainKind::Secondary => "secondary",
            DomainKind::Alias => "alias",
        };
        Self { name: &domain.name, kind, verified: domain.verified }
    }
}

#[derive(Serialize)]
pub(super) struct ServiceAccount<'a> {
    project: &'a str,
    email: &'a str,
    unique_id: &'a str,
    client_id: &'a str,
    display_name: &'a str,
    disabled: bool,
    keys: Read<'a, Key<'a>>,
}

#[derive(Serialize)]
struct Key<'a> {
    key_id: &'a str,
    created_at: Option<String>,
    expires_at: Option<String>,
    origin: &'a str,
    key_type: &'a str,
    disabled: bool,
    disabled_reason: &'a str,
}

impl<'a> ServiceAccount<'a> {
    pub(super) fn of(account: &'a tenant::ServiceAccount) -> Self {
        Self {
            project: &account.project,
            email: &account.email,
            unique_id: &account.unique_id,
            client_id: &account.client_id,
            display_name: &account.display_name,
            disabled: account.disabled,
            keys: Read::of(&account.keys, |keys| keys.iter().map(Key::of).collect()),
        }
    }
}

impl<'a> Key<'a> {
    fn of(key: &'a tenant::ServiceAccountKey) -> Self {
        Self {
            key_id: &key.key_id,
            created_at: key.created_at.map(utc::seconds),
            expires_at: key.expires_at.map(utc::seconds),
            origin: &key.origin,
            key_type: &key.key_type,
            disabled: key.disabled,
            disabled_reason: &key.disabled_reason,
        }
    }
}

/// Grants come from several sources, each read or not.
#[derive(Serialize)]
pub(super) struct Grants<'a> {
    sources: Sources<'a>,
    items: Vec<Grant<'a>>,
    sight: Sight,
    ended: Vec<EndedGrant<'a>>,
    unscoped: Vec<UnscopedClient<'a>>,
}

/// From when on the sources see.
#[derive(Serialize)]
struct Sight {
    blind_before: Option<String>,
    log_since: Option<String>,
    log_until: Option<String>,
    console_at: Option<String>,
    console_is_stale: bool,
    message: String,
}

/// A grant that was taken away, with the proof.
#[derive(Serialize)]
struct EndedGrant<'a> {
    client_id: &'a str,
    scope: &'a str,
    last_seen_at: Option<String>,
    ending: &'static str,
    ended_at: String,
    ended_by: Option<&'a str>,
}

/// A client that holds what no source names.
#[derive(Serialize)]
struct UnscopedClient<'a> {
    client_id: &'a str,
    source: &'static str,
    seen_at: String,
    asked_for: &'a [String],
}

#[derive(Serialize)]
struct Sources<'a> {
    console: GrantSource<'a>,
    probe: GrantSource<'a>,
    audit_log: GrantSource<'a>,
    access_evaluation: GrantSource<'a>,
    token_log: GrantSource<'a>,
}

#[derive(Serialize)]
struct GrantSource<'a> {
    state: ReadState,
    gap: Option<Gap<'a>>,
}

impl<'a> GrantSource<'a> {
    fn of(reading: &'a Reading<()>) -> Self {
        Self { state: ReadState::of(reading), gap: reading.gap().map(Gap::of) }
    }
}

#[derive(Serialize)]
struct Grant<'a> {
    client_id: &'a str,
    scope: &'a str,
    risk_class: String,
    severity: &'static str,
    sightings: Vec<Sighting>,
    first_seen_at: Option<String>,
    last_seen_at: Option<String>,
    last_used_at: Option<String>,
    granted_at: Option<String>,
    granted_by: Option<&'a str>,
    disagreements: Vec<Disagreement>,
    rechecked: bool,
}

#[derive(Serialize)]
struct Disagreement {
    kind: &'static str,
    message: String,
}

#[derive(Serialize)]
struct Sighting {
    provenance: &'static str,
    seen_at: String,
}

impl<'a> Grants<'a> {
    pub(super) fn of(tenant: &'a Snapshot) -> Self {
        Self {
            sources: Sources {
                console: GrantSource::of(&tenant.console_grants),
                probe: GrantSource::of(&tenant.probe_grants),
                audit_log: GrantSource::of(&tenant.admin_log),
                access_evaluation: GrantSource::of(&tenant.access_evaluation_log),
                token_log: GrantSource::of(&tenant.token_log),
            },
            items: tenant.grants.iter().map(Grant::of).collect(),
            sight: Sight::of(tenant.grants.source_coverage()),
            ended: tenant.grants.ended().iter().map(EndedGrant::of).collect(),
            unscoped: tenant.grants.unscoped().iter().map(UnscopedClient::of).collect(),
        }
    }
}

impl<'a> Grant<'a> {
    fn of(grant: &'a crate::delegation::Grant) -> Self {
        let sightings = grant.sightings.iter().map(|sighting| Sighting {
            provenance: sighting.provenance.as_str(),
            seen_at: utc::seconds(sighting.seen_at),
        });
        Self {
            client_id: &grant.client_id,
            scope: &grant.scope,
            risk_class: ScopeRiskTable::shipped().class_letters(&grant.scope),
            severity: Severity::from(ScopeRiskTable::shipped().severity(&grant.scope)).as_str(),
            sightings: sightings.collect(),
            first_seen_at: grant.first_seen_at.map(utc::seconds),
            last_seen_at: grant.last_seen_at.map(utc::seconds),
            last_used_at: grant.last_used.map(|used| utc::seconds(used.at)),
            granted_at: grant.granted.as_ref().map(|granted| utc::seconds(granted.at)),
            granted_by: grant.granted.as_ref().and_then(|granted| granted.by.as_deref()),
            disagreements: grant
                .disagreements
                .iter()
                .map(|it| Disagreement { kind: it.as_str(), message: it.to_string() })
                .collect(),
            rechecked: grant.is_rechecked,
        }
    }
}

impl Sight {
    fn of(sight: &crate::delegation::SourceCoverage) -> Self {
        Self {
            blind_before: sight.blind_before().map(utc::seconds),
            log_since: sight.log_since.map(utc::seconds),
            log_until: sight.log_until.map(utc::seconds),
            console_at: sight.console_at.map(utc::seconds),
            console_is_stale: sight.console_is_stale,
            message: sight.to_string(),
        }
    }
}

impl<'a> EndedGrant<'a> {
    fn of(ended: &'a crate::delegation::EndedGrant) -> Self {
        let (ending, ended_by) = match &ended.ending {
            crate::delegation::Ending::Removed { by, .. } => ("removed", by.as_deref()),
            crate::delegation::Ending::NotInList { .. } => ("not_in_list", None),
            crate::delegation::Ending::TokenRefused { .. } => ("token_refused", None),
        };
        Self {
            client_id: &ended.client_id,
            scope: &ended.scope,
            last_seen_at: ended.last_seen_at.map(utc::seconds),
            ending,
            ended_at: utc::seconds(ended.ending.at()),
            ended_by,
        }
    }
}

impl<'a> UnscopedClient<'a> {
    fn of(client: &'a crate::delegation::UnscopedClient) -> Self {
        Self {
            client_id: &client.client_id,
            source: client.source.as_str(),
            seen_at: utc::seconds(client.seen_at),
            asked_for: &client.asked_for,
        }
    }
}

/// A binding whose removal closes paths that those before it leave.
#[derive(Serialize)]
pub(super) struct TakeoverCut<'a> {
    resource: String,
    role: &'a str,
    member: &'a str,
    condition: Option<&'a str>,
    paths: u64,
    open_to_many: u64,
    outside: u64,
    clients: u64,
    some_clients: &'a [String],
}

impl<'a> TakeoverCut<'a> {
    pub(super) fn of(cut: &'a crate::authority::TakeoverCut) -> Self {
        Self {
            resource: cut.binding.resource.title(),
            role: &cut.binding.role,
            member: &cut.binding.member,
            condition: cut.binding.condition.as_ref().map(|condition| condition.title.as_str()),
            paths: cut.paths,
            open_to_many: cut.open_to_many,
            outside: cut.outside,
            clients: cut.clients,
            some_clients: &cut.some_clients,
        }
    }
}
