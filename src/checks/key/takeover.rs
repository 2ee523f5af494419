//! What the checks on paths share: one verdict a path, and no pass where a path may be hidden.

use std::collections::BTreeMap;

use crate::checks::{gaps, subjects};
use crate::findings::{Rule, Ruling};
use crate::tenant::{
    Gap, Part, Policy, RegisteredClient, Takeover, TakeoverEdge, TakeoverPath, TakeoverPrincipal, Tenant,
};

/// The parts without which nobody can say that there is no path.
pub(super) const NEEDS: &[Part] = &[
    Part::ConsoleGrants,
    Part::ProbeGrants,
    Part::ServiceAccounts,
    Part::IamPolicies,
    Part::IamRoles,
    Part::Groups,
];

/// What to do about a service agent.
pub(super) const KEEP_AGENT: &str = "Keep the binding while you use the Google service that this service agent belongs \
                                     to: without it the service fails. If nobody uses the service, disable its API; \
                                     then remove the binding.";

/// Judges who gets at a client. `judge` gives the findings; without any, `fine` is said if nothing is missing.
pub(super) fn judge_takeover(
    client_id: &str,
    tenant: &Tenant,
    fine: &str,
    judge: impl Fn(&Takeover) -> Vec<Ruling>,
) -> Vec<Ruling> {
    let client = || subjects::client(client_id, tenant);
    let Some(takeover) = tenant.takeover_of(client_id) else {
        return vec![unmatched(client_id, tenant).about(client())];
    };
    let mut rulings = judge(takeover);
    // What is missing may hide another path, beside those that are known.
    rulings.extend(takeover.gaps.iter().map(|gap| Ruling::not_assessed(gap).about(client())));
    if rulings.is_empty() {
        rulings.push(Ruling::pass(format!("{fine} {}", takeover.account)).about(client()));
    }
    rulings
}

/// The paths of others to the account: what it may do to itself, keyless signing needs. Of each principal and edge the
/// gravest: an open one, then the shortest, then one without a condition.
pub(super) fn paths(takeover: &Takeover) -> impl Iterator<Item = &TakeoverPath> {
    let gravest_first = |path: &&TakeoverPath| (path.is_closed, path.hops, path.is_conditional);
    let mut gravest: BTreeMap<(&str, TakeoverEdge), &TakeoverPath> = BTreeMap::new();
    for path in takeover.paths_of_others() {
        let known = gravest.entry((&path.principal, path.edge)).or_insert(path);
        if gravest_first(&path) < gravest_first(known) {
            *known = path;
        }
    }
    gravest.into_values()
}

/// The entry of the register for a client, if there is one.
fn entry<'p>(takeover: &Takeover, policy: &'p Policy) -> Option<&'p RegisteredClient> {
    policy.register.as_ref()?.client(&takeover.client_id)
}

/// Fails a path. One of a custodian of the client is accepted, by the register.
pub(super) fn fail(path: &TakeoverPath, takeover: &Takeover, policy: &Policy) -> Ruling {
    let custodian = entry(takeover, policy).and_then(|client| path.custodian(client));
    accept_or_fail(custodian, path, takeover)
}

/// Fails a path that begins outside, or nobody knows where. Only who the register names itself is accepted.
pub(super) fn fail_stranger(path: &TakeoverPath, takeover: &Takeover, policy: &Policy) -> Ruling {
    let custodian = entry(takeover, policy).and_then(|client| path.named_custodian(client));
    accept_or_fail(custodian, path, takeover)
}

/// What is true is the path itself, hop by hop. One that organization policies close is for review: it opens with them.
fn accept_or_fail(custodian: Option<&str>, path: &TakeoverPath, takeover: &Takeover) -> Ruling {
    let severity = path.severity().into();
    let ruling = if path.is_closed || path.kind == TakeoverPrincipal::ServiceAgent {
        Ruling::review(severity, &path.sentence)
    } else {
        Ruling::fail(severity, &path.sentence)
    };
    accept(custodian, describe(ruling, path, takeover), takeover)
}

/// Accepts a ruling on a custodian's path.
pub(super) fn accept(custodian: Option<&str>, ruling: Ruling, takeover: &Takeover) -> Ruling {
    match custodian {
        Some(custodian) => ruling.evidence("custodian", custodian).accepted_by_register(&takeover.client_id),
        None => ruling,
    }
}

/// The facts about a path that a person wants to see with a finding.
pub(super) fn describe(ruling: Ruling, path: &TakeoverPath, takeover: &Takeover) -> Ruling {
    let mut ruling = ruling
        .about(subjects::path(takeover, &path.principal, path.edge.as_str()))
        .evidence("client_id", &takeover.client_id)
        .evidence("principal", &path.principal)
        .evidence("outside", outside(path))
        .evidence("permission", &path.permission)
        .evidence("hops", path.hops);
    if !path.via.is_empty() {
        ruling = ruling.evidence("via", path.via.join(", "));
    }
    if path.is_conditional {
        let condition = "it holds only under the condition that it names, which is not evaluated";
        ruling = ruling.evidence("condition", condition);
    }
    if takeover.is_disabled {
        ruling = ruling.evidence("service_account_disabled", "nothing signs as it until it is enabled again");
    }
    ruling = path.may_be_closed_by.iter().fold(ruling, |ruling, gap| ruling.assuming(Rule::PathOpen, gap));
    // Whose a principal is decides how bad it is.
    ruling = ruling.weighed_by(&[Part::Domains, Part::IamPolicies]);
    if path.kind == TakeoverPrincipal::ServiceAgent {
        return ruling
            .evidence("service_agent", "an account of Google's own, which only its service can be")
            .fix(KEEP_AGENT);
    }
    if path.cut.is_empty() {
        return ruling;
    }
    ruling.evidence("binding", &path.cut).fix(format!("Remove the binding {}.", path.cut))
}

