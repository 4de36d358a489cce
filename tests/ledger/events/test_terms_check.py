"""Terms that are wrong: everything at once, each by the class, step and field that it is in."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import pytest

from ledger import terms_from_json, terms_to_json
from ledger.events.terms_check import check_terms
from tests.deals.toy import toy_terms
from tests.draws import TIMES

SAMPLES = ("impac_cmb_2002_1", "sequoia_2013_7")


def sample(folder: str) -> Any:
    return json.loads((files(f"ledger.samples.{folder}") / "terms.json").read_text(encoding="utf-8"))


def told(document: Any) -> list[tuple[str, str]]:
    terms, faults = check_terms(json.dumps(document))
    assert (terms is None) == bool(faults)
    return [(item.field, item.code) for item in faults]


@pytest.mark.parametrize("folder", SAMPLES)
def test_the_terms_of_every_sample_can_be_used(folder: str) -> None:
    assert told(sample(folder)) == []


def test_every_fault_is_named_by_the_part_that_it_is_in() -> None:
    document = sample("sequoia_2013_7")
    document["classes"][0]["rate"] = {"kind": "floating", "index": "X"}
    document["classes"][1]["face"] = "-1.00"
    document["classes"][2]["day_count"] = "30/36O"
    document["classes"][3]["rate"]["margn"] = "0.01"
    document["waterfall"][1]["shift"][0]["share"] = "70"
    document["waterfall"][2]["step"] = "pay_intrest"
    del document["waterfall"][4]["classes"]
    document["calendar"]["payment_day"] = 32
    del document["title"]
    assert sorted(told(document)) == sorted(
        [
            ("BondClass.day_count of class B-1", "malformed_terms"),
            ("ClassRate.margn of class B-2", "unknown_term"),
            ("DealTerms.title", "missing"),
            ("CalendarTerms.payment_day", "out_of_range"),
            ("ClassRate.margin of class A-1", "missing"),
            ("BondClass.face of class A-2", "negative"),
            ("ShiftLevel.share of waterfall[1]", "out_of_range"),
            ("waterfall[2]", "unknown_step"),
            ("PayInterest.classes of waterfall[4]", "missing"),
        ]
    )


def test_contradictions_between_the_parts_are_all_named() -> None:
    document = sample("sequoia_2013_7")
    document["classes"][0]["groups"] = ["pol"]
    document["waterfall"][0]["classes"] = ["A-1", "A2"]
    document["waterfall"][2]["only_while"] = ["loss"]
    document["closing_date"] = "2020-01-01"
    assert told(document) == [
        ("PayInterest.classes of waterfall[0]", "unknown"),
        ("BondClass.groups of class A-1", "unknown"),
        ("PayInterest.only_while of waterfall[2]", "unknown"),
        ("DealTerms.closing_date", "contradiction"),
    ]
    _, faults = check_terms(json.dumps(document))
    assert "did you mean A-2?" in faults[0].message
    assert "did you mean pool?" in faults[1].message


@pytest.mark.parametrize(
    "text", ["", "[]", "{", "null", '{"title": 1, "title": 2}', "{}", "[" * 9999, "\ufeff{}", "1.5"]
)
def test_what_is_no_terms_at_all_is_named(text: str) -> None:
    terms, faults = check_terms(text)
    assert terms is None
    assert faults
    assert all(item.field and item.message for item in faults)


STRANGE: tuple[Any, ...] = (
    None,
    7,
    -1,
    1.5,
    True,
    "",
    "nonsense",
    "-0.5",
    "1e9",
    [],
    {},
    ["x"],
    {"x": 1},
    [[]],
    "A" * 500,
)


APART = 7
"""Of so many places of a document one is tried in every run; the long tests try all."""


def places(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the way to every value inside one."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, item in inside for found in ((*way, key), *places(item, (*way, key)))]


def changed(document: Any, way: tuple[Any, ...], value: Any) -> str:
    """Return the document with one value replaced; the way names what is changed."""
    copy = json.loads(json.dumps(document))
    *before, last = way
    inner = copy
    for key in before:
        inner = inner[key]
    inner[last] = value
    return json.dumps(copy)


@pytest.mark.parametrize("folder", [*SAMPLES, "toy"])
def test_a_changed_value_can_be_used_or_is_named(folder: str) -> None:
    document = json.loads(terms_to_json(toy_terms())) if folder == "toy" else sample(folder)
    for number, way in list(enumerate(places(document)))[:: 1 if TIMES > 1 else APART]:
        for strange in (STRANGE[number % len(STRANGE)], STRANGE[(number * 7 + 3) % len(STRANGE)]):
            text = changed(document, way, strange)
            terms, faults = check_terms(text)
            if terms is not None:
                assert terms_from_json(text) == terms
                continue
            named = [name for name in way if isinstance(name, str)]
            shown = " ".join(f"{item.field} {item.message}" for item in faults).lower()
            assert any(name.rstrip("s") in shown for name in named), (way, strange, shown)
