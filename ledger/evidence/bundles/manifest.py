"""The manifest of a bundle: of which log it is, and what its members must be, before any of them is read.

There are three formats. The first two store a row a line with every column and its hash (the second has envelopes); the
third, which is the one that is written, holds what cannot be derived, and is described in ``docs/bundle-format.md``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import attrs

from ledger.evidence.faults import shown
from ledger.store.rows import Head

FORMATS = {1: "indenture bundle 1", 2: "indenture bundle 2", 3: "indenture bundle 3"}
"""The formats by their version; the second is the first with envelopes."""

NEWEST = 3

MANIFEST, SIGNATURE, TERMS = "manifest.json", "signature.json", "terms.json"
EVENTS, ENVELOPES, WAYPOINTS = "events.txt", "envelopes.txt", "waypoints.txt"
OLD_EVENTS, OLD_ENVELOPES = "events.jsonl", "batches.jsonl"
"""What events and envelopes are called in the first two formats."""

_STATEMENT = re.compile(r"statements/[0-9]{4}-[0-9]{2}-[0-9]{2}\.csv")
_LONGEST_NAME = 120


@attrs.frozen(kw_only=True)
class Manifest:
    """What is in a bundle, and by which release it was written; ``members`` maps names to (bytes, SHA-256).

    ``envelopes`` are counted in the third format only.
    """

    deal: str
    events: int
    head: Head
    release: str
    members: dict[str, tuple[int, str]]
    version: int = NEWEST
    envelopes: int = 0

    @property
    def events_name(self) -> str:
        """The name of the member that holds the events."""
        return EVENTS if self.version == NEWEST else OLD_EVENTS

    @property
    def envelopes_name(self) -> str:
        """The name of the member that holds the envelopes; a bundle of a log that has none lacks it."""
        return ENVELOPES if self.version == NEWEST else OLD_ENVELOPES

    @property
    def required(self) -> tuple[str, ...]:
        """The members that no bundle of this format lacks, the manifest apart, in their order."""
        return (EVENTS, WAYPOINTS, TERMS) if self.version == NEWEST else (OLD_EVENTS, TERMS)

    def order(self, signed: bool) -> list[str]:
        """Return the names that the members of the bundle must have, in the order in which they must stand."""
        first = [MANIFEST, *([SIGNATURE] if signed else [])]
        known = [self.events_name, *([self.envelopes_name] if self.envelopes_name in self.members else [])]
        known += [name for name in self.required if name != self.events_name]
        return [*first, *known, *sorted(self.members.keys() - known)]

    def strangers(self) -> list[str]:
        """Return the names of members that no bundle has; the first two formats leave it to the log to say."""
        known = {EVENTS, WAYPOINTS, TERMS, ENVELOPES}
        others = sorted(self.members.keys() - known) if self.version == NEWEST else []
        return [name for name in others if not _STATEMENT.fullmatch(name)]

    def to_bytes(self) -> bytes:
        """Return the manifest as it stands in the bundle."""
        document = {
            "format": FORMATS[self.version],
            "release": self.release,
            "deal": self.deal,
            "events": self.events,
            "head": {"sequence": self.head.sequence, "hash": self.head.hash.hex()},
            "members": {name: {"bytes": size, "sha256": digest} for name, (size, digest) in self.members.items()},
        }
        if self.version == NEWEST:
            document["envelopes"] = self.envelopes
        return canonical(document)


def manifest_of(raw: bytes) -> Manifest:
    """Return the manifest that these bytes are; raises ValueError for any that :class:`Manifest` does not write."""
    try:
        given: Any = json.loads(raw)
        version = {name: version for version, name in FORMATS.items()}.get(given["format"])
        if version is None:
            raise ValueError(
                f"its format is {shown(given['format'])}; this release reads {', '.join(FORMATS.values())}"
            )
        found = Manifest(
            deal=given["deal"],
            events=given["events"],
            head=Head(given["head"]["sequence"], bytes.fromhex(given["head"]["hash"])),
            release=given["release"],
            members={name: (item["bytes"], item["sha256"]) for name, item in given["members"].items()},
            version=version,
            envelopes=given["envelopes"] if version == NEWEST else 0,
        )
        for problem in _odd(found):
            raise ValueError(problem)
        if found.to_bytes() != raw:
            raise ValueError("it is not the one way to write it")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as fault:
        raise ValueError(f"the manifest cannot be read: {fault}") from fault
    return found


def _odd(found: Manifest) -> Iterator[str]:
    numbers = (found.events, found.envelopes, found.head.sequence, *(size for size, _ in found.members.values()))
    texts = (found.deal, found.release, *(digest for _, digest in found.members.values()))
    if not all(type(item) is int for item in numbers) or not all(isinstance(item, str) for item in texts):
        yield "a value in it is of the wrong kind"
        return
    if not all(0 <= item < 2**63 for item in numbers):
        yield "a number in it is out of range"
    if not _is_name(found.deal) or not _is_name(found.release):
        yield "the deal or the release in it has no name that one could have"
    if found.version != NEWEST:
        if (found.version == 2) != (OLD_ENVELOPES in found.members):
            yield "its format is not the one for what it holds"
        return
    if found.events != found.head.sequence or not found.events or len(found.head.hash) != 32:
        yield "its head is not that of its last event"
    if (ENVELOPES in found.members) != (found.envelopes > 0):
        yield f"it counts {found.envelopes} envelopes, which its members do not bear out"


def _is_name(text: str) -> bool:
    return text.isascii() and text.isprintable() and 0 < len(text) <= _LONGEST_NAME


def canonical(document: object) -> bytes:
    """Return a document as the one JSON text that a bundle has for it."""
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False).encode() + b"\n"


def signed_message(manifest: bytes, version: int) -> bytes:
    """Return the bytes that are signed: the manifest names every member's hash, so it stands for the whole bundle."""
    return f"{FORMATS[NEWEST if version == NEWEST else 1]}\n".encode() + manifest


__all__ = [
    "ENVELOPES",
    "EVENTS",
    "FORMATS",
    "MANIFEST",
    "NEWEST",
    "OLD_ENVELOPES",
    "OLD_EVENTS",
    "SIGNATURE",
    "TERMS",
    "WAYPOINTS",
    "Manifest",
    "canonical",
    "manifest_of",
    "signed_message",
]
