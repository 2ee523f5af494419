//! Clients × classes of risk: the section at a glance.

use askama::Template;

use super::client_index::{ClientIndex, Entry, severity};
use super::page::{Mark, marks};
use super::ways_in::WaysIn;
use super::words;
use crate::delegation::{RiskClass, ScopeRiskTable};
use crate::findings::{RunSummary, Severity};
use crate::formats::html::budget::{keep_fitting, size};
use crate::formats::html::text::{clip, count, counted, day};
use crate::snapshot::Snapshot;

const MAX_BYTES: usize = 350_000;

/// Worst first, in the order of columns.
const CLASSES: [RiskClass; 18] = [
    RiskClass::TenantAdmin,
    RiskClass::UserSecurity,
    RiskClass::CloudPlatform,
    RiskClass::MailFull,
    RiskClass::MailRead,
    RiskClass::MailWrite,
    RiskClass::Send,
    RiskClass::MailSettings,
    RiskClass::Files,
    RiskClass::FilesNarrow,
    RiskClass::Calendar,
    RiskClass::Chat,
    RiskClass::DirectoryRead,
    RiskClass::Groups,
    RiskClass::Vault,
    RiskClass::Logs,
    RiskClass::Other,
    RiskClass::Unknown,
];

/// The table.
#[derive(Template)]
#[template(path = "matrix.html")]
pub(super) struct Matrix {
    classes: Vec<Class>,
    rows: Vec<Row>,
    more: String,
    scope_table: String,
}

struct Class {
    letter: &'static str,
    title: &'static str,
}

/// A row; it links to the client's page, if that is shown.
pub(super) struct Row {
    anchor: String,
    is_linked: bool,
    name: String,
    marks: Vec<Mark>,
    ways_in: String,
    used: String,
    cells: Vec<Cell>,
}

#[derive(Template)]
#[template(path = "matrix_row.html")]
struct RowHtml<'a> {
    row: &'a Row,
}

/// The scopes of one class; none, if the count is empty.
struct Cell {
    count: String,
    severity: &'static str,
    word: &'static str,
    /// Whether the word is that of the worst of several.
    is_many: bool,
}

impl Matrix {
    pub(super) fn new(
        clients: &ClientIndex<'_>,
        summary: &RunSummary,
        tenant: &Snapshot,
        is_shown: impl Fn(&str) -> bool,
    ) -> Self {
        let table = ScopeRiskTable::shipped();
        let occurs = |class: &RiskClass| {
            let of_class = |scope: &str| classes_of(table, scope).contains(class);
            clients.entries.iter().any(|entry| {
                entry.grants.iter().any(|grant| of_class(&grant.scope))
                    || (*class == RiskClass::Unknown && is_nameless(entry))
            })
        };
        let classes: Vec<RiskClass> = CLASSES.into_iter().filter(occurs).collect();
        let mut rows: Vec<Row> =
            clients.entries.iter().map(|entry| Row::new(entry, &classes, tenant, &is_shown)).collect();
        let mut bytes = MAX_BYTES;
        keep_fitting(&mut rows, &mut bytes, |row| size(&RowHtml { row }));
        let more = clients.total - rows.len();
        Self {
            classes: classes
                .into_iter()
                .map(|class| Class { letter: class.letter(), title: class.title() })
                .collect(),
            more: if more > 0 { counted(more as u64, "more client", "more clients") } else { String::new() },
            rows,
            scope_table: clip(&summary.scope_table),
        }
    }
}

fn classes_of<'a>(table: &'a ScopeRiskTable, scope: &str) -> &'a [RiskClass] {
    table.find(scope).map_or(&[RiskClass::Unknown], |row| row.classes.as_slice())
}

const fn is_nameless(entry: &Entry<'_>) -> bool {
    entry.unscoped.is_some() && entry.grants.is_empty()
}

impl Row {
    fn new(
        entry: &Entry<'_>,
        classes: &[RiskClass],
        tenant: &Snapshot,
        is_shown: impl Fn(&str) -> bool,
    ) -> Self {
        Self {
            anchor: entry.anchor.clone(),
            is_linked: is_shown(&entry.anchor),
            name: entry.name(),
            marks: marks(entry, tenant),
            ways_in: WaysIn::new(entry, tenant, 0).number,
            used: used(entry, tenant),
            cells: classes.iter().map(|class| Cell::new(entry, *class)).collect(),
        }
    }
}

/// The last use that a log shows. Policy Analyzer does not see delegated calls.
fn used(entry: &Entry<'_>, tenant: &Snapshot) -> String {
    let of_grants = entry.grants.iter().filter_map(|grant| grant.last_used).map(|used| used.at).max();
    let unscoped = entry.unscoped.map(|client| client.seen_at);
    match of_grants.into_iter().chain(unscoped).max() {
        Some(at) => day(at),
        None if words::is_use_known(tenant) => "no use seen".to_owned(),
        None => "not known".to_owned(),
    }
}

impl Cell {
    fn new(entry: &Entry<'_>, class: RiskClass) -> Self {
        let table = ScopeRiskTable::shipped();
        let of_class =
            || entry.grants.iter().filter(|grant| classes_of(table, &grant.scope).contains(&class));
        let worst = of_class().map(|grant| severity(&grant.scope)).max();
        match worst {
            Some(worst) => Self {
                count: count(of_class().count() as u64),
                severity: worst.as_str(),
                word: worst.as_str(),
                is_many: of_class().nth(1).is_some(),
            },
            None if class == RiskClass::Unknown && is_nameless(entry) => {
                let severity = Severity::High.as_str();
                Self { count: "?".to_owned(), severity, word: "not named", is_many: false }
            }
            None => Self { count: String::new(), severity: "", word: "", is_many: false },
        }
    }
}
