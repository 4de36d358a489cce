from __future__ import annotations

import errno
import http.client
import io
import json
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from ledger.http import server as servers
from ledger.http.server import Body, Server, WSGIApplication, cannot_listen

MUCH = b"a" * 12_000_000
"""More than what lies between two ends of a connection takes in."""


def echo(environ: Mapping[str, Any], start_response: Any) -> list[bytes]:
    """Say how long a body is that is read, unless it is not to be."""
    unread = environ["PATH_INFO"] == "/unread"
    if environ["PATH_INFO"] == "/much":
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [MUCH]
    said = b"unread" if unread else str(len(environ["wsgi.input"].read())).encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(said)))])
    return [said]


@pytest.fixture
def port() -> Iterator[int]:
    application: WSGIApplication = echo
    server = Server("127.0.0.1", 0, application)
    running = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    running.start()
    yield server.server_port
    server.shutdown()
    running.join()
    server.server_close()


def sent(port: int, content: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as link:
        link.sendall(content)
        return b"".join(iter(lambda: link.recv(65536), b""))


def answers(port: int) -> bool:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    link.request("POST", "/", body=b"abc")
    return link.getresponse().read() == b"3"


@pytest.mark.parametrize("content", [b"GET\r\n\r\n", b"\x00\xff\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET /\r\n\r\n"])
def test_what_is_no_request_ends_the_connection_alone(port: int, content: bytes) -> None:
    sent(port, content)
    assert answers(port)


def test_a_request_that_is_too_long_is_refused(port: int) -> None:
    assert b" 414 " in sent(port, b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")[:40]


@pytest.mark.parametrize("head", [b"X: " + b"a" * 40_000, b"\r\n".join(b"X-%d: a" % n for n in range(5_000))])
def test_a_head_that_is_too_large_is_refused(port: int, head: bytes) -> None:
    assert b" 431 " in sent(port, b"GET / HTTP/1.1\r\n" + head + b"\r\n\r\n")[:40]
    assert answers(port)


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"Transfer-Encoding: chunked", 411),
        (b"Transfer-Encoding: chunked\r\nContent-Length: 3", 411),
        (b"Content-Length: 3\r\nContent-Length: 4", 400),
        (b"Content-Length: +3", 400),
        (b"Content-Length: -1", 400),
        (b"Content-Length: 3, 3", 400),
        (b"Content-Length: 99999999999999999999", 400),
        (b"Host: a\r\nHost: b", 400),
        (b"Authorization: Bearer a\r\nAuthorization: Bearer b", 400),
        (b"Content-Length : 3", 400),
        (b"X: 1\r\n Content-Length: 3", 400),
        (b"X: 1\rContent-Length: 3", 400),
        (b"nothing", 400),
    ],
)
def test_a_body_is_announced_once_and_plainly(port: int, head: bytes, status: int) -> None:
    got = sent(port, b"POST / HTTP/1.1\r\n" + head + b"\r\n\r\nabc")
    assert b" %d " % status in got[:20]
    assert json.loads(got.partition(b"\r\n\r\n")[2])["status"] == status


