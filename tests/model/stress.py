"""What takes months to happen: a pool that runs out, classes written down to nothing, rates that stay capped."""

from __future__ import annotations

from fractions import Fraction

import attrs

from tests.model.notes import ZERO, Liquidation, Month, State
from tests.model.printing import rounded
from tests.model.servicer import Feature, Memory, change, pay_off

F = Fraction
LATE = range(26, 29)
"""Days so late that a payoff brings most of the month's interest."""


def ruinous_losses(state: State, memory: Memory, month: Month) -> Month:
    """So much is lost that class B is written down to nothing and the insurer pays what class A would lose."""
    balance = memory.amount(20_000_000, 45_000_000)
    if balance > state.pool["adjustable"] / 3:
        return month
    sold = Liquidation(
        loan=memory.loan("adjustable", balance),
        interest=ZERO,
        proceeds=rounded(balance * memory.random.randrange(0, 20) / 100, 2),
    )
    return change(month, "adjustable", liquidations=(*month.groups["adjustable"].liquidations, sold))


def great_recoveries(state: State, memory: Memory, month: Month) -> Month:
    """Most of a loss comes in after all: classes are written up, and collateral stands above its target for months."""
    if not memory.sold:
        return month
    largest = max(range(len(memory.sold)), key=lambda at: memory.sold[at][2])
    group, loan, loss = memory.sold.pop(largest)
    if loss <= 0:
        return month
    amount = rounded(loss * memory.random.randrange(60, 101) / 100, 2)
    return change(month, group, recoveries=(*month.groups[group].recoveries, (loan, amount)))


def capped_for_months(state: State, memory: Memory, month: Month) -> Month:
    """Both classes are capped for half of a year and owed more than the excess brings; then the index falls."""
    if month.payment_date.month in (11, 12, 1, 2, 3, 4):
        return attrs.evolve(month, index=F(memory.random.randrange(600, 900), 10_000))
    return attrs.evolve(month, index=F(memory.random.randrange(0, 200), 10_000))


def negative_index(state: State, memory: Memory, month: Month) -> Month:
    """The index falls below zero, for class A also with its margin."""
    return attrs.evolve(month, index=F(-memory.random.choice((1, 31, 32, 33, 50, 300)), 10_000))


def running_off(state: State, memory: Memory, month: Month) -> Month:
    """Loans worth half of the pool are paid off in a month, until too little is left to halve."""
    if state.pool["adjustable"] < 2_000_000:
        return month
    return pay_off(month, memory, rounded(state.pool["adjustable"] * memory.random.randrange(30, 60) / 100, 2), LATE)


def called(state: State, memory: Memory, month: Month) -> Month:
    """In one month all but three millions are paid off: more than both classes are owed."""
    leaving = state.pool["adjustable"] - month.groups["adjustable"].due_principal - 2_000_000
    if leaving < 20_000_000:
        return month
    month = pay_off(month, memory, leaving - memory.amount(0, 1_000_000), LATE)
    rest = state.pool["fixed"] - month.groups["fixed"].due_principal - 1_000_000
    return pay_off(month, memory, rest, LATE, "fixed") if rest > 100_000 else month


STRESS: dict[str, Feature] = {
    feature.__name__: feature
    for feature in (ruinous_losses, great_recoveries, capped_for_months, negative_index, running_off, called)
}
