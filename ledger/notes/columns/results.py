"""What falls due of many loans, a column for what :class:`~ledger.notes.instalment.Instalment` has a field for."""

from __future__ import annotations

import datetime as dt
from typing import Any

import attrs
import numpy as np

from ledger.notes.columns.tables import StandingColumns
from ledger.notes.columns.wide import Flags, Ints
from ledger.notes.instalment import Instalment
from ledger.notes.rates import RateBound
from ledger.values.dates import date_number
from ledger.values.money import rate_to_units, to_units

BOUNDS = tuple(RateBound)
"""What kept a rate from index and margin, by its number in the column ``bound``."""


@attrs.frozen(kw_only=True, eq=False)
class InstalmentColumns:
    """What falls due of loans on one date, in the store's units; dates are YYYYMMDD and 0 where there is none.

    Where ``reset`` is set the rate was adjusted on ``change_date``: ``figure`` and the margin are ``unrounded``, that
    by the note's step is ``rounded``, and ``bound`` is the place in :data:`BOUNDS` of the cap that then held. A rate
    that rises by stated steps has no figure. ``payment_changed`` says that the payment is another than before or was
    recast. Why is told by :func:`~ledger.notes.instalment.fall_due` of the one loan.
    """

    due_date: dt.date
    opening: Ints
    rate: Ints
    payment: Ints
    accrued: Ints
    odd_interest: Ints
    interest: Ints
    principal: Ints
    negative_amortization: Ints
    unpaid_interest: Ints
    curtailed: Ints
    drawn: Ints
    balloon: Ints
    is_last: Flags
    reset: Flags
    change_date: Ints
    look_back_day: Ints
    figure_as_of: Ints
    figure_published: Ints
    figure: Ints
    unrounded: Ints
    rounded: Ints
    bound: Ints
    payment_changed: Flags
    after: StandingColumns

    def __len__(self) -> int:
        return len(self.opening)

    @property
    def closing(self) -> Ints:
        """The balances after it."""
        return self.after.balance


def empty_columns(due_date: dt.date, standings: StandingColumns) -> InstalmentColumns:
    """Return columns of nothing, to be written into."""
    made: dict[str, Any] = {}
    for item in attrs.fields(InstalmentColumns):
        kind = np.bool_ if item.name in ("is_last", "reset", "payment_changed") else np.int64
        made[item.name] = np.zeros(len(standings), dtype=kind)
    after = {item.name: getattr(standings, item.name).copy() for item in attrs.fields(StandingColumns)}
    return InstalmentColumns(**{**made, "due_date": due_date, "after": StandingColumns(**after)})


def write_one(columns: InstalmentColumns, place: int, found: Instalment) -> None:
    """Write the instalment of one loan into its place."""
    for name, value in as_row(found).items():
        getattr(columns, name)[place] = value
    single = StandingColumns.of([found.after])
    for item in attrs.fields(StandingColumns):
        getattr(columns.after, item.name)[place] = getattr(single, item.name)[0]


def as_row(found: Instalment) -> dict[str, int | bool]:
    """Return the instalment of one loan as its columns have it."""
    row: dict[str, int | bool] = {name: to_units(getattr(found, name)) for name in _AMOUNTS}
    row.update(rate=rate_to_units(found.rate), is_last=found.is_last, payment_changed=found.payment_change is not None)
    reset = found.reset
    row["reset"] = reset is not None
    if reset is None:
        return row
    row.update(
        change_date=date_number(reset.change_date),
        unrounded=rate_to_units(reset.unrounded),
        rounded=rate_to_units(reset.rounded),
        bound=BOUNDS.index(reset.bound_by),
    )
    if reset.figure is not None and reset.look_back_day is not None:
        row.update(
            look_back_day=date_number(reset.look_back_day),
            figure_as_of=date_number(reset.figure.as_of),
            figure_published=date_number(reset.figure.published),
            figure=rate_to_units(reset.figure.rate),
        )
    return row


_AMOUNTS = (
    "opening",
    "payment",
    "accrued",
    "odd_interest",
    "interest",
    "principal",
    "negative_amortization",
    "unpaid_interest",
    "curtailed",
    "drawn",
    "balloon",
)
