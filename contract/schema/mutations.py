"""Deliberate mistakes, each of which must make the checker fail.

Those of the emulator and of the client's requests are made in a recorded log, those of the client's types
and masks in a copy of its source. Usage: python -m schema.mutations FOLDER_OF_LOGS SOURCE
"""

from __future__ import annotations

import copy
import json
import pathlib
import re
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from . import check, exchanges, wire
from .exchanges import Exchange
from .findings import CLIENT, EMULATOR, Finding

Edit = Callable[[list[dict]], bool]
USERS = "directory.users.list"
ACCOUNTS = "iam.projects.serviceAccounts.list"
SEND_AS = "gmail.users.settings.sendAs.list"
FOREIGN_SCOPE = "https://www.googleapis.com/auth/calendar"


@dataclass(frozen=True)
class LogMistake:
    """A mistake that is made in the log. `edit` says whether the log had the place for it."""

    name: str
    by: str
    says: str
    edit: Edit


@dataclass(frozen=True)
class SourceMistake:
    """A mistake that is made in the client's source."""

    name: str
    file: str
    old: str
    new: str
    says: str


def _first(operation: str, wanted: Callable[[dict], bool], change: Callable[[dict], None]) -> Edit:
    """Changes the first answered exchange of a method that is as wanted."""

    def edit(logged: list[dict]) -> bool:
        for entry in logged:
            if entry["operation"] == operation and entry["status"] == 200 and wanted(entry):
                change(entry)
                return True
        return False

    return edit


def _rows(entry: dict) -> list[dict]:
    lists = [value for value in entry["response"].values() if isinstance(value, list)]
    return lists[0] if lists else []


def _has_rows(entry: dict) -> bool:
    return len(_rows(entry)) > 1


def _in_row(name: str) -> Callable[[dict], bool]:
    return lambda entry: any(name in row for row in _rows(entry))


def _set_in_row(name: str, value: object) -> Callable[[dict], None]:
    def change(entry: dict) -> None:
        next(row for row in _rows(entry) if name in row)[name] = value

    return change


def _rename(old: str, new: str) -> Callable[[dict], None]:
    def change(entry: dict) -> None:
        row = next(row for row in _rows(entry) if old in row)
        row[new] = row.pop(old)

    return change


def _query(name: str, value: str | None) -> Callable[[dict], None]:
    def change(entry: dict) -> None:
        kept = [pair for pair in Exchange("", 0, entry).query if pair[0] != name]
        entry["query"] = urlencode(kept + ([(name, value)] if value is not None else []))

    return change


def _asked(entry: dict, name: str) -> str | None:
    return Exchange("", 0, entry).parameter(name)


def _is_own(entry: dict) -> bool:
    return Exchange("", 0, entry).is_own


def _set(**changes: object) -> Callable[[dict], None]:
    return lambda entry: entry.update(changes)


def _follows(entry: dict) -> bool:
    return bool(_asked(entry, "pageToken")) and _has_rows(entry)


def _page_repeats(logged: list[dict]) -> bool:
    users = [entry for entry in logged if entry["operation"] == USERS and entry["status"] == 200]
    for page in users:
        token = page["response"].get("nextPageToken")
        after = next(
            (entry for entry in users if token and _asked(entry, "pageToken") == token),
            None,
        )
        if after and _has_rows(page):
            after["response"]["users"] = copy.deepcopy(page["response"]["users"])
            return True
    return False


def _token_repeats(logged: list[dict]) -> bool:
    users = [entry for entry in logged if entry["operation"] == USERS and entry["status"] == 200]
    for page in users:
        token = page["response"].get("nextPageToken")
        after = next(
            (entry for entry in users if token and _asked(entry, "pageToken") == token),
            None,
        )
        if after and "nextPageToken" in after["response"]:
            after["response"]["nextPageToken"] = token
            return True
    return False


def _token_without_more(logged: list[dict]) -> bool:
    for index, entry in enumerate(logged):
        if entry["operation"] == USERS and entry["status"] == 200 and _follows(entry):
            if "nextPageToken" not in entry["response"]:
                empty = copy.deepcopy(entry)
                empty["response"].pop("users")
                _query("pageToken", "more")(empty)
                entry["response"]["nextPageToken"] = "more"
                logged.insert(index + 1, empty)
                return True
    return False


