//! The rules of `docs/ledger.md`.

use proptest::prelude::*;

use super::*;
use crate::delegation::{Disagreement, Ending, Provenance, UseKey};

const SEND: &str = "https://www.googleapis.com/auth/gmail.send";
const DRIVE: &str = "https://www.googleapis.com/auth/drive";
const MAIL: &str = "https://mail.google.com/";
const CLIENT: &str = "117012345678901234567";
const AUTHORIZE: &str = "AUTHORIZE_API_CLIENT_ACCESS";
const REMOVE: &str = "REMOVE_API_CLIENT_ACCESS";

/// Noon of a day of the year's first months.
fn day(number: i64) -> DateTime<Utc> {
    "2026-01-01T12:00:00Z".parse::<DateTime<Utc>>().unwrap() + chrono::Duration::days(number)
}

fn event(at: i64, name: &str, scopes: &[&str]) -> DelegationEvent {
    DelegationEvent {
        id: format!("{at}/{name}"),
        at: day(at),
        name: name.to_owned(),
        client: CLIENT.to_owned(),
        scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
        actor: Some(format!("admin{at}@example.com")),
        ip: None,
    }
}

fn used(at: i64, scope: Option<&str>, log: LedgerSource) -> GrantUse {
    GrantUse {
        of: UseKey {
            client: CLIENT.to_owned(),
            scope: scope.map(str::to_owned),
            log,
            configuration_source: None,
            holder: None,
            impersonation: (log == LedgerSource::TokenLog).then_some(true),
        },
        first_at: day(at),
        last_at: day(at),
        count: 1,
    }
}

fn shown(at: i64, scope: &str, source: LedgerSource) -> SeenGrant {
    SeenGrant {
        client: CLIENT.to_owned(),
        scope: scope.to_owned(),
        source,
        first_at: day(at),
        last_at: day(at),
    }
}

fn log_window(from: i64, until: i64) -> SourceWindow {
    SourceWindow { source: LedgerSource::AuditLog, client: None, from: day(from), until: day(until) }
}

/// A ledger of day 100.
#[derive(Clone)]
struct TestLedger(Ledger);

fn empty_ledger() -> TestLedger {
    TestLedger(Ledger::new(day(100), AddressBook::default()))
}

impl TestLedger {
    fn events(mut self, events: &[DelegationEvent]) -> Self {
        events.iter().for_each(|event| self.0.add_event(event));
        self
    }

    fn used(mut self, at: i64, scope: &str) -> Self {
        self.0.add_use(&used(at, Some(scope), LedgerSource::AccessEvaluation));
        self
    }

    fn list(mut self, at: i64, scopes: &[&str]) -> Self {
        self.0.see_window(SourceWindow::at(LedgerSource::Console, None, day(at)));
        scopes.iter().for_each(|scope| self.0.see(&shown(at, scope, LedgerSource::Console)));
        self
    }

    fn list_before(mut self, at: i64, scopes: &[&str]) -> Self {
        self.0.remember_window(SourceWindow::at(LedgerSource::Console, None, day(at)));
        scopes.iter().for_each(|scope| self.0.remember(&shown(at, scope, LedgerSource::Console)));
        self
    }

    fn probe(mut self, at: i64, scopes: &[&str]) -> Self {
        self.0.see_window(SourceWindow::at(LedgerSource::Probe, Some(CLIENT.to_owned()), day(at)));
        scopes.iter().for_each(|scope| self.0.see(&shown(at, scope, LedgerSource::Probe)));
        self
    }

    fn probe_before(mut self, at: i64, scopes: &[&str]) -> Self {
        self.0.remember_window(SourceWindow::at(LedgerSource::Probe, Some(CLIENT.to_owned()), day(at)));
        scopes.iter().for_each(|scope| self.0.remember(&shown(at, scope, LedgerSource::Probe)));
        self
    }

    fn log(mut self, from: i64, until: i64) -> Self {
        self.0.see_window(log_window(from, until));
        self
    }

    fn grants(&self) -> Grants {
        self.0.clone().grants()
    }

    fn held(&self) -> Vec<String> {
        self.grants().iter().map(|grant| grant.scope.clone()).collect()
    }

    fn one(&self) -> crate::delegation::Grant {
        let grants = self.grants();
        assert_eq!(grants.held.len(), 1, "{grants:?}");
        grants.held[0].clone()
    }

