from __future__ import annotations

import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import pytest

from ledger import CurtailmentCollected, Envelope, Ledger
from ledger.http import feed
from ledger.http.ledgers import Ledgers
from ledger.http.routes import LINES
from ledger.http.server import Server
from ledger.http.service import Service
from tests.deals.toy import TOY, month_events, prior_month, toy_deal
from tests.ledger.http.program import Program, batch, serving


def chained(events: list[dict[str, str]], before: str = "00" * 32) -> str:
    """Return the hash that events lead to, each of which has its own."""
    for item in events:
        before = sha256(bytes.fromhex(before) + item["link"].encode() + item["payload"].encode()).hexdigest()
        assert before == item["hash"]
    return before


def test_the_chain_is_checked_page_by_page(program: Program) -> None:
    program.send("/deals/toy/events", batch(month_events(1)))
    after, held = 0, []
    while True:
        page = program.of(f"/events?after={after}&limit=7").json
        if not page["events"]:
            break
        assert [item["sequence"] for item in page["events"]] == list(range(after + 1, page["next"] + 1))
        held += page["events"]
        after = page["next"]
    assert after == page["head"]["sequence"] == len(held)
    assert chained(held) == page["head"]["hash"]
    assert held[-1]["envelope"]["actor"] == "J. Marsh"


def test_lines_say_the_same(program: Program) -> None:
    listed = program.of("/events", accept=LINES)
    said = program.of("/events").json
    assert [json.loads(line) for line in listed.content.splitlines()] == said["events"]
    assert listed.headers["indenture-head"] == f"{said['head']['sequence']}:{said['head']['hash']}"
    assert listed.headers["indenture-next"] == str(said["next"])


def test_whoever_has_read_another_log_is_told(looking: Program) -> None:
    got = looking.of("/events?after=14")
    assert (got.status, got.json["code"]) == (409, "beyond_the_log")
    assert looking.of("/events?after=13").json["events"] == []


def test_a_page_holds_no_more_bytes_than_it_may(looking: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "MOST_BYTES", 1)
    page = looking.of("/events").json
    assert (len(page["events"]), page["next"], page["head"]["sequence"]) == (1, 1, 13)


def test_a_reader_waits_for_what_comes(program: Program, trust: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "_LOOKS", 0.02)

    def later() -> None:
        with Ledger.open(trust) as ledger:
            ledger.post(month_events(1)[0]).or_raise()

    threading.Timer(0.2, later).start()
    page = program.of("/events?after=13&wait=20").json
    assert [item["sequence"] for item in page["events"]] == [14]


def test_few_wait_at_a_time(looking: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "_waiting", threading.BoundedSemaphore(1))
    assert feed._waiting.acquire(blocking=False)
    began = time.monotonic()
    assert looking.of("/events?after=13&wait=20").json["events"] == []
    assert time.monotonic() - began < 10


def test_who_has_left_waits_no_longer(trust: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "_waiting", place := threading.BoundedSemaphore(1))
    monkeypatch.setattr(feed, "_LOOKS", 0.02)
    with Ledgers(trust) as ledgers:
        service = Server("127.0.0.1", 0, Service(ledgers, only_hosts=None))
        threading.Thread(target=service.serve_forever, args=(0.02,), daemon=True).start()
        try:
            with socket.create_connection(("127.0.0.1", service.server_port)) as reader:
                reader.sendall(b"GET /deals/toy/events?after=13&wait=30 HTTP/1.1\r\nHost: localhost\r\n\r\n")
                until = time.monotonic() + 20
                while place._value and time.monotonic() < until:
                    time.sleep(0.01)
                assert place._value == 0, "the reader waits"
            assert place.acquire(timeout=20), "the place of one who left is free again, long before the wait is over"
        finally:
            service.shutdown()
            service.server_close()


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_no_reader_misses_what_others_write_at_once(backend: str, request: pytest.FixtureRequest) -> None:
    fixture = {"sqlite": "trust", "postgresql": "postgres_ledger"}[backend]
    given = request.getfixturevalue(fixture)
    url = given if isinstance(given, str) else given.render_as_string(hide_password=False)
    writers, batches = 3, 4
    with Ledger.open(url) as ledger:
        if backend == "postgresql":
            toy_deal(ledger)

    def write(writer: int) -> None:
        # Each has its own connections, as another process has.
        with Ledger.open(url) as ledger:
            for number in range(batches):
                ahead = [
                    CurtailmentCollected(event_id=f"{writer}/{number}/{place}", deal=TOY, loan="one-1", amount="1.00",
                                         effective_date=prior_month(1, 15))
                    for place in range(1 + (writer + number) % 3)
                ]  # fmt: skip
                ledger.post_many(ahead, envelope=Envelope(actor=f"W. {writer}")).or_raise()

    def read(program: Program) -> list[dict[str, str]]:
        held: list[dict[str, str]] = []
        while not over.is_set() or program.of("").json["head"]["sequence"] > len(held):
            page = program.of(f"/events?after={len(held)}&limit=3").json
            assert [item["sequence"] for item in page["events"]] == list(range(len(held) + 1, page["next"] + 1))
            held += page["events"]
        return held

    over = threading.Event()
    with serving(url) as program, ThreadPoolExecutor(writers + 2) as pool:
        readers = [pool.submit(read, program) for _ in range(2)]
        try:
            for done in [pool.submit(write, number) for number in range(writers)]:
                done.result()
        finally:
            over.set()
        found = [reader.result() for reader in readers]
        head = program.of("").json["head"]
    assert [chained(held) for held in found] == [head["hash"]] * 2
    posted = sum(1 + (writer + number) % 3 for writer in range(writers) for number in range(batches))
    assert [len(held) for held in found] == [13 + posted] * 2


def test_a_payload_is_given_as_it_is_hashed(program: Program) -> None:
    ahead = CurtailmentCollected(event_id="a", deal=TOY, loan="one-1", amount="1.5", effective_date=prior_month(1, 15))
    program.send("/deals/toy/events", batch([ahead]))
    payload = program.of("/events?after=13").json["events"][0]["payload"]
    assert json.loads(payload)["amount"] == "1.50"
    assert payload.startswith('{"$type":"curtailment_collected","$version":')
