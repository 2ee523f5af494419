//! The Admin console's delegation list, from a file of any layout: columns are found by content.
//!
//! Google documents no export format. Client ids and scope URLs are recognized wherever they stand; a
//! row that holds neither, or a half of one, makes the whole list unusable, because a list with a hole
//! would show fewer grants than there are.

use std::collections::HashSet;
use std::path::Path;

use chrono::{DateTime, NaiveTime, SubsecRound, Utc};

use crate::input_file;
use crate::tenant::{Gap, GapClass, GapReason, InputFile, Part, Reading};

use super::{Plan, gaps};
use crate::delegation::GrantListing;

/// The most that a list may have: that of a tenant with ten thousand clients has less.
const MAX_BYTES: u64 = 64 << 20;

/// Reads the configured file, and says which file it was.
pub(super) fn collect(plan: &Plan, run_at: DateTime<Utc>) -> (Reading<GrantListing>, Option<InputFile>) {
    if let Some(gap) = plan.not_asked(Part::ConsoleGrants) {
        return (Reading::Missing(gap), None);
    }
    let Some(list) = &plan.console else {
        let fix = "Copy or export the list from Admin console > Security > Access and data control > API \
                   controls > Manage domain-wide delegation, and set `[cloud] console_grants` to the file.";
        let gap = gaps::not_configured(Part::ConsoleGrants, "no file is configured", fix);
        return (Reading::Missing(gap), None);
    };
    let (bytes, file) = match input_file::read_known(&list.path, MAX_BYTES) {
        Ok(read) => read,
        Err(error) => return (Reading::Missing(unreadable(&list.path, &error)), None),
    };
    let file_time = || file.modified_at.unwrap_or(run_at);
    // A file has fractions of seconds and the run has not: one of the same moment is not newer than the run.
    let seen_at = list
        .date
        .map_or_else(file_time, |date| date.and_time(NaiveTime::MIN).and_utc())
        .trunc_subsecs(0)
        .min(run_at);
    let reading = match parse(&bytes) {
        Ok(grants) => Reading::Complete(GrantListing { grants, seen_at }),
        Err(error) => Reading::Missing(malformed(&list.path, &error)),
    };
    (reading, Some(file))
}

/// What is wrong with a delegation list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub(crate) struct ListError {
    /// From 1.
    pub(crate) line: u64,
    /// What is wrong there.
    pub(crate) problem: Problem,
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Problem {
    /// The file as a whole.
    #[error("the file is not text; export it as CSV")]
    NoText,
    /// A quote without its end.
    #[error("a quoted cell begins here and does not end; the file may be truncated")]
    Unclosed,
    /// No row at all.
    #[error("the file lists no client")]
    Empty,
    /// The table cannot be read.
    #[error("the row cannot be read: {0}")]
    Table(String),
    /// `1.17E+20`.
    #[error("`{0}` is a client ID that a spreadsheet converted to a number, so digits are lost")]
    SpreadsheetNumber(String),
    /// Scopes of nobody.
    #[error("scopes without a client ID")]
    NoClient,
    /// A client of nothing.
    #[error("client ID {0} without a scope URL")]
    NoScope(String),
    /// Two clients.
    #[error("two client IDs in one row: {0} and {1}")]
    TwoClients(String, String),
    /// Beside a scope stands something that is none.
    #[error("`{0}` is among the scopes but is not a scope URL")]
    NoScopeUrl(String),
    /// Others are not shown.
    #[error("`{0}` stands for scopes that are not in the file, so the list is truncated")]
    Cut(String),
    /// Only one page of several.
    #[error(
        "`{text}` says that the table has more entries than the {clients} clients in the file, so the list \
         is truncated"
    )]
    OnePage {
        /// The foot of the page.
        text: String,
        /// How many clients the file names.
        clients: u64,
    },
    /// Neither id nor scope.
    #[error("the row contains neither a client ID nor a scope URL: `{0}`")]
    Nothing(String),
}

/// The client × scope pairs of a list, in its order, each once.
///
/// # Errors
/// When a row fits nothing, or stands for scopes that are not there, with its line.
pub(crate) fn parse(bytes: &[u8]) -> Result<Vec<(String, String)>, ListError> {
    let text = decode(bytes).ok_or(ListError { line: 1, problem: Problem::NoText })?;
    if let Some(line) = unclosed_quote(&text) {
        return Err(ListError { line, problem: Problem::Unclosed });
    }
    let records = records(&text)?;
    let layout = Layout::of(&records);
    let is_pasted = delimiter(&text) == b'\t';
    let rows = records
        .iter()
        .map(|(line, record)| Row::of(*line, record, layout))
        .filter(|row| !row.as_ref().is_ok_and(Row::is_blank))
        .collect::<Result<Vec<_>, _>>()?;
    let mut grants = Grants::default();
    match layout {
        Layout::Table => grants.read_table(&rows, is_pasted)?,
        Layout::Page { .. } => grants.read_page(rows)?,
    }
    grants.finish()
}

