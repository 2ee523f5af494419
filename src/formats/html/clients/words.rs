//! What is known of clients, keys and grants, as people say it.

use chrono::{DateTime, Datelike, Utc};

use super::client_index::Entry;
use crate::delegation::{Ending, Grant, LastUse, LedgerSource, Provenance};
use crate::formats::html::text::{address, age, clip, day};
use crate::snapshot::{ClientIdentity, Snapshot};
use crate::tenant::{Gap, Part, Reading, ServiceAccount, ServiceAccountLastUse};

/// What happened, and what to do about it.
pub(super) fn gap(gap: &Gap) -> String {
    let text = [clip(&gap.message), clip(&gap.fix)];
    let sentences: Vec<&str> = text.iter().map(|text| text.trim_end_matches('.')).collect();
    let filled: Vec<&str> = sentences.into_iter().filter(|text| !text.is_empty()).collect();
    filled.join(". ") + "."
}

/// Who the client is.
pub(super) fn who(entry: &Entry<'_>, tenant: &Snapshot) -> Vec<String> {
    if let Some(account) = entry.account {
        return of_account(account);
    }
    if let ClientIdentity::Deleted(email) = tenant.identity_of(entry.client_id) {
        return vec![format!(
            "It was the service account {}, which is deleted. A policy still names it. Its delegation \
             remains until somebody removes it",
            address(email)
        )];
    }
    let mut said = vec![match (entry.foreign(), entry.certificates.map(|client| &client.account)) {
        (Some(foreign), _) if foreign.email.is_empty() => format!(
            "Google's public certificates show that it is an existing service account outside the audited \
             projects. They do not contain its address{}. If its project is not yours, somebody else holds \
             these scopes",
            claims(&foreign.claimed),
        ),
        (Some(foreign), _) => format!(
            "Google's public certificates show that it is the service account {}{}, which is not in the \
             audited projects. If that project is not yours, somebody else holds these scopes",
            address(&foreign.email),
            in_project(&foreign.project),
        ),
        (None, Some(Reading::Complete(None))) => {
            "No service account with this ID exists. It was deleted, or it is another kind of OAuth client. \
             Its delegation remains until somebody removes it"
                .to_owned()
        }
        (None, Some(reading)) => match reading.gap() {
            Some(missing) => format!("Its public certificates could not be read. {}", gap(missing)),
            None => "Its public certificates contain no information about it".to_owned(),
        },
        (None, None) if entry.is_own => {
            "This audit's own account. It is not in the audited projects, so its keys are not evaluated"
                .to_owned()
        }
        (None, None) => "It is not a service account in the audited projects. It may be deleted, or belong \
                         to another project"
            .to_owned(),
    }];
    if let Some(missing) = tenant.gap(Part::ServiceAccounts) {
        said.push(format!("Not every account was listed. {}", gap(missing)));
    }
    said
}

/// Addresses that certificates name and nothing confirms.
fn claims(claimed: &[String]) -> String {
    let addresses: Vec<String> = claimed.iter().map(|claim| address(claim)).collect();
    if addresses.is_empty() {
        String::new()
    } else {
        format!("; they name {}, but nothing confirms this", addresses.join(" and "))
    }
}

fn of_account(account: &ServiceAccount) -> Vec<String> {
    let mut said = vec![format!(
        "Service account {}{}, one of the audited projects",
        address(&account.email),
        in_project(&account.project)
    )];
    if account.disabled {
        said.push(
            "The account is disabled, but its delegation is not. Whoever enables the account can use the \
             delegation again"
                .to_owned(),
        );
    }
    if let Some(service) = account.default_of() {
        said.push(format!(
            "It is the default service account of {service}. Any workload of its project may run as this \
             account"
        ));
    }
    said
}

fn in_project(project: &str) -> String {
    if project.is_empty() { String::new() } else { format!(" of project {}", clip(project)) }
}

/// `of 21 Nov 2026 (3 days ago)`, as Policy Analyzer tells.
pub(super) fn last_use(used: Option<ServiceAccountLastUse<'_>>, run_at: DateTime<Utc>) -> String {
    match used {
        Some(ServiceAccountLastUse::On(at)) => on(at, run_at),
        Some(ServiceAccountLastUse::Never) => "never in the time that Google keeps".to_owned(),
        Some(ServiceAccountLastUse::Unknown(missing)) => format!("not known. {}", gap(missing)),
        None => "unknown, because its project was not queried".to_owned(),
    }
}

