"""The loan book of a distribution: every loan of a pool with where it stands, read a page of loans at a time.

What stands in a log up to a sequence never changes, so that pages read one after the other are of one moment, and none
of them holds a connection while its reader looks at it. A page takes a fixed number of queries, each of which looks its
loans up by key: a reader of all of them holds one page, the names of the loans, and what little is known of the whole
pool. Everything is of the distribution: what belongs to it or to an earlier one, and of cash what came in by its
remittance cut-off.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple, Protocol

from ledger.deal.schedule import Distribution, Schedule, schedule
from ledger.deal.terms import DealTerms
from ledger.errors import InvalidArgument
from ledger.events import codec
from ledger.journal.accounts import DEFERRED_PRINCIPAL
from ledger.journal.advance_types import ADVANCE_TYPES
from ledger.journal.movements import BALANCE_SIGN, BOARDING, DEFERRING_TYPES
from ledger.journal.postings import account_effect
from ledger.journal.totals import TotalRow
from ledger.projections.advances import advances
from ledger.projections.loan_averages import AverageSums
from ledger.projections.loans import (
    CAME,
    MOVEMENT_OF,
    POOL,
    LoanAverage,
    LoanBridge,
    LoanLine,
    LoanSums,
    LoanTotals,
    RollForward,
    movements,
    pool_closing,
    pool_effect,
)
from ledger.projections.owing import OwedInstalment, paid_to
from ledger.projections.pool import age_on_boarding, months_between_dates
from ledger.reading.actual_balances import EarlyCash, early_cash, principal_by_cash
from ledger.reading.as_of import AsOf, known_sequence, within_the_log
from ledger.reading.loan_pool import counted_statuses, standing_boardings
from ledger.reading.owing import owed_and_missed, owing_after
from ledger.reading.tape_dates import TapeDates, tape_of_payload
from ledger.reading.terms_in_force import distribution_at, distribution_paid_on
from ledger.store.memory import gc_paused
from ledger.store.rows import Boarding, LoanStanding, LoanStatus
from ledger.store.source import Source
from ledger.values.dates import date_from_number, date_number
from ledger.values.glance import Glanced
from ledger.values.money import from_store, stored_rate, to_units
from ledger.values.selector import Selector
from ledger.visible import quoted

PAGE = 4_000
"""Loans that are looked up together."""

GLANCED = (
    "effective_date",
    "balance",
    "balance_in_group",
    "origination_date",
    "seasoning_months",
    "remaining_term_months",
    "loan_to_value",
    "deferred_balance",
)
"""The fields of a boarded loan that a line of the book shows, or follows from."""

_POOL_TYPES = tuple(dict.fromkeys((*CAME, *BALANCE_SIGN)))
_ASKED_TYPES = (*_POOL_TYPES, "loan_rate_changed", "loan_status_changed", *ADVANCE_TYPES)
_AT_A_GLANCE = ("loan", "group", "status", "paid_to_date", "note_rate", "stated_balance", "advances_outstanding")
_PAID_UP = LoanStatus("performing", "current", 0)


class Store(Protocol):
    """What opens consistent views of a log, one for every page."""

    def reading(self) -> AbstractContextManager[Source]:
        """Open a view."""


class LoanBook(Glanced):
    """The loans of a deal after a distribution, as known through a sequence; iterating reads as it goes.

    ``lines`` are the loans of the pool, and those that left it and whose advances are still owed, in order of their
    names. A loan that a group's balance brought forward holds is a loan of the pool like any other. Each pass reads
    anew; what is known through a sequence never changes.
    """

    def __init__(
        self, store: Store, deal: str, known_through: int, terms: DealTerms, distribution: Distribution
    ) -> None:
        self.store = store
        self.deal, self.known_through = deal, known_through
        self.terms, self.distribution = terms, distribution

    def __repr__(self) -> str:
        day = self.distribution.payment_date
        return f"<LoanBook {self.deal} {day}, known through {self.known_through}>"

    def glance(self) -> Iterator[dict[str, object]]:
        """Yield what a reader looks at first of every loan."""
        for line in self.lines():
            yield {name: getattr(line, name) for name in _AT_A_GLANCE}

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups of the deal, in the order of its terms."""
        return tuple(self.terms.group_ids)

    def __iter__(self) -> Iterator[LoanLine]:
        return self.lines()

    def __len__(self) -> int:
        """Return how many loans were ever boarded and stand, of the pool or gone."""
        return len(self._names)

    @property
    def is_by_group(self) -> bool:
        """Whether the pool is reported by group only: it has a balance, and no loan was boarded."""
        return not self._names and any(units for units, _ in self.pool.values())

    def lines(self, *, group: str | None = None) -> Iterator[LoanLine]:
        """Yield the loans, of one group or of all."""
        self._check_group(group)
        for page in self._pages():
            yield from (line for line in page.lines if group is None or line.group == group)

    def loan(self, loan: str) -> LoanLine:
        """Return one loan, of the pool or gone; raises InvalidArgument for one never boarded."""
        self._prepare()
        with self.store.reading() as reading:
            found = _Page(self, reading, [loan], every=True).lines
        if not found:
            message = f"{self.deal} has no loan {quoted(loan)}, as known through event {self.known_through}"
            raise InvalidArgument("loan", "unknown_loan", message)
        return found[0]

    def totals(self) -> list[LoanTotals]:
        """Return the sums of the loans by group and of the pool, beside the statement's own closing figures."""
        sums = LoanSums(self.groups)
        for line in self:
            sums.add(line)
        return self.totals_of(sums)

    def totals_of(self, sums: LoanSums) -> list[LoanTotals]:
        """Return the totals of loans that were added up while they passed by."""
        return sums.totals(self.pool)

    def averages(self) -> list[LoanAverage]:
        """Return averages of the loans by group and of the pool, and beside them the coupon that interest gives."""
        sums = AverageSums(self.groups)
        for line in self:
            sums.add(line)
        return self.averages_of(sums)

    def averages_of(self, sums: AverageSums) -> list[LoanAverage]:
        """Return the averages of loans that were added up while they passed by."""
        return sums.averages(self._totals, self.distribution.number, self.terms.calendar.months_between_payments)

    def roll_forward(self, *, group: str | None = None) -> Iterator[RollForward]:
        """Yield how the balance of every loan came from the distribution before to this one.

        Loans that neither opened with a balance nor were moved are left out.
        """
        self._check_group(group)
        moved = self._moved_by_loan()
        for names in self._chunks():
            with gc_paused(), self.store.reading() as reading:
                standings = _standings(self, reading, names)
            for loan in names:
                held, units = standings.get(loan), moved.get(loan, {})
                if held is None or not (held.opening or held.balance or any(units.values())):
                    continue
                if group is None or held.group == group:
                    yield movements(units, loan, held.group, held.opening, held.balance)

    def pool_roll_forward(self) -> list[RollForward]:
        """Return the same by group and of the pool, as the statement's pool page has it."""
        number = self.distribution.number
        moved: dict[str, dict[str, int]] = {group: {} for group in (*self.groups, POOL)}
        opening = pool_closing((row for row in self._totals if row.distribution < number), self.groups)
        for row in self._totals:
            if row.distribution == number and row.type in MOVEMENT_OF:
                for name in (row.group, POOL):
                    column = MOVEMENT_OF[row.type]
                    moved[name][column] = moved[name].get(column, 0) + pool_effect(row)[0]
        return [movements(moved[name], "", name, opening[name][0], self.pool[name][0]) for name in (*self.groups, POOL)]

    def bridge(self, *, group: str | None = None) -> Iterator[LoanBridge]:
        """Yield what stands between the actual and the stated balance of every loan of the pool.

        Actual balances are added up anew from the cash of the whole life, so that this takes as long as that is.
        """
        self._check_group(group)
        with self.store.reading() as reading:
            cash = principal_by_cash(reading, self)
        for page in self._pages():
            for line in page.lines:
                if line.loan_count and (group is None or line.group == group):
                    # What had come in of a loan that was boarded behind, or ahead, nobody knows.
                    exact = not (page.tapes[line.loan].missed or page.tapes[line.loan].is_ahead)
                    yield self._bridged(line, cash.get(line.loan) if exact else None)

    def _bridged(self, line: LoanLine, cash: int | None) -> LoanBridge:
        unknown = line.arrears_principal is None or cash is None
        return LoanBridge(
            loan=line.loan,
            group=line.group,
            actual_balance=None if unknown else from_store(cash or 0),
            principal_not_received=line.arrears_principal,
            paid_ahead=from_store(self.whole.early.paid_ahead.get(line.loan, 0)),
            not_passed_through=from_store(self.whole.early.prepaid.get(line.loan, 0)),
            stated_balance=line.stated_balance,
        )

    @cached_property
    def whole(self) -> WholePool:
        """What little is known of all loans together, gathered once: a page looks at nothing but its own loans."""
        with gc_paused(), self.store.reading() as reading:
            return WholePool.of(self, reading)

    @cached_property
    def pool(self) -> dict[str, tuple[int, int]]:
        """What the statement closes with by group, and as ``total``: units of 0.0001 dollar, and loans."""
        return pool_closing(self._totals, self.groups)

    @cached_property
    def held_types(self) -> frozenset[str]:
        """The types of events that there are any of, up to the distribution."""
        return frozenset(row.type for row in self._totals)

    @cached_property
    def calendar(self) -> Schedule:
        """The calendar of the deal."""
        return schedule(self.terms)

    @property
    def due_date(self) -> dt.date:
        """The end of the due period."""
        return self.distribution.due_period[1]

    def _check_group(self, group: str | None) -> None:
        if group is not None and group not in self.groups:
            message = f"{self.deal} has no group {group!r}; its groups are {', '.join(self.groups)}"
            raise InvalidArgument("group", "unknown_group", message)

    @cached_property
    def _totals(self) -> list[TotalRow]:
        with self.store.reading() as reading:
            wanted = Selector(types=tuple(dict.fromkeys(_ASKED_TYPES)), last=self.distribution.number)
            return reading.totals(reading.deal_key(self.deal), wanted, known_through=self.known_through)

    @cached_property
    def _names(self) -> list[str]:
        """The loans that were boarded, by then and ever since, in order."""
        with gc_paused(), self.store.reading() as reading:
            wanted = Selector(types=(BOARDING,), last=self.distribution.number)
            columns = ("loan", "event_id", "reverses")
            found = reading.month_columns(
                reading.deal_key(self.deal), wanted, columns, known_through=self.known_through
            )
            boarded: dict[str, str] = {}
            voided = set()
            for loan, event_id, reverses in found:
                if reverses is None:
                    boarded[event_id] = loan
                else:
                    voided.add(reverses)
        return sorted({loan for event_id, loan in boarded.items() if event_id not in voided})

    def _prepare(self) -> None:
        """Gather what every page needs; a view of a log in memory is open once at a time."""
        _ = self.held_types, self.whole

    def _chunks(self) -> Iterator[list[str]]:
        for start in range(0, len(self._names), PAGE):
            yield self._names[start : start + PAGE]

    def _pages(self) -> Iterator[_Page]:
        self._prepare()
        for names in self._chunks():
            with gc_paused(), self.store.reading() as reading:
                page = _Page(self, reading, names)
            yield page

    def _moved_by_loan(self) -> dict[str, dict[str, int]]:
        """Return what moved each loan in the distribution by column, in store units."""
        found: dict[str, dict[str, int]] = {}
        number = self.distribution.number
        columns = ("loan", "posts_as", "principal", "memo")
        with gc_paused(), self.store.reading() as reading:
            wanted = Selector(types=tuple(MOVEMENT_OF), first=number, last=number)
            key = reading.deal_key(self.deal)
            for loan, kind, principal, memo in reading.month_columns(
                key, wanted, columns, known_through=self.known_through
            ):
                held = found.setdefault(loan, {})
                column = MOVEMENT_OF[kind]
                units = principal + memo if kind == BOARDING else BALANCE_SIGN[kind] * principal
                held[column] = held.get(column, 0) + units
        return found


