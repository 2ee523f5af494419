//! What to serve, and how.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::error::EmulatorError;
use crate::fault::Fault;

/// The environment variable that names a folder where every start logs its requests with the answers'
/// bodies, each to a file of its own, besides what its options say.
pub(crate) const LOG_FOLDER: &str = "WORKSPACE_AUDIT_EMULATOR_LOG";

/// What to serve, and how.
#[derive(Debug, Clone)]
pub struct Options {
    /// The synthetic tenant.
    pub tenant: TenantName,
    /// Every id, name and date follows from the seed and the clock.
    pub seed: u64,
    /// A frozen clock; the machine's own if absent.
    pub at: Option<DateTime<Utc>>,
    /// By how much the server's clock is ahead of the machine's; without a frozen one.
    pub clock_ahead: TimeDelta,
    /// Where to listen; port 0 lets the system choose.
    pub listen: SocketAddr,
    /// The most entries a page carries, whatever the client asked for. Google may return fewer than
    /// asked for; the default is small so that paging always happens.
    pub page_cap: Option<usize>,
    /// Serve TLS with a certificate of a private authority made for this start.
    pub tls: bool,
    /// How long every answer is held back.
    pub latency: Duration,
    /// Scopes taken away from the audit's own delegation.
    pub revoked_scopes: Vec<String>,
    /// Scopes added to the audit's own delegation.
    pub extra_scopes: Vec<String>,
    /// Give the audit's own service account an administrator role that may read users, domains and roles.
    pub admin_role: bool,
    /// Gmail answers for the mailboxes of archived users, too; otherwise it refuses them.
    pub archived_mailboxes: bool,
    /// IAM permissions taken away from the audit's own account; `*` at the end takes all that begin so.
    pub revoked_permissions: Vec<String>,
    /// APIs switched off in the audit's own project, by the name of their service.
    pub disabled_services: Vec<String>,
    /// So many service accounts more, in projects of their own.
    pub service_accounts: u32,
    /// So many entries more in the audit logs, over the last 180 days.
    pub events: u32,
    /// Entries of the audit logs besides those of the tenant.
    pub log_entries: Vec<LogEntry>,
    /// What goes wrong, and when.
    pub faults: Vec<Fault>,
    /// A file that receives every request as a line of JSON.
    pub request_log: Option<PathBuf>,
    /// Whether the log file's lines carry the answers' bodies. Tokens given out are never logged.
    pub log_bodies: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            tenant: TenantName::Healthy,
            seed: 7,
            at: None,
            clock_ahead: TimeDelta::zero(),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            page_cap: None,
            tls: false,
            latency: Duration::ZERO,
            revoked_scopes: Vec::new(),
            extra_scopes: Vec::new(),
            admin_role: false,
            archived_mailboxes: false,
            revoked_permissions: Vec::new(),
            disabled_services: Vec::new(),
            service_accounts: 0,
            events: 0,
            log_entries: Vec::new(),
            faults: Vec::new(),
            request_log: None,
            log_bodies: false,
        }
    }
}

impl Options {
    pub(crate) fn page_cap(&self) -> usize {
        let default = match self.tenant {
            TenantName::Huge(_) => 500,
            TenantName::Healthy | TenantName::Typical | TenantName::Neglected => 25,
        };
        self.page_cap.unwrap_or(default).max(1)
    }
}

/// An entry of an audit log.
#[derive(Debug, Clone)]
pub struct LogEntry {
    /// When it happened.
    pub at: DateTime<Utc>,
    /// When the log shows it; at once if absent. Google's logs lag behind.
    pub listed_from: Option<DateTime<Utc>>,
    /// What happened.
    pub what: Logged,
}

/// What an entry tells.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Logged {
    /// An administrator gave a client scopes.
    Authorized {
        /// Its id.
        client_id: String,
        /// The scopes.
        scopes: Vec<String>,
    },
    /// An administrator changed a setting of Gmail's.
    GmailSetting {
        /// `SETTING_NAME`.
        name: String,
        /// Its description.
        description: String,
    },
    /// The first user let an app in.
    App {
        /// The app's name; its client id is made of it.
        name: String,
        /// The scopes.
        scopes: Vec<String>,
    },
    /// That user put the app out again.
    AppRevoked {
        /// The app's name.
        name: String,
        /// The scopes.
        scopes: Vec<String>,
    },
}

/// The tenants that can be served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TenantName {
    /// Every check passes, or is covered by an exception.
    Healthy,
    /// A mid-size company with the findings one would expect; every source is readable.
    Typical,
    /// Every check fails somewhere, names are hostile and some mailboxes refuse.
    Neglected,
    /// This many users, most of them computed from their index.
    Huge(u64),
}

impl fmt::Display for TenantName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Healthy => formatter.write_str("healthy"),
            Self::Typical => formatter.write_str("typical"),
            Self::Neglected => formatter.write_str("neglected"),
            Self::Huge(users) => write!(formatter, "huge:{users}"),
        }
    }
}

impl FromStr for TenantName {
    type Err = EmulatorError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "healthy" => Ok(Self::Healthy),
            "typical" => Ok(Self::Typical),
            "neglected" => Ok(Self::Neglected),
            other => other
                .strip_prefix("huge:")
                .and_then(|users| users.parse().ok())
                .map(Self::Huge)
                .ok_or_else(|| EmulatorError::UnknownTenant(other.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_survive_a_round_trip() {
        for name in ["healthy", "typical", "neglected", "huge:10000"] {
            assert_eq!(name.parse::<TenantName>().unwrap().to_string(), name);
        }
        assert!("huge:".parse::<TenantName>().is_err());
        assert!("Healthy".parse::<TenantName>().is_err());
    }
}
