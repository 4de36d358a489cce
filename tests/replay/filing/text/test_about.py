"""What a result says of itself is read back from any format, and is passed over where figures are read."""

from __future__ import annotations

import pytest

from ledger.reports import About, Column, Report, Table, written
from replay.filing.text.about import said, without_about

SAID = About(deal="1+SUM(A1)", known_through=7, made_by="=a --b 'c d' -- \"3/A,B/x\"")
TABLE = Table(
    name="rows", columns=tuple(map(Column, ("page", "section", "line", "column"))), rows=(("1", "b", "c", "d"),)
)
REPORT = Report(title="Rows", about=SAID, parts=(TABLE,))


@pytest.mark.parametrize("form", ["text", "json", "csv", "jsonl"])
def test_it_is_read_back(form: str) -> None:
    assert said(written(REPORT, form)) == {name: str(value) for name, value in SAID.said().items()}
    assert said("\ufeff" + written(REPORT, form)) == said(written(REPORT, form))


def test_a_deal_called_about_is_no_block() -> None:
    rows = (("about", "version", "x", "y"), ("about", "b", "c", "d"))
    named = Report(title="", parts=(Table(name="rows", columns=TABLE.columns, rows=rows),))
    found = said(written(Report(title="", about=SAID, parts=named.parts), "csv"))
    assert found is not None
    assert found["deal"] == "1+SUM(A1)"


@pytest.mark.parametrize(
    "text", ["", "{", "[1]", "a,b\n1,2\n", '{"about": 3}', "about this output, version x\n  a  b\n"]
)
def test_what_says_nothing_says_nothing(text: str) -> None:
    assert said(text) is None
    assert without_about(text) == text


def test_lines_stay_where_they_stood() -> None:
    text = written(REPORT, "text")
    bare = without_about(text)
    assert bare.count("\n") == text.count("\n")
    assert bare.split("\n").index("Rows") == text.split("\n").index("Rows")
    assert not bare.partition("Rows")[0].strip()
