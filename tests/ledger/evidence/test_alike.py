"""Rows that are proved by patterns: nothing is let through that the slow way would name."""

from __future__ import annotations

import random
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from ledger import AdvanceMade, CollectionReceived, InvalidEvent, Ledger, StoredRow
from ledger.events import codec
from ledger.evidence.alike import NotPlain, Patterns, amount_text, cash_text, rate_text, well_typed
from ledger.evidence.faults import LATEST_MOMENT
from ledger.evidence.rows import RowVerifier
from ledger.values.money import SCALE, amount, from_units, rate_to_units, to_rate, to_units
from tests.deals.toy import TOY, month_events, toy_deal, toy_month
from tests.draws import draws
from tests.evidence.damage import hashed_anew


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[StoredRow]:
    """Three months of the toy deal; the rows of a month are like each other."""
    with Ledger.create(Path(tmp_path_factory.mktemp("alike")) / "toy.db") as ledger:
        toy_deal(ledger)
        for ordinal in (1, 2):
            toy_month(ledger, ordinal)
        ledger.post_many(month_events(3)).or_raise()
        return list(ledger.stored_rows(TOY))


def one_by_one(rows: list[StoredRow]) -> list[str]:
    verifier = RowVerifier(TOY)
    return [str(fault) for row in rows for fault in verifier.check(row)]


def together(rows: list[StoredRow]) -> list[str]:
    return [str(fault) for fault in RowVerifier(TOY).check_all(rows)]


def test_most_rows_of_a_month_are_proved_by_a_pattern(rows: list[StoredRow]) -> None:
    verifier = RowVerifier(TOY)
    with patch.object(RowVerifier, "check", autospec=True, side_effect=RowVerifier.check) as slow:
        assert verifier.check_all(rows) == []
    assert slow.call_count < len(rows) * 0.7


@pytest.mark.parametrize("hashed", [False, True], ids=["as it is", "hashed anew"])
def test_what_is_changed_is_named_as_one_by_one(rows: list[StoredRow], hashed: bool) -> None:
    chance = random.Random(14)
    for _ in range(draws(60)):
        at, column = chance.randrange(len(rows)), chance.choice(StoredRow._fields)
        value = getattr(rows[at], column)
        other: object = value
        if isinstance(value, int):
            other = chance.choice([value + 1, -value, value + 100, value * 10, float(value), True, 2**70, None])
        elif isinstance(value, str):
            cut = chance.randrange(len(value) + 1)
            other = chance.choice(
                [value[:cut] + "0" + value[cut:], value.replace("0", "1", 1), "", '","group":"two', 1]
            )
        elif value is None:
            other = chance.choice(["one-1", 0])
        changed = [*rows]
        anything: dict[str, Any] = {column: other}
        changed[at] = rows[at]._replace(**anything)
        if hashed:
            try:
                changed = hashed_anew(changed)
            except (TypeError, ValueError, AttributeError):
                continue
        assert together(changed) == one_by_one(changed), (rows[at].sequence, column, other)


def test_a_payload_that_says_something_else_in_the_same_words_is_named(rows: list[StoredRow]) -> None:
    at = max(number for number, row in enumerate(rows) if row.type == "scheduled_payment_due")
    row = rows[at]
    for wanted, other, is_named in (
        (f'"event_id":"{row.event_id}"', f'"event_id":"{row.event_id}","group":"two"', True),
        ('"deal":"toy"', '"deal":"other"', True),
        ('"principal":"100.00"', '"principal":"100.0"', True),
        # What is said to restate an open month is let in as it is.
        ('"restates":false', '"restates":true', False),
    ):
        assert wanted in row.payload
        changed = row._replace(payload=row.payload.replace(wanted, other))
        forged = hashed_anew([*rows[:at], changed, *rows[at + 1 :]])
        assert together(forged) == one_by_one(forged)
        assert bool(together(forged)) == is_named


def test_an_instalment_that_falls_due_twice_is_not_let_through(rows: list[StoredRow]) -> None:
    """Under the second rules no loan owes two on one day, and a pattern asks as the rules do."""
    due = [row for row in rows if row.type == "scheduled_payment_due"][-1]
    payload = due.payload.replace(due.event_id, "again")
    again = due._replace(sequence=len(rows) + 1, event_id="again", payload=payload)
    changed = hashed_anew([*rows, again])
    assert together(changed) == one_by_one(changed)


