"""What the ledger refuses: each case names the event, the field and the rule, and leaves everything as it was.

The refusals are a table. A case is the events that come first (and land), the batch that must not, and every violation
expected of it as (event id, field, code).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple

import attrs
import pytest

from ledger import (
    AdvanceDeclaredNonrecoverable,
    AdvanceMade,
    AdvanceRecovered,
    AmountBroughtForward,
    BondClassIssued,
    BondInterestPaid,
    BondLossAllocated,
    BondPrincipalPaid,
    ClassRateReported,
    CollectionAccountRemitted,
    CollectionReceived,
    CompensatingInterestPaid,
    CurtailmentCollected,
    Dated,
    DealOpened,
    DerivativePaymentMade,
    DerivativePaymentReceived,
    Event,
    EventCorrected,
    EventReversed,
    FeeCharged,
    IndexRateSet,
    InstalmentReportedDelinquent,
    LateEvents,
    Ledger,
    LoanBoarded,
    LoanRateChanged,
    LoanRepurchased,
    PayoffCollected,
    PeriodClosed,
    PoolBalanceBroughtForward,
    PoolCharacteristicsReported,
    PostingRefused,
    Receipt,
    Refusal,
    ScheduledPaymentDue,
    TermsAmended,
    UnknownDeal,
)
from ledger.events.registry import REGISTRY
from tests.deals.toy import (
    CLOSING,
    CUT_OFF,
    TOY,
    amended,
    month_events,
    payment_date,
    toy_deal,
    toy_month,
    toy_terms,
)

DECEMBER = dt.date(2020, 12, 20)
"""Inside the first prepayment period."""
D: Dated = {"deal": TOY, "effective_date": DECEMBER}
PAID: Dated = {"deal": TOY, "effective_date": payment_date(1)}

Expected = tuple[tuple[str, str, str], ...]


class Case(NamedTuple):
    """One refusal: its name, what lands first, what must not land, and the violations in order."""

    name: str
    first: Sequence[Event]
    batch: Sequence[Event]
    expected: Expected


def payoff(
    event_id: str = "bad", loan: str | None = "one-1", amount: str = "100000.00", **more: Any
) -> PayoffCollected:
    """Return the payoff of a loan of the toy deal."""
    return PayoffCollected(**{"event_id": event_id, "loan": loan, "amount": amount, "note_rate": "0.12", **D, **more})


def curtailment(event_id: str = "bad", amount: str = "10.00", **more: Any) -> CurtailmentCollected:
    """Return a payment ahead of schedule."""
    return CurtailmentCollected(**{"event_id": event_id, "loan": "one-1", "amount": amount, **D, **more})


def reversal(of: str, event_id: str = "bad", **more: Any) -> EventReversed:
    """Return the reversal of an event."""
    return EventReversed(**{"event_id": event_id, "reverses": of, "reason": "test", **D, **more})


def correction(of: str, by: str, event_id: str = "bad", **more: Any) -> EventCorrected:
    """Return the correction of an event."""
    return EventCorrected(**{"event_id": event_id, "corrects": of, "replaced_by": by, "reason": "test", **D, **more})


def advance(event_id: str = "advanced", **more: Any) -> AdvanceMade:
    """Return an advance of 10 principal, 5 interest and 3 of servicing costs on a loan."""
    amounts = {"principal": "10.00", "interest": "5.00", "servicing_advance": "3.00"}
    return AdvanceMade(**{"event_id": event_id, "loan": "one-1", **amounts, **D, **more})


def recovery(principal: str, interest: str, servicing: str = "0.00", **more: Any) -> AdvanceRecovered:
    """Return the recovery of an advance."""
    amounts = {"principal": principal, "interest": interest, "servicing_advance": servicing}
    return AdvanceRecovered(**{"event_id": "bad", "loan": "one-1", **amounts, **D, **more})


def late(event_id: str = "late", amount: str = "20.00", **more: Any) -> CollectionReceived:
    """Return a late collection, which an advance may be recovered out of."""
    amounts = {"principal": amount, "interest": "0.00", "timing": "late, advanced"}
    return CollectionReceived(**{"event_id": event_id, "loan": "one-1", **amounts, **D, **more})


def one(name: str, event: Event, field: str, code: str, *first: Event) -> Case:
    """Return the case of a single event that breaks a single rule."""
    return Case(name, first, [event], ((event.event_id, field, code),))


UNKNOWN_NAMES = [
    one("unknown deal", curtailment(deal="nowhere"), "deal", "unknown_deal"),
    one("unknown group", curtailment(loan=None, group="three"), "group", "unknown_group"),
    one("group of another loan", curtailment(group="two"), "group", "wrong_group"),
    one("unknown class", BondInterestPaid(event_id="bad", class_id="Z", amount="1.00", **PAID), "class_id",
        "unknown_class"),
    one("class of an amount brought forward",
        AmountBroughtForward(event_id="bad", measure="interest paid", class_id="Z", amount="1.00", **D),
        "class_id", "unknown_class"),
    one("unknown loan", payoff(loan="one-99"), "loan", "unknown_loan"),
    Case("loan boarded after its payoff in the batch", [], [payoff(loan="late"), LoanBoarded(
         event_id="good", loan="late", group="one", balance="100000", note_rate="0.12", **D)],
         (("bad", "loan", "unknown_loan"),)),
    one("unknown fee", FeeCharged(event_id="bad", fee_id="bribe", amount="1.00", **PAID), "fee_id", "unknown_fee"),
    one("unknown contract, paid",
        DerivativePaymentMade(event_id="bad", contract="CAP-2", amount_due="1", amount_paid="1", **PAID),
        "contract", "unknown_contract"),
    one("unknown contract, received",
        DerivativePaymentReceived(event_id="bad", contract="CAP-2", amount_due="1", amount_paid="1", **PAID),
        "contract", "unknown_contract"),
    one("unknown index", IndexRateSet(event_id="bad", index="INDEX-6M", rate="0.05", **D), "index", "unknown_index"),
    one("rate of a class that is not reported", ClassRateReported(event_id="bad", class_id="B", rate="0.05", **D),
        "class_id", "rate_not_reported"),
    Case("two unknown names in one event", [], [curtailment(group="three", loan="one-99")],
         (("bad", "group", "unknown_group"), ("bad", "loan", "unknown_loan"))),
]  # fmt: skip

POOL_AMOUNTS = [
    one("payoff of a loan paid off already", payoff(), "loan", "already_paid_off", payoff("first")),
    Case("payoff twice in one batch", [], [payoff("first"), payoff()], (("bad", "loan", "already_paid_off"),)),
    one("repurchase of a loan paid off already", LoanRepurchased(event_id="bad", loan="one-1", balance="0.00", **D),
        "loan", "not_in_pool", payoff("first")),
    one("payoff above the balance", payoff(amount="100000.01"), "amount", "above_balance"),
    one("payoff below the balance", payoff(amount="99999.99"), "amount", "not_the_balance"),
    one("payoff of what a curtailment left, above it", payoff(amount="100000.00"), "amount", "above_balance",
        curtailment("first")),
    one("payoff of a group above its balance", payoff(loan=None, group="one", amount="600000.01"), "amount",
        "above_balance"),
    one("more loans than the group has", payoff(loan=None, group="one", loan_count=7), "loan_count", "above_count"),
    one("curtailment above the balance", curtailment(amount="100000.01"), "amount", "above_balance"),
    one("scheduled principal above the balance",
        ScheduledPaymentDue(event_id="bad", loan="one-1", principal="100000.0001", interest="0", **D),
        "principal", "above_balance"),
    one("note rate of a payoff", payoff(note_rate="0.11"), "note_rate", "not_the_note_rate"),
    one("note rate of a curtailment", curtailment(note_rate="0.1200000001"), "note_rate", "not_the_note_rate"),
    one("note rate before the reset", payoff(), "note_rate", "not_the_note_rate",
        LoanRateChanged(event_id="reset", loan="one-1", note_rate="0.125", **D)),
    one("loan in the pool already",
        LoanBoarded(event_id="bad", loan="one-1", group="one", balance="1.00", note_rate="0.12", **D),
        "loan", "already_boarded"),
    one("more loans than a loan stands for", payoff(loan_count=2), "loan_count", "above_count"),
    one("more loans repurchased than a loan stands for",
        LoanRepurchased(event_id="bad", loan="one-1", balance="100000.00", loan_count=2, **D), "loan_count",
        "above_count"),
    one("more loans than were boarded as one",
        payoff(loan="pair", amount="100.00", loan_count=3), "loan_count", "above_count",
        LoanBoarded(event_id="pair", loan="pair", group="one", balance="100.00", loan_count=2, note_rate="0.12", **D)),
    one("payoff of a loan that its group has paid off already", payoff(), "amount", "above_balance",
        payoff("first", loan=None, group="one", amount="500000.01", loan_count=1)),
    one("payoff of a loan after the last loan of its group", payoff(), "loan_count", "above_count",
        payoff("first", loan=None, group="one", amount="100000.00", loan_count=6)),
    one("curtailment of a loan whose group has no balance left", curtailment(), "amount", "above_balance",
        payoff("first", loan=None, group="one", amount="599990.01", loan_count=6)),
    one("repurchase of a loan whose group has no balance left",
        LoanRepurchased(event_id="bad", loan="one-1", balance="100000.00", **D), "balance", "above_balance",
        payoff("first", loan=None, group="one", amount="500000.01", loan_count=1)),
    Case("a group and its loan in one batch", [],
         [payoff("good", loan=None, group="one", amount="500000.01", loan_count=1), payoff()],
         (("bad", "amount", "above_balance"),)),
    one("reversal that would take a group below zero", reversal("board/one-1"), "reverses", "above_balance",
        payoff("first", loan=None, group="one", amount="500000.01", loan_count=1)),
]  # fmt: skip

RATES = [
    one("note rate of a new loan in per cent",
        LoanBoarded(event_id="bad", loan="new", group="one", balance="1.00", note_rate="7", **D), "note_rate",
        "out_of_range"),
    one("servicing rate of a new loan in per cent",
        LoanBoarded(event_id="bad", loan="new", group="one", balance="1.00", note_rate="0.07", servicing_rate="1.01",
                    **D), "servicing_rate", "out_of_range"),
    one("margin of a new loan in per cent",
        LoanBoarded(event_id="bad", loan="new", group="one", balance="1.00", note_rate="0.07", margin="2.25", **D),
        "margin", "out_of_range"),
    one("note rate of a payoff in per cent", payoff(note_rate="12"), "note_rate", "out_of_range"),
    one("servicing rate of a payoff in per cent", payoff(servicing_rate="1.0000000001"), "servicing_rate",
        "out_of_range"),
    one("note rate of a curtailment in per cent", curtailment(note_rate="12"), "note_rate", "out_of_range"),
    one("reset in per cent", LoanRateChanged(event_id="bad", loan="one-1", note_rate="12.5", **D), "note_rate",
        "out_of_range"),
    one("index in per cent", IndexRateSet(event_id="bad", index="INDEX-1M", rate="1.81", **D), "rate", "out_of_range"),
    one("average coupon in per cent", PoolCharacteristicsReported(event_id="bad", group="one", coupon="7.25", **D),
        "coupon", "out_of_range"),
]  # fmt: skip

ADVANCES = [
    one("recovered without an advance", recovery("0.01", "0"), "principal", "above_advances", late()),
    one("recovered beyond what is outstanding", recovery("10.01", "5"), "principal", "above_advances", late(),
        advance()),
    one("interest and principal are advanced as one", recovery("0", "15.01"), "principal", "above_advances", late(),
        advance()),
    one("recovered twice", recovery("10", "5"), "principal", "above_advances", late(), advance(),
        recovery("10", "5", event_id="first")),
    one("recovered before it was made", recovery("1", "0", effective_date=dt.date(2020, 12, 19)), "principal",
        "above_advances", late(effective_date=dt.date(2020, 12, 18)), advance()),
    one("recovered out of nothing that the loan brought in", recovery("10", "5"), "principal", "not_justified",
        advance(), late(loan="one-2")),
    one("recovered beyond what the loan brought in", recovery("10", "5"), "principal", "not_justified", advance(),
        late(amount="14.99")),
    one("recovered from any funds without a declaration", recovery("10", "5", source="any funds"), "principal",
        "above_nonrecoverable", advance()),
    one("recovered from any funds beyond the declaration", recovery("4.01", "0", source="any funds"), "principal",
        "above_nonrecoverable", advance(),
        AdvanceDeclaredNonrecoverable(event_id="declared", loan="one-1", principal="4", interest="0", **D)),
    one("recovered from collections after the declaration", recovery("10", "5"), "principal", "above_advances",
        late(), advance(),
        AdvanceDeclaredNonrecoverable(event_id="declared", loan="one-1", principal="4", interest="0", **D)),
    one("declared beyond what is outstanding",
        AdvanceDeclaredNonrecoverable(event_id="bad", loan="one-1", principal="15.01", interest="0", **D),
        "principal", "above_advances", advance()),
    one("group advances recovered beyond what is outstanding", recovery("10.01", "5", loan=None, group="one"),
        "principal", "above_advances", late(), advance(loan=None, group="one")),
]  # fmt: skip

DATES = [
    one("before the cut-off date", curtailment(effective_date=CUT_OFF - dt.timedelta(days=1)), "effective_date",
        "outside_deal_life"),
    one("after the final payment", FeeCharged(event_id="bad", fee_id="pmi", amount="1", deal=TOY,
                                              effective_date=dt.date(2025, 12, 27)),
        "effective_date", "outside_deal_life"),
    one("deal opened before its cut-off",
        DealOpened(event_id="bad", deal="other", effective_date=dt.date(2020, 11, 30), terms=toy_terms()),
        "effective_date", "outside_deal_life"),
    one("close on a day without payment",
        PeriodClosed(event_id="bad", distribution_date="2021-01-26", report_digest="", **PAID),
        "distribution_date", "not_a_payment_date"),
    one("closed twice", PeriodClosed(event_id="bad", distribution_date=payment_date(1), report_digest="", **PAID),
        "distribution_date", "already_closed",
        PeriodClosed(event_id="first", distribution_date=payment_date(1), report_digest="", **PAID)),
    one("closed while a month after the last closing is open",
        PeriodClosed(event_id="bad", distribution_date=payment_date(4), report_digest="", deal=TOY,
                     effective_date=payment_date(4)),
        "distribution_date", "earlier_open",
        PeriodClosed(event_id="first", distribution_date=payment_date(1), report_digest="", **PAID)),
    one("first closing beyond a month that holds events",
        PeriodClosed(event_id="bad", distribution_date=payment_date(2), report_digest="", deal=TOY,
                     effective_date=payment_date(2)),
        "distribution_date", "earlier_open",
        InstalmentReportedDelinquent(event_id="first", loan="one-1", principal="1", interest="1", deal=TOY,
                                     effective_date=dt.date(2021, 1, 1))),
    Case("first closing beyond a month that the batch itself holds", [],
         [curtailment("good"), PeriodClosed(event_id="bad", distribution_date=payment_date(2), report_digest="",
                                            deal=TOY, effective_date=payment_date(2))],
         (("bad", "distribution_date", "earlier_open"),)),
    one("dated into a closed period", curtailment(), "effective_date", "period_closed",
        PeriodClosed(event_id="first", distribution_date=payment_date(1), report_digest="", **PAID)),
    one("dated before the last closed period", curtailment(), "effective_date", "period_closed",
        PeriodClosed(event_id="first", distribution_date=payment_date(2), report_digest="", deal=TOY,
                     effective_date=payment_date(2))),
    one("reversed into a closed period", reversal("first"), "effective_date", "period_closed", curtailment("first"),
        PeriodClosed(event_id="closed", distribution_date=payment_date(1), report_digest="", **PAID)),
]  # fmt: skip

CORRECTIONS = [
    one("reversal without a reason", reversal("first", reason=""), "reason", "missing", curtailment("first")),
    Case("correction without a reason", [curtailment("first")],
         [correction("first", "new", reason="  "), curtailment("new", amount="9.00")],
         (("bad", "reason", "missing"),)),
    one("reversal of nothing", reversal("ghost"), "reverses", "unknown_event"),
    one("reversal of itself", reversal("bad"), "reverses", "unknown_event"),
    one("correction of nothing", correction("ghost", "new"), "corrects", "unknown_event"),
    one("reversed already", reversal("first"), "reverses", "already_reversed", curtailment("first"),
        reversal("first", "second")),
    one("corrected after a reversal", correction("first", "new"), "corrects", "already_reversed",
        curtailment("first"), reversal("first", "second")),
    Case("reversed twice in one batch", [curtailment("first")], [reversal("first", "second"), reversal("first")],
         (("bad", "reverses", "already_reversed"),)),
    Case("posted and reversed twice in one batch", [], [curtailment("first"), reversal("first", "second"),
                                                         reversal("first")],
         (("bad", "reverses", "already_reversed"),)),
    Case("reversed before it is posted", [], [reversal("first"), curtailment("first")],
         (("bad", "reverses", "unknown_event"),)),
    one("opening", reversal(f"{TOY}/opened"), "reverses", "irreversible"),
    one("amendment", reversal("amended"), "reverses", "irreversible",
        TermsAmended(event_id="amended", deal=TOY, effective_date=CLOSING, terms=toy_terms(title="Other"))),
    one("closing", reversal("closed", restates=True), "reverses", "irreversible",
        PeriodClosed(event_id="closed", distribution_date=payment_date(1), report_digest="", **PAID)),
    one("reversal of a reversal", reversal("second"), "reverses", "irreversible", curtailment("first"),
        reversal("first", "second")),
    Case("correction without its replacement", [curtailment("first")], [correction("first", "new")],
         (("bad", "replaced_by", "unknown_event"),)),
    Case("correction that replaces itself", [curtailment("first")], [correction("first", "bad")],
         (("bad", "replaced_by", "unknown_event"),)),
    Case("reversal that would take a loan below zero", [curtailment("first")],
         [reversal("board/one-1", effective_date=CUT_OFF)],
         (("bad", "reverses", "above_balance"),)),
    Case("reversal of an advance that was recovered", [late("cash"), advance("advanced", principal="0", interest="0"),
                                                        recovery("0", "0", "3", event_id="recovered")],
         [reversal("advanced")], (("bad", "reverses", "above_advances"),)),
]  # fmt: skip

TERMS = [
    one("opened twice", DealOpened(event_id="bad", deal=TOY, effective_date=CLOSING, terms=toy_terms()), "deal",
        "already_open"),
    one("issued twice", BondClassIssued(event_id="bad", class_id="A", face="800000", **D), "class_id",
        "already_issued"),
    Case("issued at another face", [], [BondClassIssued(event_id="bad", class_id="A", face="800000.01", **D)],
         (("bad", "face", "not_the_terms"), ("bad", "class_id", "already_issued"))),
]  # fmt: skip

CASH = [
    Case("bonds paid without funds", [], [BondInterestPaid(event_id="bad", class_id="A", amount="0.01", **PAID)],
         (("bad", "amount", "above_funds_available"), ("bad", "effective_date", "account_below_zero"))),
    one("class paid above its balance", BondPrincipalPaid(event_id="bad", class_id="B", amount="150000.01", **PAID),
        "amount", "above_balance", payoff("one"), payoff("two", loan="one-2")),
    one("class written down below zero", BondLossAllocated(event_id="bad", class_id="B", amount="150000.01", **PAID),
        "amount", "above_balance"),
    one("cash out before it came in",
        FeeCharged(event_id="bad", fee_id="pmi", amount="10.00", deal=TOY, effective_date=dt.date(2021, 1, 10)),
        "effective_date", "account_below_zero",
        CompensatingInterestPaid(event_id="in", group="one", amount="10.00", deal=TOY,
                                 effective_date=dt.date(2021, 1, 20))),
    Case("cash of the next distribution does not pay this one",
         [curtailment("in", amount="10.00", effective_date=dt.date(2021, 1, 1))],
         [FeeCharged(event_id="bad", fee_id="pmi", amount="10.00", **PAID)],
         (("bad", "amount", "above_funds_available"),)),
    Case("the fee that empties the account twice", [curtailment("in", amount="10.00")],
         [FeeCharged(event_id="good", fee_id="pmi", amount="10.00", **PAID),
          FeeCharged(event_id="bad", fee_id="pmi", amount="0.01", **PAID)],
         (("bad", "amount", "above_funds_available"), ("bad", "effective_date", "account_below_zero"))),
    one("more remitted than the collection account holds",
        CollectionAccountRemitted(event_id="bad", amount="10.01", **PAID), "amount", "above_funds_available",
        curtailment("in", amount="10.00")),
]  # fmt: skip

CASES = [*UNKNOWN_NAMES, *POOL_AMOUNTS, *RATES, *ADVANCES, *DATES, *CORRECTIONS, *TERMS, *CASH]


def state_of(ledger: Ledger) -> list[tuple[str, int, bytes]]:
    """Return every deal with the end of its log."""
    return [(deal, *ledger.head(deal)) for deal in ledger.deals()]


def refuse(ledger: Ledger, batch: Sequence[Event], expected: Expected, **options: Any) -> Refusal:
    """Post what must be refused, and check the violations and that nothing changed."""
    before = state_of(ledger)
    outcome = ledger.post_many(batch, **options)
    assert isinstance(outcome, Refusal), "the batch was accepted"
    assert tuple((v.event_id, v.field, v.code) for v in outcome.violations) == expected
    assert all(len(v.message) > 15 for v in outcome.violations), "a message is a full sentence"
    assert not outcome
    assert state_of(ledger) == before
    return outcome


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_the_batch_is_refused_and_nothing_changes(toy: Ledger, case: Case) -> None:
    for event in case.first:
        toy.post(event).or_raise()
    refuse(toy, case.batch, case.expected)


def test_every_case_has_a_name_of_its_own() -> None:
    assert len({case.name for case in CASES}) == len(CASES)


def test_a_refused_batch_leaves_no_trace_in_what_is_decided_next(toy: Ledger) -> None:
    """The rules' state moves event by event; a refused batch must not leave its half behind."""
    refuse(toy, [payoff("good"), payoff("bad")], (("bad", "loan", "already_paid_off"),))
    assert isinstance(toy.post(payoff("good")), Receipt)


