"""A ledger where nothing can be written is read there, and one with others' files beside it is not mixed with them."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from ledger import Ledger, StoreError, StoreUnavailable
from ledger.store.database.backup import backup
from ledger.store.database.embedded import BESIDE, keep_ahead
from replay.evidence.verify import verify
from tests.deals.toy import TOY, month_events
from tests.unprivileged import NOBODY, unprivileged

MODES = [(0o444, 0o555), (0o644, 0o555), (0o444, 0o755)]


@pytest.fixture
def kept(toy_file: Path) -> Iterator[Path]:
    """A directory that everyone may enter, with a copy of the ledger in it; its owner is somebody else."""
    home = Path(tempfile.mkdtemp(prefix="indenture-"))
    home.chmod(0o755)
    shutil.copy(toy_file, home / "toy.db")
    yield home / "toy.db"
    home.chmod(0o755)
    shutil.rmtree(home)


@contextmanager
def closed_to_writing(path: Path, modes: tuple[int, int] = MODES[0]) -> Iterator[None]:
    """Take the right to write away."""
    for item in path.parent.iterdir():
        item.chmod(modes[0])
    path.parent.chmod(modes[1])
    with unprivileged():
        yield
    path.parent.chmod(0o755)


@pytest.mark.parametrize("modes", MODES[:2], ids=["all", "directory"])
@pytest.mark.parametrize("mode", ["WAL", "DELETE"])
def test_a_copy_that_cannot_be_written_is_read_and_verified(kept: Path, mode: str, modes: tuple[int, int]) -> None:
    with sqlite3.connect(kept) as connection:
        connection.execute(f"PRAGMA journal_mode = {mode}")
    connection.close()
    before = kept.read_bytes()
    with closed_to_writing(kept, modes), Ledger.open(kept) as ledger:
        assert verify(ledger, TOY).ok
        assert len(list(ledger.events(TOY))) == ledger.head(TOY).sequence
        with pytest.raises(StoreUnavailable, match="read-only"):
            ledger.post_many(month_events(2))
        assert ledger.head(TOY).sequence > 0
    assert kept.read_bytes() == before
    assert [item.name for item in kept.parent.iterdir()] == ["toy.db"]


def test_it_is_copied_to_where_one_can_write(kept: Path) -> None:
    with tempfile.TemporaryDirectory() as home:
        os.chmod(home, 0o777)
        with closed_to_writing(kept):
            backup(kept, Path(home) / "copy.db")
            with Ledger.open(Path(home) / "copy.db") as ledger:
                assert verify(ledger, TOY).ok


def test_nothing_is_copied_to_where_one_cannot(kept: Path) -> None:
    with closed_to_writing(kept), pytest.raises(StoreUnavailable, match="name another place"):
        backup(kept, kept.with_name("copy.db"))
    assert [item.name for item in kept.parent.iterdir()] == ["toy.db"]


def left_by_a_killed_writer(path: Path, into: Path) -> None:
    """Copy a ledger as it lies there while its last events are in the write-ahead file alone."""
    with Ledger.open(path) as ledger:
        ledger.post_many(month_events(2)).or_raise()
        for suffix in ("", "-wal"):
            shutil.copy(f"{path}{suffix}", f"{into}{suffix}")


def test_what_is_in_the_write_ahead_file_alone_is_never_left_out(kept: Path, toy_file: Path) -> None:
    with Ledger.open(toy_file) as ledger:
        before = ledger.head(TOY).sequence
    left_by_a_killed_writer(toy_file, kept)
    with closed_to_writing(kept):
        with pytest.raises(StoreUnavailable, match=r"toy\.db-wal holds what is not in it yet"):
            Ledger.open(kept)
        with pytest.raises(StoreUnavailable, match="ledger backup"):
            backup(kept, Path(tempfile.gettempdir()) / "never.db")
    with Ledger.open(kept) as ledger:
        assert ledger.head(TOY).sequence > before


def test_whoever_may_only_read_reads_beside_the_writer(kept: Path) -> None:
    """The writer's own files are there as long as it has the ledger open, and its locks are heeded."""
    with Ledger.open(kept) as writer:
        writer.post_many(month_events(2)).or_raise()
        head = writer.head(TOY)
        with unprivileged(), Ledger.open(kept) as ledger:
            assert ledger.head(TOY) == head
            with pytest.raises(StoreUnavailable, match="read-only"):
                ledger.post_many(month_events(3))
        writer.post_many(month_events(3)).or_raise()
        with unprivileged(), Ledger.open(kept) as ledger:
            assert ledger.head(TOY) == writer.head(TOY)


