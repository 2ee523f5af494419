//! Findings that somebody accepted in writing, for a time.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, Utc};
use globset::{GlobBuilder, GlobMatcher};
use serde::Deserialize;

use crate::findings::{Acceptance, Subject};

/// One accepted finding: `[[exception]]` of the exceptions file.
#[derive(Clone, Debug)]
pub(crate) struct Exception {
    /// `CHECK/subject`, as written: what reports cite.
    pub(crate) id: String,
    pub(crate) check: String,
    /// An id, an address or a glob, as written.
    pub(crate) subject: String,
    /// Why it is acceptable.
    pub(crate) reason: String,
    /// Who answers for it.
    pub(crate) owner: String,
    /// The last day on which it holds.
    pub(crate) expires: NaiveDate,
    pub(crate) approver: Option<String>,
    /// Where it was discussed.
    pub(crate) ticket: Option<String>,
    /// When it was written.
    pub(crate) created: Option<NaiveDate>,
    /// The line of the file it starts on, from 1.
    pub(crate) line: usize,
    matcher: GlobMatcher,
}

impl Exception {
    /// Whether it is about this check and subject, expired or not.
    #[must_use]
    pub(crate) fn covers(&self, check_id: &str, subject: &Subject) -> bool {
        self.check == check_id
            && subject.names().any(|name| name == self.subject || self.matcher.is_match(&*folded(name)))
    }

    /// Whether its subject names this one alone, and nothing wider that it is a part of.
    #[must_use]
    pub(crate) fn names(&self, subject: &Subject) -> bool {
        let is_it = |name: &str| !self.is_pattern() && self.matcher.is_match(&*folded(name));
        subject.own_names().any(|name| name == self.subject || is_it(name))
    }

    /// Whether its subject names this scope, and not only the client that holds it.
    #[must_use]
    pub(crate) fn names_scope(&self, scope: &str) -> bool {
        !self.is_pattern() && self.subject.contains(scope)
    }

    /// Whether its subject is this user, client or account, or something of theirs.
    #[must_use]
    pub(crate) fn is_within(&self, holder: &str) -> bool {
        let start = self.subject.get(..holder.len()).filter(|start| !start.is_empty());
        let rest = self.subject.get(holder.len()..).unwrap_or_default();
        start.is_some_and(|start| start.eq_ignore_ascii_case(holder))
            && (rest.is_empty() || rest.starts_with(['/', ' ']))
    }

    /// Whether its subject has nothing but wildcards, so that it accepts whatever its check finds.
    #[must_use]
    pub(crate) fn matches_everything(&self) -> bool {
        self.subject.chars().all(|letter| matches!(letter, '*' | '?' | '@' | '.' | '/'))
    }

    /// Whether its subject is a pattern.
    #[must_use]
    pub(crate) fn is_pattern(&self) -> bool {
        self.subject.contains(['*', '?', '[', '{'])
    }

    /// As a finding carries it.
    #[must_use]
    pub(crate) fn acceptance(&self) -> Acceptance {
        Acceptance {
            id: self.id.clone(),
            owner: self.owner.clone(),
            reason: self.reason.clone(),
            approver: self.approver.clone(),
            ticket: self.ticket.clone(),
            created: self.created,
            expires: Some(self.expires),
            parts: Vec::new(),
        }
    }

    /// Whether it no longer holds at this time.
    #[must_use]
    pub(crate) fn is_expired(&self, at: DateTime<Utc>) -> bool {
        at.date_naive() > self.expires
    }
}

/// The whole exceptions file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Exceptions(pub(crate) Vec<Exception>);

/// What is wrong with an exceptions file.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct ExceptionError {
    /// What is wrong, and how to write it.
    pub(crate) message: String,
    /// The bytes of the file that it is about.
    pub(crate) span: Option<std::ops::Range<usize>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    exception: Vec<toml::Spanned<WrittenException>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenException {
    check: String,
    subject: String,
    reason: String,
    owner: String,
    expires: toml::Spanned<WrittenDate>,
    approver: Option<String>,
    ticket: Option<String>,
    created: Option<toml::Spanned<WrittenDate>>,
}

/// A date, with or without quotes.
#[derive(Deserialize)]
#[serde(untagged)]
enum WrittenDate {
    Date(toml::value::Datetime),
    Text(String),
}

