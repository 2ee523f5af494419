//! The configuration: merged from the file, the environment and the flags, then validated.
//!
//! Only the merged result is validated. Each error names the place where the value came from.

mod keys;
mod operator_files;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::NaiveDate;
use miette::{Diagnostic, NamedSource, SourceSpan};
use toml::de::DeTable;

use crate::findings::Severity;
use crate::formats;
use crate::google::Credentials;
use crate::input_file;
use crate::policy::Profile;
use crate::tenant::{InputFile, Part, sha256_hex};

pub(crate) use keys::nearest;
use keys::{Key, Kind};
pub(crate) use operator_files::{read_exceptions, read_register, refuse_a_list_of_the_future};

/// What `init` writes.
pub(crate) const TEMPLATE: &str = include_str!("../config.toml");

/// What `init` writes when it is told the values.
pub(crate) fn filled_template(values: &TemplateValues<'_>) -> String {
    let TemplateValues { admin, project, organization, service_account } = values;
    let quoted = |text: &str| toml::Value::from(text).to_string();
    let mut text =
        TEMPLATE.replacen("admin = \"auditor@example.com\"", &format!("admin = {}", quoted(admin)), 1);
    if let Some(account) = service_account {
        text = text.replacen("key_file = ", "# key_file = ", 1);
        let example = "# service_account = \"workspace-audit@my-project.iam.gserviceaccount.com\"";
        text = text.replacen(example, &format!("service_account = {}", quoted(account)), 1);
    }
    match organization {
        Some(number) => {
            let written = format!("organization = {}", quoted(&format!("organizations/{number}")));
            text.replacen("# organization = \"organizations/123456789012\"", &written, 1)
        }
        None => text.replacen("projects = []", &format!("projects = [{}]", quoted(project)), 1),
    }
}

/// The values that `init` can be told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TemplateValues<'a> {
    pub(crate) admin: &'a str,
    pub(crate) project: &'a str,
    /// Its number.
    pub(crate) organization: Option<&'a str>,
    /// Instead of a key file.
    pub(crate) service_account: Option<&'a str>,
}

/// A valid configuration.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    /// `my_customer`, or `C0…`.
    pub(crate) customer: String,
    /// The admin that Directory calls act as. With [`Config::admin_role`], only the probe uses it.
    pub(crate) admin: Option<String>,
    pub(crate) credentials: Credentials,
    /// Whether the service account holds an admin role itself, so that Directory calls need no subject.
    pub(crate) admin_role: bool,
    /// Projects whose service accounts are read.
    pub(crate) projects: Vec<String>,
    /// The number of the organization that is searched for service accounts, in addition to [`Config::projects`].
    pub(crate) organization: Option<String>,
    /// Whether the accounts that the audit's account can sign for are probed for their scopes.
    pub(crate) probe_others: bool,
    /// The console's delegation list.
    pub(crate) console_grants: Option<PathBuf>,
    /// When the list was taken.
    pub(crate) console_grants_date: Option<NaiveDate>,
    /// The parts to read; `None`: the parts that enabled checks need.
    pub(crate) parts: Option<BTreeSet<Part>>,
    /// The parts to read besides, where the list has `default` in it.
    pub(crate) more_parts: BTreeSet<Part>,
    /// The most mailboxes that are read at once.
    pub(crate) concurrency: usize,
    /// Retries of one API in one run, beyond half a retry for each success.
    pub(crate) retry_budget: u32,
    /// The longest outage of one API to wait for; a quarter of it for an API that never answered.
    pub(crate) outage_patience: Duration,
    pub(crate) part_deadline: Duration,
    pub(crate) profile: Profile,
    pub(crate) exceptions: Option<PathBuf>,
    pub(crate) register: Option<PathBuf>,
    /// Days that an event stays in reports.
    pub(crate) event_days: i64,
    /// The most findings that one exception may cover.
    pub(crate) exception_max_findings: u64,
    /// The longest validity of an exception, in days.
    pub(crate) exception_max_days: i64,
    pub(crate) reports: PathBuf,
    pub(crate) formats: Vec<String>,
    /// The lowest severity that makes the exit code 3.
    pub(crate) fail_on: Option<Severity>,
    /// Whether CSV files begin with a byte order mark.
    pub(crate) csv_bom: bool,
    pub(crate) history: PathBuf,
    pub(crate) keep_runs: u32,
    /// The root of another server; empty for Google.
    pub(crate) base_url: String,
    /// An unfinished run that started less than this ago is continued.
    pub(crate) resume_within: Duration,
    /// The file as it was read.
    pub(crate) file: InputFile,
    /// SHA-256 of the settings in force, from the file, the environment and the flags.
    pub(crate) digest: String,
    /// SHA-256 of the settings that decide which facts are read, and as whom. A run can be continued only with the same
    /// ones.
    pub(crate) facts_digest: String,
}

