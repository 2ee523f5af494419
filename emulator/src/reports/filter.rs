//! The `filters` of a report: `NAME==value,OTHER<>value`, all of which must hold.

use crate::tenant::{Activity, Parameter};

/// The longest first, so that `<=` is not read as `<`.
const OPERATORS: [&str; 6] = ["==", "<>", "<=", ">=", "<", ">"];

/// Conditions on an event's parameters.
#[derive(Debug, Default)]
pub(super) struct Filters {
    conditions: Vec<(String, &'static str, String)>,
}

impl Filters {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let conditions = text.split(',').map(condition);
        Some(Self { conditions: conditions.collect::<Option<_>>()? })
    }

    /// An event without the parameter is none that was asked for.
    pub(super) fn match_all(&self, entry: &Activity) -> bool {
        self.conditions.iter().all(|(name, operator, wanted)| {
            entry.parameter(name).is_some_and(|value| holds(value, operator, wanted))
        })
    }
}

fn condition(text: &str) -> Option<(String, &'static str, String)> {
    let place = text.find(['=', '<', '>'])?;
    let (name, rest) = text.split_at(place);
    let operator = OPERATORS.into_iter().find(|operator| rest.starts_with(operator))?;
    let value = &rest[operator.len()..];
    (!name.is_empty() && !value.is_empty()).then(|| (name.to_owned(), operator, value.to_owned()))
}

/// One of several values is enough.
fn holds(value: &Parameter, operator: &str, wanted: &str) -> bool {
    match value {
        Parameter::Text(text) => compare(&text.as_str(), operator, &wanted),
        Parameter::Texts(texts) if operator == "<>" => texts.iter().all(|text| text != wanted),
        Parameter::Texts(texts) => texts.iter().any(|text| compare(&text.as_str(), operator, &wanted)),
        Parameter::Number(number) => {
            wanted.parse().is_ok_and(|wanted: i64| compare(number, operator, &wanted))
        }
        Parameter::Messages(_) => false,
    }
}

fn compare<T: PartialOrd>(value: &T, operator: &str, wanted: &T) -> bool {
    match operator {
        "==" => value == wanted,
        "<>" => value != wanted,
        "<=" => value <= wanted,
        ">=" => value >= wanted,
        "<" => value < wanted,
        _ => value > wanted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_read_and_broken_ones_refused() {
        let filters = Filters::parse("API_CLIENT_NAME==1,BYTES>=5,X<>y").unwrap();
        let operators: Vec<&str> = filters.conditions.iter().map(|(_, operator, _)| *operator).collect();
        assert_eq!(operators, ["==", ">=", "<>"]);
        for broken in ["", "API_CLIENT_NAME", "==1", "A==", "A=1", "A==1,"] {
            assert!(Filters::parse(broken).is_none(), "{broken}");
        }
    }
}
