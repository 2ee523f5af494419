//! MAIL-02: filters that forward mail, or hide what the owner of the mailbox should see.

use super::entries::{Entry, Judgment};
use super::ownership::{Ownership, ownership_in};
use crate::checks::standing::{TIER_ZERO, user_tier_zero};
use crate::checks::{Check, Condition, Evaluator, command, subjects};
use crate::findings::{CheckResult, Severity, Verdict};
use crate::policy::Policy;
use crate::snapshot::{Snapshot, UserFacts};
use crate::tenant::gmail::{Filter, FilterCriteria, Filters};
use crate::tenant::{Gap, MailboxSetting, Part, one_word, quoted_name};

pub(crate) const CHECK: Check = Check {
    id: "MAIL-02",
    slug: "filter-forward-or-hide",
    title: "Filters that forward mail or hide it",
    severity: Severity::High,
    conditions: &[
        Condition::fail(
            Severity::High,
            "A filter forwards mail to an address outside the tenant's verified domains.",
        ),
        Condition::review(Severity::Medium, "A filter forwards mail to an address of the tenant."),
        Condition::review(
            Severity::Medium,
            "A filter deletes most mail, or mail with words of security alerts or payments.",
        ),
        Condition::review(Severity::Medium, "A filter archives such mail and marks it as read."),
        Condition::review(Severity::Low, "A filter archives such mail."),
        Condition::note("The severity is one step higher for tier 0 mailboxes."),
        Condition::note(
            "\"Most mail\" means that the filter names no sender, recipient or words. The words are those of \
             public detection rules, for example `invoice`, `payroll`, `suspicious`, `security alert` and \
             `verification code`.",
        ),
    ],
    why: "Intruders use filters to keep a copy of mail, and to hide security alerts and replies from the owner of \
          the mailbox. A filter keeps working after the password is changed.",
    fix: "Ask the user who created the filter. Delete it, or record an exception.",
    command: Some("`gam user USER delete filter ID`"),
    may_break: Some("New mail that fits the filter stays in the inbox and is not forwarded."),
    place: "The user's Gmail > Settings > Filters and Blocked Addresses",
    controls: &[
        "NIST 800-53 AC-4",
        "NIST 800-53 CM-7",
        "NIST 800-53 SI-4",
        "ISO 27001 A.8.12",
        "SOC 2 CC6.7",
        "ATT&CK T1114.003",
        "ATT&CK T1564.008",
    ],
    needs: &[Part::Users, Part::Domains, Part::FILTERS],
    judge: Evaluator::User(judge),
};

const FINE: &str = "No filter forwards mail or hides warnings";

fn judge(facts: &UserFacts, tenant: &Snapshot, policy: &Policy) -> Vec<CheckResult> {
    let judgment = Judgment { tenant, setting: MailboxSetting::Filters, decisive: &[], fine: FINE };
    judgment.of_entries(&facts.mailbox.filters, Filters::kept, |filter| {
        judge_filter(filter, facts, tenant, policy)
    })
}

/// One thing that is wrong with a filter.
struct Fault {
    verdict: Verdict,
    severity: Severity,
    what: String,
}

fn judge_filter(filter: &Filter, facts: &UserFacts, tenant: &Snapshot, policy: &Policy) -> Entry {
    let holder = &facts.user;
    let (forwards, unknown) = forwarding(filter, facts, tenant);
    let faults: Vec<Fault> = forwards.into_iter().chain(hiding(filter)).collect();
    let Some(worst) = faults.iter().max_by_key(|fault| (fault.severity, fault.verdict == Verdict::Fail))
    else {
        return unknown.map_or(Entry::Fine, Entry::Unknown);
    };
    let what: Vec<&str> = faults.iter().map(|fault| fault.what.as_str()).collect();
    let message = format!(
        "A filter of {} for {} {}",
        holder.primary_email,
        described(&filter.criteria),
        what.join(", and ")
    );
    let tier_zero = user_tier_zero(holder, tenant, policy);
    let severity = if tier_zero.is_some() { worst.severity.raised() } else { worst.severity };
    let result = match worst.verdict {
        Verdict::Fail => CheckResult::fail(severity, message),
        _ => CheckResult::review(severity, message),
    };
    let mut result = match tier_zero {
        Some(why) => result.evidence("tier_0", why),
        None => result.weighed_by(&TIER_ZERO),
    };
    result = result.about(subjects::filter(holder, &filter.id)).evidence("filter_id", &filter.id);
    for (name, value) in filter.criteria.texts() {
        result = result.evidence(name, value);
    }
    if !filter.action.forward.is_empty() {
        result = result.evidence("forward", &filter.action.forward);
    }
    for word in filter.criteria.warning_words().filter(|_| filter.hides()) {
        result = result.evidence("word", word);
    }
    let command = command::delete_filter(&holder.primary_email, &filter.id);
    Entry::Offends(Box::new(CheckResult { command, ..result }))
}

