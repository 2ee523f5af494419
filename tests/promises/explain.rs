//! `explain`: what a pasted error means.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::Value;

struct Explained {
    code: i32,
    json: Value,
}

impl Explained {
    /// The signatures that were recognized, in order.
    fn errors(&self) -> Vec<&str> {
        self.json["errors"].as_array().unwrap().iter().map(|error| error["id"].as_str().unwrap()).collect()
    }

    fn ignored(&self) -> usize {
        self.json["ignored"].as_array().unwrap().len()
    }

    /// The causes of the first error, in order.
    fn causes(&self) -> Vec<&str> {
        let causes = self.json["errors"][0]["causes"].as_array().unwrap();
        causes.iter().map(|cause| cause["id"].as_str().unwrap()).collect()
    }

    fn speaker(&self) -> &str {
        self.json["speaker"].as_str().unwrap()
    }
}

fn explain_with(arguments: &[&str], input: &[u8]) -> std::process::Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_workspace-audit"))
        .arg("explain")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap()
}

fn explain(paste: &str) -> Explained {
    let output = explain_with(&["--format", "json", "-"], paste.as_bytes());
    let json = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    Explained { code: output.status.code().unwrap(), json }
}

/// The words of googleapis/google-auth-library-ruby issue 210, in the shapes in which people paste them.
#[test]
fn one_error_is_the_same_in_every_shape_that_it_is_pasted_in() {
    let description = "Client is unauthorized to retrieve access tokens using this method, or client not \
                       authorized for any of the scopes requested.";
    let body = format!("{{\"error\": \"unauthorized_client\", \"error_description\": \"{description}\"}}");
    let python = format!(
        "google.auth.exceptions.RefreshError: ('unauthorized_client: {description}', '{{\\n  \"error\": \"unauthorized_client\"\\n}}')"
    );
    let within = serde_json::to_string(&serde_json::json!({ "message": body, "status": 500 })).unwrap();
    let markdown = body.replace('_', "\\_");
    let entities = body.replace('"', "&quot;");
    let wrapped: Vec<String> =
        body.as_bytes().chunks(40).map(|line| String::from_utf8_lossy(line).into_owned()).collect();
    let quoted: Vec<String> = wrapped.iter().map(|line| format!("> {line}")).collect();
    let container: Vec<String> = wrapped.iter().map(|line| format!("worker_1  | {line}")).collect();
    let noise: Vec<String> =
        (0..100).map(|n| format!("2026-11-20 10:00:{:02} INFO worker {n} idle", n % 60)).collect();
    let log = format!("{}\n{python}\n{}", noise.join("\n"), noise.join("\n"));
    for paste in [
        body.clone(),
        python,
        within,
        markdown,
        entities,
        wrapped.join("\n"),
        quoted.join("\n"),
        container.join("\r\n"),
        log,
    ] {
        let explained = explain(&paste);
        assert_eq!(explained.errors(), ["token-unauthorized-scopes"], "{paste}");
        assert_eq!((explained.code, explained.speaker()), (0, "token_endpoint"), "{paste}");
        assert_eq!(explained.causes()[0], "scope_not_delegated", "{paste}");
    }
}

/// sendgrid/sendgrid-php issue 181; "Enabling SMTP" and error 60604 of SendGrid's documentation.
#[test]
fn sendgrids_words_are_not_called_googles_and_the_causes_at_google_follow() {
    let explained = explain(
        "{\"errors\": [\"Authenticated user is not authorized to send mail\"], \"message\": \"error\"}",
    );
    assert_eq!(explained.speaker(), "relay");
    assert_eq!(explained.causes()[0], "sendgrid_no_mail_send");
    for cause in ["scope_insufficient", "scope_not_delegated", "from_not_send_as"] {
        assert!(explained.causes().contains(&cause), "{cause}");
    }
}

