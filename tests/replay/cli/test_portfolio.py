"""``replay portfolio`` from a shell: formats, files, exit statuses, messages."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import attrs
import pytest
from click.testing import CliRunner, Result

from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL
from replay.cli import main
from replay.portfolio.lines import PortfolioLine
from tests.deals.portfolio import SIMULATED
from tests.replay.told import rows_of


def run(*arguments: str | Path) -> Result:
    given = [str(argument) for argument in arguments]
    return CliRunner().invoke(main, ["portfolio", *given])


def test_every_format_has_the_same_figures(portfolio: Path) -> None:
    rows = {}
    for form in ("csv", "json"):
        done = run(portfolio / "archives", "--record-date", "2002-08-30", "--format", form)
        assert done.exit_code == 0
        assert f"{SIMULATED + 1} deals: {SIMULATED + 1} replayed; " in done.stderr
        rows[form] = done.stdout
    read = rows_of(rows["csv"])
    document = json.loads(rows["json"])
    assert list(read[0]) == [item.name for item in attrs.fields(PortfolioLine)]
    assert document["deals"] == read
    assert (document["record_date"], document["known_through"]) == ("2002-08-30", None)
    assert document["outcomes"]["replayed"] == SIMULATED + 1
    text = run(portfolio / "archives", "--record-date", "2002-08-30").stdout
    assert "458,896,788.57  1,987  453,896,788.57" in text
    assert all(row["digest"][:18] in text for row in read)


def test_a_ledger_and_its_archive_print_the_same_bytes(portfolio: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(portfolio)
    addresses = ("trust.db", "sqlite:///trust.db", "archives", "archive:archives", "archive:archives?tail=trust.db")
    printed = {run(item, "--record-date", "2002-08-30", "--format", "csv").stdout for item in addresses}
    assert len(printed) == 1
    assert printed.pop().count("replayed") == SIMULATED + 1


def test_several_addresses_are_one_portfolio(portfolio: Path, tmp_path: Path) -> None:
    rest = Path(shutil.copytree(portfolio / "archives", tmp_path / "rest"))
    shutil.rmtree(rest / DEAL)
    whole = run(portfolio / "archives", "--record-date", "2002-08-30", "--format", "csv").stdout
    shutil.copytree(portfolio / "archives" / DEAL, tmp_path / "first" / DEAL)
    assert run(rest, tmp_path / "first", "--record-date", "2002-08-30", "--format", "csv").stdout == whole
    twice = run(rest, portfolio / "archives", "--record-date", "2002-08-30")
    assert (twice.exit_code, twice.stdout) == (2, "")
    assert "two of the addresses hold simulated-0" in twice.stderr


def test_damage_is_a_line_and_exit_status_1(portfolio: Path, tmp_path: Path) -> None:
    copied = Path(shutil.copytree(portfolio / "archives", tmp_path / "archives"))
    os.truncate(next((copied / "simulated-2").glob("period=200209*/*.parquet")), 100)
    done = run(copied, "--record-date", "2002-08-30")
    assert done.exit_code == 1
    assert "\nsimulated-2: damaged: " in done.stdout
    assert f"{SIMULATED + 1} deals: {SIMULATED} replayed, 1 damaged" in done.stdout
    assert run(copied, "--record-date", "2002-08-30", "--deal", "impac*").exit_code == 0


def test_deals_without_a_distribution_are_lines_and_exit_status_0(portfolio: Path) -> None:
    done = run(portfolio / "archives", "--record-date", "2002-01-15", "--format", "csv")
    assert done.exit_code == 0
    outcomes = [row["outcome"] for row in rows_of(done.stdout)]
    assert outcomes == ["no distribution"] * (SIMULATED + 1)


def test_the_result_goes_to_a_file(portfolio: Path, tmp_path: Path) -> None:
    given = (portfolio / "archives", "--record-date", "2002-08-30", "--format", "csv")
    done = run(*given, "--out", tmp_path / "august.csv")
    assert (done.exit_code, done.stdout) == (0, "")
    assert (tmp_path / "august.csv").read_bytes() == run(*given).stdout_bytes
    assert run(*given, "--out", tmp_path / "none" / "august.csv").exit_code == 2
    assert run(*given, "--out", tmp_path).exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nothing.db",), "there is no ledger"),
        (("archive:nothing",), "there is no archive in "),
        (("archives", "--deal", "impac*", "--deal", "other*"), "there is no deal 'other*'"),
        (("archives", "--cluster", "many"), "is no cluster"),
        (("archives", "--cluster", "tcp://127.0.0.1:1", "--workers", "2"), "a cluster has the workers that it has"),
    ],
)
def test_what_cannot_be_used_is_exit_status_2(
    portfolio: Path, arguments: tuple[str, ...], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(portfolio)
    done = run(*arguments, "--record-date", "2002-08-30")
    assert (done.exit_code, done.stdout) == (2, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr
