"""The instalments of a month by the notes of its loans, and the rates and payments that change with them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

import attrs

from ledger.deal.notes import InterestMethod
from ledger.deal.schedule import Schedule
from ledger.errors import InvalidArgument, InvalidEvent
from ledger.events import codec
from ledger.months.building import LoanInstalments
from ledger.months.deciding import Due, fee_of
from ledger.months.gathering import Key, LoansOfMonth
from ledger.months.proposal import LoanRateReset, Unbuilt
from ledger.months.receipts import PaidTo
from ledger.months.shapes import DueAlike, Shape, TapeLoan, boarded_payment, conventions_of, glanced, plain_due
from ledger.notes.accruing import Movement
from ledger.notes.boarding import note_of, standing_at_boarding
from ledger.notes.index import IndexHistory
from ledger.notes.instalment import Instalment, fall_due
from ledger.notes.note import Note, Standing
from ledger.notes.payments import is_interest_only
from ledger.notes.periods import by_days
from ledger.notes.rates import reset_rate
from ledger.readiness.loan_month import LoanMonth
from ledger.values.dates import date_from_number, date_number
from ledger.values.money import RATE_SCALE, SCALE, rate_to_units, to_units

Indexes = Mapping[str, IndexHistory]


@attrs.frozen(kw_only=True)
class MonthInstalments:
    """The instalments of every loan that could be built, the rates that change, and the loans that could not."""

    loans: dict[str, LoanInstalments]
    resets: tuple[LoanRateReset, ...]
    unbuilt: tuple[Unbuilt, ...]

    def given_up(self) -> Iterator[tuple[str, LoanInstalments]]:
        """Yield the instalments loan by loan, in their order, and hold none of them any longer."""
        for loan in [*self.loans]:
            yield loan, self.loans.pop(loan)


_NOTHING = LoanMonth("")
_NEVER = 10**18
"""More, in store units, than ever came in of an instalment."""
_DAY = dt.timedelta(days=1)


def instalments_of(month: LoansOfMonth, indexes: Indexes, calendar: Schedule) -> MonthInstalments:
    """Return what the notes make of a month.

    A loan that left the pool before the month, or had nothing outstanding, is not in it. Of a loan whose instalment
    somebody posted only what that needs of its fee is reckoned.
    """
    return _Reckoning(month, indexes, calendar).found()


class _Taken(NamedTuple):
    """A loan that is reckoned: what others posted of it, what it began with, and what its instalments may take."""

    loan: str
    group: str
    held: LoanMonth
    opening: int
    left: int

    @property
    def leaves(self) -> bool:
        """Whether it leaves the pool in the month."""
        return self.held.paid_off > 0 or self.held.sold > 0


class _Reckoning:
    """One month's instalments, loan by loan: those of plain notes in whole numbers, the others one by one."""

    def __init__(self, month: LoansOfMonth, indexes: Indexes, calendar: Schedule) -> None:
        self.month, self.indexes = month, indexes
        self.first, self.last = month.distribution.due_period
        self.payments_a_year = 12 // calendar.terms.calendar.months_between_payments
        self.conventions, self.currency = conventions_of(month.terms), month.terms.currency
        self.cent = self.currency.unit_in_store
        self.loans: dict[str, LoanInstalments] = {}
        self.resets: list[LoanRateReset] = []
        self.unbuilt: list[Unbuilt] = []

    def found(self) -> MonthInstalments:
        """Reckon every loan that began the month with a balance, or came or was drawn on within it."""
        others, within, built = self.month.others, self.month.boarded_within, self.month.built.standing
        for loan, stands in self.month.standings.items():
            held, left = others.get(loan, _NOTHING), self.month.left_of(loan) if built else stands.balance
            opening = max(stands.opening, 0) or within.get(loan, 0)
            # What was bought or liquidated whole owes nothing: its price, or its proceeds, stand for it. Where
            # principal is left, or interest had to be added, what went was the balance after the instalment.
            if (opening > 0 or left > 0) and (held.sold <= 0 or left):
                self._take(_Taken(loan, stands.group, held, opening, left))
        return MonthInstalments(loans=self.loans, resets=tuple(self.resets), unbuilt=tuple(self.unbuilt))

    def _take(self, taken: _Taken) -> None:
        month, loan = self.month, taken.loan
        if loan not in month.tape:
            # It stood when the month began, for what voids its boarding is dated behind that.
            told = "its boarding was reversed, so that nothing says what falls due"
            self.unbuilt.append(Unbuilt(loan=loan, group=taken.group, missing=(), why=told))
            return
        if taken.held.dues > 0:
            fee = fee_of(taken.opening, month.rates[loan][1], self.payments_a_year, self.cent)
            self.loans[loan] = LoanInstalments(dues=[Due(max(taken.held.due_dates), 0, 0, fee)])
            return
        held = month.tape[loan]
        shape = held.shape
        if shape.missing or shape.note is None:
            self.unbuilt.append(Unbuilt(loan=loan, group=taken.group, missing=shape.missing))
            return
        deferred = month.deferred.get(loan, 0) + held.deferred
        if deferred:
            taken = taken._replace(opening=max(taken.opening - deferred, 0))
        try:
            if shape.plain and not taken.held.curtailed and loan not in month.draws:
                self._plain(taken, held)
            else:
                boarded = glanced(month.payload_of(loan))
                self._alone(taken, note_of(boarded, self.conventions[held.group], self.currency), boarded)
        except (InvalidArgument, InvalidEvent) as fault:
            self.unbuilt.append(Unbuilt(loan=loan, group=taken.group, missing=(), why=str(fault)))

    def _plain(self, taken: _Taken, held: TapeLoan) -> None:
        month, loan, shape = self.month, taken.loan, held.shape
        payment = month.payments.get(loan)
        payment = boarded_payment(held) if payment is None else payment
        if not shape.resets and loan not in month.rate_changes:
            self.loans[loan] = self._steady(taken, held, payment)
            return
        note = (
            note_of(glanced(month.payload_of(loan)), self.conventions[held.group], self.currency)
            if shape.resets
            else None
        )
        bearing = _Bearing(self, taken, note)
        dues: list[Due] = []
        payments: list[tuple[int, int]] = []
        balance, left = taken.opening, taken.left
        for at in shape.dues:
            if at.day <= held.day or balance <= 0:
                continue
            rate = bearing.rate_on(at.day)
            due, now = self._due(taken, shape, at, (balance, left), (rate, bearing.servicing_rate), payment)
            if at.changes and now != payment:
                payments.append((at.day, now))
            dues.append(due)
            balance, left = balance - due.principal, left - due.principal
            payment = payment if at.interest_only else now
            bearing.reset(at.due)
        self.loans[loan] = LoanInstalments(dues, bearing.rates, tuple(payments))

    def _steady(self, taken: _Taken, held: TapeLoan, payment: int) -> LoanInstalments:
        """Return the instalments of a plain loan whose rate stays what it is through the month."""
        rates = self.month.rates[taken.loan]
        dues: list[Due] = []
        payments: list[tuple[int, int]] = []
        balance, left = taken.opening, taken.left
        for at in held.shape.dues:
            if at.day <= held.day or balance <= 0:
                continue
            due, now = self._due(taken, held.shape, at, (balance, left), rates, payment)
            if at.changes and now != payment:
                payments.append((at.day, now))
            dues.append(due)
            balance, left = balance - due.principal, left - due.principal
            payment = payment if at.interest_only else now
        return LoanInstalments(dues, (), tuple(payments))

    def _due(
        self,
        taken: _Taken,
        shape: Shape,
        at: DueAlike,
        outstanding: tuple[int, int],
        rates: tuple[int, int],
        payment: int,
    ) -> tuple[Due, int]:
        """Return an instalment of a balance of which so much is left, and the payment that it is by."""
        (balance, left), (rate, servicing_rate) = outstanding, rates
        principal, interest, balloon, now = plain_due(shape, at, balance, rate, payment)
        # What is paid off, or ahead, is not due any more: of the instalment its interest is.
        principal = self._taken_of(taken, at.day, principal, left)
        fee = fee_of(balance, servicing_rate, 12, self.cent)
        return Due(at.day, principal, interest, fee, balloon and min(balloon, principal + interest)), now

    def _taken_of(self, taken: _Taken, day: int, principal: int, left: int) -> int:
        """Return the principal that an instalment takes: no more than is left of its loan.

        A loan was paid off by what the instalments left that the month had said by then. Where something that came
        before the payoff makes them less, such as a curtailment that recasts the payment, they take that all the same.
        """
        if taken.leaves:
            stood = self.month.built.standing.get(Key("scheduled_payment_due", taken.loan, "", day))
            principal = principal if stood is None else max(principal, stood.amounts.principal)
        return max(0, min(principal, left))

    def _alone(self, taken: _Taken, note: Note, boarded: Any) -> None:
        month, loan, held = self.month, taken.loan, taken.held
        bearing = _Bearing(self, taken, note)
        paid = month.payments.get(loan)
        payment = standing_at_boarding(boarded, note).payment if paid is None else _dollars(paid)
        early, draws = (
            sorted(held.curtailed),
            [(row.effective_date, row.principal) for row in month.draws.get(loan, ())],
        )
        dues: list[Due] = []
        payments: list[tuple[int, int]] = []
        balance, left = taken.opening, taken.left
        due = note.first_due_after(max(self.first - _DAY, boarded.effective_date))
        simple = _Simple(self, taken, note, boarded) if note.interest is InterestMethod.DAILY_SIMPLE else None
        while due <= self.last and (balance > 0 or draws):
            drawn, draws = _moved(draws, note, due, sum(units for _, units in draws))
            rate = bearing.rate_on(date_number(due))
            standing = Standing(
                balance=_dollars(balance),
                rate=Decimal(rate).scaleb(-RATE_SCALE),
                payment=payment,
                next_due=due,
                original_balance=boarded.original_balance,
            )
            if simple is not None:
                found, early = simple.fall_due(standing, early, bearing.index)
            else:
                ahead, early = _moved(early, note, due, balance + sum(to_units(item.amount) for item in drawn))
                found = fall_due(
                    note, standing, due, index=bearing.index, curtailments=ahead, draws=drawn, resets=False
                )
            fee = fee_of(balance, bearing.servicing_rate, 26 if note.is_biweekly else 12, self.cent)
            item = _within(found, taken, left, date_number(due), fee, note.cent)
            item = item._replace(principal=self._taken_of(taken, item.day, to_units(found.principal), left))
            dues.append(item)
            if found.payment_change is not None and found.payment_change.payment != payment:
                payments.append((date_number(due), to_units(found.payment_change.payment)))
            balance, left, payment = to_units(found.closing), left + item.added - item.principal, found.after.payment
            bearing.reset(due)
            due = note.due_after(due)
        self.loans[loan] = LoanInstalments(dues, bearing.rates, tuple(payments))


