"""A pool stripped to 6%: what is principal only, what is the others', and what interest is in excess, by hand.

Three loans of 100,000 each bear 4.5%, 6% and 7.5% net (a servicing fee of a quarter on top): a quarter of the first
loan's principal, (6 - 4.5) / 6, is principal only.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction

import attrs
import pytest

from ledger import (
    BondClass,
    ClassKind,
    ClassRate,
    CollectionReceived,
    CurtailmentCollected,
    Dated,
    Deal,
    DealTerms,
    DistributionReport,
    Event,
    InvalidTerms,
    Ledger,
    LoanBoarded,
    LoanGroup,
    PayInterest,
    PaySeniorPrincipal,
    PayStrippedPrincipal,
    PaySubordinatePrincipal,
    PoolBalanceBroughtForward,
    RateKind,
    ScheduledPaymentDue,
    ServicingFeeWithheld,
    ShiftLevel,
)
from ledger.projections.stripping import discount_fraction

DEAL, PAID = "stripped", date(2024, 2, 26)
RATES = {"low": "0.0475", "par": "0.0625", "high": "0.0775"}
FEE = "0.0025"
MOVES = {"low": ("120.00", "8000.00"), "par": ("110.00", "0.00"), "high": ("100.00", "3000.00")}


def terms() -> DealTerms:
    made = Deal("Stripped", cut_off="2024-01-01", closing="2024-01-15", first_payment=PAID, final_payment="2054-01-25")
    made = made.group("one", balance="300000.00").senior("A", face="247500.00", coupon="0.06")
    made = made.senior("PO", face="25000.00", coupon="0").subordinate("B", face="27500.00", coupon="0.06")
    found = made.then(
        PayInterest(classes=["A", "B"]),
    ).terms()
    io = BondClass(
        class_id="IO",
        kind=ClassKind.NOTIONAL,
        notional_of=["A", "B"],
        rate=ClassRate(kind=RateKind.STRIPPED_EXCESS),
        day_count=found.bond_class("A").day_count,
        accrual=found.bond_class("A").accrual,
    )
    return attrs.evolve(
        found,
        groups=[attrs.evolve(found.groups[0], strip_rate="0.06")],
        classes=[*found.classes, io],
        waterfall=[
            PayInterest(classes=["A", "IO"]),
            PayStrippedPrincipal(classes=["PO"]),
            PaySeniorPrincipal(classes=["A"], subordinates=["B"]),
            PayInterest(classes=["B"]),
            PaySubordinatePrincipal(classes=["B"]),
        ],
    )


def month() -> Iterator[Event]:
    before: Dated = {"deal": DEAL, "effective_date": date(2024, 1, 1)}
    for loan, rate in RATES.items():
        yield LoanBoarded(
            event_id=f"board/{loan}", loan=loan, group="one", balance="100000.00", note_rate=rate,
            servicing_rate=FEE, **before,
        )  # fmt: skip
    for loan, (principal, ahead) in MOVES.items():
        on: Dated = {"deal": DEAL, "effective_date": date(2024, 2, 1)}
        interest = (Decimal(100_000) * Decimal(RATES[loan]) / 12).quantize(Decimal("0.01"))
        for kind in (ScheduledPaymentDue, CollectionReceived):
            yield kind(event_id=f"{kind.name}/{loan}", loan=loan, principal=principal, interest=interest, **on)
        if ahead != "0.00":
            at: Dated = {"deal": DEAL, "effective_date": date(2024, 1, 20)}
            yield CurtailmentCollected(event_id=f"ahead/{loan}", loan=loan, amount=ahead, **at)
    yield ServicingFeeWithheld(event_id="fee", deal=DEAL, effective_date=date(2024, 2, 15), group="one", amount="62.50")


@pytest.fixture(scope="module")
def report() -> DistributionReport:
    with Ledger.create("sqlite://") as ledger:
        ledger.open_deal(DEAL, terms()).or_raise()
        ledger.post_many(month()).or_raise()
        return ledger.distribution(DEAL, PAID)


def test_principal_only_gets_the_discount_fractions_and_the_others_share_the_rest(report: DistributionReport) -> None:
    """A quarter of 120 and of 8,000 is principal only. Of the pool 275,000 is not: A stands at 90% of it."""
    paid = {name: item.principal.value for name, item in report.classes.items()}
    scheduled, prepaid = Fraction(330) - 30, Fraction(11_000) - 2_000
    assert paid["PO"] == 30 + 2_000
    assert paid["A"] == scheduled * Fraction(9, 10) + prepaid
    assert paid["B"] == scheduled / 10
    assert sum(paid.values()) == 11_330


def test_excess_interest_is_what_loans_bear_above_the_rate(report: DistributionReport) -> None:
    """One and a half per cent a year on 100,000, and not a cent of the loan that bears less."""
    assert report.classes["IO"].interest.value == 125
    interest = {name: item.interest.value for name, item in report.classes.items()}
    assert interest["A"] == Fraction(247_500) * 6 / 1200
    assert sum(interest.values()) == report.account.interest_funds.value


def test_where_groups_share_subordinates_what_was_principal_only_is_no_part_of_the_pool_at_issue() -> None:
    """A stands at 90% of what is not principal only, as at issue, so that nothing of what is prepaid is shifted to it.

    Of the whole pool of its group it stood at 82.5% at issue, which says nothing: with that it would get everything.
    """
    made = terms()
    own = [attrs.evolve(made.bond_class(name), groups=["one"]) for name in ("A", "PO")]
    residual = [item for item in made.classes if item.kind is ClassKind.RESIDUAL]
    other = attrs.evolve(made.bond_class("A"), class_id="C", face="90000.00", groups=["two"])
    subordinate = attrs.evolve(made.bond_class("B"), face="37500.00")
    shift = [ShiftLevel(from_date="2024-01-01", share="0")]
    shared = attrs.evolve(
        made,
        groups=[*made.groups, LoanGroup(group_id="two", number=2, original_balance="100000.00")],
        classes=[*own, other, subordinate, *residual],
        waterfall=[
            PayInterest(classes=["A", "C"]),
            PayStrippedPrincipal(groups=["one"], classes=["PO"]),
            PaySeniorPrincipal(groups=["one"], classes=["A"], subordinates=["B"], shift=shift),
            PaySeniorPrincipal(groups=["two"], classes=["C"], subordinates=["B"], shift=shift),
            PaySubordinatePrincipal(classes=["B"]),
        ],
    )
    at: Dated = {"deal": DEAL, "effective_date": date(2024, 1, 1)}
    second = PoolBalanceBroughtForward(event_id="two", group="two", balance="100000.00", loan_count=1, **at)
    with Ledger.create("sqlite://") as ledger:
        ledger.open_deal(DEAL, shared).or_raise()
        ledger.post_many([second, *month()]).or_raise()
        found = ledger.distribution(DEAL, PAID)
    assert found.classes["A"].principal.value == (300 + 9_000) * Fraction(9, 10)
    assert found.classes["PO"].principal.value == 30 + 2_000


@pytest.mark.parametrize(("net", "part"), [("0.045", "1/4"), ("0.06", "0"), ("0.08", "0"), ("0", "1")])
def test_the_discount_fraction_is_what_the_rate_lies_below_over_it(net: str, part: str) -> None:
    assert discount_fraction(Fraction(net), Fraction("0.06")) == Fraction(part)


def test_only_a_group_that_is_stripped_to_a_rate_has_stripped_principal() -> None:
    bare = [attrs.evolve(terms().groups[0], strip_rate=None)]
    with pytest.raises(InvalidTerms) as caught:
        attrs.evolve(terms(), groups=bare)
    named = {fault.field for fault in (caught.value, *caught.value.others)}
    assert named == {"BondClass[IO].rate.groups", "DealTerms.waterfall[1].groups"}
