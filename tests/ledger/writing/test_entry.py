"""What a deal carries with it is read into events, each by its place in the file."""

from __future__ import annotations

import pytest

from ledger import InvalidEvent
from ledger.writing.entry import Boarded, entry_faults, entry_from_json
from tests.deals.toy import TOY, toy_terms

TERMS = toy_terms(rules=4)


def test_a_class_that_says_no_retired_has_what_its_face_lacks() -> None:
    text = '{"as_of": "2021-03-25", "classes": {"A": {"balance": "750000.00"}}}'
    (event,) = entry_from_json(text, TOY, TERMS).events
    assert str(getattr(event, "retired", "")) == "50000.00"


def test_what_is_wrong_is_named_by_its_place() -> None:
    text = '{"as_of": "2021-03-25", "amounts": [{"measure": "payoffs", "amount": "x"}]}'
    with pytest.raises(InvalidEvent) as caught:
        entry_from_json(text, TOY, TERMS)
    assert [item.event_id for item in caught.value.violations] == ["amounts[0]"]


def test_groups_are_held_to_their_loans() -> None:
    text = '{"as_of": "2021-03-25", "groups": {"one": {"balance": "5.00", "loan_count": 1}}}'
    found = entry_faults(entry_from_json(text, TOY, TERMS), TERMS, {"one": Boarded()})
    assert "not_the_loans" in [item.code for item in found]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"as_of": "2024-01-25", "as_of": "2024-02-26"}', "duplicate_field"),
        ('{"as_of": NaN}', "not_a_number"),
        ("[]", "malformed_json"),
        ("{", "malformed_json"),
    ],
)
def test_a_document_that_is_no_entry_is_refused_as_an_event_would_be(text: str, code: str) -> None:
    with pytest.raises(InvalidEvent) as caught:
        entry_from_json(text, "deal", toy_terms())
    assert [item.code for item in caught.value.violations] == [code]


def test_an_amount_that_is_a_float_is_refused_at_its_place() -> None:
    text = '{"as_of": "2021-01-25", "groups": {"one": {"balance": 100.5, "loan_count": 1}}}'
    with pytest.raises(InvalidEvent) as caught:
        entry_from_json(text, "deal", toy_terms())
    [fault] = caught.value.violations
    assert (fault.event_id, fault.field) == ("groups.one", "balance")
    assert "float" in fault.message
