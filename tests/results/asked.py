"""Every command that prints JSON, asked in one small world: what it prints is what the schemas of results describe.

The world is a directory with the toy deal, one of its months restated, the deal of noted loans, and one that needs two
people. Every command is asked where it finds something and where it finds nothing, as far as both look different.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import attrs
from click.testing import CliRunner

from ledger import Act, Dated, Ledger, encode, terms_to_json
from ledger.cli import main as ledger_command
from ledger.reports import Report, Table, documents, written
from ledger.reports.logs import access_report
from replay.cli import main as replay_command
from tests.deals.acting import acting_toy
from tests.deals.noted import DEAL as NOTED
from tests.deals.noted import POOL, loan, terms
from tests.deals.toy import (
    BALANCE,
    TOY,
    due_date,
    month_events,
    payment_date,
    prior_month,
    toy_deal,
    toy_month,
    toy_terms,
)
from tests.evidence.time_authority import answer, root_of_time, stamper
from tests.evidence.time_authority import written as root_written
from tests.replay.restated import curtailed

FIRST, SECOND = str(payment_date(1)), str(payment_date(2))
ON = ("--payment-date", FIRST)
FIGURE = "4/SUMMARY/Principal Collections/one"
TABLE = "Class | Interest | Principal | Beginning\nA | 1.00 | 2.00 | 3\nB | 1000.00 | | 150,000.00\n"
ENTRY = {
    "as_of": "2021-03-25",
    "groups": {"one": {"balance": "560000.00", "loan_count": 6}, "two": {"balance": "390000.00", "loan_count": 4}},
    "classes": {"A": {"balance": "750000.00"}, "B": {"balance": "150000.00"}},
    "amounts": [{"measure": "interest paid", "class_id": "A", "amount": "12000.00"}],
}
PRINTED = "page,section,line,column,printed\n2,current period,A,current principal balance,750000.00\n"


class Printed(NamedTuple):
    """What a command printed, and the tables that were written in it."""

    command: str
    document: dict[str, Any]
    tables: tuple[Table, ...]


@contextmanager
def tables_written() -> Iterator[list[Table]]:
    """Give the tables that are written as JSON while the context lasts."""
    found: list[Table] = []
    rows = documents._rows

    def noted(table: Table) -> Any:
        found.append(table)
        return rows(table)

    with patch.object(documents, "_rows", noted):
        yield found


def asked(command: str, *arguments: object, given: str | None = None, parsed: bool = True) -> Printed:
    """Run a command with ``--format json`` and return what it printed."""
    program, *words = command.split()
    group = ledger_command if program == "ledger" else replay_command
    typed = [*words, *map(str, arguments), *(["--format", "json"] if parsed else [])]
    with tables_written() as tables:
        result = CliRunner().invoke(group, typed, input=given)
    if result.exit_code not in (0, 1) or not (result.stdout or not parsed):
        raise RuntimeError(f"{command} {typed}: {result.exit_code}\n{result.output}\n{result.exception!r}")
    return Printed(command, json.loads(result.stdout) if parsed else {}, tuple(tables))


def stands_for(command: str, report: Report) -> Printed:
    """Return what a command prints that needs a database server, of a result like its own."""
    with tables_written() as tables:
        text = written(report, "json")
    return Printed(command, json.loads(text), tuple(tables))


def world(folder: Path) -> None:
    """Make the ledgers and files of the world."""
    with Ledger.create(folder / "toy.db") as made:
        toy_deal(made)
        toy_month(made, 1)
        made.post(curtailed("late", "70.00", prior_month(1, 20), restates=True)).or_raise()
        made.post_many(month_events(2, unpaid={"one-2": ("100.00", f"{(BALANCE - 100) // 100}.00")})).or_raise()
    with Ledger.create(folder / "noted.db") as made:
        made.open_deal(NOTED, terms()).or_raise()
        made.post_many([*POOL, loan("silent", amortization_type=None)]).or_raise()
    with Ledger.create(folder / "acting.db") as made:
        acting_toy(made, [Act.CLOSING])
    (folder / "terms.json").write_text(terms_to_json(toy_terms(rules=4)), encoding="utf-8")
    (folder / "other.json").write_text(terms_to_json(toy_terms(title="Another")), encoding="utf-8")
    (folder / "table.txt").write_text(TABLE, encoding="utf-8")
    (folder / "entry.json").write_text(json.dumps(ENTRY), encoding="utf-8")
    (folder / "printed.csv").write_text(PRINTED, encoding="utf-8")


def answers(folder: Path) -> Iterator[Printed]:
    """Yield what every command prints in the world, which is made in an empty directory and left changed."""
    with within(folder):
        yield from _of_reading()
        yield from _of_evidence(folder)
        yield from posting()
        yield asked("ledger simulate", "lives.db", "first", "--loans", "3", "--months", "1")


@contextmanager
def within(folder: Path) -> Iterator[None]:
    """Make the world in an empty directory, and stand in it."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        world(folder)
        yield
    finally:
        os.chdir(before)


