//! Which binding's removal cuts most paths.

use std::collections::{BTreeSet, HashMap};

use super::path::{Binding, Hop, Path};

/// Many accounts' paths, with the bindings that each rests on.
///
/// An account's right on itself is not counted: keyless signing needs it. A principal whose path is cut may have a
/// longer one left, which was not reported for the shorter one's sake.
#[derive(Clone, Debug, Default)]
pub struct Cuts<'a> {
    ids: HashMap<Binding<'a>, usize>,
    bindings: Vec<Binding<'a>>,
    paths: Vec<Counted<'a>>,
}

/// A path, as far as it is counted.
#[derive(Clone, Debug)]
struct Counted<'a> {
    account: &'a str,
    /// Numbers of bindings, each once.
    bindings: Vec<usize>,
}

/// What the removal of one binding closes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut<'a> {
    /// What to remove.
    pub binding: Binding<'a>,
    /// How many paths rest on it that no earlier cut closes.
    pub paths: usize,
    /// The accounts to which those lead.
    pub accounts: BTreeSet<&'a str>,
}

impl<'a> Cuts<'a> {
    /// Counts one path.
    pub fn add(&mut self, path: &Path<'a>) {
        let bindings = path.hops.iter().filter(|hop| !hop.is_own()).flat_map(Hop::bindings);
        let mut bindings: Vec<usize> = bindings.map(|binding| self.id(binding)).collect();
        bindings.sort_unstable();
        bindings.dedup();
        self.paths.push(Counted { account: path.account, bindings });
    }

    /// The bindings to remove one after the other, so that each closes as many of the paths that are left as it
    /// can: at most `limit`. Of several, the first in order.
    #[must_use]
    pub fn first(&self, limit: usize) -> Vec<Cut<'a>> {
        let mut left: Vec<usize> = vec![0; self.bindings.len()];
        let mut resting: Vec<Vec<usize>> = vec![Vec::new(); self.bindings.len()];
        for (at, path) in self.paths.iter().enumerate() {
            for &binding in &path.bindings {
                left[binding] += 1;
                resting[binding].push(at);
            }
        }
        let mut is_closed = vec![false; self.paths.len()];
        let mut cuts = Vec::new();
        while cuts.len() < limit {
            let better = |a: &usize, b: &usize| {
                left[*a].cmp(&left[*b]).then_with(|| self.bindings[*b].cmp(&self.bindings[*a]))
            };
            let best = (0..left.len()).max_by(better).filter(|best| left[*best] > 0);
            let Some(best) = best else { break };
            let mut cut = Cut { binding: self.bindings[best], paths: 0, accounts: BTreeSet::new() };
            for &at in &resting[best] {
                if std::mem::replace(&mut is_closed[at], true) {
                    continue;
                }
                cut.paths += 1;
                cut.accounts.insert(self.paths[at].account);
                self.paths[at].bindings.iter().for_each(|binding| left[*binding] -= 1);
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
