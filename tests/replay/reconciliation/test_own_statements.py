"""The law of reading back: what `replay statement` writes, `replay reconcile` reads whole and finds equal."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest
from click.testing import CliRunner, Result

from ledger import Ledger, Schedule
from ledger.samples.impac_cmb_2002_1.september_2002 import post_september_2002
from ledger.simulation import post_life
from replay.cli import main
from tests.deals import pair
from tests.deals.toy import toy_deal, toy_month
from tests.ledger.simulation.lives import SHORT


def post_toy(ledger: Ledger) -> None:
    toy_deal(ledger, rules=2)
    toy_month(ledger, 1)
    toy_month(ledger, 2)


def post_pair(ledger: Ledger) -> None:
    pair.pair_deal(ledger).post_many(pair.month(2)).or_raise()
    pair.settle(ledger, pair.FEBRUARY)


DEALS = {
    "real": (post_september_2002, (6,)),
    "toy": (post_toy, (0, 1)),
    "pair": (post_pair, (0,)),
    "life": (lambda ledger: post_life(ledger, attrs.evolve(SHORT, months=8)), (0, 3, 6)),
}


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(item) for item in arguments])


@pytest.mark.parametrize("name", DEALS)
def test_every_statement_written_is_read_back_and_agrees(name: str, tmp_path: Path) -> None:
    post, months = DEALS[name]
    path = tmp_path / "held.db"
    with Ledger.create(path) as ledger:
        post(ledger)
        deal = ledger.deals()[0]
        paid = Schedule(ledger.terms(deal)).payment_dates
    for month in months:
        asked = (path, deal, "--payment-date", paid[month])
        for form in ("text", "csv", "json"):
            written = tmp_path / f"statement.{form}"
            written.write_text(run("statement", *asked, "--format", form).stdout, encoding="utf-8")
            told = run("reconcile", *asked, written)
            assert told.exit_code == 0, (month, form, told.stdout[:2000], told.stderr)


def test_a_recorded_payment_that_was_changed_is_named(tmp_path: Path) -> None:
    path, written = tmp_path / "held.db", tmp_path / "statement.txt"
    with Ledger.create(path) as ledger:
        post_toy(ledger)
    asked = (path, "toy", "--record-date", "2020-12-31")
    text = run("statement", *asked).stdout
    pages, heading, below = text.partition("Bond payments as computed")
    written.write_text(pages + heading + below.replace("4000.00", "4001.00", 1), encoding="utf-8")
    told = run("reconcile", *asked, written)
    assert told.exit_code == 1
    assert "recorded-differs" in told.stdout
