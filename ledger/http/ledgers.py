"""The ledger as each token asks it: on PostgreSQL by the login that the token names, and by no stronger one."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from threading import Lock
from types import TracebackType
from typing import Self

from ledger.errors import InvalidArgument
from ledger.http.tokens import Token
from ledger.service import Ledger
from ledger.store.database.engine import parse_url
from ledger.store.database.event_store import EventStore
from ledger.store.opening import archive_directory, bundle_file
from ledger.values.secrets import shown_address


def is_server(url: str) -> bool:
    """Say whether an address is of a database that has logins."""
    return not only_reads(url) and parse_url(url).get_backend_name() == "postgresql"


def only_reads(url: str) -> bool:
    """Say whether an address is of archives or of a bundle, which are never posted to."""
    return archive_directory(url) is not None or bundle_file(url) is not None


class Ledgers:
    """The ledger at an address, opened once for each login that is asked by."""

    def __init__(self, url: str, tokens: Iterable[Token] | None = None) -> None:
        """Open the ledger for every token, or, with None, for whoever comes.

        Raises :class:`~ledger.errors.InvalidArgument` for a token that names no login where there are logins, one of
        another database, or one that may do more than its token.
        """
        self._url, self._is_server, self.only_reads = url, is_server(url), only_reads(url)
        self._open: dict[str, Ledger] = {}
        self._sound: set[Token] = set()
        self._lock, self._stack = Lock(), ExitStack()
        try:
            for token in tokens or ():
                self.of(token)
            if tokens is None:
                self._opened(url)
        except BaseException:
            self._stack.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def of(self, token: Token | None) -> Ledger:
        """Return the ledger as a token asks it; None is whoever comes where no token is demanded."""
        if token is None:
            return self._opened(self._url)
        with self._lock:
            known = token in self._sound
        if not known:
            self._check(token)
            with self._lock:
                self._sound.add(token)
        return self._opened(token.url or self._url)

    def _opened(self, url: str) -> Ledger:
        with self._lock:
            if url not in self._open:
                self._open[url] = self._stack.enter_context(Ledger.open(url))
            return self._open[url]

    def _check(self, token: Token) -> None:
        if not self._is_server:
            if token.url:
                told = f"the token {token.name} names an address, and {shown_address(self._url)} has no logins"
                raise InvalidArgument("url", "no_logins", told)
            return
        if not token.url:
            told = f"the token {token.name} names no login to ask {shown_address(self._url)} by; add it with --url"
            raise InvalidArgument("url", "missing", told)
        check_login(token.name, token.url, self._url, posts=bool(token.servicer))


def check_login(name: str, url: str, served: str, *, posts: bool) -> None:
    """Refuse the login of a token that is of another database than is served, or may do more than the token.

    ``posts`` says whether the token may post. Raises :class:`~ledger.errors.InvalidArgument`.
    """
    if _place(url) != _place(served):
        told = f"the token {name} names another database than {shown_address(served)}"
        raise InvalidArgument("url", "other_database", told)
    store = EventStore.open(url)
    try:
        found = store.strength()
    finally:
        store.close()
    if found.changes:
        told = f"the token {name} names {found.login}, who could change the log; grant a role of its own"
        raise InvalidArgument("url", "stronger", told)
    if found.posts and not posts:
        told = f"the token {name} only reads, and names {found.login}, who may post; name an auditor's login"
        raise InvalidArgument("url", "stronger", told)


def _place(url: str) -> tuple[object, ...]:
    found = parse_url(url)
    return (found.host, found.port, found.database, found.query.get("host"))


__all__ = ["Ledgers", "check_login", "is_server"]
