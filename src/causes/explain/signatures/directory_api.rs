//! The Admin SDK.

use super::{Signature, row};
use crate::causes::explain::Speaker::DirectoryApi;
use crate::causes::table::{directory::*, google_api::*};

pub(super) const SPECIAL: &[Signature] = &[
    row(
        "reports-right-2",
        DirectoryApi,
        "admin",
        &[
            "Caller does not have access to the customers reporting data",
            "Not Authorized to access the application ID",
        ],
    )
    .means("The user may not read the audit logs.", &[REPORTS_RIGHT_MISSING]),
    row(
        "reports-date",
        DirectoryApi,
        "directory",
        &["Data for dates later than", "is not yet available. Please check back later"],
    )
    .with(&["google", "report", "dates later than"])
    .means("Reports has no data for this date yet.", &[CUSTOMER_WRONG]),
    row(
        "directory-not-found",
        DirectoryApi,
        "directory",
        &[
            "Resource Not Found: userKey",
            "Resource Not Found: groupKey",
            "Resource Not Found: domain",
            "Resource Not Found: memberKey",
            "Resource Not Found: orgunit",
        ],
    )
    .means("The tenant has no such user, group or domain.", &[NOT_FOUND]),
];

pub(super) const USUAL: &[Signature] = &[
    row("reports-right", DirectoryApi, "admin", &["not authorized to read activity records"])
        .means("The user may not read the audit logs.", &[REPORTS_RIGHT_MISSING]),
    row("admin-right", DirectoryApi, "admin", &["Not Authorized to access this resource/api"]).means(
        "The user that is acted for may not do this in the tenant.",
        &[ADMIN_RIGHT_MISSING, SERVICE_ACCOUNT_WITHOUT_SUBJECT],
    ),
    row(
        "directory-no-subject",
        DirectoryApi,
        "directory",
        &[
            "Invalid Input + my_customer",
            "Service unavailable. Please try again",
            "Domain not found + sampleApi",
            "Domain not found",
        ],
    )
    .with(&["google", "directory", "my_customer", "backendError", "Addressable"])
    .means(
        "The Admin SDK does not see a tenant for this caller.",
        &[SERVICE_ACCOUNT_WITHOUT_SUBJECT, CUSTOMER_WRONG, BACKEND_ERROR],
    ),
    row(
        "directory-invalid",
        DirectoryApi,
        "directory",
        &[
            "Invalid Input - invalid",
            "400: Invalid Input",
            "unable to retrieve users in domain + badRequest",
            "Invalid Input",
        ],
    )
    .general()
    .with(&["gam", "admin", "customer", "domain", "google"])
    .means("A parameter of the request is not valid.", &[CUSTOMER_WRONG]),
];

pub(super) const GENERAL: &[Signature] = &[row(
    "directory-bare-400",
    DirectoryApi,
    "directory",
    &["HttpError 400 + admin/directory + Bad Request", "admin/directory + badRequest"],
)
.general()
.not(&["invalid_grant", "unauthorized_client"])
.means(
    "A parameter is missing or not valid: `users.list` requires `customer` or `domain`.",
    &[CUSTOMER_WRONG, SERVICE_ACCOUNT_WITHOUT_SUBJECT],
)];
