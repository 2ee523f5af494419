//! Domains and domain aliases.

use std::collections::BTreeSet;

use crate::google::{Session, admin1_directory as directory};
use crate::store::{Run, StoreError, part_key};
use crate::tenant::{Domain, DomainKind, Domains, Part, Reading};

use super::{Plan, earlier, gaps, reading};

/// Reads both listings. Without one of them, the part is partial.
pub(super) async fn collect(admin: &Session<'_>, plan: &Plan, before: &[String]) -> Reading<Domains> {
    if let Some(gap) = plan.not_asked(Part::Domains) {
        return Reading::Missing(gap);
    }
    let domains = directory::list_domains(admin, &plan.customer).all().await;
    let aliases = directory::list_domain_aliases(admin, &plan.customer).all().await;
    let listed: BTreeSet<&str> = aliases.rows.iter().map(|row| row.domain_alias_name.as_str()).collect();
    let unlisted = before.iter().map(String::as_str).filter(|alias| !listed.contains(alias));
    let exists = |alias| directory::has_domain_alias(admin, &plan.customer, alias);
    let said = |alias: &str| format!("Google did not list the domain alias {alias}, but it exists");
    let unlisted = gaps::unlisted(Part::Domains, &aliases, unlisted, exists, said).await;
    let any = domains.began || aliases.began;
    let gaps = [gaps::of_listing(Part::Domains, &domains), gaps::of_listing(Part::Domains, &aliases)];
    let empty = gaps::is_empty(&domains).then(|| gaps::empty(Part::Domains, "domain"));
    let mut rows: Vec<Domain> = domains.rows.into_iter().map(domain).collect();
    rows.extend(aliases.rows.into_iter().map(alias));
    reading(Domains(rows), any, gaps.into_iter().flatten().chain(empty).chain(unlisted))
}

/// The domain aliases that the newest earlier run knew which read them all, or any.
pub(super) fn known_before(run: &Run<'_>) -> Result<Vec<String>, StoreError> {
    let mut known = Vec::new();
    earlier::readings(run, part_key::DOMAINS, |reading| {
        let domains = reading.known().into_iter().flat_map(|domains| &domains.0);
        let aliases = domains.filter(|domain| domain.kind == DomainKind::Alias);
        known.extend(aliases.map(|alias| alias.name.clone()));
        reading.gap().is_none() || !known.is_empty()
    })?;
    Ok(known)
}

fn domain(wire: directory::Domain) -> Domain {
    let kind = if wire.is_primary == Some(true) { DomainKind::Primary } else { DomainKind::Secondary };
    Domain { name: wire.domain_name, kind, verified: wire.verified, parent: None }
}

fn alias(wire: directory::DomainAlias) -> Domain {
    Domain {
        name: wire.domain_alias_name,
        kind: DomainKind::Alias,
        verified: wire.verified,
        parent: wire.parent_domain_name,
    }
}
