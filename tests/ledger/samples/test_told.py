"""Every sample told as data: its months are posted, closed and paid, and every class figure ties out."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from ledger import ClassBalanceBroughtForward, Dated, Ledger, PoolBalanceBroughtForward, Refusal
from ledger.cli import main
from ledger.samples.told import COLUMNS, TOLD, ToldSample


@pytest.mark.parametrize("sample", TOLD, ids=lambda sample: sample.DEAL)
def test_every_class_figure_ties_out(sample: ToldSample) -> None:
    with Ledger.create("sqlite://") as ledger:
        receipt = sample.post(ledger)
        figures = sample.figures(ledger)
        assert receipt.sequence == ledger.head(sample.DEAL).sequence
    assert [figure for figure in figures if not figure.is_tied] == []
    classes = {item.class_id for item in sample.terms().classes}
    assert {figure.class_id for figure in figures} <= classes
    assert {figure.column for figure in figures} <= set(COLUMNS)
    assert len(figures) >= 4 * len(sample.payment_dates)


@pytest.mark.parametrize("sample", TOLD, ids=lambda sample: sample.DEAL)
def test_a_sample_says_what_it_is_and_what_was_made_up(sample: ToldSample) -> None:
    assert sample.kind in ("published", "worked out by hand")
    assert sample.title
    assert sample.about["made_up"]
    assert len(sample.payment_dates) >= 3


def test_a_figure_that_is_not_the_published_one_is_told() -> None:
    """A month whose curtailments are a dollar less pays its seniors a dollar less."""
    sample = TOLD[0]
    with Ledger.create("sqlite://") as ledger:
        ledger.open_deal(sample.DEAL, sample.terms()).or_raise()
        ledger.post_many(sample.events("entered.jsonl")).or_raise()
        first = sample.payment_dates[0]
        for event in sample.events(f"{first}.jsonl"):
            if event.name != "curtailment_collected":
                ledger.post(event).or_raise()
        figures = [item for item in sample.figures_of(ledger, first) if not item.is_tied]
    assert {figure.class_id for figure in figures} == {"A-1", "A-2"}
    assert {figure.column for figure in figures} == {"principal", "closing"}


def test_an_accrual_class_is_entered_above_its_face() -> None:
    """Class Z of 20,000,000 enters at 20,200,000: -200,000 have left it. F takes no such thing."""
    sample = next(item for item in TOLD if item.DEAL == "six-pack")
    dated: Dated = {"deal": sample.DEAL, "effective_date": sample.terms().closing_date}
    carried = {
        name: ClassBalanceBroughtForward(
            event_id=f"entered/{name}", class_id=name, balance=balance, retired=retired, **dated
        )
        for name, balance, retired in (("Z", "20200000.00", "-200000.00"), ("F", "2500000.00", "-100000.00"))
    }
    with Ledger.create("sqlite://") as ledger:
        ledger.open_deal(sample.DEAL, sample.terms()).or_raise()
        refused = ledger.post(carried["F"])
        assert isinstance(refused, Refusal)
        assert [(item.field, item.code) for item in refused.violations] == [("retired", "negative")]
        pool = PoolBalanceBroughtForward(
            event_id="entered/pool", group="pool", balance="100200000.00", loan_count=230, **dated
        )
        ledger.post_many([pool, carried["Z"]]).or_raise()
        sample.post_month(ledger, sample.payment_dates[0])
        row = ledger.distribution(sample.DEAL, sample.payment_dates[0]).classes["Z"]
        assert str(row.accrual.opening_balance.decimal) == "20200000.00"
        assert str(row.result.closing_balance.decimal) == "20301000.00"


def test_the_samples_are_listed_and_built(tmp_path: Path) -> None:
    listed = CliRunner().invoke(main, ["samples"])
    assert listed.exit_code == 0
    assert all(sample.DEAL in listed.output for sample in TOLD)
    built = CliRunner().invoke(main, ["demo", str(tmp_path / "x.db"), "--sample", "sequoia-2013-7"])
    assert built.exit_code == 0, built.output
    assert "126 of 126 class figures that are published tie out" in built.stderr
    wrong = CliRunner().invoke(main, ["demo", str(tmp_path / "y.db"), "--sample", "sequoia-2013"])
    assert wrong.exit_code == 2
    assert "sequoia-2013-7" in wrong.stderr
    assert not (tmp_path / "y.db").exists()


@pytest.mark.parametrize(
    "sample", [TOLD[1], *(pytest.param(item, marks=pytest.mark.slow) for item in TOLD[2:])], ids=lambda item: item.DEAL
)
def test_a_sample_is_built_by_its_name(sample: ToldSample, tmp_path: Path) -> None:
    built = CliRunner().invoke(main, ["demo", str(tmp_path / "one.db"), "--sample", sample.DEAL])
    assert built.exit_code == 0, built.output
