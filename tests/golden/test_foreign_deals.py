"""Deals read off published statements alone: their terms inferred, their months chained, their pools collected.

The class tables are data; a statement that gives no classes but a month's collections is data too, in
``tests/data/deals``, one folder a deal. With INDENTURE_STATEMENTS set to a directory that holds ``statements/*.txt``,
the texts themselves are read and must say the same.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import attrs
import pytest

import replay
from ledger import (
    AccrualRule,
    AdvanceMade,
    AdvanceRecovered,
    AmountBroughtForward,
    ClassKind,
    CollectionReceived,
    CurtailmentCollected,
    Dated,
    DayCount,
    DealTerms,
    DistributionReport,
    Event,
    Exact,
    FeeCharged,
    IndexRateSet,
    InstalmentReportedDelinquent,
    InvalidTerms,
    Ledger,
    LoanLiquidated,
    PoolBalanceBroughtForward,
    RateKind,
    RecordDateRule,
    Schedule,
    ScheduledPaymentDue,
    ServicingFeeWithheld,
    as_decimal,
    terms_from_json,
    terms_to_json,
    total,
)
from replay.filing import ClassTable, parse_printed, read_class_table
from replay.statements.printing import long_percent, money
from tests.deals import foreign

DATA = Path(__file__).resolve().parent.parent / "data"
DEALS = ("sequoia_2000-4", "smt_2002-11", "smt_2002-7")
FIRST_DISTRIBUTION = {"smt_2002-11": dt.date(2002, 10, 31)}
"""Deals whose first distribution is among the statements, with the closing date that its twenty days of LIBOR prove."""
NOTIONAL_OF = {"smt_2002-11": {"X-B": ("B-1",)}}
"""Four of six statements give X-B the rate of B-2 less that of B-1, on the balance of B-1, to the cent."""

PRINTED_ERRORS = {
    ("smt_2002-11", dt.date(2003, 2, 20)): [("B-5", "total distribution", "2,85695", "2,856.95")],
    ("smt_2002-11", dt.date(2003, 6, 20)): [("B-6", "interest", "6,868.13", "6,686.12")],
}
NEVER_PRINTED = {("smt_2002-11", dt.date(2003, 2, 20)): {("Total", "total distribution")}}
"""A cell of a text that its excerpt cuts off."""


def data_tables(deal: str) -> list[ClassTable]:
    """Return the class tables kept of a deal, in order of their dates."""
    return [read_class_table(path.read_text("utf-8")) for path in sorted((DATA / "statements").glob(f"{deal}_*.csv"))]


def inferred(deal: str, tables: list[ClassTable]) -> DealTerms:
    """Return a deal's terms as its class tables give them."""
    return foreign.deal_from_class_table(
        *tables, title=deal, closing_date=FIRST_DISTRIBUTION.get(deal), notional_of=NOTIONAL_OF.get(deal)
    )


def tied_out(deal: str, tables: list[ClassTable]) -> Iterator[tuple[replay.Statement, replay.TieOut]]:
    """Run every chain of a deal's months and tie every month out."""
    terms = inferred(deal, tables)
    for chain in foreign.chains(terms, tables):
        with Ledger.create("sqlite://") as ledger:
            for statement, table in zip(foreign.run(ledger, deal, terms, chain), chain, strict=True):
                yield statement, replay.reconcile_class_table(statement, table)


@pytest.mark.parametrize("deal", DEALS)
def test_terms_read_off_the_tables_give_every_figure_or_name_the_misprint(deal: str) -> None:
    tables = data_tables(deal)
    found = list(tied_out(deal, tables))
    assert [statement.distribution_date for statement, _ in found] == [table.distribution_date for table in tables]
    for statement, tied in found:
        breaks = [(entry.line, entry.column, entry.published, entry.ours) for entry in tied.breaks]
        assert breaks == PRINTED_ERRORS.get((deal, statement.distribution_date), [])
        assert tied.count(replay.Status.EQUAL) + len(breaks) == tied.read


@pytest.mark.parametrize("deal", DEALS)
def test_every_class_ends_at_the_balance_printed_there_or_by_the_next_table(deal: str) -> None:
    tables = data_tables(deal)
    terms = inferred(deal, tables)
    for chain in foreign.chains(terms, tables):
        with Ledger.create("sqlite://") as ledger:
            statements = foreign.run(ledger, deal, terms, chain)
            for statement, table, following in zip(statements, chain, [*chain[1:], None], strict=True):
                classes = statement.report.classes
                expected = foreign.closing_balances(table, following)
                closing = {name: item.result.closing_balance.value for name, item in classes.items()}
                assert expected is None or closing == expected
                for item in classes.values():
                    assert (
                        item.recorded.interest.value
                        == item.result.interest_paid.value + item.result.residual_paid.value
                    )
                    assert item.recorded.principal.value == item.result.principal_paid.value


