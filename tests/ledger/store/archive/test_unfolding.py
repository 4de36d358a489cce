"""A sealed file that unfolds to more than its size allows is refused before any of it is unfolded."""

from __future__ import annotations

import io
import random
import tracemalloc
from hashlib import sha256
from pathlib import Path

import attrs
import polars as pl
import pytest

from ledger import Ledger, StoreUnreadable, verify_archive
from ledger.store.archive.format import SCHEMA
from ledger.store.archive.manifest import MANIFEST, manifest_of
from ledger.store.archive.unfolding import check_unfolding
from ledger.values.limits import ARCHIVE_TEXT_BYTES, ARCHIVE_UNFOLDING
from tests.deals.busy import busy_toy
from tests.deals.toy import TOY
from tests.draws import draws


@pytest.fixture
def sealed(ledger: Ledger, tmp_path: Path) -> Path:
    """A directory with the archive of the busy toy deal."""
    busy_toy(ledger)
    ledger.archive(TOY, str(tmp_path / "sealed"))
    return tmp_path / "sealed"


def files(sealed: Path) -> list[Path]:
    """Return the files of rows."""
    return sorted(sealed.rglob("*.parquet"))


def replaced(sealed: Path, frame: pl.DataFrame, **settings: object) -> None:
    """Put a frame in the place of the first file, and say in the manifest that it was sealed so."""
    path = files(sealed)[0]
    frame.write_parquet(path, **settings)  # type: ignore[arg-type]
    content = path.read_bytes()
    place = sealed / TOY / MANIFEST
    held = manifest_of(place.read_bytes())
    changed = [
        attrs.evolve(item, size=len(content), sha256=sha256(content).hexdigest())
        if item.name == str(path.relative_to(sealed / TOY))
        else item
        for item in held.files
    ]
    place.write_bytes(attrs.evolve(held, files=tuple(changed)).to_bytes())


def refused(sealed: Path, match: str) -> None:
    """Check that the archive is not read, that verification names it, and that neither takes memory."""
    tracemalloc.start()
    try:
        with Ledger.open(f"archive:{sealed}") as archive, pytest.raises(StoreUnreadable, match=match):
            list(archive.stored_rows(TOY))
        assert tracemalloc.get_traced_memory()[1] < 50_000_000
    finally:
        tracemalloc.stop()
    assert any(verify_archive(sealed, TOY))


def test_what_is_sealed_unfolds_to_what_it_may(sealed: Path) -> None:
    for path in files(sealed):
        found = check_unfolding(io.BytesIO(path.read_bytes()), path.stat().st_size, path.name)
        assert found.rows == pl.read_parquet(path).height
        assert 0 < found.size < (1 << 24)


def test_a_file_of_nothing_but_a_long_text_is_refused(sealed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = pl.read_parquet(files(sealed)[0], schema=dict(SCHEMA))
    long = frame.with_columns(payload=pl.lit("x" * 40_000_000))
    replaced(sealed, long, compression="zstd")
    refused(sealed, ARCHIVE_UNFOLDING.name)
    monkeypatch.setenv(ARCHIVE_UNFOLDING.name, "1000000")
    refused(sealed, ARCHIVE_TEXT_BYTES.name)


def test_a_file_of_more_rows_than_its_bytes_can_hold_is_refused(sealed: Path) -> None:
    frame = pl.read_parquet(files(sealed)[0], schema=dict(SCHEMA))
    many = pl.concat([frame.head(1)] * 200_000)
    replaced(sealed, many, compression="zstd")
    refused(sealed, "rows cannot stand in")


def test_a_long_text_that_many_rows_share_leaves_no_frame(sealed: Path) -> None:
    frame = pl.read_parquet(files(sealed)[0], schema=dict(SCHEMA))
    replaced(sealed, frame.with_columns(payload=pl.lit("x" * (ARCHIVE_TEXT_BYTES.default + 1))), compression="zstd")
    refused(sealed, ARCHIVE_TEXT_BYTES.name)


def test_whatever_stands_in_a_footer_is_a_fault_and_no_crash(sealed: Path) -> None:
    content = files(sealed)[0].read_bytes()
    chance = random.Random(1)
    for _ in range(draws(60)):
        damaged = bytearray(content)
        at = chance.randrange(len(content) - 8 - int.from_bytes(content[-8:-4], "little"), len(content))
        damaged[at : at + chance.choice([1, 1, 4])] = chance.randbytes(chance.choice([1, 1, 3]))
        cut = bytes(damaged[: len(damaged) - chance.choice([0, 0, 0, 5])])
        try:
            check_unfolding(io.BytesIO(cut), len(cut), "file")
        except StoreUnreadable:
            continue
