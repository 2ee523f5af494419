//! What is a path, what is none, and what nobody knows.

use super::accounts::AccountState;
use super::test_facts::*;
use super::unknown::{IgnoredReason, UnknownKind};
use super::{Cuts, Grade, Limits, PrincipalKind, Right, Side};
use crate::tenant::{
    Domains, IamBinding, IamCondition, IamFacts, IamRoleState, Part, PoolState, Reading, ServiceAccounts,
    WorkloadIdentityPool, WorkloadIdentityPools,
};

const POOL: &str = "iam.googleapis.com/projects/1001/locations/global/workloadIdentityPools/ci";

/// The shape of a path: principal, grade, hops.
fn shapes(world: &World) -> Vec<(String, Grade, usize)> {
    let authority = world.authority();
    let found = authority.paths_to(MAILER);
    found.paths.iter().map(|path| (path.principal.id.clone(), path.grade, path.hops.len())).collect()
}

fn ann(grade: Grade, hops: usize) -> (String, Grade, usize) {
    ("ann@example.com".to_owned(), grade, hops)
}

#[test]
fn nobody_has_a_path_where_everything_was_read_and_nothing_is_bound() {
    let world = world();
    let authority = world.authority();
    let found = authority.paths_to(MAILER);
    assert!(found.paths.is_empty() && found.unknown.is_empty());
}

#[test]
fn making_keys_and_signing_are_direct_at_every_level() {
    for on in [MAILER, "p", "folder", "organization"] {
        let world = world().bind(on, KEY_ADMIN, ANN);
        assert_eq!(shapes(&world), [ann(Grade::Direct, 1)], "{on}");
        assert!(world.unknown().is_empty());
        let world = world.bind(on, SIGNER, ANN);
        let edges: Vec<_> =
            world.authority().paths_to(MAILER).paths.iter().filter_map(super::Path::edge).collect();
        assert_eq!(edges[..2], [Right::CreateKey, Right::SignJwt], "{on}");
    }
}

#[test]
fn another_project_and_another_account_give_nothing() {
    let world = world().bind("q", KEY_ADMIN, ANN).bind(ROBOT, TOKEN_CREATOR, ANN);
    assert!(world.paths().is_empty());
    assert!(world.unknown().is_empty());
}

#[test]
fn each_direct_permission_counts_by_itself() {
    for (permission, right) in [
        ("iam.serviceAccountKeys.create", Right::CreateKey),
        ("iam.serviceAccountKeys.upload", Right::UploadKey),
        ("iam.serviceAccounts.signJwt", Right::SignJwt),
        ("iam.serviceAccounts.signBlob", Right::SignBlob),
    ] {
        let world = world().role("roles/one", &[permission]).bind(MAILER, "roles/one", ANN);
        let authority = world.authority();
        let found = authority.paths_to(MAILER);
        assert_eq!(found.paths.len(), 1);
        assert_eq!(found.paths[0].edge(), Some(right));
        assert_eq!(right.permission(), permission);
    }
}

#[test]
fn a_path_is_told_to_a_person_from_its_holder_to_the_account() {
    let sentences = |world: World| -> String {
        let authority = world.authority();
        let paths = authority.paths_to(MAILER).paths;
        let of_ann = |path: &&super::Path<'_>| path.principal.id == "ann@example.com";
        let path = paths.iter().find(of_ann).unwrap();
        [vec![path.sentence()], path.obstacle_sentences()].concat().join(" ")
    };
    let dev = |world: World| world.group("dev@example.com", &["ann@example.com"]);
    let self_signing = || world().bind(MAILER, TOKEN_CREATOR, &member(MAILER));
    let sentences = [
        world().bind(MAILER, KEY_ADMIN, ANN),
        world().bind_if("p", SIGNER, ANN, "until summer"),
        dev(world().bind("p", KEY_ADMIN, DEV)).forbid_keys("p", true, true),
        dev(world().bind("p", KEY_ADMIN, "group:all@example.com"))
            .group("all@example.com", &["group:dev@example.com"]),
        world().bind("p", "roles/viewer", ANN).bind(MAILER, SIGNER, "projectViewer:p"),
        self_signing().bind(MAILER, WORKLOAD_USER, ANN),
        self_signing().bind(MAILER, ACCOUNT_USER, ANN),
        dev(self_signing().bind(MAILER, ACCOUNT_USER, ANN).bind("p", COMPUTE, DEV)),
        world().bind(ROBOT, KEY_ADMIN, ANN).bind(MAILER, SIGNER, &member(ROBOT)),
        world().bind("p", PROJECT_IAM, ANN),
    ]
    .map(sentences);
    insta::assert_snapshot!(sentences.join("\n"));
}

#[test]
fn the_chain_of_a_path_names_each_hop() {
    let world = world().bind("p", KEY_ADMIN, DEV).group("dev@example.com", &["ann@example.com"]);
    assert_eq!(
        world.paths(),
        [
            format!(
                "dev@example.com → can create keys for (roles/iam.serviceAccountKeyAdmin on project p) → {MAILER}"
            ),
            format!(
                "ann@example.com → is a member of → dev@example.com → can create keys for \
                 (roles/iam.serviceAccountKeyAdmin on project p) → {MAILER}"
            ),
        ]
    );
}