/// One sentence of .NET's stands before two replies: renevanosnabrugge/SendEmail-BuildTask issue 49, and Gmail's.
#[test]
fn the_servers_reply_decides_and_not_the_librarys_sentence_before_it() {
    let sentence = "The SMTP server requires a secure connection or the client was not authenticated. The server response was:";
    for (reply, error) in [
        ("5.7.0 Must issue a STARTTLS command first. s31sm1331632ywa.30 - gsmtp", "smtp-starttls"),
        ("5.7.0 Authentication Required. For more information, go to", "smtp-login-missing"),
        (
            "5.7.57 SMTP; Client was not authenticated to send anonymous mail during MAIL FROM",
            "microsoft-login",
        ),
        (
            "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.",
            "microsoft-smtp-auth",
        ),
    ] {
        assert_eq!(explain(&format!("{sentence} {reply}")).errors(), [error], "{reply}");
    }
}

/// A code is on each line of a reply, in the middle of a sentence; the recipient is not the sender.
#[test]
fn google_as_the_receiver_is_told_from_google_as_the_sender() {
    for (reply, speaker, cause) in [
        (
            "550-5.7.26 This message does not have authentication information or fails\n550-5.7.26 to pass authentication checks. - gsmtp",
            "google_receiving",
            "sender_unauthenticated",
        ),
        (
            "550 5.2.1 The email account that you tried to reach is disabled. Learn more at https://support.google.com/mail/?p=DisabledUser - gsmtp",
            "google_receiving",
            "recipient_disabled",
        ),
        (
            "550 5.4.5 Daily user sending quota exceeded. o65sm25351206pga.71 - gsmtp",
            "gmail_smtp",
            "sending_limit",
        ),
        (
            "421-4.7.0 Try again later, closing connection. (EHLO) f10sm1.97 - gsmtp",
            "gmail_smtp",
            "ehlo_name",
        ),
        (
            "334 eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiQmVhcmVyIiwic2NvcGUiOiJodHRwczovL21haWwuZ29vZ2xlLmNvbS8ifQ==\n535 5.7.8 Username and Password not accepted",
            "gmail_smtp",
            "smtp_token_scope",
        ),
    ] {
        let explained = explain(reply);
        assert_eq!((explained.speaker(), explained.causes()[0]), (speaker, cause), "{reply}");
    }
}

#[test]
fn several_errors_are_each_explained_in_their_order_and_warnings_are_called_harmless() {
    let explained = explain(
        "(node:24860) [DEP0040] DeprecationWarning: The `punycode` module is deprecated.\n\
         Error: Invalid login: 454 4.7.0 Too many login attempts, please try again later. - gsmtp\n\
         then: 403 Gmail API has not been used in project 392021992927 before or it is disabled.",
    );
    assert_eq!(explained.errors(), ["smtp-too-many-logins", "api-disabled"]);
    assert_eq!(explained.ignored(), 1);
    let alone = explain(
        "Regional Access Boundary HTTP request failed after retries: {'status': 'FAILED_PRECONDITION'}",
    );
    assert!(alone.errors().is_empty() && alone.ignored() == 1 && alone.code == 0);
}

#[test]
fn what_is_not_known_is_called_unknown_with_exit_code_3() {
    for paste in [
        "",
        "It does not work since Tuesday.",
        "psycopg2.OperationalError: connection to server at \"postgres\", port 5432 failed: Connection refused",
        "\"POST /o/token/ HTTP/1.1\" 400 32 {'error': 'unauthorized_client'}",
        "Error from server (Forbidden): pods is forbidden",
        "{\"code\": 500, \"message\": null}",
        "ERROR: 404 page https://shop.example.com/item/550",
        "Ubuntu 5.4.0-42 kernel: port 550 opened by the user of the mailer",
        "File \"mailer.py\", line 550, in send",
        "redis.exceptions.ConnectionError: Error 111 connecting to localhost:6379. Connection refused.",
    ] {
        let explained = explain(paste);
        assert!(explained.code == 3 && explained.json["unknown"] == true, "{paste}: {}", explained.json);
        assert!(explained.json["speaker"].is_null());
    }
}