def _standings(book: LoanBook, reading: Source, names: Sequence[str]) -> dict[str, LoanStanding]:
    return reading.loan_standings(
        reading.deal_key(book.deal),
        known_through=book.known_through,
        last=book.distribution.number,
        loans=names,
    )


class WholePool(NamedTuple):
    """What is known of all loans of a book together, in store units where it is money.

    ``missed`` are the due dates that each loan had missed when the terms count them, None where they derive nothing.
    ``owed`` are the instalments that are not settled after the distribution, of loans that have any; ``due_through`` is
    the last date up to then on which one fell due in the ledger; ``deferred`` is what was deferred since a loan was
    boarded, and ``early`` what came in by the remittance cut-off for later distributions.
    """

    missed: dict[str, int] | None
    owed: dict[str, list[OwedInstalment]]
    due_through: dt.date | None
    deferred: dict[str, int]
    early: EarlyCash

    @classmethod
    def of(cls, book: LoanBook, reading: Source) -> WholePool:
        """Read it."""
        key, known, number = reading.deal_key(book.deal), book.known_through, book.distribution.number
        asked = reading, key, book.calendar
        missed: dict[str, int] | None = None
        if book.terms.delinquency.is_derived:
            owing, counted = owed_and_missed(*asked, known=known, number=number, months=[number])
            missed = counted[number]
        else:
            owing, _ = owing_after(*asked, known=known, number=number)
        owed: dict[str, list[OwedInstalment]] = {}
        for item in owing.opened:
            owed.setdefault(item.loan, []).append(item)
        fallen = reading.dated_totals(key, Selector(types=("scheduled_payment_due",), last=number), known_through=known)
        newest = max((day for day, row in fallen if row.principal or row.interest), default=None)
        deferred: dict[str, int] = {}
        for row in reading.rows(key, Selector(types=DEFERRING_TYPES, last=number), known_through=known):
            units = account_effect(DEFERRED_PRINCIPAL, row.posts_as, row.code, row.components)
            if row.loan and units:
                deferred[row.loan] = deferred.get(row.loan, 0) - units
        return cls(
            missed=missed,
            owed=owed,
            due_through=None if newest is None else date_from_number(newest),
            deferred=deferred,
            early=early_cash(reading, book),
        )


