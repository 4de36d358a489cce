"""The neutral statement: published figures, the filing's values by other names, nothing of other deals."""

from __future__ import annotations

import csv
import re
from collections import Counter
from datetime import date
from fractions import Fraction
from pathlib import Path

import attrs
import pytest
from click.testing import CliRunner

import replay
from ledger import Ledger, Origin, Party, StatementTemplate
from ledger.samples.impac_cmb_2002_1.september_2002 import post_september_2002
from ledger.samples.told import SEQUOIA_2013_7
from replay.cli import main
from replay.statements.text import render_text
from tests.deals.toy import TOY, boarding, month_events, toy_deal, toy_month, toy_terms

NEUTRAL = StatementTemplate.NEUTRAL
GOLDEN = Path(__file__).parent / "printed"


def post_toy(ledger: Ledger) -> None:
    toy_deal(ledger, rules=2)
    toy_month(ledger, 1)
    toy_month(ledger, 2)


DEALS = {
    "sequoia": (SEQUOIA_2013_7.post, date(2014, 10, 27)),
    "impac": (post_september_2002, date(2002, 9, 25)),
    "toy": (post_toy, date(2021, 1, 25)),
}


@pytest.fixture(scope="module", params=DEALS)
def held(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """A deal by its name, in a ledger at a path."""
    path = tmp_path_factory.mktemp("neutral") / "held.db"
    with Ledger.create(path) as ledger:
        DEALS[request.param][0](ledger)
    return request.param, path


def stated(path: Path, paid: date) -> replay.Statement:
    with Ledger.open(path) as ledger:
        return replay.statement(ledger, ledger.deals()[0], payment_date=paid, template=NEUTRAL)


def test_the_text_is_the_one_that_was_looked_through(held: tuple[str, Path]) -> None:
    name, path = held
    text = render_text(stated(path, DEALS[name][1]))
    assert text == (GOLDEN / f"neutral-{name}.txt").read_text(encoding="utf-8")


def test_every_published_figure_of_a_class_stands_in_it() -> None:
    rows = list(csv.DictReader(SEQUOIA_2013_7.published().splitlines()))
    columns = {"opening": "opening balance", "closing": "closing balance"}
    with Ledger.create("sqlite://") as ledger:
        SEQUOIA_2013_7.post(ledger)
        for paid in SEQUOIA_2013_7.payment_dates:
            found = replay.statement(ledger, SEQUOIA_2013_7.DEAL, payment_date=paid)
            assert found.template is NEUTRAL
            for row in (row for row in rows if row["payment_date"] == str(paid)):
                for column in ("opening", "rate", "interest", "principal", "loss", "closing"):
                    (figure,) = found.find(f"1/Payments/{row['class']}/{columns.get(column, column)}")
                    shown = replay.parse_printed(figure.printed)
                    assert shown == Fraction(row[column]), (paid, row["class"], column)


SAME = {
    "2/current period/A/principal": "1/Payments/A/principal",
    "2/current period/Total/current principal balance": "1/Payments/Total/closing balance",
    "2/factors/B/interest": "1/Per 1,000 of original face/B/interest",
    "3/to date/A/unscheduled principal": "2/Paid to date/A/unscheduled principal",
    "3/interest/B/pass-through rate": "2/Interest of the period/B/rate",
    "4/SUMMARY/TOTAL AVAILABLE FUNDS TO BONDHOLDERS/total": "3/Available funds/Available/total",
    "4/PRINCIPAL - COLLECTIONS/Prepayments in Full/fixed": "3/Principal collected/Loans paid in full/Fixed",
    "5/INTEREST - COLLECTIONS/Delinquent Interest/fixed": "3/Interest collected/Scheduled interest not received/Fixed",
    "6/INTEREST - FEES/Bond Insurance Premium Amount/adjustable": "4/Fees/Bond Insurance Premium Amount/Adjustable",
    "7/STRUCTURAL FEATURES/Current Periods Required Overcollateralization Amt/total": (
        "6/Overcollateralization/Required overcollateralization/amount"
    ),
    "8/COLLATERAL/Principal Balance: Current/total": "7/Balance/Closing balance/total",
    "8/COLLATERAL/Loan Count: Current/fixed": "7/Loans/Closing/Fixed",
    "10/SERVICING FEES / ADVANCES/Current PPIS/fixed": ("4/Interest shortfalls/Prepayment interest shortfall/Fixed"),
    "15/VOLUNTARY PREPAYMENTS/Cumulative: Curtailments Amount/total": "9/Prepayments/Curtailments, to date/total",
    "16/VOLUNTARY PREPAYMENT RATES/CPR/adjustable": "9/Prepayment speeds/CPR, this period/Adjustable",
    "24/ADDITIONAL INFORMATION/Total Derivative Payments/total": "5/Funds/Paid under contracts/amount",
}


def test_the_figures_of_the_filing_stand_in_it_by_other_names() -> None:
    with Ledger.create("sqlite://") as ledger:
        post_september_2002(ledger)
        paid = date(2002, 9, 25)
        filed = replay.statement(ledger, "impac-cmb-2002-1", payment_date=paid)
        neutral = replay.statement(ledger, "impac-cmb-2002-1", payment_date=paid, template=NEUTRAL)
    assert filed.template is StatementTemplate.FILED
    assert len(filed) == 1290
    for theirs, ours in SAME.items():
        (one,), (other,) = filed.find(theirs), neutral.find(ours)
        assert one.exact_text == other.exact_text, theirs
    loans = {figure.line for figure in neutral.figures if figure.section == "Loans prepaid in full"}
    assert loans == {figure.line for figure in filed.figures if figure.section == "LOANS PREPAID IN FULL"}


def test_every_figure_has_a_place_of_its_own_and_is_explained(held: tuple[str, Path]) -> None:
    name, path = held
    found = stated(path, DEALS[name][1])
    places = Counter((item.page, item.section, item.line, item.column) for item in found.figures)
    assert max(places.values()) == 1
    assert [page.number for page in found.pages] == list(range(1, 11))
    kinds = {(item.page, item.section, item.column): item for item in found.figures}
    assert all(item in found.find(item.path) for item in found.figures)
    with Ledger.open(path) as ledger:
        for figure in list(kinds.values())[:: 3 if name == "sequoia" else 12]:
            why = replay.explain(ledger, found, figure, limit=1)
            assert why.steps or why.events, figure.path
            if figure.origin in (Origin.TERM, Origin.REPORTED):
                assert why.events or not figure.value, figure.path


@pytest.mark.parametrize("template", ["neutral", "filing"])
def test_what_is_written_is_read_back_and_agrees(held: tuple[str, Path], template: str, tmp_path: Path) -> None:
    name, path = held
    with Ledger.open(path) as ledger:
        asked = [str(path), ledger.deals()[0], "--payment-date", str(DEALS[name][1])]
    for form in ("text", "csv", "json"):
        written = tmp_path / f"statement.{form}"
        shown = CliRunner().invoke(main, ["statement", *asked, "--template", template, "--format", form])
        written.write_text(shown.stdout, encoding="utf-8")
        told = CliRunner().invoke(main, ["reconcile", *asked, str(written)])
        assert told.exit_code == 0, (form, told.stdout[:2000], told.stderr)


def test_nothing_of_another_deal_nor_of_what_is_not_there_is_printed(held: tuple[str, Path]) -> None:
    name, path = held
    text = render_text(stated(path, DEALS[name][1]))
    for label in ("Sec 3.18", "Cap Contract Payment Amt", "INTENTIONALLY", "Bondholder", "PPIS", "REO Report"):
        assert label not in text
    if name == "sequoia":
        assert not re.search(r"Overcollateralization|Pre-funding|Loans  |Default|Advance  |Group", text)
    assert not re.search(r"(?<![0-9,])3[67][0-9]{3}(?![0-9,.])", text), "a serial number of a date"


def test_a_party_is_printed_where_the_terms_name_one() -> None:
    parties = [Party(role="Servicer", name="First  Servicing", contact="1 Example Street"), Party(role="A", name="B")]
    terms = attrs.evolve(toy_terms(), statement=NEUTRAL, parties=parties)
    with Ledger.create("sqlite://") as ledger:
        ledger.open_deal(TOY, terms).or_raise()
        ledger.post_many([*boarding(), *month_events(1)]).or_raise()
        found = replay.statement(ledger, TOY, payment_date=date(2021, 1, 25))
    rows = {(item.line, item.column): item.printed for item in found.figures if item.section == "Parties"}
    assert rows == {
        ("Servicer", "name"): "First Servicing",
        ("Servicer", "contact"): "1 Example Street",
        ("A", "name"): "B",
    }
