//! Which scopes are delegated to other accounts, for which the audit's own may have JWTs signed already. Only on the
//! operator's word: it leaves traces in the tenant's logs. No key is made, and tokens are dropped unused.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt, stream};

use crate::delegation::{ClientProbe, ScopeRiskTable};
use crate::google::{Client, GoogleError, Session, iam1};
use crate::store::{Run, StoreError, part_key};
use crate::tenant::{Gap, GapClass, GapReason, Part, Reading, ServiceAccount};

use super::scope_questions::{self, Ask, Groups, means_not_granted};
use super::{Plan, Progress, gaps, probe, reading};

/// Accounts that are looked at, and asked, at once.
const AT_ONCE: usize = 16;
const ASKED_AT_ONCE: usize = 4;
/// The most accounts that are asked in one run.
const MAX_ACCOUNTS: usize = 200;

const PART: Part = Part::OtherProbes;

/// Who asks: the audit's own account, in the name of others, to act as the admin.
struct Asker<'a> {
    client: &'a Client,
    account: &'a Session<'a>,
    admin: &'a str,
}

/// Asks for each account that may be signed for.
pub(super) async fn collect(
    client: &Client,
    account: &Session<'_>,
    plan: &Plan,
    run: &Run<'_>,
    progress: &dyn Progress,
) -> Result<Reading<Vec<ClientProbe>>, StoreError> {
    let Some(admin) = &plan.admin else {
        let fix = "Set `[tenant] admin` to a user that the clients can act as. The probe needs such a user to find \
             their scopes.";
        return Ok(Reading::Missing(gaps::not_configured(PART, "no admin is configured", fix)));
    };
    let accounts = run.part(part_key::SERVICE_ACCOUNTS)?;
    let accounts = match accounts.unwrap_or_else(|| Reading::Missing(Gap::not_reached(PART))) {
        Reading::Complete(accounts) | Reading::Partial(accounts, _) => accounts.0,
        Reading::Missing(gap) => return Ok(Reading::Missing(Gap { part: PART, ..gap })),
    };
    let asker = Asker { client, account, admin };
    let (mut signable, mut missing) = asker.signable(&accounts).await;
    let looked_at = signable.len();
    signable.truncate(MAX_ACCOUNTS);
    missing.extend((looked_at > MAX_ACCOUNTS).then(|| too_many(looked_at - MAX_ACCOUNTS)));
    if signable.is_empty() {
        return Ok(reading(Vec::new(), missing.is_empty(), missing));
    }

    let observed = observed(run)?;
    let own = run.part(part_key::PROBE_GRANTS)?;
    let groups = asker.learn(own.as_ref()).await;
    progress.started(PART, Some(signable.len() as u64));
    let none = BTreeSet::new();
    let probes: Vec<ClientProbe> = stream::iter(signable)
        .map(|account| {
            let observed = observed.get(&account.client_id).unwrap_or(&none);
            let asker = &asker;
            async move {
                let granted = asker.ask(account, groups, observed).await;
                progress.advanced(PART, 1);
                ClientProbe { client_id: account.client_id.clone(), granted }
            }
        })
        .buffered(ASKED_AT_ONCE)
        .collect()
        .await;
    progress.finished(PART);
    missing.extend(probes.iter().filter_map(|probe| probe.granted.gap()).cloned());
    let any = probes.iter().any(|probe| probe.granted.known().is_some());
    Ok(reading(probes, any, missing))
}