#[test]
fn an_access_token_of_the_account_is_a_path_only_if_the_account_signs_as_itself() {
    let world = world().bind(MAILER, WORKLOAD_USER, ANN);
    assert!(world.paths().is_empty());
    let world = world.bind(MAILER, TOKEN_CREATOR, &member(MAILER));
    assert_eq!(
        world.paths(),
        [format!(
            "ann@example.com → can get access tokens of (roles/iam.workloadIdentityUser on service account {MAILER}) \
             → {MAILER} → can sign JWTs as (roles/iam.serviceAccountTokenCreator on service account {MAILER}) → \
             {MAILER}"
        )]
    );
    assert_eq!(shapes(&world), [ann(Grade::Indirect, 2)]);
}

#[test]
fn an_access_token_of_another_account_is_a_path_if_that_one_goes_on() {
    let world = world().bind(ROBOT, WORKLOAD_USER, ANN);
    assert!(world.paths().is_empty());
    let world = world.bind(MAILER, KEY_ADMIN, &member(ROBOT));
    assert_eq!(shapes(&world), [(ROBOT.to_owned(), Grade::Direct, 1), ann(Grade::Indirect, 2)]);
}

#[test]
fn a_key_of_another_account_is_a_way_to_be_it() {
    for role in [KEY_ADMIN, SIGNER] {
        let world = world().bind(ROBOT, role, ANN).bind(MAILER, KEY_ADMIN, &member(ROBOT));
        assert!(shapes(&world).contains(&ann(Grade::Indirect, 2)), "{role}");
    }
}

#[test]
fn accounts_chain_across_projects() {
    let world = world().bind(DEPLOY, WORKLOAD_USER, ANN).bind(ROBOT, WORKLOAD_USER, &member(DEPLOY)).bind(
        MAILER,
        SIGNER,
        &member(ROBOT),
    );
    assert!(shapes(&world).contains(&ann(Grade::Indirect, 3)));
}

#[test]
fn a_delegate_must_sign_or_get_tokens_and_cannot_make_keys() {
    let delegating = || world().bind(ROBOT, DELEGATOR, ANN);
    assert!(delegating().paths().is_empty());
    assert!(
        !shapes(&delegating().bind(MAILER, KEY_ADMIN, &member(ROBOT))).contains(&ann(Grade::Indirect, 2))
    );
    assert!(shapes(&delegating().bind(MAILER, SIGNER, &member(ROBOT))).contains(&ann(Grade::Indirect, 2)));
}

#[test]
fn delegates_chain_and_may_end_in_a_token_that_goes_on() {
    let world = world().bind(DEPLOY, DELEGATOR, ANN).bind(ROBOT, DELEGATOR, &member(DEPLOY)).bind(
        MAILER,
        SIGNER,
        &member(ROBOT),
    );
    assert!(shapes(&world).contains(&ann(Grade::Indirect, 3)));
    let world = super::test_facts::world()
        .bind(DEPLOY, DELEGATOR, ANN)
        .bind(ROBOT, WORKLOAD_USER, &member(DEPLOY))
        .bind(MAILER, KEY_ADMIN, &member(ROBOT));
    assert!(shapes(&world).contains(&ann(Grade::Indirect, 3)));
}

#[test]
fn a_delegate_that_gets_a_token_of_itself_is_itself() {
    let world = world().bind(ROBOT, DELEGATOR, ANN).bind(ROBOT, WORKLOAD_USER, &member(ROBOT)).bind(
        MAILER,
        KEY_ADMIN,
        &member(ROBOT),
    );
    assert!(shapes(&world).contains(&ann(Grade::Indirect, 3)));
}

#[test]
fn act_as_completes_if_the_account_goes_on_and_says_whether_something_to_run_was_found() {
    let act_as = || world().bind(MAILER, ACCOUNT_USER, ANN);
    let signs_itself = |world: World| world.bind(MAILER, SIGNER, &member(MAILER));
    assert!(act_as().paths().is_empty());
    assert!(act_as().bind("p", COMPUTE, ANN).paths().is_empty(), "does not sign as itself");
    for nothing_to_run in [signs_itself(act_as()), signs_itself(act_as()).bind("q", COMPUTE, ANN)] {
        let authority = nothing_to_run.authority();
        let found = authority.paths_to(MAILER);
        assert!(matches!(found.paths.as_slice(), [path] if path.conditional));
        assert_eq!(
            nothing_to_run.paths(),
            [format!(
                "ann@example.com → can run code as (roles/iam.serviceAccountUser on service account \
                 {MAILER}; if it can run code as that account; no such permission was found in its project) \
                 → {MAILER} → can sign JWTs as ({SIGNER} on service account {MAILER}) → {MAILER}"
            )]
        );
    }
    assert_eq!(
        signs_itself(act_as()).bind("folder", COMPUTE, ANN).paths(),
        [format!(
            "ann@example.com → can run code as (roles/iam.serviceAccountUser on service account {MAILER}, with \
             compute.instances.create by roles/compute.instanceAdmin.v1 on folder 10) → {MAILER} → can sign JWTs as \
             ({SIGNER} on service account {MAILER}) → {MAILER}"
        )]
    );
}

#[test]
fn a_direct_path_is_not_told_again_by_way_of_the_account_itself() {
    for role in [KEY_ADMIN, SIGNER, TOKEN_CREATOR] {
        let world = world().bind(MAILER, role, ANN).bind(MAILER, SIGNER, &member(MAILER));
        assert_eq!(shapes(&world), [ann(Grade::Direct, 1)], "{role}");
    }
}

