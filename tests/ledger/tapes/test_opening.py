"""Any file of loans is opened as the same table, and gives the same loans."""

from __future__ import annotations

import contextlib
import gzip
import io
import random
from pathlib import Path

import polars as pl
import pytest

from ledger import InvalidEvent, LedgerError, TapeMap
from ledger.tapes import opened_tape
from tests.ledger.tapes.making import LEAST_MAP, read_files, refused_file, sheet, workbook, zipped
from tests.ledger.tapes.reading import LEAST

ROWS = [["Rate", "Loan", "UPB", "State"], ["6.25", "0010", "180000.00", "CA"], ["7", "0020", "120000.00", "NY"]]
MAP = TapeMap(columns={**LEAST, "state": "State"})


def text(delimiter: str) -> bytes:
    return "".join(delimiter.join(row) + "\n" for row in ROWS).encode()


def parquet() -> bytes:
    out = io.BytesIO()
    pl.DataFrame({name: [row[k] for row in ROWS[1:]] for k, name in enumerate(ROWS[0])}).write_parquet(out)
    return out.getvalue()


FILES = {
    "text": text(","),
    "gzip": gzip.compress(text(",")),
    "zip": zipped({"pool/tape.csv": text(",")}),
    "workbook": workbook({"Pool": sheet(ROWS)}),
    "parquet": parquet(),
    "xml": b"<assetData>%s</assetData>"
    % "".join(
        "<assets>" + "".join(f"<{n}>{v}</{n}>" for n, v in zip(ROWS[0], row, strict=True)) + "</assets>"
        for row in ROWS[1:]
    ).encode(),
}


@pytest.mark.parametrize("kind", FILES)
def test_every_kind_of_file_gives_the_same_loans(kind: str) -> None:
    assert read_files(FILES[kind], tape=MAP).loans == read_files(FILES["text"], tape=MAP).loans


@pytest.mark.parametrize("delimiter", ["|", "\t", ";"])
def test_text_has_the_delimiter_of_the_map(delimiter: str) -> None:
    found = read_files(text(delimiter), tape=TapeMap(columns={**LEAST, "state": "State"}, delimiter=delimiter))
    assert found.loans == read_files(FILES["text"], tape=MAP).loans


@pytest.mark.parametrize("kind", FILES)
def test_a_damaged_file_ends_in_loans_or_in_a_refusal(kind: str) -> None:
    drawn = random.Random(kind)
    for _ in range(60):
        data = bytearray(FILES[kind])
        for _ in range(drawn.randint(1, 4)):
            at = drawn.randrange(len(data))
            data[at : at + drawn.randint(0, 6)] = drawn.randbytes(drawn.randint(0, 3))
        with contextlib.suppress(LedgerError):
            read_files(bytes(data), tape=MAP, set_aside=True)


def test_text_has_no_sheet() -> None:
    assert refused_file(FILES["text"], MAP, sheet="Pool")[0][2] == "no_sheet"


def test_a_table_says_its_columns_and_where_they_stand() -> None:
    with opened_tape(io.BytesIO(b"\n" + text(",")), LEAST_MAP, "tape") as table:
        assert (table.names, table.line, table.notes) == (tuple(ROWS[0]), 2, [])


def test_a_file_that_is_written_to_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "pool.csv"
    path.write_bytes(b"Loan,UPB,Rate\n1,2.00,5\n")
    with path.open("rb") as file, path.open("ab") as more:
        reading = opened_tape(file, LEAST_MAP, "pool.csv")
        list(reading.__enter__().frames)
        more.write(b"2,2.00,5\n")
        more.flush()
        with pytest.raises(InvalidEvent, match="was written to while it was read"):
            reading.__exit__(None, None, None)