@pytest.mark.parametrize("units", [0, 1, 99, 100, 12_300, 123_456_700, 123_456_789, 10**16, 10**16 + 100])
def test_amounts_are_written_as_the_codec_writes_them(units: int) -> None:
    exact = Decimal(units).scaleb(-SCALE)
    try:
        event = AdvanceMade(
            event_id="a", deal="d", effective_date="2021-01-01", loan="1", principal=exact, interest="0.00"
        )
    except InvalidEvent:
        event = None
    if event is None or units % 100:  # what no event holds, and what the rules must look at
        with pytest.raises(NotPlain):
            cash_text(units)
        return
    assert f'"principal":"{cash_text(units)}"' in codec.encode(event).decode()
    assert to_units(Decimal(amount_text(units))) == units
    assert from_units(units) == exact


def test_every_fraction_of_a_cent_is_written_as_the_codec_writes_it() -> None:
    for units in (*range(10_000), *range(10**9 - 50, 10**9 + 50)):
        assert amount_text(units) == str(amount(Decimal(units).scaleb(-SCALE)))


def test_rates_are_written_as_the_codec_writes_them() -> None:
    for text in ("0", "0.06", "0.053755", "1", "0.0000000001"):
        assert rate_text(rate_to_units(to_rate(text))) == str(to_rate(text))


def test_rows_of_wrong_types_are_not_well_typed(rows: list[StoredRow]) -> None:
    assert well_typed(rows, LATEST_MOMENT)
    odd: list[tuple[str, Any]] = [("principal", 1.0), ("loan", b"one-1"), ("hash", b"short"), ("recorded_at", -1)]
    for column, value in [*odd, ("reverses", 3)]:
        assert not well_typed([*rows[:5], rows[5]._replace(**{column: value})], LATEST_MOMENT)


def test_where_dates_belong_is_asked_again_when_a_month_closes(rows: list[StoredRow]) -> None:
    """A row like one before a closing may belong to another month behind it."""
    verifier = RowVerifier(TOY)
    closing = next(number for number, row in enumerate(rows) if row.type == "period_closed")
    assert verifier.check_all(rows[:closing]) == []
    patterns: Patterns = verifier._patterns
    assert patterns._placed
    verifier.check_all(rows[closing : closing + 1])
    assert not patterns._placed


def test_rows_of_another_day_are_proved_by_the_pattern_of_the_first(tmp_path: Path) -> None:
    """A date that comes only once costs no second look; its distribution is still that of the rules."""
    with Ledger.create(tmp_path / "toy.db") as ledger:
        toy_deal(ledger)
        ledger.post_many(
            CollectionReceived(
                event_id=f"c/{day}", deal=TOY, effective_date=f"2021-0{1 + day // 20}-{1 + day % 20:02d}", loan="one-1",
                principal="1.00", interest="1.00",
            )
            for day in range(40)
        ).or_raise()  # fmt: skip
        rows = list(ledger.stored_rows(TOY))
    with patch.object(RowVerifier, "check", autospec=True, side_effect=RowVerifier.check) as slow:
        assert together(rows) == []
    assert [call.args[1].event_id for call in slow.call_args_list if call.args[1].event_id.startswith("c/")] == ["c/0"]
    months = sorted({row.distribution for row in rows if row.event_id.startswith("c/")})
    assert len(months) > 1
    for at, row in enumerate(rows):
        if row.event_id in ("c/7", "c/39"):
            other = next(month for month in months if month != row.distribution)
            changed = hashed_anew([*rows[:at], row._replace(distribution=other), *rows[at + 1 :]])
            assert together(changed) == one_by_one(changed) != []


def test_a_collection_of_another_day_has_a_pattern_of_its_own(tmp_path: Path) -> None:
    """Dates that no column holds are read from the payload, and must be dates."""
    with Ledger.create(tmp_path / "toy.db") as ledger:
        toy_deal(ledger)
        ledger.post_many(
            CollectionReceived(
                event_id=f"c/{number}",
                deal=TOY,
                effective_date="2021-01-01",
                loan=f"one-{number}",
                principal="1.00",
                interest="1.00",
                received_date=f"2020-12-1{number}",
            )
            for number in range(1, 7)
        ).or_raise()
        rows = list(ledger.stored_rows(TOY))
    assert together(rows) == one_by_one(rows) == []
    last = rows[-1]
    odd = last._replace(payload=last.payload.replace("2020-12-16", "2020-12-36"))
    assert together(hashed_anew([*rows[:-1], odd])) == one_by_one(hashed_anew([*rows[:-1], odd])) != []
