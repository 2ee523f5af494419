//! What the Admin console sets for organizational units and groups.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt, stream};

use crate::google::{Client, Session, admin1_directory as directory, cloudidentity1};
use crate::tenant::policies::{PolicyOrigin, TenantPolicies, TenantPolicy};
use crate::tenant::{Part, Reading};

use super::access::{self, Identity};
use super::{Plan, gaps, reading};

/// Groups that are looked up for their addresses; the others keep the names that the API gives them.
const MAX_GROUPS: usize = 500;

/// Groups that are looked up at once.
const AT_ONCE: usize = 8;

/// Reads the one listing as the admin, with a token of its own: a scope that is not delegated must cost no other part.
pub(super) async fn collect(client: &Client, admin: &Session<'_>, plan: &Plan) -> Reading<TenantPolicies> {
    if let Some(gap) = plan.not_asked(Part::Policies) {
        return Reading::Missing(gap);
    }
    let Some(super_admin) = &plan.admin else {
        return Reading::Missing(gaps::not_configured(
            Part::Policies,
            "Google lets only super admins read policies, and the audit acts as none",
            "Name a super admin in `[tenant] admin`, and delegate the scope to the audit's client.",
        ));
    };
    let scopes = access::scopes(Identity::SuperAdmin, &plan.parts);
    let session = Session::as_subject(client, super_admin, &scopes).until(plan.deadline());
    let listing = cloudidentity1::list_policies(&session).all().await;
    // Every tenant has policies of Google's own.
    let empty = gaps::is_empty(&listing).then(|| gaps::empty(Part::Policies, "policy"));
    let gap = gaps::of_listing(Part::Policies, &listing);
    let began = listing.began;
    let policies: Vec<TenantPolicy> = listing.rows.into_iter().map(policy).collect();
    let group_addresses = match plan.parts.contains(&Part::Groups) {
        true => addresses(admin, &policies).await,
        false => BTreeMap::new(),
    };
    reading(TenantPolicies { policies, group_addresses }, began, gap.into_iter().chain(empty))
}

fn policy(wire: cloudidentity1::Policy) -> TenantPolicy {
    let bare = |text: String, prefix: &str| match text.strip_prefix(prefix) {
        Some(rest) => rest.to_owned(),
        None => text,
    };
    TenantPolicy {
        name: wire.name,
        origin: match wire.kind.as_str() {
            "ADMIN" => PolicyOrigin::Admin,
            "SYSTEM" => PolicyOrigin::System,
            _ => PolicyOrigin::Other(wire.kind),
        },
        query: wire.policy_query.query,
        org_unit: bare(wire.policy_query.org_unit, "orgUnits/"),
        group: wire.policy_query.group,
        sort_order: wire.policy_query.sort_order,
        setting: bare(wire.setting.kind, "settings/"),
        value: wire.setting.value,
    }
}

/// The addresses of the groups, for people. What cannot be looked up decides nothing.
async fn addresses(admin: &Session<'_>, policies: &[TenantPolicy]) -> BTreeMap<String, String> {
    let groups: BTreeSet<&str> = policies
        .iter()
        .map(|policy| policy.group.as_str())
        .filter(|group| group.starts_with("groups/"))
        .take(MAX_GROUPS)
        .collect();
    let found = stream::iter(groups).map(|group| async move {
        let about = directory::get_group(admin, group.trim_start_matches("groups/")).await.ok()?;
        (!about.email.is_empty()).then(|| (group.to_owned(), about.email))
    });
    found.buffered(AT_ONCE).filter_map(|found| async { found }).collect().await
}
