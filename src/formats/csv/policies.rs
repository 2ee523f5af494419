//! `policies.csv`: a row a setting and a place that decides it: an organizational unit, or a group.

use super::table::{Rows, Table, names};
use crate::formats::csv_cell::{Cell, boolean, optional_text, text, unknown};
use crate::snapshot::Snapshot;
use crate::tenant::GapReason;
use crate::tenant::policies::{
    Because, Effective, PlaceInForce, PolicyOrigin, SWITCHES, Source, Switch, TenantPolicies, in_force, root,
};

pub(super) const TABLE: Table = Table {
    file: "policies.csv",
    header: || names(COLUMNS),
    rows: Rows::OfRun(|source, file| file.write_sorted(COLUMNS, &rows(source.tenant()))),
};

struct Row<'a> {
    switch: &'a Switch,
    found: PlaceInForce<'a>,
    path: &'a str,
    policies: &'a TenantPolicies,
}

impl<'a> Row<'a> {
    fn source(&self) -> Option<Source<'a>> {
        match self.found.resolved.as_ref()?.effective {
            Effective::Known { source, .. } => Some(source),
            Effective::Unknown(_) => None,
        }
    }
}

/// [`table::Column`](super::table::Column) of rows that borrow.
type BorrowingColumn = (&'static str, for<'a, 'b> fn(&'a Row<'b>) -> Cell<'a>);

const COLUMNS: &[BorrowingColumn] = &[
    ("setting", |row| text(row.switch.setting)),
    ("org_unit", |row| text(format!("orgUnits/{}", row.found.place.unit))),
    ("group", |row| optional_text(row.found.place.group)),
    ("org_unit_path", |row| text(row.path)),
    ("group_address", |row| optional_text(row.found.place.group.map(|group| row.policies.group_name(group)))),
    ("field", |row| text(row.switch.field)),
    ("value", |row| match row.found.resolved.as_ref().map(|resolved| &resolved.effective) {
        Some(Effective::Known { is_on, .. }) => boolean(*is_on),
        Some(Effective::Unknown(_)) | None => unknown(),
    }),
    ("source", |row| match row.source() {
        Some(Source::Default(_)) => text("default"),
        Some(Source::Policy(policy)) => match &policy.origin {
            PolicyOrigin::Admin => text("admin"),
            PolicyOrigin::System => text("system"),
            PolicyOrigin::Other(word) => text(word),
        },
        None => unknown(),
    }),
    ("policy", |row| match row.source() {
        Some(Source::Policy(policy)) => text(&policy.name),
        Some(Source::Default(_)) | None => unknown(),
    }),
    ("unknown_because", |row| match row.found.resolved.as_ref().map(|resolved| &resolved.effective) {
        Some(Effective::Known { .. }) => unknown(),
        Some(Effective::Unknown(because)) => text(reason(because).to_string()),
        None => text(GapReason::FIELD_LEFT_OUT.to_string()),
    }),
];

const fn reason(because: &Because<'_>) -> GapReason {
    match because {
        Because::NoDefault => GapReason::NO_DOCUMENTED_DEFAULT,
        Because::Unreadable(_) => GapReason::UNREADABLE_VALUE,
        Because::Undecided(_) => GapReason::POLICIES_UNDECIDED,
    }
}

/// Nothing, unless all policies and organizational units were read: what is missing may decide.
fn rows(tenant: &Snapshot) -> Vec<Row<'_>> {
    let (Ok(policies), Ok(units)) = (tenant.policies.complete(), tenant.org_units.complete()) else {
        return Vec::new();
    };
    let Some(root) = root(policies, units) else { return Vec::new() };
    let of_switch = |switch: &'static Switch| {
        let found = in_force(policies, units, root, switch).into_iter();
        found.map(move |found| {
            let path = units.path(found.place.unit, root).unwrap_or_default();
            Row { switch, found, path, policies }
        })
    };
    SWITCHES.into_iter().flat_map(of_switch).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::test_source::{gap, tenant};
    use crate::tenant::{Part, Reading};

    #[test]
    fn policies_that_were_read_in_part_say_nothing() {
        let whole = tenant();
        assert!(rows(&whole).len() > SWITCHES.len());
        let policies = whole.policies.known().cloned().unwrap();
        let partly = Snapshot { policies: Reading::Partial(policies, gap(Part::Policies)), ..whole };
        assert!(rows(&partly).is_empty());
    }
}
