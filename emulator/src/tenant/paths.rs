//! Who can act as any user through a delegated account, step by step: the truth for a client to find.
//!
//! A step gives either a signature in an account's name, which a grant takes, or the account's own token. A
//! token leads on: to a signature if the account may sign as itself, or to the next account.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{Binding, FORMER_POOL, Group, Project, Resource, Rule, ServiceAccount, Tenant};

/// Longer ways are not looked for.
const MAX_STEPS: usize = 3;

/// What a permission on an account gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gives {
    Signature,
    Token,
    Control,
}

const STEPS: [(&str, Gives); 8] = [
    ("iam.serviceAccountKeys.create", Gives::Signature),
    ("iam.serviceAccounts.signJwt", Gives::Signature),
    ("iam.serviceAccounts.signBlob", Gives::Signature),
    ("iam.serviceAccounts.getAccessToken", Gives::Token),
    ("iam.serviceAccounts.actAs", Gives::Token),
    ("iam.serviceAccounts.setIamPolicy", Gives::Control),
    ("resourcemanager.projects.setIamPolicy", Gives::Control),
    ("iam.roles.update", Gives::Control),
];

const KEY_CONSTRAINTS: [&str; 2] =
    ["iam.disableServiceAccountKeyCreation", "iam.managed.disableServiceAccountKeyCreation"];

/// One permission that somebody holds on an account.
struct Step<'a> {
    member: &'a str,
    permission: &'static str,
    gives: Gives,
    role: &'a str,
    resource: String,
    account: &'a ServiceAccount,
    in_force: bool,
}

/// Every way from a member of a policy to each account that has a grant.
pub(super) fn paths(tenant: &Tenant, now: DateTime<Utc>) -> Vec<Value> {
    let mut found = Vec::new();
    for (project, account) in tenant.accounts() {
        if tenant.grant_of(&account.client_id).is_some() {
            let mut walked = Vec::new();
            ways_to(tenant, project, account, now, &mut walked, &mut found);
        }
    }
    found
}

/// Walks back from an account; `walked` are the steps from it on to the grant.
fn ways_to<'a>(
    tenant: &'a Tenant,
    project: &'a Project,
    account: &'a ServiceAccount,
    now: DateTime<Utc>,
    walked: &mut Vec<Step<'a>>,
    found: &mut Vec<Value>,
) {
    for step in steps_on(tenant, project, account, now) {
        let own = format!("serviceAccount:{}", account.email);
        if step.member == own || walked.iter().any(|later| later.account.email == account.email) {
            continue;
        }
        let member = step.member;
        walked.push(step);
        found.push(path(tenant, walked, now));
        let before = member.strip_prefix("serviceAccount:").and_then(|email| tenant.account(email));
        if let Some((project, account)) = before.filter(|_| walked.len() < MAX_STEPS) {
            ways_to(tenant, project, account, now, walked, found);
        }
        walked.pop();
    }
}

/// What everybody holds on an account, by the policies of all above it.
fn steps_on<'a>(
    tenant: &'a Tenant,
    project: &'a Project,
    account: &'a ServiceAccount,
    now: DateTime<Utc>,
) -> Vec<Step<'a>> {
    let place = Resource::Account(project, account);
    let mut steps = Vec::new();
    for above in tenant.lineage(place) {
        for binding in &tenant.policy_of(above).bindings {
            let permissions = tenant.permissions_of(&binding.role);
            for (permission, gives) in STEPS.into_iter().filter(|(name, _)| permissions.contains(name)) {
                let in_force = binding.is_in_force(now) && !is_switched_off(tenant, place, permission);
                for member in &binding.members {
                    let (role, resource) = (role_of(binding), tenant.name_of(above));
                    let in_force = in_force && !is_of_a_disabled_pool(member);
                    steps.push(Step { member, permission, gives, role, resource, account, in_force });
                }
            }
        }
    }
    steps
}

fn is_of_a_disabled_pool(member: &str) -> bool {
    member
        .split_once("/workloadIdentityPools/")
        .is_some_and(|(_, pool)| pool.split('/').next() == Some(FORMER_POOL))
}

fn role_of(binding: &Binding) -> &str {
    &binding.role
}

fn is_switched_off(tenant: &Tenant, account: Resource<'_>, permission: &str) -> bool {
    permission == "iam.serviceAccountKeys.create"
        && KEY_CONSTRAINTS
            .iter()
            .any(|constraint| tenant.effective_rule(account, constraint) == Some(Rule::Enforced(true)))
}

/// The steps are kept from the grant backwards.
fn path(tenant: &Tenant, walked: &[Step<'_>], now: DateTime<Utc>) -> Value {
    let completes = walked.iter().enumerate().all(|(place, step)| {
        // Only the step onto the grant's own account needs a signature: a token leads to every other one.
        let signs = place > 0 || step.gives != Gives::Token || signs_as_itself(tenant, step.account, now);
        step.in_force && !step.account.disabled && signs
    });
    let first = walked.last().map_or("", |step| step.member);
    let steps: Vec<Value> = walked
        .iter()
        .rev()
        .map(|step| {
            json!({
                "member": step.member,
                "permission": step.permission,
                "role": step.role,
                "resource": step.resource,
                "account": step.account.email,
            })
        })
        .collect();
    json!({
        "principal": first,
        "people": people(tenant, first),
        "account": walked.first().map_or("", |step| &step.account.email),
        "completes": completes,
        "steps": steps,
    })
}

fn signs_as_itself(tenant: &Tenant, account: &ServiceAccount, now: DateTime<Utc>) -> bool {
    let principal = format!("serviceAccount:{}", account.email);
    tenant.account(&account.email).is_some_and(|(project, account)| {
        let place = Resource::Account(project, account);
        ["iam.serviceAccounts.signJwt", "iam.serviceAccounts.signBlob"]
            .into_iter()
            .any(|permission| tenant.allows(&principal, permission, place, now))
    })
}

/// Who a group stands for, with the groups in it; a member that is no group stands for itself.
fn people(tenant: &Tenant, member: &str) -> Vec<String> {
    let members = |group: &Group| {
        let derived = tenant.derived_members(group).into_iter();
        derived
            .filter(|member| tenant.group(&member.email).is_none())
            .map(|member| member.email.clone())
            .collect()
    };
    match member.strip_prefix("group:").and_then(|group| tenant.group(group)) {
        Some(group) => members(group),
        None => Vec::new(),
    }
}
