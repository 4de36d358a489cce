"""Tying a published statement out against the replayed one, figure by figure.

Every figure of either side ends in exactly one entry: equal, within a stated tolerance, or a break of a named kind.
What the reader did not understand and what the statement breaks within itself is reported beside the entries; nothing
is dropped.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from enum import StrEnum
from fractions import Fraction

import attrs

from ledger import Exact, Ledger
from replay.explain import events_behind
from replay.figures import Figure
from replay.filing import ClassTable, Filing, PublishedFigure, ReadProblem, parse_printed
from replay.identities import Finding, Printed, check_identities, float_free
from replay.pages import class_table
from replay.statement import Statement

EVENTS_SHOWN = 12
"""Events listed behind our side of a break."""


class Status(StrEnum):
    """How a figure tied out."""

    EQUAL = "equal"
    ROUNDING = "rounding"
    BREAK = "break"


class Kind(StrEnum):
    """What a break looks like."""

    NONE = ""
    ARITHMETIC = "printed arithmetic does not add"
    STALE = "stale balance"
    DIGIT_SLIP = "digit slip"
    MISSING = "missing line"
    NOT_OURS = "not in the replayed statement"
    UNREADABLE = "not a number"
    UNEXPLAINED = "unexplained"


@attrs.frozen(kw_only=True)
class Entry:
    """One figure tied out: both printed texts, their exact difference in the figure's unit, and the kind of break."""

    page: int
    section: str
    line: str
    column: str
    status: Status
    kind: Kind = Kind.NONE
    published: str = ""
    ours: str = ""
    exact: str = ""
    difference: str = ""
    source_line: int = 0
    event_ids: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """Where the figure stands."""
        return f"{self.page}/{self.section}/{self.line}/{self.column}"


@attrs.frozen(kw_only=True)
class TieOut:
    """A whole statement tied out."""

    deal: str
    distribution_date: dt.date
    entries: tuple[Entry, ...]
    findings: tuple[Finding, ...]
    problems: tuple[ReadProblem, ...]

    @property
    def breaks(self) -> tuple[Entry, ...]:
        """The figures that do not agree."""
        return tuple(entry for entry in self.entries if entry.status is Status.BREAK)

    def count(self, status: Status) -> int:
        """Return how many figures ended so."""
        return sum(entry.status is status for entry in self.entries)

    @property
    def read(self) -> int:
        """How many published figures were read."""
        return sum(1 for entry in self.entries if entry.source_line)

    @property
    def exit_status(self) -> int:
        """0 when everything agrees, 1 with breaks or unread parts, 2 when nothing could be read."""
        if not self.read:
            return 2
        return 1 if self.breaks or self.problems else 0

    def rows(self) -> list[dict[str, str]]:
        """Return the entries as plain rows, ready for a DataFrame."""
        return [
            {
                "page": str(entry.page),
                "section": entry.section,
                "line": entry.line,
                "column": entry.column,
                "status": entry.status.value,
                "kind": entry.kind.value,
                "published": entry.published,
                "ours": entry.ours,
                "difference": entry.difference,
                "events": " ".join(entry.event_ids),
            }
            for entry in self.entries
        ]


Key = tuple[int, str, str, str, int]


def _keyed_ours(figures: Iterable[Figure]) -> dict[Key, Figure]:
    seen: dict[tuple[int, str, str, str], int] = defaultdict(int)
    found: dict[Key, Figure] = {}
    for figure in figures:
        place = (figure.page, figure.section, figure.line, figure.column)
        found[(*place, seen[place])] = figure
        seen[place] += 1
    return found


def _keyed_published(figures: Iterable[PublishedFigure]) -> dict[Key, PublishedFigure]:
    seen: dict[tuple[int, str, str, str], int] = defaultdict(int)
    found: dict[Key, PublishedFigure] = {}
    for figure in figures:
        place = (figure.page, figure.section, figure.line, figure.column)
        found[(*place, seen[place])] = figure
        seen[place] += 1
    return found


def digits(text: str) -> str:
    """Return the digits of a printed figure."""
    return "".join(character for character in text if character.isdigit())


def is_digit_slip(published: str, ours: str) -> bool:
    """Say whether one digit was changed, dropped or doubled, two neighbours swapped, or the point or sign moved."""
    left, right = digits(published), digits(ours)
    if left == right:
        return published != ours
    if len(left) == len(right):
        differing = [index for index, (a, b) in enumerate(zip(left, right, strict=True)) if a != b]
        if len(differing) == 1:
            return True
        swapped = len(differing) == 2 and differing[1] == differing[0] + 1
        return swapped and left[differing[0]] == right[differing[1]] and left[differing[1]] == right[differing[0]]
    longer, shorter = (left, right) if len(left) > len(right) else (right, left)
    return len(longer) == len(shorter) + 1 and any(
        longer[:index] + longer[index + 1 :] == shorter for index in range(len(longer))
    )


