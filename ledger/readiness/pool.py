"""Checks of the pool: what was boarded, what left, and what is said of loans that stay."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from ledger.deal.schedule import BEFORE_FIRST
from ledger.deal.vocabulary import DelinquencyMethod
from ledger.events import codec
from ledger.events.collections import LoanLiquidated, LoanSubstituted
from ledger.events.statuses import LoanStatusChanged
from ledger.findings import Finding
from ledger.projections.owing import Counting
from ledger.readiness.codes import LISTED, found
from ledger.readiness.instalments import loans_named
from ledger.readiness.month import MonthToClose, in_dollars
from ledger.values.dates import add_months
from ledger.values.exact import Exact
from ledger.values.money import RATE_SCALE

_MONTHS_BORNE = 36
_BUCKETS = ("current", "1 payment", "2 payments", "3+ payments")


def pool_findings(month: MonthToClose) -> Iterator[Finding]:
    """Return what is the matter with the pool."""
    yield from _boarded(month)
    yield from _added(month)
    yield from _substitutes(month)
    yield from _bought(month)
    yield from _paid_ahead_twice(month)
    yield from _bare(month)
    yield from _buckets(month)
    yield from _unreported(month)
    yield from _cells(month)
    yield from _lost_interest(month)
    if month.unaged:
        message = f"{month.unaged} loans of the pool have no age or no remaining term"
        yield found("ages_unknown", message, figures=[("loans", month.unaged)])
    yield from _unrated(month)


def _unrated(month: MonthToClose) -> Iterator[Finding]:
    """Count the loans without a servicing rate before the first month is closed: a tape that lacks it boards none."""
    if month.closed_through > BEFORE_FIRST:
        return
    stand = [loan for loan, held in month.standings.items() if held.on_books > 0]
    count = len(stand) + sum(passed.loans for passed in month.plain.values())
    unrated = sum(not month.rates.get(loan, (0, 0))[1] for loan in stand)
    unrated += sum(passed.unrated for passed in month.plain.values())
    if unrated:
        message = f"{unrated} of {count} loans of the pool have no servicing rate, so no servicing fee is reckoned"
        yield found("servicing_rates_unknown", message, figures=[("loans", unrated)])


def _boarded(month: MonthToClose) -> Iterator[Finding]:
    """Compare the pool at the cut-off with the terms, in the first month; a deal carried in was never boarded whole."""
    facts = month.facts
    carried = facts.totals.holds("pool_balance_brought_forward")
    if facts.distribution.ordinal != 1 or carried:
        return
    for group in facts.terms.groups:
        name = group.group_id
        balance = facts.totals.sum("principal", "loan_boarded", group=name, last=BEFORE_FIRST).value
        count = facts.totals.sum("loans", "loan_boarded", group=name, last=BEFORE_FIRST).value
        if not count:
            continue
        sides: list[tuple[str, Fraction, Decimal | int | None]] = [
            ("balance", balance, group.original_balance),
            ("loans", count, group.original_loan_count),
        ]
        for what, boarded, stated in sides:
            if stated is not None and boarded != stated:
                shown = f"{int(boarded):,}" if what == "loans" else f"{Exact(boarded).decimal:,}"
                message = f"{what} boarded in group {name}: {shown}, where the terms say {stated:,}"
                figures = [(f"{what} boarded", boarded), (f"{what} in the terms", Fraction(stated))]
                yield found("boarded_unlike_terms", message, groups=[name], figures=figures)


def _added(month: MonthToClose) -> Iterator[Finding]:
    """Compare loans that were added with what paid for them: the pre-funding account, or loans they stand in for."""
    facts = month.facts
    added = facts.this_period("principal", "loan_boarded").value
    spent = sum(
        facts.this_period(part, name).value
        for part, name in (
            ("memo", "prefunding_withdrawn"),
            ("memo", "loan_substituted"),
            ("principal", "additional_loans_purchased"),
        )
    )
    figures = [("boarded", added), ("paid for", spent)]
    if added > spent:
        message = (
            f"loans of {Exact(added).decimal:,} were added to the pool, and {Exact(spent).decimal:,} was paid for them"
        )
        yield found("boarded_unpaid_for", message, figures=figures)
    elif added < spent:
        message = (
            f"{Exact(spent).decimal:,} was paid for loans, and loans of {Exact(added).decimal:,} were added to the pool"
        )
        yield found("paid_for_not_boarded", message, figures=figures)


def _bought(month: MonthToClose) -> Iterator[Finding]:
    """Name loans that were bought out of the pool without the interest that they owed for the month."""
    short: dict[str, int] = {}
    for loan, held in month.loans.rare.items():
        stands = month.standings.get(loan)
        if held.bought <= 0 or held.dues > 0 or stands is None:
            continue
        note_rate, fee_rate = month.rates.get(loan, (0, 0))
        owed = Fraction(stands.opening * (note_rate - fee_rate), 12 * 10**RATE_SCALE)
        if held.bought_interest < owed - month.cent:
            short[loan] = held.bought_interest
    if short:
        message = f"the price paid for {loans_named(list(short))} lacks the interest of the month"
        yield found(
            "repurchase_without_interest",
            message,
            loans=list(short),
            figures=[("paid", in_dollars(sum(short.values())))],
        )


def _paid_ahead_twice(month: MonthToClose) -> Iterator[Finding]:
    twice = [loan for loan, held in month.loans.rare.items() if len(held.curtailed) > len(set(held.curtailed))]
    if twice:
        message = f"the same payment ahead, of one day and amount, is posted more than once on {loans_named(twice)}"
        yield found("curtailment_twice", message, loans=twice)


def _substitutes(month: MonthToClose) -> Iterator[Finding]:
    missing: dict[str, str] = {}
    for row in month.substituted:
        event = codec.decode(row.payload)
        if isinstance(event, LoanSubstituted) and event.substitute not in month.tape:
            missing[event.substitute] = row.event_id
    if missing:
        message = f"what took another loan's place was never boarded: {loans_named(list(missing))}"
        yield found("substitute_not_boarded", message, loans=list(missing), events=missing.values())


def _bare(month: MonthToClose) -> Iterator[Finding]:
    bare = [loan for loan, held in month.standings.items() if held.on_books > 0 and held.balance == 0]
    if bare:
        yield found(
            "loan_without_balance", f"without a balance, and counted in the pool: {loans_named(bare)}", loans=bare
        )


def delinquency_date(month: MonthToClose) -> dt.date:
    """Return the day on which the terms count delinquency buckets."""
    return Counting.by(month.facts.terms).date(month.facts.distribution)


def payments_behind(paid_to: dt.date, on: dt.date, method: DelinquencyMethod) -> int:
    """Return how many whole due dates a loan paid to a date has missed on a day.

    A loan that is paid to 1 June owes 1 July. By the MBA method it is one payment behind from the day before the next
    due date on, 31 July; by the OTS method from the due date's day of the next month on, 1 August.
    """
    behind = 0
    while behind < len(_BUCKETS):
        following = add_months(paid_to, behind + 2, paid_to.day)
        missed = following - dt.timedelta(days=1) if method is DelinquencyMethod.MBA else following
        if missed > on:
            break
        behind += 1
    return behind


def _derived(month: MonthToClose) -> Iterator[Finding]:
    """Name loans whose status states another bucket than what they owe gives: the terms go by what they owe."""
    stated: dict[str, tuple[str, str]] = {}
    voided = {row.reverses for row in month.statuses if row.reverses is not None}
    for row in month.statuses:
        if row.event_id not in voided and row.reverses is None and not row.code.endswith(":"):
            stated[row.loan] = (row.code.partition(":")[2], row.event_id)
    counted = {} if month.facts.pool is None else month.facts.pool.members
    places = {loan: place.rpartition(":")[2] for place, members in counted.items() for loan in members}
    unlike = {loan: event_id for loan, (bucket, event_id) in stated.items() if places.get(loan, _BUCKETS[0]) != bucket}
    if unlike:
        message = f"the bucket stated of {loans_named(list(unlike))} is not what is owed on {delinquency_date(month)}"
        yield found("bucket_unlike_owed", message, loans=list(unlike), events=list(unlike.values())[:LISTED])


def _buckets(month: MonthToClose) -> Iterator[Finding]:
    if month.facts.terms.delinquency.is_derived:
        yield from _derived(month)
        return
    on, method = delinquency_date(month), month.facts.terms.calendar.delinquency_method
    unlike: dict[str, str] = {}
    voided = {row.reverses for row in month.statuses if row.reverses is not None}
    for row in month.statuses:
        if row.event_id in voided or row.reverses is not None:
            continue
        event = codec.decode(row.payload)
        if not isinstance(event, LoanStatusChanged) or event.paid_to_date is None or event.loan is None:
            continue
        expected = _BUCKETS[min(payments_behind(event.paid_to_date, on, method), len(_BUCKETS) - 1)]
        if event.bucket != expected:
            unlike[event.loan] = row.event_id
        else:
            unlike.pop(event.loan, None)
    if unlike:
        message = f"the bucket of {loans_named(list(unlike))} is not what the paid-to date gives on {on}"
        yield found("bucket_unlike_paid_to", message, loans=list(unlike), events=list(unlike.values())[:LISTED])


def _unreported(month: MonthToClose) -> Iterator[Finding]:
    """Name loans that missed the instalment of the month before, paid nothing of it, and stand as current."""
    if not month.unreported or month.facts.terms.delinquency.is_derived:
        return
    facts = month.facts
    due = facts.calendar.at(facts.distribution.ordinal - 2).due_period[1]
    on, method = delinquency_date(month), facts.terms.calendar.delinquency_method
    if payments_behind(add_months(due, -1, due.day), on, method):
        loans = list(month.unreported)
        message = f"the instalment of {due} is unpaid, and no status says so on {on}, of {loans_named(loans)}"
        figures = [("missed", in_dollars(sum(month.unreported.values())))]
        yield found("delinquency_not_reported", message, loans=loans, figures=figures)


def _lost_interest(month: MonthToClose) -> Iterator[Finding]:
    """Name liquidations that count more interest as lost than the loan can have borne."""
    beyond: dict[str, Fraction] = {}
    events: list[str] = []
    for event in month.facts.listed:
        if not isinstance(event, LoanLiquidated) or event.loan is None:
            continue
        note_rate = month.rates.get(event.loan, (0, 0))[0]
        borne = Fraction(event.balance) * note_rate * _MONTHS_BORNE / (12 * 10**RATE_SCALE)
        if note_rate and event.accrued_interest > borne:
            beyond[event.loan] = beyond.get(event.loan, Fraction(0)) + Fraction(event.accrued_interest) - borne
            events.append(event.event_id)
    if beyond:
        loans = list(beyond)
        message = f"more interest is counted as accrued than {_MONTHS_BORNE} months bear on {loans_named(loans)}"
        figures = [("beyond", sum(beyond.values(), Fraction(0)))]
        yield found("liquidation_interest_beyond_rate", message, loans=loans, figures=figures, events=events[:LISTED])


def _cells(month: MonthToClose) -> Iterator[Finding]:
    for group, table in month.report.delinquency.groups.items():
        whole = table.cell("total", "total")
        if whole.balance.value > table.closing_balance.value or whole.count.value > table.closing_count.value:
            message = f"more is delinquent in group {group} than it has at the end of the month"
            figures = [("delinquent", whole.balance.value), ("pool", table.closing_balance.value)]
            yield found("delinquent_beyond_pool", message, groups=[group], figures=figures)
