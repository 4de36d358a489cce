"""Amounts of cash in terms are whole units of the deal's currency, wherever they stand."""

from __future__ import annotations

from decimal import Decimal

import attrs
import pytest

from ledger import Currency, DealTerms
from ledger.deal.whole_cash import parts_of_units
from ledger.errors import InvalidTerms
from tests.deals.toy import toy_terms


def told(terms: DealTerms, currency: Currency) -> list[str]:
    held = attrs.evolve(terms)
    object.__setattr__(held, "currency", currency)
    return [fault.field for fault in parts_of_units(held)]


def test_cents_are_no_yen_and_are_named_where_they_stand() -> None:
    faces = [attrs.evolve(bond, face=bond.face and bond.face + Decimal("0.50")) for bond in toy_terms().classes]
    terms = attrs.evolve(toy_terms(), classes=faces)
    named = [f"DealTerms.classes[{place}].face" for place, bond in enumerate(faces) if bond.face]
    assert told(terms, Currency(code="EUR")) == []
    assert told(terms, Currency(code="JPY", decimals=0))[: len(named)] == named


def test_thousandths_are_dinars_and_no_dollars() -> None:
    terms = toy_terms()
    finer = attrs.evolve(terms.classes[0], face=Decimal("1000.005"))
    with pytest.raises(InvalidTerms) as caught:
        attrs.evolve(terms, classes=[finer, *terms.classes[1:]])
    assert (caught.value.field, caught.value.code) == ("DealTerms.classes[0].face", "not_whole_cents")
    currency = Currency(code="KWD", decimals=3)
    attrs.evolve(terms, classes=[finer, *terms.classes[1:]], currency=currency)
