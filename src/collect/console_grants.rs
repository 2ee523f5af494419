//! The Admin console's delegation list, from a file of any layout: columns are found by content.
//!
//! Google documents no export format. Client ids and scope URLs are recognised wherever they stand; a
//! row that holds neither, or a half of one, makes the whole list unusable, because a list with a hole
//! would show fewer grants than there are.

use std::collections::HashSet;
use std::path::Path;

use chrono::{DateTime, NaiveTime, SubsecRound, Utc};

use crate::input_file;
use crate::tenant::{Gap, GapClass, Part, Reading};

use super::{GrantListing, Plan, gaps};

/// The most that a list may have: that of a tenant with ten thousand clients has less.
const MAX_BYTES: u64 = 64 << 20;

/// Reads the configured file.
pub(super) fn collect(plan: &Plan, run_at: DateTime<Utc>) -> Reading<GrantListing> {
    if let Some(gap) = plan.not_asked(Part::ConsoleGrants) {
        return Reading::Missing(gap);
    }
    let Some(list) = &plan.console else {
        let fix = "Copy or export the list from the Admin console > Security > Access and data control > API \
                   controls > Manage domain-wide delegation, and name the file in `[cloud] console_grants`.";
        return Reading::Missing(gaps::not_configured(Part::ConsoleGrants, "no file is configured", fix));
    };
    let bytes = match input_file::read(&list.path, MAX_BYTES) {
        Ok(bytes) => bytes,
        Err(error) => return Reading::Missing(unreadable(&list.path, &error)),
    };
    let file_time = || {
        let modified = std::fs::metadata(&list.path).and_then(|metadata| metadata.modified());
        modified.map_or(run_at, DateTime::<Utc>::from)
    };
    // A file has fractions of seconds and the run has not: one of the same moment is not newer than the run.
    let seen_at = list
        .date
        .map_or_else(file_time, |date| date.and_time(NaiveTime::MIN).and_utc())
        .trunc_subsecs(0)
        .min(run_at);
    match parse(&bytes) {
        Ok(grants) => Reading::Complete(GrantListing { grants, seen_at }),
        Err(error) => Reading::Missing(malformed(&list.path, &error)),
    }
}

/// What is wrong with a delegation list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct ListError {
    /// From 1.
    pub line: u64,
    /// What is wrong there.
    pub problem: Problem,
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The file as a whole.
    #[error("the file is no text: export it as CSV")]
    NoText,
    /// A quote without its end.
    #[error("a quoted cell begins here and never ends: was the file cut?")]
    Unclosed,
    /// No row at all.
    #[error("the file lists no client")]
    Empty,
    /// The table cannot be read.
    #[error("the row cannot be read: {0}")]
    Table(String),
    /// `1.17E+20`.
    #[error("`{0}` is a client id that a spreadsheet turned into a number: its digits are lost")]
    SpreadsheetNumber(String),
    /// Scopes of nobody.
    #[error("scopes without a client id")]
    NoClient,
    /// A client of nothing.
    #[error("client id {0} without a scope URL")]
    NoScope(String),
    /// Two clients.
    #[error("two client ids in one row: {0} and {1}")]
    TwoClients(String, String),
    /// Beside a scope stands something that is none.
    #[error("`{0}` stands among scopes and is no scope URL")]
    NoScopeUrl(String),
    /// Neither id nor scope.
    #[error("the row holds neither a client id nor a scope URL: `{0}`")]
    Nothing(String),
}

/// The client × scope pairs of a list, in its order, each once.
///
/// # Errors
/// When a row fits nothing, with its line.
pub fn parse(bytes: &[u8]) -> Result<Vec<(String, String)>, ListError> {
    let text = decode(bytes).ok_or(ListError { line: 1, problem: Problem::NoText })?;
    if let Some(line) = unclosed_quote(&text) {
        return Err(ListError { line, problem: Problem::Unclosed });
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(&text))
        .from_reader(text.as_bytes());
    let mut grants = Grants::default();
    for record in reader.records() {
        let record = record.map_err(|error| {
            let line = error.position().map_or(0, csv::Position::line);
            ListError { line, problem: Problem::Table(error.to_string()) }
        })?;
        let line = record.position().map_or(0, csv::Position::line);
        grants.add_row(line, &Row::of(line, &record)?)?;
    }
    grants.finish()
}

