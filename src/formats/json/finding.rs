//! Findings as JSON has them.

use serde::Serialize;

use crate::findings;
use crate::formats::utc;
use crate::tenant::Part;

#[derive(Serialize)]
struct Subject<'a> {
    kind: &'static str,
    id: &'a str,
    name: &'a str,
}

impl<'a> Subject<'a> {
    fn of(subject: &'a findings::Subject) -> Self {
        Self { kind: subject.kind.as_str(), id: &subject.id, name: &subject.name }
    }
}

#[derive(Serialize)]
pub(super) struct Finding<'a> {
    check_id: &'a str,
    verdict: &'static str,
    severity: &'static str,
    subject: Subject<'a>,
    count: u64,
    message: &'a str,
    evidence: Vec<String>,
    fix: &'a str,
    place: &'a str,
    controls: &'a [String],
    fingerprint: &'a str,
    first_seen_at: String,
    change: &'static str,
    exception_id: Option<&'a str>,
    assumptions: &'a [findings::Assumption],
    unread: &'a [Part],
    also_checks: &'a [findings::AlsoCheck],
    reach: &'a [findings::Reached],
    added: &'a [findings::Added],
    accepted: &'a [findings::Acceptance],
    remediation: findings::Remediation,
    command: &'a str,
    may_break: &'a str,
    items: &'a [findings::Item],
}

impl<'a> Finding<'a> {
    pub(super) fn of(finding: &'a findings::Finding) -> Self {
        Self {
            check_id: &finding.check_id,
            verdict: finding.verdict.as_str(),
            severity: finding.severity.as_str(),
            subject: Subject::of(&finding.subject),
            count: finding.count,
            message: &finding.message,
            evidence: finding.facts().map(ToString::to_string).collect(),
            fix: &finding.fix,
            place: &finding.place,
            controls: &finding.controls,
            fingerprint: finding.fingerprint.as_str(),
            first_seen_at: utc::seconds(finding.first_seen_at),
            change: finding.change.as_str(),
            exception_id: finding.exception_id.as_deref(),
            assumptions: &finding.assumptions,
            unread: &finding.unread,
            also_checks: &finding.also_checks,
            reach: &finding.reach,
            added: &finding.added,
            accepted: &finding.accepted,
            remediation: finding.action(),
            command: &finding.command,
            may_break: &finding.may_break,
            items: finding.items.as_ref().map_or(&[], |known| &known.items),
        }
    }
}

#[derive(Serialize)]
pub(super) struct FixedFinding<'a> {
    check_id: &'a str,
    severity: &'static str,
    subject: Subject<'a>,
    message: &'a str,
    first_seen_at: String,
}

impl<'a> FixedFinding<'a> {
    pub(super) fn of(finding: &'a findings::FixedFinding) -> Self {
        Self {
            check_id: &finding.check_id,
            severity: finding.severity.as_str(),
            subject: Subject::of(&finding.subject),
            message: &finding.message,
            first_seen_at: utc::seconds(finding.first_seen_at),
        }
    }
}
