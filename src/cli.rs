//! Commands and flags.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use clap::{Args, Parser, Subcommand, ValueEnum};
use workspace_audit_emulator::{Fault, TenantName};

/// Shows who can send mail as whom in a Google Workspace tenant, and why
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
  workspace-audit demo                     Audit a built-in sample tenant; needs no Google account
  workspace-audit init                     Write a commented config.toml
  workspace-audit doctor                   Check the set-up before the first run
  workspace-audit run                      Run the audit
  workspace-audit run --fail-on high       Exit with code 3 if a finding is high or critical
  workspace-audit run --resume             Continue the last unfinished run
  workspace-audit scopes                   List the scopes to delegate

Exit codes:
  0  The run is complete
  1  The run failed: Google gave no token, or no report was written
  2  The command line or the configuration is not valid
  3  The run is complete, and findings are at or above fail_on
  4  The run is partial: some data could not be read";

/// Log and terminal options, common to all commands.
#[derive(Debug, Args)]
pub(crate) struct Output {
    /// Write more log lines to stderr; repeat for more detail
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// Hide the progress bar and the summary; show only errors and what could not be read
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Format of log lines
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text, value_name = "FORMAT")]
    pub(crate) log_format: LogFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Plain text
    Text,
    /// One JSON object per line
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write a commented config.toml
    Init(Init),
    /// Check the set-up step by step, with one cause and one fix for each problem; writes no report
    Doctor(Doctor),
    /// Run the audit: read the tenant, evaluate the checks and write a report
    Run(Run),
    /// Run the audit against a built-in sample tenant
    Demo(Demo),
    /// Evaluate a stored run again and write a new report; sends no requests
    Judge(Again),
    /// Write a new report of a stored run; sends no requests
    Report(Again),
    /// List the runs in the history
    Runs(Runs),
    /// Compare two runs
    Diff(Diff),
    /// Show who can send mail as an address, by what right, and how to end it
    WhoCanSendAs(WhoCanSendAs),
    /// Show which mailboxes a user, group, client, app or service account can send as or read, and by what right
    Reach(Reach),
    /// Create a register of delegated clients to fill in
    Register(Register),
    /// List the checks
    Checks(List),
    /// List the scopes to delegate, what each scope allows, and which checks need it
    Scopes(Scopes),
    /// List the errors and gaps that a report can name, with a fix for each
    Causes(List),
    /// Explain a pasted error: its sender, its meaning and its likely causes, with a test and a fix for each cause
    Explain(Explain),
    /// Serve the built-in sample tenant to other clients, with a key file and a configuration
    Emulate(Emulate),
}

#[derive(Debug, Args)]
pub(crate) struct Init {
    /// The file to write
    #[arg(default_value = "config.toml", value_name = "FILE")]
    pub(crate) path: PathBuf,
    /// The Google Cloud project of the audit's service account; prints the commands that set it up
    #[arg(long, value_name = "ID", requires = "admin")]
    pub(crate) project: Option<String>,
    /// The admin that the audit acts as
    #[arg(long, value_name = "ADDRESS", requires = "project", value_parser = address)]
    pub(crate) admin: Option<String>,
    /// Search this organization for service accounts
    #[arg(long, value_name = "NUMBER", requires = "project", value_parser = organization)]
    pub(crate) organization: Option<String>,
    /// Sign with the identity of the machine instead of a key file
    #[arg(long, requires = "project")]
    pub(crate) keyless: bool,
}

fn address(text: &str) -> Result<String, String> {
    let is_plain = |text: &str, more: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || more.contains(c))
    };
    let is_address = |(local, domain): (&str, &str)| {
        is_plain(local, ".!#$%&'*+-/=?^_`{|}~") && is_plain(domain, ".-") && domain.contains('.')
    };
    let valid = text.rsplit_once('@').is_some_and(is_address);
    valid
        .then(|| text.to_owned())
        .ok_or_else(|| "write an email address, such as admin@example.com".to_owned())
}

fn organization(text: &str) -> Result<String, String> {
    let number = text.strip_prefix("organizations/").unwrap_or(text);
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| number.to_owned()).ok_or_else(|| {
        "write the number of the organization; `gcloud organizations list` shows it".to_owned()
    })
}

