//! Queries whose rows stream.

use super::StoreError;

/// Rows of a query that goes on after a key, a page at a time, so that no lock is held while they are used.
pub(super) fn pages<K: Default, V>(
    read: impl Fn(&K) -> Result<Vec<(K, V)>, StoreError>,
) -> impl Iterator<Item = Result<V, StoreError>> {
    let (mut last, mut page, mut done) = (K::default(), Vec::new().into_iter(), false);
    std::iter::from_fn(move || {
        if page.len() == 0 && !done {
            match read(&last) {
                Ok(rows) => {
                    done = rows.is_empty();
                    page = rows.into_iter();
                }
                Err(error) => {
                    done = true;
                    return Some(Err(error));
                }
            }
        }
        let (key, value) = page.next()?;
        last = key;
        Some(Ok(value))
    })
}
