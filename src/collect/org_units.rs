//! Organizational units.

use crate::google::{Session, admin1_directory as directory};
use crate::tenant::policies::{OrgUnit, OrgUnits};
use crate::tenant::{Part, Reading};

use super::{Plan, gaps, reading};

/// What stands before an id in Directory, and not in the Policy API.
const ID_PREFIX: &str = "id:";

/// Reads the one listing. An empty one is whole: a tenant can have no unit but the root, which is not listed then.
pub(super) async fn collect(admin: &Session<'_>, plan: &Plan) -> Reading<OrgUnits> {
    if let Some(gap) = plan.not_asked(Part::OrgUnits) {
        return Reading::Missing(gap);
    }
    let listing = directory::list_org_units(admin, &plan.customer).all().await;
    let gap = gaps::of_listing(Part::OrgUnits, &listing);
    let units = listing.rows.into_iter().map(|row| OrgUnit {
        id: bare(&row.org_unit_id),
        path: row.org_unit_path,
        parent: bare(&row.parent_org_unit_id),
    });
    reading(OrgUnits(units.collect()), listing.began, gap)
}

fn bare(id: &str) -> String {
    id.strip_prefix(ID_PREFIX).unwrap_or(id).to_owned()
}
