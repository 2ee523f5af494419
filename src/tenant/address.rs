//! Mail addresses as they compare: case and Unicode spelling of the domain do not matter.

/// A mail address in comparable form: lower case, domain in its ASCII (Punycode) spelling.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(String);

impl Address {
    /// The comparable form of any text; text without `@` compares as a whole.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let text = text.trim();
        match text.rsplit_once('@') {
            Some((local, domain)) => Self(format!("{}@{}", local.to_lowercase(), ascii_domain(domain))),
            None => Self(text.to_lowercase()),
        }
    }

    /// The part after `@`, if there is one.
    #[must_use]
    pub fn domain(&self) -> Option<&str> {
        self.0.rsplit_once('@').map(|(_, domain)| domain)
    }

    /// The comparable spelling.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A domain in comparable form. What is no valid domain name is kept, in lower case.
pub(super) fn ascii_domain(domain: &str) -> String {
    let domain = domain.trim().trim_end_matches('.');
    idna::domain_to_ascii(domain).unwrap_or_else(|_| domain.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_unicode_spelling_do_not_matter() {
        assert_eq!(Address::new("Ann@BÜCHER.example"), Address::new("ann@xn--bcher-kva.example"));
    }

    #[test]
    fn the_last_at_sign_begins_the_domain() {
        assert_eq!(Address::new("\"a@b\"@example.com").domain(), Some("example.com"));
    }
}
