"""Reports of loans: listings that are written while they are read."""

from __future__ import annotations

import json
from collections.abc import Iterator

import polars as pl
import pytest

from ledger import Ledger
from replay.reports.loans import Listing, RollForwardListing, by_group_told, listing_csv, listing_frame, listing_json
from tests.deals.pair import DEAL, FEBRUARY, due, pair_deal, pair_terms


@pytest.fixture
def pair() -> Iterator[Ledger]:
    """Two loans of 150,000 at 6%."""
    with Ledger.create("sqlite://") as ledger:
        pair_deal(ledger, pair_terms(rules=4))
        ledger.post_many([due(2, "1"), due(2, "2")]).or_raise()
        yield ledger


def test_a_group_without_loans_is_a_heading_alone(pair: Ledger) -> None:
    listing = RollForwardListing(pair.loans_paid(DEAL, FEBRUARY, known_through=2))
    assert "".join(listing_csv(listing)).count("\n") == 1
    assert json.loads("".join(listing_json(listing)))["roll_forward"] == []


def test_a_frame_has_a_type_a_column(pair: Ledger) -> None:
    frame = listing_frame(Listing(pair.loans_paid(DEAL, FEBRUARY)))
    assert frame.schema["stated_balance"] == pl.Decimal(38, 4)
    assert frame.schema["note_rate"] == pl.Decimal(38, 10)
    assert frame.height == 2


def test_what_to_do_with_a_pool_by_group_is_told(pair: Ledger) -> None:
    told = by_group_told(pair.loans_paid(DEAL, FEBRUARY))
    assert "balance_in_group" in told
    assert "replay statement" in told
