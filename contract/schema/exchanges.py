"""What the emulator logged: one exchange a line, one file a start."""

from __future__ import annotations

import json
import pathlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl

from . import facts

OWN_CLIENT = "workspace-audit/"
TOKEN_PATH = "/token"
# The token endpoint by its old address, and the Security Token Service: their answers have one shape.
_TOKEN_PATHS = {TOKEN_PATH, "/o/oauth2/token", "/v1/token"}
_METADATA = "/computeMetadata/v1/"
_CERTIFICATES = "/service_accounts/v1/metadata/x509/"
# The beginnings of the emulator's tokens, of any signed assertion and of a private key.
SECRETS = ("ya29.", "eyJhbGci", "PRIVATE KEY")

# Where Google serves its documents: under one address for all, and under each API's own host.
_DESCRIPTION = re.compile(r"/discovery/v1/apis/[^/]+/[^/]+/rest|/\$discovery/rest")

_BATCH = re.compile(r"/batch(/[^/]+/[^/]+)?")


@dataclass(frozen=True)
class Exchange:
    """One request and its answer."""

    source: str
    line: int
    logged: dict

    @property
    def method(self) -> str:
        return self.logged["method"]

    @property
    def path(self) -> str:
        return self.logged["path"]

    @property
    def host(self) -> str:
        """The host that was asked, without the name that Google's hosts have for mTLS."""
        return self.logged.get("host", "").lower().replace(".mtls.googleapis.com", ".googleapis.com")

    @property
    def is_at_google(self) -> bool:
        """Whether one of Google's own names was asked. Loopback is the one root of every API."""
        return any(self.host == own or self.host.endswith("." + own) for own in facts.GOOGLE_HOSTS)

    @property
    def query(self) -> list[tuple[str, str]]:
        """The parameters, by the names that the documents have for them."""
        given = parse_qsl(self.logged["query"], keep_blank_values=True)
        return [
            (facts.SYSTEM_ALIASES.get(name, name), value)
            for name, value in given
            if name not in facts.SYSTEM_WITHOUT_EFFECT
        ]

    def parameter(self, name: str) -> str | None:
        return next((value for key, value in self.query if key == name), None)

    @property
    def status(self) -> int:
        return self.logged["status"]

    @property
    def answer(self) -> object:
        return self.logged["response"]

    @property
    def scopes(self) -> list[str]:
        return self.logged["scopes"]

    @property
    def has_token(self) -> bool:
        return self.logged["client"] is not None

    @property
    def is_fault(self) -> bool:
        return self.logged["fault"]

    @property
    def fault_word(self) -> str | None:
        """What a planned fault did, without its value."""
        answer = self.logged["fault_answer"]
        return answer.split("=")[0] if answer else None

    @property
    def is_answered(self) -> bool:
        return 200 <= self.status < 300

    @property
    def is_token_call(self) -> bool:
        return self.path in _TOKEN_PATHS and self.method == "POST"

    @property
    def is_metadata(self) -> bool:
        """Whether it was for the metadata server, which no document describes."""
        return self.path.startswith(_METADATA) or self.path in ("/", _METADATA.rstrip("/"))

    @property
    def is_certificates(self) -> bool:
        """Whether it was for the certificates of an account's keys, which no document describes."""
        return self.method == "GET" and self.path.startswith(_CERTIFICATES)

    @property
    def is_description(self) -> bool:
        """Whether a client asked for a discovery document itself, which no document describes."""
        return self.method == "GET" and bool(_DESCRIPTION.fullmatch(self.path))

    @property
    def is_batch(self) -> bool:
        """Whether it carries calls of methods: the documents name its path (`batchPath`), and no schema.
        Google's clients put the API's name and version behind it."""
        return self.method == "POST" and self.takes_only_post

    @property
    def takes_only_post(self) -> bool:
        """Whether its address is known and no method's: the token endpoint or a batch."""
        return self.path == TOKEN_PATH or bool(_BATCH.fullmatch(self.path))

    @property
    def is_own(self) -> bool:
        """Whether the audit's own client sent it."""
        return (self.logged["user_agent"] or "").startswith(OWN_CLIENT)

    def __str__(self) -> str:
        query = f"?{self.logged['query']}" if self.logged["query"] else ""
        return f"{self.source}:{self.line} {self.method} {self.path}{query} → {self.status}"


def read(path: pathlib.Path) -> list[Exchange]:
    """The exchanges of one start, in the order of their answers."""
    return list(of_lines(path.name, path.read_text().splitlines()))


def of_lines(source: str, lines: list[str]) -> Iterator[Exchange]:
    for number, line in enumerate(lines, 1):
        yield Exchange(source, number, json.loads(line))


def secrets_in(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text]
