"""Unpacking: gzip and zip are undone as they are read, and what is counted is what comes out of them.

What a packed file says of its own size is not believed. A bomb ends where the limit of a tape is, after as much work as
a tape of that size makes.
"""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, BinaryIO, cast

from ledger.errors import InvalidArgument, LedgerError
from ledger.tapes.kinds import GZIP, HEAD, PARQUET, WORKBOOK, ZIP, kind_of, what_else
from ledger.tapes.rows import refusal
from ledger.values.limits import TAPE_BYTES, Limit
from ledger.visible import quoted

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_IN_MEMORY = 32 << 20
_CHUNK = 1 << 20
_DEEPEST = 3

DAMAGED = (
    EOFError,
    OSError,
    zlib.error,
    struct.error,
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    ValueError,
    RuntimeError,
)
"""What the readers of packed files raise for what they cannot unpack."""


class Counted(io.RawIOBase):
    """A stream that counts what is read of it and ends with a refusal at a limit, that of a tape mostly."""

    def __init__(self, stream: BinaryIO, name: str, limit: Limit = TAPE_BYTES) -> None:
        self._stream, self._name = stream, name
        self._limit, self._most = limit, limit.value
        self.count = 0

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Read on into a buffer; raises :class:`~ledger.errors.InvalidArgument` past the limit."""
        view = memoryview(buffer).cast("B")
        try:
            data = self._stream.read(len(view))
        except LedgerError:
            raise
        except DAMAGED as fault:
            message = f"it cannot be unpacked: {fault}; it is damaged or cut off, so get it again"
            raise refusal(self._name, "", "damaged", message) from None
        self.count += len(data)
        if self.count > self._most:
            raise InvalidArgument("FILE", "too_large", self._limit.exceeded(f"what {quoted(self._name)} unpacks to"))
        view[: len(data)] = data
        return len(data)


def metered(stream: BinaryIO, name: str, limit: Limit = TAPE_BYTES) -> BinaryIO:
    """Return a stream that is read no further than a tape may go, or than another limit says."""
    return cast("BinaryIO", io.BufferedReader(Counted(stream, name, limit), _CHUNK))


@contextmanager
def unpacked(stream: BinaryIO, name: str, member: str | None = None) -> Iterator[tuple[str, str, BinaryIO]]:
    """Give what a file is, what it is called, and a stream of what is in it once gzip and zip are undone.

    ``member`` names the file of a zip archive that holds several. Workbooks are archives, and given as they are. What
    is given for a zip archive or Parquet can be sought in. Raises :class:`~ledger.errors.InvalidEvent` saying what the
    file is where it is no tape.
    """
    with ExitStack() as opened:
        stream = metered(stream, name)
        for _ in range(_DEEPEST):
            head = cast("io.BufferedReader", stream).peek(HEAD)[:HEAD]
            kind, told = kind_of(head), what_else(head)
            if told is not None:
                raise refusal(name, "", "no_tape", f"this is {told}")
            if kind == GZIP:
                stream = metered(cast("BinaryIO", opened.enter_context(gzip.GzipFile(fileobj=stream))), name)
                continue
            if kind == PARQUET:
                yield kind, name, opened.enter_context(kept(stream))
                return
            if kind != ZIP:
                yield kind, name, stream
                return
            held = opened.enter_context(kept(stream))
            archive = opened.enter_context(_archive(held, name))
            if "xl/workbook.xml" in archive.namelist():
                held.seek(0)
                yield WORKBOOK, name, held
                return
            stream, name = _member(opened, archive, name, member)
        raise refusal(name, "", "no_tape", "it is packed more than three times over; unpack it")


@contextmanager
def kept(stream: BinaryIO) -> Iterator[BinaryIO]:
    """Keep what is read from a stream where it can be sought in."""
    with SpooledTemporaryFile(_IN_MEMORY) as held:
        while data := stream.read(_CHUNK):
            held.write(data)
        held.seek(0)
        yield cast("BinaryIO", held)


@contextmanager
def _archive(held: BinaryIO, name: str) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(held)
    except LedgerError:
        raise
    except DAMAGED as fault:
        message = f"this is a zip archive that cannot be opened: {fault}; it is damaged or cut off, so get it again"
        raise refusal(name, "", "damaged", message) from None
    with archive:
        yield archive


def _member(opened: ExitStack, archive: zipfile.ZipFile, name: str, member: str | None) -> tuple[BinaryIO, str]:
    names = archive.namelist()
    for part, told in (("word/document.xml", "a Word document"), ("ppt/presentation.xml", "a presentation"),
                       ("content.xml", "an OpenDocument file; save it as .xlsx or CSV")):  # fmt: skip
        if part in names and member is None:
            raise refusal(name, "", "no_tape", f"this is {told}")
    held = [
        item
        for item in archive.infolist()
        if item.filename and not item.is_dir() and not item.filename.startswith("__MACOSX/")
    ]
    chosen = [item for item in held if member is None or item.filename == member]
    if len(chosen) > 1 and len({item.filename for item in chosen}) == 1:
        told = (
            f"this is a zip archive that holds {quoted(chosen[0].filename)} {len(chosen)} times; unpack the one meant"
        )
        raise refusal(name, "", "duplicate", told)
    if len(chosen) != 1:
        listed = ", ".join(quoted(item.filename) for item in held[:12]) or "none"
        more = f" and {len(held) - 12} more" if len(held) > 12 else ""
        told = f"this is a zip archive with {len(held)} files: name one with --member ({listed}{more})"
        raise refusal(name, "", "name_one", told)
    item = chosen[0]
    if item.flag_bits & 1:
        raise refusal(
            name, "", "locked", f"{quoted(item.filename)} in it is locked with a password; get it without one"
        )
    try:
        stream = opened.enter_context(archive.open(item))
    except LedgerError:
        raise
    except DAMAGED as fault:
        message = f"{quoted(item.filename)} in it cannot be unpacked: {fault}; get the archive again"
        raise refusal(name, "", "damaged", message) from None
    inside = f"{name}/{item.filename}"
    return metered(cast("BinaryIO", stream), inside), inside
