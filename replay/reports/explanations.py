"""The explanation of a figure, as a report: the calculation, its roundings, and the events behind it."""

from __future__ import annotations

from ledger import RecordedEnvelope
from ledger.reports import Column, ColumnKind, Fact, Report, Table
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
_ENVELOPES = (
    Column("first_sequence", kind=ColumnKind.COUNT),
    Column("through_sequence", kind=ColumnKind.COUNT),
    Column("login"),
    Column("actor"),
    Column("approver"),
    Column("document"),
    Column("document_sha256"),
)


def explanation_report(told: Explanation, *, every: bool = False) -> Report:
    """Return an explanation: an outline for readers (of ``every`` event, or the first), its parts for programs."""
    figure = told.figure
    steps = tuple((step.depth, step.value, step.what, step.rule, step.source) for step in told.steps)
    events = tuple((item.sequence, item.event.event_id) for item in told.events)
    envelopes = _stated(told)
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
            Fact("complete", told.complete),
        ),
    )


def _stated(told: Explanation) -> tuple[tuple[int | str, ...], ...]:
    """Return the envelopes of the events behind a figure, each once, where any says more than the login."""
    found = {
        item.envelope.first_sequence: tuple(getattr(item.envelope, column.name) for column in _ENVELOPES)
        for item in told.events
        if item.envelope is not None and item.envelope.is_stated
    }
    return tuple(found.values())


def _by(envelope: RecordedEnvelope) -> str:
    """Return who posted a batch, and from what, as one line."""
    login = f" (login {envelope.login})" if envelope.login else ""
    told = (
        f"posted by {envelope.actor or 'nobody named'}{login}",
        f"approved by {envelope.approver}" if envelope.approver else "",
        f"from {envelope.document}" if envelope.document else "",
    )
    return ", ".join(filter(None, told))


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
        if item.envelope is not None and item.envelope.is_stated:
            lines.append(f"              {_by(item.envelope)}")
    if len(shown) < len(told.events):
        lines.append(f"    ... and {len(told.events) - len(shown)} more (--all lists them)")
    return lines
