"""``ledger reverse``, ``correct`` and ``restate``: what they void, put in its place, and tell of a closed month."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ledger import AsOf, CompensatingInterestPaid, Ledger, ServicingFeeWithheld, encode
from ledger.cli import main
from tests.deals.closing import closed
from tests.deals.noted import DEAL, DUE, PAID, loan, terms

FEE = "noted/month/2024-02-26/fee/level"


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A ledger with the month of two loans posted, each with a fee of 41.67."""
    path = str(tmp_path / "t.db")
    with Ledger.create(path) as ledger:
        ledger.open_deal(DEAL, terms()).or_raise()
        ledger.post_many([loan("level"), loan("other")]).or_raise()
        ledger.post_month(DEAL, DUE).or_raise()
    return path


def run(*arguments: str, given: str = "") -> Result:
    return CliRunner().invoke(main, arguments, input=given)


def fee(event_id: str = "right") -> str:
    """Return a fee of another amount, as a line."""
    event = ServicingFeeWithheld(
        event_id=event_id, deal=DEAL, effective_date="2024-02-15", loan="level", amount="41.00"
    )
    return encode(event).decode() + "\n"


def fees(url: str) -> Fraction:
    """Return the fees withheld to the payment date."""
    with Ledger.open(url) as ledger:
        return ledger.books(DEAL, AsOf(record_date=dt.date(2024, 2, 26))).balance("servicing_fees").value


def test_what_is_reversed_counts_no_more(url: str) -> None:
    done = run("reverse", url, DEAL, FEE, "--reason", "waived")
    assert done.exit_code == 0, done.output
    assert fees(url) == Fraction("41.67")
    assert run("reverse", url, DEAL, FEE, "--reason", "waived").exit_code == 0


def test_what_is_corrected_stands_in_its_place(url: str) -> None:
    done = run("correct", url, FEE, "--reason", "a rate too high", given=fee())
    assert done.exit_code == 0, done.output
    assert fees(url) == Fraction("82.67")


def test_an_event_that_is_not_there_is_refused(url: str) -> None:
    refused = run("reverse", url, DEAL, "nobody", "--reason", "x")
    assert refused.exit_code == 1
    assert "unknown_event" in refused.stderr


def test_one_event_takes_the_place_of_one(url: str) -> None:
    refused = run("correct", url, FEE, "--reason", "x", given=fee() + fee("again"))
    assert refused.exit_code == 1
    assert "not_one_event" in refused.stderr
    assert "empty_batch" in run("correct", url, FEE, "--reason", "x").stderr


def test_a_closed_month_is_restated_only_where_that_is_said(url: str) -> None:
    with Ledger.open(url) as ledger:
        closed(ledger, DEAL, PAID)
        ledger.distribute(DEAL, PAID).or_raise()
    assert "period_closed" in run("reverse", url, DEAL, FEE, "--reason", "waived").stderr
    brought = CompensatingInterestPaid(
        event_id="more", deal=DEAL, effective_date="2024-02-15", group="fixed", amount="5.00"
    )
    more = encode(brought).decode() + "\n"
    assert "period_closed" in run("post", url, given=more).stderr
    tried = run("restate", url, "--dry-run", given=more)
    assert tried.exit_code == 0, tried.output
    with Ledger.open(url) as ledger:
        assert not list(ledger.events(DEAL, event_ids=["more"]))
    done = run("restate", url, given=more)
    assert done.exit_code == 0, done.output
    assert "the distribution of 2024-02-26 is restated" in done.stderr
    assert run("reverse", url, DEAL, FEE, "--reason", "waived", "--restates").exit_code == 0
    assert fees(url) == Fraction("41.67")
