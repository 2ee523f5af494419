"""Partial responses: the `fields` parameter.

`a,b` selects siblings, `a/b` goes down, `a(b,c)` selects several below, `*` stands for every field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .discovery import Document, Method

# The fields kept at one level, each with the mask below it; an empty mask keeps everything.
Mask = dict[str, "Mask"]

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


def _siblings(words: list[str], text: str) -> tuple[Mask, list[str]]:
    mask: Mask = {}
    while True:
        name, below, words = _path(words, text)
        _select(mask, name, below)
        if words[:1] != [","]:
            return mask, words
        words = words[1:]


def _path(words: list[str], text: str) -> tuple[str, Mask, list[str]]:
    if not words or words[0] in ",/()":
        raise BrokenMask(text)
    name, words = words[0], words[1:]
    if words[:1] == ["/"]:
        inner, below, words = _path(words[1:], text)
        return name, {inner: below}, words
    if words[:1] == ["("]:
        below, words = _siblings(words[1:], text)
        if words[:1] != [")"]:
            raise BrokenMask(text)
        return name, below, words[1:]
    return name, {}, words


def _select(mask: Mask, name: str, below: Mask) -> None:
    """A name selected whole stays whole, whatever else selects parts of it."""
    if name not in mask:
        mask[name] = below
    elif not mask[name] or not below:
        mask[name] = {}
    else:
        for inner, deeper in below.items():
            _select(mask[name], inner, deeper)


def unknown_fields(mask: Mask, method: Method) -> list[str]:
    """The fields that the mask names and the method's answer does not have."""
    return list(_unknown(mask, method.response or {}, method.document))


def _unknown(mask: Mask, schema: dict, document: Document) -> Iterator[str]:
    _, schema = document.resolve(schema)
    while "items" in schema:
        _, schema = document.resolve(schema["items"])
    properties = schema.get("properties")
    if not properties:
        return
    for name, below in mask.items():
        if name == "*":
            branches = [list(_unknown(below, branch, document)) for branch in properties.values()]
            if all(branches):
                yield f"*/{branches[0][0]}"
        elif name not in properties:
            yield name
        else:
            yield from (f"{name}/{inner}" for inner in _unknown(below, properties[name], document))


def outside(mask: Mask, value: object, at: str = "") -> Iterator[str]:
    """The fields of an answer that the mask does not name."""
    if not mask:
        return
    if isinstance(value, list):
        for item in value:
            yield from outside(mask, item, at)
    elif isinstance(value, dict):
        for name, inner in value.items():
            below = mask.get(name, mask.get("*"))
            if below is None:
                yield f"{at}{name}"
            else:
                yield from outside(below, inner, f"{at}{name}/")


def selects(mask: Mask, *path: str) -> bool:
    """Whether the mask keeps a field."""
    for name in path:
        if not mask:
            return True
        mask = mask.get(name, mask.get("*"))
        if mask is None:
            return False
    return True
