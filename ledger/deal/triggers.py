"""Triggers: tests of the deal that switch steps, hold what is shifted, and stop a step-down or a release.

A trigger is a small frozen value: what is tested, of which loan groups, against which limit, in which direction, and
whether a later month cures it. :mod:`ledger.projections.triggers` tests it; nothing here computes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import cast

import attrs
from attrs import field

from ledger.deal.checked import is_cash, is_count, is_date, is_name, is_rate, is_title
from ledger.deal.overcollateralization import Backing
from ledger.errors import InvalidTerms
from ledger.values.dates import to_date, to_optional_date
from ledger.values.fields import by_declared_type
from ledger.values.money import to_factor, to_optional_amount, to_optional_factor


class TriggerKind(StrEnum):
    """What a trigger tests."""

    ROLLING_DELINQUENCY = "rolling delinquency against enhancement"
    DELINQUENCY = "delinquency against limit"
    CUMULATIVE_LOSS = "cumulative loss against schedule"
    ANNUALIZED_LOSS = "annualized loss against limit"
    ENHANCEMENT = "credit enhancement"
    CLASS_BALANCE = "class balance"
    POOL_FACTOR = "pool factor"
    DATE = "date"
    DECLARED = "declared event"
    ANY_OF = "any of other triggers"
    ALL_OF = "all of other triggers"


class InForceWhen(StrEnum):
    """On which side of its limit a value must lie for the trigger to be in force."""

    BY_KIND = "as its kind says"
    ABOVE = "above"
    AT_OR_ABOVE = "at or above"
    BELOW = "below"
    AT_OR_BELOW = "at or below"


class Against(StrEnum):
    """What a tested amount is a share of."""

    BY_KIND = "as its kind says"
    CLOSING_POOL = "closing pool"
    OPENING_POOL = "opening pool"
    AVERAGE_POOL = "average opening pool"
    ORIGINAL_POOL = "original pool"
    SUBORDINATES = "balance of the subordinates"
    ORIGINAL_SUBORDINATES = "original balance of the subordinates"


class DaysBehind(StrEnum):
    """From how many days on a loan counts as delinquent."""

    THIRTY = "30 days or more"
    SIXTY = "60 days or more"
    NINETY = "90 days or more"


class StatusCounted(StrEnum):
    """The exclusive rows of a delinquency report that a trigger may count."""

    DELINQUENT = "delinquent"
    FORECLOSURE = "foreclosure"
    BANKRUPTCY = "bankruptcy"
    REO = "reo"


class AverageOf(StrEnum):
    """What a rolling test averages: the balances that are behind, or each month's share."""

    BALANCES = "balances"
    SHARES = "shares"


def _names(value: Iterable[str]) -> tuple[str, ...]:
    return tuple(value)


def _statuses(value: Iterable[StatusCounted | str]) -> tuple[StatusCounted, ...]:
    known: dict[str, StatusCounted] = {item.value: item for item in StatusCounted}
    return tuple(known.get(item, cast("StatusCounted", item)) for item in value)  # the validator names a stranger


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class LossLimit:
    """From this date on, cumulative losses above this fraction of the original pool trip the trigger.

    Of a trigger of another kind it is the limit of what that tests.
    """

    from_date: dt.date = field(converter=to_date, validator=is_date)
    limit: Decimal = field(converter=to_factor, validator=is_rate)


def _limits(value: Iterable[LossLimit]) -> tuple[LossLimit, ...]:
    return tuple(value)


_MOST_MONTHS = 60

_ALLOWED: dict[TriggerKind, tuple[Against, ...]] = {
    TriggerKind.ROLLING_DELINQUENCY: (Against.CLOSING_POOL, Against.OPENING_POOL),
    TriggerKind.DELINQUENCY: (
        Against.CLOSING_POOL,
        Against.OPENING_POOL,
        Against.ORIGINAL_POOL,
        Against.SUBORDINATES,
        Against.ORIGINAL_SUBORDINATES,
    ),
    TriggerKind.CUMULATIVE_LOSS: (Against.ORIGINAL_POOL, Against.ORIGINAL_SUBORDINATES),
    TriggerKind.ANNUALIZED_LOSS: (Against.AVERAGE_POOL, Against.OPENING_POOL),
}
"""What a test of each kind may be against, the default first; kinds that are not here are against nothing else."""

_WHEN: dict[TriggerKind, InForceWhen] = {
    TriggerKind.ENHANCEMENT: InForceWhen.BELOW,
    TriggerKind.POOL_FACTOR: InForceWhen.BELOW,
    TriggerKind.CLASS_BALANCE: InForceWhen.AT_OR_BELOW,
    TriggerKind.DATE: InForceWhen.AT_OR_ABOVE,
    TriggerKind.DECLARED: InForceWhen.AT_OR_ABOVE,
    TriggerKind.ANY_OF: InForceWhen.AT_OR_ABOVE,
    TriggerKind.ALL_OF: InForceWhen.AT_OR_ABOVE,
}

