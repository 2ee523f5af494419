//! One file a format. Formats render what they are given; they never filter and never judge.

mod csv_cell;
mod html;
mod source;

pub use source::{Format, FormatError, FormatOptions, Source};

/// Every format. Adding one takes its file and a line here.
pub const ALL: &[&dyn Format] = &[html::FORMAT];

/// The format with this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static dyn Format> {
    ALL.iter().copied().find(|format| format.name() == name)
}
