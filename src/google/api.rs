//! Which APIs there are, and under which address.

use reqwest::Url;
use strum::IntoStaticStr;

/// An API, with a limiter and a count of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub(crate) enum Api {
    Directory,
    Gmail,
    /// Identity and Access Management.
    Iam,
    /// IAM Credentials: signs for an account without a key file.
    IamCredentials,
    /// The token endpoint.
    Token,
    Reports,
    /// Resource Manager: the hierarchy of projects, and its policies.
    ResourceManager,
    /// Cloud Asset: search over a whole organization.
    CloudAsset,
    /// Cloud Identity: what the Admin console sets.
    CloudIdentity,
    /// Policy Analyzer: when accounts and keys were used last.
    PolicyAnalyzer,
    /// Organization Policy: what a project forbids.
    OrgPolicy,
    /// The public certificates of service accounts.
    ServiceAccountMetadata,
}

impl Api {
    /// Every API.
    pub(crate) const ALL: [Self; 12] = [
        Self::Directory,
        Self::Gmail,
        Self::Iam,
        Self::IamCredentials,
        Self::Token,
        Self::Reports,
        Self::ResourceManager,
        Self::CloudAsset,
        Self::CloudIdentity,
        Self::PolicyAnalyzer,
        Self::OrgPolicy,
        Self::ServiceAccountMetadata,
    ];

    /// The name in `manifest.json`.
    #[must_use]
    pub(crate) const fn id(self) -> &'static str {
        self.into_str()
    }

    /// The name under which the API is enabled in a project.
    #[must_use]
    pub(crate) fn service(self) -> &'static str {
        self.google_root().trim_start_matches("https://").trim_end_matches('/')
    }

    /// `rootUrl` of the API's discovery document.
    const fn google_root(self) -> &'static str {
        match self {
            Self::Directory | Self::Reports => "https://admin.googleapis.com/",
            Self::Gmail => "https://gmail.googleapis.com/",
            Self::Iam => "https://iam.googleapis.com/",
            Self::IamCredentials => "https://iamcredentials.googleapis.com/",
            Self::Token => "https://oauth2.googleapis.com/",
            Self::ResourceManager => "https://cloudresourcemanager.googleapis.com/",
            Self::CloudAsset => "https://cloudasset.googleapis.com/",
            Self::CloudIdentity => "https://cloudidentity.googleapis.com/",
            Self::PolicyAnalyzer => "https://policyanalyzer.googleapis.com/",
            Self::OrgPolicy => "https://orgpolicy.googleapis.com/",
            Self::ServiceAccountMetadata => "https://www.googleapis.com/",
        }
    }
}

/// Where the APIs are: at Google, or all under one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Roots {
    /// Google's own addresses.
    Google,
    /// One root that serves every API's path.
    Other(Url),
}

/// Why an address is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RootsError {
    #[error("`{0}` is not a URL")]
    NoUrl(String),
    #[error("`{0}` is neither https nor on loopback, so tokens would be sent unencrypted")]
    NotEncrypted(String),
    #[error("`{0}` has a user, a query or a fragment, which a server URL cannot have")]
    NotARoot(String),
    /// Google has no root that serves all of its APIs.
    #[error("base_url `{0}` is a host of Google, and no host of Google serves every API")]
    GoogleHasNoRoot(String),
    #[error(
        "base_url `{base_url}` is not Google, but the key's token_uri `{token_uri}` is, so Google's tokens would be sent to another server"
    )]
    GoogleTokensElsewhere { base_url: String, token_uri: String },
    #[error(
        "base_url `{base_url}` is not Google, but the issuer `{issuer}` of this machine's identity is, so Google's tokens would be sent to another server"
    )]
    GoogleIdentityElsewhere { base_url: String, issuer: String },
    #[error("the issuer `{issuer}` of this machine's identity is not Google, but the APIs are Google's")]
    ForeignIdentity { issuer: String },
    #[error(
        "the key's token_uri `{token_uri}` is not Google's token endpoint https://oauth2.googleapis.com/token, but the APIs are Google's, so a signed assertion would be sent to another server"
    )]
    ForeignTokens { token_uri: String },
}

