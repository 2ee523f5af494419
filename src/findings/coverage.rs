//! How much of each part was read.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::tenant::{Gap, Part};

/// One part: `total = read + not_applicable + denied + failed`, where the total is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CoverageRow {
    pub(crate) part: Part,
    /// Units there are; `None` if a listing broke off, so that nobody knows.
    pub(crate) total: Option<u64>,
    /// Units that were read completely.
    pub(crate) read: u64,
    /// Units with nothing to read, or that are not configured.
    pub(crate) not_applicable: u64,
    /// Units that Google refused.
    pub(crate) denied: u64,
    /// Units that broke.
    pub(crate) failed: u64,
    /// Why units are missing: each reason once, worst first; empty if nothing is.
    pub(crate) gaps: Vec<CountedGap>,
}

/// Why units of a part are missing, and how many.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CountedGap {
    /// Of several units: the gap of the first; its message names them.
    pub(crate) gap: Gap,
    /// Units that are missing for this reason.
    pub(crate) units: u64,
}

impl CountedGap {
    /// Whether the two differ only in the part and what it needs.
    fn is_alike(&self, other: &Self) -> bool {
        let key = |counted: &Self| {
            let Gap { class, reason, message, fix, places, .. } = counted.gap.clone();
            (counted.units, class, reason, message, fix, places)
        };
        key(self) == key(other)
    }
}

impl fmt::Display for CountedGap {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { gap: Gap { reason, message, .. }, units } = self;
        match units {
            1 => write!(formatter, "{reason}: {message}"),
            _ => write!(formatter, "{reason} ({units}): {message}"),
        }
    }
}

impl CoverageRow {
    /// Whether anything was denied or failed.
    #[must_use]
    pub(crate) const fn is_partial(&self) -> bool {
        self.denied > 0 || self.failed > 0
    }

    /// Why units are missing, in one cell.
    #[must_use]
    pub(crate) fn reason(&self) -> String {
        in_one_cell(self.gaps.iter().map(CountedGap::to_string))
    }

    /// The scopes, roles or settings that would fill the gaps, in one cell.
    #[must_use]
    pub(crate) fn needed(&self) -> String {
        in_one_cell(self.gaps.iter().map(|counted| counted.gap.needed.clone()))
    }

    /// What to do about the gaps, in one cell.
    #[must_use]
    pub(crate) fn fix(&self) -> String {
        in_one_cell(self.gaps.iter().map(|counted| counted.gap.advice()))
    }
}

/// Each text once.
fn in_one_cell(texts: impl Iterator<Item = String>) -> String {
    let mut cell: Vec<String> = Vec::new();
    for text in texts {
        if !text.is_empty() && !cell.contains(&text) {
            cell.push(text);
        }
    }
    cell.join(" · ")
}

/// All parts of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Coverage(pub(crate) Vec<CoverageRow>);

impl Coverage {
    /// Whether anything was denied or failed.
    #[must_use]
    pub(crate) fn is_partial(&self) -> bool {
        self.0.iter().any(CoverageRow::is_partial)
    }

    /// What was not read, each reason once, with every part that it is about.
    #[must_use]
    pub(crate) fn missing(&self) -> Vec<MissingParts<'_>> {
        let mut missing: Vec<MissingParts<'_>> = Vec::new();
        for row in self.0.iter().filter(|row| row.is_partial()) {
            for counted in &row.gaps {
                match missing.iter_mut().find(|known| known.counted.is_alike(counted)) {
                    Some(known) => known.add(row, counted),
                    None => missing.push(MissingParts::new(row, counted)),
                }
            }
        }
        missing
    }
}

/// Parts that were not read for the same reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MissingParts<'a> {
    /// The gap of the first.
    pub(crate) counted: &'a CountedGap,
    /// The parts.
    pub(crate) rows: Vec<&'a CoverageRow>,
    /// What would fill the gaps of all, each once.
    pub(crate) needed: Vec<&'a str>,
}

impl<'a> MissingParts<'a> {
    fn new(row: &'a CoverageRow, counted: &'a CountedGap) -> Self {
        let mut missing = Self { counted, rows: Vec::new(), needed: Vec::new() };
        missing.add(row, counted);
        missing
    }

    fn add(&mut self, row: &'a CoverageRow, counted: &'a CountedGap) {
        self.rows.push(row);
        let needed = counted.gap.needed.as_str();
        if !needed.is_empty() && !self.needed.contains(&needed) {
            self.needed.push(needed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tenant::GapClass;

    fn counted(part: Part, reason: &str, units: u64) -> CountedGap {
        let gap = Gap {
            part,
            class: GapClass::Denied,
            reason: reason.into(),
            message: "refused".into(),
            needed: format!("role for {part}"),
            fix: "Grant the role.".into(),
            places: ["Admin console".to_owned()].into(),
        };
        CountedGap { gap, units }
    }

    fn row(part: Part, gaps: Vec<CountedGap>) -> CoverageRow {
        let denied = gaps.iter().map(|counted| counted.units).sum();
        CoverageRow { part, total: None, read: 0, not_applicable: 0, denied, failed: 0, gaps }
    }

    #[test]
    fn each_reason_is_told_once_with_every_part_that_it_is_about() {
        let of_users = vec![counted(Part::Users, "denied", 1), counted(Part::Users, "off", 1)];
        let of_domains = vec![counted(Part::Domains, "denied", 1)];
        let coverage = Coverage(vec![
            row(Part::Users, of_users),
            row(Part::AdminRoles, Vec::new()),
            row(Part::Domains, of_domains),
        ]);
        let rows: Vec<(&str, Vec<Part>, usize)> = coverage
            .missing()
            .into_iter()
            .map(|missing| {
                let parts = missing.rows.iter().map(|row| row.part).collect();
                (&*missing.counted.gap.reason, parts, missing.needed.len())
            })
            .collect();
        assert_eq!(rows, [("denied", vec![Part::Users, Part::Domains], 2), ("off", vec![Part::Users], 1)]);
    }

    #[test]
    fn a_cell_has_each_reason_with_its_count_and_each_fix_once() {
        let row =
            row(Part::SEND_AS, vec![counted(Part::SEND_AS, "denied", 3), counted(Part::SEND_AS, "off", 1)]);
        assert_eq!(row.reason(), "denied (3): refused · off: refused");
        assert_eq!(row.fix(), "Grant the role. Where: Admin console.");
        assert_eq!(row.needed(), "role for send_as");
    }
}
