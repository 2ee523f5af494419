//! Any pasted text → who spoke, what it means, and the likely causes in order.
//!
//! `signatures` holds the words by which an error is recognized, `likely` the causes. What fits no row is unknown: a
//! guess would send somebody to the wrong console.

mod likely;
mod normal_form;
mod signatures;

use std::collections::BTreeSet;

pub(crate) use likely::{LIKELY, LikelyCause};
pub(crate) use signatures::{SIGNATURES, Signature};

pub(crate) use normal_form::MAX_READ;

use normal_form::{NormalForm, Span};

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
    /// Another provider, relay or mail server.
    Relay,
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
            Self::Relay => "another provider or mail server, not Google",
            Self::ClientLibrary => "the client program itself; no server said this",
        }
    }
}

/// What a paste comes to.
#[derive(Debug, Default)]
pub(crate) struct Explanation {
    /// In the order of the paste.
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
        self.errors.first().map(|error| error.signature.speaker)
    }
}

/// One error of a paste.
#[derive(Debug)]
pub(crate) struct Recognized {
    /// What it was recognized as.
    pub(crate) signature: &'static Signature,
    /// The line of the paste, from 1.
    pub(crate) line: usize,
    /// The paste's own words.
    pub(crate) text: String,
    /// Likely causes in order, each with what rules it out, if the paste does.
    pub(crate) causes: Vec<(&'static LikelyCause, Option<&'static str>)>,
}

/// Explains a pasted text.
pub(crate) fn explain(paste: &str) -> Explanation {
    let paste = within(paste, normal_form::MAX_READ);
    let forms = NormalForm::both(paste);
    let has = |phrase: &&str| forms.iter().any(|form| form.has(phrase));
    // By form: what an earlier row took. A later, more general one does not take it again.
    let mut taken: [Vec<Span>; 2] = [Vec::new(), Vec::new()];
    let mut families: BTreeSet<&str> = BTreeSet::new();
    let mut found: Vec<(usize, &'static Signature)> = Vec::new();
    for signature in SIGNATURES {
        if signature.is_general && families.contains(signature.family) {
            continue;
        }
        if signature.not.iter().any(has) {
            continue;
        }
        if !signature.with.is_empty() && !signature.with.iter().any(has) {
            continue;
        }
        let mut lines: Vec<usize> = Vec::new();
        for (form, taken) in forms.iter().zip(&mut taken) {
            for span in signature.any.iter().flat_map(|phrase| form.find(phrase)) {
                if taken.iter().any(|other| other.overlaps(span)) {
                    continue;
                }
                taken.push(span);
                lines.push(form.line(span));
            }
        }
        // The same error again is the same error.
        if let Some(line) = lines.into_iter().min() {
            families.insert(signature.family);
            found.push((line, signature));
        }
    }
    found.sort_by_key(|(line, _)| *line);
    let lines: Vec<&str> = paste.lines().collect();
    let recognized = found.into_iter().map(|(line, signature)| Recognized {
        signature,
        line: line + 1,
        text: shown(&lines, line),
        causes: causes(signature, &has),
    });
    let (ignored, errors) = recognized.partition(|recognized| recognized.signature.is_harmless());
    Explanation { errors, ignored }
}

/// The causes of a signature: those that the paste rules out stand last.
fn causes(
    signature: &'static Signature,
    has: &impl Fn(&&str) -> bool,
) -> Vec<(&'static LikelyCause, Option<&'static str>)> {
    let ruled_out = |cause: &LikelyCause| {
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
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
