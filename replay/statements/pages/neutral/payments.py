"""Payments: what every class is paid and stands at, how its interest arose, and what it was paid to date."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ledger import ClassKind, ClassReport, DistributionReport, Exact, PayUnpaidLosses, RateKind, total
from replay.statements.figures import Cell, Page, Section
from replay.statements.pages.neutral.tables import Line, day, page_of, spaced, table
from replay.statements.printing import Style

Amount = Callable[[ClassReport], Exact | None]


def _on_balance(item: ClassReport, value: Exact) -> Exact | None:
    return value if item.accrual.bond.kind is ClassKind.PRINCIPAL else None


def _bears_interest(item: ClassReport) -> bool:
    return item.is_paid_on_balance and item.accrual.bond.rate.kind is not RateKind.NONE


def _interest(item: ClassReport) -> Exact | None:
    if item.is_residual or _bears_interest(item):
        return item.interest
    return item.interest if item.interest.value else None


PAID: dict[str, Amount] = {
    "original face": lambda item: item.face if item.face.value else None,
    "opening balance": lambda item: _on_balance(item, item.accrual.opening_balance),
    "notional balance": lambda item: (
        item.accrual.notional_balance if item.accrual.bond.kind is ClassKind.NOTIONAL else None
    ),
    "rate": lambda item: item.accrual.rate,
    "interest": _interest,
    "increase of the note": lambda item: _on_balance(item, item.accrual.increased),
    "principal": lambda item: _on_balance(item, item.principal),
    "losses paid": lambda item: _on_balance(item, item.losses_paid),
    "total paid": lambda item: item.distribution,
    "loss": lambda item: _on_balance(item, item.loss),
    "interest added to balance": lambda item: item.deferred_interest,
    "closing balance": lambda item: _on_balance(item, item.result.closing_balance),
}
_NOT_SUMMED = ("rate", "notional balance")
_ONLY_WHERE_ANY = frozenset(
    {
        "interest added to balance",
        "increase of the note",
        "shortfall borne",
        "unpaid before",
        "interest on what was unpaid",
        "taken by the cap",
        "losses",
        "losses paid",
    }
)
"""Columns that stand only where they are not nought for some class."""

DETAIL: dict[str, Amount] = {
    "balance accrued on": lambda item: item.accrual.notional_balance,
    "rate": lambda item: item.accrual.rate,
    "accrued": lambda item: item.accrual.accrued,
    "shortfall borne": lambda item: item.non_supported,
    "unpaid before": lambda item: item.accrual.arrears,
    "interest on what was unpaid": lambda item: item.accrual.interest_on_arrears,
    "due": lambda item: item.optimal_interest,
    "paid": lambda item: item.interest,
    "interest added to balance": lambda item: item.deferred_interest,
    "unpaid after": lambda item: item.unpaid_interest,
    "taken by the cap": lambda item: item.result.basis_risk_unpaid,
}

TO_DATE: dict[str, Amount] = {
    "interest": lambda item: item.to_date.interest,
    "scheduled principal": lambda item: _on_balance(item, item.to_date.scheduled_principal),
    "unscheduled principal": lambda item: _on_balance(item, item.to_date.unscheduled_principal),
    "principal": lambda item: _on_balance(item, item.to_date.principal),
    "losses paid": lambda item: _on_balance(item, item.to_date.losses_paid),
    "total paid": lambda item: item.to_date.distribution,
    "losses": lambda item: _on_balance(item, item.to_date.losses),
}


def _style(column: str) -> Style:
    return Style.FINE_PERCENT if column == "rate" else Style.MONEY


def _meaningful(amounts: dict[str, Amount], items: Iterable[ClassReport]) -> dict[str, Amount]:
    """Return the columns without those that mean nothing while they are nought for every class."""
    listed = list(items)
    found: dict[str, Amount] = {}
    for column, value in amounts.items():
        held = [amount for item in listed if (amount := value(item)) is not None]
        if column not in _ONLY_WHERE_ANY or any(amount.value for amount in held):
            found[column] = value
    return found


def _classes(
    report: DistributionReport, page: int, name: str, amounts: dict[str, Amount], chosen: list[str], *, sums: bool
) -> Section | None:
    shown = _meaningful(amounts, (report.classes[class_id] for class_id in chosen))
    styles = [_style(column) for column in shown]
    lines: list[Line] = [
        (class_id, [(column, value(report.classes[class_id])) for column, value in shown.items()], styles)
        for class_id in chosen
    ]
    if sums and len(chosen) > 1:
        whole: list[Cell] = []
        for column, value in shown.items():
            known = [amount for class_id in chosen if (amount := value(report.classes[class_id])) is not None]
            whole.append((column, total(known) if known and column not in _NOT_SUMMED else None))
        lines.append(("Total", whole, styles))
    return table(page, name, "Class", lines)


def _dates(report: DistributionReport, page: int) -> Section | None:
    at = report.distribution
    dates = {
        "Payment date": at.payment_date,
        "Record date": at.record_date,
        "Determination date": at.determination_date,
        "Prior payment date": at.prior_payment_date,
        "Due period from": at.due_period[0],
        "Due period to": at.due_period[1],
        "Prepayment period from": at.prepayment_period[0],
        "Prepayment period to": at.prepayment_period[1],
    }
    lines: list[Line] = [
        (label, [("date", None if value is None else day(value))], Style.TEXT) for label, value in dates.items()
    ]
    return table(page, "Dates", "Date", lines)


def _factors(report: DistributionReport, page: int) -> Section | None:
    lines: list[Line] = []
    for name, item in report.classes.items():
        if not item.face.value:
            continue
        found, on_balance = item.factors, item.accrual.bond.kind is ClassKind.PRINCIPAL
        cells: list[Cell] = [
            ("opening balance", found.opening_balance if on_balance else None),
            ("interest", found.interest if _bears_interest(item) else None),
            ("principal", found.principal if on_balance else None),
            ("total paid", found.distribution),
            ("closing balance", found.closing_balance if on_balance else None),
        ]
        lines.append((name, cells, Style.FACTOR))
    return table(page, "Per 1,000 of original face", "Class", lines)


def summary(report: DistributionReport, page: int) -> Page:
    """Return the page of payments: the dates, every class, and its factors."""
    every = list(report.classes)
    return page_of(
        page,
        "Payment summary",
        (
            _dates(report, page),
            _classes(report, page, "Payments", PAID, every, sums=True),
            _factors(report, page),
        ),
    )


def _described(report: DistributionReport, page: int) -> Section | None:
    lines: list[Line] = []
    for name, item in report.classes.items():
        bond, period, accrues = item.accrual.bond, item.accrual.period, _bears_interest(item)
        cells: list[Cell] = [
            ("type", spaced(bond.description)),
            ("cusip", spaced(bond.cusip)),
            ("kind", bond.kind.value),
            ("method", spaced(bond.accrual_method_printed, bond.day_count.value) if accrues else None),
            ("accrues from", day(period.start) if accrues else None),
            ("accrues to", day(period.end) if accrues else None),
        ]
        lines.append((name, cells, Style.TEXT))
    return table(page, "Classes", "Class", lines)


INSURED: dict[str, Amount] = {
    "claim before": lambda item: item.insurer_claim_before,
    "interest on it": lambda item: item.accrual.insurer_interest,
    "interest paid": lambda item: item.result.insurer_interest,
    "principal paid": lambda item: item.result.insurer_principal,
    "repaid": lambda item: item.insurer_reimbursed,
    "claim after": lambda item: item.insurer_claim,
}


def _insured(report: DistributionReport, page: int) -> Section | None:
    """What the bond insurer paid on classes and is owed for them, in months in which there is any of it."""
    chosen = [
        name for name, item in report.classes.items() if any(of(item) for of in INSURED.values())
    ]  # fmt: skip
    return _classes(report, page, "Bond insurer", INSURED, chosen, sums=False) if chosen else None


UNPAID: dict[str, Amount] = {
    "unpaid before": lambda item: item.losses_unpaid_before,
    "written down": lambda item: item.result.loss,
    "written up": lambda item: item.result.written_up,
    "paid": lambda item: item.losses_paid,
    "unpaid after": lambda item: item.losses_unpaid,
}


def _unpaid_losses(report: DistributionReport, page: int) -> Section | None:
    """What classes lost and what became of it, where a step pays losses back: of those that have, or had, any."""
    if not any(isinstance(step, PayUnpaidLosses) for step in report.terms.waterfall):
        return None
    chosen = [
        name for name, item in report.classes.items() if any(of(item) for of in UNPAID.values())
    ]  # fmt: skip
    return _classes(report, page, "Unpaid realized losses", UNPAID, chosen, sums=True) if chosen else None


def class_detail(report: DistributionReport, page: int) -> Page:
    """Return the page of detail: what classes are, their interest, what was paid to date, and what insurers paid."""
    accruing = [name for name, item in report.classes.items() if _bears_interest(item)]
    every = list(report.classes)
    return page_of(
        page,
        "Class detail to date",
        (
            _described(report, page),
            _classes(report, page, "Interest of the period", DETAIL, accruing, sums=False) if accruing else None,
            _classes(report, page, "Paid to date", TO_DATE, every, sums=True),
            _unpaid_losses(report, page),
            _insured(report, page),
        ),
        ["Note: To date is what was brought forward to date, and what was paid and lost since."],
    )


__all__ = ["DETAIL", "PAID", "TO_DATE", "class_detail", "summary"]
