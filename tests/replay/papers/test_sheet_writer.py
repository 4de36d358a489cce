"""Sheets: names that a workbook may have, texts that stay texts, and exact values beside floats."""

from __future__ import annotations

import datetime as dt
import html
import re
from fractions import Fraction

from replay.papers.sheet_writer import LONGEST_TEXT, WorkbookWriter, address
from tests.deals.hostile import FORMULA, LONG
from tests.replay.papers.workbook_read import inside, sheets

DAY = dt.date(2002, 9, 25)


def book() -> WorkbookWriter:
    return WorkbookWriter("Title", DAY, "footer")


def test_sheets_have_names_of_their_own_that_a_workbook_may_have() -> None:
    made = book()
    for name in ("A/B: [x]?*", "a b   x", LONG, LONG, "'quoted'", "", "History", "\ufffe"):
        made.sheet(name, name, "")
    assert len({name.lower() for name in made.names}) == 8
    assert all(0 < len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in made.names)
    assert list(sheets(made.written())) == made.names


def test_what_begins_like_a_formula_is_a_text() -> None:
    made = book()
    sheet = made.sheet("x", "t", "s")
    for row, text in enumerate(
        (FORMULA, "+1", "-1", "@x", "0012", "1E5", "http://x", "{=1}", "_x000D_", "a\x00b\x1b"), 3
    ):
        sheet.text(row, 0, text)
    content = made.written()
    assert "<f>" not in inside(content)["xl/worksheets/sheet1.xml"]
    read = [row[0] for row in sheets(content)["x"][2:]]
    assert read[:8] == [FORMULA, "+1", "-1", "@x", "0012", "1E5", "http://x", "{=1}"]
    assert read[9] == "a\\x00b\\x1b"


def test_a_long_text_is_cut_and_says_so() -> None:
    made = book()
    made.sheet("x", "t", "s").text(3, 0, "y" * 40_000)
    [cut] = [row[0] for row in sheets(made.written())["x"][2:]]
    assert cut == "y" * LONGEST_TEXT + " ... cut, of 40,000 characters"


def test_a_footer_that_begins_with_a_digit_is_no_size_of_a_letter() -> None:
    made = WorkbookWriter("Title", DAY, "1+SUM(A1)")
    made.sheet("2 Collateral", "t", "s")
    footer = re.search("<oddFooter>(.*?)</oddFooter>", inside(made.written())["xl/worksheets/sheet1.xml"])
    assert footer is not None
    told = html.unescape(footer[1])
    assert re.findall(r"&([0-9]+)", told) == ["8", "8"]
    assert "&8 1+SUM(A1)&R" in told


def test_no_heading_or_note_is_cut_on_paper_and_what_is_beside_stays_off_it() -> None:
    made = book()
    sheet = made.sheet("x", "A heading", "s")
    sheet.text(3, 0, "n" * 90, "soft")
    sheet.number(4, 1, 1, "money")
    sheet.text(4, 9, "exact", "exact")
    sheet.printed(4, 1)
    sheet.fitted()
    content = inside(made.written())
    wide = {
        int(at): float(width)
        for at, width in re.findall(
            r'<col min="([0-9]+)" max="[0-9]+" width="([0-9.]+)"', content["xl/worksheets/sheet1.xml"]
        )
    }
    assert wide[1] + wide[2] > 90
    assert "$A$1:$B$5" in content["xl/workbook.xml"]


def test_an_exact_value_stands_with_all_its_digits() -> None:
    made = book()
    sheet = made.sheet("x", "t", "s")
    value = Fraction("123456789012345678.1234")
    sheet.number(3, 0, value, "money")
    sheet.exact(3, 1, value)
    sheet.day(3, 2, DAY)
    assert sheets(made.written())["x"][2][1:] == ["123456789012345678.1234", "2002-09-25"]


def test_addresses() -> None:
    assert [address(row, column) for row, column in ((0, 0), (2, 25), (9, 26), (0, 701), (0, 702))] == [
        "A1",
        "Z3",
        "AA10",
        "ZZ1",
        "AAA1",
    ]
