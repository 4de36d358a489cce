"""A table of classes is read whole, in whatever shape it comes, and no row is passed over."""

from __future__ import annotations

from datetime import date

import pytest

from replay.filing import parse_cell, read_class_table, sniff
from replay.filing.tables import classes
from tests.replay.filing.printed import CLASS_TABLE, codes


def test_a_class_table_merges_its_tables_by_class() -> None:
    table = read_class_table(CLASS_TABLE)
    assert (table.record_date, table.distribution_date) == (date(2002, 10, 31), date(2002, 11, 20))
    assert [row.class_id for row in table.rows] == ["A", "B"]
    assert dict(table.rows[0].cells) == {
        "cusip": "11111AAA1",
        "descr": "SEN",
        "rate": "1.50000%",
        "beginning": "1,000.00",
        "interest": "1.25",
        "loss": "0.00",
        "ending": "900.00",
        "total distribution": "101.25",
        "cumulative loss": "0.00",
    }
    assert table.rows[1].cells["total distribution"] == "1,04"
    assert table.rows[1].remarks == {"total distribution": "printed so"}
    assert table.rows[1].source_line == 5
    assert table.totals is not None
    assert table.totals.cells == {"beginning": "1,500.00", "interest": "2.29", "loss": "0.00"}
    assert table.notes[-1] == "A closing remark, with a comma."
    assert [(p.source_line, p.code) for p in table.problems] == [(8, "not-a-number"), (9, "cell-missing")]


def test_a_class_table_may_be_comma_separated() -> None:
    text = 'class,rate,beginning,interest,colour\nA,1%,"1,000.00",1.25,red\nB,1%,5.00\nA,2%,1,1,red\n'
    table = read_class_table(text)
    assert table.columns == ("rate", "beginning", "interest", "colour")
    assert table.rows[0].cells["beginning"] == "1,000.00"
    assert [(p.source_line, p.code) for p in table.problems] == [
        (1, "column-unknown"),
        (3, "cell-missing"),
        (4, "row-repeated"),
        (4, "cell-repeated"),
        (4, "cell-repeated"),
        (4, "cell-repeated"),
    ]


