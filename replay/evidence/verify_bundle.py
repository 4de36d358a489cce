"""Verify an evidence bundle with Python 3.11 alone: copy this file anywhere and run it.

    python verify_bundle.py b.zip [--head SEQUENCE:HASH | --head HASH]

It is written from docs/bundle-format.md and shares no code with the program that writes bundles, so that the two check
each other. Exit status: 0 what it can prove is proved, 1 something is wrong and named, 2 the file or the arguments
cannot be used. It reads in pieces: memory stays small, and nothing is inflated beyond the size that stands before it.
"""

from __future__ import annotations

import argparse
import json
import re
import struct
import sys
import zlib
from collections.abc import Iterator
from hashlib import sha256
from typing import Any, BinaryIO, NamedTuple

FORMAT = "indenture bundle 3"
MOST_MEMBERS, MOST_BYTES, LONGEST, PIECE, EVERY = 10_000, 1 << 36, 1 << 24, 1 << 20, 1_000
EVENT = re.compile(rb"(0|[1-9][0-9]{0,17}) (0|[1-9][0-9]{7}) (\{[^\n]*\})\n")
ENVELOPE = re.compile(rb"(0|[1-9][0-9]{0,17}) (\{[^\n]*\})\n")
WORDS = ("actor", "approver", "document", "document_sha256", "first_sequence", "login", "through_sequence")
TEXTS = ("actor", "approver", "document", "document_sha256", "login")
LATEST = 253_402_300_799_999_999
FULL = 2**32 - 1


class Unsound(Exception):
    """The bundle is not what it must be."""


class OtherFormat(Exception):
    """The file is of a format that this program does not read."""


class Packed(NamedTuple):
    """A file in the zip: size and CRC-32 of its content, and where in how many bytes it stands deflated."""

    name: str
    size: int
    crc: int
    start: int
    packed: int


def require(condition: object, message: str) -> None:
    """Raise where something is not as it must be."""
    if not condition:
        raise Unsound(message)


def header(name: bytes, size: int, crc: int, packed: int) -> bytes:
    """Return the local header of a member (section 1)."""
    fixed = struct.pack("<4s5H3I2H", b"PK\x03\x04", 45, 0, 8, 0, 33, crc, FULL, FULL, len(name), 20)
    return fixed + name + struct.pack("<2H2Q", 1, 16, size, packed)


def directory(members: list[Packed], start: int) -> bytes:
    """Return what must stand behind the members."""
    entries = []
    for name, size, crc, at, packed in members:
        fixed = (45 + 3 * 256, 45, 0, 8, 0, 33, crc, FULL, FULL, len(name), 28, 0, 0, 0, 0o100644 << 16, FULL)
        entry = struct.pack("<4s6H3I5H2I", b"PK\x01\x02", *fixed) + name.encode()
        entries.append(entry + struct.pack("<2H3Q", 1, 24, size, packed, at - 50 - len(name)))
    whole, count = b"".join(entries), len(members)
    end = struct.pack("<4sQ2H2I4Q", b"PK\x06\x06", 44, 45 + 3 * 256, 45, 0, 0, count, count, len(whole), start)
    end += struct.pack("<4sIQI", b"PK\x06\x07", 0, start + len(whole), 1)
    return whole + end + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, FULL, FULL, 0)


