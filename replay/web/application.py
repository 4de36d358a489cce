"""The pages as a WSGI application: one request in, one answer out, and nothing written to any ledger."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from ledger import InvalidArgument, LedgerError, NoDistribution, ReplayGap, StoreUnavailable, UnknownDeal
from ledger.http.asking import Problem, from_elsewhere, named_headers, path_of, query_of
from ledger.reports import visible
from replay.web.answer import Sent, Shown, as_sent
from replay.web.desk import ReadersDesk
from replay.web.guard import COOKIE, HEADERS, SESSION_SECONDS, Guard
from replay.web.markup import Html, joined, linked, paragraph, safe
from replay.web.request import FORMS, MOST_UPLOADED, Request
from replay.web.routes import answered, takes_uploads
from replay.web.style import STYLE_ADDRESS, STYLE_BYTES

_MOST_LOGIN = 4_096
_LOGIN = ("login",)
_LONGEST_MESSAGE = 1_000

StartResponse = Callable[[str, list[tuple[str, str]]], object]


class Application:
    """Answers the readers of one ledger, each at the desk of the login that its token names."""

    def __init__(
        self, desk: ReadersDesk, *, guard: Guard | None = None, desks: Mapping[str, ReadersDesk] | None = None
    ) -> None:
        self._desk, self._desks = desk, dict(desks or {})
        self._guard = guard or Guard()

    def __call__(self, environ: Mapping[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request, whatever happens."""
        method = str(environ.get("REQUEST_METHOD", ""))
        accept = str(environ.get("HTTP_ACCEPT", ""))
        try:
            sent = self._sent(method, environ)
        except Exception as fault:
            problem = _problem(fault)
            if problem.status == HTTPStatus.INTERNAL_SERVER_ERROR:
                print(f"replay serve: {type(fault).__name__}: {visible(str(fault))[:500]}", file=environ["wsgi.errors"])
            as_json = accept.startswith(FORMS["json"]) or "format=json" in str(environ.get("QUERY_STRING", ""))
            sent = _refused(problem, as_json=as_json)
        status = HTTPStatus(sent.status)
        start_response(f"{status.value} {status.phrase}", _headers(sent))
        return [] if method == "HEAD" else [sent.content]

    def _sent(self, method: str, environ: Mapping[str, Any]) -> Sent:
        headers = named_headers(environ)
        if not self._guard.answers_to(headers.get("host", "")):
            raise Problem(421, "other_host", "this server answers to localhost and 127.0.0.1 alone")
        path = path_of(environ)
        _check_method(method, path, headers)
        if path == (STYLE_ADDRESS,):
            kept = (("Cache-Control", "public, max-age=31536000, immutable"),)
            return Sent(content=STYLE_BYTES, kind="text/css; charset=utf-8", headers=kept)
        if path == _LOGIN:
            return self._login(method, environ)
        desk = self._desk
        if not self._guard.is_open:
            door = self._guard.door_of(headers)
            if door is None:
                raise Problem(401, "token", "show a token", headers=(("WWW-Authenticate", "Bearer"),))
            desk = desk if door.url is None else self._desks[door.url]
        request = Request(
            method=method,
            path=path,
            query=query_of(str(environ.get("QUERY_STRING", ""))),
            headers=headers,
            content_type=str(environ.get("CONTENT_TYPE", "")),
            body=_body(environ, MOST_UPLOADED) if method == "POST" else b"",
        )
        form = request.form
        return as_sent(answered(desk, request), form)

    def _login(self, method: str, environ: Mapping[str, Any]) -> Sent:
        if self._guard.is_open:
            return _moved("/")
        if method != "POST":
            return as_sent(_login_page(), "html")
        fields = parse_qs(_body(environ, _MOST_LOGIN).decode("utf-8", "replace"), max_num_fields=5)
        door = self._guard.by_token(fields.get("token", [""])[0].strip())
        if door is None:
            return as_sent(_login_page("That token is not known here."), "html")
        name = self._guard.begin_session(door)
        cookie = f"{COOKIE}={name}; Path=/; Max-Age={SESSION_SECONDS}; HttpOnly; SameSite=Strict"
        secure = "; Secure" if environ.get("wsgi.url_scheme") == "https" else ""
        return _moved("/", (("Set-Cookie", cookie + secure),))


