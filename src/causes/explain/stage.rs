//! Where on the way of a message a reply was given: when a program handed the message over, or when a server delivered
//! it. The same words mean the sender's own provider in the first case, and the recipient's in the second.

/// Who gave a reply, as far as a text shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// The server that the program connects to.
    Submission,
    /// The recipient's server.
    Delivery,
    /// The text shows neither.
    Unknown,
}

/// Fields of RFC 3464 and the sentences of a report about a delivery. They quote the recipient's server, whatever else
/// stands beside them.
const REPORT: &[&str] = &[
    "diagnostic-code",
    "diagnosticcode",
    "remote-mta",
    "reporting-mta",
    "final-recipient",
    "x-failed-recipients",
    "delivery status notification",
    "delivery-status",
    "undelivered mail",
    "undeliverable",
    "mailer-daemon",
    "mail delivery failed",
    "mail delivery failure",
    "mail delivery subsystem",
    "mail delivery system",
    "delivery has failed",
    "could not be delivered",
    "wasn't delivered",
    "wasn’t delivered",
    "tried to deliver",
    "remote mail server",
    "remote server returned",
    "remote server replied",
    "remote server said",
    "remote host said",
    "response from the remote server",
    "the other server returned",
    "generating server",
    "action: failed",
    "bouncetype",
    "bounce message",
    "\"event\":\"bounce\"",
    "\"event\": \"bounce\"",
];

/// What a mail server logs about the next one.
const LOGGED: &[&str] =
    &["status=bounced", "status=deferred", "(in reply to ", "dsn=5.", "dsn=4.", "while talking to"];

/// Mail servers that only receive for a domain.
const RECEIVING_HOSTS: &[&str] = &[
    "aspmx.l.google.com",
    "gmail-smtp-in.l.google.com",
    "protection.outlook.com",
    "yahoodns.net",
    "icloud.com.akadns",
];

/// Servers to which programs and other mail servers hand over what they send.
const SUBMISSION_HOSTS: &[&str] = &[
    "smtp.gmail.com",
    "smtp-relay.gmail.com",
    "smtp.office365.com",
    "smtp-mail.outlook.com",
    "smtp.mail.yahoo.com",
    "smtp.sendgrid.net",
    "smtp.mailgun.org",
    "smtp.postmarkapp.com",
    "email-smtp.",
];

/// Names of libraries, of their exceptions and sentences, and of a login.
const SUBMISSION: &[&str] = &[
    // A login.
    "auth login",
    "auth plain",
    "auth xoauth2",
    "235 2.",
    "235 auth",
    "authentication succeeded",
    ":587",
    ":465",
    "port 587",
    "port 465",
    // Python.
    "smtplib",
    "smtpdataerror",
    "smtprecipientsrefused",
    "smtpsenderrefused",
    "smtpresponseexception",
    "django/core/mail",
    "yagmail",
    // Node.
    "nodemailer",
    "smtpconnection",
    "smtp-connection",
    "emessage",
    "eenvelope",
    "responsecode",
    "all recipients were rejected",
    "mail command failed",
    "data command failed",
    // PHP.
    "phpmailer",
    "data not accepted",
    "command failed:",
    "server -> client",
    "from server:",
    "the following from address failed",
    "the following recipients failed",
    "swift_",
    "expected response code",
    "component\\mailer",
    "wp_mail",
    // Java.
    "javax.mail",
    "jakarta.mail",
    "com.sun.mail",
    "angus.mail",
    "sendfailedexception",
    "addressfailedexception",
    "springframework.mail",
    // .NET.
    "system.net.mail",
    "smtpexception",
    "smtpstatuscode",
    "smtpcommandexception",
    "mailkit",
    "server response was",
    "send-mailmessage",
    // Ruby, Go, Rust, and programs for a shell.
    "net::smtp",
    "net/smtp",
    "gomail",
    "lettre",
    "msmtp",
    "smtpstatus=",
    "swaks",
];

/// The most of a name of a host with its port that is read, in bytes.
const MAX_HOST: usize = 150;

