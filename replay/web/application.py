"""The pages as a WSGI application: one request in, one answer out, and nothing written to any ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from ledger import UnknownDeal
from ledger.http.asking import Problem, from_elsewhere, named_headers, path_of, query_of
from ledger.http.bodies import bytes_sent
from ledger.reports import visible
from replay.web.answer import Sent, Shown, as_sent
from replay.web.desk import ReadersDesk
from replay.web.document import DOCUMENT, pages_document
from replay.web.guard import COOKIE, HEADERS, SESSION_SECONDS, Guard
from replay.web.markup import Html, joined, paragraph, safe
from replay.web.refusals import problem_of, refusal_sent, refused_page
from replay.web.request import FORMS, MOST_UPLOADED, Request
from replay.web.routes import answered, takes_uploads
from replay.web.style import STYLE_ADDRESS, STYLE_BYTES

_MOST_LOGIN = 4_096
_MOST_FIELDS = 5
_LOGIN = ("login",)

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
        try:
            sent = self._sent(method, environ)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as fault:  # The panic of a library in another language is no Exception.
            problem = problem_of(fault)
            if problem.status == HTTPStatus.INTERNAL_SERVER_ERROR:
                print(f"replay serve: {type(fault).__name__}: {visible(str(fault))[:500]}", file=environ["wsgi.errors"])
            sent = _refused(problem, fault, environ)
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
        if path == DOCUMENT:
            return Sent(content=pages_document(), kind=FORMS["json"])
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
            query=query_of(str(environ.get("QUERY_STRING", "")), once=True),
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
        door = self._guard.by_token(_shown_token(_body(environ, _MOST_LOGIN)))
        if door is None:
            return as_sent(_login_page("That token is not known here."), "html")
        name = self._guard.begin_session(door)
        cookie = f"{COOKIE}={name}; Path=/; Max-Age={SESSION_SECONDS}; HttpOnly; SameSite=Strict"
        secure = "; Secure" if environ.get("wsgi.url_scheme") == "https" else ""
        return _moved("/", (("Set-Cookie", cookie + secure),))


def _shown_token(form: bytes) -> str:
    try:
        fields = parse_qs(form.decode("utf-8", "replace"), max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise Problem(400, "bad_form", "the form cannot be read; send a token and nothing else") from None
    return fields.get("token", [""])[0].strip()


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
    return bytes_sent(environ["wsgi.input"], int(given))


def _refused(problem: Problem, fault: BaseException, environ: Mapping[str, Any]) -> Sent:
    told = refusal_sent(problem, _form(environ))
    if told is not None:
        return told
    if problem.status == HTTPStatus.UNAUTHORIZED:
        sent = as_sent(_login_page(status=problem.status), "html")
        return Sent(content=sent.content, kind=sent.kind, status=sent.status, headers=problem.headers)
    try:
        path = path_of(environ)
    except Problem:  # The address itself is what cannot be read.
        path = ()
    return refused_page(problem, path, known_deal=not isinstance(fault, UnknownDeal))


def _form(environ: Mapping[str, Any]) -> str:
    """Return the format that a refusal is told in: the one that was asked for, as far as that can be read."""
    try:
        query = query_of(str(environ.get("QUERY_STRING", "")))
        return Request(method="GET", path=(), query=query, headers=named_headers(environ)).form
    except Problem:
        return "html"


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
