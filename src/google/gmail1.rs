//! Gmail: the read-only methods that the audit needs, from the discovery document `gmail.v1`.

use serde::Deserialize;

use super::{Api, Bound, GoogleError, Pages, Request, Session};

/// Reads settings. It can change them too: Google has no scope that reads settings only and no mail.
pub(crate) const SETTINGS_SCOPE: &str = "https://www.googleapis.com/auth/gmail.settings.basic";

/// `SendAs`. Gmail leaves false booleans and empty strings out.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SendAs {
    pub(crate) send_as_email: String,
    /// Empty: the account's own name.
    pub(crate) display_name: Option<String>,
    /// Empty: none.
    pub(crate) reply_to_address: Option<String>,
    pub(crate) is_primary: Option<bool>,
    /// The one that new mail starts with.
    pub(crate) is_default: Option<bool>,
    /// Only for a custom "from".
    pub(crate) treat_as_alias: Option<bool>,
    /// Only for a custom "from".
    pub(crate) verification_status: Option<String>,
    /// Only for a custom "from" that an outside server sends.
    pub(crate) smtp_msa: Option<SmtpMsa>,
}

/// `SmtpMsa`. User name and password are never returned.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SmtpMsa {
    pub(crate) host: Option<String>,
    pub(crate) port: Option<i64>,
    /// `none`, `ssl`, `starttls`.
    pub(crate) security_mode: Option<String>,
}

/// `users.settings.sendAs.list` of the session's own subject: not paged. Without the signatures.
#[must_use]
pub(crate) fn list_send_as<'a>(session: &'a Session<'a>) -> Pages<'a, SendAs> {
    let fields = "sendAs(sendAsEmail,displayName,replyToAddress,isPrimary,isDefault,treatAsAlias,\
                  verificationStatus,smtpMsa(host,port,securityMode))";
    let request = Request::new(Api::Gmail, "gmail/v1/users/me/settings/sendAs").query("fields", fields);
    Pages::new(session, SETTINGS_SCOPE, request, "sendAs", Bound::FEW)
}

/// `ImapSettings`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ImapSettings {
    pub(crate) enabled: Option<bool>,
    /// Whether what a client marks as deleted is expunged at once.
    pub(crate) auto_expunge: Option<bool>,
    /// `archive`, `trash`, `deleteForever`.
    pub(crate) expunge_behavior: Option<String>,
    /// 0: no limit.
    pub(crate) max_folder_size: Option<i64>,
}

/// `users.settings.getImap` of the session's own subject.
pub(crate) async fn get_imap(session: &Session<'_>) -> Result<ImapSettings, GoogleError> {
    let request = Request::new(Api::Gmail, "gmail/v1/users/me/settings/imap")
        .query("fields", "enabled,autoExpunge,expungeBehavior,maxFolderSize");
    session.get(SETTINGS_SCOPE, &request).await
}
