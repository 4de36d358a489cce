"""A month, built: what every note makes of a due date, less what somebody posted otherwise.

The instalments are those of the notes (:mod:`ledger.notes`). What is taken to have come in, what is reported delinquent
and advanced, the fees, and what late payments give back follow loan by loan (:mod:`ledger.months.deciding`);
compensating interest follows from the payoffs and the fees of the deal, the premiums of mortgage insurance from the
rates that loans state (:mod:`ledger.months.premiums`). Nothing here reads or writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import partial
from typing import NamedTuple

import attrs

from ledger.deal.schedule import Distribution
from ledger.deal.terms import DealTerms
from ledger.deal.vocabulary import ShortfallRate
from ledger.months.deciding import NOTHING_ADVANCED, Advanced, CashDays, Due, LateRest, Presumption, said_of
from ledger.months.gathering import Amounts, Key, LoansOfMonth
from ledger.months.premiums import premiums_owed
from ledger.projections.shortfalls import compensating_owed, days_lost
from ledger.store.rows import StoredRow
from ledger.values.currency import Currency
from ledger.values.dates import date_from_number, date_number
from ledger.values.exact import Exact
from ledger.values.money import UNITS_PER_DOLLAR, Rounding, rate_from_units, round_to

_BEHIND = ("foreclosure", "reo")
"""Statuses in which nobody is taken to pay."""

_NO_DAYS: frozenset[int] = frozenset()


class LoanInstalments(NamedTuple):
    """What the note of one loan makes of the month, in store units: instalments, and what changes with them.

    ``rates`` are new note rates (of 10**-10) by the day (YYYYMMDD) from which they run, ``payments`` new payments by
    the due date from which they are due.
    """

    dues: list[Due]
    rates: tuple[tuple[int, int], ...] = ()
    payments: tuple[tuple[int, int], ...] = ()


@attrs.frozen(kw_only=True)
class Presumed:
    """What decides whether a loan is taken to pay and whether it is advanced to: what stands before the month.

    ``behind`` are the loans that owe an earlier instalment, with how many; ``stopped`` those that are advanced to no
    more.
    """

    behind: Mapping[str, int]
    stopped: frozenset[str]


def said(
    month: LoansOfMonth,
    instalments: Iterable[tuple[str, LoanInstalments]],
    presumed: Presumed,
    late: Mapping[str, LateRest],
    *,
    fees_of_others: int,
) -> dict[Key, Amounts]:
    """Return everything that a month says, by what it is about."""
    short = shortfalls_of(month)
    days = days_of(month.distribution, month.terms.currency)
    terms = month.terms.advances
    advanced = Advanced() if terms is None else Advanced(terms.principal, terms.interest)
    found: dict[Key, Amounts] = {}
    refused: dict[tuple[str, str], frozenset[int]] = {}
    for key in month.built.refused:
        refused[key.whose, key.type] = refused.get((key.whose, key.type), _NO_DAYS) | {key.day}
    apart = {*month.others, *presumed.behind, *presumed.stopped, *month.certified, *short, *late}
    apart |= {key.whose for key in month.built.refused}
    apart |= {loan for loan, held in month.statuses.items() if held.status in _BEHIND}
    for loan, what in instalments:
        if loan not in apart and _as_due(loan, what, days, found):
            continue
        held = month.others.get(loan)
        leaves = held is not None and (held.paid_off > 0 or held.sold > 0)
        status = month.statuses.get(loan)
        stands = Presumption(
            loan,
            pays=leaves or (loan not in presumed.behind and (status is None or status.status not in _BEHIND)),
            advances=advanced
            if not (leaves or loan in presumed.stopped or loan in month.certified)
            else NOTHING_ADVANCED,
            short=short.get(loan, 0),
            bounced=refused.get((loan, "collection_received"), _NO_DAYS),
        )
        # An instalment that somebody took back is no more said than what follows from it.
        unsaid = refused.get((loan, "scheduled_payment_due"), _NO_DAYS)
        dues = [due for due in what.dues if due.day not in unsaid] if unsaid else what.dues
        for key, amounts in said_of(stands, dues, held, late.get(loan), days):
            found[key] = amounts
        for day, rate in what.rates:
            if (loan, day) not in month.changed:
                found[Key("loan_rate_changed", loan, "", day)] = Amounts(level=rate)
        for day, payment in what.payments:
            if (loan, day) not in month.changed:
                found[Key("loan_payment_changed", loan, "", day)] = Amounts(level=payment)
    fees = fees_of_others + sum(amounts.fee for key, amounts in found.items() if key.type == "servicing_fee_withheld")
    cut_off = date_number(month.distribution.remittance_cut_off)
    found.update(compensation(month, fees, cut_off))
    found.update(
        (Key("fee_charged", group, fee_id, cut_off), Amounts(fee=units))
        for fee_id, group, units in premiums_owed(month.terms, month.premium_rates, month.standings, month.charged)
    )
    return found


def _as_due(loan: str, what: LoanInstalments, days: CashDays, found: dict[Key, Amounts]) -> bool:
    """Say of a loan of which nobody says anything that its one instalment came in, as ``said_of`` would; False if not.

    A pool is made of such loans, and each of them is three events.
    """
    if len(what.dues) != 1 or what.rates or what.payments:
        return False
    day, principal, interest, fee, _, added = what.dues[0]
    if added or interest < 0 or principal % days.cent or interest % days.cent:
        return False
    found[_key(("scheduled_payment_due", loan, "", day))] = came = _amounts((principal, interest, 0, 0))
    if principal or interest:
        found[_key(("collection_received", loan, "on time", day))] = came
    if fee:
        found[_key(("servicing_fee_withheld", loan, "", days.fee))] = _amounts((0, 0, fee, 0))
    return True


# Every place is given, so that what makes a named tuple need not look after it hundreds of thousands of times.
_key = partial(tuple.__new__, Key)
_amounts = partial(tuple.__new__, Amounts)


def days_of(at: Distribution, currency: Currency) -> CashDays:
    """Return the days on which a month's cash is taken to move: the remittance cut-off, when all of it is in."""
    day = date_number(at.remittance_cut_off)
    return CashDays(fee=day, advance=day, cent=currency.unit_in_store)


