"""The reader of published statements: complete on sound text, and outspoken on damaged text."""

from __future__ import annotations

import csv
import os
import random
import re
from collections import Counter
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from replay.filing import (
    ClassTable,
    Filing,
    PublishedFigure,
    parse_cell,
    parse_printed,
    read_class_table,
    read_figures_csv,
    read_statement,
    read_trustee_filing,
    sniff,
)

DATA = Path(__file__).resolve().parents[2] / "data" / "filing"
STATEMENTS = os.environ.get("INDENTURE_STATEMENTS")
FUZZ = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)

TWO_POOLS = (DATA / "two_pools.txt").read_text(encoding="utf-8")
TWO_POOLS_READ = read_trustee_filing(TWO_POOLS)

Row = tuple[int, str, str, str, str]


def rows(filing: Filing) -> list[Row]:
    """Return a filing's figures as the rows of a figures CSV."""
    return [(f.page, f.section, f.line, f.column, f.printed) for f in filing.figures]


def expected_rows(path: Path) -> list[Row]:
    """Return the rows of a figures CSV, read without the code under test."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            (int(row["page"]), row["section"], row["line"], row["column"], row["printed"])
            for row in csv.DictReader(file)
        ]


def codes(read: Filing | ClassTable) -> set[str]:
    """Return the codes of the problems met."""
    return {problem.code for problem in read.problems}


def unwrapped(text: str, width: int = 77) -> list[str]:
    """Undo the wraps of a text that was cut exactly at `width`."""
    lines: list[str] = []
    pieces = 0
    for line in text.split("\n"):
        if line.startswith(">"):
            pieces += 1
            lines[-1] = lines[-1].ljust(width * pieces) + line[1:]
        else:
            pieces = 0
            lines.append(line)
    return lines


def rewrapped(lines: list[str], width: int) -> str:
    """Cut lines at `width`, mark the continuations and drop trailing blanks."""
    wrapped: list[str] = []
    for line in lines:
        pieces = [line[start : start + width].rstrip() for start in range(0, len(line), width)] or [""]
        wrapped += [pieces[0], *(f">{piece}" for piece in pieces[1:])]
    return "\n".join(wrapped)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234.56", Fraction(123456, 100)),
        ("(1,234.56)", Fraction(-123456, 100)),
        ("-40", Fraction(-40)),
        ("5.5492%", Fraction(55492, 1000000)),
        ("24.75%", Fraction(2475, 10000)),
        ("439797456.4", Fraction(4397974564, 10)),
        ("000.00", Fraction(0)),
        (" 0 ", Fraction(0)),
        ("1.5E-05", Fraction(15, 1000000)),
    ],
)
def test_printed_numbers_have_exact_values(text: str, value: Fraction) -> None:
    assert parse_printed(text) == value


@pytest.mark.parametrize(
    "text",
    ["", "-", "2,85695", "1,23", "12,34.5", "(1.00", "1.00)", "(-1.00)", "1 000", "٣", "FLT", "%", "5.", "9" * 5000],
)
def test_what_is_not_a_printed_number_has_no_value(text: str) -> None:
    assert parse_printed(text) is None


@pytest.mark.parametrize(
    ("name", "deal_name", "groups"),
    [
        ("two_pools", "Example Home Loan Trust 2001-7", ("pool ii", "pool i")),
        ("total_only", "Example Savings Trust 2001-9", ()),
    ],
)
def test_every_figure_of_a_sound_filing_is_read(name: str, deal_name: str, groups: tuple[str, ...]) -> None:
    filing = read_trustee_filing((DATA / f"{name}.txt").read_text(encoding="utf-8"))
    assert rows(filing) == expected_rows(DATA / f"{name}.figures.csv")
    assert filing.problems == ()
    assert (filing.deal_name, filing.groups) == (deal_name, groups)
    assert filing.distribution_date == date(2001, 7, 20)
    assert filing.record_date == date(2001, 6, 29)


def test_a_figure_names_the_line_it_begins_on() -> None:
    lines = TWO_POOLS.split("\n")
    whole = [figure for figure in TWO_POOLS_READ.figures if figure.printed in lines[figure.source_line - 1]]
    assert len(whole) > 0.95 * len(TWO_POOLS_READ.figures)


def test_a_figures_csv_gives_back_its_rows() -> None:
    path = DATA / "two_pools.figures.csv"
    filing = read_figures_csv(path.read_text(encoding="utf-8"))
    assert rows(filing) == expected_rows(path)
    assert filing.groups == ("pool ii", "pool i")
    assert filing.problems == ()


def test_unreadable_rows_of_a_figures_csv_are_named() -> None:
    text = "page,section,line,column,printed\nx,S,L,total,1.00\n4,S,L,total\n4,S,L,total,1x00\n"
    filing = read_figures_csv(text)
    assert rows(filing) == [(4, "S", "L", "total", "1x00")]
    assert [(p.source_line, p.code) for p in filing.problems] == [
        (2, "row-unreadable"),
        (3, "row-unreadable"),
        (4, "not-a-number"),
    ]


@pytest.mark.parametrize("width", [20, 40, 60, 72, 75, 76, 77, 78, 79, 80, 95, 103, 120, 132, 200])
def test_another_wrap_width_is_found(width: int) -> None:
    filing = read_trustee_filing(rewrapped(unwrapped(TWO_POOLS), width))
    assert rows(filing) == rows(TWO_POOLS_READ)
    assert codes(filing) <= {"wrap-width", "heading-missing", "heading-differs", "footer-damaged"}


def test_lost_wrap_markers_are_reported_and_mostly_restored() -> None:
    filing = read_trustee_filing(TWO_POOLS.replace("\n>", "\n"))
    assert "wrap-markers-lost" in codes(filing)
    common = Counter(rows(filing)) & Counter(rows(TWO_POOLS_READ))
    assert common.total() > 0.9 * len(TWO_POOLS_READ.figures)


def test_carriage_returns_and_a_byte_order_mark_change_nothing() -> None:
    filing = read_trustee_filing("\ufeff" + TWO_POOLS.replace("\n", "\r\n"))
    assert rows(filing) == rows(TWO_POOLS_READ)
    assert filing.problems == ()


def digit_places(figure: PublishedFigure, lines: list[str]) -> list[int]:
    """Return where the figure's digits stand in its line, or nothing where they cannot be told from others."""
    line = lines[figure.source_line - 1]
    if line.count(figure.printed) != 1 or len(figure.printed) < 3:
        return []
    start = line.index(figure.printed)
    return [start + place for place, char in enumerate(figure.printed) if char.isdigit()]


