"""An OC deal with two mezzanine classes that are written down and paid back, with a model of it in plain fractions."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

import attrs

from ledger import (
    BusinessDayRule,
    DealTerms,
    DistributionReport,
    Event,
    PayInterest,
    PayPrincipal,
    PayResidual,
    PayUnpaidLosses,
    Step,
    SubsequentRecoveryReceived,
)
from tests.deals.trust import DEAL, RESIDUAL, Trust, before, bond, deal, liquidated

ZERO, CENT = Fraction(0), Fraction(1, 100)
RATES = {"A": Fraction(4, 100), "M-1": Fraction(6, 100), "M-2": Fraction(8, 100)}
FACES = {"A": "800000", "M-1": "120000", "M-2": "80000"}
BACK = PayUnpaidLosses(classes=["M-1", "M-2"])
STEPS: tuple[Step, ...] = (
    PayInterest(classes=["A", "M-1", "M-2"]),
    PayPrincipal(classes=["A", "M-1", "M-2"]),
    BACK,
    PayResidual(classes=["R"]),
)


def terms(*steps: Step, **more: object) -> DealTerms:
    ranked = enumerate(FACES.items(), 1)
    classes = [bond(name, face, str(Decimal(RATES[name].numerator) / RATES[name].denominator), rank)
               for rank, (name, face) in ranked]  # fmt: skip
    made = deal([*classes, RESIDUAL], steps or STEPS, **more)
    return attrs.evolve(made, calendar=attrs.evolve(made.calendar, payment_rule=BusinessDayRule.UNADJUSTED))


class Month(NamedTuple):
    """What a month brings: interest, principal, a loan sold (balance and proceeds), and what came in on a loss."""

    interest: str
    principal: str
    sold: tuple[str, str] = ("0.00", "0.00")
    recovered: str = "0.00"


MONTHS = (
    Month("6000.00", "1000.00", ("150000.00", "40000.00")),
    Month("9000.00", "900.00"),
    Month("14000.00", "800.00", recovered="12000.00"),
    Month("30000.00", "700.00", ("20000.00", "11000.00")),
    Month("90000.00", "600.00", recovered="7000.00"),
    Month("9000.00", "500.00", recovered="3000.00"),
)
"""The first loses 110,000; what is paid back is a few thousand, then all that is left."""


class Model:
    """The deal in plain fractions: what each class stands at, what of its loss is unpaid, and what became of it."""

    def __init__(self) -> None:
        self.pool = Fraction(1_000_000)
        self.stands = {name: Fraction(face) for name, face in FACES.items()}
        self.lost = dict.fromkeys(FACES, ZERO)
        self.up = dict.fromkeys(FACES, ZERO)
        self.paid = dict.fromkeys(FACES, ZERO)
        self.residual = ZERO

    def unpaid(self, name: str) -> Fraction:
        return self.lost[name] - self.up[name] - self.paid[name]

    def month(self, month: Month) -> None:
        sold, proceeds = (Fraction(item) for item in month.sold)
        recovered = Fraction(month.recovered)
        interest = {name: round(self.stands[name] * rate / 12 / CENT) * CENT for name, rate in RATES.items()}
        left = recovered
        for name in FACES:  # recoveries write up from the senior end
            up = min(left, self.unpaid(name))
            self.up[name] += up
            self.stands[name] += up
            left -= up
        principal = Fraction(month.principal) + proceeds + recovered
        for name in FACES:
            share = min(principal, self.stands[name])
            self.stands[name] -= share
            principal -= share
        excess = Fraction(month.interest) - sum(interest.values())
        for name in ("M-1", "M-2"):
            share = min(excess, self.unpaid(name))
            self.paid[name] += share
            excess -= share
        self.residual = excess
        self.pool -= Fraction(month.principal) + sold
        above = max(sum(self.stands.values()) - self.pool, ZERO)
        for name in reversed(FACES):
            loss = min(above, self.stands[name])
            self.stands[name] -= loss
            self.lost[name] += loss
            above -= loss


def posted(trust: Trust, number: int, month: Month) -> DistributionReport:
    more: list[Event] = []
    if month.sold[0] != "0.00":
        more.append(liquidated(number, *month.sold))
    if month.recovered != "0.00":
        more.append(
            SubsequentRecoveryReceived(
                event_id=f"{number}/recovery", deal=DEAL, effective_date=before(number), group="pool",
                amount=month.recovered,
            )
        )  # fmt: skip
    return trust.month(number, month.interest, month.principal, *more)
