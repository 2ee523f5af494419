//! What each delegated scope lets a client do, and how bad that is.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::delegation::scope_spelling;

/// What a scope is about. A scope can be in several classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
pub(crate) enum RiskClass {
    /// Changes the tenant: users, roles, domains.
    #[serde(rename = "T")]
    TenantAdmin,
    /// Changes how users sign in.
    #[serde(rename = "U")]
    UserSecurity,
    /// Acts in Google Cloud.
    #[serde(rename = "P")]
    CloudPlatform,
    /// Reads, writes and sends mail.
    #[serde(rename = "M")]
    MailFull,
    #[serde(rename = "R")]
    MailRead,
    /// Inserts, drafts or labels mail.
    #[serde(rename = "W")]
    MailWrite,
    #[serde(rename = "S")]
    Send,
    /// Changes mail settings.
    #[serde(rename = "C")]
    MailSettings,
    /// Reads or writes files.
    #[serde(rename = "D")]
    Files,
    /// File metadata, or few files.
    #[serde(rename = "d")]
    FilesNarrow,
    #[serde(rename = "K")]
    Calendar,
    #[serde(rename = "H")]
    Chat,
    /// Reads directory or contacts.
    #[serde(rename = "X")]
    DirectoryRead,
    #[serde(rename = "G")]
    Groups,
    #[serde(rename = "V")]
    Vault,
    #[serde(rename = "L")]
    Logs,
    /// Anything else that is known.
    #[serde(rename = "O")]
    Other,
    /// Not in the table.
    #[serde(rename = "?")]
    Unknown,
}

impl RiskClass {
    /// The letter in reports.
    #[must_use]
    pub(crate) const fn letter(self) -> &'static str {
        match self {
            Self::TenantAdmin => "T",
            Self::UserSecurity => "U",
            Self::CloudPlatform => "P",
            Self::MailFull => "M",
            Self::MailRead => "R",
            Self::MailWrite => "W",
            Self::Send => "S",
            Self::MailSettings => "C",
            Self::Files => "D",
            Self::FilesNarrow => "d",
            Self::Calendar => "K",
            Self::Chat => "H",
            Self::DirectoryRead => "X",
            Self::Groups => "G",
            Self::Vault => "V",
            Self::Logs => "L",
            Self::Other => "O",
            Self::Unknown => "?",
        }
    }

    /// The words in reports.
    #[must_use]
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::TenantAdmin => "changes the tenant",
            Self::UserSecurity => "changes sign-in security",
            Self::CloudPlatform => "acts in Google Cloud",
            Self::MailFull => "reads, writes and sends mail",
            Self::MailRead => "reads mail",
            Self::MailWrite => "inserts, drafts or labels mail",
            Self::Send => "sends",
            Self::MailSettings => "changes mail settings",
            Self::Files => "reads or writes files",
            Self::FilesNarrow => "file metadata or few files",
            Self::Calendar => "calendar",
            Self::Chat => "chat",
            Self::DirectoryRead => "reads directory or contacts",
            Self::Groups => "groups",
            Self::Vault => "searches and exports Vault",
            Self::Logs => "logs and alerts",
            Self::Other => "other",
            Self::Unknown => "unknown",
        }
    }
}

/// How bad it is when a client holds a scope for every user.
///
/// The same five steps as a finding's severity; kept apart because facts know nothing of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ScopeSeverity {
    /// Harmless.
    Info,
    /// Little.
    Low,
    /// Some.
    Medium,
    /// Much.
    High,
    /// The tenant, or all mail.
    Critical,
}

/// One row of the table.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScopeRisk {
    /// The exact scope, as a URL.
    pub(crate) scope: String,
    /// What it lets a client do, as any user.
    pub(crate) grants: String,
    /// Never empty.
    pub(crate) classes: Vec<RiskClass>,
    /// When held by domain-wide delegation.
    pub(crate) severity: ScopeSeverity,
    /// Whether mail can be sent with it.
    #[serde(default)]
    pub(crate) sends_mail: bool,
    /// Google's own class: `restricted`, `sensitive`, `non-sensitive`; absent if not published.
    pub(crate) google_class: Option<String>,
}

/// The scope-risk table: data with a version and a review date.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScopeRiskTable {
    /// Grows with each change.
    pub(crate) version: u32,
    /// When a person last went through it, `YYYY-MM-DD`.
    pub(crate) reviewed: String,
    /// Exact scopes.
    #[serde(rename = "scope")]
    pub(crate) scopes: Vec<ScopeRisk>,
}

/// The table that ships with the program.
static TABLE: LazyLock<ScopeRiskTable> = LazyLock::new(|| {
    // The file is compiled in and `the_shipped_table_is_sound` reads it, so this cannot fail in use.
    toml::from_str(include_str!("scope_risk.toml")).unwrap_or_else(|error| unreachable!("{error}"))
});

impl ScopeRiskTable {
    /// The table that ships with the program.
    #[must_use]
    pub(crate) fn shipped() -> &'static Self {
        &TABLE
    }

    /// The row of exactly this scope. `None`: unknown, to be treated as class `?`, severity high.
    #[must_use]
    pub(crate) fn find(&self, scope: &str) -> Option<&ScopeRisk> {
        self.scopes.iter().find(|row| row.scope == scope)
    }

    /// The row of a scope, whatever its case and the slashes at its end.
    #[must_use]
    pub(crate) fn like(&self, scope: &str) -> Option<&ScopeRisk> {
        self.find(scope_spelling(scope))
    }

    /// The classes of any scope as reports show them, such as `MS`; `?` if the scope is unknown.
    #[must_use]
    pub(crate) fn class_letters(&self, scope: &str) -> String {
        self.find(scope).map_or_else(
            || RiskClass::Unknown.letter().to_owned(),
            |row| row.classes.iter().map(|class| class.letter()).collect(),
        )
    }

    /// The severity of any scope when delegated; high if the scope is unknown.
    #[must_use]
    pub(crate) fn severity(&self, scope: &str) -> ScopeSeverity {
        self.find(scope).map_or(ScopeSeverity::High, |row| row.severity)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_shipped_table_is_sound() {
        let table = ScopeRiskTable::shipped();
        let distinct: BTreeSet<_> = table.scopes.iter().map(|row| &row.scope).collect();
        assert_eq!(distinct.len(), table.scopes.len(), "a scope stands twice");
        for row in &table.scopes {
            assert!(!row.classes.is_empty(), "{} has no class", row.scope);
            assert!(
                row.scope.starts_with("https://") || !row.scope.contains('/'),
                "{} is no scope",
                row.scope
            );
            assert!(!row.scope.contains('*'), "{} is a pattern", row.scope);
        }
    }

    #[test]
    fn an_unknown_scope_is_a_question_of_high_severity() {
        let table = ScopeRiskTable::shipped();
        assert_eq!(table.class_letters("https://www.googleapis.com/auth/unheard.of"), "?");
        assert_eq!(table.severity("https://www.googleapis.com/auth/unheard.of"), ScopeSeverity::High);
    }

    #[test]
    fn a_trailing_slash_makes_another_scope() {
        let table = ScopeRiskTable::shipped();
        assert!(table.find("https://mail.google.com/").is_some());
        assert!(table.find("https://mail.google.com").is_none());
    }
}
