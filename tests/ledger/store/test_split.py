"""The parts of an archive hold every file once, and merge in any order."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger import StoreError, UnknownDeal, archive_parts, merged_totals, part_totals
from tests.deals.portfolio import SPLIT


def test_parts_hold_every_file_once_and_merge_in_any_order(in_parts: Path) -> None:
    every = archive_parts(in_parts, SPLIT)
    names = sorted(name for part in every for name in part.files)
    assert len(every) == len(names) == len(set(names)) > 12
    for count in (1, 3, len(every)):
        parts = archive_parts(in_parts, SPLIT, parts=count)
        assert len(parts) == count
        assert sorted(name for part in parts for name in part.files) == names
    found = [part_totals(part) for part in every]
    assert merged_totals(found) == merged_totals(reversed(found)) == merged_totals([found[0], *found[1:], []])
    assert merged_totals(found[:-1]) != merged_totals(found)
    assert merged_totals([]) == []


def test_only_archives_come_in_parts(in_parts: Path) -> None:
    for address in (in_parts / "trust.db", f"archive:{in_parts}?tail={in_parts}/trust.db"):
        with pytest.raises(StoreError, match="only an archive without a tail"):
            archive_parts(address, SPLIT)
    with pytest.raises(UnknownDeal):
        archive_parts(in_parts, "other")
