"""Events of accounts are written and read back, and their legs sum to zero on the account that they name."""

from __future__ import annotations

from ledger import (
    Dated,
    Event,
    TrustAccountDeposited,
    TrustAccountEarned,
    TrustAccountFunded,
    TrustAccountReported,
    TrustAccountWithdrawn,
    decode,
    encode,
)
from ledger.events.registry import BY_CLASS
from ledger.journal.postings import account_effect, legs

ON: Dated = {"deal": "d", "effective_date": "2024-01-15"}  # type: ignore[typeddict-item]
EVENTS: dict[Event, int] = {
    TrustAccountDeposited(event_id="1", account_id="reserve", amount="5.00", **ON): 50_000,
    TrustAccountEarned(event_id="2", account_id="reserve", amount="0.01", **ON): 100,
    TrustAccountFunded(event_id="3", account_id="reserve", amount="2.00", **ON): 20_000,
    TrustAccountWithdrawn(
        event_id="4", account_id="reserve", drawn_for_interest="1.00", drawn_for_principal="0.50", released="0.25", **ON
    ): -17_500,
    TrustAccountReported(event_id="5", account_id="reserve", balance="5.26", **ON): 0,
}
"""Each with what it does to the account, in units of 0.0001 dollar."""


def test_they_are_read_as_they_were_written() -> None:
    assert all(decode(encode(event)) == event for event in EVENTS)


def test_they_move_the_account_that_they_name_and_their_legs_sum_to_zero() -> None:
    for event, units in EVENTS.items():
        known = BY_CLASS[type(event)]
        components = known.components(event)[:7]
        assert known.keys(event)[3] == "reserve"
        assert account_effect("trust_accounts", event.name, "reserve", components) == units
        moved = {leg.component: 0 for leg in legs(event.name, "reserve")}
        for leg in legs(event.name, "reserve"):
            moved[leg.component] += leg.sign
        assert set(moved.values()) <= {0}
