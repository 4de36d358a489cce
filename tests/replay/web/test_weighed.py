from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import attrs
import pytest

from ledger import Ledger, LoanBoarded
from tests.deals.toy import BALANCE, TOY, boarding, month_events, toy_terms
from tests.replay.restated import close, curtailed
from tests.replay.web.site import Site, site_of

FIGURE = "9/CHARACTERISTICS/Weighted Average Seasoning Current/one"


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """The pages of a deal whose loans have ages of their own, and whose month a curtailment restates."""
    with Ledger.create("sqlite://") as ledger:
        ledger.open_deal(TOY, toy_terms()).or_raise()
        loans = (item for item in boarding() if isinstance(item, LoanBoarded))
        aged = [attrs.evolve(item, seasoning_months=str(months)) for months, item in enumerate(loans)]
        ledger.post_many(aged).or_raise()
        ledger.post_many(month_events(1)).or_raise()
        close(ledger, 1)
        late = curtailed("late-1", f"{BALANCE // 2}.00", dt.date(2020, 12, 20), restates=True)
        ledger.post(late).or_raise()
        yield site_of(ledger, TOY)


def test_what_moved_a_balance_stands_beside_what_it_weighs(site: Site) -> None:
    got = site.of("/compare?payment_date=2021-01-25")
    row = next(part for part in got.text.split("<tr>") if f">{FIGURE}<" in part)
    assert "late-1" in row
    told = site.of("/compare?payment_date=2021-01-25&format=json").json["figures"]
    assert next(item for item in told if item["figure"] == FIGURE)["events"] == []


def test_a_weighed_figure_leads_to_its_balance(site: Site) -> None:
    got = site.of(f"/figures/2021-01-25?figure={FIGURE.replace(' ', '%20')}")
    assert "Balances weigh in it" in got.seen
    where = next(link for link in got.links if "Principal+Balance" in link)
    assert "late-1" in site.get(where).seen


def test_no_other_figure_says_so(site: Site) -> None:
    got = site.of("/figures/2021-01-25?figure=2/current%20period/A/interest")
    assert "Balances weigh in it" not in got.seen
