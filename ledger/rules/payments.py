"""What loans paid of their instalments, as far as a batch asks: the bank takes back no more than came in.

A payment on time is of one distribution. Late ones are taken together by their timing, for they need not name what they
pay. Only the loans are kept whose payments a batch returns, and only while it is decided.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import attrs

from ledger.deal.schedule import Schedule
from ledger.deal.windows import Window
from ledger.events.irregular import PaymentReturned

ON_TIME = "on time"
Amounts = tuple[int, int]
"""Principal and interest in store units."""


def instalment_of(code: str, distribution: int) -> int:
    """Return which payments are looked at together: those of a distribution, or all late ones (0)."""
    return distribution if code == ON_TIME else 0


def returned_instalment(event: PaymentReturned, calendar: Schedule) -> int:
    """Return the distribution whose payment the bank took back, or 0 where it was a late one."""
    owed = calendar.belongs_to(Window.DUE_PERIOD, event.due_date) or -1
    return instalment_of(event.timing.value, owed)


@attrs.define
class Payments:
    """Payments less what was taken back, by loan, timing and distribution, of the loans asked about.

    Where they are not ``counted``, whatever is taken back was paid: to keep every loan's payment of every month takes
    memory that grows with the log. Whoever writes counts them; whoever verifies the whole does not.
    """

    loans: Collection[str] = frozenset()
    counted: bool = True
    _paid: dict[tuple[str, str, int], Amounts] = attrs.field(factory=dict)

    def add(self, loan: str, code: str, instalment: int, principal: int, interest: int) -> None:
        """Add a payment, or with negative amounts take it off."""
        if loan in self.loans:
            place = loan, code, instalment
            held = self._paid.get(place, (0, 0))
            self._paid[place] = held[0] + principal, held[1] + interest

    def paid(self, loan: str, code: str, instalment: int) -> Amounts:
        """Return what was paid and not taken back."""
        return self._paid.get((loan, code, instalment), (0, 0)) if self.counted else _WHATEVER

    def note_columns(self, rows: Iterable[tuple[str, str, int, int, int]]) -> None:
        """Note payments by column: loan, code, distribution, principal and interest of each."""
        for loan, code, distribution, principal, interest in rows:
            if loan in self.loans:
                self.add(loan, code, instalment_of(code, distribution), principal, interest)


_WHATEVER = (2**63, 2**63)

__all__ = ["ON_TIME", "Payments", "instalment_of", "returned_instalment"]
