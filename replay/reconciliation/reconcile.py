"""Tying a published statement out against the replayed one, figure by figure.

Every figure of either side ends in exactly one entry: equal, within a stated tolerance, or a break of a named kind.
What the reader did not understand and what the statement breaks within itself is reported beside the entries; nothing
is dropped.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import partial
from typing import TypeVar

import attrs

from ledger import Exact, Ledger, StatementTemplate
from replay.explanations import EventsBehind
from replay.filing import Filing, PublishedFigure, parse_printed
from replay.reconciliation.belonging import Belonging, belonging
from replay.reconciliation.breaks import Classifier
from replay.reconciliation.entries import Entry, Kind, Status, TieOut
from replay.reconciliation.identities import check_identities, float_free
from replay.reconciliation.own_text import read_own_text
from replay.reconciliation.since_closing import Pages, Since
from replay.reconciliation.to_date import prepaid_to_date
from replay.reconciliation.told_apart import told_apart
from replay.reconciliation.understood import understood
from replay.statements.figures import Figure
from replay.statements.pages import class_table
from replay.statements.statement import Statement, build_pages, statement_of

_RATE_DECIMALS = 5
"""Decimals of a percent that a rate of ours is printed with."""
_FEWEST_RATE_DECIMALS = 2

EVENTS_SHOWN = 12
"""Events listed behind our side of a break."""


F = TypeVar("F", Figure, PublishedFigure)
Place = tuple[int, str, str, str]
Key = tuple[int, str, str, str, int]


def _keyed(figures: Iterable[F]) -> dict[Key, F]:
    """Return figures by where they stand; of several in one place, each has the number of its occurrence."""
    seen: dict[Place, int] = defaultdict(int)
    found: dict[Key, F] = {}
    for figure in figures:
        place: Place = (figure.page, figure.section, figure.line, figure.column)
        found[(*place, seen[place])] = figure
        seen[place] += 1
    return found


def _difference(figure: Figure, number: Fraction | None) -> Fraction | None:
    if number is None or not isinstance(figure.value, Exact):
        return None
    return number - figure.value.value


def _same_number(figure: Figure, published: PublishedFigure) -> bool:
    """Class tables come in every number style; there it is the number that must be equal, not its spelling.

    A rate printed with fewer decimals than ours is equal when ours rounds to it.
    """
    if figure.section != class_table.SECTION or isinstance(figure.value, str):
        return False
    number = _number(published)
    if number is None or number == parse_printed(figure.printed):
        return number is not None
    if figure.column != "rate":
        return False
    places = len(re.sub(r"[^0-9.]", "", published.printed).partition(".")[2])
    if number == parse_printed(published.printed) and "%" not in published.printed:
        places -= 2
    if not _FEWEST_RATE_DECIMALS <= places < _RATE_DECIMALS:
        return False
    ours = parse_printed(figure.printed) or Fraction(0)
    unit = Fraction(1, 10 ** (places + 2))
    return (ours / unit + Fraction(1, 2)) // 1 * unit == number


def _number(published: PublishedFigure) -> Fraction | None:
    return published.value if published.value is not None else parse_printed(published.printed)


def _entry(figure: Figure, published: PublishedFigure, tolerance: Fraction, classify: Classifier) -> Entry:
    entry = Entry(
        page=figure.page,
        section=figure.section,
        line=figure.line,
        column=figure.column,
        status=Status.EQUAL,
        published=published.printed,
        ours=figure.printed,
        exact=figure.exact_text,
        source_line=published.source_line,
    )
    if published.printed == figure.printed or _same_number(figure, published):
        return entry
    number = _number(published)
    difference = _difference(figure, number)
    shown = "" if difference is None else float_free(difference, 4)
    if difference is not None and tolerance > 0 and abs(difference) <= tolerance:
        return attrs.evolve(entry, status=Status.ROUNDING, difference=shown)
    kind = classify.kind(figure, published.printed, number)
    return attrs.evolve(entry, status=Status.BREAK, kind=kind, difference=shown)


def _entries(statement: Statement, filing: Filing, tolerance: Fraction) -> Iterator[tuple[Entry, Figure | None]]:
    ours, theirs = _keyed(statement.figures), _keyed(filing.figures)
    classify = Classifier(statement, filing)
    for key, figure in ours.items():
        published = theirs.pop(key, None)
        if published is not None:
            yield _entry(figure, published, tolerance, classify), figure
            continue
        yield (
            Entry(
                page=figure.page,
                section=figure.section,
                line=figure.line,
                column=figure.column,
                status=Status.BREAK,
                kind=Kind.MISSING,
                ours=figure.printed,
                exact=figure.exact_text,
            ),
            figure,
        )
    for published in theirs.values():
        yield (
            Entry(
                page=published.page,
                section=published.section,
                line=published.line,
                column=published.column,
                status=Status.BREAK,
                kind=Kind.NOT_OURS,
                published=published.printed,
                source_line=published.source_line,
            ),
            None,
        )


def reconcile(
    statement: Statement,
    filing: Filing,
    *,
    text: str = "",
    tolerance: Fraction = Fraction(0),
    ledger: Ledger | None = None,
    known_as: Sequence[str] = (),
) -> TieOut:
    """Tie a published statement out against a replayed one.

    ``tolerance`` is in the unit of the figures (dollars): a difference up to it is rounding and not a break; the
    default allows none. ``text`` is the published statement itself, for its footnotes; where it has the lines that this
    program writes, its figures are read by them (:mod:`replay.reconciliation.own_text`). With a ``ledger``, every break
    names the events behind our figure.

    The figures must be printed as ours are, digit for digit, whether they come from a filing's text or a figures CSV. A
    filing that names another deal, distribution date or record date has problems that say so (see
    :mod:`replay.reconciliation.belonging`); ``known_as`` gives further names that the deal goes by. Whatever template
    the statement has, it is compared by the one that the filing follows.
    """
    filing = told_apart(read_own_text(statement, text) or filing if text else filing)
    statement = laid_out_alike(statement, filing)
    found = belonging(statement, filing, known_as)
    return tie_out(
        statement,
        understood(statement, filing),
        found,
        text=text,
        tolerance=tolerance,
        ledger=ledger,
        pages=partial(build_pages, template=statement.template),
    )


def laid_out_alike(statement: Statement, filing: Filing) -> Statement:
    """Return the statement by the template under which most figures of a filing have a place; its own of two alike."""
    places = {(item.page, item.section, item.line, item.column) for item in filing.figures}

    def alike(other: Statement) -> int:
        return sum((item.page, item.section, item.line, item.column) in places for item in other.figures)

    others = [statement_of(statement.report, item) for item in StatementTemplate if item is not statement.template]
    return max((statement, *others), key=alike)


def tie_out(
    statement: Statement,
    filing: Filing,
    found: Belonging,
    *,
    text: str,
    tolerance: Fraction,
    ledger: Ledger | None,
    pages: Pages = build_pages,
) -> TieOut:
    """Return the entries of both sides, and what else is to be said; ``pages`` makes those of the statement again."""

    def tied(other: Statement) -> list[Entry]:
        return [entry for entry, _ in _entries(other, filing, tolerance)]

    entries: list[Entry] = []
    since = None if ledger is None else Since.of(ledger, statement, pages, tied)
    known = statement.report.known_through
    behind = None if ledger is None else EventsBehind(ledger, statement.deal, known_through=known, limit=EVENTS_SHOWN)
    for entry, figure in _entries(statement, filing, tolerance):
        held = entry
        if behind is not None and entry.status is Status.BREAK and figure is not None:
            event_ids, complete = _events(behind, figure)
            held = attrs.evolve(entry, event_ids=event_ids, more_events=not complete)
        entries.append(held if since is None or held.status is not Status.BREAK else since.told(held, figure))
    broken, told = prepaid_to_date(statement, filing, ledger)
    return TieOut(
        deal=statement.deal,
        distribution_date=statement.distribution_date,
        entries=tuple(entries),
        findings=(*broken, *check_identities(filing, text)),
        problems=(*found.problems, *filing.problems),
        notes=(*found.notes, *told, *_unlike_recorded(statement)),
    )


def _unlike_recorded(statement: Statement) -> Iterator[str]:
    """Say where our own books record another payment of a class than the statement shows."""
    for name, what, computed, recorded in statement.report.unlike_recorded:
        shown = f"{recorded.decimal:,} of {what} is recorded as paid to class {name}"
        yield f"{shown}, and {computed.decimal:,} is computed"


def _events(behind: EventsBehind, figure: Figure) -> tuple[tuple[str, ...], bool]:
    if isinstance(figure.value, str):
        return (), True
    found, complete = behind.of(figure.value)
    return tuple(item.event.event_id for item in found), complete