def _check_method(method: str, path: tuple[str, ...], headers: Mapping[str, str]) -> None:
    posted = path == _LOGIN or takes_uploads(path)
    if method not in (("GET", "HEAD", "POST") if posted else ("GET", "HEAD")):
        allowed = "GET, HEAD, POST" if posted else "GET, HEAD"
        raise Problem(405, "read_only", "nothing is written here; pages are only read", headers=(("Allow", allowed),))
    if method == "POST" and from_elsewhere(headers):
        raise Problem(403, "from_elsewhere", "another site sent this; go to the page here and send it from there")


def _body(environ: Mapping[str, Any], most: int) -> bytes:
    given = str(environ.get("CONTENT_LENGTH") or "")
    if not (given.isascii() and given.isdigit()) or len(given) > 12:
        raise Problem(411, "no_length", "say how long what you send is (Content-Length)")
    if int(given) > most:
        raise Problem(413, "too_large", f"what was sent is larger than {most:,} bytes, the most that are taken in")
    content = environ["wsgi.input"].read(int(given))
    if len(content) < int(given):
        raise Problem(400, "cut_short", "what was sent is shorter than it was said to be; send it again")
    return bytes(content)


def _problem(fault: Exception) -> Problem:
    """Return what a reader is told of a fault: the ledger's own words, and of anything unforeseen none."""
    match fault:
        case Problem():
            return fault
        case UnknownDeal() | NoDistribution():
            return Problem(404, "not_found", str(fault))
        case InvalidArgument():
            return Problem(400, fault.code, str(fault))
        case ReplayGap():
            return Problem(409, "fact_missing", str(fault))
        case StoreUnavailable():
            return Problem(503, "store_unavailable", "the database cannot be reached just now; try again in a minute")
        case LedgerError():
            return Problem(500, "ledger", "the ledger could not be read; the server's log says why")
    return Problem(500, "unforeseen", "the page could not be made; the server's log says why")


def _refused(problem: Problem, *, as_json: bool) -> Sent:
    message = problem.message[:_LONGEST_MESSAGE]
    if as_json:
        told_of = {"error": {"status": problem.status, "code": problem.code, "message": visible(message)}}
        content = json.dumps(told_of, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        return Sent(content=content, kind=FORMS["json"], status=problem.status, headers=problem.headers)
    if problem.status == HTTPStatus.UNAUTHORIZED:
        sent = as_sent(_login_page(status=problem.status), "html")
        return Sent(content=sent.content, kind=sent.kind, status=sent.status, headers=problem.headers)
    body = joined((paragraph(message), Html(f"<p>{linked('/', 'To the deals')}</p>")))
    made = as_sent(Shown(title=_heading(problem.status), body=body, status=problem.status), "html")
    return Sent(content=made.content, kind=made.kind, status=made.status, headers=problem.headers)


def _heading(status: int) -> str:
    return {404: "Not found", 405: "Not allowed", 503: "Not now"}.get(status, HTTPStatus(status).phrase.capitalize())


def _login_page(said: str = "", status: int = 200) -> Shown:
    form = Html(
        '<form method="post" action="/login"><label>Token<input type="password" name="token" required size="50" '
        'autocomplete="current-password" maxlength="500"></label><button>Read</button></form>'
    )
    parts = (paragraph(said), form) if said else (form,)
    note = Html(f'<p class="note">{safe("Programs send it as: Authorization: Bearer TOKEN")}</p>')
    return Shown(title="Show a token to read", body=joined((*parts, note)), status=403 if said else status)


def _moved(where: str, headers: tuple[tuple[str, str], ...] = ()) -> Sent:
    return Sent(content=b"", kind=FORMS["text"], status=303, headers=(("Location", where), *headers))


def _headers(sent: Sent) -> list[tuple[str, str]]:
    given = [("Content-Type", sent.kind), ("Content-Length", str(len(sent.content))), *HEADERS, *sent.headers]
    if not any(name == "Cache-Control" for name, _ in sent.headers):
        given.append(("Cache-Control", "no-store"))
    if sent.filename:
        given.append(("Content-Disposition", f'attachment; filename="{sent.filename}"'))
    return given


__all__ = ["Application"]
