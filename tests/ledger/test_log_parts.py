"""A log verified in parts: sound only if the whole is, and as sound as the whole."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from unittest.mock import patch

import pytest

from ledger import EventReversed, Ledger
from ledger.log_parts import batch_end, part_ends, shares
from replay.evidence import verify as verifying
from replay.evidence.parts import prove_part
from replay.evidence.verify import verify
from replay.evidence.watching import Verification
from tests.deals.toy import TOY, month_events, prior_month, toy_deal, toy_month
from tests.evidence.damage import opened_up, summed_anew


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Four months, in which an event of an early one is voided late, and the last is open."""
    path = tmp_path / "toy.db"
    with Ledger.create(path) as ledger:
        toy_deal(ledger)
        for ordinal in (1, 2, 3):
            toy_month(ledger, ordinal)
        ledger.post_many(month_events(4, curtailment="5.00")).or_raise()
        ledger.post(
            EventReversed(
                event_id="void",
                deal=TOY,
                effective_date=prior_month(4, 20),
                reverses="4/curtailment",
                reason="returned",
            )
        ).or_raise()
    return path


def whole(path: Path, processes: int = 1) -> Verification:
    with Ledger.open(path) as ledger, patch.object(verifying, "WORTH_PARTS", 10):
        return verify(ledger, TOY, processes=processes)


@pytest.mark.parametrize("processes", [3, *(pytest.param(many, marks=pytest.mark.slow) for many in (2, 5))])
def test_parts_say_what_the_whole_says(path: Path, processes: int) -> None:
    assert whole(path, processes) == whole(path)
    assert whole(path).ok


def test_every_cut_is_a_sound_one(path: Path) -> None:
    with Ledger.open(path) as ledger, ledger._store.reading() as reading:
        key, head = reading.deal_key(TOY), ledger.head(TOY).sequence
        cut = {end for parts in range(1, 12) for end in part_ends(reading, TOY, parts)}
        ends = sorted(cut | {batch_end(reading, key, wanted) for wanted in range(1, head + 1)} - {0})
        address = str(ledger.address)
    assert ends[-1] == head
    assert len(ends) > 4
    for start, end in zip([0, *ends], ends, strict=False):
        proof = prove_part(address, TOY, start, end)
        assert proof is not None, (start, end)
        assert (proof.events, proof.head.sequence) == (end - start, end)


def test_closings_of_the_log_are_counted(path: Path) -> None:
    with Ledger.open(path) as ledger, ledger._store.reading() as reading:
        closed = [item.sequence for item in ledger.stored_rows(TOY) if item.type == "period_closed"]
        with patch("ledger.log_parts.shares", wraps=shares) as asked:
            part_ends(reading, TOY, 2)
    assert closed
    assert asked.call_args.args == (ledger.head(TOY).sequence, closed, 2)


def test_a_part_knows_what_stands_before_it(path: Path) -> None:
    """A collection of a loan that the part has not seen boarded, and the voiding of an event before it."""
    with Ledger.open(path) as ledger:
        end = ledger.head(TOY).sequence
        proof = prove_part(str(ledger.address), TOY, end - 1, end)
    assert proof is not None
    assert proof.events == 1


@pytest.mark.parametrize("what", ["payload", *(pytest.param(what, marks=pytest.mark.slow) for what in ("sum", "hash"))])
def test_what_is_wrong_in_any_part_is_named_as_in_the_whole(path: Path, what: str) -> None:
    with Ledger.open(path) as ledger:
        last = ledger.head(TOY).sequence
    connection = opened_up(path)
    at = last // 2
    if what == "payload":
        connection.execute("UPDATE events SET principal = principal + 1 WHERE sequence = ?", (at,))
    elif what == "hash":
        connection.execute("UPDATE events SET hash = zeroblob(32) WHERE sequence = ?", (at,))
    else:
        connection.execute("UPDATE run_totals SET interest = interest + 1 WHERE first_sequence > ?", (at,))
    connection.close()
    told = whole(path, 2)
    assert told.faults == whole(path).faults
    assert {fault.code for fault in told.faults} - {"other_schema"}


def test_rows_and_sums_that_were_changed_together_are_named(path: Path) -> None:
    """The sums fit the changed rows, so a part that rests on them is as wrong as they are; that before it says so."""
    connection: sqlite3.Connection = opened_up(path)
    connection.execute("UPDATE events SET principal = principal + 100 WHERE posts_as = 'loan_boarded'")
    connection.close()
    summed_anew(path)
    assert {fault.column for fault in whole(path, 3).faults} >= {"principal"}


def test_shares_are_as_much_work_as_one_another() -> None:
    """Closings are work too, wherever they stand, and no cut is before the one before it."""
    assert shares(200_000, [], 1) == []
    (plain,) = shares(200_000, [], 2)
    assert 0 < plain < 100_000, "whoever is done with the first part looks at what stands around the rows"
    (late,) = shares(200_000, range(150_000, 200_000, 1_000), 2)
    assert late > plain
    (early,) = shares(200_000, range(1_000, 51_000, 1_000), 2)
    assert early < plain
    many = shares(200_000, range(5_000, 200_000, 5_000), 8)
    assert many == sorted(many)
    assert len(many) == 6, "one of eight looks at what stands around the rows, and at nothing else"
    assert shares(0, [], 4) == []
