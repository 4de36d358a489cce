"""A restatement: what changed in one statement between two points of knowledge, and which events changed it.

Nothing is ever edited, so a statement as it was published stays there for good: ask for it as known then. What is known
now may differ, because facts were reversed, corrected or posted late. A restatement replays the same distribution twice
and lays the two beside each other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import ClassVar

import attrs

from ledger import (
    ClassReport,
    DistributionReport,
    EventCorrected,
    EventReversed,
    Exact,
    Ledger,
    RecordedEvent,
    Selector,
    StoredRow,
)
from replay.explanations import selectors
from replay.frames import Tabular
from replay.statements.asking import Known, report_asked
from replay.statements.figures import Figure
from replay.statements.statement import Statement, statement_of

_MANY = 500
"""How many events are read by their ids at a time."""


@attrs.frozen(kw_only=True)
class Cause:
    """An event that came to be known in between and stands behind a figure.

    ``voids`` is the event that a reversal or a correction names, ``replaced_by`` what a correction puts in its place.
    """

    recorded: RecordedEvent

    @property
    def sequence(self) -> int:
        """The event's position in the deal's log."""
        return self.recorded.sequence

    @property
    def event_id(self) -> str:
        """The event's own id."""
        return self.recorded.event.event_id

    @property
    def voids(self) -> str:
        """The id of the event that this one reverses or corrects; empty where it does neither."""
        event = self.recorded.event
        if isinstance(event, EventReversed):
            return event.reverses
        return event.corrects if isinstance(event, EventCorrected) else ""

    @property
    def replaced_by(self) -> str:
        """The id of the event that takes the place of a corrected one."""
        event = self.recorded.event
        return event.replaced_by if isinstance(event, EventCorrected) else ""

    @property
    def reason(self) -> str:
        """Why the event was reversed, corrected or posted, where it says so."""
        reason = getattr(self.recorded.event, "reason", "")
        return str(reason)

    def __str__(self) -> str:
        said = f"{self.sequence} {self.event_id}"
        if self.voids:
            said += f" ({'corrects' if self.replaced_by else 'reverses'} {self.voids}: {self.reason})"
        return said


@attrs.frozen(kw_only=True)
class RestatedFigure:
    """One figure that differs; ``then`` or ``now`` is None where it appears or disappears."""

    then: Figure | None
    now: Figure | None
    causes: tuple[Cause, ...]

    @property
    def figure(self) -> Figure:
        """The figure as it stands now, or stood then."""
        found = self.now or self.then
        if found is None:
            raise LookupError("a restated figure stands in one of the two statements")
        return found

    @property
    def path(self) -> str:
        """``page/section/line/column``."""
        return self.figure.path

    @property
    def printed_then(self) -> str:
        """The figure as it was printed; empty where there was none."""
        return self.then.printed if self.then else ""

    @property
    def printed_now(self) -> str:
        """The figure as it is printed now; empty where there is none."""
        return self.now.printed if self.now else ""

    @property
    def exact_then(self) -> str:
        """The exact value then."""
        return self.then.exact_text if self.then else ""

    @property
    def exact_now(self) -> str:
        """The exact value now."""
        return self.now.exact_text if self.now else ""

    @property
    def difference(self) -> Decimal | None:
        """The value now less the value then; None where either is missing or a text."""
        then, now = (item.value if item else None for item in (self.then, self.now))
        return (now - then).decimal if isinstance(then, Exact) and isinstance(now, Exact) else None

    @property
    def is_printed(self) -> bool:
        """Whether the change shows in print; one below the last printed digit does not."""
        return self.then is None or self.now is None or self.then.printed != self.now.printed


@attrs.frozen(kw_only=True)
class RestatedPayment:
    """What the waterfall computes for a class then and now, beside what was paid and stays as recorded, in dollars."""

    class_id: str
    of: str
    computed_then: Exact
    computed_now: Exact
    recorded: Exact

    @property
    def difference(self) -> Exact:
        """What was recorded as paid, less what is computed now."""
        return self.recorded - self.computed_now


