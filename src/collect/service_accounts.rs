//! Service accounts with their user-managed keys: of the configured projects, and of every project of the
//! organization in which Cloud Asset finds one.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt, stream};

use crate::causes;
use crate::google::cloudasset1::{self, FoundAccount};
use crate::google::iam1::ExtendedStatus;
use crate::google::{Client, Listing, Session, iam1};
use crate::store::{Run, StoreError, part_key};
use crate::tenant::{Gap, GapClass, Part, Reading, ServiceAccount, ServiceAccountKey, ServiceAccounts};

use super::{Plan, Progress, earlier, gaps, reading};

/// Accounts whose keys are read at once.
const AT_ONCE: usize = 16;

/// Projects that are read at once.
const PROJECTS_AT_ONCE: usize = 8;

/// An account of which something else than its project's listing says that it exists, or did.
#[derive(Debug)]
pub(super) struct KnownAccount {
    project: String,
    email: String,
    /// Empty for the audit's own.
    unique_id: String,
    key_ids: BTreeSet<String>,
    /// Whether these are all keys that it had.
    has_all_keys: bool,
}

impl KnownAccount {
    fn is(&self, account: &ServiceAccount) -> bool {
        self.email == account.email && [account.unique_id.as_str(), ""].contains(&self.unique_id.as_str())
    }
}

impl From<&ServiceAccount> for KnownAccount {
    fn from(account: &ServiceAccount) -> Self {
        Self {
            project: account.project.clone(),
            email: account.email.clone(),
            unique_id: account.unique_id.clone(),
            key_ids: account.keys.known().into_iter().flatten().map(|key| key.key_id.clone()).collect(),
            has_all_keys: account.keys.gap().is_none(),
        }
    }
}

/// Accounts that a search found, by project.
type Found = BTreeMap<String, Vec<ServiceAccount>>;

/// Reads every project. One that cannot be read makes the part partial, or missing if it is all; what the
/// search told of it is kept. What is missing of the search itself comes besides: then nobody knows all projects.
pub(super) async fn collect(
    account: &Session<'_>,
    plan: &Plan,
    known: &[KnownAccount],
    progress: &dyn Progress,
) -> (Reading<ServiceAccounts>, Option<Gap>) {
    if let Some(gap) = plan.not_asked(Part::ServiceAccounts) {
        return (Reading::Missing(gap), None);
    }
    if plan.projects.is_empty() && plan.organization.is_none() {
        let fix = "Add the projects with service accounts to `[cloud] projects`, or set `[cloud] \
                   organization` to search the whole organization.";
        let gap = gaps::not_configured(Part::ServiceAccounts, "no project is configured", fix);
        return (Reading::Missing(gap), None);
    }
    progress.started(Part::ServiceAccounts, None);
    let (mut found, not_found) = match &plan.organization {
        Some(organization) => search(account, organization).await,
        None => (Found::new(), None),
    };
    for project in &plan.projects {
        found.entry(project.clone()).or_default();
    }
    // A project that the search has lost sight of is still asked. The audit's own may be of another organization.
    let before = known.iter().filter(|known| plan.organization.is_some() && !known.unique_id.is_empty());
    let unfound = before.map(|known| known.project.clone()).filter(|project| !found.contains_key(project));
    let unfound: BTreeSet<String> = unfound.collect();
    found.extend(unfound.iter().map(|project| (project.clone(), Vec::new())));
    let unfound = &unfound;
    let read: Vec<(String, Reading<Vec<ServiceAccount>>)> = stream::iter(found)
        .map(|(project, found)| async move {
            let found_now: Vec<KnownAccount> = found.iter().map(KnownAccount::from).collect();
            let expected: Vec<&KnownAccount> =
                known.iter().filter(|known| known.project == project).chain(&found_now).collect();
            let read = project_accounts(account, plan, &expected, &project).await;
            if unfound.contains(&project) && is_gone(&read) {
                return None;
            }
            let read = with_found(read, found);
            progress.advanced(Part::ServiceAccounts, read.known().map_or(0, Vec::len) as u64);
            Some((project, read))
        })
        .buffered(PROJECTS_AT_ONCE)
        .filter_map(std::future::ready)
        .collect()
        .await;
    progress.finished(Part::ServiceAccounts);
    let any = not_found.is_none() && plan.organization.is_some()
        || read.iter().any(|(_, accounts)| accounts.known().is_some());
    let unread = of_projects(&read);
    let accounts = read.into_iter().filter_map(|(_, accounts)| accounts.known().cloned()).flatten();
    // Without the search nobody knows how many projects there are: its gap is told first.
    let search = not_found.clone();
    let accounts = match (not_found, unread) {
        (Some(gap), Some(other)) if gap.class == other.class => {
            let message = format!("{} {}", gap.message, other.message);
            // What lacks more than single rows is not told as if it lacked only these.
            let gravest = if gap.is_of_rows() { other } else { gap };
            reading(ServiceAccounts::new(accounts.collect()), any, [Gap { message, ..gravest }])
        }
        (search, projects) => {
            reading(ServiceAccounts::new(accounts.collect()), any, projects.into_iter().chain(search))
        }
    };
    (accounts, search)
}

