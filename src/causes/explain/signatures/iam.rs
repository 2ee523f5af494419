//! Google Cloud IAM.

use super::{Signature, row};
use crate::causes::explain::Speaker::{ClientLibrary, IamApi};
use crate::causes::table::{google_api::*, iam::*, token::*};

pub(super) const SPECIAL: &[Signature] = &[
    row(
        "metadata-retrieve",
        ClientLibrary,
        "machine",
        &["Failed to retrieve http://metadata.google.internal", "Compute Engine Metadata server unavailable"],
    )
    .means("The program finds no identity on this machine.", &[NO_MACHINE_IDENTITY]),
    row(
        "sign-impersonate",
        IamApi,
        "sign",
        &[
            "impersonate: status code 403",
            "unable to impersonate",
            "Failed to impersonate + 403",
            "unable to acquire impersonated credentials + PERMISSION_DENIED",
            "unable to acquire impersonated credentials + 403",
        ],
    )
    .with(&["google", "gcp", "gserviceaccount", "iamcredentials", "storage", "impersonat"])
    .means("The caller may not get tokens for the service account.", &[SIGNING_DENIED]),
    row(
        "impersonation-not-found-2",
        IamApi,
        "sign",
        &[
            "Gaia id not found for email",
            "Unknown service account",
            "impersonate: status code 404",
            "unable to acquire impersonated credentials + NOT_FOUND",
        ],
    )
    .means(
        "The service account to become does not exist.",
        &[IMPERSONATION_TARGET_UNKNOWN, SERVICE_ACCOUNT_DELETED],
    ),
    row(
        "iam-denied",
        IamApi,
        "iam",
        &[
            "denied on resource + permission",
            "denied on resource (or it may not exist)",
            "Permission denied for resource",
            "does not have permission to access projects instance",
            "does not have permission to access + instance",
            "iam.serviceAccounts.actAs",
            "iam.serviceAccountKeys.create + denied",
            "IAM permission denied",
            "lacks IAM permission",
            "Permission denied on resource",
        ],
    )
    .with(&["google", "gcloud", "gcp", "projects/", "iam.", "cloudidentity", "PERMISSION_DENIED"])
    .not(&[
        "iam.serviceAccounts.signBlob",
        "iam.serviceAccounts.signJwt",
        "iam.serviceAccounts.getAccessToken",
    ])
    .means("The caller lacks the named IAM permission.", &[IAM_PERMISSION_MISSING]),
    row("iam-token-argument", IamApi, "sign", &["Request contains an invalid argument"])
        .with(&[
            "iamcredentials",
            "generateAccessToken",
            "impersonat",
            "impersonate",
            "impersonated",
            "access token",
        ])
        .means(
            "A field of the request for a token of a service account is not valid: often the scopes.",
            &[SCOPE_UNKNOWN_TO_GOOGLE, REQUEST_SHAPE],
        ),
    row(
        "org-policy-members",
        IamApi,
        "org_policy",
        &["do not belong to a permitted customer", "not in permitted organization"],
    )
    .means("An organization policy lets only members of the own organization into IAM.", &[CLOUD_POLICY]),
];

pub(super) const USUAL: &[Signature] = &[
    row(
        "key-creation-policy",
        IamApi,
        "org_policy",
        &[
            "disableServiceAccountKeyCreation",
            "disableServiceAccountKeyUpload",
            "Service account key creation is disabled",
            "Key creation is not allowed on this service account",
        ],
    )
    .means("An organization policy forbids service account keys.", &[KEY_CREATION_BLOCKED]),
    row(
        "vpc-service-controls",
        IamApi,
        "perimeter",
        &[
            "vpcServiceControls",
            "VPC Service Controls",
            "SECURITY_POLICY_VIOLATED",
            "Request is prohibited by organization's policy",
        ],
    )
    .means("A service perimeter refuses the call.", &[CLOUD_POLICY]),
    row(
        "sign-permission",
        IamApi,
        "sign",
        &[
            "iam.serviceAccounts.signBlob",
            "iam.serviceAccounts.signJwt",
            "iam.serviceAccounts.getAccessToken",
            "iam.serviceAccounts.implicitDelegation",
            "trying to sign provided bytes",
            "Failed to sign the provided bytes",
            "Failed to generate Google Cloud access token",
        ],
    )
    .means("The caller may not sign or get tokens for the service account.", &[SIGNING_DENIED]),
    row(
        "impersonation-not-found",
        IamApi,
        "sign",
        &["Error requesting access token + Requested entity was not found"],
    )
    .means("The service account to become does not exist.", &[IMPERSONATION_TARGET_UNKNOWN]),
    row(
        "gcloud-denied",
        IamApi,
        "iam",
        &[
            "PERMISSION_DENIED: The caller does not have permission",
            "PERMISSION_DENIED: User not authorized to perform this action",
            "IAM_PERMISSION_DENIED",
            "USER_PROJECT_DENIED",
            // GAM-team/GAM#1713.
            "Permission denied to enable service",
            "does not have serviceusage.services.use",
        ],
    )
    .means("The caller has no IAM role for this.", &[IAM_PERMISSION_MISSING]),
];
