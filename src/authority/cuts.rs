//! Which binding's removal cuts most paths.

use std::collections::HashMap;

use super::path::{Binding, Hop, Path};

/// Counts, over many accounts, the paths that rest on each binding.
///
/// An account's right on itself is not counted: keyless signing needs it. A principal whose path is cut may have a
/// longer one left, which was not reported for the shorter one's sake.
#[derive(Clone, Debug, Default)]
pub struct Cuts<'a>(HashMap<Binding<'a>, usize>);

impl<'a> Cuts<'a> {
    /// Counts one path.
    pub fn add(&mut self, path: &Path<'a>) {
        let mut bindings: Vec<_> =
            path.hops.iter().filter(|hop| !hop.is_own()).flat_map(Hop::bindings).collect();
        bindings.sort_unstable();
        bindings.dedup();
        for binding in bindings {
            *self.0.entry(binding).or_default() += 1;
        }
    }

    /// The binding that most paths rest on, with their number; of several, the first in order.
    #[must_use]
    pub fn most(&self) -> Option<(Binding<'a>, usize)> {
        let best = self.0.iter().max_by(|(a, few), (b, many)| few.cmp(many).then_with(|| b.cmp(a)));
        best.map(|(binding, paths)| (*binding, *paths))
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
