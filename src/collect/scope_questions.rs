//! Which scopes the token endpoint grants an account, in as few questions as its behavior allows.
//!
//! It seems to refuse a question as a whole if one of its scopes is not granted; Google documents neither that nor
//! the words. So the audit's own account, of which each scope was asked for alone, is asked first for what is known.

use futures::future::{FutureExt, LocalBoxFuture};
use futures::{StreamExt, stream};

use crate::causes::{self, Cause};
use crate::google::GoogleError;

/// Questions of one account under way at once.
const AT_ONCE: usize = 16;
/// Scopes in one question, at most.
const TOGETHER: usize = 32;

/// A scope of the scope-risk table and what was answered.
pub(super) type Answer = (&'static str, Result<(), GoogleError>);

/// One account that can be asked for.
pub(super) trait Ask {
    /// Whether a token within all of these scopes is given out.
    async fn ask(&self, scopes: &[&'static str]) -> Result<(), GoogleError>;
}

/// What a question for several scopes tells.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Groups {
    /// Nothing that is known: each scope is asked for alone.
    TellNothing,
    /// What is granted together is granted.
    AreWhole {
        /// The cause of a question of which only a part is granted.
        some: Cause,
        /// The cause of one of which nothing is, if that reads differently.
        none: Option<Cause>,
    },
}

/// Asks an account for what is known of it already, to see what the answers tell.
pub(super) async fn learn(own: &impl Ask, granted: &[&'static str], refused: &[&'static str]) -> Groups {
    let (Some(granted), [refused, another, ..]) = (granted.first(), refused) else {
        return Groups::TellNothing;
    };
    match own.ask(&[granted, refused]).await {
        Err(error) if means_not_granted(&error) => {
            let none = own.ask(&[refused, another]).await.err().map(|error| error.cause);
            let is_told = |cause: &Cause| *cause == causes::SCOPE_NOT_DELEGATED && *cause != error.cause;
            Groups::AreWhole { some: error.cause, none: none.filter(is_told) }
        }
        _ => Groups::TellNothing,
    }
}

/// Asks for every scope: for those that other sources show together, and for the others together too where a
/// refusal tells that none of them is granted. Where it does not, most would be asked for alone in the end.
pub(super) async fn ask_all(
    account: &impl Ask,
    groups: Groups,
    shown: &[&'static str],
    others: &[&'static str],
) -> Vec<Answer> {
    let Groups::AreWhole { none, .. } = groups else {
        return alone(account, &[shown, others].concat()).await;
    };
    let mut answers = Vec::new();
    for group in shown.chunks(TOGETHER) {
        answers.extend(together(account, groups, group).await);
    }
    if none.is_none() {
        answers.extend(alone(account, others).await);
        return answers;
    }
    for group in others.chunks(TOGETHER) {
        answers.extend(together(account, groups, group).await);
    }
    answers
}

async fn alone(account: &impl Ask, scopes: &[&'static str]) -> Vec<Answer> {
    stream::iter(scopes.to_vec())
        .map(|scope| async move { (scope, account.ask(&[scope]).await) })
        .buffered(AT_ONCE)
        .collect()
        .await
}

/// Asks for all at once, and for halves of what is refused. Where the answers contradict each other, each scope
/// is asked for alone.
fn together<'f>(
    account: &'f impl Ask,
    groups: Groups,
    scopes: &'f [&'static str],
) -> LocalBoxFuture<'f, Vec<Answer>> {
    async move {
        let answer = account.ask(scopes).await;
        let error = match &answer {
            Err(error) if scopes.len() > 1 && means_not_granted(error) && !groups.is_none(error) => error,
            _ => return scopes.iter().map(|scope| (*scope, answer.clone())).collect(),
        };
        let (first, second) = scopes.split_at(scopes.len() / 2);
        let mut answers = together(account, groups, first).await;
        answers.extend(together(account, groups, second).await);
        if groups.is_contradicted(error, &answers) { alone(account, scopes).await } else { answers }
    }
    .boxed_local()
}

impl Groups {
    fn is_none(self, error: &GoogleError) -> bool {
        matches!(self, Self::AreWhole { none: Some(none), .. } if error.cause == none)
    }

    /// Whether all of a group that was refused is granted, or nothing of one of which a part should be.
    fn is_contradicted(self, refusal: &GoogleError, answers: &[Answer]) -> bool {
        let says_some = matches!(self, Self::AreWhole { some, none: Some(_) } if refusal.cause == some);
        let nothing = answers.iter().all(|(_, answer)| answer.as_ref().is_err_and(means_not_granted));
        answers.iter().all(|(_, answer)| answer.is_ok()) || (says_some && nothing)
    }
}

/// Whether an answer says that a scope is not granted, and not that something else is wrong.
pub(super) fn means_not_granted(error: &GoogleError) -> bool {
    [causes::SCOPE_NOT_DELEGATED, causes::CLIENT_NOT_AUTHORIZED, causes::SCOPE_UNKNOWN_TO_GOOGLE]
        .contains(&error.cause)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// How an endpoint answers a question of which only a part is granted.
    #[derive(Clone, Copy, PartialEq)]
    enum Mixed {
        /// As one of which nothing is.
        Alike,
        /// In words of its own.
        Apart,
        /// With a token.
        Granted,
        /// As one of which nothing is if it is long: nothing that was learnt holds.
        Fickle,
    }

    struct Endpoint {
        mixed: Mixed,
        granted: BTreeSet<String>,
        asked: AtomicUsize,
    }

    impl Endpoint {
        fn new(mixed: Mixed, granted: &[&str]) -> Self {
            let granted = granted.iter().map(|scope| (*scope).to_owned()).collect();
            Self { mixed, granted, asked: AtomicUsize::new(0) }
        }
    }

    impl Ask for Endpoint {
        async fn ask(&self, scopes: &[&'static str]) -> Result<(), GoogleError> {
            self.asked.fetch_add(1, Ordering::Relaxed);
            let count = scopes.iter().filter(|scope| self.granted.contains(**scope)).count();
            let refuse = |cause: Cause| Err(GoogleError::of_cause(cause));
            match self.mixed {
                _ if count == scopes.len() && !(self.mixed == Mixed::Fickle && count > 1) => Ok(()),
                Mixed::Granted if count > 0 => Ok(()),
                Mixed::Apart | Mixed::Fickle if count > 0 => refuse(causes::CLIENT_NOT_AUTHORIZED),
                _ => refuse(causes::SCOPE_NOT_DELEGATED),
            }
        }
    }

    fn names() -> Vec<&'static str> {
        let scopes = &crate::delegation::ScopeRiskTable::shipped().scopes;
        scopes.iter().take(150).map(|row| row.scope.as_str()).collect()
    }

    fn some(places: &[usize]) -> Vec<&'static str> {
        places.iter().map(|place| names()[*place]).collect()
    }

    /// What is found out, with how many questions.
    async fn found(mixed: Mixed, granted: &[&str], shown: &[&str]) -> (BTreeSet<String>, usize) {
        let own = Endpoint::new(mixed, &some(&[0, 1]));
        let groups = learn(&own, &some(&[0, 1]), &some(&[2, 3])).await;
        let endpoint = Endpoint::new(mixed, granted);
        let (shown, others): (Vec<_>, Vec<_>) = names().into_iter().partition(|scope| shown.contains(scope));
        let answers = ask_all(&endpoint, groups, &shown, &others).await;
        assert_eq!(answers.len(), 150, "each scope is answered once");
        let granted = answers.into_iter().filter(|(_, answer)| answer.is_ok());
        (granted.map(|(scope, _)| scope.to_owned()).collect(), endpoint.asked.load(Ordering::Relaxed))
    }

    #[tokio::test]
    async fn however_the_endpoint_answers_mixed_questions_the_grants_are_found_exactly() {
        let most: Vec<usize> = (0..150).filter(|place| place % 10 != 4).collect();
        for mixed in [Mixed::Alike, Mixed::Apart, Mixed::Granted, Mixed::Fickle] {
            for granted in [vec![], some(&[7, 8, 90]), some(&most)] {
                for shown in [vec![], some(&[7, 8]), some(&[7, 9])] {
                    let expected: BTreeSet<String> = granted.iter().map(|name| (*name).to_owned()).collect();
                    assert_eq!(found(mixed, &granted, &shown).await.0, expected);
                }
            }
        }
    }

    #[tokio::test]
    async fn only_answers_that_tell_something_save_questions() {
        let granted = some(&[7, 8, 90]);
        assert_eq!(found(Mixed::Granted, &granted, &granted).await.1, 150);
        assert_eq!(found(Mixed::Alike, &granted, &granted).await.1, 148, "what is shown, in one question");
        assert!(found(Mixed::Apart, &granted, &granted).await.1 < 10);
        assert!(found(Mixed::Apart, &granted, &[]).await.1 < 40);
    }

    #[tokio::test]
    async fn nothing_is_learnt_from_an_account_of_which_too_little_is_known() {
        let own = Endpoint::new(Mixed::Apart, &[]);
        assert_eq!(learn(&own, &[], &some(&[2, 3])).await, Groups::TellNothing);
        assert_eq!(own.asked.load(Ordering::Relaxed), 0);
    }
}
