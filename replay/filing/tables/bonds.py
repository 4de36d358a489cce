"""The tables of bond classes: what was paid this period and to date, accrual and factors, and interest in detail.

Their headings are stacked over three or four lines. The lowest line, which begins with `Class`, is enough to tell
the four tables apart; a table it does not fit gets its column names by reading the stack downwards.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from attrs import define, field, frozen

from replay.filing.model import Gathered
from replay.filing.text.columns import Column, Placement, emit_cells, place_cells, stack_headings
from replay.filing.text.lines import Line, Piece, squash
from replay.filing.text.numbers import is_number

_TEXT_COLUMNS = ("type", "method", "cusip")
_OPTIONAL_COLUMNS = (*_TEXT_COLUMNS, "pass-through rate")
_ORDINALS = re.compile(r"[0-9()=+\- ]+")


@frozen(kw_only=True)
class BondTemplate:
    """One of the four tables: its title, and each column's lowest heading with the column's full name."""

    section: str
    title: str
    columns: tuple[tuple[str, str], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' full names."""
        return tuple(name for _, name in self.columns)

    @property
    def lowest(self) -> tuple[str, ...]:
        """The lowest headings without blanks."""
        return tuple(squash(heading) for heading, _ in self.columns)


TEMPLATES = (
    BondTemplate(
        section="current period",
        title="Distribution in Dollars - Current Period",
        columns=(
            ("type", "type"),
            ("face value", "original face value"),
            ("balance", "prior principal balance"),
            ("interest", "interest"),
            ("principal", "principal"),
            ("distribution", "total distribution"),
            ("losses", "realized losses"),
            ("interest", "deferred interest"),
            ("balance", "current principal balance"),
        ),
    ),
    BondTemplate(
        section="factors",
        title="Interest Accrual Detail",
        columns=(
            ("starting", "period starting"),
            ("ending", "period ending"),
            ("method", "method"),
            ("cusip", "cusip"),
            ("balance", "original principal balance"),
            ("balance", "prior principal balance"),
            ("interest", "interest"),
            ("principal", "principal"),
            ("distribution", "total distribution"),
            ("balance", "current principal balance"),
        ),
    ),
    BondTemplate(
        section="to date",
        title="Distribution in Dollars - to Date",
        columns=(
            ("face value", "original face value"),
            ("interest", "interest"),
            ("principal", "unscheduled principal"),
            ("principal", "scheduled principal"),
            ("principal", "total principal"),
            ("distribution", "total distribution"),
            ("losses", "realized losses"),
            ("interest", "deferred interest"),
            ("balance", "current principal balance"),
        ),
    ),
    BondTemplate(
        section="interest",
        title="Interest Detail",
        columns=(
            ("rate", "pass-through rate"),
            ("balance", "prior principal balance"),
            ("interest", "accrued interest"),
            ("interest sf", "non-supported interest shortfall"),
            ("interest", "prior unpaid interest"),
            ("adjustments", "unscheduled interest adjustments"),
            ("interest", "optimal interest"),
            ("interest", "paid or deferred interest"),
            ("interest", "current unpaid interest"),
        ),
    ),
)


_IN_A_CURRENCY = re.compile("^distributionin[a-z]{3}(?=-)")
"""How the titles begin of deals that are not in dollars, squashed."""


def template_titled(line: Line) -> BondTemplate | None:
    """Return the table whose title the line is, or None."""
    text = _IN_A_CURRENCY.sub("distributionindollars", line.squashed)
    return next((template for template in TEMPLATES if text.startswith(squash(template.title))), None)


def is_lowest_heading(line: Line) -> bool:
    """Say whether the line is the lowest of a bond table's heading lines."""
    pieces = line.pieces
    return len(pieces) >= 4 and pieces[0].start <= 2 and pieces[0].text == "Class"


def template_headed(line: Line) -> BondTemplate | None:
    """Return the table whose lowest heading the line is, or None."""
    lowest = tuple(squash(piece.text) for piece in line.pieces[1:])
    return next((template for template in TEMPLATES if template.lowest == lowest), None)


