"""Headings of a class table that stand over several lines: each column's words below one another.

The lowest line of such a heading stands above a rule or a row of figures. The words above it belong to the columns that
they stand over; what stands over several (`Realized Losses` over `Current` and `Cumulative`) ends the name of each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from attrs import frozen

from replay.filing.tables.class_columns import known, plain_heading
from replay.filing.text.numbers import parse_cell

_MOST_LINES = 4
_LONGEST_LINE = 1_000
_MOST_COLUMNS = 40
_RULE_SIGNS = frozenset("-=_ ")
_PIECE = re.compile(r"\S+(?: \S+)*")


@frozen(kw_only=True)
class StackedHeading:
    """A heading of several lines: where it begins and ends (line numbers), its columns' names and where they stand."""

    first: int
    last: int
    names: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]


@frozen
class _Column:
    start: int
    end: int
    words: str


def stacked_headings(lines: Sequence[str]) -> Iterator[StackedHeading]:
    """Yield the headings of a text (its lines, the first of which is line 1) that can be read only over several lines.

    A heading whose lowest line says every column by itself is none of them.
    """
    for at in range(1, len(lines) - 1):
        if _words(lines[at]) and _words(lines[at - 1]) and (_is_rule(lines[at + 1]) or _is_row(lines[at + 1])):
            found = _heading(lines, at)
            if found is not None:
                yield found


def _heading(lines: Sequence[str], at: int) -> StackedHeading | None:
    columns = [_Column(*piece) for piece in _pieces(lines[at])]
    best, most = None, _known(columns)
    if not 2 <= len(columns) <= _MOST_COLUMNS or most == len(columns):
        return None
    for above in range(at - 1, max(at - _MOST_LINES, -1), -1):
        if not _words(lines[above]):
            break
        columns = _over(columns, _pieces(lines[above]))
        if len(columns) > _MOST_COLUMNS:
            break
        if _known(columns) > most and [known(column.words) for column in columns].count("class") == 1:
            most = _known(columns)
            best = StackedHeading(
                first=above + 1,
                last=at + 1,
                names=tuple(known(column.words) or plain_heading(column.words) for column in columns),
                spans=tuple((column.start, column.end) for column in columns),
            )
    return best


def _over(columns: list[_Column], pieces: list[tuple[int, int, str]]) -> list[_Column]:
    """Return the columns with the words that stand over them; words over no column are a column of their own."""
    found = list(columns)
    for start, end, words in pieces[: _MOST_COLUMNS + 1]:
        below = [place for place, column in enumerate(columns) if start < column.end and column.start < end]
        for place in below:
            held = found[place]
            if len(below) == 1:
                found[place] = _Column(min(held.start, start), max(held.end, end), f"{words} {held.words}")
            else:
                found[place] = _Column(held.start, held.end, f"{held.words} {words}")
        if not below:
            found.append(_Column(start, end, words))
    return sorted(found, key=lambda column: column.start)


def _known(columns: list[_Column]) -> int:
    return len({known(column.words) for column in columns} - {None})


def _pieces(line: str) -> list[tuple[int, int, str]]:
    return [(*match.span(), match[0]) for match in _PIECE.finditer(line.expandtabs(8))]


def _words(line: str) -> bool:
    """Say whether a line may be one of a heading: words set apart by blanks, and no figure."""
    if len(line) > _LONGEST_LINE or not line.strip() or _is_rule(line) or any(sign in line for sign in "|;,"):
        return False
    return not any(parse_cell(match[0]) is not None for match in _PIECE.finditer(line))


def _is_rule(line: str) -> bool:
    return (
        len(line) <= _LONGEST_LINE and _RULE_SIGNS.issuperset(line) and any(sign in line for sign in ("--", "==", "__"))
    )


def _is_row(line: str) -> bool:
    return len(line) <= _LONGEST_LINE and sum(parse_cell(words) is not None for *_, words in _pieces(line)) >= 2


__all__ = ["StackedHeading", "stacked_headings"]
