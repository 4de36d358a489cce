"""The servicer of made-up months: what it remembers, and a month in which nothing much happens."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from fractions import Fraction

import attrs

from tests.model import deal
from tests.model.notes import (
    CATEGORIES,
    GROUPS,
    ZERO,
    GroupMonth,
    Loan,
    Month,
    Payoff,
    State,
)
from tests.model.printing import rounded
from tests.model.statement import delinquent, shortfall

F = Fraction


@attrs.define
class Memory:
    """What a servicer remembers beside the statement: advances outstanding, loans sold at a loss."""

    random: random.Random
    advanced: dict[tuple[str, dt.date], tuple[Fraction, Fraction]] = attrs.Factory(
        lambda: {
            ("adjustable", dt.date(2002, 9, 1)): (F("70043.13"), F("368467.13")),
            ("fixed", dt.date(2002, 9, 1)): (ZERO, F("52326.58")),
        }
    )
    servicing: dict[str, Fraction] = attrs.Factory(lambda: dict.fromkeys(GROUPS, ZERO))
    sold: list[tuple[str, str, Fraction]] = attrs.Factory(list)
    loans: int = 0

    def amount(self, low: Fraction | float, high: Fraction | float) -> Fraction:
        """Return dollars and cents between two amounts."""
        return F(self.random.randint(int(low * 100), int(high * 100)), 100)

    def loan(self, group: str, balance: Fraction) -> Loan:
        """Return a loan of a balance with a number of its own."""
        self.loans += 1
        return Loan(
            number=f"{'94' if group == 'fixed' else '95'}{self.loans:05d}",
            balance=balance,
            note_rate=F(self.random.randrange(300, 1700), 10000),
            original_balance=balance + self.random.randrange(1, 9000),
            original_term=self.random.choice((12, 18, 30, 36)),
            origination_date=dt.date(1998, 1, 1) + dt.timedelta(days=self.random.randrange(1500)),
            state=self.random.choice(("CA", "NM", "TX", "NJ")),
            loan_to_value=F(self.random.randrange(2000, 9900), 10000),
        )


def quiet(state: State, memory: Memory, payment: dt.date, prior: dt.date) -> Month:
    """Return a month in which borrowers mostly pay and some prepay; what they do not pay is advanced."""
    groups = {}
    # A pool that has all but run out brings little.
    sizes = {"adjustable": state.pool["adjustable"] / 50_000_000, "fixed": state.pool["fixed"] / 4_000_000}
    for group in GROUPS:
        size = min(F(1), sizes[group])
        rate = memory.random.choice((F("0.0612"), F("0.0625"))) if group == "adjustable" else F("0.1389")
        interest = rounded(state.pool[group] * rate / 12, memory.random.choice((2, 4)))
        principal = (
            memory.amount(200_000 * size, 500_000 * size) if group == "adjustable" else memory.amount(0, 9_000 * size)
        )
        payoffs = tuple(
            Payoff(
                loan=memory.loan(group, _prepaid(memory, group, size)),
                day=memory.random.randrange(1, 29),
            )
            for _ in range(memory.random.randrange(0, 4))
        )
        notes = GroupMonth(
            due_principal=principal,
            due_interest=interest,
            collected_principal=principal,
            collected_interest=ZERO,
            payoffs=payoffs,
            curtailments=memory.amount(0, 50_000 * size),
            pmi=memory.amount(40_000 * size, 52_000 * size) if group == "adjustable" else ZERO,
            delinquency=_buckets(memory, group, state.pool[group]),
            averages=_averages(state, memory, group),
        )
        missed = rounded(interest * memory.random.randrange(0, 9) / 100, 2)
        collected = rounded(interest - shortfall(notes), 2) - missed
        missed = delinquent(interest, collected, shortfall(notes))
        fee = rounded(state.pool[group] * F("0.0041") / 12, 2)
        unpaid_fee = rounded(fee * missed / interest, 2)
        missed_principal = rounded(principal * memory.random.randrange(0, 9) / 100, 2)
        groups[group] = attrs.evolve(
            notes,
            collected_principal=principal - missed_principal,
            collected_interest=collected,
            delinquent_fee=unpaid_fee,
            advanced_principal=missed_principal,
            advanced_interest=max(ZERO, missed - unpaid_fee),
            servicing_fee=fee - unpaid_fee,
        )
    return Month(
        payment_date=payment,
        prior_payment_date=prior,
        index=F(memory.random.randrange(110, 190), 10000),
        contracts={
            contract: rounded(F(memory.random.randrange(0, 50_000_000), 10000) * min(F(1), sizes["adjustable"]), 4)
            for contract in deal.FLOORS
            if memory.random.random() < 0.8
        },
        groups=groups,
    )


def _prepaid(memory: Memory, group: str, size: Fraction) -> Fraction:
    return (
        memory.amount(40_000 * size, 400_000 * size)
        if group == "adjustable"
        else memory.amount(40_000 * size, 90_000 * size)
    )


def _buckets(memory: Memory, group: str, pool: Fraction) -> dict[tuple[str, str], tuple[Fraction, int]]:
    found = {}
    for category in CATEGORIES:
        for bucket in ("1 payment", "2 payments", "3+ payments"):
            if memory.random.random() < 0.5:
                found[category, bucket] = (memory.amount(1, int(pool / 200)), memory.random.randrange(1, 9))
    if memory.random.random() < 0.3:
        found["BANKRUPTCY", "current"] = (memory.amount(1, int(pool / 500)), 1)
    return found


def _averages(state: State, memory: Memory, group: str) -> dict[str, Fraction]:
    was = state.averages[group]
    aged = {
        "months_to_maturity": was["months_to_maturity"] - 1,
        "amortization_months": was["amortization_months"] - F(memory.random.randrange(9_000, 11_000), 10_000),
        "seasoning_months": was["seasoning_months"] + F(memory.random.randrange(9_000, 11_000), 10_000),
    }
    if group == "adjustable":
        for name in ("margin", "max_rate", "min_rate", "cap_up", "cap_down"):
            aged[name] = was[name] + F(memory.random.randrange(-900, 900), 10**8)
    return aged


def change(month: Month, group: str, **fields: object) -> Month:
    """Return the month with some notes of a group replaced."""
    notes = attrs.evolve(month.groups[group], **fields)  # type: ignore[arg-type]
    return attrs.evolve(month, groups={**month.groups, group: notes})


def some_group(memory: Memory) -> str:
    """Return a group, mostly the large one."""
    return memory.random.choice(("adjustable", "adjustable", "fixed"))


def pay_off(
    month: Month, memory: Memory, balance: Fraction, days: range = range(1, 6), group: str = "adjustable"
) -> Month:
    """Return the month with a loan of a group paid off on one of the days; as much is delinquent as before."""
    before = month.groups[group]
    payoffs = (
        Payoff(loan=memory.loan(group, balance), day=memory.random.choice(days)),
        *before.payoffs,
    )
    notes = attrs.evolve(before, payoffs=payoffs)
    missed = delinquent(before.due_interest, before.collected_interest, shortfall(before))
    collected = rounded(notes.due_interest - shortfall(notes), 2) - missed
    missed = delinquent(notes.due_interest, collected, shortfall(notes))
    advanced = max(ZERO, missed - notes.delinquent_fee)
    return change(month, group, payoffs=payoffs, collected_interest=collected, advanced_interest=advanced)


Feature = Callable[[State, Memory, Month], Month]
