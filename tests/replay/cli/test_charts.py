"""``replay chart`` from a shell: pictures, tables, the list, files and refusals."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.deals.demo import DEAL, ON, run_replay


def table_rows(text: str) -> list[dict[str, str]]:
    """Return the rows of a CSV without those that say what it is."""
    return [row for row in csv.DictReader(io.StringIO(text)) if next(iter(row.values())) != "about"]


def test_a_chart_is_a_picture_or_the_table_beside_it(demo_ledger: str, tmp_path: Path) -> None:
    picture = run_replay("chart", demo_ledger, DEAL, *ON, "cash-flow")
    assert picture.exit_code == 0
    assert ElementTree.fromstring(picture.stdout).get("role") == "img"
    table = run_replay("chart", demo_ledger, DEAL, *ON, "balances", "--format", "csv")
    rows = table_rows(table.stdout)
    assert [(row["date"], row["value"]) for row in rows] == [
        ("2002-08-26", "468190938.13"),
        ("2002-09-25", "458896788.57"),
    ]
    document = json.loads(run_replay("chart", demo_ledger, DEAL, *ON, "balances", "--format", "json").stdout)
    assert document["points"] == rows
    assert (document["deal"], document["chart"], document["known_through"]) == (DEAL, "balances", 167)
    out = tmp_path / "cash.svg"
    assert run_replay("chart", demo_ledger, DEAL, *ON, "cash-flow", "--out", str(out)).exit_code == 0
    assert out.read_text(encoding="utf-8") == picture.stdout


def test_charts_are_listed(demo_ledger: str) -> None:
    listed = run_replay("chart", demo_ledger, DEAL, *ON, "--list", "--format", "csv")
    rows = table_rows(listed.stdout)
    assert len(rows) == 44
    assert {row["name"] for row in rows if row["known"] == "no"} == {"severity", "severity-by-group"}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ((), "name one chart, or give --list"),
        (("psa", "--list"), "name one chart, or give --list"),
        (("--list", "--format", "svg"), "a list of charts is text, csv or json"),
        (("psa-by-grp",), "there is no chart 'psa-by-grp'"),
    ],
)
def test_what_names_no_chart_is_refused(given: tuple[str, ...], told: str, demo_ledger: str) -> None:
    done = run_replay("chart", demo_ledger, DEAL, *ON, *given)
    assert done.exit_code == 2
    assert told in done.stderr
    assert done.stdout == ""


def test_a_name_that_is_nearly_one_is_helped(demo_ledger: str) -> None:
    done = run_replay("chart", demo_ledger, DEAL, *ON, "psa-by-grp")
    assert "for example psa-by-group" in done.stderr
