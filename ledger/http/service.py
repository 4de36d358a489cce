"""The service as a WSGI application: who asks, what they may, what they said, and what the ledger says to it."""

from __future__ import annotations

import datetime as dt
import re
import typing
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from http import HTTPStatus
from typing import Any

import attrs
import msgspec

from ledger.http import bodies, problems
from ledger.http.asking import GONE, LOOPBACK, Problem, from_elsewhere, host_named, named_headers, path_of, query_of
from ledger.http.feed import FOLLOWING
from ledger.http.ledgers import Ledgers
from ledger.http.openapi import openapi
from ledger.http.posting import WRITING
from ledger.http.reading import READING
from ledger.http.routes import ARROW, JSON, AccessTo, Answer, Call, Route, date_named, routed
from ledger.http.tokens import KnownTokens, Token
from ledger.store.database.access import Access

ROUTES: tuple[Route, ...] = (*READING, *FOLLOWING, *WRITING)
"""What the ledger answers by itself."""

DOCUMENT = ("openapi.json",)

HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cache-Control", "no-store"),
)
"""What every answer says to a browser that comes upon it."""

_WHOLE = re.compile(r"0|[1-9][0-9]{0,15}", re.ASCII)
_FLAGS = {"true": True, "false": False}


@attrs.frozen(kw_only=True)
class Caller:
    """Who asks: a token, or, where none is demanded, whoever comes."""

    token: Token | None
    actor: str

    def access_to(self, deal: str) -> Access | None:
        """Return what the caller may do with a deal."""
        return Access.SERVICER if self.token is None else self.token.access_to(deal)


