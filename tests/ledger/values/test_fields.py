"""A field that holds one of a few words, or a part of the terms, takes no other value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args, get_type_hints

import attrs
import pytest

from ledger import InvalidEvent, InvalidTerms
from ledger.deal import accounts, overcollateralization, steps, structure, terms, triggers
from ledger.events.registry import EVENT_CLASSES
from ledger.values.fields import words_of
from tests.deals.toy import toy_terms


def declared_words(kind: type) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield every field of a class that holds one of a few words, with the words."""
    hints = get_type_hints(kind)
    for item in attrs.fields(kind):
        if words := words_of(hints[item.name]):
            yield item.name, words


PARTS = sorted(
    {
        kind
        for module in (terms, steps, structure, triggers, overcollateralization)
        for kind in vars(module).values()
        if isinstance(kind, type) and attrs.has(kind)
    },
    key=lambda kind: kind.__name__,
)

PART_FIELDS = [(kind, name, words) for kind in PARTS for name, words in declared_words(kind)]
EVENT_FIELDS = [(kind, name, words) for kind in EVENT_CLASSES for name, words in declared_words(kind)]

REQUIRED: dict[type, dict[str, Any]] = {
    terms.BondClass: {"class_id": "A"},
    terms.CalendarTerms: {"first_payment_date": "2021-01-25", "final_payment_date": "2025-12-26"},
    terms.ClassRate: {"rate": "0.05", "index": "I", "margin": "0.01"},
    terms.DerivativeContract: {"contract": "X"},
    terms.Fee: {"fee_id": "f", "title": "F", "basis": "posted"},
    overcollateralization.TriggerTarget: {"trigger": "t", "amount": "1.00"},
    triggers.Trigger: {"trigger_id": "t", "kind": "date"},
    terms.LoanGroup: {"group_id": "one"},
    terms.LossCarveOut: {"cause": "fraud", "amount": "1.00"},
    **{kind: {"classes": ("A",)} for kind in steps.STEPS.values()},
    steps.PaySeniorPrincipal: {"classes": ("A",), "subordinates": ("B",)},
    structure.Node: {"of": ("A",)},
    steps.DrawAccount: {"account": "R", "classes": ("A",)},
    steps.FundAccount: {"account": "R"},
    steps.ReleaseAccount: {"account": "R"},
    steps.PayFee: {"fee_id": "f"},
    accounts.TrustAccount: {"account_id": "R"},
}


SWAP = {"kind": "swap", "index": "I", "fixed_rate": "0.05", "direction": "trust pays", "notional_of": ("A",)}

BESIDE: dict[tuple[Any, ...], dict[str, Any]] = {
    (terms.DerivativeContract, "direction"): SWAP,
    (terms.DerivativeContract, "fixed_day_count"): SWAP,
    (structure.Node, "pay", "by given weights"): {"weights": (1,)},
    (terms.DelinquencyTerms, "precedence"): {"source": "from what each loan still owes"},
    (steps.PaySeniorPrincipal, "held"): {"held_by": ("t",)},
    (overcollateralization.OvercollateralizationTerms, "stopped"): {"step_down_stopped_by": ("t",)},
}
"""What a part needs beside a field that is set, or a word that it is set to."""


def part(kind: type, name: str, value: object) -> Any:
    """Build a part of the terms with one field set."""
    if kind is terms.DealTerms:
        changed: dict[str, Any] = {name: value}
        return attrs.evolve(toy_terms(), **changed)
    word = value if isinstance(value, str) else None
    beside = BESIDE.get((kind, name, word)) or BESIDE.get((kind, name), {})
    return kind(**{**REQUIRED.get(kind, {}), **beside, name: value})


def test_every_kind_of_word_is_among_the_fields() -> None:
    assert len(PART_FIELDS) > 35
    assert len(EVENT_FIELDS) > 8


@pytest.mark.parametrize(("kind", "name", "words"), PART_FIELDS, ids=[f"{k.__name__}.{n}" for k, n, _ in PART_FIELDS])
def test_a_word_of_the_terms_is_one_that_can_be_read_again(kind: type, name: str, words: tuple[str, ...]) -> None:
    for word in words:
        held = getattr(part(kind, name, word), name)
        assert held == word
        declared = get_type_hints(kind)[name]
        assert type(held) in (declared, *get_args(declared)) or name in ("step", "kind")
    strangers: tuple[object, ...] = ("foo", "", 1, ["foo"])
    for value in strangers if type(None) in get_args(declared) else (*strangers, None):
        with pytest.raises(InvalidTerms) as caught:
            part(kind, name, value)
        assert (caught.value.field, caught.value.code) == (f"{kind.__name__}.{name}", "unknown_word")
        assert all(repr(word) in caught.value.message for word in words)


@pytest.mark.parametrize(("kind", "name", "words"), EVENT_FIELDS, ids=[f"{k.__name__}.{n}" for k, n, _ in EVENT_FIELDS])
def test_a_word_of_an_event_is_one_that_can_be_read_again(kind: type, name: str, words: tuple[str, ...]) -> None:
    item = attrs.fields_dict(kind)[name]
    convert: Any = item.converter
    assert convert is not None
    assert item.validator is not None
    declared = get_type_hints(kind)[name]
    assert type(convert(words[0])) in (declared, *get_args(declared))
    with pytest.raises(InvalidEvent) as caught:
        item.validator(None, item, convert("foo"))
    [violation] = caught.value.violations
    assert (violation.field, violation.code) == (name, "unknown_word")
    assert all(repr(word) in violation.message for word in words)


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        (terms.LoanGroup, "adjustable", "yes"),
        (terms.BondClass, "insured", 1),
        (terms.BondClass, "rate", "0.05"),
        (terms.DealTerms, "calendar", None),
        (terms.DealTerms, "classes", ("A",)),
        (terms.DealTerms, "waterfall", ("pay_interest",)),
        (steps.PayPrincipal, "lockout_months", "3"),
        (steps.PayInterest, "classes", (1,)),
    ],
)
def test_a_part_of_the_terms_is_of_its_declared_type(kind: type, name: str, value: object) -> None:
    with pytest.raises(InvalidTerms) as caught:
        part(kind, name, value)
    assert (caught.value.field, caught.value.code) == (f"{kind.__name__}.{name}", "wrong_type")
