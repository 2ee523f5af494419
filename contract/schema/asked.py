"""A request, held against the method that it asks for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from . import discovery, facts, masks, values
from .discovery import Method
from .exchanges import Exchange


@dataclass(frozen=True)
class Violation:
    """What the schema does not allow in a request, and the statuses that answer it."""

    text: str
    statuses: frozenset[int]


_BAD_REQUEST = frozenset({400})
_UNKNOWN_PATH = frozenset({404})
_UNKNOWN_VERB = frozenset({404, 405})


def method_of(exchange: Exchange) -> Method | Violation:
    """The method asked for, or why there is none."""
    there = discovery.at(exchange.path)
    if exchange.takes_only_post and exchange.method != "POST":
        return Violation(f"no method answers {exchange.method} at {exchange.path}", _UNKNOWN_VERB)
    if not there:
        return Violation(f"no method has the path {exchange.path}", _UNKNOWN_PATH)
    if exchange.is_at_google:
        there = tuple(method for method in there if exchange.host in method.hosts)
        if not there:
            return Violation(f"{exchange.host} has no path {exchange.path}", _UNKNOWN_PATH)
    fitting = [method for method in there if method.http_method == exchange.method]
    # IAM and IAM Credentials have a path in common, at hosts of their own; loopback is one root.
    logged = (method for method in fitting if method.id == exchange.logged["operation"])
    if fitting:
        return next(logged, fitting[0])
    return Violation(f"no method answers {exchange.method} at {exchange.path}", _UNKNOWN_VERB)


def violations(exchange: Exchange, method: Method) -> list[Violation]:
    """What is wrong with the parameters."""
    return [Violation(text, _BAD_REQUEST) for text in _parameters(exchange, method)]


def _parameters(exchange: Exchange, method: Method) -> Iterator[str]:
    for name, value in method.plain_path_values(exchange.path).items():
        for complaint in values.parameter(value, method.path_parameters[name]):
            yield f"parameter {name} {complaint}"
    given = exchange.query
    for (name, value), times in Counter(given).items():
        schema = method.query_parameters.get(name)
        if schema is None:
            yield f"{method.id} has no parameter `{name}`"
            continue
        for complaint in values.parameter(_in_its_case(name, value, schema), schema):
            yield f"parameter {name} {complaint}"
        refused = facts.REFUSED_VALUES.get((method.id, name))
        if refused and refused.value == value:
            yield f"parameter {name} refuses {value}"
        if times > 1 and (method.id, name) in facts.WITHOUT_DUPLICATES:
            yield f"parameter {name} takes {value} once"
    for name, times in Counter(name for name, _ in given).items():
        if times > 1 and not method.query_parameters.get(name, {}).get("repeated"):
            yield f"parameter {name} is given {times} times"
    for name, schema in method.own_query.items():
        if schema.get("required") and exchange.parameter(name) is None:
            yield f"parameter {name} is required"
    yield from _mask(exchange, method)


def _in_its_case(name: str, value: str, schema: dict) -> str:
    if name == "alt" and value in facts.OTHER_JSON:
        return facts.OTHER_JSON[value].value
    if name not in facts.EITHER_CASE:
        return value
    known = (entry for entry in schema.get("enum", []) if entry.lower() == value.lower())
    return next(known, value)


def _mask(exchange: Exchange, method: Method) -> Iterator[str]:
    text = exchange.parameter("fields")
    if text is None:
        return
    try:
        mask = masks.parse(text)
    except masks.BrokenMask:
        yield f"the mask {text!r} does not parse"
        return
    for name in masks.unknown_fields(mask, method):
        yield f"the mask names `{name}`, which {method.id} does not answer"
