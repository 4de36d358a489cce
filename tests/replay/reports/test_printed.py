"""Every command prints, to the byte, what it printed before: text, JSON and CSV of the toy deal.

The files in ``printed/`` were written by the release before reports had writers of their own. Hashes, digests and times
are masked, for they differ from run to run. ``WRITE_PRINTED=1 pytest FILE`` writes them anew after a change that is
meant.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from ledger import (
    AdvanceMade,
    AdvanceRecovered,
    CollectionReceived,
    CurtailmentCollected,
    Dated,
    Event,
    EventReversed,
    LateEvents,
    Ledger,
    __version__,
)
from ledger.cli import main as ledger_command
from replay.cli import main as replay_command
from tests.deals.toy import TOY, due_date, month_events, payment_date, toy_deal

PRINTED = Path(__file__).with_name("printed")
FIRST = ["--record-date", "2020-12-31"]
SECOND = ["--record-date", "2021-02-28"]
CLASS_TABLE = "Class | Interest | Principal | Beginning\nA | 1.00 | 2.00 | 3\nB | 1000.00 | | 150,000.00\n"
MOST_LINES = 60
"""Lines of an output that are compared as they are: its first and its last."""

FORMS = ("text", "json", "csv")
CASES: dict[str, tuple[click.Group, list[str]]] = {
    **{f"books.{form}": (replay_command, ["books", "toy.db", TOY, *SECOND, "--format", form]) for form in FORMS},
    **{f"statement.{form}": (replay_command, ["statement", "toy.db", TOY, *FIRST, "--format", form]) for form in FORMS},
    **{f"advances.{form}": (replay_command, ["advances", "toy.db", TOY, *SECOND, "--format", form]) for form in FORMS},
    **{
        f"diff.{form}": (
            replay_command,
            ["diff", "toy.db", TOY, *FIRST, "--known-through", "45", "74", "--format", form],
        )
        for form in FORMS
    },
    **{
        f"nothing-differs.{form}": (
            replay_command,
            ["diff", "toy.db", TOY, *FIRST, "--known-through", "45", "45", "--format", form],
        )
        for form in FORMS
    },
    **{
        f"reconcile.{form}": (
            replay_command,
            ["reconcile", "toy.db", TOY, *FIRST, "class.txt", "--list", "--format", form],
        )
        for form in FORMS
    },
    **{
        f"portfolio.{form}": (replay_command, ["portfolio", "toy.db", "other.db", *FIRST, "--format", form])
        for form in FORMS
    },
    **{
        f"explain.{form}": (
            replay_command,
            ["explain", "toy.db", TOY, *FIRST, "4/SUMMARY/Principal Collections/one", "--format", form],
        )
        for form in ("text", "json")
    },
    "verify": (replay_command, ["verify", "toy.db", TOY]),
    "verify-unsound": (replay_command, ["verify", "toy.db", TOY, "--head", "10:" + "ab" * 32]),
    "head": (replay_command, ["head", "toy.db", TOY]),
    "deals": (ledger_command, ["deals", "toy.db"]),
    "events": (ledger_command, ["events", "toy.db", TOY, "--after", "70"]),
    "events-stamped": (ledger_command, ["events", "toy.db", TOY, "--after", "70", "--stamps"]),
    "post": (ledger_command, ["post", "toy.db", "again.jsonl", "--dry-run"]),
    "post-refused": (ledger_command, ["post", "toy.db", "wrong.jsonl"]),
}


def masked(text: str) -> str:
    """Return a text without what differs from run to run, and without the middle of a long one."""
    text = re.sub(r"\b[0-9a-f]{64}\b", "HASH", text)
    text = re.sub(r"\b[0-9a-f]{16}\.\.\.", "HASH...", text)
    text = re.sub(r"20\d\d-\d\d-\d\dT[0-9:.]+(Z|\+00:00)", "TIME", text)
    text = re.sub(r"\d+\.\d seconds", "SECONDS", text)
    text = text.replace(__version__, "RELEASE")
    lines = text.split("\n")
    if len(lines) <= 2 * MOST_LINES:
        return text
    middle = f"({len(lines) - 2 * MOST_LINES} lines)"
    return "\n".join([*lines[:MOST_LINES], middle, *lines[-MOST_LINES:]])


def second_month() -> list[Event]:
    """Return two advances of the second month, what one loan paid late, and what was taken back of it."""
    on: Dated = {"deal": TOY, "effective_date": due_date(2)}
    return [
        AdvanceMade(event_id="advance/1", loan="one-1", principal="100.00", interest="50.00", **on),
        AdvanceMade(event_id="advance/2", loan="one-3", principal="40.00", interest="0.00", **on),
        CollectionReceived(
            event_id="late/1", loan="one-1", principal="70.00", interest="0.00", timing="late, advanced", **on
        ),
        AdvanceRecovered(event_id="recovery/1", loan="one-1", principal="60.00", interest="0.00", **on),
    ]


def restating() -> list[Event]:
    """Return a curtailment that was found late, and the reversal of one that never arrived."""
    found: Dated = {"deal": TOY, "effective_date": dt.date(2020, 12, 16)}
    never: Dated = {"deal": TOY, "effective_date": dt.date(2020, 12, 15)}
    return [
        CurtailmentCollected(event_id="late/2", loan="one-2", amount="723.45", restates=True, **found),
        EventReversed(event_id="reversal/1", reverses="1/curtailment", reason="never arrived", restates=True, **never),
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two ledgers of the toy deal: one with a paid month that was restated and a second with advances; one opened."""
    made = tmp_path_factory.mktemp("printed")
    with Ledger.create(made / "toy.db") as ledger:
        toy_deal(ledger, late_events=LateEvents.NEXT_DISTRIBUTION)
        ledger.post_many(month_events(1, curtailment="500.00")).or_raise()
        ledger.close_period(TOY, payment_date(1)).or_raise()
        ledger.distribute(TOY, payment_date(1)).or_raise()
        ledger.post_many(month_events(2)).or_raise()
        ledger.post_many(second_month()).or_raise()
        ledger.post_many(restating()).or_raise()
        ledger.close_period(TOY, payment_date(2)).or_raise()
    with Ledger.create(made / "other.db") as ledger:
        toy_deal(ledger, "other")
        toy_deal(ledger, "third")
        ledger.post_many(month_events(1, "third")).or_raise()
    (made / "class.txt").write_text(CLASS_TABLE, encoding="utf-8")
    again = CliRunner().invoke(ledger_command, ["events", str(made / "toy.db"), TOY, "--known-through", "3"]).stdout
    (made / "again.jsonl").write_text(again, encoding="utf-8")
    wrong = (
        again.replace("board/", "again/")
        .replace('"loan":"one-', '"loan":"nine-')
        .replace('"group":"one"', '"group":"x"')
    )
    (made / "wrong.jsonl").write_text("{bad\n" + wrong, encoding="utf-8")
    return made


@pytest.mark.parametrize("name", CASES)
def test_a_command_prints_what_it_printed(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    command, arguments = CASES[name]
    result = CliRunner().invoke(command, arguments)
    told = masked(f"exit {result.exit_code}\n--- stdout\n{result.stdout}--- stderr\n{result.stderr}")
    path = PRINTED / f"{name}.txt"
    if os.environ.get("WRITE_PRINTED"):
        path.write_text(told, encoding="utf-8")
    assert told == path.read_text(encoding="utf-8")


def test_every_file_is_compared() -> None:
    assert {path.stem for path in PRINTED.iterdir()} == set(CASES)
