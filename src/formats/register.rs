//! A register to fill in, made of what is seen.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::delegation::{Grant, ScopeRiskTable, UNKNOWN_CLIENT};
use crate::snapshot::{ClientIdentity, Snapshot};

const HEAD: &str = "\
# Register of clients with domain-wide delegation: owner, purpose, approved scopes and review date.
#
# This file lists the clients that were seen. Fill in owner, purpose and review_by. Delete the scopes and
# clients that you do not approve, because everything in this file counts as approved.
#
#   vendor = true                                        the client belongs to a vendor
#   custodians = [\"group:keys@example.com\"]              principals that can create its keys or sign as it
#   tickets = [{ id = \"CHG-1\", date = 2026-11-20 }]      approved changes of its delegation
";

/// The text of a register that names every client that is seen. The same facts give the same text.
#[must_use]
pub(crate) fn draft(tenant: &Snapshot) -> String {
    let grants = &tenant.grants;
    let unscoped = grants.unscoped().iter().map(|client| client.client_id.as_str());
    let unscoped = unscoped.filter(|client| *client != UNKNOWN_CLIENT);
    let clients: BTreeSet<&str> = grants.clients().into_iter().chain(unscoped).collect();
    let mut text = HEAD.to_owned();
    if clients.is_empty() {
        text.push_str("\n# No client was seen. This does not prove that no client holds a delegation.\n");
    }
    for client_id in clients {
        let identity = tenant.identity_of(client_id);
        let name = match identity {
            ClientIdentity::Listed(account) if !account.display_name.is_empty() => &account.display_name,
            ClientIdentity::Listed(account) => &account.email,
            _ => "",
        };
        if client_id.contains('@') {
            let comment = format!(
                "{client_id}: only its address is known. Look up its client ID in the Admin console."
            );
            text.push('\n');
            line(&mut text, "", Some(comment));
            continue;
        }
        text.push_str("\n[[client]]\n");
        line(&mut text, &format!("client_id = {}", quoted(client_id)), comment(identity));
        line(&mut text, &format!("name = {}", quoted(name)), None);
        line(&mut text, "owner = \"\"", Some("who is responsible for it".to_owned()));
        line(&mut text, "purpose = \"\"", Some("what it is for".to_owned()));
        line(&mut text, "review_by = \"\"", Some("date of the next review".to_owned()));
        let grants: Vec<&Grant> = grants.iter().filter(|grant| grant.client_id == client_id).collect();
        if grants.is_empty() {
            line(&mut text, "scopes = []", Some("it was seen in use; its scopes are unknown".to_owned()));
            continue;
        }
        text.push_str("scopes = [\n");
        for grant in grants {
            line(&mut text, &format!("    {},", quoted(&grant.scope)), Some(note(grant)));
        }
        text.push_str("]\n");
    }
    text
}

/// Who it is.
fn comment(identity: ClientIdentity<'_>) -> Option<String> {
    let email = identity.email();
    match identity {
        ClientIdentity::Listed(_) | ClientIdentity::Unknown => email.map(str::to_owned),
        ClientIdentity::Foreign(_) => email.map(|email| format!("{email}, not in the audited projects")),
        ClientIdentity::Deleted(email) => Some(format!("{email}, which is deleted: remove its delegation")),
        ClientIdentity::NoAccount => Some("not an existing service account".to_owned()),
    }
}

fn note(grant: &Grant) -> String {
    let mut note = ScopeRiskTable::shipped()
        .find(&grant.scope)
        .map_or_else(|| "not in the scope table".to_owned(), |row| row.grants.clone());
    if let Some(granted) = &grant.granted {
        // Writing to a string cannot fail.
        let _ = write!(note, "; granted on {}", granted.at.date_naive());
        if let Some(by) = &granted.by {
            let _ = write!(note, " by {by}");
        }
    }
    for disagreement in &grant.disagreements {
        let _ = write!(note, "; {disagreement}");
    }
    note
}

fn line(text: &mut String, content: &str, comment: Option<String>) {
    text.push_str(content);
    if let Some(comment) = comment {
        // Text of the tenant must not end the comment.
        let comment: String = comment.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
        let _ = write!(text, "  # {comment}");
    }
    text.push('\n');
}

/// A string as TOML writes it, on one line.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::checks::test_facts::{delegating, gap};
    use crate::delegation::{Grants, Provenance, Sighting};
    use crate::policy::Register;
    use crate::tenant::{ClientCertificates, ForeignAccount, Part, Reading};

    fn grants(pairs: &[(&str, &str)]) -> Snapshot {
        let sighting =
            Sighting { provenance: Provenance::Console, seen_at: "2026-11-20T00:00:00Z".parse().unwrap() };
        let pairs = pairs.iter().map(|(client, scope)| (client.to_string(), scope.to_string(), sighting));
        Snapshot {
            grants: Grants::merge(pairs),
            service_accounts: Reading::Missing(gap(Part::ServiceAccounts)),
            ..delegating(&[], Reading::Complete(Vec::new()))
        }
    }

    #[test]
    fn a_draft_names_every_client_with_its_scopes_and_leaves_the_rest_to_fill_in() {
        let seen = grants(&[("2", "x:unheard"), ("1", "https://mail.google.com/"), ("1", "openid")]);
        let text = draft(&seen);
        let register = Register::parse(&text).unwrap();
        let ids: Vec<_> = register.0.iter().map(|client| client.client_id.as_str()).collect();
        assert_eq!(ids, ["1", "2"]);
        assert_eq!(register.0[0].scopes, ["https://mail.google.com/", "openid"]);
        assert_eq!(register.0[0].blanks().count(), 3);
        assert!(text.contains("\"x:unheard\",  # not in the scope table\n"), "{text}");
        assert!(draft(&grants(&[])).contains("does not prove"));
    }

    #[test]
    fn a_draft_says_who_a_client_is_that_no_listed_account_is() {
        let account = ForeignAccount {
            claimed: Vec::new(),
            email: "sync@vendor.iam.gserviceaccount.com".to_owned(),
            project: "vendor".to_owned(),
            keys: Vec::new(),
        };
        let certificates =
            ClientCertificates { client_id: "1".to_owned(), account: Reading::Complete(Some(account)) };
        let tenant = Snapshot {
            client_certificates: Reading::Complete(vec![certificates]),
            ..grants(&[("1", "openid")])
        };
        let said = "client_id = \"1\"  # sync@vendor.iam.gserviceaccount.com, not in the audited projects\n";
        assert!(draft(&tenant).contains(said), "{}", draft(&tenant));
    }

    proptest! {
        #[test]
        fn any_text_of_a_tenant_stays_where_it_belongs(client in "\\PC{1,12}|[\\x00-\\x7f]{1,12}") {
            // A register trims ids, and refuses an empty one.
            prop_assume!(!client.trim().is_empty());
            let register = Register::parse(&draft(&grants(&[(&client, "openid")]))).unwrap();
            let ids: Vec<&str> = register.0.iter().map(|client| client.client_id.as_str()).collect();
            // An address is no client id: it stands in a comment.
            let expected = if client.contains('@') { Vec::new() } else { vec![client.trim()] };
            prop_assert_eq!(ids, expected);
        }
    }
}
