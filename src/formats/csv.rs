//! CSV: one file a table, RFC 4180 in UTF-8.

mod coverage;
mod delegated_scopes;
mod delegates;
mod filters;
mod findings;
mod forwarding;
mod mail_clients;
mod policies;
mod sa_keys;
mod sa_paths;
mod send_as;
mod send_authority;
mod service_accounts;
mod table;
mod users;

use std::path::Path;

use self::table::{Rows, Table, TableFile};
use crate::authority::mail::MailRights;

use super::{Format, FormatError, FormatOptions, Source};

/// Every table. Adding one takes its file and a line here.
const TABLES: &[Table] = &[
    users::TABLE,
    send_as::TABLE,
    delegates::TABLE,
    forwarding::TABLE,
    filters::TABLE,
    mail_clients::TABLE,
    service_accounts::TABLE,
    sa_keys::TABLE,
    sa_paths::TABLE,
    delegated_scopes::TABLE,
    policies::TABLE,
    send_authority::TABLE,
    findings::TABLE,
    coverage::TABLE,
];

/// CSV files.
#[derive(Debug)]
pub(super) struct Csv;

impl Format for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn write(&self, source: &dyn Source, options: FormatOptions, folder: &Path) -> Result<(), FormatError> {
        let sample = source.summary().sample.as_deref();
        let (mut user_tables, mut rights_tables) = (Vec::new(), Vec::new());
        for table in TABLES {
            let mut file = TableFile::create(table, options, sample, folder)?;
            match table.rows {
                Rows::OfRun(write) => {
                    write(source, &mut file)?;
                    file.finish()?;
                }
                Rows::OfUser(write) => user_tables.push((write, file)),
                Rows::Gathered(write) => rights_tables.push((write, file)),
            }
        }
        let mut rights = MailRights::new(source.tenant().mail_facts());
        write_users(source, &mut user_tables, &mut rights)?;
        for (write, file) in &mut rights_tables {
            write(&rights, file)?;
        }
        let files = user_tables.into_iter().map(|(_, file)| file);
        files.chain(rights_tables.into_iter().map(|(_, file)| file)).try_for_each(TableFile::finish)
    }
}

/// Users may be a million: all of their tables are written in one pass, in which their rights are gathered too.
fn write_users(
    source: &dyn Source,
    tables: &mut [(table::OfUser, TableFile)],
    rights: &mut MailRights<'_>,
) -> Result<(), FormatError> {
    let unreadable = |error| FormatError::of(users::TABLE.file, error);
    for user in source.users().map_err(unreadable)? {
        let user = user.map_err(unreadable)?;
        rights.add(&user.user, &user.mailbox);
        for (write, file) in &mut *tables {
            write(&user, source.tenant(), file)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
