"""Every writer on the same report, and on cells that would steer a terminal or run in a spreadsheet."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from decimal import Decimal

import pytest

from ledger.reports import (
    WRITERS,
    CellValue,
    Column,
    ColumnKind,
    Fact,
    Prose,
    Provenance,
    Report,
    Spelling,
    Table,
    as_csv,
    as_json,
    as_json_lines,
    as_tabs,
    as_text,
    written,
)

COLUMNS = (
    Column("loan"),
    Column("on", heading="date", kind=ColumnKind.DATE),
    Column("balance", kind=ColumnKind.MONEY, spelling=Spelling.GROUPED),
    Column("net", kind=ColumnKind.AMOUNT4, spelling=Spelling.ACCOUNTING),
    Column("rate", kind=ColumnKind.RATE, empty="(none)"),
    Column("count", kind=ColumnKind.COUNT),
    Column("ids", kind=ColumnKind.LIST),
    Column("said", aside=True),
)
ROWS: tuple[tuple[CellValue, ...], ...] = (
    ("7", dt.date(2024, 1, 31), Decimal("1234567.50"), Decimal("-1234.5"), Decimal("0.0625"), 3, ("a", "b"), "late"),
    ("08", None, Decimal("-0.10"), Decimal("2.3456"), None, 0, (), ""),
)
REPORT = Report(
    title="Loans",
    summary=("two of them",),
    provenance=Provenance(deal="d", known_through=9),
    parts=(
        Fact("whole", True),
        Fact("none", None),
        Fact("counts", (Fact("late", 1), Fact("paid", 1))),
        Fact("notes", ()),
        Table(name="loans", caption="All loans", columns=COLUMNS, rows=ROWS),
        Table(name="hidden", columns=(Column("x"),), rows=(("1",),), shown=()),
        Prose(heading="Notes:", lines=("  one", "  two")),
        Table(columns=(Column("for readers"),), rows=(("yes",),)),
    ),
)


def one_cell(text: str, kind: ColumnKind = ColumnKind.TEXT) -> Report:
    """Return a report of one cell, which every writer shows."""
    return Report(title="t", parts=(Table(name="cells", columns=(Column("cell", kind=kind),), rows=((text,),)),))


def test_text_aligns_by_kind_and_tells_readers_everything_but_facts() -> None:
    assert as_text(REPORT).split("\n") == [
        "Loans",
        "two of them",
        "",
        "All loans",
        "",
        "loan  date             balance         net    rate  count  ids   said",
        "----  ----------  ------------  ----------  ------  -----  ----  ----",
        "7     2024-01-31  1,234,567.50  (1,234.50)  0.0625      3  a, b  late",
        "08                       -0.10      2.3456  (none)      0",
        "",
        "Notes:",
        "  one",
        "  two",
        "",
        "for readers",
        "-----------",
        "yes",
    ]


def test_csv_is_the_table_for_programs() -> None:
    assert as_csv(REPORT).split("\n") == [
        "loan,on,balance,net,rate,count,ids",
        "7,2024-01-31,1234567.50,-1234.5,0.0625,3,a b",
        "08,,-0.10,2.3456,,0,",
        "",
    ]


def test_json_has_strings_for_amounts_and_numbers_for_counts() -> None:
    document = json.loads(as_json(REPORT))
    assert list(document) == ["about", "deal", "known_through", "whole", "none", "counts", "notes", "loans", "hidden"]
    assert (document["whole"], document["none"], document["notes"]) == (True, None, [])
    assert document["counts"] == {"late": 1, "paid": 1}
    assert document["loans"][0] == {
        "loan": "7",
        "on": "2024-01-31",
        "balance": "1234567.50",
        "net": "-1234.5",
        "rate": "0.0625",
        "count": 3,
        "ids": ["a", "b"],
    }
    assert document["loans"][1]["on"] == ""


def test_json_lines_are_the_rows_of_the_table() -> None:
    lines = as_json_lines(REPORT).splitlines()
    assert [json.loads(line) for line in lines] == json.loads(as_json(REPORT))["loans"]
    assert lines[1].startswith('{"loan":"08","on":"","balance":"-0.10"')


def test_bare_lines_have_tabs_and_no_heading() -> None:
    assert as_tabs(REPORT).splitlines()[1] == "08\t\t-0.10\t2.3456\t\t0\t"


def test_every_format_ends_its_last_line_and_has_a_name() -> None:
    assert list(WRITERS) == ["text", "json", "jsonl", "csv"]
    for form in WRITERS:
        text = written(REPORT, form)
        assert text.endswith("\n")
        assert not text.endswith("\n\n")
    with pytest.raises(KeyError):
        written(REPORT, "pdf")


STEERING = [
    "\x1b]0;owned\x07",
    "\x9b31m",
    "\x7f",
    "\u202e1.00",
    "\u2066a\u2069",
    "\u200b",
    "\ufeff",
    "a\rb",
    "a\nb",
    "a\vb",
    "a\x85b",
    "a\u2028b",
    "\ud800",
    "\U000e0041",
]


@pytest.mark.parametrize("text", STEERING, ids=ascii)
@pytest.mark.parametrize("form", WRITERS)
def test_nothing_hostile_leaves_a_writer(text: str, form: str) -> None:
    shown = written(one_cell(f"x{text}"), form)
    shown.encode("utf-8")
    assert all(line.isprintable() for line in shown.removesuffix("\n").split("\n"))
    assert "\\" in shown
    if form.startswith("json"):
        document = json.loads(shown)
        assert (document["cells"][0] if form == "json" else document)["cell"] == f"x{text}"
    else:
        assert len(shown.splitlines()) == (5 if form == "text" else 2)


@pytest.mark.parametrize("form", WRITERS)
def test_ordinary_text_of_any_language_stays_as_it_is(form: str) -> None:
    for text in ("Größe – 5 %", "№ 1", "日本語", "a\u00a0b", "\\x1b", "'quoted'", "Café"):
        shown = written(one_cell(text), form)
        assert (json.dumps(text, ensure_ascii=False) if form.startswith("json") else text) in shown


FORMULAS = [
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(A1)",
    " =1",
    "\u00a0=1",
    "\uff1d1",
    "-A1",
    "+-1x",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_that_would_run_in_a_spreadsheet_is_marked_as_text(text: str) -> None:
    for kind in ColumnKind:
        assert list(csv.reader(io.StringIO(as_csv(one_cell(text, kind)))))[1] == [f"'{text}"]


def test_a_tab_or_line_end_before_a_formula_is_spelt_out() -> None:
    for text, shown in (("\t=1", "\\t=1"), ("\r=1", "\\r=1"), ("\n=1", "\\n=1")):
        assert as_csv(one_cell(text)) == f"cell\n{shown}\n"


NUMBERS = ["-5.00", "-1,234.56", "+3", "-.5", "-1E-7", "-2.13%", "-$5.00", "- 5.00", "-", "--", "-0-", "(5.00)", "5-"]


@pytest.mark.parametrize("text", NUMBERS)
def test_a_number_is_left_alone_however_a_statement_prints_it(text: str) -> None:
    for kind in (ColumnKind.TEXT, ColumnKind.FIGURE):
        assert list(csv.reader(io.StringIO(as_csv(one_cell(text, kind)))))[1] == [text]


@pytest.mark.parametrize(
    "sign",
    [
        "=",
        "+",
        "-",
        "@",
        "\uff1d",
        "\uff0b",
        "\uff0d",
        "\uff20",
        "\ufe66",
        "\ufe62",
        "\ufe63",
        "\ufe6b",
        "\u2212",
        "\u207a",
    ],
)
@pytest.mark.parametrize("before", ["", " ", "\u00a0", "\u3000", '"', "'", "\u201c ", "\u2800", "\u3164", " \" ' "])
def test_no_cell_or_heading_is_a_formula_whatever_stands_before_it(sign: str, before: str) -> None:
    cell = f"{before}{sign}cmd|' /C calc'!A0"
    report = Report(title="t", parts=(Table(name="t", columns=(Column(cell), Column("b")), rows=((cell, "-1.50"),)),))
    heading, row = csv.reader(io.StringIO(as_csv(report)))
    assert heading[0].startswith("'")
    assert row == [f"'{cell}", "-1.50"]
    assert as_tabs(report).startswith("'")


def test_what_opens_no_formula_is_left_alone() -> None:
    cells = ("-0-", "-1,234.50", "+3", "(1.00)", "- 5", "x=1", "a@b", "'quoted'", "100%", "")
    table = Table(name="t", columns=tuple(Column(f"c{at}") for at in range(len(cells))), rows=(cells,))
    assert list(csv.reader(io.StringIO(as_csv(Report(title="t", parts=(table,))))))[1] == list(cells)