/// Exit codes: 0 ready, 1 not ready, 2 the configuration cannot be read.
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// Continue after the first failed step
    #[arg(long)]
    pub(crate) all: bool,
    /// Output format
    #[arg(long, value_enum, default_value_t = DoctorFormat::Text, value_name = "FORMAT")]
    pub(crate) format: DoctorFormat,
    /// The configuration file
    #[arg(short, long, default_value = "config.toml", value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// Override any setting, such as tenant.admin=admin@example.com; may be repeated
    #[arg(long = "set", value_name = "SECTION.KEY=VALUE", value_parser = setting)]
    pub(crate) settings: Vec<(String, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DoctorFormat {
    /// One line per step
    Text,
    /// One JSON object
    Json,
}

/// The configuration file, and flags that override it.
#[derive(Debug, Args)]
pub(crate) struct Configured {
    /// The configuration file
    #[arg(short, long, default_value = "config.toml", value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// Override any setting, such as collect.concurrency=32; may be repeated
    #[arg(long = "set", value_name = "SECTION.KEY=VALUE", value_parser = setting)]
    pub(crate) settings: Vec<(String, String)>,
    /// Override [tenant] customer
    #[arg(long, value_name = "ID")]
    customer: Option<String>,
    /// Override [tenant] admin
    #[arg(long, value_name = "ADDRESS")]
    admin: Option<String>,
    /// Override [auth] key_file
    #[arg(long, value_name = "FILE")]
    key_file: Option<String>,
    /// Override [checks] profile
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// Override [checks] exceptions
    #[arg(long, value_name = "FILE")]
    exceptions: Option<String>,
    /// Override [reports] directory
    #[arg(long, value_name = "FOLDER")]
    output_dir: Option<String>,
    /// Override [reports] formats: names separated by commas
    #[arg(long, value_name = "NAMES")]
    format: Option<String>,
    /// Override [reports] fail_on
    #[arg(long, value_name = "SEVERITY")]
    fail_on: Option<String>,
}

impl Configured {
    /// The flags as settings; the last one wins. Paths are relative to the working directory.
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
pub(crate) struct Runs {
    /// The configuration file
    #[arg(short, long, default_value = "config.toml", value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// Override any setting, such as history.path=/srv/audit/history.sqlite; may be repeated
    #[arg(long = "set", value_name = "SECTION.KEY=VALUE", value_parser = setting)]
    pub(crate) settings: Vec<(String, String)>,
    /// Output format
    #[arg(long, value_enum, default_value_t = ReportFormat::Text, value_name = "FORMAT")]
    pub(crate) format: ReportFormat,
}

#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// The older run; by default the run that the newer one was compared with
    #[arg(value_name = "OLD")]
    pub(crate) old: Option<String>,
    /// The newer run; by default, and as `latest`, the newest run that has a report
    #[arg(value_name = "NEW")]
    pub(crate) new: Option<String>,
    #[command(flatten)]
    pub(crate) configured: Configured,
}

/// Exit codes: 0 answered, 2 there is no such run, 3 the run does not know the address.
#[derive(Debug, Args)]
pub(crate) struct WhoCanSendAs {
    /// The address of a user or a group, an alias, or an outside address
    #[arg(value_name = "ADDRESS")]
    pub(crate) address: String,
    #[command(flatten)]
    pub(crate) of: StoredRun,
}

/// Exit codes: 0 answered, 2 there is no such run, 3 the run does not know the principal.
#[derive(Debug, Args)]
pub(crate) struct Reach {
    /// The address of a user, group or service account, or a client ID
    #[arg(value_name = "PRINCIPAL")]
    pub(crate) principal: String,
    #[command(flatten)]
    pub(crate) of: StoredRun,
}

/// The run that a question is answered from.
#[derive(Debug, Args)]
pub(crate) struct StoredRun {
    /// The id of the run, as `runs` lists it, or `latest`
    #[arg(long, default_value = "latest", value_name = "RUN")]
    pub(crate) run: String,
    /// Output format
    #[arg(long, value_enum, default_value_t = ReportFormat::Text, value_name = "FORMAT")]
    pub(crate) format: ReportFormat,
    /// The configuration file
    #[arg(short, long, default_value = "config.toml", value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// Override any setting, such as history.path=/srv/audit/history.sqlite; may be repeated
    #[arg(long = "set", value_name = "SECTION.KEY=VALUE", value_parser = setting)]
    pub(crate) settings: Vec<(String, String)>,
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) configured: Configured,
    /// Continue the last unfinished run, or the run RUN
    ///
    /// A run that started within [history] resume_hours is continued without this flag. To continue an older run,
    /// name it: --resume=RUN.
    #[arg(long, value_name = "RUN", num_args = 0..=1, require_equals = true)]
    pub(crate) resume: Option<Option<String>>,
    /// Run a trial: read only the mailboxes of this organizational unit and of the units below it
    ///
    /// Every report marks a trial as a sample. A trial has no history, so no run is compared with it.
    #[arg(long, value_name = "PATH", conflicts_with = "resume", help_heading = "Trial")]
    pub(crate) org_unit: Option<String>,
    /// Run a trial: read only the mailboxes of users whose address matches, such as "*@sales.example.com"
    #[arg(long, value_name = "GLOB", conflicts_with = "resume", help_heading = "Trial")]
    pub(crate) users: Option<String>,
    /// Run a trial: read at most N mailboxes, spread over all accounts that fit
    ///
    /// The choice is the same in every trial, whatever the age of the accounts.
    #[arg(long, value_name = "N", conflicts_with = "resume", help_heading = "Trial", value_parser = mailboxes)]
    pub(crate) sample: Option<usize>,
}

