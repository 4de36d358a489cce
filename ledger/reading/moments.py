"""What was known at a moment: the sequence up to which the log of a deal stood then.

Stamps never run backwards along a log, so the place of a moment is found by halving, a row at a time.
"""

from __future__ import annotations

import datetime as dt

from ledger.errors import InvalidArgument
from ledger.store.rows import StoredRow
from ledger.store.source import Source

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)


def sequence_at(reading: Source, deal: str, moment: object) -> int:
    """Return the last sequence that was recorded by a moment, 0 for none; see :meth:`ledger.Ledger.sequence_at`."""
    if not isinstance(moment, dt.datetime) or moment.tzinfo is None:
        message = f"{moment!r} is no moment; give a date and a time with its zone, such as 2002-09-25T17:00:00Z"
        raise InvalidArgument("known_at", "not_a_moment", message)
    deal_key = reading.deal_key(deal)
    asked, low, high = (moment - _EPOCH) // _MICROSECOND, 0, reading.head(deal_key).sequence

    def stamp(sequence: int) -> int:
        row: StoredRow = next(iter(reading.rows(deal_key, after=sequence - 1, known_through=sequence)))
        return row.recorded_at

    if not high or stamp(high) <= asked:
        if moment > dt.datetime.now(dt.UTC):
            message = (
                f"{moment.isoformat()} is still to come; give a moment that has passed, or none for what is known now"
            )
            raise InvalidArgument("known_at", "still_to_come", message)
        return high
    while low < high - 1:
        middle = (low + high) // 2
        low, high = (middle, high) if stamp(middle) <= asked else (low, middle)
    return low


__all__ = ["sequence_at"]