fn records(text: &str) -> Result<Vec<(u64, csv::StringRecord)>, ListError> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(text))
        .from_reader(text.as_bytes());
    // The reader counts empty lines before a row as a part of the row.
    let (mut line, mut counted) = (1, 0);
    let mut at = |position: Option<&csv::Position>| {
        let begins = position.and_then(|position| usize::try_from(position.byte()).ok()).unwrap_or(counted);
        let rest = text.get(begins..).unwrap_or_default();
        let first = begins + rest.len() - rest.trim_start_matches(['\r', '\n']).len();
        line += text.get(counted..first).unwrap_or_default().matches('\n').count() as u64;
        counted = first.max(counted);
        line
    };
    let records = reader.records().map(|record| match record {
        Ok(record) => Ok((at(record.position()), record)),
        Err(error) => {
            Err(ListError { line: at(error.position()), problem: Problem::Table(error.to_string()) })
        }
    });
    records.collect()
}

/// How the file came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layout {
    /// Rows with a client and its scopes.
    Table,
    /// The console's page, copied line by line: names, ids, scopes and the texts of buttons, in any language.
    Page {
        /// Whether a scope stands on one of Google's hosts: then every other address is a name.
        names_google_scopes: bool,
    },
}

impl Layout {
    fn of(records: &[(u64, csv::StringRecord)]) -> Self {
        let is_entry = |record: &csv::StringRecord| {
            let any = |fits: fn(&str) -> bool| record.iter().flat_map(words).any(fits);
            any(|word| client_id(word).is_some()) && any(|word| is_scope(word) || is_short_scope(word))
        };
        if records.iter().any(|(_, record)| is_entry(record)) {
            return Self::Table;
        }
        let mut cells = records.iter().flat_map(|(_, record)| record);
        Self::Page { names_google_scopes: cells.any(|cell| words(cell).any(is_google_scope)) }
    }
}

/// UTF-8; UTF-16 as Excel writes "Unicode text"; else Windows-1252 as it writes plain CSV. Ids and scopes
/// are ASCII in all of them. Spaces of any width are spaces, and what has no width is left out.
fn decode(bytes: &[u8]) -> Option<String> {
    let (encoding, mark) = encoding_rs::Encoding::for_bom(bytes)
        .or_else(|| utf16_without_mark(bytes))
        .unwrap_or((encoding_rs::UTF_8, 0));
    let strict = encoding.decode_without_bom_handling_and_without_replacement(&bytes[mark..]);
    let is_text = mark == 0 && !bytes.contains(&0);
    let text = strict.or_else(|| is_text.then(|| encoding_rs::WINDOWS_1252.decode(bytes).0))?;
    let visible = |c: &char| !matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    let plain = |c: char| if c.is_whitespace() && !c.is_ascii_whitespace() { ' ' } else { c };
    let text: String = text.chars().filter(visible).map(plain).collect();
    // Old spreadsheets end lines with a carriage return alone.
    let text = if text.contains('\n') { text } else { text.replace('\r', "\n") };
    (!text.contains('\0')).then_some(text)
}

