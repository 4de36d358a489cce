"""The document of the service, OpenAPI 3.1, made of its routes and of the types of what they take and give."""

from __future__ import annotations

import json
from collections.abc import Iterable
from inspect import cleandoc
from typing import Any

import msgspec

from ledger import __version__
from ledger.events.registry import REGISTRY
from ledger.http.problems import PROBLEM
from ledger.http.routes import ARROW, JSON, LINES, Route
from ledger.http.shapes import Followed, ProblemShown
from ledger.values.identifiers import LONGEST, PLAIN_IDENTIFIER

_REF = "#/components/schemas/{name}"
_NAMES: dict[str, dict[str, object]] = {
    "deal": {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": f"^{PLAIN_IDENTIFIER}$"},
    "loan": {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": f"^{PLAIN_IDENTIFIER}$"},
    "date": {"type": "string", "format": "date"},
    "account": {"type": "string", "minLength": 1, "maxLength": 60, "pattern": "^[a-z_]+$"},
}
_TOLD = """What the Python API of the ledger does, for programs. A batch lands whole or not at all; the same events
again are answered as before, and another event under an id that was used is refused. Approvals that stand are refused
again (already_approved), and a closing or a payment of a month that was restated since (different_payload). Every
refusal is problem details with the codes of the Python API. Off loopback a token is demanded: Authorization: Bearer
TOKEN."""


def openapi(routes: Iterable[Route]) -> bytes:
    """Return the document of a service with these routes."""
    listed = tuple(routes)
    kinds: dict[str, type[msgspec.Struct]] = {kind.__name__: kind for kind in (ProblemShown, Followed)}
    for route in listed:
        for kind in (route.query, route.body, route.answer):
            if kind is not None:
                kinds[kind.__name__] = kind
    _, schemas = msgspec.json.schema_components(tuple(kinds.values()), ref_template=_REF)
    for schema in schemas.values():
        if "description" in schema:
            schema["description"] = cleandoc(schema["description"])
    queries = {route.query.__name__: schemas[route.query.__name__] for route in listed}
    paths: dict[str, dict[str, Any]] = {}
    for route in listed:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, queries[route.query.__name__])
    taken = {route.body.__name__ for route in listed if route.body is not None}
    for name in queries:
        if name not in taken:
            schemas.pop(name, None)
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Indenture", "version": __version__, "description": " ".join(_TOLD.split())},
        "paths": paths,
        "components": {
            "schemas": {**dict(sorted(schemas.items())), "Event": _event(), "Report": _report()},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{}, {"token": []}],
    }
    return json.dumps(document, indent=1, ensure_ascii=False).encode() + b"\n"


def _operation(route: Route, query: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"operationId": route.name, "summary": route.told}
    if route.access is not None:
        found["description"] = f"For tokens of the deal as {route.access.value}."
    parameters = [
        {"name": name[1:-1], "in": "path", "required": True, "schema": _NAMES[name[1:-1]]}
        for name in route.pattern
        if name.startswith("{")
    ]
    parameters += [
        {"name": name, "in": "query", "required": name in query["required"], "schema": _without_null(schema)}
        for name, schema in query["properties"].items()
    ]
    if parameters:
        found["parameters"] = parameters
    if route.method == "POST":
        found["requestBody"] = {"required": True, "content": _taken(route)}
    found["responses"] = {
        "200": {"description": "Done.", "content": _given(route)},
        "4XX": _problem("Refused; nothing was written."),
        "503": _problem("Not just now; ask again."),
    }
    return found


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a value of a query, where what is not given is left out."""
    options = [item for item in schema.get("anyOf", ()) if item.get("type") != "null"]
    if len(options) != 1:
        return schema
    return {**{name: value for name, value in schema.items() if name not in ("anyOf", "default")}, **options[0]}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": _REF.format(name=name)}


def _problem(told: str) -> dict[str, Any]:
    return {"description": told, "content": {PROBLEM: {"schema": _ref(ProblemShown.__name__)}}}


def _taken(route: Route) -> dict[str, Any]:
    if route.body is not None:
        return {JSON: {"schema": _ref(route.body.__name__)}}
    events = {
        "type": "object",
        "properties": {"events": {"type": "array", "minItems": 1, "items": _ref("Event")}},
        "required": ["events"],
        "additionalProperties": False,
    }
    every = {
        JSON: {"schema": events},
        LINES: {"schema": {"type": "string", "description": "An event a line, each as Event."}},
        ARROW: {"schema": {"type": "string", "format": "binary", "description": "An Arrow stream, a row an event."}},
    }
    return {kind: every[kind] for kind in route.takes}


def _given(route: Route) -> dict[str, Any]:
    schema = _ref("Report" if route.answer is None else route.answer.__name__)
    found: dict[str, Any] = {}
    for kind in route.gives:
        found[kind] = {"schema": schema if kind == JSON else {"type": "string", "description": "A Followed a line."}}
    if route.prints:
        bare = ", of whose `about` only the version is told" if route.bare else ""
        file = f"schemas/results/{'-'.join(route.prints.split()[:2])}.json"
        told = f"As `{route.prints} --format json` prints it{bare}; `{file}` of the documentation describes it."
        found[JSON]["schema"] = {**schema, "description": told}
    return found


def _event() -> dict[str, Any]:
    text = {"type": "string", "minLength": 1, "maxLength": LONGEST}
    return {
        "type": "object",
        "description": "An event as `ledger schemas` describes its type; only what every event has stands here.",
        "properties": {
            "$type": {"enum": sorted(REGISTRY)},
            "$version": {"type": "integer", "minimum": 1},
            "event_id": text,
            "deal": text,
            "effective_date": {"type": "string", "format": "date"},
            "restates": {"type": "boolean"},
        },
        "required": ["$type", "event_id", "deal", "effective_date"],
    }


def _report() -> dict[str, Any]:
    return {"type": "object", "description": "A result as the command prints it: amounts and dates are texts."}


__all__ = ["openapi"]
