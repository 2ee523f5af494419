//! A user of the tenant, as Directory knows them.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::mailbox::Mailbox;
use crate::dice::etag;

/// What state an account is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    Active,
    Suspended { reason: &'static str, since: DateTime<Utc> },
    Archived { since: DateTime<Utc> },
}

/// A user account.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) given_name: String,
    pub(crate) family_name: String,
    pub(crate) primary_email: String,
    pub(crate) aliases: Vec<String>,
    pub(crate) non_editable_aliases: Vec<String>,
    pub(crate) org_unit: String,
    pub(crate) standing: Standing,
    pub(crate) super_admin: bool,
    pub(crate) delegated_admin: bool,
    pub(crate) enrolled_in_two_step: bool,
    pub(crate) enforced_in_two_step: bool,
    pub(crate) created_at: DateTime<Utc>,
    /// None for an account nobody ever signed in to.
    pub(crate) last_login_at: Option<DateTime<Utc>>,
    pub(crate) deleted_at: Option<DateTime<Utc>>,
    pub(crate) mailbox_set_up: bool,
    /// A guest's own address, outside the tenant; none for everybody else.
    pub(crate) guest_email: Option<String>,
    pub(crate) mailbox: Mailbox,
    /// Fields that Directory leaves out for this user.
    pub(crate) left_out: &'static [&'static str],
}

impl Person {
    pub(crate) fn full_name(&self) -> String {
        format!("{} {}", self.given_name, self.family_name).trim().to_owned()
    }

    pub(crate) fn is_active(&self) -> bool {
        self.standing == Standing::Active
    }

    /// Every address that is this user's.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.primary_email)
            .chain(&self.aliases)
            .chain(&self.non_editable_aliases)
            .map(String::as_str)
    }

    /// The user resource as Directory writes it in the administrator's view.
    pub(crate) fn render(&self, customer_id: &str) -> Value {
        let emails: Vec<Value> = self
            .addresses()
            .enumerate()
            .map(|(index, address)| {
                if index == 0 {
                    json!({ "address": address, "primary": true })
                } else {
                    json!({ "address": address })
                }
            })
            .collect();
        // Directory writes the beginning of Unix time for an account nobody signed in to.
        let last_login = self.last_login_at.unwrap_or(DateTime::UNIX_EPOCH);
        let mut user = json!({
            "kind": "admin#directory#user",
            "id": self.id,
            "etag": etag("user", &self.id),
            "primaryEmail": self.primary_email,
            "name": {
                "givenName": self.given_name,
                "familyName": self.family_name,
                "fullName": self.full_name(),
            },
            "isAdmin": self.super_admin,
            "isDelegatedAdmin": self.delegated_admin,
            "lastLoginTime": milliseconds(last_login),
            "creationTime": milliseconds(self.created_at),
            "agreedToTerms": self.last_login_at.is_some(),
            "suspended": matches!(self.standing, Standing::Suspended { .. }),
            "archived": matches!(self.standing, Standing::Archived { .. }),
            "changePasswordAtNextLogin": false,
            "ipWhitelisted": false,
            "emails": emails,
            "customerId": customer_id,
            "orgUnitPath": self.org_unit,
            "isMailboxSetup": self.mailbox_set_up,
            "isEnrolledIn2Sv": self.enrolled_in_two_step,
            "isEnforcedIn2Sv": self.enforced_in_two_step,
            "includeInGlobalAddressList": true,
        });
        if !self.aliases.is_empty() {
            user["aliases"] = json!(self.aliases);
        }
        if !self.non_editable_aliases.is_empty() {
            user["nonEditableAliases"] = json!(self.non_editable_aliases);
        }
        // Directory writes neither for anybody else.
        if let Some(outside) = &self.guest_email {
            user["isGuestUser"] = json!(true);
            user["guestAccountInfo"] = json!({ "primaryGuestEmail": outside });
        }
        match &self.standing {
            Standing::Active => {}
            Standing::Suspended { reason, since } => {
                user["suspensionReason"] = json!(reason);
                user["suspensionTime"] = json!(milliseconds(*since));
            }
            Standing::Archived { since } => user["archivalTime"] = json!(milliseconds(*since)),
        }
        if let Some(deleted_at) = self.deleted_at {
            user["deletionTime"] = json!(milliseconds(deleted_at));
        }
        if let Value::Object(fields) = &mut user {
            fields.retain(|name, _| !self.left_out.contains(&name.as_str()));
        }
        user
    }
}

/// A moment as Directory writes it.
pub(crate) fn milliseconds(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Millis, true)
}
