//! Facts for tests: a tenant in order, from which each test takes something away.

use chrono::{DateTime, TimeDelta, Utc};

use crate::authority::{AccessBinding, Takeover, TakeoverEdge, TakeoverPath, TakeoverPrincipal};
use crate::checks::{Check, Evaluator};
use crate::delegation::{Grant, Grants, Provenance, Sighting};
use crate::findings::CheckResult;
use crate::policy::{Policy, Profile, Register, RegisteredClient};
use crate::snapshot::{Snapshot, UserFacts};
use crate::tenant::gmail::{AutoForwarding, Filters};
use crate::tenant::policies::{OrgUnit, OrgUnits, PolicyOrigin, TenantPolicies, TenantPolicy};
use crate::tenant::{
    AdminRole, AdminRoles, AssigneeType, Domain, DomainKind, Domains, Gap, GapClass, GmailState, Groups,
    Guardrails, IamBinding, IamFacts, IamPolicies, IamPolicy, IamResource, IamRoles, LastLogin, Mailbox,
    MailboxFact, Part, People, ProjectGuardrails, Reading, ResourcePolicy, RoleAssignment, SendAs,
    SendAsKind, ServiceAccount, ServiceAccountKey, ServiceAccountUse, ServiceAccounts, SmtpMsa, User,
    WorkloadIdentityPools,
};

pub(crate) const CLIENT: &str = "104000000000000000001";
pub(crate) const ACCOUNT: &str = "mailer@project.iam.gserviceaccount.com";
pub(crate) const GMAIL_SEND: &str = "https://www.googleapis.com/auth/gmail.send";
pub(crate) const UNHEARD_OF: &str = "https://www.googleapis.com/auth/unheard.of";

pub(crate) fn run_at() -> DateTime<Utc> {
    "2026-11-21T07:00:00Z".parse().unwrap()
}

pub(crate) fn days_ago(days: i64) -> DateTime<Utc> {
    run_at() - TimeDelta::days(days)
}

pub(crate) fn policy() -> Policy {
    Policy::of(Profile::Default)
}

pub(crate) fn gap(part: Part) -> Gap {
    Gap {
        part,
        class: GapClass::Denied,
        reason: "denied".into(),
        message: format!("{part} was refused"),
        needed: String::new(),
        fix: String::new(),
        places: Box::default(),
    }
}

/// An ordinary user, in order: active, with a mailbox, enrolled, signed in yesterday.
pub(crate) fn user(id: &str, email: &str) -> User {
    User {
        id: id.into(),
        primary_email: email.into(),
        full_name: Some(format!("Name of {id}")),
        org_unit: Some("/".into()),
        suspended: Some(false),
        suspension_reason: None,
        suspended_at: None,
        archived: Some(false),
        is_mailbox_setup: Some(true),
        is_admin: Some(false),
        is_delegated_admin: Some(false),
        two_step_enrolled: Some(true),
        two_step_enforced: Some(true),
        created_at: Some(days_ago(1000)),
        last_login: LastLogin::At(days_ago(1)),
        aliases: Vec::new(),
        non_editable_aliases: Vec::new(),
        is_guest: Some(false),
        guest_email: None,
    }
}

pub(crate) fn ann() -> User {
    user("100", "ann@example.com")
}

pub(crate) fn super_admin(id: &str, email: &str) -> User {
    User { is_admin: Some(true), ..user(id, email) }
}

/// A mailbox with the user's own address and these.
pub(crate) fn mailbox(user: User, others: impl IntoIterator<Item = SendAs>) -> UserFacts {
    let own = SendAs {
        kind: SendAsKind::Primary,
        is_primary: true,
        is_default: true,
        verification_status: String::new(),
        ..custom(&user.primary_email)
    };
    let entries = std::iter::once(own).chain(others).collect();
    with_send_as(user, MailboxFact::Read(entries))
}

