"""What of the cash in the accounts is single loans': unapplied, overpaid, or paid ahead."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.deal.schedule import Schedule
from ledger.deal.windows import Window
from ledger.journal.movements import PAYING_TYPES
from ledger.journal.postings import funds_effect
from ledger.journal.totals import EVERYTHING, Totals
from ledger.projections.held import AHEAD, LATE, OVERPAID, UNAPPLIED, LoansCash, Place, paid_through
from ledger.reading.repayments import late_history, repays_advances
from ledger.store.rows import MonthRow
from ledger.store.source import Source
from ledger.values.dates import date_from_number
from ledger.values.selector import Selector

_MOVING: Mapping[str, Mapping[str, int]] = {
    UNAPPLIED: {"unapplied_funds_received": 1, "unapplied_funds_applied": -1, "unapplied_funds_returned": -1},
    OVERPAID: {"overpayment_received": 1, "overpayment_refunded": -1},
}


def loans_cash(
    reading: Source, deal_key: int, calendar: Schedule, totals: Totals, *, known: int, effective_through: int
) -> LoansCash:
    """Return what is known of single loans, of events up to a sequence and a business date (YYYYMMDD).

    Cash is paid ahead where its own date would put it into an earlier distribution than its instalment did.
    """
    loans: dict[Place, dict[str, int]] = {}
    for name, signs in _MOVING.items():
        if totals.holds(*signs):
            for row in reading.month_rows(deal_key, Selector(types=tuple(signs)), known_through=known):
                if row.effective_date <= effective_through:
                    _add(loans, (name, row.group, 0), row.loan, signs[row.type] * (row.other + _paid(row)))
    ahead = _ahead(reading, deal_key, calendar, totals, known, effective_through)
    for number in sorted({number for _, _, number in ahead}):
        of_month = Selector(types=PAYING_TYPES, first=number, last=number)
        for row in reading.month_rows(deal_key, of_month, known_through=known):
            if row.effective_date <= effective_through and _is_ahead(calendar, row.effective_date, number):
                sign = -1 if row.type == "payment_returned" else 1
                _add(loans, (AHEAD, row.group, number), row.loan, sign * _paid(row))
    late = {}
    if repays_advances(totals):
        rules = calendar.terms.rules
        late = late_history(reading, deal_key, calendar, known=known, effective_through=effective_through, rules=rules)
    found = LoansCash(ahead=ahead, loans=loans, late=late)
    for item in found.late_held(EVERYTHING):
        if item.loan and item.held:
            _add(loans, (LATE, item.group, 0), item.loan, item.held)
    return found


def _ahead(
    reading: Source, deal_key: int, calendar: Schedule, totals: Totals, known: int, effective_through: int
) -> dict[Place, int]:
    found: dict[Place, int] = {}
    later = Selector(types=PAYING_TYPES, first=paid_through(totals) + 1)
    if not any(True for _ in totals.rows(later)):
        return found
    for day, row in reading.dated_totals(deal_key, later, known_through=known):
        if day <= effective_through and _is_ahead(calendar, day, row.distribution):
            place = AHEAD, row.group, row.distribution
            found[place] = found.get(place, 0) + funds_effect(row.type, row.code, row.components)
    return found


def _is_ahead(calendar: Schedule, day: int, number: int) -> bool:
    came = calendar.belongs_to(Window.CUT_OFF, date_from_number(day))
    return came is not None and came < number


def _paid(row: MonthRow) -> int:
    return row.principal + row.interest


def _add(loans: dict[Place, dict[str, int]], place: Place, loan: str, units: int) -> None:
    held = loans.setdefault(place, {})
    held[loan] = held.get(loan, 0) + units


__all__ = ["loans_cash"]
