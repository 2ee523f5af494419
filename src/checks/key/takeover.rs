//! What the checks on paths share: one verdict a binding, and no pass where a path may be hidden.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::authority::{Takeover, TakeoverEdge, TakeoverPath, TakeoverPrincipal};
use crate::checks::subjects;
use crate::findings::{CheckResult, Reached, ReachedBy, Rule, Severity};
use crate::snapshot::Snapshot;
use crate::tenant::{Gap, Part};

/// The parts without which nobody can say that there is no path.
pub(super) const NEEDS: &[Part] = &[
    Part::ConsoleGrants,
    Part::ProbeGrants,
    Part::ServiceAccounts,
    Part::IamPolicies,
    Part::IamRoles,
    Part::Groups,
];

/// Judges who can take over a client. `judge` gives the findings; without any, `fine` is said if nothing is missing.
pub(super) fn judge_takeover(
    client_id: &str,
    tenant: &Snapshot,
    fine: &str,
    judge: impl Fn(&Takeover) -> Vec<CheckResult>,
) -> Vec<CheckResult> {
    let client = || subjects::client(client_id, tenant);
    let Some(takeover) = tenant.takeover_of(client_id) else {
        return vec![unmatched(client_id, tenant).about(client())];
    };
    let mut results = judge(takeover);
    // What is missing may hide another path, beside those that are known.
    results.extend(takeover.gaps.iter().map(|gap| CheckResult::not_assessed(gap).about(client())));
    if results.is_empty() {
        results.push(CheckResult::pass(format!("{fine} {}", takeover.account)).about(client()));
    }
    results
}

/// A path, as one check sees it.
pub(super) struct Seen<'t> {
    pub(super) path: &'t TakeoverPath,
    pub(super) severity: Severity,
    /// Whether it is wrong, and not a question for a person.
    pub(super) is_certain: bool,
}

impl<'t> Seen<'t> {
    /// One that organization policies close is for review: it opens with them. So is what Google's services need.
    pub(super) fn new(path: &'t TakeoverPath) -> Self {
        Self {
            path,
            severity: path.severity().into(),
            is_certain: !path.is_closed && path.kind != TakeoverPrincipal::ServiceAgent,
        }
    }

    /// The gravest comes first: one that nobody approved, one that is certainly wrong, an open one, the one with the
    /// highest severity, then the shortest, then one without a condition.
    fn grade(&self) -> (bool, bool, bool, Reverse<Severity>, u64, bool) {
        let path = self.path;
        let is_approved = path.approved_by.is_some();
        (
            is_approved,
            !self.is_certain,
            path.is_closed,
            Reverse(self.severity),
            path.hops,
            path.is_conditional,
        )
    }
}

/// One result a binding: what it gives of the account.
pub(super) fn rule_on_bindings<'t>(
    takeover: &Takeover,
    paths: impl Iterator<Item = Seen<'t>>,
) -> Vec<CheckResult> {
    let mut by_binding: BTreeMap<String, BTreeMap<(&str, TakeoverEdge), Seen<'t>>> = BTreeMap::new();
    for seen in paths {
        let of_binding = by_binding.entry(takeover.subject_id(seen.path)).or_default();
        match of_binding.entry((&seen.path.principal, seen.path.edge)) {
            Entry::Vacant(entry) => _ = entry.insert(seen),
            Entry::Occupied(mut entry) if seen.grade() < entry.get().grade() => _ = entry.insert(seen),
            Entry::Occupied(_) => {}
        }
    }
    by_binding.into_values().filter_map(|paths| rule(takeover, paths.into_values().collect())).collect()
}

/// What is true is the gravest path. The register accepts a binding only if it accepts each of its paths.
fn rule(takeover: &Takeover, paths: Vec<Seen<'_>>) -> Option<CheckResult> {
    let is_accepted = paths.iter().all(|seen| seen.path.approved_by.is_some());
    let counted = || paths.iter().filter(|seen| is_accepted || seen.path.approved_by.is_none());
    let gravest = counted().min_by_key(|seen| seen.grade())?;
    let severity = counted().map(|seen| seen.severity).max()?;
    let mut result = match counted().any(|seen| seen.is_certain) {
        true => CheckResult::fail(severity, &gravest.path.sentence),
        false => CheckResult::review(severity, &gravest.path.sentence),
    };
    let gaps = paths.iter().flat_map(|seen| &seen.path.may_be_closed_by);
    result = gaps.fold(result, |result, gap| result.assuming(Rule::PathOpen, gap));
    // Whose a principal is decides how bad it is.
    result =
        result.about(subjects::path(takeover, gravest.path)).weighed_by(&[Part::Domains, Part::IamPolicies]);
    result.reach = paths.iter().map(|seen| reached(seen, takeover)).collect();
    Some(if is_accepted { result.accepted_by_register(&takeover.client_id) } else { result })
}

