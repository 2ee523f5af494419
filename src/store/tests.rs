//! What the store promises: nothing twice, nothing lost, nothing destroyed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Duration, Utc};
use rusqlite::Connection;

use super::users::UserKey;
use super::{Run, RunState, Store, StoreError, part_key};
use crate::delegation::{
    AddressBook, AddressHolding, DelegationEvent, GrantUse, Ledger, LedgerSource, SeenGrant, SourceWindow,
    UseKey,
};
use crate::findings::{Finding, Fingerprint, RunSummary, Severity, Subject, SubjectKind, Verdict};
use crate::tenant::{
    Gap, GapClass, LastLogin, Mailbox, MailboxFact, MailboxPart, MailboxRead, MailboxSetting, Part, Reading,
    User,
};

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("history.sqlite")
    }

    fn store(&self) -> Store {
        Store::open(&self.path()).unwrap()
    }
}

fn begin<'s>(store: &'s Store, at: DateTime<Utc>, terms: &str) -> Run<'s> {
    store.begin(at, terms, |_| Ok::<_, StoreError>(true)).unwrap()
}

fn finished_runs(store: &Store) -> usize {
    store.runs().unwrap().iter().filter(|run| run.state == RunState::Finished).count()
}

fn summary() -> RunSummary {
    RunSummary::blank("2026-11-21T07-00-00Z", "2026-11-21T07:00:00Z".parse().unwrap())
}

fn finding() -> Finding {
    let subject = Subject::new(SubjectKind::User, "a", "a@example.com");
    let at = "2026-11-21T07:00:00Z".parse().unwrap();
    Finding {
        message: "sends as somebody else".to_owned(),
        fix: "remove it".to_owned(),
        ..Finding::new("MAIL-08", Verdict::Fail, Severity::High, subject, at)
    }
}

fn user(id: &str, name: &str, signed_in: &str) -> User {
    User {
        id: id.to_owned(),
        primary_email: format!("{id}@example.com"),
        full_name: Some(name.to_owned()),
        org_unit: None,
        suspended: Some(false),
        suspension_reason: None,
        suspended_at: None,
        archived: Some(false),
        is_mailbox_setup: Some(true),
        is_admin: Some(false),
        is_delegated_admin: None,
        two_step_enrolled: None,
        two_step_enforced: None,
        created_at: None,
        last_login: LastLogin::At(signed_in.parse().unwrap()),
        aliases: Vec::new(),
        non_editable_aliases: Vec::new(),
        is_guest: Some(false),
        guest_email: None,
    }
}

fn mailbox() -> Vec<MailboxPart> {
    vec![MailboxPart::SendAs(MailboxFact::Read(Vec::new()))]
}

/// What is asked for of each mailbox.
fn asked() -> BTreeSet<Part> {
    BTreeSet::from([Part::SEND_AS])
}

/// A run of three users, of whom the last was renamed; everybody signed in meanwhile.
fn week<'s>(store: &'s Store, day: &str, name: &str) -> Run<'s> {
    let signed_in = format!("{day}T06:00:00.123Z");
    let run = begin(store, format!("{day}T07:00:00Z").parse().unwrap(), "terms");
    let users = [user("a", "Ann", &signed_in), user("b", "Ben", &signed_in), user("c", name, &signed_in)];
    run.put_users(&users, 0, &"cursor").unwrap();
    let keys: Vec<UserKey> = run.users_to_read(1).map(|row| row.unwrap().0).collect();
    let mailboxes: Vec<_> = keys.into_iter().map(|key| (key, mailbox())).collect();
    run.put_mailboxes(&mailboxes).unwrap();
    run.put_part(part_key::PROBE_GRANTS, &Reading::Complete(vec!["example.com".to_owned()])).unwrap();
    run.end(RunState::Finished, &summary()).unwrap();
    run
}

fn facts_kept(store: &Store) -> i64 {
    store.connection().query_row("SELECT count(*) FROM fact", [], |row| row.get(0)).unwrap()
}

fn names(run: &Run<'_>) -> Vec<String> {
    run.user_facts(&asked()).map(|facts| facts.unwrap().user.full_name.unwrap()).collect()
}

#[test]
fn a_fact_that_did_not_change_is_stored_once_and_signing_in_changes_no_fact() {
    let folder = Folder::new();
    let store = folder.store();
    let first = week(&store, "2026-11-07", "Cat");
    assert_eq!(facts_kept(&store), 7, "three profiles, three mailboxes, one part");
    let second = week(&store, "2026-11-14", "Catherine");
    assert_eq!(facts_kept(&store), 8, "one profile changed");
    let third = week(&store, "2026-11-21", "Catherine");
    assert_eq!(facts_kept(&store), 8);
    assert_eq!(names(&first), ["Ann", "Ben", "Cat"]);
    assert_eq!(names(&second), ["Ann", "Ben", "Catherine"]);
    let signed_in = |run: &Run<'_>| run.users().next().unwrap().unwrap().last_login;
    assert_eq!(signed_in(&third), LastLogin::At("2026-11-21T06:00:00.123Z".parse().unwrap()));
    assert_eq!(signed_in(&first), LastLogin::At("2026-11-07T06:00:00.123Z".parse().unwrap()));
}

