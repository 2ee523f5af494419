//! What holds for every policy.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::test_facts::*;
use super::{Grade, Limits, Path};
use super::{Principal, PrincipalKind};
use crate::tenant::{IamRole, Reading};

const ACCOUNTS: [&str; 3] = [MAILER, ROBOT, DEPLOY];
const GROUPS: [(&str, &[&str]); 2] = [
    ("dev@example.com", &["ann@example.com", "group:ops@example.com", ROBOT]),
    ("ops@example.com", &["bob@example.com", "group:dev@example.com", DEPLOY]),
];

/// Place, role, member, whether under a condition.
type Given = (&'static str, &'static str, String, bool);

fn given(broad: bool) -> impl Strategy<Value = Given> {
    use proptest::sample::select;

    let places = [MAILER, ROBOT, DEPLOY, "p", "q", "folder", "organization"];
    let roles = [
        KEY_ADMIN,
        TOKEN_CREATOR,
        WORKLOAD_USER,
        ACCOUNT_USER,
        ACCOUNT_ADMIN,
        PROJECT_IAM,
        FOLDER_IAM,
        ROLE_ADMIN,
        COMPUTE,
        DELEGATOR,
        SIGNER,
        READER,
        "roles/owner",
        "roles/editor",
    ];
    let mut members = vec![
        ANN.to_owned(),
        "user:bob@example.com".to_owned(),
        DEV.to_owned(),
        "group:ops@example.com".to_owned(),
        member(MAILER),
        member(ROBOT),
        member(DEPLOY),
        "projectOwner:p".to_owned(),
        "projectEditor:q".to_owned(),
    ];
    if broad {
        members.extend(["domain:example.com", "allAuthenticatedUsers", "allUsers"].map(str::to_owned));
    }
    (select(places.to_vec()), select(roles.to_vec()), select(members), proptest::bool::weighted(0.2))
}

fn with(given: &[Given]) -> World {
    let mut world = GROUPS.iter().fold(world(), |world, (email, members)| world.group(email, members));
    world.limits = Limits { hops: 64, ..Limits::default() };
    given.iter().fold(world, |world, (on, role, member, conditional)| match conditional {
        true => world.bind_if(on, role, member, "sometimes"),
        false => world.bind(on, role, member),
    })
}

/// Whether whoever the one is, is the other too: a path of all users of a domain is one of each of them, and is
/// not told again for each.
fn is_one_of(one: &Principal, other: &Principal) -> bool {
    one == other
        || match other.kind {
            PrincipalKind::Anyone => true,
            PrincipalKind::AnyoneSignedIn => one.kind != PrincipalKind::Anyone,
            PrincipalKind::Domain => {
                one.kind == PrincipalKind::User && one.id.ends_with(&format!("@{}", other.id))
            }
            _ => false,
        }
}

/// Whether a path is at least as good as another: of the same principal, or of all that it is one of; grade by
/// grade, condition by condition.
fn covers(better: &Path, path: &Path) -> bool {
    is_one_of(path.principal, better.principal)
        && better.grade <= path.grade
        && (!better.conditional || path.conditional)
}

