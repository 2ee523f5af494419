"""What the discovery documents are known to leave open, and where the answer was found.

Everything that the checker takes on other authority than the documents stands here.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fact:
    """A value with the reason to believe it."""

    value: object
    reason: str


_WRITTEN_SEVERAL_WAYS = "declared `any`, so that it may be written in several ways; it is read as a list of the schema that the same document has for it and refers to nowhere"

_AUTHENTICATED = {
    "type": "object",
    "properties": {
        "fullResourceName": {"type": "string"},
        "projectNumber": {"type": "string", "format": "int64"},
        "serviceAccountId": {"type": "string"},
    },
}

# Schema places of type `any`, or of objects whose values are, with the schema that their values have nevertheless. A place that is not
# listed fails the check.
LOOSE: dict[str, Fact] = {
    "User.addresses": Fact({"type": "array", "items": {"$ref": "UserAddress"}}, _WRITTEN_SEVERAL_WAYS),
    "User.emails": Fact({"type": "array", "items": {"$ref": "UserEmail"}}, _WRITTEN_SEVERAL_WAYS),
    "User.externalIds": Fact({"type": "array", "items": {"$ref": "UserExternalId"}}, _WRITTEN_SEVERAL_WAYS),
    "User.ims": Fact({"type": "array", "items": {"$ref": "UserIm"}}, _WRITTEN_SEVERAL_WAYS),
    "User.keywords": Fact({"type": "array", "items": {"$ref": "UserKeyword"}}, _WRITTEN_SEVERAL_WAYS),
    "User.languages": Fact({"type": "array", "items": {"$ref": "UserLanguage"}}, _WRITTEN_SEVERAL_WAYS),
    "User.locations": Fact({"type": "array", "items": {"$ref": "UserLocation"}}, _WRITTEN_SEVERAL_WAYS),
    "User.organizations": Fact(
        {"type": "array", "items": {"$ref": "UserOrganization"}}, _WRITTEN_SEVERAL_WAYS
    ),
    "User.phones": Fact({"type": "array", "items": {"$ref": "UserPhone"}}, _WRITTEN_SEVERAL_WAYS),
    "User.relations": Fact({"type": "array", "items": {"$ref": "UserRelation"}}, _WRITTEN_SEVERAL_WAYS),
    "Aliases.aliases[]": Fact(
        {"$ref": "Alias"},
        "declared `any`; the guide to aliases shows the Alias resource",
    ),
    "ResourceSearchResult.additionalAttributes[]": Fact(
        {"type": "string"},
        "declared `any`; the attributes of accounts and projects that the guide lists are texts",
    ),
    "Setting.value": Fact(
        {
            "type": "object",
            "properties": {
                **{
                    name: {"type": "boolean"}
                    for name in (
                        "enableAccountRecovery enforceRequirementsAtLogin allowReuse enableAutoForwarding "
                        "enableMailDelegation allowCustomDelegateAttribution enableDelegateAttribution "
                        "enableMailboxGroupDelegation allowUsersToUseExternalSmtpServers enableImapAccess "
                        "enablePopAccess"
                    ).split()
                },
                **{
                    name: {"type": "string"}
                    for name in ("serviceState", "allowedStrength", "expirationDuration")
                },
                "minimumLength": {"type": "integer"},
                "maximumLength": {"type": "integer"},
                "enforcedFrom": {"type": "string", "format": "google-datetime"},
                "imapAccessRestriction": {
                    "type": "object",
                    "properties": {"allowAllMailClients": {"type": "boolean"}},
                },
            },
        },
        "its values are declared `any`; the sample report and the fixtures of cisagov/ScubaGoggles (416a18ae)",
    ),
    "GoogleCloudPolicyanalyzerV1Activity.activity": Fact(
        {
            "type": "object",
            "properties": {
                "lastAuthenticatedTime": {"type": "string", "format": "google-datetime"},
                "serviceAccount": _AUTHENTICATED,
                "serviceAccountKey": _AUTHENTICATED,
            },
        },
        "its values are declared `any`; the guide's example of a last authentication",
    ),
    "ResourceSearchResult.additionalAttributes[]": Fact(
        {"type": "string"},
        "declared `any`; the attributes of accounts and projects that the guide lists are texts",
    ),
    "GoogleCloudPolicyanalyzerV1Activity.activity[]": Fact(
        {"$ref": "LastAuthentication"},
        "declared `any`; the guide's example of a last authentication",
    ),
}

# Page sizes that neither a document's fields nor its words give.
LARGEST_PAGE: dict[str, Fact] = {
    "cloudasset.searchAllResources": Fact(
        500, "the parameter's description: page size is capped at 500 even if a larger value is given"
    ),
    "policyanalyzer.projects.locations.activityTypes.activities.query": Fact(
        1000, "the reference page of activities.query: max allowed value is 1000"
    ),
    "cloudidentity.policies.list": Fact(
        100, "the parameter's description: the maximum allowed value is `100`"
    ),
    "directory.groups.list": Fact(200, "the reference page of groups.list: max allowed value is 200"),
    "directory.members.list": Fact(200, "the reference page of members.list: max allowed value is 200"),
}
DEFAULT_PAGE: dict[str, Fact] = {
    "cloudidentity.policies.list": Fact(
        50, "the parameter's description: the default is `50` results per page"
    ),
}

# The field that tells the rows of a listing apart.
IDENTITY: dict[str, str] = {
    "directory.users.list": "id",
    "directory.roles.list": "roleId",
    "directory.roleAssignments.list": "roleAssignmentId",
    "directory.groups.list": "id",
    "directory.members.list": "id",
    "reports.activities.list": "id",
    "iam.projects.serviceAccounts.list": "email",
    "iam.projects.locations.workloadIdentityPools.list": "name",
    "iam.projects.locations.workloadIdentityPools.providers.list": "name",
    "iam.roles.list": "name",
    "iam.projects.roles.list": "name",
    "iam.organizations.roles.list": "name",
    "cloudresourcemanager.projects.list": "name",
    "cloudresourcemanager.projects.search": "name",
    "cloudresourcemanager.folders.list": "name",
    "cloudresourcemanager.organizations.search": "name",
    "cloudasset.searchAllResources": "name",
    "cloudasset.searchAllIamPolicies": "resource",
    "cloudidentity.policies.list": "name",
    "policyanalyzer.projects.locations.activityTypes.activities.query": "fullResourceName",
    "serviceusage.services.list": "name",
}

# Query parameters whose enumerations are taken in either case, in spite of the document.
EITHER_CASE: dict[str, Fact] = {
    "sortOrder": Fact(
        "directory.users.list",
        "the parameter's own description: ignoring case; the guide writes them small",
    ),
}

# Values that the document's enumeration lists, and its words refuse.
REFUSED_VALUES: dict[tuple[str, str], Fact] = {
    ("iam.projects.serviceAccounts.keys.list", "keyTypes"): Fact(
        "KEY_TYPE_UNSPECIFIED",
        "its enumDescription: the presence of this will immediately result in an error",
    ),
}

# Repeated parameters that do not take a value twice.
WITHOUT_DUPLICATES: dict[tuple[str, str], Fact] = {
    ("iam.projects.serviceAccounts.keys.list", "keyTypes"): Fact(
        None, "its description: duplicate key types are not allowed"
    ),
}

# The statuses that go with each error of the token endpoint.
TOKEN_ERRORS: dict[str, frozenset[int]] = {
    "access_denied": frozenset({401, 403}),
    "admin_policy_enforced": frozenset({400, 403}),
    "deleted_client": frozenset({401}),
    "disabled_client": frozenset({401}),
    "invalid_client": frozenset({401}),
    "invalid_grant": frozenset({400}),
    "invalid_request": frozenset({400}),
    "invalid_scope": frozenset({400}),
    "unauthorized_client": frozenset({401}),
    "unsupported_grant_type": frozenset({400}),
    "invalid_target": frozenset({400}),
    "server_error": frozenset({500}),
    "internal_failure": frozenset({500}),
    "rate_limit_exceeded": frozenset({429}),
    "temporarily_unavailable": frozenset(range(501, 600)),
}

# Planned faults that leave nothing to hold against a schema, with the status that they log.
UNREADABLE_FAULTS: dict[str, frozenset[int]] = {
    "hang": frozenset({0}),
    "reset": frozenset({0}),
    "garbage": frozenset({200}),
    "cut": frozenset(range(200, 600)),
    "body": frozenset(range(200, 600)),
    "patch": frozenset(range(200, 600)),
    "html": frozenset(range(400, 600)),
    "plain-text": frozenset(range(400, 600)),
}

# Planned faults under which an answer is still one of its method.
HARMLESS_FAULTS = frozenset({"drip", "repeat-page", "empty-page"})

# Scopes that Google's help pages name and no discovery document does.
OTHER_SCOPES = frozenset(
    {
        "openid",
        "email",
        "profile",
        "https://apps-apis.google.com/a/feeds/compliance/audit/",
        "https://www.googleapis.com/auth/admin.contact.delegation",
        # The reference pages of customers.userinvitations and of projects.serviceAccounts list these.
        "https://www.googleapis.com/auth/cloud-identity.userinvitations",
        "https://www.googleapis.com/auth/cloud-identity.userinvitations.readonly",
        "https://www.googleapis.com/auth/iam",
    }
)

# Google's system parameters, which no document names with their `$`: https://cloud.google.com/apis/docs/system-parameters
SYSTEM_ALIASES: dict[str, str] = {
    name: name.removeprefix("$") for name in ("$alt", "$callback", "$fields", "$key", "$prettyPrint")
}
SYSTEM_WITHOUT_EFFECT = frozenset({"$apiVersion", "$ct", "$outputDefaults", "$userProject"})

# Ways to ask for JSON beside `json`: every generated REST client of Google sends this one.
OTHER_JSON: dict[str, Fact] = {
    "json;enum-encoding=int": Fact("json", "the REST transports that gapic-generator-python makes")
}

# How a boolean may be written, in any case: gcloud and GAM send `True`; that `true`, `1`, `y` and `yes` are
# read was measured on Drive (github.com/brekkylab/backlot, issue 339). Assumed: the other words, and other APIs.
BOOLEANS = frozenset("true t yes y 1 false f no n 0".split())

# Scopes that the reference pages of an API name for all of its methods, and its document does not.
PAGE_SCOPES: dict[str, Fact] = {
    name: Fact(
        frozenset({"https://www.googleapis.com/auth/iam"}),
        "https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts.keys/list and its sisters",
    )
    for name in ("iam.v1", "iamcredentials.v1")
}

# Hosts that answer an API beside the one of its document: the older address of the Admin SDK and Gmail.
OTHER_HOSTS: dict[str, Fact] = {
    name: Fact("www.googleapis.com", "googleworkspace/python-samples issue 21; assumed: it still answers")
    for name in ("admin.directory_v1", "admin.reports_v1", "gmail.v1")
}
GOOGLE_HOSTS = ("googleapis.com", "google.com")
# The path of a `base_url` that tests set on purpose, and that no API has.
WRONG_BASE_PATH = "/wrong/"

TOKEN_HOSTS: dict[str, str] = {
    "/token": "oauth2.googleapis.com",
    "/o/oauth2/token": "accounts.google.com",
    "/v1/token": "sts.googleapis.com",
}

# Reasons of `errors[]` with the statuses that they come with, from Google's guides to errors of Directory and Gmail.
REASONS: dict[str, frozenset[int]] = {
    "accessNotConfigured": frozenset({403}),
    "authError": frozenset({401}),
    "backendError": frozenset({500, 502, 503}),
    "badGateway": frozenset({502}),
    "badRequest": frozenset({400}),
    "dailyLimitExceeded": frozenset({403, 429}),
    "deadlineExceeded": frozenset({504}),
    "delegationDenied": frozenset({403}),
    "domainPolicy": frozenset({403}),
    "failedPrecondition": frozenset({400}),
    "forbidden": frozenset({403}),
    "gatewayTimeout": frozenset({504}),
    "httpMethodNotAllowed": frozenset({405}),
    "insufficientPermissions": frozenset({403}),
    "internalError": frozenset({500}),
    "invalid": frozenset({400}),
    "invalidParameter": frozenset({400}),
    "notFound": frozenset({404}),
    "quotaExceeded": frozenset({403, 429}),
    "rateLimitExceeded": frozenset({403, 429}),
    "required": frozenset({400, 401}),
    "sharingRateLimitExceeded": frozenset({403, 429}),
    "transientError": frozenset({503}),
    "uploadTooLarge": frozenset({413}),
    "userRateLimitExceeded": frozenset({403, 429}),
}
# The reasons of `details` whose domain is not googleapis.com.
DETAIL_REASONS: dict[str, frozenset[str]] = {
    "iam.googleapis.com": frozenset({"IAM_PERMISSION_DENIED"}),
}
