"""Making the tables of one simulated month: its days, its event identifiers, its columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import attrs
import numpy as np
import polars as pl

from ledger.simulation.tables import Column, Ints, LifeTable, constant
from ledger.values.dates import HolidayCalendar, add_months, business_days_before, date_from_number, date_number

_FEDERAL = HolidayCalendar.FEDERAL_RESERVE


@attrs.frozen(kw_only=True)
class Days:
    """The days of a month's events, as YYYYMMDD; ``prior`` is the calendar month before, with day zero."""

    stamp: str
    payment: dt.date
    due: int
    prior: int
    prior_last: int
    remitted: int
    calendar_month: int

    @classmethod
    def of(cls, payment: dt.date) -> Days:
        """Return the days of the distribution paid on this date."""
        due = payment.replace(day=1)
        last = due - dt.timedelta(days=1)
        return cls(
            stamp=f"{payment.year}{payment.month:02d}",
            payment=payment,
            due=date_number(due),
            prior=date_number(last) // 100 * 100,
            prior_last=date_number(last),
            remitted=date_number(business_days_before(payment, 1, _FEDERAL)),
            calendar_month=last.month,
        )

    def due_before(self, months: int) -> int:
        """Return the due date so many months before this one."""
        return date_number(add_months(date_from_number(self.due), -months))


class Desk:
    """Takes the events of one month and makes tables of them, in posting order."""

    def __init__(self, names: pl.Series, days: Days) -> None:
        self.names, self.days = names, days
        self.tables: list[LifeTable] = []

    def post(self, type_name: str, kind: str, index: Ints, on: int | Ints, **columns: Column | str) -> None:
        """Add a table of one event for each of these loans, by place on the tape; none for none."""
        count = len(index)
        if not count:
            return
        loans = self.names.gather(index)
        made: dict[str, Column] = {
            name: constant(value, count) if isinstance(value, str) else value for name, value in columns.items()
        }
        when = on if isinstance(on, np.ndarray) else np.broadcast_to(np.int64(on), count)
        event_id = (f"{self.days.stamp}/{kind}/" + loans).alias("event_id")
        self.tables.append(
            LifeTable.build(type_name, count, event_id=event_id, effective_date=when, loan=loans, **made)
        )

    def post_pool(
        self, type_name: str, kinds: Sequence[str], on: int, **columns: Sequence[str] | Sequence[int]
    ) -> None:
        """Add a table of events that name no loan; none for none."""
        if not kinds:
            return
        made: dict[str, Column] = {
            name: pl.Series(name, values, dtype=pl.String) if isinstance(values[0], str) else np.array(values)
            for name, values in columns.items()
        }
        event_id = pl.Series("event_id", [f"{self.days.stamp}/{kind}" for kind in kinds], dtype=pl.String)
        when = np.full(len(kinds), on)
        self.tables.append(LifeTable.build(type_name, len(kinds), event_id=event_id, effective_date=when, **made))

    def event_id(self, kind: str, place: int) -> str:
        """Return the identifier of a loan's event of this month, by the loan's place on the tape."""
        return f"{self.days.stamp}/{kind}/{self.names[place]}"
