"""Who may read, and what a browser may do with a page.

On loopback only names of this machine are answered to, so that no page from elsewhere reads by a name that it lets
point here. Elsewhere a token is demanded; what is kept of a token is its SHA-256, and a browser that has shown one is
given a session of its own in its place.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from threading import Lock

import attrs

from ledger import InvalidArgument
from ledger.http.asking import LOOPBACK, host_named

COOKIE = "indenture"
SESSION_SECONDS = 12 * 3600
MOST_SESSIONS = 1_000
_LEAST_TOKEN = 20

HEADERS = (
    (
        "Content-Security-Policy",
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'",
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
)
"""What every answer says to a browser."""

_OWN_FORM = "here each line is the SHA-256 of a token"
_LINE = re.compile(r"([0-9a-f]{64})(?:\s+(\S+))?")


@attrs.frozen(kw_only=True)
class Door:
    """A token by its SHA-256, and the address, with its login, that whoever shows it reads by (None: the server's)."""

    digest: str
    url: str | None = None

    @property
    def name(self) -> str:
        """What it is called where it is refused: how its SHA-256 begins."""
        return self.digest[:12]


def doors_in(file: Path) -> tuple[Door, ...]:
    """Return the tokens of a file: on each line the SHA-256 of one, and the address that it reads by where it has one.

    Empty lines and those that begin with ``#`` are passed over. Raises :class:`ledger.InvalidArgument` for a file that
    others than its owner may read, for any other line, and for a file without a token.
    """
    try:
        content, mode = file.read_text(encoding="utf-8"), file.stat().st_mode
    except (OSError, UnicodeDecodeError) as fault:
        raise InvalidArgument("token_file", "unreadable", _unread(file, fault)) from fault
    if mode & 0o077:
        raise InvalidArgument("token_file", "readable_by_others", f"others may read {file}; run: chmod 600 {file}")
    found: list[Door] = []
    for number, line in enumerate(content.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.fullmatch(line.strip())
        if match is None:
            if content.lstrip().startswith("{"):
                message = f"{file} is a file of ledger token, which ledger serve reads; {_OWN_FORM}"
                raise InvalidArgument("token_file", "other_tokens", message)
            message = f"line {number} of {file} is no SHA-256 in 64 small hexadecimal digits with an address or without"
            raise InvalidArgument("token_file", "not_a_digest", message)
        found.append(Door(digest=match[1], url=match[2]))
    if not found:
        raise InvalidArgument("token_file", "no_token", f"{file} holds no token")
    return tuple(found)


def _unread(file: Path, fault: Exception) -> str:
    why = (fault.strerror if isinstance(fault, OSError) else None) or fault
    return f"the file of tokens {file} cannot be read: {why}"


class Guard:
    """Lets readers in: by a token or a session where there are tokens, by the name of the host on loopback."""

    def __init__(self, doors: Iterable[Door] = (), *, only_hosts: frozenset[str] | None = LOOPBACK) -> None:
        self._doors = tuple(doors)
        self._only_hosts = only_hosts
        self._sessions: OrderedDict[str, tuple[float, Door]] = OrderedDict()
        self._lock = Lock()

    @property
    def is_open(self) -> bool:
        """Whether no token is demanded."""
        return not self._doors

    def answers_to(self, host: str) -> bool:
        """Say whether a request that names this host is answered."""
        return self._only_hosts is None or host_named(host) in self._only_hosts

    def door_of(self, headers: Mapping[str, str]) -> Door | None:
        """Return whose token or session a request shows; None where it shows none that is good."""
        kind, _, token = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return self.by_token(token.strip())
        try:
            morsel = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
        except CookieError:
            return None
        return None if morsel is None else self._by_session(morsel.value)

    def by_token(self, token: str) -> Door | None:
        """Return the door that a token opens; every token is compared, in a time that says nothing of it."""
        if len(token) < _LEAST_TOKEN:
            return None
        digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
        found: Door | None = None
        for door in self._doors:
            if hmac.compare_digest(door.digest, digest):
                found = door
        return found

    def begin_session(self, door: Door) -> str:
        """Return the name of a new session of whoever opened a door; of very many the oldest end."""
        name = secrets.token_urlsafe(32)
        with self._lock:
            self._sessions[_kept_as(name)] = (time.monotonic() + SESSION_SECONDS, door)
            while len(self._sessions) > MOST_SESSIONS:
                self._sessions.popitem(last=False)
        return name

    def _by_session(self, name: str) -> Door | None:
        with self._lock:
            until, door = self._sessions.get(_kept_as(name), (0.0, None))
        return door if until > time.monotonic() else None


def _kept_as(name: str) -> str:
    """Return what is kept of a session's name, so that looking it up says nothing of the name."""
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()


__all__ = ["COOKIE", "HEADERS", "SESSION_SECONDS", "Door", "Guard", "doors_in"]
