"""Checks of instalments: whether everything that fell due came in, is delinquent, or is not owed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from ledger.events.collections import PayoffCollected
from ledger.findings import Finding
from ledger.projections.collateral import GroupCollateral
from ledger.projections.facts import RatedTotal
from ledger.projections.modified_funds import not_owed_now
from ledger.projections.shortfalls import shortfall_of
from ledger.readiness.codes import found
from ledger.readiness.loan_month import LoanMonth
from ledger.readiness.month import MonthToClose, in_dollars
from ledger.values.dates import date_from_number
from ledger.values.exact import Exact
from ledger.values.money import UNITS_PER_DOLLAR, round_to


def instalment_findings(month: MonthToClose) -> Iterator[Finding]:
    """Return what is the matter with the month's instalments."""
    yield from _mixed(month)
    yield from _missing(month)
    yield from _dated(month)
    yield from _by_loan(month)
    yield from _by_group(month)
    yield from _fractions(month)


def _mixed(month: MonthToClose) -> Iterator[Finding]:
    """Name what was posted for a group as a whole, whose loans have instalments of their own: none sees it."""
    fallen, served = month.report.instalments, month.report.servicing
    for group in month.facts.groups:
        sums = month.singly.get(group)
        if sums is None or group not in month.by_loan:
            continue
        for what, single, whole in (
            ("instalments", sums.due, fallen.due_principal[group].value + fallen.due_interest[group].value),
            (
                "collections",
                sums.received,
                fallen.received_principal[group].value + fallen.received_interest[group].value,
            ),
            (
                "delinquency",
                sums.reported,
                fallen.reported_principal[group].value + fallen.reported_interest[group].value,
            ),
            ("advances", sums.advanced, served.advanced_principal[group].value + served.advanced_interest[group].value),
        ):
            apart = whole - in_dollars(single)
            if apart:
                shown = f"{Exact(apart).decimal:,} of {what}"
                message = f"{shown} is posted for group {group} as a whole, beside those of its loans"
                yield found("posted_without_loan", message, groups=[group], figures=[(what, apart)])


def _missing(month: MonthToClose) -> Iterator[Finding]:
    fallen, pool = month.report.instalments, month.report.collateral
    bare: set[str] = set()
    for group in month.facts.groups:
        opening = pool.groups[group].opening_balance
        if _sold_whole(pool.groups[group]):
            continue
        due = fallen.due_principal[group].value + fallen.due_interest[group].value
        if opening.value > 0 and not due:
            bare.add(group)
            message = f"nothing fell due in group {group}, which began the month with {opening.decimal:,}"
            yield found("no_instalments", message, groups=[group], figures=[("opening balance", opening.value)])
    missing = [
        loan
        for loan, held in month.standings.items()
        if held.opening > 0
        and held.group in month.by_loan
        and held.group not in bare
        and ((item := month.loans.get(loan)) is None or not (item.dues > 0 or item.sold > 0))
    ]
    if missing:
        balance = sum(month.standings[loan].opening for loan in missing)
        message = f"no instalment is posted for {loans_named(missing)}, in the pool at the start of the month"
        yield found("instalment_missing", message, loans=missing, figures=[("balance", in_dollars(balance))])


def _sold_whole(pool: GroupCollateral) -> bool:
    """Say whether everything that a group began with was bought or liquidated, so that nothing is left to fall due."""
    gone = pool.repurchases.value + pool.liquidations.value
    return gone < 0 and pool.opening_balance.value + gone <= 0


def loans_named(loans: list[str]) -> str:
    """Name a few loans, or say how many they are."""
    shown = ", ".join(loans[:3])
    return f"loan {shown}" if len(loans) == 1 else f"{len(loans)} loans ({shown}{', ...' if len(loans) > 3 else ''})"


def _dated(month: MonthToClose) -> Iterator[Finding]:
    if twice := list(month.twice):
        yield found(
            "two_instalments", f"more than one instalment falls due this month on {loans_named(twice)}", loans=twice
        )
    start, end = month.facts.distribution.due_period
    far = [(loan, day) for loan, days in month.early_dues.items() for day in days]
    if far:
        message = (
            f"an instalment of loan {far[0][0]} is dated {date_from_number(far[0][1])}; the due period from {start} "
            f"to {end} puts it into the distribution of {month.facts.distribution.payment_date}"
        )
        yield found("due_far_from_due_date", message, loans=[loan for loan, _ in far])


