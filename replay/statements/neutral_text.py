"""The neutral statement as text: tables under ruled headings, so that whoever reads them back finds every column.

A page is its heading, blank-separated blocks, and `Page N of M`. A table is its name, the headings of its columns, a
line of rules that show where each column begins and ends, and its lines; a cell that is too long goes on in the line
below, which then has no label.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ledger.reports import visible
from replay.statements.figures import Page, Section
from replay.statements.statement import Statement

HEADING = "Statement to holders, distribution of"
"""What the second line of every page begins with; the date follows."""

_WIDEST = 34
"""Characters of a cell before it goes on in the line below, unless one of its words is longer."""
_LABELS = 60
"""The same of a label, which stands alone at the left."""
_GAP = "  "


def _wrapped(text: str, width: int) -> list[str]:
    """Return a text in lines of so many characters, parted at single blanks alone; a longer word keeps its length."""
    lines: list[str] = []
    for word in text.split(" "):
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _indented(label: list[str]) -> list[str]:
    """Return the lines of a label so that only the first of them begins at the edge, where a new one would."""
    return [label[0], *(f"  {line}" for line in label[1:])]


def _stacked(cells: Sequence[list[str]], widths: Sequence[int], right: Sequence[bool]) -> list[str]:
    """Return the lines of cells that may have several, each cell in its column."""
    lines = []
    for level in range(max(map(len, cells))):
        placed = [
            (cell[level] if level < len(cell) else "").rjust(width if at_right else 0).ljust(width)
            for cell, width, at_right in zip(cells, widths, right, strict=True)
        ]
        lines.append(_GAP.join(placed).rstrip())
    return lines


def _table(section: Section) -> list[str]:
    held = [{figure.column: visible(figure.printed) for figure in row.figures} for row in section.rows]
    labels = [visible(row.figures[0].line) for row in section.rows]
    texts = [[*(cells.get(column, "") for column in section.columns)] for cells in held]
    body = [
        [_indented(_wrapped(label, _LABELS)), *(_wrapped(cell, _WIDEST) for cell in row)]
        for label, row in zip(labels, texts, strict=True)
    ]
    longest = [max(len(line) for row in body for line in row[place]) for place in range(1 + len(section.columns))]
    heads = [
        _wrapped(visible(name), max(width, 12))
        for name, width in zip((section.title, *section.columns), longest, strict=True)
    ]
    widths = [max(width, *(len(line) for line in head), 1) for width, head in zip(longest, heads, strict=True)]
    right = [False, *(_is_number(section, column) for column in section.columns)]
    height = max(map(len, heads))
    lowered = [[""] * (height - len(head)) + head for head in heads]
    return [
        visible(section.name),
        *_stacked(lowered, widths, right),
        _GAP.join("-" * width for width in widths),
        *(line for row in body for line in _stacked(row, widths, right)),
    ]


def _is_number(section: Section, column: str) -> bool:
    figures = [figure for row in section.rows for figure in row.figures if figure.column == column]
    return any(not isinstance(figure.value, str) for figure in figures)


def _long_date(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


def _page(page: Page, statement: Statement, last: int) -> list[str]:
    terms, at = statement.report.terms, statement.report.distribution
    title = " ".join(filter(None, (terms.title, "" if terms.series in terms.title else f"Series {terms.series}")))
    lines = [
        visible(" ".join(title.split())),
        f"{HEADING} {_long_date(at.payment_date)}",
        f"Record date: {_long_date(at.record_date)}",
        page.title,
        "",
    ]
    for section in page.sections:
        lines.extend((*_table(section), ""))
    lines.extend(page.notes)
    return [*lines, *([""] if page.notes else []), f"Page {page.number} of {last}", ""]


def render_neutral(statement: Statement) -> str:
    """Return the whole statement as text, page after page."""
    last = max(page.number for page in statement.pages)
    return "\n".join(line for page in statement.pages for line in _page(page, statement, last))


__all__ = ["HEADING", "render_neutral"]
