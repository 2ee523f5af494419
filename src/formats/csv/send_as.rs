//! `send_as.csv`: a row a user × address.

use super::table::{Rows, Table, names};
use crate::formats::csv_cell::{Cell, boolean, optional_boolean, optional_number, optional_text, text};
use crate::snapshot::Snapshot;
use crate::tenant::{Address, Domains, Reading, SendAs, User};

pub(super) const TABLE: Table = Table {
    file: "send_as.csv",
    header: || names(COLUMNS),
    rows: Rows::OfUser(|facts, tenant, file| {
        let Some(addresses) = facts.mailbox.send_as.known() else { return Ok(()) };
        let rows: Vec<_> =
            addresses.iter().map(|send_as| Row { user: &facts.user, send_as, tenant }).collect();
        file.write_sorted(COLUMNS, &rows)
    }),
};

struct Row<'a> {
    user: &'a User,
    send_as: &'a SendAs,
    tenant: &'a Snapshot,
}

/// [`table::Column`](super::table::Column) of rows that borrow.
type BorrowingColumn = (&'static str, for<'a, 'b> fn(&'a Row<'b>) -> Cell<'a>);

const COLUMNS: &[BorrowingColumn] = &[
    ("user_id", |row| text(&row.user.id)),
    ("primary_email", |row| text(&row.user.primary_email)),
    ("send_as_email", |row| text(&row.send_as.send_as_email)),
    ("display_name", |row| text(&row.send_as.display_name)),
    ("reply_to", |row| text(&row.send_as.reply_to)),
    ("kind", |row| text(row.send_as.kind.as_str())),
    ("is_primary", |row| boolean(row.send_as.is_primary)),
    ("is_default", |row| boolean(row.send_as.is_default)),
    ("treat_as_alias", |row| boolean(row.send_as.treat_as_alias)),
    ("verification_status", |row| text(&row.send_as.verification_status)),
    ("smtp_host", |row| optional_text(row.send_as.smtp.as_ref().map(|smtp| smtp.host.as_str()))),
    ("smtp_port", |row| optional_number(row.send_as.smtp.as_ref().and_then(|smtp| smtp.port))),
    ("smtp_security", |row| optional_text(row.send_as.smtp.as_ref().map(|smtp| smtp.security_mode.as_str()))),
    ("domain_owned", |row| {
        optional_boolean(is_domain_owned(&row.send_as.send_as_email, &row.tenant.domains))
    }),
    ("address_owner", |row| {
        let owner = row.tenant.owner_of(&row.send_as.send_as_email);
        optional_text(owner.map(|person| person.primary_email))
    }),
];

/// Whether the address is at a verified domain of the tenant; `None` if nobody knows.
pub(super) fn is_domain_owned(address: &str, domains: &Reading<Domains>) -> Option<bool> {
    let address = Address::new(address);
    if !address.is_single() {
        return None;
    }
    let found = address.domain().and_then(|domain| domains.known()?.find(domain));
    match (found.map(|domain| domain.verified), domains) {
        (Some(Some(true)), _) => Some(true),
        (Some(None), _) | (_, Reading::Partial(..) | Reading::Missing(_)) => None,
        (Some(Some(false)) | None, Reading::Complete(_)) => Some(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::test_source::gap;
    use crate::tenant::{Domain, DomainKind, Part};

    #[test]
    fn only_a_complete_list_of_domains_disowns_an_address() {
        let domain = |name: &str, verified| Domain {
            name: name.into(),
            kind: DomainKind::Secondary,
            verified,
            parent: None,
        };
        let domains = Domains(vec![
            domain("owned.example", Some(true)),
            domain("claimed.example", Some(false)),
            domain("quiet.example", None),
        ]);
        let complete = Reading::Complete(domains.clone());
        let partial = Reading::Partial(domains, gap(Part::Domains));
        let missing = Reading::Missing(gap(Part::Domains));
        for (address, when_complete, when_partial) in [
            ("a@OWNED.example", Some(true), Some(true)),
            ("a@claimed.example", Some(false), None),
            ("a@quiet.example", None, None),
            ("a@elsewhere.example", Some(false), None),
            ("no address", None, None),
            ("a@elsewhere.example,a@owned.example", None, None),
        ] {
            assert_eq!(is_domain_owned(address, &complete), when_complete, "{address}");
            assert_eq!(is_domain_owned(address, &partial), when_partial, "{address}");
            assert_eq!(is_domain_owned(address, &missing), None, "{address}");
        }
    }
}
