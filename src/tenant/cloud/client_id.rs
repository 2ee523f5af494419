//! OAuth client ids: a service account's own, with or without Google's suffix.

/// What an OAuth client id may end with.
pub(crate) const CLIENT_ID_SUFFIX: &str = ".apps.googleusercontent.com";

/// Whether two client ids are one client: the number of a service account may be written with Google's
/// suffix of OAuth clients.
#[must_use]
pub(crate) fn is_same_client(one: &str, other: &str) -> bool {
    bare_client(one) == bare_client(other)
}

/// A client id without Google's suffix of OAuth clients: what [`is_same_client`] compares.
#[must_use]
pub(crate) fn bare_client(id: &str) -> &str {
    id.strip_suffix(CLIENT_ID_SUFFIX).unwrap_or(id)
}