pub(crate) fn with_send_as(user: User, send_as: MailboxFact<Vec<SendAs>>) -> UserFacts {
    let mailbox = Mailbox {
        gmail: GmailState::On,
        gmail_evidence: "send_as_list_answered".into(),
        send_as,
        delegates: MailboxFact::Read(Vec::new()),
        forwarding_addresses: MailboxFact::Read(Vec::new()),
        auto_forwarding: MailboxFact::Read(AutoForwarding {
            enabled: false,
            email: String::new(),
            disposition: String::new(),
        }),
        filters: MailboxFact::Read(Filters::default()),
        ..Mailbox::not_asked()
    };
    UserFacts { user, mailbox, known_sign_in: None }
}

/// A custom "from" address, verified, sent by Gmail.
pub(crate) fn custom(email: &str) -> SendAs {
    SendAs {
        send_as_email: email.into(),
        display_name: String::new(),
        reply_to: String::new(),
        kind: SendAsKind::Custom,
        is_primary: false,
        is_default: false,
        treat_as_alias: true,
        verification_status: "accepted".into(),
        smtp: None,
    }
}

pub(crate) fn through(host: &str, port: i64, security_mode: &str, entry: SendAs) -> SendAs {
    let smtp = SmtpMsa { host: host.into(), port: Some(port), security_mode: security_mode.into() };
    SendAs { smtp: Some(smtp), ..entry }
}

pub(crate) fn domain(name: &str, verified: Option<bool>) -> Domain {
    Domain { name: name.into(), kind: DomainKind::Secondary, verified, parent: None }
}

/// A tenant of which everything was read: these users, `example.com` verified, `unproved.example` not.
pub(crate) fn tenant<'a>(users: impl IntoIterator<Item = &'a User>) -> Snapshot {
    let users = users.into_iter().cloned().map(Ok::<_, std::convert::Infallible>);
    let Ok(people) = People::index(users);
    Snapshot {
        run_at: run_at(),
        customer_id: Some("C01".into()),
        people: Reading::Complete(people),
        domains: Reading::Complete(Domains(vec![
            domain("example.com", Some(true)),
            domain("unproved.example", Some(false)),
            domain("unsaid.example", None),
        ])),
        admin_roles: Reading::Complete(AdminRoles {
            roles: vec![
                AdminRole {
                    id: "1".into(),
                    name: "_SEED_ADMIN_ROLE".into(),
                    is_super_admin: Some(true),
                    is_system: Some(true),
                },
                AdminRole {
                    id: "2".into(),
                    name: "_HELP_DESK_ADMIN_ROLE".into(),
                    is_super_admin: Some(false),
                    is_system: Some(true),
                },
            ],
            assignments: Vec::new(),
        }),
        org_units: Reading::Complete(OrgUnits::default()),
        policies: Reading::Complete(TenantPolicies::default()),
        service_accounts: Reading::Complete(ServiceAccounts::default()),
        console_grants: Reading::Complete(()),
        probe_grants: Reading::Complete(()),
        other_probes: Reading::Complete(()),
        grants: Grants::default(),
        iam: IamFacts {
            organization: None,
            policies: Reading::Complete(IamPolicies::default()),
            roles: Reading::Complete(IamRoles::default()),
            groups: Reading::Complete(Groups::default()),
            pools: Reading::Complete(WorkloadIdentityPools::default()),
        },
        takeovers: Vec::new(),
        takeover_cuts: Vec::new(),
        service_account_use: Reading::Complete(ServiceAccountUse::default()),
        guardrails: Reading::Complete(Guardrails::default()),
        client_certificates: Reading::Complete(Vec::new()),
        admin_log: Reading::Complete(()),
        access_evaluation_log: Reading::Complete(()),
        token_log: Reading::Complete(()),
        apps: Vec::new(),
        gmail_changes: Vec::new(),
        delegation_changes: Vec::new(),
        new_apps: Vec::new(),
        admin_log_unread: None,
        gmail_changes_unread: None,
        token_log_unread: None,
        identities: crate::snapshot::IdentityIndex::default(),
    }
}

