"""Corrections, late facts and restatements, end to end: what moves, what never moves, and what says why."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import attrs
import pytest

import replay
from ledger import (
    AsOf,
    BondPrincipalPaid,
    CompensatingInterestPaid,
    CurtailmentCollected,
    DelinquencyReported,
    Event,
    EventCorrected,
    FeeCharged,
    IndexRateSet,
    LateEvents,
    Ledger,
    LoanRateChanged,
    PayoffCollected,
    PeriodClosed,
    Receipt,
    Refusal,
    ScheduledPaymentDue,
)
from ledger.samples.impac_cmb_2002_1 import september_2002 as sample
from replay.restatements import Restatement
from tests.deals.toy import INDEX, TOY, amended, due_date, month_events, payment_date, prior_month, toy_deal, toy_month
from tests.replay.restated import SHOWN, close, curtailed, known, record_date


def statement(ledger: Ledger, ordinal: int, through: int | None = None) -> replay.Statement:
    """Return a statement of the toy deal."""
    return replay.statement(ledger, TOY, record_date(ordinal), known_through=through)


def printed(ledger: Ledger, ordinal: int, path: str = SHOWN, through: int | None = None) -> str:
    """Return one printed figure of a statement of the toy deal."""
    (figure,) = statement(ledger, ordinal, through).find(path)
    return figure.printed


def compared(ledger: Ledger, ordinal: int, then: int) -> Restatement:
    """Return what changed in a statement since a sequence."""
    return replay.restatement(ledger, TOY, record_date(ordinal), then, known(ledger))


def codes(outcome: Receipt | Refusal) -> list[str]:
    """Return the codes of a refusal."""
    return [violation.code for violation in outcome.violations] if isinstance(outcome, Refusal) else []


@pytest.fixture
def paid(ledger: Ledger) -> Ledger:
    """The toy deal with January closed and paid; one-1 curtailed 500."""
    toy_deal(ledger)
    ledger.post_many(month_events(1, curtailment="500.00")).or_raise()
    close(ledger, 1)
    ledger.distribute(TOY, payment_date(1)).or_raise()
    return ledger


@pytest.fixture
def lenient(ledger: Ledger) -> Ledger:
    """The same, on terms that report late facts in the next open distribution."""
    toy_deal(ledger, late_events=LateEvents.NEXT_DISTRIBUTION)
    ledger.post_many(month_events(1, curtailment="500.00")).or_raise()
    close(ledger, 1)
    ledger.distribute(TOY, payment_date(1)).or_raise()
    return ledger


class TestAClosedPeriod:
    """What was published is there for ever, under the sequence at which it was published."""

    def test_keeps_its_statement_whatever_is_posted_later(self, paid: Ledger) -> None:
        then = known(paid)
        rows, digest = statement(paid, 1, then).rows(), statement(paid, 1, then).report.digest
        paid.post(curtailed("late", "70.00", prior_month(1, 20), restates=True)).or_raise()
        paid.post_many([event for event in month_events(2) if not isinstance(event, ScheduledPaymentDue)]).or_raise()
        paid.reverse(TOY, "1/due/two-1", effective_date=dt.date(2021, 1, 1), reason="x", restates=True).or_raise()
        assert statement(paid, 1).rows() != rows
        assert statement(paid, 1, then).rows() == rows
        assert statement(paid, 1, then).report.digest == digest

    def test_its_digest_is_that_of_what_was_known_when_it_was_closed(self, paid: Ledger) -> None:
        (closing,) = [item for item in paid.events(TOY) if isinstance(item.event, PeriodClosed)]
        paid.post(curtailed("late", "70.00", prior_month(1, 20), restates=True)).or_raise()
        assert isinstance(closing.event, PeriodClosed)
        assert statement(paid, 1, closing.sequence - 1).report.digest == closing.event.report_digest
        assert statement(paid, 1).report.digest != closing.event.report_digest

    def test_refuses_what_does_not_say_that_it_restates(self, paid: Ledger) -> None:
        before = paid.head(TOY)
        day = prior_month(1, 20)
        assert codes(paid.post(curtailed("late", "70.00", day))) == ["period_closed"]
        assert codes(paid.reverse(TOY, "1/curtailment", effective_date=day, reason="x")) == ["period_closed"]
        replacement = curtailed("1/curtailment/b", "650.00", day)
        assert (
            codes(paid.correct("1/curtailment", replacement, effective_date=day, reason="x")) == ["period_closed"] * 2
        )
        assert paid.head(TOY) == before

    def test_takes_its_payment_but_no_fee_that_is_part_of_the_report(self, ledger: Ledger) -> None:
        toy_deal(ledger)
        ledger.post_many(month_events(1)).or_raise()
        close(ledger, 1)
        then = known(ledger)
        fee = FeeCharged(
            event_id="pmi", deal=TOY, effective_date=payment_date(1), fee_id="pmi", amount="5.00", group="one"
        )
        assert codes(ledger.post(fee)) == ["period_closed"]
        ledger.distribute(TOY, payment_date(1)).or_raise()
        assert not compared(ledger, 1, then)

    def test_is_not_changed_by_an_amendment_that_does_not_say_so(self, paid: Ledger) -> None:
        then = known(paid)
        assert codes(paid.post(amended(title="Earlier", on=payment_date(1)))) == ["period_closed"]
        paid.post(amended(title="Later", on=payment_date(1) + dt.timedelta(days=1))).or_raise()
        assert not compared(paid, 1, then)
        assert statement(paid, 1).report.terms.title == "Toy Trust"


class TestARestatement:
    """Every figure that differs, by how much, and the events that caused it."""

    def test_of_nothing_is_false(self, paid: Ledger) -> None:
        found = compared(paid, 1, known(paid))
        assert (bool(found), len(found), found.rows(), found.causes) == (False, 0, [], ())

    def test_names_the_correction_what_it_corrects_and_why(self, paid: Ledger) -> None:
        then = known(paid)
        right = curtailed("1/curtailment/b", "650.00", prior_month(1, 16), restates=True)
        paid.correct("1/curtailment", right, effective_date=prior_month(1, 15), reason="misread").or_raise()
        found = compared(paid, 1, then)
        (figure,) = [item for item in found if item.path == SHOWN]
        assert (figure.printed_then, figure.printed_now, figure.difference) == ("500.00", "650.00", Decimal("150.00"))
        assert [str(cause) for cause in figure.causes] == [
            f"{then + 1} 1/curtailment/corrected (corrects 1/curtailment: misread)",
            f"{then + 2} 1/curtailment/b",
        ]
        assert figure.causes[0].replaced_by == "1/curtailment/b"
        assert isinstance(figure.causes[0].recorded.event, EventCorrected)
        assert all(item.causes for item in found)
        assert (found.known_then, found.known_now) == (then, then + 2)

    def test_holds_every_figure_that_differs_and_no_other(self, paid: Ledger) -> None:
        then = known(paid)
        paid.post(curtailed("late", "70.00", prior_month(1, 20), restates=True)).or_raise()
        before = {f.path: f.exact_text for f in statement(paid, 1, then)}
        after = {f.path: f.exact_text for f in statement(paid, 1)}
        expected = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
        assert {item.path for item in compared(paid, 1, then)} == expected

    def test_shows_payments_as_recorded_beside_what_is_computed_now(self, paid: Ledger) -> None:
        then = known(paid)
        paid.post(curtailed("late", "70.00", prior_month(1, 20), restates=True)).or_raise()
        found = compared(paid, 1, then)
        assert found.payment_rows() == [
            {
                "class": "A",
                "of": "principal",
                "computed_then": "1500.00",
                "computed_now": "1570.00",
                "recorded": "1500.00",
                "difference": "-70.00",
            }
        ]
        assert statement(paid, 1).report.classes["A"].recorded.principal.value == 1500

    def test_of_a_later_statement_has_the_same_cause(self, paid: Ledger) -> None:
        toy_month(paid, 2)
        then = known(paid)
        paid.post(curtailed("late", "70.00", prior_month(1, 20), restates=True)).or_raise()
        found = compared(paid, 2, then)
        assert found
        assert {cause.event_id for cause in found.causes} == {"late"}
        assert printed(paid, 2) == "0.00"

    def test_shows_lines_that_appear_and_disappear(self, ledger: Ledger) -> None:
        toy_deal(ledger)
        ledger.post_many(month_events(1, not_owed={"one-2": "632.70"})).or_raise()
        ledger.post_many([paid_off("one-2"), made_up("500.00")]).or_raise()
        close(ledger, 1)
        then = known(ledger)
        ledger.reverse(TOY, "off/one-2", effective_date=prior_month(1, 12), reason="not yet", restates=True).or_raise()
        ledger.post(paid_off("two-2", restates=True)).or_raise()
        lines = {item.path: item for item in compared(ledger, 1, then) if "LOANS PREPAID IN FULL" in item.path}
        gone = lines["18/LOANS PREPAID IN FULL/one-2/prepayment amount"]
        came = lines["18/LOANS PREPAID IN FULL/two-2/prepayment amount"]
        assert (gone.printed_then, gone.printed_now, gone.difference) == ("99900", "", None)
        assert [cause.voids for cause in gone.causes] == ["off/one-2"]
        assert (came.printed_then, came.printed_now, came.then) == ("", "99900", None)
        assert [cause.event_id for cause in came.causes] == ["off/two-2"]
        kind = lines["18/LOANS PREPAID IN FULL/two-2/type"]
        assert (kind.exact_now, [cause.event_id for cause in kind.causes]) == ("Paid Off", ["off/two-2"])

    def test_counts_changes_that_print_does_not_show(self, ledger: Ledger) -> None:
        toy_deal(ledger)
        ledger.post_many(month_events(1)).or_raise()
        close(ledger, 1)
        then = known(ledger)
        due = ScheduledPaymentDue(
            event_id="crumb",
            deal=TOY,
            effective_date=dt.date(2021, 1, 1),
            loan="one-1",
            principal="0",
            interest="0.0001",
            restates=True,
        )
        ledger.post(due).or_raise()
        found = compared(ledger, 1, then)
        (figure,) = [item for item in found if item.path == "5/INTEREST - COLLECTIONS/Scheduled Interest/one"]
        assert (figure.is_printed, figure.difference) == (False, Decimal("0.0001"))

    def test_through_the_terms_names_the_amendment(self, paid: Ledger) -> None:
        then = known(paid)
        terms = amended(on=payment_date(1)).terms
        fees = tuple(attrs.evolve(fee, rate="0.0024") if fee.fee_id == "trustee" else fee for fee in terms.fees)
        paid.post(
            attrs.evolve(amended(on=payment_date(1)), terms=attrs.evolve(terms, fees=fees), restates=True)
        ).or_raise()
        found = compared(paid, 1, then)
        assert found
        assert {cause.recorded.event.name for cause in found.causes} == {"terms_amended"}

    def test_asked_the_wrong_way_round_says_so(self, paid: Ledger) -> None:
        with pytest.raises(ValueError, match="14 was known after 13"):
            replay.restatement(paid, TOY, record_date(1), 14, 13)

    def test_of_the_real_month(self) -> None:
        with Ledger.create("sqlite://") as ledger:
            sample.post_september_2002(ledger)
            then = ledger.head(sample.DEAL).sequence
            late = CurtailmentCollected(
                event_id="late",
                deal=sample.DEAL,
                effective_date=sample.MONTH_END,
                group="fixed",
                amount="100.00",
                restates=True,
            )
            ledger.post(late).or_raise()
            found = replay.restatement(ledger, sample.DEAL, dt.date(2002, 8, 30), then, then + 1)
        assert {cause.event_id for cause in found.causes} == {"late"}
        assert all(item.causes for item in found)
        recorded = {(row["class"], row["of"]): row["recorded"] for row in found.payment_rows()}
        assert (recorded["A", "principal"], recorded["B", "principal"]) == ("8824748.07", "469401.49")


def paid_off(loan: str, *, restates: bool = False) -> Event:
    """Return the payoff of a toy loan in December."""
    return PayoffCollected(
        event_id=f"off/{loan}",
        deal=TOY,
        effective_date=prior_month(1, 12),
        loan=loan,
        amount="99900.00",
        note_rate="0.12",
        restates=restates,
    )


def made_up(amount: str) -> Event:
    """Return what the servicer pays towards the interest that a payoff is short of: its fee of the month."""
    return CompensatingInterestPaid(
        event_id="made-up", deal=TOY, effective_date=due_date(1), group="one", amount=amount
    )


class TestALateFact:
    """Where the terms say so, it is reported in the next open distribution, and the closed one does not move."""

    def test_flows_into_the_next_distribution(self, lenient: Ledger) -> None:
        then = known(lenient)
        receipt = lenient.post(curtailed("late", "70.00", prior_month(1, 20))).or_raise()
        lenient.post_many(month_events(2)).or_raise()
        (recorded,) = lenient.events(TOY, after=receipt.sequence - 1, limit=1)
        assert recorded.distribution_date == payment_date(2)
        assert recorded.event.effective_date == prior_month(1, 20)
        assert not compared(lenient, 1, then)
        assert printed(lenient, 2) == "70.00"

    def test_that_is_a_reversal_nets_in_the_next_distribution(self, lenient: Ledger) -> None:
        then = known(lenient)
        lenient.post_many(month_events(2)).or_raise()
        lenient.post(curtailed("other", "800.00", prior_month(2, 5), loan="one-2")).or_raise()
        late = payment_date(1)
        lenient.reverse(TOY, "1/due/two-1", effective_date=dt.date(2021, 1, 1), reason="not due").or_raise()
        lenient.reverse(TOY, "1/curtailment", effective_date=late, reason="bounced").or_raise()
        placed = {item.event.event_id: item.distribution_date for item in lenient.events(TOY, after=known(lenient) - 2)}
        assert placed == {"1/due/two-1/reversed": payment_date(2), "1/curtailment/reversed": payment_date(2)}
        assert not compared(lenient, 1, then)
        assert printed(lenient, 2) == "300.00"

    def test_that_restates_goes_to_its_own_period(self, lenient: Ledger) -> None:
        then = known(lenient)
        lenient.post(curtailed("late", "70.00", prior_month(1, 20), restates=True)).or_raise()
        assert printed(lenient, 1) == "570.00"
        assert printed(lenient, 1, through=then) == "500.00"

    @pytest.mark.parametrize(
        "fact",
        [
            IndexRateSet(event_id="late", deal=TOY, effective_date=prior_month(1, 2), index=INDEX, rate="0.04"),
            LoanRateChanged(
                event_id="late", deal=TOY, effective_date=dt.date(2021, 1, 20), loan="one-1", note_rate="0.11"
            ),
            DelinquencyReported(
                event_id="late",
                deal=TOY,
                effective_date=dt.date(2021, 1, 20),
                group="one",
                category="delinquent",
                bucket="1 payment",
                balance="100.00",
                loan_count=1,
            ),
        ],
        ids=lambda fact: fact.name,
    )
    def test_that_is_a_level_of_its_own_period_cannot_flow(self, lenient: Ledger, fact: Event) -> None:
        assert codes(lenient.post(fact)) == ["period_closed"]
        lenient.post(attrs.evolve(fact, restates=True)).or_raise()

    def test_payments_are_put_right_where_they_were_made(self, lenient: Ledger) -> None:
        then = known(lenient)
        name = f"{TOY}/{payment_date(1)}/principal/A"
        again = BondPrincipalPaid(
            event_id="again", deal=TOY, effective_date=payment_date(1), class_id="A", amount="1499.00", scheduled="999"
        )
        lenient.correct(name, again, effective_date=payment_date(1), reason="a wire short of a dollar").or_raise()
        placed = {item.distribution_date for item in lenient.events(TOY, after=then)}
        assert placed == {payment_date(1)}
        assert statement(lenient, 1).report.classes["A"].recorded.principal.value == 1499


class TestACorrectionInTheNextPeriod:
    """Dated there, it nets there; the statement that it corrects stays as it was published."""

    def test_nets_in_the_period_it_is_dated_in(self, paid: Ledger) -> None:
        then = known(paid)
        paid.post_many(month_events(2)).or_raise()
        day = prior_month(2, 20)
        right = curtailed("1/curtailment/b", "650.00", day)
        paid.correct("1/curtailment", right, effective_date=day, reason="misread").or_raise()
        assert not compared(paid, 1, then)
        assert printed(paid, 2) == "150.00"
        assert printed(paid, 2, through=then + len(month_events(2))) == "0.00"
        balance = paid.books(TOY, AsOf(record_date=payment_date(2))).balance("pool_principal", "one")
        assert balance.value == 600_000 - 2 * 600 - 650

    def test_takes_back_money_that_was_paid_on(self, paid: Ledger) -> None:
        """Money that bondholders have cannot leave the account again: it is taken back out of the next month's."""
        paid.post_many(month_events(2)).or_raise()
        paid.post(curtailed("other", "800.00", prior_month(2, 5), loan="one-2")).or_raise()
        closed = paid.reverse(TOY, "1/curtailment", effective_date=prior_month(1, 15), reason="x", restates=True)
        assert codes(closed) == ["above_funds_available"]
        paid.reverse(TOY, "1/curtailment", effective_date=prior_month(2, 28), reason="bounced").or_raise()
        assert printed(paid, 2) == "300.00"
        close(paid, 2)
        paid.distribute(TOY, payment_date(2)).or_raise()
        assert paid.books(TOY, AsOf(record_date=payment_date(2))).balance("collection_account").value == 0
