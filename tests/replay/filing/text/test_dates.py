"""Dates are picked out of free text, and what cannot be read is reported."""

from __future__ import annotations

from datetime import date

import pytest

from replay.filing import read_class_table


@pytest.mark.parametrize(
    ("text", "record", "distribution"),
    [
        ("Record Date 30-Apr-2000 Distribution Date 22-June-2000", date(2000, 4, 30), date(2000, 6, 22)),
        ("Record Date 10/15/00 | Distribution Date 10/16/00", date(2000, 10, 15), date(2000, 10, 16)),
        ("Record Date: August 30, 2002; Payment Date 2002-09-25", date(2002, 8, 30), date(2002, 9, 25)),
        ("Record Date 31-Foo-2000 Distribution Date 99/99/99", None, None),
    ],
)
def test_dates_are_picked_out_of_free_text(text: str, record: date | None, distribution: date | None) -> None:
    table = read_class_table(f"{text}\nClass|Rate|Interest\nA|1%|2.00\n")
    assert (table.record_date, table.distribution_date) == (record, distribution)


@pytest.mark.parametrize("text", ["24/07/2000", "31-Foo-2000", "20000724", "24.07.2000", "99/99/99"])
def test_a_date_that_cannot_be_read_is_a_problem(text: str) -> None:
    read = read_class_table(f"Distribution Date: {text}\nClass|Rate|Interest\nA|1%|2.00\n")
    assert [(p.source_line, p.code) for p in read.problems] == [(1, "date-unreadable")]
    assert repr(text) in read.problems[0].message


def test_dates_of_other_months_and_prose_are_not_this_distribution() -> None:
    text = "Next Distribution Date 9/25/2002\nDistribution Date 25 August 2002\nFirst Payment Date 24th June, 2001\n"
    read = read_class_table(text + "Class|Rate|Interest\nA|1%|2.00\nAll distribution dates 12/34 are invented.\n")
    assert [(label, day) for label, _, day in read.printed_dates] == [("distribution date", date(2002, 8, 25))]
    assert read.problems == ()
