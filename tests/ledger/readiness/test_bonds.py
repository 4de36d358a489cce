"""Before a month is closed, classes have their rates, are paid by a step, and stand within their pool."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import attrs
import pytest

from ledger import (
    BondClass,
    ClassPrincipalReported,
    ClassRate,
    ClassRateReported,
    DerivativePaymentReceived,
    Ledger,
    Origin,
    PayDerivatives,
    PayInterest,
    PayPrincipal,
    PayReportedPrincipal,
    PayResidual,
    RateKind,
)
from tests.ledger.readiness.cases import Case, hold, shows
from tests.ledger.readiness.pool_cases import BONDS
from tests.ledger.readiness.scene import DEAL, PLAN, Scene, weighty
from tests.ledger.readiness.small import DEAL as SMALL
from tests.ledger.readiness.small import ON, PAID, codes, due, paid, small_deal, small_month, terms


@pytest.mark.parametrize("case", BONDS, ids=str)
def test_what_is_planted_is_named_and_nothing_else(scene: Scene, case: Case, tmp_path: Path) -> None:
    hold(scene, case, tmp_path / "planted.db")


@shows("class_rate_missing")
def test_a_rate_that_is_reported_for_no_class() -> None:
    given = terms(rate=ClassRate(kind=RateKind.REPORTED))
    ready = small_month([due(), paid()], given)
    [found] = ready.findings
    assert (found.code, found.classes, ready.report) == ("class_rate_missing", ("A",), None)
    rate = ClassRateReported(
        event_id="rate", deal="small", effective_date=dt.date(2020, 12, 31), class_id="A", rate="0.05"
    )
    assert codes(small_month([due(), paid(), rate], given)) == set()


@shows("derivative_unlike_due")
def test_what_a_contract_paid_otherwise_than_it_was_due() -> None:
    def passed(was_due: str, was_paid: str) -> DerivativePaymentReceived:
        return DerivativePaymentReceived(event_id="cap", contract="CAP", amount_due=was_due, amount_paid=was_paid, **ON)

    assert codes(small_month([due(), paid(), passed("100.0050", "100.00")])) == set()
    ready = small_month([due(), paid(), passed("100.01", "100.00")])
    assert "derivative_unlike_due" in codes(ready)


@shows("bonds_above_pool")
def test_classes_that_stand_above_their_pool() -> None:
    kept = (PayDerivatives(), PayInterest(classes=["A"]), PayResidual(classes=["R"]))
    ready = small_month([due(), paid()], terms(waterfall=kept))
    [found] = ready.findings
    assert found.code == "bonds_above_pool"
    assert [(name, int(value)) for name, value in found.figures] == [("classes", 1_000_000), ("pool", 999_000)]
    assert codes(small_month([due("0.01"), paid("0.01")], terms(waterfall=kept))) == set()
    assert codes(small_month([due("0.02"), paid("0.02")], terms(waterfall=kept))) == {"bonds_above_pool"}


@shows("paid_before_closed")
@shows("payments_unlike_computed")
def test_a_month_that_is_closed_and_paid_stays_clean(scene: Scene) -> None:
    assert PLAN.months == len(scene.months)
    with Ledger.open(scene.open_month) as ledger:
        assert weighty(ledger.readiness(DEAL, scene.months[-2].payment_date).findings) == []


REPORTED = (PayInterest(classes=["A"]), PayReportedPrincipal(classes=["A"]), PayResidual(classes=["R"]))


def principal_reported(amount: str) -> ClassPrincipalReported:
    return ClassPrincipalReported(event_id="said", deal=SMALL, effective_date=PAID, class_id="A", amount=amount)


@shows("class_principal_missing")
def test_principal_that_is_reported_for_no_class() -> None:
    given = terms(waterfall=REPORTED, derivatives=())
    ready = small_month([due(), paid()], given)
    [found] = ready.findings
    assert (found.code, found.classes, ready.report) == ("class_principal_missing", ("A",), None)
    ready = small_month([due(), paid(), principal_reported("1000.00")], given)
    assert codes(ready) == set()
    assert ready.report is not None
    assert ready.report.classes["A"].principal == 1000
    assert ready.report.classes["A"].principal.origin is Origin.DERIVED


def test_reported_principal_is_refused_where_no_step_pays_it() -> None:
    with Ledger.create("sqlite://") as ledger:
        small_deal(ledger)
        [violation] = ledger.post(principal_reported("1000.00")).violations
    assert (violation.field, violation.code) == ("class_id", "principal_not_reported")


@shows("class_without_principal")
def test_a_class_with_a_balance_that_no_step_pays_principal() -> None:
    classes = (*terms().classes[:1], BondClass(class_id="B", face="0.01", rank=2), *terms().classes[1:])
    only_a = (
        PayDerivatives(),
        PayInterest(classes=["A", "B"]),
        PayPrincipal(classes=["A"]),
        PayResidual(classes=["R"]),
    )
    ready = small_month([due(), paid()], attrs.evolve(terms(waterfall=only_a), classes=classes))
    assert "class_without_principal" in codes(ready)
    both = (
        PayDerivatives(),
        PayInterest(classes=["A", "B"]),
        PayPrincipal(classes=["A", "B"]),
        PayResidual(classes=["R"]),
    )
    ready = small_month([due(), paid()], attrs.evolve(terms(waterfall=both), classes=classes))
    assert "class_without_principal" not in codes(ready)
