//! `explain`: what a pasted error means, what causes it, and how to prove each cause.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, IsTerminal, Read, Write};
use std::path::Path;

use serde::Serialize;

use crate::audit::Exit;
use crate::causes::explain::{Explanation, MAX_READ, Recognized, Speaker, explain};
use crate::cli::{Explain, ReportFormat};

use super::failure::Failure;
use super::terminal::printable;

pub(super) fn run(typed: &Explain) -> Result<Exit, Failure> {
    let paste = pasted(&typed.text)?;
    let mut explanation = explain(&paste.text);
    for error in explanation.errors.iter_mut().chain(&mut explanation.ignored) {
        error.line = paste.line(error.line);
    }
    let text = match typed.format {
        ReportFormat::Text => told(&explanation, paste.skipped_bytes),
        ReportFormat::Json => {
            let json = serde_json::to_string_pretty(&Json::of(&explanation, paste.skipped_bytes))
                .map_err(io::Error::from)?;
            json + "\n"
        }
    };
    io::stdout().lock().write_all(text.as_bytes())?;
    Ok(if explanation.errors.is_empty() && explanation.ignored.is_empty() {
        Exit::NotRecognized
    } else {
        Exit::Complete
    })
}

/// What is read of a paste: all of it, or its beginning and its end. Logs end with the error.
#[derive(Debug, Default, PartialEq)]
struct Paste {
    text: String,
    /// How many lines stand before what was left out.
    head_lines: usize,
    skipped_lines: usize,
    skipped_bytes: usize,
}

impl Paste {
    /// The line of the whole paste, from a line of what was read.
    const fn line(&self, of_text: usize) -> usize {
        if of_text > self.head_lines { of_text + self.skipped_lines } else { of_text }
    }
}

/// The text that was typed, of the file that was named, or of the standard input.
fn pasted(words: &[String]) -> Result<Paste, Failure> {
    let unreadable = |path: &Path| {
        let path = path.to_owned();
        move |source| Failure::Read { path, source }
    };
    match words {
        [] => standard_input(),
        [only] if only == "-" => standard_input(),
        [only] if fs::metadata(only).is_ok_and(|file| file.is_file()) => {
            let path = Path::new(only);
            let file = File::open(path).map_err(unreadable(path))?;
            read(file).map_err(unreadable(path))
        }
        words => Ok(Paste { text: words.join(" "), ..Paste::default() }),
    }
}

fn standard_input() -> Result<Paste, Failure> {
    let input = io::stdin();
    if input.is_terminal() {
        writeln!(io::stderr(), "Paste the error, then end with Ctrl-D.")?;
    }
    read(input.lock()).map_err(|source| Failure::Read { path: "-".into(), source })
}

/// Bytes that are no UTF-8 are replaced.
fn read(mut from: impl Read) -> io::Result<Paste> {
    const HALF: usize = MAX_READ / 2 - 1;
    let mut head = Vec::new();
    from.by_ref().take(HALF as u64).read_to_end(&mut head)?;
    let mut tail = Vec::new();
    let (mut skipped_bytes, mut skipped_lines) = (0, 0);
    let mut skip = |tail: &mut Vec<u8>, most: usize| {
        let skipped = tail.drain(..tail.len().saturating_sub(most));
        skipped_bytes += skipped.len();
        skipped_lines += skipped.filter(|byte| *byte == b'\n').count();
    };
    while from.by_ref().take(HALF as u64).read_to_end(&mut tail)? > 0 {
        skip(&mut tail, HALF);
    }
    let mut head_lines = 0;
    // PowerShell writes files as UTF-16, whose end cannot be joined to its beginning at any byte.
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        skip(&mut tail, 0);
    }
    if skipped_bytes > 0 {
        // What is left of two broken lines is one line.
        head_lines = head.iter().filter(|byte| **byte == b'\n').count();
        head.push(b' ');
    }
    head.append(&mut tail);
    let (text, _, _) = encoding_rs::UTF_8.decode(&head);
    Ok(Paste { text: text.into_owned(), head_lines: head_lines + 1, skipped_lines, skipped_bytes })
}

