//! Partial responses: the `fields` parameter.
//!
//! Grammar, from Google's performance guides: `a,b` selects siblings, `a/b` goes down, `a(b,c)` selects
//! several below, `*` stands for every field. A field that the resource's schema does not have is an
//! error, so that a client's slip of the pen shows.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::discovery::{Method, Schema};

/// How many levels a mask may go down: no document tells, and every level is a call of its own here.
const DEEPEST: usize = 64;

/// A parsed mask: the fields kept at one level, each with the mask below it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Mask {
    fields: BTreeMap<String, Mask>,
}

/// The mask, or the part of it that offends.
pub(crate) type Parsed<T> = Result<T, String>;

impl Mask {
    pub(crate) fn parse(text: &str) -> Parsed<Self> {
        let mut parser = Parser { rest: text, whole: text, depth: 0 };
        let mask = parser.siblings()?;
        if parser.rest.is_empty() { Ok(mask) } else { Err(text.to_owned()) }
    }

    /// Every name must exist in the schema of the method's answer.
    pub(crate) fn check(&self, method: &Method) -> Parsed<()> {
        self.check_against(method, method.response_schema())
    }

    fn check_against(&self, method: &Method, schema: &'static Schema) -> Parsed<()> {
        let schema = innermost(method, schema);
        for (name, below) in &self.fields {
            if schema.is_scalar() {
                return Err(name.clone());
            }
            if schema.properties.is_empty() {
                // A field of no declared shape, such as a user's `emails`: nothing to hold it against.
                continue;
            }
            if name == "*" {
                below.check_against_any(method, schema)?;
                continue;
            }
            let property = schema.properties.get(name).ok_or_else(|| name.clone())?;
            below.check_against(method, property)?;
        }
        Ok(())
    }

    /// `*/name` is valid as soon as one of the fields declares that name below it.
    fn check_against_any(&self, method: &Method, schema: &'static Schema) -> Parsed<()> {
        let Some(name) = self.fields.keys().next() else {
            return Ok(());
        };
        let mut declared =
            schema.properties.values().filter(|field| !innermost(method, field).properties.is_empty());
        if declared.any(|field| self.check_against(method, field).is_ok()) {
            Ok(())
        } else {
            Err(name.clone())
        }
    }

    pub(crate) fn apply(&self, value: Value) -> Value {
        if self.fields.is_empty() {
            return value;
        }
        match value {
            Value::Array(items) => Value::Array(items.into_iter().map(|item| self.apply(item)).collect()),
            Value::Object(object) => Value::Object(self.apply_to(object)),
            scalar => scalar,
        }
    }

    fn apply_to(&self, object: Map<String, Value>) -> Map<String, Value> {
        object
            .into_iter()
            .filter_map(|(name, value)| {
                let below = self.below(&name)?;
                let has_fields = value.is_object() || value.is_array();
                (has_fields || below.fields.is_empty()).then(|| (name, below.apply(value)))
            })
            .collect()
    }

    /// What is kept of a field: by its own name and by `*` together.
    fn below(&self, name: &str) -> Option<Cow<'_, Mask>> {
        match (self.fields.get(name), self.fields.get("*")) {
            (Some(own), Some(every)) => {
                let mut both = own.clone();
                both.join(every.clone());
                Some(Cow::Owned(both))
            }
            (own, every) => own.or(every).map(Cow::Borrowed),
        }
    }

    fn select(&mut self, name: &str, below: Mask) {
        match self.fields.get_mut(name) {
            None => {
                self.fields.insert(name.to_owned(), below);
            }
            Some(existing) => existing.join(below),
        }
    }

    /// What is selected whole stays whole, whatever else selects parts of it.
    fn join(&mut self, other: Mask) {
        if self.fields.is_empty() || other.fields.is_empty() {
            *self = Mask::default();
            return;
        }
        for (name, below) in other.fields {
            self.select(&name, below);
        }
    }
}

