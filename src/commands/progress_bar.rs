//! A bar for long work, on a terminal only: it shows the part that began last.

use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::Output;
use crate::collect::{Progress, Silent};
use crate::tenant::Part;

struct Bar {
    bar: ProgressBar,
    current: Mutex<Option<Part>>,
}

/// A bar on a terminal, nothing elsewhere.
pub(super) fn progress(output: &Output) -> Box<dyn Progress> {
    if output.quiet || !std::io::stderr().is_terminal() {
        return Box::new(Silent);
    }
    Box::new(Bar { bar: ProgressBar::no_length(), current: Mutex::default() })
}

impl Bar {
    /// Whether it is the part that began last.
    fn shows(&self, part: Part) -> bool {
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) == Some(part)
    }
}

impl Progress for Bar {
    fn started(&self, part: Part, total: Option<u64>) {
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = Some(part);
        let template = match total {
            Some(_) => "{prefix:<36} {wide_bar} {human_pos}/{human_len} {eta:>4} left",
            None => "{prefix:<36} {human_pos}",
        };
        self.bar.reset();
        match total {
            Some(total) => self.bar.set_length(total),
            None => self.bar.unset_length(),
        }
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style);
        }
        self.bar.set_prefix(part.title());
    }

    fn advanced(&self, part: Part, units: u64) {
        if self.shows(part) {
            self.bar.inc(units);
        }
    }

    fn finished(&self, part: Part) {
        if self.shows(part) {
            self.bar.finish_and_clear();
        }
    }
}
