//! How long a text of an answer may be. Reports repeat them: the title of a condition comes once for each access path.
//!
//! Source of the limits that Google documents: <https://docs.cloud.google.com/iam/quotas> (a custom role's id has 64
//! bytes, its title 100, a condition's expression 12 operators) and IAM's discovery document
//! (`WorkloadIdentityPoolProvider`: `google.subject` has 127 bytes, `attributeCondition` 4096 characters). No limit of
//! a condition's title or of its expression's length was found. Assumed: nothing real is longer than these.

use std::borrow::Cow;

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// Of a title: each access path of a binding repeats that of its condition. In bytes, as all of these.
const MAX_TITLE: usize = 256;
/// Of an address: 64 bytes, `@` and 255 bytes (RFC 5321, 4.5.3.1).
const MAX_ADDRESS: usize = 320;
/// Of a principal: the one subject of an identity pool has about 250.
const MAX_PRINCIPAL: usize = 512;
/// Of an expression.
const MAX_EXPRESSION: usize = 4096;
/// Of any other text: a user's name has twice 60 characters (Directory's reference of `users`).
pub(crate) const MAX_TEXT: usize = 1024;

/// The smallest of them: what is not longer needs no look at its field.
pub(super) const SHORT: usize = MAX_TITLE;

/// The most bytes of a text in this field; `None` for one that is split or handed back to Google.
pub(super) fn of_field(name: &str) -> Option<usize> {
    match name {
        "nextPageToken" | "value" | "multiValue" => None,
        "title" => Some(MAX_TITLE),
        "email" | "primaryEmail" | "aliases" | "nonEditableAliases" | "primaryGuestEmail" | "sendAsEmail"
        | "replyToAddress" | "delegateEmail" | "forwardingEmail" | "emailAddress" => Some(MAX_ADDRESS),
        "members" | "exemptedMembers" => Some(MAX_PRINCIPAL),
        "expression" | "attributeCondition" => Some(MAX_EXPRESSION),
        // Of a filter: one of about 1,500 characters was seen (<https://github.com/mbrt/gmailctl/issues/148>).
        "query" | "negatedQuery" | "from" | "to" | "subject" => Some(MAX_EXPRESSION),
        _ => Some(MAX_TEXT),
    }
}

/// A text, cut behind `most` bytes. What was cut is longer than any whole text and ends in a digest of all of it, so that
/// two texts stay two, and nobody can write one that another becomes.
#[must_use]
pub(crate) fn clipped(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most {
        return Cow::Borrowed(text);
    }
    let end = (0..=most).rev().find(|place| text.is_char_boundary(*place)).unwrap_or_default();
    let shown = &text[..end];
    // 160 bits, as for a binding's id.
    let digest = HEXLOWER.encode(&Sha256::digest(text)[..20]);
    let padding = " ".repeat(most - end);
    Cow::Owned(format!("{shown}{padding}… (cut: {} bytes, SHA-256 {digest})", text.len()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_not_too_long_stays_as_it_is() {
        assert_eq!(clipped("äb", 3), "äb");
        assert!(clipped("äbc", 3).starts_with("äb… (cut: 4 bytes, SHA-256 "));
        assert!(clipped("aäb", 2).starts_with("a … (cut: 4 bytes, SHA-256 "));
        assert!(["nextPageToken", "multiValue"].into_iter().all(|field| of_field(field).is_none()));
        assert!(["x", "title", "expression"].into_iter().all(|field| of_field(field) >= Some(SHORT)));
    }

    proptest! {
        #[test]
        fn no_two_texts_become_one(one in "[aä]{0,8}", two in "[aä]{0,8}", most in 0_usize..8) {
            let (short, other) = (clipped(&one, most), clipped(&two, most));
            prop_assert_eq!(short == other, one == two);
            // Whoever writes what another text becomes has written something too long.
            prop_assert!(one.len() <= most || clipped(&short, most) != short);
        }
    }
}
