from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from ledger import Ledger, RecordedEvent
from replay.web.routes import takes_uploads
from tests.deals.demo import DEAL
from tests.replay.web.site import Site


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "get", ""])
@pytest.mark.parametrize("address", ["/", f"/deals/{DEAL}", f"/deals/{DEAL}/events/1", "/search", "/nope"])
def test_nothing_is_written(pages: Site, method: str, address: str) -> None:
    got = pages.ask(method, address, b"x")
    assert got.status == 405
    assert got.headers["allow"] == "GET, HEAD"


def test_only_a_statement_is_sent_to_be_tied_out() -> None:
    assert takes_uploads(("deals", "d", "reconcile", "2002-09-25"))
    assert not takes_uploads(("deals", "d", "statements", "2002-09-25"))
    assert not takes_uploads(("deals", "d", "reconcile"))


@pytest.mark.parametrize(
    "address",
    ["/nope", "/deals/nope", f"/deals/{DEAL}/nope", f"/deals/{DEAL}/nope/x", f"/deals/{DEAL}/events/1/x", "/etc/passwd",
     "/..%2f..%2fetc/passwd", "/static/../../x", f"/deals/{DEAL}%00", "/deals/%3Cscript%3E"],
)  # fmt: skip
def test_what_there_is_not_is_not_found(pages: Site, address: str) -> None:
    got = pages.get(address)
    assert got.status == 404
    assert "script" not in got.read().names
    assert "Traceback" not in got.text


@pytest.mark.parametrize(
    "address",
    ["?known_through=5", "/events?known_through=5", "/events/1?as=closed", "/verify?then=5", "/accounts?as=closed",
     "/loans/L1?as=now", "/history?figure=x&known_through=5", "/history?figure=x&as=garbage",
     "/compare?known_through=5", "/compare?as=closed", "/compare?other=2021-02-25&then=1&now=5",
     "/findings/2021-01-25?as=garbage"],
)  # fmt: skip
def test_a_point_of_knowledge_that_a_page_does_not_take_is_refused(restated_pages: Site, address: str) -> None:
    got = restated_pages.of(f"{address}{'&' if '?' in address else '?'}format=json")
    assert got.status == 400
    assert got.json["error"]["code"] in ("point_of_knowledge", "one_point_of_knowledge")


@pytest.mark.parametrize(
    "address",
    ["?known-through=5", "/statements/2021-01-25?knownthrough=5", "/statements/2021-01-25?As=closed", "/events?loans=1",
     "/events/1?after=3", "/verify?x=1", "/history?figure=x&know_through=5", "/accounts?day=2021-01-25"],
)  # fmt: skip
def test_a_name_that_a_page_is_not_asked_for_is_refused(restated_pages: Site, address: str) -> None:
    got = restated_pages.of(f"{address}{'&' if '?' in address else '?'}format=json")
    assert (got.status, got.json["error"]["code"]) == (400, "unknown_field")
    assert restated_pages.get("/search?query=a").status == 400


@pytest.mark.parametrize("name", ["loan", "event_id", "group", "code", "class"])
def test_a_zero_byte_is_refused_before_a_database_is_asked(
    pages: Site, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def asked(*_: object, **__: object) -> Iterator[RecordedEvent]:
        raise AssertionError

    monkeypatch.setattr(Ledger, "events", asked)
    monkeypatch.setattr(Ledger, "loan_card", asked)
    got = pages.of(f"/events?{name}=a%00b&format=json")
    assert (got.status, got.json["error"]["code"]) == (400, "not_text")
    assert pages.of("/loans/a%00b").status == 404
    assert pages.of("/loans?loan=a%00b").status == 400
    assert "Nothing is called" in pages.get("/search?q=a%00b").seen


def test_a_point_that_is_left_blank_is_none(restated_pages: Site) -> None:
    for address in ("?known_through=", "/compare?then=&now=&other=", "/events?as=", "/accounts?known_through=10"):
        assert restated_pages.of(address).status == 200


def test_every_link_leads_somewhere(restated_pages: Site) -> None:
    """Follow links from the first page on, one of each kind of page for each number of digits in it."""
    waiting, seen, kinds = ["/"], {"/"}, set()
    while waiting:
        address = waiting.pop()
        if "paper=pdf" in address or "paper=xlsx" in address:
            continue
        got = restated_pages.get(address)
        # The month after the first is open and empty: its statement cannot be made yet.
        assert got.status == 200 or (got.status == 409 and "2021-02-25" in address), (address, got.seen)
        if not got.headers["content-type"].startswith("text/html"):
            continue
        for link in got.links:
            kind = re.sub(r"[0-9]+|figure=[^&]*|event_id=[^&]*", "*", link)
            if link.startswith("/") and link not in seen and kind not in kinds:
                seen.add(link)
                kinds.add(kind)
                waiting.append(link)
    assert len(seen) > 25
