//! "Do this first": what to do, and how many findings each action closes.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use askama::Template;
use chrono::{DateTime, Duration, Utc};

use super::exposed::{Exposed, Exposure};
use super::text::{self, address, clip, count, counted, whole, words};
use crate::authority::TakeoverCut;
use crate::findings::{Finding, Remediation, RunSummary, Severity, Subject, SubjectKind, Verdict};

const MAX_ACTIONS: usize = 50;
const MAX_TOLD: usize = 5;
/// Objects of an action that later actions can refer to.
const MAX_OBJECTS: usize = 50;
/// In a first run, events of this many days come first.
const FRESH_DAYS: i64 = 7;
/// The evidence that says who or what, where the sentence only counts.
const KEY_FACTS: [(&str, &str); 4] =
    [("scope", "Scopes"), ("scope_lost", "Scopes"), ("super_admin", "Super admins"), ("users", "Users")];
const MAX_COMMANDS: usize = 5;
const MAX_BREAKS: usize = 3;
/// Actions that are told apart. Findings beyond them are looked into check by check: memory stays bounded, and no
/// finding is without an action.
const MAX_TRACKED: usize = 5_000;

/// What can be done, counted over all open findings: each is in exactly one action.
pub(super) struct Plan<'a> {
    actions: HashMap<Remediation, Closed>,
    exposed: &'a Exposed,
    /// The places of the bindings to cut, by id.
    cuts: HashMap<String, usize>,
    run_at: DateTime<Utc>,
    is_first_run: bool,
}

/// What actions have in common: the same key, client, address or binding.
type Object = (SubjectKind, String);

fn object(finding: &Finding) -> Option<Object> {
    use SubjectKind::{Binding, Client, Delegate, Filter, Forwarding, Key, SendAs};
    let Subject { kind, id, .. } = &finding.subject;
    matches!(kind, Binding | Client | Key | SendAs | Delegate | Forwarding | Filter)
        .then(|| (*kind, id.clone()))
}

/// What an action closes.
#[derive(Default)]
struct Closed {
    fix: String,
    place: String,
    /// Whether a finding of it needs another step than `fix` says.
    has_other_steps: bool,
    severity: Option<Severity>,
    is_certain: bool,
    /// How many have what it ends.
    exposure: Exposure,
    checks: BTreeSet<String>,
    by_severity: BTreeMap<Severity, u64>,
    /// The time of its newest event that is new and severe.
    newest_event: Option<DateTime<Utc>>,
    /// Whether a critical finding is new or worse than in the run before.
    has_critical_news: bool,
    news: u64,
    told: Vec<Told>,
    /// How many of its findings are told.
    told_findings: u64,
    objects: BTreeSet<Object>,
    commands: Listed,
    breaks: Listed,
}

/// What a finding says, and what it is about.
struct Told {
    text: String,
    object: Option<Object>,
}

/// A finding in a line: its sentence, and the evidence that says who or what.
fn told(finding: &Finding) -> String {
    let message = clip(finding.message.trim_end_matches('.'));
    let name = &finding.subject.name;
    let is_word = |character: char| !character.is_whitespace() && !",:→".contains(character);
    let words = name.split(|character| !is_word(character)).filter(|word| !word.is_empty());
    let is_said = matches!(finding.subject.kind, SubjectKind::Event | SubjectKind::Tenant)
        || words.clone().any(|word| message.contains(word));
    let mut line = if is_said { message } else { format!("{}: {message}", address(name)) };
    for (fact, title) in KEY_FACTS {
        let values: Vec<&str> =
            finding.facts().filter(|known| known.name == fact).map(|known| known.value.as_str()).collect();
        if !values.is_empty() {
            let some =
                values.iter().take(MAX_TOLD).map(|value| address(value)).collect::<Vec<_>>().join(", ");
            let more = values.len().saturating_sub(MAX_TOLD) as u64;
            let more = if more > 0 { format!(" and {}", count(more)) + " more" } else { String::new() };
            line.push_str(&format!(". {title}: {some}{more}"));
        }
    }
    line
}

