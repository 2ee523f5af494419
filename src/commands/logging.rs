//! Log lines on stderr.

use std::io::{self, IsTerminal};

use tracing::Level;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

use crate::cli::{LogFormat, Output};

use super::json_line::JsonLine;

/// Starts logging. `RUST_LOG` overrides `-v`. Other crates log at info at most, because some of them print tokens at
/// lower levels.
pub(super) fn start(output: &Output) {
    let level = match (output.quiet, output.verbose) {
        (true, _) => "error",
        (false, 0) => "progress=info,warn",
        (false, 1) => "workspace_audit=info,warn",
        (false, 2) => "workspace_audit=debug,info",
        (false, _) => "workspace_audit=trace,info",
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    let ours = |target: &str| target == "workspace_audit" || target.starts_with("workspace_audit::");
    // It logs every refused handshake; the gap at the end says the same once.
    let noise = |target: &str| target.starts_with("rustls_platform_verifier");
    let capped = filter_fn(move |metadata| {
        ours(metadata.target()) || (*metadata.level() <= Level::INFO && !noise(metadata.target()))
    });
    let colours = io::stderr().is_terminal();
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr).with_ansi(colours);
    let lines = match output.log_format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.event_format(JsonLine).boxed(),
    };
    // In tests, a second start keeps the first subscriber.
    let _ = tracing_subscriber::registry().with(lines.with_filter(capped).with_filter(filter)).try_init();
}
