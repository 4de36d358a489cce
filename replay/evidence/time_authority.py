"""Asking a time-stamping authority over HTTP: one request, one answer, both small, and an end to the waiting.

The answer comes from a stranger. It is read up to a size, and until a deadline that holds for the whole exchange,
however slowly the other side sends; no redirection is followed. What it proves is asked afterwards, by
:mod:`replay.evidence.time_stamps`.
"""

from __future__ import annotations

import http
import http.client
import threading
from queue import Empty, SimpleQueue
from urllib.parse import SplitResult, urlsplit

from replay.evidence.checkpoint import SigningFault
from replay.evidence.time_stamps import LARGEST_ANSWER

PATIENCE = 30.0
"""Seconds that an exchange may take in all."""

_HEADERS = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}


def ask_authority(url: str, request: bytes, *, patience: float = PATIENCE) -> bytes:
    """Return what the authority at an http or https URL answers; raises :class:`SigningFault` where it does not.

    ``patience`` is in seconds, for looking up the name, connecting, and everything that is sent.
    """
    address = _address(url)
    outcome: SimpleQueue[bytes | Exception] = SimpleQueue()

    def exchange() -> None:
        try:
            outcome.put(_exchange(address, request, patience))
        except Exception as fault:  # whatever a stranger's answer does to the library
            outcome.put(fault)

    # A deadline of the socket starts anew with every byte; this one does not, and covers the look-up of the name too.
    threading.Thread(target=exchange, daemon=True).start()
    try:
        answer = outcome.get(timeout=patience)
    except Empty:
        raise SigningFault(f"the authority at {address.hostname} did not answer within {patience:g} seconds") from None
    if isinstance(answer, SigningFault):
        raise answer
    if isinstance(answer, Exception):
        raise SigningFault(f"the authority at {address.hostname} cannot be asked: {_reason(answer)}") from answer
    return answer


def _address(url: str) -> SplitResult:
    try:
        address = urlsplit(url)
        usable = address.scheme in ("http", "https") and bool(address.hostname) and address.port != 0
    except ValueError:
        usable = False
    if not usable or not url.isascii() or not url.isprintable() or " " in url:
        raise SigningFault("the address of an authority is http://HOST/PATH or https://HOST/PATH")
    if address.username is not None or address.password is not None:
        raise SigningFault("the address of an authority holds no name and no password")
    return address


def _exchange(address: SplitResult, request: bytes, patience: float) -> bytes:
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    connection = kind(address.hostname or "", address.port, timeout=patience)
    path = address._replace(scheme="", netloc="", fragment="").geturl() or "/"
    try:
        connection.request("POST", path, request, _HEADERS)
        response = connection.getresponse()
        if response.status != http.HTTPStatus.OK:
            raise SigningFault(f"the authority at {address.hostname} answered with status {response.status}")
        content = response.read(LARGEST_ANSWER + 1)
    finally:
        connection.close()
    if len(content) > LARGEST_ANSWER:
        raise SigningFault(f"the authority at {address.hostname} answered with more than {LARGEST_ANSWER:,} bytes")
    return content


def _reason(fault: Exception) -> str:
    """Return what went wrong in the words of the system, and no word of the other side's."""
    return (isinstance(fault, OSError) and fault.strerror) or type(fault).__name__


__all__ = ["ask_authority"]
