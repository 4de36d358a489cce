from __future__ import annotations

import pytest

from ledger.http.asking import query_of, segments
from replay.web.addresses import address_of, deal_page, event_page, figure_page, statement_page


@pytest.mark.parametrize("name", ["a/b", "a#b", "a?b=c&d", "a b", "%2e", "<x>", 'q"q', "a//b", "ä", "a+b"])
def test_every_name_comes_back_from_its_address(name: str) -> None:
    where = figure_page(name, "2002-09-25", name, known_through=5)
    path, _, query = where.partition("?")
    assert segments(path) == ("deals", name, "figures", "2002-09-25")
    assert query_of(query) == {"figure": name, "known_through": "5"}


def test_what_is_not_given_is_left_out() -> None:
    assert address_of() == "/"
    assert statement_page("d", "2002-09-25", page=None, as_="closed") == "/deals/d/statements/2002-09-25?as=closed"
    assert event_page("d", 7) == "/deals/d/events/7"
    assert deal_page("d", "events", loan="", after=0) == "/deals/d/events?after=0"
