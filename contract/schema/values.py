"""A value, held against its schema: fields, types, formats, enumerations."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from datetime import date, datetime

from . import facts
from .discovery import Document

_RANGES = {
    "int32": (-(2**31), 2**31 - 1),
    "uint32": (0, 2**32 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "uint64": (0, 2**64 - 1),
}
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")


def complaints(value: object, schema: dict, document: Document, place: str, at: str = "") -> Iterator[str]:
    """What is wrong with a value. `place` is the schema's own name, `at` the way to the value."""
    name, schema = document.resolve(schema)
    place = name or place
    where = at or "the answer"
    kind = schema.get("type", "object")
    if kind == "any":
        fact = facts.LOOSE.get(place)
        if fact is None:
            yield f"{where}: {place} is declared `any` and not listed in facts.LOOSE"
        else:
            yield from complaints(value, fact.value, document, place, at)
    elif kind == "object" and place in facts.LOOSE:
        yield from complaints(value, facts.LOOSE[place].value, document, f"{place}{{}}", at)
    elif kind == "object":
        if isinstance(value, dict):
            yield from _object(value, schema, document, place, at)
        else:
            yield f"{where}: {place} is an object, got {_shown(value)}"
    elif kind == "array":
        if isinstance(value, list):
            for index, item in enumerate(value):
                yield from complaints(item, schema["items"], document, f"{place}[]", f"{at}[{index}]")
        else:
            yield f"{where}: {place} is an array, got {_shown(value)}"
    else:
        yield from (f"{where}: {place} {complaint}" for complaint in scalar(value, schema))


def _object(value: dict, schema: dict, document: Document, place: str, at: str) -> Iterator[str]:
    properties = schema.get("properties", {})
    others = schema.get("additionalProperties")
    for name, inner in value.items():
        below = f"{at}.{name}" if at else name
        if name in properties:
            yield from complaints(inner, properties[name], document, f"{place}.{name}", below)
        elif others is not None:
            yield from complaints(inner, others, document, f"{place}[]", below)
        else:
            yield f"{below}: {place} has no field `{name}`"


def scalar(value: object, schema: dict) -> Iterator[str]:
    """What is wrong with a string, number or boolean."""
    kind, form = schema["type"], schema.get("format")
    fits = {
        "string": isinstance(value, str),
        "boolean": isinstance(value, bool),
        "integer": isinstance(value, int) and not isinstance(value, bool),
        "number": isinstance(value, int | float) and not isinstance(value, bool),
    }[kind]
    if not fits:
        yield f"is of type {kind}, got {_shown(value)}"
        return
    if schema.get("enum") and value not in schema["enum"]:
        yield f"is one of {', '.join(schema['enum'])}, got {_shown(value)}"
    if form and not _is_of_format(value, form):
        yield f"is of format {form}, got {_shown(value)}"
    if "pattern" in schema and not re.search(schema["pattern"], str(value)):
        yield f"matches {schema['pattern']}, got {_shown(value)}"
    for bound, breaks in (("minimum", float.__lt__), ("maximum", float.__gt__)):
        if bound in schema and breaks(float(value), float(schema[bound])):
            yield f"has the {bound} {schema[bound]}, got {_shown(value)}"
    # A `kind` names its resource; the documents give the one value that it has.
    default = schema.get("default", "")
    if kind == "string" and "#" in default and value != default:
        yield f"is always {default}, got {_shown(value)}"


def _is_of_format(value: object, form: str) -> bool:
    if form in _RANGES:
        lowest, highest = _RANGES[form]
        if isinstance(value, str) and not re.fullmatch(r"-?\d+", value):
            return False
        return lowest <= int(value) <= highest
    try:
        match form:
            case "date-time" | "google-datetime":
                return bool(_TIME.fullmatch(value)) and bool(datetime.fromisoformat(value[:19]))
            case "date":
                return bool(date.fromisoformat(value))
            case "byte":
                padded = value + "=" * (-len(value) % 4)
                return (
                    base64.b64decode(
                        padded,
                        altchars=b"-_" if set("-_") & set(value) else None,
                        validate=True,
                    )
                    is not None
                )
            case "google-duration":
                return bool(re.fullmatch(r"-?\d+(\.\d{1,9})?s", value))
            case _:
                return True
    except (ValueError, binascii.Error):
        return False


def parameter(value: str, schema: dict) -> Iterator[str]:
    """What is wrong with a parameter's text."""
    match schema["type"]:
        case "integer" | "number" if not re.fullmatch(r"-?\d+(\.\d+)?", value):
            yield f"is of type {schema['type']}, got {value!r}"
        case "integer":
            yield from scalar(int(value) if value.lstrip("-").isdigit() else value, schema)
        case "boolean" if value.lower() not in facts.BOOLEANS:
            yield f"is of type boolean, got {value!r}"
        case "string":
            yield from scalar(value, schema)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"
