"""Which restatements of paid distributions no later one has settled: what the log holds behind the payments.

A distribution settles what was posted to earlier ones before it was paid, and pays what was posted to itself by then.
So what is left for the next are the events that stand behind the last such payment, and of distributions that were
closed since under terms that hold such cash, those behind their own. What is closed and not yet paid leaves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import attrs

from ledger.deal.terms import DealTerms
from ledger.deal.vocabulary import RestatedCash
from ledger.events.base import Event
from ledger.events.deal import PeriodClosed
from ledger.events.distributions import CollectionAccountRemitted
from ledger.journal.totals import TotalRow
from ledger.reading.terms_in_force import terms_by_distribution
from ledger.store.source import Source
from ledger.values.selector import Selector


class _Closed(NamedTuple):
    number: int
    sequence: int


def unsettled(reading: Source, deal_key: int, known: int, number: int) -> Iterator[tuple[Selector, TotalRow]]:
    """Yield the totals of what was posted to closed distributions before ``number`` and is not settled, as known.

    Each comes with what selects the events of its stretch of the log.
    """

    def rows_of(kind: type[Event]) -> dict[int, int]:
        wanted = Selector(types=(kind.name,), last=number - 1)
        return {row.distribution: row.sequence for row in reading.rows(deal_key, wanted, known_through=known)}

    def totals_behind(after: int, span: Selector) -> Iterator[tuple[Selector, TotalRow]]:
        behind = attrs.evolve(span, after=after)
        return ((behind, row) for row in reading.totals(deal_key, span, known_through=known, after=after))

    paid = rows_of(CollectionAccountRemitted)
    closed = sorted(_Closed(item, paid.get(item, known)) for item in rows_of(PeriodClosed))
    terms = terms_by_distribution(reading, deal_key, known)
    settling = [item for item in closed if _settles(terms(item.number))]
    if settling:
        last = settling[-1]
        yield from totals_behind(last.sequence, Selector(last=last.number))
        closed = [item for item in closed if item.number > last.number]
    before = settling[-1].number if settling else -1
    for item in closed:
        # What was brought forward or posted to a distribution that nobody closed counts with the one after it.
        yield from totals_behind(item.sequence, Selector(first=before + 1, last=item.number))
        before = item.number


def _settles(terms: DealTerms) -> bool:
    return terms.restated_cash is RestatedCash.SETTLE and terms.rules > 1


__all__ = ["unsettled"]
