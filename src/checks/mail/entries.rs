//! One verdict for each entry of a mailbox's setting that offends; one for the mailbox where none does.

use crate::checks::{command, gaps, subjects};
use crate::findings::CheckResult;
use crate::snapshot::{Snapshot, UserFacts};
use crate::tenant::{Gap, MailboxFact, MailboxSetting, Part, SendAs};

/// What a check says of one entry.
pub(super) enum Entry {
    Fine,
    Offends(Box<CheckResult>),
    /// Not known, because of this gap.
    Unknown(Gap),
}

/// What is judged of a mailbox's setting, and what it takes to say that nothing is wrong.
pub(super) struct Judgment<'a> {
    pub(super) tenant: &'a Snapshot,
    pub(super) setting: MailboxSetting,
    /// The tenant-wide parts without which no mailbox is in order; of single rows that are missing there, the judge of
    /// an entry says whether it depends on them.
    pub(super) decisive: &'a [Part],
    /// What is said of a mailbox without an entry that offends.
    pub(super) fine: &'a str,
}

impl Judgment<'_> {
    /// Judges each entry of a setting.
    pub(super) fn of_entries<'f, F, T: 'f>(
        &self,
        fact: &'f MailboxFact<F>,
        entries: impl FnOnce(&'f F) -> &'f [T],
        judge: impl Fn(&'f T) -> Entry,
    ) -> Vec<CheckResult> {
        let part = Part::Mailbox(self.setting);
        let entries = match fact {
            MailboxFact::Read(fact) | MailboxFact::Partial(fact, _) => entries(fact),
            MailboxFact::NotApplicable(reason) => return vec![CheckResult::not_applicable(reason)],
            MailboxFact::Missing(gap) => return vec![CheckResult::not_assessed(gap)],
            MailboxFact::NotAsked => return vec![CheckResult::not_assessed(&Gap::not_asked(part))],
        };
        let mut results = Vec::new();
        // A row that cannot be read may be the one that offends.
        let mut unknown = fact.gap().cloned();
        for entry in entries {
            match judge(entry) {
                Entry::Fine => {}
                Entry::Offends(result) => results.push(*result),
                Entry::Unknown(gap) => unknown = unknown.or(Some(gap)),
            }
        }
        if entries.is_empty() && self.setting == MailboxSetting::SendAs {
            let gap = gaps::unreadable(part, "Gmail listed no address, not even the mailbox's own");
            unknown = unknown.or(Some(gap));
        }
        if results.is_empty() && unknown.is_none() {
            let gap = |&part: &Part| self.tenant.gap(part).filter(|gap| !gap.is_of_rows());
            unknown = self.decisive.iter().find_map(gap).cloned();
        }
        match unknown {
            Some(gap) => results.push(CheckResult::not_assessed(&gap)),
            None if results.is_empty() => results.push(CheckResult::pass(self.fine)),
            None => {}
        }
        results
    }
}

/// Judges each send-as address of a mailbox.
pub(super) fn judge_each(
    facts: &UserFacts,
    tenant: &Snapshot,
    decisive: &[Part],
    fine: &str,
    judge: impl Fn(&SendAs) -> Entry,
) -> Vec<CheckResult> {
    let judgment = Judgment { tenant, setting: MailboxSetting::SendAs, decisive, fine };
    judgment.of_entries(&facts.mailbox.send_as, Vec::as_slice, |entry| match judge(entry) {
        Entry::Offends(result) => Entry::Offends(Box::new(describe(*result, facts, entry))),
        other => other,
    })
}

fn describe(result: CheckResult, facts: &UserFacts, entry: &SendAs) -> CheckResult {
    let is_primary = entry.is_primary;
    let mut result = CheckResult {
        // The primary entry cannot be deleted: only its Reply-To and its name can be changed.
        may_break: is_primary.then(|| "Replies go to the mailbox itself again.".to_owned()),
        command: if entry.is_primary {
            None
        } else {
            command::delete_send_as(&facts.user.primary_email, &entry.send_as_email)
        },
        ..result
    };
    result = result
        .about(subjects::send_as(&facts.user, &entry.send_as_email))
        .evidence("send_as", &entry.send_as_email)
        .evidence("kind", entry.kind.as_str());
    for (name, value) in [
        ("display_name", &entry.display_name),
        ("reply_to", &entry.reply_to),
        ("verification_status", &entry.verification_status),
    ] {
        if !value.is_empty() {
            result = result.evidence(name, value);
        }
    }
    if let Some(smtp) = &entry.smtp {
        result = result.evidence("smtp_host", &smtp.host).evidence("smtp_security", &smtp.security_mode);
        if let Some(port) = smtp.port {
            result = result.evidence("smtp_port", port);
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::mail::{identity_diversion, sendas_external, sendas_msa_weak};
    use crate::checks::test_facts::*;
    use crate::findings::Verdict;
    use crate::tenant::GapClass;

    fn by_every_check(send_as: MailboxFact<Vec<SendAs>>) -> Vec<CheckResult> {
        let user = ann();
        let tenant = tenant([&user]);
        let facts = with_send_as(user, send_as);
        [&sendas_external::CHECK, &sendas_msa_weak::CHECK, &identity_diversion::CHECK]
            .map(|check| only(judge_user(check, &facts, &tenant)))
            .into()
    }

    #[test]
    fn a_mailbox_with_nothing_to_read_is_not_applicable_and_says_why() {
        for result in by_every_check(MailboxFact::NotApplicable("The user is suspended".into())) {
            assert_eq!(result.verdict, Verdict::NotApplicable);
            assert_eq!(result.message, "The user is suspended");
        }
    }

    #[test]
    fn a_mailbox_that_was_not_read_is_not_assessed() {
        for result in by_every_check(MailboxFact::Missing(gap(Part::SEND_AS))) {
            assert_eq!(result.verdict, Verdict::NotAssessed);
            assert_eq!(result.gap, Some(gap(Part::SEND_AS)));
        }
    }

    #[test]
    fn a_part_that_was_not_asked_for_is_not_assessed() {
        for result in by_every_check(MailboxFact::NotAsked) {
            assert_eq!(result.verdict, Verdict::NotAssessed);
            assert_eq!(result.gap.unwrap().class, GapClass::NotConfigured);
        }
    }

    #[test]
    fn a_list_without_even_the_own_address_is_not_assessed() {
        for result in by_every_check(MailboxFact::Read(Vec::new())) {
            assert_eq!(result.verdict, Verdict::NotAssessed);
        }
    }
}