def _within(found: Instalment, taken: _Taken, left: int, day: int, fee: int, cent: int) -> Due:
    """Return an instalment whose principal is not more than is left, and what of its interest is added to the balance.

    Of a loan that left nothing is added but what somebody paid with it already.
    """
    added = 0 if taken.leaves else to_units(found.negative_amortization) // cent * cent
    added = max(added, -left)
    interest = to_units(found.interest) + added
    if not taken.leaves:
        # Interest that was paid all the same is not added.
        added = min(added, max(0, interest - taken.held.received_interest))
    principal = to_units(found.principal)
    return Due(day, principal, interest, fee, min(to_units(found.balloon), principal + interest), added)


def _moved(
    movements: list[tuple[int, int]], note: Note, due: dt.date, most: int
) -> tuple[list[Movement], list[tuple[int, int]]]:
    """Return what moved the balance up to a due date, ``most`` of it in all, and what came after it.

    What came before the period that ends on the date, but counts with it, moved the balance at its start.
    """
    start, last, found = note.due_after(due, -1), date_number(due), []
    for day, units in movements:
        if day <= last and most > 0:
            amount = min(units, most)
            most -= amount
            found.append(Movement(on=max(date_from_number(day), start), amount=_dollars(amount)))
    return found, [item for item in movements if item[0] > last]


