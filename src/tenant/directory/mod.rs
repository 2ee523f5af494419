//! The Directory: users, groups, domains and admin roles.

mod address;
mod admin_role;
mod domain;
mod group;
mod people;
mod user;
mod user_listing;

pub use address::Address;
pub use admin_role::{AdminRole, AdminRoles, AssigneeType, HeldRoles, RoleAssignment};
pub use domain::{Domain, DomainKind, Domains, TEST_DOMAIN_SUFFIX};
pub use group::{Group, GroupMember, GroupMemberKind, Groups};
pub use people::{People, Person};
pub use user::{LastLogin, User};
pub use user_listing::UserListing;
