//! What a service account asks the token endpoint for.

use chrono::{DateTime, Utc};
use serde::Serialize;

/// How long an assertion and its token are good for, in seconds: the most that Google takes.
const LIFETIME: i64 = 3600;

/// The claims of an assertion: let the issuer act, as itself or as a subject, within scopes.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Claims {
    iss: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<String>,
    scope: String,
    aud: String,
    iat: i64,
    exp: i64,
}

impl Claims {
    /// From `now` on; without a subject, the issuer acts as itself.
    pub(super) fn new(
        issuer: &str,
        subject: Option<&str>,
        scopes: &[&str],
        audience: &str,
        now: DateTime<Utc>,
    ) -> Self {
        let issued_at = now.timestamp();
        Self {
            iss: issuer.to_owned(),
            sub: subject.map(str::to_owned),
            scope: scopes.join(" "),
            aud: audience.to_owned(),
            iat: issued_at,
            exp: issued_at + LIFETIME,
        }
    }

    pub(super) fn to_json(&self) -> String {
        // Strings and numbers always serialise.
        serde_json::to_string(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_that_there_is_not_is_no_claim() {
        let now = DateTime::UNIX_EPOCH;
        let own = Claims::new("a@b", None, &["x", "y"], "https://t/token", now).to_json();
        assert_eq!(own, r#"{"iss":"a@b","scope":"x y","aud":"https://t/token","iat":0,"exp":3600}"#);
        let delegated = Claims::new("a@b", Some("u@c"), &["x"], "https://t/token", now).to_json();
        assert!(delegated.contains(r#""sub":"u@c""#), "{delegated}");
    }
}
