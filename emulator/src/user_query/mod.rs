//! The search language of `users.list`.
//!
//! From Google's "Search for users": clauses `field=value`, `field:value`, `field:prefix*`, joined by
//! spaces that mean *and*; values with spaces stand in quotes; a value without a field looks through
//! names and addresses. Fields that the emulated users do not carry (phones, relations, custom schemas …)
//! are refused rather than silently matched.
//!
//! The guide says that `:` tests whether a text contains a value. *Unverified*: that any part of the text
//! will do, where whole words might be meant; the same for a value without a field; that a prefix begins
//! any word of the text.

mod field;
mod words;

use self::field::{Field, Operator, is_documented};
use self::words::{Word, words};
use crate::tenant::Person;

/// A parsed query: every clause must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UserQuery {
    clauses: Vec<Clause>,
}

/// Why a text is no query here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NoQuery {
    Invalid,
    /// Google knows the field, the emulator does not.
    NotServed(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Clause {
    field: Field,
    operator: Operator,
    value: String,
}

impl UserQuery {
    pub(crate) fn parse(text: &str) -> Result<Self, NoQuery> {
        let words = words(text).ok_or(NoQuery::Invalid)?;
        let clauses = words.iter().map(Clause::parse).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { clauses })
    }

    pub(crate) fn matches(&self, person: &Person) -> bool {
        self.clauses.iter().all(|clause| clause.matches(person))
    }
}

impl Clause {
    fn parse(word: &Word) -> Result<Self, NoQuery> {
        let Some(end) = word.text.find([':', '=']).filter(|end| *end < word.quoted_from) else {
            let (operator, value) = contains_or_starts(&word.text);
            return Ok(Self { field: Field::Anywhere, operator, value });
        };
        let (name, value) = (&word.text[..end], &word.text[end + 1..]);
        let Some(field) = Field::named(name) else {
            return Err(if is_documented(name) {
                NoQuery::NotServed(name.to_owned())
            } else {
                NoQuery::Invalid
            });
        };
        let (operator, value) = match word.text[end..].starts_with(':') {
            true => contains_or_starts(value),
            false => (Operator::Equals, value.to_lowercase()),
        };
        let fits = field.takes(operator)
            && !value.is_empty()
            && (!field.is_boolean() || matches!(value.as_str(), "true" | "false"));
        if fits { Ok(Self { field, operator, value }) } else { Err(NoQuery::Invalid) }
    }

    fn matches(&self, person: &Person) -> bool {
        match self.field {
            Field::Anywhere => {
                self.matches_text(&person.given_name)
                    || self.matches_text(&person.family_name)
                    || person.addresses().any(|address| self.matches_text(address))
            }
            Field::Name => self.matches_text(&person.full_name()),
            Field::GivenName => self.matches_text(&person.given_name),
            Field::FamilyName => self.matches_text(&person.family_name),
            Field::Email => person.addresses().any(|address| self.matches_text(address)),
            Field::OrgUnitPath => {
                let path = person.org_unit.to_lowercase();
                let below = if self.value == "/" { "/".to_owned() } else { format!("{}/", self.value) };
                path == self.value || path.starts_with(&below)
            }
            boolean => boolean.flag(person) == Some(self.value == "true"),
        }
    }

    fn matches_text(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        match self.operator {
            Operator::Equals => text == self.value,
            Operator::Contains => text.contains(&self.value),
            Operator::StartsWith => {
                text.starts_with(&self.value)
                    || text.split([' ', '@', '.', '-']).any(|word| word.starts_with(&self.value))
            }
        }
    }
}

fn contains_or_starts(value: &str) -> (Operator, String) {
    match value.strip_suffix('*') {
        Some(start) => (Operator::StartsWith, start.to_lowercase()),
        None => (Operator::Contains, value.to_lowercase()),
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::options::{Options, TenantName};
    use crate::tenant::Tenant;

    fn found(query: &str) -> Vec<String> {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let tenant = Tenant::found(&Options { tenant: TenantName::Typical, ..Options::default() }, now);
        let query = UserQuery::parse(query).unwrap();
        tenant
            .people
            .all()
            .filter(|person| query.matches(person))
            .map(|person| person.primary_email.clone())
            .collect()
    }

    #[test]
    fn clauses_are_joined_by_and() {
        assert_eq!(found("isAdmin=true").len(), 5);
        assert_eq!(found("isAdmin=true isEnforcedIn2Sv=false"), ["rafael.ortiz@example.com"]);
        assert_eq!(found("isSuspended=true").len(), 4);
        assert_eq!(found("isSuspended=false").len() + 4, found("").len());
    }

    #[test]
    fn texts_match_whole_by_part_or_by_prefix() {
        assert_eq!(found("email=helena.strand@example.com").len(), 1);
        assert_eq!(found("email:helena*"), ["helena.strand@example.com"]);
        assert_eq!(found("email:HELEN"), ["helena.strand@example.com"]);
        assert_eq!(found("email=helena"), [""; 0]);
        assert_eq!(found("email:elena*"), [""; 0]);
        assert_eq!(found("name:'lena str'"), ["helena.strand@example.com"]);
        assert_eq!(found("givenName=Helena familyName:str*").len(), 1);
        assert_eq!(found("name='helena strand'").len(), 1);
        assert_eq!(found("helena"), ["helena.strand@example.com"]);
        assert_eq!(found("email:linnea.berg@example.org"), ["linnea.berg@example.com"]);
    }

    #[test]
    fn an_organizational_unit_includes_those_below() {
        assert_eq!(found("orgUnitPath=/").len(), found("").len());
        assert_eq!(found("orgUnitPath='/Leadership'"), ["helena.strand@example.com"]);
    }

    #[test]
    fn what_is_left_out_is_neither_true_nor_false() {
        let either = found("isEnforcedIn2Sv=true").len() + found("isEnforcedIn2Sv=false").len();
        assert_eq!(either + 1, found("").len());
    }

    #[test]
    fn what_is_no_query_is_refused() {
        for query in [
            "gmail=on",
            "isAdmin=yes",
            "isAdmin:true",
            "orgUnitPath:/Leadership",
            "name:hel*",
            "name='open",
            "email:",
        ] {
            assert_eq!(UserQuery::parse(query), Err(NoQuery::Invalid), "{query}");
        }
        for (query, field) in [("phone=1", "phone"), ("Employment.badge:x", "Employment.badge")] {
            assert_eq!(UserQuery::parse(query), Err(NoQuery::NotServed(field.to_owned())));
        }
    }
}
