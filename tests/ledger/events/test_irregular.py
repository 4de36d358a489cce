"""What else happens to payments, on a month worked by hand: three loans of 120,000 at 6 per cent owe 600.00 each.

The first pays and the bank takes it back; the second sends 650.00, of which 600.00 is applied and 20.00 given back, and
45.00 too much, of which 5.00 goes back; the third pays off on 11 January and brings 200.00 of its 600.00.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from ledger import AsOf, Ledger
from tests.old_ledgers import maple


@pytest.fixture
def paid(ledger: Ledger) -> Ledger:
    """The month, closed and paid."""
    maple.live(ledger, lambda _: None)
    return ledger


def balances(ledger: Ledger) -> dict[str, Decimal]:
    """Return the balance of every account that is not nothing."""
    books = ledger.books(maple.DEAL, AsOf(record_date=maple.PAID))
    return {item.account.name: item.balance.decimal for item in books if item.balance.value}


def test_what_is_left_in_the_account_stands_under_its_names(paid: Ledger) -> None:
    held = balances(paid)
    assert held["collection_account"] == Decimal("85.00")
    assert held["unapplied_funds"] == Decimal("30.00")  # 650 - 600 - 20
    assert held["overpayments"] == Decimal("40.00")  # 45 - 5
    assert held["fees_not_drawn"] == Decimal("15.00")  # 25 - 10


def test_a_payment_that_the_bank_took_back_is_delinquent(paid: Ledger) -> None:
    fallen = paid.distribution(maple.DEAL, maple.PAID).instalments
    assert fallen.received_interest["one"].decimal == Decimal("800.00")  # 600 - 600 + 600 + 200
    assert fallen.delinquent_interest["one"].decimal == Decimal("600.00")
    assert balances(paid)["delinquent_interest"] == Decimal("600.00")


def test_a_shortfall_that_nobody_makes_up_is_due_no_longer(paid: Ledger) -> None:
    """120,000 x 6% x 20/360 = 400.00; the fees of 50.00 cover as much, and 350.00 is written off with the payment."""
    short = paid.distribution(maple.DEAL, maple.PAID).shortfalls
    assert (short.prepayment["one"].decimal, short.non_supported["one"].decimal) == (Decimal(400), Decimal(350))
    held = balances(paid)
    assert "interest_due" not in held
    assert held["prepayment_shortfalls"] == Decimal("350.00")


def test_funds_are_the_cash_that_is_paid(paid: Ledger) -> None:
    report = paid.distribution(maple.DEAL, maple.PAID)
    recorded = sum(item.recorded.interest.value + item.recorded.principal.value for item in report.classes.values())
    assert report.funds.value == report.cash.value == recorded == Decimal("120800.00")
