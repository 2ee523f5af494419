//! Progress: a bar for each part on a terminal, log lines elsewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::io::IsTerminal;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressState, ProgressStyle};

use crate::cli::{LogFormat, Output};
use crate::collect::{Progress, Silent};
use crate::requests::Requests;
use crate::tenant::Part;

/// Bars on a terminal, log lines elsewhere, nothing with `--quiet`.
pub(super) fn progress(output: &Output) -> Box<dyn Progress> {
    if output.quiet {
        Box::new(Silent)
    } else if output.log_format == LogFormat::Json {
        Box::new(Lines { state: Mutex::default(), tells_beginning: true })
    } else if std::io::stderr().is_terminal() {
        Box::new(Bars::new())
    } else {
        Box::new(Lines { state: Mutex::default(), tells_beginning: false })
    }
}

/// A bar for each part that is being read, and a line about requests below them.
struct Bars {
    all: MultiProgress,
    parts: Mutex<BTreeMap<Part, ProgressBar>>,
    requests: ProgressBar,
}

impl Bars {
    fn new() -> Self {
        let all = MultiProgress::new();
        let requests = all.add(ProgressBar::new_spinner().with_style(style("{msg:.dim}")));
        Self { all, parts: Mutex::default(), requests }
    }

    fn of(&self, part: Part) -> Option<ProgressBar> {
        lock(&self.parts).get(&part).cloned()
    }
}

impl Progress for Bars {
    fn started(&self, part: Part, total: Option<u64>) {
        let bar = match total {
            Some(total) => ProgressBar::new(total).with_style(style(
                "{prefix:<36} {wide_bar} {human_pos}/{human_len}  {rate:>8}  {eta:>4} left",
            )),
            None => ProgressBar::no_length().with_style(style("{prefix:<36} {human_pos}  {rate}")),
        };
        let bar = self.all.insert_before(&self.requests, bar.with_prefix(part.title()));
        lock(&self.parts).insert(part, bar);
    }

    fn resumed(&self, part: Part, units: u64) {
        if let Some(bar) = self.of(part) {
            // An earlier run read them, so they do not count for the rate.
            bar.set_position(units);
            bar.reset_eta();
        }
    }

    fn advanced(&self, part: Part, units: u64) {
        if let Some(bar) = self.of(part) {
            bar.inc(units);
        }
    }

    fn finished(&self, part: Part) {
        if let Some(bar) = lock(&self.parts).remove(&part) {
            bar.finish_and_clear();
            self.all.remove(&bar);
        }
    }

    fn requests(&self, requests: Requests) {
        self.requests.set_message(requests_text(requests));
        self.requests.tick();
    }
}

impl Drop for Bars {
    fn drop(&mut self) {
        // A run that is stopped leaves bars on the terminal.
        let _ = self.all.clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    let rate = |state: &ProgressState, text: &mut dyn std::fmt::Write| {
        // An error here only affects the bar.
        let _ = write!(text, "{:.0}/s", state.per_sec());
    };
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    style.with_key("rate", rate)
}

/// A log line every half minute, where there is no terminal.
struct Lines {
    state: Mutex<LineState>,
    /// For programs, which read the log only.
    tells_beginning: bool,
}

#[derive(Default)]
struct LineState {
    last: Option<Instant>,
    parts: BTreeMap<Part, (u64, Option<u64>)>,
}

const LINE_INTERVAL: Duration = Duration::from_secs(30);

/// The log target that is on by default. A run shorter than one interval writes no line.
pub(super) const TARGET: &str = "progress";

impl Progress for Lines {
    fn begun(&self, run: &str, resumed: bool, parts: &BTreeSet<Part>) {
        if self.tells_beginning {
            let parts = serde_json::json!(parts.iter().map(|part| part.id()).collect::<Vec<_>>()).to_string();
            tracing::info!(target: TARGET, id = "run_started", run, resumed, json.parts = parts, "run started");
        }
    }

    fn started(&self, part: Part, total: Option<u64>) {
        let mut state = lock(&self.state);
        state.last.get_or_insert_with(Instant::now);
        state.parts.insert(part, (0, total));
    }

    fn resumed(&self, part: Part, units: u64) {
        self.advanced(part, units);
    }

    fn advanced(&self, part: Part, units: u64) {
        if let Some((done, _)) = lock(&self.state).parts.get_mut(&part) {
            *done += units;
        }
    }

    fn finished(&self, part: Part) {
        if let Some((done, _)) = lock(&self.state).parts.remove(&part) {
            tracing::info!(part = part.id(), done, "read");
        }
    }

    fn requests(&self, requests: Requests) {
        let mut state = lock(&self.state);
        if state.last.is_none_or(|last| last.elapsed() < LINE_INTERVAL) {
            return;
        }
        state.last = Some(Instant::now());
        for (part, (done, total)) in &state.parts {
            let of = total.map_or_else(String::new, |total| format!(" of {total}"));
            let requests = requests_text(requests);
            tracing::info!(target: TARGET, "reading {}: {done}{of}; {requests}", part.title());
        }
    }
}

fn requests_text(requests: Requests) -> String {
    let Requests { calls, retries, throttles, waited } = requests;
    let mut text = format!("{calls} calls");
    for (count, what) in [(retries, "retried"), (throttles, "throttled")] {
        if count > 0 {
            text.push_str(&format!(", {count} {what}"));
        }
    }
    if waited >= Duration::from_secs(1) {
        text.push_str(&format!(", {} s waited", waited.as_secs()));
    }
    text
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_text_leaves_out_what_is_zero() {
        let calls = Requests { calls: 7, ..Requests::default() };
        assert_eq!(requests_text(calls), "7 calls");
        let busy = Requests { retries: 2, throttles: 1, waited: Duration::from_millis(2500), ..calls };
        assert_eq!(requests_text(busy), "7 calls, 2 retried, 1 throttled, 2 s waited");
    }
}
