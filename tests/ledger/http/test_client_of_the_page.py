"""The client that the page shows asks again where the service is away or busy, and says what it is refused."""

from __future__ import annotations

import email.message
import http.client
import io
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from tests.ledger.http.test_feed_killed import client

BUSY = {"Retry-After": "7"}


def answered(status: int, headers: dict[str, str]) -> urllib.error.HTTPError:
    """Return a refusal as a client sees it."""
    sent = email.message.Message()
    for name, value in headers.items():
        sent[name] = value
    return urllib.error.HTTPError("http://localhost", status, "", sent, io.BytesIO(b'{"code": "busy"}'))


def asked(monkeypatch: pytest.MonkeyPatch, outcomes: Iterator[Any]) -> tuple[Any, list[int], dict[str, Any]]:
    """Return a client that meets these outcomes, one a request, the pauses that it makes, and what the page defines."""
    defined: dict[str, Any] = {}
    exec(client(), defined)
    pauses: list[int] = []

    def sent(*_: object, **__: object) -> Any:
        outcome = next(outcomes)
        if isinstance(outcome, Exception):
            raise outcome
        return io.BytesIO(outcome)

    monkeypatch.setattr(urllib.request, "urlopen", sent)
    monkeypatch.setattr(defined["time"], "sleep", pauses.append)
    return defined["Client"]("http://localhost"), pauses, defined


def test_it_asks_again_where_the_service_went_away_or_is_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    away = http.client.RemoteDisconnected("gone")
    outcomes = iter([away, answered(503, BUSY), urllib.error.URLError("refused"), b'{"deals": []}'])
    asking, pauses, _ = asked(monkeypatch, outcomes)
    assert asking.ask("GET", "deals") == {"deals": []}
    assert pauses == [1, 7, 30]


def test_it_gives_up_and_is_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asking, _, _ = asked(monkeypatch, iter([http.client.RemoteDisconnected("gone") for _ in range(4)]))
    with pytest.raises(ConnectionError):
        asking.ask("GET", "deals")
    asking, pauses, defined = asked(monkeypatch, iter([answered(409, {})]))
    with pytest.raises(defined["Refused"], match="busy"):
        asking.ask("GET", "deals")
    assert pauses == []
