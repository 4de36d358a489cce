"""The pages that no command prints, asked as JSON where they find something and where they find nothing."""

from __future__ import annotations

from collections.abc import Iterator
from unittest.mock import patch

from ledger import Envelope, Ledger
from replay.web import events
from replay.web.application import Application
from replay.web.desk import ReadersDesk
from tests.deals.toy import TOY, month_events, payment_date, prior_month, toy_deal, toy_month
from tests.replay.restated import curtailed
from tests.replay.web.site import Site
from tests.results.asked import Printed, tables_written
from tests.results.pages import schema_of

_FROM_A_LETTER = Envelope(actor="A. Clerk", approver="B. Chief", document="letter.pdf", document_sha256="ab" * 32)
_FEW = 7
"""Events of a page, so that the small world has a second one."""


def pages_answered() -> Iterator[Printed]:
    """Yield what every page gives as JSON that no command prints."""
    with Ledger.create("sqlite://") as empty:
        yield _given(_unheld(empty), "/")
        yield _given(_unheld(empty), "/search?q=nothing")
    with Ledger.create("sqlite://") as made:
        toy_deal(made)
        toy_month(made, 1)
        late = curtailed("late", "70.00", prior_month(1, 20), restates=True)
        made.post(late, envelope=_FROM_A_LETTER).or_raise()
        posted = made.head(TOY).sequence
        made.reverse(TOY, "late", reason="misread", restates=True, effective_date=late.effective_date).or_raise()
        made.post_many(month_events(2)).or_raise()
        last = made.head(TOY).sequence
        yield from _of_the_deal(_unheld(made), (1, 2, posted, posted + 1, last))


def _of_the_deal(site: Site, sequences: tuple[int, ...]) -> Iterator[Printed]:
    yield _given(site, "/")
    yield _given(site, "/search?q=one")
    of = f"/deals/{TOY}"
    yield _given(site, f"{of}/compare?payment_date={payment_date(1)}&other={payment_date(2)}")
    yield _given(site, f"{of}/verify")
    yield _given(site, f"{of}/events?type=loan_substituted")
    with patch.object(events, "PAGE", _FEW):
        yield _given(site, f"{of}/events")
        yield _given(site, f"{of}/events?after={sequences[-1] - 1}")
    for sequence in sequences:
        yield _given(site, f"{of}/events/{sequence}")
    yield _given(site, "/nowhere")


def _unheld(ledger: Ledger) -> Site:
    return Site(Application(ReadersDesk(ledger)), held=False)


def _given(site: Site, address: str) -> Printed:
    with tables_written() as tables:
        got = site.get(address, accept="application/json")
    return Printed(schema_of(address, got.json), got.json, tuple(tables))
