//! The whole truth about a tenant, for tests to hold a client's findings against.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::ledger::ledger;
use super::mailbox::MailService;
use super::paths::paths;
use super::person::{Person, Standing};
use super::{Domain, DomainAlias, OrgUnit, Resource, Tenant};

/// Everything, in Google's field names; as large as the tenant.
pub(crate) fn truth(tenant: &Tenant, now: DateTime<Utc>) -> Value {
    let users: Vec<Value> = tenant.people.all().map(|person| user(tenant, &person)).collect();
    let projects: Vec<Value> = tenant
        .projects
        .iter()
        .map(|project| {
            let accounts: Vec<Value> = project
                .accounts
                .iter()
                .map(|account| {
                    let mut rendered = account.render(project);
                    rendered["policy"] = account.policy.render(&account.email, 3);
                    rendered["lastAuthenticatedTime"] = json!(account.last_used_at);
                    rendered["keys"] = account.keys.iter().map(|key| key.render(project, account)).collect();
                    rendered
                })
                .collect();
            json!({
                "projectId": project.id,
                "projectNumber": project.number,
                "serviceAccounts": accounts,
                "parent": project.folder.as_ref().map(|folder| format!("folders/{folder}")),
                "policy": project.policy.render(&project.id, 3),
                "disabledServices": project.disabled_services,
            })
        })
        .collect();
    let grants: Vec<Value> = tenant
        .grants
        .iter()
        .filter(|grant| grant.listed)
        .map(|grant| json!({ "clientId": grant.client_id, "name": grant.name, "scopes": grant.scopes }))
        .collect();
    json!({
        "now": now,
        "customerId": tenant.customer_id,
        "customerDomain": tenant.primary_domain,
        "admin": tenant.admin,
        "auditAccount": tenant.audit_account,
        "users": users,
        "deletedUsers": tenant.deleted.iter().map(|person| person.render(&tenant.customer_id)).collect::<Vec<_>>(),
        "domains": tenant.domains.iter().map(|domain| domain.render(tenant)).collect::<Vec<_>>(),
        "domainAliases": tenant.domain_aliases.iter().map(DomainAlias::render).collect::<Vec<_>>(),
        "orgUnits": tenant.org_units.iter().map(|unit| unit.render(tenant)).collect::<Vec<_>>(),
        "rootOrgUnit": tenant.render_root_org_unit(),
        "policies": tenant.setting_policies.iter().map(|policy| policy.render(tenant)).collect::<Vec<_>>(),
        "roles": tenant.roles.iter().map(super::Role::render).collect::<Vec<_>>(),
        "roleAssignments": tenant.role_assignments.iter().map(super::RoleAssignment::render).collect::<Vec<_>>(),
        "groups": groups(tenant),
        "organization": {
            "name": tenant.name_of(Resource::Organization),
            "policy": tenant.cloud.policy.render(&tenant.cloud.id, 3),
        },
        "folders": tenant.folders.iter().map(|folder| json!({
            "name": tenant.name_of(Resource::Folder(folder)),
            "displayName": folder.display_name,
            "policy": folder.policy.render(&folder.id, 3),
        })).collect::<Vec<_>>(),
        "projects": projects,
        "grants": grants,
        // What is really delegated, whoever wrote it down.
        "delegations": tenant.grants.iter().map(|grant| json!({
            "clientId": grant.client_id,
            "scopes": grant.scopes,
        })).collect::<Vec<_>>(),
        "ledger": ledger(tenant, now),
        "paths": paths(tenant, now),
    })
}

fn groups(tenant: &Tenant) -> Vec<Value> {
    let groups = tenant.groups.iter().map(|group| {
        let mut rendered = group.render(tenant);
        let members = group.members.iter().map(|member| tenant.render_member(member));
        rendered["members"] = members.collect();
        rendered
    });
    groups.collect()
}

fn user(tenant: &Tenant, person: &Person) -> Value {
    let mut user = person.render(&tenant.customer_id);
    let mailbox = &person.mailbox;
    let state = if matches!(person.standing, Standing::Suspended { .. }) {
        "refused"
    } else if (!person.is_active() && !tenant.archived_mailboxes)
        || !person.mailbox_set_up
        || mailbox.service == MailService::Off
    {
        "off"
    } else if mailbox.service == MailService::Refused {
        "refused"
    } else {
        "on"
    };
    user["gmail"] = json!(state);
    user["sendAs"] = json!(mailbox.render_send_as(&person.primary_email));
    user["delegates"] = json!(mailbox.render_delegates());
    user["forwardingAddresses"] = json!(mailbox.render_forwarding_addresses());
    user["autoForwarding"] = mailbox.render_auto_forwarding();
    user["imap"] = mailbox.render_imap();
    user["pop"] = mailbox.render_pop();
    user["filters"] = json!(mailbox.render_filters());
    user
}

impl Domain {
    pub(crate) fn render(&self, tenant: &Tenant) -> Value {
        let mut domain = json!({
            "kind": "admin#directory#domain",
            "etag": crate::dice::etag("domain", &self.name),
            "domainName": self.name,
            "isPrimary": self.primary,
            "verified": self.verified,
            "creationTime": self.created_at.timestamp_millis().to_string(),
        });
        let aliases: Vec<Value> = tenant
            .domain_aliases
            .iter()
            .filter(|alias| alias.parent == self.name)
            .map(DomainAlias::render)
            .collect();
        if !aliases.is_empty() {
            domain["domainAliases"] = json!(aliases);
        }
        domain
    }
}

impl DomainAlias {
    pub(crate) fn render(&self) -> Value {
        json!({
            "kind": "admin#directory#domainAlias",
            "etag": crate::dice::etag("domainAlias", &self.name),
            "domainAliasName": self.name,
            "parentDomainName": self.parent,
            "verified": self.verified,
            "creationTime": self.created_at.timestamp_millis().to_string(),
        })
    }
}

impl Tenant {
    /// The organizational unit above all others, as `allIncludingParent` lists it: without a parent. ScubaGoggles' sample
    /// report has it so; its name is that of the organization.
    pub(crate) fn render_root_org_unit(&self) -> Value {
        let id = self.root_org_unit_id();
        json!({
            "kind": "admin#directory#orgUnit",
            "etag": crate::dice::etag("orgUnit", &id),
            "name": self.organization,
            "description": self.organization,
            "orgUnitPath": "/",
            "orgUnitId": id,
        })
    }
}

impl OrgUnit {
    pub(crate) fn parent_path(&self) -> &str {
        match self.path.rsplit_once('/') {
            Some(("", _)) | None => "/",
            Some((parent, _)) => parent,
        }
    }

    pub(crate) fn render(&self, tenant: &Tenant) -> Value {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        let parent = self.parent_path();
        let parent_id = tenant
            .org_units
            .iter()
            .find(|unit| unit.path == parent)
            .map_or_else(|| tenant.root_org_unit_id(), |unit| unit.id.clone());
        json!({
            "kind": "admin#directory#orgUnit",
            "etag": crate::dice::etag("orgUnit", &self.id),
            "name": name,
            "description": self.description,
            "orgUnitPath": self.path,
            "orgUnitId": self.id,
            "parentOrgUnitPath": parent,
            "parentOrgUnitId": parent_id,
        })
    }
}
