"""Runs: sums over consecutive events, written with them, so that no replay has to add up single events.

A writer gathers the sums of its batch (:mod:`ledger.store.run_sums`); here the database sums up what it has stored, and
:func:`differences` says where the two do not agree.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, text

from ledger.events.base import COMPONENTS
from ledger.journal.movements import BALANCE_SIGN, BOARDING, RAISING, REDUCING, REMOVALS

_KEYS = "distribution, posts_as, loan_group, class_id, code, effective_date"
_REDUCING = ", ".join(f"'{name}'" for name in sorted(REDUCING))
_RAISING = ", ".join(f"'{name}'" for name in sorted(RAISING))
_REMOVING = ", ".join(f"'{name}'" for name in REMOVALS)
_MOVING = ", ".join(f"'{name}'" for name in BALANCE_SIGN)
_SUMS = ", ".join(f"SUM({name}) AS {name}" for name in COMPONENTS)

BALANCE = (
    f"CASE WHEN posts_as = '{BOARDING}' THEN principal + memo WHEN posts_as IN ({_REDUCING}) THEN -principal "
    f"WHEN posts_as IN ({_RAISING}) THEN principal ELSE 0 END"
)
"""What an event does to the stated balance of its loan, in SQL."""

ON_BOOKS = (
    f"CASE WHEN posts_as = '{BOARDING}' THEN CASE WHEN memo > 0 THEN 1 WHEN memo < 0 THEN -1 ELSE loans END "
    f"WHEN posts_as IN ({_REMOVING}) THEN -loans ELSE 0 END"
)
"""What an event does to its loan's standing in the pool, in SQL: 1 in, -1 out."""

MOVES_LOAN = f"loan <> '' AND posts_as IN ({_MOVING})"
"""The events that :data:`BALANCE` and :data:`ON_BOOKS` are summed over."""


def differences(connection: Connection, deal_key: int) -> Iterator[str]:
    """Say where the stored sums of a deal are not those of its events, the first run of each kind; nothing if sound."""
    head = connection.execute(
        text("SELECT COALESCE(MAX(sequence), 0) FROM events WHERE deal_key = :deal_key"), {"deal_key": deal_key}
    ).scalar_one()
    runs = connection.execute(
        text(
            "SELECT DISTINCT first_sequence, through_sequence FROM run_totals WHERE deal_key = :deal_key "
            "ORDER BY through_sequence, first_sequence"
        ),
        {"deal_key": deal_key},
    ).all()
    expected = 1
    for first, through in runs:
        if first != expected or not first <= through:
            yield f"the sums of events {first} to {through} stand where those from event {expected} on belong"
            return
        expected = through + 1
    if expected != head + 1:
        yield f"the sums end at event {expected - 1}, the log at {head}"
        return
    strangers = "SELECT COUNT(*) FROM run_loans l WHERE deal_key = :deal_key AND NOT EXISTS ({})".format(
        "SELECT 1 FROM run_totals t WHERE t.deal_key = l.deal_key AND t.through_sequence = l.through_sequence"
    )
    if connection.execute(text(strangers), {"deal_key": deal_key}).scalar_one():
        yield "sums by loan stand under a run that is none"
        return
    for first, through in runs:
        bounds = {"deal_key": deal_key, "first": first, "through": through}
        for name, derived, stored in _COMPARED:
            if set(connection.execute(derived, bounds)) != set(connection.execute(stored, bounds)):
                yield f"the {name} of events {first} to {through} are not the sums of these events"
                return
    astray = connection.execute(_ASTRAY, {"deal_key": deal_key}).first()
    if astray is not None:
        yield f"loan {astray.loan} does not stand after event {astray.through_sequence} where it is said to"


_RANGE = "deal_key = :deal_key AND sequence BETWEEN :first AND :through"
_STORED = "deal_key = :deal_key AND through_sequence = :through"
_COMPARED = (
    (
        "totals",
        text(f"SELECT {_KEYS}, {_SUMS}, COUNT(*) FROM events WHERE {_RANGE} GROUP BY {_KEYS}"),
        text(f"SELECT {_KEYS}, {', '.join(COMPONENTS)}, events FROM run_totals WHERE {_STORED}"),
    ),
    (
        "balances by loan",
        text(
            "SELECT m.loan, m.distribution, e.loan_group, m.balance, m.on_books FROM (SELECT loan, distribution, "
            f"SUM({BALANCE}) AS balance, SUM({ON_BOOKS}) AS on_books, MAX(sequence) AS newest FROM events "
            f"WHERE {_RANGE} AND {MOVES_LOAN} GROUP BY loan, distribution) m "
            "JOIN events e ON e.deal_key = :deal_key AND e.sequence = m.newest"
        ),
        text(f"SELECT loan, distribution, loan_group, balance, on_books FROM run_loans WHERE {_STORED}"),
    ),
)
_ASTRAY = text(
    "SELECT loan, through_sequence FROM (SELECT loan, distribution, through_sequence, balance_after, on_books_after, "
    "SUM(balance) OVER known AS balance, SUM(on_books) OVER known AS on_books, MAX(distribution) OVER known AS latest "
    "FROM run_loans WHERE deal_key = :deal_key WINDOW known AS (PARTITION BY loan ORDER BY through_sequence)) derived "
    "WHERE (distribution < latest AND (balance_after IS NOT NULL OR on_books_after IS NOT NULL)) "
    "OR (distribution = latest AND (balance_after IS NULL OR balance_after <> balance "
    "OR on_books_after IS NULL OR on_books_after <> on_books)) ORDER BY through_sequence, loan LIMIT 1"
)
"""The first row that does not say where its loan stands after everything up to it, or that is late and says so still.

What runs moved is proved from the events before this is asked.
"""
