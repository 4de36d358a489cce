"""How far a pool, or the pool of one loan group, must exceed the bonds that it backs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal
from enum import StrEnum

import attrs
from attrs import field

from ledger.deal.checked import is_cash, is_date, is_name, is_rate
from ledger.errors import InvalidTerms
from ledger.values.dates import to_optional_date
from ledger.values.fields import by_declared_type
from ledger.values.money import to_amount, to_optional_amount, to_optional_factor


class TargetRule(StrEnum):
    """Which of several stated targets is required."""

    GREATER = "the greater"
    LESSER = "the lesser"


class Stopped(StrEnum):
    """What is required while a trigger stops a step-down: the target that it steps down from, or the last reached."""

    AS_STATED = "the target before stepping down"
    LAST_REACHED = "the last one reached"


class Backing(StrEnum):
    """What a share of the pool is taken of, while a pre-funding account stands."""

    POOL = "pool"
    POOL_AND_PREFUNDING = "pool and pre-funding account"


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class TriggerTarget:
    """What is required instead, where it is more, while a trigger is in force: the greatest of what is stated.

    ``amount`` is money, the others are fractions of the pool at issue and of the closing pool.
    """

    trigger: str = field(validator=is_name)
    amount: Decimal | None = field(default=None, converter=to_optional_amount, validator=is_cash)
    percent_of_original: Decimal | None = field(default=None, converter=to_optional_factor, validator=is_rate)
    percent_of_current: Decimal | None = field(default=None, converter=to_optional_factor, validator=is_rate)

    def __attrs_post_init__(self) -> None:
        if self.amount is None and self.percent_of_original is None and self.percent_of_current is None:
            message = f"say what {self.trigger} raises the target to: an amount, or a percentage"
            raise InvalidTerms("TriggerTarget.amount", "missing", message)


def _raised(value: Iterable[TriggerTarget]) -> tuple[TriggerTarget, ...]:
    return tuple(value)


def _optional_names(value: Iterable[str] | None) -> tuple[str, ...] | None:
    return None if value is None else tuple(value)


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class OvercollateralizationTerms:
    """How far the pool must exceed the bonds.

    ``target`` is the required amount; ``percent_of_original`` and ``percent_of_current`` are fractions of the pool at
    issue and of the closing pool, and where several are stated ``required`` says which counts (a target of nothing
    beside a percentage is none). From ``step_down_date`` on, while no trigger is in force, it is
    ``step_down_percent`` of the closing pool balance if that is lower, and never less than ``floor``, nor than
    ``floor_percent`` of the pool at issue; these hold for percentages at all times. ``step_down_enhancement`` is the
    enhancement of the most senior classes that must be reached as well. ``step_down_stopped_by`` and
    ``release_stopped_by`` name the triggers that stop the one or the other; None: each trigger does. ``raised`` are
    higher targets while triggers are in force. ``step_down_of`` says whether the step-down percentage is of the pool
    alone, or of what the pre-funding account holds too. ``stopped`` says what is required while the trigger of
    ``step_down_stopped_by`` is in force: the target before stepping down, or that of the distribution before it was.
    With ``step_down_stays`` the enhancement needs to have been reached once, in this month or in any before it.
    """

    target: Decimal = field(default=Decimal("0.00"), converter=to_amount, validator=is_cash)
    step_down_date: dt.date | None = field(default=None, converter=to_optional_date, validator=is_date)
    step_down_percent: Decimal | None = field(default=None, converter=to_optional_factor, validator=is_rate)
    step_down_enhancement: Decimal | None = field(default=None, converter=to_optional_factor, validator=is_rate)
    floor: Decimal = field(default=Decimal("0.00"), converter=to_amount, validator=is_cash)
    percent_of_original: Decimal | None = field(default=None, converter=to_optional_factor, validator=is_rate)
    percent_of_current: Decimal | None = field(default=None, converter=to_optional_factor, validator=is_rate)
    required: TargetRule = TargetRule.GREATER
    floor_percent: Decimal | None = field(default=None, converter=to_optional_factor, validator=is_rate)
    step_down_stopped_by: tuple[str, ...] | None = field(default=None, converter=_optional_names)
    release_stopped_by: tuple[str, ...] | None = field(default=None, converter=_optional_names)
    raised: tuple[TriggerTarget, ...] = field(default=(), converter=_raised)
    step_down_of: Backing = Backing.POOL
    stopped: Stopped = Stopped.AS_STATED
    step_down_stays: bool = False

    def __attrs_post_init__(self) -> None:
        where = "OvercollateralizationTerms"
        if self.stopped is Stopped.LAST_REACHED and len(self.step_down_stopped_by or ()) != 1:
            message = "name the one trigger that the target stands for (one of the kind any of other triggers)"
            raise InvalidTerms(f"{where}.step_down_stopped_by", "contradiction", message)
        if self.step_down_stays and self.step_down_enhancement is None:
            message = "nothing has to be reached once; give step_down_enhancement, or leave step_down_stays out"
            raise InvalidTerms(f"{where}.step_down_stays", "contradiction", message)

    @property
    def looks_back(self) -> bool:
        """Whether what is required depends on earlier months, however long ago."""
        return self.stopped is Stopped.LAST_REACHED or self.step_down_stays

    @property
    def has_percentage(self) -> bool:
        """Whether a fraction of a pool is required."""
        return self.percent_of_original is not None or self.percent_of_current is not None

    @property
    def asks_for_original(self) -> bool:
        """Whether what is required depends on the pool at issue."""
        stated = (self.percent_of_original, self.floor_percent, *(item.percent_of_original for item in self.raised))
        return any(item is not None for item in stated)

    @property
    def named_triggers(self) -> Iterator[tuple[str, str]]:
        """Every trigger that is named, with the field that names it."""
        for name in ("step_down_stopped_by", "release_stopped_by"):
            yield from ((name, trigger) for trigger in getattr(self, name) or ())
        yield from (("raised", item.trigger) for item in self.raised)
