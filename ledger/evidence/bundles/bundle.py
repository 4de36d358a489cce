"""A bundle as it lies in a file: its members held to its manifest, and its rows, each verified as it comes.

Reading takes little memory, whatever a file states: small members have at most sixteen megabytes, lines too, and
everything else passes in pieces. Whatever is wrong is a :class:`~ledger.evidence.faults.Fault`; only a file that is not
laid out as a bundle at all, or has no manifest, raises :class:`~ledger.evidence.bundles.canonical_zip.Malformed`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO, TypeVar

from ledger.evidence.bundles.canonical_zip import (
    DEFLATED,
    STORED,
    Malformed,
    digest_of,
    read_content,
    read_lines,
    read_members,
)
from ledger.evidence.bundles.deriving import RowDeriver, bare_row
from ledger.evidence.bundles.lines import EVERY, LONGEST, envelope_of, event_of, row_of, waypoints_of
from ledger.evidence.bundles.manifest import (
    MANIFEST,
    NEWEST,
    SIGNATURE,
    WAYPOINTS,
    Manifest,
    manifest_of,
    signed_message,
)
from ledger.evidence.faults import Fault
from ledger.evidence.rows import RowVerifier
from ledger.store.batches import StoredBatch
from ledger.store.hashing import GENESIS, link
from ledger.store.rows import StoredRow

T = TypeVar("T")

MOST_UNREADABLE = 1_000
"""Lines that may be unreadable, one by one, before the rest of a member is given up."""

CheckedRow = tuple[StoredRow | None, list[Fault]]
"""A row and what is wrong with it; None where a line holds none."""


class Bundle:
    """An evidence bundle in an open file, which stays open for as long as it is read."""

    def __init__(self, file: BinaryIO) -> None:
        """Read the layout and the manifest; raises :class:`Malformed` where the file is not laid out as a bundle."""
        self._file = file
        self._members = read_members(file)
        if MANIFEST not in self._members:
            raise Malformed(f"there is no {MANIFEST} in the archive")
        self.manifest_bytes = read_content(file, self._members[MANIFEST], LONGEST)
        try:
            self.manifest: Manifest = manifest_of(self.manifest_bytes)
        except ValueError as fault:
            raise Malformed(str(fault)) from fault
        method = DEFLATED if self.manifest.version == NEWEST else STORED
        if any(member.method != method for member in self._members.values()):
            raise Malformed("a member is not packed as this format has it")

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the members, in the order in which they stand."""
        return tuple(self._members)

    @property
    def statement_names(self) -> tuple[str, ...]:
        """The names of the members that are statements."""
        manifest = self.manifest
        others = {MANIFEST, SIGNATURE, manifest.envelopes_name, *manifest.required}
        return tuple(name for name in self._members if name not in others)

    @property
    def signature(self) -> bytes | None:
        """The signature that stands in the bundle, whatever it is worth; None where it is not signed."""
        return self.content(SIGNATURE) if SIGNATURE in self._members else None

    @property
    def signed_message(self) -> bytes:
        """The bytes that are signed."""
        return signed_message(self.manifest_bytes, self.manifest.version)

    def content(self, name: str) -> bytes:
        """Return a small member; raises :class:`Malformed` where it is not as it was written."""
        return read_content(self._file, self._members[name], LONGEST)

    def member_faults(self) -> Iterator[Fault]:
        """Compare the members with the manifest: no fewer, no more, in their order, and unchanged."""
        found, manifest, sound = self._members, self.manifest, True
        wanted = manifest.order(SIGNATURE in found)
        for name in wanted:
            if name not in found:
                sound = False
                yield _of_log("missing_member", f"the bundle lacks {name!a}")
        for name in manifest.required:
            if name not in manifest.members:
                sound = False
                yield _of_log("missing_member", f"the manifest does not name {name!a}")
        for name in sorted(found.keys() - wanted):
            sound = False
            yield _of_log("extra_member", f"the bundle holds {name!a}, which its manifest does not name")
        for name in manifest.strangers():
            yield _of_log("extra_member", f"the manifest names {name!a}, which no bundle has")
        if sound and list(found) != wanted:
            yield _of_log("order", "the members do not stand in their order")
        for name, (size, digest) in manifest.members.items():
            if name in found and (found[name].size != size or digest_of(self._file, found[name]) != digest):
                yield _of_log("changed_member", f"{name!a} is not what the manifest says it is")

    def envelopes(self, told: Callable[[Fault], None]) -> list[StoredBatch]:
        """Return the envelopes, none where the bundle has no such member; a line that is none becomes a fault."""
        name, read = self.manifest.envelopes_name, _READERS[self.manifest.version == NEWEST]
        batches: list[StoredBatch] = []
        if name not in self._members:
            return batches
        if not self._members[name].size:
            told(_of_log("extra_member", f"{name} is empty; a log without envelopes has no such member"))
        unread = 0
        for number, line in enumerate(read_lines(self._file, self._members[name], LONGEST), 1):
            try:
                batches.append(read(line))
            except ValueError as fault:
                unread += 1
                told(_of_log("unreadable", f"line {number} of {name}: {_brief(fault)}"))
                if unread >= MOST_UNREADABLE:
                    return batches
        if self.manifest.version == NEWEST and len(batches) + unread != self.manifest.envelopes:
            told(_of_log("other_count", f"{name} has {len(batches)} envelopes, not {self.manifest.envelopes}"))
        return batches

    def checked_rows(self, batches: list[StoredBatch]) -> Iterator[CheckedRow]:
        """Yield every row with what is wrong with it, under the envelopes of the bundle; at last what is of the log.

        A row of the newest format is whole where it could be decided; else it holds what is hashed of it.
        """
        if self.manifest.events_name not in self._members:
            return
        if self.manifest.version != NEWEST:
            yield from self._whole_rows(RowVerifier(self.manifest.deal, batches))
            return
        deriver = RowDeriver(self.manifest.deal, batches)
        for bare, faults in self._bare_rows(batches):
            if bare is None:
                yield None, faults
                continue
            row, found = deriver.derive(bare)
            yield row, [_between(fault) for fault in found] if found else found
        yield from ((None, [fault]) for fault in deriver.finish())

    def _whole_rows(self, verifier: RowVerifier) -> Iterator[CheckedRow]:
        for _, row, is_given_up in self._read_events(row_of):
            if isinstance(row, Fault):
                yield None, [row]
                if is_given_up:
                    return
                continue
            yield row, verifier.check(row)
        yield from ((None, [fault]) for fault in verifier.finish())

    def _bare_rows(self, batches: list[StoredBatch]) -> Iterator[CheckedRow]:
        """Yield the rows with their hashes: those that the bundle holds, between them those that the chain gives."""
        manifest, held, previous, number = self.manifest, dict[int, bytes](), GENESIS, 0
        try:
            if WAYPOINTS in self._members:
                held = waypoints_of(self.content(WAYPOINTS), manifest.events)
        except ValueError as fault:
            yield None, [_of_log("unreadable", f"{WAYPOINTS}: {_brief(fault)}")]
        held[manifest.head.sequence] = manifest.head.hash
        begun = {item.first_sequence: item.digest for item in batches}
        for number, event, is_given_up in self._read_events(event_of):
            if number > manifest.events:
                yield (
                    None,
                    [_of_log("other_count", f"there are more events than the {manifest.events} of the manifest")],
                )
                return
            if isinstance(event, Fault):
                yield None, [event]
                if is_given_up:
                    return
                continue
            recorded_at, distribution, payload = event
            digest = held.get(number)
            if digest is None:
                digest = link(previous, number, recorded_at, distribution, payload.encode(), begun.get(number, b""))
            previous = digest
            yield bare_row(number, recorded_at, distribution, payload, digest), []
        if number < manifest.events:
            yield (
                None,
                [_of_log("other_count", f"there are {number} events, not the {manifest.events} of the manifest")],
            )

    def _read_events(self, read: Callable[[bytes], T]) -> Iterator[tuple[int, T | Fault, bool]]:
        """Yield the lines of the events with their numbers, read, or the fault of one that cannot be.

        With the fault of the last line that may be unreadable stands that the rest is given up.
        """
        name, unread = self.manifest.events_name, 0
        for number, line in enumerate(read_lines(self._file, self._members[name], LONGEST), 1):
            found: T | Fault
            try:
                found = read(line)
            except ValueError as fault:
                unread += 1
                found = Fault(number, "", "", "unreadable", f"line {number} of {name}: {_brief(fault)}")
            yield number, found, unread >= MOST_UNREADABLE


_READERS: dict[bool, Callable[[bytes], StoredBatch]] = {False: StoredBatch.of_line, True: envelope_of}


def _of_log(code: str, message: str) -> Fault:
    return Fault(0, "", "", code, message)


def _between(fault: Fault) -> Fault:
    """Say of a hash that does not fit which events it speaks of: between those whose hashes are held, none shows."""
    if fault.code != "wrong_hash":
        return fault
    first = (fault.sequence - 1) // EVERY * EVERY + 1
    message = f"the hash that the bundle holds of event {fault.sequence} is not the one that the events give"
    where = f"of the events {first} to {fault.sequence} one was changed, or an envelope is gone"
    return Fault(fault.sequence, fault.event_id, "hash", "wrong_hash", f"{message}: {where}")


def _brief(fault: BaseException) -> str:
    text = " ".join(str(fault).split()) or type(fault).__name__
    return ascii(text)[1:-1][:300]


__all__ = ["Bundle", "CheckedRow"]
