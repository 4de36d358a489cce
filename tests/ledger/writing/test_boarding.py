"""Boarding by columns writes the very rows that boarding loan by loan writes, and refuses what that refuses."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from enum import StrEnum
from typing import Any, get_args, get_type_hints

import attrs
import polars as pl
import pytest
from freezegun import freeze_time
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger import InvalidEvent, Ledger, LoanBoarded, Refusal, StoredRow, Violation, encode
from ledger.writing import columns
from ledger.writing.tables import EventTable, as_events
from tests.deals.tables import MOMENT
from tests.deals.toy import TOY, toy_terms
from tests.draws import draws

pytestmark = pytest.mark.usefixtures("by_columns_from_the_first_row")

TOY_TERMS = toy_terms()
ON = TOY_TERMS.cut_off_date
GROUP = TOY_TERMS.group_ids[0]
RATES = st.sampled_from([Decimal("0.0625"), Decimal("0.0601234567"), Decimal(0), Decimal(1), Decimal("0.50")])
AMOUNTS = st.sampled_from([Decimal("1000.00"), Decimal(0), Decimal("0.01"), Decimal("123456789.1")])
DAYS = st.dates(dt.date(1985, 1, 1), dt.date(2060, 12, 31))
COUNTS = st.integers(0, 480)

PLAIN: dict[str, st.SearchStrategy[Any]] = {
    "loan": st.from_regex(r"[A-Z][0-9]{1,3}", fullmatch=True),
    "group": st.just(GROUP),
    "balance": AMOUNTS,
    "note_rate": RATES,
    "servicing_rate": RATES,
    "original_balance": st.none() | AMOUNTS,
    "payment": st.none() | st.sampled_from([Decimal("10.1234"), Decimal("7.10")]),
    "original_term_months": st.none() | COUNTS,
    "seasoning_months": st.none() | st.sampled_from([Decimal("12.5"), Decimal(12), Decimal("0.10")]),
    "origination_date": st.none() | DAYS,
    "maturity_date": st.none() | DAYS,
    "state": st.none() | st.sampled_from(["CA", "", "New York <&>/"]),
    "loan_to_value": st.none() | st.sampled_from([Decimal("0.80"), Decimal("1.25")]),
    "subsequent": st.booleans(),
    "amortization_type": st.none() | st.sampled_from(["fixed", "adjustable"]),
    "status": st.none() | st.sampled_from(["performing", "reo"]),
    "servicer_loan": st.none() | st.sampled_from(["S 1", "S/2"]),
}
ODD: dict[str, st.SearchStrategy[Any]] = {
    "loan": st.sampled_from(["", " A", "A\n", "Ä1", "A" * 121, "A1"]),
    "group": st.sampled_from(["none", "", "Ä"]),
    "balance": st.sampled_from([Decimal("0.001"), Decimal(-1), Decimal("1.12345"), Decimal(10) ** 13]),
    "note_rate": st.sampled_from([Decimal("1.5"), Decimal("-0.01"), Decimal("0.012345678901")]),
    "servicing_rate": st.sampled_from([Decimal("2"), None]),
    "original_balance": st.sampled_from([Decimal("0.00001"), Decimal(-1)]),
    "payment": st.sampled_from([Decimal(-1)]),
    "original_term_months": st.sampled_from([-1, 10**10]),
    "seasoning_months": st.sampled_from([Decimal(-1), Decimal(10) ** 13]),
    "origination_date": st.sampled_from([dt.date(1900, 1, 1), dt.date(2200, 1, 1)]),
    "maturity_date": st.sampled_from([dt.date(1850, 1, 1)]),
    "state": st.sampled_from(['a "b"', "a\\b", "Ä", "x" * 501, "a\x7fb", "\t"]),
    "loan_to_value": st.sampled_from([Decimal(101), Decimal(-1)]),
    "subsequent": st.none(),
    "amortization_type": st.sampled_from(["FIXED", ""]),
    "status": st.sampled_from(["current"]),
    "servicer_loan": st.sampled_from(["", "Ä"]),
}


@st.composite
def tables(draw: st.DrawFn) -> pl.DataFrame:
    """Return loans of which now and then one says what is not plain, or is not allowed."""
    names = [name for name in PLAIN if name in ("loan", "group", "balance", "note_rate") or draw(st.booleans())]
    count = draw(st.integers(1, 5))
    held = {name: [draw(PLAIN[name]) for _ in range(count)] for name in names}
    if draw(st.booleans()):
        name = draw(st.sampled_from(names))
        held[name][draw(st.integers(0, count - 1))] = draw(ODD[name])
    held["event_id"] = [f"{TOY}/boarded/{place}" for place in range(count)]
    if draw(st.booleans()):
        for name, values in held.items():
            if any(isinstance(value, Decimal | dt.date) for value in values):
                held[name] = [None if value is None or value == "" else str(value) for value in values]
    return pl.DataFrame({**held, "effective_date": [ON] * count}, strict=False, infer_schema_length=None)


Outcome = list[StoredRow] | tuple[Violation, ...]


def boarded(frame: pl.DataFrame, *, by_columns: bool) -> Outcome:
    """Return the rows of a deal after loans were boarded into it, or why they were not."""
    table = EventTable("loan_boarded", frame)
    with Ledger.create("sqlite://") as ledger:
        ledger.open_deal(TOY, TOY_TERMS).or_raise()
        try:
            if by_columns:
                outcome = ledger.post_table(TOY, [table])
            else:
                outcome = ledger.post_many(list(as_events(table, frame, TOY)))
        except InvalidEvent as fault:
            return tuple(fault.violations)
        if isinstance(outcome, Refusal):
            return outcome.violations
        assert list(ledger.sum_faults(TOY)) == []
        return list(ledger.stored_rows(TOY))


@given(frame=tables())
@settings(
    max_examples=draws(8),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_both_ways_write_the_same_and_refuse_the_same(frame: pl.DataFrame) -> None:
    with freeze_time(MOMENT):
        assert boarded(frame, by_columns=True) == boarded(frame, by_columns=False)


def plain(count: int = 3, **changes: Any) -> pl.DataFrame:
    """Return loans that are plain."""
    held: dict[str, Any] = {
        "event_id": [f"{TOY}/boarded/L{k}" for k in range(count)],
        "effective_date": [ON] * count,
        "loan": [f"L{k}" for k in range(count)],
        "group": [GROUP] * count,
        "balance": ["1000.00"] * count,
        "note_rate": ["0.0625"] * count,
    }
    return pl.DataFrame(held | changes)


def test_texts_of_numbers_and_dates_go_by_columns(encoded: list[str]) -> None:
    frame = plain(origination_date=["2001-02-28"] * 3, effective_date=[ON.isoformat()] * 3)
    assert isinstance(boarded(frame, by_columns=True), list)
    assert encoded == ["loan_boarded"]


def test_a_date_that_there_is_not_is_left_to_single_events(encoded: list[str]) -> None:
    frame = plain(origination_date=["2001-02-29"] * 3)
    found = boarded(frame, by_columns=True)
    assert isinstance(found, tuple)
    assert found == boarded(frame, by_columns=False)
    assert encoded == []


def test_dates_of_any_span_are_written_as_single_events_write_them(encoded: list[str]) -> None:
    days = [dt.date(1949, 1, 31), None, dt.date(2061, 12, 1)]
    frame = plain(maturity_date=days)
    with freeze_time(MOMENT):
        assert boarded(frame, by_columns=True) == boarded(frame, by_columns=False)
    assert encoded == ["loan_boarded"]


@pytest.mark.parametrize("count", [0, 1])
def test_a_loan_inside_a_group_balance_is_counted_there_alone(count: int) -> None:
    frame = plain(balance=["0.00"] * 3, balance_in_group=["5.00"] * 3, loan_count=[count] * 3)
    with freeze_time(MOMENT):
        found = boarded(frame, by_columns=True)
        assert found == boarded(frame, by_columns=False)
    assert isinstance(found, list) is (count == 0)


def test_a_loan_that_stands_twice_or_was_there_is_refused_alike() -> None:
    frame = plain(loan=["L0", "L1", "L0"])
    assert boarded(frame, by_columns=True) == boarded(frame, by_columns=False)
    with Ledger.create("sqlite://") as ledger:
        ledger.open_deal(TOY, TOY_TERMS).or_raise()
        ledger.post_table(TOY, [("loan_boarded", plain())]).or_raise()
        again = ledger.post_table(TOY, [("loan_boarded", plain(event_id=["a", "b", "c"]))])
        assert isinstance(again, Refusal)
        assert [item.code for item in again.violations] == ["already_boarded"] * 3
        assert ledger.post_table(TOY, [("loan_boarded", plain())]).or_raise().repeated == 3


def test_what_follows_in_the_batch_knows_the_loans(encoded: list[str]) -> None:
    day = dt.date(2021, 1, 1)
    due = pl.DataFrame(
        {
            "event_id": ["d0", "d1", "d2"],
            "effective_date": [day] * 3,
            "loan": ["L0", "L1", "L2"],
            "principal": [Decimal("10.00")] * 3,
            "interest": [Decimal("5.00")] * 3,
        }
    )
    with Ledger.create("sqlite://") as ledger:
        ledger.open_deal(TOY, TOY_TERMS).or_raise()
        ledger.post_table(TOY, [("loan_boarded", plain()), ("scheduled_payment_due", due)]).or_raise()
        assert list(ledger.sum_faults(TOY)) == []
    assert encoded == ["loan_boarded", "scheduled_payment_due"]


def test_payloads_of_a_long_table_are_made_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "_PART", 2)
    frame = plain(5, note_rate=["0.01", "0.02", "0.03", "0.04", "0.05"])
    with freeze_time(MOMENT):
        rows = boarded(frame, by_columns=True)
        assert rows == boarded(frame, by_columns=False)


def test_columns_leave_out_what_single_events_leave_out() -> None:
    frame = plain(4).with_columns(
        state=pl.Series(["CA", "", "NY", ""]), payment=pl.Series([None, Decimal("10.00"), None, Decimal("11.50")])
    )
    table = EventTable("loan_boarded", frame)
    encoded = columns.encode(table, frame, TOY)
    assert encoded is not None
    written = [payload for part in encoded.payloads.parts() for payload in part]
    assert written == [encode(event).decode() for event in as_events(table, frame, TOY)]
    assert ["payment" in payload for payload in written] == [False, True, False, True]


def stated(declared: Any) -> Any:
    """Return a value of the class that a field holds."""
    inside = [item for item in get_args(declared) if item is not type(None)] or [declared]
    held = inside[0]
    if issubclass(held, StrEnum):
        return next(iter(held)).value
    return {Decimal: "0.00", int: 1, bool: False, dt.date: ON, str: "ten"}[held]


def test_every_field_of_a_loan_has_a_kind_that_columns_know() -> None:
    declared, unknown = get_type_hints(LoanBoarded), []
    for item in attrs.fields(LoanBoarded):
        if item.name == "deal":
            continue
        frame = plain()
        if item.name not in frame.columns:
            frame = frame.with_columns(pl.lit(stated(declared[item.name])).alias(item.name))
        encoded = columns.encode(EventTable("loan_boarded", frame), frame, TOY)
        first = "" if encoded is None else next(line for part in encoded.payloads.parts() for line in part)
        if f'"{item.name}":' not in first:
            unknown.append(item.name)
    assert unknown == []
