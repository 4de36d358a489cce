"""Which breaks of a restated statement are the restatement itself: the filing is the statement as it was closed."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from ledger import DistributionReport, Ledger
from replay.explanations import events_behind
from replay.reconciliation.entries import Entry, Kind, Status
from replay.statements.figures import Figure, Page
from replay.statements.restated import Restated, restated
from replay.statements.statement import Statement

Pages = Callable[[DistributionReport], tuple[Page, ...]]
"""What makes the pages that a filing is compared with."""


@attrs.frozen(kw_only=True)
class Since:
    """A restated statement, by what it is restated, and the paths at which the filing broke at the closing too."""

    ledger: Ledger
    now: Statement
    by: Restated
    broken: frozenset[str]

    @classmethod
    def of(
        cls, ledger: Ledger, statement: Statement, pages: Pages, tied: Callable[[Statement], list[Entry]]
    ) -> Since | None:
        """Tie the statement of the closing out as well; None for a statement that stands as it was closed."""
        by = restated(ledger, statement)
        if by is None:
            return None
        report = ledger.distribution(statement.deal, statement.distribution_date, known_through=by.closed_at)
        entries = tied(Statement(report=report, pages=pages(report), template=statement.template))
        broken = frozenset(entry.path for entry in entries if entry.status is Status.BREAK)
        return cls(ledger=ledger, now=statement, by=by, broken=broken)

    def told(self, entry: Entry, figure: Figure | None) -> Entry:
        """Return a break as restated where there was none at the closing."""
        if entry.path in self.broken:
            return entry
        return attrs.evolve(entry, kind=Kind.RESTATED, restated_by=self._behind(figure) or self.by.event_ids)

    def _behind(self, figure: Figure | None) -> tuple[str, ...]:
        """Return those of the restating events that the figure is computed from."""
        if figure is None or isinstance(figure.value, str):
            return ()
        known, closed = self.now.report.known_through, self.by.closed_at
        events, _ = events_behind(self.ledger, self.now.deal, figure.value, known_through=known, after=closed)
        wanted = set(self.by.event_ids)
        return tuple(item.event.event_id for item in events if item.event.event_id in wanted)


__all__ = ["Pages", "Since"]
