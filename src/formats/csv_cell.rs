//! Cells that no spreadsheet runs: the one place where text of the tenant becomes part of a CSV file.
//!
//! Two changes are made to text, and no others. Control characters and line separators become U+FFFD.
//! Then text that could start a formula gets one leading `'`, and so does text behind a separator other than the
//! comma, so that a `'` there stands for itself unless what follows would need the guard.

use std::borrow::Cow;

use chrono::{DateTime, Utc};

use super::utc;
use crate::tenant::LastLogin;
use crate::tenant::is_invisible;

/// What spreadsheets take for the start of a formula, what compatibility normalisation (NFKC) turns
/// into it, and U+FFFD: at the start of a cell it can stand for a tab, line break or NUL.
const STARTERS: &[char] = &[
    '=', '+', '-', '@', '＝', '＋', '－', '＠', '﹦', '﹢', '﹣', '﹫', '⁼', '⁺', '⁻', '₌', '₊', '₋',
    '\u{FB29}', '\u{2212}', '\u{FFFD}',
];

/// Where spreadsheets split a line, beside the comma: at `;` where the comma is the decimal separator, quoted or not.
/// And what compatibility normalization turns into it. A tab is a control character, and gone by then.
const SEPARATORS: &[char] = &[';', '\u{37E}', '；', '﹔'];

/// How cells become a file: what holds a `;` is quoted too, as the comment sign would be.
pub(super) fn writer() -> csv::WriterBuilder {
    let mut writer = csv::WriterBuilder::new();
    writer.terminator(csv::Terminator::CRLF).comment(Some(b';'));
    writer
}

/// One cell, safe to write.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cell<'a>(Cow<'a, str>);

impl AsRef<[u8]> for Cell<'_> {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// Any text.
pub(super) fn text<'a>(text: impl Into<Cow<'a, str>>) -> Cell<'a> {
    let text = guarded_behind_separators(without_controls(text.into()));
    Cell(if could_start_formula(&text) { Cow::Owned(format!("'{text}")) } else { text })
}

/// Text, or empty if it is unknown.
pub(super) fn optional_text(known: Option<&str>) -> Cell<'_> {
    known.map_or_else(unknown, text)
}

/// `true` or `false`.
pub(super) fn boolean(value: bool) -> Cell<'static> {
    text(if value { "true" } else { "false" })
}

/// `true`, `false`, or empty if it is unknown.
pub(super) fn optional_boolean(known: Option<bool>) -> Cell<'static> {
    known.map_or_else(unknown, boolean)
}

pub(super) fn number(value: impl Into<i128>) -> Cell<'static> {
    text(value.into().to_string())
}

/// A number, or empty if it is unknown.
pub(super) fn optional_number(known: Option<impl Into<i128>>) -> Cell<'static> {
    known.map_or_else(unknown, number)
}

/// `YYYY-MM-DDTHH:MM:SSZ`, or empty if it is unknown.
pub(super) fn time(known: Option<DateTime<Utc>>) -> Cell<'static> {
    known.map_or_else(unknown, |time| text(utc::seconds(time)))
}

/// A time, `never`, or empty if it is unknown.
pub(super) fn last_login(last_login: LastLogin) -> Cell<'static> {
    match last_login {
        LastLogin::At(at) => time(Some(at)),
        LastLogin::Never => text("never"),
        LastLogin::Unknown => unknown(),
    }
}

/// A JSON array; `[]` is known to be empty. It starts no formula, but its items may hold separators.
pub(super) fn list<'a>(items: impl IntoIterator<Item = &'a str>) -> Cell<'static> {
    let items = items.into_iter().map(|item| guarded_behind_separators(without_controls(item.into())));
    Cell(Cow::Owned(serde_json::Value::from(items.collect::<Vec<_>>()).to_string()))
}

pub(super) const fn unknown<'a>() -> Cell<'a> {
    Cell(Cow::Borrowed(""))
}

fn without_controls(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.contains(char::is_control) {
        Cow::Owned(text.replace(char::is_control, "\u{FFFD}"))
    } else {
        text
    }
}

