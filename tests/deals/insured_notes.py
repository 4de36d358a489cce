"""Home equity notes of two pools, each insured and with overcollateralization of its own: terms, months and a model.

The deal is GreenPoint 1999-2 as far as its statements show it: margins, fees, the index, pools, what was collected of
pool A-2 in December 2000, and overcollateralization in October 2000. The rest is supplied: targets, the months between,
the faces and balances of the notes (such that October's overcollateralization comes out as printed), draws and a loss.
The model shares nothing with the ledger.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

import attrs

from ledger import (
    AccrualRule,
    BuildOvercollateralization,
    ClassBalanceBroughtForward,
    CollectionReceived,
    CurtailmentCollected,
    Dated,
    DayCount,
    Deal,
    DealTerms,
    DrawMade,
    Event,
    Fee,
    FeeBasis,
    IndexRateSet,
    LoanLiquidated,
    OvercollateralizationTerms,
    PayInterest,
    PayPrincipal,
    PayResidual,
    PoolBalanceBroughtForward,
    RecordDateRule,
    ReimburseInsurer,
    ScheduledPaymentDue,
    ServicingFeeWithheld,
    Source,
    floating_rate,
)

CLASSES = ("A-1", "A-2")
MARGINS = {"A-1": "0.0030", "A-2": "0.0038"}
POOLS = {"A-1": Fraction("177168728.35"), "A-2": Fraction("40095559.54")}
FACES = {"A-1": "200000000.00", "A-2": "45000000.00"}
TARGETS = {"A-1": Fraction("7500000.00"), "A-2": Fraction("1750000.00")}
PRINTED = {"A-1": "5408774.99", "A-2": "1291965.86"}
"""Overcollateralization as of the payment date, in the statement of 16 October 2000."""


class Brought(NamedTuple):
    """What a pool brought in a month: interest, its servicing fee, principal, draws that principal paid, a loss."""

    interest: str
    fee: str
    principal: str
    draws: str = "0.00"
    lost: str = "0.00"


class Month(NamedTuple):
    """A month: its payment date and the one before, the index, and what each pool brought."""

    paid: date
    before: date
    libor: str
    brought: Mapping[str, Brought]


MONTHS = (
    Month(
        date(2000, 10, 16),
        date(2000, 9, 15),
        "0.0662125",
        {
            "A-1": Brought("1854388.30", "73820.30", "6204117.45", "1811004.12"),
            "A-2": Brought("414866.59", "16706.48", "1322410.08", "405118.77"),
        },
    ),
    Month(
        date(2000, 11, 15),
        date(2000, 10, 16),
        "0.0662000",
        {
            "A-1": Brought("1808391.77", "71990.00", "7120533.90", "1602118.04"),
            "A-2": Brought("405380.12", "16324.29", "1450781.66", "298415.50"),
        },
    ),
    Month(
        date(2000, 12, 15),
        date(2000, 11, 15),
        "0.0662250",
        {
            "A-1": Brought("1750640.28", "69690.90", "6618840.31", "990312.75"),
            "A-2": Brought("142118.07", "15844.13", "1377290.45", "120400.00", "2650000.00"),
        },
    ),
    Month(
        date(2001, 1, 16),
        date(2000, 12, 15),
        "0.0671000",
        {
            "A-1": Brought("1686173.44", "67345.68", "9759366.46"),
            "A-2": Brought("350396.31", "13973.02", "1510078.22"),
        },
    ),
)


def terms() -> DealTerms:
    """Return the deal: each pool pays its own notes, then what the other's are short of, then builds its target."""
    deal = Deal(
        "GreenPoint Home Equity Loan Trust 1999-2",
        cut_off="1999-12-01",
        closing="2000-08-15",
        first_payment="2000-09-15",
        final_payment="2030-01-15",
    )
    fees = []
    for name in CLASSES:
        deal = deal.group(name, title=f"Pool {name}").senior(
            name,
            face=FACES[name],
            coupon=floating_rate("LIBOR", MARGINS[name]),
            day_count=DayCount.ACTUAL_360,
            accrual=AccrualRule.PAYMENT_TO_PAYMENT,
            groups=(name,),
            insured=True,
        )
        premium = Fee(
            fee_id=f"premium-{name}",
            title=f"{name} Premium",
            basis=FeeBasis.CLASS_BALANCE_BEFORE,
            class_id=name,
            borne_by=name,
            rate="0.0018",
        )
        fees.append(premium)
    fees.append(Fee(fee_id="trustee", title="Trustee Fee", basis=FeeBasis.POOL_BALANCE, rate="0.00009"))
    fees.append(
        Fee(fee_id="management", title="Management Fee", basis=FeeBasis.FIXED_AMOUNT, amount="500.00", borne_by="A-1")
    )
    own, other = {name: (name,) for name in CLASSES}, {"A-1": ("A-2",), "A-2": ("A-1",)}
    deal = deal.then(
        *(PayInterest(classes=own[name], groups=own[name]) for name in CLASSES),
        *(PayPrincipal(classes=own[name], groups=own[name]) for name in CLASSES),
        *(PayInterest(classes=own[name], groups=other[name]) for name in CLASSES),
        *(ReimburseInsurer(classes=own[name], groups=own[name], source=Source.INTEREST) for name in CLASSES),
        *(BuildOvercollateralization(classes=own[name], groups=own[name]) for name in CLASSES),
    )
    found = (
        deal.residual("R")
        .then(PayResidual(classes=("R",)))
        .terms(fees=fees, losses_borne="loan groups that share no class apart")
    )
    targets = {name: OvercollateralizationTerms(target=str(TARGETS[name])) for name in CLASSES}
    groups = [attrs.evolve(group, overcollateralization=targets[group.group_id]) for group in found.groups]
    calendar = attrs.evolve(found.calendar, payment_day=15, due_day=31, record_date=RecordDateRule.DAY_BEFORE_PAYMENT)
    return attrs.evolve(found, groups=groups, calendar=calendar)


