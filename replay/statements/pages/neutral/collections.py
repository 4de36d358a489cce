"""What came in, by loan group and kind of principal, what was charged, and what the servicer advanced."""

from __future__ import annotations

from collections.abc import Mapping

from ledger import DistributionReport, Exact, PrincipalKind
from replay.statements.figures import Cell, Page, Section
from replay.statements.pages.neutral.tables import (
    Line,
    by_group,
    money_line,
    moved,
    over_groups,
    page_of,
    spaced,
    table,
)
from replay.statements.printing import Style

PRINCIPAL = {
    "scheduled": "Scheduled principal",
    "delinquent": "Scheduled principal not received",
    "advanced": "Principal advanced",
    "curtailments": "Curtailments",
    "payoffs": "Loans paid in full",
    "repurchases": "Loans repurchased or substituted",
    "substitution adjustments": "Substitution shortfalls",
    "termination price": "Clean-up call",
    "liquidations": "Loans liquidated, at their balance",
    "realized losses": "Realized losses",
    "insurance": "Insurance proceeds",
    "other additional": "Late principal and recoveries",
    "additional": "Pre-funding not spent",
    "draws": "Draws of borrowers",
    "loans bought": "Loans bought",
    "deferred principal": "Deferred principal collected",
    "capitalized advances": "Advances of capitalized arrears repaid",
    "note draws": "Draws that notes fund",
    "funding account": "From the funding account",
}
"""The lines of principal by their names in the collection account."""

INTEREST = {
    "scheduled": "Scheduled interest",
    "delinquent": "Scheduled interest not received",
    "advanced": "Interest advanced",
    "prepayment shortfalls": "Prepayment interest shortfalls",
    "compensating": "Compensating interest",
    "relief act": "Relief Act shortfalls",
    "repurchases": "Interest of loans repurchased",
    "substitution adjustments": "Interest of loans substituted",
    "termination price": "Interest of the clean-up call",
    "liquidations": "Interest of loans liquidated",
    "realized losses": "Interest lost",
    "insurance": "Insured interest",
    "other additional": "Late interest and other receipts",
    "premiums": "Prepayment premiums",
    "additional": "Drawn from accounts",
    "cap contracts": "Received under derivative contracts",
    "prior period adjustment": "Prior period adjustment",
    "capitalized": "Interest added to principal",
}

WITHDRAWN = {
    "unreimbursed pmi premiums": "Mortgage insurance premiums repaid",
    "unreimbursed special hazard premiums": "Special hazard premiums repaid",
    "unreimbursed liquidation expenses": "Liquidation expenses repaid",
    "unreimbursed servicing fees": "Servicing fees repaid",
    "deposits in error": "Deposits in error",
    "unreimbursed advances": "Advances of principal and interest repaid",
    "unreimbursed servicing advances": "Servicing advances repaid",
    "clear and terminate": "Account cleared and closed",
}


def _lines(
    report: DistributionReport, labels: Mapping[str, str], held: Mapping[str, Mapping[str, Exact]]
) -> list[Line]:
    found: list[Line] = []
    for key in (*labels, *(name for name in held if name not in labels)):
        if key in held:
            found.extend(money_line(report, labels.get(key, key.capitalize()), held[key]))
    return found


def _kinds(report: DistributionReport, page: int) -> Section | None:
    lines: list[Line] = []
    for kind in PrincipalKind:
        values = {group: held[kind] for group, held in report.principal_kinds.items()}
        lines.extend(money_line(report, kind.value.capitalize(), values))
    return table(page, "Principal by kind", "Kind", lines)


def collected(report: DistributionReport, page: int) -> Page:
    """Return the page of collections: principal and interest by line, principal by kind, and what is available."""
    account = report.account
    principal = _lines(report, PRINCIPAL, account.principal)
    principal += money_line(report, "Total", by_group(report, account.principal_collections), always=True)
    interest = _lines(report, INTEREST, account.interest)
    interest += money_line(report, "Total", by_group(report, account.interest_collections), always=True)
    withdrawn = _lines(report, WITHDRAWN, account.withdrawals)
    if withdrawn:
        withdrawn += money_line(report, "Total", by_group(report, account.total_withdrawals))
    available: list[Line] = [
        *money_line(report, "Principal collected", by_group(report, account.principal_collections), always=True),
        *money_line(report, "Interest collected", by_group(report, account.interest_collections), always=True),
        *money_line(report, "Withdrawals", by_group(report, lambda group: -account.total_withdrawals(group))),
        *money_line(report, "Fees", by_group(report, lambda group: -account.total_fees(group))),
        *money_line(report, "Available", by_group(report, account.available), always=True),
    ]
    return page_of(
        page,
        "Collections",
        (
            table(page, "Principal collected", "Principal", principal),
            _kinds(report, page),
            table(page, "Interest collected", "Interest", interest),
            table(page, "Withdrawals", "Withdrawal", withdrawn),
            table(page, "Available funds", "Funds", available),
        ),
    )


