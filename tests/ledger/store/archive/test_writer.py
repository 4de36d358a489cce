"""Sealing: the layout, going on where an archive ends, and what is refused."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from ledger import Ledger, StoredRow, StoreError
from ledger.errors import IntegrityFault, StoreUnavailable
from ledger.store.archive.format import ArchiveDirectory
from ledger.store.archive.manifest import MANIFEST, Manifest
from ledger.store.archive.source import ArchiveSource
from ledger.store.archive.writer import seal
from tests.deals.busy import STAGES
from tests.deals.toy import TOY, toy_deal
from tests.ledger.store.archive.sealed import contents, rows_in


def test_the_layout_is_a_directory_a_deal_and_one_a_period(busy: list[StoredRow], tmp_path: Path) -> None:
    manifest = seal(busy, str(tmp_path))
    names = {f"{TOY}/{file.name}" for file in manifest.files}
    assert set(contents(tmp_path)) == {f"{TOY}/{MANIFEST}", *names}
    assert {file.name.partition("/")[0] for file in manifest.files} == {
        f"period={number:08d}" for number in {row.distribution for row in busy}
    }
    assert any(file.name.startswith("period=00000000/1-") for file in manifest.files)


def test_a_deal_is_read_back_row_by_row(busy: list[StoredRow], tmp_path: Path) -> None:
    for chunk in (1, 7, 24, 500_000):
        directory = tmp_path / str(chunk)
        seal(busy, str(directory), chunk=chunk)
        assert list(ArchiveSource(str(directory)).rows(1)) == busy


def test_no_more_than_a_chunk_is_held(busy: list[StoredRow], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = written = most = 0
    publish = ArchiveDirectory.publish

    def arriving() -> Iterator[StoredRow]:
        nonlocal taken, most
        for row in busy:
            taken += 1
            most = max(most, taken - written)
            yield row

    def counted(self: ArchiveDirectory, deal: str, name: str, content: bytes) -> None:
        nonlocal written
        if name != MANIFEST:
            written += pl.read_parquet(io.BytesIO(content)).height
        publish(self, deal, name, content)

    monkeypatch.setattr(ArchiveDirectory, "publish", counted)
    seal(arriving(), str(tmp_path), chunk=40)
    assert written == taken == len(busy)
    assert most <= 40


def test_sealing_again_adds_what_is_new(ledger: Ledger, tmp_path: Path) -> None:
    before: Manifest | None = None
    for stage in STAGES:
        stage(ledger)
        with ledger._store.reading() as source:
            manifest = seal(source, str(tmp_path), deal=TOY)
        if before is not None:
            assert set(before.files) < set(manifest.files)
            assert all(file.first > before.head.sequence for file in set(manifest.files) - set(before.files))
        before = manifest
        assert list(ArchiveSource(str(tmp_path)).rows(1)) == rows_in(ledger)


def test_sealing_again_with_nothing_new_changes_nothing(ledger: Ledger, tmp_path: Path) -> None:
    toy_deal(ledger)
    manifest = seal(rows_in(ledger), str(tmp_path))
    before = contents(tmp_path)
    with ledger._store.reading() as source:
        assert seal(source, str(tmp_path), deal=TOY) == manifest
    assert seal(rows_in(ledger), str(tmp_path)) == manifest
    assert contents(tmp_path) == before


def test_rows_may_begin_where_the_archive_ends(busy: list[StoredRow], tmp_path: Path) -> None:
    seal(busy[:50], str(tmp_path))
    assert seal(busy[50:80], str(tmp_path)).head.sequence == 80
    assert seal(busy, str(tmp_path)).head.sequence == len(busy)
    assert list(ArchiveSource(str(tmp_path)).rows(1)) == busy


def test_another_log_is_not_sealed_onto_an_archive(busy: list[StoredRow], tmp_path: Path) -> None:
    seal(busy[:50], str(tmp_path))
    before = contents(tmp_path)
    with Ledger.create("sqlite://") as other:
        for stage in STAGES:  # the same events, recorded at other moments
            stage(other)
        with other._store.reading() as source, pytest.raises(IntegrityFault, match="is not the one that was archived"):
            seal(source, str(tmp_path), deal=TOY)
        with pytest.raises(IntegrityFault, match="is not the one that was archived"):
            seal(rows_in(other), str(tmp_path))
        with pytest.raises(IntegrityFault, match="the hash of event 51 of toy does not follow"):
            seal(rows_in(other)[50:], str(tmp_path))
    assert contents(tmp_path) == before


def test_a_log_that_is_shorter_than_its_archive_is_refused(busy: list[StoredRow], tmp_path: Path) -> None:
    seal(busy, str(tmp_path))
    with pytest.raises(IntegrityFault, match="ends at event 20, its archive at"):
        seal(busy[:20], str(tmp_path))
    with Ledger.create("sqlite://") as other:
        toy_deal(other)
        with other._store.reading() as source, pytest.raises(IntegrityFault, match="ends at event 13, its archive at"):
            seal(source, str(tmp_path), deal=TOY)


def test_a_gap_and_a_changed_row_are_refused(busy: list[StoredRow], tmp_path: Path) -> None:
    with pytest.raises(IntegrityFault, match="event 31 of toy stands where 30 belongs"):
        seal([*busy[:29], *busy[30:]], str(tmp_path))
    with pytest.raises(IntegrityFault, match="the rows begin at event 2"):
        seal(busy[1:], str(tmp_path))
    changed = [*busy[:40], busy[40]._replace(recorded_at=busy[40].recorded_at + 1), *busy[41:]]
    with pytest.raises(IntegrityFault, match="the hash of event 41 of toy does not follow"):
        seal(changed, str(tmp_path))
    damaged: Any = [*busy[:40], busy[40]._replace(principal="many"), *busy[41:]]  # type: ignore[arg-type]
    with pytest.raises(IntegrityFault, match="has a value of the wrong kind"):
        seal(damaged, str(tmp_path))
    assert ArchiveSource(str(tmp_path)).deals() == []


def test_what_cannot_be_sealed_is_said(busy: list[StoredRow], ledger: Ledger, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there are no rows to seal"):
        seal([], str(tmp_path))
    with pytest.raises(StoreError, match="of the deal 'toy', not of 'other'"):
        seal(busy, str(tmp_path), deal="other")
    with ledger._store.reading() as source, pytest.raises(StoreError, match="name the deal"):
        seal(source, str(tmp_path))
    with pytest.raises(StoreError, match="cannot be opened"):
        seal(busy, "nowhere://bucket")
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable):
        seal(busy, str(tmp_path / "file"))


@pytest.mark.parametrize("writes", range(4))
def test_a_sealing_that_breaks_off_changes_nothing_that_is_read(
    busy: list[StoredRow], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    seal(busy[:50], str(tmp_path))
    publish = ArchiveDirectory.publish
    left = writes

    def failing(self: ArchiveDirectory, deal: str, name: str, content: bytes) -> None:
        nonlocal left
        if not left or name == MANIFEST:
            raise KeyboardInterrupt
        left -= 1
        publish(self, deal, name, content)

    with monkeypatch.context() as patched:
        patched.setattr(ArchiveDirectory, "publish", failing)
        with pytest.raises(KeyboardInterrupt):
            seal(busy, str(tmp_path))
    assert list(ArchiveSource(str(tmp_path)).rows(1)) == busy[:50]
    seal(busy, str(tmp_path))
    assert list(ArchiveSource(str(tmp_path)).rows(1)) == busy