#[test]
fn forgetting_a_run_leaves_what_its_neighbours_share_with_it() {
    let folder = Folder::new();
    let store = folder.store();
    for (day, name) in [("2026-11-01", "Cat"), ("2026-11-08", "Catherine"), ("2026-11-15", "Catherine")] {
        week(&store, day, name);
    }
    let last = week(&store, "2026-11-22", "Kate");
    assert_eq!(facts_kept(&store), 9);
    last.forget_all_but(2).unwrap();
    assert_eq!(facts_kept(&store), 8, "Cat is forgotten");
    assert_eq!(finished_runs(&store), 2);
    assert_eq!(names(&last.previous().unwrap().unwrap()), ["Ann", "Ben", "Catherine"]);
    assert_eq!(names(&last), ["Ann", "Ben", "Kate"]);
}

#[test]
fn a_run_that_nobody_finished_goes_when_another_is_finished_and_takes_only_its_own_with_it() {
    let folder = Folder::new();
    let store = folder.store();
    let first = week(&store, "2026-11-07", "Cat");
    let killed = begin(&store, "2026-11-14T07:00:00Z".parse().unwrap(), "terms");
    let users = [user("c", "Kate", "2026-11-13T00:00:00Z"), user("d", "Dan", "2026-11-13T00:00:00Z")];
    killed.put_users(&users, 0, &"cursor").unwrap();
    assert_eq!(facts_kept(&store), 9);
    assert!(!store.unfinished("other terms").unwrap().unwrap().1);
    let (found, is_on_these_terms) = store.unfinished("terms").unwrap().unwrap();
    assert_eq!((found.id(), is_on_these_terms), (killed.id(), true));
    let next = week(&store, "2026-11-21", "Cat");
    assert_eq!(facts_kept(&store), 9, "until the next is reported, nothing is lost");
    next.forget_all_but(60).unwrap();
    assert_eq!(facts_kept(&store), 7);
    assert!(store.unfinished("terms").unwrap().is_none());
    assert_eq!(names(&first), ["Ann", "Ben", "Cat"]);
}

#[test]
fn a_user_that_comes_twice_is_kept_once_as_it_came_last() {
    let folder = Folder::new();
    let store = folder.store();
    week(&store, "2026-11-07", "Cat");
    let run = begin(&store, "2026-11-14T07:00:00Z".parse().unwrap(), "terms");
    for name in ["Kate", "Kitty", "Kitty"] {
        run.put_users(&[user("c", name, "2026-11-13T00:00:00Z")], 0, &"cursor").unwrap();
    }
    assert_eq!(names(&run), ["Kitty"]);
    assert_eq!(facts_kept(&store), 8);
}

#[test]
fn users_whom_a_listing_that_began_again_does_not_bring_are_gone() {
    let folder = Folder::new();
    let store = folder.store();
    week(&store, "2026-11-07", "Cat");
    let run = begin(&store, "2026-11-14T07:00:00Z".parse().unwrap(), "terms");
    let users = |names: &[&str]| -> Vec<User> {
        names.iter().map(|name| user(name, name, "2026-11-13T00:00:00Z")).collect()
    };
    run.put_users(&users(&["c", "d", "e"]), 0, &"cursor").unwrap();
    run.put_users(&users(&["d"]), 1, &"cursor").unwrap();
    run.forget_unlisted(1).unwrap();
    assert_eq!(names(&run), ["d"]);
    assert_eq!(names(&run.previous().unwrap().unwrap()), ["Ann", "Ben", "Cat"]);
    assert_eq!(facts_kept(&store), 8, "seven of the week before, and one");
}

#[test]
fn a_full_disk_is_named_and_what_was_kept_stays() {
    let folder = Folder::new();
    let store = folder.store();
    week(&store, "2026-11-07", "Cat");
    let pages: i64 = store.connection().pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
    store.connection().pragma_update(None, "max_page_count", pages).unwrap();
    let run = begin(&store, "2026-11-14T07:00:00Z".parse().unwrap(), "terms");
    let many: Vec<User> =
        (0..500).map(|number| user(&format!("{number}"), "Somebody", "2026-11-13T00:00:00Z")).collect();
    let error = run.put_users(&many, 0, &"cursor").unwrap_err();
    assert!(error.advice().contains("Free space"), "{error}: {}", error.advice());
    drop(run);
    drop(store);
    let store = folder.store();
    assert_eq!(finished_runs(&store), 1);
    let (run, _) = store.unfinished("terms").unwrap().unwrap();
    assert_eq!(run.user_count().unwrap(), 0, "a page is kept whole or not at all");
    run.put_users(&many, 0, &"cursor").unwrap();
    assert_eq!(run.user_count().unwrap(), 500);
}

