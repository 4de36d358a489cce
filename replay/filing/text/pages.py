"""From the lines of a filing to its numbered pages.

A page ends with `Page n of N` and begins with the deal's name, two title lines and `<report> for <date> Distribution`.
Either end may be damaged, so each can stand in for the other, and page numbers that do not rise are mended from
their neighbours.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter

from attrs import define, field

from replay.filing.model import Gathered
from replay.filing.text.lines import Line, squash

_FOOTER = re.compile(r"\bPage +([0-9]{1,4}) +of +([0-9]{1,4})\b")
_COPYRIGHT = re.compile(r"\(c\) *COPYRIGHT|\b[0-9]{1,3} +of +[0-9]{1,3}\b.*Deutsche Bank", re.IGNORECASE)
_HEADING = re.compile(r"(?P<report>.{3,90}?) for (?P<date>[A-Za-z]{3,9} +[0-9]{1,2}, *[0-9]{4}) Distribution")
_FIRST_DATE = re.compile(r"[A-Za-z]{3,9} +[0-9]{1,2}, *[0-9]{4} Distribution")
_FIRST_PAGE = re.compile(r"TABLE OF CONTENTS|ISSUANCE INFORMATION|CONTACTS|Contents")
_CONTENTS_ENTRY = re.compile(r"(?P<order>[0-9]{1,2})\. +(?P<report>\D*?)(?P<page>[0-9]{1,3})")
_TITLE_LINES = 3
_MOST_PAGES = 200


@define(kw_only=True)
class FilingPage:
    """One page: its lines without the footer, what its footer says, and the report its heading names."""

    lines: list[Line]
    printed_number: int | None = None
    printed_total: int | None = None
    footer_line: int | None = None
    number: int = 0
    report: str = ""
    date_text: str = ""
    heading_index: int | None = None
    is_first: bool = False
    reads: set[str] = field(factory=set)
    totals: set[str] = field(factory=set)

    @property
    def last_line(self) -> int:
        """The line number of the footer, or of the last line where there is none."""
        if self.footer_line is not None:
            return self.footer_line
        return self.lines[-1].number if self.lines else 0

    @property
    def subtitle(self) -> str:
        """The first line after the heading: which part of the report the page shows."""
        if self.heading_index is None:
            return ""
        rest = (line.text.strip() for line in self.lines[self.heading_index + 1 :])
        return next((text for text in rest if text), "")

    @property
    def titles(self) -> list[Line]:
        """The lines above the page's heading."""
        return self.lines[: self.heading_index] if self.heading_index is not None else []

    @property
    def deal_line(self) -> str:
        """The first line of the page, which names the deal, or nothing when the heading is lost."""
        return next((line.squeezed for line in self.titles[-_TITLE_LINES:] if line.squeezed), "")

    @property
    def first_title(self) -> str:
        """The deal's name on the page of contents: the line two above `<date> Distribution`, or nothing."""
        titled = [line for line in self.lines if line.pieces]
        for index, line in enumerate(titled):
            if index >= 2 and _FIRST_DATE.fullmatch(line.squeezed):
                return titled[index - 2].squeezed
        return ""


def split_pages(lines: list[Line], out: Gathered) -> list[FilingPage]:
    """Cut the lines into pages and number them; everything before the first page's contents stays with that page."""
    pages: list[FilingPage] = []
    current = FilingPage(lines=[])
    for line in lines:
        footer = _FOOTER.search(line.text)
        if footer is not None or _COPYRIGHT.search(line.text):
            current.footer_line = line.number
            if footer is not None:
                current.printed_number, current.printed_total = int(footer[1]), int(footer[2])
            else:
                out.problem(line.number, None, "footer-damaged", f"no page number in {line.squeezed[:80]!r}")
            pages.append(current)
            current = FilingPage(lines=[])
            continue
        heading = _HEADING.fullmatch(line.squeezed)
        if heading is not None and (current.report or current.is_first):
            current = _break_without_footer(pages, current, line, out)
        current.lines.append(line)
        if heading is not None:
            current.report, current.date_text = heading["report"], heading["date"]
            current.heading_index = len(current.lines) - 1
        elif not pages and not current.report and _FIRST_PAGE.search(line.text):
            current.is_first = True
    if any(line.text for line in current.lines):
        last = current.lines[-1].number
        pages.append(current)
        out.problem(last, None, "footer-missing", "the text ends before the footer of its last page")
    _number_pages(pages, out)
    return pages


