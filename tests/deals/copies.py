"""Ledgers in memory that begin as a copy of one that was posted once: most tests begin with the same few events."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ledger import Ledger
from ledger.simulation import LifePlan, post_life
from ledger.store.database.engine import is_memory

_posted: dict[object, Ledger] = {}


@contextmanager
def _driver(ledger: Ledger) -> Iterator[sqlite3.Connection]:
    raw = ledger._store._engine.raw_connection()
    try:
        held = raw.driver_connection
        assert isinstance(held, sqlite3.Connection)
        yield held
    finally:
        raw.close()


def is_new(ledger: Ledger) -> bool:
    """Say whether nothing was posted to a ledger in memory yet, and the clock runs: a copy keeps the stamps it has."""
    in_memory = is_memory(ledger._store.url)
    runs = dt.datetime.__module__ == "datetime"  # whoever freezes it puts a class of another module there
    return in_memory and runs and not ledger.deals()


def begun(ledger: Ledger, key: object, post: Callable[[Ledger], object]) -> None:
    """Post to a ledger what ``post`` does; to one in memory that is new, by copying what the same ``key`` posted first.

    Whatever else ``post`` depends on must be in ``key``.
    """
    if not is_new(ledger):
        post(ledger)
        return
    if key not in _posted:
        made = Ledger.create("sqlite://")
        post(made)
        _posted[key] = made
    with _driver(_posted[key]) as source, _driver(ledger) as target:
        source.backup(target)


def lived(plan: LifePlan) -> Ledger:
    """Return a new ledger in memory in which a simulated life was posted."""
    made = Ledger.create("sqlite://")
    begun(made, plan, lambda new: post_life(new, plan))
    return made
