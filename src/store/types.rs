//! The types that the history keeps as JSON. Each has a version; steps take what is kept from one to the next.
//!
//! A new field with a default needs no step: what lacks it reads as the default. Any other change does.

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Map, Value, json};

use super::StoreError;

/// A type that is kept as JSON.
struct StoredType {
    name: &'static str,
    /// A step a version: the first takes version 1 to version 2.
    steps: &'static [Step],
}

/// What is kept in one version → the next.
struct Step {
    table: &'static str,
    column: &'static str,
    /// Only a text that has this in it is older.
    holding: &'static str,
    rewrite: fn(&mut Value),
}

impl Step {
    /// Rewrites each text where it is. One at a time: there may be many.
    fn take(&self, connection: &Connection) -> Result<(), StoreError> {
        let Self { table, column, .. } = self;
        let older = format!("SELECT rowid FROM {table} WHERE instr({column}, ?1) > 0");
        let rows = connection
            .prepare(&older)?
            .query_map([self.holding], |row| row.get(0))?
            .collect::<Result<Vec<i64>, _>>()?;
        let mut get = connection.prepare(&format!("SELECT {column} FROM {table} WHERE rowid = ?1"))?;
        let mut put = connection.prepare(&format!("UPDATE {table} SET {column} = ?2 WHERE rowid = ?1"))?;
        for row in rows {
            let mut kept = serde_json::from_str(&get.query_row([row], |row| row.get::<_, String>(0))?)?;
            (self.rewrite)(&mut kept);
            put.execute(params![row, kept.to_string()])?;
        }
        Ok(())
    }
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
    StoredType { name: "mailbox_part", steps: &[GAPS_HAVE_PLACES] },
    // fact.text of part_fact.reading
    StoredType { name: "reading", steps: &[GAPS_HAVE_PLACES] },
    // part_cursor.cursor
    StoredType::new("cursor"),
    // finding_text.text
    StoredType { name: "finding", steps: &[FINDINGS_LIST_ITEMS] },
    // judgment.summary
    StoredType { name: "summary", steps: &[COVERAGE_HAS_GAPS] },
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

/// The fix of a gap ended with its place.
const GAPS_HAVE_PLACES: Step = Step { table: "fact", column: "text", holding: PLACE, rewrite: move_places };

/// What lacks items reads as it did: nothing is rewritten. Versions before this step do not know items among what was
/// added, and refuse the history.
const FINDINGS_LIST_ITEMS: Step =
    Step { table: "finding_text", column: "text", holding: "\"items\":null", rewrite: |_| () };

const PLACE: &str = " Where: ";

fn move_places(kept: &mut Value) {
    match kept {
        Value::Array(rows) => rows.iter_mut().for_each(move_places),
        Value::Object(fields) => {
            fields.values_mut().for_each(move_places);
            move_place(fields);
        }
        _ => {}
    }
}

fn move_place(gap: &mut Map<String, Value>) {
    let fix = gap.get("fix").and_then(Value::as_str);
    if let Some((fix, place)) = fix.and_then(|fix| fix.split_once(PLACE)) {
        let (fix, places) = (json!(fix), json!([place.trim_end_matches('.')]));
        gap.insert("fix".to_owned(), fix);
        gap.insert("places".to_owned(), places);
    }
}

/// A row of the coverage had all its gaps as three texts.
const COVERAGE_HAS_GAPS: Step =
    Step { table: "judgment", column: "summary", holding: "\"coverage\"", rewrite: collect_gaps };

fn collect_gaps(summary: &mut Value) {
    let rows = summary.get_mut("coverage").and_then(Value::as_array_mut);
    for row in rows.into_iter().flatten().filter_map(Value::as_object_mut) {
        let gaps = Vec::from_iter(counted_gap(row));
        ["reason", "needed", "fix"].iter().for_each(|text| drop(row.remove(*text)));
        row.insert("gaps".to_owned(), gaps.into());
    }
}

/// Of `reason: message` or `reason (units): message`. What follows the first of several stays in its message: the row
/// reads as it did.
fn counted_gap(row: &Map<String, Value>) -> Option<Value> {
    let text = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default();
    let some = |name: &str| row.get(name).and_then(Value::as_u64).is_some_and(|units| units > 0);
    let (head, message) = text("reason").split_once(": ")?;
    let (reason, units) = head.trim_end_matches(')').split_once(" (").unwrap_or((head, "1"));
    let mut gap = json!({
        "part": text("part"),
        "class": if some("failed") { "failed" } else if some("denied") { "denied" } else { "not_configured" },
        "reason": reason,
        "message": message,
        "needed": text("needed"),
        "fix": text("fix"),
    });
    // Of several the places stay where they are.
    if let Some(gap) = gap.as_object_mut().filter(|_| !text("fix").contains(" · ")) {
        move_place(gap);
    }
    Some(json!({ "gap": gap, "units": units.parse::<u64>().unwrap_or(1) }))
}

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
        step.take(&transaction)?;
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
    use crate::findings::Coverage;
    use crate::tenant::GapClass;

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
        const fn step(rewrite: fn(&mut Value)) -> Step {
            Step { table: "kept", column: "text", holding: "name", rewrite }
        }
        const STEPS: &[Step] = &[
            step(|kept| kept["names"] = json!([kept["name"]])),
            step(|kept| drop(kept.as_object_mut().unwrap().remove("name"))),
        ];
        let kept = StoredType { name: "kept", steps: STEPS };
        for _ in 0..2 {
            migrate_type(&mut connection, &kept).unwrap();
            let text: String = connection.query_row("SELECT text FROM kept", [], |row| row.get(0)).unwrap();
            assert_eq!((text.as_str(), version(&connection, &kept).unwrap()), (r#"{"names":["a"]}"#, 3));
        }
    }

    #[test]
    fn a_step_that_fails_leaves_what_was_kept_in_the_version_before() {
        let mut connection =
            store("CREATE TABLE kept (text TEXT CHECK (text <> '4')); INSERT INTO kept VALUES ('1'), ('3')");
        const STEPS: &[Step] = &[Step {
            table: "kept",
            column: "text",
            holding: "",
            rewrite: |kept| *kept = json!(kept.as_i64().unwrap() + 1),
        }];
        let kept = StoredType { name: "kept", steps: STEPS };
        assert!(migrate_type(&mut connection, &kept).is_err());
        let text: String = connection.query_row("SELECT text FROM kept", [], |row| row.get(0)).unwrap();
        assert_eq!((text.as_str(), version(&connection, &kept).unwrap()), ("1", 1));
    }

    #[test]
    fn a_place_that_ended_a_fix_is_a_place_wherever_the_gap_is_kept() {
        let mut kept = json!({"Partial": [{"rows": [{"gap": {"reason": "denied", "fix": "Ask. Where: A, or B."}}]},
            {"reason": "failed", "fix": "Run again."}]});
        move_places(&mut kept);
        assert_eq!(
            kept["Partial"][0]["rows"][0]["gap"],
            json!({"reason": "denied", "fix": "Ask.", "places": ["A, or B"]})
        );
        assert_eq!(kept["Partial"][1], json!({"reason": "failed", "fix": "Run again."}));
    }

    #[test]
    fn a_row_of_the_coverage_reads_as_it_did_before_it_had_gaps() {
        let rows = [
            ("users", "", "", ""),
            ("domains", "denied: Google said: no", "a role", "Ask. Where: A, or B."),
            (
                "send_as",
                "off (12): ann: no · denied: bob: no",
                "a scope · a role",
                "Ask. Where: A. · Run. Where: B.",
            ),
        ];
        let row = |(part, reason, needed, fix): (&str, &str, &str, &str)| {
            let failed = u64::from(part == "send_as");
            json!({"part": part, "total": 1, "read": 0, "not_applicable": 0, "denied": 1, "failed": failed,
                "reason": reason, "needed": needed, "fix": fix})
        };
        let mut summary = json!({"coverage": rows.map(row)});
        collect_gaps(&mut summary);
        let coverage: Coverage = serde_json::from_value(summary["coverage"].clone()).unwrap();
        let told = coverage.0.iter().map(|row| (row.part.id(), row.reason(), row.needed(), row.fix()));
        let told: Vec<_> = told.collect();
        let told = told.iter().map(|(part, reason, needed, fix)| (*part, &**reason, &**needed, &**fix));
        assert_eq!(told.collect::<Vec<_>>(), rows);
        let gap = |row: usize| &coverage.0[row].gaps[0];
        assert_eq!(
            (&*gap(1).gap.reason, gap(1).units, &*gap(1).gap.places),
            ("denied", 1, &["A, or B".to_owned()][..])
        );
        assert_eq!((&*gap(2).gap.reason, gap(2).units, gap(2).gap.class), ("off", 12, GapClass::Failed));
    }

    #[test]
    fn a_type_that_this_version_does_not_know_is_newer() {
        let connection = store("INSERT INTO stored_type VALUES ('user', 1), ('wish', 1)");
        let newer = newer(&connection).unwrap().unwrap();
        assert_eq!((newer.name.as_str(), newer.found, newer.known), ("wish", 1, 0));
    }
}
