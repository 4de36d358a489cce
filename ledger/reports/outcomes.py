"""What came of a posting, as a report: the receipt, or everything that was refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Protocol

from ledger.errors import Violation
from ledger.reports.report import Column, ColumnKind, Fact, Prose, Provenance, Report, Table

MOST_SHOWN = 100
"""Violations that a reader is shown; a program is told all of them."""


class Accepted(Protocol):
    """What a report needs to know of a receipt; see :class:`ledger.Receipt`."""

    @property
    def deal(self) -> str:
        """The deal posted to."""

    @property
    def event_ids(self) -> tuple[str, ...]:
        """The events of the batch."""

    @property
    def repeated(self) -> int:
        """How many of them stood there already."""

    @property
    def first_sequence(self) -> int:
        """The position of the first of them."""

    @property
    def sequence(self) -> int:
        """The position of the last of them."""

    @property
    def head_hash(self) -> str:
        """The hash of the log up to it."""

    @property
    def recorded_at(self) -> dt.datetime | None:
        """When they were recorded; None where nothing was written."""


_RECEIPT = (
    Column("deal"),
    Column("events", kind=ColumnKind.COUNT),
    Column("repeated", kind=ColumnKind.COUNT),
    Column("first_sequence", kind=ColumnKind.COUNT),
    Column("sequence", kind=ColumnKind.COUNT),
    Column("head", kind=ColumnKind.HASH),
    Column("head_hash", kind=ColumnKind.HASH),
    Column("recorded_at", kind=ColumnKind.TIME),
    Column("dry_run", kind=ColumnKind.FLAG),
)


def line_report(line: str, **told: str | int | None) -> Report:
    """Return what a reader is told in one line, and a program in named values."""
    columns = tuple(
        Column(name, kind=ColumnKind.COUNT if isinstance(value, int) else ColumnKind.TEXT)
        for name, value in told.items()
    )
    facts = tuple(Fact(name, value) for name, value in told.items())
    return Report(title=line, parts=facts, flat=Table(columns=columns, rows=(tuple(told.values()),), shown=()))


_VIOLATIONS = (Column("event_id", heading="event"), Column("field"), Column("code"), Column("message"))


def receipt_report(receipt: Accepted, *, dry_run: bool = False) -> Report:
    """Return what the ledger acknowledges; its table has one row.

    What was only tried has no hash: the moment of the writing is hashed too, and there was none. What is known then is
    the log as it stands, without it.
    """
    tried = dry_run and receipt.recorded_at is None
    digest = None if tried else receipt.head_hash
    head = digest and f"{receipt.sequence}:{digest}"
    known = receipt.sequence - (len(receipt.event_ids) - receipt.repeated) if tried else receipt.sequence
    row = (
        receipt.deal,
        len(receipt.event_ids),
        receipt.repeated,
        receipt.first_sequence,
        receipt.sequence,
        head,
        digest,
        receipt.recorded_at,
        dry_run,
    )
    return Report(
        title=_posted(receipt, dry_run),
        provenance=Provenance(deal=receipt.deal, known_through=known, head=head),
        parts=(Table(name="receipt", columns=_RECEIPT, rows=(row,)),),
    )


def _posted(receipt: Accepted, dry_run: bool) -> str:
    """Say what became of the events, and of a trial that nothing did."""
    count = len(receipt.event_ids)
    events = f"{receipt.deal}: {count:,} event{'' if count == 1 else 's'}"
    if dry_run:
        return f"{events} would be posted; nothing was written"
    return f"{events} {'posted already' if count and receipt.repeated == count else 'posted'}"


def refusal_report(violations: Sequence[Violation], told: str) -> Report:
    """Return everything that was refused, a line a violation, and ``told``: what that means for the whole."""
    lines = [f"refused: {violation}" for violation in violations[:MOST_SHOWN]]
    if len(violations) > MOST_SHOWN:
        lines.append(f"... and {len(violations) - MOST_SHOWN} more violations")
    rows = tuple((item.event_id, item.field, item.code, item.message) for item in violations)
    return Report(
        title=told,
        titled=False,
        parts=(Prose(lines=(*lines, told)), Table(name="violations", columns=_VIOLATIONS, rows=rows, shown=())),
    )
