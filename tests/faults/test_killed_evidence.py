"""What brings a deal in, approves it and vouches for it, killed at any moment, as every other command that writes.

Signatures and lines of a witness file carry the time, and a request for a time-stamp a number of its own: of these
files it is compared what they say.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ledger import Head, Ledger
from replay.evidence.checkpoint import generate_key
from replay.evidence.time_stamps import NONCE_BYTES, time_stamp_of, time_stamp_request
from replay.evidence.vouched import VouchedHead, read_vouched, with_time_stamp, write_vouched
from replay.evidence.witness import read_witness, witness
from tests.deals.acting import DAY, acting_toy
from tests.deals.demo import run_ledger
from tests.deals.toy import TOY, month_events, toy_deal, toy_terms
from tests.evidence.time_authority import answer
from tests.faults.killing import READ_BY, SEED, Killed, Runner, kill, trust
from tests.ledger.cli.test_entering import ENTRY
from tests.ledger.cli.test_people import TOLD
from tests.ledger.cli.test_tape import MAP, TAPE
from tests.replay.cli.test_heads import CLOCK


def proposed(place: Path) -> None:
    """A deal that demands a second person, and the closing that is to be approved in a file."""
    with Ledger.create(trust(place)) as ledger:
        acting_toy(ledger)
    told = run_ledger("close", trust(place), TOY, str(DAY), *TOLD, "--propose")
    (place / "closing.jsonl").write_text(told.stdout, encoding="utf-8")


def carried(place: Path) -> None:
    """A deal opened, and in files what it carries with it and a tape of loans with its map."""
    with Ledger.create(trust(place)) as ledger:
        ledger.open_deal(TOY, toy_terms(rules=4)).or_raise()
    (place / "entry.json").write_text(json.dumps(ENTRY), encoding="utf-8")
    (place / "tape.csv").write_text(TAPE, encoding="utf-8")
    (place / "map.json").write_text(json.dumps(MAP), encoding="utf-8")


def small(place: Path) -> None:
    """A deal with its loans boarded."""
    with Ledger.create(trust(place)) as ledger:
        toy_deal(ledger)


def headed(place: Path) -> None:
    """The head of a ledger in a file, and a key."""
    small(place)
    generate_key(place / "trustee")
    with Ledger.open(trust(place)) as ledger:
        write_vouched(place / "month.head", VouchedHead(deal=TOY, head=ledger.head(TOY)))


def asked(place: Path) -> None:
    """A head in a file, and a request for a time-stamp of it with the answer."""
    made = VouchedHead(deal=TOY, head=Head(3, bytes(range(32))))
    write_vouched(place / "month.head", made)
    request = time_stamp_request(made.message)
    (place / "asked.request").write_bytes(request)
    (place / "asked.tsr").write_bytes(answer(CLOCK, request))


def stamped(place: Path) -> None:
    """The same, time-stamped twice."""
    asked(place)
    made, asking, told = (place / name for name in ("month.head", "asked.request", "asked.tsr"))
    stamp = time_stamp_of(read_vouched(made).message, asking.read_bytes(), told.read_bytes())
    write_vouched(made, with_time_stamp(with_time_stamp(read_vouched(made), stamp), stamp))


def witnessed(place: Path) -> None:
    """A ledger witnessed once, and gone on since."""
    small(place)
    with Ledger.open(trust(place)) as ledger:
        witness(ledger, place / "heads.witness")
        ledger.post_many(month_events(1)).or_raise()


def who_vouches(path: Path) -> object:
    """Return the head in a file, by which keys it is signed, and its time-stamps; each as often as it may be there."""
    found = read_vouched(path)
    return found.deal, found.head, {item.public_key for item in found.signatures}, set(found.time_stamps)


def heads_in(path: Path) -> frozenset[tuple[str, Head]]:
    """Return the heads in a witness file, each once; what is no such file raises."""
    return frozenset((deal, head) for deal, heads in read_witness(path).heads.items() for head in heads)


def asked_for(path: Path) -> int:
    """Return how long a request for a time-stamp is; one that is not whole is shorter."""
    size = path.stat().st_size
    assert size > NONCE_BYTES, "it is there, and not whole"
    return size // 4  # a number that begins with zeros is a byte shorter


READ_BY.update({".head": who_vouches, ".witness": heads_in, ".tsq": asked_for})

WRITERS = {
    "approve": Killed(
        prepare=proposed,
        words=lambda at: ["ledger", "approve", trust(at), str(at / "closing.jsonl"), "--actor", "R. Ortega"],
        again=(0, 1),
    ),
    "enter": Killed(prepare=carried, words=lambda at: ["ledger", "enter", trust(at), TOY, str(at / "entry.json")]),
    "tape, --post": Killed(
        prepare=carried,
        words=lambda at: [
            *("ledger", "tape", str(at / "tape.csv"), "--deal", TOY, "--group", "one", "--date", "2020-12-01"),
            *("--map", str(at / "map.json"), "--post", trust(at)),
        ],
    ),
    "head, --file": Killed(
        prepare=small, words=lambda at: ["replay", "head", trust(at), TOY, "--file", str(at / "new.head")], again=(0, 2)
    ),
    "countersign": Killed(
        prepare=headed,
        words=lambda at: [
            *("replay", "countersign", str(at / "month.head"), "--key", str(at / "trustee"), "--ledger", trust(at)),
        ],
        again=(0, 2),
    ),
    "time-stamp, --request": Killed(
        prepare=asked,
        words=lambda at: ["replay", "time-stamp", str(at / "month.head"), "--request", str(at / "new.tsq")],
        again=(0, 2),
    ),
    "time-stamp, --request --answer": Killed(
        prepare=asked,
        words=lambda at: [
            *("replay", "time-stamp", str(at / "month.head")),
            *("--request", str(at / "asked.request"), "--answer", str(at / "asked.tsr")),
        ],
    ),
    "time-stamp, --unpack": Killed(
        prepare=stamped,
        words=lambda at: ["replay", "time-stamp", str(at / "month.head"), "--unpack", str(at / "bytes")],
    ),
    "witness, --file at first": Killed(
        prepare=small, words=lambda at: ["replay", "witness", trust(at), "--file", str(at / "heads.witness")]
    ),
    "witness, --file again": Killed(
        prepare=witnessed, words=lambda at: ["replay", "witness", trust(at), "--file", str(at / "heads.witness")]
    ),
}


@pytest.mark.parametrize("name", WRITERS)
def test_a_kill(runner: Runner, tmp_path: Path, name: str) -> None:
    kill(runner, tmp_path, name, WRITERS[name], 1, SEED)


@pytest.mark.slow
@pytest.mark.parametrize("name", WRITERS)
def test_two_hundred_kills(runner: Runner, tmp_path: Path, name: str) -> None:
    kill(runner, tmp_path, name, WRITERS[name], 200, SEED + 1)
