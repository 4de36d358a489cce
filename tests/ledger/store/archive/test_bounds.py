"""What a file states of its columns is held to its rows."""

from __future__ import annotations

import io
from pathlib import Path

import polars as pl
import pytest

from ledger import StoredRow
from ledger.store.archive.bounds import bound_faults
from ledger.store.archive.format import frame_of
from ledger.values.thrift import NotParquet


def faults(frame: pl.DataFrame, path: Path, rows: pl.DataFrame | None = None, group: int | None = None) -> list[str]:
    """Return what the bounds of the file of a frame are found to be for these rows, else for its own."""
    frame.write_parquet(path, row_group_size=group)
    content = path.read_bytes()
    return list(bound_faults(io.BytesIO(content), len(content), (frame if rows is None else rows).lazy()))


def test_bounds_hold_of_the_rows_in_every_group(busy: list[StoredRow], tmp_path: Path) -> None:
    frame = frame_of(busy)
    assert faults(frame, tmp_path / "a") == []
    assert faults(frame, tmp_path / "a", group=10) == []


@pytest.mark.parametrize("column", ["sequence", "effective_date", "distribution", "loan", "posts_as", "event_id"])
def test_rows_beyond_their_bounds_are_found(busy: list[StoredRow], tmp_path: Path, column: str) -> None:
    frame = frame_of(busy)
    kind = frame[column].dtype
    beyond = [999_999_999, *frame[column].to_list()[1:]] if kind.is_integer() else ["~", *frame[column].to_list()[1:]]
    series = pl.Series(column, beyond, kind if kind.is_integer() else pl.String).cast(kind)
    assert f"bounds of {column} " in faults(frame, tmp_path / "a", frame.with_columns(series))[0]


def test_values_that_are_null_are_counted(busy: list[StoredRow], tmp_path: Path) -> None:
    frame = frame_of(busy)
    rows = frame.with_columns(pl.lit(None, pl.String).alias("reverses"))
    assert ["bounds of reverses" in fault for fault in faults(frame, tmp_path / "a", rows)] == [True]


def test_other_columns_are_refused(busy: list[StoredRow], tmp_path: Path) -> None:
    frame = frame_of(busy)
    with pytest.raises(NotParquet, match="other columns"):
        faults(frame.drop("loan"), tmp_path / "a", frame)
    with pytest.raises(NotParquet, match="sequence"):
        faults(frame.select(*frame.columns[1:], "sequence"), tmp_path / "a", frame)
