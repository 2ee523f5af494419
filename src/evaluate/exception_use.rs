//! The exceptions file itself is judged: what has expired, what covers nothing, and what nobody can call unused, because
//! something that it may be about was not assessed.

use super::Evaluation;
use super::cases::Case;
use super::missing_parts::SubjectScope;
use crate::checks::{self, Check, Evaluator, ExceptionUse, subjects};
use crate::findings::{Subject, SubjectKind};
use crate::policy::Exception;
use crate::store::StoreError;
use crate::tenant::Part;

impl Evaluation<'_> {
    /// The exceptions file itself: what has expired, what covers nothing.
    pub(super) fn judge_exceptions(&mut self) -> Result<(), StoreError> {
        let exceptions = self.input.exceptions;
        for (index, check) in self.input.checks.iter().enumerate() {
            let Evaluator::Exception(judge) = check.judge else { continue };
            for exception in &exceptions.0 {
                let covered = self.covered.get(&exception.line).copied().unwrap_or_default();
                let near = if covered == 0 { self.near(exception)? } else { None };
                let of_check = self.tallies.iter().find(|tally| tally.check.id == exception.check);
                let all_was_assessed = of_check.is_some_and(|tally| {
                    !tally.is_unlisted()
                        && self.unread_source(tally.check).is_none()
                        && !self.undecided_exceptions.contains(&exception.line)
                });
                let subject = subjects::exception(exception);
                if covered == 0 && !all_was_assessed {
                    // What was said of it before still stands.
                    self.not_assessed.push((check.id, subject.id.clone()));
                }
                let results = judge(
                    exception,
                    ExceptionUse {
                        run_at: self.run.started_at(),
                        covered,
                        now: &self.bindings.moved(exception),
                        near: near.as_deref(),
                        all_was_assessed,
                        policy: self.input.policy,
                    },
                );
                self.rule(index, Case::new(subject, SubjectScope::Tenant, results))?;
            }
        }
        Ok(())
    }

    /// The finding that an exception may have been written for: one whose id or name has what it names.
    fn near(&self, exception: &Exception) -> Result<Option<String>, StoreError> {
        let written = exception.subject.to_lowercase();
        if exception.is_pattern() {
            return Ok(None);
        }
        for finding in self.run.findings()? {
            let finding = finding?;
            let has_it = |name: &str| {
                let name = name.to_lowercase();
                name.split(['/', ' ', ',']).any(|word| word == written)
            };
            if finding.check_id == exception.check && finding.subject.names().any(has_it) {
                return Ok(Some(finding.subject.id));
            }
        }
        Ok(None)
    }

    /// Remembers the exceptions that may be about this subject, or about something of it.
    pub(super) fn leave_undecided(&mut self, check: &Check, not_assessed: &Subject) {
        let exceptions = self.input.exceptions.0.iter().filter(|exception| exception.check == check.id);
        let undecided = exceptions.filter(|exception| {
            exception.covers(check.id, not_assessed)
                || (finds_within(check, not_assessed) && !self.names_another(exception, check, not_assessed))
        });
        let lines: Vec<usize> = undecided.map(|exception| exception.line).collect();
        self.undecided_exceptions.extend(lines);
    }

    /// Whether an exception names another user, client or account than the one that was not assessed. Where that is not
    /// certain, it may be about this one.
    fn names_another(&self, exception: &Exception, check: &Check, not_assessed: &Subject) -> bool {
        if exception.is_pattern() || not_assessed.names().any(|name| exception.is_within(name)) {
            return false;
        }
        let tenant = self.input.tenant;
        match check.judge {
            // A send-as address is named with its user.
            Evaluator::User(_) => true,
            // A binding reaches several clients, and none of them is named with it.
            Evaluator::Client(_) if checks::path_checks().any(|id| id == check.id) => false,
            Evaluator::Client(_) | Evaluator::Grant(_) => {
                tenant.grants.clients().iter().any(|client_id| exception.is_within(client_id))
            }
            Evaluator::Key(_) => tenant.service_accounts.known().is_some_and(|accounts| {
                let is_holder = |id: &String| exception.is_within(id);
                accounts.0.iter().any(|account| is_holder(&account.unique_id) || is_holder(&account.email))
            }),
            _ => false,
        }
    }
}

/// Whether what a check finds may be a part of the subject, with a name of its own.
fn finds_within(check: &Check, subject: &Subject) -> bool {
    match check.judge {
        Evaluator::User(_) => check.needs.contains(&Part::SEND_AS),
        Evaluator::Domain(_) | Evaluator::Place(_) | Evaluator::App(_) => false,
        Evaluator::Grant(_) => subject.kind != SubjectKind::Grant,
        Evaluator::Key(_) => subject.kind != SubjectKind::Key,
        _ => true,
    }
}