class _Simple:
    """Daily simple interest of one loan through a month, from the day of one payment to that of the next."""

    def __init__(self, month: _Reckoning, taken: _Taken, note: Note, boarded: Any) -> None:
        self._note, self._taken, self._last = note, taken, month.last
        self._receipts = month.month.receipts
        first = note.first_due_after(max(month.first - _DAY, boarded.effective_date))
        start = note.due_after(first, -1)
        paid = codec.glance(month.month.payload_of(taken.loan), "loan_boarded", ("paid_to_date",)).paid_to_date
        entered = note.first_due_after(boarded.effective_date)
        stated = paid if paid is not None and note.due_after(entered, -1) < paid < entered else None
        rate = month.month.rates[taken.loan][0]
        found = self._receipts.paid_to(taken.loan, note, taken.opening, rate, stated)
        if found is None:
            found = PaidTo(note.interest_from if first == note.first_due and note.interest_from else start)
        self._paid = found

    def fall_due(
        self, standing: Standing, early: list[tuple[int, int]], index: IndexHistory | None
    ) -> tuple[Instalment, list[tuple[int, int]]]:
        """Return what falls due on the next due date, and what was paid ahead after it and counts with a later one.

        What was paid ahead bore interest to its own day, whenever that was: after the last due date of the month too.
        """
        note, due, since = self._note, standing.next_due, self._paid.since
        start, is_last = note.due_after(due, -1), note.due_after(due) > self._last
        owed: int | None = to_units(standing.payment)
        if is_interest_only(note, due) or due >= note.last_due:
            # What the whole of it comes to depends on the day; somebody says it was missed, or all of it came.
            owed = _NEVER if self._taken.held.delinquent_interest > 0 else None
        rate = rate_to_units(standing.rate)
        run = self._receipts.run(note, self._receipts.came(self._taken.loan), due, since, rate, owed)
        more, left, ahead = run.more, to_units(standing.balance), []
        days = note.conventions.simple_interest_days
        for day, units in early:
            on, amount = date_from_number(day), min(units, left)
            if (on <= due or is_last) and amount > 0:
                left -= amount
                at = max(start, min(on, due, run.until))
                ahead.append(Movement(on=at, amount=_dollars(amount)))
                counted = by_days(min(max(at, since), run.until), run.until, days)
                bore = by_days(on, run.until, days) if on <= run.until else -by_days(run.until, on, days)
                more += amount * (counted - bore)
        found = fall_due(
            note,
            attrs.evolve(standing, unpaid_interest=_dollars(self._paid.unpaid), interest_from=since),
            due,
            index=index,
            curtailments=ahead,
            resets=False,
            until=run.until,
            more=more,
        )
        self._paid = PaidTo(run.until, to_units(found.unpaid_interest))
        return found, [] if is_last else [item for item in early if date_from_number(item[0]) > due]


