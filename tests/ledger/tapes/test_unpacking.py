"""gzip and zip are undone, and what counts is what comes out."""

from __future__ import annotations

import gzip
import io
import struct
import warnings
import zipfile

import pytest

from ledger.errors import InvalidArgument
from ledger.values import limits
from tests.ledger.tapes.making import read_files, refused_file, sheet, workbook, zipped

TAPE = b"Loan,UPB,Rate\n1,2.00,5\n"


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a tape have a hundred thousand bytes."""
    monkeypatch.setattr(limits, "_given", {"environment": {"INDENTURE_TAPE_BYTES": "100000"}})


@pytest.mark.parametrize("pack", [gzip.compress, lambda data: zipped({"a.csv": data})])
def test_packed_text_is_read(pack: object) -> None:
    assert callable(pack)
    assert len(read_files(pack(TAPE)).loans) == 1
    assert len(read_files(zipped({"a.csv.gz": gzip.compress(TAPE)})).loans) == 1
    assert len(read_files(pack(workbook({"A": sheet([["Loan", "UPB", "Rate"], ["1", 2, 5]])}))).loans) == 1


def test_one_of_several_members_must_be_named() -> None:
    data = zipped({"a.csv": TAPE, "b.csv": TAPE, "__MACOSX/a.csv": b"x"})
    assert "a zip archive with 2 files: name one with --member ('a.csv', 'b.csv')" in refused_file(data)[0][3]
    assert len(read_files(data, member="b.csv").loans) == 1
    assert refused_file(data, member="c.csv")[0][2] == "name_one"


@pytest.mark.parametrize(
    "data",
    [
        gzip.compress(b"Loan,UPB,Rate\n" + b"1,2.00,5\n" * 200_000),
        zipped({"a.csv": b"Loan,UPB,Rate\n" + b"1,2.00,5\n" * 200_000}),
        workbook({"A": sheet([["Loan", "UPB", "Rate"], *[["1", 2, 5]] * 4_000])}),
        zipped({"a.csv.gz": gzip.compress(b"Loan,UPB,Rate\n" + b"1,2.00,5\n" * 200_000)}),
    ],
    ids=["gzip", "zip", "workbook", "gzip in zip"],
)
def test_a_bomb_ends_at_the_limit_of_what_is_unpacked(data: bytes, small: None) -> None:
    assert len(data) < 100_000
    with pytest.raises(InvalidArgument, match="INDENTURE_TAPE_BYTES"):
        read_files(data)


def test_a_size_that_is_stated_is_not_believed(small: None) -> None:
    data = bytearray(zipped({"a.csv": b"Loan,UPB,Rate\n" + b"1,2.00,5\n" * 200_000}))
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 14)
    assert refused_file(bytes(data))[0][2] == "damaged"


@pytest.mark.parametrize("data", [gzip.compress(TAPE * 50)[:-20], zipped({"a.csv": TAPE})[:-30]], ids=["gzip", "zip"])
def test_what_is_cut_off_is_damaged(data: bytes) -> None:
    assert "get it again" in refused_file(data)[0][3]


def test_what_is_locked_or_packed_too_often_is_refused() -> None:
    data = bytearray(zipped({"a.csv": TAPE}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    assert "password" in refused_file(bytes(data))[0][3]
    locked = bytearray(workbook({"A": sheet([["Loan", "UPB", "Rate"]])}))
    locked[locked.rindex(b"PK\x01\x02") + 8] |= 1
    assert "password" in refused_file(bytes(locked))[0][3]
    nested = TAPE
    for _ in range(4):
        nested = gzip.compress(nested)
    assert "more than three times" in refused_file(nested)[0][3]


def test_an_office_document_says_what_it_is() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
        archive.writestr("b", "")
    assert refused_file(out.getvalue())[0][3] == "this is a Word document"


def test_a_name_that_stands_twice_in_an_archive_is_spoken_of() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("a.csv", TAPE)
            archive.writestr("a.csv", TAPE)
    for found in (refused_file(out.getvalue()), refused_file(out.getvalue(), member="a.csv")):
        assert found[0][2:] == (
            "duplicate",
            "this is a zip archive that holds 'a.csv' 2 times; unpack the one meant",
        )
