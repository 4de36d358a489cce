"""What boardings state of notes, as columns: numbers in the store's units, and nothing where nothing is stated."""

from __future__ import annotations

from ledger import AmortizationType, InterestMethod
from ledger.notes.columns import BoardedColumns
from ledger.notes.columns.stated import KINDS
from ledger.notes.columns.tables import METHODS, NONE
from tests.ledger.notes.loans import NO_CAPS, USUAL, YEARLY, boarded


def test_what_is_stated_and_what_is_not() -> None:
    more = {"payment": "599.55", "interest_method": "actual/360", "remaining_amortization_months": "358.2"}
    found = BoardedColumns.of([boarded(**more), boarded(**YEARLY)], [USUAL, NO_CAPS])
    assert found.conventions == (USUAL, NO_CAPS)
    assert found.convention.tolist() == [0, 1]
    assert found.payment.tolist() == [5_995_500, NONE]
    assert found.margin.tolist() == [NONE, 0]
    assert found.remaining_amortization_months.tolist() == [359, NONE]
    assert found.first_due_date.tolist() == [20240201, 20240201]
    assert (found.index_names, found.index_name.tolist()) == (("CMT",), [NONE, 0])
    kinds = [AmortizationType.FIXED, AmortizationType.ADJUSTABLE]
    assert found.amortization_type.tolist() == [KINDS.index(kind) for kind in kinds]
    assert found.interest_method.tolist() == [METHODS.index(InterestMethod.ACTUAL_360), NONE]
    assert len(found) == 2
