"""The JSON Schemas of the events: committed, current, and true of what is written."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ledger import Ledger, encode
from ledger.events.registry import REGISTRY
from ledger.events.schemas import schema_documents
from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL
from tests.deals.toy import boarding, month_events

COMMITTED = Path(__file__).parents[3] / "docs" / "schemas"
HOW = "an event's form has changed: run `make schemas` and commit what it writes"

UNCHECKED = {"$schema", "$defs", "title", "description", "default", "format"}
CHECKED = {
    "type",
    "const",
    "enum",
    "properties",
    "required",
    "additionalProperties",
    "$ref",
    "anyOf",
    "items",
    "pattern",
}
TYPES = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool, "null": type(None)}


def faults(schema: dict[str, Any], value: Any, root: dict[str, Any], path: str = "$") -> Iterator[str]:
    """Yield what a schema finds wrong with a value. A keyword that this does not know is itself a fault."""
    unknown = set(schema) - CHECKED - UNCHECKED
    if unknown:
        yield f"{path}: the schema says {sorted(unknown)}, which is not checked here"
    if "$ref" in schema:
        yield from faults(root["$defs"][schema["$ref"].rsplit("/", 1)[1]], value, root, path)
    if "anyOf" in schema and not any(not list(faults(s, value, root, path)) for s in schema["anyOf"]):
        yield f"{path}: {value!r} fits none of {schema['anyOf']}"
    if "const" in schema and value != schema["const"]:
        yield f"{path}: {value!r} is not {schema['const']!r}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path}: {value!r} is none of {schema['enum']}"
    if "type" in schema and (type(value) is not TYPES[schema["type"]]):
        yield f"{path}: {value!r} is no {schema['type']}"
    elif "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{path}: {value!r} does not match {schema['pattern']}"
    if isinstance(value, dict):
        yield from object_faults(schema, value, root, path)
    if isinstance(value, list) and "items" in schema:
        for index, item in enumerate(value):
            yield from faults(schema["items"], item, root, f"{path}[{index}]")


def object_faults(schema: dict[str, Any], value: dict[str, Any], root: dict[str, Any], path: str) -> Iterator[str]:
    """Yield what is wrong with the properties of an object."""
    for name in schema.get("required", []):
        if name not in value:
            yield f"{path}: lacks {name}"
    for name, item in value.items():
        if name in schema.get("properties", {}):
            yield from faults(schema["properties"][name], item, root, f"{path}.{name}")
        elif schema.get("additionalProperties") is False:
            yield f"{path}: has the unknown property {name}"


def committed(name: str) -> dict[str, Any]:
    """Return a committed schema."""
    found: dict[str, Any] = json.loads((COMMITTED / f"{name}.json").read_text(encoding="utf-8"))
    return found


def descriptions(schema: Any) -> Iterator[str]:
    """Yield what a schema says about its types, at whatever depth."""
    if isinstance(schema, dict):
        if isinstance(schema.get("description"), str):
            yield schema["description"]
        schema = list(schema.values())
    if isinstance(schema, list):
        for part in schema:
            yield from descriptions(part)


def test_every_event_type_has_its_committed_schema_and_nothing_else_has() -> None:
    assert {path.stem for path in COMMITTED.glob("*.json")} == set(REGISTRY), HOW


@cache
def generated() -> dict[str, str]:
    return schema_documents()


@pytest.mark.parametrize("name", REGISTRY)
def test_the_committed_schema_is_the_generated_one(name: str) -> None:
    assert (COMMITTED / f"{name}.json").read_text(encoding="utf-8") == generated()[name] + "\n", HOW


@pytest.mark.parametrize("name", REGISTRY)
def test_a_committed_schema_says_the_same_whichever_python_wrote_it(name: str) -> None:
    told = [text for text in descriptions(committed(name)) if inspect.cleandoc(text) != text]
    assert told == [], "an older Python kept the indentation of the docstring"


def test_every_event_of_the_real_month_fits_its_schema(real_ledger: Ledger) -> None:
    seen = set()
    for recorded in real_ledger.events(DEAL):
        event = recorded.event
        schema = committed(event.name)
        assert list(faults(schema, json.loads(encode(event)), schema)) == []
        seen.add(event.name)
    assert len(seen) >= 25


def test_every_event_of_the_toy_deal_fits_its_schema() -> None:
    for event in [*boarding(), *month_events(1, curtailment="5.00")]:
        schema = committed(event.name)
        assert list(faults(schema, json.loads(encode(event)), schema)) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"amount": "10.00001"}, "does not match"),
        ({"amount": "-1.00"}, "does not match"),
        ({"amount": 10}, "is no string"),
        ({"colour": "red"}, "unknown property"),
        ({"$type": "payoff"}, "is not 'payoff_collected'"),
        ({"$version": 4}, "is not 3"),
        ({"loan_count": "1"}, "is no integer"),
        ({"restates": "no"}, "is no boolean"),
    ],
    ids=str,
)
def test_a_schema_refuses_what_the_ledger_refuses(real_ledger: Ledger, change: dict[str, Any], fault: str) -> None:
    first = next(real_ledger.events(DEAL, types=["payoff_collected"])).event
    schema = committed(first.name)
    [found] = faults(schema, json.loads(encode(first)) | change, schema)
    assert fault in found


def test_a_schema_names_what_is_missing(real_ledger: Ledger) -> None:
    first = next(real_ledger.events(DEAL, types=["payoff_collected"])).event
    schema = committed(first.name)
    for name in ("$type", "event_id", "deal", "effective_date", "amount", "note_rate"):
        fields = json.loads(encode(first))
        del fields[name]
        assert list(faults(schema, fields, schema)) == [f"$: lacks {name}"]


@pytest.mark.parametrize("name", REGISTRY)
def test_a_schema_requires_exactly_the_fields_without_a_default(name: str) -> None:
    import attrs

    required = {item.name for item in attrs.fields(REGISTRY[name].kind) if item.default is attrs.NOTHING}
    assert set(committed(name)["required"]) == {"$type", *required}
    assert set(committed(name)["properties"]) == {"$type", "$version", *REGISTRY[name].fields}


def test_no_description_takes_a_deal_s_money_for_dollars() -> None:
    """A deal may be in any currency, and only its terms say in which."""
    told = {path.name for path in COMMITTED.rglob("*.json") if "dollar" in path.read_text().lower()}
    assert told == set()
