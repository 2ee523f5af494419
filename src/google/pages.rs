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
pub(crate) struct BrokenRows {
    /// How many.
    pub(crate) count: u64,
    /// Which they are and what is wrong with each, at most 100 of them.
    pub(crate) named: Vec<String>,
}

/// The most rows that are named.
const MAX_NAMED: usize = 100;

/// What names a row of any listing, where it can be read.
const NAMES: [&str; 18] = [
    "id",
    "primaryEmail",
    "roleId",
    "roleName",
    "roleAssignmentId",
    "assignedTo",
    "domainName",
    "domainAliasName",
    "orgUnitPath",
    "sendAsEmail",
    "delegateEmail",
    "forwardingEmail",
    "email",
    "uniqueId",
    "name",
    "fullResourceName",
    "role",
    "service",
];

impl BrokenRows {
    /// Adds one: what is wrong with it, and its text.
    pub(crate) fn add(&mut self, reason: &str, text: &str) {
        if self.named.len() < MAX_NAMED {
            self.named.push(match name_of_row(text) {
                Some(name) => format!("{name} ({})", causes::quoted(reason)),
                None => {
                    let beginning: String = text.chars().take(120).collect();
                    causes::quoted(&format!("{} in {beginning}", causes::quoted(reason)))
                }
            });
        }
        self.count += 1;
    }

    /// Adds those of another page.
    pub(crate) fn extend(&mut self, other: Self) {
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
    (!names.is_empty()).then(|| causes::quoted(&names.join(", ")))
}

/// How long a listing may become: longer than in any tenant. Beyond it something else than Google answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bound {
    pub(crate) pages: u64,
    /// Bytes of all pages together.
    pub(crate) bytes: u64,
}

impl Bound {
    /// Of what a tenant, a mailbox or an account has few of.
    pub(crate) const FEW: Self = Self { pages: 200, bytes: 32 << 20 };
    /// Of what is kept in memory: members of a group, roles' assignments, accounts of a project or an organization.
    pub(crate) const MANY: Self = Self { pages: 5_000, bytes: 1 << 30 };
    /// Of what streams: users and logs.
    pub(crate) const STREAM: Self = Self { pages: 100_000, bytes: 64 << 30 };
}

/// Rows of a listing that is only to show that it can be read: a full page of users.
const SHORT_LISTING: usize = 500;

/// Pages without rows in a row: Google sends some, but not for ever.
const MAX_PAGES_WITHOUT_ROWS: u64 = 100;

#[derive(Debug)]
pub(crate) struct Page<T> {
    /// Rows that were read.
    pub(crate) rows: Vec<T>,
    /// Rows that were not.
    pub(crate) broken: BrokenRows,
}

/// A whole listing, or as much of it as there was.
#[derive(Debug)]
pub(crate) struct Listing<T> {
    /// Rows that were read.
    pub(crate) rows: Vec<T>,
    /// Rows that were not.
    pub(crate) broken: BrokenRows,
    /// What ended it before its end.
    pub(crate) stopped: Option<GoogleError>,
    /// Whether there was any page.
    pub(crate) began: bool,
}

