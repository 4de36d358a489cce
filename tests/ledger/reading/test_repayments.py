"""What late payments repay is the same however much of it a snapshot holds."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ledger import AdvanceMade, AdvanceRecovered, AsOf, CollectionReceived, Event, Ledger
from tests.deals.pair import APRIL, DEAL, FEBRUARY, MARCH, due, first, month, on, pair_deal, settle

HELD = "late collections held for the servicer"


def late(number: int, day: str, *, named: bool) -> Event:
    """Return the late payment of loan 2's instalment of a month."""
    which: dict[str, Any] = {"due_date": first(number)} if named else {}
    return CollectionReceived(
        event_id=f"late/{number}", principal="100.00", interest="750.00", timing="late, advanced", **which,
        **on(day, loan="2"),
    )  # fmt: skip


def missed(number: int) -> list[Event]:
    """Return a month in which loan 2 pays nothing and is advanced."""
    advance = {"principal": "100.00", "interest": "718.75", **on(dt.date(2024, number, 22), loan="2")}
    return [*month(number, ["1"]), due(number, "2"), AdvanceMade(event_id=f"advance/{number}", **advance)]


def drawn(number: int, day: str) -> Event:
    """Return the recovery of the advance of a month."""
    return AdvanceRecovered(
        event_id=f"drawn/{number}", principal="100.00", interest="718.75", due_date=first(number), **on(day, loan="2")
    )


@pytest.fixture
def behind(ledger: Ledger) -> Ledger:
    """Loan 2 misses February and March; February is paid in April."""
    pair_deal(ledger)
    ledger.post_many(missed(2)).or_raise()
    settle(ledger, FEBRUARY)
    ledger.post_many(missed(3)).or_raise()
    settle(ledger, MARCH)
    return ledger


def funds(ledger: Ledger, day: dt.date) -> tuple[str, str]:
    """Return the funds of a distribution with snapshots and without."""
    readers = (ledger, ledger.without_snapshots(), Ledger(ledger._store))
    found = {str(reader.distribution(DEAL, day).funds.decimal) for reader in readers}
    assert len(found) == 1, found
    held = [str(item.amount.decimal) for item in ledger.books(DEAL, AsOf(record_date=day)).held if item.name == HELD]
    return found.pop(), ",".join(held)


@pytest.mark.parametrize("named", [False, True])
def test_an_instalment_of_long_ago_is_repaid(behind: Ledger, *, named: bool) -> None:
    behind.post_many([*month(4), late(2, "2024-04-04", named=named)]).or_raise()
    without = str(behind.distribution(DEAL, APRIL).funds.decimal)
    assert funds(behind, APRIL) == (without, "818.75")
    behind.post(drawn(2, "2024-04-08")).or_raise()
    assert funds(behind, APRIL) == (without, "")


def test_a_reversal_of_a_month_that_is_closed_is_read_anew(behind: Ledger) -> None:
    """February's payment comes in April and is taken for it; in May it proves to be another loan's."""
    behind.post_many([*month(4), late(2, "2024-04-04", named=True), drawn(2, "2024-04-08")]).or_raise()
    settle(behind, APRIL)
    may = dt.date(2024, 5, 28)
    behind.post_many(month(5)).or_raise()
    funds(behind, may)
    behind.reverse(DEAL, "drawn/2", reason="not drawn", effective_date=dt.date(2024, 5, 2)).or_raise()
    assert funds(behind, may)[1] == "818.75"


def test_an_event_dated_back_into_a_closed_month_is_read_anew(behind: Ledger) -> None:
    restated = AdvanceMade(
        event_id="more", principal="0.00", interest="10.00", restates=True, **on("2024-03-22", loan="2")
    )
    behind.post_many([*month(4), late(2, "2024-04-04", named=True)]).or_raise()
    funds(behind, APRIL)
    behind.post(restated).or_raise()
    funds(behind, APRIL)
