"""The envelope of a batch: who posted it, who approved it, and from which source document."""

from __future__ import annotations

import re
from typing import Any

import attrs

from ledger.errors import InvalidArgument

LONGEST_WORD = 200
"""Characters of a text in an envelope at most."""

_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


def _is_word(_: object, field: attrs.Attribute[Any], value: object) -> None:
    if not isinstance(value, str):
        raise InvalidArgument(field.name, "not_text", f"must be text, not {type(value).__name__}")
    if len(value) > LONGEST_WORD:
        message = f"has at most {LONGEST_WORD} characters; this one has {len(value)}"
        raise InvalidArgument(field.name, "too_long", message)
    if not value.isprintable() or value != value.strip():
        message = f"must be printable, on one line and without blanks around it, not {value!a}"
        raise InvalidArgument(field.name, "not_printable", message)


def _is_name(_: object, field: attrs.Attribute[Any], value: str) -> None:
    if "/" in value or "\\" in value:
        message = f"is the name of a document without the path to it, not {value!a}"
        raise InvalidArgument(field.name, "not_a_name", message)


def _is_digest(envelope: Envelope, field: attrs.Attribute[Any], value: str) -> None:
    if value and not _SHA256.fullmatch(value):
        message = f"must be a SHA-256 in 64 lower-case hexadecimal digits, not {value!a}"
        raise InvalidArgument(field.name, "not_a_digest", message)
    if value and not envelope.document:
        raise InvalidArgument("document", "missing", "a digest is of a document; name the document too")


@attrs.frozen(kw_only=True)
class Envelope:
    """Who posts a batch, who approved it, and the document that it was made from; what is not known is left empty.

    ``actor`` and ``approver`` are *stated*: they are the word of whoever posts. Every text is printable and has at most
    200 characters; ``document`` is a name without a path, ``document_sha256`` the document's SHA-256 in 64 lower-case
    hexadecimal digits. Raises :class:`~ledger.errors.InvalidArgument` naming the field for anything else.
    """

    actor: str = attrs.field(default="", validator=_is_word)
    approver: str = attrs.field(default="", validator=_is_word)
    document: str = attrs.field(default="", validator=[_is_word, _is_name])
    document_sha256: str = attrs.field(default="", validator=[_is_word, _is_digest])

    def __bool__(self) -> bool:
        """Say whether the envelope says anything."""
        return bool(self.actor or self.approver or self.document)


__all__ = ["LONGEST_WORD", "Envelope"]
