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
    let (allowed, admin_role) = match &scopes.config {
        Some(path) => {
            let config = run::load_file(path)?;
            (config.parts, config.admin_role)
        }
        None => (None, false),
    };
    let needed = needed(&audit::needed_parts(checks::ALL, allowed.as_ref()));
    print(&match scopes.list.format {
        ListFormat::Text => scope_list(&needed, admin_role),
        ListFormat::Md => scope_table(&needed, admin_role),
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

const fn asked_as(identity: Identity, admin_role: bool) -> &'static str {
    match identity {
        Identity::Admin if admin_role => "not delegated: the service account by an admin role of its own",
        Identity::Admin => "delegated, as the admin",
        Identity::Mailbox => "delegated, as each user",
        Identity::Account => "not delegated: the service account as itself",
        Identity::File => "a file",
    }
}

fn scope_list(needed: &Needed, admin_role: bool) -> String {
    let mut text = String::new();
    for ((identity, scope), (access, parts)) in needed {
        let titles: Vec<&str> = parts.iter().map(|part| part.title()).collect();
        let rows = [
            ("asked", asked_as(*identity, admin_role)),
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
    let _ = writeln!(text, "For the delegation entry, in one line:\n{}", delegated(needed, admin_role));
    text
}

/// What the delegation entry takes, in one line.
fn delegated(needed: &Needed, admin_role: bool) -> String {
    let delegated: Vec<&str> = needed
        .keys()
        .filter(|(identity, _)| match identity {
            Identity::Admin => !admin_role,
            Identity::Mailbox => true,
            Identity::Account | Identity::File => false,
        })
        .map(|(_, scope)| *scope)
        .collect();
    delegated.join(",")
}

fn scope_table(needed: &Needed, admin_role: bool) -> String {
    let mut text = String::from(
        "| Scope | Asked | Reads | Needs besides | What it can do | Checks |\n|---|---|---|---|---|---|\n",
    );
    for ((identity, scope), (access, parts)) in needed {
        let titles: Vec<&str> = parts.iter().map(|part| part.title()).collect();
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "| `{scope}` | {} | {} | {} | {} | {} |",
            asked_as(*identity, admin_role),
            titles.join(", "),
            access.role,
            access.cost,
            unlocked(parts)
        );
    }
    let _ = writeln!(
        text,
        "\nFor the delegation entry, in one line:\n\n```text\n{}\n```",
        delegated(needed, admin_role)
    );
    text
}
