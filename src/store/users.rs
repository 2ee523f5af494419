//! One run's users and mailboxes. What reads like in the run before is shared with it.

use chrono::{DateTime, Utc};
use rusqlite::{CachedStatement, Connection, OptionalExtension, params};
use serde::Serialize;

use crate::snapshot::UserFacts;
use crate::tenant::{LastLogin, Mailbox, Part, User};

use super::{Run, StoreError};

/// A user's number in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UserKey(i64);

/// Users per query: their facts are all that is in memory of them.
const BATCH: i64 = 500;

impl Run<'_> {
    /// Keeps a page of users, and with it where their listing goes on. One that comes twice, as a listing that
    /// shifts can bring it, is kept once; a mailbox that was read stays.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn put_users<C: Serialize>(
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
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn forget_unlisted(&self, listing: u32) -> Result<(), StoreError> {
        Ok(self.store.connection().execute_batch(&format!(
            "BEGIN IMMEDIATE;
             CREATE TEMP TABLE gone AS
                 SELECT user, profile, mailbox FROM user_fact WHERE run = {run} AND listing <> {listing};
             DELETE FROM user_fact WHERE run = {run} AND user IN (SELECT user FROM gone);
             DELETE FROM fact WHERE fact IN (
                 SELECT profile FROM gone UNION ALL SELECT mailbox FROM gone WHERE mailbox IS NOT NULL
                 EXCEPT SELECT profile FROM user_fact WHERE run = {base}
                 EXCEPT SELECT mailbox FROM user_fact WHERE run = {base} AND mailbox IS NOT NULL);
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
        let mut facts = Facts::new(&connection, self, "profile")?;
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
            let profile = facts.keep(key, &serde_json::to_string(&profile)?)?;
            let last_login = milliseconds(user.last_login);
            insert.execute(params![self.number, key, profile, last_login, listing])?;
            if let Some(at) = last_login.filter(|at| *at > 0) {
                sign_in.execute(params![key, at, self.number])?;
            }
        }
        Ok(())
    }

    /// Keeps mailboxes of users that are kept already.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn put_mailboxes(&self, mailboxes: &[(UserKey, Mailbox)]) -> Result<(), StoreError> {
        self.store.atomically(|| {
            let connection = self.store.connection();
            let mut facts = Facts::new(&connection, self, "mailbox")?;
            let mut update = connection
                .prepare_cached("UPDATE user_fact SET mailbox = ?3 WHERE run = ?1 AND user = ?2")?;
            for (UserKey(key), mailbox) in mailboxes {
                let mailbox = facts.keep(*key, &serde_json::to_string(mailbox)?)?;
                update.execute(params![self.number, key, mailbox])?;
            }
            Ok(())
        })
    }

    /// How many users are kept.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn user_count(&self) -> Result<u64, StoreError> {
        self.count("SELECT COUNT(*) FROM user_fact WHERE run = ?1")
    }

    /// How many mailboxes are kept.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn mailbox_count(&self) -> Result<u64, StoreError> {
        self.count("SELECT COUNT(*) FROM user_fact WHERE run = ?1 AND mailbox IS NOT NULL")
    }

    fn count(&self, query: &str) -> Result<u64, StoreError> {
        let count: i64 = self.store.connection().query_row(query, [self.number], |row| row.get(0))?;
        Ok(count.unsigned_abs())
    }

    /// Every user, ordered bytewise by id.
    pub fn users(&self) -> impl Iterator<Item = Result<User, StoreError>> + '_ {
        self.rows(
            "SELECT key.user_id, row.user, row.last_login, profile.text, NULL, NULL
             FROM user_key AS key
             CROSS JOIN user_fact AS row ON row.run = ?1 AND row.user = key.user
             CROSS JOIN fact AS profile ON profile.fact = row.profile
             WHERE key.user_id > ?2 ORDER BY key.user_id LIMIT ?3",
        )
        .map(|row| row?.user())
    }

    /// Every mailbox whose evidence is one of these, ordered bytewise by the user's id.
    pub fn mailboxes_with(
        &self,
        evidence: &[&str],
    ) -> impl Iterator<Item = Result<(UserKey, Mailbox), StoreError>> + '_ {
        let evidence: Vec<String> = evidence.iter().map(|id| (*id).to_owned()).collect();
        let rows = self.rows(
            "SELECT key.user_id, row.user, row.last_login, '', mailbox.text, NULL
             FROM user_key AS key
             CROSS JOIN user_fact AS row ON row.run = ?1 AND row.user = key.user
             CROSS JOIN fact AS mailbox ON mailbox.fact = row.mailbox
             WHERE key.user_id > ?2 AND json_extract(mailbox.text, '$.gap') IS NOT NULL
             ORDER BY key.user_id LIMIT ?3",
        );
        rows.filter_map(move |row| {
            let mailbox = |text: &str| serde_json::from_str::<Mailbox>(text);
            match row.and_then(|row| Ok((row.key, row.mailbox.as_deref().map(mailbox).transpose()?))) {
                Ok((key, Some(mailbox))) if evidence.contains(&mailbox.gmail_evidence) => {
                    Some(Ok((key, mailbox)))
                }
                Ok(_) => None,
                Err(error) => Some(Err(error)),
            }
        })
    }

    /// Every user whose mailbox is not kept yet, ordered bytewise by id.
    pub fn users_without_mailbox(&self) -> impl Iterator<Item = Result<(UserKey, User), StoreError>> + '_ {
        self.rows(
            "SELECT key.user_id, row.user, row.last_login, profile.text, NULL, NULL
             FROM user_key AS key
             CROSS JOIN user_fact AS row ON row.run = ?1 AND row.user = key.user AND row.mailbox IS NULL
             CROSS JOIN fact AS profile ON profile.fact = row.profile
             WHERE key.user_id > ?2 ORDER BY key.user_id LIMIT ?3",
        )
        .map(|row| row.and_then(|row| Ok((row.key, row.user()?))))
    }

    /// Every user with its mailbox, ordered bytewise by id. A mailbox that the run did not come to is a gap.
    pub fn user_facts(&self) -> impl Iterator<Item = Result<UserFacts, StoreError>> + '_ {
        self.rows(
            // What a later run brought is nothing that this one knew.
            "SELECT key.user_id, row.user, row.last_login, profile.text, mailbox.text,
                 CASE WHEN sign_in.run <= ?1 THEN sign_in.at ELSE (
                     SELECT max(past.last_login) FROM run AS earlier JOIN user_fact AS past USING (run)
                     WHERE earlier.run <= ?1 AND past.user = row.user) END
             FROM user_key AS key
             CROSS JOIN user_fact AS row ON row.run = ?1 AND row.user = key.user
             CROSS JOIN fact AS profile ON profile.fact = row.profile
             LEFT JOIN fact AS mailbox ON mailbox.fact = row.mailbox
             LEFT JOIN sign_in ON sign_in.user = row.user
             WHERE key.user_id > ?2 ORDER BY key.user_id LIMIT ?3",
        )
        .map(|row| {
            let row = row?;
            let mailbox = match &row.mailbox {
                Some(text) => serde_json::from_str(text)?,
                None => Mailbox::not_reached(),
            };
            let known_sign_in = row.known_sign_in.filter(|at| *at > 0);
            let known_sign_in = known_sign_in.and_then(DateTime::<Utc>::from_timestamp_millis);
            Ok(UserFacts { user: row.user()?, mailbox, known_sign_in })
        })
    }

    fn rows(&self, query: &'static str) -> Rows<'_> {
        Rows { run: self, query, batch: Vec::new().into_iter(), last: String::new(), done: false }
    }
}

