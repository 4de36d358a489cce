"""Before a month is closed, what agrees in all but its id is named, whether it is of a loan, a group or the deal."""

from __future__ import annotations

import datetime as dt
from typing import Any

import attrs
import pytest

from ledger import (
    CollectionReceived,
    DerivativePaymentReceived,
    Event,
    EventReversed,
    Ledger,
    ServicingFeeWithheld,
    UnappliedFundsReceived,
)
from ledger.readiness.doubles import date_in
from ledger.readiness.gate import readiness
from tests.ledger.readiness.small import (
    DEAL,
    DUE,
    ON,
    PAID,
    REMITTED,
    boarded,
    codes,
    due,
    fee_of_group,
    loans_month,
    missed,
    month_of_loans,
    paid,
    small_month,
    terms,
)

TWICE = "posted_twice"


def again(event: Event, **changes: Any) -> Event:
    """Return an event once more, under another id."""
    return attrs.evolve(event, event_id=f"{event.event_id}/again", **changes)


def late(due_date: dt.date | None, **more: Any) -> CollectionReceived:
    """Return the late payment of an instalment of the first loan."""
    given: dict[str, Any] = {"principal": "100.00", "interest": "500.00", "timing": "late", "due_date": due_date}
    on = DUE.replace(month=3, day=3)
    return CollectionReceived(**{"event_id": "late", "deal": DEAL, "effective_date": on, "loan": "L1", **given, **more})


@pytest.mark.parametrize(
    "event",
    [
        due(),
        paid(),
        fee_of_group("208.33"),
        DerivativePaymentReceived(event_id="cap", contract="CAP", amount_due="100.00", amount_paid="100.00", **ON),
    ],
    ids=lambda event: event.name,
)
def test_what_a_group_or_the_deal_has_twice(event: Event) -> None:
    month: list[Event] = [due(), paid(), *([] if event.event_id in ("due", "paid") else [event])]
    assert TWICE not in codes(small_month(month))
    ready = small_month([*month, again(event)])
    [found] = [item for item in ready.findings if item.code == TWICE]
    assert found.events == (event.event_id, f"{event.event_id}/again")
    assert found.groups == (("pool",) if event.name != "derivative_payment_received" else ())
    reversal = EventReversed(
        event_id="void", deal=DEAL, effective_date=event.effective_date, reverses=event.event_id, reason="twice"
    )
    assert TWICE not in codes(small_month([*month, again(event), reversal]))


def test_a_group_beside_its_loans_has_one_fee_or_two() -> None:
    fee = fee_of_group("208.33")
    assert codes(loans_month([*month_of_loans(), fee])) == set()
    assert TWICE in codes(loans_month([*month_of_loans(), fee, again(fee)]))


def test_a_loan_has_one_fee_or_two() -> None:
    def fee(event_id: str, amount: str) -> ServicingFeeWithheld:
        return ServicingFeeWithheld(event_id=event_id, deal=DEAL, effective_date=REMITTED, loan="L1", amount=amount)

    month = month_of_loans()
    assert TWICE in codes(loans_month([*month, fee("a", "10.00"), fee("b", "10.00")]))
    assert TWICE not in codes(loans_month([*month, fee("a", "10.00"), fee("b", "10.01")]))


def test_unapplied_funds_of_one_day() -> None:
    def funds(event_id: str, **more: Any) -> UnappliedFundsReceived:
        given = {"deal": DEAL, "effective_date": DUE, "loan": "L1", "amount": "50.00"}
        return UnappliedFundsReceived(event_id=event_id, **{**given, **more})

    month = month_of_loans()
    assert TWICE in codes(loans_month([*month, funds("a"), funds("b")]))
    assert TWICE in codes(loans_month([*month, funds("a", received_date=DUE), funds("b")]))
    for other in ({"loan": "L2"}, {"amount": "50.01"}, {"effective_date": DUE.replace(day=2)}):
        assert TWICE not in codes(loans_month([*month, funds("a"), funds("b", **other)]))
    days = DUE, DUE - dt.timedelta(days=1)
    assert TWICE not in codes(loans_month([*month, *(funds(str(day), received_date=day) for day in days)]))


def test_two_instalments_that_are_paid_late_together_are_not_one() -> None:
    second, third = DUE.replace(month=2), DUE.replace(month=3)
    months = [
        [*month_of_loans(unpaid=["L1"]), missed("L1")],
        [*month_of_loans(second, unpaid=["L1"]), missed("L1", second)],
    ]
    both = late(DUE), late(second, event_id="late/2")
    assert TWICE not in codes(loans_month(*months, [*month_of_loans(third), *both]))
    assert TWICE in codes(loans_month(*months, [*month_of_loans(third), both[0], again(both[0])]))
    assert TWICE in codes(loans_month(*months, [*month_of_loans(third), both[0], again(both[0], due_date=None)]))


def test_what_every_loan_has_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with Ledger.create("sqlite://") as ledger:
        ledger.open_deal(DEAL, terms()).or_raise()
        ledger.post_many([*boarded(), *month_of_loans(), fee_of_group("208.33")]).or_raise()
        with ledger._store.reading() as reading:
            asked: list[tuple[str, ...]] = []
            rows = reading.rows

            def counted(key: int, wanted: Any, **more: Any) -> Any:
                asked.append(wanted.types)
                return rows(key, wanted, **more)

            monkeypatch.setattr(reading, "rows", counted)
            readiness(reading, DEAL, PAID)
        assert not {"scheduled_payment_due", "collection_received"} & {name for types in asked for name in types}


def test_a_date_is_read_where_a_payload_states_it() -> None:
    field = '"due_date":"'
    assert date_in('{"due_date":"2021-01-01","loan":"L1"}', field) == "2021-01-01"
    assert date_in('{"due_date":null,"loan":"L1"}', field) == ""
