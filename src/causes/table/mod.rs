//! The causes: what went wrong, how to prove it, and the fix. One row serves `explain`, the audit's own errors and
//! `docs/causes.md`.
//!
//! A row with `own` is a cause that the audit itself can meet. Its texts hold for the audit and for other programs; where
//! the fix honestly differs, `own` has the audit's.

use super::{Cause, CauseRow};

/// Where a fix is applied.
mod place {
    pub(super) const DELEGATION: &str =
        "Admin console > Security > Access and data control > API controls > Manage domain-wide delegation";
    pub(super) const ADMIN_ROLES: &str = "Admin console > Account > Admin roles";
    pub(super) const USERS: &str = "Admin console > Directory > Users";
    pub(super) const SERVICE_ACCOUNTS: &str = "Cloud console > IAM & Admin > Service accounts";
    pub(super) const IAM: &str = "Cloud console > IAM & Admin > IAM";
    pub(super) const API_LIBRARY: &str = "Cloud console > APIs & Services > Library";
    pub(super) const APP_ACCESS: &str =
        "Admin console > Security > Access and data control > API controls > App access control";
    pub(super) const MACHINE: &str = "the machine where the program runs";
    pub(super) const PROXY: &str =
        "the environment of the program: HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY";
    pub(super) const GMAIL_STATUS: &str = "Admin console > Apps > Google Workspace > Gmail > Service status";
    pub(super) const ROUTING: &str =
        "Admin console > Apps > Google Workspace > Gmail > Routing > SMTP relay service";
    pub(super) const SEND_AS: &str = "Gmail > Settings > Accounts > Send mail as";
    pub(super) const CREDENTIALS: &str = "Cloud console > APIs & Services > Credentials";
    pub(super) const CONSENT: &str = "Cloud console > APIs & Services > OAuth consent screen";
    pub(super) const QUOTAS: &str = "Cloud console > APIs & Services > Quotas";
    pub(super) const DNS_ZONE: &str = "the DNS zone of the From domain";
    pub(super) const APP_PASSWORDS: &str = "https://myaccount.google.com/apppasswords";
    pub(super) const PROVIDER: &str = "the console of that provider";
    pub(super) const PROGRAM: &str = "the configuration of the program";
    pub(super) const SENDING_LIMITS: &str = "https://support.google.com/a/answer/166852";
    pub(super) const APPS_SCRIPT: &str = "https://script.google.com";
    pub(super) const UNLOCK_CAPTCHA: &str = "https://accounts.google.com/DisplayUnlockCaptcha";
    pub(super) const BLOCKED_ATTACHMENTS: &str = "https://support.google.com/mail/answer/6590";
    pub(super) const SERVER_PROVIDER: &str = "the provider of the server";
    pub(super) const SENDGRID_SENDERS: &str = "SendGrid > Settings > Sender Authentication";
    pub(super) const SES_IDENTITIES: &str = "Amazon SES > Identities";
    pub(super) const MAILGUN_DOMAINS: &str = "Mailgun > Sending > Domains";
    pub(super) const MICROSOFT_SMTP_AUTH: &str = "https://aka.ms/smtp_auth_disabled";
    pub(super) const MAIL_SERVER: &str = "the mail server's configuration";
    pub(super) const CONFIG: &str = "config.toml";
    /// There is no single place.
    pub(super) const NOWHERE: &str = "";
    pub(super) const BILLING: &str = "Cloud console > Billing";
    pub(super) const ORGANIZATION_POLICIES: &str = "Cloud console > IAM & Admin > Organization policies";
    pub(super) const WORKLOAD_IDENTITY: &str = "Cloud console > IAM & Admin > Workload Identity Federation";
    pub(super) const SESSION_CONTROL: &str =
        "Admin console > Security > Access and data control > Google Cloud session control";
    pub(super) const CONTEXT_AWARE_ACCESS: &str =
        "Admin console > Security > Access and data control > Context-aware access";
    pub(super) const API_CONTROLS: &str = "Admin console > Security > Access and data control > API controls";
    pub(super) const USERS_OR_ROLES: &str = "Admin console > Directory > Users, or Account > Admin roles";
    pub(super) const ACCOUNT_PERMISSIONS: &str =
        "Cloud console > IAM & Admin > Service accounts > the account > Permissions";
    pub(super) const PROJECT_SETTINGS: &str = "Cloud console > IAM & Admin > Settings";
    pub(super) const CLOUD_POLICIES: &str =
        "Cloud console > Security > VPC Service Controls, or IAM & Admin > Organization policies";
    pub(super) const SENDGRID_KEYS: &str = "SendGrid > Settings > API Keys";
    pub(super) const ENTRA_APPS: &str = "Microsoft Entra admin center > App registrations";
}

