//! Entries of the exceptions file. What accepts a risk must itself be looked after.

pub(crate) mod exception_expired;
pub(crate) mod exception_expiring_soon;
pub(crate) mod exception_unused;

use crate::checks::subjects;
use crate::findings::{Exception, Ruling};

/// Names the entry, and what it was written for.
fn describe(ruling: Ruling, exception: &Exception) -> Ruling {
    let ruling = ruling
        .about(subjects::exception(exception))
        .evidence("owner", &exception.owner)
        .evidence("reason", &exception.reason)
        .evidence("expires", exception.expires)
        .evidence("line", exception.line);
    match &exception.ticket {
        Some(ticket) => ruling.evidence("ticket", ticket),
        None => ruling,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_facts::run_at;
    use crate::findings::{Exceptions, SubjectKind, Verdict};

    fn until(expires: &str) -> Exception {
        let text = format!(
            "[[exception]]\ncheck = \"MAIL-08\"\nsubject = \"*\"\nreason = \"r\"\nowner = \"o\"\n\
             expires = {expires}\nticket = \"T-1\"\n"
        );
        Exceptions::parse(&text, &["MAIL-08"]).unwrap().0.remove(0)
    }

    #[test]
    fn an_exception_expires_after_its_last_day() {
        let ruling = judge_expired(&until("2026-11-20"), run_at()).unwrap();
        assert_eq!(ruling.verdict, Verdict::Fail);
        assert_eq!(ruling.message, "Exception MAIL-08/* expired on 2026-11-20");
        let subject = ruling.subject.unwrap();
        assert_eq!((subject.kind, subject.id.as_str()), (SubjectKind::Exception, "MAIL-08/*"));
        assert_eq!(judge_expired(&until("2026-11-21"), run_at()), None);
    }

    #[test]
    fn an_exception_expires_soon_in_its_last_fortnight() {
        for (date, when) in
            [("2026-11-21", "today"), ("2026-11-22", "tomorrow"), ("2026-12-05", "in 14 days")]
        {
            let ruling = judge_expiring_soon(&until(date), run_at()).unwrap();
            assert_eq!(ruling.verdict, Verdict::Review);
            assert_eq!(ruling.message, format!("Exception MAIL-08/* expires {when}, on {date}"));
        }
        for date in ["2026-11-20", "2026-12-06"] {
            assert_eq!(judge_expiring_soon(&until(date), run_at()), None, "{date}");
        }
    }

    #[test]
    fn an_exception_is_called_unused_only_if_everything_it_could_cover_was_assessed() {
        let exception = until("2027-01-01");
        assert_eq!(judge_unused(&exception, false, true).unwrap().verdict, Verdict::Review);
        for (used, fully_assessed) in [(true, true), (true, false), (false, false)] {
            assert_eq!(judge_unused(&exception, used, fully_assessed), None);
        }
    }
}
