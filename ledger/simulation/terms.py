"""The terms of a simulated deal: two loan groups, four classes of bonds under overcollateralization, and a residual."""

from __future__ import annotations

from decimal import Decimal

from ledger.deal.overcollateralization import OvercollateralizationTerms
from ledger.deal.steps import BuildOvercollateralization, PayBasisRisk, PayInterest, PayPrincipal, PayResidual
from ledger.deal.terms import CURRENT_RULES, BondClass, CalendarTerms, ClassRate, DealTerms, Fee, LoanGroup
from ledger.deal.triggers import LossLimit, Trigger, TriggerKind
from ledger.deal.vocabulary import AccrualRule, ClassKind, FeeBasis, LateEvents, Originals, RateKind
from ledger.simulation.plan import LifePlan
from ledger.simulation.tape import GROUPS, LONGEST_TERM, Tape
from ledger.values.dates import DayCount, add_months

INDEX = "LIBOR-1M"
INSURANCE = "pool-insurance"
_SHARES = {"A": 8_300, "M-1": 700, "M-2": 500, "B": 350}
"""Class faces as ten-thousandths of the pool; the rest is overcollateralization from the start."""


def _floating(margin: str, after_call: str) -> ClassRate:
    return ClassRate(
        kind=RateKind.FLOATING, index=INDEX, margin=margin, margin_after_call=after_call, available_funds_cap=True
    )


def simulated_terms(plan: LifePlan, tape: Tape) -> DealTerms:
    """Return the terms of a plan's deal, its classes cut to the tape; their title says that it is simulated."""
    pool = int(tape.balance.sum())

    def cash(cents: int) -> Decimal:
        return Decimal(cents).scaleb(-plan.currency.decimals)

    faces = {name: pool * share // 10_000 // 100 * 100 for name, share in _SHARES.items()}
    bonds = ("A", "M-1", "M-2", "B")
    first = add_months(plan.cut_off, 1, 25)
    step_down = add_months(first, 36, 25)
    rates = {
        "A": _floating("0.0028", "0.0056"),
        "M-1": _floating("0.0075", "0.01125"),
        "M-2": _floating("0.0140", "0.0210"),
        "B": ClassRate(kind=RateKind.FIXED, rate="0.0625", available_funds_cap=True),
    }
    classes = [
        BondClass(
            class_id=name,
            description="SIMULATED",
            face=cash(faces[name]),
            rank=rank,
            rate=rates[name],
            day_count=DayCount.THIRTY_360 if name == "B" else DayCount.ACTUAL_360,
            accrual=AccrualRule.PRIOR_CALENDAR_MONTH if name == "B" else AccrualRule.PAYMENT_TO_PAYMENT,
        )
        for rank, name in enumerate(bonds, 1)
    ]
    return DealTerms(
        title=f"Simulated Trust {plan.name} (simulated)",
        series=plan.name,
        description="A simulated deal: no loan, bond or payment of it exists.",
        trustee="Simulated Trustee",
        cut_off_date=plan.cut_off,
        closing_date=plan.cut_off.replace(day=28),
        calendar=CalendarTerms(
            first_payment_date=first, final_payment_date=add_months(first, max(plan.months, LONGEST_TERM) + 24, 25)
        ),
        groups=[
            LoanGroup(
                group_id=group,
                number=number,
                title=f"{group.capitalize()} (simulated)",
                adjustable=number == 2,
                original_balance=cash(tape.group_balance(group)),
                original_loan_count=tape.group_count(group),
            )
            for number, group in enumerate(GROUPS, 1)
        ],
        classes=[*classes, BondClass(class_id="R", kind=ClassKind.RESIDUAL, description="SIMULATED", rank=5)],
        fees=[
            Fee(fee_id="trustee", title="Trustee Fee", basis=FeeBasis.POOL_BALANCE, rate="0.00012"),
            Fee(fee_id=INSURANCE, title="Pool Insurance", basis=FeeBasis.POSTED),
        ],
        overcollateralization=OvercollateralizationTerms(
            target=cash(pool * 200 // 10_000),
            step_down_date=step_down,
            step_down_percent="0.04",
            step_down_enhancement="0.30",
            floor=cash(pool * 50 // 10_000),
        ),
        triggers=[
            Trigger(
                trigger_id="delinquency",
                title="Rolling Delinquency",
                kind=TriggerKind.ROLLING_DELINQUENCY,
                limit="0.50",
            ),
            Trigger(
                trigger_id="losses",
                title="Cumulative Losses",
                kind=TriggerKind.CUMULATIVE_LOSS,
                schedule=[
                    LossLimit(from_date=step_down, limit="0.0225"),
                    LossLimit(from_date=add_months(step_down, 24), limit="0.0400"),
                ],
            ),
        ],
        waterfall=[
            *(PayInterest(classes=[name]) for name in bonds),
            PayPrincipal(classes=bonds),
            BuildOvercollateralization(classes=bonds),
            PayBasisRisk(classes=bonds),
            PayResidual(classes=["R"]),
        ],
        clean_up_call_percent=Decimal(plan.callable_at).scaleb(-6),
        late_events=LateEvents.NEXT_DISTRIBUTION,
        rules=CURRENT_RULES,
        originals=Originals.BOARDED,
        currency=plan.currency,
    )