#[test]
fn the_two_rights_of_act_as_may_come_through_different_groups() {
    let world = world()
        .bind(ROBOT, ACCOUNT_USER, DEV)
        .bind("p", COMPUTE, "group:ops@example.com")
        .bind(MAILER, KEY_ADMIN, &member(ROBOT))
        .group("dev@example.com", &["ann@example.com", "bob@example.com"])
        .group("ops@example.com", &["group:night@example.com"])
        .group("night@example.com", &["ann@example.com"]);
    let authority = world.authority();
    let found = authority.paths_to(MAILER);
    let path = found.paths.iter().find(|path| path.principal.id == "ann@example.com").unwrap();
    assert_eq!((path.grade, path.hops.len()), (Grade::Indirect, 3));
    let super::Hop::Right { also: Some(also), .. } = &path.hops[1] else { panic!("{path:?}") };
    assert_eq!(also.permission, "compute.instances.create");
    assert_eq!(
        also.through.iter().map(|group| group.id.as_str()).collect::<Vec<_>>(),
        ["night@example.com", "ops@example.com"]
    );
    assert!(!path.conditional);
    for nothing_to_run in ["bob@example.com", "dev@example.com"] {
        let of_it = found.paths.iter().filter(|path| path.principal.id == nothing_to_run);
        assert!(of_it.collect::<Vec<_>>().iter().all(|path| path.conditional), "{nothing_to_run}");
    }
}

#[test]
fn forbidden_keys_close_a_path_for_a_while_and_hide_no_open_one() {
    let keys = || {
        world()
            .bind(MAILER, KEY_ADMIN, ANN)
            .bind("p", SIGNER, DEV)
            .group("dev@example.com", &["ann@example.com"])
    };
    let of_ann = |world: &World| -> Vec<_> {
        let authority = world.authority();
        let found = authority.paths_to(MAILER);
        let of_ann = found.paths.iter().filter(|path| path.principal.id == "ann@example.com");
        of_ann.map(|path| (path.edge().unwrap(), path.conditional)).collect()
    };
    let says_closed = |world: &World| {
        world.paths().iter().any(|path| path.contains("blocked while organization policies forbid keys"))
    };
    for (creation, upload, is_closed) in
        [(true, true, true), (true, false, false), (false, true, false), (false, false, false)]
    {
        let world = keys().forbid_keys("p", creation, upload);
        assert_eq!(of_ann(&world), [(Right::CreateKey, is_closed), (Right::SignJwt, false)]);
        assert_eq!(says_closed(&world), is_closed);
    }
    assert!(!says_closed(&keys().forbid_keys("q", true, true)), "another project's");
    // The account in between makes no keys any more, and still runs code.
    let through = world()
        .bind(ROBOT, KEY_ADMIN, ANN)
        .bind(ROBOT, ACCOUNT_USER, ANN)
        .bind("p", COMPUTE, ANN)
        .bind(MAILER, SIGNER, &member(ROBOT))
        .forbid_keys("p", true, true);
    assert!(of_ann(&through).iter().any(|(_, conditional)| !conditional));
}

#[test]
fn an_expired_binding_gives_nothing_and_is_told() {
    let until = |time: &str| {
        let mut world = world();
        let condition = IamCondition {
            title: "Expires".to_owned(),
            expression: format!("request.time < timestamp(\"{time}\")"),
        };
        world.bindings(MAILER).push(IamBinding { condition: Some(condition), ..binding(SIGNER, ANN) });
        world
    };
    let over = until("2026-11-21T07:00:00Z");
    assert!(over.paths().is_empty());
    assert_eq!(over.ignored(), [(IgnoredReason::ExpiredBinding, ANN.to_owned())]);
    let not_yet = until("2026-11-21T07:00:01Z");
    assert_eq!(not_yet.paths().len(), 1);
    assert!(not_yet.ignored().is_empty());
}

#[test]
fn a_right_of_a_whole_domain_completes_one_of_its_users() {
    let world = world()
        .bind(ROBOT, ACCOUNT_USER, "domain:example.com")
        .bind("p", COMPUTE, ANN)
        .bind("p", COMPUTE, "user:eve@evil.example")
        .bind(MAILER, KEY_ADMIN, &member(ROBOT));
    assert!(shapes(&world).contains(&ann(Grade::Indirect, 3)));
    assert!(!shapes(&world).iter().any(|(id, ..)| id == "eve@evil.example"));
    let world = super::test_facts::world()
        .bind(ROBOT, ACCOUNT_USER, ANN)
        .bind("p", COMPUTE, "allAuthenticatedUsers")
        .bind(MAILER, KEY_ADMIN, &member(ROBOT));
    assert!(shapes(&world).contains(&ann(Grade::Indirect, 2)));
}

