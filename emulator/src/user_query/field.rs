//! The fields that the search language knows, with the operators that each takes.

use crate::tenant::{Person, Standing};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Anywhere,
    Name,
    GivenName,
    FamilyName,
    Email,
    OrgUnitPath,
    IsAdmin,
    IsDelegatedAdmin,
    IsSuspended,
    IsArchived,
    IsGuest,
    IsEnrolledIn2Sv,
    IsEnforcedIn2Sv,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equals,
    Contains,
    StartsWith,
}

/// Fields of the guide's table that no user here carries; so are custom schemas, `schema.field`.
const NOT_SERVED: [&str; 20] = [
    "im",
    "externalId",
    "manager",
    "managerId",
    "directManager",
    "directManagerId",
    "address",
    "addressPoBox",
    "addressExtended",
    "addressStreet",
    "addressLocality",
    "addressRegion",
    "addressPostalCode",
    "addressCountry",
    "orgName",
    "orgTitle",
    "orgDepartment",
    "orgDescription",
    "orgCostCenter",
    "phone",
];

/// Whether Google knows a field that is not served here.
pub(super) fn is_documented(name: &str) -> bool {
    NOT_SERVED.contains(&name) || name.contains('.')
}

impl Field {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "name" => Self::Name,
            "givenName" => Self::GivenName,
            "familyName" => Self::FamilyName,
            "email" => Self::Email,
            "orgUnitPath" => Self::OrgUnitPath,
            "isAdmin" => Self::IsAdmin,
            "isDelegatedAdmin" => Self::IsDelegatedAdmin,
            "isSuspended" => Self::IsSuspended,
            "isArchived" => Self::IsArchived,
            "isGuest" => Self::IsGuest,
            "isEnrolledIn2Sv" => Self::IsEnrolledIn2Sv,
            "isEnforcedIn2Sv" => Self::IsEnforcedIn2Sv,
            _ => return None,
        })
    }

    /// The guide's table of fields, row by row.
    pub(super) fn takes(self, operator: Operator) -> bool {
        match self {
            Self::Anywhere | Self::Email | Self::GivenName | Self::FamilyName => true,
            Self::Name => operator != Operator::StartsWith,
            _ => operator == Operator::Equals,
        }
    }

    pub(super) fn is_boolean(self) -> bool {
        !matches!(
            self,
            Self::Anywhere
                | Self::Name
                | Self::GivenName
                | Self::FamilyName
                | Self::Email
                | Self::OrgUnitPath
        )
    }

    /// The value of a boolean field; none if it is left out for this user.
    pub(super) fn flag(self, person: &Person) -> Option<bool> {
        let (name, value) = match self {
            Self::IsAdmin => ("isAdmin", person.super_admin),
            Self::IsDelegatedAdmin => ("isDelegatedAdmin", person.delegated_admin),
            Self::IsSuspended => ("suspended", matches!(person.standing, Standing::Suspended { .. })),
            Self::IsArchived => ("archived", matches!(person.standing, Standing::Archived { .. })),
            Self::IsEnrolledIn2Sv => ("isEnrolledIn2Sv", person.enrolled_in_two_step),
            Self::IsEnforcedIn2Sv => ("isEnforcedIn2Sv", person.enforced_in_two_step),
            _ => ("isGuestUser", person.guest_email.is_some()),
        };
        (!person.left_out.contains(&name)).then_some(value)
    }
}
