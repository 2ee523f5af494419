//! Faults from a file: `[[fault]]` tables in TOML, with the words of the one-line form.

use std::fs;
use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Fault;
use super::text::CONDITIONS;
use super::words::nearest;
use crate::error::EmulatorError;

/// What is wrong, and where in the text.
type Trouble = (Range<usize>, String);

impl Fault {
    /// Reads a file of faults, in its order:
    ///
    /// ```toml
    /// [[fault]]
    /// on = "GET /gmail/v1/users/*/settings/sendAs"
    /// answer = "userRateLimitExceeded"
    /// chance = 0.1
    /// ```
    ///
    /// # Errors
    ///
    /// If the file cannot be read or says what no fault can; the error names the line.
    pub fn read_file(path: &Path) -> Result<Vec<Self>, EmulatorError> {
        let text = fs::read_to_string(path)
            .map_err(|source| EmulatorError::Read { path: path.to_owned(), source })?;
        faults(&text).map_err(|(place, reason)| EmulatorError::FaultFile {
            path: path.to_owned(),
            line: line_of(&text, place.start),
            reason,
        })
    }
}

fn faults(text: &str) -> Result<Vec<Fault>, Trouble> {
    let document = DeTable::parse(text)
        .map_err(|error| (error.span().unwrap_or_default(), error.message().to_owned()))?;
    let mut found = Vec::new();
    for (name, value) in document.get_ref() {
        if name.get_ref() != "fault" {
            let meant = nearest(name.get_ref(), ["fault"].into_iter());
            return Err((name.span(), format!("there is no table `{}`{meant}", name.get_ref())));
        }
        let tables = || (value.span(), "write each fault as a table `[[fault]]`".to_owned());
        for entry in value.get_ref().as_array().ok_or_else(tables)? {
            found.push(fault(entry.span(), entry.get_ref().as_table().ok_or_else(tables)?)?);
        }
    }
    Ok(found)
}

fn fault(place: Range<usize>, table: &DeTable<'_>) -> Result<Fault, Trouble> {
    let text = |name: &str| -> Result<(Range<usize>, String), Trouble> {
        let value = table.get(name).ok_or_else(|| (place.clone(), format!("the fault has no `{name}`")))?;
        Ok((value.span(), written(value)?))
    };
    let (on_place, on) = text("on")?;
    let (answer_place, answer) = text("answer")?;
    let (method, path) = on
        .split_once(' ')
        .ok_or_else(|| (on_place.clone(), format!("`on` takes METHOD PATH, not `{on}`")))?;
    // Tried on any path first, so that what is wrong is shown where it stands.
    Fault::planned(method, "*", &answer).map_err(|reason| (answer_place, reason))?;
    let mut fault = Fault::planned(method, path.trim(), &answer).map_err(|reason| (on_place, reason))?;
    for (name, value) in table {
        let word: &str = name.get_ref();
        if matches!(word, "on" | "answer") {
            continue;
        }
        if !CONDITIONS.contains(&word) {
            let known = CONDITIONS.into_iter().chain(["on", "answer"]);
            return Err((name.span(), format!("a fault has no `{word}`{}", nearest(word, known))));
        }
        fault.condition(word, &written(value)?).map_err(|reason| (value.span(), reason))?;
    }
    Ok(fault)
}

/// A text or a number, as it is written.
fn written(value: &Spanned<DeValue<'_>>) -> Result<String, Trouble> {
    match value.get_ref() {
        DeValue::String(text) => Ok(text.to_string()),
        DeValue::Integer(number) => Ok(number.to_string()),
        DeValue::Float(number) => Ok(number.to_string()),
        _ => Err((value.span(), "expected a text or a number".to_owned())),
    }
}

fn line_of(text: &str, place: usize) -> usize {
    text.bytes().take(place).filter(|byte| *byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_says_what_lines_say() {
        let text = r#"
            [[fault]]
            on = "GET /gmail/v1/users/*/settings/sendAs"
            answer = "userRateLimitExceeded"
            chance = 0.1
            subject = "a@example.com"
            retry-after = 5

            [[fault]]
            on = "* /admin/*"
            answer = 503
            times = 2
        "#;
        let lines = [
            "GET /gmail/v1/users/*/settings/sendAs userRateLimitExceeded chance=0.1 subject=a@example.com retry-after=5",
            "* /admin/* 503 times=2",
        ];
        let of_lines: Vec<Fault> = lines.iter().map(|line| line.parse().unwrap()).collect();
        assert_eq!(faults(text).unwrap(), of_lines);
        assert_eq!(faults("").unwrap(), []);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let head = "[[fault]]\non = \"GET /a\"\nanswer = \"500\"\n";
        for (text, line, words) in [
            ("[[fault]]\nanswer = \"500\"".to_owned(), 1, "no `on`"),
            (format!("{head}tims = 2"), 4, "did you mean `times`?"),
            (format!("{head}times = \"often\""), 4, "`times` takes a number"),
            (format!("{head}times = true"), 4, "a text or a number"),
            ("[[fault]]\non = \"GET /a\"\nanswer = \"hnag\"".to_owned(), 3, "did you mean `hang`?"),
            ("[[fault]]\nanswer = \"500\"\non = \"GET a\"".to_owned(), 3, "neither / nor *"),
            ("[[fault]]\nanswer = \"500\"\non = \"/a\"".to_owned(), 3, "METHOD PATH"),
            ("[[faults]]\non = \"GET /a\"".to_owned(), 1, "did you mean `fault`?"),
            ("\n[fault]\non = \"GET /a\"".to_owned(), 2, "[[fault]]"),
            ("[[fault]]\non = ".to_owned(), 2, ""),
        ] {
            let (place, reason) = faults(&text).unwrap_err();
            assert_eq!(line_of(&text, place.start), line, "{text}: {reason}");
            assert!(reason.contains(words), "{text}: {reason}");
        }
    }
}