impl Exceptions {
    /// Reads the text of an exceptions file.
    ///
    /// # Errors
    /// When it is no TOML, has a key that is not known, lacks `check`, `subject`, `reason`, `owner` or
    /// `expires`, or one of them is empty or unreadable.
    pub(crate) fn parse(text: &str, known_checks: &[&str]) -> Result<Self, ExceptionError> {
        let written: Written = toml::from_str(text)
            .map_err(|error| ExceptionError { message: error.message().to_owned(), span: error.span() })?;
        written
            .exception
            .into_iter()
            .map(|entry| {
                let span = entry.span();
                let line = text[..span.start.min(text.len())].matches('\n').count() + 1;
                valid(entry.into_inner(), line, known_checks)
                    .map_err(|error| ExceptionError { span: error.span.or(Some(span)), ..error })
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// The first exception that was written after this day: it would accept what nobody has seen yet.
    #[must_use]
    pub(crate) fn written_after(&self, today: NaiveDate) -> Option<&Exception> {
        self.0.iter().find(|exception| exception.created.is_some_and(|created| created > today))
    }

    /// The exception that covers a verdict: a live one if there is one, else an expired one.
    #[must_use]
    pub(crate) fn covering(
        &self,
        check_id: &str,
        subject: &Subject,
        at: DateTime<Utc>,
    ) -> Option<&Exception> {
        self.covering_if(check_id, subject, at, |_| true)
    }

    /// The same, of those exceptions alone for which `holds` says so.
    #[must_use]
    pub(crate) fn covering_if(
        &self,
        check_id: &str,
        subject: &Subject,
        at: DateTime<Utc>,
        holds: impl Fn(&Exception) -> bool,
    ) -> Option<&Exception> {
        let covers = |exception: &&Exception| exception.covers(check_id, subject) && holds(exception);
        let mut covering = self.0.iter().filter(covers);
        let first = covering.next()?;
        let live = std::iter::once(first).chain(covering).find(|exception| !exception.is_expired(at));
        Some(live.unwrap_or(first))
    }
}

/// Whether somebody who wrote this can have meant the check: another number is another check, not a misspelling.
fn is_misspelled(written: &str, id: &str) -> bool {
    let split = |text: &str| {
        let letters: String =
            text.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_uppercase).collect();
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        (letters, digits.parse::<u32>().ok())
    };
    let ((written_letters, written_number), (letters, number)) = (split(written), split(id));
    written_number == number && strsim::osa_distance(&written_letters, &letters) <= 1
}

/// Addresses in lower case, everything else as it is: ids of roles and filters differ by case alone.
fn folded(text: &str) -> Cow<'_, str> {
    if !text.contains('@') {
        return Cow::Borrowed(text);
    }
    let fold = |word: &str| if word.contains('@') { word.to_lowercase() } else { word.to_owned() };
    Cow::Owned(text.split_inclusive(['/', ' ', '#']).map(fold).collect())
}

fn valid(written: WrittenException, line: usize, known_checks: &[&str]) -> Result<Exception, ExceptionError> {
    let refuse = |message: String| ExceptionError { message, span: None };
    for (key, value) in [
        ("check", &written.check),
        ("subject", &written.subject),
        ("reason", &written.reason),
        ("owner", &written.owner),
    ] {
        if value.trim().is_empty() {
            return Err(refuse(format!("`{key}` is empty. Every exception needs its {key}")));
        }
    }
    if !known_checks.contains(&written.check.as_str()) {
        let nearest = known_checks
            .iter()
            .find(|id| is_misspelled(&written.check, id))
            .map(|id| format!("; did you mean `{id}`?"))
            .unwrap_or_default();
        return Err(refuse(format!("there is no check `{}`{nearest}", written.check)));
    }
    let matcher = GlobBuilder::new(&folded(&written.subject))
        .literal_separator(false)
        .build()
        .map_err(|error| refuse(format!("`subject` is not an ID, an address or a glob: {error}")))?
        .compile_matcher();
    let expires = date("expires", &written.expires)?;
    let created = written.created.as_ref().map(|created| date("created", created)).transpose()?;
    if let Some(created) = created.filter(|created| *created > expires) {
        return Err(refuse(format!("`created` ({created}) is after `expires` ({expires})")));
    }
    Ok(Exception {
        id: format!("{}/{}", written.check, written.subject),
        expires,
        created,
        check: written.check,
        subject: written.subject,
        reason: written.reason,
        owner: written.owner,
        approver: written.approver,
        ticket: written.ticket,
        line,
        matcher,
    })
}

fn date(key: &str, written: &toml::Spanned<WrittenDate>) -> Result<NaiveDate, ExceptionError> {
    let text = match written.get_ref() {
        WrittenDate::Date(date) => date.to_string(),
        WrittenDate::Text(text) => text.clone(),
    };
    text.parse().map_err(|_| ExceptionError {
        message: format!("`{key}` is not a date. Write it as 2027-01-31"),
        span: Some(written.span()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::SubjectKind;

    #[test]
    fn an_exception_is_within_whoever_it_names_first_and_nobody_with_a_longer_name() {
        let text = entry("MAIL-08", "Ann@example.com/sales@other.example", "2027-01-31");
        let exception = &parse(&text).unwrap().0[0];
        for (holder, expected) in [
            ("ann@example.com", true),
            ("ann@example.co", false),
            ("ann", false),
            ("", false),
            ("ann@example.com/sales@other.example", true),
            ("ann@example.com/sales@other.example/more", false),
        ] {
            assert_eq!(exception.is_within(holder), expected, "{holder}");
        }
    }

    const CHECKS: &[&str] = &["MAIL-08", "KEY-01"];

    fn parse(text: &str) -> Result<Exceptions, ExceptionError> {
        Exceptions::parse(text, CHECKS)
    }

    fn entry(check: &str, subject: &str, expires: &str) -> String {
        format!(
            "[[exception]]\ncheck = \"{check}\"\nsubject = \"{subject}\"\nreason = \"r\"\nowner = \"o\"\nexpires = {expires}\n"
        )
    }

    fn at(date: &str) -> DateTime<Utc> {
        format!("{date}T12:00:00Z").parse().unwrap()
    }

    #[test]
    fn an_exception_covers_by_id_by_name_and_by_glob() {
        let subject = Subject::new(SubjectKind::User, "117", "Ann@example.com");
        for pattern in ["117", "ann@example.com", "*@example.com"] {
            let exceptions = parse(&entry("MAIL-08", pattern, "2027-01-01")).unwrap();
            assert!(exceptions.covering("MAIL-08", &subject, at("2026-11-21")).is_some(), "{pattern}");
            assert!(exceptions.covering("KEY-01", &subject, at("2026-11-21")).is_none(), "{pattern}");
        }
    }

    #[test]
    fn only_addresses_compare_without_case() {
        let id = "projects/p/roles/jwtSigner/group:Platform@Example.com";
        let subject = Subject::new(SubjectKind::Binding, id, "x");
        let covers = |written: &str| {
            let exceptions = parse(&entry("MAIL-08", written, "2027-01-01")).unwrap();
            exceptions.covering("MAIL-08", &subject, at("2026-11-21")).is_some()
        };
        assert!(covers(id) && covers(&id.replace("Platform@Example", "platform@EXAMPLE")));
        assert!(covers("projects/p/roles/*/group:platform@example.com"));
        assert!(!covers(&id.replace("jwtSigner", "jwtsigner")));
        assert!(!covers("projects/p/roles/JWT*"));
    }

    #[test]
    fn an_exception_cannot_be_written_after_it_ends_or_after_today() {
        let created = |day: &str| entry("MAIL-08", "x", "2027-01-01") + &format!("created = {day}\n");
        assert!(parse(&created("2027-01-02")).is_err());
        let exceptions = parse(&created("2026-11-22")).unwrap();
        assert!(exceptions.written_after(at("2026-11-21").date_naive()).is_some());
        assert!(exceptions.written_after(at("2026-11-22").date_naive()).is_none());
    }

    #[test]
    fn an_exception_holds_through_its_last_day() {
        let exceptions = parse(&entry("MAIL-08", "x", "\"2026-11-21\"")).unwrap();
        assert!(!exceptions.0[0].is_expired(at("2026-11-21")));
        assert!(exceptions.0[0].is_expired(at("2026-11-22")));
    }

    #[test]
    fn a_live_exception_wins_over_an_expired_one() {
        let text = entry("MAIL-08", "x", "2026-01-01") + &entry("MAIL-08", "*", "2027-01-01");
        let subject = Subject::new(SubjectKind::User, "x", "x");
        let exceptions = parse(&text).unwrap();
        let covering = exceptions.covering("MAIL-08", &subject, at("2026-11-21")).unwrap();
        assert_eq!(covering.subject, "*");
        assert_eq!(covering.line, 7);
    }

    #[test]
    fn what_is_incomplete_or_misspelt_is_refused() {
        let whole = entry("MAIL-08", "x", "2027-01-01");
        for (change, expected) in [
            (whole.replace("expires = 2027-01-01\n", ""), "missing field `expires`"),
            (whole.replace("2027-01-01", "\"soon\""), "`expires` is not a date"),
            (whole.replace("MAIL-08", "MAIL-8"), "did you mean `MAIL-08`"),
            (whole.replace("owner = \"o\"", "owner = \" \""), "`owner` is empty"),
            (whole.replace("reason", "reson"), "unknown field `reson`"),
            (whole.replace("\"x\"", "\"[\""), "is not an ID, an address or a glob"),
        ] {
            let error = parse(&change).unwrap_err();
            assert!(error.message.contains(expected), "{}", error.message);
            assert!(error.span.is_some());
        }
    }
}
