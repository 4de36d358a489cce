"""Identifiers: what a deal, an event, a loan, a group or a class may be called."""

from __future__ import annotations

import re

from ledger.values.money import BadValue
from ledger.visible import quoted

LONGEST = 120
PLAIN_IDENTIFIER = r"[A-Za-z0-9][A-Za-z0-9._:/#+()\-]*(?: [A-Za-z0-9._:/#+()\-]+)*"
"""What an identifier consists of, as a pattern."""

_IDENTIFIER = re.compile(PLAIN_IDENTIFIER)


def identifier(value: object) -> str:
    """Return the identifier unchanged, or raise :class:`~ledger.values.money.BadValue` with the rule it breaks.

    Letters, digits, ``. _ : / # + ( ) -`` and single inner spaces, at most 120 characters, starting with a letter
    or a digit: what survives file names, URLs, CSV and a terminal.
    """
    if not isinstance(value, str):
        raise BadValue("not_an_identifier", f"an identifier must be a string, not {type(value).__name__}")
    if not value:
        raise BadValue("missing", "an identifier must not be empty")
    if len(value) > LONGEST:
        raise BadValue("too_long", f"an identifier has at most {LONGEST} characters; this one has {len(value)}")
    if not _IDENTIFIER.fullmatch(value):
        raise BadValue(
            "not_an_identifier", f"{quoted(value)} is not an identifier (letters, digits and . _ : / # + ( ) -)"
        )
    return value
