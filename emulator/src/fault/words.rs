//! What was probably meant.

/// How alike two words have to be before one is taken for the other's misspelling.
const ALIKE: f64 = 0.7;

/// ` (did you mean …?)`, if one of the known words is near.
pub(super) fn nearest<'w>(written: &str, known: impl Iterator<Item = &'w str>) -> String {
    known
        .map(|word| (strsim::jaro_winkler(written, word), word))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map_or_else(String::new, |(_, word)| format!(" (did you mean `{word}`?)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelling_is_recognised_and_a_stranger_is_not() {
        let known = || ["hang", "garbage", "latency"].into_iter();
        assert_eq!(nearest("latancy", known()), " (did you mean `latency`?)");
        assert_eq!(nearest("zzz", known()), "");
    }
}
