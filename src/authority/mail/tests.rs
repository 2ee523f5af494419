//! Who can send as whom, right by right, and what holds for all of them.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::right::{Covered, HolderKind, MailRight, RightKind, Standing};
use super::rights::Answer;
use super::test_facts::*;
use crate::tenant::gmail::Delegate;
use crate::tenant::{
    AdminRole, AdminRoles, App, AssigneeType, Consent, Gap, GroupMemberKind, Groups, MailboxFact,
    MailboxPart, Part, Reading, RoleAssignment, User,
};

/// Holder, right and standing of each right of an answer.
fn held(answer: &Answer) -> BTreeSet<(String, RightKind, Standing)> {
    answer.rights.iter().map(|right| (right.holder.name.clone(), right.by, right.standing)).collect()
}

fn row(name: &str, by: RightKind, standing: Standing) -> (String, RightKind, Standing) {
    (name.to_owned(), by, standing)
}

const ANN: &str = "ann@example.com";
const BOB: &str = "bob@example.com";
const CAT: &str = "cat@example.com";
const DESK: &str = "desk@example.com";

fn owner(name: &str) -> (String, RightKind, Standing) {
    row(name, RightKind::Owner, Standing::Now)
}

#[test]
fn a_chain_of_delegates_is_indirect_and_a_cycle_ends() {
    let world = World::of(vec![
        delegating("1", "ann", &[(BOB, "accepted")]),
        delegating("2", "bob", &[(CAT, "accepted"), (ANN, "accepted")]),
        delegating("3", "cat", &[(ANN, "accepted"), (BOB, "accepted")]),
    ]);
    let answer = world.rights().who_can_send_as(ANN);
    let expected = BTreeSet::from([
        owner(ANN),
        row(BOB, RightKind::Delegate, Standing::Now),
        row(CAT, RightKind::IndirectDelegate, Standing::Indirect),
    ]);
    assert_eq!(held(&answer), expected);
    let of_cat = answer.rights.iter().find(|right| right.holder.name == CAT).unwrap();
    assert!(!of_cat.can_send());
    assert_eq!(of_cat.path.len(), 2, "{:?}", of_cat.path);
    assert_eq!(answer.gaps, []);
}

#[test]
fn only_an_accepted_delegate_counts_and_what_ended_is_no_right() {
    let statuses = [(BOB, "pending"), (CAT, "rejected"), (DESK, "expired")];
    let mut users = vec![delegating("1", "ann", &statuses)];
    users.extend([("2", "bob"), ("3", "cat"), ("4", "desk")].map(|(id, name)| delegating(id, name, &[])));
    let answer = World::of(users).rights().who_can_send_as(ANN);
    let expected = BTreeSet::from([owner(ANN), row(BOB, RightKind::Delegate, Standing::Pending)]);
    assert_eq!(held(&answer), expected);
    assert!(answer.rights.iter().filter(|right| right.can_send()).all(|right| right.holder.name == ANN));
}

#[test]
fn a_status_that_gmail_leaves_out_is_a_gap_and_no_right_that_counts() {
    let users = vec![delegating("1", "ann", &[(BOB, "")]), delegating("2", "bob", &[])];
    let answer = World::of(users).rights().who_can_send_as(ANN);
    assert!(held(&answer).contains(&row(BOB, RightKind::Delegate, Standing::Unknown)));
    assert_eq!(answer.gaps.iter().map(|gap| gap.part).collect::<Vec<_>>(), [Part::DELEGATES]);
}

#[test]
fn members_of_a_delegate_group_are_listed_and_those_from_outside_are_blocked() {
    let mut world = World::of(vec![
        delegating("1", "ann", &[("team@example.com", "accepted")]),
        delegating("2", "bob", &[]),
        delegating("3", "cat", &[]),
    ]);
    world.groups = Reading::Complete(Groups(vec![
        group_of(
            "team@example.com",
            &[
                (BOB, GroupMemberKind::User),
                ("inner@example.com", GroupMemberKind::Group),
                ("eve@outside.example", GroupMemberKind::User),
            ],
        ),
        group_of(
            "inner@example.com",
            &[(CAT, GroupMemberKind::User), ("team@example.com", GroupMemberKind::Group)],
        ),
    ]));
    let answer = world.rights().who_can_send_as(ANN);
    let member = RightKind::DelegateGroupMember;
    let expected = BTreeSet::from([
        owner(ANN),
        row("team@example.com", RightKind::Delegate, Standing::Now),
        row(BOB, member, Standing::Now),
        row("inner@example.com", member, Standing::Now),
        row(CAT, member, Standing::Now),
        row("eve@outside.example", member, Standing::Blocked),
    ]);
    assert_eq!(held(&answer), expected);
    assert_eq!(answer.gaps, []);
    for (principal, count) in [(CAT, 1), ("inner@example.com", 1), ("team@example.com", 1)] {
        let of_ann =
            world.rights().reach(principal).rights.into_iter().filter(|right| covers(right, ANN)).count();
        assert_eq!(of_ann, count, "{principal}");
    }
}

