//! What a check finds missing in facts that were read: a field left out, a question not asked.

use crate::tenant::Period;
use crate::tenant::{Gap, GapClass, GapReason, Part};

/// Google answered, but left this field out.
pub(super) fn left_out(part: Part, source: &str, field: &str) -> Gap {
    Gap {
        part,
        class: GapClass::Failed,
        reason: GapReason::FIELD_LEFT_OUT,
        message: format!("{source} did not return the field {field}"),
        needed: String::new(),
        fix: "Run the audit again. If the field is still missing, look up its value in the console.".into(),
        places: Box::default(),
    }
}

/// Directory lists no organizational unit that is above all others.
pub(crate) fn root_unknown() -> Gap {
    left_out(Part::OrgUnits, "Directory", "orgUnitId of the organizational unit /")
}

/// Google answered, but with something that cannot be.
pub(super) fn unreadable(part: Part, message: impl Into<String>) -> Gap {
    Gap {
        part,
        class: GapClass::Failed,
        reason: GapReason::UNREADABLE_VALUE,
        message: message.into(),
        needed: String::new(),
        fix: "Run the audit again. If the problem remains, check the value in the console.".into(),
        places: Box::default(),
    }
}

/// Google answered, and contradicts itself or an earlier answer.
pub(super) fn contradiction(part: Part, message: String) -> Gap {
    Gap {
        part,
        class: GapClass::Failed,
        reason: GapReason::CONTRADICTION,
        message,
        needed: String::new(),
        fix: "Run the audit again. If the contradiction remains, check the user in the Admin console.".into(),
        places: Box::default(),
    }
}

/// The scope-risk table has no row for the scope, so nobody knows what it lets a client do.
pub(super) fn scope_unknown(part: Part) -> Gap {
    Gap {
        part,
        class: GapClass::NotConfigured,
        reason: GapReason::SCOPE_UNKNOWN,
        message: "The scope is not in the scope-risk table. DWD-02 reports it for review".into(),
        needed: String::new(),
        fix: "Look up the scope in Google's documentation, and decide on the DWD-02 finding.".into(),
        places: Box::default(),
    }
}

/// The log shows no use, and shows none of anybody: whether it is written at all is not known.
pub(super) fn use_unproved() -> Gap {
    Gap {
        part: Part::AccessEvaluationLog,
        class: GapClass::NotConfigured,
        reason: GapReason::USE_UNPROVED,
        message:
            "The access evaluation log shows no use of any client, so it is unknown whether this client \
                  is used"
                .into(),
        needed: String::new(),
        fix: "Ask the owner whether the client is still used. Some editions may not write this log.".into(),
        places: Box::default(),
    }
}

/// A log shows that an account used its delegation, and no log says with which key.
pub(super) fn delegated_use_unseen() -> Gap {
    Gap {
        part: Part::ServiceAccountUse,
        class: GapClass::NotConfigured,
        reason: GapReason::DELEGATED_USE_UNSEEN,
        message: "The account used its domain-wide delegation. Policy Analyzer does not record such calls, and no log names \
                  the key"
            .into(),
        needed: String::new(),
        fix: "Check the usage metrics of the account in Cloud Monitoring, which also count calls to Workspace APIs."
            .into(),
        places: Box::default(),
    }
}

/// Nobody read the log for a part of the time since the last run that read it: Google keeps it for six months.
pub(super) fn log_has_a_hole(log: Part, unread: Period) -> Gap {
    Gap {
        part: log,
        class: GapClass::Failed,
        reason: GapReason::LOG_HAS_A_HOLE,
        message: format!(
            "{}: no run read the entries from {} to {}, and Google no longer keeps them",
            log.title(),
            unread.from.date_naive(),
            unread.until.date_naive()
        ),
        needed: String::new(),
        fix: "Compare the settings in the Admin console with the previous report. Run the audit at least \
              every six months."
            .into(),
        places: Box::default(),
    }
}