@attrs.frozen(kw_only=True)
class Restatement(Tabular):
    """Every figure of one statement that differs between two points of knowledge; false where none does.

    ``payments`` are the recorded bond payments whose computed amount has changed: a restatement computes anew, it does
    not pay anew. ``causes`` are all the events behind the figures, in sequence.
    """

    _DECIMALS: ClassVar[frozenset[str]] = frozenset({"exact_then", "exact_now", "difference"})

    then: Statement
    now: Statement
    figures: tuple[RestatedFigure, ...]
    payments: tuple[RestatedPayment, ...]
    causes: tuple[Cause, ...]

    @property
    def deal(self) -> str:
        """The deal's name in the ledger."""
        return self.now.deal

    @property
    def distribution_date(self) -> dt.date:
        """The payment date."""
        return self.now.distribution_date

    @property
    def known_then(self) -> int:
        """The last sequence known then."""
        return self.then.report.known_through

    @property
    def known_now(self) -> int:
        """The last sequence known now."""
        return self.now.report.known_through

    def __bool__(self) -> bool:
        return bool(self.figures)

    def __len__(self) -> int:
        return len(self.figures)

    def __iter__(self) -> Iterator[RestatedFigure]:
        return iter(self.figures)

    def __repr__(self) -> str:
        return (
            f"<Restatement {self.deal} {self.distribution_date}, known through {self.known_then} and {self.known_now}: "
            f"{len(self)} figures differ>"
        )

    def rows(self) -> list[dict[str, str]]:
        """Return the figures that differ as plain rows, ready for a DataFrame."""
        return [
            {
                "figure": item.path,
                "printed_then": item.printed_then,
                "printed_now": item.printed_now,
                "exact_then": item.exact_then,
                "exact_now": item.exact_now,
                "difference": "" if item.difference is None else str(item.difference),
                "events": "; ".join(map(str, item.causes)),
            }
            for item in self.figures
        ]

    def payment_rows(self) -> list[dict[str, str]]:
        """Return the recorded payments whose computed amount has changed, as plain rows."""
        return [
            {
                "class": item.class_id,
                "of": item.of,
                "computed_then": str(item.computed_then.decimal),
                "computed_now": str(item.computed_now.decimal),
                "recorded": str(item.recorded.decimal),
                "difference": str(item.difference.decimal),
            }
            for item in self.payments
        ]


def restatement(
    ledger: Ledger,
    deal: str,
    record_date: dt.date | None,
    known_then: int | None = None,
    known_now: int | None = None,
    *,
    payment_date: dt.date | None = None,
) -> Restatement:
    """Return what differs in a statement between two sequences, and the events that caused it.

    Without ``known_then`` it is compared as it was closed, without ``known_now`` as known now. It is the statement
    whose record date is the latest on or before ``record_date``, or, where that is None, the one of ``payment_date``.
    Raises :class:`ValueError` where ``known_then`` is after ``known_now``, :class:`ledger.InvalidArgument` where one is
    beyond the end of the log, not exactly one date is given, two distributions share the record date, or it was never
    closed and ``known_then`` is not given; and :class:`ledger.NoDistribution` or :class:`ledger.ReplayGap` where a
    statement cannot be made.
    """
    if known_then is not None and known_now is not None and known_then > known_now:
        raise ValueError(f"{known_then} was known after {known_now}; give the earlier sequence first")
    points = (Known(as_closed=True) if known_then is None else Known(through=known_then), Known(through=known_now))
    reports = [report_asked(ledger, deal, record_date, payment_date=payment_date, known=known) for known in points]
    # Terms that were amended may lay statements out otherwise since then; the figures are compared by one template.
    then, now = (statement_of(report, reports[-1].terms.statement) for report in reports)
    changed = list(_changed(then, now))
    news = _News(ledger, deal, then.report.known_through, now.report.known_through) if changed else None
    figures: list[RestatedFigure] = []
    if news is not None:
        behind = _Selections((then, now))
        found = {pair: news.matching(behind.of(pair)) for pair in changed}
        causes = news.recorded({sequence for sequences in found.values() for sequence in sequences})
        figures = [
            RestatedFigure(then=pair[0], now=pair[1], causes=tuple(causes[sequence] for sequence in sequences))
            for pair, sequences in found.items()
        ]
    every = {cause.sequence: cause for item in figures for cause in item.causes}
    return Restatement(
        then=then,
        now=now,
        figures=tuple(figures),
        payments=tuple(_payments(then.report, now.report)),
        causes=tuple(every[sequence] for sequence in sorted(every)),
    )


Pair = tuple[Figure | None, Figure | None]
Place = tuple[str, int]


def _placed(statement: Statement) -> dict[Place, Figure]:
    """Return the figures by path; a path that occurs more than once is told apart by the order of its occurrences."""
    found: dict[Place, Figure] = {}
    times: dict[str, int] = {}
    for figure in statement.figures:
        times[figure.path] = times.get(figure.path, 0) + 1
        found[figure.path, times[figure.path]] = figure
    return found


