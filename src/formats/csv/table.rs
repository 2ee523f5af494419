//! What a table is, and the file it is written to.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use crate::authority::mail::MailRights;
use crate::formats::csv_cell::{self, Cell};
use crate::formats::private_file::private_file;
use crate::formats::{FormatError, FormatOptions, Source};
use crate::snapshot::{Snapshot, UserFacts};

/// A column: its name, and its cell of a row.
pub(super) type Column<Row> = (&'static str, fn(&Row) -> Cell<'_>);

/// Writes one user's rows.
pub(super) type OfUser = fn(&UserFacts, &Snapshot, &mut TableFile) -> Result<(), FormatError>;

/// Writes the rows of all rights.
pub(super) type OfRights = fn(&MailRights<'_>, &mut TableFile) -> Result<(), FormatError>;

/// Where a table's rows come from.
pub(super) enum Rows {
    /// From the run as a whole.
    OfRun(fn(&dyn Source, &mut TableFile) -> Result<(), FormatError>),
    /// From each user in turn.
    OfUser(OfUser),
    /// From the rights that all users together make.
    Gathered(OfRights),
}

/// One CSV file.
pub(super) struct Table {
    /// Its name.
    pub(super) file: &'static str,
    /// The header row.
    pub(super) header: fn() -> Vec<&'static str>,
    /// The others.
    pub(super) rows: Rows,
}

pub(super) fn names<Row>(columns: &[Column<Row>]) -> Vec<&'static str> {
    columns.iter().map(|(name, _)| *name).collect()
}

/// The last column of a trial's tables: each of them can be passed on alone, and rows can be copied out of it.
const SAMPLE: &str = "sample";

/// A CSV file that is being written.
pub(super) struct TableFile {
    name: &'static str,
    writer: csv::Writer<File>,
    /// Which mailboxes a trial read, as a cell.
    sample: Option<Vec<u8>>,
}

impl TableFile {
    pub(super) fn create(
        table: &Table,
        options: FormatOptions,
        sample: Option<&str>,
        folder: &Path,
    ) -> Result<Self, FormatError> {
        let mut file = private_file(folder, table.file)?;
        if options.csv_bom {
            file.write_all("\u{FEFF}".as_bytes()).map_err(|error| FormatError::of(table.file, error))?;
        }
        let file = Self::over(table.file, file);
        let mut file = Self { sample: sample.map(|_| SAMPLE.into()), ..file };
        file.write_cells((table.header)())?;
        Ok(Self { sample: sample.map(|text| csv_cell::text(text).as_ref().to_vec()), ..file })
    }

    pub(super) fn over(name: &'static str, file: File) -> Self {
        let writer = csv_cell::writer().buffer_capacity(1 << 16).from_writer(file);
        Self { name, writer, sample: None }
    }

    pub(super) fn write<Row>(&mut self, columns: &[Column<Row>], row: &Row) -> Result<(), FormatError> {
        self.write_cells(columns.iter().map(|(_, cell)| cell(row)))
    }

    /// Writes rows ordered bytewise as they read in the file, first column first.
    pub(super) fn write_sorted<Row>(
        &mut self,
        columns: &[Column<Row>],
        rows: &[Row],
    ) -> Result<(), FormatError> {
        let mut rows: Vec<Vec<Cell<'_>>> =
            rows.iter().map(|row| columns.iter().map(|(_, cell)| cell(row)).collect()).collect();
        rows.sort_unstable();
        rows.into_iter().try_for_each(|row| self.write_cells(row))
    }

    fn write_cells(&mut self, cells: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Result<(), FormatError> {
        let record = || {
            cells.into_iter().try_for_each(|cell| self.writer.write_field(cell))?;
            self.sample.iter().try_for_each(|sample| self.writer.write_field(sample))?;
            self.writer.write_record(None::<&[u8]>)
        };
        record().map_err(|error: csv::Error| FormatError::of(self.name, error.into()))
    }

    /// An error about this file.
    pub(super) fn failed(&self, error: io::Error) -> FormatError {
        FormatError::of(self.name, error)
    }

    /// Closes the file. A full disk shows here at the latest.
    pub(super) fn finish(self) -> Result<(), FormatError> {
        let failed = |error| FormatError::of(self.name, error);
        let file = self.writer.into_inner().map_err(|error| failed(error.into_error()))?;
        file.sync_all().map_err(failed)
    }
}
