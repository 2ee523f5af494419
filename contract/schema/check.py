"""Holds every logged exchange, and the client's source, against Google's discovery documents.

Usage: python -m schema.check [--partial] FOLDER_OF_LOGS [SOURCE]
"""

from __future__ import annotations

import argparse
import json
import pathlib
import sys
from collections import Counter
from collections.abc import Iterable, Iterator

from . import answered, asked, coverage, exchanges, meaning, own, paging, wire
from .asked import Violation
from .exchanges import Exchange
from .findings import CLIENT, EMULATOR, Finding

SHOWN = 40


def start(logged: list[Exchange], truth: dict | None = None) -> Iterator[Finding]:
    """What is wrong with the exchanges of one start, in shape and against the truth of its tenant."""
    for exchange in logged:
        try:
            found = list(answered.complaints(exchange))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            found = [f"cannot be held against any schema: {error!r}"]
        yield from (Finding(EMULATOR, str(exchange), text) for text in found)
        if exchange.is_own:
            yield from (Finding(CLIENT, str(exchange), text) for text in own.complaints(exchange))
    for exchange, text in paging.complaints(logged):
        yield Finding(EMULATOR, str(exchange), text)
    if truth is not None:
        for exchange, text in meaning.start(logged, truth):
            yield Finding(EMULATOR, str(exchange), text)


def truth_of(path: pathlib.Path) -> dict | None:
    """The truth that was told beside a log; a tenant too large has none."""
    told = path.with_suffix(".truth.json")
    return json.loads(told.read_text()) if told.exists() else None


def log_file(path: pathlib.Path) -> tuple[list[Exchange], list[Finding]]:
    text = path.read_text()
    found = [
        Finding(EMULATOR, path.name, f"the log holds a secret: {secret}…")
        for secret in exchanges.secrets_in(text)
    ]
    logged = list(exchanges.of_lines(path.name, text.splitlines()))
    return logged, found + list(start(logged, truth_of(path)))


def _summary(logs: Iterable[list[Exchange]]) -> str:
    total, tokens, own_requests, starts = 0, 0, 0, 0
    methods: Counter[str] = Counter()
    for logged in logs:
        starts += 1
        for exchange in logged:
            total += 1
            own_requests += exchange.is_own
            tokens += exchange.is_token_call
            method = None if exchange.is_token_call else asked.method_of(exchange)
            if method and not isinstance(method, Violation):
                methods[method.id] += 1
    return (
        f"{total} exchanges of {starts} starts, {tokens} of them token calls, "
        f"{own_requests} by the client; {len(methods)} methods"
    )


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("logs", type=pathlib.Path, help="the folder that the emulator logged to")
    parser.add_argument(
        "source",
        type=pathlib.Path,
        nargs="?",
        help="the repository, to hold its wire types too",
    )
    parser.add_argument(
        "--partial",
        action="store_true",
        help="do not ask for an exchange of every method",
    )
    options = parser.parse_args(arguments)

    logs, findings = [], []
    for path in sorted(options.logs.glob("*.jsonl")):
        logged, found = log_file(path)
        logs.append(logged)
        findings += found
    if not logs:
        print(f"no log in {options.logs}", file=sys.stderr)
        return 1
    reads = []
    if options.source:
        reads, found = wire.held(options.source)
        findings += found
    if not options.partial:
        findings += coverage.findings(logs, reads)
    print(_summary(logs))
    if options.source:
        fields = sum(len(read.fields) for read in reads)
        print(f"{len(reads)} reads of the client with {fields} fields")
    return _report(findings)


def _report(findings: list[Finding]) -> int:
    kinds: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        kinds.setdefault((finding.by, finding.text), []).append(finding)
    for alike in list(kinds.values())[:SHOWN]:
        more = f"\n    and {len(alike) - 1} more" if len(alike) > 1 else ""
        print(f"{alike[0]}{more}")
    if len(kinds) > SHOWN:
        print(f"and {len(kinds) - SHOWN} more kinds")
    print(f"{len(findings)} findings" if findings else "the contract holds")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
