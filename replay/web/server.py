"""Serves a WSGI application on one address: a bounded number of readers at a time, each for a bounded time."""

from __future__ import annotations

import socket
import time
from http import HTTPStatus
from socketserver import ThreadingMixIn
from threading import BoundedSemaphore, Lock
from typing import IO, Any, cast
from wsgiref.handlers import SimpleHandler
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from replay.web.application import RAW_PATH, Application
from replay.web.request import LONGEST_ADDRESS

READERS = 32
"""Connections that are served at once; others wait."""

SILENCE = 15
"""Seconds that a connection may say nothing."""

LONGEST = 180
"""Seconds after which a connection is ended, whatever it is doing."""


class _Handler(WSGIRequestHandler):
    timeout = SILENCE
    server_version = "indenture"
    sys_version = ""

    def get_environ(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environ()
        environ[RAW_PATH] = self.path.partition("?")[0]
        return environ

    def handle(self) -> None:
        """Answer one request and end."""
        self.raw_requestline = self.rfile.readline(2 * LONGEST_ADDRESS + 2)
        if len(self.raw_requestline) > 2 * LONGEST_ADDRESS:
            self.requestline = self.request_version = self.command = ""
            self.send_error(HTTPStatus.REQUEST_URI_TOO_LONG)
            return
        if not self.parse_request():
            return
        environ = self.get_environ()
        handler = SimpleHandler(cast(IO[bytes], self.rfile), cast(IO[bytes], self.wfile), self.get_stderr(), environ)
        handler.run(cast(Server, self.server).pages)

    def log_message(self, format: str, *args: object) -> None:
        """Keep no log of what readers ask for."""


class Server(ThreadingMixIn, WSGIServer):
    """A server with a thread for each reader, of whom there are never more than :data:`READERS`."""

    daemon_threads = True
    request_queue_size = 128
    allow_reuse_address = True

    def __init__(self, host: str, port: int, application: Application) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._places = BoundedSemaphore(READERS)
        self._since: dict[socket.socket, float] = {}
        self._lock = Lock()
        super().__init__((host, port), _Handler)
        self.pages = application

    def server_bind(self) -> None:
        """Bind without asking anybody for the name of the host."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])
        self.setup_environ()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Give a reader a thread as soon as one is free."""
        while not self._places.acquire(timeout=1):
            self.service_actions()
        with self._lock:
            self._since[request] = time.monotonic()
        try:
            super().process_request(request, client_address)
        except BaseException:
            self._places.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve a reader and give the place back."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._lock:
                self._since.pop(request, None)
            self._places.release()

    def service_actions(self) -> None:
        """End connections that have lasted too long."""
        now = time.monotonic()
        with self._lock:
            late = [held for held, since in self._since.items() if now - since > LONGEST]
        for held in late:
            try:
                held.shutdown(socket.SHUT_RDWR)
            except OSError:  # It has ended by itself.
                continue

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a reader that went away."""


__all__ = ["LONGEST", "READERS", "SILENCE", "Server"]