def loan_book_at(store: Store, deal: str, as_of: AsOf) -> LoanBook:
    """Return the book of the distribution whose record date is the latest on or before the date asked about."""
    with store.reading() as reading:
        key = reading.deal_key(deal)
        known = known_sequence(reading, key, as_of)
        terms, at = distribution_at(reading, key, as_of.record_date, known)
    return LoanBook(store, deal, known, terms, at)


def loan_book_paid(store: Store, deal: str, payment_date: dt.date, known_through: int | None) -> LoanBook:
    """Return the book of the distribution paid on a date."""
    with store.reading() as reading:
        key = reading.deal_key(deal)
        known = within_the_log(reading.head(key).sequence, known_through)
        terms, at = distribution_paid_on(reading, deal, key, payment_date, known)
    return LoanBook(store, deal, known, terms, at)


class _Page:
    """Some loans, looked up together."""

    def __init__(self, book: LoanBook, reading: Source, names: Sequence[str], *, every: bool = False) -> None:
        self._book, self._reading, self._names, self._every = book, reading, names, every
        self._deal_key = reading.deal_key(book.deal)
        self.tapes: dict[str, TapeDates] = {}
        self.lines = self._lines()

    def _lines(self) -> list[LoanLine]:
        """Return the loans of the pool, and those gone whose advances are still owed; or ``every`` loan."""
        book, key, known = self._book, self._deal_key, self._book.known_through
        number, loans = book.distribution.number, self._names
        boarded = standing_boardings(self._reading.boardings(key, known_through=known, loans=loans))
        self.tapes = {loan: tape_of_payload(row.payload) for loan, row in boarded.items()}
        standings = _standings(book, self._reading, loans)
        statuses: dict[str, LoanStatus] = {}
        if "loan_status_changed" in book.held_types:
            statuses = self._reading.loan_statuses(key, known_through=known, last=number, loans=loans)
        missed = book.whole.missed
        if missed is not None:
            of_page = {loan: missed[loan] for loan in loans if loan in missed}
            asked = self._reading, key, known, number
            statuses = counted_statuses(*asked, statuses, of_page, book.terms.delinquency.precedence)
        rates: dict[str, tuple[int, int]] = {}
        if "loan_rate_changed" in book.held_types:
            through = date_number(book.due_date)
            rates = self._reading.loan_rates(key, known_through=known, loans=loans, through=through, changed=True)
        owed = self._advances()
        found = []
        for loan in loans:
            row, held = boarded.get(loan), standings.get(loan)
            if row is None or held is None:
                continue
            advanced = owed.get(loan)
            if self._every or held.on_books > 0 or held.balance or (advanced is not None and any(advanced)):
                status = statuses.get(loan, _PAID_UP)
                found.append(self._line(row, held, status, rates.get(loan), advanced or _NOTHING_OWED))
        return found

    def _advances(self) -> Mapping[str, tuple[Decimal, Decimal, Decimal]]:
        """Return what is owed to the servicer by loan: principal and interest, the rest, and what is nonrecoverable."""
        book = self._book
        if book.held_types.isdisjoint(("advance_made", "amount_brought_forward")):
            return {}
        payment_date = book.distribution.payment_date
        rows = self._reading.advance_totals(
            self._deal_key,
            known_through=book.known_through,
            types=ADVANCE_TYPES,
            effective_through=date_number(payment_date),
            loans=self._names,
        )
        found: dict[str, tuple[Decimal, Decimal, Decimal]] = {}
        for item in advances(book.deal, payment_date, book.known_through, rows):
            instalments = item.principal + item.interest + item.brought_forward
            held = found.get(item.loan, _NOTHING_OWED)
            found[item.loan] = (held[0] + instalments, held[1] + item.servicing, held[2] + item.nonrecoverable)
        return found

    def _line(
        self,
        row: Boarding,
        held: LoanStanding,
        status: LoanStatus,
        rates: tuple[int, int] | None,
        owed: tuple[Decimal, Decimal, Decimal],
    ) -> LoanLine:
        record = codec.glance(row.payload, BOARDING, GLANCED)
        months = months_between_dates(record.effective_date, self._book.due_date)
        age = age_on_boarding(record, self._book.terms.rules)
        term = record.remaining_term_months
        note_rate, servicing_rate = rates or (row.note_rate, 0)
        owes = _Owes.of(self._book, row.loan, held.balance, self.tapes[row.loan])
        deferred = self._book.whole.deferred.get(row.loan, 0)
        if record.deferred_balance is not None:
            deferred += to_units(record.deferred_balance)
        return LoanLine(
            loan=row.loan,
            group=held.group,
            loan_count=1 if held.on_books > 0 else 0,
            status=status.status,
            bucket=status.bucket,
            paid_to_date=owes.paid_to if held.on_books > 0 else None,
            note_rate=stored_rate(note_rate),
            # A change of the note rate that says nothing of the servicing rate leaves it.
            servicing_rate=stored_rate(servicing_rate or row.servicing_rate),
            remaining_term=None if term is None else Decimal(max(0, term - months)),
            seasoning=None if age is None else Decimal(age) + months,
            loan_to_value=record.loan_to_value,
            stated_balance=from_store(held.balance),
            actual_balance=owes.actual,
            arrears_principal=owes.principal,
            arrears_interest=owes.interest,
            advances=owed[0],
            servicing_advances=owed[1],
            nonrecoverable_advances=owed[2],
            deferred_principal=from_store(deferred),
            boarded_balance=record.balance + record.balance_in_group,
        )