/// ASCII in UTF-16 has a zero in every second byte.
fn utf16_without_mark(bytes: &[u8]) -> Option<(&'static encoding_rs::Encoding, usize)> {
    match bytes {
        [first, 0, second, 0, ..] if *first != 0 && *second != 0 => Some((encoding_rs::UTF_16LE, 0)),
        [0, first, 0, second, ..] if *first != 0 && *second != 0 => Some((encoding_rs::UTF_16BE, 0)),
        _ => None,
    }
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

/// What one cell holds.
#[derive(Debug, Default)]
struct Cell {
    clients: Vec<String>,
    scopes: Vec<String>,
    /// Nothing but scopes that are no URL; they may be words as well.
    short_scopes: Vec<String>,
    /// The words that are neither, as they stand.
    text: String,
}

impl Cell {
    fn of(cell: &str, is_home_page: bool) -> Result<Self, Problem> {
        let mut found = Self::default();
        let words: Vec<&str> = words(cell).collect();
        if let Some(word) = words.iter().copied().find(|word| is_cut_scope(word)) {
            return Err(Problem::Cut(word.to_owned()));
        }
        if words.iter().all(|word| is_short_scope(word)) {
            found.short_scopes = words.into_iter().map(str::to_owned).collect();
            return Ok(found);
        }
        let lists_scopes = !is_home_page && words.iter().any(|word| is_scope(word));
        let mut text = Vec::new();
        for word in words {
            if let Some(client) = client_id(word) {
                found.clients.push(client);
            } else if is_spreadsheet_number(word) {
                return Err(Problem::SpreadsheetNumber(word.to_owned()));
            } else if lists_scopes && (is_scope(word) || is_short_scope(word)) {
                found.scopes.push(spelled(word));
            } else if lists_scopes && Stand::of(word).is_some() {
                return Err(Problem::Cut(word.to_owned()));
            } else if lists_scopes {
                return Err(Problem::NoScopeUrl(word.to_owned()));
            } else {
                text.push(word);
            }
        }
        found.text = text.join(" ");
        Ok(found)
    }

    /// A client id and nothing else.
    fn is_client(&self) -> bool {
        self.clients.len() == 1 && self.scopes.is_empty() && self.text.is_empty()
    }

    /// Takes what it holds for words, as in a name that looks like an id or an address.
    fn into_text(self) -> Self {
        let words = [self.clients, self.scopes, self.short_scopes, vec![self.text]].concat();
        Self { text: words.join(" ").trim().to_owned(), ..Self::default() }
    }
}

/// What one row holds.
#[derive(Debug, Default)]
struct Row {
    line: u64,
    client: Option<String>,
    /// Whether the client's id stands in a cell of its own.
    is_client_alone: bool,
    scopes: Vec<String>,
    /// Whether its only scopes are words that may mean something else.
    has_only_short_scopes: bool,
    /// The text of cells that hold neither.
    rest: String,
    has_empty_cell: bool,
    is_one_cell: bool,
}

impl Row {
    fn of(line: u64, record: &csv::StringRecord, layout: Layout) -> Result<Self, ListError> {
        let refuse = |problem| ListError { line, problem };
        let names_google_scopes = record.iter().flat_map(words).any(is_google_scope)
            || layout == Layout::Page { names_google_scopes: true };
        let mut cells = record
            .iter()
            .map(|cell| {
                // Beside Google's scopes, a cell with nothing but another address is a client's name or home page.
                let is_home_page = names_google_scopes && !words(cell).any(is_google_scope);
                Cell::of(cell, is_home_page).map_err(refuse)
            })
            .collect::<Result<Vec<_>, _>>()?;
        let client_at = cells.iter().position(Cell::is_client);
        for (at, cell) in cells.iter_mut().enumerate().filter(|_| client_at.is_some()) {
            let is_name = Some(at) != client_at && !cell.clients.is_empty() && !cell.text.is_empty();
            if is_name {
                *cell = std::mem::take(cell).into_text();
            }
        }
        let holder = cells.iter().position(|cell| !cell.clients.is_empty());
        // Before the id stands the name, where scopes stand behind it.
        if let Some(at) = holder
            && let (before, rest) = cells.split_at_mut(at)
            && rest.iter().any(|cell| !cell.scopes.is_empty() || !cell.short_scopes.is_empty())
        {
            before.iter_mut().for_each(|cell| *cell = std::mem::take(cell).into_text());
        }
        let has_text = cells.iter().any(|cell| !cell.text.is_empty());
        if holder.is_none() && has_text {
            let words = cells.iter_mut().filter(|cell| !cell.short_scopes.is_empty());
            words.for_each(|cell| *cell = std::mem::take(cell).into_text());
        }
        let row = Self {
            line,
            client: only_client(&cells).map_err(refuse)?,
            is_client_alone: client_at.is_some(),
            scopes: cells
                .iter()
                .flat_map(|cell| cell.scopes.iter().chain(&cell.short_scopes))
                .cloned()
                .collect(),
            has_only_short_scopes: cells.iter().all(|cell| cell.scopes.is_empty()),
            rest: cells
                .iter()
                .map(|cell| cell.text.as_str())
                .filter(|text| !text.is_empty())
                .collect::<Vec<_>>()
                .join(" "),
            has_empty_cell: record.iter().any(|cell| words(cell).next().is_none()),
            is_one_cell: record.len() == 1,
        };
        if let Some(cut) = row.cut(&cells, holder) {
            return Err(refuse(Problem::Cut(cut.to_owned())));
        }
        Ok(row)
    }

    /// A cell beside scopes that stands for more of them. What stands before the id is a name.
    fn cut<'c>(&self, cells: &'c [Cell], holder: Option<usize>) -> Option<&'c str> {
        if self.scopes.is_empty() {
            return None;
        }
        let first_scope =
            cells.iter().position(|cell| !cell.scopes.is_empty() || !cell.short_scopes.is_empty());
        let is_name = |at: usize| {
            holder.is_some_and(|holder| at < holder) && first_scope.is_none_or(|first| at < first)
        };
        let texts =
            cells.iter().enumerate().filter(|(at, _)| !is_name(*at)).map(|(_, cell)| cell.text.as_str());
        texts.into_iter().find(|text| match Stand::of(text) {
            None => false,
            Some(Stand::Number(number)) => number != self.scopes.len() as u64,
            Some(Stand::Count | Stand::More | Stand::Dots) => true,
        })
    }

    fn is_blank(&self) -> bool {
        self.client.is_none() && self.scopes.is_empty() && self.rest.is_empty()
    }

    /// A line of a page's buttons and settings: words that are no part of an id or of a scope.
    fn is_chrome(&self, before: Option<&Self>) -> bool {
        let is_plain = |word: &str| {
            let digits = word.bytes().filter(u8::is_ascii_digit).count();
            let inner = word.trim_end_matches(['.', ':', ',', '!', '?']);
            digits <= 4 && !inner.contains(['.', '/', ':', '@', '_', '…', '+', '*'])
        };
        // `Rows per page:` and the number below it.
        let is_setting = before.is_some_and(|row| row.is_text() && row.rest.trim_end().ends_with(':'));
        let stands_for_scopes = match Stand::of(&self.rest) {
            None => false,
            Some(Stand::Number(_)) => !is_setting,
            Some(Stand::More | Stand::Dots | Stand::Count) => true,
        };
        self.is_one_cell
            && !stands_for_scopes
            && PageRange::of(&self.rest).is_none()
            && self.rest.split_whitespace().all(is_plain)
    }

    fn is_text(&self) -> bool {
        self.client.is_none() && self.scopes.is_empty()
    }

    /// Takes its client or its scope for a name.
    fn into_text(self) -> Self {
        let words = [self.client.into_iter().collect(), self.scopes, vec![self.rest]].concat();
        Self { line: self.line, rest: words.join(" ").trim().to_owned(), ..Self::default() }
    }

    fn refuse(&self, problem: Problem) -> ListError {
        ListError { line: self.line, problem }
    }
}