/// UTF-8; UTF-16 as Excel writes "Unicode text"; else Windows-1252 as it writes plain CSV. Ids and scopes
/// are ASCII in all of them.
fn decode(bytes: &[u8]) -> Option<String> {
    let (encoding, mark) = encoding_rs::Encoding::for_bom(bytes).unwrap_or((encoding_rs::UTF_8, 0));
    let strict = encoding.decode_without_bom_handling_and_without_replacement(&bytes[mark..]);
    let is_text = mark == 0 && !bytes.contains(&0);
    let text = strict.or_else(|| is_text.then(|| encoding_rs::WINDOWS_1252.decode(bytes).0))?;
    Some(text.into_owned())
}

/// The line on which a quoted cell begins that never ends: the file was cut.
fn unclosed_quote(text: &str) -> Option<u64> {
    let mut open = None;
    for (line, content) in (1..).zip(text.lines()) {
        for _ in content.matches('"') {
            open = if open.is_some() { None } else { Some(line) };
        }
    }
    open
}

/// The separator of columns: what stands most often outside quotes. Scopes hold none of them.
fn delimiter(text: &str) -> u8 {
    let mut quoted = false;
    let mut counts = [(b'\t', 0_u32), (b';', 0), (b'|', 0), (b',', 0)];
    for byte in text.bytes() {
        quoted ^= byte == b'"';
        if !quoted && let Some(count) = counts.iter_mut().find(|(delimiter, _)| *delimiter == byte) {
            count.1 += 1;
        }
    }
    // At a tie, the rarer separator was chosen on purpose.
    counts.into_iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(delimiter, _)| delimiter)
}

/// What one row holds.
#[derive(Debug, Default)]
struct Row {
    client: Option<String>,
    scopes: Vec<String>,
    /// The text of cells that hold neither.
    rest: String,
}

impl Row {
    fn of(line: u64, record: &csv::StringRecord) -> Result<Self, ListError> {
        let refuse = |problem| ListError { line, problem };
        let mut row = Self::default();
        let names_google_scopes = record.iter().flat_map(words).any(is_google_scope);
        for cell in record {
            let words: Vec<&str> = words(cell).collect();
            // Beside Google's scopes, a cell with nothing but another address is a client's home page.
            let is_home_page = names_google_scopes && !words.iter().copied().any(is_google_scope);
            let lists_scopes = !is_home_page && words.iter().any(|word| is_scope(word));
            for word in words {
                if let Some(client) = client_id(word) {
                    match row.client.replace(client.clone()) {
                        Some(other) if other != client => {
                            return Err(refuse(Problem::TwoClients(other, client)));
                        }
                        _ => {}
                    }
                } else if is_spreadsheet_number(word) {
                    return Err(refuse(Problem::SpreadsheetNumber(word.to_owned())));
                } else if lists_scopes && (is_scope(word) || is_short_scope(word)) {
                    row.scopes.push(word.to_owned());
                } else if lists_scopes {
                    return Err(refuse(Problem::NoScopeUrl(word.to_owned())));
                } else {
                    row.rest.push_str(word);
                    row.rest.push(' ');
                }
            }
        }
        Ok(row)
    }

    fn is_blank(&self) -> bool {
        self.client.is_none() && self.scopes.is_empty() && self.rest.is_empty()
    }
}

#[derive(Default)]
struct Grants {
    pairs: Vec<(String, String)>,
    known: HashSet<(String, String)>,
    /// The client that rows without one continue, as in a list with merged cells.
    client: Option<String>,
    /// A client that has no scope yet, with its line.
    waiting: Option<(u64, String)>,
    began: bool,
}

impl Grants {
    fn add_row(&mut self, line: u64, row: &Row) -> Result<(), ListError> {
        let refuse = |problem| Err(ListError { line, problem });
        if row.is_blank() {
            return Ok(());
        }
        let is_header = !std::mem::replace(&mut self.began, true);
        match (&row.client, row.scopes.is_empty()) {
            (None, true) if is_header => return Ok(()),
            (None, true) => return refuse(Problem::Nothing(row.rest.trim().chars().take(80).collect())),
            // A name beside scopes is a client whose id is missing, not a further line of the one above.
            (None, false) if self.client.is_none() || !row.rest.is_empty() => {
                return refuse(Problem::NoClient);
            }
            (None, false) => {}
            (Some(client), no_scope) => {
                self.scopes_arrived()?;
                self.client = Some(client.clone());
                if no_scope {
                    self.waiting = Some((line, client.clone()));
                }
            }
        }
        if let (Some(client), false) = (&self.client, row.scopes.is_empty()) {
            self.waiting = None;
            for scope in &row.scopes {
                let pair = (client.clone(), scope.clone());
                if self.known.insert(pair.clone()) {
                    self.pairs.push(pair);
                }
            }
        }
        Ok(())
    }