proptest! {
    #[test]
    fn another_binding_takes_no_path_away(
        some in proptest::collection::vec(given(true), 0..12),
        one in given(true),
    ) {
        let before = with(&some);
        let after = with(&[some, vec![one]].concat());
        let (before, after) = (before.authority(), after.authority());
        for account in ACCOUNTS {
            let after = after.paths_to(account);
            for path in &before.paths_to(account).paths {
                prop_assert!(after.paths.iter().any(|other| covers(other, path)), "{}", path.chain());
                let shortest = |paths: &[Path]| {
                    paths.iter().filter(|other| is_one_of(path.principal, other.principal)).map(|other| other.hops.len()).min()
                };
                prop_assert!(shortest(&after.paths) <= Some(path.hops.len()), "{}", path.chain());
            }
        }
    }

    #[test]
    fn without_its_cut_a_path_is_gone(some in proptest::collection::vec(given(true), 1..10)) {
        let world = with(&some);
        let authority = world.authority();
        for account in ACCOUNTS {
            for path in &authority.paths_to(account).paths {
                let cut = path.cut().unwrap();
                prop_assert!(path.bindings().any(|binding| binding == cut));
                let kept: Vec<Given> = some
                    .iter()
                    .filter(|(on, role, member, conditional)| {
                        (&place(on), *role, member.as_str(), *conditional)
                            != (cut.resource, cut.role, cut.member, cut.condition.is_some())
                    })
                    .cloned()
                    .collect();
                prop_assert!(kept.len() < some.len());
                let without = with(&kept);
                let without = without.authority();
                prop_assert!(!without.paths_to(account).paths.contains(path), "{}", path.chain());
            }
        }
    }

    #[test]
    fn each_path_holds_together(some in proptest::collection::vec(given(true), 0..10)) {
        let world = with(&some);
        let authority = world.authority();
        for account in ACCOUNTS {
            let found = authority.paths_to(account);
            prop_assert!(found.unknown.is_empty());
            for path in &found.paths {
                prop_assert_eq!(path.hops[0].from(), path.principal);
                for pair in path.hops.windows(2) {
                    let reached = match &pair[0] {
                        super::Hop::Member { group, .. } => group.id.as_str(),
                        super::Hop::Right { account, .. } => account,
                    };
                    prop_assert_eq!(reached, &pair[1].from().id);
                }
                prop_assert!(path.edge().is_some());
                let is_obstructed = |hop: &super::Hop| {
                    matches!(hop, super::Hop::Right { obstacle: Some(_), .. })
                };
                prop_assert_eq!(
                    path.conditional,
                    path.bindings().any(|binding| binding.condition.is_some())
                        || path.hops.iter().any(is_obstructed)
                );
                let rights = path.hops.iter().filter(|hop| matches!(hop, super::Hop::Right { .. })).count();
                prop_assert_eq!(path.grade == Grade::Direct, rights == 1 && path.grade != Grade::Admin);
            }
        }
    }

    /// The same question, asked forwards and without any cleverness.
    #[test]
    fn the_search_finds_whoever_a_fixpoint_finds(some in proptest::collection::vec(given(false), 0..20)) {
        let world = with(&some);
        let authority = world.authority();
        let always: Vec<Given> = some.iter().filter(|(.., conditional)| !conditional).cloned().collect();
        let (perhaps, surely) = (Plain::new(&world, &some), Plain::new(&world, &always));
        for account in ACCOUNTS {
            let found = authority.paths_to(account);
            for principal in ["ann@example.com", "bob@example.com"].into_iter().chain(ACCOUNTS) {
                if principal != account {
                    let of_principal = || found.paths.iter().filter(|path| path.principal.id == principal);
                    let has_path = of_principal().next().is_some();
                    prop_assert_eq!(has_path, perhaps.reaches(principal, account, false), "{} {}", principal, account);
                    let is_sure = of_principal().any(|path| !path.conditional);
                    prop_assert_eq!(is_sure, surely.reaches(principal, account, true), "{} {}", principal, account);
                }
            }
        }
    }
}

/// The rules of `docs/paths.md` over sets of names.
struct Plain<'a> {
    world: &'a World,
    given: &'a [Given],
}

impl<'a> Plain<'a> {
    const fn new(world: &'a World, given: &'a [Given]) -> Self {
        Self { world, given }
    }

    fn chain(on: &str) -> Vec<&str> {
        match on {
            "organization" => vec!["organization"],
            "p" | "q" => vec![on, "folder", "organization"],
            DEPLOY => vec![on, "q", "folder", "organization"],
            _ => vec![on, "p", "folder", "organization"],
        }
    }

    /// The principal and everything that it counts as.
    fn identities(&self, principal: &str) -> BTreeSet<String> {
        let mut known = BTreeSet::from([principal.to_owned()]);
        loop {
            let groups = GROUPS.iter().filter(|(_, members)| {
                members.iter().any(|member| known.contains(member.trim_start_matches("group:")))
            });
            let mut more: BTreeSet<String> = groups.map(|(email, _)| (*email).to_owned()).collect();
            for (basic, role, project) in
                [("projectOwner:p", "roles/owner", "p"), ("projectEditor:q", "roles/editor", "q")]
            {
                let is_held = self.given.iter().any(|(on, held, member, _)| {
                    *held == role && Self::chain(project).contains(on) && known.contains(bare(member))
                });
                more.extend(is_held.then(|| basic.to_owned()));
            }
            let before = known.len();
            known.extend(more);
            if known.len() == before {
                return known;
            }
        }
    }