/// GAM's `check serviceaccount` passes the clock and the key before it tests scopes.
#[test]
fn what_the_paste_itself_rules_out_stands_last_with_the_reason() {
    let explained = explain(
        "Your system time differs from admin.googleapis.com by 1 second  PASS\n\
         later: google.auth.exceptions.RefreshError: invalid_grant: Bad Request",
    );
    let causes = explained.json["errors"][0]["causes"].as_array().unwrap();
    let last = causes.last().unwrap();
    assert_eq!(last["id"], "clock_skew");
    assert!(!last["ruled_out"].is_null());
    assert!(causes[..causes.len() - 1].iter().all(|cause| cause["ruled_out"].is_null()));
}

#[test]
fn every_cause_has_a_proof_a_fix_and_a_source() {
    let explained = explain("Request had insufficient authentication scopes.");
    let cause = &explained.json["errors"][0]["causes"][0];
    assert_eq!(cause["id"], "scope_insufficient");
    for field in ["title", "proof", "fix", "place", "source"] {
        assert!(!cause[field].as_str().unwrap().is_empty(), "{field}");
    }
    assert!(cause["fix"].as_str().unwrap().contains("https://www.googleapis.com/auth/gmail.send"));
}

#[test]
fn a_text_a_file_and_the_standard_input_are_explained_alike_without_a_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("error.log");
    let text = "535-5.7.8 Username and Password not accepted. - gsmtp";
    std::fs::write(&file, text).unwrap();
    let typed = explain_with(&[text], b"");
    let read = explain_with(&[file.to_str().unwrap()], b"");
    let piped = explain_with(&[], text.as_bytes());
    assert_eq!(typed.stdout, read.stdout);
    assert_eq!(typed.stdout, piped.stdout);
    assert!(typed.status.success() && !typed.stdout.is_empty());
}

/// A log ends with the error.
#[test]
fn the_error_at_the_end_of_a_long_log_is_found_and_the_output_says_what_was_not_read() {
    let log =
        format!("{}535-5.7.8 Username and Password not accepted. - gsmtp\n", "INFO idle\n".repeat(300_000));
    let explained = explain(&log);
    assert_eq!(explained.causes()[0], "password_refused");
    assert_eq!(explained.json["errors"][0]["line"], 300_001);
    assert!(explained.json["skipped_bytes"].as_u64().unwrap() > 1_000_000);
    let told = explain_with(&["-"], log.as_bytes());
    assert!(String::from_utf8_lossy(&told.stdout).contains("were not read"));
    assert!(explain("gsmtp 535-5.7.8 Username and Password not accepted.").json["skipped_bytes"].is_null());
}

#[test]
fn hostile_text_reaches_the_terminal_as_text() {
    let output = explain_with(
        &["-"],
        b"\x1b]0;owned\x07\x1b[2J invalid_client: The OAuth client was not found \xff\xfe",
    );
    assert!(output.status.success());
    assert!(!output.stdout.contains(&0x1b) && !output.stdout.contains(&0x07));
}

/// No row has these words: the status and reason of an answer, or the code of a reply, tell the class of the cause.
#[test]
fn words_that_nobody_has_seen_are_told_by_their_structure() {
    for (text, speaker, cause) in [
        (
            "<HttpError 404 when requesting https://admin.googleapis.com/admin/directory/v1/groups/x returned \"Nothing of the kind: x\">",
            "directory_api",
            "not_found",
        ),
        ("googleapi: Error 403: So not, my friend, userRateLimitExceeded", "gmail_api", "throttled"),
        (
            "Google.GoogleApiException: The service drive has thrown an exception. HttpStatusCode is NotFound. Nothing of the kind",
            "google_api",
            "not_found",
        ),
        (
            "{\"error\": {\"code\": 409, \"message\": \"Once is enough\", \"errors\": [{\"domain\": \"global\", \"reason\": \"duplicate\"}]}}",
            "google_api",
            "already_exists",
        ),
        ("smtp: 550 5.1.1 zzz", "mail_server", "recipient_unknown"),
        ("RCPT TO: 550 5.2.1 zzz", "mail_server", "recipient_disabled"),
        ("SMTP 552 5.3.4 zzz", "relay", "provider_content"),
        ("MAIL FROM: 553 5.1.8 zzz", "mail_server", "provider_sender_refused"),
        ("smtp reply 535 zzz", "mail_server", "provider_login"),
        (
            "Expected response code 250 but got code \"450\", with message \"450 zzz later\"",
            "mail_server",
            "provider_limit",
        ),
        ("550 zzz no thanks, your mail server is on a blocklist", "mail_server", "other_receiver"),
    ] {
        let explained = explain(text);
        assert!(!explained.errors().is_empty(), "{text}");
        assert_eq!(
            (explained.speaker(), explained.causes()[0]),
            (speaker, cause),
            "{text}: {:?}",
            explained.errors()
        );
    }
}

