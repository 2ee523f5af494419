//! The top of the page: whose report, how complete, and the five numbers.

use askama::Template;
use chrono::{DateTime, Utc};

use super::coverage;
use super::security::{SCRIPT, STYLE, hash};
use super::text::{address, clip, count, counted, day, moment, words};
use crate::findings::{Completeness, MissingParts, MissingSetting, NotConfigured, RunSummary, Severity};

/// Everything before the style.
#[derive(Template)]
#[template(path = "head.html")]
pub(super) struct Head {
    title: String,
    style_hash: String,
    print_style_hash: String,
    script_hash: String,
}

impl Head {
    pub(super) fn new(summary: &RunSummary, print_style: &str) -> Self {
        let title = format!("Workspace audit: {}, run {}", tenant_name(summary), run_name(summary));
        Self {
            title: super::escape::visible(&title).into_owned(),
            style_hash: hash(STYLE),
            print_style_hash: hash(print_style),
            script_hash: hash(SCRIPT),
        }
    }
}

fn tenant_name(summary: &RunSummary) -> String {
    summary.primary_domain.as_deref().map_or_else(|| clip(&summary.customer), clip)
}

/// The run's id, and when it was continued: an id alone would pass for the date of every fact.
pub(super) fn run_name(summary: &RunSummary) -> String {
    match summary.resumed_at {
        Some(at) => format!("{}, resumed {}", summary.run_id, at.format("%Y-%m-%dT%H-%M-%SZ")),
        None => summary.run_id.clone(),
    }
}

fn is_partial(summary: &RunSummary) -> bool {
    summary.completeness == Completeness::Partial || summary.coverage.is_partial()
}

/// What a reader in a hurry has to know of the whole report.
fn headline(summary: &RunSummary, incomplete: usize) -> String {
    let missing = counted(summary.not_configured.len() as u64, "part is", "parts are");
    let hidden = counted(summary.verdicts_not_configured(), "verdict", "verdicts");
    let mut text = match (is_partial(summary), summary.not_configured.is_empty()) {
        (true, _) if incomplete == 0 => "Partial: not everything was read".to_owned(),
        (true, _) => format!("Partial: {incomplete} of {} parts incomplete", summary.coverage.0.len()),
        (false, false) => format!("Limited: {missing} not configured, so {hidden} could not be given"),
        (false, true) if summary.resumed_at.is_some() => {
            return "Complete, but resumed: facts are from two times".to_owned();
        }
        (false, true) => return "Complete: everything that was asked for was read".to_owned(),
    };
    if is_partial(summary) && !summary.not_configured.is_empty() {
        text.push_str(&format!("; {missing} not configured"));
    }
    if summary.resumed_at.is_some() {
        text.push_str("; resumed: facts are from two times");
    }
    text
}

/// From the start of the body to the five numbers.
#[derive(Template)]
#[template(path = "masthead.html")]
pub(super) struct Masthead {
    tenant: String,
    customer: String,
    run_id: String,
    when: String,
    started: String,
    resumed: Option<Moment>,
    supersedes: Option<Superseded>,
    profile: String,
    tool_version: String,
    is_demo: bool,
    is_partial: bool,
    state: &'static str,
    headline: String,
    gaps: Vec<Gap>,
    is_limited: bool,
    settings: Vec<Setting>,
    settings_overlap: bool,
    is_first_run: bool,
    compared_with: String,
    users: String,
    new: Number,
    worsened: Number,
    fixed: Number,
    open: Number,
    not_assessed: Number,
    severities: Vec<Slice>,
    fixed_rows: Vec<Fixed>,
    fixed_more: String,
}

struct Moment {
    machine: String,
    text: String,
}

impl Moment {
    fn of(at: DateTime<Utc>) -> Self {
        Self { machine: at.format("%Y-%m-%dT%H:%M:%SZ").to_string(), text: moment(at) }
    }
}

/// The report of the same run that this one takes the place of.
struct Superseded {
    folder: String,
    judged: Option<Moment>,
    reason: Option<String>,
}

impl Superseded {
    fn of(summary: &RunSummary) -> Option<Self> {
        summary.supersedes.as_ref().map(|report| Self {
            folder: clip(&report.folder),
            judged: summary.judged_at.map(Moment::of),
            reason: summary.reason.as_deref().map(clip),
        })
    }
}

/// What one setting would add.
struct Setting {
    parts: Vec<SettingPart>,
    checks: String,
    verdicts: String,
    how: Vec<Words>,
}

/// A stretch of a text that a person is told; between backticks it is code.
struct Words {
    text: String,
    is_code: bool,
}

fn words_and_code(text: &str) -> Vec<Words> {
    let stretches = text.split('`').enumerate();
    stretches.map(|(place, text)| Words { text: text.to_owned(), is_code: place % 2 == 1 }).collect()
}

struct SettingPart {
    title: &'static str,
    id: &'static str,
}

