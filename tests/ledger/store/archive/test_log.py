"""A small log in many files is read once and held; a large one is scanned for every question. Answers are the same."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from ledger import Ledger
from ledger.store.archive import log as archive_log
from ledger.store.archive.format import ArchiveDirectory
from ledger.store.archive.source import ArchiveSource
from ledger.values.selector import Selector
from tests.deals.toy import TOY, payment_date


@pytest.fixture
def scans(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many files each scan opened, as they come."""
    opened: list[int] = []
    scan = ArchiveDirectory.scan

    def counted(self: ArchiveDirectory, deal: str, files: Iterable[Any]) -> Any:
        listed = list(files)
        opened.append(len(listed))
        return scan(self, deal, listed)

    monkeypatch.setattr(ArchiveDirectory, "scan", counted)
    return opened


def test_a_small_log_is_opened_twice_at_most(archive: Path, scans: list[int]) -> None:
    source = ArchiveSource(str(archive), [TOY])
    key, files = source.deal_key(TOY), len(source.manifest(TOY).files)
    head = source.head(key).sequence
    found = [source.totals(key, known_through=head) for _ in range(4)]
    assert found[0] == found[1] == found[2] == found[3]
    assert scans == [files, files]
    assert len(list(source.rows(key, Selector(types=("loan_status_changed",))))) > 2  # payloads are not held
    assert len(scans) == 3


def test_a_large_log_is_never_held(archive: Path, scans: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    with Ledger.open(f"archive:{archive}") as ledger:
        held = [ledger.distribution(TOY, payment_date(month)) for month in (1, 2, 3)]
        monkeypatch.setattr(archive_log, "HELD_EVENTS", 0)
        assert [ledger.distribution(TOY, payment_date(month)) for month in (1, 2, 3)] == held
    source = ArchiveSource(str(archive), [TOY])
    key, files = source.deal_key(TOY), len(source.manifest(TOY).files)
    scans.clear()
    for _ in range(3):
        source.totals(key, known_through=source.head(key).sequence)
    assert scans == [files] * 3
