"""The envelope of a batch as it is stored: a row beside the events, whose digest enters their chain.

What the digest covers are the row's words: the range of events, the login, and what was stated. When the batch was
recorded is covered by the links of its events, which carry the same moment.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import NamedTuple, Self

from ledger.values.envelope import Envelope


class StoredBatch(NamedTuple):
    """One envelope as stored: of the events ``first_sequence`` to ``through_sequence``, recorded in one batch.

    ``recorded_at`` is in microseconds since 1970. ``login`` is the database's own word for who was connected, empty on
    an embedded ledger, which knows nobody; ``actor`` and ``approver`` are stated. What is not known is empty.
    """

    first_sequence: int
    through_sequence: int
    recorded_at: int
    login: str
    actor: str
    approver: str
    document: str
    document_sha256: str
    digest: bytes

    @classmethod
    def of(
        cls, envelope: Envelope | None, *, first_sequence: int, through_sequence: int, recorded_at: int, login: str
    ) -> Self | None:
        """Return what is stored of a batch under an envelope, if it has one; None where there is nothing to say."""
        told = envelope or Envelope()
        if not (told or login):
            return None
        stated = (told.actor, told.approver, told.document, told.document_sha256)
        bare = cls(first_sequence, through_sequence, recorded_at, login, *stated, b"")
        return bare._replace(digest=bare.digest_of_words())

    def words(self) -> bytes:
        """Return what the digest covers as canonical JSON: keys sorted, no blanks, in UTF-8."""
        words = self._asdict()
        del words["recorded_at"], words["digest"]
        return json.dumps(words, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

    def digest_of_words(self) -> bytes:
        """Return the SHA-256 of the words, 32 bytes."""
        return sha256(self.words()).digest()

    def to_line(self) -> bytes:
        """Return the row as one line of JSON, columns in their order, the digest in hexadecimal digits."""
        fields = self._asdict() | {"digest": bytes(self.digest).hex()}
        return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"

    @classmethod
    def of_line(cls, line: bytes) -> Self:
        """Return the row in a line; raises ValueError for any line that :meth:`to_line` cannot have written."""
        try:
            fields = json.loads(line)
            if not isinstance(fields, dict) or tuple(fields) != cls._fields:
                raise ValueError("it has not the columns of an envelope")
            found = cls(**{**fields, "digest": bytes.fromhex(fields["digest"])})
            if found.to_line() != line:
                raise ValueError("it is not the one way to write this envelope")
        except (ValueError, TypeError, RecursionError) as fault:
            raise ValueError(f"the line cannot be read: {fault}") from fault
        return found


__all__ = ["StoredBatch"]