class _Bearing:
    """The rates of one loan through a month: those in force before it, what others change, and what its note does.

    Without a note nothing but what others say changes.
    """

    def __init__(self, month: _Reckoning, taken: _Taken, note: Note | None) -> None:
        self._loan, self._month = taken.loan, month.month
        self._note = None if taken.leaves else note
        self._rate, self.servicing_rate = self._month.rates[taken.loan]
        self._changes = list(self._month.rate_changes.get(taken.loan, ()))
        self._resets = month.resets
        self.rates: tuple[tuple[int, int], ...] = ()
        adjustment = None if note is None else note.adjustment
        self.index = None if adjustment is None else month.indexes.get(adjustment.index_name)

    def rate_on(self, day: int) -> int:
        """Return the rate that the instalment of a due date bears."""
        while self._changes and self._changes[0][0] < day:
            _, self._rate, servicing_rate = self._changes.pop(0)
            self.servicing_rate = servicing_rate or self.servicing_rate
        return self._rate

    def reset(self, due: dt.date) -> None:
        """Let the rate change with the period that begins on a due date, unless somebody else says what it is."""
        if self._note is None or (self._loan, date_number(due)) in self._month.changed:
            return
        reset = reset_rate(self._note, self._rate, due, self.index)
        if reset is None:
            return
        self._rate = rate_to_units(reset.rate)
        # Where the distribution before is paid after the due date, what is said of the loan is of the day after.
        day = max(date_number(due), self._month.first_open_day)
        self.rates = (*self.rates, (day, self._rate))
        told = f"{reset.unrounded} unrounded, {reset.rounded} rounded; held by {reset.bound_by.value}"
        self._resets.append(
            LoanRateReset(
                loan=self._loan,
                on=due,
                before=reset.before,
                rate=reset.rate,
                figure=None if reset.figure is None else reset.figure.rate,
                figure_of=None if reset.figure is None else reset.figure.as_of,
                told=told,
            )
        )


def _dollars(units: int) -> Decimal:
    return Decimal(units // 100).scaleb(-2) if units % 100 == 0 else Decimal(units).scaleb(-SCALE)
