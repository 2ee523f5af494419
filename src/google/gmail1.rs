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

/// `Delegate`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Delegate {
    /// Of a user or a group.
    pub(crate) delegate_email: String,
    /// `accepted`, `pending`, `rejected`, `expired`.
    pub(crate) verification_status: Option<String>,
}

/// `users.settings.delegates.list` of the session's own subject: not paged.
#[must_use]
pub(crate) fn list_delegates<'a>(session: &'a Session<'a>) -> Pages<'a, Delegate> {
    let request = Request::new(Api::Gmail, "gmail/v1/users/me/settings/delegates")
        .query("fields", "delegates(delegateEmail,verificationStatus)");
    Pages::new(session, SETTINGS_SCOPE, request, "delegates", Bound::FEW)
}

/// `ForwardingAddress`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ForwardingAddress {
    pub(crate) forwarding_email: String,
    /// `accepted`, `pending`.
    pub(crate) verification_status: Option<String>,
}

/// `users.settings.forwardingAddresses.list` of the session's own subject: not paged.
#[must_use]
pub(crate) fn list_forwarding_addresses<'a>(session: &'a Session<'a>) -> Pages<'a, ForwardingAddress> {
    let request = Request::new(Api::Gmail, "gmail/v1/users/me/settings/forwardingAddresses")
        .query("fields", "forwardingAddresses(forwardingEmail,verificationStatus)");
    Pages::new(session, SETTINGS_SCOPE, request, "forwardingAddresses", Bound::FEW)
}

/// `AutoForwarding`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AutoForwarding {
    pub(crate) enabled: Option<bool>,
    pub(crate) email_address: Option<String>,
    /// `leaveInInbox`, `archive`, `trash`, `markRead`.
    pub(crate) disposition: Option<String>,
}

/// `users.settings.getAutoForwarding` of the session's own subject.
pub(crate) async fn get_auto_forwarding(session: &Session<'_>) -> Result<AutoForwarding, GoogleError> {
    let request = Request::new(Api::Gmail, "gmail/v1/users/me/settings/autoForwarding")
        .query("fields", "enabled,emailAddress,disposition");
    session.get(SETTINGS_SCOPE, &request).await
}

/// `Filter`.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Filter {
    pub(crate) id: String,
    pub(crate) criteria: Option<FilterCriteria>,
    pub(crate) action: Option<FilterAction>,
}

/// `FilterCriteria`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FilterCriteria {
    pub(crate) from: Option<String>,
    pub(crate) to: Option<String>,
    pub(crate) subject: Option<String>,
    pub(crate) query: Option<String>,
    pub(crate) negated_query: Option<String>,
    pub(crate) has_attachment: Option<bool>,
    pub(crate) exclude_chats: Option<bool>,
    /// In bytes.
    pub(crate) size: Option<i64>,
    /// `smaller`, `larger`.
    pub(crate) size_comparison: Option<String>,
}

/// `FilterAction`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FilterAction {
    #[serde(default)]
    pub(crate) add_label_ids: Vec<String>,
    #[serde(default)]
    pub(crate) remove_label_ids: Vec<String>,
    pub(crate) forward: Option<String>,
}

/// `users.settings.filters.list` of the session's own subject: not paged. The list's field is called `filter`.
#[must_use]
pub(crate) fn list_filters<'a>(session: &'a Session<'a>) -> Pages<'a, Filter> {
    let fields = "filter(id,criteria(from,to,subject,query,negatedQuery,hasAttachment,excludeChats,size,\
                  sizeComparison),action(addLabelIds,removeLabelIds,forward))";
    let request = Request::new(Api::Gmail, "gmail/v1/users/me/settings/filters").query("fields", fields);
    Pages::new(session, SETTINGS_SCOPE, request, "filter", Bound::FEW)
}

/// `PopSettings`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PopSettings {
    /// `disabled`, `fromNowOn`, `allMail`.
    pub(crate) access_window: Option<String>,
    /// `leaveInInbox`, `archive`, `trash`, `markRead`.
    pub(crate) disposition: Option<String>,
}

/// `users.settings.getPop` of the session's own subject.
pub(crate) async fn get_pop(session: &Session<'_>) -> Result<PopSettings, GoogleError> {
    let request = Request::new(Api::Gmail, "gmail/v1/users/me/settings/pop")
        .query("fields", "accessWindow,disposition");
    session.get(SETTINGS_SCOPE, &request).await
}
