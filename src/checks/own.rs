//! What the next audit loses by an action on its own account, key, delegation or admin.

use super::{Check, idm, subjects};
use crate::findings::{Evidence, Subject, SubjectKind};
use crate::policy::Policy;
use crate::tenant::one_word;

/// The checks whose fix takes rights from a user.
const TAKE_RIGHTS: [&str; 2] = [idm::super_admin_count::CHECK.id, idm::dormant_active::CHECK.id];

/// That the next audit fails without what a finding asks to remove, and what to do first; `None` if it does not.
pub(crate) fn audit_loses(
    check: &Check,
    subject: &Subject,
    evidence: &[Evidence],
    policy: &Policy,
) -> Option<String> {
    let is_own = |known: &Option<String>, text: &str| {
        known.as_deref().is_some_and(|own| !own.is_empty() && own.eq_ignore_ascii_case(text))
    };
    let has = |name: &str, is: &dyn Fn(&str) -> bool| {
        evidence.iter().any(|fact| fact.name == name && is(&fact.value))
    };
    let names_own_client = || {
        let is_client = |text: &str| is_own(&policy.own_client_id, text);
        subject.names().any(is_client) || has("client_id", &is_client)
    };
    match subject.kind {
        SubjectKind::Key => subject.names().any(|name| is_own(&policy.own_key_id, name)).then(|| {
            "The audit signs with this key: without it, the next audit fails. First give the audit another key, or set \
             it up without a key file. Check that with `workspace-audit doctor`."
                .to_owned()
        }),
        SubjectKind::User | SubjectKind::Tenant if TAKE_RIGHTS.contains(&check.id) => {
            let admin = policy.tier_zero.iter().find(|admin| {
                let is_admin = |text: &str| text.eq_ignore_ascii_case(admin);
                subject.names().any(is_admin) || has("super_admin", &is_admin)
            })?;
            Some(format!(
                "The audit acts as {}: if this user is suspended or loses the privileges that the audit needs, the next \
                 audit fails. First name another admin in `[tenant] admin`. Check that with `workspace-audit doctor`.",
                one_word(admin)
            ))
        }
        SubjectKind::Binding => {
            let own = policy.own_email.as_deref()?;
            if subject.names().any(|name| is_own(&policy.own_email, name)) {
                return Some(
                    "The audit's own account holds this role: the next audit may not read what it reads by it. First \
                     grant the roles that `docs/setup.md` lists. Check that with `workspace-audit doctor`."
                        .to_owned(),
                );
            }
            let is_on_own = subject.id.starts_with(&subjects::bindings_on_account(own));
            (is_on_own && policy.own_key_id.is_none()).then(|| {
                "The audit runs without a key file: if it signs through this binding, the next audit fails without it. \
                 First grant the role to the identity that runs the audit. Check that with `workspace-audit doctor`."
                    .to_owned()
            })
        }
        SubjectKind::ServiceAccount => names_own_client().then(|| {
            let key = policy.own_key_id.as_deref().map(|key| format!(", and key {}", one_word(key)));
            format!(
                "The audit signs as this account: without it{}, the next audit fails. Keep those.",
                key.unwrap_or_default()
            )
        }),
        SubjectKind::Client | SubjectKind::Grant | SubjectKind::Event => names_own_client().then(|| {
            "The audit reads the tenant by this delegation: without the scopes that `workspace-audit scopes` lists, the \
             next audit fails. Keep those."
                .to_owned()
        }),
        _ => None,
    }
}