/// A tenant with a root, `/Sales` and these policies.
pub(crate) fn with_policies(policies: Vec<TenantPolicy>) -> Snapshot {
    let unit = |id: &str, path: &str, parent: &str| OrgUnit {
        id: id.into(),
        path: path.into(),
        parent: parent.into(),
    };
    Snapshot {
        org_units: Reading::Complete(OrgUnits(vec![unit("root", "/", ""), unit("sales", "/Sales", "root")])),
        policies: Reading::Complete(TenantPolicies { policies, ..TenantPolicies::default() }),
        ..tenant([])
    }
}

/// An admin's policy of an organizational unit.
pub(crate) fn set(setting: &str, field: &str, is_on: bool, unit: &str, sort_order: f64) -> TenantPolicy {
    TenantPolicy {
        name: format!("policies/{setting}/{unit}/{sort_order}"),
        origin: PolicyOrigin::Admin,
        query: format!("entity.org_units.exists(org_unit, org_unit.org_unit_id == orgUnitId('{unit}'))"),
        org_unit: unit.into(),
        group: String::new(),
        sort_order: Some(sort_order),
        setting: setting.into(),
        value: serde_json::json!({ field: is_on }),
    }
}

/// The same policy, of a group.
pub(crate) fn for_group(group: &str, policy: TenantPolicy) -> TenantPolicy {
    let id = group.trim_start_matches("groups/");
    let clause = format!("entity.groups.exists(group, group.group_id == groupId('{id}'))");
    TenantPolicy { query: format!("{clause} && {}", policy.query), group: group.into(), ..policy }
}

/// The same policy, of those who have a license.
pub(crate) fn licensed(policy: TenantPolicy) -> TenantPolicy {
    let clause = "entity.licenses.exists(license, license in ['/product/Google-Apps/sku/1010020020'])";
    TenantPolicy { query: format!("{} && {clause}", policy.query), ..policy }
}

/// The same tenant, of which this part was not read.
pub(crate) fn without(part: Part, mut tenant: Snapshot) -> Snapshot {
    let gap = gap(part);
    if matches!(part, Part::IamPolicies | Part::IamRoles | Part::Groups | Part::WorkloadIdentityPools) {
        tenant.takeovers.iter_mut().for_each(|takeover| takeover.gaps = vec![gap.clone()]);
    }
    match part {
        Part::Users => tenant.people = Reading::Missing(gap),
        Part::Domains => tenant.domains = Reading::Missing(gap),
        Part::AdminRoles => tenant.admin_roles = Reading::Missing(gap),
        Part::OrgUnits => tenant.org_units = Reading::Missing(gap),
        Part::Policies => tenant.policies = Reading::Missing(gap),
        Part::ServiceAccounts | Part::SaKeys => tenant.service_accounts = Reading::Missing(gap),
        Part::ConsoleGrants => tenant.console_grants = Reading::Missing(gap),
        Part::ProbeGrants => tenant.probe_grants = Reading::Missing(gap),
        Part::OtherProbes => tenant.other_probes = Reading::Missing(gap),
        Part::IamPolicies => tenant.iam.policies = Reading::Missing(gap),
        Part::IamRoles => tenant.iam.roles = Reading::Missing(gap),
        Part::Groups => tenant.iam.groups = Reading::Missing(gap),
        Part::WorkloadIdentityPools => tenant.iam.pools = Reading::Missing(gap),
        Part::ServiceAccountUse => tenant.service_account_use = Reading::Missing(gap),
        Part::Guardrails => tenant.guardrails = Reading::Missing(gap),
        Part::ClientCertificates => tenant.client_certificates = Reading::Missing(gap),
        Part::AdminLog => tenant.admin_log = Reading::Missing(gap),
        Part::AccessEvaluationLog => tenant.access_evaluation_log = Reading::Missing(gap),
        Part::TokenLog => tenant.token_log = Reading::Missing(gap),
        Part::Mailbox(_) => {}
    }
    tenant
}

