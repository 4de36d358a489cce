from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from ledger import Ledger
from replay.web import server as servers
from replay.web.application import Application
from replay.web.desk import ReadersDesk
from replay.web.server import Server
from tests.deals.demo import DEAL


@pytest.fixture
def port(demo_ledger: str) -> Iterator[int]:
    with Ledger.open(demo_ledger) as ledger:
        server = Server("127.0.0.1", 0, Application(ReadersDesk(ledger)))
        running = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        running.start()
        yield server.server_port
        server.shutdown()
        running.join()
        server.server_close()


def read(port: int, address: str) -> tuple[int, bytes]:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    link.request("GET", address)
    got = link.getresponse()
    return got.status, got.read()


def sent(port: int, content: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as link:
        link.sendall(content)
        return b"".join(iter(lambda: link.recv(65536), b""))


def test_ten_readers_read_at_once(port: int) -> None:
    addresses = [f"/deals/{DEAL}/statements/2002-09-25?page={page}" for page in range(2, 12)]
    with ThreadPoolExecutor(10) as readers:
        found = list(readers.map(lambda address: read(port, address), addresses * 3))
    assert {status for status, _ in found} == {200}
    assert len({body for _, body in found}) == len(addresses)


def test_a_slash_in_a_name_stays_in_it(port: int) -> None:
    assert read(port, "/deals/a%2Fevents")[0] == 404
    assert read(port, f"/deals/{DEAL}/loans/a%2Fb")[0] in (400, 404)


@pytest.mark.parametrize("content", [b"GET\r\n\r\n", b"\x00\xff\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET /\r\n\r\n"])
def test_what_is_no_request_ends_the_connection_alone(port: int, content: bytes) -> None:
    sent(port, content)
    assert read(port, "/")[0] == 200


def test_a_very_long_request_is_refused(port: int) -> None:
    assert b" 414 " in sent(port, b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")[:40]


def test_a_silent_reader_is_let_go(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers._Handler, "timeout", 0.2)
    assert sent(port, b"GET / HT") == b""


def test_a_reader_who_takes_for_ever_is_ended(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "LONGEST", 0.1)
    assert sent(port, b"GET / HT") == b""
