//! What may be said without the parts that were not read: missing data is never a pass, and never a fail.

use std::collections::BTreeSet;

use super::Evaluation;
use crate::checks::{Check, Evaluator};
use crate::findings::{CheckResult, Finding, Rule, Verdict};
use crate::snapshot::{Snapshot, UserFacts};
use crate::store::StoreError;
use crate::tenant::{Gap, GapClass, Part, PartStatus, ProjectGuardrails, Reading, ServiceAccount};

/// Whose share of a part a verdict depends on, where a part is read in shares.
#[derive(Clone, Copy)]
pub(super) enum SubjectScope<'f> {
    /// Nobody's: the whole part.
    Tenant,
    /// This user's mailbox.
    User(&'f UserFacts),
    /// A listed domain's own row.
    Domain,
    /// This account's keys, their use, and what leads to it; `None`: a client that no listed account is.
    Account(Option<&'f ServiceAccount>),
    /// This project's guardrails.
    Project(&'f ProjectGuardrails),
}

impl<'f> SubjectScope<'f> {
    pub(super) fn gap(self, part: Part, tenant: &'f Snapshot) -> Option<&'f Gap> {
        match (self, part) {
            // The user's own row was read; who needs all rows of a part says so itself.
            (Self::User(facts), Part::Users | Part::Domains | Part::AdminRoles) => {
                facts.gap(part).or_else(|| tenant.gap(part).filter(|gap| !gap.is_of_rows()))
            }
            (Self::User(facts), _) => facts.gap(part).or_else(|| tenant.gap(part)),
            (Self::Domain, Part::Domains) => tenant.domains.gap_beyond_rows(),
            // The account's own row was read.
            (Self::Account(Some(_)), Part::ServiceAccounts) => {
                tenant.service_accounts.gap().filter(|gap| !gap.is_of_rows())
            }
            (Self::Account(Some(account)), Part::SaKeys) => account.keys.gap(),
            (Self::Account(None), Part::SaKeys) => tenant.service_accounts.gap(),
            (Self::Account(Some(account)), Part::ServiceAccountUse) => {
                let uses = tenant.service_account_use.known();
                let of_project = uses.and_then(|uses| uses.0.get(&account.project));
                of_project.map_or_else(|| tenant.gap(part), Reading::gap)
            }
            (
                Self::Account(Some(account)),
                Part::IamPolicies | Part::IamRoles | Part::Groups | Part::WorkloadIdentityPools,
            ) => {
                let ids = [&account.client_id, &account.unique_id];
                let takeover = ids.into_iter().find_map(|id| tenant.takeover_of(id));
                takeover.map_or_else(|| tenant.gap(part), |takeover| takeover.gap(part))
            }
            // Who a listed account is needs no certificate.
            (Self::Account(Some(_)), Part::ClientCertificates) => None,
            (Self::Project(project), Part::Guardrails) => project.gaps().next(),
            _ => tenant.gap(part),
        }
    }

    /// The Cloud project that was read for the verdict.
    pub(super) fn project(self) -> Option<&'f str> {
        match self {
            Self::Account(account) => account.map(|account| account.project.as_str()),
            Self::Project(project) => Some(&project.project),
            Self::Tenant | Self::User(_) | Self::Domain => None,
        }
    }
}

impl<'a> Evaluation<'a> {
    /// Where the subjects of a check could not be listed, nobody knows how many there are: one verdict says
    /// so for them all.
    pub(super) fn name_gaps(&mut self) -> Result<(), StoreError> {
        for index in 0..self.tallies.len() {
            let check = self.tallies[index].check;
            for part in check.judge.subjects() {
                match unlisted(*part, self.input.tenant) {
                    // The others are listed, and judged: only these rows have no verdict.
                    Some(gap) if gap.is_of_rows() && is_rechecked_by_row(*part) => {
                        self.tallies[index].add_unread_rows(gap);
                    }
                    Some(gap) => self.tallies[index].add_unlisted(gap),
                    None => {}
                }
            }
            let rows: Vec<Finding> = self.tallies[index].gap_findings(self.run.started_at());
            for row in rows {
                self.keep(row)?;
            }
        }
        Ok(())
    }

    /// A part that would show a subject of the check, or is needed to judge it, and was not read.
    pub(super) fn unread_source(&self, check: &Check) -> Option<&Gap> {
        let logs: &[Part] = match check.judge {
            Evaluator::Grant(_) | Evaluator::Client(_) => {
                &[Part::AdminLog, Part::AccessEvaluationLog, Part::TokenLog]
            }
            _ => &[],
        };
        let tenant = self.input.tenant;
        let parts = check.needs.iter().chain(logs);
        parts
            .filter_map(|part| tenant.gap(*part))
            .find(|gap| gap.class != GapClass::NotConfigured && check.misses(gap))
    }

    /// The parts that bear on what a check says and were not read; and why, of those that its severity depends on.
    pub(super) fn unread<'f>(
        &self,
        check: &Check,
        share: SubjectScope<'f>,
        result: &CheckResult,
    ) -> (BTreeSet<Part>, Vec<&'f Gap>)
    where
        'a: 'f,
    {
        let tenant: &'f Snapshot = self.input.tenant;
        let gaps = |parts: &[Part]| -> Vec<&'f Gap> {
            let gaps = parts.iter().filter_map(|part| share.gap(*part, tenant));
            gaps.filter(|gap| check.misses(gap)).collect()
        };
        let weighing = gaps(&result.weighed_by);
        let needed = gaps(check.needs);
        let assumed = result.assumptions.iter().map(|assumption| assumption.part);
        let unread = needed.iter().chain(&weighing).map(|gap| gap.part).chain(assumed).collect();
        (unread, weighing)
    }
}

/// Why nobody knows how many subjects a part lists. An account without its keys, and a project without one of
/// its guardrails, is listed all the same, and has its own verdict; a gap that no project has is the list's.
fn unlisted(part: Part, tenant: &Snapshot) -> Option<&Gap> {
    match part {
        Part::SaKeys => None,
        Part::Guardrails => {
            let projects = tenant.guardrails.known().into_iter().flat_map(|guardrails| &guardrails.0);
            let of_projects: Vec<&Gap> = projects.flat_map(|project| project.gaps()).collect();
            tenant.guardrails.gap().filter(|gap| !of_projects.contains(gap))
        }
        _ => tenant.gap(part),
    }
}

/// Whether it is known for each subject of a part whether its own row was read.
const fn is_rechecked_by_row(part: Part) -> bool {
    matches!(part, Part::Users | Part::Domains | Part::ServiceAccounts)
}

/// What is wrong of a delegation whose end would not have shown.
pub(super) fn held(results: Vec<CheckResult>, gap: Option<&Gap>) -> Vec<CheckResult> {
    let assume = |mut result: CheckResult| match gap {
        Some(gap) if result.verdict.is_open() => {
            result.reach.iter_mut().for_each(|reached| reached.is_assumed = true);
            result.assuming(Rule::GrantHeld, gap)
        }
        _ => result,
    };
    results.into_iter().map(assume).collect()
}

/// What may be said of one subject with what was read of it.
pub(super) fn settled(
    check: &Check,
    share: SubjectScope<'_>,
    tenant: &Snapshot,
    results: Vec<CheckResult>,
) -> Vec<CheckResult> {
    let first = |parts: &[Part]| {
        parts.iter().filter_map(|part| share.gap(*part, tenant)).find(|gap| check.misses(gap))
    };
    let needed = first(check.needs);
    let settle = |result: CheckResult| match result.verdict {
        // Missing data is never a pass, whatever the check thinks.
        Verdict::Pass => match needed {
            Some(gap) => CheckResult { subject: result.subject, ..CheckResult::not_assessed(gap) },
            None => result,
        },
        // Nor a fail: what is wrong only by what a part does not show is open without it.
        verdict if verdict.is_open() => match first(&result.rests_on) {
            Some(gap) => CheckResult { subject: result.subject, ..CheckResult::not_assessed(gap) },
            None => result,
        },
        _ => result,
    };
    worst_of_each_subject(results).into_iter().map(settle).collect()
}

/// One result a subject: where a mailbox lists an address twice, the worse one.
fn worst_of_each_subject(results: Vec<CheckResult>) -> Vec<CheckResult> {
    let mut kept: Vec<CheckResult> = Vec::with_capacity(results.len());
    for result in results {
        let same = |other: &&mut CheckResult| {
            other.verdict.is_open()
                && result.verdict.is_open()
                && other.subject.as_ref().map(|s| &s.id) == result.subject.as_ref().map(|s| &s.id)
        };
        match kept.iter_mut().find(same) {
            Some(other) if (other.severity, result.verdict) < (result.severity, other.verdict) => {
                *other = result
            }
            Some(_) => {}
            None => kept.push(result),
        }
    }
    kept
}

/// Whether a finding in this mailbox could not be looked at again: nobody reads a suspended user's mailbox.
pub(super) fn is_unread_mailbox(check: &Check, facts: &UserFacts) -> bool {
    let is_unread = |part: &Part| match part {
        Part::Mailbox(setting) => facts.mailbox.status(*setting) != PartStatus::Read,
        _ => false,
    };
    check.needs.iter().any(is_unread)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_facts::{GMAIL_SEND, delegating, gap, without};
    use crate::tenant::{Guardrails, ProjectUse, ServiceAccountUse, SigningLogs};

    const PATHS: [Part; 4] = [Part::IamPolicies, Part::IamRoles, Part::Groups, Part::WorkloadIdentityPools];

    fn tenant() -> Snapshot {
        delegating(&[GMAIL_SEND], Reading::Complete(Vec::new()))
    }

    fn account(tenant: &Snapshot) -> SubjectScope<'_> {
        SubjectScope::Account(tenant.service_accounts.known().and_then(|accounts| accounts.0.first()))
    }

    #[test]
    fn what_leads_to_an_account_is_missing_only_if_its_own_search_says_so() {
        for part in PATHS {
            let lacking = without(part, tenant());
            assert_eq!(account(&lacking).gap(part, &lacking).map(|gap| gap.part), Some(part));
            let elsewhere = Snapshot { takeovers: tenant().takeovers, ..lacking.clone() };
            assert_eq!(account(&elsewhere).gap(part, &elsewhere), None);
            // Nobody searched, or for nobody in particular: the whole part counts.
            let unsearched = Snapshot { takeovers: Vec::new(), ..lacking };
            for share in [account(&unsearched), SubjectScope::Account(None), SubjectScope::Tenant] {
                assert!(share.gap(part, &unsearched).is_some(), "{part}");
            }
        }
    }

    #[test]
    fn another_projects_last_use_keeps_no_pass_back() {
        let missing = || Reading::Missing(gap(Part::ServiceAccountUse));
        let uses = |own: Reading<ProjectUse>| {
            let uses = [("project".to_owned(), own), ("other".to_owned(), missing())];
            let uses = ServiceAccountUse(uses.into_iter().collect());
            Snapshot { service_account_use: Reading::Partial(uses, gap(Part::ServiceAccountUse)), ..tenant() }
        };
        let read = uses(Reading::Complete(ProjectUse::default()));
        assert_eq!(account(&read).gap(Part::ServiceAccountUse, &read), None);
        let refused = uses(missing());
        assert!(account(&refused).gap(Part::ServiceAccountUse, &refused).is_some());
        let unasked = without(Part::ServiceAccountUse, tenant());
        assert!(account(&unasked).gap(Part::ServiceAccountUse, &unasked).is_some());
    }

    #[test]
    fn a_project_answers_for_its_own_guardrails() {
        let yes = || Reading::Complete(true);
        let guarded = ProjectGuardrails {
            project: "project".into(),
            forbids_key_creation: yes(),
            forbids_key_upload: yes(),
            disables_exposed_keys: yes(),
            signing_logs: Reading::Complete(SigningLogs::default()),
        };
        let unread =
            ProjectGuardrails { signing_logs: Reading::Missing(gap(Part::Guardrails)), ..guarded.clone() };
        let both = Guardrails(vec![guarded.clone(), unread.clone()]);
        let partly = Snapshot { guardrails: Reading::Partial(both, gap(Part::Guardrails)), ..tenant() };
        assert_eq!(SubjectScope::Project(&guarded).gap(Part::Guardrails, &partly), None);
        assert!(SubjectScope::Project(&unread).gap(Part::Guardrails, &partly).is_some());
        assert_eq!(unlisted(Part::Guardrails, &partly), None);
        let none = without(Part::Guardrails, tenant());
        assert!(unlisted(Part::Guardrails, &none).is_some());
        let search = crate::tenant::Gap { message: "The search broke off".into(), ..gap(Part::Guardrails) };
        let guardrails = Reading::Partial(Guardrails(vec![guarded, unread]), search.clone());
        let beyond = Snapshot { guardrails, ..tenant() };
        assert_eq!(unlisted(Part::Guardrails, &beyond), Some(&search), "there may be other projects");
    }
}
