from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from ledger import InvalidArgument, Ledger
from ledger.http.asking import from_elsewhere
from ledger.http.tokens import new_token, write_tokens
from replay.web import guard as guards
from replay.web.guard import Door, Guard, doors_in
from tests.replay.web.site import site_of

TOKEN = "a-token-of-some-length-0123456789"
DIGEST = hashlib.sha256(TOKEN.encode()).hexdigest()


def tokens(path: Path, text: str, mode: int = 0o600) -> Path:
    path.write_text(text)
    path.chmod(mode)
    return path


def test_tokens_are_read_by_their_digests(tmp_path: Path) -> None:
    found = doors_in(tokens(tmp_path / "t", f"# readers\n\n{DIGEST}\n{'0' * 64} postgresql://auditor@h/d\n"))
    assert found == (Door(digest=DIGEST), Door(digest="0" * 64, url="postgresql://auditor@h/d"))


@pytest.mark.parametrize("text", ["", "# none\n", "secret\n", f"{DIGEST} a b\n", DIGEST.upper()])
def test_a_file_without_a_good_token_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InvalidArgument):
        doors_in(tokens(tmp_path / "t", text))


def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgument, match="chmod 600"):
        doors_in(tokens(tmp_path / "t", DIGEST, 0o644))
    with pytest.raises(InvalidArgument):
        doors_in(tmp_path / "nowhere")


def test_nothing_is_read_without_a_token(ledger: Ledger) -> None:
    site = site_of(ledger, guard=Guard([Door(digest=DIGEST)], only_hosts=None))
    for address in ("/", "/deals/x", "/search?q=a", "/nope"):
        assert site.get(address).status == 401
    refused = site.get("/")
    assert refused.headers["www-authenticate"] == "Bearer"
    assert "Deals" not in refused.seen
    for shown in (f"Bearer {TOKEN}x", "Bearer ", f"Basic {TOKEN}", "Bearer \udcff", DIGEST, f"Bearer {DIGEST}"):
        assert site.get("/", authorization=shown).status == 401
    assert site.get("/", authorization=f"Bearer {TOKEN}").status == 200


def test_a_browser_is_given_a_session(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    site = site_of(ledger, guard=Guard([Door(digest=DIGEST)], only_hosts=None))
    assert site.get("/login").status == 200
    assert site.ask("POST", "/login", b"token=wrong").status == 403
    assert site.ask("POST", "/login", f"token={TOKEN}".encode(), headers={"origin": "http://evil"}).status == 403
    assert site.ask("POST", "/login", b"x" * 5000).status == 413
    assert site.ask("POST", "/login", b"&".join(b"a%d=1" % n for n in range(7))).status == 400
    begun = site.ask("POST", "/login", f"token={TOKEN}".encode())
    assert begun.status == 303
    cookie = begun.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert TOKEN not in cookie
    assert site.get("/", cookie=cookie.partition(";")[0]).status == 200
    assert site.get("/", cookie="indenture=guess").status == 401
    monkeypatch.setattr("replay.web.guard.time.monotonic", lambda: 1e12)
    assert site.get("/", cookie=cookie.partition(";")[0]).status == 401


def test_sessions_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guards, "MOST_SESSIONS", 2)
    guard = Guard([Door(digest=DIGEST)])
    names = [guard.begin_session(Door(digest=DIGEST)) for _ in range(3)]
    known = [guard.door_of({"cookie": f"indenture={name}"}) is not None for name in names]
    assert known == [False, True, True]


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "", "localhost.e:80"])
def test_on_loopback_no_other_name_is_answered_to(ledger: Ledger, host: str) -> None:
    assert site_of(ledger).ask("GET", "/", host=host).status == 421


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:8000", "[::1]:8000", "LOCALHOST:1"])
def test_the_names_of_this_machine_are(ledger: Ledger, host: str) -> None:
    assert site_of(ledger).ask("GET", "/", host=host).status == 200


def test_what_another_site_sent_is_told_by_its_headers() -> None:
    assert from_elsewhere({"origin": "null", "host": "localhost"})
    assert not from_elsewhere({"origin": "http://localhost:8000", "host": "localhost:8000"})
    assert not from_elsewhere({"host": "localhost"})


def test_a_file_of_the_other_service_is_named_as_that(tmp_path: Path) -> None:
    other = tmp_path / "other"
    write_tokens(other, [new_token("J. Marsh", servicer=["toy"]).token])
    with pytest.raises(InvalidArgument, match="is a file of ledger token, which ledger serve reads"):
        doors_in(other)
    with pytest.raises(InvalidArgument, match=r"none.+cannot be read: No such file"):
        doors_in(tmp_path / "none")