    fn doubts(&self) -> Vec<&'static str> {
        self.one().disagreements.iter().map(Disagreement::as_str).collect()
    }

    fn ending(&self) -> Ending {
        let grants = self.grants();
        assert_eq!((grants.held.len(), grants.ended.len()), (0, 1), "{grants:?}");
        grants.ended[0].ending.clone()
    }
}

#[test]
fn an_authorization_says_who_gave_it_and_when() {
    let grant = empty_ledger().events(&[event(1, AUTHORIZE, &[SEND]), event(5, AUTHORIZE, &[SEND])]).one();
    let granted = grant.granted.unwrap();
    assert_eq!((granted.at, granted.by.as_deref()), (day(1), Some("admin1@example.com")));
    assert_eq!((grant.first_seen_at, grant.last_seen_at), (Some(day(1)), Some(day(5))));
    assert_eq!(grant.held_since, Some(day(1)), "given again while it was held");
    assert_eq!(grant.sightings[0].provenance, Provenance::AuditLog);
    assert!(grant.disagreements.is_empty());
}

#[test]
fn a_removal_clears_the_client_and_an_authorization_after_it_gives_just_its_scopes() {
    let cleared = empty_ledger().events(&[event(1, AUTHORIZE, &[SEND, DRIVE]), event(2, REMOVE, &[])]);
    assert_eq!(cleared.held(), [""; 0]);
    let again = cleared.events(&[event(3, AUTHORIZE, &[DRIVE])]);
    let grant = again.one();
    assert_eq!((grant.scope.as_str(), grant.granted.unwrap().at), (DRIVE, day(3)));
    assert_eq!((grant.first_seen_at, grant.held_since), (Some(day(1)), Some(day(3))));
    let ended = again.grants().ended;
    assert_eq!(ended[0].ending, Ending::Removed { at: day(2), by: Some("admin2@example.com".to_owned()) });
    assert_eq!(ended[0].last_seen_at, Some(day(1)));
}

#[test]
fn a_scope_that_a_list_lacked_and_a_later_list_names_is_held_since_then() {
    let again =
        empty_ledger().list_before(1, &[SEND, DRIVE]).list_before(8, &[DRIVE]).list(15, &[SEND, DRIVE]);
    let grants = again.grants();
    let since: Vec<_> = grants.iter().map(|grant| (grant.scope.as_str(), grant.held_since)).collect();
    assert_eq!(since, [(DRIVE, Some(day(1))), (SEND, Some(day(15)))]);
    assert!(grants.iter().all(|grant| grant.first_seen_at == Some(day(1))));
}

#[test]
fn no_list_between_proves_no_end_and_neither_does_one_that_a_whole_log_contradicts() {
    assert_eq!(empty_ledger().list_before(1, &[SEND]).list(15, &[SEND]).one().held_since, Some(day(1)));
    let lists = |ledger: TestLedger| ledger.list_before(2, &[SEND]).list_before(8, &[]).list(15, &[SEND]);
    let authorized = || empty_ledger().events(&[event(1, AUTHORIZE, &[SEND])]);
    assert_eq!(lists(authorized().log(0, 100)).one().held_since, Some(day(1)));
    assert_eq!(lists(authorized().log(0, 5)).one().held_since, Some(day(15)), "the log has a hole");
}

#[test]
fn what_was_used_before_the_list_that_names_it_again_is_held_since_the_use() {
    let again = empty_ledger().list_before(1, &[SEND]).list_before(8, &[]).used(10, SEND).list(15, &[SEND]);
    assert_eq!(again.one().held_since, Some(day(10)));
}

#[test]
fn a_removal_takes_nothing_that_was_given_in_the_same_instant() {
    let mut events = [event(1, AUTHORIZE, &[SEND]), event(1, REMOVE, &[])];
    events.sort_by(|a, b| a.place().cmp(&b.place()));
    assert_eq!(empty_ledger().events(&events).held(), [SEND]);
}

#[test]
fn what_a_second_authorization_does_not_name_is_kept_and_doubtful() {
    let two = empty_ledger().events(&[event(1, AUTHORIZE, &[SEND, DRIVE]), event(2, AUTHORIZE, &[DRIVE])]);
    let grants = two.grants();
    let doubts =
        |scope: &str| grants.iter().find(|grant| grant.scope == scope).unwrap().disagreements.clone();
    assert_eq!(doubts(SEND), [Disagreement::NotNamedAgain { at: day(2) }]);
    assert_eq!(doubts(DRIVE), []);
    // A newer list settles it.
    let settled = two.list(80, &[SEND, DRIVE]).grants();
    assert!(settled.iter().all(|grant| grant.disagreements.is_empty()), "{settled:?}");
}

