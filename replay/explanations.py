"""Explaining a figure: the calculation behind it, every rounding, and the events at the bottom.

The explanation is not a second account of the figure. It is the calculation itself, read back from the operands that
every exact value keeps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar

import attrs

from ledger import Exact, Ledger, Origin, RecordedEvent, Second, Selector
from replay.frames import Tabular
from replay.statements.figures import Figure
from replay.statements.statement import Statement

_SYMBOLS = {"sum": "+", "difference": "-", "product": "x", "quotient": "/", "negative": "-"}
_PASSED_OVER = ("named",)
_ADDING = ("sum", "difference", "greatest of", "named")


@attrs.frozen(kw_only=True)
class ExplanationStep:
    """One line of an explanation: ``depth`` indents it under what it is part of."""

    depth: int
    value: str
    what: str
    rule: str
    source: str
    origin: str
    selector: Selector | None


@attrs.frozen(kw_only=True, repr=False)
class Explanation(Tabular):
    """A figure with its calculation, its roundings by name, and the events behind it.

    ``seconds`` are those who approved events, beside who posted them, by the sequence of the event.
    """

    _COUNTS: ClassVar[frozenset[str]] = frozenset({"depth"})
    _DECIMALS: ClassVar[frozenset[str]] = frozenset({"value"})

    figure: Figure
    known_through: int
    steps: tuple[ExplanationStep, ...]
    roundings: tuple[str, ...]
    events: tuple[RecordedEvent, ...]
    complete: bool
    seconds: Mapping[int, tuple[Second, ...]] = attrs.field(factory=dict)

    def __repr__(self) -> str:
        figure = self.figure
        found = f"{len(self.steps)} steps, {len(self.events)}{'' if self.complete else ' and more'} events"
        return f"<Explanation {figure.path}: {figure.printed}, {figure.origin.value}, {found}>"

    def rows(self) -> list[dict[str, str]]:
        """Return the calculation step by step as texts; ``depth`` says under which step each is part of."""
        return [
            {
                "depth": str(step.depth),
                "value": step.value,
                "what": step.what,
                "rule": step.rule,
                "source": step.source,
                "origin": step.origin,
            }
            for step in self.steps
        ]

    @property
    def event_ids(self) -> tuple[str, ...]:
        """The ids of the events behind the figure, in sequence."""
        return tuple(recorded.event.event_id for recorded in self.events)


def _what(node: Exact) -> str:
    if node.label:
        return node.label
    return {"constant": "constant", "": "value"}.get(node.op, node.op)


def _steps(node: Exact, depth: int, seen: dict[int, int], most: int) -> Iterator[ExplanationStep]:
    label, rule, source, held = node.label, node.rule, node.source, node
    while held.op in _PASSED_OVER and held.inputs:
        inner = held.inputs[0]
        label, rule, source = label or inner.label, rule or inner.rule, source or inner.source
        if inner.label and inner.label != label and inner.op not in _PASSED_OVER:
            break
        held = inner
    repeated = id(held) in seen and bool(held.inputs)
    if not rule and held.op in _SYMBOLS and held.inputs:
        rule = held.op
    yield ExplanationStep(
        depth=depth,
        value=str(node.decimal),
        what=f"{label or _what(held)}{' (as above)' if repeated else ''}",
        rule=rule,
        source=source,
        origin=node.origin.value,
        selector=held.selector,
    )
    if repeated or len(seen) > most:
        return
    seen[id(held)] = depth
    zeros = 0
    for item in held.inputs:
        if held.op in _ADDING and not item.value:
            zeros += 1
            continue
        yield from _steps(item, depth + 1, seen, most)
    if zeros:
        nothing = "one line of zero" if zeros == 1 else f"{zeros} lines of zero"
        yield ExplanationStep(depth=depth + 1, value="0.00", what=nothing, rule="", source="", origin="", selector=None)


def selectors(value: Exact) -> list[Selector]:
    """Return the selections of events at the bottom of a value, each once."""
    found: dict[Selector, None] = {}
    for leaf in value.leaves():
        if leaf.selector is not None:
            found.setdefault(leaf.selector)
    return list(found)


def roundings(value: Exact) -> list[str]:
    """Return every rounding in a calculation, by name, with what it did."""
    found: dict[str, None] = {}
    seen: set[int] = set()
    stack = [value]
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if node.op == "rounded":
            found.setdefault(f"{node.label}: {node.inputs[0].decimal} {node.rule} = {node.decimal}")
        stack.extend(reversed(node.inputs))
    return list(found)


def events_behind(
    ledger: Ledger, deal: str, value: Exact, *, known_through: int, limit: int | None = None, after: int = 0
) -> tuple[list[RecordedEvent], bool]:
    """Return the events that a value was computed from, in sequence, and whether all of them are there.

    Totals that select nothing (a line of zeros) have no events. ``limit`` bounds how many are read, ``after`` leaves
    out those up to a sequence.
    """
    return _selected(ledger, deal, selectors(value), known_through, limit, after)


class EventsBehind:
    """The first events behind many values of one statement: each selection is read once, whatever rests on it."""

    def __init__(self, ledger: Ledger, deal: str, *, known_through: int, limit: int) -> None:
        self._ledger, self._deal, self._known, self._limit = ledger, deal, known_through, limit
        self._read: dict[Selector, list[RecordedEvent]] = {}

    def of(self, value: Exact) -> tuple[list[RecordedEvent], bool]:
        """Return what :func:`events_behind` returns: so many at most, and whether those are all.

        The first of several selections are among the first of each.
        """
        found = {item.sequence: item for each in selectors(value) for item in self._first(each)}
        listed = [found[sequence] for sequence in sorted(found)]
        return listed[: self._limit], len(listed) <= self._limit

    def _first(self, wanted: Selector) -> list[RecordedEvent]:
        if wanted not in self._read:
            self._read[wanted], _ = _selected(self._ledger, self._deal, [wanted], self._known, self._limit + 1)
        return self._read[wanted]


def _selected(
    ledger: Ledger, deal: str, wanted: Iterable[Selector], known_through: int, limit: int | None, after: int = 0
) -> tuple[list[RecordedEvent], bool]:
    asked = [Selector(event_ids=item.event_ids) if item.event_ids else item for item in wanted]
    most = None if limit is None else limit + 1
    found = ledger.selected(deal, asked, after=after, known_through=known_through, limit=most)
    if limit is not None and len(found) > limit:
        return found[:limit], False
    return found, True


def _terms_in_force(ledger: Ledger, statement: Statement) -> list[RecordedEvent]:
    """Return the event that states the terms of a statement: the opening of the deal, or the amendment in force."""
    report = statement.report
    types = ("deal_opened", "terms_amended")
    stated = list(ledger.events(statement.deal, types=types, known_through=report.known_through))
    later = [item for item in stated[1:] if item.event.effective_date <= report.distribution.payment_date]
    return [*stated[:1], *later][-1:]


def explain(ledger: Ledger, statement: Statement, figure: Figure, *, limit: int | None = 1000) -> Explanation:
    """Return why a figure is what it is, down to the events; ``limit`` bounds the events read (None: all).

    Behind a deal term stands the event that states the terms.
    """
    known, value = statement.report.known_through, figure.value
    if isinstance(value, str):
        wanted, steps, rounded = [] if figure.selector is None else [figure.selector], [], []
    else:
        wanted, steps, rounded = selectors(value), list(_steps(value, 0, {}, 400)), roundings(value)
    events, complete = _selected(ledger, statement.deal, wanted, known, limit)
    if not events and figure.origin is Origin.TERM:
        events = _terms_in_force(ledger, statement)
    return Explanation(
        figure=figure,
        known_through=known,
        steps=tuple(steps),
        roundings=tuple(rounded),
        events=tuple(events),
        complete=complete,
        seconds=ledger.seconds(statement.deal, events),
    )
