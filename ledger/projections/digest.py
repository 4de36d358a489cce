"""What a report's digest covers: every exact value in it, by the path to it, in the order of the fields."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from typing import Any

import attrs

from ledger.deal.terms import DealTerms
from ledger.events.base import Event
from ledger.projections.bonds import Recorded
from ledger.projections.prepayments import Months
from ledger.values.exact import Exact

DIGEST_VERSION = 2
"""Raised whenever the set of values that a report's digest covers changes."""


def digest_of(report: object) -> str:
    """Return the hash that fixes every exact value of a report.

    It begins with the version of what is hashed, so that a later release can tell a changed figure from a changed
    report.
    """
    hashed = sha256("\n".join(f"{name}={value}" for name, value in flatten(report)).encode()).hexdigest()
    return f"{DIGEST_VERSION}:{hashed}"


def flatten(value: object, name: str = "") -> list[tuple[str, str]]:
    """Return every exact value in a report with the path to it, in the order of the fields.

    What was recorded as paid is left out: it follows the closing of a period and must not change its digest.
    """
    found: list[tuple[str, str]] = []
    _flatten(value, name, found)
    return found


def _flatten(value: object, name: str, found: list[tuple[str, str]]) -> None:
    if isinstance(value, Exact):
        found.append((name, str(value.value)))
    elif isinstance(value, dict):
        for key, item in value.items():
            _flatten(item, f"{name}[{key}]", found)
    elif isinstance(value, tuple | Months):
        for index, item in enumerate(value):
            _flatten(item, f"{name}[{index}]", found)
    else:
        kind: Any = type(value)
        for part in _hashed(kind):
            _flatten(getattr(value, part), f"{name}.{part}" if name else part, found)


@cache
def _hashed(kind: Any) -> tuple[str, ...]:
    """Return the fields of a part of a report whose values its digest covers."""
    if not attrs.has(kind) or issubclass(kind, DealTerms | Recorded | Event):
        return ()
    skipped = {"compensating_paid", "charged", "paid", "terms", "known_through"}
    return tuple(item.name for item in attrs.fields(kind) if item.name not in skipped)


__all__ = ["DIGEST_VERSION", "digest_of", "flatten"]
