//! The delegation ledger: the audit's own grant, how far back the sources see, and a page for each client.

mod client_index;
mod cuts;
mod matrix;
mod open;
mod own;
mod page;
mod rest;
mod sources;
mod ways_in;
mod words;

use std::collections::HashSet;
use std::io::{self, Write};

use askama::Template;

use super::budget::{keep_fitting, size};
use super::text::counted;
use crate::findings::RunSummary;
use crate::snapshot::Snapshot;
pub(super) use client_index::ClientIndex;
use client_index::Entry;
use open::ClientFindings;
pub(super) use open::OpenFindings;
pub(super) use page::FindingNumbers;

/// How much of the file the pages may take.
const MAX_BYTES: usize = 1_250_000;

/// The section.
pub(super) struct Clients {
    head: Head,
    own: own::Own,
    sources: sources::Sources,
    matrix: matrix::Matrix,
    cuts: cuts::Cuts,
    pages: Vec<page::Page>,
    pages_end: PagesEnd,
    ended: rest::EndedGrants,
    idle: rest::IdleAccounts,
}

#[derive(Template)]
#[template(path = "clients.html")]
struct Head {
    total: String,
    scopes: String,
}

#[derive(Template)]
#[template(path = "clients_more.html")]
struct PagesEnd {
    more: String,
}

impl Clients {
    pub(super) fn new(
        summary: &RunSummary,
        tenant: &Snapshot,
        clients: &ClientIndex<'_>,
        open: OpenFindings<'_>,
        numbers: &FindingNumbers,
    ) -> Self {
        let pages = pages(clients, &open.into_clients(), |entry, open| {
            page::Page::new(entry, open, numbers, summary, tenant)
        });
        let shown: HashSet<&str> = pages.iter().map(|page| page.anchor.as_str()).collect();
        let is_shown = |anchor: &str| shown.contains(anchor);
        let more = clients.total - pages.len();
        Self {
            head: Head {
                total: counted(clients.total as u64, "client", "clients"),
                scopes: counted(tenant.grants.iter().count() as u64, "scope", "scopes"),
            },
            own: own::Own::new(summary, tenant, clients, is_shown),
            sources: sources::Sources::new(tenant),
            matrix: matrix::Matrix::new(clients, summary, tenant, is_shown),
            cuts: cuts::Cuts::new(clients, tenant, is_shown),
            ended: rest::EndedGrants::new(clients, tenant, is_shown),
            idle: rest::IdleAccounts::new(clients),
            pages_end: PagesEnd {
                more: if more > 0 {
                    counted(more as u64, "more client", "more clients")
                } else {
                    String::new()
                },
            },
            pages,
        }
    }

    pub(super) fn write_into(&self, page: &mut dyn Write) -> io::Result<()> {
        self.head.write_into(page)?;
        self.own.write_into(page)?;
        self.sources.write_into(page)?;
        self.matrix.write_into(page)?;
        self.cuts.write_into(page)?;
        if !self.pages.is_empty() {
            write!(page, "<h3 id=\"pages\">Client by client</h3>")?;
        }
        self.pages.iter().try_for_each(|client| client.write_into(page))?;
        self.pages_end.write_into(page)?;
        self.ended.write_into(page)?;
        self.idle.write_into(page)?;
        write!(page, "</section>")
    }
}

/// The pages that have room, in the order of the clients; the audit's own has room first.
fn pages(
    clients: &ClientIndex<'_>,
    open: &[ClientFindings],
    page_of: impl Fn(&Entry<'_>, &ClientFindings) -> page::Page,
) -> Vec<page::Page> {
    let own = clients.entries.iter().position(|entry| entry.is_own);
    let others = (0..clients.entries.len()).filter(|at| Some(*at) != own);
    let mut bytes = MAX_BYTES;
    let mut pages: Vec<(usize, page::Page)> = Vec::new();
    // One by one, so that those without room are not made.
    for at in own.into_iter().chain(others) {
        let mut page = vec![page_of(&clients.entries[at], &open[at])];
        keep_fitting(&mut page, &mut bytes, size);
        let Some(page) = page.pop() else { break };
        pages.push((at, page));
    }
    pages.sort_by_key(|(at, _)| *at);
    pages.into_iter().map(|(_, page)| page).collect()
}