def _row_lost(logged: list[dict]) -> bool:
    if not any(_asked(entry, "maxResults") == "7" for entry in logged):
        return False
    return _first(
        USERS,
        lambda entry: _asked(entry, "maxResults") == "7" and _has_rows(entry),
        lambda entry: _rows(entry).pop(),
    )(logged)


def _refused(status: int, change: Callable[[dict], None]) -> Edit:
    def edit(logged: list[dict]) -> bool:
        for entry in logged:
            if entry["operation"] and entry["status"] == status and "error" in entry["response"]:
                change(entry)
                return True
        return False

    return edit


def _token_call(change: Callable[[dict], None], status: int, own: bool = False) -> Edit:
    def edit(logged: list[dict]) -> bool:
        for entry in logged:
            if (
                entry["path"] == exchanges.TOKEN_PATH
                and entry["status"] == status
                and (not own or _is_own(entry))
            ):
                change(entry)
                return True
        return False

    return edit


def _flatten(entry: dict) -> None:
    entry["response"] = {
        "error": "forbidden",
        "message": entry["response"]["error"]["message"],
    }


def _mislabel(entry: dict) -> None:
    entry["response"]["error"]["code"] = 400


def _wrap(entry: dict) -> None:
    entry["response"] = {"error": {"code": entry["status"], "message": "nested"}}


def _foreign_claim_scope(entry: dict) -> None:
    entry["claims"]["scope"] = "https://www.googleapis.com/auth/gmail.everything"


def _own_rows(entry: dict) -> bool:
    return _is_own(entry) and _has_rows(entry)


def _too_many(entry: dict) -> None:
    _query("maxResults", str(len(_rows(entry)) - 1))(entry)


def _is_struck(line: str) -> bool:
    return json.loads(line)["fault"]


def _any(entry: dict) -> bool:
    return True