def test_a_dry_run_leaves_no_trace_in_what_is_decided_next(toy: Ledger) -> None:
    assert isinstance(toy.post(payoff("good"), dry_run=True), Receipt)
    assert isinstance(toy.post(payoff("good")), Receipt)


def test_one_bad_event_among_ten_thousand_keeps_all_of_them_out(toy: Ledger) -> None:
    batch: list[Event] = [curtailment(f"good/{n}", amount="0.01", loan=None, group="two") for n in range(10_000)]
    batch.insert(6_000, payoff("bad", loan="one-99"))
    refuse(toy, batch, (("bad", "loan", "unknown_loan"),))
    del batch[6_000]
    assert toy.post_many(batch).or_raise().sequence == toy.head(TOY).sequence


def test_every_bad_event_of_a_batch_is_named(toy: Ledger) -> None:
    batch = [curtailment(f"bad/{n}", loan=f"ghost-{n}") for n in range(30)]
    refuse(toy, batch, tuple((f"bad/{n}", "loan", "unknown_loan") for n in range(30)))


def test_an_empty_batch_is_refused(toy: Ledger) -> None:
    refuse(toy, [], (("", "", "empty_batch"),))


def test_a_batch_of_two_deals_is_refused(toy: Ledger) -> None:
    toy_deal(toy, "toy-2")
    refuse(toy, [curtailment("good"), curtailment("bad", deal="toy-2")], (("bad", "deal", "mixed_deals"),))


