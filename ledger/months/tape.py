"""The boardings of a pool as a month reads them: some at a time, and of each only what is its own.

A hundred thousand boardings are a hundred megabytes. They pass by once, in parts; what their notes say alike is kept as
shapes, and nothing else is held of a plain loan than its amounts.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from operator import attrgetter
from typing import NamedTuple

from ledger.events import codec
from ledger.journal.movements import BOARDING
from ledger.months.shapes import SPELT, Shapes, TapeLoan, dates_spelt, tape_loan
from ledger.projections.pool_cut import Spelt
from ledger.reading.tape_dates import tape_of_payload
from ledger.store.rows import Boarding
from ledger.store.source import Source
from ledger.values.selector import Selector

_TOGETHER = 2_000
"""Boardings that are looked at together."""


class MonthTape(NamedTuple):
    """The loans that were boarded and stand, in the order of the log.

    ``behind`` are the boardings of loans that were boarded behind or ahead, and all that void a boarding: of boardings
    what is owed is told from these alone. ``unboarded`` are loans of which every boarding was voided.
    """

    loans: dict[str, TapeLoan]
    behind: list[Boarding]
    unboarded: frozenset[str]


def read_month_tape(reading: Source, deal_key: int, known: int, shapes: Shapes) -> MonthTape:
    """Read the boardings of a deal, as known through a sequence."""
    asked = deal_key, Selector(types=(BOARDING,)), Boarding._fields
    rows = map(Boarding._make, reading.month_columns(*asked, known_through=known))
    posted: list[_Posted] = []
    behind: list[Boarding] = []
    paid_up: dict[tuple[Spelt, ...], bool] = {}
    while part := [*islice(rows, _TOGETHER)]:
        voiding = [row for row in part if row.reverses is not None]
        behind.extend(voiding)
        posted.extend(_Posted(row.sequence, row.event_id, row.reverses, row.loan, None) for row in voiding)
        boarded = [row for row in part if row.reverses is None] if voiding else part
        payloads = [row.payload for row in boarded]
        for row, fields in zip(boarded, codec.raw_glances(payloads, BOARDING, SPELT), strict=True):
            posted.append(_Posted(row.sequence, row.event_id, None, row.loan, tape_loan(shapes, row, fields)))
            dates = dates_spelt(fields)
            if dates not in paid_up:
                at = tape_of_payload(row.payload)
                paid_up[dates] = not (at.missed or at.is_ahead)
            if not paid_up[dates]:
                behind.append(row)
    posted.sort(key=attrgetter("sequence"))
    voided = {row.voids for row in posted if row.voids is not None}
    ids = {row.event_id: row.loan for row in posted if row.event_id in voided} if voided else {}
    standing = _standing(posted, ids)
    unboarded = frozenset(ids.values()) - standing.keys()
    return MonthTape(standing, sorted(behind, key=attrgetter("sequence")), unboarded)


class _Posted(NamedTuple):
    """A boarding as it passes by, or what voids one."""

    sequence: int
    event_id: str
    voids: str | None
    loan: str
    of_tape: TapeLoan | None


def _standing(posted: list[_Posted], ids: Mapping[str, str]) -> dict[str, TapeLoan]:
    """Return the latest boarding of every loan that was not voided, as ``standing_boardings`` does.

    ``ids`` are the loans of the boardings that were voided, by event.
    """
    found: dict[str, TapeLoan] = {}
    for _, _, voids, loan, of_tape in posted:
        if of_tape is not None:
            found[loan] = of_tape
        else:
            found.pop(ids.get(voids or "", ""), None)
    return found


__all__ = ["MonthTape", "read_month_tape"]