/// Texts of facts, shared with the run before where they are the same.
struct Facts<'c> {
    run: i64,
    base: Option<i64>,
    find: CachedStatement<'c>,
    change: CachedStatement<'c>,
    insert: CachedStatement<'c>,
}

impl<'c> Facts<'c> {
    fn new(connection: &'c Connection, run: &Run<'_>, column: &str) -> Result<Self, StoreError> {
        let find = format!(
            "SELECT fact, text FROM user_fact JOIN fact ON fact = {column} WHERE run = ?1 AND user = ?2"
        );
        Ok(Self {
            run: run.number,
            base: run.base,
            find: connection.prepare_cached(&find)?,
            change: connection.prepare_cached("UPDATE fact SET text = ?2 WHERE fact = ?1")?,
            insert: connection.prepare_cached("INSERT INTO fact (text) VALUES (?1)")?,
        })
    }

    /// The number under which a user's text is kept.
    fn keep(&mut self, user: i64, text: &str) -> Result<i64, StoreError> {
        let before = self.find(self.base, user)?;
        let now = self.find(Some(self.run), user)?;
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

    fn find(&mut self, run: Option<i64>, user: i64) -> Result<Option<(i64, String)>, StoreError> {
        let Some(run) = run else { return Ok(None) };
        Ok(self.find.query_row([run, user], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
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
    mailbox: Option<String>,
    known_sign_in: Option<i64>,
}

impl Row {
    fn user(&self) -> Result<User, StoreError> {
        let profile: User = serde_json::from_str(&self.profile)?;
        Ok(User { last_login: last_login(self.last_login), ..profile })
    }
}

/// Rows of a query by user id, a batch at a time, so that no lock is held while they are used.
struct Rows<'a> {
    run: &'a Run<'a>,
    query: &'static str,
    batch: std::vec::IntoIter<Row>,
    last: String,
    done: bool,
}

impl Rows<'_> {
    fn read(&self) -> Result<Vec<Row>, StoreError> {
        let connection = self.run.store.connection();
        let mut statement = connection.prepare_cached(self.query)?;
        let rows = statement.query_map(params![self.run.number, self.last, BATCH], |row| {
            Ok(Row {
                user_id: row.get(0)?,
                key: UserKey(row.get(1)?),
                last_login: row.get(2)?,
                profile: row.get(3)?,
                mailbox: row.get(4)?,
                known_sign_in: row.get(5)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
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