    fn scopes_arrived(&mut self) -> Result<(), ListError> {
        match self.waiting.take() {
            Some((line, client)) => Err(ListError { line, problem: Problem::NoScope(client) }),
            None => Ok(()),
        }
    }

    fn finish(mut self) -> Result<Vec<(String, String)>, ListError> {
        self.scopes_arrived()?;
        if self.pairs.is_empty() {
            return Err(ListError { line: 1, problem: Problem::Empty });
        }
        Ok(self.pairs)
    }
}

/// The words of a cell.
fn words(cell: &str) -> impl Iterator<Item = &str> {
    cell.split([',', ';', '|', ' ', '\t', '\n', '\r']).map(unwrapped).filter(|word| !word.is_empty())
}

/// Without what spreadsheets wrap around a number to keep it a text: `'1`, `="1"`, `id:1`.
fn unwrapped(word: &str) -> &str {
    let word = word.trim_matches(['\'', '"', '=', '\u{feff}', '\u{a0}', '[', ']', '<', '>']);
    word.strip_prefix("id:").unwrap_or(word)
}

/// A numeric id, or one of an OAuth client, whole.
fn client_id(word: &str) -> Option<String> {
    let number = word.strip_suffix(".apps.googleusercontent.com");
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    match number {
        Some(name) => {
            let digits = name.split('-').next().unwrap_or_default();
            (digits.len() >= 6 && is_number(digits)).then(|| word.to_owned())
        }
        None => {
            let plausible = (12..=30).contains(&word.len()) && is_number(word) && !lost_digits(word);
            plausible.then(|| word.to_owned())
        }
    }
}

/// A spreadsheet keeps 15 digits and writes zeros for the rest.
fn lost_digits(number: &str) -> bool {
    number.len() > 15 && number.bytes().skip(15).all(|byte| byte == b'0')
}

/// `1.17E+20`, `1,17E+20` (its first part went with the comma), or a number whose end is all zeros.
fn is_spreadsheet_number(word: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if let Some((mantissa, exponent)) = word.split_once(['E', 'e']) {
        let mantissa_is_number = mantissa.split(['.', ',']).all(digits);
        return mantissa_is_number && digits(exponent.trim_start_matches(['+', '-']));
    }
    digits(word) && lost_digits(word)
}

fn is_scope(word: &str) -> bool {
    let rest = word.strip_prefix("https://").or_else(|| word.strip_prefix("http://"));
    rest.is_some_and(|rest| rest.contains('.') && rest.chars().all(|c| c.is_ascii_graphic()))
}

/// A scope on one of Google's own hosts, as all are that are known.
fn is_google_scope(word: &str) -> bool {
    let host =
        word.split("://").nth(1).and_then(|rest| rest.split(['/', ':', '?']).next()).unwrap_or_default();
    is_scope(word) && ["google.com", "googleapis.com"].iter().any(|google| host.ends_with(google))
}

/// Scopes that are no URL.
fn is_short_scope(word: &str) -> bool {
    ["openid", "email", "profile"].contains(&word)
}

fn unreadable(path: &Path, error: &std::io::Error) -> Gap {
    Gap {
        part: Part::ConsoleGrants,
        class: GapClass::Failed,
        reason: "console_list_unreadable".to_owned(),
        message: format!("The delegation list {} cannot be read: {error}", path.display()),
        needed: "a readable file".to_owned(),
        fix:
            "Correct `[cloud] console_grants`, or make the file readable for the account that runs the audit."
                .to_owned(),
    }
}

