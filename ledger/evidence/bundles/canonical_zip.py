"""A canonical zip: one way to lay out a file of many, so that nothing in it goes unaccounted for.

Members stand one behind the other, with fixed dates and permissions and in zip64 form, either stored or deflated. Every
zip program reads that. The reader here accepts nothing else: what its layout does not account for, byte by byte, is
:class:`Malformed`, so that nothing can be hidden between members, named twice, or unfold into more than its header
states. Only how a member was deflated is free: what it unfolds into counts, and it unfolds a piece at a time.
Nothing is ever extracted to a path that the zip names.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import IO

import attrs

from ledger.errors import LedgerError

MOST_MEMBERS = 10_000

MOST_BYTES = 64 << 30
"""Bytes that all members of a zip may unfold into together: reading has an end, whatever a header states."""

STORED, DEFLATED = 0, 8
"""The two methods, by the numbers that a zip has for them."""

_LEVEL = 6
_CHUNK = 1 << 20
_MIDNIGHT, _FIRST_DAY = 0, 0x0021
"""1 January 1980, 00:00, where zip time begins."""
_NEEDED, _MADE_BY, _MODE = 45, 3 << 8 | 45, 0o100644 << 16
_SEE_EXTRA = 0xFFFFFFFF

_LOCAL = struct.Struct("<4s5HIIIHH")
_LOCAL_EXTRA = struct.Struct("<HHQQ")
_CENTRAL = struct.Struct("<4s6HIIIHHHHHII")
_CENTRAL_EXTRA = struct.Struct("<HHQQQ")
_END64 = struct.Struct("<4sQHHIIQQQQ")
_LOCATOR = struct.Struct("<4sIQI")
_END = struct.Struct("<4sHHHHIIH")


class Malformed(LedgerError):
    """The file is not a zip that this writer can have laid out."""


@attrs.frozen
class Member:
    """A file in the zip: its size in bytes and its CRC-32, and where its content stands, in how many bytes and how."""

    name: str
    size: int
    crc: int
    start: int
    packed: int
    method: int


@attrs.frozen
class Content:
    """What is to become a member: a file that holds it as it will stand in the zip, and what was measured of it."""

    name: str
    file: IO[bytes]
    size: int
    crc: int
    sha256: str
    packed: int
    method: int


class Deflating:
    """Deflates what becomes a member into a file, measuring it on the way."""

    def __init__(self, name: str, file: IO[bytes]) -> None:
        self.name = name
        self._file = file
        self._deflate = zlib.compressobj(_LEVEL, zlib.DEFLATED, -15)
        self._size, self._crc, self._packed, self._digest = 0, 0, 0, sha256()

    def write(self, content: bytes) -> None:
        """Take the next bytes of the member."""
        self._size += len(content)
        self._crc = zlib.crc32(content, self._crc)
        self._digest.update(content)
        self._put(self._deflate.compress(content))

    def _put(self, packed: bytes) -> None:
        self._packed += len(packed)
        self._file.write(packed)

    def finish(self) -> Content:
        """Return the content, whole."""
        self._put(self._deflate.flush())
        return Content(self.name, self._file, self._size, self._crc, self._digest.hexdigest(), self._packed, DEFLATED)


def deflated(name: str, file: IO[bytes], content: bytes) -> Content:
    """Deflate a small member into a file."""
    made = Deflating(name, file)
    made.write(content)
    return made.finish()


def _local(name: str, size: int, crc: int, packed: int, method: int) -> bytes:
    extra = _LOCAL_EXTRA.pack(1, 16, size, packed)
    fixed = (_NEEDED, 0, method, _MIDNIGHT, _FIRST_DAY, crc, _SEE_EXTRA, _SEE_EXTRA)
    return _LOCAL.pack(b"PK\x03\x04", *fixed, len(name), len(extra)) + name.encode("ascii") + extra


def _central(member: Member, offset: int) -> bytes:
    extra = _CENTRAL_EXTRA.pack(1, 24, member.size, member.packed, offset)
    fixed = (_MADE_BY, _NEEDED, 0, member.method, _MIDNIGHT, _FIRST_DAY, member.crc, _SEE_EXTRA, _SEE_EXTRA)
    rest = (len(member.name), len(extra), 0, 0, 0, _MODE, _SEE_EXTRA)
    return _CENTRAL.pack(b"PK\x01\x02", *fixed, *rest) + member.name.encode("ascii") + extra


def _tail(members: Iterable[Member], start: int) -> bytes:
    """Return the central directory, which stands at ``start``, and what ends the zip."""
    before = len(_local("", 0, 0, 0, STORED))
    entries = [_central(item, item.start - before - len(item.name)) for item in members]
    directory = b"".join(entries)
    count, end = len(entries), start + len(directory)
    return b"".join(
        (
            directory,
            _END64.pack(b"PK\x06\x06", 44, _MADE_BY, _NEEDED, 0, 0, count, count, len(directory), start),
            _LOCATOR.pack(b"PK\x06\x07", 0, end, 1),
            _END.pack(b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, _SEE_EXTRA, _SEE_EXTRA, 0),
        )
    )


def write_zip(target: IO[bytes], contents: Iterable[Content]) -> None:
    """Write the zip of these contents, in this order; the same contents always give the same bytes."""
    members: list[Member] = []
    at = 0
    for content in contents:
        header = _local(content.name, content.size, content.crc, content.packed, content.method)
        target.write(header)
        at += len(header)
        members.append(Member(content.name, content.size, content.crc, at, content.packed, content.method))
        content.file.seek(0)
        while chunk := content.file.read(_CHUNK):
            target.write(chunk)
        at += content.packed
    target.write(_tail(members, at))


def read_members(file: IO[bytes]) -> dict[str, Member]:
    """Return the members of a zip by name, after comparing every byte of it that is not content.

    Raises :class:`Malformed`. Contents are not read yet; whoever reads one has it checked.
    """
    whole = file.seek(0, 2)
    members: dict[str, Member] = {}
    at = unfolded = 0
    while True:
        file.seek(at)
        fixed = file.read(_LOCAL.size)
        if fixed[:4] != b"PK\x03\x04":
            break
        member = _member(file, fixed, at, whole)
        if member.name in members:
            raise Malformed(f"the archive has two members named {member.name!a}")
        members[member.name] = member
        unfolded += member.size
        if len(members) > MOST_MEMBERS:
            raise Malformed(f"the archive has more than {MOST_MEMBERS} members")
        if unfolded > MOST_BYTES:
            raise Malformed(f"the archive states that it unfolds into {unfolded} bytes; {MOST_BYTES} are the most")
        at = member.start + member.packed
    tail = _tail(members.values(), at)
    file.seek(at)
    if whole - at != len(tail) or file.read(len(tail)) != tail:
        raise Malformed("the archive's directory does not list exactly what the archive holds; it was cut or changed")
    return members


def _member(file: IO[bytes], fixed: bytes, at: int, whole: int) -> Member:
    broken = Malformed(f"what stands at byte {at} is not the header of a member as this program writes it")
    if len(fixed) < _LOCAL.size:
        raise broken
    _, _, _, method, _, _, crc, _, _, length, _ = _LOCAL.unpack(fixed)
    rest = file.read(length + _LOCAL_EXTRA.size)
    if length > 255 or len(rest) < length + _LOCAL_EXTRA.size:
        raise broken
    raw, (_, _, size, packed) = rest[:length], _LOCAL_EXTRA.unpack(rest[length:])
    if not raw.isascii() or fixed + rest != _local(raw.decode("ascii"), size, crc, packed, method):
        raise broken
    if method not in (STORED, DEFLATED) or (method == STORED and size != packed):
        raise broken
    start = at + len(fixed) + len(rest)
    if packed > whole - start:
        raise Malformed(f"member {raw.decode('ascii')!a} is longer than the file; the archive was cut or changed")
    return Member(raw.decode("ascii"), size, crc, start, packed, method)


def read_pieces(file: IO[bytes], member: Member) -> Iterator[bytes]:
    """Yield a member's content in pieces of a megabyte at most; raises :class:`Malformed` where it is not as stated.

    Others may read the file between two pieces.
    """
    size, crc = 0, 0
    for piece in _stored_pieces(file, member) if member.method == STORED else _inflated_pieces(file, member):
        size += len(piece)
        crc = zlib.crc32(piece, crc)
        if size > member.size:
            break
        yield piece
    if size != member.size or crc != member.crc:
        raise Malformed(f"member {member.name} was cut or changed")


def _stored_pieces(file: IO[bytes], member: Member) -> Iterator[bytes]:
    at, end = member.start, member.start + member.packed
    while at < end:
        file.seek(at)
        piece = file.read(min(_CHUNK, end - at))
        if not piece:
            return
        at += len(piece)
        yield piece


def _inflated_pieces(file: IO[bytes], member: Member) -> Iterator[bytes]:
    inflate, broken = zlib.decompressobj(-15), Malformed(f"member {member.name} was cut or changed")
    try:
        for raw in _stored_pieces(file, member):
            if inflate.eof:
                raise broken
            held = raw
            # A piece that fills its bound may have left more behind than input that is still to be taken.
            while piece := inflate.decompress(held, _CHUNK):
                yield piece
                held = inflate.unconsumed_tail
    except zlib.error as fault:
        raise broken from fault
    if not inflate.eof or inflate.unused_data:
        raise broken


def read_content(file: IO[bytes], member: Member, most: int) -> bytes:
    """Return a member's content; raises :class:`Malformed` where it is over ``most`` bytes or not as it was written."""
    if member.size > most:
        raise Malformed(f"member {member.name} has {member.size} bytes, more than the {most} that one may have")
    return b"".join(read_pieces(file, member))


def digest_of(file: IO[bytes], member: Member) -> str:
    """Return the SHA-256 of a member of any size; raises :class:`Malformed` where it is not as it was written."""
    digest = sha256()
    for piece in read_pieces(file, member):
        digest.update(piece)
    return digest.hexdigest()


def read_lines(file: IO[bytes], member: Member, longest: int) -> Iterator[bytes]:
    """Yield the lines of a member, each with its line end if it has one; one that is too long comes in pieces."""
    held = b""
    for piece in read_pieces(file, member):
        lines = (held + piece).split(b"\n")
        held = lines.pop()
        for line in lines:
            ended = line + b"\n"
            if len(ended) > longest:
                yield ended[:longest]
                ended = ended[longest:]
            yield ended
        while len(held) >= longest:
            yield held[:longest]
            held = held[longest:]
    if held:
        yield held


__all__ = [
    "DEFLATED",
    "STORED",
    "Content",
    "Deflating",
    "Malformed",
    "Member",
    "deflated",
    "digest_of",
    "read_content",
    "read_lines",
    "read_members",
    "read_pieces",
    "write_zip",
]
