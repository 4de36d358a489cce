"""Insured notes of two pools, below their targets: months one after another, as printed and modelled."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import pytest

import replay
from ledger import DistributionReport, Ledger, terms_from_json, terms_to_json
from replay.statements.printing import long_percent, money
from tests.deals import insured_notes as notes

DEAL = "greenpoint-1999-2"


@pytest.fixture(scope="module")
def ledger() -> Iterator[Ledger]:
    with Ledger.create("sqlite://") as opened:
        opened.open_deal(DEAL, notes.terms()).or_raise()
        opened.post_many(notes.entered(DEAL)).or_raise()
        for month in notes.MONTHS:
            opened.post_many(notes.events(DEAL, month)).or_raise()
            opened.close_period(DEAL, month.paid).or_raise()
            opened.distribute(DEAL, month.paid).or_raise()
        yield opened


@pytest.fixture(scope="module")
def reports(ledger: Ledger) -> list[DistributionReport]:
    return [ledger.distribution(DEAL, month.paid) for month in notes.MONTHS]


def test_every_class_figure_of_four_months_is_that_of_the_model(reports: list[DistributionReport]) -> None:
    stood = notes.BEFORE
    for month, report in zip(notes.MONTHS, reports, strict=True):
        stood = notes.model(month, stood)
        for name, expected in stood.items():
            item = report.classes[name]
            figures = notes.Notes(
                pool=report.collateral.groups[name].closing_balance.value,
                balance=item.result.closing_balance.value,
                interest=item.interest.value,
                insurer_interest=item.result.insurer_interest.value,
                insurer_principal=item.result.insurer_principal.value,
                insurer_claim=item.insurer_claim.value,
                overcollateralization=report.waterfall.group_overcollateralization[name].value,
            )
            assert figures == expected, (month.paid, name)


def test_october_is_as_its_statement_prints_it(reports: list[DistributionReport]) -> None:
    october = reports[0]
    printed = {"A-1": "6.92125%", "A-2": "7.00125%"}
    for name in notes.CLASSES:
        accrual = october.classes[name].accrual
        assert accrual.rate is not None
        assert (long_percent(accrual.rate.value), accrual.period.days) == (printed[name], 31)
        reached = october.waterfall.group_overcollateralization[name]
        assert str(reached.decimal) == notes.PRINTED[name]
        assert reached.value < october.group_targets[name].target.value
    assert october.distribution.record_date.isoformat() == "2000-10-15"


def test_january_brings_in_what_its_statement_prints(reports: list[DistributionReport]) -> None:
    january = reports[-1]
    account, servicing = january.account, january.servicing.current_fee
    interest = {name: account.interest_collections(name).value for name in notes.CLASSES}
    whole = {n: interest[n] + account.total_principal(n).value - servicing[n].value for n in notes.CLASSES}
    assert money(interest["A-2"]) == "350,396.31"
    assert money(sum(interest.values(), Fraction(0))) == "2,036,569.75"
    assert money(whole["A-2"]) == "1,846,501.51"
    assert money(sum(whole.values(), Fraction(0))) == "13,224,695.73"


def test_the_insurer_pays_for_the_pool_that_lost_while_the_other_stands_above_its_notes(
    ledger: Ledger, reports: list[DistributionReport]
) -> None:
    december = reports[2]
    assert december.waterfall.overcollateralization.value > 6_000_000
    assert str(december.classes["A-2"].result.insurer_principal.decimal) == "1195958.52"
    statement = replay.statement(ledger, DEAL, payment_date=notes.MONTHS[2].paid)
    assert "1,195,958.52" in {figure.printed for figure in statement}


def test_its_terms_are_read_back_from_json() -> None:
    assert terms_from_json(terms_to_json(notes.terms())) == notes.terms()