impl Roots {
    /// From `[google] base_url` and the key file's `token_uri`.
    ///
    /// # Errors
    /// When one is no URL or not encrypted outside loopback, or when exactly one of them is Google's.
    pub(crate) fn new(base_url: &str, token_uri: &str) -> Result<Self, RootsError> {
        let token = checked(token_uri)?;
        if base_url.is_empty() {
            return if is_token_endpoint(&token) {
                Ok(Self::Google)
            } else {
                Err(RootsError::ForeignTokens { token_uri: token_uri.to_owned() })
            };
        }
        match (is_google(&checked(base_url)?), is_google(&token)) {
            (false, true) => Err(RootsError::GoogleTokensElsewhere {
                base_url: base_url.to_owned(),
                token_uri: token_uri.to_owned(),
            }),
            (true, false) => Err(RootsError::ForeignTokens { token_uri: token_uri.to_owned() }),
            _ => Self::other(base_url),
        }
    }

    /// From `[google] base_url` and the servers that are asked for the machine's own tokens.
    ///
    /// # Errors
    /// When one is no URL or not encrypted outside loopback, or when exactly one side is Google's.
    pub(crate) fn keyless(base_url: &str, issuers: &[String]) -> Result<Self, RootsError> {
        for issuer in issuers {
            let url = checked(issuer)?;
            if base_url.is_empty() && !issues_machine_tokens(&url) {
                return Err(RootsError::ForeignIdentity { issuer: issuer.clone() });
            }
            if !base_url.is_empty() && is_google(&url) {
                return Err(RootsError::GoogleIdentityElsewhere {
                    base_url: redacted(base_url),
                    issuer: issuer.clone(),
                });
            }
        }
        if base_url.is_empty() { Ok(Self::Google) } else { Self::other(base_url) }
    }

    fn other(base_url: &str) -> Result<Self, RootsError> {
        let mut base = checked(base_url)?;
        if is_google(&base) {
            return Err(RootsError::GoogleHasNoRoot(base_url.to_owned()));
        }
        if !base.path().ends_with('/') {
            base.set_path(&format!("{}/", base.path()));
        }
        Ok(Self::Other(base))
    }

    /// The root of a server that is not Google's.
    pub(super) fn other_root(&self) -> Option<&Url> {
        match self {
            Self::Google => None,
            Self::Other(root) => Some(root),
        }
    }

    /// The token endpoint, where no key file names one.
    pub(super) fn token_uri(&self) -> Result<Url, url::ParseError> {
        self.url(Api::Token, "token")
    }

    /// Whether nothing leaves this machine.
    pub(super) fn are_loopback(&self) -> bool {
        matches!(self, Self::Other(root) if is_loopback(root))
    }

    /// The address of a path of an API.
    pub(super) fn url(&self, api: Api, path: &str) -> Result<Url, url::ParseError> {
        let path = path.trim_start_matches('/');
        match self {
            Self::Google => Url::parse(api.google_root())?.join(path),
            Self::Other(root) => root.join(path),
        }
    }
}

fn checked(text: &str) -> Result<Url, RootsError> {
    let url = Url::parse(text).map_err(|_| RootsError::NoUrl(redacted(text)))?;
    let encrypted = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
    if !encrypted || url.host().is_none() {
        return Err(RootsError::NotEncrypted(redacted(text)));
    }
    let plain = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    if plain { Ok(url) } else { Err(RootsError::NotARoot(redacted(text))) }
}

