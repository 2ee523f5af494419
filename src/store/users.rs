//! One run's users and mailboxes. What reads like in the run before is shared with it.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use rusqlite::{CachedStatement, Connection, OptionalExtension, params};
use serde::Serialize;

use crate::snapshot::UserFacts;
use crate::tenant::{LastLogin, Mailbox, MailboxPart, MailboxSetting, Part, User};

use super::pages::pages;
use super::{Run, StoreError};

/// A user's number in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct UserKey(i64);

/// Users per query: their facts are all that is in memory of them.
const BATCH: i64 = 500;

impl Run<'_> {
    /// Keeps a page of users, and with it where their listing goes on. One that comes twice, as a listing that
    /// shifts can bring it, is kept once; a mailbox that was read stays.
    pub(crate) fn put_users<C: Serialize>(
        &self,
        users: &[User],
        listing: u32,
        cursor: &C,
    ) -> Result<(), StoreError> {
        self.store.atomically(|| {
            self.insert_users(users, listing)?;
            self.put_cursor(Part::Users, cursor)
        })
    }

    /// Forgets users whom this attempt at their listing did not bring: they are gone.
    pub(crate) fn forget_unlisted(&self, listing: u32) -> Result<(), StoreError> {
        Ok(self.store.connection().execute_batch(&format!(
            "BEGIN IMMEDIATE;
             CREATE TEMP TABLE gone AS
                 SELECT user, profile AS fact FROM user_fact WHERE run = {run} AND listing <> {listing};
             INSERT INTO gone
                 SELECT user, fact FROM mailbox_fact WHERE run = {run} AND user IN (SELECT user FROM gone);
             DELETE FROM mailbox_fact WHERE run = {run} AND user IN (SELECT user FROM gone);
             DELETE FROM user_fact WHERE run = {run} AND user IN (SELECT user FROM gone);
             DELETE FROM fact WHERE fact IN (
                 SELECT fact FROM gone
                 EXCEPT SELECT profile FROM user_fact WHERE run = {base}
                 EXCEPT SELECT fact FROM mailbox_fact WHERE run = {base});
             DROP TABLE gone;
             COMMIT;",
            run = self.number,
            base = self.base.unwrap_or(0),
        ))?)
    }

    fn insert_users(&self, users: &[User], listing: u32) -> Result<(), StoreError> {
        let connection = self.store.connection();
        let mut key_of = connection.prepare_cached("SELECT user FROM user_key WHERE user_id = ?1")?;
        let mut new_key = connection.prepare_cached("INSERT INTO user_key (user_id) VALUES (?1)")?;
        let mut facts = Facts::new(&connection, self, PROFILE)?;
        let mut insert = connection.prepare_cached(
            "INSERT INTO user_fact (run, user, profile, last_login, listing) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT DO UPDATE SET
                 profile = excluded.profile, last_login = excluded.last_login, listing = excluded.listing",
        )?;
        let mut sign_in = connection.prepare_cached(
            "INSERT INTO sign_in (user, at, run) VALUES (?1, ?2, ?3)
             ON CONFLICT DO UPDATE SET at = excluded.at, run = excluded.run WHERE excluded.at > at",
        )?;
        for user in users {
            let known: Option<i64> = key_of.query_row([&user.id], |row| row.get(0)).optional()?;
            let key = match known {
                Some(key) => key,
                None => new_key.insert([&user.id])?,
            };
            let profile = User { last_login: LastLogin::Unknown, ..user.clone() };
            let profile = facts.keep(key, "", &serde_json::to_string(&profile)?)?;
            let last_login = milliseconds(user.last_login);
            insert.execute(params![self.number, key, profile, last_login, listing])?;
            if let Some(at) = last_login.filter(|at| *at > 0) {
                sign_in.execute(params![key, at, self.number])?;
            }
        }
        Ok(())
    }

    /// Keeps parts of the mailboxes of users that are kept already.
    pub(crate) fn put_mailboxes(&self, mailboxes: &[(UserKey, Vec<MailboxPart>)]) -> Result<(), StoreError> {
        self.store.atomically(|| {
            let connection = self.store.connection();
            let mut facts = Facts::new(&connection, self, MAILBOX_PART)?;
            let mut put = connection.prepare_cached(
                "INSERT INTO mailbox_fact (run, user, part, fact) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO UPDATE SET fact = excluded.fact",
            )?;
            for (UserKey(key), parts) in mailboxes {
                for part in parts {
                    let id = part.setting().id();
                    let fact = facts.keep(*key, id, &part.to_json()?)?;
                    put.execute(params![self.number, key, id, fact])?;
                }
            }
            Ok(())
        })
    }

    pub(crate) fn user_count(&self) -> Result<u64, StoreError> {
        self.count("SELECT COUNT(*) FROM user_fact WHERE run = ?1 AND ?2 IS NULL", None)
    }

    /// Of how many mailboxes this setting is kept.
    pub(crate) fn mailbox_count(&self, setting: MailboxSetting) -> Result<u64, StoreError> {
        self.count("SELECT COUNT(*) FROM mailbox_fact WHERE run = ?1 AND part = ?2", Some(setting.id()))
    }

    fn count(&self, query: &str, part: Option<&str>) -> Result<u64, StoreError> {
        let values = params![self.number, part];
        let count: i64 = self.store.connection().query_row(query, values, |row| row.get(0))?;
        Ok(count.unsigned_abs())
    }

    /// Every user, ordered bytewise by id.
    pub(crate) fn users(&self) -> impl Iterator<Item = Result<User, StoreError>> + '_ {
        self.rows(
            "SELECT key.user_id, row.user, row.last_login, profile.text, NULL, NULL
             FROM user_key AS key
             CROSS JOIN user_fact AS row ON row.run = ?1 AND row.user = key.user
             CROSS JOIN fact AS profile ON profile.fact = row.profile
             WHERE key.user_id > ?2 ORDER BY key.user_id LIMIT ?3",
        )
        .map(|row| row?.user())
    }

    /// Every part of a mailbox that is missing for one of these reasons, ordered by user.
    pub(crate) fn mailbox_parts_missing_for(
        &self,
        reasons: &[&str],
    ) -> impl Iterator<Item = Result<(UserKey, MailboxPart), StoreError>> + '_ {
        let reasons: Vec<String> = reasons.iter().map(|id| (*id).to_owned()).collect();
        let rows = pages(move |(user, part): &(i64, String)| {
            let connection = self.store.connection();
            let mut statement = connection.prepare_cached(
                "SELECT user, part, text FROM mailbox_fact JOIN fact USING (fact)
                 WHERE run = ?1 AND (user, part) > (?2, ?3) AND json_type(text, '$.missing') IS NOT NULL
                 ORDER BY user, part LIMIT ?4",
            )?;
            let values = params![self.number, user, part, BATCH];
            let rows = statement.query_map(values, |row| {
                let (user, part): (i64, String) = (row.get(0)?, row.get(1)?);
                Ok(((user, part.clone()), (UserKey(user), part, row.get::<_, String>(2)?)))
            })?;
            Ok(rows.collect::<Result<Vec<_>, _>>()?)
        });
        rows.filter_map(move |row| {
            let fact =
                row.and_then(|(key, part, text)| Ok(mailbox_part(&part, &text)?.map(|fact| (key, fact))));
            let (key, fact) = match fact.transpose()? {
                Ok(found) => found,
                Err(error) => return Some(Err(error)),
            };
            let is_meant =
                fact.status().gap().is_some_and(|gap| reasons.iter().any(|reason| **reason == *gap.reason));
            is_meant.then_some(Ok((key, fact)))
        })
    }

    /// Every user of whose mailbox fewer than this many settings are kept, with those that are, ordered bytewise by id.
    pub(crate) fn users_to_read(
        &self,
        settings: usize,
    ) -> impl Iterator<Item = Result<(UserKey, User, Vec<MailboxSetting>), StoreError>> + '_ {
        let rows = self.rows(
            "SELECT key.user_id, row.user, row.last_login, profile.text, NULL
             FROM user_key AS key
             CROSS JOIN user_fact AS row ON row.run = ?1 AND row.user = key.user
             CROSS JOIN fact AS profile ON profile.fact = row.profile
             WHERE key.user_id > ?2
                 AND (SELECT count(*) FROM mailbox_fact AS part WHERE part.run = ?1 AND part.user = row.user) < ?4
             ORDER BY key.user_id LIMIT ?3",
        );
        Rows { fewer_than: Some(i64::try_from(settings).unwrap_or(i64::MAX)), ..rows }.map(|row| {
            let row = row?;
            let kept = row.mailbox.iter().filter_map(|(part, _)| MailboxSetting::from_id(part)).collect();
            Ok((row.key, row.user()?, kept))
        })
    }

    /// Every user with the parts of its mailbox that were asked for, ordered bytewise by id. A part that the run did
    /// not come to is a gap.
    pub(crate) fn user_facts(
        &self,
        asked: &BTreeSet<Part>,
    ) -> impl Iterator<Item = Result<UserFacts, StoreError>> + '_ {
        let asked = asked.clone();
        let rows = self.rows(
            // What a later run brought is nothing that this one knew.
            "SELECT key.user_id, row.user, row.last_login, profile.text,
                 CASE WHEN sign_in.run <= ?1 THEN sign_in.at ELSE (
                     SELECT max(past.last_login) FROM run AS earlier JOIN user_fact AS past USING (run)
                     WHERE earlier.run <= ?1 AND past.user = row.user) END
             FROM user_key AS key
             CROSS JOIN user_fact AS row ON row.run = ?1 AND row.user = key.user
             CROSS JOIN fact AS profile ON profile.fact = row.profile
             LEFT JOIN sign_in ON sign_in.user = row.user
             WHERE key.user_id > ?2 ORDER BY key.user_id LIMIT ?3",
        );
        Rows { with_mailboxes: true, ..rows }.map(move |row| {
            let row = row?;
            let user = row.user()?;
            let mailbox = row.mailbox(&user, &asked)?;
            let known_sign_in = row.known_sign_in.filter(|at| *at > 0);
            let known_sign_in = known_sign_in.and_then(DateTime::<Utc>::from_timestamp_millis);
            Ok(UserFacts { user, mailbox, known_sign_in })
        })
    }

    /// The same, without most mailboxes of which only the owner's own address is known: those whose send-as addresses
    /// and delegates were read, or cannot be, and have nothing else.
    pub(crate) fn user_facts_beside_owners(
        &self,
        asked: &BTreeSet<Part>,
    ) -> impl Iterator<Item = Result<UserFacts, StoreError>> + '_ {
        let wanted = [Part::SEND_AS, Part::DELEGATES].into_iter().filter(|part| asked.contains(part)).count();
        let asked = asked.clone();
        let rows = self.rows(
            "SELECT key.user_id, row.user, row.last_login, profile.text, NULL
             FROM user_key AS key
             CROSS JOIN user_fact AS row ON row.run = ?1 AND row.user = key.user
             CROSS JOIN fact AS profile ON profile.fact = row.profile
             WHERE key.user_id > ?2
                 AND (json_extract(profile.text, '$.archived')
                      OR (SELECT count(*) FROM mailbox_fact AS part JOIN fact USING (fact)
                      WHERE part.run = ?1 AND part.user = row.user AND (
                          (part.part = 'delegates' AND fact.text = '{\"read\":[]}')
                          OR (part.part = 'send_as' AND json_array_length(fact.text, '$.read') = 1)
                          OR (part.part IN ('delegates', 'send_as')
                              AND json_type(fact.text, '$.not_applicable') IS NOT NULL))) < ?4)
             ORDER BY key.user_id LIMIT ?3",
        );
        let wanted = i64::try_from(wanted).unwrap_or(i64::MAX);
        Rows { fewer_than: Some(wanted), with_mailboxes: true, ..rows }.map(move |row| {
            let row = row?;
            let user = row.user()?;
            let mailbox = row.mailbox(&user, &asked)?;
            Ok(UserFacts { user, mailbox, known_sign_in: None })
        })
    }

    fn rows(&self, query: &'static str) -> Rows<'_> {
        Rows {
            run: self,
            query,
            fewer_than: None,
            with_mailboxes: false,
            batch: Vec::new().into_iter(),
            last: String::new(),
            done: false,
        }
    }
}

