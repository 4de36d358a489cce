"""The balance of every loan from the closing day to September, so that groups add up to the calibrated life.

The forty loans paid off in September are real. The others are made up, always the same: so many of them, and such
balances, that instalments, curtailments, payoffs, repurchases and loans bought with pre-funding come to those of the
group in every month. Nothing may be concluded from any one of them.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from decimal import ROUND_DOWN, Decimal
from typing import Literal

import attrs

from ledger.samples.impac_cmb_2002_1.calibrated.rates import CENT
from ledger.samples.impac_cmb_2002_1.calibrated.tape import TapeTarget, split
from ledger.samples.impac_cmb_2002_1.life.behind import INSTALMENT, SEPTEMBER, Standing, loans_behind
from ledger.samples.impac_cmb_2002_1.life.months import LifeGroupMonth, life
from ledger.samples.impac_cmb_2002_1.september_2002 import payoffs

SEED = 20020227
NOTHING = Decimal("0.00")
MONTHS = range(SEPTEMBER + 1)
CURTAILING = 12
"""How many adjustable loans pay ahead in a month, and how many fixed ones in September."""

STEADY = 3
"""How many fixed loans pay ahead before September: each for two months."""


@attrs.define(kw_only=True, eq=False)
class LoanPath:
    """One loan and what happens to it; dollars by month, of which March is 0 and September 6.

    ``begins`` is the month of its first instalment: a loan bought with pre-funding joins a month earlier. ``leaves`` is
    the month in which it is paid off or bought back, with ``left`` dollars. ``told`` is the principal that comes off a
    month where that is no share of the group's. ``listed`` is the statement's row of a real loan.
    """

    loan: str
    group: str
    nominal: Decimal
    begins: int = 0
    leaves: int | None = None
    left: Decimal = NOTHING
    bought_back: bool = False
    told: dict[int, Decimal] | None = None
    listed: dict[str, str] | None = None
    closing: Decimal = NOTHING
    standings: dict[int, Standing] = attrs.field(factory=dict)
    scheduled: dict[int, Decimal] = attrs.field(factory=dict)
    curtailed: dict[int, Decimal] = attrs.field(factory=dict)
    opening: dict[int, Decimal] = attrs.field(factory=dict)
    note_rate: dict[int, Decimal] = attrs.field(factory=dict)
    interest: dict[int, Decimal] = attrs.field(factory=dict)

    @property
    def months(self) -> range:
        """The months in which it began in the pool."""
        return range(self.begins, (SEPTEMBER if self.leaves is None else self.leaves) + 1)

    @property
    def owes(self) -> range:
        """The months in which an instalment of it falls due: of a loan bought back the buyer pays the last."""
        return range(self.begins, self.months.stop - (1 if self.bought_back else 0))

    @property
    def ordinary(self) -> bool:
        """Whether it stays, and nothing is told of its balance."""
        return self.leaves is None and self.told is None


Measure = Literal["scheduled", "interest", "curtailments"]
"""Amounts that a group reports by month."""


def reported(group: str) -> list[LifeGroupMonth]:
    """Return what the group reports in each of the six calibrated months."""
    return [month["groups"][group] for month in life()["months"]]


def months_of(target: TapeTarget, measure: Measure, september: Decimal) -> list[Decimal]:
    """Return an amount of the group in each of the seven months, in dollars."""
    return [*(Decimal(month[measure]) for month in reported(target.group)), september]


def paths(target: TapeTarget) -> list[LoanPath]:
    """Return the loans of a group with all their balances."""
    chance = random.Random(f"{SEED}/{target.group}")
    loans = [*_listed(target), *_behind(target), *_leaving(target, chance)]
    loans += _staying(target, loans, chance)
    _join(target, loans, chance)
    _fall_due(target, loans)
    _pay_ahead(target, loans, chance)
    _meet_prefunding(target, loans)
    for loan in loans:
        _look_back(loan)
    return loans


def _listed(target: TapeTarget) -> Iterator[LoanPath]:
    """Yield the real loans; their principal in seven months is no more than what they had repaid since they began."""
    for row in payoffs():
        if row["group"] == target.group:
            amount = Decimal(row["amount"])
            repaid = (Decimal(row["original_balance"]) - amount) / len(MONTHS)
            monthly = min(amount * INSTALMENT, repaid).quantize(CENT, ROUND_DOWN) if target.letter == "A" else NOTHING
            yield LoanPath(
                loan=row["loan"],
                group=target.group,
                nominal=amount,
                leaves=SEPTEMBER,
                left=amount,
                told={**dict.fromkeys(range(SEPTEMBER), monthly), SEPTEMBER: NOTHING},
                listed=row,
            )


def _behind(target: TapeTarget) -> Iterator[LoanPath]:
    for k, loan in enumerate(loans_behind(target), start=1):
        yield LoanPath(
            loan=f"CAL-{target.letter}B-{k:03d}",
            group=target.group,
            nominal=loan.after_september,
            closing=loan.after_september,
            told={month: loan.repaid(month) for month in MONTHS},
            standings=loan.standings,
        )


def _sizes(count: int, chance: random.Random) -> list[Decimal]:
    return [Decimal(chance.randrange(500, 1500)) for _ in range(count)]


def _leaving(target: TapeTarget, chance: random.Random) -> Iterator[LoanPath]:
    """Yield the loans paid off and bought back before September."""
    for month, held in enumerate(reported(target.group)):
        for kind, whole, count in (
            ("P", held["payoffs"], held["payoff_count"]),
            ("R", held["repurchased"], held["repurchase_count"]),
        ):
            for k, left in enumerate(split(Decimal(whole), _sizes(count, chance)), start=1):
                yield LoanPath(
                    loan=f"CAL-{target.letter}{kind}-{month + 3}{k:02d}",
                    group=target.group,
                    nominal=left,
                    leaves=month,
                    left=left,
                    bought_back=kind == "R",
                )


def _staying(target: TapeTarget, others: Sequence[LoanPath], chance: random.Random) -> Iterator[LoanPath]:
    count = target.count - sum(loan.leaves in (None, SEPTEMBER) for loan in others)
    rest = target.closing_balance - sum((loan.closing for loan in others), NOTHING)
    for k, closing in enumerate(split(rest, _sizes(count, chance)), start=1):
        yield LoanPath(loan=f"CAL-{target.letter}-{k:04d}", group=target.group, nominal=closing, closing=closing)


def _join(target: TapeTarget, loans: Sequence[LoanPath], chance: random.Random) -> None:
    """Say which loans were bought with pre-funding; one of each month's is paid off later, and settles the sum."""
    for month, held in enumerate(reported(target.group)):
        if not held["subsequent_count"]:
            continue
        settling = _settling(loans, month)
        settling.begins = month + 1
        left, count = Decimal(held["subsequent"]) - settling.nominal, held["subsequent_count"] - 1
        free = [loan for loan in loans if loan.ordinary and not loan.begins]
        chance.shuffle(free)
        for k in range(count):
            if k < count * 2 // 3:
                chosen = free.pop()
            else:
                chosen = min(free, key=lambda loan: abs(loan.nominal - left / (count - k)))
                free.remove(chosen)
            chosen.begins = month + 1
            left -= chosen.nominal