/// The causes of Gmail are not those of another service with the same reason.
#[test]
fn another_service_of_googles_gets_none_of_gmails_causes() {
    let of = |host: &str| {
        format!(
            "POST https://{host}/v1/x {{\"code\": 400, \"message\": \"Precondition check failed.\", \"status\": \"FAILED_PRECONDITION\"}}"
        )
    };
    assert_eq!(explain(&of("cloudtasks.googleapis.com")).causes(), ["api_precondition"]);
    assert_eq!(explain(&of("gmail.googleapis.com")).causes()[0], "service_account_without_subject");
}

/// Short texts from public threads and references, with the link of each. Names and addresses are replaced.
#[test]
fn each_text_of_the_collection_is_the_error_that_it_was_found_to_be() {
    #[derive(serde::Deserialize)]
    struct Text {
        text: String,
        link: String,
        speaker: Option<String>,
        error: String,
        cause: Option<String>,
    }
    let lines = include_str!("../error_texts.jsonl");
    let texts: Vec<Text> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(texts.len() >= 150, "{}", texts.len());
    // A process for each text: half of the time is the system's.
    std::thread::scope(|scope| {
        for some in texts.chunks(texts.len().div_ceil(4)) {
            scope.spawn(move || {
                for text in some {
                    assert!(text.link.starts_with("https://"), "{}", text.link);
                    let explained = explain(&text.text);
                    let place = if text.cause.is_some() { "errors" } else { "ignored" };
                    let first = &explained.json[place][0];
                    assert_eq!(first["id"], text.error.as_str(), "{}: {}", text.link, text.text);
                    if let (Some(cause), Some(speaker)) = (&text.cause, &text.speaker) {
                        assert_eq!(first["causes"][0]["id"], cause.as_str(), "{}", text.link);
                        assert_eq!(first["speaker"], speaker.as_str(), "{}", text.link);
                    }
                }
            });
        }
    });
}

