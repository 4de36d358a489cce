"""One event against the state of its deal: rates, corrections and terms that are refused, by event, field and rule."""

from __future__ import annotations

import attrs
import pytest

from ledger import (
    BondClassIssued,
    DealOpened,
    Event,
    IndexRateSet,
    Ledger,
    LoanBoarded,
    LoanRateChanged,
    OverpaymentReceived,
    PaymentReturned,
    PeriodClosed,
    PoolCharacteristicsReported,
    Receipt,
    Refusal,
    ServicingFeeEarned,
    TermsAmended,
    UnappliedFundsReceived,
    UnknownDeal,
)
from tests.deals.closing import land
from tests.deals.refusals import (
    PAID,
    Case,
    D,
    advance,
    correction,
    curtailment,
    late,
    one,
    payoff,
    recovery,
    refuse,
    reversal,
)
from tests.deals.toy import CLOSING, CUT_OFF, TOY, amended, payment_date, toy_terms

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

CASES = [*RATES, *CORRECTIONS, *TERMS]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_the_batch_is_refused_and_nothing_changes(toy: Ledger, case: Case) -> None:
    for event in case.first:
        land(toy, event)
    refuse(toy, case.batch, case.expected)


def test_every_case_has_a_name_of_its_own() -> None:
    assert len({case.name for case in CASES}) == len(CASES)


def test_reading_an_unknown_deal_names_those_there_are(toy: Ledger) -> None:
    with pytest.raises(UnknownDeal, match="no deal 'nowhere'; this ledger holds: toy"):
        toy.head("nowhere")


def test_a_rate_in_per_cent_is_told_how_to_write_it(toy: Ledger) -> None:
    refusal = toy.post(LoanRateChanged(event_id="bad", loan="one-1", note_rate="12.5", **D))
    assert isinstance(refusal, Refusal)
    assert "12.5 is not a fraction from 0 to 1; give 1.81% as 0.0181" in refusal.violations[0].message
    assert toy.post(LoanRateChanged(event_id="good", loan="one-1", note_rate="1", **D)).accepted


def test_amended_terms_must_keep_an_issued_class(toy: Ledger) -> None:
    terms = toy_terms()
    fewer = attrs.evolve(terms, classes=tuple(c for c in terms.classes if c.class_id != "B"), waterfall=())
    event = TermsAmended(event_id="bad", deal=TOY, effective_date=CLOSING, terms=fewer)
    refuse(toy, [event], (("bad", "terms.classes", "class_missing"),))


def test_an_amendment_of_nothing_but_the_title_is_accepted(toy: Ledger) -> None:
    assert isinstance(toy.post(amended()), Receipt)


@pytest.mark.parametrize(
    "event",
    [
        UnappliedFundsReceived(event_id="bad", loan="one-1", amount="1.00", **D),
        OverpaymentReceived(event_id="bad", loan="one-1", amount="1.00", **D),
        ServicingFeeEarned(event_id="bad", group="one", amount="1.00", **D),
        PaymentReturned(event_id="bad", loan="one-1", principal="0", interest="1.00", due_date="2021-01-01", **D),
    ],
    ids=lambda event: event.name,
)
def test_what_only_the_second_rules_report_is_refused_under_the_first(toy: Ledger, event: Event) -> None:
    refuse(toy, [event], (("bad", "$type", "needs_rules"),))


def test_interest_of_a_payoff_needs_the_second_rules(toy: Ledger) -> None:
    bringing = attrs.evolve(payoff(), interest="12.34")
    refuse(toy, [bringing], (("bad", "interest", "needs_rules"),))
    terms = attrs.evolve(toy_terms(), rules=2)
    toy.post(TermsAmended(event_id="amended", deal=TOY, effective_date=CLOSING, terms=terms)).or_raise()
    toy.post(bringing).or_raise()