/// When an event was: its name ends with that.
fn event_time(finding: &Finding) -> Option<DateTime<Utc>> {
    let is_event = finding.subject.kind == SubjectKind::Event;
    let at = finding.subject.name.rsplit(", ").next().filter(|_| is_event)?;
    DateTime::parse_from_rfc3339(at).ok().map(|at| at.to_utc())
}

/// Different texts, up to a bound, and how many findings have one.
#[derive(Default)]
struct Listed {
    texts: Vec<String>,
    findings: u64,
    /// Those of the findings whose text is listed.
    told: u64,
}

impl Listed {
    fn name(&mut self, text: &str, limit: usize) {
        if !text.is_empty() && self.texts.len() < limit && !self.texts.iter().any(|known| known == text) {
            self.texts.push(text.to_owned());
        }
    }

    fn count(&mut self, text: &str) {
        if !text.is_empty() {
            self.findings += 1;
            self.told += u64::from(self.texts.iter().any(|known| known == text));
        }
    }

    /// How many findings have a text that is not listed.
    const fn more(&self) -> u64 {
        self.findings - self.told
    }
}

impl Closed {
    fn count(&self) -> u64 {
        self.by_severity.values().sum()
    }

    /// Takes up what a reader is told of a finding.
    fn describe(&mut self, finding: &Finding, is_advised: bool) {
        if self.checks.is_empty() {
            (self.fix, self.place) = (finding.fix.clone(), finding.place.clone());
        }
        self.checks.extend(finding.check_ids().map(str::to_owned));
        if self.told.len() < MAX_TOLD {
            let text = told(finding);
            if !self.told.iter().any(|known| known.text == text) {
                self.told.push(Told { text, object: object(finding) });
            }
        }
        if self.objects.len() < MAX_OBJECTS {
            self.objects.extend(object(finding));
        }
        if is_advised {
            self.has_other_steps |= self.fix != finding.fix;
            self.commands.name(whole(&finding.command), MAX_COMMANDS);
            self.breaks.name(&finding.may_break, MAX_BREAKS);
        }
    }

    fn add(&mut self, finding: &Finding, exposure: Exposure, is_advised: bool) {
        self.describe(finding, is_advised);
        *self.by_severity.entry(finding.severity).or_default() += 1;
        if self.told_findings < MAX_TOLD as u64 {
            let text = told(finding);
            self.told_findings += u64::from(self.told.iter().any(|known| known.text == text));
        }
        if is_advised {
            self.commands.count(&finding.command);
            self.breaks.count(&finding.may_break);
        }
        self.severity = self.severity.max(Some(finding.severity));
        self.exposure = self.exposure.max(exposure);
        self.is_certain |= finding.verdict == Verdict::Fail;
        self.news += u64::from(finding.is_news());
    }
}

impl<'a> Plan<'a> {
    /// Knows the actions of the worst findings, and counts nothing yet.
    pub(super) fn of(
        worst: &[Finding],
        exposed: &'a Exposed,
        cuts: &[TakeoverCut],
        summary: &RunSummary,
    ) -> Self {
        let cuts = cuts.iter().enumerate().map(|(place, cut)| (cut.binding.id(), place)).collect();
        let mut plan = Self {
            actions: HashMap::new(),
            exposed,
            cuts,
            run_at: summary.started_at,
            is_first_run: summary.compared_with.is_none(),
        };
        for finding in worst.iter().filter(|finding| finding.is_open()) {
            let (closed, is_advised) = plan.action(finding);
            closed.describe(finding, is_advised);
        }
        plan
    }

    /// Counts a finding.
    pub(super) fn count(&mut self, finding: &Finding) {
        if finding.is_open() {
            let exposure = self.exposed.of_finding(finding);
            let newest_event = event_time(finding).filter(|at| self.is_urgent(finding, *at));
            let is_critical_news =
                !self.is_first_run && finding.is_news() && finding.severity == Severity::Critical;
            let (closed, is_advised) = self.action(finding);
            closed.add(finding, exposure, is_advised);
            closed.newest_event = closed.newest_event.max(newest_event);
            closed.has_critical_news |= is_critical_news;
        }
    }

