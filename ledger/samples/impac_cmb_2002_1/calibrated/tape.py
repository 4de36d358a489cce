"""A loan tape for September 2002 that is calibrated, not real.

The forty loans paid off are real; the statement lists them. The other 1,987 are made up, always the same, so that
balances, rates, margins, caps, terms, ages, delinquency buckets and counts add up to what the statement prints for each
group. Nothing may be concluded from any one of them.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import NamedTuple

import attrs

from ledger.samples.impac_cmb_2002_1.calibrated.rates import CENT, EIGHTH, month_interest, settled_rates
from ledger.samples.impac_cmb_2002_1.september_2002 import payoffs

SEED = 20020925


@attrs.frozen(kw_only=True)
class TapeTarget:
    """What the statement prints of one group; amounts in dollars, averages over closing balances."""

    group: str
    letter: str
    count: int
    closing_balance: Decimal
    scheduled_principal: Decimal
    scheduled_interest: Decimal
    curtailments: Decimal
    delinquent_principal: Decimal
    delinquent_interest: Decimal
    delinquent_fee: Decimal
    advanced_interest: Decimal
    servicing_fee: Decimal
    compensating_interest: Decimal
    collected_interest: Decimal
    relief_act: Decimal
    note_rate: Decimal
    remaining_months: int
    averages: dict[str, Decimal]
    buckets: tuple[tuple[str, str, Decimal, int], ...]


class CalibratedLoan(NamedTuple):
    """One loan of the tape with what happens to it in the month; amounts in dollars."""

    loan: str
    group: str
    opening: Decimal
    closing: Decimal
    scheduled: Decimal
    curtailment: Decimal
    interest: Decimal
    note_rate: Decimal
    remaining_months: int
    measures: dict[str, Decimal]
    status: tuple[str, str] | None
    payoff: dict[str, str] | None


def split(whole: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Split an amount of whole cents by weight, to the cent, by largest remainder."""
    if not whole or not weights:
        return [Decimal("0.00")] * len(weights)
    weight = sum(weights)
    exact = [whole * item / weight for item in weights]
    shares = [(item // CENT) * CENT for item in exact]
    left = int((whole - sum(shares)) / CENT)
    order = sorted(range(len(weights)), key=lambda k: exact[k] - shares[k], reverse=True)
    for k in order[:left]:
        shares[k] += CENT
    return shares


def averaged(
    target: Decimal, weights: Sequence[Decimal], spread: Callable[[], Decimal], places: Decimal, least: Decimal
) -> list[Decimal]:
    """Return values around a target whose weighted average is the target to many digits.

    Every value is drawn, then all move together, then the heaviest takes what is left, with more digits.
    """
    values = [max((target + spread()).quantize(places), least) for _ in weights]
    whole = sum(weights, Decimal(0))
    reached = sum((v * w for v, w in zip(values, weights, strict=True)), Decimal(0)) / whole
    shift = (target - reached).quantize(places)
    values = [max(value + shift, least) for value in values]
    heaviest = max(range(len(weights)), key=weights.__getitem__)
    rest = target * whole - sum(v * w for k, (v, w) in enumerate(zip(values, weights, strict=True)) if k != heaviest)
    values[heaviest] = (rest / weights[heaviest]).quantize(Decimal("1e-10"), ROUND_HALF_EVEN)
    return values


def _statuses(target: TapeTarget) -> Iterator[tuple[tuple[str, str], Decimal]]:
    """Every loan in a delinquency bucket: where it stands, and its closing balance."""
    for category, bucket, balance, count in target.buckets:
        status = "performing" if category == "delinquent" else category
        for share in split(balance, [Decimal(3 + k % 5) for k in range(count)]):
            yield (status, bucket), share


_SPREADS: dict[str, tuple[Decimal, Decimal, Decimal]] = {
    "remaining_amortization_months": (Decimal(9), Decimal("0.01"), Decimal(1)),
    "seasoning_months": (Decimal(5), Decimal("0.01"), Decimal(0)),
    "margin": (Decimal("0.004"), Decimal("0.00001"), Decimal(0)),
    "max_rate": (Decimal("0.015"), Decimal("0.00001"), Decimal(0)),
    "min_rate": (Decimal("0.005"), Decimal("0.00001"), Decimal(0)),
    "cap_up": (Decimal("0.002"), Decimal("0.00001"), Decimal(0)),
    "cap_down": (Decimal("0.002"), Decimal("0.00001"), Decimal(0)),
}
"""How far a measure strays from its average, the places it is given to, and its lowest value."""


def _measures(target: TapeTarget, closing: Sequence[Decimal], chance: random.Random) -> list[dict[str, Decimal]]:
    found: list[dict[str, Decimal]] = [{} for _ in closing]
    for name, average in target.averages.items():
        spread, places, least = _SPREADS[name]

        def draw(spread: Decimal = spread) -> Decimal:
            return spread * (Decimal(chance.randrange(-1000, 1001)) / 1000)

        for held, value in zip(found, averaged(average, closing, draw, places, least), strict=True):
            held[name] = value
    return found


def _rates(target: TapeTarget, count: int, chance: random.Random) -> list[Decimal]:
    return [target.note_rate + EIGHTH * chance.randrange(-12, 13) for _ in range(count)]


def calibrated_group(target: TapeTarget) -> list[CalibratedLoan]:
    """Return one group's loans, the real ones first."""
    chance = random.Random(f"{SEED}/{target.group}")
    real = [row for row in payoffs() if row["group"] == target.group]
    behind = list(_statuses(target))
    good = target.count - len(real) - len(behind)
    rest = target.closing_balance - sum(balance for _, balance in behind)
    closing = [balance for _, balance in behind]
    closing += split(rest, [Decimal(chance.randrange(500, 1500)) for _ in range(good)])
    statuses: list[tuple[str, str] | None] = [status for status, _ in behind] + [None] * good
    scheduled = split(target.scheduled_principal, closing)
    payers = set(chance.sample(range(len(behind), len(closing)), 12))
    curtailed = split(
        target.curtailments, [Decimal(1 + k % 3) if k in payers else Decimal(0) for k in range(len(closing))]
    )
    opening = [sum(parts, Decimal(0)) for parts in zip(closing, scheduled, curtailed, strict=True)]
    found = [_real_loan(row) for row in real]
    due = target.scheduled_interest - sum((loan.interest for loan in found), Decimal(0))
    rates = settled_rates(opening, _rates(target, len(closing), chance), (due // CENT) * CENT)
    interest = [month_interest(balance, note_rate) for balance, note_rate in zip(opening, rates, strict=True)]
    interest[0] += due % CENT  # the group accrues a fraction of a cent
    measures = _measures(target, closing, chance)
    months = [max(12, target.remaining_months + 1 + chance.randrange(-6, 7)) for _ in closing]
    for k, balance in enumerate(closing):
        found.append(
            CalibratedLoan(
                loan=f"CAL-{target.letter}-{k + 1:04d}",
                group=target.group,
                opening=opening[k],
                closing=balance,
                scheduled=scheduled[k],
                curtailment=curtailed[k],
                interest=interest[k],
                note_rate=rates[k],
                remaining_months=months[k],
                measures=measures[k],
                status=statuses[k],
                payoff=None,
            )
        )
    return found


def _real_loan(row: dict[str, str]) -> CalibratedLoan:
    amount, note_rate = Decimal(row["amount"]), Decimal(row["note_rate"])
    return CalibratedLoan(
        loan=row["loan"],
        group=row["group"],
        opening=amount,
        closing=Decimal(0),
        scheduled=Decimal("0.00"),
        curtailment=Decimal("0.00"),
        interest=month_interest(amount, note_rate),
        note_rate=note_rate,
        remaining_months=0,
        measures={},
        status=None,
        payoff=row,
    )


def _d(text: str) -> Decimal:
    return Decimal(text)


TARGETS = (
    TapeTarget(
        group="adjustable",
        letter="A",
        count=1887,
        closing_balance=_d("452420674.92"),
        scheduled_principal=_d("468567.27"),
        scheduled_interest=_d("2367226.19"),
        curtailments=_d("40683.77"),
        delinquent_principal=_d("70043.13"),
        delinquent_interest=_d("392867.14"),
        delinquent_fee=_d("24400.00"),
        advanced_interest=_d("368467.13"),
        servicing_fee=_d("131341.83"),
        compensating_interest=_d("22223.45"),
        collected_interest=_d("1952135.60"),
        relief_act=_d("0.00"),
        note_rate=_d("0.0615"),
        remaining_months=353,
        averages={
            "remaining_amortization_months": _d("353.361234"),
            "seasoning_months": _d("6.63876599"),
            "margin": _d("0.02904304"),
            "max_rate": _d("0.13025182"),
            "min_rate": _d("0.03002424"),
            "cap_up": _d("0.01006441"),
            "cap_down": _d("0.01006441"),
        },
        buckets=(
            ("delinquent", "1 payment", _d("2295988.54"), 10),
            ("delinquent", "2 payments", _d("975445.48"), 3),
            ("delinquent", "3+ payments", _d("2032705.83"), 7),
            ("foreclosure", "3+ payments", _d("565404.70"), 2),
            ("bankruptcy", "3+ payments", _d("131989.65"), 1),
            ("reo", "3+ payments", _d("643556.47"), 1),
        ),
    ),
    TapeTarget(
        group="fixed",
        letter="F",
        count=140,
        closing_balance=_d("6476113.65"),
        scheduled_principal=_d("0.00"),
        scheduled_interest=_d("77983.0967"),
        curtailments=_d("19967.44"),
        delinquent_principal=_d("0.00"),
        delinquent_interest=_d("55412.70"),
        delinquent_fee=_d("3086.12"),
        advanced_interest=_d("52326.58"),
        servicing_fee=_d("1276.59"),
        compensating_interest=_d("1797.76"),
        collected_interest=_d("20477.72"),
        relief_act=_d("294.92"),
        note_rate=_d("0.139"),
        remaining_months=167,
        averages={"remaining_amortization_months": _d("164.1970068"), "seasoning_months": _d("57.16538335")},
        buckets=(
            ("delinquent", "1 payment", _d("135265.82"), 3),
            ("delinquent", "3+ payments", _d("45454.43"), 1),
            ("bankruptcy", "current", _d("85277.11"), 2),
            ("bankruptcy", "3+ payments", _d("85556.35"), 1),
        ),
    ),
)
"""The published figures that the tape adds up to; averages of terms and ages stand a month earlier."""


def calibrated_tape() -> list[CalibratedLoan]:
    """Return all 2,027 loans."""
    return [loan for target in TARGETS for loan in calibrated_group(target)]
