"""A route: an address with the types of what is asked and answered there, and what answers it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, TypeVar

import attrs
import msgspec

from ledger.errors import Violation
from ledger.http.asking import Problem
from ledger.http.shapes import Nothing
from ledger.store.database.access import Access
from ledger.values.envelope import Envelope
from ledger.values.identifiers import identifier
from ledger.values.money import BadValue

if TYPE_CHECKING:
    from ledger.events.base import Event
    from ledger.service import Ledger
    from ledger.writing.tables import EventTable

JSON = "application/json"
LINES = "application/x-ndjson"
ARROW = "application/vnd.apache.arrow.stream"

T = TypeVar("T")
AccessTo = Callable[[str], Access | None]
"""What the caller may do with a deal."""


class Unfit(Exception):
    """What was sent breaks rules before the ledger is asked; every violation is named."""

    def __init__(self, violations: Iterable[Violation]) -> None:
        self.violations = tuple(violations)
        super().__init__(f"{len(self.violations)} violations")


@attrs.frozen(kw_only=True)
class Answer:
    """An answer: its bytes, what they are, and headers beside the usual ones."""

    content: bytes
    kind: str = JSON
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


def answer_of(said: msgspec.Struct, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    """Return a typed answer as JSON."""
    return Answer(content=msgspec.json.encode(said) + b"\n", headers=headers)


@attrs.frozen(kw_only=True)
class Call:
    """A request that came as far as its route: who asks what, with what, and the ledger to ask."""

    ledger: Ledger
    actor: str
    access_to: AccessTo
    names: Mapping[str, str]
    query: msgspec.Struct
    fields: Mapping[str, str]
    """The query as it was sent."""
    said: msgspec.Struct | None = None
    events: tuple[Event, ...] = ()
    tables: tuple[EventTable, ...] = ()
    accept: str = JSON
    is_gone: Callable[[], bool] = bool
    """Says whether the caller has left; of whom nobody knows has not."""

    @property
    def deal(self) -> str:
        """The deal that the address names."""
        return self.names["deal"]

    @property
    def date(self) -> dt.date:
        """The date that the address names."""
        return date_named(self.names["date"], "date")

    def asked(self, kind: type[T]) -> T:
        """Return the query, as the type that its route has."""
        return _as(self.query, kind)

    def told(self, kind: type[T]) -> T:
        """Return the body, as the type that its route has."""
        return _as(self.said, kind)

    def envelope(self, document: str = "", document_sha256: str = "") -> Envelope | None:
        """Return the envelope of what is posted: the actor is the caller's own, whatever was sent."""
        found = Envelope(actor=self.actor, document=document, document_sha256=document_sha256.lower())
        return found or None


def _as(value: object, kind: type[T]) -> T:
    if not isinstance(value, kind):
        raise TypeError(f"a route without {kind.__name__}")
    return value


@attrs.frozen(kw_only=True)
class Route:
    """What is done at an address by a method, and by whom.

    ``access`` is what the caller must have to the deal of the address; None where the address names none. ``query`` is
    the type of the query, ``body`` that of a body of JSON, and ``takes`` what else a body may be: events as lines or a
    table. ``answer`` is the type of the answer; None for a report, as the command ``prints`` it, ``bare`` where
    what the command says of the result itself is left out.
    """

    method: str
    path: str
    name: str
    told: str
    handle: Callable[[Call], Answer]
    access: Access | None = Access.AUDITOR
    query: type[msgspec.Struct] = Nothing
    body: type[msgspec.Struct] | None = None
    takes: tuple[str, ...] = ()
    answer: type[msgspec.Struct] | None = None
    prints: str = ""
    bare: bool = False
    gives: tuple[str, ...] = (JSON,)

    @property
    def pattern(self) -> tuple[str, ...]:
        """The segments of its address; those in braces are names."""
        return tuple(self.path.split("/")[1:]) if self.path != "/" else ()

    def names_in(self, path: tuple[str, ...]) -> dict[str, str] | None:
        """Return what stands in a path for the names of this one; None where it is another path."""
        pattern = self.pattern
        if len(pattern) != len(path):
            return None
        found: dict[str, str] = {}
        for wanted, given in zip(pattern, path, strict=True):
            if wanted.startswith("{"):
                found[wanted[1:-1]] = given
            elif wanted != given:
                return None
        return found


def routed(routes: Iterable[Route], method: str, path: tuple[str, ...]) -> tuple[Route, dict[str, str]]:
    """Return the route of a request and the names in its path.

    Raises :class:`~ledger.http.asking.Problem` where there is none, or only by another method.
    """
    others: list[str] = []
    for route in routes:
        names = route.names_in(path)
        if names is None:
            continue
        if route.method == method or (method, route.method) == ("HEAD", "GET"):
            return route, _checked(names)
        others.extend(("GET", "HEAD") if route.method == "GET" else (route.method,))
    if others:
        allowed = ", ".join(dict.fromkeys(others))
        raise Problem(405, "other_method", f"this address takes {allowed}", headers=(("Allow", allowed),))
    raise Problem(404, "no_such_address", "there is no such address; /openapi.json lists those there are")


def _checked(names: dict[str, str]) -> dict[str, str]:
    """Refuse names that nothing can have, before anybody is asked about them."""
    for name, given in names.items():
        if name == "date":
            date_named(given, name)
        elif name in ("deal", "loan"):
            try:
                identifier(given)
            except BadValue as fault:
                raise Problem(404, f"no_such_{name}", str(fault)) from None
    return names


def date_named(text: str, name: str) -> dt.date:
    """Return the date that a text spells as YYYY-MM-DD, between the first and the last that a ledger knows."""
    try:
        found = dt.date.fromisoformat(text)
    except ValueError:
        found = None
    # A week and its day, or a date without hyphens, are dates to the library as well.
    if found is None or found.isoformat() != text or not 1901 <= found.year <= 2199:
        raise Problem(400, "not_a_date", f"{name} is a date such as 2002-09-25")
    return found


__all__ = ["ARROW", "JSON", "LINES", "Answer", "Call", "Route", "Unfit", "answer_of", "date_named", "routed"]
