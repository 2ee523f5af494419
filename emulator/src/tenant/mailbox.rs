//! A user's Gmail: whether it answers, and what its settings are.

use serde_json::{Value, json};

/// Whether the mailbox answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum MailService {
    #[default]
    On,
    /// The Gmail service is switched off for the user.
    Off,
    /// Gmail refuses, for reasons it does not tell.
    Refused,
}

/// A mailbox and its settings. The primary send-as entry follows from the user and is not listed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mailbox {
    pub(crate) service: MailService,
    /// The Reply-To address of the primary entry.
    pub(crate) reply_to: String,
    /// The signature of the primary entry.
    pub(crate) signature: String,
    /// The display name of the primary entry; empty unless the user changed it.
    pub(crate) display_name: String,
    pub(crate) send_as: Vec<SendAs>,
    pub(crate) delegates: Vec<Delegate>,
    pub(crate) forwarding_addresses: Vec<ForwardingAddress>,
    pub(crate) auto_forwarding: Option<AutoForwarding>,
    pub(crate) imap: Imap,
    pub(crate) pop: Pop,
    pub(crate) filters: Vec<Filter>,
}

/// An address mail can be sent as, besides the primary one.
#[derive(Debug, Clone, Default)]
pub(crate) struct SendAs {
    pub(crate) email: String,
    pub(crate) display_name: String,
    pub(crate) reply_to: String,
    pub(crate) signature: String,
    pub(crate) default: bool,
    pub(crate) treat_as_alias: bool,
    /// Waiting for the owner of the address to confirm.
    pub(crate) pending: bool,
    pub(crate) smtp_msa: Option<SmtpMsa>,
}

/// A relay of the user's own.
#[derive(Debug, Clone)]
pub(crate) struct SmtpMsa {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) security: &'static str,
}

/// Another user who may read and send.
#[derive(Debug, Clone)]
pub(crate) struct Delegate {
    pub(crate) email: String,
    pub(crate) status: &'static str,
}

/// An address that forwarding may go to.
#[derive(Debug, Clone)]
pub(crate) struct ForwardingAddress {
    pub(crate) email: String,
    pub(crate) status: &'static str,
}

/// Forwarding of all incoming mail.
#[derive(Debug, Clone)]
pub(crate) struct AutoForwarding {
    pub(crate) email: String,
    pub(crate) disposition: &'static str,
}

/// IMAP access.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Imap {
    pub(crate) enabled: bool,
}

/// POP access.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Pop {
    pub(crate) open: bool,
}

/// A filter: criteria and action, in Gmail's own field names. Null where it has none: a filter has no action once its label
/// was deleted (<https://github.com/GAM-team/GAM/issues/294>, <https://github.com/mbrt/gmailctl/issues/49>).
#[derive(Debug, Clone)]
pub(crate) struct Filter {
    pub(crate) id: String,
    pub(crate) criteria: Value,
    pub(crate) action: Value,
}

impl SendAs {
    /// As Gmail writes it. The three texts are present even when empty, as users' reports of
    /// `sendAs.list` show them; false booleans are left out.
    pub(crate) fn render(&self) -> Value {
        let mut entry = json!({
            "sendAsEmail": self.email,
            "displayName": self.display_name,
            "replyToAddress": self.reply_to,
            "signature": self.signature,
            "verificationStatus": if self.pending { "pending" } else { "accepted" },
        });
        if self.default {
            entry["isDefault"] = json!(true);
        }
        if self.treat_as_alias {
            entry["treatAsAlias"] = json!(true);
        }
        if let Some(relay) = &self.smtp_msa {
            entry["smtpMsa"] =
                json!({ "host": relay.host, "port": relay.port, "securityMode": relay.security });
        }
        entry
    }
}

impl Mailbox {
    /// Every send-as entry, the primary one first.
    pub(crate) fn render_send_as(&self, primary_email: &str) -> Vec<Value> {
        let mut primary = json!({
            "sendAsEmail": primary_email,
            "displayName": self.display_name,
            "replyToAddress": self.reply_to,
            "signature": self.signature,
            "isPrimary": true,
        });
        if !self.send_as.iter().any(|entry| entry.default) {
            primary["isDefault"] = json!(true);
        }
        std::iter::once(primary).chain(self.send_as.iter().map(SendAs::render)).collect()
    }

    pub(crate) fn render_delegates(&self) -> Vec<Value> {
        self.delegates
            .iter()
            .map(|delegate| json!({ "delegateEmail": delegate.email, "verificationStatus": delegate.status }))
            .collect()
    }

    pub(crate) fn render_forwarding_addresses(&self) -> Vec<Value> {
        self.forwarding_addresses
            .iter()
            .map(|address| json!({ "forwardingEmail": address.email, "verificationStatus": address.status }))
            .collect()
    }

    /// `enabled` is written even if it is false: widely used clients read it without asking whether it is
    /// there.
    pub(crate) fn render_auto_forwarding(&self) -> Value {
        match &self.auto_forwarding {
            None => json!({ "enabled": false }),
            Some(forwarding) => json!({
                "enabled": true,
                "emailAddress": forwarding.email,
                "disposition": forwarding.disposition,
            }),
        }
    }

    pub(crate) fn render_imap(&self) -> Value {
        json!({
            "enabled": self.imap.enabled,
            "autoExpunge": true,
            "expungeBehavior": "archive",
            "maxFolderSize": 0,
        })
    }

    pub(crate) fn render_pop(&self) -> Value {
        let window = if self.pop.open { "allMail" } else { "disabled" };
        json!({ "accessWindow": window, "disposition": "leaveInInbox" })
    }

    pub(crate) fn render_filters(&self) -> Vec<Value> {
        self.filters.iter().map(Filter::render).collect()
    }
}

impl Filter {
    pub(crate) fn render(&self) -> Value {
        let mut filter = json!({ "id": self.id });
        for (name, value) in [("criteria", &self.criteria), ("action", &self.action)] {
            if !value.is_null() {
                filter[name] = value.clone();
            }
        }
        filter
    }
}