def _fees(report: DistributionReport, page: int) -> Section | None:
    lines: list[Line] = []
    for line in report.fees:
        label = spaced(line.fee.title, line.fee.fee_id)
        # A fee that one group bears does not exist for the others.
        bearing = {g: due for g, due in line.due.items() if line.fee.borne_by in (None, g)}
        cells: list[Cell] = [("paid to", spaced(line.fee.payee)), *over_groups(report, bearing, line.total)]
        lines.append((label, cells, [Style.TEXT, *[Style.MONEY] * (len(cells) - 1)]))
    served = report.account.fees["servicing"]
    if any(value.value for value in served.values()):
        lines.append(("Servicing fee", over_groups(report, served), Style.MONEY))
    if len(lines) > 1:
        lines.extend(money_line(report, "Total", by_group(report, report.account.total_fees), always=True))
    return table(page, "Fees", "Fee", lines)


def _claimed_fees(report: DistributionReport, page: int) -> Section | None:
    """What fees in the waterfall claimed, were paid, and carry forward."""
    lines: list[Line] = []
    for line in report.fees:
        found = report.waterfall.fees.get(line.fee.fee_id)
        if found is not None:
            cells: list[Cell] = [
                ("due", found.due),
                ("unpaid before", found.arrears),
                ("paid", found.paid),
                ("carried forward", found.unpaid),
            ]
            lines.append((spaced(line.fee.title, line.fee.fee_id), cells, Style.MONEY))
    return table(page, "Fees in the waterfall", "Fee", lines)


def _servicing(report: DistributionReport, page: int) -> Section | None:
    served = report.servicing
    if not any(value.value for value in served.delinquent_fee.values()):
        return None
    lines = [
        *money_line(report, "Kept from interest collected", served.current_fee),
        *money_line(report, "In instalments not received", served.delinquent_fee),
        *money_line(report, "Earned", served.total_fee),
        *money_line(report, "Less compensating interest and what was not received", served.collected_fee),
    ]
    return table(page, "Servicing fee", "Servicing fee", lines)


def _shortfalls(report: DistributionReport, page: int) -> Section | None:
    short = report.shortfalls
    lines = [
        *money_line(report, "Prepayment interest shortfall", short.prepayment),
        *money_line(report, "Compensating interest owed", short.compensating),
        *money_line(report, "Compensating interest paid", short.compensating_paid),
        *money_line(report, "Not covered", short.non_supported),
        *money_line(report, "Relief Act shortfall", short.relief_act),
    ]
    return table(page, "Interest shortfalls", "Shortfall", lines)


def _advances(report: DistributionReport, page: int) -> Section | None:
    served, back = report.servicing, report.account.withdrawals
    lines = [
        *money_line(report, "Principal advanced", served.advanced_principal),
        *money_line(report, "Interest advanced", served.advanced_interest),
    ]
    if len(lines) > 1:
        lines.extend(money_line(report, "Total advanced", served.advances))
    for key in ("unreimbursed advances", "unreimbursed servicing advances"):
        lines.extend(money_line(report, WITHDRAWN[key], back.get(key, {})))
    return table(page, "Advances", "Advance", lines)


def _contracts(report: DistributionReport, page: int) -> Section | None:
    lines: list[Line] = []
    for item in report.derivatives.contracts:
        cells: list[Cell] = [
            ("kind", item.contract.kind),
            ("due from the trust", moved(item.due)),
            ("paid by the trust", moved(item.paid)),
        ]
        lines.append((spaced(item.contract.contract), cells, [Style.TEXT, Style.MONEY, Style.MONEY]))
    return table(page, "Derivative contracts", "Contract", lines)


def fees_and_advances(report: DistributionReport, page: int) -> Page:
    """Return the page of fees, interest shortfalls, advances and derivative contracts."""
    tables = (
        _fees(report, page),
        _claimed_fees(report, page),
        _servicing(report, page),
        _shortfalls(report, page),
        _advances(report, page),
        _contracts(report, page),
    )
    none = [] if any(tables) else ["Note: No fee was charged and nothing was advanced."]
    return page_of(page, "Fees and advances", tables, none)


__all__ = ["INTEREST", "PRINCIPAL", "WITHDRAWN", "collected", "fees_and_advances"]
