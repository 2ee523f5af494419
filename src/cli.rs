//! Commands and flags.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, Utc};
use clap::{Args, Parser, Subcommand, ValueEnum};
use workspace_audit_emulator::{Fault, TenantName};

/// Who and what can send mail as whom in a Google Workspace tenant, by what right.
#[derive(Debug, Parser)]
#[command(version, about, after_help = EXAMPLES, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    pub(crate) output: Output,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "\
Examples:
  workspace-audit demo                     a whole audit of a synthetic tenant; needs no Google account
  workspace-audit init                     write a commented config.toml
  workspace-audit run                      the audit, as cron calls it
  workspace-audit run --fail-on high       exit code 3 when something is high or critical
  workspace-audit run --resume             continue the run that was killed
  workspace-audit scopes                   the scopes to delegate, and what each one is for

Exit codes:
  0  complete
  1  run failed: no token at all, or no report written
  2  usage or configuration
  3  complete, findings at or above fail_on
  4  partial: something that was asked for was denied or failed";

/// How the program talks.
#[derive(Debug, Args)]
pub(crate) struct Output {
    /// More log lines on stderr; twice for still more
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// No progress bar and no summary; only what could not be read, and errors
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// How log lines are written
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text, value_name = "FORMAT")]
    pub(crate) log_format: LogFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people
    Text,
    /// One JSON object a line
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write a commented config.toml
    Init(Init),
    /// Read the tenant, judge it, write the reports: what cron calls
    Run(Run),
    /// The same against an embedded synthetic tenant, over real HTTP on loopback
    Demo(Demo),
    /// Evaluate the stored facts of a run again, and write a new report beside the old one; asks Google nothing
    Judge(Again),
    /// Write a new report of a run beside the old one; asks Google nothing
    Report(Again),
    /// List the runs of the history
    Runs(Configured),
    /// Show what changed between two runs of the history
    Diff(Diff),
    /// Draft a register of the clients that hold a delegation
    Register(Register),
    /// List the checks
    Checks(List),
    /// List the scopes that the enabled parts need, what each one costs and unlocks
    Scopes(Scopes),
    /// List what can go wrong, with cause and fix
    Causes(List),
    /// Serve a synthetic tenant for other clients, with a matching key file and configuration
    Emulate(Emulate),
}

#[derive(Debug, Args)]
pub(crate) struct Init {
    /// Where to write it
    #[arg(default_value = "config.toml", value_name = "FILE")]
    pub(crate) path: PathBuf,
}

/// The configuration, and flags that win over it.
#[derive(Debug, Args)]
pub(crate) struct Configured {
    /// The configuration file
    #[arg(short, long, default_value = "config.toml", value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// Any setting, such as collect.concurrency=32; may be repeated
    #[arg(long = "set", value_name = "SECTION.KEY=VALUE", value_parser = setting)]
    pub(crate) settings: Vec<(String, String)>,
    /// [tenant] customer
    #[arg(long, value_name = "ID")]
    customer: Option<String>,
    /// [tenant] admin
    #[arg(long, value_name = "ADDRESS")]
    admin: Option<String>,
    /// [auth] key_file
    #[arg(long, value_name = "FILE")]
    key_file: Option<String>,
    /// [checks] profile
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// [checks] exceptions
    #[arg(long, value_name = "FILE")]
    exceptions: Option<String>,
    /// [reports] directory
    #[arg(long, value_name = "FOLDER")]
    output_dir: Option<String>,
    /// [reports] formats, separated by commas
    #[arg(long, value_name = "NAMES")]
    format: Option<String>,
    /// [reports] fail_on
    #[arg(long, value_name = "SEVERITY")]
    fail_on: Option<String>,
}