/// The same tenant, in which `holder` holds role `1` (super admin) or `2` (help desk).
pub(crate) fn with_role(role: &str, holder: &str, kind: AssigneeType, mut tenant: Snapshot) -> Snapshot {
    if let Reading::Complete(roles) = &mut tenant.admin_roles {
        roles.assignments.push(RoleAssignment {
            id: format!("assignment of {role} to {holder}"),
            role_id: role.into(),
            assigned_to: holder.into(),
            assignee_type: kind,
            scope_type: "CUSTOMER".into(),
        });
    }
    tenant
}

/// A tenant with one service account that holds these scopes and keys, and that nobody else gets at.
pub(crate) fn delegating(scopes: &[&str], keys: Reading<Vec<ServiceAccountKey>>) -> Snapshot {
    let sighting = Sighting { provenance: Provenance::Console, seen_at: days_ago(2) };
    Snapshot {
        grants: Grants::merge(scopes.iter().map(|&scope| (CLIENT.to_owned(), scope.to_owned(), sighting))),
        service_accounts: Reading::Complete(ServiceAccounts::new(vec![account(keys)])),
        takeovers: vec![takeover(Vec::new())],
        ..tenant([])
    }
}

pub(crate) fn account(keys: Reading<Vec<ServiceAccountKey>>) -> ServiceAccount {
    ServiceAccount {
        project: "project".into(),
        email: ACCOUNT.into(),
        unique_id: CLIENT.into(),
        client_id: CLIENT.into(),
        display_name: String::new(),
        disabled: false,
        keys,
    }
}

/// The register's entry of a client, with nothing left to fill in.
pub(crate) fn registered_client(client_id: &str) -> RegisteredClient {
    RegisteredClient {
        client_id: client_id.into(),
        name: String::new(),
        owner: "it@example.com".into(),
        purpose: "sends invoices".into(),
        scopes: vec![GMAIL_SEND.into()],
        review_by: Some(run_at().date_naive()),
        vendor: false,
        custodians: Vec::new(),
        tickets: Vec::new(),
        line: 1,
    }
}

/// The policy with a register of this client.
pub(crate) fn policy_of(client: RegisteredClient) -> Policy {
    Policy { register: Some(Register(vec![client])), ..policy() }
}

/// Who gets at the account: along these paths and no others.
pub(crate) fn takeover(paths: Vec<TakeoverPath>) -> Takeover {
    Takeover {
        client_id: CLIENT.into(),
        account: ACCOUNT.into(),
        paths,
        broad: Vec::new(),
        is_disabled: false,
        gaps: Vec::new(),
    }
}

/// A path of one hop, of a colleague.
pub(crate) fn path(edge: TakeoverEdge) -> TakeoverPath {
    TakeoverPath {
        principal: "ann@example.com".into(),
        kind: TakeoverPrincipal::Human,
        is_outside: Some(false),
        edge,
        permission: "iam.serviceAccounts.signJwt".into(),
        via: Vec::new(),
        hops: 1,
        is_conditional: false,
        is_closed: false,
        sentence: format!("ann@example.com can sign JWTs as {ACCOUNT} through roles/x on that account."),
        obstacles: Vec::new(),
        chain: format!("ann@example.com → can sign JWTs as → {ACCOUNT}"),
        binding: Some(AccessBinding {
            resource: IamResource::ServiceAccount(ACCOUNT.into()),
            role: "roles/x".into(),
            member: "user:ann@example.com".into(),
            condition: None,
        }),
        approved_by: None,
        may_be_closed_by: Vec::new(),
    }
}

/// A key in order: a month old, expiring.
pub(crate) fn key() -> ServiceAccountKey {
    ServiceAccountKey {
        key_id: "abc123".into(),
        created_at: Some(days_ago(30)),
        expires_at: Some(days_ago(-60)),
        origin: "GOOGLE_PROVIDED".into(),
        key_type: "USER_MANAGED".into(),
        disabled: false,
        disabled_reason: String::new(),
    }
}

pub(crate) fn first_grant(tenant: &Snapshot) -> Grant {
    tenant.grants.iter().next().unwrap().clone()
}

pub(crate) fn judge_tenant(check: &Check, tenant: &Snapshot) -> Vec<CheckResult> {
    let Evaluator::Tenant(judge) = check.judge else { panic!("{} does not judge tenants", check.id) };
    judge(tenant, &policy())
}

