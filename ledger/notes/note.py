"""What a note says, whole, and where its loan stands."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import attrs

from ledger.deal.notes import InterestMethod, NoteConventions, RateRounding
from ledger.events.loan_terms import AmortizationType, PaymentFrequency
from ledger.values.currency import DOLLARS
from ledger.values.dates import add_months, months_between
from ledger.values.glance import Glanced


@attrs.frozen(kw_only=True)
class Adjustment:
    """How a rate adjusts: from ``first_change`` on every ``every_months`` to an index's figure and a margin.

    ``change_day`` is the day of the month of every change, or the last of a shorter one. ``first_date`` is the date of
    the note's first adjustment, to which the first caps belong; ``None`` where it has passed and nobody knows when. A
    cap or floor that is ``None`` is none.
    """

    index_name: str
    margin: Decimal
    first_change: dt.date
    change_day: int
    every_months: int
    first_date: dt.date | None = None
    step: Decimal
    way: RateRounding
    look_back_days: int
    first_cap_up: Decimal | None = None
    first_cap_down: Decimal | None = None
    cap_up: Decimal | None = None
    cap_down: Decimal | None = None
    max_rate: Decimal | None = None
    min_rate: Decimal | None = None


@attrs.frozen(kw_only=True)
class Steps:
    """What a rate, or a graduated payment, rises by: ``count`` times, every ``every_months`` from the first due."""

    by: Decimal
    every_months: int
    count: int


@attrs.frozen(kw_only=True, repr=False)
class Note(Glanced):
    """All that a note says, in the terms that its schedule is built by.

    Instalments fall due from ``first_due`` on, on ``due_day`` of each month (the last day of shorter ones) or every two
    weeks. The one on ``last_due`` takes what is left: a ``balloon`` where level payments, which are reckoned to
    ``amortizes_until``, would go on. Up to and with ``interest_only_until`` interest alone falls due.
    ``interest_from`` is the day interest runs from, where days before the first instalment's own month are added to it.
    A line of credit has a ``credit_limit`` and is drawn on up to ``draw_until``. ``cent`` is the smallest unit of
    cash of the deal's currency, in what the store counts.
    """

    loan: str
    conventions: NoteConventions
    amortization: AmortizationType
    frequency: PaymentFrequency = PaymentFrequency.MONTHLY
    interest: InterestMethod = InterestMethod.THIRTY_360
    first_due: dt.date
    due_day: int
    last_due: dt.date
    amortizes_until: dt.date
    balloon: bool = False
    interest_only_until: dt.date | None = None
    interest_from: dt.date | None = None
    adjustment: Adjustment | None = None
    steps: Steps | None = None
    payment_reset_months: int | None = None
    payment_cap: Decimal | None = None
    recast_months: int | None = None
    negative_amortization_limit: Decimal | None = None
    credit_limit: Decimal | None = None
    draw_until: dt.date | None = None
    cent: int = DOLLARS.unit_in_store

    @property
    def is_line(self) -> bool:
        """Whether the note is a line of credit."""
        return self.credit_limit is not None

    @property
    def is_biweekly(self) -> bool:
        """Whether an instalment falls due every two weeks."""
        return self.frequency is PaymentFrequency.BIWEEKLY

    @property
    def pays_by_steps(self) -> bool:
        """Whether it is the payment that rises by steps, and not the rate."""
        return self.amortization is AmortizationType.GRADUATED_PAYMENT

    def due_after(self, due: dt.date, count: int = 1) -> dt.date:
        """Return the due date so many instalments after one; anchored to the note's day, before it for a negative."""
        if self.is_biweekly:
            return due + dt.timedelta(14 * count)
        return add_months(due, count, self.due_day)

    def number(self, due: dt.date) -> int:
        """Return how many instalments fall due before this one, from the first on."""
        if self.is_biweekly:
            return (due - self.first_due).days // 14
        return months_between(self.first_due, due)

    def months_left(self, due: dt.date) -> int:
        """Return over how many monthly payments, this one among them, a level payment is reckoned; at least one."""
        return max(months_between(due, self.amortizes_until) + 1, 1)

    def first_due_after(self, day: dt.date) -> dt.date:
        """Return the first due date after a day."""
        if day < self.first_due:
            return self.first_due
        if self.is_biweekly:
            return self.first_due + dt.timedelta(14 * ((day - self.first_due).days // 14 + 1))
        found = add_months(day, 0, self.due_day)
        return found if found > day else add_months(day, 1, self.due_day)


@attrs.frozen(kw_only=True, repr=False)
class Standing(Glanced):
    """Where a loan stands before the instalment of ``next_due``.

    ``balance`` is the scheduled one that bears interest; a deferred balance stands beside it. ``payment`` is that last
    set, of interest alone where that is what falls due. ``unpaid_interest`` is carried without interest under daily
    simple interest, and ``interest_from`` the day to which interest was last paid: ``None`` is the due date before.
    """

    balance: Decimal
    rate: Decimal
    payment: Decimal
    next_due: dt.date
    unpaid_interest: Decimal = Decimal("0.00")
    original_balance: Decimal | None = None
    interest_from: dt.date | None = None


def is_plain(note: Note) -> bool:
    """Say whether a note is of the bulk that columns reckon: level, interest-only, balloon or adjustable, by months."""
    return (
        not note.is_biweekly
        and not note.is_line
        and note.interest is not InterestMethod.DAILY_SIMPLE
        and note.steps is None
        and note.payment_reset_months is None
        and note.recast_months is None
        and note.payment_cap is None
        and note.negative_amortization_limit is None
    )
