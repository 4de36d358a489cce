"""Events by which balances rise: their words, and which accounts each of them moves."""

from __future__ import annotations

import pytest

from ledger import DrawMade, InvalidEvent
from ledger.journal.postings import legs

CODES = {
    "principal collections": "collection_account",
    "funding account": "funding_account",
    "seller": "seller_draws",
    "variable funding note": "note_draws",
}


@pytest.mark.parametrize("code", CODES)
def test_a_draw_is_paid_by_whom_it_says(code: str) -> None:
    moved = {leg.account: leg.sign for leg in legs("draw_made", code)}
    assert moved == {"pool_principal": 1, CODES[code]: -1}


def test_a_stranger_pays_no_draw() -> None:
    with pytest.raises(InvalidEvent, match="funded_by"):
        DrawMade(event_id="e", deal="d", effective_date="2024-01-29", loan="1", amount="1.00", funded_by="nobody")
