"""Which events of its month a figure rests on, found among those that a workbook lists.

A figure keeps the selections of events that it was computed from. They are applied to the listed events here, all at
once, for a workbook has a thousand figures and asks the ledger nothing for each.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

import attrs

from ledger import Ledger, RecordedEvent, Selector, StoredRow
from replay.explanations import selectors
from replay.papers.paper import Paper
from replay.statements.figures import Figure
from replay.statements.statement import Statement

MOST_EVENTS = 5_000
"""Events of a distribution that a workbook lists."""

Sources = Mapping[Selector, tuple[int, ...]]
"""The sequences of the listed events that each selection takes in, in order."""


def selectors_of(figure: Figure) -> list[Selector]:
    """Return the selections of events that a figure rests on, each once."""
    if isinstance(figure.value, str):
        return [] if figure.selector is None else [figure.selector]
    return selectors(figure.value)


def sources_of(ledger: Ledger, statement: Statement, events: Sequence[RecordedEvent]) -> Sources:
    """Return which of these events, all of one deal and in sequence, each selection behind a statement takes in."""
    if not events:
        return {}
    listed = {item.sequence for item in events}
    first, last = events[0].sequence, events[-1].sequence
    rows = ledger.stored_rows(statement.deal, after=first - 1, known_through=last)
    held = _Rows(row for row in rows if row.sequence in listed)
    wanted = dict.fromkeys(selector for figure in statement.figures for selector in selectors_of(figure))
    return {selector: tuple(held.taken_in(selector)) for selector in wanted}


class _Rows:
    """Rows by what they post as and by their names."""

    def __init__(self, rows: Iterable[StoredRow]) -> None:
        self._by_type: dict[str, list[StoredRow]] = defaultdict(list)
        self._by_id: dict[str, StoredRow] = {}
        for row in rows:
            self._by_type[row.posts_as].append(row)
            self._by_id[row.event_id] = row

    def taken_in(self, wanted: Selector) -> Iterator[int]:
        if wanted.event_ids:
            yield from sorted(row.sequence for name in wanted.event_ids if (row := self._by_id.get(name)) is not None)
            return
        rows = (row for name in wanted.types or self._by_type for row in self._by_type.get(name, ()))
        yield from sorted(row.sequence for row in rows if _is_meant(wanted, row))


def _is_meant(wanted: Selector, row: StoredRow) -> bool:
    loans = (*wanted.loans, *([] if wanted.loan is None else [wanted.loan]))
    return (
        (wanted.group is None or row.loan_group == wanted.group)
        and (wanted.class_id is None or row.class_id == wanted.class_id)
        and (wanted.code is None or row.code == wanted.code)
        and (not loans or row.loan in loans)
        and (wanted.first is None or row.distribution >= wanted.first)
        and (wanted.last is None or row.distribution <= wanted.last)
        and row.sequence > wanted.after
    )


def with_events(ledger: Ledger, paper: Paper) -> Paper:
    """Return a paper with the first events of its distribution, and which of them each figure rests on."""
    found = paper.statement
    number = found.report.distribution.number
    every = ledger.events(found.deal, first=number, last=number, known_through=found.report.known_through)
    events = tuple(islice(every, MOST_EVENTS))
    more = sum(1 for _ in every)
    return attrs.evolve(paper, events=events, more_events=more, sources=sources_of(ledger, found, events))


__all__ = ["MOST_EVENTS", "Sources", "selectors_of", "sources_of", "with_events"]
