"""The collection account: summary, collections, withdrawals, other accounts and fees (the filing's pages 4 to 6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ledger import DistributionReport, Exact
from replay.statements.figures import Page, PlainRow, Section, section
from replay.statements.pages.base import across, across_map, columns, only_total
from replay.statements.printing import Style

REPORT = "Collection Account Report"

PRINCIPAL_LINES = {
    "Scheduled Principal": "scheduled",
    "Curtailments": "curtailments",
    "Prepayments in Full": "payoffs",
    "Repurchases/Substitutions": "repurchases",
    "Liquidations": "liquidations",
    "Insurance Principal": "insurance",
    "Other Additional Principal": "other additional",
    "Delinquent Principal": "delinquent",
    "Realized Losses": "realized losses",
    "Substitution Adjustments- Principal": "substitution adjustments",
    "Termination Price Amounts- Principal": "termination price",
    "Additional Principal Amts": "additional",
    "Principal Advanced": "advanced",
}

INTEREST_LINES = {
    "Scheduled Interest": "scheduled",
    "Repurchases/Substitutions": "repurchases",
    "Liquidations": "liquidations",
    "Insurance Interest": "insurance",
    "Other Additional Interest": "other additional",
    "Prepayment Interest Shortfalls": "prepayment shortfalls",
    "Relief Act Interest Shortfalls": "relief act",
    "Delinquent Interest": "delinquent",
    "Interest Realized Losses": "realized losses",
    "Compensating Interest": "compensating",
    "Substitution Adjustments- Interest": "substitution adjustments",
    "Termination Price Amounts- Interest": "termination price",
    "Additional Interest Amts": "additional",
    "Interest Prepayment Premiums": "premiums",
    "Interest Advanced": "advanced",
    "Cap Contract Payment Amt": "cap contracts",
}

WHERE_ANY = {
    "Draws": "draws",
    "Additional Loans Purchased": "loans bought",
    "Deferred Principal Collected": "deferred principal",
    "Advances of Capitalized Arrears": "capitalized advances",
    "Draws on Notes": "note draws",
    "From Funding Account": "funding account",
}
"""Lines of principal that stand only where there is any; the template has none."""

SETTLED, SETTLED_TITLE = "prior period adjustment", "Prior Period Adjustment"
"""A line that stands only where a restatement of a paid distribution is settled; the template has none."""

ISSUER = "paid by the issuer"
"""A line that stands only where the issuer of a reference pool pays the classes."""

OTHERWISE = "contracts otherwise"
"""A line that stands only where what passed under contracts is not what their terms give."""

WITHDRAWAL_LINES = {
    "Prev. Unreimbursed PMI Premiums": "unreimbursed pmi premiums",
    "Prev. Unreimbursed Spec Haz Premiums": "unreimbursed special hazard premiums",
    "Prev. Unreimbursed Liq. Expenses": "unreimbursed liquidation expenses",
    "Prev. Unreimbursed Master/Sub-Servicing Fees": "unreimbursed servicing fees",
    "Amt Rvcd Not Due Bondholder /Deposits in Error": "deposits in error",
    "Prev. Unreimb. P&I Advances/Non Recov Advances": "unreimbursed advances",
    "Prev. Unreimbursed Servicing Advances": "unreimbursed servicing advances",
    "Clear and Terminate Collection Account": "clear and terminate",
}


def _table(report: DistributionReport, page: int, name: str, rows: list[PlainRow]) -> Section:
    return section(page, name, columns(report), rows)


def _lines(
    report: DistributionReport, labels: Mapping[str, str], lines: Mapping[str, dict[str, Exact]]
) -> list[PlainRow]:
    return [(label, across_map(report, lines[key]), Style.MONEY) for label, key in labels.items()]


def _line(report: DistributionReport, label: str, value: Callable[[str], Exact]) -> PlainRow:
    return (label, across(report, value), Style.MONEY)


def _summary(report: DistributionReport, page: int) -> Section:
    account = report.account

    rows = [
        _line(report, "Principal Collections", account.principal_collections),
        _line(report, "Principal Withdrawals", account.principal_withdrawals),
        _line(report, "Principal Other Accounts", account.principal_other_accounts),
        _line(report, "TOTAL PRINCIPAL", account.total_principal),
        _line(report, "Interest Collections", account.interest_collections),
        _line(report, "Interest Withdrawals", lambda group: -account.total_withdrawals(group)),
        _line(report, "Interest Other Accounts", account.interest_other_accounts),
        _line(report, "Interest Fees", lambda group: -account.total_fees(group)),
        _line(report, "TOTAL INTEREST", account.total_interest),
        _line(report, "TOTAL AVAILABLE FUNDS TO BONDHOLDERS", account.available),
    ]
    return _table(report, page, "SUMMARY", rows)


def _principal(report: DistributionReport, page: int) -> Section:
    account = report.account
    labels = {label: name for label, name in WHERE_ANY.items() if name in account.principal}
    rows = _lines(report, PRINCIPAL_LINES | labels, account.principal)
    if any(account.principal.get(SETTLED, {}).values()):
        rows.extend(_lines(report, {f"{SETTLED_TITLE}- Principal": SETTLED}, account.principal))
    rows.append(_line(report, "TOTAL PRINCIPAL", account.principal_collections))
    return _table(report, page, "PRINCIPAL - COLLECTIONS", rows)


def _interest(report: DistributionReport, page: int) -> Section:
    account = report.account
    rows = _lines(report, INTEREST_LINES, account.interest)
    for item in report.derivatives.receiving:
        name = item.contract.contract
        rows.extend(_lines(report, {name: f"contract {name}"}, account.interest))
    if "capitalized" in account.interest:
        rows.extend(_lines(report, {"Interest Added to Principal": "capitalized"}, account.interest))
    if ISSUER in account.interest:
        rows.extend(_lines(report, {"Paid by the Issuer": ISSUER}, account.interest))
    if OTHERWISE in account.interest:
        rows.extend(_lines(report, {"Contract Payments Otherwise": OTHERWISE}, account.interest))
    if any(account.interest.get(SETTLED, {}).values()):
        rows.extend(_lines(report, {SETTLED_TITLE: SETTLED}, account.interest))
    rows.append(_line(report, "TOTAL INTEREST", account.interest_collections))
    return _table(report, page, "INTEREST - COLLECTIONS", rows)


def _withdrawals(report: DistributionReport, page: int) -> Section:
    account = report.account
    rows = _lines(report, WITHDRAWAL_LINES, account.withdrawals)
    rows.append(_line(report, "TOTAL INTEREST WITHDRAWALS", account.total_withdrawals))
    return _table(report, page, "INTEREST - WITHDRAWALS", rows)


def _other_accounts(report: DistributionReport, page: int) -> Section:
    names = {
        "cap": "Cap Contract Payment Amount",
        "floor": "Floor Contract Payment Amounts",
        "corridor": "Corridor Contract Payment Amounts",
        "swap": "Swap Contract Payment Amounts",
    }
    if all(item.contract.kind != "corridor" for item in report.derivatives.contracts):
        # The template knows of none.
        del names["corridor"]
    rows: list[PlainRow] = [
        (label, only_total(report.derivatives.due(kind)), Style.MONEY) for kind, label in names.items()
    ]
    return _table(report, page, "INTEREST - OTHER ACCOUNTS", rows)


def _fees(report: DistributionReport, page: int) -> Section:
    account = report.account
    charged = [line for line in report.fees if not line.fee.in_waterfall]
    rows: list[PlainRow] = [(line.fee.title, across_map(report, line.due), Style.MONEY) for line in charged]
    for line in report.fees:
        if any(line.otherwise.values()):
            rows.append((f"{line.fee.title}, Charged Otherwise", across_map(report, line.otherwise), Style.MONEY))
    rows.append(("Current Servicing Fees", across_map(report, account.fees["servicing"]), Style.MONEY))
    rows.append(_line(report, "TOTAL INTEREST FEES", account.total_fees))
    return _table(report, page, "INTEREST - FEES", rows)


def pages(report: DistributionReport, first: int) -> list[Page]:
    """Return the collection account pages, the first numbered ``first``."""

    def blank(number: int, name: str) -> Section:
        return section(number, name, columns(report), [])

    return [
        Page(number=first, report=REPORT, title=REPORT, sections=(_summary(report, first), _principal(report, first))),
        Page(
            number=first + 1,
            report=REPORT,
            title=REPORT,
            sections=(
                blank(first + 1, "PRINCIPAL - WITHDRAWALS"),
                blank(first + 1, "PRINCIPAL - OTHER ACCOUNTS"),
                _interest(report, first + 1),
            ),
        ),
        Page(
            number=first + 2,
            report=REPORT,
            title=REPORT,
            sections=(
                _withdrawals(report, first + 2),
                _other_accounts(report, first + 2),
                _fees(report, first + 2),
            ),
        ),
    ]
