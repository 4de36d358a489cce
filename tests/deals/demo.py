"""The real month in a ledger that ``ledger demo`` has made, and the two commands to ask it with."""

from __future__ import annotations

import csv
from collections import Counter

import pytest
from click.testing import CliRunner, Result

from ledger.cli import main as ledger_command
from ledger.samples.impac_cmb_2002_1 import september_2002 as sample
from replay.cli import main as replay_command
from tests.results.fitting import fitting

DEAL = sample.DEAL
ON = ["--record-date", "2002-08-30"]


@pytest.fixture(scope="session")
def demo_ledger(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("demo") / "trust.db"
    assert run_ledger("demo", str(path)).exit_code == 0
    return str(path)


def run_ledger(*arguments: object, given: str | None = None) -> Result:
    typed = [str(item) for item in arguments]
    return fitting("ledger", typed, CliRunner().invoke(ledger_command, typed, input=given))


def run_replay(*arguments: str) -> Result:
    return fitting("replay", list(arguments), CliRunner().invoke(replay_command, list(arguments)))


def published() -> Counter[tuple[str, ...]]:
    rows = csv.DictReader(sample.data("published.csv").splitlines())
    return Counter((r["page"], r["section"], r["line"], r["column"], r["printed"]) for r in rows)
