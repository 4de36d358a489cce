"""The postings of single events: what each debits and credits, for whoever follows an account through its days.

They are those that the books add up: the same legs, of the rows of the log in the place of their sums.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Generator, Iterable, Iterator
from decimal import Decimal

import attrs

from ledger.errors import InvalidArgument
from ledger.journal.accounts import CHART, Account
from ledger.journal.postings import post, types_on
from ledger.journal.totals import TotalRow
from ledger.reading.terms_in_force import rules_by_distribution
from ledger.store.rows import StoredRow
from ledger.store.source import Source
from ledger.values.dates import date_from_number, date_number
from ledger.values.exact import Exact
from ledger.values.glance import Glanced
from ledger.values.money import from_units
from ledger.values.near import near
from ledger.values.selector import Selector


@attrs.frozen(kw_only=True, repr=False)
class RecordedPosting(Glanced):
    """What one event debits or credits to one account under one key (a group, a class, a fee).

    ``debit`` is in dollars, four decimals at most, negative for a credit. ``type`` is what the event posts as, so a
    reversal stands under the type that it nets against. ``distribution_date`` is None before every distribution.
    """

    sequence: int
    event_id: str
    type: str
    effective_date: dt.date
    distribution_date: dt.date | None
    account: Account
    key: str
    component: str
    debit: Decimal


def known_account(name: str) -> Account:
    """Return an account of the chart; raises :class:`~ledger.errors.InvalidArgument` for one that is not in it."""
    if name not in CHART:
        nearest = near(name, CHART) or list(CHART)
        message = f"{name!r} is not an account; there is {', '.join(nearest)}"
        raise InvalidArgument("account", "unknown_account", message)
    return CHART[name]


def rows_posted(
    reading: Source, deal: str, account: str | None, *, after: int, known_through: int | None, limit: int | None
) -> Generator[StoredRow, None, None]:
    """Yield the rows that can move an account (None: any), in sequence."""
    wanted = Selector(types=() if account is None else types_on(account))
    yield from reading.rows(reading.deal_key(deal), wanted, after=after, known_through=known_through, limit=limit)


def rules_known(reading: Source, deal: str, known_through: int) -> Callable[[int], int]:
    """Return what says under which rules a distribution of a deal is."""
    return rules_by_distribution(reading, reading.deal_key(deal), known_through)


def postings_of(
    rows: Iterable[StoredRow],
    rules_of: Callable[[int], int],
    *,
    account: str | None,
    first: dt.date | None,
    last: dt.date | None,
) -> Iterator[RecordedPosting]:
    """Yield the postings of rows whose business date lies between two, both included; of one account or of all."""
    start = 0 if first is None else date_number(first)
    end = 99_991_231 if last is None else date_number(last)
    for row in rows:
        if not start <= row.effective_date <= end:
            continue
        keys = (row.distribution, row.posts_as, row.loan_group, row.class_id, row.code)
        one = TotalRow._make((*keys, *row.components, 1))
        for item in post((one,), rules_of):
            if account is not None and item.account != account:
                continue
            yield RecordedPosting(
                sequence=row.sequence,
                event_id=row.event_id,
                type=item.type,
                effective_date=date_from_number(row.effective_date),
                distribution_date=date_from_number(row.distribution) if row.distribution else None,
                account=CHART[item.account],
                key=" ".join(part for part in (item.group, item.class_id, item.code) if part),
                component=item.component,
                debit=Exact(from_units(item.units), "posted").decimal,
            )


__all__ = ["RecordedPosting", "known_account", "postings_of", "rows_posted", "rules_known"]
