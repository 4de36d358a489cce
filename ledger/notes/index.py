"""The history of an index: what its figure was of each day, and when it was published."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import ClassVar

import attrs
from attrs import field

from ledger.deal.notes import IndexBy, LookBack, NoteConventions
from ledger.values.dates import BusinessDayRule, add_months, adjust, business_days_before, to_date
from ledger.values.glance import Glanced
from ledger.values.money import to_rate


@attrs.frozen(kw_only=True, repr=False)
class IndexFigure(Glanced):
    """One figure of an index: the day it is of, the day it was published, and the yearly rate; it can be negative."""

    as_of: dt.date = field(converter=to_date)
    published: dt.date = field(converter=to_date)
    rate: Decimal = field(converter=to_rate)


def _in_order(value: Iterable[IndexFigure]) -> tuple[IndexFigure, ...]:
    return tuple(sorted(value, key=lambda item: (item.as_of, item.published)))


@attrs.frozen(kw_only=True, repr=False)
class IndexHistory(Glanced):
    """The figures of one index, in the order of the days that they are of; a later one of the same day corrects it."""

    GLANCED: ClassVar[str] = "figures"

    name: str
    figures: tuple[IndexFigure, ...] = field(default=(), converter=_in_order)

    def latest(self, day: dt.date, by: IndexBy) -> IndexFigure | None:
        """Return the most recent figure that was published by the day, or that is as of the day; None where none is."""
        known = (item for item in self.figures if (item.published if by is IndexBy.PUBLISHED else item.as_of) <= day)
        return max(known, key=lambda item: (item.as_of, item.published), default=None)


def look_back_day(change: dt.date, days: int, conventions: NoteConventions) -> dt.date:
    """Return the day by which a figure must be known that a rate is set by from ``change`` on."""
    match conventions.look_back:
        case LookBack.CALENDAR_DAYS:
            return change - dt.timedelta(days)
        case LookBack.BUSINESS_DAYS:
            return business_days_before(change, days, conventions.holidays)
    first = add_months(change, -1, 1)
    return adjust(first, BusinessDayRule.FOLLOWING, conventions.holidays)
