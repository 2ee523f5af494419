//! An error of a Google API that no row has the words of, in the forms in which client libraries print it. The table of
//! answers, which the audit uses for its own requests, tells the cause.

use super::Speaker;
use crate::causes::{self, Answer, CauseRow, Source, answers};

/// Of which API, and what it means.
pub(super) struct ApiAnswer {
    pub(super) speaker: Speaker,
    pub(super) cause: &'static CauseRow,
    /// Where it begins.
    pub(super) at: usize,
}

/// What a Google API or a client library of one prints; all in lower case.
const MARKS: &[&str] = &[
    "googleapis.com",
    "googleapi:",
    "google_service_exception",
    "google\\service\\exception",
    "google/service/exception",
    "googlejsonresponseexception",
    "google.googleapiexception",
    "googleapiexception",
    "google.apis",
    "google::apis",
    "googleapiclient",
    "google.api_core",
    "<httperror",
    "\"domain\": \"global\"",
    "\"domain\":\"global\"",
    "\"domain\" : \"global\"",
    "gaxioserror",
    "usagelimits",
    "google.golang.org/api",
    "google api",
    "gmail api",
    "type.googleapis",
    // GAM.
    "- resourcenotfound",
    "- notfound",
    "- forbidden",
    "- badrequest",
    "- invalid",
    "- backenderror",
    "- failedprecondition",
    "- conditionnotmet",
    "api call to",
];

/// Names of `google.rpc.Code`, with their HTTP status.
const CODES: &[(&str, u16)] = &[
    ("clienterror: notfound", 404),
    ("clienterror: forbidden", 403),
    ("clienterror: badrequest", 400),
    ("clienterror: invalid", 400),
    ("httpstatuscode is notfound", 404),
    ("httpstatuscode is forbidden", 403),
    ("httpstatuscode is badrequest", 400),
    ("httpstatuscode is unauthorized", 401),
    ("httpstatuscode is toomanyrequests", 429),
    // Python's `google.api_core.exceptions`.
    ("exceptions.permissiondenied", 403),
    ("exceptions.forbidden", 403),
    ("exceptions.notfound", 404),
    ("exceptions.badrequest", 400),
    ("exceptions.invalidargument", 400),
    ("exceptions.failedprecondition", 400),
    ("exceptions.unauthenticated", 401),
    ("exceptions.unauthorized", 401),
    ("exceptions.toomanyrequests", 429),
    ("exceptions.serviceunavailable", 503),
    ("permission_denied", 403),
    ("code = permissiondenied", 403),
    ("\"unauthenticated\"", 401),
    ("code = unauthenticated", 401),
    ("invalid_argument", 400),
    ("code = invalidargument", 400),
    ("failed_precondition", 400),
    ("code = failedprecondition", 400),
    ("\"not_found\"", 404),
    ("code = notfound", 404),
    ("resource_exhausted", 429),
    ("code = resourceexhausted", 429),
    ("\"unavailable\"", 503),
    ("code = unavailable", 503),
    ("deadline_exceeded", 504),
];

/// How a status stands in a text: these words, then the number.
const BEFORE_STATUS: &[&str] = &[
    "\"code\":",
    "\"code\" :",
    "code:",
    "httperror",
    "error",
    "error:",
    "googleapi: error",
    "http",
    "status code",
    "status:",
    "exception:",
    "statuscode:",
    "code=",
    "status=",
    "response code",
    "clienterror:",
    "code\\\":",
    "\"status\":",
];

