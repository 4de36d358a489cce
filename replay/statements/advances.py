"""The advance sub-ledger, replayed to any business date."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from ledger import Advances, AsOf, Ledger


def advances(
    source: Ledger | str | Path, deal: str, record_date: dt.date, *, known_through: int | None = None
) -> Advances:
    """Return what was advanced, recovered and is still owed on any business date, loan by loan and month by month.

    ``source`` is an open ledger, a SQLAlchemy URL, or the path of an embedded ledger.
    """
    as_of = AsOf(record_date=record_date, known_through=known_through)
    if isinstance(source, Ledger):
        return source.advances(deal, as_of)
    with Ledger.open(source) as opened:
        return opened.advances(deal, as_of)
