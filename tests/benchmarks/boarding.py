"""Boarding a tape: from a file of loans to boarded events in an SQLite file, beside Polars and sqlite3 by hand."""

from __future__ import annotations

import json
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
from click.testing import CliRunner

from ledger import Ledger, TapeMap
from ledger.cli import main as command
from ledger.tapes import TapeReader, opened_tape
from ledger.tapes.boarded import BoardedLoans
from tests.benchmarks.harness import Comparison, Contender, compare, say
from tests.benchmarks.pages import ORDINARY
from tests.benchmarks.workload import remove
from tests.deals.toy import CUT_OFF, TOY, toy_terms

MAP: dict[str, Any] = {
    "columns": {
        "loan": "Loan ID",
        "balance": "Current UPB",
        "note_rate": "Rate",
        "net_rate": "Net Rate",
        "original_balance": "Original UPB",
        "payment": "P&I",
        "origination_date": "Originated",
        "maturity_date": "Maturity",
        "original_term_months": "Term",
        "remaining_term_months": "Remaining",
        "loan_to_value": "LTV",
        "state": "State",
    },
    "date_formats": ["%m/%d/%Y"],
}
OURS = "ledger tape --post (CSV, by columns)"
BY_HAND = "Polars and sqlite3 by hand (one table, no checks, no hashes)"
LINES = "ledger post (JSON Lines)"
TABLE = "ledger post --table (Parquet)"
LIMIT = 3.0
"""Seconds from a file of 100,000 loans to boarded ones, on two cores of an ordinary machine."""


def loans(count: int) -> pl.DataFrame:
    """Return a made-up tape as a servicer writes it: twelve columns of text."""
    numbers = range(count)
    return pl.DataFrame(
        {
            "Loan ID": [f"F{10**8 + k}" for k in numbers],
            "Current UPB": [f"{50_000 + k * 3 % 400_000}.{k % 100:02d}" for k in numbers],
            "Rate": [f"{3 + k * 7 % 4_000 / 1000:.3f}" for k in numbers],
            "Net Rate": ["2.750"] * count,
            "Original UPB": [str(100_000 + 1_000 * (k % 600)) for k in numbers],
            "P&I": [f"{500 + k % 3_000}.{k % 100:02d}" for k in numbers],
            "Originated": [f"{1 + k % 12:02d}/01/{2000 + k % 20}" for k in numbers],
            "Maturity": [f"{1 + k % 12:02d}/01/{2030 + k % 20}" for k in numbers],
            "Term": ["360"] * count,
            "Remaining": [str(200 + k % 150) for k in numbers],
            "LTV": [str(50 + k % 50) for k in numbers],
            "State": [("CA", "NY", "TX", "IL")[k % 4] for k in numbers],
        }
    )


class Boarding:
    """A tape in its files, and the ways to board it; each returns the sum of balances in units of 0.0001 dollar."""

    def __init__(self, directory: Path, count: int) -> None:
        self.csv, self.map, self.home = directory / "tape.csv", directory / "map.json", directory
        self.lines, self.table = directory / "loans.jsonl", directory / "loans.parquet"
        self.count, self._made = count, 0
        loans(count).write_csv(self.csv)
        self.map.write_text(json.dumps(MAP))
        done = self._run("tape", self.csv, *self._options)
        self.lines.write_text(done)
        found = self.read(by_columns=True)
        assert isinstance(found, BoardedLoans)
        (table,) = found.tables()
        table.write_parquet(self.table)

    @property
    def _options(self) -> tuple[object, ...]:
        return "--deal", TOY, "--group", "one", "--date", CUT_OFF, "--map", self.map

    @staticmethod
    def _run(*arguments: object) -> str:
        done = CliRunner().invoke(command, list(map(str, arguments)))
        assert done.exit_code == 0, done.stderr
        return done.stdout

    def opened(self) -> Path:
        """Return a new ledger in which the deal is open."""
        self._made += 1
        path = self.home / f"boarding-{self._made}.db"
        with Ledger.create(path) as ledger:
            ledger.open_deal(TOY, toy_terms()).or_raise()
        return path

    def read(self, *, by_columns: bool) -> object:
        """Read the tape into loans."""
        chosen = TapeMap(**MAP)
        reader = TapeReader(tape=chosen, deal=TOY, group="one", effective_date=CUT_OFF, by_columns=by_columns)
        with self.csv.open("rb") as file, opened_tape(file, chosen, "tape.csv") as table:
            reader.take(table)
        return reader.end().loans

    def tape(self, path: Path) -> Path:
        """Board the CSV by columns."""
        self._run("tape", self.csv, *self._options, "--post", path)
        return path

    def post_lines(self, path: Path) -> Path:
        """Post the JSON Lines that the tape was written as."""
        self._run("post", path, self.lines)
        return path

    def post_table(self, path: Path) -> Path:
        """Post the same events as a Parquet file of their type."""
        self._run("post", path, "--deal", TOY, "--table", f"loan_boarded={self.table}")
        return path

    def by_hand(self, path: Path) -> Path:
        """Read the CSV by Polars, convert, and insert into one table, a JSON text a loan, by sqlite3."""
        amounts, rates = ("Current UPB", "Original UPB", "P&I"), ("Rate", "Net Rate", "LTV")
        frame = pl.read_csv(self.csv, infer_schema=False).with_columns(
            *(pl.col(name).cast(pl.Decimal(38, 2)) for name in amounts),
            *(pl.col(name).cast(pl.Decimal(38, 6)) / pl.lit(Decimal(100)) for name in rates),
            *(pl.col(name).str.to_date("%m/%d/%Y") for name in ("Originated", "Maturity")),
            *(pl.col(name).cast(pl.Int64) for name in ("Term", "Remaining")),
        )
        rows = frame.select(
            "Loan ID",
            (pl.col("Current UPB").to_physical() * 100).cast(pl.Int64),
            pl.struct(pl.all().cast(pl.String)).struct.json_encode().alias("payload"),
        ).iter_rows()
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE loans (loan TEXT PRIMARY KEY, principal INTEGER, payload TEXT)")
        with connection:
            connection.executemany("INSERT INTO loans VALUES (?, ?, ?)", rows)
        connection.close()
        return path

    def new(self) -> Path:
        """Return where a database of another make may be put."""
        self._made += 1
        return self.home / f"boarding-{self._made}.db"