def test_no_more_is_read_than_was_announced(port: int) -> None:
    assert sent(port, b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcGET / HTTP/1.1\r\n\r\n").endswith(b"\r\n\r\n3")


def test_a_body_that_nobody_wanted_takes_no_answer_away(port: int) -> None:
    body = b"a" * 500_000
    got = sent(port, b"POST /unread HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    assert got.endswith(b"unread")


def dripped(port: int, address: bytes) -> tuple[bytes, int]:
    """Send a body byte by byte; return the answer, and how many bytes were taken until the connection ended."""
    got, taken = b"", 0
    with socket.create_connection(("127.0.0.1", port), timeout=0.01) as link:
        link.sendall(b"POST %s HTTP/1.1\r\nContent-Length: 100\r\n\r\n" % address)
        while taken < 100:
            try:
                link.sendall(b"a")
                taken += 1
                part = link.recv(65536)
            except TimeoutError:
                continue
            except OSError:
                break
            if not part:
                break
            got += part
    return got, taken


def test_a_body_that_comes_drop_by_drop_is_not_waited_for(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "BODY_SECONDS", 0.1)
    monkeypatch.setattr(servers, "LEFT_OVER_SECONDS", 0.05)
    assert dripped(port, b"/")[1] < 60
    assert answers(port)


def test_what_is_left_of_a_body_is_not_waited_for_either(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "LEFT_OVER_SECONDS", 0.1)
    got, taken = dripped(port, b"/unread")
    assert got.endswith(b"unread")
    assert taken < 60


def test_a_body_gives_what_is_there_and_says_what_is_left() -> None:
    body = Body(io.BytesIO(b"abcdefgh"), 7)
    assert (body.read(3), body.left, body.read(), body.left) == (b"abc", 4, b"defg", 0)
    short = Body(io.BytesIO(b"ab"), 7)
    assert (short.read(), short.left) == (b"ab", 0)


def test_whoever_says_nothing_is_let_go(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers._Handler, "timeout", 0.2)
    assert sent(port, b"GET / HT") == b""


def test_whoever_takes_an_answer_slowly_has_all_of_it(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers._Handler, "timeout", 0.25)
    taken = 0
    with socket.create_connection(("127.0.0.1", port), timeout=20) as link:
        link.sendall(b"GET /much HTTP/1.1\r\n\r\n")
        time.sleep(0.05)
        while part := link.recv(150_000):
            taken += len(part)
            time.sleep(0.008)
    assert taken > len(MUCH)


def test_whoever_takes_nothing_of_an_answer_is_let_go(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers._Handler, "timeout", 0.1)
    with socket.create_connection(("127.0.0.1", port), timeout=20) as link:
        link.sendall(b"GET /much HTTP/1.1\r\n\r\n")
        time.sleep(0.4)
        assert sum(map(len, iter(lambda: link.recv(1_000_000), b""))) < len(MUCH)


@pytest.mark.parametrize("limit", ["LONGEST", "HEAD_SECONDS"])
def test_a_head_that_comes_drop_by_drop_is_not_waited_for(
    port: int, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(servers, limit, 0.1)
    assert sent(port, b"GET / HTTP/1.1\r\nX: ") == b""
    assert not servers.Server.daemon_threads or answers(port) or limit == "LONGEST"


def test_readers_beyond_the_places_wait_for_one(port: int) -> None:
    held = [socket.create_connection(("127.0.0.1", port), timeout=20) for _ in range(servers.READERS)]
    waiting = socket.create_connection(("127.0.0.1", port), timeout=20)
    waiting.sendall(b"GET / HTTP/1.1\r\n\r\n")
    for link in held:
        link.close()
    assert b"200 OK" in waiting.recv(100)
    waiting.close()


def test_a_port_that_is_taken_is_told_what_to_do_about() -> None:
    taken = OSError(errno.EADDRINUSE, "Address already in use")
    assert "give another --port" in cannot_listen("127.0.0.1", 8001, taken)
    assert "--port" not in cannot_listen("127.0.0.1", 80, OSError(errno.EACCES, "Permission denied"))


def test_an_interrupt_ends_it_wherever_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where a caller is just taken in, and has been served before the loop goes on."""
    server = Server("127.0.0.1", 0, echo)
    taken_in = Server.process_request

    def interrupted(held: Server, request: Any, client_address: Any) -> None:
        taken_in(held, request, client_address)
        os.kill(os.getpid(), signal.SIGINT)
        served.wait(20)

    served = threading.Event()
    monkeypatch.setattr(Server, "process_request", interrupted)
    heard = signal.signal(signal.SIGINT, signal.default_int_handler)

    def ask() -> None:
        if answers(server.server_port):
            served.set()

    asked = threading.Thread(target=ask)
    try:
        asked.start()
        server.serve_until_interrupted()
    finally:
        signal.signal(signal.SIGINT, heard)
        server.server_close()
    asked.join(20)
    assert served.is_set()


def test_it_ends_while_every_place_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server("127.0.0.1", 0, echo)
    monkeypatch.setattr(server, "_places", threading.BoundedSemaphore(1))
    waits = threading.Event()
    monkeypatch.setattr(server, "service_actions", waits.set)
    server._places.acquire()
    heard = signal.signal(signal.SIGINT, signal.default_int_handler)

    def interrupt() -> None:
        with socket.create_connection(("127.0.0.1", server.server_port), timeout=20) as link:
            waits.clear()
            link.sendall(b"POST / HTTP/1.1\r\n\r\n")
            assert waits.wait(20)
            os.kill(os.getpid(), signal.SIGINT)
            assert link.recv(1) == b""

    asked = threading.Thread(target=interrupt)
    try:
        asked.start()
        server.serve_until_interrupted()
    finally:
        signal.signal(signal.SIGINT, heard)
        server.server_close()
    asked.join(20)
    assert not asked.is_alive()


def test_a_fault_of_the_loop_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server("127.0.0.1", 0, echo)

    def fails(*_: object) -> None:
        raise OSError("no more files")

    monkeypatch.setattr(server, "serve_forever", fails)
    with pytest.raises(OSError, match="no more files"):
        server.serve_until_interrupted()
    server.server_close()
