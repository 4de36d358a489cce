"""Rates that loans adjusted to, held to their notes and to what is known of their indexes by now.

What a month posts is looked at when it is closed. Once a figure of an index was corrected or taken back since the last
closing, so are the rates that loans are at by older adjustments: a closed month is built no more, and a rate that came
of a wrong figure would stand for a year.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from decimal import Decimal
from typing import NamedTuple

from ledger.deal.notes import NoteConventions
from ledger.deal.terms import DealTerms
from ledger.errors import InvalidArgument, InvalidEvent
from ledger.events import codec
from ledger.events.deal import LoanBoarded
from ledger.notes.boarding import missing, note_of
from ledger.notes.index import IndexHistory
from ledger.notes.rates import RateReset, in_rate, reset_rate
from ledger.reading.indexes import OF_INDEXES, index_histories
from ledger.reading.loan_pool import boarded_loans
from ledger.store.rows import StoredRow
from ledger.store.source import Source
from ledger.values.dates import date_from_number, date_number
from ledger.values.money import rate_to_units
from ledger.values.selector import Selector

NEAR = 50_000
"""How far a rate may lie from its note's and be the same (of 10**-10): half of a thousandth of a per cent."""

_CHANGED = "loan_rate_changed"
_DAY = dt.timedelta(days=1)


class RateApart(NamedTuple):
    """A rate that a loan was adjusted to, and what its note and its index give; ``event_id`` said it."""

    loan: str
    event_id: str
    on: dt.date
    rate: Decimal
    given: RateReset


def rates_apart(reading: Source, deal_key: int, known: int, terms: DealTerms, number: int) -> tuple[RateApart, ...]:
    """Return the adjusted rates of a distribution that are not what notes and indexes give.

    Those before it are looked at where they are in force still, and a figure of their index was corrected or taken back
    since the last closing. A loan whose boarding says too little, and a change that is no adjustment, are passed over.
    """
    of_month = Selector(types=(_CHANGED,), first=number, last=number)
    changes = _standing(reading.rows(deal_key, of_month, known_through=known))
    corrected = _corrected_indexes(reading, deal_key, known)
    if corrected:
        earlier = _standing(reading.rows(deal_key, Selector(types=(_CHANGED,), last=number - 1), known_through=known))
        changes = {**_last_of_each(earlier), **changes}
    if not changes:
        return ()
    whole = boarded_loans(reading, deal_key, known, sorted({loan for loan, _ in changes}))
    asked: dict[int, list[tuple[StoredRow, LoanBoarded]]] = {}
    for (loan, day), row in changes.items():
        boarded = whole.get(loan)
        index = "" if boarded is None else boarded.index_name
        if boarded is not None and index and (row.distribution == number or index in corrected):
            asked.setdefault(day, []).append((row, boarded))
    if not asked:
        return ()
    indexes = index_histories(reading, deal_key, known)
    days: dict[str, list[int]] = {}
    for loan, day in sorted(changes):
        days.setdefault(loan, []).append(day)
    found: list[RateApart] = []
    for day, rows in sorted(asked.items()):
        on = date_from_number(day)
        before = reading.loan_rates(
            deal_key, known_through=known, loans=[row.loan for row, _ in rows], through=date_number(on - _DAY)
        )
        for row, boarded in rows:
            rate = before.get(row.loan, (rate_to_units(boarded.note_rate), 0))[0]
            given = _given(terms, boarded, row.loan_group, rate, on, indexes)
            if given is None or abs(rate_to_units(given.rate) - row.note_rate) <= NEAR:
                continue
            behind = bisect_left(days[row.loan], day)
            if not behind or date_from_number(days[row.loan][behind - 1]) < given.change_date:
                stated = in_rate(row.note_rate)
                found.append(RateApart(row.loan, row.event_id, on, stated, given))
    return tuple(found)


def _given(
    terms: DealTerms, boarded: LoanBoarded, group: str, before: int, on: dt.date, indexes: Mapping[str, IndexHistory]
) -> RateReset | None:
    """Return the adjustment of a note on a date; None where it has none, or nobody can say what it is."""
    conventions = terms.note_conventions(group) or NoteConventions()
    if missing(boarded, conventions):
        return None
    with suppress(InvalidArgument, InvalidEvent):
        return reset_rate(note_of(boarded, conventions), before, on, indexes.get(boarded.index_name or ""))
    return None


def _corrected_indexes(reading: Source, deal_key: int, known: int) -> frozenset[str]:
    """Return the indexes of which a figure was corrected or taken back since the last closing."""
    closings = reading.rows(deal_key, Selector(types=("period_closed",)), known_through=known)
    since = max((row.sequence for row in closings), default=0)
    rows = {row.event_id: row for row in reading.rows(deal_key, OF_INDEXES, known_through=known)}
    voided = (rows.get(row.reverses) for row in rows.values() if row.reverses is not None and row.sequence > since)
    events = (codec.decode(row.payload) for row in voided if row is not None)
    return frozenset(str(getattr(event, "index", "")) for event in events)


def _standing(rows: Iterable[StoredRow]) -> dict[tuple[str, int], StoredRow]:
    """Return the changes of single loans' rates that were not taken back, the latest of each loan and day."""
    standing: dict[str, StoredRow] = {}
    for row in rows:
        if row.reverses is not None:
            standing.pop(row.reverses, None)
        elif row.loan and row.note_rate:
            standing[row.event_id] = row
    return {(row.loan, row.effective_date): row for row in standing.values()}


def _last_of_each(changes: Mapping[tuple[str, int], StoredRow]) -> dict[tuple[str, int], StoredRow]:
    last: dict[str, int] = {}
    for loan, day in changes:
        last[loan] = max(day, last.get(loan, 0))
    return {place: row for place, row in changes.items() if last[place[0]] == place[1]}


def rates_told(apart: Iterable[RateApart]) -> Iterator[str]:
    """Yield what is to be said of each rate: what stands, what it would be, and by which figure."""
    for item in apart:
        given = item.given
        figure = "" if given.figure is None else f" ({_percent(given.figure.rate)} of {given.figure.as_of})"
        yield f"{item.loan} from {item.on}: {_percent(item.rate)}, by its note {_percent(given.rate)}{figure}"


def _percent(rate: Decimal) -> str:
    return f"{(rate * 100).normalize():f}%"


__all__ = ["NEAR", "RateApart", "rates_apart", "rates_told"]
