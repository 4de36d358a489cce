"""Counts, balances and averages of loans, exactly, of events and of columns alike."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

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
_AMOUNT_SCALE = 4
_VAST = 2**126


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


def _weigh_events(loans: Iterable[Any], by: str, found: dict[str, Weighed]) -> None:
    for loan in loans:
        held = found.setdefault(getattr(loan, by) if by else "", Weighed())
        held.add(1, loan.balance)
        for name in AVERAGES:
            value = getattr(loan, name)
            if value is not None:
                held.weigh(name, loan.balance, EXACT.multiply(loan.balance, Decimal(value)))


def _weigh_columns(loans: pl.DataFrame, by: str, found: dict[str, Weighed]) -> None:
    """Add up whole numbers, group by group: balances in 0.0001 dollar, and their products with what loans say."""
    import polars

    names = [name for name in AVERAGES if name in loans.columns]
    if any(_is_vast(loans, name) for name in names):
        _weigh_events([_Said(row) for row in loans.iter_rows(named=True)], by, found)
        return
    balance = polars.col("balance").to_physical().cast(polars.Int128)
    asked = [polars.len().alias("count"), balance.sum().alias("whole")]
    for name in names:
        value = polars.col(name).to_physical().cast(polars.Int128)
        said = polars.col(name).is_not_null()
        asked.append(said.sum().alias(f"{name} said"))
        asked.append(balance.filter(said).sum().alias(f"{name} balance"))
        asked.append((balance * value).sum().alias(f"{name} weighed"))
    rows = loans.group_by(by).agg(asked) if by in loans.columns else loans.select(asked)
    for row in rows.iter_rows(named=True):
        held = found.setdefault(str(row.get(by, "")), Weighed())
        held.add(row["count"], Decimal(row["whole"]).scaleb(-_AMOUNT_SCALE, EXACT).quantize(_CENTS, context=EXACT))
        for name in names:
            if row[f"{name} said"]:
                whole = Decimal(row[f"{name} balance"]).scaleb(-_AMOUNT_SCALE, EXACT)
                scale = _AMOUNT_SCALE + getattr(loans[name].dtype, "scale", 0)
                held.weigh(name, whole, Decimal(row[f"{name} weighed"]).scaleb(-scale, EXACT))


def _is_vast(loans: pl.DataFrame, name: str) -> bool:
    """Say whether the sum of what a field is weighed with might not fit into the whole numbers of a column."""
    import polars

    highest = loans.select(polars.col("balance", name).to_physical().max().fill_null(0)).row(0)
    return bool(highest[0] * highest[1] * len(loans) >= _VAST)


class _Said:
    """What a row of columns says, under the names of an event's fields."""

    def __init__(self, row: dict[str, Any]) -> None:
        self.__dict__ = dict.fromkeys(AVERAGES) | row
