"""One month of every loan: what its events of a distribution come to, and where it stood. Amounts are store units.

The store gives events of the distribution column by column and adds nothing up that is compared here. Hundreds of
thousands of rows pass through here, so of what most loans have every month only the columns needed are read, and a row
is touched once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from ledger.store.rows import LoanStanding, MonthRow
from ledger.values.currency import DOLLARS

CENT = DOLLARS.unit_in_store
"""A cent of dollars, in store units."""


class Routine(NamedTuple):
    """Types of events that most loans have every month, and the stored columns that are read of them."""

    types: tuple[str, ...]
    columns: tuple[str, ...]


class LoanMonth:
    """What happened to one loan in a month, in units of 0.0001 dollar; reversals are taken off.

    ``dues`` counts the instalments that stand, ``due_dates`` are the dates (YYYYMMDD) of all that were posted.
    ``delinquent_*`` are as reported. ``fee_before`` are fees of earlier months that were put right in this one.
    ``applied`` is the part of what was received that was unapplied funds before, ``unreported`` what was taken back of
    reports of delinquency, of any month. ``paid_off`` counts payoffs, ``sold`` the loans that were bought, substituted
    or liquidated, ``bought`` those that were bought. ``settled`` are arrears that were added to principal, ``modified``
    counts modifications. ``curtailed`` are the payments ahead that stand: date and amount. ``gone`` is the principal of
    payments ahead, payoffs, purchases and liquidations.
    """

    # What nothing was posted of stays with the class: a loan that pays on time sets but a few of these.
    due_principal = due_interest = dues = 0
    due_dates: tuple[int, ...] = ()
    received_principal = received_interest = late = applied = 0
    delinquent_principal = delinquent_interest = delinquent_fee = unreported = 0
    relief = settled = modified = 0
    advanced_principal = advanced_interest = 0
    fee = fee_before = 0
    recovered = 0
    paid_off = sold = bought = bought_interest = gone = 0
    curtailed: tuple[tuple[int, int], ...] = ()

    def __init__(self, group: str) -> None:
        self.group = group


def _applied(held: LoanMonth, row: MonthRow) -> None:
    _came(held, row, 1)
    if row.code == "on time":
        held.applied += row.principal + row.interest


def _came(held: LoanMonth, row: MonthRow, sign: int) -> None:
    if row.code == "on time":
        held.received_principal += sign * row.principal
        held.received_interest += sign * row.interest
    else:
        held.late += sign * (row.principal + row.interest)


def _returned(held: LoanMonth, row: MonthRow) -> None:
    _came(held, row, -1)


def _reported(held: LoanMonth, row: MonthRow) -> None:
    held.delinquent_principal += row.principal
    held.delinquent_interest += row.interest
    held.delinquent_fee += row.fee
    if row.voids is not None:
        held.unreported -= row.principal + row.interest


def _advanced(held: LoanMonth, row: MonthRow) -> None:
    held.advanced_principal += row.principal
    held.advanced_interest += row.interest


def _paid_off(held: LoanMonth, row: MonthRow) -> None:
    held.paid_off += -1 if row.voids else 1
    held.gone += row.principal


def _gone(held: LoanMonth, row: MonthRow) -> None:
    held.sold += row.loans
    held.gone += row.principal


def _bought(held: LoanMonth, row: MonthRow) -> None:
    _gone(held, row)
    held.bought += row.loans
    held.bought_interest += row.interest


def _curtailed(held: LoanMonth, row: MonthRow) -> None:
    held.gone += row.principal
    # A reversal has a date of its own; it takes away a payment of its amount.
    if row.voids is None:
        held.curtailed = (*held.curtailed, (row.effective_date, row.principal))
        return
    at = max((k for k, (_, units) in enumerate(held.curtailed) if units == -row.principal), default=None)
    if at is not None:
        held.curtailed = (*held.curtailed[:at], *held.curtailed[at + 1 :])


def _relief(held: LoanMonth, row: MonthRow) -> None:
    held.relief += row.interest


def _capitalized(held: LoanMonth, row: MonthRow) -> None:
    # Interest of this instalment that became principal is owed no longer.
    if row.code == "current instalment":
        held.relief += row.principal - row.other
    else:
        held.settled += row.principal
    _modified(held, row)


def _modified(held: LoanMonth, row: MonthRow) -> None:
    held.modified += -1 if row.voids else 1


def _recovered(held: LoanMonth, row: MonthRow) -> None:
    held.recovered += row.loss


TAKE_IN: dict[str, Callable[[LoanMonth, MonthRow], None]] = {
    "unapplied_funds_applied": _applied,
    "payment_returned": _returned,
    "instalment_reported_delinquent": _reported,
    "advance_made": _advanced,
    "curtailment_collected": _curtailed,
    "payoff_collected": _paid_off,
    "loan_repurchased": _bought,
    "loan_substituted": _gone,
    "loan_liquidated": _gone,
    "relief_act_shortfall_reported": _relief,
    "interest_capitalized": _capitalized,
    "principal_deferred": _modified,
    "principal_forgiven": _modified,
    "subsequent_recovery_received": _recovered,
}
"""What a row of each rarer type does to its loan's month."""