impl Asker<'_> {
    /// The accounts for which a JWT may be signed, and what is missing of the answers.
    async fn signable<'s>(&self, accounts: &'s [ServiceAccount]) -> (Vec<&'s ServiceAccount>, Vec<Gap>) {
        let own = self.client.account();
        let others = accounts.iter().filter(|account| !account.disabled && account.email != own);
        let answers: Vec<(&ServiceAccount, Result<bool, GoogleError>)> = stream::iter(others)
            .map(|account| async move {
                (account, iam1::may_sign_for(self.account, &account.project, &account.email).await)
            })
            .buffered(AT_ONCE)
            .collect()
            .await;
        let (mut signable, mut missing) = (Vec::new(), Vec::new());
        for (account, answer) in answers {
            match answer {
                Ok(true) => signable.push(account),
                Ok(false) => {}
                Err(error) => missing.push(gaps::refused(PART, &error)),
            }
        }
        (signable, missing)
    }

    /// What questions for several scopes tell, learnt from the audit's own account.
    async fn learn(&self, own: Option<&Reading<Vec<String>>>) -> Groups {
        let Some(Reading::Complete(granted)) = own else { return Groups::TellNothing };
        let (granted, refused): (Vec<_>, Vec<_>) =
            scopes().partition(|scope| granted.iter().any(|own| own == scope));
        let own = OwnAccount { client: self.client, admin: self.admin };
        scope_questions::learn(&own, &granted, &refused).await
    }

    /// Asks one account. The first scope alone, so that what is wrong with the account is seen at once.
    async fn ask(
        &self,
        account: &ServiceAccount,
        groups: Groups,
        observed: &BTreeSet<String>,
    ) -> Reading<Vec<String>> {
        let other = OtherAccount { asker: self, email: &account.email };
        let (observed, others): (Vec<_>, Vec<_>) = scopes().partition(|scope| observed.contains(*scope));
        let mut answers = Vec::new();
        let mut others = others.as_slice();
        if let Some((first, rest)) = others.split_first() {
            let answer = other.ask(&[first]).await;
            if answer.as_ref().is_err_and(|error| !means_not_granted(error)) {
                return probe::from_answers(PART, vec![(first, answer)]);
            }
            answers.push((*first, answer));
            others = rest;
        }
        answers.extend(scope_questions::ask_all(&other, groups, &observed, others).await);
        probe::from_answers(PART, answers)
    }
}

/// The audit's own account.
struct OwnAccount<'a> {
    client: &'a Client,
    admin: &'a str,
}

impl Ask for OwnAccount<'_> {
    async fn ask(&self, scopes: &[&'static str]) -> Result<(), GoogleError> {
        Session::as_subject(self.client, self.admin, scopes).can_all().await
    }
}

/// An account that is signed for.
struct OtherAccount<'a> {
    asker: &'a Asker<'a>,
    email: &'a str,
}

impl Ask for OtherAccount<'_> {
    async fn ask(&self, scopes: &[&'static str]) -> Result<(), GoogleError> {
        let Asker { account, admin, .. } = self.asker;
        account.can_as(iam1::CLOUD_SCOPE, self.email, admin, scopes).await
    }
}

fn scopes() -> impl Iterator<Item = &'static str> {
    ScopeRiskTable::shipped().scopes.iter().map(|row| row.scope.as_str())
}

/// The scopes that the list, the admin log or an earlier run show, by client.
fn observed(run: &Run<'_>) -> Result<BTreeMap<String, BTreeSet<String>>, StoreError> {
    let mut observed: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut show = |client: &str, scope: &str| {
        let client = client.trim().trim_end_matches(".apps.googleusercontent.com");
        observed.entry(client.to_owned()).or_default().insert(scope.to_owned());
    };
    let console = run.part(part_key::CONSOLE_GRANTS)?;
    let listed = console.as_ref().and_then(Reading::known);
    for (client, scope) in listed.into_iter().flat_map(|listing| &listing.grants) {
        show(client, scope);
    }
    for event in run.delegation_events() {
        let event = event?;
        event.scopes.iter().for_each(|scope| show(&event.client, scope));
    }
    for seen in run.seen_grants() {
        let seen = seen?;
        show(&seen.client, &seen.scope);
    }
    Ok(observed)
}

fn too_many(beyond: usize) -> Gap {
    Gap {
        part: PART,
        class: GapClass::Failed,
        reason: GapReason::TOO_MANY_ACCOUNTS,
        message: format!("{beyond} accounts beyond the first {MAX_ACCOUNTS} were not probed"),
        needed: String::new(),
        fix: "Allow the audit's account to sign for fewer accounts.".to_owned(),
        places: Box::default(),
    }
}
