"""What the log must hold at least: an answer of every method that is served or asked for."""

from __future__ import annotations

from collections import defaultdict

from . import discovery, paging
from .exchanges import Exchange
from .findings import COVERAGE, Finding
from .wire import Read


def findings(logs: list[list[Exchange]], reads: list[Read]) -> list[Finding]:
    """Methods of which no exchange proves anything, and listings that were walked by one page size only."""
    served = discovery.served()
    answered: set[str] = set()
    asked_by_client: set[str] = set()
    sizes: dict[str, int] = defaultdict(int)
    for logged in logs:
        for exchange in logged:
            operation = exchange.logged["operation"]
            if operation and exchange.is_answered:
                answered.add(operation)
                if exchange.is_own:
                    asked_by_client.add(operation)
        for method, listings in paging.sizes_walked(logged).items():
            sizes[method] = max(sizes[method], *map(len, listings.values()))
    found = [
        Finding(
            COVERAGE,
            f"{read.function} in {read.source}",
            f"the client never asked for {read.method.id}",
        )
        for read in reads
        if read.method.id not in asked_by_client
    ]
    for name in sorted(served - answered):
        found.append(Finding(COVERAGE, "the log", f"no answer of {name}, which the emulator serves"))
    for name in sorted(served):
        if discovery.method(name).size_parameter and sizes[name] < 2:
            text = f"{name} was walked to its end by {sizes[name]} page sizes, not by two"
            found.append(Finding(COVERAGE, "the log", text))
    return found
