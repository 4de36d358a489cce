"""The commands that write to a ledger, killed where it is at a PostgreSQL server; and a service killed that serves one.

Whoever is killed leaves its session to the server, which ends it: what it had begun is undone, or was done whole.
"""

from __future__ import annotations

import http.client
import json
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger import CurtailmentCollected, Ledger
from ledger.store.database.access import Access
from ledger.store.database.event_store import EventStore
from replay.evidence.verify import verify
from tests.deals.toy import TOY, prior_month
from tests.faults import test_killed_commands, test_killed_evidence, test_killed_files
from tests.faults.killing import SEED, Killed, Moments, Places, Runner, kill, trust
from tests.faults.test_killed_evidence import small
from tests.ledger.http.program import batch
from tests.postgres import Server

AT_A_SERVER = (
    *("init", "upgrade", "open", "post", "close", "close, --distribute", "distribute", "month, --post", "reverse"),
    *(
        "correct",
        "restate",
        "archive",
        "snapshots, --rebuild",
        "simulate",
        "import",
        "approve",
        "enter",
        "tape, --post",
    ),
    *("remittance, --post", "post, --table", "snapshots, --drop"),
)
"""What is killed where the ledger is at a server, besides what there is at a server only."""

ROLE, GONE = "clerk_who_is_killed", "clerk_who_is_gone"


def role_there(place: Path, role: str = ROLE) -> EventStore:
    """Return the store of a ledger at whose server there is a role."""
    small(place)
    store = EventStore.open(trust(place))
    with store._engine.begin() as connection:
        connection.exec_driver_sql(f"DROP ROLE IF EXISTS {GONE}")
        known = connection.exec_driver_sql("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).first()
        if known is None:
            connection.exec_driver_sql(f"CREATE ROLE {role} LOGIN")
    return store


def grantable(place: Path) -> None:
    """A ledger and a role that may nothing there yet."""
    role_there(place).close()


def granted(place: Path) -> None:
    """A ledger and a role that posts to it."""
    store = role_there(place)
    store.grant(ROLE, Access.SERVICER, TOY)
    store.close()


def outlived(place: Path) -> None:
    """A ledger with the grant of a role that has another name by now."""
    store = role_there(place, f"{ROLE}_2")
    store.grant(f"{ROLE}_2", Access.AUDITOR, TOY)
    with store._engine.begin() as connection:
        connection.exec_driver_sql(f"ALTER ROLE {ROLE}_2 RENAME TO {GONE}")
    store.close()


WRITERS = {
    "grant": Killed(
        prepare=grantable, words=lambda at: ["ledger", "grant", trust(at), ROLE, "--as", "servicer", "--deal", TOY]
    ),
    "grant, --revoke": Killed(
        prepare=granted, words=lambda at: ["ledger", "grant", trust(at), ROLE, "--deal", TOY, "--revoke"]
    ),
    "access, --forget-gone": Killed(
        prepare=outlived, words=lambda at: ["ledger", "access", trust(at), "--forget-gone"]
    ),
    **{
        name: killed
        for module in (test_killed_commands, test_killed_evidence, test_killed_files)
        for name, killed in module.WRITERS.items()
        if name in AT_A_SERVER
    },
}

SERVING = ("serve",)
"""What is killed while it serves; it has no end of its own."""

SIZE, MOST = 5, 10
"""Events of a batch, and batches that one service is sent."""


def posted(number: int) -> bytes:
    """Return the body of one batch, whose ids name it."""
    events = [
        CurtailmentCollected(
            event_id=f"{number}/{index}", deal=TOY, loan="one-1", amount="0.01", effective_date=prior_month(1, 15)
        )
        for index in range(SIZE)
    ]
    return json.dumps(batch(events)).encode()


def acknowledged(port: int, running: threading.Thread, first: int) -> Iterator[int]:
    """Post some batches to whoever serves, and yield those that were acknowledged; return when nobody serves."""
    number = first
    while running.is_alive() and number < first + MOST:
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        try:
            link.request("POST", f"/deals/{TOY}/events", posted(number), {"Content-Type": "application/json"})
            answer = link.getresponse()
            told = answer.read()
        except (OSError, http.client.HTTPException):
            time.sleep(0.002)  # It does not listen yet, or no more.
            continue
        finally:
            link.close()
        assert answer.status == 200, told
        yield number
        number += 1
    running.join()


def check(address: str, kept: set[int], *, thoroughly: bool) -> None:
    """Every acknowledged batch is there, every batch that is there is whole, and the log verifies."""
    with Ledger.open(address) as ledger:
        ids = [item.event.event_id for item in ledger.events(TOY, types=[CurtailmentCollected.name])]
        assert not thoroughly or verify(ledger, TOY).ok
    batches = Counter(int(item.partition("/")[0]) for item in ids)
    assert set(batches.values()) <= {SIZE}, "a batch is half there"
    assert kept <= batches.keys(), "an acknowledged batch is lost"


def kill_serving(runner: Runner, place: Path, times: int) -> None:
    small(place)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    words, kept = ["ledger", "serve", trust(place), "--port", str(port)], set[int]()
    moments, rounds, reached = Moments(random.Random(SEED), 0.6), 0, 0
    while rounds < times or (not kept and rounds < times + 20):
        started, first = time.monotonic(), None
        running = threading.Thread(target=runner.run, args=(words, place, moments.draw()))
        running.start()
        for done in acknowledged(port, running, len(kept)):
            first = first or time.monotonic() - started
            kept.add(done)
        check(trust(place), kept, thoroughly=not rounds % 10)
        rounds += 1
        if first is None:
            moments.usual *= 1.2
        else:
            reached += 1
            moments.ended(first + 0.2)
    check(trust(place), kept, thoroughly=True)
    assert reached > times // 4, "hardly anything was acknowledged: the test proves nothing"


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in WRITERS if name not in AT_A_SERVER])
def test_two_hundred_kills(runner: Runner, tmp_path: Path, name: str, postgres_server: Server) -> None:
    kill(runner, tmp_path, name, WRITERS[name], 200, SEED + 1, postgres_server)


@pytest.mark.slow
@pytest.mark.parametrize("name", AT_A_SERVER)
def test_forty_kills_of_what_is_killed_two_hundred_times_in_a_file(
    runner: Runner, tmp_path: Path, name: str, postgres_server: Server
) -> None:
    kill(runner, tmp_path, name, WRITERS[name], 40, SEED + 1, postgres_server)


@pytest.mark.slow
@pytest.mark.parametrize("name", SERVING)
@pytest.mark.parametrize("at", ["file", "server"])
def test_a_service_killed_two_hundred_times(
    runner: Runner, tmp_path: Path, name: str, at: str, postgres_server: Server
) -> None:
    assert name == "serve"
    kill_serving(runner, Places(tmp_path, postgres_server if at == "server" else None).new("place"), 200)


def test_a_service_is_killed(runner: Runner, tmp_path: Path) -> None:
    kill_serving(runner, Places(tmp_path).new("place"), 1)
