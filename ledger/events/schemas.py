"""JSON Schemas of the events, generated from their classes. The committed copies announce every change of form."""

from __future__ import annotations

from inspect import cleandoc
from typing import Any

import attrs
import msgspec

from ledger.deal.steps import STEPS, Step
from ledger.deal.terms import DealTerms
from ledger.events.docstrings import told, told_of
from ledger.events.registry import REGISTRY, EventType
from ledger.values.money import RATE_SCALE, SCALE

_AMOUNT = rf"^\d+(\.\d{{1,{SCALE}}})?$"
_RATE = rf"^\d+(\.\d{{1,{RATE_SCALE}}})?$"


def _hook(kind: type) -> dict[str, Any]:
    if kind is Step:
        return {"type": "object", "required": ["step"], "properties": {"step": {"enum": list(STEPS)}}}
    raise NotImplementedError(f"no schema for {kind.__name__}")


def schema(known: EventType) -> dict[str, Any]:
    """Return the JSON Schema of one event type as it is written in JSON Lines."""
    document = msgspec.json.schema(known.kind, schema_hook=_hook)
    definitions = document.pop("$defs")
    for definition in definitions.values():
        if "description" in definition:
            # Python 3.13 keeps a docstring without its indentation, earlier releases with it.
            definition["description"] = cleandoc(definition["description"])
    body = definitions.pop(known.kind.__name__)
    properties = body["properties"]
    for item in attrs.fields(known.kind):
        # What is a type of its own is described there.
        if "$ref" not in properties[item.name] and (meaning := told_of(known.kind, item.name)):
            properties[item.name]["description"] = meaning
        column = item.metadata.get("component")
        if column is not None and column != "loans":
            _pattern(properties[item.name], _RATE if column.endswith("rate") else _AMOUNT)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": known.name,
        "description": " ".join(told(known.kind)),
        "type": "object",
        "properties": {"$type": {"const": known.name}, "$version": {"const": known.version}, **properties},
        "required": ["$type", *body.get("required", [])],
        "additionalProperties": False,
        "$defs": definitions,
    }


def _pattern(described: dict[str, Any], pattern: str) -> None:
    for option in described.get("anyOf", [described]):
        if option.get("type") == "string":
            option["pattern"] = pattern
            option.pop("format", None)


def terms_schema() -> str:
    """Return the JSON Schema of a deal's terms as an indented JSON document; every step of a waterfall is described."""
    kinds = (DealTerms, *STEPS.values())
    _, definitions = msgspec.json.schema_components(kinds, schema_hook=_hook, ref_template="#/$defs/{name}")
    for definition in definitions.values():
        if "description" in definition:
            definition["description"] = cleandoc(definition["description"])
    body = definitions.pop(DealTerms.__name__)
    body["properties"]["waterfall"]["items"] = {
        "oneOf": [{"$ref": f"#/$defs/{kind.__name__}"} for kind in STEPS.values()]
    }
    for written, kind in STEPS.items():
        step = definitions[kind.__name__]
        step["properties"]["step"] = {"const": written}
        step["required"] = [*step.get("required", ()), "step"]
        step["additionalProperties"] = False
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **body,
        "title": "deal terms",
        "additionalProperties": False,
        "$defs": definitions,
    }
    return msgspec.json.format(msgspec.json.encode(document, order="sorted"), indent=2).decode()


def schema_documents() -> dict[str, str]:
    """Return every event type's schema as an indented JSON document, by written name."""
    return {
        name: msgspec.json.format(msgspec.json.encode(schema(known), order="sorted"), indent=2).decode()
        for name, known in REGISTRY.items()
    }
