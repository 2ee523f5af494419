//! Which scopes are delegated to the audit's own client: the token endpoint is asked for one at a time,
//! and the tokens are discarded unused.

use futures::{StreamExt, stream};

use crate::causes;
use crate::delegation::ScopeRiskTable;
use crate::google::{Client, GoogleError, Session};
use crate::tenant::{Part, Reading};

use super::scope_questions::means_not_granted;
use super::{Plan, Progress, gaps};

/// Questions under way at once.
const AT_ONCE: usize = 16;

/// The scopes that were granted, exactly.
pub(super) async fn collect(client: &Client, plan: &Plan, progress: &dyn Progress) -> Reading<Vec<String>> {
    if let Some(gap) = plan.not_asked(Part::ProbeGrants) {
        return Reading::Missing(gap);
    }
    let Some(admin) = &plan.admin else {
        let fix = "Set `[tenant] admin` to a user that the client can act as. The probe needs such a user to \
                   find its scopes.";
        return Reading::Missing(gaps::not_configured(Part::ProbeGrants, "no admin is configured", fix));
    };
    let deadline = plan.deadline();
    let scopes = &ScopeRiskTable::shipped().scopes;
    progress.started(Part::ProbeGrants, Some(scopes.len() as u64));
    let answers: Vec<(&str, Result<(), GoogleError>)> = stream::iter(scopes)
        .map(|row| async {
            let scope = row.scope.as_str();
            let answer = Session::as_subject(client, admin, &[scope]).until(deadline).can(scope).await;
            progress.advanced(Part::ProbeGrants, 1);
            (scope, answer)
        })
        .buffered(AT_ONCE)
        .collect()
        .await;
    progress.finished(Part::ProbeGrants);
    from_answers(Part::ProbeGrants, answers)
}

/// The scopes that were granted; partial if some got no answer.
pub(super) fn from_answers(
    part: Part,
    answers: Vec<(&str, Result<(), GoogleError>)>,
) -> Reading<Vec<String>> {
    let asked = answers.len();
    let (mut granted, mut unanswered, mut refused_otherwise) = (Vec::new(), Vec::new(), Vec::new());
    for (scope, answer) in answers {
        match answer {
            Ok(()) => granted.push(scope.to_owned()),
            Err(error) if means_not_granted(&error) => refused_otherwise.push(error),
            Err(error) => unanswered.push(error),
        }
    }
    // `access_denied` can be about the user too: where no scope at all is granted, it proves nothing.
    let ambiguous = |error: &&GoogleError| error.cause == causes::CLIENT_NOT_AUTHORIZED;
    if granted.is_empty()
        && let Some(error) = refused_otherwise.iter().find(ambiguous)
    {
        return Reading::Missing(gaps::refused(part, error));
    }
    match unanswered.first() {
        None => Reading::Complete(granted),
        Some(error) if unanswered.len() == asked => Reading::Missing(gaps::refused(part, error)),
        Some(error) => {
            let mut gap = gaps::refused(part, error);
            gap.message = format!("{} of {asked} scopes got no answer: {}", unanswered.len(), gap.message);
            Reading::Partial(granted, gap)
        }
    }
}
