//! The bindings to remove first: those by which everybody or outsiders get in, then those on which most ways in rest.

use askama::Template;

use super::client_index::ClientIndex;
use super::ways_in::gaps;
use crate::authority::TakeoverCut;
use crate::formats::html::text::{clip, count, counted};
use crate::snapshot::Snapshot;
use crate::tenant::quoted_name;

const MAX_NAMES: usize = 3;

/// The list.
#[derive(Template)]
#[template(path = "cuts.html")]
pub(super) struct Cuts {
    cuts: Vec<Cut>,
    /// Whether every search was complete.
    is_complete: bool,
    searched: String,
    incomplete: String,
    unsearched: String,
}

struct Cut {
    role: String,
    member: String,
    resource: String,
    condition: String,
    place: &'static str,
    paths: String,
    clients: String,
    marks: Vec<String>,
    opens: Vec<Client>,
    more: String,
}

/// A client that a cut protects, with its page if that is shown.
struct Client {
    name: String,
    anchor: String,
}

impl Cuts {
    pub(super) fn new(clients: &ClientIndex<'_>, tenant: &Snapshot, is_shown: impl Fn(&str) -> bool) -> Self {
        let searched = tenant.takeovers.len();
        let incomplete = tenant.takeovers.iter().filter(|takeover| gaps(takeover).next().is_some()).count();
        let unsearched = clients.total.saturating_sub(searched);
        Self {
            cuts: tenant.takeover_cuts.iter().map(|cut| Cut::new(cut, clients, &is_shown)).collect(),
            is_complete: incomplete == 0 && unsearched == 0,
            searched: counted(searched as u64, "client was", "clients were"),
            incomplete: if incomplete > 0 { count(incomplete as u64) } else { String::new() },
            unsearched: if unsearched > 0 {
                counted(unsearched as u64, "client is", "clients are")
            } else {
                String::new()
            },
        }
    }
}

impl Cut {
    fn new(cut: &TakeoverCut, clients: &ClientIndex<'_>, is_shown: impl Fn(&str) -> bool) -> Self {
        let client = |client_id: &String| match clients.find(client_id) {
            Some(entry) if is_shown(&entry.anchor) => {
                Client { name: entry.name(), anchor: entry.anchor.clone() }
            }
            Some(entry) => Client { name: entry.name(), anchor: String::new() },
            None => Client { name: clip(client_id), anchor: String::new() },
        };
        let opens: Vec<Client> = cut.some_clients.iter().take(MAX_NAMES).map(client).collect();
        let more = cut.clients.saturating_sub(opens.len() as u64);
        let binding = &cut.binding;
        Self {
            role: clip(&binding.role),
            member: clip(&binding.member),
            resource: clip(&binding.resource.title()),
            condition: binding
                .condition
                .as_ref()
                .map(|condition| clip(&quoted_name(&condition.title)))
                .unwrap_or_default(),
            place: binding.resource.bindings_page(),
            paths: counted(cut.paths, "access path", "access paths"),
            clients: counted(cut.clients, "client", "clients"),
            marks: [(cut.open_to_many, "public"), (cut.outside, "external")]
                .into_iter()
                .filter(|(paths, _)| *paths > 0)
                .map(|(paths, mark)| format!("{} {mark}", count(paths)))
                .collect(),
            opens,
            more: if more > 0 { counted(more, "more", "more") } else { String::new() },
        }
    }
}