    fn permissions(&self, role: &str) -> BTreeSet<String> {
        let Reading::Complete(roles) = &self.world.iam.roles else { unreachable!() };
        let role = roles.0.iter().find(|known| known.name == role).unwrap();
        role.permissions.known().unwrap().clone()
    }

    fn has(&self, principal: &str, permission: &str, on: &str) -> bool {
        let identities = self.identities(principal);
        self.given.iter().any(|(place, role, member, _)| {
            let counts = match permission {
                "resourcemanager.projects.setIamPolicy" | "iam.roles.update" | "compute.instances.create" => {
                    !place.contains('@')
                }
                "resourcemanager.folders.setIamPolicy" => ["folder", "organization"].contains(place),
                _ => true,
            };
            counts
                && Self::chain(on).contains(place)
                && identities.contains(bare(member))
                && self.permissions(role).contains(permission)
        })
    }

    fn any(&self, principal: &str, permissions: &[&str], on: &str) -> bool {
        permissions.iter().any(|permission| self.has(principal, permission, on))
    }

    fn edits_its_role(&self, principal: &str, on: &str) -> bool {
        let identities = self.identities(principal);
        self.given.iter().any(|(place, role, member, _)| {
            let home = match IamRole::home(role) {
                Some(crate::tenant::IamResource::Project(_)) => "p",
                Some(_) => "organization",
                None => return false,
            };
            Self::chain(on).contains(place)
                && identities.contains(bare(member))
                && self.has(principal, "iam.roles.update", home)
        })
    }

    fn is_admin(&self, principal: &str, on: &str) -> bool {
        self.any(
            principal,
            &[
                "iam.serviceAccounts.setIamPolicy",
                "resourcemanager.projects.setIamPolicy",
                "resourcemanager.folders.setIamPolicy",
            ],
            on,
        ) || self.edits_its_role(principal, on)
    }

    fn reaches(&self, principal: &str, target: &str, must_find_something_to_run: bool) -> bool {
        let sign = ["iam.serviceAccounts.signJwt", "iam.serviceAccounts.signBlob"];
        let get = ["iam.serviceAccounts.getAccessToken", sign[0], sign[1]];
        let key = ["iam.serviceAccountKeys.create"];
        let mut being: BTreeSet<&str> = BTreeSet::from([principal]);
        let mut delegating: BTreeSet<&str> = BTreeSet::new();
        loop {
            let size = being.len() + delegating.len();
            for account in ACCOUNTS {
                let project = if account == DEPLOY { "q" } else { "p" };
                let becomes = |actor: &str| {
                    self.any(actor, &get, account)
                        || self.any(actor, &key, account)
                        || self.is_admin(actor, account)
                        || (self.has(actor, "iam.serviceAccounts.actAs", account)
                            && (!must_find_something_to_run
                                || self.has(actor, "compute.instances.create", project)))
                };
                let delegates =
                    |actor: &str| self.has(actor, "iam.serviceAccounts.implicitDelegation", account);
                if being.iter().any(|actor| becomes(actor))
                    || delegating.iter().any(|actor| self.any(actor, &get, account))
                {
                    being.insert(account);
                }
                if being.iter().chain(&delegating).any(|actor| delegates(actor)) {
                    delegating.insert(account);
                }
            }
            if being.len() + delegating.len() == size {
                break;
            }
        }
        being.iter().any(|actor| {
            self.any(actor, &key, target) || self.any(actor, &sign, target) || self.is_admin(actor, target)
        }) || delegating.iter().any(|actor| self.any(actor, &sign, target))
    }
}

/// Without the prefix of the principal identifier.
fn bare(member: &str) -> &str {
    match member.split_once(':') {
        Some(("user" | "group" | "serviceAccount", rest)) => rest,
        _ => member,
    }
}