#[test]
fn a_delegate_who_is_no_user_may_be_a_group_and_the_gap_says_so() {
    let world = World::of(vec![delegating("1", "ann", &[("team@example.com", "accepted")])]);
    let answer = world.rights().who_can_send_as(ANN);
    assert!(held(&answer).contains(&row("team@example.com", RightKind::Delegate, Standing::Now)));
    assert_eq!(answer.gaps.iter().map(|gap| gap.part).collect::<Vec<_>>(), [Part::Groups]);
}

#[test]
fn whoever_has_the_address_as_a_send_as_address_sends_as_it_and_reads_nothing_of_it() {
    let mut bob = mailbox(user("2", BOB), [custom(ANN), custom("Shop@Outside.example")]);
    bob.mailbox.delegates =
        MailboxFact::Read(vec![Delegate { email: CAT.into(), verification_status: "accepted".into() }]);
    let world = World::of(vec![delegating("1", "ann", &[]), bob, delegating("3", "cat", &[])]);
    let rights = world.rights();
    assert_eq!(rights.kept_users(), ["2"], "only what has something beside its owner is kept");
    let answer = rights.who_can_send_as("Ann+tag@EXAMPLE.com");
    let expected = BTreeSet::from([
        owner(ANN),
        row(BOB, RightKind::SendAs, Standing::Now),
        row(CAT, RightKind::Delegate, Standing::Now),
    ]);
    assert_eq!(held(&answer), expected);
    assert!(answer.rights.iter().all(|right| right.reads == (right.by == RightKind::Owner)));
    let outside = rights.who_can_send_as("shop@outside.example");
    assert!(outside.is_known);
    assert_eq!(held(&outside), held(&answer).into_iter().filter(|(name, ..)| name != ANN).collect());
    assert!(!rights.who_can_send_as("nobody@example.com").is_known);
}

#[test]
fn a_send_as_address_that_waits_for_its_verification_does_not_count() {
    let pending = crate::tenant::SendAs { verification_status: "pending".into(), ..custom(ANN) };
    let world = World::of(vec![delegating("1", "ann", &[]), mailbox(user("2", BOB), [pending])]);
    let answer = world.rights().who_can_send_as(ANN);
    assert!(held(&answer).contains(&row(BOB, RightKind::SendAs, Standing::Pending)));
}

#[test]
fn an_alias_and_an_address_in_a_domain_alias_are_the_owners() {
    let ann = User { aliases: vec!["sales@example.com".into()], ..user("1", ANN) };
    let world = World::of(vec![mailbox(ann, [custom("sales@example.com")])]);
    assert_eq!(held(&world.rights().who_can_send_as("sales@example.com")), BTreeSet::from([owner(ANN)]));
    assert!(world.rights().kept_users().is_empty(), "an alias is the owner's own");
}

#[test]
fn nobody_uses_the_mailbox_of_a_suspended_user_until_it_is_restored() {
    let mut ann = delegating("1", "ann", &[(BOB, "accepted")]);
    ann.user.suspended = Some(true);
    ann.mailbox.send_as = MailboxFact::NotApplicable("suspended".into());
    ann.mailbox.delegates = MailboxFact::NotApplicable("suspended".into());
    let mut world = World::of(vec![ann, delegating("2", "bob", &[])]);
    world.grants = granted(CLIENT, GMAIL_SEND);
    let answer = world.rights().who_can_send_as(ANN);
    assert!(answer.rights.iter().all(|right| right.standing == Standing::Blocked), "{:#?}", held(&answer));
    assert_eq!(held(&answer).len(), 2, "the owner and the client");
    assert!(answer.gaps.iter().any(|gap| gap.part == Part::DELEGATES), "its delegates are unknown");
}