fn reached(seen: &Seen<'_>, takeover: &Takeover) -> Reached {
    let path = seen.path;
    let by = ReachedBy::Path { principal: path.principal.clone(), edge: path.edge };
    Reached {
        accepted_by: path.approved_by.clone(),
        is_assumed: !path.may_be_closed_by.is_empty(),
        ..Reached::new(&takeover.client_id, &takeover.account, by, seen.severity)
    }
}

/// Of a client that no listed account is, nobody can say who can take it over.
fn unmatched(client_id: &str, tenant: &Snapshot) -> CheckResult {
    let gap: Option<Gap> = match subjects::account_of(client_id, tenant) {
        Some(_) => Some(Gap::not_asked(Part::IamPolicies)),
        None => tenant.service_accounts.gap().cloned(),
    };
    gap.map_or_else(
        || {
            CheckResult::not_applicable(
                "The client is not a service account in the audited projects. DWD-06 covers it",
            )
        },
        |gap| CheckResult::not_assessed(&gap),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_facts::*;
    use crate::checks::{ALL, Check, Evaluator};
    use crate::findings::{SubjectKind, Verdict};
    use crate::tenant::{Reading, ServiceAccounts};

    fn checks() -> impl Iterator<Item = &'static Check> {
        ALL.iter().copied().filter(|check| ["KEY-04", "KEY-05", "KEY-06", "KEY-07"].contains(&check.id))
    }

    fn known() -> Snapshot {
        delegating(&[GMAIL_SEND], Reading::Complete(Vec::new()))
    }

    #[test]
    fn nobody_gets_at_the_account() {
        for check in checks() {
            assert_eq!(only(judge_client(check, &known())).verdict, Verdict::Pass, "{}", check.id);
        }
    }

    #[test]
    fn what_is_missing_may_hide_a_path() {
        for part in [Part::IamPolicies, Part::IamRoles, Part::Groups] {
            for check in checks() {
                let result = only(judge_client(check, &without(part, known())));
                assert_eq!(result.verdict, Verdict::NotAssessed, "{}", check.id);
                assert_eq!(result.gap.unwrap().part, part);
            }
        }
    }

    #[test]
    fn a_client_that_is_no_listed_account_is_not_applicable_only_if_all_accounts_are_listed() {
        let mut tenant = known();
        tenant.service_accounts = Reading::Complete(ServiceAccounts::default());
        tenant.takeovers.clear();
        for check in checks() {
            assert_eq!(only(judge_client(check, &tenant)).verdict, Verdict::NotApplicable, "{}", check.id);
            let unlisted = without(Part::ServiceAccounts, tenant.clone());
            assert_eq!(only(judge_client(check, &unlisted)).verdict, Verdict::NotAssessed, "{}", check.id);
        }
    }

    #[test]
    fn an_account_that_was_not_searched_is_not_assessed() {
        let tenant = Snapshot { takeovers: Vec::new(), ..known() };
        for check in checks() {
            assert_eq!(only(judge_client(check, &tenant)).verdict, Verdict::NotAssessed, "{}", check.id);
        }
    }

    #[test]
    fn a_path_that_is_known_stands_beside_what_is_missing() {
        let check = crate::checks::find("KEY-05").unwrap();
        let takeovers = vec![takeover(vec![path(TakeoverEdge::Sign)])];
        let results = judge_client(check, &without(Part::Groups, Snapshot { takeovers, ..known() }));
        let verdicts: Vec<_> = results.iter().map(|result| result.verdict).collect();
        assert_eq!(verdicts, [Verdict::Fail, Verdict::NotAssessed]);
    }

    #[test]
    fn what_an_account_may_do_to_itself_is_no_finding() {
        let own = TakeoverPath { principal: ACCOUNT.to_uppercase(), ..path(TakeoverEdge::Sign) };
        for check in checks().filter(|check| check.id != "KEY-06") {
            assert_eq!(only(judge_paths(check, vec![own.clone()])).verdict, Verdict::Pass, "{}", check.id);
        }
    }

    #[test]
    fn a_binding_is_the_subject_and_its_holder_names_it() {
        let result =
            only(judge_paths(crate::checks::find("KEY-05").unwrap(), vec![path(TakeoverEdge::Sign)]));
        let subject = result.subject.unwrap();
        assert_eq!(subject.kind, SubjectKind::Binding);
        assert_eq!(subject.id, format!("serviceAccounts/{ACCOUNT}/roles/x/user:ann@example.com"));
        assert_eq!(subject.part_of, ["user:ann@example.com", "ann@example.com"]);
        assert!(subject.names().all(|name| name != CLIENT && name != ACCOUNT));
    }

    #[test]
    fn a_path_of_which_no_binding_is_known_is_a_finding_itself() {
        let path = TakeoverPath { binding: None, ..path(TakeoverEdge::Key) };
        let result = only(judge_paths(crate::checks::find("KEY-04").unwrap(), vec![path]));
        assert_eq!(result.verdict, Verdict::Fail);
        let subject = result.subject.unwrap();
        assert_eq!((subject.kind, subject.id), (SubjectKind::Path, format!("{CLIENT}/ann@example.com/key")));
    }

    #[test]
    fn every_reason_for_which_paths_may_be_missing_is_told() {
        let gaps = vec![gap(Part::IamRoles), gap(Part::Groups)];
        let takeovers = vec![Takeover { gaps, ..takeover(Vec::new()) }];
        for check in checks() {
            let results = judge_client(check, &Snapshot { takeovers: takeovers.clone(), ..known() });
            let parts: Vec<_> = results.into_iter().map(|result| result.gap.unwrap().part).collect();
            assert_eq!(parts, [Part::IamRoles, Part::Groups], "{}", check.id);
        }
    }

    fn bob() -> TakeoverPath {
        TakeoverPath { principal: "bob@example.com".into(), ..path(TakeoverEdge::Key) }
    }

    #[test]
    fn a_binding_is_accepted_only_if_the_register_accepts_each_of_its_paths() {
        let approved = |path| TakeoverPath { approved_by: Some("user:x@example.com".into()), ..path };
        let ann = || path(TakeoverEdge::Key);
        for (paths, accepted) in [
            (vec![ann(), bob()], 0),
            (vec![approved(ann()), bob()], 1),
            (vec![approved(ann()), approved(bob())], 2),
        ] {
            let result = only(judge_paths(crate::checks::find("KEY-04").unwrap(), paths));
            assert_eq!(result.accepted_by.is_some(), accepted == 2, "{accepted}");
            let accepted_by = result.reach.iter().filter(|reached| reached.accepted_by.is_some());
            assert_eq!((result.reach.len(), accepted_by.count()), (2, accepted));
        }
    }

    #[test]
    fn a_path_that_is_accepted_makes_its_binding_no_worse() {
        let closed = TakeoverPath { is_conditional: true, is_closed: true, ..path(TakeoverEdge::Key) };
        let approved = TakeoverPath { approved_by: Some("user:x@example.com".into()), ..bob() };
        let result = only(judge_paths(crate::checks::find("KEY-04").unwrap(), vec![closed, approved]));
        assert_eq!((result.verdict, result.severity), (Verdict::Review, Severity::Medium));
    }

    #[test]
    fn of_two_paths_of_one_principal_and_edge_the_gravest_is_the_finding() {
        let closed = TakeoverPath { is_conditional: true, is_closed: true, ..path(TakeoverEdge::Key) };
        let far = TakeoverPath { hops: 3, is_conditional: true, ..path(TakeoverEdge::Key) };
        let sure = TakeoverPath { hops: 3, sentence: "sure".into(), ..path(TakeoverEdge::Key) };
        let check = crate::checks::find("KEY-04").unwrap();
        for paths in [vec![closed.clone(), far.clone(), sure.clone()], vec![sure, far, closed]] {
            let result = only(judge_paths(check, paths));
            assert_eq!((result.verdict, result.message.as_str()), (Verdict::Fail, "sure"));
        }
    }

    #[test]
    fn a_path_that_organization_policies_close_is_for_review() {
        let closed = TakeoverPath { is_conditional: true, is_closed: true, ..path(TakeoverEdge::Key) };
        let result = only(judge_paths(crate::checks::find("KEY-04").unwrap(), vec![closed]));
        assert_eq!((result.verdict, result.severity), (Verdict::Review, Severity::Medium));
    }

    #[test]
    fn each_of_them_needs_what_paths_are_found_in() {
        for check in checks() {
            assert!(matches!(check.judge, Evaluator::Client(_)));
            assert!(NEEDS.iter().all(|part| check.needs.contains(part)), "{}", check.id);
        }
    }
}
