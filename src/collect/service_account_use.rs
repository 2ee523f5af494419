//! When service accounts and keys authenticated last.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};

use crate::causes;
use crate::google::policyanalyzer1::{self, Activity, ActivityType};
use crate::google::{BrokenRows, Listing, Session};
use crate::store::{Run, StoreError, part_key};
use crate::tenant::{Gap, Part, ProjectUse, Reading, ServiceAccountUse, ServiceAccounts};

use super::{earlier, gaps, reading};

/// Assumed: Google tells of a use for so many days at least. An example answer in its SOAR integration
/// `GoogleCloudPolicyIntelligence` observes as many.
const OBSERVED_DAYS: i64 = 90;

/// What earlier runs knew of the uses of what a project still has.
#[derive(Clone, Debug, Default)]
pub(super) struct KnownUse {
    used: ProjectUse,
    /// Whether the last answer contradicted it.
    is_contradicted: bool,
}

/// By project.
pub(super) type KnownUses = BTreeMap<String, KnownUse>;

/// What earlier runs knew, back to the newest that read all of it: each keeps what the ones before it knew.
pub(super) fn known_before(
    run: &Run<'_>,
    listed: &Reading<ServiceAccounts>,
) -> Result<KnownUses, StoreError> {
    let mut known = KnownUses::new();
    earlier::readings(run, part_key::SERVICE_ACCOUNT_USE, |reading| {
        for (project, reading) in reading.known().into_iter().flat_map(|uses| &uses.0) {
            if let (Some(used), false) = (reading.known(), known.contains_key(project)) {
                let is_contradicted = reading.gap().is_some_and(|gap| gap.reason == causes::EMPTY_LISTING.id);
                known.insert(project.clone(), KnownUse { used: used.clone(), is_contradicted });
            }
        }
        reading.gap().is_none()
    })?;
    // What is not listed is gone only if nothing is missing of the listing.
    let Ok(listed) = listed.complete() else { return Ok(known) };
    if listed.0.iter().any(|account| account.keys.gap().is_some()) {
        return Ok(known);
    }
    for (project, known) in &mut known {
        let accounts = || listed.0.iter().filter(|account| account.project == *project);
        let names: BTreeSet<&str> =
            accounts().flat_map(|account| [account.email.as_str(), account.unique_id.as_str()]).collect();
        let keys: BTreeSet<&str> = accounts()
            .filter_map(|account| account.keys.known())
            .flatten()
            .map(|key| key.key_id.as_str())
            .collect();
        known.used.accounts.retain(|name, _| names.contains(name.as_str()));
        known.used.accounts_by_keys.retain(|name, _| names.contains(name.as_str()));
        known.used.keys.retain(|key, _| keys.contains(key.as_str()));
    }
    Ok(known)
}

/// Asks about each project's accounts and keys. A use that is known stays known.
pub(super) async fn collect(
    account: &Session<'_>,
    projects: &[String],
    before: &KnownUses,
    now: DateTime<Utc>,
) -> Reading<ServiceAccountUse> {
    let mut uses = BTreeMap::new();
    for project in projects {
        let (accounts, keys) = futures::join!(
            policyanalyzer1::query_activities(account, project, ActivityType::ServiceAccount).all(),
            policyanalyzer1::query_activities(account, project, ActivityType::ServiceAccountKey).all(),
        );
        let nothing = KnownUse::default();
        let before = before.get(project).unwrap_or(&nothing);
        uses.insert(project.clone(), of_project(&accounts, &keys, before, now));
    }
    let any = uses.values().any(|used| used.known().is_some());
    let gaps: Vec<_> = uses.values().filter_map(Reading::gap).cloned().collect();
    reading(ServiceAccountUse(uses), any, gaps)
}

