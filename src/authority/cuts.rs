//! Which binding's removal cuts most paths.

use std::collections::{BTreeSet, HashMap};

use super::path::{Binding, Hop, Path};
use super::principal::{PrincipalKind, Side};

/// Many accounts' paths, with the bindings that each rests on.
///
/// An account's right on itself is not counted: keyless signing needs it. A principal whose path is cut may have a
/// longer one left, which was not reported for the shorter one's sake.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cuts<'a> {
    ids: HashMap<Binding<'a>, usize>,
    bindings: Vec<Binding<'a>>,
    paths: Vec<Counted<'a>>,
}

/// A path, as far as it is counted.
#[derive(Clone, Debug)]
struct Counted<'a> {
    account: &'a str,
    start: Start,
    /// Numbers of bindings, each once.
    bindings: Vec<usize>,
}

/// Where a path begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start {
    /// With everybody at once.
    Everybody,
    /// With somebody outside.
    Outside,
    /// With anybody else.
    Elsewhere,
}

impl Start {
    const fn of(path: &Path<'_>) -> Self {
        match (path.principal.kind, path.principal.side) {
            (PrincipalKind::WholePool | PrincipalKind::Anyone | PrincipalKind::AnyoneSignedIn, _) => {
                Self::Everybody
            }
            (_, Side::Outside) => Self::Outside,
            _ => Self::Elsewhere,
        }
    }
}

/// Paths that are left, by where they begin.
#[derive(Clone, Copy, Debug, Default)]
struct Left {
    open_to_many: usize,
    outside: usize,
    paths: usize,
}

impl Left {
    fn add(&mut self, start: Start) {
        self.paths += 1;
        self.open_to_many += usize::from(start == Start::Everybody);
        self.outside += usize::from(start == Start::Outside);
    }

    fn take(&mut self, start: Start) {
        self.paths -= 1;
        self.open_to_many -= usize::from(start == Start::Everybody);
        self.outside -= usize::from(start == Start::Outside);
    }

    /// The worst first: what everybody has, then what outsiders have, then what most have.
    const fn rank(self) -> (bool, bool, usize) {
        (self.open_to_many > 0, self.outside > 0, self.paths)
    }
}

/// What the removal of one binding closes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cut<'a> {
    /// What to remove.
    pub(crate) binding: Binding<'a>,
    /// How many paths rest on it that no earlier cut closes.
    pub(crate) paths: usize,
    /// How many of those begin with everybody at once.
    pub(crate) open_to_many: usize,
    /// How many of those begin outside.
    pub(crate) outside: usize,
    /// The accounts to which those lead.
    pub(crate) accounts: BTreeSet<&'a str>,
}

impl<'a> Cuts<'a> {
    /// Counts one path.
    pub(crate) fn add(&mut self, path: &Path<'a>) {
        let bindings = path.hops.iter().filter(|hop| !hop.is_own()).flat_map(Hop::bindings);
        let mut bindings: Vec<usize> = bindings.map(|binding| self.id(binding)).collect();
        bindings.sort_unstable();
        bindings.dedup();
        self.paths.push(Counted { account: path.account, start: Start::of(path), bindings });
    }

    /// The bindings to remove one after the other: first those that close a path of everybody, then one of outsiders;
    /// of these and of the others, each closes as many of the paths that are left as it can. At most `limit`; of
    /// several, the first in order.
    #[must_use]
    pub(crate) fn first(&self, limit: usize) -> Vec<Cut<'a>> {
        let mut left: Vec<Left> = vec![Left::default(); self.bindings.len()];
        let mut resting: Vec<Vec<usize>> = vec![Vec::new(); self.bindings.len()];
        for (at, path) in self.paths.iter().enumerate() {
            for &binding in &path.bindings {
                left[binding].add(path.start);
                resting[binding].push(at);
            }
        }
        let mut is_closed = vec![false; self.paths.len()];
        let mut cuts = Vec::new();
        while cuts.len() < limit {
            let better = |a: &usize, b: &usize| {
                left[*a].rank().cmp(&left[*b].rank()).then_with(|| self.bindings[*b].cmp(&self.bindings[*a]))
            };
            let best = (0..left.len()).max_by(better).filter(|best| left[*best].paths > 0);
            let Some(best) = best else { break };
            let Left { paths, open_to_many, outside } = left[best];
            let binding = self.bindings[best];
            let mut cut = Cut { binding, paths, open_to_many, outside, accounts: BTreeSet::new() };
            for &at in &resting[best] {
                if std::mem::replace(&mut is_closed[at], true) {
                    continue;
                }
                let path = &self.paths[at];
                cut.accounts.insert(path.account);
                path.bindings.iter().for_each(|binding| left[*binding].take(path.start));
            }
            cuts.push(cut);
        }
        cuts
    }

    fn id(&mut self, binding: Binding<'a>) -> usize {
        *self.ids.entry(binding).or_insert_with(|| {
            self.bindings.push(binding);
            self.bindings.len() - 1
        })
    }
}

impl<'a, 'p> FromIterator<&'p Path<'a>> for Cuts<'a>
where
    'a: 'p,
{
    fn from_iter<I: IntoIterator<Item = &'p Path<'a>>>(paths: I) -> Self {
        paths.into_iter().fold(Self::default(), |mut cuts, path| {
            cuts.add(path);
            cuts
        })
    }
}