def read_zip(file: BinaryIO) -> dict[str, Packed]:
    """Read the zip from its front, and compare its end with the one that follows."""
    whole, at, members = file.seek(0, 2), 0, dict[str, Packed]()
    while True:
        file.seek(at)
        fixed = file.read(30)
        if fixed[:4] != b"PK\x03\x04":
            break
        broken = f"what stands at byte {at} is not the header of a member"
        require(len(fixed) == 30, broken)
        if struct.unpack_from("<H", fixed, 8)[0] == 0:
            raise OtherFormat(
                f"its members are not deflated; this program reads {FORMAT}, replay verify the older ones"
            )
        crc, length = struct.unpack_from("<I", fixed, 14)[0], struct.unpack_from("<H", fixed, 26)[0]
        rest = file.read(length + 20)
        require(length <= 255 and len(rest) == length + 20 and rest[:length].isascii(), broken)
        size, packed = struct.unpack_from("<2Q", rest, length + 4)
        require(fixed + rest == header(rest[:length], size, crc, packed), broken)
        member = Packed(rest[:length].decode(), size, crc, at + 50 + length, packed)
        require(member.name not in members, f"two members are named {member.name!a}")
        require(packed <= whole - member.start, f"member {member.name!a} is longer than the file")
        members[member.name] = member
        require(len(members) <= MOST_MEMBERS, f"there are more than {MOST_MEMBERS} members")
        at = member.start + packed
    require(sum(item.size for item in members.values()) <= MOST_BYTES, "the members state more than 64 GiB")
    wanted = directory(list(members.values()), at)
    file.seek(at)
    require(whole - at == len(wanted) and file.read(len(wanted)) == wanted, "the zip does not end as it must")
    return members


def pieces(file: BinaryIO, member: Packed) -> Iterator[bytes]:
    """Yield the content of a member, never more of it than its header states."""
    inflate, at, end, size, crc = zlib.decompressobj(-15), member.start, member.start + member.packed, 0, 0
    broken = f"member {member.name!a} was cut or changed"
    try:
        while at < end:
            file.seek(at)
            held = file.read(min(PIECE, end - at))
            require(held and not inflate.eof, broken)
            at += len(held)
            while piece := inflate.decompress(held, PIECE):
                held, size, crc = inflate.unconsumed_tail, size + len(piece), zlib.crc32(piece, crc)
                require(size <= member.size, broken)
                yield piece
    except zlib.error as fault:
        raise Unsound(broken) from fault
    require(inflate.eof and not inflate.unused_data and (size, crc) == (member.size, member.crc), broken)


