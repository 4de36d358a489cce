from __future__ import annotations

import pytest

from ledger.http.asking import Problem
from ledger.http.routes import date_named, routed
from ledger.http.service import ROUTES


def test_a_route_is_found_by_its_method_and_path() -> None:
    route, names = routed(ROUTES, "POST", ("deals", "a/b", "closings", "2020-01-27"))
    assert (route.name, names) == ("close", {"deal": "a/b", "date": "2020-01-27"})
    assert routed(ROUTES, "HEAD", ("deals",))[0].name == "listDeals"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", ("nowhere",), 404),
        ("GET", ("deals", "a", "closings", "2020-01-27"), 405),
        ("GET", ("deals", "\u202e"), 404),
        ("POST", ("deals", "a", "closings", "20200127"), 400),
        ("GET", ("deals", "a", "events", "1"), 404),
    ],
)
def test_what_leads_nowhere_is_refused(method: str, path: tuple[str, ...], status: int) -> None:
    with pytest.raises(Problem) as refused:
        routed(ROUTES, method, path)
    assert refused.value.status == status


@pytest.mark.parametrize("text", ["", "2020-W01-1", "20200101", "1900-12-31", "2200-01-01", "2020-02-30"])
def test_a_date_has_one_spelling(text: str) -> None:
    with pytest.raises(Problem):
        date_named(text, "date")
