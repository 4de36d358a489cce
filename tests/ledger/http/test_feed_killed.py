"""A reader that is killed at random keeps its place with its data: nothing is lost, and nothing comes twice.

The reader is the client that the page of the service shows.
"""

from __future__ import annotations

import random
import re
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from ledger import CurtailmentCollected, Ledger
from ledger.http.ledgers import Ledgers
from ledger.http.server import Server
from ledger.http.service import Service
from tests.deals.toy import TOY, prior_month

PAGE = Path(__file__).resolve().parents[3] / "docs" / "http.md"
LOOP = """
import sqlite3, sys
client, database = Client(sys.argv[1]), sqlite3.connect(sys.argv[2])
while True:
    client.follow(sys.argv[3], database, limit=1, wait=1)
"""


def client() -> str:
    """Return the client as the page shows it."""
    blocks: list[str] = re.findall(
        r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    return blocks[0]


def post(url: str, batches: int) -> None:
    with Ledger.open(url) as ledger:
        for number in range(batches):
            day = prior_month(1, 15)
            events = [
                CurtailmentCollected(
                    event_id=f"{number}/{place}", deal=TOY, loan="one-1", amount="1.00", effective_date=day
                )
                for place in range(1 + number % 4)
            ]
            ledger.post_many(events).or_raise()
            time.sleep(0.01)


def taken(path: Path) -> list[tuple[int, str]]:
    if not path.exists():
        return []
    with closing(sqlite3.connect(path)) as database:
        try:
            return database.execute("SELECT sequence, payload FROM taken ORDER BY rowid").fetchall()
        except sqlite3.OperationalError:  # It has not come to its first event, or writes at this moment.
            return []


def run(url: str, folder: Path, kills: int, batches: int) -> None:
    drawn, script, kept = random.Random(kills), folder / "reader.py", folder / "kept.db"
    script.write_text(client() + LOOP)
    with Ledgers(url) as ledgers:
        server = Server("127.0.0.1", 0, Service(ledgers))
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        writing = threading.Thread(target=post, args=(url, batches))
        serving.start()
        writing.start()
        command = [sys.executable, str(script), server.shown, str(kept), TOY]
        try:
            for _ in range(kills):
                before = len(taken(kept))
                reader = subprocess.Popen(command)
                # It is killed in the midst of its work, not of its start, unless nothing is left to be done.
                until = time.monotonic() + 5
                while len(taken(kept)) == before and time.monotonic() < until:
                    time.sleep(0.005)
                time.sleep(drawn.random() * 0.05)
                reader.kill()
                reader.wait()
            writing.join()
            reader = subprocess.Popen(command)
            head = ledgers.of(None).head(TOY)
            until = time.monotonic() + 600
            while time.monotonic() < until and len(taken(kept)) < head.sequence:
                time.sleep(0.05)
            reader.kill()
            reader.wait()
        finally:
            writing.join()
            server.shutdown()
            serving.join()
            server.server_close()
    with Ledger.open(url) as ledger:
        assert taken(kept) == [(item.sequence, item.payload) for item in ledger.events(TOY)]
    with closing(sqlite3.connect(kept)) as database:
        assert database.execute("SELECT sequence, hash FROM place").fetchone() == (head.sequence, head.hash.hex())


def test_a_reader_that_is_killed_loses_nothing_and_takes_nothing_twice(trust: str, tmp_path: Path) -> None:
    run(trust, tmp_path, kills=2, batches=12)


@pytest.mark.slow
def test_a_reader_that_is_killed_two_hundred_times(trust: str, tmp_path: Path) -> None:
    run(trust, tmp_path, kills=200, batches=450)