def _settling(loans: Sequence[LoanPath], month: int) -> LoanPath:
    """Return the loan whose payoff makes the loans that joined in a month cost what was spent on them."""
    return next(loan for loan in loans if _is_paid_off(loan, month + 3))


def _is_paid_off(loan: LoanPath, month: int | None) -> bool:
    return loan.leaves == month and not loan.bought_back


def _fall_due(target: TapeTarget, loans: Sequence[LoanPath]) -> None:
    """Split the scheduled principal of every month over the loans that stay through it."""
    told = target.letter == "A"
    for month, whole in enumerate(months_of(target, "scheduled", target.scheduled_principal)):
        present = [loan for loan in loans if month in loan.months]
        sharing: list[LoanPath] = []
        for loan in present:
            if loan.leaves == month:
                loan.scheduled[month] = NOTHING
            elif loan.told is None:
                sharing.append(loan)
            else:
                # The fixed pool owes no principal by and by: what comes off a loan is paid ahead.
                loan.scheduled[month] = loan.told[month] if told else NOTHING
                if not told and loan.told[month]:
                    loan.curtailed[month] = loan.told[month]
        rest = whole - sum((loan.scheduled.get(month, NOTHING) for loan in present), NOTHING)
        for loan, share in zip(sharing, split(rest, [loan.nominal for loan in sharing]), strict=True):
            loan.scheduled[month] = share


def steady_payer(loans: Sequence[LoanPath], month: int) -> LoanPath:
    """Return the fixed loan that pays ahead in a month before September."""
    free = sorted((loan for loan in loans if loan.ordinary), key=lambda loan: loan.nominal, reverse=True)
    return free[month * STEADY // SEPTEMBER]


def _pay_ahead(target: TapeTarget, loans: Sequence[LoanPath], chance: random.Random) -> None:
    for month, whole in enumerate(months_of(target, "curtailments", target.curtailments)):
        rest = whole - sum((loan.curtailed.get(month, NOTHING) for loan in loans), NOTHING)
        if target.letter == "F" and month < SEPTEMBER:
            payers = [steady_payer(loans, month)]
        else:
            payers = chance.sample([loan for loan in loans if loan.ordinary and month in loan.months], CURTAILING)
        for loan, share in zip(payers, split(rest, [Decimal(1 + k % 3) for k in range(len(payers))]), strict=True):
            loan.curtailed[month] = share


def _meet_prefunding(target: TapeTarget, loans: Sequence[LoanPath]) -> None:
    """Move a payoff so that the loans that joined cost what was spent; others of its month make up for it."""
    for month, held in enumerate(reported(target.group)):
        if not held["subsequent_count"]:
            continue
        settling = _settling(loans, month)
        joined = [loan for loan in loans if loan.begins == month + 1]
        for loan in joined:
            _look_back(loan)
        off = Decimal(held["subsequent"]) - sum(loan.opening[loan.begins] for loan in joined)
        others = [loan for loan in loans if _is_paid_off(loan, settling.leaves) and loan is not settling]
        settling.left += off
        for loan, share in zip(others, split(abs(off), [loan.nominal for loan in others]), strict=True):
            loan.left -= share if off > 0 else -share


def _look_back(loan: LoanPath) -> None:
    """Set its opening balances from what was left of it, month by month back."""
    balance = loan.closing
    for month in reversed(loan.months):
        if month == loan.leaves:
            balance += loan.left
        balance += loan.scheduled[month] + loan.curtailed.get(month, NOTHING)
        loan.opening[month] = balance
