"""Where things stand on a page of the template: columns, edges, and stacked headings."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from ledger.reports import visible

LABEL_INDENT = 15
GROUP_START = 88
GROUP_WIDTH = 18
"""Characters from one group column to the next: room for a hundred billion dollars."""


def put(cells: Sequence[tuple[int, str]]) -> str:
    """Return one line with each text at its place, or two blanks after the one before where that is taken."""
    line = ""
    for start, given in cells:
        text = visible(given)
        if not text:
            continue
        gap = start if not line else max(start, len(line) + 2)
        line = line.ljust(gap) + text
    return line.rstrip()


def group_starts(columns: Sequence[str]) -> list[int]:
    """Return where the columns of a group table start; wide names push their neighbours."""
    starts: list[int] = []
    at = GROUP_START
    for name in columns:
        starts.append(at)
        at += max(GROUP_WIDTH, len(name) + 3)
    return starts


@attrs.frozen
class ColumnPlace:
    """One column of a class table or loan list: its stacked heading, and its edges (``end`` None: left-aligned)."""

    column: str
    stack: tuple[str, ...]
    start: int
    end: int | None


def stacked(headings: Sequence[ColumnPlace], first: Sequence[tuple[int, str]] = ()) -> list[str]:
    """Return the heading lines, bottom-aligned; ``first`` are texts of the lowest line before the columns."""
    height = max(len(heading.stack) for heading in headings)
    lines: list[str] = []
    for level in range(height):
        cells = [
            (heading.start, heading.stack[level - height + len(heading.stack)])
            for heading in headings
            if level >= height - len(heading.stack)
        ]
        lines.append(put([*(first if level == height - 1 else ()), *cells]))
    return lines


def _columns(*columns: tuple[str, str, int]) -> tuple[ColumnPlace, ...]:
    """Build headings from (column, stack with slashes, start); numbers end where the next column starts."""
    starts = [start for _, _, start in columns] + [columns[-1][2] + 16]
    return tuple(
        ColumnPlace(name, tuple(stack.split("/")), start, starts[index + 1] - 2)
        for index, (name, stack, start) in enumerate(columns)
    )


@attrs.frozen(kw_only=True)
class ClassTableShape:
    """The shape of one class table."""

    title: str
    headings: tuple[ColumnPlace, ...]
    type_start: int | None = None
    text_columns: frozenset[str] = frozenset()

    def edges(self, column: str) -> tuple[int, int | None]:
        """Return where a column starts, and where its numbers end."""
        found = next(heading for heading in self.headings if heading.column == column)
        return found.start, (None if column in self.text_columns else found.end)

    def heading_lines(self) -> list[str]:
        """Return the stacked headings above the rows."""
        lines = stacked(self.headings, [(0, "Class")])
        if self.type_start is not None:
            lines[-1] = put([(0, "Class"), (self.type_start, "Type"), *((h.start, h.stack[-1]) for h in self.headings)])
        return lines


CLASS_TABLES = {
    "current period": ClassTableShape(
        title="Distribution in Dollars - Current Period",
        type_start=15,
        headings=_columns(
            ("original face value", "Original/Face Value", 30),
            ("prior principal balance", "Prior/Principal/Balance", 48),
            ("interest", "Interest", 64),
            ("principal", "Principal", 80),
            ("total distribution", "Total/Distribution", 96),
            ("realized losses", "Realized/Losses", 112),
            ("deferred interest", "Deferred/Interest", 128),
            ("current principal balance", "Current/Principal/Balance", 144),
        ),
    ),
    "factors": ClassTableShape(
        title="Interest Accrual Detail                                   "
        "Current Period Factor Information per $1,000 of Original Face",
        text_columns=frozenset({"method", "cusip"}),
        headings=_columns(
            ("period starting", "Period/Starting", 15),
            ("period ending", "Period/Ending", 30),
            ("method", "Method", 48),
            ("cusip", "Cusip", 64),
            ("original principal balance", "Orig. Principal/(with Notional)/Balance", 80),
            ("prior principal balance", "Prior/Principal/Balance", 97),
            ("interest", "Interest", 113),
            ("principal", "Principal", 129),
            ("total distribution", "Total/Distribution", 145),
            ("current principal balance", "Current/Principal/Balance", 161),
        ),
    ),
    "to date": ClassTableShape(
        title="Distribution in Dollars - to Date",
        headings=_columns(
            ("original face value", "Original/Face Value", 15),
            ("interest", "Interest", 31),
            ("unscheduled principal", "Unscheduled/Principal", 47),
            ("scheduled principal", "Scheduled/Principal", 63),
            ("total principal", "Total/Principal", 79),
            ("total distribution", "Total/Distribution", 95),
            ("realized losses", "Realized/Losses", 111),
            ("deferred interest", "Deferred/Interest", 127),
            ("current principal balance", "Current/Principal/Balance", 143),
        ),
    ),
    "interest": ClassTableShape(
        title="Interest Detail",
        headings=_columns(
            ("pass-through rate", "Pass-/Through/Rate", 15),
            ("prior principal balance", "Prior Principal/(with Notional)/Balance", 31),
            ("accrued interest", "Accrued/Interest", 48),
            ("non-supported interest shortfall", "Non-/Supported/Interest SF", 64),
            ("prior unpaid interest", "Prior/Unpaid/Interest", 80),
            ("unscheduled interest adjustments", "Unscheduled/Interest/Adjustments", 96),
            ("optimal interest", "Optimal/Interest", 112),
            ("paid or deferred interest", "Paid or/Deferred/Interest", 128),
            ("current unpaid interest", "Current/Unpaid/Interest", 144),
        ),
    ),
}
"""The four class tables by the name of their section."""


@attrs.frozen(kw_only=True)
class LoanList:
    """The shape of a list of loans; state and loan to value share a column, and so do type and term."""

    lines: tuple[str, ...]
    places: dict[str, tuple[int, int | None]]
    state_start: int
    type_start: int

    def heading_lines(self) -> list[str]:
        """Return the stacked headings above the loans."""
        return list(self.lines)


def _list_lines(*columns: tuple[int, str]) -> tuple[str, ...]:
    """Return three heading lines from (start, stack); slashes divide a stack, or bars where it has slashes itself."""
    stacks = [(start, stack.split("|" if "|" in stack else "/")) for start, stack in columns]
    return tuple(
        put([(start, stack[level - 3 + len(stack)]) for start, stack in stacks if level >= 3 - len(stack)])
        for level in range(3)
    )


LISTS = {
    "LOANS PREPAID IN FULL": LoanList(
        lines=_list_lines(
            (0, "Loan Number/&/Loan Group"),
            (28, "Loan/Status"),
            (43, "Original/Principal/Balance"),
            (58, "Prepayment/Amount"),
            (73, "Prepayment/Date"),
            (88, "Current/Note/Rate"),
            (103, "State &/LTV at/Origination"),
            (118, "Type Prepayment/&/Original Term"),
            (134, "Origination/Date"),
        ),
        places={
            "original principal balance": (43, 56),
            "prepayment amount": (58, 71),
            "prepayment date": (73, 86),
            "note rate": (88, 101),
            "origination date": (134, 147),
        },
        state_start=103,
        type_start=118,
    ),
    "LOANS LIQUIDATED": LoanList(
        lines=_list_lines(
            (0, "Loan Number/&/Loan Group"),
            (28, "Loan/Status"),
            (43, "Original/Principal/Balance"),
            (58, "Prior/Principal/Balance"),
            (73, "Realized|Loss/(Gain)"),
            (88, "Current/Note/Rate"),
            (103, "State &/LTV at/Origination"),
            (118, "Original/Term"),
            (134, "Origination/Date"),
        ),
        places={
            "loan status": (28, None),
            "original principal balance": (43, 56),
            "prior principal balance": (58, 71),
            "realized loss/(gain)": (73, 86),
            "note rate": (88, 101),
            "original term": (118, 131),
            "origination date": (134, 147),
        },
        state_start=103,
        type_start=118,
    ),
    "LOANS BECOME REO": LoanList(
        lines=_list_lines(
            (0, "Loan Number/&/Loan Group"),
            (30, "Original/Principal/Balance"),
            (45, "Stated/Principal/Balance"),
            (60, "Paid to/Date"),
            (75, "Current/Note/Rate"),
            (90, "State &/LTV at/Origination"),
            (105, "Original/Term"),
            (120, "Origination/Date"),
        ),
        places={},
        state_start=90,
        type_start=105,
    ),
}
"""The loan lists by the name of their section."""