/// Whether a project that the search does not find was deleted. Assumed: what IAM refuses of such a project, it refuses
/// because it is gone.
fn is_gone(read: &Reading<Vec<ServiceAccount>>) -> bool {
    match read {
        Reading::Complete(accounts) => accounts.is_empty(),
        Reading::Partial(..) => false,
        Reading::Missing(gap) => gap.class == GapClass::Denied || gap.reason == causes::NOT_FOUND.id,
    }
}

/// Every account of the organization, by project, and what is missing of the search.
async fn search(account: &Session<'_>, organization: &str) -> (Found, Option<Gap>) {
    found(&cloudasset1::search_service_accounts(account, organization).all().await, organization)
}

fn found(listing: &Listing<FoundAccount>, organization: &str) -> (Found, Option<Gap>) {
    let gap = gaps::of_listing(Part::ServiceAccounts, listing).map(|gap| Gap {
        message: format!("The search of organization {organization}: {}", gap.message),
        ..gap
    });
    let gap = gap.or_else(|| listing.rows.is_empty().then(|| found_nothing(organization)));
    let mut found = Found::new();
    for row in &listing.rows {
        if let Some(project) = row.project() {
            found.entry(project.to_owned()).or_default().extend(found_account(row, project));
        }
    }
    (found, gap)
}

/// The audit's own account lives somewhere, and mostly there.
fn found_nothing(organization: &str) -> Gap {
    Gap {
        message: format!(
            "The search of organization {organization} found no service account, not even the audit's own. \
             The organization number may be wrong"
        ),
        fix: "Compare `[cloud] organization` with the organization number in Cloud console > IAM & Admin > \
              Settings."
            .to_owned(),
        places: Box::default(),
        ..gaps::empty(Part::ServiceAccounts, "service account")
    }
}

/// What the search tells of an account; `None` without an address.
fn found_account(row: &FoundAccount, project: &str) -> Option<ServiceAccount> {
    let unique_id = row.unique_id().unwrap_or_default().to_owned();
    Some(ServiceAccount {
        project: project.to_owned(),
        email: row.email()?.to_owned(),
        // Google gives an account one number for both.
        client_id: unique_id.clone(),
        unique_id,
        display_name: row.display_name.clone(),
        disabled: row.state == "DISABLED",
        keys: Reading::Missing(gaps::not_asked(Part::SaKeys)),
    })
}

/// A project's accounts, with those that only the search told of where IAM did not tell of all.
fn with_found(
    read: Reading<Vec<ServiceAccount>>,
    found: Vec<ServiceAccount>,
) -> Reading<Vec<ServiceAccount>> {
    let (mut accounts, gap) = match read {
        Reading::Complete(accounts) => return Reading::Complete(accounts),
        Reading::Partial(accounts, gap) => (accounts, gap),
        Reading::Missing(gap) if found.is_empty() => return Reading::Missing(gap),
        Reading::Missing(gap) => (Vec::new(), gap),
    };
    for account in found {
        if !accounts.iter().any(|known| known.email == account.email) {
            let keys = Reading::Missing(Gap { part: Part::SaKeys, ..gap.clone() });
            accounts.push(ServiceAccount { keys, ..account });
        }
    }
    Reading::Partial(accounts, gap)
}

/// What is missing of projects: the gravest, and how many there are.
fn of_projects<T>(read: &[(String, Reading<T>)]) -> Option<Gap> {
    let gaps = || read.iter().filter_map(|(project, accounts)| Some((project, accounts.gap()?)));
    let (project, gravest) = gaps().max_by_key(|(_, gap)| (gap.class, !gap.is_of_rows()))?;
    let message = match gaps().count() {
        1 => format!("Project {project}: {}", gravest.message),
        several => format!(
            "{several} of {} projects were not read completely, such as {project}: {}",
            read.len(),
            gravest.message
        ),
    };
    Some(Gap { message, ..gravest.clone() })
}

/// What exists for all that is known: the audit's own account with the key that signs for it, and what earlier runs
/// knew last of the accounts of each project and of their keys, back to the newest run that read them all.
pub(super) fn known_before(run: &Run<'_>, client: &Client) -> Result<Vec<KnownAccount>, StoreError> {
    let mut known = BTreeMap::new();
    earlier::readings(run, part_key::SERVICE_ACCOUNTS, |reading| {
        let accounts = reading.known().into_iter().flat_map(|accounts| &accounts.0);
        accounts.clone().for_each(|account| gather(account, &mut known));
        reading.gap().is_none() && accounts.into_iter().all(|account| account.keys.gap().is_none())
    })?;
    Ok(known.into_values().chain(own_account(client)).collect())
}

