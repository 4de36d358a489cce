"""Serves a WSGI application on one address: a bounded number of callers at a time, each for a bounded time.

A head that comes too slowly or grows too large is not waited for, and of a body no more is read than was announced:
what announces it in two ways, or in parts of unknown number, is refused before anything else is looked at.
"""

from __future__ import annotations

import errno
import io
import re
import select
import socket
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from http import HTTPStatus
from socketserver import ThreadingMixIn
from threading import BoundedSemaphore, Event, Lock, Thread
from typing import IO, Any, cast
from wsgiref.handlers import SimpleHandler
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from ledger.http.asking import BODY_SECONDS, GONE, LONGEST_ADDRESS, RAW_PATH

READERS = 32
"""Connections that are served at once; others wait."""

SILENCE = 15
"""Seconds that a connection may say nothing."""

HEAD_SECONDS = 20
"""Seconds in which the head of a request has to be there."""

LONGEST = 180
"""Seconds after which a connection is ended, whatever it is doing."""

LONGEST_HEAD = 32_768
"""Bytes of the headers of a request."""

_LEFT_OVER = 1_048_576
"""Bytes of a body that nobody wanted which are still taken in, so that its sender reads the answer."""

LEFT_OVER_SECONDS = 2
"""Seconds for which they are taken in."""

_PART = 65_536
_LENGTH = re.compile(r"[0-9]{1,15}", re.ASCII)
_HEADER = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\x00\r\n]*\r?\n")

WSGIApplication = Callable[..., Iterable[bytes]]


class Body(io.RawIOBase):
    """The body of a request: as many bytes as were announced, and none of what comes behind them.

    All of it has to be there within a time from the first read on, however it comes: a source that is asked for many
    bytes waits for the last of them, so it is asked for those that are there.
    """

    def __init__(self, source: io.BufferedIOBase, length: int) -> None:
        super().__init__()
        self._source, self.left = source, length
        self._until: float | None = None

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def within(self, seconds: float) -> None:
        """Wait so long for what is left, from now on."""
        self._until = time.monotonic() + seconds

    def read(self, size: int = -1) -> bytes:
        """Return so many bytes, or fewer where it ends before; raises :class:`TimeoutError` when its time is over."""
        if self._until is None:
            self.within(BODY_SECONDS)
        until = cast(float, self._until)
        wanted = self.left if size < 0 else min(size, self.left)
        held = bytearray()
        while len(held) < wanted:
            if time.monotonic() > until:
                raise TimeoutError("the body came too slowly")
            part = self._source.read1(min(_PART, wanted - len(held)))
            # Where the sender has gone there is nothing left to wait for.
            self.left = self.left - len(part) if part else 0
            if not part:
                break
            held += part
        return bytes(held)


class Sending:
    """An answer on its way: whoever takes some of it in time may go on, however long the whole takes them.

    A connection waits so long for the whole of what it is given, so it is given one part after the other.
    """

    def __init__(self, into: IO[bytes]) -> None:
        self._into = into

    def write(self, content: bytes) -> int:
        """Send bytes; raises :class:`TimeoutError` where nobody takes them."""
        whole = memoryview(content)
        for place in range(0, len(whole), _PART):
            self._into.write(whole[place : place + _PART])
        return len(whole)

    def flush(self) -> None:
        """Send what was kept back."""
        self._into.flush()


