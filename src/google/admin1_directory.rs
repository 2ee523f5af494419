//! Admin SDK Directory: the read-only methods that the audit needs, from the discovery document
//! `admin.directory_v1`. Why not the generated client: `docs/decisions/0001-google-clients.md`.

use serde::Deserialize;
use serde_json::Value;

use super::{Api, Bound, GoogleError, Pages, Request, Session, segment};

pub(crate) const USER_SCOPE: &str = "https://www.googleapis.com/auth/admin.directory.user.readonly";
/// Reads domains and domain aliases.
pub(crate) const DOMAIN_SCOPE: &str = "https://www.googleapis.com/auth/admin.directory.domain.readonly";
/// Reads admin roles and assignments.
pub(crate) const ROLE_SCOPE: &str = "https://www.googleapis.com/auth/admin.directory.rolemanagement.readonly";

pub(crate) const GROUP_SCOPE: &str = "https://www.googleapis.com/auth/admin.directory.group.readonly";

/// Reads organizational units.
pub(crate) const ORG_UNIT_SCOPE: &str = "https://www.googleapis.com/auth/admin.directory.orgunit.readonly";

/// `OrgUnit`, as far as it is read.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OrgUnit {
    /// `id:…`.
    pub(crate) org_unit_id: String,
    pub(crate) org_unit_path: String,
    /// Absent for the root.
    #[serde(default)]
    pub(crate) parent_org_unit_id: String,
}

/// `Group`, as far as it is read.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Group {
    #[serde(default)]
    pub(crate) email: String,
    /// Other addresses.
    #[serde(default)]
    pub(crate) aliases: Vec<String>,
    /// Other addresses, that follow from domain aliases.
    #[serde(default)]
    pub(crate) non_editable_aliases: Vec<String>,
    /// How many direct members there are; a 64-bit number as text (Directory's discovery document).
    pub(crate) direct_members_count: Option<String>,
}

/// `Member`, as far as it is read.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Member {
    /// Absent for the whole customer.
    #[serde(default)]
    pub(crate) email: String,
    /// `USER`, `GROUP`, `CUSTOMER`, `EXTERNAL`.
    #[serde(default, rename = "type")]
    pub(crate) kind: String,
}

/// `User`, as far as it is read. A boolean that is absent is unknown.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct User {
    /// Immutable id.
    pub(crate) id: String,
    pub(crate) primary_email: String,
    pub(crate) name: Option<UserName>,
    /// Organizational unit.
    pub(crate) org_unit_path: Option<String>,
    /// The tenant.
    pub(crate) customer_id: Option<String>,
    /// Suspended by an admin or by Google.
    pub(crate) suspended: Option<bool>,
    /// No enum is published.
    pub(crate) suspension_reason: Option<String>,
    /// RFC 3339.
    pub(crate) suspension_time: Option<String>,
    pub(crate) archived: Option<bool>,
    /// A mailbox was created.
    pub(crate) is_mailbox_setup: Option<bool>,
    pub(crate) is_admin: Option<bool>,
    pub(crate) is_delegated_admin: Option<bool>,
    #[serde(rename = "isEnrolledIn2Sv")]
    pub(crate) is_enrolled_in_2sv: Option<bool>,
    #[serde(rename = "isEnforcedIn2Sv")]
    pub(crate) is_enforced_in_2sv: Option<bool>,
    /// RFC 3339.
    pub(crate) creation_time: Option<String>,
    /// RFC 3339; 1970 for never.
    pub(crate) last_login_time: Option<String>,
    /// Absent when there are none.
    #[serde(default)]
    pub(crate) aliases: Texts,
    /// Absent when there are none.
    #[serde(default)]
    pub(crate) non_editable_aliases: Texts,
    /// Somebody outside the organization. Google leaves it out for others
    /// (<https://github.com/GAM-team/GAM/issues/1874>).
    pub(crate) is_guest_user: Option<bool>,
    pub(crate) guest_account_info: Option<GuestAccountInfo>,
}

/// `GuestAccountInfo`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GuestAccountInfo {
    /// The guest's own address, outside.
    pub(crate) primary_guest_email: Option<String>,
}