@FUZZ
@given(st.integers(0, len(TWO_POOLS_READ.figures) - 1), st.integers(0, 30), st.integers(1, 9))
def test_one_changed_digit_changes_one_figure(index: int, place: int, step: int) -> None:
    lines = TWO_POOLS.split("\n")
    figure = TWO_POOLS_READ.figures[index]
    places = digit_places(figure, lines)
    if not places:
        return
    column = places[place % len(places)]
    line = lines[figure.source_line - 1]
    digit = str((int(line[column]) + step) % 10)
    lines[figure.source_line - 1] = line[:column] + digit + line[column + 1 :]
    changed = rows(read_trustee_filing("\n".join(lines)))
    before = rows(TWO_POOLS_READ)
    assert len(changed) == len(before)
    differing = [at for at, (old, new) in enumerate(zip(before, changed, strict=True)) if old != new]
    assert differing == [index]
    assert changed[index][:4] == before[index][:4]


def test_a_cell_that_is_no_number_is_kept_and_reported() -> None:
    figure = next(f for f in TWO_POOLS_READ.figures if f.line == "Curtailments" and f.column == "pool ii")
    filing = read_trustee_filing(TWO_POOLS.replace(figure.printed, figure.printed[:-1] + "x", 1))
    changed = next(f for f in filing.figures if f.line == "Curtailments" and f.column == "pool ii")
    assert changed.printed == figure.printed[:-1] + "x"
    assert [(p.code, p.source_line, p.page) for p in filing.problems] == [
        ("not-a-number", changed.source_line, changed.page)
    ]


FIGURE_LINES = sorted({figure.source_line for figure in TWO_POOLS_READ.figures})
# Rows that a complete filing may lack: fees, contracts and repurchases are named by the deal.
DEAL_ROWS = re.compile(r"Fee|Per Sec|883271|EXC01|Total Derivative|Floor Contract|Current Net Mortgage")


