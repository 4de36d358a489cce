"""Reading the advances that are outstanding, instalment by instalment, and what late payments brought for each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter

from ledger.deal.schedule import Schedule
from ledger.deal.windows import Window
from ledger.errors import IntegrityFault
from ledger.events import codec
from ledger.journal.movements import PAYING_TYPES
from ledger.journal.totals import Totals
from ledger.projections.repayments import (
    DECLARED,
    FORWARD,
    LATE_ADVANCED,
    MADE,
    RECOVERED,
    UNREIMBURSED,
    AdvanceMove,
    LateHeld,
    OpenAdvance,
    Repayments,
    held_by_group,
)
from ledger.store.rows import StoredRow
from ledger.store.source import Source
from ledger.values.dates import date_from_number
from ledger.values.selector import Selector

MOVING_TYPES = (MADE, RECOVERED, DECLARED, FORWARD)
"""Event types that move advances; late payments of advanced instalments bring in what repays them."""


def repays_advances(totals: Totals) -> bool:
    """Say whether any late payment of an advanced instalment is among the totals."""
    return any(True for _ in totals.rows(Selector(types=PAYING_TYPES, code=LATE_ADVANCED)))


def late_held(
    reading: Source,
    deal_key: int,
    calendar: Schedule,
    *,
    known: int,
    number: int,
    rules: int,
    held: tuple[int, LateHeld] | None = None,
) -> LateHeld:
    """Return the servicer's cash around a distribution, of events up to a sequence, under the rules of its deal.

    ``held`` is the same of an earlier distribution, with its number; then only what follows it is read.
    """
    if held is not None and held[1].opened is not None:
        at, last = held
        if at == number:
            return last
        moves = _moves(reading, deal_key, calendar, rules=rules, known=known, first=at + 1, last=number)
        rolled = _rolled(Repayments(last.opened or (), rules=rules), moves, number)
        if rolled is not None:
            return rolled
    moves = _moves(reading, deal_key, calendar, rules=rules, known=known, last=number)
    rolled = _rolled(Repayments(rules=rules), moves, number)
    if rolled is None:
        raise IntegrityFault(f"the distribution of {date_from_number(number)}: an advance is reversed that never was")
    return rolled


def late_history(
    reading: Source, deal_key: int, calendar: Schedule, *, known: int, effective_through: int, rules: int
) -> dict[int, tuple[OpenAdvance, ...]]:
    """Return what is outstanding after each distribution, of events up to a sequence and a business date (YYYYMMDD)."""
    found: dict[int, tuple[OpenAdvance, ...]] = {}
    state = Repayments(rules=rules)
    moves = _moves(reading, deal_key, calendar, rules=rules, known=known, effective_through=effective_through)
    for number, month in groupby(moves, key=attrgetter("distribution")):
        for move in month:
            if not state.take(move):
                raise IntegrityFault(f"{move.event_id!r} reverses {move.reverses!r}, which the log does not hold")
        state.end_month()
        found[number] = state.opened()
    return found


def _rolled(state: Repayments, moves: Iterable[AdvanceMove], number: int) -> LateHeld | None:
    before = held_by_group(state.opened())
    for at, month in groupby(moves, key=attrgetter("distribution")):
        if at == number:
            before = held_by_group(state.opened())
        for move in month:
            if not state.take(move):
                return None
        state.end_month()
        if at < number:
            before = held_by_group(state.opened())
    opened = state.opened()
    return LateHeld(before, held_by_group(opened), opened)


def _moves(
    reading: Source,
    deal_key: int,
    calendar: Schedule,
    *,
    rules: int,
    known: int,
    first: int | None = None,
    last: int | None = None,
    effective_through: int | None = None,
) -> list[AdvanceMove]:
    """Return the moves in order of their distributions, and within one as they were posted."""
    rows: list[StoredRow] = []
    for wanted in (
        Selector(types=MOVING_TYPES, first=first, last=last),
        Selector(types=PAYING_TYPES, code=LATE_ADVANCED, first=first, last=last),
    ):
        rows.extend(reading.rows(deal_key, wanted, known_through=known))
    kept = (
        row
        for row in rows
        if (effective_through is None or row.effective_date <= effective_through)
        and (row.posts_as != FORWARD or row.code == UNREIMBURSED)
    )
    return list(_as_moves(sorted(kept, key=attrgetter("distribution", "sequence")), calendar, rules))


def _as_moves(rows: Iterable[StoredRow], calendar: Schedule, rules: int) -> Iterator[AdvanceMove]:
    months: dict[dt.date, int] = {}
    for row in rows:
        instalment = 0
        if row.reverses is None and row.type in _NAMING and (row.loan or rules > 2):
            due = codec.glance(row.payload, row.type, ("due_date",)).due_date
            if due is not None:
                if due not in months:
                    months[due] = calendar.belongs_to(Window.DUE_PERIOD, due) or 0
                instalment = months[due]
        yield AdvanceMove(
            event_id=row.event_id,
            reverses=row.reverses,
            distribution=row.distribution,
            type=row.posts_as,
            code=row.code,
            group=row.loan_group,
            loan=row.loan,
            instalment=instalment,
            units=row.memo if row.posts_as == FORWARD else row.principal + row.interest,
        )


_NAMING = frozenset({MADE, RECOVERED, *PAYING_TYPES})
"""Event types that may name their instalment."""


__all__ = ["MOVING_TYPES", "late_held", "late_history", "repays_advances"]
