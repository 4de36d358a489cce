"""Reads a trustee's text filing: the monthly statement of the Bankers Trust and Deutsche Bank template.

The reader takes every name from the text: loan groups, classes, fees, contracts and loans. It never raises. What it
does not understand, and what a complete statement would have and this text lacks, comes back as a `ReadProblem`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import date

from attrs import evolve

from replay.filing.checks import (
    report_missing_classes,
    report_missing_delinquency,
    report_missing_rows,
    report_missing_sections,
    report_missing_totals,
)
from replay.filing.model import Filing, Gathered
from replay.filing.page_reader import PageReader
from replay.filing.tables.bonds import BondReader, template_titled
from replay.filing.tables.groups import GroupReader
from replay.filing.text.about import without_about
from replay.filing.text.dates import date_after, parse_date
from replay.filing.text.headings import Layout, group_heading, learn_layout
from replay.filing.text.lines import Line, squash, unwrap
from replay.filing.text.numbers import is_number
from replay.filing.text.pages import FilingPage, most_common_text, report_missing_pages, split_pages

_FIRST_PAGE_DATE = re.compile(r"([A-Za-z]{3,9} +[0-9]{1,2}, *[0-9]{4}) Distribution")
_LAST_PAGE = re.compile(r"Page ([0-9]{1,4}) of \1")
_BESIDE = re.compile(r"Bond payments(?: as computed and as recorded|: none recorded yet)")
_FIGURE = re.compile(r"[$(]*-?(?:[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]*\.[0-9]+)[)%]*")
_RECORD_DATE = re.compile(r"Record\s+Date\s*:?\s{0,80}[A-Z0-9]", re.IGNORECASE)


def read_trustee_filing(text: str) -> Filing:
    """Return every figure that a trustee's text filing prints, and every problem met while reading it."""
    out = Gathered()
    if not text.strip():
        out.problem(0, None, "empty", "the text is empty")
        return Filing(problems=out.sorted_problems())
    lines, beside = _below_the_pages(unwrap(without_about(text), out))
    pages = split_pages(lines, out)
    layout = learn_layout(line for page in pages for line in page.lines)
    bonds: list[BondReader] = []
    groups: list[GroupReader] = []
    usual = _usual_titles(pages)
    for page in pages:
        if page.is_first:
            _check_first_page(page, out)
            continue
        _check_titles(page, usual, out)
        reader = PageReader(page=page, layout=layout, out=out)
        reader.read()
        bonds.extend(reader.bonds)
        groups.extend(reader.groups)
    report_missing_pages(pages, out)
    report_missing_sections(pages, out)
    report_missing_rows(groups, out)
    report_missing_totals(pages, out)
    report_missing_delinquency(pages, layout.groups, out)
    report_missing_classes(bonds, out)
    return evolve(_assemble(pages, layout, out), beside=beside)


def _below_the_pages(lines: list[Line]) -> tuple[list[Line], tuple[tuple[int, str], ...]]:
    """Take off what `replay statement` prints below the last page, which is no page of the template."""
    ends = [index for index, line in enumerate(lines) if _LAST_PAGE.fullmatch(line.squeezed)]
    start = ends[-1] + 1 if ends else len(lines)
    while start < len(lines) and not lines[start].text.strip():
        start += 1
    if start == len(lines) or not _BESIDE.match(lines[start].text):
        return lines, ()
    return lines[:start], tuple((line.number, line.squeezed) for line in lines[start:] if line.text.strip())


def _check_first_page(page: FilingPage, out: Gathered) -> None:
    """Report tables that have run into the first page, which is not read for figures."""
    for line in page.lines:
        if template_titled(line) is not None or group_heading(line) is not None:
            message = f"a table stands on the page of contents and was not read: {line.squeezed[:60]!r}"
            out.problem(line.number, page.number, "table-not-read", message)
        elif any(_FIGURE.fullmatch(piece.text) for piece in line.pieces[1:]):
            message = f"a row with figures stands on the page of contents and was not read: {line.squeezed[:60]!r}"
            out.problem(line.number, page.number, "line-not-understood", message)


def _usual_titles(pages: list[FilingPage]) -> set[str]:
    """Return the lines above the headings of half of the pages or more: titles, even with figures in them."""
    above = Counter(text for page in pages for text in {line.squashed for line in page.titles} if text)
    return {text for text, count in above.items() if count > 1 and 2 * count >= len(pages)}


def _check_titles(page: FilingPage, usual: set[str], out: Gathered) -> None:
    for line in page.titles:
        if line.squashed not in usual and any(is_number(piece.text) for piece in line.pieces[1:]):
            message = f"a row with figures stands above the page's heading and was not read: {line.squeezed[:60]!r}"
            out.problem(line.number, page.number, "line-not-understood", message)
    if not page.report:
        first = next((line.number for line in page.lines if line.pieces), page.last_line)
        message = "the page has no heading of the form '<report> for <date> Distribution'"
        out.problem(first, page.number, "heading-missing", message)


def _assemble(pages: list[FilingPage], layout: Layout, out: Gathered) -> Filing:
    first_page = "\n".join(line.text for page in pages if page.is_first for line in page.lines)
    deal_name = most_common_text([page.deal_line for page in pages])
    date_text = most_common_text([page.date_text for page in pages])
    distribution_date = parse_date(date_text) or date_after("Distribution Date", first_page)
    _check_dates(pages, date_text, distribution_date, first_page, out)
    record_date = date_after("Record Date", first_page)
    if record_date is None:
        out.problem(0, 1, "record-date-missing", "no record date was found")
    if not deal_name:
        out.problem(0, None, "deal-name-missing", "no page names the deal")
    _check_names(pages, deal_name, out)
    return Filing(
        deal_name=deal_name,
        distribution_date=distribution_date,
        record_date=record_date,
        figures=tuple(out.figures),
        problems=out.sorted_problems(),
        groups=layout.groups,
        deal_name_line=_first_line(pages, lambda line: line.squeezed == deal_name),
        distribution_date_line=_first_line(pages, lambda line: bool(date_text) and date_text in line.squeezed),
        record_date_line=_first_line(pages, lambda line: bool(_RECORD_DATE.search(line.text))),
    )


def _first_line(pages: list[FilingPage], wanted: Callable[[Line], bool]) -> int:
    return next((line.number for page in pages for line in page.lines if wanted(line)), 0)


def _check_names(pages: list[FilingPage], usual: str, out: Gathered) -> None:
    """Report pages that name another deal than most pages do."""
    for page in pages:
        name = page.first_title if page.is_first else page.deal_line
        if name and squash(name) != squash(usual):
            number = next((line.number for line in page.lines if line.squeezed == name), 0)
            message = f"the page names the deal {name[:80]!r}, most pages {usual[:80]!r}; is it a page of another deal?"
            out.problem(number, page.number, "deal-name-differs", message)


def _check_dates(pages: list[FilingPage], usual: str, found: date | None, first_page: str, out: Gathered) -> None:
    if found is None:
        out.problem(0, None, "distribution-date-missing", "no distribution date was found")
        return
    for page in pages:
        if page.date_text and parse_date(page.date_text) != found:
            message = f"the heading says {page.date_text}, most pages say {usual}"
            out.problem(page.lines[0].number, page.number, "date-differs", message)
    in_title = _FIRST_PAGE_DATE.search(first_page)
    printed = [date_after("Distribution Date", first_page), parse_date(in_title[1]) if in_title else None]
    for other in printed:
        if other is not None and other != found:
            message = f"page 1 gives {other.isoformat()} as the distribution date, the headings {found.isoformat()}"
            out.problem(0, 1, "date-differs", message)