/// A list of texts, read entry by entry: one that is no text does not cost the others, nor their row.
#[derive(Clone, Debug, Default)]
pub(crate) struct Texts {
    /// Those that can be read.
    pub(crate) known: Vec<String>,
    /// How many cannot.
    pub(crate) unreadable: usize,
}

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut texts = Self::default();
        let entries = match Value::deserialize(deserializer)? {
            Value::Null => Vec::new(),
            Value::Array(entries) => entries,
            other => vec![other],
        };
        for entry in entries {
            match entry {
                Value::String(text) => texts.known.push(text),
                _ => texts.unreadable += 1,
            }
        }
        Ok(texts)
    }
}

/// `UserName`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UserName {
    /// First and last name.
    pub(crate) full_name: Option<String>,
}

/// `Domains`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Domain {
    pub(crate) domain_name: String,
    /// The tenant's first domain.
    pub(crate) is_primary: Option<bool>,
    /// Ownership was proved.
    pub(crate) verified: Option<bool>,
}

/// `DomainAlias`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DomainAlias {
    pub(crate) domain_alias_name: String,
    /// The domain whose users have their addresses there, too.
    pub(crate) parent_domain_name: Option<String>,
    /// Ownership was proved.
    pub(crate) verified: Option<bool>,
}

/// `Role`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Role {
    /// An int64 as a string.
    pub(crate) role_id: String,
    /// Such as `_SEED_ADMIN_ROLE`.
    pub(crate) role_name: Option<String>,
    pub(crate) is_super_admin_role: Option<bool>,
    /// Made by Google.
    pub(crate) is_system_role: Option<bool>,
}

/// `RoleAssignment`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RoleAssignment {
    /// An int64 as a string.
    pub(crate) role_assignment_id: String,
    /// An int64 as a string.
    pub(crate) role_id: String,
    /// User id, group id or service account unique id.
    pub(crate) assigned_to: String,
    /// `user` or `group`.
    pub(crate) assignee_type: Option<String>,
    /// `CUSTOMER` or `ORG_UNIT`.
    pub(crate) scope_type: Option<String>,
}

/// `users.list`: every user, suspended and archived ones included, 500 a page.
#[must_use]
pub(crate) fn list_users<'a>(session: &'a Session<'a>, customer: &str) -> Pages<'a, User> {
    let fields = "nextPageToken,users(id,primaryEmail,name/fullName,orgUnitPath,customerId,suspended,\
                  suspensionReason,suspensionTime,archived,isMailboxSetup,isAdmin,isDelegatedAdmin,\
                  isEnrolledIn2Sv,isEnforcedIn2Sv,creationTime,lastLoginTime,aliases,nonEditableAliases,\
                  isGuestUser,guestAccountInfo/primaryGuestEmail)";
    let request = Request::new(Api::Directory, "admin/directory/v1/users")
        .query("customer", customer.to_owned())
        .query("maxResults", "500")
        .query("fields", fields);
    Pages::new(session, USER_SCOPE, request, "users", Bound::STREAM)
}

/// `users.get`: by the primary address, an alias or the id (Directory's reference, `userKey`).
pub(crate) async fn get_user(session: &Session<'_>, address: &str) -> Result<User, GoogleError> {
    let path = format!("admin/directory/v1/users/{}", segment(address));
    let fields = "id,primaryEmail,name/fullName,orgUnitPath,customerId,suspended,\
                  suspensionReason,suspensionTime,archived,isMailboxSetup,isAdmin,isDelegatedAdmin,\
                  isEnrolledIn2Sv,isEnforcedIn2Sv,creationTime,lastLoginTime,aliases,nonEditableAliases,\
                  isGuestUser,guestAccountInfo/primaryGuestEmail";
    let request = Request::new(Api::Directory, path).query("fields", fields);
    session.get(USER_SCOPE, &request).await
}

/// `domains.list`: not paged.
#[must_use]
pub(crate) fn list_domains<'a>(session: &'a Session<'a>, customer: &str) -> Pages<'a, Domain> {
    let request = Request::new(Api::Directory, customer_path(customer, "domains"))
        .query("fields", "domains(domainName,isPrimary,verified)");
    Pages::new(session, DOMAIN_SCOPE, request, "domains", Bound::FEW)
}

/// `domainAliases.list`: not paged.
#[must_use]
pub(crate) fn list_domain_aliases<'a>(session: &'a Session<'a>, customer: &str) -> Pages<'a, DomainAlias> {
    let request = Request::new(Api::Directory, customer_path(customer, "domainaliases"))
        .query("fields", "domainAliases(domainAliasName,parentDomainName,verified)");
    Pages::new(session, DOMAIN_SCOPE, request, "domainAliases", Bound::FEW)
}

