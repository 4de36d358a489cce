"""Certificate payment: what every class got this period and to date (the filing's pages 2 and 3)."""

from __future__ import annotations

from collections.abc import Callable

from ledger import ClassReport, DistributionReport, Exact, Origin, excel_serial, total
from replay.statements.figures import Cell, Page, Section, section
from replay.statements.printing import Style

Amounts = dict[str, Callable[[ClassReport], Exact]]
REPORT = "Certificate Payment Report"


CURRENT: Amounts = {
    "original face value": lambda item: item.face,
    "prior principal balance": lambda item: item.accrual.opening_balance,
    "interest": lambda item: item.interest,
    "principal": lambda item: item.principal,
    "total distribution": lambda item: item.distribution,
    "realized losses": lambda item: item.loss,
    "deferred interest": lambda item: item.deferred_interest,
    "current principal balance": lambda item: item.result.closing_balance,
}

TO_DATE: Amounts = {
    "original face value": lambda item: item.face,
    "interest": lambda item: item.to_date.interest,
    "unscheduled principal": lambda item: item.to_date.unscheduled_principal,
    "scheduled principal": lambda item: item.to_date.scheduled_principal,
    "total principal": lambda item: item.to_date.principal,
    "total distribution": lambda item: item.to_date.distribution,
    "realized losses": lambda item: item.to_date.losses,
    "deferred interest": lambda item: item.deferred_interest,
    "current principal balance": lambda item: item.result.closing_balance,
}

INTEREST: Amounts = {
    "prior principal balance": lambda item: item.accrual.notional_balance,
    "accrued interest": lambda item: item.accrual.accrued,
    "non-supported interest shortfall": lambda item: item.non_supported,
    "prior unpaid interest": lambda item: item.accrual.arrears,
    "unscheduled interest adjustments": lambda item: item.interest_adjustments,
    "optimal interest": lambda item: item.optimal_interest,
    "paid or deferred interest": lambda item: item.paid_interest,
    "current unpaid interest": lambda item: item.unpaid_interest,
}


UNROUNDED: dict[str, frozenset[str]] = {
    "current period": frozenset({"interest", "principal", "total distribution"}),
    "to date": frozenset(
        {"interest", "unscheduled principal", "scheduled principal", "total principal", "total distribution"}
    ),
    "interest": frozenset(
        {"prior unpaid interest", "optimal interest", "paid or deferred interest", "current unpaid interest"}
    ),
}
"""The columns of cash that carry fractions of a cent, by section.

Principal is split unrounded among the classes, the residual's interest is what unrounded fees leave, and unpaid
interest is an accrual. Every other column of cash is printed in whole cents.
"""


def _styles(name: str, amounts: Amounts) -> list[Style]:
    return [Style.GENERAL if column in UNROUNDED[name] else Style.CENTS for column in amounts]


def _cells(item: ClassReport, amounts: Amounts) -> list[Cell]:
    return [(column, value(item)) for column, value in amounts.items()]


def _with_total(report: DistributionReport, table: str, amounts: Amounts) -> list[tuple[str, list[Cell], list[Style]]]:
    styles = _styles(table, amounts)
    rows = [(name, _cells(item, amounts), styles) for name, item in report.classes.items()]
    whole: list[Cell] = [
        (column, total(value(item) for item in report.classes.values())) for column, value in amounts.items()
    ]
    return [*rows, ("Total", whole, styles)]


def _factors(report: DistributionReport, page: int) -> Section:
    rows = []
    for name, item in report.classes.items():
        period, bond, factors = item.accrual.period, item.accrual.bond, item.factors
        pays = item.is_paid_on_balance
        cells: list[Cell] = [
            ("period starting", _serial(excel_serial(period.start))),
            ("period ending", _serial(excel_serial(period.end))),
            ("method", bond.accrual_method_printed or bond.day_count.value if pays else None),
            ("cusip", (bond.cusip or None) if pays else None),
            ("original principal balance", item.face),
            ("prior principal balance", factors.opening_balance),
            ("interest", factors.interest),
            ("principal", factors.principal),
            ("total distribution", factors.distribution),
            ("current principal balance", factors.closing_balance),
        ]
        rows.append((name, cells, Style.GENERAL))
    names = tuple(column for column, _ in rows[0][1])
    return section(
        page,
        "factors",
        names,
        rows,
        title="Current Period Factor Information per $1,000 of Original Face",
        shape="classes",
    )


def _serial(day: int) -> Exact:
    return Exact(day, "term", label="day number of the accrual period", origin=Origin.TERM)


def _interest_detail(report: DistributionReport, page: int) -> Section:
    names, styles = ("pass-through rate", *INTEREST), [Style.GENERAL, *_styles("interest", INTEREST)]
    rows = []
    for name, item in report.classes.items():
        rows.append((name, [("pass-through rate", item.accrual.rate), *_cells(item, INTEREST)], styles))
    *_, whole = _with_total(report, "interest", INTEREST)
    return section(page, "interest", names, [*rows, whole], title="Interest Detail", shape="classes")


def pages(report: DistributionReport, first: int) -> list[Page]:
    """Return the certificate payment pages, the first numbered ``first``."""
    current = section(
        first,
        "current period",
        tuple(CURRENT),
        _with_total(report, "current period", CURRENT),
        title="Distribution in Dollars - Current Period",
        shape="classes",
    )
    to_date = section(
        first + 1,
        "to date",
        tuple(TO_DATE),
        _with_total(report, "to date", TO_DATE),
        title="Distribution in Dollars - to Date",
        shape="classes",
    )
    return [
        Page(number=first, report=REPORT, title=REPORT, sections=(current, _factors(report, first))),
        Page(number=first + 1, report=REPORT, title=REPORT, sections=(to_date, _interest_detail(report, first + 1))),
    ]