#[test]
fn where_gmail_answers_for_an_archived_user_only_the_owner_is_blocked() {
    let archived = |mut facts: UserFacts| {
        facts.user.archived = Some(true);
        facts
    };
    let world =
        World::of(vec![archived(delegating("1", "ann", &[(BOB, "accepted")])), delegating("2", "bob", &[])]);
    let answer = world.rights().who_can_send_as(ANN);
    let expected = BTreeSet::from([
        row(ANN, RightKind::Owner, Standing::Blocked),
        row(BOB, RightKind::Delegate, Standing::Now),
    ]);
    assert_eq!(held(&answer), expected);
    assert_eq!(answer.gaps, []);
}

#[test]
fn a_client_reaches_every_mailbox_and_so_does_whoever_takes_it_over() {
    let mut world = World::of(vec![delegating("1", "ann", &[]), delegating("2", "bob", &[])]);
    world.grants = granted(CLIENT, GMAIL_SEND);
    world.takeovers = vec![taken_over_by(BOB)];
    let answer = world.rights().who_can_send_as(ANN);
    let expected = BTreeSet::from([
        owner(ANN),
        row(CLIENT, RightKind::Client, Standing::Now),
        row(BOB, RightKind::Takeover, Standing::Obtainable),
    ]);
    assert_eq!(held(&answer), expected);
    assert!(answer.rights.iter().all(|right| right.reads == (right.by == RightKind::Owner)));
    let of_client = world.rights().reach(CLIENT);
    assert_eq!(of_client.rights.len(), 1);
    assert_eq!(of_client.rights[0].covers, Covered::EveryMailbox);
    assert_eq!(answer.gaps, []);
}

#[test]
fn a_client_whose_account_was_not_read_has_a_gap_about_who_can_take_it_over() {
    let mut world = World::of(vec![delegating("1", "ann", &[])]);
    world.grants = granted(CLIENT, GMAIL_SEND);
    let gaps = world.rights().who_can_send_as(ANN).gaps;
    assert_eq!(gaps.iter().map(|gap| gap.part).collect::<Vec<_>>(), [Part::ServiceAccounts]);
    world.grants = granted(CLIENT, UNHEARD_OF);
    let answer = world.rights().who_can_send_as(ANN);
    assert_eq!(answer.gaps.iter().map(|gap| &*gap.reason).collect::<Vec<_>>(), ["scope_unknown"]);
}

fn app_of(users: &[&str], unnamed: u64) -> App {
    let scopes = BTreeSet::from(["https://mail.google.com/".to_owned()]);
    let users: BTreeSet<String> = users.iter().map(|user| (*user).to_owned()).collect();
    App {
        client_id: "123-abc.apps.googleusercontent.com".into(),
        name: "Mail merge".into(),
        scopes: scopes.clone(),
        users: users.len() as u64 + unnamed,
        some_users: users.iter().cloned().collect(),
        first_authorized_at: days_ago(9),
        last_authorized_at: days_ago(2),
        consents: vec![Consent { scopes, users, unnamed }],
        remembered: Vec::new(),
    }
}

#[test]
fn an_app_acts_as_the_users_who_authorized_it_and_unnamed_ones_are_a_gap() {
    let mut world = World::of(vec![delegating("1", "ann", &[]), delegating("2", "bob", &[])]);
    world.apps = vec![app_of(&[ANN], 0)];
    let rights = world.rights();
    assert!(held(&rights.who_can_send_as(ANN)).contains(&row("Mail merge", RightKind::App, Standing::Now)));
    assert_eq!(held(&rights.who_can_send_as(BOB)), BTreeSet::from([owner(BOB)]));
    assert_eq!(rights.who_can_send_as(BOB).gaps, []);
    let mut more = world.clone();
    more.apps = vec![app_of(&[ANN], 2)];
    let gaps = more.rights().who_can_send_as(BOB).gaps;
    assert_eq!(gaps.iter().map(|gap| gap.part).collect::<Vec<_>>(), [Part::TokenLog]);
}