DUES = Routine(
    ("scheduled_payment_due",), ("loan", "loan_group", "effective_date", "principal", "interest", "reverses")
)
PAYMENTS = Routine(("collection_received",), ("loan", "loan_group", "code", "principal", "interest"))
FEES = Routine(("servicing_fee_withheld", "servicing_fee_earned"), ("loan", "loan_group", "effective_date", "fee"))


class LoanMonths(dict[str, LoanMonth]):
    """The months of all loans that something happened to, by loan; ``rare`` are those with events of rarer types.

    ``routine_rows`` counts the rows of routine types that were taken in. ``again`` are the types and loans with more
    than one row that says the same, ``more_fees`` the loans with more than one fee: something may be posted twice.
    """

    def __init__(self) -> None:
        super().__init__()
        self.rare: dict[str, LoanMonth] = {}
        self.routine_rows = 0
        self.again: set[tuple[str, str]] = set()
        self.more_fees: set[str] = set()

    def take_dues(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Take in instalments: the columns of :data:`DUES`."""
        count = 0
        for count, (loan, group, day, principal, interest, voids) in enumerate(rows, 1):  # noqa: B007 - counted
            held = self.get(loan)
            if held is None:
                held = self[loan] = LoanMonth(group)
            held.due_principal += principal
            held.due_interest += interest
            if voids is None:
                held.dues += 1
                held.due_dates = (*held.due_dates, day)
            else:
                held.dues -= 1
        self.routine_rows += count

    def take_payments(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Take in payments: the columns of :data:`PAYMENTS`."""
        count = 0
        for count, (loan, group, code, principal, interest) in enumerate(rows, 1):  # noqa: B007 - counted
            held = self.get(loan)
            if held is None:
                held = self[loan] = LoanMonth(group)
            if code == "on time":
                held.received_principal += principal
                held.received_interest += interest
            else:
                held.late += principal + interest
        self.routine_rows += count

    def take_fees(self, rows: Iterable[tuple[Any, ...]], since: int) -> None:
        """Take in servicing fees: the columns of :data:`FEES`.

        What is dated up to ``since``, the payment date before, belongs to an earlier month that was closed meanwhile.
        """
        count = 0
        for count, (loan, group, day, fee) in enumerate(rows, 1):  # noqa: B007 - counted
            held = self.get(loan)
            if held is None:
                held = self[loan] = LoanMonth(group)
            if day > since:
                if held.fee:
                    self.more_fees.add(loan)
                held.fee += fee
            else:
                held.fee_before += fee
        self.routine_rows += count

    def take(self, rows: Iterable[MonthRow]) -> None:
        """Take in the events of the rarer types of :data:`TAKE_IN`."""
        seen: set[MonthRow] = set()
        for row in rows:
            if row.voids is None:
                if row in seen:
                    self.again.add((row.type, row.loan))
                seen.add(row)
            held = self.get(row.loan)
            if held is None:
                held = self[row.loan] = LoanMonth(row.group)
            self.rare[row.loan] = held
            TAKE_IN[row.type](held, row)


def began(held: LoanMonth, stands: LoanStanding | None) -> int:
    """Return the balance that a loan's instalment is about, in store units.

    A loan that was boarded within the month began with what it has now and what its instalment, payments ahead, or its
    payoff or sale took off; one that has left long ago has no standing, and began with nothing.
    """
    if stands is None:
        return 0
    return stands.opening if stands.opening > 0 else max(stands.balance, 0) + held.due_principal + held.gone