@FUZZ
@given(st.sampled_from(FIGURE_LINES))
def test_a_lost_line_is_reported(number: int) -> None:
    lines = TWO_POOLS.split("\n")
    if DEAL_ROWS.search(lines[number - 1]):
        return
    del lines[number - 1]
    filing = read_trustee_filing("\n".join(lines))
    assert rows(filing) != rows(TWO_POOLS_READ)
    assert filing.problems


@pytest.mark.parametrize("page", range(2, 21))
def test_a_lost_page_is_reported(page: int) -> None:
    text = "\n".join(unwrapped(TWO_POOLS))
    parts = re.split(r"(?<=Example Bank)\n", text)
    filing = read_trustee_filing("\n".join(parts[: page - 1] + parts[page:]))
    assert ("page-missing", page) in {(p.code, p.page) for p in filing.problems}
    assert rows(filing) == [row for row in rows(TWO_POOLS_READ) if row[0] != page]


@pytest.mark.parametrize("page", range(1, 21))
def test_a_lost_footer_is_reported_and_the_page_still_read(page: int) -> None:
    lines = [line for line in unwrapped(TWO_POOLS) if f"Page {page} of 20" not in line]
    filing = read_trustee_filing("\n".join(lines))
    assert "footer-missing" in codes(filing)
    assert rows(filing) == rows(TWO_POOLS_READ)


def test_a_wrong_page_number_is_mended_and_reported() -> None:
    filing = read_trustee_filing(TWO_POOLS.replace("Page 6 of 20", "Page 16 of 20"))
    assert rows(filing) == rows(TWO_POOLS_READ)
    assert codes(filing) == {"page-number-out-of-order"}


@pytest.mark.parametrize("heading", ["INTEREST - COLLECTIONS", "CHARACTERISTICS", "DEFAULT SPEEDS"])
def test_a_lost_section_heading_is_reported(heading: str) -> None:
    lines = [line for line in unwrapped(TWO_POOLS) if not line.startswith(heading)]
    assert "section-missing" in codes(read_trustee_filing("\n".join(lines)))


def test_a_damaged_section_heading_borrows_the_columns_of_the_others() -> None:
    lines = unwrapped(TWO_POOLS)
    at = next(number for number, line in enumerate(lines) if line.startswith("DEFAULT SPEEDS"))
    lines[at] = lines[at].replace("TOTAL", "TO?AL")
    filing = read_trustee_filing("\n".join(lines))
    assert rows(filing) == rows(TWO_POOLS_READ)
    assert codes(filing) == {"header-damaged"}


def test_lost_headings_of_a_bond_table_leave_complete_rows_readable() -> None:
    lines = [line for line in unwrapped(TWO_POOLS) if not line.startswith("Class          Type")]
    filing = read_trustee_filing("\n".join(lines))
    assert rows(filing) == rows(TWO_POOLS_READ)
    assert codes(filing) == {"header-missing"}


def test_a_lost_group_page_is_reported() -> None:
    text = TWO_POOLS.replace("Delinquency Report  -  Pool I Group", "Delinquency Report  -  Pool X Group")
    assert codes(read_trustee_filing(text)) == {"group-missing"}


def test_a_loan_too_few_is_reported() -> None:
    figure = next(f for f in TWO_POOLS_READ.figures if f.section == "LOANS PREPAID IN FULL")
    lines = [line for line in unwrapped(TWO_POOLS) if not line.startswith(figure.line)]
    assert codes(read_trustee_filing("\n".join(lines))) == {"loan-count-differs"}


@pytest.mark.parametrize(
    ("label", "prose"),
    [
        ("Floor Contract Payment Amounts", "Note: an invented remark here"),
        ("TOTAL SERVICING FEES", "TOTAL SERVI?ING FEES"),
        ("TOTAL INTEREST  FEES", "TO?AL INTEREST FEES"),
        ("Loan Count:", "Loan Coun?:"),
        ("PRE-FUNDING ACCOUNT", "PRE-FUNDING A?COUNT"),
    ],
)
def test_a_damaged_label_is_reported_and_its_figures_kept(label: str, prose: str) -> None:
    filing = read_trustee_filing(TWO_POOLS.replace(label, prose.ljust(len(label)), 1))
    assert filing.problems or prose.startswith("Note")
    assert [row[4] for row in rows(filing)] == [row[4] for row in rows(TWO_POOLS_READ)]


