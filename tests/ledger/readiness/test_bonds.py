"""Before a month is closed, classes have their rates, are paid by a step, and stand within their pool."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import pytest

from ledger import (
    AccrualRule,
    BondClass,
    BondClassIssued,
    ClassBalanceBroughtForward,
    ClassPrincipalReported,
    ClassRate,
    ClassRateReported,
    DayCount,
    DealOpened,
    DerivativeContract,
    DerivativePaymentMade,
    DerivativePaymentReceived,
    Event,
    Fee,
    FeeBasis,
    FeeCharged,
    Grade,
    IndexRateSet,
    Ledger,
    PayDerivatives,
    PayInterest,
    PayPrincipal,
    PayReportedPrincipal,
    PayResidual,
    PlannedBalance,
    PoolBalanceBroughtForward,
    RateKind,
    Refusal,
    Violation,
)
from tests.ledger.readiness.cases import Case, hold, shows
from tests.ledger.readiness.pool_cases import BONDS
from tests.ledger.readiness.scene import DEAL, PLAN, Scene, weighty
from tests.ledger.readiness.small import DEAL as SMALL
from tests.ledger.readiness.small import (
    ISSUED,
    ON,
    PAID,
    boarded,
    codes,
    due,
    fee_of_group,
    loans_month,
    month_of_loans,
    paid,
    small_deal,
    small_month,
    terms,
)


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


CAP = DerivativeContract(
    contract="CAP",
    kind="cap",
    index="LIBOR-1M",
    strike="0.05",
    notional_amounts=[PlannedBalance(from_date=ISSUED, balance="1000000.00")],
    day_count=DayCount.THIRTY_360,
    accrual=AccrualRule.PRIOR_CALENDAR_MONTH,
)
"""A cap that pays a twelfth of what the index is above five per cent, on a million."""


def index(rate: str, name: str = "LIBOR-1M") -> IndexRateSet:
    return IndexRateSet(event_id=f"index/{name}", deal="small", effective_date=ISSUED, index=name, rate=rate)


def came(cash: str, was_due: str | None = None) -> DerivativePaymentReceived:
    return DerivativePaymentReceived(
        event_id="came", contract="CAP", amount_due=was_due or cash, amount_paid=cash, **ON
    )


@shows("contract_unlike_terms")
def test_what_passed_under_a_contract_is_held_to_its_terms() -> None:
    """Six per cent against five: 1,000,000 x 0.01 / 12 = 833.33."""
    given = attrs.evolve(terms(), derivatives=[CAP])

    def month(*more: Event) -> Any:
        return small_month([due(), paid(), *more], given)

    assert codes(month(index("0.06"), came("833.33"))) == set()
    assert codes(month(index("0.06"), came("833.33", "833.3333"))) == set()
    assert codes(month(index("0.05"))) == set()
    assert codes(month(index("0.06"), came("833.34"))) == {"contract_unlike_terms"}
    assert codes(month(index("0.06"), came("833.33", "833.35"))) >= {"contract_unlike_terms"}
    assert codes(month(index("0.06"))) == {"contract_unlike_terms", "funds_unlike_cash"}
    made = DerivativePaymentMade(event_id="made", contract="CAP", amount_due="833.33", amount_paid="833.33", **ON)
    assert "contract_unlike_terms" in codes(month(index("0.06"), made))


def test_a_counterparty_that_fails_is_acknowledged_and_the_funds_are_the_cash() -> None:
    ready = small_month(
        [due(), paid(), index("0.06"), came("0.00", "833.33")], attrs.evolve(terms(), derivatives=[CAP])
    )
    assert codes(ready) == {"contract_unlike_terms", "derivative_unlike_due"}
    assert ready.report is not None
    assert ready.report.account.interest["contract CAP"]["pool"].value == ready.report.derivatives.receivable.value
    assert ready.report.account.interest["contracts otherwise"]["pool"] == -ready.report.derivatives.receivable
    assert ready.report.account.interest_funds == 10_000


def test_a_contract_asks_for_its_own_index_while_it_is_on_anything() -> None:
    other = attrs.evolve(CAP, contract="OTHER", index="LIBOR-6M")
    given = attrs.evolve(terms(), derivatives=[CAP, other])
    ready = small_month([due(), paid(), index("0.05")], given)
    [found] = ready.findings
    assert (found.code, found.message.split()[1]) == ("index_missing", "LIBOR-6M")
    assert codes(small_month([due(), paid(), index("0.05"), index("0.04", "LIBOR-6M")], given)) == set()
    ended = attrs.evolve(other, notional_amounts=[PlannedBalance(from_date=ISSUED, balance="0.00")])
    assert codes(small_month([due(), paid(), index("0.05")], attrs.evolve(given, derivatives=[CAP, ended]))) == set()


PREMIUMS = terms(fees=[Fee(fee_id="pmi", title="PMI", basis=FeeBasis.LOAN_PREMIUMS)])


def premiums(boarding: Sequence[Event], amount: str | None) -> Any:
    """Return what the gate finds of a month of ten loans with this premium posted."""
    charged = FeeCharged(event_id="pmi", fee_id="pmi", group="pool", amount=amount or "0", **ON)
    events = [*month_of_loans(), fee_of_group("208.33"), *([charged] if amount else [])]
    return loans_month(events, given=PREMIUMS, boarding=boarding)


@shows("premium_unlike_loans")
def test_mortgage_insurance_is_held_to_the_rates_of_the_loans() -> None:
    """A per cent on 1,000,000 is 833.33 a month."""
    insured = boarded(pmi_rate="0.01")
    assert codes(premiums(insured, "833.33")) == set()
    ready = premiums(insured, "833.34")
    assert codes(ready) == {"premium_unlike_loans"}
    assert (
        ready.report.account.total_fees("pool")
        == ready.report.servicing.current_fee["pool"] + ready.report.fees[0].charged
    )
    assert codes(premiums(insured, None)) == {"premium_unlike_loans", "funds_unlike_cash"}
    assert codes(premiums(boarded(), "500.00")) == set()


@shows("premium_rate_unknown")
def test_loans_that_do_not_say_what_their_insurance_costs_are_told_from_those_without() -> None:
    """Nine loans at a per cent: 750.00; the tenth says nothing, or that it has none."""
    insured, silent = boarded(pmi_rate="0.01")[:-1], boarded()[-1]
    ready = premiums([*insured, silent], "750.00")
    [found] = ready.findings
    assert (found.code, found.groups) == ("premium_rate_unknown", ("pool",))
    assert [int(value) for _, value in found.figures] == [100_000, 1_000_000]
    assert codes(premiums([*insured, boarded(pmi_rate="0")[-1]], "750.00")) == set()


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
    given = terms(waterfall=(PayDerivatives(), *REPORTED))
    ready = small_month([due(), paid()], given)
    [missing] = ready.findings
    assert (missing.code, missing.classes, ready.report) == ("class_principal_missing", ("A",), None)
    ready = small_month([due(), paid(), principal_reported("1000.00")], given)
    assert codes(ready) == set()
    assert ready.report is not None
    assert ready.report.classes["A"].principal == 1000


def test_reported_principal_is_refused_where_no_step_pays_it() -> None:
    with Ledger.create("sqlite://") as ledger:
        small_deal(ledger)
        refused = ledger.post(principal_reported("1000.00"))
    assert isinstance(refused, Refusal)
    [violation] = refused.violations
    assert (violation.field, violation.code) == ("class_id", "principal_not_reported")


@shows("class_without_principal")
def test_a_class_with_a_balance_that_no_step_pays_principal() -> None:
    given = terms()
    more = BondClass(class_id="B", face="0.01", rank=2)

    def named(*classes: str) -> set[str]:
        steps = (
            PayDerivatives(),
            PayInterest(classes=["A"]),
            PayPrincipal(classes=classes),
            PayResidual(classes=["R"]),
        )
        return codes(small_month([due(), paid()], attrs.evolve(given, classes=(*given.classes, more), waterfall=steps)))

    assert "class_without_principal" in named("A")
    assert "class_without_principal" not in named("A", "B")


@shows("class_not_issued")
def test_a_class_with_a_face_that_was_neither_issued_nor_brought_forward() -> None:
    opened = DealOpened(event_id="opened", deal=SMALL, effective_date=ISSUED, terms=terms())
    pool = PoolBalanceBroughtForward(
        event_id="pool", deal=SMALL, effective_date=ISSUED, group="pool", balance="1000000.00", loan_count=10
    )
    issue = BondClassIssued(event_id="issued/A", deal=SMALL, effective_date=ISSUED, class_id="A", face="1000000.00")
    entered = ClassBalanceBroughtForward(
        event_id="entered/A", deal=SMALL, effective_date=ISSUED, class_id="A", balance="1000000.00", retired="0.00"
    )
    with Ledger.create("sqlite://") as ledger:
        ledger.post_many([opened, pool, due(), paid()]).or_raise()
        [item] = [item for item in ledger.readiness(SMALL, PAID).findings if item.code == "class_not_issued"]
        assert (item.grade, item.classes, item.figures) == (Grade.ACKNOWLEDGE, ("A",), (("face", Decimal(1_000_000)),))
        assert "and was not issued" in item.message
        assert "class_not_issued" in {item.code for item in _refused(ledger)}
        before = ledger.head(SMALL).sequence
        ledger.post(issue).or_raise()
        assert "class_not_issued" not in codes(ledger.readiness(SMALL, PAID))
        assert "class_not_issued" in codes(ledger.readiness(SMALL, PAID, known_through=before))
    with Ledger.create("sqlite://") as ledger:
        ledger.post_many([opened, pool, entered, due(), paid()]).or_raise()
        assert "class_not_issued" not in codes(ledger.readiness(SMALL, PAID))


def _refused(ledger: Ledger) -> Sequence[Violation]:
    closing = ledger.close_period(SMALL, PAID)
    assert isinstance(closing, Refusal)
    return closing.violations
