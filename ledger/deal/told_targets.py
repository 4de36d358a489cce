"""A deal's targets, accounts and contracts in words: what backs the bonds beyond their balance."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ledger.deal.accounts import AccountTarget, TargetOf
from ledger.deal.note_words import in_percent
from ledger.deal.overcollateralization import OvercollateralizationTerms, Stopped
from ledger.deal.phrases import dollars_told, named_together
from ledger.deal.terms import DealTerms, DerivativeContract
from ledger.deal.vocabulary import Direction
from ledger.values.currency import Currency


def targets(terms: DealTerms) -> Iterator[str]:
    """Yield what the pool, or the pool of a loan group, is to exceed its bonds by."""
    if terms.overcollateralization is not None:
        yield from _target("The pool", terms.overcollateralization, terms.currency)
    for group in terms.groups:
        if group.overcollateralization is not None:
            yield from _target(f"Group {group.group_id}", group.overcollateralization, terms.currency)


def _target(whose: str, over: OvercollateralizationTerms, currency: Currency) -> Iterator[str]:
    parts = [dollars_told(over.target, currency)] if over.target or not over.has_percentage else []
    if over.percent_of_original is not None:
        parts.append(f"{in_percent(over.percent_of_original)} of it at issue")
    if over.percent_of_current is not None:
        parts.append(f"{in_percent(over.percent_of_current)} of it")
    which = f"{over.required.value} of " if len(parts) > 1 else ""
    yield f"{whose} is to exceed the bonds by {which}{named_together(parts)}."
    if over.step_down_date is not None and over.step_down_percent is not None:
        yield f"From {over.step_down_date} on by {in_percent(over.step_down_percent)} of the pool, if that is less."
    if over.step_down_stays:
        yield "The enhancement it needs for that has to be reached once: it never steps back."
    if over.stopped is Stopped.LAST_REACHED:
        stops = named_together(over.step_down_stopped_by or ())
        yield f"While {stops} is in force, by as much as at the distribution before it was."
    least = [dollars_told(over.floor, currency)] if over.floor else []
    if over.floor_percent is not None:
        least.append(f"{in_percent(over.floor_percent)} of it at issue")
    if least:
        yield f"But by {named_together(least)} at least."
    for item in over.raised:
        yield f"{whose} is to exceed them by more while {item.trigger} is in force."


def accounts(terms: DealTerms) -> Iterator[str]:
    """Yield what every account begins with, should hold and may pay."""
    for item in terms.accounts:
        yield (
            f"Account {item.account_id}{f' ({item.title})' if item.title else ''}: "
            f"{dollars_told(item.initial_deposit, terms.currency)} at closing; "
            f"is to hold {_held(item.target, terms.currency)}; "
            f"may pay {', '.join(item.may_pay)}; what it releases joins the {item.releases_to.value}."
        )


def _held(target: AccountTarget, currency: Currency) -> str:
    parts = [] if target.amount is None else [dollars_told(target.amount, currency)]
    if target.percent is not None:
        of = f"the balance of {named_together(target.classes)}" if target.of is TargetOf.CLASSES else f"the {target.of}"
        parts.append(f"{in_percent(target.percent)} of {of}")
    said = f"the greater of {' and '.join(parts)}" if len(parts) > 1 else "".join(parts)
    if target.levels:
        told = (
            f"{in_percent(item.percent or Decimal(0)) if item.amount is None else dollars_told(item.amount, currency)} "
            f"from {item.from_date}"
            for item in target.levels
        )
        said = ", then ".join(filter(None, (said, ", ".join(told))))
    if target.floor:
        floor = dollars_told(target.floor, currency)
        said = f"{said}, at least {floor}" if said else floor
    if target.at_most_balance_of:
        said += f", and no more than {named_together(target.at_most_balance_of)} stand at"
    return said or "nothing"


def contracts(terms: DealTerms) -> tuple[str, ...]:
    """Return what every derivative contract pays, and on what."""
    return tuple(map(_contract, terms.derivatives))


def _contract(item: DerivativeContract) -> str:
    if not item.is_derived:
        return f"{item.contract} ({item.kind}): as it is posted."
    parts = [f"{item.contract}: {item.kind} on {item.index}"]
    if item.fixed_rate is not None:
        way = "the trust pays" if item.direction is Direction.TRUST_PAYS else "the trust receives"
        parts.append(f"{way} {in_percent(item.fixed_rate)}")
    if item.strike is not None:
        parts.append(f"strike {in_percent(item.strike)}")
    if item.ceiling is not None:
        parts.append(f"ceiling {in_percent(item.ceiling)}")
    on = [f"the balance of {named_together(item.notional_of)}"] if item.notional_of else []
    if item.notional_amounts:
        on.append("a schedule of amounts")
    parts.append(f"on {', at most '.join(on)}")
    return f"{'; '.join(parts)}; {item.day_count.value}."


__all__ = ["accounts", "contracts", "targets"]
