"""The client's source: what it asks for and what it reads, held against the documents.

Each file under `src/google/` that asks for something says in its first lines from which discovery
document it was written. Each function that builds a request names its method first in its documentation,
and each wire type its schema: "`users.list`: …", "`User`, as far as …".
"""

from __future__ import annotations

import pathlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from . import discovery, masks, values
from .discovery import Document, Method
from .findings import CLIENT, Finding

_DOCUMENT = re.compile(r"discovery\s+(?://!\s*)?document\s+(?://!\s*)?`([\w.]+)`")
_COMMENTS = r"(?P<docs>(?:[ \t]*///[^\n]*\n)*)(?P<attributes>(?:[ \t]*#\[[^\n]*\]\n)*)"
_STRUCT = re.compile(
    _COMMENTS + r"(?:pub(?:\([^)]*\))? )?struct (?P<name>\w+)(?:<[^>]*>)? \{\n(?P<body>.*?)\n\}",
    re.S,
)
_NEWTYPE = re.compile(r"struct (\w+)\((?:pub(?:\([^)]*\))? )?(\w+)\);")
_FIELD = re.compile(_COMMENTS + r"[ \t]*(?:pub(?:\([^)]*\))? )?(?P<name>\w+): (?P<type>[^\n]+),\n?")
_FUNCTION = re.compile(
    _COMMENTS + r"(?P<indent>[ \t]*)(?:pub(?:\([^)]*\))? )?(?:async )?fn (?P<name>\w+)(?:<[^>]*>)?"
    r"\((?P<arguments>[^{]*?)\)(?: -> (?P<returns>[^{]+?))?\s*\{\n(?P<body>.*?)\n(?P=indent)\}",
    re.S,
)
_GENERATED = re.compile(r"use google_\w+::api::\{([^}]+)\}")
_STRING = r'"((?:[^"\\]|\\.)*)"'
_QUERY = re.compile(rf'\.query\(\s*"(\w+)",\s*(?:{_STRING}|([^)"]+(?:\([^)]*\))?))\s*,?\s*\)')
_CONTINUED = re.compile(r"\\\n\s*")


class Unreadable(ValueError):
    """Source that is written in a way that this file does not understand."""


@dataclass(frozen=True)
class WireType:
    """A struct that is decoded from an answer: its schema, and its fields by their names on the wire."""

    name: str
    schema: str
    fields: dict[str, str]


@dataclass
class Read:
    """One method as the client asks for it."""

    source: str
    function: str
    method: Method
    query: dict[str, str | None]
    scope: str | None
    rows: str | None
    # The fields that are read, as paths into the answer, each with its Rust type.
    fields: dict[tuple[str, ...], str] = field(default_factory=dict)


@dataclass
class SourceFile:
    """One file of `src/google/`."""

    name: str
    text: str
    document: Document

    @property
    def types(self) -> dict[str, WireType]:
        found = (_wire_type(match) for match in _STRUCT.finditer(self.text))
        return {wire_type.name: wire_type for wire_type in found if wire_type}

    @property
    def newtypes(self) -> dict[str, str]:
        return dict(_NEWTYPE.findall(self.text))

    @property
    def generated(self) -> set[str]:
        """Types that come from a crate made of the same document."""
        return {name.strip() for group in _GENERATED.findall(self.text) for name in group.split(",")}


def held(root: pathlib.Path) -> tuple[list[Read], list[Finding]]:
    """Every read of the client, and what is wrong with them."""
    reads, found = [], []
    sources = {path: path.read_text() for path in sorted((root / "src").rglob("*.rs"))}
    for path, text in sources.items():
        name = str(path.relative_to(root))
        text = text.split("#[cfg(test)]")[0]
        if "Request::new(" not in text or path.name == "client.rs":
            continue
        if text.startswith("//! In no discovery document:"):
            continue
        named = _DOCUMENT.search(text)
        if not named or named[1] not in discovery.documents():
            found.append(Finding(CLIENT, name, "asks for something and names no discovery document"))
            continue
        source = SourceFile(name, text, discovery.documents()[named[1]])
        built = 0
        for match in _FUNCTION.finditer(text):
            if "Request::new(" not in match["body"]:
                continue
            built += match["body"].count("Request::new(")
            where = f"{match['name']} in {name}"
            try:
                read = _read(source, match, sources)
            except (Unreadable, StopIteration) as error:
                found.append(Finding(CLIENT, where, f"cannot be held against the schema: {error}"))
                continue
            reads.append(read)
            found += [Finding(CLIENT, where, text) for text in _complaints(read, source)]
        if built != text.count("Request::new("):
            found.append(Finding(CLIENT, name, "builds a request where this checker does not see it"))
    if not reads:
        found.append(Finding(CLIENT, str(root), "no read of the client was found"))
    return reads, found


