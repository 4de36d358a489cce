"""What the log says before and after a month of loans to which something happened in it.

Late payments with the instalments that they name, money paid ahead, cash of loans that had left, and loans that missed
the month before and are not said to be behind. Nothing is asked loan by loan, and of what every loan has every month
nothing is read but where a few loans are in doubt.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ledger.deal.windows import Window
from ledger.journal.movements import PAYING_TYPES, REMOVALS
from ledger.journal.postings import funds_effect
from ledger.projections.facts import Facts
from ledger.readiness.doubles import date_in
from ledger.readiness.loan_month import PAYMENTS, LoanMonths
from ledger.readiness.month import LatePayment, PaidAhead
from ledger.store.rows import LoanStanding
from ledger.store.source import Source
from ledger.values.dates import date_from_number
from ledger.values.selector import Selector

_LATE_COLUMNS = (
    "event_id",
    "loan",
    "loan_group",
    "code",
    "effective_date",
    "principal",
    "interest",
    "reverses",
    "payload",
)
_REPORTED = "instalment_reported_delinquent"
_INSURED = "insurance_proceeds_received"
_DUE_DATE = '"due_date":"'


class History:
    """The queries of one distribution that look beyond its own months of loans."""

    def __init__(self, reading: Source, deal_key: int, known: int, facts: Facts) -> None:
        self._reading, self._deal_key, self._known, self._facts = reading, deal_key, known, facts
        self._cent = facts.terms.currency.unit_in_store
        self._number = facts.number

    def late_payments(self) -> tuple[LatePayment, ...]:
        """Return the late payments of single loans that were posted for the distribution, reversals among them."""
        rows = self._facts.totals.rows(Selector(types=PAYMENTS.types, first=self._number, last=self._number))
        found: list[LatePayment] = []
        for code in sorted({row.code for row in rows} - {"on time"}):
            wanted = Selector(types=PAYMENTS.types, code=code, first=self._number, last=self._number)
            asked = self._deal_key, wanted, _LATE_COLUMNS
            for row in self._reading.month_columns(*asked, known_through=self._known):
                found.append(LatePayment._make((*row[:-1], date_in(row[-1], _DUE_DATE))))
        return tuple(found)

    def paid_ahead(self) -> PaidAhead:
        """Return what came in by now for instalments of later distributions, less what was returned of it."""
        later = Selector(types=PAYING_TYPES, first=self._number + 1)
        whole: dict[str, int] = {}
        numbers: set[int] = set()
        for day, row in self._reading.dated_totals(self._deal_key, later, known_through=self._known):
            if self._came_by_now(day):
                moved = funds_effect(row.type, row.code, row.components)
                whole[row.group] = whole.get(row.group, 0) + moved
                numbers.add(row.distribution)
        loans: dict[str, int] = {}
        if numbers:
            wanted = Selector(types=PAYING_TYPES, first=min(numbers), last=max(numbers))
            for item in self._reading.month_rows(self._deal_key, wanted, known_through=self._known):
                if self._came_by_now(item.effective_date):
                    sign = -1 if item.type == "payment_returned" else 1
                    moved = sign * (item.principal + item.interest)
                    loans[item.loan] = loans.get(item.loan, 0) + moved
        return PaidAhead(groups=whole, loans=loans)

    def _came_by_now(self, day: int) -> bool:
        came = self._facts.calendar.belongs_to(Window.CUT_OFF, date_from_number(day))
        return came is not None and came <= self._number

    def departed(self, loans: LoanMonths, standings: Mapping[str, LoanStanding]) -> dict[str, int]:
        """Return what came in on loans that had left before the month, in store units.

        Recoveries on loans that were liquidated are no such cash, nor is what is owed back.
        """
        cash = {loan: held.late for loan, held in loans.items() if held.late > 0 and _gone(standings.get(loan))}
        for loan, held in loans.rare.items():
            if held.curtailed and _gone(standings.get(loan)):
                cash[loan] = cash.get(loan, 0) + sum(units for _, units in held.curtailed)
        if self._facts.totals.holds(_INSURED, number=self._number):
            wanted = Selector(types=(_INSURED,), first=self._number, last=self._number)
            for row in self._reading.month_rows(self._deal_key, wanted, known_through=self._known):
                if _gone(standings.get(row.loan)):
                    cash[row.loan] = cash.get(row.loan, 0) + row.principal + row.interest
        left = self._left_before([loan for loan, units in cash.items() if units > 0])
        return {loan: units for loan, units in cash.items() if loan in left}

    def _left_before(self, loans: Collection[str]) -> frozenset[str]:
        if not loans:
            return frozenset()
        types: dict[str, tuple[str, ...]] = dict.fromkeys(REMOVALS, ())
        count: dict[str, int] = {}
        for loan, _, row in self._reading.advance_totals(
            self._deal_key, known_through=self._known, types=types, loans=list(loans)
        ):
            if row.distribution < self._number:
                count[loan] = count.get(loan, 0) + row.loans
        return frozenset(loan for loan, gone in count.items() if gone > 0)

    def unreported(self, loans: LoanMonths, standings: Mapping[str, LoanStanding]) -> dict[str, int]:
        """Return what loans missed of the whole instalment before, where none of it is paid and they stand as current.

        Only loans are looked at that are still in the pool, and whose groups report no delinquency as a whole.
        """
        before = self._facts.calendar.preceding(self._number)
        if before is None or self._facts.pool is None:
            return {}
        whole = Selector(types=("delinquency_reported",), first=self._number, last=self._number)
        as_one = {row.group for row in self._facts.totals.rows(whole)}
        missed: dict[str, int] = {}
        wanted = Selector(types=(_REPORTED,), first=before, last=before)
        for row in self._reading.month_rows(self._deal_key, wanted, known_through=self._known):
            if row.group not in as_one:
                missed[row.loan] = missed.get(row.loan, 0) + row.principal + row.interest
        left: dict[str, int] = {}
        for loan, units in missed.items():
            stands, held = standings.get(loan), loans.get(loan)
            paid = 0 if held is None else held.late + held.applied + held.unreported + held.settled
            if units > 0 and paid <= 0 and stands is not None and stands.on_books > 0:
                left[loan] = units
        statuses = self._statuses(left)
        left = {loan: units for loan, units in left.items() if loan not in statuses}
        return self._of_whole_instalments(left, before) if left else {}

    def _statuses(self, loans: Collection[str]) -> frozenset[str]:
        """Return those of these loans that are said to be behind."""
        if not loans:
            return frozenset()
        asked = self._reading.loan_statuses(
            self._deal_key, known_through=self._known, last=self._number, loans=list(loans)
        )
        return frozenset(loan for loan, held in asked.items() if held.is_behind)

    def _of_whole_instalments(self, missed: Mapping[str, int], before: int) -> dict[str, int]:
        """Return those that missed all that fell due: a part that is unpaid leaves a loan current with many servicers.

        The instalments of that month are read once more, which only a month in doubt takes.
        """
        due: dict[str, int] = {}
        wanted = Selector(types=("scheduled_payment_due",), first=before, last=before)
        columns = ("loan", "principal", "interest")
        for loan, principal, interest in self._reading.month_columns(
            self._deal_key, wanted, columns, known_through=self._known
        ):
            if loan in missed:
                due[loan] = due.get(loan, 0) + principal + interest
        return {loan: units for loan, units in missed.items() if 0 < due.get(loan, 0) <= units + self._cent - 1}


def _gone(stands: LoanStanding | None) -> bool:
    return stands is None or (stands.opening <= 0 and stands.balance <= 0 and stands.on_books <= 0)


__all__ = ["History"]
