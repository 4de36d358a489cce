"""What classes and steps of a structured deal must not say: the same name twice, and names that mean nothing there.

Earlier rules let some of this pass, and deals under them are read as they were written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ledger.deal.steps import Bounded, PaySeniorPrincipal, PaySubordinatePrincipal, Step
from ledger.deal.vocabulary import ClassKind, RateKind
from ledger.errors import InvalidTerms

if TYPE_CHECKING:
    from ledger.deal.terms import BondClass, DealTerms

FIRST_RULES = 4
"""The rules from which on these are checked."""

_NAMES_OF_STEPS = ("classes", "groups", "only_while", "not_while", "subordinates", "held_by", "among", "locked",
                   "until", "kinds", "target_of", "above_pool_of", "fees", "covers")  # fmt: skip


def _twice(where: str, names: Sequence[str]) -> Iterator[InvalidTerms]:
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            message = f"{str(name)!r} is named twice; name it once"
            yield InvalidTerms(where, "duplicate", message)


def _without_balance(where: str, terms: DealTerms, names: Sequence[str]) -> Iterator[InvalidTerms]:
    known = {item.class_id: item for item in terms.classes}
    for name in names:
        if name in known and known[name].kind is not ClassKind.PRINCIPAL:
            yield InvalidTerms(where, "contradiction", f"class {name} has no principal balance; name one that has")


def _check_class(terms: DealTerms, bond: BondClass) -> Iterator[InvalidTerms]:
    where, rate = f"BondClass[{bond.class_id}]", bond.rate
    yield from _twice(f"{where}.groups", bond.groups)
    yield from _twice(f"{where}.rate.groups", rate.groups)
    yield from _twice(f"{where}.notional_of", bond.notional_of)
    yield from _without_balance(f"{where}.notional_of", terms, bond.notional_of)
    other = next((item for item in terms.classes if item.class_id == rate.less_rate_of), None)
    if other is not None and other.rate.kind is RateKind.NONE:
        message = f"class {other.class_id} bears no rate that could be taken off; give it one, or name another"
        yield InvalidTerms(f"{where}.rate.less_rate_of", "contradiction", message)
    if rate.floor is not None and rate.ceiling is not None and rate.floor > rate.ceiling:
        message = f"the floor of {rate.floor} lies above the ceiling of {rate.ceiling}"
        yield InvalidTerms(f"{where}.rate.floor", "contradiction", message)
    if bond.maximum_balance is not None and bond.maximum_balance < bond.face:
        message = f"{bond.maximum_balance} is less than the face that it begins with, {bond.face}"
        yield InvalidTerms(f"{where}.maximum_balance", "contradiction", message)


def _check_senior(where: str, terms: DealTerms, step: PaySeniorPrincipal) -> Iterator[InvalidTerms]:
    yield from _without_balance(f"{where}.subordinates", terms, step.subordinates)
    both = [name for name in step.subordinates if name in step.classes]
    if both:
        message = f"class {both[0]} is among the seniors of the step; it is one or the other"
        yield InvalidTerms(f"{where}.subordinates", "contradiction", message)


def _check_step(where: str, terms: DealTerms, step: Step) -> Iterator[InvalidTerms]:
    for name in _NAMES_OF_STEPS:
        names = getattr(step, name, ())
        if isinstance(names, tuple):  # a period has a date for its until
            yield from _twice(f"{where}.{name}", names)
    if isinstance(step, Bounded):
        never = [name for name in step.only_while if name in step.not_while]
        if never:
            message = f"the step would run only while {never[0]} both is in force and is not: never"
            yield InvalidTerms(f"{where}.not_while", "contradiction", message)
    if isinstance(step, PaySeniorPrincipal):
        yield from _check_senior(where, terms, step)


def _check_shifting(terms: DealTerms) -> Iterator[InvalidTerms]:
    """Check that no two steps that always run share out the principal of one group between seniors and others."""
    always: dict[str, int] = {}
    seniors: set[str] = set()
    for index, step in enumerate(terms.waterfall):
        where = f"DealTerms.waterfall[{index}]"
        if isinstance(step, PaySeniorPrincipal):
            seniors.update(step.classes)
            conditional = bool(step.only_while or step.not_while)
            for group in () if conditional else dict.fromkeys(step.groups or terms.group_ids):
                if group in always:
                    message = f"waterfall[{always[group]}] shares the principal of group {group} already"
                    yield InvalidTerms(f"{where}.groups", "contradiction", message)
                always[group] = index
        if isinstance(step, PaySubordinatePrincipal):
            for name in dict.fromkeys((*step.classes, *step.among)):
                if name in seniors:
                    message = f"class {name} is a senior of a step before it; what seniors leave is for those below"
                    yield InvalidTerms(f"{where}.classes", "contradiction", message)


def check_structure(terms: DealTerms) -> Iterator[InvalidTerms]:
    """Yield what classes and steps say twice, or of classes that cannot mean it, naming the term."""
    if terms.rules < FIRST_RULES:
        return
    for bond in terms.classes:
        yield from _check_class(terms, bond)
    yield from _twice("DealTerms.triggers", tuple(item.trigger_id for item in terms.triggers))
    for trigger in terms.triggers:
        where = f"Trigger[{trigger.trigger_id}]"
        for name in ("groups", "classes", "triggers"):
            yield from _twice(f"{where}.{name}", getattr(trigger, name))
    for index, step in enumerate(terms.waterfall):
        yield from _check_step(f"DealTerms.waterfall[{index}]", terms, step)
    yield from _check_shifting(terms)


__all__ = ["FIRST_RULES", "check_structure"]
