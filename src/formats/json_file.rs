//! A JSON file: lossless, and safe to embed in a page or to show in a terminal.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

use super::FormatError;
use super::private_file::private_file;
use crate::tenant::is_invisible;

/// Writes `value` into a new private file.
pub(super) fn write(folder: &Path, name: &str, value: &impl Serialize) -> Result<(), FormatError> {
    let file = private_file(folder, name)?;
    write_to(file, value).map_err(|error| FormatError::of(name, error))
}

/// Writes `value` and waits until the disk has it.
pub(super) fn write_to(file: File, value: &impl Serialize) -> io::Result<()> {
    let mut writer = BufWriter::with_capacity(1 << 16, file);
    value.serialize(&mut Serializer::with_formatter(&mut writer, Embeddable::default()))?;
    writer.write_all(b"\n")?;
    writer.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
}

/// Fields and rows have lines of their own down to this depth: one for each finding.
const LINES: usize = 2;

/// Every character is escaped that ends a `<script>`, steers a terminal or hides.
#[derive(Default)]
struct Embeddable {
    depth: usize,
    /// Whether the innermost list or object has one.
    has_value: bool,
}

fn must_be_escaped(character: char) -> bool {
    matches!(character, '<' | '>' | '&') || character.is_control() || is_invisible(character)
}

impl Formatter for Embeddable {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(start) = rest.find(must_be_escaped) {
            let (before, from) = rest.split_at(start);
            writer.write_all(before.as_bytes())?;
            let mut characters = from.chars();
            if let Some(character) = characters.next() {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            }
            rest = characters.as_str();
        }
        writer.write_all(rest.as_bytes())
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.begin(writer, b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.end(writer, b"]")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.begin_value(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_value = true;
        Ok(())
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.begin(writer, b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.end(writer, b"}")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.begin_value(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_value = true;
        Ok(())
    }
}

impl Embeddable {
    fn begin<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.has_value = false;
        writer.write_all(bracket)
    }

    fn end<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        if self.has_value && self.depth <= LINES {
            write!(writer, "\n{:1$}", "", 2 * (self.depth - 1))?;
        }
        self.depth -= 1;
        writer.write_all(bracket)
    }

    fn begin_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if !first {
            writer.write_all(b",")?;
        }
        if self.depth <= LINES {
            write!(writer, "\n{:1$}", "", 2 * self.depth)
        } else if first {
            Ok(())
        } else {
            writer.write_all(b" ")
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(value: &impl Serialize) -> String {
        let file = tempfile::NamedTempFile::new().unwrap();
        write_to(file.reopen().unwrap(), value).unwrap();
        std::fs::read_to_string(file.path()).unwrap()
    }

    proptest! {
        #[test]
        fn any_text_comes_back_whole(text: String) {
            let file = written(&text);
            prop_assert_eq!(serde_json::from_str::<String>(&file).unwrap(), text);
            prop_assert!(!file.trim_end().contains(must_be_escaped), "{}", file);
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_an_error() {
        let file = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        assert_eq!(write_to(file, &"short").unwrap_err().kind(), io::ErrorKind::StorageFull);
    }

    #[test]
    fn what_could_leave_its_place_is_escaped() {
        let file = written(&"</script>&\u{2028}\u{9b}2J\u{202e}\u{e0041}\n\0é😀");
        assert_eq!(
            file.trim_end(),
            r#""\u003c/script\u003e\u0026\u2028\u009b2J\u202e\udb40\udc41\n\u0000é😀""#
        );
    }
}