/// What surprises in these texts: one sentence for several causes, words of others that look like Google's, answers
/// that hide their reason.
#[test]
fn what_surprises_comes_out_right() {
    for (text, speaker, causes) in [
        (
            "400 failedPrecondition: Precondition check failed.",
            "gmail_api",
            &["service_account_without_subject", "mail_service_not_enabled", "passing_fault"][..],
        ),
        ("400 failedPrecondition: Mail service not enabled", "gmail_api", &["mail_service_not_enabled"]),
        (
            "access_denied: Account restricted",
            "token_endpoint",
            &["account_restricted", "context_aware_access"],
        ),
        (
            r#"{"error": "unauthorized_client", "error_description": "Unauthorized"}"#,
            "token_endpoint",
            &["refresh_token_of_another_client"],
        ),
        (
            "535-5.7.8 Username and Password not accepted. For more information, go to\n535 5.7.8  https://support.google.com/mail/?p=BadCredentials abc.12 - gsmtp",
            "gmail_smtp",
            &["password_refused"],
        ),
        (
            "421 4.7.0 Try again later, closing connection. (EHLO) abc.12 - gsmtp",
            "gmail_smtp",
            &["ehlo_name"],
        ),
        (
            "smtp-relay.gmail.com: Failed to send test email: EOF",
            "client_library",
            &["connection_closed", "ehlo_name"],
        ),
        (
            r#"{"error": {"code": 401, "message": "Login Required.", "errors": [{"reason": "required"}]}}"#,
            "google_api",
            &["api_key_used"],
        ),
        (
            "invalid_grant: Not a valid email or user ID.",
            "token_endpoint",
            &["subject_unknown", "issuer_wrong"],
        ),
        (
            "google.auth.exceptions.RefreshError: ('invalid_grant: Bad Request', {'error': 'invalid_grant'})",
            "token_endpoint",
            &["refresh_token_expired_or_revoked"],
        ),
        (
            "ERROR: 500: Backend Error - backendError (gmail)",
            "google_api",
            &["backend_error", "account_not_active"],
        ),
        (
            "403: The user must be signed up for Google Calendar. notACalendarUser",
            "google_api",
            &["account_not_active"],
        ),
        (
            "403 Quota exceeded for quota metric 'Queries' and limit 'Queries per minute per user' of service 'gmail.googleapis.com'",
            "gmail_api",
            &["throttled"],
        ),
        (
            "Error: Invalid login: 454 4.7.0 Too many login attempts, please try again later. abc.12 - gsmtp",
            "gmail_smtp",
            &["too_many_logins"],
        ),
        (
            "Project 123456789012 is not found and cannot be used for API calls. accessNotConfigured",
            "google_api",
            &["api_disabled"],
        ),
        (
            "User: user@example.com, Service not applicable/Does not exist",
            "client_library",
            &["gmail_not_usable"],
        ),
        ("Gmail API Service/App not enabled", "client_library", &["gmail_not_usable"]),
        (
            "530 5.7.0 Must issue a STARTTLS command first. abc.12 - gsmtp",
            "gmail_smtp",
            &["starttls_missing"],
        ),
        (
            "530-5.7.0 Authentication Required. Learn more at\n530 5.7.0  https://support.google.com/mail/?p=WantAuthError abc.12 - gsmtp",
            "gmail_smtp",
            &["smtp_login_missing"],
        ),
        (
            "5.7.9 Application-specific password required. Learn more at 5.7.9 https://support.google.com/mail/?p=InvalidSecondFactor",
            "gmail_smtp",
            &["app_password_required"],
        ),
        ("Invalid impersonation &quot;sub&quot; field: user", "token_endpoint", &["subject_unknown"]),
        ("The provided authorization grant is invalid, expired, or revoked", "relay", &["sendgrid_key"]),
        (
            "550-5.7.26 This mail has been blocked because the sender is unauthenticated. abc.12 - gsmtp (SendGrid event: bounce)",
            "google_receiving",
            &["sender_unauthenticated"],
        ),
        ("554 5.7.1 <user@example.com>: Relay access denied", "relay", &["relay_denied"]),
        ("552 5.7.0 Daily relay quota exceeded", "relay", &["provider_limit"]),
        ("5.1.0 Sender is not allowed to send from gmail.com", "relay", &["provider_sender_refused"]),
        (
            "MessageRejected: Email address is not verified. The following identities failed the check in region EU-WEST-1",
            "relay",
            &["ses_identity"],
        ),
        (
            "550 5.2.1 The email account that you tried to reach is disabled. https://support.google.com/mail/?p=DisabledUser abc.12 - gsmtp",
            "google_receiving",
            &["recipient_disabled"],
        ),
        (
            "Gmail API has not been used in project 123456789012 before or it is disabled.",
            "google_api",
            &["api_disabled"],
        ),
    ] {
        let explained = explain(text);
        assert!(!explained.errors().is_empty(), "{text}");
        assert_eq!(explained.speaker(), speaker, "{text}: {:?}", explained.errors());
        let found = explained.causes();
        assert_eq!(found[0], causes[0], "{text}: {:?}", explained.errors());
        assert!(causes.iter().all(|cause| found.contains(cause)), "{text}: {found:?}");
    }
}

/// Versions, sizes, addresses, hashes and prose that look like a refusal, and texts of public threads about other things.
#[test]
fn what_only_looks_like_an_error_of_mail_or_google_is_unknown() {
    #[derive(serde::Deserialize)]
    struct Text {
        text: String,
        link: Option<String>,
    }
    let lines = include_str!("../negative_texts.jsonl");
    let texts: Vec<Text> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(texts.iter().filter(|text| text.link.is_none()).count() >= 40);
    assert!(texts.iter().filter(|text| text.link.is_some()).count() >= 20);
    std::thread::scope(|scope| {
        for some in texts.chunks(texts.len().div_ceil(4)) {
            scope.spawn(move || {
                for Text { text, link } in some {
                    let explained = explain(text);
                    assert_eq!(explained.code, 3, "{link:?} {text}: {}", explained.json);
                }
            });
        }
    });
}

