"""The explanation of a figure, as a report: the calculation, its roundings, and the events behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from ledger.reports import (
    About,
    CellValue,
    Column,
    ColumnKind,
    Fact,
    Report,
    Table,
    approved_by,
    as_one_json,
    people_told,
    posted_by,
    written,
)
from replay.explanations import Explanation

MOST_EVENTS = 20
"""Events that a reader is shown, unless all are asked for."""

_STEPS = (
    Column("depth", kind=ColumnKind.COUNT),
    Column("value", kind=ColumnKind.NUMBER),
    Column("what"),
    Column("rule"),
    Column("source"),
)
_EVENTS = (Column("sequence", kind=ColumnKind.COUNT), Column("event_id", heading="event"))
_FLAT = (Column("figure"), Column("part"), *_STEPS, *_EVENTS)
_ENVELOPES = (
    Column("first_sequence", kind=ColumnKind.COUNT),
    Column("through_sequence", kind=ColumnKind.COUNT),
    Column("posted_by"),
    Column("login"),
    Column("actor"),
    Column("approver"),
    Column("document"),
    Column("document_sha256"),
)
_APPROVALS = (
    Column("sequence", kind=ColumnKind.COUNT),
    Column("event_id", heading="event"),
    Column("approved_by", kind=ColumnKind.LIST),
)


def explanation_report(told: Explanation, *, every: bool = False) -> Report:
    """Return an explanation: an outline for readers (of ``every`` event, or the first), its parts for programs."""
    figure = told.figure
    steps = tuple((step.depth, step.value, step.what, step.rule, step.source) for step in told.steps)
    events = tuple((item.sequence, item.event.event_id) for item in told.events)
    envelopes, approvals = _envelopes(told), _approvals(told)
    return Report(
        title=f"{figure.path}: printed {figure.printed}, {figure.origin.value}",
        summary=tuple(_outline(told, every)),
        parts=(
            Fact("figure", figure.path),
            Fact("printed", figure.printed),
            Fact("value", figure.exact_text),
            Fact("origin", figure.origin.value),
            Table(name="steps", columns=_STEPS, rows=steps, shown=()),
            Fact("roundings", told.roundings),
            Table(name="events", columns=_EVENTS, rows=events, shown=()),
            *([Table(name="envelopes", columns=_ENVELOPES, rows=envelopes, shown=())] if envelopes else []),
            *([Table(name="approvals", columns=_APPROVALS, rows=approvals, shown=())] if approvals else []),
            Fact("complete", told.complete),
        ),
    )


def explanations_written(
    found: Sequence[Explanation], form: str, *, every: bool = False, about: About | None = None
) -> str:
    """Return explanations in a format: of several figures one JSON document, which lists them, or one text each.

    The rows of a table are those of all figures: a row for every step of a calculation, and for every event behind it.
    """
    reports = [explanation_report(told, every=every) for told in found]
    if form == "json" and len(reports) > 1:
        return as_one_json("explanations", reports, about) + "\n"
    if form in ("csv", "jsonl"):
        rows = tuple(row for told in found for row in _flat_rows(told))
        flat = Table(columns=_FLAT, rows=rows, shown=())
        return written(Report(title="explanations", about=about, flat=flat), form)
    first = [attrs.evolve(report, about=about) for report in reports[:1]]
    return "".join(written(report, form) for report in (*first, *reports[1:]))


def _flat_rows(told: Explanation) -> Iterator[tuple[CellValue, ...]]:
    for step in told.steps:
        yield (told.figure.path, "step", step.depth, step.value, step.what, step.rule, step.source, None, "")
    for item in told.events:
        yield (told.figure.path, "event", None, "", item.event.name, "", "", item.sequence, item.event.event_id)


def _envelopes(told: Explanation) -> tuple[tuple[CellValue, ...], ...]:
    """Return the envelopes of the events behind a figure, each once."""
    found: dict[int, tuple[CellValue, ...]] = {}
    for item in told.events:
        held = item.envelope
        if held is not None:
            words = (held.login, held.actor, held.approver, held.document, held.document_sha256)
            found[held.first_sequence] = (held.first_sequence, held.through_sequence, posted_by(held), *words)
    return tuple(found.values())


def _approvals(told: Explanation) -> tuple[tuple[CellValue, ...], ...]:
    """Return who approved events behind a figure, where anybody did."""
    named = ((item, approved_by(item.envelope, told.seconds.get(item.sequence, ()))) for item in told.events)
    return tuple((item.sequence, item.event.event_id, approved) for item, approved in named if approved)


def _outline(told: Explanation, every: bool) -> list[str]:
    lines = [f"  exact value {told.figure.exact_text}"]
    for step in told.steps:
        rule = f"  [{step.rule}]" if step.rule else ""
        source = f"  ({step.source})" if step.source else ""
        lines.append(f"  {'  ' * step.depth}{step.value}  {step.what}{rule}{source}")
    if told.roundings:
        lines.append("  roundings:")
        lines.extend(f"    {item}" for item in told.roundings)
    count = f"{len(told.events)}{'' if told.complete else ' or more'}"
    lines.append(f"  events behind it ({count}), known through {told.known_through}:")
    shown = told.events if every else told.events[:MOST_EVENTS]
    for item in shown:
        lines.append(f"    {item.sequence:>8}  {item.event.effective_date}  {item.event.name}  {item.event.event_id}")
        if item.envelope is not None:
            lines.append(f"              {people_told(item.envelope, told.seconds.get(item.sequence, ()))}")
    if len(shown) < len(told.events):
        lines.append(f"    ... and {len(told.events) - len(shown)} more (--all lists them)")
    return lines
