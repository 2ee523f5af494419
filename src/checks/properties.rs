//! What holds for every check, whatever the facts.

use proptest::prelude::*;

use super::test_facts::*;
use super::{ALL, Evaluator};
use crate::findings::{CheckResult, Verdict};
use crate::snapshot::{Snapshot, UserFacts};
use crate::tenant::gmail::{
    AutoForwarding, Delegate, Filter, FilterAction, FilterCriteria, Filters, ForwardingAddress,
};
use crate::tenant::{
    Domain, DomainKind, GmailState, LastLogin, Mailbox, MailboxFact, MailboxPart, MailboxSetting, Part,
    Reading, SendAs, SendAsKind, ServiceAccountKey, SmtpMsa, User,
};

/// Texts as people and attackers write them, and those on which a check turns.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        ".{0,12}",
        "[a-c]{1,2}@(example|other|unproved|unsaid)\\.(com|example)",
        Just(String::new()),
        Just("@".to_owned()),
        Just("=cmd|'/C calc'!A0\u{202e}\u{0}\n<script>@xn--\u{ff0e}".to_owned()),
        Just("Name of 200".to_owned()),
        Just("bob@example.com".to_owned()),
    ]
}

pub(crate) fn flag() -> impl Strategy<Value = Option<bool>> {
    proptest::option::of(any::<bool>())
}

fn users() -> impl Strategy<Value = User> {
    let login = prop_oneof![
        Just(LastLogin::Never),
        Just(LastLogin::Unknown),
        (-10..400_i64).prop_map(|days| LastLogin::At(days_ago(days))),
    ];
    let created = proptest::option::of((-10..400_i64).prop_map(days_ago));
    (any::<[Option<bool>; 7]>(), text(), login, created).prop_map(|(flags, name, last_login, created_at)| {
        let [suspended, archived, is_mailbox_setup, is_admin, is_delegated_admin, enrolled, enforced] = flags;
        User {
            suspended,
            archived,
            is_mailbox_setup,
            is_admin,
            is_delegated_admin,
            two_step_enrolled: enrolled,
            two_step_enforced: enforced,
            full_name: Some(name),
            last_login,
            created_at,
            ..ann()
        }
    })
}

fn entries() -> impl Strategy<Value = SendAs> {
    let smtp = (text(), proptest::option::of(any::<i64>()), text())
        .prop_map(|(host, port, security_mode)| SmtpMsa { host, port, security_mode });
    (text(), text(), text(), proptest::option::weighted(0.3, smtp)).prop_map(
        |(address, display_name, reply_to, smtp)| SendAs {
            display_name,
            reply_to,
            smtp,
            kind: SendAsKind::Custom,
            ..custom(&address)
        },
    )
}

fn status() -> impl Strategy<Value = String> {
    let known = ["accepted", "pending", "rejected", "expired", "", "verificationStatusUnspecified"];
    proptest::sample::select(known.to_vec()).prop_map(str::to_owned)
}

fn filters() -> impl Strategy<Value = Filter> {
    let subject = prop_oneof![text(), Just("Invoice".to_owned()), Just("news".to_owned())];
    let forward = prop_oneof![Just(String::new()), text()];
    (subject, forward, any::<[bool; 3]>()).prop_map(|(subject, forward, [trashes, archives, marks_read])| {
        Filter {
            id: subject.clone(),
            criteria: FilterCriteria { subject, ..FilterCriteria::default() },
            action: FilterAction { forward, trashes, archives, marks_read },
        }
    })
}

fn auto_forwarding() -> impl Strategy<Value = AutoForwarding> {
    let dispositions = ["leaveInInbox", "archive", "trash", "markRead", ""];
    let disposition = proptest::sample::select(dispositions.to_vec()).prop_map(str::to_owned);
    (any::<bool>(), text(), disposition).prop_map(|(enabled, email, disposition)| AutoForwarding {
        enabled,
        email,
        disposition,
    })
}

pub(crate) fn mailboxes() -> impl Strategy<Value = UserFacts> {
    let gmail = prop_oneof![Just(GmailState::On), Just(GmailState::Off), Just(GmailState::Unknown)];
    let named = || proptest::collection::vec((text(), status()), 0..2);
    let filters = proptest::collection::vec(filters(), 0..2);
    let settings = (named(), named(), auto_forwarding(), filters);
    let send_as = proptest::collection::vec(entries(), 0..3);
    (users(), send_as, gmail, settings).prop_map(|(user, entries, gmail, settings)| {
        let (delegates, addresses, auto_forwarding, filters) = settings;
        let mut facts = mailbox(user, entries);
        let mailbox = &mut facts.mailbox;
        mailbox.gmail = gmail;
        let delegate = |(email, verification_status)| Delegate { email, verification_status };
        mailbox.delegates = MailboxFact::Read(delegates.into_iter().map(delegate).collect());
        let address = |(email, verification_status)| ForwardingAddress { email, verification_status };
        mailbox.forwarding_addresses = MailboxFact::Read(addresses.into_iter().map(address).collect());
        mailbox.auto_forwarding = MailboxFact::Read(auto_forwarding);
        mailbox.filters = MailboxFact::Read(Filters { total: filters.len() as u64, kept: filters });
        facts
    })
}