def test_consecutive_months_are_carried_by_one_ledger() -> None:
    assert [
        [foreign.paid_on(table).isoformat() for table in chain]
        for deal in DEALS
        for chain in foreign.chains(inferred(deal, data_tables(deal)), data_tables(deal))
    ] == [
        ["2000-05-22", "2000-06-22", "2000-07-24"],
        ["2000-09-22"],
        ["2002-11-20"],
        ["2003-01-21", "2003-02-20"],
        ["2003-04-21"],
        ["2003-06-20"],
        ["2004-02-20"],
        ["2002-11-20"],
    ]


def test_balances_that_do_not_connect_begin_a_new_ledger() -> None:
    may, june, *_ = data_tables("sequoia_2000-4")
    row = june.rows[1]
    grown = attrs.evolve(row, cells={**row.cells, "beginning": "3,809,289.82"})
    june = attrs.evolve(june, rows=(june.rows[0], grown, *june.rows[2:]))
    may = attrs.evolve(may, rows=tuple(attrs.evolve(r, cells={**r.cells, "principal": "0.00"}) for r in may.rows))
    assert len(foreign.chains(inferred("sequoia_2000-4", [may, june]), [may, june])) == 2


@pytest.mark.parametrize("deal", DEALS)
def test_inferred_terms_are_those_kept_of_the_deal(deal: str) -> None:
    kept, read = (
        terms_from_json((DATA / "deals" / f"{deal}.json").read_text("utf-8")),
        inferred(deal, data_tables(deal)),
    )
    assert (kept.calendar.payment_day, kept.calendar.record_date) == (
        read.calendar.payment_day,
        read.calendar.record_date,
    )
    for class_id in (bond.class_id for bond in kept.classes):
        ours, theirs = read.bond_class(class_id), kept.bond_class(class_id)
        assert (ours.cusip, ours.description, ours.face) == (theirs.cusip, theirs.description, theirs.face)
        assert ours.rate.kind is theirs.rate.kind
        assert ours.day_count is theirs.day_count is DayCount.THIRTY_360
    assert terms_from_json(terms_to_json(read)) == read


def test_a_first_short_period_tells_the_libor_classes_from_the_others() -> None:
    """20 days on A and B-1, thirty on the rest: 695,210,000 x 2.25% x 20/360 = 869,012.50."""
    terms = inferred("smt_2002-11", data_tables("smt_2002-11"))
    first = Schedule(terms).at(0)
    days = {bond.class_id: Schedule(terms).accrual(bond, first).days for bond in terms.classes}
    assert {name for name, count in days.items() if count == 20} == {"A", "B-1"}
    assert {count for name, count in days.items() if name not in ("A", "B-1")} == {30}


def test_a_misprinted_interest_is_money_that_nobody_is_owed() -> None:
    left = {
        statement.distribution_date: statement.report.waterfall.left_over.value
        for statement, _ in tied_out("smt_2002-11", data_tables("smt_2002-11"))
    }
    assert {day: value for day, value in left.items() if value} == {dt.date(2003, 6, 20): Fraction("182.01")}


def test_an_interest_only_class_departs_from_its_notional_class_twice() -> None:
    """From February 2003 on X-B accrues on B-1 to the cent; before, a balance must be supplied. Nobody says why."""
    tables = data_tables("smt_2002-11")
    terms = inferred("smt_2002-11", tables)
    supplied: dict[str, str] = {}
    for table in tables:
        at = Schedule(terms).paid_on(foreign.paid_on(table))
        assert at is not None
        _, notional = foreign.supplied_rates(terms, table, at)["X-B"]
        row = foreign.row_of(table, "X-B")
        if notional is not None and row is not None:
            on_its_class = Fraction(9_726_000) * foreign.amount(row, "rate") / 12
            supplied[str(table.distribution_date)] = f"{row.cells['interest']} printed, {money(on_its_class)} on B-1"
    assert supplied == {
        "2002-11-20": "12,049.64 printed, 12,049.46 on B-1",
        "2003-01-21": "7,301.03 printed, 7,297.01 on B-1",
    }


