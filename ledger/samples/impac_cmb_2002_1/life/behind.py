"""Which loans were behind in which month, so that every row of the calibrated delinquency reports is some loans' sum.

Rows are filled from the last month back: a loan three payments behind was two behind the month before, where the row
of that month has room for it. What its rows do not say of a loan's balance, a small instalment a month says.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_DOWN, Decimal

import attrs

from ledger.samples.impac_cmb_2002_1.calibrated.rates import CENT
from ledger.samples.impac_cmb_2002_1.calibrated.tape import TapeTarget, split
from ledger.samples.impac_cmb_2002_1.life.months import life

Standing = tuple[str, str]
"""A category of the delinquency report and a bucket."""

SEPTEMBER = 6
"""The place of the real month among the seven."""

INSTALMENT = Decimal("0.00096")
"""The share of its balance that a loan behind owes every month where no row says it; fixed loans owe nothing."""

_CAME_FROM: dict[Standing, tuple[Standing, ...]] = {
    ("delinquent", "2 payments"): (("delinquent", "1 payment"),),
    ("delinquent", "3+ payments"): (("delinquent", "3+ payments"), ("delinquent", "2 payments")),
    ("foreclosure", "3+ payments"): (("foreclosure", "3+ payments"), ("delinquent", "3+ payments")),
    ("bankruptcy", "3+ payments"): (("bankruptcy", "3+ payments"), ("delinquent", "3+ payments")),
    ("bankruptcy", "current"): (("bankruptcy", "current"),),
    ("reo", "3+ payments"): (("reo", "3+ payments"),),
}
"""Where a loan may have stood a month before it stood there, likeliest first."""


@attrs.define(kw_only=True)
class BehindLoan:
    """A loan that was behind: where it stood, and its balance after each month in which it was; in dollars."""

    balances: dict[int, Decimal] = attrs.field(factory=dict)
    standings: dict[int, Standing] = attrs.field(factory=dict)
    monthly: Decimal = Decimal("0.00")

    def repaid(self, month: int) -> Decimal:
        """Return the principal that came off its balance in a month."""
        if month in self.balances and month - 1 in self.balances:
            return self.balances[month - 1] - self.balances[month]
        return self.monthly

    @property
    def after_september(self) -> Decimal:
        """Return its balance after the real month."""
        last = max(self.balances)
        return self.balances[last] - self.monthly * (SEPTEMBER - last)


def _rows(target: TapeTarget, month: int) -> Iterator[tuple[Standing, Decimal, int]]:
    if month == SEPTEMBER:
        for category, bucket, balance, count in target.buckets:
            yield (category, bucket), balance, count
        return
    for row in life()["months"][month]["behind"]:
        if row["group"] == target.group:
            yield (row["category"], row["bucket"]), Decimal(row["balance"]), row["count"]


def loans_behind(target: TapeTarget) -> list[BehindLoan]:
    """Return the loans of a group that were behind in any month, each row of every month adding up to the cent."""
    found: list[BehindLoan] = []
    for month in range(SEPTEMBER, 0, -1):
        for standing, balance, count in _rows(target, month):
            taken = _stayed(found, month, standing, balance, count) or _carried(found, month, standing, balance, count)
            rest, fresh = balance - sum(taken.values()), count - len(taken)
            placed = [(found[k], share) for k, share in taken.items()]
            for share in split(rest, [Decimal(3 + k % 5) for k in range(fresh)]):
                monthly = share * INSTALMENT if target.scheduled_principal else Decimal(0)
                placed.append((BehindLoan(monthly=monthly.quantize(CENT, ROUND_DOWN)), share))
                found.append(placed[-1][0])
            for loan, share in placed:
                loan.balances[month], loan.standings[month] = share, standing
    return found


def _following(found: list[BehindLoan], month: int, standing: Standing) -> Iterator[int]:
    for likeliest in (0, 1):
        for k, loan in enumerate(found):
            then = loan.standings.get(month + 1)
            origins = _CAME_FROM.get(then, ()) if then else ()
            if month not in loan.standings and len(origins) > likeliest and origins[likeliest] == standing:
                yield k


def _stayed(
    found: list[BehindLoan], month: int, standing: Standing, balance: Decimal, count: int
) -> dict[int, Decimal]:
    """Return the loans of the same row a month later, if the row's balance shows that they are these."""
    same = [k for k in _following(found, month, standing) if found[k].standings[month + 1] == standing]
    later = [found[k].balances[month + 1] for k in same]
    repaid = balance - sum(later)
    if len(same) != count or not 0 <= repaid <= balance * Decimal("0.002"):
        return {}
    shares = split(repaid, later)
    return {k: left + share for k, left, share in zip(same, later, shares, strict=True)}


def _carried(
    found: list[BehindLoan], month: int, standing: Standing, balance: Decimal, count: int
) -> dict[int, Decimal]:
    """Return loans that stood worse a month later, as many as leave a likely balance to at least one other."""
    taken: dict[int, Decimal] = {}
    for k in _following(found, month, standing):
        then = found[k].balances[month + 1] + found[k].monthly
        fresh = count - len(taken) - 1
        rest = balance - sum(taken.values()) - then
        if fresh > 0 and Decimal("0.4") <= (rest / fresh) / (balance / count) <= Decimal("2.2"):
            taken[k] = then
    return taken
