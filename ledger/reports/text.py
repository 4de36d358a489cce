"""Reports as text for a terminal: the title, then every part that a reader is shown, a blank line between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ledger.reports.about import TEXT_HEADING, About
from ledger.reports.report import Prose, Report, Table
from ledger.reports.spelling import plain, spelt
from ledger.visible import visible


def as_text(report: Report) -> str:
    """Return a report as text, without a line end after its last line.

    Whatever a cell or a line holds, it stays on its line and steers no terminal; see :func:`ledger.reports.visible`.
    """
    return "\n\n".join(_blocks(report))


def _blocks(report: Report) -> Iterator[str]:
    if report.about is not None:
        yield about_text(report.about)
    if report.titled:
        yield _lines((report.title, *report.summary))
    for part in report.parts:
        if isinstance(part, Prose):
            yield _lines((part.heading, *part.lines) if part.heading else part.lines)
        elif isinstance(part, Table) and part.shown:
            yield f"{visible(part.caption)}\n\n{_table(part)}" if part.caption else _table(part)


def about_text(about: About) -> str:
    """Return what a result says of itself as lines under a heading, without a line end after the last."""
    held = {name.replace("_", " "): visible(plain(value)) for name, value in about.said().items() if name != "version"}
    width = max(map(len, held), default=0)
    return "\n".join([TEXT_HEADING, *(f"  {name:<{width}}  {value}" for name, value in held.items())])


def _lines(lines: Sequence[str]) -> str:
    return "\n".join(map(visible, lines))


def _table(table: Table) -> str:
    """Return aligned columns under their headings: numbers to the right, everything else to the left."""
    shown = table.read()
    listed = [[visible(column.heading) for _, column in shown]]
    listed += [[visible(spelt(row[place], column)) for place, column in shown] for row in table.rows]
    widths = [max(len(row[index]) for row in listed) for index in range(len(shown))]

    def line(row: Sequence[str]) -> str:
        cells = [
            cell.rjust(width) if column.right else cell.ljust(width)
            for cell, width, (_, column) in zip(row, widths, shown, strict=True)
        ]
        return "  ".join(cells).rstrip()

    rule = "  ".join("-" * width for width in widths)
    return "\n".join([line(listed[0]), rule, *map(line, listed[1:])])