def test_reading_an_unknown_deal_names_those_there_are(toy: Ledger) -> None:
    with pytest.raises(UnknownDeal, match="no deal 'nowhere'; this ledger holds: toy"):
        toy.head("nowhere")


def test_or_raise_raises_what_was_refused(toy: Ledger) -> None:
    with pytest.raises(PostingRefused, match=r"bad\.loan: .*\[unknown_loan\]") as caught:
        toy.post(payoff(loan="one-99")).or_raise()
    assert [v.code for v in caught.value.violations] == ["unknown_loan"]


# A used event_id


def test_an_event_id_used_for_another_payload_names_the_fields_that_differ(toy: Ledger) -> None:
    toy.post(curtailment("bad", amount="10.00")).or_raise()
    again = curtailment("bad", amount="12.00", effective_date=dt.date(2020, 12, 21))
    refusal = refuse(toy, [again], (("bad", "event_id", "different_payload"),))
    message = refusal.violations[0].message
    assert "amount is '10.00' in the ledger, '12.00' here" in message
    assert "effective_date is '2020-12-20' in the ledger, '2020-12-21' here" in message
    assert "loan" not in message.partition(":")[2], "a field that agrees is not named"


def test_an_event_id_used_twice_in_a_batch_for_different_payloads_is_refused(toy: Ledger) -> None:
    refuse(toy, [curtailment("bad"), curtailment("bad", amount="1.00")], (("bad", "event_id", "different_payload"),))