@define(kw_only=True)
class BondReader:
    """Reads one table of bond classes, from below its title to the next table."""

    page: int
    out: Gathered
    template: BondTemplate | None
    section: str
    source_line: int
    columns: tuple[Column, ...] = ()
    heading: list[Line] = field(factory=list)
    classes: dict[str, int] = field(factory=dict)

    def take(self, line: Line) -> None:
        """Read one line: a part of the heading, the ordinals under it, or the row of a class."""
        if _ORDINALS.fullmatch(line.text):
            return
        if self.columns:
            self._take_row(line, self.columns)
        elif is_lowest_heading(line):
            self._take_lowest(line)
        elif not _looks_like_row(line):
            self.heading.append(line)
        else:
            self._take_row_without_heading(line)

    def finish(self) -> None:
        """Report a table without any class."""
        if not self.classes:
            message = f"the table {self.section!r} has no row of a class"
            self.out.problem(self.source_line, self.page, "rows-missing", message)

    def _take_lowest(self, line: Line) -> None:
        pieces = line.pieces[1:]
        found = template_headed(line)
        if found is not None and self.template is None:
            self.template, self.section = found, found.section
        if self.template is not None and len(pieces) == len(self.template.columns):
            names = list(self.template.names)
        elif self.template is not None and len(pieces) < len(self.template.columns) - 2:
            message = f"{self.section}: the column headings are cut off after {pieces[-1].text!r}"
            self.out.problem(line.number, self.page, "header-damaged", message)
            return
        else:
            names = [_expand(stack) for stack in stack_headings([*self.heading, line], pieces)]
        if found is None or found is not self.template:
            message = f"{self.section}: unfamiliar column headings, read as {', '.join(names)}"
            self.out.problem(line.number, self.page, "header-differs", message)
        self.columns = _columns(names, pieces)

    def _take_row_without_heading(self, line: Line) -> None:
        """Read a row by the order of its cells where the headings are lost and the cells are complete."""
        cells = tuple(piece for piece in line.pieces[1:] if piece.text != "-")
        names = self.template.names if self.template else ()
        if len(cells) != len(names):
            names = tuple(name for name in names if name not in _OPTIONAL_COLUMNS)
        if names and len(cells) == len(names):
            message = f"{self.section}: the column headings are lost; the cells were read in order"
            self.out.problem(line.number, self.page, "header-missing", message)
            self._take_row(line, _columns(names, cells))
        else:
            message = f"{self.section}: no column headings for {line.squeezed[:80]!r}"
            self.out.problem(line.number, self.page, "row-without-columns", message)

    def _take_row(self, line: Line, columns: tuple[Column, ...]) -> None:
        name = line.pieces[0]
        if name.start > 2 or len(line.pieces) < 2 or not any(is_number(piece.text) for piece in line.pieces[1:]):
            message = f"{self.section}: {line.squeezed[:80]!r} is not the row of a class"
            self.out.problem(line.number, self.page, "line-not-understood", message)
            return
        if name.text in self.classes:
            message = f"{self.section}: {name.text!r} is printed twice"
            self.out.problem(line.number, self.page, "row-repeated", message)
        self.classes.setdefault(name.text, line.number)
        cells = tuple(piece for piece in line.pieces[1:] if piece.text != "-")
        placement = place_cells(cells, columns)
        self._check_complete(line, name.text, placement, columns)
        figures = tuple(cell for cell in placement.cells if cell.column.name != "type")
        emit_cells(
            self.out,
            page=self.page,
            section=self.section,
            label=" ".join(name.text.split()),
            line=line,
            placement=Placement(cells=figures, doubt=placement.doubt),
        )

    def _check_complete(self, line: Line, name: str, placement: Placement, columns: tuple[Column, ...]) -> None:
        present = {cell.column.name for cell in placement.cells}
        missing = [c.name for c in columns if c.name not in present and c.name not in _OPTIONAL_COLUMNS]
        if missing:
            message = f"{self.section}, {name}: no cell under {', '.join(missing)}"
            self.out.problem(line.number, self.page, "cell-missing", message)


def _columns(names: Sequence[str], pieces: Sequence[Piece]) -> tuple[Column, ...]:
    return tuple(
        Column(name=name, start=piece.start, is_text=name in _TEXT_COLUMNS)
        for name, piece in zip(names, pieces, strict=True)
    )


def _looks_like_row(line: Line) -> bool:
    return sum(is_number(piece.text) for piece in line.pieces) >= 2


def _expand(name: str) -> str:
    words = name.lower().replace("(with notional)", "").replace("- ", "-").replace("orig. ", "original ")
    return " ".join("shortfall" if word == "sf" else word for word in words.split())
