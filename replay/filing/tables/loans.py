"""The summaries and loan lists of the detail reports: payoffs, liquidations and foreclosed properties."""

from __future__ import annotations

import re
from collections import Counter

from attrs import define, field

from replay.filing.model import Gathered
from replay.filing.text.columns import Column, PlacedCell, Placement, emit_cells, place_cells, stack_headings
from replay.filing.text.lines import Line, Piece, split_pieces, squash
from replay.filing.text.numbers import is_number, parse_printed

_GLUED_STATE = re.compile(r"(?<=[0-9.%])(?=[A-Z]{2} +- )")
_GROUP = re.compile(r"Loan Group +([0-9A-Za-z]+) *= *(.*)$")
_GROUP_BOOK_VALUE = re.compile(r"(?P<group>.*?) Group *; *REO Book Value *= *(?P<value>.+)$")
_NO_VALUE = ("not available", "n/a")
_PAIRS = {
    "state & ltv at origination": ("state", "ltv at origination"),
    "type prepayment & original term": ("type", "original term"),
    "current note rate": ("note rate",),
    "loan number & loan group": ("loan group",),
}
_USUAL_COLUMNS = {
    squash(name): name
    for name in (
        *_PAIRS,
        "loan status",
        "original principal balance",
        "prior principal balance",
        "stated principal balance",
        "prepayment amount",
        "prepayment date",
        "realized loss/(gain)",
        "paid to date",
        "original term",
        "origination date",
    )
}
_TEXT_COLUMNS = ("state", "type", "loan status", "loan group")


@define(kw_only=True)
class SummaryReader:
    """Reads the totals above a loan list, and the names of the loan groups beside them."""

    page: int
    out: Gathered
    totals: dict[str, str] = field(factory=dict)

    def take(self, line: Line) -> None:
        """Read one `name = value` line."""
        if line.squashed == "loangroup":
            return
        group = _GROUP.search(line.text)
        left = line.text[: group.start()] if group else line.text
        if left.strip():
            self._take_total(line, left)
        if group:
            self._take_group(line, group)

    def _take_total(self, line: Line, left: str) -> None:
        label, sign, value = left.partition("=")
        label, value = " ".join(label.split()), " ".join(value.split())
        if not sign or not label or not value:
            if not left.rstrip().endswith("."):
                message = f"SUMMARY: {line.squeezed[:80]!r} is not understood"
                self.out.problem(line.number, self.page, "line-not-understood", message)
            return
        if value.lower() in _NO_VALUE and not label.startswith("Total"):
            return
        self.totals[label] = value
        self._emit(line, label, "total", value, left.index("=") + 1)

    def _take_group(self, line: Line, group: re.Match[str]) -> None:
        book_value = _GROUP_BOOK_VALUE.match(group[2])
        if book_value is None or " ".join(book_value["value"].split()).lower() in _NO_VALUE:
            return
        name = " ".join(book_value["group"].split()).lower()
        self._emit(line, "REO Book Value", name, book_value["value"].strip(), group.start(2))

    def _emit(self, line: Line, label: str, column: str, value: str, start: int) -> None:
        found = max(start, line.text.find(value.partition(" ")[0], start))
        piece = Piece(text=value, start=found, end=found + len(value))
        cell = PlacedCell(piece=piece, column=Column(name=column, start=found))
        placement = Placement(cells=(cell,))
        emit_cells(self.out, page=self.page, section="SUMMARY", label=label, line=line, placement=placement)

    def finish(self, source_line: int, loans_read: int) -> None:
        """Compare the printed loan count with the number of loans read."""
        printed = self.totals.get("Total Loan Count")
        count = parse_printed(printed) if printed is not None else None
        if count is None:
            self.out.problem(
                source_line, self.page, "loan-count-missing", "the summary has no readable Total Loan Count"
            )
        elif count != loans_read:
            message = f"the summary counts {printed} loans; {loans_read} were read"
            self.out.problem(source_line, self.page, "loan-count-differs", message)