/// The pages of one listing.
#[derive(Debug)]
pub(crate) struct Pages<'a, T> {
    session: &'a Session<'a>,
    scope: &'static str,
    request: Request,
    rows_key: &'static str,
    next: Next,
    seen: HashSet<u64>,
    bound: Bound,
    pages: u64,
    bytes: u64,
    pages_without_rows: u64,
    rows: usize,
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
        bound: Bound,
    ) -> Self {
        Self {
            session,
            scope,
            request: request.page(),
            rows_key,
            next: Next::First,
            seen: HashSet::new(),
            bound,
            pages: 0,
            bytes: 0,
            pages_without_rows: 0,
            rows: 0,
            row: PhantomData,
        }
    }

    /// Begins at a page token of the same listing, asked for earlier; at the first page if there is none.
    #[must_use]
    pub(crate) fn starting_at(mut self, token: Option<String>) -> Self {
        if let Some(token) = token {
            self.next = Next::Token(token);
        }
        self
    }

    /// Where the listing goes on after the page that was read last.
    #[must_use]
    pub(crate) fn next_token(&self) -> Option<&str> {
        match &self.next {
            Next::Token(token) => Some(token),
            Next::First | Next::Done => None,
        }
    }

    /// The next page; `None` after the last. A page may be empty and still not be the last.
    ///
    /// # Errors
    /// What came instead; the listing is over then, and incomplete.
    pub(crate) async fn next(&mut self) -> Result<Option<Page<T>>, GoogleError> {
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
        self.count(&body)?;
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
        self.pages_without_rows = if rows.is_empty() { self.pages_without_rows + 1 } else { 0 };
        if self.pages_without_rows > MAX_PAGES_WITHOUT_ROWS {
            return Err(self.too_long(&format!("{MAX_PAGES_WITHOUT_ROWS} pages without rows")));
        }
        self.rows += rows.len();
        if self.session.has_short_listings() && self.rows >= SHORT_LISTING {
            self.next = Next::Done;
        }
        Ok(Some(decode_rows(&rows)))
    }

    /// Counts a page; an error if it is beyond the bound.
    fn count(&mut self, body: &BTreeMap<String, Box<RawValue>>) -> Result<(), GoogleError> {
        self.pages += 1;
        self.bytes += body.values().map(|value| value.get().len() as u64).sum::<u64>();
        if self.pages > self.bound.pages {
            return Err(self.too_long(&format!("{} pages", self.bound.pages)));
        }
        if self.bytes > self.bound.bytes {
            return Err(self.too_long(&format!("{} MiB", self.bound.bytes >> 20)));
        }
        Ok(())
    }

    /// Names the listing by its path, and the bound.
    fn too_long(&mut self, bound: &str) -> GoogleError {
        self.next = Next::Done;
        let words = format!("`{}` of {}: more than {bound}", self.rows_key, self.request.path);
        GoogleError::new(causes::LISTING_TOO_LONG, self.request.api, Some(200), &words)
    }

    /// Every page to the end.
    pub(crate) async fn all(mut self) -> Listing<T> {
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
        // A list would be taken for an object without names.
        let is_object = row.get().starts_with('{');
        match decode(row) {
            Ok(_) if !is_object => page.broken.add("no object", row.get()),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::google::{Api, Auth, Client, ClientOptions, Machine, Roots};

    #[derive(Debug, serde::Deserialize)]
    struct Row {
        #[serde(default)]
        aliases: Vec<String>,
    }

    fn page(text: &str) -> Page<Row> {
        decode_rows(&serde_json::from_str::<Vec<Box<RawValue>>>(text).unwrap())
    }

    #[test]
    fn every_row_that_cannot_be_read_is_named_and_none_swells_a_report() {
        let long = "x".repeat(3 << 20);
        let page = page(&format!(
            r#"[{{"id": "1", "primaryEmail": "a@b", "aliases": ["x", null]}}, {{"id": 2, "aliases": "{long}"}},
                {{"aliases": ["<b>\u001b"]}}, ["list"], [], {{"roleId": null, "email": "c@d", "aliases": 1}}]"#
        ));
        assert_eq!(page.rows.iter().map(|row| row.aliases.len()).collect::<Vec<_>>(), [1]);
        let named = &page.broken.named;
        assert_eq!((page.broken.count, named.len()), (5, 5), "{named:?}");
        assert!(named[0].starts_with("id 1, primaryEmail a@b ("), "{}", named[0]);
        assert!(named[1].starts_with("id 2 (") && named[4].starts_with("email c@d ("), "{named:?}");
        let most = 2 * causes::envelope::MAX_QUOTED + 3;
        assert!(named.iter().all(|row| row.chars().count() <= most && !row.contains("<b>")));
    }

    #[tokio::test]
    async fn a_listing_ends_at_its_bound_and_is_named() {
        let machine =
            Machine::find(|name| (name == "HOME").then(|| "/nonexistent".to_owned())).await.unwrap();
        let roots = Roots::keyless("http://127.0.0.1:1", &[]).unwrap();
        let auth = Auth::keyless("a@b", machine, &roots).unwrap();
        let client = Client::new(auth, roots, ClientOptions::default()).unwrap();
        let session = Session::as_account(&client, &["s"]);
        let bound = Bound { pages: 3, bytes: 10 };
        let listing =
            || Pages::<Row>::new(&session, "s", Request::new(Api::Directory, "x/domains"), "domains", bound);
        let page = |text: &str| serde_json::from_str(text).unwrap();
        let mut pages = listing();
        for _ in 0..3 {
            pages.count(&page(r#"{"a": 1}"#)).unwrap();
        }
        let error = pages.count(&page(r#"{"a": 1}"#)).unwrap_err();
        assert_eq!(
            (error.cause.id, &*error.words),
            ("listing_too_long", "`domains` of x/domains: more than 3 pages")
        );
        assert!(matches!(pages.next, Next::Done));
        listing().count(&page(r#"{"domains": [12345678]}"#)).unwrap();
        assert_eq!(
            listing().count(&page(r#"{"domains": [123456789]}"#)).unwrap_err().cause.id,
            "listing_too_long"
        );
    }

    #[test]
    fn countless_rows_that_cannot_be_read_are_counted() {
        let mut all = BrokenRows::default();
        for number in 0..2_500 {
            let mut page = BrokenRows::default();
            page.add("odd", &format!("{{\"id\": {number}}}"));
            all.extend(page);
        }
        assert_eq!((all.count, all.named.len()), (2_500, MAX_NAMED));
    }
}
