"""What an answer means, held against the tenant's truth, its delegations, Google's hosts and reasons.

The shape of an answer says nothing about whether it is right. Beside each log stands the truth of the tenant that
was served; every row, policy, listing and token is held against it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import unquote

from . import asked, masks, paging
from .asked import Violation
from .exchanges import Exchange

# What the truth tells of a user beside the user itself.
_MAILBOX = frozenset("gmail sendAs delegates forwardingAddresses autoForwarding imap pop filters".split())
# What it tells of accounts, keys, groups and projects, and other methods answer.
_ELSEWHERE = frozenset({"keys", "policy", "lastAuthenticatedTime", "members", "disabledServices"})
_WITH_CONDITION = re.compile(r"_withcond_[0-9a-f]+$")
_SETTINGS = "gmail.users.settings."


class Truth:
    """A tenant, looked up in the ways that answers name its parts."""

    def __init__(self, told: dict):
        self.told = told
        self.users = {}
        for user in told["users"]:
            names = [
                user["id"],
                user["primaryEmail"],
                *user.get("aliases", []),
                *user.get("nonEditableAliases", []),
            ]
            self.users.update((name.lower(), user) for name in names)
        self.projects = {project["projectId"]: project for project in told["projects"]}
        self.projects |= {project["projectNumber"]: project for project in told["projects"]}
        self.accounts = {}
        for project in told["projects"]:
            for account in project["serviceAccounts"]:
                self.accounts[account["email"]] = self.accounts[account["uniqueId"]] = account
        self.groups = {name: group for group in told["groups"] for name in (group["id"], group["email"])}
        self.delegated = {entry["clientId"]: set(entry["scopes"]) for entry in told["delegations"]}

    def user(self, name: str | None) -> dict | None:
        return self.users.get((name or "").lower())

    def account_in(self, path: str) -> dict | None:
        named = re.search(r"/serviceAccounts/([^/:]+)", path)
        return self.accounts.get(unquote(named[1])) if named else None

    def project_in(self, path: str) -> dict | None:
        named = re.search(r"/projects/([^/:]+)", path)
        return self.projects.get(unquote(named[1])) if named else None

    def delegates(self, client: str) -> set[str] | None:
        """The scopes that an account may act with; nothing for one that is not known."""
        account = self.accounts.get(client)
        return self.delegated.get(account["uniqueId"], set()) if account else None


Rows = Callable[[Truth, Exchange], list[dict] | None]


def _told(name: str) -> Rows:
    return lambda truth, _: truth.told[name]


def _mailbox(name: str) -> Rows:
    def rows(truth: Truth, exchange: Exchange) -> list[dict] | None:
        named = unquote(exchange.path.split("/")[4])
        user = truth.user(exchange.logged["subject"] if named == "me" else named)
        return user[name] if user else None

    return rows


def _one(name: str) -> Rows:
    rows = _mailbox(name)

    def only(truth: Truth, exchange: Exchange) -> list[dict] | None:
        found = rows(truth, exchange)
        return None if found is None else [found]

    return only


def _accounts(truth: Truth, exchange: Exchange) -> list[dict] | None:
    if "/projects/-/" in exchange.path:
        return [account for project in truth.told["projects"] for account in project["serviceAccounts"]]
    project = truth.project_in(exchange.path)
    return project["serviceAccounts"] if project else None


def _keys(truth: Truth, exchange: Exchange) -> list[dict] | None:
    account = truth.account_in(exchange.path)
    return account["keys"] if account else None


# For each listing: the list in its answer, what tells its rows apart, and the rows that there are.
LISTINGS: dict[str, tuple[str, str, Rows]] = {
    "directory.users.list": ("users", "id", _told("users")),
    "directory.domains.list": ("domains", "domainName", _told("domains")),
    "directory.domainAliases.list": ("domainAliases", "domainAliasName", _told("domainAliases")),
    "directory.roles.list": ("items", "roleId", _told("roles")),
    "directory.roleAssignments.list": ("items", "roleAssignmentId", _told("roleAssignments")),
    "directory.groups.list": ("groups", "id", _told("groups")),
    "cloudidentity.policies.list": ("policies", "name", _told("policies")),
    _SETTINGS + "sendAs.list": ("sendAs", "sendAsEmail", _mailbox("sendAs")),
    _SETTINGS + "delegates.list": ("delegates", "delegateEmail", _mailbox("delegates")),
    _SETTINGS
    + "forwardingAddresses.list": ("forwardingAddresses", "forwardingEmail", _mailbox("forwardingAddresses")),
    _SETTINGS + "filters.list": ("filter", "id", _mailbox("filters")),
    "iam.projects.serviceAccounts.list": ("accounts", "email", _accounts),
    "iam.projects.serviceAccounts.keys.list": ("keys", "name", _keys),
}
# For each method that answers one resource: what tells it apart, and those that there are.
SINGLE: dict[str, tuple[str, Rows]] = {
    name[: -len("list")] + "get": (identity, rows) for name, (_, identity, rows) in LISTINGS.items()
}
# Settings of which a mailbox has one.
SETTINGS: dict[str, Rows] = {
    _SETTINGS + "getAutoForwarding": _one("autoForwarding"),
    _SETTINGS + "getImap": _one("imap"),
    _SETTINGS + "getPop": _one("pop"),
}
# Parameters under which a listing leaves rows out, or shows others.
_NARROWS = frozenset(
    {"query", "domain", "showDeleted", "userKey", "roleId", "keyTypes", "indirectAssignmentsUsed"}
)


def start(logged: list[Exchange], told: dict) -> Iterator[tuple[Exchange, str]]:
    """What is wrong with what the exchanges of one start mean."""
    truth = Truth(told)
    for exchange in logged:
        yield from ((exchange, text) for text in complaints(exchange, truth))
    yield from _listings(logged, truth)


def complaints(exchange: Exchange, truth: Truth) -> Iterator[str]:
    if exchange.is_fault:
        return
    if exchange.is_token_call:
        yield from _token(exchange, truth)
        return
    operation = exchange.logged["operation"]
    if operation is None or not isinstance(exchange.answer, dict) or not exchange.is_answered:
        return
    yield from _subject(exchange, truth, operation)
    if operation in LISTINGS:
        field, identity, rows = LISTINGS[operation]
        yield from _rows(
            exchange, exchange.answer.get(field, []), field, identity, rows(truth, exchange), truth
        )
    elif operation in SINGLE:
        identity, rows = SINGLE[operation]
        yield from _rows(exchange, [exchange.answer], "", identity, rows(truth, exchange), truth)
    elif operation in SETTINGS:
        for setting in SETTINGS[operation](truth, exchange) or []:
            yield from _same(exchange.answer, setting, _mask(exchange), operation)
    elif operation.endswith(".getIamPolicy"):
        yield from _policy(exchange, truth)
    elif operation.endswith("activities.query"):
        yield from _last_use(exchange, truth)


def _mask(exchange: Exchange) -> masks.Mask:
    text = exchange.parameter("fields")
    return masks.parse(text) if text is not None else {}


def _subject(exchange: Exchange, truth: Truth, operation: str) -> Iterator[str]:
    """Who acts as whom, and whether that was given to them."""
    subject, client = exchange.logged["subject"], exchange.logged["client"]
    delegated = truth.delegates(client) if client else None
    if subject is not None and delegated is not None:
        for scope in set(exchange.scopes) - delegated:
            yield f"{client} acts as a user with {scope}, which nobody delegated to it"
    user = truth.user(subject)
    if subject is not None and user is None:
        yield f"{subject} is acted as, and is no user"
    elif operation.startswith("gmail.") and user and user["gmail"] != "on":
        yield f"the mailbox of {subject} answers, and it is {user['gmail']}"
    elif operation.startswith(("directory.", "reports.")) and user:
        if not user.get("isAdmin") and not user.get("isDelegatedAdmin"):
            yield f"{subject} reads what only administrators may"


def _rows(
    exchange: Exchange, rows: list[dict], field: str, identity: str, known: list[dict] | None, truth: Truth
) -> Iterator[str]:
    if known is None:
        return
    if exchange.parameter("showDeleted") or exchange.logged["operation"] == "directory.users.get":
        known = [*known, *truth.told["deletedUsers"]]
    by_name = {row[identity]: row for row in known}
    for row in rows:
        if identity not in row:
            continue
        if row[identity] not in by_name:
            yield f"{row[identity]} is answered, and the tenant has none such"
        else:
            mask = _mask(exchange)
            below = mask.get(field, mask.get("*", {})) if field else mask
            yield from _same(row, by_name[row[identity]], below, f"{field or 'the answer'} {row[identity]}")


def _same(given: dict, told: dict, mask: masks.Mask, where: str) -> Iterator[str]:
    """Every field that is answered is the truth's, and every one of the truth that is wanted is answered."""
    for name, value in given.items():
        if name not in told:
            yield f"{where}: `{name}` is answered, and the truth has none"
        elif not _within(value, told[name], whole=not mask):
            yield f"{where}: `{name}` is {value!r}, in truth {told[name]!r}"
    for name in told.keys() - given.keys() - _MAILBOX - _ELSEWHERE:
        if masks.selects(mask, name):
            yield f"{where}: `{name}` is missing"