/// `21 Nov 2026, 3 days ago`.
pub(super) fn on(at: DateTime<Utc>, run_at: DateTime<Utc>) -> String {
    format!("{}, {}", day(at), age(at, run_at))
}

/// When a key ends: the year 9999 is Google's never.
pub(super) fn expiry(at: Option<DateTime<Utc>>, run_at: DateTime<Utc>) -> String {
    match at {
        Some(at) if at.year() >= 9999 => "never".to_owned(),
        Some(at) if at <= run_at => format!("expired {}", day(at)),
        Some(at) => day(at),
        None => "not known".to_owned(),
    }
}

/// Who made the key.
pub(super) fn origin(origin: &str) -> String {
    match origin {
        "GOOGLE_PROVIDED" => "created by Google".to_owned(),
        "USER_PROVIDED" => "uploaded".to_owned(),
        other => clip(other),
    }
}

/// Why a key is disabled.
pub(super) fn disabled_reason(reason: &str) -> String {
    match reason.strip_prefix("SERVICE_ACCOUNT_KEY_DISABLE_REASON_") {
        Some("USER_INITIATED") => "by somebody in your organization".to_owned(),
        Some("EXPOSED") => "by Google, which found the key in public".to_owned(),
        Some("COMPROMISE_DETECTED") => "by Google, which saw the key misused".to_owned(),
        _ => clip(reason),
    }
}

/// Which sources show a grant, and as of when.
pub(super) fn sightings(grant: &Grant) -> String {
    let source = |provenance| match provenance {
        Provenance::Console => "console list",
        Provenance::AuditLog => "admin log",
        Provenance::UseLog => "use logs",
        Provenance::Probe => "probe",
    };
    let seen =
        grant.sightings.iter().map(|seen| format!("{} {}", source(seen.provenance), day(seen.seen_at)));
    seen.collect::<Vec<_>>().join("; ")
}

/// The log that shows a use.
pub(super) const fn log(source: LedgerSource) -> &'static str {
    match source {
        LedgerSource::Console => "console list",
        LedgerSource::AuditLog => "admin log",
        LedgerSource::Probe => "probe",
        LedgerSource::AccessEvaluation => "access evaluation log",
        LedgerSource::TokenLog => "token log",
    }
}

/// A grant's last use, as the logs of use tell.
pub(super) fn grant_use(used: Option<LastUse>, tenant: &Snapshot) -> String {
    match used {
        Some(used) if used.log == LedgerSource::TokenLog => {
            format!("{} (token log: by the client, for this scope or another)", day(used.at))
        }
        Some(used) => format!("{} ({})", day(used.at), log(used.log)),
        None if is_use_known(tenant) => "no use logged".to_owned(),
        None => "no use known; the use logs were not read completely".to_owned(),
    }
}

/// Whether both logs of use were read completely.
pub(super) fn is_use_known(tenant: &Snapshot) -> bool {
    [Part::AccessEvaluationLog, Part::TokenLog].iter().all(|part| tenant.gap(*part).is_none())
}

/// Who gave a grant, and when.
pub(super) fn granted(grant: &Grant, tenant: &Snapshot) -> String {
    match &grant.granted {
        Some(granted) => match &granted.by {
            Some(by) => format!("{} by {}", day(granted.at), address(by)),
            None => format!("{}; the log does not say by whom", day(granted.at)),
        },
        None => match tenant.grants.source_coverage().log_since {
            Some(since) => format!("not in the admin log, which was read since {}", day(since)),
            None => "unknown, because the admin log was not read".to_owned(),
        },
    }
}

/// What proves that a grant is gone.
pub(super) fn ending(ending: &Ending) -> String {
    match ending {
        Ending::Removed { at, by: Some(by) } => format!("removed on {} by {}", day(*at), address(by)),
        Ending::Removed { at, by: None } => {
            format!("removed on {}; the log does not say by whom", day(*at))
        }
        Ending::NotInList { at } => format!("the console list of {} does not contain it", day(*at)),
        Ending::TokenRefused { at } => format!("refused by the token endpoint on {}", day(*at)),
    }
}
