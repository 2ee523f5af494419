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
    let explanation = explain(&pasted(&typed.text)?);
    let text = match typed.format {
        ReportFormat::Text => told(&explanation),
        ReportFormat::Json => {
            let json = serde_json::to_string_pretty(&Json::of(&explanation)).map_err(io::Error::from)?;
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

/// The text that was typed, of the file that was named, or of the standard input.
fn pasted(words: &[String]) -> Result<String, Failure> {
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
        words => Ok(words.join(" ")),
    }
}

fn standard_input() -> Result<String, Failure> {
    let input = io::stdin();
    if input.is_terminal() {
        writeln!(io::stderr(), "Paste the error, then end with Ctrl-D.")?;
    }
    read(input.lock()).map_err(|source| Failure::Read { path: "-".into(), source })
}

/// As much as is read of a paste. Bytes that are no UTF-8 are replaced.
fn read(from: impl Read) -> io::Result<String> {
    let mut bytes = Vec::new();
    from.take(MAX_READ as u64).read_to_end(&mut bytes)?;
    // PowerShell writes files as UTF-16.
    let (text, _, _) = encoding_rs::UTF_8.decode(&bytes);
    Ok(text.into_owned())
}

fn told(explanation: &Explanation) -> String {
    let mut text = String::new();
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
    let _ = writeln!(text, "\nWho says it:  {}", signature.speaker.title());
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
    fn of(explanation: &'e Explanation) -> Self {
        let errors = explanation.errors.iter().map(|error| JsonError {
            id: error.signature.id,
            speaker: error.signature.speaker.as_str(),
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
        }
    }
}