fn malformed(path: &Path, error: &ListError) -> Gap {
    let fix = match error.problem {
        Problem::SpreadsheetNumber(_) => {
            "Copy the list again and keep the column of client ids as text, or edit the file in a text editor."
        }
        _ => {
            "Correct the line: each client needs its numeric id (or ….apps.googleusercontent.com) and its scope URLs."
        }
    };
    Gap {
        part: Part::ConsoleGrants,
        class: GapClass::Failed,
        reason: "console_list_malformed".to_owned(),
        message: format!("The delegation list {} cannot be used: {error}", path.display()),
        needed: "a list in which each row has a client id and scope URLs".to_owned(),
        fix: fix.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const A: &str = "https://www.googleapis.com/auth/gmail.send";
    const B: &str = "https://mail.google.com/";
    const ID: &str = "117012345678901234567";

    fn expected() -> Vec<(String, String)> {
        [A, B].map(|scope| (ID.to_owned(), scope.to_owned())).to_vec()
    }

    #[test]
    fn any_layout_and_separator_gives_the_same_grants() {
        for text in [
            format!("Name,Client ID,Scopes\nMailer,{ID},\"{A},{B}\"\n"),
            format!("{ID};{A} {B}\n"),
            format!("Client ID\tScope\n{ID}\t{A}\n{ID}\t{B}\n"),
            format!("scopes|client\n{A}|{ID}\n{B}|{ID}\n"),
            format!("{ID},{A},{B}"),
            format!("\u{feff}Client,Scopes\r\n'{ID},\"{A}\r\n{B}\"\r\n\r\n"),
            format!("Client,Scope\n{ID},{A}\n,{B}\n"),
            format!("Client ID\n{ID}\n{A}\n{B}\n"),
            format!("\"=\"\"{ID}\"\"\";{A};{B}"),
            format!("Name,Client ID,Scopes\nhttps://mailer.example/home,{ID},\"{A},{B}\"\n"),
        ] {
            assert_eq!(parse(text.as_bytes()), Ok(expected()), "{text}");
        }
        let utf16: Vec<u8> = [0xff, 0xfe]
            .into_iter()
            .chain(format!("Client\tScopes\r\n{ID}\t{A}, {B}\r\n").encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        assert_eq!(parse(&utf16), Ok(expected()));
        let ansi = [b"B\xfcro;".as_slice(), format!("{ID};{A} {B}").as_bytes()].concat();
        assert_eq!(parse(&ansi), Ok(expected()));
    }

    #[test]
    fn a_scope_on_an_unknown_host_is_a_scope_where_nothing_else_is() {
        let odd = "https://scopes.example/auth/x";
        assert_eq!(parse(format!("{ID},{odd}").as_bytes()), Ok(vec![(ID.to_owned(), odd.to_owned())]));
    }

    #[test]
    fn an_oauth_client_id_is_kept_whole() {
        let id = "407408718192-abc123.apps.googleusercontent.com";
        assert_eq!(parse(format!("{id},{A}").as_bytes()), Ok(vec![(id.to_owned(), A.to_owned())]));
    }

    #[test]
    fn a_row_that_fits_nothing_names_its_line() {
        for (text, line, words) in [
            (format!("Client,Scope\n{ID},{A}\n1.17E+20,{B}\n"), 3, "a spreadsheet turned into a number"),
            (format!("Client;Scope\n1,17E+20;{B}\n"), 2, "a spreadsheet turned into a number"),
            (format!("117012345678901000000,{B}\n"), 1, "a spreadsheet turned into a number"),
            (format!("Client,Scope\n{ID},{A}\nsomething else\n"), 3, "neither a client id nor a scope URL"),
            (format!("Client,Scope\n{ID},\n"), 2, "without a scope URL"),
            (format!("Client,Scope\nMailer,{A}\n"), 2, "scopes without a client id"),
            (format!("{ID},{A}\nMailer,{B}\n"), 2, "scopes without a client id"),
            (format!("{ID} 118012345678901234567,{A}\n"), 1, "two client ids"),
            (format!("{ID},\"{A} gmail.readonly\"\n"), 1, "is no scope URL"),
            ("Client,Scope\n".to_owned(), 1, "lists no client"),
            (String::new(), 1, "lists no client"),
            (format!("Client,Scopes\n{ID},\"{A},\n{B}"), 2, "never ends"),
        ] {
            let error = parse(text.as_bytes()).unwrap_err();
            assert_eq!(error.line, line, "{text}: {error}");
            assert!(error.to_string().contains(words), "{text}: {error}");
        }
        assert_eq!(parse(&[0xff, 0x00, 0xd8]).unwrap_err().problem, Problem::NoText);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = parse(&bytes);
        }

        #[test]
        fn what_is_read_is_an_id_and_a_scope(text in "[0-9a-zE+.,;\"\n :/]{0,120}") {
            for (client, scope) in parse(text.as_bytes()).unwrap_or_default() {
                prop_assert!(client_id(&client).is_some());
                prop_assert!(is_scope(&scope) || is_short_scope(&scope));
            }
        }
    }
}