    /// Whether an event is severe, and new: since the run before, or in a first run of the last days.
    fn is_urgent(&self, finding: &Finding, at: DateTime<Utc>) -> bool {
        let is_fresh = if self.is_first_run {
            self.run_at - at <= Duration::days(FRESH_DAYS)
        } else {
            finding.is_news()
        };
        is_fresh && finding.severity >= Severity::High
    }

    /// The action that closes an open finding, and whether it is what the finding itself advises.
    fn action(&mut self, finding: &Finding) -> (&mut Closed, bool) {
        let has_room = self.actions.len() < MAX_TRACKED;
        let mut key = finding.action();
        if !has_room && !self.actions.contains_key(&key) {
            key = Remediation::look_into(&finding.check_id);
        }
        let is_advised = !matches!(key, Remediation::LookInto { .. });
        (self.actions.entry(key).or_default(), is_advised)
    }

    /// Every action in order: severe events that are new, what is critical and new or worse, then what everybody or an
    /// outsider has, then worst first, then by the number of findings. Among equals certain ones come first, and bindings to cut keep the order of the cuts.
    pub(super) fn ranked(&self) -> Ranked<'_> {
        let mut ranked: Vec<(&Remediation, &Closed)> = self.actions.iter().collect();
        ranked.sort_by_cached_key(|(key, closed)| {
            let urgency = (closed.newest_event, closed.has_critical_news);
            let rank = (urgency, closed.exposure, closed.severity, closed.count(), closed.is_certain);
            let cut = match key {
                Remediation::Binding { binding } => self.cuts.get(binding).copied(),
                _ => None,
            };
            (Reverse(rank), cut.unwrap_or(usize::MAX), (*key).clone())
        });
        let numbers = ranked.iter().zip(1..).map(|((key, _), number)| (*key, number)).collect();
        Ranked { ranked, numbers }
    }
}

/// The actions in order.
pub(super) struct Ranked<'a> {
    ranked: Vec<(&'a Remediation, &'a Closed)>,
    numbers: HashMap<&'a Remediation, usize>,
}

impl Ranked<'_> {
    /// The number of the one action that closes a finding, whether it is shown or not; 0 if the finding is not open.
    fn number(&self, finding: &Finding) -> usize {
        if !finding.is_open() {
            return 0;
        }
        let own = self.numbers.get(&finding.action());
        let number = own.or_else(|| self.numbers.get(&Remediation::look_into(&finding.check_id)));
        number.copied().unwrap_or_default()
    }

    /// The number of the shown action that closes a finding; 0 if none of the shown ones does.
    pub(super) fn number_of(&self, finding: &Finding) -> usize {
        Some(self.number(finding)).filter(|number| *number <= MAX_ACTIONS).unwrap_or_default()
    }
}

/// Such as `2 critical, 1 high`.
fn by_severity(numbers: &BTreeMap<Severity, u64>) -> String {
    let worst_first = Severity::WORST_FIRST.iter().filter_map(|severity| numbers.get_key_value(severity));
    worst_first
        .map(|(severity, number)| format!("{} {severity}", count(*number)))
        .collect::<Vec<_>>()
        .join(", ")
}

/// Whether a finding is about access paths.
pub(super) const fn is_way(finding: &Finding) -> bool {
    matches!(finding.subject.kind, SubjectKind::Binding | SubjectKind::Path)
}

/// The section.
#[derive(Template)]
#[template(path = "actions.html")]
pub(super) struct Actions {
    actions: Vec<Action>,
    all: String,
    open: String,
    left_out: String,
    left_out_findings: String,
    is_first_run: bool,
    fresh_days: i64,
}

struct Action {
    number: usize,
    severity: &'static str,
    severity_word: String,
    fix: String,
    place: String,
    has_other_steps: bool,
    checks: String,
    title: String,
    closes: String,
    by_severity: String,
    mark: &'static str,
    news: String,
    found: Vec<Found>,
    more: String,
    commands: Vec<String>,
    more_commands: String,
    breaks: Vec<String>,
    more_breaks: String,
    first_row: usize,
}

