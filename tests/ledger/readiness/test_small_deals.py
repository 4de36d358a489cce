"""What a pool of two thousand loans cannot show: groups that report as one, contracts, reported rates, first months.

And every code of the registry is shown somewhere, once planted and once just missed.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import attrs
import pytest

from ledger import (
    AdvanceMade,
    ClassRate,
    ClassRateReported,
    DerivativePaymentReceived,
    InstalmentReportedDelinquent,
    Ledger,
    LoanBoarded,
    PayDerivatives,
    PayInterest,
    PayResidual,
    RateKind,
)
from ledger.readiness.codes import CODES
from ledger.samples.impac_cmb_2002_1 import september_2002 as real
from ledger.samples.impac_cmb_2002_1.calibrated import month as calibrated
from ledger.simulation import Life, LifePlan
from tests.ledger.readiness import instalment_cases, money_cases, pool_cases
from tests.ledger.readiness.scene import DEAL, PLAN, Scene, post_month, weighty
from tests.ledger.readiness.small import ON, REMITTED, codes, due, paid, small_month, terms

F = TypeVar("F", bound=Callable[..., object])
SHOWN: set[tuple[str, bool]] = set()
LISTED = (
    *instalment_cases.INSTALMENTS,
    *instalment_cases.NOTES,
    *money_cases.CASH,
    *money_cases.ADVANCES,
    *pool_cases.POOL,
    *pool_cases.BONDS,
)


def shows(code: str) -> Callable[[F], F]:
    """Say that a test plants a code and its near miss."""

    def take(test: F) -> F:
        SHOWN.update({(code, False), (code, True)})
        return test

    return take


def test_every_code_is_planted_once_and_just_missed_once() -> None:
    shown = SHOWN | {(case.code, case.near) for case in LISTED}
    assert sorted({(code, near) for code in CODES for near in (False, True)} - shown) == []
    assert {code for code, _ in shown} == set(CODES)


def test_at_least_forty_kinds_are_planted() -> None:
    assert len([case for case in LISTED if not case.near]) >= 40


def test_a_clean_month_is_clean() -> None:
    ready = small_month([due(), paid()])
    assert codes(ready) == set()
    assert ready


@shows("no_instalments")
def test_a_group_without_instalments() -> None:
    ready = small_month([])
    [found] = ready.findings
    assert (found.code, found.groups) == ("no_instalments", ("pool",))
    assert [(name, int(value)) for name, value in found.figures] == [("opening balance", 1_000_000)]
    assert codes(small_month([due("0.00", "0.01"), paid("0.00", "0.01")])) == set()


@shows("due_unaccounted")
@shows("collection_above_due")
@shows("delinquency_unlike_derived")
def test_a_group_that_reports_as_one() -> None:
    def late(principal: str, interest: str) -> InstalmentReportedDelinquent:
        return InstalmentReportedDelinquent(event_id="late", group="pool", principal=principal, interest=interest, **ON)

    short = paid("1000.00", "9000.00")
    assert codes(small_month([due(), short])) == {"due_unaccounted"}
    assert codes(small_month([due(), short, late("0.00", "1000.00")])) == set()
    assert codes(small_month([due(), short, late("0.00", "1000.01")])) == {"delinquency_unlike_derived"}
    assert codes(small_month([due(), short, late("0.00", "1000.0099")])) == set()
    assert codes(small_month([due(), paid("1000.00", "10000.01")])) == {"collection_above_due"}
    fraction = due("1000.00", "9999.9901")
    assert codes(small_month([fraction, paid()])) == {"accrual_of_a_fraction"}


@shows("advance_above_delinquency")
@shows("advance_unlike_delinquency")
def test_advances_of_a_group_that_reports_as_one() -> None:
    on: dict[str, Any] = {
        "event_id": "advance",
        "deal": "small",
        "effective_date": REMITTED,
        "group": "pool",
        "principal": "0.00",
    }
    short = [due(), paid("1000.00", "9000.00")]
    late = InstalmentReportedDelinquent(
        event_id="late", group="pool", principal="0.00", interest="1000.00", servicing_fee="50.00", **ON
    )
    for advanced, expected in (
        ("950.00", set()),
        ("950.01", {"advance_unlike_delinquency"}),
        ("949.99", {"advance_unlike_delinquency"}),
        ("950.02", {"advance_above_delinquency"}),
    ):
        assert codes(small_month([*short, late, AdvanceMade(interest=advanced, **on)])) == expected, advanced


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


@shows("collected_fee_negative")
def test_the_real_month_has_its_notes_and_nothing_else(real_ledger: Ledger) -> None:
    ready = real_ledger.readiness(real.DEAL, real.PAID)
    assert {(item.code, item.groups) for item in ready.findings} == {
        ("advance_unlike_delinquency", ("adjustable",)),
        ("accrual_of_a_fraction", ("fixed",)),
        ("collected_fee_negative", ("fixed",)),
    }
    assert ready


def test_the_calibrated_month_has_the_same_notes(tmp_path: Path) -> None:
    with Ledger.create(tmp_path / "calibrated.db") as ledger:
        calibrated.post(ledger)
        ready = ledger.readiness(calibrated.DEAL, calibrated.PAID)
    assert weighty(ready.findings) == []
    assert {(item.code, item.groups) for item in ready.findings} == {
        ("advance_unlike_delinquency", ("adjustable",)),
        ("accrual_of_a_fraction", ("fixed",)),
        ("collected_fee_negative", ("fixed",)),
    }


@shows("boarded_unlike_terms")
def test_a_pool_that_is_not_what_the_terms_say() -> None:
    life = Life(LifePlan(seed=1, loans=20, months=1, name="first"))
    [month], deal = list(life.months()), life.deal
    for more, expected in (([], set()), (["L0000021"], {"boarded_unlike_terms", "instalment_missing"})):
        with Ledger.create("sqlite://") as ledger:
            ledger.open_deal(deal, life.terms).or_raise()
            [boarding] = life.boarding()
            events = [event for event in boarding.events(deal) if isinstance(event, LoanBoarded)]
            added = [attrs.evolve(events[0], event_id=f"board/{name}", loan=name) for name in more]
            ledger.post_many([*events, *added]).or_raise()
            ledger.post_many([event for table in month.tables for event in table.events(deal)]).or_raise()
            ready = ledger.readiness(deal, month.payment_date)
            assert codes(ready) == expected
            named = [dict(item.figures) for item in ready.findings if item.code == "boarded_unlike_terms"]
            assert [figures["loans boarded"] for figures in named if "loans boarded" in figures] == [13] * len(more)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return Scene(tmp_path_factory.mktemp("scene"))


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


@shows("paid_before_closed")
@shows("payments_unlike_computed")
def test_a_month_that_is_closed_and_paid_stays_clean(scene: Scene) -> None:
    assert PLAN.months == len(scene.months)
    with Ledger.open(scene.open_month) as ledger:
        assert weighty(ledger.readiness(DEAL, scene.months[-2].payment_date).findings) == []
