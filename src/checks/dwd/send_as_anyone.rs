//! DWD-04: clients that can send mail as anyone.

use super::scope::{client_name, describe, risk_of};
use crate::checks::keys::{is_usable, is_user_managed};
use crate::checks::{Check, Judge, subjects};
use crate::findings::{Ruling, Severity};
use crate::tenant::{Gap, Grant, Part, Policy, Tenant};

/// The check.
pub(crate) const CHECK: Check = Check {
    id: "DWD-04",
    slug: "send-as-anyone",
    title: "Clients that can send mail as anyone",
    severity: Severity::High,
    condition: "A client holds, by domain-wide delegation, a scope that sends mail, such as https://mail.google.com/, \
                gmail.modify, gmail.compose or gmail.send. High, or the scope's own severity if that is lower; \
                one step more if the client's service account is enabled and has a user-managed key that is \
                enabled and not expired. Where keys are unknown it stays high and says so. A scope that the table \
                does not know is not assessed here: DWD-02 asks a person to decide.",
    why: "Google counts gmail.send as merely sensitive, yet by delegation it sends as the chief executive.",
    fix: "Replace the delegation by one sending mailbox with its own OAuth consent, or by the SMTP relay service.",
    place: "Admin console > Security > Access and data control > API controls > Manage domain-wide delegation",
    controls: &["NIST 800-53 AC-6", "ISO 27001 A.5.14", "SOC 2 CC6.7", "ATT&CK T1534", "ATT&CK T1550.001"],
    needs: &[Part::ConsoleGrants, Part::ProbeGrants, Part::ServiceAccounts, Part::SaKeys],
    judge: Judge::Grant(judge),
};

fn judge(grant: &Grant, tenant: &Tenant, policy: &Policy) -> Vec<Ruling> {
    let risk = match risk_of(grant) {
        Ok(risk) => risk,
        Err(gap) => return vec![Ruling::not_assessed(&gap).about(subjects::grant(grant, tenant))],
    };
    if !risk.sends_mail {
        return vec![describe(Ruling::pass("The scope does not send mail"), grant, tenant, policy)];
    }
    let severity = Severity::from(risk.severity).min(Severity::High);
    let client = client_name(grant, tenant);
    let ruling = match KeyFile::of(grant, tenant) {
        KeyFile::Usable(key_id) => Ruling::fail(
            severity.raised(),
            format!("{client} can send mail as anyone, and so can whoever has its key file"),
        )
        .evidence("key", key_id),
        KeyFile::Unknown(gap) => {
            let message = format!("{client} can send mail as anyone; whether it has a key file is unknown");
            Ruling::fail(severity, message).evidence("keys", format!("unknown: {}", gap.message))
        }
        KeyFile::NoAccount => Ruling::fail(
            severity,
            format!(
                "{client} can send mail as anyone; its keys are unknown, for it is no account of the listed projects"
            ),
        ),
        KeyFile::AccountDisabled => Ruling::fail(
            severity,
            format!("{client} can send mail as anyone once its service account is enabled again"),
        )
        .evidence("service_account_disabled", true),
        KeyFile::None => Ruling::fail(severity, format!("{client} can send mail as anyone"))
            .evidence("keys", "no usable user-managed key"),
    };
    vec![describe(ruling, grant, tenant, policy)]
}

/// Whether a file exists that lets its holder act as the client.
enum KeyFile<'a> {
    Usable(&'a str),
    Unknown(&'a Gap),
    NoAccount,
    AccountDisabled,
    None,
}

impl<'a> KeyFile<'a> {
    fn of(grant: &Grant, tenant: &'a Tenant) -> Self {
        let Some(account) = subjects::account_of(&grant.client_id, tenant) else {
            return tenant.service_accounts.gap().map_or(Self::NoAccount, Self::Unknown);
        };
        if account.disabled {
            return Self::AccountDisabled;
        }
        let mut keys = account.keys.known().into_iter().flatten();
        match keys.find(|key| is_user_managed(key) && is_usable(key, tenant.run_at)) {
            Some(key) => Self::Usable(&key.key_id),
            None => account.keys.gap().map_or(Self::None, Self::Unknown),
        }
    }
}
