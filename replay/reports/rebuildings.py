"""A printed result beside the one made again, as a report: equal, or where they first differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    at = _alike(printed, rebuilt)
    begin = printed.rfind("\n", 0, at) + 1
    return Difference(printed.count("\n", 0, at) + 1, at - begin + 1, _rest(printed, at), _rest(rebuilt, at))


def _alike(ours: str, theirs: str) -> int:
    """Return how many characters two texts have alike before the first that differs, in little memory."""
    low, high = 0, min(len(ours), len(theirs))
    while low < high:
        middle = (low + high + 1) // 2
        if ours[low:middle] == theirs[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _rest(text: str, at: int) -> str:
    """Return how the line goes on from a place, its end included."""
    return text[at : at + _AROUND].partition("\n")[0] + ("\n" if "\n" in text[at : at + _AROUND] else "")


class Compared(NamedTuple):
    """A printed file beside the one made again: how large it is, in words, and where they first differ."""

    file: str
    size: str
    differs: Difference | None

    @property
    def row(self) -> tuple[str | int | None, ...]:
        """Its line of the table for programs."""
        at = self.differs or Difference(0, 0, "", "")
        equal = "yes" if self.differs is None else "no"
        return (self.file, equal, at.line or None, at.column or None, at.place, at.printed, at.rebuilt)

    @property
    def told(self) -> tuple[str, ...]:
        """What a reader is told of a difference."""
        found = self.differs
        if found is None or not (found.printed or found.rebuilt):
            return ()
        return tuple(
            f"  {side}  {held or '(nothing)'!r}"
            for side, held in (("printed", found.printed), ("rebuilt", found.rebuilt))
        )


def compared(file: str, printed: str, made: str) -> Compared:
    """Hold a printed text to the one made again."""
    lines = printed.count("\n") + (printed[-1:] not in ("", "\n"))
    return Compared(file, f"{lines:,} lines", first_difference(printed, made))


def rebuilding_report(name: str, told: Mapping[str, str], found: Sequence[Compared]) -> Report:
    """Return whether printed files are equal to those made again; several are those of a folder."""
    of = f"{told.get('deal')}, known through event {told.get('known_through')}"
    apart = [item for item in found if item.differs is not None]
    lines: tuple[str, ...]
    if not apart:
        size = found[0].size if len(found) == 1 else f"{len(found)} files"
        title, lines = f"equal: {name}, {size}, {of}", (f"head {told.get('head')}",)
    elif len(found) == 1:
        title, lines = f"DIFFERS: {name}, {_place(apart[0])}; {of}", apart[0].told
    else:
        title = f"DIFFERS: {name}, {len(apart)} of {len(found)} files; {of}"
        lines = tuple(line for item in apart for line in (f"{item.file}, {_place(item)}", *item.told))
    return Report(
        title=title,
        summary=lines,
        parts=(
            Fact("deal", told.get("deal")),
            Fact("known_through", told.get("known_through")),
            Fact("head", told.get("head")),
            Fact("made_by", told.get("made_by")),
            Table(name="compared", columns=_COLUMNS, rows=tuple(item.row for item in found), shown=()),
        ),
    )


def _place(item: Compared) -> str:
    return item.differs.told if item.differs is not None else ""


__all__ = ["Compared", "Difference", "compared", "first_difference", "rebuilding_report"]
