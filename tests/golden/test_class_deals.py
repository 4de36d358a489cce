"""Other trustees' statements, class by class: to the cent, or a printed error that the tie-out names."""

from __future__ import annotations

import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import attrs
import pytest

import replay
from ledger import (
    BondClass,
    CalendarTerms,
    ClassRate,
    DealTerms,
    IndexRateSet,
    Ledger,
    LoanGroup,
    PayInterest,
    RateKind,
    RecordDateRule,
    Schedule,
)
from replay import Kind, Status
from replay.filing import ClassTable, read_statement
from replay.statements.printing import long_percent
from tests.deals import class_tables

PRINTED_ERRORS = {
    ("smt_2002-11", date(2003, 2, 20)): [("B-5", "total distribution", "2,85695", "2,856.95", Kind.UNREADABLE)],
    ("smt_2002-11", date(2003, 6, 20)): [("B-6", "interest", "6,868.13", "6,686.12", Kind.UNEXPLAINED)],
}
"""What the statements themselves print wrong: a point left out, and an interest that no rate and balance give."""


@pytest.mark.parametrize(("deal", "day"), class_tables.statements(), ids=str)
def test_every_class_ties_out_or_the_statement_is_wrong(deal: str, day: date) -> None:
    ledger, statement = class_tables.run(deal, day)
    tied = replay.reconcile_class_table(statement, class_tables.table(deal, day), ledger=ledger)
    found = [(entry.line, entry.column, entry.published, entry.ours, entry.kind) for entry in tied.breaks]
    assert found == PRINTED_ERRORS.get((deal, day), [])
    assert tied.count(Status.EQUAL) >= 20


def test_there_are_eleven_statements_of_three_deals() -> None:
    assert len(class_tables.statements()) == 11
    assert len({deal for deal, _ in class_tables.statements()}) == 3


def test_a_break_that_we_cause_is_found() -> None:
    deal, day = "sequoia_2000-4", date(2000, 7, 24)
    ledger, statement = class_tables.run(deal, day)
    held = class_tables.table(deal, day)
    row = held.rows[0]
    changed = {**row.cells, "ending": "355,973,286.78"}
    table = attrs.evolve(held, rows=(attrs.evolve(row, cells=changed), *held.rows[1:]))
    tied = replay.reconcile_class_table(statement, table, ledger=ledger)
    assert [(entry.line, entry.column, entry.kind) for entry in tied.breaks] == [("A", "ending", Kind.DIGIT_SLIP)]


def test_balances_connect_from_month_to_month() -> None:
    """June's opening balance less June's principal is July's opening balance: one ledger can carry both."""
    june, july = (class_tables.table("sequoia_2000-4", day) for day in (date(2000, 6, 22), date(2000, 7, 24)))
    left = class_tables.amount(june.rows[0], "beginning") - class_tables.amount(june.rows[0], "principal")
    assert left == class_tables.amount(july.rows[0], "beginning") == Decimal("363497452.45")


def test_the_payment_dates_are_those_printed() -> None:
    for deal, day in class_tables.statements():
        schedule = Schedule(class_tables.deal_terms(deal))
        paid = schedule.paid_on(day)
        assert paid is not None
        assert paid.record_date == class_tables.table(deal, day).record_date


def test_note_rates_of_a_home_equity_deal_are_index_plus_margin() -> None:
    """GreenPoint 1999-2 in two months: LIBOR plus 0.30% and 0.38%, paid on the 15th or the next business day."""

    def floating(margin: str) -> ClassRate:
        return ClassRate(kind=RateKind.FLOATING, index="LIBOR", margin=margin)

    terms = DealTerms(
        title="GreenPoint 1999-2",
        cut_off_date="1999-12-01",
        closing_date="1999-12-15",
        calendar=CalendarTerms(
            first_payment_date="2000-01-18",
            final_payment_date="2030-01-15",
            payment_day=15,
            record_date=RecordDateRule.DAY_BEFORE_PAYMENT,
        ),
        groups=[LoanGroup(group_id="one")],
        classes=[
            BondClass(class_id="A-1", face="1000000.00", rate=floating("0.0030")),
            BondClass(class_id="A-2", face="1000000.00", rate=floating("0.0038")),
        ],
        waterfall=[PayInterest(classes=["A-1", "A-2"])],
    )
    with Ledger.create("sqlite://") as ledger:
        ledger.open_deal("greenpoint", terms).or_raise()
        for start, paid, index, first, second in (
            ("2000-09-15", date(2000, 10, 16), "0.0662125", "6.92125%", "7.00125%"),
            ("2000-12-15", date(2001, 1, 16), "0.0671000", "7.01000%", "7.09000%"),
        ):
            ledger.post(
                IndexRateSet(event_id=start, deal="greenpoint", effective_date=start, index="LIBOR", rate=index)
            ).or_raise()
            classes = ledger.distribution("greenpoint", paid).classes
            rates = [item.accrual.rate for item in classes.values()]
            assert [long_percent(rate.value) for rate in rates if rate is not None] == [first, second]
        assert ledger.distribution("greenpoint", date(2000, 10, 16)).classes["A-1"].accrual.period.days == 31


@pytest.mark.skipif("INDENTURE_STATEMENTS" not in os.environ, reason="INDENTURE_STATEMENTS names no directory")
def test_the_statements_themselves_tie_out() -> None:
    directory = Path(os.environ["INDENTURE_STATEMENTS"]) / "statements"
    tied_out = 0
    for deal, day in class_tables.statements():
        read = read_statement(directory / f"{deal}_{day}.txt")
        assert isinstance(read, ClassTable)
        _, statement = class_tables.run(deal, day)
        tied = replay.reconcile_class_table(statement, read)
        printed = {(row.class_id, column) for row in class_tables.table(deal, day).rows for column in row.cells}
        breaks = [e for e in tied.breaks if (e.line, e.column) in printed]
        assert len(breaks) == len(PRINTED_ERRORS.get((deal, day), []))
        tied_out += tied.count(Status.EQUAL)
    assert tied_out > 400
