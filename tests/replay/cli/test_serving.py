from __future__ import annotations

import hashlib
import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from sqlalchemy import URL

from ledger import InvalidArgument
from ledger.store.database.access import Access
from ledger.store.database.event_store import EventStore
from replay.cli.serving import _check_doors
from replay.web.guard import Door
from tests.deals.demo import run_replay
from tests.postgres import Server


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com"])
def test_off_loopback_it_does_not_start_without_tokens(demo_ledger: str, host: str) -> None:
    got = run_replay("serve", demo_ledger, "--host", host, "--port", "0")
    assert got.exit_code == 2
    assert "--token-file" in got.stderr


def test_it_does_not_start_with_a_bad_file_of_tokens_or_without_a_ledger(demo_ledger: str, tmp_path: Path) -> None:
    bad = tmp_path / "tokens"
    bad.write_text("my-secret\n")
    bad.chmod(0o600)
    got = run_replay("serve", demo_ledger, "--token-file", str(bad))
    assert got.exit_code == 2
    assert "my-secret" not in got.stderr
    assert run_replay("serve", str(tmp_path / "none.db")).exit_code == 2
    assert run_replay("serve", demo_ledger, "--host", "127.0.0.1", "--port", "99999").exit_code == 2


@pytest.mark.parametrize("before", ["", "archive:sealed?tail="])
def test_on_postgresql_every_token_names_a_login(tmp_path: Path, before: str) -> None:
    tokens = tmp_path / "tokens"
    digests = [hashlib.sha256(word).hexdigest() for word in (b"one", b"two")]
    tokens.write_text(f"{digests[0]} postgresql+psycopg://auditor@db.invalid/trusts\n{digests[1]}\n")
    tokens.chmod(0o600)
    got = run_replay("serve", f"{before}postgresql+psycopg://owner@db.invalid/trusts", "--token-file", str(tokens))
    assert got.exit_code == 2
    assert "a login of its own" in got.stderr
    assert digests[1] not in got.stderr


def test_on_postgresql_no_login_is_stronger_than_reading(
    postgres_server: Server, postgres_ledger: URL, tmp_path: Path
) -> None:
    store, servicer, auditor = EventStore.open(postgres_ledger), postgres_server.role(), postgres_server.role()
    store.grant(servicer, Access.SERVICER, "*")
    store.grant(auditor, Access.AUDITOR, "*")
    owner = postgres_ledger.render_as_string(hide_password=False)
    doors = tuple(
        Door(digest=str(place) * 64, url=postgres_ledger.set(username=name).render_as_string(hide_password=False))
        for place, name in enumerate((auditor, servicer, postgres_ledger.username))
    )
    _check_doors(doors[:1], owner, None)
    for door, told in zip(doors[1:], ("who may post", "who could change the log"), strict=True):
        with pytest.raises(InvalidArgument, match=told):
            _check_doors((doors[0], door), owner, None)
    elsewhere = postgres_ledger.set(username=auditor, database="beside").render_as_string(hide_password=False)
    with pytest.raises(InvalidArgument, match="another database"):
        _check_doors([Door(digest="3" * 64, url=elsewhere)], owner, None)


def test_it_serves_until_it_is_interrupted(demo_ledger: str, tmp_path: Path) -> None:
    tokens = tmp_path / "tokens"
    tokens.write_text(hashlib.sha256(b"a-token-of-some-length").hexdigest())
    tokens.chmod(0o600)
    command = [sys.executable, "-m", "replay", "serve", demo_ledger, "--port", "0", "--token-file", str(tokens)]
    running = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"})
    try:
        assert running.stderr is not None
        where = re.search(r"http://127\.0\.0\.1:[0-9]+/", running.stderr.readline())
        assert where is not None
        asked = urllib.request.Request(where[0], headers={"Authorization": "Bearer a-token-of-some-length"})
        with urllib.request.urlopen(asked, timeout=20) as got:
            assert b"impac-cmb-2002-1" in got.read()
    finally:
        running.send_signal(signal.SIGINT)
    assert running.wait(20) == 0
