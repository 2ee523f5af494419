//! A trial: which mailboxes it reads, known before anything else is read.

use std::collections::{BTreeSet, BinaryHeap};

use crate::google::Client;
use crate::store::{Run, StoreError, part_key};
use crate::tenant::{MailboxPart, MailboxSetting, Part, Reading, Sample, User, without_request};

use super::mailboxes::BATCH;
use super::{Plan, Progress, gaps, users};

/// What a trial reads.
#[derive(Debug)]
pub(crate) struct Sampled {
    /// Mailboxes that Gmail is asked for.
    pub(crate) mailboxes: usize,
    /// Whether every user was listed.
    pub(crate) is_whole: bool,
    /// The organizational units of all users.
    pub(crate) org_units: BTreeSet<String>,
}

/// Reads the users, and notes every mailbox that is not in the sample, so that nobody asks for it.
///
/// # Errors
/// When the store cannot be written.
pub(crate) async fn take_sample(
    client: &Client,
    plan: &Plan,
    sample: &Sample,
    run: &Run<'_>,
    progress: &dyn Progress,
) -> Result<Sampled, StoreError> {
    let admin = plan.admin_session(client).until(plan.deadline());
    users::collect(&admin, plan, run, progress).await?;
    let is_planned = |setting: &MailboxSetting| plan.parts.contains(&Part::Mailbox(*setting));
    let settings: Vec<_> = MailboxSetting::ALL.into_iter().filter(is_planned).collect();
    let mut org_units = BTreeSet::new();
    let mut chosen = BinaryHeap::new();
    let is_asked = |user: &User| sample.fits(user) && without_request(user).is_none();
    let most = sample.most.unwrap_or(usize::MAX);
    for row in run.users_to_read(settings.len()) {
        let (_, user, _) = row?;
        if is_asked(&user) {
            chosen.push(sample.rank(&user));
            if chosen.len() > most {
                chosen.pop();
            }
        }
        org_units.extend(user.org_unit);
    }
    let last = chosen.peek();
    let mut batch = Vec::new();
    for row in run.users_to_read(settings.len()) {
        let (key, user, _) = row?;
        let is_in = sample.fits(&user) && (!is_asked(&user) || Some(&sample.rank(&user)) <= last);
        if is_in {
            continue;
        }
        let gap = |setting: &MailboxSetting| {
            let fix = "Run the audit without `--org-unit`, `--users` and `--sample`.";
            gaps::not_configured(Part::Mailbox(*setting), "not in the sample", fix)
        };
        let parts = settings.iter().map(|setting| MailboxPart::missing(*setting, gap(setting)));
        batch.push((key, parts.collect()));
        if batch.len() == BATCH {
            run.put_mailboxes(&std::mem::take(&mut batch))?;
        }
    }
    run.put_mailboxes(&batch)?;
    let is_whole = matches!(run.part(part_key::USERS)?, Some(Reading::Complete(_)));
    Ok(Sampled { mailboxes: chosen.len(), is_whole, org_units })
}
