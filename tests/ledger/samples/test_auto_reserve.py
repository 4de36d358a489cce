"""The auto loan example is what a little model of it says, which shares no code with the ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import pytest

from ledger import AsOf, Ledger
from ledger.samples.told import ToldSample
from replay import explain, statement
from tests.ledger.samples.auto_model import months, shown, table

AUTO_RESERVE = ToldSample("auto_reserve")
MONTHS = {month.paid_on: month for month in months()}


@pytest.fixture(scope="module")
def told() -> Iterator[Ledger]:
    with Ledger.create("sqlite://") as ledger:
        AUTO_RESERVE.post(ledger)
        yield ledger


def test_it_is_labelled_an_example_and_its_table_is_the_models() -> None:
    assert AUTO_RESERVE.kind == "worked out by hand"
    assert AUTO_RESERVE.published() == table()


def test_every_class_figure_ties(told: Ledger) -> None:
    figures = AUTO_RESERVE.figures(told)
    assert len(figures) >= 80
    assert [figure for figure in figures if figure.published != figure.derived] == []


@pytest.mark.parametrize("paid_on", MONTHS)
def test_the_reserve_and_the_fees_are_those_of_the_model(told: Ledger, paid_on: str) -> None:
    month = MONTHS[paid_on]
    report = told.distribution(AUTO_RESERVE.DEAL, dt.date.fromisoformat(paid_on))
    held = report.accounts["reserve"]
    assert {name: getattr(held, name).value for name in month.reserve} == month.reserve
    fees = report.waterfall.fees
    assert (fees["servicing"].paid.value, fees["trustee"].paid.value) == (month.servicing, month.trustee)
    assert fees["trustee"].unpaid == month.trustee_unpaid
    assert report.waterfall.left_over.value == 0
    books = told.books(AUTO_RESERVE.DEAL, AsOf(record_date=dt.date.fromisoformat(paid_on)))
    assert books.balance("trust_accounts", "reserve") == month.reserve["closing"]
    assert books.balance("fees_unpaid", "trustee") == month.trustee_unpaid
    assert books.balance("collection_account").value == books.balance("distribution_account").value == 0


def test_the_example_draws_refills_releases_and_leaves_a_fee_unpaid() -> None:
    """What the example is for happens in it."""
    assert sum(month.reserve["drawn_principal"] > 0 for month in MONTHS.values()) == 1
    assert sum(month.reserve["funded"] > 0 for month in MONTHS.values()) >= 1
    assert list(MONTHS.values())[-1].reserve["target"] == 200_000
    assert list(MONTHS.values())[-1].reserve["released"] > 0
    assert any(month.trustee_unpaid for month in MONTHS.values())


def test_the_statement_shows_the_reserve_and_explains_it(told: Ledger) -> None:
    made = statement(told, AUTO_RESERVE.DEAL, payment_date=dt.date(2024, 3, 15))
    figures = {(figure.section, figure.line, figure.column): figure for figure in made.figures}
    account, fee = "Account: Reserve Account", ("Fees in the waterfall", "Trustee Fees and Expenses", "carried forward")
    reserve = MONTHS["2024-03-15"].reserve
    assert (
        figures[account, "Drawn for principal", "amount"].printed.strip("()")
        == f"{Decimal(shown(reserve['drawn_principal'])):,}"
    )
    assert figures[fee].printed == "800.00"
    why = explain(told, made, figures[account, "Closing balance", "amount"])
    kinds = {item.event.name for item in why.events}
    assert {"trust_account_deposited", "trust_account_earned", "trust_account_withdrawn", "loan_liquidated"} <= kinds
