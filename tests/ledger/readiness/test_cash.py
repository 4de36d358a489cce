"""Before a month is closed, what the statement pays is there, and what else is in the account has a name."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ledger import CompensatingInterestPaid, Ledger, PayDerivatives, PayInterest, PayPrincipal, PayResidual
from tests.ledger.readiness.cases import Case, hold, shows
from tests.ledger.readiness.money_cases import CASH
from tests.ledger.readiness.scene import DEAL, Scene, post_month, weighty
from tests.ledger.readiness.small import DEAL as SMALL
from tests.ledger.readiness.small import (
    REMITTED,
    codes,
    due,
    fee_of_group,
    loans_month,
    month_of_loans,
    paid,
    small_month,
    terms,
)


@pytest.mark.parametrize("case", CASH, ids=str)
def test_what_is_planted_is_named_and_nothing_else(scene: Scene, case: Case, tmp_path: Path) -> None:
    hold(scene, case, tmp_path / "planted.db")


@shows("earlier_distribution_not_paid")
def test_a_distribution_that_is_closed_and_never_paid(scene: Scene, tmp_path: Path) -> None:
    path = tmp_path / "unpaid.db"
    shutil.copy(scene.unpaid, path)
    before = scene.months[-2].payment_date
    with Ledger.open(path) as ledger:
        post_month(ledger, scene.month)
        ready = ledger.readiness(DEAL, scene.paid_on)
        assert {item.code for item in weighty(ready.findings)} == {"earlier_distribution_not_paid"}
        assert str(before) in ready.findings[0].message
        ledger.distribute(DEAL, before).or_raise()
        assert weighty(ledger.readiness(DEAL, scene.paid_on).findings) == []


@shows("funds_undistributed")
def test_funds_that_no_class_is_due() -> None:
    kept = (PayDerivatives(), PayInterest(classes=["A"]), PayPrincipal(classes=["A"]))
    [found] = small_month([due(), paid()], terms(waterfall=kept)).findings
    assert found.code == "funds_undistributed"
    assert [(name, int(value)) for name, value in found.figures] == [("left over", 5_000)]
    residual = (*kept, PayResidual(classes=["R"]))
    assert codes(small_month([due(), paid()], terms(waterfall=residual))) == set()


@shows("funds_unlike_cash")
def test_fractions_of_a_cent_that_loans_pay_in_whole_cents_are_cash_and_no_more_is() -> None:
    def found(interest: str, received: str, beside: str) -> set[str]:
        given = CompensatingInterestPaid(
            event_id="given", deal=SMALL, effective_date=REMITTED, group="pool", amount=beside
        )
        month = [*month_of_loans(interest=interest, received=received), fee_of_group("208.33"), given]
        return codes(loans_month(month)) - {"compensating_interest_unlike_owed", "accrual_of_a_fraction"}

    # Ten loans pay five cents more than fell due; a class, a contract and a group are rounded to half a cent each.
    assert found("499.9950", "500.00", "0.00") == set()
    assert found("499.9950", "500.00", "0.03") == set()
    assert found("499.9950", "500.00", "0.05") == {"funds_unlike_cash"}
    assert found("500.00", "500.00", "0.05") == {"funds_unlike_cash"}
