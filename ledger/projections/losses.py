"""Realized losses and default speeds (filing, pages 19 to 22).

MDR is the liquidated balance over the opening balance; CDR is a year of it; SDA is a multiple of the standard default
curve (0.02% a month of age up to 0.60% at thirty, level until 61, then 0.0095% a month from sixty on, down to 0.03%).
Severity is the loss over the balance liquidated; its averages skip months without a liquidation.
"""

from __future__ import annotations

from fractions import Fraction

import attrs

from ledger.deal.terms import CURRENT_RULES
from ledger.journal.movements import LOSSES, RECOVERIES
from ledger.projections.facts import Facts
from ledger.projections.prepayments import MonthSpeed, Speeds, average_age, average_rate, in_a_year
from ledger.values.exact import ZERO, Exact, greatest, ratio, term, total

MODIFYING = tuple(name for name in LOSSES if name != "loan_liquidated")
"""Event types that realize a loss on a loan that stays."""

SDA_SOURCE = "standard default assumption"


@attrs.frozen(kw_only=True)
class LossAmounts:
    """Loans liquidated, realized losses net of recoveries (of modifications too), and net proceeds, in dollars.

    In print: "Number of Loans Liquidated", "Collateral Realized Loss/(Gain) Amount", "Net Liquidation Proceeds".
    """

    count: Exact
    losses: Exact
    proceeds: Exact


@attrs.frozen(kw_only=True)
class Losses:
    """Losses by group and in total, this period and to date, and the share of the original pool lost to date.

    In print that share is the "Cumulative Loss Percentage For Related Payment Date"; it is None where nobody knows what
    the original pool was.
    """

    current: dict[str, LossAmounts]
    cumulative: dict[str, LossAmounts]
    cumulative_share: Exact | None


def _amounts(facts: Facts, group: str) -> tuple[LossAmounts, LossAmounts]:
    def since(first: int, component: str, types: str | tuple[str, ...]) -> Exact:
        return facts.totals.sum(component, types, group=group, first=first, last=facts.number)

    def lost(first: int) -> Exact:
        gross, recovered = since(first, "loss", "loan_liquidated"), since(first, "loss", RECOVERIES)
        modified = since(first, "principal", MODIFYING)
        gross = gross + modified if modified.value else gross
        return gross - recovered if recovered.value else gross

    def proceeds(first: int) -> Exact:
        net, recovered = since(first, "other", "loan_liquidated"), since(first, "loss", RECOVERIES)
        return net + recovered if recovered.value else net

    def brought(component: str, measure: str) -> Exact:
        return facts.to_date(component, "amount_brought_forward", group=group, code=measure)

    return (
        LossAmounts(
            count=facts.this_period("loans", "loan_liquidated", group=group),
            losses=lost(facts.number),
            proceeds=proceeds(facts.number),
        ),
        LossAmounts(
            count=total((brought("loans", "liquidations"), facts.to_date("loans", "loan_liquidated", group=group))),
            losses=total((brought("memo", "realized losses"), lost(0))),
            proceeds=total((brought("memo", "liquidation proceeds"), proceeds(0))),
        ),
    )


def _together(groups: dict[str, LossAmounts]) -> LossAmounts:
    return LossAmounts(
        **{item.name: total(getattr(v, item.name) for v in groups.values()) for item in attrs.fields(LossAmounts)}
    )


def losses(facts: Facts) -> Losses:
    """Return the losses of the pool."""
    pairs = {group: _amounts(facts, group) for group in facts.groups}
    current = {group: pair[0] for group, pair in pairs.items()}
    cumulative = {group: pair[1] for group, pair in pairs.items()}
    current["total"], cumulative["total"] = _together(current), _together(cumulative)
    whole = _original_pool(facts)
    share = None if whole is None else ratio(cumulative["total"].losses, whole).named("cumulative loss percentage")
    return Losses(current=current, cumulative=cumulative, cumulative_share=share)


