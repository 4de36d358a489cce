"""Weighted average characteristics of the pool: original, prior and current (filing, pages 9 and 10).

The coupon is twelve times scheduled interest over the opening balance. Terms, ages, margins and caps come from loan
records, or as the servicer reports them by group. A group's months to maturity are rounded to whole months before the
total weighs the groups; amortization terms and seasoning are not. What every loan has is known of a group where it is
known of all its loans (fourth rules). Totals weigh groups by current balance, prior ones by
opening balance; original ones are as the offering documents print them, or of the loans boarded by closing.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import attrs

from ledger.deal.terms import Characteristics
from ledger.events.base import Event
from ledger.events.statuses import CharacteristicsBroughtForward, PoolCharacteristicsReported
from ledger.projections.collateral import Collateral, original_balances
from ledger.projections.facts import Facts, fact
from ledger.projections.pool import Weighed
from ledger.values.exact import ZERO, Exact, Origin, ratio, term, weighted_average
from ledger.values.money import UNITS_PER_DOLLAR
from ledger.values.selector import Selector

MEASURES = (
    "coupon",
    "months_to_maturity",
    "amortization_months",
    "seasoning_months",
    "margin",
    "max_rate",
    "min_rate",
    "cap_up",
    "cap_down",
)

Values = dict[str, Exact | None]
"""A measure by group, and under ``total`` for the pool; None where nothing is known."""


@attrs.frozen(kw_only=True)
class Averages:
    """Every measure, at issue, before and after this distribution; months, or yearly rates as fractions.

    In print, each with "Original", "Prior" or "Current" behind it: "Weighted Average Coupon",
    "Weighted Average Months to Maturity", "Weighted Avg Remaining Amortization Term", "Weighted Average Seasoning"; of
    adjustable loans "Weighted Average Margin", "Weighted Average Max Rate", "Weighted Average Min Rate",
    "Weighted Average Cap Up", "Weighted Average Cap Down".
    """

    original: dict[str, Values]
    prior: dict[str, Values]
    current: dict[str, Values]


def _original(facts: Facts) -> dict[str, Values]:
    balances = original_balances(facts)

    def value(holder: Characteristics, measure: str) -> Exact | None:
        number: Decimal | None = getattr(holder, measure)
        return None if number is None else term(number, f"original {measure.replace('_', ' ')}")

    found: dict[str, Values] = {}
    for measure in MEASURES:
        values: Values = {group.group_id: value(group.original, measure) for group in facts.terms.groups}
        whole = value(facts.terms.original, measure)
        if facts.originals is not None:
            values = {
                group: _boarded(facts, group, measure) if stated is None else stated for group, stated in values.items()
            }
            if whole is None:
                weights = {group: balance or ZERO for group, balance in balances.items()}
                whole = _weigh(_known_of_all(facts, values, weights, measure), weights)
        found[measure] = {**values, "total": whole}
    return found


def _boarded(facts: Facts, group: str, measure: str) -> Exact | None:
    """Return a measure of the loans that a group began with."""
    loans: Weighed = {} if facts.originals is None else facts.originals.get(group, {})
    whole = Fraction(loans.get("coupon", (0, {}))[0], UNITS_PER_DOLLAR)
    value = from_loans(loans, group, measure) if _of_all_loans(facts, loans, measure, whole) else None
    return _in_whole_months(value) if value is not None and measure == "months_to_maturity" else value


def _document_value(event: Event | None, measure: str) -> Exact | None:
    number: Decimal | None = getattr(event, measure, None)
    return None if event is None or number is None else fact(event, Fraction(number), measure)


def _documents(facts: Facts, number: int) -> dict[str | None, PoolCharacteristicsReported]:
    found: dict[str | None, PoolCharacteristicsReported] = {}
    for kind in (CharacteristicsBroughtForward, PoolCharacteristicsReported):
        for _, event in facts.documents_of(kind, first=number, last=number):
            found[event.group] = event
    return found


def coupon(facts: Facts, group: str, number: int, opening: Exact) -> Exact:
    """Return a year of the scheduled interest of a distribution over its opening balance."""
    interest = facts.totals.sum("interest", "scheduled_payment_due", group=group, first=number, last=number)
    rule = f"{facts.payments_a_year} x scheduled interest / opening balance"
    return ratio(interest * facts.payments_a_year, opening).named("weighted average coupon", rule)


def _weigh(values: Values, weights: dict[str, Exact]) -> Exact | None:
    pairs = [(value, weights[group]) for group, value in values.items() if value is not None]
    if not pairs or not any(weight.value for _, weight in pairs):
        return None
    return weighted_average(pairs).named("weighted average", "groups weighed by balance")


_OF_EVERY_LOAN = ("seasoning_months", "months_to_maturity", "amortization_months")
"""What every loan has, so that of a pool nobody knows it where it is not known of a group; margins few loans have."""


def _known_of_all(facts: Facts, values: Values, weights: dict[str, Exact], measure: str) -> Values:
    """Return the values that the total is of: none where a group with a balance lacks one (fourth rules)."""
    lacking = any(value is None and weights[group].value for group, value in values.items() if group in weights)
    return {} if lacking and facts.terms.rules > 3 and measure in _OF_EVERY_LOAN else values


def _in_whole_months(value: Exact) -> Exact:
    return value.rounded("group months to maturity", quantum=Fraction(1))


def from_loans(loans: Weighed, group: str, measure: str) -> Exact | None:
    """Return a measure of a group weighed by the balances of its loans, or None where no loan carries it."""
    weight, sums = loans.get(measure, (0, {}))
    if not weight:
        return None
    selector = Selector(types=("loan_boarded",), component=measure, group=group)
    return Exact(
        sum((Fraction(above, below) for below, above in sums.items()), Fraction(0)) / weight,
        "total",
        label=f"weighted average {measure.replace('_', ' ')}",
        rule="loan records weighed by balance",
        origin=Origin.DERIVED,
        selector=selector,
    )


def _of_all_loans(facts: Facts, loans: Weighed, measure: str, balance: Fraction) -> bool:
    """Say whether a measure is known of all of a balance, if it is one of every loan (fourth rules)."""
    if facts.terms.rules < 4 or measure not in _OF_EVERY_LOAN:
        return True
    known, _ = loans.get(measure, (0, {}))
    return bool(balance * UNITS_PER_DOLLAR <= known)


def _measured(
    facts: Facts,
    documents: dict[str | None, PoolCharacteristicsReported],
    loans: dict[str, Weighed],
    measure: str,
    balances: dict[str, Exact],
) -> Values:
    found: Values = {}
    for group in facts.groups:
        value = _document_value(documents.get(group), measure)
        own = loans.get(group, {})
        if value is None and _of_all_loans(facts, own, measure, balances[group].value):
            value = from_loans(own, group, measure)
        if value is not None and measure == "months_to_maturity":
            value = _in_whole_months(value) if value.value.denominator != 1 else value
        found[group] = value
    return found


def _coupons(facts: Facts, pool: Collateral, previous: int | None) -> tuple[Values, Values]:
    current: Values = {
        group: coupon(facts, group, facts.number, pool.groups[group].opening_balance) for group in facts.groups
    }
    interest = facts.this_period("interest", "scheduled_payment_due") * facts.payments_a_year
    current["total"] = ratio(interest, pool.total.opening_balance)
    prior: Values = dict.fromkeys((*facts.groups, "total"))
    if previous is not None:
        documents = _documents(facts, previous)
        for group in facts.groups:
            prior[group] = _document_value(documents.get(group), "coupon") or _coupon_then(facts, group, previous)
        prior["total"] = _document_value(documents.get(None), "coupon") or _coupon_then(facts, None, previous)
    return current, prior


def _coupon_then(facts: Facts, group: str | None, number: int) -> Exact | None:
    rows = facts.totals.rows(Selector(types=("scheduled_payment_due",), group=group, first=number, last=number))
    if not any(True for _ in rows):
        return None
    opening = facts.journal.balance("pool_principal", group=group, last=number - 1)
    interest = facts.totals.sum("interest", "scheduled_payment_due", group=group, first=number, last=number)
    return ratio(interest * facts.payments_a_year, opening)


def averages(facts: Facts, pool: Collateral) -> Averages:
    """Return the weighted averages of the pool."""
    ordinal = facts.distribution.ordinal
    previous = facts.calendar.at(ordinal - 2).number if ordinal > 1 else None
    closing = {group: pool.groups[group].closing_balance for group in facts.groups}
    opening = {group: pool.groups[group].opening_balance for group in facts.groups}
    current: dict[str, Values] = {}
    prior: dict[str, Values] = {}
    current["coupon"], prior["coupon"] = _coupons(facts, pool, previous)
    reported, reported_then = _documents(facts, facts.number), _documents(facts, previous or 0)
    loans = {} if facts.pool is None else facts.pool.closing
    loans_then = {} if facts.pool is None else facts.pool.opening
    for measure in MEASURES[1:]:
        current[measure] = _measured(facts, reported, loans, measure, closing)
        current[measure]["total"] = _weigh(_known_of_all(facts, current[measure], closing, measure), closing)
        prior[measure] = _measured(facts, reported_then, loans_then, measure, opening)
        prior[measure]["total"] = _weigh(_known_of_all(facts, prior[measure], opening, measure), opening)
    return Averages(original=_original(facts), prior=prior, current=current)


__all__ = ["MEASURES", "Averages", "averages", "coupon"]