LOG_MISTAKES = [
    LogMistake(
        "a field misspelt",
        EMULATOR,
        "User has no field `primaryMail`",
        _first(USERS, _in_row("primaryEmail"), _rename("primaryEmail", "primaryMail")),
    ),
    LogMistake(
        "a wrong enum",
        EMULATOR,
        "is one of verificationStatusUnspecified, accepted, pending",
        _first(
            SEND_AS,
            _in_row("verificationStatus"),
            _set_in_row("verificationStatus", "confirmed"),
        ),
    ),
    LogMistake(
        "a boolean as text",
        EMULATOR,
        "User.suspended is of type boolean, got 'false'",
        _first(USERS, _in_row("suspended"), _set_in_row("suspended", "false")),
    ),
    LogMistake(
        "a time without its zone",
        EMULATOR,
        "User.creationTime is of format date-time",
        _first(
            USERS,
            _in_row("creationTime"),
            _set_in_row("creationTime", "2026-11-21 07:00:00"),
        ),
    ),
    LogMistake(
        "an int64 as a number",
        EMULATOR,
        "Role.roleId is of type string, got 7",
        _first("directory.roles.list", _in_row("roleId"), _set_in_row("roleId", 7)),
    ),
    LogMistake(
        "a stage that no role has",
        EMULATOR,
        "is one of ALPHA, BETA, GA",
        _first("iam.roles.list", _in_row("stage"), _set_in_row("stage", "FINAL")),
    ),
    LogMistake(
        "an unknown field of an audit log",
        EMULATOR,
        "Activity has no field `happened`",
        _first("reports.activities.list", _in_row("id"), _rename("events", "happened")),
    ),
    LogMistake(
        "a state that no project has",
        EMULATOR,
        "is one of STATE_UNSPECIFIED, ACTIVE, DELETE_REQUESTED",
        _first(
            "cloudresourcemanager.projects.list",
            _in_row("state"),
            _set_in_row("state", "GONE"),
        ),
    ),
    LogMistake(
        "a last use that is no time",
        EMULATOR,
        "is of format google-datetime",
        _first(
            "policyanalyzer.projects.locations.activityTypes.activities.query",
            _in_row("observationPeriod"),
            _set_in_row("observationPeriod", {"startTime": "yesterday"}),
        ),
    ),
    LogMistake(
        "another resource's kind",
        EMULATOR,
        "User.kind is always admin#directory#user",
        _first(USERS, _in_row("kind"), _set_in_row("kind", "admin#directory#users")),
    ),
    LogMistake(
        "the scope check dropped",
        EMULATOR,
        "accepts none of the token's scopes .*: expected 403, answered 200",
        _first(USERS, _any, _set(scopes=[FOREIGN_SCOPE])),
    ),
    LogMistake(
        "the token check dropped",
        EMULATOR,
        "no valid token: expected 401, answered 200",
        _first(USERS, _any, _set(client=None, scopes=[])),
    ),
    LogMistake("a page that repeats", EMULATOR, "is twice in one listing", _page_repeats),
    LogMistake(
        "a page token that repeats",
        EMULATOR,
        "a page token came twice in one listing",
        _token_repeats,
    ),
    LogMistake(
        "a token where nothing follows",
        EMULATOR,
        "a page token where nothing follows",
        _token_without_more,
    ),
    LogMistake(
        "a row lost at one page size",
        EMULATOR,
        r"rows by \w+ a page, \d+ by",
        _row_lost,
    ),
    LogMistake(
        "a stranger's page token taken",
        EMULATOR,
        "never gave out was taken",
        _first(USERS, _follows, _query("pageToken", "made-up")),
    ),
    LogMistake(
        "a page larger than asked",
        EMULATOR,
        r"\d+ rows on a page of directory.users.list that was asked with maxResults=\d+",
        _first(USERS, _has_rows, _too_many),
    ),
    LogMistake(
        "an answer outside the mask",
        EMULATOR,
        "answers `users/etag`, which the mask leaves out",
        _first(USERS, _own_rows, lambda entry: _rows(entry)[0].update(etag='"e"')),
    ),
    LogMistake(
        "an unknown parameter taken",
        EMULATOR,
        "has no parameter `page`: expected 400, answered 200",
        _first(USERS, _any, _query("page", "2")),
    ),
    LogMistake(
        "a page size out of range taken",
        EMULATOR,
        "maxResults has the maximum 500, got 501: expected 400, answered 200",
        _first(USERS, _any, _query("maxResults", "501")),
    ),
    LogMistake(
        "an unknown address answered",
        EMULATOR,
        "no method has the path /admin/directory/v1/printers: expected 404, answered 200",
        _first(USERS, _any, _set(path="/admin/directory/v1/printers")),
    ),
    LogMistake(
        "an error without its envelope",
        EMULATOR,
        "is no envelope",
        _refused(403, _flatten),
    ),
    LogMistake(
        "an error with another code",
        EMULATOR,
        "error.code is 400, the HTTP status 403",
        _refused(403, _mislabel),
    ),
    LogMistake(
        "a token refusal that is not flat",
        EMULATOR,
        "a token refusal is flat",
        _token_call(_wrap, 400),
    ),
    LogMistake(
        "the client sends an unknown parameter",
        CLIENT,
        "has no parameter `limit`",
        _first(USERS, _is_own, _query("limit", "500")),
    ),
    LogMistake(
        "the client asks for a smaller page",
        CLIENT,
        "is asked with pageSize=20, its largest page is 100",
        _first(ACCOUNTS, _is_own, _query("pageSize", "20")),
    ),
    LogMistake(
        "the client asks without a mask",
        CLIENT,
        "is asked without a mask",
        _first(SEND_AS, _is_own, _query("fields", None)),
    ),
    LogMistake(
        "the client masks a field that does not exist",
        CLIENT,
        "the mask names `users/mail`",
        _first(USERS, _is_own, _query("fields", "users/mail")),
    ),
    LogMistake(
        "the client asks for a scope that does not exist",
        CLIENT,
        "no document knows the scope",
        _token_call(_foreign_claim_scope, 200, own=True),
    ),
]

DELEGATED = "https://www.googleapis.com/auth/drive"
_POLICIES = ("iam.projects.serviceAccounts.getIamPolicy", "cloudresourcemanager.projects.getIamPolicy")


def _always(name: str, value: object) -> Callable[[dict], None]:
    """The same value in every row, as if nobody had looked."""

    def change(entry: dict) -> None:
        for row in _rows(entry):
            row[name] = value

    return change


def _without(name: str) -> Callable[[dict], None]:
    def change(entry: dict) -> None:
        next(row for row in _rows(entry) if name in row).pop(name)

    return change