impl Configured {
    /// The flags as settings, the last one winning. Paths on the command line start at the working folder.
    pub(crate) fn flags(&self) -> Vec<(String, String)> {
        let here =
            |path: &String| std::path::absolute(path).map_or(path.clone(), |path| path.display().to_string());
        let flags = [
            ("tenant.customer", self.customer.clone()),
            ("tenant.admin", self.admin.clone()),
            ("auth.key_file", self.key_file.as_ref().map(here)),
            ("checks.profile", self.profile.clone()),
            ("checks.exceptions", self.exceptions.as_ref().map(here)),
            ("reports.directory", self.output_dir.as_ref().map(here)),
            ("reports.formats", self.format.clone()),
            ("reports.fail_on", self.fail_on.clone()),
        ];
        let named = flags.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
        self.settings.iter().cloned().chain(named).collect()
    }
}

fn setting(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("write it as section.key=value")?;
    Ok((key.trim().to_owned(), value.trim().to_owned()))
}

#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// The earlier run; without it, the run that the later one was compared with
    #[arg(value_name = "OLD")]
    pub(crate) old: Option<String>,
    /// The later run; without it, the newest that has a report
    #[arg(value_name = "NEW")]
    pub(crate) new: Option<String>,
    #[command(flatten)]
    pub(crate) configured: Configured,
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) configured: Configured,
    /// Continue the run that was not finished. One that began within [history] resume_hours is continued without being
    /// asked; an older one only if it is named: --resume=RUN
    #[arg(long, value_name = "RUN", num_args = 0..=1, require_equals = true)]
    pub(crate) resume: Option<Option<String>>,
}

#[derive(Debug, Args)]
#[command(after_long_help = FAULTS)]
pub(crate) struct Demo {
    /// healthy, typical, neglected or huge:N
    #[arg(long, default_value = "typical", value_name = "NAME")]
    pub(crate) tenant: TenantName,
    /// Where reports go
    #[arg(long, default_value = "reports/demo", value_name = "FOLDER")]
    pub(crate) output_dir: PathBuf,
    /// Freeze the clock, so that two demos give the same files
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<DateTime<Utc>>,
    /// Exit code 3 from this severity on
    #[arg(long, default_value = "none", value_name = "SEVERITY")]
    pub(crate) fail_on: String,
    #[command(flatten)]
    pub(crate) faults: FaultArgs,
}

/// What goes wrong at the emulator.
#[derive(Debug, Args)]
#[command(next_help_heading = "Faults")]
pub(crate) struct FaultArgs {
    /// Let something go wrong, such as "GET /admin/directory/v1/users 500 times=2"; may be repeated
    #[arg(long, value_name = "FAULT")]
    pub(crate) fault: Vec<Fault>,
    /// Faults from a file of [[fault]] tables, after those of --fault; may be repeated
    #[arg(long, value_name = "FILE")]
    pub(crate) faults: Vec<PathBuf>,
}

const FAULTS: &str = "\
Faults, as METHOD PATH ANSWER [CONDITION=VALUE]...:
  GET /admin/directory/v1/users 503 times=2           twice, then well again
  GET /gmail/*/sendAs userRateLimitExceeded chance=0.1 retry-after=5
  GET /gmail/* forbidden subject=ada@example.com after=3
  * /gmail/* latency=0ms..2s                          adds up with other faults
  POST /token token-dies=5                            refused from the 5th call on

  Answers: a status; a reason of Google's, such as quotaExceeded, domainPolicy, delegationDenied or disabled;
  an error of the token endpoint, such as invalid_grant; plain-text[=STATUS], html[=STATUS], latency=TIME,
  hang, reset, cut, garbage, drip=TIME, repeat-page, empty-page, token-expires=SECONDS, token-dies=CALL.
  Conditions: subject, after, times, every, chance, retry-after.

In a file:
  [[fault]]
  on = \"GET /gmail/v1/users/*/settings/sendAs\"
  answer = \"userRateLimitExceeded\"
  chance = 0.1";

