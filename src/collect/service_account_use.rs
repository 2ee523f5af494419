//! When service accounts and keys authenticated last.

use std::collections::BTreeMap;

use crate::google::policyanalyzer1::{self, Activity, ActivityType};
use crate::google::{Listing, Session};
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
    let at = Activity::last_authenticated_at;
    let used = ProjectUse {
        accounts: accounts
            .rows
            .iter()
            .filter_map(|row| Some((row.account()?.to_owned(), at(row)?)))
            .collect(),
        keys: keys.rows.iter().filter_map(|row| Some((row.key()?.to_owned(), at(row)?))).collect(),
    };
    let gaps = [accounts, keys].map(|listing| gaps::of_listing(Part::ServiceAccountUse, listing));
    reading(used, accounts.began || keys.began, gaps.into_iter().flatten())
}