/// A configuration error, with its place and the fix.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error(transparent)]
#[diagnostic(transparent)]
pub(crate) struct ConfigError(Box<ConfigDiagnostic>);

#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("{message}")]
struct ConfigDiagnostic {
    message: String,
    #[help]
    help: Option<String>,
    #[source_code]
    file: Option<NamedSource<String>>,
    #[label("here")]
    place: Option<SourceSpan>,
}

/// Where a value came from.
#[derive(Clone, Debug)]
enum Origin {
    File(Range<usize>),
    Environment(String),
    Flag,
}

/// The merged settings, each with the place it came from.
struct Settings {
    path: PathBuf,
    text: String,
    origins: BTreeMap<String, Origin>,
    table: toml::Table,
}

impl Config {
    /// Reads the file, applies the environment and the flags, and validates the result.
    ///
    /// `flags` are pairs of `section.key` and text.
    ///
    /// # Errors
    /// If the file cannot be read, a key is unknown, or a value is not valid. The error names the place.
    pub(crate) fn load(
        path: &Path,
        environment: impl Iterator<Item = (String, String)>,
        flags: &[(String, String)],
    ) -> Result<Self, ConfigError> {
        let (text, file) = input_file::read_known_text(path).map_err(|error| {
            let message = format!("cannot read the configuration file {}: {error}", path.display());
            let help = "To create a configuration file, run `workspace-audit init`. To use another one, pass \
                        `--config FILE`. `workspace-audit demo` needs no configuration.";
            ConfigError::new(message).with_help(help)
        })?;
        Self::from_text(path, text, file, environment, flags)
    }

    fn from_text(
        path: &Path,
        text: String,
        file: InputFile,
        environment: impl Iterator<Item = (String, String)>,
        flags: &[(String, String)],
    ) -> Result<Self, ConfigError> {
        let table = toml::Table::new();
        let mut settings = Settings { path: path.to_owned(), text, origins: BTreeMap::new(), table };
        settings.check_keys()?;
        settings.table = toml::from_str(&settings.text).map_err(|error| settings.syntax(&error))?;
        for (name, value) in environment.filter(|(name, _)| name.starts_with(keys::PREFIX)) {
            let key = keys::ALL.iter().find(|key| key.environment() == name).ok_or_else(|| {
                let names: Vec<String> = keys::ALL.iter().map(Key::environment).collect();
                let nearest = keys::nearest(&name, names.iter().map(String::as_str)).map(str::to_owned);
                settings.plain(format!("the environment variable `{name}` does not match a setting"), nearest)
            })?;
            settings.set(key, &value, Origin::Environment(name))?;
        }
        for (path, value) in flags {
            let key = path.split_once('.').and_then(|(section, name)| Key::find(section, name));
            let key = key.ok_or_else(|| {
                let names: Vec<String> = keys::ALL.iter().map(Key::path).collect();
                let nearest = keys::nearest(path, names.iter().map(String::as_str)).map(str::to_owned);
                settings.plain(format!("unknown setting `{path}`"), nearest)
            })?;
            settings.set(key, value, Origin::Flag)?;
        }
        settings.valid(file)
    }
}

impl Settings {
    /// Refuses unknown keys, and records the place of each known one.
    fn check_keys(&mut self) -> Result<(), ConfigError> {
        let table = DeTable::parse(&self.text).map_err(|error| self.syntax(&error))?;
        let mut origins = BTreeMap::new();
        for (section, content) in table.get_ref() {
            let section_name = section.get_ref().as_ref();
            let sections = keys::ALL.iter().map(|key| key.section);
            if !sections.clone().any(|known| known == section_name) {
                let nearest = keys::nearest(section_name, sections).map(|name| format!("[{name}]"));
                let message = format!("unknown section `{section_name}`");
                return Err(self.at(section.span(), message, nearest));
            }
            let Some(content_table) = content.get_ref().as_table() else {
                let message =
                    format!("`{section_name}` is a section: write `[{section_name}]` on a separate line");
                return Err(self.at(section.span(), message, None));
            };
            for (name, value) in content_table {
                let name_text = name.get_ref().as_ref();
                let Some(key) = Key::find(section_name, name_text) else {
                    let known =
                        keys::ALL.iter().filter(|key| key.section == section_name).map(|key| key.name);
                    let nearest = keys::nearest(name_text, known).map(str::to_owned);
                    let message = format!("unknown key `{name_text}` in [{section_name}]");
                    return Err(self.at(name.span(), message, nearest));
                };
                origins.insert(key.path(), Origin::File(value.span()));
            }
        }
        self.origins = origins;
        Ok(())
    }

