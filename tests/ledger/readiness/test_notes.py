"""Before a month is closed, amounts that fell due are those of the notes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ledger import CollectionReceived, LoanLiquidated, LoanRateChanged
from ledger.readiness.month import MonthToClose
from ledger.readiness.notes import note_findings
from tests.ledger.readiness.cases import Case, hold, shows
from tests.ledger.readiness.instalment_cases import NOTES
from tests.ledger.readiness.scene import Scene
from tests.ledger.readiness.small import (
    DEAL,
    DUE,
    boarded,
    codes,
    fee_of_group,
    loans_month,
    missed,
    month_of_loans,
)


@pytest.mark.parametrize("case", NOTES, ids=str)
def test_what_is_planted_is_named_and_nothing_else(scene: Scene, case: Case, tmp_path: Path) -> None:
    hold(scene, case, tmp_path / "planted.db")


@shows("servicing_fee_beyond_rate")
def test_a_fee_that_is_withheld_for_a_group_as_a_whole() -> None:
    # A dollar and one per cent above 208.33 are 211.42.
    for amount, expected in (
        ("208.33", set()),
        ("208.50", {"servicing_fee_unlike_rate"}),
        ("211.41", {"servicing_fee_unlike_rate"}),
        ("211.43", {"servicing_fee_beyond_rate"}),
        ("0.00", {"servicing_fee_unlike_rate"}),
    ):
        assert codes(loans_month([*month_of_loans(), fee_of_group(amount)])) == expected, amount


def test_no_fee_is_missed_of_a_loan_that_was_sold_before_anything_fell_due() -> None:
    """L1 is sold in December and owes nothing in January: the other nine bring 187.50."""
    sold = LoanLiquidated(
        event_id="sold", deal=DEAL, effective_date=DUE - dt.timedelta(days=5), loan="L1", balance="100000.00",
        net_proceeds="100000.00", realized_loss="0.00",
    )  # fmt: skip
    others = [item for item in month_of_loans() if getattr(item, "loan", "") != "L1"]
    for amount in ("187.50", "208.33"):
        assert "servicing_fee_unlike_rate" not in codes(loans_month([*others, sold, fee_of_group(amount)]))


def test_a_late_payment_brings_fees_of_other_months_and_no_more_than_those() -> None:
    first = [*month_of_loans(unpaid=["L1"]), missed("L1"), fee_of_group("187.50")]
    on = DUE.replace(month=2)
    late = CollectionReceived(
        event_id="late",
        deal=DEAL,
        effective_date=on.replace(day=3),
        loan="L1",
        principal="100.00",
        interest="500.00",
        timing="late",
        due_date=DUE,
    )
    for amount, expected in (("228.95", set()), ("400.00", {"servicing_fee_beyond_rate"})):
        second = [*month_of_loans(on, interest="499.50"), late, fee_of_group(amount, on.replace(day=20))]
        assert codes(loans_month(first, second)) == expected, amount


def test_a_fee_whose_rate_nobody_states_is_no_more_than_the_interest() -> None:
    tape = boarded(servicing_rate="0")
    for amount, expected in (("5000.00", set()), ("5060.00", {"servicing_fee_beyond_rate"})):
        ready = loans_month([*month_of_loans(), fee_of_group(amount)], boarding=tape)
        assert codes(ready) - {"funds_below_zero", "bonds_above_pool"} == expected | {"servicing_rates_unknown"}, amount


class Counted(tuple[Any, ...]):
    """A tuple that counts how often it is gone through."""

    times = 0

    def __iter__(self) -> Iterator[Any]:
        Counted.times += 1
        return super().__iter__()


def test_changes_of_rates_are_gone_through_twice_however_many_there_are() -> None:
    rows = Counted(
        SimpleNamespace(loan=f"L{k}", event_id=f"rate/{k}", reverses=None, note_rate=700_000_000) for k in range(500)
    )
    limits = LoanRateChanged(event_id="limits", deal=DEAL, effective_date=DUE, loan="L1", note_rate="0.06")
    held = SimpleNamespace(min_rate=limits.note_rate, max_rate=limits.note_rate)
    nothing: dict[str, Any] = {}
    month = SimpleNamespace(
        loans=nothing,
        standings=nothing,
        rates=nothing,
        unlike_payments=nothing,
        payoffs=nothing,
        singly=nothing,
        report=SimpleNamespace(servicing=SimpleNamespace(current_fee=nothing)),
        facts=SimpleNamespace(groups=()),
        rate_changes=rows,
        off_index=(),
        boarded={f"L{k}": held for k in range(500)},
    )
    [found] = note_findings(cast("MonthToClose", month))
    assert (found.code, int(dict(found.figures)["loans"])) == ("rate_beyond_note", 500)
    assert Counted.times <= 2