fn tenants_of(facts: &UserFacts) -> Snapshot {
    tenant([&facts.user, &super_admin("200", "bob@example.com")])
}

fn of_user(facts: &UserFacts, tenant: &Snapshot) -> Vec<(&'static str, Vec<CheckResult>)> {
    let judged = ALL.iter().filter_map(|check| match check.judge {
        Evaluator::User(judge) => Some((check.id, judge(facts, tenant, &policy()))),
        _ => None,
    });
    judged.collect()
}

/// What failed, by subject; the user itself is the empty text.
fn failed(results: &[CheckResult]) -> Vec<String> {
    let failed = results.iter().filter(|result| result.verdict == Verdict::Fail);
    failed.map(|result| result.subject.as_ref().map_or(String::new(), |subject| subject.id.clone())).collect()
}

fn has(results: &[CheckResult], verdict: Verdict) -> bool {
    results.iter().any(|result| result.verdict == verdict)
}

proptest! {
    #[test]
    fn every_user_gets_a_verdict_and_a_pass_stands_alone(facts in mailboxes()) {
        for (id, results) in of_user(&facts, &tenants_of(&facts)) {
            prop_assert!(!results.is_empty(), "{id}");
            prop_assert!(!has(&results, Verdict::Pass) || results.len() == 1, "{id}: {results:#?}");
            for result in results {
                prop_assert_eq!(result.gap.is_some(), result.verdict == Verdict::NotAssessed, "{}", id);
            }
        }
    }

    #[test]
    fn knowing_less_of_the_tenant_neither_accuses_nor_acquits(
        facts in mailboxes(),
        missing in proptest::sample::subsequence(Part::all().collect::<Vec<_>>(), 0..=Part::all().count()),
    ) {
        let whole = tenants_of(&facts);
        let less = missing.iter().fold(whole.clone(), |tenant, &part| without(part, tenant));
        for ((id, knowing), (_, guessing)) in of_user(&facts, &whole).iter().zip(of_user(&facts, &less)) {
            let accused = failed(knowing);
            for subject in failed(&guessing) {
                prop_assert!(accused.contains(&subject), "{id} accuses {subject} without {missing:?}");
            }
            if has(&guessing, Verdict::Pass) {
                prop_assert!(has(knowing, Verdict::Pass), "{id} acquits without {missing:?}");
            }
        }
    }

    #[test]
    fn an_unread_mailbox_neither_passes_nor_fails(user in users(), asked in any::<bool>()) {
        let mut facts = mailbox(user, []);
        facts.mailbox = Mailbox::not_asked();
        for setting in MailboxSetting::ALL.into_iter().filter(|_| asked) {
            facts.mailbox.put(MailboxPart::missing(setting, gap(Part::Mailbox(setting))));
        }
        for (id, results) in of_user(&facts, &tenants_of(&facts)) {
            if id.starts_with("MAIL-") {
                prop_assert_eq!(only(results).verdict, Verdict::NotAssessed, "{}", id);
            }
        }
    }

    #[test]
    fn every_grant_client_and_key_gets_a_verdict(
        scope in prop_oneof![text(), Just(GMAIL_SEND.to_owned())],
        client in text(),
        disabled in any::<bool>(),
        days in -4000..4000_i64,
        origin in text(),
        key_type in text(),
        missing in proptest::sample::subsequence(Part::all().collect::<Vec<_>>(), 0..=Part::all().count()),
    ) {
        let key = ServiceAccountKey {
            key_id: origin.clone(),
            created_at: Some(days_ago(days)),
            expires_at: Some(days_ago(-days)),
            origin,
            key_type,
            disabled,
            disabled_reason: String::new(),
        };
        let tenant = delegating(&[&scope], Reading::Complete(vec![key.clone()]));
        let tenant = missing.iter().fold(tenant, |tenant, &part| without(part, tenant));
        for check in ALL {
            let results = match check.judge {
                Evaluator::Grant(judge) => judge(&first_grant(&tenant), &tenant, &policy()),
                Evaluator::Client(judge) => {
                    prop_assert_eq!(judge(CLIENT, &tenant, &policy()).len(), 1, "{}", check.id);
                    judge(&client, &tenant, &policy())
                }
                Evaluator::Key(judge) => {
                    judge(&key, &account(Reading::Complete(vec![key.clone()])), &tenant, &policy())
                }
                _ => continue,
            };
            prop_assert_eq!(results.len(), 1, "{}", check.id);
            prop_assert!(results[0].subject.is_some(), "{}", check.id);
        }
    }

    #[test]
    fn a_domain_passes_only_if_directory_says_that_it_is_verified(name in text(), verified in flag()) {
        let domain = Domain { name, kind: DomainKind::Alias, verified, parent: None };
        for check in ALL {
            if let Evaluator::Domain(judge) = check.judge {
                let result = only(judge(&domain, &tenant([]), &policy()));
                prop_assert_eq!(result.verdict == Verdict::Pass, verified == Some(true));
            }
        }
    }
}