def test_figures_among_formulas_are_reported() -> None:
    lines = unwrapped(TWO_POOLS)
    at = next(number for number, line in enumerate(lines) if "METHODOLOGY" in line)
    lines.insert(at + 1, " " * 15 + "A stray row".ljust(73) + "1,234.56")
    filing = read_trustee_filing("\n".join(lines))
    assert codes(filing) == {"line-not-understood"}
    assert rows(filing) == rows(TWO_POOLS_READ)


def damaged(seed: int, text: str) -> str:
    """Return the text with a few random injuries."""
    chance = random.Random(seed)
    lines = text.split("\n")
    for _ in range(chance.choice([1, 2, 5, 40])):
        at = chance.randrange(len(lines))
        kind = chance.randrange(8)
        column = chance.randrange(len(lines[at]) + 1)
        if kind == 0:
            del lines[at]
        elif kind == 1:
            lines[at] = lines[at][:column] + chance.choice("\x00\x0c x9.,(>-%\u2028é\t") + lines[at][column + 1 :]
        elif kind == 2:
            lines = lines[: at + 1]
        elif kind == 3:
            lines = lines[at:]
        elif kind == 4:
            lines.insert(at, chance.choice(lines))
        elif kind == 5:
            lines[at] = lines[at].removeprefix(">")
        elif kind == 6:
            lines[at] = lines[at] * 2
        else:
            lines[at] = lines[at][:column]
        lines = lines or [""]
    return "\n".join(lines)


@FUZZ
@given(st.integers(0, 10**9))
def test_damage_never_raises(seed: int) -> None:
    filing = read_trustee_filing(damaged(seed, TWO_POOLS))
    assert all(problem.message for problem in filing.problems)


@FUZZ
@given(st.integers(0, 10**9), st.integers(10, 210))
def test_damage_and_another_width_never_raise(seed: int, width: int) -> None:
    read_trustee_filing(damaged(seed, rewrapped(unwrapped(TWO_POOLS), width)))


@FUZZ
@given(st.binary(max_size=2000))
def test_any_bytes_can_be_read(content: bytes) -> None:
    read = read_statement(content)
    assert read.problems


@FUZZ
@given(st.text(alphabet=st.sampled_from(' \n>0123456789.,|()%"=-ABClasRteTOTAL\x00\x0c\u2028'), max_size=600))
def test_any_text_can_be_read_by_every_reader(text: str) -> None:
    for read in (read_trustee_filing, read_class_table, read_figures_csv):
        assert isinstance(read(text), Filing | ClassTable)
    sniff(text)


@pytest.mark.parametrize("text", ["", "\n\n", ">", ">" * 5000, "Page 1 of 9999", "9" * 100000, "1  " * 5000])
def test_hostile_text_ends_in_problems(text: str) -> None:
    for filing in (read_trustee_filing(text), read_class_table(text), read_figures_csv(text)):
        assert filing.problems


CLASS_TABLE = """URL: https://statements.example/7
EXAMPLE SERIES 9 RECORD DATE OCTOBER 31 2002 DISTRIBUTION DATE NOVEMBER 20 2002
Class|CUSIP|Descr|Rate
A|11111AAA1|SEN|1.50000%
B|11111AAB9|SUB|2.50000%
CLASS|Beginning Balance|Interest|Current Realized Loss|Ending|Total Distribution|Cumulative Losses
A|1,000.00|1.25|0.00|900.00|101.25|0.00
B|500.00|1.04|0.00|500.00|1,04 [printed so]|0.00
Totals|1,500.00|2.29|0.00
A closing remark, with a comma.
"""


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


def test_each_kind_of_statement_is_recognised(tmp_path: Path) -> None:
    figures = (DATA / "two_pools.figures.csv").read_text(encoding="utf-8")
    assert sniff(TWO_POOLS) == "trustee text"
    assert sniff(rewrapped(unwrapped(TWO_POOLS), 30)) == "trustee text"
    assert sniff(figures) == "figures csv"
    assert sniff(CLASS_TABLE) == "class table"
    assert sniff("Dear sir, nothing here.") is None
    path = tmp_path / "statement.txt"
    path.write_text(CLASS_TABLE, encoding="utf-8")
    assert isinstance(read_statement(path), ClassTable)
    assert rows_of(read_statement(DATA / "two_pools.txt")) == rows_of(read_statement(figures.encode()))


def rows_of(read: Filing | ClassTable) -> list[Row]:
    """Return the figures of what must be a filing."""
    assert isinstance(read, Filing)
    return rows(read)