fn innermost(method: &Method, schema: &'static Schema) -> &'static Schema {
    let schema = method.resolve(schema);
    match &schema.items {
        Some(items) => innermost(method, items),
        None => schema,
    }
}

struct Parser<'a> {
    rest: &'a str,
    whole: &'a str,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn siblings(&mut self) -> Parsed<Mask> {
        let mut mask = Mask::default();
        loop {
            let (name, below) = self.path()?;
            mask.select(name, below);
            if !self.take(',') {
                return Ok(mask);
            }
        }
    }

    fn path(&mut self) -> Parsed<(&'a str, Mask)> {
        if self.depth == DEEPEST {
            return Err(self.whole.to_owned());
        }
        self.depth += 1;
        let name = self.name()?;
        let mut below = Mask::default();
        if self.take('/') {
            let (name, rest) = self.path()?;
            below.select(name, rest);
        } else if self.take('(') {
            below = self.siblings()?;
            if !self.take(')') {
                return Err(self.whole.to_owned());
            }
        }
        self.depth -= 1;
        Ok((name, below))
    }

    fn name(&mut self) -> Parsed<&'a str> {
        self.rest = self.rest.trim_start();
        let end = self.rest.find([',', '/', '(', ')']).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        let name = name.trim_end();
        let written_well = name == "*"
            || !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
        if !written_well {
            return Err(if name.is_empty() { self.whole.to_owned() } else { name.to_owned() });
        }
        self.rest = rest;
        Ok(name)
    }

    fn take(&mut self, expected: char) -> bool {
        let rest = self.rest.trim_start();
        match rest.strip_prefix(expected) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => {
                self.rest = rest;
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::discovery::METHODS;

    fn masked(mask: &str, value: Value) -> Value {
        Mask::parse(mask).unwrap().apply(value)
    }

    fn page() -> Value {
        json!({
            "kind": "k",
            "nextPageToken": "t",
            "users": [{ "id": "1", "name": { "fullName": "A B", "givenName": "A" }, "suspended": false }],
        })
    }

    #[test]
    fn a_mask_keeps_what_it_names() {
        assert_eq!(
            masked("users(id,name/fullName),nextPageToken", page()),
            json!({ "nextPageToken": "t", "users": [{ "id": "1", "name": { "fullName": "A B" } }] })
        );
        assert_eq!(masked("users/id", page()), json!({ "users": [{ "id": "1" }] }));
        assert_eq!(masked("*", page()), page());
        assert_eq!(masked("users/name(*)", page())["users"][0]["name"], page()["users"][0]["name"]);
        assert_eq!(
            masked("users/id, users/suspended", page()),
            json!({ "users": [{ "id": "1", "suspended": false }] })
        );
    }

    #[test]
    fn a_field_named_whole_stays_whole() {
        assert_eq!(masked("users,users/id", page()), masked("users", page()));
        assert_eq!(masked("users/id,users", page()), masked("users", page()));
        assert_eq!(masked("*,users/id", page()), page());
        assert_eq!(masked("users(*,name/fullName)", page()), masked("users", page()));
        assert_eq!(masked("users(*/fullName,name/givenName)", page()), masked("users/name", page()));
    }

    #[test]
    fn a_broken_mask_is_refused() {
        for mask in ["", ",", "a,", "a(", "a(b", "a)", "a//b", "a(b)c", "a b", "a/(b)", "a()"] {
            assert!(Mask::parse(mask).is_err(), "{mask}");
        }
    }

    #[test]
    fn a_mask_may_name_only_fields_of_the_schema() {
        let method = METHODS.iter().find(|method| method.id == "directory.users.list").unwrap();
        let check = |mask: &str| Mask::parse(mask).unwrap().check(method);
        assert_eq!(check("users(id,name/fullName,emails/address),nextPageToken"), Ok(()));
        assert_eq!(check("*"), Ok(()));
        assert_eq!(check("users(id,gmail)"), Err("gmail".to_owned()));
        assert_eq!(check("items"), Err("items".to_owned()));
        assert_eq!(check("*/name,users/*/fullName"), Ok(()));
        for mask in ["*/nope", "users/*/nope", "users(id/nope)", "users/primaryEmail/nope", "etag/*/nope"] {
            assert_eq!(check(mask), Err(if mask.starts_with("etag") { "*" } else { "nope" }.to_owned()));
        }
    }

    #[test]
    fn a_mask_has_a_depth_of_its_own() {
        for depth in [DEEPEST - 1, DEEPEST, 100_000] {
            let mask = format!("{}b{}", "a(".repeat(depth), ")".repeat(depth));
            assert_eq!(Mask::parse(&mask).is_ok(), depth < DEEPEST, "{depth}");
            assert_eq!(Mask::parse(&format!("{}b", "a/".repeat(depth))).is_ok(), depth < DEEPEST, "{depth}");
        }
        assert!(Mask::parse("a/b,".repeat(1000).trim_end_matches(',')).is_ok());
    }
}
