"""Sealing: the layout, the manifest, going on where an archive ends, and what is refused."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from itertools import accumulate
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from ledger import Ledger, StoredRow, StoreError
from ledger.errors import IntegrityFault, StoreUnavailable, StoreUnreadable
from ledger.store.archive.format import SCHEMA, ArchiveDirectory
from ledger.store.archive.manifest import MANIFEST, Manifest, manifest_of
from ledger.store.archive.source import ArchiveSource
from ledger.store.archive.writer import seal
from ledger.store.hashing import link
from tests.archive.histories import STAGES, busy_toy
from tests.toy import TOY, toy_deal, toy_month


def rows_in(ledger: Ledger, deal: str = TOY) -> list[StoredRow]:
    """Return the stored rows of a deal."""
    return list(ledger.stored_rows(deal))


def contents(directory: Path) -> dict[str, bytes]:
    """Return every file below a directory."""
    return {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


@pytest.fixture
def busy(ledger: Ledger) -> list[StoredRow]:
    """The rows of the busy toy deal."""
    busy_toy(ledger)
    return rows_in(ledger)


def test_the_layout_is_a_directory_a_deal_and_one_a_period(busy: list[StoredRow], tmp_path: Path) -> None:
    manifest = seal(busy, str(tmp_path))
    names = {f"{TOY}/{file.name}" for file in manifest.files}
    assert set(contents(tmp_path)) == {f"{TOY}/{MANIFEST}", *names}
    assert {file.name.partition("/")[0] for file in manifest.files} == {
        f"period={number:08d}" for number in {row.distribution for row in busy}
    }
    assert any(file.name.startswith("period=00000000/1-") for file in manifest.files)


def test_the_manifest_lists_every_file_and_its_hash(busy: list[StoredRow], tmp_path: Path) -> None:
    manifest = seal(busy, str(tmp_path), chunk=24)
    raw = (tmp_path / TOY / MANIFEST).read_bytes()
    assert manifest_of(raw) == manifest
    assert raw == json.dumps(json.loads(raw), sort_keys=True, separators=(",", ":")).encode() + b"\n"
    assert (manifest.head.sequence, manifest.head.hash) == (busy[-1].sequence, busy[-1].hash)
    assert manifest.events == len(busy)
    for file in manifest.files:
        content = (tmp_path / TOY / file.name).read_bytes()
        assert (len(content), sha256(content).hexdigest()) == (file.size, file.sha256)
        held = [
            row for row in busy if row.distribution == file.distribution and file.first <= row.sequence <= file.last
        ]
        assert (held[0].sequence, held[-1].sequence, len(held)) == (file.first, file.last, file.count)


def test_a_file_holds_the_stored_columns_and_says_what_it_is(busy: list[StoredRow], tmp_path: Path) -> None:
    manifest = seal(busy, str(tmp_path))
    assert list(SCHEMA) == list(StoredRow._fields[1:])
    for file in manifest.files:
        path = tmp_path / TOY / file.name
        frame = pl.read_parquet(path, hive_partitioning=False)
        assert dict(frame.schema) == dict(SCHEMA)
        assert frame["sequence"].is_sorted()
        footer = pl.read_parquet_metadata(path)
        expected = {
            "deal": TOY,
            "first": str(file.first),
            "last": str(file.last),
            "count": str(file.count),
            "through": str(manifest.head.sequence),
            "head_hash": manifest.head.hash.hex(),
        }
        assert expected.items() <= footer.items()


def test_a_deal_is_read_back_row_by_row(busy: list[StoredRow], tmp_path: Path) -> None:
    for chunk in (1, 7, 24, 500_000):
        directory = tmp_path / str(chunk)
        seal(busy, str(directory), chunk=chunk)
        assert list(ArchiveSource(str(directory)).rows(1)) == busy


def test_the_name_of_a_deal_is_no_path(ledger: Ledger, tmp_path: Path) -> None:
    deal = "Trust (2024-1)/A: #1..x"
    toy_deal(ledger, deal)
    seal(rows_in(ledger, deal), str(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["Trust%20%282024-1%29%2FA%3A%20%231..x"]
    assert ArchiveSource(str(tmp_path)).deals() == [deal]


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


# Going on


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
        busy_toy(other)
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


# What breaks off


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


@pytest.mark.parametrize(
    "damage",
    [
        lambda raw: b"",
        lambda raw: raw[:-1],
        lambda raw: b"[" * 5_000,
        lambda raw: raw.replace(b"indenture-archive/2", b"indenture-archive/9"),
        lambda raw: raw.replace(b'"first":1', b'"first":-1', 1),
        lambda raw: raw.replace(b'"first":1', b'"first":"1"', 1),
        lambda raw: raw.replace(b"period=00000000/", b"../0000/", 1),
        lambda raw: raw.replace(b'"events":', b'"events": ', 1),
        lambda raw: raw.replace(b'"through":', b'"through":1', 1),
    ],
)
def test_a_damaged_manifest_is_refused(busy: list[StoredRow], tmp_path: Path, damage: Any) -> None:
    seal(busy, str(tmp_path))
    path = tmp_path / TOY / MANIFEST
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(StoreUnreadable, match="manifest cannot be read"):
        ArchiveSource(str(tmp_path))


def test_a_manifest_under_another_name_is_refused(busy: list[StoredRow], tmp_path: Path) -> None:
    seal(busy, str(tmp_path))
    (tmp_path / TOY).rename(tmp_path / "other")
    with Ledger.create("sqlite://") as other:
        toy_deal(other, "other")
        with pytest.raises(StoreUnreadable, match="is of the deal 'toy'"):
            seal(rows_in(other, "other"), str(tmp_path))


# Sums, stores, imports


def test_sums_beyond_64_bits_are_exact(ledger: Ledger, tmp_path: Path) -> None:
    toy_deal(ledger)
    toy_month(ledger, 1)
    given = rows_in(ledger)
    model = next(row for row in given if row.type == "scheduled_payment_due")
    large = 10**16  # a trillion dollars, the most that an event may have
    new = [
        model._replace(sequence=len(given) + n, event_id=f"large/{n}", principal=large, interest=-large)
        for n in range(1, 2_001)
    ]
    hashes = accumulate(
        new,
        lambda held, row: link(held, row.sequence, row.recorded_at, row.distribution, row.payload.encode()),
        initial=given[-1].hash,
    )
    next(hashes)
    seal([*given, *(row._replace(hash=digest) for row, digest in zip(new, hashes, strict=True))], str(tmp_path))
    source = ArchiveSource(str(tmp_path))
    head = source.head(1).sequence
    rows = [
        row for row in source.totals(1, known_through=head) if row.type == model.type and row.group == model.loan_group
    ]
    small = sum(row.principal for row in given if row.type == model.type and row.loan_group == model.loan_group)
    assert rows[0].principal == 2_000 * large + small > 2**63
    standing = source.loan_standings(1, known_through=head, loans=[model.loan])[model.loan]
    assert standing.balance < -(2**63)
    assert max(row.principal for _, row in source.dated_totals(1, known_through=head, types=[model.type])) > 2**63


def test_an_archive_lives_in_any_store_that_fsspec_knows(busy: list[StoredRow]) -> None:
    seal(busy[:60], "memory://vault/archives", chunk=24)
    seal(busy, "memory://vault/archives", chunk=24)
    source = ArchiveSource("memory://vault/archives")
    assert list(source.rows(1)) == busy
    source.place.close()
    assert list(source.rows(1, types=["period_closed"])) == [row for row in busy if row.type == "period_closed"]
    source.place.close()


def run(code: str) -> str:
    """Run Python in another process and return what it prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_library_needs_neither_polars_nor_fsspec_to_be_imported() -> None:
    whole = "import sys; from ledger import *; from replay import *; "
    loaded = run(f"{whole} print(sorted({{'polars', 'fsspec', 'pyarrow'}} & set(sys.modules)))")
    assert loaded == "[]"


@pytest.mark.parametrize("missing", ["polars", "fsspec"])
def test_what_is_missing_is_named_with_how_to_get_it(missing: str) -> None:
    code = (
        f"import sys; sys.modules[{missing!r}] = None\n"
        "from ledger.errors import StoreError\n"
        "try:\n    import ledger.store.archive.source\n"
        "except StoreError as fault:\n    print(fault)"
    )
    assert run(code).endswith("pip install 'indenture[archive]'")