#[test]
fn a_store_of_a_newer_version_is_refused_and_left_as_it_is() {
    let folder = Folder::new();
    drop(folder.store());
    Connection::open(folder.path()).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let before = std::fs::read(folder.path()).unwrap();
    let error = Store::open(&folder.path()).unwrap_err();
    assert!(matches!(error, StoreError::Newer { found: 99, .. }), "{error}");
    assert_eq!(std::fs::read(folder.path()).unwrap(), before);
}

#[test]
fn a_store_with_a_type_of_a_newer_version_is_refused_and_left_as_it_is() {
    let folder = Folder::new();
    drop(folder.store());
    let newer = "INSERT OR REPLACE INTO stored_type VALUES ('finding', 99)";
    Connection::open(folder.path()).unwrap().execute_batch(newer).unwrap();
    let before = std::fs::read(folder.path()).unwrap();
    for open in [Store::open, Store::look] {
        let error = open(&folder.path()).unwrap_err();
        assert!(
            matches!(&error, StoreError::NewerType { name, found: 99, .. } if name == "finding"),
            "{error}"
        );
    }
    assert_eq!(std::fs::read(folder.path()).unwrap(), before);
}

#[test]
fn what_is_no_history_is_refused_and_left_as_it_is() {
    let folder = Folder::new();
    std::fs::write(folder.path(), "a letter to a friend, long enough to be no empty database\n".repeat(40))
        .unwrap();
    let before = std::fs::read(folder.path()).unwrap();
    let error = Store::open(&folder.path()).unwrap_err();
    assert!(error.advice().contains("not a history file"), "{error}: {}", error.advice());
    assert_eq!(std::fs::read(folder.path()).unwrap(), before);
}

#[test]
fn a_database_of_another_program_is_refused_and_left_as_it_is() {
    let layout_4 = ["1", "2", "3", "4"]
        .map(|step| std::fs::read_to_string(format!("src/store/schema/{step}.sql")).unwrap())
        .concat();
    for foreign in [
        "CREATE TABLE bookmark (url TEXT)",
        "CREATE TABLE bookmark (url TEXT); PRAGMA user_version = 2",
        "CREATE TABLE run (name TEXT); PRAGMA user_version = 1",
        "CREATE TABLE bookmark (url TEXT); PRAGMA user_version = 5",
        "CREATE TABLE bookmark (url TEXT); PRAGMA user_version = 99",
        "PRAGMA user_version = 3",
        "PRAGMA application_id = 7",
        &format!("{layout_4}; CREATE TABLE bookmark (url TEXT); PRAGMA user_version = 4"),
        &format!("{layout_4}; PRAGMA application_id = 7; PRAGMA user_version = 4"),
    ] {
        let folder = Folder::new();
        Connection::open(folder.path()).unwrap().execute_batch(foreign).unwrap();
        let before = std::fs::read(folder.path()).unwrap();
        for error in [Store::open(&folder.path()).unwrap_err(), Store::look(&folder.path()).unwrap_err()] {
            assert!(matches!(error, StoreError::NotAHistory { .. }), "{foreign}: {error}");
        }
        assert_eq!(std::fs::read(folder.path()).unwrap(), before, "{foreign}");
        assert_eq!(std::fs::read_dir(folder.0.path()).unwrap().count(), 1, "nothing is made beside it");
    }
}

#[test]
fn a_history_without_a_mark_is_known_by_its_layout_and_gets_one() {
    for version in 1..=4 {
        let folder = Folder::new();
        let connection = Connection::open(folder.path()).unwrap();
        for step in 1..=version {
            let step = std::fs::read_to_string(format!("src/store/schema/{step}.sql")).unwrap();
            connection.execute_batch(&step).unwrap();
        }
        connection.pragma_update(None, "user_version", version).unwrap();
        drop(connection);
        drop(folder.store());
        let mark: i64 = Connection::open(folder.path())
            .unwrap()
            .pragma_query_value(None, "application_id", |row| row.get(0))
            .unwrap();
        assert_eq!(&mark.to_be_bytes()[4..], b"WsAu");
    }
}