def test_an_event_id_used_twice_in_a_batch_says_that_the_batch_holds_it(toy: Ledger) -> None:
    batch = [curtailment("bad"), curtailment("bad", amount="1.00")]
    [violation] = refuse(toy, batch, (("bad", "event_id", "different_payload"),)).violations
    assert "amount is '10.00' earlier in this batch, '1.00' here" in violation.message
    assert "ledger" not in violation.message


def test_a_deal_opened_again_on_other_terms_names_the_terms_that_differ(toy: Ledger) -> None:
    was = toy_terms()
    other = attrs.evolve(
        was,
        title="Other Trust",
        classes=(attrs.evolve(was.classes[0], cusip="123"), *was.classes[1:]),
        fees=was.fees[:1],
    )
    refusal = toy.open_deal(TOY, other)
    assert isinstance(refusal, Refusal)
    message = refusal.violations[0].message
    assert message.endswith(
        "terms.classes[0].cusip is '' in the ledger, '123' here; terms.fees has 2 entries in the ledger, 1 here; "
        "terms.title is 'Toy Trust' in the ledger, 'Other Trust' here"
    )
    assert len(message) < 300


def test_an_event_id_used_for_another_type_is_refused(toy: Ledger) -> None:
    refuse(toy, [payoff("board/one-1")], (("board/one-1", "event_id", "different_payload"),))


