"""The figures that a closing would fix, in short: funds and cash, the pool rolled forward, what each class is paid."""

from __future__ import annotations

from decimal import Decimal

import attrs

from ledger.projections.report import DistributionReport
from ledger.values.exact import Exact


@attrs.frozen(kw_only=True)
class ClosingFigures:
    """Dollars, fractions of a cent kept, and loans; ``funds``, ``pool`` and ``classes`` hold a name, then its amounts.

    ``pool`` and ``loans`` have a figure for each of ``groups``, and the whole; a class its opening balance, interest,
    principal, loss and closing balance.
    """

    digest: str
    groups: tuple[str, ...]
    funds: tuple[tuple[str, Decimal], ...]
    pool: tuple[tuple[str, tuple[Decimal, ...]], ...]
    loans: tuple[tuple[str, tuple[int, ...]], ...]
    classes: tuple[tuple[str, tuple[Decimal, ...]], ...]


_POOL = (
    "opening_balance",
    "added_balance",
    "scheduled_principal",
    "curtailments",
    "payoffs",
    "insurance_principal",
    "repurchases",
    "liquidations",
    "closing_balance",
)


def closing_figures(report: DistributionReport) -> ClosingFigures:
    """Return the figures of a report that its closing would fix, without lines of the pool in which nothing moved."""
    groups = tuple(report.collateral.groups)
    columns = (*report.collateral.groups.values(), report.collateral.total)
    account = report.account
    funds: tuple[tuple[str, Exact], ...] = (
        ("interest funds", account.interest_funds),
        ("principal funds", account.principal_funds),
        ("funds", report.funds),
        ("cash for the classes", report.cash_for_classes),
    )
    return ClosingFigures(
        digest=report.digest,
        groups=groups,
        funds=tuple((name, amount.decimal) for name, amount in funds),
        pool=tuple(
            (name.replace("_", " "), amounts)
            for name in _POOL
            if any(amounts := tuple(getattr(column, name).decimal for column in columns)) or name in _ALWAYS
        ),
        loans=tuple(
            (name.replace("_", " "), tuple(int(getattr(column, name).value) for column in columns))
            for name in ("opening_count", "closing_count")
        ),
        classes=tuple(
            (
                name,
                (
                    item.accrual.opening_balance.decimal,
                    item.result.all_interest.decimal,
                    item.result.all_principal.decimal,
                    item.result.loss.decimal,
                    item.result.closing_balance.decimal,
                ),
            )
            for name, item in report.classes.items()
        ),
    )


_ALWAYS = ("opening_balance", "closing_balance")


__all__ = ["ClosingFigures", "closing_figures"]
