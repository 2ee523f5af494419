//! The keys of the configuration: section, name, kind, default and bounds.

use toml::Value;

use crate::policy::{DEFAULT_EVENT_DAYS, DEFAULT_EXCEPTION_MAX_DAYS, DEFAULT_EXCEPTION_MAX_FINDINGS};

/// The kind of value that a key takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number {
        default: i64,
        least: i64,
        most: i64,
    },
    /// `true` or `false`; by default false.
    Switch,
    List,
    TextOrList,
    Date,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) section: &'static str,
    pub(super) name: &'static str,
    pub(super) kind: Kind,
}

macro_rules! keys {
    ($($constant:ident = $section:ident $name:ident: $kind:expr;)*) => {
        $(pub(super) const $constant: Key =
            Key { section: stringify!($section), name: stringify!($name), kind: $kind };)*

        /// Every key, in the order of the template.
        pub(super) const ALL: &[Key] = &[$($constant),*];
    };
}

keys! {
    CUSTOMER = tenant customer: Kind::Text;
    ADMIN = tenant admin: Kind::Text;
    KEY_FILE = auth key_file: Kind::Text;
    SERVICE_ACCOUNT = auth service_account: Kind::Text;
    ADMIN_ROLE = auth admin_role: Kind::Switch;
    PROJECTS = cloud projects: Kind::List;
    ORGANIZATION = cloud organization: Kind::Text;
    PROBE_OTHERS = cloud probe_others: Kind::Switch;
    CONSOLE_GRANTS = cloud console_grants: Kind::Text;
    CONSOLE_GRANTS_DATE = cloud console_grants_date: Kind::Date;
    PARTS = collect parts: Kind::TextOrList;
    CONCURRENCY = collect concurrency: number(256, 1, 1024);
    RETRY_BUDGET = collect retry_budget: number(1000, 0, 1_000_000);
    OUTAGE_PATIENCE = collect outage_patience: number(120, 1, 3600);
    PART_DEADLINE = collect part_deadline: number(720, 1, 10_080);
    PROFILE = checks profile: Kind::Text;
    EXCEPTIONS = checks exceptions: Kind::Text;
    REGISTER = checks register: Kind::Text;
    // The Reports API returns at most 180 days: discovery document of admin.reports_v1, `startTime`.
    EVENT_DAYS = checks event_days: number(DEFAULT_EVENT_DAYS, 1, 180);
    EXCEPTION_MAX_FINDINGS = checks exception_max_findings: number(DEFAULT_EXCEPTION_MAX_FINDINGS as i64, 1, 1_000_000);
    EXCEPTION_MAX_DAYS = checks exception_max_days: number(DEFAULT_EXCEPTION_MAX_DAYS, 1, 36_500);
    DIRECTORY = reports directory: Kind::Text;
    FORMATS = reports formats: Kind::List;
    FAIL_ON = reports fail_on: Kind::Text;
    CSV_BOM = reports csv_bom: Kind::Switch;
    HISTORY = history path: Kind::Text;
    KEEP_RUNS = history keep_runs: number(60, 1, 10_000);
    RESUME_HOURS = history resume_hours: number(24, 0, 720);
    BASE_URL = google base_url: Kind::Text;
}

const fn number(default: i64, least: i64, most: i64) -> Kind {
    Kind::Number { default, least, most }
}

/// The prefix of environment variables.
pub(super) const PREFIX: &str = "WORKSPACE_AUDIT__";

impl Key {
    /// `section.name`.
    pub(super) fn path(&self) -> String {
        format!("{}.{}", self.section, self.name)
    }

    /// `WORKSPACE_AUDIT__SECTION__NAME`.
    pub(super) fn environment(&self) -> String {
        format!("{PREFIX}{}__{}", self.section, self.name).to_uppercase()
    }

    pub(super) fn find(section: &str, name: &str) -> Option<&'static Self> {
        ALL.iter().find(|key| key.section == section && key.name == name)
    }

    /// Why a value is not valid for the key.
    pub(super) fn refusal(&self, value: &Value) -> Option<String> {
        let is_list_of_text = || value.as_array().is_some_and(|list| list.iter().all(Value::is_str));
        let (is_right, takes) = match self.kind {
            Kind::Text => (value.is_str(), "a string in quotes"),
            Kind::Number { .. } => (value.is_integer(), "a whole number"),
            Kind::Switch => (value.is_bool(), "true or false"),
            Kind::List => (is_list_of_text(), "a list of strings like [\"one\", \"two\"]"),
            Kind::TextOrList => (
                value.is_str() || is_list_of_text(),
                "a string, or a list of strings like [\"one\", \"two\"]",
            ),
            Kind::Date => (value.is_datetime(), "a date like 2026-11-20, without quotes"),
        };
        if !is_right {
            return Some(format!("`{}` must be {takes}", self.name));
        }
        match (self.kind, value.as_integer()) {
            (Kind::Number { least, most, .. }, Some(number)) if !(least..=most).contains(&number) => {
                Some(format!("`{}` is {number}; it must be from {least} to {most}", self.name))
            }
            _ => None,
        }
    }

    /// Parses the value of an environment variable or a flag.
    pub(super) fn value(&self, text: &str) -> Result<Value, String> {
        let list = |text: &str| {
            let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
            Value::Array(words.map(|word| Value::String(word.to_owned())).collect())
        };
        match self.kind {
            Kind::Text => Ok(Value::String(text.to_owned())),
            Kind::Number { .. } => {
                text.parse().map(Value::Integer).map_err(|_| format!("`{text}` is not a whole number"))
            }
            Kind::Switch => {
                text.parse().map(Value::Boolean).map_err(|_| format!("`{text}` is neither true nor false"))
            }
            Kind::Date => text
                .parse()
                .map(Value::Datetime)
                .map_err(|_| format!("`{text}` is not a date like 2026-11-20")),
            Kind::List | Kind::TextOrList if text.starts_with('[') => {
                let table = format!("value = {text}").parse::<toml::Table>();
                let value = table.ok().and_then(|mut table| table.remove("value"));
                value.ok_or_else(|| format!("`{text}` is not a list like [\"one\", \"two\"]"))
            }
            Kind::List => Ok(list(text)),
            Kind::TextOrList if text == "default" => Ok(Value::String(text.to_owned())),
            Kind::TextOrList => Ok(list(text)),
        }
    }
}

/// The name that is most similar to `written`.
pub(crate) fn nearest<'n>(written: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let written = written.to_lowercase();
    let edits = |name: &str| strsim::osa_distance(&written, &name.to_lowercase());
    let is_part = |name: &str| {
        let name = name.to_lowercase();
        written.len().min(name.len()) >= 4 && (name.starts_with(&written) || written.starts_with(&name))
    };
    names
        .map(|name| (edits(name), name))
        .filter(|(edits, name)| *edits <= 1.max(name.len() / 4) || is_part(name))
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, name)| name)
}