def test_two_notional_balances_make_up_the_senior_balance() -> None:
    """X-1A and X-1B together accrue on A (and A-R), as closely as rates of five decimals can tell."""
    for table in data_tables("smt_2002-11"):
        low = high = Fraction(0)
        for name in ("X-1A", "X-1B"):
            row = foreign.row_of(table, name)
            assert row is not None
            least_rate, most_rate = foreign.rate_span(row)
            low += foreign.interest_span(row, most_rate / 12)[0]
            high += foreign.interest_span(row, least_rate / 12)[1]
        senior = sum(foreign.amount(foreign.row_of(table, name), "beginning") for name in ("A", "A-R"))
        assert low <= senior < high


LATER_DEAL = """RECORD DATE FEBRUARY 14 2003 DISTRIBUTION DATE FEBRUARY 18 2003
Class|CUSIP|Descr|Rate|Beginning Balance|Interest|Principal|Current Realized Loss|Ending Balance
A-1|X00000001|SEN|2.00000%|1,000,000.00|1,666.67|50,000.00|0.00|950,000.00
A-IO|X00000002|IO|1.00000%|0.00|833.33|0.00|0.00|0.00
M-1|X00000003|MEZ|3.60000%|100,000.00|300.00|0.00|0.00|100,000.00
M-2|X00000004|MEZ|4.00000%|20,000.00|66.67|0.00|1,500.25|18,499.75
R|X00000005|RES|0.00000%|0.00|0.00|0.00|0.00|0.00
CE|X00000006|RES|0.00000%|0.00|412.34|0.00|0.00|0.00
"""
THIRTY_FOUR_DAYS = (
    LATER_DEAL.replace("1,666.67", "1,888.89")
    .replace("833.33", "944.44")
    .replace("300.00", "340.00")
    .replace("|66.67", "|75.56")
)
"""The same with interest from 15 January, the payment before, to 17 February: only a payment on the 15th gives that."""


@pytest.mark.parametrize(
    ("text", "payment_day", "convention"),
    [
        (LATER_DEAL, 18, (AccrualRule.PRIOR_CALENDAR_MONTH, DayCount.THIRTY_360)),
        (THIRTY_FOUR_DAYS, 15, (AccrualRule.PAYMENT_TO_PAYMENT, DayCount.ACTUAL_360)),
    ],
)
def test_a_table_nobody_has_seen_runs_with_losses_and_a_residual(
    text: str, payment_day: int, convention: tuple[AccrualRule, DayCount]
) -> None:
    table = read_class_table(text)
    terms = foreign.deal_from_class_table(table, title="unseen", notional_of={"A-IO": ("A-1",)})
    rated = [bond for bond in terms.classes if bond.kind is not ClassKind.RESIDUAL]
    assert {(bond.accrual, bond.day_count) for bond in rated} == {convention}
    assert terms.calendar.payment_day == payment_day
    assert terms.calendar.record_date is RecordDateRule.BUSINESS_DAY_BEFORE_PAYMENT
    with Ledger.create("sqlite://") as ledger:
        (statement,) = foreign.run(ledger, "unseen", terms, [table])
        tied = replay.reconcile_class_table(statement, table)
        assert tied.breaks == ()
        assert statement.report.classes["M-2"].result.loss.value == Fraction("1500.25")
        assert statement.report.classes["CE"].result.residual_paid.value == Fraction("412.34")


def test_dates_that_no_calendar_gives_are_refused() -> None:
    holiday = LATER_DEAL.replace("DATE FEBRUARY 18", "DATE FEBRUARY 17")
    with pytest.raises(ValueError, match="no payment day and record date rule"):
        foreign.deal_from_class_table(read_class_table(holiday), title="unseen")


COLLECTIONS = [
    ("greenpoint_1999-2", "2000-10-16"),
    ("greenpoint_1999-2", "2001-01-16"),
    ("greenpoint_2001-1", "2001-11-15"),
    ("usaa_auto_2007-1", "2008-02-15"),
]
"""Statements that give a month's collections, and no class by class."""


def month_of(deal: str, day: str) -> dict[str, Any]:
    """Return a month's collections and what its statement prints of them."""
    found: dict[str, Any] = json.loads((DATA / "deals" / deal / f"{day}.json").read_text("utf-8"))
    return found


