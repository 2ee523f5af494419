//! Who can take a client's delegation over, as sentences, each with the binding to cut.

use super::client_index::Entry;
use super::words;
use crate::authority::{Takeover, TakeoverPath, TakeoverPrincipal};
use crate::formats::html::text::{clip, count, counted};
use crate::snapshot::Snapshot;
use crate::tenant::{Gap, Part};

/// The paths to one client.
pub(super) struct WaysIn {
    /// `3 ways in`, `ways in not searched`.
    pub(super) count: String,
    /// The same as a number for a table.
    pub(super) number: String,
    pub(super) paths: Vec<Way>,
    pub(super) more: String,
    /// Ways in that the register approves.
    pub(super) approved: Vec<Way>,
    pub(super) approved_more: String,
    /// What is said where no path is.
    pub(super) none: String,
    /// That the account may sign as itself.
    pub(super) own: String,
    /// Bindings above the account by roles that are made for single accounts.
    pub(super) broad: Vec<String>,
    pub(super) broad_more: String,
    /// Why there may be others.
    pub(super) gaps: Vec<String>,
}

pub(super) struct Way {
    pub(super) sentence: String,
    pub(super) cut: String,
    pub(super) marks: Vec<String>,
}

/// Why paths of a client may be missing.
pub(super) fn gaps(takeover: &Takeover) -> impl Iterator<Item = &Gap> {
    takeover.gaps.iter()
}

impl WaysIn {
    pub(super) fn new(entry: &Entry<'_>, tenant: &Snapshot, most: usize) -> Self {
        let Some(takeover) = entry.takeover else { return Self::not_searched(entry, tenant) };
        // What an account may do to itself, keyless signing needs.
        let own = takeover.paths.iter().find(|path| takeover.is_own(path));
        let mut others: Vec<&TakeoverPath> = takeover.paths_of_others().collect();
        others.sort_by_key(|path| {
            let is_open_to_many = path.kind == TakeoverPrincipal::Open;
            let is_agent = path.kind == TakeoverPrincipal::ServiceAgent;
            (path.is_closed, is_agent, !is_open_to_many, !path.is_exposed(), path.hops)
        });
        let (approved, others): (Vec<&TakeoverPath>, Vec<_>) =
            others.into_iter().partition(|path| path.approved_by.is_some());
        let gaps: Vec<String> = gaps(takeover).map(words::gap).collect();
        let or_more = if gaps.is_empty() { "" } else { " or more" };
        let found = others.len() as u64;
        // The place of "1 more" is enough for the one.
        let most = if most > 0 && others.len() == most + 1 { most + 1 } else { most };
        let more = others.len().saturating_sub(most);
        Self {
            count: if found == 1 && or_more.is_empty() {
                "1 access path".to_owned()
            } else {
                format!("{}{or_more} access paths", count(found))
            },
            number: format!("{}{or_more}", count(found)),
            more: if more > 0 { counted(more as u64, "more", "more") } else { String::new() },
            none: match (found, gaps.is_empty()) {
                (0, true) if !approved.is_empty() => {
                    "Only access paths that the register approves.".to_owned()
                }
                (0, true) => "No access path. Every policy above the account was read.".to_owned(),
                (0, false) => "No access path was found, but the search was not complete.".to_owned(),
                _ => String::new(),
            },
            broad: takeover.broad.iter().take(most).map(|broad| clip(&broad.binding.title())).collect(),
            broad_more: match takeover.broad.len().saturating_sub(most) {
                0 => String::new(),
                more => counted(more as u64, "more", "more"),
            },
            own: own.map(|path| clip(&sentences(path))).unwrap_or_default(),
            approved_more: match approved.len().saturating_sub(most) {
                0 => String::new(),
                more => counted(more as u64, "more", "more"),
            },
            approved: approved.into_iter().take(most).map(Way::new).collect(),
            paths: others.into_iter().take(most).map(Way::new).collect(),
            gaps,
        }
    }

    fn not_searched(entry: &Entry<'_>, tenant: &Snapshot) -> Self {
        let none = if entry.account.is_some() {
            "Not searched. No policy of the account was read."
        } else if tenant.identity_of(entry.client_id).is_gone() {
            "Not searched. Its service account does not exist, so no access path leads to it. Remove the \
             delegation."
        } else {
            "Not searched. The account is not in the audited projects, so it is unknown who can take it over."
        };
        Self {
            count: "access paths not searched".to_owned(),
            number: "not searched".to_owned(),
            paths: Vec::new(),
            more: String::new(),
            approved: Vec::new(),
            approved_more: String::new(),
            none: none.to_owned(),
            own: String::new(),
            broad: Vec::new(),
            broad_more: String::new(),
            gaps: tenant
                .gap(Part::IamPolicies)
                .filter(|_| entry.account.is_some())
                .map(words::gap)
                .into_iter()
                .collect(),
        }
    }
}

fn sentences(path: &TakeoverPath) -> String {
    let all: Vec<&str> = std::iter::once(&path.sentence).chain(&path.obstacles).map(String::as_str).collect();
    all.join(" ")
}

impl Way {
    fn new(path: &TakeoverPath) -> Self {
        let marks = [
            (path.kind == TakeoverPrincipal::Open, "public"),
            (path.is_outside == Some(true), "external"),
            (path.kind == TakeoverPrincipal::ServiceAgent, "Google's own service"),
            (path.is_outside.is_none(), "owner unknown"),
            (path.is_closed, "blocked by policy"),
            (path.is_conditional && !path.is_closed, "under a condition"),
        ];
        let marks = marks.into_iter().filter(|(holds, _)| *holds).map(|(_, mark)| mark.to_owned());
        let approved = path.approved_by.as_deref();
        let approved_by =
            approved.map(|custodian| format!("approved by the register for {}", clip(custodian)));
        Self {
            sentence: clip(&sentences(path)),
            // What is approved is not to be cut.
            cut: if approved.is_some() { String::new() } else { clip(&path.cut()) },
            marks: approved_by.into_iter().chain(marks).collect(),
        }
    }
}
