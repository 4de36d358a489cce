"""A program that asks the service without a socket between, and events as it would write them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from ledger import Event
from ledger.events import codec
from ledger.http.ledgers import Ledgers
from ledger.http.routes import JSON, Route
from ledger.http.service import Service
from ledger.http.tokens import KnownTokens
from tests.deals.toy import TOY
from tests.replay.web.site import Got, Site


class Program(Site):
    """Asks a service; ``token`` is what it shows."""

    token = ""

    def send(self, address: str, said: object, kind: str = JSON, **headers: str) -> Got:
        """Post something: bytes as they are, anything else as JSON."""
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        return self.ask("POST", address, body, kind=kind, headers=headers)

    def ask(
        self,
        method: str,
        address: str,
        body: bytes = b"",
        *,
        kind: str = "",
        host: str = "localhost:8001",
        length: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Got:
        """Send a request, showing the token."""
        shown = {"authorization": f"Bearer {self.token}"} if self.token else {}
        return super().ask(
            method, address, body, kind=kind, host=host, length=length, headers={**shown, **(headers or {})}
        )

    def showing(self, token: str) -> Program:
        """Return the same with a token."""
        found = Program(self._application, self.deal)
        found.token = token
        return found

    def codes(self, got: Got) -> list[str]:
        """Return the codes of the violations of an answer."""
        return [item["code"] for item in got.json["violations"]]


@contextmanager
def serving(
    url: str, *, tokens: KnownTokens | None = None, actor: str = "", more: Sequence[Route] = ()
) -> Iterator[Program]:
    """Give a program that asks the ledger at an address."""
    with Ledgers(url, None if tokens is None else tokens.tokens) as ledgers:
        hosts = None if tokens is not None else frozenset({"localhost"})
        yield Program(Service(ledgers, tokens=tokens, actor=actor, only_hosts=hosts, more=more), TOY)


def fields(event: Event) -> dict[str, Any]:
    """Return an event as the fields that a program sends."""
    found: dict[str, Any] = json.loads(codec.encode(event))
    return found


def batch(events: Sequence[Event]) -> dict[str, Any]:
    """Return events as a body of JSON."""
    return {"events": [fields(event) for event in events]}


def lines(events: Sequence[Event]) -> bytes:
    """Return events as lines."""
    return b"".join(codec.encode(event) + b"\n" for event in events)