def _break_without_footer(pages: list[FilingPage], current: FilingPage, line: Line, out: Gathered) -> FilingPage:
    """Start a new page at the title lines above a heading."""
    start = len(current.lines)
    while start and len(current.lines) - start < _TITLE_LINES and _is_title(current.lines[start - 1]):
        start -= 1
    titles = current.lines[start:]
    current.lines = current.lines[:start]
    pages.append(current)
    out.problem(line.number, None, "footer-missing", f"no footer above {line.squeezed[:80]!r}")
    return FilingPage(lines=titles)


def _is_title(line: Line) -> bool:
    return bool(line.pieces) and line.pieces[0].start >= 10 and line.pieces[-1].end <= 75


def _number_pages(pages: list[FilingPage], out: Gathered) -> None:
    """Give each page its printed number, or the next one after its neighbour where that cannot be right."""
    kept = _longest_rise([page.printed_number for page in pages])
    previous = 0
    for index, page in enumerate(pages):
        if index in kept and page.printed_number is not None:
            page.number = page.printed_number
        else:
            page.number = previous + 1
            if page.printed_number is not None:
                message = f"the footer says page {page.printed_number}, but the page stands where {page.number} should"
                out.problem(page.last_line, page.number, "page-number-out-of-order", message)
        previous = page.number


def _longest_rise(numbers: list[int | None]) -> set[int]:
    """Return the places of the longest strictly rising run of page numbers, other places left out."""
    tails: list[int] = []
    tail_places: list[int] = []
    before: dict[int, int | None] = {}
    for place, number in enumerate(numbers):
        if number is None or number == 0:
            continue
        rank = bisect_left(tails, number)
        before[place] = tail_places[rank - 1] if rank else None
        tails[rank : rank + 1] = [number]
        tail_places[rank : rank + 1] = [place]
    kept: set[int] = set()
    place_kept: int | None = tail_places[-1] if tail_places else None
    while place_kept is not None:
        kept.add(place_kept)
        place_kept = before[place_kept]
    return kept


def report_missing_pages(pages: list[FilingPage], out: Gathered) -> None:
    """Name the pages that the footers count but the text lacks, and headings that the contents do not promise."""
    totals = Counter(page.printed_total for page in pages if page.printed_total is not None)
    total = totals.most_common(1)[0][0] if totals else None
    if total is None:
        out.problem(0, None, "no-pages", "no page footers were found")
        return
    for page in pages:
        if page.printed_total not in (None, total):
            message = f"the footer counts {page.printed_total} pages, the others {total}"
            out.problem(page.last_line, page.number, "page-count-differs", message)
    present = {page.number for page in pages}
    missing = [number for number in range(1, total + 1) if number not in present]
    for number in missing[:_MOST_PAGES]:
        above = max((page.last_line for page in pages if page.number < number), default=0)
        out.problem(above, number, "page-missing", f"page {number} of {total} is missing")
    if len(missing) > _MOST_PAGES:
        out.problem(0, None, "page-missing", f"{len(missing) - _MOST_PAGES} more of {total} pages are missing")
    _check_contents(pages, out)


def _check_contents(pages: list[FilingPage], out: Gathered) -> None:
    by_number = {page.number: page for page in pages}
    for line in next((page.lines for page in pages if page.is_first), []):
        entry = _CONTENTS_ENTRY.fullmatch(line.squeezed)
        page = by_number.get(int(entry["page"])) if entry else None
        if entry is None or page is None or page.is_first:
            continue
        if squash(entry["report"]) != squash(page.report):
            message = (
                f"the contents promise {' '.join(entry['report'].split())!r} here; the heading says {page.report!r}"
            )
            out.problem(page.lines[0].number if page.lines else line.number, page.number, "heading-differs", message)


def most_common_text(texts: list[str]) -> str:
    """Return the text that occurs most often, empty ones left out."""
    counted = Counter(text for text in texts if text)
    return counted.most_common(1)[0][0] if counted else ""