_LIMITED = frozenset({*_ALLOWED, TriggerKind.ENHANCEMENT, TriggerKind.POOL_FACTOR})
_COMBINED = frozenset({TriggerKind.ANY_OF, TriggerKind.ALL_OF})


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class Trigger:
    """A test that, while it fails, forbids a step-down and a release unless the terms name those that do.

    A *rolling delinquency* trigger compares the average over ``months`` (by default the terms' ``rolling_months``) of
    balances 60 days or more behind, over the pool, with ``limit`` times the senior enhancement. Plain *delinquency*
    has ``limit`` itself to be compared with, and is by default of one month. ``days_behind`` and ``counts`` say which
    loans count; those of ``counts_whole`` count however few payments they are behind. ``average_of`` says whether
    balances are averaged, and then taken as a share, or the shares of the months. *Cumulative loss* reads its limit
    from ``schedule``. *Annualized loss* is that of ``months`` x 12 / ``months``, by default of twelve.

    *Credit enhancement* is what of the pool stands below ``classes`` (by default the most senior), both before the
    distribution. *Class balance* is that of ``classes`` before the distribution against ``amount``, or as a share of
    their faces against ``limit``; against nothing, it asks whether they are retired. *Pool factor* is the closing over
    the original pool. A *date* trigger is in force from ``date`` on; a *declared event* while a ``trigger_declared``
    says so. Others look at the triggers of ``triggers``, which stand before them.

    ``against`` says what a tested amount is a share of, and ``share_of`` whether a pool counts there alone, or with
    what the pre-funding account holds (the original pool: held at issue). Where it is the subordinates, ``classes``
    name them (by default every class below the most senior). ``groups`` are the loan groups tested, none named: all. It
    is in force when the value lies on the side of its limit that ``in_force_when`` says, and not tested before
    ``from_date``. One that is not ``curable`` stays in force for ever, once it was.
    """

    trigger_id: str = field(validator=is_name)
    title: str = field(default="", validator=is_title)
    kind: TriggerKind
    limit: Decimal | None = field(default=None, converter=to_optional_factor, validator=is_rate)
    schedule: tuple[LossLimit, ...] = field(default=(), converter=_limits)
    amount: Decimal | None = field(default=None, converter=to_optional_amount, validator=is_cash)
    date: dt.date | None = field(default=None, converter=to_optional_date, validator=is_date)
    in_force_when: InForceWhen = InForceWhen.BY_KIND
    curable: bool = True
    from_date: dt.date | None = field(default=None, converter=to_optional_date, validator=is_date)
    groups: tuple[str, ...] = field(default=(), converter=_names)
    classes: tuple[str, ...] = field(default=(), converter=_names)
    against: Against = Against.BY_KIND
    months: int | None = field(default=None, validator=is_count)
    average_of: AverageOf = AverageOf.BALANCES
    days_behind: DaysBehind = DaysBehind.SIXTY
    counts: tuple[StatusCounted, ...] = field(default=tuple(StatusCounted), converter=_statuses)
    counts_whole: tuple[StatusCounted, ...] = field(default=(), converter=_statuses)
    triggers: tuple[str, ...] = field(default=(), converter=_names)
    share_of: Backing = Backing.POOL

    @property
    def when(self) -> InForceWhen:
        """On which side of its limit the value must lie for the trigger to be in force."""
        said = self.in_force_when
        return _WHEN.get(self.kind, InForceWhen.ABOVE) if said is InForceWhen.BY_KIND else said

    @property
    def tested_against(self) -> Against | None:
        """What the tested amount is a share of; None where the kind says it."""
        allowed = _ALLOWED.get(self.kind)
        return self.against if self.against is not Against.BY_KIND else allowed[0] if allowed else None

    @property
    def tests_delinquency(self) -> bool:
        """Whether it needs the delinquency of the pool."""
        return self.kind in (TriggerKind.ROLLING_DELINQUENCY, TriggerKind.DELINQUENCY)

    @property
    def counts_all(self) -> bool:
        """Whether it counts what is 60 or 90 days behind in all groups and statuses, as earlier months are carried in.

        Nothing narrower is known of the months before a deal entered the ledger.
        """
        every = set(self.counts) == set(StatusCounted) and not self.counts_whole
        return every and not self.groups and self.days_behind is not DaysBehind.THIRTY

    @property
    def is_plain_rolling(self) -> bool:
        """Whether it is the rolling test of the 60-day average that every statement prints."""
        plain = self.kind is TriggerKind.ROLLING_DELINQUENCY and self.months is None and self.counts_all
        return (
            plain
            and self.days_behind is DaysBehind.SIXTY
            and self.average_of is AverageOf.BALANCES
            and self.tested_against is Against.CLOSING_POOL
        )

    def limit_on(self, on: dt.date) -> tuple[Decimal, dt.date | None] | None:
        """Return the limit for a payment date and since when it holds; None before the first of a schedule."""
        by_schedule = self.schedule and (self.kind is TriggerKind.CUMULATIVE_LOSS or self.limit is None)
        if not by_schedule:
            return None if self.limit is None else (self.limit, None)
        passed = [item for item in self.schedule if item.from_date <= on]
        latest = max(passed, key=lambda item: item.from_date, default=None)
        return None if latest is None else (latest.limit, latest.from_date)

    def months_of(self, rolling: int) -> int:
        """Return how many months it looks at; ``rolling`` is the length of the deal's rolling averages."""
        if self.months is not None:
            return self.months
        return {TriggerKind.ROLLING_DELINQUENCY: rolling, TriggerKind.ANNUALIZED_LOSS: 12}.get(self.kind, 1)