def _changed(then: Statement, now: Statement) -> Iterator[Pair]:
    """Yield what differs in the order of the statement as it is now, and what is gone at the end of its page."""
    before, after = _placed(then), _placed(now)
    pairs: list[Pair] = [(before.get(place), figure) for place, figure in after.items()]
    pairs.extend((figure, None) for place, figure in before.items() if place not in after)
    for pair in sorted(pairs, key=lambda pair: next(item.page for item in (pair[1], pair[0]) if item is not None)):
        if pair[0] is None or pair[1] is None or not _same(pair[0], pair[1]):
            yield pair


def _same(then: Figure, now: Figure) -> bool:
    if isinstance(then.value, Exact) and isinstance(now.value, Exact):
        return then.value.value == now.value.value
    return isinstance(then.value, str) and isinstance(now.value, str) and then.value == now.value


def _own(figure: Figure | None) -> list[Selector]:
    return selectors(figure.value) if figure is not None and isinstance(figure.value, Exact) else []


class _Selections:
    """Which events stand behind a figure.

    A text, a date or a count of lines is listed, not computed, and selects nothing: behind it stands what stands behind
    its line, or else behind its page.
    """

    def __init__(self, statements: Sequence[Statement]) -> None:
        self._figures = [figure for statement in statements for figure in statement.figures]

    def of(self, pair: Pair) -> list[Selector]:
        """Return the selections behind a figure as it was and as it is."""
        own = dict.fromkeys(item for figure in pair for item in _own(figure))
        if own:
            return list(own)
        at = next(figure for figure in pair if figure is not None)
        line = (at.page, at.section, at.line)
        return self._among(f for f in self._figures if (f.page, f.section, f.line) == line) or self._among(
            f for f in self._figures if f.page == at.page
        )

    def _among(self, figures: Iterable[Figure]) -> list[Selector]:
        return list(dict.fromkeys(item for figure in figures for item in _own(figure)))


class _News:
    """The events that came to be known in between, ready to be matched against selections."""

    def __init__(self, ledger: Ledger, deal: str, after: int, through: int) -> None:
        self._ledger, self._deal = ledger, deal
        self._rows: dict[str, list[StoredRow]] = {}
        self._ids: dict[str, list[StoredRow]] = {}
        self._amendments: list[int] = []
        self._matched: dict[Selector, tuple[int, ...]] = {}
        for row in ledger.stored_rows(deal, after=after, known_through=through):
            self._rows.setdefault(row.posts_as, []).append(row)
            self._ids.setdefault(row.event_id, []).append(row)
            if row.reverses is not None:
                self._ids.setdefault(row.reverses, []).append(row)
            if row.type == "terms_amended":
                self._amendments.append(row.sequence)

    def matching(self, wanted: Iterable[Selector]) -> list[int]:
        """Return the sequences of the events selected; where none is, a change comes from the terms as amended."""
        found: set[int] = set()
        for selector in wanted:
            if selector not in self._matched:
                self._matched[selector] = tuple(self._select(selector))
            found.update(self._matched[selector])
        return sorted(found) or list(self._amendments)

    def _select(self, wanted: Selector) -> Iterator[int]:
        if wanted.event_ids:
            yield from (row.sequence for event_id in wanted.event_ids for row in self._ids.get(event_id, ()))
            return
        for name in wanted.types:
            for row in self._rows.get(name, ()):
                keys = (
                    (wanted.group, row.loan_group),
                    (wanted.class_id, row.class_id),
                    (wanted.code, row.code),
                    (wanted.loan, row.loan),
                )
                after_first = wanted.first is None or row.distribution >= wanted.first
                before_last = wanted.last is None or row.distribution <= wanted.last
                within = after_first and before_last and row.sequence > wanted.after
                if within and all(key is None or key == held for key, held in keys):
                    yield row.sequence

    def recorded(self, sequences: set[int]) -> dict[int, Cause]:
        """Return these events by sequence."""
        ids = [row.event_id for rows in self._rows.values() for row in rows if row.sequence in sequences]
        found: dict[int, Cause] = {}
        for start in range(0, len(ids), _MANY):
            for recorded in self._ledger.events(self._deal, event_ids=ids[start : start + _MANY]):
                found[recorded.sequence] = Cause(recorded=recorded)
        return found


def _computed(item: ClassReport) -> dict[str, Exact]:
    return {"interest": item.interest, "principal": item.principal}


def _payments(then: DistributionReport, now: DistributionReport) -> Iterator[RestatedPayment]:
    for name, item in now.classes.items():
        if name not in then.classes or not item.recorded.anything:
            continue
        before, recorded = _computed(then.classes[name]), item.recorded
        for what, computed in _computed(item).items():
            if computed.value != before[what].value:
                yield RestatedPayment(
                    class_id=name,
                    of=what,
                    computed_then=before[what],
                    computed_now=computed,
                    recorded=recorded.interest if what == "interest" else recorded.principal,
                )