class _Classifier:
    """What a break looks like, judged from both statements as wholes."""

    def __init__(self, statement: Statement, filing: Filing) -> None:
        self._printed = Printed(filing)
        self._ours: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
        for figure in statement.figures:
            self._ours[figure.section, figure.line].append((figure.column, figure.printed))

    def kind(self, figure: Figure, published: str) -> Kind:
        """Return the kind of a break at a figure that both sides print."""
        number = parse_printed(published)
        if number is None and parse_printed(figure.printed) is not None:
            return Kind.UNREADABLE
        if number is not None and self._is_stale(figure, number):
            return Kind.STALE
        if is_digit_slip(published, figure.printed):
            return Kind.DIGIT_SLIP
        if number is not None and self._breaks_its_sum(figure, number):
            return Kind.ARITHMETIC
        return Kind.UNEXPLAINED

    def _is_stale(self, figure: Figure, number: Fraction) -> bool:
        """The current balance was printed as the balance before the distribution."""
        earlier = {
            "current principal balance": [("current period", figure.line, "prior principal balance")],
            "ending": [(figure.section, figure.line, "beginning")],
        }.get(figure.column, [])
        if figure.line.endswith("Current"):
            earlier.append((figure.section, figure.line.removesuffix("Current") + "Prior", figure.column))
        for section, line, column in earlier:
            ours = [text for name, text in self._ours[section, line] if name == column]
            if ours and parse_printed(ours[0]) == number and ours[0] != figure.printed:
                return True
        return False

    def _breaks_its_sum(self, figure: Figure, number: Fraction) -> bool:
        """The published components of a total are ours, and only their printed sum is not."""
        if figure.column in ("total", "Total"):
            parts = [self._printed.value(figure.section, figure.line, group) for group in self._printed.groups]
        elif figure.line.startswith("TOTAL"):
            lines = [line for line in self._printed.lines.get(figure.section, []) if line != figure.line]
            parts = [self._printed.value(figure.section, line, figure.column) for line in lines]
        elif figure.line == "Total":
            lines = [line for line in self._printed.lines.get(figure.section, []) if line != "Total"]
            parts = [self._printed.value(figure.section, line, figure.column) for line in lines]
        else:
            return False
        known = [part for part in parts if part is not None]
        return bool(known) and abs(sum(known) - number) > Fraction(len(known) + 1, 200)


def _difference(figure: Figure, number: Fraction | None) -> Fraction | None:
    if number is None or not isinstance(figure.value, Exact):
        return None
    return number - figure.value.value


def _same_number(figure: Figure, printed: str) -> bool:
    """Class tables come in every number style; there it is the number that must be equal, not its spelling."""
    if figure.section != class_table.SECTION or isinstance(figure.value, str):
        return False
    number = parse_printed(printed)
    return number is not None and number == parse_printed(figure.printed)


def _entry(figure: Figure, published: PublishedFigure, tolerance: Fraction, classify: _Classifier) -> Entry:
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
    if published.printed == figure.printed or _same_number(figure, published.printed):
        return entry
    difference = _difference(figure, parse_printed(published.printed))
    shown = "" if difference is None else float_free(difference, 4)
    if difference is not None and tolerance > 0 and abs(difference) <= tolerance:
        return attrs.evolve(entry, status=Status.ROUNDING, difference=shown)
    kind = classify.kind(figure, published.printed)
    return attrs.evolve(entry, status=Status.BREAK, kind=kind, difference=shown)


def _entries(statement: Statement, filing: Filing, tolerance: Fraction) -> Iterator[tuple[Entry, Figure | None]]:
    ours, theirs = _keyed_ours(statement.figures), _keyed_published(filing.figures)
    classify = _Classifier(statement, filing)
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
) -> TieOut:
    """Tie a published statement out against a replayed one.

    ``tolerance`` is in the unit of the figures (dollars): a difference up to it is rounding and not a break; the
    default allows none. ``text`` is the published statement itself, for its footnotes. With a ``ledger``, every break
    names the events behind our figure.
    """
    entries: list[Entry] = []
    for entry, figure in _entries(statement, filing, tolerance):
        held = entry
        if ledger is not None and entry.status is Status.BREAK and figure is not None:
            held = attrs.evolve(entry, event_ids=_events(ledger, statement, figure))
        entries.append(held)
    return TieOut(
        deal=statement.deal,
        distribution_date=statement.distribution_date,
        entries=tuple(entries),
        findings=check_identities(filing, text),
        problems=filing.problems,
    )


def _events(ledger: Ledger, statement: Statement, figure: Figure) -> tuple[str, ...]:
    if isinstance(figure.value, str):
        return ()
    known = statement.report.known_through
    found, _ = events_behind(ledger, statement.deal, figure.value, known_through=known, limit=EVENTS_SHOWN)
    return tuple(item.event.event_id for item in found)


def class_filing(table: ClassTable) -> Filing:
    """Return a class table as a filing whose figures stand on page 2 under ``class table``, one line a class."""
    rows = [*table.rows, *([table.totals] if table.totals is not None else [])]
    figures = [
        PublishedFigure(
            page=2,
            section=class_table.SECTION,
            line="Total" if row is table.totals else row.class_id,
            column=column,
            printed=printed,
            source_line=row.source_line,
        )
        for row in rows
        for column, printed in row.cells.items()
        if column in class_table.COLUMNS and printed
    ]
    return Filing(
        distribution_date=table.distribution_date,
        record_date=table.record_date,
        figures=tuple(figures),
        problems=table.problems,
    )


def reconcile_class_table(
    statement: Statement, table: ClassTable, *, tolerance: Fraction = Fraction(0), ledger: Ledger | None = None
) -> TieOut:
    """Tie a class table out against a replayed statement: the columns that the table has, class by class."""
    filing = class_filing(table)
    columns = {figure.column for figure in filing.figures}
    totals = {figure.column for figure in filing.figures if figure.line == "Total"}
    rated = {figure.line for figure in filing.figures if figure.column == "rate"}
    page = class_table.class_page(statement.report, columns, totals=totals, zero_rates=rated)
    view = Statement(report=statement.report, pages=(page,))
    return reconcile(view, filing, tolerance=tolerance, ledger=ledger)
