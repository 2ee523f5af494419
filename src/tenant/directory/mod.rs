//! The Directory: users, groups, domains and admin roles.

mod address;
mod admin_role;
mod domain;
mod group;
mod people;
mod user;
mod user_listing;

pub(crate) use address::Address;
pub(crate) use admin_role::{AdminRole, AdminRoles, AssigneeType, HeldRoles, RoleAssignment};
pub(crate) use domain::{Domain, DomainKind, Domains, TEST_DOMAIN_SUFFIX};
pub(crate) use group::{Group, GroupMember, GroupMemberKind, Groups};
pub(crate) use people::{People, Person};
pub(crate) use user::{LastLogin, User};
pub(crate) use user_listing::UserListing;
