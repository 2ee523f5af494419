//! Warnings that nothing fails for.

use super::{Signature, row};
use crate::causes::explain::Speaker::ClientLibrary;

pub(super) const SPECIAL: &[Signature] = &[
    row(
        "harmless-cram-md5",
        ClientLibrary,
        "harmless",
        &[
            "AUTH cram-md5 not available: 504 5.7.4 Unrecognized Authentication Type",
            "AUTH cram-md5 not available",
        ],
    )
    .means("Harmless: the program first tries a login mechanism that the server does not have.", &[]),
    row(
        "harmless-file-cache",
        ClientLibrary,
        "harmless",
        &[
            "file_cache is unavailable when using oauth2client",
            "file_cache is only supported with oauth2client",
        ],
    )
    .means("Harmless: the library has no cache. Pass `cache_discovery=False` to silence it.", &[]),
    row(
        "harmless-rab",
        ClientLibrary,
        "harmless",
        &[
            "Regional Access Boundary + FAILED_PRECONDITION",
            "Regional Access Boundary + Gaia id not found",
            "Regional Access Boundary + Precondition check failed",
            "Regional Access Boundary",
        ],
    )
    .means("Harmless: google-auth could not look up a regional boundary and goes on without.", &[]),
    row("harmless-punycode", ClientLibrary, "harmless", &["punycode module is deprecated", "DEP0040"])
        .means("Harmless: a notice to the authors of a Node module.", &[]),
    row(
        "harmless-node",
        ClientLibrary,
        "harmless",
        &[
            "DEP0005",
            "Buffer() is deprecated",
            "DEP0169",
            "url.parse() behavior is not standardized",
            "ExperimentalWarning",
        ],
    )
    .means("Harmless: a notice to the authors of a Node module.", &[]),
    row(
        "harmless-python",
        ClientLibrary,
        "harmless",
        &[
            "Python37DeprecationWarning",
            "Python38DeprecationWarning",
            "drop support for python",
            "a Python version + past its end of life",
            "You are using a Python version",
        ],
    )
    .means("Harmless today: this Python version will not be supported by later releases.", &[]),
    row(
        "harmless-quota-project",
        ClientLibrary,
        "harmless",
        &[
            "end user credentials from Google Cloud SDK + quota exceeded + API not enabled",
            "end user credentials from Google Cloud SDK + quota exceeded",
            "authenticated using end user credentials from Google Cloud SDK",
            "Cannot find a quota project",
            "No project ID could be determined",
        ],
    )
    .means("Harmless for mail: a user's application default credentials have no quota project.", &[]),
    row("harmless-php", ClientLibrary, "harmless", &["Deprecated: + Google", "PHP Deprecated"])
        .means("Harmless: a notice to the authors of a PHP library.", &[]),
    row("harmless-insecure-request", ClientLibrary, "harmless", &["InsecureRequestWarning"])
        .means("Harmless for the answer, not for safety: certificates are not verified.", &[]),
    row("harmless-postfix-main", ClientLibrary, "harmless", &["overriding earlier entry"])
        .means("Harmless: a setting of Postfix stands twice; the last one counts.", &[]),
    row("harmless-node-tls", ClientLibrary, "harmless", &["NODE_TLS_REJECT_UNAUTHORIZED"])
        .means("Harmless for the answer, not for safety: certificates are not verified.", &[]),
    row(
        "harmless-node-rejection",
        ClientLibrary,
        "harmless",
        &["Unhandled promise rejections are deprecated", "DEP0018"],
    )
    .means("Harmless: a notice of Node about how the program handles errors.", &[]),
    row("harmless-oob", ClientLibrary, "harmless", &["oob + deprecation", "out-of-band + deprecated"])
        .means("A notice: the out-of-band sign-in is no longer supported for new clients.", &[]),
];
