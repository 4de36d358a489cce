"""Cash is printed in whole cents, but for the columns that are carried unrounded: these, and no others."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

import attrs
import pytest

import replay
from ledger import Ledger, Schedule
from ledger.samples.impac_cmb_2002_1.life import months
from ledger.simulation import post_life
from replay.statements.pages.certificate import UNROUNDED
from replay.statements.printing import Style
from tests.deals.busy import busy_toy
from tests.ledger.simulation.lives import SHORT

CARRIED = {
    ("current period", "interest"),
    ("current period", "principal"),
    ("current period", "total distribution"),
    ("to date", "interest"),
    ("to date", "unscheduled principal"),
    ("to date", "scheduled principal"),
    ("to date", "total principal"),
    ("to date", "total distribution"),
    ("interest", "prior unpaid interest"),
    ("interest", "optimal interest"),
    ("interest", "paid or deferred interest"),
    ("interest", "current unpaid interest"),
}
NO_CASH = re.compile(r"CHARACTERISTICS|RATES|SPEEDS|factors")
NO_AMOUNT = re.compile(r"%|# Loans|Count|Number|rate|date|term|loan group")

DEALS: dict[str, tuple[Callable[[Ledger], object], Iterable[int]]] = {
    "closing": (months.post, range(7)),
    "toy": (busy_toy, (0, 1, 2)),
    "life": (lambda ledger: post_life(ledger, attrs.evolve(SHORT, months=8)), range(7)),
}


def cash(statement: replay.Statement) -> Iterator[replay.Figure]:
    """Yield the figures in dollars that are printed in a spreadsheet's General format."""
    for item in statement:
        if isinstance(item.value, str) or item.style not in (Style.GENERAL, Style.CENTS):
            continue
        if not NO_CASH.search(item.section) and not NO_AMOUNT.search(f"{item.line}/{item.column}"):
            yield item


def test_the_columns_carried_unrounded_are_these() -> None:
    assert {(section, column) for section, columns in UNROUNDED.items() for column in columns} == CARRIED


@pytest.mark.parametrize("name", DEALS)
def test_every_other_column_of_cash_prints_whole_cents(name: str) -> None:
    post, asked = DEALS[name]
    with Ledger.create("sqlite://") as ledger:
        post(ledger)
        deal = ledger.deals()[0]
        paid = Schedule(ledger.terms(deal)).payment_dates
        for month in asked:
            for item in cash(replay.statement(ledger, deal, payment_date=paid[month])):
                if (item.section, item.column) not in CARRIED:
                    assert item.style is Style.CENTS, item
                    assert re.fullmatch(r"-?\d+(\.\d{1,2})?", item.printed), item


def test_of_the_published_month_only_these_print_a_fraction_of_a_cent(real_statement: replay.Statement) -> None:
    finer = {(item.section, item.column) for item in cash(real_statement) if re.search(r"\.\d{3}", item.printed)}
    assert finer <= CARRIED
    assert ("current period", "principal") in finer
