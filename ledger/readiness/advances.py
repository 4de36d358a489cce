"""Checks of advances and losses: advanced against delinquent, recovered against lost."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from ledger.findings import Finding
from ledger.readiness.codes import found
from ledger.readiness.instalments import loans_named
from ledger.readiness.month import MonthToClose, in_dollars
from ledger.values.exact import Exact


def advance_findings(month: MonthToClose) -> Iterator[Finding]:
    """Return what is the matter with advances, recoveries and losses."""
    yield from _of_loans(month)
    yield from _of_groups(month)
    yield from _recoveries(month)


def _of_loans(month: MonthToClose) -> Iterator[Finding]:
    bare: dict[str, int] = {}
    above: dict[str, int] = {}
    refused: dict[str, int] = {}
    for loan, held in month.loans.rare.items():
        advanced = held.advanced_principal + held.advanced_interest
        if advanced <= 0:
            continue
        if loan in month.nonrecoverable:
            refused[loan] = advanced
        if held.group not in month.by_loan:
            continue
        principal = held.due_principal - held.received_principal
        interest = held.due_interest - held.received_interest - held.relief
        if principal + interest <= 0:
            bare[loan] = advanced
        elif advanced > principal + interest - held.delinquent_fee + month.cent:
            above[loan] = advanced
    for code, loans, what in (
        ("advance_without_delinquency", bare, "advances stand on {}, where nothing is delinquent"),
        ("advance_above_delinquency", above, "advances are more than what is delinquent, net of its fee, on {}"),
        ("advance_after_nonrecoverable", refused, "advances were made after they were declared nonrecoverable on {}"),
    ):
        if loans:
            names = list(loans)
            figures = [("advanced", in_dollars(sum(loans.values())))]
            yield found(code, what.format(loans_named(names)), loans=names, figures=figures)


def _of_groups(month: MonthToClose) -> Iterator[Finding]:
    served, fallen, stopped = month.report.servicing, month.report.instalments, _stopped(month)
    for group in month.facts.groups:
        advanced = served.advanced_principal[group].value + served.advanced_interest[group].value
        owed = (
            fallen.delinquent_principal[group].value
            + fallen.delinquent_interest[group].value
            - served.delinquent_fee[group].value
        )
        if advanced == owed or (not advanced and owed <= month.unit) or advanced == owed - stopped.get(group, 0):
            continue
        sums = f"{Exact(advanced).decimal:,} is advanced and {Exact(owed).decimal:,} is delinquent"
        shown = f"{sums} net of fees in group {group}"
        above = advanced > owed + month.unit and group not in month.by_loan
        code = "advance_above_delinquency" if above else "advance_unlike_delinquency"
        yield found(code, shown, groups=[group], figures=[("advanced", advanced), ("delinquent net of fees", owed)])


def _stopped(month: MonthToClose) -> dict[str, Fraction]:
    """Return what is delinquent, net of fees, on loans that are rightly not advanced to, by group.

    Their advances were declared nonrecoverable before.
    """
    found: dict[str, Fraction] = {}
    for loan, held in month.loans.rare.items():
        if loan in month.certified and held.group in month.by_loan:
            principal = held.due_principal - held.received_principal
            interest = held.due_interest - held.received_interest - held.relief
            owed = in_dollars(principal + interest - held.delinquent_fee)
            found[held.group] = found.get(held.group, Fraction(0)) + owed
    return found


def _recoveries(month: MonthToClose) -> Iterator[Finding]:
    recovering = [loan for loan, held in month.loans.rare.items() if held.recovered > 0]
    never = [loan for loan in recovering if loan not in month.losses or not month.losses[loan].liquidated]
    if never:
        message = f"a recovery came in on {loans_named(never)}, never liquidated"
        yield found("recovery_without_liquidation", message, loans=never)
    beyond = [
        loan
        for loan in recovering
        if loan not in never and month.losses[loan].recovered > max(month.losses[loan].lost, 0)
    ]
    if beyond:
        more = sum(month.losses[loan].recovered - month.losses[loan].lost for loan in beyond)
        message = f"more was recovered than was lost on {loans_named(beyond)}"
        yield found("recovery_above_loss", message, loans=beyond, figures=[("above the loss", in_dollars(more))])
