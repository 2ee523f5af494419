//! Google's refusals, in Google's words.
//!
//! Wordings come from Google's error guides and from bodies that users reported; those nobody could
//! confirm are marked *unverified* at their constructor.

use serde_json::{Value, json};

use crate::discovery::{Api, Method};

const CREDENTIALS_HELP: &str = "Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.";
const REALM: &str = "Bearer realm=\"https://accounts.google.com/\"";

/// An error answer of an API method.
#[derive(Debug, Clone)]
pub(crate) struct ApiError {
    pub(crate) code: u16,
    message: String,
    status: Option<&'static str>,
    reasons: Vec<Value>,
    details: Vec<Value>,
    pub(crate) www_authenticate: Option<String>,
    /// Whether a front end tells it, in a page instead of the envelope.
    pub(crate) is_page: bool,
}

impl ApiError {
    fn new(code: u16, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            status: None,
            reasons: Vec::new(),
            details: Vec::new(),
            www_authenticate: None,
            is_page: false,
        }
    }

    fn status(mut self, status: &'static str) -> Self {
        self.status = Some(status);
        self
    }

    fn reason(self, reason: &str) -> Self {
        let message = self.message.clone();
        self.reason_saying("global", reason, &message)
    }

    fn reason_saying(mut self, domain: &str, reason: &str, message: &str) -> Self {
        self.reasons.push(json!({ "message": message, "domain": domain, "reason": reason }));
        self
    }

    fn located(mut self, location: &str, kind: &str) -> Self {
        for reason in &mut self.reasons {
            reason["location"] = json!(location);
            reason["locationType"] = json!(kind);
        }
        self
    }

    fn information(mut self, reason: &str, domain: &str, metadata: Value) -> Self {
        self.details.push(json!({
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": reason,
            "domain": domain,
            "metadata": metadata,
        }));
        self
    }

    fn violation(mut self, field: &str, description: &str) -> Self {
        self.details.push(json!({
            "@type": "type.googleapis.com/google.rpc.BadRequest",
            "fieldViolations": [{ "field": field, "description": description }],
        }));
        self
    }

    /// An error in the envelope of one API: the Admin SDK's leave out `status`, the cloud's leave out `errors`.
    pub(crate) fn of(
        api: Api,
        code: u16,
        status: &'static str,
        reason: &str,
        message: impl Into<String>,
    ) -> Self {
        let error = Self::new(code, message);
        match api {
            api if api.is_admin() => error.reason(reason),
            api if api.is_cloud() => error.status(status),
            _ => error.reason(reason).status(status),
        }
    }

    /// The same error as one API's methods tell it: IAM's tell a status and no list of errors.
    pub(crate) fn told_by(mut self, api: Api) -> Self {
        if api.is_cloud() {
            self.reasons.clear();
            self.status = self.status.or((self.code == 400).then_some("INVALID_ARGUMENT"));
        }
        self
    }

    /// A planned refusal. A code that none of Google's names goes with keeps the older list of reasons.
    pub(crate) fn planned(
        api: Api,
        code: u16,
        domain: &str,
        reason: &str,
        message: impl Into<String>,
    ) -> Self {
        let error = Self::new(code, message);
        let message = error.message.clone();
        match (api, status_name(code, reason)) {
            (_, None) => error.reason_saying(domain, reason, &message),
            (api, _) if api.is_admin() => error.reason_saying(domain, reason, &message),
            (api, Some(name)) if api.is_cloud() => error.status(name),
            (_, Some(name)) => error.reason_saying(domain, reason, &message).status(name),
        }
    }

    /// A planned refusal with one of the reasons that Google lists for all its APIs.
    pub(crate) fn planned_detail(method: &Method, code: u16, reason: &str, message: &str) -> Self {
        let older = if code == 401 { "authError" } else { "forbidden" };
        Self::planned(method.api, code, "global", older, message).information(
            reason,
            "googleapis.com",
            call_metadata(method),
        )
    }

    /// The metric and the limit are examples: their names differ by API and method.
    pub(crate) fn quota_metric(method: &Method, code: u16, project_number: &str) -> Self {
        let service = method.api.service();
        let (metric, limit) = (format!("{service}/default_requests"), "DefaultRequestsPerMinutePerProject");
        let message = format!(
            "Quota exceeded for quota metric '{metric}' and limit '{limit}' of service '{service}' for consumer 'project_number:{project_number}'."
        );
        Self::planned(method.api, code, "global", "rateLimitExceeded", message).information(
            "RATE_LIMIT_EXCEEDED",
            "googleapis.com",
            json!({
                "service": service,
                "consumer": format!("projects/{project_number}"),
                "quota_metric": metric,
                "quota_limit": limit,
            }),
        )
    }

    /// The address is served by no method. Google's front end answers an HTML page with the title "Error 404 (Not
    /// Found)!!1" (google/google-visualization-issues issue 2593).
    pub(crate) fn unknown_path(path: &str) -> Self {
        Self { is_page: true, ..Self::unknown_name(path) }
    }

    /// *Unverified*: a method's path with a name that nobody has, in the envelope.
    pub(crate) fn unknown_name(path: &str) -> Self {
        Self::new(404, format!("The requested URL {path} was not found on this server."))
            .reason("notFound")
            .status("NOT_FOUND")
    }

    /// *Unverified*: Google answers a verb that a path does not know with 404 or 405 depending on the API.
    pub(crate) fn unknown_verb(verb: &str) -> Self {
        Self::new(405, format!("Method {verb} is not allowed for this resource."))
            .reason("httpMethodNotAllowed")
    }

    /// *Unverified*: a part of the path that is no text once decoded.
    pub(crate) fn unreadable_path(api: Api) -> Self {
        Self::of(api, 400, "INVALID_ARGUMENT", "badRequest", "Bad Request")
    }

    /// *Unverified*: the query of a GET sent as POST that is longer than an address can be here.
    pub(crate) fn too_large() -> Self {
        Self::new(413, "Request Entity Too Large").reason("uploadTooLarge")
    }

    /// The emulator's own words: only JSON is answered.
    pub(crate) fn answer_not_served(api: Api, alt: &str) -> Self {
        let message = format!("The emulator does not serve alt={alt}.");
        Self::of(api, 400, "INVALID_ARGUMENT", "invalidParameter", message).located("alt", "parameter")
    }

    /// *Unverified* wording: that the calls of a batch all go to one API is documented.
    pub(crate) fn of_another_api() -> Self {
        Self::new(400, "All calls of a batch must go to the same API.")
            .reason("badRequest")
            .status("INVALID_ARGUMENT")
    }

    /// *Unverified* wording.
    pub(crate) fn no_call() -> Self {
        Self::new(400, "Failed to parse batch part.").reason("badRequest").status("INVALID_ARGUMENT")
    }

    /// *Unverified* wording.
    pub(crate) fn no_batch() -> Self {
        Self::new(400, "Failed to parse batch request.").reason("badRequest").status("INVALID_ARGUMENT")
    }

    pub(crate) fn credentials_missing(method: &Method) -> Self {
        let mut error = Self::new(
            401,
            format!("Request is missing required authentication credential. {CREDENTIALS_HELP}"),
        )
        .reason_saying("global", "required", "Login Required.")
        .located("Authorization", "header")
        .status("UNAUTHENTICATED")
        .information("CREDENTIALS_MISSING", "googleapis.com", call_metadata(method));
        error.www_authenticate = Some(REALM.to_owned());
        error
    }

    pub(crate) fn credentials_invalid() -> Self {
        let mut error =
            Self::new(401, format!("Request had invalid authentication credentials. {CREDENTIALS_HELP}"))
                .reason_saying("global", "authError", "Invalid Credentials")
                .located("Authorization", "header")
                .status("UNAUTHENTICATED");
        error.www_authenticate = Some(format!("{REALM}, error=\"invalid_token\""));
        error
    }

    /// The metadata's `method` is Google's internal name, which is not published: the public id stands
    /// in for it.
    pub(crate) fn scope_insufficient(method: &Method) -> Self {
        let mut error = Self::new(403, "Request had insufficient authentication scopes.")
            .reason_saying("global", "insufficientPermissions", "Insufficient Permission")
            .status("PERMISSION_DENIED")
            .information("ACCESS_TOKEN_SCOPE_INSUFFICIENT", "googleapis.com", call_metadata(method));
        error.www_authenticate =
            Some(format!("{REALM}, error=\"insufficient_scope\", scope=\"{}\"", method.scopes.join(" ")));
        error
    }

    /// The API is switched off in the project that the calling client belongs to.
    pub(crate) fn service_disabled(api: Api, project_number: &str) -> Self {
        let message = format!(
            "{title} has not been used in project {project_number} before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/{service}/overview?project={project_number} then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry.",
            title = api.title(),
            service = api.service(),
        );
        let error = Self::new(403, message.clone()).status("PERMISSION_DENIED").information(
            "SERVICE_DISABLED",
            "googleapis.com",
            json!({ "consumer": format!("projects/{project_number}"), "service": api.service() }),
        );
        if api.is_cloud() {
            error
        } else {
            error.reason_saying("usageLimits", "accessNotConfigured", &message)
        }
    }

    /// A number outside the limits of its parameter. The wording is that of Google's older front end;
    /// *unverified* for the newer one.
    pub(crate) fn out_of_range(name: &str, value: &str, minimum: &str, maximum: &str) -> Self {
        Self::new(
            400,
            format!("Invalid value '{value}'. Values must be within the range: [{minimum}, {maximum}]"),
        )
        .reason("invalidParameter")
        .located(name, "parameter")
    }

    /// A query parameter whose value is not of its type.
    pub(crate) fn ill_typed(name: &str, value: &str, kind: &str) -> Self {
        let description = format!("Invalid value at '{name}' ({kind}), \"{value}\"");
        Self::new(400, description.clone())
            .reason("badRequest")
            .status("INVALID_ARGUMENT")
            .violation(name, &description)
    }

    /// A body that is no JSON object. *Unverified*: what follows the first sentence.
    pub(crate) fn ill_formed_message() -> Self {
        Self::new(400, "Invalid JSON payload received. Unexpected token.")
            .reason("badRequest")
            .status("INVALID_ARGUMENT")
    }

    /// A field of the body that the method's description does not have.
    pub(crate) fn unknown_field(name: &str) -> Self {
        let description =
            format!("Invalid JSON payload received. Unknown name \"{name}\": Cannot find field.");
        Self::new(400, description.clone())
            .reason("badRequest")
            .status("INVALID_ARGUMENT")
            .violation("", &description)
    }

    /// A query parameter that the method's description does not have.
    pub(crate) fn unknown_parameter(name: &str) -> Self {
        let description = format!(
            "Invalid JSON payload received. Unknown name \"{name}\": Cannot bind query parameter. Field '{name}' could not be found in request message."
        );
        Self::new(400, description.clone())
            .reason("badRequest")
            .status("INVALID_ARGUMENT")
            .violation("", &description)
    }

    /// A parameter that takes one value has two. Stricter than Google where that was measured: Drive and
    /// Sheets read the first of some and the last of others (github.com/brekkylab/backlot, issue 306), so no
    /// client can rely on either. *Assumed* wording.
    pub(crate) fn given_twice(name: &str) -> Self {
        let description = format!(
            "Invalid JSON payload received. Unknown name \"{name}\": Proto field is not repeating, cannot start list."
        );
        Self::new(400, description.clone())
            .reason("badRequest")
            .status("INVALID_ARGUMENT")
            .violation(name, &description)
    }

    /// *Unverified* wording.
    pub(crate) fn missing_parameter(api: Api, name: &str) -> Self {
        let message = format!("Missing required parameter: {name}");
        Self::of(api, 400, "INVALID_ARGUMENT", "required", message)
    }

    /// A partial-response mask that does not parse, or names a field the resource does not have.
    pub(crate) fn invalid_field_selection(selection: &str) -> Self {
        Self::new(400, format!("Invalid field selection {selection}"))
            .reason("invalidParameter")
            .located("fields", "parameter")
    }

    /// *Unverified* wording: that a foreign or stale page token is refused with 400 is documented, the
    /// text is not.
    pub(crate) fn invalid_page_token(api: Api) -> Self {
        Self::of(api, 400, "INVALID_ARGUMENT", "invalid", "Invalid Input: pageToken")
    }

    pub(crate) fn directory(code: u16, reason: &str, message: impl Into<String>) -> Self {
        Self::new(code, message).reason(reason)
    }

    /// The subject is no administrator, or one without the right.
    pub(crate) fn not_an_administrator() -> Self {
        Self::directory(403, "forbidden", "Not Authorized to access this resource/api")
    }

    /// What Directory says to `my_customer` when the token has no subject: permanent, though it looks
    /// like an outage.
    pub(crate) fn no_administrator_named() -> Self {
        Self::directory(503, "backendError", "Service unavailable. Please try again")
    }

    pub(crate) fn resource_not_found(parameter: &str) -> Self {
        Self::directory(404, "notFound", format!("Resource Not Found: {parameter}"))
    }

    pub(crate) fn gmail(code: u16, status: &'static str, reason: &str, message: impl Into<String>) -> Self {
        Self::of(Api::Gmail, code, status, reason, message)
    }

    /// The caller lacks an IAM permission; a resource that does not exist reads the same.
    pub(crate) fn iam_permission_denied(permission: &str, resource: &str) -> Self {
        Self::new(403, format!("Permission '{permission}' denied on resource (or it may not exist)."))
            .status("PERMISSION_DENIED")
            .information(
                "IAM_PERMISSION_DENIED",
                "iam.googleapis.com",
                json!({ "resource": resource, "permission": permission }),
            )
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn body(&self) -> Value {
        let mut error = json!({ "code": self.code, "message": self.message });
        if !self.reasons.is_empty() {
            error["errors"] = Value::Array(self.reasons.clone());
        }
        if let Some(status) = self.status {
            error["status"] = json!(status);
        }
        if !self.details.is_empty() {
            error["details"] = Value::Array(self.details.clone());
        }
        json!({ "error": error })
    }
}

/// Google's name of an HTTP status, where there is one.
fn status_name(code: u16, reason: &str) -> Option<&'static str> {
    Some(match code {
        400 if reason == "failedPrecondition" => "FAILED_PRECONDITION",
        400 => "INVALID_ARGUMENT",
        401 => "UNAUTHENTICATED",
        403 => "PERMISSION_DENIED",
        404 => "NOT_FOUND",
        409 => "ABORTED",
        429 => "RESOURCE_EXHAUSTED",
        499 => "CANCELLED",
        500 => "INTERNAL",
        501 => "UNIMPLEMENTED",
        503 => "UNAVAILABLE",
        504 => "DEADLINE_EXCEEDED",
        _ => return None,
    })
}

fn call_metadata(method: &Method) -> Value {
    json!({ "service": method.api.service(), "method": method.id })
}
