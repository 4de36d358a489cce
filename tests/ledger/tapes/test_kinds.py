"""What is no tape is told what it is, and never that a byte of it is not UTF-8."""

from __future__ import annotations

import pytest

from ledger.tapes.kinds import kind_of, what_else
from tests.ledger.tapes.making import refused_file


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"%PDF-1.7\n\xe2\xe3", "this is a PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "this is a workbook of an old Excel (.xls)"),
        (b"<!DOCTYPE html><html>", "this is a web page (HTML)"),
        (b"\xef\xbb\xbf<html><body>", "this is a web page (HTML)"),
        (b'{"loan": "1"}', "this is JSON"),
        (b"BZh91AY", "this is packed with bzip2"),
        (b"\xfd7zXZ\x00", "this is packed with xz"),
        (b"SQLite format 3\x00", "this is a SQLite database"),
        (b"\x89PNG\r\n", "this is a picture"),
        (b"\x7fELF", "this is a program"),
        (b"<note><to/></note>", "this is XML, and no <assets> stands in it"),
    ],
)
def test_a_file_says_what_it_is(data: bytes, told: str) -> None:
    ((_, _, code, message),) = refused_file(data)
    assert (code, message[: len(told)]) == ("no_tape", told)


def test_text_is_text() -> None:
    assert (kind_of(b"Loan,UPB\n"), what_else(b"Loan,UPB\n")) == ("text", None)
    assert kind_of("<assetData>".encode("utf-16")) == "XML"


def test_an_archive_and_a_bare_table_of_a_page_say_what_they_are() -> None:
    assert "tar archive" in (what_else(b"a.csv".ljust(257, b"\0") + b"ustar") or "")
    assert "web page" in (what_else(b"<table><tr><td>Loan</td></tr></table>") or "")