@define(kw_only=True)
class LoanReader:
    """Reads a list of loans, one to a line, below its stacked headings."""

    page: int
    section: str
    out: Gathered
    heading: list[Line] = field(factory=list)
    columns: tuple[Column, ...] = ()
    loans: Counter[str] = field(factory=Counter)

    def take(self, line: Line) -> None:
        """Read one line: a part of the heading, or a loan."""
        if not self.columns:
            self.heading.append(line)
            if line.squeezed.startswith("Loan Group"):
                self.columns = _loan_columns(self.heading)
            elif _is_loan(line) or sum(is_number(piece.text) for piece in line.pieces) >= 2:
                self.heading.pop()
                message = f"{self.section}: no column headings for {line.squeezed[:80]!r}"
                self.out.problem(line.number, self.page, "row-without-columns", message)
        elif _is_loan(line):
            self._take_loan(line)
        else:
            message = f"{self.section}: {line.squeezed[:80]!r} is not the row of a loan"
            self.out.problem(line.number, self.page, "line-not-understood", message)

    def _take_loan(self, line: Line) -> None:
        pieces = _loan_pieces(line)
        loan = pieces[0].text
        if loan in self.loans:
            message = f"{self.section}: loan {loan} is printed twice"
            self.out.problem(line.number, self.page, "row-repeated", message)
        self.loans[loan] += 1
        placement = place_cells(pieces[1:], self.columns)
        cells: list[PlacedCell] = []
        for cell in placement.cells:
            cells.extend(self._split_pair(line, loan, cell))
        missing = [
            column.name for column in self.columns if column.name not in {c.column.name for c in placement.cells}
        ]
        if missing and missing != ["loan status"]:
            message = f"{self.section}, {loan}: no cell under {', '.join(name for name in missing)}"
            self.out.problem(line.number, self.page, "cell-missing", message)
        emit_cells(
            self.out,
            page=self.page,
            section=self.section,
            label=loan,
            line=line,
            placement=Placement(cells=tuple(cells), doubt=placement.doubt),
        )

    def _split_pair(self, line: Line, loan: str, cell: PlacedCell) -> list[PlacedCell]:
        names = _PAIRS.get(cell.column.name, (cell.column.name,))
        parts = [cell.piece] if len(names) == 1 else _halves(cell.piece)
        if len(parts) != len(names):
            message = f"{self.section}, {loan}: {cell.piece.text!r} does not give {' and '.join(names)}"
            self.out.problem(line.number, self.page, "cell-missing", message)
        return [
            PlacedCell(piece=part, column=Column(name=name, start=cell.column.start, is_text=name in _TEXT_COLUMNS))
            for name, part in zip(names, parts, strict=False)
        ]


def loan_section(subtitle: str) -> str:
    """Return the section name of a loan list: what its subtitle says became of the loans, in capitals."""
    what = subtitle.rpartition("  -  ")[2] or subtitle
    return " ".join(re.sub(r"\s+During\b.*$", "", what).split()).upper() or "LOANS"


def _is_loan(line: Line) -> bool:
    first = line.pieces[0]
    return first.start <= 4 and any(char.isdigit() for char in first.text) and len(line.pieces) >= 4


def _loan_pieces(line: Line) -> tuple[Piece, ...]:
    """Return a loan's cells: the state is printed hard against the note rate, and pairs are joined by a dash."""
    glued = _GLUED_STATE.search(line.text)
    if glued is None:
        pieces = list(line.pieces)
    else:
        cut = glued.start()
        pieces = [*split_pieces(line.text[:cut]), *split_pieces(line.text[cut:], cut)]
    joined: list[Piece] = []
    index = 0
    while index < len(pieces):
        piece = pieces[index]
        if index + 2 < len(pieces) and pieces[index + 1].text == "-":
            last = pieces[index + 2]
            text = line.text[piece.start : last.end]
            joined.append(Piece(text=text, start=piece.start, end=last.end))
            index += 3
        else:
            joined.append(piece)
            index += 1
    return tuple(joined)


def _halves(piece: Piece) -> list[Piece]:
    dash = re.search(r"\s+-\s+", piece.text)
    if dash is None:
        return [piece]
    return [
        *split_pieces(piece.text[: dash.start()], piece.start),
        *split_pieces(piece.text[dash.end() :], piece.start + dash.end()),
    ]


def _loan_columns(heading: list[Line]) -> tuple[Column, ...]:
    lowest = heading[-1].pieces
    stacks = [" ".join(stack.lower().split()) for stack in stack_headings(heading, lowest)]
    names = [_USUAL_COLUMNS.get(squash(stack), stack) for stack in stacks]
    return tuple(
        Column(name=name, start=piece.start, is_text="&" in name or name in _TEXT_COLUMNS)
        for name, piece in zip(names, lowest, strict=True)
    )
