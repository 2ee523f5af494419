//! `checks`, `scopes` and `causes`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{self, Write};

use crate::audit::{self, Exit};
use crate::causes;
use crate::checks::{self, catalogue};
use crate::cli::{List, ListFormat, Scopes};
use crate::collect::access::SEARCH_ROLE;
use crate::collect::{Access, Identity};
use crate::config::Config;
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
    let config = scopes.config.as_ref().map(|path| run::load_file(path)).transpose()?;
    let admin_role = config.as_ref().is_some_and(|config| config.admin_role);
    let parts = match &config {
        Some(config) => audit::planned_parts(config, checks::ALL),
        None => audit::needed_parts(checks::ALL, None),
    };
    let mut needed = needed(&parts);
    if config.is_some_and(|config| config.organization.is_some()) {
        needed.values_mut().filter(|need| need.parts.contains(&Part::ServiceAccounts)).for_each(|need| {
            need.roles.push(SEARCH_ROLE);
        });
    }
    let optional = Part::all().filter(|part| part.is_optional() && !parts.contains(part)).collect();
    let optional = self::needed(&optional);
    print(&match scopes.list.format {
        ListFormat::Text => scope_list(&needed, &optional, admin_role),
        ListFormat::Md => scope_table(&needed, &optional, admin_role),
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

/// What a scope is for, and which rights it needs.
struct Need {
    parts: Vec<Part>,
    roles: Vec<&'static str>,
    cost: &'static str,
}

/// Scopes by the identity that requests them.
type Needed = BTreeMap<(Identity, &'static str), Need>;

fn needed(parts: &BTreeSet<Part>) -> Needed {
    let mut needed = Needed::new();
    for &part in parts {
        let Access { identity, scope: Some(scope), role, cost } = Access::of(part) else { continue };
        let blank = || Need { parts: Vec::new(), roles: Vec::new(), cost };
        let need = needed.entry((identity, scope)).or_insert_with(blank);
        need.parts.push(part);
        if !need.roles.contains(&role.as_str()) {
            need.roles.push(role.as_str());
        }
    }
    needed
}

fn checks_of(parts: &[Part]) -> String {
    let checks: Vec<&str> = checks::ALL
        .iter()
        .filter(|check| check.needs.iter().any(|part| parts.contains(part)))
        .map(|check| check.id)
        .collect();
    checks.join(", ")
}

const fn requested_by(identity: Identity, admin_role: bool) -> &'static str {
    match identity {
        Identity::Admin if admin_role => "the service account itself, with its admin role",
        Identity::Admin => "the delegation, as the admin",
        Identity::SuperAdmin => "the delegation, as the admin, with a token of its own",
        Identity::Mailbox => "the delegation, as each user",
        Identity::Account => "the service account itself",
        Identity::File => "a file",
    }
}

/// Whether a scope belongs into the delegation entry. What the account uses itself must not be there: whoever has the
/// account could use it as any user.
const fn is_delegated(identity: Identity, admin_role: bool) -> bool {
    match identity {
        Identity::Admin => !admin_role,
        Identity::SuperAdmin | Identity::Mailbox => true,
        Identity::Account | Identity::File => false,
    }
}

const DELEGATE: &str = "Delegate these scopes, as one line:";
const DO_NOT_DELEGATE: &str =
    "Do not delegate these scopes. The service account uses them itself, by its own roles:";

const OPTIONAL: &str = "Delegate these scopes, too, if `[collect] parts` names the parts that they read:";

fn scope_list(needed: &Needed, optional: &Needed, admin_role: bool) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{DELEGATE}\n{}\n", delegated(needed, admin_role));
    write_scopes(&mut text, needed, |identity| is_delegated(identity, admin_role), admin_role);
    let _ = writeln!(text, "{DO_NOT_DELEGATE}\n");
    write_scopes(&mut text, needed, |identity| !is_delegated(identity, admin_role), admin_role);
    if !optional.is_empty() {
        let _ = writeln!(text, "{OPTIONAL}\n");
        write_scopes(&mut text, optional, |_| true, admin_role);
    }
    text
}

fn write_scopes(text: &mut String, needed: &Needed, is_listed: impl Fn(Identity) -> bool, admin_role: bool) {
    for ((identity, scope), need) in needed.iter().filter(|((identity, _), _)| is_listed(*identity)) {
        let titles: Vec<&str> = need.parts.iter().map(|part| part.title()).collect();
        let rows = [
            ("used by", requested_by(*identity, admin_role)),
            ("reads", &titles.join(", ")),
            ("needs", &need.roles.join(&format!("\n{:<10}", ""))),
            ("allows", need.cost),
            ("checks", &checks_of(&need.parts)),
        ];
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{scope}");
        for (name, value) in rows {
            let _ = writeln!(text, "  {name:<7} {value}");
        }
        text.push('\n');
    }
}

/// The line of a configuration's scopes for the delegation entry.
pub(super) fn delegation_line(config: &Config) -> String {
    delegated(&needed(&audit::planned_parts(config, checks::ALL)), config.admin_role)
}

/// The scopes for the delegation entry, separated by commas.
fn delegated(needed: &Needed, admin_role: bool) -> String {
    let scopes = needed.keys().filter(|(identity, _)| is_delegated(*identity, admin_role));
    scopes.map(|(_, scope)| *scope).collect::<Vec<_>>().join(",")
}

fn scope_table(needed: &Needed, optional: &Needed, admin_role: bool) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{DELEGATE}\n\n```text\n{}\n```\n", delegated(needed, admin_role));
    write_rows(&mut text, needed, |identity| is_delegated(identity, admin_role), admin_role);
    let _ = writeln!(text, "\n{DO_NOT_DELEGATE}\n");
    write_rows(&mut text, needed, |identity| !is_delegated(identity, admin_role), admin_role);
    if !optional.is_empty() {
        let _ = writeln!(text, "\n{OPTIONAL}\n");
        write_rows(&mut text, optional, |_| true, admin_role);
    }
    text
}

fn write_rows(text: &mut String, needed: &Needed, is_listed: impl Fn(Identity) -> bool, admin_role: bool) {
    text.push_str("| Scope | Used by | Reads | Also needs | Allows | Checks |\n|---|---|---|---|---|---|\n");
    for ((identity, scope), need) in needed.iter().filter(|((identity, _), _)| is_listed(*identity)) {
        let titles: Vec<&str> = need.parts.iter().map(|part| part.title()).collect();
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "| `{scope}` | {} | {} | {} | {} | {} |",
            requested_by(*identity, admin_role),
            titles.join(", "),
            need.roles.join("<br>"),
            need.cost,
            checks_of(&need.parts)
        );
    }
}
