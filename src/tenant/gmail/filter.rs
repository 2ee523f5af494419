//! A mailbox's filters: those that forward mail, and those that hide warnings or most mail from the mailbox's owner.

use serde::{Deserialize, Serialize};

/// What is kept of `users.settings.filters.list`. Most filters sort newsletters: they decide no verdict and are only
/// counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Filters {
    /// How many filters the mailbox has.
    pub(crate) total: u64,
    /// Those that decide a verdict, in Gmail's order.
    pub(crate) kept: Vec<Filter>,
}

/// A filter that forwards mail, or keeps mail out of the inbox that its owner should see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Filter {
    /// Gmail's id.
    pub(crate) id: String,
    pub(crate) criteria: FilterCriteria,
    pub(crate) action: FilterAction,
}

/// What a filter does, as far as it decides a verdict.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FilterAction {
    /// Where it sends mail; empty if nowhere.
    pub(crate) forward: String,
    /// Whether it adds `TRASH`: deletes the message.
    pub(crate) trashes: bool,
    /// Whether it removes `INBOX`: archives the message.
    pub(crate) archives: bool,
    /// Whether it removes `UNREAD`: marks the message as read.
    pub(crate) marks_read: bool,
}

/// `FilterCriteria`, as Gmail has it. A message must fit all of them. Absent texts are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FilterCriteria {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) subject: String,
    pub(crate) query: String,
    pub(crate) negated_query: String,
    pub(crate) has_attachment: bool,
    pub(crate) exclude_chats: bool,
    /// In bytes, with `size_comparison`; 0: any.
    pub(crate) size: i64,
    /// `smaller`, `larger`, or empty.
    pub(crate) size_comparison: String,
}

/// Words of mail that warns of a takeover or is about payments: intruders hide it. Single words count only as whole
/// words.
///
/// Sources, all of rules in Microsoft 365: MITRE ATT&CK T1564.008; Elastic's rule
/// `defense_evasion_exchange_new_inbox_rule_delete_or_move`; Microsoft Sentinel's `Malicious_Inbox_Rule.yaml` and
/// `BEC_MailboxRule.yaml`.
const WARNING_WORDS: [&str; 24] = [
    "2-step",
    "account details",
    "bank",
    "compromise",
    "do not click",
    "do not open",
    "fraud",
    "hacked",
    "hijacked",
    "iban",
    "invoice",
    "malicious",
    "malware",
    "password",
    "payment",
    "payroll",
    "phish",
    "phishing",
    "remittance",
    "security alert",
    "suspicious",
    "undeliverable",
    "verification code",
    "wire transfer",
];

/// Senders of warnings and of bounces. Assumed, from what Google sends.
const WARNING_SENDERS: [&str; 4] = [
    "no-reply@accounts.google.com",
    "forwarding-noreply@google.com",
    "google-workspace-alerts-noreply@google.com",
    "mailer-daemon",
];

/// The most bytes by which `larger:` says nothing: every message has more.
const SMALLEST_MESSAGE: i64 = 1024;

impl Filters {
    pub(crate) fn kept(&self) -> &[Filter] {
        &self.kept
    }
}

impl Filter {
    /// Whether a verdict depends on it.
    #[must_use]
    pub(crate) fn decides(&self) -> bool {
        !self.action.forward.is_empty() || self.hides()
    }

    /// Whether it keeps mail from its owner that the owner should see: most mail, or mail that warns of something.
    #[must_use]
    pub(crate) fn hides(&self) -> bool {
        let is_kept_away = self.action.trashes || self.action.archives;
        is_kept_away && (self.criteria.is_broad() || self.criteria.warning_words().next().is_some())
    }
}

impl FilterCriteria {
    /// Whether it fits most mail: it names neither people nor words.
    #[must_use]
    pub(crate) fn is_broad(&self) -> bool {
        let fits_all = |text: &str| {
            let text = text.trim().to_lowercase();
            matches!(text.as_str(), "in:anywhere" | "in:inbox" | "is:unread" | "larger:1" | "larger:0")
                || !text.chars().any(char::is_alphanumeric)
        };
        let is_any_size = self.size <= SMALLEST_MESSAGE && self.size_comparison != "smaller";
        let texts = [&self.from, &self.to, &self.subject, &self.query];
        texts.into_iter().all(|text| fits_all(text)) && is_any_size && !self.has_attachment
    }