fn told(explanation: &Explanation, skipped_bytes: usize) -> String {
    let mut text = String::new();
    if skipped_bytes > 0 {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "The text is long: {skipped_bytes} bytes in its middle were not read.\n");
    }
    let several = explanation.errors.len() > 1;
    for (number, error) in (1..).zip(&explanation.errors) {
        if several {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "Error {number} of {}, line {}", explanation.errors.len(), error.line);
        }
        tell(&mut text, error);
    }
    if !explanation.ignored.is_empty() {
        let _ = writeln!(text, "Ignored:");
        for harmless in &explanation.ignored {
            let _ = writeln!(text, "  line {}: {}", harmless.line, harmless.signature.meaning);
        }
    }
    if explanation.errors.is_empty() {
        text.push_str(if explanation.ignored.is_empty() {
            "Unknown: no error of Google or of a mail server is recognized in this text.\n\
             Paste more of it: the lines before, the JSON body, or the SMTP conversation.\n"
        } else {
            "No other error is recognized.\n"
        });
    }
    text
}

fn tell(text: &mut String, error: &Recognized) {
    let signature = error.signature;
    let _ = writeln!(text, "  {}", printable(&error.text));
    let _ = writeln!(text, "\nWho says it:  {}", error.speaker.title());
    let _ = writeln!(text, "Meaning:      {}", signature.meaning);
    let _ = writeln!(text, "\nLikely causes, in order:");
    for (number, (cause, ruled_out)) in (1..).zip(&error.causes) {
        let _ = writeln!(text, "{number:>3}. {} ({})", cause.title, cause.id);
        if let Some(why) = ruled_out {
            let _ = writeln!(text, "     ruled out: {why}");
            continue;
        }
        let _ = writeln!(text, "     prove: {}", cause.proof);
        let _ = writeln!(text, "     fix:   {}", cause.fix);
        if !cause.place.is_empty() {
            let _ = writeln!(text, "     where: {}", cause.place);
        }
    }
    text.push('\n');
}

#[derive(Serialize)]
struct Json<'e> {
    speaker: Option<&'static str>,
    errors: Vec<JsonError<'e>>,
    ignored: Vec<JsonIgnored<'e>>,
    unknown: bool,
    /// How much in the middle of a long text was not read; only of a long text.
    #[serde(skip_serializing_if = "Option::is_none")]
    skipped_bytes: Option<usize>,
}

#[derive(Serialize)]
struct JsonError<'e> {
    id: &'static str,
    speaker: &'static str,
    line: usize,
    text: &'e str,
    meaning: &'static str,
    causes: Vec<JsonCause>,
}

#[derive(Serialize)]
struct JsonCause {
    id: &'static str,
    title: &'static str,
    /// Why the text rules it out; `null` if it does not.
    ruled_out: Option<&'static str>,
    proof: &'static str,
    fix: &'static str,
    place: &'static str,
    source: &'static str,
}

#[derive(Serialize)]
struct JsonIgnored<'e> {
    id: &'static str,
    line: usize,
    text: &'e str,
    meaning: &'static str,
}

impl<'e> Json<'e> {
    fn of(explanation: &'e Explanation, skipped_bytes: usize) -> Self {
        let errors = explanation.errors.iter().map(|error| JsonError {
            id: error.signature.id,
            speaker: error.speaker.as_str(),
            line: error.line,
            text: &error.text,
            meaning: error.signature.meaning,
            causes: error
                .causes
                .iter()
                .map(|(cause, ruled_out)| JsonCause {
                    id: cause.id,
                    title: cause.title,
                    ruled_out: *ruled_out,
                    proof: cause.proof,
                    fix: cause.fix,
                    place: cause.place,
                    source: cause.source,
                })
                .collect(),
        });
        let ignored = explanation.ignored.iter().map(|harmless| JsonIgnored {
            id: harmless.signature.id,
            line: harmless.line,
            text: &harmless.text,
            meaning: harmless.signature.meaning,
        });
        Self {
            speaker: explanation.speaker().map(Speaker::as_str),
            errors: errors.collect(),
            ignored: ignored.collect(),
            unknown: explanation.is_unknown(),
            skipped_bytes: Some(skipped_bytes).filter(|bytes| *bytes > 0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_paste_the_beginning_and_the_end_are_read_and_lines_stay_right() {
        let noise = "INFO idle\n".repeat(300_000);
        let paste = format!("first\n{noise}last");
        let read = read(paste.as_bytes()).unwrap();
        assert!(
            read.text.len() <= MAX_READ && read.text.starts_with("first\n") && read.text.ends_with("\nlast")
        );
        assert_eq!(read.skipped_bytes + read.text.len(), paste.len() + 1);
        assert_eq!(read.line(1), 1);
        assert_eq!(read.line(read.text.lines().count()), paste.lines().count());
    }

    #[test]
    fn a_short_paste_is_read_whole() {
        let read = read(&b"one\ntwo"[..]).unwrap();
        assert_eq!((read.text.as_str(), read.skipped_bytes, read.line(2)), ("one\ntwo", 0, 2));
    }
}
