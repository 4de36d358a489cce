"""Columns are let in by the rules of single events, and refused by them, event and field."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from ledger import Ledger, PayoffCollected, Refusal
from ledger.writing import tables as columnar
from tests.deals.tables import DUE, LOANS, due
from tests.deals.toy import LOANS as GROUPS
from tests.deals.toy import TOY, toy_deal

pytestmark = pytest.mark.usefixtures("by_columns_from_the_first_row")

BAD: dict[str, tuple[Callable[[], pl.DataFrame], str, str]] = {
    "a loan that is not there": (lambda: due(loan=["nobody", *LOANS[1:]]), "loan", "unknown_loan"),
    "more than the balance": (
        lambda: due(principal=[Decimal("999999999.00"), *([Decimal("1.00")] * (len(LOANS) - 1))]),
        "principal",
        "above_balance",
    ),
    "a date after the deal's life": (
        lambda: due(effective_date=[dt.date(2199, 1, 1), *([DUE] * (len(LOANS) - 1))]),
        "effective_date",
        "outside_deal_life",
    ),
    "another loan's group": (lambda: due(group=["two", *list(GROUPS.values())[1:]]), "group", "wrong_group"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_broken_rule_is_refused_by_event_and_field(toy: Ledger, name: str) -> None:
    frame, field, code = BAD[name]
    before = toy.head(TOY)
    refusal = toy.post_table(TOY, [("scheduled_payment_due", frame())])
    assert isinstance(refusal, Refusal)
    assert (refusal.violations[0].event_id, refusal.violations[0].field, refusal.violations[0].code) == (
        f"due/{LOANS[0]}",
        field,
        code,
    )
    assert toy.head(TOY) == before
    toy.post_table(TOY, [("scheduled_payment_due", due())]).or_raise()


def test_a_rate_of_nothing_is_another_than_the_loan_bears(toy: Ledger) -> None:
    table = pl.DataFrame(
        {
            "event_id": ["c"],
            "effective_date": [DUE],
            "loan": [LOANS[0]],
            "amount": [Decimal("5.00")],
            "note_rate": [Decimal("0")],
        }
    )
    refusal = toy.post_table(TOY, [("curtailment_collected", table)])
    assert isinstance(refusal, Refusal)
    assert [(v.field, v.code) for v in refusal.violations] == [("note_rate", "not_the_note_rate")]


def payoffs(count: int = 3, **changes: Any) -> pl.DataFrame:
    """Return the payoffs of the first loans of group one."""
    columns: dict[str, Any] = {
        "event_id": [f"off/{loan}" for loan in LOANS[:count]],
        "effective_date": [DUE - dt.timedelta(days=10)] * count,
        "loan": LOANS[:count],
        "amount": [Decimal("100000.00")] * count,
        "note_rate": [Decimal("0.12")] * count,
    }
    return pl.DataFrame(columns | changes)


def group_payoff(amount: str, loan_count: int) -> PayoffCollected:
    """Return the payoff of loans of group one that are not named."""
    return PayoffCollected(
        event_id="group", deal=TOY, effective_date=DUE - dt.timedelta(days=10), group="one", amount=amount,
        note_rate="0.12", loan_count=loan_count,
    )  # fmt: skip


POOL: dict[str, tuple[pl.DataFrame, PayoffCollected | None, list[tuple[str, str, str]]]] = {
    "more loans than a loan stands for": (
        payoffs(loan_count=[1, 3, 1]),
        None,
        [("off/one-2", "loan_count", "above_count")],
    ),
    "more than the group has left": (
        payoffs(),
        group_payoff("350000.00", 1),
        [("off/one-3", "amount", "above_balance")],
    ),
    "more loans than the group has left": (
        payoffs(),
        group_payoff("1.00", 4),
        [("off/one-3", "loan_count", "above_count")],
    ),
    "a note rate in per cent": (
        payoffs(note_rate=[Decimal("0.12"), Decimal("12"), Decimal("0.12")]),
        None,
        [("off/one-2", "note_rate", "out_of_range")],
    ),
    "a servicing rate in per cent": (
        payoffs(servicing_rate=[Decimal("0.12"), Decimal("0.12"), Decimal("1.01")]),
        None,
        [("off/one-3", "servicing_rate", "out_of_range")],
    ),
}


@pytest.mark.parametrize("name", POOL)
def test_columns_take_no_more_off_a_pool_than_single_events_do(name: str, encoded: list[str]) -> None:
    frame, first, expected = POOL[name]
    for by_columns in (True, False):
        with Ledger.create("sqlite://") as ledger:
            toy_deal(ledger)
            if first is not None:
                ledger.post(first).or_raise()
            table = columnar.EventTable("payoff_collected", frame)
            refusal = (
                ledger.post_table(TOY, [table])
                if by_columns
                else ledger.post_many(columnar.as_events(table, columnar.as_frame(table, TOY), TOY))
            )
            assert isinstance(refusal, Refusal)
            assert [(v.event_id, v.field, v.code) for v in refusal.violations] == expected
    assert encoded == []


def test_columns_take_all_that_a_group_has(toy: Ledger, encoded: list[str]) -> None:
    toy.post(group_payoff("300000.00", 3)).or_raise()
    toy.post_table(TOY, [("payoff_collected", payoffs())]).or_raise()
    assert encoded == ["payoff_collected"]
