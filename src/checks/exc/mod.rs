//! Entries of the exceptions file. What accepts a risk must itself be looked after.

pub(crate) mod exception_expired;
pub(crate) mod exception_expiring_soon;
pub(crate) mod exception_too_broad;
pub(crate) mod exception_unused;

use crate::checks::{Check, subjects};
use crate::findings::CheckResult;
use crate::policy::Exception;

/// In the order of reports.
pub(super) const CHECKS: &[&Check] = &[
    &exception_expired::CHECK,
    &exception_unused::CHECK,
    &exception_expiring_soon::CHECK,
    &exception_too_broad::CHECK,
];

/// Names the entry, and what it was written for.
fn describe(result: CheckResult, exception: &Exception) -> CheckResult {
    let result = result
        .about(subjects::exception(exception))
        .evidence("owner", &exception.owner)
        .evidence("reason", &exception.reason)
        .evidence("expires", exception.expires)
        .evidence("line", exception.line);
    let result = exception.created.iter().fold(result, |result, created| result.evidence("created", created));
    exception.ticket.iter().fold(result, |result, ticket| result.evidence("ticket", ticket))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_facts::{policy, run_at};
    use crate::checks::{Evaluator, ExceptionUse};
    use crate::findings::{SubjectKind, Verdict};
    use crate::policy::Exceptions;

    fn until(expires: &str) -> Exception {
        written("*", expires, None)
    }

    fn written(subject: &str, expires: &str, created: Option<&str>) -> Exception {
        let created = created.map(|date| format!("created = {date}\n")).unwrap_or_default();
        let text = format!(
            "[[exception]]\ncheck = \"MAIL-08\"\nsubject = \"{subject}\"\nreason = \"r\"\nowner = \"o\"\n\
             expires = {expires}\nticket = \"T-1\"\n{created}"
        );
        Exceptions::parse(&text, &["MAIL-08"]).unwrap().0.remove(0)
    }

    fn says(check: &Check, expires: &str, used: bool, all_was_assessed: bool) -> CheckResult {
        says_of(check, &until(expires), u64::from(used), all_was_assessed)
    }

    fn says_of(check: &Check, exception: &Exception, covered: u64, all_was_assessed: bool) -> CheckResult {
        let Evaluator::Exception(judge) = check.judge else { panic!("{} judges no exceptions", check.id) };
        let usage = ExceptionUse {
            run_at: run_at(),
            covered,
            all_was_assessed,
            now: &[],
            near: None,
            policy: &policy(),
        };
        judge(exception, usage).remove(0)
    }

    #[test]
    fn an_exception_expires_after_its_last_day() {
        let result = says(&exception_expired::CHECK, "2026-11-20", true, true);
        assert_eq!(result.verdict, Verdict::Fail);
        assert_eq!(result.message, "Exception MAIL-08/* expired on 2026-11-20");
        let subject = result.subject.unwrap();
        assert_eq!((subject.kind, subject.id.as_str()), (SubjectKind::Exception, "MAIL-08/*"));
        assert_eq!(says(&exception_expired::CHECK, "2026-11-21", true, true).verdict, Verdict::Pass);
    }

    #[test]
    fn an_exception_expires_soon_in_its_last_fortnight() {
        for (date, when) in
            [("2026-11-21", "today"), ("2026-11-22", "tomorrow"), ("2026-12-05", "in 14 days")]
        {
            let result = says(&exception_expiring_soon::CHECK, date, true, true);
            assert_eq!(result.verdict, Verdict::Review);
            assert_eq!(result.message, format!("Exception MAIL-08/* expires {when}, on {date}"));
        }
        for (date, verdict) in [("2026-11-20", Verdict::NotApplicable), ("2026-12-06", Verdict::Pass)] {
            assert_eq!(says(&exception_expiring_soon::CHECK, date, true, true).verdict, verdict, "{date}");
        }
    }

    #[test]
    fn an_exception_is_called_unused_only_if_everything_it_could_cover_was_assessed() {
        let verdict = |used, complete| says(&exception_unused::CHECK, "2027-01-01", used, complete).verdict;
        assert_eq!(verdict(false, true), Verdict::Review);
        assert_eq!(verdict(false, false), Verdict::NotApplicable);
        assert_eq!((verdict(true, true), verdict(true, false)), (Verdict::Pass, Verdict::Pass));
    }

    #[test]
    fn an_unused_exception_names_the_finding_that_it_may_mean() {
        let Evaluator::Exception(judge) = exception_unused::CHECK.judge else {
            panic!("it judges exceptions")
        };
        let (exception, policy) = (written("a@example.net", "2027-01-01", None), policy());
        let said = |near| {
            let usage = ExceptionUse {
                run_at: run_at(),
                covered: 0,
                all_was_assessed: true,
                now: &[],
                near,
                policy: &policy,
            };
            judge(&exception, usage).remove(0).message
        };
        assert!(said(None).contains("MAIL-08/a@example.net"));
        assert!(said(Some("1/a@example.net")).contains("1/a@example.net"));
    }

    #[test]
    fn an_exception_is_too_broad_by_its_wildcards_its_findings_or_its_days() {
        let verdict = |exception: &Exception, covered| {
            says_of(&exception_too_broad::CHECK, exception, covered, true).verdict
        };
        let named = |expires, created| written("ann@example.com", expires, created);
        assert_eq!(verdict(&named("2027-11-21", None), 25), Verdict::Pass);
        assert_eq!(verdict(&named("2027-11-21", None), 26), Verdict::Review);
        assert_eq!(verdict(&named("2027-11-22", None), 1), Verdict::Review, "366 days from the run");
        assert_eq!(verdict(&named("2027-11-21", Some("2026-11-21")), 1), Verdict::Pass, "365 days");
        assert_eq!(verdict(&named("2027-11-21", Some("2026-11-20")), 1), Verdict::Review, "366 days");
        for (subject, is_broad) in [("*", true), ("*@*", true), ("**/*", true), ("*@example.com", false)] {
            let exception = written(subject, "2027-01-01", None);
            assert_eq!(verdict(&exception, 1) == Verdict::Review, is_broad, "{subject}");
        }
        assert_eq!(verdict(&until("2026-11-20"), 99), Verdict::NotApplicable, "EXC-01 says what is wrong");
    }
}
