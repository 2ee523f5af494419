//! A fact behind a verdict.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A fact behind a verdict, such as `last_used` and a date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "KeptEvidence")]
pub(crate) struct Evidence {
    /// In lower case with underscores; empty if an earlier version kept a text without a name.
    pub(crate) name: String,
    /// May be text of the tenant.
    pub(crate) value: String,
}

impl Evidence {
    /// The name of the fact that names a custodian of the register: it decides whether the register still accepts a
    /// finding.
    pub(crate) const CUSTODIAN: &'static str = "custodian";

    /// A fact.
    pub(crate) fn new(name: impl Into<String>, value: impl fmt::Display) -> Self {
        Self { name: name.into(), value: value.to_string() }
    }
}

/// As CSV and JSON print it.
impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.name.is_empty() {
            f.write_str(&self.value)
        } else {
            write!(f, "{}: {}", self.name, self.value)
        }
    }
}

/// As a history holds it: earlier versions kept `name: value` as one text.
#[derive(Deserialize)]
#[serde(untagged)]
enum KeptEvidence {
    Text(String),
    Fact { name: String, value: String },
}

impl From<KeptEvidence> for Evidence {
    fn from(kept: KeptEvidence) -> Self {
        match kept {
            KeptEvidence::Fact { name, value } => Self { name, value },
            KeptEvidence::Text(text) => match text.split_once(": ") {
                Some((name, value)) => Self::new(name, value),
                None => Self::new("", text),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_of_earlier_versions_is_read_and_printed_as_it_was() {
        let old = r#"["custodian: user:ann@example.com: deputy", "a text without a name"]"#;
        let facts: Vec<Evidence> = serde_json::from_str(old).unwrap();
        assert_eq!(facts[0], Evidence::new(Evidence::CUSTODIAN, "user:ann@example.com: deputy"));
        assert_eq!(facts[1].name, "");
        let printed: Vec<String> = facts.iter().map(ToString::to_string).collect();
        assert_eq!(printed, ["custodian: user:ann@example.com: deputy", "a text without a name"]);
        let again: Vec<Evidence> = serde_json::from_str(&serde_json::to_string(&facts).unwrap()).unwrap();
        assert_eq!(again, facts);
    }
}
