"""Note rates and interest of every loan, month by month, so that groups accrue what the calibrated life says.

Adjustable loans reset every six months, a sixth of them each month, to rates in eighths; fixed ones keep theirs. Loans
paid off before September have the rate that their group's payoffs had. Where no rate can say the last cents of a fixed
month, the loan that pays ahead in it bears them.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from ledger.samples.impac_cmb_2002_1.calibrated.rates import CENT, EIGHTH, month_interest, settled_rates
from ledger.samples.impac_cmb_2002_1.calibrated.tape import TapeTarget
from ledger.samples.impac_cmb_2002_1.life.behind import SEPTEMBER
from ledger.samples.impac_cmb_2002_1.life.paths import (
    MONTHS,
    NOTHING,
    SEED,
    LoanPath,
    months_of,
    reported,
    steady_payer,
)

RESET_EVERY = 6
SOLVED = Decimal("1e-10")
"""The places of a note rate that is solved for a month's interest."""

QUOTED = Decimal("0.00001")


def settle_interest(target: TapeTarget, loans: Sequence[LoanPath]) -> None:
    """Set the note rate and the interest due of every loan in every month."""
    accrued = months_of(target, "interest", target.scheduled_interest)
    whole = [(interest // CENT) * CENT for interest in accrued]
    staying = [loan for loan in loans if loan.leaves is None]
    for loan in loans:
        if loan.leaves is not None:
            rate = (
                reported(target.group)[loan.leaves]["payoff_rate"] if loan.listed is None else loan.listed["note_rate"]
            )
            _keep(loan, Decimal(rate))
    if target.letter == "F":
        _keep_fixed(target, loans, accrued)
    chance = random.Random(f"{SEED}/{target.group}/rates")
    free = [loan for loan in staying if SEPTEMBER not in loan.note_rate]
    drawn = [target.note_rate + EIGHTH * chance.randrange(-12, 13) for _ in free]
    _settle(loans, free, SEPTEMBER, drawn, whole[SEPTEMBER])
    for loan in free:
        _keep(loan, loan.note_rate[SEPTEMBER])
    for month in reversed(range(SEPTEMBER)):
        if target.letter == "A":
            _reset(loans, staying[month % RESET_EVERY :: RESET_EVERY], month, whole[month])
        else:
            _solve_payoffs(loans, month, whole[month])
    for month in MONTHS:
        _accrue(loans, month, accrued[month])


def _keep(loan: LoanPath, rate: Decimal) -> None:
    loan.note_rate = dict.fromkeys(MONTHS, rate)


def _interest(loan: LoanPath, month: int) -> Decimal:
    return month_interest(loan.opening[month], loan.note_rate[month])


def _settle(
    loans: Sequence[LoanPath], free: Sequence[LoanPath], month: int, rates: Sequence[Decimal], whole: Decimal
) -> None:
    """Set the rates of the free loans: those given, moved together and then one by one until the interest is met."""
    moving, balances = set(free), [loan.opening[month] for loan in free]
    rest = whole - sum((_interest(loan, month) for loan in loans if month in loan.owes and loan not in moving), NOTHING)
    reached = sum(balance * rate for balance, rate in zip(balances, rates, strict=True))
    moved = ((rest * 12 - reached) / sum(balances) / EIGHTH).quantize(Decimal(1), ROUND_HALF_UP) * EIGHTH
    settled = settled_rates(balances, [rate + moved for rate in rates], rest)
    for loan, rate in zip(free, settled, strict=True):
        loan.note_rate[month] = rate


def _reset(loans: Sequence[LoanPath], due: Sequence[LoanPath], month: int, whole: Decimal) -> None:
    """Find the rates from which a sixth of the loans reset in the month after; the months before had them too."""
    free = [loan for loan in due if month in loan.months]
    _settle(loans, free, month, [loan.note_rate[month] for loan in free], whole)
    for loan in free:
        loan.note_rate.update(dict.fromkeys(range(month), loan.note_rate[month]))


def _keep_fixed(target: TapeTarget, loans: Sequence[LoanPath], accrued: Sequence[Decimal]) -> None:
    """Give the fixed loans that pay ahead the rate at which the group's interest falls once they have paid.

    That is seen where the rate of the month's payoffs is known from the shortfall they left; in other months the
    payoffs' own rate is free.
    """
    for month in (0, 2, 4):
        lost = (accrued[month] - accrued[month + 1]) * 12
        for loan in loans:
            lost -= loan.scheduled.get(month, NOTHING) * target.note_rate
            if loan.leaves == month:
                lost -= loan.left * loan.note_rate[month]
        payer = steady_payer(loans, month)
        _keep(payer, (lost / payer.curtailed[month]).quantize(QUOTED))


def _solve_payoffs(loans: Sequence[LoanPath], month: int, whole: Decimal) -> None:
    """Let the fixed loans paid off at the end of a month of 31 days, which leave no shortfall, settle its interest."""
    if month % 2 == 0:
        return
    free = [loan for loan in loans if loan.leaves == month]
    others = whole - sum((_interest(loan, month) for loan in loans if month in loan.owes and loan not in free), NOTHING)
    rate = (others * 12 / sum(loan.opening[month] for loan in free)).quantize(QUOTED)
    for loan in free:
        _keep(loan, rate)
    rest = others - sum((_interest(loan, month) for loan in free[:-1]), NOTHING)
    _keep(free[-1], (rest * 12 / free[-1].opening[month]).quantize(SOLVED))


def _accrue(loans: Sequence[LoanPath], month: int, accrued: Decimal) -> None:
    owing = [loan for loan in loans if month in loan.owes]
    for loan in owing:
        loan.interest[month] = _interest(loan, month)
    rest = accrued - sum((loan.interest[month] for loan in owing), NOTHING)
    if rest:
        bearer = next(loan for loan in owing if loan.ordinary)
        if month < SEPTEMBER:
            bearer = next(loan for loan in owing if loan.ordinary and loan.curtailed.get(month))
        bearer.interest[month] += rest
