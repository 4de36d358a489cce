"""What a batch boards as columns is summed like loans that are moved one by one."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.store.run_sums import RUN_EVENTS, LoanPlace, RunSums

LOANS = [f"L{k:05d}" for k in range(RUN_EVENTS + 3)][::-1]


def rows(*, by_columns: bool, paid: bool) -> list[tuple[Any, ...]]:
    """Return the rows of loans that stand behind one event, and of a payment on one of them."""
    places = {loan: LoanPlace(k + 1, 1) for k, loan in enumerate(LOANS)}
    sums = RunSums(places)
    if by_columns:
        moved = [(k + 1, 1) for k in range(len(LOANS))]
        sums.board(1, LOANS, [7] * len(LOANS), ["one"] * len(LOANS), moved)
    else:
        for k, loan in enumerate(LOANS):
            sums.move_loan((k + 1) // RUN_EVENTS, loan, 7, "one", k + 1, 1)
    if paid:
        places[LOANS[0]].balance = 0
        sums.move_loan((len(LOANS) + 1) // RUN_EVENTS, LOANS[0], 8, "one", -1, 0)
    return list(sums.loans(1, 5, len(LOANS) + 2))


@pytest.mark.parametrize("paid", [False, True])
def test_boarded_columns_are_the_moves_of_their_loans(paid: bool) -> None:
    found = rows(by_columns=True, paid=paid)
    assert found == rows(by_columns=False, paid=paid)
    assert [row[1] for row in found] == sorted([*LOANS, *LOANS[:paid]])


def test_what_was_boarded_is_among_what_moved() -> None:
    sums = RunSums({})
    sums.board(0, ["a", "b"], [7, 7], ["one", "one"], [(2, 1), (3, 1)])
    assert list(sums.moved) == ["a", "b"]