@pytest.mark.parametrize("expected", [0, 12, 14, 10**9])
def test_a_stale_expected_sequence_is_refused(toy: Ledger, expected: int) -> None:
    batch = [curtailment("bad")]
    refuse(toy, batch, (("bad", "expected_sequence", "stale_sequence"),), expected_sequence=expected)
    assert isinstance(toy.post_many(batch, expected_sequence=13), Receipt)


# Several loans as one, and rates


def test_several_loans_boarded_as_one_leave_as_they_came(toy: Ledger) -> None:
    toy.post(
        LoanBoarded(event_id="pair", loan="pair", group="one", balance="100.00", loan_count=2, note_rate="0.12", **D)
    ).or_raise()
    toy.post(payoff("gone", loan="pair", amount="100.00", loan_count=2)).or_raise()
    refuse(toy, [payoff(loan="pair", amount="0.00", loan_count=1)], (("bad", "loan", "already_paid_off"),))


def test_a_loan_inside_a_group_balance_leaves_once(ledger: Ledger) -> None:
    ledger.open_deal(TOY, toy_terms()).or_raise()
    board = LoanBoarded(event_id="board", loan="in", group="one", balance_in_group="100.00", loan_count=0,
                        note_rate="0.12", **PAID)  # fmt: skip
    forward = PoolBalanceBroughtForward(event_id="bf", group="one", balance="100.00", loan_count=1, **PAID)
    ledger.post_many([forward, board]).or_raise()
    on: Dated = {"deal": TOY, "effective_date": payment_date(1) + dt.timedelta(days=3)}
    refuse(ledger, [payoff(loan="in", amount="100.00", loan_count=2, **on)], (("bad", "loan_count", "above_count"),))
    ledger.post(payoff("gone", loan="in", amount="100.00", **on)).or_raise()