def _within(value: object, told: object, whole: bool) -> bool:
    if isinstance(value, dict) and isinstance(told, dict):
        return (not whole or value.keys() == told.keys()) and all(
            name in told and _within(below, told[name], whole) for name, below in value.items()
        )
    if isinstance(value, list) and isinstance(told, list):
        return len(value) == len(told) and all(_within(a, b, whole) for a, b in zip(value, told))
    return value == told


def _policy(exchange: Exchange, truth: Truth) -> Iterator[str]:
    if exchange.parameter("fields") and not masks.selects(_mask(exchange), "bindings", "members"):
        return
    holder = None
    if "/serviceAccounts/" in exchange.path:
        holder = truth.account_in(exchange.path)
    elif "/organizations/" in exchange.path:
        holder = truth.told["organization"]
    elif "/folders/" in exchange.path:
        name = exchange.path.split("/v3/")[1].split(":")[0]
        holder = next((folder for folder in truth.told["folders"] if folder["name"] == name), None)
    else:
        holder = truth.project_in(exchange.path)
    if holder is None:
        return
    given, told = _grants(exchange.answer), _grants(holder["policy"])
    if given != told:
        missing, more = sorted(told - given), sorted(given - told)
        yield f"the policy of {exchange.path} lacks {missing[:2]} and has {more[:2]} beside the truth"


