//! Mail addresses as they compare: case and Unicode spelling of the domain do not matter.

/// A mail address in comparable form: lower case, domain in its ASCII (Punycode) spelling.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Address(String);

impl Address {
    /// The comparable form of any text; text without `@` compares as a whole.
    #[must_use]
    pub(crate) fn new(text: &str) -> Self {
        let text = text.trim();
        match text.rsplit_once('@') {
            Some((local, domain)) => Self(format!("{}@{}", local.to_lowercase(), ascii_domain(domain))),
            None => Self(text.to_lowercase()),
        }
    }

    /// The address of the mailbox that gets its mail: without a tag after `+`, and for consumer Gmail without
    /// dots. In Workspace dots matter.
    ///
    /// Sources: <https://support.google.com/a/users/answer/9282734#email-address-variation>, as others cite it (tags
    /// in Workspace), <https://support.google.com/mail/answer/7436150> (dots at gmail.com, and not in organizations).
    #[must_use]
    pub(crate) fn mailbox(&self) -> Self {
        let Some((local, domain)) = self.0.rsplit_once('@') else { return self.clone() };
        let untagged = match local.split_once('+') {
            // Without a name before it, the sign is no tag.
            Some((name, _)) if !name.is_empty() && !local.starts_with('"') => name,
            _ => local,
        };
        match domain {
            "gmail.com" | "googlemail.com" => Self(format!("{}@gmail.com", untagged.replace('.', ""))),
            _ => Self(format!("{untagged}@{domain}")),
        }
    }

    /// Whether it is one address: of several in a row, the last one's domain would speak for all.
    #[must_use]
    pub(crate) fn is_single(&self) -> bool {
        let separates = |sign: char| {
            sign.is_whitespace() || sign.is_control() || matches!(sign, '@' | ',' | ';' | '<' | '>')
        };
        self.0.rsplit_once('@').is_some_and(|(local, domain)| {
            !local.is_empty()
                && !domain.is_empty()
                && !local.contains(separates)
                && !domain.contains(separates)
        })
    }

    /// The part after `@`, if there is one.
    #[must_use]
    pub(crate) fn domain(&self) -> Option<&str> {
        self.0.rsplit_once('@').map(|(_, domain)| domain)
    }

    /// The comparable spelling.
    #[must_use]
    pub(crate) fn as_str(&self) -> &str {
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
    fn a_tag_leads_to_the_same_mailbox_and_dots_only_at_gmail() {
        let mailbox = |text| Address::new(text).mailbox();
        assert_eq!(mailbox("Ann+Invoices@example.com"), mailbox("ann@example.com"));
        assert_eq!(mailbox("ann+a+b@example.com"), mailbox("ann@example.com"));
        assert_ne!(mailbox("a.nn@example.com"), mailbox("ann@example.com"));
        assert_eq!(mailbox("A.nn+x@googlemail.com"), mailbox("ann@gmail.com"));
        assert_ne!(mailbox("+ann@example.com"), mailbox("@example.com"));
    }

    #[test]
    fn the_last_at_sign_begins_the_domain() {
        assert_eq!(Address::new("\"a@b\"@example.com").domain(), Some("example.com"));
    }
}
