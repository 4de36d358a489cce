"""What every command prints as JSON has a committed schema, which is current and true of what is printed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ledger.reports import ABOUT, ABOUT_VERSION, Column, ColumnKind, Fact, Report, Table, written
from tests.ledger.events.test_schemas import faults
from tests.results.asked import answers, posting, stands_for, within
from tests.results.described import described
from tests.results.fitting import COMMITTED, HOW, REFUSED, check_fits, committed, file_of
from tests.results.paged import pages_answered
from tests.results.pages import PAGES
from tests.results.write import described_commands, documents

PAID = (
    Column("day", kind=ColumnKind.DATE),
    Column("amount", kind=ColumnKind.MONEY, unit="dollars"),
    Column("events", kind=ColumnKind.COUNT),
    Column("who", kind=ColumnKind.LIST),
)


def test_every_command_and_page_that_gives_json_has_a_committed_schema_and_nothing_else_has() -> None:
    assert {path.name for path in COMMITTED.glob("*.json")} == {
        file_of(name) for name in (*described_commands(), *PAGES, REFUSED)
    }, HOW


@pytest.mark.parametrize("path", sorted(COMMITTED.glob("*.json")), ids=lambda path: path.stem)
def test_every_schema_demands_a_version_and_allows_nothing_that_it_does_not_name(path: Path) -> None:
    schema = json.loads(path.read_text(encoding="utf-8"))
    assert "about" in schema["required"]
    assert schema["properties"][ABOUT]["properties"]["version"] == {"const": ABOUT_VERSION}
    assert schema["additionalProperties"] is False
    assert list(faults(schema, {ABOUT: {"version": ABOUT_VERSION + 1}}, schema))


def test_what_postings_print_fits(tmp_path: Path) -> None:
    with within(tmp_path):
        found = list(posting())
    for item in found:
        check_fits(item.command, item.document)
    assert len({item.command for item in found}) >= 10


def test_what_pages_give_fits_and_their_schemas_are_current() -> None:
    given = list(pages_answered())
    assert {item.command for item in given} == set(PAGES)
    for item in given:
        check_fits(item.command, item.document)
    for name, text in documents(given).items():
        assert (COMMITTED / name).read_text(encoding="utf-8") == text, HOW


@pytest.mark.slow
def test_every_result_fits_and_every_schema_is_current(tmp_path: Path) -> None:
    printed = list(answers(tmp_path))
    assert {item.command for item in printed} == described_commands()
    for item in printed:
        check_fits(item.command, item.document)
    for name, text in documents(printed).items():
        assert (COMMITTED / name).read_text(encoding="utf-8") == text, HOW


def test_a_column_is_described_by_its_kind_where_no_row_is() -> None:
    empty = Report(title="", parts=(Fact("deal", "trust"), Table(name="paid", columns=PAID, rows=())))
    item = stands_for("replay paid", empty)
    schema = described([item.document], item.tables).schema()
    rows = schema["properties"]["paid"]["items"]["properties"]
    assert rows["amount"] == {"description": "amount: money, in dollars", "type": "string"}
    assert rows["events"]["anyOf"] == [{"type": "integer"}, {"type": "null"}]
    assert rows["who"]["type"] == "array"
    assert (schema["required"], schema["additionalProperties"]) == (["about", "deal", "paid"], False)


@pytest.mark.parametrize("change", [{"deal": 1}, {"more": ""}, {"periods": [{}]}, {ABOUT: {}}], ids=str)
def test_a_schema_finds_what_is_not_as_it_says(change: dict[str, object]) -> None:
    schema = committed("replay periods")
    plain = {ABOUT: {"version": ABOUT_VERSION}, "deal": "trust", "known_through": 1, "periods": [], "acknowledged": []}
    assert list(faults(schema, plain, schema)) == []
    assert list(faults(schema, plain | change, schema))


def test_a_result_that_says_nothing_of_itself_says_its_version() -> None:
    assert json.loads(written(Report(title=""), "json")) == {ABOUT: {"version": ABOUT_VERSION}}
