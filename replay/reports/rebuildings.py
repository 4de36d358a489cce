"""A printed result beside the one made again, as a report: equal, or where they first differ."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest
from typing import NamedTuple

from ledger.reports import Column, ColumnKind, Fact, Report, Table

_AROUND = 60
"""Characters of either side that are shown from the first difference on."""

_COLUMNS = (
    Column("file"),
    Column("equal"),
    Column("line", kind=ColumnKind.COUNT),
    Column("column", kind=ColumnKind.COUNT),
    Column("place"),
    Column("printed"),
    Column("rebuilt"),
)


class Difference(NamedTuple):
    """Where two results first differ, counted from 1, and how each goes on; "" where it has ended.

    What is no text has a ``place`` in words, such as a page or a cell, and no line and column.
    """

    line: int
    column: int
    printed: str
    rebuilt: str
    place: str = ""

    @property
    def told(self) -> str:
        """The place in words."""
        return self.place or f"line {self.line}, column {self.column}"


def first_difference(printed: str, rebuilt: str) -> Difference | None:
    """Return where two texts first differ; None where they are equal. An end of a line counts as its last column."""
    if printed == rebuilt:
        return None
    sides = (printed.splitlines(keepends=True), rebuilt.splitlines(keepends=True))
    for number, (ours, theirs) in enumerate(zip_longest(*sides, fillvalue=""), 1):
        if ours != theirs:
            same = next((at for at, pair in enumerate(zip(ours, theirs, strict=False)) if pair[0] != pair[1]), None)
            at = min(len(ours), len(theirs)) if same is None else same
            return Difference(number, at + 1, ours[at : at + _AROUND], theirs[at : at + _AROUND])
    return None


def rebuilding_report(file: str, told: Mapping[str, str], found: Difference | None, size: str) -> Report:
    """Return whether a printed result of so many lines or bytes is equal to the one made again, and of what it is."""
    of = f"{told.get('deal')}, known through event {told.get('known_through')}"
    if found is None:
        title = f"equal: {file}, {size}, {of}"
        lines: tuple[str, ...] = (f"head {told.get('head')}",)
    else:
        title = f"DIFFERS: {file}, {found.told}; {of}"
        lines = (f"  printed  {found.printed or '(nothing)'!r}", f"  rebuilt  {found.rebuilt or '(nothing)'!r}")
        if not (found.printed or found.rebuilt):
            lines = ()
    at = found or Difference(0, 0, "", "")
    row = (file, "yes" if found is None else "no", at.line or None, at.column or None, at.place, at.printed, at.rebuilt)
    return Report(
        title=title,
        summary=lines,
        parts=(
            Fact("deal", told.get("deal")),
            Fact("known_through", told.get("known_through")),
            Fact("head", told.get("head")),
            Fact("made_by", told.get("made_by")),
            Table(name="compared", columns=_COLUMNS, rows=(row,), shown=()),
        ),
    )


__all__ = ["Difference", "first_difference", "rebuilding_report"]
