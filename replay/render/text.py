"""The statement as text: the pages, sections, headings and columns of this trustee's own template.

Laid beside a published statement, page for page, the two read alike. Lines are as long as they need to be.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from replay.figures import Page, Row, Section
from replay.render.layout import (
    CLASS_TABLES,
    LABEL_INDENT,
    LISTS,
    ClassTable,
    group_starts,
    put,
)
from replay.statement import Statement

BLANK = "SPACE INTENTIONALLY LEFT BLANK"
_BUCKETS = {"current": "CURRENT", "1 payment": "1 PAYMENT", "2 payments": "2  PAYMTS", "3+ payments": "3+  PAYMTS"}
_BUCKET_STARTS = (60, 73, 88, 103, 118)


def _long_date(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


def _group_section(section: Section) -> list[str]:
    starts = dict(zip(section.columns, group_starts(section.columns), strict=True))
    headings = [(starts[name], name.upper()) for name in section.columns]
    lines = [put([(0, section.title), *headings])]
    heading = ""
    for row in section.rows:
        if row.heading != heading:
            heading = row.heading
            if heading:
                lines.append(
                    put([(LABEL_INDENT, heading + (":" if "Count" in heading or "Balance" in heading else ""))])
                )
            elif any(item.heading for item in section.rows):
                lines.append(put([(LABEL_INDENT - 2, "Note:  What follows stands outside the block above.")]))
        label = row.label.removeprefix(f"{row.heading}: ") if row.heading else row.label
        cells = [(starts[figure.column], figure.printed) for figure in row.figures]
        lines.append(put([(LABEL_INDENT, label), *cells]))
    return lines if section.rows else [*lines, BLANK]


def _matrix(section: Section) -> list[str]:
    lines: list[str] = []
    for index, row in enumerate(section.rows):
        places = dict(zip((*_BUCKETS, "total"), _BUCKET_STARTS, strict=True))
        cells = [(places[figure.column], figure.printed) for figure in row.figures]
        lines.append(put([*([(0, section.name)] if index == 0 else []), (30, row.label), *cells]))
    return lines


def _matrix_heading() -> str:
    return put([*zip(_BUCKET_STARTS, (*_BUCKETS.values(), "TOTAL"), strict=True)])


def _class_section(section: Section, types: dict[str, str]) -> list[str]:
    shape: ClassTable = CLASS_TABLES[section.name]
    lines = [put([(LABEL_INDENT, shape.title)]), *shape.heading_lines()]
    for row in section.rows:
        cells: list[tuple[int, str]] = [(0, row.label)]
        if shape.type_start is not None and types.get(row.label):
            cells.append((shape.type_start, types[row.label]))
        for figure in row.figures:
            start, end = shape.edges(figure.column)
            cells.append((start if end is None else max(end - len(figure.printed), 0), figure.printed))
        if section.name == "factors" and not any(figure.column == "method" for figure in row.figures):
            cells.append((shape.edges("method")[0], "-"))
        lines.append(put(sorted(cells)))
    return lines


def _summary(section: Section, groups: Sequence[tuple[int, str]]) -> list[str]:
    left = [f"{row.label} =   {row.figures[0].printed}" for row in section.rows]
    right = [f"Loan Group {number}    =    {title} Group" for number, title in sorted(groups)]
    lines = [put([(0, section.title), (88, "LOAN GROUP")])]
    for index in range(max(len(left), len(right))):
        cells = [(0, left[index] if index < len(left) else "")]
        if index < len(right):
            cells.append((88, right[index]))
        lines.append(put(cells))
    return lines


def _loan_row(row: Row, name: str) -> str:
    """One loan: numbers to the right of their columns; state and loan to value, type and term share one each."""
    held = {figure.column: figure.printed for figure in row.figures}
    shape = LISTS[name]
    cells = [(0, f"{row.label}  {held.get('loan group', '')}")]
    for column, (start, end) in shape.places.items():
        if column in held:
            text = held[column]
            cells.append((start if end is None else max(end - len(text), 0), text))
    state = f"{held.get('state', '')}  -  {held.get('ltv at origination', '')}"
    if "state" in held or "ltv at origination" in held:
        cells.append((shape.state_start, state))
    if "type" in held:
        cells.append((shape.type_start, f"{held['type']}  -  {held.get('original term', '')}"))
    return put(sorted(cells))


def _loans(section: Section) -> list[str]:
    return [*LISTS[section.name].heading_lines(), *(_loan_row(row, section.name) for row in section.rows)]


def _empty_list(page: Page) -> list[str]:
    """The headings of a detail report whose list holds no loan."""
    names = {"Prepayment Detail Report": "LOANS PREPAID IN FULL", "Realized Loss Detail Report": "LOANS LIQUIDATED"}
    shape = LISTS.get(names.get(page.report, "LOANS BECOME REO"))
    has_list = any(section.shape == "loans" for section in page.sections)
    return [] if has_list or shape is None else [*shape.heading_lines(), BLANK]


_RENDERERS: dict[str, Callable[[Section], list[str]]] = {
    "lines": _group_section,
    "matrix": _matrix,
    "loans": _loans,
}


def _page_body(page: Page, statement: Statement) -> list[str]:
    terms = statement.report.terms
    types = {item.class_id: item.description for item in terms.classes}
    groups = [(group.number, group.title or group.group_id) for group in terms.groups]
    lines: list[str] = []
    if any(section.shape == "matrix" for section in page.sections):
        lines.append(_matrix_heading())
    for section in page.sections:
        if section.shape == "classes":
            lines.extend(_class_section(section, types))
        elif section.shape == "summary":
            lines.extend(_summary(section, groups))
        else:
            lines.extend(_RENDERERS[section.shape](section))
    if any(section.shape == "summary" for section in page.sections):
        lines.extend(_empty_list(page))
    lines.extend(page.notes)
    return lines


def _page(page: Page, statement: Statement, last: int) -> list[str]:
    terms, day = statement.report.terms, _long_date(statement.distribution_date)
    title = page.title.replace(" - ", "  -  ")
    return [
        put([(LABEL_INDENT, terms.title)]),
        put([(LABEL_INDENT, terms.description)]),
        put([(LABEL_INDENT, f"Series {terms.series}")]),
        put([(LABEL_INDENT, f"{page.report} for {day} Distribution")]),
        *([put([(LABEL_INDENT, title)])] if page.sections and page.sections[0].shape != "classes" else []),
        *_page_body(page, statement),
        put([(60, f"Page {page.number} of {last}")]),
        "",
    ]


def _contents(statement: Statement, last: int) -> list[str]:
    report = statement.report
    terms, day = report.terms, _long_date(statement.distribution_date)
    lines = [
        put([(LABEL_INDENT, terms.title)]),
        put([(LABEL_INDENT, terms.description)]),
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
    """Return the whole statement as text, in the page order and layout of the trustee's template."""
    last = max(page.number for page in statement.pages)
    lines = _contents(statement, last)
    for page in statement.pages:
        lines.extend(_page(page, statement, last))
    return "\n".join(lines)
