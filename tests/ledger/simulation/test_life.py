"""A simulated life is the same from the same seed, lawful in itself, and accepted by the ledger under all its rules."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from ledger import AsOf, EventCorrected, EventReversed, Ledger
from ledger.simulation import Life, LifePlan, LifeTable, SimulatedMonth, post_life, table_fields
from tests.deals.copies import lived
from tests.ledger.simulation.lives import BIG, SHORT, WHOLE


class Posted(NamedTuple):
    """A life in a ledger, with what the simulation itself says of it."""

    ledger: Ledger
    plan: LifePlan
    months: list[SimulatedMonth]


@pytest.fixture(scope="module", params=[SHORT, pytest.param(WHOLE, marks=pytest.mark.slow)], ids=lambda plan: plan.name)
def posted(request: pytest.FixtureRequest) -> Posted:
    plan: LifePlan = request.param
    ledger = lived(plan)
    return Posted(ledger, plan, list(Life(plan).months()))


@pytest.fixture(scope="module")
def big() -> list[SimulatedMonth]:
    return list(Life(BIG).months())


def _units(table: LifeTable, name: str) -> int:
    return int(np.asarray(table.columns[name]).sum())


def _of(month: SimulatedMonth, *types: str) -> list[LifeTable]:
    return [table for table in month.tables if table.type in types]


def _amount(months: list[SimulatedMonth], name: str, *types: str) -> int:
    return sum(_units(table, name) for month in months for table in _of(month, *types))


def test_statements_close_on_the_simulations_own_pool(posted: Posted) -> None:
    for month in posted.months:
        report = posted.ledger.distribution(posted.plan.deal, month.payment_date)
        for group, pool in report.collateral.groups.items():
            assert pool.closing_balance.value == Fraction(month.closing_balances[group], 10_000)
            assert pool.closing_count.value == month.closing_counts[group]


def test_books_and_statements_agree_and_no_cash_is_overdrawn(posted: Posted) -> None:
    for month in posted.months[::4] + posted.months[-1:]:
        on = month.payment_date
        books = posted.ledger.books(posted.plan.deal, AsOf(record_date=on))
        report = posted.ledger.distribution(posted.plan.deal, on)
        classes = sum((item.result.closing_balance.value for item in report.classes.values()), Fraction(0))
        assert books.balance("bond_principal").value == classes
        pool = Fraction(sum(month.closing_balances.values()), 10_000)
        assert classes + report.waterfall.overcollateralization.value == pool
        for day in (on - dt.timedelta(days=1), on):
            cash = posted.ledger.books(posted.plan.deal, AsOf(record_date=day)).balance("collection_account").value
            assert cash >= 0
        assert books.balance("distribution_account").value == 0
        assert books.balance("principal_due").value == 0


def test_called_deal_pays_every_bond_and_owes_the_servicer_nothing(posted: Posted) -> None:
    if posted.plan is SHORT:
        assert not posted.months[-1].called
        assert len(posted.months) == SHORT.months
        return
    last = posted.months[-1]
    assert last.called
    assert sum(last.closing_counts.values()) == 0
    books = posted.ledger.books(posted.plan.deal, AsOf(record_date=last.payment_date))
    for account in (
        *("pool_principal", "bond_principal", "collection_account", "distribution_account"),
        *("unreimbursed_advances", "servicing_advances", "nonrecoverable_advances"),
    ):
        assert books.balance(account).value == 0, account


def test_every_kind_of_correction_lands(posted: Posted) -> None:
    corrections = [event for month in posted.months for event in month.corrections]
    assert any(isinstance(event, EventReversed) for event in corrections)
    assert any(event.restates for event in corrections)
    late = [
        event
        for month in posted.months
        for event in month.corrections
        if isinstance(event, EventCorrected)
        and not event.restates
        and event.event_id[:6] < f"{month.payment_date:%Y%m}"
    ]
    assert late, "a fee of a closed period is put right in the next one"


def test_same_seed_gives_the_same_log(posted: Posted) -> None:
    if posted.plan is WHOLE:
        pytest.skip("once is enough")
    again = Ledger.create("sqlite://")
    post_life(again, posted.plan, months=10)
    head = again.head(posted.plan.deal).sequence
    both = [
        [(row.event_id, row.distribution, row.payload) for row in ledger.stored_rows(SHORT.deal, known_through=head)]
        for ledger in (posted.ledger, again)
    ]
    assert len(both[1]) > 500
    assert both[0] == both[1]


def test_months_start_anew_and_another_seed_differs() -> None:
    life = Life(SHORT)
    first, second = list(life.months()), list(life.months())
    for one, other in zip(first, second, strict=True):
        assert one.corrections == other.corrections
        for left, right in zip(one.tables, other.tables, strict=True):
            assert left.type == right.type
            assert_frame_equal(left.frame(), right.frame())
    different = next(Life(LifePlan(seed=9, loans=25, months=40)).months())
    assert different.closing_balances != first[0].closing_balances


def test_identifiers_are_unique_and_cash_is_whole_cents(big: list[SimulatedMonth]) -> None:
    seen = [name for month in big for table in month.tables for name in table.frame()["event_id"].to_list()]
    seen += [event.event_id for month in big for event in month.corrections]
    assert len(seen) == len(set(seen))
    for month in big:
        for table in month.tables:
            for item in table_fields(table.type):
                column = table.columns[item.name]
                if item.kind == "amount" and not isinstance(column, pl.Series):
                    assert (column >= 0).all()
                    assert (column % 100 == 0).all()


def test_scheduled_principal_and_departures_amortise_the_pool(big: list[SimulatedMonth]) -> None:
    boarded = _units(Life(BIG).boarding()[0], "balance")
    in_error = sum(1 for month in big for event in month.corrections if isinstance(event, EventReversed))
    reduced = (
        _amount(big, "principal", "scheduled_payment_due")
        + _amount(big, "amount", "curtailment_collected", "payoff_collected")
        + _amount(big, "balance", "loan_liquidated", "loan_repurchased")
        - in_error * 1_000_000
    )
    assert boarded - reduced == sum(big[-1].closing_balances.values())


def test_payoffs_pay_what_is_left_of_the_loan(big: list[SimulatedMonth]) -> None:
    left = dict(zip(*(Life(BIG).boarding()[0].frame()[name].to_list() for name in ("loan", "balance")), strict=True))
    wrong = {event.reverses for month in big for event in month.corrections if isinstance(event, EventReversed)}
    names = {
        "scheduled_payment_due": "principal",
        "curtailment_collected": "amount",
        "payoff_collected": "amount",
        "loan_liquidated": "balance",
    }
    for month in big:
        for table in _of(month, *names):
            frame = table.frame()
            rows = zip(*(frame[n].to_list() for n in ("event_id", "loan", names[table.type])), strict=True)
            for event_id, loan, amount in rows:
                if event_id in wrong:
                    continue
                left[loan] -= amount
                assert left[loan] >= 0
                assert table.type in ("scheduled_payment_due", "curtailment_collected") or left[loan] == 0
    assert sum(left.values()) == Decimal(sum(big[-1].closing_balances.values())) / 10_000


def test_advances_come_back_from_the_same_loan_only(big: list[SimulatedMonth]) -> None:
    made: dict[str, Decimal] = {}
    cash: dict[str, Decimal] = {}
    for month in big:
        for table in month.tables:
            for row in table.frame().iter_rows(named=True):
                loan = str(row.get("loan"))
                if table.type == "advance_made":
                    total = row["principal"] + row["interest"] + row["servicing_advance"]
                    made[loan] = made.get(loan, Decimal(0)) + total
                elif table.type == "collection_received" and row["timing"] != "on time":
                    cash[loan] = cash.get(loan, Decimal(0)) + row["principal"] + row["interest"]
                elif table.type == "loan_liquidated":
                    cash[loan] = cash.get(loan, Decimal(0)) + row["net_proceeds"]
                elif table.type == "advance_recovered":
                    taken = row["principal"] + row["interest"] + row["servicing_advance"]
                    made[loan] -= taken
                    assert made[loan] >= 0
                    if row["source"] != "any funds":
                        cash[loan] -= taken
                        assert cash[loan] >= 0


def test_everything_says_that_it_is_simulated() -> None:
    life = Life(SHORT)
    assert life.deal.startswith("simulated-")
    assert "simulated" in life.terms.title.lower()
    assert all("simulated" in group.title for group in life.terms.groups)