#[derive(Debug, Args)]
pub(crate) struct Again {
    /// The run's id, as `runs` lists it, or `latest`
    #[arg(default_value = "latest", value_name = "RUN")]
    pub(crate) run: String,
    /// Why there is another report, for its manifest
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    #[command(flatten)]
    pub(crate) configured: Configured,
}

#[derive(Debug, Args)]
pub(crate) struct Register {
    /// Write a register of what was seen, to fill in
    #[arg(long, required = true)]
    pub(crate) init: bool,
    /// Where to write it
    #[arg(default_value = "register.toml", value_name = "FILE")]
    pub(crate) path: PathBuf,
    /// The run whose clients it names, as `runs` lists it, or `latest`
    #[arg(long, default_value = "latest", value_name = "RUN")]
    pub(crate) run: String,
    #[command(flatten)]
    pub(crate) configured: Configured,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// For a terminal, or for documentation
    #[arg(long, value_enum, default_value_t = ListFormat::Text, value_name = "FORMAT")]
    pub(crate) format: ListFormat,
}

#[derive(Debug, Args)]
pub(crate) struct Scopes {
    #[command(flatten)]
    pub(crate) list: List,
    /// List only what the parts of this configuration need
    #[arg(short, long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// For a terminal
    Text,
    /// Markdown
    Md,
}

#[derive(Debug, Args)]
#[command(after_long_help = FAULTS)]
pub(crate) struct Emulate {
    /// healthy, typical, neglected or huge:N
    #[arg(long, default_value = "typical", value_name = "NAME")]
    pub(crate) tenant: TenantName,
    /// Where to listen; port 0 lets the system choose
    #[arg(long, default_value = "127.0.0.1:8765", value_name = "ADDRESS")]
    pub(crate) listen: SocketAddr,
    /// Where the key file, the configuration and the other files for clients go
    #[arg(long, default_value = "emulated", value_name = "FOLDER")]
    pub(crate) client_files: PathBuf,
    /// Every id, name and date follows from the seed and the clock
    #[arg(long, default_value_t = 7)]
    pub(crate) seed: u64,
    /// Freeze the clock
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<DateTime<Utc>>,
    /// The most entries a page carries
    #[arg(long, value_name = "N")]
    pub(crate) page_cap: Option<usize>,
    /// Hold back every answer, in milliseconds
    #[arg(long, default_value = "0", value_name = "MS", value_parser = milliseconds)]
    pub(crate) latency: Duration,
    /// Serve TLS, with a private certificate authority
    #[arg(long)]
    pub(crate) tls: bool,
    /// Take a scope away from the audit's own delegation; may be repeated
    #[arg(long, value_name = "SCOPE")]
    pub(crate) revoke_scope: Vec<String>,
    /// Add a scope to the audit's own delegation; may be repeated
    #[arg(long, value_name = "SCOPE")]
    pub(crate) extra_scope: Vec<String>,
    /// Give the audit's own service account an administrator role, so that it needs no subject
    #[arg(long)]
    pub(crate) admin_role: bool,
    /// Take an IAM permission away from the audit's own account, `*` at the end for all that begin so; may be repeated
    #[arg(long, value_name = "PERMISSION")]
    pub(crate) revoke_permission: Vec<String>,
    /// Switch an API off in the audit's own project, by the name of its service; may be repeated
    #[arg(long, value_name = "SERVICE")]
    pub(crate) disable_service: Vec<String>,
    /// So many service accounts more, in projects of their own
    #[arg(long, default_value = "0", value_name = "N")]
    pub(crate) service_accounts: u32,
    /// So many entries more in the audit logs, over 180 days
    #[arg(long, default_value = "0", value_name = "N")]
    pub(crate) events: u32,
    /// Write each request as a line of JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) request_log: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) faults: FaultArgs,
}

fn milliseconds(text: &str) -> Result<Duration, String> {
    text.parse().map(Duration::from_millis).map_err(|_| format!("`{text}` is no number of milliseconds"))
}
