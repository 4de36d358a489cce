"""A file is written whole or not at all, whatever becomes of the disk, and who wrote it is told what to do."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ledger import Ledger, StoreError, StoreUnavailable
from ledger.files import folder_whole, write_whole, written_whole
from ledger.store.database.backup import backup
from tests.deals.toy import TOY, toy_month


def full(*_: Any, **__: Any) -> Any:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


WRITERS: dict[str, Callable[[Path, Path], Any]] = {
    "backup": lambda ledger, place: backup(ledger, place / "copy.db"),
    "archive": lambda ledger, place: Ledger.open(ledger).archive(TOY, place),
    "file": lambda _, place: write_whole(place / "file", b"content"),
}


def files(place: Path) -> list[str]:
    return [item.name for item in place.rglob("*") if item.is_file()]


@pytest.mark.parametrize("writer", WRITERS)
def test_a_full_disk_leaves_nothing_half_done(
    writer: str, toy_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "place"
    place.mkdir()
    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", full)
        with pytest.raises(StoreUnavailable, match="the disk is full; make room or name another place"):
            WRITERS[writer](toy_file, place)
    assert files(place) == []
    WRITERS[writer](toy_file, place)
    assert files(place)
    assert not [name for name in files(place) if "partial" in name]


def test_a_full_disk_under_an_archive_leaves_it_as_it_was(
    toy_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Ledger.open(toy_file) as ledger:
        sealed = ledger.archive(TOY, tmp_path / "archives")
        toy_month(ledger, 2)
        with monkeypatch.context() as broken:
            broken.setattr(os, "fsync", full)
            with pytest.raises(StoreUnavailable, match="the disk is full"):
                ledger.archive(TOY, tmp_path / "archives")
        with Ledger.open(f"archive:{tmp_path / 'archives'}") as archived:
            assert archived.head(TOY) == sealed.head
        assert not [name for name in files(tmp_path) if "partial" in name]
        assert ledger.archive(TOY, tmp_path / "archives").head == ledger.head(TOY)


def test_files_of_no_size_at_all_are_a_full_disk(toy_file: Path, tmp_path: Path) -> None:
    """A limit on the size of files stands for a small disk: the system itself refuses the write."""
    resource = pytest.importorskip("resource")
    place = tmp_path / "place"
    place.mkdir()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, before[1]))
    try:
        with pytest.raises(StoreUnavailable, match="make room"):
            backup(toy_file, place / "copy.db")
        with pytest.raises(StoreUnavailable, match="make room"):
            write_whole(place / "file", bytes(100_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert files(place) == []


def test_an_interrupt_leaves_nothing_either(tmp_path: Path) -> None:
    def half(partial: Path) -> None:
        partial.write_bytes(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), written_whole(tmp_path / "file") as partial:
        half(partial)
    assert files(tmp_path) == []


def test_what_is_there_is_replaced_only_when_asked(tmp_path: Path) -> None:
    write_whole(tmp_path / "file", b"first")
    with pytest.raises(StoreError, match="exists"):
        write_whole(tmp_path / "file", b"second")
    write_whole(tmp_path / "file", b"third", replace=True)
    assert (tmp_path / "file").read_bytes() == b"third"


def test_a_file_system_without_second_names_takes_the_file_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: Any) -> None:
        raise OSError(errno.EPERM, "not here")

    monkeypatch.setattr(os, "link", refused)
    write_whole(tmp_path / "file", b"content")
    assert files(tmp_path) == ["file"]


def broken_off(target: Path, name: str, *, replace: bool) -> None:
    """Write a file into a folder, and break off before the folder is whole."""
    with folder_whole(target, replace=replace, known_by="a.txt") as folder:
        (folder / name).write_text("x")
        raise RuntimeError


def test_a_folder_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "folder"
    with pytest.raises(RuntimeError):
        broken_off(target, "a.txt", replace=False)
    assert list(tmp_path.iterdir()) == []
    with folder_whole(target) as folder:
        (folder / "a.txt").write_text("a")
    with pytest.raises(StoreError, match="exists"), folder_whole(target):
        pass
    with pytest.raises(StoreError, match="was not written"), folder_whole(target, replace=True, known_by="b.txt"):
        pass
    with pytest.raises(RuntimeError):
        broken_off(target, "b.txt", replace=True)
    assert [item.name for item in target.iterdir()] == ["a.txt"]
    with folder_whole(target, replace=True, known_by="a.txt") as folder:
        (folder / "b.txt").write_text("b")
    assert [item.name for item in target.iterdir()] == ["b.txt"]
    assert [item.name for item in tmp_path.iterdir()] == ["folder"]
