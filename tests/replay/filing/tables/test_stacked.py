"""Headings over several lines are put together by where their words stand, and only where one line does not suffice."""

from __future__ import annotations

import time

from replay.filing import read_class_table, sniff
from replay.filing.tables.stacked import stacked_headings

TWO_BLOCKS = """\
                          Trust 2031-4
                Distribution Date: 3/25/2031

                       Certificate                   Pass
               Class   Rate         Beginning        Through     Principal
Class  Cusip   Descr   Type         Balance          Rate (%)    Distribution
------------------------------------------------------------------------------
A1     000AA1  Senior  Fix-30/360     1,000.00       6.000000       10.00
M      000AA2  Junior  Fix-30/360       500.00       6.500000        0.00
------------------------------------------------------------------------------
Totals                                1,500.00                      10.00

                                    Current
       Interest      Total          Realized       Ending
Class  Distribution  Distribution   Losses         Balance
------------------------------------------------------------
A1          5.00         15.00          0.00         990.00
M           2.71          2.71          1.00         499.00
------------------------------------------------------------
Totals      7.71         17.71          1.00       1,489.00
"""


def test_two_blocks_under_stacked_headings_are_one_table() -> None:
    assert sniff(TWO_BLOCKS) == "class table"
    table = read_class_table(TWO_BLOCKS)
    assert table.problems == ()
    assert [row.class_id for row in table.rows] == ["A1", "M"]
    assert dict(table.rows[1].cells) == {
        "cusip": "000AA2",
        "descr": "Junior",
        "rate type": "Fix-30/360",
        "beginning": "500.00",
        "rate": "6.500000",
        "principal": "0.00",
        "interest": "2.71",
        "total distribution": "2.71",
        "loss": "1.00",
        "ending": "499.00",
    }
    assert table.totals is not None
    assert dict(table.totals.cells) == {
        "beginning": "1,500.00",
        "principal": "10.00",
        "interest": "7.71",
        "total distribution": "17.71",
        "loss": "1.00",
        "ending": "1,489.00",
    }


def test_what_stands_over_several_columns_ends_the_name_of_each() -> None:
    text = (
        "                   Realized Losses\nClass  Ending    Current  Cumulative\n"
        "------\nA      900.00       1.00        3.00\n"
    )
    (heading,) = stacked_headings(text.split("\n"))
    assert heading.names == ("class", "ending", "loss", "cumulative loss")
    (row,) = read_class_table(text).rows
    assert dict(row.cells) == {"ending": "900.00", "loss": "1.00", "cumulative loss": "3.00"}


def test_a_heading_of_one_line_keeps_the_title_above_it_out() -> None:
    text = "Certificate    Total\nClass  Beginning Balance  Interest\n------\nA      1,000.00           5.00\n"
    assert list(stacked_headings(text.split("\n"))) == []
    (row,) = read_class_table(text).rows
    assert dict(row.cells) == {"beginning": "1,000.00", "interest": "5.00"}


def test_words_that_make_no_column_known_are_no_heading() -> None:
    text = "Some      Words\nClass     Colour   Shape\n------\nA      1,000.00    5.00\n"
    assert list(stacked_headings(text.split("\n"))) == []


def test_many_lines_of_words_are_read_in_linear_time() -> None:
    wide = "  ".join(f"w{'x' * (n % 3)}" for n in range(250))
    block = f"{wide}\n{wide}\n{wide}\n1.00  2.00\n"
    took = []
    for times in (30, 120):
        began = time.process_time()
        assert list(stacked_headings((block * times).split("\n"))) == []
        took.append(time.process_time() - began)
    assert took[1] < 12 * took[0] + 0.1
