//! `checks`, `scopes` and `causes`: what there is, what it costs, what can go wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{self, Write};

use crate::audit::{self, Exit};
use crate::causes;
use crate::checks::{self, catalogue};
use crate::cli::{List, ListFormat, Scopes};
use crate::collect::{Access, Identity};
use crate::tenant::Part;

use super::failure::Failure;
use super::run;

pub(super) fn checks(list: &List) -> Result<Exit, Failure> {
    print(&match list.format {
        ListFormat::Text => catalogue::text_list(),
        ListFormat::Md => catalogue::markdown(),
    })
}

pub(super) fn scopes(scopes: &Scopes) -> Result<Exit, Failure> {
    let allowed = match &scopes.config {
        Some(path) => run::load_file(path)?.parts,
        None => None,
    };
    let parts = audit::needed_parts(checks::ALL, allowed.as_ref());
    print(&match scopes.list.format {
        ListFormat::Text => scope_list(&parts),
        ListFormat::Md => scope_table(&parts),
    })
}

pub(super) fn causes(list: &List) -> Result<Exit, Failure> {
    print(&match list.format {
        ListFormat::Text => causes::catalogue::text_list(),
        ListFormat::Md => causes::catalogue::markdown(),
    })
}

fn print(text: &str) -> Result<Exit, Failure> {
    io::stdout().lock().write_all(text.as_bytes())?;
    Ok(Exit::Complete)
}

/// Scopes, with the parts that each one unlocks.
type Needed = BTreeMap<(Identity, &'static str), (Access, Vec<Part>)>;

fn needed(parts: &BTreeSet<Part>) -> Needed {
    let mut needed = BTreeMap::new();
    for &part in parts {
        let access = Access::of(part);
        if let Some(scope) = access.scope {
            needed.entry((access.identity, scope)).or_insert((access, Vec::new())).1.push(part);
        }
    }
    needed
}

fn unlocked(parts: &[Part]) -> String {
    let checks: Vec<&str> = checks::ALL
        .iter()
        .filter(|check| check.needs.iter().any(|part| parts.contains(part)))
        .map(|check| check.id)
        .collect();
    checks.join(", ")
}

const fn asked_as(identity: Identity) -> &'static str {
    match identity {
        Identity::Admin => "delegated, as the admin",
        Identity::Mailbox => "delegated, as each user",
        Identity::Account => "not delegated: the service account as itself",
        Identity::File => "a file",
    }
}

fn scope_list(parts: &BTreeSet<Part>) -> String {
    let needed = needed(parts);
    let mut text = String::new();
    for ((identity, scope), (access, parts)) in &needed {
        let titles: Vec<&str> = parts.iter().map(|part| part.title()).collect();
        let rows = [
            ("asked", asked_as(*identity)),
            ("reads", &titles.join(", ")),
            ("needs", access.role),
            ("can do", access.cost),
            ("checks", &unlocked(parts)),
        ];
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{scope}");
        for (name, value) in rows {
            let _ = writeln!(text, "  {name:<7} {value}");
        }
        text.push('\n');
    }
    let _ = writeln!(text, "For the delegation entry, in one line:\n{}", delegated(&needed));
    text
}

/// What the delegation entry takes, in one line.
fn delegated(needed: &Needed) -> String {
    let delegated: Vec<&str> = needed
        .keys()
        .filter(|(identity, _)| matches!(identity, Identity::Admin | Identity::Mailbox))
        .map(|(_, scope)| *scope)
        .collect();
    delegated.join(",")
}

fn scope_table(parts: &BTreeSet<Part>) -> String {
    let mut text = String::from(
        "| Scope | Asked | Reads | Needs besides | What it can do | Checks |\n|---|---|---|---|---|---|\n",
    );
    let needed = needed(parts);
    for ((identity, scope), (access, parts)) in &needed {
        let titles: Vec<&str> = parts.iter().map(|part| part.title()).collect();
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "| `{scope}` | {} | {} | {} | {} | {} |",
            asked_as(*identity),
            titles.join(", "),
            access.role,
            access.cost,
            unlocked(parts)
        );
    }
    let _ =
        writeln!(text, "\nFor the delegation entry, in one line:\n\n```text\n{}\n```", delegated(&needed));
    text
}
