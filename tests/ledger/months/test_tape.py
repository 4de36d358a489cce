"""The tape as a month reads it: the boardings that stand, in the order of the log, and which of them owed something."""

from __future__ import annotations

import datetime as dt

import attrs

from ledger.months.shapes import Shapes, conventions_of
from ledger.months.tape import MonthTape, read_month_tape
from ledger.reading.loan_pool import standing_boardings
from ledger.store.rows import Boarding
from tests.deals.noted import DEAL, DUE, ISSUED, loan, noted, terms

POOL = (
    loan("paid"),
    loan("behind", paid_to_date="2023-10-01"),
    loan("ahead", paid_to_date="2024-03-01"),
    loan("twice"),
    loan("stated", payment="1199.10"),
)


def read(ledger: object) -> tuple[MonthTape, dict[str, Boarding]]:
    """Return the tape, and the boardings that stand as every other reader finds them."""
    store = ledger._store  # type: ignore[attr-defined]
    with store.reading() as reading:
        key = reading.deal_key(DEAL)
        known = reading.head(key).sequence
        shapes = Shapes(conventions_of(terms()), ISSUED, DUE)
        return read_month_tape(reading, key, known, shapes), standing_boardings(
            reading.boardings(key, known_through=known)
        )


def test_it_holds_the_boardings_that_stand() -> None:
    with noted(POOL) as ledger:
        ledger.reverse(DEAL, "board/twice", effective_date=ISSUED, reason="another balance").or_raise()
        again = loan("twice", balance="150000.00")
        ledger.post(attrs.evolve(again, event_id="board/again")).or_raise()
        ledger.reverse(DEAL, "board/paid", effective_date=ISSUED, reason="no loan of the pool").or_raise()
        tape, standing = read(ledger)
        assert [*tape.loans] == [*standing] == ["behind", "ahead", "stated", "twice"]
        held = tape.loans["twice"]
        assert (held.balance, held.rates[0], held.payment) == (1_500_000_000, 600_000_000, None)
        assert held.day == 20240101
        assert tape.loans["stated"].payment == 11_991_000


def test_what_was_boarded_behind_or_ahead_and_what_voids_is_set_apart() -> None:
    with noted(POOL) as ledger:
        ledger.reverse(DEAL, "board/paid", effective_date=ISSUED, reason="no loan of the pool").or_raise()
        tape, _ = read(ledger)
        assert [(row.loan, row.reverses) for row in tape.behind] == [
            ("behind", None),
            ("ahead", None),
            ("paid", "board/paid"),
        ]


def test_it_reads_what_is_known() -> None:
    with noted(POOL) as ledger:
        store = ledger._store
        with store.reading() as reading:
            key = reading.deal_key(DEAL)
            shapes = Shapes(conventions_of(terms()), ISSUED, dt.date(2024, 2, 1))
            assert [*read_month_tape(reading, key, 4, shapes).loans] == ["paid", "behind"]
