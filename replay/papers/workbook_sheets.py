"""Sheets of a workbook that lead from figures to events, and that hold what must be equal against each other.

A figure on a page leads to its row among the sources, and that row to the events of the month that it rests on.
"""

from __future__ import annotations

from collections.abc import Mapping

from replay.papers.paper import Paper
from replay.papers.sheet_writer import SheetWriter, address
from replay.papers.sources import selectors_of
from replay.papers.ties import ties_of
from replay.statements.figures import Figure

SOURCES, EVENTS = "Sources", "Events"
FIRST_ROW = 3
MOST_LED_TO = 6
"""Events that a figure leads to one by one."""

_OF_FIGURE = ("page", "table", "line", "column", "exact", "origin", "events of the month")


class Places:
    """In which row of the sources each figure stands, and in which row of the events each event."""

    def __init__(self, paper: Paper) -> None:
        self.figures: list[Figure] = [
            figure
            for page in paper.statement.pages
            for section in page.sections
            for line in section.rows
            for figure in line.figures
        ]
        self._rows = {id(figure): FIRST_ROW + place for place, figure in enumerate(self.figures, 1)}
        self.events: Mapping[int, tuple[int, str]] = {
            item.sequence: (FIRST_ROW + place, item.event.event_id) for place, item in enumerate(paper.events, 1)
        }

    def source_of(self, figure: Figure) -> str:
        """Return the address of a figure's row among the sources."""
        return address(self._rows[id(figure)], 0)


def events_of(paper: Paper, figure: Figure) -> list[int]:
    """Return the sequences of the listed events that a figure rests on."""
    found = {sequence for wanted in selectors_of(figure) for sequence in paper.sources.get(wanted, ())}
    return sorted(found)


def write_sources(sheet: SheetWriter, paper: Paper, places: Places) -> None:
    """Write a row for every figure, with the first of the month's events that it rests on."""
    heads = [*_OF_FIGURE, *("event" for _ in range(MOST_LED_TO))]
    sheet.heads(FIRST_ROW, heads, left={*range(len(heads))} - {4, 6})
    for place, figure in enumerate(places.figures, 1):
        row = FIRST_ROW + place
        found = [sequence for sequence in events_of(paper, figure) if sequence in places.events]
        sheet.number(row, 0, figure.page, "count")
        for column, text in enumerate((figure.section, figure.line, figure.column), 1):
            sheet.text(row, column, text)
        sheet.text(row, 4, figure.exact_text, "exact")
        sheet.text(row, 5, figure.origin.value)
        sheet.number(row, 6, len(found), "count")
        for column, sequence in enumerate(found[:MOST_LED_TO], len(_OF_FIGURE)):
            at, name = places.events[sequence]
            sheet.leads_to(row, column, EVENTS, address(at, 1), f"event {sequence}")
            sheet.text(row, column, name, "link")
    more = " Only events that are listed are counted." if paper.more_events else ""
    sheet.text(
        2,
        0,
        f"What a figure rests on besides is of earlier months or a term: replay explain tells all of it.{more}",
        "soft",
    )
    sheet.printed(FIRST_ROW + len(places.figures), len(_OF_FIGURE))
    sheet.filtered(FIRST_ROW, FIRST_ROW + len(places.figures), len(heads))
    sheet.fitted()


def write_ties(sheet: SheetWriter, paper: Paper) -> None:
    """Write what of the statement must be equal to what, with the difference as a formula."""
    heads = ("what", "this", "", "is to be", "", "apart", "found", "", "this, exact", "is to be, exact", "apart, exact")
    sheet.heads(FIRST_ROW, heads, left=(0, 1, 3, 6))
    row = FIRST_ROW
    for tie in ties_of(paper):
        row += 1
        sheet.text(row, 0, tie.what)
        sheet.text(row, 1, tie.left_is)
        sheet.number(row, 2, tie.left.value, "money")
        sheet.text(row, 3, tie.right_is)
        sheet.number(row, 4, tie.right.value, "money")
        sheet.formula(row, 5, f"={address(row, 2)}-{address(row, 4)}", tie.apart.value, "fine")
        sheet.text(row, 6, tie.verdict)
        for column, value in enumerate((tie.left, tie.right, tie.apart), 8):
            sheet.exact(row, column, value)
    sheet.printed(row, 6)
    sheet.fitted()


__all__ = ["EVENTS", "FIRST_ROW", "SOURCES", "Places", "events_of", "write_sources", "write_ties"]
