//! Any pasted text → who spoke, what it means, and the likely causes in order.
//!
//! `signatures` holds the words by which an error is recognized. What fits no row is unknown: a guess would send
//! somebody to the wrong console.

mod api_answer;
mod normal_form;
mod signatures;
mod smtp_reply;
mod stage;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

pub(crate) use signatures::{Signature, signatures};

pub(crate) use normal_form::MAX_READ;

use super::CauseRow;
use normal_form::{NormalForm, Phrases, Span};
use stage::Stage;

/// The most of a paste that is shown for one error, in characters.
const MAX_SHOWN: usize = 240;

/// Who wrote an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub(crate) enum Speaker {
    /// Google's OAuth 2.0 token endpoint, or its consent page.
    TokenEndpoint,
    /// Gmail API.
    GmailApi,
    /// Admin SDK.
    DirectoryApi,
    /// IAM and IAM Credentials.
    IamApi,
    /// Any other Google API, or one that the text does not name.
    GoogleApi,
    /// Gmail's SMTP servers, to the sender who logs in or relays.
    GmailSmtp,
    /// Google's mail servers for the recipient.
    GoogleReceiving,
    /// Google's mail servers, and the text does not say whether for the sender or for the recipient.
    #[strum(serialize = "google_mail_server")]
    GoogleMail,
    /// Another provider, relay or mail server.
    Relay,
    /// A mail server, and the text does not say whose.
    MailServer,
    /// The program or its library: no server said this.
    ClientLibrary,
}

impl Speaker {
    /// The word in JSON.
    pub(crate) const fn as_str(self) -> &'static str {
        self.into_str()
    }

    /// For people.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::TokenEndpoint => "Google's token endpoint",
            Self::GmailApi => "the Gmail API",
            Self::DirectoryApi => "the Admin SDK",
            Self::IamApi => "Google Cloud IAM",
            Self::GoogleApi => "a Google API",
            Self::GmailSmtp => "Gmail's SMTP server, to the sender",
            Self::GoogleReceiving => "Google's mail server of the recipient",
            Self::GoogleMail => {
                "Google's mail server; the text does not say whether the sender's or the recipient's"
            }
            Self::Relay => "another provider or mail server, not Google",
            Self::MailServer => "a mail server; the text does not say whose",
            Self::ClientLibrary => "the client program; no server sent this",
        }
    }
}

/// What a paste comes to.
#[derive(Debug, Default)]
pub(crate) struct Explanation {
    /// In the order of the paste; after a server's answer, those of the network.
    pub(crate) errors: Vec<Recognized>,
    /// Harmless warnings, in the order of the paste.
    pub(crate) ignored: Vec<Recognized>,
}

impl Explanation {
    /// Whether no error was recognized.
    pub(crate) const fn is_unknown(&self) -> bool {
        self.errors.is_empty()
    }

    /// Who spoke first, if the errors agree; the first of several otherwise.
    pub(crate) fn speaker(&self) -> Option<Speaker> {
        self.errors.first().map(|error| error.speaker)
    }
}

/// One error of a paste.
#[derive(Debug)]
pub(crate) struct Recognized {
    /// What it was recognized as.
    pub(crate) signature: &'static Signature,
    /// The signature's, or the API that an answer names.
    pub(crate) speaker: Speaker,
    /// The line of the paste, from 1.
    pub(crate) line: usize,
    /// The paste's own words.
    pub(crate) text: String,
    /// Likely causes in order, each with what rules it out, if the paste does.
    pub(crate) causes: Vec<(&'static CauseRow, Option<&'static str>)>,
}

/// Every phrase of the signatures.
static PHRASES: LazyLock<Phrases> = LazyLock::new(|| {
    let of_signatures = signatures().flat_map(|row| [row.any, row.with, row.not]).flatten();
    let of_rules = signatures::RULED_OUT.iter().flat_map(|rule| rule.by);
    Phrases::new(of_signatures.chain(of_rules).copied())
});

