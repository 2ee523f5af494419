"""Listings in pages, within one start of the emulator.

A listing is what one identity asks of one method with the same path and query. A walk is one way through
it, from the page without a token to the page that gives none out.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from . import asked, facts, masks
from .asked import Violation
from .discovery import SIZE_PARAMETERS, Method
from .exchanges import Exchange

# What does not make another listing of a query, besides the parameters that every method takes.
_PAGING = {"pageToken", *SIZE_PARAMETERS}

Listing = tuple


@dataclass
class Walk:
    """A way through a listing, as far as it was gone."""

    pages: list[Exchange]
    size: str | None
    ids: list[str] = field(default_factory=list)
    is_whole: bool = False


@dataclass(frozen=True)
class Paged:
    """A page: an exchange that a paged method answered."""

    exchange: Exchange
    method: Method

    @property
    def listing(self) -> Listing:
        exchange = self.exchange
        selecting = self.method.own_query.keys() - _PAGING
        query = sorted(pair for pair in exchange.query if pair[0] in selecting)
        identity = (exchange.logged["client"], exchange.logged["subject"])
        return (identity, self.method.id, exchange.path, tuple(query))

    @property
    def given(self) -> str | None:
        return self.exchange.parameter("pageToken") or None

    @property
    def next(self) -> str | None:
        return self.exchange.answer.get("nextPageToken")

    @property
    def size(self) -> str | None:
        return self.exchange.parameter(self.method.size_parameter)

    @property
    def manner(self) -> tuple[str | None, str | None]:
        """What tells walks through one listing apart."""
        return (self.size, self.exchange.parameter("fields"))

    @property
    def rows(self) -> list:
        return self.exchange.answer.get(self.method.rows_property, [])

    @property
    def mask(self) -> masks.Mask:
        text = self.exchange.parameter("fields")
        return masks.parse(text) if text is not None else {}

    @property
    def tells_the_next(self) -> bool:
        return masks.selects(self.mask, "nextPageToken")

    @property
    def ids(self) -> list[str] | None:
        """What tells the rows apart; nothing if the mask leaves it out."""
        name = facts.IDENTITY[self.method.id]
        if not masks.selects(self.mask, self.method.rows_property, name):
            return None
        # Some rows are told apart by several fields together.
        return [
            value if isinstance(value, str) else json.dumps(value, sort_keys=True)
            for value in (row.get(name) for row in self.rows)
        ]


def pages(exchanges: list[Exchange]) -> list[Paged]:
    found = []
    for exchange in exchanges:
        if not exchange.is_answered or exchange.is_token_call or not isinstance(exchange.answer, dict):
            continue
        method = asked.method_of(exchange)
        if (
            not isinstance(method, Violation)
            and method.size_parameter
            and not asked.violations(exchange, method)
        ):
            found.append(Paged(exchange, method))
    return found


def complaints(exchanges: list[Exchange]) -> Iterator[tuple[Exchange, str]]:
    """What is wrong with the pages of one start."""
    listings: dict[Listing, list[Paged]] = defaultdict(list)
    for page in pages(exchanges):
        if page.method.id not in facts.IDENTITY:
            yield page.exchange, f"what tells the rows of {page.method.id} apart is not in facts.IDENTITY"
        else:
            listings[page.listing].append(page)
    for listed in listings.values():
        for page in listed:
            yield from ((page.exchange, text) for text in _sizes(page))
        # Planned faults repeat pages, empty them, and keep them from the client.
        if not any(page.exchange.is_fault for page in listed):
            yield from _tokens(listed)
            yield from _walks(listed)


def _sizes(page: Paged) -> Iterator[str]:
    method, name = page.method, page.method.size_parameter
    # IAM takes 0 for its default.
    wanted = int(page.size or 0) or method.default_page
    bounds = [bound for bound in (wanted, method.largest_page) if bound is not None]
    if bounds and len(page.rows) > min(bounds):
        yield f"{len(page.rows)} rows on a page of {method.id} that was asked with {name}={page.size}"


def _tokens(listed: list[Paged]) -> Iterator[tuple[Exchange, str]]:
    handed_out: set[str] = set()
    for page in listed:
        if page.given and page.given not in handed_out:
            yield page.exchange, "a page token that this listing never gave out was taken"
        if page.next == "":
            yield page.exchange, "an empty page token"
        elif page.next:
            handed_out.add(page.next)


def walks(listed: list[Paged]) -> list[tuple[Walk, bool]]:
    """Every walk of a listing; with each, whether a page or token came back."""
    by_token: dict[str, list[Paged]] = defaultdict(list)
    for page in listed:
        if page.given:
            by_token[page.given].append(page)
    found = []
    for start in (page for page in listed if not page.given):
        walk, seen, repeats, page = Walk([], start.size), set(), False, start
        tells_all = True
        while True:
            walk.pages.append(page.exchange)
            walk.ids.extend(page.ids or [])
            tells_all = tells_all and page.ids is not None
            if not page.next:
                walk.is_whole = page.tells_the_next and tells_all
                break
            if page.next in seen:
                repeats = True
                break
            seen.add(page.next)
            # Walks that go on at the same place in the same second share a token.
            follows = by_token[page.next]
            alike = (follow for follow in follows if follow.manner == start.manner)
            page = next(alike, follows[0] if follows else None)
            if page is None:
                break
        found.append((walk, repeats))
    return found


def _walks(listed: list[Paged]) -> Iterator[tuple[Exchange, str]]:
    whole: Walk | None = None
    for walk, repeats in walks(listed):
        last = walk.pages[-1]
        if repeats:
            yield last, "a page token came twice in one listing"
        if len(set(walk.ids)) < len(walk.ids):
            twice = next(name for name in walk.ids if walk.ids.count(name) > 1)
            yield last, f"{twice} is twice in one listing"
        elif walk.is_whole:
            if len(walk.pages) > 1 and not rows_of(last):
                yield last, "a page token where nothing follows"
            if whole is None:
                whole = walk
            elif walk.ids != whole.ids:
                text = f"{len(walk.ids)} rows by {walk.size} a page, {len(whole.ids)} by {whole.size}, or in another order"
                yield last, text
    for walk, _ in walks(listed):
        if whole and not walk.is_whole and walk.ids and walk.ids == whole.ids:
            if walk.pages[-1].answer.get("nextPageToken"):
                yield walk.pages[-1], "a page token where nothing follows"


def rows_of(exchange: Exchange) -> list:
    method = asked.method_of(exchange)
    return exchange.answer.get(method.rows_property, [])


def sizes_walked(
    exchanges: list[Exchange],
) -> dict[str, dict[Listing, set[str | None]]]:
    """For each method, the page sizes by which each of its listings was walked to the end."""
    listings: dict[Listing, list[Paged]] = defaultdict(list)
    for page in pages(exchanges):
        if page.method.id in facts.IDENTITY and not page.exchange.is_fault:
            listings[page.listing].append(page)
    found: dict[str, dict[Listing, set]] = defaultdict(lambda: defaultdict(set))
    for listing, listed in listings.items():
        for walk, _ in walks(listed):
            if walk.is_whole:
                found[listed[0].method.id][listing].add(walk.size)
    return found