#[test]
fn changing_a_policy_is_an_admin_path_where_the_policy_is_inherited() {
    for (on, role, right) in [
        (MAILER, ACCOUNT_ADMIN, Right::SetAccountPolicy),
        ("organization", ACCOUNT_ADMIN, Right::SetAccountPolicy),
        ("p", PROJECT_IAM, Right::SetProjectPolicy),
        ("folder", PROJECT_IAM, Right::SetProjectPolicy),
        ("folder", FOLDER_IAM, Right::SetFolderPolicy),
        ("organization", FOLDER_IAM, Right::SetFolderPolicy),
        ("organization", ORGANIZATION_IAM, Right::SetOrganizationPolicy),
    ] {
        let world = world().bind(on, role, ANN);
        assert_eq!(shapes(&world), [ann(Grade::Admin, 1)], "{role} on {on}");
        assert_eq!(world.authority().paths_to(MAILER).paths[0].edge(), Some(right));
    }
    for (on, role) in
        [(MAILER, PROJECT_IAM), ("p", FOLDER_IAM), ("folder", ORGANIZATION_IAM), ("q", PROJECT_IAM)]
    {
        assert!(world().bind(on, role, ANN).paths().is_empty(), "{role} on {on}");
    }
}

#[test]
fn a_folder_admin_of_an_organization_needs_a_folder_above_the_account() {
    let mut world = world().bind("organization", FOLDER_IAM, ANN);
    world.entry("p").parent = Reading::Complete(Some(place("organization")));
    assert!(world.paths().is_empty());
}

#[test]
fn whoever_edits_a_custom_role_that_it_holds_is_an_admin() {
    let holding = || world().bind("p", READER, DEV).group("dev@example.com", &["ann@example.com"]);
    assert!(holding().paths().is_empty());
    assert!(holding().bind("p", ROLE_ADMIN, ANN).paths().is_empty(), "the role is the organization's");
    let world = holding().bind("organization", ROLE_ADMIN, ANN);
    assert_eq!(
        world.paths(),
        [format!(
            "ann@example.com → is a member of → dev@example.com → can add permissions to its own role on ({READER} on project p, \
             with iam.roles.update by roles/iam.roleAdmin on organization 1) → {MAILER}"
        )]
    );
    assert!(super::test_facts::world().bind("organization", ROLE_ADMIN, ANN).paths().is_empty());
}

#[test]
fn an_admin_edge_on_the_way_makes_the_path_an_admin_path() {
    let world = world().bind(ROBOT, ACCOUNT_ADMIN, ANN).bind(MAILER, SIGNER, &member(ROBOT));
    assert!(shapes(&world).contains(&ann(Grade::Admin, 2)));
}

#[test]
fn a_custom_role_signs_through_nested_groups_with_a_hop_each() {
    let world = world()
        .bind("p", SIGNER, "group:outer@example.com")
        .group("outer@example.com", &["group:inner@example.com"])
        .group("inner@example.com", &["group:outer@example.com", "ann@example.com"]);
    assert_eq!(
        shapes(&world),
        [
            ("outer@example.com".to_owned(), Grade::Direct, 1),
            ("inner@example.com".to_owned(), Grade::Direct, 2),
            ann(Grade::Direct, 3),
        ]
    );
    assert!(world.unknown().is_empty(), "a circle of groups is no gap");
}

#[test]
fn a_service_account_in_a_group_goes_on() {
    let world =
        world().bind(MAILER, SIGNER, DEV).group("dev@example.com", &[ROBOT]).bind(ROBOT, WORKLOAD_USER, ANN);
    assert!(shapes(&world).contains(&ann(Grade::Indirect, 3)));
}

#[test]
fn every_kind_of_principal_is_told_with_its_side() {
    let subject = format!("principal://{POOL}/subject/repo:a");
    let set = format!("principalSet://{POOL}/attribute.repository/a");
    let whole = format!("principalSet://{POOL}/*");
    let workforce = "principalSet://iam.googleapis.com/locations/global/workforcePools/staff/*";
    let foreign = "principalSet://iam.googleapis.com/projects/9/locations/global/workloadIdentityPools/x/*";
    for (text, kind, side) in [
        (ANN, PrincipalKind::User, Side::Inside),
        ("user:eve@gmail.com", PrincipalKind::User, Side::Outside),
        (DEV, PrincipalKind::Group, Side::Inside),
        ("group:g@googlegroups.com", PrincipalKind::Group, Side::Outside),
        ("domain:example.com", PrincipalKind::Domain, Side::Inside),
        ("domain:evil.example", PrincipalKind::Domain, Side::Outside),
        (&member(ROBOT), PrincipalKind::ServiceAccount, Side::Inside),
        ("serviceAccount:a@evil.iam.gserviceaccount.com", PrincipalKind::ServiceAccount, Side::Outside),
        (
            "serviceAccount:1001-compute@developer.gserviceaccount.com",
            PrincipalKind::ServiceAccount,
            Side::Inside,
        ),
        ("serviceAccount:q@appspot.gserviceaccount.com", PrincipalKind::ServiceAccount, Side::Inside),
        ("serviceAccount:p.svc.id.goog[ns/a]", PrincipalKind::FederatedSubject, Side::Inside),
        ("allUsers", PrincipalKind::Anyone, Side::Outside),
        ("allAuthenticatedUsers", PrincipalKind::AnyoneSignedIn, Side::Outside),
        (&subject, PrincipalKind::FederatedSubject, Side::Inside),
        (&set, PrincipalKind::FederatedSet, Side::Inside),
        (&whole, PrincipalKind::WholePool, Side::Inside),
        (workforce, PrincipalKind::WholePool, Side::Unknown),
        (foreign, PrincipalKind::WholePool, Side::Outside),
        ("projectOwner:p", PrincipalKind::BasicRole, Side::Inside),
    ] {
        let world = world().bind(MAILER, SIGNER, text);
        let authority = world.authority();
        let found = authority.paths_to(MAILER);
        let principal = found.paths[0].principal;
        assert_eq!((principal.kind, principal.side), (kind, side), "{text}");
    }
}

