//! `mail_clients.csv`: a row a mailbox whose IMAP or POP settings were read.

use super::table::{Column, Rows, Table, names};
use crate::formats::csv_cell::{optional_boolean, optional_number, optional_text, text};
use crate::snapshot::UserFacts;

pub(super) const TABLE: Table = Table {
    file: "mail_clients.csv",
    header: || names(COLUMNS),
    rows: Rows::OfUser(|facts, _, file| {
        let mailbox = &facts.mailbox;
        let is_known = mailbox.imap.known().is_some() || mailbox.pop.known().is_some();
        if is_known { file.write(COLUMNS, facts) } else { Ok(()) }
    }),
};

const COLUMNS: &[Column<UserFacts>] = &[
    ("user_id", |row| text(&row.user.id)),
    ("primary_email", |row| text(&row.user.primary_email)),
    ("imap_enabled", |row| optional_boolean(row.mailbox.imap.known().map(|imap| imap.enabled))),
    ("imap_auto_expunge", |row| optional_boolean(row.mailbox.imap.known().map(|imap| imap.auto_expunge))),
    ("imap_expunge_behavior", |row| {
        optional_text(row.mailbox.imap.known().map(|imap| imap.expunge_behavior.as_str()))
    }),
    ("imap_max_folder_size", |row| {
        optional_number(row.mailbox.imap.known().map(|imap| imap.max_folder_size))
    }),
    ("pop_access_window", |row| optional_text(row.mailbox.pop.known().map(|pop| pop.access_window.as_str()))),
    ("pop_disposition", |row| optional_text(row.mailbox.pop.known().map(|pop| pop.disposition.as_str()))),
];