def _swap(name: str) -> Callable[[dict], None]:
    """Two rows have each other's value."""

    def change(entry: dict) -> None:
        one, other = [row for row in _rows(entry) if name in row][:2]
        one[name], other[name] = other[name], one[name]

    return change


def _differs_in(name: str) -> Callable[[dict], bool]:
    def wanted(entry: dict) -> bool:
        values = [row[name] for row in _rows(entry) if name in row]
        return len(values) > 1 and values[0] != values[1]

    return wanted


def _in_answer(name: str) -> Callable[[dict], bool]:
    return lambda entry: name in entry["response"]


def _in_policy(change: Callable[[dict], None]) -> Edit:
    def edit(logged: list[dict]) -> bool:
        return any(
            _first(operation, lambda entry: bool(entry["response"].get("bindings")), change)(logged)
            for operation in _POLICIES
        )

    return edit


def _first_member_lost(entry: dict) -> None:
    entry["response"]["bindings"][0]["members"].pop(0)


def _stranger_in(entry: dict) -> None:
    entry["response"]["bindings"][0]["members"].append("user:stranger@example.net")


def _another_role(entry: dict) -> None:
    entry["response"]["bindings"][0]["role"] = "roles/viewer"


def _has_subject(entry: dict) -> bool:
    return bool(entry["subject"])


def _last_page(entry: dict) -> bool:
    return _has_rows(entry) and "nextPageToken" not in entry["response"] and not _asked(entry, "query")


def _row_lost_everywhere(logged: list[dict]) -> bool:
    """One user is missing from every page of every listing."""
    users = [entry for entry in logged if entry["operation"] == USERS and entry["status"] == 200]
    lost = next((row["id"] for entry in users for row in _rows(entry) if "id" in row), None)
    for entry in users:
        if "users" in entry["response"]:
            entry["response"]["users"] = [row for row in entry["response"]["users"] if row.get("id") != lost]
    return lost is not None


def _asserted(change: Callable[[dict], None], wanted: Callable[[dict], bool]) -> Edit:
    def edit(logged: list[dict]) -> bool:
        for entry in logged:
            claims = entry["claims"]
            if entry["path"] == exchanges.TOKEN_PATH and entry["status"] == 200 and isinstance(claims, dict):
                if wanted(entry):
                    change(entry)
                    return True
        return False

    return edit


def _claim(name: str, value: object) -> Callable[[dict], None]:
    return lambda entry: entry["claims"].update({name: value})


def _undelegated(entry: dict) -> None:
    entry["claims"]["scope"] += " " + DELEGATED


def _other_key(entry: dict) -> None:
    entry["assertion_header"]["kid"] = "0" * 40


def _refused_token(entry: dict) -> None:
    _set(status=401, response={"error": "unauthorized_client", "error_description": "No."})(entry)


def _for_a_user(entry: dict) -> bool:
    return bool(entry["claims"].get("sub"))


def _reason(word: str) -> Callable[[dict], None]:
    def change(entry: dict) -> None:
        entry["response"]["error"]["errors"][0]["reason"] = word

    return change


def _detail_reason(entry: dict) -> None:
    details = entry["response"]["error"]["details"]
    next(detail for detail in details if "reason" in detail)["reason"] = "IAM_PERMISION_DENIED"


def _refused_with(part: str, change: Callable[[dict], None], named: str = "") -> Edit:
    def edit(logged: list[dict]) -> bool:
        for entry in logged:
            error = (entry["response"] or {}).get("error") if isinstance(entry["response"], dict) else None
            if entry["operation"] and isinstance(error, dict) and named in json.dumps(error.get(part, "")):
                if error.get(part):
                    change(entry)
                    return True
        return False

    return edit


