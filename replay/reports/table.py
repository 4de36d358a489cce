"""Plain tables for a terminal: a heading row, left-aligned text, right-aligned numbers."""

from __future__ import annotations

from collections.abc import Sequence


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> str:
    """Return aligned columns; ``right`` are the indexes of those that hold numbers."""
    listed = [list(headings), *(list(row) for row in rows)]
    widths = [max(len(row[index]) for row in listed) for index in range(len(headings))]

    def line(row: Sequence[str]) -> str:
        cells = [
            cell.rjust(width) if index in right else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        return "  ".join(cells).rstrip()

    rule = "  ".join("-" * width for width in widths)
    return "\n".join([line(listed[0]), rule, *(line(row) for row in listed[1:])])