#[test]
fn an_event_of_unknown_meaning_takes_nothing_and_puts_in_doubt() {
    let change = "CHANGE_API_CLIENT_ACCESS";
    let before = event(1, AUTHORIZE, &[SEND]);
    assert_eq!(empty_ledger().events(&[before.clone(), event(2, change, &[])]).doubts(), ["unknown_change"]);
    assert_eq!(empty_ledger().events(&[event(2, change, &[SEND])]).doubts(), ["unknown_change"]);
    assert_eq!(empty_ledger().events(&[before, event(2, "REVOKE_API_CLIENT_ACCESS", &[])]).held(), [SEND]);
}

#[test]
fn a_list_wins_on_presence_and_is_no_proof_against_a_logged_authorization() {
    assert_eq!(empty_ledger().events(&[event(1, AUTHORIZE, &[SEND])]).list(80, &[SEND]).doubts(), [""; 0]);
    let absent = empty_ledger().events(&[event(1, AUTHORIZE, &[SEND])]).list(80, &[]);
    let unbroken =
        |yes| Disagreement::NotInList { authorized_at: day(1), listed_at: day(80), log_is_unbroken: yes };
    assert_eq!(absent.one().disagreements, [unbroken(false)]);
    assert_eq!(absent.log(0, 100).one().disagreements, [unbroken(true)]);
    // An older list says nothing of it.
    assert_eq!(empty_ledger().events(&[event(90, AUTHORIZE, &[SEND])]).list(80, &[]).doubts(), [""; 0]);
}

#[test]
fn a_removal_after_the_list_ends_what_it_names() {
    let removed = empty_ledger().events(&[event(90, REMOVE, &[])]).list(80, &[SEND]);
    assert!(matches!(removed.ending(), Ending::Removed { .. }));
    let listed_again = empty_ledger().events(&[event(70, REMOVE, &[])]).list(80, &[SEND]);
    assert_eq!(listed_again.doubts(), ["seen_after_removal"]);
}

#[test]
fn a_list_that_has_a_date_and_no_hour_speaks_for_its_whole_day() {
    let mut ledger = empty_ledger().events(&[event(80, REMOVE, &[])]);
    let midnight = day(80).date_naive().and_time(chrono::NaiveTime::MIN).and_utc();
    let listed =
        SeenGrant { first_at: midnight, last_at: midnight, ..shown(80, SEND, LedgerSource::Console) };
    ledger.0.see_window(SourceWindow::at(LedgerSource::Console, None, midnight));
    ledger.0.see(&listed);
    assert_eq!(ledger.doubts(), ["seen_after_removal"]);
}

#[test]
fn use_after_removal_or_absence_keeps_the_grant_and_says_so() {
    let removed = empty_ledger().events(&[event(1, AUTHORIZE, &[SEND]), event(50, REMOVE, &[])]);
    let grant = removed.clone().used(60, SEND).one();
    assert_eq!(grant.sightings.iter().map(|s| s.provenance).collect::<Vec<_>>(), [Provenance::UseLog]);
    assert_eq!(grant.disagreements[0].as_str(), "seen_after_removal");
    let last = grant.last_used.unwrap();
    assert_eq!((last.at, last.log), (day(60), LedgerSource::AccessEvaluation));
    assert!(matches!(removed.used(40, SEND).ending(), Ending::Removed { .. }));
    assert_eq!(empty_ledger().list(80, &[]).used(90, SEND).doubts(), ["seen_after_absence"]);
    assert_eq!(empty_ledger().list(80, &[]).used(70, SEND).ending(), Ending::NotInList { at: day(80) });
}

#[test]
fn what_worked_shortly_before_a_list_that_lacks_it_ends_only_if_a_removal_explains_that() {
    let used = empty_ledger().used(70, SEND).list(80, &[]);
    let unexplained = used.clone().log(60, 100);
    assert_eq!(unexplained.doubts(), ["absence_not_logged"]);
    assert!(unexplained.one().disagreements[0].is_contradiction());
    assert!(matches!(unexplained.events(&[event(75, REMOVE, &[])]).ending(), Ending::Removed { .. }));
    for holes in [used.clone().log(75, 100), used.clone().log(60, 79), used] {
        assert_eq!(holes.ending(), Ending::NotInList { at: day(80) }, "nobody would have seen the removal");
    }
    let removed_before =
        empty_ledger().events(&[event(50, REMOVE, &[])]).used(70, SEND).list(80, &[]).log(0, 100);
    assert_eq!(removed_before.doubts(), ["seen_after_removal", "absence_not_logged"]);
    assert_eq!(
        empty_ledger().probe_before(70, &[SEND]).list(80, &[]).log(0, 100).doubts(),
        ["absence_not_logged"]
    );
}

