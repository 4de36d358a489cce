"""One test of one trigger: its amount, what that is a share of, and its limit.

The same arithmetic tests the month of a statement, in values that can be explained, and every month before it, in plain
fractions: a long history is gone through quickly, and finds what its own statements printed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Generic, TypeVar

import attrs

from ledger.deal.overcollateralization import Backing
from ledger.deal.terms import BondClass, DealTerms
from ledger.deal.triggers import Against, AverageOf, DaysBehind, InForceWhen, Trigger, TriggerKind
from ledger.deal.vocabulary import ClassKind
from ledger.projections.parts import stated_parts
from ledger.values.exact import Exact, ratio, term, total

V = TypeVar("V", Exact, Fraction)

_BUCKETS = {
    DaysBehind.THIRTY: ("1 payment", "2 payments", "3+ payments"),
    DaysBehind.SIXTY: ("2 payments", "3+ payments"),
    DaysBehind.NINETY: ("3+ payments",),
}
_ALL_BUCKETS = ("current", "1 payment", "2 payments", "3+ payments")


@attrs.frozen(kw_only=True)
class Arithmetic(Generic[V]):
    """How amounts of one kind are added up, divided, and made of what the terms say."""

    total: Callable[[Iterable[V]], V]
    ratio: Callable[[V, V], V]
    term: Callable[[Decimal | Fraction | int, str], V]


EXACT: Arithmetic[Exact] = Arithmetic(total=total, ratio=ratio, term=term)
"""Values that remember how they arose."""


def _sum(parts: Iterable[Fraction]) -> Fraction:
    return sum(parts, Fraction(0))


def _plain_ratio(part: Fraction, whole: Fraction) -> Fraction:
    return part / whole if whole else Fraction(0)


def _plain_term(value: Decimal | Fraction | int, _label: str) -> Fraction:
    return Fraction(value)


PLAIN: Arithmetic[Fraction] = Arithmetic(total=_sum, ratio=_plain_ratio, term=_plain_term)
"""Values for months that nobody asks to be explained."""


@attrs.frozen(kw_only=True)
class ExaminedMonth(Generic[V]):
    """One month as triggers test it, in dollars; by group, by class, and ``group/category:bucket``.

    Pools, and what is set aside to buy loans, are before and after the distribution; losses net of recoveries; class
    balances before it. ``behind`` is None where nobody knows it, ``reported`` whether delinquency was reported.
    ``forwarded`` are the balances 60 and 90 days behind of a month before the deal entered the ledger, of which nothing
    else is known. ``funded`` is what the funding account held before the distribution, None where nobody knows.
    ``own`` and ``own_after`` are what is set aside for each group, where groups own what is set aside (fourth rules).
    """

    number: int
    opening: Mapping[str, V]
    closing: Mapping[str, V]
    lost: Mapping[str, V]
    lost_to_date: Mapping[str, V]
    classes: Mapping[str, V]
    prefunded: V
    prefunded_after: V
    behind: Mapping[str, V] | None
    reported: bool = True
    forwarded: Mapping[DaysBehind, V] | None = None
    funded: V | None = None
    own: Mapping[str, V] = attrs.field(factory=dict)
    own_after: Mapping[str, V] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class ExaminedTest(Generic[V]):
    """What a test found: the value, its limit, and what the value is the quotient of, where it is one."""

    value: V
    limit: V
    numerator: V | None = None
    denominator: V | None = None


@attrs.frozen(kw_only=True)
class Examiner(Generic[V]):
    """Tests the triggers of a deal.

    ``originals`` are the pools at issue by group, None where nobody knows one.

    ``a_year`` is how many distributions a year has.
    """

    terms: DealTerms
    originals: Mapping[str, V | None]
    numbers: Arithmetic[V]
    a_year: int = 12

    def principal_classes(self, trigger: Trigger) -> list[BondClass]:
        """Return the classes with a balance of their own that the trigger's groups back alone, or all of the deal."""
        found = [bond for bond in self.terms.classes if bond.kind is ClassKind.PRINCIPAL]
        if trigger.groups:
            own = [bond for bond in found if bond.groups and set(bond.groups) <= set(trigger.groups)]
            return own or found
        return found

    def subordinates(self, trigger: Trigger) -> tuple[str, ...]:
        """Return the subordinate classes: as named, or all below the most senior."""
        if trigger.classes:
            return trigger.classes
        found = self.principal_classes(trigger)
        top = min((bond.rank for bond in found), default=0)
        return tuple(bond.class_id for bond in found if bond.rank > top)

    def _pool(self, trigger: Trigger, of: Mapping[str, V]) -> V:
        return self.numbers.total(of[group] for group in (trigger.groups or self.terms.group_ids))

    def _original(self, trigger: Trigger) -> V | None:
        parts = [self.originals.get(group) for group in (trigger.groups or self.terms.group_ids)]
        known = [part for part in parts if part is not None]
        if len(known) < len(parts):
            return None
        held = self.terms.prefunding if self.terms.rules > 2 else Decimal(0)
        whole = self.numbers.term(held, "pre-funded amount")
        return self._with_account(trigger, self.numbers.total(known), whole, self._set_aside(whole))

    def _set_aside(self, whole: V) -> dict[str, V]:
        """Return what was set aside for each group at issue."""
        if self.terms.rules < 4:
            return {}
        stated = stated_parts(self.terms)
        return {group: whole * (part / sum(stated.values())) for group, part in stated.items()}

    def _faces(self, names: Iterable[str]) -> V:
        return self.numbers.total(
            self.numbers.term(self.terms.bond_class(name).face, f"original face of class {name}") for name in names
        )

    def _balances(self, month: ExaminedMonth[V], names: Iterable[str]) -> V:
        return self.numbers.total(month.classes[name] for name in names if name in month.classes)

    def _behind(self, trigger: Trigger, month: ExaminedMonth[V]) -> V | None:
        """Return the balance that counts as delinquent; None where nobody knows it."""
        if month.forwarded is not None:
            return month.forwarded.get(trigger.days_behind) if trigger.counts_all else None
        if month.behind is None:
            return None
        places = [(status, _BUCKETS[trigger.days_behind]) for status in trigger.counts]
        places = [(status, buckets) for status, buckets in places if status not in trigger.counts_whole]
        places += [(status, _ALL_BUCKETS) for status in trigger.counts_whole]
        keys = (
            f"{group}/{status.value}:{bucket}"
            for group in (trigger.groups or self.terms.group_ids)
            for status, buckets in places
            for bucket in buckets
        )
        return self.numbers.total(month.behind[key] for key in keys if key in month.behind)

    def _whole(self, trigger: Trigger, month: ExaminedMonth[V]) -> V | None:
        """Return what a tested amount of a month is a share of; None where nobody knows it."""
        against = trigger.tested_against
        if against is Against.SUBORDINATES:
            return self._balances(month, self.subordinates(trigger))
        if against is Against.ORIGINAL_SUBORDINATES:
            return self._faces(self.subordinates(trigger))
        if against is Against.ORIGINAL_POOL:
            return self._original(trigger)
        if against is Against.OPENING_POOL:
            return self._with_account(trigger, self._pool(trigger, month.opening), month.prefunded, month.own)
        return self._with_account(trigger, self._pool(trigger, month.closing), month.prefunded_after, month.own_after)

    def _with_account(self, trigger: Trigger, pool: V, held: V, own: Mapping[str, V]) -> V:
        """Return a pool with what is set aside to buy loans, where the trigger counts it; groups own their parts."""
        if trigger.share_of is not Backing.POOL_AND_PREFUNDING:
            return pool
        return self._backed(trigger, pool, held, own)

    def _backed(self, trigger: Trigger, pool: V, held: V, own: Mapping[str, V]) -> V:
        if trigger.groups:
            held = self.numbers.total(own[group] for group in trigger.groups if group in own)
        return self.numbers.total((pool, held)) if held else pool

    def _delinquent(self, trigger: Trigger, months: Sequence[ExaminedMonth[V]]) -> tuple[V, V] | None:
        """Return the balance behind and what it is a share of, or the average share and 1."""
        shares = trigger.average_of is AverageOf.SHARES
        now = self._behind(trigger, months[-1])
        if now is None:
            return None
        chosen, amounts = [months[-1]], [now]
        for month in reversed(months[:-1]):
            if len(amounts) >= trigger.months_of(self.terms.rolling_months):
                break
            behind = self._behind(trigger, month) if month.reported else None
            if behind is not None and not (shares and month.forwarded is not None):
                chosen.append(month)
                amounts.append(behind)
        if shares:
            wholes = [self._whole(trigger, month) for month in chosen]
            parts = [self.numbers.ratio(a, w) for a, w in zip(amounts, wholes, strict=True) if w is not None]
            if not parts:
                return None
            return self.numbers.total(parts) / Fraction(len(parts)), self.numbers.term(1, "share")
        whole = self._whole(trigger, months[-1])
        return None if whole is None else (self.numbers.total(amounts) / Fraction(len(amounts)), whole)

    def _annualized(self, trigger: Trigger, months: Sequence[ExaminedMonth[V]]) -> tuple[V, V]:
        known = [month for month in months if month.forwarded is None]
        chosen = known[-trigger.months_of(self.terms.rolling_months) :]
        lost = self.numbers.total(self._pool(trigger, month.lost) for month in chosen)
        if trigger.tested_against is Against.OPENING_POOL:
            whole = self._pool(trigger, chosen[0].opening)
        else:
            whole = self.numbers.total(self._pool(trigger, month.opening) for month in chosen) / Fraction(len(chosen))
        return lost * Fraction(self.a_year, len(chosen)), whole

    def enhancement(self, trigger: Trigger, month: ExaminedMonth[V]) -> tuple[V, V]:
        """Return what of the pool stood below the classes before the distribution, and the pool."""
        pool = self._pool(trigger, month.opening)
        if trigger.groups:
            pool = self._backed(trigger, pool, month.prefunded, month.own)
        else:
            pool = self.numbers.total((pool, month.prefunded))
            if month.funded:
                pool = self.numbers.total((pool, month.funded))
        classes = self.principal_classes(trigger)
        named = trigger.classes if trigger.kind is TriggerKind.ENHANCEMENT else ()
        ranks = [bond.rank for bond in classes if not named or bond.class_id in named]
        reach = (max(ranks) if named else min(ranks)) if ranks else 0
        above = self._balances(month, [bond.class_id for bond in classes if bond.rank <= reach])
        return pool - above, pool

    def _limit(self, trigger: Trigger, on: dt.date) -> V | None:
        found = trigger.limit_on(on)
        if found is None:
            return None
        limit, since = found
        if since is not None:
            what = "loss limit" if trigger.kind is TriggerKind.CUMULATIVE_LOSS else "limit"
            return self.numbers.term(limit, f"{what} from {since}")
        rolling = trigger.kind is TriggerKind.ROLLING_DELINQUENCY
        return self.numbers.term(limit, "delinquency trigger share" if rolling else "limit of the trigger")

    def _class_balance(self, trigger: Trigger, month: ExaminedMonth[V], on: dt.date) -> ExaminedTest[V] | None:
        balance = self._balances(month, trigger.classes)
        if trigger.limit is None and not trigger.schedule:
            limit = self.numbers.term(trigger.amount or Decimal(0), "amount of the trigger")
            return ExaminedTest(value=balance, limit=limit)
        return self._of(balance, self._faces(trigger.classes), self._limit(trigger, on))

    def _of(self, amount: V, whole: V | None, limit: V | None) -> ExaminedTest[V] | None:
        if whole is None or limit is None:
            return None
        return ExaminedTest(value=self.numbers.ratio(amount, whole), limit=limit, numerator=amount, denominator=whole)

    def test(self, trigger: Trigger, months: Sequence[ExaminedMonth[V]], on: dt.date) -> ExaminedTest[V] | None:
        """Return what the test of a trigger finds of the last month; None where there is nothing to be tested."""
        kind, month = trigger.kind, months[-1]
        if kind is TriggerKind.CLASS_BALANCE:
            return self._class_balance(trigger, month, on)
        limit = self._limit(trigger, on)
        if limit is None:
            return None
        if kind is TriggerKind.ENHANCEMENT:
            return self._of(*self.enhancement(trigger, month), limit)
        if kind is TriggerKind.ANNUALIZED_LOSS:
            return self._of(*self._annualized(trigger, months), limit)
        if kind is TriggerKind.CUMULATIVE_LOSS:
            return self._of(self._pool(trigger, month.lost_to_date), self._whole(trigger, month), limit)
        if kind is TriggerKind.POOL_FACTOR:
            return self._of(self._pool(trigger, month.closing), self._original(trigger), limit)
        found = self._delinquent(trigger, months)
        if found is None:
            return None
        if kind is TriggerKind.ROLLING_DELINQUENCY:
            limit = self.numbers.ratio(*self.enhancement(trigger, month)) * limit
        return self._of(*found, limit)


def is_beyond(value: Exact | Fraction, limit: Exact | Fraction, when: InForceWhen) -> bool:
    """Say whether a value lies on the side of its limit on which the trigger is in force."""
    if when is InForceWhen.ABOVE:
        return value > limit
    if when is InForceWhen.AT_OR_ABOVE:
        return value >= limit
    return value < limit if when is InForceWhen.BELOW else value <= limit


__all__ = ["EXACT", "PLAIN", "Arithmetic", "ExaminedMonth", "ExaminedTest", "Examiner", "is_beyond"]
