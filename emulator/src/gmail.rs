//! The Gmail API: a mailbox's settings, read as the user whose mailbox it is.

use serde_json::{Map, Value, json};

use crate::api_error::ApiError;
use crate::call::{Call, Outcome};
use crate::dice::Dice;
use crate::tenant::{MailService, Person, Standing};

pub(crate) fn profile(call: &Call<'_>) -> Outcome {
    let person = owner(call)?;
    let mut dice = Dice::new(call.tenant().seed, &person.id, 0);
    let messages = 1 + dice.below(40_000);
    Ok(json!({
        "emailAddress": person.primary_email,
        "messagesTotal": messages,
        "threadsTotal": 1 + messages / 3,
        "historyId": (1000 + dice.below(9_000_000)).to_string(),
    }))
}

pub(crate) fn send_as(call: &Call<'_>) -> Outcome {
    let person = owner(call)?;
    Ok(list("sendAs", person.mailbox.render_send_as(&person.primary_email)))
}

pub(crate) fn send_as_entry(call: &Call<'_>) -> Outcome {
    let person = owner(call)?;
    pick(person.mailbox.render_send_as(&person.primary_email), "sendAsEmail", call.in_path("sendAsEmail"))
}

pub(crate) fn delegates(call: &Call<'_>) -> Outcome {
    Ok(list("delegates", owner(call)?.mailbox.render_delegates()))
}

pub(crate) fn delegate(call: &Call<'_>) -> Outcome {
    pick(owner(call)?.mailbox.render_delegates(), "delegateEmail", call.in_path("delegateEmail"))
}

pub(crate) fn forwarding_addresses(call: &Call<'_>) -> Outcome {
    Ok(list("forwardingAddresses", owner(call)?.mailbox.render_forwarding_addresses()))
}

pub(crate) fn forwarding_address(call: &Call<'_>) -> Outcome {
    pick(
        owner(call)?.mailbox.render_forwarding_addresses(),
        "forwardingEmail",
        call.in_path("forwardingEmail"),
    )
}

pub(crate) fn auto_forwarding(call: &Call<'_>) -> Outcome {
    Ok(owner(call)?.mailbox.render_auto_forwarding())
}

pub(crate) fn imap(call: &Call<'_>) -> Outcome {
    Ok(owner(call)?.mailbox.render_imap())
}

pub(crate) fn pop(call: &Call<'_>) -> Outcome {
    Ok(owner(call)?.mailbox.render_pop())
}

/// The list's field is called `filter`, in the singular.
pub(crate) fn filters(call: &Call<'_>) -> Outcome {
    Ok(list("filter", owner(call)?.mailbox.render_filters()))
}

pub(crate) fn filter(call: &Call<'_>) -> Outcome {
    pick(owner(call)?.mailbox.render_filters(), "id", call.in_path("id"))
}

/// The user whose mailbox is read, if the token may and the mailbox answers.
///
/// *Unverified*: that a user's alias or id in the path is refused like a stranger's address, and that
/// suspended and otherwise closed mailboxes answer 403 with these words; users report the status for
/// suspended ones. For archived users nobody reports any answer: CloudM reads their mail
/// (<https://support.cloudm.io/hc/en-us/articles/11942880262428>), VaultMe asks to reactivate them first
/// (<https://help.vaultme.com/imap/google/selecting-user-accounts-for-migration>). So both are served.
fn owner<'a>(call: &Call<'a>) -> Result<std::borrow::Cow<'a, Person>, ApiError> {
    let Some(person) = call.subject() else {
        return Err(precondition("Precondition check failed."));
    };
    let wanted = call.in_path("userId");
    if wanted != "me" && !wanted.eq_ignore_ascii_case(&person.primary_email) {
        return Err(forbidden(format!("Delegation denied for {}", person.primary_email)));
    }
    match person.standing {
        Standing::Suspended { .. } => return Err(forbidden("Forbidden")),
        Standing::Archived { .. } if !call.tenant().archived_mailboxes => {
            return Err(precondition("Mail service not enabled"));
        }
        Standing::Archived { .. } | Standing::Active => {}
    }
    match person.mailbox.service {
        MailService::Refused => Err(forbidden("Forbidden")),
        MailService::Off => Err(precondition("Mail service not enabled")),
        MailService::On if !person.mailbox_set_up => Err(precondition("Mail service not enabled")),
        MailService::On => Ok(person),
    }
}

fn precondition(message: &str) -> ApiError {
    ApiError::gmail(400, "FAILED_PRECONDITION", "failedPrecondition", message)
}

fn forbidden(message: impl Into<String>) -> ApiError {
    ApiError::gmail(403, "PERMISSION_DENIED", "forbidden", message)
}

/// Gmail leaves an empty list out.
fn list(name: &str, entries: Vec<Value>) -> Value {
    let mut body = Map::new();
    if !entries.is_empty() {
        body.insert(name.to_owned(), Value::Array(entries));
    }
    Value::Object(body)
}

fn pick(entries: Vec<Value>, key: &str, wanted: &str) -> Outcome {
    let is_wanted =
        |entry: &Value| entry[key].as_str().is_some_and(|value| value.eq_ignore_ascii_case(wanted));
    entries
        .into_iter()
        .find(is_wanted)
        .ok_or_else(|| ApiError::gmail(404, "NOT_FOUND", "notFound", "Requested entity was not found."))
}