def lines(content: Iterator[bytes], name: str) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of a member with their numbers, from 1 on."""
    held, number = b"", 0
    for piece in content:
        *whole, held = (held + piece).split(b"\n")
        require(max(map(len, (*whole, held))) < LONGEST, f"a line of {name} is too long")
        for line in whole:
            number += 1
            yield number, line + b"\n"
    require(not held, f"the last line of {name} does not end")


def parsed(raw: bytes, what: str) -> Any:
    """Return the value that a JSON text is."""
    try:
        return json.loads(raw.decode())
    except (ValueError, RecursionError) as fault:
        raise Unsound(f"{what} is no JSON") from fault


def is_name(value: object) -> bool:
    """Say whether a value can be the name of a deal or of a release."""
    return isinstance(value, str) and value.isascii() and value.isprintable() and 0 < len(value) <= 120


def is_digest(value: object) -> bool:
    """Say whether a value is a digest."""
    return isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value) is not None


def read_manifest(raw: bytes) -> Any:
    """Return the manifest (section 3)."""
    odd, given = "the manifest is not that of a bundle, or not the one way to write it", parsed(raw, "the manifest")
    try:
        members, head = given["members"], given["head"]
        require(set(given) == {"deal", "envelopes", "events", "format", "head", "members", "release"}, odd)
        require(given["format"] == FORMAT and is_name(given["deal"]) and is_name(given["release"]), odd)
        counts = [given["envelopes"], given["events"], head["sequence"]]
        for item in members.values():
            counts.append(item["bytes"])
            require(set(item) == {"bytes", "sha256"} and is_digest(item["sha256"]), odd)
        require(all(type(count) is int and 0 <= count < 2**63 for count in counts), odd)
        require(set(head) == {"hash", "sequence"} and is_digest(head["hash"]), odd)
        require(0 < given["events"] == head["sequence"], odd)
        again = json.dumps(given, indent=1, sort_keys=True, ensure_ascii=False).encode() + b"\n"
    except (LookupError, TypeError, AttributeError, ValueError, RecursionError) as fault:
        raise Unsound(odd) from fault
    require(again == raw, odd)
    return given


def check_members(members: dict[str, Packed], manifest: Any) -> None:
    """Compare the members with the manifest, before any of them is inflated (section 2)."""
    stated, sized = manifest["members"], {"events.txt", "envelopes.txt"}
    known = ["events.txt", *(["envelopes.txt"] if manifest["envelopes"] else []), "waypoints.txt", "terms.json"]
    statements = sorted(stated.keys() - known)
    for name in statements:
        require(re.fullmatch(r"statements/[0-9]{4}-[0-9]{2}-[0-9]{2}\.csv", name), f"{name!a} is of no bundle")
    signed = ["signature.json"] if "signature.json" in members else []
    require(stated.keys() >= set(known), "the manifest lacks a member that every bundle has")
    require(list(members) == ["manifest.json", *signed, *known, *statements], "the members are not the manifest's")
    for name, member in members.items():
        require(name in sized or member.size <= LONGEST, f"{name!a} is too large")
        require(name not in stated or member.size == stated[name]["bytes"], f"{name!a} has not the size stated")


def read_envelopes(content: Iterator[bytes], manifest: Any) -> dict[int, tuple[int, int, bytes]]:
    """Return by the event that each begins with: its moment, its last event and its digest (section 5)."""
    found, last, number = dict[int, tuple[int, int, bytes]](), 0, 0
    for number, line in lines(content, "envelopes.txt"):
        what, (moment, raw) = f"line {number} of envelopes.txt", fields(ENVELOPE, line, "envelope")
        words = parsed(raw, what)
        require(tuple(words) == WORDS and all(isinstance(words[name], str) for name in TEXTS), f"{what}: no envelope")
        first, through = words["first_sequence"], words["through_sequence"]
        require(type(first) is int and type(through) is int, f"{what} is no envelope")
        again = json.dumps(words, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace")
        require(again == raw, f"{what} is not the one way to write an envelope")
        require(last < first <= through <= manifest["events"], f"{what} is not of the events that follow")
        found[first], last = (int(moment), through, sha256(raw).digest()), through
    require(number == manifest["envelopes"], f"envelopes.txt has {number} lines, not {manifest['envelopes']}")
    return found


def fields(pattern: re.Pattern[bytes], line: bytes, what: str) -> tuple[bytes, ...]:
    """Return the parts of a line."""
    found = pattern.fullmatch(line)
    if found is None:
        raise Unsound(f"{line[:60]!a} is no {what}")
    return found.groups()


def read_waypoints(content: Iterator[bytes], events: int) -> dict[int, bytes]:
    """Return the hashes that the bundle holds, by event (section 6)."""
    found = dict[int, bytes]()
    for number, line in lines(content, "waypoints.txt"):
        digest, sequence = line[-65:-1].decode("ascii", "replace"), number * EVERY
        require(is_digest(digest) and line == f"{sequence} {digest}\n".encode(), f"waypoint {sequence} is none")
        found[sequence] = bytes.fromhex(digest)
    require(len(found) == events // EVERY, f"there are {len(found)} waypoints of {events} events")
    return found


def follow(content: Iterator[bytes], manifest: Any, envelopes: Any, waypoints: dict[int, bytes], kept: bytes) -> int:
    """Follow the chain to the head of the manifest (section 4); return the last event with the hash kept elsewhere."""
    previous, sequence, found, within, through, closed = bytes(32), 0, 0, 0, 0, set[str]()
    for sequence, line in lines(content, "events.txt"):
        require(sequence <= manifest["events"], f"there are more events than {manifest['events']}")
        moment, distribution, payload = fields(EVENT, line, "event")
        require(int(moment) <= LATEST, f"event {sequence} was recorded at no time")
        event = parsed(payload, f"the payload of event {sequence}")
        require(event.get("deal") == manifest["deal"], f"event {sequence} is of another deal")
        if event.get("$type") == "period_closed":
            closed.add(f"statements/{event.get('distribution_date')}.csv")
        added = b"%d|%b|%b|%b" % (sequence, moment, distribution, payload)
        if sequence in envelopes:
            within, through, digest = envelopes[sequence]
            added = b"2|%b|%b" % (digest.hex().encode(), added)
        require(sequence > through or int(moment) == within, f"event {sequence} has not the moment of its envelope")
        previous = sha256(previous + added).digest()
        since = f"an event from {(sequence - 1) // EVERY * EVERY + 1} on, or its envelope, was changed"
        require(waypoints.get(sequence, previous) == previous, f"waypoint {sequence} is not reached: {since}")
        found = sequence if previous == kept else found
    require(sequence == manifest["events"], f"there are {sequence} events, not {manifest['events']}")
    require(previous.hex() == manifest["head"]["hash"], "the chain does not come to the head of the manifest")
    stated = {name for name in manifest["members"] if name.startswith("statements/")}
    require(closed == stated, "the statements are not those of the periods that were closed")
    return found


def prove(file: BinaryIO, at: int, kept: bytes) -> list[str]:
    """Verify the bundle in an open file, and say what is proved; ``kept`` is a hash kept elsewhere, of event ``at``."""
    members = read_zip(file)
    require("manifest.json" in members and members["manifest.json"].size <= LONGEST, "there is no manifest.json")
    manifest = read_manifest(b"".join(pieces(file, members["manifest.json"])))
    check_members(members, manifest)

    def checked(name: str) -> Iterator[bytes]:
        digest = sha256()
        for piece in pieces(file, members[name]):
            digest.update(piece)
            yield piece
        wanted = manifest["members"].get(name)
        require(wanted is None or digest.hexdigest() == wanted["sha256"], f"{name!a} has not the digest stated")

    for name in members.keys() - {"manifest.json", "events.txt", "envelopes.txt", "waypoints.txt"}:
        for _ in checked(name):
            pass
    envelopes = read_envelopes(checked("envelopes.txt"), manifest) if manifest["envelopes"] else {}
    waypoints = read_waypoints(checked("waypoints.txt"), manifest["events"])
    found = follow(checked("events.txt"), manifest, envelopes, waypoints, kept)
    require(found or not kept, "no event has the hash that was kept elsewhere: the log was cut or rewritten")
    require(not at or found == at, f"the hash that was kept elsewhere is that of event {found}, not of {at}")
    end = "NOT proved: that nothing was cut off or rewritten; that needs a head kept elsewhere (--head)"
    if kept:
        end = f"proved: up to event {found} it is the log whose head was kept elsewhere; nothing was rewritten"
    signed = "whose signature it bears, " if "signature.json" in members else ""
    return [
        f"{manifest['deal']}: the bundle is whole. {manifest['events']:,} events, {manifest['envelopes']:,} envelopes",
        f"head {manifest['events']}:{manifest['head']['hash']}",
        "proved: every member is what the manifest says, and the events, their order, moments and envelopes are",
        "  those whose chain of hashes ends in this head",
        end,
        f"NOT proved: {signed}that the rules let the events in, and that terms and statements follow from them;",
        "  replay verify does that",
    ]


def main(arguments: list[str]) -> int:
    """Verify the bundle that the arguments name."""
    parser = argparse.ArgumentParser(description="Verify an evidence bundle with the standard library alone.")
    parser.add_argument("bundle")
    parser.add_argument("--head", default="", help="SEQUENCE:HASH or HASH, kept elsewhere")
    given = parser.parse_args(arguments)
    kept = re.fullmatch(r"(?:([0-9]{1,18})[ :])?([0-9a-fA-F]{64})", given.head.strip(), re.ASCII)
    if given.head and kept is None:
        parser.error("--head is SEQUENCE:HASH or HASH, the hash as 64 hexadecimal digits")
    at, digest = (int(kept[1] or 0), bytes.fromhex(kept[2])) if kept else (0, b"")
    try:
        with open(given.bundle, "rb") as file:
            if file.read(43)[30:] != b"manifest.json":
                raise OtherFormat("this is no bundle, which begins with its manifest.json")
            print(*prove(file, at, digest), sep="\n")
    except Unsound as fault:
        print(f"NOT SOUND: {fault}")
        return 1
    except (OtherFormat, OSError) as fault:
        print(f"error: {given.bundle!a}: {fault}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
