//! A fault in one line, and the words it shares with the file of faults.

use std::str::FromStr;

use super::Fault;
use super::answer::Answer;
use super::words::nearest;
use crate::error::EmulatorError;

/// What says when a fault strikes, and the header that goes with it.
pub(super) const CONDITIONS: [&str; 7] =
    ["subject", "after", "times", "every", "chance", "retry-after", "text"];

const MILLION: f64 = 1_000_000.0;

impl FromStr for Fault {
    type Err = EmulatorError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        read(text).map_err(|reason| EmulatorError::Fault { text: text.to_owned(), reason })
    }
}

fn read(text: &str) -> Result<Fault, String> {
    let mut words = text.split_whitespace();
    let (Some(method), Some(path), Some(answer)) = (words.next(), words.next(), words.next()) else {
        return Err("expected METHOD PATH ANSWER".to_owned());
    };
    let mut fault = Fault::planned(method, path, answer)?;
    for word in words {
        let (name, value) = word.split_once('=').ok_or_else(|| {
            format!("expected CONDITION=VALUE, not `{word}`{}", nearest(word, CONDITIONS.into_iter()))
        })?;
        fault.condition(name, value)?;
    }
    Ok(fault)
}

impl Fault {
    pub(super) fn planned(method: &str, path: &str, answer: &str) -> Result<Self, String> {
        if !path.starts_with(['/', '*']) {
            return Err(format!("the path `{path}` starts with neither / nor *"));
        }
        let parsed = Answer::parse(answer)?;
        if !parsed.can_happen_at(path) {
            return Err(format!("`{answer}` cannot happen at {path}"));
        }
        Ok(Self {
            method: method.to_ascii_uppercase(),
            path: path.to_owned(),
            answer: parsed,
            written: answer.to_owned(),
            text: None,
            subject: None,
            after: 0,
            every: 1,
            times: None,
            chance: None,
            retry_after: None,
        })
    }

    /// The same fault with this text: what `body` answers, or the JSON Patch of `patch`.
    ///
    /// # Errors
    ///
    /// If the answer takes no text, or the text is no JSON Patch.
    pub fn with_text(mut self, text: &str) -> Result<Self, EmulatorError> {
        self.set_text(text).map_err(|reason| EmulatorError::Fault { text: text.to_owned(), reason })?;
        Ok(self)
    }

    fn set_text(&mut self, text: &str) -> Result<(), String> {
        match self.answer {
            Answer::Patch => {
                serde_json::from_str::<json_patch::Patch>(text)
                    .map_err(|error| format!("`text` is no JSON Patch: {error}"))?;
            }
            Answer::Body(_) => {}
            _ => return Err(format!("`{}` takes no `text`", self.written)),
        }
        self.text = Some(text.to_owned());
        Ok(())
    }

    pub(super) fn condition(&mut self, name: &str, value: &str) -> Result<(), String> {
        let refuse = |expected: &str| format!("`{name}` takes {expected}, not `{value}`");
        match name {
            "subject" => self.subject = Some(value.to_owned()),
            "after" => self.after = value.parse().map_err(|_| refuse("a number"))?,
            "times" => self.times = Some(value.parse().map_err(|_| refuse("a number"))?),
            "every" => {
                self.every = value
                    .parse()
                    .ok()
                    .filter(|count| *count > 0)
                    .ok_or_else(|| refuse("a number from 1 on"))?;
            }
            "text" => self.set_text(value)?,
            "chance" => self.chance = Some(millionths(value).ok_or_else(|| refuse("a number from 0 to 1"))?),
            "retry-after" => self.retry_after = Some(value.parse().map_err(|_| refuse("seconds"))?),
            other => {
                return Err(format!(
                    "there is no condition `{other}`{}",
                    nearest(other, CONDITIONS.into_iter())
                ));
            }
        }
        Ok(())
    }
}

fn millionths(text: &str) -> Option<u64> {
    let chance: f64 = text.parse().ok()?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is from 0 to 1")]
    (0.0..=1.0).contains(&chance).then(|| (chance * MILLION).round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_read_from_its_text() {
        let text = "get /gmail/v1/*/sendAs 403 subject=a@example.com after=3 times=2 every=4 chance=0.1 retry-after=5";
        let fault: Fault = text.parse().unwrap();
        assert_eq!((fault.method.as_str(), fault.path.as_str()), ("GET", "/gmail/v1/*/sendAs"));
        assert_eq!(fault.answer, Answer::Status(403));
        assert_eq!(fault.subject.as_deref(), Some("a@example.com"));
        assert_eq!((fault.after, fault.every, fault.times), (3, 4, Some(2)));
        assert_eq!((fault.chance, fault.retry_after), (Some(100_000), Some(5)));
    }

    #[test]
    fn what_is_no_fault_is_refused_with_what_was_meant() {
        for (text, words) in [
            ("", "expected METHOD PATH ANSWER"),
            ("GET /x", "expected METHOD PATH ANSWER"),
            ("GET x 500", "neither / nor *"),
            ("GET /x 200", "no status from 400"),
            ("POST /token domainPolicy", "cannot happen at /token"),
            ("GET /gmail/* invalid_grant", "cannot happen at /gmail/*"),
            ("GET /x 500 often", "expected CONDITION=VALUE"),
            ("GET /x 500 after=soon", "`after` takes a number, not `soon`"),
            ("GET /x 500 every=0", "from 1 on"),
            ("GET /x 500 chance=2", "from 0 to 1"),
            ("GET /x body=199", "no status from 200"),
            ("GET /x 500 text={}", "`500` takes no `text`"),
            ("GET /x patch text={}", "no JSON Patch"),
            ("GET /x 500 tymes=2", "did you mean `times`?"),
        ] {
            let error = text.parse::<Fault>().unwrap_err().to_string();
            assert!(error.contains(words), "{text}: {error}");
        }
    }
}