#[test]
fn nobody_is_outside_where_domains_or_projects_were_not_read() {
    let mut world = world().bind(MAILER, SIGNER, "user:eve@gmail.com").bind(
        MAILER,
        SIGNER,
        "serviceAccount:a@e.iam.gserviceaccount.com",
    );
    world.domains = Reading::Missing(gap(Part::Domains));
    let Reading::Complete(policies) = world.iam.policies else { unreachable!() };
    world.iam.policies = Reading::Partial(policies, gap(Part::IamPolicies));
    let authority = world.authority();
    assert!(authority.paths_to(MAILER).paths.iter().all(|path| path.principal.side == Side::Unknown));
}

#[test]
fn a_project_of_another_organization_is_outside() {
    let mut world = world().bind(MAILER, SIGNER, &member(DEPLOY));
    world.entry("q").parent = Reading::Complete(Some(crate::tenant::IamResource::Organization("2".into())));
    assert_eq!(world.authority().paths_to(MAILER).paths[0].principal.side, Side::Outside);
}

#[test]
fn owners_editors_and_viewers_are_resolved() {
    let world = world().bind(MAILER, SIGNER, "projectViewer:q").bind("q", "roles/viewer", ANN).bind(
        "folder",
        "roles/viewer",
        "user:bob@example.com",
    );
    assert_eq!(
        shapes(&world),
        [
            ("projectViewer:q".to_owned(), Grade::Direct, 1),
            ann(Grade::Direct, 2),
            ("bob@example.com".to_owned(), Grade::Direct, 2),
        ]
    );
    assert!(world.paths()[1].contains("is one of (roles/viewer on project q) → projectViewer:q"));
    let world = super::test_facts::world().bind(MAILER, SIGNER, "projectOwner:unread");
    assert!(world.unknown().contains(&(UnknownKind::Policy, "project unread".to_owned())));
}

#[test]
fn all_service_accounts_of_a_project_are_its_accounts() {
    let set = "principalSet://cloudresourcemanager.googleapis.com/projects/1002/type/ServiceAccount";
    let world = world().bind(MAILER, SIGNER, set).bind(DEPLOY, WORKLOAD_USER, ANN);
    assert!(shapes(&world).contains(&ann(Grade::Indirect, 3)));
    let mut world = world;
    let Reading::Complete(accounts) = world.accounts else { unreachable!() };
    world.accounts = Reading::Partial(accounts, gap(Part::ServiceAccounts));
    assert!(world.unknown().contains(&(UnknownKind::ServiceAccount, set.to_owned())));
}

#[test]
fn a_member_that_names_nobody_is_unknown_and_no_principal() {
    for text in ["user:", "serviceAccount: ", "group:", "domain:"] {
        let world = world().bind(MAILER, SIGNER, text);
        assert!(world.paths().is_empty(), "{:?}", world.paths());
        assert_eq!(world.unknown(), [(UnknownKind::Member, text.to_owned())]);
    }
    let world = world().group("dev@example.com", &[""]).bind(MAILER, SIGNER, "group:dev@example.com");
    assert_eq!(world.unknown(), [(UnknownKind::Member, "dev@example.com".to_owned())]);
}

#[test]
fn a_deleted_member_is_left_out_and_told() {
    let text = "deleted:user:ann@example.com?uid=123";
    let world = world().bind(MAILER, SIGNER, text);
    assert!(world.paths().is_empty());
    assert_eq!(world.ignored(), [(IgnoredReason::DeletedMember, text.to_owned())]);
}

#[test]
fn a_closed_pool_is_left_out_and_told() {
    let text = format!("principalSet://{POOL}/*");
    for (state, paths) in [(PoolState::Active, 1), (PoolState::Disabled, 0), (PoolState::Deleted, 0)] {
        let mut world = world().bind(MAILER, SIGNER, &text);
        world.iam.pools = Reading::Complete(WorkloadIdentityPools(vec![WorkloadIdentityPool {
            name: POOL.split_once('/').unwrap().1.to_owned(),
            state,
            providers: Reading::Complete(Vec::new()),
        }]));
        assert_eq!(world.paths().len(), paths);
        assert_eq!(world.ignored().len(), 1 - paths);
    }
    let mut world = world().bind(MAILER, SIGNER, &text);
    world.iam.pools = Reading::Missing(gap(Part::WorkloadIdentityPools));
    assert_eq!(world.paths().len(), 1, "a pool that was not read is open");
}

#[test]
fn a_condition_marks_the_path_and_never_drops_it() {
    let world = world().bind_if(MAILER, SIGNER, ANN, "until summer");
    let authority = world.authority();
    let found = authority.paths_to(MAILER);
    assert!(found.paths[0].conditional);
    assert!(found.paths[0].chain().contains("if \"until summer\""));
    assert_eq!(found.paths[0].bindings().next().unwrap().condition.unwrap().expression, "false");
}

