//! Durations as people write them: `40ms`, `2s`.

use std::time::Duration;

pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let refused = || format!("`{text}` is no duration: write it as 40ms or 2s");
    let digits = text.trim_end_matches(char::is_alphabetic);
    let number: u64 = digits.parse().map_err(|_| refused())?;
    match &text[digits.len()..] {
        "ms" => Ok(Duration::from_millis(number)),
        "s" => Ok(Duration::from_secs(number)),
        _ => Err(refused()),
    }
}

/// One duration, or a range of them: `0ms..2s`.
pub(super) fn range(text: &str) -> Result<(Duration, Duration), String> {
    let (least, most) = match text.split_once("..") {
        Some((least, most)) => (duration(least)?, duration(most)?),
        None => (duration(text)?, duration(text)?),
    };
    if least <= most { Ok((least, most)) } else { Err(format!("`{text}` begins after its end")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_name_their_unit() {
        assert_eq!(duration("40ms"), Ok(Duration::from_millis(40)));
        assert_eq!(range("0ms..2s"), Ok((Duration::ZERO, Duration::from_secs(2))));
        for text in ["", "40", "ms", "1.5s", "2h", "-1s", "99999999999999999999s"] {
            assert!(duration(text).is_err(), "{text}");
        }
        assert!(range("2s..1s").is_err());
    }
}
