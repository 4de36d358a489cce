"""The lines of a text and the values of one CSV line, as they stand."""

from __future__ import annotations

import csv


def physical_lines(text: str) -> list[str]:
    """Return the lines of the text as an editor counts them, without a byte-order mark."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")


def split_csv_line(line: str, delimiter: str = ",") -> list[str] | None:
    """Return the values of one CSV line, or None when it cannot be split."""
    try:
        return next(csv.reader([line], delimiter=delimiter), None)
    except csv.Error:
        return None
