"""The headings of a filing's tables, learned from the filing itself.

No loan group is known in advance: the names and places of the columns come from the rows that open each table
(`SUMMARY ... ADJUSTABLE  FIXED  TOTAL`). Where one such row is damaged, what the others say stands in for it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from attrs import frozen

from replay.filing.text.columns import Column
from replay.filing.text.lines import CELL_WIDTH, Line, squash
from replay.filing.text.numbers import is_number

_SECTION_EDGE = 40
_NEAR = 3
_PAYMENTS = re.compile(r"([0-9]\+?) *P[A-Z ]*")


@frozen(kw_only=True)
class TableHeading:
    """A row that opens a table: the section it names, its columns, and what is damaged about it, if anything."""

    section: str
    columns: tuple[Column, ...]
    damage: str = ""


@frozen(kw_only=True)
class Layout:
    """The usual columns of a filing's group tables and of its delinquency tables."""

    group_columns: tuple[Column, ...] = ()
    delinquency_columns: tuple[Column, ...] = ()

    @property
    def groups(self) -> tuple[str, ...]:
        """The loan groups, lower-cased, in the order of their columns."""
        return tuple(column.name for column in self.group_columns if column.name != "total")


def learn_layout(lines: Iterable[Line]) -> Layout:
    """Find the columns that most headings agree on."""
    groups: Counter[tuple[Column, ...]] = Counter()
    delinquency: Counter[tuple[Column, ...]] = Counter()
    for line in lines:
        heading = group_heading(line)
        if heading is not None:
            groups[heading.columns] += 1
            continue
        columns = delinquency_columns(line)
        if columns:
            delinquency[columns] += 1
    return Layout(
        group_columns=groups.most_common(1)[0][0] if groups else (),
        delinquency_columns=delinquency.most_common(1)[0][0] if delinquency else (),
    )


def group_heading(line: Line) -> TableHeading | None:
    """Read an undamaged heading of a group table, or return None."""
    pieces = line.pieces
    if len(pieces) < 2 or pieces[0].start > 2 or not pieces[0].text.isupper():
        return None
    if squash(pieces[-1].text) != "total" or any(is_number(piece.text) for piece in pieces):
        return None
    titles = [piece for piece in pieces[1:] if piece.start >= _SECTION_EDGE]
    section = " ".join(" ".join(piece.text.split()) for piece in pieces if piece not in titles)
    columns = tuple(Column(name=_column_name(piece.text), start=piece.start) for piece in titles)
    return TableHeading(section=section, columns=columns) if columns else None


def damaged_heading(line: Line, layout: Layout) -> TableHeading | None:
    """Read a heading that has lost or garbled some of its columns, or return None when the line is no heading."""
    pieces = line.pieces
    if not pieces or pieces[0].start > 2 or not pieces[0].text.isupper() or len(squash(pieces[0].text)) < 5:
        return None
    if any(is_number(piece.text) for piece in pieces):
        return None
    starts = [column.start for column in layout.group_columns]
    near = [piece for piece in pieces[1:] if any(abs(piece.start - start) <= _NEAR for start in starts)]
    if len(pieces) > 1 and not near:
        return None
    section = " ".join(piece.text for piece in pieces if piece.start < _SECTION_EDGE)
    damage = f"the column headings of {section!r} are damaged; those of the other tables were used"
    return TableHeading(section=section, columns=layout.group_columns, damage=damage)


def check_heading(heading: TableHeading, layout: Layout) -> TableHeading:
    """Return the heading, mended where its column names are unknown to every other table."""
    usual = {column.name for column in layout.group_columns}
    if {column.name for column in heading.columns} <= usual:
        return heading
    damage = f"the column headings of {heading.section!r} differ from those of the other tables, which were used"
    return TableHeading(section=heading.section, columns=layout.group_columns, damage=damage)


def delinquency_columns(line: Line) -> tuple[Column, ...]:
    """Read the headings `CURRENT  1 PAYMENT  2 PAYMTS ... TOTAL`, or return nothing."""
    text = line.text
    current, total = text.find("CURRENT"), text.find("TOTAL")
    if current < 10 or total < current or not text.endswith("TOTAL"):
        return ()
    months = [
        Column(name=_payments_name(match[1]), start=match.start())
        for match in _PAYMENTS.finditer(text, current + len("CURRENT"))
    ]
    columns = (Column(name="current", start=current), *months, Column(name="total", start=total))
    return columns if months else ()


def default_delinquency_columns() -> tuple[Column, ...]:
    """Return the four buckets and the total where the template prints them."""
    names = ("current", "1 payment", "2 payments", "3+ payments", "total")
    return tuple(Column(name=name, start=60 + CELL_WIDTH * index - 2 * (index > 0)) for index, name in enumerate(names))


def _payments_name(count: str) -> str:
    return f"{count} payment" if count == "1" else f"{count} payments"


def _column_name(text: str) -> str:
    squeezed = " ".join(text.split()).lower()
    return "total" if squash(squeezed) == "total" else squeezed
