"""A month built from notes: what falls due, what others said otherwise, and what is posted for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pytest

from ledger import (
    AdvanceTerms,
    AsOf,
    CollectionReceived,
    CurtailmentCollected,
    DelinquencySource,
    DelinquencyTerms,
    Event,
    IndexPublished,
    InstalmentReportedDelinquent,
    InvalidArgument,
    Ledger,
    LoanLiquidated,
    LoanStatusChanged,
    MonthBuilt,
    MonthProposal,
    PaymentReturned,
    PayoffCollected,
    ScheduledPaymentDue,
    Selector,
    UnappliedFundsApplied,
    UnappliedFundsReceived,
    note_of,
    scheduled_instalments,
    standing_at_boarding,
)
from ledger.deal.notes import NoteConventions
from ledger.deal.schedule import schedule
from ledger.months.month import value_of
from tests.deals.noted import CMT, DEAL, DUE, NEXT_DUE, NEXT_PAID, PAID, POOL, adjustable, loan, noted
from tests.deals.toy import TOY, due_date, toy_deal

ON: dict[str, Any] = {"deal": DEAL, "effective_date": DUE}


def close(ledger: Ledger, due: dt.date, paid: dt.date) -> None:
    """Build, close and pay a month of which nothing has to be acknowledged."""
    ledger.post_month(DEAL, due).or_raise()
    ready = ledger.readiness(DEAL, paid)
    assert ready, [(item.code, item.message) for item in ready.findings]
    ledger.close_period(DEAL, paid).or_raise()
    ledger.distribute(DEAL, paid).or_raise()


def of_month(ledger: Ledger, kind: str, number: int = 20240226) -> dict[str, Any]:
    """Return the events of a type that stand in a distribution, by loan."""
    found: dict[str, Any] = {}
    ids: dict[str, str] = {}
    for item in ledger.events(DEAL, types=[kind], first=number, last=number):
        event: Any = item.event
        if event.name == kind:
            found[event.loan or event.group] = event
            ids[event.event_id] = event.loan or event.group
    for item in ledger.events(DEAL, types=[kind], first=number, last=number):
        event = item.event
        voided = getattr(event, "reverses", getattr(event, "corrects", None))
        if voided is not None and found.get(ids[voided]) is not None and found[ids[voided]].event_id == voided:
            del found[ids[voided]]
    return found


def said(proposal: MonthProposal, kind: str) -> dict[str, tuple[Any, Any, Any]]:
    """Return principal, interest and fee that a month says of a type, by loan or group."""
    return {
        key.whose: (
            Decimal(amounts.principal).scaleb(-4),
            Decimal(amounts.interest).scaleb(-4),
            Decimal(amounts.fee).scaleb(-4),
        )
        for key, amounts in proposal.said.items()
        if key.type == kind
    }


def missed(name: str, principal: str, interest: str, on: dt.date = DUE) -> InstalmentReportedDelinquent:
    """Return a report that an instalment of a loan was not paid."""
    return InstalmentReportedDelinquent(
        event_id=f"missed/{name}/{on}", deal=DEAL, effective_date=on, loan=name, principal=principal,
        interest=interest, due_date=on,
    )  # fmt: skip


class TestBuilding:
    @pytest.mark.parametrize("months", [14, pytest.param(36, marks=pytest.mark.slow)])
    def test_what_falls_due_is_what_the_notes_say(self, months: int) -> None:
        figures = [
            IndexPublished(event_id=f"cmt/{day}", deal=DEAL, effective_date=day, as_of=day, index=CMT, rate=rate)
            for day, rate in (("2025-01-10", "0.0601"), ("2026-01-09", "0.0302"))
        ]
        with noted() as ledger:
            ledger.post_many(figures).or_raise()
            calendar = schedule(ledger.terms(DEAL))
            found: dict[str, list[tuple[Decimal, Decimal]]] = {}
            for place in range(months):
                at = calendar.at(place)
                close(ledger, at.due_period[1], at.payment_date)
                for name, event in of_month(ledger, "scheduled_payment_due", at.number).items():
                    found.setdefault(name, []).append((event.principal, event.interest))
            history = ledger.index_history(DEAL, CMT)
            for boarded in POOL:
                note = note_of(boarded, NoteConventions())
                known = scheduled_instalments(note, standing_at_boarding(boarded, note), months, index=history)
                assert found[boarded.loan] == [(item.principal, item.interest) for item in known], boarded.loan

    def test_it_reads_the_same_with_snapshots_and_without(self) -> None:
        with noted() as ledger:
            calendar = schedule(ledger.terms(DEAL))
            for place in range(14):
                at = calendar.at(place)
                if place == 12:
                    event = IndexPublished(
                        event_id="cmt/2025", deal=DEAL, effective_date="2025-01-10", as_of="2025-01-09", index=CMT,
                        rate="0.05",
                    )  # fmt: skip
                    ledger.post(event).or_raise()
                close(ledger, at.due_period[1], at.payment_date)
                asked = AsOf(record_date=at.record_date)
                if place in (1, 11, 13):
                    assert ledger.report(DEAL, asked).digest == ledger.without_snapshots().report(DEAL, asked).digest
                assert ledger.report(DEAL, asked).losses.cumulative_share is not None

    def test_what_nobody_excepts_came_in_as_due_and_one_event_says_so(self) -> None:
        with noted() as ledger:
            ledger.post_month(DEAL, DUE).or_raise()
            dues, paid = of_month(ledger, "scheduled_payment_due"), of_month(ledger, "collection_received")
            assert {name: (event.principal, event.interest) for name, event in dues.items()} == {
                name: (event.principal, event.interest) for name, event in paid.items()
            }
            (built,) = [item.event for item in ledger.events(DEAL) if isinstance(item.event, MonthBuilt)]
            assert (built.instalments, built.as_due, built.known_through) == (5, 5, 8)
            assert built.interest == sum(event.interest for event in dues.values())
            assert of_month(ledger, "servicing_fee_withheld")["level"].amount == Decimal("41.67")

    def test_done_again_it_posts_nothing(self) -> None:
        with noted() as ledger:
            ledger.post_month(DEAL, DUE).or_raise()
            head = ledger.head(DEAL)
            again = ledger.post_month(DEAL, DUE).or_raise()
            assert (again.event_ids, again.sequence, ledger.head(DEAL)) == ((), head.sequence, head)
            assert ledger.build_month(DEAL, DUE).is_posted

    def test_any_day_of_the_due_period_names_it(self) -> None:
        with noted() as ledger:
            asked = [ledger.build_month(DEAL, day) for day in (dt.date(2024, 1, 20), DUE)]
            assert {item.due_date for item in asked} == {DUE}

    def test_a_closed_month_is_built_no_more(self) -> None:
        with noted() as ledger:
            close(ledger, DUE, PAID)
            with pytest.raises(InvalidArgument, match="closed"):
                ledger.build_month(DEAL, DUE)

    def test_a_loan_whose_boarding_says_too_little_is_listed_with_what_it_lacks(self) -> None:
        pool = (*POOL, loan("silent", amortization_type=None), loan("endless", maturity_date=None,
                original_term_months=None, remaining_term_months=None))  # fmt: skip
        with noted(pool) as ledger:
            proposal = ledger.build_month(DEAL, DUE)
            assert {item.loan: item.missing for item in proposal.unbuilt} == {
                "silent": ("amortization_type",), "endless": ("maturity_date",)
            }  # fmt: skip
            assert not {key for key in proposal.said if key.whose in ("silent", "endless")}

    def test_an_adjustable_loan_without_a_figure_of_its_index_says_why_it_is_not_built(self) -> None:
        with noted((loan("level"), adjustable("arm", index_name="LIBOR-6M"))) as ledger:
            close_month = ledger.build_month(DEAL, NEXT_DUE)
            assert "LIBOR-6M" in close_month.unbuilt[0].why


class TestExceptions:
    def built(self, events: Iterable[Event], *, after: bool, **more: Any) -> tuple[Ledger, MonthProposal]:
        """Post exceptions before the month, or after it and build it again; return what it then says."""
        ledger = noted(**more)
        if after:
            ledger.post_month(DEAL, DUE).or_raise()
        ledger.post_many(list(events)).or_raise()
        proposal = ledger.build_month(DEAL, DUE)
        ledger.post_month(DEAL, DUE).or_raise()
        assert ledger.build_month(DEAL, DUE).is_posted
        return ledger, proposal

    @pytest.mark.parametrize("after", [False, True])
    def test_an_instalment_reported_delinquent_is_advanced_net_of_its_fee(self, after: bool) -> None:
        ledger, proposal = self.built([missed("level", "199.10", "1000.00")], after=after)
        assert "level" not in said(proposal, "collection_received")
        assert said(proposal, "advance_made") == {"level": (Decimal("199.10"), Decimal("958.33"), 0)}
        assert "level" not in said(proposal, "servicing_fee_withheld")
        ready = ledger.readiness(DEAL, PAID)
        assert ready, ready.findings
        assert set(of_month(ledger, "collection_received")) == {"interest-only", "balloon", "short", "arm"}

    @pytest.mark.parametrize("after", [False, True])
    def test_a_payment_in_part_leaves_the_rest_delinquent(self, after: bool) -> None:
        part = CollectionReceived(event_id="part", loan="level", principal="0.00", interest="400.00", **ON)
        if after:
            ledger = noted()
            ledger.post_month(DEAL, DUE).or_raise()
            ledger.reverse(DEAL, "noted/month/2024-02-26/paid/level", effective_date=DUE, reason="bounced").or_raise()
            ledger.post(part).or_raise()
            proposal = ledger.build_month(DEAL, DUE)
        else:
            _, proposal = self.built([part], after=False)
        assert said(proposal, "instalment_reported_delinquent") == {
            "level": (Decimal("199.10"), Decimal("600.00"), Decimal("25.01"))
        }
        assert said(proposal, "advance_made") == {"level": (Decimal("199.10"), Decimal("574.99"), 0)}
        assert said(proposal, "servicing_fee_withheld")["level"][2] == Decimal("16.66")

    @pytest.mark.parametrize("after", [False, True])
    def test_a_payoff_brings_interest_to_its_day_and_the_servicer_makes_up_the_rest(self, after: bool) -> None:
        payoff = PayoffCollected(
            event_id="payoff", deal=DEAL, effective_date="2024-01-10", loan="short", amount="100000.00",
            note_rate="0.06", servicing_rate="0.0025",
        )  # fmt: skip
        ledger, proposal = self.built([payoff], after=False) if not after else (None, None)
        if after:
            # The pool would pay more than its balance: what was built must give way in one batch.
            ledger = noted()
            ledger.post(payoff).or_raise()
            ledger.post_month(DEAL, DUE).or_raise()
            proposal = ledger.build_month(DEAL, DUE)
        assert ledger is not None
        assert proposal is not None
        assert said(proposal, "scheduled_payment_due")["short"] == (0, Decimal("500.00"), 0)
        # 100,000 x 6% x (31 - 10) / 360
        assert said(proposal, "collection_received")["short"] == (0, Decimal("150.00"), 0)
        fees = sum(item[2] for item in said(proposal, "servicing_fee_withheld").values())
        owed = said(proposal, "compensating_interest_paid")
        assert sum(item[1] for item in owed.values()) == min(Decimal("350.00"), fees)
        assert ledger.readiness(DEAL, PAID)

    @pytest.mark.parametrize("after", [False, True])
    def test_a_curtailment_leaves_the_instalment_by_default(self, after: bool) -> None:
        ahead = CurtailmentCollected(
            event_id="ahead", deal=DEAL, effective_date="2024-01-15", loan="level", amount="5000.00"
        )
        ledger, proposal = self.built([ahead], after=after)
        assert said(proposal, "scheduled_payment_due")["level"] == (Decimal("199.10"), Decimal("1000.00"), 0)
        assert ledger.readiness(DEAL, PAID)

    def test_an_instalment_posted_by_the_servicer_stands(self) -> None:
        due = ScheduledPaymentDue(event_id="own", loan="level", principal="210.00", interest="1000.00", **ON)
        _, proposal = self.built([due], after=False)
        assert "level" not in said(proposal, "scheduled_payment_due")
        assert said(proposal, "collection_received")["level"] == (Decimal("210.00"), Decimal("1000.00"), 0)

    def test_what_somebody_took_back_is_not_said_again(self) -> None:
        with noted() as ledger:
            ledger.post_month(DEAL, DUE).or_raise()
            ledger.reverse(DEAL, "noted/month/2024-02-26/fee/level", effective_date=PAID, reason="waived").or_raise()
            proposal = ledger.build_month(DEAL, DUE)
            assert not proposal.differences.new
            ledger.post_month(DEAL, DUE).or_raise()
            assert "level" not in of_month(ledger, "servicing_fee_withheld")

    def test_a_payment_that_bounced_is_missed_and_advanced(self) -> None:
        with noted() as ledger:
            ledger.post_month(DEAL, DUE).or_raise()
            ledger.reverse(DEAL, "noted/month/2024-02-26/paid/level", effective_date=DUE, reason="bounced").or_raise()
            ledger.post_month(DEAL, DUE).or_raise()
            proposal = ledger.build_month(DEAL, DUE)
            assert proposal.is_posted
            assert said(proposal, "instalment_reported_delinquent")["level"][:2] == (Decimal("199.10"), Decimal(1000))
            assert said(proposal, "advance_made")["level"][:2] == (Decimal("199.10"), Decimal("958.33"))
            assert ledger.readiness(DEAL, PAID)

    def test_an_instalment_that_was_taken_back_brings_nothing(self) -> None:
        with noted() as ledger:
            ledger.post_month(DEAL, DUE).or_raise()
            ledger.reverse(DEAL, "noted/month/2024-02-26/due/level", effective_date=DUE, reason="a stay").or_raise()
            ledger.post_month(DEAL, DUE).or_raise()
            assert not {key for key in ledger.build_month(DEAL, DUE).said if key.whose == "level"}

    def test_a_payoff_after_the_month_is_of_what_the_instalment_left(self) -> None:
        with noted() as ledger:
            ledger.post_month(DEAL, DUE).or_raise()
            payoff: dict[str, Any] = {"deal": DEAL, "effective_date": "2024-01-10", "loan": "level"}
            payoff |= {"note_rate": "0.06", "servicing_rate": "0.0025"}
            assert not ledger.post(PayoffCollected(event_id="whole", amount="200000.00", **payoff))
            ledger.post(PayoffCollected(event_id="rest", amount="199800.90", **payoff)).or_raise()
            ledger.post_month(DEAL, DUE).or_raise()
            proposal = ledger.build_month(DEAL, DUE)
            assert said(proposal, "scheduled_payment_due")["level"] == (Decimal("199.10"), Decimal(1000), 0)
            # Of the instalment's interest the payoff leaves 199,800.90 x 6% x (31 - 10) / 360 = 699.30 unpaid.
            assert said(proposal, "collection_received")["level"] == (Decimal("199.10"), Decimal("300.70"), 0)
            assert ledger.readiness(DEAL, PAID)

    def test_a_liquidated_loan_owes_no_instalment(self) -> None:
        gone = LoanLiquidated(
            event_id="gone", deal=DEAL, effective_date="2024-01-20", loan="level", balance="200000.00",
            accrued_interest="0.00", net_proceeds="150000.00", realized_loss="50000.00",
        )  # fmt: skip
        _, proposal = self.built([gone], after=False)
        assert not {key for key in proposal.said if key.whose == "level"}


class TestArrears:
    """A loan that owes an earlier instalment is taken to pay nothing, until somebody says otherwise."""

    def behind(self, **more: Any) -> Ledger:
        """Return the deal after a month in which the level loan missed its instalment."""
        ledger = noted(**more)
        ledger.post(missed("level", "199.10", "1000.00")).or_raise()
        ledger.post_month(DEAL, DUE).or_raise()
        ledger.close_period(
            DEAL, PAID, acknowledge=dict.fromkeys(ledger.readiness(DEAL, PAID).codes_to_acknowledge, "known"),
            who="A. Clerk",
        ).or_raise()  # fmt: skip
        ledger.distribute(DEAL, PAID).or_raise()
        return ledger

    def test_it_misses_the_next_one_too_by_itself(self) -> None:
        with self.behind() as ledger:
            proposal = ledger.build_month(DEAL, NEXT_DUE)
            assert "level" not in said(proposal, "collection_received")
            missing = said(proposal, "instalment_reported_delinquent")["level"]
            assert missing[:2] == (Decimal("200.10"), Decimal("999.00"))

    def test_a_late_payment_repays_its_advance_and_brings_its_fee(self) -> None:
        late = CollectionReceived(
            event_id="late", deal=DEAL, effective_date="2024-02-20", loan="level", principal="199.10",
            interest="1000.00", timing="late, advanced", due_date=DUE,
        )  # fmt: skip
        with self.behind() as ledger:
            ledger.post(late).or_raise()
            proposal = ledger.build_month(DEAL, NEXT_DUE)
            # It owes nothing earlier any more, and its instalment came in as due.
            assert said(proposal, "collection_received")["level"] == (Decimal("200.10"), Decimal("999.00"), 0)
            assert said(proposal, "advance_recovered") == {"level": (Decimal("199.10"), Decimal("958.33"), 0)}
            assert said(proposal, "servicing_fee_withheld")["level"][2] == Decimal("41.67") + Decimal("41.63")
            ledger.post_month(DEAL, NEXT_DUE).or_raise()
            assert ledger.build_month(DEAL, NEXT_DUE).is_posted
            weighty = [item.code for item in ledger.readiness(DEAL, NEXT_PAID).findings if item.grade.value != "note"]
            assert set(weighty) <= {"delinquency_not_reported"}

    def test_unapplied_funds_repay_an_advance_as_a_late_payment_does_and_what_bounced_does_not(self) -> None:
        timing: dict[str, Any] = {"timing": "late, advanced", "due_date": DUE}
        one: dict[str, Any] = {"deal": DEAL, "effective_date": "2024-03-04", "loan": "level"}
        late = [
            UnappliedFundsReceived(event_id="held", amount="600.00", **one),
            UnappliedFundsApplied(event_id="applied", principal="0.00", interest="600.00", **one, **timing),
            CollectionReceived(event_id="rest", principal="199.10", interest="400.00", **one, **timing),
        ]
        returned = PaymentReturned(event_id="back", principal="199.10", interest="400.00", **one, **timing)
        with self.behind() as ledger:
            ledger.post_many(late).or_raise()
            proposal = ledger.build_month(DEAL, NEXT_DUE)
            assert said(proposal, "advance_recovered") == {"level": (Decimal("199.10"), Decimal("958.33"), 0)}
            assert said(proposal, "servicing_fee_withheld")["level"][2] == Decimal("41.67") + Decimal("41.63")
            ledger.post(returned).or_raise()
            assert said(ledger.build_month(DEAL, NEXT_DUE), "advance_recovered") == {"level": (0, Decimal("600.00"), 0)}

    def test_advances_stop_after_so_many_instalments_or_above_the_value(self) -> None:
        for terms in (AdvanceTerms(stop_after=1), AdvanceTerms(stop_above_value="0.79")):
            with self.behind(advances=terms) as ledger:
                assert "level" not in said(ledger.build_month(DEAL, NEXT_DUE), "advance_made")
        with self.behind(advances=AdvanceTerms(stop_after=2, stop_above_value="0.81")) as ledger:
            assert "level" in said(ledger.build_month(DEAL, NEXT_DUE), "advance_made")

    def test_a_loan_in_foreclosure_is_taken_to_pay_nothing(self) -> None:
        with noted() as ledger:
            close(ledger, DUE, PAID)
            event = LoanStatusChanged(
                event_id="foreclosure", deal=DEAL, effective_date=DUE, loan="level", status="foreclosure",
                bucket="current", restates=True,
            )  # fmt: skip
            ledger.post(event).or_raise()
            assert "level" not in said(ledger.build_month(DEAL, NEXT_DUE), "collection_received")


def test_a_loan_whose_boarding_is_voided_later_is_not_built(ledger: Ledger) -> None:
    toy_deal(ledger, rules=2)
    # It stood on the books when the month began, and nothing says any more what it owes.
    ledger.reverse(TOY, "board/one-1", effective_date=due_date(1), reason="boarded twice").or_raise()
    [left] = [item for item in ledger.build_month(TOY, due_date(1)).unbuilt if item.loan == "one-1"]
    assert "reversed" in left.why


def test_the_value_of_a_property_is_known_where_the_tape_says_both() -> None:
    assert value_of(loan("1")) == 2_500_000_000
    assert value_of(loan("2", loan_to_value=None)) is None
    assert value_of(None) is None


def test_what_was_owed_before_it_is_the_same_from_the_last_closing_and_from_the_whole_life() -> None:
    derived = DelinquencyTerms(source=DelinquencySource.WHAT_IS_OWED)
    with noted(delinquency=derived) as ledger:
        principal, interest, _ = said(ledger.build_month(DEAL, DUE), "scheduled_payment_due")["level"]
        ledger.post(missed("level", str(principal), str(interest))).or_raise()
        close(ledger, DUE, PAID)
        held = ledger.build_month(DEAL, NEXT_DUE)
        assert "level" in said(held, "instalment_reported_delinquent")
        whole = ledger.without_snapshots().build_month(DEAL, NEXT_DUE)
        assert (held.said, held.groups) == (whole.said, whole.groups)
        # The cheque came all the same: what the closing holds is of no use any more.
        came = CollectionReceived(
            event_id="late", deal=DEAL, effective_date="2024-02-20", loan="level", principal=principal,
            interest=interest, due_date=DUE, timing="late, advanced",
        )  # fmt: skip
        ledger.post(came).or_raise()
        again = ledger.build_month(DEAL, NEXT_DUE)
        assert (again.said, again.groups) == (
            ledger.without_snapshots().build_month(DEAL, NEXT_DUE).said,
            again.groups,
        )


def test_what_several_selections_hold_is_read_once_and_the_first_of_it() -> None:
    with noted() as ledger:
        ledger.post_month(DEAL, DUE).or_raise()
        boarded, of_fixed = Selector(types=("loan_boarded",)), Selector(group="fixed")
        known = ledger.head(DEAL).sequence
        whole = ledger.selected(DEAL, [boarded, of_fixed, boarded], known_through=known)
        fixed = {item.sequence for item in ledger.events(DEAL, group="fixed")}
        wanted = [item for item in ledger.events(DEAL) if item.sequence in fixed or item.event.name == "loan_boarded"]
        assert whole == wanted
        assert ledger.selected(DEAL, [of_fixed, boarded], known_through=known, limit=3) == wanted[:3]
        assert ledger.selected(DEAL, [boarded], known_through=known, after=wanted[0].sequence, limit=2) == wanted[1:3]
        assert ledger.selected(DEAL, [], known_through=known) == []
