"""The statement as text: the pages, sections, headings and columns of this trustee's own template.

Laid beside a published statement, page for page, the two read alike. Lines are as long as they need to be.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import attrs

from ledger import Currency, StatementTemplate
from replay.statements.figures import Figure, Page, Row, Section, titled_in
from replay.statements.layout import CLASS_TABLES, GROUP_START, LABEL_INDENT, LISTS, ClassTableShape, group_starts, put
from replay.statements.neutral_text import render_neutral
from replay.statements.printing import Style
from replay.statements.statement import Statement

BLANK = "SPACE INTENTIONALLY LEFT BLANK"
_CELL = 15
"""Characters to the right edge of a cell: spreadsheet numbers end there, money begins at the left edge."""
_BARE_HEADINGS = frozenset({"Current", "Cumulative", "PRE-FUNDING ACCOUNT"})
"""Headings of lines that the template prints without a colon."""
_BUCKETS = {"current": "CURRENT", "1 payment": "1 PAYMENT", "2 payments": "2  PAYMTS", "3+ payments": "3+  PAYMTS"}
_BUCKET_STARTS = (60, 73, 88, 103, 118)
_EMPTY_LISTS = {
    "REO Report": "LOANS BECOME REO",
    "Prepayment Detail Report": "LOANS PREPAID IN FULL",
    "Realized Loss Detail Report": "LOANS LIQUIDATED",
}
"""The list whose headings a detail report prints even when it holds no loan."""


@attrs.frozen(kw_only=True)
class _Sheet:
    """What all pages of one statement share: its groups and class types, and room for its longest names.

    The shifts are columns by which this deal's tables stand further right than the template's.
    """

    groups: tuple[tuple[int, str], ...]
    types: dict[str, str]
    label_shift: int
    class_shift: int
    type_shift: int
    currency: Currency

    @classmethod
    def of(cls, statement: Statement) -> _Sheet:
        """Measure a statement."""
        terms = statement.report.terms
        sections = [section for page in statement.pages for section in page.sections]
        labels = [_label(row) for section in sections if section.shape == "lines" for row in section.rows]
        names = [row.label for section in sections if section.shape == "classes" for row in section.rows]
        types = {item.class_id: item.description for item in terms.classes}
        return cls(
            currency=terms.currency,
            groups=tuple(sorted((group.number, group.title or group.group_id) for group in terms.groups)),
            types=types,
            label_shift=_beyond(labels, GROUP_START - LABEL_INDENT),
            class_shift=_beyond(names, LABEL_INDENT),
            type_shift=_beyond(types.values(), LABEL_INDENT),
        )


def _label(row: Row) -> str:
    """Return a line's label without the heading it stands under."""
    return row.label.removeprefix(f"{row.heading}: ") if row.heading else row.label


def _beyond(texts: Iterable[str], room: int) -> int:
    """Return by how much the longest text, with two blanks after it, outgrows its room."""
    return max(0, max(map(len, texts), default=0) + 2 - room)