#[test]
fn a_super_admin_can_grant_itself_every_mailbox_by_the_flag_or_by_the_assignment() {
    let admin = User { is_admin: Some(true), ..user("2", BOB) };
    let flagged = World::of(vec![delegating("1", "ann", &[]), mailbox(admin, [])]);
    let expected = row(BOB, RightKind::Admin, Standing::Obtainable);
    assert!(held(&flagged.rights().who_can_send_as(ANN)).contains(&expected));
    let mut assigned = World::of(vec![delegating("1", "ann", &[]), delegating("2", "bob", &[])]);
    let role = AdminRole { id: "r".into(), name: "x".into(), is_super_admin: Some(true), is_system: None };
    let assignment = |assigned_to: &str, assignee_type| RoleAssignment {
        id: assigned_to.into(),
        role_id: "r".into(),
        assigned_to: assigned_to.into(),
        assignee_type,
        scope_type: "CUSTOMER".into(),
    };
    assigned.admin_roles = Reading::Complete(AdminRoles {
        roles: vec![role],
        assignments: vec![assignment("2", AssigneeType::User), assignment("group-id", AssigneeType::Group)],
    });
    let answer = assigned.rights().who_can_send_as(ANN);
    assert!(held(&answer).contains(&expected));
    assert!(held(&answer).contains(&row("group-id", RightKind::Admin, Standing::Obtainable)));
    assert_eq!(answer.gaps.iter().map(|gap| gap.part).collect::<Vec<_>>(), [Part::AdminRoles]);
}

fn covers(right: &MailRight, address: &str) -> bool {
    match &right.covers {
        Covered::EveryMailbox => true,
        Covered::Address { address: covered, .. } => covered.eq_ignore_ascii_case(address),
    }
}

const NAMES: [&str; 4] = ["ann", "bob", "cat", "desk"];
const OUTSIDE: &str = "shop@outside.example";
const TEAM: &str = "team@example.com";

fn mailboxes() -> impl Strategy<Value = Vec<UserFacts>> {
    let delegate = (
        prop::sample::select(vec![ANN, BOB, CAT, DESK, TEAM, "inner@example.com", "eve@outside.example"]),
        prop::sample::select(vec!["accepted", "accepted", "pending", "rejected", ""]),
    );
    let entry = (
        prop::sample::select(vec![ANN, BOB, CAT, DESK, TEAM, OUTSIDE]),
        prop::sample::select(vec!["accepted", "pending", ""]),
    );
    let one = (prop::collection::vec(delegate, 0..3), prop::collection::vec(entry, 0..3), 0..8u8);
    prop::collection::vec(one, 4).prop_map(|all| {
        let users = all.into_iter().zip(NAMES).enumerate();
        users
            .map(|(number, ((delegates, entries, state), name))| {
                let delegates: Vec<(&str, &str)> = delegates;
                let facts = delegating(&number.to_string(), name, &delegates);
                let entries = entries.into_iter().map(|(email, status)| crate::tenant::SendAs {
                    verification_status: status.into(),
                    ..custom(email)
                });
                let mut with = mailbox(facts.user, entries);
                with.mailbox.delegates = facts.mailbox.delegates;
                with.user.archived = Some(state == 0);
                with.user.is_admin = Some(state == 1);
                with
            })
            .collect()
    })
}

fn worlds() -> impl Strategy<Value = World> {
    let scope = prop::sample::select(vec![
        GMAIL_SEND,
        "https://www.googleapis.com/auth/gmail.readonly",
        "https://www.googleapis.com/auth/gmail.settings.sharing",
        "https://www.googleapis.com/auth/calendar",
    ]);
    let group = prop::collection::vec(prop::sample::select(vec![ANN, BOB, CAT, "inner@example.com"]), 0..4);
    (mailboxes(), scope, group, any::<[bool; 4]>()).prop_map(
        |(users, scope, members, [client, taken, app, known])| {
            let mut world = World::of(users);
            if client {
                world.grants = granted(CLIENT, scope);
                if taken {
                    world.takeovers = vec![taken_over_by(CAT)];
                }
            }
            if app {
                world.apps = vec![app_of(&[ANN, DESK], 0)];
            }
            if known {
                let kind = |email: &str| match email {
                    "inner@example.com" => GroupMemberKind::Group,
                    _ => GroupMemberKind::User,
                };
                let members: Vec<_> = members.iter().map(|email| (*email, kind(email))).collect();
                let inner = [(DESK, GroupMemberKind::User), (TEAM, GroupMemberKind::Group)];
                world.groups = Reading::Complete(Groups(vec![
                    group_of(TEAM, &members),
                    group_of("inner@example.com", &inner),
                ]));
            }
            world
        },
    )
}