    /// Overrides the value of the file with one from the environment or a flag.
    fn set(&mut self, key: &Key, text: &str, origin: Origin) -> Result<(), ConfigError> {
        self.origins.insert(key.path(), origin);
        let refuse = |message| self.about(key, format!("`{}`: {message}", key.path()));
        let value = key.value(text).map_err(refuse)?;
        let section = self.table.entry(key.section).or_insert_with(|| toml::Value::Table(toml::Table::new()));
        if let toml::Value::Table(section) = section {
            section.insert(key.name.to_owned(), value);
        }
        Ok(())
    }

    /// The value of a key, if it has the right kind.
    fn get(&self, key: &Key) -> Result<Option<&toml::Value>, ConfigError> {
        let value = self.table.get(key.section).and_then(|section| section.get(key.name));
        match value.and_then(|value| key.refusal(value)) {
            Some(refusal) => Err(self.about(key, refusal)),
            None => Ok(value),
        }
    }

    /// A string; an empty one counts as not set.
    fn text(&self, key: &Key) -> Result<Option<String>, ConfigError> {
        let text = self.get(key)?.and_then(toml::Value::as_str);
        Ok(text.filter(|text| !text.is_empty()).map(str::to_owned))
    }

    /// A path; a relative one starts at the folder of the configuration file.
    fn file(&self, key: &Key) -> Result<Option<PathBuf>, ConfigError> {
        Ok(self.text(key)?.map(|path| self.resolved(Path::new(&path))))
    }

    fn switch(&self, key: &Key) -> Result<bool, ConfigError> {
        Ok(self.get(key)?.and_then(toml::Value::as_bool).unwrap_or_default())
    }

    fn number<T: TryFrom<i64>>(&self, key: &Key) -> Result<T, ConfigError> {
        let Kind::Number { default, .. } = key.kind else { unreachable!("{} is not a number", key.path()) };
        let number = self.get(key)?.and_then(toml::Value::as_integer).unwrap_or(default);
        T::try_from(number).map_err(|_| self.about(key, format!("`{}` is {number}", key.name)))
    }

    fn list(&self, key: &Key) -> Result<Option<Vec<String>>, ConfigError> {
        let list = self.get(key)?.and_then(toml::Value::as_array);
        Ok(list.map(|list| list.iter().filter_map(toml::Value::as_str).map(str::to_owned).collect()))
    }

    fn valid(&self, file: InputFile) -> Result<Config, ConfigError> {
        let admin_role = self.switch(&keys::ADMIN_ROLE)?;
        let (parts, more_parts) = self.parts()?;
        let reports = self.file(&keys::DIRECTORY)?.unwrap_or_else(|| self.resolved(Path::new("reports")));
        Ok(Config {
            customer: self.customer(admin_role)?,
            admin: self.admin(admin_role)?,
            credentials: self.credentials()?,
            admin_role,
            projects: self.projects()?,
            organization: self.organization()?,
            probe_others: self.switch(&keys::PROBE_OTHERS)?,
            console_grants: self.file(&keys::CONSOLE_GRANTS)?,
            console_grants_date: self.date(&keys::CONSOLE_GRANTS_DATE)?,
            parts,
            more_parts,
            concurrency: self.number(&keys::CONCURRENCY)?,
            outage_patience: Duration::from_secs(self.number(&keys::OUTAGE_PATIENCE)?),
            retry_budget: self.number(&keys::RETRY_BUDGET)?,
            part_deadline: Duration::from_secs(60 * self.number::<u64>(&keys::PART_DEADLINE)?),
            profile: self.profile()?,
            exceptions: self.file(&keys::EXCEPTIONS)?,
            register: self.file(&keys::REGISTER)?,
            event_days: self.number(&keys::EVENT_DAYS)?,
            exception_max_findings: self.number(&keys::EXCEPTION_MAX_FINDINGS)?,
            exception_max_days: self.number(&keys::EXCEPTION_MAX_DAYS)?,
            formats: self.formats()?,
            fail_on: self.fail_on()?,
            csv_bom: self.switch(&keys::CSV_BOM)?,
            history: self.file(&keys::HISTORY)?.unwrap_or_else(|| reports.join("history.sqlite")),
            reports,
            keep_runs: self.number(&keys::KEEP_RUNS)?,
            base_url: self.text(&keys::BASE_URL)?.unwrap_or_default(),
            resume_within: Duration::from_secs(3600 * self.number::<u64>(&keys::RESUME_HOURS)?),
            file,
            digest: digest(&self.table),
            facts_digest: digest(&deciding_facts(&self.table)),
        })
    }

