"""Checks of amounts against the notes: interest, principal and fees against balance, rate and payment."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from ledger.findings import Finding
from ledger.readiness.codes import LISTED, found
from ledger.readiness.instalments import loans_named
from ledger.readiness.month import CENT, MonthToClose, began, in_dollars
from ledger.values.money import RATE_SCALE, UNITS_PER_DOLLAR, rate_to_units

_YEAR = 12 * 10**RATE_SCALE
_THREE_MONTHS = 3
_DOLLAR = UNITS_PER_DOLLAR
_A_CENT_A_MONTH = CENT * _YEAR
_UNKNOWN = (0, 0)


def note_findings(month: MonthToClose) -> Iterator[Finding]:
    """Return what differs from what the notes say."""
    yield from _instalments(month)
    yield from _fees(month)
    yield from _rates(month)


def _instalments(month: MonthToClose) -> Iterator[Finding]:
    near: dict[str, int] = {}
    unlike: dict[str, int] = {}
    absurd: dict[str, int] = {}
    standings, rates = month.standings, month.rates
    for loan, held in month.loans.items():
        if held.dues != 1:
            continue
        note_rate = rates.get(loan, _UNKNOWN)[0]
        if note_rate:
            interest, posted = began(held, standings.get(loan)) * note_rate, held.due_interest * _YEAR
            apart = abs(posted - interest)
            if apart > _A_CENT_A_MONTH:
                if posted > _THREE_MONTHS * interest + _DOLLAR * _YEAR:
                    absurd[loan] = held.due_interest
                elif apart > _DOLLAR * _YEAR + interest // 100:
                    unlike[loan] = held.due_interest
                else:
                    near[loan] = held.due_interest
    for code, loans, what in (
        ("interest_near_note", near, "interest due is not quite balance x rate / 12 on {}"),
        ("interest_unlike_note", unlike, "interest due is not balance x rate / 12 on {}"),
        ("interest_beyond_rate", absurd, "interest due is more than three months' at the note rate on {}"),
        ("principal_unlike_note", month.unlike_payments, "scheduled principal is not the payment less interest on {}"),
    ):
        if loans:
            names = list(loans)
            figures = [("posted", in_dollars(sum(loans.values())))]
            yield found(code, what.format(loans_named(names)), loans=names, figures=figures)


def _fees(month: MonthToClose) -> Iterator[Finding]:
    """Compare fees where loans state their servicing rates; late payments bring fees of other months."""
    current = month.report.servicing.current_fee
    singly = {
        group
        for group, sums in month.singly.items()
        if sums.fees and group in current and in_dollars(sums.fees) == current[group].value
    }
    unlike: dict[str, dict[str, int]] = {}
    rates, standings = month.rates, month.standings
    for loan, item in month.loans.items():
        if item.dues != 1 or item.group not in singly or item.late or loan not in standings:
            continue
        fee_rate, taken = rates.get(loan, _UNKNOWN)[1], item.fee + item.delinquent_fee
        if fee_rate and abs(taken * _YEAR - standings[loan].opening * fee_rate) > _A_CENT_A_MONTH:
            unlike.setdefault(item.group, {})[loan] = taken
    for group in month.facts.groups:
        if group not in singly:
            yield from _group_fee(month, group)
        elif loans := unlike.get(group):
            message = f"servicing fees are not balance x rate / 12 on {loans_named(list(loans))}"
            figures = [("posted", in_dollars(sum(loans.values())))]
            yield found("servicing_fee_unlike_rate", message, loans=list(loans), figures=figures)


def _group_fee(month: MonthToClose, group: str) -> Iterator[Finding]:
    """Compare a fee that was withheld for a group as a whole, where every loan of it states its servicing rate."""
    whole = weighted = count = 0
    for loan, held in month.standings.items():
        if held.group == group and held.opening > 0:
            fee_rate = month.rates.get(loan, _UNKNOWN)[1]
            item = month.loans.get(loan)
            if not fee_rate or (item is not None and item.late):
                return
            whole, weighted, count = whole + held.opening, weighted + held.opening * fee_rate, count + 1
    if not count or in_dollars(whole) != month.report.collateral.groups[group].opening_balance.value:
        return
    posted, expected = month.report.servicing.total_fee[group].value, Fraction(weighted, _YEAR * UNITS_PER_DOLLAR)
    if abs(posted - expected) > Fraction(count, 100):
        message = f"the servicing fee of group {group} is not the sum of balance x rate / 12 over its loans"
        figures = [("posted", posted), ("expected", expected)]
        yield found("servicing_fee_unlike_rate", message, groups=[group], figures=figures)


def _rates(month: MonthToClose) -> Iterator[Finding]:
    unknown = [
        loan
        for loan, held in month.standings.items()
        if held.on_books > 0 and held.opening > 0 and not month.rates.get(loan, (0, 0))[0]
    ]
    if unknown:
        yield found("note_rate_unknown", f"no note rate is known of {loans_named(unknown)}", loans=unknown)
    other = [
        loan
        for loan, events in month.payoffs.items()
        if any(rate_to_units(event.note_rate) != month.rates.get(loan, _UNKNOWN)[0] != 0 for event in events)
    ]
    if other:
        message = f"a payoff states another note rate than the one in force on {loans_named(other)}"
        yield found("payoff_rate_unlike_note", message, loans=other)
    beyond: dict[str, str] = {}
    for row in month.rate_changes:
        held = month.boarded.get(row.loan)
        if row.reverses is not None or held is None or row.event_id in {item.reverses for item in month.rate_changes}:
            continue
        least, most = (None if at is None else rate_to_units(at) for at in (held.min_rate, held.max_rate))
        if (least is not None and row.note_rate < least) or (most and row.note_rate > most):
            beyond[row.loan] = row.event_id
    if beyond:
        message = f"a new rate lies beyond the limits that the note was boarded with on {loans_named(list(beyond))}"
        yield found("rate_beyond_note", message, loans=list(beyond), events=list(beyond.values())[:LISTED])