class _Handler(WSGIRequestHandler):
    timeout = SILENCE
    server_version = "indenture"
    sys_version = ""
    # What a request said is not said again: it may be anything.
    error_message_format = '{"type":"about:blank","title":"%(message)s","status":%(code)d}\n'
    error_content_type = "application/problem+json"

    def get_environ(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environ()
        environ[RAW_PATH] = self.path.partition("?")[0]
        environ[GONE] = self._is_gone
        return environ

    def _is_gone(self) -> bool:
        """Say whether the caller has ended the connection; one who may only be silent has not."""
        try:
            readable, _, _ = select.select([self.connection], [], [], 0)
            return bool(readable) and self.connection.recv(1, socket.MSG_PEEK) == b""
        except (OSError, ValueError):
            return True

    def handle(self) -> None:
        """Answer one request and end."""
        self.raw_requestline = self.rfile.readline(2 * LONGEST_ADDRESS + 2)
        if len(self.raw_requestline) > 2 * LONGEST_ADDRESS:
            self.requestline = self.request_version = self.command = ""
            self.send_error(HTTPStatus.REQUEST_URI_TOO_LONG)
            return
        source, head = self.rfile, self._head()
        if isinstance(head, HTTPStatus):
            self.requestline = self.request_version = self.command = ""
            self.send_error(head)
            return
        self.rfile = cast(Any, io.BytesIO(head))
        fit = self.parse_request()
        self.rfile = source
        if not fit:
            return
        cast(Server, self.server).head_is_there(self.connection)
        length = self._announced()
        if length is None:
            return
        body, sending = Body(source, length), Sending(cast(IO[bytes], self.wfile))
        handler = SimpleHandler(cast(Any, body), cast(IO[bytes], sending), self.get_stderr(), self.get_environ())
        handler.run(cast(Server, self.server).asked)
        self._take_the_rest(body)

    def _head(self) -> bytes | HTTPStatus:
        """Return the headers with the empty line behind them, or why they are refused.

        A line that is no header, or goes on with one, is refused: another server would read it otherwise.
        """
        held: list[bytes] = []
        size = 0
        while True:
            line = self.rfile.readline(LONGEST_HEAD + 1)
            size += len(line)
            if size > LONGEST_HEAD:
                return HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            held.append(line)
            if line in (b"\r\n", b"\n", b""):
                return b"".join(held)
            if not _HEADER.fullmatch(line):
                return HTTPStatus.BAD_REQUEST

    def _announced(self) -> int | None:
        """Return the length of the body; None, and the refusal is sent, where it is said twice or wrongly."""
        lengths = self.headers.get_all("Content-Length", [])
        if self.headers.get_all("Transfer-Encoding"):
            self.send_error(HTTPStatus.LENGTH_REQUIRED)
            return None
        names = [name.lower() for name in self.headers]
        alone = ("content-length", "content-type", "host", "authorization")
        if any(names.count(name) > 1 for name in alone):
            self.send_error(HTTPStatus.BAD_REQUEST)
            return None
        if not lengths:
            return 0
        if not _LENGTH.fullmatch(lengths[0].strip()):
            self.send_error(HTTPStatus.BAD_REQUEST)
            return None
        return int(lengths[0])

    def _take_the_rest(self, body: Body) -> None:
        """Read what the application left of a body, within bounds: a connection cut off takes the answer with it."""
        if not body.left or body.left > _LEFT_OVER:
            return
        with suppress(OSError):
            self.wfile.flush()
            self.connection.settimeout(min(1, LEFT_OVER_SECONDS))
            body.within(LEFT_OVER_SECONDS)
            while body.left:
                body.read(min(_PART, body.left))

    def send_error(self, code: int, *_: object, **__: object) -> None:
        """Refuse what is no request, without a word of it."""
        super().send_error(code)

    def log_message(self, format: str, *args: object) -> None:
        """Keep no log of what is asked for."""


class Server(ThreadingMixIn, WSGIServer):
    """A server with a thread for each caller, of whom there are never more than :data:`READERS`."""

    daemon_threads = True
    request_queue_size = 128
    allow_reuse_address = True

    def __init__(self, host: str, port: int, application: WSGIApplication) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._places = BoundedSemaphore(READERS)
        self._since: dict[socket.socket, float] = {}
        self._heads: dict[socket.socket, float] = {}
        self._lock = Lock()
        self._ending = Event()
        super().__init__((host, port), _Handler)
        self.asked = application

    def server_bind(self) -> None:
        """Bind without asking anybody for the name of the host."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])
        self.setup_environ()

    @property
    def shown(self) -> str:
        """Where it is reached."""
        name = f"[{self.server_name}]" if ":" in self.server_name else self.server_name
        return f"http://{name}:{self.server_port}/"

    def serve_until_interrupted(self) -> None:
        """Serve until whoever waits here interrupts it; callers who are being answered then are cut off.

        An interrupt comes to the main thread, wherever that is, as an exception, and the loop that takes callers in
        goes on after exceptions: so another thread takes them in, and this one does nothing but wait.
        """
        faults: list[BaseException] = []
        over = Event()

        def serving() -> None:
            try:
                self.serve_forever()
            except BaseException as fault:
                faults.append(fault)
            finally:
                over.set()

        try:
            Thread(target=serving, name="serving", daemon=True).start()
            # A signal may be another thread's to take, and whoever waits without end does not see it then.
            while not over.wait(1):
                pass
        except KeyboardInterrupt:
            self._ending.set()
            self.shutdown()
        if faults:
            raise faults[0]

    def process_request(self, request: Any, client_address: Any) -> None:
        """Give a caller a thread as soon as one is free."""
        while not self._places.acquire(timeout=1):
            if self._ending.is_set():
                self.shutdown_request(request)
                return
            self.service_actions()
        with self._lock:
            self._since[request] = self._heads[request] = time.monotonic()
        try:
            super().process_request(request, client_address)
        except BaseException:
            self._forget(request)
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve a caller and give the place back."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._forget(request)

    def _forget(self, request: Any) -> None:
        with self._lock:
            self._since.pop(request, None)
            self._heads.pop(request, None)
        self._places.release()

    def head_is_there(self, request: socket.socket) -> None:
        """Wait no longer for the head of a request."""
        with self._lock:
            self._heads.pop(request, None)

    def service_actions(self) -> None:
        """End connections that have lasted too long."""
        now = time.monotonic()
        with self._lock:
            late = {held for held, since in self._since.items() if now - since > LONGEST}
            late |= {held for held, since in self._heads.items() if now - since > HEAD_SECONDS}
        for held in late:
            # It may have ended by itself.
            with suppress(OSError):
                held.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a caller that went away."""


def cannot_listen(host: str, port: int, fault: Exception) -> str:
    """Return why a server does not start, and what to do where another has its port."""
    taken = isinstance(fault, OSError) and fault.errno == errno.EADDRINUSE
    advice = "; end what has it, or give another --port (0: one that is free)" if taken else ""
    return f"cannot listen on {host}:{port}: {fault}{advice}"


__all__ = [
    "HEAD_SECONDS",
    "LONGEST",
    "LONGEST_HEAD",
    "READERS",
    "SILENCE",
    "Body",
    "Sending",
    "Server",
    "WSGIApplication",
    "cannot_listen",
]
