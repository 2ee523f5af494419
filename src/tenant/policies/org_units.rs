//! The organizational units: which is above which.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// An organizational unit. The ids are without Directory's `id:`, as the Policy API has them behind `orgUnits/`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OrgUnit {
    pub(crate) id: String,
    /// `/` for the root.
    pub(crate) path: String,
    /// Empty for the root.
    pub(crate) parent: String,
}

/// Every organizational unit. Where there is none below the root, Directory does not list the root either
/// (<https://github.com/cisagov/ScubaGoggles/issues/691>).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OrgUnits(pub(crate) Vec<OrgUnit>);

/// Deeper than Google allows: 35 levels. A chain beyond it is a circle.
const MAX_DEPTH: usize = 64;

impl OrgUnits {
    #[must_use]
    pub(crate) fn find(&self, id: &str) -> Option<&OrgUnit> {
        self.0.iter().find(|unit| unit.id == id)
    }

    /// The id of the root: of the unit that is listed as `/`, or the parent that all units of the first level have.
    #[must_use]
    pub(crate) fn root(&self) -> Option<&str> {
        if let Some(root) = self.0.iter().find(|unit| unit.path == "/") {
            return Some(&root.id);
        }
        let is_first_level = |unit: &&OrgUnit| unit.path.matches('/').count() == 1;
        let mut parents = self.0.iter().filter(is_first_level).map(|unit| unit.parent.as_str());
        let root = parents.next().filter(|root| !root.is_empty())?;
        parents.all(|other| other == root).then_some(root)
    }

    /// A unit and those above it, up to the root; `None` if the way up is not known.
    #[must_use]
    pub(crate) fn with_those_above<'a>(&'a self, id: &'a str, root: &'a str) -> Option<Vec<&'a str>> {
        let parents: BTreeMap<&str, &str> =
            self.0.iter().map(|unit| (unit.id.as_str(), unit.parent.as_str())).collect();
        let mut chain = vec![id];
        let mut at = id;
        while at != root {
            at = parents.get(at).filter(|parent| !parent.is_empty())?;
            chain.push(at);
            if chain.len() > MAX_DEPTH {
                return None;
            }
        }
        Some(chain)
    }

    /// The unit's path; of the root, `/`, even where it is not listed.
    #[must_use]
    pub(crate) fn path<'a>(&'a self, id: &str, root: &str) -> Option<&'a str> {
        match self.find(id) {
            Some(unit) => Some(&unit.path),
            None => (id == root).then_some("/"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(id: &str, path: &str, parent: &str) -> OrgUnit {
        OrgUnit { id: id.into(), path: path.into(), parent: parent.into() }
    }

    #[test]
    fn the_root_is_known_by_its_path_or_as_the_parent_of_the_first_level() {
        let below = [unit("s", "/Sales", "r"), unit("e", "/Sales/EMEA", "s")];
        let listed = OrgUnits([vec![unit("r", "/", "")], below.to_vec()].concat());
        let unlisted = OrgUnits(below.to_vec());
        for units in [&listed, &unlisted] {
            assert_eq!(units.root(), Some("r"));
            assert_eq!(units.with_those_above("e", "r"), Some(vec!["e", "s", "r"]));
            assert_eq!(units.path("r", "r"), Some("/"));
        }
        assert_eq!(OrgUnits::default().root(), None);
        let two = OrgUnits(vec![unit("s", "/Sales", "r"), unit("f", "/Finance", "q")]);
        assert_eq!(two.root(), None, "two units have two parents");
    }

    #[test]
    fn a_way_up_that_ends_or_goes_in_a_circle_is_unknown() {
        let units = OrgUnits(vec![unit("a", "/A", "b"), unit("b", "/A/B", "a"), unit("c", "/C", "gone")]);
        assert_eq!(units.with_those_above("a", "r"), None);
        assert_eq!(units.with_those_above("c", "r"), None);
        assert_eq!(units.with_those_above("r", "r"), Some(vec!["r"]));
    }
}
