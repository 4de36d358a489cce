"""The loan book: loans add up to the statement's pool, on any sample and life, and say nothing that nobody knows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import attrs
import pytest

from ledger import (
    AdvanceMade,
    AsOf,
    CollectionReceived,
    DelinquencySource,
    DelinquencyTerms,
    DistributionReport,
    Event,
    InvalidArgument,
    Ledger,
    LoanBoarded,
    LoanBook,
    LoanRateChanged,
    LoanStatusChanged,
)
from ledger.reading import loan_book
from ledger.samples.impac_cmb_2002_1 import september_2002
from ledger.samples.told import ToldSample
from tests.deals.copies import lived
from tests.deals.pair import APRIL, CUT_OFF, DEAL, FEBRUARY, MARCH, due, first, on, paid, pair_deal, pair_terms
from tests.ledger.simulation.lives import SHORT

NOTHING = Decimal("0.00")


def adds_up(
    ledger: Ledger,
    book: LoanBook,
    report: DistributionReport,
    *,
    by_loan: bool = True,
) -> None:
    """See that the loans of a book are the statement's pool, in sum, in motion, and from cash to schedule."""
    listed = list(book)
    for total in book.totals():
        pool = report.collateral.total if total.group == "total" else report.collateral.groups[total.group]
        own = [line for line in listed if total.group in (line.group, "total")]
        assert total.pool_balance == pool.closing_balance.decimal
        assert total.pool_count == pool.closing_count.value
        assert total.amounts["stated_balance"] == sum((line.stated_balance for line in own), NOTHING)
        assert total.loan_count == sum(line.loan_count for line in own)
        if by_loan:
            assert (total.balance_by_group, total.count_by_group) == (NOTHING, 0)
    rolled = list(book.roll_forward())
    assert {line.difference for line in rolled} <= {NOTHING}
    for whole in book.pool_roll_forward():
        pool = report.collateral.total if whole.group == "total" else report.collateral.groups[whole.group]
        own_rolls = [line for line in rolled if whole.group in (line.group, "total")]
        assert whole.difference == NOTHING
        assert whole.opening_balance == pool.opening_balance.decimal
        for name in ("scheduled_principal", "curtailments", "payoffs", "repurchases", "liquidations", "draws"):
            assert getattr(whole, name) == getattr(pool, name).decimal, name
            if by_loan:
                assert getattr(whole, name) == sum((getattr(line, name) for line in own_rolls), NOTHING), name
    assert [line.loan for line in book.bridge() if line.difference] == []
    advanced = ledger.advances(
        book.deal, AsOf(record_date=book.distribution.payment_date, known_through=book.known_through)
    )
    whole_book = {line.loan for line in listed}
    assert sum((line.advances_outstanding for line in listed), NOTHING) == sum(
        (item.outstanding for item in advanced if item.loan in whole_book), NOTHING
    )