/// nodemailer/nodemailer#1089, kootenpv/yagmail#267, PHPMailer/PHPMailer#1370, hmailserver/hmailserver#491.
#[test]
fn a_reply_is_the_recipients_only_where_the_text_shows_a_delivery() {
    let reply = "550 5.7.1 Message refused";
    for submission in [
        format!(
            "Error: Message failed: {reply}\n    at SMTPConnection._formatError (smtp-connection/index.js:784:19)"
        ),
        "smtplib.SMTPDataError: (550, b'5.7.1 Message refused')".to_owned(),
        format!("SMTP ERROR: DATA END command failed: {reply}\nSMTP Error: data not accepted."),
        "System.Net.Mail.SmtpException: Transaction failed. The server response was: 5.7.1 Message refused"
            .to_owned(),
        format!("org.springframework.mail.MailSendException: {reply}"),
        format!("msmtp: the server did not accept the mail\nmsmtp: server message: {reply}"),
        format!("Expected response code 250 but got code \"550\", with message \"{reply}\""),
    ] {
        let explained = explain(&submission);
        assert_eq!((explained.code, explained.speaker()), (0, "mail_server"), "{submission}");
        assert!(!explained.causes().contains(&"other_receiver"), "{submission}: {:?}", explained.causes());
    }
    for delivery in [
        format!("Diagnostic-Code: smtp; {reply}\nRemote-MTA: dns; mail.example.net"),
        format!(
            "<a@example.net>: host mail.example.net[192.0.2.1] said: {reply} (in reply to end of DATA command)"
        ),
        format!("SMTP error from remote mail server after end of data: {reply}"),
        format!("relay=mail.example.net[192.0.2.1]:25, dsn=5.7.1, status=bounced ({reply})"),
    ] {
        assert_eq!(explain(&delivery).causes()[0], "other_receiver", "{delivery}");
    }
    let alone = explain(reply);
    assert_eq!(alone.speaker(), "mail_server");
    for cause in ["other_receiver", "provider_content", "provider_sender_refused"] {
        assert!(alone.causes().contains(&cause), "{cause}");
    }
    assert!(alone.json["errors"][0]["meaning"].as_str().unwrap().contains("does not show whether"));
}

#[test]
fn a_block_list_is_not_the_recipients_where_a_program_submits() {
    let words = "550 5.7.1 Service unavailable; client [192.0.2.7] blocked using zen.spamhaus.org";
    let submitted = explain(&format!("Error: Can't send mail - all recipients were rejected: {words}"));
    assert_eq!((submitted.speaker(), submitted.causes()[0]), ("mail_server", "sending_address_blocked"));
    let delivered =
        explain(&format!("host mail.example.net[192.0.2.1] said: {words} (in reply to RCPT TO command)"));
    assert_eq!(delivered.causes()[0], "other_receiver");
}

#[test]
fn the_domain_of_an_address_is_not_the_server_that_spoke() {
    assert_eq!(explain("smtp 550 5.1.3 <someone@yahoo.com> zzz").speaker(), "mail_server");
    assert_eq!(
        explain("smtp 550 5.7.0 Rejected by the administrator of San Francisco").speaker(),
        "mail_server"
    );
    assert_eq!(explain("smtp.mail.yahoo.com: 550 5.1.3 <someone@example.net> zzz").speaker(), "relay");
}

