//! Listings, page by page, each row decoded by itself.

use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::causes;

use super::{GoogleError, Request, Session};

/// Rows that cannot be read: how many, and which.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BrokenRows {
    /// How many.
    pub count: u64,
    /// Which they are and what is wrong with each, at most [`MAX_NAMED`] of them.
    pub named: Vec<String>,
}

/// The most rows that are named.
const MAX_NAMED: usize = 100;

/// What names a row of any listing, where it can be read.
const NAMES: [&str; 13] = [
    "id",
    "primaryEmail",
    "roleId",
    "roleName",
    "roleAssignmentId",
    "assignedTo",
    "domainName",
    "domainAliasName",
    "sendAsEmail",
    "email",
    "uniqueId",
    "name",
    "fullResourceName",
];

impl BrokenRows {
    /// Adds one: what is wrong with it, and its text.
    pub fn add(&mut self, reason: &str, text: &str) {
        if self.named.len() < MAX_NAMED {
            self.named.push(match name_of_row(text) {
                Some(name) => format!("{name} ({reason})"),
                None => format!("{reason} in {}", text.chars().take(120).collect::<String>()),
            });
        }
        self.count += 1;
    }

    /// Adds those of another page.
    pub fn extend(&mut self, other: Self) {
        let room = MAX_NAMED.saturating_sub(self.named.len());
        self.named.extend(other.named.into_iter().take(room));
        self.count += other.count;
    }
}

/// The ids and addresses of a row, as far as they can be read.
fn name_of_row(text: &str) -> Option<String> {
    let row: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).ok()?;
    let name = |key: &&str| match row.get(*key)? {
        serde_json::Value::String(name) if !name.is_empty() => Some(format!("{key} {name}")),
        serde_json::Value::Number(name) => Some(format!("{key} {name}")),
        _ => None,
    };
    let names: Vec<String> = NAMES.iter().filter_map(name).collect();
    (!names.is_empty()).then(|| names.join(", ").chars().take(200).collect())
}

/// One page.
#[derive(Debug)]
pub struct Page<T> {
    /// Rows that were read.
    pub rows: Vec<T>,
    /// Rows that were not.
    pub broken: BrokenRows,
}

/// A whole listing, or as much of it as there was.
#[derive(Debug)]
pub struct Listing<T> {
    /// Rows that were read.
    pub rows: Vec<T>,
    /// Rows that were not.
    pub broken: BrokenRows,
    /// What ended it before its end.
    pub stopped: Option<GoogleError>,
    /// Whether there was any page.
    pub began: bool,
}

/// The pages of one listing.
#[derive(Debug)]
pub struct Pages<'a, T> {
    session: &'a Session<'a>,
    scope: &'static str,
    request: Request,
    rows_key: &'static str,
    next: Next,
    seen: HashSet<u64>,
    row: PhantomData<fn() -> T>,
}

#[derive(Debug)]
enum Next {
    First,
    Token(String),
    Done,
}

impl<'a, T: DeserializeOwned> Pages<'a, T> {
    pub(super) fn new(
        session: &'a Session<'a>,
        scope: &'static str,
        request: Request,
        rows_key: &'static str,
    ) -> Self {
        Self { session, scope, request, rows_key, next: Next::First, seen: HashSet::new(), row: PhantomData }
    }

    /// Begins at a page token of the same listing, asked for earlier; at the first page if there is none.
    #[must_use]
    pub fn starting_at(mut self, token: Option<String>) -> Self {
        if let Some(token) = token {
            self.next = Next::Token(token);
        }
        self
    }

    /// Where the listing goes on after the page that was read last.
    #[must_use]
    pub fn next_token(&self) -> Option<&str> {
        match &self.next {
            Next::Token(token) => Some(token),
            Next::First | Next::Done => None,
        }
    }

    /// The next page; `None` after the last. A page may be empty and still not be the last.
    ///
    /// # Errors
    /// What came instead; the listing is over then, and incomplete.
    pub async fn next(&mut self) -> Result<Option<Page<T>>, GoogleError> {
        let request = match std::mem::replace(&mut self.next, Next::Done) {
            Next::First => self.request.clone(),
            Next::Token(token) => self.request.clone().query("pageToken", token),
            Next::Done => return Ok(None),
        };
        let mut body: BTreeMap<String, Box<RawValue>> = self.session.get(self.scope, &request).await?;
        let undecodable = |what: &str| {
            let words = format!("`{what}` is not what Google documents");
            GoogleError::new(causes::UNDECODABLE, request.api, Some(200), &words)
        };
        if body.contains_key("error") {
            return Err(undecodable("error"));
        }
        let rows: Vec<Box<RawValue>> = match body.remove(self.rows_key) {
            Some(rows) => {
                decode::<Option<_>>(&rows).map_err(|_| undecodable(self.rows_key))?.unwrap_or_default()
            }
            None => Vec::new(),
        };
        let token: Option<String> = match body.remove("nextPageToken") {
            Some(token) => decode(&token).map_err(|_| undecodable("nextPageToken"))?,
            None => None,
        };
        if let Some(token) = token.filter(|token| !token.is_empty()) {
            if !self.seen.insert(hash(&token)) {
                return Err(GoogleError::new(causes::REPEATED_PAGE, request.api, Some(200), ""));
            }
            self.next = Next::Token(token);
        }
        Ok(Some(decode_rows(&rows)))
    }

    /// Every page to the end.
    pub async fn all(mut self) -> Listing<T> {
        let mut listing =
            Listing { rows: Vec::new(), broken: BrokenRows::default(), stopped: None, began: false };
        loop {
            match self.next().await {
                Ok(Some(page)) => {
                    listing.began = true;
                    listing.rows.extend(page.rows);
                    listing.broken.extend(page.broken);
                }
                Ok(None) => return listing,
                Err(error) => {
                    listing.stopped = Some(error);
                    return listing;
                }
            }
        }
    }
}

fn decode<'r, T: serde::Deserialize<'r>>(value: &'r RawValue) -> Result<T, serde_json::Error> {
    serde_json::from_str(value.get())
}

fn decode_rows<T: DeserializeOwned>(raw: &[Box<RawValue>]) -> Page<T> {
    let mut page = Page { rows: Vec::with_capacity(raw.len()), broken: BrokenRows::default() };
    for row in raw {
        match decode(row) {
            Ok(row) => page.rows.push(row),
            Err(error) => page.broken.add(&error.to_string(), row.get()),
        }
    }
    page
}

fn hash(token: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    token.hash(&mut hasher);
    hasher.finish()
}
