"""Which figure of an index is the latest on a day, and on which day it is looked for."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ledger.deal.notes import IndexBy, LookBack, NoteConventions
from ledger.notes.index import IndexFigure, IndexHistory, look_back_day
from tests.ledger.notes.loans import day

WEEKLY = IndexHistory(
    name="CMT",
    figures=[
        IndexFigure(as_of="2024-03-15", published="2024-03-18", rate="0.0503"),
        IndexFigure(as_of="2024-03-08", published="2024-03-11", rate="0.0495"),
        IndexFigure(as_of="2024-03-22", published="2024-03-25", rate="-0.001"),
        IndexFigure(as_of="2024-03-15", published="2024-03-20", rate="0.0504"),
    ],
)


@pytest.mark.parametrize(
    ("on", "by", "rate"),
    [
        ("2024-03-10", IndexBy.PUBLISHED, None),
        ("2024-03-10", IndexBy.AS_OF, "0.0495"),
        ("2024-03-17", IndexBy.PUBLISHED, "0.0495"),
        ("2024-03-18", IndexBy.PUBLISHED, "0.0503"),
        ("2024-03-19", IndexBy.PUBLISHED, "0.0503"),
        ("2024-03-20", IndexBy.PUBLISHED, "0.0504"),
        ("2024-03-15", IndexBy.AS_OF, "0.0504"),
        ("2024-12-31", IndexBy.PUBLISHED, "-0.001"),
    ],
)
def test_the_latest_figure(on: str, by: IndexBy, rate: str | None) -> None:
    found = WEEKLY.latest(day(on), by)
    assert (None if found is None else found.rate) == (None if rate is None else Decimal(rate))


@pytest.mark.parametrize(
    ("look_back", "days", "found"),
    [
        (LookBack.CALENDAR_DAYS, 45, "2024-07-18"),
        (LookBack.CALENDAR_DAYS, 0, "2024-09-01"),
        # Labour Day is on 2 September; the change is on a Sunday.
        (LookBack.BUSINESS_DAYS, 1, "2024-08-30"),
        (LookBack.FIRST_BUSINESS_DAY, 45, "2024-08-01"),
    ],
)
def test_the_day_of_the_look_back(look_back: LookBack, days: int, found: str) -> None:
    assert look_back_day(day("2024-09-01"), days, NoteConventions(look_back=look_back)) == day(found)


def test_the_first_business_day_passes_by_a_holiday() -> None:
    conventions = NoteConventions(look_back=LookBack.FIRST_BUSINESS_DAY)
    assert look_back_day(day("2024-02-01"), 0, conventions) == day("2024-01-02")
