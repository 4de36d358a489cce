"""Writing a bundle: members are deflated into temporary files as their content comes, and laid out at the end.

The file comes into being under its name when it is whole, and not before: a disk that is full leaves nothing behind,
nor does whoever is killed, where the system has files without a name.
"""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from ledger.evidence.bundles.canonical_zip import Content, Deflating, deflated, write_zip
from ledger.evidence.bundles.lines import EVERY, envelope_line, hashed_line, waypoint_line
from ledger.evidence.bundles.manifest import (
    ENVELOPES,
    EVENTS,
    MANIFEST,
    SIGNATURE,
    TERMS,
    WAYPOINTS,
    Manifest,
    signed_message,
)
from ledger.store.batches import StoredBatch
from ledger.store.rows import Head, StoredRow

_IN_MEMORY = 16 << 20
"""Bytes of a member that are held in memory while a bundle is written; the rest goes to a temporary file."""

_TOGETHER = 500
"""Lines that are deflated at a time."""


class BundleWriter:
    """Writes one bundle of the newest format; what it holds meanwhile is given up when its block ends.

    Rows first, then everything else, then :meth:`save`.
    """

    def __init__(self, deal: str, release: str) -> None:
        self._deal, self._release = deal, release
        self._stack = ExitStack()
        self._events = Deflating(EVENTS, self._spool())
        self._lines: list[bytes] = []
        self._waypoints: list[bytes] = []
        self._head = Head(0, bytes(32))
        self._rest: dict[str, Content] = {}
        self._envelopes = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def _spool(self) -> IO[bytes]:
        spooled = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115, the stack closes it
        return self._stack.enter_context(spooled)

    def over(self, rows: Iterable[StoredRow]) -> Iterator[StoredRow]:
        """Yield the rows of a log, all from its first, and write each when the next is asked for."""
        sequence, digest = 0, bytes(32)
        for row in rows:
            yield row
            # Here the row has been verified: the generator is resumed for the next one.
            self._lines.append(hashed_line(row))
            sequence, digest = row.sequence, row.hash
            if sequence % EVERY == 0:
                self._waypoints.append(waypoint_line(sequence, bytes(digest)))
            if len(self._lines) >= _TOGETHER:
                self._flush()
        self._flush()
        self._head = Head(sequence, bytes(digest))

    def _flush(self) -> None:
        self._events.write(b"".join(self._lines))
        self._lines.clear()

    def add_envelopes(self, batches: Iterable[StoredBatch]) -> None:
        """Write the envelopes of the log, if it has any."""
        lines = [envelope_line(item) for item in batches]
        self._envelopes = len(lines)
        if lines:
            self._add(ENVELOPES, b"".join(lines))

    def add_terms(self, content: bytes) -> None:
        """Write the terms as they are known at the end of the log."""
        self._add(TERMS, content)

    def add_statement(self, name: str, content: bytes) -> None:
        """Write the statement of a closed period under its name."""
        self._add(name, content)

    def _add(self, name: str, content: bytes) -> None:
        self._rest[name] = deflated(name, self._spool(), content)

    def save(self, path: Path, sign: Callable[[bytes], bytes] | None = None) -> None:
        """Write the bundle into the new file ``path``; ``sign`` makes its signature from the bytes that are signed.

        Raises OSError where it cannot be written there, FileExistsError where a file of the name has come meanwhile.
        """
        self._add(WAYPOINTS, b"".join(self._waypoints))
        members = {EVENTS: self._events.finish(), **self._rest}
        manifest = Manifest(
            deal=self._deal,
            events=self._head.sequence,
            head=self._head,
            release=self._release,
            members={name: (item.size, item.sha256) for name, item in members.items()},
            envelopes=self._envelopes,
        )
        content = manifest.to_bytes()
        members[MANIFEST] = deflated(MANIFEST, self._spool(), content)
        if sign is not None:
            members[SIGNATURE] = deflated(SIGNATURE, self._spool(), sign(signed_message(content, manifest.version)))
        _write(path, [members[name] for name in manifest.order(sign is not None)])


def _write(path: Path, contents: list[Content]) -> None:
    """Write a zip under a name that nobody has yet."""
    try:
        unnamed = os.open(path.parent, os.O_TMPFILE | os.O_WRONLY, 0o666)
    except (AttributeError, OSError):
        _write_beside(path, contents)
        return
    with os.fdopen(unnamed, "wb") as file:
        _fill(file, contents)
        # With a directory given, a link of this kind is followed to the file that has no name yet.
        directory = os.open(path.parent, os.O_RDONLY)
        try:
            os.link(f"/proc/self/fd/{unnamed}", path, src_dir_fd=directory, follow_symlinks=True)
        finally:
            os.close(directory)


def _write_beside(path: Path, contents: list[Content]) -> None:
    """Do the same where the system has no files without a name."""
    partial = path.with_name(f"{path.name}.partial")
    try:
        with partial.open("wb") as file:
            _fill(file, contents)
        if path.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
        os.replace(partial, path)
    except BaseException:
        with suppress(OSError):
            partial.unlink()
        raise


def _fill(file: IO[bytes], contents: list[Content]) -> None:
    write_zip(file, contents)
    file.flush()
    os.fsync(file.fileno())


__all__ = ["BundleWriter"]
