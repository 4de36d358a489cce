"""Every batch says whether it is calibrated, and the distributions follow one another."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any, cast

from ledger import CurtailmentCollected, Envelope, Event, Ledger
from ledger.samples.impac_cmb_2002_1 import september_2002 as real
from ledger.samples.impac_cmb_2002_1.life.posting import live

LABEL = Envelope(actor="calibrated")
AUGUST = dt.date(2002, 8, 26)


class Told:
    """A ledger that takes down what it is told, and under which envelope."""

    def __init__(self) -> None:
        self.said: list[tuple[str, object, Envelope | None]] = []

    def _note(self, act: str, of: object, envelope: Envelope | None) -> Any:
        self.said.append((act, of, envelope))
        return SimpleNamespace(or_raise=lambda: (act, of))

    def open_deal(self, deal: str, terms: object, *, envelope: Envelope | None = None) -> Any:
        return self._note("open", deal, envelope)

    def post_many(self, events: list[Event], *, envelope: Envelope | None = None) -> Any:
        return self._note("post", [event.event_id for event in events], envelope)

    def close_period(self, deal: str, paid: dt.date, *, envelope: Envelope | None = None) -> Any:
        return self._note("close", paid, envelope)

    def distribute(self, deal: str, paid: dt.date, *, envelope: Envelope | None = None) -> Any:
        return self._note("pay", paid, envelope)


def event(name: str) -> Event:
    return CurtailmentCollected(event_id=name, deal=real.DEAL, effective_date=AUGUST, group="fixed", amount="1.00")


def test_what_was_published_bears_no_label() -> None:
    told, done = Told(), list[tuple[int, int]]()
    months = [(AUGUST, [event("a")]), (real.PAID, [event("made"), event("published")])]
    receipt: object = live(
        cast(Ledger, told),
        [event("closing day")],
        months,
        label=LABEL,
        is_published=lambda item: item.event_id != "made",
        progress=lambda *told_of: done.append(told_of),
    )
    assert told.said == [
        ("open", real.DEAL, LABEL),
        ("post", ["closing day"], LABEL),
        ("post", ["a"], LABEL),
        ("close", AUGUST, LABEL),
        ("pay", AUGUST, LABEL),
        ("post", ["made"], LABEL),
        ("post", ["published"], None),
        ("close", real.PAID, None),
        ("pay", real.PAID, None),
    ]
    assert receipt == ("pay", real.PAID)
    assert done == [(1, 2), (2, 2)]


def test_a_september_that_is_published_whole_is_one_batch() -> None:
    told = Told()
    live(cast(Ledger, told), [], [(real.PAID, [event("a"), event("b")])], label=LABEL)
    assert [of for act, of, _ in told.said if act == "post"] == [[], ["a", "b"]]
