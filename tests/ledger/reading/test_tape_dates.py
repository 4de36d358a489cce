"""When loans fall due is read of their boardings, alike for one and for many."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ledger import EventReversed, Ledger, LoanBoarded
from ledger.events import codec
from ledger.reading.tape_dates import TapeDates, tape_of, tape_of_payload, tapes_of_payloads
from tests.deals.pair import DEAL, on, pair_deal


def boarded(loan: str, paid_to: str | None, **said: Any) -> LoanBoarded:
    """Return the boarding of a loan on the first of January."""
    tape: dict[str, Any] = {"balance_in_group": "1000.00", "loan_count": 0, "note_rate": "0.06"} | said
    return LoanBoarded(
        event_id=f"board/{loan}", loan=loan, group="one", paid_to_date=paid_to, **tape, **on("2024-01-01")
    )


@pytest.mark.parametrize(
    ("paid_to", "missed", "is_ahead"),
    [
        (None, (), False),
        ("2023-11-01", (20231201, 20240101), False),
        ("2024-01-01", (), False),
        ("2024-03-01", (), True),
    ],
)
def test_a_boarding_says_which_due_dates_were_missed_or_paid_before(
    paid_to: str | None, missed: tuple[int, ...], is_ahead: bool
) -> None:
    tape = tape_of_payload(codec.encode(boarded("3", paid_to)).decode())
    assert (tape.missed, tape.is_ahead) == (missed, is_ahead)


def test_many_are_read_as_each_of_them_is() -> None:
    said = [boarded("3", "2023-11-01", payment="5.00"), boarded("4", None), boarded("5", "2023-11-01", payment="5.00"),
            boarded("6", "2023-11-01", payment="6.00")]  # fmt: skip
    payloads = [codec.encode(event).decode() for event in said]
    assert [*tapes_of_payloads(payloads)] == [tape_of_payload(payload) for payload in payloads]
    assert [tape.payment for tape in tapes_of_payloads(payloads)] == [50_000, 0, 50_000, 60_000]


def test_a_boarding_that_was_taken_back_says_nothing(ledger: Ledger) -> None:
    pair_deal(ledger)
    ledger.post_many([boarded("3", "2023-11-01"), boarded("4", "2023-12-01")]).or_raise()
    ledger.post(EventReversed(event_id="x", reverses="board/3", reason="twice", **on("2024-01-02"))).or_raise()
    with ledger._store.reading() as reading:
        found = tape_of(reading.boardings(reading.deal_key(DEAL), known_through=2**62))
    assert "3" not in found
    assert found["4"] == TapeDates(dt.date(2024, 1, 1), dt.date(2023, 12, 1), 1, 0)
