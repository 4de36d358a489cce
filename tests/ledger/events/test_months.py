"""Events that months are built by: figures of an index, payments that change, and that a month was built."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from ledger import IndexPublished, InvalidEvent, LoanPaymentChanged, MonthBuilt, decode, encode
from tests.deals.noted import CMT, DEAL, DUE, noted


def test_a_payment_is_one_loans() -> None:
    with pytest.raises(InvalidEvent, match="name it"):
        LoanPaymentChanged(event_id="x", deal=DEAL, effective_date=DUE, group="fixed", payment="10.00")
    with pytest.raises(InvalidEvent, match="negative"):
        LoanPaymentChanged(event_id="x", deal=DEAL, effective_date=DUE, loan="level", payment="-10.00")


def test_a_figure_may_lie_below_zero_and_is_found_by_its_day() -> None:
    figure = IndexPublished(
        event_id="x", deal=DEAL, effective_date="2024-01-20", as_of="2024-01-19", index=CMT, rate="-0.001"
    )
    assert decode(encode(figure)) == figure
    with noted() as ledger:
        ledger.post(figure).or_raise()
        history = ledger.index_history(DEAL, CMT)
        assert [item.rate for item in history.figures] == [Decimal("0.0481"), Decimal("-0.001")]
        ledger.reverse(DEAL, "x", effective_date=dt.date(2024, 1, 20), reason="misread").or_raise()
        assert [item.rate for item in ledger.index_history(DEAL, CMT).figures] == [Decimal("0.0481")]
        assert ledger.index_history(DEAL, "another").figures == ()


def test_a_month_that_was_built_says_behind_what_and_with_what() -> None:
    with noted() as ledger:
        known = ledger.head(DEAL).sequence
        ledger.post_month(DEAL, DUE).or_raise()
        (built,) = [item.event for item in ledger.events(DEAL) if isinstance(item.event, MonthBuilt)]
        assert (built.due_date, built.known_through, built.event_id) == (DUE, known, "noted/month/2024-02-26/built")
        assert decode(encode(built)) == built


def test_a_payment_that_was_changed_is_the_one_that_falls_due() -> None:
    with noted() as ledger:
        changed = LoanPaymentChanged(event_id="x", deal=DEAL, effective_date=DUE, loan="level", payment="1300.00")
        ledger.post(changed).or_raise()
        said = ledger.build_month(DEAL, DUE).said
        principal = next(
            amounts.principal for key, amounts in said.items() if key[:2] == ("scheduled_payment_due", "level")
        )
        assert principal == 3_000_000
