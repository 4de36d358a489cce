"""A bundle is read wherever a ledger is, answers as that ledger did, and is never written."""

from __future__ import annotations

import datetime as dt
import os
import tempfile
from pathlib import Path
from unittest.mock import patch

import pytest
from click.testing import CliRunner

from ledger import (
    IntegrityFault,
    Ledger,
    LedgerNotFound,
    StoreError,
    StoreUnreadable,
    absolute_address,
    deals_at,
    open_deal_at,
)
from ledger.cli import main as ledger_main
from ledger.evidence.bundles.opening import deal_of_bundle, open_bundle
from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL
from replay.cli import main as replay_main
from replay.evidence.bundle import export_bundle
from tests.deals.toy import TOY, toy_deal
from tests.evidence.damage import contents_of, repacked

ON = ("--record-date", "2002-08-30")
QUESTIONS = [
    ("replay", "statement", "{}", DEAL, *ON),
    ("replay", "statement", "{}", DEAL, *ON, "--known-through", "160", "--format", "csv"),
    ("replay", "books", "{}", DEAL, "--record-date", "2002-09-10"),
    ("replay", "advances", "{}", DEAL, *ON),
    ("replay", "explain", "{}", DEAL, *ON, "3/A/accrued interest"),
    ("replay", "reconcile", "{}", DEAL, *ON, "--published"),
    ("replay", "diff", "{}", DEAL, *ON, "--known-through", "160", "167"),
    ("replay", "head", "{}", DEAL),
    ("replay", "verify", "{}", DEAL),
    ("replay", "portfolio", "{}", *ON, "--format", "csv"),
    ("ledger", "deals", "{}"),
    ("ledger", "events", "{}", DEAL),
    ("ledger", "events", "{}", DEAL, "--after", "160", "--stamps"),
    ("ledger", "check", "{}", DEAL, "2002-10-25"),
]


def answered(question: tuple[str, ...], address: str) -> tuple[int, str]:
    command, *arguments = (word.format(address) for word in question)
    shown = CliRunner().invoke({"replay": replay_main, "ledger": ledger_main}[command], arguments)
    return shown.exit_code, shown.stdout.replace(address, "ADDRESS")


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: " ".join(question[:2]))
def test_a_bundle_answers_as_the_ledger_did(trust: Path, old_trust: Path, question: tuple[str, ...]) -> None:
    expected = answered(question, str(trust / "trust.db"))
    assert expected[1]
    for address in (str(trust / "trust.zip"), f"bundle:{trust / 'trust.zip'}", str(old_trust / "trust.zip")):
        status, told = answered(question, address)
        assert (status, without_command(told)) == (expected[0], without_command(expected[1])), address


def without_command(told: str) -> str:
    """Leave out what `ledger check` says to post next: nobody posts to a bundle."""
    return "\n".join(line for line in told.splitlines() if "ledger close" not in line).rstrip()


WRITES = [
    ("ledger", "close", "{}", DEAL, "2002-10-25"),
    ("ledger", "distribute", "{}", DEAL, "2002-09-25"),
    ("ledger", "snapshots", "{}", DEAL, "--drop"),
    ("ledger", "upgrade", "{}"),
    ("ledger", "init", "{}"),
    ("ledger", "backup", "{}", "{}.db"),
    ("ledger", "grant", "{}", "auditor", "--as", "auditor"),
]


@pytest.mark.parametrize("question", WRITES, ids=lambda question: question[1])
def test_nothing_is_written_to_a_bundle(trust: Path, question: tuple[str, ...]) -> None:
    before = (trust / "trust.zip").read_bytes()
    command, *arguments = (word.format(trust / "trust.zip") for word in question)
    shown = CliRunner().invoke({"ledger": ledger_main}[command], arguments)
    assert shown.exit_code == 2
    assert "a bundle is evidence" in shown.stderr
    assert (trust / "trust.zip").read_bytes() == before


def test_a_bundle_of_a_bundle_is_the_same_bundle(trust: Path, tmp_path: Path) -> None:
    with Ledger.open(trust / "trust.zip") as ledger:
        export_bundle(ledger, DEAL, tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == (trust / "trust.zip").read_bytes()


def test_its_address_means_the_same_anywhere(trust: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(trust)
    address = absolute_address("trust.zip")
    assert address == f"bundle:{trust / 'trust.zip'}" == absolute_address("bundle:trust.zip")
    assert deals_at(address) == [DEAL] == [deal_of_bundle(trust / "trust.zip")]
    with open_deal_at(address, DEAL) as ledger:
        assert ledger.url == address
        assert ledger.closing(DEAL, dt.date(2002, 9, 25)) is not None


def test_an_unsound_bundle_is_not_read(trust: Path, tmp_path: Path) -> None:
    contents = contents_of(trust / "trust.zip")
    events = contents["events.txt"].replace(b'"2002-09-25"', b'"2002-09-26"', 1)
    for content in (b"PK", repacked({**contents, "events.txt": events}), (trust / "trust.zip").read_bytes()[:-1]):
        (tmp_path / "bad.zip").write_bytes(content)
        with pytest.raises((IntegrityFault, StoreUnreadable), match="replay verify"):
            Ledger.open(tmp_path / "bad.zip")
    with pytest.raises(LedgerNotFound):
        Ledger.open("bundle:/nowhere.zip")


def test_it_goes_through_a_file_that_goes_with_it(trust: Path, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    with patch.object(tempfile, "tempdir", str(tmp_path)):
        store = open_bundle(trust / "trust.zip", lambda done, whole: told.append((done, whole)))
        assert os.listdir(tmp_path)
        with store.reading() as reading:
            assert reading.head(reading.deal_key(DEAL)).sequence == 167
        with pytest.raises(StoreError, match="a bundle is evidence"):
            store.appending(DEAL)
        store.close()
    assert os.listdir(tmp_path) == []
    assert told == [(167, 167)]


def test_a_question_may_be_asked_while_another_is_answered(trust: Path) -> None:
    with Ledger.open(trust / "trust.zip") as ledger:
        heads = {ledger.head(DEAL).sequence for _ in ledger.events(DEAL, limit=3)}
    assert heads == {167}


def test_a_zip_is_never_made_a_ledger(trust: Path) -> None:
    with pytest.raises(StoreError, match="make a ledger elsewhere"):
        Ledger.create(trust / "trust.zip")


def test_a_deal_that_it_does_not_hold_is_unknown(trust: Path, tmp_path: Path) -> None:
    with Ledger.create("sqlite://") as ledger:
        toy_deal(ledger)
        export_bundle(ledger, TOY, tmp_path / "toy.zip")
    assert answered(("replay", "books", "{}", DEAL, *ON), str(tmp_path / "toy.zip"))[0] == 2


@pytest.mark.parametrize("dry_run", [False, True])
def test_whatever_is_posted_to_a_bundle_is_refused(trust: Path, tmp_path: Path, dry_run: bool) -> None:
    with Ledger.open(trust / "trust.db") as ledger:
        export_bundle(ledger, DEAL, tmp_path / "b.zip")
    with Ledger.open(tmp_path / "b.zip") as ledger:
        event = next(ledger.events(DEAL)).event
        with pytest.raises(StoreError, match="a bundle is evidence"):
            ledger.post(event, dry_run=dry_run)
        with pytest.raises(StoreError, match="a bundle is evidence"):
            ledger.close_period(DEAL, dt.date(2002, 10, 25), dry_run=dry_run)