class Notes(NamedTuple):
    """Where the notes of a pool stand after a month, by the model, and what they were paid and by whom."""

    pool: Fraction
    balance: Fraction
    interest: Fraction
    insurer_interest: Fraction
    insurer_principal: Fraction
    insurer_claim: Fraction
    overcollateralization: Fraction


def cents(value: Fraction) -> Fraction:
    """Round half up to the cent."""
    return Fraction((value * 200 + 1) // 2, 100)


def down(value: Fraction) -> Fraction:
    """Round down to the cent, never below nothing."""
    return Fraction(max(value, Fraction(0)) * 100 // 1, 100)


def pay(claim: Fraction, money: Fraction) -> tuple[Fraction, Fraction]:
    """Return what a claim is paid and what is left; of a claim that is not met, no part of a cent is left for later."""
    paid = min(claim, down(money))
    return paid, money - paid if paid == claim else Fraction(0)


def model(month: Month, before: Mapping[str, Notes]) -> dict[str, Notes]:
    """Return where the notes stand after a month, from where they stood."""
    money, owed, balance, pool, claim = {}, {}, {}, {}, {}
    for name in CLASSES:
        brought, stood = month.brought[name], before[name]
        fees = stood.balance * Fraction("0.0018") / 12 + stood.pool * Fraction("0.00009") / 12
        fees += Fraction(brought.fee) + (500 if name == "A-1" else 0)
        money[name] = Fraction(brought.interest) - fees
        rate = Fraction(month.libor) + Fraction(MARGINS[name])
        owed[name] = cents(stood.balance * rate * (month.paid - month.before).days / 360)
        principal = Fraction(brought.principal) - Fraction(brought.draws)
        pool[name] = stood.pool - principal - Fraction(brought.lost)
        balance[name], claim[name] = stood.balance - principal, stood.insurer_claim
    due = dict(owed)
    for payers in (CLASSES, tuple(reversed(CLASSES))):
        for name, payer in zip(CLASSES, payers, strict=True):
            paid, money[payer] = pay(owed[name], money[payer])
            owed[name] -= paid
    found = {}
    for name in CLASSES:
        repaid, money[name] = pay(claim[name], money[name])
        gap = TARGETS[name] - (pool[name] - balance[name])
        extra = min(max(money[name], Fraction(0)), max(gap, Fraction(0)))
        closing = cents(balance[name] - extra)
        made_good = max(closing - pool[name], Fraction(0))
        found[name] = Notes(
            pool=pool[name],
            balance=closing - made_good,
            interest=due[name],
            insurer_interest=owed[name],
            insurer_principal=made_good,
            insurer_claim=claim[name] - repaid + owed[name] + made_good,
            overcollateralization=pool[name] - closing + made_good,
        )
    return found


NOTHING = Fraction(0)
BALANCES = {"A-1": Fraction("172484816.35"), "A-2": Fraction("38960720.47")}
BEFORE = {name: Notes(POOLS[name], BALANCES[name], *(5 * (NOTHING,))) for name in CLASSES}
"""The pools before October as printed, and balances of the notes of which the printed overcollateralization follows."""


def entered(deal: str) -> Iterator[Event]:
    """Yield what is brought forward: pools and notes after September."""
    on: Dated = {"deal": deal, "effective_date": MONTHS[0].before}
    for name in CLASSES:
        yield PoolBalanceBroughtForward(
            event_id=f"pool/{name}", group=name, balance=cents_of(POOLS[name]), loan_count=0, **on
        )
        balance = cents_of(BALANCES[name])
        yield ClassBalanceBroughtForward(
            event_id=f"notes/{name}", class_id=name, balance=balance, retired=Decimal(FACES[name]) - balance, **on
        )


def cents_of(value: Fraction) -> Decimal:
    """Return whole cents as a decimal."""
    return Decimal(int(value * 100)).scaleb(-2)


def events(deal: str, month: Month) -> Iterator[Event]:
    """Yield what is posted of a month."""
    first = month.paid.replace(day=1)
    prior: Dated = {"deal": deal, "effective_date": first - timedelta(days=1)}
    yield IndexRateSet(
        event_id=f"{month.paid}/index", deal=deal, effective_date=month.before, index="LIBOR", rate=month.libor
    )
    for name, brought in month.brought.items():
        paid: dict[str, Any] = {"group": name, "principal": "0.00", "interest": brought.interest}
        yield ScheduledPaymentDue(event_id=f"{month.paid}/due/{name}", **paid, **prior)
        yield CollectionReceived(event_id=f"{month.paid}/paid/{name}", **paid, **prior)
        yield CurtailmentCollected(
            event_id=f"{month.paid}/principal/{name}", group=name, amount=brought.principal, **prior
        )
        if Decimal(brought.draws):
            yield DrawMade(event_id=f"{month.paid}/draws/{name}", group=name, amount=brought.draws, **prior)
        if Decimal(brought.lost):
            yield LoanLiquidated(
                event_id=f"{month.paid}/lost/{name}",
                group=name,
                balance=brought.lost,
                net_proceeds="0.00",
                realized_loss=brought.lost,
                loan_count=0,
                **prior,
            )
        yield ServicingFeeWithheld(
            event_id=f"{month.paid}/fee/{name}", deal=deal, effective_date=month.paid, group=name, amount=brought.fee
        )
