//! The search language of `users.list`.
//!
//! From Google's "Search for users": clauses `field=value`, `field:value`, `field:prefix*`, joined by
//! spaces that mean *and*; values with spaces stand in quotes; a value without a field looks through
//! names and addresses. Fields that the emulated users do not carry (phones, relations, custom schemas …)
//! are refused rather than silently matched.

use crate::tenant::{Person, Standing};

/// A parsed query: every clause must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UserQuery {
    clauses: Vec<Clause>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Clause {
    field: Field,
    operator: Operator,
    value: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Anywhere,
    Name,
    GivenName,
    FamilyName,
    Email,
    OrgUnitPath,
    IsAdmin,
    IsDelegatedAdmin,
    IsSuspended,
    IsArchived,
    IsGuest,
    IsEnrolledIn2Sv,
    IsEnforcedIn2Sv,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equals,
    Has,
    StartsWith,
}

impl UserQuery {
    /// The query, or `None` if it is not one.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let clauses =
            words(text)?.into_iter().map(|word| Clause::parse(&word)).collect::<Option<Vec<_>>>()?;
        Some(Self { clauses })
    }

    pub(crate) fn matches(&self, person: &Person) -> bool {
        self.clauses.iter().all(|clause| clause.matches(person))
    }
}

impl Clause {
    fn parse(word: &Word) -> Option<Self> {
        let Some(end) = word.text.find([':', '=']).filter(|end| *end < word.quoted_from) else {
            let (operator, value) = prefix(Operator::Has, &word.text);
            return Some(Self { field: Field::Anywhere, operator, value });
        };
        let field = Field::named(&word.text[..end])?;
        let has = word.text[end..].starts_with(':');
        let value = &word.text[end + 1..];
        let (operator, value) = match has {
            true => prefix(Operator::Has, value),
            false => (Operator::Equals, value.to_lowercase()),
        };
        if field.is_boolean() && !matches!(value.as_str(), "true" | "false") || value.is_empty() {
            return None;
        }
        Some(Self { field, operator, value })
    }

    fn matches(&self, person: &Person) -> bool {
        let flag = |flag: bool| flag == (self.value == "true");
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
            Field::IsAdmin => flag(person.super_admin),
            Field::IsDelegatedAdmin => flag(person.delegated_admin),
            Field::IsSuspended => flag(matches!(person.standing, Standing::Suspended { .. })),
            Field::IsArchived => flag(matches!(person.standing, Standing::Archived { .. })),
            // Nobody here is one.
            Field::IsGuest => flag(false),
            Field::IsEnrolledIn2Sv => flag(person.enrolled_in_two_step),
            Field::IsEnforcedIn2Sv => flag(person.enforced_in_two_step),
        }
    }

    fn matches_text(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        match self.operator {
            Operator::Equals => text == self.value,
            Operator::StartsWith => tokens(&text).any(|token| token.starts_with(&self.value)),
            Operator::Has => text == self.value || tokens(&text).any(|token| token == self.value),
        }
    }
}

impl Field {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "name" => Self::Name,
            "givenName" => Self::GivenName,
            "familyName" => Self::FamilyName,
            "email" => Self::Email,
            "orgUnitPath" => Self::OrgUnitPath,
            "isAdmin" => Self::IsAdmin,
            "isDelegatedAdmin" => Self::IsDelegatedAdmin,
            "isSuspended" => Self::IsSuspended,
            "isArchived" => Self::IsArchived,
            "isGuest" => Self::IsGuest,
            "isEnrolledIn2Sv" => Self::IsEnrolledIn2Sv,
            "isEnforcedIn2Sv" => Self::IsEnforcedIn2Sv,
            _ => return None,
        })
    }

    fn is_boolean(self) -> bool {
        matches!(
            self,
            Self::IsAdmin
                | Self::IsDelegatedAdmin
                | Self::IsSuspended
                | Self::IsArchived
                | Self::IsGuest
                | Self::IsEnrolledIn2Sv
                | Self::IsEnforcedIn2Sv
        )
    }
}

/// The whole text, and what follows each separator in it.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    std::iter::once(text).chain(text.split([' ', '@', '.', '-']).skip(1)).chain(text.split([' ', '@']).next())
}

fn prefix(otherwise: Operator, value: &str) -> (Operator, String) {
    match value.strip_suffix('*') {
        Some(start) => (Operator::StartsWith, start.to_lowercase()),
        None => (otherwise, value.to_lowercase()),
    }
}

/// A clause as written, without its quotes.
struct Word {
    text: String,
    /// Where the quoted part began; separators after it are plain text.
    quoted_from: usize,
}

fn words(text: &str) -> Option<Vec<Word>> {
    let mut words = Vec::new();
    let mut letters = text.chars().peekable();
    while letters.next_if(|letter| letter.is_whitespace()).is_some() {}
    while letters.peek().is_some() {
        let mut word = Word { text: String::new(), quoted_from: usize::MAX };
        while let Some(letter) = letters.next_if(|letter| !letter.is_whitespace()) {
            if letter != '\'' && letter != '"' {
                word.text.push(letter);
                continue;
            }
            word.quoted_from = word.quoted_from.min(word.text.len());
            loop {
                match letters.next()? {
                    end if end == letter => break,
                    '\\' => word.text.push(letters.next()?),
                    quoted => word.text.push(quoted),
                }
            }
        }
        words.push(word);
        while letters.next_if(|letter| letter.is_whitespace()).is_some() {}
    }
    Some(words)
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
    fn texts_match_whole_by_word_or_by_prefix() {
        assert_eq!(found("email=helena.strand@example.com").len(), 1);
        assert_eq!(found("email:helena*"), ["helena.strand@example.com"]);
        assert_eq!(found("email:helen"), [""; 0]);
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
    fn what_is_no_query_is_refused() {
        for query in ["gmail=on", "isAdmin=yes", "name='open", "email:"] {
            assert_eq!(UserQuery::parse(query), None, "{query}");
        }
    }
}