fn mailboxes(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|count| *count > 0).ok_or_else(|| "write a number from 1".to_owned())
}

#[derive(Debug, Args)]
#[command(after_long_help = FAULTS)]
pub(crate) struct Demo {
    /// The sample tenant: healthy, typical, neglected or huge:N
    #[arg(long, default_value = "typical", value_name = "NAME")]
    pub(crate) tenant: TenantName,
    /// The folder for reports
    #[arg(long, default_value = "reports/demo", value_name = "FOLDER")]
    pub(crate) output_dir: PathBuf,
    /// Use a fixed time, so that every demo writes the same files
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<DateTime<Utc>>,
    /// Exit with code 3 if a finding has this severity or a higher one
    #[arg(long, default_value = "none", value_name = "SEVERITY")]
    pub(crate) fail_on: String,
    #[command(flatten)]
    pub(crate) faults: FaultArgs,
}

/// Faults that the emulator injects.
#[derive(Debug, Args)]
#[command(next_help_heading = "Faults")]
pub(crate) struct FaultArgs {
    /// Inject a fault, such as "GET /admin/directory/v1/users 500 times=2"; may be repeated
    #[arg(long, value_name = "FAULT")]
    pub(crate) fault: Vec<Fault>,
    /// Inject the faults of a TOML file with [[fault]] tables, after those of --fault; may be repeated
    #[arg(long, value_name = "FILE")]
    pub(crate) faults: Vec<PathBuf>,
}

const FAULTS: &str = "\
Faults, as METHOD PATH ANSWER [CONDITION=VALUE]...:
  GET /admin/directory/v1/users 503 times=2           fails twice, then works
  GET /gmail/*/sendAs userRateLimitExceeded chance=0.1 retry-after=5
  GET /gmail/* forbidden subject=ada@example.com after=3
  * /gmail/* latency=0ms..2s                          adds to other faults
  POST /token token-dies=5                            the token is refused from the 5th call on

Answers:
  an HTTP status, such as 503
  a reason from Google's errors, such as quotaExceeded, domainPolicy, delegationDenied or disabled
  an error of the token endpoint, such as invalid_grant
  plain-text[=STATUS], html[=STATUS], latency=TIME, hang, reset, cut, garbage, drip=TIME,
  repeat-page, empty-page, token-expires=SECONDS, token-dies=CALL

Conditions:
  subject, after, times, every, chance, retry-after

In a file:
  [[fault]]
  on = \"GET /gmail/v1/users/*/settings/sendAs\"
  answer = \"userRateLimitExceeded\"
  chance = 0.1";

#[derive(Debug, Args)]
pub(crate) struct Again {
    /// The id of the run, as `runs` lists it, or `latest`
    #[arg(default_value = "latest", value_name = "RUN")]
    pub(crate) run: String,
    /// The reason for the new report; the manifest records it
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    #[command(flatten)]
    pub(crate) configured: Configured,
}

