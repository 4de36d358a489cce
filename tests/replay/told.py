"""What a printed result says, without what it says of itself: for tests of the figures."""

from __future__ import annotations

import csv
import io
import json
from typing import Any


def rows_of(printed: str) -> list[dict[str, str]]:
    """Return the rows of a CSV without those that say what it is."""
    reader = csv.DictReader(io.StringIO(printed))
    first = (reader.fieldnames or [""])[0]
    return [row for row in reader if row[first] != "about"]


def table_of(printed: str) -> str:
    """Return a CSV as it was before it said what it is."""
    return "".join(line for line in printed.splitlines(keepends=True) if not line.startswith("about,"))


def text_of(printed: str) -> str:
    """Return a text without the block that says what it is."""
    assert printed.startswith("about this output, version 1\n")
    return printed.partition("\n\n")[2]


def document_of(printed: str) -> dict[str, Any]:
    """Return a JSON document without what it says of itself, which is its first member."""
    document: dict[str, Any] = json.loads(printed)
    assert next(iter(document)) == "about"
    assert document.pop("about")["version"] == 1
    return document
