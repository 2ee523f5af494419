//! A small world: organization 1, folder 10 in it, projects p and q in that, three service accounts.

use crate::tenant::{
    Domain, DomainKind, Domains, Gap, GapClass, Group, GroupMember, GroupMemberKind, Groups, Guardrails,
    IamBinding, IamCondition, IamFacts, IamPolicies, IamPolicy, IamResource, IamRole, IamRoleState, IamRoles,
    Part, ProjectGuardrails, Reading, ResourcePolicy, ServiceAccount, ServiceAccounts, SigningLogs,
    WorkloadIdentityPools,
};

use super::{Authority, Facts, Limits};

pub(super) const MAILER: &str = "mailer@p.iam.gserviceaccount.com";
pub(super) const ROBOT: &str = "robot@p.iam.gserviceaccount.com";
pub(super) const DEPLOY: &str = "deploy@q.iam.gserviceaccount.com";

pub(super) const ANN: &str = "user:ann@example.com";
pub(super) const DEV: &str = "group:dev@example.com";

pub(super) const KEY_ADMIN: &str = "roles/iam.serviceAccountKeyAdmin";
pub(super) const TOKEN_CREATOR: &str = "roles/iam.serviceAccountTokenCreator";
pub(super) const WORKLOAD_USER: &str = "roles/iam.workloadIdentityUser";
pub(super) const ACCOUNT_USER: &str = "roles/iam.serviceAccountUser";
pub(super) const ACCOUNT_ADMIN: &str = "roles/iam.serviceAccountAdmin";
pub(super) const PROJECT_IAM: &str = "roles/resourcemanager.projectIamAdmin";
pub(super) const FOLDER_IAM: &str = "roles/resourcemanager.folderIamAdmin";
pub(super) const ORGANIZATION_IAM: &str = "roles/iam.securityAdmin";
pub(super) const ROLE_ADMIN: &str = "roles/iam.roleAdmin";
pub(super) const COMPUTE: &str = "roles/compute.instanceAdmin.v1";
pub(super) const DELEGATOR: &str = "projects/p/roles/delegator";
pub(super) const SIGNER: &str = "projects/p/roles/signer";
pub(super) const READER: &str = "organizations/1/roles/reader";

#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) iam: IamFacts,
    pub(super) accounts: Reading<ServiceAccounts>,
    pub(super) domains: Reading<Domains>,
    pub(super) guardrails: Reading<Guardrails>,
    pub(super) limits: Limits,
}

pub(super) fn gap(part: Part) -> Gap {
    Gap {
        part,
        class: GapClass::Denied,
        reason: "test".into(),
        message: "not read".to_owned(),
        needed: String::new(),
        fix: String::new(),
        places: Box::default(),
    }
}

pub(super) fn account(email: &str) -> ServiceAccount {
    let project = email.split_once('@').unwrap().1.split('.').next().unwrap();
    ServiceAccount {
        project: project.to_owned(),
        email: email.to_owned(),
        unique_id: email.to_owned(),
        client_id: email.to_owned(),
        display_name: String::new(),
        disabled: false,
        keys: Reading::Complete(Vec::new()),
    }
}

/// `organization`, `folder`, `p`, `q`, or an account's address.
pub(super) fn place(name: &str) -> IamResource {
    match name {
        "organization" => IamResource::Organization("1".to_owned()),
        "folder" => IamResource::Folder("10".to_owned()),
        _ if name.contains('@') => IamResource::ServiceAccount(name.to_owned()),
        _ => IamResource::Project(name.to_owned()),
    }
}

pub(super) fn entry(name: &str, number: Option<&str>, parent: Option<&str>) -> ResourcePolicy {
    ResourcePolicy {
        resource: place(name),
        number: number.map(str::to_owned),
        customer: None,
        parent: Reading::Complete(parent.map(place)),
        policy: Reading::Complete(IamPolicy::default()),
    }
}

pub(super) fn world() -> World {
    let empty = World {
        iam: IamFacts {
            organization: Some("1".to_owned()),
            policies: Reading::Complete(IamPolicies(vec![
                entry("organization", None, None),
                entry("folder", None, Some("organization")),
                entry("p", Some("1001"), Some("folder")),
                entry("q", Some("1002"), Some("folder")),
                entry(MAILER, None, Some("p")),
                entry(ROBOT, None, Some("p")),
                entry(DEPLOY, None, Some("q")),
            ])),
            roles: Reading::Complete(IamRoles::default()),
            groups: Reading::Complete(Groups::default()),
            pools: Reading::Complete(WorkloadIdentityPools::default()),
        },
        accounts: Reading::Complete(ServiceAccounts::new(vec![
            account(MAILER),
            account(ROBOT),
            account(DEPLOY),
        ])),
        domains: Reading::Complete(Domains(vec![Domain {
            name: "example.com".to_owned(),
            kind: DomainKind::Primary,
            verified: Some(true),
            parent: None,
        }])),
        guardrails: Reading::Complete(Guardrails::default()),
        limits: Limits::default(),
    };
    empty
        .role(KEY_ADMIN, &["iam.serviceAccountKeys.create", "iam.serviceAccountKeys.list"])
        .role(
            TOKEN_CREATOR,
            &[
                "iam.serviceAccounts.getAccessToken",
                "iam.serviceAccounts.getOpenIdToken",
                "iam.serviceAccounts.implicitDelegation",
                "iam.serviceAccounts.signBlob",
                "iam.serviceAccounts.signJwt",
            ],
        )
        .role(WORKLOAD_USER, &["iam.serviceAccounts.getAccessToken", "iam.serviceAccounts.getOpenIdToken"])
        .role(ACCOUNT_USER, &["iam.serviceAccounts.actAs"])
        .role(ACCOUNT_ADMIN, &["iam.serviceAccounts.setIamPolicy"])
        .role(PROJECT_IAM, &["resourcemanager.projects.setIamPolicy"])
        .role(FOLDER_IAM, &["resourcemanager.folders.setIamPolicy"])
        .role(ORGANIZATION_IAM, &["resourcemanager.organizations.setIamPolicy"])
        .role(ROLE_ADMIN, &["iam.roles.update"])
        .role(COMPUTE, &["compute.instances.create"])
        .role(DELEGATOR, &["iam.serviceAccounts.implicitDelegation"])
        .role(SIGNER, &["iam.serviceAccounts.signJwt"])
        .role(READER, &["iam.serviceAccounts.get"])
        .role("roles/owner", &["iam.serviceAccountKeys.create", "resourcemanager.projects.setIamPolicy"])
        .role("roles/editor", &["iam.serviceAccounts.actAs", "compute.instances.create"])
        .role("roles/viewer", &["iam.serviceAccounts.get"])
}

