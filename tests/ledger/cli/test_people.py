"""Approving, listing batches and comparing documents from a shell."""

from __future__ import annotations

import csv
import io
import json
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner

import replay
from ledger import Ledger
from replay.cli import main as replay_command
from tests.deals.acting import DAY, acting_toy
from tests.deals.demo import run_ledger
from tests.deals.toy import TOY
from tests.replay.told import table_of

TOLD = ("--acknowledge", "due_unaccounted=told by telephone", "--who", "A. Clerk")
BYTES = b"loan;paid\none-2;5.00\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A ledger in a file, with the deal that demands a second person for everything."""
    with Ledger.create(tmp_path / "toy.db") as ledger:
        acting_toy(ledger)
    return tmp_path / "toy.db"


@pytest.fixture
def document(tmp_path: Path) -> Path:
    """A document that a closing is made from."""
    found = tmp_path / "remittance.csv"
    found.write_bytes(BYTES)
    return found


def test_a_period_is_closed_by_two_people_in_three_steps(path: Path, document: Path) -> None:
    day = str(DAY)
    alone = run_ledger("close", path, TOY, day, *TOLD, "--actor", "Jane Marsh")
    assert (alone.exit_code, alone.stdout) == (1, "")
    assert "the terms demand a second person for closing and acknowledging a finding" in alone.stderr
    proposed = run_ledger("close", path, TOY, day, *TOLD, "--propose")
    assert json.loads(proposed.stdout)["$type"] == "period_closed"
    nobody = run_ledger("approve", path, "-", given=proposed.stdout)
    assert (nobody.exit_code, "nobody_approves" in nobody.stderr) == (1, True)
    approved = run_ledger("approve", path, "-", "--actor", "R. Ortega", "--note", "seen", given=proposed.stdout)
    assert json.loads(approved.stdout)["events"] == 1
    again = run_ledger("approve", path, "-", "--actor", "R. Ortega", given=proposed.stdout)
    assert (again.exit_code, again.stdout) == (1, "")
    assert f"R. Ortega approved exactly this already: '{TOY}/{day}/closed/approved/36' stands" in again.stderr
    closed = run_ledger("close", path, TOY, day, *TOLD, "--actor", "Jane Marsh", "--document", document, "--distribute")
    assert closed.exit_code == 0, closed.stderr
    late = run_ledger("approve", path, "-", "--actor", "Z. Other", given=proposed.stdout)
    assert (late.exit_code, late.stdout) == (1, "")
    assert "was posted already, at event 38, and an approval counts only for what is posted behind it" in late.stderr
    asked = [str(path), TOY, "--record-date", "2020-12-31"]
    statement = CliRunner().invoke(replay_command, ["statement", *asked])
    by = f"by stated: Jane Marsh; approved by stated: R. Ortega in {TOY}/{DAY}/closed/approved/36; from remittance.csv"
    assert f"Closed at event 38 {by} (SHA-256 " in statement.stdout
    assert "due_unaccounted: told by telephone (stated: A. Clerk)" in statement.stdout
    found = json.loads(CliRunner().invoke(replay_command, ["statement", *asked, "--format", "json"]).stdout)
    assert found["closed"][0]["closed_by"] == "stated: Jane Marsh"
    assert found["closed"][0]["document_sha256"] == sha256(BYTES).hexdigest()
    assert found["acknowledged"] == [
        {"code": "due_unaccounted", "reason": "told by telephone", "who": "stated: A. Clerk"}
    ]
    figures = CliRunner().invoke(replay_command, ["statement", *asked, "--format", "csv"]).stdout
    with Ledger.open(path) as ledger:
        statement_now = replay.statement(ledger, TOY, DAY.replace(year=2020, month=12, day=31))
        assert len(list(csv.DictReader(io.StringIO(table_of(figures))))) == len(statement_now)
        closing = replay.closing(ledger, statement_now)
        assert closing is not None
        assert closing.recorded.sequence == 38
        assert replay.closing(ledger, replay.statement(ledger, TOY, DAY, known_through=37)) is None
    listed = json.loads(run_ledger("batches", path, TOY, "--format", "json").stdout)["batches"]
    by_event = [f"stated: R. Ortega in {TOY}/{DAY}/closed/approved/36"]
    assert [(item["first_sequence"], item["approved_by"]) for item in listed][:2] == [(37, []), (38, by_event)]
    assert by_event[0] in run_ledger("batches", path, TOY).stdout
    last = json.loads(run_ledger("events", path, TOY, "--stamps", "--after", "37").stdout.splitlines()[0])
    assert last["envelope"]["posted_by"] == "stated: Jane Marsh"
    assert last["envelope"]["approved_by"] == [f"stated: R. Ortega in {TOY}/{DAY}/closed/approved/36"]


def test_a_document_is_compared_with_what_was_recorded(path: Path, document: Path) -> None:
    told = ("--actor", "Jane Marsh", "--approver", "R. Ortega", "--document", document)
    assert run_ledger("batches", path, TOY).stdout.startswith("toy: 0 batches posted with a word of who posted")
    assert run_ledger("close", path, TOY, str(DAY), *TOLD, *told).exit_code == 0
    same = run_ledger("batches", path, TOY, "--document", document)
    assert (same.exit_code, "events 37 to 37 were posted from this document, byte for byte" in same.stdout) == (0, True)
    row, *about = csv.DictReader(io.StringIO(run_ledger("batches", path, TOY, "--format", "csv").stdout))
    assert {"about"} == {told["first_sequence"] for told in about}
    assert (row["posted_by"], row["approved_by"]) == ("stated: Jane Marsh", "stated: R. Ortega")
    assert row["document_sha256"] == sha256(BYTES).hexdigest()
    document.write_bytes(BYTES + b"\n")
    other = run_ledger("batches", path, TOY, "--document", document, "--format", "json")
    assert other.exit_code == 1
    assert json.loads(other.stdout)["document_sha256"] == sha256(BYTES + b"\n").hexdigest()
    assert len(json.loads(other.stdout)["batches"]) == 1


def test_a_document_may_be_elsewhere(path: Path, document: Path) -> None:
    digest = sha256(BYTES).hexdigest()
    told = ("--actor", "Jane Marsh", "--approver", "R. Ortega", "--document", "/elsewhere/tape.csv")
    close = ("close", path, TOY, str(DAY), *TOLD)
    for wrong, message in (
        (told, "where it is elsewhere, give --document-sha256"),
        (("--document-sha256", digest), "name it with --document"),
        (("--document", document, "--document-sha256", "0" * 64), "has the SHA-256"),
        ((*told, "--document-sha256", "short"), "64 lower-case hexadecimal digits"),
    ):
        refused = run_ledger(*close, *wrong)
        assert (refused.exit_code, refused.stdout) == (2, "")
        assert message in refused.stderr
    assert run_ledger(*close, *told, "--document-sha256", digest.upper()).exit_code == 0
    with Ledger.open(path) as ledger:
        (held,) = ledger.batches(TOY)
    assert (held.document, held.document_sha256) == ("tape.csv", digest)


def test_nothing_readable_is_nothing_approved(path: Path) -> None:
    for text, code in (("", "empty_batch"), ("{", "malformed_json")):
        refused = run_ledger("approve", path, "-", "--actor", "Jane", given=text)
        assert (refused.exit_code, code in refused.stderr) == (1, True)
