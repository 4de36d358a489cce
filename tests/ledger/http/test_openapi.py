from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ledger.http.openapi import openapi
from ledger.http.service import ROUTES
from replay.web.programs import ROUTES as MORE


def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(openapi(ROUTES))
    return found


def references(value: Any) -> set[str]:
    """Return everything that a document refers to."""
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*map(references, value.values()))
    return set().union(*map(references, value)) if isinstance(value, list) else set()


def test_every_route_stands_in_the_document() -> None:
    found = document()
    said = {(path, method.upper()) for path, held in found["paths"].items() for method in held}
    assert said == {(route.path, route.method) for route in ROUTES}
    names = [held[method]["operationId"] for held in found["paths"].values() for method in held]
    assert len(set(names)) == len(names)


def test_what_is_referred_to_is_there() -> None:
    found = document()
    schemas = {f"#/components/schemas/{name}" for name in found["components"]["schemas"]}
    assert references(found) == schemas


def test_what_is_asked_is_described() -> None:
    follow = document()["paths"]["/deals/{deal}/events"]["get"]
    asked = {item["name"]: item for item in follow["parameters"]}
    assert asked["limit"]["schema"]["maximum"] == 10_000
    assert asked["deal"]["required"]
    assert not asked["after"]["required"]
    assert set(follow["responses"]["200"]["content"]) == {"application/json", "application/x-ndjson"}
    day = document()["paths"]["/deals/{deal}/balances"]["get"]["parameters"]
    assert {item["name"]: item["required"] for item in day} == {"deal": True, "known_through": False, "date": True}
    post = document()["paths"]["/deals/{deal}/events"]["post"]
    assert len(post["requestBody"]["content"]) == 3


def test_the_page_lists_every_address() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "http.md").read_text(encoding="utf-8")
    told = {
        line.split("|")[1].strip(" `"): [bool(cell.strip()) for cell in line.split("|")[2:4]]
        for line in page.splitlines()
        if line.startswith("| `/")
    }
    routes = (*ROUTES, *MORE)
    paths = {route.path: [False, False] for route in routes}
    for route in routes:
        paths[route.path][route.method == "POST"] = True
    assert told == paths
