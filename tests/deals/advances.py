"""Advances of the toy deal, and what becomes of them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ledger import AdvanceDeclaredNonrecoverable, AdvanceMade, AdvanceRecovered, CollectionReceived, Event
from tests.deals.toy import TOY, payment_date

JANUARY, FEBRUARY, MARCH = (payment_date(ordinal) for ordinal in (1, 2, 3))
END = dt.date(2021, 12, 31)


def stamp(event_id: str, day: dt.date, loan: str | None = "one-1", group: str | None = None) -> dict[str, Any]:
    """Return what every event below shares."""
    return {"event_id": event_id, "deal": TOY, "effective_date": day, "loan": loan, "group": group}


def made(event_id: str, day: dt.date, principal: str = "100", interest: str = "1000", **more: Any) -> Event:
    """Return an advance."""
    servicing = more.pop("servicing_advance", "0")
    return AdvanceMade(
        principal=principal, interest=interest, servicing_advance=servicing, **stamp(event_id, day, **more)
    )


def recovered(event_id: str, day: dt.date, principal: str, interest: str, **more: Any) -> Event:
    """Return the recovery of an advance."""
    given = {key: more.pop(key) for key in ("source", "servicing_advance") if key in more}
    return AdvanceRecovered(principal=principal, interest=interest, **given, **stamp(event_id, day, **more))


def collected(event_id: str, day: dt.date, principal: str = "100", interest: str = "1000", **more: Any) -> Event:
    """Return a late collection of an instalment that was advanced."""
    return CollectionReceived(
        principal=principal, interest=interest, timing="late, advanced", **stamp(event_id, day, **more)
    )


def declared(event_id: str, day: dt.date, principal: str, interest: str, **more: Any) -> Event:
    """Return a declaration that an advance will not be recovered from its loan."""
    return AdvanceDeclaredNonrecoverable(principal=principal, interest=interest, **stamp(event_id, day, **more))
