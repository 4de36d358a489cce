"""Histories to be verified, and the faults that are found in them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ledger import CurtailmentCollected, Fault, Head, LateEvents, Ledger, TermsAmended
from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL
from replay.evidence.verify import verify
from tests.deals.toy import CLOSING, TOY, month_events, payment_date, prior_month, toy_deal, toy_month, toy_terms


def faults_of(path: Path, head: Head | None = None, deal: str = DEAL) -> list[Fault]:
    """Return what is found wrong with a ledger, but for the guards that a test has taken off to damage it."""
    with Ledger.open(path) as ledger:
        return [fault for fault in verify(ledger, deal, head=head).faults if fault.code != "other_schema"]


def a_history_with_everything(ledger: Ledger) -> None:
    toy_deal(ledger, late_events=LateEvents.NEXT_DISTRIBUTION)
    terms = toy_terms(late_events=LateEvents.NEXT_DISTRIBUTION, title="Toy Trust, Amended")
    ledger.post(TermsAmended(event_id="amended", deal=TOY, effective_date=CLOSING, terms=terms)).or_raise()
    for ordinal in (1, 2):
        toy_month(ledger, ordinal)
    ledger.post_many(month_events(3, curtailment="500.00")).or_raise()
    on = prior_month(3, 20)
    ledger.post(
        CurtailmentCollected(event_id="late", deal=TOY, effective_date=prior_month(2, 9), loan="one-2", amount="7.00")
    ).or_raise()
    ledger.reverse(TOY, "3/curtailment", effective_date=on, reason="returned").or_raise()
    better = CurtailmentCollected(event_id="better", deal=TOY, effective_date=on, loan="one-2", amount="6.00")
    ledger.correct("late", better, effective_date=on, reason="6.00, not 7.00").or_raise()
    ledger.close_period(TOY, payment_date(3)).or_raise()
    ledger.distribute(TOY, payment_date(3)).or_raise()


def codes(faults: Sequence[Fault]) -> set[tuple[int, str]]:
    return {(fault.sequence, fault.code) for fault in faults}
