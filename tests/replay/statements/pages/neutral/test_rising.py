"""A neutral statement shows draws, modified loans and the funding account where there are any, and nowhere else."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

import replay
from ledger import (
    ClassBalanceIncreased,
    DrawMade,
    Ledger,
    PayInterest,
    PayPrincipal,
    PayResidual,
    PrincipalDeferred,
    SetAsidePrincipal,
    StatementTemplate,
)
from ledger.samples.told import TOLD, ToldSample
from replay.cli import main
from tests.deals.lines import DEAL, FEB, STAYS, lines_deal, month, on

DAY = "2024-01-29"
RISING = [sample for sample in TOLD if sample.folder in ("heloc", "re_performing", "revolving_auto")]


def printed(ledger: Ledger) -> dict[tuple[str, str], str]:
    found = replay.statement(ledger, DEAL, payment_date=FEB, template=StatementTemplate.NEUTRAL)
    return {(item.section, item.line): item.printed for item in found.figures}


def test_draws_and_what_is_set_aside_have_lines_of_their_own() -> None:
    """Of 200.00 that came in, a draw takes 150.00; what is left is set aside."""
    steps = (PayInterest(classes=("A", "B")), SetAsidePrincipal(), PayPrincipal(classes=("A", "B")))
    with lines_deal(waterfall=(*steps, PayResidual(classes=("R",)))) as ledger:
        draw = DrawMade(event_id="draw", amount="150.00", funded_by="principal collections", **on(DAY, loan="1"))
        ledger.post_many(month(2, [draw])).or_raise()
        lines = printed(ledger)
    assert lines["Balance", "Draws"] == "150.00"
    assert Decimal(lines["Principal collected", "Draws of borrowers"].strip("()-")) == Decimal("150.00")
    assert lines["Funding account", "Principal set aside"] == "50.00"
    assert lines["Funding account", "Closing balance"] == "50.00"


def test_a_note_that_rose_and_deferred_principal_are_told() -> None:
    rise = ClassBalanceIncreased(event_id="rise", class_id="A", amount="500.00", used_for="principal funds", **on(DAY))
    deferred = PrincipalDeferred(event_id="def", amount="600.00", **on(DAY, loan="2"))
    with lines_deal(forbearance=STAYS) as ledger:
        ledger.post_many(month(2, [rise, deferred])).or_raise()
        found = replay.statement(ledger, DEAL, payment_date=FEB, template=StatementTemplate.NEUTRAL)
        rows = {(item.section, item.line, item.column): item.printed for item in found.figures}
    assert rows["Payments", "A", "increase of the note"] == "500.00"
    assert {value for (_, line, _), value in rows.items() if line == "Deferred without interest"} == {"600.00"}


def test_nothing_of_it_stands_where_there_is_none() -> None:
    with lines_deal() as ledger:
        ledger.post_many(month(2)).or_raise()
        told = " ".join(f"{section} {line}" for section, line in printed(ledger))
    assert not any(word in told for word in ("Draws", "Funding", "Deferred", "note"))


@pytest.mark.parametrize("sample", RISING, ids=[sample.folder for sample in RISING])
def test_statements_of_the_samples_are_read_back(sample: ToldSample, tmp_path: Path) -> None:
    path = tmp_path / "held.db"
    with Ledger.create(path) as ledger:
        sample.post(ledger)
        deal = ledger.deals()[0]
        paid = sample.payment_dates
    for day in paid:
        asked = [str(path), deal, "--payment-date", str(day)]
        written = tmp_path / "statement.text"
        shown = CliRunner().invoke(main, ["statement", *asked, "--template", "neutral", "--format", "text"])
        written.write_text(shown.stdout, encoding="utf-8")
        told = CliRunner().invoke(main, ["reconcile", *asked, str(written)])
        assert told.exit_code == 0, (told.stdout[:2000], told.stderr)