MEANING_MISTAKES = [
    LogMistake(
        "everybody suspended",
        EMULATOR,
        "`suspended` is True, in truth False",
        _first(USERS, _in_row("suspended"), _always("suspended", True)),
    ),
    LogMistake(
        "everybody enrolled in 2-Step Verification",
        EMULATOR,
        "`isEnrolledIn2Sv` is True, in truth False",
        _first(
            USERS,
            lambda entry: any(row.get("isEnrolledIn2Sv") is False for row in _rows(entry)),
            _always("isEnrolledIn2Sv", True),
        ),
    ),
    LogMistake(
        "nobody an administrator",
        EMULATOR,
        "`isAdmin` is False, in truth True",
        _first(
            USERS, lambda entry: any(row.get("isAdmin") for row in _rows(entry)), _always("isAdmin", False)
        ),
    ),
    LogMistake(
        "a field of a user left out",
        EMULATOR,
        "`lastLoginTime` is missing",
        _first(USERS, _in_row("lastLoginTime"), _without("lastLoginTime")),
    ),
    LogMistake(
        "two users' addresses exchanged",
        EMULATOR,
        "`primaryEmail` is .*, in truth",
        _first(USERS, _differs_in("primaryEmail"), _swap("primaryEmail")),
    ),
    LogMistake(
        "a user that does not exist",
        EMULATOR,
        "7 is answered, and the tenant has none such",
        _first(USERS, _in_row("id"), _set_in_row("id", "7")),
    ),
    LogMistake("a user in no listing at all", EMULATOR, "was read to its end without", _row_lost_everywhere),
    LogMistake(
        "another tenant's customer",
        EMULATOR,
        "`customerId` is 'C0other', in truth",
        _first(USERS, _in_row("customerId"), _always("customerId", "C0other")),
    ),
    LogMistake(
        "every domain verified",
        EMULATOR,
        "`verified` is False, in truth True|`verified` is True, in truth False",
        _first(
            "directory.domains.list",
            _in_row("verified"),
            lambda entry: _rows(entry)[0].update(verified=not _rows(entry)[0]["verified"]),
        ),
    ),
    LogMistake(
        "a domain left out",
        EMULATOR,
        r"directory.domains.list answers \d+ rows, in truth there are",
        _first("directory.domains.list", _has_rows, lambda entry: _rows(entry).pop()),
    ),
    LogMistake(
        "an assignment of another role",
        EMULATOR,
        "`roleId` is '7', in truth",
        _first("directory.roleAssignments.list", _in_row("roleId"), _set_in_row("roleId", "7")),
    ),
    LogMistake(
        "a send-as address verified that is not",
        EMULATOR,
        "`verificationStatus` is 'accepted', in truth 'pending'",
        _first(
            SEND_AS,
            lambda entry: any(row.get("verificationStatus") == "pending" for row in _rows(entry)),
            _always("verificationStatus", "accepted"),
        ),
    ),
    LogMistake(
        "a send-as address left out",
        EMULATOR,
        r"sendAs.list answers \d+ rows, in truth there are",
        _first(SEND_AS, _has_rows, lambda entry: _rows(entry).pop()),
    ),
    LogMistake(
        "another Reply-To",
        EMULATOR,
        "`replyToAddress` is 'other@example.net', in truth",
        _first(SEND_AS, _in_row("replyToAddress"), _set_in_row("replyToAddress", "other@example.net")),
    ),
    LogMistake(
        "the mailbox of another user",
        EMULATOR,
        "is answered, and the tenant has none such",
        _first(
            SEND_AS,
            lambda entry: _has_subject(entry) and "/users/me/" in entry["path"] and bool(_rows(entry)),
            lambda entry: _rows(entry)[0].update(sendAsEmail="somebody.else@example.net"),
        ),
    ),
    LogMistake(
        "bindings dropped",
        EMULATOR,
        "the policy of .* lacks",
        _in_policy(lambda entry: entry["response"].pop("bindings")),
    ),
    LogMistake("a member dropped", EMULATOR, "the policy of .* lacks", _in_policy(_first_member_lost)),
    LogMistake("a member made up", EMULATOR, "stranger@example.net", _in_policy(_stranger_in)),
    LogMistake("another role in a policy", EMULATOR, "roles/viewer", _in_policy(_another_role)),
    LogMistake(
        "a service account disabled that is not",
        EMULATOR,
        "`disabled` is answered, and the truth has none",
        _first(ACCOUNTS, _has_rows, lambda entry: _rows(entry)[0].update(disabled=True)),
    ),
    LogMistake(
        "a service account left out",
        EMULATOR,
        "serviceAccounts.list was read to its end without",
        _first(ACCOUNTS, _last_page, lambda entry: _rows(entry).pop()),
    ),
    LogMistake(
        "a key younger than it is",
        EMULATOR,
        "`validAfterTime` is '2026-11-20T00:00:00Z', in truth",
        _first(
            "iam.projects.serviceAccounts.keys.list",
            _in_row("validAfterTime"),
            _set_in_row("validAfterTime", "2026-11-20T00:00:00Z"),
        ),
    ),
    LogMistake(
        "another last use",
        EMULATOR,
        "was last used at",
        _first(
            "policyanalyzer.projects.locations.activityTypes.activities.query",
            lambda entry: any("serviceAccount" in row.get("activity", {}) for row in _rows(entry)),
            lambda entry: next(row for row in _rows(entry) if "serviceAccount" in row.get("activity", {}))[
                "activity"
            ].update(lastAuthenticatedTime="2020-01-01T07:00:00Z"),
        ),
    ),
    LogMistake(
        "a token for undelegated scopes",
        EMULATOR,
        f"a token of .* for {DELEGATED}, which nobody delegated",
        _asserted(_undelegated, _for_a_user),
    ),
    LogMistake(
        "a token for nobody",
        EMULATOR,
        "a token for nobody@example.com, who is no user",
        _asserted(_claim("sub", "nobody@example.com"), _for_a_user),
    ),
    LogMistake(
        "a token for an account that does not exist",
        EMULATOR,
        "which is no account",
        _asserted(_claim("iss", "nobody@apps-project.iam.gserviceaccount.com"), _any),
    ),
    LogMistake(
        "a token for an unknown key",
        EMULATOR,
        "a token for the key 0000",
        _asserted(_other_key, lambda entry: bool(entry["assertion_header"])),
    ),
    LogMistake(
        "a delegated token refused",
        EMULATOR,
        "is refused, and all that it asks is delegated",
        _asserted(_refused_token, _for_a_user),
    ),
    LogMistake(
        "a call with a scope that was never delegated",
        EMULATOR,
        f"acts as a user with {DELEGATED}",
        _first(USERS, _has_subject, lambda entry: entry["scopes"].append(DELEGATED)),
    ),
    LogMistake(
        "a call as nobody",
        EMULATOR,
        "nobody@example.com is acted as, and is no user",
        _first(USERS, _has_subject, _set(subject="nobody@example.com")),
    ),
    LogMistake(
        "a misspelt reason",
        EMULATOR,
        "forbiden is no reason that Google gives",
        _refused_with("errors", _reason("forbiden")),
    ),
    LogMistake(
        "a reason of another status",
        EMULATOR,
        "backendError does not go with HTTP 40",
        _refused_with("errors", _reason("backendError"), "badRequest"),
    ),
    LogMistake(
        "a misspelt reason in the details",
        EMULATOR,
        "IAM_PERMISION_DENIED is no reason of iam.googleapis.com",
        _refused_with("details", _detail_reason, "IAM_PERMISSION_DENIED"),
    ),
    LogMistake(
        "a wrong host",
        EMULATOR,
        "gmail.googleapis.com has no path .*: expected 404, answered 200",
        _first(USERS, _any, _set(host="gmail.googleapis.com")),
    ),
    LogMistake(
        "a token at a wrong host",
        EMULATOR,
        "admin.googleapis.com gives out no tokens",
        _token_call(_set(host="admin.googleapis.com"), 200),
    ),
    LogMistake(
        "a parameter taken twice",
        EMULATOR,
        "parameter maxResults is given 2 times: expected 400, answered 200",
        _first(
            USERS,
            lambda entry: _asked(entry, "maxResults") is not None,
            lambda entry: entry.update(query=entry["query"] + "&maxResults=500"),
        ),
    ),
]

