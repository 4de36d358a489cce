"""Whatever is changed in a stored row, `replay verify` finds it; so does a cut tail, given a head kept elsewhere."""

from __future__ import annotations

import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from ledger import Ledger
from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL, post_september_2002
from replay.cli import main

COLUMNS = (
    "event_id", "type", "posts_as", "effective_date", "distribution", "loan", "loan_group", "class_id", "code",
    "principal", "interest", "fee", "loss", "other", "memo", "loans", "note_rate", "servicing_rate", "recorded_at",
    "payload", "hash",
)  # fmt: skip


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("evidence") / "trust.db"
    with Ledger.create(path) as ledger:
        post_september_2002(ledger)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in names:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("PRAGMA journal_mode = DELETE")
    return path


def verified(path: Path, *more: str) -> int:
    """Return the exit status but for the guards that the fixture has taken off."""
    shown = CliRunner().invoke(main, ["verify", str(path), DEAL, "--all", *more])
    faults = [line for line in shown.stdout.splitlines() if line.endswith("]") and "[other_schema]" not in line]
    return shown.exit_code if faults or shown.exit_code != 1 else 0


def changed(value: object, chance: random.Random) -> object:
    if isinstance(value, int):
        return value + chance.choice([-1, 1, 7, 10_000])
    if isinstance(value, bytes):
        at = chance.randrange(len(value))
        return value[:at] + bytes([value[at] ^ (1 << chance.randrange(8))]) + value[at + 1 :]
    text = str(value)
    at = chance.randrange(len(text) + 1)
    return text[:at] + chance.choice("xyz019") + text[at + 1 :] if at < len(text) else text + "x"


def test_the_untouched_ledger_is_sound(original: Path) -> None:
    assert verified(original) == 0


@pytest.mark.parametrize("column", COLUMNS)
def test_a_change_in_any_column_is_found(original: Path, tmp_path: Path, column: str) -> None:
    chance = random.Random(column)
    for attempt in range(3):
        path = tmp_path / f"{attempt}.db"
        shutil.copy(original, path)
        sequence = chance.randint(1, 167)
        with sqlite3.connect(path) as connection:
            (value,) = connection.execute(f"SELECT {column} FROM events WHERE sequence = ?", (sequence,)).fetchone()
            other = changed(value, chance)
            if other == value:
                continue
            connection.execute(f"UPDATE events SET {column} = ? WHERE sequence = ?", (other, sequence))
        assert verified(path) == 1, (column, sequence, value, other)


def test_a_removed_row_and_two_swapped_rows_are_found(original: Path, tmp_path: Path) -> None:
    for name, statements in {
        "removed": ["DELETE FROM events WHERE sequence = 90"],
        "swapped": [
            "UPDATE events SET sequence = 9999 WHERE sequence = 90",
            "UPDATE events SET sequence = 90 WHERE sequence = 91",
            "UPDATE events SET sequence = 91 WHERE sequence = 9999",
        ],
    }.items():
        path = tmp_path / f"{name}.db"
        shutil.copy(original, path)
        with sqlite3.connect(path) as connection:
            for statement in statements:
                connection.execute(statement)
        assert verified(path) == 1, name


def test_a_cut_tail_is_found_by_a_head_kept_elsewhere(original: Path, tmp_path: Path) -> None:
    head = CliRunner().invoke(main, ["head", str(original), DEAL]).stdout
    path = tmp_path / "cut.db"
    shutil.copy(original, path)
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM events WHERE sequence > 160")
    assert verified(original, "--head", head) == 0
    assert verified(path, "--head", head) == 1
