//! How much of each part was read: promise 2.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::gap_cost::GapCost;
use super::tally::Tally;
use crate::findings::{CountedGap, Coverage, CoverageRow, MailboxCounts, NotConfigured};
use crate::snapshot::{Snapshot, UserFacts};
use crate::tenant::{Gap, GapClass, GapReason, Part, PartGrain, PartStatus};

/// How far the users' listing got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct UserTotals {
    /// Users whose row could not be read.
    pub(crate) unreadable: u64,
    /// Whether nobody knows how many users there are.
    pub(crate) is_unknown: bool,
}

/// Mailboxes, counted while they stream by.
#[derive(Debug, Default)]
pub(super) struct MailboxTally {
    pub(super) users: u64,
    counts: MailboxCounts,
    parts: BTreeMap<Part, Units>,
}

/// Units of a part, by what became of them.
#[derive(Clone, Debug, Default)]
struct Units {
    read: u64,
    not_applicable: u64,
    /// By class and reason.
    gaps: BTreeMap<(GapClass, GapReason), GapCost>,
}

impl Units {
    fn add_gap(&mut self, gap: &Gap, units: u64) -> &mut GapCost {
        let key = (gap.class, gap.reason.clone());
        let cost = self.gaps.entry(key).or_insert_with(|| GapCost::none(gap));
        cost.count += units;
        cost
    }

    fn of_class(&self, class: GapClass) -> u64 {
        self.gaps.iter().filter(|((of, _), _)| *of == class).map(|(_, cost)| cost.count).sum()
    }

    fn row(&self, part: Part, total_is_known: bool) -> CoverageRow {
        let not_applicable = self.not_applicable + self.of_class(GapClass::NotConfigured);
        let (denied, failed) = (self.of_class(GapClass::Denied), self.of_class(GapClass::Failed));
        let mut gaps: Vec<CountedGap> = self.gaps.values().map(counted).collect();
        // Of the same class and number they stay in the order of their reasons.
        gaps.sort_by_key(|counted| Reverse((counted.gap.class, counted.units)));
        CoverageRow {
            part,
            total: total_is_known.then_some(self.read + not_applicable + denied + failed),
            read: self.read,
            not_applicable,
            denied,
            failed,
            gaps,
        }
    }
}

fn counted(cost: &GapCost) -> CountedGap {
    CountedGap { gap: cost.named(), units: cost.count }
}

impl MailboxTally {
    pub(super) fn add(&mut self, facts: &UserFacts) {
        self.users += 1;
        let mailbox = &facts.mailbox;
        *self.counts.gmail.entry(mailbox.gmail.as_str().to_owned()).or_default() += 1;
        *self.counts.mailbox_read.entry(mailbox.read().as_str().to_owned()).or_default() += 1;
        for (setting, status) in mailbox.statuses() {
            let units = self.parts.entry(Part::Mailbox(setting)).or_default();
            match status {
                PartStatus::Read => units.read += 1,
                PartStatus::Partial(gap) | PartStatus::Missing(gap) => {
                    units.add_gap(gap, 1).users.add(&facts.user.primary_email);
                }
                PartStatus::NotApplicable(_) | PartStatus::NotAsked => units.not_applicable += 1,
            }
        }
    }

    pub(super) fn into_counts(self) -> MailboxCounts {
        self.counts
    }
}

/// The parts that checks need and that the operator configured no source for, with what cannot be said without them.
pub(super) fn not_configured(
    tenant: &Snapshot,
    parts: &BTreeSet<Part>,
    tallies: &[Tally],
) -> Vec<NotConfigured> {
    let missing = |part: Part| {
        let needing = tallies.iter().filter(|tally| tally.check.needs.contains(&part));
        let without: Vec<&Tally> = needing.filter(|tally| tally.not_assessed() > 0).collect();
        let (reason, setting) = if parts.contains(&part) {
            let gap = tenant.gap(part).filter(|gap| gap.class == GapClass::NotConfigured)?;
            // What hides nothing needs no setting.
            if without.is_empty() {
                return None;
            }
            (gap.message.clone(), gap.advice())
        } else {
            tallies.iter().find(|tally| tally.check.reads().any(|read| read == part))?;
            let setting = if part.is_optional() { optional_setting() } else { PARTS_SETTING.to_owned() };
            (format!("{}: not in `[collect] parts`", part.title()), setting)
        };
        Some(NotConfigured {
            part,
            checks: without.iter().map(|tally| tally.check.id.to_owned()).collect(),
            verdicts: without.iter().map(|tally| tally.not_assessed()).sum(),
            reason,
            setting,
        })
    };
    Part::all().filter_map(missing).collect()
}

const PARTS_SETTING: &str = "Set `parts = \"default\"` in `[collect]`, or add these parts to the list.";

fn optional_setting() -> String {
    let optional: Vec<String> =
        Part::all().filter(|part| part.is_optional()).map(|part| format!("\"{part}\"")).collect();
    format!(
        "Set `parts = [\"default\", {}]` in `[collect]`, and delegate the scopes. {} says what they need.",
        optional.join(", "),
        "`workspace-audit scopes`"
    )
}

/// A row for each part that was asked for, and for each that no source is configured for.
pub(super) fn coverage(
    tenant: &Snapshot,
    parts: &BTreeSet<Part>,
    users: UserTotals,
    mailboxes: &MailboxTally,
) -> Coverage {
    Coverage(parts.iter().map(|part| row(*part, tenant, users, mailboxes)).collect())
}

fn row(part: Part, tenant: &Snapshot, users: UserTotals, mailboxes: &MailboxTally) -> CoverageRow {
    match part.grain() {
        PartGrain::User => mailbox_row(part, tenant, users, mailboxes),
        PartGrain::ServiceAccount => key_row(tenant),
        PartGrain::Tenant => {
            let mut units = Units::default();
            match tenant.gap(part) {
                Some(gap) => {
                    units.add_gap(gap, 1);
                }
                None => units.read = 1,
            }
            let interrupted = part == Part::Users && users.is_unknown && tenant.people.known().is_some();
            units.row(part, !interrupted)
        }
    }
}

/// Users that are not listed have mailboxes that are not read.
fn mailbox_row(part: Part, tenant: &Snapshot, users: UserTotals, mailboxes: &MailboxTally) -> CoverageRow {
    let mut units = mailboxes.parts.get(&part).cloned().unwrap_or_default();
    if let Some(gap) = tenant.people.gap() {
        let unlisted = if users.is_unknown { 1 } else { users.unreadable };
        if unlisted > 0 {
            let message = format!(
                "The list of users is incomplete, so the list of mailboxes is incomplete too. {}",
                gap.message
            );
            units.add_gap(&Gap { part, message, ..gap.clone() }, unlisted);
        }
    }
    units.row(part, !users.is_unknown)
}

fn key_row(tenant: &Snapshot) -> CoverageRow {
    let mut units = Units::default();
    for account in tenant.service_accounts.known().iter().flat_map(|accounts| &accounts.0) {
        match account.keys.gap() {
            Some(gap) => {
                units.add_gap(gap, 1);
            }
            None => units.read += 1,
        }
    }
    let unlisted = tenant.service_accounts.gap();
    if let Some(gap) = unlisted {
        units.add_gap(&Gap { part: Part::SaKeys, ..gap.clone() }, 1);
    }
    let total_is_known = unlisted.is_none_or(|gap| gap.class == GapClass::NotConfigured);
    units.row(Part::SaKeys, total_is_known)
}
