"""What a verification found, as a report."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.reports import Column, ColumnKind, Fact, Provenance, Report, Table
from replay.evidence.watching import Verification

SHOWN = 50
"""Faults that a reader is shown, unless all are asked for."""

_FAULTS = (
    Column("sequence", kind=ColumnKind.COUNT),
    Column("event_id", heading="event"),
    Column("column"),
    Column("code"),
    Column("message"),
)


def verification_report(found: Verification, *, every: bool = False) -> Report:
    """Return what was verified and every fault that was listed; a reader is shown ``every`` one, or the first."""
    if found.ok:
        title = (
            f"{found.deal}: sound. {_counted(found.events, 'event')}; "
            f"{_counted(found.periods, 'closed period')} replayed to the figures that the closing fixed"
        )
        lines = [f"head {found.head}"]
    else:
        shown = found.faults if every else found.faults[:SHOWN]
        counted = f"{_counted(found.fault_count, 'fault')} in {_counted(found.events, 'event')}"
        title = f"{found.deal or 'the bundle'}: NOT SOUND. {counted}"
        lines = [f"  {fault}" for fault in shown]
        if found.fault_count > len(shown):
            lines.append(f"  ... and {found.fault_count - len(shown)} more{'' if every else ' (--all lists more)'}")
    faults = tuple((item.sequence, item.event_id, item.column, item.code, item.message) for item in found.faults)
    return Report(
        title=title,
        summary=(*lines, *(f"note: {note}" for note in found.notes)),
        provenance=Provenance(deal=found.deal, known_through=found.head.sequence, head=str(found.head)),
        parts=(
            Fact("sound", found.ok),
            Fact("periods", found.periods),
            Fact("fault_count", found.fault_count),
            Table(name="faults", columns=_FAULTS, rows=faults, shown=()),
            Fact("notes", found.notes),
        ),
    )


def not_held_report(lines: Sequence[str]) -> Report:
    """Return that evidence which was kept elsewhere does not hold, and why; nothing else was verified."""
    title, *faults = lines
    rows = tuple((None, "", "", "not_held", line.strip()) for line in faults)
    return Report(
        title=title,
        summary=tuple(faults),
        parts=(Fact("sound", False), Table(name="faults", columns=_FAULTS, rows=rows, shown=())),
    )


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
