"""Which column a printed figure stands under.

Money is printed from the left edge of its cell, unformatted numbers to the right edge, and the wrap may have moved
either by a column or two. So a figure belongs to the column whose left or right edge it is nearest to, and the
figures of one line keep their order.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from replay.filing.model import Gathered, PublishedFigure
from replay.filing.text.lines import CELL_WIDTH, Line, Piece
from replay.filing.text.numbers import is_number

_NEAR_ENOUGH = 7
_MOST_COLUMNS = 24
_MOST_CELLS = 48
_OVERHANG = 6
_KIND_PENALTY = 9
_STACK_REACH = 5


@frozen(kw_only=True)
class Column:
    """A column of a table: its name, where its heading begins, and whether its cells are words."""

    name: str
    start: int
    is_text: bool = False


@frozen(kw_only=True)
class PlacedCell:
    """A printed cell and the column it stands under."""

    piece: Piece
    column: Column


@frozen(kw_only=True)
class Placement:
    """The cells of one line under their columns; `doubt` says in words why that may be wrong, or is empty."""

    cells: tuple[PlacedCell, ...]
    doubt: str = ""


def place_cells(pieces: Sequence[Piece], columns: Sequence[Column]) -> Placement:
    """Assign each piece to a column, keeping the order of both."""
    if not pieces:
        return Placement(cells=())
    if not columns:
        return Placement(cells=(), doubt="no column headings are known here")
    if len(pieces) > _MOST_CELLS:
        return Placement(cells=(), doubt=f"{len(pieces)} cells are more than any page has")
    limited = columns[:_MOST_COLUMNS]
    if len(pieces) > len(limited):
        nearest = tuple(
            PlacedCell(piece=piece, column=min(limited, key=lambda column: _distance(piece, column)))
            for piece in pieces  # every piece is kept, even where two fall under one column
        )
        return Placement(cells=nearest, doubt=f"{len(pieces)} cells stand under {len(limited)} columns")
    chosen = _cheapest_order(pieces, limited)
    cells = tuple(PlacedCell(piece=piece, column=limited[index]) for piece, index in zip(pieces, chosen, strict=True))
    for cell in cells:
        if _edge_distance(cell.piece, cell.column) > _NEAR_ENOUGH:
            doubt = f"{cell.piece.text!r} stands apart from its column, {cell.column.name!r}"
            return Placement(cells=cells, doubt=doubt)
    return Placement(cells=cells)


def _cheapest_order(pieces: Sequence[Piece], columns: Sequence[Column]) -> list[int]:
    """Choose for each piece a column, left to right, so that the distances add up to the least."""
    costs = [0] * (len(columns) + 1)
    taken: list[list[bool]] = []
    for count, piece in enumerate(pieces, start=1):
        row = [10**9] * (len(columns) + 1)
        takes = [False] * (len(columns) + 1)
        for index in range(count, len(columns) + 1):
            with_it = costs[index - 1] + _distance(piece, columns[index - 1])
            takes[index] = with_it <= row[index - 1]
            row[index] = min(with_it, row[index - 1])
        costs = row
        taken.append(takes)
    chosen: list[int] = []
    index = len(columns)
    for takes in reversed(taken):
        while not takes[index]:
            index -= 1
        index -= 1
        chosen.append(index)
    return chosen[::-1]


def _distance(piece: Piece, column: Column) -> int:
    mismatch = _KIND_PENALTY if column.is_text == is_number(piece.text) else 0
    return _edge_distance(piece, column) + mismatch


def _edge_distance(piece: Piece, column: Column) -> int:
    return min(abs(piece.start - column.start), abs(piece.end - CELL_WIDTH - column.start))


def stack_headings(heading: Sequence[Line], lowest: Sequence[Piece]) -> list[str]:
    """Return, for each of the lowest headings, the words of the heading lines that stand above it, read downwards."""
    stacks: list[list[str]] = [[] for _ in lowest]
    for line in heading:
        for piece in line.pieces:
            distances = [abs(piece.start - column.start) for column in lowest]
            nearest = distances.index(min(distances))
            if distances[nearest] <= _STACK_REACH:
                stacks[nearest].append(piece.text)
    return [" ".join(stack) for stack in stacks]


def split_row(line: Line, columns: Sequence[Column]) -> tuple[str, tuple[Piece, ...]]:
    """Split a printed row into its label, single-spaced, and its cells.

    The label ends where the columns begin. A number further left counts as a cell only when a label stands before it,
    so that a contract named by digits stays a label.
    """
    edge = columns[0].start - _OVERHANG if columns else 10**9
    label: list[str] = []
    cells: list[Piece] = []
    for piece in line.pieces:
        if piece.start >= edge or cells or (label and is_number(piece.text)):
            cells.extend(_split_numbers(piece))
        elif columns and piece.end > columns[0].start:
            words, numbers = _cut_overrun(piece, columns[0].start)
            label.append(words)
            cells.extend(numbers)
        else:
            label.append(piece.text)
    return " ".join(label), tuple(cells)


def _split_numbers(piece: Piece) -> tuple[Piece, ...]:
    words = _words(piece)
    return words if len(words) > 1 and all(is_number(word.text) for word in words) else (piece,)


def _cut_overrun(piece: Piece, start: int) -> tuple[str, tuple[Piece, ...]]:
    words = _words(piece)
    numbers = tuple(word for word in words if word.start >= start - 2 and is_number(word.text))
    return " ".join(word.text for word in words if word not in numbers), numbers


def _words(piece: Piece) -> tuple[Piece, ...]:
    words: list[Piece] = []
    start = piece.start
    for word in piece.text.split(" "):
        words.append(Piece(text=word, start=start, end=start + len(word)))
        start += len(word) + 1
    return tuple(words)


def emit_cells(out: Gathered, *, page: int, section: str, label: str, line: Line, placement: Placement) -> None:
    """Keep the cells of one row as figures, and say what is doubtful about them."""
    if placement.doubt:
        out.problem(line.number, page, "column-uncertain", f"{section}, {label}: {placement.doubt}")
    for cell in placement.cells:
        source_line = line.number_at(cell.piece.start)
        figure = PublishedFigure(
            page=page,
            section=section,
            line=label,
            column=cell.column.name,
            printed=cell.piece.text,
            source_line=source_line,
        )
        out.figures.append(figure)
        if not cell.column.is_text and not is_number(cell.piece.text):
            message = f"{section}, {label}, {cell.column.name}: {cell.piece.text!r} is not a number"
            out.problem(source_line, page, "not-a-number", message)
