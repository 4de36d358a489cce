"""The figures of indexes as the log holds them."""

from __future__ import annotations

import datetime as dt

from ledger import IndexPublished
from tests.deals.noted import CMT, DEAL, noted


def test_what_was_taken_back_is_no_figure_and_what_took_its_place_is() -> None:
    with noted() as ledger:
        [figure] = ledger.index_history(DEAL, CMT).figures
        assert (str(figure.rate), figure.as_of) == ("0.0481", dt.date(2024, 1, 11))
        right = IndexPublished(
            event_id="right", deal=DEAL, effective_date="2024-01-12", as_of="2024-01-11", index=CMT, rate="0.04"
        )
        on = dt.date(2024, 1, 12)
        ledger.correct("cmt/2024-01-12", right, effective_date=on, reason="misread").or_raise()
        assert [str(item.rate) for item in ledger.index_history(DEAL, CMT).figures] == ["0.04"]
        ledger.reverse(DEAL, "right", effective_date=on, reason="of another index").or_raise()
        assert ledger.index_history(DEAL, CMT).figures == ()