fn outside(path: &TakeoverPath) -> &'static str {
    match (path.kind, path.is_outside) {
        (TakeoverPrincipal::Open, _) => "open to many",
        (_, Some(true)) => "yes",
        (_, Some(false)) => "no",
        (_, None) => "unknown",
    }
}

/// Of a client that no listed account is, nobody can say who gets at it.
fn unmatched(client_id: &str, tenant: &Tenant) -> Ruling {
    let gap: Option<Gap> = match subjects::account_of(client_id, tenant) {
        Some(_) => Some(gaps::not_asked(Part::IamPolicies)),
        None => tenant.service_accounts.gap().cloned(),
    };
    gap.map_or_else(
        || {
            Ruling::not_applicable(
                "The client is no service account of the listed projects; DWD-06 asks whose it is",
            )
        },
        |gap| Ruling::not_assessed(&gap),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_facts::*;
    use crate::checks::{ALL, Check, Judge};
    use crate::findings::{Severity, SubjectKind, Verdict};
    use crate::tenant::{Reading, ServiceAccounts};

    fn checks() -> impl Iterator<Item = &'static Check> {
        ALL.iter().copied().filter(|check| ["KEY-04", "KEY-05", "KEY-06", "KEY-07"].contains(&check.id))
    }

    fn known() -> Tenant {
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
                let ruling = only(judge_client(check, &without(part, known())));
                assert_eq!(ruling.verdict, Verdict::NotAssessed, "{}", check.id);
                assert_eq!(ruling.gap.unwrap().part, part);
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
        let tenant = Tenant { takeovers: Vec::new(), ..known() };
        for check in checks() {
            assert_eq!(only(judge_client(check, &tenant)).verdict, Verdict::NotAssessed, "{}", check.id);
        }
    }

    #[test]
    fn a_path_that_is_known_stands_beside_what_is_missing() {
        let check = crate::checks::find("KEY-05").unwrap();
        let takeovers = vec![takeover(vec![path(TakeoverEdge::Sign)])];
        let rulings = judge_client(check, &without(Part::Groups, Tenant { takeovers, ..known() }));
        let verdicts: Vec<_> = rulings.iter().map(|ruling| ruling.verdict).collect();
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
    fn a_path_is_named_by_client_principal_and_edge_and_carries_its_hops() {
        let path = TakeoverPath {
            via: vec!["team@example.com".into()],
            hops: 2,
            is_conditional: true,
            ..path(TakeoverEdge::Sign)
        };
        let ruling = fail(&path, &takeover(Vec::new()), &policy());
        assert_eq!(ruling.message, path.sentence);
        assert_eq!(ruling.fix, Some(format!("Remove the binding {}.", path.cut)));
        for fact in
            ["hops: 2", "via: team@example.com", "outside: no", "permission: iam.serviceAccounts.signJwt"]
        {
            assert!(ruling.evidence.iter().any(|evidence| evidence == fact), "{fact}");
        }
        assert!(ruling.evidence.iter().any(|evidence| evidence.starts_with("condition: ")));
        let subject = ruling.subject.unwrap();
        assert_eq!(subject.kind, SubjectKind::Path);
        assert_eq!(subject.id, format!("{CLIENT}/ann@example.com/sign"));
        assert_eq!(subject.also, ["ann@example.com"]);
        assert!(subject.names().all(|name| name != CLIENT && name != ACCOUNT));
    }

    #[test]
    fn every_reason_for_which_paths_may_be_missing_is_told() {
        let gaps = vec![gap(Part::IamRoles), gap(Part::Groups)];
        let takeovers = vec![Takeover { gaps, ..takeover(Vec::new()) }];
        for check in checks() {
            let rulings = judge_client(check, &Tenant { takeovers: takeovers.clone(), ..known() });
            let parts: Vec<_> = rulings.into_iter().map(|ruling| ruling.gap.unwrap().part).collect();
            assert_eq!(parts, [Part::IamRoles, Part::Groups], "{}", check.id);
        }
    }

    #[test]
    fn a_path_to_a_disabled_account_says_so() {
        let disabled = Takeover { is_disabled: true, ..takeover(Vec::new()) };
        let ruling = fail(&path(TakeoverEdge::Sign), &disabled, &policy());
        assert!(ruling.evidence.iter().any(|fact| fact.starts_with("service_account_disabled")));
    }

    fn by_custodians(check: &Check, custodians: &[&str], path: TakeoverPath) -> Ruling {
        let custodians = custodians.iter().map(|custodian| (*custodian).to_owned()).collect();
        let client = RegisteredClient { custodians, ..registered_client(CLIENT) };
        only(judge_paths_by(check, vec![path], &policy_of(client)))
    }

    #[test]
    fn a_custodians_path_is_accepted_in_its_own_right_and_anybody_elses_is_not() {
        let team = || TakeoverPath { via: vec!["team@example.com".into()], ..path(TakeoverEdge::Key) };
        let robot = "robot@project.iam.gserviceaccount.com";
        let through = |via: &[&str]| TakeoverPath {
            via: via.iter().map(|step| (*step).to_owned()).collect(),
            ..path(TakeoverEdge::Key)
        };
        for (custodian, path, approved) in [
            ("user:Ann@example.com", team(), true),
            ("ann@example.com", team(), true),
            ("group:team@example.com", team(), true),
            ("user:team@example.com", team(), false),
            ("user:bob@example.com", team(), false),
            ("group:outer@example.com", through(&["team@example.com", "outer@example.com"]), true),
            // Whoever becomes a custodian is none.
            ("serviceAccount:robot@project.iam.gserviceaccount.com", through(&[robot]), false),
            ("group:team@example.com", through(&[robot, "team@example.com"]), false),
        ] {
            for (id, edge) in [("KEY-04", TakeoverEdge::Key), ("KEY-05", TakeoverEdge::Sign)] {
                let check = crate::checks::find(id).unwrap();
                let ruling = by_custodians(check, &[custodian], TakeoverPath { edge, ..path.clone() });
                assert_eq!(ruling.verdict, Verdict::Fail, "{id} {custodian}: it stays a finding");
                let by = approved.then(|| format!("register:{CLIENT}"));
                assert_eq!(ruling.accepted_by, by, "{id} {custodian} {:?}", path.via);
                let is_named = ruling.evidence.contains(&format!("custodian: {custodian}"));
                assert_eq!(is_named, approved, "{:?}", ruling.evidence);
            }
        }
    }

    #[test]
    fn everybody_at_once_is_nobodys_custodian_and_an_outsider_only_by_its_own_name() {
        let outside = crate::checks::find("KEY-06").unwrap();
        let eve = |via: &[&str]| TakeoverPath {
            principal: "eve@elsewhere.example".into(),
            is_outside: Some(true),
            via: via.iter().map(|step| (*step).to_owned()).collect(),
            ..path(TakeoverEdge::Key)
        };
        let minting = crate::checks::find("KEY-04").unwrap();
        for (custodian, path, accepted) in [
            ("user:eve@elsewhere.example", eve(&[]), true),
            ("group:team@example.com", eve(&["team@example.com"]), false),
        ] {
            for check in [outside, minting] {
                let ruling = by_custodians(check, &[custodian], path.clone());
                assert_eq!(ruling.accepted_by.is_some(), accepted, "{} {custodian}", check.id);
            }
        }
        for check in checks().filter(|check| check.id != "KEY-07") {
            let principal = "allUsers".to_owned();
            let edge = if check.id == "KEY-05" { TakeoverEdge::Sign } else { TakeoverEdge::Key };
            let anyone = TakeoverPath { principal, kind: TakeoverPrincipal::Open, ..path(edge) };
            let ruling = by_custodians(check, &["allUsers"], anyone);
            assert_eq!((ruling.verdict, ruling.accepted_by), (Verdict::Fail, None), "{}", check.id);
            assert!(ruling.evidence.contains(&"outside: open to many".to_owned()), "{:?}", ruling.evidence);
        }
    }

    #[test]
    fn of_two_paths_of_one_principal_and_edge_the_gravest_is_the_finding() {
        let closed = TakeoverPath { is_conditional: true, is_closed: true, ..path(TakeoverEdge::Key) };
        let far = TakeoverPath { hops: 3, is_conditional: true, ..path(TakeoverEdge::Key) };
        let sure = TakeoverPath { hops: 3, sentence: "sure".into(), ..path(TakeoverEdge::Key) };
        let check = crate::checks::find("KEY-04").unwrap();
        for paths in [vec![closed.clone(), far.clone(), sure.clone()], vec![sure, far, closed]] {
            let ruling = only(judge_paths(check, paths));
            assert_eq!((ruling.verdict, ruling.message.as_str()), (Verdict::Fail, "sure"));
        }
    }

    #[test]
    fn a_path_that_organization_policies_close_is_for_review() {
        let closed = TakeoverPath { is_conditional: true, is_closed: true, ..path(TakeoverEdge::Key) };
        let ruling = only(judge_paths(crate::checks::find("KEY-04").unwrap(), vec![closed]));
        assert_eq!((ruling.verdict, ruling.severity), (Verdict::Review, Severity::Medium));
    }

    #[test]
    fn each_of_them_needs_what_paths_are_found_in() {
        for check in checks() {
            assert!(matches!(check.judge, Judge::Client(_)));
            assert!(NEEDS.iter().all(|part| check.needs.contains(part)), "{}", check.id);
        }
    }
}
