//! Which clients hold, held or used a delegation and are no listed account: those whose certificates are asked for.

use std::collections::BTreeSet;

use crate::store::{Run, StoreError, part_key};
use crate::tenant::Reading;

/// The most clients that are asked about in one run.
pub(super) const MAX_CLIENTS: usize = 1000;

/// Clients that the console's list, the logs or an earlier run name: ids of the list first, then the others,
/// each in order. Only service accounts have certificates: their ids are numbers, and logs may name an address.
pub(super) fn of(run: &Run<'_>) -> Result<Vec<String>, StoreError> {
    let accounts = run.part(part_key::SERVICE_ACCOUNTS)?;
    let accounts = accounts.as_ref().and_then(Reading::known);
    let of_earlier_runs = run.address_book()?;
    let is_listed = |id: &str| accounts.is_some_and(|accounts| accounts.by_client(id).is_some());
    let has_address = |address: &str| accounts.is_some_and(|accounts| accounts.by_address(address).is_some());
    let asked = |written: &str| -> Vec<String> {
        let Some(client) = account_of(written) else { return Vec::new() };
        // Of a listed account's address only those who had it before are foreign.
        let mut clients: Vec<String> = of_earlier_runs.clients(&client).map(str::to_owned).collect();
        if clients.is_empty() && !has_address(&client) {
            clients.push(client);
        }
        clients.retain(|client| !is_listed(client));
        clients
    };

    let console = run.part(part_key::CONSOLE_GRANTS)?;
    let grants = console.as_ref().and_then(Reading::known).into_iter().flat_map(|listing| &listing.grants);
    let listed: BTreeSet<String> = grants.flat_map(|(client, _)| asked(client)).collect();
    let mut others = BTreeSet::new();
    for event in run.delegation_events() {
        others.extend(asked(&event?.client));
    }
    for used in run.grant_uses() {
        let used = used?.of;
        others.extend(asked(&used.client).into_iter().filter(|_| used.is_impersonation()));
    }
    for seen in run.seen_grants() {
        others.extend(asked(&seen?.client));
    }
    let others = others.into_iter().filter(|client| !listed.contains(client)).collect::<Vec<_>>();
    Ok(listed.iter().cloned().chain(others).collect())
}

/// A number without Google's suffix, or a service account's address; `None` for any other client.
fn account_of(written: &str) -> Option<String> {
    let text = written.trim().to_lowercase();
    let bare = text.strip_suffix(".apps.googleusercontent.com").unwrap_or(&text);
    let is_number = !bare.is_empty() && bare.bytes().all(|byte| byte.is_ascii_digit());
    let is_address = bare.contains('@') && bare.ends_with(".gserviceaccount.com");
    (is_number || is_address).then(|| bare.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delegation::GrantListing;
    use crate::store::Store;

    #[test]
    fn a_number_that_an_earlier_run_took_for_an_address_is_nobodys() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("history.sqlite")).unwrap();
        let at: chrono::DateTime<chrono::Utc> = "2026-11-21T07:00:00Z".parse().unwrap();
        let run = store.begin(at, "", |_| Ok::<_, crate::store::StoreError>(true)).unwrap();
        let pair = |address: &str| (address.to_owned(), "103".to_owned());
        let real = "mailer@vendor.iam.gserviceaccount.com";
        run.put_client_addresses(&[pair("118000000000000000005"), pair(real)]).unwrap();
        let held = |client: &str| (client.to_owned(), "https://mail.google.com/".to_owned());
        let grants = vec![held("118000000000000000005"), held("118000000000000000006")];
        run.put_part(part_key::CONSOLE_GRANTS, &Reading::Complete(GrantListing { grants, seen_at: at }))
            .unwrap();
        assert_eq!(of(&run).unwrap(), ["118000000000000000005", "118000000000000000006"]);
        let grants = vec![held(real)];
        run.put_part(part_key::CONSOLE_GRANTS, &Reading::Complete(GrantListing { grants, seen_at: at }))
            .unwrap();
        assert_eq!(of(&run).unwrap(), ["103"]);
    }

    #[test]
    fn only_what_can_be_a_service_account_is_asked_about() {
        for (written, expected) in [
            (" 117 ", Some("117")),
            ("117.apps.googleusercontent.com", Some("117")),
            ("Mailer@p.iam.gserviceaccount.com", Some("mailer@p.iam.gserviceaccount.com")),
            ("407-abc.apps.googleusercontent.com", None),
            ("ann@example.com", None),
            ("Mail merge", None),
            ("", None),
        ] {
            assert_eq!(account_of(written).as_deref(), expected, "{written}");
        }
    }
}
