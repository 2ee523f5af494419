//! A bar for long work, on a terminal only.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::cli::Output;
use crate::collect::{Progress, Silent};
use crate::tenant::Part;

/// A bar a part.
struct Bars {
    all: MultiProgress,
    bars: Mutex<BTreeMap<Part, ProgressBar>>,
}

/// Bars on a terminal, nothing elsewhere.
pub(super) fn progress(output: &Output) -> Box<dyn Progress> {
    if output.quiet || !std::io::stderr().is_terminal() {
        return Box::new(Silent);
    }
    Box::new(Bars { all: MultiProgress::new(), bars: Mutex::default() })
}

impl Bars {
    fn with(&self, part: Part, act: impl FnOnce(&ProgressBar)) {
        let bars = self.bars.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bar) = bars.get(&part) {
            act(bar);
        }
    }
}

impl Progress for Bars {
    fn started(&self, part: Part, total: Option<u64>) {
        let (bar, template) = match total {
            Some(total) => (
                ProgressBar::new(total),
                "{prefix:<40} {wide_bar} {human_pos}/{human_len} {per_sec} {eta} left",
            ),
            None => (ProgressBar::no_length(), "{prefix:<40} {spinner} {human_pos}"),
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_prefix(part.title());
        let bar = self.all.add(bar);
        self.bars.lock().unwrap_or_else(PoisonError::into_inner).insert(part, bar);
    }

    fn advanced(&self, part: Part, units: u64) {
        self.with(part, |bar| bar.inc(units));
    }

    fn finished(&self, part: Part) {
        self.with(part, ProgressBar::finish_and_clear);
    }
}