#[test]
fn an_ending_is_what_overruled_the_last_that_was_shown() {
    // In the first list, gone from the second, granted by the probe after that, and refused in the end.
    let refused = empty_ledger()
        .list_before(10, &[SEND])
        .list_before(20, &[])
        .probe_before(22, &[SEND])
        .probe(100, &[]);
    assert_eq!(refused.ending(), Ending::TokenRefused { at: day(100) });
}

#[test]
fn a_list_of_numbers_ends_nothing_of_a_client_that_only_its_address_names() {
    let mut by_address = empty_ledger().list(80, &[]);
    let mut used = used(70, Some(SEND), LedgerSource::AccessEvaluation);
    used.of.client = "gone@p.iam.gserviceaccount.com".to_owned();
    by_address.0.add_use(&used);
    assert_eq!(by_address.doubts(), [""; 0]);
}

#[test]
fn the_ledger_reaches_today_by_a_list_of_today_or_by_an_unbroken_log_since_the_list() {
    let reaches = |ledger: &TestLedger| ledger.grants().source_coverage().reaches(day(100));
    assert!(!reaches(&empty_ledger()));
    assert!(reaches(&empty_ledger().list(100, &[])));
    assert!(!reaches(&empty_ledger().list(90, &[])));
    assert!(reaches(&empty_ledger().list(90, &[]).log(80, 100)));
    assert!(!reaches(&empty_ledger().list(90, &[]).log(95, 100)));
    assert!(!reaches(&empty_ledger().list(90, &[]).log(80, 99)));
    assert!(!reaches(&empty_ledger().log(0, 100)));
}

#[test]
fn an_authorization_after_the_list_explains_what_is_seen_after_it() {
    let explained = empty_ledger().list(80, &[]).events(&[event(85, AUTHORIZE, &[SEND])]).used(90, SEND);
    assert_eq!(explained.doubts(), [""; 0]);
}

#[test]
fn use_that_something_else_allowed_is_kept_whatever_happens_to_delegations() {
    let mut market = empty_ledger().events(&[event(95, REMOVE, &[])]).list(98, &[]);
    let mut of_market = used(90, Some(SEND), LedgerSource::AccessEvaluation);
    of_market.of.configuration_source = Some("GOOGLE_WORKSPACE_MARKETPLACE".to_owned());
    market.0.add_use(&of_market);
    assert_eq!(market.doubts(), ["other_permission"]);
}

#[test]
fn a_call_without_impersonation_says_nothing_of_delegation() {
    let mut ledger = empty_ledger();
    for impersonation in [None, Some(false)] {
        let mut call = used(90, Some(SEND), LedgerSource::TokenLog);
        call.of.impersonation = impersonation;
        ledger.0.add_use(&call);
    }
    assert_eq!(ledger.grants(), Grants::default());
}

#[test]
fn a_client_that_acts_while_nobody_names_its_scopes_is_not_dropped() {
    let mut ledger = empty_ledger();
    ledger.0.add_use(&used(90, None, LedgerSource::TokenLog));
    let unscoped = ledger.grants().unscoped;
    assert_eq!((unscoped[0].client_id.as_str(), unscoped[0].seen_at), (CLIENT, day(90)));
    // Once a scope is known, it is that client's last use.
    let known = ledger.clone().list(80, &[SEND]);
    assert_eq!(known.one().last_used.unwrap().log, LedgerSource::TokenLog);
    assert!(known.grants().unscoped.is_empty());
    // Of a client that was removed since, only an act after it counts.
    assert!(ledger.clone().events(&[event(95, REMOVE, &[])]).grants().unscoped.is_empty());
    assert_eq!(ledger.events(&[event(85, REMOVE, &[])]).grants().unscoped.len(), 1);
    let nameless = super::tests::empty_ledger().events(&[event(90, AUTHORIZE, &[])]).grants();
    assert_eq!(nameless.unscoped[0].source, LedgerSource::AuditLog);
    assert!(nameless.unscoped[0].asked_for.is_empty());
}

