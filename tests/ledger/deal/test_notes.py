"""The conventions of notes are terms: written down, read back, and refused where they cannot be meant."""

from __future__ import annotations

import json
from typing import Any

import attrs
import pytest

from ledger import InvalidTerms, NoteConventions, terms_from_json, terms_to_json
from ledger.deal.notes import CurtailmentEffect
from tests.deals.toy import toy_terms


def test_conventions_are_read_back_as_they_were_written() -> None:
    given = NoteConventions(look_back_days=30, curtailments="by the day", negative_amortization_limit="1.10")  # type: ignore[arg-type]
    terms = attrs.evolve(toy_terms(), notes=given)
    assert terms_from_json(terms_to_json(terms)) == terms
    assert given.curtailments is CurtailmentEffect.BY_THE_DAY
    assert json.loads(terms_to_json(terms))["notes"]["negative_amortization_limit"] == "1.1"


def test_terms_without_conventions_have_none() -> None:
    terms = toy_terms()
    assert terms.note_conventions(terms.group_ids[0]) is None


def test_a_group_can_have_its_own() -> None:
    own, common = NoteConventions(look_back_days=30), NoteConventions()
    terms = toy_terms()
    first, *others = terms.groups
    terms = attrs.evolve(terms, notes=common, groups=(attrs.evolve(first, notes=own), *others))
    assert terms.note_conventions(first.group_id) is own
    assert terms.note_conventions("elsewhere") is common


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"negative_amortization_limit": "0.1"}, "out_of_range"),
        ({"payment_cap": "7.5"}, "out_of_range"),
        ({"look_back_days": -1}, "not_a_count"),
        ({"payment_lag_months": 0}, "out_of_range"),
        ({"curtailments": "perhaps"}, "unknown_word"),
        ({"rate_rounding": 0.125}, "float_money"),
    ],
)
def test_what_cannot_be_meant_is_refused(given: dict[str, Any], code: str) -> None:
    with pytest.raises(InvalidTerms) as caught:
        NoteConventions(**given)
    assert caught.value.code == code
    assert caught.value.field == f"NoteConventions.{next(iter(given))}"
