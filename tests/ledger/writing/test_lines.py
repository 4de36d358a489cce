"""JSON Lines that are posted by columns are posted as single events are, and what is not plain is left to those."""

from __future__ import annotations

import json
from collections.abc import Callable

import attrs
import pytest
from freezegun import freeze_time

from ledger import Event, InvalidEvent, Ledger, LoanBoarded, encode, from_json
from ledger.writing import lines
from ledger.writing.tables import EventTable
from tests.deals.tables import MOMENT
from tests.deals.toy import TOY, month_events, toy_deal, toy_terms
from tests.ledger.writing.test_boarding import plain


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch, by_columns_from_the_first_row: None) -> None:
    monkeypatch.setattr(lines, "COLUMNS_FROM", 1)


def boarding(count: int = 4) -> list[str]:
    """Return loans as the ledger writes them."""
    with Ledger.create("sqlite://") as ledger:
        ledger.open_deal(TOY, toy_terms()).or_raise()
        ledger.post_table(TOY, [("loan_boarded", plain(count))]).or_raise()
        return [payload for part in ledger.payloads(TOY) for payload in part if "loan_boarded" in payload]


def posted(given: list[str], *, by_columns: bool, opened: bool = True) -> list[object]:
    """Return the rows of the toy deal after lines were posted to it."""
    with freeze_time(MOMENT), Ledger.create("sqlite://") as ledger:
        if opened:
            ledger.open_deal(TOY, toy_terms()).or_raise()
        if by_columns:
            found = lines.tables_of(given)
            assert found is not None
            ledger.post_table(*found).or_raise()
        else:
            ledger.post_many([from_json(line) for line in given]).or_raise()
        return list(ledger.stored_rows(TOY))


NOTHING_KNOWN = {item.name: None for item in attrs.fields(LoanBoarded) if item.default is None}

SPELLINGS: dict[str, Callable[[str], str]] = {
    "as written": lambda line: line,
    "in another order": lambda line: json.dumps(dict(reversed(json.loads(line).items()))),
    "with what nobody knows": lambda line: json.dumps({**NOTHING_KNOWN, **json.loads(line)}),
    "as an earlier release wrote it": lambda line: json.dumps({**NOTHING_KNOWN, **json.loads(line), "$version": 3}),
}


@pytest.mark.parametrize("spelt", SPELLINGS)
def test_both_ways_store_the_same(spelt: str, encoded: list[str]) -> None:
    given = [SPELLINGS[spelt](line) for line in boarding()]
    assert posted(given, by_columns=True) == posted(given, by_columns=False)
    assert set(encoded) == {"loan_boarded"}


def test_events_without_columns_keep_their_place() -> None:
    with Ledger.create("sqlite://") as ledger:
        toy_deal(ledger)
        ledger.post_many(month_events(1)).or_raise()
        given = [payload for part in ledger.payloads(TOY) for payload in part]
    by_columns = posted(given, by_columns=True, opened=False)
    assert by_columns == posted(given, by_columns=False, opened=False)


BOARDED = '"loan":"L1"'


@pytest.mark.parametrize(
    "spoilt",
    [
        '"loan":"L1","loan":"L1"',
        '"loan":1',
        '"loan":"L1","wish":1',
        '"loan":["L1"]',
        '"loan":"L1","note_rate":0.05',
    ],
)
def test_what_is_not_plain_is_left_to_single_events(spoilt: str) -> None:
    given = [line.replace(BOARDED, spoilt) for line in boarding()]
    assert lines.tables_of(given) is None


def test_a_null_is_no_default() -> None:
    given = [line.replace('"state":""', '"state":null') for line in boarding()]
    assert lines.tables_of(given) is None
    with pytest.raises(InvalidEvent):
        from_json(given[0])


def test_lines_of_two_deals_are_left_to_single_events() -> None:
    given = boarding()
    assert lines.tables_of([given[0].replace('"deal":"toy"', '"deal":"other"'), *given[1:]]) is None


@pytest.mark.parametrize("version", [0, 99])
def test_a_version_that_is_none_is_left_to_single_events(version: int) -> None:
    given = [line.replace('"$version":4', f'"$version":{version}') for line in boarding()]
    assert all(f'"$version":{version}' in line for line in given)
    assert lines.tables_of(given) is None


def test_types_that_change_from_line_to_line_go_event_by_event(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "COLUMNS_FROM", 3)
    events: list[Event] = sorted(month_events(1), key=lambda event: (getattr(event, "loan", None) or "", event.name))
    assert lines.tables_of([encode(event).decode() for event in events]) is None


def test_parts_of_a_long_file_are_one_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "_PART", 3)
    found = lines.tables_of(boarding(10))
    assert found is not None
    (table,) = found[1]
    assert isinstance(table, EventTable)
    assert len(table.frame) == 10