/// A URL without its user, password, query and fragment, which can be secret.
fn redacted(text: &str) -> String {
    let end = text.find(['?', '#']).unwrap_or(text.len());
    let address = &text[..end];
    // In a text that is not a URL, the end of the password is unknown: remove everything before the last `@`.
    let plain = match (address.find("://"), address.rfind('@')) {
        (Some(scheme), Some(at)) if at > scheme => format!("{}://…{}", &address[..scheme], &address[at..]),
        (_, Some(at)) => format!("…{}", &address[at..]),
        _ => address.to_owned(),
    };
    crate::causes::quoted(&plain)
}

/// Whether the address is on this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Where Google exchanges assertions. Client libraries had the last fixed (google-auth-library-java issue 159), then
/// the second, then the first (google-auth-library-ruby pulls 70 and 147). Assumed: the third. Neither
/// `oauth2.mtls.googleapis.com`, which takes client certificates, nor other universes, which have no delegation
/// (google-auth-library-python pull 1286).
const TOKEN_ENDPOINTS: [&str; 4] = [
    "https://oauth2.googleapis.com/token",
    "https://www.googleapis.com/oauth2/v4/token",
    "https://www.googleapis.com/oauth2/v3/token",
    "https://accounts.google.com/o/oauth2/token",
];

fn is_token_endpoint(url: &Url) -> bool {
    TOKEN_ENDPOINTS.contains(&url.as_str())
}

/// Whether Google hands out a machine's own tokens there: token endpoints, the metadata server, Security Token Service
/// and IAM Credentials, by their global or regional names, `SERVICE.REGION.rep.googleapis.com`
/// (<https://docs.cloud.google.com/docs/security/compliance/endpoints>). Assumed: that these two have such names.
/// Every other host below googleapis.com can be anybody's bucket.
fn issues_machine_tokens(url: &Url) -> bool {
    let Some(host) = url.domain() else { return false };
    let service = host.strip_suffix(".googleapis.com").unwrap_or_default();
    let service = service
        .strip_suffix(".rep")
        .and_then(|service| service.split_once('.'))
        .map_or(service, |(service, region)| if region.contains('.') { "" } else { service });
    is_token_endpoint(url)
        || host == "metadata.google.internal"
        || ["sts", "iamcredentials"].contains(&service)
}

