"""Every fault of a ledger is one of its errors."""

from __future__ import annotations

import pytest

from ledger import LedgerError, LedgerNotFound, StoreError, StoreUnavailable, StoreUnreadable
from ledger.errors import InvalidArgument, InvalidEvent, InvalidTerms, PostingRefused, UnknownDeal, Violation
from ledger.visible import is_visible


def test_every_fault_shares_one_root() -> None:
    for kind in (StoreError, StoreUnreadable, StoreUnavailable, LedgerNotFound):
        assert issubclass(kind, LedgerError)


HOSTILE = "\x1b]0;owned\x07\x1b[2J\u202e\x9b31m\u2028" + "x" * 1_000_000


@pytest.mark.parametrize(
    "fault",
    [
        StoreError(HOSTILE),
        UnknownDeal(HOSTILE, [HOSTILE] * 5_000),
        InvalidTerms(HOSTILE, "code", HOSTILE),
        InvalidArgument("name", "code", HOSTILE),
        InvalidEvent([Violation(HOSTILE, HOSTILE, "code", HOSTILE)] * 5_000),
        PostingRefused([Violation(HOSTILE, HOSTILE, "code", HOSTILE)] * 5_000),
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_no_message_is_a_flood_or_steers_a_terminal(fault: LedgerError) -> None:
    for told in (str(fault), str(fault.args)):
        assert len(told) < 70_000
        assert all(is_visible(sign) or sign == "\n" for sign in told)


def test_a_violation_says_what_it_was_made_of_where_that_is_short_and_shows() -> None:
    item = Violation("e", "f", "c", "wrong")
    assert (item.event_id, item.field, item.message) == ("e", "f", "wrong")
    assert "... and 4980 more" in str(InvalidEvent([item] * 5_000))
