"""When a servicer stops advancing, and what of an instalment it advances at all."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ledger import AdvanceTerms, terms_from_fields, terms_to_json
from ledger.errors import InvalidTerms
from tests.deals.noted import DEAL, DUE, noted, terms
from tests.ledger.months.test_month import missed


def advanced(**given: Any) -> tuple[Any, Any]:
    """Return what is advanced of an instalment of 199.10 and 1,000.00 whose fee is 41.67."""
    with noted(advances=AdvanceTerms(**given)) as ledger:
        ledger.post(missed("level", "199.10", "1000.00")).or_raise()
        said = ledger.build_month(DEAL, DUE).said
        units = [amounts for key, amounts in said.items() if key.type == "advance_made"]
        return (
            Decimal(sum(item.principal for item in units)).scaleb(-4),
            Decimal(sum(item.interest for item in units)).scaleb(-4),
        )


def test_principal_and_interest_net_of_the_fee_are_advanced_unless_the_terms_leave_one_out() -> None:
    assert advanced() == (Decimal("199.10"), Decimal("958.33"))
    assert advanced(principal=False) == (0, Decimal("958.33"))
    assert advanced(interest=False) == (Decimal("199.10"), 0)
    assert advanced(principal=False, interest=False) == (0, 0)


def test_they_are_read_as_they_are_written() -> None:
    import json

    made = terms(advances=AdvanceTerms(stop_after=4, stop_above_value="0.9"))
    assert terms_from_fields(json.loads(terms_to_json(made))) == made


@pytest.mark.parametrize("given", [{"stop_after": 0}, {"stop_after": "4"}, {"stop_above_value": "90"}], ids=str)
def test_what_cannot_be_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises((InvalidTerms, ValueError)):
        AdvanceTerms(**given)
