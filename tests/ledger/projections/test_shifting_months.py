"""Thirty months of a deal of two groups, every class of every month held to a model of plain fractions.

Group 1 is stripped to 6%: its principal-only class and what its loans bear above that come before the percentages. A
delinquency test and a test of cumulative losses hold the shift while it steps twice; two losses of group 2 then leave
its seniors above its pool, and what group 1 has for the subordinates goes to them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

import pytest

from ledger import (
    Against,
    CalendarTerms,
    ClassKind,
    ClassRate,
    CollectionReceived,
    CurtailmentCollected,
    Dated,
    DealTerms,
    DelinquencyReported,
    DistributionReport,
    Event,
    Held,
    Ledger,
    LoanBoarded,
    LoanGroup,
    LoanLiquidated,
    LossLimit,
    PayInterest,
    PayPrincipal,
    PayResidual,
    PaySeniorPrincipal,
    PayStrippedPrincipal,
    PaySubordinatePrincipal,
    PoolBalanceBroughtForward,
    RateKind,
    ScheduledPaymentDue,
    Sharing,
    ShiftLevel,
    Source,
    Trigger,
    TriggerKind,
)
from ledger.deal.schedule import Schedule
from tests.deals.closing import closed
from tests.deals.shifting_model import ZERO, Brought, Deal, cents, level, losses, spread
from tests.deals.trust import RESIDUAL, bond

DEAL = "months"
MONTHS = 30
SENIORS = {"1": ("1-A", "1-B"), "2": ("2-A", "2-B")}
BELOW = ("B-1", "B-2", "B-3")
FACES = {
    "1-A": "600000.00", "1-B": "246000.00", "PO": "100000.00", "2-A": "300000.00", "2-B": "264000.00",
    "B-1": "45000.00", "B-2": "30000.00", "B-3": "15000.00",
}  # fmt: skip
RATES = {"1-A": "0.0575", "1-B": "0.0575", "2-A": "0.05", "2-B": "0.05", "B-1": "0.055", "B-2": "0.055", "B-3": "0.055"}
LOW, HIGH = Fraction("0.045"), Fraction("0.075")
STRIP = Fraction("0.06")
LOANS = {"low": ("400000.00", LOW), "high": ("500000.00", HIGH), "lost": ("100000.00", HIGH)}
GROUP_TWO = "600000.00"
SHIFT = ((dt.date(2004, 10, 25), Fraction(7, 10)), (dt.date(2005, 10, 25), Fraction(3, 5)))
LIMITS = (("2004-01-26", "0.04"), ("2005-11-25", "1"))
BEHIND = {7: "90000.00", 8: "110000.00", 9: "120000.00", 10: "60000.00"}
"""Of group 2, 60 days behind, by month counted from nothing; else there is little."""
LITTLE = "5000.00"
LOST = {3: ("1", "100000.00", "94000.00"), 20: ("2", "8000.00", "5000.00"), 25: ("2", "70000.00", "16000.00")}
"""Liquidated: the group, the balance and what it brought. Of group 1 it is the loan that bears 7.5%."""


def terms() -> DealTerms:
    levels = [ShiftLevel(from_date=day, share=Decimal(share.numerator) / share.denominator) for day, share in SHIFT]
    owners = {name: [group] for group, names in SENIORS.items() for name in names}
    ranks = {name: rank for rank, name in enumerate(BELOW, 2)}
    classes = [
        bond(name, FACES[name], rate, ranks.get(name, 1), groups=owners.get(name, [])) for name, rate in RATES.items()
    ]
    classes.append(bond("PO", FACES["PO"], ClassRate(), 1, groups=["1"]))
    for name, group, rate in (
        ("1-X", "1", ClassRate(kind=RateKind.STRIPPED_EXCESS, groups=["1"])),
        ("2-X", "2", ClassRate(kind=RateKind.NET_WAC, groups=["2"], less="0.01", less_rate_of="2-A")),
    ):
        classes.append(bond(name, "0.00", rate, 1, groups=[group], kind=ClassKind.NOTIONAL, notional_of=SENIORS[group]))
    senior: dict[str, Any] = {
        "subordinates": BELOW, "shift": levels, "held_by": ["any"], "held": Held.LAST_LEVEL,
    }  # fmt: skip
    steps: list[Any] = [
        PayInterest(groups=["1"], classes=["1-A", "1-B", "1-X"]),
        PayInterest(groups=["2"], classes=["2-A", "2-B", "2-X"]),
        PayInterest(groups=["2"], classes=["1-A", "1-B", "1-X"]),
        PayInterest(groups=["1"], classes=["2-A", "2-B", "2-X"]),
        PayStrippedPrincipal(groups=["1"], classes=["PO"]),
        PaySeniorPrincipal(groups=["1"], classes=SENIORS["1"], sharing=Sharing.SEQUENTIAL, **senior),
        PaySeniorPrincipal(groups=["2"], classes=SENIORS["2"], sharing=Sharing.PRO_RATA_FACE, **senior),
        PayPrincipal(
            groups=["1"], classes=SENIORS["2"], sharing=Sharing.PRO_RATA_FACE, above_pool_of=["2"],
        ),
    ]  # fmt: skip
    for name in BELOW:
        steps.append(PayInterest(classes=[name], source=Source.INTEREST))
        steps.append(PaySubordinatePrincipal(classes=[name], among=BELOW, source=Source.PRINCIPAL))
    return DealTerms(
        title="Thirty months",
        cut_off_date="2003-12-01",
        closing_date="2003-12-30",
        calendar=CalendarTerms(first_payment_date="2004-01-26", final_payment_date="2034-01-25"),
        groups=[
            LoanGroup(group_id="1", original_balance="1000000.00", strip_rate="0.06"),
            LoanGroup(group_id="2", number=2, original_balance=GROUP_TWO),
        ],
        classes=[*classes, RESIDUAL],
        triggers=[
            Trigger(
                trigger_id="behind", kind=TriggerKind.DELINQUENCY, limit="0.5", months=3, against=Against.SUBORDINATES,
                classes=BELOW,
            ),
            Trigger(
                trigger_id="losses", kind=TriggerKind.CUMULATIVE_LOSS, against=Against.ORIGINAL_SUBORDINATES,
                classes=BELOW, schedule=[LossLimit(from_date=day, limit=limit) for day, limit in LIMITS],
            ),
            Trigger(trigger_id="any", kind=TriggerKind.ANY_OF, triggers=["behind", "losses"]),
        ],
        waterfall=[*steps, PayResidual(classes=["R"])],
    )  # fmt: skip


class Loans:
    """The loans as they stand, and what a month brings of them."""

    def __init__(self) -> None:
        self.held = {name: Fraction(balance) for name, (balance, _) in LOANS.items()}
        self.two = Fraction(GROUP_TWO)

    @property
    def stripped(self) -> Fraction:
        """What of group 1 is principal only: a quarter of the loan that bears 4.5%."""
        return self.held["low"] * (STRIP - LOW) / STRIP

    def interest(self) -> dict[str, Fraction]:
        found = {name: cents(held * LOANS[name][1] / 12) for name, held in self.held.items()}
        return {**found, "two": cents(self.two * Fraction("0.07") / 12)}

    def brings(self, month: int) -> dict[str, Brought]:
        """By loan, and of group 2 together: principal scheduled, prepaid, liquidated, and proceeds."""
        found = {}
        for place, (name, held) in enumerate({**self.held, "two": self.two}.items()):
            group, balance, proceeds = LOST.get(month, ("", "0", "0"))
            sold = group == {"lost": "1", "two": "2"}.get(name, "-")
            gone = Fraction(balance) if sold else ZERO
            if sold and name == "lost":
                found[name] = Brought(ZERO, ZERO, held, Fraction(proceeds))
                continue
            scheduled = cents(held / 310)
            prepaid = cents(held * ((month * (3 + place)) % 7) / 300)
            found[name] = Brought(scheduled, prepaid, gone, Fraction(proceeds) if sold else ZERO)
        return found

    def fall(self, brought: Mapping[str, Brought]) -> None:
        self.held = {name: held - brought[name].fall for name, held in self.held.items()}
        self.two -= brought["two"].fall


def posted(month: int, paid: dt.date, loans: Loans, brought: Mapping[str, Brought]) -> Iterator[Event]:
    on: Dated = {"deal": DEAL, "effective_date": paid.replace(day=1)}
    before: Dated = {"deal": DEAL, "effective_date": paid.replace(day=1) - dt.timedelta(days=1)}
    interest = loans.interest()
    for name, item in brought.items():
        whose: Any = {"group": "2"} if name == "two" else {"loan": name}
        key, what = f"{month}/{name}", {**whose, "principal": dollars(item.scheduled)}
        if interest[name] and (item.scheduled or not item.liquidated):
            for kind in (ScheduledPaymentDue, CollectionReceived):
                yield kind(event_id=f"{key}/{kind.name}", interest=dollars(interest[name]), **what, **on)
        if item.prepaid:
            yield CurtailmentCollected(event_id=f"{key}/prepaid", amount=dollars(item.prepaid), **whose, **before)
        if item.liquidated:
            yield LoanLiquidated(
                event_id=f"{key}/sold", balance=dollars(item.liquidated), net_proceeds=dollars(item.proceeds),
                realized_loss=dollars(item.liquidated - item.proceeds), **whose, **before,
            )  # fmt: skip
    yield DelinquencyReported(
        event_id=f"{month}/behind", group="2", category="delinquent", bucket="2 payments",
        balance=BEHIND.get(month, LITTLE), loan_count=1, **before,
    )  # fmt: skip


def dollars(value: Fraction) -> str:
    assert (value * 100).denominator == 1
    return f"{int(value * 100) // 100}.{int(value * 100) % 100:02d}"


def opened() -> Iterator[Event]:
    at: Dated = {"deal": DEAL, "effective_date": dt.date(2003, 12, 1)}
    for name, (balance, rate) in LOANS.items():
        note = Decimal(rate.numerator) / rate.denominator
        yield LoanBoarded(event_id=f"board/{name}", loan=name, group="1", balance=balance, note_rate=note, **at)
    yield PoolBalanceBroughtForward(event_id="pool/2", group="2", balance=GROUP_TWO, loan_count=10, **at)


class Figures(NamedTuple):
    """A month of the model, by class, and what group 1 paid for group 2."""

    interest: dict[str, Fraction]
    principal: dict[str, Fraction]
    crossed: Fraction
    loss: Mapping[str, Fraction] = {}
    closing: Mapping[str, Fraction] = {}
    residual: Fraction = ZERO


ISSUED = {"1": Fraction(900_000), "2": Fraction(600_000)}
"""The pools at issue without what is principal only."""


def shared(
    on: dt.date, group: str, pool: Fraction, stands: Mapping[str, Fraction], came: Brought, since: dt.date | None
) -> tuple[Fraction, Fraction]:
    """What of a group's principal the seniors are due, and what is left for the subordinates."""
    mine = sum((stands[name] for name in SENIORS[group]), ZERO)
    senior = min(mine / pool, Fraction(1)) if any(stands[name] for name in BELOW) else Fraction(1)
    at_issue = sum((Fraction(FACES[name]) for name in SENIORS[group]), ZERO) / ISSUED[group]
    prepay = Fraction(1)
    if senior <= at_issue:
        day = on if since is None else since - dt.timedelta(days=1)
        prepay = senior + level(SHIFT, day) * (1 - senior)
    due = senior * came.scheduled + prepay * came.prepaid
    due = min(due + min(senior * came.liquidated, prepay * came.proceeds), mine)
    return due, came.scheduled + came.prepaid + came.proceeds - due


