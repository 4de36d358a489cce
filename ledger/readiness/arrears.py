"""Checks of what is paid late: whether it was missed before, and whether the advance behind it is repaid."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from ledger.findings import Finding
from ledger.readiness.codes import LISTED, found
from ledger.readiness.instalments import loans_named
from ledger.readiness.month import MonthToClose, in_dollars


def arrears_findings(month: MonthToClose) -> Iterator[Finding]:
    """Return what is the matter with late payments, of the loans that paid late this month."""
    never: dict[str, int] = {}
    unpaid: dict[str, int] = {}
    beyond: dict[str, int] = {}
    for loan, held in month.arrears.items():
        if held.late > held.missed + month.cent and _known_from_the_start(month, loan):
            never[loan] = held.late - held.missed
        if held.late_advanced > held.advanced + month.cent:
            beyond[loan] = held.late_advanced - held.advanced
        # What was paid and not drawn yet is held for the servicer; a servicer who reports nothing is told otherwise.
        outstanding = held.advanced - held.recovered - max(0, held.late_advanced - held.drawn)
        if held.missed >= held.advanced and outstanding > max(0, held.missed - held.late) + month.cent:
            unpaid[loan] = outstanding - max(0, held.missed - held.late)
    for code, loans, what in (
        ("late_payment_never_missed", never, "more was paid late than was ever missed on {}"),
        ("advance_not_repaid", unpaid, "what was advanced was paid late, and the advance is not repaid, on {}"),
        ("late_payment_beyond_advance", beyond, "more was paid late as advanced than was advanced on {}"),
    ):
        if loans:
            names = list(loans)
            figures = [("amount", in_dollars(sum(loans.values())))]
            yield found(code, what.format(loans_named(names)), loans=names, figures=figures)
    yield from _before_boarding(month)


def _before_boarding(month: MonthToClose) -> Iterator[Finding]:
    """Name late payments of instalments that loans owed nobody here: paid before they came in, or due before."""
    early: dict[str, int] = {}
    events: list[str] = []
    for item in month.late:
        boarded = month.boarded.get(item.loan)
        if boarded is None or not item.due_date:
            continue
        due = dt.date.fromisoformat(item.due_date)
        if due <= boarded.paid_to_date if boarded.paid_to_date is not None else due < boarded.effective_date:
            early[item.loan] = early.get(item.loan, 0) + item.principal + item.interest
            events.append(item.event_id)
    if early:
        loans = list(early)
        message = f"a late payment names an instalment that was paid or due before the boarding of {loans_named(loans)}"
        figures = [("amount", in_dollars(sum(early.values())))]
        yield found("late_payment_before_boarding", message, loans=loans, figures=figures, events=events[:LISTED])


def _known_from_the_start(month: MonthToClose, loan: str) -> bool:
    """Say whether a loan is known to have been boarded without arrears, so that all it missed stands in the ledger."""
    boarded = month.boarded.get(loan)
    return (
        boarded is not None
        and boarded.paid_to_date is not None
        and boarded.paid_to_date >= boarded.effective_date.replace(day=1)
    )