fn of_project(
    accounts: &Listing<Activity>,
    keys: &Listing<Activity>,
    before: &KnownUse,
    now: DateTime<Utc>,
) -> Reading<ProjectUse> {
    let mut broken = BrokenRows::default();
    let mut used = ProjectUse::default();
    for row in &accounts.rows {
        if let Some((at, account)) = at(row, &mut broken).zip(row.account()) {
            newest(&mut used.accounts, account, at);
        }
    }
    for row in &keys.rows {
        let Some(at) = at(row, &mut broken) else { continue };
        row.key().into_iter().for_each(|key| newest(&mut used.keys, key, at));
        row.account().into_iter().for_each(|account| newest(&mut used.accounts_by_keys, account, at));
    }
    let contradicted = contradicted(accounts, keys, before, now);
    let known = &before.used;
    known.accounts.iter().for_each(|(account, at)| newest(&mut used.accounts, account, *at));
    known.accounts_by_keys.iter().for_each(|(account, at)| newest(&mut used.accounts_by_keys, account, *at));
    known.keys.iter().for_each(|(key, at)| newest(&mut used.keys, key, *at));
    let gaps = [accounts, keys].map(|listing| gaps::of_listing(Part::ServiceAccountUse, listing));
    let gaps = gaps.into_iter().flatten().chain(gaps::broken_rows(Part::ServiceAccountUse, &broken));
    reading(used, accounts.began || keys.began, gaps.chain(contradicted))
}

/// An answer without any use, although one is known that Google has not forgotten. Once that is so, it stays so until
/// a use is told again.
fn contradicted(
    accounts: &Listing<Activity>,
    keys: &Listing<Activity>,
    before: &KnownUse,
    now: DateTime<Utc>,
) -> Option<Gap> {
    let counts = |at: &DateTime<Utc>| before.is_contradicted || *at > now - Duration::days(OBSERVED_DAYS);
    let known = |uses: &BTreeMap<String, DateTime<Utc>>| {
        uses.iter().find(|(_, at)| counts(at)).map(|(name, at)| (name.clone(), at.date_naive()))
    };
    let account = gaps::is_empty(accounts).then(|| known(&before.used.accounts)).flatten();
    let key = gaps::is_empty(keys).then(|| known(&before.used.keys)).flatten();
    let (name, day) = account.or(key)?;
    let message = format!("Google reported no use, but an earlier run read that {name} was used on {day}");
    Some(gaps::contradicted(Part::ServiceAccountUse, message))
}

/// When it was. What cannot be read is not "never".
fn at(row: &Activity, broken: &mut BrokenRows) -> Option<DateTime<Utc>> {
    row.last_authenticated_at().unwrap_or_else(|written| {
        broken
            .add("`lastAuthenticatedTime` is not a time", &format!("{}: {written}", row.full_resource_name));
        None
    })
}