class _Owes(NamedTuple):
    """What a loan owes after a distribution; None where what it owed when it was boarded is not known."""

    paid_to: dt.date | None
    actual: Decimal | None
    principal: Decimal | None
    interest: Decimal | None

    @classmethod
    def of(cls, book: LoanBook, loan: str, balance: int, tape: TapeDates) -> _Owes:
        """Return what a loan with a stated balance, in store units, owes."""
        items = book.whole.owed.get(loan, ())
        tolerance, cent = to_units(book.terms.delinquency.tolerance), book.terms.currency.unit_in_store
        paid = paid_to(items, tape.paid_to, book.whole.due_through, tolerance=tolerance, cent=cent, day=tape.day)
        if not all(item.is_known for item in items):
            return cls(paid, None, None, None)
        principal, interest = (
            sum(getattr(item, name) for item in items) for name in ("principal_left", "interest_left")
        )
        early = book.whole.early.paid_ahead.get(loan, 0) + book.whole.early.prepaid.get(loan, 0)
        ahead = tape.is_ahead and tape.paid_to is not None and tape.paid_to > book.due_date
        actual = None if ahead else from_store(balance + principal - early)
        return cls(paid, actual, from_store(principal), from_store(interest))


_NOTHING_OWED = (Decimal("0.00"), Decimal("0.00"), Decimal("0.00"))


__all__ = ["LoanBook", "loan_book_at", "loan_book_paid"]
