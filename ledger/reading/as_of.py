"""As of when a question is asked: a point on both clocks, and how much of the log that lets a reader see."""

from __future__ import annotations

import datetime as dt
from typing import Any

import attrs
from attrs import field

from ledger.errors import InvalidArgument
from ledger.store.source import Source
from ledger.values.dates import asked_date


def _record_date(value: dt.date | str) -> dt.date:
    return asked_date(value, "record_date")


def _known_through(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0):
        return
    message = f"{value!r} is no sequence; give a whole number from 0 on, or None for everything known now"
    raise InvalidArgument(attribute.name, "not_a_sequence", message)


@attrs.frozen(kw_only=True)
class AsOf:
    """A point on both clocks.

    ``record_date`` is the business date asked about. ``known_through`` is the sequence up to which the log is read, or
    None for everything known now; for a fixed value no later event changes any answer.
    """

    record_date: dt.date = field(converter=_record_date)
    known_through: int | None = field(default=None, validator=_known_through)


def known_sequence(reading: Source, deal_key: int, as_of: AsOf) -> int:
    """Return the sequence up to which the log of a deal is read.

    Raises :class:`~ledger.errors.InvalidArgument` for one beyond the end of the log: an answer as known through a
    sequence never changes, and what will stand there is not known yet.
    """
    return within_the_log(reading.head(deal_key).sequence, as_of.known_through)


def within_the_log(head: int, known_through: int | None) -> int:
    """Return the sequence asked for, or the head for None; refuses one beyond the head."""
    if known_through is None:
        return head
    if known_through > head:
        message = (
            f"the log ends at event {head}, and nothing is known through {known_through} yet; give a sequence up to "
            f"{head}, or none for everything known now"
        )
        raise InvalidArgument("known_through", "beyond_the_log", message)
    return known_through


def check_point(as_of: object) -> None:
    """Refuse what is no point in time; raises :class:`~ledger.errors.InvalidArgument`."""
    if not isinstance(as_of, AsOf):
        message = f"must be AsOf(record_date=..., known_through=...), not {as_of!r}"
        raise InvalidArgument("as_of", "not_a_point_in_time", message)


__all__ = ["AsOf", "check_point", "known_sequence", "within_the_log"]