def _refuse(trigger: Trigger, name: str, code: str, message: str) -> InvalidTerms:
    return InvalidTerms(f"Trigger[{trigger.trigger_id}].{name}", code, message)


def _check_limit(trigger: Trigger) -> None:
    kind = trigger.kind
    if kind is TriggerKind.ROLLING_DELINQUENCY and trigger.limit is None and not trigger.schedule:
        raise _refuse(trigger, "limit", "missing", "a delinquency trigger needs its limit")
    if kind is TriggerKind.CUMULATIVE_LOSS and trigger.limit is None and not trigger.schedule:
        raise _refuse(trigger, "schedule", "missing", "a loss trigger needs its limits and from when they hold")
    if kind in _LIMITED and trigger.limit is None and not trigger.schedule:
        raise _refuse(trigger, "limit", "missing", f"a test of {kind.value} needs its limit, or a schedule of limits")
    if kind is TriggerKind.DATE and trigger.date is None:
        raise _refuse(trigger, "date", "missing", "a date trigger needs its date")
    if kind is TriggerKind.CLASS_BALANCE:
        if not trigger.classes:
            raise _refuse(trigger, "classes", "missing", "name the classes whose balance is tested")
        if trigger.amount is not None and (trigger.limit is not None or trigger.schedule):
            raise _refuse(trigger, "amount", "contradiction", "give an amount, or a limit as a share of the faces")
    elif trigger.amount is not None:
        raise _refuse(trigger, "amount", "contradiction", "only a class balance is compared with an amount")


def _check_shape(trigger: Trigger) -> None:
    allowed = _ALLOWED.get(trigger.kind, ())
    if trigger.against is not Against.BY_KIND and trigger.against not in allowed:
        shown = " or ".join(item.value for item in allowed) or "nothing else"
        message = f"a test of {trigger.kind.value} is against {shown}, not {trigger.against.value}"
        raise _refuse(trigger, "against", "contradiction", message)
    if trigger.months is not None and not 1 <= trigger.months <= _MOST_MONTHS:
        raise _refuse(trigger, "months", "out_of_range", f"must be a number of months from 1 to {_MOST_MONTHS}")
    if trigger.tests_delinquency and not (trigger.counts or trigger.counts_whole):
        raise _refuse(trigger, "counts", "missing", "name a status that counts")
    if StatusCounted.DELINQUENT in trigger.counts_whole:
        message = "loans that are plainly delinquent count by how far they are behind; name them in counts"
        raise _refuse(trigger, "counts_whole", "contradiction", message)


def check_triggers(
    triggers: Sequence[Trigger],
    *,
    groups: Sequence[str],
    classes: Sequence[str],
    knows_original_pool: bool,
    rules: int,
) -> None:
    """Check the triggers of a deal one by one and against each other; raises InvalidTerms for what cannot be tested."""
    seen: list[str] = []
    for trigger in triggers:
        _check_limit(trigger)
        _check_shape(trigger)
        for name, given, known in (
            ("groups", trigger.groups, groups),
            ("classes", trigger.classes, classes),
            ("triggers", trigger.triggers, seen),
        ):
            strange = [item for item in given if item not in known]
            if strange:
                before = " that stand before it" if name == "triggers" else ""
                message = f"{strange[0]!r} is none of the {name}{before}: {', '.join(known) or 'there are none'}"
                raise _refuse(trigger, name, "unknown", message)
        if trigger.kind in _COMBINED and not trigger.triggers:
            raise _refuse(trigger, "triggers", "missing", "name the triggers that it looks at")
        if not trigger.curable and rules < 4:
            message = "what was in force once must be known of every earlier month, which the fourth rules keep"
            raise _refuse(trigger, "curable", "contradiction", message)
        of_original = trigger.kind is TriggerKind.POOL_FACTOR or trigger.tested_against is Against.ORIGINAL_POOL
        if of_original and not knows_original_pool:
            what = "loss" if trigger.kind is TriggerKind.CUMULATIVE_LOSS else trigger.kind.value
            message = f"a {what} trigger is a share of the original pool; give every group its original balance"
            raise InvalidTerms("DealTerms.groups.original_balance", "missing", message)
        seen.append(trigger.trigger_id)


def keeps_all_months(triggers: Iterable[Trigger]) -> bool:
    """Say whether every earlier month must be known: a trigger that nothing cures may have tripped in any of them."""
    return any(not trigger.curable for trigger in triggers)
