//! The open findings of each client, gathered while all findings stream by.

use std::collections::{BTreeSet, HashMap};

use super::client_index::ClientIndex;
use crate::findings::{Change, Finding, Severity, SubjectKind, Verdict};
use crate::formats::html::actions::is_way;
use crate::formats::html::top_list::TopList;
use crate::tenant::bare_client;

/// How many findings of one client are kept.
const MAX_FINDINGS: usize = 10;
/// Of those about ways in, which stand on the page anyhow: only for their fixes.
const MAX_WAYS: usize = 6;

/// What is open about each client.
pub(in crate::formats::html) struct OpenFindings<'a> {
    /// Which client an id belongs to: client ids, and ids of its account.
    owners: HashMap<&'a str, usize>,
    clients: Vec<CollectedFindings>,
}

struct CollectedFindings {
    open: u64,
    about_ways: u64,
    excepted: u64,
    worst: TopList<Kept>,
    ways: TopList<Kept>,
}

/// What the section says of a finding.
pub(super) struct Kept {
    pub(super) check_id: String,
    pub(super) severity: Severity,
    pub(super) message: String,
    pub(super) fix: String,
    pub(super) place: String,
    pub(super) fingerprint: String,
}

/// The open findings of one client.
#[derive(Default)]
pub(super) struct ClientFindings {
    pub(super) open: u64,
    /// Those of them that are about ways in.
    pub(super) about_ways: u64,
    pub(super) excepted: u64,
    /// The others, worst first, and only so many.
    pub(super) worst: Vec<Kept>,
    /// About ways in.
    pub(super) ways: Vec<Kept>,
}

impl<'a> OpenFindings<'a> {
    pub(in crate::formats::html) fn of(clients: &ClientIndex<'a>) -> Self {
        let mut owners = HashMap::new();
        for (at, entry) in clients.entries.iter().enumerate() {
            let account =
                entry.account.into_iter().flat_map(|account| [&account.unique_id, &account.client_id]);
            let ids = account.map(String::as_str).chain([entry.client_id]);
            owners.extend(ids.map(bare_client).filter(|id| !id.is_empty()).map(|id| (id, at)));
        }
        let gathered = || CollectedFindings {
            open: 0,
            about_ways: 0,
            excepted: 0,
            worst: TopList::new(MAX_FINDINGS),
            ways: TopList::new(MAX_WAYS),
        };
        Self { owners, clients: clients.entries.iter().map(|_| gathered()).collect() }
    }

    /// Takes the next finding.
    pub(in crate::formats::html) fn add(&mut self, finding: &Finding) {
        for at in self.owners(finding) {
            self.add_to(at, finding);
        }
    }

    fn add_to(&mut self, at: usize, finding: &Finding) {
        let Some(client) = self.clients.get_mut(at) else { return };
        if finding.verdict == Verdict::Excepted && finding.change != Change::Expired {
            client.excepted += 1;
        }
        if !finding.is_open() {
            return;
        }
        client.open += 1;
        let certainty = u32::from(finding.verdict == Verdict::Fail);
        let list = if is_way(finding) {
            client.about_ways += 1;
            &mut client.ways
        } else {
            &mut client.worst
        };
        list.offer(finding.severity as u32 * 2 + certainty, || Kept {
            check_id: finding.check_id.clone(),
            severity: finding.severity,
            message: finding.message.clone(),
            fix: finding.fix.clone(),
            place: finding.place.clone(),
            fingerprint: finding.fingerprint.as_str().to_owned(),
        });
    }

    /// What is open about each client, in the order of the index.
    pub(super) fn into_clients(self) -> Vec<ClientFindings> {
        let of_client = |client: CollectedFindings| ClientFindings {
            open: client.open,
            about_ways: client.about_ways,
            excepted: client.excepted,
            worst: client.worst.into_best_first(),
            ways: client.ways.into_best_first(),
        };
        self.clients.into_iter().map(of_client).collect()
    }

    /// A binding is a finding of each client that it reaches.
    fn owners(&self, finding: &Finding) -> BTreeSet<usize> {
        let reached =
            finding.reach.iter().filter_map(|reached| self.owners.get(bare_client(&reached.client_id)));
        reached.copied().chain(self.owner(finding)).collect()
    }

    /// Ids of grants, keys and paths begin with their client's or account's id and a slash; a client's id
    /// may itself hold slashes.
    fn owner(&self, finding: &Finding) -> Option<usize> {
        let id = finding.subject.id.as_str();
        match finding.subject.kind {
            SubjectKind::Client | SubjectKind::ServiceAccount => self.owners.get(bare_client(id)).copied(),
            SubjectKind::Grant | SubjectKind::Key | SubjectKind::Path => id
                .rmatch_indices('/')
                .find_map(|(slash, _)| self.owners.get(bare_client(&id[..slash])).copied()),
            _ => None,
        }
    }
}
