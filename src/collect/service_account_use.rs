//! When service accounts and keys authenticated last.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::google::policyanalyzer1::{self, Activity, ActivityType};
use crate::google::{BrokenRows, Listing, Session};
use crate::tenant::{Part, ProjectUse, Reading, ServiceAccountUse};

use super::{gaps, reading};

/// Asks about each project's accounts and keys.
pub(super) async fn collect(account: &Session<'_>, projects: &[String]) -> Reading<ServiceAccountUse> {
    let mut uses = BTreeMap::new();
    for project in projects {
        let (accounts, keys) = futures::join!(
            policyanalyzer1::query_activities(account, project, ActivityType::ServiceAccount).all(),
            policyanalyzer1::query_activities(account, project, ActivityType::ServiceAccountKey).all(),
        );
        uses.insert(project.clone(), of_project(&accounts, &keys));
    }
    let any = uses.values().any(|used| used.known().is_some());
    let gaps: Vec<_> = uses.values().filter_map(Reading::gap).cloned().collect();
    reading(ServiceAccountUse(uses), any, gaps)
}

fn of_project(accounts: &Listing<Activity>, keys: &Listing<Activity>) -> Reading<ProjectUse> {
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
    let gaps = [accounts, keys].map(|listing| gaps::of_listing(Part::ServiceAccountUse, listing));
    let gaps = gaps.into_iter().flatten().chain(gaps::broken_rows(Part::ServiceAccountUse, &broken));
    reading(used, accounts.began || keys.began, gaps)
}

/// When it was. What cannot be read is not "never".
fn at(row: &Activity, broken: &mut BrokenRows) -> Option<DateTime<Utc>> {
    row.last_authenticated_at().unwrap_or_else(|written| {
        broken.add("`lastAuthenticatedTime` is no time", &format!("{}: {written}", row.full_resource_name));
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

    fn uses(accounts: &[(&str, &str)], keys: &[(&str, &str)]) -> ServiceAccountUse {
        let used = of_project(&listing(accounts), &listing(keys));
        ServiceAccountUse([("p".to_owned(), used)].into())
    }

    #[test]
    fn a_time_that_cannot_be_read_is_unknown_and_not_never() {
        let told = uses(&[("117", "")], &[("117/keys/k", "garbage"), ("117/keys/l", "2026-11-20T07:00:00Z")]);
        let unknown = |used| matches!(used, Some(ServiceAccountLastUse::Unknown(gap)) if gap.reason == "undecodable_row");
        assert!(unknown(told.of_key("p", "k")));
        assert!(matches!(told.of_key("p", "l"), Some(ServiceAccountLastUse::On(_))));
        let told = uses(&[(ACCOUNT, "garbage")], &[]);
        assert!(unknown(told.of_account("p", ACCOUNT, "117")));
        let told = uses(&[(ACCOUNT, "")], &[("117/keys/k", "")]);
        assert_eq!(told.of_key("p", "k"), Some(ServiceAccountLastUse::Never));
        assert_eq!(told.of_account("p", ACCOUNT, "117"), Some(ServiceAccountLastUse::Never));
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
            let told = uses(&accounts, &keys);
            let expected = ServiceAccountLastUse::On(new.parse().unwrap());
            assert_eq!(told.of_account("p", ACCOUNT, "117"), Some(expected), "{accounts:?} {keys:?}");
        }
    }

    #[test]
    fn without_the_accounts_own_day_a_keys_day_proves_no_idleness() {
        let refused = Listing { began: false, stopped: Some(failed()), ..listing(&[]) };
        let keys = listing(&[("117/keys/k", "2026-01-01T08:00:00Z")]);
        let told = ServiceAccountUse([("p".to_owned(), of_project(&refused, &keys))].into());
        assert!(matches!(told.of_account("p", ACCOUNT, "117"), Some(ServiceAccountLastUse::Unknown(_))));
    }

    fn failed() -> crate::google::GoogleError {
        crate::google::GoogleError::of_cause(crate::causes::BACKEND_ERROR)
    }
}
