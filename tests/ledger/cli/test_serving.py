"""Tokens from a shell, and a service that is started by one and ended."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

import pytest

from ledger.cli.serving import extensions
from ledger.http.tokens import changing, tokens_in
from replay.web.programs import ROUTES
from tests.deals.demo import run_ledger

HEEDING = """
import signal, sys
from ledger.cli import main
# Whoever runs the tests may ignore interrupts, and who is started by them then does too.
signal.signal(signal.SIGINT, signal.default_int_handler)
main(sys.argv[1:])
"""


def test_a_token_is_made_listed_and_taken_away(tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    made = run_ledger("token", "add", file, "--actor", "J. Marsh", "--servicer", "trust", "--auditor", "*")
    assert made.exit_code == 0
    word = made.stdout.strip()
    assert word not in file.read_text()
    url = "postgresql+psycopg://auditor:secret@db/trusts"
    assert run_ledger("token", "add", file, "--actor", "R. Ortega", "--auditor", "*", "--url", url).exit_code == 0
    listed = run_ledger("token", "list", file, "--format", "json")
    rows = json.loads(listed.stdout)["tokens"]
    assert [(row["actor"], row["servicer"], row["auditor"]) for row in rows] == [
        ("J. Marsh", ["trust"], ["*"]),
        ("R. Ortega", [], ["*"]),
    ]
    assert "secret" not in listed.stdout
    assert run_ledger("token", "remove", file, rows[0]["name"]).exit_code == 0
    assert [item.actor for item in tokens_in(file)] == ["R. Ortega"]
    assert run_ledger("token", "remove", file, rows[0]["name"]).exit_code == 2


@pytest.mark.parametrize("command", ["add", "remove"])
def test_whoever_changes_tokens_waits_for_whoever_does(tmp_path: Path, command: str) -> None:
    file = tmp_path / "tokens"
    run_ledger("token", "add", file, "--actor", "J. Marsh", "--servicer", "trust")
    before = tokens_in(file)
    others = ("--actor", "R. Ortega", "--auditor", "*") if command == "add" else (before[0].name,)
    running = threading.Thread(target=run_ledger, args=("token", command, file, *others))
    with changing(file):
        running.start()
        running.join(0.2)
        assert tokens_in(file) == before
    running.join()
    assert len(tokens_in(file)) == (2 if command == "add" else 0)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--host", "0.0.0.0"),
        ("--token-file", "nowhere"),
        ("--token-file", "nowhere", "--actor", "J. Marsh"),
        ("--actor", "J.\nMarsh"),
        ("--host", "999.999.0.0", "--token-file", "nowhere"),
    ],
)
def test_a_service_that_would_be_open_does_not_start(demo_ledger: str, arguments: tuple[str, ...]) -> None:
    done = run_ledger("serve", demo_ledger, "--port", "0", *arguments)
    assert done.exit_code == 2
    assert "serving at" not in done.stderr


def test_it_serves_until_it_is_interrupted(demo_ledger: str) -> None:
    command = [sys.executable, "-c", HEEDING, "serve", demo_ledger, "--port", "0", "--actor", "J. Marsh"]
    running = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert running.stderr is not None
    address = running.stderr.readline().split()[2]
    with urllib.request.urlopen(address, timeout=60) as got:
        assert json.load(got)["actor"] == "J. Marsh"
    running.send_signal(signal.SIGINT)
    assert running.wait(60) == 0
    assert running.stderr.read() == "ended\n"
    running.stderr.close()


def test_what_is_installed_adds_its_routes() -> None:
    assert [route.path for route in extensions()] == [route.path for route in ROUTES]
