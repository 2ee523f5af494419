"""The audit's own requests: schema-valid, the largest page, a mask."""

from __future__ import annotations

from collections.abc import Iterator

from . import asked, discovery, facts
from .asked import Violation
from .exchanges import Exchange

# With a subject the account acts as a user, without one as itself.
_ASSERTION_CLAIMS = {"iss", "scope", "aud", "iat", "exp"}
_SUBJECT = "sub"
_LONGEST_ASSERTION = 3600
# A user and a workload get a token for other things than an assertion.
_WITHOUT_ASSERTION = {
    "refresh_token",
    "urn:ietf:params:oauth:grant-type:token-exchange",
}


def complaints(exchange: Exchange) -> Iterator[str]:
    """What the client must not have sent."""
    if exchange.is_metadata or exchange.is_certificates:
        return
    if exchange.path.startswith(facts.WRONG_BASE_PATH) and exchange.status == 404:
        return
    if exchange.is_token_call:
        if exchange.logged["form"].get("grant_type") not in _WITHOUT_ASSERTION:
            yield from _assertion(exchange)
        return
    method = asked.method_of(exchange)
    if isinstance(method, Violation):
        yield method.text
        return
    for violation in asked.violations(exchange, method):
        yield violation.text
    if exchange.parameter("fields") is None and method.http_method == "GET":
        yield f"{method.id} is asked without a mask"
    size = method.size_parameter
    if size is None:
        return
    if method.largest_page is None:
        yield f"the largest page of {method.id} is not known: add it to facts.LARGEST_PAGE"
    elif exchange.parameter(size) != str(method.largest_page):
        given = exchange.parameter(size)
        yield f"{method.id} is asked with {size}={given}, its largest page is {method.largest_page}"


def _assertion(exchange: Exchange) -> Iterator[str]:
    claims = exchange.logged["claims"]
    if not isinstance(claims, dict):
        yield "a token is asked for without an assertion"
        return
    if claims.get(_SUBJECT, "somebody") in (None, ""):
        yield "the assertion names nobody as subject"
        return
    for name in sorted(_ASSERTION_CLAIMS.symmetric_difference(claims.keys() - {_SUBJECT})):
        yield f"the assertion has {'an unknown' if name in claims else 'no'} claim `{name}`"
        return
    if claims["exp"] - claims["iat"] > _LONGEST_ASSERTION:
        yield f"the assertion lives {claims['exp'] - claims['iat']} seconds"
    for scope in claims["scope"].split(" "):
        if scope not in discovery.scopes():
            yield f"no document knows the scope {scope}"