    /// Each criterion that is set: Google's name for it, and its value.
    pub(crate) fn texts(&self) -> impl Iterator<Item = (&'static str, String)> {
        let size = match self.size {
            0 => String::new(),
            size => format!("{} {size}", self.size_comparison).trim().to_owned(),
        };
        let is_set = |is_set: bool| if is_set { "true".to_owned() } else { String::new() };
        [
            ("from", self.from.clone()),
            ("to", self.to.clone()),
            ("subject", self.subject.clone()),
            ("query", self.query.clone()),
            ("negatedQuery", self.negated_query.clone()),
            ("hasAttachment", is_set(self.has_attachment)),
            ("excludeChats", is_set(self.exclude_chats)),
            ("size", size),
        ]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
    }

    /// The words and senders of warnings and payments that it looks for.
    pub(crate) fn warning_words(&self) -> impl Iterator<Item = &'static str> {
        let texts = [&self.from, &self.subject, &self.query].map(|text| text.to_lowercase());
        let words = texts.each_ref().map(|text| words_of(text));
        let has_word = move |word: &&str| words.iter().any(|words| words.contains(&format!(" {word} ")));
        let has_sender = move |sender: &&str| texts.iter().any(|text| text.contains(*sender));
        WARNING_WORDS.into_iter().filter(has_word).chain(WARNING_SENDERS.into_iter().filter(has_sender))
    }
}

/// The words of a text, each between spaces.
fn words_of(text: &str) -> String {
    let is_of_word = |sign: char| sign.is_alphanumeric() || sign == '-';
    let words = text.split(|sign: char| !is_of_word(sign)).filter(|word| !word.is_empty());
    words.fold(" ".to_owned(), |mut all, word| {
        all.push_str(word);
        all.push(' ');
        all
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(from: &str) -> FilterCriteria {
        FilterCriteria { from: from.to_owned(), ..FilterCriteria::default() }
    }

    fn query(query: &str) -> FilterCriteria {
        FilterCriteria { query: query.to_owned(), ..FilterCriteria::default() }
    }

    #[test]
    fn criteria_that_name_nobody_and_nothing_are_broad() {
        for broad in ["", "*", "@", ".", " * "] {
            assert!(from(broad).is_broad(), "{broad}");
        }
        assert!(query("in:anywhere").is_broad() && query("larger:1").is_broad());
        for narrow in ["a", "news@example.com", "*@example.com", "例"] {
            assert!(!from(narrow).is_broad(), "{narrow}");
        }
        let sized = |size, comparison: &str| FilterCriteria {
            size,
            size_comparison: comparison.to_owned(),
            ..FilterCriteria::default()
        };
        assert!(sized(1, "larger").is_broad());
        assert!(!sized(1 << 20, "larger").is_broad() && !sized(1, "smaller").is_broad());
        let attached = FilterCriteria { has_attachment: true, ..FilterCriteria::default() };
        let mine = FilterCriteria { to: "ann@example.com".to_owned(), ..FilterCriteria::default() };
        assert!(!attached.is_broad() && !mine.is_broad());
    }

    #[test]
    fn words_of_warnings_are_found_as_whole_words_in_any_criterion_that_selects() {
        let criteria = FilterCriteria {
            from: "No-Reply@Accounts.Google.com".to_owned(),
            subject: "(Security ALERT OR invoice)".to_owned(),
            negated_query: "payroll".to_owned(),
            ..FilterCriteria::default()
        };
        let words: Vec<_> = criteria.warning_words().collect();
        assert_eq!(words, ["invoice", "security alert", "no-reply@accounts.google.com"]);
        // Of the real filter of a mailing list, and of words that only contain one.
        for harmless in ["list:(cocoa-dev.lists.apple.com)", "banking-news paymentology invoiced alert"] {
            assert_eq!(query(harmless).warning_words().count(), 0, "{harmless}");
        }
    }

    #[test]
    fn only_filters_that_forward_or_hide_decide_a_verdict() {
        let filter = |criteria, action| Filter { id: "1".to_owned(), criteria, action };
        let archive = FilterAction { archives: true, ..FilterAction::default() };
        let read = FilterAction { marks_read: true, ..FilterAction::default() };
        let forward = FilterAction { forward: "a@example.com".to_owned(), ..FilterAction::default() };
        assert!(!filter(from("news@example.com"), archive.clone()).decides());
        assert!(filter(query("suspicious"), archive).hides());
        assert!(!filter(query("suspicious"), read).decides());
        assert!(filter(from("news@example.com"), forward).decides());
    }
}
