"""What a report is: a title, its provenance, and parts, which are facts, prose, and tables with typed columns.

A report says nothing of how it is written. *Facts* are named values for programs; *prose* is for readers; a *table* is
for both, and says which of its columns a reader is shown, in which order. What a cell means stands in its column, so
that every writer sets it by itself: numbers to the right, amounts as numbers in a workbook, units in its headings.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TypeAlias

import attrs

from ledger.reports.about import About

CellValue: TypeAlias = "str | int | Decimal | dt.date | tuple[str | int | Fact, ...] | None"
"""What stands in a table or a fact; None where there is nothing. A date may carry its time. No float ever does."""


class ColumnKind(StrEnum):
    """What stands in a column."""

    TEXT = "text"
    FIGURE = "figure as printed"
    MONEY = "money"
    AMOUNT4 = "amount of four decimals"
    RATE = "rate"
    NUMBER = "number"
    COUNT = "count"
    DATE = "date"
    TIME = "time"
    FLAG = "flag"
    LIST = "list"
    HASH = "hash"

    @property
    def is_number(self) -> bool:
        """Whether the cells are exact numbers; a text among them is written as it is."""
        return self in _NUMBERS


_NUMBERS = frozenset({ColumnKind.MONEY, ColumnKind.AMOUNT4, ColumnKind.RATE, ColumnKind.NUMBER, ColumnKind.COUNT})


DEALS_CURRENCY = "the deal's currency"
"""The unit of amounts of money, whichever the deal's terms name."""


class Spelling(StrEnum):
    """How a reader is shown a number: ``-1234.5``, ``-1,234.5``, or ``(1,234.50)``.

    Accountants' spelling has cents, or four decimals where an amount carries fractions of a cent.
    """

    PLAIN = "plain"
    GROUPED = "grouped"
    ACCOUNTING = "accounting"


@attrs.frozen
class Column:
    """One column: its name for programs, its heading for readers, what stands in it, and the unit of its numbers.

    Money is shown with its thousands apart. ``empty`` is what a reader is shown where a cell holds nothing. A column
    that is ``aside`` is for readers only: it says in other words what the others hold.
    """

    name: str
    heading: str = attrs.field(kw_only=True)
    kind: ColumnKind = attrs.field(default=ColumnKind.TEXT, kw_only=True)
    unit: str = attrs.field(default="", kw_only=True)
    spelling: Spelling = attrs.field(kw_only=True)
    right: bool = attrs.field(kw_only=True)
    empty: str = attrs.field(default="", kw_only=True)
    aside: bool = attrs.field(default=False, kw_only=True)

    @heading.default
    def _named(self) -> str:
        return self.name.replace("_", " ")

    @spelling.default
    def _as_its_kind_is(self) -> Spelling:
        return Spelling.GROUPED if self.kind is ColumnKind.MONEY else Spelling.PLAIN

    @right.default
    def _to_the_right(self) -> bool:
        return self.kind.is_number or self.kind is ColumnKind.FIGURE


@attrs.frozen
class Fact:
    """A named value of a report, or named values under one name."""

    name: str
    value: CellValue | tuple[Fact, ...]


@attrs.frozen(kw_only=True)
class Prose:
    """Lines for a reader, under a heading where there is one."""

    lines: tuple[str, ...]
    heading: str = ""


@attrs.frozen(kw_only=True)
class Table:
    """Rows under typed columns.

    ``name`` is the key in a document; a table without one is for readers only. ``shown`` names the columns that a
    reader is shown, in order; nothing there keeps the table from readers. Raises :class:`ValueError` for a row with
    more or fewer cells than there are columns, and for a column shown that there is not.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[CellValue, ...], ...]
    name: str = ""
    caption: str = ""
    shown: tuple[str, ...] = attrs.field()

    @shown.default
    def _all(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def __attrs_post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"a row of {len(row)} cells under {len(self.columns)} columns: {row!r}")
        if unknown := set(self.shown) - {column.name for column in self.columns}:
            raise ValueError(f"no such column to show: {', '.join(sorted(unknown))}")

    @classmethod
    def of(
        cls,
        columns: Iterable[Column],
        rows: Iterable[Mapping[str, CellValue]],
        *,
        name: str = "",
        caption: str = "",
        shown: Iterable[str] | None = None,
    ) -> Table:
        """Return a table of rows by the names of the columns; a number given as text becomes one."""
        listed = tuple(columns)
        built = tuple(tuple(_typed(row[column.name], column.kind) for column in listed) for row in rows)
        named = tuple(column.name for column in listed) if shown is None else tuple(shown)
        return cls(columns=listed, rows=built, name=name, caption=caption, shown=named)

    def told(self) -> Iterator[tuple[int, Column]]:
        """Yield the columns for programs with their places."""
        return ((place, column) for place, column in enumerate(self.columns) if not column.aside)

    def read(self) -> list[tuple[int, Column]]:
        """Return the columns for readers with their places, in the order they are read."""
        places = {column.name: (place, column) for place, column in enumerate(self.columns)}
        return [places[name] for name in self.shown]


def _typed(cell: CellValue, kind: ColumnKind) -> CellValue:
    """Return a text in a column of numbers as the number it spells, if that is spelt the same again."""
    if not isinstance(cell, str) or not kind.is_number:
        return cell
    if not cell:
        return None
    try:
        number = Decimal(cell)
    except InvalidOperation:
        return cell
    return number if str(number) == cell else cell


@attrs.frozen(kw_only=True)
class Provenance:
    """Where a report comes from: what makes it possible to make it again. What is not said is None.

    ``date`` is a business date; ``known_through`` the last sequence counted, ``head`` that one and its ``:HASH``;
    ``digest`` is that of the figures, ``state`` says whether they are final, ``release`` which program made them.
    """

    deal: str | None = None
    date: dt.date | None = None
    distribution_date: dt.date | None = None
    record_date: dt.date | None = None
    known_through: int | None = None
    head: str | None = None
    digest: str | None = None
    state: str | None = None
    release: str | None = None

    def facts(self) -> tuple[Fact, ...]:
        """Return what is said, in this order."""
        held = ((item.name, getattr(self, item.name)) for item in attrs.fields(Provenance))
        return tuple(Fact(name, value) for name, value in held if value is not None)


ReportPart = Fact | Prose | Table


@attrs.frozen(kw_only=True)
class Report:
    """A result, ready for any writer.

    ``summary`` are the lines under the title. ``flat`` is the table that stands for the report where there is room for
    one only; without it, the first table that has a name is. ``titled`` is False where the parts begin with what the
    title says, so that it is not said twice. ``about`` is what every writer lets the result say of itself.
    """

    title: str
    about: About | None = None
    provenance: Provenance = Provenance()
    summary: tuple[str, ...] = ()
    parts: tuple[ReportPart, ...] = ()
    flat: Table | None = None
    titled: bool = True

    @property
    def table(self) -> Table:
        """The table that stands for the report; raises :class:`LookupError` where none does."""
        if self.flat is not None:
            return self.flat
        for part in self.parts:
            if isinstance(part, Table) and part.name:
                return part
        raise LookupError(f"the report {self.title!r} has no table")