class Clock:
    """The processor's time of each way, and of counting to ten million beside every run, by which machines compare."""

    def __init__(self) -> None:
        self.spent: dict[str, list[float]] = {}
        self.counts: list[float] = []

    def beside(self, name: str, run: Callable[[Path], Path]) -> Callable[[Path], Path]:
        """Return a way that is timed."""

        def timed(path: Path) -> Path:
            began = time.process_time()
            for _ in range(1_000_000):
                pass
            self.counts.append(10 * (time.process_time() - began))
            began = time.process_time()
            found = run(path)
            self.spent.setdefault(name, []).append(time.process_time() - began)
            return found

        return timed

    def tell(self, count: int) -> None:
        """Say what each way takes of the processor, and what that is where counting takes as long as is ordinary."""
        counting = statistics.median(self.counts)
        say(f"  this machine counts to ten million in {counting:.1f} s of the processor, an ordinary in {ORDINARY} s")
        least, table = min(self.spent[BY_HAND]), min(self.spent[TABLE])
        for name, spent in self.spent.items():
            taken = min(spent)
            scaled = f"{taken * ORDINARY / counting:.1f} s scaled"
            ratios = f"{taken / least:.1f} times by hand, {taken / table:.2f} times by table"
            say(f"  {name:<64} {taken:6.1f} s of the processor, {scaled}, {ratios}")
        limit = LIMIT * count / 100_000
        holds = min(self.spent[OURS]) * ORDINARY / counting <= limit
        say(f"  {limit:g} s from file to boarded {'would hold' if holds else 'would not hold'} on an ordinary machine")


def held(path: Path, table: str) -> int:
    """Return the sum of the balances in a database."""
    connection = sqlite3.connect(path)
    found = connection.execute(f"SELECT sum(principal) FROM {table}").fetchone()[0]
    connection.close()
    return int(found)


FACE = sum(int(bond.face * 10_000) for bond in toy_terms().classes)


def by_file(directory: Path, rounds: int, *, count: int) -> Iterator[Comparison]:
    """Compare the ways from a file of loans to boarded ones."""
    place, clock = Boarding(directory, count), Clock()

    def ours(name: str, run: Callable[[Path], Path]) -> Contender:
        return Contender(
            name=name,
            prepare=place.opened,
            run=clock.beside(name, run),
            answer=lambda path, _: held(path, "events") - FACE,
            finish=remove,
            ours=True,
        )

    found = compare(
        key="boarding",
        title="Boarding a tape into SQLite",
        work=f"{count:,} loans of twelve columns, from a file to events, in one durable commit",
        contenders=(
            ours(OURS, place.tape),
            ours(LINES, place.post_lines),
            ours(TABLE, place.post_table),
            Contender(
                name=BY_HAND,
                prepare=place.new,
                run=clock.beside(BY_HAND, place.by_hand),
                answer=lambda path, _: held(path, "loans"),
                finish=remove,
            ),
        ),
        events=count,
        rounds=rounds,
        reference=OURS,
        pairs=((LINES, TABLE),),
    )
    clock.tell(count)
    yield found
