//! Which paths a fault is about.

/// Whether a text fits a pattern, in which `*` stands for any run of characters.
pub(super) fn fits(pattern: &str, text: &str) -> bool {
    let Some((head, tail)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(rest) = text.strip_prefix(head) else {
        return false;
    };
    (0..=rest.len()).filter(|&start| rest.is_char_boundary(start)).any(|start| fits(tail, &rest[start..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_crosses_slashes() {
        assert!(fits("/gmail/v1/*/sendAs", "/gmail/v1/users/me/settings/sendAs"));
        assert!(fits("*", "/anything"));
        assert!(!fits("/gmail/v1/*/sendAs", "/gmail/v1/users/me/settings/delegates"));
        assert!(!fits("/token", "/tokens"));
    }
}