    /// Project ids or numbers.
    fn projects(&self) -> Result<Vec<String>, ConfigError> {
        let projects = self.list(&keys::PROJECTS)?.unwrap_or_default();
        let Some(wrong) = projects.iter().find(|project| !is_project(project)) else { return Ok(projects) };
        let message = format!("`{wrong}` is not a project id or a project number");
        let help = match wrong.strip_prefix("projects/").filter(|project| is_project(project)) {
            Some(project) => format!("Write `{project}`, without `projects/`."),
            None => {
                "Write the project id, not the name. To list the ids, run `gcloud projects list`.".to_owned()
            }
        };
        Err(self.about(&keys::PROJECTS, message).with_help(help))
    }

    /// The number of the organization; `None` if the key is empty.
    fn organization(&self) -> Result<Option<String>, ConfigError> {
        let Some(written) = self.text(&keys::ORGANIZATION)? else { return Ok(None) };
        let number = written.strip_prefix("organizations/");
        let is_number =
            |number: &&str| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        number.filter(is_number).map(|number| Some(number.to_owned())).ok_or_else(|| {
            let message = format!("`{written}` is not an organization like `organizations/123456789012`");
            self.about(&keys::ORGANIZATION, message)
                .with_help("To find the number, run `gcloud organizations list`.")
        })
    }

    /// The admin that Directory calls act as. Required, unless the account holds an admin role itself.
    fn admin(&self, admin_role: bool) -> Result<Option<String>, ConfigError> {
        let written = self.text(&keys::ADMIN)?;
        if written.is_none() && admin_role {
            return Ok(None);
        }
        let admin = self.required(&keys::ADMIN, written)?;
        if !admin.contains('@') {
            return Err(self.about(&keys::ADMIN, format!("`{admin}` is not an email address")).with_help(
                "Set it to the primary address of an admin, such as `auditor@example.com`.".to_owned(),
            ));
        }
        Ok(Some(admin))
    }

    /// The tenant. A service account without a subject belongs to no tenant, so it must name one.
    fn customer(&self, admin_role: bool) -> Result<String, ConfigError> {
        let customer = self.text(&keys::CUSTOMER)?.unwrap_or_else(|| "my_customer".to_owned());
        let id = customer.strip_prefix('C').unwrap_or_default();
        let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if customer != "my_customer" && !is_id {
            let message = format!("`{customer}` is not a customer id like C0abc1234");
            return Err(self.about(&keys::CUSTOMER, message).with_help(
                "Delete the key: the tenant of `admin` is then read. Or copy the customer id from Admin console > \
                 Account > Account settings > Profile.",
            ));
        }
        if admin_role && !customer.starts_with('C') {
            let message =
                format!("`customer` is `{customer}`, but `[auth] admin_role` needs the customer id, C0…");
            return Err(self.about(&keys::CUSTOMER, message).with_help(
                "Copy the customer id from Admin console > Account > Account settings > Profile.",
            ));
        }
        Ok(customer)
    }

    fn credentials(&self) -> Result<Credentials, ConfigError> {
        match (self.file(&keys::KEY_FILE)?, self.text(&keys::SERVICE_ACCOUNT)?) {
            (Some(_), Some(_)) => {
                let message = "`key_file` and `service_account` are both set".to_owned();
                Err(self
                    .about(&keys::SERVICE_ACCOUNT, message)
                    .with_help("Remove one of them. `service_account` works without a key file."))
            }
            (None, Some(account)) if !account.contains('@') => {
                let message = format!("`{account}` is not the email address of a service account");
                Err(self.about(&keys::SERVICE_ACCOUNT, message))
            }
            (None, Some(account)) => Ok(Credentials::ServiceAccount(account)),
            (key_file, None) => Ok(Credentials::KeyFile(self.required(&keys::KEY_FILE, key_file)?)),
        }
    }

    fn required<T>(&self, key: &Key, value: Option<T>) -> Result<T, ConfigError> {
        value.ok_or_else(|| {
            let variable = key.environment();
            let message = format!("`{}` is missing in [{}]", key.name, key.section);
            let path = self.path.display();
            self.plain(message, None).with_help(format!("Set it in {path}, or set the variable {variable}."))
        })
    }

