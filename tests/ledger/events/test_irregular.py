"""Payments out of the ordinary: what they do to cash, and to what is owed to others."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ledger import (
    AsOf,
    Event,
    Ledger,
    OverpaymentReceived,
    OverpaymentRefunded,
    PaymentReturned,
    Refusal,
    UnappliedFundsApplied,
    UnappliedFundsReceived,
    UnappliedFundsReturned,
    decode,
    encode,
)
from ledger.events.registry import BY_CLASS
from ledger.journal.postings import account_effect, cash_effect, funds_effect
from tests.deals.pair import first, on
from tests.old_ledgers import maple

AMOUNT: dict[str, Any] = {"amount": "10.00"}
SPLIT: dict[str, Any] = {"principal": "3.00", "interest": "7.00"}
CASES: list[tuple[type[Event], dict[str, Any], int, int, str, int]] = [
    (UnappliedFundsReceived, AMOUNT, 10, 0, "unapplied_funds", -10),
    (UnappliedFundsApplied, SPLIT, 0, 10, "unapplied_funds", 10),
    (UnappliedFundsReturned, AMOUNT, -10, 0, "unapplied_funds", 10),
    (OverpaymentReceived, AMOUNT, 10, 0, "overpayments", -10),
    (OverpaymentRefunded, AMOUNT, -10, 0, "overpayments", 10),
    (PaymentReturned, SPLIT | {"due_date": first(2)}, -10, -10, "interest_due", 7),
]


@pytest.mark.parametrize(("kind", "fields", "cash", "funds", "account", "debit"), CASES, ids=[c[0].name for c in CASES])
def test_cash_moves_and_funds_only_where_the_cash_is_the_trusts(
    kind: type[Event], fields: dict[str, Any], cash: int, funds: int, account: str, debit: int
) -> None:
    event = kind(event_id="x", **fields, **on(first(2), loan="1"))
    components = BY_CLASS[kind].components(event)[:7]
    assert cash_effect(kind.name, "", components) == cash * 10_000
    assert funds_effect(kind.name, "", components) == funds * 10_000
    assert account_effect(account, kind.name, "", components) == debit * 10_000
    assert decode(encode(event)) == event


def test_cash_is_whole_cents(paid: Ledger) -> None:
    refused = paid.post(
        UnappliedFundsReceived(
            event_id="x", amount=Decimal("1.001"), deal=maple.DEAL, effective_date=first(2), loan="1"
        )
    )
    assert isinstance(refused, Refusal)
    assert [(item.field, item.code) for item in refused.violations] == [("amount", "not_whole_cents")]


def test_a_returned_payment_says_which_instalment() -> None:
    with pytest.raises(TypeError, match="due_date"):
        PaymentReturned(event_id="x", **SPLIT, **on(first(2), loan="1"))


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