/// The error of a Google API in a paste that is in lower case.
pub(super) fn read(paste: &str) -> Option<ApiAnswer> {
    let mark = MARKS.iter().filter_map(|mark| paste.find(mark)).min()?;
    let (http, at) = status(paste)?;
    let source = source(paste);
    let reason = paste
        .split(|char: char| !(char.is_ascii_alphanumeric() || char == '_'))
        .find(|word| word.len() >= 8 && answers::is_reason(word))
        .unwrap_or_default();
    let end = super::floor(paste, (mark.max(at) + 2000).min(paste.len()));
    let begin = super::floor(paste, mark.min(at).saturating_sub(400));
    let domain = if paste.contains("usagelimits") { "usageLimits" } else { "" };
    let message = &paste[begin..end];
    let answer = Answer { source, http, reason, detail: "", status: "", domain, message };
    let cause = answers::classify(&answer);
    let cause = if cause == causes::UNKNOWN_ANSWER { return None } else { cause.row() };
    let speaker = match source {
        Source::Gmail => Speaker::GmailApi,
        Source::Directory | Source::Reports => Speaker::DirectoryApi,
        Source::IamCredentials => Speaker::IamApi,
        _ => Speaker::GoogleApi,
    };
    Some(ApiAnswer { speaker, cause, at })
}

/// The first HTTP status of an error, and where it stands.
fn status(paste: &str) -> Option<(u16, usize)> {
    let number = paste.match_indices(['4', '5']).find_map(|(at, _)| {
        let code: u16 = paste
            .get(at..at + 3)?
            .parse()
            .ok()
            .filter(|code| matches!(code, 400 | 401 | 403 | 404 | 409 | 412 | 429 | 500..=504))?;
        let before = paste[..at].trim_end_matches([' ', '"', '\'', '*', '`', '\n', '\t']);
        let is_alone = !paste[at + 3..].starts_with(|char: char| char.is_ascii_alphanumeric() || char == '.')
            && !paste[..at].ends_with(|char: char| char.is_ascii_alphanumeric() || char == '.');
        let is_status = before.is_empty() || BEFORE_STATUS.iter().any(|words| before.ends_with(words));
        // .NET writes `[404]`.
        let is_bracketed = before.ends_with('[') && paste[at + 3..].starts_with(']');
        let has_name = [
            "forbidden",
            "not found",
            "bad request",
            "unauthorized",
            "internal server",
            "service unavailable",
        ]
        .iter()
        .any(|name| paste[at + 3..].trim_start_matches([' ', ':', '(', '"', '-']).starts_with(name));
        (is_alone && (is_status || is_bracketed || has_name)).then_some((code, at))
    });
    number.or_else(|| {
        let named = CODES.iter().filter_map(|(name, code)| paste.find(name).map(|at| (*code, at)));
        named.min_by_key(|(_, at)| *at)
    })
}

/// The API that a text names. What stands nearest to the words of an error is not looked for: most texts name one.
fn source(paste: &str) -> Source {
    const SOURCES: &[(&str, Source)] = &[
        ("gmail.googleapis.com", Source::Gmail),
        ("/gmail/v1", Source::Gmail),
        ("gmail.users.", Source::Gmail),
        ("admin/directory", Source::Directory),
        ("admin/reports", Source::Reports),
        ("iamcredentials", Source::IamCredentials),
    ];
    let named = SOURCES.iter().find(|(words, _)| paste.contains(words));
    named.map_or(Source::OtherApi, |(_, source)| *source)
}

/// Whether a text names services of Google, and none of them is Gmail: Gmail's causes are not meant.
pub(super) fn is_of_another_service(paste: &str) -> bool {
    const NONE: &[&str] =
        &["www", "oauth2", "gmail", "iamcredentials", "accounts", "sts", "type", "serviceusage"];
    let mut names = paste.match_indices(".googleapis.com").filter_map(|(at, _)| {
        let host = &paste[..at];
        let begin =
            host.rfind(|char: char| !(char.is_ascii_alphanumeric() || char == '-')).map_or(0, |at| at + 1);
        host.get(begin..).filter(|name| !name.is_empty())
    });
    let is_gmail = paste.contains("gmail") || paste.contains("/mail.google.com");
    let others = [
        "spreadsheet",
        "sheets/v4",
        "calendar/v3",
        "drive/v3",
        "supported for this document",
        "youtube/v3",
        "people/v1",
    ];
    !is_gmail && (names.any(|name| !NONE.contains(&name)) || others.iter().any(|words| paste.contains(words)))
}
