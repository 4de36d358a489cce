"""The instalments of a month by the notes of its loans, and the rates and payments that change with them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

import attrs

from ledger.deal.notes import NoteConventions
from ledger.deal.schedule import Schedule
from ledger.errors import InvalidArgument, InvalidEvent
from ledger.events import codec
from ledger.events.deal import LoanBoarded
from ledger.months.building import LoanInstalments
from ledger.months.deciding import Due, fee_of
from ledger.months.gathering import LoansOfMonth
from ledger.months.proposal import RateReset, Unbuilt
from ledger.notes.accruing import Movement
from ledger.notes.boarding import missing, note_of, standing_at_boarding
from ledger.notes.index import IndexHistory
from ledger.notes.instalment import fall_due
from ledger.notes.note import Note, Standing
from ledger.notes.rates import reset_rate
from ledger.readiness.loan_month import LoanMonth
from ledger.readiness.month import began
from ledger.store.rows import LoanStanding
from ledger.values.dates import date_from_number, date_number
from ledger.values.money import RATE_SCALE, SCALE, rate_to_units, to_units

Indexes = Mapping[str, IndexHistory]


@attrs.frozen(kw_only=True)
class Found:
    """The instalments of every loan that could be built, the rates that change, and the loans that could not."""

    loans: Mapping[str, LoanInstalments]
    resets: tuple[RateReset, ...]
    unbuilt: tuple[Unbuilt, ...]


_NOTHING, _ZERO = LoanMonth(""), Decimal(0)


def instalments_of(month: LoansOfMonth, indexes: Indexes, calendar: Schedule) -> Found:
    """Return what the notes make of a month.

    A loan that left the pool before the month, or had nothing outstanding, is not in it. Of a loan whose instalment
    somebody posted only what that needs of its fee is reckoned.
    """
    loans: dict[str, LoanInstalments] = {}
    resets: list[RateReset] = []
    unbuilt: list[Unbuilt] = []
    by_group = {group: month.terms.note_conventions(group) or NoteConventions() for group in month.terms.group_ids}
    payments_a_year = 12 // calendar.terms.calendar.months_between_payments
    for loan, row in month.tape.items():
        stands = month.standings.get(loan)
        held = month.others.get(loan, _NOTHING)
        if stands is None:
            continue
        opening = _opening(held, stands)
        if opening <= 0 or held.sold > 0:
            continue
        fee_rate = month.rates.get(loan, (0, 0))[1]
        if held.dues > 0:
            fee = fee_of(opening, fee_rate, payments_a_year)
            loans[loan] = LoanInstalments(dues=[Due(max(held.due_dates), 0, 0, fee)])
            continue
        conventions = by_group[stands.group]
        boarded = codec.decode(row.payload)
        assert isinstance(boarded, LoanBoarded)
        lacking = missing(boarded, conventions)
        if lacking:
            unbuilt.append(Unbuilt(loan=loan, group=stands.group, missing=lacking))
            continue
        try:
            built = _of_loan(month, loan, note_of(boarded, conventions), boarded, opening, indexes)
        except (InvalidArgument, InvalidEvent) as fault:
            unbuilt.append(Unbuilt(loan=loan, group=stands.group, missing=(), why=str(fault)))
            continue
        loans[loan] = built[0]
        resets.extend(built[1])
    return Found(loans=loans, resets=tuple(resets), unbuilt=tuple(unbuilt))


def _opening(held: LoanMonth, stands: LoanStanding) -> int:
    """Return the balance that the month's instalment is about; what was boarded within the month began with what it has."""
    return began(held, stands)


def _of_loan(
    month: LoansOfMonth, loan: str, note: Note, boarded: LoanBoarded, opening: int, indexes: Indexes
) -> tuple[LoanInstalments, list[RateReset]]:
    first, last = month.distribution.due_period
    held = month.others.get(loan, _NOTHING)
    note_rate, fee_rate = month.rates[loan]
    index = indexes.get(note.adjustment.index_name) if note.adjustment is not None else None
    began_with = standing_at_boarding(boarded, note)
    paid = month.payments.get(loan)
    balance = opening - month.deferred.get(loan, 0) - to_units(boarded.deferred_balance or _ZERO)
    rate = note_rate
    payment = began_with.payment if paid is None else _dollars(paid)
    movements = sorted(held.curtailed)
    dues: list[Due] = []
    payments: list[tuple[int, int]] = []
    due = note.first_due_after(first - dt.timedelta(days=1))
    while due <= last:
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
        principal, interest = to_units(found.principal), to_units(found.interest)
        if held.paid_off > 0:
            # A payoff takes what is left; of the instalment only its interest is still owed.
            principal = 0
        dues.append(Due(date_number(due), principal, interest, fee_of(balance, fee_rate, 12), to_units(found.balloon)))
        if found.payment_change is not None:
            payments.append((date_number(due), to_units(found.payment_change.payment)))
        balance, payment = to_units(found.closing), found.after.payment
        due = note.due_after(due)
    rates = _resets(note, rate, first, last, index, loan) if held.paid_off <= 0 else []
    changes = tuple((date_number(item.on), rate_to_units(item.rate)) for item in rates)
    return LoanInstalments(dues=dues, rates=changes, payments=tuple(payments)), rates


def _resets(
    note: Note, rate: int, first: dt.date, last: dt.date, index: IndexHistory | None, loan: str
) -> list[RateReset]:
    """Return the changes of a rate that begin in the due period: they count from the next instalment on."""
    found: list[RateReset] = []
    due = note.first_due_after(first - dt.timedelta(days=1))
    while due <= last:
        reset = reset_rate(note, rate, due, index)
        if reset is not None:
            rate = rate_to_units(reset.rate)
            told = f"{reset.unrounded} unrounded, {reset.rounded} rounded; held by {reset.bound_by.value}"
            found.append(
                RateReset(
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
