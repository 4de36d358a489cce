"""Tokens: who may do what with which deal, kept as the SHA-256 of a word that only its holder has.

A file of tokens is made by ``ledger token add``. Each token names its *actor*, who then stands in the envelope of
whatever is posted by it; the deals that it may post to as servicer, or read as auditor; and, where the ledger has
logins, the address with the login that everything of it is asked by.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock

import attrs
import msgspec

from ledger.errors import InvalidArgument
from ledger.files import written_whole
from ledger.store.database.access import EVERY_DEAL, Access
from ledger.values.envelope import Envelope
from ledger.values.identifiers import identifier
from ledger.values.money import BadValue

LEAST_TOKEN = 20
"""Characters of a token at least; those that are made here have 43."""

_MOST_BYTES = 4 * 1024 * 1024
_NAME_DIGITS = 12


class Token(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A token by its SHA-256, with its actor, its deals, and the address that it is asked by (empty: the service's)."""

    sha256: str
    actor: str
    servicer: tuple[str, ...] = ()
    auditor: tuple[str, ...] = ()
    url: str = ""

    @property
    def name(self) -> str:
        """What it is called where it is listed or taken away: how its SHA-256 begins."""
        return self.sha256[:_NAME_DIGITS]

    def access_to(self, deal: str) -> Access | None:
        """Return what it may do with a deal; what names the deal goes before what is of every deal."""
        for name in (deal, EVERY_DEAL):
            if name in self.servicer:
                return Access.SERVICER
            if name in self.auditor:
                return Access.AUDITOR
        return None


class _File(msgspec.Struct, forbid_unknown_fields=True):
    tokens: list[Token]


@attrs.frozen(kw_only=True)
class Made:
    """A token that was made: the word itself, which is kept nowhere, and what is kept of it."""

    word: str
    token: Token


def new_token(actor: str, *, servicer: Sequence[str] = (), auditor: Sequence[str] = (), url: str = "") -> Made:
    """Make a token; raises :class:`~ledger.errors.InvalidArgument` for one that names nobody or no deal."""
    word = secrets.token_urlsafe(32)
    token = Token(sha256=_digest(word), actor=actor, servicer=tuple(servicer), auditor=tuple(auditor), url=url)
    _check(token)
    return Made(word=word, token=token)


def tokens_in(file: Path) -> tuple[Token, ...]:
    """Return the tokens of a file.

    Raises :class:`~ledger.errors.InvalidArgument` for a file that others than its owner may read, and for one that is
    no file of tokens.
    """
    try:
        with file.open("rb") as opened:
            content, mode = opened.read(_MOST_BYTES + 1), os.fstat(opened.fileno()).st_mode
    except OSError as fault:
        told = f"the file of tokens {file} cannot be read: {fault.strerror or fault}"
        raise InvalidArgument("token_file", "unreadable", told) from None
    if os.name == "posix" and mode & 0o077:
        raise InvalidArgument("token_file", "readable_by_others", f"others may read {file}; run: chmod 600 {file}")
    try:
        found = msgspec.json.decode(content, type=_File).tokens
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        # What it holds is not quoted: it may be a secret in the wrong place.
        told = f"{file} is no file of tokens; ledger token add makes one (what replay serve reads is another)"
        raise InvalidArgument("token_file", "not_tokens", told) from None
    for token in found:
        _check(token)
    if len({token.sha256 for token in found}) < len(found):
        raise InvalidArgument("token_file", "duplicate", f"{file} holds a token twice; which of them counts?")
    return tuple(found)


def write_tokens(file: Path, tokens: Iterable[Token]) -> None:
    """Write a file of tokens, whole or not at all, that its owner alone may read."""
    listed = sorted(tokens, key=lambda token: (token.actor, token.sha256))
    content = msgspec.json.format(msgspec.json.encode(_File(tokens=listed)), indent=1)
    with written_whole(file, replace=True) as partial:
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as opened:
            opened.write(content + b"\n")


@contextmanager
def changing(file: Path) -> Iterator[None]:
    """Keep others from changing a file of tokens until what was read of it is written, where the system has such locks.

    The directory is locked, for the file itself is another one after each change.
    """
    try:
        import fcntl

        handle = os.open(file.parent, os.O_RDONLY)
    except (ImportError, OSError):
        # Where there is no such directory, writing says so.
        yield
        return
    try:
        # Some file systems of other machines lock no directory.
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


class KnownTokens:
    """The tokens of a file as it is now: one that is added or taken away counts from the next request on.

    Of a file that cannot be read any more no token counts.
    """

    def __init__(self, file: Path) -> None:
        self._file, self._lock = file, Lock()
        self._seen = _stamp(file)
        self._tokens = tokens_in(file)

    @property
    def tokens(self) -> tuple[Token, ...]:
        """All of them."""
        with self._lock:
            seen = _stamp(self._file)
            if seen != self._seen:
                try:
                    self._tokens = tokens_in(self._file)
                except InvalidArgument:
                    self._tokens = ()
                self._seen = seen
            return self._tokens

    def shown(self, authorization: str) -> Token | None:
        """Return the token that a header shows; all are compared, in a time that says nothing of any."""
        kind, _, word = authorization.partition(" ")
        word = word.strip()
        if kind.lower() != "bearer" or len(word) < LEAST_TOKEN:
            return None
        digest = _digest(word)
        found: Token | None = None
        for token in self.tokens:
            if hmac.compare_digest(token.sha256, digest):
                found = token
        return found


def _stamp(file: Path) -> tuple[int, ...]:
    try:
        found = file.stat()
    except OSError:
        return ()
    return (found.st_mtime_ns, found.st_ino, found.st_size, found.st_mode)


def _digest(word: str) -> str:
    return hashlib.sha256(word.encode("utf-8", "surrogatepass")).hexdigest()


def _check(token: Token) -> None:
    """Refuse a token that is of nobody or of nothing; raises :class:`~ledger.errors.InvalidArgument`."""
    if len(token.sha256) != 64 or set(token.sha256) - set("0123456789abcdef"):
        raise InvalidArgument(
            "sha256", "not_a_digest", "a token is kept as its SHA-256, in 64 small hexadecimal digits"
        )
    Envelope(actor=token.actor)
    if not token.actor:
        raise InvalidArgument("actor", "missing", "a token is somebody's: name who posts or reads by it")
    if not token.servicer and not token.auditor:
        raise InvalidArgument("deal", "missing", "a token is for some deal: give --servicer or --auditor")
    for deal in (*token.servicer, *token.auditor):
        if deal != EVERY_DEAL:
            try:
                identifier(deal)
            except BadValue as fault:
                raise InvalidArgument("deal", "not_a_deal", str(fault)) from None
    twice = set(token.servicer) & set(token.auditor)
    if twice:
        told = f"{min(twice)} is to be served and only read; a servicer reads as well"
        raise InvalidArgument("deal", "both", told)


__all__ = ["KnownTokens", "Made", "Token", "changing", "new_token", "tokens_in", "write_tokens"]