def test_a_rate_in_per_cent_is_told_how_to_write_it(toy: Ledger) -> None:
    refusal = toy.post(LoanRateChanged(event_id="bad", loan="one-1", note_rate="12.5", **D))
    assert isinstance(refusal, Refusal)
    assert "12.5 is not a fraction from 0 to 1; give 1.81% as 0.0181" in refusal.violations[0].message
    assert toy.post(LoanRateChanged(event_id="good", loan="one-1", note_rate="1", **D)).accepted


def test_every_rate_of_an_event_has_its_bound() -> None:
    found = {name: REGISTRY[name].rate_fields for name in REGISTRY if REGISTRY[name].rate_fields}
    for name, item in REGISTRY.items():
        rates = {field.name for field in attrs.fields(item.kind) if field.name.endswith("rate")} - {
            "monthly_default_rate"
        }
        if name != "class_rate_reported":
            assert rates <= set(found.get(name, ())), name
    assert "loan_to_value" not in found["loan_boarded"]
    # A class that bears interest on a small notional balance may bear any rate.
    assert "class_rate_reported" not in found


# Closed periods


def closed(ledger: Ledger, late_events: LateEvents = LateEvents.REFUSE) -> Ledger:
    """Return the ledger with the first month of the toy deal closed and paid."""
    toy_deal(ledger, late_events=late_events)
    toy_month(ledger, 1)
    return ledger


