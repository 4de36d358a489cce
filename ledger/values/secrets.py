"""Addresses as messages may show them: without a password, a key or a token, wherever in the address it stands."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ledger.visible import fit

_TAIL = "?tail="
_HIDDEN = "***"
_LONGEST = 500
_SHORTEST = 3
"""Characters from which on a secret is sought in what others say; fewer stand in every message by chance."""

_SETTINGS = frozenset(
    {
        "application_name",
        "cache",
        "channel_binding",
        "charset",
        "client_encoding",
        "connect_timeout",
        "dbname",
        "gssencmode",
        "host",
        "hostaddr",
        "immutable",
        "keepalives",
        "keepalives_idle",
        "keepalives_interval",
        "load_balance_hosts",
        "mode",
        "nolock",
        "port",
        "sslmode",
        "sslrootcert",
        "ssl_min_protocol_version",
        "target_session_attrs",
        "timeout",
        "tcp_user_timeout",
        "uri",
        "user",
        "vfs",
    }
)
"""Settings in an address whose values are shown; of any other only the name is."""


def shown_address(address: object) -> str:
    """Return an address of a ledger, an archive or a store of objects as a message may show it.

    Passwords are ``***``, and so is every setting that is not known to be harmless. An address that cannot be parsed
    is shown with everything hidden that could be a password.
    """
    given = str(address)
    front, tail, behind = given.partition(_TAIL)
    return fit(_hidden(front), _LONGEST) + (f"{tail}{fit(_hidden(behind), _LONGEST)}" if tail else "")


def _hidden(address: str) -> str:
    scheme, mark, rest = address.partition("://")
    if not mark:
        return address
    name, at, place = rest.rpartition("@")
    user, colon, _ = name.partition(":")
    # Without a host after the slashes there is no user either, and a path may hold any sign.
    if at and colon and not rest.startswith("/"):
        rest = f"{user}:{_HIDDEN}@{place}"
    path, query, settings = rest.partition("?")
    return f"{scheme}{mark}{path}" + (f"{query}{'&'.join(map(_setting, settings.split('&')))}" if query else "")


def _setting(item: str) -> str:
    name, equals, _ = item.partition("=")
    return item if not equals or name.lower() in _SETTINGS else f"{name}={_HIDDEN}"


def is_secret_setting(name: str) -> bool:
    """Say whether the value of a setting in an address may be a secret: of all but a few harmless ones it may."""
    return name.lower() not in _SETTINGS


def without_secrets(message: str, secrets: Iterable[str]) -> str:
    """Return what a driver said without secrets that it was given."""
    for secret in sorted({item for item in secrets if len(item) >= _SHORTEST}, key=len, reverse=True):
        message = message.replace(secret, _HIDDEN)
    return message


_IN_TEXT = re.compile(r"(?<=://)([^\s/?#@:]{0,200}):[^\s@]{1,1000}@", re.ASCII)


def without_passwords(message: str) -> str:
    """Return a text without the passwords of addresses in it: what a message shows that nobody took apart."""
    return _IN_TEXT.sub(rf"\1:{_HIDDEN}@", message)


__all__ = ["is_secret_setting", "shown_address", "without_passwords", "without_secrets"]
