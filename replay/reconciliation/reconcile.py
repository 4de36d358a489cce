"""Tying a published statement out against the replayed one, figure by figure.

Every figure of either side ends in exactly one entry: equal, within a stated tolerance, or a break of a named kind.
What the reader did not understand and what the statement breaks within itself is reported beside the entries; nothing
is dropped.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from fractions import Fraction

import attrs

from ledger import Exact, Ledger
from replay.explanations import events_behind
from replay.filing import ClassTable, Filing, PublishedFigure, ReadProblem, parse_cell, parse_printed
from replay.filing.class_columns import NOT_COMPARED
from replay.reconciliation.belonging import Belonging, belonging
from replay.reconciliation.identities import Finding, Printed, check_identities, float_free
from replay.statements.figures import Figure
from replay.statements.pages import class_table
from replay.statements.statement import Statement

_RATE_DECIMALS = 5
"""Decimals of a percent that a rate of ours is printed with."""
_FEWEST_RATE_DECIMALS = 2
_LEAST_PERCENT = Fraction(1, 2)
"""A rate from here on, printed without a percent sign, is in percent: nothing is paid 50% a year."""

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
    PRINTED_OTHERWISE = "equal, but printed otherwise"
    UNEXPLAINED = "unexplained"


@attrs.frozen(kw_only=True)
class Entry:
    """One figure tied out: both printed texts, their exact difference in the figure's unit, and the kind of break.

    ``event_ids`` are the first events behind our side of a break; ``more_events`` says that there are others.
    """

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
    more_events: bool = False

    @property
    def path(self) -> str:
        """Where the figure stands."""
        return f"{self.page}/{self.section}/{self.line}/{self.column}"


@attrs.frozen(kw_only=True)
class TieOut:
    """A whole statement tied out.

    ``problems`` are what was not understood and what shows that the statement is not the one asked for; ``notes`` what
    could not be compared, which is no fault.
    """

    deal: str
    distribution_date: dt.date
    entries: tuple[Entry, ...]
    findings: tuple[Finding, ...]
    problems: tuple[ReadProblem, ...]
    notes: tuple[str, ...] = ()

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
                "exact": entry.exact,
                "difference": entry.difference,
                "source_line": str(entry.source_line) if entry.source_line else "",
                "events": " ".join([*entry.event_ids, *(["..."] if entry.more_events else [])]),
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

    def kind(self, figure: Figure, published: str, number: Fraction | None) -> Kind:
        """Return the kind of a break at a figure that both sides print, theirs with the value ``number``."""
        if number is not None and not isinstance(figure.value, str) and number == parse_printed(figure.printed):
            return Kind.PRINTED_OTHERWISE
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
            lines = [line for line in self._printed.lines.get(figure.section, ()) if line != figure.line]
            parts = [self._printed.value(figure.section, line, figure.column) for line in lines]
        elif figure.line == "Total":
            lines = [line for line in self._printed.lines.get(figure.section, ()) if line != "Total"]
            parts = [self._printed.value(figure.section, line, figure.column) for line in lines]
        else:
            return False
        known = [part for part in parts if part is not None]
        return bool(known) and abs(sum(known) - number) > Fraction(len(known) + 1, 200)


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
    known_as: Sequence[str] = (),
) -> TieOut:
    """Tie a published statement out against a replayed one.

    ``tolerance`` is in the unit of the figures (dollars): a difference up to it is rounding and not a break; the
    default allows none. ``text`` is the published statement itself, for its footnotes. With a ``ledger``, every break
    names the events behind our figure.

    The figures must be printed as ours are, digit for digit, whether they come from a filing's text or a figures CSV. A
    filing that names another deal, distribution date or record date has problems that say so (see
    :mod:`replay.reconciliation.belonging`); ``known_as`` gives further names that the deal goes by.
    """
    found = belonging(statement, filing, known_as)
    return _tied(statement, filing, found, text=text, tolerance=tolerance, ledger=ledger)


def _tied(
    statement: Statement, filing: Filing, found: Belonging, *, text: str, tolerance: Fraction, ledger: Ledger | None
) -> TieOut:
    entries: list[Entry] = []
    for entry, figure in _entries(statement, filing, tolerance):
        held = entry
        if ledger is not None and entry.status is Status.BREAK and figure is not None:
            event_ids, complete = _events(ledger, statement, figure)
            held = attrs.evolve(entry, event_ids=event_ids, more_events=not complete)
        entries.append(held)
    return TieOut(
        deal=statement.deal,
        distribution_date=statement.distribution_date,
        entries=tuple(entries),
        findings=check_identities(filing, text),
        problems=(*found.problems, *filing.problems),
        notes=found.notes,
    )


def _events(ledger: Ledger, statement: Statement, figure: Figure) -> tuple[tuple[str, ...], bool]:
    if isinstance(figure.value, str):
        return (), True
    known = statement.report.known_through
    found, complete = events_behind(ledger, statement.deal, figure.value, known_through=known, limit=EVENTS_SHOWN)
    return tuple(item.event.event_id for item in found), complete


def class_filing(table: ClassTable) -> Filing:
    """Return a class table as a filing whose figures stand on page 2 under ``class table``, one line a class."""
    rows = [*table.rows, *([table.totals] if table.totals is not None else [])]
    rates = [row.cells["rate"] for row in rows if row.cells.get("rate")]
    percent = any(abs(parse_cell(rate) or Fraction(0)) >= _LEAST_PERCENT for rate in rates if "%" not in rate)
    figures = [
        PublishedFigure(
            page=2,
            section=class_table.SECTION,
            line="Total" if row is table.totals else row.class_id,
            column=column,
            printed=printed,
            source_line=row.cell_lines.get(column, row.source_line),
            value=_cell_value(column, printed, percent),
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


def _cell_value(column: str, printed: str, percent: bool) -> Fraction | None:
    """Return what a cell is worth: a rate without a percent sign is in percent where its column cannot be fractions."""
    value = parse_cell(printed)
    return value / 100 if value is not None and column == "rate" and percent and "%" not in printed else value


def _plain_class(name: str) -> str:
    return re.sub(r"[^a-z0-9]|^class(?:es)?\b", "", name.lower())


def _named_as_ours(table: ClassTable, classes: Iterable[str]) -> ClassTable:
    """Give each class our name where its letters and figures leave no doubt: `a1` or `Class A-1` is `A-1`."""
    ours, theirs = defaultdict(list), defaultdict(list)
    for name in classes:
        ours[_plain_class(name)].append(name)
    for row in table.rows:
        theirs[_plain_class(row.class_id)].append(row.class_id)
    known = {name for names in ours.values() for name in names}
    renamed = {
        names[0]: ours[plain][0]
        for plain, names in theirs.items()
        if len(names) == 1 and len(ours.get(plain, ())) == 1 and names[0] not in known
    }
    rows = [attrs.evolve(row, class_id=renamed.get(row.class_id, row.class_id)) for row in table.rows]
    return attrs.evolve(table, rows=tuple(rows))


def reconcile_class_table(
    statement: Statement,
    table: ClassTable,
    *,
    tolerance: Fraction = Fraction(0),
    ledger: Ledger | None = None,
    known_as: Sequence[str] = (),
) -> TieOut:
    """Tie a class table out against a replayed statement: the columns that the table has, class by class.

    Numbers must be equal, however they are spelt. A table that names another deal or other dates has problems that say
    so (see :mod:`replay.reconciliation.belonging`); ``known_as`` gives further names that the deal goes by.
    """
    filing = class_filing(_named_as_ours(table, statement.report.classes))
    columns = {figure.column for figure in filing.figures}
    totals = {figure.column for figure in filing.figures if figure.line == "Total"}
    rated = {figure.line for figure in filing.figures if figure.column == "rate"}
    page = class_table.class_page(statement.report, columns, totals=totals, zero_rates=rated)
    view = Statement(report=statement.report, pages=(page,))
    found = belonging(statement, table, known_as)
    aside = [column for column in table.columns if column in NOT_COMPARED]
    if aside:
        found = attrs.evolve(found, notes=(*found.notes, f"not compared: the column {', '.join(aside)}"))
    return _tied(view, filing, found, text="", tolerance=tolerance, ledger=ledger)
