"""The terms of a loan's note are words that are known, or None; a loan of an earlier version says none of them."""

from __future__ import annotations

import json

import pytest

from ledger import AmortizationType, InvalidEvent, LoanBoarded, RateRounding, decode, encode, from_json

LOAN = {
    "event_id": "d/boarded/1",
    "deal": "d",
    "effective_date": "2024-01-01",
    "loan": "1",
    "group": "one",
    "balance": "1.00",
    "note_rate": "0.05",
}
NOTE = {
    "amortization_type": "adjustable",
    "interest_only_months": 120,
    "balloon_months": 180,
    "balloon_date": "2038-02-01",
    "index_name": "SOFR 30-day average",
    "look_back_days": 45,
    "rate_rounding": "0.00125",
    "rate_rounding_way": "nearest",
    "first_reset_date": "2029-02-01",
    "next_reset_date": "2029-08-01",
    "first_reset_months": 60,
    "reset_months": 6,
    "first_cap_up": "0.02",
    "first_cap_down": "0.02",
    "status": "performing",
    "deferred_balance": "0.00",
    "payment_frequency": "monthly",
    "interest_method": "daily simple interest",
    "index_rate": "0.0431",
    "payment_reset_months": 12,
    "payment_cap": "0.075",
    "recast_months": 60,
    "negative_amortization_limit": "1.1",
    "draw_period_end": "2034-02-01",
    "step": "0.01",
    "step_months": 12,
    "step_count": 3,
}


def test_what_a_note_says_is_kept() -> None:
    loan = from_json(json.dumps({"$type": "loan_boarded", **LOAN, **NOTE}))
    assert isinstance(loan, LoanBoarded)
    assert (loan.amortization_type, loan.rate_rounding_way) == (AmortizationType.ADJUSTABLE, RateRounding.NEAREST)
    assert decode(encode(loan)) == loan
    assert {name: json.loads(encode(loan))[name] for name in NOTE} == NOTE


def test_a_loan_of_an_earlier_version_says_nothing_of_them() -> None:
    loan = decode(json.dumps({"$type": "loan_boarded", "$version": 2, **LOAN}))
    assert {name: getattr(loan, name) for name in NOTE} == dict.fromkeys(NOTE)


def test_what_a_loan_does_not_state_is_left_out() -> None:
    loan = from_json(json.dumps({"$type": "loan_boarded", **LOAN}))
    written = json.loads(encode(loan))
    assert [name for name, value in written.items() if value is None] == []
    assert not written.keys() & NOTE.keys()
    assert decode(encode(loan)) == loan


def test_a_loan_whose_unknowns_are_spelt_out_is_the_same() -> None:
    loan = from_json(json.dumps({"$type": "loan_boarded", **LOAN}))
    spelt = {**dict.fromkeys(NOTE), **json.loads(encode(loan))}
    for version in (3, 4):
        line = json.dumps({**spelt, "$version": version})
        assert decode(line) == from_json(line) == loan


@pytest.mark.parametrize(
    "name", ["amortization_type", "rate_rounding_way", "status", "payment_frequency", "interest_method"]
)
def test_a_word_that_is_not_known_is_refused(name: str) -> None:
    with pytest.raises(InvalidEvent) as caught:
        LoanBoarded(**{**LOAN, name: "perhaps"})  # type: ignore[arg-type]
    assert [(item.field, item.code) for item in caught.value.violations] == [(name, "unknown_word")]
