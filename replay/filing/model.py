"""What reading a published statement gives: figures, class rows and problems, all plain frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import Any, ClassVar

from attrs import field, frozen

from ledger import Glanced


@frozen(kw_only=True)
class ReadProblem:
    """Something in a statement that the reader did not understand, or did not find.

    `source_line` counts the lines of the text from 1; it is 0 where the problem belongs to the file as a whole.
    """

    source_line: int
    page: int | None = None
    code: str
    message: str


@frozen(kw_only=True)
class PublishedFigure:
    """One figure as it was printed, with the place where it stands.

    `source_line` is the line of the text, counted from 1, on which the printed figure begins. `value` is the
    number where a reader knows more than the text tells (a dash for nought, a rate without its percent sign).
    """

    page: int
    section: str
    line: str
    column: str
    printed: str
    source_line: int
    value: Fraction | None = None


@frozen(kw_only=True, repr=False)
class Filing(Glanced):
    """Every figure of one published statement, and every problem met while reading it.

    `groups` are the loan groups in the order of their columns, lower-cased, without the total column.
    Figures stand in the order of the text. `beside` are the lines, with their numbers, that a statement of this program
    has below its last page: what was recorded as paid. The other lines are those on which the name and the dates were
    found, or 0.
    """

    GLANCED: ClassVar[str] = "figures"

    deal_name: str = ""
    distribution_date: date | None = None
    record_date: date | None = None
    figures: tuple[PublishedFigure, ...] = ()
    problems: tuple[ReadProblem, ...] = ()
    groups: tuple[str, ...] = ()
    deal_name_line: int = 0
    distribution_date_line: int = 0
    record_date_line: int = 0
    beside: tuple[tuple[int, str], ...] = ()


def _read_only(held: Mapping[str, Any]) -> Mapping[str, Any]:
    return MappingProxyType(dict(held))


@frozen(kw_only=True, hash=False)
class ClassRow:
    """One class of a class-by-class statement: column name to printed text, empty cells left out.

    `remarks` holds, by column, what stood in square brackets beside a printed number; `cell_lines` the line on which
    each cell stands, where that is not `source_line`, the first line of the class.
    """

    class_id: str
    cells: Mapping[str, str] = field(converter=_read_only)
    remarks: Mapping[str, str] = field(factory=dict, converter=_read_only)
    source_line: int
    cell_lines: Mapping[str, int] = field(factory=dict, converter=_read_only)


@frozen(kw_only=True, hash=False, repr=False)
class ClassTable(Glanced):
    """A class-by-class statement: its columns, a row for each class, its totals, and the text around the table.

    `note_lines` are the notes with their lines; `printed_dates` every date found in them: its label, line and value.
    """

    GLANCED: ClassVar[str] = "rows"

    record_date: date | None = None
    distribution_date: date | None = None
    columns: tuple[str, ...] = ()
    rows: tuple[ClassRow, ...] = ()
    totals: ClassRow | None = None
    notes: tuple[str, ...] = ()
    problems: tuple[ReadProblem, ...] = ()
    note_lines: tuple[tuple[int, str], ...] = ()
    printed_dates: tuple[tuple[str, int, date], ...] = ()


class Gathered:
    """The figures and problems gathered so far while one statement is read."""

    def __init__(self) -> None:
        self.figures: list[PublishedFigure] = []
        self.problems: list[ReadProblem] = []

    def problem(self, source_line: int, page: int | None, code: str, message: str) -> None:
        """Keep one problem."""
        self.problems.append(ReadProblem(source_line=source_line, page=page, code=code, message=message))

    def sorted_problems(self) -> tuple[ReadProblem, ...]:
        """Return the problems in the order of the text, each once."""
        return tuple(sorted(dict.fromkeys(self.problems), key=lambda problem: problem.source_line))