def figures(
    on: dt.date, loans: Loans, stands: Mapping[str, Fraction], brought: Mapping[str, Brought], since: dt.date | None
) -> Figures:
    part = (STRIP - LOW) / STRIP
    low = brought["low"]
    stripped = part * (low.scheduled + low.prepaid)
    of_one = [
        Brought(low.scheduled * (1 - part), low.prepaid * (1 - part), ZERO, ZERO), brought["high"], brought["lost"]
    ]  # fmt: skip
    groups = {"1": Brought(*(sum(column, ZERO) for column in zip(*of_one, strict=True))), "2": brought["two"]}
    pools = {"1": sum(loans.held.values(), ZERO) - loans.stripped, "2": loans.two}
    principal = {"PO": min(stripped, stands["PO"])}
    left = {}
    for group, came in groups.items():
        due, left[group] = shared(on, group, pools[group], stands, came, since)
        room = {name: stands[name] for name in SENIORS[group]}
        if group == "1":
            first = min(due, room["1-A"])
            principal |= {"1-A": first, "1-B": due - first}
        else:
            principal |= spread(due, {name: Fraction(FACES[name]) for name in room}, room)
    room = {name: stands[name] - principal[name] for name in SENIORS["2"]}
    above = sum(room.values(), ZERO) - (loans.two - brought["two"].fall)
    crossed = max(min(above, left["1"]), ZERO)
    for name, more in spread(crossed, {name: Fraction(FACES[name]) for name in room}, room).items():
        principal[name] += more
    rest = {name: stands[name] for name in BELOW}
    principal |= spread(left["1"] + left["2"] - crossed, rest, rest)
    interest = {name: cents(stands[name] * Fraction(rate) / 12) for name, rate in RATES.items()}
    excess = sum((held * max(LOANS[name][1] - STRIP, ZERO) for name, held in loans.held.items()), ZERO)
    wac = loans.interest()["two"] * 12 / loans.two
    above_coupon = wac - Fraction("0.05") - Fraction("0.01")
    interest |= {
        "PO": ZERO, "1-X": cents(excess / 12),
        "2-X": cents((stands["2-A"] + stands["2-B"]) * above_coupon / 12),
    }  # fmt: skip
    return Figures(interest, principal, crossed)