/// As version 1 of the layout had it.
fn write_version_1(path: &Path) {
    let connection = Connection::open(path).unwrap();
    connection.execute_batch(include_str!("schema/1.sql")).unwrap();
    connection.pragma_update(None, "user_version", 1).unwrap();
    let summary = serde_json::to_string(&summary()).unwrap();
    for (id, day, state) in
        [("r1", "2026-11-07", "finished"), ("r2", "2026-11-14", "finished"), ("r3", "2026-11-21", "started")]
    {
        let started_at = format!("{day}T07:00:00Z");
        let summary = (state == "finished").then_some(&summary);
        connection
            .execute("INSERT INTO run VALUES (?1, ?2, ?3, ?4)", (id, started_at, state, summary))
            .unwrap();
        let never = User { last_login: LastLogin::Never, ..user("b", "Ben", "2026-11-01T00:00:00Z") };
        let unknown = User { last_login: LastLogin::Unknown, ..user("c", "Cat", "2026-11-01T00:00:00Z") };
        for user in [user("a", "Ann", "2026-11-01T06:00:00Z"), never, unknown] {
            let mailbox = r#"{"gmail":"on","gmail_evidence":"send_as_list_answered","read":"complete","gap":null,"send_as":{"read":[]}}"#;
            let row = (id, &user.id, serde_json::to_string(&user).unwrap(), mailbox);
            connection.execute("INSERT INTO user_fact VALUES (?1, ?2, ?3, ?4)", row).unwrap();
        }
        let reading = serde_json::to_string(&Reading::Complete(vec!["example.com".to_owned()])).unwrap();
        connection.execute("INSERT INTO part_fact VALUES (?1, 'probe_grants', ?2)", (id, reading)).unwrap();
        let finding = serde_json::to_string(&finding()).unwrap();
        connection
            .execute(
                "INSERT INTO finding VALUES (?1, 'f', 'MAIL-08', 'user', 'a', 'a', 'fail', 0, ?2)",
                (id, finding),
            )
            .unwrap();
    }
}

#[test]
fn a_store_of_version_1_is_brought_up_to_date_with_everything_in_it() {
    let folder = Folder::new();
    write_version_1(&folder.path());
    let store = folder.store();
    assert_eq!(finished_runs(&store), 2);
    let run = store.run("r2").unwrap().unwrap();
    assert_eq!(run.previous().unwrap().unwrap().id(), "r1");
    let facts: Vec<_> = run.user_facts(&asked()).map(Result::unwrap).collect();
    assert_eq!(facts.len(), 3);
    assert_eq!(facts[0].user, user("a", "Ann", "2026-11-01T06:00:00Z"));
    assert_eq!(facts[1].user.last_login, LastLogin::Never);
    assert_eq!(facts[2].user.last_login, LastLogin::Unknown);
    assert_eq!(facts[0].mailbox, Mailbox::of(&facts[0].user, &asked(), mailbox()));
    assert_eq!(facts[0].mailbox.read(), MailboxRead::Complete);
    assert_eq!(
        run.part(part_key::PROBE_GRANTS).unwrap(),
        Some(Reading::Complete(vec!["example.com".to_owned()]))
    );
    assert_eq!(run.findings().unwrap().count(), 1);
    assert!(store.run("r3").unwrap().is_none(), "nobody finished it");
}

fn event(number: i64, name: &str) -> DelegationEvent {
    DelegationEvent {
        id: format!("{number:06}"),
        at: DateTime::from_timestamp(1_780_000_000 + number / 3, 0).unwrap(),
        name: name.to_owned(),
        client: format!("1170000000000000{:05}", number % 500),
        scopes: (0..3).map(|scope| format!("https://scopes.example/{}", (number + scope) % 40)).collect(),
        actor: None,
        ip: Some("198.51.100.7".to_owned()),
    }
}

#[test]
fn delegation_events_are_kept_once_for_ever_and_come_back_in_the_order_of_the_replay() {
    let folder = Folder::new();
    let store = folder.store();
    let first = begin(&store, "2026-11-01T07:00:00Z".parse().unwrap(), "");
    let mut events: Vec<_> = (0..50).map(|number| event(number, "AUTHORIZE_API_CLIENT_ACCESS")).collect();
    let instant = events[9].at;
    events.extend(
        (50..60).map(|number| DelegationEvent { at: instant, ..event(number, "REMOVE_API_CLIENT_ACCESS") }),
    );
    for page in events.rchunks(7).chain(events.chunks(11)) {
        first.put_delegation_events(page).unwrap();
    }
    events.sort_by(|a, b| a.place().cmp(&b.place()));
    let kept = |run: &Run<'_>| run.delegation_events().collect::<Result<Vec<_>, _>>().unwrap();
    assert_eq!(kept(&first), events);
    first.end(RunState::Finished, &summary()).unwrap();

    let second = begin(&store, "2026-11-02T07:00:00Z".parse().unwrap(), "");
    second.put_delegation_events(&[event(99, "AUTHORIZE_API_CLIENT_ACCESS")]).unwrap();
    assert_eq!((kept(&first).len(), kept(&second).len()), (60, 61), "an older run knows what it knew");
    second.end(RunState::Finished, &summary()).unwrap();
    second.forget_all_but(1).unwrap();
    assert_eq!(kept(&second).len(), 61);
}

/// The runs and events of a log, as `events.rs` remembers them.
mod log_events {
    use super::*;
    use crate::store::EventStage;
    use crate::tenant::Period;

    const CHECK: &str = "DWD-07";

    fn at(day: i64) -> DateTime<Utc> {
        "2026-06-01T07:00:00Z".parse::<DateTime<Utc>>().unwrap() + Duration::days(day)
    }

    fn put(run: &Run<'_>, days: &[i64]) {
        let event = |day: &i64| DelegationEvent {
            id: format!("{day}"),
            at: at(*day),
            ..event(0, "AUTHORIZE_API_CLIENT_ACCESS")
        };
        run.put_delegation_events(&days.iter().map(event).collect::<Vec<_>>()).unwrap();
    }