def _by_loan(month: MonthToClose) -> Iterator[Finding]:
    """Compare what was due on each loan with what became of it; a payoff's shortfall is rounded with its group's."""
    unaccounted: dict[str, int] = {}
    bare: dict[str, int] = {}
    above: dict[str, int] = {}
    misreported: dict[str, int] = {}
    relieved: dict[str, int] = {}
    payoffs = month.payoffs
    rare = month.loans.rare
    for loan, held in month.loans.items():
        # Nearly all pay what is due, and nothing else happens to them.
        if (
            held.due_interest == held.received_interest
            and held.due_principal == held.received_principal
            and held.dues > 0
            and loan not in rare
        ):
            continue
        if held.group not in month.by_loan:
            continue
        received = held.received_principal + held.received_interest
        if held.dues <= 0:
            if received > 0:
                bare[loan] = received
            elif held.delinquent_principal or held.delinquent_interest:
                _report(held, received, misreported, loan)
            continue
        if held.relief > held.due_interest:
            relieved[loan] = held.relief
        short = _short(month, payoffs[loan]) if loan in payoffs else 0
        tolerance = month.cent if short else month.cent - 1
        rests = (
            (held.due_principal - held.received_principal, held.delinquent_principal, 0),
            (held.due_interest - held.received_interest - held.relief - short, held.delinquent_interest, tolerance),
        )
        for owed, reported, slack in rests:
            if owed < -slack:
                above[loan] = above.get(loan, 0) - owed
            elif abs(owed - reported) > slack:
                where = misreported if reported else unaccounted
                where[loan] = where.get(loan, 0) + owed - reported
    yield from _listed("due_unaccounted", unaccounted, "{} that fell due is neither received nor reported delinquent")
    yield from _listed("collection_without_due", bare, "{} was collected without an instalment")
    yield from _listed("collection_above_due", above, "{} more was collected than was owed this month")
    yield from _listed(
        "delinquency_unlike_derived", misreported, "what is reported delinquent is {} off what is derived"
    )
    yield from _listed("relief_above_interest", relieved, "relief of {} is more than the interest due")


def _report(held: LoanMonth, received: int, misreported: dict[str, int], loan: str) -> None:
    """A payment that the bank took back leaves an instalment of an earlier month delinquent once more."""
    rest = -received - held.delinquent_principal - held.delinquent_interest
    if rest:
        misreported[loan] = rest


def _short(month: MonthToClose, payoffs: Iterable[PayoffCollected]) -> int:
    """Return the interest that a loan's payoff left unpaid, in store units."""
    lost = Fraction(0)
    for event in payoffs:
        paid = RatedTotal(
            effective_date=event.effective_date,
            note_rate=Fraction(event.note_rate),
            servicing_rate=Fraction(event.servicing_rate or 0),
            type=event.name,
            group="",
            principal=Fraction(event.amount),
        )
        lost += shortfall_of(month.facts, paid)
    return int(round_to(lost * UNITS_PER_DOLLAR, Fraction(1)))


def _listed(code: str, loans: dict[str, int], what: str) -> Iterator[Finding]:
    if loans:
        names, amount = list(loans), sum(loans.values())
        message = f"{what.format(f'{Exact(in_dollars(abs(amount))).decimal:,}')}, on {loans_named(names)}"
        yield found(code, message, loans=names, figures=[("amount", in_dollars(amount))])


def _by_group(month: MonthToClose) -> Iterator[Finding]:
    """Compare the groups that report as one."""
    fallen, short = month.report.instalments, month.report.shortfalls
    for group in month.facts.groups:
        if group in month.by_loan:
            continue
        not_owed = short.prepayment[group].value + short.relief_act[group].value
        not_owed += not_owed_now(month.facts, group).value
        sides = (
            ("principal", fallen.due_principal, fallen.received_principal, fallen.reported_principal, Fraction(0)),
            ("interest", fallen.due_interest, fallen.received_interest, fallen.reported_interest, not_owed),
        )
        for what, due, received, reported, less in sides:
            yield from _side(group, what, due[group], received[group], reported[group], less, month.unit)


def _side(
    group: str, what: str, due: Exact, received: Exact, reported: Exact, not_owed: Fraction, cent: Fraction
) -> Iterable[Finding]:
    owed = due.value - received.value - not_owed
    figures = [("due", due.value), ("received", received.value), ("not owed", not_owed), ("reported", reported.value)]
    if owed <= -cent:
        message = f"group {group} paid {Exact(-owed).decimal:,} more {what} than it owed this month"
        yield found("collection_above_due", message, groups=[group], figures=figures)
    elif not reported.value and owed >= cent:
        message = f"group {group} owes {Exact(owed).decimal:,} of {what}, neither received nor reported delinquent"
        yield found("due_unaccounted", message, groups=[group], figures=figures)
    elif abs(owed - reported.value) >= cent:
        shown = Exact(owed).decimal
        message = f"{reported.decimal:,} of {what} is reported delinquent in group {group}, and {shown:,} is derived"
        yield found("delinquency_unlike_derived", message, groups=[group], figures=figures)


def _fractions(month: MonthToClose) -> Iterator[Finding]:
    for group, due in month.report.instalments.due_interest.items():
        rest = due.value % month.unit
        if rest:
            whole = f"no whole number of {month.facts.terms.currency.unit_told}"
            message = f"interest due in group {group}, {due.decimal:,}, is {whole}"
            yield found("accrual_of_a_fraction", message, groups=[group], figures=[("interest due", due.value)])
