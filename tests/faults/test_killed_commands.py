"""A command killed at any moment loses nothing acknowledged, leaves nothing half done, and finishes when repeated.

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
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from ledger import Ledger, LedgerNotFound, ServicingFeeWithheld, encode, terms_to_json
from ledger.samples.impac_cmb_2002_1.september_2002 import (
    DEAL,
    PAID,
    brought_forward,
    month,
    post_september_2002,
    terms,
)
from ledger.store.database.backup import backup
from ledger.store.database.event_store import EventStore
from replay.evidence.bundle import export_bundle, verify_bundle
from replay.evidence.verify import verify
from tests.deals import noted

COMMANDS = Path(__file__).with_name("commands.py")
SEED = 2002


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


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    """One for all tests."""
    made = Runner()
    yield made
    made.end()


@attrs.frozen(kw_only=True)
class Killed:
    """A command to be killed: how its place is made, its words there, and what is to be found when it is done.

    ``again`` are the exit statuses with which it may answer when it is run after it had done everything.
    """

    prepare: Callable[[Path], None]
    words: Callable[[Path], list[str]]
    again: tuple[int, ...] = (0,)


def nothing(_place: Path) -> None:
    """An empty place."""


def whole(place: Path) -> None:
    """The real month, closed and paid."""
    with Ledger.create(place / "trust.db") as ledger:
        post_september_2002(ledger)


def opened(place: Path) -> None:
    """The deal opened and carried in; its month in a file, to be posted."""
    with Ledger.create(place / "trust.db") as ledger:
        ledger.open_deal(DEAL, terms()).or_raise()
        ledger.post_many(brought_forward()).or_raise()
    with Ledger.create("sqlite://") as other:
        post_september_2002(other)
        lines = [item.payload for item in other.events(DEAL)]
        count = other.closing(DEAL, PAID).sequence - 1  # type: ignore[union-attr]
    (place / "month.jsonl").write_text("\n".join(lines[:count]) + "\n", encoding="utf-8")


def posted(place: Path) -> None:
    """The month posted and open."""
    with Ledger.create(place / "trust.db") as ledger:
        ledger.open_deal(DEAL, terms()).or_raise()
        ledger.post_many(brought_forward()).or_raise()
        ledger.post_many(month()).or_raise()


def closed(place: Path) -> None:
    """The month closed and not paid."""
    posted(place)
    with Ledger.open(place / "trust.db") as ledger:
        ledger.close_period(DEAL, PAID).or_raise()


def backed_up(place: Path) -> None:
    """A backup of the real month, and nothing else."""
    whole(place)
    with Ledger.open(place / "trust.db") as ledger:
        backup(ledger.url, place / "kept.db")
    for item in place.glob("trust.db*"):
        item.unlink()


def outdated(place: Path) -> None:
    """A ledger of an earlier release."""
    store = EventStore(place / "trust.db")
    store.upgrade("0006")
    store.close()


def boarded(place: Path) -> None:
    """A small deal, its loans boarded, its month to be built from their notes."""
    with Ledger.create(place / "trust.db") as ledger:
        ledger.open_deal(noted.DEAL, noted.terms()).or_raise()
        ledger.post_many(noted.POOL).or_raise()


def built(place: Path) -> None:
    """The month of the small deal built; the id of a fee of it in a file, and in another what takes its place."""
    boarded(place)
    with Ledger.open(place / "trust.db") as ledger:
        ledger.post_month(noted.DEAL, noted.DUE).or_raise()
        fee = next(ledger.events(noted.DEAL, types=["servicing_fee_withheld"])).event
    assert isinstance(fee, ServicingFeeWithheld)
    (place / "wrong.txt").write_text(fee.event_id, encoding="utf-8")
    (place / "right.json").write_bytes(encode(attrs.evolve(fee, event_id="fee/right", amount="1.00")))


def wrong(place: Path) -> str:
    """The id of the fee."""
    return (place / "wrong.txt").read_text(encoding="utf-8")


def written_terms(place: Path) -> None:
    """The terms of the small deal in a file, and no ledger."""
    (place / "terms.json").write_text(terms_to_json(noted.terms()), encoding="utf-8")


def bundled(place: Path) -> None:
    """A bundle, and an empty ledger to bring it into."""
    with Ledger.create("sqlite://") as ledger:
        post_september_2002(ledger)
        export_bundle(ledger, DEAL, place / "evidence.zip")
    Ledger.create(place / "trust.db").close()


def trust(place: Path) -> str:
    """Where the ledger is."""
    return str(place / "trust.db")


WRITERS = {
    "init": Killed(prepare=nothing, words=lambda at: ["ledger", "init", trust(at)]),
    "upgrade": Killed(prepare=outdated, words=lambda at: ["ledger", "upgrade", trust(at)]),
    "demo": Killed(prepare=nothing, words=lambda at: ["ledger", "demo", trust(at)], again=(0, 2)),
    "post": Killed(prepare=opened, words=lambda at: ["ledger", "post", trust(at), str(at / "month.jsonl")]),
    "close": Killed(prepare=posted, words=lambda at: ["ledger", "close", trust(at), DEAL, str(PAID)], again=(0, 1)),
    "close and pay": Killed(
        prepare=posted, words=lambda at: ["ledger", "close", trust(at), DEAL, str(PAID), "--distribute"], again=(0, 1)
    ),
    "distribute": Killed(prepare=closed, words=lambda at: ["ledger", "distribute", trust(at), DEAL, str(PAID)]),
    "backup": Killed(
        prepare=whole, words=lambda at: ["ledger", "backup", trust(at), str(at / "copy.db")], again=(0, 2)
    ),
    "restore": Killed(
        prepare=backed_up, words=lambda at: ["ledger", "restore", str(at / "kept.db"), trust(at)], again=(0, 2)
    ),
    "archive": Killed(prepare=whole, words=lambda at: ["ledger", "archive", trust(at), DEAL, str(at / "archives")]),
    "snapshots": Killed(prepare=whole, words=lambda at: ["ledger", "snapshots", trust(at), DEAL, "--rebuild"]),
    "simulate": Killed(
        prepare=nothing, words=lambda at: ["ledger", "simulate", trust(at), "x", "--loans", "20", "--months", "3"]
    ),
    "export": Killed(
        prepare=whole, words=lambda at: ["replay", "export", trust(at), DEAL, str(at / "evidence.zip")], again=(0, 2)
    ),
    "import": Killed(
        prepare=bundled, words=lambda at: ["replay", "import", str(at / "evidence.zip"), trust(at)], again=(0, 2)
    ),
    "open": Killed(
        prepare=written_terms,
        words=lambda at: ["ledger", "open", trust(at), noted.DEAL, str(at / "terms.json")],
        again=(0, 1, 2),
    ),
    "month": Killed(
        prepare=boarded, words=lambda at: ["ledger", "month", trust(at), noted.DEAL, "--due", str(noted.DUE), "--post"]
    ),
    "reverse": Killed(
        prepare=built, words=lambda at: ["ledger", "reverse", trust(at), noted.DEAL, wrong(at), "--reason", "too much"]
    ),
    "correct": Killed(
        prepare=built,
        words=lambda at: [
            *("ledger", "correct", trust(at), wrong(at), str(at / "right.json"), "--reason", "too much"),
        ],
    ),
    "restate": Killed(prepare=built, words=lambda at: ["ledger", "restate", trust(at), str(at / "right.json")]),
    "schemas": Killed(prepare=nothing, words=lambda at: ["ledger", "schemas", "--out", str(at / "schemas")]),
}


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
    before = found(kept) if killed.prepare is not outdated else {}
    for number in range(times):
        place = home / str(number)
        shutil.copytree(kept, place)
        told = runner.run(killed.words(place), dice.uniform(0.0, 1.05 * usual))
        hit += told["status"] < 0
        if killed.prepare is not outdated:
            now = found(place)
            for name, item in before.items():
                if isinstance(item, dict):
                    for deal, ids in item.items():
                        assert now[name][deal][: len(ids)] == ids, "what was acknowledged before is lost"
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


@pytest.mark.parametrize("name", WRITERS)
def test_a_few_kills(runner: Runner, tmp_path: Path, name: str) -> None:
    kill(runner, tmp_path, WRITERS[name], 2, SEED)


@pytest.mark.slow
@pytest.mark.parametrize("name", WRITERS)
def test_two_hundred_kills(runner: Runner, tmp_path: Path, name: str) -> None:
    kill(runner, tmp_path, WRITERS[name], 200, SEED + 1)
