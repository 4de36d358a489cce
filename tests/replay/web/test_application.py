from __future__ import annotations

import pytest
from sqlalchemy import URL

from ledger import Ledger, StoreUnavailable, StoreUnreadable
from ledger.store.database.access import Access
from ledger.store.database.event_store import EventStore
from replay.web.application import Application
from replay.web.desk import ReadersDesk
from replay.web.guard import Door, Guard
from tests.deals.demo import DEAL
from tests.deals.toy import toy_terms
from tests.postgres import Server
from tests.replay.web.site import Site, site_of


@pytest.mark.parametrize("address", ["/", f"/deals/{DEAL}", "/nope", f"/deals/{DEAL}/events/1?format=json"])
def test_every_answer_tells_the_browser_what_it_may_do(pages: Site, address: str) -> None:
    headers = pages.get(address).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    for wanted in ("style-src 'self'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"):
        assert wanted in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"


def test_no_page_has_a_script_or_a_style_of_its_own(pages: Site) -> None:
    for address in ("", "/statements/2002-09-25", "/charts/2002-09-25", "/events", "/events/5", "/accounts"):
        read = pages.of(address).read()
        assert not {"script", "style", "iframe"} & read.names
        assert "style" not in read.attributes
        assert not any(link.startswith(("http", "//", "javascript")) for link in read.links)


def test_head_says_the_same_without_the_page(pages: Site) -> None:
    whole, head = pages.ask("GET", f"/deals/{DEAL}"), pages.ask("HEAD", f"/deals/{DEAL}")
    assert head.content == b""
    assert head.headers == whole.headers


def test_a_name_that_is_given_twice_is_refused(pages: Site) -> None:
    for form in ("json", "html"):
        got = pages.of(f"/events?format={form}&loan=1&loan=2")
        assert got.status == 400
    assert pages.of("/events?format=json&loan=1&loan=2").json["error"]["code"] == "duplicate_field"


@pytest.mark.parametrize("fault", [RuntimeError("secret-path"), StoreUnreadable("secret-path"), RecursionError()])
def test_a_fault_is_told_without_what_it_says(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    def fails(_: ReadersDesk) -> list[str]:
        raise fault

    monkeypatch.setattr(ReadersDesk, "deals", fails)
    for address in ("/", "/?format=json"):
        got = site_of(ledger).get(address)
        assert got.status == 500
        assert "secret-path" not in got.text
        assert "Traceback" not in got.text


def test_a_database_out_of_reach_is_a_matter_of_time(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: ReadersDesk) -> list[str]:
        raise StoreUnavailable("at secret:5432")

    monkeypatch.setattr(ReadersDesk, "deals", fails)
    got = site_of(ledger).get("/")
    assert got.status == 503
    assert "secret" not in got.text


def test_a_refusal_is_json_for_programs(pages: Site) -> None:
    for got in (pages.get("/deals/nope?format=json"), pages.get("/deals/nope", accept="application/json")):
        assert got.json["error"]["status"] == 404
        assert got.json["error"]["code"] == "not_found"


def test_on_postgresql_a_token_reads_what_its_login_was_granted(postgres_server: Server, postgres_ledger: URL) -> None:
    import hashlib

    role, token = postgres_server.role(), "theirs-0123456789abcdef"
    with Ledger.create(postgres_ledger) as ledger:
        for name in ("open", "hidden"):
            ledger.open_deal(name, toy_terms()).or_raise()
        EventStore.open(postgres_ledger).grant(role, Access.AUDITOR, "open")
        with Ledger.open(postgres_ledger.set(username=role)) as theirs:
            guard = Guard([Door(digest=hashlib.sha256(token.encode()).hexdigest(), url="theirs")], only_hosts=None)
            site = Site(Application(ReadersDesk(ledger), guard=guard, desks={"theirs": ReadersDesk(theirs)}))
            shown = site.get("/?format=json", authorization=f"Bearer {token}").json["deals"]
            assert [item["deal"] for item in shown] == ["open"]
            assert site.get("/deals/open/events", authorization=f"Bearer {token}").status == 200
            assert site.get("/deals/hidden/events", authorization=f"Bearer {token}").status == 404
            assert site.get("/search?q=hidden&format=json", authorization=f"Bearer {token}").json["hits"] == []


def test_each_token_reads_by_its_own_login(ledger: Ledger, toy: Ledger) -> None:
    import hashlib

    plain, own = "plain-token-0123456789", "own-token-0123456789ab"
    doors = [
        Door(digest=hashlib.sha256(plain.encode()).hexdigest()),
        Door(digest=hashlib.sha256(own.encode()).hexdigest(), url="theirs"),
    ]
    with Ledger.create("sqlite://") as empty:
        guard = Guard(doors, only_hosts=None)
        site = Site(Application(ReadersDesk(toy), guard=guard, desks={"theirs": ReadersDesk(empty)}))
        assert site.get("/?format=json", authorization=f"Bearer {plain}").json["deals"][0]["deal"] == "toy"
        assert site.get("/?format=json", authorization=f"Bearer {own}").json["deals"] == []
        assert site.get("/deals/toy", authorization=f"Bearer {own}").status == 404


class _Silent:
    """A sender who says nothing for as long as the server waits."""

    def read(self, size: int) -> bytes:
        raise TimeoutError


def test_a_statement_that_never_comes_is_not_waited_for(pages: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.replay.web.site.io.BytesIO", lambda _: _Silent())
    kind = "multipart/form-data; boundary=cut"
    got = pages.ask("POST", f"/deals/{DEAL}/reconcile/2002-09-25", kind=kind, length="9")
    assert (got.status, "stopped before its end" in got.text) == (408, True)
