"""Certificate payment: what every class got this period and to date (the filing's pages 2 and 3)."""

from __future__ import annotations

from collections.abc import Callable

from ledger import ZERO, ClassKind, ClassReport, DistributionReport, Exact, Origin, excel_serial, ratio, total
from replay.statements.figures import Cell, Page, Section, section
from replay.statements.printing import Style

Amounts = dict[str, Callable[[ClassReport], Exact]]
REPORT = "Certificate Payment Report"


def _face(item: ClassReport) -> Exact:
    return item.result.claim.face


def class_interest(item: ClassReport) -> Exact:
    """Return everything paid to a class as interest, from whatever source."""
    result = item.result
    parts = [
        part
        for part in (result.interest_paid, result.basis_risk_paid, result.residual_paid, result.insurer_interest)
        if part.value
    ]
    return total(parts) if parts else result.interest_paid


def class_principal(item: ClassReport) -> Exact:
    """Return everything paid to a class as principal."""
    return item.result.all_principal


def class_distribution(item: ClassReport) -> Exact:
    """Return everything paid to a class."""
    return total((class_interest(item), class_principal(item)))


def _nothing(_: ClassReport) -> Exact:
    return ZERO


CURRENT: Amounts = {
    "original face value": _face,
    "prior principal balance": lambda item: item.accrual.opening_balance,
    "interest": class_interest,
    "principal": class_principal,
    "total distribution": class_distribution,
    "realized losses": lambda item: item.result.loss,
    "deferred interest": _nothing,
    "current principal balance": lambda item: item.result.closing_balance,
}

TO_DATE: Amounts = {
    "original face value": _face,
    "interest": lambda item: item.to_date.interest,
    "unscheduled principal": lambda item: item.to_date.unscheduled_principal,
    "scheduled principal": lambda item: item.to_date.scheduled_principal,
    "total principal": lambda item: item.to_date.principal,
    "total distribution": lambda item: item.to_date.distribution,
    "realized losses": lambda item: item.to_date.losses,
    "deferred interest": _nothing,
    "current principal balance": lambda item: item.result.closing_balance,
}

_PAID_ON_PRINCIPAL = (ClassKind.PRINCIPAL, ClassKind.NOTIONAL)


def _optimal(item: ClassReport) -> Exact:
    if item.accrual.bond.kind is ClassKind.RESIDUAL:
        return item.result.residual_paid
    return item.result.claim.interest_due + item.result.claim.interest_arrears


def _unpaid(item: ClassReport) -> Exact:
    if item.accrual.bond.kind is ClassKind.RESIDUAL:
        return ZERO
    return _optimal(item) - item.result.interest_paid - item.result.insurer_interest


def _paid_interest(item: ClassReport) -> Exact:
    return item.result.residual_paid if item.accrual.bond.kind is ClassKind.RESIDUAL else class_interest(item)


INTEREST: Amounts = {
    "prior principal balance": lambda item: item.accrual.notional_balance,
    "accrued interest": lambda item: item.accrual.accrued,
    "non-supported interest shortfall": lambda item: item.non_supported,
    "prior unpaid interest": lambda item: item.accrual.arrears,
    "unscheduled interest adjustments": _nothing,
    "optimal interest": _optimal,
    "paid or deferred interest": _paid_interest,
    "current unpaid interest": _unpaid,
}


def _cells(item: ClassReport, amounts: Amounts) -> list[Cell]:
    return [(column, value(item)) for column, value in amounts.items()]


def _with_total(report: DistributionReport, amounts: Amounts) -> list[tuple[str, list[Cell], Style]]:
    rows = [(name, _cells(item, amounts), Style.GENERAL) for name, item in report.classes.items()]
    whole: list[Cell] = [
        (column, total(value(item) for item in report.classes.values())) for column, value in amounts.items()
    ]
    return [*rows, ("Total", whole, Style.GENERAL)]


def _per_thousand(amount: Exact, item: ClassReport) -> Exact:
    return ratio(amount * 1000, _face(item)).named("factor", "amount per 1,000 dollars of original face")


def _factors(report: DistributionReport, page: int) -> Section:
    rows = []
    for name, item in report.classes.items():
        period, bond = item.accrual.period, item.accrual.bond
        pays = bond.kind in _PAID_ON_PRINCIPAL
        interest = class_interest(item) if pays else ZERO
        cells: list[Cell] = [
            ("period starting", _serial(excel_serial(period.start))),
            ("period ending", _serial(excel_serial(period.end))),
            ("method", bond.accrual_method_printed or bond.day_count.value if pays else None),
            ("cusip", (bond.cusip or None) if pays else None),
            ("original principal balance", _face(item)),
            ("prior principal balance", _per_thousand(item.accrual.opening_balance, item)),
            ("interest", _per_thousand(interest, item)),
            ("principal", _per_thousand(class_principal(item), item)),
            ("total distribution", _per_thousand(interest + class_principal(item), item)),
            ("current principal balance", _per_thousand(item.result.closing_balance, item)),
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
    names = ("pass-through rate", *INTEREST)
    rows = []
    for name, item in report.classes.items():
        rows.append((name, [("pass-through rate", item.accrual.rate), *_cells(item, INTEREST)], Style.GENERAL))
    *_, whole = _with_total(report, INTEREST)
    return section(page, "interest", names, [*rows, whole], title="Interest Detail", shape="classes")


def pages(report: DistributionReport, first: int) -> list[Page]:
    """Return the certificate payment pages, the first numbered ``first``."""
    current = section(
        first,
        "current period",
        tuple(CURRENT),
        _with_total(report, CURRENT),
        title="Distribution in Dollars - Current Period",
        shape="classes",
    )
    to_date = section(
        first + 1,
        "to date",
        tuple(TO_DATE),
        _with_total(report, TO_DATE),
        title="Distribution in Dollars - to Date",
        shape="classes",
    )
    return [
        Page(number=first, report=REPORT, title=REPORT, sections=(current, _factors(report, first))),
        Page(number=first + 1, report=REPORT, title=REPORT, sections=(to_date, _interest_detail(report, first + 1))),
    ]
