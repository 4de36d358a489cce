"""Adjusted rates held to notes and indexes: those of a month, and older ones that a corrected figure makes wrong."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ledger import IndexPublished, Ledger, LoanRateChanged, Readiness
from tests.deals.noted import CMT, DEAL, DUE, NEXT_DUE, NEXT_PAID, PAID, noted
from tests.ledger.readiness.cases import shows

APRIL_DUE, APRIL_PAID = dt.date(2024, 4, 1), dt.date(2024, 4, 25)
LOOKED_AT: dict[str, Any] = {"deal": DEAL, "effective_date": "2024-01-12", "as_of": "2024-01-11", "index": CMT}


def live(ledger: Ledger, due: dt.date, paid: dt.date) -> None:
    ledger.post_month(DEAL, due).or_raise()
    ledger.close_period(DEAL, paid).or_raise()
    ledger.distribute(DEAL, paid).or_raise()


def posted(ledger: Ledger, rate: str) -> Readiness:
    """Live February, post the rate that an adjustable loan comes to, and return what stands in the way of March."""
    live(ledger, DUE, PAID)
    changed = LoanRateChanged(event_id="by hand", deal=DEAL, effective_date="2024-03-01", loan="arm", note_rate=rate)
    ledger.post(changed).or_raise()
    ledger.post_month(DEAL, NEXT_DUE).or_raise()
    return ledger.readiness(DEAL, NEXT_PAID)


@shows("rate_unlike_index")
def test_a_rate_that_somebody_posts_is_held_to_the_note() -> None:
    """4.81% and 2.75% are 7.56%, to the eighth 7.5%."""
    with noted() as ledger:
        [found] = posted(ledger, "0.07625").findings
        assert (found.code, found.loans, found.events) == ("rate_unlike_index", ("arm",), ("by hand",))
        assert "arm from 2024-03-01: 7.625%, by its note 7.5" in found.message
        assert "of 2024-01-11" in found.message
    with noted() as ledger:
        assert not posted(ledger, "0.075004").findings  # near enough


def test_a_change_behind_the_adjustment_is_none_and_one_in_its_place_is() -> None:
    """A note is modified on 15 March: what it adjusted to on the 1st is what the month says."""
    for adjusted, found in (("0.075", set()), (None, {"rate_unlike_index"})):
        with noted() as ledger:
            live(ledger, DUE, PAID)
            for on, rate in (("2024-03-01", adjusted), ("2024-03-15", "0.0625")):
                if rate is not None:
                    one = LoanRateChanged(event_id=on, deal=DEAL, effective_date=on, loan="arm", note_rate=rate)
                    ledger.post(one).or_raise()
            assert {item.code for item in ledger.readiness(DEAL, NEXT_PAID).findings} & {"rate_unlike_index"} == found


def test_a_figure_that_is_corrected_shows_the_rates_that_came_of_it_until_the_month_is_closed() -> None:
    """4.00% and 2.75% are 6.75%: the loan is at 7.5%."""
    with noted() as ledger:
        live(ledger, DUE, PAID)
        live(ledger, NEXT_DUE, NEXT_PAID)
        right = IndexPublished(event_id="right", rate="0.0400", **LOOKED_AT)
        on = dt.date(2024, 1, 12)
        ledger.correct("cmt/2024-01-12", right, effective_date=on, reason="misread").or_raise()
        ledger.post_month(DEAL, APRIL_DUE).or_raise()
        [found] = ledger.readiness(DEAL, APRIL_PAID).findings
        assert (found.code, found.loans) == ("rate_unlike_index", ("arm",))
        assert "7.5" in found.message
        assert "6.75" in found.message
        ledger.close_period(
            DEAL, APRIL_PAID, acknowledge={"rate_unlike_index": "told the borrower"}, who="A"
        ).or_raise()
        ledger.distribute(DEAL, APRIL_PAID).or_raise()
        ledger.post_month(DEAL, dt.date(2024, 5, 1)).or_raise()
        assert not ledger.readiness(DEAL, dt.date(2024, 5, 28)).findings  # it was acknowledged, and is not said again


def test_a_figure_that_is_taken_back_leaves_nothing_to_hold_a_rate_to() -> None:
    with noted() as ledger:
        live(ledger, DUE, PAID)
        live(ledger, NEXT_DUE, NEXT_PAID)
        ledger.reverse(
            DEAL, "cmt/2024-01-12", effective_date=dt.date(2024, 1, 12), reason="of another index"
        ).or_raise()
        ledger.post_month(DEAL, APRIL_DUE).or_raise()
        assert not ledger.readiness(DEAL, APRIL_PAID).findings
