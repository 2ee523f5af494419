//! The top of the page: whose report, how complete, and the five numbers.

use askama::Template;
use chrono::{DateTime, Utc};

use super::coverage;
use super::security::{SCRIPT, STYLE, hash};
use super::text::{self, address, clip, count, counted, moment, words};
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
            return "Complete, but resumed: the data is from two times".to_owned();
        }
        (false, true) => {
            let read = "Complete: everything that was asked for was read";
            return match summary.changes.not_assessed {
                0 => read.to_owned(),
                unknown => {
                    let unknown = counted(unknown, "verdict is", "verdicts are");
                    format!("{read}; {unknown} not assessed, because the data does not decide them")
                }
            };
        }
    };
    if is_partial(summary) && !summary.not_configured.is_empty() {
        text.push_str(&format!("; {missing} not configured"));
    }
    if summary.resumed_at.is_some() {
        text.push_str("; resumed: the data is from two times");
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
    sample: Option<String>,
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
    how: String,
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
            how: clip(missing.setting),
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

/// A number, and the id of what it counts.
struct Number {
    text: String,
    is_zero: bool,
    target: &'static str,
}

impl Number {
    /// `otherwise` is where none of it leads.
    fn new(number: u64, target: &'static str, otherwise: &'static str) -> Self {
        let is_zero = number == 0;
        Self { text: count(number), is_zero, target: if is_zero { otherwise } else { target } }
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

impl Masthead {
    pub(super) fn new(summary: &RunSummary) -> Self {
        let incomplete = summary.coverage.0.iter().filter(|row| row.is_partial()).count();
        let changes = &summary.changes;
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
            sample: summary.sample.as_deref().map(clip),
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
            new: match summary.compared_with {
                Some(_) => Number::new(changes.new, "since-new", "since-new"),
                None => Number::new(changes.new, "findings?c=new", "since"),
            },
            worsened: Number::new(changes.worsened, "since-worsened", "since"),
            fixed: Number::new(changes.fixed, "since-fixed", "since"),
            open: Number::new(changes.open, "findings?v=open", "findings"),
            not_assessed: Number::new(changes.not_assessed, "findings?v=unknown", "coverage"),
            severities: slices(summary),
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
