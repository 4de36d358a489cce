"""What months are built by: figures of an index, payments that change, and that what is not excepted came in as due."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import ClassVar

import attrs
from attrs import field

from ledger.deal.windows import Window
from ledger.errors import InvalidEvent, Violation
from ledger.events.base import (
    CODE,
    Event,
    PoolEvent,
    component,
    is_amount,
    is_count,
    is_date,
    is_identifier,
    is_signed_rate,
)
from ledger.values.dates import to_date
from ledger.values.exact import Origin
from ledger.values.money import to_amount, to_rate


@attrs.frozen(kw_only=True)
class LoanPaymentChanged(PoolEvent):
    """From the instalment of the effective date on, a loan's payment of principal and interest is this one.

    It follows a change of the rate, a recast after principal paid ahead, or a modification. A loan that was never
    changed pays what it was boarded with.
    """

    name: ClassVar[str] = "loan_payment_changed"
    window: ClassVar[Window] = Window.DUE_PERIOD

    payment: Decimal = field(converter=to_amount, validator=is_amount, metadata=component("memo"))

    def __attrs_post_init__(self) -> None:
        if self.loan is None:
            raise InvalidEvent([Violation(self.event_id, "loan", "missing", "a payment is one loan's; name it")])


@attrs.frozen(kw_only=True)
class IndexPublished(Event):
    """A figure of an index that loans adjust by, as it was published on the effective date; ``as_of`` is its own day.

    A note looks back for the figure that was published, or is as of, a day before the rate changes. The rates that
    classes and contracts bear are set apart (``index_rate_set``), where they are on the same index too.
    """

    name: ClassVar[str] = "index_published"
    origin: ClassVar[Origin] = Origin.REPORTED

    index: str = field(validator=is_identifier, metadata=CODE)
    rate: Decimal = field(converter=to_rate, validator=is_signed_rate, metadata=component("note_rate"))
    as_of: dt.date = field(converter=to_date, validator=is_date)


@attrs.frozen(kw_only=True)
class MonthBuilt(Event):
    """The instalments of a due date were reckoned from the notes; what no event excepts came in as it fell due.

    ``known_through`` is the sequence that they were reckoned behind, ``instalments`` how many fell due, ``as_due`` how
    many of them are taken to have come in because nobody said otherwise, and ``principal`` and ``interest`` what these
    brought. A month that is built again after an exception is told has another such event; the latest
    counts. The payments themselves are events of their loans.
    """

    name: ClassVar[str] = "month_built"
    window: ClassVar[Window] = Window.DUE_PERIOD

    due_date: dt.date = field(converter=to_date, validator=is_date)
    known_through: int = field(validator=is_count)
    instalments: int = field(validator=is_count)
    as_due: int = field(validator=is_count)
    principal: Decimal = field(converter=to_amount, validator=is_amount)
    interest: Decimal = field(converter=to_amount, validator=is_amount)
