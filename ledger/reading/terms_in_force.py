"""Which terms a deal is under, and which of its distributions a question is about.

Terms are stated by the opening of a deal and by every amendment. The calendar is that of the latest amendment known;
the terms of a distribution are those in force on its payment date.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import lru_cache

from ledger.deal.schedule import Distribution, schedule
from ledger.deal.terms import DealTerms
from ledger.errors import NoDistribution
from ledger.events import codec
from ledger.events.deal import DealOpened, TermsAmended
from ledger.store.source import Source
from ledger.values.dates import date_from_number
from ledger.values.selector import Selector

_TERMS_AT_HAND = 32
"""Events that state terms, of any deals, that are kept as they were read."""

_STATING_TERMS = Selector(types=("deal_opened", "terms_amended"), last=0)


def terms_known(reading: Source, deal_key: int, known_through: int) -> DealTerms:
    """Return the deal's terms as known through a sequence, the latest amendment's."""
    return _in_force(_stated(reading, deal_key, known_through), None)


def _stated(reading: Source, deal_key: int, known_through: int) -> list[DealOpened | TermsAmended]:
    """Return the events that state terms, the opening first; raises NoDistribution where there is none."""
    rows = reading.rows(deal_key, _STATING_TERMS, known_through=known_through)
    stated = [event for row in rows if (event := _stating(row.payload)) is not None]
    if not stated:
        raise NoDistribution(f"the deal was not open yet at sequence {known_through}")
    return stated


@lru_cache(maxsize=_TERMS_AT_HAND)
def _stating(payload: str) -> DealOpened | TermsAmended | None:
    """Return the event that states terms; every question asks for the same few, and nothing of them can be changed."""
    event = codec.decode(payload)
    return event if isinstance(event, DealOpened | TermsAmended) else None


def _in_force(stated: Sequence[DealOpened | TermsAmended], on: dt.date | None) -> DealTerms:
    """Return the terms of the last that counts on a date; the opening always does, amendments from theirs on."""
    terms = stated[0].terms
    for event in stated[1:]:
        if on is None or event.effective_date <= on:
            terms = event.terms
    return terms


def terms_by_distribution(reading: Source, deal_key: int, known_through: int) -> Callable[[int], DealTerms]:
    """Return what says which terms a distribution is under, by its number; what precedes all is under the opening's."""
    stated = _stated(reading, deal_key, known_through)
    return lambda number: _in_force(stated, date_from_number(number)) if number else stated[0].terms


def rules_by_distribution(reading: Source, deal_key: int, known_through: int) -> Callable[[int], int]:
    """Return what says under which rules a distribution is, by its number; what precedes all is under the opening's."""
    terms = terms_by_distribution(reading, deal_key, known_through)
    return lambda number: terms(number).rules


def distribution_at(
    reading: Source, deal_key: int, record_date: dt.date, known_through: int
) -> tuple[DealTerms, Distribution]:
    """Return the distribution whose record date is the latest on or before a date, and the terms that it is under.

    Raises :class:`~ledger.errors.NoDistribution` before the first record date.
    """
    stated = _stated(reading, deal_key, known_through)
    terms = _in_force(stated, None)
    found = schedule(terms).for_record_date(record_date)
    if found is None:
        first = schedule(terms).at(0).record_date
        raise NoDistribution(f"the first record date of {terms.title} is {first}; {record_date} lies before it")
    return _in_force(stated, found.payment_date), found


def distribution_paid_on(
    reading: Source, deal: str, deal_key: int, payment_date: dt.date, known_through: int
) -> tuple[DealTerms, Distribution]:
    """Return the distribution paid on a date, and the terms that it is under.

    Raises :class:`~ledger.errors.NoDistribution` where none is paid on it.
    """
    stated = _stated(reading, deal_key, known_through)
    calendar = schedule(_in_force(stated, None))
    found = calendar.paid_on(payment_date)
    if found is None:
        raise NoDistribution(f"{payment_date} is not a payment date of {deal}")
    return _in_force(stated, payment_date), found


__all__ = ["distribution_at", "distribution_paid_on", "rules_by_distribution", "terms_by_distribution", "terms_known"]
