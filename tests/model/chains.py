"""Seeded chains of made-up months: what can go wrong with a pool, one thing at a time."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

import attrs

from tests.model.notes import GROUPS, ZERO, Late, Liquidation, Month, Repurchase, State
from tests.model.printing import rounded
from tests.model.servicer import Feature, Memory, change, pay_off, quiet, some_group
from tests.model.statement import closing_balance, compute
from tests.model.stress import STRESS

F = Fraction
LEAST = 200_000
# The 25th, or the next day that is neither at a weekend nor a holiday (Christmas, Memorial Day).
PAYMENT_DATES = [
    dt.date(*day)
    for day in (
        (2002, 9, 25), (2002, 10, 25), (2002, 11, 25), (2002, 12, 26), (2003, 1, 27), (2003, 2, 25), (2003, 3, 25),
        (2003, 4, 25), (2003, 5, 27), (2003, 6, 25), (2003, 7, 25), (2003, 8, 25), (2003, 9, 25), (2003, 10, 27),
        (2003, 11, 25), (2003, 12, 26), (2004, 1, 26), (2004, 2, 25), (2004, 3, 25), (2004, 4, 26), (2004, 5, 25),
        (2004, 6, 25), (2004, 7, 26), (2004, 8, 25), (2004, 9, 27), (2004, 10, 25),
    )
]  # fmt: skip


def repurchases(state: State, memory: Memory, month: Month) -> Month:
    """A loan is bought out."""
    group = some_group(memory)
    loan = memory.loan(group, memory.amount(30_000, 90_000))
    return change(month, group, repurchases=(Repurchase(loan=loan, interest=memory.amount(0, 900)),))


def liquidations(state: State, memory: Memory, month: Month) -> Month:
    """A loan is sold at a loss that the excess of some months makes good."""
    group = some_group(memory)
    balance = memory.amount(100_000, 400_000) if group == "adjustable" else memory.amount(30_000, 90_000)
    loan = memory.loan(group, balance)
    sold = Liquidation(loan=loan, interest=ZERO, proceeds=rounded(balance * memory.random.randrange(20, 100) / 100, 2))
    return change(month, group, liquidations=(*month.groups[group].liquidations, sold))


def liquidations_with_interest(state: State, memory: Memory, month: Month) -> Month:
    """A loan is sold that owed interest too; the proceeds may reach beyond the balance."""
    group = some_group(memory)
    balance = memory.amount(100_000, 400_000) if group == "adjustable" else memory.amount(30_000, 90_000)
    interest = rounded(balance / 50, 2)
    loan = memory.loan(group, balance)
    proceeds = rounded((balance + interest) * memory.random.randrange(20, 100) / 100, 2)
    if memory.random.random() < 0.4:
        proceeds = balance + rounded(interest / 3, 2)
    sold = Liquidation(loan=loan, interest=interest, proceeds=proceeds)
    return change(month, group, liquidations=(*month.groups[group].liquidations, sold))


def great_losses(state: State, memory: Memory, month: Month) -> Month:
    """Many loans are sold for little: overcollateralization is spent, and the classes are written down."""
    balance = memory.amount(4_000_000, 18_000_000)
    loan = memory.loan("adjustable", balance)
    sold = Liquidation(loan=loan, interest=ZERO, proceeds=rounded(balance * memory.random.randrange(0, 40) / 100, 2))
    return change(month, "adjustable", liquidations=(*month.groups["adjustable"].liquidations, sold))


def recoveries(state: State, memory: Memory, month: Month) -> Month:
    """Money comes in on a loan that was sold at a loss."""
    if not memory.sold:
        return month
    group, loan, loss = memory.sold.pop(memory.random.randrange(len(memory.sold)))
    if loss <= 0:
        return month
    amount = max(F(1, 100), rounded(loss * memory.random.randrange(1, 60) / 100, 2))
    return change(month, group, recoveries=((loan, amount),))


def high_index(state: State, memory: Memory, month: Month) -> Month:
    """The available funds rate caps class B, and sometimes class A."""
    return attrs.evolve(month, index=F(memory.random.choice((3650, 3900, 4500, 5600)), 100_000))


def low_index(state: State, memory: Memory, month: Month) -> Month:
    """The index all but vanishes."""
    return attrs.evolve(month, index=F(memory.random.choice((0, 1, 50)), 100_000))


def relief(state: State, memory: Memory, month: Month) -> Month:
    """Borrowers in military service owe less interest."""
    group = some_group(memory)
    notes = month.groups[group]
    amount = min(memory.amount(1, 400), notes.collected_interest)
    return change(month, group, relief=amount, collected_interest=notes.collected_interest - amount)


def not_advanced(state: State, memory: Memory, month: Month) -> Month:
    """The servicer does not advance what is delinquent."""
    group = some_group(memory)
    return change(month, group, advanced_principal=ZERO, advanced_interest=ZERO)


def capped_compensation(state: State, memory: Memory, month: Month) -> Month:
    """Large payoffs early in the month cost more interest than the servicer earns."""
    return pay_off(month, memory, memory.amount(18_000_000, 40_000_000))


def late_advanced(state: State, memory: Memory, month: Month) -> Month:
    """Late payments repay what was advanced, and the servicer takes it out again."""
    return _late(memory, month, F(0))


def late_with_fee(state: State, memory: Memory, month: Month) -> Month:
    """Late payments bring the servicing fee too, which was not advanced; the servicer keeps it."""
    return _late(memory, month, F(1, 20))


def _late(memory: Memory, month: Month, share: Fraction) -> Month:
    for group in GROUPS:
        outstanding = sorted(day for (found, day), left in memory.advanced.items() if found == group and any(left))
        if outstanding:
            day = outstanding[0]
            principal, interest = memory.advanced.pop((group, day))
            fee = rounded(interest * share, 2)
            late = Late(
                due_date=day,
                principal=principal,
                interest=interest + fee,
                advance_principal=principal,
                advance_interest=interest,
            )
            notes = month.groups[group]
            month = change(month, group, late=(late,), servicing_fee=notes.servicing_fee + fee)
    return month


def nonrecoverable(state: State, memory: Memory, month: Month) -> Month:
    """The servicer certifies that an advance will not be repaid, and takes it from whatever came in."""
    group = some_group(memory)
    outstanding = [day for (found, day), left in memory.advanced.items() if found == group and any(left)]
    if not outstanding:
        return month
    principal, interest = memory.advanced.pop((group, outstanding[0]))
    return change(month, group, nonrecoverable_principal=principal, nonrecoverable_interest=interest)


def servicing_advances(state: State, memory: Memory, month: Month) -> Month:
    """Taxes are paid for a borrower, and taken back later as nonrecoverable."""
    group = some_group(memory)
    if memory.servicing[group]:
        back, memory.servicing[group] = memory.servicing[group], ZERO
        return change(month, group, nonrecoverable_servicing=back)
    memory.servicing[group] = memory.amount(100, 9_000)
    return change(month, group, servicing_advance=memory.servicing[group])


def withdrawals(state: State, memory: Memory, month: Month) -> Month:
    """The account pays what the agreement permits."""
    purpose = memory.random.choice(
        ("unreimbursed liquidation expenses", "unreimbursed pmi premiums", "deposits in error")
    )
    return change(month, some_group(memory), withdrawn={purpose: memory.amount(10, 9_000)})


def interest_drained(state: State, memory: Memory, month: Month) -> Month:
    """So much is withdrawn that what is left of interest hardly reaches for the bonds, or does not."""
    amount = month.groups["adjustable"].collected_interest - memory.amount(400_000, 1_200_000)
    if amount <= 0:
        return month
    return change(month, "adjustable", withdrawn={"unreimbursed liquidation expenses": amount})


def interest_below_zero(state: State, memory: Memory, month: Month) -> Month:
    """More is withdrawn than the month brought in interest."""
    amount = sum((rounded(notes.due_interest, 2) for notes in month.groups.values()), F(50_000))
    return change(month, "adjustable", withdrawn={"unreimbursed liquidation expenses": amount})


def insurance(state: State, memory: Memory, month: Month) -> Month:
    """A hazard insurer pays on loans that stay."""
    return change(
        month, some_group(memory), insurance_principal=memory.amount(10, 9_000), insurance_interest=memory.amount(0, 50)
    )


def premiums(state: State, memory: Memory, month: Month) -> Month:
    """Payoffs bring prepayment charges."""
    group = some_group(memory)
    payoffs = tuple(attrs.evolve(payoff, premium=memory.amount(0, 2_000)) for payoff in month.groups[group].payoffs)
    return change(month, group, payoffs=payoffs)


def real_estate_owned(state: State, memory: Memory, month: Month) -> Month:
    """A loan becomes real estate owned."""
    group = some_group(memory)
    return change(month, group, new_reo=(memory.loan(group, memory.amount(30_000, 90_000)),))


FEATURES: dict[str, Feature] = {
    feature.__name__: feature
    for feature in (
        repurchases,
        liquidations,
        liquidations_with_interest,
        great_losses,
        recoveries,
        high_index,
        low_index,
        relief,
        not_advanced,
        capped_compensation,
        late_advanced,
        late_with_fee,
        nonrecoverable,
        servicing_advances,
        withdrawals,
        interest_drained,
        interest_below_zero,
        insurance,
        premiums,
        real_estate_owned,
    )
}
ALL = FEATURES | STRESS


def chain(
    state: State,
    seed: int,
    features: tuple[str, ...] = (),
    *,
    months: int = 12,
    often: float = 0.35,
) -> Iterator[Month]:
    """Yield months after the state; every feature comes in some of them, and what the bonds are paid in none."""
    memory = Memory(random=random.Random(seed))
    for prior, payment in pairwise(PAYMENT_DATES[: months + 1]):
        month = quiet(state, memory, payment, prior)
        for name in features:
            if memory.random.random() < often:
                changed = ALL[name](state, memory, month)
                # A pool is never sold out: what it is divided by stays above zero.
                if all(closing_balance(state.pool[group], changed.groups[group]) >= LEAST for group in GROUPS):
                    month = changed
        _, state = compute(state, month)
        for group, notes in month.groups.items():
            memory.sold += [(group, sold.loan.number, sold.loss) for sold in notes.liquidations]
            if notes.advanced_principal or notes.advanced_interest:
                due = payment.replace(day=1)
                memory.advanced[group, due] = (notes.advanced_principal, notes.advanced_interest)
        yield month
