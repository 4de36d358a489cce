"""The deal's other fees: posted by whom they are owed to, or found from a balance, a count, a schedule or a bill.

Fees are carried unrounded into the interest available and rounded only when they are printed or paid, but for the
premiums of mortgage insurance that lenders pay: those of a group are rounded once, by the rounding of the fee. Those
that stand in the waterfall are rounded where they are claimed.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import attrs

from ledger.deal.terms import Fee
from ledger.deal.vocabulary import FeeBasis
from ledger.projections.collateral import Collateral
from ledger.projections.facts import Facts
from ledger.projections.pool import PREMIUM
from ledger.values.dates import accrual_days
from ledger.values.exact import ZERO, Exact, Origin, greatest, least, ratio, term, total
from ledger.values.money import UNITS_PER_DOLLAR
from ledger.values.selector import Selector


@attrs.frozen(kw_only=True)
class FeeLine:
    """One fee of the month in dollars, by the groups that bear it; ``charged`` is what was posted as paid.

    ``from_loans`` are the groups whose loans say what their premiums are, ``otherwise`` what was posted for these
    beyond what is due, by group; it is zero while nothing is posted for the group.
    """

    fee: Fee
    due: dict[str, Exact]
    charged: Exact
    from_loans: tuple[str, ...] = ()
    otherwise: dict[str, Exact] = attrs.field(factory=dict)

    @property
    def total(self) -> Exact:
        """The whole fee."""
        return total(self.due.values())


def _source(fee: Fee) -> str:
    return f"deal terms, fee {fee.fee_id}"


def _on_pool(facts: Facts, fee: Fee, pool: Collateral) -> dict[str, Exact]:
    rate = term(fee.rate or 0, f"{fee.title} rate")
    bearers = facts.groups if fee.borne_by is None else (fee.borne_by,)
    return {
        group: (pool.groups[group].opening_balance * rate / facts.payments_a_year).named(
            fee.title, f"opening pool balance x yearly rate / {facts.payments_a_year}", _source(fee)
        )
        if group in bearers
        else ZERO
        for group in facts.groups
    }


def _on_one(facts: Facts, fee: Fee, pool: Collateral, amount: Exact) -> dict[str, Exact]:
    """Charge the whole fee to the group that bears it, or share it over the groups by opening balance."""
    whole = pool.total.opening_balance
    bearer = fee.borne_by
    if bearer is None and fee.in_waterfall and not whole.value:
        # What is claimed in the waterfall is owed though no loan is left.
        bearer = facts.groups[0]
    if bearer is not None:
        return {group: amount if group == bearer else ZERO for group in facts.groups}
    return {group: amount * ratio(pool.groups[group].opening_balance, whole) for group in facts.groups}


def _posted(facts: Facts, fee: Fee, group: str) -> Exact:
    return facts.this_period("fee", "fee_charged", group=group, code=fee.fee_id)


def premium(facts: Facts, fee: Fee, group: str) -> Exact | None:
    """Return a month's premium of the loans of a group, or None where none of them says what its own is.

    It is a twelfth of each loan's yearly rate on its scheduled balance before the distribution, rounded once.
    """
    measured = facts.pool.opening.get(group, {}) if facts.pool is not None else {}
    weight, sums = measured.get(PREMIUM, (0, {}))
    if not weight:
        return None
    yearly = Exact(
        sum((Fraction(above, below) for below, above in sums.items()), Fraction(0)) / UNITS_PER_DOLLAR,
        "total",
        label="opening balance x own rate, over the loans",
        origin=Origin.DERIVED,
        selector=Selector(types=("loan_boarded",), component=PREMIUM, group=group),
    )
    return (yearly / facts.payments_a_year).rounded("premium of the group", facts.terms.currency.unit, fee.rounding)


def _premium_line(facts: Facts, fee: Fee) -> FeeLine:
    due, otherwise = {}, {}
    derived = {group: found for group in facts.groups if (found := premium(facts, fee, group)) is not None}
    for group in facts.groups:
        posted = _posted(facts, fee, group)
        if group not in derived:
            due[group], otherwise[group] = posted.named(fee.title), ZERO
            continue
        rule = f"opening balance of each loan x its own yearly rate / {facts.payments_a_year}, to the cent"
        due[group] = derived[group].named(fee.title, rule, "loan records")
        otherwise[group] = posted - due[group] if posted.value and posted != due[group] else ZERO
    charged = facts.this_period("fee", "fee_charged", code=fee.fee_id)
    return FeeLine(fee=fee, due=due, charged=charged, from_loans=tuple(derived), otherwise=otherwise)


@attrs.frozen(kw_only=True)
class FeeBases:
    """The balances that fees may be on beside the pool, by class or account, in dollars.

    ``before`` and ``after`` are the class balances around the distribution, ``notional`` what classes accrue on.
    """

    before: Mapping[str, Exact]
    after: Mapping[str, Exact]
    notional: Mapping[str, Exact] = attrs.field(factory=dict)
    accounts: Mapping[str, Exact] = attrs.field(factory=dict)


def is_payable(fee: Fee, ordinal: int) -> bool:
    """Say whether a fee is payable in the distribution of this ordinal."""
    return ordinal >= fee.first_payable and (ordinal - fee.first_payable) % fee.every_months == 0


def _part_of_year(facts: Facts, fee: Fee) -> Exact:
    """The part of a year that the rate of the fee is taken for."""
    if fee.day_count is None:
        return Exact(Fraction(fee.every_months, facts.payments_a_year), label="part of the year")
    dates, here = facts.calendar.payment_dates, facts.distribution.ordinal - 1
    start = dates[here - fee.every_months] if here >= fee.every_months else facts.terms.closing_date
    days = accrual_days(start, facts.distribution.payment_date, fee.day_count)
    return Exact(Fraction(days, fee.day_count.days_in_year), label="days from payment to payment / year")


def _scheduled_amount(facts: Facts, fee: Fee) -> Exact:
    passed = [item for item in fee.amounts if item.from_date <= facts.distribution.payment_date]
    return term(passed[-1].amount, f"{fee.title} from {passed[-1].from_date}") if passed else ZERO


def _base(facts: Facts, fee: Fee, pool: Collateral, bases: FeeBases) -> Exact:
    """The balance that a rate is taken of."""
    if fee.basis is FeeBasis.POOL_BALANCE:
        return pool.total.opening_balance if fee.borne_by is None else pool.groups[fee.borne_by].opening_balance
    if fee.basis is FeeBasis.ORIGINAL_POOL:
        return term(facts.terms.original_pool_balance or 0, "original pool balance")
    if fee.basis is FeeBasis.ACCOUNT_BALANCE:
        return bases.accounts[fee.account_id or ""]
    by_class = {FeeBasis.CLASS_BALANCE_AFTER: bases.after, FeeBasis.NOTIONAL: bases.notional}
    return by_class.get(fee.basis, bases.before)[fee.class_id or ""]


def _amount(facts: Facts, fee: Fee, pool: Collateral, bases: FeeBases) -> Exact:
    """The whole fee, whoever bears it."""
    if fee.basis is FeeBasis.FIXED_AMOUNT:
        return term(fee.amount or 0, fee.title)
    if fee.basis is FeeBasis.SCHEDULE:
        return _scheduled_amount(facts, fee)
    if fee.basis is FeeBasis.BILLED:
        return facts.this_period("memo", "fee_billed", code=fee.fee_id).named(fee.title)
    if fee.basis is FeeBasis.LOAN_COUNT:
        loans = (pool.total if fee.borne_by is None else pool.groups[fee.borne_by]).opening_count
        each = term(fee.amount or 0, f"{fee.title} for a loan")
        return (loans * each * Fraction(12 * fee.every_months, facts.payments_a_year)).named(
            fee.title, "opening loan count x amount a loan", _source(fee)
        )
    rate = term(fee.rate or 0, f"{fee.title} rate")
    return (_base(facts, fee, pool, bases) * rate * _part_of_year(facts, fee)).named(
        fee.title, f"{fee.basis.value} x yearly rate x part of the year", _source(fee)
    )


def _bounded(fee: Fee, amount: Exact) -> Exact:
    if fee.minimum is not None:
        amount = greatest(amount, term(fee.minimum, f"least {fee.title}"))
    if fee.maximum is not None:
        amount = least(amount, term(fee.maximum, f"most {fee.title}"))
    return amount


def _due(facts: Facts, fee: Fee, pool: Collateral, bases: FeeBases) -> dict[str, Exact]:
    if fee.basis is FeeBasis.POSTED:
        return {
            group: facts.this_period("fee", "fee_charged", group=group, code=fee.fee_id).named(fee.title)
            for group in facts.groups
        }
    if not is_payable(fee, facts.distribution.ordinal):
        return dict.fromkeys(facts.groups, ZERO)
    plain = fee.day_count is None and fee.every_months == 1
    if fee.basis is FeeBasis.POOL_BALANCE and plain and fee.minimum is None and fee.maximum is None:
        return _on_pool(facts, fee, pool)
    if plain and fee.basis in (FeeBasis.CLASS_BALANCE_AFTER, FeeBasis.CLASS_BALANCE_BEFORE):
        on_after = fee.basis is FeeBasis.CLASS_BALANCE_AFTER
        balances, when = (bases.after, "after") if on_after else (bases.before, "before")
        a_year = facts.payments_a_year
        amount = (balances[fee.class_id or ""] * term(fee.rate or 0, f"{fee.title} rate") / a_year).named(
            fee.title, f"balance of class {fee.class_id} {when} the distribution x yearly rate / {a_year}", _source(fee)
        )
    else:
        amount = _amount(facts, fee, pool, bases)
    return _on_one(facts, fee, pool, _bounded(fee, amount))


def fee_lines(facts: Facts, pool: Collateral, bases: FeeBases) -> tuple[FeeLine, ...]:
    """Return every fee of the month, those in the waterfall too."""
    return tuple(
        _premium_line(facts, fee)
        if fee.basis is FeeBasis.LOAN_PREMIUMS
        else FeeLine(
            fee=fee,
            due=_due(facts, fee, pool, bases),
            charged=facts.this_period("fee", "fee_charged", code=fee.fee_id),
        )
        for fee in facts.terms.fees
    )