const PRINCIPALS: [&str; 9] = [
    ANN,
    BOB,
    CAT,
    DESK,
    TEAM,
    "inner@example.com",
    "eve@outside.example",
    CLIENT,
    "123-abc.apps.googleusercontent.com",
];
const ADDRESSES: [&str; 6] = [ANN, BOB, CAT, DESK, TEAM, OUTSIDE];

/// The rights as both questions tell them: what they are about aside, that is in the question.
type Told = BTreeSet<(HolderKind, String, RightKind, bool, bool, String)>;

fn told<'r>(rights: impl IntoIterator<Item = &'r MailRight>) -> Told {
    let tell = |right: &MailRight| {
        let holder = &right.holder;
        (holder.kind, holder.id.clone(), right.by, right.sends, right.reads, right.setting.clone())
    };
    rights.into_iter().map(tell).collect()
}

/// A world of which a part is missing.
fn without(world: &World, part: Part) -> World {
    let mut less = world.clone();
    let lost = gap(part);
    match part {
        Part::Users => {
            less.people = Reading::Missing(lost);
            less.users.clear();
        }
        Part::Domains => less.domains = Reading::Missing(lost),
        Part::AdminRoles => less.admin_roles = Reading::Missing(lost),
        Part::Groups => less.groups = Reading::Missing(lost),
        Part::ConsoleGrants => {
            less.grants = crate::delegation::Grants::default();
            less.ledger = Some(lost);
            less.takeovers.clear();
        }
        Part::ServiceAccounts => {
            less.takeovers.clear();
            less.service_accounts = Some(lost);
        }
        Part::TokenLog => {
            less.apps.clear();
            less.token_log = Some(lost);
        }
        Part::Mailbox(setting) => {
            for facts in &mut less.users {
                facts.mailbox.put(MailboxPart::missing(setting, gap(part)));
            }
        }
        _ => {}
    }
    less
}

/// Who may send or read, whatever by: a holder whose right changes is not removed.
fn holders(answer: &Answer) -> BTreeSet<(HolderKind, String)> {
    answer.rights.iter().map(|right| (right.holder.kind, right.holder.id.clone())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_questions_have_the_same_rights_for_every_pair(world in worlds()) {
        let rights = world.rights();
        for address in ADDRESSES {
            let of_address = rights.who_can_send_as(address);
            for principal in PRINCIPALS {
                let of_principal = rights.reach(principal);
                let is_of = |right: &&MailRight| of_principal.rights.iter().any(|own| own.holder.is(&right.holder));
                let forward = told(of_address.rights.iter().filter(is_of));
                // A right on every mailbox is one on each address that a mailbox sends as.
                let is_sent = !of_address.rights.is_empty();
                let backward = of_principal.rights.iter().filter(|right| covers(right, address) && is_sent);
                prop_assert_eq!(forward, told(backward), "{} and {}", principal, address);
            }
        }
    }

    #[test]
    fn a_missing_part_removes_no_holder_without_a_gap_that_names_it(world in worlds(), address in prop::sample::select(ADDRESSES.to_vec())) {
        let parts = [
            Part::Users, Part::Domains, Part::AdminRoles, Part::Groups, Part::ConsoleGrants, Part::ServiceAccounts,
            Part::TokenLog, Part::SEND_AS, Part::DELEGATES,
        ];
        let before = world.rights();
        let questions = [before.who_can_send_as(address)]
            .into_iter()
            .chain(PRINCIPALS.map(|principal| before.reach(principal)));
        let whole: Vec<Answer> = questions.collect();
        for part in parts {
            let less = without(&world, part);
            let rights = less.rights();
            let questions = [rights.who_can_send_as(address)]
                .into_iter()
                .chain(PRINCIPALS.map(|principal| rights.reach(principal)));
            for (whole, less) in whole.iter().zip(questions) {
                let is_named = less.gaps.iter().any(|gap: &Gap| gap.part == part);
                let lost = holders(whole).difference(&holders(&less)).count()
                    + told(&whole.rights).difference(&told(&less.rights)).count();
                prop_assert!(lost == 0 || is_named, "{part}: {:?}", less.gaps);
            }
        }
    }

    #[test]
    fn no_right_is_listed_twice(world in worlds(), address in prop::sample::select(ADDRESSES.to_vec())) {
        let rights = world.rights().who_can_send_as(address).rights;
        for (place, right) in rights.iter().enumerate() {
            prop_assert!(!rights[..place].contains(right), "{right:?}");
        }
    }
}