/// A finding of an action.
struct Found {
    text: String,
    /// The number of an earlier action about the same object; 0 for none.
    also_in: usize,
}

impl Actions {
    pub(super) fn new(summary: &RunSummary, ranked: &Ranked<'_>, first_rows: &HashMap<usize, usize>) -> Self {
        let titles: HashMap<&str, &str> =
            summary.checks.iter().map(|check| (check.id.as_str(), check.title.as_str())).collect();
        let shown = ranked.ranked.iter().take(MAX_ACTIONS).zip(1..);
        let mut first: HashMap<&Object, usize> = HashMap::new();
        let actions = shown
            .map(|((key, closed), number)| {
                let first_row = first_rows.get(&number).copied().unwrap_or_default();
                let action = Action::new(number, key, closed, &titles, first_row, &first);
                for object in &closed.objects {
                    first.entry(object).or_insert(number);
                }
                // In a first run everything is new.
                if summary.compared_with.is_some() {
                    action
                } else {
                    Action { news: String::new(), ..action }
                }
            })
            .collect();
        let left_out = ranked.ranked.iter().skip(MAX_ACTIONS).map(|(_, closed)| closed.count());
        Self {
            actions,
            all: counted(ranked.ranked.len() as u64, "action", "actions"),
            open: counted(summary.changes.open, "open finding", "open findings"),
            left_out: more(ranked.ranked.len().saturating_sub(MAX_ACTIONS) as u64, "action", "actions"),
            left_out_findings: counted(left_out.sum(), "finding", "findings"),
            is_first_run: summary.compared_with.is_none(),
            fresh_days: FRESH_DAYS,
        }
    }
}

/// Nothing for none.
fn more(number: u64, one: &str, many: &str) -> String {
    if number > 0 { counted(number, one, many) } else { String::new() }
}

impl Action {
    fn new(
        number: usize,
        key: &Remediation,
        closed: &Closed,
        titles: &HashMap<&str, &str>,
        first_row: usize,
        earlier: &HashMap<&Object, usize>,
    ) -> Self {
        let severity = closed.severity.unwrap_or(Severity::Info).as_str();
        let (fix, place) = match key {
            Remediation::LookInto { check_id } => (
                format!("Look into what {check_id} found: read each finding, and decide what to do."),
                String::new(),
            ),
            _ => (clip(&closed.fix), clip(&closed.place)),
        };
        let found = closed.told.iter().map(|told| Found {
            text: told.text.clone(),
            also_in: told.object.as_ref().and_then(|object| earlier.get(object)).copied().unwrap_or_default(),
        });
        let title = match closed.checks.iter().collect::<Vec<_>>().as_slice() {
            [only] => titles.get(only.as_str()).copied().map(clip).unwrap_or_default(),
            _ => String::new(),
        };
        Self {
            number,
            severity,
            severity_word: words(severity),
            fix,
            place,
            has_other_steps: closed.has_other_steps,
            checks: closed.checks.iter().map(|id| clip(id)).collect::<Vec<_>>().join(", "),
            title,
            closes: counted(closed.count(), "finding", "findings"),
            by_severity: by_severity(&closed.by_severity),
            mark: closed.exposure.mark(),
            news: more(closed.news, "new or worse", "new or worse"),
            found: found.collect(),
            more: more(closed.count().saturating_sub(closed.told_findings), "more", "more"),
            commands: closed.commands.texts.clone(),
            more_commands: more(closed.commands.more(), "more", "more"),
            breaks: closed.breaks.texts.iter().map(|text| clip(text)).collect(),
            more_breaks: more(closed.breaks.more(), "more finding", "more findings"),
            first_row,
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::Duration;
    use proptest::prelude::*;

    use super::*;
    use crate::findings::Change;
    use crate::formats::Source;
    use crate::formats::html::sample;

    fn planned<'a>(worst: &[Finding], all: &[Finding], exposed: &'a Exposed) -> Plan<'a> {
        let summary = RunSummary { compared_with: Some("before".to_owned()), ..sample::plausible().summary };
        let mut plan = Plan::of(worst, exposed, &[], &summary);
        all.iter().for_each(|finding| plan.count(finding));
        plan
    }