class Trust:
    """The deal as the model has it between two months."""

    def __init__(self) -> None:
        self.loans = Loans()
        self.stands = {name: Fraction(face) for name, face in FACES.items()}
        self.behind: list[Fraction] = []
        self.lost_to_date = self.unborne = ZERO
        self.since: dt.date | None = None
        self.held: list[int] = []
        self.crossed: list[int] = []

    def test(self, month: int, paid: dt.date) -> None:
        """Find whether the shift is held in a month, and since when."""
        self.behind.append(Fraction(BEHIND.get(month, LITTLE)))
        rolling = sum(self.behind[-3:], ZERO) / len(self.behind[-3:])
        below = sum((self.stands[name] for name in BELOW), ZERO)
        limit = [Fraction(share) for day, share in LIMITS if dt.date.fromisoformat(day) <= paid][-1]
        fails = rolling > below / 2 or self.lost_to_date > limit * 90_000
        self.since = (self.since or paid) if fails else None
        self.held += [month] if fails else []

    def month(self, month: int, paid: dt.date, brought: Mapping[str, Brought]) -> Figures:
        """Work a month out; the loans then stand after it, the classes before it."""
        lost = sum((item.liquidated - item.proceeds for item in brought.values()), ZERO)
        self.lost_to_date, self.unborne = self.lost_to_date + lost, self.unborne + lost
        self.test(month, paid)
        took = sum((self.loans.interest()[name] for name, item in brought.items() if item.scheduled), ZERO)
        found = figures(paid, self.loans, self.stands, brought, self.since)
        self.crossed += [month] if found.crossed else []
        self.loans.fall(brought)
        pool = sum(self.loans.held.values(), ZERO) + self.loans.two
        after = {name: cents(self.stands[name] - found.principal[name]) for name in self.stands}
        borne = losses(Deal(SENIORS, BELOW, {}, {}, (), ()), pool, after, self.unborne)
        self.unborne -= sum(borne.values())
        closing = {name: after[name] - borne[name] for name in after}
        return found._replace(loss=borne, closing=closing, residual=took - sum(found.interest.values()))


