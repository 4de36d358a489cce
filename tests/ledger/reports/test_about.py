"""What a result says of itself leads its text and its JSON, and ends its CSV."""

from __future__ import annotations

import csv
import datetime as dt
import json

from ledger.reports import About, Column, Report, Table, written

ABOUT = About(deal="trust", record_date=dt.date(2020, 1, 31), known_through=7, made_by="=cmd|x \u202e\x1b")
TABLE = Table(name="rows", columns=(Column("a"), Column("b")), rows=(("1", "2"),))
REPORT = Report(title="Rows", about=ABOUT, parts=(TABLE,))


def test_text_begins_with_it() -> None:
    block, title, *_ = written(REPORT, "text").split("\n\n")
    lines = block.split("\n")
    assert (lines[0], title.split("\n")[0]) == ("about this output, version 1", "Rows")
    assert lines[1:4] == ["  deal           trust", "  record date    2020-01-31", "  known through  7"]
    assert all(line.isprintable() for line in lines)


def test_json_and_its_lines_begin_with_it() -> None:
    document = json.loads(written(REPORT, "json"))
    assert list(document) == ["about", "rows"]
    first, row = written(REPORT, "jsonl").splitlines()
    assert json.loads(first) == {"about": document["about"]}
    assert json.loads(row) == {"a": "1", "b": "2"}
    assert document["about"]["version"] == 1
    assert document["about"]["known_through"] == 7


def test_csv_ends_with_it_and_none_of_it_runs() -> None:
    header, row, *said = csv.reader(written(REPORT, "csv").splitlines())
    assert (header, row) == (["a", "b"], ["1", "2"])
    assert [cells[:2] for cells in said][:2] == [["about", "version"], ["about", "deal"]]
    assert said[-1][2].startswith("'=cmd")


def test_what_says_nothing_is_what_it_was() -> None:
    assert written(Report(title="Rows", parts=(TABLE,)), "csv") == "a,b\n1,2\n"
    assert written(Report(title="Rows", parts=(TABLE,)), "jsonl") == '{"a":"1","b":"2"}\n'
