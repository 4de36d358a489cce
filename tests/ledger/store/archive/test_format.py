"""A file holds the stored columns; what reads it is named where it is missing."""

from __future__ import annotations

import subprocess
import sys
from itertools import accumulate
from pathlib import Path

import polars as pl
import pytest

from ledger import Ledger, StoredRow
from ledger.store.archive.format import SCHEMA
from ledger.store.archive.source import ArchiveSource
from ledger.store.archive.writer import seal
from ledger.store.hashing import link
from ledger.values.selector import Selector
from tests.deals.toy import TOY, toy_deal, toy_month
from tests.ledger.store.archive.sealed import rows_in


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
    assert (
        max(row.principal for _, row in source.dated_totals(1, Selector(types=(model.type,)), known_through=head))
        > 2**63
    )


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
