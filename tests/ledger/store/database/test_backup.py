"""A backup and what is restored from it are there whole or not at all, and hold what was copied and nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ledger import Ledger, StoreError
from ledger.store.database.backup import backup, new_ledger, restore
from ledger.store.database.embedded import BESIDE
from tests.deals.toy import TOY, month_events


@pytest.fixture
def copy(toy_file: Path, tmp_path: Path) -> Path:
    """A backup of the toy ledger."""
    backup(toy_file, tmp_path / "copy.db")
    return tmp_path / "copy.db"


@pytest.mark.parametrize("suffix", BESIDE)
@pytest.mark.parametrize("size", ["whole", "empty"])
def test_nothing_is_restored_beside_what_a_lost_ledger_left(
    toy_file: Path, copy: Path, tmp_path: Path, suffix: str, size: str
) -> None:
    lost = tmp_path / "lost" / "toy.db"
    lost.parent.mkdir()
    with Ledger.open(toy_file) as ledger:
        ledger.post_many(month_events(2)).or_raise()
        shutil.copy(f"{toy_file}-wal", f"{lost}{suffix}")
    if size == "empty":
        Path(f"{lost}{suffix}").write_bytes(b"")
    for act in (restore, backup):
        with pytest.raises(StoreError, match=f"toy.db{suffix} lies there without its database"):
            act(copy, lost)
    assert [item.name for item in lost.parent.iterdir()] == [f"toy.db{suffix}"]
    Path(f"{lost}{suffix}").unlink()
    restore(copy, lost)
    with Ledger.open(lost) as restored, Ledger.open(copy) as kept:
        assert restored.head(TOY) == kept.head(TOY)


def test_the_restored_ledger_is_there_at_once_with_nothing_beside_it(
    copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was done in the making is undone where it breaks off, whatever breaks it."""
    place = tmp_path / "new"
    place.mkdir()
    for name in ("os.link", "ledger.files.sync", "ledger.store.database.event_store.upgrade"):
        with monkeypatch.context() as broken:
            broken.setattr(name, lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                restore(copy, place / "toy.db")
        assert list(place.iterdir()) == []
    restore(copy, place / "toy.db")
    assert [item.name for item in place.iterdir()] == ["toy.db"]
    with pytest.raises(StoreError, match="exists; give the name of a new file"):
        restore(copy, place / "toy.db")


def test_what_comes_to_be_there_meanwhile_is_not_written_over(copy: Path, tmp_path: Path) -> None:
    target = tmp_path / "toy.db.other"

    def come(_done: int, _whole: int) -> None:
        target.write_text("kept")

    with pytest.raises(StoreError, match="exists"):
        backup(copy, target, come)
    assert target.read_text() == "kept"
    assert not list(tmp_path.glob("*.partial*"))


def test_what_a_killed_process_left_is_swept_away(copy: Path, tmp_path: Path) -> None:
    gone = 2**22 + 1  # no process has this number
    for name in (f"toy.db.{gone}-1.partial", f"toy.db.{gone}-1.partial-journal", f"toy.db.{gone}-2.partial-wal"):
        (tmp_path / name).write_bytes(b"half")
    (tmp_path / "toy.db.1-1.partial").write_bytes(b"of a process that runs")
    (tmp_path / "toy.db").unlink()
    restore(copy, tmp_path / "toy.db")
    assert [item.name for item in tmp_path.glob("*partial*")] == ["toy.db.1-1.partial"]


def test_a_new_ledger_is_made_whole_or_not_at_all(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), new_ledger(tmp_path / "new.db") as partial, Ledger.create(partial):
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "new.db").touch()
    with new_ledger(tmp_path / "new.db") as partial, Ledger.create(partial):
        assert not (tmp_path / "new.db").exists()
    assert [item.name for item in tmp_path.iterdir()] == ["new.db"]
    with pytest.raises(StoreError, match="exists"), new_ledger(tmp_path / "new.db"):
        pass
