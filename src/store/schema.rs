//! The layout of the store. Layouts only grow: each step takes one version to the next.

use std::os::unix::fs::FileExt;
use std::path::Path;

use rusqlite::Connection;

use super::{StoreError, types};

const STEPS: &[&str] = &[
    include_str!("schema/1.sql"),
    include_str!("schema/2.sql"),
    include_str!("schema/3.sql"),
    include_str!("schema/4.sql"),
    include_str!("schema/5.sql"),
    include_str!("schema/6.sql"),
    include_str!("schema/7.sql"),
    include_str!("schema/8.sql"),
    include_str!("schema/9.sql"),
    include_str!("schema/10.sql"),
    include_str!("schema/11.sql"),
    include_str!("schema/12.sql"),
    include_str!("schema/13.sql"),
    include_str!("schema/14.sql"),
    include_str!("schema/15.sql"),
    include_str!("schema/16.sql"),
];

/// `application_id` of a history, in ASCII `WsAu`; set by the step that makes this layout.
const MARK: i64 = 0x5773_4175;
const MARKED_SINCE: i64 = 5;

/// What could not be judged in this judging; nobody needs it afterwards.
const SCRATCH: &str = "
    CREATE TEMP TABLE not_assessed (
        check_id TEXT NOT NULL,
        judged_id TEXT NOT NULL,
        PRIMARY KEY (check_id, judged_id)
    ) WITHOUT ROWID";

/// Refuses a layout that this version does not know, and a database of somebody else's, before anything is
/// written.
pub(super) fn refuse_foreign(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let (found, known) = (version(connection)?, STEPS.len() as i64);
    let mark: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let is_ours = if mark == MARK {
        found >= MARKED_SINCE
    } else {
        mark == 0 && (0..MARKED_SINCE).contains(&found) && columns(connection)? == columns_at(found)?
    };
    match is_ours {
        false => Err(StoreError::NotAHistory { path: path.to_owned() }),
        true if found > known => Err(StoreError::Newer { path: path.to_owned(), found, known }),
        true => match types::newer(connection)? {
            Some(types::NewerType { name, found, known }) => {
                Err(StoreError::NewerType { path: path.to_owned(), name, found, known })
            }
            None => Ok(()),
        },
    }
}

/// Whether the file has the mark of a history, where SQLite's header has it.
pub(super) fn is_marked(path: &Path) -> std::io::Result<bool> {
    let mut mark = [0; 4];
    std::fs::File::open(path)?.read_exact_at(&mut mark, 68)?;
    Ok(i64::from(u32::from_be_bytes(mark)) == MARK)
}

/// Every column of every table: by them a layout is known that has no mark yet.
fn columns(connection: &Connection) -> Result<Vec<(String, String)>, StoreError> {
    let mut statement = connection.prepare(
        "SELECT tables.name, columns.name
         FROM sqlite_schema AS tables LEFT JOIN pragma_table_xinfo(tables.name) AS columns
         WHERE tables.type <> 'index' AND tables.name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY 1, 2",
    )?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn columns_at(version: i64) -> Result<Vec<(String, String)>, StoreError> {
    let blank = Connection::open_in_memory()?;
    for step in STEPS.iter().take(usize::try_from(version).unwrap_or(0)) {
        blank.execute_batch(step)?;
    }
    columns(&blank)
}

/// Whether the layout, and every type in it, is this version's.
pub(super) fn is_current(connection: &Connection) -> Result<bool, StoreError> {
    Ok(version(connection)? == STEPS.len() as i64 && types::are_current(connection)?)
}

/// Makes room for what needs not be kept, in a history that is only looked at.
pub(super) fn make_room(connection: &Connection) -> Result<(), StoreError> {
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(connection.execute_batch(SCRATCH)?)
}

/// Takes back judgments that never came to a report, of runs that have one: what they replaced is in force again.
pub(super) fn drop_unreported(connection: &Connection) -> Result<(), StoreError> {
    Ok(connection.execute_batch(
        "DELETE FROM judgment WHERE summary IS NULL
         AND run IN (SELECT run FROM judgment WHERE summary IS NOT NULL)",
    )?)
}

/// Brings the layout up to date: each step whole or not at all.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let found = usize::try_from(version(connection)?).unwrap_or(0);
    for (step, version) in STEPS.iter().zip(1..).skip(found) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "user_version", version)?;
        transaction.commit()?;
    }
    types::migrate(connection)?;
    Ok(connection.execute_batch(SCRATCH)?)
}

