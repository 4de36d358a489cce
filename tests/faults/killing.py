"""Killing a command at any moment, and what must be so then: shared by the tests of the commands that write.

Each command is run once to the end, to see what it makes and how long it takes; then it is killed at random moments of
that time. After a kill the ledgers that are there open and verify, the files that are there are whole, and the command
run again leaves what the unkilled one left. A ledger is a file, or a database of a server, which each place then has
its own copy of.
"""

from __future__ import annotations

import contextlib
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
from ledger.store.database.event_store import EventStore
from replay.evidence.bundle import verify_bundle
from replay.evidence.verify import verify
from tests.postgres import Server

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

    def run(self, words: list[str], place: Path, seconds: float | None = None) -> dict[str, Any]:
        """Run a command in a folder, and kill it after some seconds."""
        self._asking.write(json.dumps({"words": words, "place": str(place), "seconds": seconds}) + "\n")
        self._asking.flush()
        found: dict[str, Any] = json.loads(self._answers.readline())
        return found

    def end(self) -> None:
        """Let it end."""
        self._asking.close()
        self._process.wait()


@attrs.define
class Moments:
    """Random moments of what takes about so long: how long is learnt anew all the time, for a machine's load changes.

    What a single run took when others were at work would be far too long, or too short, for those that follow.
    """

    dice: random.Random
    usual: float

    def draw(self) -> float:
        """Return after how many seconds to stop it: at any moment of it, or hardly behind its end."""
        return self.dice.uniform(0.0, 1.05 * self.usual)

    def stopped(self) -> None:
        """Learn that it was stopped: it may take longer than it did."""
        self.usual *= 1.01

    def ended(self, seconds: float) -> None:
        """Learn how long it took when nothing stopped it."""
        self.usual = (self.usual + seconds) / 2


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


def command_of(name: str) -> tuple[str, tuple[str, ...]]:
    """Return which command is killed under a name, and the options that the name says it has: ``head, --file``."""
    command, _, options = name.partition(",")
    return command, tuple(word for word in options.split() if word.startswith("--"))


AT_A_SERVER = "trust.url"
"""The file of a place that holds the address of its ledger, where that is a database of a server."""


def trust(place: Path) -> str:
    """Where the ledger is."""
    address = place / AT_A_SERVER
    return address.read_text(encoding="utf-8") if address.exists() else str(place / "trust.db")


@attrs.define
class Places:
    """Where commands are run: folders of ``home``, each with a database of its own where there is a ``server``."""

    home: Path
    server: Server | None = None

    def new(self, name: str) -> Path:
        """Make an empty place."""
        place = self.home / name
        place.mkdir()
        if self.server is not None:
            self._points_to(place, str(self.server.empty_database().render_as_string(hide_password=False)))
        return place

    def copy(self, kept: Path, name: str) -> Path:
        """Make a place that holds what another does."""
        place = self.home / name
        shutil.copytree(kept, place)
        if self.server is not None:
            made = self.server.copied_database(trust(kept).rpartition("/")[2].partition("?")[0])
            self._points_to(place, str(made.render_as_string(hide_password=False)))
        return place

    def remove(self, place: Path) -> None:
        """Take a place away."""
        if self.server is not None:
            self.server.run(f"DROP DATABASE {trust(place).rpartition('/')[2].partition('?')[0]} WITH (FORCE)")
        shutil.rmtree(place)

    @staticmethod
    def _points_to(place: Path, address: str) -> None:
        (place / AT_A_SERVER).write_text(address, encoding="utf-8")


WHOLE = ("copy.db", "kept.db")
"""Ledgers that are there whole or not at all."""

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
        elif name == AT_A_SERVER:
            held[name] = in_ledger(trust(place))
            held["grants"] = granted(trust(place))
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


def granted(address: str) -> list[tuple[str, str, bool]]:
    """Return who may do what in a ledger at a server."""
    try:
        store = EventStore.open(address)
    except LedgerNotFound:
        return []
    with contextlib.closing(store):
        return [(item.deal, str(item.access), item.is_gone) for item in store.grants()]


def kill(
    runner: Runner, home: Path, name: str, killed: Killed, times: int, seed: int, server: Server | None = None
) -> None:
    places = Places(home, server)
    kept = places.new("kept")
    killed.prepare(kept)
    done = places.copy(kept, "done")
    words = killed.words(done)
    command, options = command_of(name)
    assert words[1 : 1 + len(command.split())] == command.split(), "it goes by another name"
    assert set(options) <= set(words), "it goes by another name"
    told = runner.run(words, done)
    assert told["status"] == 0, told
    expected, hit = found(done), 0
    moments = Moments(random.Random(seed), told["seconds"])
    before = found(kept) if killed.readable else {}
    for number in range(times):
        place = places.copy(kept, str(number))
        told = runner.run(killed.words(place), place, moments.draw())
        if told["status"] < 0:
            hit += 1
            moments.stopped()
        else:
            moments.ended(told["seconds"])
        if killed.readable:
            _check_kept(found(place), before, expected)
        if told["status"] == 0:
            assert found(place) == expected, "it was acknowledged, and is not there"
        again = runner.run(killed.words(place), place)
        assert again["status"] in killed.again, (again, told)
        assert found(place) == expected, "the command run again did not finish the job"
        assert not [item.name for item in place.rglob("*.partial*")], "something half done lies about"
        places.remove(place)
    assert hit > times // 4 or times < 20, f"only {hit} of {times} were killed"


def _check_kept(now: dict[str, Any], before: dict[str, Any], expected: dict[str, Any]) -> None:
    """Find everything that was there before, and what is new whole."""
    for name, item in before.items():
        if isinstance(item, dict):
            for deal, ids in item.items():
                assert now[name][deal][: len(ids)] == ids, "what was acknowledged before is lost"
        if isinstance(item, frozenset):
            assert now[name] >= item, "what was acknowledged before is lost"
    for name in now.keys() & expected.keys() - before.keys():
        if isinstance(expected[name], bytes) or name in WHOLE:
            assert now[name] == expected[name], "it is there, and not whole"
    assert _folder(now) in ({}, _folder(before), _folder(expected)), "the folder is there, and not whole"


def _folder(held: dict[str, Any]) -> dict[str, Any]:
    return {name: item for name, item in held.items() if name.startswith("papers/")}
