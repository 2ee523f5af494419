//! `forwarding.csv`: a row a user × address that the mailbox forwards to, or may.

use super::send_as::is_domain_owned;
use super::table::{Rows, Table, names};
use crate::formats::csv_cell::{Cell, optional_boolean, optional_text, text};
use crate::snapshot::{Snapshot, UserFacts};
use crate::tenant::gmail::{AutoForwarding, ForwardingAddress};
use crate::tenant::{Address, User};

pub(super) const TABLE: Table = Table {
    file: "forwarding.csv",
    header: || names(COLUMNS),
    rows: Rows::OfUser(|facts, tenant, file| file.write_sorted(COLUMNS, &rows(facts, tenant))),
};

struct Row<'a> {
    user: &'a User,
    address: &'a str,
    /// The entry in the list of forwarding addresses.
    listed: Option<&'a ForwardingAddress>,
    /// Automatic forwarding to this address; `None` if it goes elsewhere, is off, or was not read.
    automatic: Option<&'a AutoForwarding>,
    is_automatic_known: bool,
    tenant: &'a Snapshot,
}

fn rows<'a>(facts: &'a UserFacts, tenant: &'a Snapshot) -> Vec<Row<'a>> {
    let mailbox = &facts.mailbox;
    let known = mailbox.auto_forwarding.known();
    let on = known.filter(|forwarding| forwarding.enabled);
    let row = |address, listed, automatic| Row {
        user: &facts.user,
        address,
        listed,
        automatic,
        is_automatic_known: known.is_some(),
        tenant,
    };
    let is_at =
        |email: &str, forwarding: &AutoForwarding| Address::new(&forwarding.email) == Address::new(email);
    let listed = mailbox.forwarding_addresses.known().map(Vec::as_slice).unwrap_or_default();
    let unlisted = on.filter(|forwarding| !listed.iter().any(|entry| is_at(&entry.email, forwarding)));
    let listed = listed
        .iter()
        .map(|entry| row(&entry.email, Some(entry), on.filter(|forwarding| is_at(&entry.email, forwarding))));
    listed.chain(unlisted.map(|forwarding| row(&forwarding.email, None, Some(forwarding)))).collect()
}

/// [`table::Column`](super::table::Column) of rows that borrow.
type BorrowingColumn = (&'static str, for<'a, 'b> fn(&'a Row<'b>) -> Cell<'a>);

const COLUMNS: &[BorrowingColumn] = &[
    ("user_id", |row| text(&row.user.id)),
    ("primary_email", |row| text(&row.user.primary_email)),
    ("forwarding_email", |row| text(row.address)),
    ("verification_status", |row| optional_text(row.listed.map(|entry| entry.verification_status.as_str()))),
    ("automatic", |row| optional_boolean(row.is_automatic_known.then_some(row.automatic.is_some()))),
    ("disposition", |row| optional_text(row.automatic.map(|forwarding| forwarding.disposition.as_str()))),
    ("domain_owned", |row| optional_boolean(is_domain_owned(row.address, &row.tenant.domains))),
    ("address_owner", |row| {
        optional_text(row.tenant.owner_of(row.address).map(|person| person.primary_email))
    }),
];
