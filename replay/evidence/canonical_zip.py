"""A canonical zip: one way to write a file of many, so that its bytes can be compared.

Members are stored, not compressed, one behind the other, with fixed dates and permissions and in zip64 form. Every zip
program reads that. The reader here accepts nothing else: what its layout does not account for, byte by byte, is
:class:`Malformed`, so that nothing can be hidden between members, named twice, or unfold into more than the file holds.
Nothing is ever extracted to a path that the zip names.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import BinaryIO

import attrs

from ledger import LedgerError

MOST_MEMBERS = 10_000
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
    """The file is not a zip that this writer can have written."""


@attrs.frozen
class Member:
    """A file in the zip: where its content begins, its size in bytes and its CRC-32."""

    name: str
    size: int
    crc: int
    start: int


@attrs.define
class Content:
    """What is to become a member: a file at its beginning, measured once before it is written."""

    name: str
    file: BinaryIO
    size: int
    crc: int
    sha256: str


def measured(name: str, file: BinaryIO) -> Content:
    """Measure a file's content and return it rewound."""
    file.seek(0)
    size, crc, digest = 0, 0, sha256()
    while chunk := file.read(_CHUNK):
        size += len(chunk)
        crc = zlib.crc32(chunk, crc)
        digest.update(chunk)
    file.seek(0)
    return Content(name, file, size, crc, digest.hexdigest())


def _local(name: str, size: int, crc: int) -> bytes:
    extra = _LOCAL_EXTRA.pack(1, 16, size, size)
    fixed = (_NEEDED, 0, 0, _MIDNIGHT, _FIRST_DAY, crc, _SEE_EXTRA, _SEE_EXTRA)
    return _LOCAL.pack(b"PK\x03\x04", *fixed, len(name), len(extra)) + name.encode("ascii") + extra


def _central(member: Member, offset: int) -> bytes:
    extra = _CENTRAL_EXTRA.pack(1, 24, member.size, member.size, offset)
    fixed = (_MADE_BY, _NEEDED, 0, 0, _MIDNIGHT, _FIRST_DAY, member.crc, _SEE_EXTRA, _SEE_EXTRA)
    rest = (len(member.name), len(extra), 0, 0, 0, _MODE, _SEE_EXTRA)
    return _CENTRAL.pack(b"PK\x01\x02", *fixed, *rest) + member.name.encode("ascii") + extra


def _tail(members: Iterable[Member], start: int) -> bytes:
    """Return the central directory, which stands at ``start``, and what ends the zip."""
    entries = [_central(item, item.start - len(_local(item.name, 0, 0))) for item in members]
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


def write_zip(target: BinaryIO, contents: Iterable[Content]) -> None:
    """Write the zip of these contents, in this order; the same contents always give the same bytes."""
    members: list[Member] = []
    at = 0
    for content in contents:
        header = _local(content.name, content.size, content.crc)
        target.write(header)
        at += len(header)
        members.append(Member(content.name, content.size, content.crc, at))
        while chunk := content.file.read(_CHUNK):
            target.write(chunk)
        at += content.size
    target.write(_tail(members, at))


def read_members(file: BinaryIO) -> dict[str, Member]:
    """Return the members of a zip by name, after comparing every byte of it that is not content.

    Raises :class:`Malformed`. Contents are not read yet; :func:`read_content` does, and checks them.
    """
    whole = file.seek(0, 2)
    members: dict[str, Member] = {}
    at = 0
    while True:
        file.seek(at)
        fixed = file.read(_LOCAL.size)
        if fixed[:4] != b"PK\x03\x04":
            break
        member = _member(file, fixed, at, whole)
        if member.name in members:
            raise Malformed(f"the archive has two members named {member.name!a}")
        members[member.name] = member
        if len(members) > MOST_MEMBERS:
            raise Malformed(f"the archive has more than {MOST_MEMBERS} members")
        at = member.start + member.size
    tail = _tail(members.values(), at)
    file.seek(at)
    if whole - at != len(tail) or file.read(len(tail)) != tail:
        raise Malformed("the archive's directory does not list exactly what the archive holds; it was cut or changed")
    return members


def _member(file: BinaryIO, fixed: bytes, at: int, whole: int) -> Member:
    broken = Malformed(f"what stands at byte {at} is not the header of a member as this program writes it")
    if len(fixed) < _LOCAL.size:
        raise broken
    crc, length = _LOCAL.unpack(fixed)[6], _LOCAL.unpack(fixed)[9]
    rest = file.read(length + _LOCAL_EXTRA.size)
    if length > 255 or len(rest) < length + _LOCAL_EXTRA.size:
        raise broken
    raw, size = rest[:length], _LOCAL_EXTRA.unpack(rest[length:])[2]
    if not raw.isascii() or fixed + rest != _local(raw.decode("ascii"), size, crc):
        raise broken
    start = at + len(fixed) + len(rest)
    if size > whole - start:
        raise Malformed(f"member {raw.decode('ascii')!a} is longer than the file; the archive was cut or changed")
    return Member(raw.decode("ascii"), size, crc, start)


def read_content(file: BinaryIO, member: Member, most: int) -> bytes:
    """Return a member's content; raises :class:`Malformed` where it is over ``most`` bytes or not as it was written."""
    if member.size > most:
        raise Malformed(f"member {member.name} has {member.size} bytes, more than the {most} that one may have")
    file.seek(member.start)
    content = file.read(member.size)
    if len(content) != member.size or zlib.crc32(content) != member.crc:
        raise Malformed(f"member {member.name} was cut or changed")
    return content


def digest_of(file: BinaryIO, member: Member) -> str:
    """Return the SHA-256 of a member of any size; raises :class:`Malformed` where it is not as it was written."""
    digest, crc, left = sha256(), 0, member.size
    file.seek(member.start)
    while left and (chunk := file.read(min(_CHUNK, left))):
        digest.update(chunk)
        crc = zlib.crc32(chunk, crc)
        left -= len(chunk)
    if left or crc != member.crc:
        raise Malformed(f"member {member.name} was cut or changed")
    return digest.hexdigest()


def read_lines(file: BinaryIO, member: Member, longest: int) -> Iterator[bytes]:
    """Yield the lines of a member, each with its line end if it has one; one that is too long comes in pieces."""
    at, end = member.start, member.start + member.size
    while at < end:
        file.seek(at)
        # Seeking for every line is cheap within the buffer, and lets others read the file between two lines.
        line = file.readline(min(longest, end - at))
        if not line:
            return
        at += len(line)
        yield line


__all__ = [
    "Content",
    "Malformed",
    "Member",
    "digest_of",
    "measured",
    "read_content",
    "read_lines",
    "read_members",
    "write_zip",
]
