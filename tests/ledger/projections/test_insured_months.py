"""Eighteen months of two loan groups whose notes are insured, every figure held to a model of plain fractions.

The premium is on what the notes stand at after the distribution, and lowers the rate that caps them: interest, extra
principal and premium follow from each other. Overcollateralization begins below its target; the insurer pays interest
and a loss, and is repaid out of interest before anything is built; carry-over comes after that, with interest.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

import pytest

from ledger import (
    BuildOvercollateralization,
    CalendarTerms,
    ClassRate,
    CollectionReceived,
    CurtailmentCollected,
    Dated,
    DealTerms,
    DistributionReport,
    Event,
    Fee,
    FeeBasis,
    IndexRateSet,
    Ledger,
    LoanGroup,
    LoanLiquidated,
    LossesBorne,
    OvercollateralizationTerms,
    PayBasisRisk,
    PayInterest,
    PayPrincipal,
    PayResidual,
    PoolBalanceBroughtForward,
    RateKind,
    ReimburseInsurer,
    ScheduledPaymentDue,
    ServicingFeeWithheld,
    Source,
)
from ledger.deal.schedule import Schedule
from tests.deals.closing import closed
from tests.deals.trust import RESIDUAL, bond

DEAL = "insured"
ZERO = Fraction(0)
GROUPS = {"A-1": "one", "A-2": "two"}
POOLS = {"A-1": Fraction(800_000), "A-2": Fraction(500_000)}
FACES = {"A-1": Fraction(798_000), "A-2": Fraction(499_500)}
TARGETS = {"A-1": Fraction(9_000), "A-2": Fraction(4_000)}
GROSS = {"A-1": Fraction("0.081"), "A-2": Fraction("0.078")}
MARGINS = {"A-1": Fraction("0.0025"), "A-2": Fraction("0.0035")}
SERVICING, TRUSTEE, PREMIUM, INSURERS = Fraction("0.005"), Fraction("0.0002"), Fraction("0.0018"), Fraction("0.08")
INDEX = (
    "0.0512", "0.0518", "0.0525", "0.0533", "0.0541", "0.0556", "0.0572", "0.0688", "0.0731", "0.0745", "0.0733",
    "0.0672", "0.0571", "0.0502", "0.0463", "0.0437", "0.0431", "0.0426",
)  # fmt: skip
LOST = {4: ("A-1", "12000.00", "9500.00"), 6: ("A-2", "31000.00", "17000.00"), 15: ("A-1", "20000.00", "12000.00")}
"""Liquidated: whose, the balance and what it brought. The second leaves A-2 above its pool."""
UNPAID = {10: ("A-2", "2400.00")}
"""Interest that is not paid and that nobody advances."""


class Brought(NamedTuple):
    """What a group brings: interest due and received, servicing fee, principal due and prepaid, and what is lost."""

    due: Fraction
    received: Fraction
    fee: Fraction
    scheduled: Fraction
    prepaid: Fraction
    liquidated: Fraction
    proceeds: Fraction


def cents(value: Fraction) -> Fraction:
    """Round half up to the cent."""
    return Fraction((value * 200 + 1) // 2, 100)


def down(value: Fraction) -> Fraction:
    """Round down to the cent, never below nothing."""
    return Fraction(max(value, ZERO) * 100 // 1, 100)


def dollars(value: Fraction) -> str:
    assert (value * 100).denominator == 1
    return f"{int(value * 100) // 100}.{int(value * 100) % 100:02d}"


def terms() -> DealTerms:
    classes, fees, groups, steps = [], [], [], []
    after: list[Any] = []
    for number, (name, group) in enumerate(GROUPS.items(), 1):
        rate = ClassRate(
            kind=RateKind.FLOATING, index="LIBOR", margin=str(float(MARGINS[name])), available_funds_cap=True,
            groups=[group],
        )  # fmt: skip
        classes.append(
            bond(name, dollars(FACES[name]), rate, 1, groups=[group], insured=True, insurer_rate=str(float(INSURERS)))
        )
        fees.append(
            Fee(
                fee_id=f"premium-{name}", title=f"Premium {name}", basis=FeeBasis.CLASS_BALANCE_AFTER, class_id=name,
                borne_by=group, rate=str(float(PREMIUM)),
            )
        )  # fmt: skip
        target = OvercollateralizationTerms(target=dollars(TARGETS[name]))
        groups.append(
            LoanGroup(
                group_id=group, number=number, original_balance=dollars(POOLS[name]), overcollateralization=target
            )
        )
        what: dict[str, Any] = {"classes": [name], "groups": [group]}
        steps += [PayInterest(**what), PayPrincipal(**what)]
        after += [
            ReimburseInsurer(**what, source=Source.INTEREST), BuildOvercollateralization(**what), PayBasisRisk(**what)
        ]  # fmt: skip
    fees.append(Fee(fee_id="trustee", title="Trustee", basis=FeeBasis.POOL_BALANCE, rate=str(float(TRUSTEE))))
    return DealTerms(
        title="Two insured groups",
        cut_off_date="2003-12-01",
        closing_date="2003-12-30",
        calendar=CalendarTerms(first_payment_date="2004-01-26", final_payment_date="2034-01-25"),
        groups=groups,
        classes=[*classes, RESIDUAL],
        fees=fees,
        waterfall=[*steps, *after, PayResidual(classes=["R"])],
        losses_borne=LossesBorne.STACKS,
    )


def brings(month: int, name: str, pool: Fraction) -> Brought:
    whose, balance, proceeds = LOST.get(month, ("", "0", "0"))
    short, unpaid = UNPAID.get(month, ("", "0"))
    gone, got = (Fraction(balance), Fraction(proceeds)) if whose == name else (ZERO, ZERO)
    due = cents(pool * GROSS[name] / 12)
    return Brought(
        due=due,
        received=due - (Fraction(unpaid) if short == name else ZERO),
        fee=cents(pool * SERVICING / 12),
        scheduled=cents(pool / 340),
        prepaid=cents(pool * ((month * (5 if name == "A-1" else 3)) % 8) / 400),
        liquidated=gone,
        proceeds=got,
    )


def posted(month: int, paid: dt.date, brought: Mapping[str, Brought]) -> Iterator[Event]:
    first = paid.replace(day=1)
    on: Dated = {"deal": DEAL, "effective_date": first}
    before: Dated = {"deal": DEAL, "effective_date": first - dt.timedelta(days=1)}
    start: Dated = {"deal": DEAL, "effective_date": before["effective_date"].replace(day=1)}
    yield IndexRateSet(event_id=f"{month}/index", index="LIBOR", rate=INDEX[month], **start)
    for name, item in brought.items():
        whose: Any = {"group": GROUPS[name]}
        scheduled, key = dollars(item.scheduled), f"{month}/{name}"
        yield ScheduledPaymentDue(event_id=f"{key}/due", principal=scheduled, interest=dollars(item.due), **whose, **on)
        yield CollectionReceived(
            event_id=f"{key}/paid", principal=scheduled, interest=dollars(item.received), **whose, **on
        )
        yield ServicingFeeWithheld(event_id=f"{key}/fee", amount=dollars(item.fee), **whose, **on)
        if item.prepaid:
            yield CurtailmentCollected(event_id=f"{key}/prepaid", amount=dollars(item.prepaid), **whose, **before)
        if item.liquidated:
            yield LoanLiquidated(
                event_id=f"{key}/lost", balance=dollars(item.liquidated), net_proceeds=dollars(item.proceeds),
                realized_loss=dollars(item.liquidated - item.proceeds), **whose, **before,
            )  # fmt: skip


class Notes(NamedTuple):
    """The notes of a group after a month of the model: where all stands, and what was paid by whom."""

    pool: Fraction
    balance: Fraction
    claim: Fraction = ZERO
    carried: Fraction = ZERO
    interest: Fraction = ZERO
    drawn_interest: Fraction = ZERO
    drawn_principal: Fraction = ZERO
    repaid: Fraction = ZERO
    principal: Fraction = ZERO
    extra: Fraction = ZERO
    carry_paid: Fraction = ZERO
    left: Fraction = ZERO


def paid_with(name: str, index: Fraction, came: Brought, stood: Notes, closing: Fraction) -> Notes:
    """Return the month of one group if its premium is on this closing balance."""
    costs = closing * PREMIUM / 12 + stood.pool * TRUSTEE / 12 + came.fee
    cap = max((came.due - costs) * 12 / stood.pool, ZERO)
    wanted = index + MARGINS[name]
    owed = cents(stood.balance * min(wanted, cap) / 12)
    taken = cents(stood.balance * wanted / 12) - owed if cap < wanted else ZERO
    carried = stood.carried + taken + cents(stood.carried * wanted / 12)
    money = came.received - costs
    got = min(owed, down(money))
    money = money - got if got == owed else ZERO
    claim = stood.claim + cents(stood.claim * INSURERS / 12)
    repaid = min(claim, down(money))
    money = money - repaid if repaid == claim else ZERO
    principal = came.scheduled + came.prepaid + came.proceeds
    pool = stood.pool - came.scheduled - came.prepaid - came.liquidated
    # What stands above the target is not paid as principal; it joins what is in excess.
    released = max(min(principal, pool - (stood.balance - principal) - TARGETS[name]), ZERO)
    assert not released or (got == owed and repaid == claim)
    principal, money = principal - released, money + released
    gap = TARGETS[name] - (pool - (stood.balance - principal))
    extra = max(min(gap, money), ZERO)
    money -= extra
    carry = min(carried, down(money))
    money = money - carry if carry == carried else ZERO
    after = cents(stood.balance - principal - extra)
    made_good = max(after - pool, ZERO)
    return Notes(
        pool=pool, balance=after - made_good, claim=claim - repaid + owed - got + made_good, carried=carried - carry,
        interest=got, drawn_interest=owed - got, drawn_principal=made_good, repaid=repaid, principal=principal,
        extra=extra, carry_paid=carry, left=money,
    )  # fmt: skip


def worked_out(name: str, month: int, came: Brought, stood: Notes) -> Notes:
    """Return the month whose premium is on the balance that it leads to, the greatest such balance."""
    closing = stood.balance
    while True:
        found = paid_with(name, Fraction(INDEX[month]), came, stood, closing)
        if found.balance == closing:
            return found
        assert found.balance < closing
        closing = found.balance


def compared(report: DistributionReport, expected: Mapping[str, Notes]) -> int:
    """Hold a month to the model, and return how many figures were compared."""
    paid, count = report.distribution.payment_date, 0
    for name, item in expected.items():
        shown, run = report.classes[name].result, report.waterfall
        figures = {
            "interest": (shown.interest_paid, item.interest),
            "drawn interest": (shown.insurer_interest, item.drawn_interest),
            "drawn principal": (shown.insurer_principal, item.drawn_principal),
            "repaid": (report.classes[name].insurer_reimbursed, item.repaid),
            "principal": (shown.principal_paid, item.principal),
            "extra": (shown.extra_principal, item.extra),
            "carry-over": (shown.basis_risk_paid, item.carry_paid),
            "carried": (shown.basis_risk_unpaid, item.carried),
            "closing": (shown.closing_balance, item.balance),
            "overcollateralization": (run.group_overcollateralization[GROUPS[name]], item.pool - item.balance),
        }
        wrong = {what: pair for what, pair in figures.items() if pair[0].value != pair[1]}
        assert not wrong, (paid, name, wrong)
        count += len(figures)
    residual = report.classes["R"].result.residual_paid.value
    assert residual == sum((item.left for item in expected.values()), ZERO), paid
    return count + 1


@pytest.mark.slow
def test_every_figure_of_every_month_is_that_of_a_model() -> None:
    deal_terms = terms()
    schedule = Schedule(deal_terms)
    stands = {name: Notes(POOLS[name], FACES[name]) for name in GROUPS}
    months: list[dict[str, Notes]] = []
    figures_held = 0
    with Ledger.create("sqlite://") as ledger:
        ledger.open_deal(DEAL, deal_terms).or_raise()
        ledger.post_many(
            PoolBalanceBroughtForward(
                event_id=f"pool/{group}", deal=DEAL, effective_date="2003-12-01", group=group,
                balance=dollars(POOLS[name]), loan_count=10,
            )
            for name, group in GROUPS.items()
        ).or_raise()  # fmt: skip
        for month in range(len(INDEX)):
            paid = schedule.at(month).payment_date
            brought = {name: brings(month, name, stands[name].pool) for name in GROUPS}
            ledger.post_many(posted(month, paid, brought)).or_raise()
            stands = {name: worked_out(name, month, brought[name], stands[name]) for name in GROUPS}
            closed(ledger, DEAL, paid)
            ledger.distribute(DEAL, paid).or_raise()
            figures_held += compared(ledger.distribution(DEAL, paid), stands)
            months.append(stands)
    assert figures_held == 21 * len(INDEX)
    for what in ("drawn_interest", "drawn_principal", "repaid", "carry_paid", "extra", "left"):
        assert any(getattr(item, what) for row in months for item in row.values()), what
    for name in GROUPS:
        reached = [row[name].pool - row[name].balance == TARGETS[name] for row in months]
        assert not reached[0], name
        assert any(reached), name