/// What the credentials prove; `None` for an account whose address does not tell its project.
fn own_account(client: &Client) -> Option<KnownAccount> {
    let email = client.account();
    let project = email.split_once('@')?.1.strip_suffix(".iam.gserviceaccount.com")?;
    Some(KnownAccount {
        project: project.to_owned(),
        email: email.to_owned(),
        unique_id: String::new(),
        key_ids: client.key_id().map(str::to_owned).into_iter().collect(),
        has_all_keys: false,
    })
}

/// By address. A run that did not read all keys may have missed some that those before it knew.
fn gather(account: &ServiceAccount, known: &mut BTreeMap<String, KnownAccount>) {
    let earlier = KnownAccount::from(account);
    match known.get_mut(&account.email) {
        None => drop(known.insert(account.email.clone(), earlier)),
        Some(later) if later.has_all_keys || later.unique_id != earlier.unique_id => {}
        Some(later) => {
            later.key_ids.extend(earlier.key_ids);
            later.has_all_keys = earlier.has_all_keys;
        }
    }
}

/// A project's accounts. `expected` are those of which something else says that they exist.
async fn project_accounts(
    session: &Session<'_>,
    plan: &Plan,
    expected: &[&KnownAccount],
    project: &str,
) -> Reading<Vec<ServiceAccount>> {
    let listing = iam1::list_service_accounts(session, project).all().await;
    let listed: BTreeSet<&str> = listing.rows.iter().filter_map(|row| row.0.email.as_deref()).collect();
    let unlisted = expected.iter().map(|known| known.email.as_str());
    let unlisted = unlisted.filter(|email| !listed.contains(email));
    let exists = |email| iam1::has_service_account(session, project, email);
    let said = |email: &str| {
        format!("Google did not list {email} among the service accounts of {project}, but it exists")
    };
    let unlisted = gaps::unlisted(Part::ServiceAccounts, &listing, unlisted, exists, said).await;
    let is_known = listing.began && !(unlisted.is_some() && listing.rows.is_empty());
    let gap = gaps::of_listing(Part::ServiceAccounts, &listing).or(unlisted);
    let accounts: Vec<ServiceAccount> = stream::iter(listing.rows)
        .map(|wire| async {
            let mut account = service_account(wire.0, project);
            if plan.parts.contains(&Part::SaKeys) {
                let expected = expected.iter().filter(|known| known.is(&account));
                let expected = expected.flat_map(|known| &known.key_ids).map(String::as_str);
                account.keys = keys(session, project, &account, expected).await;
            }
            account
        })
        .buffered(AT_ONCE)
        .collect()
        .await;
    reading(accounts, is_known, gap)
}

async fn keys(
    session: &Session<'_>,
    project: &str,
    account: &ServiceAccount,
    expected: impl Iterator<Item = &str>,
) -> Reading<Vec<ServiceAccountKey>> {
    let listing = iam1::list_user_managed_keys(session, project, &account.email).all().await;
    let listed: BTreeSet<&str> = listing.rows.iter().filter_map(|row| key_id(&row.0)).collect();
    let unlisted = expected.filter(|id| !listed.contains(id));
    let exists = |id| iam1::has_key(session, project, &account.email, id);
    let said = |id: &str| format!("Google did not list the key {id} of {}, but it exists", account.email);
    let unlisted = gaps::unlisted(Part::SaKeys, &listing, unlisted, exists, said).await;
    let is_known = listing.began && !(unlisted.is_some() && listing.rows.is_empty());
    let gap = gaps::of_listing(Part::SaKeys, &listing).or(unlisted);
    reading(listing.rows.into_iter().map(|row| key(row.0)).collect(), is_known, gap)
}

fn service_account(wire: iam1::ServiceAccount, project: &str) -> ServiceAccount {
    let unique_id = wire.unique_id.unwrap_or_default();
    ServiceAccount {
        project: wire.project_id.unwrap_or_else(|| project.to_owned()),
        email: wire.email.unwrap_or_default(),
        client_id: wire.oauth2_client_id.unwrap_or_else(|| unique_id.clone()),
        unique_id,
        display_name: wire.display_name.unwrap_or_default(),
        disabled: wire.disabled.unwrap_or(false),
        keys: Reading::Missing(gaps::not_asked(Part::SaKeys)),
    }
}

fn key_id(wire: &iam1::ServiceAccountKey) -> Option<&str> {
    wire.name.as_deref()?.rsplit('/').next()
}

