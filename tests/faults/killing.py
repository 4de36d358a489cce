"""Killing a command at any moment, and what must be so then: shared by the tests of the commands that write.

Each command is run once to the end, to see what it makes and how long it takes; then it is killed at random moments of
that time. After a kill the ledgers that are there open and verify, the files that are there are whole, and the command
run again leaves what the unkilled one left.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs

from ledger import Ledger, LedgerNotFound
from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL, PAID
from replay.evidence.bundle import verify_bundle
from replay.evidence.verify import verify

COMMANDS = Path(__file__).with_name("commands.py")
SEED = 2002
"""The seed of the moments at which commands are killed."""


class Runner:
    """A process that runs commands and kills them."""

    def __init__(self) -> None:
        words = [sys.executable, str(COMMANDS)]
        self._process = subprocess.Popen(words, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._asking, self._answers = self._process.stdin, self._process.stdout

    def run(self, words: list[str], seconds: float | None = None) -> dict[str, Any]:
        """Run a command, and kill it after some seconds."""
        self._asking.write(json.dumps({"words": words, "seconds": seconds}) + "\n")
        self._asking.flush()
        found: dict[str, Any] = json.loads(self._answers.readline())
        return found

    def end(self) -> None:
        """Let it end."""
        self._asking.close()
        self._process.wait()


@attrs.frozen(kw_only=True)
class Killed:
    """A command to be killed: how its place is made, its words there, and what is to be found when it is done.

    ``again`` are the exit statuses with which it may answer when it is run after it had done everything. What is there
    before it need not be ``readable``.
    """

    prepare: Callable[[Path], None]
    words: Callable[[Path], list[str]]
    again: tuple[int, ...] = (0,)
    readable: bool = True


def trust(place: Path) -> str:
    """Where the ledger is."""
    return str(place / "trust.db")


READ_BY: dict[str, Callable[[Path], object]] = {}
"""How files are read whose bytes differ each time that they are made, by the end of their names."""


def found(place: Path) -> dict[str, Any]:
    """Return what stands in a place, by name: of ledgers the heads, verified; of files the bytes, or what they say."""
    held: dict[str, Any] = {}
    for item in sorted(place.rglob("*")):
        name = str(item.relative_to(place))
        if item.is_dir() or item.suffix in (".db-wal", ".db-shm", ".db-journal") or ".partial" in name:
            continue
        if item.suffix == ".db":
            held[name] = in_ledger(item)
        elif name.startswith("archives"):
            held[name] = None
        elif item.suffix in READ_BY:
            held[name] = READ_BY[item.suffix](item)
        else:
            held[name] = item.read_bytes()
        if item.suffix == ".zip":
            assert verify_bundle(item).ok
    if (place / "archives").is_dir() and any((place / "archives").glob("*/manifest.json")):
        held["archives"] = in_ledger(f"archive:{place / 'archives'}")
    return held


def in_ledger(address: Path | str) -> dict[str, Any]:
    """Return the ids that every deal of a ledger holds, after verifying them."""
    if isinstance(address, Path) and not address.stat().st_size:
        return {}
    held: dict[str, Any] = {}
    try:
        with Ledger.open(address) as ledger:
            for deal in ledger.deals():
                told = verify(ledger, deal)
                assert told.ok, told.faults
                held[deal] = [item.event.event_id for item in ledger.events(deal)]
    except LedgerNotFound:
        return {}  # its making was broken off before there was anything in it
    return held


def kill(runner: Runner, home: Path, killed: Killed, times: int, seed: int) -> None:
    dice = random.Random(seed)
    kept, done = home / "kept", home / "done"
    kept.mkdir()
    killed.prepare(kept)
    shutil.copytree(kept, done)
    told = runner.run(killed.words(done))
    assert told["status"] == 0, told
    expected, usual, hit = found(done), told["seconds"], 0
    before = found(kept) if killed.readable else {}
    for number in range(times):
        place = home / str(number)
        shutil.copytree(kept, place)
        told = runner.run(killed.words(place), dice.uniform(0.0, 1.05 * usual))
        hit += told["status"] < 0
        if killed.readable:
            now = found(place)
            for name, item in before.items():
                if isinstance(item, dict):
                    for deal, ids in item.items():
                        assert now[name][deal][: len(ids)] == ids, "what was acknowledged before is lost"
                if isinstance(item, frozenset):
                    assert now[name] >= item, "what was acknowledged before is lost"
            for name in ("copy.db", "kept.db", "evidence.zip"):
                assert name not in now or now[name] == expected[name], "it is there, and not whole"
        if told["status"] == 0:
            assert found(place) == expected, "it was acknowledged, and is not there"
        again = runner.run(killed.words(place))
        assert again["status"] in killed.again, (again, told)
        finish(runner, killed, place)
        assert found(place) == expected, "the command run again did not finish the job"
        assert not [item.name for item in place.rglob("*.partial*")], "something half done lies about"
        shutil.rmtree(place)
    assert hit > times // 4 or times < 20, f"only {hit} of {times} were killed"


def finish(runner: Runner, killed: Killed, place: Path) -> None:
    """Pay what was closed, where the command that closes and pays was killed in between."""
    words = killed.words(place)
    if "--distribute" in words:
        assert runner.run(["ledger", "distribute", trust(place), DEAL, str(PAID)])["status"] == 0
