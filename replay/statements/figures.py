"""A figure is an object: where it stands, its exact value, how it is printed, and how it arose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import attrs

from ledger import Exact, Origin, Selector
from replay.statements.printing import FORMATTERS, Style


@attrs.frozen
class Words:
    """A text that is printed, and the events that state it."""

    text: str
    selector: Selector | None = None


@attrs.frozen(kw_only=True)
class Figure:
    """One figure of a statement.

    ``value`` is exact (dollars, a fraction, a count, a spreadsheet day number), or a text where one is printed; then
    ``selector`` says which events state it. ``section``, ``line`` and ``column`` are the statement's own labels.
    """

    page: int
    section: str
    line: str
    column: str
    value: Exact | str
    style: Style
    text_origin: Origin = Origin.TERM
    selector: Selector | None = None

    @property
    def printed(self) -> str:
        """The figure as the statement prints it."""
        return self.value if isinstance(self.value, str) else FORMATTERS[self.style](self.value.value)

    @property
    def origin(self) -> Origin:
        """Derived, brought forward, reported, or a deal term."""
        return self.text_origin if isinstance(self.value, str) else self.value.origin

    @property
    def exact_text(self) -> str:
        """The exact value in decimal notation, or the text itself."""
        return self.value if isinstance(self.value, str) else str(self.value.decimal)

    @property
    def path(self) -> str:
        """``page/section/line/column``: what ``replay explain`` takes."""
        return f"{self.page}/{self.section}/{self.line}/{self.column}"

    def __repr__(self) -> str:
        return f"<{self.path}: {self.printed} ({self.origin.value})>"


@attrs.frozen(kw_only=True)
class Row:
    """One printed line: its label and its figures by column."""

    label: str
    figures: tuple[Figure, ...]
    heading: str = ""


@attrs.frozen(kw_only=True)
class Section:
    """One block of a page: its heading, its columns, its rows."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    shape: str = "lines"


@attrs.frozen(kw_only=True)
class Page:
    """One page of a statement."""

    number: int
    report: str
    title: str
    sections: tuple[Section, ...]
    notes: tuple[str, ...] = ()

    def figures(self) -> Iterator[Figure]:
        """Yield the page's figures in reading order."""
        for section in self.sections:
            for row in section.rows:
                yield from row.figures


Cell = tuple[str, Exact | Words | str | None]
"""A column and what stands in it; None is not printed."""

PlainRow = tuple[str, list[Cell], Style]
"""A row as a page gives it: its label, its cells, and how all of them are printed."""


def section(
    page: int,
    name: str,
    columns: Sequence[str],
    rows: Iterable[tuple[str, Iterable[Cell], Style | Sequence[Style]]],
    *,
    title: str | None = None,
    shape: str = "lines",
    origin: Origin = Origin.TERM,
) -> Section:
    """Return a section from plain rows: label, cells by column, and the style of all cells or of each.

    A cell whose value is None is not printed. ``Heading: label`` names a line under a heading of its own.
    """
    built: list[Row] = []
    for label, cells, styles in rows:
        listed = list(cells)
        each = [styles] * len(listed) if isinstance(styles, Style) else list(styles)
        heading, _, _ = label.rpartition(": ")
        figures = tuple(
            Figure(
                page=page,
                section=name,
                line=label,
                column=column,
                value=value.text if isinstance(value, Words) else value,
                style=style,
                text_origin=origin,
                selector=value.selector if isinstance(value, Words) else None,
            )
            for (column, value), style in zip(listed, each, strict=True)
            if value is not None
        )
        built.append(Row(label=label, figures=figures, heading=heading))
    return Section(
        name=name, title=name if title is None else title, columns=tuple(columns), rows=tuple(built), shape=shape
    )
