"""The simulated loan tape at the cut-off date, and the level payments that amortise it.

A note rate is an integer of eighths of a percent, a balance an integer of cents: interest of a month is then
``balance x eighths / 9,600``, and the largest loan of the longest deal stays far inside 64 bits.
"""

from __future__ import annotations

import datetime as dt
from functools import cache

import attrs
import numpy as np
import polars as pl

from ledger.simulation.plan import MILLION, LifePlan
from ledger.simulation.tables import Flags, Ints, LifeTable
from ledger.values.dates import add_months

FIXED, ADJUSTABLE = "fixed", "adjustable"
GROUPS = (FIXED, ADJUSTABLE)

EIGHTH = 12_500_000
"""An eighth of a percent in units of 10**-10."""
EIGHTHS_A_MONTH = 9_600
"""Eighths of a percent in a year's whole interest, times the months of the year."""
HIGHEST_RATE = 160
LONGEST_TERM = 480
FACTOR_SCALE = 10**10

_STATES = ("CA", "FL", "TX", "NY", "NJ", "IL", "AZ", "CO", "GA", "WA", "VA", "MD", "MA", "MI", "OH", "NV")
_STATE_WEIGHTS = (30, 11, 8, 7, 5, 5, 5, 5, 4, 4, 4, 3, 3, 2, 2, 2)


@cache
def payment_factors() -> Ints:
    """Return the level monthly payment of one dollar, in units of 10**-10, by eighths of a percent and months left."""
    scale = 10**24
    table = np.zeros((HIGHEST_RATE + 1, LONGEST_TERM + 1), dtype=np.int64)
    for eighths in range(HIGHEST_RATE + 1):
        annuity = 0
        row = [0]
        for _ in range(LONGEST_TERM):
            annuity = (scale + annuity) * EIGHTHS_A_MONTH // (EIGHTHS_A_MONTH + eighths)
            row.append((FACTOR_SCALE * scale + annuity // 2) // annuity)
        table[eighths] = row
    return table


def level_payment(balance: Ints, eighths: Ints, months: Ints) -> Ints:
    """Return the payments in cents that amortise balances in cents over the months left."""
    paid: Ints = (balance * payment_factors()[eighths, months] + FACTOR_SCALE // 2) // FACTOR_SCALE
    return paid


def month_interest(balance: Ints, eighths: Ints) -> Ints:
    """Return a month's interest in cents, rounded half up."""
    owed: Ints = (balance * eighths + EIGHTHS_A_MONTH // 2) // EIGHTHS_A_MONTH
    return owed


@attrs.frozen(eq=False, kw_only=True)
class Tape:
    """The loans at the cut-off date, fixed ones first: cents, eighths of a percent, months.

    ``next_reset`` is the number of the month at whose due date an adjustable loan's rate is first set anew, or 0.
    """

    names: pl.Series
    adjustable: Flags
    original: Ints
    balance: Ints
    rate: Ints
    fee_rate: Ints
    payment: Ints
    original_term: Ints
    age: Ints
    value_share: Ints
    state: Ints
    margin: Ints
    highest: Ints
    next_reset: Ints

    def __len__(self) -> int:
        return len(self.balance)

    def group_balance(self, group: str) -> int:
        """Return a group's balance in cents."""
        return int(self.balance[self.adjustable == (group == ADJUSTABLE)].sum())

    def group_count(self, group: str) -> int:
        """Return the number of a group's loans."""
        return int((self.adjustable == (group == ADJUSTABLE)).sum())


def draw_tape(plan: LifePlan) -> Tape:
    """Draw the loans of a plan."""
    random = np.random.default_rng([plan.seed, 1])
    count = plan.loans
    adjustable = np.arange(count) >= count - count * plan.arm_share // MILLION
    sizes = np.exp(random.normal(11.95, 0.45, count)).clip(30_000, 900_000)  # a draw, in dollars; money from here on
    original = sizes.astype(np.int64) // 50 * 5_000
    term = random.choice(np.array([360, 360, 360, 360, 240, 180], dtype=np.int64), count)
    term = np.where(adjustable, 360, term)
    rate = np.where(adjustable, random.integers(40, 57, count), random.integers(50, 69, count))
    age = random.integers(1, 19, count)
    payment = level_payment(original, rate, term)
    balance = original.copy()
    for month in range(int(age.max())):
        principal = payment - month_interest(balance, rate)
        balance -= np.where(age > month, principal, 0)
    return Tape(
        names=pl.Series("loan", [f"L{number:07d}" for number in range(1, count + 1)], dtype=pl.String),
        adjustable=adjustable,
        original=original,
        balance=balance,
        rate=rate,
        fee_rate=np.where(adjustable, 3, 2).astype(np.int64),
        payment=payment,
        original_term=term,
        age=age,
        value_share=random.integers(50, 96, count),
        state=random.choice(len(_STATES), count, p=np.array(_STATE_WEIGHTS) / sum(_STATE_WEIGHTS)),
        margin=np.where(adjustable, random.integers(18, 29, count), 0),
        highest=np.where(adjustable, rate + 48, 0),
        next_reset=np.where(adjustable, random.integers(6, 37, count), 0),
    )


def boarding_table(tape: Tape, cut_off: dt.date, cent: int) -> LifeTable:
    """Return the boarding of every loan on the cut-off date; ``cent`` is the smallest unit of cash, in store units."""
    count = len(tape)
    on = cut_off.year * 10_000 + cut_off.month * 100 + 1
    made = np.array([_number(add_months(cut_off, -months)) for months in range(int(tape.age.max()) + 2)])
    adjustable = pl.Series(values=tape.adjustable)

    def where(which: pl.Series, values: Ints) -> pl.Series:
        return pl.DataFrame({"is": which, "value": values}).select(pl.when("is").then("value")).to_series()

    def where_adjustable(values: Ints) -> pl.Series:
        return where(adjustable, values * EIGHTH)

    return LifeTable.build(
        "loan_boarded",
        count,
        event_id="board/" + tape.names,
        effective_date=np.full(count, on),
        loan=tape.names,
        group=pl.Series(values=[GROUPS[int(item)] for item in tape.adjustable], dtype=pl.String),
        balance=tape.balance * cent,
        note_rate=tape.rate * EIGHTH,
        servicing_rate=tape.fee_rate * EIGHTH,
        original_balance=tape.original * cent,
        original_term_months=tape.original_term,
        remaining_term_months=tape.original_term - tape.age,
        remaining_amortization_months=tape.original_term - tape.age,
        seasoning_months=tape.age,
        origination_date=made[tape.age + 1],
        paid_to_date=np.full(count, on),
        state=pl.Series(values=[_STATES[int(item)] for item in tape.state], dtype=pl.String),
        loan_to_value=tape.value_share * 10**8,
        margin=where_adjustable(tape.margin),
        max_rate=where_adjustable(tape.highest),
        min_rate=where_adjustable(tape.margin),
        cap_up=where_adjustable(np.full(count, 16)),
        cap_down=where_adjustable(np.full(count, 16)),
        payment=where(~adjustable, tape.payment * cent),
    )


def _number(day: dt.date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day
