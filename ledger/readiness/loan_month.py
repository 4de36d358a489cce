"""One month of every loan: what its events of a distribution come to, and where it stood. Amounts are store units.

The store gives events of the distribution column by column and adds nothing up that is compared here. Hundreds of
thousands of rows pass through :func:`gather`, so it goes by the type of each and touches a row once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ledger.store.rows import MonthRow


class LoanMonth:
    """What happened to one loan in a month, in units of 0.0001 dollar; reversals are taken off.

    ``dues`` counts the instalments that stand, ``due_dates`` are the dates (YYYYMMDD) of all that were posted.
    ``delinquent_*`` are as reported. ``fee_before`` are fees of earlier months that were put right in this one.
    ``paid_off`` counts payoffs, ``sold`` the loans that were bought, substituted or liquidated, ``bought`` those that
    were bought. ``curtailed`` are the payments ahead that stand: date and amount.
    """

    __slots__ = (
        "advanced_interest",
        "advanced_principal",
        "bought",
        "bought_interest",
        "curtailed",
        "delinquent_fee",
        "delinquent_interest",
        "delinquent_principal",
        "due_dates",
        "due_interest",
        "due_principal",
        "dues",
        "fee",
        "fee_before",
        "group",
        "late",
        "paid_off",
        "received_interest",
        "received_principal",
        "recovered",
        "relief",
        "sold",
    )

    def __init__(self, group: str) -> None:
        self.group = group
        self.due_principal = self.due_interest = self.dues = 0
        self.due_dates: tuple[int, ...] = ()
        self.received_principal = self.received_interest = 0
        self.late = 0
        self.delinquent_principal = self.delinquent_interest = self.delinquent_fee = 0
        self.relief = 0
        self.advanced_principal = self.advanced_interest = 0
        self.fee = self.fee_before = 0
        self.recovered = 0
        self.paid_off = self.sold = self.bought = self.bought_interest = 0
        self.curtailed: tuple[tuple[int, int], ...] = ()


def _due(held: LoanMonth, row: MonthRow) -> None:
    held.due_principal += row.principal
    held.due_interest += row.interest
    held.dues += -1 if row.voids else 1
    if not row.voids:
        held.due_dates = (*held.due_dates, row.effective_date)


def _collected(held: LoanMonth, row: MonthRow) -> None:
    if row.code == "on time":
        held.received_principal += row.principal
        held.received_interest += row.interest
    else:
        held.late += row.principal + row.interest


def _applied(held: LoanMonth, row: MonthRow) -> None:
    held.received_principal += row.principal
    held.received_interest += row.interest


def _returned(held: LoanMonth, row: MonthRow) -> None:
    held.received_principal -= row.principal
    held.received_interest -= row.interest


def _reported(held: LoanMonth, row: MonthRow) -> None:
    held.delinquent_principal += row.principal
    held.delinquent_interest += row.interest
    held.delinquent_fee += row.fee


def _fee(held: LoanMonth, row: MonthRow) -> None:
    held.fee += row.fee


def _fee_of_earlier_month(held: LoanMonth, row: MonthRow) -> None:
    held.fee_before += row.fee


def _advanced(held: LoanMonth, row: MonthRow) -> None:
    held.advanced_principal += row.principal
    held.advanced_interest += row.interest


def _paid_off(held: LoanMonth, row: MonthRow) -> None:
    held.paid_off += -1 if row.voids else 1


def _gone(held: LoanMonth, row: MonthRow) -> None:
    held.sold += row.loans


def _bought(held: LoanMonth, row: MonthRow) -> None:
    _gone(held, row)
    held.bought += row.loans
    held.bought_interest += row.interest


def _curtailed(held: LoanMonth, row: MonthRow) -> None:
    # A reversal has a date of its own; it takes away a payment of its amount.
    if row.voids is None:
        held.curtailed = (*held.curtailed, (row.effective_date, row.principal))
        return
    at = max((k for k, (_, units) in enumerate(held.curtailed) if units == -row.principal), default=None)
    if at is not None:
        held.curtailed = (*held.curtailed[:at], *held.curtailed[at + 1 :])


def _relief(held: LoanMonth, row: MonthRow) -> None:
    held.relief += row.interest


def _recovered(held: LoanMonth, row: MonthRow) -> None:
    held.recovered += row.loss


TAKE_IN: dict[str, Callable[[LoanMonth, MonthRow], None]] = {
    "scheduled_payment_due": _due,
    "collection_received": _collected,
    "unapplied_funds_applied": _applied,
    "payment_returned": _returned,
    "instalment_reported_delinquent": _reported,
    "servicing_fee_withheld": _fee,
    "servicing_fee_earned": _fee,
    "advance_made": _advanced,
    "curtailment_collected": _curtailed,
    "payoff_collected": _paid_off,
    "loan_repurchased": _bought,
    "loan_substituted": _gone,
    "loan_liquidated": _gone,
    "relief_act_shortfall_reported": _relief,
    "subsequent_recovery_received": _recovered,
}
"""What a row of each type does to its loan's month; other types are passed over."""


_FEES = frozenset({"servicing_fee_withheld", "servicing_fee_earned"})


def gather(rows: Iterable[MonthRow], since: int = 0) -> dict[str, LoanMonth]:
    """Return the month of every loan that has an event in it.

    What is dated up to ``since``, the payment date before, belongs to an earlier month that was closed meanwhile.
    """
    loans: dict[str, LoanMonth] = {}
    for row in rows:
        take_in = TAKE_IN.get(row.type)
        if take_in is None:
            continue
        held = loans.get(row.loan)
        if held is None:
            held = loans[row.loan] = LoanMonth(row.group)
        if row.effective_date <= since and row.type in _FEES:
            take_in = _fee_of_earlier_month
        take_in(held, row)
    return loans