fn newest(uses: &mut BTreeMap<String, DateTime<Utc>>, of: &str, at: DateTime<Utc>) {
    uses.entry(of.to_owned()).and_modify(|known| *known = at.max(*known)).or_insert(at);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tenant::ServiceAccountLastUse;

    const ACCOUNT: &str = "a@p.iam.gserviceaccount.com";

    fn listing(rows: &[(&str, &str)]) -> Listing<Activity> {
        let row = |(name, at): &(&str, &str)| {
            let name = format!("//iam.googleapis.com/projects/p/serviceAccounts/{name}");
            let activity = match *at {
                "" => serde_json::json!({}),
                at => serde_json::json!({ "lastAuthenticatedTime": at }),
            };
            let row = serde_json::json!({ "fullResourceName": name, "activity": activity });
            serde_json::from_value(row).unwrap()
        };
        let rows = rows.iter().map(row).collect();
        Listing { rows, broken: BrokenRows::default(), stopped: None, began: true }
    }

    fn now() -> DateTime<Utc> {
        "2026-11-21T07:00:00Z".parse().unwrap()
    }

    fn uses(accounts: &[(&str, &str)], keys: &[(&str, &str)]) -> ServiceAccountUse {
        let used = of_project(&listing(accounts), &listing(keys), &KnownUse::default(), now());
        ServiceAccountUse([("p".to_owned(), used)].into())
    }

    #[test]
    fn a_time_that_cannot_be_read_is_unknown_and_not_never() {
        let uses_read =
            uses(&[("117", "")], &[("117/keys/k", "garbage"), ("117/keys/l", "2026-11-20T07:00:00Z")]);
        let unknown = |used| matches!(used, Some(ServiceAccountLastUse::Unknown(gap)) if gap.reason == "undecodable_row");
        assert!(unknown(uses_read.of_key("p", "k")));
        assert!(matches!(uses_read.of_key("p", "l"), Some(ServiceAccountLastUse::On(_))));
        let uses_read = uses(&[(ACCOUNT, "garbage")], &[]);
        assert!(unknown(uses_read.of_account("p", ACCOUNT, "117")));
        let uses_read = uses(&[(ACCOUNT, "")], &[("117/keys/k", "")]);
        assert_eq!(uses_read.of_key("p", "k"), Some(ServiceAccountLastUse::Never));
        assert_eq!(uses_read.of_account("p", ACCOUNT, "117"), Some(ServiceAccountLastUse::Never));
    }

    #[test]
    fn an_account_was_used_when_any_key_of_it_was() {
        let day = |day: u32| format!("2026-11-{day:02}T07:00:00Z");
        let (old, new) = (day(3), day(19));
        for (accounts, keys) in [
            (vec![], vec![("117/keys/k", new.as_str()), ("117/keys/l", old.as_str())]),
            (vec![(ACCOUNT, old.as_str())], vec![("117/keys/k", new.as_str())]),
            (vec![("117", old.as_str())], vec![("a@p.iam.gserviceaccount.com/keys/k", new.as_str())]),
            (vec![(ACCOUNT, new.as_str())], vec![("117/keys/k", old.as_str())]),
            (vec![(ACCOUNT, old.as_str()), ("117", new.as_str())], vec![]),
        ] {
            let uses_read = uses(&accounts, &keys);
            let expected = ServiceAccountLastUse::On(new.parse().unwrap());
            assert_eq!(uses_read.of_account("p", ACCOUNT, "117"), Some(expected), "{accounts:?} {keys:?}");
        }
    }

    #[test]
    fn without_the_accounts_own_day_a_keys_day_proves_no_idleness() {
        let refused = Listing { began: false, stopped: Some(failed()), ..listing(&[]) };
        let keys = listing(&[("117/keys/k", "2026-01-01T08:00:00Z")]);
        let uses_read = ServiceAccountUse(
            [("p".to_owned(), of_project(&refused, &keys, &KnownUse::default(), now()))].into(),
        );
        assert!(matches!(uses_read.of_account("p", ACCOUNT, "117"), Some(ServiceAccountLastUse::Unknown(_))));
    }

    #[test]
    fn a_use_that_is_known_stays_known_and_an_answer_without_any_contradicts_it() {
        let used_on = |day: &str| {
            let at: DateTime<Utc> = day.parse().unwrap();
            let known = || [("k".to_owned(), at)].into();
            KnownUse { used: ProjectUse { keys: known(), ..ProjectUse::default() }, is_contradicted: false }
        };
        let (recent, forgotten) = (used_on("2026-11-01T08:00:00Z"), used_on("2026-01-01T08:00:00Z"));
        let other = [("117/keys/l", "2026-11-20T07:00:00Z")];
        for (before, rows, is_whole) in [
            (&recent, &[][..], false),
            (&forgotten, &[][..], true),
            (&KnownUse { is_contradicted: true, ..forgotten.clone() }, &[][..], false),
            (&recent, &other[..], true),
        ] {
            let uses_read = of_project(&listing(&[]), &listing(rows), before, now());
            assert_eq!(uses_read.gap().is_none(), is_whole, "{before:?} {rows:?}");
            assert_eq!(uses_read.known().unwrap().keys.get("k"), before.used.keys.get("k"));
        }
    }

    fn failed() -> crate::google::GoogleError {
        crate::google::GoogleError::of_cause(crate::causes::BACKEND_ERROR)
    }
}