_DIRECTORY = "src/google/admin1_directory.rs"
_IAM = "src/google/iam1.rs"
SOURCE_MISTAKES = [
    SourceMistake(
        "a field that does not exist",
        _DIRECTORY,
        "pub(crate) customer_id: Option<String>",
        "pub(crate) customer_number: Option<String>",
        "users/customerNumber is read, and User has no field `customerNumber`",
    ),
    SourceMistake(
        "a field of another type",
        _DIRECTORY,
        "pub(crate) archived: Option<bool>",
        "pub(crate) archived: Option<String>",
        r"users/archived is read as Option<String>, and is of type boolean",
    ),
    SourceMistake(
        "a field of a generated type that does not exist",
        "src/collect/service_accounts.rs",
        "wire.project_id",
        "wire.project_number",
        "accounts/project_number is read, and ServiceAccount has no field",
    ),
    SourceMistake(
        "an unknown parameter",
        _DIRECTORY,
        '.query("customer", ',
        '.query("tenant", ',
        "directory.users.list has no parameter `tenant`",
    ),
    SourceMistake(
        "a smaller page",
        _DIRECTORY,
        '.query("maxResults", "500")',
        '.query("maxResults", "100")',
        "is asked with maxResults=100, its largest page is 500",
    ),
    SourceMistake(
        "no mask",
        _IAM,
        '.query(\n            "fields",',
        '.query(\n            "prettyPrint",',
        "is asked without a mask",
    ),
    SourceMistake(
        "a mask without a field that is read",
        _DIRECTORY,
        "isMailboxSetup,",
        "",
        "users/isMailboxSetup is read, and the mask leaves it out",
    ),
    SourceMistake(
        "a mask of a field that does not exist",
        _DIRECTORY,
        "suspensionTime,",
        "suspendedAt,suspensionTime,",
        "the mask names `users/suspendedAt`",
    ),
    SourceMistake(
        "another path",
        _DIRECTORY,
        '"domainaliases"',
        '"domains/aliases/all"',
        "has no GET /admin/directory/v1/customer/x/domains/aliases/all",
    ),
    SourceMistake(
        "a scope that the method does not accept",
        "src/google/gmail1.rs",
        "auth/gmail.settings.basic",
        "auth/gmail.metadata",
        "does not accept https://www.googleapis.com/auth/gmail.metadata",
    ),
]


