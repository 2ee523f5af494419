//! The items of findings, from one run to the next: what nobody could look at again stays, and each keeps its date.

use std::collections::BTreeSet;

use super::Evaluation;
use crate::findings::{Evidence, Finding, Item, ItemKind, ItemList, Known, KnownItems};
use crate::store::PreviousFinding;
use crate::tenant::Part;

/// The most items that were not looked at again that a finding names.
const MAX_NOT_RECHECKED: usize = 5;

/// What a check lists. `unread`: the parts that bear on the finding and were not read.
pub(super) fn listed(list: ItemList, unread: &BTreeSet<Part>) -> KnownItems {
    let ItemList { kinds, mut items, undecided } = list;
    items.sort_by(|a, b| a.key().cmp(&b.key()));
    items.dedup_by(|a, b| a.key() == b.key());
    let is_unread = |kind: &&ItemKind| {
        undecided.contains(kind) || kind.shown_by().iter().any(|part| unread.contains(part))
    };
    KnownItems { items, never_listed: kinds.iter().filter(is_unread).copied().collect() }
}

/// What a finding lists and an earlier one did not, unless it may have been there unseen.
pub(super) fn news<'f>(before: &PreviousFinding, finding: &'f Finding) -> impl Iterator<Item = &'f Item> {
    let known = before.items.as_ref().zip(finding.items.as_ref());
    known.into_iter().flat_map(|(before, now)| now.since(before).0)
}

impl Evaluation<'_> {
    /// Adds the items that the run before had and nobody could look at again, and dates each.
    pub(super) fn keep_items(&self, before: Option<&PreviousFinding>, finding: &mut Finding) {
        let Some(mut now) = finding.items.take() else { return };
        let new = self.new_since(&finding.check_id);
        match before.map(|before| before.items.as_ref()) {
            None => now.items.iter_mut().for_each(|item| item.known = new),
            // An earlier version kept none: whatever there is may be older.
            Some(None) => {}
            Some(Some(known)) => {
                for item in self.not_rechecked(known, &now) {
                    finding.severity = finding.severity.max(item.severity.unwrap_or(finding.severity));
                    now.items.push(item);
                }
                let dates = known.by_key();
                for item in &mut now.items {
                    item.known = match dates.get(&item.key()) {
                        Some(known) => known.known,
                        None if known.never_listed.contains(&item.kind) => Known::default(),
                        None => new,
                    };
                }
                now.never_listed.retain(|kind| known.never_listed.contains(kind));
                now.items.sort_by(|a, b| a.key().cmp(&b.key()));
            }
        }
        let unchecked = now.items.iter().filter(|item| item.is_not_rechecked);
        let told = unchecked.map(|item| Evidence::new("not_rechecked", item.added()));
        finding.evidence.extend(told.take(MAX_NOT_RECHECKED));
        finding.items = Some(now);
    }

    /// What the run before listed, and this one neither lists nor knows to be gone.
    fn not_rechecked(&self, known: &KnownItems, now: &KnownItems) -> Vec<Item> {
        let listed = now.by_key();
        let gone = known.items.iter().filter(|item| !listed.contains_key(&item.key()));
        gone.filter(|item| match &item.client_id {
            Some(client_id) => !self.sources.looked_again_at_scope(client_id, &item.id),
            None => now.never_listed.contains(&item.kind),
        })
        .map(|item| Item { is_not_rechecked: true, ..item.clone() })
        .collect()
    }
}
