"""What differs between two versions of a deal's terms, term by term; parts with a name are compared by it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

import attrs

from ledger.deal.steps import Step
from ledger.deal.structure import BalanceSchedule
from ledger.deal.terms import BondClass, DealTerms, DerivativeContract, Fee, LoanGroup
from ledger.deal.triggers import Trigger

NAMES: dict[type, tuple[str, str]] = {
    BondClass: ("class", "class_id"),
    LoanGroup: ("group", "group_id"),
    Fee: ("fee", "fee_id"),
    Trigger: ("trigger", "trigger_id"),
    DerivativeContract: ("contract", "contract"),
    BalanceSchedule: ("schedule", "schedule_id"),
}
"""What a part of the terms is called, and which of its fields names it."""


@attrs.frozen
class TermDifference:
    """One term that differs: where it stands, and how it is written before and after; empty where it is not there."""

    term: str
    old: str
    new: str


def spelt_term(value: Any) -> str:
    """Return a value of the terms on one line."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, StrEnum | str | int | dt.date):
        return str(value)
    if isinstance(value, tuple):
        return ", ".join(map(spelt_term, value)) or "none"
    held = {item.name: getattr(value, item.name) for item in attrs.fields(type(value)) if item.name != "step"}
    given = {item.name: item.default for item in attrs.fields(type(value))}
    told = [f"{name} {spelt_term(item)}" for name, item in held.items() if item != given[name]]
    name = f"{value.step}: " if isinstance(value, Step) else ""
    return name + "; ".join(told)


def _inside(where: str, old: Any, new: Any) -> Iterator[TermDifference]:
    """Compare two values of one class, field by field."""
    for item in attrs.fields(type(old)):
        before, after = getattr(old, item.name), getattr(new, item.name)
        if before == after:
            continue
        path = f"{where}.{item.name}" if where else item.name
        if attrs.has(type(before)) and type(before) is type(after) and not isinstance(before, Step):
            yield from _inside(path, before, after)
        elif _is_named(before) or _is_named(after):
            yield from _named(before, after)
        elif item.name == "waterfall":
            yield from _steps(before, after)
        else:
            yield TermDifference(path, spelt_term(before), spelt_term(after))


def _is_named(value: Any) -> bool:
    return isinstance(value, tuple) and bool(value) and type(value[0]) in NAMES


def _named(old: tuple[Any, ...], new: tuple[Any, ...]) -> Iterator[TermDifference]:
    kind = type((old or new)[0])
    what, field = NAMES[kind]
    before: Mapping[str, Any] = {getattr(item, field): item for item in old}
    after: Mapping[str, Any] = {getattr(item, field): item for item in new}
    for name in dict.fromkeys((*before, *after)):
        where = f"{what} {name}"
        if name not in after:
            yield TermDifference(where, spelt_term(before[name]), "")
        elif name not in before:
            yield TermDifference(where, "", spelt_term(after[name]))
        else:
            yield from _inside(where, before[name], after[name])
    both = [name for name in before if name in after]
    if both != [name for name in after if name in before]:
        yield TermDifference(f"order of each {what}", ", ".join(before), ", ".join(after))


def _steps(old: tuple[Step, ...], new: tuple[Step, ...]) -> Iterator[TermDifference]:
    """Compare two waterfalls; steps of one kind that pay the same classes are one step, wherever they stand now."""
    keys = [[(type(step).__name__, step.classes) for step in steps] for steps in (old, new)]
    for how, a, b, c, d in SequenceMatcher(None, keys[0], keys[1], autojunk=False).get_opcodes():
        if how == "equal" or (how == "replace" and b - a == d - c):
            for offset in range(b - a):
                where, before, after = f"waterfall[{c + offset}]", old[a + offset], new[c + offset]
                if type(before) is type(after):
                    yield from _inside(where, before, after)
                else:
                    yield TermDifference(where, spelt_term(before), spelt_term(after))
            continue
        for place in range(a, b):
            yield TermDifference(f"waterfall[{place}] before", spelt_term(old[place]), "")
        for place in range(c, d):
            yield TermDifference(f"waterfall[{place}]", "", spelt_term(new[place]))


def term_differences(old: DealTerms, new: DealTerms) -> tuple[TermDifference, ...]:
    """Return every term that differs, in the order of the terms."""
    return tuple(_inside("", old, new))


__all__ = ["TermDifference", "spelt_term", "term_differences"]
