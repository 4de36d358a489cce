"""An event is read in the envelope that it was posted in, from whatever holds the log."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from ledger import Ledger
from ledger.reading import recorded
from tests.deals.toy import TOY, toy_deal
from tests.evidence.enveloped import JANE, LEE, STATED, enveloped_toy, stated


def actors(ledger: Ledger, **asked: list[str]) -> dict[int, str]:
    """Return who posted the events of the toy deal of which it is stated."""
    found = ledger.events(TOY, **asked)  # type: ignore[arg-type]
    return {item.sequence: item.envelope.actor for item in found if item.envelope and item.envelope.actor}


@pytest.mark.parametrize("together", [1, 2, 5, 2_000])
def test_every_event_is_read_in_its_envelope(
    either_ledger: Ledger, together: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorded, "_TOGETHER", together)
    enveloped_toy(either_ledger)
    expected = dict.fromkeys(range(1, 4), JANE.actor) | dict.fromkeys(range(14, 37), LEE.actor)
    assert actors(either_ledger) == expected
    assert actors(either_ledger, event_ids=["1/due/one-1", "toy/opened", "board/one-1"]) == {
        1: JANE.actor,
        15: LEE.actor,
    }
    assert stated(either_ledger) == STATED


def test_an_envelope_is_read_with_its_moment_and_digest(ledger: Ledger) -> None:
    enveloped_toy(ledger)
    first, second = ledger.batches(TOY)
    held = ledger.stored_batches(TOY)
    assert (first.digest, second.digest) == tuple(item.digest.hex() for item in held)
    events = list(ledger.events(TOY))
    assert (first.recorded_at, second.recorded_at) == (events[0].recorded_at, events[13].recorded_at)
    assert (events[0].envelope, events[3].envelope, events[35].envelope) == (first, None, second)
    assert list(ledger.batches(TOY, known_through=13)) == [first]
    assert list(ledger.batches(TOY, known_through=20)) == [first, second]


def test_a_log_without_envelopes_is_read_as_before(toy: Ledger) -> None:
    assert [item.envelope for item in toy.events(TOY)] == [None] * 13
    assert list(toy.batches(TOY)) == []


def test_an_archive_and_its_tail_give_the_envelopes_of_the_ledger(tmp_path: Path) -> None:
    with Ledger.create(tmp_path / "toy.db") as ledger:
        toy_deal(ledger, "other")
        enveloped_toy(ledger)
        ledger.archive(TOY, tmp_path / "archive")
        ledger.reverse(TOY, "1/index", effective_date=recorded_day(ledger), reason="x", envelope=JANE).or_raise()
        with (
            Ledger.open(tmp_path / "archive") as sealed,
            Ledger.open(f"archive:{tmp_path / 'archive'}?tail={tmp_path / 'toy.db'}") as tailed,
        ):
            assert stated(sealed) == STATED
            assert stated(tailed) == [*STATED, (37, 37, JANE)]
            assert list(tailed.events(TOY)) == list(ledger.events(TOY))
            assert tailed.stored_batches(TOY) == ledger.stored_batches(TOY)
            assert list(tailed.events("other")) == list(ledger.events("other"))


def recorded_day(ledger: Ledger) -> dt.date:
    """Return the business date of the index that the toy month begins with."""
    (found,) = ledger.events(TOY, event_ids=["1/index"])
    return found.event.effective_date
