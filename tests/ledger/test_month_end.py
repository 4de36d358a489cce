"""What the end of a month decides is written behind the log that it was decided on, or decided anew."""

from __future__ import annotations

import datetime as dt

from ledger import Ledger, Receipt, Refusal, Violation
from ledger.month_end import MonthEnd, closing_event, decided_on_its_head, nobody_answers
from tests.deals.pair import DEAL, FEBRUARY, month, pair_deal

STALE = Refusal(deal=DEAL, violations=(Violation("e", "", "stale_sequence", "the log went on"),))
OTHER = Refusal(deal=DEAL, violations=(Violation("e", "", "not_closed", "open"),))


def test_what_the_log_overtook_is_decided_anew_a_few_times() -> None:
    tried: list[int] = []

    def overtaken() -> Refusal:
        tried.append(1)
        return STALE

    assert decided_on_its_head(overtaken) is STALE
    assert len(tried) == 5
    tried.clear()
    assert decided_on_its_head(overtaken, again=False) is STALE
    assert len(tried) == 1


def test_another_refusal_is_the_answer() -> None:
    answers: list[Receipt | Refusal] = [STALE, OTHER, STALE]
    assert decided_on_its_head(lambda: answers.pop(0)) is OTHER
    assert answers == [STALE]


def test_a_closing_that_is_proposed_fixes_the_figures_and_writes_nothing(ledger: Ledger) -> None:
    pair_deal(ledger).post_many(month(2)).or_raise()
    before = ledger.head(DEAL)
    store = ledger._store
    proposed = MonthEnd(store, snapshots=True).proposed(closing_event(DEAL, FEBRUARY, {"code": "why"}, "Ada"))
    assert proposed.report_digest == ledger.distribution(DEAL, FEBRUARY).digest
    assert [(item.code, item.reason, item.who) for item in proposed.acknowledgements] == [("code", "why", "Ada")]
    assert ledger.head(DEAL) == before


def test_an_acknowledgement_that_nobody_answers_for_names_the_field() -> None:
    found = nobody_answers(closing_event(DEAL, dt.date(2021, 2, 25), None, ""))
    assert (found.field, found.code) == ("acknowledgements", "nobody_answers")