macro_rules! causes {
    (@own $name:ident $class:ident) => {
        own::$name
    };
    ($(
        $(#[$doc:meta])*
        $name:ident = $id:literal {
            title: $title:literal,
            $(proof: $proof:literal,)?
            fix: $fix:literal,
            $(place: $place:ident,)?
            $(source: $source:literal,)?
            $(own: $class:ident, $retry:ident $(, $own_fix:literal, $own_place:ident)?,)?
        }
    )*) => {
        use $crate::causes::{Cause, CauseRow, table::place};

        $(
            $(#[$doc])*
            pub(crate) const $name: &CauseRow = &CauseRow::new($id, $title, $fix)
                $(.proof($proof))?
                $(.place(place::$place))?
                $(.source($source))?;
        )*

        pub(super) const ROWS: &[&CauseRow] = &[$($name),*];
        pub(super) const OWN: &[Cause] = &[$($(causes!(@own $name $class),)?)*];

        /// Those that the audit itself can meet.
        pub(crate) mod own {
            $($(
                pub(crate) const $name: $crate::causes::Cause = $crate::causes::Cause::new(
                    super::$name,
                    $crate::causes::Class::$class,
                    $crate::causes::Retry::$retry,
                )
                $(.fix($own_fix, super::place::$own_place))?;
            )?)*
        }
    };
}

pub(crate) mod audit;
pub(crate) mod client_library;
pub(crate) mod directory;
pub(crate) mod gmail;
pub(crate) mod google_api;
pub(crate) mod iam;
pub(crate) mod network;
pub(crate) mod receiving;
pub(crate) mod relay;
pub(crate) mod smtp;
pub(crate) mod token;

/// The causes that the audit itself can meet.
pub(crate) mod own {
    pub(crate) use super::{
        audit::own::*, directory::own::*, gmail::own::*, google_api::own::*, iam::own::*, network::own::*,
        relay::own::*, token::own::*,
    };
}

/// Every file of the table, in the order of the documentation.
const ROWS: &[&[&CauseRow]] = &[
    token::ROWS,
    google_api::ROWS,
    gmail::ROWS,
    directory::ROWS,
    iam::ROWS,
    smtp::ROWS,
    receiving::ROWS,
    relay::ROWS,
    client_library::ROWS,
    network::ROWS,
    audit::ROWS,
];
const OWN: &[&[Cause]] = &[
    token::OWN,
    google_api::OWN,
    gmail::OWN,
    directory::OWN,
    iam::OWN,
    smtp::OWN,
    receiving::OWN,
    relay::OWN,
    client_library::OWN,
    network::OWN,
    audit::OWN,
];

/// Every cause, in the order of the documentation.
pub(crate) fn rows() -> impl Iterator<Item = &'static CauseRow> {
    ROWS.iter().flat_map(|rows| rows.iter().copied())
}

/// Every cause that the audit itself can meet, in the order of the documentation.
pub(crate) fn all() -> impl Iterator<Item = Cause> {
    OWN.iter().flat_map(|causes| causes.iter().copied())
}