def compared(report: DistributionReport, expected: Figures) -> int:
    """Hold a month to the model, and return how many figures were compared."""
    paid = report.distribution.payment_date
    for name, interest in expected.interest.items():
        assert report.classes[name].result.interest_paid.value == interest, (paid, name, "interest")
    assert report.classes["R"].recorded.interest.value == expected.residual, paid
    for name, principal in expected.principal.items():
        result = report.classes[name].result
        assert abs(result.principal_paid.value - principal) < Fraction(1, 10_000), (paid, name, "principal")
        assert abs(result.loss.value - expected.loss[name]) <= Fraction(1, 100), (paid, name, "loss")
        assert abs(result.closing_balance.value - expected.closing[name]) <= Fraction(1, 100), (paid, name, "closing")
    assert report.waterfall.left_over == 0
    return len(expected.interest) + 1 + 3 * len(expected.principal)


@pytest.mark.slow
def test_every_class_of_every_month_is_that_of_a_model() -> None:
    deal_terms, model, figures_held = terms(), Trust(), 0
    schedule = Schedule(deal_terms)
    with Ledger.create("sqlite://") as ledger:
        ledger.open_deal(DEAL, deal_terms).or_raise()
        ledger.post_many(opened()).or_raise()
        for month in range(MONTHS):
            paid = schedule.at(month).payment_date
            brought = model.loans.brings(month)
            ledger.post_many(posted(month, paid, model.loans, brought)).or_raise()
            expected = model.month(month, paid, brought)
            closed(ledger, DEAL, paid)
            ledger.distribute(DEAL, paid).or_raise()
            report = ledger.distribution(DEAL, paid)
            figures_held += compared(report, expected)
            # Balances are rounded together, so that one may be a cent off; the next month goes on from what they are.
            model.stands = {name: report.classes[name].result.closing_balance.value for name in FACES}
    assert model.held == [8, 9, 10, 11, 20, 21]
    assert model.crossed[-1] == MONTHS - 1
    assert model.crossed[0] >= 25
    assert model.stands["B-3"] == 0
    assert model.stands["B-1"] > 0
    assert figures_held == 35 * MONTHS
