"""The loans still in a simulated pool, one array an attribute, and what they left behind."""

from __future__ import annotations

import attrs
import numpy as np

from ledger.simulation.tables import Flags, Ints
from ledger.simulation.tape import ADJUSTABLE, GROUPS, Tape, level_payment

PERFORMING, FORECLOSURE, REO = 0, 1, 2
REMEMBERED = 64
"""Months of instalments that are kept; no loan stays behind for longer."""


@attrs.define(eq=False, kw_only=True)
class Pool:
    """Every loan in the pool: cents, eighths of a percent, months.

    ``index`` is its place on the tape. ``unpaid`` counts the instalments it is behind, the last of which fell due in
    month ``last_due``. ``history`` holds what had fallen due (principal, interest, fee) through each month, so that any
    run of instalments is a difference of two. ``stopped`` says that its advances were declared nonrecoverable;
    ``costs`` are servicing advances outstanding.
    """

    index: Ints
    adjustable: Flags
    balance: Ints
    rate: Ints
    fee_rate: Ints
    payment: Ints
    remaining: Ints
    age: Ints
    margin: Ints
    highest: Ints
    next_reset: Ints
    unpaid: Ints
    last_due: Ints
    status: Ints
    stopped: Flags
    costs: Ints
    fallen_due: Ints
    history: Ints

    @classmethod
    def of(cls, tape: Tape) -> Pool:
        """Return the pool at the cut-off date."""
        count = len(tape)
        return cls(
            index=np.arange(count),
            adjustable=tape.adjustable,
            balance=tape.balance.copy(),
            rate=tape.rate.copy(),
            fee_rate=tape.fee_rate,
            payment=tape.payment.copy(),
            remaining=tape.original_term - tape.age,
            age=tape.age.copy(),
            margin=tape.margin,
            highest=tape.highest,
            next_reset=tape.next_reset.copy(),
            unpaid=np.zeros(count, dtype=np.int64),
            last_due=np.zeros(count, dtype=np.int64),
            status=np.zeros(count, dtype=np.int64),
            stopped=np.zeros(count, dtype=np.bool_),
            costs=np.zeros(count, dtype=np.int64),
            fallen_due=np.zeros((3, count), dtype=np.int64),
            history=np.zeros((REMEMBERED, 3, count), dtype=np.int64),
        )

    def __len__(self) -> int:
        return len(self.index)

    def keep(self, which: Flags) -> None:
        """Let go of every other loan."""
        for item in attrs.fields(type(self)):
            values = getattr(self, item.name)
            setattr(self, item.name, np.ascontiguousarray(np.compress(which, values, axis=values.ndim - 1)))

    def group(self, group: str) -> Flags:
        """Return which loans are a group's."""
        return self.adjustable if group == ADJUSTABLE else ~self.adjustable

    def balances(self) -> dict[str, int]:
        """Return each group's balance in cents."""
        return {group: int(self.balance[self.group(group)].sum()) for group in GROUPS}

    def counts(self, which: Flags) -> dict[str, int]:
        """Return how many of these loans each group has."""
        return {group: int((which & self.group(group)).sum()) for group in GROUPS}

    def oldest(self, at: Ints, months: Ints) -> Ints:
        """Return the oldest unpaid instalments of the loans at these places: principal, interest, fee (3 x places)."""
        paid = self.last_due[at] - self.unpaid[at]
        before: Ints = self.history[paid % REMEMBERED, :, at]
        through: Ints = self.history[(paid + months) % REMEMBERED, :, at]
        return (through - before).T

    def record_due(self, month: int, due: Flags, instalments: Ints) -> None:
        """Add a month's instalments (3 x loans) to the history."""
        self.fallen_due += instalments
        self.history[month % REMEMBERED] = self.fallen_due
        self.last_due[due] = month

    def reset(self, at: Ints, index: int) -> Flags:
        """Set the rates of the loans at these places anew, and say which changed.

        ``index`` is in eighths of a percent; no rate moves more than two percent at a time or beyond its limits.
        """
        before = self.rate[at]
        wanted = (index + self.margin[at]).clip(before - 16, before + 16)
        self.rate[at] = wanted.clip(self.margin[at], self.highest[at])
        self.next_reset[at] += 12
        self.payment[at] = level_payment(self.balance[at], self.rate[at], self.remaining[at].clip(1))
        changed: Flags = self.rate[at] != before
        return changed


@attrs.define(eq=False)
class Owed:
    """Amounts in cents owed on loans that may have left the pool: by place on the tape, one or more rows of amounts."""

    index: Ints
    amounts: Ints

    @classmethod
    def nothing(cls, rows: int) -> Owed:
        """Return what is owed at first."""
        return cls(np.zeros(0, dtype=np.int64), np.zeros((rows, 0), dtype=np.int64))

    def add(self, index: Ints, amounts: Ints) -> None:
        """Add loans that owe something."""
        owing = amounts.sum(axis=0) > 0
        self.index = np.concatenate((self.index, index[owing]))
        self.amounts = np.concatenate((self.amounts, amounts[:, owing]), axis=1)

    def take(self, limit: int) -> tuple[Ints, Ints]:
        """Take what is owed up to a limit, oldest loan first and row by row; return whose and how much of each row."""
        each = self.amounts.sum(axis=0)
        taken = (limit - (each.cumsum() - each)).clip(0, each)
        parts = fill(taken, self.amounts)
        self.amounts = self.amounts - parts
        some = taken > 0
        index, found = self.index[some], parts[:, some]
        left = self.amounts.sum(axis=0) > 0
        self.index, self.amounts = self.index[left], self.amounts[:, left]
        return index, found


def fill(amount: Ints, claims: Ints) -> Ints:
    """Share an amount out over the rows of claims, one after the other."""
    before: Ints = claims.cumsum(axis=0) - claims
    shared: Ints = (amount - before).clip(0, claims)
    return shared
