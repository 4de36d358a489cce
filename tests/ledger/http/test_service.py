from __future__ import annotations

import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ledger import InvalidArgument, Ledger
from ledger.http.asking import RAW_PATH
from ledger.http.ledgers import Ledgers
from ledger.http.service import ROUTES, Service, check_actor
from ledger.http.tokens import KnownTokens, new_token, write_tokens
from tests.deals.toy import TOY, month_events, payment_date, toy_terms
from tests.ledger.http.program import Program, batch, serving

POSTED = [route for route in ROUTES if route.method == "POST"]


@pytest.fixture
def tokens(tmp_path: Path) -> dict[str, str]:
    """A file of tokens, and the words by their actors."""
    made = [
        new_token("servicer", servicer=[TOY]),
        new_token("auditor", auditor=[TOY]),
        new_token("other", servicer=["other"]),
    ]
    write_tokens(tmp_path / "tokens", [item.token for item in made])
    return {item.token.actor: item.word for item in made}


@pytest.fixture(scope="module")
def two_deals(whole_trust: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A ledger with a deal beside the toy deal; only one test posts to it."""
    url = shutil.copy(whole_trust, str(tmp_path_factory.mktemp("two") / "trust.db"))
    with Ledger.open(url) as ledger:
        ledger.open_deal("other", toy_terms()).or_raise()
    return url


@pytest.fixture
def guarded(two_deals: str, tokens: dict[str, str], tmp_path: Path) -> Iterator[Program]:
    """A service that demands tokens."""
    with serving(two_deals, tokens=KnownTokens(tmp_path / "tokens")) as made:
        yield made


def address(path: str) -> str:
    return path.replace("{deal}", TOY).replace("{date}", str(payment_date(1)))


def test_nothing_is_answered_without_a_token_but_the_document(guarded: Program) -> None:
    for route in ROUTES:
        got = guarded.ask(route.method, address(route.path), b"{}", kind="application/json")
        assert (got.status, got.headers["www-authenticate"]) == (401, "Bearer")
    assert guarded.get("/nowhere").status == 401
    assert guarded.get("/openapi.json").status == 200


def test_an_auditor_only_reads(guarded: Program, tokens: dict[str, str]) -> None:
    auditor = guarded.showing(tokens["auditor"])
    assert auditor.get("/deals/toy").json["access"] == "auditor"
    for route in POSTED:
        got = auditor.send(address(route.path), {})
        assert (got.status, got.json["code"]) == (403, "only_reads")


def test_a_token_is_for_its_deals_alone(guarded: Program, tokens: dict[str, str]) -> None:
    other = guarded.showing(tokens["other"])
    assert [item["deal"] for item in other.get("/deals").json["deals"]] == ["other"]
    for deal in (TOY, "nowhere"):
        for route in ROUTES:
            if route.access is not None:
                got = other.ask(route.method, address(route.path).replace(TOY, deal), b"{}", kind="application/json")
                assert (got.status, got.json["code"]) == (403, "other_deal")
    # Nor is a deal of others named where one is not found.
    absent = guarded.showing(tokens["servicer"]).get("/deals/nowhere")
    assert "other'" not in absent.text


def test_whose_token_it_is_stands_in_the_envelope(guarded: Program, tokens: dict[str, str], two_deals: str) -> None:
    assert guarded.showing(tokens["servicer"]).send("/deals/toy/events", batch(month_events(1))).status == 200
    with Ledger.open(two_deals) as ledger:
        assert [item.actor for item in ledger.batches(TOY)] == ["servicer"]


def test_the_body_is_not_read_before_it_is_known_who_sends_it(guarded: Program, tokens: dict[str, str]) -> None:
    class Unread(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise AssertionError("read")

    auditor, told = tokens["auditor"], []
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        RAW_PATH: "/deals/toy/events",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": "10",
        "wsgi.input": Unread(),
        "wsgi.errors": io.StringIO(),
    }
    for shown in ("", f"Bearer {auditor}"):
        list(guarded._application({**environ, "HTTP_AUTHORIZATION": shown}, lambda *said: told.append(said[0])))
    assert [status[:3] for status in told] == ["401", "403"]


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8001", ""])
def test_on_this_machine_no_other_name_is_answered_to(looking: Program, host: str) -> None:
    assert looking.ask("GET", "/", host=host).status == 421


def test_another_site_posts_nothing(looking: Program) -> None:
    for headers in ({"origin": "http://evil.example"}, {"sec_fetch_site": "cross-site"}, {"origin": "null"}):
        got = looking.send(f"/deals/toy/payments/{payment_date(1)}", {}, **headers)
        assert (got.status, got.json["code"]) == (403, "from_elsewhere")
    # A form of a page can send no JSON.
    assert looking.send(f"/deals/toy/payments/{payment_date(1)}", b"", "text/plain").status == 415


@pytest.mark.parametrize("path", ["/deals/toy/../../etc", "/deals/%2e%2e/terms", "/deals/toy%00", "//", "/deals/%ff"])
def test_a_path_leads_nowhere_else(looking: Program, path: str) -> None:
    got = looking.get(path)
    assert got.status in (400, 404)
    assert got.headers["content-type"] == "application/problem+json"


ODD = ("after=01", "after=+1", "after=1e3", "after=-1", "after=99999999999999999999", "limit=0", "limit=10001",
       "wait=31", "after=\u0663", "a=1", "after=%ff")  # fmt: skip


@pytest.mark.parametrize("query", ODD)
def test_a_query_has_one_spelling(looking: Program, query: str) -> None:
    got = looking.of(f"/events?{query}")
    assert got.status == 400
    assert got.json["violations"] == []


def test_nothing_that_was_sent_comes_back_as_a_header(looking: Program) -> None:
    for sent in ("/deals/a%0d%0aSet-Cookie:%20x=1", "/deals/toy/events?after=1%0d%0aX:%201"):
        got = looking.get(sent)
        assert got.status in (400, 404)
        assert all("\r" not in value and "\n" not in value for value in got.headers.values())
        assert "x" not in got.headers


def test_other_methods_are_told_which_there_are(looking: Program) -> None:
    got = looking.ask("DELETE", "/deals/toy/events")
    assert (got.status, got.headers["allow"]) == (405, "GET, HEAD, POST")
    assert looking.ask("OPTIONS", "/deals").status == 405
    assert looking.ask("HEAD", "/deals").content == b""


class Panic(BaseException):
    """As a library in another language gives up."""


@pytest.mark.parametrize("kind", [ValueError, Panic])
def test_what_nobody_foresaw_is_logged_by_its_places_alone(
    trust: str, monkeypatch: pytest.MonkeyPatch, kind: type[BaseException]
) -> None:
    def fails(content: bytes) -> None:
        raise kind(content)

    with Ledgers(trust) as ledgers:
        service, errors = Service(ledgers), io.StringIO()
        monkeypatch.setattr("ledger.http.bodies.object_in", fails)
        body = b'{"secret":"in the body"}'
        environ = {"REQUEST_METHOD": "POST", RAW_PATH: f"/deals/toy/payments/{payment_date(1)}",
                   "CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(body)), "HTTP_HOST": "localhost",
                   "wsgi.input": io.BytesIO(body), "wsgi.errors": errors}  # fmt: skip
        said: list[str] = []
        content = b"".join(service(environ, lambda status, _: said.append(status)))
    assert said == ["500 Internal Server Error"]
    assert json.loads(content)["code"] == "unforeseen"
    assert kind.__name__ in errors.getvalue()
    assert "secret" not in errors.getvalue() + content.decode()


def test_an_actor_is_a_name() -> None:
    assert check_actor("J. Marsh") == "J. Marsh"
    with pytest.raises(InvalidArgument):
        check_actor("J.\nMarsh")