    /// The parts to read, and those besides the default ones.
    fn parts(&self) -> Result<(Option<BTreeSet<Part>>, BTreeSet<Part>), ConfigError> {
        let word = self.get(&keys::PARTS)?.and_then(toml::Value::as_str);
        let names = match (word, self.list(&keys::PARTS)?) {
            (None, None) => return Ok((None, BTreeSet::new())),
            (Some(word), _) => vec![word.to_owned()],
            (None, Some(names)) => names,
        };
        let known = || Part::all().map(Part::id).chain([DEFAULT_PARTS]);
        let has_default = names.iter().any(|name| name == DEFAULT_PARTS);
        let parts = names
            .iter()
            .filter(|name| *name != DEFAULT_PARTS)
            .map(|name| Part::from_id(name).ok_or_else(|| self.no_such(&keys::PARTS, "part", name, known())))
            .collect::<Result<BTreeSet<Part>, _>>()?;
        match has_default {
            true => Ok((None, parts)),
            false => Ok((Some(self.with_their_lists(parts)?), BTreeSet::new())),
        }
    }

    /// Refuses a part without the part that lists its users or accounts.
    fn with_their_lists(&self, parts: BTreeSet<Part>) -> Result<BTreeSet<Part>, ConfigError> {
        for part in &parts {
            let Some(list) = part.listed_by() else { continue };
            if !parts.contains(&list) {
                let message = format!("`{part}` needs the part `{list}`, which is not in the list");
                return Err(self.about(&keys::PARTS, message).with_help(format!("Add `{list}` to `parts`.")));
            }
        }
        Ok(parts)
    }

    fn profile(&self) -> Result<Profile, ConfigError> {
        match self.text(&keys::PROFILE)?.as_deref() {
            None | Some("default") => Ok(Profile::Default),
            Some("cis") => Ok(Profile::Cis),
            Some("scuba") => Ok(Profile::Scuba),
            Some(other) => {
                Err(self.no_such(&keys::PROFILE, "profile", other, ["default", "cis", "scuba"].into_iter()))
            }
        }
    }

    fn formats(&self) -> Result<Vec<String>, ConfigError> {
        let known = || formats::ALL.iter().map(|format| format.name());
        let names = self.list(&keys::FORMATS)?.unwrap_or_else(|| known().map(str::to_owned).collect());
        if names.is_empty() {
            let message = "`formats` is empty, so no report would be written".to_owned();
            let known: Vec<&str> = known().collect();
            let help = format!("Name at least one of: {}.", known.join(", "));
            return Err(self.about(&keys::FORMATS, message).with_help(help));
        }
        match names.iter().find(|name| formats::find(name).is_none()) {
            Some(name) => Err(self.no_such(&keys::FORMATS, "format", name, known())),
            None => Ok(names),
        }
    }

    fn fail_on(&self) -> Result<Option<Severity>, ConfigError> {
        let written = self.text(&keys::FAIL_ON)?;
        let Some(word) = written.as_deref().filter(|word| *word != "none") else { return Ok(None) };
        let known = [Severity::Low, Severity::Medium, Severity::High, Severity::Critical];
        known.into_iter().find(|severity| severity.as_str() == word).map(Some).ok_or_else(|| {
            let names = std::iter::once("none").chain(known.into_iter().map(Severity::as_str));
            self.no_such(&keys::FAIL_ON, "severity", word, names)
        })
    }

    fn date(&self, key: &Key) -> Result<Option<NaiveDate>, ConfigError> {
        let Some(written) = self.get(key)?.and_then(toml::Value::as_datetime) else { return Ok(None) };
        let refuse = |_| self.about(key, format!("`{written}` is not a date like 2026-11-20"));
        written.to_string().parse().map(Some).map_err(refuse)
    }

    fn resolved(&self, path: &Path) -> PathBuf {
        self.path.parent().unwrap_or(Path::new("")).join(path)
    }