/// Explains a pasted text.
pub(crate) fn explain(paste: &str) -> Explanation {
    let paste = within(paste, normal_form::MAX_READ);
    let forms = NormalForm::both(paste, &PHRASES);
    let has = |phrase: &&str| forms.iter().any(|form| form.has(phrase));
    let lower = paste.to_ascii_lowercase();
    let is_of_another_service = api_answer::is_of_another_service(&lower);
    let mut search = Search {
        forms: &forms,
        literal: literal(&lower),
        codes: smtp_reply::enhanced_codes(&lower),
        stage: stage::of(&lower),
        lower: &lower,
        taken: Default::default(),
        families: BTreeSet::new(),
        found: Vec::new(),
    };
    for signature in signatures::of_words() {
        let is_of_gmail = signature.is_general && signature.speaker == Speaker::GmailApi;
        if !(is_of_gmail && is_of_another_service) {
            search.try_words(signature);
        }
    }
    if !search.is_answered() {
        search.try_structure();
    }
    // What a server answered says more than a line about the network.
    let is_answered = search.is_answered();
    let mut found = search.found;
    found.sort_by_key(|found| (is_answered && found.signature.is_of_network(), found.line));
    let lines: Vec<&str> = paste.lines().collect();
    let recognized = found.into_iter().map(|Found { signature, speaker, line }| Recognized {
        signature,
        speaker,
        line: line + 1,
        text: shown(&lines, line),
        causes: causes(signature, &has),
    });
    let (ignored, errors) = recognized.partition(|recognized| recognized.signature.is_harmless());
    Explanation { errors, ignored }
}

/// A row that fits, and where.
struct Found {
    signature: &'static Signature,
    speaker: Speaker,
    /// From 0.
    line: usize,
}

/// What was found in a paste so far.
struct Search<'p> {
    forms: &'p [NormalForm<'p>],
    /// In lower case.
    lower: &'p str,
    /// In lower case, without line breaks and backslashes.
    literal: String,
    /// The enhanced codes that stand where a reply has them.
    codes: BTreeSet<(u16, u16, u16)>,
    stage: Stage,
    /// By form: what an earlier row took. A later, more general one does not take it again.
    taken: [Taken; 2],
    families: BTreeSet<&'static str>,
    found: Vec<Found>,
}

impl Search<'_> {
    /// Whether something else than the network or a harmless warning was found.
    fn is_answered(&self) -> bool {
        let mut rows = self.found.iter().map(|found| found.signature);
        rows.any(|row| !row.is_of_network() && !row.is_harmless())
    }

    /// The rows that speak where no other does, and the codes of replies and answers between them.
    fn try_structure(&mut self) {
        let lower = self.lower;
        if self.families.is_empty() {
            signatures::last().for_each(|row| self.try_words(row));
        }
        if self.is_answered() {
            return;
        }
        let line = |at: usize| lower[..at].matches('\n').count();
        let answer = api_answer::read(lower);
        let answer = answer.and_then(|answer| Some((signatures::of_cause(answer.cause)?, answer)));
        if let Some((signature, answer)) = answer {
            self.found.push(Found { signature, speaker: answer.speaker, line: line(answer.at) });
        } else if let Some(refusal) = smtp_reply::read(lower, self.stage, self.families.contains("network")) {
            let smtp_reply::Refusal { signature, speaker, at } = refusal;
            self.found.push(Found { signature, speaker, line: line(at) });
        } else if self.families.is_empty() {
            signatures::bare().for_each(|row| self.try_words(row));
        }
    }

    /// Takes the words of a row, unless a special row of its family has spoken.
    fn try_words(&mut self, signature: &'static Signature) {
        let has = |phrase: &&str| self.forms.iter().any(|form| form.has(phrase));
        let is_said = match signature.family {
            signatures::ANY => !self.families.is_empty(),
            family => signature.is_general && self.families.contains(family),
        };
        // A phrase that is a code alone may be any number.
        let is_meant =
            |phrase: &str| smtp_reply::as_enhanced(phrase).is_none_or(|code| self.codes.contains(&code));
        let any: Vec<&str> = signature.any.iter().copied().filter(|phrase| is_meant(phrase)).collect();
        if is_said || !any.iter().any(has) || signature.not.iter().any(has) {
            return;
        }
        if !signature.with.is_empty() && !signature.with.iter().any(has) {
            return;
        }
        if !signature.literal.is_empty()
            && !signature.literal.iter().any(|words| self.literal.contains(words))
        {
            return;
        }
        let mut first_line = None;
        for (form, taken) in self.forms.iter().zip(&mut self.taken) {
            for span in any.iter().flat_map(|phrase| form.find(phrase)) {
                if taken.take(span) {
                    let line = form.line(span);
                    first_line = Some(first_line.map_or(line, |first: usize| first.min(line)));
                }
            }
        }
        // The same error again is the same error.
        if let Some(line) = first_line {
            if !signature.is_harmless() {
                self.families.insert(signature.family);
            }
            let (signature, speaker) = match signature.unless_delivered {
                Some(reply) if self.stage != Stage::Delivery => {
                    smtp_reply::of_class(self.lower, reply, self.stage)
                }
                _ => (signature, signature.speaker),
            };
            self.found.push(Found { signature, speaker, line });
        }
    }
}

/// A text in which words with signs are found: without line breaks, and without the backslashes of Markdown.
fn literal(lower: &str) -> String {
    lower.chars().filter(|char| !matches!(char, '\n' | '\r' | '\\')).collect()
}

