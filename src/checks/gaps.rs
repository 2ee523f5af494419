//! What a check finds missing in facts that were read: a field left out, a question not asked.

use crate::tenant::{Gap, GapClass, Part};

/// Google answered, but left this field out.
pub(super) fn left_out(part: Part, source: &str, field: &str) -> Gap {
    Gap {
        part,
        class: GapClass::Failed,
        reason: "field_left_out".into(),
        message: format!("{source} left out {field}"),
        needed: String::new(),
        fix: "Run the audit again. If it is still missing, look it up in the console.".into(),
    }
}

/// Google answered, but with something that cannot be.
pub(super) fn unreadable(part: Part, message: impl Into<String>) -> Gap {
    Gap {
        part,
        class: GapClass::Failed,
        reason: "unreadable_value".into(),
        message: message.into(),
        needed: String::new(),
        fix: "Run the audit again. If it stays, look at it in the console.".into(),
    }
}

/// The run did not ask for this part.
pub(super) fn not_asked(part: Part) -> Gap {
    Gap {
        part,
        class: GapClass::NotConfigured,
        reason: "not_asked".into(),
        message: format!("{} were not read in this run", part.title()),
        needed: String::new(),
        fix: format!("Add `{part}` to `parts` in `[collect]`, or set it to \"default\"."),
    }
}

/// The scope-risk table has no row for the scope, so nobody knows what it lets a client do.
pub(super) fn scope_unknown(part: Part) -> Gap {
    Gap {
        part,
        class: GapClass::NotConfigured,
        reason: "scope_unknown".into(),
        message: "The scope is not in the scope-risk table; DWD-02 asks a person to decide".into(),
        needed: String::new(),
        fix: "Look the scope up in Google's documentation and decide the DWD-02 finding.".into(),
    }
}
