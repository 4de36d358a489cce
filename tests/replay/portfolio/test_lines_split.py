"""The totals of one deal, computed in parts and merged, are those of the whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger import (
    Ledger,
    StoreError,
    StoreUnreadable,
    UnknownDeal,
    archive_parts,
    merged_totals,
    part_totals,
)
from ledger.simulation import LifePlan, post_life
from replay.portfolio.lines import split_totals
from replay.portfolio.workers import ThreadMapper

SPLIT = "simulated-split"


@pytest.fixture(scope="module")
def split(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A deal of a year with corrections, sealed twice, so that distributions have several files."""
    made = tmp_path_factory.mktemp("split")
    plan = LifePlan(seed=3, loans=40, months=12, name="split", correction_rate=20_000)
    with Ledger.create(made / "trust.db") as ledger:

        def sealed_in_may(done: int, _: int) -> None:
            if done == 5:
                ledger.archive(SPLIT, made)

        post_life(ledger, plan, progress=sealed_in_may)
        ledger.archive(SPLIT, made)
    return made


@pytest.mark.parametrize("parts", [1, 2, 5, None, 10_000])
@pytest.mark.parametrize("known_through", [None, 1, 100, 1000])
def test_merged_totals_are_those_of_one_query(split: Path, parts: int | None, known_through: int | None) -> None:
    with Ledger.open(split / "trust.db") as ledger, ledger._store.reading() as sql:
        known = known_through or ledger.head(SPLIT).sequence
        whole = sorted(sql.totals(sql.deal_key(SPLIT), known_through=known))
    assert split_totals(split, SPLIT, known_through, parts=parts) == whole
    assert split_totals(split, SPLIT, known_through, ThreadMapper(2), parts=parts) == whole


def test_parts_hold_every_file_once_and_merge_in_any_order(split: Path) -> None:
    every = archive_parts(split, SPLIT)
    names = sorted(name for part in every for name in part.files)
    assert len(every) == len(names) == len(set(names)) > 12
    for count in (1, 3, len(every)):
        parts = archive_parts(split, SPLIT, parts=count)
        assert len(parts) == count
        assert sorted(name for part in parts for name in part.files) == names
    found = [part_totals(part) for part in every]
    assert merged_totals(found) == merged_totals(reversed(found)) == merged_totals([found[0], *found[1:], []])
    assert merged_totals(found[:-1]) != merged_totals(found)
    assert merged_totals([]) == []


def test_only_archives_come_in_parts(split: Path) -> None:
    for address in (split / "trust.db", f"archive:{split}?tail={split}/trust.db"):
        with pytest.raises(StoreError, match="only an archive without a tail"):
            archive_parts(address, SPLIT)
    with pytest.raises(UnknownDeal):
        archive_parts(split, "other")


def test_a_part_that_fails_is_no_total(split: Path, tmp_path: Path) -> None:
    with Ledger.open(split / "trust.db") as ledger:
        ledger.archive(SPLIT, tmp_path)
    next((tmp_path / SPLIT).glob("period=2*/*.parquet")).unlink()
    with pytest.raises(StoreUnreadable, match="lacks a file"):
        split_totals(tmp_path, SPLIT)