def collections(deal: str, terms: DealTerms, month: Mapping[str, Any]) -> Iterator[Event]:
    """Yield a month known by its groups' collections: what came in, was prepaid, liquidated, advanced and charged."""
    at = Schedule(terms).paid_on(dt.date.fromisoformat(month["distribution_date"]))
    assert at is not None
    assert at.prior_payment_date is not None
    before: Dated = {"deal": deal, "effective_date": at.prior_payment_date}
    for group, balance in month["opening_pool"].items():
        yield PoolBalanceBroughtForward(
            event_id=f"bf/pool/{group}", group=group, balance=balance, loan_count=0, **before
        )
    for group, balance in month.get("advances_brought_forward", {}).items():
        yield AmountBroughtForward(
            event_id=f"bf/advances/{group}", measure="unreimbursed advances", group=group, amount=balance, **before
        )
    if "index_rate" in month:
        yield IndexRateSet(event_id="index", index="LIBOR-1M", rate=month["index_rate"], **before)
    for group, amounts in month["collected"].items():
        yield from instalments(group, amounts, {"deal": deal, "effective_date": at.due_period[1]})
        yield from departures(group, amounts, {"deal": deal, "effective_date": at.prepayment_period[1]})
        yield from servicing(group, amounts, {"deal": deal, "effective_date": at.payment_date})


def instalments(group: str, amounts: Mapping[str, Any], on: Dated) -> Iterator[Event]:
    """Yield what fell due and came in; interest paid with prepayments falls due when it is paid."""
    for name, principal, interest in (
        ("scheduled", amounts.get("principal", "0.00"), amounts["interest"]),
        ("prepaid", "0.00", amounts.get("prepaid_interest", "0.00")),
    ):
        paid = {"group": group, "principal": principal, "interest": interest}
        yield ScheduledPaymentDue(event_id=f"due/{name}/{group}", **paid, **on)
        yield CollectionReceived(event_id=f"collected/{name}/{group}", **paid, **on)
    if "advanced_interest" in amounts:
        behind = {"group": group, "principal": "0.00", "interest": amounts["advanced_interest"]}
        yield ScheduledPaymentDue(event_id=f"due/delinquent/{group}", **behind, **on)
        yield InstalmentReportedDelinquent(event_id=f"delinquent/{group}", **behind, **on)


def departures(group: str, amounts: Mapping[str, Any], on: Dated) -> Iterator[Event]:
    """Yield what was prepaid and liquidated."""
    yield CurtailmentCollected(
        event_id=f"prepaid/{group}", group=group, amount=amounts.get("prepaid_principal", "0.00"), **on
    )
    if "liquidated_balance" in amounts:
        yield LoanLiquidated(
            event_id=f"liquidated/{group}",
            group=group,
            balance=amounts["liquidated_balance"],
            net_proceeds=amounts["net_proceeds"],
            realized_loss=amounts["realized_loss"],
            loan_count=0,
            **on,
        )


def servicing(group: str, amounts: Mapping[str, Any], on: Dated) -> Iterator[Event]:
    """Yield fees, advances and their reimbursement."""
    if "servicing_fee" in amounts:
        yield ServicingFeeWithheld(event_id=f"servicing/{group}", group=group, amount=amounts["servicing_fee"], **on)
    for fee_id, amount in amounts.get("fees", {}).items():
        yield FeeCharged(event_id=f"{fee_id}/{group}", fee_id=fee_id, group=group, amount=amount, **on)
    if "advanced_interest" in amounts:
        yield AdvanceMade(
            event_id=f"advanced/{group}", group=group, principal="0.00", interest=amounts["advanced_interest"], **on
        )
    if "recovered_interest" in amounts:
        yield AdvanceRecovered(
            event_id=f"recovered/{group}",
            group=group,
            principal="0.00",
            interest=amounts["recovered_interest"],
            source="late collections",
            **on,
        )


def collected(report: DistributionReport, group: str, line: str) -> Fraction:
    """Return a line of the collection account for a group, or for all of them under ``total``."""
    account, groups = report.account, report.terms.group_ids if group == "total" else (group,)
    lines: dict[str, Callable[[str], Exact]] = {
        "principal": account.total_principal,
        "interest collections": account.interest_collections,
        "interest": account.total_interest,
        "fees": account.total_fees,
        "withdrawals": account.total_withdrawals,
        "available": lambda name: account.total_principal(name) + account.total_interest(name),
        "realized losses": lambda name: report.losses.current[name].losses,
    }
    return total(lines[line](name) for name in groups).value


