//! Domains and domain aliases.

use crate::google::{Session, admin1_directory as directory};
use crate::store::{Run, StoreError};
use crate::tenant::{Domain, DomainKind, Domains, Gap, Part, Reading};

use super::{Plan, gaps, reading};

/// Reads both listings. Without one of them, the part is partial.
pub(super) async fn collect(admin: &Session<'_>, plan: &Plan, before: &[String]) -> Reading<Domains> {
    if let Some(gap) = plan.not_asked(Part::Domains) {
        return Reading::Missing(gap);
    }
    let domains = directory::list_domains(admin, &plan.customer).all().await;
    let aliases = directory::list_domain_aliases(admin, &plan.customer).all().await;
    let contradicted = match gaps::is_empty(&aliases) {
        true => still_there(admin, plan, before).await,
        false => None,
    };
    let any = domains.began || aliases.began;
    let gaps = [gaps::of_listing(Part::Domains, &domains), gaps::of_listing(Part::Domains, &aliases)];
    let empty = gaps::is_empty(&domains).then(|| gaps::empty(Part::Domains, "domain"));
    let mut rows: Vec<Domain> = domains.rows.into_iter().map(domain).collect();
    rows.extend(aliases.rows.into_iter().map(alias));
    reading(Domains(rows), any, gaps.into_iter().flatten().chain(empty).chain(contradicted))
}

/// An empty listing is what is true, or what went wrong: an alias that was there tells which.
async fn still_there(admin: &Session<'_>, plan: &Plan, before: &[String]) -> Option<Gap> {
    for alias in before {
        match directory::has_domain_alias(admin, &plan.customer, alias).await {
            Ok(false) => {}
            Ok(true) => {
                let message = format!("Google listed no domain alias, but {alias} exists");
                return Some(gaps::contradicted(Part::Domains, message));
            }
            Err(error) => return Some(gaps::refused(Part::Domains, &error)),
        }
    }
    None
}

/// The domain aliases that the newest earlier run knew which read them all, or any.
pub(super) fn known_before(run: &Run<'_>) -> Result<Vec<String>, StoreError> {
    let Some(earlier) = run.previous()? else { return Ok(Vec::new()) };
    let reading = earlier.part::<Reading<Domains>>(Part::Domains)?;
    let known = reading.iter().filter_map(Reading::known).flat_map(|domains| &domains.0);
    let aliases = known.filter(|domain| domain.kind == DomainKind::Alias);
    let aliases: Vec<String> = aliases.map(|alias| alias.name.clone()).collect();
    let is_whole = reading.as_ref().is_some_and(|reading| reading.complete().is_ok());
    if is_whole || !aliases.is_empty() { Ok(aliases) } else { known_before(&earlier) }
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
