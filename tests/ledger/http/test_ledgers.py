from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import URL

from ledger import InvalidArgument, Ledger
from ledger.http.ledgers import Ledgers, is_server
from ledger.http.service import ROUTES
from ledger.http.tokens import KnownTokens, new_token, write_tokens
from ledger.store.database.access import Access
from ledger.store.database.event_store import EventStore
from replay.evidence.bundle import export_bundle
from tests.deals.toy import TOY, month_events, payment_date, toy_deal
from tests.ledger.http.program import batch, serving
from tests.postgres import Server


def spelt(url: URL, login: str) -> str:
    return url.set(username=login).render_as_string(hide_password=False)


def test_an_embedded_ledger_has_no_logins(trust: str) -> None:
    token = new_token("a", auditor=["*"]).token
    with Ledgers(trust, [token]) as ledgers:
        assert ledgers.of(token).deals() == [TOY]
    with pytest.raises(InvalidArgument, match="no logins"):
        Ledgers(trust, [new_token("a", auditor=["*"], url=trust).token])
    assert not is_server(trust)
    assert is_server("postgresql://a@b/c")


def test_a_bundle_is_only_read(trust: str, tmp_path: Path) -> None:
    with Ledger.open(trust) as ledger:
        export_bundle(ledger, TOY, tmp_path / "b.zip")
    with serving(str(tmp_path / "b.zip")) as program:
        assert program.of("/events?after=12").json["next"] == 13
        for route in ROUTES:
            if route.method == "POST":
                path = route.path.replace("{deal}", TOY).replace("{date}", str(payment_date(1)))
                got = program.send(path, {})
                assert (got.status, got.json["code"]) == (403, "never_posted_to")


def test_a_token_is_asked_by_its_own_login(postgres_server: Server, postgres_ledger: URL, tmp_path: Path) -> None:
    store = EventStore.open(postgres_ledger)
    servicer, auditor, stranger = (postgres_server.role() for _ in range(3))
    with Ledger.open(postgres_ledger) as ledger:
        toy_deal(ledger)
    store.grant(servicer, Access.SERVICER, TOY)
    store.grant(auditor, Access.AUDITOR, TOY)
    store.grant(stranger, Access.AUDITOR, "elsewhere")
    # Whose login may do less than the token says may do no more than the login.
    logins = {"posts": servicer, "weak": auditor, "blind": stranger}
    made = {who: new_token(who, servicer=[TOY], url=spelt(postgres_ledger, login)) for who, login in logins.items()}
    file = tmp_path / "tokens"
    write_tokens(file, [item.token for item in made.values()])
    # The service's own address has no login that may do anything: nothing is ever asked by it.
    with serving(spelt(postgres_ledger, "nobody"), tokens=KnownTokens(file)) as program:
        posts, weak, blind = (program.showing(made[who].word) for who in logins)
        assert weak.of("").json["head"]["sequence"] == 13
        refused = weak.send("/deals/toy/events", batch(month_events(1)))
        assert (refused.status, refused.json["code"]) == (403, "no_right")
        assert blind.of("").status == 404
        assert posts.send("/deals/toy/events", batch(month_events(1))).status == 200
        last = posts.of("/events?after=20&limit=1").json["events"][0]["envelope"]
        assert (last["login"], last["actor"]) == (servicer, "posts")


def test_no_login_is_stronger_than_its_token(postgres_server: Server, postgres_ledger: URL) -> None:
    store, servicer = EventStore.open(postgres_ledger), postgres_server.role()
    store.grant(servicer, Access.SERVICER, "*")
    owner = postgres_ledger.render_as_string(hide_password=False)
    postgres_server.run("CREATE DATABASE beside")
    beside = postgres_ledger.set(database="beside").render_as_string(hide_password=False)
    for url, code in ((owner, "stronger"), (spelt(postgres_ledger, servicer), "stronger"), ("", "missing"),
                      (beside, "other_database")):  # fmt: skip
        with pytest.raises(InvalidArgument) as refused:
            Ledgers(owner, [new_token("a", auditor=["*"], url=url).token])
        assert refused.value.code == code