/// What rows have taken of a text: spans that do not overlap, by their begin.
#[derive(Default)]
struct Taken(BTreeMap<usize, usize>);

impl Taken {
    /// Takes a span, unless some of it is taken.
    fn take(&mut self, span: Span) -> bool {
        let is_free = self.0.range(..span.to).next_back().is_none_or(|(_, to)| *to <= span.from);
        if is_free {
            self.0.insert(span.from, span.to);
        }
        is_free
    }
}

/// The causes of a signature: those that the paste rules out stand last.
fn causes(
    signature: &'static Signature,
    has: &impl Fn(&&str) -> bool,
) -> Vec<(&'static CauseRow, Option<&'static str>)> {
    let ruled_out = |cause: &CauseRow| {
        let rule = signatures::RULED_OUT
            .iter()
            .find(|rule| rule.causes.contains(&cause.id) && rule.by.iter().any(has));
        rule.map(|rule| rule.why)
    };
    let mut causes: Vec<_> = signature.causes.iter().map(|cause| (*cause, ruled_out(cause))).collect();
    causes.sort_by_key(|(_, ruled_out)| ruled_out.is_some());
    causes
}

/// The line where an error begins and the next, in one line.
fn shown(lines: &[&str], at: usize) -> String {
    let text: Vec<&str> = lines.iter().skip(at).take(3).map(|line| line.trim()).collect();
    super::envelope::quoted(&text.join(" ")).chars().take(MAX_SHOWN).collect()
}

/// The beginning of a text, cut between two characters.
fn within(text: &str, most: usize) -> &str {
    &text[..floor(text, text.len().min(most))]
}

/// The place or the one before it where a character begins.
fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::time::{Duration, Instant};

    use super::*;
    use crate::causes::rows;

    #[test]
    fn ids_are_unique_and_every_row_can_be_recognized() {
        let mut ids = HashSet::new();
        for signature in signatures() {
            assert!(ids.insert(signature.id), "{}", signature.id);
            assert!(!signature.meaning.is_empty(), "{}", signature.id);
        }
    }

    #[test]
    fn every_cause_belongs_to_an_error_and_every_rule_to_a_cause() {
        let used: HashSet<&str> = signatures().flat_map(|row| row.causes).map(|cause| cause.id).collect();
        for cause in rows().filter(|cause| !cause.proof.is_empty()) {
            assert!(used.contains(cause.id), "{}", cause.id);
        }
        for id in signatures::RULED_OUT.iter().flat_map(|rule| rule.causes) {
            assert!(used.contains(id), "{id}");
        }
    }

    #[test]
    fn every_source_is_a_thread_a_page_or_called_assumed() {
        for cause in rows().filter(|cause| !cause.proof.is_empty()) {
            for source in cause.source.split("; ") {
                let is_thread = source.split_once('/').is_some_and(|(_, rest)| {
                    rest.split_once('#')
                        .is_some_and(|(_, number)| number.starts_with(|c: char| c.is_ascii_digit()))
                });
                let is_page = source.starts_with("https://") || source.contains(".proto");
                let is_place = source.starts_with("assumed") || source == "ActiveCampaign/smtp-field-manual";
                assert!(is_thread || is_page || is_place, "{}: {source}", cause.id);
            }
        }
    }

    #[test]
    fn rows_that_speak_where_no_other_does_come_last() {
        let mut rows = signatures().skip_while(|row| row.family != signatures::ANY).peekable();
        assert!(rows.peek().is_some());
        assert!(rows.all(|row| row.family == signatures::ANY || row.is_general));
    }

    #[test]
    fn four_megabytes_of_anything_are_explained_in_seconds() {
        for unit in ["a", "\n", "550-", "eyJ", "invalid_grant ", "said: 550 5.1.1\n"] {
            let paste = unit.repeat((4 << 20) / unit.len());
            let begun = Instant::now();
            explain(&paste);
            // A debug build on a busy machine is some times slower than a release build.
            assert!(begun.elapsed() < Duration::from_secs(30), "{unit:?}: {:?}", begun.elapsed());
        }
    }

    proptest::proptest! {
        #[test]
        fn no_paste_breaks_it_or_is_shown_with_control_characters(paste in "\\PC{0,200}|[\\x00-\\x7f]{0,200}|(550-5\\.7\\.1 |gsmtp|invalid_grant|\\x1b\\[2J|\\r\\n|\\\\){0,40}") {
            let explained = explain(&paste);
            for error in explained.errors.iter().chain(&explained.ignored) {
                proptest::prop_assert!(!error.text.chars().any(char::is_control));
                proptest::prop_assert!(error.line >= 1);
                proptest::prop_assert!(error.causes.is_empty() == error.signature.is_harmless());
            }
        }
    }
}
