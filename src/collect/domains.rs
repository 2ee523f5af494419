//! Domains and domain aliases.

use crate::google::{Session, admin1_directory as directory};
use crate::tenant::{Domain, DomainKind, Domains, Part, Reading};

use super::{Plan, gaps, reading};

/// Reads both listings. Without one of them, the part is partial.
pub(super) async fn collect(admin: &Session<'_>, plan: &Plan) -> Reading<Domains> {
    if let Some(gap) = plan.not_asked(Part::Domains) {
        return Reading::Missing(gap);
    }
    let domains = directory::list_domains(admin, &plan.customer).all().await;
    let aliases = directory::list_domain_aliases(admin, &plan.customer).all().await;
    let any = domains.began || aliases.began;
    let gaps = [gaps::of_listing(Part::Domains, &domains), gaps::of_listing(Part::Domains, &aliases)];
    let empty = gaps::is_empty(&domains).then(|| gaps::empty(Part::Domains, "domain"));
    let mut rows: Vec<Domain> = domains.rows.into_iter().map(domain).collect();
    rows.extend(aliases.rows.into_iter().map(alias));
    reading(Domains(rows), any, gaps.into_iter().flatten().chain(empty))
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
