"""A statement says as known through what it is, and how far its distribution was then."""

from __future__ import annotations

import replay
from ledger import Ledger
from replay.statements.standing import head_known
from tests.deals.toy import TOY, payment_date
from tests.replay.statements.test_restated import january, restate


def test_the_state_is_as_known_then(ledger: Ledger) -> None:
    january(ledger)
    restate(ledger)
    (closing,) = ledger.events(TOY, types=["period_closed"])
    found = replay.statement(ledger, TOY, payment_date=payment_date(1), known_through=closing.sequence)
    then = replay.standing(ledger, found)
    assert (then.state.value, then.closed_at, then.paid_at) == ("closed", closing.sequence, None)
    assert then.head == f"{closing.sequence}:{closing.hash}"
    now = replay.standing(ledger, replay.statement(ledger, TOY, payment_date=payment_date(1)))
    assert (now.state.value, now.head) == ("restated", str(ledger.head(TOY)))
    before = replay.statement(ledger, TOY, payment_date=payment_date(1), known_through=closing.sequence - 1)
    assert replay.standing(ledger, before).state.value == "open"


def test_the_head_is_that_of_the_event(ledger: Ledger) -> None:
    january(ledger)
    for item in ledger.events(TOY, limit=3):
        assert head_known(ledger, TOY, item.sequence) == f"{item.sequence}:{item.hash}"
