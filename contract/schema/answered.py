"""An exchange's answer, held against the schema of what was asked."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cryptography import x509

from . import asked, errors, facts, masks, values
from .asked import Violation
from .discovery import Method
from .exchanges import Exchange

_SCOPE_INSUFFICIENT = "ACCESS_TOKEN_SCOPE_INSUFFICIENT"
_KEY_ID = re.compile(r"[0-9a-f]{40}")
_NOT_SERVED = frozenset({404, 405, 501})
_TOKEN_FIELDS = {
    "access_token": {"type": "string"},
    "expires_in": {
        "type": "integer",
        "format": "int32",
        "minimum": "1",
        "maximum": "3600",
    },
    "id_token": {"type": "string"},
    "issued_token_type": {"type": "string"},
    "scope": {"type": "string"},
    "token_type": {"type": "string", "enum": ["Bearer"]},
}
_TOKEN_REQUIRED = {"access_token", "expires_in", "token_type"}


def complaints(exchange: Exchange) -> Iterator[str]:
    """What is wrong with an answer."""
    if exchange.is_fault and not isinstance(exchange.answer, dict):
        yield from _unreadable(exchange)
        return
    if exchange.is_metadata:
        if exchange.is_answered and exchange.path.endswith("/token"):
            yield from _token(exchange)
        return
    if exchange.is_token_call:
        right = facts.TOKEN_HOSTS[exchange.path]
        if exchange.is_at_google and exchange.host != right:
            yield from _refused([Violation(f"{exchange.host} gives out no tokens", _NOT_SERVED)], exchange)
        else:
            yield from _token(exchange)
        return
    if exchange.is_certificates and exchange.is_answered:
        yield from _certificates(exchange)
        return
    method = asked.method_of(exchange)
    is_served = isinstance(method, Violation) or exchange.logged["operation"] is not None
    if not is_served and exchange.status == 404 and _is_page(exchange.answer):
        # The emulator does not have the method: it has no such address.
        return
    if isinstance(method, Violation) and 404 in method.statuses and _is_page(exchange.answer):
        yield from _refused([method], exchange)
        return
    if not exchange.is_answered:
        yield from errors.envelope(exchange.answer, exchange.status)
    if exchange.is_description:
        yield from _description(exchange)
    elif exchange.is_batch:
        # Its parts are exchanges of their own; the Rust tests and the clients hold the envelope.
        return
    elif exchange.is_fault and exchange.fault_word not in facts.HARMLESS_FAULTS:
        if exchange.is_answered:
            yield "a planned fault was answered like any other request"
    elif isinstance(method, Violation):
        yield from _refused([method], exchange)
    elif exchange.logged["operation"] is None:
        yield from _refused([Violation(f"{method.id} is not served", _NOT_SERVED)], exchange)
    else:
        yield from _of_method(exchange, method)


def _is_page(answer: object) -> bool:
    """Where no method has the address, Google's front end answers a page."""
    return isinstance(answer, str) and answer.startswith("<!DOCTYPE html>")


def _unreadable(exchange: Exchange) -> Iterator[str]:
    statuses = facts.UNREADABLE_FAULTS.get(exchange.fault_word)
    if statuses is None:
        yield f"the fault `{exchange.fault_word}` leaves an answer that can be read"
    elif exchange.status not in statuses:
        yield f"the fault `{exchange.fault_word}` does not go with HTTP {exchange.status}"


def _certificates(exchange: Exchange) -> Iterator[str]:
    """Certificates that can be read, by the ids of their keys, all of one account."""
    names = set()
    for key, text in exchange.answer.items():
        if not _KEY_ID.fullmatch(key):
            yield f"{key} is no id of a key"
        try:
            names.add(x509.load_pem_x509_certificate(text.encode()).subject.rfc4514_string())
        except ValueError as error:
            yield f"a certificate cannot be read: {error}"
    if len(names) > 1:
        yield f"certificates of several accounts: {', '.join(sorted(names))}"


def _description(exchange: Exchange) -> Iterator[str]:
    if exchange.is_answered and exchange.answer.get("kind") != "discovery#restDescription":
        yield "is no discovery document"


def _of_method(exchange: Exchange, method: Method) -> Iterator[str]:
    if exchange.logged["operation"] != method.id:
        yield f"taken for {exchange.logged['operation']}, but it is {method.id}"
    missing = _missing_right(exchange, method)
    violations = [missing] if missing else asked.violations(exchange, method)
    if violations:
        yield from _refused(violations, exchange)
        if missing and exchange.status == 403 and _SCOPE_INSUFFICIENT not in errors.reasons(exchange.answer):
            yield f"refused without the reason {_SCOPE_INSUFFICIENT}"
    elif exchange.is_answered:
        yield from values.complaints(exchange.answer, method.response or {}, method.document, method.id)
        mask = exchange.parameter("fields")
        if mask is not None:
            for name in masks.outside(masks.parse(mask), exchange.answer):
                yield f"answers `{name}`, which the mask leaves out"
    elif method.scopes and exchange.status == 401:
        yield "401 for a token that is good"
    elif _SCOPE_INSUFFICIENT in errors.reasons(exchange.answer):
        yield f"refused for its scopes, and {method.id} accepts one of them"


def _missing_right(exchange: Exchange, method: Method) -> Violation | None:
    if not method.scopes:
        return None
    if not exchange.has_token:
        return Violation("no valid token", frozenset({401}))
    if not method.scopes.intersection(exchange.scopes):
        held = ", ".join(exchange.scopes)
        return Violation(f"{method.id} accepts none of the token's scopes ({held})", frozenset({403}))
    return None


def _refused(violations: list[Violation], exchange: Exchange) -> Iterator[str]:
    if not any(exchange.status in violation.statuses for violation in violations):
        expected = "/".join(str(status) for status in sorted(violations[0].statuses))
        yield f"{violations[0].text}: expected {expected}, answered {exchange.status}"


def _token(exchange: Exchange) -> Iterator[str]:
    body = exchange.answer
    if not isinstance(body, dict):
        yield "the token endpoint answers an object"
    elif exchange.is_answered:
        for name, value in body.items():
            if name in _TOKEN_FIELDS:
                for complaint in values.scalar(value, _TOKEN_FIELDS[name]):
                    yield f"token answer: {name} {complaint}"
            else:
                yield f"token answer: no field `{name}`"
        for name in sorted(_TOKEN_REQUIRED - set(body)):
            yield f"token answer: {name} is missing"
    else:
        if set(body) - {"error_uri"} != {"error", "error_description"} or not all(
            isinstance(value, str) and value for value in body.values()
        ):
            yield "a token refusal is flat: error and error_description, both texts"
            return
        statuses = facts.TOKEN_ERRORS.get(body["error"])
        if statuses is None:
            yield f"`{body['error']}` is no error of the token endpoint"
        elif exchange.status not in statuses and not exchange.is_fault:
            yield f"`{body['error']}` does not go with HTTP {exchange.status}"
