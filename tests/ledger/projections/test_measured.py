"""Earlier months are measured from totals, whether they are kept apart or put together up to one of them."""

from __future__ import annotations

from ledger import TotalRow
from ledger.projections.measured import measured_months

GROUPS = ("pool",)


def row(number: int, name: str, code: str = "", class_id: str = "", **amounts: int) -> TotalRow:
    """Return one total of the group or the class; amounts in units of 0.0001 dollar."""
    names = ("principal", "interest", "fee", "loss", "other", "memo", "loans")
    group = "" if class_id else "pool"
    return TotalRow(number, name, group, class_id, code, *(amounts.get(item, 0) for item in (*names, "events")))


ROWS = [
    row(0, "pool_balance_brought_forward", principal=1000),
    row(0, "bond_class_issued", class_id="A", principal=900),
    row(20210125, "scheduled_payment_due", principal=10),
    row(20210125, "loan_liquidated", principal=90, loss=40),
    row(20210125, "bond_principal_paid", class_id="A", principal=60),
    row(20210125, "delinquency_reported", code="delinquent:2 payments", memo=70),
    row(20210225, "scheduled_payment_due", principal=20),
    row(20210225, "subsequent_recovery_received", loss=15),
]


def test_a_month_is_what_was_before_it_and_what_it_moved() -> None:
    january, february = measured_months(ROWS, GROUPS, {}, before=20210325)
    assert (january.opening, january.closing) == ({"pool": 1000}, {"pool": 900})
    assert (january.lost, january.lost_to_date, january.classes) == ({"pool": 40}, {"pool": 40}, {"A": 900})
    assert (january.behind, january.reported) == ({"pool/delinquent:2 payments": 70}, True)
    assert (february.opening, february.closing) == ({"pool": 900}, {"pool": 880})
    assert (february.lost, february.lost_to_date, february.classes) == ({"pool": -15}, {"pool": 25}, {"A": 840})
    assert (february.behind, february.reported) == ({}, False)


def test_months_that_are_held_are_gone_on_from() -> None:
    january, february = measured_months(ROWS, GROUPS, {}, before=20210325)
    together = [item._replace(distribution=20210125) if item.distribution < 20210225 else item for item in ROWS]
    found = measured_months(together, GROUPS, {}, before=20210325, known=[january], after=20210125)
    assert found == (january, february)


def test_what_is_counted_by_loan_is_known_only_where_it_was_counted() -> None:
    counted = {20210225: {"pool/reo:3+ payments": (5, 1)}}
    found = measured_months(ROWS[:3] + ROWS[6:], GROUPS, counted, before=20210325, by_loan=True)
    assert [month.behind for month in found] == [None, {"pool/reo:3+ payments": 5}]


def test_modified_loans_lose_too_and_the_funding_account_is_what_it_was_before() -> None:
    moved = [
        *ROWS,
        row(20210125, "principal_deferred", principal=30, memo=30),
        row(20210225, "deferred_principal_collected", loss=12),
        row(20210225, "principal_forgiven", principal=7),
        row(20210125, "principal_set_aside", other=25),
    ]
    january, february = measured_months(moved, GROUPS, {}, before=20210325)
    assert (january.closing, january.lost, january.funded) == ({"pool": 870}, {"pool": 70}, 0)
    assert (february.closing, february.lost, february.funded) == ({"pool": 843}, {"pool": -20}, 25)