impl Setting {
    fn new(missing: &MissingSetting<'_>) -> Self {
        let part =
            |missing: &&NotConfigured| SettingPart { title: missing.part.title(), id: missing.part.id() };
        Self {
            parts: missing.parts.iter().map(part).collect(),
            checks: missing.checks.join(", "),
            verdicts: counted(missing.verdicts, "verdict", "verdicts"),
            how: words_and_code(&clip(missing.setting)),
        }
    }
}

/// What was not read for one cause.
struct Gap {
    parts: Vec<coverage::Row>,
    reason: String,
    needed: String,
    fix: String,
}

impl Gap {
    fn of(missing: &MissingParts<'_>) -> Self {
        Self {
            parts: missing.rows.iter().map(|row| coverage::Row::new(row)).collect(),
            reason: clip(&missing.counted.to_string()),
            needed: clip(&missing.needed.join("; ")),
            fix: clip(&missing.counted.gap.advice()),
        }
    }
}

struct Number {
    text: String,
    is_zero: bool,
}

impl From<u64> for Number {
    fn from(number: u64) -> Self {
        Self { text: count(number), is_zero: number == 0 }
    }
}

/// One severity's share of the bar, in thousandths.
struct Slice {
    severity: &'static str,
    word: String,
    count: String,
    is_zero: bool,
    from: u64,
    width: u64,
}

struct Fixed {
    severity: &'static str,
    severity_word: String,
    check_id: String,
    subject: String,
    message: String,
    first_seen: String,
}

const MOST_FIXED: usize = 100;

impl Masthead {
    pub(super) fn new(summary: &RunSummary) -> Self {
        let incomplete = summary.coverage.0.iter().filter(|row| row.is_partial()).count();
        let changes = &summary.changes;
        let shown = summary.fixed.len().min(MOST_FIXED);
        Self {
            tenant: address(&tenant_name(summary)),
            customer: clip(&summary.customer),
            run_id: clip(&run_name(summary)),
            when: moment(summary.started_at),
            started: summary.started_at.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
            resumed: summary.resumed_at.map(Moment::of),
            supersedes: Superseded::of(summary),
            profile: clip(&summary.profile),
            tool_version: clip(&summary.tool_version),
            is_demo: summary.is_demo,
            is_partial: is_partial(summary),
            state: match (is_partial(summary), summary.not_configured.is_empty(), summary.resumed_at) {
                (true, ..) => "partial",
                (false, true, None) => "whole",
                _ => "limited",
            },
            headline: headline(summary, incomplete),
            gaps: summary.coverage.missing().iter().map(Gap::of).collect(),
            is_limited: !summary.not_configured.is_empty(),
            settings: summary.missing_settings().iter().map(Setting::new).collect(),
            settings_overlap: summary.settings_overlap(),
            is_first_run: summary.compared_with.is_none(),
            compared_with: summary.compared_with.as_deref().map(clip).unwrap_or_default(),
            users: summary.known_users().map_or_else(|| "not read".to_owned(), count),
            new: changes.new.into(),
            worsened: changes.worsened.into(),
            fixed: changes.fixed.into(),
            open: changes.open.into(),
            not_assessed: changes.not_assessed.into(),
            severities: slices(summary),
            fixed_rows: summary
                .fixed
                .iter()
                .take(shown)
                .map(|fixed| Fixed {
                    severity: fixed.severity.as_str(),
                    severity_word: words(fixed.severity.as_str()),
                    check_id: clip(&fixed.check_id),
                    subject: address(&fixed.subject.name),
                    message: clip(&fixed.message),
                    first_seen: day(fixed.first_seen_at),
                })
                .collect(),
            fixed_more: match changes.fixed.saturating_sub(shown as u64) {
                0 => String::new(),
                more => count(more),
            },
        }
    }
}

fn slices(summary: &RunSummary) -> Vec<Slice> {
    let number = |severity: &Severity| summary.open_by_severity.get(severity).copied().unwrap_or_default();
    let total: u64 = Severity::WORST_FIRST.iter().map(number).sum();
    let mut before = 0;
    Severity::WORST_FIRST
        .iter()
        .map(|severity| {
            let thousandths = |part: u64| (part * 1000).checked_div(total).unwrap_or_default();
            let from = thousandths(before);
            before += number(severity);
            Slice {
                severity: severity.as_str(),
                word: words(severity.as_str()),
                count: count(number(severity)),
                is_zero: number(severity) == 0,
                from,
                width: thousandths(before) - from,
            }
        })
        .collect()
}

/// The end of the page: sign-off.
#[derive(Template)]
#[template(path = "sign_off.html")]
pub(super) struct SignOff {
    tenant: String,
    run_id: String,
    tool_version: String,
    is_partial: bool,
    is_limited: bool,
}

impl SignOff {
    pub(super) fn new(summary: &RunSummary) -> Self {
        Self {
            tenant: clip(&tenant_name(summary)),
            run_id: clip(&run_name(summary)),
            tool_version: clip(&summary.tool_version),
            is_partial: is_partial(summary),
            is_limited: !summary.not_configured.is_empty(),
        }
    }
}