def test_what_cannot_be_opened_is_a_problem(tmp_path: Path) -> None:
    assert codes(read_statement(tmp_path / "absent.txt")) == {"file-unreadable"}
    assert codes(read_statement("a\x00b")) == {"file-unreadable"}
    assert codes(read_statement(tmp_path)) == {"file-unreadable"}
    assert codes(read_statement(b"")) == {"empty"}
    assert codes(read_statement(b"Dear sir")) == {"format-unknown"}


def test_latin_1_is_read_and_reported() -> None:
    read = read_statement("Société Record Date 30-Apr-2000\n".encode("latin-1") + b"Class|Rate|Interest\nA|1%|2.00\n")
    assert isinstance(read, ClassTable)
    assert len(read.rows) == 1
    assert codes(read) == {"not-utf-8"}


needs_statements = pytest.mark.skipif(STATEMENTS is None, reason="INDENTURE_STATEMENTS names no directory")


@needs_statements
def test_every_figure_of_the_published_filings_is_read() -> None:
    listed = sorted(Path(STATEMENTS or "").glob("filings/*.figures.csv"))
    assert listed
    for path in listed:
        filing = read_statement(path.with_name(path.name.replace(".figures.csv", ".txt")))
        assert isinstance(filing, Filing)
        assert Counter(rows(filing)) == Counter(expected_rows(path))
        assert filing.problems == ()


@needs_statements
def test_published_class_tables_keep_every_class() -> None:
    read = {path.name: read_statement(path) for path in Path(STATEMENTS or "").glob("statements/*.txt")}
    tables = {name: table for name, table in read.items() if isinstance(table, ClassTable)}
    assert tables
    for name, table in tables.items():
        ids = [row.class_id for row in table.rows]
        text = (Path(STATEMENTS or "") / "statements" / name).read_text(encoding="utf-8")
        listed = {line.partition("|")[0] for line in text.split("\n") if re.match(r"[A-Z][-0-9A-Z]*\|", line)}
        assert set(ids) == listed, name
        assert table.record_date is not None
        assert table.distribution_date is not None


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


@pytest.mark.parametrize(
    "heading", ["Cusip No.", "Pass-Through Rate (%)", "Realized Loss", "Total Payment", "RATE*", "End Bal."]
)
def test_columns_go_by_many_names(heading: str) -> None:
    table = read_class_table(f"Class|Interest|{heading}\nA|1.00|2.00\n")
    assert table.problems == ()


@pytest.mark.parametrize("text", ["(1.00)-", "-(1.00)", "$", "$$1.00", "2,85695", "1.00--", "(1.00", "", "n/a", "5 -1"])
def test_what_is_no_number_in_a_table(text: str) -> None:
    assert parse_cell(text) is None


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


TITLE_LINES = [n for n, line in enumerate(TWO_POOLS.split("\n"), start=1) if "Example Home Loan Trust" in line]


@pytest.mark.parametrize("number", TITLE_LINES)
def test_figures_above_a_heading_are_reported(number: int) -> None:
    lines = TWO_POOLS.split("\n")
    lines[number - 1 : number - 1] = [
        "               Stray Fee Amount",
        ">          1,234.56       0.00           1,234.56",
    ]
    filing = read_trustee_filing("\n".join(lines))
    assert (number, "line-not-understood") in {(p.source_line, p.code) for p in filing.problems}
    assert rows(filing) == rows(TWO_POOLS_READ)


@pytest.mark.parametrize("number", TITLE_LINES)
def test_a_page_of_another_deal_is_reported(number: int) -> None:
    lines = TWO_POOLS.split("\n")
    lines[number - 1] = lines[number - 1].replace("Example Home", "Another Home")
    filing = read_trustee_filing("\n".join(lines))
    assert [(p.source_line, p.code) for p in filing.problems] == [(number, "deal-name-differs")]


def test_a_figures_csv_may_have_more_columns_in_any_order() -> None:
    text = "value,printed,page,origin,column,line,section\n1.0,1.00,4,derived,total,L,S\n2,2.00,4,x,total,L\n"
    assert sniff(text) == "figures csv"
    filing = read_figures_csv(text)
    assert rows(filing) == [(4, "S", "L", "total", "1.00")]
    assert [(p.source_line, p.code) for p in filing.problems] == [(3, "row-unreadable")]
