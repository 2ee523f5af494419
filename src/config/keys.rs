//! Every key of the configuration: where it stands and what it takes.

/// What a key takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    Switch,
    List,
    /// A word or a list.
    TextOrList,
    Date,
}

/// One key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) section: &'static str,
    pub(super) name: &'static str,
    pub(super) kind: Kind,
}

const fn key(section: &'static str, name: &'static str, kind: Kind) -> Key {
    Key { section, name, kind }
}

pub(super) const ALL: &[Key] = &[
    key("tenant", "customer", Kind::Text),
    key("tenant", "admin", Kind::Text),
    key("auth", "key_file", Kind::Text),
    key("auth", "service_account", Kind::Text),
    key("auth", "admin_role", Kind::Switch),
    key("cloud", "projects", Kind::List),
    key("cloud", "organization", Kind::Text),
    key("cloud", "probe_others", Kind::Switch),
    key("cloud", "console_grants", Kind::Text),
    key("cloud", "console_grants_date", Kind::Date),
    key("collect", "parts", Kind::TextOrList),
    key("collect", "concurrency", Kind::Number),
    key("collect", "retry_budget", Kind::Number),
    key("collect", "outage_patience", Kind::Number),
    key("collect", "part_deadline", Kind::Number),
    key("checks", "profile", Kind::Text),
    key("checks", "exceptions", Kind::Text),
    key("checks", "register", Kind::Text),
    key("checks", "event_days", Kind::Number),
    key("reports", "directory", Kind::Text),
    key("reports", "formats", Kind::List),
    key("reports", "fail_on", Kind::Text),
    key("reports", "csv_bom", Kind::Switch),
    key("history", "path", Kind::Text),
    key("history", "keep_runs", Kind::Number),
    key("history", "resume_hours", Kind::Number),
    key("google", "base_url", Kind::Text),
];

/// The prefix of environment twins.
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

    /// The value of a text from the environment or a flag.
    pub(super) fn value(&self, text: &str) -> Result<toml::Value, String> {
        let list = |text: &str| {
            let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
            toml::Value::Array(words.map(|word| toml::Value::String(word.to_owned())).collect())
        };
        match self.kind {
            Kind::Text => Ok(toml::Value::String(text.to_owned())),
            Kind::Number => {
                text.parse().map(toml::Value::Integer).map_err(|_| format!("`{text}` is no whole number"))
            }
            Kind::Switch => text
                .parse()
                .map(toml::Value::Boolean)
                .map_err(|_| format!("`{text}` is neither true nor false")),
            Kind::Date => text
                .parse()
                .map(toml::Value::Datetime)
                .map_err(|_| format!("`{text}` is no date like 2026-11-20")),
            Kind::List | Kind::TextOrList if text.starts_with('[') => {
                let table = format!("value = {text}").parse::<toml::Table>();
                let value = table.ok().and_then(|mut table| table.remove("value"));
                value.ok_or_else(|| format!("`{text}` is no list like [\"one\", \"two\"]"))
            }
            Kind::List => Ok(list(text)),
            Kind::TextOrList if text == "default" => Ok(toml::Value::String(text.to_owned())),
            Kind::TextOrList => Ok(list(text)),
        }
    }
}

/// The name among `names` that reads most like `written`.
pub(super) fn nearest<'n>(written: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    names
        .map(|name| (strsim::jaro_winkler(written, name), name))
        .filter(|(likeness, _)| *likeness > 0.7)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}
