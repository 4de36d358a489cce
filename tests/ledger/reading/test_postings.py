"""The postings of single events add up to the books, account by account, on every date."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal

import pytest

from ledger import AsOf, InvalidArgument, Ledger
from tests.deals.toy import TOY, payment_date, toy_deal, toy_month


@pytest.mark.parametrize("day", [dt.date(2020, 12, 20), payment_date(1), dt.date(2030, 1, 1)])
def test_postings_add_up_to_the_books(ledger: Ledger, day: dt.date) -> None:
    toy_deal(ledger)
    toy_month(ledger, 1)
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for item in ledger.postings(TOY, last=day):
        sums[item.account.name, item.key] += item.debit
    books = {(item.account.name, item.key): item.debit.decimal for item in ledger.books(TOY, AsOf(record_date=day))}
    assert dict(sums) == books


def test_one_account_is_what_all_hold_of_it(ledger: Ledger) -> None:
    toy_deal(ledger)
    toy_month(ledger, 1)
    every = list(ledger.postings(TOY))
    for name in {item.account.name for item in every}:
        assert list(ledger.postings(TOY, account=name)) == [item for item in every if item.account.name == name]


def test_every_event_debits_what_it_credits_and_nothing_is_known_too_early(ledger: Ledger) -> None:
    toy_deal(ledger)
    toy_month(ledger, 1)
    sums: dict[int, Decimal] = defaultdict(Decimal)
    for item in ledger.postings(TOY, known_through=30):
        sums[item.sequence] += item.debit
    assert set(sums.values()) == {Decimal(0)}
    assert max(sums) <= 30


def test_what_is_not_in_the_chart_or_the_log_is_refused(ledger: Ledger) -> None:
    toy_deal(ledger)
    with pytest.raises(InvalidArgument):
        ledger.postings(TOY, account="petty cash")
    with pytest.raises(InvalidArgument):
        ledger.postings(TOY, known_through=10_000)
