"""An archive lives in any store of files, under names that are no paths."""

from __future__ import annotations

from pathlib import Path

from ledger import Ledger, StoredRow
from ledger.store.archive.format import ArchiveDirectory
from ledger.store.archive.source import ArchiveSource
from ledger.store.archive.writer import seal
from ledger.values.selector import Selector
from tests.deals.toy import toy_deal
from tests.ledger.store.archive.sealed import rows_in


def test_the_name_of_a_deal_is_no_path(ledger: Ledger, tmp_path: Path) -> None:
    deal = "Trust (2024-1)/A: #1..x"
    toy_deal(ledger, deal)
    seal(rows_in(ledger, deal), str(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["Trust%20%282024-1%29%2FA%3A%20%231..x"]
    assert ArchiveSource(str(tmp_path)).deals() == [deal]


def test_an_archive_lives_in_any_store_that_fsspec_knows(busy: list[StoredRow]) -> None:
    seal(busy[:60], "memory://vault/archives", chunk=24)
    seal(busy, "memory://vault/archives", chunk=24)
    source = ArchiveSource("memory://vault/archives")
    assert list(source.rows(1)) == busy
    source.place.close()
    assert list(source.rows(1, Selector(types=("period_closed",)))) == [
        row for row in busy if row.type == "period_closed"
    ]
    source.place.close()


def test_deals_are_listed_under_the_names_that_they_have(tmp_path: Path, portfolio: Path) -> None:
    place = ArchiveDirectory(tmp_path)
    for name in ("a/b", ".hidden", "100%"):
        place.publish(name, "manifest.json", b"{}")
    (tmp_path / "unrelated").mkdir()
    assert place.names() == [".hidden", "100%", "a/b"]
    assert ArchiveDirectory(tmp_path / "missing").names() == []
    with Ledger.open(portfolio / "trust.db") as ledger:
        assert sorted(ledger.deals()) == ArchiveDirectory(portfolio / "archives").names()
