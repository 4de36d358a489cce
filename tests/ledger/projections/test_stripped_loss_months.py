"""Two groups stripped to different rates, whose principal-only classes bear their own losses, held to a model.

Losses fall on discount loans and on others of both groups, one of them beyond a carve-out; what the
principal-only classes lost is paid to them out of the subordinates' principal until a large loss has written these off;
recoveries come before and after.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs
import pytest

from ledger import (
    BusinessDayRule,
    CalendarTerms,
    ClassRate,
    CollectionReceived,
    CurtailmentCollected,
    Dated,
    DealTerms,
    DistributionReport,
    Event,
    InvalidTerms,
    Ledger,
    LoanBoarded,
    LoanGroup,
    LoanLiquidated,
    LossCarveOut,
    LossCause,
    PayInterest,
    PayResidual,
    PaySeniorPrincipal,
    PayStrippedPrincipal,
    PaySubordinatePrincipal,
    PayUnpaidLosses,
    ScheduledPaymentDue,
    ShiftLevel,
    Source,
    SubsequentRecoveryReceived,
)
from ledger.deal.schedule import schedule
from tests.deals.closing import closed
from tests.deals.shifting_model import ZERO, cents
from tests.deals.strip import BELOW, SENIORS, STRIPS, Came, Loan, Trust, Worked
from tests.deals.trust import RESIDUAL, bond

DEAL = "strip"
LOANS = {
    "low-1": Loan("1", Fraction(200_000), Fraction("0.045")),
    "low-2": Loan("1", Fraction(80_000), Fraction("0.0525")),
    "lost-1": Loan("1", Fraction(60_000), Fraction("0.045")),
    "par-1": Loan("1", Fraction(300_000), Fraction("0.0625")),
    "late-1": Loan("1", Fraction(40_000), Fraction("0.048")),
    "low-3": Loan("2", Fraction(150_000), Fraction("0.04")),
    "lost-2": Loan("2", Fraction(50_000), Fraction("0.04")),
    "gone-2": Loan("2", Fraction(120_000), Fraction("0.055")),
    "par-2": Loan("2", Fraction(250_000), Fraction("0.055")),
}
ONE = {"PO": ("1", "2")}
EACH = {"1-PO": ("1",), "2-PO": ("2",)}
SOLD = {
    1: {"lost-1": "21000.17"},
    3: {"lost-2": "30000.01"},
    10: {"gone-2": "17000.00"},
    13: {"late-1": "11000.55"},
}
"""What is sold by month, counted from nothing, and its proceeds; the third leaves no subordinate."""
FRAUD = "lost-1"
CARVED_OUT = "30000.00"
LATE = {5: {"lost-1": "900.00"}, 7: {"lost-2": "2000.00"}, 15: {"late-1": "5000.03"}, 16: {"gone-2": "700.00"}}


def faces(owns: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    model = Trust(LOANS, {}, owns)
    found = {name: sum((model.only(group) for group in groups), ZERO) for name, groups in owns.items()}
    rest = {group: model.pool(group) - model.only(group) for group in SENIORS}
    found |= {SENIORS[group]: cents(held * Fraction(93, 100)) for group, held in rest.items()}
    below = sum((loan.balance for loan in LOANS.values()), ZERO) - sum(found.values(), ZERO)
    found |= {"B-1": cents(below / 2), "B-2": cents(below / 4)}
    found["B-3"] = below - found["B-1"] - found["B-2"]
    return {name: dollars(face) for name, face in found.items()}


def dollars(value: Fraction) -> str:
    assert (value * 100).denominator == 1
    return f"{int(value * 100) // 100}.{int(value * 100) % 100:02d}"


def terms(owns: Mapping[str, tuple[str, ...]]) -> DealTerms:
    names = faces(owns)
    groups = {SENIORS[group]: [group] for group in SENIORS} | {
        name: list(own) for name, own in owns.items() if len(own) == 1
    }
    classes = [
        bond(
            name, face, ClassRate() if name in owns else "0.03", 2 + BELOW.index(name) if name in BELOW else 1,
            groups=groups.get(name, []),
        )
        for name, face in names.items()
    ]  # fmt: skip
    senior: dict[str, Any] = {"subordinates": BELOW, "shift": [ShiftLevel(from_date="2020-12-01", share="0")]}
    steps: list[Any] = [PayInterest(classes=[*SENIORS.values(), *BELOW])]
    for name, own in owns.items():
        steps.append(PayStrippedPrincipal(classes=[name], groups=own, bears_losses=True))
    for group, name in SENIORS.items():
        steps.append(PaySeniorPrincipal(groups=[group], classes=[name], **senior))
    steps.append(PayUnpaidLosses(classes=list(owns), subordinates=BELOW, source=Source.PRINCIPAL))
    for name in BELOW:
        steps.append(PaySubordinatePrincipal(classes=[name], among=BELOW, source=Source.PRINCIPAL))
    return DealTerms(
        title="Ratio strip",
        cut_off_date="2020-12-01",
        closing_date="2020-12-28",
        calendar=CalendarTerms(
            first_payment_date="2021-01-25", final_payment_date="2050-01-25", payment_rule=BusinessDayRule.UNADJUSTED
        ),
        groups=[
            LoanGroup(
                group_id=group, number=number, strip_rate=str(Decimal(strip.numerator) / strip.denominator),
                original_balance=dollars(sum((loan.balance for loan in LOANS.values() if loan.group == group), ZERO)),
            )
            for number, (group, strip) in enumerate(STRIPS.items(), 1)
        ],
        classes=[*classes, RESIDUAL],
        loss_carve_outs=[LossCarveOut(cause=LossCause.FRAUD, amount=CARVED_OUT)],
        waterfall=[*steps, PayResidual(classes=["R"])],
    )  # fmt: skip


def brings(month: int, model: Trust) -> dict[str, Came]:
    found: dict[str, Came] = {}
    sold, late = SOLD.get(month, {}), LATE.get(month, {})
    for place, (name, loan) in enumerate(model.loans.items()):
        if name in sold:
            found[name] = Came(sold=True, proceeds=Fraction(sold[name]), fraud=name == FRAUD)
            continue
        prepaid = cents(loan.balance * ((month * (3 + place)) % 5) / 400)
        found[name] = Came(scheduled=cents(loan.balance / 301), prepaid=prepaid)
    return found | {name: Came(late=Fraction(amount)) for name, amount in late.items()}


def posted(month: int, paid: dt.date, model: Trust, came: Mapping[str, Came]) -> Iterator[Event]:
    on: Dated = {"deal": DEAL, "effective_date": paid.replace(day=1)}
    before: Dated = {"deal": DEAL, "effective_date": paid.replace(day=1) - dt.timedelta(days=1)}
    for name, item in came.items():
        key = f"{month}/{name}"
        if item.late:
            yield SubsequentRecoveryReceived(event_id=f"{key}/late", loan=name, amount=dollars(item.late), **before)
            continue
        loan = model.loans[name]
        if item.sold:
            lost = dollars(loan.balance - item.proceeds)
            yield LoanLiquidated(
                event_id=f"{key}/sold", loan=name, balance=dollars(loan.balance), net_proceeds=dollars(item.proceeds),
                realized_loss=lost, cause=LossCause.FRAUD if item.fraud else None, **before,
            )  # fmt: skip
            continue
        interest = dollars(cents(loan.balance * loan.rate / 12))
        for kind in (ScheduledPaymentDue, CollectionReceived):
            yield kind(
                event_id=f"{key}/{kind.name}", loan=name, principal=dollars(item.scheduled), interest=interest, **on
            )
        if item.prepaid:
            yield CurtailmentCollected(
                event_id=f"{key}/prepaid", loan=name, amount=dollars(item.prepaid), **before
            )  # fmt: skip


def opened() -> Iterator[Event]:
    at: Dated = {"deal": DEAL, "effective_date": dt.date(2020, 12, 1)}
    for name, loan in LOANS.items():
        note = Decimal(loan.rate.numerator) / loan.rate.denominator
        yield LoanBoarded(
            event_id=f"board/{name}", loan=name, group=loan.group, balance=dollars(loan.balance), note_rate=note, **at
        )


def compared(report: DistributionReport, expected: Worked, model: Trust, month: int) -> None:
    near, cents = Fraction(1, 10_000), Fraction(2, 100)
    for name in model.stands:
        item, where = report.classes[name].result, (month, name)
        assert abs(item.principal_paid.value - expected.principal[name]) < near, (*where, "principal")
        assert abs(item.losses_paid.value - expected.paid_back.get(name, ZERO)) <= 0, (*where, "paid back")
        assert abs(item.loss.value - expected.loss.get(name, ZERO)) <= Fraction(1, 100), (*where, "loss")
        assert abs(item.written_up.value - expected.written_up.get(name, ZERO)) <= Fraction(1, 100), (*where, "up")
        assert abs(item.closing_balance.value - expected.closing[name]) <= cents, (*where, "closing")
        assert abs(item.losses_unpaid.value - model.unpaid[name]) <= Fraction(1, 100), (*where, "unpaid")


def lived(owns: Mapping[str, tuple[str, ...]], months: int) -> Trust:
    made = terms(owns)
    model = Trust(LOANS, faces(owns), owns, Fraction(CARVED_OUT))
    with Ledger.create("sqlite://") as ledger:
        ledger.open_deal(DEAL, made).or_raise()
        ledger.post_many(opened()).or_raise()
        for month in range(months):
            paid = schedule(made).at(month).payment_date
            came = brings(month, model)
            ledger.post_many(posted(month, paid, model, came)).or_raise()
            expected = model.month(came)
            closed(ledger, DEAL, paid)
            ledger.distribute(DEAL, paid).or_raise()
            report = ledger.distribution(DEAL, paid)
            compared(report, expected, model, month)
            # Balances are rounded together, so that one may be a cent off; the next month goes on from what they are.
            model.stands = {name: report.classes[name].result.closing_balance.value for name in model.stands}
            model.unpaid = {name: report.classes[name].losses_unpaid.value for name in model.unpaid}
            for name, groups in owns.items():
                only = sum((model.only(group) for group in groups), ZERO)
                assert abs(model.stands[name] - only) <= (month + 1) * Fraction(1, 100), (month, name)
            assert report.waterfall.left_over.value < Fraction(1, 10)
            assert not report.unlike_recorded
    return model


@pytest.mark.slow
@pytest.mark.parametrize("owns", [ONE, EACH], ids=["one class of both", "a class of each"])
def test_every_class_of_eighteen_months_and_more_is_that_of_a_model(owns: Mapping[str, tuple[str, ...]]) -> None:
    """Once the subordinates are gone nothing is paid back: what is lost then stays unpaid, but for what comes in."""
    model = lived(owns, 20)
    assert all(model.stands[name] == 0 for name in BELOW)
    late = LOANS["late-1"]
    assert sum(model.paid_back.values()) > 0
    assert sum(model.unpaid[name] for name in owns) > 0
    assert late.part > 0


def test_a_class_of_two_groups_is_paid_each_group_s_fraction_and_bears_it() -> None:
    """Three months of the same: one principal-only class over groups that are stripped to 6% and to 5%."""
    model = lived(ONE, 3)
    assert model.paid_back["PO"] > 0
    assert model.stands["B-3"] < Fraction(faces(ONE)["B-3"])


def test_losses_of_a_group_are_borne_by_the_classes_of_one_step() -> None:
    made = terms(ONE)
    twice = [made.waterfall[1], *made.waterfall]
    with pytest.raises(InvalidTerms, match="borne by the classes of a step before already"):
        attrs.evolve(made, waterfall=twice)
