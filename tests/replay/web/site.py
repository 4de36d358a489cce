"""A reader of the pages without a socket between: requests as a server hands them to a WSGI application."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote

import attrs

from ledger import Ledger
from ledger.http.asking import RAW_PATH
from ledger.http.server import WSGIApplication
from replay.web.application import Application
from replay.web.desk import ReadersDesk
from replay.web.guard import Guard
from tests.results.pages import check_page


class _Read(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes.update(name for name, _ in attrs)
        self.links.extend(value for name, value in attrs if name == "href" and value)

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@attrs.frozen(kw_only=True)
class Got:
    """An answer: its status, headers by their names in small letters, and its bytes."""

    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def text(self) -> str:
        """The answer as it was sent."""
        return self.content.decode()

    @property
    def json(self) -> Any:
        """The answer as JSON."""
        return json.loads(self.content)

    def read(self) -> _Read:
        """Return the answer as a browser reads it: its elements, its links, its text."""
        found = _Read()
        found.feed(self.text)
        return found

    @property
    def links(self) -> list[str]:
        """The links of the page."""
        return self.read().links

    @property
    def seen(self) -> str:
        """What a reader sees of the page."""
        return " ".join("".join(self.read().text).split())


class Site:
    """Asks an application; what its pages give as JSON is held to its schema, unless that is what is to be made."""

    def __init__(self, application: WSGIApplication, deal: str = "", *, held: bool = True) -> None:
        self._application, self.deal = application, deal
        self._held = held and isinstance(application, Application)

    def get(self, address: str, **headers: str) -> Got:
        """Read a page."""
        return self.ask("GET", address, headers=headers)

    def of(self, address: str, **headers: str) -> Got:
        """Read a page of the deal."""
        return self.get(f"/deals/{self.deal}{address}", **headers)

    def ask(
        self,
        method: str,
        address: str,
        body: bytes = b"",
        *,
        kind: str = "",
        host: str = "localhost:8000",
        length: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Got:
        """Send a request; names of headers have underscores."""
        path, _, query = address.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "PATH_INFO": unquote(path, "latin-1"),
            "QUERY_STRING": query,
            "CONTENT_TYPE": kind,
            "HTTP_HOST": host,
            RAW_PATH: path,
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            **{f"HTTP_{name.upper()}": value for name, value in (headers or {}).items()},
        }
        if method == "POST":
            environ["CONTENT_LENGTH"] = str(len(body)) if length is None else length
        said: list[Any] = []

        def start(status: str, given: Iterable[tuple[str, str]]) -> None:
            said.append((int(status.split(maxsplit=1)[0]), {name.lower(): value for name, value in given}))

        content = b"".join(self._application(environ, start))
        if self._held:
            check_page(address, said[0][1].get("content-type", ""), content)
        return Got(status=said[0][0], headers=said[0][1], content=content)


def site_of(ledger: Ledger, deal: str = "", guard: Guard | None = None) -> Site:
    """Return the pages of a ledger."""
    return Site(Application(ReadersDesk(ledger), guard=guard), deal)


def form_with(content: bytes, name: str = "statement") -> tuple[bytes, str]:
    """Return a file as a browser's form sends it, with what the body is."""
    head = f'--cut\r\nContent-Disposition: form-data; name="{name}"; filename="a.txt"\r\n\r\n'.encode()
    return head + content + b"\r\n--cut--\r\n", "multipart/form-data; boundary=cut"