fn only_client(cells: &[Cell]) -> Result<Option<String>, Problem> {
    let mut clients = cells.iter().flat_map(|cell| &cell.clients);
    let Some(first) = clients.next() else { return Ok(None) };
    match clients.find(|client| *client != first) {
        Some(other) => Err(Problem::TwoClients(first.clone(), other.clone())),
        None => Ok(Some(first.clone())),
    }
}

/// A text that may stand for scopes that are not shown, in any language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stand {
    /// `+1 More`, `(+2)`, `2 more`: others follow.
    More,
    /// `…`, `...`, `and so on …`.
    Dots,
    /// `3 scopes`, `und 2 weitere`: a number with a word.
    Count,
    /// A number alone.
    Number(u64),
}

impl Stand {
    fn of(text: &str) -> Option<Self> {
        let text = text.trim().trim_matches(['(', ')', '[', ']', '{', '}', '&']).trim();
        let number = |word: &str| {
            let is_short = (1..=4).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit());
            is_short.then(|| word.parse::<u64>().ok()).flatten()
        };
        let is_word = |word: &&str| word.chars().any(char::is_alphabetic);
        if text.ends_with('…') || text.ends_with("..") {
            return Some(Self::Dots);
        }
        let digits = |text: &str| text.trim_start().starts_with(|c: char| c.is_ascii_digit());
        let is_more = text.strip_prefix('+').is_some_and(digits)
            || text.strip_suffix('+').is_some_and(|text| number(text.trim()).is_some());
        let words: Vec<&str> = text.split_whitespace().collect();
        let says_more = words.iter().any(|word| word.eq_ignore_ascii_case("more"));
        if is_more || says_more && (words.len() == 1 || words.iter().any(|word| number(word).is_some())) {
            return Some(Self::More);
        }
        match words.as_slice() {
            [one] => number(one).map(Self::Number),
            [one, other] if number(one).is_some() && is_word(other) => Some(Self::Count),
            [before, one, after] if number(one).is_some() && is_word(before) && is_word(after) => {
                Some(Self::Count)
            }
            _ => None,
        }
    }

    const fn means_more(self) -> bool {
        matches!(self, Self::More | Self::Dots)
    }
}

/// What a table's foot says of its pages: `1–30 of 45`, in any language and order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct PageRange {
    first: u64,
    last: u64,
    /// `None`: `of many`.
    total: Option<u64>,
}

impl PageRange {
    fn of(text: &str) -> Option<Self> {
        let mut numbers: Vec<(usize, u64)> = Vec::new();
        let mut gaps: Vec<String> = vec![String::new()];
        for c in text.chars() {
            match (c.to_digit(10), gaps.last_mut()) {
                (Some(digit), Some(gap)) => {
                    let digit = u64::from(digit);
                    match numbers.last_mut().filter(|_| gap.is_empty()) {
                        Some((_, number)) => *number = number.checked_mul(10)?.checked_add(digit)?,
                        None => {
                            numbers.push((gaps.len(), digit));
                            gaps.push(String::new());
                        }
                    }
                }
                (None, Some(gap)) => gap.push(c),
                (_, None) => {}
            }
        }
        let is_range = |gap: &String| matches!(gap.trim(), "-" | "–" | "—" | "‒" | "−" | "~" | "～" | "to");
        let at = (1..numbers.len()).find(|at| gaps.get(*at).is_some_and(is_range))?;
        let (first, last) = (numbers[at - 1].1, numbers[at].1);
        let others: Vec<u64> = numbers
            .iter()
            .enumerate()
            .filter(|(place, _)| *place != at && *place + 1 != at)
            .map(|(_, number)| number.1)
            .collect();
        let total = match others.as_slice() {
            [total] => Some(*total),
            _ => None,
        };
        (first <= last && others.len() <= 1).then_some(Self { first, last, total })
    }

