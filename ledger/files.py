"""Writing a file whole or not at all.

What is written stands under a name of its own in the same directory until all of it is on the disk; then it takes its
name, in one step. Whatever goes wrong before - a full disk, an interrupt - removes it, and what a killed process left
is removed by the next that writes there.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from ledger.errors import StoreError, StoreUnavailable

PARTIAL = ".partial"
"""How the name ends of a file that is not whole yet; before it stand its writer's process and a number."""

_BESIDE = ("", "-journal", "-wal", "-shm")
_BEFORE = "-before"
"""How the name ends of a folder that is being replaced, after that of the one that takes its place."""
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_numbers = itertools.count(1)


@contextlib.contextmanager
def written_whole(target: Path, *, replace: bool = False) -> Iterator[Path]:
    """Yield the path to write to in the place of ``target``, and give it that name when the block ends.

    Raises :class:`~ledger.errors.StoreError` where the target exists, unless it is to be replaced, and
    :class:`~ledger.errors.StoreUnavailable` where the disk is full or the place cannot be written.
    """
    if not replace:
        check_new(target)
    partial = target.with_name(f"{target.name}.{os.getpid()}-{next(_numbers)}{PARTIAL}")
    with told_what_to_do(target):
        try:
            sweep(target)
            yield partial
            sync(partial)
            if replace:
                os.replace(partial, target)
            else:
                _name(partial, target)
            sync(target.parent)
        finally:
            for suffix in _BESIDE:
                with contextlib.suppress(OSError):
                    os.unlink(f"{partial}{suffix}")


def write_whole(target: Path, content: bytes, *, replace: bool = False) -> None:
    """Write a file whole or not at all; see :func:`written_whole`."""
    with written_whole(target, replace=replace) as partial, partial.open("wb") as file:
        file.write(content)


def write_once(target: Path, content: bytes) -> None:
    """Write a new file whole or not at all; one that is there must hold just this, as one that was killed leaves it."""
    write_whole(target, content, replace=holds(target, content))


def holds(target: Path, content: bytes) -> bool:
    """Say whether a file is there and holds exactly this."""
    return target.is_file() and target.stat().st_size == len(content) and target.read_bytes() == content


@contextlib.contextmanager
def folder_whole(target: Path, *, replace: bool = False, known_by: str = "") -> Iterator[Path]:
    """Yield a new folder to write files into, and give it the name of ``target`` when the block ends.

    A folder that is there already is only replaced where it holds a file ``known_by`` its name, so that none is taken
    away that something else made. Raises :class:`~ledger.errors.StoreError` where the target exists and is not to be
    replaced, and :class:`~ledger.errors.StoreUnavailable` where it cannot be written.
    """
    sweep(target)
    there = os.path.lexists(target)
    if there and not replace:
        check_new(target)
    if there and not (target.is_dir() and not target.is_symlink() and (target / known_by).is_file()):
        raise StoreError(f"{target} is there and was not written by this command; name another place")
    partial = target.with_name(f"{target.name}.{os.getpid()}-{next(_numbers)}{PARTIAL}")
    before = partial.with_name(f"{partial.name}{_BEFORE}")
    with told_what_to_do(target):
        try:
            partial.mkdir()
            yield partial
            for file in sorted(partial.rglob("*")):
                if file.is_file():
                    sync(file)
            if there:
                os.rename(target, before)
            os.rename(partial, target)
            sync(target.parent)
        except BaseException:
            if before.exists() and not target.exists():
                os.rename(before, target)
            raise
        finally:
            shutil.rmtree(partial, ignore_errors=True)
            shutil.rmtree(before, ignore_errors=True)


@contextlib.contextmanager
def told_what_to_do(target: object) -> Iterator[None]:
    """Turn the faults of a disk into the ledger's own, with what to do about them."""
    try:
        yield
    except OSError as fault:
        raise StoreUnavailable(f"{target} cannot be written: {reason(fault)}") from fault


def reason(fault: OSError) -> str:
    """Return why a file cannot be written, and what to do about it."""
    if fault.errno in _FULL:
        return "the disk is full; make room or name another place, then do it again: nothing was left behind"
    if fault.errno == errno.EROFS:
        return "it is on a medium that cannot be written; name another place"
    return f"{fault.strerror or fault}; name another place"


def check_new(target: Path, *, instead: str = "give the name of a new file") -> None:
    """Raise :class:`~ledger.errors.StoreError` where something has this name, saying what to do ``instead``.

    Whoever wrote it may have been killed when it had its name and was not yet rid of the other: that one is removed.
    """
    if os.path.lexists(target):
        sweep(target)
        raise StoreError(f"{target} exists; {instead}")


def sync(path: Path) -> None:
    """Make the content of a file last, or the names of a directory; not every system lets a directory be synced."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        if path.is_dir():
            return
        raise
    try:
        os.fsync(handle)
    except OSError:
        if not path.is_dir():
            raise
    finally:
        os.close(handle)


def _name(partial: Path, target: Path) -> None:
    """Give a file its name, but never that of another which came to be there meanwhile."""
    try:
        os.link(partial, target)
    except FileExistsError:
        check_new(target)
    except OSError:  # not every file system gives a file two names
        check_new(target)
        os.rename(partial, target)
    else:
        # At once: whoever is killed before it leaves a second name behind.
        with contextlib.suppress(OSError):
            os.unlink(partial)


def sweep(target: Path) -> None:
    """Remove what processes that are gone left of the same target; a folder that one had put aside comes back."""
    if os.name != "posix":
        return  # where asking after a process would end it
    beside = "|".join((*_BESIDE[1:], _BEFORE))
    left = re.compile(re.escape(target.name) + r"\.([0-9]{1,9})-[0-9]+" + re.escape(PARTIAL) + f"({beside})?")
    with contextlib.suppress(OSError):
        for entry in os.listdir(target.parent):
            found = left.fullmatch(entry)
            if found is not None and not _runs(int(found[1])):
                with contextlib.suppress(OSError):
                    _cleared(target.parent / entry, target, is_before=found[2] == _BEFORE)


def _cleared(left: Path, target: Path, *, is_before: bool) -> None:
    if not left.is_dir() or left.is_symlink():
        os.unlink(left)
    elif is_before and not os.path.lexists(target):
        os.rename(left, target)
    else:
        shutil.rmtree(left)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


__all__ = [
    "PARTIAL",
    "check_new",
    "folder_whole",
    "holds",
    "reason",
    "sweep",
    "sync",
    "told_what_to_do",
    "write_once",
    "write_whole",
    "written_whole",
]