/// What is wrong with where a filter forwards to, or why that is not known.
fn forwarding(filter: &Filter, facts: &UserFacts, tenant: &Snapshot) -> (Option<Fault>, Option<Gap>) {
    let address = filter.action.forward.as_str();
    if address.is_empty() {
        return (None, None);
    }
    let to = one_word(address);
    match ownership_in(Part::FILTERS, address, &facts.user, tenant) {
        Ownership::Outside => {
            let what = format!("forwards to {to}, which is outside the tenant's verified domains");
            (Some(Fault { verdict: Verdict::Fail, severity: Severity::High, what }), None)
        }
        Ownership::Ours => {
            let what = format!("forwards to {to}");
            (Some(Fault { verdict: Verdict::Review, severity: Severity::Medium, what }), None)
        }
        Ownership::Unknown(gap) => (None, Some(gap)),
    }
}

fn hiding(filter: &Filter) -> Option<Fault> {
    if !filter.hides() {
        return None;
    }
    let action = &filter.action;
    let (severity, what) = match (action.trashes, action.marks_read) {
        (true, _) => (Severity::Medium, "deletes it"),
        (_, true) => (Severity::Medium, "archives it and marks it as read"),
        _ => (Severity::Low, "archives it"),
    };
    Some(Fault { verdict: Verdict::Review, severity, what: what.to_owned() })
}

/// The mail that a filter is for.
fn described(criteria: &FilterCriteria) -> String {
    if criteria.is_broad() {
        return "most mail".to_owned();
    }
    let texts: Vec<String> =
        criteria.texts().map(|(name, value)| format!("{name} {}", quoted_name(&value))).collect();
    format!("mail with {}", texts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_facts::*;
    use crate::findings::SubjectKind;
    use crate::tenant::gmail::FilterAction;
    use crate::tenant::{MailboxFact, User};

    fn filter(subject: &str, action: FilterAction) -> Filter {
        let criteria = FilterCriteria { subject: subject.into(), ..FilterCriteria::default() };
        Filter { id: "ANe1Bm".into(), criteria, action }
    }

    fn forwards(address: &str) -> FilterAction {
        FilterAction { forward: address.into(), ..FilterAction::default() }
    }

    fn of_user(user: User, filter: Filter) -> CheckResult {
        let tenant = tenant([&user]);
        only(judge_user(&CHECK, &with_filter(user, filter), &tenant))
    }

    fn with_filter(user: User, filter: Filter) -> UserFacts {
        let mut facts = mailbox(user, []);
        facts.mailbox.filters = MailboxFact::Read(Filters { total: 9, kept: vec![filter] });
        facts
    }

    #[test]
    fn forwarding_out_of_the_tenant_fails_and_within_it_is_for_review() {
        let result = of_user(ann(), filter("x", forwards("a@other.example")));
        assert_eq!((result.verdict, result.severity), (Verdict::Fail, Severity::High));
        let subject = result.subject.unwrap();
        assert_eq!((subject.kind, &*subject.id), (SubjectKind::Filter, "100/ANe1Bm"));
        let result = of_user(ann(), filter("x", forwards("sales@example.com")));
        assert_eq!((result.verdict, result.severity), (Verdict::Review, Severity::Medium));
    }

    #[test]
    fn hiding_warnings_is_for_review_and_worse_where_the_owner_sees_less() {
        let archives = FilterAction { archives: true, ..FilterAction::default() };
        let reads = FilterAction { marks_read: true, ..archives.clone() };
        let trashes = FilterAction { trashes: true, ..FilterAction::default() };
        for (action, severity) in
            [(archives, Severity::Low), (reads, Severity::Medium), (trashes.clone(), Severity::Medium)]
        {
            let result = of_user(ann(), filter("Invoice", action));
            assert_eq!((result.verdict, result.severity), (Verdict::Review, severity));
        }
        let admin = super_admin("1", "admin@example.com");
        assert_eq!(of_user(admin, filter("", trashes)).severity, Severity::High);
    }

    #[test]
    fn what_a_filter_hides_stands_although_nobody_knows_whose_address_it_forwards_to() {
        let ann = ann();
        let tenant = without(Part::Domains, tenant([&ann]));
        let result = |action| {
            let facts = with_filter(ann.clone(), filter("invoice", action));
            only(judge_user(&CHECK, &facts, &tenant))
        };
        assert_eq!(result(forwards("a@other.example")).verdict, Verdict::NotAssessed);
        let both = FilterAction { trashes: true, ..forwards("a@other.example") };
        assert_eq!(result(both).verdict, Verdict::Review);
    }
}
