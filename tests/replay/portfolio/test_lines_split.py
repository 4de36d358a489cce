"""The totals of one deal, computed in parts and merged, are those of the whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger import Ledger, StoreUnreadable
from replay.portfolio.lines import split_totals
from replay.portfolio.workers import ThreadMapper
from tests.deals.portfolio import SPLIT


@pytest.mark.parametrize("parts", [1, 2, 5, None, 10_000])
@pytest.mark.parametrize("known_through", [None, 1, 100, 1000])
def test_merged_totals_are_those_of_one_query(in_parts: Path, parts: int | None, known_through: int | None) -> None:
    with Ledger.open(in_parts / "trust.db") as ledger, ledger._store.reading() as sql:
        known = known_through or ledger.head(SPLIT).sequence
        whole = sorted(sql.totals(sql.deal_key(SPLIT), known_through=known))
    assert split_totals(in_parts, SPLIT, known_through, parts=parts) == whole
    assert split_totals(in_parts, SPLIT, known_through, ThreadMapper(2), parts=parts) == whole


def test_a_part_that_fails_is_no_total(in_parts: Path, tmp_path: Path) -> None:
    with Ledger.open(in_parts / "trust.db") as ledger:
        ledger.archive(SPLIT, tmp_path)
    next((tmp_path / SPLIT).glob("period=2*/*.parquet")).unlink()
    with pytest.raises(StoreUnreadable, match="lacks a file"):
        split_totals(tmp_path, SPLIT)
