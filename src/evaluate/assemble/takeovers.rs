//! Facts of IAM → who can take over which client.

use std::collections::BTreeMap;

use super::Approvals;

use crate::authority::{
    self, Authority, Binding, Cuts, Grade, Hop, Limits, Obstacle, Path, Principal, PrincipalKind, Right,
    Side, Unknown,
};
use crate::authority::{
    AccessBinding, BroadBinding, Takeover, TakeoverCut, TakeoverEdge, TakeoverPath, TakeoverPrincipal,
};
use crate::snapshot::Snapshot;
use crate::tenant::{Gap, GapClass, GapReason, IamPolicies, IamResource, Part, ServiceAccount};

/// Roles that are meant to be given on one account.
const FOR_ONE_ACCOUNT: [&str; 3] = [
    "roles/iam.serviceAccountUser",
    "roles/iam.serviceAccountTokenCreator",
    "roles/iam.serviceAccountKeyAdmin",
];

/// How many bindings are named, and how many clients of each.
const MAX_CUTS: usize = 10;
const MAX_CUT_CLIENTS: usize = 20;

/// Who can take over each client that holds a grant and is a listed account, and which of that is approved;
/// and the bindings to cut first.
pub(super) fn takeovers(tenant: &Snapshot, approvals: &Approvals<'_>) -> (Vec<Takeover>, Vec<TakeoverCut>) {
    let Some(accounts) = tenant.service_accounts.known() else { return Default::default() };
    let facts = authority::Facts {
        iam: &tenant.iam,
        accounts: &tenant.service_accounts,
        domains: &tenant.domains,
        guardrails: &tenant.guardrails,
        at: tenant.run_at,
    };
    let authority = Authority::new(facts, Limits::default());
    let mut cuts = Cuts::default();
    let mut client_of = BTreeMap::new();
    let mut broad_on: BTreeMap<&str, Vec<BroadBinding>> = BTreeMap::new();
    let clients = tenant.grants.clients().into_iter();
    let takeovers = clients
        .filter_map(|client| {
            let account = accounts.by_client(client)?;
            let found = authority.paths_to(&account.email);
            let broad = broad_on.entry(&account.project).or_insert_with(|| {
                let is_agent = |member: &str| authority.is_service_agent(member);
                broad(tenant.iam.policies.known(), &account.project, is_agent)
            });
            let mut takeover = Takeover {
                client_id: client.to_owned(),
                account: account.email.clone(),
                paths: found
                    .paths
                    .iter()
                    .map(|path| {
                        let may_be_closed_by = may_be_closed_by(path, account, tenant);
                        TakeoverPath { may_be_closed_by, ..self::path(path) }
                    })
                    .collect(),
                broad: broad.clone(),
                is_disabled: account.disabled,
                gaps: gaps(&found.unknown),
            };
            let approved_by: Vec<_> =
                takeover.paths.iter().map(|path| approvals.of(&takeover, path)).collect();
            for (path, approved_by) in takeover.paths.iter_mut().zip(approved_by) {
                path.approved_by = approved_by;
            }
            // What is closed or approved needs no cut, and what Google's services need must not be cut.
            let paths = found.paths.iter().zip(&takeover.paths);
            let is_to_cut = |path: &TakeoverPath| {
                path.is_open() && !takeover.is_own(path) && path.kind != TakeoverPrincipal::ServiceAgent
            };
            let to_cut = paths.filter(|(_, path)| is_to_cut(path));
            to_cut.for_each(|(path, _)| cuts.add(path));
            client_of.insert(found.account, client);
            Some(takeover)
        })
        .collect();
    let cuts = cuts.first(MAX_CUTS).into_iter().map(|cut| {
        let clients = cut.accounts.iter().filter_map(|account| client_of.get(account));
        TakeoverCut {
            binding: binding(&cut.binding),
            paths: cut.paths as u64,
            open_to_many: cut.open_to_many as u64,
            outside: cut.outside as u64,
            clients: cut.accounts.len() as u64,
            some_clients: clients.take(MAX_CUT_CLIENTS).map(|client| (*client).to_owned()).collect(),
        }
    });
    (takeovers, cuts.collect())
}

fn path(path: &Path<'_>) -> TakeoverPath {
    let edge = match (path.grade, path.edge()) {
        (Grade::Direct, Some(Right::CreateKey | Right::UploadKey)) => TakeoverEdge::Key,
        (Grade::Direct, _) => TakeoverEdge::Sign,
        (Grade::Indirect, _) => TakeoverEdge::Indirect,
        (Grade::Admin, _) => TakeoverEdge::Admin,
    };
    TakeoverPath {
        principal: path.principal.id.clone(),
        kind: kind(path.principal),
        is_outside: match path.principal.side {
            Side::Inside => Some(false),
            Side::Outside => Some(true),
            Side::Unknown => None,
        },
        edge,
        permission: path.edge().map(|right| right.permission().to_owned()).unwrap_or_default(),
        via: path.via().map(|principal| principal.id.clone()).collect(),
        hops: path.hops.len() as u64,
        is_conditional: path.conditional,
        is_closed: path.obstacles().any(|obstacle| obstacle == Obstacle::KeysForbidden),
        sentence: path.sentence(),
        obstacles: path.obstacle_sentences(),
        chain: path.chain(),
        binding: path.cut().as_ref().map(binding),
        approved_by: None,
        may_be_closed_by: Vec::new(),
    }
}