/// `None` if this version knows no such setting.
fn mailbox_part(id: &str, text: &str) -> Result<Option<MailboxPart>, StoreError> {
    let setting = MailboxSetting::from_id(id);
    Ok(setting.map(|setting| MailboxPart::from_json(setting, text)).transpose()?)
}

/// A user's profile in a run: what [`Facts`] compares with.
const PROFILE: &str =
    "SELECT fact, text FROM user_fact JOIN fact ON fact = profile WHERE run = ?1 AND user = ?2 AND ?3 = ''";
/// A part of a user's mailbox in a run.
const MAILBOX_PART: &str = "SELECT fact, text FROM mailbox_fact JOIN fact USING (fact)
     WHERE run = ?1 AND user = ?2 AND part = ?3";

/// Texts of facts, shared with the run before where they are the same.
struct Facts<'c> {
    run: i64,
    base: Option<i64>,
    find: CachedStatement<'c>,
    change: CachedStatement<'c>,
    insert: CachedStatement<'c>,
}

impl<'c> Facts<'c> {
    fn new(connection: &'c Connection, run: &Run<'_>, find: &str) -> Result<Self, StoreError> {
        Ok(Self {
            run: run.number,
            base: run.base,
            find: connection.prepare_cached(find)?,
            change: connection.prepare_cached("UPDATE fact SET text = ?2 WHERE fact = ?1")?,
            insert: connection.prepare_cached("INSERT INTO fact (text) VALUES (?1)")?,
        })
    }

