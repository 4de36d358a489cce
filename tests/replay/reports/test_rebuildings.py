"""The first difference of two texts is told by line and column."""

from __future__ import annotations

import pytest

from ledger.reports import written
from replay.reports.rebuildings import first_difference, rebuilding_report


@pytest.mark.parametrize(
    ("printed", "rebuilt", "place"),
    [
        ("a\nb\n", "a\nb\n", None),
        ("a\nbc\n", "a\nbd\n", (2, 2)),
        ("a\n", "a\nb\n", (2, 1)),
        ("a\nb\n", "a\n", (2, 1)),
        ("a", "a\n", (1, 2)),
        ("a\r\nb\n", "a\nb\n", (1, 2)),
        ("", "a", (1, 1)),
    ],
)
def test_where_they_first_differ(printed: str, rebuilt: str, place: tuple[int, int] | None) -> None:
    found = first_difference(printed, rebuilt)
    assert (None if found is None else (found.line, found.column)) == place


def test_both_sides_are_shown() -> None:
    report = rebuilding_report("f.txt", {"deal": "d", "known_through": "3"}, first_difference("x1\n", "x2\n"), "1 line")
    text = written(report, "text")
    assert "DIFFERS: f.txt, line 1, column 2; d, known through event 3" in text
    assert "printed  '1\\\\n'" in text or "printed  '1\\n'" in text
