"""Which stored events are meant: said the same way by a total, by a reader of the log, and by an explanation."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class Selector:
    """Which stored events, and which component of them was added up; what is not named restricts nothing.

    ``types`` are those that events post as, so a reversal is among the events that it nets against. ``first`` and
    ``last`` bound the payment date of the distributions (as YYYYMMDD numbers, both inclusive). ``after`` leaves out
    what is stored up to that sequence, so that what was posted to a distribution once it was paid is left. Whoever
    means the events themselves leaves ``component`` out.
    """

    types: tuple[str, ...] = ()
    component: str = ""
    group: str | None = None
    class_id: str | None = None
    code: str | None = None
    loan: str | None = None
    first: int | None = None
    last: int | None = None
    event_ids: tuple[str, ...] = ()
    loans: tuple[str, ...] = ()
    after: int = 0


EVERY_EVENT = Selector()
"""All events, whatever they are."""


__all__ = ["EVERY_EVENT", "Selector"]