    /// The sum over the actions, and how many findings have the number of each.
    fn assert_each_open_finding_is_in_one_action(plan: &Plan<'_>, findings: &[Finding]) {
        let ranked = plan.ranked();
        let mut members = vec![0_u64; ranked.ranked.len() + 1];
        for finding in findings {
            let number = ranked.number(finding);
            assert_eq!(number > 0, finding.is_open(), "{finding:?}");
            members[number] += 1;
        }
        let closed: Vec<u64> = ranked.ranked.iter().map(|(_, closed)| closed.count()).collect();
        assert_eq!(closed, members[1..], "an action has other findings than it counts");
        let open = findings.iter().filter(|finding| finding.is_open()).count() as u64;
        assert_eq!(closed.iter().sum::<u64>(), open);
    }

    #[test]
    fn every_open_finding_of_a_report_is_in_one_action() {
        let sample = sample::plausible();
        let exposed = Exposed::of(sample.tenant());
        for worst in [&sample.findings[..], &sample.findings[..3], &[]] {
            let plan = planned(worst, &sample.findings, &exposed);
            assert_each_open_finding_is_in_one_action(&plan, &sample.findings);
        }
        let is_error = |finding: &&Finding| finding.verdict == Verdict::Error;
        let broken = sample.findings.iter().find(is_error).unwrap();
        assert!(matches!(broken.action(), Remediation::LookInto { .. }));
    }

    fn any_finding() -> impl Strategy<Value = Finding> {
        let verdicts =
            [Verdict::Fail, Verdict::Review, Verdict::Error, Verdict::NotAssessed, Verdict::Excepted];
        let kinds = [SubjectKind::User, SubjectKind::Event, SubjectKind::Binding, SubjectKind::Client];
        let changes = [Change::New, Change::Worsened, Change::Open, Change::NotRechecked, Change::Expired];
        let shapes = (0..6_usize, 0..verdicts.len(), 0..5_usize, 0..kinds.len(), 0..changes.len());
        (shapes, 0..9_u8, 0..3_u8, any::<bool>()).prop_map(move |(shape, subject, kind, has_fix)| {
            let (rule, verdict, severity, subject_kind, change) = shape;
            let severity = Severity::WORST_FIRST[severity];
            let mut finding = sample::finding(rule, verdicts[verdict], severity, "name", "message");
            finding.subject = Subject::new(kinds[subject_kind], format!("{subject}"), format!("{subject}"));
            finding.change = changes[change];
            if !has_fix {
                finding.fix.clear();
            }
            finding.command = if subject % 2 == 0 { format!("gcloud {subject}") } else { String::new() };
            finding.remediation = match kind {
                0 => None,
                1 => Some(Remediation::RemoveDelegation),
                _ => Some(Remediation::Subject {
                    check_id: finding.check_id.clone(),
                    subject_kind: finding.subject.kind,
                    subject_id: finding.subject.id.clone(),
                }),
            };
            finding
        })
    }

    proptest! {
        #[test]
        fn every_open_finding_of_generated_reports_is_in_one_action(
            findings in proptest::collection::vec(any_finding(), 0..60),
            worst in 0..60_usize,
        ) {
            let exposed = Exposed::of(&sample::plausible().tenant);
            let plan = planned(&findings[..worst.min(findings.len())], &findings, &exposed);
            assert_each_open_finding_is_in_one_action(&plan, &findings);
        }
    }

    #[test]
    fn findings_beyond_the_actions_that_are_told_apart_are_looked_into_by_check() {
        let sample = sample::plausible();
        let findings: Vec<Finding> = (0..MAX_TRACKED + 7)
            .map(|index| {
                let mut finding =
                    sample::finding(index % 2, Verdict::Fail, Severity::High, "name", "message");
                finding.remediation = Some(Remediation::Binding { binding: index.to_string() });
                finding
            })
            .collect();
        let exposed = Exposed::of(sample.tenant());
        let plan = planned(&findings[..10], &findings, &exposed);
        assert_each_open_finding_is_in_one_action(&plan, &findings);
        assert_eq!(plan.actions.len(), MAX_TRACKED + 2);
    }