# Payoffs, and what they cost.


def shortfalls_of(month: LoansOfMonth) -> dict[str, int]:
    """Return the interest that payoffs leave unpaid, by loan: each group's is rounded once, and shared to the cent."""
    found: dict[str, int] = {}
    unit = month.terms.currency.unit
    for rows in _payoffs_by_group(month).values():
        through = Fraction(0)
        whole = round_to(sum((item for _, item in rows), Fraction(0)), unit, month.terms.shortfalls.rounding)
        given = 0
        for place, (row, item) in enumerate(rows, 1):
            through += item
            upto = whole if place == len(rows) else min(whole, round_to(through, unit, Rounding.HALF_UP))
            units = int(upto * UNITS_PER_DOLLAR)
            found[row.loan] = found.get(row.loan, 0) + units - given
            given = units
    return found


def _payoffs_by_group(month: LoansOfMonth) -> dict[str, list[tuple[StoredRow, Fraction]]]:
    found: dict[str, list[tuple[StoredRow, Fraction]]] = {}
    for row in month.payoffs:
        found.setdefault(row.loan_group, []).append((row, _left_unpaid(month.terms, month.distribution, row)))
    return found


def _left_unpaid(terms: DealTerms, at: Distribution, row: StoredRow) -> Fraction:
    paid = date_from_number(row.effective_date)
    if paid >= at.due_period[1]:
        return Fraction(0)
    rate = row.note_rate - (row.servicing_rate if terms.shortfalls.rate is ShortfallRate.NET else 0)
    return Fraction(row.principal, UNITS_PER_DOLLAR) * rate_from_units(rate) * days_lost(paid, terms.shortfalls.days)


def compensation(month: LoansOfMonth, fees: int, day: int) -> Iterable[tuple[Key, Amounts]]:
    """Yield the compensating interest that the servicer owes by group, beyond what others posted of it."""
    terms = month.terms
    short = {
        group: Exact(
            round_to(
                sum((item for _, item in _payoffs_by_group(month).get(group, [])), Fraction(0)),
                terms.currency.unit,
                terms.shortfalls.rounding,
            )
        )
        for group in terms.group_ids
    }
    opening = sum(max(0, stands.opening) for stands in month.standings.values())
    owed = compensating_owed(
        terms.shortfalls,
        short,
        servicing_fee=Exact(Fraction(fees, UNITS_PER_DOLLAR)),
        opening_balance=Exact(Fraction(opening, UNITS_PER_DOLLAR)),
        payments_a_year=12 // terms.calendar.months_between_payments,
        unit=terms.currency.unit,
    )
    for group, amount in owed.items():
        units = int(amount.value * UNITS_PER_DOLLAR) - month.compensated.get(group, 0)
        if units >= terms.currency.unit_in_store:
            yield Key("compensating_interest_paid", group, "", day), Amounts(interest=units)
