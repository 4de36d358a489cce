"""What a tie-out is made of: an entry for every figure, what kind of break it is, and what else was noticed."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import ClassVar

import attrs

from ledger import Glanced
from replay.filing import ReadProblem
from replay.frames import Tabular
from replay.reconciliation.identities import BrokenIdentity
from replay.statements.restated import listed


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
    RESTATED = "restated"


@attrs.frozen(kw_only=True, repr=False)
class Entry(Glanced):
    """One figure tied out: both printed texts, their exact difference in the figure's unit, and the kind of break.

    ``event_ids`` are the first events behind our side of a break; ``more_events`` says that there are others.
    ``restated_by`` are the events that changed our side since the distribution was closed, where it tied out then.
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
    restated_by: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """What kind of break it is, in words."""
        return f"restated by {listed(self.restated_by)}" if self.kind is Kind.RESTATED else self.kind.value

    @property
    def path(self) -> str:
        """Where the figure stands."""
        return f"{self.page}/{self.section}/{self.line}/{self.column}"


@attrs.frozen(kw_only=True)
class TieOut(Tabular):
    """A whole statement tied out.

    ``problems`` are what was not understood and what shows that the statement is not the one asked for; ``notes`` what
    could not be compared, which is no fault.
    """

    _COUNTS: ClassVar[frozenset[str]] = frozenset({"page", "source_line"})
    _DECIMALS: ClassVar[frozenset[str]] = frozenset({"exact", "difference"})

    deal: str
    distribution_date: dt.date
    entries: tuple[Entry, ...]
    findings: tuple[BrokenIdentity, ...]
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
    def agrees(self) -> bool:
        """Whether figures were read, every one ties out, and everything else was understood."""
        return self.read > 0 and not self.breaks and not self.problems

    def __repr__(self) -> str:
        equal = f"{self.count(Status.EQUAL)} of {len(self.entries)} figures equal"
        return (
            f"<TieOut {self.deal} {self.distribution_date}: {equal}, "
            f"{self.count(Status.ROUNDING)} within the tolerance, {len(self.breaks)} breaks>"
        )

    def rows(self) -> list[dict[str, str]]:
        """Return the entries as plain rows, ready for a DataFrame."""
        return [
            {
                "page": str(entry.page),
                "section": entry.section,
                "line": entry.line,
                "column": entry.column,
                "status": entry.status.value,
                "kind": entry.told,
                "published": entry.published,
                "ours": entry.ours,
                "exact": entry.exact,
                "difference": entry.difference,
                "source_line": str(entry.source_line) if entry.source_line else "",
                "events": " ".join([*entry.event_ids, *(["..."] if entry.more_events else [])]),
            }
            for entry in self.entries
        ]


__all__ = ["Entry", "Kind", "Status", "TieOut"]
