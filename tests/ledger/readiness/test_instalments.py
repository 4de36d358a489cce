"""Before a month is closed, whether everything that fell due came in, is delinquent, or is not owed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import attrs
import pytest

from ledger import EventReversed, InstalmentReportedDelinquent, LoanLiquidated, LoanRepurchased
from tests.ledger.readiness.cases import Case, hold, shows
from tests.ledger.readiness.instalment_cases import INSTALMENTS
from tests.ledger.readiness.scene import Scene
from tests.ledger.readiness.small import (
    DEAL,
    ON,
    boarded,
    codes,
    due,
    fee_of_group,
    loans_month,
    month_of_loans,
    paid,
    small_month,
)

NOT_ADVANCED = {"advance_unlike_delinquency"}


@pytest.mark.parametrize("case", INSTALMENTS, ids=str)
def test_what_is_planted_is_named_and_nothing_else(scene: Scene, case: Case, tmp_path: Path) -> None:
    hold(scene, case, tmp_path / "planted.db")


@shows("no_instalments")
def test_a_group_without_instalments() -> None:
    ready = small_month([])
    [found] = ready.findings
    assert (found.code, found.groups) == ("no_instalments", ("pool",))
    assert [(name, int(value)) for name, value in found.figures] == [("opening balance", 1_000_000)]
    assert codes(small_month([due("0.00", "0.01"), paid("0.00", "0.01")])) == set()


@pytest.mark.parametrize(("balance", "left"), [("1000000.00", 0), ("999999.99", 1)])
def test_nothing_falls_due_in_a_group_that_was_bought_or_liquidated_whole(balance: str, left: int) -> None:
    gone: dict[str, Any] = {
        "deal": DEAL,
        "effective_date": dt.date(2020, 12, 15),
        "group": "pool",
        "balance": balance,
        "loan_count": 10 - left,
    }
    for event in (
        LoanRepurchased(event_id="bought", **gone),
        LoanLiquidated(event_id="liquidated", net_proceeds=balance, realized_loss="0.00", **gone),
    ):
        assert ("no_instalments" in codes(small_month([event]))) is bool(left)


@shows("due_unaccounted")
@shows("collection_above_due")
@shows("delinquency_unlike_derived")
def test_a_group_that_reports_as_one() -> None:
    def late(principal: str, interest: str) -> InstalmentReportedDelinquent:
        return InstalmentReportedDelinquent(event_id="late", group="pool", principal=principal, interest=interest, **ON)

    short = paid("1000.00", "9000.00")
    assert codes(small_month([due(), short])) == {"due_unaccounted", *NOT_ADVANCED}
    assert codes(small_month([due(), short, late("0.00", "1000.00")])) == NOT_ADVANCED
    assert codes(small_month([due(), short, late("0.00", "1000.01")])) == {
        "delinquency_unlike_derived",
        *NOT_ADVANCED,
    }
    assert codes(small_month([due(), short, late("0.00", "1000.0099")])) == NOT_ADVANCED
    assert codes(small_month([due(), paid("1000.00", "10000.01")])) == {"collection_above_due"}
    fraction = due("1000.00", "9999.9901")
    assert codes(small_month([fraction, paid()])) == {"accrual_of_a_fraction"}


@shows("due_far_from_due_date")
def test_a_loan_is_due_on_the_day_that_it_was_boarded_with() -> None:
    def found(due_day: int, **boarding: Any) -> set[str]:
        month = month_of_loans()
        at = next(place for place, event in enumerate(month) if event.event_id.startswith("due/L3/"))
        month[at] = attrs.evolve(month[at], effective_date=dt.date(2020, 12, due_day))
        tape = [attrs.evolve(event, **boarding) if event.event_id == "board/L3" else event for event in boarded()]
        return codes(loans_month([*month, fee_of_group("208.33")], boarding=tape))

    assert found(10) == {"due_far_from_due_date"}
    assert found(10, paid_to_date="2020-11-10") == set()
    assert found(10, paid_to_date="2020-11-11") == {"due_far_from_due_date"}
    assert found(10, first_due_date="2019-05-10") == set()
    assert found(10, paid_to_date="2020-11-10", first_due_date="2019-05-11") == set()


def test_an_instalment_on_a_wrong_day_that_is_put_right_is_none() -> None:
    wrong = attrs.evolve(month_of_loans()[0], event_id="wrong", effective_date=dt.date(2020, 12, 10))
    void = EventReversed(
        event_id="void", deal=DEAL, effective_date=wrong.effective_date, reverses="wrong", reason="another day"
    )
    month = [wrong, void, *month_of_loans(), fee_of_group("208.33")]
    assert codes(loans_month(month)) == set()
