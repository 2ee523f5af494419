//! What verdicts are about: one spelling of ids and names for every check, so that a finding keeps its
//! identity and an exception can name it.

use chrono::{DateTime, SecondsFormat, Utc};

use crate::authority::{AccessBinding, Takeover, TakeoverPath};
use crate::delegation::Grant;
use crate::findings::{Subject, SubjectKind};
use crate::policy::Exception;
use crate::snapshot::Snapshot;
use crate::tenant::policies::Switch;
use crate::tenant::{Address, App, Domain, ProjectGuardrails, ServiceAccount, ServiceAccountKey, User};

/// A user; an exception may name any of its addresses.
#[must_use]
pub(crate) fn user(user: &User) -> Subject {
    let aliases = user.addresses().skip(1);
    aliases.fold(Subject::new(SubjectKind::User, &user.id, &user.primary_email), Subject::also)
}

/// One send-as address of a user's mailbox.
#[must_use]
pub(crate) fn send_as(holder: &User, address: &str) -> Subject {
    address_of(SubjectKind::SendAs, holder, address)
}

/// One delegate of a user's mailbox.
#[must_use]
pub(crate) fn delegate(holder: &User, address: &str) -> Subject {
    address_of(SubjectKind::Delegate, holder, address)
}

/// One address that a user's mailbox forwards to, or may.
#[must_use]
pub(crate) fn forwarding(holder: &User, address: &str) -> Subject {
    address_of(SubjectKind::Forwarding, holder, address)
}

/// One filter of a user's mailbox, by Gmail's id.
#[must_use]
pub(crate) fn filter(holder: &User, id: &str) -> Subject {
    let name = format!("{} filter {id}", holder.primary_email);
    Subject::new(SubjectKind::Filter, format!("{}/{id}", holder.id), name)
        .part_of(&holder.id)
        .part_of(&holder.primary_email)
}

/// An address in a user's mailbox. The address alone does not name it: an exception for its owner would cover whatever
/// others do with it.
fn address_of(kind: SubjectKind, holder: &User, address: &str) -> Subject {
    let id = format!("{}/{}", holder.id, Address::new(address).as_str());
    Subject::new(kind, id, format!("{} → {address}", holder.primary_email))
        .part_of(&holder.id)
        .part_of(&holder.primary_email)
}

#[must_use]
pub(crate) fn domain(domain: &Domain) -> Subject {
    Subject::new(SubjectKind::Domain, &domain.name, &domain.name)
}

/// A client × scope. The scope alone does not name it: an exception accepts one client's scope.
#[must_use]
pub(crate) fn grant(grant: &Grant, tenant: &Snapshot) -> Subject {
    let subject = scope(&grant.client_id, tenant.client_name(&grant.client_id), &grant.scope);
    match account_of(&grant.client_id, tenant) {
        Some(account) => subject.part_of(&account.email),
        None => subject,
    }
}

/// The id of a client × scope.
#[must_use]
pub(crate) fn grant_id(client_id: &str, scope: &str) -> String {
    format!("{client_id}/{scope}")
}

/// A client × scope, whether or not it is held now. An exception may also name the client.
#[must_use]
pub(crate) fn scope(client_id: &str, client_name: &str, scope: &str) -> Subject {
    let name = format!("{client_name} → {scope}");
    Subject::new(SubjectKind::Grant, grant_id(client_id, scope), name).part_of(client_id)
}

/// An OAuth client that holds a delegation.
#[must_use]
pub(crate) fn client(client_id: &str, tenant: &Snapshot) -> Subject {
    Subject::new(SubjectKind::Client, client_id, tenant.client_name(client_id))
}

#[must_use]
pub(crate) fn service_account(account: &ServiceAccount) -> Subject {
    Subject::new(SubjectKind::ServiceAccount, &account.unique_id, &account.email).also(&account.client_id)
}

/// The whole tenant. Its id is the same word in every run: the customer id is not known in all of them, and
/// a history is of one tenant. An exception may name the customer id, too.
#[must_use]
pub(crate) fn tenant(tenant: &Snapshot) -> Subject {
    let subject = Subject::new(SubjectKind::Tenant, "tenant", "the tenant");
    tenant.customer_id.iter().fold(subject, Subject::also)
}

/// A key of a service account.
#[must_use]
pub(crate) fn key(key: &ServiceAccountKey, account: &ServiceAccount) -> Subject {
    let id = format!("{}{}", keys_of_account(account), key.key_id);
    Subject::new(SubjectKind::Key, id, format!("{} key {}", account.email, key.key_id))
        .also(&key.key_id)
        .part_of(&account.email)
        .part_of(&account.client_id)
}

/// How the ids of an account's keys begin.
#[must_use]
pub(crate) fn keys_of_account(account: &ServiceAccount) -> String {
    format!("{}/", account.unique_id)
}