#[test]
fn google_is_the_sender_or_the_receiver_only_where_the_text_shows_it() {
    let words = "550 5.7.1 Nobody has seen this. abc.12 - gsmtp";
    for (text, speaker) in [
        (format!("smtp.gmail.com:587 {words}"), "gmail_smtp"),
        (
            format!("Remote-MTA: dns; gmail-smtp-in.l.google.com\nDiagnostic-Code: smtp; {words}"),
            "google_receiving",
        ),
        (words.to_owned(), "google_mail_server"),
    ] {
        assert_eq!(explain(&text).speaker(), speaker, "{text}");
    }
    let protocol = explain("502 5.5.1 Whatever this is. abc.12 - gsmtp");
    assert_eq!(protocol.causes()[0], "program_fault");
    // RFC 3463 and RFC 7372.
    for (code, cause) in [
        ("452-4.5.3", "sending_limit"),
        ("550-5.4.5", "sending_limit"),
        ("550-5.2.1", "recipient_disabled"),
        ("550-5.7.25", "reverse_dns"),
        ("550-5.7.23", "sender_unauthenticated"),
    ] {
        let explained = explain(&format!("{code} Whatever this is. abc.12 - gsmtp"));
        assert_eq!(explained.causes()[0], cause, "{code}");
        assert!(
            !explained.causes().contains(&"other_receiver") && explained.speaker() != "mail_server",
            "{code}"
        );
    }
    assert_eq!(explain("530 5.5.1 Whatever this is. abc.12 - gsmtp").causes()[0], "smtp_login_missing");
}

/// https://support.google.com/accounts/answer/16668185; jberkel/sms-backup-plus#1088.
#[test]
fn an_app_that_an_admin_has_not_allowed_is_not_an_api_that_is_off() {
    for text in [
        "Error 400: access_not_configured",
        "Access blocked: your institution's admin needs to review this app",
    ] {
        let explained = explain(text);
        assert_eq!((explained.speaker(), explained.causes()[0]), ("token_endpoint", "app_blocked"), "{text}");
    }
    let api = explain("googleapiclient: 403 accessNotConfigured");
    assert_eq!((api.speaker(), api.causes()[0]), ("google_api", "api_disabled"));
    let alone = explain("This app is blocked");
    assert!(alone.causes().contains(&"app_in_testing") && alone.causes().contains(&"app_blocked"));
    assert!(alone.json["errors"][0]["meaning"].as_str().unwrap().contains("does not show who"));
}

/// One answer, in the form of each client library.
#[test]
fn every_clients_form_of_one_answer_is_the_same_error() {
    for text in [
        "google.auth.exceptions.RefreshError: ('invalid_grant: Invalid JWT Signature.', {'error': 'invalid_grant', 'error_description': 'Invalid JWT Signature.'})",
        "GaxiosError: invalid_grant\n  data: { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' }",
        "oauth2: cannot fetch token: 400 Bad Request\nResponse: {\"error\":\"invalid_grant\",\"error_description\":\"Invalid JWT Signature.\"}",
        "com.google.api.client.auth.oauth2.TokenResponseException: 400 Bad Request\n{ \"error\" : \"invalid_grant\", \"error_description\" : \"Invalid JWT Signature.\" }",
        "Uncaught Google\\Service\\Exception: {\n  \"error\": \"invalid_grant\",\n  \"error_description\": \"Invalid JWT Signature.\"\n}",
        "Google.Apis.Auth.OAuth2.Responses.TokenResponseException: Error:\"invalid_grant\", Description:\"Invalid JWT Signature.\", Uri:\"\"",
        "Signet::AuthorizationError: Authorization failed.  Server message: {\"error\":\"invalid_grant\",\"error_description\":\"Invalid JWT Signature.\"}",
    ] {
        let explained = explain(text);
        assert_eq!(
            (explained.speaker(), explained.causes()[0]),
            ("token_endpoint", "key_rejected"),
            "{text}"
        );
    }
    assert_eq!(explain("google.api_core.exceptions.NotFound: 404 zzz").causes()[0], "not_found");
    for text in [
        r#"{"error": {"code": 403, "message": "zzz", "errors": [{"domain": "global", "reason": "insufficientPermissions", "message": "zzz"}]}}"#,
        r#"{"error": {"code": 403, "message": "zzz", "status": "PERMISSION_DENIED", "details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}]}}"#,
        "googleapi: Error 403: zzz, insufficientPermissions",
        "Google::Apis::ClientError: insufficientPermissions: zzz",
    ] {
        assert_eq!(explain(text).causes()[0], "scope_insufficient", "{text}");
    }
}
