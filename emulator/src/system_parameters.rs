//! Google's system parameters, and the ways in which a value may be written.
//!
//! Google reference: <https://cloud.google.com/apis/docs/system-parameters>. Discovery documents describe
//! the older names only; the names with `$` are taken by every API.

use crate::discovery::Method;

/// The names with `$` that mean the same as a parameter that the documents describe.
const ALIASES: [(&str, &str); 5] = [
    ("$alt", "alt"),
    ("$callback", "callback"),
    ("$fields", "fields"),
    ("$key", "key"),
    ("$prettyPrint", "prettyPrint"),
];

/// Those that no document describes and that change no answer here. *Assumed*: that `$userProject` and, above,
/// `$prettyPrint` are in the table; the part that was read ends before them.
const WITHOUT_EFFECT: [&str; 4] = ["$apiVersion", "$ct", "$outputDefaults", "$userProject"];

/// How a boolean may be written, in any case. `True` and `False` are what gcloud and GAM send; that `true` in any
/// case, `1`, `y` and `yes` are read was measured on Drive (github.com/brekkylab/backlot, issue 339). *Assumed*:
/// the other words, and that other APIs do as Drive does.
const TRUE: [&str; 5] = ["true", "t", "yes", "y", "1"];
const FALSE: [&str; 5] = ["false", "f", "no", "n", "0"];

/// What every generated REST client asks for. Their parsers take an enumeration's name as well as its
/// number, so names are answered: no discovery document tells the numbers.
const JSON_WITH_NUMBERS: &str = "json;enum-encoding=int";

/// The query as a method reads it: under the names of its document, with booleans in their usual spelling.
pub(crate) fn read(query: &str, method: &Method) -> Vec<(String, String)> {
    form_urlencoded::parse(query.as_bytes())
        .filter(|(name, _)| !WITHOUT_EFFECT.contains(&name.as_ref()))
        .map(|(name, value)| {
            let name = usual_name(&name).to_owned();
            let is_boolean =
                method.query_parameter(&name).is_some_and(|schema| schema.kind.as_deref() == Some("boolean"));
            let value = match value.as_ref() {
                JSON_WITH_NUMBERS if name == "alt" => "json".to_owned(),
                value if is_boolean => usual_boolean(value).to_owned(),
                _ => value.into_owned(),
            };
            (name, value)
        })
        .collect()
}

fn usual_name(name: &str) -> &str {
    ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, usual)| usual)
}

fn usual_boolean(value: &str) -> &str {
    let is = |word: &&str| word.eq_ignore_ascii_case(value);
    if TRUE.iter().any(&is) {
        "true"
    } else if FALSE.iter().any(is) {
        "false"
    } else {
        value
    }
}
