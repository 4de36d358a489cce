"""A command killed at any moment loses nothing acknowledged, leaves nothing half done, and finishes when repeated.

:mod:`tests.faults.killing` says how.
"""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

from ledger import Ledger, ServicingFeeWithheld, encode, terms_to_json
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
from replay.evidence.bundle import export_bundle
from tests.deals import noted
from tests.faults.killing import SEED, Killed, Runner, kill, trust


def nothing(_place: Path) -> None:
    """An empty place."""


def whole(place: Path) -> None:
    """The real month, closed and paid."""
    with Ledger.create(trust(place)) as ledger:
        post_september_2002(ledger)


def opened(place: Path) -> None:
    """The deal opened and carried in; its month in a file, to be posted."""
    with Ledger.create(trust(place)) as ledger:
        ledger.open_deal(DEAL, terms()).or_raise()
        ledger.post_many(brought_forward()).or_raise()
    with Ledger.create("sqlite://") as other:
        post_september_2002(other)
        lines = [item.payload for item in other.events(DEAL)]
        closing = other.closing(DEAL, PAID)
    assert closing is not None
    count = closing.sequence - 1
    (place / "month.jsonl").write_text("\n".join(lines[:count]) + "\n", encoding="utf-8")


def posted(place: Path) -> None:
    """The month posted and open."""
    with Ledger.create(trust(place)) as ledger:
        ledger.open_deal(DEAL, terms()).or_raise()
        ledger.post_many(brought_forward()).or_raise()
        ledger.post_many(month()).or_raise()


def closed(place: Path) -> None:
    """The month closed and not paid."""
    posted(place)
    with Ledger.open(trust(place)) as ledger:
        ledger.close_period(DEAL, PAID).or_raise()


def backed_up(place: Path) -> None:
    """A backup of the real month, and nothing else."""
    whole(place)
    with Ledger.open(trust(place)) as ledger:
        backup(ledger.url, place / "kept.db")
    for item in place.glob("trust.db*"):
        item.unlink()


def outdated(place: Path) -> None:
    """A ledger of an earlier release."""
    store = EventStore(trust(place))
    store.upgrade("0006")
    store.close()


def boarded(place: Path) -> None:
    """A small deal, its loans boarded, its month to be built from their notes."""
    with Ledger.create(trust(place)) as ledger:
        ledger.open_deal(noted.DEAL, noted.terms()).or_raise()
        ledger.post_many(noted.POOL).or_raise()


def built(place: Path) -> None:
    """The month of the small deal built; the id of a fee of it in a file, and in another what takes its place."""
    boarded(place)
    with Ledger.open(trust(place)) as ledger:
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
    Ledger.create(trust(place)).close()


WRITERS = {
    "init": Killed(prepare=nothing, words=lambda at: ["ledger", "init", trust(at)]),
    "upgrade": Killed(prepare=outdated, words=lambda at: ["ledger", "upgrade", trust(at)], readable=False),
    "demo": Killed(prepare=nothing, words=lambda at: ["ledger", "demo", trust(at)], again=(0, 2)),
    "post": Killed(prepare=opened, words=lambda at: ["ledger", "post", trust(at), str(at / "month.jsonl")]),
    "close": Killed(prepare=posted, words=lambda at: ["ledger", "close", trust(at), DEAL, str(PAID)]),
    "close, --distribute": Killed(
        prepare=posted, words=lambda at: ["ledger", "close", trust(at), DEAL, str(PAID), "--distribute"]
    ),
    "distribute": Killed(prepare=closed, words=lambda at: ["ledger", "distribute", trust(at), DEAL, str(PAID)]),
    "backup": Killed(
        prepare=whole, words=lambda at: ["ledger", "backup", trust(at), str(at / "copy.db")], again=(0, 2)
    ),
    "restore": Killed(
        prepare=backed_up, words=lambda at: ["ledger", "restore", str(at / "kept.db"), trust(at)], again=(0, 2)
    ),
    "archive": Killed(prepare=whole, words=lambda at: ["ledger", "archive", trust(at), DEAL, str(at / "archives")]),
    "snapshots, --rebuild": Killed(
        prepare=whole, words=lambda at: ["ledger", "snapshots", trust(at), DEAL, "--rebuild"]
    ),
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
    "month, --post": Killed(
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
    "schemas, --out": Killed(prepare=nothing, words=lambda at: ["ledger", "schemas", "--out", str(at / "schemas")]),
}


@pytest.mark.parametrize("name", WRITERS)
def test_a_kill(runner: Runner, tmp_path: Path, name: str) -> None:
    kill(runner, tmp_path, name, WRITERS[name], 1, SEED)


@pytest.mark.slow
@pytest.mark.parametrize("name", WRITERS)
def test_two_hundred_kills(runner: Runner, tmp_path: Path, name: str) -> None:
    kill(runner, tmp_path, name, WRITERS[name], 200, SEED + 1)
