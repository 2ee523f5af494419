//! The text of a register → the register.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Deserialize;
use toml::Spanned;

use super::{Register, RegisteredClient, Ticket, without_kind};
use crate::tenant::bare_client;

/// What is wrong with a register.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct RegisterError {
    /// What is wrong, and how to write it.
    pub(crate) message: String,
    /// The bytes of the file that it is about.
    pub(crate) span: Option<std::ops::Range<usize>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    client: Vec<Spanned<WrittenClient>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenClient {
    client_id: Spanned<String>,
    #[serde(default)]
    name: String,
    #[serde(default)]
    owner: String,
    #[serde(default)]
    purpose: String,
    #[serde(default)]
    scopes: Vec<Spanned<String>>,
    review_by: Option<Spanned<WrittenDate>>,
    #[serde(default)]
    vendor: bool,
    #[serde(default)]
    custodians: Vec<Spanned<String>>,
    #[serde(default)]
    tickets: Vec<WrittenTicket>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenTicket {
    id: Spanned<String>,
    date: Spanned<WrittenDate>,
}

/// A date, with or without quotes.
#[derive(Deserialize)]
#[serde(untagged)]
enum WrittenDate {
    Date(toml::value::Datetime),
    Text(String),
}

impl Register {
    /// Reads the text of a register. Owner, purpose and review date may be empty: that is for a check to say.
    ///
    /// # Errors
    /// When it is no TOML, has a key that is not known, lacks a client id, names a client twice, or a value
    /// cannot be read.
    pub(crate) fn parse(text: &str) -> Result<Self, RegisterError> {
        let written: Written = toml::from_str(text)
            .map_err(|error| RegisterError { message: error.message().to_owned(), span: error.span() })?;
        let mut clients: BTreeMap<String, RegisteredClient> = BTreeMap::new();
        for entry in written.client {
            let start = entry.span().start.min(text.len());
            let line = text[..start].matches('\n').count() + 1;
            let client = entry.into_inner();
            let id = required("client_id", &client.client_id)?;
            if id.contains('@') {
                let message =
                    format!("`client_id` is an address. Write the numeric OAuth client ID of {id} instead");
                return Err(refuse(&client.client_id, message));
            }
            let bare = bare_client(&id).to_owned();
            if let Some(known) = clients.get(&bare) {
                let message = format!("client {id} is already on line {}", known.line);
                return Err(RegisterError { message, span: Some(client.client_id.span()) });
            }
            clients.insert(bare, client.valid(id, line)?);
        }
        Ok(Self(clients.into_values().collect()))
    }
}

impl WrittenClient {
    fn valid(self, client_id: String, line: usize) -> Result<RegisteredClient, RegisterError> {
        let words = |key, list: &[Spanned<String>]| {
            list.iter().map(|word| one_word(key, word)).collect::<Result<_, _>>()
        };
        Ok(RegisteredClient {
            client_id,
            name: self.name.trim().to_owned(),
            owner: self.owner.trim().to_owned(),
            purpose: self.purpose.trim().to_owned(),
            scopes: words("scopes", &self.scopes)?,
            review_by: self
                .review_by
                .as_ref()
                .and_then(|date| optional_date("review_by", date).transpose())
                .transpose()?,
            vendor: self.vendor,
            custodians: self.custodians.iter().map(custodian).collect::<Result<_, _>>()?,
            tickets: self
                .tickets
                .iter()
                .map(|ticket| {
                    Ok(Ticket { id: required("id", &ticket.id)?, date: date("date", &ticket.date)? })
                })
                .collect::<Result<_, _>>()?,
            line,
        })
    }
}

fn refuse<T>(written: &Spanned<T>, message: String) -> RegisterError {
    RegisterError { message, span: Some(written.span()) }
}

fn required(key: &str, written: &Spanned<String>) -> Result<String, RegisterError> {
    match written.get_ref().trim() {
        "" => Err(refuse(written, format!("`{key}` is empty"))),
        text => Ok(text.to_owned()),
    }
}

/// One scope or principal: several in one text would match nothing.
fn one_word(key: &str, written: &Spanned<String>) -> Result<String, RegisterError> {
    let word = required(key, written)?;
    if word.contains(|c: char| c.is_whitespace() || c == ',') {
        return Err(refuse(written, format!("`{key}` is a list. Write `{word}` as separate values")));
    }
    Ok(word)
}

/// A principal as IAM writes it, which is not everybody at once.
fn custodian(written: &Spanned<String>) -> Result<String, RegisterError> {
    let principal = one_word("custodians", written)?;
    let is_everybody =
        ["allUsers", "allAuthenticatedUsers"].iter().any(|all| all.eq_ignore_ascii_case(&principal))
            || (principal.starts_with("principalSet://") && principal.ends_with("/*"));
    if is_everybody {
        return Err(refuse(written, format!("`{principal}` is public, so it cannot be a custodian")));
    }
    let name = without_kind(&principal);
    let is_address =
        name.split_once('@').is_some_and(|(user, domain)| !user.is_empty() && !domain.is_empty());
    let is_domain = !name.contains([':', '@']) && name.contains('.');
    let is_identifier = principal.starts_with("principal://") || principal.starts_with("principalSet://");
    if is_address && !name.contains(':') || is_domain || is_identifier {
        Ok(principal)
    } else {
        let help = "write it as IAM does: `user:ann@example.com`, `group:`, `serviceAccount:`, `domain:example.com`, \
                    `principal://…`";
        Err(refuse(written, format!("`{principal}` is not a principal: {help}")))
    }
}

fn optional_date(key: &str, written: &Spanned<WrittenDate>) -> Result<Option<NaiveDate>, RegisterError> {
    match written.get_ref() {
        WrittenDate::Text(text) if text.trim().is_empty() => Ok(None),
        _ => date(key, written).map(Some),
    }
}

fn date(key: &str, written: &Spanned<WrittenDate>) -> Result<NaiveDate, RegisterError> {
    let text = match written.get_ref() {
        WrittenDate::Date(date) => date.to_string(),
        WrittenDate::Text(text) => text.trim().to_owned(),
    };
    text.parse().map_err(|_| refuse(written, format!("`{key}` is not a date. Write it as 2027-01-31")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = r#"
[[client]]
client_id = "117012345678901234567"
name = "Mailer"
owner = "it@example.com"
purpose = "sends invoices"
scopes = ["https://www.googleapis.com/auth/gmail.send"]
review_by = 2027-01-31
custodians = ["group:keys@example.com"]
tickets = [{ id = "CHG-1", date = 2026-11-20 }]

[[client]]
client_id = "407-abc.apps.googleusercontent.com"
owner = ""
review_by = ""
vendor = true
"#;

    #[test]
    fn every_key_is_read_and_blanks_are_named() {
        let register = Register::parse(WHOLE).unwrap();
        let mailer = register.client("117012345678901234567.apps.googleusercontent.com").unwrap();
        assert_eq!((mailer.line, mailer.review_by), (2, "2027-01-31".parse().ok()));
        assert!(mailer.approves("https://www.googleapis.com/auth/gmail.send"));
        assert!(!mailer.approves("https://www.googleapis.com/auth/gmail"));
        assert_eq!(mailer.tickets, [Ticket { id: "CHG-1".into(), date: "2026-11-20".parse().unwrap() }]);
        assert_eq!(mailer.blanks().count(), 0);
        let vendor = register.client("407-abc").unwrap();
        assert!(vendor.vendor);
        assert_eq!(vendor.blanks().collect::<Vec<_>>(), ["owner", "purpose", "review_by"]);
        assert_eq!(Register::parse("").unwrap(), Register::default());
    }

    #[test]
    fn every_principal_that_iam_writes_can_be_a_custodian() {
        for principal in [
            "ann@example.com",
            "user:ann@example.com",
            "serviceAccount:robot@p.iam.gserviceaccount.com",
            "domain:example.com",
            "example.com",
            "principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/subject/s",
            "principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/group/g",
        ] {
            let register = Register::parse(&WHOLE.replace("group:keys@example.com", principal));
            assert_eq!(register.unwrap().0[0].custodians, [principal]);
        }
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (from, to, expected, line) in [
            ("2027-01-31", "\"soon\"", "`review_by` is not a date", 8),
            ("purpose =", "porpose =", "unknown field `porpose`", 6),
            ("\"117012345678901234567\"", "\" \"", "`client_id` is empty", 3),
            ("407-abc.apps.googleusercontent.com", "117012345678901234567", "is already on line 2", 13),
            (
                "gmail.send\"",
                "gmail.send, x\"",
                "Write `https://www.googleapis.com/auth/gmail.send, x` as separate values",
                7,
            ),
            ("date = 2026-11-20", "date = \"\"", "`date` is not a date", 10),
            ("id = \"CHG-1\", ", "", "missing field `id`", 10),
            ("vendor = true", "vendor = 1", "invalid type", 16),
            ("group:keys@example.com", "platform", "`platform` is not a principal", 9),
            ("group:keys@example.com", "team:keys@example.com", "is not a principal", 9),
            ("group:keys@example.com", "allAuthenticatedUsers", "cannot be a custodian", 9),
            ("group:keys@example.com", "principalSet://iam.googleapis.com/x/*", "cannot be a custodian", 9),
            ("117012345678901234567", "mailer@p.iam.gserviceaccount.com", "`client_id` is an address", 3),
        ] {
            let text = WHOLE.replace(from, to);
            let error = Register::parse(&text).unwrap_err();
            assert!(error.message.contains(expected), "{}", error.message);
            let start = error.span.unwrap().start;
            assert_eq!(text[..start].matches('\n').count() + 1, line, "{}", error.message);
        }
    }
}
