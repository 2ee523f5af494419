//! The best of a stream, in bounded memory.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

/// Keeps the entries with the highest scores; among equals the earliest.
pub(super) struct TopList<T> {
    limit: usize,
    seen: u64,
    kept: BinaryHeap<Reverse<Entry<T>>>,
}

struct Entry<T> {
    rank: (u32, Reverse<u64>),
    value: T,
}

impl<T> TopList<T> {
    pub(super) const fn new(limit: usize) -> Self {
        Self { limit, seen: 0, kept: BinaryHeap::new() }
    }

    /// Offers an entry; it is built only if it is kept.
    pub(super) fn offer(&mut self, score: u32, value: impl FnOnce() -> T) {
        let rank = (score, Reverse(self.seen));
        self.seen += 1;
        if self.kept.len() >= self.limit {
            if self.kept.peek().is_none_or(|Reverse(worst)| worst.rank >= rank) {
                return;
            }
            self.kept.pop();
        }
        self.kept.push(Reverse(Entry { rank, value: value() }));
    }

    /// How many were offered.
    pub(super) const fn seen(&self) -> u64 {
        self.seen
    }

    /// The kept entries, best first.
    pub(super) fn into_best_first(self) -> Vec<T> {
        let mut entries: Vec<Entry<T>> = self.kept.into_iter().map(|Reverse(entry)| entry).collect();
        entries.sort_by_key(|entry| Reverse(entry.rank));
        entries.into_iter().map(|entry| entry.value).collect()
    }
}

impl<T> PartialEq for Entry<T> {
    fn eq(&self, other: &Self) -> bool {
        self.rank == other.rank
    }
}

impl<T> Eq for Entry<T> {}

impl<T> PartialOrd for Entry<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Entry<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.rank.cmp(&other.rank)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_and_among_them_the_earliest_are_kept() {
        let mut list = TopList::new(3);
        for (score, name) in [(1, "a"), (2, "b"), (1, "c"), (9, "d"), (2, "e")] {
            list.offer(score, || name);
        }
        assert_eq!(list.seen(), 5);
        assert_eq!(list.into_best_first(), ["d", "b", "e"]);
    }

    #[test]
    fn an_empty_list_keeps_nothing() {
        let mut list = TopList::new(0);
        list.offer(1, || "a");
        assert!(list.into_best_first().is_empty());
    }
}
