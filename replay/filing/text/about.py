"""What a printed result says of itself, read back: a block of text, a member of JSON, or rows of CSV.

Results of earlier releases say nothing of themselves, and are read as they always were.
"""

from __future__ import annotations

import json
import re
import unicodedata

from replay.filing.text.raw import split_csv_line

ABOUT = "about"
_HEADING = re.compile(r"about this output, version [0-9]{1,4}")
_LINE = re.compile(r"  (\S+(?: \S+)*) {2,}(.*)")
_GUARDED = re.compile("'[\"'`\u2018\u2019\u201c\u201d\\s]*[-=+@\u2212]")
_MOST_LINES = 40


def without_about(text: str) -> str:
    """Return a text with the lines blank that say what it is, so that every other line stands where it stood."""
    end = _end(text)
    return text if not end else "\n" * text[:end].count("\n") + text[end:]


def _end(text: str) -> int:
    """Return where the block at the top of a text ends; 0 where there is none."""
    at = 1 if text.startswith("\ufeff") else 0
    line = text[at:].partition("\n")[0].rstrip("\r")
    if not _HEADING.fullmatch(line):
        return 0
    for _ in range(_MOST_LINES):
        following = text.find("\n", at)
        if following < 0:
            return len(text)
        at = following + 1
        if not text.startswith("  ", at):
            return at
    return 0


def said(text: str) -> dict[str, str] | None:
    """Return what a printed result says of itself, by its names; None where it says nothing."""
    end = _end(text)
    if end:
        lines = text[:end].splitlines()
        found = [match for match in map(_LINE.fullmatch, lines) if match is not None]
        return {"version": lines[0].split()[-1], **{match[1].replace(" ", "_"): match[2] for match in found}}
    if text.lstrip("\ufeff").startswith("{"):
        return _of_json(text.lstrip("\ufeff"))
    return said_in_rows([cells for line in text.splitlines()[-_MOST_LINES:] if (cells := split_csv_line(line))])


def _of_json(text: str) -> dict[str, str] | None:
    for part in (text, text.partition("\n")[0]):
        try:
            held = json.loads(part)
        except (ValueError, RecursionError):
            continue
        told = held.get(ABOUT) if isinstance(held, dict) else None
        return {str(name): str(value) for name, value in told.items()} if isinstance(told, dict) else None
    return None


def said_in_rows(rows: list[list[str]]) -> dict[str, str] | None:
    """Return what the last rows of a CSV say of it; None where they say nothing."""
    first = next((at for at, row in reversed(list(enumerate(rows))) if row[:2] == [ABOUT, "version"]), None)
    if first is None or any(len(row) < 3 or row[0] != ABOUT for row in rows[first:]):
        return None
    return {row[1]: _unguarded(row[2]) for row in rows[first:]}


def _unguarded(cell: str) -> str:
    """Return a cell without the apostrophe that keeps a spreadsheet from running it."""
    return cell[1:] if _GUARDED.match(unicodedata.normalize("NFKC", cell)) else cell


__all__ = ["ABOUT", "said", "said_in_rows", "without_about"]