/// The stage of the replies in a paste that is in lower case.
pub(super) fn of(paste: &str) -> Stage {
    let has = |marks: &[&str]| marks.iter().any(|mark| paste.contains(mark));
    if has(REPORT) {
        return if is_handed_over(paste) { Stage::Submission } else { Stage::Delivery };
    }
    let is_logged = has(LOGGED) || (paste.contains("host ") && paste.contains(" said:"));
    if is_logged && !is_handed_over(paste) {
        return Stage::Delivery;
    }
    if has(SUBMISSION) || has(SUBMISSION_HOSTS) {
        return Stage::Submission;
    }
    if has(RECEIVING_HOSTS) || names_mail_exchanger(paste) { Stage::Delivery } else { Stage::Unknown }
}

/// Whether a mail server names a server for submission as the next one: a relay of the sender's.
fn is_handed_over(paste: &str) -> bool {
    // Exim's and Debian's name for a relay.
    paste.contains("smarthost")
        || ["relay=", "host ", "remote-mta: dns; ", "remote-mta: dns;", "connect to "].iter().any(|words| {
            paste.match_indices(words).any(|(at, _)| {
                let begin = at + words.len();
                let host = &paste[begin..super::floor(paste, (begin + MAX_HOST).min(paste.len()))];
                let port = host.split([' ', ',', ';', '\n']).next().unwrap_or_default();
                let is_port = port.ends_with(":587") || port.ends_with(":465");
                is_port || SUBMISSION_HOSTS.iter().any(|name| host.starts_with(name))
            })
        })
}

/// Whether a host is named as most are that receive for a domain: `mx1.example.com`, `example-com.mx.provider.com`.
fn names_mail_exchanger(paste: &str) -> bool {
    let is_of_host = |char: char| char.is_ascii_alphanumeric() || matches!(char, '.' | '-' | '@');
    let is_mx = |label: &str| {
        label
            .strip_prefix("mx")
            .is_some_and(|rest| rest.len() <= 3 && rest.bytes().all(|byte| byte.is_ascii_alphanumeric()))
    };
    paste
        .split(|char| !is_of_host(char))
        .filter(|word| !word.contains('@') && word.matches('.').count() >= 2)
        .any(|host| host.split(['.', '-']).any(is_mx))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_or_a_servers_log_is_about_a_delivery() {
        for text in [
            "diagnostic-code: smtp; 550 5.7.1 no",
            "smtp error from remote mail server after end of data: host a.example.net: 550 no",
            "to=<a@example.net>, relay=a.example.net[192.0.2.1]:25, dsn=5.7.1, status=bounced (host a.example.net said: 550 no)",
            "550 no, says mx1.example.net",
            "example-net.mail.protection.outlook.com 550 no",
            // The report was made by a program that names a library.
            "final-recipient: rfc822; a@example.net\nx-mailer: phpmailer",
        ] {
            assert_eq!(of(text), Stage::Delivery, "{text}");
        }
    }

    #[test]
    fn a_library_or_a_login_is_about_a_submission_and_so_is_a_relay_of_the_senders() {
        for text in [
            "smtplib.smtpdataerror: (550, b'no')",
            "error: message failed: 550 no at smtpconnection._formaterror",
            "system.net.mail.smtpexception: transaction failed. the server response was: 5.7.1 no",
            "msmtp: server message: 550 no",
            "235 2.7.0 accepted\nmail from:<a@example.com>\n550 no",
            "relay=smtp.gmail.com[192.0.2.1]:587, dsn=5.7.1, status=bounced (host smtp.gmail.com said: 550 no)",
            "relay=mail.example.com[192.0.2.1]:587, dsn=5.7.1, status=bounced (550 no)",
        ] {
            assert_eq!(of(text), Stage::Submission, "{text}");
        }
    }

    #[test]
    fn a_reply_alone_shows_neither() {
        for text in ["550 5.7.1 message refused", "554 5.7.1 <a@mx1.example.net>: no"] {
            assert_eq!(of(text), Stage::Unknown, "{text}");
        }
    }
}