def test_a_reading_during_which_the_file_was_written_is_void(kept: Path) -> None:
    """Where no lock can be seen, a change is."""
    with unprivileged(), Ledger.open(kept) as ledger, ExitStack() as under_way:
        under_way.enter_context(ledger._store.reading())
        if os.geteuid() != NOBODY:
            pytest.skip("the file can be written, and its locks are seen")
        os.seteuid(0)
        with Ledger.open(kept) as writer:
            writer.post_many(month_events(2)).or_raise()
            head = writer.head(TOY)
        os.seteuid(NOBODY)
        with pytest.raises(StoreUnavailable, match="was written while it was read"):
            under_way.close()
        assert ledger.head(TOY) == head, "the next reading is of the file as it is now"


@pytest.mark.parametrize("suffix", BESIDE)
def test_a_new_ledger_is_not_mixed_with_what_a_lost_one_left(tmp_path: Path, toy_file: Path, suffix: str) -> None:
    lost = tmp_path / "lost.db"
    left = tmp_path / f"lost.db{suffix}"
    left_by_a_killed_writer(toy_file, tmp_path / "was.db")
    shutil.copy(tmp_path / "was.db-wal", left)
    before = left.read_bytes()
    for _ in range(2):
        with pytest.raises(StoreError, match="move it away and keep it"):
            Ledger.create(lost)
    assert left.read_bytes() == before
    assert not lost.exists()
    left.rename(tmp_path / "kept away")
    with Ledger.create(lost) as ledger:
        assert ledger.deals() == []


def test_nor_is_one_made_in_an_empty_file(tmp_path: Path, toy_file: Path) -> None:
    left_by_a_killed_writer(toy_file, tmp_path / "was.db")
    empty = tmp_path / "empty.db"
    empty.touch()
    shutil.copy(tmp_path / "was.db-wal", tmp_path / "empty.db-wal")
    with pytest.raises(StoreError, match="move it away and keep it"):
        Ledger.create(empty)


@pytest.mark.parametrize("name", ["a#b.db", "a?b.db", "a%20b.db", "ä b.db"])
def test_a_name_is_taken_as_it_stands(tmp_path: Path, toy_file: Path, name: str) -> None:
    backup(toy_file, tmp_path / name)
    backup(tmp_path / name, tmp_path / f"{name} again")
    with Ledger.open(toy_file) as ledger, Ledger.open(tmp_path / f"{name} again") as copy:
        assert copy.head(TOY) == ledger.head(TOY)


class Refusing:
    """A driver that refuses some times before it does what it is told."""

    def __init__(self, times: int, code: int) -> None:
        self.times, self.code, self.done = times, code, list[str]()

    def execute(self, statement: str) -> None:
        if self.times:
            self.times -= 1
            fault = sqlite3.OperationalError("database is locked")
            fault.sqlite_errorcode = self.code
            raise fault
        self.done.append(statement)


def test_whoever_creates_a_ledger_beside_others_waits_for_them() -> None:
    driver = Refusing(3, sqlite3.SQLITE_BUSY)
    keep_ahead(driver, 20)
    assert driver.done == ["PRAGMA journal_mode = WAL"]


@pytest.mark.parametrize(("seconds", "code"), [(0, sqlite3.SQLITE_BUSY), (20, sqlite3.SQLITE_IOERR)])
def test_it_waits_for_a_time_and_for_nothing_else(seconds: float, code: int) -> None:
    driver = Refusing(1_000_000, code)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        keep_ahead(driver, seconds)
    assert driver.times > 999_000