#[test]
fn an_unconditional_path_stands_beside_a_shorter_conditional_one() {
    let world = world()
        .bind_if(MAILER, SIGNER, ANN, "until summer")
        .bind("p", SIGNER, DEV)
        .group("dev@example.com", &["ann@example.com"]);
    let authority = world.authority();
    let found = authority.paths_to(MAILER);
    let of_ann = found.paths.iter().filter(|path| path.principal.id == "ann@example.com");
    let shapes: Vec<_> = of_ann.map(|path| (path.hops.len(), path.conditional)).collect();
    assert_eq!(shapes, [(1, true), (2, false)]);
    // Of the same length, the unconditional one is enough.
    let world = world.bind("p", SIGNER, ANN);
    assert!(world.authority().paths_to(MAILER).paths.iter().all(|path| !path.conditional));
}

#[test]
fn the_condition_of_a_second_right_counts_too() {
    let world = world().bind(ROBOT, ACCOUNT_USER, ANN).bind_if("p", COMPUTE, ANN, "office hours").bind(
        MAILER,
        KEY_ADMIN,
        &member(ROBOT),
    );
    let authority = world.authority();
    let found = authority.paths_to(MAILER);
    assert!(found.paths.iter().any(|path| path.principal.id == "ann@example.com" && path.conditional));
}

#[test]
fn a_role_that_was_not_read_is_unknown_and_never_no_path() {
    let unread = |world: World| {
        world.change_role(SIGNER, |role| role.permissions = Reading::Missing(gap(Part::IamRoles)))
    };
    for world in [
        unread(world().bind("p", SIGNER, ANN)),
        world().bind("folder", "roles/unheard.of", ANN),
        unread(world().bind(ROBOT, SIGNER, ANN).bind(MAILER, KEY_ADMIN, &member(ROBOT))),
    ] {
        assert!(!world.paths().iter().any(|text| text.starts_with("ann")));
        assert!(matches!(&world.unknown()[..], [(UnknownKind::Role, _)]), "{:?}", world.unknown());
    }
    assert!(unread(world().bind("q", SIGNER, ANN)).unknown().is_empty(), "not above the account");
}

#[test]
fn what_is_known_of_a_role_in_part_is_used() {
    let world = world().bind("p", SIGNER, ANN).change_role(SIGNER, |role| {
        let Reading::Complete(known) = role.permissions.clone() else { unreachable!() };
        role.permissions = Reading::Partial(known, gap(Part::IamRoles));
    });
    assert_eq!(shapes(&world), [ann(Grade::Direct, 1)]);
    assert_eq!(world.unknown(), [(UnknownKind::Role, SIGNER.to_owned())]);
}

#[test]
fn an_unread_role_that_may_run_things_or_edit_roles_is_unknown_too() {
    let act_as = world().bind(ROBOT, ACCOUNT_USER, ANN).bind(MAILER, KEY_ADMIN, &member(ROBOT));
    assert!(act_as.unknown().is_empty());
    let runs = act_as.bind("p", COMPUTE, DEV);
    assert_eq!(runs.unknown(), [(UnknownKind::Group, "dev@example.com".to_owned())]);
    let world = world().role("projects/q/roles/own", &[]).bind("p", "projects/q/roles/own", ANN);
    assert!(world.clone().unknown().is_empty());
    let world = world.bind("q", "roles/unheard.of", ANN);
    assert_eq!(world.unknown(), [(UnknownKind::Role, "roles/unheard.of".to_owned())]);
}

#[test]
fn deleted_and_disabled_roles_give_nothing_and_are_told() {
    for (state, reason) in [
        (IamRoleState::Deleted, IgnoredReason::DeletedRole),
        (IamRoleState::Disabled, IgnoredReason::DisabledRole),
    ] {
        let world = world().bind("p", SIGNER, ANN).change_role(SIGNER, |role| role.state = state);
        assert!(world.paths().is_empty());
        assert_eq!(world.ignored(), [(reason, SIGNER.to_owned())]);
        // Whoever can edit a disabled role can enable it.
        let edited = world.bind("p", ROLE_ADMIN, ANN);
        assert_eq!(edited.paths().len(), usize::from(state == IamRoleState::Disabled));
    }
}

#[test]
fn a_group_that_was_not_read_is_a_principal_with_unknown_members() {
    for world in [
        world().bind("p", SIGNER, DEV),
        world().bind("p", SIGNER, "group:outer@example.com").group("outer@example.com", &[DEV]),
    ] {
        assert!(shapes(&world).iter().any(|(id, ..)| id == "dev@example.com"));
        assert_eq!(world.unknown(), [(UnknownKind::Group, "dev@example.com".to_owned())]);
    }
}

#[test]
fn a_very_large_group_is_told_and_its_accounts_are_followed() {
    let mut world = world()
        .bind("p", SIGNER, DEV)
        .group("dev@example.com", &["ann@example.com", "bob@example.com", ROBOT])
        .bind(ROBOT, WORKLOAD_USER, "user:eve@gmail.com");
    world.limits = Limits { group_members: 2, ..Limits::default() };
    assert_eq!(world.unknown(), [(UnknownKind::LargeGroup, "dev@example.com".to_owned())]);
    let found = shapes(&world);
    assert!(!found.iter().any(|(id, ..)| id == "ann@example.com"));
    assert!(found.contains(&("eve@gmail.com".to_owned(), Grade::Indirect, 3)));
}

