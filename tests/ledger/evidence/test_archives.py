"""Whatever is done to an archive is found, and named."""

from __future__ import annotations

import io
import random
import shutil
from hashlib import sha256
from pathlib import Path

import attrs
import polars as pl
import pytest

from ledger import Head, Ledger, StoredRow, StoreError, UnknownDeal
from ledger.evidence.archives import verify_archive
from ledger.store.archive.format import ROW_GROUP, ArchiveDirectory, contents_of, frame_of
from ledger.store.archive.manifest import FORMAT, MANIFEST, Manifest, manifest_of
from ledger.store.archive.source import ArchiveSource
from ledger.store.archive.writer import seal
from tests.deals.busy import busy_toy
from tests.deals.toy import TOY, toy_deal
from tests.draws import draws
from tests.evidence.damage import hashed_anew


@pytest.fixture(scope="module")
def rows() -> list[StoredRow]:
    """The rows of the busy toy deal."""
    with Ledger.create("sqlite://") as ledger:
        busy_toy(ledger)
        return list(ledger.stored_rows(TOY))


@pytest.fixture(scope="module")
def sound(rows: list[StoredRow], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of them in several files."""
    directory = tmp_path_factory.mktemp("sound")
    seal(rows, str(directory), chunk=24)
    return directory


@pytest.fixture
def copy(sound: Path, tmp_path: Path) -> Path:
    """A copy of it, to be damaged."""
    return Path(shutil.copytree(sound, tmp_path / "copy"))


def codes(directory: Path, head: Head | None = None) -> list[tuple[int, str, str]]:
    """Return what a verification finds: sequence, column and code."""
    found = verify_archive(str(directory), TOY, head=head)
    return [(fault.sequence, fault.column, fault.code) for fault in found]


def forged(directory: Path, rows: list[StoredRow]) -> None:
    """Write the archive of an attacker who makes files, footers and manifest fit the rows that are forged."""
    path = directory / TOY / MANIFEST
    old = manifest_of(path.read_bytes())
    files = []
    for file in old.files:
        part = frame_of(row for row in rows if row.distribution == file.distribution)
        part = part.filter(pl.col("sequence").is_between(file.first, file.last))
        held = contents_of(part.lazy())
        described = {"format": FORMAT, "deal": TOY, "distribution": str(file.distribution)}
        described |= {"first": str(held.first), "last": str(held.last), "count": str(held.count)}
        described |= {"through": str(rows[-1].sequence), "head_hash": rows[-1].hash.hex()}
        out = io.BytesIO()
        part.write_parquet(out, row_group_size=ROW_GROUP, metadata=described)
        content = out.getvalue()
        changed = {name: getattr(held, name) for name in ("first", "last", "count", "dates", "types", "gross")}
        files.append(attrs.evolve(file, **changed, size=len(content), sha256=sha256(content).hexdigest()))
        (directory / TOY / file.name).unlink()
        (directory / TOY / files[-1].name).write_bytes(content)
    head = Head(rows[-1].sequence, rows[-1].hash)
    path.write_bytes(attrs.evolve(old, head=head, files=tuple(files)).to_bytes())


def test_a_sound_archive_has_no_fault(sound: Path, rows: list[StoredRow]) -> None:
    told: list[tuple[int, int]] = []
    head = Head(rows[-1].sequence, rows[-1].hash)
    assert list(verify_archive(str(sound), TOY, head=head, progress=lambda *done: told.append(done))) == []
    assert list(verify_archive(str(sound), TOY, head=Head(50, rows[49].hash))) == []


def test_the_sample_deals_verify(archive: Path) -> None:
    told: list[tuple[int, int]] = []
    assert list(verify_archive(str(archive), progress=lambda *done: told.append(done))) == []
    assert told[-1] == (8000, 8616)


def test_every_changed_byte_is_found(copy: Path) -> None:
    chance = random.Random(20020925)
    files = sorted((copy / TOY).glob("*/*.parquet"))
    for _ in range(draws(15)):
        path = chance.choice(files)
        before = path.read_bytes()
        at = chance.randrange(len(before))
        path.write_bytes(before[:at] + bytes([before[at] ^ chance.randrange(1, 256)]) + before[at + 1 :])
        found = list(verify_archive(str(copy), TOY))
        assert any(fault.code.startswith("file_") and path.name in fault.message for fault in found), (path, at)
        path.write_bytes(before)
    assert codes(copy) == []


def test_a_file_that_is_gone_or_cut_is_named_with_its_rows(copy: Path, rows: list[StoredRow]) -> None:
    file = manifest_of((copy / TOY / MANIFEST).read_bytes()).files[1]
    path = copy / TOY / file.name
    content = path.read_bytes()
    gap = next(row.sequence for row in rows if row.sequence > file.last)
    for damaged in (None, content[:-20], b""):
        path.unlink()
        if damaged is not None:
            path.write_bytes(damaged)
        found = list(verify_archive(str(copy), TOY))
        assert found[0].code == "file_unreadable"
        assert file.name in found[0].message
        assert (gap, "gap") in [(fault.sequence, fault.code) for fault in found]
        path.write_bytes(content)


def test_a_changed_column_is_named_though_file_and_manifest_fit(copy: Path, rows: list[StoredRow]) -> None:
    sequence = next(row.sequence for row in rows if row.type == "curtailment_collected")
    changed = [row._replace(principal=row.principal + 1) if row.sequence == sequence else row for row in rows]
    forged(copy, changed)
    assert codes(copy) == [(sequence, "principal", "differs")]


def test_a_changed_payload_is_named_though_file_and_manifest_fit(copy: Path, rows: list[StoredRow]) -> None:
    sequence = 40
    payload = rows[sequence - 1].payload.replace('"interest":"1000', '"interest":"2000')
    assert payload != rows[sequence - 1].payload
    forged(copy, [row._replace(payload=payload) if row.sequence == sequence else row for row in rows])
    assert codes(copy)[0] == (sequence, "hash", "wrong_hash")


def test_a_rewritten_log_shows_against_a_head_kept_elsewhere(copy: Path, rows: list[StoredRow]) -> None:
    forged(copy, hashed_anew(row._replace(recorded_at=row.recorded_at + 1) for row in rows))
    assert codes(copy) == []
    assert codes(copy, Head(50, rows[49].hash)) == [(50, "hash", "rewritten")]


def test_an_archive_that_ends_early_shows_against_a_head_kept_elsewhere(rows: list[StoredRow], tmp_path: Path) -> None:
    seal(rows[:60], str(tmp_path))
    assert codes(tmp_path) == []
    assert codes(tmp_path, Head(rows[-1].sequence, rows[-1].hash)) == [(rows[-1].sequence, "hash", "cut")]


def test_a_manifest_with_another_head_is_found(copy: Path) -> None:
    path = copy / TOY / MANIFEST
    manifest: Manifest = manifest_of(path.read_bytes())
    last = manifest.head.sequence
    path.write_bytes(attrs.evolve(manifest, head=Head(last, bytes(32))).to_bytes())
    assert codes(copy) == [(last, "hash", "rewritten")]


def test_what_a_manifest_says_of_a_file_is_derived_again(copy: Path) -> None:
    path = copy / TOY / MANIFEST
    manifest = manifest_of(path.read_bytes())
    file = manifest.files[2]
    for lie in ({"gross": 1}, {"dates": (20200101, 20200102)}, {"types": {"advance_made": 3}}):
        told = attrs.evolve(file, **lie)
        files = tuple(told if item is file else item for item in manifest.files)
        path.write_bytes(attrs.evolve(manifest, files=files).to_bytes())
        found = list(verify_archive(str(copy), TOY))
        assert "file_changed" in {fault.code for fault in found}
        assert any(next(iter(lie)) in fault.message for fault in found)
        with Ledger.create("sqlite://") as _:
            assert list(ArchiveSource(str(copy)).sum_faults(1))


def test_a_file_of_another_deal_is_found(copy: Path, tmp_path: Path) -> None:
    with Ledger.create("sqlite://") as other:
        toy_deal(other, "other")
        theirs = seal(other.stored_rows("other"), str(tmp_path / "other"))
    file = manifest_of((copy / TOY / MANIFEST).read_bytes()).files[0]
    shutil.copy(tmp_path / "other" / "other" / theirs.files[0].name, copy / TOY / file.name)
    found = list(verify_archive(str(copy), TOY))
    assert any("footer" in fault.message and "'other'" in fault.message for fault in found)
    assert (1, "payload", "other_deal") in [(fault.sequence, fault.column, fault.code) for fault in found]


def test_a_file_of_other_columns_is_found(copy: Path) -> None:
    file = manifest_of((copy / TOY / MANIFEST).read_bytes()).files[0]
    pl.DataFrame({"sequence": [1]}).write_parquet(copy / TOY / file.name)
    found = list(verify_archive(str(copy), TOY))
    assert (found[0].code, "has not the columns" in found[0].message) == ("file_unreadable", True)


def test_bounds_that_do_not_hold_of_the_rows_are_named(copy: Path) -> None:
    """By its bounds a query passes over what it does not ask for; whoever reads every row never looks at them."""
    manifest = manifest_of((copy / TOY / MANIFEST).read_bytes())
    file = manifest.files[1]
    content = (copy / TOY / file.name).read_bytes()
    start = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    first, last = (day.to_bytes(4, "little") for day in file.dates)
    for bound, lie in ((last, first), (first, last)):
        changed = content[:start] + content[start:].replace(bound, lie)
        (copy / TOY / file.name).write_bytes(changed)
        told = attrs.evolve(file, sha256=sha256(changed).hexdigest())
        files = tuple(told if item is file else item for item in manifest.files)
        (copy / TOY / MANIFEST).write_bytes(attrs.evolve(manifest, files=files).to_bytes())
        found = [fault.message for fault in verify_archive(str(copy), TOY)]
        assert found == [f"{file.name} states bounds of effective_date that do not hold of the rows of group 0"]


@pytest.mark.parametrize("column", ["posts_as", "distribution", "effective_date", "sequence", "interest"])
def test_rows_that_lack_a_value_are_named(copy: Path, column: str) -> None:
    file = manifest_of((copy / TOY / MANIFEST).read_bytes()).files[0]
    frame = pl.read_parquet(copy / TOY / file.name)
    first = pl.col("sequence") == frame["sequence"][0]
    frame.with_columns(pl.when(first).then(None).otherwise(pl.col(column)).alias(column)).write_parquet(
        copy / TOY / file.name
    )
    found = list(verify_archive(str(copy), TOY))
    assert any(fault.code.startswith("file_") and file.name in fault.message for fault in found)


def test_faults_of_several_deals_name_their_deal(copy: Path, rows: list[StoredRow]) -> None:
    with Ledger.create("sqlite://") as other:
        toy_deal(other, "other")
        seal(other.stored_rows("other"), str(copy))
    forged(copy, [row._replace(fee=1) if row.sequence == 20 else row for row in rows])
    assert [fault.message.partition(":")[0] for fault in verify_archive(str(copy))] == [TOY]


def test_an_archive_that_is_not_there_is_said(sound: Path, tmp_path: Path) -> None:
    with pytest.raises(UnknownDeal, match="toy"):
        list(verify_archive(str(sound), "other"))
    with pytest.raises(UnknownDeal, match="other"):
        list(verify_archive(str(tmp_path / "nowhere"), "other"))
    with pytest.raises(StoreError, match="name it"):
        list(verify_archive(str(sound), head=Head(1, bytes(32))))


def test_files_that_the_manifest_does_not_name_are_no_part_of_it(copy: Path) -> None:
    place = ArchiveDirectory(str(copy))
    place.publish(TOY, "period=20210125/900-901.parquet", b"left by a sealing that broke off")
    assert codes(copy) == []