impl World {
    pub(super) fn role(mut self, name: &str, permissions: &[&str]) -> Self {
        let Reading::Complete(roles) = &mut self.iam.roles else { unreachable!() };
        roles.0.push(IamRole {
            name: name.to_owned(),
            state: IamRoleState::Active,
            permissions: Reading::Complete(permissions.iter().map(|&name| name.to_owned()).collect()),
        });
        self
    }

    pub(super) fn change_role(mut self, name: &str, change: impl Fn(&mut IamRole)) -> Self {
        let Reading::Complete(roles) = &mut self.iam.roles else { unreachable!() };
        roles.0.iter_mut().filter(|role| role.name == name).for_each(change);
        self
    }

    pub(super) fn entry(&mut self, on: &str) -> &mut ResourcePolicy {
        let Reading::Complete(policies) = &mut self.iam.policies else { unreachable!() };
        policies.0.iter_mut().find(|entry| entry.resource == place(on)).unwrap()
    }

    pub(super) fn bindings(&mut self, on: &str) -> &mut Vec<IamBinding> {
        let Reading::Complete(policy) = &mut self.entry(on).policy else { unreachable!() };
        &mut policy.bindings
    }

    pub(super) fn bind(mut self, on: &str, role: &str, member: &str) -> Self {
        self.bindings(on).push(binding(role, member));
        self
    }

    pub(super) fn bind_if(mut self, on: &str, role: &str, member: &str, title: &str) -> Self {
        let condition = IamCondition { title: title.to_owned(), expression: "false".to_owned() };
        self.bindings(on).push(IamBinding { condition: Some(condition), ..binding(role, member) });
        self
    }

    /// Members without `@` are not addresses: `customer`. Groups begin with `group:`.
    pub(super) fn group(mut self, email: &str, members: &[&str]) -> Self {
        let members = members.iter().map(|member| match member.split_once(':') {
            Some(("group", email)) => GroupMember { email: email.to_owned(), kind: GroupMemberKind::Group },
            _ if *member == "customer" => {
                GroupMember { email: String::new(), kind: GroupMemberKind::Customer }
            }
            _ => GroupMember { email: (*member).to_owned(), kind: GroupMemberKind::User },
        });
        let Reading::Complete(groups) = &mut self.iam.groups else { unreachable!() };
        groups.0.push(Group {
            email: email.to_owned(),
            aliases: Vec::new(),
            members: Reading::Complete(members.collect()),
        });
        self
    }

    /// New keys of a project's accounts are forbidden, to make or to upload.
    pub(super) fn forbid_keys(mut self, project: &str, creation: bool, upload: bool) -> Self {
        self.guardrails = Reading::Complete(Guardrails(vec![ProjectGuardrails {
            project: project.to_owned(),
            forbids_key_creation: Reading::Complete(creation),
            forbids_key_upload: Reading::Complete(upload),
            disables_exposed_keys: Reading::Complete(false),
            signing_logs: Reading::Complete(SigningLogs::default()),
        }]));
        self
    }

    pub(super) fn disable(mut self, email: &str) -> Self {
        let Reading::Complete(accounts) = &mut self.accounts else { unreachable!() };
        accounts.0.iter_mut().find(|account| account.email == email).unwrap().disabled = true;
        self
    }

    pub(super) fn authority(&self) -> Authority<'_> {
        let facts = Facts {
            iam: &self.iam,
            accounts: &self.accounts,
            domains: &self.domains,
            guardrails: &self.guardrails,
            at: "2026-11-21T07:00:00Z".parse().unwrap(),
        };
        Authority::new(facts, self.limits)
    }

    /// The paths to the mailer, as sentences.
    pub(super) fn paths(&self) -> Vec<String> {
        self.authority().paths_to(MAILER).paths.iter().map(super::Path::chain).collect()
    }

    /// What is unknown of the mailer.
    pub(super) fn unknown(&self) -> Vec<(super::unknown::UnknownKind, String)> {
        let authority = self.authority();
        let found = authority.paths_to(MAILER);
        found.unknown.iter().map(|unknown| (unknown.kind, unknown.subject.clone())).collect()
    }

    /// What was left out of the mailer's paths.
    pub(super) fn ignored(&self) -> Vec<(super::unknown::IgnoredReason, String)> {
        let authority = self.authority();
        let found = authority.paths_to(MAILER);
        found.ignored.iter().map(|ignored| (ignored.reason, ignored.subject.clone())).collect()
    }
}

pub(super) fn binding(role: &str, member: &str) -> IamBinding {
    IamBinding { role: role.to_owned(), members: vec![member.to_owned()], condition: None }
}

/// The member that an account is.
pub(super) fn member(email: &str) -> String {
    format!("serviceAccount:{email}")
}
