"""A check says who must approve a closing and whether anybody has, and the commands that it prints do what they say."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from sqlalchemy import URL

from ledger import Act, EventReversed, Ledger
from ledger.store.database.access import Access
from ledger.store.database.event_store import EventStore
from tests.deals.acting import DAY, acting_toy
from tests.deals.demo import run_ledger
from tests.deals.toy import CLOSING, TOY, month_events
from tests.postgres import Server

ON = (TOY, str(DAY))
NONE_STANDS = "no approval of this closing stands yet"


@pytest.fixture
def acknowledging(tmp_path: Path) -> str:
    """A ledger whose month needs an acknowledgement, and two people for everything."""
    with Ledger.create(tmp_path / "toy.db") as ledger:
        acting_toy(ledger)
    return str(tmp_path / "toy.db")


@pytest.fixture
def whole(tmp_path: Path) -> str:
    """A ledger whose month closes without a word, by two people."""
    with Ledger.create(tmp_path / "whole.db") as ledger:
        acting_toy(ledger, [Act.CLOSING])
        ledger.post_many(e for e in month_events(1) if e.event_id == "1/collected/one-1").or_raise()
        back = EventReversed(event_id="back", deal=TOY, effective_date=DAY, reverses="advanced", reason="it came")
        ledger.post(back).or_raise()
    return str(tmp_path / "whole.db")


def follow(commands: list[str], **words: str) -> None:
    """Run the commands as a shell would, with the words that they leave to be filled in."""
    written = ""
    for command in commands:
        given = shlex.split(command)
        if ">" in given:
            given = given[: given.index(">")]
        for name, word in words.items():
            given = [item.replace(name, word) for item in given]
        given = ["-" if item == "closing.jsonl" else item for item in given]
        result = run_ledger(*given[1:], given=written)
        assert result.exit_code == 0, result.stderr
        written = result.stdout


def checked(path: str) -> dict[str, list[str]]:
    """Return what a check tells programs of how to go on, every part of it as a list."""
    found = json.loads(run_ledger("check", path, *ON, "--format", "json").stdout)
    return {
        "next": [found["next"]],
        "then": found.get("then", []),
        "instead": found.get("instead", []),
        "second_person": found["second_person"],
    }


def test_names_of_two_people_will_do_on_an_embedded_ledger(acknowledging: str) -> None:
    told = run_ledger("check", acknowledging, *ON).stdout
    assert "the terms demand a second person for closing and acknowledging a finding" in told
    assert NONE_STANDS in told
    last = told.splitlines()[-1]
    assert "--who NAME --actor NAME --approver NAME" in last
    follow([last.strip().replace("--actor NAME", "--actor Jane")], NAME="Ortega")


def test_the_commands_of_an_approval_close_the_month(acknowledging: str) -> None:
    told = run_ledger("check", acknowledging, *ON).stdout
    found = checked(acknowledging)
    assert all(f"  {command}\n" in told for command in found["instead"])
    assert [command.split()[1] for command in found["instead"]] == ["close", "approve", "close"]
    assert not any("--expected-sequence" in command for command in found["instead"]), "an approval moves the log on"
    follow(found["instead"][:2], NAME="Jane", APPROVER="Ortega")
    again = checked(acknowledging)
    assert "by stated: Ortega, approves a closing of this distribution; it counts if" in again["second_person"][-1]
    follow([found["instead"][2]], NAME="Jane")
    assert not again["instead"]
    assert "--approver" not in again["next"][0]


def test_an_approval_that_stands_is_seen_and_what_changed_since_is_said(whole: str) -> None:
    assert NONE_STANDS in run_ledger("check", whole, *ON).stdout
    follow(checked(whole)["instead"][:2], NAME="Jane", APPROVER="Ortega")
    told = run_ledger("check", whole, *ON).stdout
    assert "by stated: Ortega, approves exactly this closing; anybody else may close" in told
    with Ledger.open(whole) as ledger:
        closing = told.splitlines()[-1].strip()
        assert closing.endswith(f"--expected-sequence {ledger.head(TOY).sequence} --actor NAME")
        (extra,) = (e for e in month_events(2) if e.event_id == "2/due/one-1")
        ledger.post(extra).or_raise()
    follow([f"{shlex.join(['ledger', 'close', whole, *ON])} --actor Jane"])
    assert "closed already" in run_ledger("check", whole, *ON).stdout


def test_an_approval_of_other_figures_is_called_one(whole: str) -> None:
    follow(checked(whole)["instead"][:2], NAME="Jane", APPROVER="Ortega")
    with Ledger.open(whole) as ledger:
        (standing,) = ledger.approvals(TOY, f"{TOY}/{DAY}/closed")
        fee = {"$type": "servicing_fee_withheld", "deal": TOY, "event_id": "more", "effective_date": str(DAY)}
        posted = run_ledger("post", whole, given=json.dumps(fee | {"loan": "one-2", "amount": "1.00"}))
        assert posted.exit_code == 0, posted.stderr
    found = checked(whole)
    assert f"{standing.event_id!r}, by stated: Ortega, approves another closing" in found["second_person"][-1]
    follow(found["instead"], NAME="Jane", APPROVER="Ortega")


def test_where_logins_are_known_only_the_approval_is_shown(postgres_ledger: URL, postgres_server: Server) -> None:
    store = EventStore(postgres_ledger)
    roles = postgres_server.role(), postgres_server.role()
    for role in roles:
        store.grant(role, Access.SERVICER, "*")
    store.close()
    one, other = (postgres_ledger.set(username=role).render_as_string(hide_password=False) for role in roles)
    with Ledger.open(one) as ledger:
        acting_toy(ledger, [Act.CLOSING, Act.ACKNOWLEDGING])
    found = checked(one)
    assert "who: another login than the one that closes" in " ".join(found["second_person"])
    assert not found["instead"]
    propose, approve, close = [*found["next"], *found["then"]]
    assert not any("--actor" in command for command in (propose, approve, close))
    follow([propose, approve.replace(roles[0], roles[1])], NAME="Jane")
    assert f"by login {roles[1]} (by the database), approves a closing" in run_ledger("check", other, *ON).stdout
    follow([close], NAME="Jane")


def test_nobody_is_asked_for_where_the_terms_ask_for_nobody(tmp_path: Path) -> None:
    with Ledger.create(tmp_path / "toy.db") as ledger:
        acting_toy(ledger, [Act.RESTATING])
    told = run_ledger("check", str(tmp_path / "toy.db"), *ON).stdout
    assert "second person" not in told
    assert CLOSING < DAY


def test_an_approval_moves_the_log_past_what_was_expected(acknowledging: str) -> None:
    (at_once,) = checked(acknowledging)["next"]
    told = shlex.split(at_once.replace("--actor NAME --approver NAME", "--actor Jane").replace("NAME", "Lee"))
    proposed = run_ledger(*told[1:], "--propose")
    assert "somebody else approves it: ledger approve" in proposed.stderr
    assert run_ledger("approve", acknowledging, "--actor", "Ortega", given=proposed.stdout).exit_code == 0
    refused = run_ledger(*told[1:])
    assert refused.exit_code == 1
    assert "ends at 37, not at the expected 36" in refused.stderr
    assert "an approval is one too; look at what the log holds now (ledger check), and expect 37" in refused.stderr
    assert run_ledger(*(item.replace("36", "37") for item in told[1:])).exit_code == 0