    /// One action each of: a severe event, a mild one, what everybody has, critical, critical and new, high.
    fn order(compared_with: Option<&str>, days_ago: i64) -> Vec<usize> {
        let sample = sample::plausible();
        let summary =
            RunSummary { compared_with: compared_with.map(str::to_owned), ..sample.summary.clone() };
        let severities =
            [Severity::High, Severity::Medium, Severity::Critical, Severity::Critical, Severity::High];
        let mut findings: Vec<Finding> = severities
            .iter()
            .enumerate()
            .map(|(index, severity)| {
                let mut finding = sample::finding(0, Verdict::Fail, *severity, "name", "message");
                finding.change = if index == 3 { Change::New } else { Change::Open };
                finding.remediation = Some(Remediation::Binding { binding: index.to_string() });
                finding
            })
            .collect();
        for finding in &mut findings[..2] {
            let at = (summary.started_at - Duration::days(days_ago)).to_rfc3339();
            finding.subject = Subject::new(SubjectKind::Event, "id", format!("EVENT, {at}"));
            finding.change = Change::New;
        }
        let exposed = Exposed::of(sample.tenant());
        let mut plan = Plan::of(&findings, &exposed, &[], &summary);
        findings.iter().for_each(|finding| plan.count(finding));
        let ranked = plan.ranked();
        findings.iter().map(|finding| ranked.number_of(finding)).collect()
    }

    #[test]
    fn severe_new_events_come_first_then_new_critical_findings_then_severity() {
        assert_eq!(order(Some("before"), 20), [1, 5, 3, 2, 4]);
        // In a first run everything is new, so the time of the event decides.
        assert_eq!(order(None, 6), [1, 5, 2, 3, 4]);
        assert_eq!(order(None, 8), [3, 5, 1, 2, 4]);
    }

    #[test]
    fn an_action_refers_to_an_earlier_one_about_the_same_key() {
        let sample = sample::plausible();
        let findings: Vec<Finding> = [Severity::Critical, Severity::Low]
            .iter()
            .enumerate()
            .map(|(index, severity)| {
                let mut finding = sample::finding(0, Verdict::Fail, *severity, "name", "message");
                finding.subject = Subject::new(SubjectKind::Key, "key", "key");
                finding.remediation =
                    Some(Remediation::Check { check_id: format!("{}{index}", finding.check_id) });
                finding
            })
            .collect();
        let exposed = Exposed::of(sample.tenant());
        let plan = planned(&findings, &findings, &exposed);
        let actions = Actions::new(&sample.summary, &plan.ranked(), &HashMap::new());
        let also: Vec<usize> = actions.actions.iter().map(|action| action.found[0].also_in).collect();
        assert_eq!(also, [0, 1]);
    }

    #[test]
    fn an_action_counts_its_findings_by_severity_worst_first() {
        let numbers = BTreeMap::from([(Severity::Low, 1), (Severity::Critical, 2)]);
        assert_eq!(by_severity(&numbers), "2 critical, 1 low");
    }

    #[test]
    fn an_action_lists_so_many_commands_and_says_how_many_more() {
        let sample = sample::plausible();
        let findings: Vec<Finding> = (0..8)
            .map(|index| {
                let mut finding = sample::finding(3, Verdict::Fail, Severity::High, "name", "message");
                finding.command = format!("gam user 'u{index}' delete sendas 'a'");
                finding
            })
            .collect();
        let exposed = Exposed::of(sample.tenant());
        let plan = planned(&findings, &findings, &exposed);
        let ranked = plan.ranked();
        let [(_, closed)] = ranked.ranked.as_slice() else { panic!("one action") };
        assert_eq!((closed.commands.texts.len(), closed.commands.more()), (MAX_COMMANDS, 3));
    }
}
