"""What the third rules show otherwise, each beside what the second showed, which closed months go on showing."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs
import pytest

from ledger import (
    AdvanceRecovered,
    AmountBroughtForward,
    AsOf,
    Claim,
    ClassBalanceBroughtForward,
    CollectionReceived,
    DealTerms,
    Exact,
    IndexRateSet,
    Ledger,
    LoanBoarded,
    LoanLiquidated,
    LoanStatusChanged,
    Means,
    PayInterest,
    PayoffCollected,
    PayPrincipal,
    PayResidual,
    PoolBalanceBroughtForward,
)
from ledger.deal.vocabulary import Originals
from ledger.projections.losses import default_curve
from ledger.samples.impac_cmb_2002_1 import september_2002 as real
from ledger.waterfall.waterfall import run_waterfall
from replay.statements.statement import statement_of
from tests.deals.pair import CUT_OFF, DEAL, FEBRUARY, MARCH, due, first, month, on, pair_deal, pair_terms, settle
from tests.deals.pair import paid as payment

RULES = pytest.mark.parametrize("rules", [2, 3])


@pytest.mark.parametrize(
    ("age", "second", "third"),
    [
        ("15", "0.003", "0.003"),
        ("60", "0.006", "0.006"),
        ("60.5", "0.0059525", "0.006"),
        ("60.999", "0.005905095", "0.006"),
        ("61", "0.005905", "0.005905"),
        ("200", "0.0003", "0.0003"),
    ],
)
def test_the_default_curve_is_level_until_sixty_one(age: str, second: str, third: str) -> None:
    months = Exact(Fraction(age))
    assert default_curve(months, 2).value == Fraction(second)
    assert default_curve(months, 3).value == Fraction(third)


def capped(rules: int) -> tuple[Ledger, DealTerms]:
    """The real month with its index at 3.65%, at which the available funds rate caps class B."""
    ledger = Ledger.create("sqlite://")
    terms = attrs.evolve(real.terms(), rules=rules)
    ledger.open_deal(real.DEAL, terms).or_raise()
    ledger.post_many(real.brought_forward()).or_raise()
    raised = [
        attrs.evolve(event, rate=Decimal("0.0365")) if isinstance(event, IndexRateSet) else event
        for event in real.month()
    ]
    ledger.post_many(raised).or_raise()
    return ledger, terms


@RULES
def test_a_row_of_interest_foots_when_basis_risk_is_paid(rules: int) -> None:
    with capped(rules)[0] as ledger:
        found = ledger.distribution(real.DEAL, real.PAID).classes["B"]
    row = {
        "accrued": found.accrual.accrued,
        "adjusted": found.interest_adjustments,
        "optimal": found.optimal_interest,
        "paid": found.paid_interest,
        "unpaid": found.unpaid_interest,
    }
    shown = {name: str(value.decimal) for name, value in row.items()}
    assert shown["paid"] == "115017.95"
    assert shown["accrued"] == "108179.69"
    assert shown["unpaid"] == "0.00"
    assert shown["adjusted"] == ("6838.26" if rules == 3 else "0.00")
    assert shown["optimal"] == ("115017.95" if rules == 3 else "108179.69")
    if rules == 3:
        before = found.accrual.arrears.value - found.non_supported.value
        assert row["accrued"].value + before + row["adjusted"].value == row["optimal"].value
        assert row["optimal"].value - row["paid"].value == row["unpaid"].value


@pytest.mark.parametrize(("rules", "excess"), [(3, 0), (2, -30)])
def test_no_excess_lies_below_zero(rules: int, excess: int) -> None:
    """Neither funds cover the other: nothing is paid, and what A is owed stays with A."""
    claim = Claim(class_id="A", face=Exact(100), balance=Exact(100), interest_due=Exact(5))
    means = Means(interest_funds=Exact(-50), principal_funds=Exact(20), closing_pool=Exact(100), rules=rules)
    steps = (PayInterest(classes=("A",)), PayPrincipal(classes=("A",)), PayResidual(classes=("A",)))
    result = run_waterfall(steps, [claim], means)
    assert result.excess.value == excess
    assert result.classes["A"].interest_shortfall.value == 5
    assert result.classes["A"].distribution.value == 0


def unpaid_bearing(rules: int, bears: bool) -> DealTerms:
    """The pair's terms, where class A's unpaid interest bears interest or not."""
    terms = pair_terms(rules=rules)
    classes = (attrs.evolve(terms.classes[0], unpaid_interest_bears_interest=bears), *terms.classes[1:])
    return attrs.evolve(terms, classes=classes)


@pytest.mark.parametrize(("bears", "borne"), [(True, "4.17"), (False, "0.00")])
def test_unpaid_interest_bears_interest_where_the_terms_say_so(ledger: Ledger, bears: bool, borne: str) -> None:
    pair_deal(ledger, unpaid_bearing(3, bears))
    february = [due(2, "1", principal="0"), due(2, "2", principal="0"), payment(2, "1", "41.67", "0.00")]
    ledger.post_many(february).or_raise()
    settle(ledger, FEBRUARY)
    march = [*(due(3, loan, principal="0") for loan in "12"), *(payment(3, loan, "750.00", "0.00") for loan in "12")]
    ledger.post_many(march).or_raise()
    found = ledger.distribution(DEAL, MARCH).classes["A"]
    assert str(found.accrual.arrears.decimal) == "1000.00"
    assert str(found.interest_adjustments.decimal) == borne
    owed = Decimal("2041.67") + Decimal(borne)
    assert found.optimal_interest.decimal == owed
    row = found.accrual.accrued + found.accrual.arrears + found.interest_adjustments - found.non_supported
    assert row.value == found.optimal_interest.value
    # 1,500.00 came in, all of which goes to A; what is then unpaid is carried forward with what it bore.
    assert found.unpaid_interest.decimal == owed - Decimal("1500.00")
    settle(ledger, MARCH)
    after = ledger.distribution(DEAL, dt.date(2024, 4, 25)).classes["A"].accrual.arrears
    assert after.decimal == owed - Decimal("1500.00")


def lost(ledger: Ledger, *, original: bool, rules: int = 3, **more: Any) -> Any:
    """The pair with loan 2 liquidated at a loss of 50,000 in February."""
    terms = pair_terms(rules=rules, **more)
    if not original:
        groups = (attrs.evolve(terms.groups[0], original_balance=None, original_loan_count=None),)
        terms = attrs.evolve(terms, groups=groups)
    pair_deal(ledger, terms).post_many(month(2)).or_raise()
    settle(ledger, FEBRUARY)
    gone = LoanLiquidated(
        event_id="gone",
        balance="149900.00",
        accrued_interest="0.00",
        net_proceeds="99900.00",
        realized_loss="50000.00",
        **on(dt.date(2024, 2, 28), loan="2"),
    )
    ledger.post_many([*month(3, ["1"]), gone]).or_raise()
    return ledger.distribution(DEAL, MARCH).losses.cumulative_share


def test_the_share_lost_is_of_the_pool_as_it_was_boarded_where_the_terms_name_none(ledger: Ledger) -> None:
    assert lost(ledger, original=False).value == Fraction(50_000, 300_000)


def test_the_share_lost_is_of_the_pool_that_the_terms_name(ledger: Ledger) -> None:
    assert lost(ledger, original=True).value == Fraction(50_000, 300_000)


def test_under_the_second_rules_it_was_nothing(ledger: Ledger) -> None:
    assert lost(ledger, original=False, rules=2).value == 0


def nobody_knows(ledger: Ledger) -> None:
    """A deal carried in by its group, of whose original balance nothing is said."""
    terms = pair_terms(rules=3)
    groups = (attrs.evolve(terms.groups[0], original_balance=None, original_loan_count=None),)
    ledger.open_deal(DEAL, attrs.evolve(terms, groups=groups)).or_raise()
    carried = PoolBalanceBroughtForward(event_id="pool", group="one", balance="300000.00", loan_count=2, **on(FEBRUARY))
    ledger.post(carried).or_raise()


def test_a_share_of_nobody_knows_what_is_blank(ledger: Ledger) -> None:
    nobody_knows(ledger)
    assert ledger.distribution(DEAL, MARCH).losses.cumulative_share is None
    shown = [figure.line for figure in statement_of(ledger.distribution(DEAL, MARCH)).figures]
    assert "Cumulative Loss Percentage For Related Payment Date" not in shown


@RULES
def test_a_loan_inside_its_group_that_becomes_reo_is_listed(ledger: Ledger, rules: int) -> None:
    terms = pair_terms(rules=rules)
    ledger.open_deal(DEAL, terms).or_raise()
    carried = PoolBalanceBroughtForward(event_id="pool", group="one", balance="300000.00", loan_count=2, **on(FEBRUARY))
    inside = LoanBoarded(
        event_id="board",
        loan="1",
        group="one",
        balance_in_group="120000.00",
        loan_count=0,
        note_rate="0.06",
        original_balance="130000.00",
        **on(FEBRUARY),
    )
    became = LoanStatusChanged(event_id="reo", status="reo", bucket="3+ payments", **on(dt.date(2024, 2, 28), loan="1"))
    ledger.post_many([carried, inside, became]).or_raise()
    report = ledger.distribution(DEAL, MARCH)
    if rules == 2:
        assert report.new_reo == ()
        return
    assert report.new_reo_count.value == 1
    assert report.new_reo_original == 130_000
    assert str(report.new_reo_balance.decimal) == "120000.00"
    assert ledger.distribution(DEAL, dt.date(2024, 4, 25)).new_reo == ()


@pytest.mark.parametrize(("rules", "retired", "told"), [(3, "1.00", True), (2, "1.00", False), (3, "50000.00", False)])
def test_what_a_class_brings_with_it_adds_up_to_its_face(ledger: Ledger, rules: int, retired: str, told: bool) -> None:
    ledger.open_deal(DEAL, pair_terms(rules=rules)).or_raise()
    carried = ClassBalanceBroughtForward(
        event_id="A", class_id="A", balance="200000.00", retired=retired, **on(FEBRUARY)
    )
    found = [(item.field, item.code) for item in getattr(ledger.post(carried), "violations", ())]
    assert found == ([("retired", "not_the_face")] if told else [])


def test_servicing_advances_from_before_are_brought_forward_and_repaid(ledger: Ledger) -> None:
    pair_deal(ledger, pair_terms(rules=3))
    before = AmountBroughtForward(
        event_id="bf", measure="unreimbursed servicing advances", amount="600.00", **on(CUT_OFF, loan="1")
    )
    ledger.post(before).or_raise()
    (held,) = ledger.advances(DEAL, AsOf(record_date=FEBRUARY))
    assert (held.servicing, held.outstanding) == (Decimal("600.00"), Decimal("600.00"))
    ledger.post_many([*month(2)]).or_raise()
    back = AdvanceRecovered(
        event_id="back",
        principal="0.00",
        interest="0.00",
        servicing_advance="600.00",
        source="late collections",
        **on(first(2), loan="1"),
    )
    refused = ledger.post(back)
    assert [item.code for item in getattr(refused, "violations", ())] == ["not_justified"]
    late = CollectionReceived(
        event_id="late", principal="0.00", interest="700.00", timing="late", **on(first(2), loan="1")
    )
    ledger.post_many([late, back]).or_raise()
    assert ledger.advances(DEAL, AsOf(record_date=FEBRUARY)).outstanding() == 0


@RULES
def test_a_total_with_something_unknown_in_it_is_blank(ledger: Ledger, rules: int) -> None:
    pair_deal(ledger, pair_terms(rules=rules)).post_many(month(2)).or_raise()
    settle(ledger, FEBRUARY)
    gone = PayoffCollected(event_id="off", amount="149900.00", note_rate="0.06", **on(dt.date(2024, 2, 20), loan="2"))
    ledger.post_many([*month(3, ["1"]), gone]).or_raise()
    report = ledger.distribution(DEAL, MARCH)
    found = report.prepaid_totals.original_balance
    assert (found is None) if rules == 3 else (found == 0)
    assert report.new_reo_original == 0


def test_originals_come_from_the_loans_where_the_terms_say_so(ledger: Ledger) -> None:
    terms = pair_terms(rules=3, originals=Originals.BOARDED)
    groups = (attrs.evolve(terms.groups[0], original_balance=None, original_loan_count=None),)
    pair_deal(ledger, attrs.evolve(terms, groups=groups)).post_many(month(2)).or_raise()
    for closed in (False, True):
        if closed:
            settle(ledger, FEBRUARY)
            ledger.post_many(month(3)).or_raise()
        report = ledger.distribution(DEAL, MARCH if closed else FEBRUARY)
        assert report.original_counts == {"one": 2, "total": 2}
        assert report.original_balances == {"one": 300_000, "total": 300_000}
        assert report.averages.original["coupon"] == {"one": Fraction(6, 100), "total": Fraction(6, 100)}
        assert report.averages.original["seasoning_months"]["total"] is None
