"""Error answers, held against Google's envelope and against its own error messages."""

from __future__ import annotations

from collections.abc import Iterator

from google.api import error_reason_pb2
from google.protobuf import any_pb2, json_format
from google.rpc import code_pb2, error_details_pb2

from . import facts

# Importing it makes its messages known to the decoder of details.
assert error_details_pb2.ErrorInfo

# The HTTP status of each code, as `google/rpc/code.proto` says.
_HTTP = {
    "CANCELLED": 499,
    "UNKNOWN": 500,
    "INVALID_ARGUMENT": 400,
    "DEADLINE_EXCEEDED": 504,
    "NOT_FOUND": 404,
    "ALREADY_EXISTS": 409,
    "PERMISSION_DENIED": 403,
    "UNAUTHENTICATED": 401,
    "RESOURCE_EXHAUSTED": 429,
    "FAILED_PRECONDITION": 400,
    "ABORTED": 409,
    "OUT_OF_RANGE": 400,
    "UNIMPLEMENTED": 501,
    "INTERNAL": 500,
    "UNAVAILABLE": 503,
    "DATA_LOSS": 500,
}
assert set(_HTTP) | {"OK"} == set(code_pb2.Code.keys())

_ITEM_FIELDS = {
    "message",
    "domain",
    "reason",
    "location",
    "locationType",
    "extendedHelp",
}


def envelope(body: object, status: int) -> Iterator[str]:
    """What is wrong with an API's error answer."""
    if not isinstance(body, dict) or set(body) != {"error"} or not isinstance(body["error"], dict):
        yield 'is no envelope {"error": {…}}'
        return
    error = body["error"]
    for name in set(error) - {"code", "message", "errors", "status", "details"}:
        yield f"error.{name} is no field of the envelope"
    if error.get("code") != status:
        yield f"error.code is {error.get('code')!r}, the HTTP status {status}"
    if not isinstance(error.get("message"), str) or not error["message"]:
        yield "error.message is missing"
    if "status" not in error and "errors" not in error:
        yield "has neither error.status nor error.errors"
    name = error.get("status")
    if name is not None and _HTTP.get(name) != status:
        yield f"error.status {name!r} does not go with HTTP {status}"
    if "errors" in error:
        yield from _items(error["errors"], status)
    for detail in error.get("details", []):
        yield from _detail(detail)


def _items(items: object, status: int) -> Iterator[str]:
    if not isinstance(items, list) or not items:
        yield "error.errors is no list with entries"
        return
    for item in items:
        for name in ("message", "domain", "reason"):
            if not isinstance(item.get(name), str) or not item[name]:
                yield f"error.errors[].{name} is missing"
        reason = item.get("reason")
        if reason not in facts.REASONS:
            yield f"error.errors: {reason} is no reason that Google gives"
        elif status not in facts.REASONS[reason]:
            yield f"error.errors: {reason} does not go with HTTP {status}"
        for name in set(item) - _ITEM_FIELDS:
            yield f"error.errors[].{name} is no field of the envelope"


def _detail(detail: dict) -> Iterator[str]:
    message = any_pb2.Any()
    try:
        json_format.ParseDict(detail, message)
    except (json_format.ParseError, TypeError) as error:
        yield f"error.details: {str(error).splitlines()[0]}"
        return
    information = error_details_pb2.ErrorInfo()
    if message.Unpack(information):
        own = error_reason_pb2.ErrorReason.keys() if information.domain == "googleapis.com" else ()
        if information.reason not in own and information.reason not in facts.DETAIL_REASONS.get(
            information.domain, ()
        ):
            yield f"error.details: {information.reason} is no reason of {information.domain}"


def reasons(body: object) -> set[str]:
    """Every reason that an error answer gives, of old kind and new."""
    error = body.get("error", {}) if isinstance(body, dict) else {}
    if not isinstance(error, dict):
        return set()
    entries = [*error.get("errors", []), *error.get("details", [])]
    return {entry["reason"] for entry in entries if "reason" in entry}
