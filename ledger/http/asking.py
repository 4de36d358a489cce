"""What a request is to every server here: its path and query decoded once, its headers, and what is no good request."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote_to_bytes

LONGEST_ADDRESS = 8_000
"""Characters of a path and of a query that are looked at."""

BODY_SECONDS = 120
"""Seconds in which a body has to be there."""

RAW_PATH = "indenture.raw_path"
"""Where the server puts the path as it was sent; others put it under RAW_URI or REQUEST_URI."""

GONE = "indenture.is_gone"
"""Where the server puts what says whether the caller has left."""

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]", "::1"})
"""The names of this machine to itself."""

_PORT = re.compile(r":[0-9]*\Z")


class Problem(Exception):
    """A request that cannot be answered as it stands: the HTTP status, a stable code, and what to do."""

    def __init__(self, status: int, code: str, message: str, *, headers: Iterable[tuple[str, str]] = ()) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.headers = status, code, message, tuple(headers)


def path_of(environ: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the path of a request as its segments, from what a server says of it."""
    raw = environ.get(RAW_PATH) or environ.get("RAW_URI") or environ.get("REQUEST_URI")
    return segments(str(raw if raw is not None else environ.get("PATH_INFO", "/")).partition("?")[0] or "/")


def segments(raw: str) -> tuple[str, ...]:
    """Return the segments of a path as it was sent, each decoded by itself, so that a name may hold a slash.

    A segment that only moves about (``.``, ``..``) leads nowhere, and neither does one that is no UTF-8.
    """
    if len(raw) > LONGEST_ADDRESS:
        raise Problem(414, "too_long", "the address is too long")
    listed = raw.split("/")[1:] if raw.startswith("/") else []
    if listed and not listed[-1]:
        listed.pop()
    found = tuple(_decoded(item) for item in listed)
    if not raw.startswith("/") or any(item in ("", ".", "..") for item in found):
        raise Problem(404, "no_such_page", "there is no such page")
    return found


def _decoded(item: str) -> str:
    try:
        return unquote_to_bytes(item).decode("utf-8")
    except UnicodeDecodeError:
        raise Problem(400, "not_utf8", "the address holds bytes that are no UTF-8") from None


def query_of(raw: str, *, once: bool = False) -> dict[str, str]:
    """Return a query by its names; of a name given twice the last value counts, unless each is given ``once``."""
    if len(raw) > LONGEST_ADDRESS:
        raise Problem(414, "too_long", "the address is too long")
    try:
        listed = parse_qsl(raw, keep_blank_values=True, errors="strict", max_num_fields=50)
    except ValueError:
        raise Problem(400, "bad_query", "what follows the question mark in the address cannot be read") from None
    found = dict(listed)
    if once and len(found) < len(listed):
        names = [name for name, _ in listed]
        twice = next(name for name in names if names.count(name) > 1)
        raise Problem(400, "duplicate_field", f"{twice[:80]!r} is given twice in the address; which of them counts?")
    return found


def named_headers(environ: Mapping[str, Any]) -> dict[str, str]:
    """Return the headers of a request by their names in small letters, from what a server says of it."""
    return {
        key.removeprefix("HTTP_").replace("_", "-").lower(): str(value)
        for key, value in environ.items()
        if key.startswith("HTTP_")
    }


def host_named(host: str) -> str:
    """Return the name in a Host header, in small letters and without its port."""
    name = host.rpartition(":")[0] if _PORT.search(host) and host != "::1" else host
    return name.lower()


def from_elsewhere(headers: Mapping[str, str]) -> bool:
    """Say whether a browser tells that another site sent this."""
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return True
    origin = headers.get("origin", "")
    return bool(origin) and origin.partition("://")[2] != headers.get("host", "")


__all__ = [
    "BODY_SECONDS",
    "GONE",
    "LONGEST_ADDRESS",
    "LOOPBACK",
    "RAW_PATH",
    "Problem",
    "from_elsewhere",
    "host_named",
    "named_headers",
    "path_of",
    "query_of",
    "segments",
]
