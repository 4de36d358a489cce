"""A statement as a workbook: a sheet a page, then the waterfall, roll-forwards, ties, chart data, sources and events.

Where a figure is the sum of those beside it or above it, to the last digit, its cell is a formula, and what the ledger
found stands in it and, exact, beside it. A workbook that is opened and recalculated must show the same cents.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from ledger import Exact, encode
from ledger.reports import ColumnKind, Table, plain_cell
from replay.charts.chart import Unit
from replay.papers.paper import Paper, columns_of, heading_of, label_of, title_of
from replay.papers.roll_forwards import Rolled, rolled_forward
from replay.papers.sheet_writer import SheetWriter, WorkbookWriter, address
from replay.papers.workbook_sheets import EVENTS, FIRST_ROW, SOURCES, Places, write_sources, write_ties
from replay.statements.figures import Figure, Row, Section
from replay.statements.printing import Style

_FORMS = {
    Style.MONEY: "money",
    Style.CENTS: "money",
    Style.PERCENT: "share",
    Style.SHORT_PERCENT: "share",
    Style.LONG_PERCENT: "share",
    Style.FINE_PERCENT: "share",
    Style.COUNT: "count",
    Style.WHOLE: "count",
}
_DECIMALS = re.compile(r"-?[0-9,]+(?:\.([0-9]{1,11}))?")
_OF_UNITS = {Unit.DOLLARS: "money", Unit.SHARE: "share", Unit.MONTHS: "decimals 4"}
_TOTAL = "total"


def as_workbook(paper: Paper) -> bytes:
    """Return a statement as a workbook (.xlsx); the same statement gives the same bytes.

    Needs ``pip install 'indenture[papers]'``.
    """
    statement = paper.statement
    footer = f"{statement.deal} {statement.distribution_date}".replace("&", "&&")[:100]
    book = WorkbookWriter(f"{paper.title}, {paper.subtitle}", statement.distribution_date, footer, paper.about)
    cover = book.sheet("Contents", paper.title, paper.subtitle, landscape=False)
    titles = list(_sheets(book, paper))
    _cover(cover, paper, zip(book.names[1:], titles, strict=True))
    return book.written()


def _sheets(book: WorkbookWriter, paper: Paper) -> Iterator[str]:
    """Write every sheet after the first, and yield what each is called in the contents."""
    places = Places(paper)
    for page in paper.statement.pages:
        title = heading_of(page)
        sheet = book.sheet(f"{page.number} {title}", f"{page.number}  {title}", paper.subtitle)
        _page(sheet, page.sections, page.notes, places)
        yield f"{page.number}  {title}"
    _waterfall(book.sheet("Waterfall", "Waterfall as it ran", paper.subtitle), paper)
    yield "Waterfall as it ran"
    _roll_forward(book.sheet("Roll-forward", "Pool and classes rolled forward", paper.subtitle), paper)
    yield "Pool and classes rolled forward"
    write_ties(book.sheet("Tie-out", "What must be equal", paper.subtitle, heads=4), paper)
    yield "What must be equal"
    _chart_data(book.sheet("Chart data", "Values behind the charts", paper.subtitle, heads=4), paper)
    yield "Values behind the charts"
    _recorded(book.sheet("As recorded", "What was paid, and who closed it", paper.subtitle), paper)
    yield "What was paid, and who closed it"
    write_sources(book.sheet(SOURCES, "Events behind each figure", paper.subtitle, heads=4), paper, places)
    yield "Events behind each figure"
    _events(book.sheet(EVENTS, "Events of the distribution", paper.subtitle, heads=4), paper)
    yield "Events of the distribution"


def _cover(sheet: SheetWriter, paper: Paper, listed: Iterable[tuple[str, str]]) -> None:
    row = FIRST_ROW
    for name, value in paper.key_figures():
        sheet.text(row, 0, name)
        sheet.number(row, 1, value.value, "money")
        sheet.exact(row, 2, value)
        row += 1
    row += 1
    sheet.text(row, 0, "Sheets", "table")
    for name, title in listed:
        row += 1
        sheet.link(row, 0, name, title)
    row += 2
    sheet.text(row, 0, "Where this comes from", "table")
    for name, text in paper.provenance():
        row += 1
        sheet.text(row, 0, name)
        sheet.text(row, 1, text, "running")
    sheet.text(row + 2, 0, "Numbers are floats; the exact value of each stands as text to its right.", "soft")
    # A long title runs over columns that hold nothing.
    sheet.printed(row + 2, 7 + max(0, len(paper.title) - 60) // 5)
    sheet.fitted()


def _page(sheet: SheetWriter, sections: Iterable[Section], notes: Iterable[str], places: Places) -> None:
    row, shown = FIRST_ROW, [section for section in sections if section.rows]
    widest = max((len(columns_of(section)) for section in shown), default=1)
    for section in shown:
        row = _section(sheet, section, row, widest + 2, places) + 2
    for note in notes:
        sheet.text(row, 0, note, "soft")
        row += 1
    sheet.printed(row, widest)
    sheet.fitted()


def _section(sheet: SheetWriter, section: Section, row: int, exact_at: int, places: Places) -> int:
    """Write a table, its exact texts from a column on, and return the row after it."""
    columns = columns_of(section)
    sheet.text(row, 0, title_of(section), "table")
    sheet.heads(row + 1, ["", *columns])
    for place, column in enumerate(columns):
        sheet.text(row + 1, exact_at + place, f"{column}, exact", "head")
    row += 2
    first, heading = row, ""
    for line in section.rows:
        if line.heading and line.heading != heading:
            sheet.text(row, 0, line.heading, "over")
            row, first = row + 1, row + 1
        heading = line.heading
        sheet.text(row, 0, label_of(line))
        held = {figure.column: figure for figure in line.figures}
        for place, column in enumerate(columns):
            if (figure := held.get(column)) is not None:
                formula = _sum(section, line, figure, columns, (first, row))
                sheet.leads_to(row, place + 1, SOURCES, places.source_of(figure), "the events behind it")
                _figure(sheet, row, place + 1, figure, formula)
                if not isinstance(figure.value, str):
                    sheet.exact(row, exact_at + place, figure.value)
        row += 1
    return row


def _figure(sheet: SheetWriter, row: int, column: int, figure: Figure, formula: str | None) -> None:
    if isinstance(figure.value, str):
        sheet.text(row, column, figure.value)
        return
    form, value = _form(figure), figure.value.value
    if formula is not None:
        sheet.formula(row, column, formula, value, form)
    else:
        sheet.number(row, column, value, form)


def _form(figure: Figure) -> str:
    """Return how a number is shown: by its style, or else with the decimals that the statement prints of it."""
    if (found := _FORMS.get(figure.style)) is not None:
        return found
    printed = _DECIMALS.fullmatch(figure.printed)
    return f"decimals {len(printed[1] or '')}" if printed else "general"


def _sum(section: Section, line: Row, figure: Figure, columns: Sequence[str], rows: tuple[int, int]) -> str | None:
    """Return the formula of a figure that is the sum of those to its left, or of those above it; else None."""
    if isinstance(figure.value, str):
        return None
    first, row = rows
    if figure.column == _TOTAL and len(line.figures) > 1:
        parts = [_number(each) for each in line.figures if each is not figure]
        if None not in parts and sum(_known(parts)) == figure.value.value:
            return f"=SUM({address(row, 1)}:{address(row, len(columns) - 1)})"
    above = _above(section, line, row - first)
    if line.label.lower().startswith(_TOTAL) and len(above) > 1:
        held = [each for other in above for each in other.figures if each.column == figure.column]
        parts = [_number(each) for each in held]
        if None not in parts and sum(_known(parts)) == figure.value.value:
            column = columns.index(figure.column) + 1
            return f"=SUM({address(first, column)}:{address(row - 1, column)})"
    return None


def _above(section: Section, line: Row, count: int) -> tuple[Row, ...]:
    """Return so many lines above a line."""
    place = next(index for index, other in enumerate(section.rows) if other is line)
    return section.rows[place - count : place]


def _number(figure: Figure) -> Fraction | None:
    return None if isinstance(figure.value, str) else figure.value.value


def _known(parts: Iterable[Fraction | None]) -> Iterator[Fraction]:
    yield from (part for part in parts if part is not None)


def _waterfall(sheet: SheetWriter, paper: Paper) -> None:
    names = ("available", "due", "paid", "left")
    sheet.heads(
        FIRST_ROW, ["Step", "classes", *names, "", *(f"{name}, exact" for name in names), "did not run"], left=(0, 1)
    )
    row = FIRST_ROW
    for number, result in enumerate(paper.statement.report.waterfall.steps, 1):
        row += 1
        sheet.text(row, 0, result.step.numbered(number))
        sheet.text(row, 1, ", ".join(result.step.classes))
        values = (result.available, result.due, result.total_paid, result.left)
        for place, value in enumerate(values):
            sheet.exact(row, 7 + place, value)
            if place == 3 and values[0].value - values[2].value == value.value:
                formula = f"={address(row, 2)}-{address(row, 4)}"
                sheet.formula(row, 5, formula, value.value, "money")
            else:
                sheet.number(row, 2 + place, value.value, "money")
        sheet.text(row, 11, result.idle)
    sheet.printed(row, 5)
    sheet.fitted()


def _roll_forward(sheet: SheetWriter, paper: Paper) -> None:
    row, parts = FIRST_ROW, tuple(rolled_forward(paper.statement.report))
    for part in parts:
        row = _rolled(sheet, part, row) + 2
    sheet.printed(row, max((len(part.holders) for part in parts), default=1))
    sheet.fitted()


def _rolled(sheet: SheetWriter, part: Rolled, row: int) -> int:
    """Write one roll-forward: what was there, what moved it, and their sum as a formula."""
    holders = list(part.holders)
    sheet.text(row, 0, part.title, "table")
    sheet.heads(row + 1, ["", *holders])
    first = row + 2
    for index, (label, values) in enumerate(part.lines):
        sheet.text(first + index, 0, label)
        _across(sheet, first + index, values, holders)
    last = first + len(part.lines)
    sheet.text(last, 0, part.closing_label)
    for column, holder in enumerate(holders, 1):
        value, moved = part.closing[holder], sum((line[holder].value for _, line in part.lines), Fraction(0))
        sheet.exact(last, len(holders) + 1 + column, value)
        if moved == value.value:
            formula = f"=SUM({address(first, column)}:{address(last - 1, column)})"
            sheet.formula(last, column, formula, value.value, "money")
        else:
            sheet.number(last, column, value.value, "money")
    return last + 1


def _across(sheet: SheetWriter, row: int, values: Mapping[str, Exact], holders: Sequence[str]) -> None:
    for column, holder in enumerate(holders, 1):
        sheet.number(row, column, values[holder].value, "money")
        sheet.exact(row, len(holders) + 1 + column, values[holder])


def _chart_data(sheet: SheetWriter, paper: Paper) -> None:
    heads = ("chart", "series, or from", "to", "date", "value", "unit", "origin", "exact")
    sheet.heads(FIRST_ROW, heads, left=(0, 1, 2, 3, 5, 6))
    row = FIRST_ROW
    for chart in paper.charts:
        for stream in chart.streams:
            row += 1
            for column, text in enumerate((chart.name, stream.source, stream.target)):
                sheet.text(row, column, text)
            sheet.number(row, 4, stream.amount, "money")
            sheet.text(row, 5, chart.unit_told)
            sheet.exact(row, 7, stream.amount)
        for series in chart.series:
            for point in series.points:
                row += 1
                sheet.text(row, 0, chart.name)
                sheet.text(row, 1, series.name)
                sheet.day(row, 3, point.day)
                if point.value is not None:
                    sheet.number(row, 4, point.value, _OF_UNITS[chart.unit])
                    sheet.exact(row, 7, point.value)
                sheet.text(row, 5, chart.unit_told)
                sheet.text(row, 6, point.origin)
    sheet.filtered(FIRST_ROW, row, len(heads))
    sheet.fitted()


def _recorded(sheet: SheetWriter, paper: Paper) -> None:
    row = FIRST_ROW
    for part in paper.report.parts:
        if isinstance(part, Table) and part.name not in ("", "figures") and part.rows:
            sheet.text(row, 0, part.caption or part.name.capitalize(), "table")
            row = _table(sheet, part, row + 1)
            row += 3
    if row == FIRST_ROW:
        sheet.text(row, 0, "No payment is recorded yet; the statement shows what the waterfall computes.", "soft")
    sheet.fitted()


def _table(sheet: SheetWriter, table: Table, row: int) -> int:
    """Write a table of the statement's report, its money as numbers with exact texts beside; return its last row."""
    money = [place for place, column in enumerate(table.columns) if column.kind is ColumnKind.MONEY]
    beside = len(table.columns) + 1
    left = [place for place in range(len(table.columns)) if place not in money]
    exact = [f"{table.columns[place].heading}, exact" for place in money]
    sheet.heads(row, [*(column.heading for column in table.columns), "", *exact], left=left)
    for line in table.rows:
        row += 1
        for place, cell in enumerate(line):
            if place in money and isinstance(cell, Decimal):
                sheet.number(row, place, Fraction(cell), "fine")
                sheet.text(row, beside + money.index(place), plain_cell(cell), "exact")
            else:
                sheet.text(row, place, plain_cell(cell))
    return row


def _events(sheet: SheetWriter, paper: Paper) -> None:
    heads = ("sequence", "event", "type", "date", "what it says")
    sheet.heads(FIRST_ROW, heads, left=(1, 2, 3, 4))
    row = FIRST_ROW
    for item in paper.events:
        row += 1
        sheet.number(row, 0, item.sequence, "count")
        sheet.text(row, 1, item.event.event_id)
        sheet.text(row, 2, item.event.name)
        sheet.day(row, 3, item.event.effective_date)
        sheet.text(row, 4, encode(item.event).decode())
    if paper.more_events:
        sheet.text(2, 0, f"The first {len(paper.events):,}; {paper.more_events:,} more are in the ledger.", "soft")
    sheet.printed(row, 3)
    sheet.filtered(FIRST_ROW, row, len(heads))
    sheet.fitted()


__all__ = ["as_workbook"]
