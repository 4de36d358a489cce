"""A figure is an object: where it stands, its exact value, how it is printed, and how it arose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import attrs

from ledger import DOLLARS, Currency, Exact, Glanced, Origin, Selector
from replay.statements.printing import FORMATTERS, OF_MONEY, Style


@attrs.frozen
class Words:
    """A text that is printed, and the events that state it."""

    text: str
    selector: Selector | None = None


@attrs.frozen(kw_only=True, repr=False)
class Figure(Glanced):
    """One figure of a statement.

    ``value`` is exact (dollars, a fraction, a count, a spreadsheet day number), or a text where one is printed; then
    ``selector`` says which events state it. ``section``, ``line`` and ``column`` are the statement's own labels, and
    with ``page`` they name one figure: a line that the template prints twice has a name of its own in each place.
    ``label`` is the line as it is printed there, where that is another. ``decimals`` are those of the deal's currency,
    in which money is printed.
    """

    page: int
    section: str
    line: str
    column: str
    value: Exact | str
    style: Style
    text_origin: Origin = Origin.TERM
    selector: Selector | None = None
    label: str = ""
    decimals: int = 2

    @property
    def printed(self) -> str:
        """The figure as the statement prints it."""
        if isinstance(self.value, str):
            return self.value
        if self.style in OF_MONEY:
            return OF_MONEY[self.style](self.value.value, self.decimals)
        return FORMATTERS[self.style](self.value.value)

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


def titled_in(title: str, currency: Currency) -> str:
    """Return a title of the template with the currency that the amounts below it are in, where it names dollars."""
    if currency.code == DOLLARS.code:
        return title
    return title.replace("in Dollars", f"in {currency.code}").replace("per $1,000", "per 1,000")


def in_currency(page: Page, currency: Currency) -> Page:
    """Return a page whose money is printed to the decimals of a currency, and that says which it is."""
    decimals = currency.decimals
    sections = tuple(
        attrs.evolve(
            part,
            title=titled_in(part.title, currency),
            rows=tuple(
                attrs.evolve(row, figures=tuple(attrs.evolve(item, decimals=decimals) for item in row.figures))
                for row in part.rows
            ),
        )
        for part in page.sections
    )
    return attrs.evolve(page, sections=sections, notes=(*page.notes, f"Note: Money is in {currency.told}."))


UNPRINTED_HEADINGS = ("TOTAL SERVICING FEES", "COLLECTED SERVICING FEES")
"""Headings that only name lines: the template prints the total that a line belongs to below it, and no heading."""

Cell = tuple[str, Exact | Words | str | None]
"""A column and what stands in it; None is not printed."""

PlainRow = tuple[str, list[Cell], Style]
"""A row as a page gives it: its label, its cells, and how all of them are printed."""


def numbered(line: str, time: int) -> str:
    """Return the name of a line the second, third, ... time that it stands in one place; the first keeps its own."""
    return line if time == 1 else f"{line} ({time})"


def each_its_own(names: Iterable[str]) -> list[str]:
    """Return names each of its own: one that stands there before is numbered, `(2)` and so on."""
    found: list[str] = []
    for name in names:
        own, time = name, 1
        while own in found:
            time += 1
            own = numbered(name, time)
        found.append(own)
    return found


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

    A cell whose value is None is not printed. ``Heading: label`` names a line under a heading of its own. A line that
    stands in the section again is numbered in its figures' names, `(2)` and so on, and printed as it is.
    """
    built: list[Row] = []
    times: Counter[tuple[str, str]] = Counter()
    for label, cells, styles in rows:
        listed = list(cells)
        each = [styles] * len(listed) if isinstance(styles, Style) else list(styles)
        heading, _, printed = label.rpartition(": ")
        if heading not in UNPRINTED_HEADINGS:
            printed = label
        times.update((label, column) for column, value in listed if value is not None)
        figures = tuple(
            Figure(
                page=page,
                section=name,
                line=numbered(label, times[label, column]),
                column=column,
                value=value.text if isinstance(value, Words) else value,
                style=style,
                text_origin=origin,
                selector=value.selector if isinstance(value, Words) else None,
                label=printed if times[label, column] > 1 or printed != label else "",
            )
            for (column, value), style in zip(listed, each, strict=True)
            if value is not None
        )
        built.append(Row(label=printed, figures=figures, heading=heading if printed == label else ""))
    return Section(
        name=name, title=name if title is None else title, columns=tuple(columns), rows=tuple(built), shape=shape
    )