fn guarded_behind_separators(text: Cow<'_, str>) -> Cow<'_, str> {
    let needs_guard = |(_, behind): &(usize, &str)| could_start_formula(behind);
    let places = text.match_indices(SEPARATORS).map(|(at, separator)| at + separator.len());
    let places: Vec<usize> =
        places.map(|at| (at, &text[at..])).filter(needs_guard).map(|(at, _)| at).collect();
    if places.is_empty() {
        return text;
    }
    let mut guarded = text.into_owned();
    for at in places.into_iter().rev() {
        guarded.insert(at, '\'');
    }
    Cow::Owned(guarded)
}

/// Whether a spreadsheet, or the next program after one that trims or unquotes, could run it.
fn could_start_formula(text: &str) -> bool {
    let is_passed_over = |c: char| c.is_whitespace() || is_invisible(c) || matches!(c, '\'' | '"');
    text.trim_start_matches(is_passed_over).starts_with(STARTERS)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(cell: &Cell<'_>) -> String {
        String::from_utf8(cell.as_ref().to_vec()).unwrap()
    }

    /// What a reader who knows the two rules gets back.
    fn unguarded(cell: &str) -> String {
        let parts = cell.split_inclusive(SEPARATORS);
        parts
            .map(|part| part.strip_prefix('\'').filter(|rest| could_start_formula(rest)).unwrap_or(part))
            .collect()
    }

    fn unguarded_item(item: &str) -> String {
        let start = item.find(SEPARATORS).unwrap_or(item.len());
        item[..start].to_owned() + &unguarded(&format!(";{}", &item[start..]))[1..]
    }

    fn file_of(cell: &Cell<'_>) -> Vec<u8> {
        let mut writer = writer().from_writer(Vec::new());
        writer.write_record([b"before".as_slice(), cell.as_ref(), b"after"]).unwrap();
        writer.into_inner().unwrap()
    }

    /// No cell is run by a spreadsheet that splits at a semicolon.
    fn assert_harmless_split_at_semicolons(cell: &Cell<'_>) {
        let file = file_of(cell);
        let mut reader =
            csv::ReaderBuilder::new().delimiter(b';').has_headers(false).flexible(true).from_reader(&*file);
        for record in reader.records() {
            for read in &record.unwrap() {
                assert!(!could_start_formula(read) || read.starts_with('\''), "{read:?}");
            }
        }
    }

    fn through_a_file(cell: &Cell<'_>) -> String {
        let file = file_of(cell);
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(file.as_slice());
        let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(records.len(), 1, "{file:?}");
        assert_eq!(records[0].len(), 3, "{file:?}");
        records[0][1].to_owned()
    }

    /// Random text seldom starts a formula; this does.
    fn hostile() -> impl Strategy<Value = String> {
        let start = prop::sample::select(vec![
            "", "=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n", "\0", "'", "''", "\"", " ",
            "\u{A0}", "\u{FEFF}", "\u{200B}", "\u{202E}", "\u{9B}", "\u{7F}", "\u{2028}", "\u{FFFD}", ",",
            ";",
        ]);
        let starts = || prop::collection::vec(start.clone(), 0..4);
        (starts(), any::<String>(), starts(), any::<String>())
            .prop_map(|(start, text, then, rest)| start.concat() + &text + &then.concat() + &rest)
    }

    proptest! {
        #[test]
        fn any_text_comes_back_as_one_harmless_cell(original in hostile()) {
            assert_harmless_split_at_semicolons(&text(&*original));
            let read = through_a_file(&text(&*original));
            prop_assert!(!could_start_formula(&read) || read.starts_with('\''));
            prop_assert!(!read.starts_with(STARTERS));
            prop_assert!(!read.contains(char::is_control));
            prop_assert_eq!(unguarded(&read), original.replace(char::is_control, "\u{FFFD}"));
        }

        #[test]
        fn any_list_comes_back_as_one_harmless_cell(original in prop::collection::vec(hostile(), 0..4)) {
            assert_harmless_split_at_semicolons(&list(original.iter().map(String::as_str)));
            let read = through_a_file(&list(original.iter().map(String::as_str)));
            prop_assert!(read.starts_with('['));
            prop_assert!(!read.contains(char::is_control));
            let expected: Vec<_> = original.iter().map(|item| item.replace(char::is_control, "\u{FFFD}")).collect();
            let items = serde_json::from_str::<Vec<String>>(&read).unwrap();
            prop_assert_eq!(items.iter().map(|item| unguarded_item(item)).collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn what_could_start_a_formula_is_guarded_once() {
        for (original, expected) in [
            ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
            ("+49 89", "'+49 89"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("＝1", "'＝1"),
            ("−1", "'−1"),
            ("  =1", "'  =1"),
            ("\u{FEFF}=1", "'\u{FEFF}=1"),
            ("'=1", "''=1"),
            ("\"=1\"", "'\"=1\""),
            ("\t=1", "'\u{FFFD}=1"),
            ("\rx", "'\u{FFFD}x"),
            ("\nx", "'\u{FFFD}x"),
            ("x;=cmd|'/c calc'!A1;", "x;'=cmd|'/c calc'!A1;"),
            ("=1;=2; +3", "'=1;'=2;' +3"),
            ("x；=1", "x；'=1"),
        ] {
            assert_eq!(written(&text(original)), expected, "{original:?}");
        }
    }

    #[test]
    fn everything_else_stays_as_it_is() {
        for original in [
            "",
            "'t Hooft",
            "Ann O'Neil",
            "a=b",
            "a; b",
            "a;'b",
            ";",
            "117",
            "ann@example.com",
            "|x",
            "%x",
            "李",
            "👩‍💻",
            "/Sales",
        ] {
            assert_eq!(written(&text(original)), original);
        }
    }

    #[test]
    fn what_holds_a_semicolon_is_quoted() {
        for cell in [text("a;b"), list(["a;b"])] {
            assert!(file_of(&cell).starts_with(b"before,\""));
        }
    }

    #[test]
    fn control_characters_are_replaced_one_by_one() {
        assert_eq!(written(&text("a\r\nb\0c\u{1b}[2J\u{9b}\u{2028}")), "a��b�c�[2J�\u{2028}");
    }

    #[test]
    fn each_kind_of_value_has_its_spelling() {
        let at: DateTime<Utc> = "2026-11-21T07:00:00.987Z".parse().unwrap();
        for (cell, expected) in [
            (optional_text(None), ""),
            (optional_text(Some("=x")), "'=x"),
            (boolean(true), "true"),
            (optional_boolean(Some(false)), "false"),
            (optional_boolean(None), ""),
            (number(0u64), "0"),
            (optional_number(Some(-25i64)), "'-25"),
            (optional_number(None::<u64>), ""),
            (time(Some(at)), "2026-11-21T07:00:00Z"),
            (time(Some("9999-12-31T23:59:59Z".parse().unwrap())), "9999-12-31T23:59:59Z"),
            (time(None), ""),
            (last_login(LastLogin::At(at)), "2026-11-21T07:00:00Z"),
            (last_login(LastLogin::Never), "never"),
            (last_login(LastLogin::Unknown), ""),
            (list([]), "[]"),
            (list(["=a", "b\"\n"]), r#"["=a","b\"�"]"#),
        ] {
            assert_eq!(written(&cell), expected);
        }
    }
}