/// A role that one member holds on a resource. Its holder names it, too: somebody may be accepted whatever it holds.
#[must_use]
pub(crate) fn binding(binding: &AccessBinding) -> Subject {
    Subject::new(SubjectKind::Binding, binding.id(), binding.title())
        .part_of(&binding.member)
        .part_of(binding.holder())
}

/// How the ids of bindings on a service account begin.
#[must_use]
pub(crate) fn bindings_on_account(account: &str) -> String {
    format!("serviceAccounts/{account}/")
}

/// How earlier versions named it, if otherwise.
#[must_use]
pub(crate) fn former_binding(binding: &AccessBinding) -> Option<Subject> {
    let former = Subject::new(SubjectKind::Binding, binding.former_id(), binding.title());
    (former.id != binding.id()).then_some(former)
}

/// What is to be changed about a path: its binding. Where none is known, the path itself.
#[must_use]
pub(crate) fn path(takeover: &Takeover, path: &TakeoverPath) -> Subject {
    match &path.binding {
        Some(binding) => self::binding(binding),
        None => former_path(&takeover.client_id, &takeover.account, &path.principal, path.edge.as_str()),
    }
}

/// How earlier versions named the finding about a path.
#[must_use]
pub(crate) fn former_path(client_id: &str, account: &str, principal: &str, edge: &str) -> Subject {
    let id = format!("{client_id}/{principal}/{edge}");
    Subject::new(SubjectKind::Path, id, format!("{principal} → {account}")).part_of(principal)
}

/// A Cloud project, by its id, which Google does not give twice.
#[must_use]
pub(crate) fn project(project: &ProjectGuardrails) -> Subject {
    Subject::new(SubjectKind::Project, &project.project, &project.project)
}

/// One guardrail of a Cloud project.
#[must_use]
pub(crate) fn guardrail(project: &ProjectGuardrails, guardrail: &str) -> Subject {
    let id = format!("{}/{guardrail}", project.project);
    Subject::new(SubjectKind::Project, id, format!("{}: {guardrail}", project.project))
        .part_of(&project.project)
}

/// A setting of an organizational unit, or of a group within one: `group` has its id and its name for people. An
/// exception may also name the unit or the group.
#[must_use]
pub(crate) fn policy(
    unit: &str,
    path: &str,
    group: Option<(&str, &str)>,
    is_root: bool,
    switch: &Switch,
) -> Subject {
    let (setting, title) = (switch.setting, switch.title);
    let unit_id = format!("orgUnits/{unit}");
    let Some((group, name)) = group else {
        return Subject::new(
            SubjectKind::OrgUnit,
            format!("{unit_id}/{setting}"),
            format!("{path}: {title}"),
        )
        .part_of(unit_id)
        .part_of(path);
    };
    // Nearly every group has its setting in the whole tenant.
    let (id, name_of_place) = match is_root {
        true => (format!("{group}/{setting}"), name.to_owned()),
        false => (format!("{group}/{unit_id}/{setting}"), format!("{name} in {path}")),
    };
    Subject::new(SubjectKind::Group, id, format!("{name_of_place}: {title}")).part_of(group).part_of(name)
}

/// A third-party app.
#[must_use]
pub(crate) fn app(app: &App) -> Subject {
    let name = if app.name.is_empty() { &app.client_id } else { &app.name };
    Subject::new(SubjectKind::App, &app.client_id, name)
}

/// Something that happened, by the id that its log gives it. Earlier versions named it by its time alone, and so may
/// an exception.
#[must_use]
pub(crate) fn event(what: &str, id: &str, at: DateTime<Utc>) -> Subject {
    let at = at.to_rfc3339_opts(SecondsFormat::Millis, true);
    let (name, former) = (format!("{what}, {at}"), format!("{what}/{at}"));
    if id.is_empty() {
        return Subject::new(SubjectKind::Event, former, name);
    }
    Subject::new(SubjectKind::Event, format!("{what}/{id}"), name).also(former)
}

/// An app that came. It comes once: the log may forget its first authorization.
#[must_use]
pub(crate) fn new_app(app: &App) -> Subject {
    let former = event(&app.client_id, "", app.first_authorized_at);
    let name = former.name;
    Subject::new(SubjectKind::Event, &app.client_id, name).also(former.id)
}

/// An entry of the exceptions file.
#[must_use]
pub(crate) fn exception(exception: &Exception) -> Subject {
    Subject::new(SubjectKind::Exception, &exception.id, &exception.id)
}

/// The listed service account that is this client, however complete the list is.
#[must_use]
pub(crate) fn account_of<'a>(client_id: &str, tenant: &'a Snapshot) -> Option<&'a ServiceAccount> {
    // An account whose ids could not be read must not match a client without an id.
    let accounts = tenant.service_accounts.known().filter(|_| !client_id.is_empty())?;
    accounts.by_client(client_id)
}
