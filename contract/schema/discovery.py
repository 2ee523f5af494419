"""Google's discovery documents, as the Python package google-api-python-client carries them."""

from __future__ import annotations

import functools
import json
import pathlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

import googleapiclient

from . import facts

EMULATOR = pathlib.Path(__file__).parents[2] / "emulator"
EXCERPTS = EMULATOR / "discovery"
ROUTES = EMULATOR / "src" / "routes.rs"
DOCUMENTS = pathlib.Path(googleapiclient.__file__).parent / "discovery_cache" / "documents"

# The APIs that an audit of Workspace can meet. The emulator serves them all under one root, so the
# order decides where two documents know the same path.
APIS = (
    "admin.directory_v1",
    "admin.reports_v1",
    "gmail.v1",
    "iam.v1",
    "iamcredentials.v1",
    "oauth2.v2",
    "cloudresourcemanager.v3",
    "cloudidentity.v1",
    "licensing.v1",
    "groupssettings.v1",
    "alertcenter.v1beta1",
    "cloudasset.v1",
    "policyanalyzer.v1",
    "orgpolicy.v2",
    "serviceusage.v1",
)
SIZE_PARAMETERS = ("maxResults", "pageSize")


@dataclass(frozen=True)
class Document:
    """One API's document."""

    name: str
    content: dict

    @property
    def schemas(self) -> dict:
        return self.content["schemas"]

    def resolve(self, schema: dict) -> tuple[str | None, dict]:
        """The schema itself, or the one that it refers to with its name."""
        name = schema.get("$ref")
        return (name, self.schemas[name]) if name else (None, schema)


class Method:
    """One method of an API."""

    def __init__(self, document: Document, content: dict):
        self.document = document
        self.id: str = content["id"]
        self.http_method: str = content["httpMethod"]
        self.scopes = frozenset(content.get("scopes", ()))
        page = facts.PAGE_SCOPES.get(document.name)
        if page:
            self.scopes |= page.value
        self.response: dict | None = content.get("response")
        parameters = content.get("parameters", {})
        self.path_parameters = {k: v for k, v in parameters.items() if v["location"] == "path"}
        self.own_query = {k: v for k, v in parameters.items() if v["location"] == "query"}
        self.query_parameters = document.content.get("parameters", {}) | self.own_query
        self.path = document.content["servicePath"] + content["path"]
        self.pattern = re.compile(self._pattern(self.path))

    def _pattern(self, path: str) -> str:
        parts = []
        for text in re.split(r"(\{\+?\w+\})", path):
            if text.startswith("{"):
                name = text.strip("{}+")
                # Only the pattern of a whole resource name tells paths apart; any other is a value's.
                inner = self.path_parameters[name].get("pattern", "[^/]+") if "+" in text else "[^/]+"
                group = inner.removeprefix("^").removesuffix("$")
                parts.append(f"(?P<{name}>{group})")
            else:
                parts.append(re.escape(text))
        return "/" + "".join(parts)

    @property
    def hosts(self) -> frozenset[str]:
        """Where Google answers it."""
        other = facts.OTHER_HOSTS.get(self.document.name)
        own = self.document.content["rootUrl"].removeprefix("https://").rstrip("/")
        return frozenset({own} | ({other.value} if other else set()))

    def plain_path_values(self, path: str) -> dict[str, str]:
        """What the path says for each parameter that is no whole resource name."""
        given = self.pattern.fullmatch(path)
        plain = {name for name in self.path_parameters if "{%s}" % name in self.path}
        return {name: unquote(given[name]) for name in plain} if given else {}

    @property
    def size_parameter(self) -> str | None:
        """The name of the page size parameter, if the method's answers come in pages."""
        if "pageToken" not in self.own_query:
            return None
        return next((name for name in SIZE_PARAMETERS if name in self.own_query), None)

    @property
    def largest_page(self) -> int | None:
        return self._size("maximum", facts.LARGEST_PAGE)

    @property
    def default_page(self) -> int | None:
        return self._size("default", facts.DEFAULT_PAGE)

    def _size(self, bound: str, elsewhere: dict[str, facts.Fact]) -> int | None:
        """From the document's field, or its description's words, or a fact found elsewhere."""
        parameter = self.own_query[self.size_parameter]
        if bound in parameter:
            return int(parameter[bound])
        words = re.search(rf"\b{bound}(?: value)? is ([\d,]+)", parameter.get("description", ""))
        if words:
            return int(words[1].replace(",", "").rstrip("."))
        fact = elsewhere.get(self.id)
        return fact.value if fact else None

    @property
    def rows_property(self) -> str | None:
        """The answer's one list, for methods whose answers come in pages."""
        if not self.response:
            return None
        _, schema = self.document.resolve(self.response)
        lists = [k for k, v in schema["properties"].items() if v.get("type") == "array"]
        return lists[0] if len(lists) == 1 else None


@functools.cache
def documents() -> dict[str, Document]:
    return {name: _document(name) for name in APIS}


def _document(name: str) -> Document:
    return Document(name, json.loads((DOCUMENTS / f"{name}.json").read_text()))


@functools.cache
def methods() -> tuple[Method, ...]:
    return tuple(
        Method(document, content)
        for document in documents().values()
        for content in _methods(document.content)
    )


def _methods(resource: dict) -> Iterator[dict]:
    yield from resource.get("methods", {}).values()
    for below in resource.get("resources", {}).values():
        yield from _methods(below)


def served() -> set[str]:
    """The methods that the emulator has an answer for."""
    return set(re.findall(r'^\s*"([\w.]+)" =>', ROUTES.read_text(), re.M))


@functools.cache
def method(method_id: str) -> Method:
    return next(method for method in methods() if method.id == method_id)


@functools.lru_cache(maxsize=100_000)
def at(path: str) -> tuple[Method, ...]:
    """Every method that the path, as sent, belongs to."""
    return tuple(method for method in methods() if method.pattern.fullmatch(path))


@functools.cache
def scopes() -> frozenset[str]:
    """Every scope that any published document names, and those that only help pages do."""
    known = set(facts.OTHER_SCOPES)
    for path in DOCUMENTS.glob("*.json"):
        auth = json.loads(path.read_text()).get("auth", {})
        known.update(auth.get("oauth2", {}).get("scopes", {}))
    return frozenset(known)