    /// The number under which a user's text is kept.
    fn keep(&mut self, user: i64, part: &str, text: &str) -> Result<i64, StoreError> {
        let before = self.find(self.base, user, part)?;
        let now = self.find(Some(self.run), user, part)?;
        let shared = before.as_ref().map(|(fact, _)| *fact);
        match (before, now) {
            (Some((fact, before)), _) if before == text => Ok(fact),
            // Said before in this run, and now said otherwise.
            (_, Some((fact, now))) if Some(fact) != shared => {
                if now != text {
                    self.change.execute(params![fact, text])?;
                }
                Ok(fact)
            }
            _ => Ok(self.insert.insert([text])?),
        }
    }

    fn find(&mut self, run: Option<i64>, user: i64, part: &str) -> Result<Option<(i64, String)>, StoreError> {
        let Some(run) = run else { return Ok(None) };
        Ok(self.find.query_row(params![run, user, part], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
    }
}

/// Directory's 1970 is `never`; so is it here.
fn milliseconds(last_login: LastLogin) -> Option<i64> {
    match last_login {
        LastLogin::At(at) => Some(at.timestamp_millis()),
        LastLogin::Never => Some(0),
        LastLogin::Unknown => None,
    }
}

fn last_login(milliseconds: Option<i64>) -> LastLogin {
    match milliseconds {
        Some(0) => LastLogin::Never,
        Some(at) => DateTime::<Utc>::from_timestamp_millis(at).map_or(LastLogin::Unknown, LastLogin::At),
        None => LastLogin::Unknown,
    }
}

struct Row {
    user_id: String,
    key: UserKey,
    last_login: Option<i64>,
    profile: String,
    /// Part and text of each fact.
    mailbox: Vec<(String, String)>,
    known_sign_in: Option<i64>,
}

impl Row {
    fn user(&self) -> Result<User, StoreError> {
        let profile: User = serde_json::from_str(&self.profile)?;
        Ok(User { last_login: last_login(self.last_login), ..profile })
    }

    fn mailbox(&self, user: &User, asked: &BTreeSet<Part>) -> Result<Mailbox, StoreError> {
        let facts = self.mailbox.iter().map(|(part, text)| mailbox_part(part, text));
        let facts: Vec<Option<MailboxPart>> = facts.collect::<Result<_, _>>()?;
        Ok(Mailbox::of(user, asked, facts.into_iter().flatten()))
    }
}

/// Rows of a query by user id, a batch at a time, so that no lock is held while they are used.
struct Rows<'a> {
    run: &'a Run<'a>,
    query: &'static str,
    /// Only users of whom fewer parts are kept.
    fewer_than: Option<i64>,
    with_mailboxes: bool,
    batch: std::vec::IntoIter<Row>,
    last: String,
    done: bool,
}

impl Rows<'_> {
    fn read(&self) -> Result<Vec<Row>, StoreError> {
        let connection = self.run.store.connection();
        let mut statement = connection.prepare_cached(self.query)?;
        let read = |row: &rusqlite::Row<'_>| {
            Ok(Row {
                user_id: row.get(0)?,
                key: UserKey(row.get(1)?),
                last_login: row.get(2)?,
                profile: row.get(3)?,
                mailbox: Vec::new(),
                known_sign_in: row.get(4)?,
            })
        };
        let (run, last) = (self.run.number, &self.last);
        let rows = match self.fewer_than {
            Some(parts) => statement.query_map(params![run, last, BATCH, parts], read)?,
            None => statement.query_map(params![run, last, BATCH], read)?,
        };
        let mut rows: Vec<Row> = rows.collect::<Result<_, _>>()?;
        // Who waits for one of several parts may have others already.
        if self.with_mailboxes || self.fewer_than.is_some_and(|parts| parts > 1) {
            let mut parts = connection.prepare_cached(
                "SELECT part, text FROM mailbox_fact JOIN fact USING (fact) WHERE run = ?1 AND user = ?2",
            )?;
            for row in &mut rows {
                let found = parts.query_map(params![run, row.key.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
                row.mailbox = found.collect::<Result<_, _>>()?;
            }
        }
        Ok(rows)
    }
}

impl Iterator for Rows<'_> {
    type Item = Result<Row, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.batch.len() == 0 && !self.done {
            match self.read() {
                Ok(batch) => {
                    self.done = batch.is_empty();
                    self.batch = batch.into_iter();
                }
                Err(error) => {
                    self.done = true;
                    return Some(Err(error));
                }
            }
        }
        let row = self.batch.next()?;
        self.last.clone_from(&row.user_id);
        Some(Ok(row))
    }
}
