//! Replies of mail servers, by their class: what a reply means whose words are in no other row.

use super::{Signature, row};
use crate::causes::explain::Speaker::{self, GmailSmtp, GoogleMail, GoogleReceiving, MailServer, Relay};
use crate::causes::explain::smtp_reply::Server;
use crate::causes::explain::stage::Stage;
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
    ($($class:ident = $id:literal, $does:literal, [$($cause:ident),*]
        $(submission [$($submission:ident),*])?
        $(delivery [$($delivery:ident),*])?
        $(google $speaker:ident $means:literal [$($own:ident),*])?
        $(google submission $submitted:literal [$($own_submission:ident),*])?
        $(google unknown $unknown:literal [$($own_unknown:ident),*])?
    ;)*) => {
        /// Of a server that the text does not name, of one that it names, and of Google; by stage where it counts.
        pub(super) const ROWS: &[Signature] = &[$(
            row($id, MailServer, REPLY, &[]).general().means(
                concat!("A mail server ", $does, ". The text does not show whether it is the sender's or the recipient's."),
                &[$($cause),*],
            ),
            row(concat!($id, "-other"), Relay, REPLY, &[])
                .general()
                .means(concat!("A mail server that is not Google's ", $does, "."), &[$($cause),*]),
            $(row(concat!($id, "-submission"), MailServer, REPLY, &[]).general().means(
                concat!("The mail server that the program connects to ", $does, ". It is not the recipient's."),
                &[$($submission),*],
            ),)?
            $(row(concat!($id, "-delivery"), MailServer, REPLY, &[])
                .general()
                .means(concat!("The recipient's mail server ", $does, "."), &[$($delivery),*]),)?
            $(row(concat!($id, "-google"), $speaker, REPLY, &[]).general().means(concat!($means, "."), &[$($own),*]),)?
            $(row(concat!($id, "-google-submission"), GmailSmtp, REPLY, &[])
                .general()
                .means(concat!($submitted, "."), &[$($own_submission),*]),)?
            $(row(concat!($id, "-google-unknown"), GoogleMail, REPLY, &[])
                .general()
                .means(concat!($unknown, "."), &[$($own_unknown),*]),)?
        )*];

        impl Reply {
            /// What a reply of this class means from this server at this stage, and who spoke.
            pub(in crate::causes::explain) fn signature(
                self,
                server: Server,
                stage: Stage,
            ) -> (&'static Signature, Speaker) {
                let id = match self {
                    $(Self::$class => $id,)*
                };
                let of = |end: &str| ROWS.iter().find(|row| row.id.strip_prefix(id) == Some(end));
                if server == Server::Google {
                    let special = match stage {
                        Stage::Submission => of("-google-submission"),
                        Stage::Delivery => None,
                        Stage::Unknown => of("-google-unknown"),
                    };
                    if let Some(row) = special.or_else(|| of("-google")) {
                        return (row, row.speaker);
                    }
                }
                let staged = match stage {
                    Stage::Submission => of("-submission"),
                    Stage::Delivery => of("-delivery"),
                    Stage::Unknown => None,
                };
                let named = if server == Server::Named { of("-other") } else { None };
                let row = staged.or(named).or_else(|| of("")).unwrap_or(&ROWS[0]);
                (row, if server == Server::Named { Relay } else { row.speaker })
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
        submission [PROVIDER_SENDER_REFUSED, PROVIDER_LOGIN]
        delivery [OTHER_RECEIVER, SENDER_UNAUTHENTICATED]
        google GmailSmtp "Google does not accept the sender" [RELAY_NOT_REGISTERED, SENDER_UNAUTHENTICATED];
    Relay = "reply-relay", "does not relay for this sender", [RELAY_DENIED, PROVIDER_LOGIN]
        google GmailSmtp "Google does not relay for this sender" [RELAY_NOT_REGISTERED, RELAY_DENIED];
    Limit = "reply-limit", "has a limit that is reached", [PROVIDER_LIMIT, OTHER_RECEIVER]
        submission [PROVIDER_LIMIT]
        delivery [OTHER_RECEIVER, PROVIDER_LIMIT]
        google GmailSmtp "A limit of Google's mail servers is reached" [SENDING_LIMIT, SENDING_HOST_RATE];
    Recipient = "reply-recipient", "does not know the recipient, or accepts no mail for it", [RECIPIENT_UNKNOWN, RELAY_DENIED]
        google GoogleReceiving "Google has no such recipient" [RECIPIENT_UNKNOWN];
    RecipientDomain = "reply-recipient-domain", "finds no server for the domain of the recipient", [RECIPIENT_UNKNOWN, RECIPIENT_SYNTAX, OTHER_RECEIVER]
        submission [RECIPIENT_UNKNOWN, RECIPIENT_SYNTAX]
        google GmailSmtp "Google does not find the recipient's domain" [RECIPIENT_UNKNOWN, RECIPIENT_SYNTAX];
    RecipientSyntax = "reply-recipient-syntax", "does not accept an address as valid", [RECIPIENT_SYNTAX, RECIPIENT_UNKNOWN, MESSAGE_MALFORMED]
        google GmailSmtp "Google does not accept an address as valid" [RECIPIENT_SYNTAX, MESSAGE_MALFORMED];
    Disabled = "reply-disabled", "says that an account is disabled: the recipient's, or the sender's", [RECIPIENT_DISABLED, PROVIDER_LIMIT]
        google GoogleReceiving "Google says that the recipient's account takes no mail" [RECIPIENT_DISABLED, RECIPIENT_RATE];
    Full = "reply-full", "says that a mailbox is full", [RECIPIENT_OVER_QUOTA, MESSAGE_TOO_LARGE]
        google GoogleReceiving "The recipient's Google mailbox is full" [RECIPIENT_OVER_QUOTA];
    Size = "reply-size", "takes no message as large as this", [MESSAGE_TOO_LARGE, PROVIDER_CONTENT]
        google GoogleMail "Google takes no message as large as this" [MESSAGE_TOO_LARGE];
    Message = "reply-message", "does not accept the form of the message", [MESSAGE_MALFORMED, PROVIDER_CONTENT]
        google GoogleMail "Google does not accept the form of the message" [MESSAGE_MALFORMED];
    Content = "reply-content", "does not accept the content of the message", [PROVIDER_CONTENT, OTHER_RECEIVER]
        submission [PROVIDER_CONTENT]
        google GoogleReceiving "Google takes the message for spam" [TAKEN_FOR_SPAM]
        google submission "Gmail does not accept the content of the message for sending" [CONTENT_BLOCKED, TAKEN_FOR_SPAM]
        google unknown "Google does not accept the content; the text does not show whether it sends or receives the mail" [TAKEN_FOR_SPAM, CONTENT_BLOCKED];
    Authenticity = "reply-authenticity", "cannot tell that the mail is from its domain", [SENDER_UNAUTHENTICATED, DMARC, OTHER_RECEIVER]
        submission [SENDER_UNAUTHENTICATED, DMARC, PROVIDER_SENDER_REFUSED]
        google GoogleReceiving "Google cannot tell that the mail is from its From domain" [SENDER_UNAUTHENTICATED, DMARC];
    ReverseDns = "reply-reverse-dns", "wants reverse DNS of the sending server", [REVERSE_DNS, OTHER_RECEIVER]
        submission [REVERSE_DNS]
        google GoogleReceiving "Google wants reverse DNS of the sending server" [REVERSE_DNS];
    Helo = "reply-helo", "does not accept the name after HELO or EHLO", [OTHER_RECEIVER, PROVIDER_LOGIN, RELAY_DENIED]
        submission [CLIENT_CONFIGURATION, PROVIDER_LOGIN, RELAY_DENIED]
        google GmailSmtp "Google does not accept the name after EHLO" [EHLO_NAME];
    Blocked = "reply-blocked", "blocks the sending server or sender", [OTHER_RECEIVER, SENDING_ADDRESS_BLOCKED, PROVIDER_LIMIT]
        submission [SENDING_ADDRESS_BLOCKED, PROVIDER_LIMIT, PROVIDER_CONTENT]
        delivery [OTHER_RECEIVER, SENDING_ADDRESS_BLOCKED]
        google GoogleReceiving "Google blocks the sending server or sender" [TAKEN_FOR_SPAM, SENDING_HOST_RATE]
        google submission "Gmail does not let this account or message through" [CONTENT_BLOCKED, SENDING_DENIED]
        google unknown "Google blocks the message; the text does not show whether it sends or receives the mail" [TAKEN_FOR_SPAM, CONTENT_BLOCKED, SENDING_HOST_RATE];
    Policy = "reply-policy", "refuses, and the text does not show why", [OTHER_RECEIVER, PROVIDER_CONTENT, RELAY_DENIED, PROVIDER_SENDER_REFUSED]
        submission [PROVIDER_CONTENT, PROVIDER_SENDER_REFUSED, RELAY_DENIED]
        delivery [OTHER_RECEIVER, PROVIDER_CONTENT]
        google GoogleReceiving "Google refuses the mail, and the text does not show why" [TAKEN_FOR_SPAM, RECEIVERS_RULE, SENDER_UNAUTHENTICATED]
        google submission "Gmail refuses to send, and the text does not show why" [CONTENT_BLOCKED, RELAY_NOT_REGISTERED, FROM_NOT_SEND_AS]
        google unknown "Google refuses the mail; the text shows neither why, nor whether Google sends or receives it" [TAKEN_FOR_SPAM, CONTENT_BLOCKED, RECEIVERS_RULE, RELAY_NOT_REGISTERED];
    PolicyAfterLogin = "reply-policy-after-login", "accepts the login and refuses the message, and the text does not show why", [PROVIDER_CONTENT, PROVIDER_SENDER_REFUSED, MAIL_SERVER_CONFIGURATION];
    Temporary = "reply-temporary", "delays the mail for now", [OTHER_RECEIVER, PROVIDER_LIMIT]
        submission [PROVIDER_LIMIT, MAIL_SERVER_CONFIGURATION]
        google GoogleReceiving "Google delays the mail for now" [BACKEND_ERROR, SENDING_HOST_RATE]
        google submission "Gmail delays the mail for now" [BACKEND_ERROR, SENDING_LIMIT]
        google unknown "Google delays the mail for now; the text does not show whether it sends or receives it" [BACKEND_ERROR, SENDING_HOST_RATE];
    Protocol = "reply-protocol", "does not take this command at this place", [PROGRAM_FAULT, MAIL_SERVER_CONFIGURATION, CLIENT_CONFIGURATION]
        google GmailSmtp "Google does not take this command at this place" [PROGRAM_FAULT, TLS_PORT_MISMATCH, CLIENT_CONFIGURATION];
    ProtocolLogin = "reply-protocol-login", "does not take AUTH at this place", [PROVIDER_LOGIN, STARTTLS_MISSING, CLIENT_CONFIGURATION]
        google GmailSmtp "Gmail does not take AUTH at this place" [STARTTLS_MISSING, TLS_PORT_MISMATCH, CLIENT_CONFIGURATION];
}