def _wire_type(match: re.Match) -> WireType | None:
    if "Deserialize" not in match["attributes"]:
        return None
    convention = re.search(r'rename_all = "(\w+)"', match["attributes"])
    fields = {}
    for entry in _FIELD.finditer(match["body"] + "\n"):
        renamed = re.search(r'rename = "(\w+)"', entry["attributes"])
        wire_name = renamed[1] if renamed else entry["name"]
        if not renamed and convention and convention[1] == "camelCase":
            wire_name = _camel(entry["name"])
        fields[wire_name] = entry["type"]
    return WireType(match["name"], _first_name(match["docs"]) or match["name"], fields)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def snake(name: str) -> str:
    """How the generated crates write a field's name."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()


def _first_name(docs: str) -> str | None:
    named = re.match(r"\s*///\s*`([\w.]+)`", docs)
    return named[1] if named else None


def _read(source: SourceFile, match: re.Match, sources: dict[pathlib.Path, str]) -> Read:
    body = _CONTINUED.sub("", match["body"])
    named = _first_name(match["docs"])
    if named is None:
        raise Unreadable("its documentation does not begin with the method's name")
    path = "/" + _path(source.text, body)
    reads = [method for method in discovery.at(path) if method.http_method == "GET"]
    # A custom verb also reads as part of a name.
    method = next((m for m in reads if f".{m.id}".endswith(f".{named}")), next(iter(reads), None))
    if method is None or method.document != source.document:
        raise Unreadable(f"{source.document.name} has no GET {path}")
    if not f".{method.id}".endswith(f".{named}"):
        raise Unreadable(f"it says `{named}` and asks for {method.id}")
    pages = re.search(r"Pages::new\(\s*\w+,\s*([\w:]+),\s*\w+,\s*" + _STRING, body)
    scope = pages[1] if pages else _after(r"\.(?:get|has)\(\s*([\w:]+)\s*,", body)
    read = Read(
        source.name,
        match["name"],
        method,
        {name: literal or _constant(body, other) for name, literal, other in _QUERY.findall(body)},
        _scope("\n".join([source.text, *sources.values()]), scope),
        pages[2] if pages else None,
    )
    returned = _after(r"(?:Pages<'\w+, |Result<)(\w+)", match["returns"] or "")
    # Whether an object exists is told by its being answered.
    if returned != "bool":
        read.fields = _fields(source, returned, sources, (read.rows,) if read.rows else ())
    return read


def _after(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    if not found:
        raise Unreadable(f"nothing matches {pattern}")
    return found[1]


def _path(text: str, body: str) -> str:
    expression = _after(
        r"Request::new\(\s*Api::\w+,\s*(.+?)\s*\)(?:$|;|\n|\.query|\s*\.)",
        body.replace("\n", " "),
    )
    return _expression(expression, text, body)


def _expression(expression: str, text: str, body: str) -> str:
    """A path, with `x` for what is known at run time only."""
    literal = re.match(_STRING, expression)
    if literal:
        return literal[1]
    formatted = re.match(r"format!\(\s*" + _STRING, expression)
    if formatted:
        return re.sub(r"\{\w*\}", "x", formatted[1])
    call = re.match(r"(\w+)\((.*)\)?", expression)
    if call:
        return _helper(call[1], [part.strip(" )") for part in call[2].split(",")], text)
    variable = re.search(rf"let {re.escape(expression)} = (.+?);", body.replace("\n", " "))
    if variable:
        return _expression(variable[1].strip(), text, body)
    raise Unreadable(f"the path `{expression}`")


def _helper(name: str, arguments: list[str], text: str) -> str:
    """The path that a function of the same file makes of literal arguments."""
    function = next((match for match in _FUNCTION.finditer(text) if match["name"] == name), None)
    if function is None:
        raise Unreadable(f"the path comes from `{name}`")
    parameters = re.findall(r"(\w+):", function["arguments"])
    given = dict(zip(parameters, arguments, strict=True))
    template = _after(r"format!\(\s*" + _STRING, function["body"])
    return re.sub(r"\{(\w*)\}", lambda found: _literal(given.get(found[1], "")) or "x", template)


def _literal(expression: str) -> str | None:
    found = re.fullmatch(_STRING, expression)
    return found[1] if found else None


def _constant(body: str, expression: str) -> str | None:
    found = re.search(rf"let {re.escape(expression.strip())} =\s*{_STRING}", body)
    return found[1] if found else None


def _scope(text: str, name: str) -> str:
    return _after(rf"const {name.split('::')[-1]}: &str =\s*{_STRING}", text)


def _fields(
    source: SourceFile,
    rust_type: str,
    sources: dict[pathlib.Path, str],
    at: tuple[str, ...],
) -> dict[tuple[str, ...], str]:
    """Everything that is decoded, by its path in the answer."""
    rust_type = source.newtypes.get(rust_type, rust_type)
    if rust_type in source.generated:
        return {(*at, name): "" for name in _used(source, rust_type, sources)}
    wire_type = source.types.get(rust_type)
    if wire_type is None:
        raise Unreadable(f"the type `{rust_type}` is neither here nor generated")
    found = {}
    for name, kind in wire_type.fields.items():
        found[(*at, name)] = kind
        inner = re.sub(r"^(Option|Vec)<(.*)>$", r"\2", re.sub(r"^(Option|Vec)<(.*)>$", r"\2", kind))
        if inner in source.types:
            found |= _fields(source, inner, sources, (*at, name))
    return found


def _used(source: SourceFile, rust_type: str, sources: dict[pathlib.Path, str]) -> Iterator[str]:
    """The fields of a generated type that the client uses, by their names on the wire.

    Elsewhere the type goes by its module's name, since the tenant's facts have namesakes.
    """
    module = pathlib.PurePath(source.name).stem
    known = {snake(name): name for name in source.document.schemas[rust_type]["properties"]}
    used = set()
    for path, text in sources.items():
        typed = rust_type if path.stem == module else f"{module}::{rust_type}"
        for function in _FUNCTION.finditer(text):
            for variable in re.findall(rf"(\w+): &?{typed}\b", function["arguments"]):
                used |= set(re.findall(rf"\b{variable}\.(\w+)\b(?!\()", function["body"]))
    if not used:
        raise Unreadable(f"no use of `{rust_type}` was found")
    return (known.get(name, name) for name in sorted(used))


def _complaints(read: Read, source: SourceFile) -> Iterator[str]:
    method = read.method
    for name, value in read.query.items():
        schema = method.query_parameters.get(name)
        if schema is None:
            yield f"{method.id} has no parameter `{name}`"
        elif value is not None:
            yield from (f"parameter {name} {complaint}" for complaint in values.parameter(value, schema))
    if read.scope not in method.scopes:
        yield f"{method.id} does not accept {read.scope}"
    size = method.size_parameter
    if size and read.query.get(size) != str(method.largest_page):
        yield f"{method.id} is asked with {size}={read.query.get(size)}, its largest page is {method.largest_page}"
    yield from _masked(read)
    for path, rust_type in read.fields.items():
        yield from _field(read, path, rust_type)
    for wire_type in source.types.values():
        if not _is_known(source.document, wire_type.schema):
            yield f"{source.document.name} has no schema `{wire_type.schema}`, which {wire_type.name} names"


def _is_known(document: Document, schema: str) -> bool:
    """Whether there is a schema of this name, or one without a name below a property: `Activity.actor`."""
    first, *inner = schema.split(".")
    found = document.schemas.get(first)
    for name in inner:
        found = (found or {}).get("properties", {}).get(name)
        found = (found or {}).get("items", found)
    return found is not None


def _masked(read: Read) -> Iterator[str]:
    text = read.query.get("fields")
    if text is None:
        yield f"{read.method.id} is asked without a mask"
        return
    mask = masks.parse(text)
    for name in masks.unknown_fields(mask, read.method):
        yield f"the mask names `{name}`, which {read.method.id} does not answer"
    for path in read.fields:
        if not masks.selects(mask, *path):
            yield f"{'/'.join(path)} is read, and the mask leaves it out"
    if read.method.size_parameter and not masks.selects(mask, "nextPageToken"):
        yield "the mask leaves nextPageToken out"


def _field(read: Read, path: tuple[str, ...], rust_type: str) -> Iterator[str]:
    """The field exists, and its type can be decoded."""
    document = read.method.document
    place, schema = document.resolve(read.method.response)
    for name in path:
        while "items" in schema:
            place, schema = document.resolve(schema["items"])
        if name not in schema.get("properties", {}):
            yield f"{'/'.join(path)} is read, and {place} has no field `{name}`"
            return
        inner, schema = document.resolve(schema["properties"][name])
        place = inner or f"{place}.{name}"
    if rust_type and not _fits(rust_type, schema):
        yield f"{'/'.join(path)} is read as {rust_type}, and is of type {schema.get('type', 'object')}"


def _fits(rust_type: str, schema: dict) -> bool:
    inner = re.sub(r"^Option<(.*)>$", r"\1", rust_type)
    match schema.get("type", "object"):
        case "array":
            # `Texts` is a list of strings that is read entry by entry.
            return inner.startswith("Vec<") or (inner == "Texts" and schema["items"].get("type") == "string")
        case "string":
            return inner in ("String", "DateTime<Utc>")
        case "boolean":
            return inner == "bool"
        case "integer":
            return inner in ("i32", "i64", "u32", "u64")
        case "object":
            return inner[0].isupper() and inner != "String"
        case _:
            return True