    fn is_whole(self, clients: u64) -> bool {
        self.first <= 1 && self.total == Some(self.last) && clients >= self.last
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
    /// What feet of pages say, with the line and the text.
    pages: Vec<(u64, String, PageRange)>,
}

impl Grants {
    /// `is_pasted`: with tabs, as a browser copies the console's table.
    fn read_table(&mut self, rows: &[Row], is_pasted: bool) -> Result<(), ListError> {
        let mut follows_chrome = false;
        for (at, row) in rows.iter().enumerate() {
            if row.is_text() {
                // A page has buttons in lines of their own, in any language.
                if is_pasted && row.is_chrome(at.checked_sub(1).and_then(|before| rows.get(before))) {
                    follows_chrome = true;
                } else {
                    self.pass_over(at, rows)?;
                }
                continue;
            }
            // The line between may be the name of a client whose id is missing.
            if row.client.is_none() && follows_chrome {
                return Err(row.refuse(Problem::NoClient));
            }
            follows_chrome = false;
            match &row.client {
                // A name beside scopes is a client whose id is missing, not a further line of the one above.
                None if self.client.is_none() || !row.rest.is_empty() => {
                    return Err(row.refuse(Problem::NoClient));
                }
                None => {}
                Some(client) => self.begin(row.line, client)?,
            }
            self.add(&row.scopes);
        }
        Ok(())
    }

    /// A row of a table that holds neither id nor scope: a title, a button or the foot of a page.
    fn pass_over(&mut self, at: usize, rows: &[Row]) -> Result<(), ListError> {
        let row = &rows[at];
        if let Some(range) = PageRange::of(&row.rest) {
            self.pages.push((row.line, row.rest.clone(), range));
            return Ok(());
        }
        if Stand::of(&row.rest).is_some_and(Stand::means_more) {
            return Err(row.refuse(Problem::Cut(row.rest.clone())));
        }
        // An entry whose id and scopes are lost leaves empty cells behind.
        let is_title = self.client.is_none() && (at == 0 || !row.has_empty_cell);
        // What stands in a row of its own again and again is a button.
        let alike = rows.iter().filter(|other| other.is_text() && other.rest == row.rest).count();
        let is_button = alike > 1 && !row.has_empty_cell;
        // `Rows per page: 30`, which stands behind the last entry.
        let is_setting = row.rest.contains(':') && rows[at..].iter().all(Row::is_text);
        if is_title || is_button || is_setting {
            return Ok(());
        }
        Err(row.refuse(Problem::Nothing(row.rest.chars().take(80).collect())))
    }

    fn read_page(&mut self, rows: Vec<Row>) -> Result<(), ListError> {
        let mut lines: Vec<Row> = Vec::new();
        let mut rows = rows.into_iter().peekable();
        while let Some(row) = rows.next() {
            let is_before_client = rows.peek().is_some_and(|next| next.is_client_alone);
            let follows_text = lines.last().is_none_or(Row::is_text);
            let is_number_in_name = row.client.is_some() && !row.is_client_alone;
            let is_address = row.client.is_none() && row.scopes.len() == 1 && follows_text;
            let is_name = is_before_client && (is_number_in_name || is_address);
            // `email` is a word where no scope can stand.
            let is_word =
                row.client.is_none() && row.has_only_short_scopes && follows_text && lines.len() < 2;
            lines.push(if is_name || is_word { row.into_text() } else { row });
        }
        let mut texts = 0;
        for (at, row) in lines.iter().enumerate() {
            let is_name = lines.get(at + 1).is_some_and(|next| next.client.is_some());
            if let Some(client) = &row.client {
                self.begin(row.line, client)?;
                texts = 0;
            } else if row.is_text() {
                self.read_text(row, is_name, texts == 0)?;
                texts += 1;
            } else if self.client.is_none() {
                return Err(row.refuse(Problem::NoClient));
            } else if self.waiting.is_none() && (texts > 0 || !row.rest.is_empty()) || texts > 1 {
                // Text between scopes is the name of a client whose id is missing.
                if row.has_only_short_scopes {
                    texts += 1;
                    continue;
                }
                return Err(row.refuse(Problem::NoClient));
            } else {
                texts = 0;
            }
            self.add(&row.scopes);
        }
        Ok(())
    }

    /// A line of the page that is a name, a title, a button or the foot.
    fn read_text(&mut self, row: &Row, is_name: bool, follows_scopes: bool) -> Result<(), ListError> {
        let is_cut = match Stand::of(&row.rest) {
            Some(Stand::More) => true,
            Some(Stand::Dots) => !is_name || row.rest.trim_matches(['.', '…', ' ']).is_empty(),
            Some(Stand::Count) => follows_scopes && !is_name && self.client.is_some(),
            Some(Stand::Number(_)) | None => false,
        };
        if is_cut {
            return Err(row.refuse(Problem::Cut(row.rest.clone())));
        }
        if let Some(range) = PageRange::of(&row.rest).filter(|_| !is_name) {
            self.pages.push((row.line, row.rest.clone(), range));
        }
        Ok(())
    }

