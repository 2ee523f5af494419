//! One file a format. Formats render what they are given; they never filter and never judge.

mod csv;
mod csv_cell;
mod html;
mod json;
mod json_file;
pub(crate) mod manifest;
mod private_file;
mod register;
mod source;
pub(crate) mod status;
mod utc;

#[cfg(test)]
mod test_source;

pub(crate) use register::draft as draft_register;
pub(crate) use source::{Format, FormatError, FormatOptions, Source};

/// Every format. Adding one takes its file and a line here.
pub(crate) const ALL: &[&dyn Format] = &[&csv::Csv, html::FORMAT, &json::Json];

#[must_use]
pub(crate) fn find(name: &str) -> Option<&'static dyn Format> {
    ALL.iter().copied().find(|format| format.name() == name)
}
