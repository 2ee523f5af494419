//! One spelling for a client and a scope, whatever the source writes. It depends on nothing but the text, so
//! that a grant keeps its identity when sources come and go.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::delegation::ScopeRiskTable;

const SUFFIX: &str = ".apps.googleusercontent.com";

/// A service account's number without Google's suffix; another OAuth client's id with it; else the text.
pub(super) fn client_id(written: &str) -> String {
    let text = written.trim();
    let lower = text.to_lowercase();
    let bare = lower.strip_suffix(SUFFIX).unwrap_or(&lower);
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match bare.split_once('-') {
        _ if is_number(bare) => bare.to_owned(),
        Some((project, _)) if is_number(project) => format!("{bare}{SUFFIX}"),
        _ if lower.contains('@') => lower,
        _ => text.to_owned(),
    }
}

/// The scopes of a text: a log may put several into one value. What has not the shape of a scope, such as a product's
/// name, is none.
pub(super) fn scopes(written: &str) -> impl Iterator<Item = &str> {
    written.split([' ', '\t', '\r', '\n', ',', ';']).filter(|word| is_scope(word))
}

/// A URL, or one of the scopes of OpenID Connect.
fn is_scope(word: &str) -> bool {
    let is_url = |(scheme, rest): (&str, &str)| {
        let is_web = ["https", "http"].iter().any(|web| scheme.eq_ignore_ascii_case(web));
        is_web && rest.contains('.')
    };
    word.split_once("://").is_some_and(is_url) || ["openid", "email", "profile"].contains(&word)
}

/// The table's scopes, by their own spelling and without what may differ. The own spelling comes last and holds.
static FOLDED: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    let scopes = ScopeRiskTable::shipped().scopes.iter().map(|row| row.scope.as_str());
    let exact = scopes.clone().map(|scope| (scope.to_owned(), scope));
    scopes.map(|scope| (folded(scope), scope)).chain(exact).collect()
});

/// Whether the table has exactly this scope, so that the probe asks for it.
pub(super) fn is_known(scope: &str) -> bool {
    FOLDED.get(scope).is_some_and(|known| *known == scope)
}

/// The table's spelling of a scope that differs from it in case or in slashes at the end; else the scope.
pub(super) fn scope(written: &str) -> &str {
    FOLDED.get(written).or_else(|| FOLDED.get(&folded(written))).copied().unwrap_or(written)
}

fn folded(scope: &str) -> String {
    scope.trim_end_matches('/').to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_has_one_spelling() {
        for (written, expected) in [
            (" 117012345678901234567 ", "117012345678901234567"),
            ("117012345678901234567.apps.googleusercontent.com", "117012345678901234567"),
            ("407-Abc.apps.googleusercontent.com", "407-abc.apps.googleusercontent.com"),
            ("407-abc", "407-abc.apps.googleusercontent.com"),
            ("Mailer@Project.iam.gserviceaccount.com", "mailer@project.iam.gserviceaccount.com"),
            ("Some App", "Some App"),
            ("", ""),
        ] {
            assert_eq!(client_id(written), expected);
            assert_eq!(client_id(expected), expected);
        }
    }

    #[test]
    fn a_known_scope_has_the_tables_spelling_and_an_unknown_one_its_own() {
        for written in ["https://mail.google.com", "HTTPS://mail.google.com/", "https://mail.google.com/"] {
            assert_eq!(scope(written), "https://mail.google.com/");
        }
        assert_eq!(
            scope("https://www.googleapis.com/auth/Unheard.of/"),
            "https://www.googleapis.com/auth/Unheard.of/"
        );
    }

    #[test]
    fn every_scope_of_the_table_is_its_own_spelling() {
        for row in &ScopeRiskTable::shipped().scopes {
            assert_eq!(scope(&row.scope), row.scope);
        }
    }

    #[test]
    fn one_value_may_hold_several_scopes() {
        let (a, b) = ("https://mail.google.com/", "https://www.googleapis.com/auth/drive");
        assert_eq!(scopes(&format!(" {a}, {b}\topenid\n")).collect::<Vec<_>>(), [a, b, "openid"]);
        assert_eq!(
            scopes(&format!("Drive and Docs, {a} HTTPS://x.y/z")).collect::<Vec<_>>(),
            [a, "HTTPS://x.y/z"]
        );
        assert_eq!(scopes("Google Mail - scope://").count(), 0);
    }
}