/// `orgunits.list`: every one, not paged. Only this type lists the root, and only if there is another.
#[must_use]
pub(crate) fn list_org_units<'a>(session: &'a Session<'a>, customer: &str) -> Pages<'a, OrgUnit> {
    let request = Request::new(Api::Directory, customer_path(customer, "orgunits"))
        .query("orgUnitPath", "/")
        .query("type", "allIncludingParent")
        .query("fields", "organizationUnits(orgUnitId,orgUnitPath,parentOrgUnitId)");
    Pages::new(session, ORG_UNIT_SCOPE, request, "organizationUnits", Bound::FEW)
}

/// `roles.list`: 100 a page.
#[must_use]
pub(crate) fn list_roles<'a>(session: &'a Session<'a>, customer: &str) -> Pages<'a, Role> {
    let request = Request::new(Api::Directory, customer_path(customer, "roles"))
        .query("maxResults", "100")
        .query("fields", "nextPageToken,items(roleId,roleName,isSuperAdminRole,isSystemRole)");
    Pages::new(session, ROLE_SCOPE, request, "items", Bound::FEW)
}

/// `roleAssignments.list`: 200 a page; pages may be empty and still not be the last.
#[must_use]
pub(crate) fn list_role_assignments<'a>(
    session: &'a Session<'a>,
    customer: &str,
) -> Pages<'a, RoleAssignment> {
    let request = Request::new(Api::Directory, customer_path(customer, "roleassignments"))
        .query("maxResults", "200")
        .query("fields", "nextPageToken,items(roleAssignmentId,roleId,assignedTo,assigneeType,scopeType)");
    Pages::new(session, ROLE_SCOPE, request, "items", Bound::MANY)
}

/// `roleAssignments.get`: whether the assignment exists.
///
/// # Errors
/// What came instead of an answer; 404 is one.
pub(crate) async fn has_role_assignment(
    session: &Session<'_>,
    customer: &str,
    assignment: &str,
) -> Result<bool, GoogleError> {
    let path =
        format!("admin/directory/v1/customer/{}/roleassignments/{}", segment(customer), segment(assignment));
    let request = Request::new(Api::Directory, path).query("fields", "roleAssignmentId");
    session.has(ROLE_SCOPE, &request).await
}

/// `domainAliases.get`: whether the domain alias exists.
///
/// # Errors
/// What came instead of an answer; 404 is one.
pub(crate) async fn has_domain_alias(
    session: &Session<'_>,
    customer: &str,
    alias: &str,
) -> Result<bool, GoogleError> {
    let path = format!("admin/directory/v1/customer/{}/domainaliases/{}", segment(customer), segment(alias));
    let request = Request::new(Api::Directory, path).query("fields", "domainAliasName");
    session.has(DOMAIN_SCOPE, &request).await
}

/// `members.get`: whether somebody is a direct member of a group.
///
/// # Errors
/// What came instead of an answer; 404 is one.
pub(crate) async fn has_member(
    session: &Session<'_>,
    group: &str,
    member: &str,
) -> Result<bool, GoogleError> {
    let path = format!("admin/directory/v1/groups/{}/members/{}", segment(group), segment(member));
    let request = Request::new(Api::Directory, path).query("fields", "email");
    session.has(GROUP_SCOPE, &request).await
}

/// `groups.get`: its address and its other ones.
///
/// # Errors
/// What came instead: 404 for what is no group of the tenant.
pub(crate) async fn get_group(session: &Session<'_>, group: &str) -> Result<Group, GoogleError> {
    let path = format!("admin/directory/v1/groups/{}", segment(group));
    let request = Request::new(Api::Directory, path)
        .query("fields", "email,aliases,nonEditableAliases,directMembersCount");
    session.get(GROUP_SCOPE, &request).await
}

/// `members.list`: direct members, 200 a page.
#[must_use]
pub(crate) fn list_members<'a>(session: &'a Session<'a>, group: &str) -> Pages<'a, Member> {
    let path = format!("admin/directory/v1/groups/{}/members", segment(group));
    let request = Request::new(Api::Directory, path)
        .query("maxResults", "200")
        .query("fields", "nextPageToken,members(email,type)");
    Pages::new(session, GROUP_SCOPE, request, "members", Bound::MANY)
}

fn customer_path(customer: &str, collection: &str) -> String {
    format!("admin/directory/v1/customer/{}/{collection}", segment(customer))
}