#[test]
fn all_users_of_the_tenant_are_one_principal() {
    let world = world().bind("p", SIGNER, DEV).group("dev@example.com", &["customer"]);
    assert!(
        world
            .authority()
            .paths_to(MAILER)
            .paths
            .iter()
            .any(|path| path.principal.kind == PrincipalKind::Tenant)
    );
}

#[test]
fn too_long_a_chain_is_cut_off_and_told() {
    let mut world = world()
        .bind(DEPLOY, WORKLOAD_USER, ANN)
        .bind(ROBOT, WORKLOAD_USER, &member(DEPLOY))
        .bind(MAILER, SIGNER, &member(ROBOT));
    world.limits.hops = 3;
    assert!(world.unknown().is_empty());
    world.limits.hops = 2;
    assert_eq!(world.unknown(), [(UnknownKind::CutOff, String::new())]);
    assert!(!shapes(&world).iter().any(|(id, ..)| id == "ann@example.com"));
}

#[test]
fn circles_of_accounts_end() {
    let world = world()
        .bind(ROBOT, TOKEN_CREATOR, &member(DEPLOY))
        .bind(DEPLOY, TOKEN_CREATOR, &member(ROBOT))
        .bind(MAILER, TOKEN_CREATOR, &member(ROBOT))
        .bind(ROBOT, TOKEN_CREATOR, &member(MAILER));
    assert_eq!(
        shapes(&world),
        [(ROBOT.to_owned(), Grade::Direct, 1), (DEPLOY.to_owned(), Grade::Indirect, 2),]
    );
    assert!(world.unknown().is_empty());
}

#[test]
fn no_path_leads_through_a_disabled_account() {
    let world = world().bind(ROBOT, WORKLOAD_USER, ANN).bind(MAILER, SIGNER, &member(ROBOT)).disable(ROBOT);
    assert!(world.paths().is_empty());
    assert_eq!(world.ignored(), [(IgnoredReason::DisabledAccount, ROBOT.to_owned())]);
}

#[test]
fn the_paths_of_a_disabled_account_are_told_for_when_it_is_enabled() {
    let world =
        world().bind(MAILER, WORKLOAD_USER, ANN).bind(MAILER, SIGNER, &member(MAILER)).disable(MAILER);
    let authority = world.authority();
    let found = authority.paths_to(MAILER);
    assert_eq!(found.state, AccountState::Disabled);
    assert_eq!(found.paths.len(), 1);
}

#[test]
fn of_an_account_that_is_not_listed_nothing_is_concluded() {
    let world = world().bind("p", SIGNER, ANN);
    let authority = world.authority();
    let found = authority.paths_to("gone@p.iam.gserviceaccount.com");
    assert_eq!(found.state, AccountState::NotListed);
    assert!(found.paths.is_empty() && !found.unknown.is_empty());
}

#[test]
fn who_can_act_as_an_account_of_an_unread_project_is_unknown() {
    let foreign = "a@evil.iam.gserviceaccount.com";
    let world = world().bind(MAILER, SIGNER, &member(foreign));
    assert_eq!(world.unknown(), [(UnknownKind::ServiceAccount, foreign.to_owned())]);
    let agent = "service-1001@gcp-sa-cloudbuild.iam.gserviceaccount.com";
    let world = super::test_facts::world().bind(MAILER, SIGNER, &member(agent));
    assert!(world.unknown().is_empty(), "Google's own agents are nobody else");
    assert_eq!(world.paths().len(), 1);
}

#[test]
fn a_policy_or_a_parent_that_was_not_read_is_unknown() {
    for on in [MAILER, "p", "folder", "organization"] {
        let mut world = world().bind(ROBOT, SIGNER, ANN);
        world.entry(on).policy = Reading::Missing(gap(Part::IamPolicies));
        assert_eq!(world.unknown(), [(UnknownKind::Policy, place(on).title())]);
    }
    let mut world = world();
    world.entry("p").parent = Reading::Missing(gap(Part::IamPolicies));
    assert_eq!(world.unknown(), [(UnknownKind::Parent, "project p".to_owned())]);
    world.entry("p").parent = Reading::Complete(None);
    assert!(world.unknown().is_empty(), "a project may have no organization");
}

#[test]
fn with_nothing_read_nothing_is_concluded() {
    let mut world = world();
    world.iam = IamFacts::default();
    world.domains = Reading::Complete(Domains::default());
    assert!(!world.unknown().is_empty());
    world.accounts = Reading::Missing(gap(Part::ServiceAccounts));
    assert!(!world.unknown().is_empty());
}

#[test]
fn spelling_does_not_matter() {
    let world =
        world().bind(MAILER, SIGNER, "group:DEV@Example.com").group("dev@example.COM", &["Ann@EXAMPLE.com"]);
    assert_eq!(shapes(&world)[1], ann(Grade::Direct, 2));
    assert_eq!(world.authority().paths_to(&MAILER.to_uppercase()).paths.len(), 2);
}

#[test]
fn the_cut_is_the_nearest_binding_that_keyless_signing_can_spare() {
    let world = world().bind(DEPLOY, WORKLOAD_USER, ANN).bind(MAILER, WORKLOAD_USER, &member(DEPLOY)).bind(
        MAILER,
        TOKEN_CREATOR,
        &member(MAILER),
    );
    let authority = world.authority();
    let found = authority.paths_to(MAILER);
    let path = found.paths.iter().find(|path| path.principal.id == "ann@example.com").unwrap();
    let cut = path.cut().unwrap();
    assert_eq!((cut.role, cut.member), (WORKLOAD_USER, member(DEPLOY).as_str()));
}