    fn read(run: &Run<'_>) {
        let until = run.started_at();
        run.put_log_reading(Part::AdminLog, Period { from: until - Duration::days(100), until }).unwrap();
    }

    fn subject(day: &str) -> Subject {
        let client = event(0, "").client;
        let id = format!("AUTHORIZE_API_CLIENT_ACCESS {client}/{day}");
        Subject::new(SubjectKind::Event, id, "").also(format!("before {day}"))
    }

    /// Judges a run as the checks do: what is new, what is open, what expires.
    fn report(run: &Run<'_>) -> [Vec<String>; 3] {
        let from = run.events_from(Duration::days(30)).unwrap();
        let mut told = [Vec::new(), Vec::new(), Vec::new()];
        for event in run.delegation_news(CHECK, from).unwrap() {
            let subject = subject(&event.id);
            let place = match run.event_stage(CHECK, &subject, Duration::days(30)).unwrap() {
                EventStage::Open => usize::from(run.tell_event(CHECK, &subject).unwrap().1),
                EventStage::Expires => {
                    run.expire_event(CHECK, &subject).unwrap();
                    2
                }
                EventStage::Over => continue,
            };
            told[place].push(event.id);
        }
        told
    }

    fn end(run: &Run<'_>) {
        run.end(RunState::Finished, &summary()).unwrap();
        run.forget_all_but(1).unwrap();
    }

    fn told<const A: usize, const B: usize, const C: usize>(
        new: [&str; A],
        open: [&str; B],
        expired: [&str; C],
    ) -> [Vec<String>; 3] {
        let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
        [texts(&new), texts(&open), texts(&expired)]
    }

    #[test]
    fn an_event_is_new_once_then_open_then_expired_once_and_a_judged_run_says_the_same() {
        let folder = Folder::new();
        let store = folder.store();
        let first = begin(&store, at(0), "");
        put(&first, &[-40, -4]);
        read(&first);
        let of_first = told(["-4"], [], []);
        assert_eq!(report(&first), of_first, "a first run looks back so far");
        end(&first);

        // It could not read the log.
        let second = begin(&store, at(7), "");
        let of_second = told([], ["-4"], []);
        assert_eq!(report(&second), of_second);
        end(&second);

        let third = begin(&store, at(14), "");
        put(&third, &[-120, -60, -40, -4, 3, 13]);
        read(&third);
        let of_third = told(["-60", "3", "13"], ["-4"], []);
        assert_eq!(report(&third), of_third, "late, or while nobody read; -120 is older than the log was");
        assert_eq!(report(&third), of_third, "a run that is judged again says the same");
        end(&third);

        let fourth = begin(&store, at(35), "");
        let of_fourth = told([], ["-60", "3", "13"], ["-4"]);
        assert_eq!(report(&fourth), of_fourth);
        assert_eq!(report(&fourth), of_fourth);
        end(&fourth);
        let fifth = begin(&store, at(44), "");
        assert_eq!(report(&fifth), told([], [], ["-60", "3", "13"]));
        end(&fifth);
        let sixth = begin(&store, at(51), "");
        assert_eq!(report(&sixth), told([], [], []));
    }

    #[test]
    fn a_run_without_a_report_told_nobody_and_one_that_was_stopped_did() {
        let folder = Folder::new();
        let store = folder.store();
        let killed = begin(&store, at(0), "");
        put(&killed, &[-4]);
        assert_eq!(report(&killed), told(["-4"], [], []));
        let stopped = begin(&store, at(7), "");
        assert_eq!(report(&stopped), told(["-4"], [], []));
        stopped.end(RunState::Interrupted, &summary()).unwrap();
        let next = begin(&store, at(14), "");
        assert_eq!(report(&next), told([], ["-4"], []));
    }

    #[test]
    fn a_clock_that_goes_back_tells_nothing_twice() {
        let folder = Folder::new();
        let store = folder.store();
        let ahead = begin(&store, at(400), "");
        put(&ahead, &[399]);
        assert_eq!(report(&ahead), told(["399"], [], []));
        end(&ahead);
        let back = begin(&store, at(0), "");
        put(&back, &[-4]);
        assert_eq!(report(&back), told(["-4"], ["399"], []));
    }

    #[test]
    fn what_an_earlier_version_told_is_not_told_again() {
        let folder = Folder::new();
        let store = folder.store();
        let old = begin(&store, at(0), "");
        let former = Subject::new(SubjectKind::Event, "before -4", "");
        old.first_seen(&Fingerprint::of(CHECK, &former)).unwrap();
        end(&old);
        let run = begin(&store, at(7), "");
        put(&run, &[-4]);
        assert_eq!(report(&run), told([], ["-4"], []));
    }

