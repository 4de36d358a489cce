"""Reads the text that `replay statement` writes by its lines, whatever the deal calls its groups, classes and fees.

A reader of filings knows nothing but the text, so that a group named `1` or `Total` looks to it like a figure or a sum.
Of a text that this program wrote it is known where every figure stands: the statement is printed a second time with
each figure in a character of its own. Where every line of a text has the words of ours, what stands in the places of
our figures are its figures; a text of which one line has other words is left to the readers that know no deal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain

import attrs

from ledger import StatementTemplate
from ledger.reports import visible
from replay.filing import Filing, PublishedFigure
from replay.filing.text.raw import physical_lines
from replay.statements.figures import Figure, Page, Row, Section
from replay.statements.pages.base import columns
from replay.statements.statement import Statement, statement_of
from replay.statements.text import render_text

_MARKS = (*range(0x4E00, 0x9FA6), *range(0x20000, 0x2A6D7))
"""Characters that show, more than statements have figures: each stands for one."""


@attrs.frozen(kw_only=True)
class _Marked(Figure):
    """A figure that prints one character as often as it has characters, blanks apart."""

    mark: str

    @property
    def printed(self) -> str:
        text = visible(super().printed)
        return "".join(" " if character == " " else self.mark for character in text)


@attrs.frozen(kw_only=True)
class _Place:
    """Where a figure stands in a line of ours, and what of it; a long one goes on in the lines below."""

    figure: Figure
    start: int
    end: int


@attrs.frozen(kw_only=True)
class _Line:
    """A line of ours, and the figures in it from left to right."""

    text: str
    places: tuple[_Place, ...]


def read_own_text(statement: Statement, text: str) -> Filing | None:
    """Return the figures of a text that is laid out as ours is, by either template; None where it is not."""
    lines = [line.rstrip() for line in physical_lines(text)]
    # What a text says of itself at its top was left blank, so that every line stands where it stood.
    begins = next((number for number, line in enumerate(lines) if line), 0)
    for template in dict.fromkeys((statement.template, *StatementTemplate)):
        own = statement if template is statement.template else statement_of(statement.report, template)
        found = _read(own, lines[begins:], begins)
        if found is not None:
            return found
    return None


def _read(statement: Statement, lines: Sequence[str], begins: int) -> Filing | None:
    ours = _lines(statement)
    if ours is None or len(lines) < len(ours):
        return None
    printed: dict[Figure, list[str]] = {}
    stands: dict[Figure, int] = {}
    for number, (line, theirs) in enumerate(zip(ours, lines, strict=False), begins + 1):
        pieces = _pieces(line, theirs)
        if pieces is None:
            return None
        for place, piece in zip(line.places, pieces, strict=True):
            printed.setdefault(place.figure, []).append(piece)
            stands.setdefault(place.figure, number)
    changed = {
        place.figure for line, theirs in zip(ours, lines, strict=False) if line.text != theirs for place in line.places
    }
    at = statement.report.distribution
    return Filing(
        deal_name=statement.report.terms.title or statement.deal,
        distribution_date=at.payment_date,
        record_date=at.record_date,
        figures=tuple(
            PublishedFigure(
                page=figure.page,
                section=figure.section,
                line=figure.line,
                column=figure.column,
                printed=figure.printed if figure not in changed else " ".join(printed[figure]),
                source_line=stands[figure],
            )
            for figure in printed
        ),
        groups=_groups(statement),
        beside=tuple(
            (number, " ".join(line.split()))
            for number, line in enumerate(lines[len(ours) :], begins + len(ours) + 1)
            if line.strip()
        ),
    )


def _lines(statement: Statement) -> list[_Line] | None:
    """Return our lines with what stands in them; None where there are more figures than marks."""
    figures = statement.figures
    if len(figures) > len(_MARKS):
        return None
    marks = {chr(_MARKS[index]): figure for index, figure in enumerate(figures)}
    by_figure = iter(marks)
    pages = tuple(_marked(page, by_figure) for page in statement.pages)
    plain, marked = (
        [visible(line).rstrip() for line in physical_lines(render_text(held))]
        for held in (statement, attrs.evolve(statement, pages=pages))
    )
    if list(map(len, plain)) != list(map(len, marked)):
        return None
    while plain and not plain[-1]:
        plain.pop()
    return [
        _Line(text=text, places=tuple(_places(text, signs, marks))) for text, signs in zip(plain, marked, strict=False)
    ]


def _marked(page: Page, marks: Iterator[str]) -> Page:
    def section(held: Section) -> Section:
        return attrs.evolve(held, rows=tuple(map(row, held.rows)))

    def row(held: Row) -> Row:
        return attrs.evolve(held, figures=tuple(map(figure, held.figures)))

    def figure(held: Figure) -> Figure:
        given = {item.name: getattr(held, item.name) for item in attrs.fields(Figure)}
        return _Marked(**given, mark=next(marks))

    return attrs.evolve(page, sections=tuple(map(section, page.sections)))


def _places(text: str, signs: str, marks: dict[str, Figure]) -> Iterator[_Place]:
    """Yield the runs of one mark in a line; a sign that ours has as well is a letter of a name."""
    spans: dict[str, tuple[int, int]] = {}
    for at, (plain, sign) in enumerate(zip(text, signs, strict=True)):
        if sign in marks and sign != plain:
            spans[sign] = spans.get(sign, (at, at))[0], at + 1
    for sign, (start, end) in spans.items():
        yield _Place(figure=marks[sign], start=start, end=end)


def _pieces(ours: _Line, theirs: str) -> list[str] | None:
    """Return what stands in a line of a text in the places of our figures; None where its words are others."""
    if ours.text == theirs:
        return [ours.text[place.start : place.end] for place in ours.places]
    if not ours.places:
        return [] if _squeezed(ours.text) == _squeezed(theirs) or _ruled(ours.text, theirs) else None
    pattern, end = "", 0
    for place in ours.places:
        pattern += _words(ours.text[end : place.start], first=not end)
        pattern += r"(\S+(?: \S+)*)"
        end = place.end
    pattern += _words(ours.text[end:], first=not end)
    match = re.fullmatch(pattern, theirs)
    return None if match is None else list(match.groups())


def _words(text: str, *, first: bool) -> str:
    """Return the pattern of what stands between two figures: words as they are, blanks of any number."""
    if not text.strip():
        return r"\s*" if first or not text else r"\s\s+" if len(text) > 1 else r"\s"
    words = r"\s+".join(map(re.escape, text.split()))
    return ("" if first and not text[0].isspace() else r"\s*") + words + (r"\s+" if text[-1].isspace() else "")


def _squeezed(text: str) -> str:
    return " ".join(text.split())


def _ruled(ours: str, theirs: str) -> bool:
    """Say whether both are rules over as many columns: a longer figure makes them longer."""
    sides = ours.split(), theirs.split()
    return len(sides[0]) == len(sides[1]) and not "".join(chain.from_iterable(sides)).strip("-")


def _groups(statement: Statement) -> tuple[str, ...]:
    """Return the groups as columns name them; none where one has the name of another, or of the total."""
    names = columns(statement.report)
    return names[:-1] if len(set(map(str.casefold, names))) == len(names) else ()


__all__ = ["read_own_text"]