#[test]
fn the_cut_is_not_a_binding_that_another_hop_shares() {
    // The robot's role on the project serves it twice: for a token of itself, and for the key.
    let twice = "projects/p/roles/twice";
    let world = world()
        .role(twice, &["iam.serviceAccounts.getAccessToken", "iam.serviceAccountKeys.create"])
        .bind(ROBOT, DELEGATOR, ANN)
        .bind("p", twice, &member(ROBOT));
    let authority = world.authority();
    let found = authority.paths_to(MAILER);
    let path = found.paths.iter().find(|path| path.principal.id == "ann@example.com").unwrap();
    assert_eq!((path.hops.len(), path.bindings().filter(|binding| binding.role == twice).count()), (3, 2));
    assert_eq!(path.cut().unwrap().role, DELEGATOR);
}

#[test]
fn of_many_accounts_the_binding_that_cuts_most_is_named() {
    let world = world()
        .bind("p", SIGNER, DEV)
        .bind(DEPLOY, KEY_ADMIN, ANN)
        .group("dev@example.com", &["ann@example.com"]);
    let authority = world.authority();
    let found: Vec<_> = [MAILER, ROBOT, DEPLOY].map(|account| authority.paths_to(account)).into();
    let cuts: Cuts = found.iter().flat_map(|found| &found.paths).collect();
    let cut = &cuts.first(1)[0];
    assert_eq!((cut.binding.role, cut.binding.member, cut.paths), (SIGNER, DEV, 4));
    assert!(Cuts::default().first(9).is_empty());
}

#[test]
fn each_next_cut_counts_only_the_paths_that_are_left() {
    let world = world()
        .bind("p", SIGNER, DEV)
        .bind(DEPLOY, KEY_ADMIN, ANN)
        .group("dev@example.com", &["ann@example.com"]);
    let authority = world.authority();
    let found: Vec<_> = [MAILER, ROBOT, DEPLOY].map(|account| authority.paths_to(account)).into();
    let paths = || found.iter().flat_map(|found| &found.paths);
    let cuts = paths().collect::<Cuts>().first(9);
    let closed: Vec<usize> = cuts.iter().map(|cut| cut.paths).collect();
    assert!(closed.is_sorted_by(|a, b| a >= b) && closed.iter().all(|closed| *closed > 0), "{closed:?}");
    assert_eq!(closed.iter().sum::<usize>(), paths().count(), "every path is closed, and once");
    assert_eq!(cuts[0].accounts.len(), 2);
}

/// 50 projects with 100 accounts each, 300 bindings on each project, 100 groups of 50.
#[test]
#[ignore = "for the clock: cargo test --lib -- --ignored --nocapture a_large"]
fn a_large_organization_takes_seconds() {
    let roles =
        [SIGNER, KEY_ADMIN, TOKEN_CREATOR, ACCOUNT_USER, COMPUTE, PROJECT_IAM, "roles/viewer", READER];
    let mut world = world();
    let (mut policies, mut accounts) = (Vec::new(), Vec::new());
    for project in 0..50 {
        let id = format!("project-{project}");
        let mut own = entry(&id, None, Some("folder"));
        let Reading::Complete(policy) = &mut own.policy else { unreachable!() };
        policy.bindings.extend((0..300).map(|number| {
            let text = match number % 4 {
                0 => format!("group:group-{}@example.com", (number + project) % 100),
                1 => member(&format!(
                    "a{}@project-{}.iam.gserviceaccount.com",
                    number % 100,
                    (project + 1) % 50
                )),
                _ => format!("user:user-{}@example.com", number * 7 + project),
            };
            binding(roles[if number % 10 == 0 { (number / 10) % 6 } else { 6 + number % 2 }], &text)
        }));
        policies.push(own);
        for number in 0..100 {
            let email = format!("a{number}@project-{project}.iam.gserviceaccount.com");
            let mut own = entry(&email, None, Some(&id));
            let Reading::Complete(policy) = &mut own.policy else { unreachable!() };
            policy.bindings.push(binding(TOKEN_CREATOR, &member(&email)));
            policy.bindings.push(binding(WORKLOAD_USER, &format!("user:user-{number}@example.com")));
            policies.push(own);
            accounts.push(account(&email));
        }
    }
    for group in 0..100 {
        let members: Vec<_> =
            (0..50).map(|number| format!("user-{}@example.com", group * 20 + number)).collect();
        let members: Vec<_> = members.iter().map(String::as_str).collect();
        world = world.group(&format!("group-{group}@example.com"), &members);
    }
    let Reading::Complete(known) = &mut world.iam.policies else { unreachable!() };
    known.0.extend(policies);
    world.accounts = Reading::Complete(ServiceAccounts::new(accounts));

    let authority = world.authority();
    let mut cuts = Cuts::default();
    let mut paths = 0;
    for account in &world.accounts.known().unwrap().0 {
        let found = authority.paths_to(&account.email);
        paths += found.paths.len();
        found.paths.iter().for_each(|path| cuts.add(path));
    }
    println!("{paths} paths, best cuts {:?}", cuts.first(10));
    assert!(paths > 5000);
}