#[derive(Debug, Args)]
pub(crate) struct Register {
    /// Create a register with the clients of the run
    #[arg(long, required = true)]
    pub(crate) init: bool,
    /// The file to write
    #[arg(default_value = "register.toml", value_name = "FILE")]
    pub(crate) path: PathBuf,
    /// The id of the run to take the clients from, as `runs` lists it, or `latest`
    #[arg(long, default_value = "latest", value_name = "RUN")]
    pub(crate) run: String,
    #[command(flatten)]
    pub(crate) configured: Configured,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// Output format
    #[arg(long, value_enum, default_value_t = ListFormat::Text, value_name = "FORMAT")]
    pub(crate) format: ListFormat,
}

/// The error to explain.
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The text of the error, a file that contains it, or - for standard input
    #[arg(value_name = "TEXT, FILE or -")]
    pub(crate) text: Vec<String>,
    /// Output format
    #[arg(long, value_enum, default_value_t = ReportFormat::Text, value_name = "FORMAT")]
    pub(crate) format: ReportFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// Plain text
    Text,
    /// One JSON document
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct Scopes {
    #[command(flatten)]
    pub(crate) list: List,
    /// List only the scopes that this configuration needs
    #[arg(short, long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// Plain text
    Text,
    /// Markdown
    Md,
}

#[derive(Debug, Args)]
#[command(after_long_help = FAULTS)]
pub(crate) struct Emulate {
    /// The sample tenant: healthy, typical, neglected or huge:N
    #[arg(long, default_value = "typical", value_name = "NAME")]
    pub(crate) tenant: TenantName,
    /// The address to listen on; port 0 selects a free port
    #[arg(long, default_value = "127.0.0.1:8765", value_name = "ADDRESS")]
    pub(crate) listen: SocketAddr,
    /// The folder for the key file, the configuration and the other files for clients
    #[arg(long, default_value = "emulated", value_name = "FOLDER")]
    pub(crate) client_files: PathBuf,
    /// The seed for ids, names and dates
    #[arg(long, default_value_t = 7)]
    pub(crate) seed: u64,
    /// Use a fixed time
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<DateTime<Utc>>,
    /// Set the server's clock this many seconds ahead of the machine's; a negative number is behind it
    #[arg(
        long, default_value = "0", value_name = "SECONDS", value_parser = seconds, allow_negative_numbers = true,
        conflicts_with = "at"
    )]
    pub(crate) clock_ahead: TimeDelta,
    /// Return at most N entries per page
    #[arg(long, value_name = "N")]
    pub(crate) page_cap: Option<usize>,
    /// Delay every response, in milliseconds
    #[arg(long, default_value = "0", value_name = "MS", value_parser = milliseconds)]
    pub(crate) latency: Duration,
    /// Serve TLS with a private certificate authority
    #[arg(long)]
    pub(crate) tls: bool,
    /// Remove a scope from the audit's own delegation; may be repeated
    #[arg(long, value_name = "SCOPE")]
    pub(crate) revoke_scope: Vec<String>,
    /// Add a scope to the audit's own delegation; may be repeated
    #[arg(long, value_name = "SCOPE")]
    pub(crate) extra_scope: Vec<String>,
    /// Assign an admin role to the audit's own service account, so that it needs no subject
    #[arg(long)]
    pub(crate) admin_role: bool,
    /// Let Gmail answer for the mailboxes of archived users; by default, it refuses them
    #[arg(long)]
    pub(crate) archived_mailboxes: bool,
    /// Remove an IAM permission from the audit's own service account; a trailing `*` matches every permission with this
    /// prefix; may be repeated
    #[arg(long, value_name = "PERMISSION")]
    pub(crate) revoke_permission: Vec<String>,
    /// Disable an API in the audit's own project, by its service name; may be repeated
    #[arg(long, value_name = "SERVICE")]
    pub(crate) disable_service: Vec<String>,
    /// Add N service accounts, in separate projects
    #[arg(long, default_value = "0", value_name = "N")]
    pub(crate) service_accounts: u32,
    /// Add N entries to the audit logs, over 180 days
    #[arg(long, default_value = "0", value_name = "N")]
    pub(crate) events: u32,
    /// Write each request to a file as a line of JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) request_log: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) faults: FaultArgs,
}

fn seconds(text: &str) -> Result<TimeDelta, String> {
    let seconds = text.parse::<i32>().map_err(|_| format!("`{text}` is not a number of seconds"))?;
    Ok(TimeDelta::seconds(seconds.into()))
}

fn milliseconds(text: &str) -> Result<Duration, String> {
    text.parse().map(Duration::from_millis).map_err(|_| format!("`{text}` is not a number of milliseconds"))
}
