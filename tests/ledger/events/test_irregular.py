"""Payments out of the ordinary: what they do to cash, and to what is owed to others."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ledger import (
    Event,
    InvalidEvent,
    OverpaymentReceived,
    OverpaymentRefunded,
    PaymentReturned,
    UnappliedFundsApplied,
    UnappliedFundsReceived,
    UnappliedFundsReturned,
    decode,
    encode,
)
from ledger.events.registry import BY_CLASS
from ledger.journal.postings import account_effect, cash_effect, funds_effect
from tests.deals.pair import first, on

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


def test_cash_is_whole_cents() -> None:
    with pytest.raises(InvalidEvent, match="cents"):
        UnappliedFundsReceived(event_id="x", amount=Decimal("1.001"), **on(first(2), loan="1"))


def test_a_returned_payment_says_which_instalment() -> None:
    with pytest.raises(TypeError, match="due_date"):
        PaymentReturned(event_id="x", **SPLIT, **on(first(2), loan="1"))
