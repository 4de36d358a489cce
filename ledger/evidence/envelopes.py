"""Verifying envelopes: each is held to its digest, to the events that it is of, and to their chain.

An envelope's digest goes into the link of the first event of its batch. So a row of ``batches`` that was changed, or
put there afterwards, does not fit the events that it says it is of; and where one is gone, the hash of its first event
fits no more. What was taken out cannot be told from an event that was changed, since nothing is left to compare.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ledger.errors import InvalidArgument
from ledger.evidence.faults import Fault, is_text, shown
from ledger.rules.second_person import People
from ledger.values.envelope import Envelope

if TYPE_CHECKING:
    from ledger.store.batches import StoredBatch

NOBODY = People()
"""Who stands behind an event that has no envelope."""

_CODE = "envelope"
_NUMBERS = ("first_sequence", "through_sequence", "recorded_at")
_WORDS = ("login", "actor", "approver", "document", "document_sha256")
_LARGEST = 2**63 - 1


class EnvelopeCheck:
    """Verifies the envelopes of one deal while its rows pass, one after the other.

    All envelopes are taken in before the first row; of each its range, its moment and its digest are remembered.
    """

    def __init__(self, envelopes: Iterable[StoredBatch]) -> None:
        self._held: dict[int, tuple[int, int, bytes]] = {}
        self._people: dict[int, People] = {}
        self._acting = NOBODY
        self._bad: dict[int, list[Fault]] = {}
        self._within: tuple[int, int, int] = (1, 0, 0)
        last = 0
        for item in envelopes:
            faults = [Fault(_where(item), "", *found) for found in _wrong(item)]
            if not any(fault.code == "wrong_type" for fault in faults):
                first, through = item.first_sequence, item.through_sequence
                if first <= last:
                    faults.append(Fault(first, "", "first_sequence", _CODE, f"an envelope before reaches event {last}"))
                last = max(last, through)
                self._held.setdefault(first, (through, item.recorded_at, bytes(item.digest)))
                self._people.setdefault(first, People(item.login, item.actor, item.approver))
            if faults:
                self._bad.setdefault(_where(item), []).extend(faults)

    @property
    def any(self) -> bool:
        """Whether any envelope, or what is wrong with one, may concern a row that is still to pass."""
        return bool(self._held or self._bad or self._within[1])

    def begun(self, first: int, through: int) -> dict[int, bytes]:
        """Return the digests of the envelopes that begin in a stretch of the log which is still to pass."""
        if not self._held:
            return {}
        return {sequence: self._held[sequence][2] for sequence in range(first, through + 1) if sequence in self._held}

    def begins(self, sequence: int) -> bytes:
        """Return the digest of the envelope that begins with an event which is still to pass; empty where none does."""
        return self._held[sequence][2] if sequence in self._held else b""

    def holds(self, sequence: int) -> bool:
        """Say whether an event stands in the envelope that began last."""
        first, through, _ = self._within
        return first <= sequence <= through

    def check(self, sequence: int, recorded_at: object) -> Iterator[Fault]:
        """Yield what is wrong with the envelope that begins with an event, or that it stands in."""
        if self._bad:
            yield from self._bad.pop(sequence, ())
        if sequence in self._held:
            through, moment, _ = self._held.pop(sequence)
            self._within = (sequence, through, moment)
            self._acting = self._people.pop(sequence, NOBODY)
        if self.holds(sequence) and recorded_at != (moment := self._within[2]):
            message = f"the event was recorded at {shown(recorded_at)}, its envelope says {moment}"
            yield Fault(sequence, "", "recorded_at", _CODE, message)

    def people(self, sequence: int) -> People:
        """Return who stands behind an event that :meth:`check` has passed, as its envelope says; nobody without one."""
        return self._acting if self.holds(sequence) else NOBODY

    def finish(self, last: int) -> Iterator[Fault]:
        """Yield the envelopes of events that there are not; the log ends at ``last``."""
        for _, faults in sorted(self._bad.items()):
            yield from faults
        for first in sorted(self._held):
            message = f"the log ends at event {last} and has no event that this envelope could begin with"
            yield Fault(first, "", "first_sequence", _CODE, message)
        if self._within[1] > last and not self._held:
            message = f"the log ends at event {last}, within an envelope that reaches event {self._within[1]}"
            yield Fault(last, "", "through_sequence", _CODE, message)


def _where(item: StoredBatch) -> int:
    """Return the event that an envelope begins with; 0 where it says none."""
    value: object = item.first_sequence
    return value if type(value) is int and 0 < value <= _LARGEST else 0


def _wrong(item: StoredBatch) -> Iterator[tuple[str, str, str]]:
    """Yield what is wrong with an envelope by itself: column, code and what was found."""
    odd = list(_odd(item))
    yield from odd
    if odd:
        return
    if not 0 < item.first_sequence <= item.through_sequence:
        found = f"it is of the events {item.first_sequence} to {item.through_sequence}"
        yield "through_sequence", _CODE, found
    if bytes(item.digest) != item.digest_of_words():
        found = (
            f"its digest is {bytes(item.digest).hex()[:16]}..., its words give {item.digest_of_words().hex()[:16]}..."
        )
        yield "digest", _CODE, found
    try:
        Envelope(actor=item.actor, approver=item.approver, document=item.document, document_sha256=item.document_sha256)
    except InvalidArgument as fault:
        yield fault.name, _CODE, f"it could not have been written: {fault.message}"


def _odd(item: StoredBatch) -> Iterator[tuple[str, str, str]]:
    """Yield the columns whose value is not even of their type."""
    for column in _NUMBERS:
        value: object = getattr(item, column)
        if type(value) is not int or abs(value) > _LARGEST:
            yield column, "wrong_type", f"in the envelope, {shown(value)} is not an integer of 64 bits"
    for column in _WORDS:
        value = getattr(item, column)
        if not is_text(value):
            yield column, "wrong_type", f"in the envelope, {shown(value)} is not text"
    digest: object = item.digest
    if not isinstance(digest, bytes | bytearray | memoryview) or len(digest) != 32:
        yield "digest", "wrong_type", f"in the envelope, {shown(digest)} is not a digest of 32 bytes"


__all__ = ["EnvelopeCheck"]
