//! The settings that are on or off, and what Google documents of each.

use serde_json::Value;

/// What holds where nobody ever set it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DocumentedDefault {
    pub(crate) is_on: bool,
    /// Where Google says so.
    pub(crate) source: &'static str,
}

/// A field of a setting that is true or false. Its reducer is Max: the policy that wins decides it alone, and a field
/// that this policy leaves out has its default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Switch {
    /// Such as `gmail.auto_forwarding`.
    pub(crate) setting: &'static str,
    /// Such as `enableAutoForwarding`. Google's page spells it with underscores; answers do not.
    pub(crate) field: &'static str,
    /// As the Admin console calls it.
    pub(crate) title: &'static str,
    /// `None`: Google documents none, so that a setting that is missing is unknown.
    pub(crate) default: Option<DocumentedDefault>,
}

/// Google's table "Default field values", as ScubaGoggles repeats it (`policy_api.py`).
const TABLE: &str = "https://docs.cloud.google.com/identity/docs/concepts/supported-policy-api-settings";

pub(crate) const MAIL_DELEGATION: Switch = Switch {
    setting: "gmail.mail_delegation",
    field: "enableMailDelegation",
    title: "Mail delegation",
    default: Some(DocumentedDefault { is_on: false, source: "https://support.google.com/a/answer/7223765" }),
};

pub(crate) const AUTO_FORWARDING: Switch = Switch {
    setting: "gmail.auto_forwarding",
    field: "enableAutoForwarding",
    title: "Automatic forwarding",
    default: Some(DocumentedDefault { is_on: true, source: TABLE }),
};

pub(crate) const OUTBOUND_GATEWAY: Switch = Switch {
    setting: "gmail.per_user_outbound_gateway",
    field: "allowUsersToUseExternalSmtpServers",
    title: "Per-user outbound gateway",
    default: Some(DocumentedDefault { is_on: false, source: "https://support.google.com/a/answer/176054" }),
};

/// CIS and others contradict each other about the default of IMAP and POP, and Google's table has none.
pub(crate) const IMAP_ACCESS: Switch =
    Switch { setting: "gmail.imap_access", field: "enableImapAccess", title: "IMAP access", default: None };

pub(crate) const POP_ACCESS: Switch =
    Switch { setting: "gmail.pop_access", field: "enablePopAccess", title: "POP access", default: None };

/// Every switch that is looked at.
pub(crate) const SWITCHES: [&Switch; 5] =
    [&MAIL_DELEGATION, &AUTO_FORWARDING, &OUTBOUND_GATEWAY, &IMAP_ACCESS, &POP_ACCESS];

/// What a policy's value says of a switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    Is(bool),
    /// Nothing, so that the default holds.
    Nothing,
    /// Something that is neither true nor false.
    Unreadable,
}

impl Switch {
    pub(super) fn read(&self, value: &Value) -> Said {
        let Value::Object(fields) = value else { return Said::Unreadable };
        match fields.get(self.field) {
            Some(Value::Bool(is_on)) => Said::Is(*is_on),
            None => Said::Nothing,
            Some(_) => Said::Unreadable,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One real value for each type, with the source of each.
    const FIXTURE: &str = include_str!("fixture.jsonl");

    /// Names that peers invented or spelled as the documentation does would read nothing, and pass everybody.
    #[test]
    fn every_field_that_a_check_reads_is_in_a_real_answer() {
        let rows: Vec<Value> = FIXTURE.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        for switch in SWITCHES {
            let of_type = |row: &&Value| row["setting"]["type"] == format!("settings/{}", switch.setting);
            let row = rows.iter().find(of_type).unwrap_or_else(|| panic!("no {}", switch.setting));
            assert!(matches!(switch.read(&row["setting"]["value"]), Said::Is(_)), "{}", switch.field);
            assert!(row["source"].as_str().unwrap().starts_with("https://"), "{row}");
        }
    }

    #[test]
    fn only_true_and_false_are_values() {
        let read = |text: &str| AUTO_FORWARDING.read(&serde_json::from_str(text).unwrap());
        assert_eq!(read(r#"{"enableAutoForwarding": false}"#), Said::Is(false));
        assert_eq!(read("{}"), Said::Nothing);
        assert_eq!(read(r#"{"enable_auto_forwarding": false}"#), Said::Nothing);
        for odd in [r#"{"enableAutoForwarding": "false"}"#, r#"{"enableAutoForwarding": null}"#, "null", "[]"]
        {
            assert_eq!(read(odd), Said::Unreadable, "{odd}");
        }
    }
}
