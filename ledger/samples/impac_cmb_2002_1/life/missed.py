"""What single loans did not pay of a month's instalments, and what was lost on those paid off within it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import NamedTuple

from ledger.samples.impac_cmb_2002_1.calibrated.rates import CENT
from ledger.samples.impac_cmb_2002_1.calibrated.tape import TapeTarget, split
from ledger.samples.impac_cmb_2002_1.life.behind import SEPTEMBER
from ledger.samples.impac_cmb_2002_1.life.months import LifeGroupMonth
from ledger.samples.impac_cmb_2002_1.life.paths import NOTHING, SEED, LoanPath, reported

PART_PAID = Decimal("0.9")
"""The share of an instalment of August that a loan missed which no status of September calls behind.

Nothing of August is paid late in September, and a loan that owes all of an instalment a month later is behind.
"""

NEAR = Decimal("0.0075")
"""How far below the group's average the note rate of a punctual loan may lie for it to be chosen, where any matters."""


class GroupMonth(NamedTuple):
    """What one group's month comes to, published or calibrated; dollars."""

    delinquent_principal: Decimal
    delinquent_interest: Decimal
    delinquent_fee: Decimal
    advanced_interest: Decimal
    fee: Decimal
    compensating: Decimal
    relief: Decimal
    repurchased_interest: Decimal


class Missed(NamedTuple):
    """What one loan did not pay of an instalment, the fee within it, and the interest advanced for it; dollars."""

    principal: Decimal
    interest: Decimal
    fee: Decimal
    advanced: Decimal


def group_month(target: TapeTarget, month: int) -> GroupMonth:
    """Return what a group's month comes to."""
    if month == SEPTEMBER:
        return GroupMonth(
            target.delinquent_principal, target.delinquent_interest, target.delinquent_fee, target.advanced_interest,
            target.servicing_fee, target.compensating_interest, target.relief_act, NOTHING,
        )  # fmt: skip
    held: LifeGroupMonth = reported(target.group)[month]
    interest, fee = Decimal(held["delinquent_interest"]), Decimal(held["delinquent_fee"])
    return GroupMonth(
        Decimal(held["delinquent_principal"]), interest, fee, interest - fee, Decimal(held["fee"]),
        Decimal(held["compensating"]), NOTHING, Decimal(held["repurchased_interest"]),
    )  # fmt: skip


def missed(target: TapeTarget, loans: Sequence[LoanPath], month: int) -> dict[str, Missed]:
    """Return which loans missed what: those behind already, then others, until the group's interest is reached."""
    whole = group_month(target, month)
    chosen: list[tuple[LoanPath, Decimal]] = []
    left = whole.delinquent_interest
    for loan in _candidates(loans, month, choosy=bool(whole.delinquent_principal)):
        if left <= 0:
            break
        share = loan.interest[month]
        if month == SEPTEMBER - 1 and not _is_behind(loan, SEPTEMBER):
            share = (share * PART_PAID).quantize(CENT, ROUND_DOWN)
        chosen.append((loan, min(share, left)))
        left -= chosen[-1][1]
    if left > 0:
        raise ValueError(f"{target.group}: the loans that could miss the instalments of {month} owe {left} too little")
    principal = split(whole.delinquent_principal, [loan.scheduled[month] for loan, _ in chosen])
    fees = split(whole.delinquent_fee, [interest for _, interest in chosen])
    advanced = [interest - fee for (_, interest), fee in zip(chosen, fees, strict=True)]
    advanced[0] += whole.advanced_interest - sum(advanced)  # September advances a cent less than is missed
    return {
        loan.loan: Missed(principal[k], interest, fees[k], advanced[k]) for k, (loan, interest) in enumerate(chosen)
    }


def _is_behind(loan: LoanPath, month: int) -> bool:
    return loan.standings.get(month, ("", "current"))[1] != "current"


def _candidates(loans: Sequence[LoanPath], month: int, *, choosy: bool) -> list[LoanPath]:
    """Order the loans that may miss an instalment; where principal is missed too, rates below the average come first.

    A loan at a low rate owes more principal beside its interest, so that the principal missed is no more than was due.
    """
    able = [loan for loan in loans if month in loan.owes and loan.leaves != month and loan.interest[month] % CENT == 0]
    random.Random(f"{SEED}/{loans[0].group}/missed/{month}").shuffle(able)
    average = (
        12
        * sum((loan.interest[month] for loan in able), NOTHING)
        / sum((loan.opening[month] for loan in able), NOTHING)
    )

    def order(loan: LoanPath) -> tuple[bool, bool, Decimal]:
        rate = loan.note_rate[month]
        near = not choosy or (average - NEAR <= rate <= average and loan.scheduled[month] > 0)
        return not _is_behind(loan, month), not near, NOTHING if near else rate

    return sorted(able, key=order)


def shortfalls(loans: Sequence[LoanPath], month: int, month_end: str) -> dict[str, Decimal]:
    """Return the interest that each payoff cost, to the cent; rounded on from loan to loan, so the group's is exact."""
    found: dict[str, Decimal] = {}
    through = rounded = Decimal(0)
    for loan in loans:
        if loan.leaves == month and not loan.bought_back:
            day = int((loan.listed["date"] if loan.listed else month_end)[8:])
            through += loan.left * loan.note_rate[month] * (31 - day) / 360
            found[loan.loan] = through.quantize(CENT, ROUND_HALF_UP) - rounded
            rounded += found[loan.loan]
    return found