def test_a_late_event_that_says_it_restates_is_accepted_into_its_period(ledger: Ledger) -> None:
    closed(ledger).post(curtailment("late", restates=True)).or_raise()
    [recorded] = ledger.events(TOY, event_ids=["late"])
    assert recorded.distribution_date == payment_date(1)


def test_a_late_event_is_moved_to_the_next_distribution_where_the_terms_say_so(ledger: Ledger) -> None:
    closed(ledger, LateEvents.NEXT_DISTRIBUTION).post(curtailment("late")).or_raise()
    [recorded] = ledger.events(TOY, event_ids=["late"])
    assert recorded.distribution_date == payment_date(2)


def test_a_closed_and_paid_period_refuses_more_bond_payments(ledger: Ledger) -> None:
    event = BondInterestPaid(event_id="bad", class_id="A", amount="0.01", **PAID)
    violations = (("bad", "amount", "above_funds_available"), ("bad", "effective_date", "account_below_zero"))
    refuse(closed(ledger), [event], violations)


def test_a_late_event_in_the_middle_of_good_ones_keeps_all_of_them_out(ledger: Ledger) -> None:
    batch = [*month_events(2), curtailment("bad")]
    refuse(closed(ledger), batch, (("bad", "effective_date", "period_closed"),))


def test_a_closing_that_jumps_over_open_months_names_them(ledger: Ledger) -> None:
    closed(ledger)
    expected = {
        3: f"{payment_date(3)} cannot be closed while the distribution of {payment_date(2)} is open",
        12: f"{payment_date(7)} and 4 more are open",
    }
    for ordinal, part in expected.items():
        closing = PeriodClosed(event_id="bad", deal=TOY, effective_date=payment_date(ordinal), report_digest="",
                               distribution_date=payment_date(ordinal))  # fmt: skip
        refusal = refuse(ledger, [closing], (("bad", "distribution_date", "earlier_open"),))
        assert part in refusal.violations[0].message
        assert f"close that of {payment_date(2)} first" in refusal.violations[0].message


