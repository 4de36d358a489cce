"""The card of one loan: how it was boarded, where it stands, and every month of its life event by event.

A reversal stands in the month that it counts in, under the type of what it voids and with negative amounts, so that a
month's sums net by themselves; both events name each other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import attrs

from ledger.events.deal import LoanBoarded
from ledger.projections.advances import AdvanceBalance
from ledger.projections.loans import LoanLine, RollForward
from ledger.values.glance import Glanced

_AT_A_GLANCE = ("sequence", "effective_date", "type", "code", "principal", "interest", "event_id")


@attrs.frozen(kw_only=True, repr=False)
class CardEvent(Glanced):
    """One event of a loan: where it stands in the log, and its amounts in dollars.

    ``type`` is the type that it posts as, ``code`` what it says besides (a timing, a status and bucket). ``reverses``
    is the event that it voids, ``reversed_by`` the one that voids it.
    """

    sequence: int
    event_id: str
    type: str
    effective_date: dt.date
    distribution_date: dt.date | None
    code: str
    principal: Decimal
    interest: Decimal
    fee: Decimal
    loss: Decimal
    other: Decimal
    memo: Decimal
    reverses: str | None
    reversed_by: str | None


@attrs.frozen(kw_only=True)
class CardMonth:
    """One distribution of a loan: its balance rolled forward, what fell due, what came in for instalments, its events.

    ``distribution_date`` is None for what precedes every distribution. ``received`` is of instalments of any month that
    came in during this one, less what the bank took back.
    """

    distribution_date: dt.date | None
    balance: RollForward
    due_principal: Decimal
    due_interest: Decimal
    received_principal: Decimal
    received_interest: Decimal
    events: tuple[CardEvent, ...]


@attrs.frozen(kw_only=True)
class LoanCard(Glanced):
    """Everything that is known of one loan after a distribution.

    ``boarded`` is the event that brought it in, with the terms of its note. ``advances`` are by the month that they
    were made for, settled ones too.
    """

    deal: str
    known_through: int
    boarded: LoanBoarded
    line: LoanLine
    months: tuple[CardMonth, ...]
    advances: tuple[AdvanceBalance, ...]

    def __repr__(self) -> str:
        known = f"known through {self.known_through}: {len(self.months)} months"
        return f"<LoanCard {self.deal} {self.line.loan}, {known}>"

    def glance(self) -> Iterator[dict[str, object]]:
        """Yield the events of the loan."""
        for event in self.events:
            yield {name: getattr(event, name) for name in _AT_A_GLANCE}

    @property
    def events(self) -> tuple[CardEvent, ...]:
        """Every event of the loan, month by month."""
        return tuple(event for month in self.months for event in month.events)

    @property
    def statuses(self) -> tuple[CardEvent, ...]:
        """What its status was said to be, and when."""
        return tuple(event for event in self.events if event.type == "loan_status_changed")

    @property
    def reversals(self) -> tuple[CardEvent, ...]:
        """The events that void others."""
        return tuple(event for event in self.events if event.reverses is not None)
