"""What a month says of one loan: what fell due, what is taken to have come in, and what is done about the rest.

What somebody posted of a loan's month is an exception, and stands: an instalment, a payment, a report of delinquency,
an advance, a fee. The month says the rest. A loan of which nothing is excepted paid what fell due. One that owes an
earlier instalment, or is in foreclosure or REO, would pay the oldest first, and is taken to have paid nothing. What did
not come in is reported delinquent and, while the terms let it, advanced: its principal, and its interest net of the
servicing fee. Amounts are store units (0.0001 dollar); cash is whole cents.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ledger.events.modifications import CapitalizedArrears
from ledger.months.gathering import Amounts, Key
from ledger.readiness.loan_month import LoanMonth
from ledger.values.currency import DOLLARS

CENT = DOLLARS.unit_in_store
_RATE_UNITS = 10**10
_CURRENT = CapitalizedArrears.CURRENT.value


class Due(NamedTuple):
    """An instalment of a loan: its date (YYYYMMDD), and what of it is a balloon, which nobody advances.

    ``added`` is what of its interest is added to the balance, and so is owed no longer.
    """

    day: int
    principal: int
    interest: int
    fee: int
    balloon: int = 0
    added: int = 0


class Advanced(NamedTuple):
    """Which part of an instalment that did not come in is advanced."""

    principal: bool = True
    interest: bool = True


NOTHING_ADVANCED = Advanced(principal=False, interest=False)


class Presumption(NamedTuple):
    """What a month must know of a loan beside its note.

    ``pays`` says that it is taken to pay what falls due, ``advances`` that the servicer advances what it does not, and
    which of it. ``short`` is the interest that its payoff leaves unpaid, ``bounced`` are the due dates (YYYYMMDD) whose
    payment, that the month took to have come in, somebody took back.
    """

    loan: str
    pays: bool
    advances: Advanced
    short: int = 0
    bounced: frozenset[int] = frozenset()


class CashDays(NamedTuple):
    """The days (YYYYMMDD) on which a month's cash is taken to have moved: fees; advances, and what is taken back.

    ``cent`` is the smallest amount of it.
    """

    fee: int
    advance: int
    cent: int = CENT


class LateRest(NamedTuple):
    """What late payments of a loan bring beside themselves: the fee inside them, and advances to be taken back.

    ``day`` (YYYYMMDD) is that of the latest of them: nothing is taken out before it is there.
    """

    fee: int = 0
    principal: int = 0
    interest: int = 0
    day: int = 0


Said = Iterator[tuple[Key, Amounts]]

_UNTOUCHED = LoanMonth("")


def fee_of(balance: int, servicing_rate: int, payments_a_year: int, cent: int) -> int:
    """Return a month's servicing fee in store units, to the cent, half cents up.

    ``cent`` is the smallest unit of cash of the deal's currency, in what the store counts, here and below.
    """
    yearly = _RATE_UNITS * payments_a_year
    rounded: int = (2 * balance * servicing_rate + yearly * cent) // (2 * yearly * cent)
    return rounded * cent


def said_of(
    standing: Presumption, dues: list[Due], others: LoanMonth | None, late: LateRest | None, days: CashDays
) -> Said:
    """Yield what the month says of a loan, instalment by instalment."""
    loan, held, cent = standing.loan, _UNTOUCHED if others is None else others, days.cent
    if held.sold > 0 and not any(due.principal or due.added for due in dues):
        # What was bought or liquidated whole owes no instalment: its price, or its proceeds, stand for it.
        return
    told = _Told(held, standing.short)
    if held.dues > 0:
        dues = [Due(max(held.due_dates), held.due_principal, held.due_interest, sum(due.fee for due in dues))]
    fee_taken = 0 if late is None else late.fee
    advanced = 0, 0
    for due in dues:
        if held.dues <= 0:
            yield Key("scheduled_payment_due", loan, "", due.day), Amounts(due.principal, due.interest)
            if due.added:
                yield Key("interest_capitalized", loan, _CURRENT, due.day), Amounts(due.added)
        owed = told.owed(due)
        paid, reported = told.paid(owed), told.reported(owed)
        if standing.pays and not told.any_paid and due.day not in standing.bounced:
            came = _cents(owed[0] - reported[0], cent), _cents(owed[1] - reported[1], cent)
            if came != (0, 0):
                yield Key("collection_received", loan, "on time", due.day), Amounts(*came)
            paid = came
        missed = owed[0] - paid[0], owed[1] - paid[1]
        whole = missed[1] < cent
        fee = due.fee if whole else due.fee * paid[1] // max(1, owed[1]) // cent * cent
        fee_taken += fee
        if missed[0] + missed[1] >= cent:
            if reported == (0, 0):
                key = Key("instalment_reported_delinquent", loan, "", due.day)
                yield key, Amounts(*missed, due.fee - fee)
            advanced = (
                advanced[0] + _cents(missed[0] - due.balloon, cent) * standing.advances.principal,
                advanced[1] + _cents(missed[1] - (due.fee - fee), cent) * standing.advances.interest,
            )
    if advanced != (0, 0) and not held.advanced_principal + held.advanced_interest:
        yield Key("advance_made", loan, "", days.advance), Amounts(*advanced)
    if fee_taken and not held.fee:
        day = days.fee if late is None else max(days.fee, late.day)
        yield Key("servicing_fee_withheld", loan, "", day), Amounts(fee=fee_taken)
    if late is not None and late.principal + late.interest:
        key = Key("advance_recovered", loan, "late collections", max(days.advance, late.day))
        yield key, Amounts(late.principal, late.interest)


class _Told:
    """What others posted of a loan's month, used up instalment by instalment, the earliest first."""

    def __init__(self, held: LoanMonth, short: int) -> None:
        self.any_paid = held.received_principal + held.received_interest > 0
        self._not_owed = short + held.relief
        self._paid = [held.received_principal, held.received_interest]
        self._reported = [held.delinquent_principal, held.delinquent_interest]

    def owed(self, due: Due) -> tuple[int, int]:
        """Return what an instalment leaves owed: a payoff, or relief, takes from its interest."""
        less = min(self._not_owed, due.interest - due.added)
        self._not_owed -= less
        return due.principal, due.interest - due.added - less

    def paid(self, owed: tuple[int, int]) -> tuple[int, int]:
        """Return what was paid of an instalment."""
        return _used(self._paid, owed)

    def reported(self, owed: tuple[int, int]) -> tuple[int, int]:
        """Return what of an instalment was reported delinquent."""
        return _used(self._reported, owed)


def _used(left: list[int], owed: tuple[int, int]) -> tuple[int, int]:
    used = min(left[0], owed[0]), min(left[1], owed[1])
    left[0] -= used[0]
    left[1] -= used[1]
    return used


def _cents(units: int, cent: int) -> int:
    """Return cash in whole cents: a fraction of a cent stays an accrual."""
    return max(0, units) // cent * cent
