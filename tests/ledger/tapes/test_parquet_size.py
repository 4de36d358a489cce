"""A Parquet tape that unpacks to more than its limits is refused by its footer and its pages' headers alone."""

from __future__ import annotations

import io
import tracemalloc

import polars as pl
import pytest

from ledger.errors import InvalidArgument, InvalidEvent
from ledger.tapes.parquet_size import check_parquet_size
from ledger.values import limits


def parquet(frame: pl.DataFrame, rows: int = 1_000_000) -> io.BytesIO:
    out = io.BytesIO()
    frame.write_parquet(out, row_group_size=rows, statistics=False)
    return out


def limited(monkeypatch: pytest.MonkeyPatch, **given: int) -> None:
    environment = {f"INDENTURE_TAPE_{name}": str(value) for name, value in given.items()}
    monkeypatch.setattr(limits, "_given", {"environment": environment})


def refused(file: io.BytesIO) -> tuple[str, str, str]:
    """Return the column, the rule and the words of a refusal, made in little memory."""
    tracemalloc.start()
    try:
        with pytest.raises(InvalidEvent) as caught:
            check_parquet_size(file, "t")
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()
    (found,) = caught.value.violations
    return found.field, found.code, found.message


def test_one_huge_cell_is_refused_by_its_column() -> None:
    column, code, told = refused(parquet(pl.DataFrame({"Loan": ["1"], "Note": ["x" * 9_000_000]})))
    assert (column, code) == ("Note", "too_large")
    assert "INDENTURE_TAPE_LINE_CHARACTERS" in told
    check_parquet_size(parquet(pl.DataFrame({"Loan": ["1"], "Note": ["x" * 8_000_000]})), "t")


def test_a_column_a_group_and_a_file_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = pl.DataFrame({f"c{k}": [f"{k}{row:08d}" for row in range(1_000)] for k in range(8)})
    check_parquet_size(parquet(frame), "t")
    limited(monkeypatch, CHUNK_BYTES=9_000)
    assert refused(parquet(frame))[:2] == ("c0", "too_large")
    limited(monkeypatch, CHUNK_BYTES=16_000)
    column, code, told = refused(parquet(frame))
    assert (column, code) == ("", "too_large")
    assert "a group of rows" in told
    limited(monkeypatch, CHUNK_BYTES=16_000, BYTES=60_000)
    with pytest.raises(InvalidArgument, match="INDENTURE_TAPE_BYTES"):
        check_parquet_size(parquet(frame, rows=100), "t")


def test_rows_that_a_few_bytes_stand_for_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    limited(monkeypatch, CHUNK_BYTES=79_000)
    file = parquet(pl.DataFrame({"Loan": ["1"] * 10_000}))
    assert len(file.getvalue()) < 2_000
    assert refused(file)[:2] == ("Loan", "too_large")


def test_what_is_cut_or_turned_is_damaged_and_nothing_else() -> None:
    data = parquet(pl.DataFrame({"Loan": ["1", "2"], "UPB": [1.5, 2.5]})).getvalue()
    for cut in range(0, len(data), 7):
        assert refused(io.BytesIO(data[:cut]))[1] == "damaged"
    for at in range(4, len(data)):
        assert _code(io.BytesIO(data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :])) in _CODES


_CODES = ("", "damaged", "too_large", "unbounded")


def _code(file: io.BytesIO) -> str:
    """Return the rule by which a file is refused; nothing where it is not."""
    try:
        check_parquet_size(file, "t")
    except InvalidEvent as fault:
        return fault.violations[0].code
    return ""


def test_a_column_of_common_prefixes_says_nothing_of_its_size() -> None:
    group = bytes.fromhex("19 1c 3c 29 15 0e 19 18 01") + b"a" + bytes(3)
    footer = bytes.fromhex("49 1c") + group + bytes(1)
    data = b"PAR1" + footer + len(footer).to_bytes(4, "little") + b"PAR1"
    column, code, told = refused(io.BytesIO(data))
    assert (column, code) == ("a", "unbounded")
    assert "DELTA_BYTE_ARRAY" in told
