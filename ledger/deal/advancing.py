"""When a servicer stops advancing: how far behind, and against how little value."""

from __future__ import annotations

from decimal import Decimal

import attrs
from attrs import field

from ledger.deal.checked import is_positive_count, is_rate
from ledger.values.fields import by_declared_type
from ledger.values.money import to_optional_factor


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class AdvanceTerms:
    """What the servicer must advance, and when it stops; what is not said never stops it.

    ``stop_after`` is the number of instalments that a loan owes from which on nothing more is advanced on it.
    ``stop_above_value`` is the share of the property's value (the original balance over the loan to value that the
    loan was boarded with) above which its balance and the advances outstanding on it may not come: what would then be
    advanced is taken not to be recoverable. ``principal`` and ``interest`` say which of the two is advanced at all.
    """

    principal: bool = True
    interest: bool = True
    stop_after: int | None = field(default=None)
    stop_above_value: Decimal | None = field(default=None, converter=to_optional_factor, validator=is_rate)

    def __attrs_post_init__(self) -> None:
        if self.stop_after is not None:
            is_positive_count(self, attrs.fields(AdvanceTerms).stop_after, self.stop_after)
