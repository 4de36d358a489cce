"""A batch is posted whole or not at all: every violation is named, in order, and a repeat is told from a conflict."""

from __future__ import annotations

import datetime as dt

import pytest

from ledger import Event, InstalmentReportedDelinquent, Ledger, LoanBoarded, Receipt
from tests.deals.refusals import D, curtailment, payoff, refuse
from tests.deals.toy import TOY, toy_deal


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


@pytest.mark.parametrize("expected", [0, 12, 14, 10**9])
def test_a_stale_expected_sequence_is_refused(toy: Ledger, expected: int) -> None:
    batch = [curtailment("bad")]
    refuse(toy, batch, (("bad", "expected_sequence", "stale_sequence"),), expected_sequence=expected)
    assert isinstance(toy.post_many(batch, expected_sequence=13), Receipt)


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
