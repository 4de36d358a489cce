"""What a reader asks for: a request with its path and query decoded once, in which format, and what is sent with it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

import attrs

from ledger.http.asking import Problem

MOST_UPLOADED = 8 * 1024 * 1024
"""Bytes of a published statement that are taken in."""

MOST_LINES = 100_000
"""Lines of one; the longest that trustees publish have some thousands, and each is looked at in turn."""

FORMS = {
    "html": "text/html; charset=utf-8",
    "json": "application/json",
    "jsonl": "application/jsonl",
    "csv": "text/csv; charset=utf-8",
    "text": "text/plain; charset=utf-8",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""What can be asked for with ``format``, and what it is called in an answer."""

_NUMBER_DIGITS = 18
_SEQUENCE = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)


@attrs.frozen(kw_only=True)
class Request:
    """A request: the segments of its path and its query, each decoded once; headers by their names in small letters."""

    method: str
    path: tuple[str, ...]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    content_type: str = ""
    body: bytes = b""

    @property
    def form(self) -> str:
        """The format that is asked for: by name, or by what the reader says that it accepts; HTML otherwise."""
        named = self.query.get("format", "")
        if named:
            if named not in FORMS:
                raise Problem(400, "unknown_format", f"format is one of {', '.join(FORMS)}")
            return named
        accepted = self.headers.get("accept", "").split(",")[0].partition(";")[0].strip().lower()
        return "json" if accepted == FORMS["json"] else "html"

    def text(self, name: str) -> str:
        """Return a value of the query without the blanks around it; nothing where it is not given."""
        return self.query.get(name, "").strip()

    def number(self, name: str, least: int = 1) -> int | None:
        """Return a whole number of the query; None where it is not given."""
        given = self.text(name)
        if not given:
            return None
        if not (given.isascii() and given.isdigit() and len(given) <= _NUMBER_DIGITS and int(given) >= least):
            raise Problem(400, "not_a_number", f"{name} is a whole number from {least} on")
        return int(given)

    def date(self, name: str) -> dt.date | None:
        """Return a date of the query; None where it is not given."""
        given = self.text(name)
        return date_of(given, name) if given else None


def date_of(text: str, name: str) -> dt.date:
    """Return the date that a text spells as YYYY-MM-DD."""
    try:
        found = dt.date.fromisoformat(text)
    except ValueError:
        found = None
    # A week and its day, or a date without hyphens, are dates to the library as well.
    if found is None or found.isoformat() != text:
        raise Problem(400, "not_a_date", f"{name} is a date such as 2002-09-25")
    return found


def sequence_named(text: str) -> int:
    """Return the sequence that a text spells, as it is written in an address."""
    if not _SEQUENCE.fullmatch(text):
        raise Problem(404, "no_such_event", "an event is named by its sequence in the log")
    return int(text)


def uploaded(request: Request, name: str) -> bytes:
    """Return the bytes of a file in a form, or of the whole body where no form was sent."""
    kind, _, rest = request.content_type.partition(";")
    if kind.strip().lower() != "multipart/form-data":
        return request.body
    for part in rest.split(";"):
        key, _, value = part.strip().partition("=")
        if key.lower() == "boundary" and value:
            return _part(request.body, value.strip('"').encode("latin-1", "replace"), name)
    raise Problem(400, "no_boundary", "the form cannot be read; send the file again")


def _part(body: bytes, boundary: bytes, name: str) -> bytes:
    wanted = f'name="{name}"'.encode()
    for piece in (b"\r\n" + body).split(b"\r\n--" + boundary)[1:]:
        head, parted, content = piece.partition(b"\r\n\r\n")
        if parted and wanted in head.replace(b"; ", b";").replace(b"\r\n", b";").split(b";"):
            return content
    return b""


__all__ = ["FORMS", "MOST_LINES", "MOST_UPLOADED", "Request", "date_of", "sequence_named", "uploaded"]
