//! The types that the history keeps as JSON. Each has a version; steps take what is kept from one to the next.
//!
//! A new field with a default needs no step: what lacks it reads as the default. Any other change does.

use rusqlite::{Connection, OptionalExtension, params};

use super::StoreError;

/// A type that is kept as JSON.
struct StoredType {
    name: &'static str,
    /// SQL, a step a version: the first takes version 1 to version 2.
    steps: &'static [&'static str],
}

impl StoredType {
    /// A type that is still kept as it was first.
    const fn new(name: &'static str) -> Self {
        Self { name, steps: &[] }
    }

    const fn version(&self) -> i64 {
        1 + self.steps.len() as i64
    }
}

/// Every type. A name is never used again for another.
const TYPES: &[StoredType] = &[
    // fact.text of user_fact.profile
    StoredType::new("user"),
    // fact.text of mailbox_fact.fact
    StoredType::new("mailbox_part"),
    // fact.text of part_fact.reading
    StoredType::new("reading"),
    // part_cursor.cursor
    StoredType::new("cursor"),
    // finding_text.text
    StoredType::new("finding"),
    // judgment.summary
    StoredType::new("summary"),
    // run.requests
    StoredType::new("requests"),
    // run.console_list
    StoredType::new("console_list"),
    // log_event.text
    StoredType::new("log_event"),
    // grant_use.of
    StoredType::new("grant_use"),
    // delegation_event.scopes
    StoredType::new("delegation_scopes"),
];

/// A type that another version of this program wrote.
pub(super) struct NewerType {
    pub(super) name: String,
    pub(super) found: i64,
    pub(super) known: i64,
}

/// The first type in a version that this program does not know. The layout must have the table.
pub(super) fn newer(connection: &Connection) -> Result<Option<NewerType>, StoreError> {
    if !is_versioned(connection)? {
        return Ok(None);
    }
    let mut statement = connection.prepare("SELECT name, version FROM stored_type ORDER BY name")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    for row in rows {
        let (name, found): (String, i64) = row?;
        let known = TYPES.iter().find(|known| known.name == name).map_or(0, StoredType::version);
        if found > known {
            return Ok(Some(NewerType { name, found, known }));
        }
    }
    Ok(None)
}

/// Whether everything is kept in this program's versions.
pub(super) fn are_current(connection: &Connection) -> Result<bool, StoreError> {
    for kept in TYPES {
        if version(connection, kept)? != kept.version() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Brings every type up to date: each step whole or not at all.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    TYPES.iter().try_for_each(|kept| migrate_type(connection, kept))
}

fn migrate_type(connection: &mut Connection, kept: &StoredType) -> Result<(), StoreError> {
    let found = version(connection, kept)?;
    for (step, version) in kept.steps.iter().zip(2..).skip(usize::try_from(found - 1).unwrap_or(0)) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(step)?;
        transaction.execute(
            "INSERT INTO stored_type (name, version) VALUES (?1, ?2)
             ON CONFLICT DO UPDATE SET version = excluded.version",
            params![kept.name, version],
        )?;
        transaction.commit()?;
    }
    Ok(())
}

fn version(connection: &Connection, kept: &StoredType) -> Result<i64, StoreError> {
    let found = connection
        .query_row("SELECT version FROM stored_type WHERE name = ?1", [kept.name], |row| row.get(0))
        .optional()?;
    Ok(found.unwrap_or(1))
}

fn is_versioned(connection: &Connection) -> Result<bool, StoreError> {
    let query = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'stored_type')";
    Ok(connection.query_row(query, [], |row| row.get(0))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(layout: &str) -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(include_str!("schema/14.sql")).unwrap();
        connection.execute_batch(layout).unwrap();
        connection
    }

    #[test]
    fn what_is_kept_in_an_older_version_goes_through_every_step_since_once() {
        let mut connection =
            store("CREATE TABLE kept (text TEXT); INSERT INTO kept VALUES ('{\"name\":\"a\"}')");
        let kept = StoredType {
            steps: &[
                "UPDATE kept SET text = json_set(text, '$.names', json_array(json_extract(text, '$.name')))",
                "UPDATE kept SET text = json_remove(text, '$.name')",
            ],
            ..StoredType::new("kept")
        };
        for _ in 0..2 {
            migrate_type(&mut connection, &kept).unwrap();
            let text: String = connection.query_row("SELECT text FROM kept", [], |row| row.get(0)).unwrap();
            assert_eq!((text.as_str(), version(&connection, &kept).unwrap()), (r#"{"names":["a"]}"#, 3));
        }
    }

    #[test]
    fn a_step_that_fails_leaves_what_was_kept_in_the_version_before() {
        let mut connection = store("CREATE TABLE kept (text TEXT); INSERT INTO kept VALUES ('1')");
        let steps = &["UPDATE kept SET text = '2'; UPDATE nothing SET text = '3'"];
        let kept = StoredType { steps, ..StoredType::new("kept") };
        assert!(migrate_type(&mut connection, &kept).is_err());
        let text: String = connection.query_row("SELECT text FROM kept", [], |row| row.get(0)).unwrap();
        assert_eq!((text.as_str(), version(&connection, &kept).unwrap()), ("1", 1));
    }

    #[test]
    fn a_type_that_this_version_does_not_know_is_newer() {
        let connection = store("INSERT INTO stored_type VALUES ('user', 1), ('wish', 1)");
        let newer = newer(&connection).unwrap().unwrap();
        assert_eq!((newer.name.as_str(), newer.found, newer.known), ("wish", 1, 0));
    }
}