def _long_date(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


def _cell(start: int, figure: Figure) -> tuple[int, str]:
    """Place a figure in its cell as a spreadsheet does: General numbers right-aligned, everything else left."""
    text = figure.printed
    right = figure.style in (Style.GENERAL, Style.CENTS) and not isinstance(figure.value, str)
    return (start + max(0, _CELL - len(text)) if right else start, text)


def _group_section(section: Section, sheet: _Sheet) -> list[str]:
    starts = {
        name: start + sheet.label_shift
        for name, start in zip(section.columns, group_starts(section.columns), strict=True)
    }
    lines = [put([(0, section.title), *((starts[name], name.upper()) for name in section.columns)])]
    heading = ""
    for row in section.rows:
        if row.heading and row.heading != heading:
            lines.append(put([(LABEL_INDENT, row.heading + ("" if row.heading in _BARE_HEADINGS else ":"))]))
        heading = row.heading
        lines.append(put([(LABEL_INDENT, _label(row)), *(_cell(starts[item.column], item) for item in row.figures)]))
    return lines if section.rows else [*lines, BLANK]


def _matrix(section: Section) -> list[str]:
    places = dict(zip((*_BUCKETS, "total"), _BUCKET_STARTS, strict=True))
    lines: list[str] = []
    for index, row in enumerate(section.rows):
        cells = [_cell(places[figure.column], figure) for figure in row.figures]
        lines.append(put([*([(0, section.name)] if index == 0 else []), (30, row.label), *cells]))
    return lines


def _matrix_heading() -> str:
    return put([*zip(_BUCKET_STARTS, (*_BUCKETS.values(), "TOTAL"), strict=True)])


def _shifted(line: str, at: int, by: int) -> str:
    """Return the line with ``by`` blanks put in at a column where it is blank."""
    return line[:at].ljust(at) + " " * by + line[at:] if by else line


def _class_section(section: Section, sheet: _Sheet) -> list[str]:
    shape: ClassTableShape = CLASS_TABLES[section.name]
    type_start = None if shape.type_start is None else shape.type_start + sheet.class_shift
    shift = sheet.class_shift + (0 if type_start is None else sheet.type_shift)
    lines = [put([(LABEL_INDENT, titled_in(shape.title, sheet.currency))])]
    for heading in shape.heading_lines():
        line = heading if type_start is None else _shifted(heading, 2 * LABEL_INDENT - 1, sheet.type_shift)
        lines.append(_shifted(line, LABEL_INDENT - 1, sheet.class_shift))
    for row in section.rows:
        cells: list[tuple[int, str]] = [(0, row.label)]
        if type_start is not None and sheet.types.get(row.label):
            cells.append((type_start, sheet.types[row.label]))
        for figure in row.figures:
            start, end = shape.edges(figure.column)
            place = start if end is None else max(end - len(figure.printed), 0)
            cells.append((place + shift, figure.printed))
        if section.name == "factors" and not any(figure.column == "method" for figure in row.figures):
            cells.append((shape.edges("method")[0] + shift, "-"))
        lines.append(put(sorted(cells)))
    return lines


def _summary(section: Section, sheet: _Sheet) -> list[str]:
    left = [f"{row.label} =   {row.figures[0].printed}" for row in section.rows if row.figures]
    right = [f"Loan Group {number}    =    {title} Group" for number, title in sheet.groups]
    lines = [put([(0, section.title), (GROUP_START, "LOAN GROUP")])]
    for index in range(max(len(left), len(right))):
        cells = [(0, left[index] if index < len(left) else "")]
        if index < len(right):
            cells.append((GROUP_START, right[index]))
        lines.append(put(cells))
    return lines


def _pair(start: int, first: str | None, second: str | None) -> list[tuple[int, str]]:
    """Two figures that share a column stand with a dash between them; a lone one stands where it would in the pair."""
    if first and second:
        return [(start, f"{first}  -  {second}")]
    if first or second:
        return [(start, first) if first else (start + 7, second or "")]
    return []


def _loan_row(row: Row, name: str) -> str:
    """One loan: numbers to the right of their columns; state and loan to value, type and term share one each."""
    held = {figure.column: figure.printed for figure in row.figures}
    shape = LISTS[name]
    cells = [(0, f"{row.label}  {held.get('loan group', '')}")]
    for column, (start, end) in shape.places.items():
        if column in held:
            text = held[column]
            cells.append((start if end is None else max(end - len(text), 0), text))
    cells.extend(_pair(shape.state_start, held.get("state"), held.get("ltv at origination")))
    if "original term" not in shape.places:
        cells.extend(_pair(shape.type_start, held.get("type"), held.get("original term")))
    return put(sorted(cells))


def _loans(section: Section) -> list[str]:
    rows = [_loan_row(row, section.name) for row in section.rows]
    return [*LISTS[section.name].heading_lines(), *(rows or [BLANK])]


def _empty_list(page: Page) -> list[str]:
    """The headings of a detail report that lists no loan; blank only where its summary counts none."""
    shape = LISTS.get(_EMPTY_LISTS.get(page.report, ""))
    if shape is None or any(section.shape == "loans" for section in page.sections):
        return []
    counted = [figure.value for figure in page.figures() if figure.line == "Total Loan Count"]
    return [*shape.heading_lines(), BLANK] if counted in ([], [0]) else []


def _section(section: Section, sheet: _Sheet) -> list[str]:
    match section.shape:
        case "classes":
            return _class_section(section, sheet)
        case "summary":
            return _summary(section, sheet)
        case "matrix":
            return _matrix(section)
        case "loans":
            return _loans(section)
        case _:
            return _group_section(section, sheet)


def _page_body(page: Page, sheet: _Sheet) -> list[str]:
    shapes = [section.shape for section in page.sections]
    lines = [_matrix_heading()] if "matrix" in shapes else []
    for section in page.sections:
        lines.extend(_section(section, sheet))
    if "summary" in shapes:
        lines.extend(_empty_list(page))
    return [*lines, *page.notes]


def _titles(statement: Statement) -> list[str]:
    terms = statement.report.terms
    return [put([(LABEL_INDENT, text)]) for text in (terms.title, terms.description) if text]


def _page(page: Page, statement: Statement, sheet: _Sheet, last: int) -> list[str]:
    series, day = statement.report.terms.series, _long_date(statement.distribution_date)
    has_class_tables = any(section.shape == "classes" for section in page.sections)
    return [
        *_titles(statement),
        *([put([(LABEL_INDENT, f"Series {series}")])] if series else []),
        put([(LABEL_INDENT, f"{page.report} for {day} Distribution")]),
        *([] if has_class_tables else [put([(LABEL_INDENT, page.title.replace(" - ", "  -  ", 1))])]),
        *_page_body(page, sheet),
        put([(60, f"Page {page.number} of {last}")]),
        "",
    ]


def _contents(statement: Statement, last: int) -> list[str]:
    report = statement.report
    terms, day = report.terms, _long_date(statement.distribution_date)
    lines = [
        *_titles(statement),
        put([(LABEL_INDENT, f"{day} Distribution")]),
        put([(LABEL_INDENT, "Contents")]),
        put([(45, "TABLE OF CONTENTS")]),
        put([(118, "Page")]),
    ]
    first: dict[str, int] = {"Contents": 1}
    for page in statement.pages:
        first.setdefault(page.report, page.number)
    for index, (name, number) in enumerate(first.items(), 1):
        lines.append(put([(45, f"{index}."), (59, name), (118, str(number))]))
    lines.append(put([(59, "Total Number of Pages"), (118, str(last))]))
    dates = {
        "Cut-Off Date": terms.cut_off_date,
        "Closing Date": terms.closing_date,
        "First Payment Date": terms.calendar.first_payment_date,
        "Distribution Date": report.distribution.payment_date,
        "Record Date": report.distribution.record_date,
    }
    lines.append("ISSUANCE INFORMATION")
    lines.extend(put([(LABEL_INDENT, f"{name}:"), (45, _long_date(value))]) for name, value in dates.items())
    return [*lines, put([(60, f"Page 1 of {last}")]), ""]


def render_text(statement: Statement) -> str:
    """Return the whole statement as text, in the page order and layout of its template."""
    if statement.template is StatementTemplate.NEUTRAL:
        return render_neutral(statement)
    last = max(page.number for page in statement.pages)
    sheet = _Sheet.of(statement)
    lines = _contents(statement, last)
    for page in statement.pages:
        lines.extend(_page(page, statement, sheet, last))
    return "\n".join(lines)
