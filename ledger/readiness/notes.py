"""Checks of amounts against the notes: interest, principal and fees against balance, rate and payment."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from ledger.findings import Finding
from ledger.readiness.codes import found
from ledger.readiness.instalments import loans_named
from ledger.readiness.month import CENT, Month, dollars
from ledger.values.money import RATE_SCALE, UNITS_PER_DOLLAR

_YEAR = 12 * 10**RATE_SCALE
_THREE_MONTHS = 3
_DOLLAR = UNITS_PER_DOLLAR


def note_findings(month: Month) -> Iterator[Finding]:
    """Return what differs from what the notes say."""
    yield from _instalments(month)
    yield from _fees(month)
    yield from _rates(month)


def _instalments(month: Month) -> Iterator[Finding]:
    near: dict[str, int] = {}
    unlike: dict[str, int] = {}
    absurd: dict[str, int] = {}
    principal: dict[str, int] = {}
    for loan, held in month.loans.items():
        stands = month.standings.get(loan)
        if held.dues != 1 or stands is None or stands.opening <= 0:
            continue
        note_rate = month.rates.get(loan, (0, 0))[0]
        if note_rate:
            interest = stands.opening * note_rate
            apart = abs(held.due_interest * _YEAR - interest)
            if held.due_interest * _YEAR > _THREE_MONTHS * interest + _DOLLAR * _YEAR:
                absurd[loan] = held.due_interest
            elif apart > _DOLLAR * _YEAR + interest // 100:
                unlike[loan] = held.due_interest
            elif apart > CENT * _YEAR:
                near[loan] = held.due_interest
        payment = month.payments.get(loan)
        if payment:
            # The last instalment takes what is left, and no instalment more than that.
            level = min(payment - held.due_interest, stands.opening)
            if abs(held.due_principal - level) > CENT:
                principal[loan] = held.due_principal
    for code, loans, what in (
        ("interest_near_note", near, "interest due is not quite balance x rate / 12 on {}"),
        ("interest_unlike_note", unlike, "interest due is not balance x rate / 12 on {}"),
        ("interest_beyond_rate", absurd, "interest due is more than three months' at the note rate on {}"),
        ("principal_unlike_note", principal, "scheduled principal is not the payment less interest on {}"),
    ):
        if loans:
            names = list(loans)
            figures = [("posted", dollars(sum(loans.values())))]
            yield found(code, what.format(loans_named(names)), loans=names, figures=figures)


def _fees(month: Month) -> Iterator[Finding]:
    """Compare fees where every loan of a group states its servicing rate; late payments bring fees of other months."""
    served, pool = month.report.servicing, month.report.collateral
    for group in month.facts.groups:
        stated = [
            (loan, held, month.rates[loan][1])
            for loan, held in month.standings.items()
            if held.group == group and held.opening > 0 and loan in month.rates
        ]
        whole = sum(held.opening for _, held, _ in stated)
        if not stated or dollars(whole) != pool.groups[group].opening_balance.value or not all(r for *_, r in stated):
            continue
        late = [loan for loan, _, _ in stated if loan in month.loans and month.loans[loan].late]
        single = sum(item.fee for item in month.loans.values() if item.group == group)
        if dollars(single) == served.current_fee[group].value and single:
            unlike = {}
            for loan, held, fee_rate in stated:
                item = month.loans.get(loan)
                if item is None or item.late or item.dues != 1:
                    continue
                taken = item.fee + item.delinquent_fee
                if abs(taken * _YEAR - held.opening * fee_rate) > CENT * _YEAR:
                    unlike[loan] = taken
            if unlike:
                message = f"servicing fees are not balance x rate / 12 on {loans_named(list(unlike))}"
                figures = [("posted", dollars(sum(unlike.values())))]
                yield found("servicing_fee_unlike_rate", message, loans=list(unlike), figures=figures)
        elif not late:
            expected = Fraction(sum(held.opening * fee_rate for _, held, fee_rate in stated), _YEAR * UNITS_PER_DOLLAR)
            posted = served.total_fee[group]
            if abs(posted.value - expected) > Fraction(len(stated), 100):
                message = f"the servicing fee of group {group} is not the sum of balance x rate / 12 over its loans"
                figures = [("posted", posted.value), ("expected", expected)]
                yield found("servicing_fee_unlike_rate", message, groups=[group], figures=figures)


def _rates(month: Month) -> Iterator[Finding]:
    unknown = [
        loan
        for loan, held in month.standings.items()
        if held.on_books > 0 and held.opening > 0 and not month.rates.get(loan, (0, 0))[0]
    ]
    if unknown:
        yield found("note_rate_unknown", f"no note rate is known of {loans_named(unknown)}", loans=unknown)
    other = [
        loan
        for loan, held in month.loans.items()
        if held.payoff_principal and held.payoff_rate != month.rates.get(loan, (held.payoff_rate, 0))[0] != 0
    ]
    if other:
        message = f"a payoff states another note rate than the one in force on {loans_named(other)}"
        yield found("payoff_rate_unlike_note", message, loans=other)
