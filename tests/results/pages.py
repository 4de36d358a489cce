"""Pages of ``replay serve`` as JSON: to which schema each is held, a command's or its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote

from tests.results.fitting import check_fits

REFUSED_PAGE = "replay serve refused"
PAGES = {
    "replay serve deals": "the deals, at `/`",
    "replay serve search": "what is called so, at `/search`",
    "replay serve compare": "two distributions side by side, at `/deals/DEAL/compare` with `other`",
    "replay serve events": "a hundred events, at `/deals/DEAL/events`",
    "replay serve event": "one event, at `/deals/DEAL/events/SEQUENCE`",
    "replay serve head": "where the log ends, at `/deals/DEAL/verify`",
    REFUSED_PAGE: "what cannot be shown, and why, at any address",
}
"""What `replay serve` gives as JSON that no command prints, by the name of its schema."""

_OF_COMMANDS = {
    "statements": "replay statement",
    "figures": "replay explain",
    "history": "replay history",
    "findings": "ledger check",
    "charts": "replay chart",
    "reconcile": "replay reconcile",
    "loans": "replay loans",
}


def schema_of(address: str, document: Mapping[str, Any]) -> str:
    """Return the name of the schema that holds what stands at an address as JSON."""
    if "error" in document:
        return REFUSED_PAGE
    path, _, query = address.partition("?")
    parts = [unquote(part) for part in path.strip("/").split("/")]
    asked = {name for name, value in parse_qsl(query) if value.strip()}
    match parts:
        case [""] | ["deals"]:
            return "replay serve deals"
        case ["search"]:
            return "replay serve search"
        case [_, _]:
            return "replay periods"
        case [_, _, "compare"]:
            return "replay serve compare" if "other" in asked else "replay diff"
        case [_, _, "verify"]:
            return "replay verify" if "run" in asked else "replay serve head"
        case [_, _, "events", *more]:
            return "replay serve event" if more else "replay serve events"
        case [_, _, "accounts", *more]:
            return "replay account" if more else "replay books"
        case [_, _, page, *_]:
            return _OF_COMMANDS[page]
    raise AssertionError(f"no schema is named for {address}")


def check_page(address: str, kind: str, content: bytes) -> None:
    """Hold what a page gave to its schema, where that is JSON."""
    if kind.partition(";")[0] == "application/json" and content and address != "/openapi.json":
        document = json.loads(content)
        check_fits(schema_of(address, document), document)
