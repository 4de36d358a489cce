"""Checks of amounts against the notes: interest, principal and fees against balance, rate and payment."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import islice

from ledger.findings import Finding
from ledger.readiness.codes import LISTED, found
from ledger.readiness.instalments import loans_named
from ledger.readiness.loan_month import LoanMonth, began
from ledger.readiness.month import MonthToClose, in_dollars
from ledger.readiness.plain import PlainSums
from ledger.readiness.resets import rates_told
from ledger.store.rows import LoanStanding
from ledger.values.money import RATE_SCALE, UNITS_PER_DOLLAR, rate_to_units

_YEAR = 12 * 10**RATE_SCALE
_THREE_MONTHS = 3
_DOLLAR = UNITS_PER_DOLLAR
_UNKNOWN = (0, 0)


def note_findings(month: MonthToClose) -> Iterator[Finding]:
    """Return what differs from what the notes say."""
    yield from _instalments(month)
    yield from _fees(month)
    yield from _rates(month)


def _instalments(month: MonthToClose) -> Iterator[Finding]:
    close: dict[str, int] = {}
    unlike: dict[str, int] = {}
    absurd: dict[str, int] = {}
    standings, rates = month.standings, month.rates
    for loan, held in month.loans.items():
        # A note in its first month after a modification may be either.
        if held.dues != 1 or held.modified:
            continue
        note_rate = rates.get(loan, _UNKNOWN)[0]
        if note_rate:
            bearing = began(held, standings.get(loan)) - month.deferred.get(loan, 0)
            by_note = month.noted.get(loan)
            interest = bearing * note_rate if by_note is None else by_note.interest * _YEAR
            posted = held.due_interest * _YEAR
            apart = abs(posted - interest)
            # Where the interest runs to the day of a payment, that may have come up to a month before or after its day.
            near = bearing * note_rate if by_note is not None and by_note.by_receipt else interest // 100
            if apart > month.cent * _YEAR:
                if posted > _THREE_MONTHS * max(interest, bearing * note_rate) + _DOLLAR * _YEAR:
                    absurd[loan] = held.due_interest
                elif apart > _DOLLAR * _YEAR + near:
                    unlike[loan] = held.due_interest
                else:
                    close[loan] = held.due_interest
    for code, loans, what in (
        ("interest_near_note", close, "interest due is not quite balance x rate / 12 on {}"),
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
    beyond: dict[str, dict[str, int]] = {}
    rates, standings = month.rates, month.standings
    for loan, item in month.loans.items():
        if item.group not in singly or loan not in standings:
            continue
        note_rate, fee_rate = rates.get(loan, _UNKNOWN)
        by_note = month.noted.get(loan)
        bearing = _bearing(item, standings[loan]) if by_note is None else by_note.bearing
        taken, bears = item.fee + item.delinquent_fee, bearing * fee_rate
        if not fee_rate or abs(taken * _YEAR - bears) <= month.cent * _YEAR:
            continue
        if taken * _YEAR > bears + _late_fees(item, note_rate, fee_rate) + bears // 100 + _DOLLAR * _YEAR:
            beyond.setdefault(item.group, {})[loan] = taken
        elif item.dues == 1 and not item.late:
            unlike.setdefault(item.group, {})[loan] = taken
    for group in month.facts.groups:
        if group not in singly:
            yield from _group_fee(month, group)
        for code, loans, what in (
            ("servicing_fee_unlike_rate", unlike.get(group), "are not balance x rate / 12"),
            ("servicing_fee_beyond_rate", beyond.get(group), "are far above balance x rate / 12"),
        ):
            if loans:
                figures = [("posted", in_dollars(sum(loans.values())))]
                message = f"servicing fees {what} on {loans_named(list(loans))}"
                yield found(code, message, loans=list(loans), figures=figures)


def _bearing(item: LoanMonth | None, stands: LoanStanding) -> int:
    """Return the balance that a month's fee is about; one boarded within the month counts if it owes for it."""
    if item is None or item.dues <= 0:
        return max(stands.opening, 0)
    return began(item, stands) * item.dues


def _late_fees(item: LoanMonth, note_rate: int, fee_rate: int) -> int:
    """Return the most of what a loan paid late that can be fees of other months, times :data:`_YEAR`.

    A fee is the part of the interest that its rate is of the note rate. That may have been lower, so it counts twice.
    """
    late: int = max(item.late, 0) * _YEAR
    return 2 * late * fee_rate // note_rate if note_rate else late


def _group_fee(month: MonthToClose, group: str) -> Iterator[Finding]:
    """Compare a fee that was withheld for a group as a whole with what the rates of its loans give.

    Of a loan that states no servicing rate no more is known than that its fee is no more than its interest.
    """
    passed = month.plain.get(group) or PlainSums()
    whole, bears, count, late = passed.opening, passed.bears, passed.loans, 0
    exact = not passed.unrated
    for loan, held in month.standings.items():
        item = month.loans.get(loan)
        balance = _bearing(item, held)
        if held.group != group or balance <= 0:
            continue
        note_rate, fee_rate = month.rates.get(loan, _UNKNOWN)
        if not note_rate and not fee_rate:
            return
        whole, bears, count = whole + max(held.opening, 0), bears + balance * (fee_rate or note_rate), count + 1
        if item is not None and item.late:
            late += _late_fees(item, note_rate, fee_rate or note_rate)
            exact = False
        # Of a loan that was bought or liquidated before anything fell due nobody knows whether its fee was withheld.
        gone = item is not None and item.sold > 0 and item.dues <= 0
        exact = exact and fee_rate > 0 and not gone
    if not count or in_dollars(whole) != month.report.collateral.groups[group].opening_balance.value:
        return
    posted, expected = month.report.servicing.total_fee[group].value, Fraction(bears, _YEAR * UNITS_PER_DOLLAR)
    figures = [("posted", posted), ("expected", expected)]
    most = expected + expected / 100 + 1 + Fraction(late, _YEAR * UNITS_PER_DOLLAR)
    if posted > most:
        message = f"the servicing fee of group {group} is far above the sum of balance x rate / 12 over its loans"
        yield found("servicing_fee_beyond_rate", message, groups=[group], figures=figures)
    elif exact and abs(posted - expected) > Fraction(count, 100):
        message = f"the servicing fee of group {group} is not the sum of balance x rate / 12 over its loans"
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
    voided = {row.reverses for row in month.rate_changes}
    for row in month.rate_changes:
        held = month.boarded.get(row.loan)
        if row.reverses is not None or held is None or row.event_id in voided:
            continue
        least, most = (None if at is None else rate_to_units(at) for at in (held.min_rate, held.max_rate))
        if (least is not None and row.note_rate < least) or (most and row.note_rate > most):
            beyond[row.loan] = row.event_id
    if beyond:
        message = f"a new rate lies beyond the limits that the note was boarded with on {loans_named(list(beyond))}"
        yield found("rate_beyond_note", message, loans=list(beyond), events=list(beyond.values())[:LISTED])
    yield from _adjusted(month)


def _adjusted(month: MonthToClose) -> Iterator[Finding]:
    if month.off_index:
        loans = list(dict.fromkeys(item.loan for item in month.off_index))
        examples = "; ".join(islice(rates_told(month.off_index), 3))
        message = f"a rate is not what its note makes of the index on {loans_named(loans)}: {examples}"
        events = [item.event_id for item in month.off_index][:LISTED]
        yield found("rate_unlike_index", message, loans=loans, events=events)
