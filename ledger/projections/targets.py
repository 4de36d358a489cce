"""The required overcollateralization, of the deal or of each loan group that has a target of its own.

A target steps down on the later of a date and an enhancement level, and never while a trigger that stops it is in
force; what is released, another trigger may stop.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from ledger.deal.overcollateralization import Backing, OvercollateralizationTerms, Stopped, TargetRule
from ledger.deal.vocabulary import ClassKind
from ledger.journal.accounts import POOL_PRINCIPAL
from ledger.journal.postings import LEGS, LEGS_BY_CODE
from ledger.projections.collateral import Collateral, original_balances
from ledger.projections.enhancement import backing, senior_enhancement
from ledger.projections.facts import Facts
from ledger.projections.triggers import TriggerTest
from ledger.values.dates import date_from_number
from ledger.values.exact import ZERO, Exact, greatest, least, term, total
from ledger.values.money import from_units
from ledger.values.selector import Selector
from ledger.waterfall.amounts import GroupTarget

SOURCE = "deal terms, overcollateralization"

POOL_TYPES = tuple(
    sorted(
        {
            name
            for name, legs in (*LEGS.items(), *((name, legs) for (name, _), legs in LEGS_BY_CODE.items()))
            if any(leg.account == POOL_PRINCIPAL for leg in legs)
        }
    )
)
"""The event types that a pool is made of."""

PREFUNDING_TYPES = ("prefunding_deposited", "prefunding_withdrawn")


def in_force(tests: Iterable[TriggerTest], names: Sequence[str] | None = None) -> bool:
    """Say whether a trigger of those named is in force, or any where none are named."""
    return any(test.in_force for test in tests if names is None or test.trigger.trigger_id in names)


class _Pool(NamedTuple):
    """The pool that shares are of, as it stands and as it was at issue, and the unit that shares of it are rounded to.

    An original pool that nobody knows is nothing: terms that ask for a share of it say what it was, or are refused.
    """

    closing: Exact
    original: Exact
    unit: Fraction

    def share_of_original(self, share: Decimal) -> Exact:
        return self._share(share, self.original, "original pool")

    def share_of_closing(self, share: Decimal) -> Exact:
        return self._share(share, self.closing, "closing pool")

    def _share(self, share: Decimal, pool: Exact, what: str) -> Exact:
        return (term(share, f"share of the {what}") * pool).rounded(f"share of the {what}, to the cent", self.unit)


def _stated(terms: OvercollateralizationTerms, pool: _Pool) -> Exact:
    """Return the target as the terms state it, before it steps down: of several, the greater or the lesser."""
    parts: list[Exact] = []
    if terms.target or not terms.has_percentage:
        parts.append(term(terms.target, "overcollateralization target"))
    if terms.percent_of_original is not None:
        parts.append(pool.share_of_original(terms.percent_of_original))
    if terms.percent_of_current is not None:
        parts.append(pool.share_of_closing(terms.percent_of_current))
    if len(parts) == 1:
        return parts[0]
    return greatest(*parts) if terms.required is TargetRule.GREATER else least(*parts)


def _floors(terms: OvercollateralizationTerms, pool: _Pool) -> list[Exact]:
    floors = [term(terms.floor, "overcollateralization floor")]
    if terms.floor_percent is not None:
        floors.append(pool.share_of_original(terms.floor_percent))
    return floors


def _raised(terms: OvercollateralizationTerms, required: Exact, pool: _Pool, tests: Sequence[TriggerTest]) -> Exact:
    """Return what is required while triggers that raise the target are in force."""
    parts = [required]
    for item in terms.raised:
        if not in_force(tests, [item.trigger]):
            continue
        if item.amount is not None:
            parts.append(term(item.amount, f"target while {item.trigger} is in force"))
        if item.percent_of_original is not None:
            parts.append(pool.share_of_original(item.percent_of_original))
        if item.percent_of_current is not None:
            parts.append(pool.share_of_closing(item.percent_of_current))
    return greatest(*parts) if len(parts) > 1 else required


class _Then(NamedTuple):
    """An earlier distribution as a target asks for it: its number, the pools after it, in units, and its enhancement.

    ``held`` is what the pre-funding account held after it, where a step-down percentage is of that too.
    """

    number: int
    pools: dict[str, int]
    held: int
    enhancement: Fraction

    def closing(self) -> Exact:
        """Return the pools together, in dollars."""
        parts = (
            Exact(
                from_units(units),
                "total",
                label=f"closing pool of group {name}, {date_from_number(self.number)}",
                selector=Selector(types=POOL_TYPES, component="principal", group=name, last=self.number),
            )
            for name, units in self.pools.items()
        )
        return total(parts)

    def stepping_of(self) -> Exact:
        """Return what the step-down percentage is of, in dollars."""
        if not self.held:
            return self.closing()
        label = f"pre-funding account, {date_from_number(self.number)}"
        selector = Selector(types=PREFUNDING_TYPES, last=self.number)
        return self.closing() + Exact(from_units(self.held), "total", label=label, selector=selector)


def _earlier(facts: Facts, terms: OvercollateralizationTerms, group: str | None) -> Iterator[_Then]:
    """Yield the earlier distributions, oldest first: of the deal, or of a loan group and the classes it alone backs."""
    whole = group is None
    bonds = [bond for bond in facts.terms.classes if bond.kind is ClassKind.PRINCIPAL]
    own = bonds if whole else [bond for bond in bonds if bond.groups == (group,)]
    top = min((bond.rank for bond in own), default=0)
    seniors = [bond.class_id for bond in own if bond.rank == top]
    for month in facts.measured:
        pools = {name: month.closing.get(name, 0) for name in facts.groups if whole or name == group}
        opening = sum(month.opening.get(name, 0) for name in pools)
        opening += (month.prefunded + month.funded) if whole else 0
        senior = sum(month.classes.get(name, 0) for name in seniors)
        yield _Then(
            number=month.number,
            pools=pools,
            held=month.prefunded_after if whole and terms.step_down_of is Backing.POOL_AND_PREFUNDING else 0,
            enhancement=Fraction(opening - senior, opening) if opening and own else Fraction(0),
        )


def _stepped(
    terms: OvercollateralizationTerms, pool: _Pool, on: dt.date, stepping_of: Exact, *, reached: bool, stopped: bool
) -> Exact:
    """Return the target of a distribution: as stated, or stepped down where its date and enhancement let it."""
    found = _stated(terms, pool)
    if (
        terms.step_down_date is not None
        and terms.step_down_percent is not None
        and on >= terms.step_down_date
        and reached
        and not stopped
    ):
        share = term(terms.step_down_percent, "step-down percent") * stepping_of
        return greatest(least(found, share.rounded("stepped-down target", pool.unit)), *_floors(terms, pool))
    return greatest(found, *_floors(terms, pool)) if terms.has_percentage else found


def _held_at(
    facts: Facts,
    terms: OvercollateralizationTerms,
    original: Exact,
    group: str | None,
    tests: Sequence[TriggerTest],
) -> Exact | None:
    """Return the target of the distribution before the trigger was in force; None where it has been from the first."""
    test = next(test for test in tests if test.trigger.trigger_id in (terms.step_down_stopped_by or ()))
    since = test.since
    if since is None:
        return None
    before = [item for item in _earlier(facts, terms, group) if date_from_number(item.number) < since]
    if not before:
        return None
    then = before[-1]
    seen = before if terms.step_down_stays else before[-1:]
    needed = terms.step_down_enhancement
    return _stepped(
        terms,
        _Pool(then.closing(), original, facts.terms.currency.unit),
        date_from_number(then.number),
        then.stepping_of(),
        reached=needed is None or any(item.enhancement >= Fraction(needed) for item in seen),
        stopped=False,
    ).named("target of the distribution before the trigger was in force")


def required(
    facts: Facts,
    terms: OvercollateralizationTerms,
    closing: Exact,
    original: Exact | None,
    enhancement: Exact,
    tests: Sequence[TriggerTest],
    stepping_of: Exact,
    group: str | None = None,
) -> Exact:
    """Return what a pool must exceed its bonds by, in dollars.

    ``enhancement`` is that of its most senior classes, and ``stepping_of`` what the step-down percentage is of.
    ``group`` is the loan group whose pool it is; None: the whole deal's.
    """
    pool = _Pool(closing, original if original is not None else ZERO, facts.terms.currency.unit)
    needed = terms.step_down_enhancement
    reached = needed is None or enhancement.value >= Fraction(needed)
    if needed is not None and not reached and terms.step_down_stays:
        reached = any(item.enhancement >= Fraction(needed) for item in _earlier(facts, terms, group))
    stopped = in_force(tests, terms.step_down_stopped_by)
    on = facts.distribution.payment_date
    found = _stepped(terms, pool, on, stepping_of, reached=reached, stopped=stopped)
    if stopped and terms.stopped is Stopped.LAST_REACHED:
        held = _held_at(facts, terms, pool.original, group, tests)
        found = found if held is None else held
    found = _raised(terms, found, pool, tests)
    return found.named("required overcollateralization", source=SOURCE)


def target(facts: Facts, pool: Collateral, enhancement: Exact, tests: Sequence[TriggerTest]) -> Exact | None:
    """Return the required overcollateralization in dollars, or None for a deal without one.

    In print: "Current Periods Required Overcollateralization Amt".
    """
    terms = facts.terms.overcollateralization
    if terms is None:
        return None
    original = original_balances(facts)["total"]
    stepping_of = backing(facts, pool, terms.step_down_of)
    return required(facts, terms, pool.total.closing_balance, original, enhancement, tests, stepping_of)


def may_release(facts: Facts, tests: Sequence[TriggerTest]) -> bool:
    """Say whether the deal may release what it has above its target."""
    terms = facts.terms.overcollateralization
    return not in_force(tests, None if terms is None else terms.release_stopped_by)


def group_targets(
    facts: Facts, pool: Collateral, before: Mapping[str, Exact], tests: Sequence[TriggerTest]
) -> dict[str, GroupTarget]:
    """Return the target of every loan group that has its own, and whether the group may release what is above it."""
    found: dict[str, GroupTarget] = {}
    for group in facts.terms.groups:
        terms = group.overcollateralization
        if terms is None:
            continue
        name = group.group_id
        ranks = {
            bond.class_id: bond.rank
            for bond in facts.terms.classes
            if bond.groups == (name,) and bond.kind is ClassKind.PRINCIPAL
        }
        opening = pool.groups[name].opening_balance
        enhancement = ZERO
        if ranks and opening.value:
            enhancement = senior_enhancement(opening, {bond: before[bond] for bond in ranks}, ranks)
        closing, original = pool.groups[name].closing_balance, original_balances(facts)[name]
        found[name] = GroupTarget(
            target=required(facts, terms, closing, original, enhancement, tests, closing, name),
            may_release=not in_force(tests, terms.release_stopped_by),
        )
    return found


__all__ = ["group_targets", "in_force", "may_release", "required", "target"]
