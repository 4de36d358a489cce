"""Sums by what a pool is cut by: added up, put together, written and read."""

from __future__ import annotations

import attrs
import pytest

from ledger import IntegrityFault
from ledger.events.registry import REGISTRY
from ledger.journal.cuts import APART, CUT_COLUMNS, UNREAD, CutSums, Moved, SharedParts, added, from_text, moved_text
from ledger.projections.pool import MEASURE_FIELDS, PREMIUM

SPELT = ("2020-12-01", "2019-01-01", 360, None, None, "0.0225", None, None, None, None, "0")


def test_every_field_that_a_cut_weighs_is_a_field_of_a_boarded_loan() -> None:
    assert set(CUT_COLUMNS) <= set(attrs.fields_dict(REGISTRY["loan_boarded"].kind))
    assert {*MEASURE_FIELDS.values(), PREMIUM} <= set(CUT_COLUMNS)


def test_balances_add_up_under_every_value_and_what_is_nought_is_left_out() -> None:
    spelling, sums = SharedParts(), CutSums()
    aged = spelling.cut_of("one", (*SPELT[:4], "5", *SPELT[5:]))
    for cut, units in ((spelling.cut_of("one", SPELT), 7), (aged, 5), (UNREAD, 100), (APART, 100)):
        sums.move(20210125, cut, units)
    sums.move(20210225, aged, 3)
    sums.move(20210225, aged, -3)
    at = 20210125, "one", "2020-12-01"
    assert sums.moved() == {
        (*at, "remaining_term_months", "360"): 12,
        (*at, "seasoning_months", "5"): 5,
        (*at, "margin", "0.0225"): 12,
        (*at, "pmi_rate", "0"): 12,
        (*at, "origination_date", "2019-01-01"): 7,
    }


PLACE = "ö", "2020-12-01", "margin", "0.1"
HELD: Moved = {(20210125, *PLACE): 2**70, (20210225, *PLACE): -1}


def test_what_is_written_is_read_and_months_are_put_together() -> None:
    assert from_text(moved_text(HELD)) == HELD
    assert added([HELD, HELD], through=20210225) == {(20210225, *PLACE): 2**71 - 2}
    assert added([HELD, {key: -units for key, units in HELD.items()}]) == {}


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"x":{"g":{"d":{"f":{"v":1}}}}}', '{"1":{"g":{"d":{"f":{"v":1.5}}}}}', '{"1":{"g":1}}'],
)
def test_what_cannot_be_read_is_a_fault_of_the_store(text: str) -> None:
    with pytest.raises(IntegrityFault, match="sums of a pool"):
        from_text(text)
