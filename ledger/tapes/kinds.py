"""What a file is, by how it begins: so that one that is no tape is told what it is."""

from __future__ import annotations

import codecs

GZIP = "gzip"
ZIP = "zip"
PARQUET = "parquet"
XML = "XML"
WORKBOOK = "workbook"
TEXT = "text"

_READ = ((b"\x1f\x8b", GZIP), (b"PK\x03\x04", ZIP), (b"PK\x05\x06", ZIP), (b"PAR1", PARQUET))
_OTHERS = (
    (b"%PDF", "a PDF, which holds a picture of a table and not the table; ask for the file that it was printed from"),
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "a workbook of an old Excel (.xls), or one with a password; open it and save it as .xlsx without one",
    ),
    (b"BZh", "packed with bzip2; unpack it (bunzip2), or pack it with gzip or zip"),
    (b"\xfd7zXZ\x00", "packed with xz; unpack it (unxz), or pack it with gzip or zip"),
    (b"\x28\xb5\x2f\xfd", "packed with zstd; unpack it (unzstd), or pack it with gzip or zip"),
    (b"7z\xbc\xaf\x27\x1c", "packed with 7-Zip; unpack it, or pack it with zip"),
    (b"Rar!", "packed with RAR; unpack it, or pack it with zip"),
    (b"SQLite format 3\x00", "a SQLite database; export the table as CSV or Parquet"),
    (b"{\\rtf", "a text document (RTF); export the table as CSV"),
    (b"\x89PNG", "a picture (PNG); ask for the file that it shows"),
    (b"\xff\xd8\xff", "a picture (JPEG); ask for the file that it shows"),
    (b"II*\x00", "a picture (TIFF); ask for the file that it shows"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"ARROW1", "an Arrow or Feather file; write it as Parquet or CSV"),
    (b"Obj\x01", "an Avro file; write it as Parquet or CSV"),
    (b"-----BEGIN PGP", "encrypted (PGP); decrypt it"),
)
HEAD = 4_096
"""Bytes of a file that are looked at."""


def kind_of(head: bytes) -> str:
    """Return what a file is that can be read, by its first bytes; text where nothing else fits."""
    found = next((kind for mark, kind in _READ if head.startswith(mark)), None)
    if found is not None:
        return found
    begins = _beginning(head)
    if begins.startswith("<") and not _is_html(begins):
        return XML
    return TEXT


def what_else(head: bytes) -> str | None:
    """Return what a file is that is no tape, and what to do about it; None where it may be one."""
    found = next((told for mark, told in _OTHERS if head.startswith(mark)), None)
    if found is not None:
        return found
    if head.startswith(b"ustar", 257):
        return "a tar archive; unpack it, or pack its file with gzip or zip"
    begins = _beginning(head)
    if _is_html(begins):
        return "a web page (HTML); ask for the file, or open the page and save its table as CSV"
    if begins.startswith(("{", "[{")) and '"' in begins[:200] and ":" in begins:
        return "JSON; write it as CSV or Parquet, and events are posted with ledger post"
    return None


def _beginning(head: bytes) -> str:
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if head.startswith(mark):
            return head[len(mark) :].decode(encoding, "replace").lstrip()
    return head.decode("latin-1").lstrip()


def _is_html(begins: str) -> bool:
    low = begins[:2_000].lower()
    fragments = ("<!doctype html", "<html", "<head", "<body", "<table", "<div")
    return low.startswith(fragments) or ("<html" in low and low.startswith(("<!--", "<?xml")))
