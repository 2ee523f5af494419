//! The tenant's domains and domain aliases.

use serde::{Deserialize, Serialize};

use super::address::ascii_domain;

/// The end of the test domain alias, at which a tenant's users get mail for tests.
///
/// Source: <https://support.hdeone.com/hc/en-us/articles/50539942181017>, which names Google's help. Assumed: that
/// every user has an address there, and that Directory lists the domain nowhere.
pub(crate) const TEST_DOMAIN_SUFFIX: &str = ".test-google-a.com";

/// What a domain is to the tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DomainKind {
    /// The tenant's first domain.
    Primary,
    /// A further domain with users of its own.
    Secondary,
    /// Another name of a domain: each of its users has the address there too.
    Alias,
}

impl DomainKind {
    /// The word in reports.
    #[must_use]
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Primary => "primary domain",
            Self::Secondary => "secondary domain",
            Self::Alias => "domain alias",
        }
    }
}

/// One domain or domain alias.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Domain {
    /// The name as Directory spells it.
    pub(crate) name: String,
    pub(crate) kind: DomainKind,
    /// Whether ownership was proved to Google; `None` if Directory left it out.
    pub(crate) verified: Option<bool>,
    /// Of a domain alias: the domain whose users have their addresses there, too.
    #[serde(default)]
    pub(crate) parent: Option<String>,
}

/// All domains and domain aliases of the tenant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Domains(pub(crate) Vec<Domain>);

impl Domains {
    /// The domain whose users have their addresses in `domain` (any spelling), too: of a domain alias, and of the
    /// test address that Google gives each domain.
    #[must_use]
    pub(crate) fn stands_for(&self, domain: &str) -> Option<String> {
        let domain = ascii_domain(domain);
        match domain.strip_suffix(TEST_DOMAIN_SUFFIX).filter(|tested| self.find(tested).is_some()) {
            Some(tested) => Some(tested.to_owned()),
            None => self.find(&domain)?.parent.as_deref().map(ascii_domain),
        }
    }

    /// The entry for `domain` (any spelling), verified or not.
    #[must_use]
    pub(crate) fn find(&self, domain: &str) -> Option<&Domain> {
        let wanted = ascii_domain(domain);
        self.0.iter().find(|candidate| ascii_domain(&candidate.name) == wanted)
    }
}