@pytest.mark.parametrize(("deal", "day"), COLLECTIONS)
def test_a_months_collections_give_the_lines_printed(deal: str, day: str) -> None:
    terms = terms_from_json((DATA / "deals" / f"{deal}.json").read_text("utf-8"))
    month = month_of(deal, day)
    with Ledger.create("sqlite://") as ledger:
        ledger.open_deal(deal, terms).or_raise()
        ledger.post_many(collections(deal, terms, month)).or_raise()
        report = ledger.distribution(deal, dt.date.fromisoformat(day))
    for group, lines in month["printed"].items():
        assert {line: money(collected(report, group, line)) for line in lines} == lines
    for class_id, printed in month.get("rates", {}).items():
        accrual = report.classes[class_id].accrual
        assert accrual.rate is not None
        assert (long_percent(accrual.rate.value), accrual.period.days) == (printed, month["accrual_days"])
        opening = report.collateral.groups[class_id].opening_balance.value
        assert as_decimal(opening, 2) == as_decimal(Fraction(month["opening_pool"][class_id]), 2)
    at = report.distribution
    assert at.record_date.isoformat() == month.get("record_date", at.record_date.isoformat())
    assert at.determination_date.isoformat() == month.get("determination_date", at.determination_date.isoformat())
    if "due_period" in month:
        assert [end.isoformat() for end in at.due_period] == month["due_period"]
    assert {c.rate.kind for c in terms.classes} <= {RateKind.FLOATING, RateKind.NONE}


@pytest.mark.parametrize("day", [0, 29, 30, 32])
def test_a_due_day_is_one_that_every_month_has_or_the_last(day: int) -> None:
    terms = terms_from_json((DATA / "deals" / "usaa_auto_2007-1.json").read_text("utf-8"))
    with pytest.raises(InvalidTerms, match="31 for the last day"):
        attrs.evolve(terms.calendar, due_day=day)


def test_a_due_day_of_31_makes_the_due_period_the_month_before() -> None:
    terms = terms_from_json((DATA / "deals" / "usaa_auto_2007-1.json").read_text("utf-8"))
    periods = [Schedule(terms).at(k).due_period for k in range(3)]
    assert periods == [
        (dt.date(2007, 12, 1), dt.date(2007, 12, 31)),
        (dt.date(2008, 1, 1), dt.date(2008, 1, 31)),
        (dt.date(2008, 2, 1), dt.date(2008, 2, 29)),
    ]


needs_statements = pytest.mark.skipif(
    "INDENTURE_STATEMENTS" not in os.environ, reason="INDENTURE_STATEMENTS names no directory"
)


def texts(pattern: str) -> dict[str, str]:
    """Return the statements' own texts by name."""
    directory = Path(os.environ["INDENTURE_STATEMENTS"]) / "statements"
    return {path.stem: path.read_text("utf-8") for path in sorted(directory.glob(pattern))}


@needs_statements
@pytest.mark.parametrize("deal", DEALS)
def test_the_texts_say_what_the_data_say_and_run_by_themselves(deal: str) -> None:
    tables = [read_class_table(text) for text in texts(f"{deal}_*.txt").values()]
    kept = data_tables(deal)
    assert [table.distribution_date for table in tables] == [table.distribution_date for table in kept]
    for read, table in zip(tables, kept, strict=True):
        assert [(row.class_id, dict(row.cells)) for row in read.rows] == [
            (row.class_id, dict(row.cells)) for row in table.rows
        ]
        assert read.record_date == table.record_date
    for statement, tied in tied_out(deal, tables):
        key = (deal, statement.distribution_date)
        breaks = [
            (entry.line, entry.column, entry.published, entry.ours)
            for entry in tied.breaks
            if (entry.line, entry.column) not in NEVER_PRINTED.get(key, ())
        ]
        assert breaks == PRINTED_ERRORS.get(key, [])


@needs_statements
@pytest.mark.parametrize(("deal", "day"), COLLECTIONS)
def test_the_texts_print_the_collections_kept(deal: str, day: str) -> None:
    (text,) = texts(f"{deal}_{day}.txt").values()
    month = month_of(deal, day)
    printed = [figure for lines in month["printed"].values() for figure in lines.values()]
    given: list[str] = []
    for lines in month["collected"].values():
        fees = lines.get("fees", {}).values()
        given.extend(money(Fraction(value)) for value in (*lines.values(), *fees) if isinstance(value, str))
    rates = list(month.get("rates", {}).values())
    assert [figure for figure in (*printed, *given, *rates) if figure not in text] == []
    assert all(parse_printed(figure) is not None for figure in printed)
