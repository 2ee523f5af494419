//! How much of the page a list may take.

use askama::Template;

/// How many bytes a row takes.
pub(super) fn size(row: &impl Template) -> usize {
    row.render().map_or(usize::MAX, |html| html.len())
}

/// Drops the rows from the first one on that does not fit into `bytes`, and takes what the others use.
pub(super) fn keep_fitting<T>(rows: &mut Vec<T>, bytes: &mut usize, size_of: impl Fn(&T) -> usize) {
    let fitting = rows
        .iter()
        .take_while(|row| match bytes.checked_sub(size_of(row)) {
            Some(left) => {
                *bytes = left;
                true
            }
            None => false,
        })
        .count();
    rows.truncate(fitting);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_kept_until_one_does_not_fit() {
        let (mut rows, mut bytes) = (vec![3, 4, 9, 1], 10);
        keep_fitting(&mut rows, &mut bytes, |row| *row);
        assert_eq!((rows, bytes), (vec![3, 4], 3));
    }
}