    fn no_such<'n>(
        &self,
        key: &Key,
        what: &str,
        written: &str,
        known: impl Iterator<Item = &'n str>,
    ) -> ConfigError {
        let all: Vec<&str> = known.collect();
        let nearest = keys::nearest(written, all.iter().copied())
            .map(|name| format!("; did you mean `{name}`?"))
            .unwrap_or_default();
        let message = format!("unknown {what} `{written}`{nearest}");
        self.about(key, message).with_help(format!("Use one of: {}.", all.join(", ")))
    }

    /// An error about a value, at the place it came from.
    fn about(&self, key: &Key, message: String) -> ConfigError {
        match self.origins.get(&key.path()) {
            Some(Origin::File(span)) => self.at(span.clone(), message, None),
            Some(Origin::Environment(variable)) => {
                self.plain(format!("{message} (from the environment variable {variable})"), None)
            }
            Some(Origin::Flag) => self.plain(format!("{message} (from the command line)"), None),
            None => self.plain(message, None),
        }
    }

    fn at(&self, span: Range<usize>, message: String, nearest: Option<String>) -> ConfigError {
        did_you_mean(ConfigError::in_file(&self.path, &self.text, span, &message), nearest)
    }

    fn syntax(&self, error: &toml::de::Error) -> ConfigError {
        let message = error.message().to_owned();
        let refused = match error.span() {
            Some(span) => self.at(span, message, None),
            None => self.plain(message, None),
        };
        refused.with_help(
            "Correct this line. Put text in quotes, as in `admin = \"admin@example.com\"`. Write numbers, true and false \
             without quotes.",
        )
    }

    fn plain(&self, message: String, nearest: Option<String>) -> ConfigError {
        did_you_mean(ConfigError::new(message), nearest)
    }
}

fn did_you_mean(error: ConfigError, nearest: Option<String>) -> ConfigError {
    match nearest {
        Some(nearest) => error.with_help(format!("Did you mean `{nearest}`?")),
        None => error,
    }
}

/// Whether a text has what only credentials have.
fn holds_secret(text: &str) -> bool {
    let names = ["PRIVATE KEY", "private_key", "client_secret", "refresh_token", "access_token", "ya29."];
    names.iter().any(|name| text.contains(name))
}

impl ConfigError {
    /// A stable name of every one of them: the JSON log has it.
    pub(crate) const ID: &str = "configuration";

    /// An error without a place in a file.
    pub(crate) fn new(message: String) -> Self {
        Self(Box::new(ConfigDiagnostic { message, help: None, file: None, place: None }))
    }

    /// An error about a place in a file.
    pub(crate) fn in_file(path: &Path, text: &str, span: Range<usize>, message: &str) -> Self {
        let line = text[..span.start.min(text.len())].matches('\n').count() + 1;
        let mut error = Self::new(format!("{}:{line}: {message}", path.display()));
        // The lines are shown with the error: not those of a key file that was given by mistake.
        if !holds_secret(text) {
            error.0.file = Some(NamedSource::new(path.display().to_string(), text.to_owned()));
            error.0.place = Some(span.into());
        }
        error
    }

    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.0.help = Some(help.into());
        self
    }
}

/// Whether this can be a project id or number. Google: 6 to 30 lowercase letters, digits or hyphens, with a letter first
/// and no hyphen last; older ids have the domain in front, as in `example.com:my-project`.
pub(crate) fn is_project(text: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (domain, id) = text.rsplit_once(':').map_or((None, text), |(domain, id)| (Some(domain), id));
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_domain =
        |domain: &str| domain.contains('.') && domain.bytes().all(|byte| is_plain(byte) || byte == b'.');
    let is_id = (6..=30).contains(&id.len())
        && id.bytes().all(is_plain)
        && id.starts_with(|c: char| c.is_ascii_lowercase())
        && !id.ends_with('-');
    is_number(text) || is_id && domain.is_none_or(is_domain)
}

/// What stands for all parts that enabled checks need, but the optional ones.
const DEFAULT_PARTS: &str = "default";

/// The settings that decide which facts are read, and as whom.
fn deciding_facts(table: &toml::Table) -> toml::Table {
    let mut table = table.clone();
    table.retain(|section, _| matches!(section, "tenant" | "auth" | "cloud" | "collect" | "google"));
    if let Some(collect) = table.get_mut("collect").and_then(toml::Value::as_table_mut) {
        collect.retain(|key, _| key == "parts");
    }
    table.retain(|_, section| !section.as_table().is_some_and(toml::Table::is_empty));
    table
}

