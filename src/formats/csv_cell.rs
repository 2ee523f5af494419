//! Cells that no spreadsheet runs.
