//! Replies of mail servers, by their class: what a reply means whose words are in no other row.

use super::{Signature, row};
use crate::causes::explain::Speaker::{GmailSmtp, GoogleReceiving, MailServer, Relay};
use crate::causes::explain::smtp_reply::Server;
use crate::causes::table::{client_library::*, gmail::*, google_api::*, receiving::*, relay::*, smtp::*};

/// The class of a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::causes::explain) enum Reply {
    Login,
    LoginMissing,
    Tls,
    Sender,
    Relay,
    Limit,
    Recipient,
    RecipientDomain,
    RecipientSyntax,
    Disabled,
    Full,
    Size,
    Message,
    Content,
    Authenticity,
    ReverseDns,
    Helo,
    Blocked,
    Policy,
    PolicyAfterLogin,
    Temporary,
    Protocol,
    ProtocolLogin,
}

macro_rules! replies {
    ($($class:ident = $id:literal, $does:literal, [$($cause:ident),*] $(google $speaker:ident $means:literal [$($own:ident),*])?;)*) => {
        /// Of a server that the text does not name, of one that it names, and of Google.
        pub(super) const ROWS: &[Signature] = &[$(
            row($id, MailServer, REPLY, &[])
                .general()
                .means(concat!("A mail server ", $does, "."), &[$($cause),*]),
            row(concat!($id, "-other"), Relay, REPLY, &[])
                .general()
                .means(concat!("A mail server that is not Google's ", $does, "."), &[$($cause),*]),
            $(row(concat!($id, "-google"), $speaker, REPLY, &[]).general().means(concat!($means, "."), &[$($own),*]),)?
        )*];

        impl Reply {
            /// What a reply of this class means from this server.
            pub(in crate::causes::explain) fn signature(self, server: Server) -> &'static Signature {
                let id = match self {
                    $(Self::$class => $id,)*
                };
                let of = |end: &str| ROWS.iter().find(|row| row.id.strip_prefix(id) == Some(end));
                let named = match server {
                    Server::Google => of("-google"),
                    Server::Named => of("-other"),
                    Server::Unnamed => None,
                };
                named.or_else(|| of("")).unwrap_or(&ROWS[0])
            }
        }
    };
}

/// The family of replies.
const REPLY: &str = "reply";

replies! {
    Login = "reply-login", "refuses the login", [PROVIDER_LOGIN, PASSWORD_REFUSED]
        google GmailSmtp "Gmail refuses the login" [PASSWORD_REFUSED, APP_PASSWORD_REQUIRED];
    LoginMissing = "reply-login-missing", "wants a login", [PROVIDER_LOGIN, SMTP_LOGIN_MISSING]
        google GmailSmtp "Gmail requires a login" [SMTP_LOGIN_MISSING];
    Tls = "reply-tls", "wants TLS, or has none", [STARTTLS_MISSING, TLS_PORT_MISMATCH, MAIL_SERVER_CONFIGURATION]
        google GmailSmtp "Gmail requires TLS" [STARTTLS_MISSING];
    Sender = "reply-sender", "does not accept the sender", [PROVIDER_SENDER_REFUSED, OTHER_RECEIVER]
        google GmailSmtp "Google does not accept the sender" [RELAY_NOT_REGISTERED, SENDER_UNAUTHENTICATED];
    Relay = "reply-relay", "does not relay for this sender", [RELAY_DENIED, PROVIDER_LOGIN]
        google GmailSmtp "Google does not relay for this sender" [RELAY_NOT_REGISTERED, RELAY_DENIED];
    Limit = "reply-limit", "has a limit that is reached", [PROVIDER_LIMIT, OTHER_RECEIVER]
        google GmailSmtp "A limit of Google's mail servers is reached" [SENDING_LIMIT, SENDING_HOST_RATE];
    Recipient = "reply-recipient", "does not know the recipient, or accepts no mail for it", [RECIPIENT_UNKNOWN, RELAY_DENIED]
        google GoogleReceiving "Google has no such recipient" [RECIPIENT_UNKNOWN];
    RecipientDomain = "reply-recipient-domain", "finds no server for the domain of the recipient", [RECIPIENT_UNKNOWN, RECIPIENT_SYNTAX, OTHER_RECEIVER];
    RecipientSyntax = "reply-recipient-syntax", "does not accept an address as valid", [RECIPIENT_SYNTAX, RECIPIENT_UNKNOWN, MESSAGE_MALFORMED];
    Disabled = "reply-disabled", "says that an account is disabled: the recipient's, or the sender's", [RECIPIENT_DISABLED, PROVIDER_LIMIT];
    Full = "reply-full", "says that a mailbox is full", [RECIPIENT_OVER_QUOTA, MESSAGE_TOO_LARGE];
    Size = "reply-size", "takes no message as large as this", [MESSAGE_TOO_LARGE, PROVIDER_CONTENT];
    Message = "reply-message", "does not accept the form of the message", [MESSAGE_MALFORMED, PROVIDER_CONTENT];
    Content = "reply-content", "does not accept the content of the message", [PROVIDER_CONTENT, OTHER_RECEIVER]
        google GoogleReceiving "Google takes the message for spam" [TAKEN_FOR_SPAM];
    Authenticity = "reply-authenticity", "cannot tell that the mail is from its domain", [SENDER_UNAUTHENTICATED, DMARC, OTHER_RECEIVER];
    ReverseDns = "reply-reverse-dns", "wants reverse DNS of the sending server", [REVERSE_DNS, OTHER_RECEIVER];
    Helo = "reply-helo", "does not accept the name after HELO or EHLO", [OTHER_RECEIVER, PROVIDER_LOGIN, RELAY_DENIED]
        google GmailSmtp "Google does not accept the name after EHLO" [EHLO_NAME];
    Blocked = "reply-blocked", "blocks the sending server or sender", [OTHER_RECEIVER, PROVIDER_LIMIT, PROVIDER_CONTENT]
        google GoogleReceiving "Google blocks the sending server or sender" [TAKEN_FOR_SPAM, SENDING_HOST_RATE];
    Policy = "reply-policy", "refuses, and the text does not show why", [OTHER_RECEIVER, PROVIDER_CONTENT, RELAY_DENIED, PROVIDER_SENDER_REFUSED]
        google GoogleReceiving "Google refuses the mail, and the text does not show why" [TAKEN_FOR_SPAM, RECEIVERS_RULE, SENDER_UNAUTHENTICATED];
    PolicyAfterLogin = "reply-policy-after-login", "accepts the login and refuses the message, and the text does not show why", [PROVIDER_CONTENT, PROVIDER_SENDER_REFUSED, MAIL_SERVER_CONFIGURATION];
    Temporary = "reply-temporary", "delays the mail for now", [OTHER_RECEIVER, PROVIDER_LIMIT]
        google GoogleReceiving "Google delays the mail for now" [BACKEND_ERROR, SENDING_HOST_RATE];
    Protocol = "reply-protocol", "does not take this command at this place", [PROGRAM_FAULT, MAIL_SERVER_CONFIGURATION, CLIENT_CONFIGURATION]
        google GmailSmtp "Google does not take this command at this place" [SMTP_LOGIN_MISSING, CLIENT_CONFIGURATION];
    ProtocolLogin = "reply-protocol-login", "does not take AUTH at this place", [PROVIDER_LOGIN, STARTTLS_MISSING, CLIENT_CONFIGURATION];
}
