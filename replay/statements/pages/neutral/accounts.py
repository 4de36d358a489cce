"""The accounts beside the collection account, and who has a part in the deal."""

from __future__ import annotations

from ledger import AccountReport, DistributionReport, Exact
from replay.statements.figures import Cell, Page, Section, each_its_own
from replay.statements.pages.neutral.tables import Line, day, moved, page_of, spaced, table
from replay.statements.printing import Style


def _prefunding(report: DistributionReport, page: int) -> Section | None:
    if not report.original_prefunding.value:
        return None
    lines: list[Line] = [
        ("At issue", [("amount", report.original_prefunding)], Style.MONEY),
        ("Loans added this period", [("amount", moved(report.collateral.total.added_balance))], Style.MONEY),
        ("Withdrawn unspent", [("amount", moved(report.prefunding.withdrawn))], Style.MONEY),
        ("Closing balance", [("amount", report.prefunding.closing)], Style.MONEY),
    ]
    return table(page, "Pre-funding account", "Pre-funding", lines)


def _capitalized_interest(report: DistributionReport, page: int) -> Section | None:
    held = report.capitalized_interest
    amounts: list[tuple[str, Exact | None]] = [
        ("Opening balance", held.opening),
        ("Deposited", moved(held.deposited)),
        ("Withdrawn for interest", moved(held.drawn)),
        ("Withdrawn unspent", moved(held.released)),
        ("Closing balance", held.closing),
    ]
    if not report.terms.capitalized_interest and not any(amount for _, amount in amounts):
        return None
    lines: list[Line] = [(label, [("amount", amount)], Style.MONEY) for label, amount in amounts]
    return table(page, "Capitalized interest account", "Capitalized interest", lines)


def _funding(report: DistributionReport, page: int) -> Section | None:
    aside, repaid = report.waterfall.set_aside, report.waterfall.draws_repaid
    if not any(amount.value for amount in (report.funding_account, aside, repaid)):
        return None
    lines: list[Line] = [
        ("Principal set aside", [("amount", moved(aside))], Style.MONEY),
        ("Draws repaid to the seller", [("amount", moved(repaid))], Style.MONEY),
        ("Closing balance", [("amount", report.funding_account)], Style.MONEY),
    ]
    return table(page, "Funding account", "Funding", lines)


def _trust_account(item: AccountReport, title: str, page: int) -> Section | None:
    amounts: list[tuple[str, Exact | None]] = [
        ("Opening balance", item.opening),
        ("Earned", moved(item.earned)),
        ("Drawn for interest and fees", moved(item.drawn_interest)),
        ("Drawn for principal", moved(item.drawn_principal)),
        ("Released", moved(item.released)),
        ("Paid in", moved(item.funded)),
        ("Closing balance", item.closing),
        ("Target", item.target),
    ]
    lines: list[Line] = [(label, [("amount", amount)], Style.MONEY) for label, amount in amounts]
    return table(page, f"Account: {title}", "Account", lines)


def account_tables(report: DistributionReport, page: int) -> tuple[Section | None, ...]:
    """Return a table for every account of the deal beside the collection account, in the order in which they stand."""
    beside = (_prefunding(report, page), _capitalized_interest(report, page), _funding(report, page))
    accounts = report.accounts.values()
    titles = each_its_own(spaced(item.account.title, item.account.account_id) for item in accounts)
    return (*beside, *(_trust_account(item, title, page) for item, title in zip(accounts, titles, strict=True)))


def _parties(report: DistributionReport, page: int) -> Section | None:
    terms = report.terms
    given = [(item.role, item.name, item.contact) for item in terms.parties]
    if terms.trustee and "trustee" not in [role.lower() for role, _, _ in given]:
        given.append(("Trustee", terms.trustee, ""))
    lines: list[Line] = []
    for role, name, contact in given:
        cells: list[Cell] = [("name", spaced(name)), ("contact", spaced(contact))]
        lines.append((spaced(role), cells, Style.TEXT))
    return table(page, "Parties", "Role", lines)


def _deal(report: DistributionReport, page: int) -> Section | None:
    terms = report.terms
    dates = {
        "Cut-off date": terms.cut_off_date,
        "Closing date": terms.closing_date,
        "First payment date": terms.calendar.first_payment_date,
        "Final payment date": terms.calendar.final_payment_date,
    }
    lines: list[Line] = [(label, [("date", day(value))], Style.TEXT) for label, value in dates.items()]
    return table(page, "Deal", "Date", lines)


def accounts_page(report: DistributionReport, number: int) -> Page:
    """Return the page of accounts and parties."""
    tables = (*account_tables(report, number), _parties(report, number), _deal(report, number))
    return page_of(number, "Accounts and parties", tables)


__all__ = ["account_tables", "accounts_page"]