    fn begin(&mut self, line: u64, client: &str) -> Result<(), ListError> {
        self.scopes_arrived()?;
        self.client = Some(client.to_owned());
        self.waiting = Some((line, client.to_owned()));
        Ok(())
    }

    fn add(&mut self, scopes: &[String]) {
        let Some(client) = self.client.as_ref().filter(|_| !scopes.is_empty()) else { return };
        self.waiting = None;
        for scope in scopes {
            let pair = (client.clone(), scope.clone());
            if self.known.insert(pair.clone()) {
                self.pairs.push(pair);
            }
        }
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
        let clients = self.pairs.iter().map(|(client, _)| client).collect::<HashSet<_>>().len() as u64;
        match self.pages.into_iter().find(|(_, _, range)| !range.is_whole(clients)) {
            Some((line, text, _)) => Err(ListError { line, problem: Problem::OnePage { text, clients } }),
            None => Ok(self.pairs),
        }
    }
}

fn words(cell: &str) -> impl Iterator<Item = &str> {
    let separators = [',', ';', '|', ' ', '\t', '\n', '\r', '，', '、', '；'];
    cell.split(separators).map(unwrapped).filter(|word| !word.is_empty())
}

/// Without what spreadsheets wrap around a number to keep it a text: `'1`, `="1"`, `id:1`.
fn unwrapped(word: &str) -> &str {
    let word = word.trim_matches(['\'', '"', '=', '\u{feff}', '\u{a0}', '[', ']', '<', '>']);
    word.strip_prefix("id:").unwrap_or(word)
}

/// A numeric id, or one of an OAuth client, whole.
fn client_id(word: &str) -> Option<String> {
    let lower = word.to_ascii_lowercase();
    let number = lower.strip_suffix(".apps.googleusercontent.com");
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
    after_scheme(word).is_some_and(|rest| rest.contains('.') && rest.chars().all(|c| c.is_ascii_graphic()))
}

/// What follows `https://`; the scheme is compared without case (RFC 3986, section 3.1).
fn after_scheme(word: &str) -> Option<&str> {
    let (scheme, rest) = word.split_once("://")?;
    ["https", "http"].iter().any(|known| scheme.eq_ignore_ascii_case(known)).then_some(rest)
}

/// The host of an address, with its port.
fn host(word: &str) -> &str {
    after_scheme(word).and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default()
}

/// A scope with its scheme and host in lower case; the path keeps its own (RFC 3986, section 6.2.2.1).
fn spelled(word: &str) -> String {
    let end = word.len() - after_scheme(word).map_or(word.len(), |rest| rest.len() - host(word).len());
    format!("{}{}", word[..end].to_ascii_lowercase(), &word[end..])
}

/// An address that somebody shortened: no scope ends in a dot.
fn is_cut_scope(word: &str) -> bool {
    after_scheme(word).is_some_and(|rest| rest.contains('…') || rest.ends_with('.') || rest.contains("..."))
}

/// A scope on one of Google's own hosts, as all are that are known.
fn is_google_scope(word: &str) -> bool {
    let host = host(word).to_ascii_lowercase();
    let is_of =
        |google: &str| host.strip_suffix(google).is_some_and(|sub| sub.is_empty() || sub.ends_with('.'));
    is_scope(word) && ["google.com", "googleapis.com"].into_iter().any(is_of)
}

/// Scopes that are no URL.
fn is_short_scope(word: &str) -> bool {
    ["openid", "email", "profile"].contains(&word)
}

fn unreadable(path: &Path, error: &std::io::Error) -> Gap {
    Gap {
        part: Part::ConsoleGrants,
        class: GapClass::Failed,
        reason: GapReason::CONSOLE_LIST_UNREADABLE,
        message: format!("The delegation list {} cannot be read: {error}", path.display()),
        needed: "a readable file".to_owned(),
        fix:
            "Correct `[cloud] console_grants`, or make the file readable for the account that runs the audit."
                .to_owned(),
        places: Box::default(),
    }
}

fn malformed(path: &Path, error: &ListError) -> Gap {
    let fix = match error.problem {
        Problem::SpreadsheetNumber(_) => {
            "Copy the list again and keep the client IDs as text, or edit the file in a text editor."
        }
        Problem::Cut(_) => {
            "Open each client in the console (View details), and copy all its scopes into the file."
        }
        Problem::OnePage { .. } => "Show all rows in the console, or copy every page into the file.",
        _ => {
            "Correct the line. Each client needs its numeric ID (or ….apps.googleusercontent.com) and its \
             scope URLs."
        }
    };
    Gap {
        part: Part::ConsoleGrants,
        class: GapClass::Failed,
        reason: GapReason::CONSOLE_LIST_MALFORMED,
        message: format!("The delegation list {} cannot be used: {error}", path.display()),
        needed: "a list in which each row has a client ID and scope URLs".to_owned(),
        fix: fix.to_owned(),
        places: Box::default(),
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

    fn clients(text: &str) -> Vec<(String, usize)> {
        let pairs = parse(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"));
        let mut clients: Vec<(String, usize)> = Vec::new();
        for (client, _) in pairs {
            match clients.iter_mut().find(|known| known.0 == client) {
                Some(known) => known.1 += 1,
                None => clients.push((client, 1)),
            }
        }
        clients
    }

    const PAGE: &str = include_str!("../../tests/lists/page_copy.csv");
    const OTHER: &str = "103000000000000000009";

    #[test]
    fn the_consoles_page_is_read_line_by_line_in_any_language() {
        let expected = [
            ("100000000000000000001".to_owned(), 6),
            (ID.to_owned(), 2),
            (OTHER.to_owned(), 1),
            ("407408718192-abc123def.apps.googleusercontent.com".to_owned(), 1),
        ];
        let german = PAGE
            .replace("View details", "Details ansehen")
            .replace("Edit", "Bearbeiten")
            .replace("Delete", "Löschen");
        let named = PAGE
            .replace("Vendor, Inc.", "https://vendor.example/")
            .replace("Scheduler", "https://mail.google.com/");
        let numbered = PAGE.replace("Vendor, Inc.", "Vendor 407408718192").replace("Scheduler", "email");
        let footed = format!("{PAGE}Rows per page:\n30\n1\u{a0}–\u{a0}4 of 4\n");
        let bare = PAGE
            .lines()
            .filter(|line| !["View details", "Edit", "Delete"].contains(line))
            .collect::<Vec<_>>();
        for text in [
            PAGE,
            &german,
            &named,
            &numbered,
            &footed,
            &bare.join("\r\n"),
            &PAGE.replace('\n', "\u{200b}\r\n"),
        ] {
            assert_eq!(clients(text), expected, "{text}");
        }
    }

    #[test]
    fn a_page_with_a_hole_is_refused_with_its_line() {
        let no_id = PAGE.replace(&format!("{OTHER}\n"), "");
        assert_eq!(parse(no_id.as_bytes()).unwrap_err(), ListError { line: 26, problem: Problem::NoClient });
        let no_scope = PAGE.replace("https://mail.google.com/\n", "");
        let error = parse(no_scope.as_bytes()).unwrap_err();
        assert_eq!(error, ListError { line: 26, problem: Problem::NoScope(OTHER.to_owned()) });
        for foot in ["1–30 of 45", "1 - 4 von 45", "45 件中 1～4 件", "5–8 of 8", "1–30 of 30", "1–4 of many"]
        {
            let error = parse(format!("{PAGE}{foot}\n").as_bytes()).unwrap_err();
            assert!(matches!(error.problem, Problem::OnePage { .. }), "{foot}: {error}");
            assert_eq!(error.line, 37);
        }
        for more in
            ["+1 More", "+2", "2 more", "and 2 more", "3 scopes", "…", "...", "und 2 weitere", "View more..."]
        {
            let cut = PAGE.replace("auth/calendar\n", &format!("auth/calendar\n{more}\n"));
            assert!(matches!(parse(cut.as_bytes()).unwrap_err().problem, Problem::Cut(_)), "{more}");
        }
    }

    #[test]
    fn a_cell_that_stands_for_more_scopes_cuts_the_list() {
        for more in
            ["+1 More", "+2", "(+2)", "2 more", "and 2 more", "3 scopes", "…", "...", "+3 weitere", "5"]
        {
            for text in [
                format!("Name,Client ID,Scopes\nMailer,{ID},{A},{more}\n"),
                format!("Client ID;Scopes;\n{ID};{A};{more}\n"),
                format!("{ID}\t{more}\t{A}\n"),
                format!("{ID},{A}\n,{B},{more}\n"),
            ] {
                let error = parse(text.as_bytes()).unwrap_err();
                assert!(matches!(error.problem, Problem::Cut(_)), "{text}: {error}");
            }
        }
        for end in ["...", "…", "."] {
            let error = parse(format!("{ID},\"{A},{B}auth/gm{end}\"\n").as_bytes()).unwrap_err();
            assert!(matches!(error.problem, Problem::Cut(_)), "{error}");
        }
        assert_eq!(clients(&format!("+1 More Team,{ID},\"{A} {B}\",2\n")), [(ID.to_owned(), 2)]);
    }

    #[test]
    fn scopes_that_are_no_url_count_alone_and_in_any_place() {
        for scopes in ["openid", "\"openid,email,profile\"", "openid,email"] {
            assert_eq!(
                clients(&format!("Client ID,Scopes\n{ID},{scopes}\n{OTHER},{A}\n")).len(),
                2,
                "{scopes}"
            );
        }
        assert_eq!(clients(&format!("client id,email,scopes\n{ID},a@b.example,{A}\n")), [(ID.to_owned(), 1)]);
        assert_eq!(clients(&format!("email,{ID},{A}\n")), [(ID.to_owned(), 1)], "a name");
    }

    #[test]
    fn scheme_and_host_have_no_case_and_the_path_has() {
        let read =
            parse(format!("{ID},\"HTTPS://WWW.GoogleApis.com/auth/Gmail.Send, {B} ,\"").as_bytes()).unwrap();
        let scopes: Vec<&str> = read.iter().map(|(_, scope)| scope.as_str()).collect();
        assert_eq!(scopes, ["https://www.googleapis.com/auth/Gmail.Send", B]);
    }

    #[test]
    fn tables_as_people_paste_them() {
        let buttons = format!(
            "Name\tClient ID\tScopes\nOne\t{ID}\t{A}\tView details\nEdit\nDelete\nTwo\t{OTHER}\t{B}\tView details\nEdit\nDelete\nRows per page: 30\n1–2 of 2\n"
        );
        let excel =
            format!("sep=;\r\nName;Client ID;Scopes\r\nBüro;\"{ID}\";\"{A}\r\n{B}\"\r\nTwo;{OTHER};{B}\r\n");
        let spaces = format!("One\u{a0}Two\t{ID}\u{200b}\t\u{feff}{A},\u{a0}{B}\nTwo\t{OTHER}\t{B}");
        let cards =
            format!("Name\tOne\nClient ID\t{ID}\nScopes\t{A}\nName\tTwo\nClient ID\t{OTHER}\nScopes\t{B}\n");
        for text in [buttons, excel, spaces, cards] {
            assert_eq!(clients(&text).len(), 2, "{text}");
        }
        let bare: Vec<u8> = format!("{ID}\t{A}\r\n").encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(parse(&bare).unwrap().len(), 1);
        let lost = format!("Name,Client ID,Scopes\nMailer,,\n{ID},{A}\n");
        assert!(parse(lost.as_bytes()).is_err(), "an entry that lost its id and scopes");
    }

    #[test]
    fn buttons_of_a_pasted_table_are_no_rows_whatever_they_say() {
        let head = format!("Name\tClient ID\tScopes\nMailer\t{ID}\t{A}\n");
        for buttons in [
            "View details\nEdit\nDelete\n",
            "View details Edit Delete\n",
            "Details ansehen\nBearbeiten\nLöschen\n",
            "詳細を表示\n編集\n削除\n",
            "View details\nEdit\nDelete\nRows per page:\n30\n1–1 of 1\n",
        ] {
            assert_eq!(clients(&format!("{head}{buttons}")), [(ID.to_owned(), 1)], "{buttons}");
        }
        let two = format!("{head}View details\nEdit\nDelete\nTwo\t{OTHER}\t{B}\nAnzeigen\n");
        assert_eq!(clients(&two).len(), 2);
        for hole in [
            "+1 More",
            "2 more",
            "3 scopes",
            "…",
            "View more...",
            "5",
            "123456789",
            "1170123456",
            "auth/gmail.send",
            "gmail.send",
            "www.googleapis.com",
            "Two\t\t",
            "Two\t123456\tx",
            "1–30 of 45",
        ] {
            for text in [format!("{head}{hole}\n"), format!("{head}Edit\n{hole}\nTwo\t{OTHER}\t{B}\n")] {
                assert!(parse(text.as_bytes()).is_err(), "{text}");
            }
        }
        let nobody = format!("{head}Two\n{B}\n");
        assert!(parse(nobody.as_bytes()).is_err(), "another client's scope, and its id is missing");
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
            (format!("Client,Scope\n{ID},{A}\n1.17E+20,{B}\n"), 3, "a spreadsheet converted to a number"),
            (format!("Client;Scope\n1,17E+20;{B}\n"), 2, "a spreadsheet converted to a number"),
            (format!("117012345678901000000,{B}\n"), 1, "a spreadsheet converted to a number"),
            (format!("Client,Scope\n{ID},{A}\nsomething else\n"), 3, "neither a client ID nor a scope URL"),
            (format!("Client,Scope\n{ID},\n"), 2, "without a scope URL"),
            (format!("Client,Scope\nMailer,{A}\n"), 2, "scopes without a client ID"),
            (format!("{ID},{A}\nMailer,{B}\n"), 2, "scopes without a client ID"),
            (format!("{ID} 118012345678901234567,{A}\n"), 1, "two client IDs"),
            (format!("{ID},\"{A} gmail.readonly\"\n"), 1, "is not a scope URL"),
            ("Client,Scope\n".to_owned(), 1, "lists no client"),
            (String::new(), 1, "lists no client"),
            (format!("Client,Scopes\n{ID},\"{A},\n{B}"), 2, "does not end"),
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