    #[test]
    fn a_time_that_no_run_read_is_unread_once() {
        let folder = Folder::new();
        let store = folder.store();
        let unread = |run: &Run<'_>| {
            let from = run.events_from(Duration::days(30)).unwrap();
            run.unread_before(Part::AdminLog, None, from).unwrap()
        };
        let first = begin(&store, at(0), "");
        assert_eq!(unread(&first), None, "a log that this run did not read has its own gap");
        end(&first);
        let second = begin(&store, at(90), "");
        read(&second);
        assert_eq!(unread(&second), Some(Period { from: at(-30), until: at(-10) }));
        end(&second);
        let third = begin(&store, at(250), "");
        read(&third);
        assert_eq!(unread(&third), Some(Period { from: at(90), until: at(150) }));
        end(&third);
        let fourth = begin(&store, at(257), "");
        read(&fourth);
        assert_eq!(unread(&fourth), None);
    }
}

#[test]
fn an_abandoned_run_takes_along_what_only_it_brought_to_the_ledger() {
    let folder = Folder::new();
    let store = folder.store();
    let at = "2026-11-01T07:00:00Z".parse().unwrap();
    let run = begin(&store, at, "");
    run.put_delegation_events(&[event(1, "AUTHORIZE_API_CLIENT_ACCESS")]).unwrap();
    run.put_source_window(&SourceWindow::at(LedgerSource::Console, None, at)).unwrap();
    run.abandon().unwrap();
    let run = begin(&store, at, "");
    assert_eq!(run.delegation_events().count(), 0);
    assert_eq!(run.source_windows().unwrap(), []);
}

#[test]
fn runs_of_one_instant_read_the_same_window_and_both_have_read_it() {
    let folder = Folder::new();
    let store = folder.store();
    let at = "2026-11-01T07:00:00Z".parse::<DateTime<Utc>>().unwrap();
    let window = SourceWindow {
        source: LedgerSource::AuditLog,
        client: None,
        from: at - Duration::days(9),
        until: at,
    };
    let first = begin(&store, at, "");
    first.put_source_window(&window).unwrap();
    first.end(RunState::Finished, &summary()).unwrap();
    let second = begin(&store, at, "");
    second.put_source_window(&window).unwrap();
    assert_eq!(second.source_windows().unwrap(), [(window.clone(), true)]);
    second.end(RunState::Finished, &summary()).unwrap();
    let later = begin(&store, at + Duration::days(1), "");
    assert_eq!(later.source_windows().unwrap(), [(window, false)]);
}

#[test]
fn what_sources_showed_and_covered_is_remembered_over_runs() {
    let folder = Folder::new();
    let store = folder.store();
    let at = |day: u32| format!("2026-11-{day:02}T07:00:00Z").parse::<DateTime<Utc>>().unwrap();
    let seen = |day| SeenGrant {
        client: "1".to_owned(),
        scope: "s".to_owned(),
        source: LedgerSource::Console,
        first_at: at(day),
        last_at: at(day),
    };
    let used = |first, last, count| GrantUse {
        of: UseKey {
            client: "1".to_owned(),
            holder: None,
            scope: None,
            log: LedgerSource::TokenLog,
            configuration_source: None,
            impersonation: Some(true),
        },
        first_at: at(first),
        last_at: at(last),
        count,
    };
    let window =
        |until| SourceWindow { source: LedgerSource::AuditLog, client: None, from: at(1), until: at(until) };
    let addresses = [("a@example.com".to_owned(), "1".to_owned())];
    let first = begin(&store, at(5), "");
    first.put_seen_grants(&[seen(4)]).unwrap();
    first.put_grant_uses(&[used(2, 4, 7)]).unwrap();
    first.put_source_window(&window(5)).unwrap();
    first.put_client_addresses(&addresses).unwrap();
    first.end(RunState::Finished, &summary()).unwrap();
    let second = begin(&store, at(10), "");
    second.put_seen_grants(&[seen(9)]).unwrap();
    second.put_grant_uses(&[used(3, 9, 5)]).unwrap();
    second.put_source_window(&window(10)).unwrap();

    let all = |run: &Run<'_>| run.seen_grants().collect::<Result<Vec<_>, _>>().unwrap();
    assert_eq!(all(&second), [SeenGrant { first_at: at(4), ..seen(9) }]);
    assert_eq!(all(&first), [SeenGrant { last_at: at(6), ..seen(4) }], "up to its own day");
    assert_eq!(second.grant_uses().collect::<Result<Vec<_>, _>>().unwrap(), [used(2, 9, 7)]);
    assert_eq!(second.source_windows().unwrap(), [(window(5), false), (window(10), true)]);
    assert_eq!(first.source_windows().unwrap(), [(window(5), true)]);
    let holding = |client_id: &str, first, last| AddressHolding {
        address: "a@example.com".to_owned(),
        client_id: client_id.to_owned(),
        first_at: at(first),
        last_at: at(last),
    };
    second.put_client_addresses(&addresses).unwrap();
    assert_eq!(second.address_holdings().unwrap(), [holding("1", 5, 10)]);
    second.end(RunState::Finished, &summary()).unwrap();
    let third = begin(&store, at(20), "");
    third.put_client_addresses(&[("a@example.com".to_owned(), "2".to_owned())]).unwrap();
    assert_eq!(third.address_holdings().unwrap(), [holding("1", 5, 10), holding("2", 20, 20)]);
    assert_eq!(second.address_holdings().unwrap(), [holding("1", 5, 10)], "what it or a run before it saw");
}