fn version(connection: &Connection) -> Result<i64, StoreError> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A history that was made with a layout, brought up to date.
    fn migrated(version: usize) -> Connection {
        let mut connection = Connection::open_in_memory().unwrap();
        STEPS[..version].iter().for_each(|step| connection.execute_batch(step).unwrap());
        connection.pragma_update(None, "user_version", version as i64).unwrap();
        migrate(&mut connection).unwrap();
        connection
    }

    fn tables(connection: &Connection) -> Vec<(String, String)> {
        let of_tables = "SELECT name, sql FROM sqlite_schema
                         WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY name";
        let mut statement = connection.prepare(of_tables).unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.map(Result::unwrap).collect()
    }

    #[test]
    fn every_table_has_named_constraints_whatever_layout_the_history_was_made_with() {
        let newest = tables(&migrated(0));
        for (table, sql) in &newest {
            let checks = sql.matches("CHECK").count();
            assert!(checks >= 1, "{table}: {sql}");
            assert_eq!(sql.matches("CONSTRAINT").count(), checks, "{table}: {sql}");
        }
        for version in 1..=STEPS.len() {
            assert_eq!(tables(&migrated(version)), newest, "{version}");
        }
    }

    #[test]
    fn what_is_out_of_range_is_refused_by_the_name_of_a_constraint() {
        let connection = migrated(1);
        let run = "INSERT INTO run (run_id, started_at, state, requests)";
        let text = "INSERT INTO finding_text VALUES (1, zeroblob(16), 'f', 'c', 'user', 's', 'j',";
        for (row, constraint) in [
            (format!("{run} VALUES ('', 't', 'started', NULL)"), "run_id_is_not_empty"),
            (format!("{run} VALUES ('r', 't', 'done', NULL)"), "run_state_is_known"),
            (format!("{run} VALUES ('r', 't', 'started', '{{')"), "run_requests_is_json"),
            (format!("{text} 'perhaps', 0, '{{}}')"), "finding_text_verdict_is_known"),
            ("INSERT INTO fact VALUES (1, '')".to_owned(), "fact_text_is_not_empty"),
            ("INSERT INTO log_event VALUES ('wish', 'i', 0, 1, '{}')".to_owned(), "log_event_kind_is_known"),
            (
                "INSERT INTO address_holding VALUES ('a', 'c', 2, 1, 1)".to_owned(),
                "address_holding_is_in_order",
            ),
            ("INSERT INTO events_from VALUES (2, 0)".to_owned(), "events_from_is_one_row"),
        ] {
            let error = connection.execute_batch(&row).unwrap_err().to_string();
            assert!(error.contains(constraint), "{row}: {error}");
        }
        for verdict in crate::findings::Verdict::ALL {
            let row = format!("{text} '{verdict}', 0, '{{}}'); DELETE FROM finding_text");
            connection.execute_batch(&row).unwrap();
        }
    }

    #[test]
    fn every_column_of_the_newest_layout_is_documented() {
        let layout = columns_at(STEPS.len() as i64).unwrap();
        let mut written = Vec::new();
        let mut table = String::new();
        for line in include_str!("../../docs/store.md").lines() {
            if let Some(name) = line.strip_prefix("## `") {
                table = name.trim_end_matches('`').to_owned();
            } else if let Some((column, _)) = line.strip_prefix("| `").and_then(|line| line.split_once('`')) {
                written.push((table.clone(), column.to_owned()));
            }
        }
        written.sort();
        assert_eq!(written, layout);
    }
}
