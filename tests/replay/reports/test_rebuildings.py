"""The first difference of two texts is told by line and column."""

from __future__ import annotations

import pytest

from ledger.reports import written
from replay.reports.rebuildings import compared, first_difference, rebuilding_report


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


TOLD = {"deal": "d", "known_through": "3", "head": "3:ab"}


def test_both_sides_are_shown() -> None:
    text = written(rebuilding_report("f.txt", TOLD, [compared("f.txt", "x1\n", "x2\n")]), "text")
    assert "DIFFERS: f.txt, line 1, column 2; d, known through event 3" in text
    assert "printed  '1\\\\n'" in text or "printed  '1\\n'" in text


def test_every_file_of_a_folder_is_told() -> None:
    same, apart = compared("a.txt", "x\ny\n", "x\ny\n"), compared("b.txt", "", "more")
    assert written(rebuilding_report("papers", TOLD, [same, same]), "text").startswith("equal: papers, 2 files, d, ")
    text = written(rebuilding_report("papers", TOLD, [same, apart]), "text")
    assert text.startswith("DIFFERS: papers, 1 of 2 files; d, known through event 3\nb.txt, line 1, column 1\n")
    assert "printed  '(nothing)'" in text
    listed = written(rebuilding_report("papers", TOLD, [same, apart]), "csv").splitlines()
    assert listed[1:] == ["a.txt,yes,,,,,", "b.txt,no,1,1,,,more"]