#[test]
fn two_hundred_thousand_delegation_events_stream_through_the_ledger() {
    let folder = Folder::new();
    let store = folder.store();
    let run = begin(&store, "2026-11-01T07:00:00Z".parse().unwrap(), "");
    let started = std::time::Instant::now();
    for page in 0..200_i64 {
        let events: Vec<_> = (page * 1000..page * 1000 + 1000)
            .map(|number| {
                event(
                    number,
                    if number % 9 == 0 { "REMOVE_API_CLIENT_ACCESS" } else { "AUTHORIZE_API_CLIENT_ACCESS" },
                )
            })
            .collect();
        run.put_delegation_events(&events).unwrap();
    }
    let mut ledger = Ledger::new(run.started_at(), AddressBook::default());
    run.delegation_events().for_each(|event| ledger.add_event(&event.unwrap()));
    let grants = ledger.grants();
    // The others were removed last.
    let holders = (199_500..200_000).filter(|number| number % 9 != 0).count();
    assert_eq!(grants.clients().len(), holders);
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}

/// What is left of a store that is killed now.
fn killed(folder: &Folder) -> Folder {
    let left = Folder::new();
    for suffix in ["", "-wal"] {
        std::fs::copy(super::beside(&folder.path(), suffix), super::beside(&left.path(), suffix)).unwrap();
    }
    left
}

#[test]
fn a_store_that_was_killed_is_read_page_by_page_before_it_is_written() {
    let folder = Folder::new();
    week(&folder.store(), "2026-11-14", "Cleo");
    let store = folder.store();
    week(&store, "2026-11-21", "Cleopatra");
    assert_eq!(finished_runs(&killed(&folder).store()), 2);
    let damaged = killed(&folder);
    let mut bytes = std::fs::read(damaged.path()).unwrap();
    // Past the schema, where the log of this run has nothing to put in its place.
    let pages = 4096 * 8..bytes.len() - 4096;
    bytes[pages].fill(0xff);
    std::fs::write(damaged.path(), &bytes).unwrap();
    let error = Store::open(&damaged.path()).unwrap_err();
    assert!(error.advice().contains("Restore"), "{error}: {}", error.advice());
    assert!(std::fs::read(damaged.path()).unwrap() == bytes, "it was written to");
}

#[test]
fn a_store_that_was_killed_while_it_was_closed_is_read_and_written() {
    let folder = Folder::new();
    week(&folder.store(), "2026-11-14", "Cleo");
    let half = Connection::open(folder.path()).unwrap();
    half.pragma_update(None, "cache_size", 1).unwrap();
    half.execute_batch("BEGIN IMMEDIATE; UPDATE fact SET text = text || hex(zeroblob(100000))").unwrap();
    let left = || {
        let left = Folder::new();
        for suffix in ["", "-journal"] {
            std::fs::copy(super::beside(&folder.path(), suffix), super::beside(&left.path(), suffix))
                .unwrap();
        }
        left
    };
    assert!(matches!(read_only_error(&left()), Some(rusqlite::ErrorCode::ReadOnly)), "no step is half done");
    assert_eq!(finished_runs(&left().store()), 1);
    let seen = left();
    assert_eq!(finished_runs(&Store::look(&seen.path()).unwrap()), 1);
}

fn read_only_error(folder: &Folder) -> Option<rusqlite::ErrorCode> {
    let connection = super::read_only(&folder.path()).unwrap();
    let read = connection.query_row("SELECT count(*) FROM fact", [], |_| Ok(()));
    read.err().and_then(|error| error.sqlite_error_code())
}

#[test]
fn a_history_is_closed_as_one_file_with_its_seal_and_private() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    week(&folder.store(), "2026-11-14", "Cleo");
    let mut names: Vec<_> = std::fs::read_dir(folder.0.path())
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let mode = entry.metadata().unwrap().permissions().mode();
            (entry.file_name().into_string().unwrap(), mode & 0o777)
        })
        .collect();
    names.sort();
    let expected = ["history.sqlite", "history.sqlite.lock", "history.sqlite.seal"];
    assert_eq!(names, expected.map(|name| (name.to_owned(), 0o600)));
    // A seal that cannot be read proves nothing, and keeps nothing from being used.
    for seal in ["", "no seal", "00000001 12", "\u{e9}\u{e9} \u{e9}"] {
        std::fs::write(super::beside(&folder.path(), ".seal"), seal).unwrap();
        assert_eq!(finished_runs(&folder.store()), 1, "{seal}");
    }
}