def _original_pool(facts: Facts) -> Exact | None:
    """Return the balance of the pool at issue: by the terms, or as it was boarded; None where neither says it.

    Under the first and second rules it was nothing where the terms did not say it.
    """
    original = facts.terms.original_pool_balance
    if original is not None:
        return Exact(Fraction(original), "term", label="original pool balance")
    if facts.terms.rules < 3:
        return Exact(0, "term", label="original pool balance")
    if facts.totals.holds("pool_balance_brought_forward"):
        # What was boarded is a part of the pool then, and nobody says what the rest was at issue.
        return None
    boarded = facts.totals.sum("principal", "loan_boarded", last=0)
    return boarded.named("original pool balance", "balances boarded up to closing") if boarded.value else None


def beyond_carve_outs(facts: Facts) -> dict[str, tuple[Exact, Exact]]:
    """Return, by cause, what of this period's losses goes beyond its carve-out, and all of these losses, in dollars.

    Of a month in which only a part goes beyond, that part is of each of its losses alike.
    """
    found: dict[str, tuple[Exact, Exact]] = {}
    for item in facts.terms.loss_carve_outs:
        most = term(item.amount, f"{item.cause.value} losses that subordinates bear")
        before, now = (
            total(facts.totals.sum(of, name, code=item.cause.value, last=last) for name, of in LOSSES.items())
            for last in (facts.before, facts.number)
        )
        beyond = greatest(now - most, ZERO) - greatest(before - most, ZERO)
        if beyond.value > 0:
            found[item.cause.value] = beyond.named(f"{item.cause.value} losses beyond the carve-out"), now - before
    return found


def shared_loss(facts: Facts) -> Exact:
    """Return what of this period's losses goes beyond the carve-outs of the terms, in dollars.

    All classes bear it, where they bear losses at all.
    """
    return total(beyond for beyond, _ in beyond_carve_outs(facts).values())


def modified_loss(facts: Facts) -> Exact:
    """Return what modifications of loans that stay realized as losses this period, in dollars.

    What of them goes beyond a carve-out all classes bear, and those that modifications fall on do not bear it again.
    """
    if not facts.terms.modification_losses:
        return ZERO
    whole = facts.this_period("principal", MODIFYING)
    shared = [
        facts.this_period("principal", MODIFYING, code=cause) * ratio(beyond, lost)
        for cause, (beyond, lost) in beyond_carve_outs(facts).items()
    ]
    beyond_them = total(shared)
    return (whole - beyond_them if beyond_them.value else whole).named("modification losses")


def default_curve(age: Exact, rules: int = CURRENT_RULES) -> Exact:
    """Return the yearly default rate of the standard curve at an age in months.

    It is level until an age of 61 months, as the methodology of servicers' statements reads the curve between its
    whole months; under the first and second rules it fell from sixty on.
    """
    months = age.value
    if months <= 30:
        return age * Fraction(2, 10_000)
    if months <= 60 or (rules > 2 and months < 61):
        return Exact(Fraction(6, 1000), label="0.60%, the curve from month 30 to 60")
    falling = Fraction(6, 1000) - Fraction(95, 1_000_000) * (months - 60)
    return Exact(max(falling, Fraction(3, 10_000)), label="the curve after month 60")


def default_speeds(months: tuple[MonthSpeed, ...], rules: int = CURRENT_RULES) -> Speeds:
    """Return the "MDR", "CDR" and "SDA" over the months: of one, or the average of several ("3 Months Avg MDR")."""
    monthly = average_rate([month.default_rate for month in months]).named("MDR")
    yearly = in_a_year(monthly).named("CDR", "1 - (1 - MDR)**12")
    age = average_age(months, capped=False)
    multiple = None if age is None else ratio(yearly, default_curve(age, rules)).named("SDA", "CDR / curve", SDA_SOURCE)
    return Speeds(monthly=monthly, yearly=yearly, multiple=multiple)


def severity(months: tuple[MonthSpeed, ...]) -> Exact | None:
    """Return the mean severity of the months in which something was liquidated, or None where nothing was.

    In print: "Loss Severity Approximation for Current Period", and over more months "Loss Severity Approximation" or,
    since cut-off, "Loss Severity".
    """
    known = [month.severity for month in months if month.severity is not None]
    return total(known) / len(known) if known else None
