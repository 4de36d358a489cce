"""The instalments of single loans that are known to fall due, by date: no loan owes two on one.

Only those of open distributions are kept. Where a distribution holds instalments from before the state was loaded, they
are read when another batch brings more of them; the batch that opens a month reads nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from ledger.deal.schedule import Schedule
from ledger.deal.windows import Window
from ledger.values.dates import date_from_number


@attrs.define
class Dues:
    """Instalments by date (YYYYMMDD) and loan, of the distributions in ``complete``.

    ``months`` are all the distributions that hold instalments.
    """

    months: set[int] = attrs.field(factory=set)
    complete: set[int] = attrs.field(factory=set)
    _loans: dict[int, dict[str, int]] = attrs.field(factory=dict)

    def note(self, loans: Iterable[str], day: int, distribution: int, count: int = 1) -> None:
        """Note that instalments of these loans fall due on a date, or with a negative count that they do not.

        Nothing is kept of a distribution that holds others which are not loaded.
        """
        if distribution not in self.complete:
            if distribution in self.months:
                return
            self.months.add(distribution)
            self.complete.add(distribution)
        held = self._loans.get(day)
        if held is None:
            held = self._loans[day] = {}
        for loan in loans:
            held[loan] = held.get(loan, 0) + count

    def load(self, rows: Iterable[tuple[str, int, int]], distribution: int) -> None:
        """Take the instalments of a distribution: loan, date, and 1 for one that was posted or -1 for one voided."""
        for loan, day, count in rows:
            held = self._loans.setdefault(day, {})
            held[loan] = held.get(loan, 0) + count
        self.complete.add(distribution)

    def stands(self, loan: str, day: int) -> bool:
        """Say whether an instalment of a loan is known to fall due on a date."""
        held = self._loans.get(day)
        return held is not None and held.get(loan, 0) > 0

    def any_stands(self, loans: Iterable[str], day: int) -> bool:
        """Say whether an instalment of any of these loans is known to fall due on a date."""
        held = self._loans.get(day)
        return held is not None and any(held.get(loan, 0) > 0 for loan in loans)

    def close(self, calendar: Schedule, closed_through: int) -> None:
        """Let go of what belongs to closed distributions."""
        self.complete = {number for number in self.complete if number > closed_through}
        self._loans = {
            day: held
            for day, held in self._loans.items()
            if (calendar.belongs_to(Window.DUE_PERIOD, date_from_number(day)) or 0) > closed_through
        }


__all__ = ["Dues"]