/// Whether any of Google's hosts.
fn is_google(url: &Url) -> bool {
    url.domain().map(|host| host.trim_end_matches('.')).is_some_and(|host| {
        ["googleapis.com", "google.com", "google.internal"].iter().any(|google| {
            host == *google || host.strip_suffix(google).is_some_and(|rest| rest.ends_with('.'))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOGLE_TOKEN: &str = "https://oauth2.googleapis.com/token";

    #[test]
    fn tokens_stay_with_their_issuer() {
        assert_eq!(Roots::new("", GOOGLE_TOKEN), Ok(Roots::Google));
        assert!(Roots::new("http://127.0.0.1:8080", "http://127.0.0.1:8080/token").is_ok());
        assert!(Roots::new("https://audit.example", "https://tokens.example/token").is_ok());
        assert!(matches!(
            Roots::new("http://127.0.0.1:8080", GOOGLE_TOKEN),
            Err(RootsError::GoogleTokensElsewhere { .. })
        ));
        assert!(matches!(Roots::new("", "http://localhost/token"), Err(RootsError::ForeignTokens { .. })));
        assert!(matches!(
            Roots::new("https://www.googleapis.com", "https://evilgoogleapis.com/token"),
            Err(RootsError::ForeignTokens { .. })
        ));
    }

    #[test]
    fn only_the_token_endpoints_own_addresses_are_asked_for_tokens() {
        for address in TOKEN_ENDPOINTS {
            assert_eq!(Roots::new("", address), Ok(Roots::Google), "{address}");
        }
        for address in [
            "https://bucket.storage.googleapis.com/token",
            "https://storage.googleapis.com/bucket/token",
            "https://oauth2.googleapis.com/token/else",
            "https://oauth2.googleapis.com:8443/token",
            "https://sites.google.com/o/oauth2/token",
            "https://accounts.google.com/o/oauth2/auth",
            "https://script.google.com/macros/s/x/exec",
            "https://oauth2.mtls.googleapis.com/token",
            "https://oauth2.googleapis.com.example.com/token",
        ] {
            let refused = Roots::new("", address);
            assert!(matches!(refused, Err(RootsError::ForeignTokens { .. })), "{address}: {refused:?}");
            let elsewhere = Roots::new("http://127.0.0.1:1", address);
            assert_eq!(elsewhere.is_ok(), address.contains("example.com"), "{address}");
        }
        for (issuer, is_good) in [
            ("https://sts.googleapis.com/v1/token", true),
            (
                "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/a:generateAccessToken",
                true,
            ),
            ("https://sts.us-east1.rep.googleapis.com/v1/token", true),
            ("https://metadata.google.internal/", true),
            ("https://sts.storage.googleapis.com/v1/token", false),
            ("https://bucket.storage.googleapis.com/token", false),
            ("https://www.googleapis.com/download", false),
        ] {
            assert_eq!(Roots::keyless("", &[issuer.to_owned()]).is_ok(), is_good, "{issuer}");
        }
    }

    #[test]
    fn no_error_about_an_address_holds_its_password() {
        for address in [
            "https://user:hunter2@audit.example",
            "http://user:hunter2@10.0.0.1/x",
            "https://user:hun@ter2@audit.example",
            "https://user:hunter2@bad host",
            "user:hunter2@audit.example",
            "https://hunter2@audit.example/",
            "https://audit.example/?key=hunter2",
            "https://audit.example/#hunter2",
        ] {
            for refused in [
                Roots::new(address, "https://tokens.example/token"),
                Roots::new("", address),
                Roots::keyless(address, &["https://sts.googleapis.com/v1/token".to_owned()]),
                Roots::keyless(address, &[]),
            ] {
                let text = format!("{:?} {}", refused, refused.clone().unwrap_err());
                assert!(!text.contains("hunter2") && !text.contains("ter2"), "{text}");
            }
        }
    }

    #[test]
    fn nothing_travels_readable_beyond_this_machine() {
        for address in ["http://10.0.0.1", "http://localhost.example.com", "ftp://127.0.0.1", "file:///x"] {
            let refused = Roots::new(address, "https://tokens.example/token");
            assert!(matches!(refused, Err(RootsError::NotEncrypted(_))), "{address}: {refused:?}");
        }
    }

    #[test]
    fn the_machines_tokens_stay_with_google_or_away_from_it() {
        let google = ["https://sts.googleapis.com/v1/token".to_owned()];
        let other_host = ["http://127.0.0.1:1/sts".to_owned()];
        assert_eq!(Roots::keyless("", &google), Ok(Roots::Google));
        assert_eq!(Roots::keyless("", &[]), Ok(Roots::Google));
        let other = Roots::keyless("http://[::1]:1", &other_host).unwrap();
        assert_eq!(other.token_uri().unwrap().as_str(), "http://[::1]:1/token");
        let refused = Roots::keyless("http://[::1]:1", &google);
        assert!(matches!(refused, Err(RootsError::GoogleIdentityElsewhere { .. })), "{refused:?}");
        let refused = Roots::keyless("", &other_host);
        assert!(matches!(refused, Err(RootsError::ForeignIdentity { .. })), "{refused:?}");
        let refused = Roots::keyless("https://www.googleapis.com", &[]);
        assert!(matches!(refused, Err(RootsError::GoogleHasNoRoot(_))), "{refused:?}");
    }

    #[test]
    fn a_path_joins_below_the_root() {
        let roots = Roots::new("http://127.0.0.1:1/google", "http://127.0.0.1:1/token").unwrap();
        let url = roots.url(Api::Gmail, "/gmail/v1/users/me/settings/sendAs").unwrap();
        assert_eq!(url.as_str(), "http://127.0.0.1:1/google/gmail/v1/users/me/settings/sendAs");
    }
}
