"""Partial responses: the `fields` parameter.

`a,b` selects siblings, `a/b` goes down, `a(b,c)` selects several below, `*` stands for every field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .discovery import Document, Method

# The fields kept at one level, each with the mask below it; an empty mask keeps everything.
Mask = dict[str, "Mask"]

# No document says how deep a mask may go; what is deeper than this is nobody's answer.
DEEPEST = 64

_SCALARS = {"string", "boolean", "integer", "number"}
_WORDS = re.compile(r"\s*([\w*]+|[,/()])")


class BrokenMask(ValueError):
    """A mask that does not parse."""


def parse(text: str) -> Mask:
    words, position = [], 0
    while position < len(text.rstrip()):
        found = _WORDS.match(text, position)
        if not found:
            raise BrokenMask(text)
        words.append(found[1])
        position = found.end()
    mask, rest = _siblings(words, text)
    if rest:
        raise BrokenMask(text)
    return mask


def _siblings(words: list[str], text: str, depth: int = 0) -> tuple[Mask, list[str]]:
    mask: Mask = {}
    while True:
        name, below, words = _path(words, text, depth)
        _select(mask, name, below)
        if words[:1] != [","]:
            return mask, words
        words = words[1:]


def _path(words: list[str], text: str, depth: int) -> tuple[str, Mask, list[str]]:
    if depth == DEEPEST or not words or words[0] in ",/()":
        raise BrokenMask(text)
    name, words = words[0], words[1:]
    if words[:1] == ["/"]:
        inner, below, words = _path(words[1:], text, depth + 1)
        return name, {inner: below}, words
    if words[:1] == ["("]:
        below, words = _siblings(words[1:], text, depth + 1)
        if words[:1] != [")"]:
            raise BrokenMask(text)
        return name, below, words[1:]
    return name, {}, words


def _select(mask: Mask, name: str, below: Mask) -> None:
    """A name selected whole stays whole, whatever else selects parts of it."""
    mask[name] = _both(mask[name], below) if name in mask else below


def _both(one: Mask, other: Mask) -> Mask:
    if not one or not other:
        return {}
    both = dict(one)
    for name, below in other.items():
        _select(both, name, below)
    return both


def _below(mask: Mask, name: str) -> Mask | None:
    """What is kept of a field: by its own name and by `*` together."""
    if name in mask and "*" in mask:
        return _both(mask[name], mask["*"])
    return mask.get(name, mask.get("*"))


def unknown_fields(mask: Mask, method: Method) -> list[str]:
    """The fields that the mask names and the method's answer does not have."""
    return list(_unknown(mask, method.response or {}, method.document))


def _unknown(mask: Mask, schema: dict, document: Document) -> Iterator[str]:
    _, schema = document.resolve(schema)
    while "items" in schema:
        _, schema = document.resolve(schema["items"])
    if mask and schema.get("type") in _SCALARS:
        yield next(iter(mask))
        return
    properties = schema.get("properties")
    if not properties:
        return
    for name, below in mask.items():
        if name == "*" and below:
            declared = (branch for branch in properties.values() if _is_declared(branch, document))
            if all(any(_unknown(below, branch, document)) for branch in declared):
                yield f"*/{next(iter(below))}"
        elif name == "*":
            continue
        elif name not in properties:
            yield name
        else:
            yield from (f"{name}/{inner}" for inner in _unknown(below, properties[name], document))


def _is_declared(schema: dict, document: Document) -> bool:
    """Whether a field has fields of its own that the document names."""
    _, schema = document.resolve(schema)
    while "items" in schema:
        _, schema = document.resolve(schema["items"])
    return "properties" in schema


def outside(mask: Mask, value: object, at: str = "") -> Iterator[str]:
    """The fields of an answer that the mask does not name."""
    if not mask:
        return
    if isinstance(value, list):
        for item in value:
            yield from outside(mask, item, at)
    elif isinstance(value, dict):
        for name, inner in value.items():
            below = _below(mask, name)
            if below is None:
                yield f"{at}{name}"
            else:
                yield from outside(below, inner, f"{at}{name}/")
    else:
        yield at.rstrip("/")


def selects(mask: Mask, *path: str) -> bool:
    """Whether the mask keeps a field."""
    for name in path:
        if not mask:
            return True
        mask = _below(mask, name)
        if mask is None:
            return False
    return True
