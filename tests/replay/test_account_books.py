"""The card of an account goes from the books of one day to those of another, event by event."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

import replay
from ledger import AsOf, InvalidArgument, Ledger
from tests.deals.toy import TOY, payment_date
from tests.replay.statements.test_restated import january, restate

FIRST, LAST = dt.date(2020, 12, 20), payment_date(1)


def test_every_card_ties_to_the_books_of_its_first_and_last_day(ledger: Ledger) -> None:
    january(ledger)
    restate(ledger)
    before = ledger.books(TOY, AsOf(record_date=FIRST - dt.timedelta(days=1)))
    after = ledger.books(TOY, AsOf(record_date=LAST))
    moved = 0
    for item in after:
        card = replay.account_card(ledger, TOY, item.account.name, FIRST, LAST, key=item.key)
        assert card.opening == before.balance(item.account.name, item.key).decimal
        assert card.closing == item.balance.decimal
        moved += len(card)
    assert moved == len(replay.journal(ledger, TOY, FIRST, LAST)) > 10


def test_a_journal_debits_what_it_credits(ledger: Ledger) -> None:
    january(ledger)
    found = replay.journal(ledger, TOY, FIRST, LAST)
    assert found.debits == found.credits > 0
    days = [item.effective_date for item in found]
    assert (days, min(days) >= FIRST, max(days) <= LAST) == (sorted(days), True, True)
    assert replay.journal(ledger, TOY, dt.date(2019, 1, 1), dt.date(2019, 1, 2)).debits == Decimal("0.00")


def test_a_card_names_the_events_and_what_they_leave(ledger: Ledger) -> None:
    january(ledger)
    card = replay.account_card(ledger, TOY, "collection_account", FIRST, LAST)
    opening, *movements, closing = card.rows()
    assert (opening["type"], closing["type"]) == ("opening", "closing")
    known = {item.event.event_id for item in ledger.events(TOY)}
    assert {row["event_id"] for row in movements} <= known
    assert movements[-1]["balance"] == closing["balance"]
    assert Decimal(closing["debit"]) - Decimal(closing["credit"]) == card.closing - card.opening
    assert card.to_frame().height == len(card) + 2


def test_as_closed_knows_what_the_closing_knew(ledger: Ledger) -> None:
    january(ledger)
    restate(ledger)
    then = replay.account_card(ledger, TOY, "collection_account", FIRST, LAST, as_closed=True)
    assert then.known_through == replay.periods(ledger, TOY).periods[0].closed_at
    assert "late" not in {item.posting.event_id for item in then}


def test_what_is_no_account_and_no_range_is_refused(ledger: Ledger) -> None:
    january(ledger)
    with pytest.raises(InvalidArgument, match="collection_account"):
        replay.account_card(ledger, TOY, "colection_account", FIRST, LAST)
    with pytest.raises(InvalidArgument, match="earlier date first"):
        replay.journal(ledger, TOY, LAST, FIRST)
