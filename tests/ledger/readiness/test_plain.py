"""The quick way of the gate and the loan-by-loan way say the same, whatever is wrong with a month."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import patch

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import (
    CollectionReceived,
    CurtailmentCollected,
    Event,
    EventReversed,
    Ledger,
    LoanRateChanged,
    PayoffCollected,
    ScheduledPaymentDue,
    ServicingFeeWithheld,
)
from ledger.deal.schedule import schedule
from ledger.readiness import gathering, plain
from ledger.readiness.plain import Plain, units_of
from ledger.store.database.pool_queries import PoolQueries
from tests.draws import draws
from tests.ledger.readiness import instalment_cases, money_cases, pool_cases
from tests.ledger.readiness.cases import Case
from tests.ledger.readiness.scene import DEAL, Scene
from tests.ledger.readiness.small import DEAL as SMALL
from tests.ledger.readiness.small import DUE, LOANS, boarded, fee_of_group, missed, terms

CASES = [
    *instalment_cases.INSTALMENTS,
    *instalment_cases.NOTES,
    *money_cases.CASH,
    *money_cases.ADVANCES,
    *money_cases.ARREARS,
    *pool_cases.POOL,
    *pool_cases.BONDS,
]
NEXT = dt.date(2021, 2, 1)
STEPS = [-10_000, -101, -100, -99, -1, 1, 49, 50, 51, 99, 100, 101, 20_000]
"""How far an amount is off, in units of 0.0001 dollar: around a cent, which is 100 of them, and far."""


@contextmanager
def always() -> Iterator[list[Plain | None]]:
    """Let loans pass by however few there are; yield what is found to be plain."""
    seen: list[Plain | None] = []

    def noting(*asked: Any) -> Plain | None:
        seen.append(plain.plain_loans(*asked))
        return seen[-1]

    with patch.object(plain, "_GAINED", 0), patch.object(gathering, "plain_loans", noting):
        yield seen


def alike(ledger: Ledger, deal: str, paid_on: dt.date) -> int:
    """Hold the two ways to each other; return how many loans passed by."""
    with always() as seen:
        found = ledger.readiness(deal, paid_on).findings
    with patch.object(PoolQueries, "pool_columns", return_value=None):
        assert ledger.readiness(deal, paid_on).findings == found
    assert len(seen) == 1
    return 0 if seen[0] is None else seen[0].loans


def month(on: dt.date, loan: str, interest: str, *, fee: bool) -> list[Event]:
    """Return the month of a loan as it should be: an instalment, its payment, and its fee."""
    stamp: dict[str, Any] = {"deal": SMALL, "effective_date": on, "loan": loan}
    parts: dict[str, Any] = {"principal": "100.00", "interest": interest}
    events: list[Event] = [
        ScheduledPaymentDue(event_id=f"due/{loan}/{on}", **stamp, **parts),
        CollectionReceived(event_id=f"paid/{loan}/{on}", **stamp, **parts),
    ]
    if fee:
        remitted = stamp | {"effective_date": on.replace(day=20)}
        events.append(ServicingFeeWithheld(event_id=f"fee/{loan}/{on}", amount="20.83", **remitted))
    return events


@st.composite
def faulty(draw: st.DrawFn, events: list[Event], on: dt.date) -> list[Event]:
    """Return a month of a loan with something wrong or unusual in it."""
    at = draw(st.sampled_from(range(len(events))))
    event, others = events[at], [*events[:at], *events[at + 1 :]]
    loan = getattr(event, "loan", "")
    stamp: dict[str, Any] = {"deal": SMALL, "loan": loan, "effective_date": on}
    name = "amount" if isinstance(event, ServicingFeeWithheld) else draw(st.sampled_from(["principal", "interest"]))
    off = Decimal(draw(st.sampled_from(STEPS))).scaleb(-4)

    def apart(event: Event) -> Event:
        return attrs.evolve(event, **{name: getattr(event, name) + off})

    days = dt.timedelta(days=draw(st.sampled_from([1, 14, 15, 16, 30])))
    return draw(
        st.sampled_from(
            [
                others,
                [*others, apart(event)],
                [apart(item) if hasattr(item, name) else item for item in events],
                [*events, attrs.evolve(event, event_id=f"{event.event_id}/again")],
                [*others, attrs.evolve(event, effective_date=event.effective_date - days)],
                [*events, EventReversed(event_id=f"void/{event.event_id}", deal=SMALL, effective_date=on,
                                        reverses=event.event_id, reason="wrong")],
                [events[0], missed(loan, on)],
                [*events, CollectionReceived(event_id=f"late/{loan}/{on}", timing="late", principal="100.00",
                                             interest="500.00", due_date=DUE, **stamp)],
                [*events, CurtailmentCollected(event_id=f"ahead/{loan}/{on}", amount="50.00", **stamp)],
                [PayoffCollected(event_id=f"off/{loan}/{on}", amount="100000.00", note_rate="0.06", **stamp)],
                [*events, LoanRateChanged(event_id=f"rate/{loan}/{on}", note_rate="0.06125", **stamp)],
                [*events, LoanRateChanged(event_id=f"rate/{loan}/{on}", note_rate="0.06", servicing_rate="0.003",
                                          **stamp | {"effective_date": on - dt.timedelta(days=40)})],
            ]
        )
    )  # fmt: skip


BOARDED_WITH = st.fixed_dictionaries(
    {},
    optional={
        "payment": st.sampled_from(["600.00", "600.01", "600.0150", "600.02", "599.98", "90000.00"]),
        "servicing_rate": st.sampled_from(["0", "0.0025", "0.0026"]),
        "seasoning_months": st.none(),
        "remaining_term_months": st.none(),
        "interest_method": st.just("actual/365"),
        "balance": st.sampled_from(["100000.00", "0.01", "100001.00"]),
        "note_rate": st.sampled_from(["0.06", "0.060001", "0.061"]),
    },
)


@st.composite
def pools(draw: st.DrawFn) -> tuple[list[Event], list[list[list[Event]]]]:
    """Draw the boarding of ten loans, and batches of a month or two of them; most loans are as they should be."""
    odd = draw(st.sets(st.sampled_from(LOANS), max_size=3))
    tape = [attrs.evolve(event, **(draw(BOARDED_WITH) if event.loan in odd else {})) for event in boarded()]
    fee, months = draw(st.booleans()), list[list[list[Event]]]()
    for on, interest in ((DUE, "500.00"), (NEXT, "499.50"))[: draw(st.sampled_from([1, 2]))]:
        wrong = draw(st.sets(st.sampled_from(LOANS), max_size=3))
        whole = {loan: month(on, loan, interest, fee=fee) for loan in LOANS}
        right = [event for loan, held in whole.items() if loan not in wrong for event in held]
        right.extend([] if fee else [fee_of_group("208.33", on.replace(day=20))])
        months.append([right, *(draw(faulty(held, on)) for loan, held in whole.items() if loan in wrong)])
    return tape, months


@given(pools())
@settings(max_examples=draws(5), deadline=None)
def test_random_months_with_faults_are_found_alike_both_ways(pool: tuple[list[Event], list[list[list[Event]]]]) -> None:
    tape, months = pool
    with Ledger.create("sqlite://") as ledger:
        ledger.open_deal(SMALL, terms()).or_raise()
        ledger.post_many(tape).or_raise()
        for number, batches in enumerate(months):
            paid_on = schedule(ledger.terms(SMALL)).payment_dates[number]
            for events in filter(None, batches):
                ledger.post_many(events)
            alike(ledger, SMALL, paid_on)
            if number < len(months) - 1:
                reasons = dict.fromkeys(ledger.readiness(SMALL, paid_on).codes_to_acknowledge, "known")
                if not ledger.close_period(SMALL, paid_on, acknowledge=reasons).accepted:
                    return


@given(st.lists(st.sampled_from(CASES), min_size=2, max_size=5))
@settings(max_examples=draws(2), deadline=None)
def test_what_is_planted_together_is_found_alike_both_ways(scene: Scene, cases: list[Case]) -> None:
    path = scene.open_month.with_name("alike.db")
    shutil.copy(scene.open_month, path)
    with Ledger.open(path) as ledger:
        for case in cases:
            ledger.post_many(list(case.make(scene)))
        assert alike(ledger, DEAL, scene.paid_on) > len(scene.plain) / 2


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_planted_case_is_found_alike_both_ways(scene: Scene, case: Case, tmp_path: Path) -> None:
    path = tmp_path / "alike.db"
    shutil.copy(scene.open_month, path)
    with Ledger.open(path) as ledger:
        ledger.post_many(list(case.make(scene)))
        assert alike(ledger, DEAL, scene.paid_on)


def test_a_payment_as_it_is_spelt_is_whole_units() -> None:
    assert [units_of(text) for text in ("600", "600.5", "600.05", "0.0001", 7)] == [6_000_000, 6_005_000, 6_000_500, 1, 70_000]