@pytest.mark.parametrize("ordinal", [1, 2, 6])
def test_a_deal_carried_in_mid_life_may_close_any_distribution_first(ledger: Ledger, ordinal: int) -> None:
    """What a deal carries with it belongs to an earlier payment date, and leaves nothing open there."""
    ledger.open_deal(TOY, toy_terms()).or_raise()
    prior = payment_date(ordinal - 1) if ordinal > 1 else CLOSING
    ledger.post_many(
        [
            PoolBalanceBroughtForward(event_id=f"bf/{group}", deal=TOY, effective_date=prior, group=group,
                                      balance="900000.00", loan_count=9)
            for group in ("one", "two")
        ]
    ).or_raise()  # fmt: skip
    closing = PeriodClosed(event_id="closed", deal=TOY, effective_date=payment_date(ordinal), report_digest="",
                           distribution_date=payment_date(ordinal))  # fmt: skip
    ledger.post(closing).or_raise()


# Amended terms


def test_amended_terms_must_keep_an_issued_class(toy: Ledger) -> None:
    terms = toy_terms()
    fewer = attrs.evolve(terms, classes=tuple(c for c in terms.classes if c.class_id != "B"), waterfall=())
    event = TermsAmended(event_id="bad", deal=TOY, effective_date=CLOSING, terms=fewer)
    refuse(toy, [event], (("bad", "terms.classes", "class_missing"),))


def test_a_fee_that_an_amendment_removes_is_unknown_from_then_on_in_the_batch(toy: Ledger) -> None:
    terms = attrs.evolve(toy_terms(), fees=())
    amendment = TermsAmended(event_id="amended", deal=TOY, effective_date=CLOSING, terms=terms)
    fee = FeeCharged(event_id="bad", fee_id="pmi", amount="1.00", **PAID)
    refuse(toy, [amendment, fee], (("bad", "fee_id", "unknown_fee"),))


def test_an_amendment_of_nothing_but_the_title_is_accepted(toy: Ledger) -> None:
    assert isinstance(toy.post(amended()), Receipt)


# What every refusal has in common


def test_violations_are_in_batch_order_and_carry_one_line_each(toy: Ledger) -> None:
    batch: list[Event] = [
        payoff("first", loan="ghost"),
        InstalmentReportedDelinquent(event_id="second", group="three", principal="1", interest="1", **D),
        curtailment("third", effective_date=dt.date(2020, 1, 1)),
        LoanBoarded(event_id="fourth", loan="one-1", group="one", balance="1", note_rate="0.1", **D),
    ]
    expected = (
        ("first", "loan", "unknown_loan"),
        ("second", "group", "unknown_group"),
        ("third", "effective_date", "outside_deal_life"),
        ("fourth", "loan", "already_boarded"),
    )
    refusal = refuse(toy, batch, expected)
    assert all("\n" not in str(violation) for violation in refusal.violations)
