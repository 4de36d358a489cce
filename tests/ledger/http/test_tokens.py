from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ledger import InvalidArgument
from ledger.http.tokens import KnownTokens, Token, changing, new_token, tokens_in, write_tokens
from ledger.store.database.access import Access


def test_a_file_holds_the_digest_and_its_owner_alone_may_read_it(tmp_path: Path) -> None:
    made = new_token("J. Marsh", servicer=["trust"], auditor=["*"], url="postgresql://a:secret@h/d")
    file = tmp_path / "tokens"
    write_tokens(file, [made.token])
    assert tokens_in(file) == (made.token,)
    assert made.word not in file.read_text()
    assert made.token.sha256 == hashlib.sha256(made.word.encode()).hexdigest()
    assert file.stat().st_mode & 0o777 == 0o600
    file.chmod(0o640)
    with pytest.raises(InvalidArgument, match="chmod 600"):
        tokens_in(file)


@pytest.mark.parametrize("content", [b"", b"secret", b'{"tokens":[{}]}', b"\xff", b"[" * 100_000, b'{"tokens":1}'])
def test_what_is_no_file_of_tokens_is_refused_and_not_quoted(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "tokens"
    file.write_bytes(content)
    file.chmod(0o600)
    with pytest.raises(InvalidArgument) as refused:
        tokens_in(file)
    assert "secret" not in str(refused.value)
    with pytest.raises(InvalidArgument):
        tokens_in(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "given",
    [
        {"actor": "", "servicer": ["a"]},
        {"actor": "J\nM", "servicer": ["a"]},
        {"actor": "J. M."},
        {"actor": "J. M.", "servicer": ["a"], "auditor": ["a"]},
        {"actor": "J. M.", "servicer": ["a\u202e"]},
    ],
)
def test_a_token_is_somebodys_and_for_something(given: dict[str, str]) -> None:
    with pytest.raises(InvalidArgument):
        new_token(**given)


def test_what_names_a_deal_goes_before_every_deal() -> None:
    token = Token(sha256="0" * 64, actor="a", servicer=("*",), auditor=("old",))
    assert [token.access_to(deal) for deal in ("old", "new")] == [Access.AUDITOR, Access.SERVICER]
    assert Token(sha256="0" * 64, actor="a", auditor=("old",)).access_to("new") is None


def test_a_token_counts_until_it_is_taken_away(tmp_path: Path) -> None:
    one, two = (new_token(name, auditor=["*"]) for name in ("a", "b"))
    file = tmp_path / "tokens"
    write_tokens(file, [one.token, two.token])
    known = KnownTokens(file)
    assert known.shown(f"Bearer {one.word}") == one.token
    assert known.shown(f"bearer  {two.word} ") == two.token
    for shown in ("", "Bearer", "Bearer x", f"Basic {one.word}", f"Bearer {one.word}x", f"Bearer {one.token.sha256}"):
        assert known.shown(shown) is None
    write_tokens(file, [two.token])
    assert known.shown(f"Bearer {one.word}") is None
    file.unlink()
    assert known.shown(f"Bearer {two.word}") is None
    assert os.listdir(tmp_path) == []


def test_every_token_is_compared_in_constant_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = [new_token(name, auditor=["*"]) for name in "abc"]
    write_tokens(tmp_path / "tokens", [item.token for item in tokens])
    known, compared = KnownTokens(tmp_path / "tokens"), []

    def compare(kept: str, shown: str) -> bool:
        compared.append(kept)
        return kept == shown

    monkeypatch.setattr("ledger.http.tokens.hmac.compare_digest", compare)
    assert known.shown(f"Bearer {tokens[0].word}") == tokens[0].token
    assert len(compared) == 3


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgument, match="no-such-file cannot be read"):
        tokens_in(tmp_path / "no-such-file")


def test_tokens_that_are_added_at_once_are_all_kept(tmp_path: Path) -> None:
    file = tmp_path / "tokens"

    def add(number: int) -> None:
        with changing(file):
            known = tokens_in(file) if file.exists() else ()
            write_tokens(file, [*known, new_token(f"actor {number}", auditor=["trust"]).token])

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(add, range(12)))
    assert len(tokens_in(file)) == 12
    assert list(tmp_path.iterdir()) == [file]
