"""Opens a published statement of any known kind."""

from __future__ import annotations

import re
from os import PathLike
from pathlib import Path
from typing import Literal

from attrs import evolve

from replay.filing.class_table import header_columns, read_class_table
from replay.filing.figures_csv import header_places, read_figures_csv, split_csv_line
from replay.filing.lines import physical_lines
from replay.filing.model import ClassTable, Filing, ReadProblem
from replay.filing.trustee import read_trustee_filing

StatementKind = Literal["trustee text", "figures csv", "class table"]

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
    if any(header_columns(line) is not None for line in lines):
        return "class table"
    # A wrap may fall inside a footer, so the text is searched with its wraps undone.
    if _TRUSTEE.search(text) or _TRUSTEE.search(re.sub(r"\r?\n>", "", text)):
        return "trustee text"
    return None


def read_statement(source: str | PathLike[str] | bytes) -> Filing | ClassTable:
    """Read a statement from a path, or from its bytes; what cannot be read ends in problems, never in an exception.

    Bytes are decoded as UTF-8, or else as Latin-1 with a problem that says so.
    """
    if isinstance(source, bytes):
        return _read_bytes(source)
    try:
        path = Path(source)
        size = path.stat().st_size if path.is_file() else None
        content = path.read_bytes() if size is not None and size <= MOST_BYTES else b""
    except (OSError, ValueError) as error:
        return _unread("file-unreadable", f"the file cannot be read: {error}")
    if size is None:
        return _unread("file-unreadable", f"no such file: {path}")
    if size > MOST_BYTES:
        return _unread("file-too-large", f"the file has {size} bytes; statements have at most {MOST_BYTES}")
    return _read_bytes(content)


def _read_bytes(content: bytes) -> Filing | ClassTable:
    if len(content) > MOST_BYTES:
        return _unread("file-too-large", f"the statement has {len(content)} bytes; at most {MOST_BYTES} are read")
    try:
        return _read_text(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        read = _read_text(content.decode("latin-1"))
        message = f"line {line} is not UTF-8; the file was read as Latin-1"
        problem = ReadProblem(source_line=line, code="not-utf-8", message=message)
        return evolve(read, problems=(problem, *read.problems))


def _read_text(text: str) -> Filing | ClassTable:
    kind = sniff(text)
    if kind == "trustee text":
        return read_trustee_filing(text)
    if kind == "figures csv":
        return read_figures_csv(text)
    if kind == "class table":
        return read_class_table(text)
    if not text.strip():
        return _unread("empty", "the text is empty")
    return _unread("format-unknown", "the text is no statement of a known kind")


def _unread(code: str, message: str) -> Filing:
    return Filing(problems=(ReadProblem(source_line=0, code=code, message=message),))