class TestSums:
    """Loans are the statement's closing balances and counts."""

    def test_of_a_simulated_life_month_by_month(self) -> None:
        with lived(SHORT) as ledger:
            closings = [item.event.effective_date for item in ledger.events(SHORT.deal, types=["period_closed"])]
            assert len(closings) > 10
            for day in closings[1::9]:
                adds_up(ledger, ledger.loans_paid(SHORT.deal, day), ledger.distribution(SHORT.deal, day))

    def test_of_a_life_as_it_was_known_before_its_corrections(self) -> None:
        with lived(SHORT) as ledger:
            for closing in [*ledger.events(SHORT.deal, types=["period_closed"])][2::9]:
                day, known = closing.event.effective_date, closing.sequence - 1
                book = ledger.loans_paid(SHORT.deal, day, known_through=known)
                adds_up(ledger, book, ledger.distribution(SHORT.deal, day, known_through=known))

    def test_of_the_real_month_what_no_loan_holds_is_of_the_group(self) -> None:
        with Ledger.create("sqlite://") as ledger:
            september_2002.post(ledger)
            book = ledger.loans_paid(september_2002.DEAL, september_2002.PAID)
            adds_up(ledger, book, ledger.distribution(september_2002.DEAL, september_2002.PAID), by_loan=False)
            total = book.totals()[-1]
            assert not book.is_by_group
            assert (total.loan_count, total.count_by_group) == (0, 1987)
            assert total.balance_by_group == Decimal("458896788.57")

    def test_of_two_pools_that_are_reported_by_group(self) -> None:
        sample = ToldSample("two_pools")
        with Ledger.create("sqlite://") as ledger:
            sample.post(ledger)
            day = sample.payment_dates[-1]
            book = ledger.loans_paid(sample.DEAL, day)
            assert list(book) == []
            assert book.is_by_group
            adds_up(ledger, book, ledger.distribution(sample.DEAL, day), by_loan=False)

    def test_of_a_pool_larger_than_a_page(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with lived(SHORT) as ledger:
            day = [*ledger.events(SHORT.deal, types=["period_closed"])][3].event.effective_date
            whole = list(ledger.loans_paid(SHORT.deal, day))
            monkeypatch.setattr(loan_book, "PAGE", 3)
            assert list(ledger.loans_paid(SHORT.deal, day)) == whole


@pytest.fixture
def pair() -> Iterator[Ledger]:
    """Two loans of 150,000 at 6%, of which one misses its first instalment."""
    with Ledger.create("sqlite://") as ledger:
        pair_deal(ledger, pair_terms(rules=4))
        yield ledger


class TestColumns:
    """What each column of a loan means, worked out by hand."""

    def test_a_loan_that_pays(self, pair: Ledger) -> None:
        pair.post_many([due(2, "1"), paid(2, "1")]).or_raise()
        line = pair.loans_paid(DEAL, FEBRUARY).loan("1")
        assert (line.loan_count, line.status, line.bucket) == (1, "performing", "current")
        assert (line.boarded_balance, line.stated_balance) == (Decimal("150000.00"), Decimal("149900.00"))
        assert line.actual_balance == line.stated_balance
        assert (line.arrears_principal, line.arrears_interest) == (NOTHING, NOTHING)
        assert (line.note_rate, line.servicing_rate) == (Decimal("0.06"), Decimal("0.0025"))

    def test_unknown_is_blank(self, pair: Ledger) -> None:
        line = pair.loans_paid(DEAL, FEBRUARY).loan("1")
        assert (line.remaining_term, line.seasoning, line.loan_to_value, line.paid_to_date) == (None, None, None, None)

    def test_a_loan_that_misses_an_instalment_owes_more_than_is_stated(self, pair: Ledger) -> None:
        made = AdvanceMade(event_id="adv", principal="100.00", interest="718.75", **on("2024-02-20", loan="2"))
        pair.post_many([due(2, "2"), made]).or_raise()
        line = pair.loans_paid(DEAL, FEBRUARY).loan("2")
        assert (line.stated_balance, line.actual_balance) == (Decimal("149900.00"), Decimal("150000.00"))
        assert (line.arrears_principal, line.arrears_interest) == (Decimal("100.00"), Decimal("750.00"))
        assert line.paid_to_date == dt.date(2024, 1, 1)
        assert (line.advances, line.servicing_advances) == (Decimal("818.75"), NOTHING)

    def test_a_late_payment_counts_in_the_month_that_it_comes_in(self, pair: Ledger) -> None:
        late = CollectionReceived(
            event_id="late", principal="100.00", interest="750.00", timing="late", due_date=first(2),
            **on("2024-02-28", loan="2"),
        )  # fmt: skip
        pair.post_many([due(2, "2"), late]).or_raise()
        assert pair.loans_paid(DEAL, FEBRUARY).loan("2").arrears_principal == Decimal("100.00")
        assert pair.loans_paid(DEAL, MARCH).loan("2").arrears_principal == NOTHING

    def test_status_and_rate_are_those_in_force(self, pair: Ledger) -> None:
        behind = LoanStatusChanged(
            event_id="fc", status="foreclosure", bucket="3+ payments", **on("2024-01-31", loan="2")
        )
        rate = LoanRateChanged(event_id="rate", note_rate="0.065", **on("2024-02-15", loan="2"))
        pair.post_many([due(2, "2"), behind, rate]).or_raise()
        line = pair.loans_paid(DEAL, FEBRUARY).loan("2")
        assert (line.status, line.bucket, line.note_rate) == ("foreclosure", "3+ payments", Decimal("0.06"))
        later = pair.loans_paid(DEAL, MARCH).loan("2")
        assert (later.note_rate, later.servicing_rate) == (Decimal("0.065"), Decimal("0.0025"))

    def test_a_loan_boarded_behind_has_no_arrears_that_anybody_knows(self, pair: Ledger) -> None:
        boarded = LoanBoarded(
            event_id="board/3", loan="3", group="one", balance="1000.00", note_rate="0.07", paid_to_date="2023-11-01",
            remaining_term_months=100, seasoning_months="12.5", loan_to_value="0.8", **on(CUT_OFF),
        )  # fmt: skip
        pair.post(boarded).or_raise()
        line = pair.loans_paid(DEAL, FEBRUARY).loan("3")
        assert (line.arrears_principal, line.arrears_interest, line.actual_balance) == (None, None, None)
        assert line.paid_to_date == dt.date(2023, 11, 1)
        assert (line.remaining_term, line.seasoning, line.loan_to_value) == (
            Decimal(99),
            Decimal("13.5"),
            Decimal("0.8"),
        )
        total = pair.loans_paid(DEAL, FEBRUARY).totals()[-1]
        assert total.amounts["actual_balance"] is None
        assert total.amounts["stated_balance"] == Decimal("301000.00")

    def test_averages_are_of_the_loans_and_stand_beside_the_coupon_of_interest(self, pair: Ledger) -> None:
        pair.post_many([due(2, "1", interest="800.00"), due(2, "2")]).or_raise()
        averages = {
            item.measure: (item.value, item.balance)
            for item in pair.loans_paid(DEAL, FEBRUARY).averages()
            if item.group == "total"
        }
        assert averages["note_rate"] == (Decimal("0.0600000000"), Decimal("299800.00"))
        assert averages["note_rate_from_interest"] == (Decimal("0.0620000000"), Decimal("300000.00"))
        assert averages["loan_to_value"] == (None, NOTHING)

    def test_a_loan_that_nobody_boarded_and_a_group_that_there_is_not(self, pair: Ledger) -> None:
        book = pair.loans_paid(DEAL, FEBRUARY)
        with pytest.raises(InvalidArgument, match="unknown_loan"):
            book.loan("9")
        with pytest.raises(InvalidArgument, match="unknown_group"):
            list(book.lines(group="two"))

    def test_what_is_known_later_does_not_change_what_was_known(self, pair: Ledger) -> None:
        pair.post_many([due(2, "1"), paid(2, "1")]).or_raise()
        known = pair.head(DEAL).sequence
        pair.reverse(DEAL, "paid/2/1", effective_date=first(2), reason="bounced").or_raise()
        assert pair.loans_paid(DEAL, FEBRUARY).loan("1").arrears_principal == Decimal("100.00")
        assert pair.loans_paid(DEAL, FEBRUARY, known_through=known).loan("1").arrears_principal == NOTHING


def test_where_delinquency_is_derived_loans_stand_in_the_cells_of_the_table(ledger: Ledger) -> None:
    terms = attrs.evolve(pair_terms(rules=4), delinquency=DelinquencyTerms(source=DelinquencySource.WHAT_IS_OWED))
    pair_deal(ledger, terms)
    events: list[Event] = [due(2, "1"), paid(2, "1"), due(2, "2"), due(3, "1"), due(3, "2"), due(4, "1"), due(4, "2")]
    ledger.post_many(events).or_raise()
    for day in (FEBRUARY, MARCH, APRIL):
        table = ledger.distribution(DEAL, day).delinquency.total
        for line in ledger.loans_paid(DEAL, day):
            if line.bucket != "current":
                assert table.cells["delinquent"][line.bucket].count.value >= 1
        behind = sum(line.bucket != "current" for line in ledger.loans_paid(DEAL, day))
        assert behind == table.cell("total", "total").count.value
    assert ledger.loans_paid(DEAL, APRIL).loan("2").bucket != "current"
