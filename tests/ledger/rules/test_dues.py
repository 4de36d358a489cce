"""A loan owes one instalment on a date: the same one under another id is refused, whichever way it is posted."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ledger import Event, Ledger, ScheduledPaymentDue
from tests.deals.refusals import refuse
from tests.deals.tables import due as due_table
from tests.deals.toy import LOANS, TOY, due_date, month_events, toy_deal, toy_month

DUE = due_date(1)


def due(event_id: str, loan: str | None = "one-1", day: dt.date = DUE, **more: Any) -> Event:
    """Return an instalment of the toy deal."""
    fields = {"principal": "100.00", "interest": "1000.00", **more}
    return ScheduledPaymentDue(event_id=event_id, deal=TOY, effective_date=day, loan=loan, **fields)


AGAIN = (("again", "effective_date", "already_due"),)


def test_a_second_instalment_of_a_loan_and_date_is_refused(second_toy: Ledger) -> None:
    second_toy.post(due("first")).or_raise()
    refuse(second_toy, [due("again")], AGAIN)
    refuse(second_toy, [due("again", principal="0.00", interest="0.00")], AGAIN)
    refuse(Ledger(second_toy._store), [due("again")], AGAIN)
    second_toy.post_many([due("other loan", "one-2"), due("other day", day=dt.date(2020, 12, 20))]).or_raise()


def test_both_in_one_batch_are_refused(second_toy: Ledger) -> None:
    refuse(second_toy, [due("first"), due("again")], AGAIN)


def test_a_group_may_post_several(second_toy: Ledger) -> None:
    second_toy.post_many([due("a", None, group="one"), due("b", None, group="one")]).or_raise()


def test_under_the_first_rules_it_is_added(toy: Ledger) -> None:
    toy.post_many([due("first"), due("again")]).or_raise()
    toy.post(due("once more")).or_raise()


@pytest.mark.parametrize("anew", [False, True], ids=["state kept", "state read anew"])
def test_an_instalment_that_was_reversed_may_be_posted_again(second_toy: Ledger, *, anew: bool) -> None:
    """Also when the reversal is dated later than the instalment, and when neither moved an amount."""
    second_toy.post(due("first", principal="0.00", interest="0.00")).or_raise()
    second_toy.reverse(TOY, "first", effective_date=dt.date(2021, 1, 1), reason="a test").or_raise()
    writer = Ledger(second_toy._store) if anew else second_toy
    writer.post(due("second")).or_raise()
    refuse(writer, [due("again")], AGAIN)
    writer = Ledger(second_toy._store) if anew else second_toy
    writer.correct("second", due("third"), effective_date=dt.date(2021, 1, 1), reason="a test").or_raise()
    refuse(writer, [due("again")], AGAIN)


def test_a_closed_month_is_looked_up(ledger: Ledger) -> None:
    toy_deal(ledger, rules=2)
    toy_month(ledger, 1)
    refuse(ledger, [due("again", restates=True)], AGAIN)
    ledger.reverse(TOY, "1/due/one-1", effective_date=due_date(1), reason="a test", restates=True).or_raise()
    ledger.post(due("right", restates=True)).or_raise()


@pytest.mark.parametrize("first", ["table", "events"])
def test_tables_are_held_to_it(second_toy: Ledger, first: str) -> None:
    if first == "table":
        second_toy.post_table(TOY, [("scheduled_payment_due", due_table())]).or_raise()
    else:
        second_toy.post_many(month_events(1)).or_raise()
    again = due_table(event_id=[f"again/{loan}" for loan in LOANS])
    outcome = second_toy.post_table(TOY, [("scheduled_payment_due", again)])
    assert {violation.code for violation in getattr(outcome, "violations", ())} == {"already_due"}
    twice = due_table(event_id=[f"x/{n}" for n in range(10)], loan=["one-1"] * 10, effective_date=[due_date(2)] * 10)
    outcome = second_toy.post_table(TOY, [("scheduled_payment_due", twice)])
    assert [violation.code for violation in getattr(outcome, "violations", ())] == ["already_due"] * 9


def test_a_new_month_reads_nothing_of_it(second_toy: Ledger) -> None:
    """Only where instalments of the distribution stand already are they read."""
    toy_month(second_toy, 1)
    fresh = Ledger(second_toy._store)
    fresh.post_many(month_events(2)).or_raise()
    counted: list[str] = []
    with fresh._store.appending(TOY) as writer:
        kind = type(writer)
    original = kind.month_rows

    def counting(self: Any, *args: Any, **bounds: Any) -> Any:
        counted.append("read")
        return original(self, *args, **bounds)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kind, "month_rows", counting)
        fresh.post(due("3", day=due_date(3))).or_raise()
        assert counted == []
        Ledger(second_toy._store).post(due("2", day=dt.date(2021, 1, 20))).or_raise()
        assert counted == ["read"]
