"""The pages over the real month, over a restated one, and over titles that mean harm."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from ledger import Ledger
from tests.deals.demo import DEAL
from tests.deals.hostile import HOSTILE, hostile_ledger
from tests.deals.toy import TOY, month_events, toy_deal
from tests.replay.restated import close, curtailed
from tests.replay.web.site import Site, site_of


@pytest.fixture(scope="session")
def pages(demo_ledger: str) -> Iterator[Site]:
    """The pages of the real month, in the file that the commands read too."""
    with Ledger.open(demo_ledger) as made:
        yield site_of(made, DEAL)


@pytest.fixture(scope="session")
def restated_pages() -> Iterator[Site]:
    """The pages of a toy deal whose first month was closed and then restated by a reversal."""
    with Ledger.create("sqlite://") as made:
        toy_deal(made)
        made.post_many(month_events(1)).or_raise()
        made.post(curtailed("cut-1", "100.00", dt.date(2020, 12, 20))).or_raise()
        close(made, 1)
        on = dt.date(2020, 12, 20)
        made.reverse(TOY, "cut-1", effective_date=on, reason="<b>wrong</b> loan", restates=True).or_raise()
        yield site_of(made, TOY)


@pytest.fixture(scope="session")
def hostile_pages() -> Iterator[Site]:
    """The pages of a deal whose titles and loans would run in a page, if anything could."""
    with hostile_ledger(1) as made:
        yield site_of(made, HOSTILE)
