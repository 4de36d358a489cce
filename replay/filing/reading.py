"""Opens a published statement of any known kind."""

from __future__ import annotations

import re
import stat
from os import PathLike
from pathlib import Path
from typing import Literal

from attrs import evolve

from replay.filing.figures_csv import header_places, read_figures_csv
from replay.filing.figures_json import read_figures_json
from replay.filing.model import ClassTable, Filing, ReadProblem
from replay.filing.neutral import is_neutral, read_neutral
from replay.filing.tables.classes import BLANKS, header_columns, read_class_table
from replay.filing.tables.stacked import stacked_headings
from replay.filing.text.about import without_about
from replay.filing.text.raw import physical_lines, split_csv_line
from replay.filing.trustee import read_trustee_filing

StatementKind = Literal["trustee text", "neutral text", "figures csv", "class table"]

MOST_BYTES = 32 * 1024 * 1024

_TRUSTEE = re.compile(
    r"\bPage +[0-9]{1,4} +of +[0-9]{1,4}\b|\bReport for [A-Za-z]{3,9} +[0-9]{1,2}, *[0-9]{4} Distribution"
)


def sniff(text: str) -> StatementKind | None:
    """Say which kind of statement a text is, or None when it is none that can be read."""
    lines = [line for line in physical_lines(text) if line.strip()]
    if not lines:
        return None
    cells = split_csv_line(lines[0])
    if cells is not None and header_places(cells) is not None:
        return "figures csv"
    if is_neutral(text):
        return "neutral text"
    if any(header_columns(line, ("|", "\t", ";", ",")) is not None for line in lines):
        return "class table"
    # A wrap may fall inside a footer, so the text is searched with its wraps undone.
    if _TRUSTEE.search(text) or _TRUSTEE.search(re.sub(r"\r?\n>", "", text)):
        return "trustee text"
    if any(header_columns(line, (BLANKS,)) is not None for line in lines) or any(
        stacked_headings(physical_lines(text))
    ):
        return "class table"
    return None


def read_statement(source: str | PathLike[str] | bytes) -> Filing | ClassTable:
    """Read a statement from a path, or from its bytes; what cannot be read ends in problems, never in an exception.

    Bytes are decoded as UTF-8, or else as Latin-1 with a problem that says so.
    """
    if isinstance(source, bytes):
        return _read_bytes(source)
    try:
        path = Path(source)
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            return _unread("file-unreadable", f"{path} is a directory; name the statement's file in it")
        if not stat.S_ISREG(mode):
            return _unread("file-unreadable", f"{path} is a pipe or a device; save the statement as a file")
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return _unread("file-unreadable", f"there is no file {path}")
    except (OSError, ValueError) as error:
        return _unread("file-unreadable", f"the file cannot be read: {error}")
    return _read_bytes(content)


def _read_bytes(content: bytes) -> Filing | ClassTable:
    if len(content) > MOST_BYTES:
        return _unread("file-too-large", f"the statement has more than {MOST_BYTES} bytes, the most that are read")
    if not content.strip():
        return _unread("empty", "the statement is empty")
    fault = _not_text(content)
    if fault:
        return _unread("not-text", fault)
    try:
        return _read_text(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        read = _read_text(content.decode("latin-1"))
        message = f"line {line} is not UTF-8; the file was read as Latin-1"
        problem = ReadProblem(source_line=line, code="not-utf-8", message=message)
        return evolve(read, problems=(problem, *read.problems))


_SIGNATURES = (
    (b"\x1f\x8b", "compressed (gzip): decompress it first"),
    (b"BZh", "compressed (bzip2): decompress it first"),
    (b"\xfd7zXZ\x00", "compressed (xz): decompress it first"),
    (b"\x28\xb5\x2f\xfd", "compressed (zstd): decompress it first"),
    (b"PK\x03\x04", "a zip archive or a spreadsheet: take the text out of it, or save the sheet as CSV"),
    (b"\xd0\xcf\x11\xe0", "a spreadsheet or document of an office program: save it as text or CSV"),
    (b"%PDF-", "a PDF: save its text (layout kept) as a text file"),
    (b"SQLite format 3\x00", "a database: name the published statement"),
)
_SAMPLE = 65_536


def _not_text(content: bytes) -> str:
    """Say what a statement is when it is no text in UTF-8 or Latin-1, and what to do; nothing when it may be one."""
    for signature, what in _SIGNATURES:
        if content.startswith(signature):
            return f"the statement is {what}"
    sample = content[:_SAMPLE]
    nulls = sample.count(0)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or _every_other(sample, nulls):
        return "the statement is text in UTF-16 or UTF-32: save it as UTF-8"
    if nulls or sum(byte < 32 and byte not in b"\t\n\r\x0b\x0c\x1a" for byte in sample) > len(sample) // 20:
        return "the statement is not text: save it as a text file or as CSV"
    return ""


def _every_other(sample: bytes, nulls: int) -> bool:
    """Say whether nearly every other byte is nought, as in letters of two bytes."""
    half = len(sample) // 2
    most = max(sample[::2].count(0), sample[1::2].count(0))
    return half >= 8 and 10 * nulls > 7 * half and 10 * most > 9 * half


READABLE = (
    "a trustee's text filing (pages that end in 'Page n of N'), the text of a neutral statement, a figures CSV (a "
    "header with page, section, line, column and printed), or a class table (a header with Class and at least one of "
    "Rate, Beginning Balance, Interest, Principal, Ending Balance ..., cells divided by |, comma, tab, semicolon or "
    "two blanks)"
)
"""The kinds of statement that can be read, as messages name them."""


def _read_text(text: str) -> Filing | ClassTable:
    written = read_figures_json(text)
    if written is not None:
        return written
    text = without_about(text)
    kind = sniff(text)
    if kind == "neutral text":
        return read_neutral(text)
    if kind == "trustee text":
        read = read_trustee_filing(text)
        table = read_class_table(text) if not read.figures else None
        return table if table is not None and table.rows else read
    if kind == "figures csv":
        return read_figures_csv(text)
    if kind == "class table":
        return read_class_table(text)
    if not text.strip():
        return _unread("empty", "the text is empty")
    return _unread("format-unknown", f"the text is no statement of a kind that can be read: {READABLE}")


def _unread(code: str, message: str) -> Filing:
    return Filing(problems=(ReadProblem(source_line=0, code=code, message=message),))