def _grants(policy: dict) -> set[tuple[str, str]]:
    """Who holds which role; conditions are told only to those who ask for them."""
    return {
        (_WITH_CONDITION.sub("", binding["role"]), member)
        for binding in policy.get("bindings", [])
        for member in binding.get("members", [])
    }


def _last_use(exchange: Exchange, truth: Truth) -> Iterator[str]:
    for activity in exchange.answer.get("activities", []):
        account = truth.account_in(activity.get("fullResourceName", ""))
        if account is None or "/keys/" in activity["fullResourceName"] or "activity" not in activity:
            continue
        given = activity["activity"].get("lastAuthenticatedTime")
        told = account["lastAuthenticatedTime"]
        if (given or "")[:10] != (told or "")[:10]:
            yield f"{account['email']} was last used at {told}, answered {given}"


def _token(exchange: Exchange, truth: Truth) -> Iterator[str]:
    claims, header = exchange.logged["claims"], exchange.logged["assertion_header"]
    if not isinstance(claims, dict) or not isinstance(exchange.answer, dict):
        return
    account = truth.accounts.get(claims.get("iss"))
    subject = claims.get("sub")
    scopes = claims.get("scope")
    scopes = set(scopes.split()) if isinstance(scopes, str) else set()
    if exchange.is_answered:
        if account is None:
            yield f"a token for {claims.get('iss')}, which is no account"
            return
        if account.get("disabled"):
            yield f"a token for {account['email']}, which is disabled"
        kid = (header or {}).get("kid")
        if "kid" in (header or {}) and not any(key["name"].endswith(f"/{kid}") for key in account["keys"]):
            yield f"a token for the key {kid}, which {account['email']} does not have"
        if subject is None:
            return
        if truth.user(subject) is None:
            yield f"a token for {subject}, who is no user"
        for scope in sorted(scopes - truth.delegated.get(account["uniqueId"], set())):
            yield f"a token of {account['email']} for {scope}, which nobody delegated to it"
    elif exchange.answer.get("error") == "unauthorized_client" and account and subject is not None:
        if scopes and scopes <= truth.delegated.get(account["uniqueId"], set()):
            yield f"{account['email']} is refused, and all that it asks is delegated to it"


def _listings(logged: list[Exchange], truth: Truth) -> Iterator[tuple[Exchange, str]]:
    """Listings that were read to their end, row by row against those that there are."""
    found: dict = {}
    for page in paging.pages(logged):
        found.setdefault(page.listing, []).append(page)
    for listed in found.values():
        exchange = listed[0].exchange
        operation = exchange.logged["operation"]
        if operation not in LISTINGS or any(page.exchange.is_fault for page in listed):
            continue
        if any(name in _NARROWS for name, _ in exchange.query):
            continue
        _, identity, rows = LISTINGS[operation]
        known = rows(truth, exchange)
        for walk, _ in paging.walks(listed):
            if walk.is_whole and known is not None and set(walk.ids) != {row[identity] for row in known}:
                lost = {row[identity] for row in known} - set(walk.ids)
                yield walk.pages[-1], f"{operation} was read to its end without {sorted(lost)[:3]}"
    for exchange in logged:
        method = asked.method_of(exchange)
        operation = exchange.logged["operation"]
        whole = operation in LISTINGS and exchange.is_answered and not exchange.is_fault
        if not whole or isinstance(method, Violation) or method.size_parameter:
            continue
        if any(name in _NARROWS for name, _ in exchange.query) or not isinstance(exchange.answer, dict):
            continue
        field, identity, rows = LISTINGS[operation]
        known = rows(truth, exchange)
        if known is None or not masks.selects(_mask(exchange), field, identity):
            continue
        given = {row.get(identity) for row in exchange.answer.get(field, [])}
        if given != {row[identity] for row in known}:
            yield exchange, f"{operation} answers {len(given)} rows, in truth there are {len(known)}"