/// SHA-256 of the parsed settings, in hexadecimal. Comments and layout do not change it.
fn digest(table: &toml::Table) -> String {
    sha256_hex(table.to_string().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINIMAL: &str = "[tenant]\nadmin = \"a@example.com\"\n[auth]\nkey_file = \"key.json\"\n";

    fn load(text: &str, environment: &[(&str, &str)], flags: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let own = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        Config::from_text(
            Path::new("folder/config.toml"),
            text.to_owned(),
            InputFile::of(Path::new("folder/config.toml"), text.as_bytes(), None),
            own(environment).into_iter(),
            &own(flags),
        )
    }

    fn refusal(text: &str) -> String {
        let error = load(text, &[], &[]).unwrap_err();
        format!("{error} {}", error.0.help.as_deref().unwrap_or_default())
    }

    #[test]
    fn the_template_is_valid_and_knows_every_key() {
        let config = load(TEMPLATE, &[], &[]).unwrap();
        assert_eq!(config.credentials, Credentials::KeyFile("folder/service-account.json".into()));
        assert_eq!(config.history, Path::new("folder/reports/history.sqlite"));
        for key in keys::ALL {
            assert!(TEMPLATE.contains(&format!("{} = ", key.name)), "{} is not in the template", key.path());
        }
        let every_format = formats::ALL.iter().map(|format| format.name()).collect::<Vec<_>>();
        assert_eq!(config.formats, every_format, "`init` writes the names of all formats");
    }

    #[test]
    fn a_line_that_is_no_toml_is_named_with_its_place_and_a_fix() {
        for broken in
            ["[tenant]\nadmin = \n", "[tenant]\nadmin = ada@example.com\n", "[tenant\nadmin = \"a\"\n"]
        {
            let error = load(broken, &[], &[]).unwrap_err();
            assert!(error.to_string().contains("config.toml:"), "{error}");
            assert!(error.0.help.is_some(), "{error}");
        }
    }

    #[test]
    fn a_service_account_takes_the_place_of_the_key_file() {
        let keyless = "[tenant]\nadmin = \"a@example.com\"\n[auth]\nservice_account = \"s@p.example\"\n";
        let credentials = load(keyless, &[], &[]).unwrap().credentials;
        assert_eq!(credentials, Credentials::ServiceAccount("s@p.example".to_owned()));
        let refused = refusal(&format!("{keyless}key_file = \"key.json\"\n"));
        assert!(refused.contains("config.toml:4") && refused.contains("are both set"), "{refused}");
        let flags = [("auth.key_file", ""), ("auth.service_account", "s@p.example")];
        assert_eq!(load(MINIMAL, &[], &flags).unwrap().credentials, credentials, "an empty key is none");
        assert!(refusal(&keyless.replace("s@p", "s-p")).contains("config.toml:4"));
    }

    #[test]
    fn an_admin_role_needs_the_explicit_customer_and_no_admin() {
        let text = "[tenant]\ncustomer = \"C0abc\"\n[auth]\nkey_file = \"k\"\nadmin_role = true\n";
        let config = load(text, &[], &[]).unwrap();
        assert_eq!((config.admin, config.admin_role), (None, true));
        let refused = refusal(&text.replace("C0abc", "my_customer"));
        assert!(refused.contains("config.toml:2") && refused.contains("needs the customer id"), "{refused}");
        assert!(refusal(&text.replace("true", "false")).contains("`admin` is missing"));
    }

    #[test]
    fn an_organization_and_projects_are_read_together() {
        let text = format!(
            "{MINIMAL}[cloud]\nprojects = [\"apps-project\"]\norganization = \"organizations/123\"\n"
        );
        let config = load(&text, &[], &[]).unwrap();
        assert_eq!(
            (config.projects, config.organization.as_deref()),
            (vec!["apps-project".to_owned()], Some("123"))
        );
        assert_eq!(load(MINIMAL, &[], &[("cloud.organization", "")]).unwrap().organization, None);
    }

    #[test]
    fn a_list_with_the_default_in_it_has_all_parts_that_are_not_optional_and_those_that_it_names() {
        let text = format!("{MINIMAL}[collect]\nparts = [\"default\", \"policies\"]\n");
        let config = load(&text, &[], &[]).unwrap();
        assert_eq!((config.parts, config.more_parts), (None, [Part::Policies].into()));
        for word in ["\"default\"", "[\"default\"]"] {
            let config = load(&format!("{MINIMAL}[collect]\nparts = {word}\n"), &[], &[]).unwrap();
            assert_eq!((config.parts, config.more_parts.len()), (None, 0), "{word}");
        }
    }

    #[test]
    fn flags_win_over_environment_and_environment_over_the_file() {
        let text = format!("{MINIMAL}[reports]\nfail_on = \"low\"\n");
        let environment = [("WORKSPACE_AUDIT__REPORTS__FAIL_ON", "high"), ("OTHER", "x")];
        let fail_on = |environment, flags| load(&text, environment, flags).unwrap().fail_on;
        assert_eq!(fail_on(&[], &[]), Some(Severity::Low));
        assert_eq!(fail_on(&environment, &[]), Some(Severity::High));
        assert_eq!(fail_on(&environment, &[("reports.fail_on", "critical")]), Some(Severity::Critical));
    }

    #[test]
    fn lists_numbers_and_switches_come_from_the_environment_too() {
        let environment = [
            ("WORKSPACE_AUDIT__CLOUD__PROJECTS", "project-one, 123456789012"),
            ("WORKSPACE_AUDIT__COLLECT__PARTS", "users,send_as"),
            ("WORKSPACE_AUDIT__COLLECT__CONCURRENCY", "8"),
            ("WORKSPACE_AUDIT__REPORTS__CSV_BOM", "true"),
            ("WORKSPACE_AUDIT__REPORTS__FORMATS", "[\"csv\", 'json']"),
            ("WORKSPACE_AUDIT__CLOUD__CONSOLE_GRANTS_DATE", "2026-11-20"),
        ];
        let config = load(MINIMAL, &environment, &[]).unwrap();
        assert_eq!(config.projects, ["project-one", "123456789012"]);
        assert_eq!(config.parts.unwrap().len(), 2);
        assert_eq!((config.concurrency, config.csv_bom), (8, true));
        assert_eq!(config.formats, ["csv", "json"]);
        assert_eq!(config.console_grants_date, NaiveDate::from_ymd_opt(2026, 11, 20));
    }

    #[test]
    fn a_key_that_is_not_known_is_refused_with_the_nearest_name_and_its_line() {
        let refused = refusal(&format!("{MINIMAL}[reports]\nfail_onn = \"low\"\n"));
        assert!(refused.contains("folder/config.toml:6: unknown key `fail_onn` in [reports]"), "{refused}");
        assert!(refused.contains("Did you mean `fail_on`?"), "{refused}");
        let refused = refusal(&format!("{MINIMAL}[report]\n"));
        assert!(refused.contains("Did you mean `[reports]`?"), "{refused}");
        let error = load(MINIMAL, &[("WORKSPACE_AUDIT__REPORTS__FAILON", "x")], &[]).unwrap_err();
        assert_eq!(error.0.help.unwrap(), "Did you mean `WORKSPACE_AUDIT__REPORTS__FAIL_ON`?");
    }

    #[test]
    fn the_day_of_a_list_is_not_of_the_future_wherever_the_operator_is() {
        let text = format!("{MINIMAL}[cloud]\nconsole_grants_date = 2026-11-28\n");
        let config = load(&text, &[], &[]).unwrap();
        let at = |time: &str| time.parse().unwrap();
        // Noon of 27 November in London is 28 November, 2 a.m., on Kiritimati.
        refuse_a_list_of_the_future(&config, at("2026-11-27T12:00:00Z")).unwrap();
        refuse_a_list_of_the_future(&config, at("2026-11-27T09:00:00Z")).unwrap_err();
    }

    #[test]
    fn values_that_are_not_valid_are_refused_where_they_stand() {
        for (text, words) in [
            (
                "[reports]\nfail_on = \"hihg\"\n",
                "config.toml:6: unknown severity `hihg`; did you mean `high`?",
            ),
            ("[reports]\ncsv_bom = \"yes\"\n", "config.toml:6"),
            ("[reports]\nformats = [\"pdf\"]\n", "unknown format `pdf`"),
            ("[collect]\nparts = [\"user\"]\n", "did you mean `users`?"),
            ("[collect]\nparts = [\"send_as\"]\n", "`send_as` needs the part `users`"),
            ("[collect]\nconcurrency = 0\n", "from 1 to 1024"),
            ("[collect]\npart_deadline = 0\n", "from 1 to 10080"),
            ("[cloud]\norganization = \"123\"\n", "config.toml:6: `123` is not an organization like"),
            (
                "[cloud]\norganization = \"organizations/x\"\n",
                "`organizations/x` is not an organization like",
            ),
            ("[cloud]\nprojects = [\"projects/apps-project\"]\n", "Write `apps-project`, without"),
            ("[cloud]\nprojects = [\"My Project\"]\n", "`My Project` is not a project id"),
            ("[cloud]\nprojects = [\"apps-project\", \"projects/x\"]\n", "`projects/x` is not a project id"),
            ("[checks]\nprofile = \"nist\"\n", "default, cis, scuba"),
            ("[history\n", "config.toml:5"),
        ] {
            let refused = refusal(&format!("{MINIMAL}{text}"));
            assert!(refused.contains(words), "{text}: {refused}");
        }
        assert!(refusal("").contains("`admin` is missing in [tenant]"));
    }
}