SHAPES = {
    "tabs": (
        "Class Name\tOpening Balance\tInterest Distribution\n"
        "A\t$1,000.00\t-\nB\t5.00-\t(1.00)\nGrand Total\t995.00\t-1.00\n"
    ),
    "semicolons": "Tranche;Opening Balance;Interest Paid\nA;1,000.00;-\nClass B;(5.00);1.00-\nTOTALS:;995.00;-1.00\n",
    "markdown": (
        "| Class | Beginning Certificate Balance | Interest Distribution |\n|:---|---:|---:|\n"
        "| A | $1,000.00 | $- |\n| B | ($5.00) | -$1.00 |\n| Total | 995.00 | (1.00) |\n"
    ),
    "bars": "Interest|Class|Opening Balance\n-|A|1,000.00\n(1.00)|B|(5.00)\n(1.00)|Total|995.00\n",
    "blanks": (
        "  Class    Opening Balance      Interest\n  -----    ---------------      --------\n"
        "  A               1,000.00             -\n  B                 (5.00)        (1.00)\n"
        "  Total             995.00        (1.00)\n"
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_class_table_may_have_any_of_these_shapes(shape: str) -> None:
    text = "EXAMPLE SERIES 2002-9\n" + SHAPES[shape]
    assert sniff(text) == "class table"
    table = read_class_table(text)
    assert table.problems == ()
    read = {row.class_id: [parse_cell(row.cells[name]) for name in ("beginning", "interest")] for row in table.rows}
    assert read == {"A": [1000, 0], "B": [-5, -1]}
    assert table.totals is not None
    assert [parse_cell(table.totals.cells[name]) for name in ("beginning", "interest")] == [995, -1]


def test_a_row_set_apart_by_blanks_may_lack_cells() -> None:
    text = "Class      Rate      Interest    Principal\nA         1.00%                       5.00\nB       7.00\n"
    table = read_class_table(text)
    assert dict(table.rows[0].cells) == {"rate": "1.00%", "principal": "5.00"}
    assert dict(table.rows[1].cells) == {"rate": "7.00"}
    assert table.problems == ()
    astride = read_class_table(text.replace("1.00%                       5.00", f"1.00%{' ' * 12}1,111,111.11"))
    assert "column-uncertain" in codes(astride)


ODD_ROWS = [
    "Mezzanine M-1 Certificates (Group I)|7.00%|1,000.00|2.00|0.00",
    "M-1|$5.00|$7.00",
    "M-1|-|n/a",
    "Mezzanine M-1 Certificates (Group I),7.00%,1,000.00,2.00,0.00",
    "M-1\t7.00%\t1,000.00\t2.00",
    "M-1,-,n/a",
    "M-1;5.00;7.00",
    "M-1   7.00%   1,000.00",
    "M-1 7.00% 1,000.00 2.00",
    "1,000.00",
    "A|" + "9" * 3_000_000,
    "A," + "9" * 3_000_000,
    "-" * 3_000_000 + "x",
]


@pytest.mark.parametrize("row", ODD_ROWS, ids=lambda row: row[:20])
def test_no_row_below_a_header_is_passed_over(row: str) -> None:
    head = "Class|CUSIP|Rate|Beginning|Interest|Principal|Loss|Ending\nA|X|1%|1.00|1.00|1.00|0.00|0.00\n"
    assert read_class_table(head).problems == ()
    read = read_class_table(head + row + "\n")
    assert 3 in {problem.source_line for problem in read.problems}


def test_rows_above_the_first_header_are_reported() -> None:
    text = "LIBOR 6.62125% | Margin A-1 0.30000%\nCl?ss|Rate|Interest\nM|1.00%|2.00\nClass|Rate|Interest\nA|1%|2.00\n"
    read = read_class_table(text)
    assert [(p.source_line, p.code) for p in read.problems] == [(3, "row-unreadable")]


@pytest.mark.parametrize(
    "line",
    [
        "A closing remark, with a comma.",
        "The rate of class A was set to 1.81125% for this month.",
        "Page 2 of 3",
        "Distribution Date|20-Nov-2002",
        "-----|-----",
        "(excerpt ends)",
    ],
)
def test_remarks_below_a_table_are_notes(line: str) -> None:
    assert read_class_table(f"Class|Rate|Interest\nA|1%|1.00\n{line}\n").problems == ()


@pytest.mark.parametrize("heading", ["Fee|Payee|Amount", "Interest|Principal"])
def test_a_table_without_classes_is_not_read_into_one_with_them(heading: str) -> None:
    width = heading.count("|")
    text = f"Class|CUSIP|Rate\nA|X|1%\n{heading}\nTrustee{'|5.00' * width}\nBank{'|6.00' * width}\n"
    read = read_class_table(text + "Class|Interest\nA|2.00\n")
    assert [row.class_id for row in read.rows] == ["A"]
    assert dict(read.rows[0].cells) == {"cusip": "X", "rate": "1%", "interest": "2.00"}
    assert dict(read.rows[0].cell_lines) == {"cusip": 2, "rate": 2, "interest": 7}
    assert [(p.source_line, p.code) for p in read.problems] == [(3, "table-not-read")]
    assert "its 2 rows were not read" in read.problems[0].message


@pytest.mark.parametrize("line", ["," * 9_000, "a," * 1_000, "class," * 300, "Class,Interest" + " " * 4_000, "b;" * 99])
def test_what_can_head_no_table_is_not_taken_apart(monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    def asked(_: str) -> None:
        raise AssertionError

    monkeypatch.setattr(classes, "known", asked)
    assert classes.header_columns(line, (",", ";")) is None


def test_a_heading_that_a_spreadsheet_widened_is_one() -> None:
    assert sniff("Class,Interest,Principal" + "," * 253 + "\nA,1.00,2.00" + "," * 253) == "class table"
