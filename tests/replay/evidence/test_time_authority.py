"""Asking an authority ends: whatever it sends, however slowly, and wherever it points."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from replay.evidence.checkpoint import SigningFault
from replay.evidence.time_authority import ask_authority
from replay.evidence.time_stamps import LARGEST_ANSWER


@contextmanager
def authority(status: int, content: bytes, headers: dict[str, str] | None = None) -> Iterator[tuple[str, list[str]]]:
    """Serve one answer to every request, on this machine; yield its address and what was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            asked.append(f"{self.path} {self.headers['Content-Type']} {body!r}")
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/stamp?policy=1", asked
        server.shutdown()


def test_the_answer_is_what_was_sent() -> None:
    with authority(200, b"answer") as (url, asked):
        assert ask_authority(url, b"request") == b"answer"
    assert asked == ["/stamp?policy=1 application/timestamp-query b'request'"]


@pytest.mark.parametrize("status", [204, 301, 302, 404, 500])
def test_only_one_status_is_an_answer_and_no_redirection_is_followed(status: int) -> None:
    with authority(200, b"elsewhere") as (other, asked):
        with (
            authority(status, b"", {"Location": other}) as (url, _),
            pytest.raises(SigningFault, match=f"status {status}"),
        ):
            ask_authority(url, b"request")
        assert asked == []


def test_an_answer_that_is_too_large_is_not_read_to_its_end() -> None:
    with authority(200, bytes(LARGEST_ANSWER + 1)) as (url, _), pytest.raises(SigningFault, match="more than"):
        ask_authority(url, b"request")


@pytest.mark.parametrize("sent", [b"", b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"])
def test_who_sends_byte_after_byte_is_waited_for_until_the_deadline(sent: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(sent)
                for _ in range(100):
                    try:
                        connection.sendall(b"x" if sent else b"")
                    except OSError:
                        return
                    time.sleep(0.05)

        threading.Thread(target=drip, daemon=True).start()
        began = time.monotonic()
        with pytest.raises(SigningFault, match=r"did not answer within 0\.5 seconds|cannot be asked"):
            ask_authority(f"http://127.0.0.1:{server.getsockname()[1]}/", b"request", patience=0.5)
        assert time.monotonic() - began < 3


def test_what_is_no_http_and_who_is_not_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(SigningFault, match=r"cannot be asked|did not answer"):
            ask_authority(f"https://127.0.0.1:{port}/", b"request", patience=1)
    with pytest.raises(SigningFault, match="cannot be asked"):
        ask_authority(f"http://127.0.0.1:{port}/", b"request", patience=5)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        *(
            (url, "http://HOST/PATH")
            for url in ("", "tsa.example", "ftp://tsa.example/", "file:///etc/hosts", "http://")
        ),
        *(
            (url, "http://HOST/PATH")
            for url in ("http://a b/", "http://a/\r\nX: y", "http://a:0/", "http://a:x/", "http://[/")
        ),
        ("http://me:secret@tsa.example/", "no name and no password"),
    ],
)
def test_what_is_no_address(url: str, reason: str) -> None:
    with pytest.raises(SigningFault, match=reason) as raised:
        ask_authority(url, b"request")
    assert "secret" not in str(raised.value)