def _of_reading() -> Iterator[Printed]:
    toy = ("toy.db", TOY)
    yield asked("ledger deals", "toy.db")
    yield asked("ledger samples")
    yield asked("ledger batches", *toy)
    yield asked("ledger batches", *toy, "--document", "table.txt")
    yield asked("ledger check", *toy, SECOND)
    yield asked("ledger check", *toy, FIRST)
    acting = asked("ledger check", "acting.db", TOY, FIRST)
    yield acting
    # Where the database knows the logins, what others are to do stands under another name.
    assert "instead" in acting.document
    on_a_server = {"then" if key == "instead" else key: value for key, value in acting.document.items()}
    yield Printed(acting.command, on_a_server, acting.tables)
    yield asked("ledger month", "noted.db", NOTED, "--due", "2024-02-01")
    yield asked("ledger month", "noted.db", NOTED, "--due", "2024-02-01", "--loans")
    yield asked("ledger terms check", "terms.json")
    yield asked("ledger terms diff", "terms.json", "other.json")
    yield stands_for("ledger access", access_report([("auditor", "auditor", "*", "gone")]))
    yield asked("replay statement", *toy, *ON)
    yield asked("replay statement", *toy, *ON, "--as", "closed", "--template", "neutral")
    yield asked("replay statement", *toy, "--payment-date", SECOND)
    yield asked("replay statement", "acting.db", TOY, *ON)
    yield asked("replay books", *toy, "--record-date", FIRST)
    yield asked("replay books", *toy, "--record-date", "2020-01-01")
    yield asked("replay books", *toy, "--record-date", FIRST, "--trial-balance")
    yield asked("replay account", *toy, "collection_account", "--from", "2021-01-01", "--through", FIRST)
    yield asked("replay journal", *toy, "--from", FIRST, "--through", FIRST)
    yield asked("replay advances", *toy, "--record-date", SECOND, "--all")
    yield asked("replay advances", "acting.db", TOY, "--record-date", FIRST)
    yield asked("replay explain", *toy, *ON, FIGURE)
    yield asked("replay explain", *toy, *ON, FIGURE)
    yield asked("replay diff", *toy, *ON)
    yield asked("replay diff", *toy, *ON, "--known-through", "45", "45")
    yield asked("replay periods", *toy)
    yield asked("replay history", *toy, FIGURE)
    yield asked("replay loans", *toy, *ON)
    yield asked("replay loans", *toy, *ON, "--roll-forward")
    yield asked("replay loans", *toy, *ON, "--bridge")
    yield asked("replay loans", *toy, "--payment-date", SECOND, "--loan", "one-2")
    yield asked("replay chart", *toy, *ON, "--list")
    for name in ("class-balances", "cash-flow", "status-migration"):
        yield asked("replay chart", *toy, *ON, name)
    yield asked("replay reconcile", *toy, *ON, "table.txt")
    yield asked("replay reconcile", *toy, *ON, "table.txt", "--list")
    yield asked("replay portfolio", "toy.db", "noted.db", "--record-date", "2020-12-31")
    yield asked("replay portfolio", "toy.db", "noted.db", "--record-date", "2020-12-31", "--as", "closed")
    for name in ("statement", "books"):
        day = ("--payment-date", FIRST) if name == "statement" else ("--record-date", FIRST)
        asked(f"replay {name}", *toy, *day, "--out", f"{name}.txt", parsed=False)
        yield asked("replay rebuild", f"{name}.txt", "toy.db")
    changed = Path("books.txt").read_text(encoding="utf-8").replace("collection", "Collection", 1)
    Path("books.txt").write_text(changed, encoding="utf-8")
    yield asked("replay rebuild", "books.txt", "toy.db")