#[test]
fn what_is_asked_for_in_words_is_kept_bounded_and_plain() {
    let words = ["Drive and Docs", "Drive\u{202e} and\nDocs", &"x".repeat(5000), " "];
    let ledger = super::tests::empty_ledger().events(&[event(90, AUTHORIZE, &words)]);
    let asked = &ledger.clone().grants().unscoped[0].asked_for;
    assert_eq!(asked.iter().map(|text| text.chars().count()).collect::<Vec<_>>(), [14, 100]);
    assert_eq!(asked[0], "Drive and Docs");
    let many: Vec<String> = (0..50).map(|number| format!("Product {number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(
        super::tests::empty_ledger().events(&[event(90, AUTHORIZE, &many)]).grants().unscoped[0]
            .asked_for
            .len(),
        10
    );
    let again = ledger.events(&[event(91, REMOVE, &[]), event(92, AUTHORIZE, &["Calendar"])]).grants();
    assert_eq!(again.unscoped[0].asked_for, ["Calendar"]);
    let mut used_words = super::tests::empty_ledger();
    used_words.0.add_use(&used(90, Some("Drive and Docs"), LedgerSource::AccessEvaluation));
    assert_eq!(used_words.grants().unscoped[0].asked_for, ["Drive and Docs"]);
}

#[test]
fn a_list_that_is_too_old_says_so() {
    assert_eq!(empty_ledger().list(60, &[SEND]).doubts(), ["stale_list"]);
    assert!(empty_ledger().list(60, &[SEND]).grants().source_coverage().console_is_stale);
    assert_eq!(empty_ledger().list(66, &[SEND]).doubts(), [""; 0]);
    assert_eq!(empty_ledger().list(60, &[SEND]).used(90, SEND).doubts(), [""; 0]);
}

#[test]
fn what_earlier_runs_saw_is_held_until_something_contradicts_it() {
    let before = empty_ledger().list_before(80, &[SEND]);
    let grant = before.one();
    assert_eq!((grant.last_seen_at, grant.is_rechecked), (Some(day(80)), false));
    assert_eq!(before.clone().list(90, &[]).ending(), Ending::NotInList { at: day(90) });
    assert!(matches!(before.clone().events(&[event(90, REMOVE, &[])]).ending(), Ending::Removed { .. }));
    let again = before.list(90, &[SEND]);
    assert!(again.one().is_rechecked && again.grants().is_rechecked(CLIENT));
}

#[test]
fn an_absence_that_an_earlier_run_saw_is_remembered_too() {
    let gone = empty_ledger().list_before(70, &[SEND]).list_before(80, &[]);
    assert_eq!(gone.ending(), Ending::NotInList { at: day(80) });
}

#[test]
fn an_older_list_neither_fixes_nor_rechecks() {
    let older = empty_ledger().list_before(80, &[SEND]).list(70, &[]);
    assert_eq!((older.doubts(), older.one().is_rechecked), (vec![], false));
    let older = empty_ledger().list_before(80, &[SEND]).list(70, &[SEND]);
    assert!(!older.one().is_rechecked);
}

#[test]
fn of_two_lists_with_one_date_neither_wins() {
    assert_eq!(empty_ledger().list_before(80, &[SEND]).list(80, &[]).doubts(), ["lists_of_one_date"]);
}

#[test]
fn a_list_that_was_not_read_whole_proves_no_absence() {
    let mut part = empty_ledger().list_before(80, &[SEND]);
    part.0.see(&shown(90, DRIVE, LedgerSource::Console));
    assert_eq!(part.held(), [DRIVE, SEND]);
}

#[test]
fn a_grant_that_appears_in_a_list_while_the_log_was_silent_says_so() {
    let silent = empty_ledger().list_before(80, &[]).list(90, &[SEND]);
    assert_eq!(silent.doubts(), [""; 0]);
    assert_eq!(silent.clone().log(70, 100).doubts(), ["authorization_not_logged"]);
    assert_eq!(silent.log(70, 100).events(&[event(85, AUTHORIZE, &[SEND])]).doubts(), [""; 0]);
}

#[test]
fn the_probe_is_exact_for_its_own_client_and_overrules_nobody_else() {
    assert_eq!(empty_ledger().probe(100, &[SEND]).doubts(), [""; 0]);
    assert_eq!(empty_ledger().list(80, &[SEND]).probe(100, &[]).doubts(), ["token_refused"]);
    assert_eq!(
        empty_ledger().events(&[event(90, AUTHORIZE, &[SEND])]).probe(100, &[]).doubts(),
        ["token_refused"]
    );
    assert_eq!(empty_ledger().list(80, &[]).probe(100, &[SEND]).doubts(), ["seen_after_absence"]);
    let refused = empty_ledger().probe_before(50, &[SEND]).probe(100, &[]);
    assert_eq!(refused.ending(), Ending::TokenRefused { at: day(100) });
    // It asks for the table's scopes: of others it knows nothing.
    assert_eq!(empty_ledger().list(80, &["https://scopes.example/x"]).probe(100, &[]).doubts(), [""; 0]);
    let mut other = empty_ledger().probe(100, &[]);
    other.0.see(&SeenGrant { client: "5".to_owned(), ..shown(80, SEND, LedgerSource::Console) });
    assert_eq!(other.doubts(), [""; 0]);
}

#[test]
fn one_grant_has_one_identity_however_it_is_written() {
    let mut ledger = empty_ledger().events(&[event(1, AUTHORIZE, &[" https://MAIL.google.com ,"])]);
    let client = format!("{CLIENT}.apps.googleusercontent.com");
    ledger.0.see(&SeenGrant { client, ..shown(90, "https://mail.google.com", LedgerSource::Console) });
    let grant = ledger.list(90, &[MAIL]).one();
    assert_eq!((grant.client_id.as_str(), grant.scope.as_str()), (CLIENT, MAIL));
    let written: Vec<String> = grant.disagreements.iter().map(ToString::to_string).collect();
    assert_eq!(
        written,
        ["a source spells it “https://MAIL.google.com”", "a source spells it “https://mail.google.com”"]
    );
    assert!(grant.disagreements.iter().all(|it| !it.is_contradiction()));
}

#[test]
fn an_address_is_joined_with_its_client_id_and_stands_alone_where_none_is_known() {
    let address = "Mailer@project.iam.gserviceaccount.com";
    let mut by_address = used(90, Some(SEND), LedgerSource::AccessEvaluation);
    by_address.of.client = address.to_owned();
    for (known, expected) in [(vec![(CLIENT, 50, 90)], CLIENT), (vec![], ADDRESS)] {
        let mut ledger = held_by(&known);
        ledger.0.add_use(&by_address);
        assert_eq!(ledger.grants().clients(), [expected]);
    }
}

const ADDRESS: &str = "mailer@project.iam.gserviceaccount.com";

/// A ledger of day 100 that knows who had the address, each from one day to another.
fn held_by(holdings: &[(&str, i64, i64)]) -> TestLedger {
    let holding = |&(client_id, first, last): &(&str, i64, i64)| AddressHolding {
        address: ADDRESS.to_owned(),
        client_id: client_id.to_owned(),
        first_at: day(first),
        last_at: day(last),
    };
    TestLedger(Ledger::new(day(100), AddressBook::new(holdings.iter().map(holding))))
}

impl TestLedger {
    fn used_by_address(mut self, first: i64, last: i64) -> Self {
        let mut used = used(first, Some(SEND), LedgerSource::AccessEvaluation);
        (used.of.client, used.last_at) = (ADDRESS.to_owned(), day(last));
        self.0.add_use(&used);
        self
    }

    fn holders(&self) -> Vec<(String, Option<DateTime<Utc>>)> {
        let grants = self.grants();
        grants.iter().map(|grant| (grant.client_id.clone(), grant.last_seen_at)).collect()
    }
}

#[test]
fn an_account_under_the_address_of_a_deleted_one_inherits_none_of_its_uses() {
    let recreated = || held_by(&[(CLIENT, 50, 90), ("2", 97, 100)]);
    let of = |client: &str, at| (client.to_owned(), Some(day(at)));
    assert_eq!(recreated().used_by_address(10, 80).holders(), [of(CLIENT, 80)]);
    assert_eq!(recreated().used_by_address(98, 99).holders(), [of("2", 99)]);
    assert_eq!(recreated().used_by_address(10, 99).holders(), [of(CLIENT, 10), of("2", 99)]);
}

#[test]
fn a_use_that_either_of_two_accounts_may_have_made_is_neithers_proof() {
    let recreated = || held_by(&[(CLIENT, 50, 90), ("2", 97, 100)]);
    // Of an account that holds the scope anyway it says nothing.
    let known = recreated().used_by_address(10, 80).used_by_address(95, 95);
    assert_eq!(known.holders(), [(CLIENT.to_owned(), Some(day(80)))]);
    // Else somebody holds it: the address stands for the one who does.
    let unclear = recreated().used_by_address(95, 95);
    assert_eq!(unclear.holders(), [(ADDRESS.to_owned(), Some(day(95)))]);
    // A list that names neither shows that it is over.
    assert_eq!(unclear.list(99, &[]).ending(), Ending::NotInList { at: day(99) });
}

#[test]
fn an_event_that_names_an_address_is_about_the_account_that_had_it() {
    let by_address = |at, name| DelegationEvent { client: ADDRESS.to_owned(), ..event(at, name, &[SEND]) };
    let ledger = held_by(&[(CLIENT, 50, 90), ("2", 97, 100)]);
    let ledger = ledger.events(&[by_address(60, AUTHORIZE), by_address(98, REMOVE)]);
    assert_eq!(ledger.holders(), [(CLIENT.to_owned(), Some(day(60)))]);
}

#[test]
fn uses_of_one_address_are_counted_apart_for_each_account_that_had_it() {
    let book = held_by(&[(CLIENT, 50, 90), ("2", 97, 100)]).0.addresses;
    let mut key = used(1, Some(SEND), LedgerSource::AccessEvaluation).of;
    key.client = ADDRESS.to_owned();
    let mut tally = UseTally::of(book);
    for at in [10, 89, 95, 99, 110] {
        tally.add(key.clone(), day(at));
    }
    let found: Vec<_> = tally.uses().map(|used| (used.of.holder, used.first_at, used.last_at)).collect();
    let holder = |client: &str| Some(client.to_owned());
    assert_eq!(
        found,
        [(None, day(95), day(110)), (holder(CLIENT), day(10), day(89)), (holder("2"), day(99), day(99))]
    );
}

#[test]
fn an_unknown_scope_is_held_like_any_other() {
    let odd = "https://www.googleapis.com/auth/unheard.of";
    assert_eq!(empty_ledger().list(90, &[odd]).held(), [odd]);
    assert_eq!(empty_ledger().list(90, &[odd]).events(&[event(95, REMOVE, &[])]).held(), [""; 0]);
}

#[test]
fn a_logged_grant_is_rechecked_while_the_log_is_unbroken_since() {
    let logged = empty_ledger().events(&[event(10, AUTHORIZE, &[SEND])]);
    assert!(!logged.one().is_rechecked);
    assert!(logged.clone().log(5, 100).one().is_rechecked);
    assert!(!logged.clone().log(20, 100).one().is_rechecked);
    let mut over_runs = logged.log(50, 100);
    over_runs.0.remember_window(log_window(0, 50));
    assert!(over_runs.one().is_rechecked);
}

#[test]
fn the_blind_date_is_where_the_unbroken_log_begins_else_the_lists_date() {
    let coverage_of = |ledger: TestLedger| ledger.grants().source_coverage().clone();
    assert_eq!(coverage_of(empty_ledger()).blind_before(), None);
    assert_eq!(coverage_of(empty_ledger().list(80, &[])).blind_before(), Some(day(80)));
    let mut broken = empty_ledger().log(60, 100).list(80, &[]);
    broken.0.remember_window(log_window(0, 20));
    broken.0.remember_window(log_window(40, 60));
    assert_eq!(coverage_of(broken.clone()).blind_before(), Some(day(40)));
    broken.0.remember_window(log_window(10, 50));
    assert_eq!(coverage_of(broken.clone()).blind_before(), Some(day(0)));
    assert_eq!(
        coverage_of(broken).to_string(),
        "The admin log was read from 2026-01-01 to 2026-04-11. Earlier changes are known only from the console \
         list of 2026-03-22."
    );
}

#[test]
fn every_disagreement_is_a_sentence() {
    for disagreement in empty_ledger()
        .events(&[event(1, AUTHORIZE, &[SEND]), event(2, AUTHORIZE, &[DRIVE]), event(3, "CHANGED", &[])])
        .list(80, &[])
        .probe(100, &[])
        .grants()
        .iter()
        .flat_map(|grant| &grant.disagreements)
    {
        let sentence = disagreement.to_string();
        assert!(sentence.contains("2026-") && sentence.len() > 30, "{sentence}");
    }
}

fn any_event() -> impl Strategy<Value = DelegationEvent> {
    let name = prop_oneof![Just(AUTHORIZE), Just(REMOVE), Just("CHANGE_API_CLIENT_ACCESS")];
    let scopes = proptest::sample::subsequence(vec![SEND, DRIVE, MAIL, "x:unknown"], 0..4);
    (0..100_i64, 0..2_u8, name, scopes).prop_map(|(at, client, name, scopes)| DelegationEvent {
        id: format!("{at}/{client}/{name}/{scopes:?}"),
        client: client.to_string(),
        ..event(at, name, if name == REMOVE { &[] } else { &scopes })
    })
}

fn any_seen() -> impl Strategy<Value = SeenGrant> {
    let scope = proptest::sample::select(vec![SEND, DRIVE, MAIL, "x:unknown"]);
    (0..100_i64, 0..2_u8, scope, any::<bool>()).prop_map(|(at, client, scope, is_list)| SeenGrant {
        client: client.to_string(),
        ..shown(at, scope, if is_list { LedgerSource::Console } else { LedgerSource::Probe })
    })
}

fn any_use() -> impl Strategy<Value = GrantUse> {
    let scope = proptest::sample::select(vec![SEND, DRIVE, MAIL, "x:unknown"]);
    (0..100_i64, 0..2_u8, scope).prop_map(|(at, client, scope)| {
        let mut used = used(at, Some(scope), LedgerSource::AccessEvaluation);
        used.of.client = client.to_string();
        used
    })
}

fn replayed(mut events: Vec<DelegationEvent>) -> Ledger {
    events.sort_by(|a, b| a.place().cmp(&b.place()));
    let mut ledger = Ledger::new(day(100), AddressBook::default());
    events.iter().for_each(|event| ledger.add_event(event));
    ledger
}

fn keys(grants: &Grants) -> BTreeSet<(String, String)> {
    grants.iter().map(|grant| (grant.client_id.clone(), grant.scope.clone())).collect()
}

proptest! {
    #[test]
    fn the_order_in_which_events_arrive_does_not_matter(
        (events, shuffled) in proptest::collection::vec(any_event(), 0..20)
            .prop_flat_map(|events| (Just(events.clone()), Just(events).prop_shuffle())),
    ) {
        prop_assert_eq!(replayed(events).grants(), replayed(shuffled).grants());
    }

    #[test]
    fn a_source_takes_away_only_what_it_proves_and_that_is_listed(
        events in proptest::collection::vec(any_event(), 0..12),
        listed in proptest::collection::vec(any_seen(), 0..8),
        uses in proptest::collection::vec(any_use(), 0..6),
        more in proptest::collection::vec(any_seen(), 0..4),
        list_at in proptest::option::of(0..100_i64),
        window in proptest::option::of((0..50_i64, 50..100_i64)),
    ) {
        let mut ledger = replayed(events.clone());
        listed.iter().for_each(|seen| ledger.remember(seen));
        let before = ledger.clone().grants();
        let mentioned = before.held.len() + before.ended.len();

        // What shows, and what only covers time, takes nothing away.
        uses.iter().for_each(|used| ledger.add_use(used));
        more.iter().for_each(|seen| ledger.see(seen));
        if let Some((from, until)) = window {
            ledger.see_window(log_window(from, until));
        }
        let richer = ledger.clone().grants();
        prop_assert!(keys(&richer).is_superset(&keys(&before)));

        // A full list takes away only what it proves.
        if let Some(at) = list_at {
            ledger.see_window(SourceWindow::at(LedgerSource::Console, None, day(at)));
        }
        let listed = ledger.clone().grants();
        let gone: Vec<_> = keys(&richer).difference(&keys(&listed)).cloned().collect();
        for (client_id, scope) in gone {
            let ended = listed.ended.iter().find(|end| end.client_id == client_id && end.scope == scope);
            let proof = list_at.map(|at| Ending::NotInList { at: day(at) });
            prop_assert_eq!(ended.map(|end| end.ending.clone()), proof);
        }
        prop_assert!(listed.held.len() + listed.ended.len() >= mentioned);
        prop_assert!(listed.iter().all(|grant| !grant.sightings.is_empty()));

        // So does a removal.
        let removal = DelegationEvent { client: "0".to_owned(), ..event(100, REMOVE, &[]) };
        ledger.add_event(&removal);
        let removed = ledger.grants();
        let of_others = |grants: &Grants| {
            keys(grants).into_iter().filter(|(client, _)| client != "0").collect::<Vec<_>>()
        };
        prop_assert_eq!(of_others(&listed), of_others(&removed));
    }

    #[test]
    fn remembering_what_is_read_again_changes_nothing(
        events in proptest::collection::vec(any_event(), 0..12),
        seen in proptest::collection::vec(any_seen(), 0..8),
    ) {
        let mut once = replayed(events.clone());
        seen.iter().for_each(|seen| once.see(seen));
        let mut twice = once.clone();
        seen.iter().for_each(|seen| twice.remember(seen));
        prop_assert_eq!(once.grants(), twice.grants());
    }
}