fn key(wire: iam1::ServiceAccountKey) -> ServiceAccountKey {
    ServiceAccountKey {
        key_id: key_id(&wire).unwrap_or_default().to_owned(),
        created_at: wire.valid_after_time,
        expires_at: wire.valid_before_time,
        origin: wire.key_origin.unwrap_or_default(),
        key_type: wire.key_type.unwrap_or_default(),
        disabled: wire.disabled.unwrap_or(false),
        disabled_reason: disabled_reason(wire.disable_reason, wire.extended_status),
    }
}

/// The reason, and the status that stays with the key when somebody enables it again.
fn disabled_reason(reason: Option<String>, status: Option<Vec<ExtendedStatus>>) -> String {
    let status = status.into_iter().flatten().map(|status| {
        let texts = [status.key, status.value].into_iter().flatten().filter(|text| !text.is_empty());
        texts.collect::<Vec<_>>().join("=")
    });
    let said = reason.into_iter().chain(status).filter(|text| !text.is_empty());
    said.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tenant::GapClass;

    fn account(name: &str) -> ServiceAccount {
        let row: FoundAccount = serde_json::from_value(serde_json::json!({
            "name": format!("//iam.googleapis.com/projects/p/serviceAccounts/{name}@p"),
            "state": "DISABLED",
            "additionalAttributes": { "uniqueId": "117" },
        }))
        .unwrap();
        found_account(&row, "p").unwrap()
    }

    fn gap(class: GapClass) -> Gap {
        Gap { class, ..Gap::not_reached(Part::ServiceAccounts) }
    }

    #[test]
    fn what_only_the_search_tells_is_kept_where_iam_tells_less() {
        let denied = Reading::Missing(gap(GapClass::Denied));
        let kept = with_found(denied, vec![account("a")]);
        let accounts = kept.known().unwrap();
        assert_eq!((accounts[0].client_id.as_str(), accounts[0].disabled), ("117", true));
        assert_eq!(
            accounts[0].keys.gap().map(|gap| (gap.part, gap.class)),
            Some((Part::SaKeys, GapClass::Denied))
        );
        assert!(kept.complete().is_err());
        let broken_off = Reading::Partial(vec![account("a")], gap(GapClass::Failed));
        assert_eq!(with_found(broken_off, vec![account("a"), account("b")]).known().map(Vec::len), Some(2));
        let whole = with_found(Reading::Complete(Vec::new()), vec![account("gone")]);
        assert_eq!(whole, Reading::Complete(Vec::new()), "IAM knows better");
    }

    #[test]
    fn a_search_that_finds_nothing_at_all_is_a_gap() {
        let broken = crate::google::BrokenRows::default();
        let mut listing = Listing { rows: Vec::new(), broken, stopped: None, began: true };
        let (projects, gap) = found(&listing, "organizations/9");
        let gap = gap.unwrap();
        assert!(projects.is_empty());
        assert_eq!((gap.class, gap.part), (GapClass::Failed, Part::ServiceAccounts));
        assert!(gap.message.contains("not even the audit's own"), "{}", gap.message);
        listing.rows.push(serde_json::from_value(serde_json::json!({})).unwrap());
        assert_eq!(found(&listing, "organizations/9").1, None);
    }

    #[test]
    fn why_a_key_is_disabled_is_kept_with_what_stays_with_it() {
        let told = |wire| key(serde_json::from_value(wire).unwrap()).disabled_reason;
        assert_eq!(told(serde_json::json!({ "disabled": true, "disableReason": "EXPOSED" })), "EXPOSED");
        let status = serde_json::json!([{ "key": "COMPROMISE", "value": "2026" }, { "key": "OTHER" }]);
        assert_eq!(told(serde_json::json!({ "extendedStatus": status.clone() })), "COMPROMISE=2026; OTHER");
        let both = serde_json::json!({ "disableReason": "EXPOSED", "extendedStatus": status });
        assert_eq!(told(both), "EXPOSED; COMPROMISE=2026; OTHER");
        assert_eq!(told(serde_json::json!({})), "");
    }

    #[test]
    fn the_gravest_project_is_named_with_how_many_there_are() {
        let project = |name: &str, class| (name.to_owned(), Reading::<()>::Missing(gap(class)));
        let some =
            [project("a", GapClass::Denied), project("b", GapClass::Failed), project("c", GapClass::Denied)];
        let told = of_projects(&some).unwrap();
        assert_eq!(told.class, GapClass::Failed);
        assert!(
            told.message.starts_with("3 of 3 projects were not read completely, such as b: "),
            "{}",
            told.message
        );
        assert!(of_projects(&some[..1]).unwrap().message.starts_with("Project a: "));
    }
}
