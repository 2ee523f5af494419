//! `users.csv`: a row a user.

use super::table::{Column, Rows, Table, names};
use crate::formats::csv_cell::{last_login, list, optional_boolean, optional_text, text, time, unknown};
use crate::snapshot::UserFacts;

pub(super) const TABLE: Table = Table {
    file: "users.csv",
    header: || names(COLUMNS),
    rows: Rows::OfUser(|facts, _, file| file.write(COLUMNS, facts)),
};

const COLUMNS: &[Column<UserFacts>] = &[
    ("user_id", |row| text(&row.user.id)),
    ("primary_email", |row| text(&row.user.primary_email)),
    ("full_name", |row| optional_text(row.user.full_name.as_deref())),
    ("org_unit", |row| optional_text(row.user.org_unit.as_deref())),
    ("gmail", |row| text(row.mailbox.gmail.as_str())),
    ("gmail_evidence", |row| text(&row.mailbox.gmail_evidence)),
    ("suspended", |row| optional_boolean(row.user.suspended)),
    ("suspension_reason", |row| optional_text(row.user.suspension_reason.as_deref())),
    ("suspended_at", |row| time(row.user.suspended_at)),
    ("archived", |row| optional_boolean(row.user.archived)),
    ("is_admin", |row| optional_boolean(row.user.is_admin)),
    ("is_delegated_admin", |row| optional_boolean(row.user.is_delegated_admin)),
    ("two_step_enrolled", |row| optional_boolean(row.user.two_step_enrolled)),
    ("two_step_enforced", |row| optional_boolean(row.user.two_step_enforced)),
    ("created_at", |row| time(row.user.created_at)),
    ("last_login_at", |row| last_login(row.user.last_login)),
    ("aliases", |row| list(row.user.aliases.iter().map(String::as_str))),
    ("mailbox_read", |row| text(row.mailbox.read().as_str())),
    ("mailbox_gap", |row| {
        row.mailbox.gap().map_or_else(unknown, |gap| text(format!("{}: {}", gap.reason, gap.message)))
    }),
    ("is_guest", |row| optional_boolean(row.user.is_guest)),
];