/// What was not read and may close a path: policies that forbid keys, a pool that is disabled, an account that is.
fn may_be_closed_by(path: &Path<'_>, account: &ServiceAccount, tenant: &Snapshot) -> Vec<Gap> {
    let makes_key = path.hops.iter().any(|hop| {
        matches!(hop, Hop::Right { right: Right::CreateKey | Right::UploadKey, obstacle: None, .. })
    });
    let principals = || std::iter::once(path.principal).chain(path.via());
    let is_of_pool = |kind| {
        matches!(
            kind,
            PrincipalKind::FederatedSubject | PrincipalKind::FederatedSet | PrincipalKind::WholePool
        )
    };
    let accounts = tenant.service_accounts.known();
    let is_listed = |email: &str| accounts.is_some_and(|accounts| accounts.by_address(email).is_some());
    let is_strange = |kind, email: &str| kind == PrincipalKind::ServiceAccount && !is_listed(email);
    let gaps = [
        makes_key.then(|| guardrail_gap(&account.project, tenant)),
        principals().any(|principal| is_of_pool(principal.kind)).then(|| tenant.iam.pools.gap()),
        principals()
            .any(|principal| is_strange(principal.kind, &principal.id))
            .then(|| tenant.service_accounts.gap()),
    ];
    gaps.into_iter().flatten().flatten().cloned().collect()
}

/// Why nobody knows whether keys are forbidden in a project.
fn guardrail_gap<'t>(project: &str, tenant: &'t Snapshot) -> Option<&'t Gap> {
    let mut projects = tenant.guardrails.known().into_iter().flat_map(|guardrails| &guardrails.0);
    match projects.find(|known| known.project == project) {
        Some(known) => known.forbids_key_creation.gap().or_else(|| known.forbids_key_upload.gap()),
        None => tenant.guardrails.gap(),
    }
}

fn kind(principal: &Principal) -> TakeoverPrincipal {
    match principal.kind {
        // One of somebody else's project is an outsider like any other.
        _ if principal.is_service_agent() => TakeoverPrincipal::ServiceAgent,
        PrincipalKind::ServiceAccount
        | PrincipalKind::ServiceAccountSet
        | PrincipalKind::FederatedSubject => TakeoverPrincipal::Workload,
        PrincipalKind::WholePool | PrincipalKind::Anyone | PrincipalKind::AnyoneSignedIn => {
            TakeoverPrincipal::Open
        }
        _ => TakeoverPrincipal::Human,
    }
}

fn binding(binding: &Binding<'_>) -> AccessBinding {
    AccessBinding {
        resource: binding.resource.clone(),
        role: binding.role.to_owned(),
        member: binding.member.to_owned(),
        condition: binding.condition.cloned(),
    }
}

/// Bindings of roles for single accounts, on the account's project and above.
fn broad(
    policies: Option<&IamPolicies>,
    project: &str,
    is_agent: impl Fn(&str) -> bool,
) -> Vec<BroadBinding> {
    let project = IamResource::Project(project.to_owned());
    let places = policies.into_iter().flat_map(|policies| policies.upwards_from(&project));
    let bindings = places.flat_map(|entry| {
        let bindings = entry.policy.known().into_iter().flat_map(|policy| &policy.bindings);
        bindings.map(|binding| (&entry.resource, binding))
    });
    bindings
        .filter(|(_, binding)| FOR_ONE_ACCOUNT.contains(&binding.role.as_str()))
        .flat_map(|(resource, binding)| {
            // Who was deleted holds nothing unless restored.
            let members = binding.members.iter().filter(|member| !member.starts_with("deleted:"));
            members.map(|member| BroadBinding {
                is_service_agent: is_agent(member),
                binding: AccessBinding {
                    resource: resource.clone(),
                    role: binding.role.clone(),
                    member: member.clone(),
                    condition: binding.condition.clone(),
                },
            })
        })
        .collect()
}

/// Why there may be other paths: one gap a part and reason.
fn gaps(unknown: &[&Unknown]) -> Vec<Gap> {
    let mut gaps: Vec<Gap> = Vec::new();
    for gap in unknown.iter().map(|unknown| gap(&unknown.message, unknown.gap.as_ref())) {
        let is_new = !gaps.iter().any(|known| (known.part, &known.reason) == (gap.part, &gap.reason));
        if is_new && gaps.len() < Takeover::MAX_GAPS {
            gaps.push(gap);
        }
    }
    gaps
}

/// A gap in what paths rest on.
fn gap(message: &str, gap: Option<&Gap>) -> Gap {
    match gap {
        Some(gap) => Gap { message: format!("{message}. {}", gap.message), ..gap.clone() },
        None => Gap {
            part: Part::IamPolicies,
            class: GapClass::Failed,
            reason: GapReason::PATHS_UNKNOWN,
            message: message.to_owned(),
            needed: String::new(),
            fix: "Check the resource in Cloud console > IAM & Admin.".to_owned(),
            places: Box::default(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tenant::{IamBinding, IamPolicy, Reading, ResourcePolicy};

    #[test]
    fn a_deleted_member_holds_no_broad_role() {
        let members = ["deleted:user:ann@example.com?uid=1", "user:ben@example.com"].map(str::to_owned);
        let role = FOR_ONE_ACCOUNT[1].to_owned();
        let bindings = vec![IamBinding { role, members: members.into(), condition: None }];
        let policies = IamPolicies(vec![ResourcePolicy {
            resource: IamResource::Project("p".to_owned()),
            number: None,
            customer: None,
            parent: Reading::Complete(None),
            policy: Reading::Complete(IamPolicy { bindings, ..IamPolicy::default() }),
        }]);
        let found: Vec<String> =
            broad(Some(&policies), "p", |_| false).into_iter().map(|broad| broad.binding.member).collect();
        assert_eq!(found, ["user:ben@example.com"]);
    }
}
