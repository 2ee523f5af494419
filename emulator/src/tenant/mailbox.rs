//! A user's Gmail: whether it answers, and what its settings are.

use serde_json::{Value, json};

use crate::dice::Dice;

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
    /// One of the user's own aliases in Directory: nobody has to confirm it.
    pub(crate) native: bool,
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
#[derive(Debug, Clone, Copy)]
pub(crate) struct Imap {
    pub(crate) enabled: bool,
    pub(crate) auto_expunge: bool,
    pub(crate) expunge_behavior: &'static str,
    /// 0 is no limit.
    pub(crate) max_folder_size: u32,
}

/// POP access.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pop {
    pub(crate) access_window: &'static str,
    pub(crate) disposition: &'static str,
}

/// As an account has it that never changed it (<https://github.com/bingran-you/smolclaw>, tests/fixtures/real_gmail).
impl Default for Imap {
    fn default() -> Self {
        Self { enabled: false, auto_expunge: true, expunge_behavior: "archive", max_folder_size: 0 }
    }
}

/// The same.
impl Default for Pop {
    fn default() -> Self {
        Self { access_window: "disabled", disposition: "leaveInInbox" }
    }
}

/// A filter: criteria and action, in Gmail's own field names. Null where it has none: a filter has no action once its label
/// was deleted (<https://github.com/GAM-team/GAM/issues/294>, <https://github.com/mbrt/gmailctl/issues/49>). GAM expects
/// filters without criteria, too; no answer with one was found.
#[derive(Debug, Clone)]
pub(crate) struct Filter {
    pub(crate) id: String,
    pub(crate) criteria: Value,
    pub(crate) action: Value,
}

impl SendAs {
    /// An alias of the user's own.
    pub(crate) fn native(email: &str) -> Self {
        Self { email: email.to_owned(), native: true, ..Self::default() }
    }

    /// As Gmail writes it. The three texts are present even when empty, as an answer for a consumer account has them
    /// (<https://github.com/bingran-you/smolclaw>, tests/fixtures/real_gmail); false booleans are left out. An alias of the
    /// user's own has no status, and `treatAsAlias` is not true
    /// (<https://github.com/openclaw/gogcli/issues/406>).
    pub(crate) fn render(&self) -> Value {
        let mut entry = json!({
            "sendAsEmail": self.email,
            "displayName": self.display_name,
            "replyToAddress": self.reply_to,
            "signature": self.signature,
        });
        if !self.native {
            entry["verificationStatus"] = json!(if self.pending { "pending" } else { "accepted" });
        }
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
            "autoExpunge": self.imap.auto_expunge,
            "expungeBehavior": self.imap.expunge_behavior,
            "maxFolderSize": self.imap.max_folder_size,
        })
    }

    pub(crate) fn render_pop(&self) -> Value {
        json!({ "accessWindow": self.pop.access_window, "disposition": self.pop.disposition })
    }

    pub(crate) fn render_filters(&self) -> Vec<Value> {
        self.filters.iter().map(Filter::render).collect()
    }
}

impl Filter {
    /// A filter with an id of 38 characters, as most real ones have.
    pub(crate) fn new(name: &str, criteria: Value, action: Value) -> Self {
        Self { id: filter_id(name, 38), criteria, action }
    }

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

/// An id as Gmail makes them: of 38 characters, or of 74 (<https://github.com/mbrt/gmailctl/issues/115>).
pub(crate) fn filter_id(name: &str, length: usize) -> String {
    const BEGINNING: &str = "ANe1Bm";
    let mut dice = Dice::new(0, name, length as u64);
    format!("{BEGINNING}{}", dice.letters_and_digits(length - BEGINNING.len()))
}

/// Settings of mail programs as users have them: most use IMAP, few use POP.
pub(crate) fn mail_clients(dice: &mut Dice) -> (Imap, Pop) {
    let imap = Imap {
        enabled: !dice.one_in(4),
        auto_expunge: !dice.one_in(5),
        expunge_behavior: dice.pick(&["archive", "archive", "trash", "deleteForever"]),
        max_folder_size: if dice.one_in(6) { 1000 } else { 0 },
    };
    let pop = match dice.below(8) {
        0 => Pop { access_window: "allMail", disposition: dice.pick(&["leaveInInbox", "archive"]) },
        1 => Pop { access_window: "fromNowOn", disposition: dice.pick(&["markRead", "trash"]) },
        _ => Pop::default(),
    };
    (imap, pop)
}