def _caught(findings: list[Finding], by: str, says: str) -> Finding | None:
    return next(
        (found for found in findings if found.by == by and re.search(says, found.text)),
        None,
    )


def in_log(
    mistake: LogMistake, logs: dict[str, list[str]], truths: dict[str, dict | None] | None = None
) -> Finding | None:
    """What the checker says to a mistake in the first log that has the place for it, and not without it."""
    for source, lines in logs.items():
        truth = (truths or {}).get(source)
        logged = [exchange.logged for exchange in exchanges.of_lines(source, lines)]
        if not mistake.edit(logged):
            continue
        mistaken = [Exchange(source, number, entry) for number, entry in enumerate(logged, 1)]
        sound = set(check.start(list(exchanges.of_lines(source, lines)), truth))
        new = [found for found in check.start(mistaken, truth) if found not in sound]
        caught = _caught(new, mistake.by, mistake.says)
        if caught:
            return caught
    return None


def in_source(mistake: SourceMistake, source: pathlib.Path) -> Finding | None:
    """What the checker says to a mistake in a copy of the source."""
    with tempfile.TemporaryDirectory() as folder:
        copied = pathlib.Path(folder)
        shutil.copytree(source / "src", copied / "src")
        file = copied / mistake.file
        text = file.read_text()
        if mistake.old not in text:
            raise ValueError(f"{mistake.file} no longer has `{mistake.old}`")
        file.write_text(text.replace(mistake.old, mistake.new, 1))
        return _caught(wire.held(copied)[1], CLIENT, mistake.says)


def main(arguments: list[str]) -> int:
    folder, source = map(pathlib.Path, arguments)
    logs = {path.name: path.read_text().splitlines() for path in sorted(folder.glob("*.jsonl"))}
    # Where something goes wrong as planned, a mistake may hide behind it.
    logs = {name: lines for name, lines in logs.items() if not any(map(_is_struck, lines))}
    truths = {name: check.truth_of(folder / name) for name in logs}
    results = [(f"log: {mistake.name}", in_log(mistake, logs, truths)) for mistake in LOG_MISTAKES]
    results += [(f"meaning: {mistake.name}", in_log(mistake, logs, truths)) for mistake in MEANING_MISTAKES]
    results += [(f"source: {mistake.name}", in_source(mistake, source)) for mistake in SOURCE_MISTAKES]
    missed = 0
    for name, caught in results:
        missed += caught is None
        print(f"{name}\n    {caught.text if caught else 'NOT CAUGHT'}")
    print(f"{len(results) - missed} of {len(results)} mistakes caught")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