def _of_evidence(folder: Path) -> Iterator[Printed]:
    toy, root = ("toy.db", TOY), root_of_time()
    yield asked("replay keygen", "key")
    yield asked("replay head", *toy)
    asked("replay head", *toy, "--file", "head", parsed=False)
    yield asked("replay countersign", "head", "--key", "key", "--as", "trustee", "--ledger", "toy.db")
    yield asked("replay check-signature", "head", "--public-key", "key.pub")
    root_written(folder / "root.pem", root)
    asked("replay time-stamp", "head", "--request", "q", parsed=False)
    Path("a").write_bytes(answer(stamper(root), Path("q").read_bytes()))
    yield asked("replay time-stamp", "head", "--request", "q", "--answer", "a", "--tsa-root", "root.pem")
    yield asked("replay check-signature", "head", "--public-key", "key.pub", "--tsa-root", "root.pem")
    yield asked("replay witness", "toy.db", "--file", "heads")
    yield asked("replay verify", *toy, "--witness", "heads")
    yield asked("replay verify", *toy, "--head", "10:" + "ab" * 32)
    yield asked("replay export", *toy, "b.zip", "--key", "key")
    yield asked("replay verify", "b.zip", "--public-key", "key.pub")
    asked("ledger init", "imported.db", parsed=False)
    yield asked("replay import", "b.zip", "imported.db")
    yield asked("ledger archive", *toy, "archives")


def posting() -> Iterator[Printed]:
    """Yield what the commands print that change the world."""
    on: Dated = {"deal": TOY, "effective_date": due_date(2)}
    late = curtailed("later", "5.00", prior_month(1, 21))
    ahead = curtailed("ahead", "5.00", prior_month(2, 21))
    yield asked("ledger open", "entered.db", TOY, "terms.json")
    yield asked("ledger enter", "entered.db", TOY, "entry.json", "--accept", "loans_not_boarded")
    yield asked("replay entry", "entered.db", TOY, "printed.csv")
    yield asked("ledger post", "toy.db", given=encode(ahead).decode())
    yield asked("ledger post", "toy.db", "--dry-run", given=encode(attrs.evolve(ahead, event_id="tried")).decode())
    yield asked("ledger post", "toy.db", given=encode(late).decode())
    yield asked("ledger restate", "toy.db", given=encode(late).decode())
    more = attrs.evolve(ahead, event_id="ahead/b", **on)
    yield asked("ledger correct", "toy.db", "ahead", "--reason", "misread", given=encode(more).decode())
    yield asked("ledger reverse", "toy.db", TOY, "ahead/b", "--reason", "not theirs")
    told = ("--acknowledge", "due_unaccounted=told by telephone", "--who", "A. Clerk")
    proposed = CliRunner().invoke(ledger_command, ["close", "acting.db", TOY, FIRST, *told, "--propose"])
    yield asked("ledger close", "acting.db", TOY, FIRST)
    yield asked("ledger approve", "acting.db", "-", "--actor", "R. Ortega", given=proposed.stdout)
    yield asked("ledger check", "acting.db", TOY, FIRST)
    yield asked("ledger close", "acting.db", TOY, FIRST, *told, "--actor", "J. Marsh")
    yield asked("ledger check", "acting.db", TOY, FIRST)
    yield asked("ledger distribute", "acting.db", TOY, FIRST)
    yield asked("ledger distribute", "acting.db", TOY, SECOND)
    asked("ledger token add", "tokens", "--actor", "J. Marsh", "--servicer", TOY, parsed=False)
    yield asked("ledger token list", "tokens")
