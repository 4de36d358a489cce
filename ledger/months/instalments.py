"""The instalments of a month by the notes of its loans, and the rates and payments that change with them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import attrs

from ledger.deal.notes import NoteConventions
from ledger.deal.schedule import Schedule
from ledger.errors import InvalidArgument, InvalidEvent
from ledger.months.building import LoanInstalments
from ledger.months.deciding import Due, fee_of
from ledger.months.gathering import LoansOfMonth
from ledger.months.proposal import LoanRateReset, Unbuilt
from ledger.months.shapes import Shape, Shapes, boarded_payment, glanced, plain_due
from ledger.notes.accruing import Movement
from ledger.notes.boarding import note_of, standing_at_boarding
from ledger.notes.index import IndexHistory
from ledger.notes.instalment import fall_due
from ledger.notes.note import Note, Standing
from ledger.notes.rates import reset_rate
from ledger.readiness.loan_month import LoanMonth
from ledger.readiness.month import began
from ledger.values.dates import date_from_number, date_number
from ledger.values.money import RATE_SCALE, SCALE, rate_to_units, to_units

Indexes = Mapping[str, IndexHistory]


@attrs.frozen(kw_only=True)
class MonthInstalments:
    """The instalments of every loan that could be built, the rates that change, and the loans that could not."""

    loans: Mapping[str, LoanInstalments]
    resets: tuple[LoanRateReset, ...]
    unbuilt: tuple[Unbuilt, ...]


_NOTHING, _ZERO = LoanMonth(""), Decimal(0)
_DAY = dt.timedelta(days=1)


def instalments_of(month: LoansOfMonth, indexes: Indexes, calendar: Schedule) -> MonthInstalments:
    """Return what the notes make of a month.

    A loan that left the pool before the month, or had nothing outstanding, is not in it. Of a loan whose instalment
    somebody posted only what that needs of its fee is reckoned.
    """
    return _Reckoning(month, indexes, calendar).found()


class _Reckoning:
    """One month's instalments, loan by loan: those of plain notes in whole numbers, the others one by one."""

    def __init__(self, month: LoansOfMonth, indexes: Indexes, calendar: Schedule) -> None:
        self.month, self.indexes = month, indexes
        self.first, self.last = month.distribution.due_period
        self.payments_a_year = 12 // calendar.terms.calendar.months_between_payments
        conventions = {
            group: month.terms.note_conventions(group) or NoteConventions() for group in calendar.terms.group_ids
        }
        self.conventions, self.shapes = conventions, Shapes(conventions, self.first, self.last)
        self.loans: dict[str, LoanInstalments] = {}
        self.resets: list[LoanRateReset] = []
        self.unbuilt: list[Unbuilt] = []

    def found(self) -> MonthInstalments:
        """Reckon every loan that began the month with a balance."""
        for loan, stands in self.month.standings.items():
            held = self.month.others.get(loan, _NOTHING)
            # What was boarded within the month began with what it has.
            opening = began(held, stands)
            if opening > 0 and held.sold <= 0:
                self._take(loan, stands.group, held, opening)
        return MonthInstalments(loans=self.loans, resets=tuple(self.resets), unbuilt=tuple(self.unbuilt))

    def _take(self, loan: str, group: str, held: LoanMonth, opening: int) -> None:
        month = self.month
        note_rate, fee_rate = month.rates[loan]
        if held.dues > 0:
            fee = fee_of(opening, fee_rate, self.payments_a_year)
            self.loans[loan] = LoanInstalments(dues=[Due(max(held.due_dates), 0, 0, fee)])
            return
        boarded = glanced(month.tape[loan].payload)
        shape = self.shapes.of(group, boarded)
        if shape.missing:
            self.unbuilt.append(Unbuilt(loan=loan, group=group, missing=shape.missing))
            return
        deferred = month.deferred.get(loan, 0) + to_units(boarded.deferred_balance or _ZERO)
        try:
            if shape.plain and not held.curtailed:
                self._plain(loan, shape, boarded, held, opening - deferred, note_rate, fee_rate)
            else:
                self._alone(loan, boarded, held, opening - deferred, note_rate, fee_rate)
        except (InvalidArgument, InvalidEvent) as fault:
            self.unbuilt.append(Unbuilt(loan=loan, group=group, missing=(), why=str(fault)))

    def _plain(
        self, loan: str, shape: Shape, boarded: Any, held: LoanMonth, balance: int, rate: int, fee_rate: int
    ) -> None:
        payment = self.month.payments.get(loan)
        payment = boarded_payment(shape, boarded) if payment is None else payment
        dues: list[Due] = []
        payments: list[tuple[int, int]] = []
        leaves = held.paid_off > 0
        for at in shape.dues:
            if at.due <= boarded.effective_date:
                continue
            principal, interest, balloon, now = plain_due(shape, at, balance, rate, payment)
            if at.changes and now != payment:
                payments.append((at.day, now))
            # A payoff takes what is left; of the instalment only its interest is still owed.
            dues.append(Due(at.day, 0 if leaves else principal, interest, fee_of(balance, fee_rate, 12), balloon))
            balance, payment = balance - principal, payment if at.interest_only else now
        rates: tuple[tuple[int, int], ...] = ()
        if shape.resets and not leaves and shape.note is not None:
            rates = self._reset(loan, shape.note, rate)
        self.loans[loan] = LoanInstalments(dues, rates, tuple(payments))

    def _alone(self, loan: str, boarded: Any, held: LoanMonth, balance: int, rate: int, fee_rate: int) -> None:
        month = self.month
        note = note_of(boarded, self.conventions[month.standings[loan].group])
        index = self.indexes.get(note.adjustment.index_name) if note.adjustment is not None else None
        paid = month.payments.get(loan)
        payment = standing_at_boarding(boarded, note).payment if paid is None else _dollars(paid)
        movements = sorted(held.curtailed)
        dues: list[Due] = []
        payments: list[tuple[int, int]] = []
        leaves = held.paid_off > 0
        due = note.first_due_after(max(self.first - _DAY, boarded.effective_date))
        while due <= self.last:
            start = note.due_after(due, -1)
            early = [item for item in movements if item[0] <= date_number(due)]
            movements = movements[len(early) :]
            found = fall_due(
                note,
                Standing(
                    balance=_dollars(balance),
                    rate=Decimal(rate).scaleb(-RATE_SCALE),
                    payment=payment,
                    next_due=due,
                    original_balance=boarded.original_balance,
                ),
                due,
                index=index,
                curtailments=[
                    Movement(on=max(date_from_number(day), start), amount=_dollars(units)) for day, units in early
                ],
                draws=[
                    Movement(on=max(date_from_number(row.effective_date), start), amount=_dollars(row.principal))
                    for row in month.draws.get(loan, ())
                    if start <= date_from_number(row.effective_date) <= due
                ],
                resets=False,
            )
            principal = 0 if leaves else to_units(found.principal)
            fee = fee_of(balance, fee_rate, 12)
            dues.append(Due(date_number(due), principal, to_units(found.interest), fee, to_units(found.balloon)))
            if found.payment_change is not None and found.payment_change.payment != payment:
                payments.append((date_number(due), to_units(found.payment_change.payment)))
            balance, payment = to_units(found.closing), found.after.payment
            due = note.due_after(due)
        rates = () if leaves else self._reset(loan, note, rate)
        self.loans[loan] = LoanInstalments(dues, rates, tuple(payments))

    def _reset(self, loan: str, note: Note, rate: int) -> tuple[tuple[int, int], ...]:
        index = self.indexes.get(note.adjustment.index_name) if note.adjustment is not None else None
        found = _resets(note, rate, self.first, self.last, index, loan)
        self.resets.extend(found)
        return tuple((date_number(item.on), rate_to_units(item.rate)) for item in found)


def _resets(
    note: Note, rate: int, first: dt.date, last: dt.date, index: IndexHistory | None, loan: str
) -> list[LoanRateReset]:
    """Return the changes of a rate that begin in the due period: they count from the next instalment on."""
    found: list[LoanRateReset] = []
    due = note.first_due_after(first - dt.timedelta(days=1))
    while due <= last:
        reset = reset_rate(note, rate, due, index)
        if reset is not None:
            rate = rate_to_units(reset.rate)
            told = f"{reset.unrounded} unrounded, {reset.rounded} rounded; held by {reset.bound_by.value}"
            found.append(
                LoanRateReset(
                    loan=loan,
                    on=reset.change_date,
                    before=reset.before,
                    rate=reset.rate,
                    figure=None if reset.figure is None else reset.figure.rate,
                    figure_of=None if reset.figure is None else reset.figure.as_of,
                    told=told,
                )
            )
        due = note.due_after(due)
    return found


def _dollars(units: int) -> Decimal:
    return Decimal(units // 100).scaleb(-2) if units % 100 == 0 else Decimal(units).scaleb(-SCALE)
