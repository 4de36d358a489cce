"""Counts, balances and averages of loans, exactly, of events and of columns alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from operator import mul
from typing import TYPE_CHECKING

import attrs
from attrs import field

from ledger.events.deal import LoanBoarded
from ledger.tapes.boarded import BoardedLoans
from ledger.tapes.cells import EXACT

if TYPE_CHECKING:
    import polars as pl

AVERAGES: dict[str, int] = {
    "note_rate": 8,
    "remaining_term_months": 2,
    "seasoning_months": 2,
    "loan_to_value": 4,
}
"""What is averaged, weighted by balance over the loans that say it, and its decimals, rounded half up."""

_CENTS = Decimal("0.01")


@attrs.define(kw_only=True)
class Weighed:
    """Loans added up: how many, their balances, and by field the balance of those that say it, and that times it."""

    count: int = 0
    whole: Decimal = Decimal("0.00")
    by_field: dict[str, tuple[Decimal, Decimal]] = field(factory=dict)

    def add(self, count: int, balance: Decimal) -> None:
        """Add loans, and their balances together."""
        self.count += count
        self.whole = EXACT.add(self.whole, balance)

    def weigh(self, name: str, balance: Decimal, weighed: Decimal) -> None:
        """Add what loans say of a field: their balances, and the sum of each times what it says."""
        held = self.by_field.get(name, (Decimal(0), Decimal(0)))
        self.by_field[name] = EXACT.add(held[0], balance), EXACT.add(held[1], weighed)

    def average(self, name: str) -> Decimal | None:
        """Return the average of a field weighted by balance, over the loans that say it; None where none does."""
        whole, weighed = self.by_field.get(name, (Decimal(0), Decimal(0)))
        if not whole:
            return None
        return EXACT.divide(weighed, whole).quantize(Decimal(1).scaleb(-AVERAGES[name]), ROUND_HALF_UP, EXACT)


def weighed(loans: Iterable[LoanBoarded], by: str = "") -> dict[str, Weighed]:
    """Return loans added up by the text of a field, in its order; without one, all of them under an empty name."""
    found: dict[str, Weighed] = {} if by else {"": Weighed()}
    parts = loans.parts if isinstance(loans, BoardedLoans) else [list(loans)]
    for part in parts:
        if isinstance(part, list):
            _weigh_events(part, by, found)
        else:
            _weigh_columns(part, by, found)
    return dict(sorted(found.items()))


def added_up(loans: BoardedLoans) -> Decimal:
    """Return the balances of loans, added up."""
    whole = Decimal("0.00")
    for part in loans.parts:
        if isinstance(part, list):
            for loan in part:
                whole = EXACT.add(whole, loan.balance)
        else:
            whole = EXACT.add(whole, _balance(part))
    return whole


def _balance(loans: pl.DataFrame) -> Decimal:
    return Decimal(loans["balance"].sum()).quantize(_CENTS, context=EXACT)


def _weigh_events(loans: Sequence[LoanBoarded], by: str, found: dict[str, Weighed]) -> None:
    for loan in loans:
        held = found.setdefault(getattr(loan, by) if by else "", Weighed())
        held.add(1, loan.balance)
        for name in AVERAGES:
            value = getattr(loan, name)
            if value is not None:
                held.weigh(name, loan.balance, EXACT.multiply(loan.balance, Decimal(value)))


def _weigh_columns(loans: pl.DataFrame, by: str, found: dict[str, Weighed]) -> None:
    import polars

    for key, part in loans.group_by(by) if by in loans.columns else [(("",), loans)]:
        held = found.setdefault(str(key[0]), Weighed())
        held.add(len(part), _balance(part))
        for name in AVERAGES:
            said = part.filter(polars.col(name).is_not_null()) if name in part.columns else part.head(0)
            if len(said):
                balances = said["balance"].to_physical().to_list()
                values, scale = _whole(said[name])
                product = Decimal(sum(map(mul, balances, values))).scaleb(-4 - scale, EXACT)
                held.weigh(name, Decimal(sum(balances)).scaleb(-4, EXACT), product)


def _whole(values: pl.Series) -> tuple[list[int], int]:
    """Return numbers as whole ones, and how many decimals those stand for."""
    scale = getattr(values.dtype, "scale", 0)
    return values.to_physical().to_list(), scale
