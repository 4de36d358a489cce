"""No more leaves the pre-funding account, or the capitalized interest account, than was deposited by then."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ledger import (
    CapitalizedInterestDeposited,
    CapitalizedInterestWithdrawn,
    EventCorrected,
    EventReversed,
    Ledger,
    PrefundingDeposited,
    PrefundingWithdrawn,
)
from ledger.journal.accounts import CAPITALIZED_INTEREST_ACCOUNT, PREFUNDING_ACCOUNT
from ledger.journal.postings import LEGS
from ledger.rules.set_aside import SET_ASIDE_TYPES
from tests.deals.pair import CUT_OFF, DEAL, FEBRUARY, month, on, pair_deal, pair_terms, settle
from tests.deals.refusals import Case, one, refuse

EARLY, LATER = dt.date(2024, 2, 10), dt.date(2024, 2, 20)


def deposit(event_id: str = "put", amount: str = "100.00", day: dt.date = CUT_OFF, **more: Any) -> PrefundingDeposited:
    return PrefundingDeposited(event_id=event_id, amount=amount, **on(day), **more)


def withdrawal(event_id: str = "bad", spent: str = "0.00", day: dt.date = EARLY, **more: Any) -> PrefundingWithdrawn:
    return PrefundingWithdrawn(event_id=event_id, spent_on_loans=spent, **on(day), **more)


def saved(amount: str = "100.00", day: dt.date = CUT_OFF) -> CapitalizedInterestDeposited:
    return CapitalizedInterestDeposited(event_id="saved", amount=amount, **on(day))


def drawn(
    event_id: str = "bad", amount: str = "0.00", day: dt.date = EARLY, **more: Any
) -> CapitalizedInterestWithdrawn:
    return CapitalizedInterestWithdrawn(event_id=event_id, drawn=amount, **on(day), **more)


def voided(target: str, day: dt.date = LATER, **more: Any) -> EventReversed:
    return EventReversed(event_id="bad", reverses=target, reason="a test", **on(day), **more)


def corrected(target: str, by: str, day: dt.date = LATER, **more: Any) -> EventCorrected:
    return EventCorrected(event_id="corrected", corrects=target, replaced_by=by, reason="a test", **on(day), **more)


REFUSED = [
    one("more is spent than was deposited", withdrawal(spent="100.01"), "spent_on_loans", "above_deposited", deposit()),
    one("nothing was deposited", withdrawal(spent="0.01"), "spent_on_loans", "above_deposited"),
    one("more comes back as principal", withdrawal(paid_as_principal="60.00"), "paid_as_principal", "above_deposited",
        deposit(), withdrawal("spent", "50.00")),
    one("before it is deposited", withdrawal(spent="10.00"), "spent_on_loans", "above_deposited", deposit(day=LATER)),
    one("earlier than what was left", withdrawal(spent="10.00"), "spent_on_loans", "above_deposited",
        deposit(), withdrawal("spent", "95.00", LATER)),
    one("more is drawn", drawn(amount="100.01"), "drawn", "above_deposited", saved()),
    one("more is released", drawn(released="60.00"), "released", "above_deposited", saved(), drawn("first", "50.00")),
    one("the other account holds it", drawn(amount="1.00"), "drawn", "above_deposited", deposit()),
    one("the deposit is taken back", voided("put"), "reverses", "above_deposited",
        deposit(), withdrawal("spent", "50.00")),
    Case("both in one batch", [deposit()], [withdrawal("one", "60.00"), withdrawal("two", "60.00", LATER)],
         (("two", "spent_on_loans", "above_deposited"),)),
    Case("of both accounts", [deposit(), saved()], [withdrawal("one", "100.01"), drawn("two", "100.01")],
         (("one", "spent_on_loans", "above_deposited"), ("two", "drawn", "above_deposited"))),
    Case("the deposit is corrected below what was spent", [deposit(), withdrawal("spent", "50.00")],
         [corrected("put", "less"), deposit("less", "49.99")], (("corrected", "corrects", "above_deposited"),)),
    Case("a withdrawal is corrected to more than was deposited", [deposit(), withdrawal("spent", "50.00")],
         [corrected("spent", "more"), withdrawal("more", "100.01")], (("more", "spent_on_loans", "above_deposited"),)),
]  # fmt: skip


@pytest.mark.parametrize("case", REFUSED, ids=[case.name for case in REFUSED])
@pytest.mark.parametrize("anew", [False, True], ids=["state kept", "state read anew"])
@pytest.mark.parametrize("rules", [1, 2, 3])
def test_what_was_not_deposited_does_not_leave(ledger: Ledger, case: Case, rules: int, *, anew: bool) -> None:
    pair = pair_deal(ledger, pair_terms(rules=rules))
    for event in case.first:
        pair.post(event).or_raise()
    refuse(Ledger(pair._store) if anew else pair, case.batch, case.expected)


def test_all_of_it_may_leave_and_come_back(ledger: Ledger) -> None:
    pair = pair_deal(ledger)
    pair.post_many(
        [withdrawal("spent", "60.00", interest="5.00"), deposit(), saved(), drawn("drawn", "100.00")]
    ).or_raise()
    pair.post(withdrawal("rest", day=LATER, paid_as_principal="40.00")).or_raise()
    pair.reverse(DEAL, "rest", effective_date=LATER, reason="a test").or_raise()
    pair.post(withdrawal("again", day=LATER, paid_as_principal="40.00")).or_raise()


def test_a_corrected_amount_never_left_twice(ledger: Ledger) -> None:
    """100 are deposited and 60 spent on the 10th; on the 20th that is corrected to 90, as of the 10th."""
    pair = pair_deal(ledger)
    pair.post_many([deposit(), withdrawal("spent", "60.00")]).or_raise()
    pair.post_many([corrected("spent", "more"), withdrawal("more", "90.00")]).or_raise()
    refuse(pair, [withdrawal(spent="10.01")], (("bad", "spent_on_loans", "above_deposited"),))
    refuse(Ledger(pair._store), [withdrawal(spent="10.01")], (("bad", "spent_on_loans", "above_deposited"),))


def test_a_restatement_of_a_closed_month_is_held_to_it_too(ledger: Ledger) -> None:
    pair = pair_deal(ledger)
    pair.post_many([deposit(), withdrawal("spent", "60.00", LATER), *month(2)]).or_raise()
    settle(pair, FEBRUARY)
    late = withdrawal(day=EARLY, paid_as_principal="40.01", restates=True)
    refuse(pair, [late], (("bad", "paid_as_principal", "above_deposited"),))
    refuse(pair, [voided("put", LATER, restates=True)], (("bad", "reverses", "above_deposited"),))
    pair.post(withdrawal("rest", day=EARLY, paid_as_principal="40.00", restates=True)).or_raise()


def test_another_writer_saw_what_was_spent_meanwhile(tmp_path: Any) -> None:
    with Ledger.create(tmp_path / "pair.db") as one_writer:
        pair_deal(one_writer).post_many([deposit(), withdrawal("spent", "10.00")]).or_raise()
        with Ledger.open(tmp_path / "pair.db") as other:
            other.post(withdrawal("more", "80.00")).or_raise()
        refuse(one_writer, [withdrawal(spent="10.01")], (("bad", "spent_on_loans", "above_deposited"),))
        one_writer.post(withdrawal("last", "10.00")).or_raise()


def test_every_type_that_moves_such_an_account_is_held_to_it() -> None:
    accounts = {PREFUNDING_ACCOUNT, CAPITALIZED_INTEREST_ACCOUNT}
    moving = {name for name, legs in LEGS.items() if any(leg.account in accounts for leg in legs)}
    assert moving == set(SET_ASIDE_TYPES)
