"""Prepayment interest shortfalls, compensating interest, and what is left over for the classes to bear.

A loan paid off during a month pays interest to the day it is paid, while the trust owes a whole month. The shortfall is
summed unrounded over the payoffs of a group and rounded once; rounding each loan first gives other cents (filing, pages
5, 10 and 18). The servicer covers it out of its fee, up to the cap in the deal's terms.
"""

from __future__ import annotations

import calendar
import datetime as dt
from fractions import Fraction

import attrs

from ledger.deal.terms import ShortfallTerms
from ledger.deal.vocabulary import ShortfallDays, ShortfallRate
from ledger.projections.collateral import Collateral
from ledger.projections.facts import Facts, RatedTotal
from ledger.values.exact import ZERO, Exact, greatest, least, ratio, term, total
from ledger.values.selector import Selector

SOURCE = "deal terms, prepayment interest shortfalls"


@attrs.frozen(kw_only=True)
class Shortfalls:
    """Interest shortfalls in dollars, by group and in total.

    ``prepayment`` is the whole shortfall ("Current PPIS"; negative, "Prepayment Interest Shortfalls"),
    ``compensating`` what the servicer owes towards it under the terms ("Compensating Interest"), ``compensating_paid``
    what it posted, ``non_supported`` what is left for the classes ("Current Net PPIS"), ``relief_act`` what
    borrowers in military service do not owe (negative, "Relief Act Interest Shortfalls").
    """

    prepayment: dict[str, Exact]
    compensating: dict[str, Exact]
    compensating_paid: dict[str, Exact]
    non_supported: dict[str, Exact]
    relief_act: dict[str, Exact]

    @property
    def total_non_supported(self) -> Exact:
        """What compensating interest leaves uncovered."""
        return total(self.non_supported.values())

    @property
    def total_relief_act(self) -> Exact:
        """The whole pool's Relief Act shortfall."""
        return total(self.relief_act.values())


def days_lost(paid: dt.date, days: ShortfallDays) -> Fraction:
    """Return the fraction of a year's interest lost by a payoff on this day."""
    if days is ShortfallDays.THIRTY_ONE_LESS_DAY_PAID:
        return Fraction(31 - paid.day, 360)
    if days is ShortfallDays.THIRTY_LESS_DAY_PAID:
        return Fraction(max(0, 30 - paid.day), 360)
    return Fraction(calendar.monthrange(paid.year, paid.month)[1] - paid.day, 365)


def shortfall_of(facts: Facts, item: RatedTotal) -> Fraction:
    """Return the interest, in dollars and unrounded, that principal prepaid on one day at one rate leaves unpaid."""
    return _shortfall(facts.terms.shortfalls, item) if _is_short(facts, item) else Fraction(0)


def _shortfall(terms: ShortfallTerms, item: RatedTotal) -> Fraction:
    rate = item.note_rate - (item.servicing_rate if terms.rate is ShortfallRate.NET else 0)
    return item.principal * rate * days_lost(item.effective_date, terms.days)


def _is_short(facts: Facts, item: RatedTotal) -> bool:
    """Say whether a payoff left interest of its month unpaid.

    With a prepayment period from the 16th to the 15th, what is paid off from the due date on is passed through at once:
    the borrower has paid the month that the classes accrue, and interest of the month after on top.
    """
    return facts.terms.rules == 1 or item.effective_date < facts.distribution.due_period[1]


def _prepayment(facts: Facts, group: str) -> Exact:
    terms = facts.terms.shortfalls
    types = ("payoff_collected", "curtailment_collected") if terms.curtailments_count else ("payoff_collected",)
    items = [item for item in facts.prepaid if item.group == group and item.type in types and _is_short(facts, item)]
    value = sum((_shortfall(terms, item) for item in items), Fraction(0))
    selector = Selector(types=types, component="principal", group=group, first=facts.number, last=facts.number)
    unrounded = Exact(
        value,
        "total",
        label="prepayment interest shortfall, unrounded",
        rule=f"sum over payoffs of amount x {terms.rate.value} x ({terms.days.value})",
        source=SOURCE,
        selector=selector,
    )
    return unrounded.rounded("prepayment interest shortfall of the group", facts.terms.currency.unit, terms.rounding)


def _cap(
    terms: ShortfallTerms, servicing_fee: Exact, opening_balance: Exact, payments_a_year: int, unit: Fraction
) -> Exact | None:
    caps: list[Exact] = []
    if terms.capped_by_servicing_fee:
        caps.append(servicing_fee.named("cap on compensating interest", "the month's current servicing fee", SOURCE))
    if terms.compensating_cap_rate is not None:
        cap_rate = term(terms.compensating_cap_rate, "compensating interest cap rate")
        capped = opening_balance * cap_rate / payments_a_year
        caps.append(capped.rounded("cap on compensating interest", unit))
    if not caps:
        return None
    # Fees given back for an earlier month may outweigh this month's; a servicer never owes less than nothing.
    cap = least(*caps)
    return cap if cap.value >= 0 else greatest(cap, ZERO)


def compensating_owed(
    terms: ShortfallTerms,
    shortfalls: dict[str, Exact],
    *,
    servicing_fee: Exact,
    opening_balance: Exact,
    payments_a_year: int,
    unit: Fraction,
) -> dict[str, Exact]:
    """Return the compensating interest that the servicer owes, by group, in dollars.

    ``shortfalls`` are the groups' prepayment interest shortfalls, ``servicing_fee`` is the deal's current servicing fee
    of the month, ``opening_balance`` that of its pool. A cap that binds is shared out by shortfall, to the cent: the
    ``unit`` of cash.
    """
    cap = _cap(terms, servicing_fee, opening_balance, payments_a_year, unit)
    whole = total(shortfalls.values())
    if cap is None or whole <= cap:
        return {
            group: item.named("compensating interest", "the whole shortfall; the cap does not bind", SOURCE)
            for group, item in shortfalls.items()
        }
    shared: dict[str, Exact] = {}
    left = cap
    groups = list(shortfalls)
    for group in groups[:-1]:
        part = cap * ratio(shortfalls[group], whole)
        shared[group] = part.rounded("compensating interest of the group", unit)
        left = left - shared[group]
    shared[groups[-1]] = left.named("compensating interest", "what the cap leaves", SOURCE)
    return shared


def shortfalls(facts: Facts, pool: Collateral, servicing_fee: Exact) -> Shortfalls:
    """Return the month's shortfalls; ``servicing_fee`` is the deal's current servicing fee of the month, in dollars."""
    prepayment = {group: _prepayment(facts, group) for group in facts.groups}
    compensating = compensating_owed(
        facts.terms.shortfalls,
        prepayment,
        servicing_fee=servicing_fee,
        opening_balance=pool.total.opening_balance,
        payments_a_year=facts.payments_a_year,
        unit=facts.terms.currency.unit,
    )
    return Shortfalls(
        prepayment=prepayment,
        compensating=compensating,
        compensating_paid={
            group: facts.this_period("interest", "compensating_interest_paid", group=group) for group in facts.groups
        },
        non_supported={
            group: (prepayment[group] - compensating[group]).named("non-supported interest shortfall")
            for group in facts.groups
        },
        relief_act={
            group: facts.this_period("interest", "relief_act_shortfall_reported", group=group) for group in facts.groups
        },
    )
