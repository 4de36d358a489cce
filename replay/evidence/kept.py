"""Heads that were kept elsewhere, compared with a log while it is read.

Any number of them costs the one pass over the rows that a verification makes anyway.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from ledger import Fault, Head, Ledger


class LastHash(NamedTuple):
    """A hash that was kept without its sequence: that of the last event, wherever that stands."""

    hash: bytes


Kept = Head | LastHash | Callable[[str], Iterable[Head | LastHash]] | None
"""A head kept elsewhere, or what gives those of a deal, whose name may only be known once a bundle is open."""

_EMPTY = Head(0, bytes(32))


class KeptHeads:
    """The heads of one deal that were kept elsewhere; it looks at every row, and then says what contradicts them."""

    def __init__(self, kept: Kept, deal: str) -> None:
        given = [kept] if isinstance(kept, Head | LastHash) else [] if kept is None else list(kept(deal))
        # That a log was empty once says nothing about what it holds now.
        self._kept = sorted({head for head in given if isinstance(head, Head) and head != _EMPTY})
        self._last = sorted({head for head in given if isinstance(head, LastHash)})
        self._found: dict[int, bytes | None] = dict.fromkeys(head.sequence for head in self._kept)

    @property
    def sequences(self) -> list[int]:
        """The sequences at which heads were kept, in their order."""
        return list(self._found)

    def look(self, sequence: object, found: bytes) -> None:
        """Take note of a row's hash, if a head with its sequence was kept."""
        if isinstance(sequence, int) and sequence in self._found:
            self._found[sequence] = found

    def faults(self, last: Head) -> Iterator[Fault]:
        """Yield what contradicts the kept heads in a log of which every row was looked at, up to the ``last``."""
        for alone in self._last:
            if alone.hash != last.hash:
                message = (
                    f"the log ends at {last.sequence}:{last.hash.hex()[:16]}..., not with the hash kept elsewhere, "
                    f"{alone.hash.hex()[:16]}...: it was cut, rewritten or went on; give SEQUENCE:HASH to tell which"
                )
                yield Fault(last.sequence, "", "hash", "other_head", message)
        for sequence, digest in self._kept:
            kept = f"the head kept elsewhere, {sequence}:{digest.hex()[:16]}..."
            found = self._found[sequence]
            if found is None:
                message = f"the log ends at event {last.sequence} and lacks that of {kept}"
                yield Fault(sequence, "", "hash", "cut", message)
            elif found != digest:
                message = f"the hash is {found.hex()[:16]}..., not that of {kept}: the log was rewritten"
                yield Fault(sequence, "", "hash", "rewritten", message)


def contradicted(ledger: Ledger, deal: str, heads: Iterable[Head | LastHash]) -> Iterator[Fault]:
    """Yield what contradicts heads in a log of which only their own rows are read.

    That is quick, and finds a log that was cut, or rewritten with the hashes that follow from it. Whether its hashes do
    follow from its events is for a verification.
    """
    kept, last = KeptHeads(lambda _: heads, deal), ledger.head(deal).sequence
    for sequence in kept.sequences:
        if sequence > last:
            continue  # the log was cut, and nothing is known through there
        for row in ledger.stored_rows(deal, after=sequence - 1, known_through=sequence):
            found: object = row.hash  # a damaged row may hold anything
            kept.look(row.sequence, found if isinstance(found, bytes) else b"")
    yield from kept.faults(ledger.head(deal))


__all__ = ["Kept", "KeptHeads", "LastHash", "contradicted"]