pub(crate) fn judge_user(check: &Check, facts: &UserFacts, tenant: &Snapshot) -> Vec<CheckResult> {
    judge_user_by(check, facts, tenant, &policy())
}

pub(crate) fn judge_user_by(
    check: &Check,
    facts: &UserFacts,
    tenant: &Snapshot,
    policy: &Policy,
) -> Vec<CheckResult> {
    let Evaluator::User(judge) = check.judge else { panic!("{} does not judge users", check.id) };
    judge(facts, tenant, policy)
}

/// What the check says of the tenant's first grant.
pub(crate) fn judge_grant(check: &Check, tenant: &Snapshot) -> CheckResult {
    let Evaluator::Grant(judge) = check.judge else { panic!("{} does not judge grants", check.id) };
    only(judge(&first_grant(tenant), tenant, &policy()))
}

/// What the check says of the tenant's client.
pub(crate) fn judge_client(check: &Check, tenant: &Snapshot) -> Vec<CheckResult> {
    judge_client_by(check, tenant, &policy())
}

pub(crate) fn judge_client_by(check: &Check, tenant: &Snapshot, policy: &Policy) -> Vec<CheckResult> {
    let Evaluator::Client(judge) = check.judge else { panic!("{} does not judge clients", check.id) };
    judge(CLIENT, tenant, policy)
}

/// What the check says of the account along these paths.
pub(crate) fn judge_paths(check: &Check, paths: Vec<TakeoverPath>) -> Vec<CheckResult> {
    judge_paths_by(check, paths, &policy())
}

pub(crate) fn judge_paths_by(check: &Check, paths: Vec<TakeoverPath>, policy: &Policy) -> Vec<CheckResult> {
    let tenant = delegating(&[GMAIL_SEND], Reading::Complete(Vec::new()));
    judge_client_by(check, &Snapshot { takeovers: vec![takeover(paths)], ..tenant }, policy)
}

pub(crate) fn judge_key(check: &Check, key: &ServiceAccountKey, tenant: &Snapshot) -> CheckResult {
    let Evaluator::Key(judge) = check.judge else { panic!("{} does not judge keys", check.id) };
    let account = account(Reading::Complete(vec![key.clone()]));
    only(judge(key, &account, tenant, &policy()))
}

pub(crate) fn judge_project(check: &Check, project: &ProjectGuardrails) -> Vec<CheckResult> {
    let Evaluator::Project(judge) = check.judge else { panic!("{} does not judge projects", check.id) };
    judge(project, &tenant([]), &policy())
}

pub(crate) fn only(mut results: Vec<CheckResult>) -> CheckResult {
    assert_eq!(results.len(), 1, "{results:#?}");
    results.remove(0)
}

/// A tenant in which the client that holds the scopes is no account that exists: one that a policy still names as
/// deleted, or one that nobody knows.
pub(crate) fn gone(scopes: &[&str], is_deleted: bool) -> Snapshot {
    let member = format!("deleted:serviceAccount:old@p.iam.gserviceaccount.com?uid={CLIENT}");
    let binding = IamBinding { role: "roles/viewer".into(), members: vec![member], condition: None };
    let policy = IamPolicy { bindings: vec![binding], ..IamPolicy::default() };
    let mut tenant = delegating(scopes, Reading::Complete(Vec::new()));
    tenant.service_accounts = Reading::Complete(ServiceAccounts::default());
    tenant.takeovers.clear();
    tenant.client_certificates = Reading::Complete(vec![crate::tenant::ClientCertificates {
        client_id: CLIENT.into(),
        account: Reading::Complete(None),
    }]);
    if is_deleted {
        tenant.iam.policies = Reading::Complete(IamPolicies(vec![ResourcePolicy {
            resource: IamResource::Project("p".into()),
            number: None,
            customer: None,
            parent: Reading::Complete(None),
            policy: Reading::Complete(policy),
        }]));
    }
    tenant
}