#[test]
fn a_link_to_a_history_has_the_lock_and_the_files_of_the_history() {
    let folder = Folder::new();
    drop(folder.store());
    let link = folder.0.path().join("link.sqlite");
    std::os::unix::fs::symlink(folder.path(), &link).unwrap();
    let store = Store::open(&link).unwrap();
    assert!(matches!(Store::open(&folder.path()).unwrap_err(), StoreError::Locked { .. }));
    store.refuse_moved().unwrap();
    std::fs::remove_file(super::beside(&folder.path(), "-wal")).unwrap();
    assert!(matches!(store.refuse_moved().unwrap_err(), StoreError::Moved { .. }));
}

fn gap(part: Part) -> Gap {
    Gap { class: GapClass::Denied, reason: "scope_not_delegated".into(), ..Gap::not_reached(part) }
}

#[test]
fn a_run_that_goes_on_lacks_only_the_parts_of_a_mailbox_that_were_not_read() {
    let folder = Folder::new();
    let store = folder.store();
    let run = begin(&store, "2026-11-07T07:00:00Z".parse().unwrap(), "terms");
    let at = "2026-11-07T06:00:00Z";
    run.put_users(&[user("a", "Ann", at), user("b", "Ben", at), user("c", "Cat", at)], 0, &"").unwrap();
    let keys: Vec<UserKey> = run.users_to_read(2).map(|row| row.unwrap().0).collect();
    let imap = |fact| MailboxPart::Imap(fact);
    let refused = || imap(MailboxFact::Missing(gap(Part::Mailbox(MailboxSetting::Imap))));
    let closed = || imap(MailboxFact::NotApplicable("suspended".to_owned()));
    run.put_mailboxes(&[
        (keys[0], [mailbox(), vec![refused()]].concat()),
        (keys[1], [mailbox(), vec![closed()]].concat()),
        (keys[2], mailbox()),
    ])
    .unwrap();
    let lacking = |run: &Run<'_>| -> Vec<(UserKey, Vec<MailboxSetting>)> {
        run.users_to_read(2).map(Result::unwrap).map(|(key, _, kept)| (key, kept)).collect()
    };
    assert_eq!(lacking(&run), [(keys[2], vec![MailboxSetting::SendAs])]);
    let counted = [MailboxSetting::SendAs, MailboxSetting::Imap, MailboxSetting::Pop];
    assert_eq!(counted.map(|setting| run.mailbox_count(setting).unwrap()), [3, 2, 0]);
    let missing = run.mailbox_parts_missing_for(&["scope_not_delegated"]).map(Result::unwrap);
    assert_eq!(missing.collect::<Vec<_>>(), [(keys[0], refused())]);

    let asked = BTreeSet::from([Part::SEND_AS, Part::Mailbox(MailboxSetting::Imap)]);
    let read: Vec<_> = run.user_facts(&asked).map(|facts| facts.unwrap().mailbox).collect();
    assert_eq!(read[0].read(), MailboxRead::Partial);
    assert_eq!(read[1].read(), MailboxRead::Complete);
    assert_eq!(read[2].read(), MailboxRead::Partial);
    assert_eq!(read[2].gap(), Some(&Gap::not_reached(Part::Mailbox(MailboxSetting::Imap))));
    assert_eq!(read[0].send_as, MailboxFact::Read(Vec::new()));

    let run = run.resume("2026-11-07T08:00:00Z".parse().unwrap()).unwrap();
    assert_eq!(
        lacking(&run),
        [(keys[0], vec![MailboxSetting::SendAs]), (keys[2], vec![MailboxSetting::SendAs])]
    );
}

/// A list of the console, and whether it was read whole.
fn list_of(run: &Run<'_>, at: DateTime<Utc>, names: bool, is_whole: bool) {
    let seen = SeenGrant {
        client: "103".to_owned(),
        scope: "https://mail.google.com/".to_owned(),
        source: LedgerSource::Console,
        first_at: at,
        last_at: at,
    };
    if names {
        run.put_seen_grants(&[seen]).unwrap();
    }
    if is_whole {
        run.put_source_window(&SourceWindow::at(LedgerSource::Console, None, at)).unwrap();
    }
}

#[test]
fn what_a_whole_list_lacked_is_seen_anew_and_a_list_that_was_read_in_part_proves_nothing() {
    for (is_whole, stretches) in [(true, 2), (false, 1)] {
        let folder = Folder::new();
        let store = folder.store();
        let day = |day: i64| "2026-11-01T12:00:00Z".parse::<DateTime<Utc>>().unwrap() + Duration::days(day);
        for (number, names) in [true, true, false, true].into_iter().enumerate() {
            let at = day(number as i64 * 7);
            let run = begin(&store, at, "");
            list_of(&run, at, names, names || is_whole);
            run.begin_judgment().unwrap();
            run.end(RunState::Finished, &summary()).unwrap();
        }
        let last = begin(&store, day(28), "");
        let seen: Vec<SeenGrant> = last.seen_grants().collect::<Result<_, _>>().unwrap();
        assert_eq!(seen.len(), stretches, "{seen:?}");
        assert_eq!(seen[0].first_at, day(0));
        assert_eq!(seen.last().unwrap().last_at, day(21));
    }
}