class Service:
    """Answers programs: posts to the ledger and reads it, for tokens or, where there are none, for this machine."""

    def __init__(
        self,
        ledgers: Ledgers,
        *,
        tokens: KnownTokens | None = None,
        actor: str = "",
        only_hosts: frozenset[str] | None = LOOPBACK,
        more: Sequence[Route] = (),
    ) -> None:
        """``actor`` is who posts where no token is demanded; ``more`` are routes of other packages."""
        self._ledgers, self._tokens, self._actor = ledgers, tokens, actor
        self._only_hosts = only_hosts
        self.routes = (*ROUTES, *more)
        self._document = openapi(self.routes)

    def __call__(self, environ: Mapping[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request, whatever happens."""
        method = str(environ.get("REQUEST_METHOD", ""))
        try:
            answer = self._answered(method, environ)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as fault:  # The panic of a library in another language is no Exception.
            answer = self._told(fault, environ)
        status = HTTPStatus(answer.status)
        given = [("Content-Type", answer.kind), ("Content-Length", str(len(answer.content)))]
        start_response(f"{status.value} {status.phrase}", [*given, *HEADERS, *answer.headers])
        return [] if method == "HEAD" else [answer.content]

    def _told(self, fault: BaseException, environ: Mapping[str, Any]) -> Answer:
        try:
            path = path_of(environ)
        except Problem:
            path = ()
        answer = problems.told_of_fault(fault, path[1] if len(path) > 1 else "")
        if answer is None:
            print(problems.fault_places(fault), file=environ["wsgi.errors"])
            return problems.unforeseen()
        return answer

    def _answered(self, method: str, environ: Mapping[str, Any]) -> Answer:
        headers = named_headers(environ)
        if self._only_hosts is not None and host_named(headers.get("host", "")) not in self._only_hosts:
            raise Problem(421, "other_host", "this service answers to localhost and 127.0.0.1 alone")
        path = path_of(environ)
        if path == DOCUMENT:
            if method not in ("GET", "HEAD"):
                raise Problem(405, "other_method", "the document is only read", headers=(("Allow", "GET, HEAD"),))
            return Answer(content=self._document)
        caller = self._caller(headers)
        route, names = routed(self.routes, method, path)
        if route.method == "POST" and from_elsewhere(headers):
            raise Problem(403, "from_elsewhere", "another site sent this")
        _allowed(route, names, caller)
        if route.method == "POST" and self._ledgers.only_reads:
            raise Problem(403, "never_posted_to", "an archive or a bundle is served here, which is only read")
        fields = query_of(str(environ.get("QUERY_STRING", "")), once=True)
        call = Call(
            ledger=self._ledgers.of(caller.token),
            actor=caller.actor,
            access_to=caller.access_to,
            names=names,
            query=_query(route, fields),
            fields=fields,
            accept=_form(headers.get("accept", ""), route),
            is_gone=environ.get(GONE, bool),
        )
        if route.method != "POST":
            return route.handle(call)
        with bodies.received(environ, (JSON,) if route.body is not None else route.takes) as (kind, content):
            return route.handle(_with_body(route, call, kind, content))

    def _caller(self, headers: Mapping[str, str]) -> Caller:
        if self._tokens is None:
            return Caller(token=None, actor=self._actor)
        token = self._tokens.shown(headers.get("authorization", ""))
        if token is None:
            raise Problem(401, "token", "show a token", headers=(("WWW-Authenticate", "Bearer"),))
        return Caller(token=token, actor=token.actor)


def _allowed(route: Route, names: Mapping[str, str], caller: Caller) -> None:
    """Refuse what a caller may not do; of a deal that is nothing to them not even whether there is one is said."""
    if route.access is None:
        return
    access: AccessTo = caller.access_to
    held = access(names["deal"])
    if held is None:
        raise Problem(403, "other_deal", "this token is not for that deal")
    if route.access is Access.SERVICER and held is not Access.SERVICER:
        raise Problem(403, "only_reads", "this token only reads that deal")


@cache
def _kinds(query: type[msgspec.Struct]) -> dict[str, type]:
    """Return of each name of a query whether it is a number, a flag, a date or a text."""
    found: dict[str, type] = {}
    hints = typing.get_type_hints(query)
    for field in msgspec.structs.fields(query):
        hint = hints[field.name]
        options = typing.get_args(hint) or (hint,)
        found[field.encode_name] = next(item for item in options if item is not type(None))
    return found


def _query(route: Route, fields: Mapping[str, str]) -> msgspec.Struct:
    """Return a query as the type of its route; each value has one spelling."""
    kinds = _kinds(route.query)
    given: dict[str, object] = {}
    for name, text in fields.items():
        kind = kinds.get(name)
        if kind is None:
            known = ", ".join(kinds) or "nothing"
            raise Problem(400, "unknown_field", f"this address is asked for {known}, and not for {name[:80]!r}")
        if kind is int and not _WHOLE.fullmatch(text):
            raise Problem(400, "not_a_number", f"{name} is a whole number")
        if kind is bool and text not in _FLAGS:
            raise Problem(400, "not_a_flag", f"{name} is true or false")
        given[name] = date_named(text, name) if kind is dt.date else int(text) if kind is int else text
        if kind is bool:
            given[name] = _FLAGS[text]
    try:
        return msgspec.convert(given, route.query)
    except msgspec.ValidationError as fault:
        raise Problem(400, "bad_query", str(fault)) from None


def _form(accept: str, route: Route) -> str:
    """Return what a caller is given of what a route gives: the first that is accepted, else the first."""
    wanted = [item.partition(";")[0].strip().lower() for item in accept.split(",")]
    return next((kind for kind in wanted if kind in route.gives), route.gives[0])


def _with_body(route: Route, call: Call, kind: str, content: bytes) -> Call:
    if route.body is not None:
        return attrs.evolve(call, said=bodies.typed(bodies.object_in(content), route.body))
    if kind == ARROW:
        return attrs.evolve(call, tables=(bodies.table_in(content, call.fields.get("type", "")),))
    if call.fields.get("type"):
        raise Problem(400, "unknown_field", f"type is of {ARROW}; every other event says its own")
    return attrs.evolve(call, events=bodies.events_in(kind, content, call.deal))


def check_actor(actor: str) -> str:
    """Return the name of an actor; raises :class:`~ledger.errors.InvalidArgument` for one that no envelope takes."""
    from ledger.values.envelope import Envelope

    return Envelope(actor=actor).actor


__all__ = ["DOCUMENT", "ROUTES", "Caller", "Service", "check_actor"]
