"""``ledger post`` and ``close`` state who and from what; the lists show it where it is known, and only there."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from ledger import Ledger, encode
from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL
from tests.deals.demo import run_ledger
from tests.deals.toy import TOY, month_events, toy_deal
from tests.evidence.enveloped import stated


@pytest.fixture
def toy_path(tmp_path: Path) -> Path:
    """A ledger in a file, with the toy deal open."""
    with Ledger.create(tmp_path / "toy.db") as ledger:
        toy_deal(ledger)
    return tmp_path / "toy.db"


def month() -> str:
    """Return a month of the toy deal as JSON Lines."""
    return "".join(encode(event).decode() + "\n" for event in month_events(1))


def test_the_name_and_the_hash_of_a_document_are_kept(toy_path: Path, tmp_path: Path) -> None:
    document = tmp_path / "remittance advice.txt"
    document.write_bytes(b"paid in full\n")
    told = ("--actor", "Jane Marsh", "--approver", "R. Ortega", "--document", document)
    assert run_ledger("post", toy_path, "-", *told, given=month()).exit_code == 0
    with Ledger.open(toy_path) as ledger:
        ((first, through, envelope),) = stated(ledger)
    assert (first, through, envelope.actor, envelope.approver) == (14, 36, "Jane Marsh", "R. Ortega")
    assert envelope.document == "remittance advice.txt"
    assert envelope.document_sha256 == sha256(b"paid in full\n").hexdigest()
    document.unlink()
    again = run_ledger("post", toy_path, "-", "--actor", "somebody else", given=month())
    assert json.loads(again.stdout)["repeated"] == 23
    assert run_ledger("post", toy_path, "-", *told, given=month()).exit_code == 2, "the document is not there"


@pytest.mark.parametrize("actor", ["Jane\nMarsh", "x" * 201, " Jane"])
def test_what_no_envelope_can_hold_is_one_line(toy_path: Path, actor: str) -> None:
    result = run_ledger("post", toy_path, "-", "--actor", actor, given=month())
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("error: actor: ")
    assert len(result.stderr.splitlines()) == 1


def test_events_are_listed_with_who_posted_them(toy_path: Path) -> None:
    plain, stamped = run_ledger("events", toy_path, TOY).stdout, run_ledger("events", toy_path, TOY, "--stamps").stdout
    assert "envelope" not in stamped
    run_ledger("post", toy_path, "-", "--actor", "Jane Marsh", given=month())
    later = run_ledger("events", toy_path, TOY, "--after", "13").stdout
    assert run_ledger("events", toy_path, TOY).stdout == plain + later
    now = run_ledger("events", toy_path, TOY, "--stamps").stdout
    assert now.startswith(stamped)
    told = [json.loads(line) for line in now.splitlines()[13:]]
    assert [item["envelope"] for item in told] == [{"actor": "Jane Marsh", "posted_by": "stated: Jane Marsh"}] * 23
    assert list(told[0]) == ["sequence", "recorded_at", "distribution", "hash", "envelope", "event"]


def test_a_period_is_closed_and_paid_under_an_envelope(real_ledger: Ledger, tmp_path: Path) -> None:
    events = [recorded.event for recorded in real_ledger.events(DEAL)]
    at = next(place for place, event in enumerate(events) if event.name == "period_closed")
    with Ledger.create(tmp_path / "trust.db") as ledger:
        ledger.post_many(events[:at]).or_raise()
    told = ("--distribute", "--actor", "Jane Marsh", "--approver", "R. Ortega")
    result = run_ledger("close", tmp_path / "trust.db", DEAL, str(events[at].effective_date), *told)
    assert result.exit_code == 0, result.stderr
    with Ledger.open(tmp_path / "trust.db") as ledger:
        found = [(first, envelope.actor, envelope.approver) for first, _, envelope in stated(ledger, DEAL)]
    assert found == [(at + 1, "Jane Marsh", "R. Ortega"), (at + 2, "Jane Marsh", "R. Ortega")]
